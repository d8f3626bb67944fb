"""
title:
  es: "Las operaciones de una red: ¿qué las limita?"
  en: "The operations of a network: what limits them?"
summary:
  es: Convoluciones, activaciones, normalizaciones y atención; unas esperan al cálculo y otras, a la memoria.
  en: Convolutions, activations, normalisations and attention; some wait for arithmetic and others for memory.
tags: [benchmark, convolution, attention, fusion, roofline]
objectives:
  es:
    - Decidir, por su intensidad aritmética, si a una operación la limita el cálculo o la memoria.
    - Explicar por qué fusionar pasos elemento a elemento ahorra tiempo sin ahorrar operaciones.
    - Comparar dos maneras de calcular lo mismo y decir cuándo la diferencia no supera el ruido.
  en:
    - Decide, from its arithmetic intensity, whether computing or memory limits an operation.
    - Explain why fusing elementwise steps saves time without saving operations.
    - Compare two ways to compute the same thing and say when the difference stays within the noise.
prerequisites:
  es:
    - El [producto de matrices medido](matrix_product.md), que explica el método y el techo de la máquina.
    - Qué hace una [convolución](../convolutional_networks/three_models_one_dataset.md).
  en:
    - The [measured matrix product](matrix_product.md), which explains the method and the roof of the machine.
    - What a [convolution](../convolutional_networks/three_models_one_dataset.md) does.
"""
# %% [markdown] lang="es"
# Una red es una lista de operaciones: convoluciones, activaciones, normalizaciones, atención. Dos de ellas
# pueden hacer la misma cantidad de cuentas y tardar distinto, porque una espera al cálculo y la otra, a la
# memoria. Esta página mide varias y coloca bajo el techo de la máquina las que hacen productos. Nada se
# cronometra al construirla: lee el archivo que `make bench` registró, con el método que explica el [producto
# de matrices](matrix_product.md).

# %% [markdown] lang="en"
# A network is a list of operations: convolutions, activations, normalisations, attention. Two of them may do
# the same amount of arithmetic and take different times, since one waits for the arithmetic and the other for
# memory. This page measures several of them and places those that do products under the roof of the machine.
# Nothing is timed while the page is built: it reads the file that `make bench` recorded, with the method that
# the [matrix product](matrix_product.md) explains.

# %% [markdown] lang="es" tags=["quiz"]
# Una convolución *depthwise* (cada canal con su propio filtro) hace 64 veces menos operaciones que una
# completa de 64 canales. ¿Tarda 64 veces menos?
#
# - [ ] Sí, porque el tiempo es proporcional a las operaciones: lo es solo cuando el cálculo es el límite.
# - [x] No, ahorra menos que eso: lee y escribe los mismos píxeles, y moverlos pasa a ser el límite.
# - [ ] Tarda más, porque son 64 convoluciones en vez de una: se calculan en una sola llamada.

# %% [markdown] lang="en" tags=["quiz"]
# A *depthwise* convolution (each channel with a filter of its own) does 64 times fewer operations than a full
# one over 64 channels. Does it take 64 times less time?
#
# - [ ] Yes, since time is proportional to operations: it is so only where arithmetic is the limit.
# - [x] No, it saves less than that: it reads and writes the same pixels, and moving them becomes the limit.
# - [ ] It takes longer, since those are 64 convolutions instead of one: a single call computes them.

# %% [markdown] lang="es"
# ## La máquina y sus filas

# %% [markdown] lang="en"
# ## The machine and its rows

# %%
import matplotlib.pyplot as plt

from tutorials_lib import tr
from tutorials_lib.bench import report, suite
from tutorials_lib.plots import color

operations = suite.load("operations")
operations.card()

# %%
NAMES = {
    "3x3": tr(es="convolución 3×3", en="3×3 convolution"),
    "1x1": tr(es="convolución 1×1", en="1×1 convolution"),
    "depthwise": tr(es="convolución depthwise", en="depthwise convolution"),
    "lstm_cell": tr(es="celda LSTM", en="LSTM cell"),
    "attention": tr(es="atención", en="attention"),
}


def name(cell):
    kind = cell.parameters.get("kind", cell.operation)
    parts = [NAMES.get(kind, kind)]
    if "layout" in cell.parameters:
        parts.append(cell.parameters["layout"])
    if "fused" in cell.parameters:
        parts.append(FUSED[cell.parameters["fused"]])
    if "written_out" in cell.parameters:
        parts.append(WRITTEN[cell.parameters["written_out"]])
        parts.append(f"L = {cell.parameters['length']}")
    return ", ".join(parts)


FUSED = {True: tr(es="fusionada", en="fused"), False: tr(es="paso a paso", en="step by step")}
WRITTEN = {True: tr(es="escrita a mano", en="written out"), False: tr(es="en una llamada", en="in one call")}
operations.table(operations.here.cells, name)

# %% [markdown] lang="es"
# `{python} operations.state()` Donde no hay productos que contar, el rendimiento se da en bytes por segundo:
# los que la operación tiene que leer y escribir al menos una vez, divididos entre su tiempo.

# %% [markdown] lang="en"
# `{python} operations.state()` Where there are no products to count, throughput is given in bytes per second:
# those that the operation has to read and write at least once, divided by its time.

# %% [markdown] lang="es"
# ## Bajo el techo
#
# El techo se midió en la misma máquina: la parte plana es el producto más rápido en float32 y la pendiente,
# una copia que no cabe en la caché. Antes de mirar: ¿cuál de las tres convoluciones queda más cerca de la
# parte plana, y cuál, bajo la pendiente?

# %% [markdown] lang="en"
# ## Under the roof
#
# The roof was measured on the same machine: the flat part is the fastest product in float32 and the slope, a
# copy that fits no cache. Before you look: which of the three convolutions comes closest to the flat part,
# and which one lies under the slope?

# %%
# es: lo más que se vio a este procesador: cuenta la ronda más rápida
# en: the most that was seen of this processor: the fastest round counts
roof = suite.roof("float32")
groups = {
    tr(es="convolución", en="convolution"): ("convolution", "blue"),
    tr(es="atención", en="attention"): ("attention", "ember"),
    tr(es="celda LSTM", en="LSTM cell"): ("lstm_cell", "green"),
}
series = [report.Series(label, operations.pick(operation=kind), hue) for label, (kind, hue) in groups.items()]

# %%
# alt es: GFLOP/s frente a FLOP/byte: convoluciones, atención y celda LSTM bajo el techo medido.
# alt en: GFLOP/s over FLOP/byte: convolutions, attention and LSTM cell under the measured roof.
fig, ax = plt.subplots()
grid = [1, roof.knee, 1000]
heights = report.roof(roof.flop_per_second / 1e9, roof.bytes_per_second / 1e9, grid)
ax.plot(grid, heights, "--", color=color("ink"))
report.throughput(series, lambda cell: cell.intensity, joined=False, definition=operations.current, ax=ax)
ax.set_xlabel(tr(es="intensidad aritmética (FLOP/byte)", en="arithmetic intensity (FLOP/byte)"))
ax.legend()

# %%
full = operations.one(kind="3x3", layout="channels_first")
each = operations.one(kind="depthwise", layout="channels_first")
fewer = full.flop / each.flop
ratio = full.units / each.units
print(tr(es="operaciones", en="operations"), f"{fewer:.0f} : 1")
print(tr(es="tiempo", en="time"), report.factor(ratio, operations.noise), ": 1")

# %% tags=["hidden"]
assert fewer == 64
assert ratio < fewer, "the page says that a depthwise convolution does not save time in proportion"
verdict = operations.versus(each, full)

# %% [markdown] lang="es"
# **El hallazgo.** La convolución completa hace `{python} fewer:.0f` operaciones por cada una de la
# *depthwise*, pero tarda solo `{python} report.factor(ratio, operations.noise)` veces lo que ella
# (veredicto, *depthwise* frente a completa: `{python} verdict`). La intensidad de la *depthwise* es de
# `{python} each.intensity:.1f` FLOP/byte y la de la completa, de `{python} full.intensity:.0f`; el codo de
# esta máquina está en `{python} report.number(roof.knee, 2)`. Un punto puede quedar por encima de la
# pendiente: los datos de una operación pequeña pueden estar ya en la caché, que entrega más bytes por segundo
# que la memoria con la que se midió el techo.

# %% [markdown] lang="en"
# **The finding.** For each operation of the *depthwise* convolution the full one does
# `{python} fewer:.0f`, but it takes only `{python} report.factor(ratio, operations.noise)` times as long
# (verdict, *depthwise* against full: `{python} verdict`). The intensity of the *depthwise* one is
# `{python} each.intensity:.1f` FLOP/byte and that of the full one `{python} full.intensity:.0f`; the knee of
# this machine lies at `{python} report.number(roof.knee, 2)`. A point may lie above the slope: the data of a
# small operation may be in the cache already, which delivers more bytes per second than the memory by which
# the roof was measured.

# %% [markdown] lang="es"
# ## Fusionar: las mismas cuentas, menos viajes
#
# Sumar un sesgo y calcular `0.5 * h * (1 + erf(h / √2))` son seis pasos elemento a elemento. Por separado,
# cada uno lee un tensor de la memoria y escribe otro. Un compilador los junta en un bucle: cada número se lee
# una vez, pasa por las seis cuentas y se escribe una vez. Con la atención, `scaled_dot_product_attention`
# hace algo parecido: no escribe nunca completa la matriz de puntajes ([Dao y otros,
# 2022](https://arxiv.org/abs/2205.14135)).

# %% [markdown] lang="en"
# ## Fusing: the same arithmetic, fewer trips
#
# Adding a bias and computing `0.5 * h * (1 + erf(h / √2))` is six elementwise steps. Taken one by one, each
# reads a tensor from memory and writes another. A compiler joins them in one loop: every number is read once,
# goes through all six steps and is written once. `scaled_dot_product_attention` does something similar with
# attention: it never writes down the whole matrix of scores ([Dao and others,
# 2022](https://arxiv.org/abs/2205.14135)).

# %%
pairs = []
for activation in ("bias_relu", "bias_gelu", "gated_tanh"):
    plain = operations.one(operation=activation, fused=False)
    pairs.append((activation, plain, operations.one(operation=activation, fused=True)))
for length in (128, 512):
    plain = operations.one(operation="attention", length=length, written_out=True)
    fused = operations.one(operation="attention", length=length, written_out=False)
    pairs.append((f"{NAMES['attention']}, L = {length}", plain, fused))

# %%
# alt es: tiempo de cada operación paso a paso y fusionada, en eje logarítmico, con barras entre cuartiles.
# alt en: time of each operation step by step and fused, on a logarithmic axis, with bars between quartiles.
rows = []
for label, plain, fused in pairs:
    rows += [(f"{label}, {FUSED[False]}", plain, "ember"), (f"{label}, {FUSED[True]}", fused, "blue")]
fig, ax = plt.subplots(figsize=(6.4, 4.4))
report.durations(rows, definition=operations.current, ax=ax)

# %%
head = (
    tr(es="operación", en="operation"),
    tr(es="fusionada frente a paso a paso", en="fused against step by step"),
)
report.table(head, [(label, operations.versus(fused, plain)) for label, plain, fused in pairs])

# %% tags=["hidden"]
compared = [operations.versus(fused, plain) for _, plain, fused in pairs]
untold = compared.count(tr(es="sin comparar", en="not compared"))
same = compared.count(tr(es="sin diferencia", en="no difference"))

# %% [markdown] lang="es"
# Pares «sin diferencia», con un ruido del `{python} operations.noise:.0%`: `{python} same` de
# `{python} len(pairs)`. Pares sin comparar, porque otro proceso estorbó: `{python} untold`. Juntar una suma y
# una ReLU ahorra un viaje de ida y vuelta a la memoria; juntar los seis pasos de la fórmula ahorra cinco.

# %% [markdown] lang="en"
# Pairs with “no difference”, given a noise of `{python} operations.noise:.0%`: `{python} same` of
# `{python} len(pairs)`. Pairs not compared, because another process got in the way: `{python} untold`.
# Joining an addition and a ReLU saves one round trip to memory; joining the six steps of the formula saves
# five.

# %% [markdown] lang="es"
# ## Lo que falta
#
# El mismo archivo mide una GPU con `make bench-cuda`, con float32 exacto, TF32 y bfloat16.

# %% [markdown] lang="en"
# ## What is missing
#
# The same file measures a GPU with `make bench-cuda`, in exact float32, TF32 and bfloat16.

# %%
operations.missing([("cuda", "CUDA"), ("cuda-inductor", tr(es="CUDA, compilado", en="CUDA, compiled"))])

# %% [markdown] lang="es"
# ## El código, las órdenes y los datos

# %% [markdown] lang="en"
# ## The code, the commands and the data

# %%
operations.code("test_convolution", "bias_gelu", "written_out_attention", "test_attention")

# %%
operations.commands()

# %%
operations.downloads()

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: la intensidad de una convolución
#
# Escribe `intensity(channels, side, kernel, groups)`: FLOP por byte de una convolución de float32 que
# conserva el lado y los canales, con un ejemplo por batch. Cada salida suma `kernel² · channels / groups`
# productos; los bytes son los de la entrada, los pesos y la salida, una vez cada uno.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: the intensity of a convolution
#
# Write `intensity(channels, side, kernel, groups)`: FLOP per byte of a float32 convolution that keeps the
# side and the channels, with one example per batch. Each output adds up `kernel² · channels / groups`
# products; the bytes are those of the input, the weights and the output, once each.


# %% tags=["solution"]
def intensity(channels, side, kernel, groups):
    terms = kernel**2 * channels // groups
    pixels = channels * side**2
    return 2 * pixels * terms / (4 * (2 * pixels + terms * channels))


# %% tags=["check"]
assert abs(intensity(1, 1, 1, 1) - 2 / 12) < 1e-12
assert abs(intensity(64, 32, 3, 64) / (18 * 65536 / (4 * (131072 + 576))) - 1) < 1e-9
assert intensity(64, 32, 3, 1) > 20 * intensity(64, 32, 3, 64)

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: cuánto puede ahorrar la fusión
#
# Una cadena de `steps` pasos elemento a elemento está limitada por la memoria: cada paso lee y escribe el
# tensor. Escribe `saving(steps)`: cuántas veces más rápida puede ser, a lo sumo, la cadena fusionada.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: how much fusing can save
#
# A chain of `steps` elementwise steps is limited by memory: each step reads and writes the tensor. Write
# `saving(steps)`: how many times as fast the fused chain can be at most.


# %% tags=["solution"]
def saving(steps):
    return (2 * steps) / 2


# %% tags=["check"]
assert saving(1) == 1
assert saving(6) == 6

# %% [markdown] lang="es"
# ## Para llevarte
#
# * El tiempo de una operación no baja del mayor de dos: el de sus cuentas y el de sus bytes. La intensidad
#   dice cuál manda.
# * Cuando manda la memoria, ahorrar operaciones no ahorra tiempo en la misma proporción: la *depthwise* lo
#   muestra.
# * Fusionar no quita cuentas, quita viajes; puede ayudar más cuanto más larga es la cadena.
#
# ## Sigue por aquí
#
# [Redes enteras](model_sweeps.md), [cuándo conviene compilar](compile_break_even.md) y los
# [dispositivos](../fundamentals/devices.md). El capítulo 03 de
# [PyTorch for Deep Learning](https://www.learnpytorch.io/03_pytorch_computer_vision/) usa estas operaciones.

# %% [markdown] lang="en"
# ## What to keep
#
# * The time of an operation is no less than the larger of two: that of its arithmetic and that of its bytes.
#   Intensity tells which one rules.
# * Where memory rules, saving operations does not save time in proportion: *depthwise* shows it.
# * Fusing removes no arithmetic, it removes trips; the longer the chain, the more it can help.
#
# ## Where to go next
#
# [Whole networks](model_sweeps.md), [when compiling pays off](compile_break_even.md) and
# [devices](../fundamentals/devices.md). Chapter 03 of
# [PyTorch for Deep Learning](https://www.learnpytorch.io/03_pytorch_computer_vision/) uses these operations.
