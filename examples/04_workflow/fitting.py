"""
title:
  es: 'Ajustar: ni de menos ni de más'
  en: 'Fitting: not too little, not too much'
summary:
  es: Qué aprende un modelo cuando memoriza, cómo se ve en las curvas y qué remedios lo corrigen de verdad.
  en: What a model learns when it memorises, how the curves show it, and which remedies truly help.
tags: [training loop, overfitting, underfitting, regularisation, early stopping, learning rate schedule]
everyday: [prediction]
objectives:
  es:
    - Escribir el bucle de entrenamiento y cambiarlo por `train` sin que cambie un solo bit.
    - Distinguir subajuste y sobreajuste por la distancia entre dos curvas.
    - Elegir con validación la fuerza de un regularizador y medir su efecto con varias semillas.
    - Decir qué compra un calendario de la tasa de aprendizaje, y cuándo no compra nada.
    - Retomar un entrenamiento interrumpido.
  en:
    - Write the training loop and replace it by `train` without a single bit changing.
    - Tell underfitting from overfitting by the distance between two curves.
    - Choose the strength of a regulariser by validation and measure its effect over several seeds.
    - Say what a learning rate schedule buys, and when it buys nothing.
    - Take up an interrupted training.
prerequisites:
  es:
    - El bucle de entrenamiento.
    - Separar sin fuga de datos.
    - Proporciones e intervalos.
  en:
    - The training loop.
    - Splitting without data leakage.
    - Proportions and intervals.
timeout_seconds: 240
"""
# %% [markdown] lang="es"
# Un modelo puede fallar por saber poco o por saber de memoria. Los dos fallos se ven igual en la prueba, y el
# remedio de uno empeora al otro. Aquí provocaremos ambos a propósito, primero donde se pueden dibujar y luego
# en una red, y mediremos qué remedios ayudan.
#
# Supone el bucle de [Una recta, de los tensores sueltos al modelo guardado](linear_regression.md), la
# separación de [Preparar los datos sin espiar el examen](preprocessing.md) y los intervalos de [Evaluación
# honesta](honest_evaluation.md). Acompaña las secciones *PyTorch Workflow* y *PyTorch Custom Datasets* del
# curso [PyTorch for Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) de
# Andrei Neagoie y Daniel Bourke: capítulos [01](https://www.learnpytorch.io/01_pytorch_workflow/) y
# [04](https://www.learnpytorch.io/04_pytorch_custom_datasets/) de su libro abierto.
#
# La página entrena unas ochenta redes pequeñas, varias semillas de cada caso: en eso se va el tiempo que
# indica su encabezado.

# %% [markdown] lang="en"
# A model may fail by knowing too little or by knowing by heart. In the test both failures look the same, and
# the remedy of one makes the other worse. Here we bring both about on purpose, first where they can be drawn
# and then in a network, and measure which remedies help.
#
# It presumes the loop of [A line, from bare tensors to a saved model](linear_regression.md), the split of
# [Preparing data without peeking at the exam](preprocessing.md) and the intervals of [Honest
# evaluation](honest_evaluation.md). It goes with the sections *PyTorch Workflow* and *PyTorch Custom
# Datasets* of the course [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) by Andrei Neagoie and Daniel Bourke:
# chapters [01](https://www.learnpytorch.io/01_pytorch_workflow/) and
# [04](https://www.learnpytorch.io/04_pytorch_custom_datasets/) of their open book.
#
# The page trains some eighty small networks, several seeds of each case: that is where the time given in its
# header goes.

# %%
import copy
import math
from itertools import islice
from tempfile import mkdtemp

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR

from tutorials_lib import tr
from tutorials_lib.data import digits
from tutorials_lib.metrics import Proportion, mean_over_seeds
from tutorials_lib.models import MLP, parameter_count
from tutorials_lib.plots import color, curves, interval_plot, localize_ticks, localized
from tutorials_lib.training import TensorBatches, evaluate, predict, train

# %% [markdown] lang="es"
# ## Donde se puede dibujar
#
# Veinte puntos de $y = \operatorname{sen}(3x)$ con ruido de desviación 0,2, y tres polinomios ajustados por
# mínimos cuadrados. ¿Cuál pasará más cerca de los puntos? ¿Y cuál más cerca de la curva que no se ve?

# %% [markdown] lang="en"
# ## Where it can be drawn
#
# Twenty points of $y = \sin(3x)$ with noise of deviation 0.2, and three polynomials fitted by least squares.
# Which will pass closest to the points? And which closest to the curve that is not seen?

# %%
NOISE, POINTS = 0.2, 20
# es: legendre(x, grado) da una columna por polinomio, desde el de grado 0
# en: legendre(x, degree) gives a column for each polynomial, from that of degree 0
legendre = np.polynomial.legendre.legvander


def truth(x: np.ndarray) -> np.ndarray:
    return np.sin(3 * x)


def sample(random: np.random.Generator, shape=POINTS) -> tuple[np.ndarray, np.ndarray]:
    x = random.uniform(-1, 1, shape)
    return x, truth(x) + NOISE * random.standard_normal(shape)


def fit_polynomial(x: np.ndarray, y: np.ndarray, degree: int) -> np.ndarray:
    return np.linalg.lstsq(legendre(x, degree), y)[0]


# %%
# alt es: Los mismos puntos: la recta pasa de largo, el grado 3 sigue la curva, el grado 12 se retuerce.
# alt en: The same points: the line passes them by, degree 3 follows the curve, degree 12 contorts itself.
x, y = sample(np.random.default_rng(3))
dense = np.linspace(-1, 1, 300)
figure, axes = plt.subplots(1, 3, figsize=(8, 2.8), sharey=True)
for ax, degree in zip(axes, (1, 3, 12), strict=True):
    ax.plot(dense, truth(dense), "--", color=color("faint"))
    ax.plot(dense, legendre(dense, degree) @ fit_polynomial(x, y, degree), color=color("ember"))
    ax.plot(x, y, "o", color=color("blue"))
    ax.set(ylim=(-2, 2), xlabel="x", title=tr(es="grado", en="degree") + f" {degree}")
    localize_ticks(ax)

# %% [markdown] lang="es"
# La recta **subajusta**: no podría seguir la curva con ningún dato. El grado 12 **sobreajusta**: gasta sus 13
# coeficientes en pasar por el ruido. Para no depender de una muestra, repetimos con 200 y medimos el error
# cuadrático medio en los puntos vistos y en puntos nuevos.

# %% [markdown] lang="en"
# The line **underfits**: no data could make it follow the curve. Degree 12 **overfits**: it spends its 13
# coefficients on passing through the noise. So as not to depend on one sample, we repeat with 200 and measure
# the mean squared error on the points seen and on new ones.

# %%
# alt es: El error en puntos vistos baja con el grado; en los nuevos es mínimo con el 3 y después crece.
# alt en: Error on the points seen falls with the degree; on new ones it is least at 3 and then grows.
DEGREES = range(1, 11)
random = np.random.default_rng(0)
(x, y), (new_x, new_y) = (sample(random, (200, POINTS)) for _ in range(2))  # sample point
seen, new = np.empty((2, len(DEGREES), 200))
for row, degree in enumerate(DEGREES):
    columns = legendre(x, degree)  # sample point polynomial
    weights = np.linalg.pinv(columns) @ y[..., None]
    seen[row] = np.square((columns @ weights)[..., 0] - y).mean(axis=1)
    new[row] = np.square((legendre(new_x, degree) @ weights)[..., 0] - new_y).mean(axis=1)

SEEN, NEW = tr(es="puntos vistos", en="points seen"), tr(es="puntos nuevos", en="new points")
ax = curves(
    DEGREES,
    {SEEN: np.median(seen, axis=1), NEW: np.median(new, axis=1)},
    bands={SEEN: np.quantile(seen, (0.1, 0.9), axis=1), NEW: np.quantile(new, (0.1, 0.9), axis=1)},
    xlabel=tr(es="grado", en="degree"),
    ylabel=tr(es="error cuadrático medio", en="mean squared error"),
    log="y",
)
ax.set_ylim(3e-3, 30)
_ = ax.axhline(NOISE**2, color=color("faint"), linestyle=":")

# %% tags=["hidden"]
seen_median, new_median = np.median(seen, axis=1), np.median(new, axis=1)
best_degree = DEGREES[int(new_median.argmin())]
assert (np.diff(seen_median) < 0).all()
assert best_degree == 3 and (np.diff(new_median[2:]) > 0).all()
assert new_median[-1] > 3 * new_median.min()
assert new_median[0] > 2 * new_median.min()
assert seen_median[-1] < NOISE**2 < new_median.min()

# %% [markdown] lang="es"
# En los puntos vistos, más grado siempre parece mejor. En los nuevos, la mediana es mínima con grado
# `{python} best_degree`. La línea punteada es la varianza del ruido, el error que tendría quien conociera la
# curva: bajar de ella en los puntos vistos, como hace el grado 10, ya es memorizar. El error de entrenamiento
# solo dice cuánto cabe en el modelo; para elegir hacen falta puntos que no haya visto.
#
# ## El bucle, una vez más y por última vez
#
# Pasamos a una red y a los dígitos. La tarea tendrá una dificultad frecuente: quien anotó los datos se
# equivocó a veces. De 300 dígitos de entrenamiento, alrededor del 30 % lleva otra etiqueta, al azar.
# Validación y prueba están bien anotadas y son de otras manos, salvo las de quien quedó en una frontera.

# %% [markdown] lang="en"
# On the points seen, a higher degree always looks better. On new ones, the median is least at degree
# `{python} best_degree`. The dotted line is the variance of the noise, the error of someone who knew the
# curve: to go below it on the points seen, as degree 10 does, is already memorising. The training error only
# says how much fits into the model; choosing takes points it has not seen.
#
# ## The loop, once more and for the last time
#
# We move on to a network and to the digits. The task will have a common difficulty: whoever labelled the data
# was wrong at times. Of 300 training digits, about 30% carry another label, at random. Validation and test
# are well labelled and by other hands, save for whoever lies on a border.

# %%
data = digits()
# es: en el orden del archivo, para que validen otras manos
# en: in the order of the file, so that other hands validate
cut = 3 * len(data.train_images) // 4
validation = [(data.train_images[cut:], data.train_labels[cut:])]
test = [(data.test_images, data.test_labels)]


# es: n dígitos con sus etiquetas verdaderas y las anotadas, de las que una parte es falsa
# en: n digits with their true labels and the noted ones, a share of which is false
def noisy(n: int, share: float, seed: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    random = torch.Generator().manual_seed(100 + seed)
    chosen = torch.randperm(cut, generator=random)[:n]
    labels = data.train_labels[chosen]
    wrong = torch.rand(n, generator=random) < share
    other = (labels + torch.randint(1, 10, (n,), generator=random)) % 10
    return data.train_images[chosen], labels, torch.where(wrong, other, labels)


images, labels, noted = noisy(300, 0.3, seed=0)
print(Proportion.of(noted == labels))

# %% [markdown] lang="es"
# El bucle completo cabe en menos de diez líneas. `train`, de la biblioteca de estas notas, es el mismo bucle,
# que además cuenta, evalúa y entrega un registro por época. ¿Darán los dos los mismos pesos?

# %% [markdown] lang="en"
# The whole loop fits into fewer than ten lines. `train`, from the library of these notes, is the same loop,
# which also counts, evaluates and hands over one record per epoch. Will both give the same weights?


# %%
def start(seed: int):
    torch.manual_seed(seed)
    model = MLP(pixels=64, hidden=128, classes=10)
    order = torch.Generator().manual_seed(seed)
    return model, TensorBatches(images, noted, size=100, generator=order)


by_hand, batches = start(seed=0)
optimizer = torch.optim.AdamW(by_hand.parameters(), lr=0.01, weight_decay=0)
by_hand.train()
for _epoch in range(5):
    for inputs, targets in batches:
        loss = cross_entropy(by_hand(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

model, batches = start(seed=0)
optimizer = torch.optim.AdamW(model.parameters(), lr=0.01, weight_decay=0)
for record in train(model, batches, validation, optimizer=optimizer, epochs=5):
    print(record.number, f"{record.train.loss:.3f}", record.train.accuracy, record.test.accuracy)
same = [torch.equal(one, two) for one, two in zip(model.parameters(), by_hand.parameters(), strict=True)]
print(all(same))

# %% tags=["hidden"]
assert all(same)
assert record.test.accuracy == evaluate(by_hand, validation).accuracy

# %% [markdown] lang="es"
# Iguales hasta el último bit. De aquí en adelante, `train`. Como entrega los registros de a uno y espera, lo
# que hagas dentro del `for` (bajar la tasa, guardar, detenerte) ocurre entre dos épocas.
#
# ## Capacidad: ¿la red ancha sobreajusta?
#
# Por lo visto con los polinomios, una red con muchos más parámetros que ejemplos debería fracasar. Entrenamos
# redes de 2, 32 y 512 unidades ocultas, con etiquetas limpias y con etiquetas falsas, tres semillas cada
# una. Predice las dos curvas de prueba.

# %% [markdown] lang="en"
# Equal to the last bit. From here on, `train`. Since it hands over the records one by one and waits, whatever
# you do inside the `for` (lower the rate, save, stop) happens between two epochs.
#
# ## Capacity: does the wide network overfit?
#
# By what the polynomials showed, a network with many more parameters than examples should fail. We train
# networks of 2, 32 and 512 hidden units, with clean labels and with false ones, three seeds each. Predict
# the two test curves.


# %%
def network(hidden: int, dropout: float) -> nn.Module:
    return nn.Sequential(
        nn.Flatten(), nn.Linear(64, hidden), nn.ReLU(), nn.Dropout(dropout), nn.Linear(hidden, 10)
    )


def run(seed, share=0.3, n=300, hidden=128, dropout=0.0, decay=0.0, epochs=40, exam=validation):
    images, _, noted = noisy(n, share, seed)
    torch.manual_seed(seed)
    model = network(hidden, dropout)
    batches = TensorBatches(images, noted, size=100, generator=torch.Generator().manual_seed(seed))
    # es: fused actualiza todos los pesos con una sola llamada, que con redes pequeñas ahorra tiempo
    # en: fused updates all the weights in a single call, which saves time with small networks
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01, weight_decay=decay, fused=True)
    return train(model, batches, exam, optimizer=optimizer, epochs=epochs), model


def last(records):
    return list(records)[-1]


WIDTHS, FEW = (2, 32, 512), range(3)
CLEAN, FALSE = tr(es="limpias", en="clean"), tr(es="30 % falsas", en="30% false")
by_width, widest = {CLEAN: [], FALSE: []}, {CLEAN: [], FALSE: []}
for name, share in ((CLEAN, 0.0), (FALSE, 0.3)):
    for hidden in WIDTHS:
        runs = [run(seed, share=share, hidden=hidden, exam=test) for seed in FEW]
        by_width[name].append([last(records) for records, _ in runs])
    widest[name] = [model for _, model in runs]

# %%
# alt es: Al ensanchar, el entrenamiento llega cerca de 1; la prueba queda alta solo con etiquetas limpias.
# alt en: As width grows, training comes close to 1; the test stays high with clean labels only.
figure, axes = plt.subplots(1, 2, figsize=(8, 3.2), sharey=True)
for ax, half in zip(axes, ("train", "test"), strict=True):
    values = {
        name: np.array([[getattr(record, half).accuracy.value for record in row] for row in rows])
        for name, rows in by_width.items()
    }
    curves(
        WIDTHS,
        {name: value.mean(axis=1) for name, value in values.items()},
        bands={name: (value.min(axis=1), value.max(axis=1)) for name, value in values.items()},
        xlabel=tr(es="unidades ocultas", en="hidden units"),
        ylabel=tr(es="exactitud", en="accuracy"),
        title={"train": tr(es="entrenamiento", en="training"), "test": tr(es="prueba", en="test")}[half],
        log="x",
        markers=True,
        ax=ax,
    )

# %% tags=["hidden"]
clean, false = by_width.values()
wide_parameters = parameter_count(network(512, 0.0))
clean_rights = [[record.test.accuracy.right for record in row] for row in clean]
false_rights = [[record.test.accuracy.right for record in row] for row in false]
assert all(record.train.accuracy.value > 0.94 for record in clean[-1] + false[-1])
assert all(record.train.accuracy.value < 0.6 for record in clean[0] + false[0])
assert min(clean_rights[-1]) > 0.85 * 449
assert min(clean_rights[-1]) > max(false_rights[-1]) + 30
assert all(b > a - 12 for a, b in zip(clean_rights[1], clean_rights[2], strict=True))
assert all(max(row) < 0.6 * 449 for row in (clean_rights[0], false_rights[0]))
memorised = []
for seed in FEW:
    images, labels, noted = noisy(300, 0.3, seed)
    wrong = noted != labels
    memorised.append(Proportion.of(predict(widest[FALSE][seed], images)[wrong] == noted[wrong]))
assert all(count.value > 0.9 for count in memorised)

# %% [markdown] lang="es"
# La predicción falla a medias. Con etiquetas limpias, la red de 512 unidades tiene `{python} wide_parameters`
# parámetros para 300 ejemplos y no empeora: acierta entre `{python} min(clean_rights[-1])` y
# `{python} max(clean_rights[-1])` de 449. Subajustan las de dos unidades, que no aciertan ni seis de cada
# diez de sus propios ejemplos. Que los modelos muy grandes no siempre repitan la curva de los polinomios está
# estudiado ([Belkin y otros, 2019](https://doi.org/10.1073/pnas.1903070116)): tener capacidad de sobra no
# obliga a usarla mal.
#
# Con etiquetas falsas sí hace daño: la red ancha acierta entre `{python} min(false_rights[-1])` y
# `{python} max(false_rights[-1])`. Las aprendió de memoria: de las falsas de cada semilla repite
# `{python} str(memorised[0])`, `{python} str(memorised[1])` y `{python} str(memorised[2])`. Que una red puede
# memorizar hasta etiquetas sin sentido también se sabe ([Zhang y otros,
# 2017](https://arxiv.org/abs/1611.03530)). La capacidad daña cuando hay algo falso que memorizar, y en los
# datos reales suele haberlo.
#
# ## Cuándo empieza a memorizar
#
# Una red de 128 unidades, 30 % de etiquetas falsas, época por época. ¿Aprende primero lo verdadero o lo
# falso?

# %% [markdown] lang="en"
# The prediction half fails. With clean labels, the network of 512 units has `{python} wide_parameters`
# parameters for 300 examples and does not get worse: it gets between `{python} min(clean_rights[-1])` and
# `{python} max(clean_rights[-1])` of 449 right. Those of two units underfit: they get fewer than six in ten
# of their own examples right. That very large models need not repeat the curve of the polynomials has been
# studied ([Belkin et al., 2019](https://doi.org/10.1073/pnas.1903070116)): having capacity to spare does not
# oblige a model to misuse it.
#
# With false labels it does harm: the wide network gets between `{python} min(false_rights[-1])` and
# `{python} max(false_rights[-1])` right. It learned them by heart: of the false ones of each seed it repeats
# `{python} str(memorised[0])`, `{python} str(memorised[1])` and `{python} str(memorised[2])`. That a network
# can memorise even meaningless labels is known too ([Zhang et al., 2017](https://arxiv.org/abs/1611.03530)).
# Capacity harms where there is something false to memorise, and in real data there usually is.
#
# ## When it begins to memorise
#
# A network of 128 units, 30% of false labels, epoch by epoch. Does it learn the true or the false first?

# %%
# alt es: Se aprenden primero las verdaderas; la validación baja de su cima a medida que suben las falsas.
# alt en: True labels are learned first; validation declines from its peak as the false ones rise.
images, labels, noted = noisy(300, 0.3, seed=0)
wrong = noted != labels
records, model = run(seed=0)
history = {name: [] for name in ("true", "false", "validation")}
on_training = []
for record in records:
    repeated = predict(model, images) == noted
    history["true"].append(repeated[~wrong].float().mean())
    history["false"].append(repeated[wrong].float().mean())
    history["validation"].append(record.test.accuracy.value)
    on_training.append(record.train.accuracy.value)
epochs = range(1, 41)
legends = (
    tr(es="anotadas bien, aprendidas", en="noted right, learned"),
    tr(es="anotadas mal, memorizadas", en="noted wrong, memorised"),
    tr(es="validación", en="validation"),
)
_ = curves(
    epochs,
    dict(zip(legends, history.values(), strict=True)),
    xlabel=tr(es="época", en="epoch"),
    ylabel=tr(es="proporción", en="proportion"),
)

# %% tags=["hidden"]
peak = int(np.argmax(history["validation"]))
peak_epoch, peak_value, end_value = peak + 1, history["validation"][peak], history["validation"][-1]
false_at_peak, false_at_end = (float(history["false"][place]) for place in (peak, -1))
true_at_peak = float(history["true"][peak])
train_at_peak, train_at_end = on_training[peak], on_training[-1]
assert train_at_end > train_at_peak + 0.1
assert peak_epoch < 20
assert end_value < peak_value - 0.1
assert false_at_peak < 0.25 < 0.4 < false_at_end
assert true_at_peak > 0.75

# %% [markdown] lang="es"
# Primero lo verdadero: un trazo común a muchos «3» se aprende de todos a la vez, mientras que cada etiqueta
# falsa hay que aprenderla sola. En la época `{python} peak_epoch`, la mejor en validación
# (`{python} peak_value:.1%`), la red acertaba el `{python} true_at_peak:.0%` de las anotadas bien y repetía
# el `{python} false_at_peak:.0%` de las falsas; al final repite el `{python} false_at_end:.0%` y la
# validación ha caído a `{python} end_value:.1%`. La exactitud de entrenamiento no avisó: entre esas dos
# épocas subió del `{python} train_at_peak:.0%` al `{python} train_at_end:.0%`.
#
# ## Tres remedios
#
# * **Detención temprana**: guardar los pesos de la época con menor pérdida de validación y parar cuando lleva
#   varias sin bajar (la *paciencia*).
# * **Decaimiento de pesos**: en cada paso, además de seguir el gradiente, acercar los pesos a cero,
#   $w \leftarrow w - \eta\,\lambda\,w$, con lo que conservar un peso grande exige un gradiente que lo
#   sostenga. `AdamW` lo aplica aparte del gradiente ([Loshchilov y Hutter,
#   2019](https://arxiv.org/abs/1711.05101)).
# * ***Dropout***: apagar al azar una parte de las unidades en cada paso, para que ninguna cuente con tener
#   siempre las mismas compañeras ([Srivastava y otros,
#   2014](https://jmlr.org/papers/v15/srivastava14a.html)).
#
# Los dos últimos tienen una fuerza que elegir. Probamos dos de cada uno y elegimos **con validación**, cinco
# semillas. La prueba no interviene en la elección.

# %% [markdown] lang="en"
# The true first: a stroke common to many threes is learned from all of them at once, whereas each false label
# must be learned on its own. At epoch `{python} peak_epoch`, the best in validation
# (`{python} peak_value:.1%`), the network had learned `{python} true_at_peak:.0%` of those noted right and
# repeated `{python} false_at_peak:.0%` of the false ones; at the end it repeats `{python} false_at_end:.0%`
# and validation has fallen to `{python} end_value:.1%`. Training accuracy gave no warning: between those two
# epochs it rose from `{python} train_at_peak:.0%` to `{python} train_at_end:.0%`.
#
# ## Three remedies
#
# * **Early stopping**: keep the weights of the epoch with the lowest validation loss, and stop once several
#   have passed without a lower one (the *patience*).
# * **Weight decay**: at each step, besides following the gradient, pull the weights towards zero,
#   $w \leftarrow w - \eta\,\lambda\,w$, so that keeping a large weight takes a gradient to support it.
#   `AdamW` applies it apart from the gradient ([Loshchilov and Hutter,
#   2019](https://arxiv.org/abs/1711.05101)).
# * **Dropout**: switch off a random part of the units at each step, so that none counts on always having the
#   same companions ([Srivastava et al., 2014](https://jmlr.org/papers/v15/srivastava14a.html)).
#
# The last two have a strength to be chosen. We try two of each and choose **by validation**, five seeds. The
# test has no part in the choice.

# %%
SEEDS, PATIENCE = range(5), 8
BARE, EARLY = tr(es="nada", en="nothing"), tr(es="detención temprana", en="early stopping")
DECAY = tr(es="decaimiento", en="decay")
settings = {
    BARE: {},
    f"{DECAY} {localized('0.3')}": {"decay": 0.3},
    f"{DECAY} 3": {"decay": 3.0},
    f"dropout {localized('0.5')}": {"dropout": 0.5},
    f"dropout {localized('0.8')}": {"dropout": 0.8},
}
models, held = {}, {}
for name, options in settings.items():
    trained = [run(seed, **options) for seed in SEEDS]
    held[name] = [last(records).test.accuracy for records, _ in trained]
    models[name] = [model for _, model in trained]
    print(f"{name:<16}", *held[name])


# %%
def stop_early(seed: int, patience: int) -> tuple[nn.Module, int]:
    best_loss, best_epoch, best_weights = math.inf, 0, None
    records, model = run(seed)
    for record in records:
        if record.test.loss < best_loss:
            best_loss, best_epoch = record.test.loss, record.number
            # es: una copia, porque el entrenamiento sigue cambiando los originales
            # en: a copy, since training goes on changing the originals
            best_weights = copy.deepcopy(model.state_dict())
        if record.number - best_epoch == patience:
            break
    model.load_state_dict(best_weights)
    return model, best_epoch


stopped = [stop_early(seed, PATIENCE) for seed in SEEDS]
models[EARLY] = [model for model, _ in stopped]
held[EARLY] = [evaluate(model, validation).accuracy for model in models[EARLY]]
print([epoch for _, epoch in stopped])
print(f"{EARLY:<16}", *held[EARLY])

# %% tags=["hidden"]
assert all(early.right > bare.right + 5 for early, bare in zip(held[EARLY], held[BARE], strict=True))

# %% [markdown] lang="es"
# Con cada una de las cinco semillas, detenerse a tiempo acierta más en validación que llegar a la época 40:
# la caída de la figura no era cosa de una semilla. De cada remedio queda la fuerza que más acierta en
# validación. Ahora la prueba: para cada semilla, cuántos aciertos gana frente a la misma semilla sin remedio,
# y el intervalo de la ganancia media.

# %% [markdown] lang="en"
# With each of the five seeds, stopping in time gets more right in validation than going on to epoch 40: the
# decline in the figure was no matter of one seed. Of each remedy the strength with most right in validation
# stays. Now the test: for each seed, how many right answers it gains over the same seed without a remedy, and
# the interval of the mean gain.

# %%
# alt es: Ganancia media de cada remedio con su intervalo; los tres quedan a la derecha de cero.
# alt en: Mean gain of each remedy with its interval; all three lie to the right of zero.
rights = {name: [evaluate(model, test).accuracy.right for model in row] for name, row in models.items()}


def strongest(prefix: str) -> str:
    names = [name for name in held if name.startswith(prefix)]
    return max(names, key=lambda name: sum(score.right for score in held[name]))


chosen = [strongest(DECAY), strongest("dropout"), EARLY]
gains = {name: [a - b for a, b in zip(rights[name], rights[BARE], strict=True)] for name in chosen}
means = [mean_over_seeds(row) for row in gains.values()]
for name, row in gains.items():
    print(f"{name:<20}", row)
ax = interval_plot(
    chosen,
    [mean.value for mean in means],
    [mean.low for mean in means],
    [mean.high for mean in means],
    xlabel=tr(
        es="aciertos ganados de 449 (intervalo del 95 %)", en="right answers gained of 449 (95% interval)"
    ),
    reference=0,
)

# %% tags=["hidden"]
assert all(mean.low > 0 for mean in means)
assert all(gain > 0 for row in gains.values() for gain in row)
lowest, highest = min(mean.value for mean in means), max(mean.value for mean in means)
overlapping = all(one.low < other.high for one in means for other in means)
assert overlapping
bare_range = (min(rights[BARE]), max(rights[BARE]))

# %% [markdown] lang="es"
# Los tres ayudan, en las cinco semillas, y ningún intervalo de la ganancia contiene el cero: entre
# `{python} lowest:.0f` y `{python} highest:.0f` aciertos de media, sobre un modelo sin remedio que acierta de
# `{python} bare_range[0]` a `{python} bare_range[1]`. Entre ellos no hay ganador, porque sus intervalos se
# cubren. Cada semilla toma también otros 300 dígitos y otras etiquetas falsas, así que la banda recoge más
# que la suerte de los pesos iniciales; todas rinden, eso sí, el mismo examen de 449.
#
# Con etiquetas limpias estos remedios tendrían poco que remediar: la red ancha de antes no los necesitaba.
# Por eso «usa *dropout* 0,5» no es un consejo; «mide la distancia entre entrenamiento y validación, y si es
# grande prueba esto» sí lo es.
#
# ## El otro remedio: más datos
#
# Sin remedio alguno, con 100, 300 o 1000 dígitos, siempre con el 30 % mal anotado. Predice hacia dónde va
# cada curva.

# %% [markdown] lang="en"
# All three help, with all five seeds, and no interval of the gain holds zero: between `{python} lowest:.0f`
# and `{python} highest:.0f` right answers on average, over a model without a remedy that gets from
# `{python} bare_range[0]` to `{python} bare_range[1]`. Among them there is no winner, for their intervals
# overlap. Each seed also takes 300 other digits and other false labels, so the band gathers more than the
# luck of the initial weights; all of them, though, sit the same exam of 449.
#
# With clean labels these remedies would have little to remedy: the wide network above did not need them. So
# “use dropout 0.5” is no advice; “measure the distance between training and validation, and if it is large
# try this” is.
#
# ## The other remedy: more data
#
# With no remedy at all, and 100, 300 or 1000 digits, always with 30% noted wrong. Predict where each curve
# goes.

# %%
# alt es: Al crecer los datos, el acierto en entrenamiento baja y el de prueba sube, hasta encontrarse.
# alt en: As the data grow, training accuracy falls and test accuracy rises, until they meet.
SIZES = (100, 300, 1000)
by_size = [[last(run(seed, n=n, exam=test)[0]) for seed in FEW] for n in SIZES]
halves = {
    tr(es="entrenamiento", en="training"): np.array(
        [[r.train.accuracy.value for r in row] for row in by_size]
    ),
    tr(es="prueba", en="test"): np.array([[r.test.accuracy.value for r in row] for row in by_size]),
}
_ = curves(
    SIZES,
    {name: value.mean(axis=1) for name, value in halves.items()},
    bands={name: (value.min(axis=1), value.max(axis=1)) for name, value in halves.items()},
    xlabel=tr(es="dígitos de entrenamiento", en="training digits"),
    ylabel=tr(es="exactitud", en="accuracy"),
    log="x",
    markers=True,
)

# %% tags=["hidden"]
training_curve, test_curve = halves.values()
distances = (training_curve - test_curve).mean(axis=1)
assert (np.diff(distances) < -0.03).all()
assert distances[-1] < 0.03
assert test_curve[-1].min() > 0.7
assert (test_curve[-1] > test_curve[0].max()).all()

# %% [markdown] lang="es"
# Es una **curva de aprendizaje**, y dice qué comprar. La ventaja del entrenamiento sobre la prueba pasa de
# `{python} distances[0]:+.0%` a `{python} distances[-1]:+.0%`: en cuarenta épocas la red ya no memoriza
# tantas etiquetas falsas y lo común se impone. Que la prueba pueda quedar por encima tiene explicación: casi
# una de cada tres respuestas del examen de entrenamiento es falsa, y quien no se las sabe de memoria las
# falla. Donde la distancia es grande, más datos ayudan; donde las dos curvas están juntas y bajas, el modelo
# subajusta y los datos no lo arreglan.
#
# Fíjate en el camino: de ajustar pasamos a evaluar, de ahí a cambiar la red y ahora volvemos a los datos. Los
# pasos del trabajo no tienen un orden fijo; forman un flujo en el que lo medido decide a cuál se vuelve.
#
# ## Calendarios de la tasa: qué compran
#
# Un calendario cambia la tasa de aprendizaje durante el entrenamiento. Dos piezas comunes: bajar siguiendo
# medio coseno ([Loshchilov y Hutter, 2017](https://arxiv.org/abs/1608.03983)) y calentar, o sea empezar con
# una tasa pequeña y subirla ([Goyal y otros, 2017](https://arxiv.org/abs/1706.02677)). Con los dígitos bien
# anotados, SGD y tasas máximas de 0,5 y de 1, ¿cuál ayudará?

# %% [markdown] lang="en"
# It is a **learning curve**, and it tells what to buy. The lead of training over test goes from
# `{python} distances[0]:+.0%` to `{python} distances[-1]:+.0%`: in forty epochs the network no longer
# memorises as many false labels, and what is common prevails. That the test may come out on top has its
# reason: nearly one in three answers of the training exam is false, and whoever does not know them by heart
# misses them. Where the distance is large, more data help; where both curves are close together and low, the
# model underfits and data will not mend it.
#
# Look at the way we came: from fitting to evaluating, from there to changing the network, and now back to the
# data. The steps of the work have no fixed order; they form a flow, in which what is measured decides which
# one to return to.
#
# ## Learning rate schedules: what they buy
#
# A schedule changes the learning rate during training. Two common parts: falling along half a cosine
# ([Loshchilov and Hutter, 2017](https://arxiv.org/abs/1608.03983)) and warming up, that is, starting with a
# small rate and raising it ([Goyal et al., 2017](https://arxiv.org/abs/1706.02677)). With the digits well
# labelled, SGD and highest rates of 0.5 and of 1, which one will help?

# %%
EPOCHS = 8
fit_images, fit_labels = data.train_images[:cut], data.train_labels[:cut]
center, width = fit_images.mean(), fit_images.std()
scaled = (fit_images - center) / width
scaled_validation = [((validation[0][0] - center) / width, validation[0][1])]


def warm_cosine(optimizer: torch.optim.Optimizer) -> SequentialLR:
    warm = LinearLR(optimizer, start_factor=0.1, total_iters=2)
    return SequentialLR(optimizer, [warm, CosineAnnealingLR(optimizer, T_max=EPOCHS - 2)], milestones=[2])


schedules = {
    tr(es="constante", en="constant"): lambda optimizer: LinearLR(optimizer, start_factor=1.0),
    tr(es="coseno", en="cosine"): lambda optimizer: CosineAnnealingLR(optimizer, T_max=EPOCHS),
    tr(es="calentar y coseno", en="warm-up and cosine"): warm_cosine,
}


# %%
def scheduled(schedule, rate: float, seed: int):
    torch.manual_seed(seed)
    model = MLP(pixels=64, hidden=32, classes=10)
    batches = TensorBatches(scaled, fit_labels, size=32, generator=torch.Generator().manual_seed(seed))
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    step, rates, losses = schedule(optimizer), [], []
    for record in train(model, batches, scaled_validation, optimizer=optimizer, epochs=EPOCHS):
        rates.append(optimizer.param_groups[0]["lr"])
        losses.append(record.train.loss)
        step.step()
    return rates, losses, record.test.accuracy


results = {
    rate: {name: [scheduled(schedule, rate, seed) for seed in FEW] for name, schedule in schedules.items()}
    for rate in (0.5, 1.0)
}
for rate, rows in results.items():
    for name, runs in rows.items():
        print(f"{rate}   {name:<20}", *(accuracy for *_, accuracy in runs))

# %%
# alt es: Izquierda, las tres tasas por época; derecha, sus pérdidas: la de la constante acaba más alta.
# alt en: Left, the three rates by epoch; right, their losses: that of the constant one ends higher.
figure, axes = plt.subplots(1, 2, figsize=(8.4, 3.4))
top = results[1.0]
curves(
    range(1, EPOCHS + 1),
    {name: runs[0][0] for name, runs in top.items()},
    xlabel=tr(es="época", en="epoch"),
    ylabel=tr(es="tasa de aprendizaje", en="learning rate"),
    ax=axes[0],
)
losses = {name: np.array([run_losses for _, run_losses, _ in runs]) for name, runs in top.items()}
curves(
    range(1, EPOCHS + 1),
    {name: value.mean(axis=0) for name, value in losses.items()},
    bands={name: (value.min(axis=0), value.max(axis=0)) for name, value in losses.items()},
    xlabel=tr(es="época", en="epoch"),
    ylabel=tr(es="pérdida de entrenamiento (nats)", en="training loss (nats)"),
    log="y",
    ax=axes[1],
)
handles, names = axes[0].get_legend_handles_labels()
for ax in axes:
    ax.get_legend().remove()
_ = figure.legend(handles, names, loc="outside upper left", ncols=3)

# %% tags=["hidden"]
calm = {name: [accuracy.right for *_, accuracy in runs] for name, runs in results[0.5].items()}
wild = {name: [accuracy.right for *_, accuracy in runs] for name, runs in results[1.0].items()}
calm_low, calm_high = min(min(row) for row in calm.values()), max(max(row) for row in calm.values())
constant_wild, _, warm_wild = wild.values()
n_validation = len(validation[0][1])
assert calm_high - calm_low < 0.04 * n_validation
assert min(warm_wild) > 0.9 * n_validation
assert sum(constant_wild) < sum(warm_wild) - 5
final_loss = [value[:, -1].mean() for value in losses.values()]
assert max(final_loss[1:]) < final_loss[0]

# %% [markdown] lang="es"
# Con tasa 0,5 no compran nada que se pueda ver: las nueve redes aciertan entre `{python} calm_low` y
# `{python} calm_high` de `{python} n_validation`. Con tasa 1, la constante puede perderse: acierta entre
# `{python} min(constant_wild)` y `{python} max(constant_wild)`, según la semilla. Calentar y después bajar lo
# evita: entre `{python} min(warm_wild)` y `{python} max(warm_wild)`. Lo que compra un calendario es poder
# usar una tasa que de entrada sería demasiado grande; si la tasa ya era buena, y el presupuesto holgado,
# puede no comprar nada. La constante con tasa 1 depende tanto de la suerte que en otra máquina puedes ver
# otros conteos.
#
# ## Interrumpir y seguir
#
# Un entrenamiento largo se corta. Con `folder=`, `train` guarda el estado tras cada época y, al volver a
# llamarlo, retoma donde quedó; al `for` le entrega también los registros de las épocas ya hechas. ¿Será el
# mismo resultado que sin corte?

# %% [markdown] lang="en"
# At rate 0.5 they buy nothing that can be seen: all nine networks get between `{python} calm_low` and
# `{python} calm_high` of `{python} n_validation` right. At rate 1, the constant one may go astray: it gets
# between `{python} min(constant_wild)` and `{python} max(constant_wild)`, depending on the seed. Warming up
# and then falling prevents it: between `{python} min(warm_wild)` and `{python} max(warm_wild)`. What a
# schedule buys is the use of a rate that would be too large at the outset; if the rate was good already, and
# the budget ample, it may buy nothing. The constant one at rate 1 depends so much on luck that on another
# machine you may see other counts.
#
# ## Interrupting and going on
#
# A long training gets cut off. With `folder=`, `train` keeps the state after each epoch and, when called
# again, takes up where it was; it hands the `for` the records of the epochs already done as well. Will the
# outcome be the same as without the cut?

# %%
folder = mkdtemp()


def attempt(seed: int, folder: str | None):
    model, batches = start(seed)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    return model, train(model, batches, validation, optimizer=optimizer, epochs=6, folder=folder)


_, records = attempt(seed=0, folder=folder)
# es: tres épocas, y se va la luz
# en: three epochs, and the power goes
cut_off = list(islice(records, 3))
records.close()
# es: otro comienzo; la carpeta lo corrige
# en: another start; the folder sets it right
resumed_model, records = attempt(seed=99, folder=folder)
resumed = list(records)
unbroken_model, records = attempt(seed=0, folder=None)
print(resumed == list(records))

# %% tags=["hidden"]
resumed_weights, unbroken_weights = resumed_model.state_dict(), unbroken_model.state_dict()
assert resumed[:3] == cut_off
assert [record.number for record in resumed] == [1, 2, 3, 4, 5, 6]
assert all(torch.equal(resumed_weights[name], unbroken_weights[name]) for name in unbroken_weights)

# %% [markdown] lang="es"
# El mismo, hasta el último bit. Qué hay que guardar para lograrlo, y qué archivos conviene no abrir, es el
# tema de [Guardar, cargar y seguir como si nada](save_load.md). En una terminal, `train` muestra además una
# barra de avance si la espera pasa de un segundo.
#
# ## Para llevarte
#
# * El error de entrenamiento mide lo que cabe en el modelo; la distancia con validación, lo que memorizó.
# * Capacidad de sobra daña cuando hay algo falso que aprender. Mira tus etiquetas.
# * Detención temprana, decaimiento y *dropout* ayudan contra la memoria; su fuerza se elige con validación.
# * La curva de aprendizaje dice si conviene pagar por más datos.
# * Un calendario permite una tasa mayor; no mejora por sí mismo.
#
# Sigue por [Tus propias imágenes](custom_data.md), que entrena con una carpeta, o por [Arte y
# ciencia](art_and_science.md), que recorre dos hiperparámetros a la vez. La normalización por *batch*, que
# también cambia qué tasas se pueden usar, está en [Redes
# residuales](../convolutional_networks/residual_networks.md).

# %% [markdown] lang="en"
# The same, to the last bit. What must be kept to achieve it, and which files are better left unopened, is the
# subject of [Save, load, and carry on as if nothing happened](save_load.md). In a terminal `train` also shows
# a progress bar if the wait exceeds a second.
#
# ## What to keep
#
# * The training error measures what fits into the model; the distance to validation, what it memorised.
# * Capacity to spare harms where there is something false to learn. Look at your labels.
# * Early stopping, weight decay and dropout help against memorising; their strength is chosen by validation.
# * The learning curve tells whether more data are worth paying for.
# * A schedule allows a higher rate; it is no improvement in itself.
#
# Go on with [Your own pictures](custom_data.md), which trains on a folder, or with [Art and
# science](art_and_science.md), which goes through two hyperparameters at once. Batch normalisation, which
# also changes the rates that can be used, is in [Residual
# networks](../convolutional_networks/residual_networks.md).

# %% [markdown] lang="es" tags=["quiz"]
# Tras veinte épocas, entrenamiento 62 % y validación 61 %. ¿Qué pruebas primero?
#
# - [ ] Más *dropout*: quita capacidad a un modelo que ya no puede con sus propios ejemplos.
# - [x] Un modelo con más capacidad, u otra tasa o más épocas: las curvas están juntas y bajas, así que
#   subajusta.
# - [ ] Conseguir más datos: ayudan cuando la distancia entre las curvas es grande, y aquí es de un punto.

# %% [markdown] lang="en" tags=["quiz"]
# After twenty epochs, training 62% and validation 61%. What do you try first?
#
# - [ ] More dropout: it takes capacity from a model that already cannot cope with its own examples.
# - [x] A model with more capacity, or another rate or more epochs: the curves are together and low, so it
#   underfits.
# - [ ] Getting more data: they help where the distance between the curves is large, and here it is one point.

# %% [markdown] lang="es" tags=["quiz"]
# Probaste cuarenta combinaciones y elegiste la mejor por su validación: nueve aciertos de cada diez. ¿Qué
# esperas de la prueba?
#
# - [ ] Lo mismo, porque validación y prueba son intercambiables: ya no, desde que elegiste con una de ellas.
# - [x] Algo menos: la mejor de cuarenta debe parte de su número a la suerte, y la prueba no la comparte.
# - [ ] Algo más, porque el modelo elegido es el mejor: la prueba no sabe que lo elegiste.

# %% [markdown] lang="en" tags=["quiz"]
# You tried forty combinations and chose the best by its validation: nine right out of ten. What do you expect
# of the test?
#
# - [ ] The same, since validation and test are interchangeable: no longer, once you have chosen by one of
#   them.
# - [x] Somewhat less: the best of forty owes part of its number to luck, and the test does not share it.
# - [ ] Somewhat more, since the chosen model is the best: the test does not know that you chose it.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: la paciencia
#
# Escribe la clase `Patience`. Se crea con `Patience(epochs)`; `better(loss)` devuelve si esa pérdida es la
# menor hasta ahora, y el atributo `exhausted` dice si ya pasaron `epochs` épocas seguidas sin mejorar.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: patience
#
# Write the class `Patience`. It is created by `Patience(epochs)`; `better(loss)` returns whether that loss is
# the lowest so far, and the attribute `exhausted` says whether `epochs` epochs in a row have passed without
# improvement.


# %% tags=["solution"]
class Patience:
    def __init__(self, epochs: int) -> None:
        self.epochs, self.best, self.waited = epochs, math.inf, 0

    def better(self, loss: float) -> bool:
        improved = loss < self.best
        self.best = min(self.best, loss)
        self.waited = 0 if improved else self.waited + 1
        return improved

    @property
    def exhausted(self) -> bool:
        return self.waited >= self.epochs


# %% tags=["check"]
patience = Patience(3)
answers, stops = [], []
for loss in (1.0, 0.8, 0.9, 0.85, 0.7, 0.7, 0.75, 0.71):
    answers.append(patience.better(loss))
    stops.append(patience.exhausted)
assert answers == [True, True, False, False, True, False, False, False], answers
assert stops == [False] * 7 + [True], stops
assert not Patience(1).exhausted
print(tr(es="Bien.", en="Good."))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: un calendario desde la fórmula
#
# Escribe `rate_at(step, steps, warm, top)`, la tasa del paso `step` (desde 0). En los primeros `warm` pasos
# sube en línea recta desde `top / warm` hasta `top`; después baja hasta 0 en el paso `steps` siguiendo medio
# coseno,
#
# $$\eta(t) = \tfrac{1}{2}\,\eta_\text{max}\left(1 + \cos \pi t\right),$$
#
# donde $t$ va de 0, al terminar de calentar, a 1.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: a schedule from the formula
#
# Write `rate_at(step, steps, warm, top)`, the rate at step `step` (from 0). In the first `warm` steps it
# rises in a straight line from `top / warm` to `top`; then it falls to 0 at step `steps` along half a cosine,
#
# $$\eta(t) = \tfrac{1}{2}\,\eta_\text{max}\left(1 + \cos \pi t\right),$$
#
# where $t$ runs from 0, when the warm-up ends, to 1.


# %% tags=["solution"]
def rate_at(step: int, steps: int, warm: int, top: float) -> float:
    if step < warm:
        return top * (step + 1) / warm
    return top * (1 + math.cos(math.pi * (step - warm) / (steps - warm))) / 2


# %% tags=["check"]
rates = [rate_at(step, steps=100, warm=10, top=0.4) for step in range(101)]
assert rates[:10] == [0.4 * (step + 1) / 10 for step in range(10)]
assert rates[10] == 0.4
assert abs(rates[55] - 0.2) < 1e-12
assert abs(rates[100]) < 1e-12
optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.4)
cosine = CosineAnnealingLR(optimizer, T_max=90)
for step in range(10, 101):
    assert abs(optimizer.param_groups[0]["lr"] - rates[step]) < 1e-6, step
    optimizer.step()
    cosine.step()
print(tr(es="Bien.", en="Good."))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: decaimiento de pesos a mano
#
# Escribe `sgd_step(parameters, rate, decay)`: un paso de SGD con decaimiento de pesos,
# $w \leftarrow w - \eta\,(g + \lambda w)$, que modifica los parámetros en su lugar sin dejar huella en
# autograd. Debe dar lo mismo que `torch.optim.SGD(…, weight_decay=…)`.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: weight decay by hand
#
# Write `sgd_step(parameters, rate, decay)`: one step of SGD with weight decay,
# $w \leftarrow w - \eta\,(g + \lambda w)$, which changes the parameters in place without leaving a trace in
# autograd. It must give the same as `torch.optim.SGD(…, weight_decay=…)`.


# %% tags=["solution"]
@torch.no_grad()
def sgd_step(parameters, rate: float, decay: float) -> None:
    for parameter in parameters:
        parameter -= rate * (parameter.grad + decay * parameter)


# %% tags=["check"]
torch.manual_seed(0)
mine = network(16, 0.0).double()
theirs = copy.deepcopy(mine)
reference = torch.optim.SGD(theirs.parameters(), lr=0.1, weight_decay=0.05)
for _step in range(5):
    for net in (mine, theirs):
        net.zero_grad()
        cross_entropy(net(images.double()), labels).backward()
    sgd_step(mine.parameters(), rate=0.1, decay=0.05)
    reference.step()
pairs = zip(mine.parameters(), theirs.parameters(), strict=True)
assert all(torch.allclose(one, other, atol=1e-12) for one, other in pairs)
assert all(parameter.requires_grad for parameter in mine.parameters())
print(tr(es="Bien.", en="Good."))
