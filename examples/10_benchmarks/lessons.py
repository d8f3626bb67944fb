"""
title:
  es: "Lo que cuesta cada lección"
  en: "What every lesson costs"
summary:
  es: Segundos de procesador y memoria de cada lección de este sitio, como los anotó su última corrida.
  en: Processor seconds and memory of every lesson of this site, as its last run noted them.
tags: [benchmark, memory, lessons]
objectives:
  es:
    - Distinguir segundos de reloj de segundos de procesador, y saber cuáles se pueden comparar.
    - Leer la memoria máxima de un proceso y separar lo que ocupan las bibliotecas de lo que ocupa el código.
    - Prever si una lección cabe en tu computadora antes de correrla.
  en:
    - Tell seconds of the clock from seconds of the processor, and know which can be compared.
    - Read the peak memory of a process and separate what libraries take from what the code takes.
    - Foresee whether a lesson fits your computer before you run it.
prerequisites:
  es:
    - Qué es un proceso, como en [varios procesos](../fundamentals/many_processes.md).
  en:
    - What a process is, as in [many processes](../fundamentals/many_processes.md).
"""
# %% [markdown] lang="es"
# Cada lección de este sitio es un programa que se ejecutó para escribirla. Al construir el sitio se anotan,
# en cada corrida, los segundos de procesador y la memoria máxima de su proceso. Aquí están: sirven para saber
# qué esperar en tu máquina y para distinguir, con un ejemplo real, el tiempo de procesador del tiempo de
# reloj.

# %% [markdown] lang="en"
# Every lesson of this site is a program that was run in order to write it. While the site is built, the
# processor seconds and the peak memory of the process of each run are noted down. Here they are: good for
# knowing what to expect on your machine, and for telling, on a real example, processor time from clock time.

# %% [markdown] lang="es" tags=["quiz"]
# Dos corridas del mismo programa tardaron 4 s y 9 s de reloj, y las dos usaron 4 s de procesador. ¿Qué pasó
# en la segunda?
#
# - [ ] Calculó más: entonces habría usado más segundos de procesador.
# - [x] Esperó: otro proceso tenía el núcleo, o el disco no respondía. El reloj cuenta la espera; el
#   procesador, no.
# - [ ] Usó dos hilos: eso puede explicar más segundos de procesador que de reloj, pero no menos.

# %% [markdown] lang="en" tags=["quiz"]
# Two runs of the same program took 4 s and 9 s by the clock, and both used 4 s of the processor. What
# happened in the second one?
#
# - [ ] It computed more: then it would have used more processor seconds.
# - [x] It waited: another process had the core, or the disk did not answer. The clock counts waiting; the
#   processor does not.
# - [ ] It used two threads: that can explain more processor seconds than clock seconds, but not fewer.

# %% [markdown] lang="es"
# ## La máquina y las lecciones

# %% [markdown] lang="en"
# ## The machine and the lessons

# %%
import matplotlib.pyplot as plt

from tutorials_lib import tr
from tutorials_lib.bench import report, suite
from tutorials_lib.plots import color, localized

lessons = suite.load("lessons")
cells = sorted(lessons.here.cells, key=lambda cell: -cell.median_seconds)
lessons.card()

# %%
MIB = 2**20
head = (
    tr(es="lección", en="lesson"),
    tr(es="segundos de procesador", en="processor seconds"),
    tr(es="memoria máxima", en="peak memory"),
    tr(es="corrida del", en="run on"),
)
rows = [
    (
        f"<code>{cell.parameters['lesson']}</code>",
        localized(f"{cell.median_seconds:.1f}"),
        f"{cell.peak_memory_bytes / MIB:.0f} MiB",
        cell.date,
    )
    for cell in cells
]
report.table(head, rows, lessons.here.machine["name"])

# %% [markdown] lang="es"
# Una lección se comprueba a sí misma: sus aserciones y sus ejercicios corren con ella, así que una fila es de
# una corrida que acabó bien. Cada tiempo es de una sola corrida, sin calibración: léelo como orden de
# magnitud.
#
# ## Segundos y memoria
#
# Antes de mirar: ¿esperas que las lecciones que más tardan sean las que más memoria usan?

# %% [markdown] lang="en"
# A lesson checks itself: its assertions and exercises run with it, so a row is from a run that ended well.
# Each time is from a single run, without calibration: read it as an order of magnitude.
#
# ## Seconds and memory
#
# Before you look: do you expect the lessons that take longest to be those that use most memory?

# %%
# alt es: memoria máxima frente a segundos de procesador, un punto por lección.
# alt en: peak memory over processor seconds, one point for each lesson.
seconds = [cell.median_seconds for cell in cells]
mebibytes = [cell.peak_memory_bytes / MIB for cell in cells]
fig, ax = plt.subplots()
ax.plot(seconds, mebibytes, "o", color=color("blue"))
ax.axhline(min(mebibytes), color=color("ember"), linestyle="--", label=tr(es="la menor", en="the least"))
ax.set(xlabel=tr(es="segundos de procesador", en="processor seconds"), ylim=(0, 1.1 * max(mebibytes)))
ax.set_ylabel(tr(es="memoria máxima (MiB)", en="peak memory (MiB)"))
ax.legend()

# %%
from statistics import median

base = min(mebibytes)
total = sum(seconds)
print(tr(es="lecciones", en="lessons"), len(cells))
print(tr(es="en total", en="in total"), f"{total:.0f} s")
print(tr(es="mediana", en="median"), f"{median(seconds):.0f} s")

# %% tags=["hidden"]
assert all(cell.checked and cell.measured for cell in cells)
longest = cells[0]
over = max(mebibytes) - base

# %% [markdown] lang="es"
# **El hallazgo.** Las `{python} len(cells)` lecciones registradas suman `{python} total:.0f` s de procesador;
# la mediana es de `{python} median(seconds):.0f` s y la más larga, de `{python} longest.median_seconds:.0f`
# s. La que menos memoria usa necesita `{python} base:.0f` MiB, y casi todo eso son Python y sus bibliotecas,
# como PyTorch y Matplotlib. La distancia a esa línea es lo que una lección añade con sus tensores, sus
# modelos y las demás bibliotecas que carga: en la que más, `{python} over:.0f` MiB.

# %% [markdown] lang="en"
# **The finding.** The `{python} len(cells)` recorded lessons add up to `{python} total:.0f` s of processor;
# the median is `{python} median(seconds):.0f` s and the longest one takes
# `{python} longest.median_seconds:.0f` s. The one that uses least memory needs `{python} base:.0f` MiB, and
# nearly all of that is Python and its libraries, such as PyTorch and Matplotlib. The distance to that line is
# what a lesson adds with its tensors, its models and the other libraries it loads: in the largest one,
# `{python} over:.0f` MiB.

# %% [markdown] lang="es"
# ## El código, las órdenes y los datos
#
# `make site` corre las lecciones y `make bench` recoge lo que anotaron.

# %% [markdown] lang="en"
# ## The code, the commands and the data
#
# `make site` runs the lessons and `make bench` collects what they noted.

# %%
lessons.code("test_lessons")

# %%
report.folded(tr(es="la orden", en="the command"), report.command(lessons.here))

# %%
lessons.downloads()

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: ¿cabe en tu computadora?
#
# Escribe `fits(cells, free_bytes)`: los nombres de las lecciones cuya memoria máxima cabe en `free_bytes`, de
# la que más tarda a la que menos.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: does it fit your computer?
#
# Write `fits(cells, free_bytes)`: the names of the lessons whose peak memory fits in `free_bytes`, from the
# one that takes longest to the one that takes least.


# %% tags=["solution"]
def fits(cells, free_bytes):
    small = [cell for cell in cells if cell.peak_memory_bytes <= free_bytes]
    ordered = sorted(small, key=lambda cell: -cell.median_seconds)
    return [cell.parameters["lesson"] for cell in ordered]


# %% tags=["check"]
assert fits(cells, 0) == []
assert fits(cells, 2**60) == [cell.parameters["lesson"] for cell in cells]
assert fits(cells[::-1], 2**60)[0] == longest.parameters["lesson"]

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: reloj y procesador
#
# Escribe `waited(wall, cpu, threads)`: qué parte del tiempo esperó un programa de `threads` hilos
# que usó `cpu` segundos de procesador en `wall` segundos. Un programa que no esperó usa `wall * threads`.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: clock and processor
#
# Write `waited(wall, cpu, threads)`: what share of its time a program of `threads` threads waited if it used
# `cpu` processor seconds in `wall` seconds. A program that did not wait uses `wall * threads`.


# %% tags=["solution"]
def waited(wall, cpu, threads):
    return 1 - cpu / (wall * threads)


# %% tags=["check"]
assert waited(4.0, 4.0, 1) == 0
assert abs(waited(9.0, 4.0, 1) - 5 / 9) < 1e-12
assert waited(4.0, 4.0, 2) == 0.5

# %% [markdown] lang="es"
# ## Para llevarte
#
# * El procesador cuenta lo que se calcula; el reloj, también lo que se espera. Para comparar código en una
#   máquina compartida, mira el primero.
# * La memoria de un proceso empieza por la de sus bibliotecas.
# * Un tiempo de una sola corrida dice si son segundos o minutos, no cuál de dos parecidos es menor.
#
# ## Sigue por aquí
#
# Los [hilos](threads.md), y [cómo no medir](how_not_to_benchmark.md). Cómo repartir el trabajo:
# [varios procesos](../fundamentals/many_processes.md). El libro abierto del curso mide sus modelos en el
# [capítulo 09](https://www.learnpytorch.io/09_pytorch_model_deployment/).

# %% [markdown] lang="en"
# ## What to keep
#
# * The processor counts what is computed; the clock counts waiting as well. To compare code on a shared
#   machine, look at the former.
# * The memory of a process begins with that of its libraries.
# * A time from a single run says whether it is seconds or minutes, not which of two similar ones is less.
#
# ## Where to go next
#
# [Threads](threads.md), and [how not to benchmark](how_not_to_benchmark.md). How to share work out:
# [many processes](../fundamentals/many_processes.md). The open book of the course measures its
# models in [chapter 09](https://www.learnpytorch.io/09_pytorch_model_deployment/).
