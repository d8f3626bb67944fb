"""
title:
  es: "Redes enteras: cuánto de la máquina usa cada familia"
  en: "Whole networks: how much of the machine each family uses"
summary:
  es: Cuatro familias de redes, de angostas a anchas y con batch de 4 a 1024, en uso y en entrenamiento.
  en: Four families of networks, from narrow to wide and with batches of 4 to 1024, in use and in training.
tags: [benchmark, ParaDnn, roofline, training, batch]
objectives:
  es:
    - Leer la utilización de una red, que es su rendimiento entre el techo de la máquina.
    - Decir qué le hacen al rendimiento el ancho y el batch, y por qué.
    - Estimar lo que cuesta un paso de entrenamiento a partir de una inferencia, y comprobarlo.
  en:
    - Read the utilisation of a network, which is its throughput over the roof of the machine.
    - Say what width and batch do to throughput, and why.
    - Estimate the cost of a training step from an inference, and check it.
prerequisites:
  es:
    - El [producto de matrices medido](matrix_product.md) y [qué limita a una operación](operations.md).
    - Las [familias de redes](../concepts/architectures_map.md).
  en:
    - The [measured matrix product](matrix_product.md) and [what limits an operation](operations.md).
    - The [families of networks](../concepts/architectures_map.md).
"""
# %% [markdown] lang="es"
# «Las GPU son para redes densas, las TPU para convolucionales, las CPU para recurrentes». Frases así se
# comprueban con muchas redes, no con una. ParaDnn ([Wang, Wei y Brooks,
# 2019](https://arxiv.org/abs/1907.10701)) las dibuja a partir de unos pocos números, y esta página hace lo
# mismo con cuatro familias: densas, convolucionales, recurrentes y transformers. Aquí están las medidas de
# un procesador con un hilo; el [mapa de ganadores](winner_map.md) las pone junto a las de otros.

# %% [markdown] lang="en"
# “GPUs are for dense networks, TPUs for convolutional ones, CPUs for recurrent ones.” Sentences like these
# are put to the test with many networks, not with one. ParaDnn ([Wang, Wei and Brooks,
# 2019](https://arxiv.org/abs/1907.10701)) draws them from a few numbers, and this page does the same with
# four families: dense, convolutional and recurrent ones, and transformers. Here are the measurements of a
# processor with one thread; the [winner map](winner_map.md) puts them beside those of others.

# %% [markdown] lang="es" tags=["quiz"]
# Una red densa de ancho 2048 procesa un batch de 16 ejemplos. Con un batch de 1024 hace 64 veces más cuentas.
# ¿Tarda 64 veces más?
#
# - [ ] Sí, porque las cuentas son las mismas para cada ejemplo: lo son, pero los pesos se leen una sola vez
#   por batch.
# - [x] Menos de 64 veces: leer los pesos cuesta lo mismo para 16 ejemplos que para 1024.
# - [ ] Más de 64 veces, porque el batch grande ya no cabe en la caché: aunque no quepa, leer los pesos se
#   reparte entre más ejemplos.

# %% [markdown] lang="en" tags=["quiz"]
# A dense network of width 2048 processes a batch of 16 examples. A batch of 1024 means 64 times as much
# arithmetic. Does it take 64 times as long?
#
# - [ ] Yes, since the arithmetic is the same for every example: it is, but the weights are read once per
#   batch.
# - [x] Less than 64 times: reading the weights costs the same for 16 examples as for 1024.
# - [ ] More than 64 times, since the large batch no longer fits the cache: even if it does not, reading the
#   weights is shared among more examples.

# %% [markdown] lang="es"
# ## La máquina y sus filas

# %% [markdown] lang="en"
# ## The machine and its rows

# %%
import matplotlib.pyplot as plt

from tutorials_lib import tr
from tutorials_lib.bench import report, suite
from tutorials_lib.plots import color

models = suite.load("models")
models.card()

# %%
FAMILIES = {
    "fully_connected": tr(es="densa", en="dense"),
    "convolutional": tr(es="convolucional", en="convolutional"),
    "recurrent": tr(es="recurrente", en="recurrent"),
    "transformer": tr(es="transformer", en="transformer"),
}
PURPOSES = {
    "inference": tr(es="inferencia", en="inference"),
    "training": tr(es="entrenamiento", en="training"),
}
GENERAL = ("family", "purpose", "precision", "classes", "hidden_layers", "blocks", "side", "width")


def name(cell):
    own = cell.parameters
    hidden = GENERAL if own["family"] == "fully_connected" else GENERAL[:-1]
    numbers = [f"{key} {value}" for key, value in own.items() if key not in hidden]
    return ", ".join([PURPOSES[own["purpose"]], *numbers])


tables = []
for family, label in FAMILIES.items():
    cells = models.pick(family=family, backend="cpu")
    tables.append(report.folded_table(f"{label}: {len(cells)}", models.table(cells, name, label)))
report.Html("".join(tables))

# %% [markdown] lang="es"
# `{python} models.state()` Las operaciones se cuentan a mano y se comprueban con el contador de PyTorch, que
# no ve dentro de `nn.LSTM`. Un paso de entrenamiento tiene tres partes: paso hacia adelante, gradientes y
# actualización de los pesos con RMSProp y *momentum*.

# %% [markdown] lang="en"
# `{python} models.state()` Operations are counted by hand and checked against PyTorch's counter, which does
# not see inside `nn.LSTM`. A training step has three parts: forward pass, gradients, and an update of the
# weights by RMSProp with momentum.

# %% [markdown] lang="es"
# ## Ancho y batch
#
# Una red densa multiplica, en cada capa, el batch por los pesos. Antes de mirar: ¿qué curva crece más con el
# batch, la de 32 unidades por capa o la de 2048?

# %% [markdown] lang="en"
# ## Width and batch
#
# In every layer a dense network multiplies the batch by the weights. Before you look: which curve grows more
# with the batch, the one with 32 units per layer or the one with 2048?

# %%
# alt es: inferencia y entrenamiento: GFLOP/s de redes densas frente al batch, una curva por ancho.
# alt en: two panels, inference and training: GFLOP/s of dense networks over the batch, one curve per width.
HUES = ("gold", "green", "blue", "ember")
fig, axes = plt.subplots(1, 2, figsize=(7.2, 3.8), sharey=True)
for ax, (purpose, label) in zip(axes, PURPOSES.items(), strict=True):
    cells = models.pick(family="fully_connected", purpose=purpose, backend="cpu")
    series = suite.by(cells, "nodes", HUES)
    report.throughput(
        series, lambda cell: cell.parameters["batch"], joined=True, definition=models.current, ax=ax
    )
    batches = sorted({cell.parameters["batch"] for cell in cells})
    ax.set_xticks(batches, [str(batch) for batch in batches])
    ax.set(title=label, xlabel=tr(es="batch", en="batch"))
axes[1].set_ylabel("")
handles, labels = axes[0].get_legend_handles_labels()
title = tr(es="unidades por capa", en="units per layer")
fig.legend(handles, labels, loc="outside lower center", ncols=4, title=title)


# %%
def dense(nodes, batch, purpose="inference"):
    return models.one(family="fully_connected", backend="cpu", purpose=purpose, nodes=nodes, batch=batch)


def rate(cell):
    return cell.flop / cell.units


wide = dense(2048, 16), dense(2048, 1024)
narrow = dense(32, 16), dense(32, 1024)
grown = wide[1].units / wide[0].units
print(tr(es="64 veces más cuentas, ancho 2048:", en="64 times the arithmetic, width 2048:"), end=" ")
print(tr(es=f"{report.factor(grown)} veces el tiempo", en=f"{report.factor(grown)} times the time"))

# %% tags=["hidden"]
if grown < 64 / (1 + models.noise):
    weights = tr(
        es="Con batches pequeños la red lee todos sus pesos para pocas cuentas y espera a la memoria; con"
        " batches grandes, cada peso que llega se usa con muchos ejemplos.",
        en="With small batches the network reads all its weights for little arithmetic and waits for memory;"
        " with large ones, every weight that arrives is used with many examples.",
    )
else:
    weights = tr(
        es="En esta corrida no se ve lo que debería ahorrar leer los pesos una sola vez por batch.",
        en="This run does not show what reading the weights once per batch ought to save.",
    )

# %% [markdown] lang="es"
# **El hallazgo.** Con ancho 2048, un batch 64 veces mayor tarda `{python} report.factor(grown)` veces lo que
# el pequeño. `{python} weights` En la de ancho 32 el límite es otro: cada número que llega se usa en pocas
# cuentas y pesa más lo que cuesta llamar a cada capa. Con el mismo batch de 1024 rinde
# `{python} report.factor(rate(wide[1]) / rate(narrow[1]))` veces menos que la ancha.

# %% [markdown] lang="en"
# **The finding.** At width 2048, a batch 64 times as large takes `{python} report.factor(grown)` times as
# long as the small one. `{python} weights` At width 32 the limit is another: every number that arrives is
# used in little arithmetic, and the cost of calling each layer weighs more. With the same batch of 1024, the
# throughput of the wide one is `{python} report.factor(rate(wide[1]) / rate(narrow[1]))` times as high.

# %% [markdown] lang="es"
# ## Cuatro familias bajo un techo

# %% [markdown] lang="en"
# ## Four families under one roof

# %%
roof = suite.roof("float32")
hues = dict(zip(FAMILIES, ("blue", "ember", "green", "purple"), strict=True))

# %%
# alt es: GFLOP/s frente a FLOP/byte de todas las redes en inferencia, por familia, bajo el techo medido.
# alt en: GFLOP/s over FLOP/byte of all networks in inference, by family, under the measured roof.
fig, ax = plt.subplots(figsize=(6.4, 4.2))
grid = [1, roof.knee, 1000]
heights = report.roof(roof.flop_per_second / 1e9, roof.bytes_per_second / 1e9, grid)
ax.plot(grid, heights, "--", color=color("ink"))
series = [
    report.Series(label, models.pick(family=family, purpose="inference", backend="cpu"), hues[family])
    for family, label in FAMILIES.items()
]
report.throughput(
    series,
    lambda cell: cell.intensity,
    joined=False,
    bars=False,
    definition=models.current,
    ax=ax,
)
ax.set_xlabel(tr(es="intensidad aritmética (FLOP/byte)", en="arithmetic intensity (FLOP/byte)"))
fig.legend(loc="outside lower center", ncols=2)

# %%
from statistics import median

rows, middle = [], {}
for family, label in FAMILIES.items():
    cells = [cell for cell in models.pick(family=family, purpose="inference", backend="cpu") if cell.measured]
    shares = sorted(roof.utilisation(cell) for cell in cells)
    middle[family] = median(shares)
    span = f"{report.percent(shares[0])} – {report.percent(shares[-1])}"
    rows.append((label, str(len(cells)), report.percent(middle[family]), span))
head = (
    tr(es="familia", en="family"),
    tr(es="redes", en="networks"),
    tr(es="utilización mediana", en="median utilisation"),
    tr(es="de la menor a la mayor", en="from least to most"),
)
report.table(head, rows)

# %% tags=["hidden"]
assert all(int(row[1]) for row in rows)
spans = {}
for family in FAMILIES:
    cells = [cell for cell in models.pick(family=family, purpose="inference", backend="cpu") if cell.measured]
    speeds = [rate(cell) for cell in cells]
    spans[family] = max(speeds) / min(speeds)
inside = max(spans.values())
between = max(middle.values()) / min(middle.values())
if inside > between:
    verdict = tr(
        es="Dentro de una familia el rendimiento cambia más que entre familias",
        en="Throughput changes more within a family than between families",
    )
else:
    verdict = tr(
        es="Entre familias el rendimiento cambia más que dentro de cada una",
        en="Throughput changes more between families than within each of them",
    )

# %% [markdown] lang="es"
# `{python} verdict`: dentro de una, la red que más rinde llega a `{python} report.factor(inside)` veces lo
# que la que menos; entre las medianas de las familias hay un factor de `{python} report.factor(between)`.
# Decir «las redes X van bien en la máquina Y» sin ancho ni batch deja fuera el primero de esos dos factores.
# La utilización depende también de qué redes se eligen: la mediana es la de esta rejilla, no la de todas las
# redes del mundo.

# %% [markdown] lang="en"
# `{python} verdict`: within one, the throughput of the best network is up to `{python} report.factor(inside)`
# times that of the worst; between the medians of the families there is a factor of
# `{python} report.factor(between)`. Saying “networks of kind X do well on machine Y” without width and batch
# leaves out the first of these two factors. Utilisation also depends on which networks are chosen: the median
# is that of this grid, not that of all networks in the world.

# %% [markdown] lang="es"
# ## Cuánto cuesta aprender
#
# Un paso de entrenamiento hace el paso hacia adelante y dos productos más por capa: uno para el gradiente de
# los pesos y otro para el de las entradas, que la primera capa se ahorra. Eso predice entre dos y tres veces
# las operaciones. ¿Y el tiempo?

# %% [markdown] lang="en"
# ## What learning costs
#
# A training step makes the forward pass and two more products per layer: one for the gradient of the weights
# and one for that of the inputs, which the first layer does without. That predicts two to three times the
# operations. And the time?

# %%
# alt es: tiempo de un paso entre el de una inferencia, por red; mediana y cuartiles de cada familia.
# alt en: time of a step over that of an inference, per network; median and quartiles of each family.
pairs = {}
for cell in models.pick(purpose="inference", backend="cpu"):
    twin = models.pick(**{**cell.parameters, "purpose": "training", "backend": "cpu"})
    if cell.measured and twin and twin[0].measured:
        pairs.setdefault(cell.parameters["family"], []).append((cell, twin[0]))
fig, ax = plt.subplots(figsize=(6.4, 2.8))
for place, (family, found) in enumerate(pairs.items()):
    ratios = sorted(step.units / use.units for use, step in found)
    low, high = (ratios[int(share * (len(ratios) - 1))] for share in (0.25, 0.75))
    ax.hlines(place, low, high, color=color(hues[family]), linewidth=6, alpha=0.4)
    ax.plot(ratios, [place] * len(ratios), "|", color=color(hues[family]), markersize=10)
    ax.plot(median(ratios), place, "o", color=color(hues[family]))
ax.axvline(3, color=color("ink"), linestyle="--")
ax.set_yticks(range(len(pairs)), [FAMILIES[family] for family in pairs])
ax.set(xscale="log", xlabel=tr(es="entrenamiento / inferencia", en="training / inference"))
ax.set_xticks([2, 3, 5, 10, 20], ["2", "3", "5", "10", "20"])
ax.minorticks_off()
ax.invert_yaxis()

# %% tags=["hidden"]
every = [step.units / use.units for found in pairs.values() for use, step in found]
work = [step.flop / use.flop for found in pairs.values() for use, step in found]
assert all(1.9 <= ratio <= 3 for ratio in work)
typical = median(every)
sizes = [use.flop for found in pairs.values() for use, _ in found]
few = median(ratio for ratio, flop in zip(every, sizes, strict=True) if flop <= median(sizes))
many = median(ratio for ratio, flop in zip(every, sizes, strict=True) if flop > median(sizes))

# %% [markdown] lang="es"
# La mediana de los `{python} len(every)` pares es de `{python} report.factor(typical)` veces; las operaciones
# predicen entre `{python} min(work):.1f` y `{python} max(work):.1f`. Hay trabajo que las operaciones no
# cuentan: RMSProp lee y escribe tres números por peso, y PyTorch anota cada paso para poder volver sobre él.
# En la mitad de las redes con menos operaciones la mediana es de `{python} report.factor(few)` veces; en la
# otra mitad, de `{python} report.factor(many)`.

# %% [markdown] lang="en"
# The median of the `{python} len(every)` pairs is `{python} report.factor(typical)` times; operations predict
# between `{python} min(work):.1f` and `{python} max(work):.1f`. There is work that operations do not count:
# RMSProp reads and writes three numbers per weight, and PyTorch notes every step down so as to go back over
# it. In the half of the networks with fewer operations the median is `{python} report.factor(few)` times; in
# the other half, `{python} report.factor(many)`.

# %% [markdown] lang="es"
# ## Lo que falta
#
# Las mismas redes corren con XLA en este procesador (`make bench-xla`), que prueba que el código es portable
# y no que se parezca a una TPU; y en una GPU, con redes más grandes (`make bench-cuda`).

# %% [markdown] lang="en"
# ## What is missing
#
# The same networks run through XLA on this processor (`make bench-xla`), which shows that the code is
# portable and not that it resembles a TPU; and on a GPU, with larger networks (`make bench-cuda`).

# %%
models.missing([("xla", tr(es="XLA en la CPU", en="XLA on the CPU")), ("cuda", "CUDA")])

# %% [markdown] lang="es"
# ## El código, las órdenes y los datos

# %% [markdown] lang="en"
# ## The code, the commands and the data

# %%
models.code("test_inference", "test_training")

# %%
models.commands()

# %%
models.downloads()

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: operaciones de una red densa
#
# Escribe `dense_flop(widths, batch)`: las operaciones de un paso hacia adelante de una red densa con esos
# anchos, de la entrada a la salida. Una multiplicación y una suma cuentan como dos. El examen la compara con
# las filas registradas.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: operations of a dense network
#
# Write `dense_flop(widths, batch)`: the operations of a forward pass of a dense network with these widths,
# from input to output. A multiplication and an addition count as two. The check compares it with the recorded
# rows.


# %% tags=["solution"]
from itertools import pairwise


def dense_flop(widths, batch):
    return sum(2 * batch * a * b for a, b in pairwise(widths))


# %% tags=["check"]
assert dense_flop([3, 4], 2) == 48
for row in (*wide, *narrow):
    own = row.parameters
    layers = [own["width"], *[own["nodes"]] * own["hidden_layers"], own["classes"]]
    assert dense_flop(layers, own["batch"]) == row.flop

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: la media sobre lo común
#
# Comparar dos máquinas con filas distintas engaña: quien se saltó las redes lentas gana. Escribe
# `common_mean(a, b)`: `a` y `b` son diccionarios de red a tiempo; devuelve la media geométrica de `b / a`
# sobre las redes que están en ambos, y cuántas son.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: the mean over what is common
#
# Comparing two machines with different rows misleads: whoever skipped the slow networks wins. Write
# `common_mean(a, b)`: `a` and `b` are dictionaries from network to time; return the geometric mean of `b / a`
# over the networks that are in both, and how many they are.

# %% tags=["solution"]
from math import exp, log


def common_mean(a, b):
    common = a.keys() & b.keys()
    logs = [log(b[key] / a[key]) for key in common]
    return exp(sum(logs) / len(logs)), len(logs)


# %% tags=["check"]
mean, count = common_mean({"x": 1.0, "y": 2.0, "z": 50.0}, {"x": 4.0, "y": 2.0, "w": 0.1})
assert count == 2
assert abs(mean - 2) < 1e-9

# %% [markdown] lang="es"
# ## Para llevarte
#
# * La utilización dice qué parte de la máquina trabaja; depende del ancho y del batch, no solo de la familia.
# * Un batch mayor rinde más mientras los pesos se repartan entre más ejemplos; el precio es esperar al batch.
# * Un paso de entrenamiento cuesta de dos a tres inferencias en operaciones; el optimizador y las
#   anotaciones para volver se pagan aparte.
#
# ## Sigue por aquí
#
# El [mapa de ganadores](winner_map.md), los [hilos](threads.md) y la
# [carga de datos](data_loading.md). El capítulo 02 de
# [PyTorch for Deep Learning](https://www.learnpytorch.io/02_pytorch_classification/) entrena redes densas.

# %% [markdown] lang="en"
# ## What to keep
#
# * Utilisation tells what share of the machine works; it depends on width and batch, not only on the family.
# * A larger batch yields more as long as the weights are shared among more examples; the price is waiting for
#   the batch.
# * A training step costs two to three inferences in operations; the optimiser and the notes for going back
#   are paid for on top.
#
# ## Where to go next
#
# The [winner map](winner_map.md), [threads](threads.md) and [data loading](data_loading.md). Chapter 02 of
# [PyTorch for Deep Learning](https://www.learnpytorch.io/02_pytorch_classification/) trains dense networks.
