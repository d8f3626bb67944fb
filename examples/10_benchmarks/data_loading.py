"""
title:
  es: "Cargar datos: cuándo ayudan los trabajadores de un DataLoader"
  en: "Loading data: when the workers of a DataLoader help"
summary:
  es: Rebanar un tensor, o un DataLoader con procesos que preparan los batches; ayudan si hay trabajo.
  en: Slicing a tensor, or a DataLoader with processes that prepare batches; they help where there is work.
tags: [benchmark, DataLoader, workers, transfer]
objectives:
  es:
    - Decidir entre rebanar un tensor y usar un DataLoader según lo que cuesta preparar un ejemplo.
    - Explicar qué paga un trabajador (empezar, copiar entre procesos) y qué gana.
    - Calcular si los datos llegan a tiempo para el paso de entrenamiento que esperan.
  en:
    - Decide between slicing a tensor and a DataLoader by what it costs to prepare an example.
    - Explain what a worker pays (starting, copying between processes) and what it gains.
    - Compute whether data arrive in time for the training step that waits for them.
prerequisites:
  es:
    - Los [datos como tensores](../fundamentals/data_as_tensors.md).
    - Qué es un proceso, como en [varios procesos](../fundamentals/many_processes.md).
  en:
    - "[Data as tensors](../fundamentals/data_as_tensors.md)."
    - What a process is, as in [many processes](../fundamentals/many_processes.md).
"""
# %% [markdown] lang="es"
# Un modelo rápido puede pasar la mayor parte del tiempo esperando sus datos. El remedio conocido es
# `DataLoader(..., num_workers=2)`: otros procesos, los **trabajadores** (*workers*), preparan los batches
# mientras el modelo calcula. A veces así va más rápido y a veces mucho más lento. Esta página mide de varias
# maneras un recorrido por mil imágenes pequeñas que ya están en la memoria.

# %% [markdown] lang="en"
# A fast model may spend most of its time waiting for its data. The well-known remedy is
# `DataLoader(..., num_workers=2)`: other processes, the **workers**, prepare batches while the model
# computes. At times that runs faster and at times much slower. This page measures in several ways one pass
# over a thousand small images that are in memory already.

# %% [markdown] lang="es" tags=["quiz"]
# Mil imágenes de 32 × 32 están en un tensor. Un bucle toma batches de 32. ¿Qué es más rápido?
#
# - [x] `for batch in images.split(32)`: los batches son vistas del tensor, y no se copia nada.
# - [ ] `DataLoader(..., num_workers=0)`: saca las imágenes una por una y las vuelve a apilar.
# - [ ] `DataLoader(..., num_workers=2)`: dos procesos lo hacen a la vez, pero además mandan cada batch de un
#   proceso a otro.

# %% [markdown] lang="en" tags=["quiz"]
# A thousand images of 32 × 32 are in one tensor. A loop takes batches of 32. What is fastest?
#
# - [x] `for batch in images.split(32)`: the batches are views of the tensor, and nothing is copied.
# - [ ] `DataLoader(..., num_workers=0)`: it takes the images out one by one and stacks them again.
# - [ ] `DataLoader(..., num_workers=2)`: two processes do so at once, but they also send every batch from one
#   process to another.

# %% [markdown] lang="es"
# ## La máquina y sus filas
#
# «Copiar» entrega la imagen como está; «aumentar» la pasa a números entre 0 y 1 y la gira dieciséis veces un
# cuarto de vuelta: hace el trabajo de un aumento de datos y deja la imagen como era, para poder comprobar la
# respuesta.

# %% [markdown] lang="en"
# ## The machine and its rows
#
# “Copy” hands the image over as it is; “augment” turns it into numbers between 0 and 1 and rotates it sixteen
# times by a quarter turn: it does the work of data augmentation and leaves the image as it was, so that the
# answer can be checked.

# %%
import matplotlib.pyplot as plt

from tutorials_lib import tr
from tutorials_lib.bench import report, suite
from tutorials_lib.plots import color

loading = suite.load("loading")
loading.card()

# %%
EFFORTS = {"copy": tr(es="copiar", en="copy"), "augment": tr(es="aumentar", en="augment")}


def name(cell):
    own = cell.parameters
    batch = tr(es=f"batches de {own['batch']}", en=f"batches of {own['batch']}")
    if own["way"] == "slices":
        return f"{tr(es='rebanar', en='slicing')}, {batch}"
    count, one = own["workers"], tr(es="1 trabajador", en="1 worker")
    workers = one if count == 1 else tr(es=f"{count} trabajadores", en=f"{count} workers")
    return f"{EFFORTS[own['effort']]}, {workers}, {batch}"


loading.table(loading.pick(backend="cpu"), name)

# %% [markdown] lang="es"
# `{python} loading.state()` La columna «primera llamada» incluye arrancar los procesos, que después se
# quedan.
#
# ## Lo que se ve
#
# Antes de mirar: ¿en qué filas esperas que los trabajadores ayuden, y cuánto, con los núcleos de esta
# máquina?

# %% [markdown] lang="en"
# `{python} loading.state()` The column “first call” includes starting the processes, which then stay.
#
# ## What shows
#
# Before you look: in which rows do you expect workers to help, and by how much, with the cores of this
# machine?

# %%
# alt es: tiempo de un recorrido por mil imágenes: rebanar, y DataLoader con 0, 1 y 2 trabajadores.
# alt en: time of a pass over a thousand images: slicing, and a DataLoader with 0, 1 and 2 workers.
HUES = {"slices": "green", "copy": "blue", "augment": "ember"}
cells = loading.pick(backend="cpu")
rows = [(name(cell), cell, HUES[cell.parameters.get("effort", "slices")]) for cell in cells]
fig, ax = plt.subplots(figsize=(6.8, 4.8))
report.durations(rows, definition=loading.current, ax=ax)


# %%
def loader(effort, workers, batch):
    return loading.one(way="loader", effort=effort, workers=workers, batch=batch)


batches = sorted({cell.parameters["batch"] for cell in cells})
head = (
    tr(es="batches", en="batches"),
    tr(es="DataLoader frente a rebanar", en="DataLoader against slicing"),
    tr(es="copiar: 2 trabajadores frente a 0", en="copy: 2 workers against 0"),
    tr(es="aumentar: 2 trabajadores frente a 0", en="augment: 2 workers against 0"),
)
rows = [
    (
        str(batch),
        loading.versus(loader("copy", 0, batch), loading.one(way="slices", batch=batch)),
        loading.versus(loader("copy", 2, batch), loader("copy", 0, batch)),
        loading.versus(loader("augment", 2, batch), loader("augment", 0, batch)),
    )
    for batch in batches
]
report.table(head, rows)

# %% tags=["hidden"]
images = cells[0].parameters["images"]
small, large = min(batches), max(batches)
sliced = loading.one(way="slices", batch=small).units
one_by_one = loader("copy", 0, small).units
start = loader("copy", 2, small).first_call_seconds - loader("copy", 2, small).median_seconds
effort = loader("augment", 0, large).median_seconds / images
shares_work = loading.versus(loader("augment", 2, large), loader("augment", 0, large))
assert sliced < one_by_one
assert start > 0

# %% [markdown] lang="es"
# **El hallazgo.** Recorrer `{python} images` imágenes con un `DataLoader` en batches de `{python} small`
# tarda `{python} report.factor(one_by_one / sliced)` veces lo que rebanar el tensor: sacar los ejemplos uno
# por uno y volver a apilarlos es el costo. Arrancar dos trabajadores costó unos
# `{python} report.duration(start)`, y además cada batch pasa de un proceso a otro. Eso solo se recupera si
# preparar los ejemplos es caro. Al aumentar, cada imagen cuesta `{python} report.duration(effort)`: ahí hay
# trabajo que repartir. Veredicto en batches de `{python} large`, dos trabajadores frente a ninguno:
# `{python} shares_work`.

# %% [markdown] lang="en"
# **The finding.** Going over `{python} images` images with a `DataLoader` in batches of `{python} small`
# takes `{python} report.factor(one_by_one / sliced)` times as long as slicing the tensor: taking the examples
# out one by one and stacking them again is the cost. Starting two workers took about
# `{python} report.duration(start)`, and besides, every batch passes from one process to another. That is
# recovered only where preparing the examples is expensive. When augmenting, each image costs
# `{python} report.duration(effort)`: there is work to share. Verdict in batches of `{python} large`, two
# workers against none: `{python} shares_work`.

# %% [markdown] lang="es"
# ## ¿Llegan a tiempo?
#
# Lo que importa no es el tiempo de carga, sino si es menor que el del paso que la espera. Con trabajadores
# que se adelantan, cada paso dura el mayor de los dos tiempos; sin ellos, la suma.

# %% [markdown] lang="en"
# ## Do they arrive in time?
#
# What matters is not the time to load, but whether it is less than that of the step that waits for it. With
# workers that go ahead, every step takes the larger of the two times; without them, their sum.

# %%
# alt es: tiempo por batch frente al del paso de entrenamiento: la suma sin trabajadores y el mayor con ellos.
# alt en: time per batch over that of the step: the sum without workers, the larger of both with them.
count = images / large
alone = 1e3 * loader("augment", 0, large).median_seconds / count
shared = 1e3 * loader("augment", 2, large).median_seconds / count
steps = [alone * share / 20 for share in range(61)]
fig, ax = plt.subplots()
ax.plot(
    steps,
    [step + alone for step in steps],
    color=color("ember"),
    label=tr(es="0 trabajadores", en="0 workers"),
)
ax.plot(
    steps,
    [max(step, shared) for step in steps],
    "--",
    color=color("blue"),
    label=tr(es="2 trabajadores, con núcleos de sobra", en="2 workers, with cores to spare"),
)
ax.plot(
    steps, steps, ":", color=color("faint"), label=tr(es="sin esperar datos", en="without waiting for data")
)
ax.set_xlabel(tr(es="paso de entrenamiento (ms)", en="training step (ms)"))
ax.set_ylabel(tr(es="tiempo por batch (ms)", en="time per batch (ms)"))
ax.legend()

# %% [markdown] lang="es"
# La línea azul supone que el paso de entrenamiento corre en otro sitio, como una GPU. Si la red entrena en
# los mismos núcleos, los trabajadores compiten con ella y el paso se alarga.

# %% [markdown] lang="en"
# The blue line assumes that the training step runs elsewhere, as on a GPU. Where the network trains on the
# same cores, workers compete with it and the step gets longer.

# %% [markdown] lang="es"
# ## Hacia la GPU
#
# El último viaje es de la memoria del procesador a la de la GPU. `make bench-cuda` lo mide desde páginas
# comunes y desde páginas fijas (`pin_memory`), que la GPU puede leer sin una copia intermedia.

# %% [markdown] lang="en"
# ## On to the GPU
#
# The last trip goes from the processor's memory to that of the GPU. `make bench-cuda` measures it from common
# pages and from pinned ones (`pin_memory`), which the GPU can read without a copy in between.

# %%
loading.missing([("cuda", tr(es="de la CPU a la GPU", en="from the CPU to the GPU"))])

# %% [markdown] lang="es"
# ## El código, las órdenes y los datos

# %% [markdown] lang="en"
# ## The code, the commands and the data

# %%
loading.code("Augmented", "test_slices", "test_loader", "test_to_device")

# %%
loading.commands()

# %%
loading.downloads()

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: el paso que espera
#
# Escribe `step_seconds(load, train, workers)`: lo que dura un paso si cargar un batch cuesta `load`, entrenar
# `train`, y `workers` procesos se adelantan, cada uno en su núcleo. Con 0, se suma; con `workers`, un batch
# llega cada `load / workers`.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: the step that waits
#
# Write `step_seconds(load, train, workers)`: how long a step takes if loading a batch costs `load`, training
# `train`, and `workers` processes go ahead, each on its core. With 0 they add up; with `workers`, a batch
# arrives every `load / workers`.


# %% tags=["solution"]
def step_seconds(load, train, workers):
    return load + train if workers == 0 else max(train, load / workers)


# %% tags=["check"]
assert step_seconds(3.0, 1.0, 0) == 4.0
assert step_seconds(3.0, 1.0, 1) == 3.0
assert step_seconds(3.0, 1.0, 4) == 1.0

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: cuántos trabajadores
#
# Escribe `enough(load, train)`: el menor número de trabajadores con el que la red no espera. Si cargar cuesta
# menos que entrenar, uno basta.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: how many workers
#
# Write `enough(load, train)`: the least number of workers with which the network does not wait. If loading
# costs less than training, one is enough.

# %% tags=["solution"]
import math


def enough(load, train):
    return math.ceil(load / train)


# %% tags=["check"]
assert enough(0.5, 1.0) == 1
assert enough(3.0, 1.0) == 3
assert enough(3.1, 1.0) == 4

# %% [markdown] lang="es"
# ## Para llevarte
#
# * Si los datos caben en un tensor y no hay que transformarlos, rebana.
# * Un trabajador cuesta: hay que arrancarlo y pasar cada batch entre procesos. Lo compensa una preparación
#   cara o un disco lento.
# * Mira si el modelo espera, no cuánto tarda la carga.
#
# ## Sigue por aquí
#
# Los [hilos](threads.md), los [dispositivos](../fundamentals/devices.md) y las [redes
# enteras](model_sweeps.md). El capítulo 04 de [PyTorch for Deep
# Learning](https://www.learnpytorch.io/04_pytorch_custom_datasets/) construye sus cargadores.

# %% [markdown] lang="en"
# ## What to keep
#
# * If the data fit in a tensor and need no transform, slice.
# * A worker has a cost: it must be started, and every batch passed between processes. Expensive preparation
#   or a slow disk makes up for it.
# * Look at whether the model waits, not at how long loading takes.
#
# ## Where to go next
#
# [Threads](threads.md), [devices](../fundamentals/devices.md) and [whole networks](model_sweeps.md). Chapter
# 04 of [PyTorch for Deep Learning](https://www.learnpytorch.io/04_pytorch_custom_datasets/) builds its
# loaders.
