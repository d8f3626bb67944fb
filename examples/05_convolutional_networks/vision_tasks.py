"""
title:
  es: Dónde está y qué píxeles ocupa
  en: Where it is and which pixels it covers
summary:
  es: Localizar con cajas y segmentar píxel por píxel, con medidas que no se dejan engañar.
  en: Locating with boxes and segmenting pixel by pixel, with measures that are not fooled.
tags: [localisation, segmentation, detection, IoU, U-Net, average precision]
objectives:
  es:
    - Calcular la IoU de dos cajas y elegir una pérdida que las acerque aunque no se toquen.
    - Entrenar una red que responde a la vez qué hay y dónde, y resumir sus cajas con un intervalo.
    - Segmentar con una U-Net y explicar por qué la exactitud por píxel engaña.
    - Escribir la supresión de no máximos y la precisión media, y comprobarlas con un bucle.
  en:
    - Compute the IoU of two boxes and choose a loss that draws them together even if they do not touch.
    - Train a network that answers at once what there is and where, and sum up its boxes with an interval.
    - Segment with a U-Net and explain why accuracy by pixel misleads.
    - Write non-maximum suppression and average precision, and check them against a loop.
prerequisites:
  es:
    - Convolución, pooling y un clasificador de imágenes.
    - El bucle de entrenamiento e intervalos de una proporción.
  en:
    - Convolution, pooling and a classifier of images.
    - The training loop and intervals of a proportion.
timeout_seconds: 300
"""
# %% [markdown] lang="es"
# «Hay un gato» es poca respuesta si hay que esquivarlo. A una imagen se le pueden hacer al menos tres
# preguntas: **qué** hay (clasificar), **dónde** está (localizar, con una caja) y **qué píxeles** ocupa
# (segmentar). Al terminar sabrás entrenar una red pequeña para cada una y, lo más difícil, medir si responde
# bien.
#
# Presupone [Tres modelos, un conjunto de datos](../convolutional_networks/three_models_one_dataset.md).
# Continúa la sección *PyTorch Computer Vision* del curso [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) y el [capítulo
# 03](https://www.learnpytorch.io/03_pytorch_computer_vision/) de su libro, que nombra estas tareas y resuelve
# la primera.
#
# ## Escenas de las que se sabe todo
#
# Generamos las imágenes: discos, cuadrados y triángulos de varios tamaños y grises, sobre un fondo desparejo
# y con ruido. Así la respuesta verdadera es exacta y gratuita: cada píxel guarda su clase, con 0 para el
# fondo, y la caja sale de los píxeles.

# %% [markdown] lang="en"
# “There is a cat” is a poor answer if it has to be dodged. At least three questions can be asked of an image:
# **what** there is (classify), **where** it is (locate, with a box) and **which pixels** it covers (segment).
# By the end you will know how to train a small network for each and, the hardest part, how to measure whether
# it answers well.
#
# It presumes [Three models, one data set](../convolutional_networks/three_models_one_dataset.md). It carries
# on from the section *PyTorch Computer Vision* of the course [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) and from [chapter
# 03](https://www.learnpytorch.io/03_pytorch_computer_vision/) of its book, which names these tasks and solves
# the first.
#
# ## Scenes of which everything is known
#
# We generate the images: discs, squares and triangles of several sizes and greys, on an uneven background and
# with noise. In this way the true answer is exact and free: each pixel keeps its class, with 0 for the
# background, and the box follows from the pixels.

# %%
from collections.abc import Callable

import matplotlib.pyplot as plt
import torch
from matplotlib.patches import Rectangle
from torch import Generator, Tensor, nn
from torch.nn.functional import cross_entropy
from torchvision import ops
from torchvision.utils import draw_segmentation_masks

from tutorials_lib import tr
from tutorials_lib.metrics import Proportion
from tutorials_lib.models import parameter_count
from tutorials_lib.plots import color, curves, image_grid, interval_plot, localized

SIDE = 24  # px
CLASSES = tr(es="fondo", en="background"), tr(es="disco", en="disc"), tr(es="cuadrado", en="square")
CLASSES = (*CLASSES, tr(es="triángulo", en="triangle"))


# %%
def make_scenes(n: int, most: int, seed: int) -> tuple[Tensor, Tensor]:
    # es: de 1 a `most` figuras por escena; la más nueva tapa a las anteriores
    # en: from 1 to `most` shapes per scene; the newest covers those before
    draw = Generator().manual_seed(seed)

    def uniform(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(n, 1, 1, generator=draw)

    y, x = torch.meshgrid(torch.arange(SIDE) + 0.5, torch.arange(SIDE) + 0.5, indexing="ij")
    slope = 0.2 / SIDE
    images = 0.25 + uniform(-slope, slope) * (x - SIDE / 2) + uniform(-slope, slope) * (y - SIDE / 2)
    labels = torch.zeros(n, SIDE, SIDE, dtype=torch.long)
    count = torch.randint(1, most + 1, (n, 1, 1), generator=draw)
    for place in range(most):
        radius, shade = uniform(3.5, 6), uniform(0.5, 0.9)
        # es: de -1 a 1 dentro de la figura
        # en: from -1 to 1 within the shape
        across = (x - radius - (SIDE - 2 * radius) * uniform(0, 1)) / radius
        down = (y - radius - (SIDE - 2 * radius) * uniform(0, 1)) / radius
        disc = across**2 + down**2 < 1
        square = (across.abs() < 0.9) & (down.abs() < 0.9)
        triangle = (down < 0.9) & (2 * across.abs() < down + 1)
        kind = torch.randint(3, (n, 1, 1), generator=draw)
        covered = torch.where(kind == 0, disc, torch.where(kind == 1, square, triangle)) & (place < count)
        labels = torch.where(covered, kind + 1, labels)
        images = torch.where(covered, shade, images)
    return (images + 0.06 * torch.randn(images.shape, generator=draw))[:, None], labels


# %% [markdown] lang="es"
# Una caja se escribe con cuatro números, y hay varias maneras: dos esquinas (`xyxy`), esquina y tamaño
# (`xywh`), centro y tamaño (`cxcywh`); `box_convert` pasa de una a otra. `masks_to_boxes` obtiene la caja de
# una máscara, con una trampa: devuelve el índice del último píxel, no su borde. ¿Qué ancho le da a un
# cuadrado de 3 píxeles?

# %% [markdown] lang="en"
# A box is written with four numbers, and there are several ways: two corners (`xyxy`), corner and size
# (`xywh`), centre and size (`cxcywh`); `box_convert` goes from one to another. `masks_to_boxes` gets the box
# of a mask, with a trap: it returns the index of the last pixel, not its edge. What width does it give to a
# square of 3 pixels?

# %%
mask = torch.zeros(1, 6, 6, dtype=torch.bool)
mask[0, 1:4, 2:5] = True
print(ops.masks_to_boxes(mask), ops.box_area(ops.masks_to_boxes(mask)))


def boxes_around(masks: Tensor) -> Tensor:
    return ops.masks_to_boxes(masks) + torch.tensor([0.0, 0, 1, 1])


for form in ("xyxy", "xywh", "cxcywh"):
    print(f"{form:<7}", ops.box_convert(boxes_around(mask), "xyxy", form).tolist())

# %% tags=["hidden"]
assert ops.box_area(ops.masks_to_boxes(mask)).item() == 4 and ops.box_area(boxes_around(mask)).item() == 9

# %%
images, labels = make_scenes(1200, most=1, seed=0)
boxes, kinds = boxes_around(labels > 0), labels.flatten(1).amax(1) - 1
COLORS = ["black", color("blue"), color("ember"), color("green")]


def draw_box(ax, box: Tensor, hue: str, dashes: str = "-") -> None:
    # es: imshow pone en los enteros el centro de cada píxel, no su borde
    # en: imshow puts the centre of each pixel at the whole numbers, not its edge
    left, top, right, bottom = (box - 0.5).tolist()
    size = right - left, bottom - top
    ax.add_patch(
        Rectangle((left, top), *size, fill=False, edgecolor=color(hue), linestyle=dashes, linewidth=2)
    )


# es: nueve grises bastan para verlas y aligeran la página
# en: nine greys are enough to see them, and make a lighter page
def visible(images: Tensor) -> Tensor:
    return (8 * images.clamp(0, 1)).round() / 8


def paint(image: Tensor, classes: Tensor) -> Tensor:
    grey = (255 * visible(image)).byte().expand(3, -1, -1)
    masks = classes == torch.arange(1, 4)[:, None, None]
    return draw_segmentation_masks(grey, masks, alpha=0.6, colors=COLORS[1:]) / 255


# %%
# alt es: Seis escenas grises con una figura clara y su caja, y debajo los píxeles de la figura en color.
# alt en: Six grey scenes with one light shape and its box, and below them the pixels of the shape in colour.
painted = [paint(image, classes) for image, classes in zip(images[:6], labels[:6], strict=True)]
figure = image_grid(
    torch.cat([visible(images[:6]).expand(-1, 3, -1, -1), torch.stack(painted)]),
    [CLASSES[kind + 1] for kind in kinds[:6]],
)
for ax, box in zip(figure.axes[:6], boxes, strict=False):
    draw_box(ax, box, "ember")

# %% [markdown] lang="es"
# ## Cuánto se parecen dos cajas
#
# La medida habitual es la **IoU** (*intersection over union*, intersección sobre unión): el área común
# dividida entre el área que cubren las dos juntas. Vale 1 si coinciden y 0 si no se tocan. El rectángulo
# común va de la mayor de las esquinas de inicio a la menor de las de fin:
#
# $$I = \max(0, \min(x_2, x_2') - \max(x_1, x_1'))\,\max(0, \min(y_2, y_2') - \max(y_1, y_1')), \tag{1}$$
#
# $$\mathrm{IoU} = \frac{I}{A + A' - I}. \tag{2}$$

# %% [markdown] lang="en"
# ## How alike two boxes are
#
# The usual measure is the **IoU** (*intersection over union*): the area they share divided by the area that
# both cover together. It is 1 where they coincide and 0 where they do not touch. The shared rectangle goes
# from the larger of the starting corners to the smaller of the final ones:
#
# $$I = \max(0, \min(x_2, x_2') - \max(x_1, x_1'))\,\max(0, \min(y_2, y_2') - \max(y_1, y_1')), \tag{1}$$
#
# $$\mathrm{IoU} = \frac{I}{A + A' - I}. \tag{2}$$


# %%
def iou(first: list[float], second: list[float]) -> float:
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    shared = max(0.0, width) * max(0.0, height)  # (1)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (first, second)]
    return shared / (sum(areas) - shared)  # (2)


some = boxes[:40]
by_hand = torch.tensor([[iou(a, b) for b in some.tolist()] for a in some.tolist()])
print(torch.allclose(by_hand, ops.box_iou(some, some)))
for shift in (1, 2, 4):
    print(shift, f"{iou([0, 0, 10, 10], [shift, shift, 10 + shift, 10 + shift]):.2f}")

# %% tags=["hidden"]
assert torch.allclose(by_hand, ops.box_iou(some, some))
one_off, two_off = (iou([0, 0, 10, 10], [shift, shift, 10 + shift, 10 + shift]) for shift in (1, 2))
assert two_off < 0.5

# %% [markdown] lang="es"
# Es una medida severa: una caja de 10×10 corrida dos píxeles en cada dirección ya baja a
# `{python} two_off:.2f`. Por eso un umbral de 0,5, que suena a poco, es común.
#
# ## Una pérdida que tire
#
# Si la IoU es la medida, ¿por qué no entrenar con $1 - \mathrm{IoU}$? Piensa en dos cajas que no se tocan:
# ¿cuánto cambia la IoU si acercamos un poco una a la otra?
#
# Hay dos arreglos. La **GIoU** ([Rezatofighi et al., 2019](https://arxiv.org/abs/1902.09630)) resta la
# fracción vacía de la menor caja $C$ que encierra a las dos; la **DIoU** ([Zheng et al.,
# 2020](https://arxiv.org/abs/1911.08287)), el cuadrado de la distancia $\rho$ entre los centros, dividido
# entre el de la diagonal $d$ de $C$. Con $U$ el área de la unión y $|C|$ la de $C$:
#
# $$\mathrm{GIoU} = \mathrm{IoU} - \frac{|C| - U}{|C|}, \tag{3}$$
#
# $$\mathrm{DIoU} = \mathrm{IoU} - \frac{\rho^2}{d^2}. \tag{4}$$

# %% [markdown] lang="en"
# It is a severe measure: a box of 10×10 moved by two pixels in each direction is already down to
# `{python} two_off:.2f`. That is why a threshold of 0.5, which sounds low, is common.
#
# ## A loss that pulls
#
# If IoU is the measure, why not train with $1 - \mathrm{IoU}$? Think of two boxes that do not touch: how much
# does the IoU change if we move one a little towards the other?
#
# There are two remedies. **GIoU** ([Rezatofighi et al., 2019](https://arxiv.org/abs/1902.09630)) subtracts
# the empty fraction of the smallest box $C$ that encloses both; **DIoU** ([Zheng et al.,
# 2020](https://arxiv.org/abs/1911.08287)), the square of the distance $\rho$ between the centres, divided by
# that of the diagonal $d$ of $C$. With $U$ the area of the union and $|C|$ that of $C$:
#
# $$\mathrm{GIoU} = \mathrm{IoU} - \frac{|C| - U}{|C|}, \tag{3}$$
#
# $$\mathrm{DIoU} = \mathrm{IoU} - \frac{\rho^2}{d^2}. \tag{4}$$


# %%
def losses(a: Tensor, b: Tensor) -> dict[str, Tensor]:
    overlap = ops.box_iou(a[None], b[None])[0, 0]
    areas = ops.box_area(a) + ops.box_area(b)
    union = areas / (1 + overlap)  # es: I = IoU·U y A + A' = U + I  # en: I = IoU·U and A + A' = U + I
    corners = torch.minimum(a[:2], b[:2]), torch.maximum(a[2:], b[2:])
    sides = corners[1] - corners[0]
    between = (a[:2] + a[2:] - b[:2] - b[2:]) / 2
    return {
        "IoU": 1 - overlap,
        "GIoU": 1 - overlap + (sides.prod() - union) / sides.prod(),  # (3)
        "DIoU": 1 - overlap + between.square().sum() / sides.square().sum(),  # (4)
    }


official = {"GIoU": ops.generalized_box_iou_loss, "DIoU": ops.distance_box_iou_loss}
for a, b in zip(some[:20], some[20:], strict=True):
    ours = losses(a, b)
    assert all(torch.allclose(ours[name], theirs(a, b), atol=1e-5) for name, theirs in official.items())

# %% [markdown] lang="es"
# Probemos sin red: una caja que no toca la verdadera da 300 pasos cuesta abajo con cada pérdida.

# %% [markdown] lang="en"
# Let us try without a network: a box that does not touch the true one takes 300 steps downhill with each
# loss.

# %%
# alt es: IoU por paso: con la pérdida IoU se queda en cero; con GIoU y DIoU sube cerca de uno.
# alt en: IoU by step: with the IoU loss it stays at zero; with GIoU and DIoU it rises close to one.
truth, start = torch.tensor([14.0, 12, 22, 20]), torch.tensor([1.0, 2, 7, 8])
walks, first_pull = {}, {}
for name in ("IoU", "GIoU", "DIoU"):
    box = start.clone().requires_grad_()
    optimizer = torch.optim.Adam([box], lr=0.2)
    walks[name] = []
    for _ in range(300):
        walks[name].append(ops.box_iou(box[None], truth[None]).item())
        optimizer.zero_grad()
        losses(box, truth)[name].backward()
        first_pull.setdefault(name, box.grad.abs().max().item())
        optimizer.step()
every_third = {name: walk[::3] for name, walk in walks.items()}
_ = curves(range(0, 300, 3), every_third, xlabel=tr(es="paso", en="step"), ylabel="IoU")

# %% tags=["hidden"]
assert first_pull["IoU"] == 0 and max(walks["IoU"]) == 0
assert min(first_pull["GIoU"], first_pull["DIoU"]) > 1e-3
assert max(walks["GIoU"]) > 0.9 and max(walks["DIoU"]) > 0.9

# %% [markdown] lang="es"
# Mientras no se tocan, la IoU es 0 en todo el entorno, su gradiente es 0 y la caja no se mueve: una medida
# buena para juzgar puede ser inútil para aprender. Las otras dos tiran desde lejos y llegan.
#
# ## Lo que clasificar quiere olvidar
#
# Muchos clasificadores terminan con el promedio de cada canal sobre toda la imagen. ¿Qué queda de la posición
# después? Una red con relleno circular, para que el borde no cuente, lo muestra sin haberse entrenado.
# Corremos la imagen 8 píxeles, un múltiplo de lo que submuestrea:

# %% [markdown] lang="en"
# As long as they do not touch, the IoU is 0 all around, its gradient is 0 and the box does not move: a
# measure that is good for judging may be useless for learning. The other two pull from afar, and arrive.
#
# ## What classifying wants to forget
#
# Many classifiers end with the mean of each channel over the whole image. What is left of the position after
# that? A network with circular padding, so that the edge plays no part, shows it without having been trained.
# We shift the image by 8 pixels, a multiple of what it subsamples:

# %%
torch.manual_seed(0)
circular = nn.Sequential(
    nn.Conv2d(1, 8, 3, padding=1, padding_mode="circular"),
    nn.ReLU(),
    nn.MaxPool2d(8),
)
maps, moved_maps = circular(images[:5]), circular(images[:5].roll(8, 3))
print(torch.allclose(moved_maps, maps.roll(1, 3), atol=1e-6))
print(torch.allclose(moved_maps.mean((2, 3)), maps.mean((2, 3)), atol=1e-6))

# %% tags=["hidden"]
assert torch.allclose(moved_maps, maps.roll(1, 3), atol=1e-6)
assert torch.allclose(moved_maps.mean((2, 3)), maps.mean((2, 3)), atol=1e-6)
assert not torch.allclose(moved_maps, maps, atol=1e-2)

# %% [markdown] lang="es"
# El mapa se corre con la figura (es equivariante); su promedio no cambia (es invariante). Para decir **qué**,
# lo segundo es una ventaja; para decir **dónde**, una pérdida: ahí estaba la respuesta. Por eso la red que
# sigue no promedia: aplana el mapa de 3×3, que conserva el sitio de cada activación, y de ahí salen dos
# *cabezas*.

# %% [markdown] lang="en"
# The map moves along with the shape (it is equivariant); its mean does not change (it is invariant). To say
# **what**, the latter is an advantage; to say **where**, it is a loss: the answer was there. That is why the
# next network does not average: it flattens the map of 3×3, which keeps the place of each activation, and
# from it come two *heads*.


# %%
def layer(inputs: int, outputs: int) -> nn.Sequential:
    convolution = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU())


class Locator(nn.Module):
    def __init__(self):
        super().__init__()
        blocks = [layer(*sizes).append(nn.MaxPool2d(2)) for sizes in ((1, 8), (8, 16), (16, 32))]
        self.body = nn.Sequential(*blocks, nn.Flatten())
        self.what = nn.Linear(32 * 3 * 3, 3)
        self.where = nn.Sequential(nn.Linear(32 * 3 * 3, 64), nn.ReLU(), nn.Linear(64, 4), nn.Sigmoid())

    def forward(self, images):
        features = self.body(images)
        # es: centro y tamaño entre 0 y 1: ninguna caja sale con ancho negativo
        # en: centre and size between 0 and 1: no box comes out with a negative width
        boxes = ops.box_convert(self.where(features), "cxcywh", "xyxy")
        return self.what(features), SIDE * boxes


# %% [markdown] lang="es"
# La pérdida suma las dos preguntas: entropía cruzada para la clase y GIoU para la caja. Como hay dos
# respuestas y no una, el bucle de siempre recibe la pérdida como función. La tasa de aprendizaje sube y baja
# en un ciclo (`OneCycleLR`), una receta pensada para entrenar pocas épocas.
#
# Apuesta: de 500 escenas nuevas, ¿en cuántas acertará la figura? ¿En cuántas pasará la caja el umbral de 0,5?
# ¿Y el de 0,75?

# %% [markdown] lang="en"
# The loss adds up both questions: cross-entropy for the class and GIoU for the box. As there are two answers
# and not one, the usual loop takes the loss as a function. The learning rate rises and falls in one cycle
# (`OneCycleLR`), a recipe meant for training in few epochs.
#
# Place your bet: of 500 new scenes, in how many will it get the shape right? In how many will the box pass
# the threshold of 0.5? And that of 0.75?

# %%
SEEDS = range(3)


def fit(model: nn.Module, loss: Callable[[Tensor], Tensor], n: int, epochs: int, seed: int) -> nn.Module:
    draw, steps = Generator().manual_seed(seed), epochs * -(-n // 16)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.02, total_steps=steps)
    for _ in range(epochs):
        for chosen in torch.randperm(n, generator=draw).split(16):
            batch_loss = loss(chosen)
            optimizer.zero_grad()
            batch_loss.backward()
            optimizer.step()
            schedule.step()
    return model.eval()


def fit_locator(seed: int) -> nn.Module:
    torch.manual_seed(seed)
    model = Locator()

    def loss(chosen: Tensor) -> Tensor:
        logits, guesses = model(images[chosen])
        apart = ops.generalized_box_iou_loss(guesses, boxes[chosen], reduction="mean")
        return cross_entropy(logits, kinds[chosen]) + 2 * apart

    return fit(model, loss, len(images), epochs=3, seed=seed)


# %%
test_images, test_labels = make_scenes(500, most=1, seed=1)
test_boxes, test_kinds = boxes_around(test_labels > 0), test_labels.flatten(1).amax(1) - 1
locators = [fit_locator(seed) for seed in SEEDS]
with torch.inference_mode():
    outputs = [model(test_images) for model in locators]
overlaps = torch.stack([ops.box_iou(guesses, test_boxes).diagonal() for _, guesses in outputs])
named = [Proportion.of(logits.argmax(1) == test_kinds) for logits, _ in outputs]
for seed in SEEDS:
    print(named[seed], *(Proportion.of(overlaps[seed] > limit) for limit in (0.5, 0.75)), sep="   ")

# %%
# alt es: Parte de las cajas que supera cada IoU: casi todas hasta 0,5; después cae, y ninguna llega a 1.
# alt en: Share of the boxes above each IoU: nearly all up to 0.5; then it falls, and none reaches 1.
limits = torch.linspace(0, 1, 51)
above = (overlaps[:, :, None] > limits).float().mean(1)
_ = curves(
    limits,
    {tr(es="media de tres semillas", en="mean of three seeds"): above.mean(0)},
    bands={tr(es="media de tres semillas", en="mean of three seeds"): (above.amin(0), above.amax(0))},
    xlabel=tr(es="umbral de IoU", en="IoU threshold"),
    ylabel=tr(es="parte de las cajas que lo supera", en="share of the boxes above it"),
)

# %%
# alt es: Seis escenas, la caja verdadera continua y la predicha a trazos: las tres peores y tres medianas.
# alt en: Six scenes, the true box solid and the predicted one dashed: the three worst and three middling.
order = overlaps[0].argsort()
chosen = torch.cat([order[:3], order[249:252]])
figure = image_grid(
    visible(test_images[chosen]), [localized(f"IoU {overlaps[0, i].item():.2f}") for i in chosen]
)
for ax, index in zip(figure.axes, chosen, strict=True):
    draw_box(ax, test_boxes[index], "blue")
    draw_box(ax, outputs[0][1][index], "ember", "--")

# %% tags=["hidden"]
half, strict = ([Proportion.of(row > limit) for row in overlaps] for limit in (0.5, 0.75))
medians = overlaps.median(1).values
assert min(p.value for p in named) > 0.85 and min(p.low for p in half) > 0.85
assert max(p.high for p in strict) < min(p.low for p in half)
assert overlaps.max() < 1 and medians.min() > 0.6

# %% [markdown] lang="es"
# La misma semilla 0 da tres números, según la pregunta: la figura, `{python} named[0]`; la caja con el umbral
# de 0,5, `{python} half[0]` (entre `{python} half[0].low:.1%` y `{python} half[0].high:.1%`); con el de 0,75,
# `{python} strict[0]` (entre `{python} strict[0].low:.1%` y `{python} strict[0].high:.1%`). La IoU mediana de
# las tres semillas va de `{python} medians.min().item():.2f` a `{python} medians.max().item():.2f`. «Localiza
# bien» no significa nada sin un umbral; la curva los muestra todos.
#
# ## Píxel por píxel
#
# Ahora las escenas tienen hasta tres figuras y la respuesta es una clase por píxel. Antes de entrenar, una
# línea base: decir siempre «fondo». ¿Qué exactitud por píxel saca? Para cada clase $k$, sean $P_k$ los
# píxeles que se le asignan y $T_k$ los verdaderos:
#
# $$\text{exactitud} = \frac{\sum_k |P_k \cap T_k|}{\sum_k |T_k|}, \qquad
# \mathrm{IoU}_k = \frac{|P_k \cap T_k|}{|P_k \cup T_k|}, \qquad
# \mathrm{Dice}_k = \frac{2\,|P_k \cap T_k|}{|P_k| + |T_k|}. \tag{5}$$

# %% [markdown] lang="en"
# The same seed 0 gives three numbers, depending on the question: the shape, `{python} named[0]`; the box with
# the threshold of 0.5, `{python} half[0]` (between `{python} half[0].low:.1%` and
# `{python} half[0].high:.1%`); with that of 0.75, `{python} strict[0]` (between `{python} strict[0].low:.1%`
# and `{python} strict[0].high:.1%`). The median IoU of the three seeds goes from
# `{python} medians.min().item():.2f` to `{python} medians.max().item():.2f`. “It locates well” means nothing
# without a threshold; the curve shows all of them.
#
# ## Pixel by pixel
#
# Now the scenes have up to three shapes, and the answer is one class per pixel. Before training, a baseline:
# always say “background”. What accuracy by pixel does it get? For each class $k$, let $P_k$ be the pixels
# assigned to it and $T_k$ the true ones:
#
# $$\text{accuracy} = \frac{\sum_k |P_k \cap T_k|}{\sum_k |T_k|}, \qquad
# \mathrm{IoU}_k = \frac{|P_k \cap T_k|}{|P_k \cup T_k|}, \qquad
# \mathrm{Dice}_k = \frac{2\,|P_k \cap T_k|}{|P_k| + |T_k|}. \tag{5}$$

# %%
many, many_labels = make_scenes(600, most=3, seed=2)
exam, exam_labels = make_scenes(200, most=3, seed=3)


# es: por clase y escena, los píxeles en común y los de cada uno
# en: by class and scene, the pixels in common and those of each
def pixel_counts(predicted: Tensor, truth: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    classes = torch.arange(4)[:, None, None, None]
    guessed, real = predicted == classes, truth == classes
    return tuple(masks.sum((2, 3)).double() for masks in (guessed & real, guessed, real))


def scores(shared: Tensor, guessed: Tensor, real: Tensor) -> dict[str, Tensor]:
    shared, guessed, real = shared.sum(1), guessed.sum(1), real.sum(1)  # class
    return {
        tr(es="exactitud", en="accuracy"): shared.sum() / real.sum(),  # (5)
        "IoU": shared / (guessed + real - shared),  # (5)
        "Dice": 2 * shared / (guessed + real),  # (5)
    }


baseline = scores(*pixel_counts(torch.zeros_like(exam_labels), exam_labels))
for name, value in baseline.items():
    print(f"{name:<10}", value.numpy().round(2))

# %% tags=["hidden"]
lazy = baseline[tr(es="exactitud", en="accuracy")].item()
assert 0.75 < lazy < 0.9 and baseline["IoU"][1:].sum() == 0

# %% [markdown] lang="es"
# No encontró ni una figura y acierta el `{python} lazy:.0%` de los píxeles. La exactitud por píxel cuenta
# sobre todo fondo; la IoU y el Dice por clase dan 0 en las tres figuras.
#
# Una **U-Net** ([Ronneberger et al., 2015](https://arxiv.org/abs/1505.04597)) baja y vuelve a subir. Al
# bajar, cada *pooling* cambia detalle por contexto; al subir, cada nivel recibe, además de lo que viene de
# abajo, el mapa del mismo tamaño que pasó de bajada, y así recupera los bordes.

# %% [markdown] lang="en"
# It found not one shape and gets `{python} lazy:.0%` of the pixels right. Accuracy by pixel counts background
# above all; IoU and Dice by class give 0 for all three shapes.
#
# A **U-Net** ([Ronneberger et al., 2015](https://arxiv.org/abs/1505.04597)) goes down and up again. On the
# way down each *pooling* trades detail for context; on the way up each level receives, besides what comes
# from below, the map of the same size that passed on the way down, and so recovers the edges.


# %%
class UNet(nn.Module):
    def __init__(self, width: int = 8):
        super().__init__()
        self.fine, self.middle = layer(1, width), layer(width, 2 * width)
        self.deep = nn.Sequential(layer(2 * width, 4 * width), layer(4 * width, 2 * width))
        self.join_middle, self.join_fine = layer(4 * width, width), layer(2 * width, width)
        self.classify = nn.Conv2d(width, 4, kernel_size=1)
        self.down, self.up = nn.MaxPool2d(2), nn.Upsample(scale_factor=2)

    def forward(self, images):
        fine = self.fine(images)  # batch width 24 24
        middle = self.middle(self.down(fine))  # batch 2·width 12 12
        deep = self.deep(self.down(middle))  # batch 2·width 6 6
        rising = self.join_middle(torch.cat([self.up(deep), middle], 1))  # batch width 12 12
        return self.classify(self.join_fine(torch.cat([self.up(rising), fine], 1)))  # batch 4 24 24


def fit_unet(seed: int) -> nn.Module:
    torch.manual_seed(seed)
    model = UNet()
    return fit(
        model, lambda chosen: cross_entropy(model(many[chosen]), many_labels[chosen]), len(many), 5, seed
    )


# %% [markdown] lang="es"
# La entropía cruzada no cambia: `cross_entropy` toma logits `(batch, clase, alto, ancho)` y clases
# `(batch, alto, ancho)`, y promedia sobre los píxeles.

# %% [markdown] lang="en"
# Cross-entropy does not change: `cross_entropy` takes logits `(batch, class, height, width)` and classes
# `(batch, height, width)`, and averages over the pixels.

# %%
nets = [fit_unet(seed) for seed in SEEDS]
with torch.inference_mode():
    segmented = [net(exam).argmax(1) for net in nets]
counts = [pixel_counts(answer, exam_labels) for answer in segmented]
print(parameter_count(nets[0]))
for seed in SEEDS:
    for name, value in scores(*counts[seed]).items():
        print(seed, f"{name:<10}", value.numpy().round(2))

# %% [markdown] lang="es"
# ¿Cuánto de eso se debe a qué 200 escenas tocaron? El *bootstrap* lo estima: se sortean 200 escenas con
# reposición, se recalcula la IoU de cada clase, y así mil veces. Se sortean escenas y no píxeles, porque los
# píxeles de una figura aciertan o fallan juntos.

# %% [markdown] lang="en"
# How much of that is due to which 200 scenes were drawn? The *bootstrap* estimates it: draw 200 scenes with
# replacement, compute the IoU of each class again, and so a thousand times. Scenes are drawn and not pixels,
# because the pixels of one shape are right or wrong together.

# %%
# alt es: IoU de disco, cuadrado y triángulo con cada semilla y su intervalo; todas muy por encima de cero.
# alt en: IoU of disc, square and triangle with each seed and its interval; all of them far above zero.
resampled = torch.randint(len(exam), (1000, len(exam)), generator=Generator().manual_seed(0))
rows = []
for kind in (1, 2, 3):
    for seed in SEEDS:
        shared, guessed, real = (part[kind] for part in counts[seed])
        sums = [part[resampled].sum(1) for part in (shared, guessed, real)]
        values = sums[0] / (sums[1] + sums[2] - sums[0])
        low, high = values.quantile(torch.tensor([0.025, 0.975], dtype=torch.float64)).tolist()
        estimate = (shared.sum() / (guessed.sum() + real.sum() - shared.sum())).item()
        rows.append((f"{CLASSES[kind]} {seed}", estimate, low, high))
_ = interval_plot(*zip(*rows, strict=True), xlabel=tr(es="IoU, intervalo del 95 %", en="IoU, 95% interval"))

# %%
# alt es: Seis escenas con sus píxeles verdaderos en color y, debajo, los que dio la red.
# alt en: Six scenes with their true pixels in colour and, below, those of the network.
first = torch.stack([paint(exam[i], exam_labels[i]) for i in range(6)])
second = torch.stack([paint(exam[i], segmented[0][i]) for i in range(6)])
_ = image_grid(torch.cat([first, second]))

# %% tags=["hidden"]
finals = [scores(*part) for part in counts]
assert min(row[1] for row in rows) > 0.45 and all(low <= value <= high for _, value, low, high in rows)
pixel_accuracy = [final[tr(es="exactitud", en="accuracy")].item() for final in finals]
assert min(pixel_accuracy) > 0.92
lowest, highest = min(row[1] for row in rows), max(row[1] for row in rows)
assert all(torch.allclose(f["Dice"], 2 * f["IoU"] / (1 + f["IoU"])) for f in finals)

# %% [markdown] lang="es"
# La exactitud por píxel pasa de `{python} lazy:.0%` con la línea base a `{python} min(pixel_accuracy):.1%`
# con la peor semilla de la red: parece un retoque. La IoU de las figuras pasa de 0 a valores entre
# `{python} lowest:.2f` y `{python} highest:.2f`, y ahí se ve lo que aprendió. El Dice ordena igual que la IoU
# y siempre es mayor o igual, porque $\mathrm{Dice} = 2\,\mathrm{IoU} / (1 + \mathrm{IoU})$: al comparar con
# un artículo, mira cuál informa.
#
# ## Demasiadas cajas: supresión de no máximos
#
# Un detector propone muchas cajas, cada una con un puntaje, y varias caen sobre el mismo objeto. La
# **supresión de no máximos** (NMS) se queda con la de mayor puntaje, elimina las que se superponen demasiado
# con ella y repite. Aquí hay tres objetos y siete propuestas puestas a mano; ¿cuáles quedan con un umbral de
# 0,5?

# %% [markdown] lang="en"
# Accuracy by pixel goes from `{python} lazy:.0%` with the baseline to `{python} min(pixel_accuracy):.1%` with
# the worst seed of the network: it looks like a touch-up. The IoU of the shapes goes from 0 to values between
# `{python} lowest:.2f` and `{python} highest:.2f`, and that shows what it learned. Dice orders things as IoU
# does and is always at least as large, since $\mathrm{Dice} = 2\,\mathrm{IoU} / (1 + \mathrm{IoU})$: when
# comparing with a paper, look at which one it reports.
#
# ## Too many boxes: non-maximum suppression
#
# A detector proposes many boxes, each with a score, and several fall on the same object. **Non-maximum
# suppression** (NMS) keeps the one with the highest score, removes those that overlap it too much, and
# repeats. Here are three objects and seven proposals placed by hand; which remain with a threshold of 0.5?

# %%
objects = torch.tensor([[2.0, 2, 10, 10], [8, 4, 16, 12], [14, 14, 22, 22]])
proposals = torch.tensor(
    [
        [2, 2, 10, 11],
        [3, 2, 11, 10],
        [8, 4, 16, 11],
        [15, 2, 22, 8],
        [14, 15, 22, 23],
        [13, 14, 21, 22],
        [7, 4, 15, 12],
    ]
).float()
confidence = torch.tensor([0.95, 0.80, 0.75, 0.70, 0.65, 0.60, 0.55])


def nms(boxes: list[list[float]], scores: list[float], threshold: float) -> list[int]:
    waiting, kept = sorted(range(len(boxes)), key=lambda i: -scores[i]), []
    while waiting:
        best = waiting.pop(0)
        kept.append(best)
        waiting = [i for i in waiting if iou(boxes[best], boxes[i]) <= threshold]
    return kept


kept = nms(proposals.tolist(), confidence.tolist(), 0.5)
print(kept, ops.nms(proposals, confidence, 0.5).tolist())

# %%
# alt es: Tres objetos con línea continua y siete propuestas a trazos; después quedan cuatro propuestas.
# alt en: Three objects in solid lines and seven dashed proposals; afterwards, four proposals remain.
titles = tr(es="siete propuestas", en="seven proposals"), tr(es="después de NMS", en="after NMS")
_, panels = plt.subplots(1, 2, figsize=(6.4, 3.3))
for ax, title, shown in zip(panels, titles, (range(7), kept), strict=True):
    ax.set(title=title, xlim=(0, SIDE), ylim=(SIDE, 0), aspect="equal", xticks=(), yticks=())
    for box in objects:
        draw_box(ax, box, "blue")
    for index in shown:
        draw_box(ax, proposals[index], "ember", "--")

# %% tags=["hidden"]
assert kept == ops.nms(proposals, confidence, 0.5).tolist() == [0, 2, 3, 4]
crossing = iou(proposals[0].tolist(), proposals[2].tolist())
assert 2 in ops.nms(proposals, confidence, crossing + 0.01)
assert not {2, 6} & {*ops.nms(proposals, confidence, crossing - 0.01).tolist()}  # the second object is lost
generator = Generator().manual_seed(0)
for threshold in (0.2, 0.5, 0.8):
    corner = 20 * torch.rand(60, 2, generator=generator)
    crowd = torch.cat([corner, corner + 2 + 8 * torch.rand(60, 2, generator=generator)], 1)
    points = torch.rand(60, generator=generator)
    assert nms(crowd.tolist(), points.tolist(), threshold) == ops.nms(crowd, points, threshold).tolist()

# %% [markdown] lang="es"
# El bucle da lo mismo que `ops.nms`. Los dos primeros objetos se superponen y ambos sobreviven, porque la IoU
# de sus mejores propuestas, `{python} crossing:.2f`, no llega al umbral; un umbral menor que ella habría
# borrado un objeto verdadero. La cuarta propuesta no tiene objeto y NMS la deja: solo quita repetidas, no
# juzga.
#
# ## Un número para un detector
#
# Se recorren las propuestas de mayor a menor puntaje. Cada una es un acierto si su IoU con algún objeto **aún
# libre** llega al umbral de 0,5; si no, es una falsa alarma. Después de $n$ propuestas, con $a_n$ aciertos y
# $N$ objetos, la *precisión* y la *exhaustividad* son
#
# $$p_n = \frac{a_n}{n}, \qquad r_n = \frac{a_n}{N}, \tag{6}$$
#
# y la **precisión media** (AP) es el área bajo la curva de la mejor precisión que queda por delante:
#
# $$\mathrm{AP} = \sum_n (r_n - r_{n-1}) \max_{m \ge n} p_m. \tag{7}$$
#
# ¿Qué pierde el detector de arriba si no pasa por NMS?

# %% [markdown] lang="en"
# The loop gives the same as `ops.nms`. The first two objects overlap and both survive, because the IoU of
# their best proposals, `{python} crossing:.2f`, does not reach the threshold; a threshold below it would have
# erased a true object. The fourth proposal has no object and NMS lets it be: it only removes repeats, it does
# not judge.
#
# ## One number for a detector
#
# Proposals are gone through from the highest score down. Each is a hit if its IoU with some object **still
# free** reaches the threshold of 0.5; if not, it is a false alarm. After $n$ proposals, with $a_n$ hits and
# $N$ objects, *precision* and *recall* are
#
# $$p_n = \frac{a_n}{n}, \qquad r_n = \frac{a_n}{N}, \tag{6}$$
#
# and **average precision** (AP) is the area under the curve of the best precision still ahead:
#
# $$\mathrm{AP} = \sum_n (r_n - r_{n-1}) \max_{m \ge n} p_m. \tag{7}$$
#
# What does the detector above lose if it skips NMS?


# %%
def hits(boxes: Tensor, scores: Tensor, objects: Tensor, threshold: float = 0.5) -> Tensor:
    free, found = torch.ones(len(objects), dtype=torch.bool), []
    for index in scores.argsort(descending=True):
        overlap = ops.box_iou(boxes[index][None], objects)[0] * free
        best = overlap.argmax()
        found.append(bool(overlap[best] >= threshold))
        free[best] &= not found[-1]
    return torch.tensor(found)


def average_precision(found: Tensor, objects: int) -> float:
    count = found.cumsum(0)
    precision = count / torch.arange(1, len(found) + 1)  # (6)
    recall = torch.cat([torch.zeros(1), count / objects])  # (6)
    ahead = precision.flip(0).cummax(0).values.flip(0)
    return (recall.diff() * ahead).sum().item()  # (7)


every, after = hits(proposals, confidence, objects), hits(proposals[kept], confidence[kept], objects)
ap_every, ap_after = average_precision(every, 3), average_precision(after, 3)
print(every.tolist(), round(ap_every, 3))
print(after.tolist(), round(ap_after, 3))


# %%
# es: la fórmula leída al pie de la letra, como referencia
# en: the formula read to the letter, as a reference
def average_precision_loop(found: list[bool], objects: int) -> float:
    precision = [sum(found[: n + 1]) / (n + 1) for n in range(len(found))]
    return sum(max(precision[n:]) / objects for n in range(len(found)) if found[n])


draw = Generator().manual_seed(0)
for length in (1, 2, 7, 30):
    found = torch.rand(length, generator=draw) < 0.6
    total = int(found.sum()) + 2
    assert abs(average_precision(found, total) - average_precision_loop(found.tolist(), total)) < 1e-6

# %% tags=["hidden"]
assert after.tolist() == [True, True, False, True] and every.sum() == 3 and ap_after > ap_every

# %% [markdown] lang="es"
# Sin NMS, la segunda caja sobre un objeto ya encontrado es una falsa alarma: la AP es
# `{python} ap_every:.3f`, y con NMS, `{python} ap_after:.3f`. Los tres objetos aparecen en ambos casos; lo
# que cambia es cuántas falsas alarmas hay que revisar para llegar a ellos. De un detector se suele informar
# la media de la AP sobre clases y, en COCO ([Lin et al., 2014](https://arxiv.org/abs/1405.0312)), también
# sobre diez umbrales, de 0,50 a 0,95: un 0,4 de ahí y un 0,4 con umbral 0,5 no son el mismo 0,4.
#
# ## Para llevarte
#
# * Qué, dónde y qué píxeles son tres respuestas con tres medidas; la misma red puede ir bien en una y mal en
#   otra.
# * IoU para juzgar; GIoU o DIoU para aprender, porque tiran aunque las cajas no se toquen.
# * Promediar el mapa borra la posición: útil para clasificar, fatal para localizar.
# * Con mucho fondo, la exactitud por píxel premia no hacer nada: informa IoU o Dice por clase.
# * NMS quita repetidas; la AP las castiga. Di siempre con qué umbral.

# %% [markdown] lang="en"
# Without NMS, the second box on an object already found is a false alarm: AP is `{python} ap_every:.3f`, and
# with NMS `{python} ap_after:.3f`. All three objects turn up in both cases; what changes is how many false
# alarms must be gone through to reach them. For a detector one usually reports the mean of AP over classes
# and, in COCO ([Lin et al., 2014](https://arxiv.org/abs/1405.0312)), over ten thresholds, from 0.50 to 0.95,
# as well: a 0.4 from there and a 0.4 at threshold 0.5 are not the same 0.4.
#
# ## What to keep
#
# * What, where and which pixels are three answers with three measures; one network may do well in one and
#   badly in another.
# * IoU to judge; GIoU or DIoU to learn, as they pull even where the boxes do not touch.
# * Averaging the map erases the position: useful for classifying, fatal for locating.
# * With much background, accuracy by pixel rewards doing nothing: report IoU or Dice by class.
# * NMS removes repeats; AP punishes them. Always say at which threshold.

# %% [markdown] lang="es" tags=["quiz"]
# Una red segmenta tumores que ocupan uno de cada cien píxeles, y acierta 99 píxeles de cada cien. ¿Qué sabes?
#
# - [x] Casi nada: decir siempre «sano» acierta lo mismo, así que falta conocer la IoU o el Dice del tumor.
# - [ ] Que encuentra casi todos los tumores: podría no haber marcado ninguno.
# - [ ] Que la IoU del tumor es altísima: la exactitud cuenta sobre todo los píxeles sanos.

# %% [markdown] lang="en" tags=["quiz"]
# A network segments tumours that cover one pixel in a hundred, and gets 99 pixels in a hundred right. What do
# you know?
#
# - [x] Next to nothing: always saying “healthy” scores the same, so the IoU or Dice of the tumour is missing.
# - [ ] That it finds nearly all tumours: it may not have marked a single one.
# - [ ] That the IoU of the tumour is very high: accuracy counts the healthy pixels above all.

# %% [markdown] lang="es" tags=["quiz"]
# Dos cajas de 4×4 no se tocan. ¿Qué gradiente recibe la caja predicha con la pérdida $1 - \mathrm{IoU}$?
#
# - [ ] Uno grande, porque el error es el mayor posible: el valor es grande, pero no cambia al moverla un
#   poco.
# - [x] Cero: la IoU es 0 en todo el entorno, así que nada le dice hacia dónde ir.
# - [ ] `nan`: la unión mide 32 y la división no da problemas.

# %% [markdown] lang="en" tags=["quiz"]
# Two boxes of 4×4 do not touch. What gradient does the predicted box get from the loss $1 - \mathrm{IoU}$?
#
# - [ ] A large one, as the error is the largest possible: the value is large, but a small move leaves it as
#   is.
# - [x] Zero: the IoU is 0 all around, so nothing tells it which way to go.
# - [ ] `nan`: the union measures 32 and the division raises no trouble.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: el espejo también mueve las cajas
#
# Si la imagen se refleja, la caja verdadera cambia. Escribe `flip_boxes(boxes, width)`, que refleja cajas
# `xyxy` en una imagen de ancho `width`. La comprobación refleja las máscaras y mide sus cajas.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: the mirror moves the boxes too
#
# If the image is mirrored, the true box changes. Write `flip_boxes(boxes, width)`, which mirrors `xyxy` boxes
# in an image of width `width`. The check mirrors the masks and measures their boxes.


# %% tags=["solution"]
def flip_boxes(boxes: Tensor, width: float) -> Tensor:
    left, top, right, bottom = boxes.unbind(1)
    return torch.stack([width - right, top, width - left, bottom], 1)


# %% tags=["check"]
flipped = flip_boxes(test_boxes, SIDE)
assert torch.equal(flipped, boxes_around((test_labels > 0).flip(2)))
assert torch.equal(flip_boxes(flipped, SIDE), test_boxes)
print(test_boxes[0].tolist(), "→", flipped[0].tolist())

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: cada clase por su lado
#
# Un gato encima de un sofá no es una caja repetida. Escribe `nms_by_class(boxes, scores, kinds, threshold)`,
# con tensores: aplica `ops.nms` dentro de cada clase y devuelve los índices que quedan, de mayor a menor
# puntaje.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: each class on its own
#
# A cat on a sofa is not a repeated box. Write `nms_by_class(boxes, scores, kinds, threshold)`, with tensors:
# it applies `ops.nms` within each class and returns the indices that remain, from the highest score down.


# %% tags=["solution"]
def nms_by_class(boxes: Tensor, scores: Tensor, kinds: Tensor, threshold: float) -> Tensor:
    kept = []
    for kind in kinds.unique():
        members = (kinds == kind).nonzero().flatten()
        kept.append(members[ops.nms(boxes[members], scores[members], threshold)])
    kept = torch.cat(kept)
    return kept[scores[kept].argsort(descending=True)]


# %% tags=["check"]
draw = Generator().manual_seed(5)
corner = 12 * torch.rand(50, 2, generator=draw)
crowd = torch.cat([corner, corner + 3 + 6 * torch.rand(50, 2, generator=draw)], 1)
points, sorts = torch.rand(50, generator=draw), torch.randint(3, (50,), generator=draw)
for threshold in (0.1, 0.4, 0.7):
    expected = ops.batched_nms(crowd, points, sorts, threshold)
    assert torch.equal(nms_by_class(crowd, points, sorts, threshold), expected)
    print(threshold, len(ops.nms(crowd, points, threshold)), len(expected))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: una pérdida que sea el Dice
#
# La entropía cruzada reparte su atención por píxel, y la mayoría son fondo. Escribe
# `dice_loss(logits, labels)`: con las probabilidades $q$ (softmax sobre la clase) en lugar de los píxeles
# asignados, 1 menos la media sobre clases de $2 \sum q\,t / (\sum q + \sum t)$, con las sumas sobre todo el
# *batch*. Suma $10^{-6}$ a numerador y denominador, por si una clase falta.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: a loss that is Dice
#
# Cross-entropy shares out its attention by pixel, and most of them are background. Write
# `dice_loss(logits, labels)`: with the probabilities $q$ (softmax over the class) in place of the assigned
# pixels, 1 minus the mean over classes of $2 \sum q\,t / (\sum q + \sum t)$, with the sums over the whole
# batch. Add $10^{-6}$ to numerator and denominator, in case a class is missing.


# %% tags=["solution"]
def dice_loss(logits: Tensor, labels: Tensor) -> Tensor:
    q = logits.softmax(1)  # batch class height width
    t = (labels[:, None] == torch.arange(logits.shape[1])[:, None, None]).float()
    shared, both = (q * t).sum((0, 2, 3)), q.sum((0, 2, 3)) + t.sum((0, 2, 3))
    return 1 - ((2 * shared + 1e-6) / (both + 1e-6)).mean()


# %% tags=["check"]
sure = 100.0 * (segmented[0][:, None] == torch.arange(4)[:, None, None])
expected = 1 - finals[0]["Dice"].mean()
assert abs(dice_loss(sure, exam_labels) - expected) < 1e-4
guess = torch.zeros(2, 4, 5, 5, requires_grad=True)
loss = dice_loss(guess, torch.ones(2, 5, 5, dtype=torch.long))
assert abs(loss.item() - (1 - 2 * 12.5 / 62.5 / 4)) < 1e-4
loss.backward()
assert bool((guess.grad[:, 1] < 0).all())
print(f"{expected.item():.4f}")

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# Antes: [Aumento de datos](../convolutional_networks/augmentation.md). Después: [Un transformer que mira
# parches](../convolutional_networks/vision_transformer.md). La invarianza y la equivarianza se miran de cerca
# en [Mapas de características y Grad-CAM](../convolutional_networks/feature_maps.md), y las conexiones que en
# la U-Net se concatenan, en [Redes residuales](../convolutional_networks/residual_networks.md) se suman.

# %% [markdown] lang="en"
# ## Where to go next
#
# Before: [Data augmentation](../convolutional_networks/augmentation.md). After: [A transformer that looks at
# patches](../convolutional_networks/vision_transformer.md). Invariance and equivariance are seen close up in
# [Feature maps and Grad-CAM](../convolutional_networks/feature_maps.md), and the connections that the U-Net
# concatenates are added in [Residual networks](../convolutional_networks/residual_networks.md).
