"""
title:
  es: Estrategias de ajuste fino
  en: Fine-tuning strategies
summary:
  es: Una red preentrenada, cincuenta etiquetas y cuarenta pasos; ocho maneras de gastarlos, medidas.
  en: One pretrained network, fifty labels and forty steps; eight ways of spending them, measured.
tags: [fine-tuning, freezing, parameter groups, discriminative learning rates, LP-FT, L2-SP, LoRA, forgetting]
everyday: [rank]
objectives:
  es:
    - Congelar parámetros y saber qué hace con ellos el optimizador.
    - Dar a cada capa su tasa con grupos de parámetros.
    - Escribir a mano un adaptador de rango bajo y fundirlo con los pesos.
    - Comparar estrategias con el mismo presupuesto y sin mirar el examen.
    - Medir cuánto se alejan los pesos y cuánto olvida la red.
  en:
    - Freeze parameters and know what the optimiser does with them.
    - Give each layer its own rate with parameter groups.
    - Write a low-rank adapter by hand and merge it into the weights.
    - Compare strategies on the same budget without looking at the exam.
    - Measure how far the weights go and how much the network forgets.
prerequisites:
  es:
    - Congelar y ajustar una red sobre imágenes propias.
    - Decaimiento de pesos y calendarios de la tasa.
    - Intervalos y comparación por pares.
  en:
    - Freezing and tuning a network on pictures of your own.
    - Weight decay and learning rate schedules.
    - Intervals and paired comparison.
timeout_seconds: 180
"""
# %% [markdown] lang="es"
# Tienes una red que ya aprendió y cincuenta etiquetas de una tarea nueva. ¿Entrenas solo la cabeza, todo a la
# vez, capa por capa, unos pesos añadidos? Hay un nombre y un artículo para cada respuesta. Aquí las escribes
# todas con las mismas pocas líneas y las mides con el mismo presupuesto: cuánto aciertan, cuánto alejan los
# pesos de donde estaban y cuánto olvida la red de lo que sabía.
#
# La lección supone [Transferir a tu propia carpeta](own_dataset.md), [Ajustar: ni de menos ni de
# más](../workflow/fitting.md) y [Evaluación honesta](../workflow/honest_evaluation.md). Acompaña la sección
# *PyTorch Transfer Learning* del curso [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) de Andrei Neagoie y Daniel Bourke, y el
# [capítulo 06](https://www.learnpytorch.io/06_pytorch_transfer_learning/) de su libro abierto, que entrena
# solo la cabeza.

# %% [markdown] lang="en"
# You have a network that has already learned, and fifty labels of a new task. Do you train the head alone,
# everything at once, layer by layer, some added weights? There is a name and a paper for each answer. Here
# you write them all with the same few lines and measure them on the same budget: how much they get right, how
# far they take the weights from where they were, and how much the network forgets of what it knew.
#
# The lesson presumes [Transfer to your own folder](own_dataset.md), [Fitting: not too little, not too
# much](../workflow/fitting.md) and [Honest evaluation](../workflow/honest_evaluation.md). It goes with the
# section *PyTorch Transfer Learning* of the course [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) by Andrei Neagoie and Daniel Bourke, and
# with [chapter 06](https://www.learnpytorch.io/06_pytorch_transfer_learning/) of their open book, which
# trains the head alone.

# %%
from collections.abc import Callable
from copy import deepcopy

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from tutorials_lib import tr
from tutorials_lib.data import digits
from tutorials_lib.metrics import Proportion, mean_over_seeds
from tutorials_lib.models import parameter_count
from tutorials_lib.plots import heat_map, image_grid, interval_plot, localized, scatter
from tutorials_lib.training import predict

# %% [markdown] lang="es"
# ## Qué es un parámetro congelado para el optimizador
#
# `requires_grad_(False)` le dice a autograd que no calcule un gradiente. Al optimizador no le dice nada: el
# parámetro sigue en su lista. Entonces, ¿lo moverán el decaimiento de pesos, que no necesita gradiente, o el
# *momentum*, que guarda los pasos anteriores? Apuesta por cada fila antes de ejecutar. La función entrena
# diez pasos, congela la primera capa, entrena otros diez y devuelve cuánto se movió esa capa **después** de
# congelarla.

# %% [markdown] lang="en"
# ## What a frozen parameter is to the optimiser
#
# `requires_grad_(False)` tells autograd not to compute a gradient. It tells the optimiser nothing: the
# parameter stays on its list. So will it be moved by weight decay, which needs no gradient, or by momentum,
# which remembers the steps before? Bet on each row before you run. The function trains for ten steps, freezes
# the first layer, trains for another ten, and returns how far that layer moved **after** it was frozen.


# %%
def moved_when_frozen(*, momentum: float = 0.0, decay: float = 0.0, set_to_none: bool = True) -> float:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2))
    inputs, answers = torch.randn(32, 4), torch.arange(32) % 2
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=momentum, weight_decay=decay)
    for step in range(20):
        if step == 10:
            model[0].requires_grad_(False)
            frozen = model[0].weight.clone()
        loss = cross_entropy(model(inputs), answers)
        optimizer.zero_grad(set_to_none=set_to_none)
        loss.backward()
        optimizer.step()
    return (model[0].weight - frozen).norm().item()


for to_none in (True, False):
    for setting in ({"decay": 0.1}, {"momentum": 0.9}):
        moved = moved_when_frozen(**setting, set_to_none=to_none)
        print(f"set_to_none={to_none!s:<6} {setting!s:<17} {moved:.4f}")

# %% tags=["hidden"]
assert moved_when_frozen(decay=0.1) == moved_when_frozen(momentum=0.9) == 0
by_decay = moved_when_frozen(decay=0.1, set_to_none=False)
by_momentum = moved_when_frozen(momentum=0.9, set_to_none=False)
assert min(by_decay, by_momentum) > 0.005

# %% [markdown] lang="es"
# Con `zero_grad()` a secas, nada lo mueve: desde PyTorch 2.0 deja el gradiente en `None`, y el optimizador
# salta todo parámetro cuyo gradiente es `None`, con su decaimiento y su *momentum*. Con `set_to_none=False`
# el gradiente que quedaba se vuelve un tensor de ceros. Para el optimizador eso es un gradiente: el
# decaimiento encoge la capa congelada (se movió `{python} by_decay:.3f`) y la inercia la sigue empujando
# (`{python} by_momentum:.3f`).
#
# Lo seguro es no poner en el optimizador lo que no se va a entrenar. Así lo haremos: cada estrategia entrega
# **grupos de parámetros**, y lo que no está en un grupo queda congelado.
#
# ## Lo que `requires_grad` no alcanza
#
# Dos capas se comportan de otro modo al entrenar, y eso no pasa por ningún gradiente: depende del modo,
# `train()` o `eval()`. Congelemos una `BatchNorm1d` y hagamos pasar un *batch* en cada modo.

# %% [markdown] lang="en"
# With plain `zero_grad()` nothing moves it: since PyTorch 2.0 that leaves the gradient at `None`, and the
# optimiser skips every parameter whose gradient is `None`, its decay and its momentum along with it. With
# `set_to_none=False` the gradient that was left becomes a tensor of zeros. To the optimiser that is a
# gradient: decay shrinks the frozen layer (it moved by `{python} by_decay:.3f`) and inertia keeps pushing it
# (`{python} by_momentum:.3f`).
#
# The safe way is not to put into the optimiser what is not to be trained. That is how we shall do it: each
# strategy hands over **parameter groups**, and whatever is in no group stays frozen.
#
# ## What `requires_grad` does not reach
#
# Two layers behave differently in training, and that goes through no gradient: it depends on the mode,
# `train()` or `eval()`. Let us freeze a `BatchNorm1d` and pass a batch through it in each mode.

# %%
torch.manual_seed(0)
norm, drop = nn.BatchNorm1d(4), nn.Dropout(0.5)
frozen_part = nn.Sequential(norm, drop).requires_grad_(False)
model = nn.Sequential(frozen_part, nn.Linear(4, 2))
batch = 5 + torch.randn(32, 4)

model.train()
same_answer = torch.equal(frozen_part(batch), frozen_part(batch))
mean_after_train = norm.running_mean.clone()
print("train()", same_answer, mean_after_train)

# es: train() enciende también las partes congeladas; hay que apagarlas después, en cada época
# en: train() also switches on the frozen parts; they must be switched off after it, in each epoch
frozen_part.eval()
print("eval() ", torch.equal(frozen_part(batch), frozen_part(batch)), norm.running_mean)

# %% tags=["hidden"]
assert not same_answer
assert mean_after_train.min() > 0.5
assert torch.equal(norm.running_mean, mean_after_train)
assert torch.equal(frozen_part(batch), frozen_part(batch))
assert model.training

# %% [markdown] lang="es"
# En `train()`, la parte congelada da dos respuestas distintas al mismo *batch* (el *dropout* apaga otras
# entradas) y la media guardada de la normalización se mueve hacia la de los datos nuevos. En `eval()`
# ninguna de las dos cosas ocurre. [Transferir a tu propia carpeta](own_dataset.md) mide el daño de olvidarlo.
# La red de aquí no tiene ni una ni otra, así que congelar es solo `requires_grad`.
#
# ## El punto de partida y las pocas etiquetas
#
# La **tarea fuente** es distinguir los dígitos del 0 al 4 en cualquier lugar de un lienzo de 12×12. La
# **tarea destino** es hacer lo mismo con los del 5 al 9, y da diez etiquetas por clase. De los dígitos de
# entrenamiento del 5 al 9 apartamos 250 para **validar**: con ellos se elegirá la tasa de cada estrategia. El
# examen son dígitos de otras manos (salvo una en la frontera) y se abre con las tasas ya elegidas.

# %% [markdown] lang="en"
# In `train()`, the frozen part gives two different answers to the same batch (dropout switches off other
# inputs) and the stored mean of the normalisation moves towards that of the new data. In `eval()` neither
# happens. [Transfer to your own folder](own_dataset.md) measures the damage of forgetting it. The network
# here has neither of the two, so that freezing is `requires_grad` alone.
#
# ## The start and the few labels
#
# The **source task** is to tell the digits 0 to 4 apart anywhere on a 12×12 canvas. The **target task** is to
# do the same with 5 to 9, and it gives ten labels per class. Of the training digits 5 to 9 we set 250 aside
# for **validation**: the rate of each strategy will be chosen with them. The exam has digits by other hands
# (save for one at the border) and is opened with the rates chosen already.


# %%
def of_classes(images, labels, classes):
    chosen = torch.isin(labels, torch.tensor(classes))
    return images[chosen], labels[chosen] - classes[0]


# es: cada dígito de 8×8 en un lugar al azar de un lienzo negro
# en: each 8×8 digit at a random place of a black canvas
def place(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    corner = torch.randint(0, 5, (len(images), 2), generator=generator)
    rows, columns = (corner[:, [axis]] + torch.arange(8) for axis in (0, 1))
    canvas = torch.zeros(len(images), 1, 12, 12)
    canvas[torch.arange(len(images))[:, None, None], 0, rows[:, :, None], columns[:, None, :]] = images[:, 0]
    return canvas


# %%
data, luck = digits(), torch.Generator().manual_seed(0)
source = of_classes(data.train_images, data.train_labels, [0, 1, 2, 3, 4])
target = of_classes(data.train_images, data.train_labels, [5, 6, 7, 8, 9])
pool = target[0][:-250], target[1][:-250]
validation = place(target[0][-250:], luck), target[1][-250:]
source_exam, exam = (
    (place(images, luck), labels)
    for images, labels in (
        of_classes(data.test_images, data.test_labels, classes)
        for classes in ([0, 1, 2, 3, 4], [5, 6, 7, 8, 9])
    )
)


def few(seed: int, per_class: int = 10) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(pool[1]), generator=generator)
    chosen = torch.cat([order[pool[1][order] == index][:per_class] for index in range(5)])
    return place(pool[0][chosen], generator), pool[1][chosen]


# %%
# alt es: Diez lienzos negros de 12×12, cada uno con un dígito del 5 al 9 en un lugar distinto.
# alt en: Ten black canvases of 12×12, each with a digit from 5 to 9 at a different place.
shown, shown_labels = few(seed=0, per_class=2)
_ = image_grid(shown, [str(label + 5) for label in shown_labels.tolist()], columns=5, side_inches=0.9)

# %% [markdown] lang="es"
# La red tiene cuatro partes: tres bloques de convolución, que son el cuerpo, y la cabeza. Aprende la fuente
# durante 300 pasos, con los dígitos en un lugar nuevo cada vez.

# %% [markdown] lang="en"
# The network has four parts: three convolution blocks, which are the body, and the head. It learns the source
# for 300 steps, with the digits at a new place each time.


# %%
def block(inputs: int, outputs: int, pool: nn.Module) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, padding=1), pool, nn.ReLU())


def new_head(seed: int) -> nn.Sequential:
    torch.manual_seed(seed)
    return nn.Sequential(nn.Flatten(), nn.Linear(128, 5))


torch.manual_seed(0)
body = block(1, 8, nn.MaxPool2d(2)), block(8, 16, nn.MaxPool2d(2)), block(16, 32, nn.AdaptiveMaxPool2d(2))
pretrained = nn.Sequential(*body, new_head(0))
optimizer = torch.optim.Adam(pretrained.parameters(), lr=0.01, fused=True)
schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=300)
for _ in range(300):
    chosen = torch.randperm(len(source[1]), generator=luck)[:64]
    loss = cross_entropy(pretrained(place(source[0][chosen], luck)), source[1][chosen])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    schedule.step()
source_score = Proportion.of(predict(pretrained, source_exam[0]) == source_exam[1])
print(source_score, [parameter_count(part) for part in pretrained])

# %% [markdown] lang="es"
# ## Una estrategia es una lista de etapas
#
# Todas las estrategias gastan lo mismo: cuarenta pasos de Adam con *batches* de 25 ejemplos. Lo que las
# separa es qué parámetros se mueven en cada paso y con qué tasa. Por eso cada una se escribe como una lista
# de **etapas**, y una etapa es (grupos de parámetros, pasos). El bucle congela todo, libera lo que está en
# los grupos y entrena.

# %% [markdown] lang="en"
# ## A strategy is a list of stages
#
# All strategies spend the same: forty steps of Adam with batches of 25 examples. What sets them apart is
# which parameters move at each step and at what rate. So each is written as a list of **stages**, and a stage
# is (parameter groups, steps). The loop freezes everything, frees what is in the groups, and trains.

# %%
STEPS = 40


def fit(model, images, labels, stages, *, seed: int, rising: int = 1, pull: float = 0.0) -> None:
    generator = torch.Generator().manual_seed(seed)
    start = [parameter.detach().clone() for parameter in model[:-1].parameters()]
    for groups, steps in stages:
        model.requires_grad_(False)
        for parameter in (parameter for group in groups for parameter in group["params"]):
            parameter.requires_grad_(True)
        optimizer = torch.optim.Adam(groups, fused=True)
        schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1 / rising, total_iters=rising)
        for _ in range(steps):
            chosen = torch.randperm(len(labels), generator=generator)[:25]
            loss = cross_entropy(model(images[chosen]), labels[chosen])
            if pull:
                loss = loss + penalty(model[:-1], start, pull)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()


# %% [markdown] lang="es"
# Las cinco primeras se distinguen solo en las etapas:
#
# * **solo la cabeza**: el cuerpo quieto (sonda lineal, *linear probe*);
# * **todo a la vez**: un grupo, una tasa;
# * **tasa por capa**: cada parte, una tasa menor que la de encima. [Howard y Ruder
#   (2018)](https://arxiv.org/abs/1801.06146) la dividen por 2,6 al bajar una capa;
# * **de arriba abajo**: la cabeza, después también el último bloque, y así hasta el primero
#   (descongelamiento gradual, del mismo artículo);
# * **primero la cabeza**: la mitad de los pasos con el cuerpo quieto y la otra mitad con todo. [Kumar y otros
#   (2022)](https://arxiv.org/abs/2202.10054) la llaman LP-FT.
#
# En la tercera, con la tasa $\eta$ en la cabeza, la parte que está $d$ lugares más abajo recibe
#
# $$\eta_d = \frac{\eta}{2{,}6^{\,d}}. \tag{1}$$

# %% [markdown] lang="en"
# The first five differ in their stages alone:
#
# * **head only**: the body kept still (a linear probe);
# * **all at once**: one group, one rate;
# * **rate by layer**: each part at a rate lower than the one above. [Howard and Ruder
#   (2018)](https://arxiv.org/abs/1801.06146) divide it by 2.6 for each layer down;
# * **top down**: the head, then the last block as well, and so on to the first (gradual unfreezing, from the
#   same paper);
# * **head first**: half the steps with the body kept still and the other half with everything. [Kumar et al.
#   (2022)](https://arxiv.org/abs/2202.10054) call it LP-FT.
#
# In the third, with the rate $\eta$ at the head, the part that lies $d$ places further down gets
#
# $$\eta_d = \frac{\eta}{2.6^{\,d}}. \tag{1}$$


# %%
def group(part: nn.Module, rate: float) -> dict:
    return {"params": list(part.parameters()), "lr": rate}


def head_only(model: nn.Sequential, rate: float):
    return [([group(model[-1], rate)], STEPS)]


def all_at_once(model: nn.Sequential, rate: float):
    return [([group(model, rate)], STEPS)]


def rate_by_layer(model: nn.Sequential, rate: float):
    groups = [group(part, rate / 2.6**d) for d, part in enumerate(reversed(model))]  # (1)
    return [(groups, STEPS)]


def top_down(model: nn.Sequential, rate: float):
    return [([group(model[-free:], rate)], STEPS // 4) for free in (1, 2, 3, 4)]


def head_first(model: nn.Sequential, rate: float):
    return [([group(model[-1], head_rate)], STEPS // 2), ([group(model, rate)], STEPS // 2)]


# %% [markdown] lang="es"
# Otras dos mueven todo a la vez, con un freno:
#
# * **tasa que sube**: los primeros diez pasos van de una tasa diez veces menor a la elegida (*warm-up*),
#   mientras la cabeza nueva todavía responde al azar;
# * **atado al inicio**: [Li y otros (2018)](https://arxiv.org/abs/1802.01483) cambian el decaimiento de
#   pesos. En lugar de tirar hacia cero, tira hacia los pesos preentrenados $w^0$ del cuerpo. Lo llaman
#   $L^2$-SP:
#
# $$\Omega(w) = \frac{\alpha}{2} \sum_i \left( w_i - w_i^0 \right)^2. \tag{2}$$

# %% [markdown] lang="en"
# Another two move everything at once, with a brake:
#
# * **rising rate**: the first ten steps go from a rate ten times lower up to the chosen one, while the
#   new head still answers at random (warming up the rate);
# * **tied to the start**: [Li et al. (2018)](https://arxiv.org/abs/1802.01483) change weight decay. In place
#   of pulling towards zero it pulls towards the pretrained weights $w^0$ of the body. They call it $L^2$-SP:
#
# $$\Omega(w) = \frac{\alpha}{2} \sum_i \left( w_i - w_i^0 \right)^2. \tag{2}$$


# %%
def penalty(body: nn.Module, start: list[torch.Tensor], alpha: float) -> torch.Tensor:
    pairs = zip(body.parameters(), start, strict=True)
    return alpha / 2 * sum((now - then).square().sum() for now, then in pairs)  # (2)


# %% tags=["hidden"]
probe = deepcopy(pretrained).double()
shifted = [parameter.detach() - 0.1 for parameter in probe[:-1].parameters()]
pulled = torch.autograd.grad(penalty(probe[:-1], shifted, 0.3), list(probe[:-1].parameters()))
assert all((gradient - 0.03).abs().max() < 1e-6 for gradient in pulled)

# %% [markdown] lang="es"
# ## Rango bajo: sumar en vez de cambiar
#
# La última no toca ningún peso del cuerpo. [Hu y otros (2021)](https://arxiv.org/abs/2106.09685) congelan la
# matriz $W \in \mathbb{R}^{m \times n}$ y le suman un producto de dos matrices delgadas, lo único que se
# entrena:
#
# $$W' = W + B A. \tag{3}$$
#
# $B$ tiene forma $m \times r$ y $A$ forma $r \times n$. $A$ empieza al azar y $B$ en cero, de modo que al
# empezar $W' = W$. El método se llama LoRA y nació para las capas lineales de los modelos de lenguaje. En una
# convolución, $n$ cuenta los canales de entrada por las nueve posiciones del filtro, y multiplicar por $B$
# después de $A$ es una convolución de $r$ canales seguida por otra de 1×1.

# %% [markdown] lang="en"
# ## Low rank: adding instead of changing
#
# The last one touches no weight of the body. [Hu et al. (2021)](https://arxiv.org/abs/2106.09685) freeze the
# matrix $W \in \mathbb{R}^{m \times n}$ and add to it a product of two thin matrices, which is all that is
# trained:
#
# $$W' = W + B A. \tag{3}$$
#
# $B$ has the shape $m \times r$ and $A$ the shape $r \times n$. $A$ begins at random and $B$ at zero, so that
# $W' = W$ at the start. The method is called LoRA and was born for the linear layers of language models. In a
# convolution, $n$ counts the input channels times the nine places of the filter, and multiplying by $B$ after
# $A$ is a convolution to $r$ channels followed by one of 1×1.


# %%
class LowRank(nn.Module):
    def __init__(self, layer: nn.Conv2d, rank: int) -> None:
        super().__init__()
        self.layer = layer
        self.A = nn.Conv2d(layer.in_channels, rank, layer.kernel_size, padding=layer.padding, bias=False)
        self.B = nn.Conv2d(rank, layer.out_channels, kernel_size=1, bias=False)
        nn.init.zeros_(self.B.weight)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.layer(images) + self.B(self.A(images))

    # es: una sola convolución que da lo mismo
    # en: a single convolution that gives the same
    @torch.no_grad()
    def merged(self) -> nn.Conv2d:
        layer = deepcopy(self.layer)
        product = self.B.weight.flatten(1) @ self.A.weight.flatten(1)
        layer.weight += product.view_as(layer.weight)  # (3)
        return layer


# %%
def low_rank(model: nn.Sequential, rate: float):
    for part in model[:-1]:
        part[0] = LowRank(part[0], rank=2)
    added = [group(half, rate) for part in model[:-1] for half in (part[0].A, part[0].B)]
    return [([*added, group(model[-1], rate)], STEPS)]


def merge(model: nn.Sequential) -> None:
    for part in model[:-1]:
        if isinstance(part[0], LowRank):
            part[0] = part[0].merged()


# %% [markdown] lang="es"
# Tres cosas se pueden comprobar antes de entrenar en serio. Que al empezar no cambia nada. Que fundido da lo
# mismo que con las dos ramas, con los pesos que sean. Y una que sorprende: en el primer paso, ¿recibe $A$
# algún gradiente?

# %% [markdown] lang="en"
# Three things can be checked before training in earnest. That at the start nothing changes. That merged it
# gives the same as with both branches, whatever the weights. And one that surprises: at the first step, does
# $A$ receive any gradient?

# %%
torch.manual_seed(0)
layer, images = deepcopy(pretrained[1][0]).double(), torch.randn(4, 8, 6, 6, dtype=torch.float64)
adapter = LowRank(layer, rank=2).double()
print("B = 0:", torch.equal(adapter(images), layer(images)))

adapter(images).square().mean().backward()
print("grad A, B:", *(f"{half.weight.grad.norm():.4f}" for half in (adapter.A, adapter.B)))

nn.init.normal_(adapter.B.weight)
error = (adapter(images) - adapter.merged()(images)).abs().max().item()
print("max |Δ|:", f"{error:.0e}")

# %% tags=["hidden"]
first_a, first_b = (half.weight.grad.norm().item() for half in (adapter.A, adapter.B))
assert first_a == 0 < first_b
assert error < 1e-6
fresh = LowRank(deepcopy(pretrained[1][0]), rank=2)
probe_images = torch.randn(4, 8, 6, 6)
assert torch.allclose(fresh(probe_images), pretrained[1][0](probe_images), atol=1e-6)
assert (adapter(images) - layer(images)).abs().max() > 0.1

# %% [markdown] lang="es"
# La rama añadida se puede fundir: el error es el de redondeo, y el modelo que se entrega tiene la forma y el
# costo del original. Y $A$ no aprende nada en el primer paso: su gradiente está multiplicado por $B$, que es
# cero. Si $A$ también empezara en cero, ninguna de las dos saldría de ahí.
#
# ¿Cuántos números entrena cada estrategia?

# %% [markdown] lang="en"
# The added branch can be merged: the error is that of rounding, and the model that is delivered has the shape
# and the cost of the original. And $A$ learns nothing at the first step: its gradient is multiplied by $B$,
# which is zero. Should $A$ begin at zero too, neither would ever leave it.
#
# How many numbers does each strategy train?

# %%
RECIPES: dict[str, tuple[Callable, dict]] = {
    tr(es="solo la cabeza", en="head only"): (head_only, {}),
    tr(es="todo a la vez", en="all at once"): (all_at_once, {}),
    tr(es="tasa por capa", en="rate by layer"): (rate_by_layer, {}),
    tr(es="de arriba abajo", en="top down"): (top_down, {}),
    tr(es="primero la cabeza", en="head first"): (head_first, {}),
    tr(es="tasa que sube", en="rising rate"): (all_at_once, {"rising": 10}),
    tr(es="atado al inicio", en="tied to the start"): (all_at_once, {"pull": 0.1}),
    tr(es="rango bajo", en="low rank"): (low_rank, {}),
}
PROBE, ALL, BY_LAYER, TOP_DOWN, HEAD_FIRST, RISING, TIED, LOW_RANK = RECIPES


def prepared(seed: int) -> nn.Sequential:
    model = deepcopy(pretrained)
    model[-1] = new_head(seed)
    return model


def tuned(name: str, rate: float, seed: int) -> nn.Sequential:
    strategy, options = RECIPES[name]
    model = prepared(seed)
    fit(model, *few(seed), strategy(model, rate), seed=seed, **options)
    merge(model)
    return model


# %%
head_rate = 0.03
trained = {}
for name, (strategy, _) in RECIPES.items():
    groups = strategy(prepared(0), 0.01)[-1][0]
    trained[name] = sum(parameter.numel() for group in groups for parameter in group["params"])
print({name: trained[name] for name in (PROBE, ALL, LOW_RANK)})

# %% [markdown] lang="es"
# La sonda entrena `{python} trained[PROBE]` números; todo a la vez, `{python} trained[ALL]`; los adaptadores
# de rango dos con la cabeza, `{python} trained[LOW_RANK]`. Aquí el ahorro es modesto porque las capas son
# pequeñas: $r(m + n)$ se aleja de $mn$ cuando la matriz es grande. En un modelo con miles de canales, la
# diferencia decide si el optimizador, que con Adam guarda dos números más por cada uno que entrena, cabe en
# la memoria.
#
# ## Una idea que falla: la misma tasa para todas
#
# ¿Qué tasa usa cada estrategia? Parece justo dar a todas la misma. Probémoslo en los datos de validación, con
# dos sorteos de cincuenta etiquetas, distintos de los del examen. Cada casilla es la exactitud sobre
# `{python} 2 * len(validation[1])` respuestas. Apuesta: ¿ganará la misma fila en todas las columnas?

# %% [markdown] lang="en"
# The probe trains `{python} trained[PROBE]` numbers; all at once, `{python} trained[ALL]`; the adapters of
# rank two with the head, `{python} trained[LOW_RANK]`. Here the saving is modest because the layers are
# small: $r(m + n)$ parts from $mn$ when the matrix is large. In a model with thousands of channels, the
# difference decides whether the optimiser, which with Adam keeps two more numbers for each one it trains,
# fits in memory.
#
# ## An idea that fails: one rate for all
#
# What rate does each strategy use? It seems fair to give all of them the same. Let us try that on the
# validation data, with two draws of fifty labels, other than those of the exam. Each cell is the accuracy
# over `{python} 2 * len(validation[1])` answers. Bet: will the same row win in every column?

# %%
RATES = (0.003, 0.01, 0.03, 0.1)


def on_validation(name: str, rate: float) -> float:
    models = [tuned(name, rate, seed) for seed in (100, 101)]
    right = [predict(model, validation[0]) == validation[1] for model in models]
    return Proportion.of(torch.stack(right)).value


rates, validated = {}, {}
for name in RECIPES:
    validated[name] = [on_validation(name, rate) for rate in RATES]
    rates[name] = RATES[validated[name].index(max(validated[name]))]
    # es: la sonda va la primera, y su tasa sirve después a «primero la cabeza»
    # en: the probe comes first, and its rate then serves “head first”
    head_rate = rates[PROBE]

# %%
# alt es: Exactitud de ocho estrategias con cuatro tasas; con la mayor, casi todas caen cerca del azar.
# alt en: Accuracy of eight strategies at four rates; at the largest, nearly all fall close to chance.
_ = heat_map(
    list(validated.values()),
    row_labels=list(validated),
    column_labels=[localized(f"{rate:g}") for rate in RATES],
    xlabel=tr(es="tasa de aprendizaje", en="learning rate"),
    fmt=".2f",
)

# %% tags=["hidden"]
columns = list(zip(*validated.values(), strict=True))
winners = {list(validated)[column.index(max(column))] for column in columns}
assert len(winners) >= 2
assert validated[ALL][-1] < min(0.5, max(validated[ALL]) - 0.1)
assert validated[PROBE][-1] > max(0.5, validated[ALL][-1] + 0.15)

# %% [markdown] lang="es"
# No: hay `{python} len(winners)` ganadoras en cuatro columnas. Una comparación a tasa única habría coronado a
# la estrategia que mejor se lleva con esa tasa. Con `{python} RATES[-1]:.1f`, todo a la vez acierta el
# `{python} validated[ALL][-1]:.0%`, y las clases son cinco; la sonda, el `{python} validated[PROBE][-1]:.0%`,
# porque un paso demasiado largo solo puede estropear la cabeza. Otras distancias de la tabla caben en el azar
# de `{python} 2 * len(validation[1])` respuestas; esa, no.
#
# Cada estrategia usará en adelante la tasa de su mejor casilla. Todas tuvieron cuatro intentos; «primero la
# cabeza» usa además, en su primera mitad, la tasa de la sonda. Quien solo tenga cincuenta etiquetas no
# dispone de otras `{python} len(validation[1])` para elegir: aquí las hay para que la comparación sea limpia.
#
# ## El examen
#
# Seis semillas nuevas. Cada una sortea las cincuenta etiquetas, los lugares, la cabeza inicial y el orden, lo
# mismo para todas las estrategias. El cuerpo preentrenado es uno solo, de modo que los intervalos no cuentan
# la suerte de la fuente. ¿Cuántas de las otras siete se podrán distinguir de «todo a la vez»?

# %% [markdown] lang="en"
# No: there are `{python} len(winners)` winners in four columns. A comparison at one rate would have crowned
# the strategy that gets on best with that rate. At `{python} RATES[-1]:.1f`, all at once gets
# `{python} validated[ALL][-1]:.0%` right, and there are five classes; the probe,
# `{python} validated[PROBE][-1]:.0%`, because a step that is too long can spoil the head alone. Other
# distances of the table fit into the luck of `{python} 2 * len(validation[1])` answers; that one does not.
#
# From here on each strategy uses the rate of its best cell. All had four tries; “head first” also uses, in
# its first half, the rate of the probe. Whoever has only fifty labels does not have another
# `{python} len(validation[1])` to choose with: here they exist so that the comparison is clean.
#
# ## The exam
#
# Six new seeds. Each draws the fifty labels, the places, the initial head and the order, the same for all
# strategies. The pretrained body is one only, so that the intervals do not count the luck of the source. How
# many of the other seven can be told from “all at once”?


# %%
def relative_distance(now: nn.Module, then: nn.Module) -> float:
    w, w_0 = (nn.utils.parameters_to_vector(part.parameters()).detach() for part in (now, then))
    return ((w - w_0).norm() / w_0.norm()).item()  # (4)


# es: con la cabeza de la fuente puesta otra vez
# en: with the head of the source put back
def on_source(model: nn.Sequential) -> torch.Tensor:
    return predict(nn.Sequential(*model[:-1], pretrained[-1]), source_exam[0]) == source_exam[1]


SEEDS = range(6)
answers, kept, by_layer, moved = ({name: [] for name in RECIPES} for _ in range(4))
for name in RECIPES:
    for seed in SEEDS:
        model = tuned(name, rates[name], seed)
        answers[name].append(predict(model, exam[0]) == exam[1])
        kept[name].append(on_source(model))
        by_layer[name].append([relative_distance(model[i], pretrained[i]) for i in range(3)])
        moved[name].append(relative_distance(model[:-1], pretrained[:-1]))

# %%
# alt es: Ocho intervalos de exactitud de prueba, uno por estrategia; la mayoría se enciman.
# alt en: Eight intervals of test accuracy, one for each strategy; most of them overlap.
accuracy = {name: torch.stack(rows).float().mean(dim=1) for name, rows in answers.items()}
means = [mean_over_seeds(row.tolist()) for row in accuracy.values()]
_ = interval_plot(
    list(accuracy),
    *([getattr(mean, part) for mean in means] for part in ("value", "low", "high")),
    xlabel=tr(es="exactitud de prueba", en="test accuracy"),
)

# %% [markdown] lang="es"
# Como las semillas son las mismas para todas, lo que decide es la diferencia semilla por semilla. Son siete
# comparaciones; con intervalos del 95 % independientes habría alguna falsa alarma en el
# `{python} 1 - 0.95**7:.0%` de las veces. Por eso cada intervalo se toma al nivel $1 - 0{,}05/7$ (corrección
# de Bonferroni).

# %% [markdown] lang="en"
# Since the seeds are the same for all, what decides is the difference seed by seed. There are seven
# comparisons; with independent 95% intervals there would be some false alarm `{python} 1 - 0.95**7:.0%` of
# the time. Hence each interval is taken at the level $1 - 0.05/7$ (Bonferroni's correction).

# %%
# alt es: Siete diferencias de exactitud frente a «todo a la vez», con su intervalo y una raya en cero.
# alt en: Seven differences in accuracy from “all at once”, with their intervals and a line at zero.
others = [name for name in RECIPES if name != ALL]
gaps = [mean_over_seeds((accuracy[name] - accuracy[ALL]).tolist(), level=1 - 0.05 / 7) for name in others]
apart = [name for name, gap in zip(others, gaps, strict=True) if gap.low > 0 or gap.high < 0]
_ = interval_plot(
    others,
    *([getattr(gap, part) for gap in gaps] for part in ("value", "low", "high")),
    xlabel=tr(es="exactitud menos la de todo a la vez", en="accuracy minus that of all at once"),
    reference=0.0,
)
print(len(apart), "/", len(others), *apart)

# %% tags=["hidden"]
chance = 1 / 5
assert min(mean.value for mean in means) > chance + 0.2
assert source_score.value > 0.9
assert len(gaps) == 7
best_seen, worst_seen = max(mean.value for mean in means), min(mean.value for mean in means)
probe_gap, tied_gap = (gaps[others.index(name)] for name in (PROBE, TIED))

# %% [markdown] lang="es"
# Se distinguen de «todo a la vez» `{python} len(apart)` de las 7; la salida de la celda las nombra. Las
# medias van de `{python} worst_seen:.0%` a `{python} best_seen:.0%` y, sin los intervalos, habrían dado una
# lista de la mejor a la peor. Un intervalo que contiene el cero no prueba que dos estrategias valgan lo
# mismo: dice que seis semillas y cincuenta etiquetas no bastan para separarlas. La diferencia de la sonda,
# por ejemplo, está entre `{python} 100 * probe_gap.low:+.0f` y `{python} 100 * probe_gap.high:+.0f` puntos
# porcentuales.
#
# Tampoco es este el examen en que brilla cada una. La ventaja que Kumar y sus coautores midieron para
# «primero la cabeza» era sobre imágenes de **otra** distribución que las de entrenamiento; la de LoRA, en la
# memoria con modelos enormes. Ni una cosa ni la otra se mide aquí.
#
# ## Cuánto viajan los pesos
#
# Si la exactitud no decide, miremos lo que sí cambia. Para cada bloque y para el cuerpo entero, la distancia
# relativa al punto de partida es
#
# $$\delta = \frac{\lVert w - w^0 \rVert}{\lVert w^0 \rVert}. \tag{4}$$
#
# Los pesos de rango bajo se miden ya fundidos. ¿Qué bloque viajará más en cada fila?

# %% [markdown] lang="en"
# `{python} len(apart)` of the 7 can be told from “all at once”; the output of the cell names them. The means
# go from `{python} worst_seen:.0%` to `{python} best_seen:.0%` and, without the intervals, would have made a
# list from best to worst. An interval with zero in it does not prove that two strategies are worth the same:
# it says that six seeds and fifty labels are not enough to part them. The difference of the probe, for
# instance, lies between `{python} 100 * probe_gap.low:+.0f` and `{python} 100 * probe_gap.high:+.0f`
# percentage points.
#
# Nor is this the exam in which each of them shines. The advantage that Kumar and co-authors measured for
# “head first” was on images of **another** distribution than that of training; that of LoRA, in memory with
# enormous models. Neither is measured here.
#
# ## How far the weights travel
#
# If accuracy does not decide, let us look at what does change. For each block and for the whole body, the
# relative distance from the start is
#
# $$\delta = \frac{\lVert w - w^0 \rVert}{\lVert w^0 \rVert}. \tag{4}$$
#
# The low-rank weights are measured once merged. Which block will travel farthest in each row?

# %%
# alt es: Distancia de tres bloques en ocho estrategias; la sonda en cero; tasa por capa crece del 1 al 3.
# alt en: Distance of three blocks in eight strategies; the probe at zero; rate by layer grows from 1 to 3.
layers = {name: torch.tensor(rows).mean(dim=0) for name, rows in by_layer.items()}
_ = heat_map(
    torch.stack(list(layers.values())),
    row_labels=list(layers),
    column_labels=["1", "2", "3"],
    xlabel=tr(es="bloque del cuerpo", en="block of the body"),
    fmt=".2f",
)

# %% tags=["hidden"]
assert layers[PROBE].abs().max() == 0
assert all(layers[name].min() > 0 for name in others if name != PROBE)
assert layers[BY_LAYER][0] < layers[BY_LAYER][1] < layers[BY_LAYER][2]
assert layers[BY_LAYER][0] < min(0.15, layers[ALL][0])

# %% [markdown] lang="es"
# La sonda no se mueve. Con la tasa por capa, el primer bloque recorre `{python} layers[BY_LAYER][0]:.2f` de
# su tamaño y el tercero `{python} layers[BY_LAYER][2]:.2f`; con una sola tasa, el primero recorre
# `{python} layers[ALL][0]:.2f`. Que cuarenta pasos lleguen tan lejos se debe a Adam: divide cada gradiente
# por su tamaño reciente, y así también los gradientes pequeños dan pasos largos.
#
# ## Lo que se olvida
#
# La última pregunta: la red que ahora distingue del 5 al 9, ¿todavía distingue del 0 al 4? Le devolvemos su
# cabeza vieja y le ponemos el examen de la fuente. Cada punto es una estrategia con una semilla. Apuesta por
# la forma de la nube.

# %% [markdown] lang="en"
# The probe does not move. With the rate by layer, the first block travels `{python} layers[BY_LAYER][0]:.2f`
# of its size and the third `{python} layers[BY_LAYER][2]:.2f`; with a single rate, the first travels
# `{python} layers[ALL][0]:.2f`. That forty steps get so far is owed to Adam: it divides each gradient by its
# recent size, so that small gradients take long steps too.
#
# ## What is forgotten
#
# The last question: the network that now tells 5 to 9 apart, does it still tell 0 to 4 apart? We give it back
# its old head and set it the exam of the source. Each point is a strategy with one seed. Bet on the shape of
# the cloud.

# %%
# alt es: Nube descendente de puntos: cuanto más lejos del inicio, menos exactitud en la tarea fuente.
# alt en: Falling cloud of points: the farther from the start, the lower the accuracy on the source task.
remembered = {name: torch.stack(rows).float().mean(dim=1) for name, rows in kept.items()}
_ = scatter(
    {name: (moved[name], remembered[name]) for name in RECIPES},
    xlabel=tr(es="distancia relativa del cuerpo", en="relative distance of the body"),
    ylabel=tr(es="exactitud en la fuente", en="accuracy on the source"),
)
for name, rows in remembered.items():
    mean = mean_over_seeds(rows.tolist())
    print(f"{name:<18} {mean.value:.2f}   {mean.low:.2f} … {mean.high:.2f}")

# %% tags=["hidden"]
everything = torch.cat([torch.tensor(moved[name]) for name in RECIPES])
correlation = torch.corrcoef(torch.stack([everything, torch.cat(list(remembered.values()))]))[0, 1].item()
lost = {name: source_score.value - rows.mean().item() for name, rows in remembered.items()}
still_right = predict(pretrained, source_exam[0]) == source_exam[1]
assert all(torch.equal(right, still_right) for right in kept[PROBE])
assert correlation < -0.35
assert lost[ALL] > 0.1
assert lost[BY_LAYER] > 0.03

# %% [markdown] lang="es"
# Cae. La sonda conserva sus `{python} str(source_score)`, respuesta por respuesta. Todo a la vez pierde
# `{python} 100 * lost[ALL]:.0f` puntos en cuarenta pasos que no le pidieron olvidar nada: es el **olvido
# catastrófico** que describieron [McCloskey y Cohen
# (1989)](https://doi.org/10.1016/S0079-7421(08)60536-8). La distancia lo anticipa, no lo explica todo (la
# correlación es `{python} correlation:.2f`): la tasa por capa apenas tocó el primer bloque y perdió
# `{python} 100 * lost[BY_LAYER]:.0f` puntos.
#
# ¿Y atar los pesos al inicio? En la tabla cada estrategia lleva su propia tasa, y una tasa mayor puede más
# que el freno. Preguntemos por el freno solo: atado y sin atar, los dos con la tasa de «todo a la vez».

# %% [markdown] lang="en"
# It falls. The probe keeps its `{python} str(source_score)`, answer by answer. All at once loses
# `{python} 100 * lost[ALL]:.0f` points in forty steps that did not ask it to forget anything: that is the
# **catastrophic forgetting** that [McCloskey and Cohen
# (1989)](https://doi.org/10.1016/S0079-7421(08)60536-8) described. Distance announces it and does not explain
# all of it (the correlation is `{python} correlation:.2f`): the rate by layer hardly touched the first block
# and lost `{python} 100 * lost[BY_LAYER]:.0f` points.
#
# And tying the weights to the start? In the table each strategy has a rate of its own, and a higher rate can
# do more than the brake. Let us ask about the brake alone: tied and not tied, both at the rate of “all at
# once”.

# %%
tied = torch.stack([on_source(tuned(TIED, rates[ALL], seed)) for seed in SEEDS]).float().mean(dim=1)
brake = mean_over_seeds((tied - remembered[ALL]).tolist())
print(f"{brake.value:+.2f}   {brake.low:+.2f} … {brake.high:+.2f}")

# %% tags=["hidden"]
assert brake.value > 0.03

# %% [markdown] lang="es"
# A la misma tasa, atar los pesos conserva `{python} 100 * brake.value:.0f` puntos más de la fuente (de
# `{python} 100 * brake.low:+.0f` a `{python} 100 * brake.high:+.0f`). En el examen del destino, con la tasa
# propia, la diferencia frente a no atarlos está entre `{python} 100 * tied_gap.low:+.0f` y
# `{python} 100 * tied_gap.high:+.0f` puntos. Con LoRA hay otra salida: como los pesos de antes siguen
# intactos, guardar $A$ y $B$ aparte permite quitarlas y volver a la red de partida, tal como era.
#
# ## Para llevarte
#
# * Pasa al optimizador solo lo que entrena. Un gradiente de ceros no es lo mismo que ningún gradiente.
# * `requires_grad` no toca las estadísticas de la normalización ni el *dropout*: eso es el modo.
# * Elige la tasa de cada estrategia por separado, con datos de validación. Con una tasa común, la tasa elige
#   la ganadora.
# * Compara semilla por semilla y corrige por la cantidad de comparaciones. Con pocas etiquetas, muchas
#   diferencias no se distinguen.
# * Si la tarea vieja importa, mídela: el examen de la nueva no dice nada de lo olvidado.
# * Un adaptador de rango bajo se funde con los pesos y deja el modelo como era por fuera.

# %% [markdown] lang="en"
# At the same rate, tying the weights keeps `{python} 100 * brake.value:.0f` points more of the source (from
# `{python} 100 * brake.low:+.0f` to `{python} 100 * brake.high:+.0f`). On the exam of the target, at its own
# rate, the difference from not tying them lies between `{python} 100 * tied_gap.low:+.0f` and
# `{python} 100 * tied_gap.high:+.0f` points. With LoRA there is another way out: since the weights of before
# are intact, keeping $A$ and $B$ apart allows taking them off and returning to the network of the start, as
# it was.
#
# ## What to keep
#
# * Hand the optimiser only what it trains. A gradient of zeros is not the same as no gradient.
# * `requires_grad` does not touch the statistics of the normalisation, nor dropout: that is the mode.
# * Choose the rate of each strategy separately, on validation data. With a common rate, the rate chooses the
#   winner.
# * Compare seed by seed and correct for the number of comparisons. With few labels, many differences cannot
#   be told apart.
# * If the old task matters, measure it: the exam of the new one says nothing of what was forgotten.
# * A low-rank adapter merges into the weights and leaves the model as it was on the outside.

# %% [markdown] lang="es" tags=["quiz"]
# Congelas una capa con `requires_grad_(False)` a mitad del entrenamiento, y sus pesos siguen cambiando. ¿Qué
# lo explica?
#
# - [ ] Que autograd sigue calculando su gradiente: con `requires_grad=False` no lo calcula.
# - [x] Que su gradiente quedó en ceros y no en `None`: el optimizador lo toma por un gradiente, y aplica
#   decaimiento y *momentum*.
# - [ ] Que está en `train()`: el modo mueve las estadísticas de la normalización, no los pesos.

# %% [markdown] lang="en" tags=["quiz"]
# You freeze a layer with `requires_grad_(False)` halfway through training, and its weights go on changing.
# What explains it?
#
# - [ ] That autograd still computes its gradient: with `requires_grad=False` it does not.
# - [x] That its gradient was left at zeros and not at `None`: the optimiser takes it for a gradient, and
#   applies decay and momentum.
# - [ ] That it is in `train()`: the mode moves the statistics of the normalisation, not the weights.

# %% [markdown] lang="es" tags=["quiz"]
# ¿Por qué en LoRA empieza en cero $B$ y no también $A$?
#
# - [ ] Para entrenar menos números: los dos se entrenan enteros, empiecen como empiecen.
# - [ ] Para que el producto tenga rango bajo: el rango lo limita la forma, no los valores.
# - [x] Para salir de la red preentrenada tal cual y aun así aprender: con las dos en cero, los dos gradientes
#   serían cero.

# %% [markdown] lang="en" tags=["quiz"]
# Why does $B$ begin at zero in LoRA, and $A$ not as well?
#
# - [ ] To train fewer numbers: both are trained whole, however they begin.
# - [ ] To make the product of low rank: the rank is limited by the shape, not by the values.
# - [x] To set out from the pretrained network as it is and still learn: with both at zero, both gradients
#   would be zero.

# %% tags=["hidden"]
dead = LowRank(deepcopy(pretrained[1][0]), rank=2)
nn.init.zeros_(dead.A.weight)
dead(probe_images).square().mean().backward()
assert dead.A.weight.grad.norm() == dead.B.weight.grad.norm() == 0

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: la lista del optimizador
#
# Escribe `audit(model, optimizer)`, que busca dos descuidos. Devuelve dos listas de nombres, en el orden de
# `named_parameters()`: los parámetros libres que **no** están en el optimizador (nadie los moverá) y los
# congelados que **sí** están (podrían moverse sin querer).

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: the list of the optimiser
#
# Write `audit(model, optimizer)`, which looks for two oversights. It returns two lists of names, in the order
# of `named_parameters()`: the free parameters that are **not** in the optimiser (nobody will move them) and
# the frozen ones that **are** (they might move unintentionally).


# %% tags=["solution"]
def audit(model: nn.Module, optimizer: torch.optim.Optimizer) -> tuple[list[str], list[str]]:
    listed = {id(parameter) for group in optimizer.param_groups for parameter in group["params"]}
    named = list(model.named_parameters())
    forgotten = [name for name, parameter in named if parameter.requires_grad and id(parameter) not in listed]
    leftover = [name for name, parameter in named if not parameter.requires_grad and id(parameter) in listed]
    return forgotten, leftover


# %% tags=["check"]
small = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2), nn.Linear(2, 2))
assert audit(small, torch.optim.SGD(small.parameters())) == ([], [])
small[0].requires_grad_(False)
parts = [{"params": small[0].parameters()}, {"params": small[2].parameters(), "lr": 0.1}]
found = audit(small, torch.optim.SGD(parts))
assert found == (["1.weight", "1.bias"], ["0.weight", "0.bias"])
print(found)

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: LoRA en una capa lineal
#
# Escribe `merged_linear(layer, A, B)`: devuelve una `nn.Linear` **nueva** cuya salida es `layer(x)` más
# $x A^\top B^\top$, con $A$ de forma $(r, n)$ y $B$ de forma $(m, r)$. La original no cambia. Antes de
# ejecutar: en una capa de 512 a 512, ¿hasta qué rango entrena LoRA menos números que la matriz entera?

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: LoRA in a linear layer
#
# Write `merged_linear(layer, A, B)`: it returns a **new** `nn.Linear` whose output is `layer(x)` plus
# $x A^\top B^\top$, with $A$ of shape $(r, n)$ and $B$ of shape $(m, r)$. The original does not change.
# Before you run: in a layer from 512 to 512, up to which rank does LoRA train fewer numbers than the whole
# matrix?


# %% tags=["solution"]
@torch.no_grad()
def merged_linear(layer: nn.Linear, A: torch.Tensor, B: torch.Tensor) -> nn.Linear:
    merged = deepcopy(layer)
    merged.weight += B @ A
    return merged


# %% tags=["check"]
torch.manual_seed(1)
linear, x = nn.Linear(7, 5).double(), torch.randn(3, 7, dtype=torch.float64)
A, B = torch.randn(2, 7, dtype=torch.float64), torch.randn(5, 2, dtype=torch.float64)
before = linear.weight.detach().clone()
assert (merged_linear(linear, A, B)(x) - (linear(x) + x @ A.T @ B.T)).abs().max() < 1e-6
assert torch.equal(linear.weight, before)
print(max(rank for rank in range(1, 513) if rank * (512 + 512) < 512 * 512))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: a medio camino
#
# Si ajustar olvida, quizá convenga quedarse a medio camino. [Wortsman y otros
# (2021)](https://arxiv.org/abs/2109.01903) promedian los pesos de antes y de después. Escribe
# `between(start, end, share)`: devuelve una red nueva con pesos
# $(1 - s)\, w_{\text{inicio}} + s\, w_{\text{final}}$. La comprobación recorre el camino con el cuerpo
# preentrenado y el ajustado; apuesta por la forma de las dos columnas.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: halfway
#
# If tuning forgets, it may pay to stop halfway. [Wortsman et al.
# (2021)](https://arxiv.org/abs/2109.01903) average the weights of before and after. Write
# `between(start, end, share)`: it returns a new network with weights
# $(1 - s)\, w_{\text{start}} + s\, w_{\text{end}}$. The check walks the path from the pretrained body to the
# tuned one; bet on the shape of the two columns.


# %% tags=["solution"]
def between(start: nn.Module, end: nn.Module, share: float) -> nn.Module:
    middle, first, last = deepcopy(start), start.state_dict(), end.state_dict()
    middle.load_state_dict({key: (1 - share) * first[key] + share * last[key] for key in first})
    return middle


# %% tags=["check"]
torch.manual_seed(2)
first, last = nn.Linear(3, 2), nn.Linear(3, 2)
middle = between(first, last, 0.25)
assert middle is not first and middle is not last
assert torch.allclose(middle.weight, 0.75 * first.weight + 0.25 * last.weight)
assert torch.allclose(between(first, last, 1.0).bias, last.bias)
end = tuned(ALL, rates[ALL], seed=0)
for share in (0.0, 0.25, 0.5, 0.75, 1.0):
    halfway = between(pretrained[:-1], end[:-1], share)
    new = Proportion.of(predict(nn.Sequential(halfway, end[-1]), exam[0]) == exam[1])
    old = Proportion.of(predict(nn.Sequential(halfway, pretrained[-1]), source_exam[0]) == source_exam[1])
    print(f"{share:.2f}   {new}   {old}")

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# * [Cuándo hace daño](when_it_hurts.md): el olvido, otra cura, y los comienzos que estorban.
# * [Características guardadas](feature_extraction.md): la sonda, cuando el cuerpo mira cada imagen una vez.
# * [Ajustar: ni de menos ni de más](../workflow/fitting.md): el decaimiento de pesos y los calendarios de la
#   tasa.
# * [Producto tensorial, traza y normas](../tensor_mathematics/outer_trace_norm.md): qué es una matriz de
#   rango bajo.

# %% [markdown] lang="en"
# ## Where to go next
#
# * [When it hurts](when_it_hurts.md): forgetting, another cure, and starts that get in the way.
# * [Stored features](feature_extraction.md): the probe, when the body looks at each image once.
# * [Fitting: not too little, not too much](../workflow/fitting.md): weight decay and learning rate schedules.
# * [Outer product, trace and norms](../tensor_mathematics/outer_trace_norm.md): what a matrix of low rank is.
