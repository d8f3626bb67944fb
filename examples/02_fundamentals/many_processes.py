"""
title:
  es: Muchos procesos, un solo gradiente
  en: Many processes, one gradient
summary:
  es: Repartir un batch entre dos procesos y obtener el gradiente de uno; all-reduce, DDP y partes desiguales.
  en: Sharing a batch between two processes and getting the gradient of one; all-reduce, DDP and uneven parts.
tags: [distributed, all-reduce, DDP, gradient, parallelism]
everyday: [rank]
objectives:
  es:
    - Explicar por qué el gradiente de un batch se puede calcular por partes.
    - Arrancar dos procesos que se comunican y comparar su gradiente con el de uno solo.
    - Dibujar un all-reduce en anillo y contar los bytes que mueve.
    - Reconocer los errores silenciosos de las partes desiguales.
  en:
    - Explain why the gradient of a batch can be computed in parts.
    - Start two processes that communicate and compare their gradient with that of a single one.
    - Draw a ring all-reduce and count the bytes it moves.
    - Recognise the silent errors of uneven parts.
prerequisites:
  es:
    - Qué es un gradiente y un paso de descenso.
    - La lección «Dispositivos».
  en:
    - What a gradient is, and a step of descent.
    - The lesson “Devices”.
timeout_seconds: 300
"""
# %% [markdown] lang="es"
# «Corre en una o en varias GPU», prometen las bibliotecas. ¿Qué significa correr en varias? En el caso más
# común, que cada proceso tiene una copia del modelo y una parte del *batch* (los ejemplos de un paso), y que
# antes de mover los pesos se ponen de acuerdo en el gradiente. Al terminar sabrás escribir ese acuerdo a
# mano, comprobar que da lo mismo que un solo proceso y reconocer cuándo deja de darlo. No hacen falta varias
# GPU: dos procesos de esta máquina bastan, con `gloo`, el medio de comunicación que PyTorch usa en las CPU.
#
# Presupone [Dispositivos](devices.md) y el [gradiente](autograd.md). El curso [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) de Andrei Neagoie y Daniel Bourke
# menciona las varias GPU en *PyTorch Fundamentals*, [capítulo
# 00](https://www.learnpytorch.io/00_pytorch_fundamentals/) de su libro abierto, y no las usa; esta lección
# completa ese punto.

# %% [markdown] lang="en"
# “Runs on one or several GPUs”, libraries promise. What does running on several mean? In the most common
# case, that every process has a copy of the model and a part of the batch (the examples of one step), and
# that before moving the weights they agree on the gradient. By the end you will write that agreement by hand,
# check that it gives what a single process gives, and recognise when it no longer does. It does not take
# several GPUs: two processes on this machine are enough, with `gloo`, the means of communication that PyTorch
# uses on CPUs.
#
# It presumes [Devices](devices.md) and the [gradient](autograd.md). The course [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) by Andrei Neagoie and Daniel Bourke
# mentions several GPUs in *PyTorch Fundamentals*, [chapter
# 00](https://www.learnpytorch.io/00_pytorch_fundamentals/) of their open book, and does not use them; this
# lesson fills that gap.

# %%
import inspect
import os
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.functional import cross_entropy
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DistributedSampler
from torchvision.models import resnet50

from tutorials_lib import tr
from tutorials_lib.metrics import Proportion
from tutorials_lib.plots import curves, tensor_grid

# %% [markdown] lang="es"
# ## Antes de repartir: la cuenta en un solo proceso
#
# La pérdida de un *batch* es un promedio, y derivar un promedio es promediar derivadas. Si el proceso $r$
# tiene $n_r$ de los $n$ ejemplos y $L_r$ es la pérdida media de su parte,
#
# $$L = \sum_r \frac{n_r}{n} L_r \qquad\Longrightarrow\qquad \nabla L = \sum_r \frac{n_r}{n} \nabla L_r .$$
#
# No hay aproximación en ninguna parte. Hagamos un problema que cualquier proceso pueda construir igual, con
# su propia semilla, y comprobemos la fórmula con dos mitades antes de crear proceso alguno. ¿Coincidirán
# todas las cifras?

# %% [markdown] lang="en"
# ## Before sharing out: the sum in a single process
#
# The loss of a batch is a mean, and to differentiate a mean is to take the mean of derivatives. If process
# $r$ has $n_r$ of the $n$ examples and $L_r$ is the mean loss of its part,
#
# $$L = \sum_r \frac{n_r}{n} L_r \qquad\Longrightarrow\qquad \nabla L = \sum_r \frac{n_r}{n} \nabla L_r .$$
#
# Nothing in it is approximate. Let us make a problem that any process can build alike, from a seed of its
# own, and check the formula with two halves before creating any process. Will all the digits agree?


# %%
def problem() -> tuple[torch.Tensor, torch.Tensor]:
    random = torch.Generator().manual_seed(7)
    inputs = torch.randn(96, 20, generator=random)
    return inputs, (inputs @ torch.randn(20, 4, generator=random)).argmax(dim=1)


def build(seed: int) -> nn.Module:
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(20, 16), nn.Tanh(), nn.Linear(16, 4))


def flat_gradient(model: nn.Module, inputs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    model.zero_grad()
    cross_entropy(model(inputs), labels).backward()
    return torch.cat([parameter.grad.flatten() for parameter in model.parameters()])


inputs, labels = problem()
alone = flat_gradient(build(0), inputs, labels)
halves = [flat_gradient(build(0), inputs[rank::2], labels[rank::2]) for rank in range(2)]
print(alone.shape, f"{(sum(halves) / 2 - alone).abs().max():.1e}", f"{alone.abs().max():.2f}")

# %% tags=["hidden"]
in_halves = (sum(halves) / 2 - alone).abs().max().item()
assert in_halves < 1e-6 and (halves[0] - halves[1]).abs().max() > 1e-2

# %% [markdown] lang="es"
# Las dos mitades apuntan en direcciones distintas y su promedio es el gradiente del *batch* entero, con una
# diferencia de `{python} in_halves:.0e`: el redondeo de sumar en otro orden. Lo que falta es que las mitades
# las calculen procesos distintos.
#
# ## Dos procesos de verdad
#
# Un proceso no ve la memoria de otro. Cada uno es un programa completo, con su propio Python, que sabe dos
# cosas: su número (*rank*) y cuántos son (*world size*). Escribimos en una carpeta temporal un archivo con
# las funciones que haga falta, lo ejecutamos dos veces y recogemos lo que cada copia guardó. Los dos se
# encuentran a través de un archivo de la misma carpeta y hablan por la red interna de la máquina.

# %% [markdown] lang="en"
# The two halves point in different directions, and their mean is the gradient of the whole batch, with a
# difference of `{python} in_halves:.0e`: the rounding of adding in another order. What is missing is that
# different processes compute the halves.
#
# ## Two real processes
#
# A process does not see another's memory. Each is a whole program, with a Python of its own, that knows two
# things: its number (*rank*) and how many they are (*world size*). We write a file with the functions it
# takes into a temporary folder, run it twice and collect what each copy has saved. The two meet through a
# file in that folder and talk over the internal network of the machine.

# %%
HEAD = """\
import os
from datetime import timedelta
from pathlib import Path

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.functional import cross_entropy
from torch.nn.parallel import DistributedDataParallel
"""
TAIL = """
rank, world = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
torch.set_num_threads(1)
dist.init_process_group(
    "gloo", init_method=Path("meeting").absolute().as_uri(),
    rank=rank, world_size=world, timeout=timedelta(seconds=120),
)
torch.save([work(rank, world) for work in (WORKS)], f"{rank}.pt")
dist.destroy_process_group()
"""

# %% [markdown] lang="es"
# `launch` arma el archivo con el código de las funciones, arranca una copia por proceso, espera un tiempo
# limitado y, pase lo que pase, no deja a nadie corriendo. Cada copia empieza por importar PyTorch, que tarda
# más que las cuentas de esta lección. En un equipo con varias GPU esa tarea la hace
# `torchrun --nproc-per-node 2 archivo.py`.

# %% [markdown] lang="en"
# `launch` builds the file from the source of the functions, starts one copy for each process, waits for a
# limited time and, whatever happens, leaves nobody running. Each copy begins by importing PyTorch, which
# takes longer than the arithmetic of this lesson. On a machine with several GPUs that task belongs to
# `torchrun --nproc-per-node 2 file.py`.


# %%
def launch(*works, helpers=(), processes: int = 2, seconds: float = 240.0) -> list[list]:
    names = ", ".join(work.__name__ for work in works)
    sources = [inspect.getsource(part) for part in (*helpers, *works)]
    program = "\n\n".join([HEAD, *sources, TAIL.replace("WORKS", f"{names},")])
    environment = os.environ | {"OMP_NUM_THREADS": "1", "WORLD_SIZE": str(processes)}
    if loopback := {"linux": "lo", "darwin": "lo0"}.get(sys.platform):
        # es: no hace falta otra red, ni tiene por qué haberla
        # en: no other network is needed, nor may there be one
        environment["GLOO_SOCKET_IFNAME"] = loopback
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "worker.py").write_text(program, encoding="utf-8")
        command = [sys.executable, "worker.py"]
        running = [
            subprocess.Popen(command, cwd=folder, env=environment | {"RANK": str(rank)})
            for rank in range(processes)
        ]
        try:
            codes = [process.wait(timeout=seconds) for process in running]
        finally:
            for process in running:
                process.kill()
                process.wait()
        if any(codes):
            raise RuntimeError(f"exit codes {codes}")
        return [torch.load(Path(folder, f"{rank}.pt")) for rank in range(processes)]


# %% [markdown] lang="es"
# ## El acuerdo: all-reduce
#
# Lo primero que harán juntos es sumar. `all_reduce` recibe un tensor en cada proceso y deja en **todos** la
# suma de todos. El proceso 0 trae `[1, 2, 3, 4]` y el 1 trae `[10, 20, 30, 40]`. ¿Qué tendrá cada uno
# después?

# %% [markdown] lang="en"
# ## The agreement: all-reduce
#
# The first thing they do together is add. `all_reduce` takes a tensor in every process and leaves the sum of
# all of them in **all**. Process 0 brings `[1, 2, 3, 4]` and process 1 brings `[10, 20, 30, 40]`. What will
# each have afterwards?


# %%
def meet(rank: int, world: int) -> dict:
    numbers = torch.tensor([1.0, 2.0, 3.0, 4.0]) * 10**rank
    before = numbers.clone()
    # es: sobre el mismo tensor, y espera a todos
    # en: in place, and it waits for everybody
    dist.all_reduce(numbers)
    return {"process": os.getpid(), "before": before, "after": numbers}


(first,), (second,) = launch(meet)
print(first["before"].tolist(), second["before"].tolist())
print(first["after"].tolist(), second["after"].tolist())
print(len({os.getpid(), first["process"], second["process"]}), tr(es="procesos", en="processes"))

# %% tags=["hidden"]
assert torch.equal(first["after"], first["before"] + second["before"])
assert torch.equal(first["after"], second["after"])
assert len({os.getpid(), first["process"], second["process"]}) == 3

# %%
# alt es: Cada proceso con su fila antes; después los dos tienen la misma fila, la suma: 11, 22, 33 y 44.
# alt en: Each process with its row before; afterwards both have the same row, the sum: 11, 22, 33 and 44.
name, before, after = tr(es="proceso antes después", en="process before after").split()
boxes = {f"{name} {rank}, {before}": told["before"] for rank, told in enumerate((first, second))}
boxes |= {f"{name} {rank}, {after}": told["after"] for rank, told in enumerate((first, second))}
done = {title: [(k,) for k in range(4)] for title in boxes if after in title}
panels = {title: boxes[title] for rank in range(2) for title in boxes if f" {rank}," in title}
ax = tensor_grid(panels, rows=(2, 2), signs=["→", "", "→"], highlight=done)

# %% [markdown] lang="es"
# Tres procesos distintos: el que escribe esta página y los dos que sumaron. Nadie quedó con la suma a medias
# y nadie hizo de jefe.
#
# ## Por dentro: un anillo
#
# Con muchos procesos, enviarlo todo a uno lo ahogaría. El algoritmo en anillo ([Patarasuk y Yuan,
# 2009](https://doi.org/10.1016/j.jpdc.2008.09.002)) corta el tensor en $p$ trozos, tantos como procesos, y
# cada uno habla solo con su vecino. En las primeras $p - 1$ rondas los trozos viajan acumulando sumas; en las
# $p - 1$ siguientes viajan ya completos. La simulación usa cuatro procesos; el proceso $r$ empieza con el
# número $10^r$ en todos sus trozos, así que un trozo está completo cuando vale 1111.

# %% [markdown] lang="en"
# Three different processes: the one that writes this page and the two that added. Nobody is left with half a
# sum and nobody acted as the boss.
#
# ## Inside: a ring
#
# With many processes, sending everything to one would choke it. The ring algorithm ([Patarasuk and Yuan,
# 2009](https://doi.org/10.1016/j.jpdc.2008.09.002)) cuts the tensor into $p$ chunks, as many as processes,
# and each one talks to its neighbour only. In the first $p - 1$ rounds chunks travel gathering sums; in the
# following $p - 1$ they travel complete. The simulation uses four processes; process $r$ begins with the
# number $10^r$ in all its chunks, so a chunk is complete once it is worth 1111.


# %%
def ring(rows: torch.Tensor) -> list[torch.Tensor]:
    rows, p = rows.clone(), len(rows)
    history = [rows.clone()]
    for turn in range(2 * (p - 1)):
        gathering = turn < p - 1
        # es: todos envían a la vez, así que se copia lo enviado antes de escribir
        # en: all send at once, so what is sent is copied before anything is written
        sent = [(rank, (rank - turn) % p, rows[rank, (rank - turn) % p].item()) for rank in range(p)]
        for rank, chunk, value in sent:
            neighbour = (rank + 1) % p
            rows[neighbour, chunk] = value + (rows[neighbour, chunk] if gathering else 0)
        history.append(rows.clone())
    return history


p = 4
history = ring(torch.tensor([10**rank for rank in range(p)]).repeat(p, 1).T)
print(len(history) - 1, history[-1].unique().tolist())

# %%
# alt es: Siete cuadrículas de proceso por trozo: al medio hay un trozo completo por proceso; al final, todos.
# alt en: Seven grids of process by chunk: halfway there is one complete chunk for each process; then all.
turn_name = tr(es="ronda", en="round")
frames = {f"{turn_name} {turn}": rows for turn, rows in enumerate(history)}
complete = {title: (rows == 1111).nonzero().tolist() for title, rows in frames.items()}
ax = tensor_grid(frames, rows=(4, 3), highlight=complete)

# %% tags=["hidden"]
assert (history[-1] == 1111).all() and len(history) - 1 == 2 * (p - 1)
assert (history[p - 1] == 1111).sum() == p
for size in (2, 3, 5):
    start = torch.arange(size * size).reshape(size, size) ** 2
    assert torch.equal(ring(start)[-1], start.sum(dim=0).expand(size, size))
with torch.device("meta"):
    parameters = sum(parameter.numel() for parameter in resnet50().parameters())
ring_megabytes = {world: 2 * (world - 1) / world * 4 * parameters / 1e6 for world in (2, 8, 1024)}

# %% [markdown] lang="es"
# En cada ronda un proceso envía un trozo, la fracción $1/p$ del tensor. En total envía
#
# $$\text{bytes} = 2\,\frac{p - 1}{p}\, \times \text{bytes del gradiente},$$
#
# que casi no depende de cuántos sean. Los `{python} parameters:,` parámetros de una ResNet-50 en `float32`
# cuestan en cada paso `{python} ring_megabytes[2]:.0f` MB por proceso con dos procesos,
# `{python} ring_megabytes[8]:.0f` con ocho y `{python} ring_megabytes[1024]:.0f` con mil veinticuatro. Esa
# cuenta, contra lo que tarda el cálculo de cada parte, decide si repartir acelera. Cuánto acelera se mide:
# aquí los dos procesos comparten los núcleos de una sola máquina, y la página de
# [hilos](../benchmarks/threads.md) muestra lo que ocurre cuando se los disputan.
#
# ## El mismo gradiente, a mano
#
# Ahora el experimento. Cada proceso construye el mismo problema y el mismo modelo, toma un ejemplo de cada
# dos, calcula **su** gradiente y lo somete a `all_reduce`.

# %% [markdown] lang="en"
# In each round a process sends one chunk, the fraction $1/p$ of the tensor. In total it sends
#
# $$\text{bytes} = 2\,\frac{p - 1}{p}\, \times \text{bytes of the gradient},$$
#
# which hardly depends on how many they are. The `{python} parameters:,` parameters of a ResNet-50 in
# `float32` cost `{python} ring_megabytes[2]:.0f` MB in each step for each process with two processes,
# `{python} ring_megabytes[8]:.0f` with eight and `{python} ring_megabytes[1024]:.0f` with one thousand and
# twenty-four. That cost, against the time it takes to compute each part, decides whether sharing out speeds
# things up. By how much is measured: here both processes share the cores of a single machine, and the page
# about [threads](../benchmarks/threads.md) shows what happens when they fight for them.
#
# ## The same gradient, by hand
#
# Now the experiment. Each process builds the same problem and the same model, takes every second example,
# computes **its** gradient and submits it to `all_reduce`.


# %%
def by_hand(rank: int, world: int) -> torch.Tensor:
    inputs, labels = problem()
    gradient = flat_gradient(build(0), inputs[rank::world], labels[rank::world])
    dist.all_reduce(gradient)
    return gradient / world


# %% [markdown] lang="es"
# ## El mismo gradiente, con DDP
#
# `DistributedDataParallel` envuelve el modelo y hace dos cosas. Al crearse, copia a todos los pesos del
# proceso 0. En cada `backward`, promedia los gradientes por grupos mientras todavía se calculan los de las
# capas anteriores, para que la comunicación no se haga esperar. Para ponerlo a prueba, cada proceso arranca
# con **otra** semilla. ¿Con cuál de las dos coincidirá el gradiente?

# %% [markdown] lang="en"
# ## The same gradient, with DDP
#
# `DistributedDataParallel` wraps the model and does two things. When created, it copies the weights of
# process 0 to all. In every `backward`, it averages gradients in groups while those of the earlier layers are
# still being computed, so that nobody waits for communication. To put it to the test, each process starts
# from **another** seed. Which of the two will the gradient agree with?


# %%
def with_ddp(rank: int, world: int) -> torch.Tensor:
    inputs, labels = problem()
    model = DistributedDataParallel(build(seed=rank))
    return flat_gradient(model, inputs[rank::world], labels[rank::world])


# %% [markdown] lang="es"
# ## Partes desiguales
#
# Repartamos 72 ejemplos a un proceso y 24 al otro. DDP divide la suma entre el número de procesos, sin
# preguntar cuántos ejemplos vio cada uno. La fórmula del principio pide pesar cada gradiente por $n_r$. La
# función calcula las dos versiones.

# %% [markdown] lang="en"
# ## Uneven parts
#
# Let us give 72 examples to one process and 24 to the other. DDP divides the sum by the number of processes,
# without asking how many examples each has seen. The formula at the top wants every gradient weighted by
# $n_r$. The function computes both versions.


# %%
def uneven(rank: int, world: int) -> torch.Tensor:
    inputs, labels = (part.split([72, 24])[rank] for part in problem())
    gradient = flat_gradient(build(0), inputs, labels)
    count = torch.tensor(float(len(inputs)))
    plain, weighted = gradient.clone(), gradient * count
    for tensor in (plain, weighted, count):
        dist.all_reduce(tensor)
    return torch.stack([plain / world, weighted / count])


# %% [markdown] lang="es"
# ## Un entrenamiento completo
#
# Por último, sesenta pasos de descenso con un *batch* de 32 que se reparte en dos de 16. Nadie copia pesos:
# si parten iguales y reciben gradientes iguales, dan pasos iguales.

# %% [markdown] lang="en"
# ## A whole training run
#
# Finally, sixty steps of descent with a batch of 32 shared out as two of 16. Nobody copies weights: if they
# start equal and receive equal gradients, they take equal steps.


# %%
def training(rank: int, world: int) -> dict:
    inputs, labels = problem()
    model, losses = build(0), []
    for step in range(60):
        batch = torch.arange(32 * step, 32 * (step + 1)) % len(inputs)
        mine = batch[rank::world]
        loss = cross_entropy(model(inputs[mine]), labels[mine])
        model.zero_grad()
        loss.backward()
        for parameter in model.parameters():
            if world > 1:
                dist.all_reduce(parameter.grad)
            parameter.data -= 0.5 * parameter.grad / world
        if world > 1:
            dist.all_reduce(loss.data)
        losses.append(loss.item() / world)
    return {"losses": losses, "weights": nn.utils.parameters_to_vector(model.parameters()).detach()}


# %% [markdown] lang="es"
# Las cuatro funciones corren ahora, en los mismos dos procesos, y sus respuestas se comparan con las de este.

# %% [markdown] lang="en"
# The four functions run now, in the same two processes, and their answers are compared with those of this
# one.

# %%
answers = launch(by_hand, with_ddp, uneven, training, helpers=(problem, build, flat_gradient))
single = training(rank=0, world=1)


def distance(one: torch.Tensor, other: torch.Tensor) -> float:
    return (one - other).abs().max().item()


rows = {
    "all_reduce": [distance(hand, alone) for hand, *_ in answers],
    "DDP": [distance(ddp, alone) for _, ddp, *_ in answers],
    tr(es="72 + 24, sin pesar", en="72 + 24, unweighted"): [distance(u[0], alone) for *_, u, _ in answers],
    tr(es="72 + 24, pesado", en="72 + 24, weighted"): [distance(u[1], alone) for *_, u, _ in answers],
    tr(es="pesos tras 60 pasos", en="weights after 60 steps"): [
        distance(trained["weights"], single["weights"]) for *_, trained in answers
    ],
}
for name, errors in rows.items():
    print(f"{name:<24}", *(f"{error:.1e}" for error in errors))

# %% tags=["hidden"]
hand_errors, ddp_errors, plain_errors, weighted_errors, weight_errors = rows.values()
assert max(*hand_errors, *ddp_errors, *weighted_errors) < 1e-6
assert min(plain_errors) > 1e-3
assert max(weight_errors) < 1e-4
assert all(torch.equal(answers[0][place], answers[1][place]) for place in range(3))
assert torch.equal(answers[0][3]["weights"], answers[1][3]["weights"])
assert distance(flat_gradient(build(1), inputs, labels), alone) > 1e-2  # the other seed would show
worst_equal = max(*hand_errors, *ddp_errors, *weighted_errors)
relative_bias = (answers[0][2][0] - alone).norm().item() / alone.norm().item()

# %% [markdown] lang="es"
# El acuerdo a mano y DDP dan el gradiente de un solo proceso, con una diferencia máxima de
# `{python} worst_equal:.0e`, menos de una millonésima. DDP coincide con la semilla 0, la del proceso 0. Y con
# partes desiguales **sin pesar** sale otro gradiente, a un `{python} relative_bias:.0%` de distancia del
# correcto, sin un solo aviso: cada uno de los 24 ejemplos del segundo proceso pesa el triple que uno del
# primero. Pesado por $n_r$, vuelve a ser el de siempre.

# %% [markdown] lang="en"
# The agreement by hand and DDP give the gradient of a single process, with a difference of at most
# `{python} worst_equal:.0e`, less than a millionth. DDP agrees with seed 0, that of process 0. And uneven
# parts, **unweighted**, give another gradient, `{python} relative_bias:.0%` away from the right one, without
# a single warning: each of the 24 examples of the second process counts three times as much as one of the
# first. Weighted by $n_r$, it is the usual one again.

# %%
# alt es: La pérdida de uno y de dos procesos cae igual en sesenta pasos; las dos líneas se superponen.
# alt en: The loss of one and of two processes falls alike over sixty steps; the two lines coincide.
ax = curves(
    range(1, 61),
    {
        tr(es="un proceso", en="one process"): single["losses"],
        tr(es="dos procesos", en="two processes"): answers[0][3]["losses"],
    },
    xlabel=tr(es="paso", en="step"),
    ylabel=tr(es="pérdida del batch (nats)", en="loss of the batch (nats)"),
)

# %% tags=["hidden"]
gaps = [abs(one - two) for one, two in zip(single["losses"], answers[0][3]["losses"], strict=True)]
assert max(gaps) < 1e-4 and single["losses"][-1] < single["losses"][0] / 3

# %% [markdown] lang="es"
# Las dos curvas son una. Al final los pesos difieren en `{python} max(weight_errors):.0e`, el redondeo que
# sesenta pasos han ido juntando, y entre los dos procesos no difieren en nada.
#
# ## Otras tres maneras de equivocarse en silencio
#
# **El ejemplo repetido.** `DistributedSampler` reparte partes iguales a la fuerza: si no alcanza, repite. Con
# 75 ejemplos y dos procesos, ¿cuántos se evalúan?

# %% [markdown] lang="en"
# The two curves are one. In the end the weights differ by `{python} max(weight_errors):.0e`, the rounding
# that sixty steps have gathered, and between the two processes they do not differ at all.
#
# ## Three more ways to be wrong in silence
#
# **The repeated example.** `DistributedSampler` insists on equal parts: where there are too few, it repeats.
# With 75 examples and two processes, how many are evaluated?

# %%
samplers = [DistributedSampler(range(75), num_replicas=2, rank=rank, shuffle=False) for rank in range(2)]
seen = [index for sampler in samplers for index in sampler]
print(len(seen), len(set(seen)), sorted(index for index in set(seen) if seen.count(index) > 1))

# es: 25 aciertos: los primeros; cada proceso cuenta los suyos y se suman los conteos
# en: 25 right answers: the first; each process counts its own and the counts are added
right = torch.arange(75) < 25
repeated = sum((Proportion.of(right[list(sampler)]) for sampler in samplers), Proportion(0, 0))
exact = sum((Proportion.of(right[rank::2]) for rank in range(2)), Proportion(0, 0))
print(repeated, exact)

# %% tags=["hidden"]
assert len(seen) == 76 and len(set(seen)) == 75
assert str(repeated) == "26/76" and str(exact) == "25/75"

# %% [markdown] lang="es"
# Uno cuenta dos veces, y una evaluación de 75 imágenes dice haber visto `{python} repeated.total`. Al
# entrenar no importa; al evaluar, reparte con `[rank::world]` y suma aciertos y totales, como pide la
# [evaluación honesta](../workflow/honest_evaluation.md).
#
# **El mismo orden siempre.** `DistributedSampler` baraja según la semilla y la época, y la época hay que
# decírsela.

# %% [markdown] lang="en"
# One counts twice, and an evaluation of 75 images claims to have seen `{python} repeated.total`. In training
# it does not matter; in evaluation, share out by `[rank::world]` and add right answers and totals, as [honest
# evaluation](../workflow/honest_evaluation.md) wants it.
#
# **The same order for ever.** `DistributedSampler` shuffles by the seed and the epoch, and somebody has to
# tell it the epoch.

# %%
sampler = DistributedSampler(range(10), num_replicas=2, rank=0)
forgotten = [list(sampler) for epoch in range(3)]
told = []
for epoch in range(3):
    sampler.set_epoch(epoch)
    told.append(list(sampler))
print(forgotten)
print(told)

# %% tags=["hidden"]
assert forgotten[0] == forgotten[1] == forgotten[2] and len({tuple(order) for order in told}) == 3

# %% [markdown] lang="es"
# **La capa que mira el *batch* entero.** Toda la lección se apoya en que la pérdida es un promedio de
# ejemplos independientes. Con `BatchNorm` no lo son: cada proceso normaliza con la media de **su** parte.

# %% [markdown] lang="en"
# **The layer that looks at the whole batch.** The entire lesson rests on the loss being a mean over
# independent examples. With `BatchNorm` they are not: each process normalises by the mean of **its** part.

# %%
torch.manual_seed(0)
batchnorm = nn.Sequential(nn.Linear(20, 16), nn.BatchNorm1d(16), nn.Tanh(), nn.Linear(16, 4))
whole = flat_gradient(batchnorm, inputs, labels)
parts = [flat_gradient(batchnorm, inputs[rank::2], labels[rank::2]) for rank in range(2)]
print(f"{distance(sum(parts) / 2, whole):.1e}   {distance(sum(halves) / 2, alone):.1e}")

# %% tags=["hidden"]
batchnorm_gap = distance(sum(parts) / 2, whole)
assert batchnorm_gap > 1e-3 > 100 * in_halves

# %% [markdown] lang="es"
# La diferencia ya no es redondeo. En las GPU la quita `nn.SyncBatchNorm`, que comparte también las medias y
# las varianzas; `LayerNorm`, que normaliza cada ejemplo por su cuenta, no tiene el problema.
#
# ## En un equipo con varias GPU
#
# | aquí | allí |
# |---|---|
# | `launch(…)` | `torchrun --nproc-per-node N archivo.py` |
# | `"gloo"`, un archivo de encuentro | `"nccl"`, variables que pone `torchrun` |
# | un hilo por proceso | una GPU por proceso: `torch.cuda.set_device(local_rank)` |
# | modelo entero en cada proceso | lo mismo; si no cabe, se reparten también los pesos (FSDP) |
#
# ## Para llevarte
#
# * El gradiente de un promedio es el promedio pesado de los gradientes: por eso se puede repartir.
# * `all_reduce` deja la suma en todos; en anillo mueve unas dos veces el gradiente, con cualquier número de
#   procesos.
# * DDP iguala los pesos al empezar y los gradientes en cada paso; supone partes iguales.
# * Sospecha de las partes desiguales, del ejemplo repetido, de la época sin anunciar y de `BatchNorm`.
# * Si un proceso no llega al acuerdo, los demás esperan: pon siempre un límite de tiempo.

# %% [markdown] lang="en"
# The difference is no longer rounding. On GPUs `nn.SyncBatchNorm` removes it by sharing the means and
# variances as well; `LayerNorm`, which normalises each example by itself, does not have the problem.
#
# ## On a machine with several GPUs
#
# | here | there |
# |---|---|
# | `launch(…)` | `torchrun --nproc-per-node N file.py` |
# | `"gloo"`, a file to meet in | `"nccl"`, variables that `torchrun` sets |
# | one thread for each process | one GPU for each process: `torch.cuda.set_device(local_rank)` |
# | the whole model in every process | the same; if it does not fit, the weights are shared out, too (FSDP) |
#
# ## What to keep
#
# * The gradient of a mean is the weighted mean of the gradients: that is why it can be shared out.
# * `all_reduce` leaves the sum in all; as a ring it moves about twice the gradient, whatever the number of
#   processes.
# * DDP makes the weights equal at the start and the gradients in every step; it assumes equal parts.
# * Suspect uneven parts, the repeated example, the epoch nobody announced, and `BatchNorm`.
# * If one process does not arrive at the agreement, the others wait: always set a time limit.

# %% [markdown] lang="es" tags=["quiz"]
# Pasas de uno a cuatro procesos y dejas `batch_size=32` en el cargador de cada uno. ¿Qué cambió?
#
# - [x] El *batch* de cada paso tiene ahora 128 ejemplos, y una época, la cuarta parte de los pasos: es otro
#   entrenamiento, aunque cada gradiente sea exacto.
# - [ ] Nada, porque el gradiente es el mismo: lo es para los mismos ejemplos, y aquí cada paso ve cuatro
#   veces más.
# - [ ] El gradiente se multiplica por cuatro: DDP divide la suma entre el número de procesos.

# %% [markdown] lang="en" tags=["quiz"]
# You go from one to four processes and leave `batch_size=32` in the loader of each. What has changed?
#
# - [x] The batch of each step now has 128 examples, and an epoch a quarter of the steps: it is another
#   training run, even though each gradient is exact.
# - [ ] Nothing, since the gradient is the same: it is for the same examples, and here each step sees four
#   times as many.
# - [ ] The gradient is multiplied by four: DDP divides the sum by the number of processes.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: repartir sin repetir
#
# Escribe `shards(n, world)`: una lista de `world` rangos consecutivos que cubren `range(n)` sin repetir nada
# y cuyos tamaños difieren a lo más en uno, los mayores primero.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: sharing out without repeating
#
# Write `shards(n, world)`: a list of `world` consecutive ranges that cover `range(n)` without repeating
# anything, and whose sizes differ by one at most, the larger ones first.


# %% tags=["solution"]
def shards(n: int, world: int) -> list[range]:
    size, larger = divmod(n, world)
    borders = [rank * size + min(rank, larger) for rank in range(world + 1)]
    return [range(start, stop) for start, stop in pairwise(borders)]


# %% tags=["check"]
for n, world in ((75, 2), (10, 4), (3, 5), (96, 1)):
    ranges = shards(n, world)
    sizes = [len(part) for part in ranges]
    assert len(ranges) == world and [index for part in ranges for index in part] == list(range(n))
    assert max(sizes) - min(sizes) <= 1 and sizes == sorted(sizes, reverse=True)
    print(n, sizes)

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: juntar gradientes desiguales
#
# Escribe `merge(gradients, sizes)`: el gradiente del *batch* entero a partir de los de sus partes, cuyas
# pérdidas son promedios, y del número de ejemplos de cada una.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: joining uneven gradients
#
# Write `merge(gradients, sizes)`: the gradient of the whole batch from those of its parts, whose losses are
# means, and the number of examples in each.


# %% tags=["solution"]
def merge(gradients, sizes):
    total = sum(sizes)
    return sum(gradient * (size / total) for gradient, size in zip(gradients, sizes, strict=True))


# %% tags=["check"]
for sizes in ([48, 48], [72, 24], [90, 5, 1]):
    pieces = zip(inputs.split(sizes), labels.split(sizes), strict=True)
    gradients = [flat_gradient(build(0), *piece) for piece in pieces]
    assert distance(merge(gradients, sizes), alone) < 1e-6, sizes
print(tr(es="Bien.", en="Good."))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: ¿conviene repartir?
#
# Un paso tarda `seconds` en un proceso. Con `world` procesos el cálculo se divide en partes iguales, y
# después el all-reduce en anillo de `gradient_bytes` viaja a `bandwidth` bytes por segundo. Sin más costos ni
# solapamiento, escribe `speedup(seconds, gradient_bytes, bandwidth, world)`: cuántas veces más rápido va.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: does sharing pay off?
#
# A step takes `seconds` in one process. With `world` processes the computation is divided into equal parts,
# and then the ring all-reduce of `gradient_bytes` travels at `bandwidth` bytes per second. Without further
# costs or overlap, write `speedup(seconds, gradient_bytes, bandwidth, world)`: how many times faster it goes.


# %% tags=["solution"]
def speedup(seconds: float, gradient_bytes: float, bandwidth: float, world: int) -> float:
    communication = 2 * (world - 1) / world * gradient_bytes / bandwidth
    return seconds / (seconds / world + communication)


# %% tags=["check"]
assert speedup(1.0, 1e8, 1e9, 1) == 1
assert abs(speedup(1.0, 0.0, 1e9, 8) - 8) < 1e-9
assert abs(speedup(0.1, 1e8, 1e9, 2) - 0.1 / (0.05 + 0.1)) < 1e-9
print([round(speedup(0.3, 4 * parameters, 10e9, world), 2) for world in (1, 2, 4, 8, 64)])

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# El reparto de hilos dentro de un proceso se mide en [Hilos](../benchmarks/threads.md), y la promesa «una o
# varias GPU» se juzga en el [registro de afirmaciones](../benchmarks/claims.md). Aquí dos procesos dieron el
# mismo resultado porque compartían semilla; qué fija una semilla y qué no se mide en [Azar y
# semillas](randomness.md).

# %% [markdown] lang="en"
# ## Where to go next
#
# Sharing out threads within one process is measured in [Threads](../benchmarks/threads.md), and the promise
# “one or several GPUs” is judged in the [claims ledger](../benchmarks/claims.md). Here two processes gave the
# same result because they shared a seed; what a seed fixes and what it does not is measured in [Chance and
# seeds](randomness.md).
