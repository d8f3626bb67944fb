"""
title:
  es: "Uno o dos hilos: cuándo ayudan y cuándo se derrumban"
  en: "One thread or two: when they help and when they collapse"
summary:
  es: Dos hilos se reparten un producto y se esperan al final; con otro proceso cerca, la espera manda.
  en: Two threads share a product and wait for each other at its end; near another process, waiting rules.
tags: [benchmark, threads, noise, openmp]
objectives:
  es:
    - Predecir desde qué tamaño ayudan dos hilos y por qué no ayudan antes.
    - Reconocer el derrumbe de los hilos cuando otro proceso ocupa un núcleo.
    - Elegir el número de hilos de un programa según lo que más corre en la máquina.
  en:
    - Predict from which size on two threads help, and why they do not help before.
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
# calcula a la vez. Con dos núcleos debería ir al doble. Esta página mide cuándo pasa eso, cuándo no pasa, y
# qué ocurre si otro trabajo usa la máquina al mismo tiempo, como en un servidor compartido o en tu
# computadora con el navegador abierto. Todas las demás mediciones del sitio usan un solo hilo por esta razón.

# %% [markdown] lang="en"
# By default PyTorch uses as many threads as the machine has cores: it cuts every product into parts and
# computes them at once. With two cores it should run at twice the speed. This page measures when that
# happens, when it does not, and what follows if another job uses the machine at the same time, as on a shared
# server or on your computer with the browser open. All other measurements of this site use one thread for
# this reason.

# %% [markdown] lang="es" tags=["quiz"]
# Un producto de 64 × 64 tarda menos de una centésima de milisegundo en un hilo. Otro proceso ocupa uno de los
# dos núcleos. ¿Qué pasa si lo calculas con dos hilos?
#
# - [ ] Va a la mitad de velocidad: queda un núcleo para los dos hilos. Se turnan, y el turno dura mucho más
#   que el producto.
# - [x] Puede tardar cientos de veces más: un hilo termina y espera al otro, que el sistema dejó sin núcleo
#   durante milisegundos.
# - [ ] Nada: el sistema mueve el hilo al núcleo libre. En el núcleo libre ya está el otro hilo.

# %% [markdown] lang="en" tags=["quiz"]
# A product of 64 × 64 takes less than a hundredth of a millisecond in one thread. Another process holds one
# of the two cores. What happens if you compute it with two threads?
#
# - [ ] It runs at half the speed: one core is left for both threads. They take turns, and a turn lasts much
#   longer than the product.
# - [x] It can take hundreds of times as long: one thread finishes and waits for the other, which the system
#   left without a core for milliseconds.
# - [ ] Nothing: the system moves the thread to the free core. On the free core there is the other thread.

# %% [markdown] lang="es"
# ## La máquina y sus filas
#
# El «vecino» es un proceso nuestro que calcula sin pausa: así el derrumbe se puede medir. El resto del método
# es el de siempre, salvo que aquí los hilos no están atados a un núcleo.

# %% [markdown] lang="en"
# ## The machine and its rows
#
# The “neighbour” is a process of ours that computes without pause: so the collapse can be measured. The rest
# of the method is as always, except that here the threads are tied to no core.

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
# mirar: ¿en qué tamaño esperas que dos hilos ganen, y en cuál temes el derrumbe?

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
def pair(busy, **parameters):
    found = [cell for cell in threads.pick(**parameters) if (cell.parameters["neighbours"] > 0) == busy]
    one, two = sorted(found, key=lambda cell: cell.parameters["threads"])
    return two.median_units / one.median_units


sizes = sorted({cell.parameters["side"] for cell in threads.here.cells if "side" in cell.parameters})
free = {side: pair(busy=False, side=side) for side in sizes}
busy = {side: pair(busy=True, side=side) for side in sizes}
head = (
    tr(es="producto", en="product"),
    tr(es="2 hilos / 1 hilo, máquina libre", en="2 threads / 1 thread, machine free"),
    tr(es="2 hilos / 1 hilo, con vecino", en="2 threads / 1 thread, with a neighbour"),
)
report.table(head, [(f"{n} × {n}", report.times(free[n]), report.times(busy[n])) for n in sizes])

# %% tags=["hidden"]
worst = max(busy, key=busy.get)
smallest = min(sizes)
if busy[worst] > 2:
    collapse = tr(
        es=f"el producto de lado {worst} tarda con dos hilos {report.factor(busy[worst])} veces más",
        en=f"the product of side {worst} takes {report.factor(busy[worst])} times as long in two threads",
    )
else:
    collapse = tr(es="no hubo derrumbe en esta corrida", en="there was no collapse in this run")
helped = [n for n in sizes if free[n] < 1 / (1 + threads.noise)]
if helped:
    listed = ", ".join(str(n) for n in helped)
    gain = tr(es=f"dos hilos ganan en los lados {listed}", en=f"two threads win at the sides {listed}")
else:
    gain = tr(es="dos hilos no ganan en ningún tamaño", en="two threads win at no size")

# %% [markdown] lang="es"
# **El hallazgo.** Con un vecino, `{python} collapse`. Con la máquina libre, `{python} gain`. Un tiempo de dos
# hilos con otro proceso cerca no mide el producto: mide cuánto tarda el sistema en devolver un núcleo. Por
# eso ninguna comparación de este sitio usa filas de dos hilos, y estas solo se miran aquí.

# %% [markdown] lang="en"
# **The finding.** With a neighbour, `{python} collapse`. With the machine free, `{python} gain`. A time of
# two threads with another process nearby does not measure the product: it measures how long the system takes
# to give a core back. So no comparison of this site uses rows of two threads, and they are looked at only
# here.

# %% [markdown] lang="es"
# ## Por qué
#
# Al final de cada producto hay una barrera: el hilo que termina primero espera al otro. Mientras espera, gira
# en un bucle y ocupa su núcleo, para no perder tiempo cuando el otro acabe. Con un vecino hay tres que
# quieren dos núcleos. El sistema le quita el suyo a alguno durante un turno de milisegundos; si es el hilo
# que aún trabajaba, el otro gira en vano todo ese turno. El producto dura microsegundos; el turno, miles de
# veces más. Un vecino al que se le concede su núcleo, y un solo hilo, no se esperan nunca.

# %% [markdown] lang="en"
# ## Why
#
# At the end of every product there is a barrier: the thread that finishes first waits for the other. While it
# waits it spins in a loop and keeps its core, so as to lose no time when the other is done. With a neighbour
# there are three that want two cores. The system takes the core of one of them away for a turn of
# milliseconds; if that is the thread that was still working, the other spins in vain for the whole turn. The
# product lasts microseconds; the turn, thousands of times longer. A neighbour that has its core and a single
# thread never wait for each other.

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
# 1967](https://doi.org/10.1145/1465482.1465560)). ¿Cuánto es lo máximo con infinitos hilos si se reparte el
# 90 %?

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: Amdahl's law
#
# If a part `shared` of the time is divided among `count` threads and the rest is not, write
# `speedup(shared, count)`: how many times as fast the program runs ([Amdahl,
# 1967](https://doi.org/10.1145/1465482.1465560)). What is the most with infinitely many threads if 90% is
# shared?


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
# `rounds` son tiempos de rondas. Escribe `tail(rounds)`: cuántas veces la más lenta es la mediana. Un valor
# cercano a 1 dice que las rondas se parecen; uno de 100, que hay un derrumbe que la mediana no muestra.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: the mean lies, and the median may, too
#
# `rounds` are times of rounds. Write `tail(rounds)`: how many times the median the slowest one is. A value
# close to 1 says that the rounds are alike; one of 100, that there is a collapse which the median hides.

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
# * Con más hilos que núcleos libres, la espera puede costar miles de veces el trabajo.
# * Para medir, un hilo. Para servir muchas peticiones, varios procesos de un hilo.
#
# ## Sigue por aquí
#
# [Cómo no medir](how_not_to_benchmark.md), [varios procesos](../fundamentals/many_processes.md) y la
# [carga de datos](data_loading.md), donde los trabajadores sí ayudan. El capítulo 00 de
# [PyTorch for Deep Learning](https://www.learnpytorch.io/00_pytorch_fundamentals/) habla de dónde se calcula.

# %% [markdown] lang="en"
# ## What to keep
#
# * Two threads help where each part lasts much longer than the wait at the end.
# * With more threads than free cores, waiting can cost thousands of times the work.
# * To measure, one thread. To serve many requests, several processes of one thread.
#
# ## Where to go next
#
# [How not to benchmark](how_not_to_benchmark.md), [many processes](../fundamentals/many_processes.md) and
# [data loading](data_loading.md), where workers do help. Chapter 00 of
# [PyTorch for Deep Learning](https://www.learnpytorch.io/00_pytorch_fundamentals/) tells where things are
# computed.
