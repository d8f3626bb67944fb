"""
title:
  es: "Uno o dos hilos: cuándo ayudan y cuándo se derrumban"
  en: "One thread or two: when they help and when they collapse"
summary:
  es: Dos hilos se reparten un producto y se esperan al final; con otro proceso cerca, puede mandar la espera.
  en: Two threads share a product and wait for each other at its end; near another process, waiting may rule.
tags: [benchmark, threads, noise, OpenMP]
objectives:
  es:
    - Predecir desde qué tamaño ayudan dos hilos y por qué no ayudan antes.
    - Reconocer el derrumbe de los hilos cuando otro proceso ocupa un núcleo.
    - Elegir el número de hilos de un programa según lo que más corre en la máquina.
  en:
    - Predict from which size on two threads help, and why they do not help below it.
    - Recognise the collapse of threads when another process holds a core.
    - Choose a program's number of threads by what else runs on the machine.
prerequisites:
  es:
    - El [producto de matrices medido](matrix_product.md) y su método.
    - Qué es un proceso, como en [varios procesos](../fundamentals/many_processes.md).
  en:
    - The [measured matrix product](matrix_product.md) and its method.
    - What a process is, as in [many processes](../fundamentals/many_processes.md).
"""
# %% [markdown] lang="es"
# PyTorch usa por defecto tantos hilos como núcleos tiene la máquina: corta cada producto en partes y las
# calcula a la vez. Con dos núcleos debería ir al doble de velocidad. Esta página mide cuándo pasa eso, cuándo
# no, y qué ocurre si otro trabajo usa la máquina al mismo tiempo, como en un servidor compartido o en tu
# computadora con el navegador abierto. Por esta razón, las demás mediciones del sitio en un procesador usan
# un solo hilo.

# %% [markdown] lang="en"
# By default PyTorch uses as many threads as the machine has cores: it cuts every product into parts and
# computes them at once. With two cores it should run at twice the speed. This page measures when that
# happens, when it does not, and what follows if another job uses the machine at the same time, as on a shared
# server or on your computer with the browser open. For this reason the other measurements of this site on a
# processor use one thread.

# %% [markdown] lang="es" tags=["quiz"]
# Un producto de 64 × 64 tarda menos de una centésima de milisegundo en un hilo. Otro proceso ocupa uno de los
# dos núcleos. ¿Qué pasa si lo calculas con dos hilos?
#
# - [ ] Va a la mitad de velocidad, porque queda un núcleo para los dos hilos: se turnan, sí, pero cada turno
#   dura mucho más que el producto.
# - [x] Puede tardar cientos de veces más: un hilo termina y espera al otro, que el sistema dejó sin núcleo
#   durante milisegundos.
# - [ ] Nada, porque el sistema mueve el hilo al núcleo libre: en ese núcleo ya está el otro hilo.

# %% [markdown] lang="en" tags=["quiz"]
# A product of 64 × 64 takes less than a hundredth of a millisecond in one thread. Another process holds one
# of the two cores. What happens if you compute it with two threads?
#
# - [ ] It runs at half the speed, since one core is left for both threads: they do take turns, but a turn
#   lasts much longer than the product.
# - [x] It can take hundreds of times as long: one thread finishes and waits for the other, which the system
#   left without a core for milliseconds.
# - [ ] Nothing, since the system moves the thread to the free core: the other thread is on that core already.

# %% [markdown] lang="es"
# ## La máquina y sus filas
#
# El «vecino» es un proceso nuestro que calcula sin pausa y ocupa un núcleo: así se puede provocar y medir el
# derrumbe. En una máquina con más de dos núcleos hay varios, uno menos que núcleos. El resto del método es el
# de siempre, salvo que aquí los hilos no están atados a un núcleo.

# %% [markdown] lang="en"
# ## The machine and its rows
#
# The “neighbour” is a process of ours that computes without pause and keeps a core busy: that is how the
# collapse can be provoked and measured. A machine of more than two cores has several, one less than cores.
# The rest of the method is as always, except that here the threads are tied to no core.

# %%
import matplotlib.pyplot as plt

from tutorials_lib import tr
from tutorials_lib.bench import report, suite

threads = suite.load("threads")
threads.card()


# %%
def words(cell):
    own = cell.parameters
    count = tr(es="1 hilo", en="1 thread") if own["threads"] == 1 else tr(es="2 hilos", en="2 threads")
    alone = tr(es="máquina libre", en="machine free")
    shared = tr(es="con vecino", en="with a neighbour")
    return f"{what(own)}, {count}, {shared if own['neighbours'] else alone}"


def what(own):
    network = tr(es="red densa", en="dense network")
    return f"{own['side']} × {own['side']}" if "side" in own else network


threads.table(threads.here.cells, words)

# %% [markdown] lang="es"
# `{python} threads.state()` Nuestro propio vecino no cuenta como estorbo; otro proceso, sí.

# %% [markdown] lang="en"
# `{python} threads.state()` Our own neighbour does not count as a disturbance; another process does.

# %% [markdown] lang="es"
# ## Lo que se ve
#
# La barra gruesa va de un cuartil al otro y la línea fina, de la ronda más rápida a la más lenta. Antes de
# mirar: ¿con qué tamaño esperas que ganen dos hilos, y con cuál temes el derrumbe?

# %% [markdown] lang="en"
# ## What shows
#
# The thick bar goes from one quartile to the other and the thin line from the fastest round to the slowest.
# Before you look: at which size do you expect two threads to win, and at which do you fear the collapse?

# %%
# alt es: tiempo de cada caso con uno y dos hilos, con y sin vecino, de la ronda mejor a la peor.
# alt en: time of each case with one and two threads, with and without a neighbour, best round to worst.
cells = sorted(
    threads.here.cells,
    key=lambda cell: (cell.flop, cell.parameters["neighbours"], cell.parameters["threads"]),
)
HUES = {(1, False): "blue", (2, False): "green", (1, True): "purple", (2, True): "ember"}
rows = [
    (words(cell), cell, HUES[cell.parameters["threads"], cell.parameters["neighbours"] > 0]) for cell in cells
]
fig, ax = plt.subplots(figsize=(6.8, 5.6))
report.durations(rows, definition=threads.current, ax=ax, whiskers=True)


# %%
# es: dos hilos entre uno, o nada si otro proceso estorbó en alguna de las dos filas
# en: two threads over one, or nothing where another process disturbed either row
def pair(busy, side):
    found = [cell for cell in threads.pick(side=side) if (cell.parameters["neighbours"] > 0) == busy]
    one, two = sorted(found, key=lambda cell: cell.parameters["threads"])
    return None if one.contaminated or two.contaminated else two.units / one.units


def shown(ratio):
    return tr(es="sin comparar", en="not compared") if ratio is None else report.times(ratio)


sizes = sorted({cell.parameters["side"] for cell in threads.here.cells if "side" in cell.parameters})
free = {side: pair(busy=False, side=side) for side in sizes}
busy = {side: pair(busy=True, side=side) for side in sizes}
head = (
    tr(es="producto", en="product"),
    tr(es="2 hilos / 1 hilo, máquina libre", en="2 threads / 1 thread, machine free"),
    tr(es="2 hilos / 1 hilo, con vecino", en="2 threads / 1 thread, with a neighbour"),
)
report.table(head, [(f"{n} × {n}", shown(free[n]), shown(busy[n])) for n in sizes])

# %% tags=["hidden"]
nothing = tr(
    es="no se compara nada, porque otro proceso estorbó",
    en="nothing is compared, because another process got in the way",
)
told = {n: ratio for n, ratio in busy.items() if ratio is not None}
worst = max(told, key=told.get, default=None)
if worst is None:
    collapse = nothing
elif busy[worst] > 2:
    often = report.factor(busy[worst])
    collapse = tr(
        es=f"el producto de lado {worst} tarda con dos hilos {often} veces lo que con uno",
        en=f"the product of side {worst} takes {often} times as long in two threads as in one",
    )
else:
    collapse = tr(es="no hubo derrumbe en esta corrida", en="there was no collapse in this run")
calm = [n for n in sizes if free[n] is not None]
helped = [n for n in calm if free[n] < 1 / (1 + threads.noise)]
if not calm:
    gain = nothing
elif helped:
    listed = ", ".join(f"{n} × {n}" for n in helped)
    gain = tr(es=f"dos hilos ganan en {listed}", en=f"two threads win at {listed}")
else:
    gain = tr(
        es="dos hilos no ganan en ningún tamaño que se compare", en="two threads win at no size compared"
    )

# %% [markdown] lang="es"
# **El hallazgo.** Con vecino, `{python} collapse`. Con la máquina libre, `{python} gain`. Un tiempo de dos
# hilos con otro proceso cerca no mide solo el producto: mide también cuánto tarda el sistema en devolver un
# núcleo. Por eso ninguna comparación de este sitio usa filas de dos hilos: solo se miran aquí.

# %% [markdown] lang="en"
# **The finding.** With a neighbour, `{python} collapse`. With the machine free, `{python} gain`. A time of
# two threads with another process nearby does not measure the product alone: it also measures how long the
# system takes to give a core back. So no comparison of this site uses rows of two threads: they are looked at
# only here.

# %% [markdown] lang="es"
# ## Por qué
#
# Al final de cada producto hay una barrera: el hilo que termina primero espera al otro. Mientras espera, da
# vueltas en un bucle y ocupa su núcleo, para no perder tiempo cuando el otro acabe. Dos hilos y un vecino son
# tres que quieren dos núcleos. El sistema le quita el suyo a alguno durante un turno de milisegundos; si se
# lo quita al hilo que aún trabajaba, el otro da vueltas en vano todo ese turno. El producto de lado 64 dura
# microsegundos; el turno, cientos de veces más. Un solo hilo y un vecino caben en dos núcleos y no se
# esperan.

# %% [markdown] lang="en"
# ## Why
#
# At the end of every product there is a barrier: the thread that finishes first waits for the other. While it
# waits it spins in a loop and keeps its core, so as to lose no time when the other is done. Two threads and a
# neighbour are three that want two cores. The system takes the core of one of them away for a turn of
# milliseconds; if that one is the thread that was still working, the other spins in vain for the whole turn.
# The product of side 64 lasts microseconds; the turn, hundreds of times longer. A single thread and a
# neighbour fit two cores and do not wait for each other.

# %%
import torch

# es: antes de medir, y en una máquina compartida
# en: before measuring, and on a shared machine
torch.set_num_threads(1)
print(torch.get_num_threads())

# %% [markdown] lang="es"
# ## El código, las órdenes y los datos

# %% [markdown] lang="en"
# ## The code, the commands and the data

# %%
threads.code("test_product", "test_network")

# %%
threads.commands()

# %%
threads.downloads()

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: la ley de Amdahl
#
# Si una parte `shared` del tiempo se reparte entre `count` hilos y el resto no, escribe
# `speedup(shared, count)`: cuántas veces más rápido va el programa ([Amdahl,
# 1967](https://doi.org/10.1145/1465482.1465560)). Si se reparte el 90 %, ¿a cuánto se puede llegar con
# infinitos hilos?

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: Amdahl's law
#
# If a part `shared` of the time is divided among `count` threads and the rest is not, write
# `speedup(shared, count)`: how many times as fast the program runs ([Amdahl,
# 1967](https://doi.org/10.1145/1465482.1465560)). If 90% is shared, how far can infinitely many threads get?


# %% tags=["solution"]
def speedup(shared, count):
    return 1 / (1 - shared + shared / count)


# %% tags=["check"]
assert abs(speedup(1.0, 2) - 2) < 1e-12
assert abs(speedup(0.5, 2) - 4 / 3) < 1e-12
assert abs(speedup(0.9, 10**9) - 10) < 1e-6

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: la media miente, la mediana también puede
#
# `rounds` son los tiempos de varias rondas. Escribe `tail(rounds)`: cuántas veces la mediana dura la ronda
# más lenta. Un valor cercano a 1 dice que las rondas se parecen; uno de 100, que hubo un derrumbe que la
# mediana no muestra.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: the mean lies, and the median may, too
#
# `rounds` are the times of several rounds. Write `tail(rounds)`: how many times the median the slowest round
# lasts. A value close to 1 says that the rounds are alike; one of 100, that there was a collapse which the
# median does not show.

# %% tags=["solution"]
from statistics import median


def tail(rounds):
    return max(rounds) / median(rounds)


# %% tags=["check"]
assert tail([2.0, 2.0, 2.0]) == 1
assert tail([1.0, 1.0, 1.0, 1.0, 137.0]) == 137

# %% [markdown] lang="es"
# ## Para llevarte
#
# * Dos hilos ayudan cuando cada parte dura mucho más que la espera del final.
# * Con más hilos que núcleos libres, la espera puede costar cientos de veces el trabajo.
# * Para medir, un hilo. Para servir muchas peticiones, varios procesos de un hilo.
#
# ## Sigue por aquí
#
# [Cómo no medir](how_not_to_benchmark.md), [varios procesos](../fundamentals/many_processes.md) y la
# [carga de datos](data_loading.md), donde se ve cuándo ayudan los trabajadores. El capítulo 00 de
# [PyTorch for Deep Learning](https://www.learnpytorch.io/00_pytorch_fundamentals/) trata de dónde se calcula.

# %% [markdown] lang="en"
# ## What to keep
#
# * Two threads help where each part lasts much longer than the wait at the end.
# * With more threads than free cores, waiting can cost hundreds of times the work.
# * To measure, one thread. To serve many requests, several processes of one thread.
#
# ## Where to go next
#
# [How not to benchmark](how_not_to_benchmark.md), [many processes](../fundamentals/many_processes.md) and
# [data loading](data_loading.md), which shows when workers help. Chapter 00 of
# [PyTorch for Deep Learning](https://www.learnpytorch.io/00_pytorch_fundamentals/) tells where things are
# computed.
