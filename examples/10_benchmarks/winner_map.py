"""
title:
  es: El mapa de ganadores
  en: The winner map
summary:
  es: Quién entrena más rápido en cada ancho y batch, una placa TPU o una GPU, y qué casillas faltan.
  en: Who trains faster at each width and batch, a TPU board or a GPU, and which cells are missing.
tags: [benchmark, TPU, GPU, comparison]
objectives:
  es:
    - Leer un cociente de velocidades con su zona de ruido y declarar ganador, empate o nada.
    - Comparar sobre las casillas comunes y decir por qué faltan las demás.
    - Distinguir comparar placas de comparar chips, y ver cómo cambia el mapa.
  en:
    - Read a quotient of speeds with its zone of noise and declare a winner, a draw or nothing.
    - Compare over common cells and say why the others are missing.
    - Tell comparing boards from comparing chips, and see how the map changes.
prerequisites:
  es:
    - La regla del ruido, como en el [registro de afirmaciones](claims.md).
    - Qué es el batch, como en la [regresión lineal](../workflow/linear_regression.md).
  en:
    - The rule on noise, as in the [ledger of claims](claims.md).
    - What a batch is, as in [linear regression](../workflow/linear_regression.md).
"""

# %%
import matplotlib.pyplot as plt
import numpy as np

from tutorials_lib import tr
from tutorials_lib.bench import claims, derived, paradnn, report, results
from tutorials_lib.plots import heat_map, localized

found = paradnn.findings()
common = found.versus_gpu

# %% [markdown] lang="es"
# «¿Qué es más rápido, una TPU o una GPU?» se contesta con un mapa, no con un número. ParaDnn ([Wang, Wei y
# Brooks, 2019](https://arxiv.org/abs/1907.10701)) entrenó las mismas redes completamente conectadas en una
# **placa TPU v2-8** y en una **GPU V100**. Aquí están las `{python} len(common)` que terminaron en las dos,
# por ancho de las capas y por batch. Todo en esta página fue ◎ medido por otros, en 2019, salvo lo que se
# diga; nada es modelado.

# %% [markdown] lang="en"
# “Which is faster, a TPU or a GPU?” is answered by a map, not by a number. ParaDnn ([Wang, Wei and Brooks,
# 2019](https://arxiv.org/abs/1907.10701)) trained the same fully connected networks on a **TPU v2-8 board**
# and on a **V100 GPU**. Here are the `{python} len(common)` that finished on both, by width of the layers and
# by batch. Everything on this page was ◎ measured by others, in 2019, unless it says otherwise; nothing is
# modelled.

# %% [markdown] lang="es" tags=["quiz"]
# Adivina antes de ver el mapa. Capas de 8192 unidades y batch 64: ¿quién entrena más ejemplos por segundo?
#
# - [ ] La placa TPU: las capas anchas llenan sus arreglos. Los llenan, pero con 64 ejemplos entre ocho
#   núcleos apenas hay qué multiplicar, y todos deben intercambiar cientos de millones de gradientes.
# - [x] La GPU: un solo chip no intercambia gradientes con nadie, y con pocos ejemplos ese intercambio es casi
#   todo.
# - [ ] Empatan: multiplican lo mismo. Multiplican lo mismo, pero multiplicar no es lo que tarda.

# %% [markdown] lang="en" tags=["quiz"]
# Guess before you see the map. Layers of 8192 units and batch 64: who trains more examples per second?
#
# - [ ] The TPU board: wide layers fill its arrays. They do, but with 64 examples over eight cores there is
#   hardly anything to multiply, and all must exchange hundreds of millions of gradients.
# - [x] The GPU: a single chip exchanges gradients with nobody, and with few examples that exchange is nearly
#   all.
# - [ ] They draw: they multiply the same. They do, but multiplying is not what takes the time.

# %% [markdown] lang="es"
# ## La placa contra la GPU
#
# Cada casilla lleva la media geométrica del cociente, placa entre GPU, sobre las redes de ese ancho y batch,
# y una letra: **T** gana la placa TPU, **G** gana la GPU, **=** la diferencia no pasa del ruido del
# `{python} claims.NOISE:.0%` y no se ordena.

# %% [markdown] lang="en"
# ## The board against the GPU
#
# Each cell carries the geometric mean of the quotient, board over GPU, over the networks of that width and
# batch, and a letter: **T** the TPU board wins, **G** the GPU wins, **=** the difference stays within the
# noise of `{python} claims.NOISE:.0%` and is not ranked.


# %%
def letter(ratio):
    if ratio > 1 + claims.NOISE:
        return "T"
    return "G" if ratio < 1 / (1 + claims.NOISE) else "="


def grid_of(chips=1):
    cells = {}
    for network, ratio in common.items():
        cells.setdefault((network.width, network.batch), []).append(ratio / chips)
    return {place: claims.geometric_mean(ratios) for place, ratios in cells.items()}


widths, batches = (sorted({getattr(network, name) for network in common}) for name in ("width", "batch"))


def winner_map(cells):
    mean = [[cells[width, batch] for batch in batches] for width in widths]
    words = [[f"{letter(ratio)}\n" + localized(f"{ratio:.2g}") for ratio in row] for row in mean]
    ax = plt.subplots(figsize=(7.2, 4.2))[1]
    return heat_map(
        np.log2(mean),
        row_labels=[str(width) for width in widths],
        column_labels=[str(batch) for batch in batches],
        texts=words,
        limits=(-3.6, 3.6),
        xlabel=tr(es="batch (◎ medido por otros)", en="batch (◎ measured by others)"),
        ylabel=tr(es="ancho de las capas", en="width of the layers"),
        ax=ax,
    )


# %%
# alt es: Mapa de ancho por batch: G en capas anchas con batch chico, T en todo lo demás, = en la frontera.
# alt en: Map of width by batch: G for wide layers with small batches, T in all the rest, = on the border.
board = grid_of()
winner_map(board)

# %% tags=["hidden"]
marks = {place: letter(ratio) for place, ratio in board.items()}
count = {mark: sum(found_mark == mark for found_mark in marks.values()) for mark in "TG="}
assert marks[8192, 64] == "G"
assert marks[32, 16384] == "T"
assert all(width >= 2048 for (width, _), mark in marks.items() if mark == "G")
assert count["T"] > count["G"]
lowest, highest = min(board.values()), max(board.values())

# %% [markdown] lang="es"
# **El hallazgo.** De `{python} len(board)` casillas la placa gana `{python} count["T"]`, la GPU
# `{python} count["G"]`, y en `{python} count["="]` no hay diferencia. El cociente va de `{python} lowest:.2f`
# a `{python} highest:.0f`: la pregunta «cuál es más rápida» cambia de respuesta unas cincuenta veces de
# ancho. La frontera sube hacia la derecha: cuanto más anchas las capas, mayor batch necesita la placa para
# repartir el intercambio.

# %% [markdown] lang="en"
# **The finding.** Of `{python} len(board)` cells the board wins `{python} count["T"]`, the GPU
# `{python} count["G"]`, and in `{python} count["="]` there is no difference. The quotient goes from
# `{python} lowest:.2f` to `{python} highest:.0f`: the answer to “which is faster” ranges over a factor of
# about fifty. The border rises to the right: the wider the layers, the larger the batch that the board needs
# to spread its exchange.

# %% [markdown] lang="es"
# ## El chip contra la GPU
#
# La placa tiene cuatro chips; la GPU es uno. Si se divide el rendimiento entre cuatro, el mapa cambia. Antes
# de mirar: ¿cuántas casillas cambiarán de dueño?

# %% [markdown] lang="en"
# ## The chip against the GPU
#
# The board has four chips; the GPU is one. If the throughput is divided by four, the map changes. Before you
# look: how many cells will change hands?

# %%
# alt es: El mismo mapa entre cuatro: muchas casillas pasan a G o a empate; T queda en batches grandes.
# alt en: The same map divided by four: many cells go to G or to a draw; T remains at large batches.
chip = grid_of(chips=claims.V2_CHIPS)
winner_map(chip)

# %% tags=["hidden"]
chip_marks = {place: letter(ratio) for place, ratio in chip.items()}
chip_count = {mark: sum(found_mark == mark for found_mark in chip_marks.values()) for mark in "TG="}
changed = sum(chip_marks[place] != mark for place, mark in marks.items())
assert chip_count["G"] > count["G"]
assert changed > len(board) / 3
assert all(batch >= 512 for (_, batch), mark in chip_marks.items() if mark == "T")

# %% [markdown] lang="es"
# Cambian `{python} changed` casillas: el chip gana `{python} chip_count["T"]`, la GPU
# `{python} chip_count["G"]`. Ninguno de los dos mapas es «el verdadero». Quien compra horas de máquina
# compara placas y precios; quien estudia el diseño compara chips, y entonces dividir entre cuatro castiga a
# la placa por un intercambio que un chip solo no haría. El mapa honesto dice qué se dividió.

# %% [markdown] lang="en"
# `{python} changed` cells change: the chip wins `{python} chip_count["T"]`, the GPU
# `{python} chip_count["G"]`. Neither of the two maps is “the true one”. Who buys machine hours compares
# boards and prices; who studies the design compares chips, and then dividing by four punishes the board for
# an exchange that a single chip would not make. An honest map says what was divided.

# %% [markdown] lang="es"
# ## Las casillas que faltan
#
# Una casilla vacía también es un dato. En la placa, `{python} len(found.out_of_memory)` redes no cupieron en
# la memoria; en la GPU, `{python} len(found.gpu_unfinished)` no terminaron, y el archivo no dice por qué. Los
# promedios de arriba usan solo las redes comunes: comparar la media de todo lo que terminó en cada máquina
# premiaría a la que falló en las difíciles.

# %% [markdown] lang="en"
# ## The cells that are missing
#
# An empty cell is a datum, too. On the board, `{python} len(found.out_of_memory)` networks did not fit the
# memory; on the GPU, `{python} len(found.gpu_unfinished)` did not finish, and the file does not say why. The
# means above use common networks only: comparing the mean of everything that finished on each machine would
# reward the one that failed on the hard ones.

# %%
head = (
    tr(es="ancho", en="width"),
    tr(es="en ambas", en="on both"),
    tr(es="GPU sin terminar", en="GPU not finished"),
    tr(es="TPU sin memoria", en="TPU out of memory"),
)
groups = (common, found.gpu_unfinished, found.out_of_memory)
every = sorted({network.width for group in groups for network in group})
rows = [
    (str(width), *(str(sum(network.width == width for network in group)) for group in groups))
    for width in every
]
report.table(head, rows)

# %% tags=["hidden"]
unfinished = {width: sum(n.width == width for n in found.gpu_unfinished) for width in widths}
assert max(unfinished, key=unfinished.get) == 8192
assert min(network.width for network in found.out_of_memory) == 2048

# %% [markdown] lang="es"
# ## Con nuestras propias mediciones
#
# El mismo mapa se puede dibujar con lo que registra `make bench`: la CPU y, donde haya una, una GPU con CUDA.
# Ahí no hay que creerle a nadie: la orden que regenera cada fila está en la página de cada serie.

# %% [markdown] lang="en"
# ## With our own measurements
#
# The same map can be drawn from what `make bench` records: the CPU and, where there is one, a GPU with CUDA.
# There nobody has to be believed: the command that regenerates each row is on the page of each suite.


# %%
def training(backend):
    runs = results.read_all(results.repository() / results.RESULTS)
    cells = (cell for run in runs if run.suite == "models" for cell in run.cells)
    mine = [c for c in cells if (c.backend, c.operation) == (backend, "fc_training") and c.measured]
    wanted = [c for c in mine if c.parameters["precision"] in ("float32", "tf32")]
    return {(c.parameters["nodes"], c.parameters["batch"]): c for c in wanted}


mine = {backend: training(backend) for backend in ("cpu", "cuda")}
missing = tr(es="aún sin registrar", en="not recorded yet")
rows = [(backend, str(len(cells)) if cells else missing) for backend, cells in mine.items()]
both = sorted(mine["cpu"].keys() & mine["cuda"].keys())
for place in both:
    speedup = mine["cpu"][place].median_seconds / mine["cuda"][place].median_seconds
    rows.append(("CUDA / CPU, {} × {}".format(*place), localized(f"{speedup:.2g} ×")))
report.table((tr(es="serie", en="suite"), tr(es="filas, o cociente", en="rows, or quotient")), rows)

# %% [markdown] lang="es"
# ## La orden y los datos
#
# Los cocientes del mapa están en el archivo, una red por renglón, bajo `versus_gpu`; la orden los vuelve a
# sacar de las mediciones publicadas. Los comandos y archivos de nuestras mediciones están en [redes
# enteras](model_sweeps.md).

# %% [markdown] lang="en"
# ## The command and the data
#
# The quotients of the map are in the file, a network for each line, under `versus_gpu`; the command takes
# them anew from the published measurements. The commands and files of our own measurements are in [whole
# networks](model_sweeps.md).

# %%
derived.commands(derived.STEPS)

# %%
derived.downloads(derived.STEPS)

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: declarar ganador
#
# Escribe `winner(ratio, noise)`, que devuelva `"T"`, `"G"` o `"="`. Cuida la simetría: si `winner(r, noise)`
# es `"T"`, `winner(1 / r, noise)` tiene que ser `"G"`. ¿Por qué no sirve comparar `ratio` con `1 - noise`?

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: declaring a winner
#
# Write `winner(ratio, noise)`, which returns `"T"`, `"G"` or `"="`. Mind the symmetry: if `winner(r, noise)`
# is `"T"`, `winner(1 / r, noise)` has to be `"G"`. Why does comparing `ratio` with `1 - noise` not do?


# %% tags=["solution"]
def winner(ratio, noise):
    if ratio > 1 + noise:
        return "T"
    return "G" if 1 / ratio > 1 + noise else "="


# %% tags=["check"]
assert [winner(ratio, 0.2) for ratio in (1.3, 1.1, 0.9, 0.82)] == ["T", "=", "=", "G"]
for ratio in (0.3, 0.81, 0.85, 1.15, 1.21, 4.0):
    assert (winner(ratio, 0.2) == "T") == (winner(1 / ratio, 0.2) == "G")
assert all(winner(ratio, claims.NOISE) == marks[place] for place, ratio in board.items())

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: dónde está la frontera
#
# Escribe `border(ratios)`: recibe un diccionario de batch a cociente, ordenado por batch, y devuelve el
# primer batch en el que la placa alcanza a la GPU (cociente 1 o más), o `None` si no la alcanza.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: where the border is
#
# Write `border(ratios)`: it takes a dictionary from batch to quotient, ordered by batch, and returns the
# first batch at which the board catches up with the GPU (a quotient of 1 or more), or `None` if it does not.


# %% tags=["solution"]
def border(ratios):
    return next((batch for batch, ratio in ratios.items() if ratio >= 1), None)


# %% tags=["check"]
assert border({64: 0.4, 128: 0.9, 256: 1.3, 512: 0.8}) == 256
assert border({64: 0.4}) is None
row = {width: {b: board[width, b] for b in batches if (width, b) in board} for width in widths}
assert border(row[32]) == 64
assert border(row[8192]) > border(row[2048]) > border(row[512])

# %% [markdown] lang="es"
# ## Para llevarte
#
# * «Más rápido» depende del ancho, del batch y de qué cuenta como una máquina; un mapa lo muestra y un
#   promedio lo esconde.
# * Lo que no pasa del ruido es un empate y no se ordena.
# * Se promedia sobre casillas comunes, y las que faltan se muestran con su motivo.
# * Las mediciones son de 2019, de dos máquinas concretas y de un programa de entonces.
#
# ## Sigue por aquí
#
# Por qué la frontera sube hacia la derecha lo explica [en qué se va el tiempo](bottlenecks.md). El veredicto
# sobre «las GPU son para redes completamente conectadas» está en el [registro de afirmaciones](claims.md). La
# lección acompaña lo que el capítulo 00 de [PyTorch for Deep
# Learning](https://www.learnpytorch.io/00_pytorch_fundamentals/) dice de la velocidad de los dispositivos.

# %% [markdown] lang="en"
# ## What to keep
#
# * “Faster” depends on the width, on the batch and on what counts as one machine; a map shows it and an
#   average hides it.
# * What stays within the noise is a draw and is not ranked.
# * Means are taken over common cells, and the missing ones are shown with their reason.
# * The measurements are from 2019, of two particular machines and of a program of the time.
#
# ## Where to go next
#
# Why the border rises to the right is explained in [where the time goes](bottlenecks.md). The verdict on
# “GPUs are for fully connected networks” is in the [ledger of claims](claims.md). The lesson goes with what
# chapter 00 of [PyTorch for Deep Learning](https://www.learnpytorch.io/00_pytorch_fundamentals/) says about
# the speed of devices.
