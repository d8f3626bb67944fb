"""
title:
  es: Aumento de datos
  en: Data augmentation
summary:
  es: Qué cambios de una imagen conservan su etiqueta, qué se gana al entrenar con ellos y cuándo no se gana.
  en: Which changes of an image keep its label, what training with them gains, and when it gains nothing.
tags: [augmentation, transforms, mixup, robustness, few examples]
objectives:
  es:
    - Decidir, antes de programar, qué cambios conservan la etiqueta de una imagen.
    - Usar torchvision.transforms.v2 sabiendo a cuántas imágenes alcanza cada sorteo.
    - Medir un aumento por pares, con varias semillas y sobre el mismo examen.
    - Reconocer un aumento que respeta la etiqueta y aun así perjudica.
  en:
    - Decide, before programming, which changes keep the label of an image.
    - Use torchvision.transforms.v2 knowing how many images each draw reaches.
    - Measure an augmentation in pairs, with several seeds and on the same exam.
    - Recognise an augmentation that respects the label and harms all the same.
prerequisites:
  es:
    - El bucle de entrenamiento.
    - Exactitud, intervalos y semillas.
  en:
    - The training loop.
    - Accuracy, intervals and seeds.
timeout_seconds: 300
"""
# %% [markdown] lang="es"
# Un tres corrido un píxel sigue siendo un tres. Quien etiquetó uno etiquetó, sin saberlo, todos sus vecinos,
# y el **aumento de datos** aprovecha ese regalo: en cada paso entrena con una versión cambiada de la imagen y
# la misma etiqueta. Al terminar sabrás elegir los cambios, aplicarlos y, sobre todo, medir si sirvieron.
#
# Presupone [Tres modelos, un conjunto de datos](../convolutional_networks/three_models_one_dataset.md) y
# [Evaluación honesta](../workflow/honest_evaluation.md). Acompaña la sección *PyTorch Custom Datasets* del
# curso [PyTorch for Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) y el
# [capítulo 04](https://www.learnpytorch.io/04_pytorch_custom_datasets/) de su libro abierto.
#
# ## Cambios que conservan la etiqueta
#
# Los dígitos de 8×8 van aquí en el centro de un lienzo de 12×12, para que un desplazamiento de hasta dos
# píxeles no les corte tinta. Antes de mirar la figura, decide para el 2, el 3, el 6 y el 8: ¿quién sigue
# siendo quien era en un espejo? ¿Y de cabeza?

# %% [markdown] lang="en"
# A three moved by one pixel is still a three. Whoever labelled one labelled, without knowing it, all of its
# neighbours, and **data augmentation** takes up that gift: each step trains on a changed version of the image
# with the same label. By the end you will know how to choose the changes, apply them and, above all, measure
# whether they helped.
#
# It presumes [Three models, one data set](../convolutional_networks/three_models_one_dataset.md) and [Honest
# evaluation](../workflow/honest_evaluation.md). It goes with the section *PyTorch Custom Datasets* of the
# course [PyTorch for Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) and
# with [chapter 04](https://www.learnpytorch.io/04_pytorch_custom_datasets/) of its open book.
#
# ## Changes that keep the label
#
# The digits of 8×8 stand here in the middle of a canvas of 12×12, so that a shift of up to two pixels cuts
# off no ink. Before looking at the figure, decide for the 2, the 3, the 6 and the 8: which ones are still
# themselves in a mirror? And upside down?

# %%
import math

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import affine_grid, cross_entropy, grid_sample, one_hot, pad
from torchvision.transforms import InterpolationMode, v2

from tutorials_lib import tr
from tutorials_lib.data import digits
from tutorials_lib.metrics import Proportion, mean_over_seeds, paired_comparison
from tutorials_lib.models import MLP
from tutorials_lib.plots import curves, heat_map, image_grid, interval_plot

# %%
# alt es: El 2, el 3, el 6 y el 8, cada uno derecho, corrido, girado 15°, en espejo, de cabeza y con un hueco.
# alt en: A 2, a 3, a 6 and an 8, each upright, shifted, turned by 15°, mirrored, upside down and with a hole.
data = digits()
train_images, test_images = (pad(images, (2, 2, 2, 2)) for images in (data.train_images, data.test_images))
train_labels, test_labels = data.train_labels, data.test_labels
changes = {
    "original": v2.Identity(),
    tr(es="corrido", en="shifted"): lambda image: v2.functional.affine(image, 0, [2, -1], 1, [0, 0]),
    "15°": lambda image: v2.functional.rotate(image, 15, interpolation=InterpolationMode.BILINEAR),
    tr(es="espejo", en="mirror"): v2.functional.horizontal_flip,
    tr(es="de cabeza", en="upside down"): lambda image: v2.functional.rotate(image, 180),
    tr(es="con hueco", en="hole"): lambda image: v2.functional.erase(image, 4, 4, 3, 3, torch.zeros(1)),
}
samples = [train_images[train_labels == digit][0] for digit in (2, 3, 6, 8)]
shown = torch.stack([change(image) for image in samples for change in changes.values()])
_ = image_grid(shown, list(changes), columns=len(changes))

# %% tags=["hidden"]
assert torch.allclose(shown[1::6].sum((1, 2, 3)), shown[0::6].sum((1, 2, 3)))
assert torch.equal(shown[4], samples[0].flip(-1, -2))

# %% [markdown] lang="es"
# Corrido, girado un poco o con un hueco, cada dígito sigue siendo el mismo. En el espejo el 2 y el 3 dejan de
# ser dígitos, y de cabeza el 6 pasa a ser un 9: la imagen es legítima y la etiqueta, falsa. En cambio, el 8
# se parece a sí mismo de todas las maneras. La respuesta depende del problema, no de la biblioteca: el espejo
# que arruina un 2 le viene bien a la foto de un gato.
#
# ## Un sorteo por llamada
#
# `torchvision.transforms.v2` trae los cambios y el azar juntos: `RandomAffine` sortea un ángulo y un
# desplazamiento en cada llamada. ¿Qué hace si la llamada recibe seis copias de un 3 en un solo tensor?

# %% [markdown] lang="en"
# Shifted, turned a little or with a hole, each digit is still the same. In the mirror the 2 and the 3 stop
# being digits, and upside down the 6 becomes a 9: the image is legitimate and the label false. The 8, on the
# other hand, resembles itself in every way. The answer depends on the problem, not on the library: the mirror
# that ruins a 2 suits the photograph of a cat.
#
# ## One draw per call
#
# `torchvision.transforms.v2` brings changes and chance together: `RandomAffine` draws an angle and a shift in
# each call. What does it do when the call receives six copies of a 3 in a single tensor?

# %%
# alt es: Dos filas de seis treses: arriba los seis giran y se corren igual; abajo, cada uno a su manera.
# alt en: Two rows of six threes: above, all six turn and move alike; below, each in its own way.
torch.manual_seed(1)
transform = v2.RandomAffine(15, translate=(0.17, 0.17), interpolation=InterpolationMode.BILINEAR)
copies = torch.stack([samples[1]] * 6)
together = transform(copies)
alone = torch.stack([transform(image) for image in copies])
print(len(together.unique(dim=0)), len(alone.unique(dim=0)))
print(transform.make_params([samples[1]]))
_ = image_grid(torch.cat([together, alone]))

# %% tags=["hidden"]
moves = [transform.make_params([samples[1]])["translate"] for _ in range(50)]
assert len(together.unique(dim=0)) == 1 and len(alone.unique(dim=0)) == 6
assert all(isinstance(step, int) and abs(step) <= 2 for move in moves for step in move)

# %% [markdown] lang="es"
# Un sorteo por llamada, y el *batch* entero recibe el mismo. Por eso los cambios suelen ir en el `Dataset`,
# que entrega las imágenes de a una, y solo en el de entrenamiento: el examen se rinde sin cambios. La segunda
# línea impresa guarda otra sorpresa: `translate` sale en píxeles **enteros**, y en una imagen de 12 píxeles
# un entero es mucho.
#
# ## El mismo cambio, un sorteo por imagen
#
# Para sortear por imagen y sin un bucle hay que escribir el cambio. Con el origen en el centro, $x$ hacia la
# derecha e $y$ hacia abajo, un giro de ángulo $\alpha$ (en el sentido del reloj) y un desplazamiento $t$
# llevan el punto $q$ a $p = R\,q + t$. El camino se recorre al revés: el píxel $p$ de la imagen nueva
# pregunta de dónde viene y lee allí la original.
#
# $$I'(p) = I\!\left(R^\top (p - t)\right), \qquad
# R = \begin{pmatrix} \cos\alpha & -\sin\alpha \\ \sin\alpha & \cos\alpha \end{pmatrix}. \tag{1}$$
#
# El punto cae casi siempre entre píxeles; `grid_sample` promedia los cuatro vecinos según su cercanía
# (interpolación bilineal). `affine_grid` mide en mitades del lienzo: el borde derecho está en $x = 1$.

# %% [markdown] lang="en"
# One draw per call, and the whole batch receives the same. That is why changes usually live in the `Dataset`,
# which hands over images one by one, and only in that of training: the exam is sat without changes. The
# second printed line holds another surprise: `translate` comes in **whole** pixels, and in an image of 12
# pixels a whole one is a lot.
#
# ## The same change, one draw per image
#
# To draw for each image without a loop, the change has to be written. With the origin in the centre, $x$ to
# the right and $y$ downwards, a turn by the angle $\alpha$ (clockwise) and a shift $t$ take the point $q$ to
# $p = R\,q + t$. The path is followed backwards: the pixel $p$ of the new image asks where it comes from, and
# reads the original there.
#
# $$I'(p) = I\!\left(R^\top (p - t)\right), \qquad
# R = \begin{pmatrix} \cos\alpha & -\sin\alpha \\ \sin\alpha & \cos\alpha \end{pmatrix}. \tag{1}$$
#
# The point nearly always falls between pixels; `grid_sample` averages the four neighbours by their closeness
# (bilinear interpolation). `affine_grid` measures in halves of the canvas: the right edge is at $x = 1$.


# %%
def warp(images: Tensor, angle: Tensor, right: Tensor, down: Tensor) -> Tensor:
    # es: ángulos en radianes y pasos en píxeles, uno por imagen
    # en: angles in radians and steps in pixels, one for each image
    cos, sin = angle.cos(), angle.sin()
    inverse = torch.stack([torch.stack([cos, sin], 1), torch.stack([-sin, cos], 1)], 1)  # image row column
    shift = torch.stack([right, down], 1)[:, :, None] / (images.shape[-1] / 2)
    where = affine_grid(torch.cat([inverse, -inverse @ shift], 2), list(images.shape), align_corners=False)
    return grid_sample(images, where, align_corners=False)  # (1)


angle, right, down = torch.tensor([0.3, -0.2, 1.0]), torch.tensor([1.0, -2, 0]), torch.tensor([0.0, 2, -1])
ours = warp(train_images[:3], angle, right, down)
theirs = [
    v2.functional.affine(
        image, math.degrees(a), [int(r), int(d)], 1, [0, 0], interpolation=InterpolationMode.BILINEAR
    )
    for image, a, r, d in zip(train_images, angle, right, down, strict=False)
]
print(torch.allclose(ours, torch.stack(theirs), atol=1e-4))

# %% tags=["hidden"]
assert torch.allclose(ours, torch.stack(theirs), atol=1e-4)
still = torch.zeros(len(train_images))
assert torch.allclose(warp(train_images, still, still, still), train_images, atol=1e-5)

# %% [markdown] lang="es"
# Coincide con `v2.functional.affine`, y acepta fracciones de píxel.
#
# ## Mezclar dos imágenes
#
# Hay cambios que no conservan la etiqueta y lo dicen. *mixup* ([Zhang et al.,
# 2017](https://arxiv.org/abs/1710.09412)) superpone dos imágenes y reparte la etiqueta, escrita como
# probabilidades $y$, en la misma proporción $\lambda$, que se sortea de una distribución beta:
#
# $$x' = \lambda\, x_i + (1 - \lambda)\, x_j, \tag{2}$$
#
# $$y' = \lambda\, y_i + (1 - \lambda)\, y_j. \tag{3}$$
#
# `cross_entropy` admite esas etiquetas repartidas. `v2.MixUp` mezcla cada imagen con la anterior del *batch*,
# con un solo $\lambda$ para todas; la etiqueta que devuelve permite leer cuál fue.

# %% [markdown] lang="en"
# It agrees with `v2.functional.affine`, and accepts fractions of a pixel.
#
# ## Mixing two images
#
# Some changes do not keep the label, and say so. *mixup* ([Zhang et al.,
# 2017](https://arxiv.org/abs/1710.09412)) lays two images over each other and shares out the label, written
# as probabilities $y$, in the same proportion $\lambda$, which is drawn from a beta distribution:
#
# $$x' = \lambda\, x_i + (1 - \lambda)\, x_j, \tag{2}$$
#
# $$y' = \lambda\, y_i + (1 - \lambda)\, y_j. \tag{3}$$
#
# `cross_entropy` accepts such shared labels. `v2.MixUp` mixes each image with the previous one of the batch,
# with one $\lambda$ for all; the label it returns allows us to read which one it was.


# %%
def mix(first: Tensor, second: Tensor, share: Tensor) -> Tensor:
    # es: una proporción por ejemplo, sea cual sea el rango
    # en: one share for each example, whatever the rank
    share = share.reshape(-1, *[1] * (first.ndim - 1))
    return share * first + (1 - share) * second  # (2)


images, targets = train_images[:4], one_hot(train_labels[:4], 10).float()
mixed_images, mixed_targets = v2.MixUp(alpha=0.4, num_classes=10)(images, train_labels[:4])
share = mixed_targets[0, train_labels[0]].repeat(4)
print(torch.allclose(mix(images, images.roll(1, 0), share), mixed_images, atol=1e-6))
print(torch.allclose(mix(targets, targets.roll(1, 0), share), mixed_targets, atol=1e-6))  # (3)

# %% tags=["hidden"]
assert len(train_labels[:4].unique()) == 4
assert torch.allclose(mix(images, images.roll(1, 0), share), mixed_images, atol=1e-6)
assert torch.allclose(mix(targets, targets.roll(1, 0), share), mixed_targets, atol=1e-6)

# %% [markdown] lang="es"
# ## Pocas etiquetas
#
# Cinco recetas, cada una una función que cambia imágenes y etiquetas:
#
# * **ninguna**: las imágenes tal cual;
# * **giro**: hasta 15° a cada lado y hasta 0,7 píxeles en cada dirección;
# * **espejo**: la mitad de las imágenes, en espejo y con la etiqueta de siempre;
# * **salto**: entre −2 y 2 píxeles enteros en cada dirección, todos igual de probables;
# * ***mixup***: con $\lambda$ de una beta(0,4; 0,4).
#
# Los números de la receta del giro se eligieron entre cuatro pares, con la última cuarta parte de los
# dígitos de entrenamiento como validación.

# %% [markdown] lang="en"
# ## Few labels
#
# Five recipes, each a function that changes images and labels:
#
# * **none**: the images as they are;
# * **turn**: up to 15° to either side and up to 0.7 pixels in each direction;
# * **mirror**: half of the images, mirrored and with the same old label;
# * **jump**: between −2 and 2 whole pixels in each direction, all of them equally likely;
# * ***mixup***: with $\lambda$ from a beta(0.4, 0.4).
#
# The numbers of the recipe of the turn were chosen among four pairs, with the last quarter of the training
# digits for validation.

# %%
NONE, TURN = tr(es="ninguna", en="none"), tr(es="giro", en="turn")
MIRROR, JUMP = tr(es="espejo", en="mirror"), tr(es="salto", en="jump")


def turn(images: Tensor, targets: Tensor, draw: Generator) -> tuple[Tensor, Tensor]:
    angle, right, down = 2 * torch.rand(3, len(images), generator=draw) - 1
    return warp(images, math.radians(15) * angle, 0.7 * right, 0.7 * down), targets


def jump(images: Tensor, targets: Tensor, draw: Generator) -> tuple[Tensor, Tensor]:
    right, down = torch.randint(-2, 3, (2, len(images)), generator=draw).float()
    return warp(images, torch.zeros(len(images)), right, down), targets


def mirror(images: Tensor, targets: Tensor, draw: Generator) -> tuple[Tensor, Tensor]:
    chosen = torch.rand(len(images), 1, 1, 1, generator=draw) < 0.5
    return torch.where(chosen, images.flip(-1), images), targets


def mixup(images: Tensor, targets: Tensor, draw: Generator) -> tuple[Tensor, Tensor]:
    share = torch.distributions.Beta(0.4, 0.4).sample((len(images),))
    other = torch.randperm(len(images), generator=draw)
    return mix(images, images[other], share), mix(targets, targets[other], share)


recipes = {NONE: lambda images, targets, _: (images, targets), TURN: turn, MIRROR: mirror, JUMP: jump}
recipes["mixup"] = mixup

# %% [markdown] lang="es"
# Para que la comparación sea por pares, con cada semilla todas las recetas parten de los mismos pesos, tienen
# los mismos dígitos etiquetados y los repasan en el mismo orden; solo cambia lo que les hacen. El modelo es
# un MLP, y los 300 pasos son los mismos para todas. El bucle va a la vista porque `train` cuenta aciertos, y
# una etiqueta repartida no se acierta.

# %% [markdown] lang="en"
# For the comparison to be in pairs, with each seed all recipes start from the same weights, have the same
# labelled digits and go through them in the same order; what differs is what they do to them. The model is an
# MLP, and the 300 steps are the same for all. The loop stands in sight because `train` counts right answers,
# and a shared label has none.

# %%
SEEDS, STEPS, BATCH = range(5), 300, 32


def fit(recipe: str, per_class: int, seed: int) -> nn.Module:
    torch.manual_seed(seed)
    model, draw = MLP(pixels=144, hidden=128, classes=10), Generator().manual_seed(seed)
    order = torch.randperm(len(train_images), generator=draw)
    few = torch.cat([order[train_labels[order] == digit][:per_class] for digit in range(10)])
    picked = few[torch.randint(len(few), (STEPS * BATCH,), generator=draw)]
    images, targets = recipes[recipe](train_images[picked], one_hot(train_labels[picked], 10).float(), draw)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01, fused=True)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
    for batch, shares in zip(images.split(BATCH), targets.split(BATCH), strict=True):
        loss = cross_entropy(model(batch), shares)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return model


@torch.inference_mode()
def right(model: nn.Module, images: Tensor = test_images) -> Tensor:
    return model(images).argmax(1) == test_labels


# %% [markdown] lang="es"
# Con cinco dígitos etiquetados de cada clase, cincuenta en total, ¿qué recetas ganan y cuáles pierden frente
# a la receta **ninguna**?

# %% [markdown] lang="en"
# With five labelled digits of each class, fifty in all, which recipes win and which lose against the recipe
# **none**?

# %%
FEW = 5
models = {recipe: [fit(recipe, FEW, seed) for seed in SEEDS] for recipe in recipes}
answers = {recipe: [right(model) for model in row] for recipe, row in models.items()}
for recipe, row in answers.items():
    print(f"{recipe:<8}", *(Proportion.of(correct) for correct in row))

# %%
# alt es: Diferencia con «ninguna», en puntos: espejo y salto, bajo cero; giro y mixup, cerca de cero.
# alt en: Difference from “none”, in points: mirror and jump, below zero; turn and mixup, near zero.


# es: puntos de exactitud que una receta gana a otra, semilla por semilla
# en: points of accuracy by which one recipe beats another, seed by seed
def gain(row: list[Tensor], base: list[Tensor]):
    return mean_over_seeds(
        [100 * (a.float().mean() - b.float().mean()).item() for a, b in zip(row, base, strict=True)]
    )


gains = {recipe: gain(row, answers[NONE]) for recipe, row in answers.items() if recipe != NONE}
_ = interval_plot(
    list(gains),
    [g.value for g in gains.values()],
    [g.low for g in gains.values()],
    [g.high for g in gains.values()],
    reference=0.0,
    xlabel=tr(
        es="diferencia de exactitud con ninguna (puntos)", en="difference in accuracy from none (points)"
    ),
)

# %%
for recipe, row in answers.items():
    pairs = [paired_comparison(a, b) for a, b in zip(row, answers[NONE], strict=True)]
    print(
        f"{recipe:<8}", *(f"+{pair.only_first} −{pair.only_second} P={pair.p_value:.1g}  " for pair in pairs)
    )

# %% tags=["hidden"]
assert gains[MIRROR].high < 0 and gains[JUMP].high < 0
assert gains[JUMP].value < gains[MIRROR].value - 2
assert abs(gains[TURN].value) < 6 and abs(gains["mixup"].value) < 4


def verdict(g) -> str:
    if g.low > 0:
        return tr(es="gana", en="wins")
    if g.high < 0:
        return tr(es="pierde", en="loses")
    return tr(es="no se distingue de cero", en="cannot be told from zero")


# %% [markdown] lang="es"
# La última tabla cuenta, semilla por semilla, los dígitos que solo acierta la receta (+) y los que solo
# acierta **ninguna** (−), con el $P$ de la comparación por pares.
#
# * **Espejo** pierde `{python} -gains[MIRROR].value:.1f` puntos. Enseñó cosas falsas: que un 2 al revés es un
#   2.
# * **Salto** pierde `{python} -gains[JUMP].value:.1f`, más que el espejo, y no dijo ninguna mentira. Esta es
#   la idea que falla: conservar la etiqueta es necesario, pero no alcanza. El examen trae los dígitos
#   centrados, y con los mismos pasos y las mismas unidades la red tuvo que aprender 25 posiciones de cada
#   uno.
# * **Giro** cambia `{python} gains[TURN].value:+.1f` puntos, con un intervalo de
#   `{python} gains[TURN].low:.1f` a `{python} gains[TURN].high:.1f`: `{python} verdict(gains[TURN])`.
# * ***mixup***, `{python} gains["mixup"].value:+.1f`: `{python} verdict(gains["mixup"])`.
#
# El intervalo cubre la suerte de la semilla, que aquí incluye qué cincuenta dígitos tocaron. La suerte de qué
# 449 dígitos forman el examen es otra, y se suma.
#
# ## Cuando hay más etiquetas
#
# ¿El giro ayuda más con pocas etiquetas o con muchas?

# %% [markdown] lang="en"
# The last table counts, seed by seed, the digits that only the recipe gets right (+) and those that only
# **none** gets right (−), with the $P$ of the paired comparison.
#
# * **Mirror** loses `{python} -gains[MIRROR].value:.1f` points. It taught falsehoods: that a 2 backwards is a
#   2.
# * **Jump** loses `{python} -gains[JUMP].value:.1f`, more than the mirror, and told no lie. This is the idea
#   that fails: to keep the label is necessary, but not enough. The exam brings its digits centred, and with
#   the same steps and the same units the network had to learn 25 positions of each.
# * **Turn** changes `{python} gains[TURN].value:+.1f` points, with an interval from
#   `{python} gains[TURN].low:.1f` to `{python} gains[TURN].high:.1f`: it `{python} verdict(gains[TURN])`.
# * ***mixup***, `{python} gains["mixup"].value:+.1f`: it `{python} verdict(gains["mixup"])`.
#
# The interval covers the luck of the seed, which here includes which fifty digits were drawn. The luck of
# which 449 digits make up the exam is another, and comes on top.
#
# ## When there are more labels
#
# Does the turn help more with few labels or with many?

# %%
# alt es: Exactitud según las etiquetas por clase: las dos curvas suben y terminan juntas.
# alt en: Accuracy by labels per class: both curves rise and end up together.
counts, ALL = (FEW, 20, 130), 130
by_count = {(recipe, FEW): answers[recipe] for recipe in (NONE, TURN)}
referees = [fit(TURN, ALL, seed) for seed in SEEDS]
by_count[TURN, ALL] = [right(model) for model in referees]
for recipe, count in ((NONE, 20), (TURN, 20), (NONE, ALL)):
    by_count[recipe, count] = [right(fit(recipe, count, seed)) for seed in SEEDS]
table = {
    recipe: torch.stack([torch.stack(by_count[recipe, count]).float().mean(1) for count in counts])
    for recipe in (NONE, TURN)
}
_ = curves(
    counts,
    {recipe: rows.mean(1) for recipe, rows in table.items()},
    bands={recipe: (rows.amin(1), rows.amax(1)) for recipe, rows in table.items()},
    xlabel=tr(es="dígitos etiquetados por clase", en="labelled digits per class"),
    ylabel=tr(es="exactitud en la prueba", en="test accuracy"),
    log="x",
    markers=True,
)

# %%
by_label = {count: gain(by_count[TURN, count], by_count[NONE, count]) for count in counts}
for count, g in by_label.items():
    print(f"{count:>3}: {g.value:+.1f}   [{g.low:+.1f}, {g.high:+.1f}]")

# %% tags=["hidden"]
assert train_labels.bincount().min() >= ALL
assert abs(by_label[ALL].value) < 2 and by_label[ALL].value < by_label[20].value
more_labels = gain(by_count[NONE, 20], by_count[NONE, FEW]).value
assert more_labels > max(g.value for g in gains.values()) + 0.5
assert table[NONE].mean(1).diff().min() > 0 and table[TURN].mean(1).diff().min() > 0

# %% [markdown] lang="es"
# La curva es la media de las cinco semillas y la franja va de la peor a la mejor. Con 20 dígitos por clase,
# la diferencia es de `{python} by_label[20].value:+.1f` puntos (de `{python} by_label[20].low:.1f` a
# `{python} by_label[20].high:.1f`): `{python} verdict(by_label[20])`. Con 130 es de
# `{python} by_label[ALL].value:+.1f` (de `{python} by_label[ALL].low:.1f` a
# `{python} by_label[ALL].high:.1f`): `{python} verdict(by_label[ALL])`. Las etiquetas verdaderas ya traen la
# variedad que el giro imita: pasar de 5 a 20 por clase, sin cambio alguno, sube `{python} more_labels:.1f`
# puntos, más que cualquiera de estas recetas con 5 por clase.
#
# **¿Te dio otro número?** Con 5 dígitos por clase y sin cambios, lo esperado va de
# `{python} table[NONE][0].amin().item():.1%` a `{python} table[NONE][0].amax().item():.1%`.
#
# ## Un examen corrido
#
# El salto perdió en el examen centrado. Ahora corremos el examen 0, 1 o 2 píxeles hacia cada uno de los
# cuatro lados. Son la misma tinta y las mismas etiquetas, con los modelos de cinco dígitos por clase. ¿Qué
# receta querrías tener?

# %% [markdown] lang="en"
# The curve is the mean of the five seeds, and the band goes from the worst to the best. With 20 digits per
# class the difference is `{python} by_label[20].value:+.1f` points (from `{python} by_label[20].low:.1f` to
# `{python} by_label[20].high:.1f`): it `{python} verdict(by_label[20])`. With 130 it is
# `{python} by_label[ALL].value:+.1f` (from `{python} by_label[ALL].low:.1f` to
# `{python} by_label[ALL].high:.1f`): it `{python} verdict(by_label[ALL])`. True labels already bring the
# variety that the turn imitates: going from 5 to 20 per class, with no change at all, raises the score by
# `{python} more_labels:.1f` points, more than any of these recipes with 5 per class.
#
# **Did you get a different number?** With 5 digits per class and no changes, expect from
# `{python} table[NONE][0].amin().item():.1%` to `{python} table[NONE][0].amax().item():.1%`.
#
# ## A shifted exam
#
# The jump lost on the centred exam. Now we shift the exam by 0, 1 or 2 pixels to each of the four sides. It
# is the same ink and the same labels, with the models of five digits per class. Which recipe would you want?

# %%
# alt es: Exactitud según el corrimiento: «ninguna» se desploma, «giro» cae más tarde y «salto» se mantiene.
# alt en: Accuracy by shift: “none” collapses, “turn” falls later and “jump” holds its level.
steps, sides = (0, 1, 2), ((0, 1), (0, -1), (1, 0), (-1, 0))


def shifted_accuracy(model: nn.Module, pixels: int) -> float:
    exams = [test_images.roll((pixels * down, pixels * side), (2, 3)) for down, side in sides]
    return torch.cat([right(model, exam) for exam in exams]).float().mean().item()


shifted = {
    recipe: torch.tensor([[shifted_accuracy(model, step) for model in models[recipe]] for step in steps])
    for recipe in (NONE, TURN, JUMP)
}
ax = curves(
    steps,
    {recipe: rows.mean(1) for recipe, rows in shifted.items()},
    bands={recipe: (rows.amin(1), rows.amax(1)) for recipe, rows in shifted.items()},
    xlabel=tr(es="corrimiento del examen (píxeles)", en="shift of the exam (pixels)"),
    ylabel=tr(es="exactitud", en="accuracy"),
    markers=True,
)
_ = ax.set(xticks=steps, ylim=(0, 1))

# %% tags=["hidden"]
assert test_images[:, :, :2].sum() + test_images[..., :2].sum() == 0  # what roll brings back is blank
assert test_images[:, :, -2:].sum() + test_images[..., -2:].sum() == 0
averages = {recipe: rows.mean(1) for recipe, rows in shifted.items()}
assert averages[NONE][2] < 0.25 and averages[TURN][2] < 0.35
assert averages[NONE][1] + 0.08 < averages[TURN][1] < averages[JUMP][1]
assert averages[JUMP].max() - averages[JUMP].min() < 0.1

# %% [markdown] lang="es"
# Dos píxeles bajan la receta **ninguna** de `{python} averages[NONE][0].item():.0%` a
# `{python} averages[NONE][2].item():.0%`, no lejos del azar; el salto queda en
# `{python} averages[JUMP][2].item():.0%`. El giro compró resistencia hasta donde llegan sus 0,7 píxeles y
# poco más. Ninguna receta es la buena en general: un aumento describe los datos que esperas recibir.
#
# ## Qué lee quien nunca vio un espejo
#
# Volvamos a la apuesta del comienzo, con números. Los cinco modelos que se entrenaron con giro y 130 dígitos
# por clase nunca vieron uno en espejo ni de cabeza. De los dígitos de prueba que leen bien derechos, ¿qué
# parte llaman igual después?

# %% [markdown] lang="en"
# Two pixels take the recipe **none** from `{python} averages[NONE][0].item():.0%` to
# `{python} averages[NONE][2].item():.0%`, not far from chance; the jump stays at
# `{python} averages[JUMP][2].item():.0%`. The turn bought resistance as far as its 0.7 pixels reach, and
# little beyond. No recipe is the good one in general: an augmentation describes the data you expect to
# receive.
#
# ## What someone reads who never saw a mirror
#
# Back to the bet of the beginning, with numbers. The five models trained with the turn and 130 digits per
# class never saw one mirrored or upside down. Of the test digits they read well upright, what share do they
# call the same afterwards?

# %%
# alt es: Qué parte conserva su nombre: el 0 y el 8, la mayoría; el 6 y el 9 de cabeza, pocos.
# alt en: The share that keeps its name: 0 and 8, most of them; 6 and 9 upside down, few.
views = {MIRROR: test_images.flip(-1), tr(es="de cabeza", en="upside down"): test_images.flip(-1, -2)}
upright = torch.stack([right(model) for model in referees])  # seed digit
kept = torch.stack([torch.stack([right(model, view) for model in referees]) for view in views.values()])
share = torch.stack(
    [
        (kept & upright)[..., test_labels == d].sum((1, 2)) / upright[:, test_labels == d].sum()
        for d in range(10)
    ],
    1,
)
_ = heat_map(share, row_labels=list(views), column_labels=data.classes, fmt=".2f", limits=(0, 1))

# %% tags=["hidden"]
sixes = torch.cat([model(test_images[test_labels == 6].flip(-1, -2)).argmax(1) for model in referees])
six_to_nine = Proportion.of(sixes == 9)
assert six_to_nine.value > 0.6 and share[1, 6] < 0.2 and share[1, 9] < 0.2
assert share[0, 2] > 0.5 and share[:, 0].min() > 0.8 and share[:, 8].min() > 0.6

# %% [markdown] lang="es"
# La mayoría de los 0 y los 8 pasa cada una de las dos pruebas. De cabeza, `{python} six_to_nine` de los
# seises se leen como 9 (cada seis cuenta una vez por modelo): entrenar con ese cambio y la etiqueta vieja es
# pedirle a la red que llame «6» a un 9. Que el nombre nuevo tenga sentido es señal clara de que el cambio es
# malo. Que el nombre se conserve no prueba que sea bueno: para estos modelos el 2 en espejo sigue siendo un 2
# en el `{python} share[0, 2].item():.0%` de los casos, y nadie lo escribe así.
#
# ## Una receta prestada
#
# El capítulo 04 usa `TrivialAugmentWide` ([Müller y Hutter, 2021](https://arxiv.org/abs/2103.10158)): un
# cambio al azar, de fuerza al azar, sin nada que ajustar. Sus autores la probaron en fotos de 32 píxeles de
# lado o más. Antes de pedirla prestada, mira qué entrega aquí.

# %% [markdown] lang="en"
# Most of the 0s and the 8s pass each of the two tests. Upside down, `{python} six_to_nine` of the sixes are
# read as 9 (each six counts once for each model): to train with that change and the old label is to ask the
# network to call a 9 “6”. A new name that makes sense is a clear sign that the change is bad. An unchanged
# one does not prove it good: to these models the mirrored 2 is still a 2 in `{python} share[0, 2].item():.0%`
# of the cases, and nobody writes it that way.
#
# ## A borrowed recipe
#
# Chapter 04 uses `TrivialAugmentWide` ([Müller and Hutter, 2021](https://arxiv.org/abs/2103.10158)): one
# change at random, of a strength at random, with nothing to tune. Its authors tried it on photographs of 32
# pixels a side or more. Before borrowing it, look at what it delivers here.

# %%
# alt es: Doce versiones de un 6: algunas intactas, otras giradas, deformadas, cortadas o vacías.
# alt en: Twelve versions of a 6: some untouched, others turned, bent, cut off or empty.
torch.manual_seed(0)
trivial = v2.TrivialAugmentWide()
versions = torch.stack([trivial(samples[2]) for _ in range(400)])
empty = Proportion.of(versions.sum((1, 2, 3)) < 0.5)
print(empty)
_ = image_grid(versions[:12])

# %% tags=["hidden"]
assert 0.03 < empty.value < 0.25

# %% [markdown] lang="es"
# `{python} empty` versiones de este 6 salieron sin tinta: la receta corre hasta 32 píxeles, y el lienzo mide
# solo 12 de lado. También gira hasta 135°, y eso deja a un 6 a más de medio camino de ser un 9. Funciona
# donde se la probó; fuera de allí es una hipótesis más, y se mide como las otras.
#
# ## Para llevarte
#
# * Primero pregunta si la etiqueta sobrevive al cambio; después, si el cambio se parece a lo que vas a
#   recibir.
# * `v2` sortea una vez por llamada: imagen por imagen en el `Dataset`, o un sorteo por imagen hecho a mano.
# * Solo se cambian los datos de entrenamiento, y después de separar los de prueba.
# * Mide por pares, con varias semillas y el mismo examen, y di cuándo no se distingue de cero.
# * Aquí, tener 20 etiquetas verdaderas por clase en vez de 5 valió más que cualquiera de las recetas.

# %% [markdown] lang="en"
# `{python} empty` versions of this 6 came out without ink: the recipe shifts by up to 32 pixels, on a canvas
# 12 wide. It also turns by up to 135°, which leaves a 6 more than halfway to being a 9. It works where it was
# tried; elsewhere it is one more hypothesis, and is measured like the others.
#
# ## What to keep
#
# * First ask whether the label survives the change; then, whether the change resembles what you will receive.
# * `v2` draws once per call: image by image in the `Dataset`, or one draw per image made by hand.
# * Only training data are changed, and after the test data have been set aside.
# * Measure in pairs, with several seeds and the same exam, and say when it cannot be told from zero.
# * Here, having 20 true labels per class instead of 5 was worth more than any of the recipes.

# %% [markdown] lang="es" tags=["quiz"]
# Alguien hace diez versiones giradas de cada imagen, mezcla todo y después separa entrenamiento y prueba. La
# exactitud le sale altísima. ¿Por qué?
#
# - [ ] Porque tiene diez veces más datos: son las mismas manos y los mismos trazos, apenas girados.
# - [x] Porque casi toda imagen de prueba tiene una hermana en el entrenamiento: hay que separar primero y
#   cambiar después, y solo los datos de entrenamiento.
# - [ ] Porque los giros no conservan la etiqueta: un giro pequeño sí la conserva.

# %% [markdown] lang="en" tags=["quiz"]
# Someone makes ten turned versions of each image, shuffles it all and then splits training from test.
# Accuracy comes out sky-high. Why?
#
# - [ ] Because there are ten times as many data: they are the same hands and the same strokes, barely turned.
# - [x] Because nearly every test image has a sister in training: split first and change afterwards, and only
#   the training data.
# - [ ] Because turns do not keep the label: a small turn does.

# %% [markdown] lang="es" tags=["quiz"]
# Clasificas radiografías de tórax según de qué lado está la lesión. ¿Qué cambio **no** usarías sin más?
#
# - [ ] Un desplazamiento de unos píxeles: la lesión sigue del mismo lado.
# - [x] El espejo horizontal: cambia de lado la lesión y deja la etiqueta.
# - [ ] Un poco más de brillo: el lado no depende de él.

# %% [markdown] lang="en" tags=["quiz"]
# You classify chest X-rays by the side the lesion is on. Which change would you **not** use just like that?
#
# - [ ] A shift by some pixels: the lesion stays on the same side.
# - [x] The horizontal mirror: it moves the lesion to the other side and leaves the label.
# - [ ] A little more brightness: the side does not depend on it.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: correr sin interpolar
#
# Escribe `shift(images, right, down)` para pasos enteros, positivos o negativos, con `pad` y rebanadas: lo
# que sale por un lado se pierde y por el otro entran ceros. Debe coincidir con `v2.functional.affine`.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: shifting without interpolation
#
# Write `shift(images, right, down)` for whole steps, positive or negative, with `pad` and slices: what leaves
# on one side is lost, and zeros enter on the other. It must agree with `v2.functional.affine`.


# %% tags=["solution"]
def shift(images: Tensor, right: int, down: int) -> Tensor:
    height, width = images.shape[-2:]
    x, y = abs(right), abs(down)
    framed = pad(images, (x, x, y, y))
    return framed[..., y - down : y - down + height, x - right : x - right + width]


# %% tags=["check"]
noise = torch.rand(3, 1, 7, 9)
for step in ((0, 0), (1, 0), (0, -2), (-3, 2), (20, 1)):
    expected = v2.functional.affine(noise, 0, list(step), 1, [0, 0])
    assert torch.equal(shift(noise, *step), expected), step
print(shift(torch.arange(1.0, 7).reshape(1, 1, 2, 3), 1, 0)[0, 0])

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: un hueco por imagen
#
# *Cutout* ([DeVries y Taylor, 2017](https://arxiv.org/abs/1708.04552)) borra un cuadrado. Escribe
# `cutout(images, side, draw)`: en cada imagen pone a cero un cuadrado de `side` × `side` píxeles, entero
# dentro de la imagen y en un lugar sorteado con el generador `draw`, con un sorteo aparte para cada una. La
# entrada no cambia.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: one hole per image
#
# *Cutout* ([DeVries and Taylor, 2017](https://arxiv.org/abs/1708.04552)) erases a square. Write
# `cutout(images, side, draw)`: in each image it sets to zero a square of `side` × `side` pixels, wholly
# inside the image and at a place drawn with the generator `draw`, with a separate draw for each. The input
# does not change.


# %% tags=["solution"]
def cutout(images: Tensor, side: int, draw: Generator) -> Tensor:
    n, _, height, width = images.shape
    top = torch.randint(height - side + 1, (n, 1, 1, 1), generator=draw)
    left = torch.randint(width - side + 1, (n, 1, 1, 1), generator=draw)
    rows, columns = torch.arange(height)[:, None] - top, torch.arange(width) - left
    return images * ~((rows >= 0) & (rows < side) & (columns >= 0) & (columns < side))


# %% tags=["check"]
ones = torch.ones(400, 2, 6, 5)
holed = cutout(ones, 3, Generator().manual_seed(0))
assert bool((ones == 1).all()) and holed.shape == ones.shape
assert bool(((holed == 0).sum((2, 3)) == 9).all())
assert torch.equal(holed[:, 0], holed[:, 1])
assert len(holed.unique(dim=0)) == 4 * 3
for lines in ((holed == 0).any(2), (holed == 0).any(3)):
    assert bool((lines.sum(2) == 3).all())
assert torch.equal(holed, cutout(ones, 3, Generator().manual_seed(0)))
print(holed[0, 0])

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: cambiar también al responder
#
# Escribe `mean_answer(model, views)`: recibe una lista de tensores de imágenes, vistas de los mismos
# ejemplos, y devuelve la media de las probabilidades (softmax) que el modelo da a cada clase. Se llama
# *test-time augmentation*. ¿Le conviene a la receta **ninguna** responder con vistas corridas un píxel? ¿Y a
# **salto**?

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: changing at answering time too
#
# Write `mean_answer(model, views)`: it takes a list of image tensors, views of the same examples, and returns
# the mean of the probabilities (softmax) that the model gives to each class. It is called *test-time
# augmentation*. Does it suit the recipe **none** to answer with views shifted by one pixel? And **jump**?


# %% tags=["solution"]
@torch.inference_mode()
def mean_answer(model: nn.Module, views: list[Tensor]) -> Tensor:
    return torch.stack([model(view).softmax(1) for view in views]).mean(0)


# %% tags=["check"]
crossed = [test_images.roll((down, side), (2, 3)) for down, side in ((0, 0), *sides)]
for recipe in (NONE, JUMP):
    model = models[recipe][0]
    mean = mean_answer(model, crossed)
    expected = (
        sum(torch.exp(model(view)) / torch.exp(model(view)).sum(1, keepdim=True) for view in crossed) / 5
    )
    assert mean.shape == (len(test_images), 10) and torch.allclose(mean, expected, atol=1e-5)
    print(f"{recipe:<8}", Proportion.of(right(model)), "→", Proportion.of(mean.argmax(1) == test_labels))

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# Antes: [Tres modelos, un conjunto de datos](../convolutional_networks/three_models_one_dataset.md). Después:
# [Dónde está y qué píxeles ocupa](../convolutional_networks/vision_tasks.md), donde un cambio de la imagen
# obliga a cambiar también la etiqueta. En qué parte de un `Dataset` van los cambios se ve en [Preparar los
# datos sin espiar el examen](../workflow/preprocessing.md); qué otra cosa hacer cuando faltan etiquetas, en
# [Qué se transfiere y qué no](../transfer_learning/what_transfers.md).

# %% [markdown] lang="en"
# ## Where to go next
#
# Before: [Three models, one data set](../convolutional_networks/three_models_one_dataset.md). After: [Where
# it is and which pixels it covers](../convolutional_networks/vision_tasks.md), where a change of the image
# compels a change of the label as well. Where changes go in a `Dataset` is shown in [Preparing data without
# peeking at the exam](../workflow/preprocessing.md); what else to do when labels are scarce, in
# [What transfers and what does not](../transfer_learning/what_transfers.md).
