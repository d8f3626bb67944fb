"""
title:
  es: Un modelo de torchvision, con sus pesos y sus transformaciones
  en: A torchvision model, with its weights and its transforms
summary:
  es: Qué trae un archivo de pesos, cómo se comprueba, qué imágenes espera y cuánto vale su cuerpo congelado.
  en: What a file of weights brings, how it is checked, what images it expects, what its frozen body is worth.
tags: [torchvision, pretrained model, weight, transforms, freezing, batch normalisation, EfficientNet]
objectives:
  es:
    - Elegir un modelo por sus parámetros, sus operaciones y lo que su ficha declara, sin bajarlo.
    - Preparar las imágenes con las transformaciones de los pesos y medir qué cuesta no hacerlo.
    - Cargar un archivo de pesos solo si es el que su nombre anuncia.
    - Congelar el cuerpo, cambiar la cabeza y leer en una tabla qué quedó por entrenar.
    - Comparar lo transferido con controles del mismo tamaño.
  en:
    - Choose a model by its parameters, its operations and what its card states, without downloading it.
    - Prepare images with the transforms of the weights, and measure what it costs not to.
    - Load a file of weights only if it is the one that its name announces.
    - Freeze the body, change the head, and read in a table what is left to train.
    - Compare what was transferred with controls of the same size.
prerequisites:
  es:
    - Las redes convolucionales y la normalización por batch.
    - Guardar y cargar un state_dict.
    - Proporciones e intervalos.
  en:
    - Convolutional networks and batch normalisation.
    - Saving and loading a state_dict.
    - Proportions and intervals.
timeout_seconds: 180
"""
# %% [markdown] lang="es"
# Una línea, `efficientnet_b0(weights="DEFAULT")`, entrega una red que otros entrenaron con [más de un millón
# de fotos](https://arxiv.org/abs/1409.0575). Detrás de la línea hay tres cosas que se pueden usar mal: un
# archivo que podría no ser el que crees, unas imágenes preparadas de otra manera y unas capas que siguen
# cambiando después de congelarlas. Aquí provocas los tres errores, mides lo que cuestan y los arreglas.
#
# La lección supone [Redes residuales](../convolutional_networks/residual_networks.md), por la normalización
# por *batch*, y [Guardar, cargar y seguir como si nada](../workflow/save_load.md), por el `state_dict`.
# Acompaña la sección *PyTorch Transfer Learning* del curso [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) de Andrei Neagoie y Daniel Bourke, y el
# [capítulo 06](https://www.learnpytorch.io/06_pytorch_transfer_learning/) de su libro abierto, que hace este
# mismo recorrido con EfficientNet-B0.

# %% [markdown] lang="en"
# One line, `efficientnet_b0(weights="DEFAULT")`, hands you a network that others trained on [more than a
# million photographs](https://arxiv.org/abs/1409.0575). Behind the line there are three things that can be
# misused: a file that may not be the one you think, images prepared in another way, and layers that go on
# changing after they were frozen. Here you make the three mistakes, measure what they cost, and put them
# right.
#
# The lesson presumes [Residual networks](../convolutional_networks/residual_networks.md), for batch
# normalisation, and [Save, load, and carry on as if nothing happened](../workflow/save_load.md), for the
# `state_dict`. It goes with the section *PyTorch Transfer Learning* of the course [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) by Andrei Neagoie and Daniel Bourke, and
# with [chapter 06](https://www.learnpytorch.io/06_pytorch_transfer_learning/) of their open book, which walks
# this same way with EfficientNet-B0.

# %%
import hashlib
import warnings
from copy import deepcopy
from functools import cache, partial
from pathlib import Path
from tempfile import mkdtemp

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from torch import nn
from torch.hub import load_state_dict_from_url
from torch.nn.functional import cross_entropy
from torch.utils.flop_counter import FlopCounterMode
from torchvision import models
from torchvision.models.efficientnet import EfficientNet, FusedMBConvConfig, MBConvConfig
from torchvision.transforms import v2

from tutorials_lib import tr
from tutorials_lib.hub import is_present, read_weights
from tutorials_lib.metrics import Proportion
from tutorials_lib.plots import color, image_grid, interval_plot
from tutorials_lib.training import predict

# %% [markdown] lang="es"
# ## Elegir sin bajar nada
#
# `list_models` da los nombres y `get_model_weights`, la lista de pesos publicados para cada uno. Un elemento
# de esa lista es una ficha: dirección del archivo, transformaciones y metadatos. La ficha viene con
# torchvision; el archivo, no.

# %% [markdown] lang="en"
# ## Choosing without downloading
#
# `list_models` gives the names, and `get_model_weights` the list of weights published for each. A member of
# that list is a card: the address of the file, the transforms, and metadata. The card comes with torchvision;
# the file does not.

# %%
names = models.list_models(module=models)
cards = {name: models.get_model_weights(name).DEFAULT for name in names}
print(len(names), names[::16])

card = cards["efficientnet_b0"]
print(card, card.url)
print(sorted(card.meta))
print(card.meta["num_params"], len(card.meta["categories"]), card.meta["categories"][:3])

# %% [markdown] lang="es"
# `weights="DEFAULT"` equivale a pedir esa ficha por su nombre. El material anterior a torchvision 0.13 dice
# `pretrained=True`. La versión instalada todavía lo acepta y protesta:

# %% [markdown] lang="en"
# `weights="DEFAULT"` amounts to asking for that card by name. Material from before torchvision 0.13 says
# `pretrained=True`. The version installed still accepts it, and protests:

# %%
with warnings.catch_warnings(record=True) as protests, torch.device("meta"):
    warnings.simplefilter("always")
    models.efficientnet_b0(pretrained=False)
for protest in protests:
    print("-", str(protest.message))

# %% tags=["hidden"]
assert len(protests) == 2 and "deprecated since 0.13" in str(protests[0].message)
assert card is models.EfficientNet_B0_Weights.DEFAULT

# %% [markdown] lang="es"
# Para comparar tamaños no hacen falta números. En el dispositivo `meta` los tensores tienen forma y ningún
# contenido: construir ahí un modelo de 86 millones de parámetros no ocupa memoria, y `FlopCounterMode` cuenta
# las operaciones que haría. Predice: de las cuatro redes, ¿será la de más parámetros también la que más
# calcula? ¿Y por cuánto?

# %% [markdown] lang="en"
# To compare sizes no numbers are needed. On the `meta` device tensors have a shape and no content: to build a
# model of 86 million parameters there takes no memory, and `FlopCounterMode` counts the operations that it
# would carry out. Predict: of the four networks, is the one with most parameters also the one that computes
# most? And by how much?


# %%
def cost(name: str) -> tuple[int, int]:
    with torch.device("meta"):
        model, photograph = models.get_model(name).eval(), torch.empty(1, 3, 224, 224)
    with FlopCounterMode(display=False) as counter:
        model(photograph)
    return sum(p.numel() for p in model.parameters()), counter.get_total_flops()


FOUR = ("mobilenet_v3_small", "efficientnet_b0", "resnet18", "vit_b_16")
print(f"{'':<19} {tr(es='parámetros', en='parameters'):>10}  GFLOP  _ops   MB   acc@1")
costs = {name: cost(name) for name in FOUR}
for name, (parameters, flop) in costs.items():
    meta = cards[name].meta
    row = f"{flop / 1e9:6.2f} {meta['_ops']:5.2f} {meta['_file_size']:5.0f}"
    print(f"{name:<19} {parameters:>10} {row} {meta['_metrics']['ImageNet-1K']['acc@1']:6.2f}")

# %% tags=["hidden"]
for name, (parameters, flop) in costs.items():
    assert parameters == cards[name].meta["num_params"]
    assert abs(flop / 2e9 / cards[name].meta["_ops"] - 1) < 0.03, (name, flop)
small_cost, vit_cost = costs["mobilenet_v3_small"], costs["vit_b_16"]
parameter_ratio, work_ratio = vit_cost[0] / small_cost[0], vit_cost[1] / small_cost[1]

# %% [markdown] lang="es"
# Las dos primeras columnas las contó esta página; las otras tres son **citas** de los metadatos, que nadie
# volvió a medir aquí. Dos lecturas:
#
# * Los parámetros coinciden uno por uno. Las operaciones son el doble de `_ops`, porque torchvision cuenta
#   una multiplicación con su suma como una sola operación. Cuando compares cifras de fuentes distintas,
#   averigua primero cuál de las dos cuentas usa cada una.
# * `vit_b_16` tiene `{python} parameter_ratio:.0f` veces los parámetros de `mobilenet_v3_small` y hace
#   `{python} work_ratio:.0f` veces sus operaciones. Cuánto ocupa y cuánto calcula son dos preguntas.
#
# El guion bajo de `_ops` y `_metrics` avisa que esos nombres podrían cambiar. Todas las fichas juntas dan un
# mapa:

# %% [markdown] lang="en"
# The first two columns were counted by this page; the other three are **quotations** from the metadata, which
# nobody measured again here. Two things to read:
#
# * The parameters agree one for one. The operations are twice `_ops`, because torchvision counts a
#   multiplication with its addition as a single operation. When you compare figures from different sources,
#   first find out which of the two counts each of them uses.
# * `vit_b_16` has `{python} parameter_ratio:.0f` times the parameters of `mobilenet_v3_small` and carries out
#   `{python} work_ratio:.0f` times its operations. How much room it takes and how much it computes are two
#   questions.
#
# The underscore of `_ops` and `_metrics` warns that those names may change. All the cards together make a
# map:

# %%
# alt es: Nube de modelos: con más operaciones sube la exactitud que declaran, con mucha dispersión.
# alt en: Cloud of models: with more operations the accuracy they state rises, with much spread.
work = {name: card.meta["_ops"] for name, card in cards.items()}
stated = {name: card.meta["_metrics"]["ImageNet-1K"]["acc@1"] for name, card in cards.items()}
_, ax = plt.subplots(figsize=(6.4, 3.6))
ax.scatter(work.values(), stated.values(), s=24, color=color("blue"), alpha=0.45, linewidths=0)
for name in FOUR:
    ax.plot(work[name], stated[name], "o", color=color("ember"), markersize=7)
    place, side = ((-8, 6), "right") if name == "efficientnet_b0" else ((8, -12), "left")
    ax.annotate(name, (work[name], stated[name]), place, textcoords="offset points", ha=side, fontsize=9)
ax.set_xscale("log")
ax.set_xlabel(tr(es="miles de millones de productos por foto", en="billions of products per photograph"))
_ = ax.set_ylabel(tr(es="acc@1 declarada (%)", en="acc@1 as stated (%)"))

# %% tags=["hidden"]
ranks = np.argsort(np.argsort(np.array([list(work.values()), list(stated.values())])))
rank_correlation = np.corrcoef(ranks)[0, 1]
assert 0.4 < rank_correlation < 0.95
similar = [(a, b) for a in names for b in names if abs(np.log(work[a] / work[b])) < 0.1]
gap = max(stated[a] - stated[b] for a, b in similar)
recipes = [w.meta["_metrics"]["ImageNet-1K"]["acc@1"] for w in models.ResNet50_Weights]
assert gap > 5 and len(recipes) == 2 and recipes[1] > recipes[0] + 3
assert "7f5810bc" in card.url
licensed = {w for name in names for w in models.get_model_weights(name) if "license" in w.meta}
assert licensed and all("SWAG" in w.name for w in licensed)

# %% [markdown] lang="es"
# La tendencia existe y la dispersión también: a trabajo casi igual hay hasta `{python} gap:.0f` puntos de
# diferencia. Una parte no se debe a la red sino a la receta con que la entrenaron: la misma `resnet50`
# declara `{python} recipes[0]:.1f` con una y `{python} recipes[1]:.1f` con otra. `card.meta["recipe"]` enlaza
# esa receta. Mira además si hay una entrada `license`: la traen `{python} len(licensed)` fichas de la lista,
# las de SWAG, con condiciones distintas de las del código de torchvision.
#
# ## Las transformaciones son parte del modelo
#
# Una red aprendió con imágenes de cierto tamaño, escala y promedio. `transforms()` devuelve la preparación
# que usaron quienes midieron la exactitud de la ficha. Escribámosla a mano para saber qué hace.

# %% [markdown] lang="en"
# The trend exists and so does the spread: at almost equal work there are up to `{python} gap:.0f` points of
# difference. Part of that is owed not to the network but to the recipe with which it was trained: the same
# `resnet50` states `{python} recipes[0]:.1f` with one and `{python} recipes[1]:.1f` with another.
# `card.meta["recipe"]` links that recipe. See also whether there is an entry `license`:
# `{python} len(licensed)` cards of the list have one, those of SWAG, with terms that differ from those of
# torchvision's code.
#
# ## The transforms are part of the model
#
# A network learned from images of a certain size, scale and mean. `transforms()` returns the preparation used
# by those who measured the accuracy on the card. Let us write it by hand, to know what it does.

# %%
preset = card.transforms()
print(preset)

BICUBIC = v2.InterpolationMode.BICUBIC
by_hand = v2.Compose(
    [
        v2.Resize(256, interpolation=BICUBIC),  # es: el lado más corto  # en: the shorter side
        v2.CenterCrop(224),
        v2.PILToTensor(),
        v2.ToDtype(torch.float32, scale=True),  # es: de 0 … 255 a 0 … 1  # en: 0 … 255 to 0 … 1
        v2.Normalize(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225]),
    ]
)


# %%
@cache
def typeface(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(Path(matplotlib.get_data_path(), "fonts", "ttf", f"{name}.ttf"), size)


# %%
# alt es: Cartel con las letras A a F: redimensionado las tiene todas; recortado pierde las de los bordes.
# alt en: A sign with the letters A to F: resized, it has them all; cropped, it loses the outer ones.
sign = Image.new("RGB", (480, 280), (38, 84, 124))
lettering = typeface("DejaVuSans-Bold", 96)
for place, letter in enumerate("ABCDEF"):
    ImageDraw.Draw(sign).text((45 + 78 * place, 140), letter, (244, 211, 94), lettering, anchor="mm")
resized = by_hand.transforms[0](sign)
prepared = by_hand(sign)
panels = [sign, resized, by_hand.transforms[1](resized)]
_, axes = plt.subplots(1, 3, figsize=(6.6, 1.9), width_ratios=[panel.width for panel in panels])
captions = (tr(es="original", en="original"), "Resize(256)", "CenterCrop(224)")
for ax, panel, caption in zip(axes, panels, captions, strict=True):
    ax.imshow(panel.reduce(5), interpolation="none")
    ax.set_title(f"{caption}\n{panel.width}×{panel.height}", fontsize=9, fontweight="normal")
    ax.set_axis_off()
difference = (preset(sign) - prepared).abs().max().item()
print(f"{difference:.0e}", tuple(prepared.shape), *(round(x.item(), 2) for x in prepared.aminmax()))

# %% tags=["hidden"]
assert difference < 1e-5
assert resized.height == 256 and resized.width > 256 and tuple(prepared.shape) == (3, 224, 224)

# %% [markdown] lang="es"
# Coinciden: la mayor diferencia, `{python} difference:.0e`, es de redondeo. El lado menor pasa a 256, el
# recorte se queda con los 224 píxeles del medio, los enteros pasan a números entre 0 y 1, y a cada canal se
# le resta una media y se lo divide por una desviación, las de ImageNet. Dos consecuencias: lo que está cerca
# de los bordes largos **no llega a la red**, aunque sea justo lo que buscas; y el resultado tiene números
# negativos, así que ya no se puede mostrar como imagen.
#
# ## De dónde salen los pesos de esta página
#
# Esta página se construye sin red. Si el archivo de EfficientNet-B0 está en la carpeta de `torch.hub` (lo
# está si alguna vez lo cargaste), la sección de las letras griegas lo usa, y tarda medio minuto más. Si no,
# usa pesos hechos aquí, con la misma clase de torchvision y por el mismo camino: se entrenan, se publican en
# una carpeta, se anuncian en una ficha y se bajan de una dirección. Solo la dirección empieza con `file://`
# en lugar de `https://`.
#
# La tarea de origen son letras de imprenta: las 26 mayúsculas, de ocho tipos de letra, inclinadas, borrosas y
# en cualquier par de colores. Ninguna griega.

# %% [markdown] lang="en"
# They agree: the largest difference, `{python} difference:.0e`, is rounding. The shorter side becomes 256,
# the crop keeps the 224 pixels in the middle, integers become numbers between 0 and 1, and from each channel
# a mean is subtracted and the rest divided by a deviation, those of ImageNet. Two consequences: what lies
# near the far edges **never reaches the network**, even if it is the very thing that you look for; and the
# result has negative numbers, so it can no longer be shown as an image.
#
# ## Where the weights of this page come from
#
# This page is built without a network connection. If the file of EfficientNet-B0 lies in the folder of
# `torch.hub` (it does if you ever loaded it), the section on Greek letters uses it, and takes half a minute
# longer. If not, it uses weights made here, with the same class of torchvision and along the same path: they
# are trained, published in a folder, announced on a card, and downloaded from an address. Only, that address
# begins with `file://` in place of `https://`.
#
# The source task is printed letters: the 26 capitals, from eight typefaces, slanted, blurred, and in any pair
# of colours. Not one is Greek.

# %%
LATIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
FONTS = ["DejaVuSans", "DejaVuSans-Bold", "DejaVuSansMono", "DejaVuSansMono-Bold", "DejaVuSerif"]
FONTS += ["DejaVuSerif-Bold", "STIXGeneral", "STIXGeneralBol"]


def draw(letter: str, rng: np.random.Generator) -> np.ndarray:
    ink, size = Image.new("L", (40, 40)), int(rng.integers(28, 42))
    ImageDraw.Draw(ink).text((20, 20), letter, 255, typeface(rng.choice(FONTS), size), anchor="mm")
    slant, side = rng.uniform(-0.4, 0.4), int(rng.integers(10, 25))
    ink = ink.transform(ink.size, Image.Transform.AFFINE, (1, slant, -20 * slant, 0, 1, 0))
    ink = ink.rotate(rng.uniform(-15, 15), Image.Resampling.BILINEAR)
    return np.asarray(ink.resize((side, side)).resize((24, 24)), dtype=float)  # fewer pixels, then blurred


# %%
def draw_letters(alphabet: str, per_class: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(seed)
    n = per_class * len(alphabet)
    ink = np.stack([draw(letter, rng) for letter in alphabet for _ in range(per_class)])[:, None] / 255
    dark, bright = rng.uniform(0, 0.4, (n, 3, 1, 1)), rng.uniform(0.6, 1, (n, 3, 1, 1))
    swapped = rng.random((n, 1, 1, 1)) < 0.5
    paper, pen = np.where(swapped, dark, bright), np.where(swapped, bright, dark)
    images = paper + (pen - paper) * ink + rng.normal(0, 0.04, (n, 3, 24, 24))
    labels = torch.arange(len(alphabet)).repeat_interleave(per_class)
    return torch.from_numpy((255 * images).clip(0, 255).astype(np.uint8)), labels


# %%
# alt es: Cuatro letras mayúsculas de 24×24 píxeles, de colores, inclinadas y borrosas.
# alt en: Four capital letters of 24×24 pixels, in colours, slanted and blurred.
letters, letter_labels = draw_letters(LATIN, per_class=60, seed=1)
new_letters, new_labels = draw_letters(LATIN, per_class=15, seed=2)
shown = torch.arange(4) * 400
captions = [LATIN[label] for label in letter_labels[shown]]
_ = image_grid(letters[shown].numpy().transpose(0, 2, 3, 1), captions)

# %% [markdown] lang="es"
# La red es `EfficientNet`, la clase de la que sale EfficientNet-B0, con tres etapas en vez de siete. Sus
# transformaciones llevan la media y la desviación de **sus** imágenes, no las de ImageNet.

# %% [markdown] lang="en"
# The network is `EfficientNet`, the class that EfficientNet-B0 comes from, with three stages in place of
# seven. Its transforms carry the mean and the deviation of **its own** images, not those of ImageNet.

# %%
# es: expansión, kernel, stride, canales de entrada y de salida, bloques
# en: expansion, kernel, stride, channels in, channels out, blocks
STAGES = [
    FusedMBConvConfig(1, 3, 1, 16, 16, 1),
    FusedMBConvConfig(4, 3, 2, 16, 24, 1),
    MBConvConfig(4, 3, 2, 24, 40, 1),
]
unit = letters / 255
mean, std = unit.mean(dim=(0, 2, 3)).tolist(), unit.std(dim=(0, 2, 3)).tolist()


def prepare(mean: list[float], std: list[float]) -> v2.Compose:
    resize, scale = v2.Resize(24), v2.ToDtype(torch.float32, scale=True)
    return v2.Compose([resize, v2.CenterCrop(24), v2.PILToTensor(), scale, v2.Normalize(mean, std)])


def fit(model: nn.Module, images, labels, *, epochs: int, rate: float, size: int, seed: int) -> None:
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], fused=True)
    steps = epochs * -(-len(images) // size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps)
    order = torch.Generator().manual_seed(seed)
    model.train()
    for _ in range(epochs):
        for batch in torch.randperm(len(images), generator=order).split(size):
            loss = cross_entropy(model(images[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()


# %%
transforms = prepare(mean, std)
torch.manual_seed(0)
trained = EfficientNet(STAGES, dropout=0.2, num_classes=len(LATIN))
fit(trained, transforms(letters), letter_labels, epochs=7, rate=0.01, size=64, seed=0)
on_letters = Proportion.of(predict(trained, transforms(new_letters)) == new_labels)
print(on_letters, round(on_letters.value, 3))

# %% [markdown] lang="es"
# ## Un nombre que se puede comprobar
#
# En `efficientnet_b0_rwightman-7f5810bc.pth`, lo que sigue al guion son los ocho primeros dígitos de la suma
# SHA-256 del archivo. Publiquemos el nuestro con la misma costumbre.

# %% [markdown] lang="en"
# ## A name that can be checked
#
# In `efficientnet_b0_rwightman-7f5810bc.pth`, what follows the hyphen are the first eight digits of the
# SHA-256 sum of the file. Let us publish ours by the same custom.


# %%
def publish(model: nn.Module, folder: Path, name: str) -> Path:
    unnamed = folder / "unnamed.pth"
    torch.save(model.state_dict(), unnamed)
    digest = hashlib.sha256(unnamed.read_bytes()).hexdigest()
    return unnamed.rename(folder / f"{name}-{digest[:8]}.pth")


server, downloads = Path(mkdtemp()), Path(mkdtemp())
file = publish(trained, server, "small_efficientnet")
print(file.name, file.stat().st_size)

# %% [markdown] lang="es"
# La ficha es un `WeightsEnum` como los de torchvision, y el constructor hace lo que hacen los suyos: verifica
# la ficha, toma de ella el número de clases, baja el archivo y lo carga.

# %% [markdown] lang="en"
# The card is a `WeightsEnum` like those of torchvision, and the builder does what theirs do: it verifies the
# card, takes the number of classes from it, downloads the file, and loads it.


# %%
class LetterWeights(models.WeightsEnum):
    DRAWN_V1 = models.Weights(
        url=file.as_uri(),
        transforms=partial(prepare, mean, std),
        meta={"categories": list(LATIN), "num_params": sum(p.numel() for p in trained.parameters())},
    )
    DEFAULT = DRAWN_V1


def small_efficientnet(*, weights: LetterWeights | None = None, num_classes: int = 26) -> EfficientNet:
    weights = LetterWeights.verify(weights)
    classes = len(weights.meta["categories"]) if weights else num_classes
    model = EfficientNet(STAGES, dropout=0.2, num_classes=classes)
    if weights:
        options = {"model_dir": downloads, "progress": False, "check_hash": True, "weights_only": True}
        model.load_state_dict(weights.get_state_dict(**options))
    return model


# %%
model = small_efficientnet(weights="DEFAULT").eval()
weights = models.get_model_weights(small_efficientnet).DEFAULT
ready = weights.transforms()(new_letters)
print(weights, Proportion.of(predict(model, ready) == new_labels))

# %% tags=["hidden"]
assert weights is LetterWeights.DRAWN_V1 and file.name in {path.name for path in downloads.iterdir()}
assert torch.equal(predict(model, ready), predict(trained, transforms(new_letters)))
assert on_letters.low > 0.6
try:
    models.efficientnet_b0(weights=weights)
    raise AssertionError("efficientnet_b0 took a card of another model")
except TypeError:
    pass

# %% [markdown] lang="es"
# El archivo bajado acierta lo mismo que la red que lo escribió: `{python} str(on_letters)` letras nuevas.
# (torchvision no pide `weights_only=True`. Sin esa opción, un archivo de pesos puede ejecutar código, como
# muestra [Guardar, cargar y seguir como si nada](../workflow/save_load.md).)
#
# Ahora alguien cambia **un bit** en el servidor. Predice qué pasará en tres casos: con `check_hash=True`; sin
# él; y con `check_hash=True`, pero cuando el archivo cambiado ya estaba en la carpeta de descargas.

# %% [markdown] lang="en"
# The downloaded file gets as many right as the network that wrote it: `{python} str(on_letters)` new letters.
# (torchvision does not ask for `weights_only=True`: without it a file of weights may run code, as [Save,
# load, and carry on as if nothing happened](../workflow/save_load.md) shows.)
#
# Now someone changes **one bit** on the server. Predict what will happen in three cases: with
# `check_hash=True`; without it; and with `check_hash=True`, but when the changed file was in the downloads
# folder already.

# %%
content = bytearray(file.read_bytes())
first_weight = content.find(trained.classifier[1].weight.detach().numpy().tobytes())
content[first_weight + 3] ^= 0x40  # es: un bit de su exponente  # en: a bit of its exponent
_ = file.write_bytes(content)
empty = Path(mkdtemp())

# %% tags=["raises=RuntimeError"]
load_state_dict_from_url(file.as_uri(), empty, progress=False, check_hash=True, weights_only=True)


# %%
def numbers(state: dict[str, torch.Tensor]) -> torch.Tensor:
    return torch.cat([tensor.flatten().double() for tensor in state.values()])


print(sorted(empty.iterdir()))
for check in (False, True):
    state = load_state_dict_from_url(
        file.as_uri(), empty, progress=False, check_hash=check, weights_only=True
    )
    right, found = numbers(model.state_dict()), numbers(state)
    changed = right != found
    print(f"check_hash={check}:", f"{right[changed].item():.3f} → {found[changed].item():.1e}")
spoiled = deepcopy(model)
spoiled.load_state_dict(state)
with_spoiled = Proportion.of(predict(spoiled, ready) == new_labels)
print(with_spoiled)

# %% tags=["hidden"]
assert changed.sum() == 1 and found[changed].abs() > 1e20
assert with_spoiled.high < on_letters.low - 0.2
assert len(list(empty.iterdir())) == 1

# %% [markdown] lang="es"
# Con la comprobación, el archivo se rechaza y en la carpeta no queda nada. Sin ella, entra: un solo peso
# cambió, y de `{python} str(on_letters)` letras quedan `{python} str(with_spoiled)`. Y una vez adentro,
# `check_hash=True` ya no lo mira: `torch.hub` compara **solo al bajar**, y no compara nada si el nombre no
# trae una suma. `read_weights`, de la biblioteca de estas notas, compara cada vez que lee:

# %% [markdown] lang="en"
# With the check the file is refused, and nothing stays in the folder. Without it, it gets in: a single weight
# changed, and of `{python} str(on_letters)` letters `{python} str(with_spoiled)` are left. And once inside,
# `check_hash=True` no longer looks at it: `torch.hub` compares **only on download**, and compares nothing
# where the name has no sum. `read_weights`, of the library of these notes, compares each time it reads:

# %% tags=["raises=WeightsError"]
read_weights(weights, empty)

# %% [markdown] lang="es"
# Esto le pasó al curso. En octubre de 2023, quienes seguían el capítulo 06 recibían
# `invalid hash value (expected "3dd342df", got "7f5810bc…")` al cargar EfficientNet-B0, y el arreglo que
# circuló fue reemplazar `get_state_dict` por una versión que quita `check_hash` ([hilo del curso,
# 2023](https://github.com/mrdbourke/pytorch-deep-learning/issues/696); [hilo de torchvision,
# 2023](https://github.com/pytorch/vision/issues/7744)). El error estaba en la ficha, y la instalada ya
# anuncia `7f5810bc`. Si guardas en un cuaderno viejo aquel reemplazo, bórralo: apaga la comprobación de
# **todos** los pesos.
#
# ## Las imágenes mal preparadas no dan error
#
# Las mismas letras, la misma red, y cuatro preparaciones: la de la ficha y tres que circulan en cuadernos.
# Todas entregan un tensor de la misma forma. Ordénalas por lo que crees que costarán.

# %% [markdown] lang="en"
# This happened to the course. In October 2023, those who followed chapter 06 were told
# `invalid hash value (expected "3dd342df", got "7f5810bc…")` on loading EfficientNet-B0, and the remedy that
# went round was to replace `get_state_dict` by a version that drops `check_hash` ([thread of the course,
# 2023](https://github.com/mrdbourke/pytorch-deep-learning/issues/696); [thread of torchvision,
# 2023](https://github.com/pytorch/vision/issues/7744)). The mistake was on the card, and the one installed
# announces `7f5810bc`. If you keep that replacement in an old notebook, delete it: it switches off the check
# of **all** weights.
#
# ## Images badly prepared raise no error
#
# The same letters, the same network, and four preparations: that of the card, and three that go round in
# notebooks. All of them hand over a tensor of the same shape. Put them in order of what you think they cost.

# %%
# alt es: Exactitud con cuatro preparaciones, con intervalos: la de la ficha es la más alta.
# alt en: Accuracy with four preparations, with intervals: that of the card is the highest.
IMAGENET = card.transforms()
plain = v2.ToDtype(torch.float32, scale=True)
preparations = {
    tr(es="la de la ficha", en="that of the card"): weights.transforms(),
    tr(es="media y desviación de ImageNet", en="mean and deviation of ImageNet"): v2.Compose(
        [plain, v2.Normalize(IMAGENET.mean, IMAGENET.std)]
    ),
    tr(es="de 0 a 1, sin normalizar", en="0 to 1, not normalised"): plain,
    tr(es="de 0 a 255", en="0 to 255"): v2.ToDtype(torch.float32),
}
marks = {
    name: Proportion.of(predict(model, preparation(new_letters)) == new_labels)
    for name, preparation in preparations.items()
}
print(*marks.values())
_ = interval_plot(
    list(marks),
    [mark.value for mark in marks.values()],
    [mark.low for mark in marks.values()],
    [mark.high for mark in marks.values()],
    xlabel=tr(
        es="exactitud en letras nuevas, intervalo del 95 %", en="accuracy on new letters, 95% interval"
    ),
    reference=1 / 26,
    reference_label=tr(es="adivinar", en="guessing"),
)

# %% tags=["hidden"]
right_one, of_imagenet, unnormalised, raw = marks.values()
assert right_one == on_letters
assert of_imagenet.high > right_one.low and right_one.high > of_imagenet.low
assert unnormalised.high < right_one.low - 0.2 and raw.high < unnormalised.high and raw.high < 0.25

# %% [markdown] lang="es"
# Ninguna dio error. Con la media y la desviación de ImageNet acierta `{python} str(of_imagenet)`, y los
# intervalos no la distinguen de la preparación de la ficha, `{python} str(right_one)`: aquí esos números se
# parecen a los propios (la media del rojo es `{python} IMAGENET.mean[0]:.2f` en una y `{python} mean[0]:.2f`
# en la otra). Sin normalizar quedan `{python} str(unnormalised)`. Con enteros de 0 a 255,
# `{python} str(raw)`, cuando adivinar entre 26 da `{python} len(new_letters) / 26:.0f`. La red sigue
# respondiendo: solo quien sabe cuánto acierta de verdad nota que algo anda mal.

# %% [markdown] lang="en"
# None raised an error. With the mean and the deviation of ImageNet it gets `{python} str(of_imagenet)` right,
# and the intervals do not tell it from the preparation of the card, `{python} str(right_one)`: here those
# numbers resemble its own (the mean of red is `{python} IMAGENET.mean[0]:.2f` in one and
# `{python} mean[0]:.2f` in the other). Not normalised, `{python} str(unnormalised)` are left. With integers
# from 0 to 255, `{python} str(raw)`, where guessing among 26 gives `{python} len(new_letters) / 26:.0f`. The
# network goes on answering: only somebody who knows how much it really gets right notices that something is
# wrong.


# %% [markdown] lang="es"
# ## Una tabla, el cuerpo congelado y una cabeza nueva
#
# El capítulo 06 imprime la tabla de capas con el paquete `torchinfo`. Un *hook* (función que PyTorch llama
# cuando una capa termina) hace lo mismo en pocas líneas. Y como formas y cuentas no necesitan números, la red
# puede ser EfficientNet-B0 en el dispositivo `meta`.

# %% [markdown] lang="en"
# ## A table, the body frozen, and a new head
#
# Chapter 06 prints the table of layers with the package `torchinfo`. A hook (a function that PyTorch calls
# when a layer finishes) does the same in a few lines. And as shapes and counts need no numbers, the network
# can be EfficientNet-B0 on the `meta` device.


# %%
def summary(model: nn.Module, images: torch.Tensor) -> None:
    def note(name: str):
        def hook(layer: nn.Module, _inputs, output: torch.Tensor) -> None:
            counts = (total(layer), total(layer, trainable=True))
            print(f"{name:<14} {tuple(output.shape)!s:<20} {counts[0]:>9} {counts[1]:>9}")

        return hook

    rows = [(n, m) for n, m in model.named_modules() if n.count(".") == 1 or n == "avgpool"]
    hooks = [layer.register_forward_hook(note(name)) for name, layer in rows]
    model(images)
    for hook in hooks:
        hook.remove()
    print(f"{'':<35} {total(model):>9} {total(model, trainable=True):>9}")


def total(layer: nn.Module, trainable: bool = False) -> int:
    return sum(p.numel() for p in layer.parameters() if p.requires_grad or not trainable)


# %%
with torch.device("meta"):
    large, photographs = models.efficientnet_b0(), torch.empty(32, 3, 224, 224)
    large.requires_grad_(False)
    large.classifier[1] = nn.Linear(large.classifier[1].in_features, 3)
summary(large, photographs)

# %% tags=["hidden"]
assert total(large, trainable=True) == 1280 * 3 + 3
whole, head = total(large), total(large, trainable=True)

# %% [markdown] lang="es"
# La columna del medio es la forma de la salida; las otras dos, los parámetros y cuántos de ellos aprenderán.
# De `{python} whole:,`, quedan por entrenar `{python} head:,`: 1280 pesos y un sesgo para cada una de las
# tres clases. La capa nueva nace con `requires_grad=True`; por eso se congela **antes** de cambiarla.
#
# ## Treinta letras griegas
#
# El destino son diez minúsculas griegas, con los mismos tipos de letra: tres ejemplos de cada una para
# entrenar y cuatrocientos dibujos nuevos para examinar.

# %% [markdown] lang="en"
# The middle column is the shape of the output; the other two, the parameters and how many of them will learn.
# Of `{python} whole:,`, there remain `{python} head:,` to train: 1280 weights and a bias for each of the
# three classes. The new layer is born with `requires_grad=True`; that is why one freezes **before** changing
# it.
#
# ## Thirty Greek letters
#
# The target is ten small Greek letters, in the same typefaces: three examples of each to train, and four
# hundred new drawings for the exam.

# %%
# es: alguien la descargó en esta máquina
# en: someone downloaded it on this machine
if is_present(models.EfficientNet_B0_Weights.DEFAULT):
    source, pretrained = models.EfficientNet_B0_Weights.DEFAULT, models.efficientnet_b0()
    pretrained.load_state_dict(read_weights(source))
else:
    source, pretrained = weights, model
print(tr(es="Pesos de la parte transferida:", en="Weights of the transferred part:"), source)

# %%
# alt es: Tres minúsculas griegas de 24×24 píxeles, de colores, inclinadas y borrosas.
# alt en: Three small Greek letters of 24×24 pixels, in colours, slanted and blurred.
GREEK = "βγδθλμξπφψ"
exam, answers = draw_letters(GREEK, per_class=40, seed=3)
_ = image_grid(exam[:120:40].numpy().transpose(0, 2, 3, 1), list(GREEK[:3]))


# %%
@torch.no_grad()
def features(model: EfficientNet, images: torch.Tensor) -> torch.Tensor:
    model.eval()
    return torch.cat([model.avgpool(model.features(part)).flatten(1) for part in images.split(128)])


def fit_head(inputs: torch.Tensor, labels: torch.Tensor, seed: int) -> nn.Linear:
    torch.manual_seed(seed)
    head = nn.Linear(inputs.shape[1], len(GREEK))
    optimizer = torch.optim.AdamW(head.parameters(), lr=0.01, fused=True)
    for _ in range(200):
        loss = cross_entropy(head(inputs), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return head


# %% [markdown] lang="es"
# Una comparación justa necesita **dos** controles. Entrenar la red chica entera desde cero responde si
# transferir ayuda. Pero también podría bastar una cabeza sobre números cualesquiera: por eso, la misma
# cabeza, con los mismos parámetros, sobre un cuerpo al azar cuya normalización ya vio las treinta imágenes.
# Haz tu apuesta: ¿cuántas de 400 acertará cada uno?

# %% [markdown] lang="en"
# A fair comparison needs **two** controls. To train the whole small network from scratch answers whether
# transfer helps. But a head upon any numbers whatever might be enough too: hence the same head, with the same
# parameters, upon a random body whose normalisation has seen the thirty images. Place your bet: how many of
# 400 will each get right?


# %%
def random_body(images: torch.Tensor) -> EfficientNet:
    network = small_efficientnet(num_classes=len(GREEK))
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.momentum = None  # es: la simple media de lo que ve  # en: the plain mean of what it sees
    with torch.no_grad():
        network.train()(images)
    return network


# %%
TRANSFERRED = tr(es="cabeza, cuerpo transferido", en="head, transferred body")
RANDOM = tr(es="cabeza, cuerpo al azar", en="head, random body")
SCRATCH = tr(es="red entera, desde cero", en="whole network, from scratch")
scores = {TRANSFERRED: [], RANDOM: [], SCRATCH: []}
by_heart = []
exam_features = features(pretrained, source.transforms()(exam))
for seed in range(3):
    few, labels = draw_letters(GREEK, per_class=3, seed=10 + seed)
    images, exam_images = transforms(few), transforms(exam)
    head = fit_head(features(pretrained, source.transforms()(few)), labels, seed)
    scores[TRANSFERRED].append(head(exam_features).argmax(dim=1) == answers)
    torch.manual_seed(seed)
    body = random_body(images)
    head = fit_head(features(body, images), labels, seed)
    scores[RANDOM].append(head(features(body, exam_images)).argmax(dim=1) == answers)
    whole_network = small_efficientnet(num_classes=len(GREEK))
    fit(whole_network, images, labels, epochs=20, rate=0.01, size=10, seed=seed)
    scores[SCRATCH].append(predict(whole_network, exam_images) == answers)
    by_heart.append(Proportion.of(predict(whole_network, images) == labels))
scores = {name: [Proportion.of(right) for right in rows] for name, rows in scores.items()}
print(tr(es="De las treinta, desde cero:", en="Of the thirty, from scratch:"), *by_heart)

# %%
# alt es: Nueve intervalos: tres semillas de la cabeza sobre el cuerpo transferido y tres de cada control.
# alt en: Nine intervals: three seeds of the head upon the transferred body, and three of each control.
rows = [(f"{name} · {seed}", score) for name, row in scores.items() for seed, score in enumerate(row)]
for name, row in scores.items():
    print(f"{name:<28}", *row)
_ = interval_plot(
    [name for name, _ in rows],
    [score.value for _, score in rows],
    [score.low for _, score in rows],
    [score.high for _, score in rows],
    xlabel=tr(es="exactitud en 400 letras, intervalo del 95 %", en="accuracy on 400 letters, 95% interval"),
    reference=0.1,
    reference_label=tr(es="adivinar", en="guessing"),
)

# %% tags=["hidden"]
trained_head, trained_all = total(head), total(whole_network)
assert trained_head == 160 * 10 + 10 and min(mark.right for mark in by_heart) > 27
if source is weights:
    for others in (RANDOM, SCRATCH):
        assert min(s.low for s in scores[TRANSFERRED]) > max(s.high for s in scores[others]) + 0.03


def span(name: str) -> tuple[int, int]:
    return min(s.right for s in scores[name]), max(s.right for s in scores[name])


# %% [markdown] lang="es"
# Los pesos transferidos fueron los de `{python} str(source)`. De 400 letras nuevas, la cabeza sobre el cuerpo
# transferido acierta entre `{python} span(TRANSFERRED)[0]` y `{python} span(TRANSFERRED)[1]` según la
# semilla; la red entera desde cero, entre `{python} span(SCRATCH)[0]` y `{python} span(SCRATCH)[1]`, aunque
# se sabe de memoria las treinta con que aprendió; la cabeza sobre el cuerpo al azar, entre
# `{python} span(RANDOM)[0]` y `{python} span(RANDOM)[1]`, donde adivinar da 40. Con los pesos hechos aquí,
# los tres intervalos de arriba quedan enteros por encima de los otros seis.
#
# Las dos cabezas entrenaron los mismos `{python} trained_head:,` parámetros y la red entera
# `{python} trained_all:,`. No ganó quien más números ajustó. Tampoco alcanzó con ajustar pocos: la diferencia
# la pusieron los pesos del cuerpo. (Con EfficientNet-B0 la cabeza es mayor, porque su cuerpo entrega 1280
# números por imagen.) **¿Te dio otro número?** Otro procesador u otros pesos cambian los aciertos. Con los
# hechos aquí, lo esperable es que la cabeza transferida quede delante de los dos controles con las tres
# semillas.
#
# El caso es amable: los mismos tipos de letra y las mismas deformaciones en origen y destino. Cuánto queda
# cuando se parecen menos, y cuándo las etiquetas bastan para prescindir de la transferencia, lo mide [Qué se
# transfiere y qué no](what_transfers.md).

# %% [markdown] lang="en"
# The weights transferred were those of `{python} str(source)`. Of 400 new letters, the head upon the
# transferred body gets between `{python} span(TRANSFERRED)[0]` and `{python} span(TRANSFERRED)[1]` right,
# depending on the seed; the whole network from scratch, between `{python} span(SCRATCH)[0]` and
# `{python} span(SCRATCH)[1]`, although it knows by heart the thirty from which it learned; the head upon the
# random body, between `{python} span(RANDOM)[0]` and `{python} span(RANDOM)[1]`, where guessing gives 40.
# With the weights made here, the three intervals on top lie entirely above the other six.
#
# Both heads trained the same `{python} trained_head:,` parameters, and the whole network
# `{python} trained_all:,`. It was not the one that adjusted most numbers that won. Nor was it enough to
# adjust few: what made the difference are the weights of the body. (With EfficientNet-B0 the head is larger,
# because its body hands over 1280 numbers for each image.) **Did you get a different number?** Another
# processor or other weights change the counts. With those made here, what to expect is that the transferred
# head comes before both controls with all three seeds.
#
# The case is a kind one: the same typefaces and the same distortions in source and target. How much is left
# when they resemble each other less, and when there are labels enough to do without transfer, is measured in
# [What transfers and what does not](what_transfers.md).

# %% [markdown] lang="es"
# ## Congelado, y aun así cambia
#
# La cabeza de arriba se entrenó con números calculados una vez, con el cuerpo en `eval()`. El bucle habitual
# llama en cambio a `model.train()` y deja que las imágenes atraviesen la red entera. Hagamos pasar cincuenta
# letras griegas como las entrega un escáner, negras sobre blanco, diez veces por la red congelada de las
# mayúsculas, y preguntémosle después por **sus** letras. Ningún parámetro tiene gradiente y no hay
# optimizador. ¿Cuántas acertará?

# %% [markdown] lang="en"
# ## Frozen, and yet it changes
#
# The head above was trained on numbers computed once, with the body in `eval()`. The usual loop calls
# `model.train()` instead and lets the images pass through the whole network. Let us send fifty Greek letters
# as a scanner gives them, black on white, ten times through the frozen network of the capitals, and then ask
# it about **its** letters. No parameter has a gradient, and there is no optimiser. How many will it get
# right?


# %%
rng = np.random.default_rng(4)
scan = 255 - np.stack([draw(letter, rng) for letter in 5 * GREEK])[:, None]
strangers = transforms(torch.from_numpy(scan.astype(np.uint8)).expand(-1, 3, -1, -1))


@torch.no_grad()
def pass_strangers(network: EfficientNet) -> Proportion:
    for _ in range(10):
        for batch in strangers.split(10):
            network(batch)
    return Proportion.of(predict(network, ready) == new_labels)


leaky = deepcopy(model).requires_grad_(False).train()
before, after = Proportion.of(predict(model, ready) == new_labels), pass_strangers(leaky)
same = all(torch.equal(a, b) for a, b in zip(leaky.parameters(), model.parameters(), strict=True))
print(same, before, after)

cured = deepcopy(model).requires_grad_(False).train()
cured.features.eval()
kept = pass_strangers(cured)
print(kept)

# %% tags=["hidden"]
assert same and before == on_letters
assert kept == before and after.high < before.low - 0.1
assert pass_strangers(cured).high < before.low - 0.1  # `predict` has called train() in the meantime

# %% [markdown] lang="es"
# Los parámetros son los mismos, uno por uno, y de `{python} str(before)` letras pasa a `{python} str(after)`.
# En modo de entrenamiento, cada `BatchNorm2d` mezcla en su media y su varianza las del *batch* que pasa, y la
# red que acertaba letras ahora normaliza como si todo fueran letras de escáner. Si el mismo cuerpo atiende
# dos cabezas, la primera se estropea sin que nada avise. El remedio es una línea, `model.features.eval()`,
# **después** de cada `model.train()`: con ella conserva `{python} str(kept)`. De cada uno, también del que
# llama por su cuenta una función de evaluación al terminar. El ejercicio 2 la vuelve imposible de olvidar.
#
# ## Para llevarte
#
# * La ficha de unos pesos trae la dirección, las transformaciones y las categorías; la exactitud que declara
#   es una cita, y sus operaciones cuentan un producto con su suma como una.
# * `weights.transforms()` es parte del modelo. Preparar las imágenes de otra manera no da error, y puede
#   arruinar las respuestas.
# * El nombre del archivo anuncia su suma. `torch.hub` la compara solo al bajar y solo si se lo piden.
# * Congela, después cambia la cabeza, y lee en una tabla qué quedó por entrenar.
# * `requires_grad=False` no detiene las estadísticas de la normalización; `eval()` sí.
# * Para saber qué puso la transferencia, compárala también con la misma cabeza sobre un cuerpo al azar.

# %% [markdown] lang="en"
# The parameters are the same, one by one, and from `{python} str(before)` letters it goes to
# `{python} str(after)`. In training mode each `BatchNorm2d` mixes into its mean and its variance those of the
# batch that passes, and the network that got letters right now normalises as if everything were scanned
# letters. If the same body serves two heads, the first is spoiled and nothing gives a warning. The remedy is
# one line, `model.features.eval()`, **after** each `model.train()`: with it, the network keeps
# `{python} str(kept)`. After each one, also the one that an evaluation function calls by itself when it
# finishes. Exercise 2 makes it impossible to forget.
#
# ## What to keep
#
# * The card of some weights brings the address, the transforms and the categories; the accuracy that it
#   states is a quotation, and its operations count a product with its addition as one.
# * `weights.transforms()` is part of the model. To prepare images otherwise raises no error, and may ruin the
#   answers.
# * The name of the file announces its sum. `torch.hub` compares it only on download, and only if asked to.
# * Freeze, then change the head, and read in a table what is left to train.
# * `requires_grad=False` does not stop the statistics of the normalisation; `eval()` does.
# * To know what the transfer contributed, compare it also with the same head upon a random body.

# %% [markdown] lang="es" tags=["quiz"]
# `resnet18(weights="DEFAULT")` terminó sin errores. ¿Qué sabes del archivo?
#
# - [ ] Que es el publicado: si ya estaba en tu carpeta de descargas, nadie lo comparó con nada.
# - [x] Depende: si se bajó ahora, su suma empieza con los ocho dígitos del nombre; si ya estaba, solo sabes
#   que se pudo leer.
# - [ ] Que no puede ejecutar código: de eso se ocupa `weights_only=True`, que torchvision no pide.

# %% [markdown] lang="en" tags=["quiz"]
# `resnet18(weights="DEFAULT")` finished without errors. What do you know about the file?
#
# - [ ] That it is the published one: if it lay in your downloads folder already, nobody compared it with
#   anything.
# - [x] It depends: if it was downloaded now, its sum begins with the eight digits of the name; if it was
#   there already, you only know that it could be read.
# - [ ] That it cannot run code: that is what `weights_only=True` is for, and torchvision does not ask for it.

# %% [markdown] lang="es" tags=["quiz"]
# Cargas EfficientNet-B0 con sus pesos y le das fotos pasadas por `Resize((224, 224))` y divididas entre 255.
# No hay ningún error. ¿Qué esperas?
#
# - [ ] Las mismas respuestas: la forma del tensor es la correcta, y la red no necesita nada más.
# - [ ] Un aviso de torchvision: no guarda con qué se preparó un tensor, así que no puede avisar.
# - [x] Peores respuestas: faltan la media y la desviación de la ficha, y las fotos que no son cuadradas
#   llegan deformadas.

# %% [markdown] lang="en" tags=["quiz"]
# You load EfficientNet-B0 with its weights and give it photographs passed through `Resize((224, 224))` and
# divided by 255. There is no error. What do you expect?
#
# - [ ] The same answers: the shape of the tensor is right, and the network needs nothing else.
# - [ ] A warning by torchvision: it does not keep how a tensor was prepared, so it cannot warn.
# - [x] Worse answers: the mean and the deviation of the card are missing, and photographs that are not square
#   arrive distorted.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: la cabeza, se llame como se llame
#
# En `resnet18` la última capa se llama `fc`; en `mobilenet_v3_small`, `classifier[3]`; en `vit_b_16`,
# `heads.head`. Escribe `new_head(model, classes)`: congela todo, cambia la **última** `nn.Linear` del modelo
# por una nueva de `classes` salidas y devuelve el nombre de la capa cambiada.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: the head, whatever its name
#
# In `resnet18` the last layer is called `fc`; in `mobilenet_v3_small`, `classifier[3]`; in `vit_b_16`,
# `heads.head`. Write `new_head(model, classes)`: it freezes everything, exchanges the **last** `nn.Linear` of
# the model for a new one with `classes` outputs, and returns the name of the layer exchanged.


# %% tags=["solution"]
def new_head(model: nn.Module, classes: int) -> str:
    model.requires_grad_(False)
    *_, (name, last) = ((n, layer) for n, layer in model.named_modules() if isinstance(layer, nn.Linear))
    parent, _, attribute = name.rpartition(".")
    setattr(model.get_submodule(parent), attribute, nn.Linear(last.in_features, classes))
    return name


# %% tags=["check"]
with torch.device("meta"):
    for name, place in {
        "resnet18": "fc",
        "mobilenet_v3_small": "classifier.3",
        "vit_b_16": "heads.head",
    }.items():
        network = models.get_model(name).eval()
        inputs = network.get_submodule(place).in_features
        assert new_head(network, 5) == place
        assert network(torch.empty(2, 3, 224, 224)).shape == (2, 5)
        assert total(network, trainable=True) == 5 * inputs + 5
        print(f"{name:<19} {place:<13} {total(network, trainable=True):>6}")

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: un cuerpo que no se deja descongelar
#
# Escribe `Frozen(body)`, un módulo que envuelve un cuerpo: sus parámetros no aprenden, su salida es la del
# cuerpo en `eval()`, y sigue así aunque alguien llame a `train()` en el modelo que lo contiene. Pista:
# `model.train()` llama al método `train` de cada hijo.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: a body that does not let itself be thawed
#
# Write `Frozen(body)`, a module that wraps a body: its parameters do not learn, its output is that of the
# body in `eval()`, and so it stays even if someone calls `train()` on the model that contains it. Hint:
# `model.train()` calls the method `train` of each child.


# %% tags=["solution"]
class Frozen(nn.Module):
    def __init__(self, body: nn.Module) -> None:
        super().__init__()
        self.body = body.requires_grad_(False).eval()

    def train(self, mode: bool = True) -> "Frozen":
        super().train(mode)
        self.body.eval()
        return self

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.body(images)


# %% tags=["check"]
still = deepcopy(model.features)
network = nn.Sequential(Frozen(still), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(160, 10))
assert total(network, trainable=True) == 1610
network.train()
for batch in images.split(10):
    network(batch).sum().backward()
assert network[3].weight.grad is not None and network[3].training
for name, tensor in model.features.state_dict().items():
    assert torch.equal(still.state_dict()[name], tensor), name
with torch.no_grad():
    assert torch.equal(network[0](images), model.eval().features(images))
print(tr(es="Ningún número del cuerpo cambió.", en="Not one number of the body changed."))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: ¿es el que dice ser?
#
# Escribe `is_what_it_says(file)`: `True` solo si el nombre termina en un guion, ocho o más dígitos
# hexadecimales y una extensión, y la suma SHA-256 del archivo empieza con esos dígitos. Un nombre sin suma no
# dice nada, y la respuesta es `False`.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: is it what it says?
#
# Write `is_what_it_says(file)`: `True` only if the name ends in a hyphen, eight or more hexadecimal digits
# and an extension, and the SHA-256 sum of the file begins with those digits. A name without a sum says
# nothing, and the answer is `False`.


# %% tags=["solution"]
def is_what_it_says(file: Path) -> bool:
    announced = file.stem.rpartition("-")[2]
    if len(announced) < 8 or not set(announced) <= set("0123456789abcdef"):
        return False
    return hashlib.sha256(file.read_bytes()).hexdigest().startswith(announced)


# %% tags=["check"]
shelf = Path(mkdtemp())
good = publish(model, shelf, "copy")
assert is_what_it_says(good) is True
for name, content in {
    "copy-00000000.pth": good.read_bytes(),
    f"half-{good.stem[-8:]}.pth": good.read_bytes()[: good.stat().st_size // 2],
    "nothing.pth": good.read_bytes(),
    f"short-{good.stem[-8:-4]}.pth": good.read_bytes(),
}.items():
    (shelf / name).write_bytes(content)
    assert is_what_it_says(shelf / name) is False, name
print({path.name: is_what_it_says(path) for path in sorted(downloads.glob("*.pth"))})

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# Con tu propia carpeta de fotos, y un examen corto que mide poco, sigue [Transferir a tu propia
# carpeta](own_dataset.md). Cómo están hechas por dentro dos de las redes de la tabla: [Redes
# residuales](../convolutional_networks/residual_networks.md) y [Un transformer que mira
# parches](../convolutional_networks/vision_transformer.md). Para servir el modelo que elegiste, [Desplegar:
# del entrenamiento al navegador](../workflow/deployment.md).

# %% [markdown] lang="en"
# ## Where to go next
#
# With a folder of photographs of your own, and a short exam that measures little, go on to [Transfer to your
# own folder](own_dataset.md). How two of the networks of the table are made inside: [Residual
# networks](../convolutional_networks/residual_networks.md) and [A transformer that looks at
# patches](../convolutional_networks/vision_transformer.md). To put the model that you chose to use,
# [Deployment: from training to the browser](../workflow/deployment.md).
