"""
title:
  es: Características guardadas
  en: Stored features
summary:
  es: El cuerpo mira cada imagen una vez; después, sondas, vecinos y medias trabajan sobre una tabla.
  en: The body looks at each image once; from then on, probes, neighbours and means work on a table.
tags: [transfer learning, feature extraction, linear probe, nearest neighbour, hooks, retrieval]
objectives:
  es:
    - Sacar la salida de cualquier capa con un gancho o con `create_feature_extractor`, y guardarla bien.
    - Escribir a mano una sonda lineal, los vecinos más cercanos y las medias de clase, y comprobarlas.
    - Elegir la capa con datos de validación, frente a los controles que la ponen en duda.
    - Reconocer tres trampas, la del modo de entrenamiento, la de la escala y la de elegir con el examen.
    - Contar cuánto trabajo ahorra una tabla de características.
  en:
    - Take out the output of any layer with a hook or with `create_feature_extractor`, and store it well.
    - Write a linear probe, nearest neighbours and class means by hand, and check them.
    - Choose the layer on validation data, against the controls that put it in doubt.
    - Recognise three traps, that of training mode, that of scaling and that of choosing on the exam.
    - Count how much work a table of features saves.
prerequisites:
  es:
    - El bucle de entrenamiento y las convoluciones.
    - Datos de validación, intervalos y comparación por pares.
  en:
    - The training loop and convolutions.
    - Validation data, intervals and paired comparison.
timeout_seconds: 180
"""
# %% [markdown] lang="es"
# Un cuerpo quieto da siempre los mismos números a la misma imagen. Entonces no hace falta preguntarle dos
# veces: se calculan una vez, se guardan en una tabla con una fila por imagen, y desde ahí vale todo lo que
# sabes hacer con tablas. Aquí vas a sacar esas **características** de cada capa, a usarlas de tres maneras y
# a medir cuál capa conviene, sin que el examen se entere antes de tiempo.
#
# La lección supone [Tres modelos, un conjunto de
# datos](../convolutional_networks/three_models_one_dataset.md) y [Evaluación
# honesta](../workflow/honest_evaluation.md). Acompaña la sección *PyTorch Transfer Learning* del curso
# [PyTorch for Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) de Andrei
# Neagoie y Daniel Bourke, y el [capítulo 06](https://www.learnpytorch.io/06_pytorch_transfer_learning/) de
# su libro abierto, que llama *feature extraction* a entrenar solo la cabeza y pasa las imágenes por la red
# entera en cada época.

# %% [markdown] lang="en"
# A body kept still always gives the same numbers to the same image. So there is no need to ask it twice: they
# are computed once, stored in a table with one row for each image, and from there on everything you know
# about tables applies. Here you will take those **features** out of each layer, use them in three ways, and
# measure which layer serves best, without the exam hearing of it too soon.
#
# The lesson presumes [Three models, one data
# set](../convolutional_networks/three_models_one_dataset.md) and [Honest
# evaluation](../workflow/honest_evaluation.md). It goes with the section *PyTorch Transfer Learning* of the
# course [PyTorch for Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) by
# Andrei Neagoie and Daniel Bourke, and with [chapter
# 06](https://www.learnpytorch.io/06_pytorch_transfer_learning/) of their open book, which calls it feature
# extraction to train only the head and passes the images through the whole network in each epoch.

# %%
from collections import OrderedDict
from copy import deepcopy
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp

import matplotlib.pyplot as plt
import torch
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from torch import nn
from torch.nn.functional import cross_entropy, normalize, one_hot
from torch.utils.flop_counter import FlopCounterMode
from torchvision.models.feature_extraction import create_feature_extractor

from tutorials_lib import tr
from tutorials_lib.data import digits
from tutorials_lib.metrics import Proportion, mean_over_seeds
from tutorials_lib.models import parameter_count
from tutorials_lib.plots import curves, image_grid, interval_plot, scatter

# %% [markdown] lang="es"
# ## Un cuerpo que ya sabe algo
#
# La **tarea fuente** es distinguir los dígitos del 0 al 4; la **tarea destino**, los del 5 al 9. No comparten
# ninguna clase. `place` deja cada dígito de 8×8 en un lugar al azar de un lienzo de 16×16, de modo que dos
# sietes pueden no tener ni un píxel encendido en común.

# %% [markdown] lang="en"
# ## A body that knows something already
#
# The **source task** is to tell the digits 0 to 4 apart; the **target task**, 5 to 9. They share no class.
# `place` leaves each 8×8 digit at a random place of a 16×16 canvas, so that two sevens may not have a single
# lit pixel in common.


# %%
def of_classes(images, labels, classes):
    chosen = torch.isin(labels, torch.tensor(classes))
    return images[chosen], labels[chosen] - classes[0]


def place(images: torch.Tensor, generator: torch.Generator, side: int = 16) -> torch.Tensor:
    n = len(images)
    corner = torch.randint(0, side - 7, (n, 2), generator=generator)
    rows, columns = (corner[:, [axis]] + torch.arange(8) for axis in (0, 1))
    canvas = torch.zeros(n, 1, side, side)
    canvas[torch.arange(n)[:, None, None], 0, rows[:, :, None], columns[:, None, :]] = images[:, 0]
    return canvas


# %%
# alt es: Seis dígitos blancos sobre negro, cada uno en un lugar distinto de su lienzo: del 5 al 9.
# alt en: Six white digits on black, each at a different place of its canvas: from 5 to 9.
data, somewhere = digits(), torch.Generator().manual_seed(0)
source = of_classes(data.train_images, data.train_labels, [0, 1, 2, 3, 4])
source_exam = of_classes(data.test_images, data.test_labels, [0, 1, 2, 3, 4])
pool, pool_labels = of_classes(data.train_images, data.train_labels, [5, 6, 7, 8, 9])
exam, exam_labels = of_classes(data.test_images, data.test_labels, [5, 6, 7, 8, 9])
pool, exam = place(pool, somewhere), place(exam, somewhere)
_ = image_grid(pool[:6], [str(5 + label) for label in pool_labels[:6].tolist()])

# %% [markdown] lang="es"
# La red tiene nombres en cada parte, porque por su nombre vamos a pedirle sus salidas: tres bloques de
# convolución, una capa oculta y los *logits* de la fuente. Lleva normalización por *batch* y *dropout*, como
# las redes grandes, y las dos nos harán tropezar más adelante.

# %% [markdown] lang="en"
# Every part of the network has a name, since by its name we shall ask for its outputs: three convolution
# blocks, a hidden layer and the logits of the source. It has batch normalisation and dropout, as large
# networks do, and both will trip us up further down.


# %%
def block(inputs: int, outputs: int, pooling: nn.Module) -> nn.Sequential:
    convolution = nn.Conv2d(inputs, outputs, kernel_size=3, padding=1, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU(), pooling)


def build_network(seed: int) -> nn.Sequential:
    torch.manual_seed(seed)
    parts = OrderedDict(
        block1=block(1, 8, nn.MaxPool2d(2)),
        block2=block(8, 16, nn.MaxPool2d(2)),
        block3=block(16, 32, nn.AdaptiveMaxPool2d(2)),
        flatten=nn.Flatten(),
        hidden=nn.Sequential(nn.Linear(128, 64), nn.ReLU(), nn.Dropout(0.2)),
        logits=nn.Linear(64, 5),
    )
    return nn.Sequential(parts).eval()


# %%
def learn_source(seed: int) -> nn.Sequential:
    network = build_network(seed).train()
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.005)
    for _ in range(150):
        batch = torch.randint(len(source[1]), (48,), generator=generator)
        # es: cada dígito en un lugar nuevo, en cada paso
        # en: every digit at a new place, in each step
        images = place(source[0][batch], generator)
        loss = cross_entropy(network(images), source[1][batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return network.eval()


SEEDS = range(5)
trained = [learn_source(seed) for seed in SEEDS]
untrained = [build_network(seed) for seed in SEEDS]
with torch.inference_mode():
    scattered = place(source_exam[0], torch.Generator().manual_seed(1))
    on_source = [Proportion.of(net(scattered).argmax(dim=1) == source_exam[1]) for net in trained]
print(*on_source)

# %% tags=["hidden"]
assert min(score.low for score in on_source) > 0.6

# %% [markdown] lang="es"
# Cinco semillas, cinco cuerpos; cada uno reconoce bien los dígitos de la fuente. Los mismos cinco **sin
# entrenar** serán el control: lo que se logre con ellos no se debe a lo aprendido.
#
# ## Dos maneras de sacar lo de adentro
#
# Un **gancho** (*hook*) es una función que la capa llama cada vez que produce una salida. Se cuelga, se
# pasan las imágenes y se descuelga.

# %% [markdown] lang="en"
# Five seeds, five bodies; each recognises the digits of the source well. The same five, **untrained**, will
# be the control: whatever is reached with them is not owed to what was learned.
#
# ## Two ways to take out what is inside
#
# A **hook** is a function that the layer calls each time it produces an output. It is hung up, the images are
# passed, and it is taken down.

# %%
LAYERS = ("block1", "block2", "block3", "hidden", "logits")


@torch.no_grad()
def with_hooks(network: nn.Module, images: torch.Tensor) -> dict[str, torch.Tensor]:
    kept = {}

    def keeper(name: str):
        return lambda layer, inputs, output: kept.update({name: output.flatten(1)})

    handles = [network.get_submodule(name).register_forward_hook(keeper(name)) for name in LAYERS]
    network(images)
    for handle in handles:
        handle.remove()
    return kept


# %% [markdown] lang="es"
# `create_feature_extractor`, de torchvision, hace otra cosa: sigue el cálculo de la red, lo escribe como un
# grafo y devuelve una red nueva cuyas salidas son las capas pedidas. ¿Darán lo mismo, bit a bit?

# %% [markdown] lang="en"
# `create_feature_extractor`, from torchvision, does something else: it follows the computation of the
# network, writes it as a graph, and returns a new network whose outputs are the layers asked for. Will they
# give the same, bit for bit?

# %%
network = trained[0]
extractor = create_feature_extractor(network, return_nodes=list(LAYERS))
hooked = with_hooks(network, exam)
with torch.no_grad():
    extracted = extractor(exam)
for name in LAYERS:
    same = torch.equal(hooked[name], extracted[name].flatten(1))
    print(f"{name:<8}{hooked[name].shape[1]:>5}  {same}")

up_to_block2 = create_feature_extractor(network, return_nodes=["block2"])
print(parameter_count(up_to_block2), parameter_count(network))

# %% tags=["hidden"]
assert all(torch.equal(hooked[name], extracted[name].flatten(1)) for name in LAYERS)
assert [hooked[name].shape[1] for name in LAYERS] == [512, 256, 128, 64, 5]
assert parameter_count(up_to_block2) == 8 * 9 + 16 + 16 * 8 * 9 + 32
assert not any(module._forward_hooks for module in network.modules())

# %% [markdown] lang="es"
# Lo mismo, en las cinco capas. La columna del medio dice cuántos números por imagen da cada una, aplanada. La
# diferencia es práctica: con ganchos la red corre entera; el extractor descarta lo que viene después de la
# última capa pedida, y hasta `block2` se queda con `{python} parameter_count(up_to_block2)` parámetros de
# `{python} parameter_count(network)`. A cambio, necesita poder seguir el cálculo: una red cuyo `forward`
# decide según los **valores** de un tensor no se deja escribir como un grafo; ahí queda el gancho.
#
# ## Primera trampa: el modo de entrenamiento
#
# La red se entrenó en `train()` y alguien olvidó `eval()`. Pidamos dos veces las características del mismo
# examen, sin gradientes, y después volvamos a `eval()`. Antes de mirar: ¿qué capas cambian de una llamada a
# la otra? ¿Y vuelve todo a su lugar al final?

# %% [markdown] lang="en"
# The same, in all five layers. The middle column says how many numbers each one gives for an image, when
# flattened. The difference is a practical one: with hooks the whole network runs; the extractor drops what
# comes after the last layer asked for, and up to `block2` it keeps
# `{python} parameter_count(up_to_block2)` parameters out of `{python} parameter_count(network)`. In exchange
# it must be able to follow the computation: a network whose `forward` decides by the **values** of a tensor
# cannot be written as a graph; there the hook remains.
#
# ## First trap: training mode
#
# The network was trained in `train()` and somebody forgot `eval()`. Let us ask twice for the features of the
# same exam, without gradients, and then go back to `eval()`. Before you look: which layers change from one
# call to the other? And is everything back in its place in the end?


# %%
def change(before: torch.Tensor, after: torch.Tensor) -> float:
    return ((after - before).norm() / before.norm()).item()


careless = deepcopy(network).train()
first, second = with_hooks(careless, exam), with_hooks(careless, exam)
afterwards = with_hooks(careless.eval(), exam)
print(f"{'':<8}", tr(es="1.ª y 2.ª   antes y después", en="1st and 2nd   before and after"))
for name in LAYERS:
    print(
        f"{name:<8}{change(first[name], second[name]):>8.1%}{change(hooked[name], afterwards[name]):>16.1%}"
    )

# %% tags=["hidden"]
assert change(first["block3"], second["block3"]) == 0
assert change(first["hidden"], second["hidden"]) > 0.1
assert min(change(hooked[name], afterwards[name]) for name in LAYERS) > 0
assert change(hooked["block3"], afterwards["block3"]) > 0.005

# %% [markdown] lang="es"
# Entre las dos llamadas, los bloques coinciden y la capa oculta no: el *dropout* apaga otras neuronas cada
# vez. Los bloques coinciden por una razón poco tranquilizadora: en `train()` la normalización usa la media y
# la varianza del *batch* presente, que fue el mismo; la misma imagen, en otra compañía, daría otros números.
# Y la última columna muestra el daño que queda: las dos llamadas movieron las medias guardadas, y la red ya
# no es la de antes aunque vuelva a `eval()`. `no_grad` apaga los gradientes; el modo es otra cosa.
#
# ## Una tabla, tres lectores
#
# Saquemos la tabla de cada cuerpo, con los píxeles como primera «capa», y repartamos el destino: 20 imágenes
# por clase con etiqueta para aprender, otras 20 de **validación** para elegir y el examen, de otras manos,
# para el final. Cada semilla es un cuerpo y un reparto.

# %% [markdown] lang="en"
# Between the two calls, the blocks agree and the hidden layer does not: dropout switches other neurons off
# each time. The blocks agree for a reason that is little comfort: in `train()` the normalisation uses the
# mean and variance of the batch at hand, which was the same; the same image, in other company, would give
# other numbers. And the last column shows the damage that stays: the two calls moved the stored means, and
# the network is no longer the one it was, even back in `eval()`. `no_grad` switches off the gradients; the
# mode is another matter.
#
# ## One table, three readers
#
# Let us take out the table of each body, with the pixels as the first “layer”, and deal out the target: 20
# labelled images of each class to learn from, another 20 for **validation**, to choose by, and the exam,
# by other hands, for the end. Each seed is one body and one deal.


# %%
def table(network: nn.Module, images: torch.Tensor) -> dict[str, torch.Tensor]:
    rows = {"pixels": images.flatten(1), **with_hooks(network, images)}
    return {name: features.double() for name, features in rows.items()}


def deal(seed: int, per_class: int = 20) -> tuple[torch.Tensor, torch.Tensor]:
    order = torch.randperm(len(pool), generator=torch.Generator().manual_seed(seed))
    groups = [order[pool_labels[order] == index] for index in range(5)]
    learned = torch.cat([group[:per_class] for group in groups])
    return learned, torch.cat([group[per_class : 2 * per_class] for group in groups])


deals = [deal(seed) for seed in SEEDS]
tables = {
    kind: [(table(network, pool), table(network, exam)) for network in networks]
    for kind, networks in (("trained", trained), ("untrained", untrained))
}

# %% [markdown] lang="es"
# Las columnas de una tabla así tienen escalas dispares, de modo que las estandarizamos con la media y la
# desviación de las imágenes **de aprender**. Una columna constante se deja sin dividir.

# %% [markdown] lang="en"
# The columns of such a table have unlike scales, so we standardise them with the mean and deviation of the
# images **to learn from**. A constant column is left undivided.


# %%
def scaler(learned: torch.Tensor):
    mean, deviation = learned.mean(dim=0), learned.std(dim=0)
    deviation = torch.where(deviation > 1e-8, deviation, 1.0)
    return lambda features: (features - mean) / deviation


def views(kind: str, layer: str, seed: int) -> tuple[torch.Tensor, ...]:
    of_pool, of_exam = (part[layer] for part in tables[kind][seed])
    learned, validation = deals[seed]
    scale = scaler(of_pool[learned])
    return scale(of_pool[learned]), scale(of_pool[validation]), scale(of_exam)


features, validated, examined = views("trained", "block3", 0)
labels = pool_labels[deals[0][0]]
print(*(tuple(part.shape) for part in (features, validated, examined)))

# %% [markdown] lang="es"
# ### Una sonda lineal
#
# La **sonda lineal** ([Alain y Bengio, 2016](https://arxiv.org/abs/1610.01644)) es un clasificador lineal
# sobre las características quietas: mide cuánto de la respuesta se lee ya con una suma ponderada. Con las
# filas $z_i$ y las etiquetas $y_i$, minimiza
#
# $$L(W, b) = \tfrac12 \lVert W \rVert^2 + C \sum_i -\log \operatorname{softmax}(W z_i + b)_{y_i}, \tag{1}$$
#
# donde $C$ dice cuánto pesan los ejemplos frente al tamaño de los pesos. La función es convexa: sus mínimos
# dan todos las mismas probabilidades, y dos programas que lleguen al fondo tienen que coincidir. Uno es el
# nuestro, con L-BFGS; el otro, la regresión logística de scikit-learn.

# %% [markdown] lang="en"
# ### A linear probe
#
# The **linear probe** ([Alain and Bengio, 2016](https://arxiv.org/abs/1610.01644)) is a linear classifier on
# the still features: it measures how much of the answer can be read off with a weighted sum. With the rows
# $z_i$ and the labels $y_i$, it minimises
#
# $$L(W, b) = \tfrac12 \lVert W \rVert^2 + C \sum_i -\log \operatorname{softmax}(W z_i + b)_{y_i}, \tag{1}$$
#
# where $C$ says how much the examples weigh against the size of the weights. The function is convex: all its
# minima give the same probabilities, and two programs that reach the bottom must agree. One is ours, with
# L-BFGS; the other, the logistic regression of scikit-learn.


# %%
def fit_probe(features, labels, C: float = 0.1, tolerance: float = 1e-3) -> nn.Linear:
    probe = nn.Linear(features.shape[1], 5, dtype=features.dtype)
    nn.init.zeros_(probe.weight)
    nn.init.zeros_(probe.bias)
    optimizer = torch.optim.LBFGS(
        probe.parameters(), max_iter=500, tolerance_grad=tolerance, line_search_fn="strong_wolfe"
    )

    def objective() -> torch.Tensor:
        optimizer.zero_grad()
        errors = cross_entropy(probe(features), labels, reduction="sum")
        value = probe.weight.square().sum() / 2 + C * errors  # (1)
        value.backward()
        return value

    optimizer.step(objective)
    return probe.requires_grad_(False)


probe = fit_probe(features, labels, tolerance=1e-7)
theirs = LogisticRegression(C=0.1, tol=1e-9, max_iter=5000).fit(features, labels)
apart = (probe(examined).softmax(dim=1) - torch.from_numpy(theirs.predict_proba(examined))).abs().max()
print(f"{apart.item():.0e}", Proportion.of(probe(validated).argmax(dim=1) == pool_labels[deals[0][1]]))

# %% tags=["hidden"]
assert apart < 1e-4

# %% [markdown] lang="es"
# ### Vecinos y medias
#
# Los **$k$ vecinos más cercanos** no entrenan nada: cada consulta mira las $k$ imágenes guardadas que más se
# le parecen y ellas votan. Como parecido tomamos el coseno del ángulo entre las filas, que con filas de
# longitud uno es un solo producto de matrices,
#
# $$S_{ij} = \frac{q_i \cdot z_j}{\lVert q_i \rVert \, \lVert z_j \rVert}. \tag{2}$$
#
# El tercer lector guarda una fila por clase, su **media**, y responde la clase de la más parecida:
#
# $$\mu_c = \frac{1}{n_c} \sum_{i :\, y_i = c} z_i. \tag{3}$$
#
# Las redes prototípicas de [Snell y otros (2017)](https://arxiv.org/abs/1703.05175) clasifican así, con
# distancia euclidiana y un cuerpo entrenado para eso.

# %% [markdown] lang="en"
# ### Neighbours and means
#
# The **$k$ nearest neighbours** train nothing: each query looks at the $k$ stored images most like it, and
# they vote. As likeness we take the cosine of the angle between the rows, which for rows of length one is a
# single matrix product,
#
# $$S_{ij} = \frac{q_i \cdot z_j}{\lVert q_i \rVert \, \lVert z_j \rVert}. \tag{2}$$
#
# The third reader keeps one row for each class, its **mean**, and answers the class of the most similar one:
#
# $$\mu_c = \frac{1}{n_c} \sum_{i :\, y_i = c} z_i. \tag{3}$$
#
# The prototypical networks of [Snell et al. (2017)](https://arxiv.org/abs/1703.05175) classify like this,
# with Euclidean distance and a body trained for that purpose.


# %%
def likeness(queries: torch.Tensor, features: torch.Tensor) -> torch.Tensor:
    return normalize(queries, dim=1) @ normalize(features, dim=1).T  # (2)


def vote(labels: torch.Tensor, nearest: torch.Tensor) -> torch.Tensor:
    # es: empate: la primera clase
    # en: a tie: the first class
    return one_hot(labels[nearest], 5).sum(dim=1).argmax(dim=1)


def by_neighbours(features, labels, queries, k: int) -> torch.Tensor:
    return vote(labels, likeness(queries, features).topk(k, dim=1).indices)


def by_means(features, labels, queries) -> torch.Tensor:
    means = torch.stack([features[labels == index].mean(dim=0) for index in range(5)])  # (3)
    return likeness(queries, means).argmax(dim=1)


# %%
for k in (1, 3, 5):
    theirs = KNeighborsClassifier(k, metric="cosine").fit(features, labels).predict(examined)
    print(k, torch.equal(by_neighbours(features, labels, examined, k), torch.from_numpy(theirs)))

# %% tags=["hidden"]
for k in (1, 3, 5, 9):
    theirs = KNeighborsClassifier(k, metric="cosine").fit(features, labels).predict(examined)
    assert torch.equal(by_neighbours(features, labels, examined, k), torch.from_numpy(theirs))

# %% [markdown] lang="es"
# Los mismos votos que scikit-learn. Ninguno de los dos tocó todavía las etiquetas del examen.
#
# ## ¿Qué capa conviene?
#
# La capa es un hiperparámetro más y se elige con la validación. Predice el dibujo: las primeras capas ven
# trazos y todavía saben dónde están; la última resume la imagen en cinco números que solo querían distinguir
# del 0 al 4. ¿Dónde estará el máximo de la sonda con el cuerpo entrenado? ¿Y qué hará el cuerpo sin entrenar?

# %% [markdown] lang="en"
# The same votes as scikit-learn. Neither has touched the labels of the exam so far.
#
# ## Which layer serves best?
#
# The layer is one more hyperparameter, and it is chosen on the validation part. Predict the drawing: the
# first layers see strokes and still know where they are; the last one sums the image up in five numbers that
# only wanted to tell 0 to 4 apart. Where will the maximum of the probe lie for the trained body? And what
# will the untrained body do?


# %%
def probe_scores(kind: str, layer: str) -> list[float]:
    scores = []
    for seed, (learned, validation) in enumerate(deals):
        features, validated, _ = views(kind, layer, seed)
        answers = fit_probe(features, pool_labels[learned])(validated).argmax(dim=1)
        scores.append(Proportion.of(answers == pool_labels[validation]).value)
    return scores


PLACES = ("pixels", *LAYERS)
on_validation = {kind: {layer: probe_scores(kind, layer) for layer in PLACES} for kind in tables}
for kind, rows in on_validation.items():
    print(f"{kind:<10}", *(f"{layer} {mean_over_seeds(row).value:.2f}  " for layer, row in rows.items()))

# %%
# alt es: Dos curvas de exactitud por capa: suben hasta block3 y bajan; desde block2, la entrenada va arriba.
# alt en: Two curves of accuracy by layer that rise up to block3 and fall; from block2 on, trained is above.
TRAINED, UNTRAINED = tr(es="cuerpo entrenado", en="trained body"), tr(es="sin entrenar", en="untrained")
by_layer = {
    name: [mean_over_seeds(on_validation[kind][layer]) for layer in PLACES]
    for name, kind in ((TRAINED, "trained"), (UNTRAINED, "untrained"))
}
ax = curves(
    range(len(PLACES)),
    {name: [mean.value for mean in means] for name, means in by_layer.items()},
    bands={name: ([m.low for m in means], [m.high for m in means]) for name, means in by_layer.items()},
    xlabel=tr(es="capa", en="layer"),
    ylabel=tr(es="exactitud en validación", en="validation accuracy"),
    markers=True,
)
_ = ax.set_xticks(range(len(PLACES)), [tr(es="píxeles", en="pixels"), *LAYERS])


# %% [markdown] lang="es"
# Las bandas son el intervalo del 95 % de la media de cinco semillas. Como cada semilla usa las mismas
# imágenes en todas las capas, lo que decide es la diferencia **semilla por semilla**.

# %% [markdown] lang="en"
# The bands are the 95% interval of the mean over five seeds. As each seed uses the same images at every
# layer, what decides is the difference **seed by seed**.


# %%
def gain(first: list[float], second: list[float]):
    return mean_over_seeds([100 * (a - b) for a, b in zip(first, second, strict=True)])


chosen = max(LAYERS, key=lambda layer: sum(on_validation["trained"][layer]))
best = on_validation["trained"][chosen]
print(tr(es="capa elegida:", en="layer chosen:"), chosen)
rivals = {name: gain(best, on_validation["trained"][name]) for name in PLACES if name != chosen}
rivals[UNTRAINED] = gain(best, on_validation["untrained"][chosen])
for name, lead in rivals.items():
    print(f"{name:<14}{lead.value:+6.1f}   {lead.low:+6.1f} … {lead.high:+6.1f}")

# %% tags=["hidden"]
of_random = gain(on_validation["untrained"][chosen], on_validation["untrained"]["pixels"])
assert chosen == "block3"
assert all(rivals[name].value > 3 for name in ("pixels", "block1", "logits", UNTRAINED))
assert rivals["pixels"].value > 20 and of_random.value > 8
assert by_layer[TRAINED][0].value < 0.35

# %% [markdown] lang="es"
# La curva sube, llega al máximo en `{python} chosen` y vuelve a bajar. Los píxeles quedan cerca de adivinar,
# que acierta uno de cada cinco; los *logits* ya descartaron algo que las clases nuevas necesitaban. La
# ventaja sobre `block2` es de `{python} rivals["block2"].value:.1f` puntos porcentuales (de
# `{python} rivals["block2"].low:+.1f` a `{python} rivals["block2"].high:+.1f`) y sobre la capa oculta, de
# `{python} rivals["hidden"].value:.1f` (de `{python} rivals["hidden"].low:+.1f` a
# `{python} rivals["hidden"].high:+.1f`); donde el intervalo contenga el cero, estas semillas no deciden. Y
# como la capa ganó en esta misma validación, sus ventajas salen algo infladas.
#
# Mira ahora el control. La misma capa **sin entrenar** saca `{python} of_random.value:.0f` puntos a los
# píxeles: convoluciones y máximos por región ya valen algo sin haber aprendido nada. A la fuente se le debe
# la distancia entre las dos curvas, `{python} rivals[UNTRAINED].value:.0f` puntos en esa capa, y no todo lo
# que hay sobre los píxeles.
#
# ## El examen, una vez
#
# La capa está elegida. Falta el $k$ de los vecinos, que también sale de la validación. Después, el examen se
# abre una sola vez para los tres lectores y dos controles: la sonda sobre los píxeles y la sonda sobre el
# cuerpo sin entrenar, esta con su propia mejor capa, para no hacerle trampa.

# %% [markdown] lang="en"
# The curve rises, reaches its maximum at `{python} chosen` and falls again. The pixels stay close to
# guessing, which gets one in five right; the logits have already dropped something that the new classes
# needed. The lead over `block2` is `{python} rivals["block2"].value:.1f` percentage points (from
# `{python} rivals["block2"].low:+.1f` to `{python} rivals["block2"].high:+.1f`) and over the hidden layer,
# `{python} rivals["hidden"].value:.1f` (from `{python} rivals["hidden"].low:+.1f` to
# `{python} rivals["hidden"].high:+.1f`); where the interval holds zero, these seeds do not decide. And since
# the layer won on this very validation part, its leads come out somewhat inflated.
#
# Now look at the control. The same layer, **untrained**, is `{python} of_random.value:.0f` points ahead of
# the pixels: convolutions and maxima over regions are worth something without having learned anything. What
# is owed to the source is the distance between the two curves, `{python} rivals[UNTRAINED].value:.0f` points
# at that layer, and not all that lies above the pixels.
#
# ## The exam, once
#
# The layer is chosen. What is missing is the $k$ of the neighbours, which comes from the validation part as
# well. Then the exam is opened a single time for the three readers and two controls: the probe on the pixels
# and the probe on the untrained body, the latter with its own best layer, so as not to cheat on it.

# %%
KS = range(1, 16, 2)


def neighbours_right(k: int) -> int:
    right = 0
    for seed, (learned, validation) in enumerate(deals):
        features, validated, _ = views("trained", chosen, seed)
        answers = by_neighbours(features, pool_labels[learned], validated, k)
        right += int((answers == pool_labels[validation]).sum())
    return right


best_k = max(KS, key=neighbours_right)
control = max(LAYERS, key=lambda layer: sum(on_validation["untrained"][layer]))
print(f"k = {best_k}, {control}")


# %%
def sit_exam(seed: int) -> dict[str, torch.Tensor]:
    labels = pool_labels[deals[seed][0]]
    features, _, examined = views("trained", chosen, seed)
    pixels, _, exam_pixels = views("trained", "pixels", seed)
    random, _, exam_random = views("untrained", control, seed)
    answers = {
        tr(es="sonda", en="probe"): fit_probe(features, labels)(examined).argmax(dim=1),
        tr(es="vecinos", en="neighbours"): by_neighbours(features, labels, examined, best_k),
        tr(es="medias", en="means"): by_means(features, labels, examined),
        tr(es="sonda, píxeles", en="probe, pixels"): fit_probe(pixels, labels)(exam_pixels).argmax(dim=1),
        tr(es="sonda, sin entrenar", en="probe, untrained"): fit_probe(random, labels)(exam_random).argmax(
            dim=1
        ),
    }
    return {name: given == exam_labels for name, given in answers.items()}


sittings = [sit_exam(seed) for seed in SEEDS]
for name in sittings[0]:
    print(f"{name:<22}", *(Proportion.of(sitting[name]) for sitting in sittings))

# %%
# alt es: Cinco intervalos del examen: la sonda, arriba de vecinos y medias; después, sin entrenar y píxeles.
# alt en: Five intervals of the exam: the probe ahead of neighbours and means; then untrained, and pixels.
results = {name: [Proportion.of(sitting[name]).value for sitting in sittings] for name in sittings[0]}
means = [mean_over_seeds(values) for values in results.values()]
_ = interval_plot(
    list(results),
    *([getattr(mean, part) for mean in means] for part in ("value", "low", "high")),
    xlabel=tr(es="exactitud en el examen, media de 5 semillas", en="accuracy on the exam, mean of 5 seeds"),
)

# %% tags=["hidden"]
probe_exam, neighbours_exam, means_exam, pixels_exam, untrained_exam = results.values()
over_pixels, over_untrained = gain(probe_exam, pixels_exam), gain(probe_exam, untrained_exam)
over_neighbours, over_means = gain(probe_exam, neighbours_exam), gain(probe_exam, means_exam)
first_sitting = Proportion.of(next(iter(sittings[0].values())))
assert over_pixels.value > 20
assert over_untrained.value > max(over_neighbours.value, over_means.value)
assert over_neighbours.value > 2 and over_means.value > 2

# %% [markdown] lang="es"
# La sonda sobre `{python} chosen` acierta en promedio el `{python} means[0].value:.1%`. Los dos lectores que
# no entrenan nada quedan detrás: los vecinos a `{python} over_neighbours.value:.1f` puntos (de
# `{python} over_neighbours.low:+.1f` a `{python} over_neighbours.high:+.1f`), las medias a
# `{python} over_means.value:.1f` (de `{python} over_means.low:+.1f` a `{python} over_means.high:+.1f`). Más
# lejos están los controles: el cuerpo sin entrenar, a `{python} over_untrained.value:.1f` (de
# `{python} over_untrained.low:+.1f` a `{python} over_untrained.high:+.1f`), y los píxeles, a
# `{python} over_pixels.value:.1f` (de `{python} over_pixels.low:+.1f` a `{python} over_pixels.high:+.1f`).
#
# Esos intervalos miden la suerte de las semillas. La del examen se ve en cada cuenta: el primer
# `{python} str(first_sitting)` de la sonda deja la exactitud de ese modelo entre
# `{python} first_sitting.low:.1%` y `{python} first_sitting.high:.1%`.
#
# ## Segunda trampa: la escala del examen
#
# Es cómodo estandarizar el examen con su propia media y su propia desviación; ninguna etiqueta interviene.
# Pensemos en un examen que podría tocarte: cinco tandas, cada una con dígitos de una sola clase. ¿Qué le hace
# a una tanda de sietes restarle la media de los sietes?

# %% [markdown] lang="en"
# The probe on `{python} chosen` gets `{python} means[0].value:.1%` right on average. The two readers that
# train nothing are behind: the neighbours by `{python} over_neighbours.value:.1f` points (from
# `{python} over_neighbours.low:+.1f` to `{python} over_neighbours.high:+.1f`), the means by
# `{python} over_means.value:.1f` (from `{python} over_means.low:+.1f` to `{python} over_means.high:+.1f`).
# Farther off are the controls: the untrained body, by `{python} over_untrained.value:.1f` (from
# `{python} over_untrained.low:+.1f` to `{python} over_untrained.high:+.1f`), and the pixels, by
# `{python} over_pixels.value:.1f` (from `{python} over_pixels.low:+.1f` to `{python} over_pixels.high:+.1f`).
#
# Those intervals measure the luck of the seeds. That of the exam shows in each count: the first
# `{python} str(first_sitting)` of the probe leaves the accuracy of that model between
# `{python} first_sitting.low:.1%` and `{python} first_sitting.high:.1%`.
#
# ## Second trap: the scale of the exam
#
# It is convenient to standardise the exam with its own mean and its own deviation; no label is involved.
# Think of an exam that may come your way: five sessions, each with digits of a single class. What does it do
# to a session of sevens to subtract from it the mean of sevens?


# %%
def session_right(seed: int, own_scale: bool) -> Proportion:
    learned, _ = deals[seed]
    of_pool, of_exam = (part[chosen] for part in tables["trained"][seed])
    scale = scaler(of_pool[learned])
    probe = fit_probe(scale(of_pool[learned]), pool_labels[learned])
    right = Proportion(0, 0)
    for index in range(5):
        session = of_exam[exam_labels == index]
        scaled = scaler(session)(session) if own_scale else scale(session)
        right += Proportion.of(probe(scaled).argmax(dim=1) == index)
    return right


sessions = {
    tr(es="escala de aprender", en="scale of learning"): [session_right(seed, False) for seed in SEEDS],
    tr(es="escala propia", en="own scale"): [session_right(seed, True) for seed in SEEDS],
}
for name, row in sessions.items():
    print(f"{name:<20}", *row)

# %% tags=["hidden"]
rightly, wrongly = (sum(row, Proportion(0, 0)) for row in sessions.values())
assert wrongly.high < rightly.low - 0.15

# %% [markdown] lang="es"
# Las mismas imágenes, la misma sonda: de `{python} str(rightly)` a `{python} str(wrongly)` en los cinco
# exámenes juntos. Al restar la media de la tanda se le quita justo lo que sus imágenes tenían en común, que
# era la respuesta. Con un examen bien mezclado el daño puede pasar inadvertido, y aun así la respuesta a una
# imagen dependería de quiénes la acompañan. La media y la desviación son parte del modelo: se calculan al
# aprender y se guardan con él.
#
# ## Tercera trampa: elegir con el examen
#
# Con la tabla guardada, probar otra capa u otro $k$ no cuesta casi nada, y ahí está el peligro. Probemos
# todas las parejas de capa y $k$ con los vecinos. Partimos el examen al azar en dos mitades: la primera elige
# la mejor pareja y la segunda la examina de nuevo. Lo repetimos 500 veces.

# %% [markdown] lang="en"
# The same images, the same probe: from `{python} str(rightly)` to `{python} str(wrongly)` on the five exams
# together. To subtract the mean of the session is to take away just what its images had in common, which was
# the answer. With a well-mixed exam the damage may go unnoticed, and even so the answer to one image would
# depend on which others are beside it. The mean and deviation are part of the model: they are computed when
# learning and kept with it.
#
# ## Third trap: choosing on the exam
#
# With the table stored, to try another layer or another $k$ costs next to nothing, and there lies the danger.
# Let us try all pairs of layer and $k$ with the neighbours. We split the exam at random into two halves: the
# first chooses the best pair and the second examines it anew. We repeat that 500 times.


# %%
def choices(seed: int) -> torch.Tensor:
    labels, rows = pool_labels[deals[seed][0]], []
    for layer in PLACES:
        features, _, examined = views("trained", layer, seed)
        nearest = likeness(examined, features).topk(max(KS), dim=1).indices
        rows += [vote(labels, nearest[:, :k]) == exam_labels for k in KS]
    return torch.stack(rows).double()


def optimism(correct: torch.Tensor, repeats: int = 500) -> float:
    order = torch.rand(repeats, correct.shape[1], generator=torch.Generator().manual_seed(0)).argsort(dim=1)
    half = correct.shape[1] // 2
    first, second = correct[:, order[:, :half]].mean(dim=2), correct[:, order[:, half : 2 * half]].mean(dim=2)
    pick = first.argmax(dim=0, keepdim=True)
    return (first.gather(0, pick) - second.gather(0, pick)).mean().item()


gaps = [optimism(choices(seed)) for seed in SEEDS]
print(len(PLACES) * len(KS), *(f"{100 * gap:.1f}" for gap in gaps))

# %% tags=["hidden"]
assert min(gaps) > 0

# %% [markdown] lang="es"
# La mitad que eligió promete de más, en promedio, entre `{python} 100 * min(gaps):.1f` y
# `{python} 100 * max(gaps):.1f` puntos porcentuales según la semilla. No es mala suerte: en cada mitad, la
# favorita de esa mitad puntúa al menos tanto como la favorita de la otra, y por eso la promesa no puede
# quedar corta en promedio. El número honrado es el de datos que no eligieron nada; más sobre el mejor de
# muchos intentos, en [Experimentos que se pueden comparar](../workflow/experiments.md).
#
# ## ¿Cuánto trabajo se ahorra?
#
# Cincuenta cabezas sobre la misma capa (otros $C$, otras semillas), de 100 pasos cada una. Contemos
# multiplicaciones con suma de tres maneras: entrenar la red completa, congelarla pero pasar las imágenes por
# ella en cada paso, o sacar la tabla una vez. ¿Qué cocientes esperas?

# %% [markdown] lang="en"
# The half that chose promises too much, on average, by between `{python} 100 * min(gaps):.1f` and
# `{python} 100 * max(gaps):.1f` percentage points depending on the seed. It is not bad luck: on each half,
# the favourite of that half scores at least as much as the favourite of the other, and so the promise cannot
# fall short on average. The honest number is that of data which chose nothing; more on the best of many
# attempts in [Experiments that can be compared](../workflow/experiments.md).
#
# ## How much work is saved?
#
# Fifty heads on the same layer (other $C$, other seeds), of 100 steps each. Let us count multiply-adds in
# three ways: training the whole network, freezing it but passing the images through it at each step, or
# taking out the table once. Which ratios do you expect?


# %%
def multiply_adds(work) -> int:
    with FlopCounterMode(display=False) as counter:
        work()
    return counter.get_total_flops() // 2


learned, _ = deals[0]
images, labels = pool[learned], pool_labels[learned]
counted, head = build_network(0), nn.Linear(128, 5)
stored = with_hooks(counted, images)["block3"]
whole = multiply_adds(lambda: cross_entropy(counted(images), labels).backward())
look = multiply_adds(lambda: with_hooks(counted, images))
step = multiply_adds(lambda: cross_entropy(head(stored), labels).backward())
ways = {
    tr(es="red completa", en="whole network"): 50 * 100 * whole,
    tr(es="congelada, cada paso", en="frozen, each step"): 50 * 100 * (look + step),
    tr(es="tabla", en="table"): look + 50 * 100 * step,
}
for name, work in ways.items():
    print(f"{name:<22}{work / 1e9:>8.2f} · 10⁹")

# %% tags=["hidden"]
whole_work, frozen_work, table_work = ways.values()
assert whole_work > 2 * frozen_work
assert frozen_work > 20 * table_work

# %% [markdown] lang="es"
# Congelar sin guardar divide el trabajo entre `{python} whole_work / frozen_work:.1f`; guardar, otra vez
# entre `{python} frozen_work / table_work:.0f`. El contador suma los productos de convoluciones y capas
# lineales y deja fuera lo demás. En una red grande, cuya cabeza es una parte menor del total, el segundo
# cociente crece; y lo que no cambia es su límite: la tabla está hecha de imágenes fijas. Si en cada época
# quieres [aumentarlas](../convolutional_networks/augmentation.md) de otra manera, hay que volver a pasar por
# el cuerpo o guardar varias versiones.
#
# Guardar es una línea, y conviene que la tabla diga de dónde salió: con otro cuerpo, otra capa u otra
# preparación, sus filas no significan nada.

# %% [markdown] lang="en"
# To freeze without storing divides the work by `{python} whole_work / frozen_work:.1f`; to store, once more
# by `{python} frozen_work / table_work:.0f`. The counter adds up the products of convolutions and linear
# layers and leaves out the rest. In a large network, whose head is a smaller part of the total, the second
# ratio grows; what does not change is the limit: the table is made of fixed images. If in each epoch you want
# to [augment](../convolutional_networks/augmentation.md) them in another way, they must pass through the body
# again, or several versions must be stored.
#
# To store is one line, and the table should say where it came from: with another body, another layer or
# another preparation, its rows mean nothing.

# %%
file = Path(mkdtemp()) / "features.pt"
torch.save(
    {"layer": chosen, "seed": 0, "mode": "eval", "rows": tables["trained"][0][0][chosen].float()}, file
)
restored = torch.load(file)
print(restored["layer"], tuple(restored["rows"].shape), f"{file.stat().st_size / 1000:.0f} kB")

# %% tags=["hidden"]
assert torch.equal(restored["rows"], tables["trained"][0][0][chosen].float())

# %% [markdown] lang="es"
# ## Verlas: dos dimensiones
#
# Una fila de muchos números no se puede dibujar, pero sí su sombra en el plano donde más varían las filas: el
# análisis de componentes principales. Se centran las filas, se descompone la tabla en valores singulares y se
# proyecta sobre las dos primeras direcciones,
#
# $$Z - \bar z = U \Sigma V^\top, \qquad P = (Z - \bar z)\, V_{:,1:2}. \tag{4}$$
#
# El examen, en el plano de los píxeles y en el de la capa elegida. ¿En cuál se separarán las clases?

# %% [markdown] lang="en"
# ## Seeing them: two dimensions
#
# A row of many numbers cannot be drawn, but its shadow can, on the plane along which the rows vary most:
# principal component analysis. The rows are centred, the table is decomposed into singular values, and it is
# projected on the first two directions,
#
# $$Z - \bar z = U \Sigma V^\top, \qquad P = (Z - \bar z)\, V_{:,1:2}. \tag{4}$$
#
# The exam, on the plane of the pixels and on that of the layer chosen. On which will the classes separate?


# %%
def plane(features: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, float]:
    mean = features.mean(dim=0)
    _, sizes, directions = torch.linalg.svd(features - mean, full_matrices=False)  # (4)
    return mean, directions[:2].T, (sizes[:2].square().sum() / sizes.square().sum()).item()


# %%
# alt es: Dos planos: el de píxeles, una franja con puntos lejos; el de la capa, cinco clases que se solapan.
# alt en: Two planes: that of pixels, a strip with far-off points; of the layer, five classes that overlap.
_, axes = plt.subplots(1, 2, figsize=(7.6, 4.2))
shares = {}
for ax, layer in zip(axes, ("pixels", chosen), strict=True):
    examined = views("trained", layer, 0)[2]
    mean, directions, shares[layer] = plane(examined)
    points = (examined - mean) @ directions  # (4)
    groups = {str(5 + index): points[exam_labels == index][:16].T for index in range(5)}
    title = tr(es="píxeles", en="pixels") if layer == "pixels" else layer
    scatter(groups, xlabel="$P_1$", ylabel="$P_2$", title=title, ax=ax)

# %% tags=["hidden"]
reference = PCA(2).fit(examined)
assert abs(reference.explained_variance_ratio_.sum() - shares[chosen]) < 1e-9
overlap = torch.from_numpy(reference.components_) @ directions
assert torch.allclose(overlap.abs(), torch.eye(2, dtype=torch.float64), atol=1e-6)

# %% [markdown] lang="es"
# Dieciséis imágenes por clase, y ninguno de los dos planos las separa. El de los píxeles es una franja con
# unos pocos puntos lejos; en el de la capa elegida las clases se solapan. ¿Hay que concluir que esa capa no
# sirve? Las dos direcciones conservan el `{python} shares[chosen]:.0%` de la variación de las filas; lo demás
# no se ve. Midamos lo que se pierde: los mismos vecinos, con todas las columnas y con las dos del plano,
# cuyas direcciones salen ahora de las imágenes de aprender.

# %% [markdown] lang="en"
# Sixteen images of each class, and neither plane separates them. That of the pixels is a strip with a few
# points far off; on that of the layer chosen the classes overlap. Must we conclude that this layer is of no
# use? The two directions keep `{python} shares[chosen]:.0%` of the variation of the rows; the rest is not
# seen. Let us measure what is lost: the same neighbours, with all columns and with the two of the plane,
# whose directions now come from the images to learn from.


# %%
def in_plane(seed: int) -> torch.Tensor:
    features, _, examined = views("trained", chosen, seed)
    mean, directions, _ = plane(features)
    shadow, queries = (features - mean) @ directions, (examined - mean) @ directions
    return by_neighbours(shadow, pool_labels[deals[seed][0]], queries, best_k) == exam_labels


flattened = [Proportion.of(in_plane(seed)) for seed in SEEDS]
print(tr(es="todas las columnas", en="all columns"), *(round(223 * value) for value in neighbours_exam))
print(tr(es="solo el plano", en="the plane only"), *(score.right for score in flattened))

# %% tags=["hidden"]
lost = gain(neighbours_exam, [score.value for score in flattened])
assert len(exam) == 223
assert lost.value > 5

# %% [markdown] lang="es"
# En el plano se pierden `{python} lost.value:.0f` puntos en promedio (de `{python} lost.low:+.0f` a
# `{python} lost.high:+.0f`). El dibujo habría condenado una capa que sirve, y con otros datos puede halagar a
# una que no. Es bueno para hallar rarezas y hacerse preguntas; la respuesta la da una medida.
#
# ## Verlas: los más parecidos
#
# La misma semejanza sirve para buscar: dada una imagen, traer las que más se le parecen. Dos consultas del
# examen, el primer 6 y el primer 7; arriba, sus vecinas según los píxeles; abajo, según la capa
# elegida. El signo dice si la clase coincide.

# %% [markdown] lang="en"
# On the plane `{python} lost.value:.0f` points are lost on average (from `{python} lost.low:+.0f` to
# `{python} lost.high:+.0f`). The drawing would have condemned a layer that is useful, and with other data it
# may flatter one that is not. It is good for finding oddities and asking questions; the answer comes from a
# measurement.
#
# ## Seeing them: the most alike
#
# The same likeness serves for searching: given an image, bring the ones most like it. Two queries of the
# exam, the first 6 and the first 7; above, their neighbours by the pixels; below, by the layer
# chosen. The sign says whether the class agrees.


# %%
def retrieve(layer: str, queries: torch.Tensor, k: int = 4) -> torch.Tensor:
    learned, validation = deals[0]
    features, validated, examined = views("trained", layer, 0)
    nearest = likeness(examined[queries], torch.cat([features, validated])).topk(k, dim=1).indices
    return torch.cat([learned, validation])[nearest]


# %%
# alt es: Dos consultas de dos filas: arriba, vecinos por píxeles, en el mismo lugar; abajo, por la capa.
# alt en: Two queries, two rows each: above, neighbours by pixels, at the same place; below, by the layer.
queries = torch.stack([(exam_labels == index).nonzero()[0, 0] for index in (1, 2)])
pictures, captions = [], []
for place_in_row, query in enumerate(queries.tolist()):
    for layer in ("pixels", chosen):
        found = retrieve(layer, queries)[place_in_row]
        signs = ["=" if same else "≠" for same in pool_labels[found] == exam_labels[query]]
        title = tr(es="píxeles", en="pixels") if layer == "pixels" else layer
        pictures += [exam[query], *pool[found]]
        captions += [
            title,
            *(f"{sign} {5 + c}" for sign, c in zip(signs, pool_labels[found].tolist(), strict=True)),
        ]
_ = image_grid(torch.stack(pictures), captions, columns=5, side_inches=0.9)


# %%
def middle(images: torch.Tensor) -> torch.Tensor:
    ink, places = images[:, 0], torch.arange(16.0)
    total = ink.sum(dim=(1, 2))
    return torch.stack([(ink.sum(dim=2) @ places) / total, (ink.sum(dim=1) @ places) / total], dim=1)


everyone, agreement, distance = torch.arange(len(exam)), {}, {}
for layer in ("pixels", chosen):
    nearest = retrieve(layer, everyone)
    agreement[layer] = (pool_labels[nearest] == exam_labels[:, None]).double().mean().item()
    distance[layer] = (middle(pool)[nearest] - middle(exam)[:, None]).norm(dim=2).mean().item()
    print(f"{layer:<8}{agreement[layer]:6.2f}{distance[layer]:6.1f}")

# %% tags=["hidden"]
assert agreement[chosen] > agreement["pixels"] + 0.1
assert distance[chosen] > distance["pixels"] + 0.3

# %% [markdown] lang="es"
# Por píxeles se parece lo que está en el mismo lugar: el centro de la tinta de los hallados queda, en
# promedio, a `{python} distance["pixels"]:.1f` píxeles del de la consulta, y solo el
# `{python} agreement["pixels"]:.0%` es de su clase. Según la capa elegida los hallados están más lejos, a
# `{python} distance[chosen]:.1f` píxeles, y coincide el `{python} agreement[chosen]:.0%`. Mirar los que no
# coinciden enseña con qué confunde el cuerpo cada clase.
#
# ## Para llevarte
#
# * Con el cuerpo quieto y en `eval()`, las características se calculan una vez; desde ahí son una tabla.
# * El gancho sirve para cualquier red; `create_feature_extractor` corta lo que sobra.
# * La sonda, los vecinos y las medias caben en una página y coinciden con scikit-learn.
# * La capa, $C$ y $k$ se eligen con la validación. El examen que eligió ya no examina.
# * La escala se calcula al aprender y viaja con el modelo.
# * Un dibujo en dos dimensiones orienta; la afirmación la sostiene una medida.
# * Sin los píxeles y el cuerpo sin entrenar no se sabe qué aportó la fuente.
#
# ## Sigue por aquí
#
# * [Transferir a tu propia carpeta](own_dataset.md): congelar y ajustar con tus imágenes.
# * [Mapas de características](../convolutional_networks/feature_maps.md): qué mira cada capa.
# * [Guardar, cargar y seguir como si nada](../workflow/save_load.md): qué más debe llevar un archivo.

# %% [markdown] lang="en"
# By pixels, what is at the same place is alike: the centre of the ink of those found is, on average,
# `{python} distance["pixels"]:.1f` pixels away from that of the query, and only
# `{python} agreement["pixels"]:.0%` are of its class. By the layer chosen, those found are farther away, at
# `{python} distance[chosen]:.1f` pixels, and `{python} agreement[chosen]:.0%` agree. To look at those that do
# not agree teaches what the body takes each class for.
#
# ## What to keep
#
# * With the body still and in `eval()`, the features are computed once; from there on they are a table.
# * A hook serves for any network; `create_feature_extractor` cuts off what is not needed.
# * The probe, the neighbours and the means fit on one page and agree with scikit-learn.
# * The layer, $C$ and $k$ are chosen on the validation part. An exam that has chosen examines no more.
# * The scale is computed when learning and travels with the model.
# * A drawing in two dimensions gives a direction; what holds up the claim is a measurement.
# * Without the pixels and the untrained body, nobody knows what the source contributed.
#
# ## Where to go next
#
# * [Transfer to your own folder](own_dataset.md): freezing and tuning with your pictures.
# * [Feature maps](../convolutional_networks/feature_maps.md): what each layer looks at.
# * [Save, load, and carry on as if nothing happened](../workflow/save_load.md): what else a file must carry.

# %% [markdown] lang="es" tags=["quiz"]
# Sacas dos veces las características de la misma imagen y salen distintas. ¿Qué revisas primero?
#
# - [ ] La semilla: fijarla haría repetible el azar, pero las características de un cuerpo quieto no llevan
#   azar.
# - [x] El modo: en `train()` el *dropout* apaga neuronas al azar y la normalización depende del *batch*.
# - [ ] `no_grad`: decide si se guardan gradientes y no cambia ningún número de la salida.

# %% [markdown] lang="en" tags=["quiz"]
# You take out the features of the same image twice and they come out different. What do you check first?
#
# - [ ] The seed: fixing it would make the chance repeatable, but the features of a still body have no chance
#   in them.
# - [x] The mode: in `train()` dropout switches neurons off at random and the normalisation depends on the
#   batch.
# - [ ] `no_grad`: it decides whether gradients are kept and changes no number of the output.

# %% [markdown] lang="es" tags=["quiz"]
# Probaste 40 parejas de capa y $k$ en el examen y publicas la mejor. ¿Qué le pasa a ese número?
#
# - [ ] Nada, porque los vecinos no se entrenan: la elección también aprende del examen.
# - [ ] Es bajo, porque el examen es corto: lo corto lo vuelve incierto hacia los dos lados.
# - [x] Promete de más en promedio: entre 40 parejas gana en parte la que tuvo suerte en esas imágenes.

# %% [markdown] lang="en" tags=["quiz"]
# You tried 40 pairs of layer and $k$ on the exam and publish the best. What happens to that number?
#
# - [ ] Nothing, since neighbours are not trained: the choice learns from the exam as well.
# - [ ] It is low, because the exam is short: shortness makes it uncertain in both directions.
# - [x] It promises too much on average: among 40 pairs, the winner owes part of it to luck with those images.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: un gancho que no se deja pisar
#
# En las redes de torchvision abundan las `nn.ReLU(inplace=True)`, que escriben sobre la salida de la capa
# anterior. Un gancho que guarda esa salida tal cual se encuentra después con otra. Escribe
# `taken(model, layer, images)`: la salida de la capa llamada `layer` **antes** de que nadie la toque, con el
# modelo en `eval()` durante la llamada, en su modo de antes al salir y sin ganchos colgados.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: a hook that does not let itself be overwritten
#
# The networks of torchvision abound in `nn.ReLU(inplace=True)`, which writes over the output of the layer
# before it. A hook that keeps that output as it is finds another one later. Write
# `taken(model, layer, images)`: the output of the layer called `layer` **before** anyone touches it, with the
# model in `eval()` during the call, back in its former mode afterwards, and with no hooks left hanging.


# %% tags=["solution"]
@torch.no_grad()
def taken(model: nn.Module, layer: str, images: torch.Tensor) -> torch.Tensor:
    kept, was_training = [], model.training
    handle = model.get_submodule(layer).register_forward_hook(lambda *call: kept.append(call[-1].clone()))
    try:
        model.eval()(images)
    finally:
        handle.remove()
        model.train(was_training)
    return kept[0]


# %% tags=["check"]
torch.manual_seed(0)
overwriting = nn.Sequential(
    nn.Linear(256, 8), nn.ReLU(inplace=True), nn.Dropout(0.5), nn.Linear(8, 2)
).train()
inputs = exam[:10].flatten(1)
wanted = overwriting[0](inputs).detach()
assert (wanted < 0).any()
assert torch.equal(taken(overwriting, "0", inputs), wanted)
assert torch.equal(taken(overwriting, "3", inputs), taken(overwriting, "3", inputs))
assert overwriting.training
assert not any(module._forward_hooks for module in overwriting.modules())
print(tuple(wanted.shape))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: la huella del cuerpo
#
# Una tabla guardada vale mientras el cuerpo sea el mismo. Escribe `fingerprint(network)`: los primeros 12
# caracteres del SHA-256 de los nombres y los números de todo su `state_dict()`, en orden. Incluye los
# *buffers*: una pasada en `train()` mueve las medias sin tocar un solo peso.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: the fingerprint of the body
#
# A stored table holds as long as the body is the same. Write `fingerprint(network)`: the first 12 characters
# of the SHA-256 of the names and the numbers of its whole `state_dict()`, in order. Include the buffers: one
# pass in `train()` moves the means without touching a single weight.


# %% tags=["solution"]
def fingerprint(network: nn.Module) -> str:
    digest = sha256()
    for name, values in network.state_dict().items():
        digest.update(name.encode() + values.cpu().numpy().tobytes())
    return digest.hexdigest()[:12]


# %% tags=["check"]
marks = [fingerprint(network) for network in trained]
assert all(len(mark) == 12 for mark in marks)
assert len(set(marks)) == 5
assert fingerprint(deepcopy(trained[0])) == marks[0]
passed = deepcopy(trained[0]).train()
with torch.no_grad():
    passed(exam[:32])
assert fingerprint(passed) != marks[0]
print(*marks)

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: votos que pesan
#
# En la votación simple, el quinto vecino pesa como el primero. Escribe
# `by_weighted_neighbours(features, labels, queries, k, temperature)`: cada uno de los $k$ vecinos vota con
# peso $e^{S_{ij}/T}$, como en la evaluación de [DINO (Caron y otros,
# 2021)](https://arxiv.org/abs/2104.14294), y gana la clase de mayor suma. Con $T$ muy grande vuelve el voto
# simple, con los empates resueltos por el parecido; con $T$ muy pequeña decide el primero.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: votes with weight
#
# In the plain vote, the fifth neighbour weighs as much as the first. Write
# `by_weighted_neighbours(features, labels, queries, k, temperature)`: each of the $k$ neighbours votes with
# weight $e^{S_{ij}/T}$, as in the evaluation of [DINO (Caron et al.,
# 2021)](https://arxiv.org/abs/2104.14294), and the class with the largest sum wins. With a very large $T$ the
# plain vote returns, its ties broken by likeness; with a very small $T$ the first one decides.


# %% tags=["solution"]
def by_weighted_neighbours(features, labels, queries, k: int, temperature: float) -> torch.Tensor:
    similarity, nearest = likeness(queries, features).topk(k, dim=1)
    # es: la suma es la misma para todas las clases
    # en: the sum is the same for all classes
    weights = (similarity / temperature).softmax(dim=1)
    return (one_hot(labels[nearest], 5) * weights[:, :, None]).sum(dim=1).argmax(dim=1)


# %% tags=["check"]
features, _, examined = views("trained", chosen, 0)
labels = pool_labels[deals[0][0]]
sharp = by_weighted_neighbours(features, labels, examined, 9, temperature=0.001)
assert torch.equal(sharp, by_neighbours(features, labels, examined, 1))
flat = by_weighted_neighbours(features, labels, examined, 9, temperature=1e9)
votes = one_hot(labels[likeness(examined, features).topk(9, dim=1).indices], 5).sum(dim=1)
assert (votes.gather(1, flat[:, None]) == votes.max(dim=1, keepdim=True).values).all()
for temperature in (0.01, 0.07, 1.0):
    answers = by_weighted_neighbours(features, labels, examined, 9, temperature)
    print(temperature, Proportion.of(answers == exam_labels))
