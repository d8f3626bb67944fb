"""
title:
  es: "Dispositivos: un código, cualquier procesador"
  en: "Devices: one code, any processor"
summary:
  es: Escribir una vez y correr en CPU, CUDA, MPS o XLA; qué es una GPU, qué es una TPU y qué promete CUDA.
  en: Write once and run on CPU, CUDA, MPS or XLA; what a GPU is, what a TPU is and what CUDA promises.
tags: [device, CPU, GPU, TPU, CUDA, precision]
everyday: [loss, prediction]
objectives:
  es:
    - Elegir el dispositivo una sola vez y escribir el resto sin nombrarlo.
    - Probar que un código no depende de la CPU en una máquina que solo tiene CPU.
    - Explicar qué hace en paralelo una GPU y cómo multiplica matrices una TPU.
    - Leer una afirmación sobre procesadores y decir qué medición la decidiría.
  en:
    - Choose the device once and write the rest without naming it.
    - Prove that code does not depend on the CPU, on a machine that has only a CPU.
    - Explain what a GPU does in parallel and how a TPU multiplies matrices.
    - Read a claim about processors and say which measurement would settle it.
prerequisites:
  es:
    - La lección «Tensores y rango», en especial tipo, forma y dispositivo.
    - Haber visto un bucle de entrenamiento.
  en:
    - The lesson “Tensors and rank”, its part on type, shape and device above all.
    - Having seen a training loop.
"""
# %% [markdown] lang="es"
# Un tensor vive en la memoria de un procesador, y solo ese procesador puede operar con él. Al terminar esta
# lección escribirás código que corre sin cambios en una CPU, en una GPU de NVIDIA (`cuda`), en una de Apple
# (`mps`) o a través de XLA (`xla`, el camino hacia las TPU), y sabrás comprobarlo aunque tu máquina no tenga
# nada de eso.
#
# Presupone [Tensores y rango](tensors_and_rank.md). Acompaña la parte *Running tensors on GPUs* de la sección
# *PyTorch Fundamentals* del curso [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) de Andrei Neagoie y Daniel Bourke:
# [capítulo 00](https://www.learnpytorch.io/00_pytorch_fundamentals/) de su libro abierto.

# %% [markdown] lang="en"
# A tensor lives in the memory of one processor, and only that processor can operate on it. By the end of this
# lesson you will write code that runs unchanged on a CPU, on an NVIDIA GPU (`cuda`), on an Apple one (`mps`)
# or through XLA (`xla`, the road to TPUs), and you will be able to check it even if your machine has none of
# those.
#
# It presumes [Tensors and rank](tensors_and_rank.md). It goes with the part *Running tensors on GPUs* of the
# section *PyTorch Fundamentals* of the course [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) by Andrei Neagoie and Daniel Bourke:
# [chapter 00](https://www.learnpytorch.io/00_pytorch_fundamentals/) of their open book.

# %%
import importlib
from importlib.util import find_spec

import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, TensorDataset

from tutorials_lib import tr
from tutorials_lib.data import digits
from tutorials_lib.metrics import Proportion
from tutorials_lib.plots import tensor_grid
from tutorials_lib.tensors import relative_error

# %% [markdown] lang="es"
# ## Preguntar una vez
#
# El dispositivo se elige al principio del programa y en ningún otro lugar. La función prueba del más rápido
# al que siempre está. Apuesta: ¿qué dirá en la máquina que construyó esta página, y qué diría en la tuya?

# %% [markdown] lang="en"
# ## Ask once
#
# The device is chosen at the top of the program and nowhere else. The function tries from the fastest to the
# one that is always there. Place a bet: what will it say on the machine that built this page, and what would
# it say on yours?


# %%
def devices_here() -> dict[str, bool]:
    return {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "xla": find_spec("torch_xla") is not None,
        "cpu": True,
    }


def best_device() -> torch.device:
    name = next(name for name, is_here in devices_here().items() if is_here)
    if name == "xla":
        # es: solo esta importación le enseña el nombre a PyTorch
        # en: only this import makes the name known to PyTorch
        importlib.import_module("torch_xla")
    return torch.device(name)


device = best_device()
for name, is_here in devices_here().items():
    mark = "←" if name == device.type else ""
    print(f"{name:<5} {tr(es='sí', en='yes') if is_here else 'no':<4} {mark}")

# %% tags=["hidden"]
assert list(devices_here())[-1] == "cpu" and devices_here()[device.type]
assert (torch.ones(2, device=device) + 1).device.type == device.type

# %% [markdown] lang="es"
# **Esta página corrió en `{python} device.type`.** Si la ejecutas donde haya un acelerador, la flecha cambia
# de renglón y lo que sigue corre allí sin tocar una letra.
#
# PyTorch trae una pregunta general, `torch.accelerator`. Tiene una trampa, que se nota donde no hay
# acelerador:

# %% [markdown] lang="en"
# **This page ran on `{python} device.type`.** Run it where there is an accelerator and the arrow moves to
# another row; what follows then runs there without changing a letter.
#
# PyTorch brings a general question, `torch.accelerator`. It holds a trap, which shows where there is no
# accelerator:

# %%
built_for = torch.accelerator.current_accelerator()
print(built_for, torch.accelerator.is_available())
print(torch.accelerator.current_accelerator(check_available=True))

# %% tags=["hidden"]
present = torch.accelerator.current_accelerator(check_available=True)
assert (present is not None) == torch.accelerator.is_available()
assert present is None or present.type == device.type

# %% [markdown] lang="es"
# La primera respuesta, `{python} str(built_for)`, dice para qué acelerador se **compiló** esta copia de
# PyTorch; la segunda, si hay uno. Quien solo hace la primera pregunta descubre la diferencia con un error.
# `check_available=True` une las dos.

# %% [markdown] lang="en"
# The first answer, `{python} str(built_for)`, tells which accelerator this copy of PyTorch was **compiled**
# for; the second, whether there is one. Whoever asks only the first discovers the difference through an
# error. `check_available=True` joins the two.

# %% [markdown] lang="es"
# ## Un entrenamiento que no sabe dónde está
#
# Tres cosas deben mudarse al dispositivo: el modelo una vez, y las entradas y etiquetas de cada *batch* (los
# ejemplos que se procesan juntos). Lo demás nace donde están ellas.

# %% [markdown] lang="en"
# ## A training run that does not know where it is
#
# Three things have to move to the device: the model once, and the inputs and labels of every batch (the
# examples processed together). Everything else is born where those are.

# %%
data = digits()


def fit(device: torch.device, epochs: int = 4) -> nn.Module:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)).to(device)
    # es: después de .to: guarda estos mismos parámetros
    # en: after .to: it keeps these very parameters
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    order = torch.Generator().manual_seed(0)
    train_set = TensorDataset(data.train_images, data.train_labels)
    for _ in range(epochs):
        for images, labels in DataLoader(train_set, batch_size=64, shuffle=True, generator=order):
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            cross_entropy(model(images), labels).backward()
            optimizer.step()
    return model


model = fit(device)
with torch.inference_mode():
    logits = model(data.test_images.to(device))
score = Proportion.of(logits.argmax(dim=1).cpu() == data.test_labels)
print(logits.device.type, score, [round(bound, 3) for bound in score.interval()])

# %% tags=["hidden"]
assert logits.device.type == device.type and all(p.device.type == device.type for p in model.parameters())
assert score.low > 0.7  # one seed: the bound is far below what any seed gives
twin = fit(torch.device("cpu"))
with torch.inference_mode():
    on_cpu = twin(data.test_images)
    same_weights = model.cpu()(data.test_images)
assert relative_error(logits.cpu(), same_weights) < 1e-3
if device.type == "cpu":
    assert torch.equal(on_cpu, logits)
model.to(device)

# %% [markdown] lang="es"
# Acierta `{python} str(score)`, con un intervalo de Wilson del 95 % entre `{python} score.low:.1%` y
# `{python} score.high:.1%`. Una sola semilla: aquí importa el camino, no la marca. **¿Te dio otro número?**
# En otro dispositivo las sumas se hacen en otro orden y el redondeo se acumula de otra manera; unos pocos
# aciertos más o menos son lo esperado, y [Azar y semillas](randomness.md) mide cuánto se mueve.
#
# ## Probar sin acelerador: el dispositivo `meta`
#
# ¿Cómo saber, en una máquina que solo tiene CPU, que ninguna línea cuenta con ella? PyTorch trae un
# dispositivo que no calcula: en `meta` los tensores tienen forma, tipo y dispositivo, y no tienen números.
# Las reglas sobre mezclar dispositivos valen igual. Un tensor que nace en la CPU por descuido choca con él
# como chocaría con una GPU.
#
# Esta función suma a cada fila sus posiciones y en la CPU funciona. ¿Dónde está el descuido?

# %% [markdown] lang="en"
# It gets `{python} str(score)` right, with a 95% Wilson interval from `{python} score.low:.1%` to
# `{python} score.high:.1%`. A single seed: here the road matters, not the score. **Did you get a different
# number?** On another device the sums are made in another order and rounding piles up differently; a few
# right answers more or fewer are to be expected, and [Chance and seeds](randomness.md) measures how far it
# moves.
#
# ## Testing without an accelerator: the device `meta`
#
# How can you know, on a machine that has only a CPU, that no line relies on it? PyTorch brings a device that
# does not compute: on `meta` tensors have a shape, a type and a device, and no numbers. The rules about
# mixing devices hold all the same. A tensor born on the CPU by oversight clashes with it as it would with a
# GPU.
#
# This function adds to each row its positions, and on the CPU it works. Where is the oversight?


# %% tags=["raises=RuntimeError"]
def with_positions(x):
    return x + torch.arange(x.shape[-1])


print(with_positions(torch.zeros(2, 3)))
with_positions(torch.zeros(2, 3, device="meta"))

# %% [markdown] lang="es"
# `torch.arange` no sabe de `x` y crea su tensor en la CPU. La cura es pedirle el dispositivo a quien lo
# tiene: `device=x.device`, o las funciones que copian las etiquetas de otro tensor, como `zeros_like` y
# `new_ones`.

# %% [markdown] lang="en"
# `torch.arange` knows nothing about `x` and creates its tensor on the CPU. The cure is to ask the tensor that
# has it: `device=x.device`, or the functions that copy the labels of another tensor, such as `zeros_like` and
# `new_ones`.


# %%
def with_positions(x):
    return x + torch.arange(x.shape[-1], device=x.device)


for place in ("cpu", "meta", device):
    print(place, with_positions(torch.zeros(2, 3, device=place)).device)

# %% [markdown] lang="es"
# El mismo descuido en un módulo es más discreto: un tensor guardado como atributo cualquiera no viaja con
# `.to(…)`. Predice cuál de los dos módulos sobrevive a la mudanza.

# %% [markdown] lang="en"
# The same oversight inside a module is quieter: a tensor kept as an ordinary attribute does not travel with
# `.to(…)`. Predict which of the two modules survives the move.


# %%
class LeftBehind(nn.Module):
    def __init__(self, mean: torch.Tensor) -> None:
        super().__init__()
        self.mean = mean

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x - self.mean


class Travels(LeftBehind):
    def __init__(self, mean: torch.Tensor) -> None:
        nn.Module.__init__(self)
        self.register_buffer("mean", mean)


for module in (LeftBehind(torch.ones(3)), Travels(torch.ones(3))):
    try:
        outcome = module.to("meta")(torch.zeros(2, 3, device="meta")).device
    except RuntimeError as error:
        outcome = error
    print(type(module).__name__, list(module.state_dict()), outcome)

# %% tags=["hidden"]
assert Travels(torch.ones(3)).to("meta").mean.device.type == "meta"
assert LeftBehind(torch.ones(3)).to("meta").mean.device.type == "cpu"
assert not LeftBehind(torch.ones(3)).state_dict() and "mean" in Travels(torch.ones(3)).state_dict()

# %% [markdown] lang="es"
# Un *buffer* (tensor del módulo que no se aprende) viaja y además se guarda con los pesos. Los parámetros
# hacen lo mismo por sí solos.
#
# En `meta` cabe también el entrenamiento entero: paso hacia adelante, gradiente y optimizador, sin una sola
# multiplicación. Si algo dependiera de la CPU, la celda fallaría.

# %% [markdown] lang="en"
# A buffer (a tensor of the module that is not learned) travels, and is saved with the weights besides.
# Parameters do so by themselves.
#
# A whole training step fits on `meta`, too: forward pass, gradient and optimiser, without a single
# multiplication. If anything relied on the CPU, the cell would fail.


# %%
def training_step(model: nn.Module, images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loss = cross_entropy(model(images), labels)
    loss.backward()
    optimizer.step()
    return loss


for place in (torch.device("meta"), device):
    copy = nn.Sequential(nn.Flatten(), nn.Linear(64, 10)).to(place)
    loss = training_step(copy, data.train_images[:64].to(place), data.train_labels[:64].to(place))
    print(loss.device, loss.shape, {parameter.grad.device.type for parameter in copy.parameters()})

# %% [markdown] lang="es"
# ## Qué hace una GPU
#
# Una CPU tiene pocos núcleos que hacen cosas distintas deprisa. Una GPU tiene miles de unidades que hacen
# **la misma** cosa sobre datos distintos. En CUDA se escribe un *kernel* (núcleo de cálculo), que es una
# función de un índice: dice qué hace el hilo número $i$, y el procesador la ejecuta para todos los $i$ sin
# prometer en qué orden. `torch.vmap` permite escribir así en cualquier dispositivo: recibe la función de un
# índice y la aplica a todos a la vez.

# %% [markdown] lang="en"
# ## What a GPU does
#
# A CPU has few cores that do different things fast. A GPU has thousands of units that do **the same** thing
# to different data. In CUDA one writes a *kernel*, which is a function of one index: it says what thread
# number $i$ does, and the processor runs it for every $i$ without promising an order. `torch.vmap` lets you
# write like that on any device: it takes the function of one index and applies it to all of them at once.

# %%
torch.manual_seed(0)
x, y = torch.randn(2, 100_000, device=device)


# es: lo que haría el hilo i: leer sus dos números y escribir uno
# en: what thread i would do: read its two numbers and write one
def kernel(i: torch.Tensor) -> torch.Tensor:
    return torch.relu(2 * x[i] + y[i])


threads = torch.arange(len(x), device=device)
shuffled = threads[torch.randperm(len(x)).to(device)]
in_order, any_order = torch.vmap(kernel)(threads), torch.vmap(kernel)(shuffled)
print(torch.equal(in_order, torch.relu(2 * x + y)), torch.equal(any_order, in_order[shuffled]))

# %% tags=["hidden"]
assert torch.equal(in_order, torch.relu(2 * x + y)) and torch.equal(any_order, in_order[shuffled])

# %% [markdown] lang="es"
# Cada hilo escribe lo suyo y el orden da igual: eso es lo que se puede repartir. Una suma de todos los
# números ya no es así, porque los hilos deben juntarse, y el orden en que lo hacen cambia el redondeo.
#
# ## Qué hace una TPU
#
# Una TPU es un circuito construido alrededor de una operación, el producto de matrices. Su corazón es un
# arreglo *sistólico*: una cuadrícula de unidades, cada una con un peso $w_{kn}$ que no se mueve. En cada
# ciclo los datos avanzan una casilla a la derecha, las sumas parciales bajan una casilla, y cada unidad hace
# una multiplicación y una suma. Nadie vuelve a la memoria hasta que el resultado cae por abajo.
#
# La fila $m$ entra por la izquierda escalonada, el dato $a_{mk}$ en el ciclo $m + k$, para encontrarse con la
# suma que baja. La celda lo simula. Con $M$ filas y un arreglo de $K \times N$, ¿cuántos ciclos crees que
# hacen falta hasta que sale el último número?

# %% [markdown] lang="en"
# ## What a TPU does
#
# A TPU is a circuit built around one operation, the product of matrices. Its heart is a *systolic* array: a
# grid of units, each with a weight $w_{kn}$ that does not move. In every cycle the data advance one cell to
# the right, the partial sums go down one cell, and each unit makes one multiplication and one addition.
# Nothing returns to memory until the result drops out at the bottom.
#
# Row $m$ enters from the left in steps, datum $a_{mk}$ in cycle $m + k$, so as to meet the sum on its way
# down. The cell simulates it. With $M$ rows and an array of $K \times N$, how many cycles do you think it
# takes until the last number comes out?


# %%
def systolic(A: torch.Tensor, W: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
    (M, K), N = A.shape, W.shape[1]
    moving, sums, product, history = torch.zeros(K, N), torch.zeros(K, N), torch.zeros(M, N), []
    for cycle in range(M + K + N - 2):
        moving, sums = moving.roll(1, dims=1), sums.roll(1, dims=0)
        sums[0] = 0
        for k in range(K):
            # es: la fila cuyo dato k entra ahora
            # en: the row whose datum k enters now
            m = cycle - k
            moving[k, 0] = A[m, k] if 0 <= m < M else 0
        sums = sums + moving * W
        for n in range(N):
            # es: la fila cuyo resultado n se completa ahora
            # en: the row whose result n is complete now
            m = cycle - (K - 1) - n
            if 0 <= m < M:
                product[m, n] = sums[-1, n]
        history.append(moving.clone())
    return product, history


A = torch.arange(1.0, 13.0).reshape(4, 3)
W = torch.tensor([[1.0, 0.0, 2.0], [0.0, 1.0, 1.0], [3.0, 1.0, 0.0]])
product, history = systolic(A, W)
print(torch.equal(product, A @ W), len(history))

# %%
# alt es: Cuadrículas de 3 por 3 en cuatro ciclos: los datos entran por la izquierda y avanzan en diagonal.
# alt en: Grids of 3 by 3 in four cycles: the data enter from the left and advance along a diagonal.
cycle_name = tr(es="ciclo", en="cycle")
moments = {f"{cycle_name} {cycle + 1}": history[cycle] for cycle in (0, 2, 4, 6)}
busy = {name: torch.nonzero(grid).tolist() for name, grid in moments.items()}
ax = tensor_grid({"A": A, "W": W, **moments, "A W": product}, rows=(2, 4, 1), highlight=busy)

# %% tags=["hidden"]
torch.manual_seed(1)
for M, K, N in ((1, 1, 1), (4, 3, 3), (7, 5, 2), (20, 4, 6)):
    left, right = torch.randn(M, K), torch.randn(K, N)
    result, cycles = systolic(left, right)
    assert torch.allclose(result, left @ right, atol=1e-5) and len(cycles) == M + K + N - 2


def utilisation(rows: int, side: int) -> float:
    return rows / (rows + 2 * side - 2)


few, many = utilisation(8, 128), utilisation(4096, 128)
assert few < 0.05 and many > 0.9

# %% [markdown] lang="es"
# Son $M + K + N - 2$ ciclos: los $M$ de trabajo y los que tarda en llenarse y vaciarse la cuadrícula. De ahí
# sale una predicción. En un arreglo de 128 × 128, con 8 filas las unidades trabajan el `{python} few:.1%` del
# tiempo; con 4096, el `{python} many:.1%`. A una TPU le convienen los *batches* grandes, sea la red
# convolucional o no. El resto de su anatomía está en [Construye tu TPU](../benchmarks/build_your_tpu.md).
#
# ## Cuántas multiplicaciones caben en un ciclo
#
# El techo aritmético de un chip es un producto: unidades × 2 operaciones (multiplicar y sumar) × ciclos por
# segundo. Las cifras son las que publican los fabricantes de los chips que comparó el estudio
# [ParaDnn](https://arxiv.org/abs/1907.10701) (Wang, Wei y Brooks, 2019): la
# [V100](https://images.nvidia.com/content/volta-architecture/pdf/volta-architecture-whitepaper.pdf) de 2017,
# contando solo sus unidades de `float32`, y la TPU v2, junto a un núcleo de CPU idealizado de 2 GHz con dos
# unidades de 16 números.

# %% [markdown] lang="en"
# It takes $M + K + N - 2$ cycles: the $M$ of work and those in which the grid fills and empties. A prediction
# follows. In an array of 128 × 128, with 8 rows the units work `{python} few:.1%` of the time; with 4096,
# `{python} many:.1%`. Large batches suit a TPU, whether the network is convolutional or not. The rest of its
# anatomy is in [Build your TPU](../benchmarks/build_your_tpu.md).
#
# ## How many multiplications fit into a cycle
#
# The arithmetic roof of a chip is a product: units × 2 operations (multiply and add) × cycles per second. The
# figures are those that makers publish for the chips that the study
# [ParaDnn](https://arxiv.org/abs/1907.10701) (Wang, Wei and Brooks, 2019) compared: the
# [V100](https://images.nvidia.com/content/volta-architecture/pdf/volta-architecture-whitepaper.pdf) of 2017,
# counting only its `float32` units, and TPU v2, beside an idealised CPU core at 2 GHz with two units of 16
# numbers.

# %%
# es: unidades, ciclos por segundo
# en: units, cycles per second
chips = {
    tr(es="núcleo de CPU", en="CPU core"): (2 * 16, 2.0e9),
    "GPU V100 (float32)": (80 * 64, 1.53e9),
    "TPU v2 (bfloat16)": (2 * 128**2, 0.70e9),
}
for name, (units, clock) in chips.items():
    print(f"{name:<20} {units:>6} × 2 × {clock / 1e9:.2f} GHz = {2 * units * clock / 1e12:>6.2f} TFLOP/s")

# %% tags=["hidden"]
roofs = [2 * units * clock / 1e12 for units, clock in chips.values()]
assert abs(roofs[1] - 15.7) < 0.05 and abs(roofs[2] - 46) < 0.5  # the makers' own figures

# %% [markdown] lang="es"
# Un techo no es una medición. Dice lo que ningún programa pasará, y la mayoría queda lejos: por falta de
# filas, como arriba; por la memoria, que no entrega números tan deprisa; por la espera entre operaciones. Los
# números tampoco son del mismo formato. Por eso las afirmaciones que siguen se deciden en la galería.
#
# ## Tres frases puestas a prueba
#
# **«TPU para redes convolucionales, GPU para densas, CPU para recurrentes».** Resume un estudio de 2019 sobre
# máquinas y tamaños concretos, y en él la CPU destaca por el *aprovechamiento* de su techo en las redes
# recurrentes, no por su velocidad. El [registro de afirmaciones](../benchmarks/claims.md) la vuelve a decidir
# con los datos de ese estudio cada vez que se construye el sitio.
#
# **«Las TPU pierden precisión».** La pérdida es del formato con que se multiplica. Aquí mismo, en
# `{python} device.type`, redondeamos las entradas a bfloat16 y sumamos en `float32`, que es lo que hace por
# defecto la unidad de matrices de una TPU. Predice el error relativo, y si puede recuperarse lo perdido.

# %% [markdown] lang="en"
# A roof is no measurement. It says what no program will exceed, and most stay far below: for want of rows, as
# above; because memory does not deliver numbers that fast; because of waiting between operations. Nor are
# these numbers in one format. That is why the claims below are settled in the gallery.
#
# ## Three sentences put to the test
#
# **“TPU for convolutional networks, GPU for dense ones, CPU for recurrent ones.”** It sums up a study of 2019
# on particular machines and sizes, and what stands out there for the CPU with recurrent networks is how well
# it *uses* its roof, not its speed. The [claims ledger](../benchmarks/claims.md) settles it again, with the
# data of that study, each time the site is built.
#
# **“TPUs lose precision.”** The loss belongs to the format of the multiplication. Right here, on
# `{python} device.type`, we round the inputs to bfloat16 and add in `float32`, which is what the matrix unit
# of a TPU does by default. Predict the relative error, and whether what was lost can be recovered.


# %%
def halves(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    high = x.bfloat16().float()
    # es: lo que dejó fuera el primer redondeo
    # en: what the first rounding left out
    return high, (x - high).bfloat16().float()


torch.manual_seed(0)
A, B = torch.randn(2, 256, 256)
exact = A.double() @ B.double()
(A_high, A_low), (B_high, B_low) = halves(A), halves(B)
errors = {
    "float32": relative_error(A @ B, exact),
    tr(es="bfloat16, 1 pasada", en="bfloat16, 1 pass"): relative_error(A_high @ B_high, exact),
    tr(es="bfloat16, 3 pasadas", en="bfloat16, 3 passes"): relative_error(
        A_high @ B_high + A_high @ B_low + A_low @ B_high, exact
    ),
}
for name, error in errors.items():
    print(f"{name:<20} {error:.1e}")

# %% tags=["hidden"]
single, one_pass, three_passes = errors.values()
assert 1e-3 < one_pass < 5e-3 and three_passes < 1e-5 and single < three_passes < one_pass / 100
gain = one_pass / three_passes

# %% [markdown] lang="es"
# Una pasada deja un error de unas `{python} one_pass * 1e3:.0f` milésimas en cualquier procesador que
# redondee así. Tres pasadas, que multiplican también los restos, lo bajan unas `{python} gain:.0f` veces sin
# cambiar de circuito. Elegir el formato es elegir entre velocidad y cifras, y lo eliges tú: las GPU recientes
# tienen bfloat16, y esta misma máquina también. La medición completa está en
# [Precisión](../benchmarks/precision.md).
#
# **«CUDA acelera el aprendizaje profundo».** CUDA es la plataforma de cálculo paralelo de NVIDIA. Promete
# tres cosas, y cada una tiene su página:
#
# * Miles de unidades a la vez. La decide cuánto trabajo hace falta para llenarlas:
#   [operaciones](../benchmarks/operations.md).
# * Memoria propia, que descarga a la CPU. La decide lo que cuesta llevarle los datos: [carga de
#   datos](../benchmarks/data_loading.md).
# * Convolución, producto y activación afinados. Los decide el mismo cálculo suelto y fusionado:
#   [compilar](../benchmarks/compile_break_even.md).
#
# En una GPU las llamadas **vuelven antes de terminar**: encolan el trabajo y siguen. Quien cronometra sin
# `torch.accelerator.synchronize()` mide la cola. Hay más modos de engañarse en [Cómo no
# medir](../benchmarks/how_not_to_benchmark.md).

# %% [markdown] lang="en"
# One pass leaves an error of about `{python} one_pass * 1e3:.0f` thousandths on any processor that rounds
# like this. Three passes, which multiply the remainders as well, lower it about `{python} gain:.0f` times on
# the same circuit. To choose the format is to choose between speed and digits, and the choice is yours:
# recent GPUs have bfloat16, and so has this very machine. The full measurement is in
# [Precision](../benchmarks/precision.md).
#
# **“CUDA speeds up deep learning.”** CUDA is NVIDIA's platform for parallel computing. It promises three
# things, and each has its page:
#
# * Thousands of units at once. How much work it takes to fill them settles it:
#   [operations](../benchmarks/operations.md).
# * Memory of its own, which relieves the CPU. What it costs to bring the data there settles it: [data
#   loading](../benchmarks/data_loading.md).
# * Tuned convolution, product and activation. The same computation, loose and fused, settles it:
#   [compiling](../benchmarks/compile_break_even.md).
#
# On a GPU calls **return before they finish**: they queue the work and go on. Whoever times without
# `torch.accelerator.synchronize()` measures the queue. More ways to fool yourself are in [How not to
# benchmark](../benchmarks/how_not_to_benchmark.md).

# %% [markdown] lang="es"
# ## Lo que cambia de un dispositivo a otro
#
# El código es uno; el comportamiento no siempre.
#
# | asunto | qué esperar |
# |---|---|
# | azar | la misma semilla da otros números en `cuda` que en `cpu` |
# | tipos | `mps` no tiene `float64` |
# | guardar y cargar | `torch.load(…, map_location=device)` lleva los pesos adonde estés |
# | imprimir o pasar a NumPy | primero `.cpu()`, que espera y copia: fuera del bucle interior |
# | XLA | acumula operaciones y las compila juntas; cada forma nueva compila otra vez |
#
# La última versión de [torch_xla](https://pypi.org/project/torch-xla/) es la 2.9, de noviembre de 2025; los
# mismos módulos llegan también a una TPU por otros paquetes, como
# [torchax](https://pypi.org/project/torchax/).
#
# ## Para llevarte
#
# * Elige el dispositivo una vez; crea cada tensor en el dispositivo de otro (`x.device`) y registra como
#   *buffer* lo que el módulo guarda.
# * `current_accelerator()` dice para qué se compiló PyTorch; pregunta también si está disponible.
# * `meta` prueba, sin acelerador, que nada se queda en la CPU.
# * Una GPU repite un *kernel* sobre muchos índices; una TPU bombea un producto de matrices y pide muchas
#   filas.
# * La precisión es del formato, y lo que un procesador hace mejor se mide con máquina, tamaño y fecha.

# %% [markdown] lang="en"
# ## What changes from one device to another
#
# The code is one; the behaviour is not always.
#
# | matter | what to expect |
# |---|---|
# | chance | the same seed gives other numbers on `cuda` than on `cpu` |
# | types | `mps` has no `float64` |
# | saving and loading | `torch.load(…, map_location=device)` takes the weights to where you are |
# | printing or going to NumPy | `.cpu()` first, which waits and copies: out of the inner loop |
# | XLA | it gathers operations and compiles them together; each new shape compiles again |
#
# The last version of [torch_xla](https://pypi.org/project/torch-xla/) is 2.9, of November 2025; the same
# modules also reach a TPU through other packages, such as [torchax](https://pypi.org/project/torchax/).
#
# ## What to keep
#
# * Choose the device once; create each tensor on the device of another (`x.device`) and register as a buffer
#   what the module keeps.
# * `current_accelerator()` tells what PyTorch was compiled for; ask whether it is available, too.
# * `meta` proves, without an accelerator, that nothing stays on the CPU.
# * A GPU repeats one kernel over many indices; a TPU pumps a product of matrices and needs many rows.
# * Precision belongs to the format, and what a processor does best is measured with machine, size and date.

# %% [markdown] lang="es" tags=["quiz"]
# Un script funciona en tu computadora, sin GPU, y en el servidor falla con «Expected all tensors to be on the
# same device». ¿Qué habría encontrado el defecto en la tuya?
#
# - [x] Ejecutar un paso con el modelo y los datos en `meta`: el tensor que quedó en la CPU choca igual.
# - [ ] Fijar la semilla: el azar no decide dónde nace un tensor.
# - [ ] `torch.accelerator.is_available()`: dice si hay acelerador, no si tu código lo respeta.
# - [ ] Medir la velocidad: en la CPU todos los tensores están ya en el mismo lugar.

# %% [markdown] lang="en" tags=["quiz"]
# A script works on your laptop without a GPU, and on the server it fails with “Expected all tensors to be on
# the same device”. What would have found the defect on the laptop?
#
# - [x] Running one step with model and data on `meta`: the tensor left on the CPU clashes just the same.
# - [ ] Fixing the seed: chance does not decide where a tensor is born.
# - [ ] `torch.accelerator.is_available()`: it tells whether there is an accelerator, not whether your code
#   honours it.
# - [ ] Measuring speed: on the CPU all tensors are in one place already.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: mudar una estructura
#
# Los conjuntos de datos entregan a veces diccionarios y listas dentro de listas. Escribe
# `move(value, device)`, que devuelva la misma estructura con todos sus tensores en el dispositivo; lo que no
# es tensor, diccionario, lista ni tupla queda igual.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: moving a structure
#
# Data sets sometimes deliver dictionaries, and lists within lists. Write `move(value, device)`, which returns
# the same structure with all its tensors on the device; what is neither tensor, dictionary, list nor tuple
# stays as it is.


# %% tags=["solution"]
def move(value, device):
    if isinstance(value, torch.Tensor):
        return value.to(device)
    if isinstance(value, dict):
        return {key: move(entry, device) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(move(entry, device) for entry in value)
    return value


# %% tags=["check"]
sample = {"image": torch.zeros(2, 3), "boxes": [torch.ones(4), torch.ones(2)], "meta": ("a.png", 7)}
moved = move(sample, "meta")
assert moved["image"].device.type == "meta" and moved["image"].shape == (2, 3)
assert isinstance(moved["boxes"], list) and {box.device.type for box in moved["boxes"]} == {"meta"}
assert moved["meta"] == ("a.png", 7) and sample["image"].device.type == "cpu"
print(tr(es="Bien.", en="Good."))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: una capa que viaja
#
# Escribe el módulo `Standardise(images)`. Recuerda la media y la desviación estándar de cada píxel de
# `images` (eje 0) y, al aplicarlo, resta una y divide por la otra más $10^{-6}$. Debe funcionar en cualquier
# dispositivo y guardarse con `state_dict`.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: a layer that travels
#
# Write the module `Standardise(images)`. It remembers the mean and the standard deviation of each pixel of
# `images` (axis 0) and, when applied, subtracts the one and divides by the other plus $10^{-6}$. It must work
# on any device and be saved by `state_dict`.


# %% tags=["solution"]
class Standardise(nn.Module):
    def __init__(self, images):
        super().__init__()
        self.register_buffer("mean", images.mean(dim=0))
        self.register_buffer("std", images.std(dim=0))

    def forward(self, images):
        return (images - self.mean) / (self.std + 1e-6)


# %% tags=["check"]
layer = Standardise(data.train_images)
scaled = layer(data.train_images)
assert scaled.mean(dim=0).abs().max() < 1e-3 and (scaled.std(dim=0) < 1.001).all()
assert layer.to("meta")(data.train_images.to("meta")).device.type == "meta"
assert len(layer.state_dict()) == 2

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: cuántas filas piden las unidades
#
# Escribe `rows_needed(side, share)`: el menor número de filas $M$ con el que un arreglo cuadrado de lado
# `side` trabaja al menos la fracción `share` de los ciclos. En cada uno de los $M + 2\,\mathrm{side} - 2$
# ciclos caben tantas cuentas como unidades, y las útiles son $M$ por unidad.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: how many rows the units want
#
# Write `rows_needed(side, share)`: the least number of rows $M$ with which a square array of side `side`
# works during at least the fraction `share` of the cycles. Each of the $M + 2\,\mathrm{side} - 2$ cycles has
# room for as many operations as there are units, and the useful ones are $M$ for each unit.


# %% tags=["solution"]
def rows_needed(side: int, share: float) -> int:
    rows = 1
    while rows / (rows + 2 * side - 2) < share:
        rows += 1
    return rows


# %% tags=["check"]
for side, share in ((4, 0.5), (128, 0.5), (128, 0.9), (256, 0.9)):
    rows = rows_needed(side, share)
    assert utilisation(rows, side) >= share > utilisation(rows - 1, side), (side, share)
    print(f"{side} × {side}   {share:.1f}   M = {rows}")

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# Cuando un dispositivo no alcanza se usan varios: [Muchos procesos, un solo gradiente](many_processes.md) lo
# hace con dos procesos de esta misma máquina. Los errores de dispositivo tienen sala propia en el [museo de
# los errores](error_museum.md), y lo que cada procesador hace mejor se discute en el [registro de
# afirmaciones](../benchmarks/claims.md).

# %% [markdown] lang="en"
# ## Where to go next
#
# When one device is not enough, several are used: [Many processes, one gradient](many_processes.md) does it
# with two processes on this very machine. Device errors have a room of their own in the [error
# museum](error_museum.md), and what each processor does best is argued in the [claims
# ledger](../benchmarks/claims.md).
