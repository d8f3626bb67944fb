"""
title:
  es: Anatomía de una red
  en: Anatomy of a network
summary:
  es: Capas, pesos y representaciones de una red entrenada que cabe entera en un dibujo con sus números.
  en: Layers, weights and representations of a trained network that fits, numbers and all, in one drawing.
tags: [neural network, layer, weight, representation, embedding, activation function]
everyday: [axis]
objectives:
  es:
    - Seguir un ejemplo por las capas de entrada, oculta y de salida, con sus números.
    - Distinguir peso, característica, representación, embedding y patrón.
    - Reducir varias capas lineales a una sola y decir qué cambia al poner una no linealidad.
    - Leer el dibujo de una red entrenada y decir qué mira cada unidad oculta.
  en:
    - Follow one example through the input, hidden and output layers, with its numbers.
    - Tell apart weight, feature, representation, embedding and pattern.
    - Reduce several linear layers to a single one and say what a nonlinearity changes.
    - Read the drawing of a trained network and say what each hidden unit looks at.
prerequisites:
  es:
    - El producto de una matriz por un vector.
    - Haber visto una función de Python con PyTorch.
  en:
    - The product of a matrix and a vector.
    - Having seen a Python function that uses PyTorch.
"""
# %% [markdown] lang="es"
# Una red neuronal suele dibujarse como círculos unidos por rayas, sin un solo número. Aquí el dibujo llevará
# los números verdaderos: al terminar podrás tomar una flor, seguirla con lápiz por las tres capas y llegar a
# la misma respuesta que la red. También podrás decir por qué cien capas lineales no valen más que una, y qué
# nombre le toca a cada cosa: peso, característica, representación, patrón.
#
# La lección acompaña los videos sobre qué es una red neuronal, al comienzo de la sección *PyTorch
# Fundamentals* del curso [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) de Andrei Neagoie y Daniel Bourke, y el
# [capítulo 00](https://www.learnpytorch.io/00_pytorch_fundamentals/) de su libro abierto. Supone que sabes
# multiplicar una matriz por un vector; si hace falta, pasa antes por [Productos
# escalares](../tensor_mathematics/dot_products.md).

# %% [markdown] lang="en"
# A neural network is usually drawn as circles joined by lines, without a single number. Here the drawing will
# carry the true numbers: by the end you will take a flower, follow it through the three layers with a pencil
# and reach the same answer as the network. You will also be able to say why a hundred linear layers are worth
# no more than one, and which name belongs to what: weight, feature, representation, pattern.
#
# The lesson goes with the videos on what a neural network is, at the beginning of the section *PyTorch
# Fundamentals* of the course [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) by Andrei Neagoie and Daniel Bourke, and
# with [chapter 00](https://www.learnpytorch.io/00_pytorch_fundamentals/) of their open book. It presumes that
# you can multiply a matrix by a vector; if need be, take [Dot
# products](../tensor_mathematics/dot_products.md) first.

# %%
import copy
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn.datasets import load_iris
from torch import nn
from torch.nn.functional import cross_entropy

from tutorials_lib import tr
from tutorials_lib.metrics import Proportion
from tutorials_lib.plots import color, decision_surface, legend_above, localized, scatter

# %% [markdown] lang="es"
# ## Una pregunta sobre flores
#
# [Fisher (1936)](https://doi.org/10.1111/j.1469-1809.1936.tb02137.x) publicó las medidas de 150 lirios de
# tres especies, cincuenta de cada una. Tomamos dos medidas, el largo y el ancho del pétalo, y una pregunta de
# sí o no: ¿es *versicolor*? La pregunta tiene trampa, porque esa especie es la de tamaño mediano: a un lado
# quedan los pétalos pequeños de *setosa* y al otro los grandes de *virginica*.
#
# Mira los puntos y decide: ¿puede **una** recta dejar a un lado las *versicolor* y al otro las demás?

# %% [markdown] lang="en"
# ## A question about flowers
#
# [Fisher (1936)](https://doi.org/10.1111/j.1469-1809.1936.tb02137.x) published the measurements of 150 irises
# of three species, fifty of each. We take two measurements, the length and the width of the petal, and a
# yes-or-no question: is it *versicolor*? The question has a catch, for that species is the middling one: the
# small petals of *setosa* lie on one side and the large ones of *virginica* on the other.
#
# Look at the points and decide: can **one** straight line leave *versicolor* on one side and the others on
# the other?

# %%
# alt es: Largo y ancho del pétalo: las versicolor forman una franja entre las setosa y las virginica.
# alt en: Length and width of the petal: the versicolor form a band between the setosa and the virginica.
iris = load_iris()
# es: flor × medida, en cm
# en: flower feature, in cm
petals = torch.tensor(iris.data[:, 2:], dtype=torch.float32)
species = torch.tensor(iris.target)
is_versicolor = (species == 1).long()
groups = {name: petals[species == k].T.numpy() for k, name in enumerate(iris.target_names)}
LENGTH = tr(es="largo del pétalo (cm)", en="petal length (cm)")
WIDTH = tr(es="ancho del pétalo (cm)", en="petal width (cm)")
_ = scatter(groups, xlabel=LENGTH, ylabel=WIDTH)

# %% [markdown] lang="es"
# No puede: haría falta un corte a cada lado de la franja. Con esa pregunta veremos para qué sirve la capa del
# medio.
#
# ## Tres capas y lo que pasa por ellas
#
# * La **capa de entrada** no calcula nada: son los números del ejemplo. Aquí, dos.
# * La **capa oculta** los multiplica por una matriz de pesos, suma un sesgo por unidad y aplica una función
#   no lineal; la nuestra es la ReLU, que cambia los negativos por cero. Aquí, tres unidades.
# * La **capa de salida** hace otra cuenta lineal y entrega un *logit* (puntaje sin normalizar) por respuesta.
#   Aquí, dos: no y sí.
#
# $$\mathbf h = \operatorname{ReLU}(W_1 \mathbf x + \mathbf b_1), \qquad
# \mathbf z = W_2 \mathbf h + \mathbf b_2, \qquad
# p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}.$$
#
# La última fórmula, *softmax*, vuelve los *logits* probabilidades. Antes de ejecutar, cuenta: ¿cuántos
# números tiene que aprender esta red?

# %% [markdown] lang="en"
# It cannot: it would take one cut on each side of the band. With that question we shall see what the layer in
# the middle is for.
#
# ## Three layers and what passes through them
#
# * The **input layer** computes nothing: it is the numbers of the example. Here, two.
# * The **hidden layer** multiplies them by a matrix of weights, adds a bias for each unit and applies a
#   nonlinear function; ours is ReLU, which turns negatives into zero. Here, three units.
# * The **output layer** does another linear computation and hands over one *logit* (unnormalised score) for
#   each answer. Here, two: no and yes.
#
# $$\mathbf h = \operatorname{ReLU}(W_1 \mathbf x + \mathbf b_1), \qquad
# \mathbf z = W_2 \mathbf h + \mathbf b_2, \qquad
# p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}.$$
#
# The last formula, softmax, turns logits into probabilities. Before running, count: how many numbers does
# this network have to learn?

# %%
INPUTS, HIDDEN, ANSWERS = 2, 3, 2


def build(activation: nn.Module, seed: int) -> nn.Sequential:
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(INPUTS, HIDDEN), activation, nn.Linear(HIDDEN, ANSWERS))


for name, parameter in build(nn.ReLU(), seed=0).named_parameters():
    print(f"{name:<9} {tuple(parameter.shape)!s:<7} {parameter.numel()}")
learned = sum(parameter.numel() for parameter in build(nn.ReLU(), seed=0).parameters())
print(learned)

# %% tags=["hidden"]
assert learned == (INPUTS + 1) * HIDDEN + (HIDDEN + 1) * ANSWERS

# %% [markdown] lang="es"
# Son `{python} learned`: $(2 + 1) \cdot 3$ en la primera matriz con sus sesgos y $(3 + 1) \cdot 2$ en la
# segunda. La entrada no tiene ninguno.
#
# Se entrena con treinta flores de cada especie y se examina con las veinte restantes, cinco veces: cada
# semilla sortea el reparto y los pesos iniciales. Al lado compite **la misma red sin la ReLU**, con los
# mismos parámetros. ¿Cuántas de 60 acertará cada una? Quien siempre diga «no» acierta 40.

# %% [markdown] lang="en"
# There are `{python} learned`: $(2 + 1) \cdot 3$ in the first matrix with its biases and $(3 + 1) \cdot 2$ in
# the second. The input has none.
#
# Thirty flowers of each species are for training and the remaining twenty for the exam, five times: each seed
# draws the split and the initial weights. Beside it competes **the same network without the ReLU**, with the
# same parameters. How many out of 60 will each get right? Whoever always says “no” gets 40.


# %%
def split(seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    random = torch.Generator().manual_seed(seed)
    order = torch.stack([torch.randperm(50, generator=random) + 50 * k for k in range(3)])
    return order[:, :30].flatten(), order[:, 30:].flatten()


def fit(net: nn.Module, seed: int, steps: int = 500) -> tuple[torch.Tensor, Proportion]:
    train, test = split(seed)
    # es: centro y escala salen solo del entrenamiento
    # en: centre and scale come from the training set only
    scaled = (petals - petals[train].mean(dim=0)) / petals[train].std(dim=0)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.03)
    for _ in range(steps):
        loss = cross_entropy(net(scaled[train]), is_versicolor[train])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return scaled, Proportion.of(net(scaled[test]).argmax(dim=1) == is_versicolor[test])


# %%
SEEDS = range(5)
WITH, WITHOUT = tr(es="con ReLU", en="with ReLU"), tr(es="sin ReLU", en="without ReLU")
runs = {WITH: [], WITHOUT: []}
for seed in SEEDS:
    for name, activation in ((WITH, nn.ReLU()), (WITHOUT, nn.Identity())):
        net = build(activation, seed)
        runs[name].append((net, *fit(net, seed)))
for name, row in runs.items():
    print(f"{name:<12}", *(score for _, _, score in row))

# %% tags=["hidden"]
scores = {name: [score for _, _, score in row] for name, row in runs.items()}
awake = [
    int((net[:2](scaled) > 0).any(dim=0).sum()) for net, scaled, _ in runs[WITH]
]  # units ever above zero
(failed,) = [seed for seed in SEEDS if scores[WITH][seed].low < scores[WITHOUT][seed].high]
good = [scores[WITH][seed] for seed in SEEDS if seed != failed]
assert awake[failed] == 1
assert min(count for seed, count in enumerate(awake) if seed != failed) == 3
assert all(score.low <= 40 / 60 for score in scores[WITHOUT])
assert min(score.low for score in good) > max(score.high for score in scores[WITHOUT])
fewest, most = min(score.right for score in good), max(score.right for score in good)
straight = [score.right for score in scores[WITHOUT]]

# %% [markdown] lang="es"
# Sin la ReLU la red acierta entre `{python} min(straight)` y `{python} max(straight)` de 60, algo que también
# se logra sin mirar la flor. Con ella, en cuatro de las cinco semillas acierta entre `{python} fewest` y
# `{python} most`, y el más bajo de esos intervalos del 95 % empieza en
# `{python} min(score.low for score in good):.0%`, por encima de donde termina el más alto de los otros.
#
# **La semilla `{python} failed` salió mal** y no la escondemos: `{python} str(scores[WITH][failed])`. De sus
# tres unidades ocultas, solo `{python} awake[failed]` pasa de cero con alguna flor; las otras se quedaron
# bajo cero con todas: la ReLU las anula, su gradiente es cero y no despiertan. Una ReLU apagada no dobla
# nada, y con una sola unidad despierta queda un solo corte. ¿Obtuviste otros números? Las cuatro semillas
# buenas dieron entre `{python} fewest` y `{python} most`, y de vez en cuando saldrá una red como la otra.
#
# ## El dibujo de una red entrenada
#
# Esta es la red de la semilla 0, entera. El grosor de cada raya crece con el tamaño del peso; azul continua
# si suma, naranja discontinua si resta. El número bajo cada círculo es su sesgo.

# %% [markdown] lang="en"
# Without the ReLU the network gets between `{python} min(straight)` and `{python} max(straight)` out of 60
# right, which can be had without a look at the flower. With it, in four of the five seeds it gets between
# `{python} fewest` and `{python} most`, and the lowest of those 95% intervals begins at
# `{python} min(score.low for score in good):.0%`, above where the highest of the others ends.
#
# **Seed `{python} failed` went wrong** and we do not hide it: `{python} str(scores[WITH][failed])`. Of its
# three hidden units, only `{python} awake[failed]` rises above zero for any flower; the others ended up
# below zero for all of them: the ReLU cancels them, their gradient is zero and they do not wake. A silent
# ReLU bends nothing, and one unit awake leaves one cut. Did you get different numbers? The four good seeds
# gave between `{python} fewest` and `{python} most`, and now and then a network like the other one will turn
# up.
#
# ## A drawing of a trained network
#
# This is the network of seed 0, all of it. The width of each line grows with the size of the weight; solid
# blue if it adds, dashed orange if it subtracts. The number below each circle is its bias.


# %%
def draw_network(weights: list, biases: list, names: list[list[str]], ax: plt.Axes) -> None:
    sizes = [len(column) for column in names]
    heights = [np.linspace((size - 1) / 2, -(size - 1) / 2, size) * 1.5 for size in sizes]
    for layer, (matrix, bias) in enumerate(zip(weights, biases, strict=True)):
        for (i, j), weight in np.ndenumerate(matrix):
            start, end = heights[layer][j], heights[layer + 1][i]
            style = ("-", color("blue")) if weight > 0 else ((0, (4, 2)), color("ember"))
            width = 0.8 + 1.4 * abs(weight)
            ax.plot([layer, layer + 1], [start, end], ls=style[0], color=style[1], lw=width, zorder=1)
            # es: los números de un mismo origen, a la misma distancia, para que no se tapen
            # en: numbers from one origin at the same distance, so that they do not cover each other
            along = 0.28 + 0.44 * j / (sizes[layer] - 1)
            place = {"ha": "center", "va": "center", "fontsize": 9, "zorder": 2}
            box = {"facecolor": color("paper"), "edgecolor": "none", "pad": 1.0}
            text = localized(f"{weight:+.2f}")
            ax.text(layer + along, start + along * (end - start), text, bbox=box, **place)
        for height, value in zip(heights[layer + 1], bias, strict=True):
            ax.text(
                layer + 1, height - 0.47, localized(f"{value:+.2f}"), ha="center", va="center", fontsize=9
            )
    for layer, column in enumerate(names):
        face = {"s": 620, "color": color("paper"), "edgecolors": color("ink"), "zorder": 3}
        ax.scatter([layer] * len(column), heights[layer], **face)
        for height, name in zip(heights[layer], column, strict=True):
            ax.text(layer, height, name, ha="center", va="center", zorder=4)
    ax.set(xlim=(-0.2, len(names) - 0.8), ylim=(-2.2, 2.0))
    ax.set_axis_off()


# %%
# alt es: Dos entradas, tres unidades ocultas y dos salidas unidas por doce rayas, cada una con su peso.
# alt en: Two inputs, three hidden units and two outputs joined by twelve lines, each with its weight.
net, scaled, _ = runs[WITH][0]
W1, b1, W2, b2 = (parameter.detach() for parameter in net.parameters())
names = [["$x_1$", "$x_2$"], ["$h_1$", "$h_2$", "$h_3$"], [tr(es="no", en="no"), tr(es="sí", en="yes")]]
_, ax = plt.subplots(figsize=(6.4, 3.9))
draw_network([W1.numpy(), W2.numpy()], [b1.numpy(), b2.numpy()], names, ax)

# %% [markdown] lang="es"
# $x_1$ es el largo y $x_2$ el ancho, medidos en desviaciones estándar desde la media. Sigamos a una *setosa*,
# la primera flor de la tabla, con lápiz y con el código.

# %% [markdown] lang="en"
# $x_1$ is the length and $x_2$ the width, measured in standard deviations from the mean. Let us follow a
# *setosa*, the first flower of the table, with a pencil and with the code.

# %%
flower = scaled[0]
before = W1 @ flower + b1
hidden = before.clamp(min=0)  # ReLU
logits = W2 @ hidden + b2
probabilities = logits.exp() / logits.exp().sum()
steps = {
    "x": flower,
    "W1 x + b1": before,
    "h = ReLU": hidden,
    "z = W2 h + b2": logits,
    "p = softmax": probabilities,
}
for name, values in steps.items():
    print(f"{name:<14}", "  ".join(f"{float(value):>6.2f}" for value in values))
print(["no", tr(es="sí", en="yes")][int(probabilities.argmax())], "←", iris.target_names[species[0]])

# %% tags=["hidden"]
assert torch.allclose(logits, net(flower), atol=1e-6)
assert abs(float(probabilities.sum()) - 1) < 1e-6
assert int(probabilities.argmax()) == 0
assert hidden[0] == 0
assert (hidden[1:] > 0).all()

# %% [markdown] lang="es"
# Cinco renglones, y el último se lee: la red dice «no» con probabilidad
# `{python} float(probabilities[0]):.1%`. Ese paso final, de los números a una palabra, es la **salida
# legible** de las notas del curso.
#
# Las mismas notas muestran, como salida de una red, estas tres filas. ¿Pueden ser las tres la salida de un
# *softmax*? Suma antes de ejecutar.

# %% [markdown] lang="en"
# Five lines, and the last one can be read: the network says “no” with probability
# `{python} float(probabilities[0]):.1%`. That final step, from numbers to a word, is the **readable output**
# of the course notes.
#
# The same notes show these three rows as the output of a network. Can all three have come out of a softmax?
# Add before running.

# %%
from_the_notes = torch.tensor([[0.983, 0.004, 0.013], [0.110, 0.889, 0.001], [0.023, 0.027, 0.985]])
print(from_the_notes.sum(dim=1))

# %% tags=["hidden"]
excess = float(from_the_notes[2].sum()) - 1
assert torch.allclose(from_the_notes[:2].sum(dim=1), torch.ones(2), atol=1e-6)
assert excess > 0.03

# %% [markdown] lang="es"
# La tercera no: se pasa de uno en `{python} excess:.3f`, más de lo que explica un redondeo a tres cifras.
# Sumar las filas es la prueba más barata que existe para una salida que dice ser una distribución.
#
# ## Qué mira cada unidad oculta
#
# Una unidad oculta vale cero de un lado de una recta y crece del otro; la recta es donde su renglón de
# $W_1 \mathbf x + \mathbf b_1$ vale cero. Dibujamos las tres rectas sobre las respuestas de la red. Apuesta
# por dónde pasan.

# %% [markdown] lang="en"
# The third cannot: it exceeds one by `{python} excess:.3f`, more than rounding to three digits explains.
# Adding up the rows is the cheapest test there is for an output that claims to be a distribution.
#
# ## What each hidden unit looks at
#
# A hidden unit is zero on one side of a straight line and grows on the other; the line is where its row of
# $W_1 \mathbf x + \mathbf b_1$ is zero. We draw the three lines over the answers of the network. Bet on where
# they run.


# %%
# alt es: El «sí» ocupa una franja; dentro de ella, las rectas de las unidades corren paralelas a sus bordes.
# alt en: The answer “yes” fills a band; inside it the lines of the units run parallel to its edges.
def answer(places: np.ndarray) -> np.ndarray:
    with torch.inference_mode():
        return net(torch.from_numpy(places)).argmax(dim=1).numpy()


axes_names = {
    "xlabel": tr(es="largo (desviaciones estándar)", en="length (standard deviations)"),
    "ylabel": tr(es="ancho (desviaciones estándar)", en="width (standard deviations)"),
}
ax = decision_surface(answer, scaled, is_versicolor, names=names[2], **axes_names)
limits = ax.get_xlim(), ax.get_ylim()
across = np.array(limits[0])
for (w_length, w_width), bias, name, dash in zip(
    W1.tolist(), b1.tolist(), names[1], ("-", "--", ":"), strict=True
):
    line = -(w_length * across + bias) / w_width
    ax.plot(across, line, ls=dash, color=color("ink"), lw=1.4, label=name)
ax.set(xlim=limits[0], ylim=limits[1])
_ = legend_above(ax)

# %% tags=["hidden"]
on = (net[:2](scaled) > 0).float()
share = {k: [float(on[species == k, unit].mean()) for unit in range(3)] for k in range(3)}
assert share[2][0] == 1.0
assert max(share[0][0], share[2][1], share[2][2]) == 0.0
assert min(share[0][1], share[0][2]) == 1.0
angle = float(torch.cosine_similarity(W1[1], W1[2], dim=0))
assert angle > 0.999

# %% [markdown] lang="es"
# La unidad $h_1$ se enciende con todas las *virginica* y con ninguna *setosa*; $h_2$ y $h_3$, al revés. Cada
# una detecta un extremo, y la salida «sí» los resta: gana donde los tres detectores callan o apenas hablan,
# una franja en la que cada borde es paralelo a la recta de la unidad que lo detecta. Ninguna unidad detecta
# *versicolor*.
#
# Fíjate en que $h_2$ y $h_3$ miran casi lo mismo: el coseno entre sus filas de $W_1$ es `{python} angle:.4f`.
# A la red le sobraba una unidad y la gastó en algo que es casi una copia. Nadie le pidió que repartiera el
# trabajo.
#
# ## Cinco palabras para tres cosas
#
# Las notas tratan «patrones», «características», «pesos», *embedding* (vector aprendido que representa algo)
# y «representación» como sinónimos. Para distinguirlos basta preguntar **qué cambia cuándo**: cambiamos de
# flor, y después seguimos entrenando.

# %% [markdown] lang="en"
# Unit $h_1$ lights up for every *virginica* and for no *setosa*; $h_2$ and $h_3$ the other way round. Each
# detects one extreme, and the output “yes” subtracts them: it wins where the three detectors are silent or
# barely speak, a band in which each edge is parallel to the line of the unit that detects it. No unit detects
# *versicolor*.
#
# Notice that $h_2$ and $h_3$ look at nearly the same thing: the cosine between their rows of $W_1$ is
# `{python} angle:.4f`. The network had a unit to spare and spent it on what is nearly a copy. Nobody had
# asked it to divide the work.
#
# ## Five words for three things
#
# The notes treat “patterns”, “features”, “weights”, “embedding” (a learned vector that stands for something)
# and “representation” as synonyms. To tell them apart, ask **what changes when**: we change the flower, and
# then train on.

# %%
later = copy.deepcopy(net)
fit(later, seed=0, steps=50)


def quantities(model: nn.Sequential, flower: int) -> dict[str, torch.Tensor]:
    return {"x": scaled[flower], "W1": model[0].weight, "h": model[:2](scaled[flower])}


here, other_flower, trained_on = quantities(net, 0), quantities(net, 100), quantities(later, 0)
print(f"{'':<4} {tr(es='otra flor', en='other flower'):<14} {tr(es='más entrenamiento', en='more training')}")
CHANGES, SAME = tr(es="cambia", en="changes"), tr(es="igual", en="same")
for name, value in here.items():
    cells = [SAME if torch.equal(value, other[name]) else CHANGES for other in (other_flower, trained_on)]
    print(f"{name:<4} {cells[0]:<14} {cells[1]}")

# %% tags=["hidden"]
assert torch.equal(here["x"], trained_on["x"])
assert not torch.equal(here["x"], other_flower["x"])
assert torch.equal(here["W1"], other_flower["W1"])
assert not torch.equal(here["W1"], trained_on["W1"])
assert not torch.equal(here["h"], other_flower["h"])
assert not torch.equal(here["h"], trained_on["h"])

# %% [markdown] lang="es"
# | palabra | qué es aquí | ¿depende de la flor? | ¿lo cambia el entrenamiento? |
# |---|---|---|---|
# | característica (de entrada) | $\mathbf x$, las dos medidas | sí | no |
# | **peso** | $W_1$, $W_2$ (y los sesgos) | no | sí |
# | **representación**, característica aprendida | $\mathbf h$, tres números por flor | sí | sí |
# | *embedding* | la misma $\mathbf h$, cuando se la usa como coordenadas de la flor | sí | sí |
# | patrón | la regularidad de los datos que los pesos aprovechan | – | – |
#
# «Patrón» es palabra de los datos, no de la red: «los medianos están entre los extremos» es cierto aunque
# nadie entrene nada. Los pesos son **una** manera de aprovecharlo, y no la única: si permutamos las unidades
# ocultas, o multiplicamos por 10 lo que entra a una y dividimos por 10 lo que sale, los pesos son otros.
# ¿Cambiará alguna respuesta?

# %% [markdown] lang="en"
# | word | what it is here | depends on the flower? | changed by training? |
# |---|---|---|---|
# | (input) feature | $\mathbf x$, the two measurements | yes | no |
# | **weight** | $W_1$, $W_2$ (and the biases) | no | yes |
# | **representation**, learned feature | $\mathbf h$, three numbers for each flower | yes | yes |
# | embedding | the same $\mathbf h$, when used as coordinates of the flower | yes | yes |
# | pattern | the regularity of the data that the weights exploit | – | – |
#
# “Pattern” is a word about the data, not about the network: “the middling ones lie between the extremes” is
# true even if nobody trains anything. The weights are **one** way to exploit it, and not the only one: if we
# permute the hidden units, or multiply by 10 what enters one and divide by 10 what leaves it, the weights are
# others. Will any answer change?

# %%
order, scale = [2, 0, 1], torch.tensor([10.0, 1.0, 1.0])
twin = build(nn.ReLU(), seed=0)
with torch.no_grad():
    twin[0].weight.copy_((W1 * scale[:, None])[order])
    twin[0].bias.copy_((b1 * scale)[order])
    twin[2].weight.copy_((W2 / scale)[:, order])
    twin[2].bias.copy_(b2)
    print(twin[0].weight)
    print(float((twin(scaled) - net(scaled)).abs().max()))

# %% tags=["hidden"]
with torch.inference_mode():
    gap = float((twin(scaled) - net(scaled)).abs().max())
assert gap < 1e-4
assert float((twin[0].weight.detach() - W1).abs().max()) > 10

# %% [markdown] lang="es"
# Ninguna: las salidas coinciden salvo el redondeo (`{python} gap:.1e`), con pesos que no se parecen. Por eso
# no se puede leer un peso suelto y decir «esto es lo que aprendió».
#
# Lo que sí se puede mirar es la representación. A la derecha, cada flor según $h_1$ y $h_3$.

# %% [markdown] lang="en"
# None: the outputs agree but for rounding (`{python} gap:.1e`), with weights that look nothing alike. That is
# why one cannot read a single weight and say “this is what it learned”.
#
# What can be looked at is the representation. On the right, each flower by $h_1$ and $h_3$.

# %%
# alt es: Izquierda, la franja de versicolor; derecha, en la representación, queda sola en una esquina.
# alt en: Left, the band of versicolor; right, in the representation, it is alone in one corner.
with torch.inference_mode():
    h = net[:2](scaled)
places = {"x": scaled, "h": h[:, [0, 2]]}
figure, panels = plt.subplots(1, 2, figsize=(6.8, 3.2))
labels = {"x": ("$x_1$", "$x_2$"), "h": ("$h_1$", "$h_3$")}
for ax, (name, points) in zip(panels, places.items(), strict=True):
    clouds = {iris.target_names[k]: points[species == k].T.numpy() for k in range(3)}
    scatter(clouds, xlabel=labels[name][0], ylabel=labels[name][1], ax=ax)
    ax.get_legend().remove()
    for cloud in ax.collections:
        cloud.set_rasterized(True)
    ax.set_title(f"$\\mathbf{{{name}}}$")
_ = figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=3)


# %% tags=["hidden"]
@torch.inference_mode()
def best_line(points: torch.Tensor) -> Proportion:
    directions = torch.linspace(0, 2 * torch.pi, 145)
    along = points @ torch.stack([directions.cos(), directions.sin()])
    guesses = along[None] > torch.linspace(-6, 6, 241)[:, None, None]
    right = (guesses == is_versicolor.bool()[:, None]).sum(dim=1)
    return Proportion(int(right.max()), len(points))


alone, straight_line = best_line(places["h"]), best_line(places["x"])
assert alone.low > straight_line.high

# %% [markdown] lang="es"
# Las *virginica* se fueron sobre un eje, las *setosa* sobre el otro y las *versicolor* quedaron junto al
# origen. En ese plano una recta casi basta: la mejor de una búsqueda en cuadrícula acierta
# `{python} str(alone)` flores; en el plano original, la mejor acierta `{python} str(straight_line)`. Eso es
# «aprender una representación»: mover los puntos hasta que la última capa, que solo sabe trazar rectas, pueda
# responder.
#
# ## Las capas lineales se reducen a una
#
# ¿Por qué sin la ReLU la red no pudo, si tenía los mismos parámetros? Porque una función lineal de una
# función lineal es lineal:
#
# $$W_3\bigl(W_2(W_1 \mathbf x + \mathbf b_1) + \mathbf b_2\bigr) + \mathbf b_3 =
# \underbrace{W_3 W_2 W_1}_{W}\, \mathbf x +
# \underbrace{W_3 W_2 \mathbf b_1 + W_3 \mathbf b_2 + \mathbf b_3}_{\mathbf b}.$$
#
# Con números pequeños se puede hacer a mano. Calcula $W$ y $\mathbf b$ antes de ejecutar.

# %% [markdown] lang="en"
# The *virginica* went along one axis, the *setosa* along the other, and the *versicolor* stayed by the
# origin. In that plane one line nearly suffices: the best of a grid search gets `{python} str(alone)` flowers
# right; in the original plane, the best gets `{python} str(straight_line)`. That is “learning a
# representation”: moving the points until the last layer, which can only draw straight lines, is able to
# answer.
#
# ## Linear layers collapse into one
#
# Why could the network not do it without the ReLU, with the same parameters? Because a linear function of a
# linear function is linear:
#
# $$W_3\bigl(W_2(W_1 \mathbf x + \mathbf b_1) + \mathbf b_2\bigr) + \mathbf b_3 =
# \underbrace{W_3 W_2 W_1}_{W}\, \mathbf x +
# \underbrace{W_3 W_2 \mathbf b_1 + W_3 \mathbf b_2 + \mathbf b_3}_{\mathbf b}.$$
#
# With small numbers it can be done by hand. Compute $W$ and $\mathbf b$ before running.

# %%
A1, a1 = torch.tensor([[1.0, 2.0], [0.0, 1.0], [1.0, -1.0]]), torch.tensor([1.0, 0.0, 2.0])
A2, a2 = torch.tensor([[1.0, 0.0, 1.0], [2.0, 1.0, 0.0]]), torch.tensor([0.0, -1.0])
A3, a3 = torch.tensor([[1.0, 1.0]]), torch.tensor([3.0])

W = A3 @ A2 @ A1
b = A3 @ A2 @ a1 + A3 @ a2 + a3
print("W =", W.tolist(), "  b =", b.tolist())


def three_layers(x: torch.Tensor, activation=lambda values: values) -> float:
    return float(A3 @ activation(A2 @ activation(A1 @ x + a1) + a2) + a3)


P, Q = torch.tensor([1.0, 1.0]), torch.tensor([-3.0, 1.0])
for x in (P, (P + Q) / 2, Q):
    print(f"{x.tolist()!s:<12} {three_layers(x):>5} {float(W @ x + b):>5} {three_layers(x, torch.relu):>5}")

# %% tags=["hidden"]
bent = [three_layers(x, torch.relu) for x in (P, (P + Q) / 2, Q)]
flat = [three_layers(x) for x in (P, (P + Q) / 2, Q)]
assert W.tolist() == [[4.0, 6.0]]
assert b.tolist() == [7.0]
for x in torch.randint(-9, 10, (200, 2), generator=torch.Generator().manual_seed(0)).float():
    assert three_layers(x) == float(W @ x + b)
assert flat[1] == (flat[0] + flat[2]) / 2
assert bent[1] != (bent[0] + bent[2]) / 2

# %% [markdown] lang="es"
# Tres capas y sus `{python} sum(t.numel() for t in (A1, a1, A2, a2, A3, a3))` números equivalen a
# $4x_1 + 6x_2 + 7$: tres números. La segunda columna y la tercera coinciden siempre.
#
# La cuarta, con ReLU entre las capas, no cabe en ninguna fórmula $W\mathbf x + \mathbf b$, y basta mirar el
# punto medio para saberlo. Una función lineal con término constante da en el medio el promedio de los
# extremos: `{python} flat[1]:.0f` está a mitad de camino entre `{python} flat[0]:.0f` y
# `{python} flat[2]:.0f`. Con ReLU sale `{python} bent[1]:.0f`, y el promedio es
# `{python} (bent[0] + bent[2]) / 2:.0f`.
#
# Lo mismo vale para las redes entrenadas: al colapsar la red sin ReLU queda una sola capa de seis números que
# responde igual. Y al revés: una red que **nace** con una sola capa llega al mismo sitio. ¿Puede su pérdida
# ser peor que la de la red de dos capas?

# %% [markdown] lang="en"
# Three layers and their `{python} sum(t.numel() for t in (A1, a1, A2, a2, A3, a3))` numbers amount to
# $4x_1 + 6x_2 + 7$: three numbers. The second column and the third always agree.
#
# The fourth, with ReLU between the layers, fits into no formula $W\mathbf x + \mathbf b$, and the midpoint is
# enough to know it. A linear function with a constant term gives, in the middle, the mean of the ends:
# `{python} flat[1]:.0f` is half-way between `{python} flat[0]:.0f` and `{python} flat[2]:.0f`. With ReLU it
# gives `{python} bent[1]:.0f`, and the mean is `{python} (bent[0] + bent[2]) / 2:.0f`.
#
# The same goes for the trained networks: to collapse the one without ReLU leaves a single layer of six
# numbers that answers alike. And the other way round: a network **born** with a single layer ends up in the
# same place. Can its loss be worse than that of the two-layer network?


# %%
def training_loss(model: nn.Module, seed: int) -> float:
    train, _ = split(seed)
    with torch.inference_mode():
        return float(cross_entropy(model(runs[WITHOUT][seed][1][train]), is_versicolor[train]))


print(tr(es="pérdida: dos capas, una", en="loss: two layers, one"))
pairs = []
for seed in SEEDS:
    torch.manual_seed(seed)
    single = nn.Linear(INPUTS, ANSWERS)
    fit(single, seed)
    pairs.append((training_loss(runs[WITHOUT][seed][0], seed), training_loss(single, seed)))
    print(f"{pairs[-1][0]:.4f}  {pairs[-1][1]:.4f}")

# %% tags=["hidden"]
largest = max(abs(two - one) for two, one in pairs)
assert largest < 0.001
first, _, last = runs[WITHOUT][0][0]
joined = last.weight @ first.weight, last.weight @ first.bias + last.bias
assert torch.allclose(scaled @ joined[0].T + joined[1], runs[WITHOUT][0][0](scaled), atol=1e-5)

# %% [markdown] lang="es"
# No puede ser peor ni mejor: las dos recorren exactamente las mismas funciones, y las pérdidas impresas
# difieren en menos de una milésima, lo que le falta al descenso por llegar. Agregar capas lineales agrega
# parámetros y ninguna función nueva.
#
# ## Qué se gana con la no linealidad
#
# El ejemplo más pequeño es «o uno u otro, pero no ambos» (XOR), que abre el [capítulo 6 de Goodfellow, Bengio
# y Courville (2016)](https://www.deeplearningbook.org/contents/mlp.html). Ninguna función
# $w_1 x_1 + w_2 x_2 + b$ lo cumple, porque para todas ellas $f(0,0) + f(1,1) = f(0,1) + f(1,0)$, y aquí el
# lado izquierdo es $0 + 0$ y el derecho $1 + 1$. Con dos unidades ReLU los pesos se eligen a mano:
#
# $$f(x_1, x_2) = \operatorname{ReLU}(x_1 + x_2) - 2 \operatorname{ReLU}(x_1 + x_2 - 1).$$

# %% [markdown] lang="en"
# Neither worse nor better: both range over exactly the same functions, and the printed losses differ by less
# than a thousandth, which is what the descent has left to go. Adding linear layers adds parameters and not
# one new function.
#
# ## What the nonlinearity buys
#
# The smallest example is “one or the other, but not both” (XOR), which opens [chapter 6 of Goodfellow, Bengio
# and Courville (2016)](https://www.deeplearningbook.org/contents/mlp.html). No function
# $w_1 x_1 + w_2 x_2 + b$ does it, for all of them have $f(0,0) + f(1,1) = f(0,1) + f(1,0)$, and here the left
# side is $0 + 0$ and the right side $1 + 1$. With two ReLU units the weights are chosen by hand:
#
# $$f(x_1, x_2) = \operatorname{ReLU}(x_1 + x_2) - 2 \operatorname{ReLU}(x_1 + x_2 - 1).$$

# %%
corners = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
xor = torch.tensor([0.0, 1.0, 1.0, 0.0])
total = corners.sum(dim=1)
by_hand = torch.relu(total) - 2 * torch.relu(total - 1)

with_one = torch.cat([corners, torch.ones(4, 1)], dim=1)
best_linear = with_one @ torch.linalg.lstsq(with_one, xor[:, None]).solution
print(xor.tolist(), by_hand.tolist(), [round(float(value), 3) for value in best_linear])

# %% tags=["hidden"]
assert torch.equal(by_hand, xor)
assert torch.allclose(best_linear, torch.full((4, 1), 0.5), atol=1e-5)

# %% [markdown] lang="es"
# Lo mejor que consigue una función lineal, en mínimos cuadrados, es contestar un medio en las cuatro
# esquinas: no saber nada.
#
# ¿Sirve cualquier función entre las capas? Falla la que no dobla: multiplicar por 2, o sumar 1, se absorbe en
# la capa siguiente. Sirve la que no cumple la regla del punto medio.

# %% [markdown] lang="en"
# The best a linear function manages, in least squares, is to answer one half at all four corners: to know
# nothing.
#
# Will any function do between the layers? The one that does not bend fails: to multiply by 2, or to add 1, is
# absorbed by the next layer. One that breaks the rule of the midpoint will do.

# %%
candidates = {
    "2t + 1": lambda t: 2 * t + 1,
    "ReLU": torch.relu,
    "tanh": torch.tanh,
    "GELU": nn.functional.gelu,
    "|t|": torch.abs,
}
s, t = torch.tensor(-1.0), torch.tensor(3.0)
for name, function in candidates.items():
    miss = float(function((s + t) / 2) - (function(s) + function(t)) / 2)
    print(f"{name:<7} {miss:+.3f}")

# %% tags=["hidden"]
misses = [float(function((s + t) / 2) - (function(s) + function(t)) / 2) for function in candidates.values()]
assert misses[0] == 0
assert min(abs(value) for value in misses[1:]) > 0.1

# %% [markdown] lang="es"
# ## Para llevarte
#
# * La entrada no calcula; cada capa siguiente es una cuenta lineal, y las ocultas le agregan una no
#   linealidad. La salida se interpreta: *logits*, probabilidades, palabra.
# * Los pesos no dependen del ejemplo; la representación sí. Patrón es lo que hay en los datos.
# * Pesos distintos pueden ser la misma función: no leas uno suelto.
# * Capas lineales seguidas son una capa. La no linealidad es lo que permite que la profundidad sirva.
# * Una ReLU que nunca se enciende es como si no estuviera: prueba varias semillas.

# %% [markdown] lang="en"
# ## What to keep
#
# * The input computes nothing; each layer after it is a linear computation, and the hidden ones add a
#   nonlinearity. The output is interpreted: logits, probabilities, word.
# * Weights do not depend on the example; the representation does. A pattern is what the data holds.
# * Different weights may be the same function: do not read one on its own.
# * Linear layers in a row are one layer. The nonlinearity is what lets depth be of use.
# * A ReLU that never lights up might as well not be there: try several seeds.

# %% [markdown] lang="es" tags=["quiz"]
# Un compañero arma una red de veinte capas `nn.Linear(64, 64)` seguidas, sin nada en medio, y una última que
# da diez *logits*. ¿Qué funciones puede aprender?
#
# - [ ] Más que una capa sola, porque tiene muchos más parámetros: los parámetros de más se multiplican entre
#   sí y dan una matriz.
# - [x] Las mismas que `nn.Linear(64, 10)`: el producto de las matrices es una matriz de 10×64 y los sesgos se
#   juntan en uno.
# - [ ] Ninguna, porque los gradientes se anulan: si se hacen pequeños costará más entrenarla, pero eso no
#   cambia qué funciones caben en ella.

# %% [markdown] lang="en" tags=["quiz"]
# A colleague builds a network of twenty `nn.Linear(64, 64)` in a row, with nothing between them, and a last
# one that gives ten logits. Which functions can it learn?
#
# - [ ] More than a single layer, for it has many more parameters: the extra ones multiply one another and
#   give one matrix.
# - [x] The same as `nn.Linear(64, 10)`: the product of the matrices is a 10×64 matrix and the biases merge
#   into one.
# - [ ] None, because the gradients vanish: if they become small it is harder to train, but that does not
#   change which functions it can hold.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: contar antes de construir
#
# Escribe `parameters(widths)`: recibe los anchos de las capas, de la entrada a la salida, y devuelve cuántos
# números aprende una red de capas lineales con sesgo. Para `[2, 3, 2]` debe dar lo que contamos arriba.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: count before you build
#
# Write `parameters(widths)`: it takes the widths of the layers, from input to output, and returns how many
# numbers a network of linear layers with bias learns. For `[2, 3, 2]` it must give what we counted above.


# %% tags=["solution"]
def parameters(widths: list[int]) -> int:
    return sum((inputs + 1) * outputs for inputs, outputs in pairwise(widths))


# %% tags=["check"]
for widths in ([2, 3, 2], [784, 10], [64, 32, 10], [5, 4, 3, 2, 1]):
    layers = [nn.Linear(*pair) for pair in pairwise(widths)]
    assert parameters(widths) == sum(p.numel() for layer in layers for p in layer.parameters()), widths
print(parameters([784, 32, 10]))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: reducir una red
#
# Escribe `collapse(layers)`: recibe una lista de `nn.Linear` que se aplican una tras otra y devuelve el par
# `(W, b)` de la única capa equivalente.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: collapse a network
#
# Write `collapse(layers)`: it takes a list of `nn.Linear` applied one after another and returns the pair
# `(W, b)` of the single equivalent layer.


# %% tags=["solution"]
def collapse(layers: list[nn.Linear]) -> tuple[torch.Tensor, torch.Tensor]:
    W, b = layers[0].weight, layers[0].bias
    for layer in layers[1:]:
        W, b = layer.weight @ W, layer.weight @ b + layer.bias
    return W, b


# %% tags=["check"]
torch.manual_seed(0)
stack = [nn.Linear(4, 7), nn.Linear(7, 3), nn.Linear(3, 5), nn.Linear(5, 2)]
x = torch.randn(20, 4)
for depth in (1, 2, 4):
    W, b = collapse(stack[:depth])
    expected = nn.Sequential(*stack[:depth])(x)
    assert W.shape == (stack[depth - 1].out_features, 4)
    assert torch.allclose(x @ W.T + b, expected, atol=1e-5), depth
print(tuple(W.shape), tuple(b.shape))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: una tienda de campaña con tres unidades
#
# Escribe `tent(x)` como combinación de tres unidades ReLU: vale 0 fuera de $[-1, 1]$, vale 1 en 0 y es recta
# entre esos puntos. Con muchas tiendas corridas y estiradas se dibuja cualquier línea quebrada, y por eso una
# capa oculta ancha aproxima tanto.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: a tent with three units
#
# Write `tent(x)` as a combination of three ReLU units: it is 0 outside $[-1, 1]$, it is 1 at 0, and straight
# between those points. Many tents, shifted and stretched, draw any broken line, which is why a wide hidden
# layer approximates so much.


# %% tags=["solution"]
def tent(x: torch.Tensor) -> torch.Tensor:
    return torch.relu(x + 1) - 2 * torch.relu(x) + torch.relu(x - 1)


# %% tags=["check"]
x = torch.linspace(-3, 3, 61)
assert torch.allclose(tent(x), (1 - x.abs()).clamp(min=0), atol=1e-5)
print([round(float(value), 2) for value in tent(torch.tensor([-2.0, -0.5, 0.0, 0.25, 1.0]))])

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# De dónde salen los números de la entrada, cuando no son medidas sino texto, imagen o sonido, está en [De la
# cosa al número y de vuelta](numerical_encoding.md). Otras formas de unir las capas, con sus cuentas de
# parámetros, en el [Mapa de arquitecturas](architectures_map.md). Cómo se hallan los pesos, en [Una recta, de
# los tensores sueltos al modelo guardado](../workflow/linear_regression.md) y en
# [Autograd](../fundamentals/autograd.md).

# %% [markdown] lang="en"
# ## Where to go next
#
# Where the numbers of the input come from, when they are not measurements but text, image or sound, is in
# [From the thing to the number and back](numerical_encoding.md). Other ways to join the layers, with their
# parameter counts, in the [Map of architectures](architectures_map.md). How weights are found, in [A line,
# from bare tensors to a saved model](../workflow/linear_regression.md) and in
# [Autograd](../fundamentals/autograd.md).
