"""
title:
  es: "¿Pierden precisión las TPU? Qué cifras sobreviven"
  en: "Do TPUs lose precision? Which digits survive"
summary:
  es: La aritmética de las unidades de matrices, emulada con exactitud; bfloat16, TF32, int8 y varias pasadas.
  en: The arithmetic of matrix units, emulated exactly; bfloat16, TF32, int8 and several passes.
tags: [benchmark, TPU, precision, bfloat16, int8]
objectives:
  es:
    - Redondear un número a un formato y predecir su error relativo por sus bits.
    - Explicar por qué el error de un producto no crece con su longitud, y cuándo sí.
    - Recuperar cifras con varias pasadas y decir cuánto cuestan.
  en:
    - Round a number to a format and predict its relative error from its bits.
    - Explain why the error of a product does not grow with its length, and when it does.
    - Regain digits with several passes and say what they cost.
prerequisites:
  es:
    - El [producto de matrices con índices](../tensor_mathematics/dot_products.md).
    - Qué gana un formato de 16 bits, como en el [producto de matrices medido](matrix_product.md).
  en:
    - The [matrix product with indices](../tensor_mathematics/dot_products.md).
    - What a 16-bit format gains, as in the [measured matrix product](matrix_product.md).
"""
# %% [markdown] lang="es"
# «Las TPU calculan más, pero pierden precisión.» Para saber si es cierto no hace falta una TPU: lo que hace
# su unidad de matrices con los números está publicado y se puede repetir cifra por cifra en cualquier
# procesador. Redondea cada entrada a bfloat16, multiplica sin error y suma en float32. Aquí lo emulamos,
# junto con TF32 de las GPU y con enteros de 8 bits, y medimos cuánto se aleja cada uno de un producto hecho
# en float64.

# %% [markdown] lang="en"
# “TPUs compute more, but they lose precision.” Finding out whether that is true takes no TPU: what its matrix
# unit does with numbers is published and can be repeated digit by digit on any processor. It rounds every
# input to bfloat16, multiplies without error and adds up in float32. Here we emulate that, along with the
# TF32 of GPUs and with 8-bit integers, and measure how far each of them strays from a product made in
# float64.

# %%
from itertools import cycle

import matplotlib.pyplot as plt
import torch

from tutorials_lib import tr
from tutorials_lib.bench import precision, report, suite
from tutorials_lib.plots import DASHES, MARKERS, color, legend_above, localized
from tutorials_lib.style import SERIES

torch.set_num_threads(1)
torch.manual_seed(0)

# %% [markdown] lang="es"
# ## Qué guarda cada formato
#
# Un número en coma flotante guarda sus primeras cifras binarias y dónde va la coma. float32 guarda 24 cifras
# significativas; TF32, 11; bfloat16, 8. Redondear al más cercano se equivoca a lo sumo en media unidad de la
# última cifra: con $p$ cifras, el error relativo no pasa de $2^{-p}$.

# %% [markdown] lang="en"
# ## What each format keeps
#
# A floating-point number keeps its first binary digits and where the point goes. float32 keeps 24 significant
# digits; TF32, 11; bfloat16, 8. Rounding to the nearest errs by half a unit of the last digit at most: with
# $p$ digits, the relative error does not exceed $2^{-p}$.

# %%
third = torch.tensor([1 / 3], dtype=torch.float64)
kept = {
    "float32": (24, third.float()),
    "TF32": (11, precision.to_tf32(third.float())),
    "bfloat16": (8, precision.to_bfloat16(third.float())),
}
for name, (digits, rounded) in kept.items():
    error = float((rounded.double() - third).abs() / third)
    print(f"{name:<9} {rounded.item():.9f}  {error:.1e} ≤ {2.0**-digits:.1e}")

# %% tags=["hidden"]
numbers = torch.randn(5000).abs() + 0.1
for name, (digits, _) in kept.items():
    rounding = {"float32": torch.Tensor.float, "TF32": precision.to_tf32, "bfloat16": precision.to_bfloat16}[
        name
    ]
    assert ((rounding(numbers) - numbers).abs() <= 2.0**-digits * numbers).all()

# %% [markdown] lang="es" tags=["quiz"]
# Cada casilla de un producto $(64 \times K)(K \times 64)$ suma $K$ términos, cada uno con su error de
# redondeo. Si $K$ pasa de 64 a 4096, con entradas al azar de ambos signos, ¿qué le pasa al error **relativo**
# en bfloat16?
#
# - [ ] Crece 64 veces, como el número de términos: así sería si todos los errores empujaran hacia el mismo
#   lado; los de redondeo van a un lado y al otro.
# - [ ] Crece 8 veces, la raíz de 64: el error absoluto sí crece así; pero el resultado con el que se compara
#   también es una suma al azar y crece igual.
# - [x] Se queda igual: el error y el resultado crecen ambos como $\sqrt{K}$, y su cociente no cambia.

# %% [markdown] lang="en" tags=["quiz"]
# Each entry of a product $(64 \times K)(K \times 64)$ adds up $K$ terms, each with a rounding error of its
# own. If $K$ goes from 64 to 4096, with random inputs of both signs, what happens to the **relative** error
# in bfloat16?
#
# - [ ] It grows 64 times, like the number of terms: so it would be if all errors pushed the same way; those
#   of rounding go to either side.
# - [ ] It grows 8 times, the root of 64: the absolute error does grow like that; but the result that it is
#   compared with is a random sum as well, and grows alike.
# - [x] It stays the same: the error and the result both grow like $\sqrt{K}$, and their quotient does not
#   change.

# %% [markdown] lang="es"
# ## El error según la longitud
#
# El error relativo de un producto $C$ frente al exacto $C^*$ es $\lVert C - C^* \rVert / \lVert C^* \rVert$.
# Se mide con tres semillas por formato; la banda, casi invisible, va de la menor a la mayor.

# %% [markdown] lang="en"
# ## The error over the length
#
# The relative error of a product $C$ against the exact one $C^*$ is
# $\lVert C - C^* \rVert / \lVert C^* \rVert$. It is measured with three seeds for each format; the band,
# hardly visible, goes from the least to the largest.


# %%
def both_signs(rows, columns, generator):
    return torch.randn(rows, columns, generator=generator)


lengths = [16, 64, 256, 1024, 4096]
seeds = [precision.errors_over_length(lengths, both_signs, seed=seed) for seed in range(3)]

# alt es: Error relativo frente a la longitud K, ejes logarítmicos: líneas casi planas, de int8 a float32.
# alt en: Relative error over the length K, logarithmic axes: nearly flat lines, from int8 to float32.
fig, ax = plt.subplots(figsize=(6.4, 4.2))
for name, hue, dash, marker in zip(precision.FORMATS, cycle(SERIES), cycle(DASHES), cycle(MARKERS)):
    runs = torch.tensor([errors[name] for errors in seeds])
    ax.plot(lengths, runs.median(dim=0).values, marker, linestyle=dash, color=color(hue), label=name)
    ax.fill_between(lengths, runs.amin(dim=0), runs.amax(dim=0), color=color(hue), alpha=0.2, linewidth=0)
ax.set(xscale="log", yscale="log", xlabel="K", ylabel=tr(es="error relativo", en="relative error"))
ax.set_xticks(lengths, [str(length) for length in lengths], minor=False)
ax.minorticks_off()
legend_above(ax)

# %% tags=["hidden"]
worst = {name: max(max(errors[name]) for errors in seeds) for name in precision.FORMATS}
least = {name: min(min(errors[name]) for errors in seeds) for name in precision.FORMATS}
for name in ("bfloat16", "TF32", "bfloat16 ×3"):
    assert worst[name] < 1.35 * least[name], name
assert worst["bfloat16"] < 2**-8
assert least["bfloat16"] > 1000 * worst["float32"]
assert worst["bfloat16 ×6"] < 1.5 * worst["float32"]
assert all(errors["float32"][-1] > errors["float32"][0] for errors in seeds)

# %% [markdown] lang="es"
# El error de bfloat16 está entre `{python} 1000 * least["bfloat16"]:.1f` y
# `{python} 1000 * worst["bfloat16"]:.1f` milésimas en todas las longitudes y semillas. ¿Otro número en tu
# máquina? Debería caer en la misma banda: lo único que cambia de un procesador a otro es el orden de las
# sumas. float32 sí empeora un poco con la longitud, porque su error no nace al redondear las entradas, sino
# al sumar.

# %% [markdown] lang="en"
# The error of bfloat16 lies between `{python} 1000 * least["bfloat16"]:.1f` and
# `{python} 1000 * worst["bfloat16"]:.1f` thousandths at all lengths and seeds. A different number on your
# machine? It should fall into the same band: all that changes from one processor to another is the order of
# the additions. float32 does get slightly worse with length, since its error is not born when the inputs are
# rounded but when they are added up.

# %% [markdown] lang="es"
# ## Cuando los términos se cancelan
#
# El cociente depende del resultado. Con entradas positivas la suma crece como $K$ y el error como $\sqrt{K}$:
# el error relativo **baja**. Y si los términos casi se cancelan, el resultado es pequeño y el error ocupa más
# de él. Antes de correrlo: ¿en cuál de los tres casos te preocuparía más usar bfloat16?

# %% [markdown] lang="en"
# ## When terms cancel
#
# The quotient depends on the result. With positive inputs the sum grows like $K$ and the error like
# $\sqrt{K}$: the relative error **falls**. And if the terms nearly cancel, the result is small and the error
# takes up more of it. Before you run it: in which of the three cases would using bfloat16 worry you most?


# %%
def positive(rows, columns, generator):
    return torch.rand(rows, columns, generator=generator)


def cancelling(rows, columns, generator):
    # es: parejas (x, −x) en una matriz y (y, y + un poco) en la otra
    # en: pairs (x, −x) in one matrix and (y, y + a little) in the other
    half = torch.randn(rows, columns // 2, generator=generator)
    if rows < columns:
        return torch.cat([half, -half], dim=1)
    half = torch.randn(rows // 2, columns, generator=generator)
    return torch.cat([half, half + 0.05 * torch.randn(half.shape, generator=generator)])


kinds = {
    tr(es="positivas", en="positive"): positive,
    tr(es="ambos signos", en="both signs"): both_signs,
    tr(es="se cancelan", en="cancelling"): cancelling,
}
cases = {name: precision.errors_over_length([128, 1024], draw) for name, draw in kinds.items()}
for name, errors in cases.items():
    print(f"{name:<13}", *(f"K={k}: {e:.1e}" for k, e in zip([128, 1024], errors["bfloat16"], strict=True)))

# %% tags=["hidden"]
positive_error, signed_error, cancelled_error = (errors["bfloat16"] for errors in cases.values())
assert positive_error[1] < positive_error[0] < signed_error[0]
assert min(cancelled_error) > 10 * max(signed_error)
cancelled_float32 = max(errors["float32"][1] for errors in cases.values())
assert cancelled_float32 < 1e-4

# %% [markdown] lang="es"
# Al cancelarse, el error sube a `{python} max(cancelled_error):.0%` del resultado. El formato es el mismo;
# cambió el problema. Por eso «pierde precisión» no se contesta con un solo número: en una red, donde cada
# capa suma términos de ambos signos, unas milésimas suelen caber en el ruido del entrenamiento, y en una
# resta de cantidades casi iguales no. Si importa en un modelo se decide evaluándolo.

# %% [markdown] lang="en"
# With cancellation, the error rises to `{python} max(cancelled_error):.0%` of the result. The format is the
# same; the problem changed. That is why “it loses precision” has no answer in a single number: in a network,
# where each layer adds terms of both signs, a few thousandths usually drown in the noise of training, and in
# a difference of nearly equal quantities they do not. Whether it matters to a model is decided by evaluating
# it.

# %% [markdown] lang="es"
# ## Comprar cifras con pasadas
#
# Un float32 se parte en tres números bfloat16 que suman exactamente él mismo, $x = x_0 + x_1 + x_2$, cada uno
# con las 8 cifras que siguen. Con ellos la misma unidad calcula un producto mejor en varias **pasadas**: tres
# productos, $A_0B_0 + A_0B_1 + A_1B_0$, dejan fuera lo más pequeño; seis llegan a la precisión de float32.
# XLA, el compilador de las TPU, las llama `DEFAULT`, `HIGH` y `HIGHEST`.

# %% [markdown] lang="en"
# ## Buying digits with passes
#
# A float32 splits into three bfloat16 numbers that add up exactly to itself, $x = x_0 + x_1 + x_2$, each with
# the next 8 digits. With them the same unit computes a better product in several **passes**: three products,
# $A_0B_0 + A_0B_1 + A_1B_0$, leave out what is smallest; six reach the precision of float32. XLA, the
# compiler of TPUs, calls them `DEFAULT`, `HIGH` and `HIGHEST`.

# %%
tenth = torch.tensor([0.1])
parts = precision.split(tenth, 3)
print(*(f"{part.item():.10f}" for part in parts))
print(sum(part.double() for part in parts).item() == tenth.double().item())

head = (
    tr(es="pasadas", en="passes"),
    tr(es="productos en la unidad", en="products in the unit"),
    tr(es="error relativo", en="relative error"),
)
names = {1: "bfloat16", 3: "bfloat16 ×3", 6: "bfloat16 ×6"}
rows = [(str(n), str(len(precision.PASSES[n])), localized(f"{worst[name]:.1e}")) for n, name in names.items()]
report.table(head, [*rows, ("float32", "–", localized(f"{worst['float32']:.1e}"))])

# %% tags=["hidden"]
assert sum(part.double() for part in parts).item() == tenth.double().item()
assert worst["bfloat16"] > 100 * worst["bfloat16 ×3"] > 10 * worst["bfloat16 ×6"]

# %% [markdown] lang="es"
# Así que la TPU no pierde precisión: **cambia precisión por velocidad, y deja elegir**. Seis pasadas cuestan
# seis productos. Una GPU ofrece el mismo trato con TF32 y bfloat16, y en PyTorch se elige con
# `torch.set_float32_matmul_precision`.

# %% [markdown] lang="en"
# So the TPU does not lose precision: it **trades precision for speed, and lets you choose**. Six passes cost
# six products. A GPU offers the same deal with TF32 and bfloat16, and PyTorch lets you choose with
# `torch.set_float32_matmul_precision`.

# %% [markdown] lang="es"
# ## Enteros de 8 bits y una entrada enorme
#
# int8 no guarda cifras significativas: reparte 255 escalones iguales entre la mayor entrada y su opuesta. Con
# números parecidos entre sí pierde poco. Una sola entrada cien veces mayor ensancha todos los escalones.

# %% [markdown] lang="en"
# ## 8-bit integers and one enormous entry
#
# int8 keeps no significant digits: it spreads 255 equal steps between the largest entry and its opposite.
# With numbers of like size it loses little. A single entry a hundred times as large widens every step.

# %%
A, B = torch.randn(64, 512), torch.randn(512, 64)
spoiled = A.clone()
spoiled[0, 0] = 100 * A.abs().max()
# es: las filas sin la entrada enorme
# en: the rows without the enormous entry
others = slice(1, None)
rounded = {name: precision.FORMATS[name] for name in ("int8", "bfloat16")}
for name, multiply in rounded.items():
    before = precision.relative_error(multiply(A, B)[others], A[others], B)
    after = precision.relative_error(multiply(spoiled, B)[others], spoiled[others], B)
    print(f"{name:<9} {before:.1e} → {after:.1e}")

# %% tags=["hidden"]
int8_after = precision.relative_error(precision.int8_product(spoiled, B)[others], A[others], B)
assert int8_after > 0.5
same = precision.bfloat16_product(spoiled, B)[others] - precision.bfloat16_product(A, B)[others]
assert same.abs().max() < 1e-4

# %% [markdown] lang="es"
# Las demás filas no cambiaron en nada, y en int8 su error pasó a ser del `{python} int8_after:.0%`. bfloat16
# ni lo nota, porque cada número lleva su propia coma. Por eso al cuantizar se usa una escala por fila o por
# canal: es el ejercicio 3.

# %% [markdown] lang="en"
# The other rows did not change at all, and in int8 their error became `{python} int8_after:.0%`. bfloat16
# does not even notice, since each number carries its own point. That is why quantising uses a scale for each
# row or channel: that is exercise 3.

# %% [markdown] lang="es"
# ## Lo que se gana en tiempo
#
# Todo lo anterior fue aritmética. Cuánto tiempo ahorra cada formato depende de las instrucciones de cada
# procesador, y eso se mide: un producto de lado 512 y una red densa, en esta máquina. El error de estas filas
# cuenta solo lo que añade el producto, porque sus entradas ya estaban en el formato.

# %% [markdown] lang="en"
# ## What is gained in time
#
# All of the above was arithmetic. How much time each format saves depends on the instructions of each
# processor, and that is measured: a product of side 512 and a dense network, on this machine. The error of
# these rows counts only what the product adds, since its inputs were in the format already.

# %%
timed = suite.load("precision")
timed.card()

# %%
kinds = {"product": tr(es="producto", en="product"), "network": tr(es="red densa", en="dense network")}


def label(cell):
    return f"{kinds[cell.operation]}, {cell.parameters['precision']}"


timed.table(timed.here.cells, label)

# %%
# alt es: Tiempo de cada formato en un producto y en una red densa, eje logarítmico, barras entre cuartiles.
# alt en: Time of each format in a product and in a dense network, logarithmic axis, bars between quartiles.
hues = {"product": "blue", "network": "ember"}
fig, ax = plt.subplots(figsize=(6.4, 3.8))
bars = [(label(cell), cell, hues[cell.operation]) for cell in timed.here.cells]
report.durations(bars, definition=timed.current, ax=ax)

# %%
head = tr(es="frente a float32", en="against float32"), tr(es="veredicto", en="verdict")
rows = [
    (label(cell), timed.versus(cell, timed.one(operation=cell.operation, precision="float32")))
    for cell in timed.here.cells
    if cell.parameters["precision"] != "float32"
]
report.table(head, rows)

# %% tags=["hidden"]
rounding = {cell.parameters["precision"]: cell.relative_error for cell in timed.pick(operation="product")}
assert rounding["float32"] < rounding["float16"] < rounding["bfloat16"] < 2**-8
assert rounding["int8"] == 0

# %% [markdown] lang="es"
# `{python} timed.state()` Un marcador hueco es una fila estorbada. Un formato más corto no siempre va más
# rápido: float16 guarda más cifras que bfloat16 y ocupa lo mismo, pero si el procesador no lo multiplica, hay
# que convertir cada número. int8 suma en enteros y no añade error; el suyo está en el redondeo de las
# entradas, como arriba. Una GPU se mide con la misma serie:

# %% [markdown] lang="en"
# `{python} timed.state()` A hollow marker is a row that was disturbed. A shorter format is not always faster:
# float16 keeps more digits than bfloat16 in the same room, but where the processor does not multiply it,
# every number has to be converted. int8 adds up in integers and adds no error; its own is in the rounding of
# the inputs, as above. A GPU is measured with the same suite:

# %%
timed.missing([("cuda", "CUDA")])

# %% [markdown] lang="es"
# ## El código, las órdenes y los datos

# %% [markdown] lang="en"
# ## The code, the commands and the data

# %%
timed.code("matrix_product", "test_product", "test_network")

# %%
timed.commands()

# %%
timed.downloads()

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: redondear a $p$ cifras
#
# Escribe `keep_digits(x, p)`, que redondee un tensor a $p$ cifras binarias significativas. `torch.frexp` da
# $x = m \cdot 2^e$ con $0{,}5 \le |m| < 1$; `torch.round` redondea al entero más cercano, con empates al par.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: rounding to $p$ digits
#
# Write `keep_digits(x, p)`, which rounds a tensor to $p$ significant binary digits. `torch.frexp` gives
# $x = m \cdot 2^e$ with $0{,}5 \le |m| < 1$; `torch.round` rounds to the nearest integer, ties to the even
# one.


# %% tags=["solution"]
def keep_digits(x, p):
    mantissa, exponent = torch.frexp(x)
    return torch.ldexp(torch.round(mantissa * 2**p) / 2**p, exponent)


# %% tags=["check"]
sample = torch.randn(1000)
assert torch.equal(keep_digits(sample, 8), precision.to_bfloat16(sample))
assert torch.equal(keep_digits(sample, 11), precision.to_tf32(sample))
assert torch.equal(keep_digits(torch.tensor([5.0, -0.75]), 2), torch.tensor([4.0, -0.75]))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: tres pasadas
#
# Escribe `three_passes(A, B)` con `precision.to_bfloat16`: parte cada factor en dos y suma los tres productos
# que importan. ¿Cuál de los cuatro posibles se deja fuera, y de qué tamaño es?

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: three passes
#
# Write `three_passes(A, B)` with `precision.to_bfloat16`: split each factor in two and add the three products
# that matter. Which of the four possible ones is left out, and how large is it?


# %% tags=["solution"]
def three_passes(A, B):
    A0, B0 = precision.to_bfloat16(A), precision.to_bfloat16(B)
    A1, B1 = precision.to_bfloat16(A - A0), precision.to_bfloat16(B - B0)
    return A0 @ B0 + (A0 @ B1 + A1 @ B0)


# %% tags=["check"]
assert precision.relative_error(three_passes(A, B), A, B) < 1e-5
assert precision.relative_error(three_passes(A, B), A, B) > 1e-6
torch.testing.assert_close(
    three_passes(A, B), precision.bfloat16_product(A, B, passes=3), rtol=1e-4, atol=1e-4
)

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: una escala por fila
#
# Escribe `int8_by_rows(A, B)`: como `precision.int8_product`, pero con una escala para cada fila de `A` y una
# para cada columna de `B`, de modo que la mayor entrada de cada una sea 127. Haz la suma de enteros en
# float64.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: a scale for each row
#
# Write `int8_by_rows(A, B)`: like `precision.int8_product`, but with one scale for each row of `A` and one
# for each column of `B`, so that the largest entry of each is 127. Add the integers up in float64.


# %% tags=["solution"]
def int8_by_rows(A, B):
    row = A.abs().amax(dim=1, keepdim=True).double() / 127
    column = B.abs().amax(dim=0, keepdim=True).double() / 127
    return (((A / row).round() @ (B / column).round()) * row * column).float()


# %% tags=["check"]
fixed = precision.relative_error(int8_by_rows(spoiled, B)[others], spoiled[others], B)
assert fixed < 0.02 < int8_after
assert precision.relative_error(int8_by_rows(A, B), A, B) < precision.relative_error(
    precision.int8_product(A, B), A, B
)
exact = torch.tensor([[127.0, 1.0], [1.0, -127.0]])
assert torch.allclose(int8_by_rows(exact, torch.eye(2) * 127), exact * 127)

# %% [markdown] lang="es"
# ## Para llevarte
#
# * La precisión es del formato que se elige, no del chip: bfloat16 guarda 8 cifras binarias en una TPU, en
#   una GPU y aquí.
# * Con sumas en float32 el error relativo de un producto no crece con su longitud; lo agranda la cancelación.
# * Más pasadas devuelven las cifras, al precio de más productos.
# * Los enteros necesitan una buena escala: una entrada enorme arruina a las demás que la comparten.
#
# ## Sigue por aquí
#
# El veredicto sobre «las TPU pierden precisión» está en el [registro de afirmaciones](claims.md); la
# velocidad que se gana, en el [producto de matrices medido](matrix_product.md). Para saber si importa en un
# modelo, la [evaluación honesta](../workflow/honest_evaluation.md). La lección acompaña lo que el capítulo 00
# de [PyTorch for Deep Learning](https://www.learnpytorch.io/00_pytorch_fundamentals/) dice de los tipos de
# dato.

# %% [markdown] lang="en"
# ## What to keep
#
# * Precision belongs to the format that is chosen, not to the chip: bfloat16 keeps 8 binary digits on a TPU,
#   on a GPU and here.
# * With sums in float32 the relative error of a product does not grow with its length; cancellation enlarges
#   it.
# * More passes give the digits back, at the price of more products.
# * Integers need a good scale: one enormous entry ruins the others that share it.
#
# ## Where to go next
#
# The verdict on “TPUs lose precision” is in the [ledger of claims](claims.md); the speed that is gained, in
# the [measured matrix product](matrix_product.md). To know whether it matters to a model, [honest
# evaluation](../workflow/honest_evaluation.md). The lesson goes with what chapter 00 of [PyTorch for Deep
# Learning](https://www.learnpytorch.io/00_pytorch_fundamentals/) says about data types.
