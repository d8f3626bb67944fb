"""
title:
  es: Manchas, lunas y espirales
  en: Blobs, moons and spirals
summary:
  es: De los logits a las probabilidades y a las clases, y qué vale un 99,5 % cuando se conoce el techo.
  en: From logits to probabilities to classes, and what 99.5% is worth when the ceiling is known.
tags: [classification, softmax, cross-entropy, decision boundary, reproducibility]
objectives:
  es:
    - Convertir logits en probabilidades y probabilidades en clases, con dos clases o con muchas.
    - Calcular la entropía cruzada desde los logits y explicar por qué no se le entrega una softmax.
    - Comparar un modelo con el mejor clasificador posible cuando los datos son generados.
    - Decir de antemano si un problema pide capas no lineales.
  en:
    - Turn logits into probabilities and probabilities into classes, with two classes or many.
    - Compute cross-entropy from logits and explain why it is not given a softmax.
    - Compare a model with the best possible classifier where the data is generated.
    - Say beforehand whether a problem asks for nonlinear layers.
prerequisites:
  es:
    - El bucle de entrenamiento y la clasificación con una salida.
    - El intervalo de Wilson y la comparación pareada.
  en:
    - The training loop and classification with one output.
    - The Wilson interval and the paired comparison.
timeout_seconds: 180
"""
# %% [markdown] lang="es"
# Con dos clases bastaba una salida. Con cuatro hacen falta cuatro, una por clase, y una regla para pasar de
# cuatro números cualesquiera a probabilidades. Al terminar sabrás hacer ese camino en ambos sentidos, medirás
# lo que cuesta un error fácil de cometer y podrás decir si un modelo que acierta el 99,5 % aún tiene algo que
# mejorar.
#
# La lección supone [Dos círculos y el doblez que hace falta](nonlinearity_circles.md). Acompaña la segunda
# mitad de la sección *PyTorch Neural Network Classification* del curso [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) de Andrei Neagoie y Daniel Bourke, y el
# [capítulo 02](https://www.learnpytorch.io/02_pytorch_classification/) de su libro abierto.

# %% [markdown] lang="en"
# With two classes one output was enough. With four it takes four, one for each class, and a rule that turns
# any four numbers into probabilities. By the end you will be able to go that way in both directions, you will
# have measured the cost of an easily made mistake, and you will be able to say whether a model that gets
# 99.5% right has anything left to improve.
#
# The lesson presumes [Two circles and the fold they ask for](nonlinearity_circles.md). It goes with the
# second half of the section *PyTorch Neural Network Classification* of the course [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) by Andrei Neagoie and Daniel Bourke, and
# with [chapter 02](https://www.learnpytorch.io/02_pytorch_classification/) of their open book.

# %%
from itertools import pairwise
from math import e, log, pi

import matplotlib.pyplot as plt
import torch
from sklearn.datasets import make_blobs, make_moons
from sklearn.model_selection import train_test_split
from torch import nn
from torch.nn.functional import cross_entropy, one_hot

from tutorials_lib import tr
from tutorials_lib.metrics import Proportion, paired_comparison
from tutorials_lib.plots import color, curves, decision_surface, localize_ticks

# %% [markdown] lang="es"
# ## Cuatro manchas
#
# `make_blobs` elige cuatro centros al azar y reparte mil puntos a su alrededor, con la misma desviación
# estándar, 1,5, en las dos direcciones. Datos, semillas y reparto son los del capítulo: 800 puntos para
# entrenar, 200 para la prueba. Mira el dibujo y apuesta: ¿hace falta alguna ReLU?

# %% [markdown] lang="en"
# ## Four blobs
#
# `make_blobs` picks four centres at random and scatters a thousand points around them, with the same standard
# deviation, 1.5, in both directions. Data, seeds and split are those of the chapter: 800 points to train, 200
# to test. Look at the drawing and bet: is any ReLU needed?

# %%
# alt es: Cuatro manchas de puntos; dos de ellas, arriba a la izquierda, casi se tocan.
# alt en: Four blobs of points; two of them, at the top left, almost touch.
SPREAD = 1.5
array, classes, centers = make_blobs(
    n_samples=1000, n_features=2, centers=4, cluster_std=SPREAD, random_state=42, return_centers=True
)
points, labels = torch.from_numpy(array).float(), torch.from_numpy(classes)
centers = torch.from_numpy(centers).float()
x_train, x_test, y_train, y_test = train_test_split(points, labels, test_size=0.2, random_state=42)

names = ["0", "1", "2", "3"]
_, ax = plt.subplots(figsize=(3.6, 3.1))
for name, hue, marker in zip(names, ("blue", "ember", "green", "purple"), "os^D", strict=True):
    # es: la mitad: suficiente para el ojo
    # en: half of them: enough for the eye
    chosen = x_test[y_test == int(name)][::2].T
    ax.scatter(*chosen, s=12, marker=marker, color=color(hue), label=name, rasterized=True)
ax.set(xlabel="$x_1$", ylabel="$x_2$")
localize_ticks(ax)
_ = ax.legend()

# %% tags=["hidden"]
gaps = torch.pdist(centers)
assert (len(x_train), len(x_test)) == (800, 200)
assert gaps.min() == (centers[0] - centers[3]).norm()
assert centers[[0, 3], 1].min() > centers[[1, 2], 1].max()

# %% [markdown] lang="es"
# ## De cuatro números a una clase
#
# La última capa entrega un **logit** $z_k$ por clase: números reales sin escala ni suma fija. La función
# softmax los vuelve probabilidades,
#
# $$p_k = \frac{e^{z_k}}{\sum_j e^{z_j}},$$
#
# positivas y de suma uno. La clase que se anuncia es la de mayor probabilidad. Antes de ejecutar: si a los
# cuatro logits se les suma 100, ¿qué cambia?

# %% [markdown] lang="en"
# ## From four numbers to a class
#
# The last layer delivers one **logit** $z_k$ per class: real numbers with no fixed scale or sum. The function
# softmax turns them into probabilities,
#
# $$p_k = \frac{e^{z_k}}{\sum_j e^{z_j}},$$
#
# positive and summing to one. The class announced is that of largest probability. Before you run it: if 100
# is added to all four logits, what changes?

# %%
logits = torch.tensor([[2.0, 1.0, -1.0, 0.0], [0.2, 0.1, 0.0, 0.3]])
probabilities = logits.softmax(dim=1)
print(probabilities.round(decimals=3))
print(probabilities.sum(dim=1), probabilities.argmax(dim=1))
print((logits + 100).softmax(dim=1).round(decimals=3))

# %% tags=["hidden"]
assert torch.allclose(logits.softmax(dim=1), (logits + 100).softmax(dim=1), atol=1e-5)
assert torch.equal(logits.argmax(dim=1), probabilities.argmax(dim=1))

# %% [markdown] lang="es"
# Nada. El factor $e^{100}$ aparece arriba y abajo y se cancela: la softmax solo mira diferencias entre
# logits. Y como la exponencial crece, el mayor logit es también la mayor probabilidad. Para anunciar una
# clase basta `argmax` sobre los logits; las probabilidades hacen falta cuando importa lo segura que es la
# respuesta.
#
# ## La pérdida recibe logits
#
# La entropía cruzada de un ejemplo de clase $y$ es la sorpresa de la verdad, $-\ln p_y$. Escrita con logits,
#
# $$L = -\ln p_y = -z_y + \ln \sum_j e^{z_j}, \qquad \frac{\partial L}{\partial z_k} = p_k - [k = y].$$
#
# El gradiente es la probabilidad menos la verdad: nulo solo si la respuesta es segura y correcta. En PyTorch
# `nn.CrossEntropyLoss` toma **logits** y clases enteras, y aplica la softmax por dentro. Por dentro, porque
# la cuenta directa no aguanta logits grandes.

# %% [markdown] lang="en"
# Nothing. The factor $e^{100}$ appears above and below and cancels: softmax looks at differences between
# logits alone. And since the exponential grows, the largest logit is also the largest probability. To
# announce a class, `argmax` over the logits is enough; the probabilities are needed where it matters how sure
# the answer is.
#
# ## The loss takes logits
#
# The cross-entropy of an example of class $y$ is the surprise of the truth, $-\ln p_y$. Written in logits,
#
# $$L = -\ln p_y = -z_y + \ln \sum_j e^{z_j}, \qquad \frac{\partial L}{\partial z_k} = p_k - [k = y].$$
#
# The gradient is the probability minus the truth: it vanishes only if the answer is sure and right. In
# PyTorch `nn.CrossEntropyLoss` takes **logits** and integer classes, and applies softmax inside. Inside,
# since the direct computation fails on large logits.

# %%
z = torch.randn(6, 4, dtype=torch.float64, requires_grad=True)
truth = torch.tensor([0, 1, 2, 3, 0, 1])
by_formula = (-z[torch.arange(6), truth] + z.exp().sum(dim=1).log()).mean()
loss = cross_entropy(z, truth)
(gradient,) = torch.autograd.grad(loss, z)
print(f"{by_formula:.6f} {loss:.6f}")
print(torch.allclose(gradient, (z.softmax(dim=1) - one_hot(truth, 4)) / 6))

large = torch.tensor([[1000.0, 0.0, 0.0, 0.0]])
print((large.exp() / large.exp().sum()).log()[0, 0], cross_entropy(large, torch.tensor([0])))

# %% tags=["hidden"]
assert torch.allclose(by_formula, loss)
assert torch.allclose(gradient, (z.softmax(dim=1) - one_hot(truth, 4)) / 6)
assert (large.exp() / large.exp().sum()).isnan().any()
assert cross_entropy(large, torch.tensor([0])) == 0

# %% [markdown] lang="es"
# La fórmula y PyTorch coinciden, gradiente incluido (el seis viene del promedio). Con un logit de mil la
# cuenta directa da `nan`, infinito entre infinito, y la función de PyTorch responde cero: resta el mayor
# logit antes de exponenciar, lo que no cambia el resultado, como acabas de ver.
#
# ## La receta del curso, fila por fila
#
# El modelo del capítulo son tres capas lineales con ocho unidades ocultas y **sin** ReLU. Cien épocas de SGD,
# tasa 0,1, semilla 42. Sus diez filas van como constantes junto a las nuestras.

# %% [markdown] lang="en"
# The formula and PyTorch agree, gradient included (the six comes from the mean). With a logit of one thousand
# the direct computation gives `nan`, infinity over infinity, and PyTorch's function answers zero: it
# subtracts the largest logit before exponentiating, which does not change the result, as you have just seen.
#
# ## The recipe of the course, row by row
#
# The model of the chapter is three linear layers with eight hidden units and **no** ReLU. A hundred epochs of
# SGD, rate 0.1, seed 42. Its ten rows stand as constants beside our own.


# %%
def linear_stack() -> nn.Sequential:
    return nn.Sequential(nn.Linear(2, 8), nn.Linear(8, 8), nn.Linear(8, 4))


def count(model: nn.Module, x: torch.Tensor, y: torch.Tensor) -> Proportion:
    with torch.inference_mode():
        return Proportion.of(model(x).argmax(dim=1) == y)


# es: `loss_of` recibe los logits y las clases; devuelve, por época, la pérdida de prueba y los aciertos
# en: `loss_of` takes logits and classes; returns, per epoch, the test loss and the right answers
def course_recipe(seed: int, loss_of=cross_entropy) -> tuple[nn.Module, list[tuple[float, Proportion]]]:
    torch.manual_seed(seed)
    model = linear_stack()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    history = []
    for _ in range(100):
        loss = loss_of(model(x_train), y_train)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with torch.inference_mode():
            test_logits = model(x_test)
            right = Proportion.of(test_logits.argmax(dim=1) == y_test)
            history.append((loss_of(test_logits, y_test).item(), right))
    return model, history


# %%
# es: learnpytorch.io, capítulo 02: época → (pérdida de prueba, exactitud de prueba)
# en: learnpytorch.io, chapter 02: epoch → (test loss, test accuracy)
COURSE = {
    0: (0.57861, 0.955),
    10: (0.13037, 0.990),
    20: (0.07216, 0.995),
    30: (0.05133, 0.995),
    40: (0.04098, 0.995),
    50: (0.03486, 0.995),
    60: (0.03083, 0.995),
    70: (0.02799, 0.995),
    80: (0.02587, 0.995),
    90: (0.02423, 0.995),
}
course_model, ours = course_recipe(seed=42)
for epoch, (printed_loss, printed) in COURSE.items():
    found_loss, found = ours[epoch]
    print(f"{epoch:>2}   {printed_loss:.5f} {found_loss:.5f}   {printed:.1%} {found} = {found.value:.1%}")
loss_gap = max(abs(COURSE[epoch][0] - ours[epoch][0]) for epoch in COURSE)
count_gap = max(abs(round(200 * COURSE[epoch][1]) - ours[epoch][1].right) for epoch in COURSE)
print(f"max |Δ| = {loss_gap:.0e}, {count_gap}")

# %% tags=["hidden"]
last = ours[-1][1]
assert loss_gap < 1e-3
assert count_gap <= 2
assert 197 <= last.right < 200
assert last.low > 0.95

# %% [markdown] lang="es"
# Las diez pérdidas de prueba difieren a lo más en `{python} 1e6 * loss_gap:.0f` millonésimas y los conteos en
# `{python} count_gap`. El `{python} COURSE[90][1]:.1%` del curso son `{python} round(200 * COURSE[90][1])`
# puntos de 200, y nosotros contamos `{python} str(ours[90][1])` en esa época y `{python} str(last)` en la
# última. El intervalo de Wilson va de `{python} last.low:.1%` a `{python} last.high:.1%`.
#
# ## El techo
#
# ¿Podría otro modelo llegar al 100 %? Como los datos son generados, se puede responder. Con manchas
# gaussianas de igual tamaño y clases igual de frecuentes, nadie acierta más en promedio que quien conoce los
# centros y responde el más cercano. Su ventaja de una clase sobre otra,
#
# $$\ln \frac{P(i \mid \mathbf x)}{P(j \mid \mathbf x)} = \frac{(\mathbf c_i - \mathbf c_j) \cdot \mathbf x}
# {\sigma^2} + \text{constante},$$
#
# es **lineal** en $\mathbf x$: el clasificador óptimo es una sola capa lineal seguida de una softmax. Por eso
# el modelo del capítulo no necesita ReLU, y tampoco le harían falta dos de sus tres capas. Para medir ese
# techo sacamos un millón de puntos nuevos de las mismas manchas.

# %% [markdown] lang="en"
# The ten test losses differ by at most `{python} 1e6 * loss_gap:.0f` millionths and the counts by
# `{python} count_gap`. The course's `{python} COURSE[90][1]:.1%` is `{python} round(200 * COURSE[90][1])`
# points out of 200, and we count `{python} str(ours[90][1])` in that epoch and `{python} str(last)` in the
# last. The Wilson interval goes from `{python} last.low:.1%` to `{python} last.high:.1%`.
#
# ## The ceiling
#
# Could another model reach 100%? Since the data is generated, this can be answered. With Gaussian blobs of
# equal size and classes equally frequent, nobody is right more often on average than whoever knows the
# centres and answers the nearest. The lead of one class over another,
#
# $$\ln \frac{P(i \mid \mathbf x)}{P(j \mid \mathbf x)} = \frac{(\mathbf c_i - \mathbf c_j) \cdot \mathbf x}
# {\sigma^2} + \text{constant},$$
#
# is **linear** in $\mathbf x$: the optimal classifier is a single linear layer followed by a softmax. That is
# why the model of the chapter needs no ReLU, nor would it need two of its three layers. To measure that
# ceiling we draw a million new points from the same blobs.

# %%
optimal = nn.Linear(2, 4)
with torch.no_grad():
    optimal.weight.copy_(centers / SPREAD**2)
    optimal.bias.copy_(-(centers**2).sum(dim=1) / (2 * SPREAD**2))

generator = torch.Generator().manual_seed(0)
fresh_labels = torch.randint(4, (1_000_000,), generator=generator)
fresh = centers[fresh_labels] + SPREAD * torch.randn(1_000_000, 2, generator=generator)
ceiling, learned = count(optimal, fresh, fresh_labels), count(course_model, fresh, fresh_labels)
print(f"{tr(es='óptimo', en='optimal'):<10} {ceiling}   {ceiling.low:.3%} … {ceiling.high:.3%}")
print(f"{tr(es='entrenado', en='trained'):<10} {learned}   {learned.low:.3%} … {learned.high:.3%}")
by_optimal, by_learned = (model(x_test).argmax(dim=1) == y_test for model in (optimal, course_model))
on_test = paired_comparison(by_optimal, by_learned)
print(on_test, on_test.p_value)


# %%
# alt es: Las regiones del modelo entrenado y, con líneas, las óptimas; se apartan donde hay pocos puntos.
# alt en: The regions of the trained model and, as lines, the optimal ones; they part where points are few.
# es: la clase que el modelo da a cada lugar del plano, bajo los puntos
# en: the class that the model gives to every place of the plane, under the points
def draw(ax, model: nn.Module, x: torch.Tensor, y: torch.Tensor) -> None:
    decision_surface(
        lambda places: model(torch.from_numpy(places)).argmax(dim=1),
        x,
        y,
        names=names[: int(y.max()) + 1],
        xlabel="$x_1$",
        ylabel="$x_2$",
        ax=ax,
    )
    ax.legend(ncols=4, loc="lower left", bbox_to_anchor=(0, 1))


_, ax = plt.subplots(figsize=(4.6, 4.0))
draw(ax, course_model, x_test[::2], y_test[::2])
across, up = torch.linspace(*ax.get_xlim(), 60), torch.linspace(*ax.get_ylim(), 60)
grid = torch.cartesian_prod(across, up)
scores = optimal(grid).detach()
# es: una clase termina donde su ventaja sobre la mejor de las otras es cero
# en: a class ends where its lead over the best other one is zero
for k in range(3):
    lead = scores[:, k] - scores[:, [j for j in range(4) if j != k]].max(dim=1).values
    ax.contour(across, up, lead.reshape(60, 60).T, levels=[0], colors=color("ink"), linewidths=1)

# %% tags=["hidden"]
nearest = torch.cdist(fresh, centers).argmin(dim=1)
assert (nearest == optimal(fresh).argmax(dim=1)).float().mean() > 0.9999
assert ceiling.high < 0.9940
assert ceiling.low > 0.9910
assert ceiling.value - 0.006 < learned.value
assert learned.high < ceiling.low  # a million points do tell them apart
assert on_test.differ <= 3
assert on_test.p_value > 0.2
assert last.low < ceiling.value < last.high
perfect_run = ceiling.value**200

# %% [markdown] lang="es"
# El mejor clasificador que puede existir acierta `{python} ceiling.value:.2%` de los puntos nuevos: dos
# manchas se pisan, y no hay manera de adivinar un punto que cae más cerca del centro ajeno. El modelo del
# curso acierta `{python} learned.value:.2%`. Los intervalos no se tocan: con un millón de puntos se ve que le
# faltan `{python} 100 * (ceiling.value - learned.value):.1f` puntos porcentuales. En los 200 de la prueba, en
# cambio, el número de respuestas en que difieren es `{python} on_test.differ`, y la comparación pareada no
# los separa ($P$ = `{python} on_test.p_value:.2f`).
#
# Así se lee el `{python} COURSE[90][1]:.1%`: está **por encima** del techo, cosa que solo puede hacer el azar
# de una muestra, y no deja ver un defecto que existe. Tampoco 200 de 200 sería una hazaña; al óptimo le pasa
# una vez de cada `{python} 1 / perfect_run:.0f`. Antes de perseguir la última décima de punto, averigua si tu
# prueba puede mostrarla.
#
# ## Una idea que falla: la softmax puesta dos veces
#
# Si lo que se quiere son probabilidades, parece natural terminar la red con una softmax y pasarle el
# resultado a `cross_entropy`. Se ejecuta sin un solo aviso. Pero la pérdida aplica **otra** softmax, esta vez
# a números entre 0 y 1. Lo más seguro que puede estar el modelo es $(1, 0, 0, 0)$, y su pérdida no baja de
#
# $$-\ln \frac{e^1}{e^1 + 3 e^0} = \ln\left(1 + \frac{3}{e}\right).$$
#
# ¿Y la exactitud? El mayor sigue siendo el mayor, así que no debería cambiar. Predice, y luego mira diez
# semillas de cada modo.

# %% [markdown] lang="en"
# The best classifier there can be gets `{python} ceiling.value:.2%` of the new points right: two blobs
# overlap, and a point that falls nearer to the other centre cannot be guessed in any way. The model of the
# course gets `{python} learned.value:.2%`. The intervals do not touch: a million points show that it falls
# `{python} 100 * (ceiling.value - learned.value):.1f` percentage points short. On the 200 test points,
# though, the number of answers in which they differ is `{python} on_test.differ`, and the paired comparison
# does not tell them apart ($P$ = `{python} on_test.p_value:.2f`).
#
# This is how to read the `{python} COURSE[90][1]:.1%`: it lies **above** the ceiling, which only the luck of
# a sample can do, and it hides a defect that exists. Nor would 200 out of 200 be a feat; it happens to the
# optimum once in `{python} 1 / perfect_run:.0f`. Before pursuing the last tenth of a point, find out whether
# your test can show it.
#
# ## An idea that fails: softmax put twice
#
# If probabilities are what we want, it seems natural to end the network with a softmax and to hand the result
# to `cross_entropy`. It runs without a single warning. But the loss applies **another** softmax, this time to
# numbers between 0 and 1. The surest the model can be is $(1, 0, 0, 0)$, and its loss does not fall below
#
# $$-\ln \frac{e^1}{e^1 + 3 e^0} = \ln\left(1 + \frac{3}{e}\right).$$
#
# And the accuracy? The largest is still the largest, so it should not change. Predict, and then look at ten
# seeds of each kind.


# %%
def doubled(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    return cross_entropy(logits.softmax(dim=1), labels)


floor = log(1 + 3 / e)
once = [course_recipe(seed)[1] for seed in range(10)]
twice = [course_recipe(seed, doubled)[1] for seed in range(10)]
for epoch in (10, 30, 99):
    for name, runs in (("logits ", once), ("softmax", twice)):
        print(f"{epoch:>2} {name}  ", *sorted(run[epoch][1].right for run in runs))
lowest = min(run[-1][0] for run in twice)
print(f"{floor:.4f} ≤ {lowest:.4f}")

# %%
# alt es: Con logits, las diez semillas llegan arriba en pocas épocas; con softmax doble la banda sigue ancha.
# alt en: With logits all ten seeds reach the top in a few epochs; with doubled softmax the band stays wide.
series, bands = {}, {}
for name, runs in (("logits", once), (tr(es="softmax doble", en="doubled softmax"), twice)):
    table = torch.tensor([[right.value for _, right in run[::2]] for run in runs])
    series[name] = table.median(dim=0).values
    bands[name] = (table.min(dim=0).values, table.max(dim=0).values)
_ = curves(
    range(0, 100, 2),
    series,
    bands=bands,
    xlabel=tr(es="época", en="epoch"),
    ylabel=tr(es="exactitud de prueba: mediana y extremos", en="test accuracy: median and extremes"),
)

# %% tags=["hidden"]
right_30 = [[run[30][1].right for run in runs] for runs in (once, twice)]
right_end = [[run[-1][1].right for run in runs] for runs in (once, twice)]
assert min(right_30[0]) >= 196
assert min(right_30[1]) < 180
assert min(right_end[0]) >= 197
assert min(right_end[1]) < 170
assert floor < lowest < floor + 0.1
assert min(twice, key=lambda run: run[-1][0])[-1][1].right >= 190  # nearly all right, at that loss
behind = sum(right < 180 for right in right_end[1])
assert 1 <= behind <= 5
confident = torch.tensor([[10.0, 0.0, 0.0, 0.0]], requires_grad=True)  # sure, and wrong
pushes = [
    torch.autograd.grad(loss_of(confident, torch.tensor([1])), confident)[0].norm()
    for loss_of in (cross_entropy, doubled)
]
assert pushes[1] < pushes[0] / 1000

# %% [markdown] lang="es"
# La exactitud sí cambia. Con logits, las diez semillas aciertan al menos `{python} min(right_30[0])` de 200
# en la época 30; con la softmax doble van de `{python} min(right_30[1])` a `{python} max(right_30[1])`, y al
# final `{python} behind` de las diez siguen por debajo de 180. El orden de las salidas no se altera, pero el
# **gradiente** sí: la segunda softmax nunca da más de $e/(e+3)$ = `{python} e / (e + 3):.2f` a una clase, y
# la primera se satura, de modo que un error confiado casi no empuja. La pérdida, además, engaña: ronda
# `{python} lowest:.2f` en un modelo que acierta casi todo, cerca de su suelo, `{python} floor:.2f`.
#
# Hay semillas en las que no se nota, y por eso el error puede pasar inadvertido. La regla: la red entrega
# logits, la pérdida recibe logits, y la softmax se aplica solo para leer.
#
# **¿Te dio otro número?** Con la receta del curso y cien épocas, cada una de nuestras diez semillas acierta
# al menos `{python} min(right_end[0])` puntos de 200.
#
# ## Dos clases: una salida o dos
#
# Con dos clases puedes entregar un logit $z$ y usar la sigmoide, o dos logits y usar la softmax. Es lo mismo,
# porque la softmax solo mira la diferencia:
#
# $$\frac{e^{z_1}}{e^{z_0} + e^{z_1}} = \frac{1}{1 + e^{-(z_1 - z_0)}} = \sigma(z_1 - z_0).$$
#
# Lo probamos con `make_moons`, dos medias lunas enlazadas, y de paso comparamos un modelo lineal con uno de
# dos capas ocultas. El otro problema es una espiral de tres brazos. Apuesta qué exactitud alcanza el modelo
# lineal en cada uno; recuerda que en la espiral hay tres clases.

# %% [markdown] lang="en"
# The accuracy does change. With logits, all ten seeds get at least `{python} min(right_30[0])` out of 200
# right at epoch 30; with doubled softmax they go from `{python} min(right_30[1])` to
# `{python} max(right_30[1])`, and at the end `{python} behind` of the ten are still below 180. The order of
# the outputs is not altered, but the **gradient** is: the second softmax never gives more than $e/(e+3)$ =
# `{python} e / (e + 3):.2f` to a class, and the first one saturates, so that a confident error hardly pushes.
# The loss misleads as well: it is about `{python} lowest:.2f` in a model that gets nearly everything right,
# close to its floor, `{python} floor:.2f`.
#
# There are seeds where nothing shows, and so the mistake may go unnoticed. The rule: the network delivers
# logits, the loss takes logits, and softmax is applied for reading only.
#
# **Did you get a different number?** With the recipe of the course and a hundred epochs, every one of our ten
# seeds gets at least `{python} min(right_end[0])` points out of 200 right.
#
# ## Two classes: one output or two
#
# With two classes you may deliver one logit $z$ and use the sigmoid, or two logits and use softmax. It is the
# same, since softmax looks at the difference alone:
#
# $$\frac{e^{z_1}}{e^{z_0} + e^{z_1}} = \frac{1}{1 + e^{-(z_1 - z_0)}} = \sigma(z_1 - z_0).$$
#
# We try it on `make_moons`, two interlocked half-moons, and on the way compare a linear model with one of two
# hidden layers. The other problem is a spiral of three arms. Bet what accuracy the linear model reaches on
# each; mind that the spiral has three classes.


# %%
def spirals(n: int, arms: int = 3, noise: float = 0.04) -> tuple[torch.Tensor, torch.Tensor]:
    arm, radius = torch.arange(n) % arms, torch.linspace(0.15, 1, n)
    turn = 2 * pi * (radius + arm / arms)
    places = radius[:, None] * torch.stack([turn.cos(), turn.sin()], dim=1)
    return places + noise * torch.randn(n, 2, generator=torch.Generator().manual_seed(0)), arm


def network(*sizes: int) -> nn.Sequential:
    layers = [part for pair in pairwise(sizes) for part in (nn.Linear(*pair), nn.ReLU())]
    return nn.Sequential(*layers[:-1])  # es: sin ReLU después de los logits  # en: no ReLU after the logits


def fit(model: nn.Module, x: torch.Tensor, y: torch.Tensor, epochs: int = 250) -> nn.Module:
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    for _ in range(epochs):
        loss = cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


# %%
moons = [torch.from_numpy(array) for array in make_moons(1000, noise=0.1, random_state=42)]
tasks = {"moons": (moons[0].float(), moons[1]), "spirals": spirals(900)}
fitted, held_out = {}, {}
for task, (x, y) in tasks.items():
    x_fit, x_held, y_fit, y_held = train_test_split(x, y, test_size=0.3, random_state=42)
    held_out[task] = x_held, y_held
    kinds = int(y.max()) + 1
    for kind, sizes in (("linear", (2, kinds)), ("ReLU", (2, 32, 32, kinds))):
        for seed in range(3):
            torch.manual_seed(seed)
            model = fit(network(*sizes), x_fit, y_fit)
            fitted[task, kind, seed] = model, count(model, x_held, y_held)
        print(f"{task:<8} {kind:<7}", *(fitted[task, kind, seed][1] for seed in range(3)))

# %%
# es: dos logits con softmax o su diferencia con sigmoide: la misma probabilidad
# en: two logits with softmax or their difference with sigmoid: the same probability
with torch.inference_mode():
    pair = fitted["moons", "ReLU", 0][0](held_out["moons"][0])
both_ways = (pair.softmax(dim=1)[:, 1] - torch.sigmoid(pair[:, 1] - pair[:, 0])).abs().max()
print(f"max |Δ| = {both_ways:.0e}")

# %%
# alt es: La frontera de la red sigue las lunas y la espiral; la recta, de trazos, corta las lunas.
# alt en: The network's boundary follows the moons and the spiral; the line, dashed, cuts the moons.
_, panels = plt.subplots(1, 2, figsize=(7.0, 3.7))
for ax, task in zip(panels, tasks, strict=True):
    x, y = held_out[task]
    draw(ax, fitted[task, "ReLU", 0][0], x[::3], y[::3])
across = torch.tensor(panels[0].get_xlim())
weight, bias = (p.detach() for p in fitted["moons", "linear", 0][0][0].parameters())
slope, offset = weight[1] - weight[0], bias[1] - bias[0]
panels[0].set_ylim(panels[0].get_ylim())
_ = panels[0].plot(across, -(slope[0] * across + offset) / slope[1], "--", color=color("ink"))

# %% tags=["hidden"]
assert both_ways < 1e-5
line_moons, line_spirals = fitted["moons", "linear", 0][1], fitted["spirals", "linear", 0][1]
net_moons, net_spirals = fitted["moons", "ReLU", 0][1], fitted["spirals", "ReLU", 0][1]
assert 0.8 < line_moons.value < 0.95
assert all(fitted["spirals", "linear", seed][1].low < 0.4 for seed in range(3))
assert line_spirals.value < 0.45
for seed in range(3):
    for task in tasks:
        assert fitted[task, "ReLU", seed][1].low > fitted[task, "linear", seed][1].high
        assert fitted[task, "ReLU", seed][1].value > 0.95

# %% [markdown] lang="es"
# Con las tres semillas, y sin que los intervalos se toquen, la red supera al modelo lineal en los dos
# problemas. En las lunas la recta acierta `{python} str(line_moons)` y la red `{python} str(net_moons)`. En
# la espiral, `{python} str(line_spirals)` contra `{python} str(net_spirals)`: el modelo lineal ronda el
# tercio que acierta quien responde al azar, y la razón es la de los círculos. Girar la espiral un tercio de
# vuelta solo permuta las clases, así que ninguna dirección vale más que otra.
#
# Las dos salidas con softmax y su diferencia con sigmoide dan la misma probabilidad, salvo
# `{python} both_ways.item():.0e` de redondeo. Con dos clases, elige una de las dos formas y no las mezcles.
#
# ## Para llevarte
#
# * Logit → softmax o sigmoide → probabilidad → `argmax` o umbral → clase. Solo importan diferencias de
#   logits.
# * La pérdida recibe logits. Una softmax de más no da error: da un entrenamiento peor en algunas semillas.
# * Antes de añadir capas, mira el problema: las manchas de igual tamaño piden rectas; las lunas, no.
# * Un problema tiene un techo, y una prueba, una resolución. Con 200 puntos no se ven unas décimas de punto
#   porcentual.
#
# Estos datos vinieron listos; cómo preparar los que no lo están se ve en [Preparar los datos sin espiar el
# examen](preprocessing.md). La matriz de confusión para muchas clases está en [Evaluación
# honesta](honest_evaluation.md), y el gradiente $p - y$, paso a paso, en [Cálculo
# matricial](../tensor_mathematics/matrix_calculus.md).

# %% [markdown] lang="en"
# With all three seeds, and without the intervals touching, the network beats the linear model on both
# problems. On the moons the line gets `{python} str(line_moons)` right and the network
# `{python} str(net_moons)`. On the spiral, `{python} str(line_spirals)` against `{python} str(net_spirals)`:
# the linear model is close to the third that answering at random gets, and the reason is that of the circles.
# Turning the spiral by a third of a turn only permutes the classes, so no direction is worth more than
# another.
#
# Both outputs with softmax and their difference with sigmoid give the same probability, but for
# `{python} both_ways.item():.0e` of rounding. With two classes, choose one of the two ways and do not mix
# them.
#
# ## What to keep
#
# * Logit → softmax or sigmoid → probability → `argmax` or threshold → class. Only differences of logits
#   matter.
# * The loss takes logits. One softmax too many raises no error: it makes training worse on some seeds.
# * Before adding layers, look at the problem: blobs of equal size ask for straight lines; moons do not.
# * A problem has a ceiling, and a test has a resolution. With 200 points, a few tenths of a percentage point
#   do not show.
#
# This data came ready; how to prepare data that does not is shown in [Preparing data without peeking at the
# exam](preprocessing.md). The confusion matrix for many classes is in [Honest
# evaluation](honest_evaluation.md), and the gradient $p - y$, step by step, in [Matrix
# calculus](../tensor_mathematics/matrix_calculus.md).

# %% [markdown] lang="es" tags=["quiz"]
# Un modelo de cuatro clases entrega los logits $(5, 5, 5, 5)$ y otro $(0, 0, 0, 0)$. ¿Cuál está más seguro?
#
# - [ ] El primero, porque sus logits son mayores: la softmax cancela cualquier constante común.
# - [x] Ninguno: los dos dan un cuarto a cada clase, porque solo cuentan las diferencias.
# - [ ] No se sabe sin la clase verdadera: la verdad decide si acierta; lo seguro que está se lee en las
#   probabilidades.

# %% [markdown] lang="en" tags=["quiz"]
# A four-class model delivers the logits $(5, 5, 5, 5)$ and another $(0, 0, 0, 0)$. Which one is surer?
#
# - [ ] The first, since its logits are larger: softmax cancels any common constant.
# - [x] Neither: both give a quarter to each class, since only differences count.
# - [ ] It cannot be known without the true class: the truth decides whether it is right; how sure it is can
#   be read in the probabilities.

# %% [markdown] lang="es" tags=["quiz"]
# Tu modelo de cuatro clases acierta casi todo y su pérdida de prueba no baja de tres cuartos. ¿Qué revisas
# primero?
#
# - [ ] La tasa de aprendizaje: puede frenar el descenso, pero no explica un suelo con casi todo acertado.
# - [x] Si hay una softmax antes de `cross_entropy`: con ella, cuatro clases tienen un suelo de
#   $\ln(1 + 3/e)$.
# - [ ] Los datos: con datos difíciles la pérdida sería alta, y también habría muchos errores.

# %% [markdown] lang="en" tags=["quiz"]
# Your four-class model gets nearly everything right and its test loss does not fall below three quarters.
# What do you check first?
#
# - [ ] The learning rate: it may slow the descent, but it does not explain a floor with nearly all right.
# - [x] Whether a softmax stands before `cross_entropy`: with it, four classes have a floor of $\ln(1 + 3/e)$.
# - [ ] The data: with hard data the loss would be high, and there would be many errors as well.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: una softmax que no se desborda
#
# Escribe `stable_softmax(z)` para logits de forma `(n, clases)`, sin llamar a `softmax` ni a `logsumexp`.
# Debe servir también con logits de mil o de menos mil.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: a softmax that does not overflow
#
# Write `stable_softmax(z)` for logits of shape `(n, classes)`, without calling `softmax` or `logsumexp`. It
# must also serve for logits of one thousand or minus one thousand.


# %% tags=["solution"]
def stable_softmax(z: torch.Tensor) -> torch.Tensor:
    powers = (z - z.max(dim=1, keepdim=True).values).exp()
    return powers / powers.sum(dim=1, keepdim=True)


# %% tags=["check"]
for scale in (1.0, 1000.0):
    z = scale * torch.randn(20, 5, generator=torch.Generator().manual_seed(1))
    answer = stable_softmax(z)
    assert answer is not None, "None"
    assert torch.allclose(answer, z.softmax(dim=1), atol=1e-6), scale
assert torch.allclose(stable_softmax(torch.full((1, 4), -1000.0)), torch.full((1, 4), 0.25))
print(tr(es="Bien.", en="Good."))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: saber callar
#
# Escribe `announce(logits, threshold)`, que devuelve la clase de cada fila, o $-1$ donde la mayor
# probabilidad no llega a `threshold`. Después compara: ¿acierta más el modelo en los puntos que sí responde?

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: knowing when to keep quiet
#
# Write `announce(logits, threshold)`, which returns the class of each row, or $-1$ where the largest
# probability falls short of `threshold`. Then compare: is the model right more often on the points that it
# does answer?


# %% tags=["solution"]
def announce(logits: torch.Tensor, threshold: float) -> torch.Tensor:
    surest = logits.softmax(dim=1).max(dim=1)
    return torch.where(surest.values >= threshold, surest.indices, -1)


# %% tags=["check"]
sample = torch.tensor([[3.0, 0.0, 0.0, 0.0], [0.1, 0.0, 0.0, 0.0], [0.0, 0.0, 9.0, 0.0]])
assert announce(sample, 0.5).tolist() == [0, -1, 2]
assert announce(sample, 0.0).tolist() == [0, 0, 2]
assert announce(sample + 500, 0.5).tolist() == [0, -1, 2]
with torch.inference_mode():
    answers = announce(course_model(fresh[:100_000]), 0.9)
given = answers >= 0
kept = Proportion.of(answers[given] == fresh_labels[:100_000][given])
print(f"{Proportion.of(given)}   {kept} = {kept.value:.2%}")

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: el suelo de la softmax doble
#
# Generaliza la cuenta: escribe `doubled_floor(classes)`, la menor pérdida posible con `classes` clases si se
# pasan probabilidades a `cross_entropy`. ¿Qué le ocurre con mil clases?

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: the floor of the doubled softmax
#
# Generalise the computation: write `doubled_floor(classes)`, the least possible loss with `classes` classes
# if probabilities are passed to `cross_entropy`. What happens to it with a thousand classes?


# %% tags=["solution"]
def doubled_floor(classes: int) -> float:
    return log(1 + (classes - 1) / e)


# %% tags=["check"]
for kinds in (2, 4, 10, 1000):
    surest = one_hot(torch.tensor([0]), kinds).double()
    value = doubled_floor(kinds)
    assert abs(value - cross_entropy(surest, torch.tensor([0])).item()) < 1e-9, kinds
    print(f"{kinds:>4}   {value:.3f}   ln n = {log(kinds):.3f}")
