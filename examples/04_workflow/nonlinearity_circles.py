"""
title:
  es: Dos círculos y el doblez que hace falta
  en: Two circles and the fold they ask for
summary:
  es: Por qué ninguna pila de capas lineales separa dos anillos, cuántos dobleces bastan y qué es un 79,0 %.
  en: Why no stack of linear layers separates two rings, how many folds suffice, and what 79.0% means.
tags: [classification, nonlinearity, ReLU, decision boundary, reproducibility]
objectives:
  es:
    - Explicar por qué un clasificador lineal acierta cerca de la mitad de los puntos de dos anillos.
    - Pasar de logit a probabilidad y de probabilidad a clase con una sola salida.
    - Construir con pesos escritos a mano una red de ReLU que separa los anillos.
    - Leer un porcentaje publicado con su conteo, su época, su intervalo y su banda entre semillas.
  en:
    - Explain why a linear classifier gets about half of the points of two rings right.
    - Go from logit to probability and from probability to class with a single output.
    - Build, from weights written by hand, a ReLU network that separates the rings.
    - Read a published percentage with its count, its epoch, its interval and its band over seeds.
prerequisites:
  es:
    - El bucle de entrenamiento.
    - El intervalo de Wilson.
  en:
    - The training loop.
    - The Wilson interval.
timeout_seconds: 180
"""
# %% [markdown] lang="es"
# Mil puntos forman dos anillos, uno dentro del otro. Cualquiera los separa de un vistazo; un modelo lineal,
# por profundo que sea, no puede. Al terminar sabrás demostrarlo, sabrás cuántos dobleces necesita una red
# para lograrlo y podrás decir qué hay detrás del 79,0 % que imprime el curso.
#
# La lección supone el bucle de [Una recta, de los tensores sueltos al modelo guardado](linear_regression.md)
# y el intervalo de [Evaluación honesta](honest_evaluation.md). Acompaña la sección *PyTorch Neural Network
# Classification* del curso [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) de Andrei Neagoie y Daniel Bourke, y el
# [capítulo 02](https://www.learnpytorch.io/02_pytorch_classification/) de su libro abierto.

# %% [markdown] lang="en"
# A thousand points form two rings, one inside the other. Anyone can separate them at a glance; a linear
# model, however deep, cannot. By the end you will be able to prove it, to say how many folds a network needs
# for it, and to tell what stands behind the 79.0% that the course prints.
#
# The lesson presumes the loop of [A line, from bare tensors to a saved model](linear_regression.md) and the
# interval of [Honest evaluation](honest_evaluation.md). It goes with the section *PyTorch Neural Network
# Classification* of the course [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) by Andrei Neagoie and Daniel Bourke, and
# with [chapter 02](https://www.learnpytorch.io/02_pytorch_classification/) of their open book.

# %%
from copy import deepcopy
from itertools import pairwise
from math import acos, cos, log, pi

import matplotlib.pyplot as plt
import torch
from sklearn.datasets import make_circles
from sklearn.model_selection import train_test_split
from torch import nn
from torch.func import functional_call, stack_module_state, vmap
from torch.nn.functional import binary_cross_entropy_with_logits

from tutorials_lib import tr
from tutorials_lib.metrics import Proportion
from tutorials_lib.plots import color, curves, decision_surface, interval_plot, localize_ticks

# %% [markdown] lang="es"
# ## Dos anillos
#
# `make_circles` pone 500 puntos en un círculo de radio 1 (clase 0) y 500 en uno de radio 0,8 (clase 1) y los
# mueve un poco al azar, con desviación estándar 0,03. Los datos y el reparto, 800 para entrenar y 200 para la
# prueba, son los del capítulo, con sus mismas semillas.

# %% [markdown] lang="en"
# ## Two rings
#
# `make_circles` puts 500 points on a circle of radius 1 (class 0) and 500 on one of radius 0.8 (class 1) and
# moves them a little at random, with standard deviation 0.03. The data and the split, 800 to train and 200 to
# test, are those of the chapter, with its own seeds.

# %%
# alt es: Dos anillos de puntos con el mismo centro; el de fuera es la clase 0 y el de dentro la clase 1.
# alt en: Two rings of points with the same centre; the outer one is class 0 and the inner one class 1.
points, labels = (
    torch.from_numpy(array).float() for array in make_circles(1000, noise=0.03, random_state=42)
)
x_train, x_test, y_train, y_test = train_test_split(points, labels, test_size=0.2, random_state=42)

names = [tr(es="0, fuera", en="0, outside"), tr(es="1, dentro", en="1, inside")]
_, ax = plt.subplots(figsize=(3.4, 3.4))
some = slice(0, 200)  # es: suficiente para el ojo  # en: enough for the eye
for name, hue, marker, ring in zip(names, ("blue", "ember"), "os", (0, 1), strict=True):
    chosen = points[some][labels[some] == ring].T
    ax.scatter(*chosen, s=9, marker=marker, color=color(hue), label=name, rasterized=True)
ax.set(xlabel="$x_1$", ylabel="$x_2$", aspect="equal")
localize_ticks(ax)
_ = ax.legend(loc="center")

# %% tags=["hidden"]
assert (len(x_train), len(x_test)) == (800, 200)
assert int((labels == 0).sum()) == int((labels == 1).sum()) == 500
radii = points.norm(dim=1)
assert abs(radii[labels == 0].mean() - 1) < 0.01
assert abs(radii[labels == 1].mean() - 0.8) < 0.01

# %% [markdown] lang="es"
# ## Lo mejor que puede una recta
#
# Un modelo lineal parte el plano con una recta y llama «dentro» a un lado. Antes de entrenar, apuesta: ¿qué
# exactitud alcanza la **mejor** recta posible? Parece que la mitad, y es un poco más. Una recta tangente al
# anillo interior deja todo ese anillo de un lado y del otro corta un arco del exterior. El arco ocupa una
# fracción $\arccos(0{,}8)/\pi$ de su círculo, y como cada anillo es la mitad de los puntos,
#
# $$\text{exactitud} = \frac{1}{2} + \frac{1}{2}\,\frac{\arccos 0{,}8}{\pi}.$$
#
# Buscamos esa recta por fuerza bruta, en una cuadrícula fina de ángulos y de distancias al centro, y la
# comparamos con la que encuentra el entrenamiento.

# %% [markdown] lang="en"
# ## The best a line can do
#
# A linear model parts the plane with a line and calls one side “inside”. Before training, place a bet: what
# accuracy does the **best** possible line reach? Half, it seems, and it is slightly more. A line tangent to
# the inner ring leaves all of that ring on one side and cuts off an arc of the outer one on the other. The
# arc is a fraction $\arccos(0.8)/\pi$ of its circle, and since each ring is half of the points,
#
# $$\text{accuracy} = \frac{1}{2} + \frac{1}{2}\,\frac{\arccos 0.8}{\pi}.$$
#
# We look for that line by brute force, on a fine grid of angles and of distances from the centre, and compare
# it with the one that training finds.

# %%
ceiling = 0.5 + 0.5 * acos(0.8) / pi

angles = torch.arange(360) * pi / 180
across = x_train @ torch.stack([angles.cos(), angles.sin()])  # point angle
cuts = torch.linspace(-1.1, 1.1, 221)
right = ((across.unsqueeze(-1) < cuts) == y_train.bool()[:, None, None]).sum(dim=0)  # angle cut
best_angle, best_cut = divmod(int(right.argmax()), len(cuts))
best_line = nn.Linear(2, 1)
with torch.no_grad():
    best_line.weight.copy_(-torch.stack([angles[best_angle].cos(), angles[best_angle].sin()]))
    best_line.bias.fill_(cuts[best_cut])
print(f"{ceiling:.1%}   {Proportion(int(right.max()), len(x_train))} = {int(right.max()) / len(x_train):.1%}")


# %%
# es: logit mayor que cero ⇔ probabilidad mayor que 1/2 ⇔ clase 1
# en: logit above zero ⇔ probability above 1/2 ⇔ class 1
def classify(model: nn.Module, x: torch.Tensor) -> torch.Tensor:
    return (model(x).squeeze(-1) > 0).float()


def score(model: nn.Module, x: torch.Tensor, y: torch.Tensor) -> Proportion:
    return Proportion.of(classify(model, x) == y)


# es: descenso por gradiente con todos los datos de entrenamiento en cada paso, como en el capítulo
# en: gradient descent with all the training data in every step, as in the chapter
def fit(model: nn.Module, epochs: int = 600) -> float:
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(epochs):
        loss = binary_cross_entropy_with_logits(model(x_train).squeeze(-1), y_train)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


# %%
def one_layer() -> nn.Module:
    return nn.Linear(2, 1)


def three_layers() -> nn.Module:
    return nn.Sequential(nn.Linear(2, 10), nn.Linear(10, 10), nn.Linear(10, 1))


linear = {}
for build in (one_layer, three_layers):
    for seed in range(3):
        torch.manual_seed(seed)
        model = build()
        loss = fit(model)
        linear[build.__name__, seed] = model, loss, score(model, x_test, y_test)
        print(f"{build.__name__:<13} {seed}   {loss:.4f}   {linear[build.__name__, seed][2]}")

# %%
# alt es: La recta entrenada pasa por el centro y parte ambos anillos; la mejor, de trazos, toca el interior.
# alt en: The trained line runs through the centre and halves both rings; the best, dashed, touches the inner.
trained = linear["one_layer", 0][0]


# es: dónde responde cada clase el modelo, bajo un tercio de los puntos de prueba
# en: where the model answers each class, under a third of the test points
def draw(model: nn.Module, title: str = "", ax=None):
    ax = ax or plt.subplots(figsize=(3.8, 4.0))[1]
    decision_surface(
        lambda places: classify(model, torch.from_numpy(places)),
        x_test[::3],
        y_test[::3],
        names=names,
        xlabel="$x_1$",
        ylabel="$x_2$",
        title=title,
        ax=ax,
    )
    ax.set_aspect("equal")
    return ax


ax = draw(trained)
foot, along = cuts[best_cut] * best_line.weight[0] * -1, best_line.weight[0].flip(0) * torch.tensor([-1, 1])
ends = torch.stack([foot - 0.68 * along, foot + 0.68 * along]).detach()
_ = ax.plot(*ends.T, "--", color=color("ink"))

# %% tags=["hidden"]
line_scores = [entry[2] for entry in linear.values()]
line_losses = [entry[1] for entry in linear.values()]
trained_line, best_on_train = line_scores[0], Proportion(int(right.max()), len(x_train))
best_on_test = score(best_line, x_test, y_test)
assert all(score.low < 0.5 < score.high for score in line_scores)
assert max(line_losses) < log(2) < min(line_losses) + 5e-4
assert max(p.value for p in line_scores) - min(p.value for p in line_scores) < 0.03
assert abs(best_on_train.value - ceiling) < 0.02
assert best_on_train.low > 0.55
assert score(best_line, x_train, y_train) == best_on_train

# %% [markdown] lang="es"
# La mejor recta acierta el `{python} best_on_train.value:.1%` de los datos de entrenamiento, cerca de lo que
# anunciaba la geometría (`{python} ceiling:.1%`). El entrenamiento no la elige. Los seis modelos, con una
# capa o con tres y desde semillas distintas, acaban casi en el mismo sitio. El primero acierta
# `{python} str(trained_line)` en la prueba, con un intervalo de `{python} trained_line.low:.0%` a
# `{python} trained_line.high:.0%` que contiene la mitad. Su pérdida es `{python} line_losses[0]:.4f`, cuando
# $\ln 2$ = `{python} log(2):.4f` es lo que paga quien responde «probabilidad un medio» a todo.
#
# No es mala suerte. La pérdida $L(\mathbf w, b)$ de un modelo lineal es convexa, y los anillos se ven igual
# desde el lado opuesto: cambiar $\mathbf x$ por $-\mathbf x$ deja los datos como estaban, salvo el ruido, así
# que $L(\mathbf w, b) = L(-\mathbf w, b)$. Entonces
#
# $$L(\mathbf 0, b) \le \tfrac{1}{2} L(\mathbf w, b) + \tfrac{1}{2} L(-\mathbf w, b) = L(\mathbf w, b):$$
#
# ningún vector de pesos mejora al vector cero, y con tantos puntos en una clase como en la otra el mejor
# sesgo es cero también. Entrenar persigue la pérdida, y la recta del `{python} ceiling:.0%` acierta más con
# una pérdida peor.
#
# Las tres capas no cambian nada porque una pila de capas lineales es una capa lineal:
# $W_3(W_2(W_1 \mathbf x)) = (W_3 W_2 W_1)\,\mathbf x$. El primer ejercicio te pide la capa equivalente.

# %% [markdown] lang="en"
# The best line gets `{python} best_on_train.value:.1%` of the training data right, close to what geometry
# announced (`{python} ceiling:.1%`). Training does not choose it. The six models, of one layer or three and
# from different seeds, end in nearly the same place. The first gets `{python} str(trained_line)` on the test,
# with an interval from `{python} trained_line.low:.0%` to `{python} trained_line.high:.0%` that holds one
# half. Its loss is `{python} line_losses[0]:.4f`, when $\ln 2$ = `{python} log(2):.4f` is what anyone pays
# who answers “probability one half” to everything.
#
# This is no bad luck. The loss $L(\mathbf w, b)$ of a linear model is convex, and the rings look the same
# from the opposite side: replacing $\mathbf x$ by $-\mathbf x$ leaves the data as it was, but for the noise,
# so $L(\mathbf w, b) = L(-\mathbf w, b)$. Then
#
# $$L(\mathbf 0, b) \le \tfrac{1}{2} L(\mathbf w, b) + \tfrac{1}{2} L(-\mathbf w, b) = L(\mathbf w, b):$$
#
# no vector of weights improves on the zero vector, and with as many points in one class as in the other the
# best bias is zero as well. Training pursues the loss, and the line of `{python} ceiling:.0%` is right more
# often at a worse loss.
#
# Three layers change nothing, since a stack of linear layers is a linear layer: $W_3(W_2(W_1 \mathbf x)) =
# (W_3 W_2 W_1)\,\mathbf x$. The first exercise asks you for the equivalent layer.

# %% tags=["hidden"]
unit = best_line.weight.detach().clone()
best_losses = []
for scale in (0.1, 0.3, 1.0, 3.0, 10.0):  # the same line, at any steepness
    logits = (scale * best_line(x_train)).squeeze(-1)
    best_losses.append(binary_cross_entropy_with_logits(logits, y_train).item())
assert min(best_losses) > max(line_losses)

# %% [markdown] lang="es"
# ## Un doblez por lado
#
# La función ReLU, $\max(0, z)$, dobla el plano a lo largo de una recta: de un lado vale cero y del otro
# crece. Con $n$ dobleces se dibuja un polígono. Elige $n$ direcciones $\mathbf n_k$ repartidas en círculo y
# suma lo que cada punto sobresale de la distancia $c$ en cada dirección:
#
# $$s(\mathbf x) = \varepsilon - \sum_{k=1}^{n} \max(0,\; \mathbf n_k \cdot \mathbf x - c).$$
#
# Dentro del polígono de apotema $c$ nada sobresale, y $s$ vale $\varepsilon > 0$; fuera, $s$ es negativo. Es
# una red con una capa oculta de $n$ unidades cuyos pesos dicta la geometría. ¿Cuántos lados bastan? El
# polígono debe rodear el círculo de radio 0,8 sin que sus vértices, a distancia $c/\cos(\pi/n)$, salgan del
# de radio 1. Hay lugar si $\cos(\pi/n) > 0{,}8$. Haz la cuenta antes de mirar: ¿a partir de qué $n$?

# %% [markdown] lang="en"
# ## One fold for each side
#
# The function ReLU, $\max(0, z)$, folds the plane along a line: it is zero on one side and grows on the
# other. With $n$ folds one draws a polygon. Choose $n$ directions $\mathbf n_k$ spread around a circle and
# add up how far a point sticks out beyond the distance $c$ in each of them:
#
# $$s(\mathbf x) = \varepsilon - \sum_{k=1}^{n} \max(0,\; \mathbf n_k \cdot \mathbf x - c).$$
#
# Inside the polygon of apothem $c$ nothing sticks out, and $s$ is $\varepsilon > 0$; outside, $s$ is
# negative. This is a network with one hidden layer of $n$ units whose weights geometry dictates. How many
# sides are enough? The polygon must surround the circle of radius 0.8 while its corners, at distance
# $c/\cos(\pi/n)$, stay inside that of radius 1. There is room if $\cos(\pi/n) > 0.8$. Work it out before you
# look: from which $n$ on?


# %%
def polygon(sides: int) -> nn.Sequential:
    turns = 2 * pi * torch.arange(sides) / sides
    model = nn.Sequential(nn.Linear(2, sides), nn.ReLU(), nn.Linear(sides, 1))
    with torch.no_grad():
        model[0].weight.copy_(torch.stack([turns.cos(), turns.sin()], dim=1))
        # es: c a medio camino entre los dos límites
        # en: c half way between both limits
        model[0].bias.fill_(-(0.8 + cos(pi / sides)) / 2)
        model[2].weight.fill_(-1.0)
        model[2].bias.fill_(1e-6)
    return model


# %%
# alt es: Exactitud según los lados: con tres pasa poco de la mitad; desde siete acierta casi todo.
# alt en: Accuracy against sides: it rises from somewhat over half at three sides to nearly all from seven on.
SIDES = range(3, 13)
drawn = [score(polygon(sides), points, labels) for sides in SIDES]
_ = interval_plot(
    [f"n = {sides}" for sides in SIDES],
    [p.value for p in drawn],
    [p.low for p in drawn],
    [p.high for p in drawn],
    xlabel=tr(es="exactitud, intervalo del 95 %", en="accuracy, 95% interval"),
)

# %%
# alt es: Un decágono pasa limpio entre los dos anillos; un pentágono, de trazos, roza ambos.
# alt en: A decagon passes cleanly between the two rings; a pentagon, dashed, brushes both.
ax = draw(polygon(10), title=tr(es="n = 10; trazos: n = 5", en="n = 10; dashed: n = 5"))
corners = 2 * pi * (torch.arange(6) + 0.5) / 5
# es: del centro a una esquina
# en: from the centre to a corner
reach = (0.8 + cos(pi / 5)) / 2 / cos(pi / 5)
_ = ax.plot(reach * corners.cos(), reach * corners.sin(), "--", color=color("ink"), linewidth=1.4)

# %% tags=["hidden"]
by_sides = dict(zip(SIDES, drawn, strict=True))
assert cos(pi / 4) < 0.8 < cos(pi / 5)
assert by_sides[3].high < 0.8
assert by_sides[5].high < by_sides[7].low
assert by_sides[10].value > 0.995
# es: sin ruido, cinco lados separan y cuatro no
# en: without noise, five sides separate and four do not
clean, ring = (torch.from_numpy(array).float() for array in make_circles(2000, random_state=0))
assert score(polygon(5), clean, ring).value == 1
assert score(polygon(4), clean, ring).value < 1

# %% [markdown] lang="es"
# La cuenta da cinco, porque $\cos(\pi/4)$ = `{python} cos(pi / 4):.3f` y $\cos(\pi/5)$ =
# `{python} cos(pi / 5):.3f`. Sin ruido, el pentágono separa los anillos por completo; con ruido acierta
# `{python} str(by_sides[5])`, porque el pasillo que le queda es más angosto que el temblor de los puntos. Con
# diez lados, tantos como unidades tiene cada capa de la red del capítulo, acierta
# `{python} str(by_sides[10])`. Aquí los mil puntos sirven de prueba: ninguno intervino en los pesos.
#
# Guarda esta conclusión, porque vuelve al final: diez unidades ReLU **pueden** con este problema; una segunda
# capa oculta solo tendría que dejar pasar la suma. Si una red así acierta menos, lo que falta es
# entrenamiento.
#
# ## La receta del curso, fila por fila
#
# El modelo del capítulo tiene tres capas lineales con ReLU entre ellas, diez unidades por capa oculta y una
# salida, el **logit** $z$. La sigmoide lo vuelve probabilidad de la clase 1, y redondear es preguntar si pasa
# de un medio:
#
# $$p = \sigma(z) = \frac{1}{1 + e^{-z}}, \qquad p > \tfrac{1}{2} \iff z > 0.$$
#
# `BCEWithLogitsLoss` recibe el logit y aplica la sigmoide por dentro. Mil épocas de SGD con tasa 0,1, semilla
# 42. El capítulo imprime diez filas; van aquí como constantes, junto a las nuestras.

# %% [markdown] lang="en"
# The answer is five, since $\cos(\pi/4)$ = `{python} cos(pi / 4):.3f` and $\cos(\pi/5)$ =
# `{python} cos(pi / 5):.3f`. Without noise the pentagon separates the rings completely; with noise it gets
# `{python} str(by_sides[5])` right, since the corridor left to it is narrower than the tremor of the points.
# With ten sides, as many as each layer of the chapter's network has units, it gets
# `{python} str(by_sides[10])` right. Here all thousand points serve as a test: none of them had a say in the
# weights.
#
# Keep this conclusion, since it comes back at the end: ten ReLU units **can** solve this problem; a second
# hidden layer would only have to let the sum through. If such a network gets fewer right, what it lacks is
# training.
#
# ## The recipe of the course, row by row
#
# The model of the chapter has three linear layers with ReLU between them, ten units in each hidden layer and
# one output, the **logit** $z$. The sigmoid turns it into the probability of class 1, and rounding is to ask
# whether that exceeds one half:
#
# $$p = \sigma(z) = \frac{1}{1 + e^{-z}}, \qquad p > \tfrac{1}{2} \iff z > 0.$$
#
# `BCEWithLogitsLoss` takes the logit and applies the sigmoid inside. A thousand epochs of SGD at rate 0.1,
# seed 42. The chapter prints ten rows; here they stand as constants, beside our own.


# %%
def relu_network() -> nn.Sequential:
    return nn.Sequential(nn.Linear(2, 10), nn.ReLU(), nn.Linear(10, 10), nn.ReLU(), nn.Linear(10, 1))


torch.manual_seed(42)
model = relu_network()
loss_function = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
ours, snapshots = {}, {}
for epoch in range(1000):
    logits = model(x_train).squeeze(-1)
    loss = loss_function(logits, y_train)
    before = Proportion.of((torch.sigmoid(logits).round()) == y_train)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if epoch % 100 == 0 or epoch == 999:
        with torch.inference_mode():
            test_loss = loss_function(model(x_test).squeeze(-1), y_test)
        ours[epoch] = loss.item(), before, test_loss.item(), score(model, x_test, y_test)
        snapshots[epoch] = deepcopy(model)

# %%
# es: learnpytorch.io, capítulo 02: época → (pérdida, exactitud; pérdida y exactitud de prueba)
# en: learnpytorch.io, chapter 02: epoch → (loss, accuracy; test loss and accuracy)
COURSE = {
    0: (0.69295, 0.5000, 0.69319, 0.500),
    100: (0.69115, 0.5288, 0.69102, 0.525),
    200: (0.68977, 0.5337, 0.68940, 0.550),
    300: (0.68795, 0.5300, 0.68723, 0.560),
    400: (0.68517, 0.5275, 0.68411, 0.565),
    500: (0.68102, 0.5275, 0.67941, 0.565),
    600: (0.67515, 0.5450, 0.67285, 0.560),
    700: (0.66659, 0.5838, 0.66322, 0.590),
    800: (0.65160, 0.6400, 0.64757, 0.675),
    900: (0.62362, 0.7400, 0.62145, 0.790),
}
for epoch, (_, _, printed_loss, printed) in COURSE.items():
    found_loss, found = ours[epoch][2:]
    print(f"{epoch:>3}   {printed_loss:.5f} {found_loss:.5f}   {printed:.1%} {found} = {found.value:.1%}")
loss_gap = max(abs(COURSE[e][k] - ours[e][k]) for e in COURSE for k in (0, 2))
count_gap = max(abs(round(200 * COURSE[e][3]) - ours[e][3].right) for e in COURSE)
print(f"max |Δ| = {loss_gap:.0e}, {count_gap}")

# %% tags=["hidden"]
at_900, at_end = ours[900][3], ours[999][3]
assert loss_gap < 1e-3
assert count_gap <= 4
assert 150 <= at_900.right <= 166
assert at_end.right > at_900.right + 5
train_900 = ours[900][1]
assert train_900.low < at_900.high
assert at_900.low < train_900.high
assert at_900.high - at_900.low > 0.1

# %% [markdown] lang="es"
# Cada fila da la época, la pérdida de prueba y la exactitud de prueba, primero lo impreso en el curso y
# después lo nuestro. Las veinte pérdidas difieren a lo más en `{python} 1e6 * loss_gap:.0f` millonésimas y
# los conteos en `{python} count_gap`. En la época 900 el curso imprime `{python} COURSE[900][3]:.1%`, que de
# 200 puntos son `{python} round(200 * COURSE[900][3])`, y nosotros contamos `{python} str(at_900)`. El número
# se reproduce.
#
# ## Qué dice, y qué no, ese porcentaje
#
# **Es una foto, no el final.** El bucle da mil pasadas e imprime una de cada cien, de modo que la última fila
# es la 900 y quedan 99 pasadas sin imprimir. El modelo que sale del bucle, el mismo que el capítulo dibuja
# después, acierta aquí `{python} str(at_end)`, o sea `{python} at_end.value:.1%`.
#
# **Es una muestra.** Con `{python} str(at_900)`, el intervalo de Wilson va de `{python} at_900.low:.1%` a
# `{python} at_900.high:.1%`. Por eso no hay contradicción en que la prueba supere al entrenamiento en la
# misma fila, `{python} train_900.value:.1%`: los intervalos se cubren.
#
# **No es el techo de la red.** Diez unidades bastan para casi todos los puntos, y lo vimos con pesos escritos
# a mano. Mira la frontera al final y, de trazos, la de la época 900.

# %% [markdown] lang="en"
# Each row gives the epoch, the test loss and the test accuracy, first as printed in the course and then ours.
# The twenty losses differ by at most `{python} 1e6 * loss_gap:.0f` millionths and the counts by
# `{python} count_gap`. At epoch 900 the course prints `{python} COURSE[900][3]:.1%`, which out of 200 points
# is `{python} round(200 * COURSE[900][3])`, and we count `{python} str(at_900)`. The number is reproduced.
#
# ## What that percentage says, and what it does not
#
# **It is a snapshot, not the end.** The loop makes a thousand passes and prints one in a hundred, so that the
# last row is number 900 and 99 passes are not printed. The model that leaves the loop, the same that the
# chapter draws afterwards, gets `{python} str(at_end)` right here, that is `{python} at_end.value:.1%`.
#
# **It is a sample.** With `{python} str(at_900)`, the Wilson interval goes from `{python} at_900.low:.1%` to
# `{python} at_900.high:.1%`. So there is no contradiction in the test exceeding the training accuracy of the
# same row, `{python} train_900.value:.1%`: the intervals overlap.
#
# **It is not the network's ceiling.** Ten units suffice for nearly every point, as we saw with weights
# written by hand. Look at the boundary at the end and, dashed, that of epoch 900.

# %%
# alt es: Dos fronteras: la de la época 900, de trazos, se aparta de los anillos más que la de la 999.
# alt en: Two boundaries: that of epoch 900, dashed, strays from the rings further than that of epoch 999.
ax = draw(snapshots[999], title=tr(es="época 999; trazos: 900", en="epoch 999; dashed: 900"))
axis = torch.linspace(-1.1, 1.1, 80)
grid = torch.cartesian_prod(axis, axis)
with torch.inference_mode():
    height = snapshots[900](grid).reshape(80, 80).T
_ = ax.contour(axis, axis, height, levels=[0], colors=color("ink"), linestyles="--", linewidths=1.4)

# %% [markdown] lang="es"
# ## ¿Te dio otro número?
#
# Todo lo anterior salió de la semilla 42. La semilla fija solo el comienzo: los datos y la receta no cambian.
# ¿Cuánto puede mover el comienzo el conteo de la época 900? Apuesta un número de puntos.
#
# Entrenamos doce redes a la vez. `stack_module_state` apila sus parámetros y `vmap` aplica la misma red a
# cada capa de la pila; como la pérdida es una suma sobre las redes, cada una recibe su propio gradiente.

# %% [markdown] lang="en"
# ## Did you get a different number?
#
# All of the above came from seed 42. The seed fixes the start alone: data and recipe stay the same. How far
# can the start move the count at epoch 900? Bet a number of points.
#
# We train twelve networks at once. `stack_module_state` stacks their parameters and `vmap` applies the same
# network to each layer of the stack; since the loss is a sum over networks, each one gets its own gradient.

# %%
networks = []
for seed in range(12):
    torch.manual_seed(seed)
    networks.append(relu_network())
parameters, _ = stack_module_state(networks)
forward = vmap(lambda weights, x: functional_call(networks[0], weights, x).squeeze(-1), in_dims=(0, None))

optimizer = torch.optim.SGD(parameters.values(), lr=0.1)
targets = y_train.expand(len(networks), -1)
many = {}
for epoch in range(1501):
    loss = binary_cross_entropy_with_logits(forward(parameters, x_train), targets) * len(networks)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if epoch % 50 == 0:
        with torch.inference_mode():
            many[epoch] = ((forward(parameters, x_test) > 0) == y_test.bool()).sum(dim=1)
for epoch in (300, 600, 900, 1200, 1500):
    print(f"{epoch:>4}  ", *sorted(many[epoch].tolist()))

# %%
# alt es: La banda entre doce semillas se ensancha con las épocas; la mediana termina arriba.
# alt en: The band over twelve seeds widens with the epochs; the median ends near the top.
over_seeds = torch.stack(list(many.values())) / 200  # epoch seed
median_name = tr(es="mediana de 12 semillas, y todas", en="median of 12 seeds, and all of them")
lowest, highest = over_seeds.min(dim=1).values, over_seeds.max(dim=1).values
ax = curves(
    list(many),
    {median_name: over_seeds.median(dim=1).values},
    bands={median_name: (lowest, highest)},
    xlabel=tr(es="época", en="epoch"),
    ylabel=tr(es="exactitud de prueba", en="test accuracy"),
)
course_points = {"color": color("gold"), "label": tr(es="curso, semilla 42", en="course, seed 42")}
ax.plot(list(COURSE), [row[3] for row in COURSE.values()], "o", **course_points)
ax.axhline(0.5, color=color("faint"), linestyle=":")
_ = ax.legend(loc="upper left")

# %% tags=["hidden"]
few, most = int(many[900].min()), int(many[900].max())
assert few < 130 < 165 < most
assert many[900].float().std() > 20
done_900, done_1500 = (int((many[epoch] >= 190).sum()) for epoch in (900, 1500))
assert done_900 <= 5
assert done_1500 >= 6
assert int(many[900].sum()) < int(many[1500].sum())

# %% [markdown] lang="es"
# En la época 900, con los mismos datos y la misma receta, los aciertos van de `{python} few` a
# `{python} most` de 200. El intervalo de Wilson, que solo conoce el azar de la **muestra**, mide
# `{python} 100 * (at_900.high - at_900.low):.0f` puntos porcentuales de ancho; el azar de la **semilla**
# abarca `{python} 100 * (most - few) / 200:.0f`. En [Evaluación honesta](honest_evaluation.md) mandaba la
# muestra; aquí manda la semilla, porque a mitad de la subida cada red va por un lugar distinto de la misma
# curva. La red del curso cae dentro de la banda, sin nada de particular.
#
# Con 600 épocas más, `{python} done_1500` de las doce redes aciertan al menos 190 puntos; en la 900 eran
# `{python} done_900`. Si tu cuaderno imprime cualquier valor de la banda, tu código puede estar bien. Y si
# vas a comparar dos ideas en un problema así, espera a que la curva se aplane o compara muchas semillas.

# %% [markdown] lang="en"
# At epoch 900, with the same data and the same recipe, the right answers go from `{python} few` to
# `{python} most` out of 200. The Wilson interval, which knows only the luck of the **sample**, is
# `{python} 100 * (at_900.high - at_900.low):.0f` percentage points wide; the luck of the **seed** spans
# `{python} 100 * (most - few) / 200:.0f`. In [Honest evaluation](honest_evaluation.md) the sample ruled; here
# the seed rules, since half way up the climb each network is at a different place of the same curve. The
# network of the course lies inside the band, with nothing special about it.
#
# With 600 more epochs, `{python} done_1500` of the twelve networks get at least 190 points right; at epoch
# 900 the number was `{python} done_900`. If your notebook prints any value of the band, your code may well be
# right. And if you are to compare two ideas on such a problem, wait until the curve flattens or compare many
# seeds.

# %% [markdown] lang="es"
# ## Para llevarte
#
# * Una pila de capas lineales es una capa lineal; la no linealidad es lo que hace útil la profundidad.
# * Acierto y pérdida son cosas distintas: la recta que más acierta no es la de menor pérdida.
# * Cada ReLU es un doblez. Contar dobleces dice qué puede una red; entrenar dice qué encuentra.
# * Con una salida: logit, sigmoide, umbral en un medio, que es preguntar por el signo del logit.
# * Un porcentaje publicado es un conteo, en una época, de una semilla. Los tres se pueden pedir.
#
# Con más de dos clases la salida es un vector: sigue [Manchas, lunas y espirales](multiclass_blobs.md). Otra
# vista de la misma idea, con los números de una red pequeña a la vista, está en [Anatomía de una
# red](../concepts/network_anatomy.md).

# %% [markdown] lang="en"
# ## What to keep
#
# * A stack of linear layers is a linear layer; nonlinearity is what makes depth useful.
# * Accuracy and loss are different things: the line that is right most often is not the one of least loss.
# * Each ReLU is a fold. Counting folds says what a network can do; training says what it finds.
# * With one output: logit, sigmoid, threshold at one half, which asks for the sign of the logit.
# * A published percentage is a count, at an epoch, of a seed. You may ask for all three.
#
# With more than two classes the output is a vector: go on to [Blobs, moons and
# spirals](multiclass_blobs.md). Another view of the same idea, with the numbers of a small network in sight,
# is in [Anatomy of a network](../concepts/network_anatomy.md).

# %% [markdown] lang="es" tags=["quiz"]
# Quitas las dos ReLU de la red del capítulo y la entrenas diez veces más tiempo. ¿Qué exactitud esperas en
# los anillos?
#
# - [x] Cerca de la mitad: sin las ReLU la red es una sola capa lineal, y su mejor pérdida es la de responder
#   un medio a todo.
# - [ ] Más del 90 %, porque tiene 151 parámetros: los parámetros sobran, pero su producto es una matriz de
#   $1 \times 2$ y una recta no rodea un anillo.
# - [ ] El 60 % de la mejor recta: esa recta existe, y el entrenamiento no la busca porque su pérdida es peor.

# %% [markdown] lang="en" tags=["quiz"]
# You remove both ReLUs from the chapter's network and train it ten times as long. What accuracy do you expect
# on the rings?
#
# - [x] About one half: without the ReLUs the network is a single linear layer, and its best loss is that of
#   answering one half to everything.
# - [ ] Over 90%, since it has 151 parameters: there are parameters to spare, but their product is a
#   $1 \times 2$ matrix, and a line does not surround a ring.
# - [ ] The 60% of the best line: that line exists, and training does not look for it, since its loss is
#   worse.

# %% tags=["hidden"]
assert sum(p.numel() for p in relu_network().parameters()) == 151

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: la capa que equivale a todas
#
# Escribe `collapse(layers)`, que recibe un `nn.Sequential` de capas `nn.Linear` y devuelve **una**
# `nn.Linear` con la misma función. Cuida los sesgos: el de la primera capa atraviesa las siguientes.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: the layer that equals them all
#
# Write `collapse(layers)`, which takes an `nn.Sequential` of `nn.Linear` layers and returns **one**
# `nn.Linear` with the same function. Mind the biases: that of the first layer passes through those that
# follow.


# %% tags=["solution"]
def collapse(layers: nn.Sequential) -> nn.Linear:
    weight, bias = layers[0].weight.detach(), layers[0].bias.detach()
    for layer in layers[1:]:
        weight, bias = layer.weight.detach() @ weight, layer.weight.detach() @ bias + layer.bias.detach()
    single = nn.Linear(weight.shape[1], weight.shape[0], dtype=weight.dtype)
    with torch.no_grad():
        single.weight.copy_(weight)
        single.bias.copy_(bias)
    return single


# %% tags=["check"]
for sizes in ((2, 10, 10, 1), (3, 1, 4), (5, 7, 7, 7, 2)):
    chain = nn.Sequential(*(nn.Linear(*pair) for pair in pairwise(sizes))).double()
    single = collapse(chain)
    assert isinstance(single, nn.Linear), type(single)
    sample = torch.randn(50, sizes[0], dtype=torch.float64)
    assert torch.allclose(single(sample), chain(sample), atol=1e-10), sizes
print(tr(es="Bien.", en="Good."))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: ¿cuántos dobleces?
#
# Escribe `sides_needed(inner, outer)`: el menor número de lados, tres o más, de un polígono regular que rodea
# el círculo de radio `inner` y cabe dentro del de radio `outer`. ¿Qué le pasa cuando los radios se acercan?

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: how many folds?
#
# Write `sides_needed(inner, outer)`: the least number of sides, three or more, of a regular polygon that
# surrounds the circle of radius `inner` and fits inside that of radius `outer`. What happens to it as the
# radii come close?


# %% tags=["solution"]
def sides_needed(inner: float, outer: float) -> int:
    sides = 3
    while outer * cos(pi / sides) <= inner:
        sides += 1
    return sides


# %% tags=["check"]
assert sides_needed(0.8, 1.0) == 5
assert sides_needed(0.4, 1.0) == 3
assert sides_needed(0.6, 1.0) == sides_needed(6.0, 10.0) == 4
for gap in (0.1, 0.01, 0.001):
    sides = sides_needed(1 - gap, 1.0)
    assert cos(pi / (sides - 1)) <= 1 - gap < cos(pi / sides)
    print(f"{gap:<6} {sides:>3}   π/√(2·{gap}) = {pi / (2 * gap) ** 0.5:.1f}")

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: doblar los datos en vez del modelo
#
# Escribe `with_square(x)`, que recibe puntos `(n, 2)` y devuelve `(n, 3)`: las dos coordenadas y
# $x_1^2 + x_2^2$. Con esa tercera característica, **una** capa lineal separa los anillos: la no linealidad
# pasó del modelo a los datos.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: folding the data instead of the model
#
# Write `with_square(x)`, which takes points `(n, 2)` and returns `(n, 3)`: both coordinates and
# $x_1^2 + x_2^2$. With that third feature, **one** linear layer separates the rings: the nonlinearity has
# moved from the model to the data.


# %% tags=["solution"]
def with_square(x: torch.Tensor) -> torch.Tensor:
    return torch.cat([x, (x**2).sum(dim=1, keepdim=True)], dim=1)


# %% tags=["check"]
assert torch.allclose(with_square(torch.tensor([[3.0, 4.0]])), torch.tensor([[3.0, 4.0, 25.0]]))
torch.manual_seed(0)
lifted = nn.Linear(3, 1)
optimizer = torch.optim.Adam(lifted.parameters(), lr=0.1)
for _ in range(500):
    loss = binary_cross_entropy_with_logits(lifted(with_square(x_train)).squeeze(-1), y_train)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
lifted_score = score(lifted, with_square(x_test), y_test)
assert lifted_score.right >= 190, lifted_score
print(lifted_score)
