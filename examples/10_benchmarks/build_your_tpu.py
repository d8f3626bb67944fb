"""
title:
  es: Construye tu propia TPU
  en: Build your own TPU
summary:
  es: Mueve el arreglo, el reloj y la memoria de un chip modelado y mira qué tareas lo aprovechan.
  en: Move the array, the clock and the memory of a modelled chip and see which tasks use it well.
tags: [benchmark, TPU, systolic array, roofline, model]
objectives:
  es:
    - Explicar por qué un arreglo sistólico rinde con matrices grandes y se desperdicia con otras.
    - Decir qué límite frena una tarea en un chip dado, y qué número del chip habría que subir.
    - Tratar lo modelado como modelado, con dos cifras y su banda.
  en:
    - Explain why a systolic array does well with large matrices and is wasted on others.
    - Tell which limit holds a task up on a given chip, and which number of the chip would have to grow.
    - Treat what is modelled as modelled, with two digits and its band.
prerequisites:
  es:
    - El [producto de matrices](matrix_product.md) y su intensidad aritmética.
  en:
    - The [matrix product](matrix_product.md) and its arithmetic intensity.
"""
# %% [markdown] lang="es"
# Una TPU es, ante todo, una rejilla de multiplicadores. ¿Cuántos conviene poner? ¿Un reloj o una memoria más
# rápidos? Aquí lo decides tú: mueve los controles y el modelo recalcula cuánto tardan seis tareas y qué las
# frena. Al terminar sabrás qué número del chip mirar antes de creer que «las TPU son para redes
# convolucionales».
#
# La página presupone la [intensidad
# aritmética](matrix_product.md#arithmetic-intensity-how-much-is-computed-for-each-byte) y acompaña lo que el
# capítulo 00 de [PyTorch for Deep Learning](https://www.learnpytorch.io/00_pytorch_fundamentals/) dice de los
# aceleradores.
#
# **Nada de esto se midió.** Los tiempos y las partes del pico de esta página son *modelados*: salen de una
# fórmula con los datos publicados de cada chip. Cada tiempo lleva dos cifras y una banda, y la página de
# [validación](validation.md) muestra cuánto se aparta la fórmula de TPU verdaderas.

# %% [markdown] lang="en"
# A TPU is above all a grid of multipliers. How many of them should there be? A faster clock or a faster
# memory? Here you decide: move the controls, and the model recomputes how long six tasks take and what holds
# them up. By the end you will know which number of a chip to look at before believing that “TPUs are for
# convolutional nets”.
#
# The page presumes [arithmetic
# intensity](matrix_product.md#arithmetic-intensity-how-much-is-computed-for-each-byte) and goes with what
# chapter 00 of [PyTorch for Deep Learning](https://www.learnpytorch.io/00_pytorch_fundamentals/) says about
# accelerators.
#
# **None of this was measured.** The times and shares of the peak on this page are *modelled*: they come from
# a formula and the published figures of each chip. Every time has two digits and a band, and the page on
# [validation](validation.md) shows how far the formula is from real TPUs.

# %% [markdown] lang="es"
# ## La rejilla
#
# Un **arreglo sistólico** de $S \times S$ celdas guarda un bloque de la segunda matriz, un número por celda.
# Las filas de la primera entran por un lado, una por ciclo, y avanzan de celda en celda; cada celda
# multiplica lo que pasa por lo que guarda y entrega la suma a la vecina. Nadie va a la memoria entre una
# cuenta y la siguiente: de ahí la eficiencia ([Jouppi y otros,
# 2017](https://doi.org/10.1145/3079856.3080246)).
#
# Un producto de $M \times K$ por $K \times N$ pide entonces tantas pasadas como bloques tenga la segunda
# matriz, y cada pasada, un ciclo por fila:
#
# $$\text{ciclos} = \left\lceil \frac{K}{S} \right\rceil \left\lceil \frac{N}{S} \right\rceil
# \max\!\left(8 \left\lceil \frac{M}{8} \right\rceil,\, S\right).$$
#
# Los redondeos hacia arriba son toda la historia. Un bloque a medio llenar cuesta lo que uno lleno, y una
# pasada de pocas filas espera igual a que se cargue el bloque siguiente. Entretanto los datos tienen que
# llegar: con $e$ bytes por número y $B$ bytes por segundo, el tiempo es el mayor de los dos,
#
# $$t = \max\!\left(\frac{\text{ciclos}}{n f},\; \frac{e\,(MK + KN + MN)}{B}\right) + t_0,$$
#
# con $n$ arreglos, un reloj $f$ y $t_0$ para ponerse en marcha.

# %% [markdown] lang="en"
# ## The grid
#
# A **systolic array** of $S \times S$ cells holds one block of the second matrix, a number in each cell. The
# rows of the first one enter at one side, one each cycle, and move from cell to cell; every cell multiplies
# what passes by what it holds and hands the sum to its neighbour. Nobody goes to memory between one step and
# the next: hence the efficiency ([Jouppi and others, 2017](https://doi.org/10.1145/3079856.3080246)).
#
# A product of $M \times K$ by $K \times N$ then takes as many passes as the second matrix has blocks, and
# each pass one cycle a row:
#
# $$\text{cycles} = \left\lceil \frac{K}{S} \right\rceil \left\lceil \frac{N}{S} \right\rceil
# \max\!\left(8 \left\lceil \frac{M}{8} \right\rceil,\, S\right).$$
#
# The rounding up is the whole story. A block half full costs as much as a full one, and a pass of few rows
# waits all the same for the next block to be loaded. Meanwhile the data have to arrive: with $e$ bytes a
# number and $B$ bytes a second, the time is the longer of the two,
#
# $$t = \max\!\left(\frac{\text{cycles}}{n f},\; \frac{e\,(MK + KN + MN)}{B}\right) + t_0,$$
#
# with $n$ arrays, a clock $f$ and $t_0$ for getting under way.

# %%
from dataclasses import replace
from itertools import pairwise

import matplotlib.pyplot as plt

from tutorials_lib import tr
from tutorials_lib.bench import paradnn, provenance, report, sandbox, specs, systolic
from tutorials_lib.bench.sandbox import Chip, Product, Task
from tutorials_lib.widget import Widget, text_table

for columns in (128, 129, 256):
    count = systolic.cycles(1024, 1024, columns, side=128)
    print(f"1024 × 1024 · 1024 × {columns}: {count:>6}", tr(es="ciclos", en="cycles"))

# %% tags=["hidden"]
one, one_more, two = (systolic.cycles(1024, 1024, columns, side=128) for columns in (128, 129, 256))
assert one_more == two == 2 * one

# %% [markdown] lang="es"
# Una columna de más, de 128 a 129, cuesta lo mismo que otras 128. Por eso conviene que los anchos de una red
# sean múltiplos del lado del arreglo.
#
# ## Seis tareas
#
# | tarea | qué tiene de particular |
# |---|---|
# | producto grande | todo lo que un arreglo desea |
# | capas, inferencia | 4 capas densas y solo 12 ejemplos: se leen muchos pesos para pocas filas |
# | capas, entrenamiento | las mismas con 1024 ejemplos que la computadora anfitriona debe enviar |
# | convolución 3 × 3 | 64 canales: como producto, solo 64 columnas |
# | convolución por canales | cada canal por su cuenta: 64 productos de 9 × 1 |
# | LSTM | 50 pasos, y ninguno puede empezar sin el anterior |
#
# Apuesta antes de mirar: ¿qué tres tareas quedarán por debajo de la décima parte de lo que el chip puede
# calcular?

# %% [markdown] lang="en"
# One more column, from 128 to 129, costs as much as 128 more. That is why the widths of a network had better
# be multiples of the side of the array.
#
# ## Six tasks
#
# | task | what is special about it |
# |---|---|
# | large product | all that an array could wish for |
# | layers, inference | 4 dense layers and only 12 examples: many weights are read for few rows |
# | layers, training | the same with 1024 examples, which the host computer has to send |
# | convolution 3 × 3 | 64 channels: as a product, only 64 columns |
# | depthwise convolution | each channel by itself: 64 products of 9 × 1 |
# | LSTM | 50 steps, none of which can begin without the one before |
#
# Place a bet before you look: which three tasks will stay below a tenth of what the chip can compute?

# %%
WIDTHS = [512, 2048, 2048, 2048, 2048]
IMAGES, SIDE, CHANNELS = 64, 56, 64
pixels = IMAGES * SIDE**2
square = Product((4096, 4096, 4096))
layers = tuple(Product((12, before, after)) for before, after in pairwise(WIDTHS))
step = tuple(map(Product, systolic.training_shapes(WIDTHS, rows=1024)))
dense = Product(systolic.convolution_shape(IMAGES, (64, 64), SIDE, kernel=3), reads=pixels * CHANNELS)
one_channel = systolic.convolution_shape(IMAGES, (64, 64), SIDE, kernel=3, groups=CHANNELS)
depthwise = Product(one_channel, count=CHANNELS, reads=pixels)
lstm = Product(systolic.lstm_shape(batch=64, inputs=128, hidden=128), count=50)

tasks = [
    Task(name=tr(es="producto grande", en="large product"), products=(square,)),
    Task(name=tr(es="capas, inferencia", en="layers, inference"), products=layers),
    Task(name=tr(es="capas, entrenamiento", en="layers, training"), products=step, numbers_in=1024 * 512),
    Task(name=tr(es="convolución 3 × 3", en="convolution 3 × 3"), products=(dense,)),
    Task(name=tr(es="convolución por canales", en="depthwise convolution"), products=(depthwise,)),
    Task(name="LSTM", products=(lstm,)),
]

# %% [markdown] lang="es"
# ## Los chips
#
# Los controles empiezan con un chip publicado. Los datos de v2 a 7x son los que recoge la página de
# [validación](validation.md), con sus fuentes; de v6e y 7x nadie publica el reloj, y se usa el que haría
# falta para llegar al pico anunciado. La v1 calculaba con enteros de 8 bits y leía sus pesos a 34 GB/s. Lo
# que envía la computadora anfitriona no figura en ningún folleto: se parte del valor que mejor explica las
# mediciones de ParaDnn en una placa de cuatro v2, repartido entre los cuatro.

# %% [markdown] lang="en"
# ## The chips
#
# The controls begin with a published chip. The figures of v2 to 7x are those that the page on
# [validation](validation.md) collects, with their sources; nobody publishes the clock of v6e and 7x, and we
# use the one it would take to reach the announced peak. The v1 computed with 8-bit integers and read its
# weights at 34 GB/s. What the host computer sends stands in no brochure: we start from the value that best
# explains ParaDnn's measurements on a board of four v2, shared among the four.

# %%
infeed = round(paradnn.findings().constants.infeed_bytes_per_second / 4, -7)
BAND = 0.25
v1 = systolic.Machine(
    arrays=1, side=256, clock_hz=700e6, bytes_per_second=systolic.V1_WEIGHT_BYTES_PER_SECOND
)
machines = {"v1 (int8)": v1} | {name: chip.machine() for name, chip in specs.CHIPS.items()}
chips = {
    name: Chip(machine=machine, item_bytes=1 if "int8" in name else 2, infeed_bytes_per_second=infeed)
    for name, machine in machines.items()
}

# %% tags=["hidden"]
LIMITS = {
    "matrix": tr(es="el arreglo", en="the array"),
    "memory": tr(es="la memoria", en="the memory"),
    "launch": tr(es="ponerse en marcha", en="getting under way"),
    "infeed": tr(es="la computadora anfitriona", en="the host computer"),
}
FORMATS = {
    1: tr(es="int8, 1 byte", en="int8, 1 byte"),
    2: tr(es="bfloat16, 2 bytes", en="bfloat16, 2 bytes"),
    4: tr(es="float32, 4 bytes", en="float32, 4 bytes"),
}
HEAD = (
    tr(es="tarea", en="task"),
    tr(es="tiempo (banda)", en="time (band)"),
    tr(es="parte del pico", en="share of the peak"),
    tr(es="qué la frena", en="what holds it up"),
)
MARK = provenance.tag("modelled")
CAPTION = tr(es=f"{MARK}: seis tareas, ± {100 * BAND:.0f} %", en=f"{MARK}: six tasks, ± {100 * BAND:.0f}%")
SUMMARY = tr(
    es="Este chip llega a {peak} TFLOP/s; con menos de {knee} operaciones por byte se espera a la memoria.",
    en="This chip peaks at {peak} TFLOP/s; with fewer than {knee} operations a byte, one waits for memory.",
)


def dimension(key, name, unit, low, high, whole=False):
    return {"key": key, "name": name, "unit": unit, "low": low, "high": high, "whole": whole}


DIMENSIONS = [
    dimension("side", tr(es="lado del arreglo", en="side of the array"), "", 8, 1024, True),
    dimension("arrays", tr(es="arreglos", en="arrays"), "", 1, 64, True),
    dimension("clock", tr(es="reloj", en="clock"), "GHz", 0.1, 10),
    dimension("bandwidth", tr(es="memoria", en="memory"), "GB/s", 10, 20000),
    dimension("infeed", tr(es="lo que envía la anfitriona", en="what the host sends"), "GB/s", 0.05, 100),
]


def preset(name, chip):
    """The values of the controls for a chip."""
    machine = chip.machine
    return {
        "name": name,
        "side": machine.side,
        "arrays": machine.arrays,
        "clock": round(machine.clock_hz / 1e9, 6),
        "bandwidth": round(machine.bytes_per_second / 1e9, 6),
        "infeed": round(chip.infeed_bytes_per_second / 1e9, 6),
        "item_bytes": chip.item_bytes,
    }


def percent(share):
    """A share in per cent with two digits, as each language writes it."""
    digits = provenance.two_digits(100 * share)
    return tr(es=f"{digits}\N{NO-BREAK SPACE}%", en=f"{digits}%")


# %%
ORIGIN = "systolic array, memory and host"


def row(chip, task):
    outcome = sandbox.run(chip, task)
    time = sandbox.estimate(outcome.seconds, BAND, ORIGIN)
    return task.name, time.text, percent(outcome.share), LIMITS[outcome.limit]


START = "v5e"
rows = [row(chips[START], task) for task in tasks]

# %% tags=["hidden"]
words = {
    "preset": tr(es="chip", en="chip"),
    "own": tr(es="el tuyo", en="your own"),
    "format": tr(es="formato de los números", en="number format"),
    "formats": FORMATS,
    "summary": SUMMARY,
    "head": HEAD,
    "caption": CAPTION,
    "limits": LIMITS,
}
settings = {
    "presets": [preset(name, chip) for name, chip in chips.items()],
    "start": list(chips).index(START),
    "dimensions": DIMENSIONS,
    "tasks": sandbox.settings(tasks),
    "launch_seconds": systolic.LAUNCH_SECONDS,
    "sublanes": systolic.SUBLANES,
    "band": BAND,
    "words": words,
}
heading = f"{CAPTION} ({START})"

# %% [markdown] lang="es"
# ## Tu chip
#
# Cada control es un deslizador con su número al lado; se mueven también con las flechas del teclado. Sin
# JavaScript queda la tabla de un chip publicado, y más abajo la de todos.

# %% [markdown] lang="en"
# ## Your chip
#
# Each control is a slider with its number beside it; arrow keys move them, too. Without JavaScript the table
# of one published chip remains, and further down that of all of them.

# %%
table = report.table(HEAD, rows, caption=heading)
Widget("tpu", settings, table, f"{heading}\n{text_table(HEAD, rows)}").show()

# %% [markdown] lang="es"
# ## Cinco experimentos
#
# Antes de mover cada control, di qué esperas.
#
# 1. En la v5e, sube el lado del arreglo de 128 a 256. ¿Qué le pasa a la convolución de 64 canales?
# 2. Baja el lado a 8. ¿Alguna tarea sale ganando en parte del pico?
# 3. Duplica el reloj. ¿Se duplica la velocidad de la LSTM?
# 4. Duplica el ancho de banda de la memoria. ¿Qué tarea gana?
# 5. Multiplica por diez lo que envía la anfitriona. ¿Qué límite aparece en su lugar?

# %% [markdown] lang="en"
# ## Five experiments
#
# Before you move each control, say what you expect.
#
# 1. On the v5e, raise the side of the array from 128 to 256. What happens to the convolution of 64 channels?
# 2. Lower the side to 8. Does any task gain in its share of the peak?
# 3. Double the clock. Does the LSTM become twice as fast?
# 4. Double the memory bandwidth. Which task gains?
# 5. Multiply by ten what the host sends. Which limit takes its place?


# %%
def changed(**values):
    chip = chips[START]
    return replace(chip, machine=replace(chip.machine, **values))


start = chips[START]
memory = start.machine.bytes_per_second
experiments = {
    tr(es="v5e", en="v5e"): start,
    tr(es="1. lado 256", en="1. side 256"): changed(side=256),
    tr(es="2. lado 8", en="2. side 8"): changed(side=8),
    tr(es="3. reloj × 2", en="3. clock × 2"): changed(clock_hz=2 * start.machine.clock_hz),
    tr(es="4. memoria × 2", en="4. memory × 2"): changed(bytes_per_second=2 * memory),
    tr(es="5. anfitriona × 10", en="5. host × 10"): replace(start, infeed_bytes_per_second=10 * infeed),
}
outcomes = [[sandbox.run(chip, task) for chip in experiments.values()] for task in tasks]
shares = [[percent(outcome.share) for outcome in line] for line in outcomes]
head = (tr(es="parte del pico", en="share of the peak"), *experiments)
report.table(head, [(task.name, *line) for task, line in zip(tasks, shares, strict=True)], caption=MARK)

# %% tags=["hidden"]
by_task = dict(zip(("square", "few", "train", "dense", "depthwise", "lstm"), outcomes, strict=True))
base = {name: line[0] for name, line in by_task.items()}
assert sorted(base, key=lambda name: base[name].share)[:3] == ["depthwise", "lstm", "few"]
assert max(base[name].share for name in ("depthwise", "lstm", "few")) < 0.1
assert min(base[name].share for name in ("square", "train", "dense")) > 0.2
limits = {name: base[name].limit for name in base}
assert list(limits.values()) == ["matrix", "memory", "infeed", "matrix", "matrix", "launch"]
conv = [by_task["dense"][place] for place in (0, 1)]
conv_speedup = conv[0].seconds / conv[1].seconds
assert conv[1].share < 0.6 * conv[0].share
assert 1 < conv_speedup < 2
small = [(line[2].share / line[0].share, line[2].seconds / line[0].seconds) for line in by_task.values()]
assert sum(gain > 1.2 for gain, _ in small) == 5
assert min(slower for _, slower in small) > 1
lstm_speedup = by_task["lstm"][0].seconds / by_task["lstm"][3].seconds
assert lstm_speedup < 1.05
doubled = {name: line[0].seconds / line[4].seconds for name, line in by_task.items()}
assert max(doubled, key=doubled.get) == "few"
assert doubled["few"] > 1.3
assert sorted(doubled.values())[-2] < 1.2
fed = by_task["train"][5]
assert fed.limit == "matrix"
host_speedup = by_task["train"][0].seconds / fed.seconds
assert host_speedup > 1.2

# %% [markdown] lang="es"
# 1. Con un lado de 256 hay cuatro veces más celdas y la convolución apenas va `{python} conv_speedup:.1f`
#   veces más rápido: sus 64 canales dejan ociosas tres de cada cuatro columnas, y su parte del pico cae de
#   `{python} conv[0].share:.0%` a `{python} conv[1].share:.0%`.
# 2. Con un lado de 8, cinco de las seis ganan en parte del pico, y ninguna es más rápida. Lo que bajó fue el
#   pico. Un porcentaje de aprovechamiento no es una velocidad: un chip diminuto se aprovecha bien con poco.
# 3. Con el doble de reloj la LSTM va `{python} lstm_speedup:.2f` veces más rápido, o sea, casi igual: sus
#   cincuenta pasos son tan cortos que lo que pesa es empezar cada uno.
# 4. La que más gana es la inferencia con pocos ejemplos, que va `{python} doubled["few"]:.1f` veces más
#    rápido: lee todos los pesos para usarlos doce veces.
# 5. El entrenamiento va `{python} host_speedup:.1f` veces más rápido y entonces lo frena el arreglo, que es
#   lo que uno esperaba desde el principio.
#
# Ninguna de las seis tareas se llama «CNN» ni «RNN» en la fórmula. Lo que decide son las filas, las columnas
# y de dónde vienen los datos: una convolución queda entre las tareas que mejor aprovechan el chip y otra es
# la que peor lo aprovecha.

# %% [markdown] lang="en"
# 1. With a side of 256 there are four times as many cells, and the convolution runs only
#   `{python} conv_speedup:.1f` times as fast: its 64 channels leave three columns in four idle, and its share
#   of the peak falls from `{python} conv[0].share:.0%` to `{python} conv[1].share:.0%`.
# 2. With a side of 8, five of the six gain in their share of the peak, and none is faster. What fell was the
#   peak. A percentage of use is not a speed: it takes little to use a tiny chip well.
# 3. With twice the clock the LSTM runs `{python} lstm_speedup:.2f` times as fast, that is, nearly the same:
#    its fifty steps are so short that what weighs is beginning each of them.
# 4. The one that gains most is inference with few examples, which runs `{python} doubled["few"]:.1f` times as
#   fast: it reads all weights to use them twelve times.
# 5. Training runs `{python} host_speedup:.1f` times as fast, and then the array holds it up, which is what
#   one expected from the beginning.
#
# None of the six tasks is called “CNN” or “RNN” in the formula. What decides are the rows, the columns and
# where the data come from: one convolution is among the tasks that use the chip best, and another is the one
# that uses it worst.

# %% [markdown] lang="es" tags=["quiz"]
# Un fabricante duplica el lado de sus arreglos y deja igual la memoria. Anuncia cuatro veces los TFLOP/s de
# antes. ¿Qué puede esperar quien usa una red con batches de 12?
#
# - [ ] Cuatro veces más velocidad: eso vale donde manda el arreglo, y con 12 filas no manda.
# - [x] Casi nada: con tan pocas filas manda la memoria, que no cambió.
# - [ ] Menos velocidad, porque el arreglo queda más vacío: sí queda más vacío, pero el tiempo lo pone la
#   memoria. Baja la parte del pico, no la velocidad.

# %% [markdown] lang="en" tags=["quiz"]
# A maker doubles the side of its arrays and leaves the memory as it is. It announces four times as many
# TFLOP/s. What can somebody expect who uses a network with batches of 12?
#
# - [ ] Four times the speed: that holds where the array rules, and with 12 rows it does not.
# - [x] Next to nothing: with so few rows the memory rules, and it has not changed.
# - [ ] Less speed, since the array stands emptier: it does stand emptier, but the memory sets the time. The
#   share of the peak falls, not the speed.

# %% [markdown] lang="es"
# ## Todos los chips publicados
#
# La parte del pico que alcanza cada tarea en cada chip. Un chip más nuevo no siempre está mejor aprovechado:
# su pico creció más que su memoria.

# %% [markdown] lang="en"
# ## All published chips
#
# The share of the peak that each task reaches on each chip. A newer chip is not always better used: its peak
# grew more than its memory.

# %%
published = {name: [sandbox.run(chip, task) for task in tasks] for name, chip in chips.items()}
head = (tr(es="parte del pico", en="share of the peak"), *(task.name for task in tasks))
lines = [(name, *(percent(outcome.share) for outcome in line)) for name, line in published.items()]
report.table(head, lines, caption=MARK)

# %% tags=["hidden"]
knees = {name: chip.machine.flop_per_second / chip.machine.bytes_per_second for name, chip in chips.items()}
assert knees["v6e"] > 2 * knees["v5e"] > 4 * knees["v2"]
few_share = {name: line[1].share for name, line in published.items()}
assert few_share["v6e"] < few_share["v2"]

# %% [markdown] lang="es"
# Entre la v2 y la v6e, las operaciones por byte que hacen falta para no esperar a la memoria pasaron de unas
# `{python} provenance.two_digits(knees["v2"])` a unas `{python} provenance.two_digits(knees["v6e"])`. Por eso
# la inferencia con pocos ejemplos aprovecha peor el chip nuevo, aunque en él tarde menos.
#
# ## Muchos arreglos pequeños o pocos grandes
#
# Fijemos la cantidad de celdas, 65 536, el reloj y la memoria de la v5e, y repartámoslas: 1024 arreglos de
# lado 8, o uno de lado 256. El pico es el mismo en todos los casos. ¿Qué forma prefiere cada tarea?

# %% [markdown] lang="en"
# Between v2 and v6e, the operations per byte that it takes not to wait for memory went from some
# `{python} provenance.two_digits(knees["v2"])` to some `{python} provenance.two_digits(knees["v6e"])`. That
# is why inference with few examples uses the new chip less well, even though it takes less time on it.
#
# ## Many small arrays or few large ones
#
# Let us fix the number of cells, 65,536, the clock and the memory of the v5e, and share them out: 1024 arrays
# of side 8, or one of side 256. The peak is the same in every case. Which shape does each task prefer?

# %%
# alt es: Parte del pico modelada según el lado del arreglo, con las mismas celdas: una curva por tarea.
# alt en: Modelled share of the peak by the side of the array, with the same cells: one curve a task.
CELLS = 65536
sides = [8, 16, 32, 64, 128, 256]


def shape_of_chip(side):
    return changed(side=side, arrays=CELLS // side**2)


def share(chip, task):
    value = 100 * sandbox.run(chip, task).share
    return provenance.Estimate(value, value / (1 + BAND), min(100, value * (1 + BAND)), "modelled", ORIGIN)


_, ax = plt.subplots(figsize=(6.4, 4.0))
chosen = {0: "ember", 3: "blue", 4: "green"}
curves = {place: [share(shape_of_chip(side), tasks[place]) for side in sides] for place in chosen}
for place, hue in chosen.items():
    provenance.draw(ax, sides, curves[place], tasks[place].name, hue)
ax.set(xscale="log", yscale="log", xlabel=tr(es="lado del arreglo", en="side of the array"))
ax.set_ylabel(tr(es="parte del pico (%)", en="share of the peak (%)"))
ax.set_xticks(sides, [str(side) for side in sides])
ax.minorticks_off()
_ = ax.legend(loc="lower left")

# %% tags=["hidden"]
flat, narrow, single = (
    [sandbox.run(shape_of_chip(side), tasks[place]).share for side in sides] for place in (0, 3, 4)
)
assert min(flat) > 0.9
assert narrow[3] > 1.8 * narrow[4] > 3.2 * narrow[5]
assert all(before > after for before, after in pairwise(single[1:]))
assert single[0] > 10 * single[-1]

# %% [markdown] lang="es"
# Al producto grande le da casi igual: llena cualquier reparto. La convolución de 64 canales cae desde que el
# lado pasa de 64, y la convolución por canales pierde con cada duplicación a partir de 16: con lado 8
# aprovecha `{python} provenance.two_digits(single[0] / single[-1])` veces más que con lado 256. En el modelo,
# los arreglos pequeños nunca pierden, porque repartir el trabajo entre mil arreglos no cuesta nada. En un
# chip de verdad cuesta cables, memoria y energía, y por eso los fabricantes eligen lados grandes. Un modelo
# dice lo que le preguntaron y calla el resto.

# %% [markdown] lang="en"
# The large product hardly cares: it fills any division. The convolution of 64 channels falls once the side
# exceeds 64, and the depthwise convolution loses with every doubling from 16 on: with side 8 it uses the chip
# `{python} provenance.two_digits(single[0] / single[-1])` times as well as with side 256. In the model small
# arrays never lose, because sharing work out among a thousand arrays costs nothing there. On a real chip it
# costs wires, memory and energy, and so makers choose large sides. A model says what it was asked and keeps
# quiet about the rest.

# %% [markdown] lang="es"
# ## Hasta dónde creerlo
#
# La banda de ± 25 % es la de una operación suelta: comparado con productos medidos por otros en v6e y v4, el
# error mediano del modelo no la supera, aunque hay errores mucho mayores. Lo que el modelo no sabe: la
# memoria que hay dentro del chip y guarda pesos entre un paso y el siguiente, las operaciones que no son
# productos, lo que el compilador funde o reordena, la comunicación entre chips. La
# [validación](validation.md) lo pone frente a más de mil entrenamientos medidos.

# %% [markdown] lang="en"
# ## How far to believe it
#
# The band of ± 25% is that of a single operation: set against products that others measured on v6e and v4,
# the median error of the model does not exceed it, though there are much larger errors. What the model does
# not know: the memory inside the chip that keeps weights from one step to the next, operations that are no
# products, what the compiler fuses or reorders, communication between chips. The [validation](validation.md)
# sets it against more than a thousand measured training runs.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: contar ciclos
#
# Escribe `count_cycles(rows, inner, columns, side)` con la fórmula de arriba. En Python, `-(-a // b)`
# redondea $a/b$ hacia arriba. Antes de probarla: ¿cuánto cuesta multiplicar un solo vector por una matriz de
# 128 × 128 en un arreglo de lado 128?

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: counting cycles
#
# Write `count_cycles(rows, inner, columns, side)` with the formula above. In Python, `-(-a // b)` rounds
# $a/b$ up. Before you try it: what does it cost to multiply a single vector by a matrix of 128 × 128 on an
# array of side 128?


# %% tags=["solution"]
def count_cycles(rows, inner, columns, side):
    tiles = -(-inner // side) * -(-columns // side)
    return tiles * max(8 * -(-rows // 8), side)


# %% tags=["check"]
assert count_cycles(1, 128, 128, side=128) == 128
assert count_cycles(1000, 1, 1, side=128) == 1000
for case in ((64, 512, 512, 128), (130, 129, 257, 128), (4096, 27, 64, 256)):
    assert count_cycles(*case) == systolic.cycles(*case)

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: memoria suficiente
#
# Escribe `enough_memory(machine, shape, item_bytes)`: los bytes por segundo a partir de los cuales el
# producto `shape` ya no espera a la memoria en `machine`.
# `systolic.product(machine, shape, item_bytes).matrix` son los segundos del arreglo.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: enough memory
#
# Write `enough_memory(machine, shape, item_bytes)`: the bytes per second from which on the product `shape` no
# longer waits for memory on `machine`. `systolic.product(machine, shape, item_bytes).matrix` are the seconds
# of the array.


# %% tags=["solution"]
def enough_memory(machine, shape, item_bytes):
    rows, inner, columns = shape
    moved = item_bytes * (rows * inner + inner * columns + rows * columns)
    return moved / systolic.product(machine, shape, item_bytes).matrix


# %% tags=["check"]
for shape in ((16, 2048, 2048), (4096, 4096, 4096), (100, 30, 7)):
    needed = enough_memory(chips["v4"].machine, shape, 2)
    for factor, slower in ((0.9, True), (1.1, False)):
        trial = replace(chips["v4"].machine, bytes_per_second=factor * needed)
        time = systolic.product(trial, shape, 2)
        assert (time.memory > time.matrix) == slower

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: el mejor lado
#
# Escribe `best_side(task, cells)`: el lado, entre 8, 16, …, 256, con el que `task` tarda menos si el chip es
# el de `changed(side=…, arrays=cells // side**2)`. En caso de empate, el lado mayor, que cuesta menos cables.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: the best side
#
# Write `best_side(task, cells)`: the side, among 8, 16, …, 256, with which `task` takes least time where the
# chip is that of `changed(side=…, arrays=cells // side**2)`. In a tie, the larger side, which costs fewer
# wires.


# %% tags=["solution"]
def best_side(task, cells):
    def seconds(side):
        return sandbox.run(changed(side=side, arrays=cells // side**2), task).seconds

    return min((256, 128, 64, 32, 16, 8), key=seconds)


# %% tags=["check"]
wide = Task(name="wide", products=(Product((4096, 4096, 4096)),))
assert best_side(wide, CELLS) == 256
assert best_side(tasks[3], CELLS) == 64
assert best_side(tasks[4], CELLS) <= 16

# %% [markdown] lang="es"
# ## Para llevarte
#
# * Un arreglo sistólico se paga por bloques enteros: filas, columnas y canales que no lo llenan cuestan
#   igual.
# * Hay cuatro límites posibles; donde uno manda, subir los otros tres acelera poco o nada.
# * El aprovechamiento se compara en un mismo chip; entre chips se comparan tiempos.
# * «TPU para redes convolucionales» es una frase sobre formas de matrices, dicha con nombres de redes.
#
# ## Sigue por aquí
#
# La [validación](validation.md) del modelo con mediciones ajenas; los [cuellos de botella](bottlenecks.md) de
# más de mil entrenamientos; el [mapa de ganadores](winner_map.md) entre TPU y GPU; y el veredicto de cada
# frase de las notas, en [afirmaciones](claims.md).

# %% [markdown] lang="en"
# ## What to keep
#
# * A systolic array is paid for by whole blocks: rows, columns and channels that do not fill it cost the
#   same.
# * There are four possible limits; where one rules, raising the other three speeds up little or nothing.
# * Use is compared on one chip; between chips, compare times.
# * “TPUs for convolutional nets” is a sentence about shapes of matrices, told with names of networks.
#
# ## Where to go next
#
# The [validation](validation.md) of the model with other people's measurements; the
# [bottlenecks](bottlenecks.md) of more than a thousand training runs; the [winner map](winner_map.md) between
# TPU and GPU; and the verdict on each sentence of the notes, under [claims](claims.md).
