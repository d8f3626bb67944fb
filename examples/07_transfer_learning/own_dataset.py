"""
title:
  es: Transferir a tu propia carpeta
  en: Transfer to your own folder
summary:
  es: Pocas imágenes, una red que ya vio otras, y cuánto se puede afirmar con un examen de 75.
  en: Few pictures, a network that has seen others, and how much can be claimed from an exam of 75.
tags: [transfer learning, fine-tuning, ImageFolder, few examples, Wilson interval, cross-validation]
objectives:
  es:
    - Leer una carpeta propia de imágenes cambiando una línea y repartirla por clase.
    - Entrenar la misma red desde cero, con el cuerpo congelado y con ajuste fino, sobre las mismas imágenes.
    - Congelar de verdad, también las estadísticas de la normalización.
    - Decir qué permite afirmar un examen de 75 imágenes y aprovechar mejor una carpeta pequeña.
    - Reconocer que un clasificador responde aunque le muestren otra cosa.
  en:
    - Read a folder of pictures of your own by changing one line, and split it class by class.
    - Train the same network from scratch, with a frozen body and with fine-tuning, on the same pictures.
    - Freeze completely, the statistics of the normalisation included.
    - Say what an exam of 75 pictures allows to be claimed, and make better use of a small folder.
    - Recognise that a classifier answers even when it is shown something else.
prerequisites:
  es:
    - El bucle de entrenamiento y las convoluciones.
    - Proporciones, intervalos y comparación por pares.
  en:
    - The training loop and convolutions.
    - Proportions, intervals and paired comparison.
timeout_seconds: 180
"""
# %% [markdown] lang="es"
# Tienes un centenar de fotos repartidas en carpetas y quieres un clasificador. Cien fotos son pocas para
# empezar de cero; pueden bastar si la red ya aprendió a mirar con otras imágenes. Aquí vas a medir esa
# diferencia y, con el mismo cuidado, lo que un examen tan pequeño **no** puede decir.
#
# La lección supone el bucle de [Una recta, de los tensores sueltos al modelo
# guardado](../workflow/linear_regression.md) y las herramientas de [Evaluación
# honesta](../workflow/honest_evaluation.md). Acompaña la sección *PyTorch Transfer Learning* del curso
# [PyTorch for Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) de Andrei
# Neagoie y Daniel Bourke, y el [capítulo 06](https://www.learnpytorch.io/06_pytorch_transfer_learning/) del
# libro abierto de Bourke.

# %% [markdown] lang="en"
# You have a hundred photographs sorted into folders and want a classifier. A hundred photographs are few to
# start from scratch; they may be enough if the network has already learned to look, on other pictures. Here
# you measure that difference and, with the same care, what so small an exam **cannot** say.
#
# The lesson presumes the loop of [A line, from bare tensors to a saved
# model](../workflow/linear_regression.md) and the tools of [Honest
# evaluation](../workflow/honest_evaluation.md). It goes with the section *PyTorch Transfer Learning* of the
# course [PyTorch for Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) by
# Andrei Neagoie and Daniel Bourke, and with [chapter
# 06](https://www.learnpytorch.io/06_pytorch_transfer_learning/) of Bourke's open book.

# %%
from collections.abc import Callable
from copy import deepcopy
from itertools import combinations
from pathlib import Path
from tempfile import mkdtemp

import matplotlib.pyplot as plt
import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import nn
from torch.nn.functional import cross_entropy
from torchvision.datasets import ImageFolder
from torchvision.transforms import v2

from tutorials_lib import tr
from tutorials_lib.metrics import Proportion, paired_comparison
from tutorials_lib.plots import color, image_grid, localize_ticks, localized
from tutorials_lib.training import predict

# %% [markdown] lang="es"
# ## Tu carpeta
#
# El formato es simple: una carpeta por clase, con cualquier nombre y cualquier cantidad de
# imágenes. Como esta página se construye sin red, dibuja las suyas: tazas, llaves y hojas de colores,
# giradas, movidas y con grano, sobre una mesa clara. Para usar las tuyas, cambia la línea `OWN`.

# %% [markdown] lang="en"
# ## Your folder
#
# The format is simple: one folder for each class, with any name and any number of pictures.
# Since this page is built without a network, it draws its own: cups, keys and leaves in colours, turned,
# moved and grainy, on a light table. To use yours, change the line `OWN`.

# %%
OWN: Path | None = None  # Path("my_pictures")

NAMES = {"cup": tr(es="taza", en="cup"), "key": tr(es="llave", en="key"), "leaf": tr(es="hoja", en="leaf")}
OBJECTS = {
    "cup": lambda pen: (
        pen.rectangle((14, 16, 40, 50), fill=255),
        pen.ellipse((33, 22, 53, 44), outline=255, width=5),
    ),
    "key": lambda pen: (
        pen.ellipse((8, 22, 28, 42), outline=255, width=5),
        pen.rectangle((26, 29, 56, 35), fill=255),
        pen.rectangle((44, 35, 48, 43), fill=255),
        pen.rectangle((52, 35, 56, 43), fill=255),
    ),
    "leaf": lambda pen: (
        pen.ellipse((12, 21, 54, 43), fill=255),
        pen.line((18, 32, 50, 32), fill=0, width=2),
        pen.line((2, 32, 14, 32), fill=255, width=3),
    ),
}


# %%
def photograph(draw: Callable, rng: np.random.Generator) -> np.ndarray:
    mask = Image.new("L", (64, 64))
    draw(ImageDraw.Draw(mask))
    size = int(64 * rng.uniform(0.6, 1.05))
    mask = mask.resize((size, size)).rotate(rng.uniform(-180, 180), Image.Resampling.BILINEAR)
    table = Image.new("L", (64, 64))
    table.paste(mask, tuple((32 - size / 2 + rng.uniform(-9, 9, 2)).astype(int)))
    share = np.asarray(table.resize((32, 32)), dtype=float)[..., None] / 255
    light, dark = rng.uniform(150, 245, 3), rng.uniform(10, 110, 3)
    grain = rng.normal(0, rng.uniform(5, 25), (32, 32, 3))
    return (light * (1 - share) + dark * share + grain).clip(0, 255).astype(np.uint8)


def draw_folder(shapes: dict[str, Callable], per_class: int, seed: int) -> Path:
    folder, rng = Path(mkdtemp()), np.random.default_rng(seed)
    for name, draw in shapes.items():
        (folder / name).mkdir()
        for index in range(per_class):
            Image.fromarray(photograph(draw, rng)).save(folder / name / f"{index:03}.png")
    return folder


# %% [markdown] lang="es"
# `ImageFolder` recorre las carpetas y las transformaciones llevan cada imagen a la misma forma: tres canales,
# 32×32 píxeles, números entre 0 y 1. Qué hacer con archivos rotos o clases vacías está en [Tus propias
# imágenes](../workflow/custom_data.md).

# %% [markdown] lang="en"
# `ImageFolder` goes through the folders, and the transforms bring each picture to the same shape: three
# channels, 32×32 pixels, numbers between 0 and 1. What to do with broken files or empty classes is in [Your
# own pictures](../workflow/custom_data.md).

# %%
prepare = v2.Compose([v2.RGB(), v2.Resize((32, 32)), v2.ToImage(), v2.ToDtype(torch.float32, scale=True)])


def load(folder: Path) -> tuple[torch.Tensor, torch.Tensor, list[str]]:
    pictures = ImageFolder(folder, transform=prepare)
    images = torch.stack([image for image, _ in pictures])
    return images, torch.tensor(pictures.targets), pictures.classes


# %%
# alt es: Seis imágenes de 32×32 píxeles: tazas, llaves y hojas de distintos colores, giros y tamaños.
# alt en: Six pictures of 32×32 pixels: cups, keys and leaves of various colours, turns and sizes.
images, labels, classes = load(OWN or draw_folder(OBJECTS, per_class=33, seed=1))
print({name: int((labels == index).sum()) for index, name in enumerate(classes)})
shown = torch.cat([(labels == index).nonzero().flatten()[:2] for index in range(len(classes))])
_ = image_grid(images[shown], [NAMES.get(classes[label], classes[label]) for label in labels[shown]])

# %% tags=["hidden"]
if OWN is None:
    assert tuple(images.shape) == (99, 3, 32, 32)
    assert classes == ["cup", "key", "leaf"]

# %% [markdown] lang="es"
# ## Una red que ya miró otras cosas
#
# La red tiene un **cuerpo** de tres bloques de convolución, que convierte una imagen en 256 números, y una
# **cabeza** lineal, que los convierte en clases. La entrenamos con otra tarea: 1600 imágenes de ocho figuras
# geométricas. Ninguna taza, ninguna llave, ninguna hoja. No pasan por una carpeta: van del dibujo al tensor.

# %% [markdown] lang="en"
# ## A network that has looked at other things
#
# The network has a **body** of three convolution blocks, which turns a picture into 256 numbers, and a linear
# **head**, which turns those into classes. We train it on another task: 1600 pictures of eight geometric
# figures. No cup, no key, no leaf. They pass through no folder: they go from the drawing to the tensor.

# %%
FIGURES = {
    "arc": lambda pen: pen.arc((12, 12, 52, 52), 180, 360, fill=255, width=8),
    "bar": lambda pen: pen.rectangle((10, 27, 54, 37), fill=255),
    "circle": lambda pen: pen.ellipse((12, 12, 52, 52), fill=255),
    "cross": lambda pen: [
        pen.line(ends, fill=255, width=10) for ends in ((10, 32, 54, 32), (32, 10, 32, 54))
    ],
    "ring": lambda pen: pen.ellipse((12, 12, 52, 52), outline=255, width=8),
    "square": lambda pen: pen.rectangle((15, 15, 49, 49), fill=255),
    "triangle": lambda pen: pen.regular_polygon((32, 32, 24), 3, fill=255),
    "vee": lambda pen: pen.line([(14, 50), (32, 14), (50, 50)], fill=255, width=8),
}


def draw_tensors(shapes: dict[str, Callable], per_class: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(seed)
    drawn = [photograph(draw, rng) for draw in shapes.values() for _ in range(per_class)]
    labels = torch.arange(len(shapes)).repeat_interleave(per_class)
    return torch.from_numpy(np.stack(drawn)).permute(0, 3, 1, 2) / 255, labels


# %%
def build_body() -> nn.Sequential:
    blocks = []
    for inputs, outputs in ((3, 8), (8, 16), (16, 16)):
        convolution = nn.Conv2d(inputs, outputs, kernel_size=3, padding=1, bias=False)
        blocks += [convolution, nn.BatchNorm2d(outputs), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*blocks, nn.Flatten())


# %% [markdown] lang="es"
# El ajuste es el bucle de siempre, con Adam y una tasa que baja hasta cero siguiendo medio coseno. No mira el
# examen hasta el final.

# %% [markdown] lang="en"
# The fit is the usual loop, with Adam and a rate that falls to zero along half a cosine. It does not look at
# the exam until the end.


# %%
def fit(model: nn.Module, training, *, epochs: int, rate: float, batch_size: int, seed: int) -> None:
    images, labels = training
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs)
    order = torch.Generator().manual_seed(seed)
    model.train()
    for _ in range(epochs):
        for batch in torch.randperm(len(images), generator=order).split(batch_size):
            loss = cross_entropy(model(images[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        schedule.step()


def examine(model: nn.Module, exam) -> torch.Tensor:
    return predict(model, exam[0]) == exam[1]


# %%
figures = draw_tensors(FIGURES, per_class=200, seed=2)
new_figures = draw_tensors(FIGURES, per_class=50, seed=3)
torch.manual_seed(0)
body = build_body()
source = nn.Sequential(body, nn.Linear(256, len(FIGURES)))
fit(source, figures, epochs=8, rate=0.01, batch_size=64, seed=0)
on_figures = Proportion.of(examine(source, new_figures))
print(on_figures)

# %% tags=["hidden"]
assert len(figures[0]) == 1600
assert on_figures.low > 0.7

# %% [markdown] lang="es"
# Reconoce `{python} str(on_figures)` figuras nuevas. No le pediremos más figuras: nos quedamos con
# el cuerpo.
#
# Con fotos de verdad, el cuerpo vendría de una red entrenada con millones de imágenes; cambian dos líneas, la
# del modelo y la de sus transformaciones, y el procedimiento que sigue es el mismo.
#
# ## Tres maneras, las mismas veinticuatro imágenes
#
# Ocho imágenes por clase entrenan y el resto examina. Las tres maneras reciben exactamente las mismas:
#
# * **desde cero**: cuerpo nuevo, cabeza nueva, todo aprende;
# * **congelado**: el cuerpo de las figuras, quieto; aprende solo la cabeza;
# * **ajuste fino**: el cuerpo de las figuras como punto de partida; todo aprende, a pasos más cortos.
#
# Haz tu apuesta: ¿en qué orden quedarán, y cuántas de 75 acertará cada una? Adivinar al azar da 25 en
# promedio.

# %% [markdown] lang="en"
# It recognises `{python} str(on_figures)` new figures. We shall not ask it for more figures: we keep
# the body.
#
# With real photographs, the body would come from a network trained on millions of pictures; two lines change,
# that of the model and that of its transforms, and the procedure that follows is the same.
#
# ## Three ways, the same twenty-four pictures
#
# Eight pictures of each class train and the rest are the exam. All three ways get exactly the same ones:
#
# * **from scratch**: new body, new head, everything learns;
# * **frozen**: the body of the figures, kept still; only the head learns;
# * **fine-tuned**: the body of the figures as a starting point; everything learns, in shorter steps.
#
# Place your bet: in what order will they finish, and how many out of 75 will each get right? Guessing gives
# 25 on average.


# %%
def split(labels: torch.Tensor, per_class: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed))
    chosen = [order[labels[order] == index][:per_class] for index in labels.unique()]
    training = torch.cat(chosen)
    return training, order[~torch.isin(order, training)]


# es: con el cuerpo quieto, cada imagen da siempre los mismos 256 números: se calculan una sola vez
# en: with the body still, a picture always gives the same 256 numbers: they are computed once
@torch.no_grad()
def features(body: nn.Module, images: torch.Tensor) -> torch.Tensor:
    body.eval()
    return torch.cat([body(part) for part in images.split(256)])


def fit_head(features: torch.Tensor, labels: torch.Tensor, seed: int) -> nn.Linear:
    torch.manual_seed(seed)
    head = nn.Linear(features.shape[1], len(classes))
    optimizer = torch.optim.Adam(head.parameters(), lr=0.005, weight_decay=0.01)
    for _ in range(200):
        loss = cross_entropy(head(features), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return head


# %%
SCRATCH, FROZEN = tr(es="desde cero", en="from scratch"), tr(es="congelado", en="frozen")
TUNED = tr(es="ajuste fino", en="fine-tuned")


def three_ways(training, seed: int) -> dict[str, nn.Module]:
    models = {FROZEN: nn.Sequential(deepcopy(body), fit_head(features(body, training[0]), training[1], seed))}
    for name, rate in ((SCRATCH, 0.005), (TUNED, 0.001)):
        torch.manual_seed(seed)
        start = build_body() if name == SCRATCH else deepcopy(body)
        models[name] = nn.Sequential(start, nn.Linear(256, len(classes)))
        fit(models[name], training, epochs=30, rate=rate, batch_size=8, seed=seed)
    return {name: models[name].eval() for name in (SCRATCH, FROZEN, TUNED)}


runs = []
for seed in range(3):
    learned, examined = split(labels, per_class=8, seed=seed)
    exam = images[examined], labels[examined]
    models = three_ways((images[learned], labels[learned]), seed)
    correct = {name: examine(model, exam) for name, model in models.items()}
    runs.append((models, correct))
scores = {name: [Proportion.of(correct[name]) for _, correct in runs] for name in correct}
for name, row in scores.items():
    print(f"{name:<14}", *row)

# %% tags=["hidden"]
by_scratch = [paired_comparison(correct[FROZEN], correct[SCRATCH]) for _, correct in runs]
by_tuned = [paired_comparison(correct[FROZEN], correct[TUNED]) for _, correct in runs]
if OWN is None:
    for seed in range(3):
        assert scores[FROZEN][seed].right > scores[SCRATCH][seed].right + 2
        assert scores[TUNED][seed].right > scores[SCRATCH][seed].right


def settled(pairs: list) -> int:
    p_values = sorted(pair.p_value for pair in pairs)
    held = [p * (len(pairs) - place) < 0.05 for place, p in enumerate(p_values)]
    return held.index(False) if False in held else len(held)


# %% [markdown] lang="es"
# Con veinticuatro imágenes, haber visto figuras geométricas sirve: en las tres semillas, las dos maneras que
# transfieren aciertan más que la que empieza de cero. Entre congelado y desde cero, la prueba de McNemar con
# la corrección de Holm resuelve `{python} settled(by_scratch)` de 3 semillas; entre congelado y ajuste fino,
# `{python} settled(by_tuned)` de 3. ¿Será que no hay diferencia, o que el examen es corto? Pronto se lo
# preguntaremos a uno más largo.
#
# ## Una idea que falla: congelar a medias
#
# En muchos ejemplos, congelar es poner `requires_grad = False` en los parámetros del cuerpo y entrenar como
# siempre. Antes de mirar: después de cincuenta épocas así, ¿dará el cuerpo los mismos 256 números que antes?

# %% [markdown] lang="en"
# With twenty-four pictures, having seen geometric figures is worth something: with all three seeds, both ways
# that transfer get more right than the one that starts from scratch. Between frozen and from scratch, the
# test of McNemar with Holm's correction settles `{python} settled(by_scratch)` of 3 seeds; between frozen and
# fine-tuned, `{python} settled(by_tuned)` of 3. Is there no difference, or is the exam short? Soon we shall
# ask a longer one.
#
# ## An idea that fails: freezing by halves
#
# In many examples, to freeze is to put `requires_grad = False` on the parameters of the body and train as
# usual. Before you look: after fifty epochs of that, will the body give the same 256 numbers as before?

# %%
half_frozen = deepcopy(body).requires_grad_(False)
learned, _ = split(labels, per_class=8, seed=0)
model = nn.Sequential(half_frozen, nn.Linear(256, len(classes)))
fit(model, (images[learned], labels[learned]), epochs=50, rate=0.005, batch_size=8, seed=0)

same_weights = all(
    torch.equal(a, b) for a, b in zip(half_frozen.parameters(), body.parameters(), strict=True)
)
before, after = features(body, images), features(half_frozen, images)
print(same_weights, ((after - before).norm() / before.norm()).item())

# %% tags=["hidden"]
moved = ((after - before).norm() / before.norm()).item()
assert same_weights
if OWN is None:
    assert moved > 0.02

# %% [markdown] lang="es"
# Los pesos son los mismos y los números no: la distancia entre los de antes y los de después es un
# `{python} moved:.0%` del tamaño de los primeros. Las medias y varianzas de `BatchNorm2d` no son parámetros,
# no tienen gradiente que apagar, y `model.train()` las mueve con cada *batch* de ocho imágenes. Si otra
# cabeza usa ese mismo cuerpo, recibe de pronto otra cosa. Congelar de verdad es, además, dejar el cuerpo en
# `eval()`, y, de paso, calcular sus números una sola vez, como hace `features`.
#
# ## Un examen diez veces más largo
#
# Quien dibuja sus imágenes puede darse un lujo que tu carpeta no permite: 750 imágenes nuevas, solo para
# examinar. Son lo más parecido a la verdad que hay en esta página. ¿Confirmarán el orden de arriba?

# %% [markdown] lang="en"
# The weights are the same and the numbers are not: the distance between those before and those after is
# `{python} moved:.0%` of the size of the former. The means and variances of `BatchNorm2d` are no parameters,
# they have no gradient to switch off, and `model.train()` moves them with every batch of eight pictures.
# Should another head use that same body, it suddenly gets something else. To freeze completely is, besides,
# to leave the body in `eval()` and, while at it, to compute its numbers once, as `features` does.
#
# ## An exam ten times as long
#
# Whoever draws the pictures can afford a luxury that your folder does not permit: 750 new pictures, for
# examining only. They are the closest thing to the truth on this page. Will they confirm the order above?

# %%
# alt es: Por cada manera, tres intervalos del examen corto y tres cuadrados del largo; desde cero, abajo.
# alt en: For each way, three intervals of the short exam and three squares of the long one; scratch, lowest.
if OWN is None:
    long_exam = draw_tensors(OBJECTS, per_class=250, seed=4)
    long_correct = [{name: examine(model, long_exam) for name, model in models.items()} for models, _ in runs]
    truth = {name: [Proportion.of(correct[name]) for correct in long_correct] for name in scores}
    _, ax = plt.subplots()
    for column, name in enumerate(scores):
        x = column + np.array([-0.15, 0, 0.15])
        bounds = [(score.low, score.high) for score in scores[name]]
        ax.vlines(x, *zip(*bounds, strict=True), color=color("blue"), linewidth=5, alpha=0.35)
        ax.plot(x, [score.value for score in scores[name]], "o", color=color("blue"), label="75")
        ax.plot(x, [score.value for score in truth[name]], "s", color=color("ember"), label="750")
    ax.set(xticks=range(len(scores)), xticklabels=scores, ylabel=tr(es="exactitud", en="accuracy"))
    handles, names = ax.get_legend_handles_labels()
    ax.legend(
        handles[:2], names[:2], title=tr(es="imágenes de examen", en="exam pictures"), loc="lower right"
    )
    localize_ticks(ax)

# %% tags=["hidden"]
if OWN is None:
    long_by_scratch = [paired_comparison(c[FROZEN], c[SCRATCH]).p_value for c in long_correct]
    assert max(long_by_scratch) < 1e-4
    inside = sum(
        short.low <= full.value <= short.high
        for name in scores
        for short, full in zip(scores[name], truth[name], strict=True)
    )
    assert inside >= 6
    lead = [frozen.right - tuned.right for frozen, tuned in zip(truth[FROZEN], truth[TUNED], strict=True)]

# %% [markdown] lang="es"
# El examen largo no deja dudas sobre lo primero: congelado gana a desde cero en las tres semillas, con
# $P < 10^{-4}$ en cada una. Sobre lo segundo, la ventaja de congelado frente a ajuste fino es de
# `{python} lead[0]`, `{python} lead[1]` y `{python} lead[2]` aciertos de 750 (con signo menos, va detrás):
# cambia con las veinticuatro imágenes que tocaron en suerte y con el azar del entrenamiento, y eso ningún
# examen lo arregla; hacen falta más semillas.
#
# Mira también las barras: `{python} inside` de los 9 intervalos del examen corto contienen el valor del
# largo. Un intervalo honesto sobre 75 imágenes es ancho.
#
# ## Lo que 75 imágenes no dicen
#
# Los resultados de transferencia del curso descansan en 75 fotos de prueba. En el [capítulo
# 07](https://www.learnpytorch.io/07_pytorch_experiment_tracking/), cuatro experimentos aciertan 68. ¿Entre
# qué valores puede estar la exactitud de un modelo así?

# %% [markdown] lang="en"
# The long exam leaves no doubt about the first matter: frozen beats from scratch with all three seeds, with
# $P < 10^{-4}$ in each. On the second, the lead of frozen over fine-tuned is `{python} lead[0]`,
# `{python} lead[1]` and `{python} lead[2]` right answers out of 750 (with a minus sign it is behind): it
# changes with the twenty-four pictures that came by lot and with the chance of training, and no exam mends
# that; it takes more seeds.
#
# Look at the bars as well: `{python} inside` of the 9 intervals of the short exam hold the value of the long
# one. An honest interval on 75 pictures is wide.
#
# ## What 75 pictures do not say
#
# The transfer results of the course rest on 75 test photographs. In [chapter
# 07](https://www.learnpytorch.io/07_pytorch_experiment_tracking/), four experiments get 68 right. Between
# which values may the accuracy of such a model lie?

# %%
course = Proportion(68, 75)
print(f"{course.value:.3f}   {course.low:.3f} … {course.high:.3f}")

# %% [markdown] lang="es"
# Entre el `{python} course.low:.1%` y el `{python} course.high:.1%`. Nuestro examen largo deja ver lo mismo
# desde el otro lado: sacamos de él veinte mil exámenes de 75 imágenes y anotamos la nota de **un solo**
# modelo, el congelado de la primera semilla. ¿Entre qué notas esperas que se mueva?

# %% [markdown] lang="en"
# Between `{python} course.low:.1%` and `{python} course.high:.1%`. Our long exam shows the same from the
# other side: we draw from it twenty thousand exams of 75 pictures and note the mark of **one single** model,
# the frozen one of the first seed. Between which marks do you expect it to move?

# %%
# alt es: Histograma ancho de las notas de un mismo modelo en exámenes de 75, centrado en la del examen largo.
# alt en: Wide histogram of the marks of one model in exams of 75, centred on that of the long exam.
if OWN is None:
    rng = np.random.default_rng(0)
    right = truth[FROZEN][0].right
    marks = rng.hypergeometric(right, 750 - right, 75, size=20_000)
    _, ax = plt.subplots()
    ax.hist(marks, bins=np.arange(marks.min(), marks.max() + 2) - 0.5, color=color("blue"))
    ax.axvline(right / 10, color=color("ember"), linestyle="--", label=f"{right}/750")
    ax.set_xlabel(tr(es="aciertos de 75", en="right out of 75"))
    ax.set_ylabel(tr(es="exámenes", en="exams"))
    ax.legend()

# %% tags=["hidden"]
if OWN is None:
    low_mark, high_mark = np.quantile(marks, [0.025, 0.975])
    assert high_mark - low_mark >= 9

# %% [markdown] lang="es"
# El modelo es siempre el mismo y su nota va, en el 95 % central de los exámenes, de `{python} low_mark:.0f` a
# `{python} high_mark:.0f`. Quien vea dos notas así en una tabla puede creer que son dos modelos.
#
# Ahora la pregunta que importa al elegir: en esos exámenes de 75, ¿con qué frecuencia queda delante el modelo
# que en el examen largo quedó detrás? Solo deciden las imágenes en que los dos difieren.

# %% [markdown] lang="en"
# The model is always the same and its mark goes, in the central 95% of the exams, from
# `{python} low_mark:.0f` to `{python} high_mark:.0f`. Whoever sees two such marks in a table may believe that
# they are two models.
#
# Now the question that matters when choosing: in those exams of 75, how often is the model in front that was
# behind in the long exam? Only the pictures on which the two differ decide.


# %%
def wrong_winner(correct: dict[str, torch.Tensor], one: str, other: str) -> float:
    pair = paired_comparison(correct[one], correct[other])
    kinds = [pair.only_first, pair.only_second, pair.both + pair.neither]
    first, second, _ = rng.multivariate_hypergeometric(kinds, 75, size=20_000).T
    return float(((first - second) * (pair.only_first - pair.only_second) < 0).mean())


if OWN is None:
    wrong = {name: [wrong_winner(c, FROZEN, name) for c in long_correct] for name in (SCRATCH, TUNED)}
    for name, shares in wrong.items():
        print(f"{FROZEN} / {name}: ", *(f"{share:.3f}" for share in shares))

# %% tags=["hidden"]
if OWN is None:
    assert max(wrong[SCRATCH]) < 0.05
    assert max(wrong[TUNED]) > max(wrong[SCRATCH])

# %% [markdown] lang="es"
# Una diferencia grande, como la que hay con la red desde cero, se ve hasta en un examen corto: el ganador
# falso aparece a lo más en el `{python} max(wrong[SCRATCH]):.1%` de los exámenes. Entre congelado y ajuste
# fino, según la semilla, aparece entre el `{python} min(wrong[TUNED]):.0%` y el
# `{python} max(wrong[TUNED]):.0%`. Setenta y cinco imágenes bastaron aquí para ver **si** conviene
# transferir; el detalle de **cómo** puede quedar por debajo de lo que el examen distingue.
#
# ## Una carpeta pequeña, mejor usada
#
# Hasta aquí, 75 de 99 imágenes no enseñaban nada. La **validación cruzada** las usa todas para las dos cosas:
# se reparten en nueve grupos, cada grupo se examina con una cabeza entrenada con los otros ocho, y al final
# hay una respuesta por imagen. Con el cuerpo quieto cuesta muy poco, porque `features` ya hizo el trabajo.
# Predice: ¿mejorará la exactitud al entrenar con 88 imágenes en lugar de 24?

# %% [markdown] lang="en"
# A large difference, such as that from the network trained from scratch, shows even in a short exam: the
# false winner appears in `{python} max(wrong[SCRATCH]):.1%` of the exams at most. Between frozen and
# fine-tuned it appears, depending on the seed, in between `{python} min(wrong[TUNED]):.0%` and
# `{python} max(wrong[TUNED]):.0%`. Seventy-five pictures were enough here to see **whether** to transfer; the
# detail of **how** may stay below what the exam tells apart.
#
# ## A small folder, better used
#
# So far, 75 of 99 pictures taught nothing. **Cross-validation** uses all of them for both things: they are
# dealt into nine groups, each group is examined by a head trained on the other eight, and in the end there is
# one answer for each picture. With the body still it costs very little, because `features` has done the work
# already. Predict: will accuracy improve by training on 88 pictures in place of 24?

# %%
known = features(body, images)
order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(0))
right = torch.zeros(len(labels), dtype=torch.bool)
for group in range(9):
    held_out = order[group::9]
    rest = order[~torch.isin(order, held_out)]
    head = fit_head(known[rest], labels[rest], seed=0)
    right[held_out] = head(known[held_out]).argmax(dim=1) == labels[held_out]
crossed = Proportion.of(right)
print(f"{crossed}   {crossed.low:.3f} … {crossed.high:.3f}")

final = nn.Sequential(body, fit_head(known, labels, seed=0)).eval()
if OWN is None:
    on_long_exam = Proportion.of(examine(final, long_exam))
    print(f"{on_long_exam}   {on_long_exam.value:.3f}")

# %% tags=["hidden"]
if OWN is None:
    best_of_few = max(truth[FROZEN] + truth[TUNED], key=lambda score: score.right)
    assert on_long_exam.low > best_of_few.high
    assert crossed.low - 0.05 < on_long_exam.value < crossed.high + 0.05

# %% [markdown] lang="es"
# Mejora, y mucho: `{python} str(crossed)`, un intervalo del `{python} crossed.low:.1%` al
# `{python} crossed.high:.1%`. La cabeza final, entrenada con las 99, acierta `{python} str(on_long_exam)` del
# examen largo; el mejor de los modelos con veinticuatro imágenes se quedó en `{python} str(best_of_few)`. Más
# ejemplos de entrenamiento valieron más que la elección entre congelar y ajustar.
#
# Dos reservas: los nueve entrenamientos comparten imágenes, así que sus aciertos no son del todo
# independientes y el intervalo verdadero es algo más ancho; y elegir la receta mirando este número vuelve a
# gastarlo, como cuenta [Evaluación honesta](../workflow/honest_evaluation.md).
#
# ## Una imagen suelta, y una que no es nada de eso
#
# Para usar el modelo basta una imagen. Le damos también casas, que no están en ninguna carpeta. ¿Qué
# responderá, y con qué seguridad?

# %% [markdown] lang="en"
# It improves, and by much: `{python} str(crossed)`, an interval from `{python} crossed.low:.1%` to
# `{python} crossed.high:.1%`. The final head, trained on all 99, gets `{python} str(on_long_exam)` of the
# long exam right; the best of the models with twenty-four pictures stayed at `{python} str(best_of_few)`.
# More training examples were worth more than the choice between freezing and tuning.
#
# Two reservations: the nine trainings share pictures, so their right answers are not quite independent and
# the true interval is somewhat wider; and to choose the recipe by looking at this number spends it again, as
# [Honest evaluation](../workflow/honest_evaluation.md) tells.
#
# ## A single picture, and one that is none of those
#
# To use the model one picture is enough. We also give it houses, which are in no folder. What will it answer,
# and how surely?


# %%
@torch.inference_mode()
def answer(picture: Image.Image) -> tuple[str, float]:
    probabilities = final(prepare(picture).unsqueeze(0)).softmax(dim=1).flatten()
    return classes[probabilities.argmax()], probabilities.max().item()


def draw_house(pen: ImageDraw.ImageDraw) -> None:
    pen.polygon([(10, 32), (32, 10), (54, 32)], fill=255)
    pen.rectangle((17, 32, 47, 54), fill=255)


# %%
# alt es: Cuatro casas de colores; encima de cada una, la clase que el modelo le dio y su probabilidad.
# alt en: Four houses in colours; above each, the class that the model gave it and its probability.
rng = np.random.default_rng(5)
houses = [photograph(draw_house, rng) for _ in range(200)]
replies = [answer(Image.fromarray(house)) for house in houses]
sure = sum(p > 0.9 for _, p in replies) / len(replies)
captions = [f"{NAMES.get(name, name)} " + localized(f"{p:.2f}") for name, p in replies[:4]]
_ = image_grid(np.stack(houses[:4]) / 255, captions)

# %% tags=["hidden"]
assert sure > 0.2

# %% [markdown] lang="es"
# Responde siempre, y en el `{python} sure:.0%` de las casas con una probabilidad mayor que
# `{python} 0.9:.1f`. *Softmax* reparte el 100 % entre las clases que existen; «ninguna» no es una de
# ellas. Una probabilidad alta dice «más parecido a esta clase que a las otras», y nada sobre si la imagen
# venía al caso. Si tus usuarios pueden mostrar cualquier cosa, agrega una clase con ejemplos de lo demás, o
# deja que el modelo se abstenga y mide a qué precio (ejercicio 2).
#
# ## Para llevarte
#
# * Una carpeta por clase basta. La misma línea sirve para tus fotos.
# * Con pocas imágenes, parte de una red que ya miró otras; congelar el cuerpo es barato y aquí superó a
#   empezar de cero.
# * `requires_grad = False` no congela las estadísticas de la normalización: `eval()` sí.
# * Un examen de 75 muestra las diferencias grandes. Da r/n y el intervalo, y no corones a nadie por dos
#   aciertos.
# * La validación cruzada aprovecha cada imagen; aquí, entrenar con más imágenes valió más que la receta.
# * Un clasificador responde aunque no sepa.

# %% [markdown] lang="en"
# It always answers, and for `{python} sure:.0%` of the houses with a probability above `{python} 0.9:.1f`.
# Softmax deals 100% out among the classes that exist; “none” is not one of them. A high probability says
# “more like this class than like the others”, and nothing about whether the picture was to the point. If your
# users may show anything, add a class with examples of the rest, or let the model abstain and measure at what
# price (exercise 2).
#
# ## What to keep
#
# * One folder for each class is enough. The same line serves for your photographs.
# * With few pictures, start from a network that has looked at others; to freeze the body is cheap and here
#   beat starting from scratch.
# * `requires_grad = False` does not freeze the statistics of the normalisation: `eval()` does.
# * An exam of 75 shows large differences. Give r/n and the interval, and crown nobody for two right
#   answers.
# * Cross-validation makes use of each picture; here, training on more pictures was worth more than the
#   recipe.
# * A classifier answers even when it does not know.

# %% [markdown] lang="es" tags=["quiz"]
# Dos modelos aciertan 66 y 69 de las mismas 75 fotos. ¿Qué haces?
#
# - [ ] Elegir el de 69, porque acertó más: con modelos parecidos, un examen de 75 puede poner delante al
#   equivocado.
# - [x] Mirar en cuántas fotos difieren y, si no alcanza, elegir por otra razón (tamaño, rapidez) o reunir más
#   fotos: tres aciertos de 75 caben de sobra en los intervalos de los dos.
# - [ ] Entrenar los dos con otras diez semillas hasta que uno gane: las semillas miden la receta, pero las 75
#   fotos siguen siendo las mismas.

# %% [markdown] lang="en" tags=["quiz"]
# Two models get 66 and 69 of the same 75 photographs right. What do you do?
#
# - [ ] Choose the one with 69, because it got more right: between similar models, an exam of 75 may put the
#   wrong one in front.
# - [x] Look at how many photographs they differ on and, if that is not enough, choose for another reason
#   (size, speed) or gather more photographs: three right answers of 75 fit easily into both intervals.
# - [ ] Train both with ten more seeds until one wins: seeds measure the recipe, but the 75 photographs are
#   still the same ones.

# %% tags=["hidden"]
assert Proportion(66, 75).low < 69 / 75 < Proportion(66, 75).high
assert Proportion(69, 75).low < 66 / 75 < Proportion(69, 75).high

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: una cabeza sin entrenamiento
#
# Escribe `nearest_mean(features, labels, queries)`: promedia los 256 números de cada clase y responde, para
# cada consulta, la clase cuyo promedio está más cerca (distancia euclidiana). Sin pasos, sin tasa, sin
# semilla. La comprobación la compara con la cabeza entrenada.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: a head without training
#
# Write `nearest_mean(features, labels, queries)`: it averages the 256 numbers of each class and answers, for
# each query, the class whose average is nearest (Euclidean distance). No steps, no rate, no seed. The check
# compares it with the trained head.


# %% tags=["solution"]
def nearest_mean(features: torch.Tensor, labels: torch.Tensor, queries: torch.Tensor) -> torch.Tensor:
    means = torch.stack([features[labels == index].mean(dim=0) for index in labels.unique()])
    return torch.cdist(queries, means).argmin(dim=1)


# %% tags=["check"]
corners = torch.tensor([[0.0, 0.0], [2.0, 0.0], [10.0, 0.0], [10.0, 4.0]])
queries = torch.tensor([[1.0, 1.0], [9.0, 2.0], [6.0, 1.0]])
assert nearest_mean(corners, torch.tensor([0, 0, 1, 1]), queries).tolist() == [0, 1, 1]
for seed in range(3):
    learned, examined = split(labels, per_class=8, seed=seed)
    by_means = nearest_mean(known[learned], labels[learned], known[examined])
    assert by_means.shape == examined.shape
    print(Proportion.of(by_means == labels[examined]), scores[FROZEN][seed])

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: abstenerse, y a qué precio
#
# Escribe `abstaining(probabilities, labels, threshold)`: el modelo calla cuando su mayor probabilidad no
# supera el umbral. Devuelve dos `Proportion`: respondidas de todas, y acertadas de las respondidas.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: abstaining, and at what price
#
# Write `abstaining(probabilities, labels, threshold)`: the model keeps quiet when its largest probability
# does not exceed the threshold. It returns two `Proportion`: answered out of all, and right out of those
# answered.


# %% tags=["solution"]
def abstaining(
    probabilities: torch.Tensor, labels: torch.Tensor, threshold: float
) -> tuple[Proportion, Proportion]:
    largest, chosen = probabilities.max(dim=1)
    answered = largest > threshold
    return Proportion.of(answered), Proportion.of((chosen == labels)[answered])


# %% tags=["check"]
table = torch.tensor([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.45, 0.55]])
truths = torch.tensor([0, 1, 1, 1])
assert abstaining(table, truths, 0.0) == (Proportion(4, 4), Proportion(3, 4))
assert abstaining(table, truths, 0.7) == (Proportion(2, 4), Proportion(2, 2))
assert abstaining(table, truths, 0.95) == (Proportion(0, 4), Proportion(0, 0))
with torch.inference_mode():
    exam_probabilities = runs[-1][0][FROZEN](exam[0]).softmax(dim=1)
for threshold in (0.0, 0.7, 0.9, 0.99):
    print(threshold, *abstaining(exam_probabilities, exam[1], threshold))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: la misma foto en los dos lados
#
# En una carpeta propia es fácil guardar dos veces la misma foto, y entonces el examen pregunta lo que ya se
# enseñó. Escribe `repeated(images)`: devuelve los pares `(i, j)`, con `i < j`, de imágenes idénticas píxel a
# píxel, en orden. Compara todos los pares; con cien imágenes son pocos.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: the same photograph on both sides
#
# In a folder of one's own it is easy to save the same photograph twice, and then the exam asks what was
# already taught. Write `repeated(images)`: it returns the pairs `(i, j)`, with `i < j`, of pictures that are
# identical pixel by pixel, in order. Compare all pairs; with a hundred pictures they are few.


# %% tags=["solution"]
def repeated(images: torch.Tensor) -> list[tuple[int, int]]:
    return [(i, j) for i, j in combinations(range(len(images)), 2) if torch.equal(images[i], images[j])]


# %% tags=["check"]
assert repeated(torch.tensor([[1.0], [2.0], [1.0], [1.0]])) == [(0, 2), (0, 3), (2, 3)]
planted = torch.cat([images[:20], images[5:7]])
assert {(5, 20), (6, 21)} <= set(repeated(planted))
print(len(repeated(images)), tr(es="repetidas en la carpeta", en="repeated in the folder"))

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# Antes: [Tus propias imágenes](../workflow/custom_data.md), que lee carpetas con archivos rotos y clases
# vacías. Después: [Estrategias de ajuste fino](fine_tuning_strategies.md), con ocho recetas ante el mismo
# examen; [Cuándo hace daño](when_it_hurts.md), para saber si conviene; y un cuerpo con pesos ajenos, en [Un
# modelo de torchvision](torchvision_models.md). Para guardar la cabeza y servirla, [Guardar, cargar y seguir
# como si nada](../workflow/save_load.md).

# %% [markdown] lang="en"
# ## Where to go next
#
# Before: [Your own pictures](../workflow/custom_data.md), which reads folders with broken files and empty
# classes. After: [Fine-tuning strategies](fine_tuning_strategies.md), with eight recipes before the same
# exam; [When it hurts](when_it_hurts.md), to know whether it pays; and a body with weights by others, in [A
# torchvision model](torchvision_models.md). To save the head and put it to use, [Save, load, and carry on as
# if nothing happened](../workflow/save_load.md).
