"""
title:
  es: Preparar los datos sin espiar el examen
  en: Preparing data without peeking at the exam
summary:
  es: De la imagen al batch, y cuatro maneras de separar mal los datos, medidas; una de ellas no daña.
  en: From the picture to the batch, and four wrong ways to split data, measured; one of them does no harm.
tags: [preprocessing, Dataset, DataLoader, transforms, normalisation, data leakage]
everyday: [scalar]
objectives:
  es:
    - Escribir un `Dataset` y leerlo con un `DataLoader`, sabiendo cuántos *batches* habrá.
    - Encadenar transformaciones v2 y decir qué tipo, forma e intervalo entrega cada una.
    - Elegir la escala de las entradas junto con la tasa de aprendizaje.
    - Reconocer una fuga de datos y separar de modo que el examen responda la pregunta que importa.
  en:
    - Write a `Dataset` and read it with a `DataLoader`, knowing how many batches there will be.
    - Chain v2 transforms and say which type, shape and range each one hands over.
    - Choose the scale of the inputs together with the learning rate.
    - Recognise data leakage and split so that the exam answers the question that matters.
prerequisites:
  es:
    - El bucle de entrenamiento.
    - Proporciones, intervalos y comparación por pares.
  en:
    - The training loop.
    - Proportions, intervals and paired comparison.
timeout_seconds: 180
"""
# %% [markdown] lang="es"
# Entre el archivo y el modelo hay unas pocas líneas que casi nadie revisa: leer, escalar, separar, agrupar.
# Un descuido ahí no da error. Da un número mejor del que mereces, o una red que no aprende sin que se sepa
# por qué. Al terminar podrás escribir esas líneas y medir cuánto cuesta cada descuido.
#
# Supone el bucle de [Una recta, de los tensores sueltos al modelo guardado](linear_regression.md) y los
# intervalos de [Evaluación honesta](honest_evaluation.md). Acompaña las secciones *PyTorch Computer Vision* y
# *PyTorch Custom Datasets* del curso [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) de Andrei Neagoie y Daniel Bourke:
# capítulos [03](https://www.learnpytorch.io/03_pytorch_computer_vision/) y
# [04](https://www.learnpytorch.io/04_pytorch_custom_datasets/) de su libro abierto.

# %% [markdown] lang="en"
# Between the file and the model lie a few lines that hardly anyone checks: reading, scaling, splitting,
# batching. A slip there raises no error. It yields a better number than you deserve, or a network that does
# not learn and nobody knows why. By the end you will be able to write those lines and to measure what each
# slip costs.
#
# It presumes the loop of [A line, from bare tensors to a saved model](linear_regression.md) and the intervals
# of [Honest evaluation](honest_evaluation.md). It goes with the sections *PyTorch Computer Vision* and
# *PyTorch Custom Datasets* of the course [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) by Andrei Neagoie and Daniel Bourke:
# chapters [03](https://www.learnpytorch.io/03_pytorch_computer_vision/) and
# [04](https://www.learnpytorch.io/04_pytorch_custom_datasets/) of their open book.

# %%
from math import ceil

import matplotlib.pyplot as plt
import numpy as np
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms import v2

from tutorials_lib import tr
from tutorials_lib.data import digits
from tutorials_lib.metrics import Proportion, paired_comparison
from tutorials_lib.models import MLP
from tutorials_lib.plots import color, curves, interval_plot, localize_ticks
from tutorials_lib.training import TensorBatches, predict, train

# %% [markdown] lang="es"
# ## Una imagen, transformación por transformación
#
# Partimos de lo que habría en un archivo: un dígito como imagen de Pillow, con píxeles enteros de 0 a 255.
# Tres transformaciones lo llevan a lo que una red espera. Predice, después de cada una, el tipo de dato y el
# mayor valor.

# %% [markdown] lang="en"
# ## One picture, transform by transform
#
# We start from what a file would hold: a digit as a Pillow image, with whole pixels from 0 to 255. Three
# transforms take it to what a network expects. Predict, after each one, the data type and the largest value.

# %%
data = digits()
pictures = [Image.fromarray((255 * image).byte().numpy()) for image in data.train_images.squeeze(1)]
value = pictures[0]
print(type(value).__name__, value.size, value.mode, value.getextrema())
for transform in (v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.Normalize([0.3], [0.4])):
    value = transform(value)
    low, high = value.min().item(), value.max().item()
    print(f"{type(transform).__name__:<10} {tuple(value.shape)} {value.dtype}   {low:.2f} … {high:.2f}")

# %% tags=["hidden"]
unscaled = v2.ToDtype(torch.float32)(v2.ToImage()(pictures[0]))
assert pictures[0].getextrema() == (0, 239)
assert unscaled.max() == 239
assert abs(value.max() - (239 / 255 - 0.3) / 0.4) < 1e-6
assert abs(value.min() + 0.3 / 0.4) < 1e-6
import warnings

with warnings.catch_warnings(record=True) as notices:
    warnings.simplefilter("always")
    v2.ToTensor()
assert "deprecated" in str(notices[0].message) and "v2.ToImage(), v2.ToDtype" in str(notices[0].message)

# %% [markdown] lang="es"
# `ToImage` solo cambia de envase: agrega el canal y conserva los enteros. `ToDtype(…, scale=True)` divide
# entre 255; sin `scale=True` los números quedarían como estaban, con el mayor en
# `{python} unscaled.max().item():.0f`, y nada avisaría. `Normalize` resta a cada canal una media y divide
# entre una desviación estándar,
#
# $$x' = \frac{x - \mu}{\sigma},$$
#
# con constantes que le das tú; de dónde salen es el asunto de esta lección.
#
# El curso usa `transforms.ToTensor()`. En `transforms.v2`, que es la interfaz recomendada hoy, `ToTensor`
# está marcada como obsoleta y su aviso nombra el reemplazo, las dos primeras líneas de nuestra cadena.
#
# ## Un `Dataset` son dos métodos
#
# Un `Dataset` sabe decir cuántos ejemplos tiene (`__len__`) y entregar el ejemplo `i` (`__getitem__`). Un
# `DataLoader`, o cargador de datos, los pide, los apila en *batches* y, si quieres, los baraja. ¿Cuántos
# *batches* de 64 darán `{python} len(pictures)` imágenes, y de qué tamaño será el último?

# %% [markdown] lang="en"
# `ToImage` only changes the container: it adds the channel and keeps the integers. `ToDtype(…, scale=True)`
# divides by 255; without `scale=True` the numbers would stay as they were, the largest at
# `{python} unscaled.max().item():.0f`, and nothing would warn. `Normalize` subtracts a mean from each channel
# and divides by a standard deviation,
#
# $$x' = \frac{x - \mu}{\sigma},$$
#
# with constants that you supply; where they come from is the business of this lesson.
#
# The course uses `transforms.ToTensor()`. In `transforms.v2`, the recommended interface today, `ToTensor` is
# marked as deprecated and its warning names the replacement, the first two lines of our chain.
#
# ## A `Dataset` is two methods
#
# A `Dataset` can say how many examples it has (`__len__`) and hand over example `i` (`__getitem__`). A
# `DataLoader` asks for them, stacks them into batches and, if you wish, shuffles them. How many batches of 64
# will `{python} len(pictures)` pictures make, and how large will the last one be?


# %%
class DigitPictures(Dataset):
    def __init__(self, pictures, labels, transform):
        self.pictures, self.labels, self.transform = pictures, labels, transform

    def __len__(self):
        return len(self.pictures)

    def __getitem__(self, index):
        return self.transform(self.pictures[index]), self.labels[index]


to_tensor = v2.Compose([v2.ToImage(), v2.ToDtype(torch.float32, scale=True)])
dataset = DigitPictures(pictures, data.train_labels, to_tensor)
order = torch.Generator().manual_seed(0)
loader = DataLoader(dataset, batch_size=64, shuffle=True, generator=order)
shapes = [tuple(images.shape) for images, labels in loader]
print(len(shapes), shapes[0], shapes[-1])

# %% tags=["hidden"]
twice = [torch.cat([labels for _, labels in loader]) for _ in range(2)]
assert len(shapes) == len(loader) == ceil(1348 / 64) == 22
assert shapes[-1] == (4, 1, 8, 8)
assert len(twice[0]) == len(dataset)
assert not torch.equal(*twice)
assert torch.equal(*(part.sort().values for part in twice))
assert len(DataLoader(dataset, batch_size=64, drop_last=True)) == 21

# %% [markdown] lang="es"
# Son $\lceil 1348 / 64 \rceil = {}$`{python} len(loader)`, y el último trae `{python} shapes[-1][0]`. Cada
# época recorre todos los ejemplos una vez en un orden nuevo, que el generador fija. `drop_last=True`
# descartaría el *batch* corto: sirve al entrenar, nunca al evaluar, porque esos ejemplos no se contarían. Y
# la prueba no se baraja: el resultado sería el mismo, y conviene que la posición `i` sea siempre el mismo
# ejemplo, para comparar modelos por pares.
#
# Cuánto tarda un cargador y cuándo conviene repartirlo entre procesos se mide en [Cargar datos: cuándo ayudan
# los trabajadores de un DataLoader](../benchmarks/data_loading.md).
#
# ## La escala y la tasa se eligen juntas
#
# ¿Para qué escalar? Entrenamos la misma red, ocho épocas de SGD, con las entradas en tres escalas: de 0 a
# 255, de 0 a 1, y estandarizadas (media 0 y desviación 1). Cada una prueba cuatro tasas de aprendizaje, tres
# semillas. Como vamos a elegir, la última cuarta parte de los datos de entrenamiento hace de validación; la
# prueba no se toca. Apuesta: con tasa 0,1, ¿qué le pasa a la escala de 0 a 255?

# %% [markdown] lang="en"
# They are $\lceil 1348 / 64 \rceil = {}$`{python} len(loader)`, and the last holds `{python} shapes[-1][0]`.
# Each epoch goes through all the examples once in a new order, which the generator fixes. `drop_last=True`
# would throw the short batch away: fit for training, never for evaluating, since those examples would go
# uncounted. And the test is not shuffled: the result would be the same, and position `i` had better always be
# the same example, so that models can be compared in pairs.
#
# How long a loader takes, and when to spread it over processes, is measured in [Loading data: when the
# workers of a DataLoader help](../benchmarks/data_loading.md).
#
# ## Scale and learning rate are chosen together
#
# Why scale at all? We train the same network, eight epochs of SGD, with the inputs on three scales: from 0 to
# 255, from 0 to 1, and standardised (mean 0 and deviation 1). Each one tries four learning rates, three
# seeds. Since we are going to choose, the last quarter of the training data serves as validation; the test
# stays untouched. Place a bet: with rate 0.1, what becomes of the scale from 0 to 255?

# %%
cut = 3 * len(data.train_images) // 4
fit_images, held_images = data.train_images[:cut], data.train_images[cut:]
fit_labels, held_labels = data.train_labels[:cut], data.train_labels[cut:]
RATES, SEEDS = (0.001, 0.01, 0.1, 1.0), range(3)
STANDARD = tr(es="estandarizada", en="standardised")
scales = {
    "0 … 255": (0.0, 1 / 255),
    "0 … 1": (0.0, 1.0),
    STANDARD: (fit_images.mean().item(), fit_images.std().item()),
}


# es: los aciertos en validación de una red entrenada con entradas (x − centro) / ancho
# en: right answers in validation of a network trained on inputs (x − center) / width
def held_out(center: float, width: float, rate: float, seed: int) -> Proportion:
    torch.manual_seed(seed)
    model = MLP(pixels=64, hidden=32, classes=10)
    order = torch.Generator().manual_seed(seed)
    batches = TensorBatches((fit_images - center) / width, fit_labels, size=64, generator=order)
    exam = TensorBatches((held_images - center) / width, held_labels, size=1024)
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    return list(train(model, batches, exam, optimizer=optimizer, epochs=8))[-1].test.accuracy


scores = {
    name: [[held_out(*scale, rate, seed) for seed in SEEDS] for rate in RATES]
    for name, scale in scales.items()
}

# %%
# alt es: Exactitud según la tasa: la escala 0 … 255 cae donde las otras suben; la estandarizada sube primero.
# alt en: Accuracy against rate: from 0 to 255 falls where the other two rise; standardised rises first.
accuracy = {name: np.array([[score.value for score in row] for row in rows]) for name, rows in scores.items()}
_ = curves(
    RATES,
    {name: values.mean(axis=1) for name, values in accuracy.items()},
    bands={name: (values.min(axis=1), values.max(axis=1)) for name, values in accuracy.items()},
    xlabel=tr(es="tasa de aprendizaje", en="learning rate"),
    ylabel=tr(es="exactitud de validación", en="validation accuracy"),
    log="x",
    markers=True,
)

# %% tags=["hidden"]
raw, unit, standard = accuracy.values()
at = {rate: place for place, rate in enumerate(RATES)}
raw_best, raw_lost = scores["0 … 255"][at[0.001]], scores["0 … 255"][at[0.1]]
assert max(score.value for score in raw_lost) < 0.2
assert raw.mean(axis=1).argmax() == at[0.001]
assert unit.mean(axis=1).argmax() >= at[0.1]
assert standard.mean(axis=1).argmax() >= at[0.1]
assert standard[at[0.01]].min() > unit[at[0.01]].max() + 0.1
assert standard[at[0.1]].min() > raw.max() + 0.03
gaps = np.abs(standard - unit).mean(axis=1)
assert gaps[at[1.0]] < gaps[at[0.01]] / 3
slow_standard = min(scores[STANDARD][at[0.01]], key=lambda score: score.right)
slow_unit = max(scores["0 … 1"][at[0.01]], key=lambda score: score.right)
lost, raw_top = (max(row, key=lambda score: score.right) for row in (raw_lost, raw_best))

# %% [markdown] lang="es"
# Con entradas de 0 a 255 y tasa 0,1, la mejor de las tres semillas acierta `{python} str(lost)`: es tirar un
# dado de diez caras. La escala no es imposible; pide otra tasa: con una cien veces menor llega a
# `{python} str(raw_top)`. El gradiente de un peso de la primera capa es su entrada por la señal de error que
# vuelve desde la salida: a igual señal, entradas 255 veces mayores dan pasos 255 veces mayores. En el otro
# extremo, con tasa 0,01, la escala de 0 a 1 apenas arranca (la mejor semilla, `{python} str(slow_unit)`)
# mientras que la estandarizada ya acierta `{python} str(slow_standard)` con la peor. Con tasa 1 las dos se
# acercan: una tasa mayor compensa entradas menores, hasta cierto punto.
#
# Esto vale para ocho épocas de SGD. Adam, que divide cada paso por el tamaño reciente del gradiente, depende
# menos de la escala.
#
# ## El píxel que nunca cambia
#
# Se puede estandarizar por canal, con un par de números para toda la imagen, o por píxel, con un par para
# cada uno. Lo segundo suena más fino. ¿Qué puede salir mal?

# %% [markdown] lang="en"
# With inputs from 0 to 255 and rate 0.1, the best of the three seeds gets `{python} str(lost)` right: it is
# rolling a die with ten sides. The scale is not hopeless; it asks for another rate: with one a hundred times
# lower it reaches `{python} str(raw_top)`. The gradient of a weight in the first layer is its input times the
# error signal that comes back from the output: for the same signal, inputs 255 times as large make steps 255
# times as large. At the other end, with rate 0.01, the scale
# from 0 to 1 hardly starts (its best seed, `{python} str(slow_unit)`) while the standardised one already gets
# `{python} str(slow_standard)` with its worst. At rate 1 the two come close: a higher rate makes up for
# smaller inputs, up to a point.
#
# This holds for eight epochs of SGD. Adam, which divides each step by the recent size of the gradient,
# depends less on the scale.
#
# ## The pixel that never changes
#
# One may standardise by channel, with one pair of numbers for the whole picture, or by pixel, with a pair for
# each. The second sounds finer. What can go wrong?

# %%
mean, deviation = data.train_images.mean(dim=0), data.train_images.std(dim=0)
careless = (data.test_images - mean) / deviation
print(tr(es="píxeles constantes:", en="constant pixels:"), int((deviation == 0).sum()))
print("NaN:", int(careless.isnan().sum()))
print(f"max |x'| = {careless.nan_to_num().abs().max():.1f}")

# %% tags=["hidden"]
constant_pixels = int((deviation == 0).sum())
assert constant_pixels == 3
assert (data.train_images.amax(dim=0)[deviation == 0] == 0).all()
assert careless.isnan().any()
extreme = careless.nan_to_num().abs().max().item()
assert extreme > 10
by_channel = (data.test_images - data.train_images.mean()) / data.train_images.std()
channel_extreme = by_channel.abs().max().item()
assert channel_extreme < 2

# %% [markdown] lang="es"
# `{python} constant_pixels` píxeles valen cero en todo el entrenamiento: su desviación es cero, y $0/0$ da
# NaN, que contagia a toda la red. Los que casi no cambian son más traicioneros: uno de ellos queda a
# `{python} extreme:.0f` desviaciones de la media, porque un trazo de la prueba pisó donde casi nadie pisaba
# en el entrenamiento. Por canal, ningún valor se aleja más de `{python} channel_extreme:.1f`. Si necesitas
# hacerlo por píxel, pon un piso a la desviación (`clamp(min=…)`).
#
# ## Cuatro fugas, medidas
#
# Hay **fuga de datos** cuando algo del examen llega al entrenamiento. La regla que la evita es corta: separa
# primero, y calcula todo lo demás (medias, selección, copias) solo con el entrenamiento. Vamos a romperla de
# cuatro maneras.
#
# ### Primera: la media y la desviación de todo
#
# Estandarizamos con constantes calculadas sobre entrenamiento y prueba juntos, y comparamos, dígito por
# dígito, con las que salen solo del entrenamiento. ¿Cuántos aciertos de más dará?

# %% [markdown] lang="en"
# `{python} constant_pixels` pixels are zero all through the training data: their deviation is zero, and $0/0$
# gives NaN, which spreads through the whole network. Those that hardly change are more treacherous: one of
# them lands `{python} extreme:.0f` deviations away from the mean, because a stroke of the test stepped where
# hardly anyone had in training. By channel no value goes further than `{python} channel_extreme:.1f`. If you
# must do it by pixel, put a floor under the deviation (`clamp(min=…)`).
#
# ## Four leaks, measured
#
# There is data **leakage** whenever something of the exam reaches the training. The rule that prevents it is
# short: split first, and compute all else (means, selection, copies) from the training part alone. We are
# going to break it in four ways.
#
# ### First: the mean and the deviation of everything
#
# We standardise with constants computed over training and test together, and compare, digit by digit, with
# those that come from training alone. How many more right answers will it give?

# %%
everything = torch.cat([data.train_images, data.test_images])
clean, leaky = ((part.mean(), part.std()) for part in (data.train_images, everything))
print(*(f"{number:.4f}" for number in (*clean, *leaky)))


# es: las respuestas en la prueba tras estandarizar con las constantes dadas
# en: the answers in the test after standardising with the given constants
def answers(center, width, seed: int) -> torch.Tensor:
    torch.manual_seed(seed)
    model = MLP(pixels=64, hidden=32, classes=10)
    order = torch.Generator().manual_seed(seed)
    inputs, exam = ((part - center) / width for part in (data.train_images, data.test_images))
    batches = TensorBatches(inputs, data.train_labels, size=64, generator=order)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in train(model, batches, [(exam, data.test_labels)], optimizer=optimizer, epochs=8):
        pass
    return predict(model, exam)


pairs = [(answers(*clean, seed), answers(*leaky, seed)) for seed in range(5)]
for one, other in pairs:
    print(*(Proportion.of(part == data.test_labels) for part in (one, other)), int((one != other).sum()))

# %% tags=["hidden"]
changed = [int((one != other).sum()) for one, other in pairs]
normalising_gain = [int((b == data.test_labels).sum() - (a == data.test_labels).sum()) for a, b in pairs]
assert max(changed) <= 5
assert max(map(abs, normalising_gain)) <= 5
p_values = [
    paired_comparison(one == data.test_labels, other == data.test_labels).p_value for one, other in pairs
]
assert min(p_values) > 0.05

# %% [markdown] lang="es"
# La última columna cuenta las respuestas que cambian: en el peor caso, `{python} max(changed)` de
# `{python} len(data.test_labels)`. Esta fuga existe y aquí no daña: dos números, promedios de miles de
# píxeles, llevan muy poca noticia del examen, y las constantes difieren apenas. Suele anunciarse como una
# gran trampa; medida aquí, no lo es. Se obedece la regla de todos modos, porque no cuesta nada y porque el
# próximo paso puede llevar mucha más noticia.
#
# ### Segunda: elegir columnas mirando todas las etiquetas
#
# Cien ejemplos con 5000 columnas de ruido puro y etiquetas 0 y 1 que no guardan relación con ellas: nadie
# puede acertar más de la mitad, salvo por suerte. Nos quedamos con las 20 columnas que mejor se corresponden
# con las etiquetas y clasificamos por la media más cercana, con validación cruzada de cinco partes. La
# diferencia está en cuándo se eligen las columnas: antes de partir, con los cien; o dentro de cada vuelta,
# sin los que examinan. Es el error que [Ambroise y McLachlan (2002)](https://doi.org/10.1073/pnas.102102699)
# encontraron en estudios con genes.
#
# ### Tercera: copiar antes de separar
#
# Cuatrocientos dígitos con etiquetas echadas a la suerte, otra vez 50 % para quien no espía. Duplicamos cada
# uno con un poco de ruido, como hace el aumento de datos, y responde el vecino más cercano. ¿Qué pasa si las
# copias se hacen antes de separar?

# %% [markdown] lang="en"
# The last column counts the answers that change: in the worst case, `{python} max(changed)` of
# `{python} len(data.test_labels)`. This leak exists, and here it does no harm: two numbers, averages of
# thousands of pixels, carry very little news of the exam, and the constants barely differ. It is often cried
# up as a great trap; measured here, it is none. The rule is obeyed all the same, since it costs nothing and
# the next step may carry far more news.
#
# ### Second: choosing columns by all the labels
#
# A hundred examples with 5000 columns of pure noise and labels 0 and 1 unrelated to them: nobody can be right
# more than half of the time, save by luck. We keep the 20 columns that go best with the labels and classify
# by the nearest mean, with five-fold cross-validation. The difference lies in when the columns are chosen:
# before splitting, with all hundred; or inside each round, without those that examine. It is the mistake that
# [Ambroise and McLachlan (2002)](https://doi.org/10.1073/pnas.102102699) found in studies of genes.
#
# ### Third: copying before splitting
#
# Four hundred digits with labels tossed by a coin, again 50% for whoever does not peek. We duplicate each one
# with a little noise, as data augmentation does, and the nearest neighbour answers. What happens if the
# copies are made before the split?


# %%
# es: las 20 columnas cuya media más difiere entre las dos clases
# en: the 20 columns whose mean differs most between the two classes
def choose(columns: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    gap = columns[labels == 1].mean(dim=0) - columns[labels == 0].mean(dim=0)
    return gap.abs().topk(20).indices


def selection(seed: int, before: bool) -> Proportion:
    noise = torch.randn(100, 5000, generator=torch.Generator().manual_seed(seed))
    labels = torch.arange(100) % 2
    right = Proportion(0, 0)
    for block in torch.arange(100).tensor_split(5):
        rest = torch.ones(100, dtype=torch.bool)
        rest[block] = False
        kept = choose(noise, labels) if before else choose(noise[rest], labels[rest])
        means = torch.stack([noise[rest & (labels == k)][:, kept].mean(dim=0) for k in (0, 1)])
        guess = torch.cdist(noise[block][:, kept], means).argmin(dim=1)
        right += Proportion.of(guess == labels[block])
    return right


# %%
def copies(seed: int, before: bool) -> Proportion:
    random = torch.Generator().manual_seed(seed)
    images = data.train_images[:400].flatten(1)
    labels = torch.randint(0, 2, (400,), generator=random)

    def doubled(images, labels):
        noisy = images + 0.05 * torch.randn(images.shape, generator=random)
        return torch.cat([images, noisy]), torch.cat([labels, labels])

    if before:
        images, labels = doubled(images, labels)
    order = torch.randperm(len(images), generator=random)
    test, rest = order[: len(order) // 4], order[len(order) // 4 :]
    known, known_labels = (images[rest], labels[rest]) if before else doubled(images[rest], labels[rest])
    nearest = torch.cdist(images[test], known).argmin(dim=1)
    return Proportion.of(known_labels[nearest] == labels[test])


# %%
# alt es: Rota la regla, selección y copias pasan del 80 %; respetada, sus intervalos contienen el 50 %.
# alt en: With the rule broken, selection and copies exceed 80%; with it kept, their intervals hold 50%.
cases = {
    tr(es="elegir antes de separar", en="choosing before splitting"): (selection, True),
    tr(es="elegir sin los que examinan", en="choosing without the exam"): (selection, False),
    tr(es="copiar antes de separar", en="copying before splitting"): (copies, True),
    tr(es="copiar solo el entrenamiento", en="copying training only"): (copies, False),
}
noise_scores = [
    sum((experiment(seed, before) for seed in range(5)), Proportion(0, 0))
    for experiment, before in cases.values()
]
_ = interval_plot(
    list(cases),
    [score.value for score in noise_scores],
    [score.low for score in noise_scores],
    [score.high for score in noise_scores],
    xlabel=tr(es="exactitud sobre etiquetas al azar", en="accuracy on random labels"),
    reference=0.5,
    reference_label=tr(es="todo lo que se puede saber", en="all that can be known"),
)

# %% tags=["hidden"]
chose_before, chose_inside, copied_before, copied_after = noise_scores
assert chose_before.low > 0.8
assert copied_before.low > 0.8
assert chose_inside.low < 0.5 < chose_inside.high
assert copied_after.low < 0.5 < copied_after.high

# %% [markdown] lang="es"
# En cinco repeticiones, quien elige antes de separar acierta `{python} str(chose_before)` etiquetas que nadie
# puede saber; quien copia antes, `{python} str(copied_before)`. Con la regla en su sitio quedan en
# `{python} str(chose_inside)` y `{python} str(copied_after)`, y ambos intervalos contienen la mitad. La
# selección llevó al entrenamiento las etiquetas del examen; las copias, los ejemplos mismos. Ningún mensaje
# lo advirtió.
#
# ### Cuarta: la misma mano en los dos lados
#
# La más difícil de ver, porque no hay ni copias ni cuentas de más. Los 1797 dígitos los escribieron trece
# personas y el archivo guarda juntos los de cada una. Barajar y cortar reparte a todas por los dos lados.
# Para examinar con todos, cuatro bloques: en el orden del archivo (otras manos, salvo las de quien quedó en
# una frontera) o barajados (las mismas). Responde el vecino más cercano, que no tiene azar propio. Barajados,
# acierta cerca del 99 %; predice cuánto con otras manos.

# %% [markdown] lang="en"
# Over five repetitions, whoever chooses before splitting gets `{python} str(chose_before)` labels right that
# nobody can know; whoever copies before, `{python} str(copied_before)`. With the rule in place they stay at
# `{python} str(chose_inside)` and `{python} str(copied_after)`, and both intervals hold one half. Selection
# brought the labels of the exam into training; the copies brought the examples themselves. No message gave
# notice.
#
# ### Fourth: the same hand on both sides
#
# The hardest to see, for there are neither copies nor stray computations. Thirteen people wrote the 1797
# digits, and the file keeps those of each together. Shuffling and cutting deals all of them out to both
# sides. To examine with every digit, four blocks: in the order of the file (other hands, save for whoever
# lies on a border) or shuffled (the same ones). The nearest neighbour answers, which has no luck of its own.
# Shuffled, it gets near 99% right; predict how many with other hands.

# %%
images = everything.flatten(1)
labels = torch.cat([data.train_labels, data.test_labels])


# es: para cada dígito, su vecino más cercano entre los de los otros bloques
# en: for every digit, its nearest neighbour among those of the other blocks
def neighbours(order: torch.Tensor, blocks: int = 4) -> torch.Tensor:
    nearest = torch.empty(len(order), dtype=torch.long)
    for block in order.tensor_split(blocks):
        rest = order[~torch.isin(order, block)]
        nearest[block] = rest[torch.cdist(images[block], images[rest]).argmin(dim=1)]
    return nearest


n = len(images)
orders = [torch.randperm(n, generator=torch.Generator().manual_seed(seed)) for seed in range(5)]
in_order, shuffled = neighbours(torch.arange(n)), [neighbours(order) for order in orders]
other_hands = labels[in_order] == labels
print(tr(es="otras manos:", en="other hands:"), Proportion.of(other_hands))
for nearest in shuffled:
    same_hands = labels[nearest] == labels
    pair = paired_comparison(other_hands, same_hands)
    print(
        f"{Proportion.of(same_hands)}   {pair.only_first:>2} {pair.only_second:>2}   P = {pair.p_value:.0e}"
    )

# %% tags=["hidden"]
honest = Proportion.of(other_hands)
flattering = [Proportion.of(labels[nearest] == labels) for nearest in shuffled]
errors = honest.total - honest.right
fewest_errors, most_errors = (pick(score.total - score.right for score in flattering) for pick in (min, max))
writer_p = max(paired_comparison(other_hands, labels[nearest] == labels).p_value for nearest in shuffled)
assert writer_p < 0.001
assert errors > 1.5 * most_errors
assert min(score.value for score in flattering) > 0.98

# %% [markdown] lang="es"
# Barajado, el vecino se equivoca entre `{python} fewest_errors` y `{python} most_errors` veces; con otras
# manos, `{python} errors`. El mismo método, los mismos dígitos, y el error se multiplica por
# `{python} errors / most_errors:.1f` aun frente a la peor baraja. La comparación por pares lo confirma con
# las cinco barajas ($P$ ≤ `{python} writer_p:.0e`).
#
# El mecanismo se puede ver. Si barajar pone a la misma persona en los dos lados, el vecino más cercano de un
# dígito debería estar **cerca en el archivo**. Comparamos esa distancia con la de un vecino tomado al azar.

# %% [markdown] lang="en"
# Shuffled, the neighbour errs between `{python} fewest_errors` and `{python} most_errors` times; with other
# hands, `{python} errors`. The same method, the same digits, and the error grows by a factor of
# `{python} errors / most_errors:.1f` even against the worst shuffle. The paired comparison confirms it with
# all five shuffles ($P$ ≤ `{python} writer_p:.0e`).
#
# The mechanism can be seen. If shuffling puts the same person on both sides, the nearest neighbour of a digit
# should lie **near it in the file**. We compare that distance with the one to a neighbour taken at random.

# %%
# alt es: Distancia en el archivo hasta el vecino: al barajar se amontona cerca de cero; al azar decae lento.
# alt en: Distance in the file to the neighbour: shuffled, it piles up near zero; random, it falls off slowly.
places = torch.arange(n)
found = (shuffled[0] - places).abs()
chance = (orders[0] - places).abs()
_, ax = plt.subplots()
edges = np.arange(0, n + 1, 69)
ax.hist(found.numpy(), edges, color=color("blue"), label=tr(es="vecino más cercano", en="nearest neighbour"))
outline = {"histtype": "step", "color": color("ember"), "linewidth": 2, "linestyle": "--"}
ax.hist(chance.numpy(), edges, label=tr(es="otro al azar", en="another at random"), **outline)
ax.set_xlabel(tr(es="distancia en el archivo (dígitos)", en="distance in the file (digits)"))
ax.set_ylabel(tr(es="dígitos", en="digits"))
localize_ticks(ax)
_ = ax.legend()

# %% tags=["hidden"]
WRITER = 138  # 1797 / 13, about what each person wrote
near_found, near_chance = (Proportion.of(distance < WRITER) for distance in (found, chance))
assert near_found.low > 2 * near_chance.high

# %% [markdown] lang="es"
# A menos de `{python} WRITER` puestos, lo que cada persona escribió en promedio, está el
# `{python} near_found.value:.0%` de los vecinos; al azar caería allí el `{python} near_chance.value:.0%`. El
# método no sabe solo qué forma tiene un 3: en buena parte reconoce la letra de alguien que ya vio.
#
# ¿Cuál de los dos números es el bueno? Depende de la pregunta. Si tu lector de formularios va a atender
# siempre a las mismas trece personas, el barajado. Si va a atender a cualquiera, el otro, y aun ese es
# optimista en un punto: trece personas son una muestra corta de la humanidad, y el intervalo calculado sobre
# dígitos no lo sabe. La unidad que se separa debe ser la unidad nueva que llegará mañana: la persona, el
# paciente, el día, la fábrica.
#
# ## Para llevarte
#
# * Un `Dataset` dice cuántos ejemplos hay y entrega el `i`; el cargador apila y baraja. Cuenta sus *batches*
#   una vez.
# * Escala y tasa de aprendizaje van juntas. Estandarizar deja ambas en terreno conocido.
# * Separa primero; todo lo que se calcula, se calcula con el entrenamiento.
# * No toda fuga pesa igual: mide. Media y desviación, nada aquí; etiquetas y copias, todo.
# * Separa por la unidad que será nueva mañana, no por filas.
#
# Sigue por [Ajustar: ni de menos ni de más](fitting.md), que entrena con estos datos, o por [Tus propias
# imágenes](custom_data.md), que aplica esta cadena a una carpeta. Las transformaciones al azar que amplían el
# entrenamiento están en [Aumento de datos](../convolutional_networks/augmentation.md).

# %% [markdown] lang="en"
# Within `{python} WRITER` places, what each person wrote on average, lie `{python} near_found.value:.0%` of
# the neighbours; at random `{python} near_chance.value:.0%` would fall there. The method does not only know
# what shape a 3 has: in good part it recognises the hand of someone already seen.
#
# Which of the two numbers is the right one? It depends on the question. If your reader of forms will always
# serve the same thirteen people, the shuffled one. If it will serve anybody, the other, and even that is
# hopeful in one respect: thirteen people are a short sample of humankind, and an interval computed over
# digits does not know it. The unit to split by should be the unit that will be new tomorrow: the person, the
# patient, the day, the factory.
#
# ## What to keep
#
# * A `Dataset` says how many examples there are and hands over the `i`-th; the loader stacks and shuffles.
#   Count its batches once.
# * Scale and learning rate go together. Standardising keeps both on familiar ground.
# * Split first; whatever is computed is computed from training.
# * Not every leak weighs the same: measure. Mean and deviation, nothing here; labels and copies, everything.
# * Split by the unit that will be new tomorrow, not by rows.
#
# Go on with [Fitting: not too little, not too much](fitting.md), which trains on these data, or with [Your
# own pictures](custom_data.md), which applies this chain to a folder. The random transforms that enlarge the
# training data are in [Data augmentation](../convolutional_networks/augmentation.md).

# %% [markdown] lang="es" tags=["quiz"]
# Tienes 5000 radiografías de 600 pacientes y quieres saber cómo le irá al modelo con pacientes nuevos. ¿Cómo
# separas?
#
# - [ ] Al azar por radiografía: imágenes de un mismo paciente quedarían en los dos lados.
# - [x] Por paciente, con todas sus radiografías del mismo lado: la unidad nueva de mañana es el paciente.
# - [ ] Da igual si se normaliza solo con el entrenamiento: la fuga está en las imágenes, no en la media.

# %% [markdown] lang="en" tags=["quiz"]
# You have 5000 radiographs of 600 patients and want to know how the model will do with new patients. How do
# you split?
#
# - [ ] At random by radiograph: pictures of one patient would end up on both sides.
# - [x] By patient, with all their radiographs on the same side: tomorrow's new unit is the patient.
# - [ ] It does not matter if normalisation uses training alone: the leak is in the pictures, not in the mean.

# %% [markdown] lang="es" tags=["quiz"]
# En producción llega una sola imagen. ¿Con qué media y desviación la estandarizas?
#
# - [ ] Con las suyas: borrarías diferencias de brillo que el modelo aprendió a usar, y una imagen lisa daría
#   $0/0$.
# - [x] Con las del entrenamiento, guardadas junto al modelo: la red debe recibir lo mismo que al aprender.
# - [ ] Con ninguna, porque al predecir ya no hace falta: la red vería otra escala.

# %% [markdown] lang="en" tags=["quiz"]
# In production a single picture arrives. By which mean and deviation do you standardise it?
#
# - [ ] By its own: you would erase differences of brightness that the model learned to use, and a blank
#   picture would give $0/0$.
# - [x] By those of training, kept beside the model: the network must receive what it received while learning.
# - [ ] By none, since predicting no longer needs it: the network would see another scale.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: media y desviación de un cargador
#
# Los datos no caben en memoria. Escribe `channel_statistics(batches)`, que recorre **una vez** pares
# `(imágenes, etiquetas)` con imágenes `(batch, canal, alto, ancho)` y devuelve la media y la desviación
# estándar (con denominador $N$) de cada canal. Deben ser exactas aunque el último *batch* sea corto. Acumula
# en `float64` sumas de $x$ y de $x^2$.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: mean and deviation of a loader
#
# The data do not fit into memory. Write `channel_statistics(batches)`, which goes **once** through pairs
# `(images, labels)` with images `(batch, channel, height, width)` and returns the mean and the standard
# deviation (with denominator $N$) of each channel. They must be exact even if the last batch is short.
# Accumulate sums of $x$ and of $x^2$ in `float64`.


# %% tags=["solution"]
def channel_statistics(batches) -> tuple[torch.Tensor, torch.Tensor]:
    count, total, squares = 0, 0.0, 0.0
    for images, _ in batches:
        by_channel = images.double().transpose(0, 1).flatten(1)  # channel rest
        count += by_channel.shape[1]
        total = total + by_channel.sum(dim=1)
        squares = squares + by_channel.square().sum(dim=1)
    mean = total / count
    return mean, (squares / count - mean.square()).sqrt()


# %% tags=["check"]
colourful = (
    torch.rand(75, 3, 6, 5, generator=torch.Generator().manual_seed(2))
    * torch.tensor([1.0, 2, 5])[:, None, None]
)
for size in (1, 32, 75):
    parts = iter([(part, None) for part in colourful.split(size)])
    mean, deviation = channel_statistics(parts)
    assert torch.allclose(mean, colourful.double().mean(dim=(0, 2, 3)), atol=1e-9), size
    expected = colourful.double().std(dim=(0, 2, 3), correction=0)
    assert torch.allclose(deviation, expected, atol=1e-6), size
print([round(number, 3) for number in deviation.tolist()])

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: separar por grupos
#
# Escribe `group_split(groups, test_share, seed)`. `groups` es un tensor con el grupo de cada ejemplo (la
# persona que lo escribió, por ejemplo). Devuelve dos tensores de índices, entrenamiento y prueba: ningún
# grupo en ambos, todos los ejemplos en alguno, y `round(test_share * cantidad de grupos)` grupos en la
# prueba, elegidos por la semilla.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: splitting by groups
#
# Write `group_split(groups, test_share, seed)`. `groups` is a tensor with the group of each example (the
# person who wrote it, say). It returns two tensors of indices, training and test: no group in both, every
# example in one of them, and `round(test_share * number of groups)` groups in the test, chosen by the seed.


# %% tags=["solution"]
def group_split(groups: torch.Tensor, test_share: float, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    names = groups.unique()
    order = torch.randperm(len(names), generator=torch.Generator().manual_seed(seed))
    chosen = names[order[: round(test_share * len(names))]]
    in_test = torch.isin(groups, chosen)
    return (~in_test).nonzero().flatten(), in_test.nonzero().flatten()


# %% tags=["check"]
hands = torch.randint(0, 13, (1797,), generator=torch.Generator().manual_seed(1)) * 10
splits = [group_split(hands, test_share=0.25, seed=seed) for seed in range(4)]
for train_rows, test_rows in splits:
    assert not set(hands[train_rows].tolist()) & set(hands[test_rows].tolist())
    assert sorted([*train_rows.tolist(), *test_rows.tolist()]) == list(range(1797))
    assert len(hands[test_rows].unique()) == 3
assert len({tuple(hands[test_rows].unique().tolist()) for _, test_rows in splits}) > 1
assert torch.equal(group_split(hands, 0.25, seed=3)[1], splits[3][1])
print(tr(es="Bien.", en="Good."))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: detectar copias
#
# Escribe `leaked(train_images, test_images, tolerance)`, que devuelve los índices de las imágenes de prueba
# para las que hay en el entrenamiento otra que en ningún píxel difiere en más de `tolerance`. Pásala por tus
# datos antes de creer una exactitud.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: detecting copies
#
# Write `leaked(train_images, test_images, tolerance)`, which returns the indices of the test images for which
# the training data hold one that differs by no more than `tolerance` in any pixel. Run it on your data before
# believing an accuracy.


# %% tags=["solution"]
def leaked(train_images: torch.Tensor, test_images: torch.Tensor, tolerance: float = 0.0) -> torch.Tensor:
    gaps = torch.cdist(test_images.flatten(1), train_images.flatten(1), p=float("inf"))
    return (gaps.amin(dim=1) <= tolerance).nonzero().flatten()


# %% tags=["check"]
spoiled = data.test_images.clone()
spoiled[7], spoiled[40] = data.train_images[3], data.train_images[900] + 0.01
assert leaked(data.train_images, data.test_images, tolerance=0.0).tolist() == []
assert leaked(data.train_images, spoiled, tolerance=0.0).tolist() == [7]
assert leaked(data.train_images, spoiled, tolerance=0.02).tolist() == [7, 40]
print(leaked(data.train_images, spoiled, tolerance=0.02))
