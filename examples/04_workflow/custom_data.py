"""
title:
  es: Tus propias imágenes
  en: Your own pictures
summary:
  es: De una carpeta con archivos rotos a una predicción; para usar la tuya se cambia una línea.
  en: From a folder with broken files to a prediction; to use yours, change one line.
tags: [custom dataset, ImageFolder, Dataset, image, inference, checksum]
objectives:
  es:
    - Leer una carpeta con una subcarpeta por clase, con `ImageFolder` y con un `Dataset` propio.
    - Encontrar antes de entrenar archivos rotos, clases vacías, transparencias y fotos giradas.
    - Entrenar con esa carpeta y decir cuánto vale un resultado sobre 75 imágenes.
    - Predecir una sola imagen y leer sus probabilidades con la cautela debida.
  en:
    - Read a folder with one subfolder per class, with `ImageFolder` and with a `Dataset` of your own.
    - Find broken files, empty classes, transparency and turned photographs before training.
    - Train on that folder and say what a result on 75 pictures is worth.
    - Predict a single picture and read its probabilities with due caution.
prerequisites:
  es:
    - Dataset, DataLoader y transformaciones.
    - El bucle de entrenamiento.
    - Proporciones e intervalos.
  en:
    - Dataset, DataLoader and transforms.
    - The training loop.
    - Proportions and intervals.
timeout_seconds: 180
"""
# %% [markdown] lang="es"
# Los datos de los cursos vienen lavados y peinados. Los tuyos traen una foto a medio descargar, otra girada,
# un dibujo con fondo transparente y una carpeta que quedó vacía. Aquí pasarás de una carpeta así a un modelo
# y a una predicción, con mensajes que dicen qué archivo estorba y qué hacer con él.
#
# Supone [Preparar los datos sin espiar el examen](preprocessing.md) y el `train` de [Ajustar: ni de menos ni
# de más](fitting.md). Acompaña la sección *PyTorch Custom Datasets* del curso [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) de Andrei Neagoie y Daniel Bourke, y el
# [capítulo 04](https://www.learnpytorch.io/04_pytorch_custom_datasets/) de su libro abierto, que clasifica
# fotos de pizza, bistec y sushi: 225 para entrenar y 75 para la prueba.

# %% [markdown] lang="en"
# The data of courses come washed and combed. Yours bring a photograph half downloaded, another one turned, a
# drawing on a transparent background and a folder that was left empty. Here you go from such a folder to a
# model and to a prediction, with messages that say which file is in the way and what to do about it.
#
# It presumes [Preparing data without peeking at the exam](preprocessing.md) and the `train` of [Fitting: not
# too little, not too much](fitting.md). It goes with the section *PyTorch Custom Datasets* of the course
# [PyTorch for Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) by Andrei
# Neagoie and Daniel Bourke, and with [chapter 04](https://www.learnpytorch.io/04_pytorch_custom_datasets/) of
# their open book, which classifies photographs of pizza, steak and sushi: 225 to train with and 75 for the
# test.

# %%
import hashlib
import shutil
from collections import Counter
from pathlib import Path
from random import Random
from tempfile import mkdtemp

import matplotlib.pyplot as plt
import numpy as np
import torch
from PIL import Image, ImageDraw, ImageOps, UnidentifiedImageError
from torch.utils.data import Dataset
from torchvision.datasets import ImageFolder
from torchvision.transforms import v2

from tutorials_lib import tr
from tutorials_lib.data import Archive, unpack
from tutorials_lib.metrics import Comparison, Proportion
from tutorials_lib.models import TinyVGG
from tutorials_lib.plots import color, image_grid, localize_ticks
from tutorials_lib.training import TensorBatches, predict, train

# %% [markdown] lang="es"
# ## Una carpeta de mentira, con problemas de verdad
#
# Nada se descarga: la lección dibuja su propia comida, trescientas imágenes de pizza, sushi y taco, cien por
# clase, de distintos tamaños y colores. Y deja dentro, a propósito, lo que trae una carpeta real.

# %% [markdown] lang="en"
# ## A make-believe folder with real problems
#
# Nothing is downloaded: the lesson draws its own food, three hundred pictures of pizza, sushi and taco, one
# hundred per class, of various sizes and colours. And it leaves inside, on purpose, what a real folder
# brings.

# %%
# es: colores de la orilla, del centro y del relleno
# en: colours of the rim, of the centre and of the filling
PARTS = {
    "pizza": ((196, 140, 70), (245, 205, 90), (200, 40, 30)),
    "sushi": ((30, 45, 35), (240, 238, 230), (240, 120, 70)),
    "taco": ((210, 150, 50), (240, 200, 90), (60, 150, 50)),
    "donut": ((200, 120, 160), (250, 200, 220), (90, 60, 40)),
}


# %%
def draw(kind: str, random: Random) -> Image.Image:
    picture = Image.new("RGBA", (160, 160))
    pen = ImageDraw.Draw(picture)
    shades = [tuple(int(0.7 * c + 0.3 * random.randrange(256)) for c in part) for part in PARTS[kind]]
    rim, centre, filling = shades
    if kind == "pizza":
        pen.pieslice((0, -10, 160, 150), 62, 118, fill=rim)
        pen.pieslice((12, 2, 148, 138), 62, 118, fill=centre)
        for _ in range(3):
            x, y = random.uniform(66, 94), random.uniform(95, 125)
            pen.ellipse((x - 6, y - 6, x + 6, y + 6), fill=filling)
    elif kind == "taco":
        for x in range(40, 121, 20):
            pen.ellipse((x - 14, 38, x + 14, 66), fill=filling)
        pen.chord((30, 30, 130, 130), 180, 360, fill=rim)
        pen.chord((30, 40, 130, 120), 180, 360, fill=centre)
    else:
        for margin, shade in ((30, rim), (42, centre), (65, filling)):
            pen.ellipse((margin, margin, 160 - margin, 160 - margin), fill=shade)
    shift = (random.uniform(-20, 20), random.uniform(-20, 20))
    return picture.rotate(random.uniform(0, 360), translate=shift)


# %%
# es: el dibujo sobre una mesa de color, a otro tamaño y con ruido
# en: the drawing on a coloured table, at another size and with noise
def photograph(kind: str, number: int) -> Image.Image:
    random = Random(f"{kind} {number}")
    side = random.randint(48, 96)
    table = Image.new("RGBA", (side, side), tuple(random.randint(130, 227) for _ in range(3)))
    table.alpha_composite(draw(kind, random).resize((side, side)))
    noise = np.random.default_rng(number).normal(0, random.uniform(5, 25), (side, side, 3))
    return Image.fromarray((np.asarray(table.convert("RGB")) + noise).clip(0, 255).astype(np.uint8))


# %%
def make_pictures(root: Path) -> None:
    for kind in ("pizza", "sushi", "taco"):
        (root / kind).mkdir(parents=True)
        for number in range(100):
            photograph(kind, number).save(root / kind / f"{number:03d}.jpg")
    (root / "burrito").mkdir()
    (root / "taco" / "notes.txt").write_text("taco")
    whole = (root / "pizza" / "000.jpg").read_bytes()
    (root / "pizza" / "broken.jpg").write_bytes(whole[: len(whole) // 2])
    (root / "sushi" / "page.jpg").write_bytes(b"<html>404</html>")
    photograph("pizza", 1).convert("L").save(root / "pizza" / "001.jpg")
    (root / "sushi" / "002.jpg").unlink()
    draw("sushi", Random(2)).save(root / "sushi" / "002.png")
    turned, exif = photograph("taco", 3).transpose(Image.Transpose.ROTATE_90), Image.Exif()
    # es: la etiqueta «orientación» con el valor de una cámara puesta de lado
    # en: the tag “orientation” with the value of a camera held on its side
    exif[0x0112] = 6
    turned.save(root / "taco" / "003.jpg", exif=exif)


made = Path(mkdtemp()) / "pictures"
make_pictures(made)

# %% [markdown] lang="es"
# Aquí está la línea. Si tienes una carpeta con una subcarpeta por clase, ponla en `FOLDER` y todo lo que
# sigue trabajará con ella: las clases, los conteos y las figuras serán los tuyos.

# %% [markdown] lang="en"
# Here is the line. If you have a folder with one subfolder per class, put it into `FOLDER` and all that
# follows will work on it: the classes, the counts and the figures will be yours.

# %%
# es: para usar tus fotos, cambia solo esta línea: FOLDER = Path("mis_fotos")
# en: to use your own photographs, change this line only: FOLDER = Path("my_photos")
FOLDER = None

root = FOLDER or made
for folder in sorted(root.iterdir()):
    print(f"{folder.name:<10}", dict(Counter(file.suffix for file in folder.iterdir())))

# %% tags=["hidden"]
own = FOLDER is not None
source = (
    str(FOLDER) if own else tr(es="la carpeta dibujada por la lección", en="the folder drawn by the lesson")
)
assert own or sorted(folder.name for folder in root.iterdir()) == ["burrito", "pizza", "sushi", "taco"]

# %% [markdown] lang="es"
# Esta página usó `{python} source`.
#
# ## Lo que hace `ImageFolder` con ella
#
# `torchvision.datasets.ImageFolder` da por buena esa disposición: una subcarpeta, una clase, en orden
# alfabético. ¿Qué hará con la carpeta vacía?

# %% [markdown] lang="en"
# This page used `{python} source`.
#
# ## What `ImageFolder` makes of it
#
# `torchvision.datasets.ImageFolder` takes that layout for granted: a subfolder, a class, in alphabetical
# order. What will it do with the empty folder?

# %% tags=["raises=FileNotFoundError"]
ImageFolder(made)

# %% [markdown] lang="es"
# Se niega, y dice cuál. Con `allow_empty=True` calla, pero mira lo que deja. ¿Y el archivo a medio descargar?

# %% [markdown] lang="en"
# It refuses, and says which one. With `allow_empty=True` it keeps quiet, but see what it leaves. And the file
# half downloaded?

# %%
careless = ImageFolder(made, allow_empty=True)
print(careless.class_to_idx)
print(len(careless))
broken = next(place for place, (path, _) in enumerate(careless.samples) if "broken" in path)

# %% tags=["raises=OSError"]
careless[broken]

# %% tags=["hidden"]
assert careless.class_to_idx["burrito"] == 0
assert len(careless.classes) == 4
assert len(careless) == 302

# %% [markdown] lang="es"
# Dos sorpresas. La clase vacía se queda con el índice 0: el modelo tendría una salida para algo de lo que no
# vio ni un ejemplo. Y el archivo roto se contó como bueno: `ImageFolder` no abre nada hasta que le piden la
# imagen, así que el error llega a mitad de la primera época. Conviene pasar revista antes.
#
# ## Abrir bien una imagen
#
# Tres archivos se abren sin error y aun así mienten. `convert("RGB")`, que es lo que usa `ImageFolder`, se
# limita a descartar la transparencia: aparece el color que estaba escondido debajo. Muchas cámaras guardan la
# foto como salió del sensor y anotan aparte cómo girarla. Y una imagen en grises trae un canal en vez de
# tres.

# %% [markdown] lang="en"
# Two surprises. The empty class keeps index 0: the model would have an output for something of which it never
# saw a single example. And the broken file was counted as good: `ImageFolder` opens nothing until it is asked
# for the picture, so the error comes in the middle of the first epoch. It is better to hold an inspection
# first.
#
# ## Opening a picture properly
#
# Three files open without an error and lie all the same. `convert("RGB")`, which is what `ImageFolder` uses,
# just drops the transparency: the colour hidden beneath shows up. Many cameras store the photograph as it
# left the sensor and note separately how to turn it. And a grey picture brings one channel instead of three.


# %%
# es: la imagen derecha, sobre blanco y con tres canales, o un error que nombra el archivo
# en: the picture upright, over white and with three channels, or an error that names the file
def read_picture(path: Path | str) -> Image.Image:
    try:
        with Image.open(path) as file:
            picture = ImageOps.exif_transpose(file).convert("RGBA")
    except UnidentifiedImageError:
        raise ValueError(tr(es="su contenido no es una imagen", en="its content is no picture")) from None
    # es: Pillow usa los dos tipos para los archivos dañados
    # en: Pillow raises both types for damaged files
    except (OSError, SyntaxError) as problem:
        raise ValueError(tr(es="no se puede leer", en="cannot be read") + f" ({problem})") from problem
    white = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(white, picture).convert("RGB")


# %%
# alt es: Un sushi sobre negro y el mismo sobre blanco; un taco de lado y el mismo derecho.
# alt en: A sushi on black and the same on white; a taco on its side and the same upright.
odd = [made / "sushi" / "002.png", made / "taco" / "003.jpg"]
views, titles = [], []
for path in odd:
    for name, picture in (
        ('convert("RGB")', Image.open(path).convert("RGB")),
        ("read_picture", read_picture(path)),
    ):
        views.append(np.asarray(picture.resize((32, 32))) / 255)
        titles.append(name)
_ = image_grid(np.stack(views), titles, columns=4, side_inches=1.5)

# %% tags=["hidden"]
transparent, turned, grey = (
    Image.open(made / name) for name in ("sushi/002.png", "taco/003.jpg", "pizza/001.jpg")
)
assert (transparent.mode, grey.mode) == ("RGBA", "L")
assert transparent.convert("RGB").getpixel((0, 0)) == (0, 0, 0)
assert read_picture(made / "sushi/002.png").getpixel((0, 0)) == (255, 255, 255)
assert read_picture(made / "pizza/001.jpg").mode == "RGB"
upright = np.asarray(read_picture(made / "taco/003.jpg")).astype(int)
stored = np.asarray(turned.convert("RGB")).astype(int)
assert np.array_equal(np.rot90(stored, -1), upright)

# %% [markdown] lang="es"
# Si solo la clase del sushi trae transparencias, una red entrenada con imágenes como la primera puede
# aprender que lo negro es sushi. `read_picture` muestra el blanco que vería una persona; pero si una sola
# clase trae dibujos, también el blanco la delata, y eso no lo arregla un programa, sino reunir fotos de
# todas.
#
# ## Pasar revista
#
# `survey` abre cada archivo una vez, antes de entrenar, y devuelve lo que sirve y lo que no, con el porqué.

# %% [markdown] lang="en"
# If only the sushi pictures have transparency, a network trained on pictures like the first may learn that
# black means sushi. `read_picture` shows the white that a person would see; but if one class alone brings
# drawings, white gives it away too, and no program mends that, only gathering photographs of them all.
#
# ## Holding an inspection
#
# `survey` opens each file once, before training, and returns what serves and what does not, with the reason.


# %%
SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp"}


def survey(root: Path) -> tuple[dict[str, list[Path]], dict[str, str]]:
    usable, problems = {}, {}
    for folder in sorted(folder for folder in root.iterdir() if folder.is_dir()):
        good = []
        for path in sorted(folder.iterdir()):
            try:
                if path.suffix.lower() not in SUFFIXES:
                    raise ValueError(tr(es="no es una imagen; se ignora", en="is no picture; ignored"))
                read_picture(path)
                good.append(path)
            except ValueError as problem:
                problems[f"{folder.name}/{path.name}"] = str(problem)
        if good:
            usable[folder.name] = good
        else:
            problems[folder.name] = tr(
                es="clase sin imágenes; agrega alguna o borra la carpeta",
                en="class without pictures; add some or delete the folder",
            )
    return usable, problems


usable, problems = survey(root)
for name, problem in problems.items():
    print(f"{name}: {problem}")
print({name: len(paths) for name, paths in usable.items()})

# %% tags=["hidden"]
assert own or list(problems) == ["burrito", "pizza/broken.jpg", "sushi/page.jpg", "taco/notes.txt"]
assert own or {name: len(paths) for name, paths in usable.items()} == dict.fromkeys(
    ("pizza", "sushi", "taco"), 100
)

# %% [markdown] lang="es"
# `{python} len(problems)` avisos y `{python} sum(map(len, usable.values()))` imágenes que sirven. Lee los
# avisos uno por uno: «se ignora» está bien para una nota de texto y mal para una foto que querías.
#
# ## Un `Dataset` propio
#
# La prueba será la última cuarta parte de cada clase, por nombre de archivo. ¿Por qué no al azar? Si tus
# fotos vienen en ráfagas, la cámara las numera seguidas, y barajar pondría tomas casi iguales en los dos
# lados: la fuga que midió [Preparar los datos sin espiar el examen](preprocessing.md). Media y desviación
# salen solo del entrenamiento.

# %% [markdown] lang="en"
# `{python} len(problems)` notices and `{python} sum(map(len, usable.values()))` pictures that serve. Read the
# notices one by one: “ignored” is fine for a text note and wrong for a photograph that you wanted.
#
# ## A `Dataset` of your own
#
# The test will be the last quarter of each class, by file name. Why not at random? If your photographs come
# in bursts, the camera numbers them in a row, and shuffling would put nearly equal shots on both sides: the
# leak that [Preparing data without peeking at the exam](preprocessing.md) measured. Mean and deviation come
# from training alone.


# %%
class Pictures(Dataset):
    def __init__(self, paths: list[Path], labels: list[int], transform) -> None:
        self.paths, self.labels, self.transform = paths, labels, transform

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int):
        return self.transform(read_picture(self.paths[index])), self.labels[index]


# %%
SIDE = 24
classes = list(usable)
parts = {"train": ([], []), "test": ([], [])}
for label, paths in enumerate(usable.values()):
    cut = 3 * len(paths) // 4
    for name, chosen in (("train", paths[:cut]), ("test", paths[cut:])):
        parts[name][0].extend(chosen)
        parts[name][1].extend([label] * len(chosen))

# es: primero el lado menor a 24 píxeles, después el cuadrado del centro: nada se deforma
# en: first the shorter side to 24 pixels, then the square in the middle: nothing is distorted
to_tensor = v2.Compose(
    [
        v2.ToImage(),
        v2.Resize(SIDE, antialias=True),
        v2.CenterCrop(SIDE),
        v2.ToDtype(torch.float32, scale=True),
    ]
)
sets = {name: Pictures(*part, to_tensor) for name, part in parts.items()}
print({name: len(part) for name, part in sets.items()}, tuple(sets["train"][0][0].shape))

# %%
# alt es: Doce imágenes de entrenamiento reducidas, con su clase encima.
# alt en: Twelve training pictures, reduced, each with its class above.
# es: se leen una vez y quedan en memoria; con muchas fotos, un DataLoader las leería en cada época
# en: read once and kept in memory; with many photographs a DataLoader would read them in each epoch
images = {name: torch.stack([image for image, _ in part]) for name, part in sets.items()}
labels = {name: torch.tensor(part.labels) for name, part in sets.items()}
mean = images["train"].mean(dim=(0, 2, 3), keepdim=True)
deviation = images["train"].std(dim=(0, 2, 3), keepdim=True)
scaled = {name: (part - mean) / deviation for name, part in images.items()}
some = torch.linspace(0, len(images["train"]) - 1, 12).long()
_ = image_grid(images["train"][some], [classes[label] for label in labels["train"][some]])

# %% tags=["hidden"]
n_train, n_test = len(sets["train"]), len(sets["test"])
assert own or (n_train, n_test) == (225, 75)
assert not set(parts["train"][0]) & set(parts["test"][0])
assert scaled["train"].mean().abs() < 1e-4
kept = {path for paths in usable.values() for path in paths}
options = {"loader": read_picture, "allow_empty": True, "is_valid_file": lambda path: Path(path) in kept}
same_folder = ImageFolder(root, to_tensor, **options)
assert {Path(path) for path, _ in same_folder.samples} == kept
assert torch.equal(same_folder[0][0], sets["train"][0][0])

# %% [markdown] lang="es"
# `{python} n_train` para entrenar y `{python} n_test` para la prueba. Si prefieres `ImageFolder`, admite lo
# mismo que hicimos a mano: `ImageFolder(root, to_tensor, loader=read_picture, is_valid_file=…)`.
#
# ## Entrenar, y qué vale el número
#
# TinyVGG, la red de los capítulos 03 y 04, doce épocas de Adam, tres semillas. ¿Cuántas de
# `{python} n_test` acertará? ¿Y cuánto cambiará de una semilla a otra?

# %% [markdown] lang="en"
# `{python} n_train` to train with and `{python} n_test` for the test. If you prefer `ImageFolder`, it takes
# the same that we did by hand: `ImageFolder(root, to_tensor, loader=read_picture, is_valid_file=…)`.
#
# ## Training, and what the number is worth
#
# TinyVGG, the network of chapters 03 and 04, twelve epochs of Adam, three seeds. How many of
# `{python} n_test` will it get right? And how much will that change from one seed to another?


# %%
def fit(seed: int):
    torch.manual_seed(seed)
    model = TinyVGG(channels=3, hidden=8, classes=len(classes), side=SIDE)
    order = torch.Generator().manual_seed(seed)
    batches = TensorBatches(scaled["train"], labels["train"], size=32, generator=order)
    exam = [(scaled["test"], labels["test"])]
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    return model, list(train(model, batches, exam, optimizer=optimizer, epochs=12))


models, scores = [], []
for seed in range(3):
    model, records = fit(seed)
    models.append(model)
    scores.append(records[-1].test.accuracy)
    low, high = scores[-1].interval()
    print(f"{records[-1].train.accuracy}   {scores[-1]}   {low:.2f} … {high:.2f}")

# %% tags=["hidden"]
fewest, most = min(score.right for score in scores), max(score.right for score in scores)
widest = max(score.high - score.low for score in scores)
chance = max(int((labels["test"] == k).sum()) for k in range(len(classes)))
needed = next(k for k in range(1, 75) if Comparison(k, 0, 75 - k, 0).p_value < 0.05)
course = Proportion(68, 75)
assert needed == 6
assert own or min(score.low for score in scores) > chance / n_test
assert own or fewest > 45

# %% [markdown] lang="es"
# Entre `{python} fewest` y `{python} most` de `{python} n_test`, y el intervalo más ancho mide
# `{python} 100 * widest:.0f` puntos porcentuales. Responder siempre la clase más común daría
# `{python} chance`: eso sí queda descartado. ¿Te dio otro número? Con estos ajustes, lo esperable es un
# conteo cercano a esa banda.
#
# Con 75 imágenes, cada una mueve la exactitud `{python} 100 / 75:.1f` puntos. Los resultados por
# transferencia del curso descansan en un conjunto de prueba de ese tamaño: 68 de 75, por ejemplo, deja la
# exactitud entre `{python} course.low:.0%` y `{python} course.high:.0%`. Para que la comparación por pares
# distinga dos modelos hacen falta al menos `{python} needed` imágenes que uno acierte y el otro no, sin
# ninguna en contra: `{python} 100 * needed / 75:.0f` puntos de diferencia. Menos que eso es empate, diga lo
# que diga la tabla ([Evaluación honesta](honest_evaluation.md)).
#
# ## Una sola imagen
#
# El camino de la predicción tiene que ser **el mismo** del entrenamiento: `read_picture`, `to_tensor`, la
# media y la desviación del entrenamiento, y un eje de *batch* de longitud 1. Después, `softmax` convierte los
# logits en probabilidades. Probamos con una imagen de prueba, con la que peor le fue y con algo que no es
# ninguna de las clases, una rosquilla. ¿Qué probabilidades esperas para la rosquilla?

# %% [markdown] lang="en"
# Between `{python} fewest` and `{python} most` of `{python} n_test`, and the widest interval measures
# `{python} 100 * widest:.0f` percentage points. Always answering the commonest class would give
# `{python} chance`: that much is ruled out. Did you get a different number? With these settings, expect a
# count near that band.
#
# With 75 pictures, each moves the accuracy by `{python} 100 / 75:.1f` points. The transfer results of the
# course rest on a test set of that size: 68 out of 75, for instance, leaves the accuracy between
# `{python} course.low:.0%` and `{python} course.high:.0%`. For the paired comparison to tell two models apart
# it takes at least `{python} needed` pictures that one gets right and the other wrong, with none against:
# `{python} 100 * needed / 75:.0f` points of difference. Less than that is a draw, whatever the table may say
# ([Honest evaluation](honest_evaluation.md)).
#
# ## A single picture
#
# The path of a prediction must be **the same** as that of training: `read_picture`, `to_tensor`, the mean and
# the deviation of training, and a batch axis of length 1. After that, `softmax` turns the logits into
# probabilities. We try a test picture, the one that went worst, and something that is none of the classes, a
# doughnut. Which probabilities do you expect for the doughnut?


# %%
def probabilities(model: torch.nn.Module, path: Path | str) -> torch.Tensor:
    image = (to_tensor(read_picture(path)) - mean) / deviation  # 1 channel height width
    model.eval()
    with torch.inference_mode():
        return model(image).softmax(dim=1).squeeze(0)


model, test_paths = models[0], parts["test"][0]
given = torch.stack([probabilities(model, path)[label] for path, label in zip(*parts["test"], strict=True)])
worst = test_paths[int(given.argmin())]
stranger = Path(mkdtemp()) / "donut.png"
photograph("donut", 4).save(stranger)

# %%
# alt es: Tres imágenes y, junto a cada una, una barra por clase con su probabilidad.
# alt en: Three pictures and, beside each, one bar per class with its probability.
shown = {
    tr(es="de prueba", en="from the test"): test_paths[0],
    tr(es="la peor", en="the worst"): worst,
    tr(es="de ninguna clase", en="of no class"): stranger,
}
figure, axes = plt.subplots(3, 2, figsize=(6.4, 4.6), width_ratios=(1, 3))
for (title, path), (left, right) in zip(shown.items(), axes, strict=True):
    left.imshow(read_picture(path).resize((32, 32)), interpolation="none")
    left.set_title(title, fontsize=9, fontweight="normal")
    left.set_axis_off()
    right.barh(classes, probabilities(model, path).tolist(), color=color("blue"))
    right.set(xlim=(0, 1), ylim=(len(classes) - 0.5, -0.5))
    right.grid(visible=False, axis="y")
    localize_ticks(right)
_ = axes[-1][1].set_xlabel(tr(es="probabilidad según el modelo", en="probability according to the model"))

# %% tags=["hidden"]
folder = Path(mkdtemp())
strangers = []
for number in range(40):
    photograph("donut", number).save(folder / f"{number}.png")
    strangers.append(probabilities(model, folder / f"{number}.png").max())
confident = Proportion.of(torch.stack(strangers) > 0.8)
stranger_best = float(probabilities(model, stranger).max())
assert own or confident.value > 0.5
assert abs(float(probabilities(model, worst).sum()) - 1) < 1e-5
agree = torch.stack([probabilities(model, path).argmax() for path in test_paths])
assert torch.equal(agree, predict(model, scaled["test"]))

# %% [markdown] lang="es"
# La rosquilla no es nada de lo que el modelo conoce, y aun así sus probabilidades suman 1: tenía que
# repartirlas entre sus `{python} len(classes)` clases. De cuarenta rosquillas, a `{python} str(confident)`
# les asigna a una clase más de 80 %. Ese número no dice «estoy seguro de que es esto»; dice «de lo que
# conozco, a esto se parece». Si en tu aplicación puede llegar cualquier cosa, incluye una clase «otra» con
# ejemplos, o no muestres la probabilidad como si fuera certeza.
#
# ## Compartir la carpeta sin perder la confianza
#
# Cuando la carpeta viaja como archivo comprimido, publica con ella su suma SHA-256. `unpack` baja el archivo
# (si se lo pides), comprueba la suma, se niega a extraer nombres como `../secreto` y deja todo en la carpeta
# de datos `TUTORIALS_DATA`. La lección no usa la red: la dirección es la de un archivo de este disco.

# %% [markdown] lang="en"
# The doughnut is nothing that the model knows, and its probabilities add up to 1 all the same: it had to
# share them out among its `{python} len(classes)` classes. Of forty doughnuts, it gives more than 80% to one
# class for `{python} str(confident)`. That number does not say “I am sure that it is this”; it says “of what
# I know, this is what it resembles”. If anything may arrive in your application, include a class “other” with
# examples, or do not show the probability as if it were certainty.
#
# ## Sharing the folder without losing trust
#
# When the folder travels as a compressed file, publish its SHA-256 sum with it. `unpack` fetches the file (if
# you ask for it), checks the sum, refuses to extract names such as `../secret`, and leaves everything in the
# data folder `TUTORIALS_DATA`. The lesson does not use the network: the address is that of a file on this
# disk.

# %%
packed = Path(shutil.make_archive(str(made.parent / "food"), "zip", made))
food = Archive("food", packed.as_uri(), hashlib.sha256(packed.read_bytes()).hexdigest())
files = unpack(food, Path(mkdtemp()), download=True)
print(sorted(folder.name for folder in files.iterdir()))

# %% [markdown] lang="es"
# Ahora alguien cambia un solo bit en el servidor.

# %% [markdown] lang="en"
# Now someone changes a single bit on the server.

# %%
content = bytearray(packed.read_bytes())
content[len(content) // 2] ^= 1
_ = packed.write_bytes(content)
elsewhere = Path(mkdtemp())

# %% tags=["raises=DataError"]
unpack(food, elsewhere, download=True)

# %% tags=["hidden"]
assert not [path for path in elsewhere.rglob("*") if path.is_file()]

# %% [markdown] lang="es"
# El mensaje da las dos sumas y la dirección, y en el disco no queda nada del archivo dudoso.
#
# ## Para llevarte
#
# * Pasa revista antes de entrenar: archivo por archivo, con el nombre y el motivo.
# * Abre las imágenes en un solo lugar del programa, y que entrenamiento y predicción pasen por él.
# * Que una clase esté vacía ha de ser decisión tuya, no un descuido.
# * Separa por bloques de nombre o de fecha cuando haya ráfagas.
# * Setenta y cinco imágenes apenas distinguen modelos. Di r/n y el intervalo.
# * Softmax reparte entre lo que conoce; no sabe decir «otra cosa».
#
# Si la red tiene que durar más que esta sesión, [Guardar, cargar y seguir como si nada](save_load.md). Para
# convertir la lección en una orden de terminal, [De cuaderno a programa](going_modular.md). Y si tienes pocas
# fotos, [Transferir a tu propia carpeta](../transfer_learning/own_dataset.md).

# %% [markdown] lang="en"
# The message gives both sums and the address, and nothing of the doubtful file stays on the disk.
#
# ## What to keep
#
# * Hold an inspection before training: file by file, with name and reason.
# * Open pictures in one single place of the program, and let training and prediction both pass through it.
# * An empty class has to be a decision of yours, not an oversight.
# * Split by blocks of names or dates where there are bursts.
# * Seventy-five pictures hardly tell models apart. State r/n and the interval.
# * Softmax shares out among what it knows; it cannot say “something else”.
#
# If the network has to outlive this session, [Save, load, and carry on as if nothing happened](save_load.md).
# To turn the lesson into a command, [From notebook to program](going_modular.md). And if you have few
# photographs, [Transfer to your own folder](../transfer_learning/own_dataset.md).

# %% [markdown] lang="es" tags=["quiz"]
# Entrenaste con `read_picture` y en producción abres las imágenes con `Image.open(…).convert("RGB")`. ¿Qué
# pasa con los dibujos de fondo transparente?
#
# - [ ] Nada, los dos dan tres canales: la forma coincide, pero los píxeles no.
# - [x] El fondo deja de ser blanco y toma el color escondido: el modelo ve algo que nunca vio, sin ningún
#   error.
# - [ ] PyTorch se detiene con un error de forma: la forma es la misma, y por eso el fallo es difícil de ver.

# %% [markdown] lang="en" tags=["quiz"]
# You trained with `read_picture` and in production you open pictures with `Image.open(…).convert("RGB")`.
# What happens to drawings on a transparent background?
#
# - [ ] Nothing, both give three channels: the shape agrees, but the pixels do not.
# - [x] The background is no longer white and takes the hidden colour: the model sees something it never saw,
#   without any error.
# - [ ] PyTorch stops with an error of shape: the shape is the same, and that is why the fault is hard to see.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: la fórmula de la transparencia
#
# Con un frente de color $F$ y opacidad $\alpha$ entre 0 y 1, sobre un fondo $B$, se ve
# $\alpha F + (1 - \alpha) B$. Escribe `over(picture, background)`: recibe un tensor `(4, alto, ancho)` de
# enteros de 0 a 255 (rojo, verde, azul, opacidad) y un color de fondo de tres enteros, y devuelve un tensor
# `uint8` `(3, alto, ancho)`. Redondea.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: the formula of transparency
#
# With a foreground of colour $F$ and opacity $\alpha$ between 0 and 1, over a background $B$, what is seen is
# $\alpha F + (1 - \alpha) B$. Write `over(picture, background)`: it takes a tensor `(4, height, width)` of
# integers from 0 to 255 (red, green, blue, opacity) and a background colour of three integers, and returns a
# `uint8` tensor `(3, height, width)`. Round.


# %% tags=["solution"]
def over(picture: torch.Tensor, background: tuple[int, int, int]) -> torch.Tensor:
    front, alpha = picture[:3].float(), picture[3:].float() / 255
    back = torch.tensor(background, dtype=torch.float32)[:, None, None]
    return (alpha * front + (1 - alpha) * back).round().to(torch.uint8)


# %% tags=["check"]
layers = torch.randint(0, 256, (4, 20, 30), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
for background in ((255, 255, 255), (0, 0, 0), (10, 200, 90)):
    base = Image.new("RGBA", (30, 20), background)
    front = Image.fromarray(layers.permute(1, 2, 0).numpy(), mode="RGBA")
    expected = np.asarray(Image.alpha_composite(base, front).convert("RGB")).astype(int)
    answer = over(layers, background)
    assert answer.shape == (3, 20, 30)
    assert np.abs(answer.permute(1, 2, 0).numpy().astype(int) - expected).max() <= 1, background
print(tr(es="Bien.", en="Good."))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: la misma foto dos veces
#
# Escribe `duplicates(paths)`, que devuelve los grupos de archivos con idéntico contenido: una lista de
# listas, solo con los grupos de dos o más, cada uno en el orden de `paths`. No compares todos con todos: usa
# su SHA-256.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: the same photograph twice
#
# Write `duplicates(paths)`, which returns the groups of files with identical content: a list of lists, with
# the groups of two or more only, each in the order of `paths`. Do not compare all with all: use their
# SHA-256.


# %% tags=["solution"]
def duplicates(paths: list[Path]) -> list[list[Path]]:
    groups: dict[str, list[Path]] = {}
    for path in paths:
        groups.setdefault(hashlib.sha256(path.read_bytes()).hexdigest(), []).append(path)
    return [group for group in groups.values() if len(group) > 1]


# %% tags=["check"]
copies = Path(mkdtemp())
for name, text in (("a", "1"), ("b", "2"), ("c", "1"), ("d", "3"), ("e", "2"), ("f", "1")):
    (copies / name).write_text(text)
listed = sorted(copies.iterdir())
found = duplicates(listed)
assert sorted([path.name for path in group] for group in found) == [["a", "c", "f"], ["b", "e"]], found
assert duplicates(listed[:2]) == []
print(len(duplicates([path for paths in usable.values() for path in paths])))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: saber callar
#
# Escribe `answer(probabilities, classes, threshold)`: el nombre de la clase más probable si su probabilidad
# llega al umbral, y `None` si no. La comprobación cuenta cuántas rosquillas deja pasar cada umbral. Antes de
# mirar: ¿basta un umbral alto para rechazarlas todas?

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: knowing when to keep quiet
#
# Write `answer(probabilities, classes, threshold)`: the name of the most probable class if its probability
# reaches the threshold, and `None` if not. The check counts how many doughnuts each threshold lets through.
# Before you look: is a high threshold enough to turn them all away?


# %% tags=["solution"]
def answer(probabilities: torch.Tensor, classes: list[str], threshold: float) -> str | None:
    best = int(probabilities.argmax())
    return classes[best] if probabilities[best] >= threshold else None


# %% tags=["check"]
assert answer(torch.tensor([0.2, 0.7, 0.1]), ["a", "b", "c"], 0.5) == "b"
assert answer(torch.tensor([0.2, 0.7, 0.1]), ["a", "b", "c"], 0.8) is None
assert answer(torch.tensor([0.25, 0.75]), ["a", "b"], 0.75) == "b"
for threshold in (0.5, 0.9, 0.99):
    through = {
        name: sum(answer(probabilities(model, path), classes, threshold) is not None for path in paths)
        for name, paths in (
            (tr(es="de prueba", en="from the test"), test_paths),
            ("donut", sorted(folder.iterdir())),
        )
    }
    print(threshold, through)
