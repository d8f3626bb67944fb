"""
title:
  es: Tres modelos, un conjunto de datos
  en: Three models, one data set
summary:
  es: Lineal, MLP y TinyVGG con el mismo presupuesto y el mismo examen; qué se puede afirmar y qué no.
  en: Linear, MLP and TinyVGG with the same budget and the same exam; what can be claimed and what cannot.
tags: [classification, convolution, TinyVGG, image, evaluation, cross-validation]
objectives:
  es:
    - Contar los parámetros de una capa densa y de una convolución antes de crearlas.
    - Entrenar tres modelos en igualdad de condiciones y repetir con varias semillas.
    - Decir qué permiten afirmar los intervalos, y alargar el examen cuando no alcanza.
    - Reconocer una salida muerta y mirar los errores uno por uno.
  en:
    - Count the parameters of a dense layer and of a convolution before creating them.
    - Train three models on equal terms and repeat with several seeds.
    - State what the intervals allow to be claimed, and lengthen the exam when it falls short.
    - Recognise a dead output and look at the errors one by one.
prerequisites:
  es:
    - El bucle de entrenamiento.
    - Proporciones, intervalos y comparación por pares.
  en:
    - The training loop.
    - Proportions, intervals and paired comparison.
timeout_seconds: 900
memory_gib: 4
"""
# %% [markdown] lang="es"
# Tres clasificadores de imágenes, del que trata cada píxel por su cuenta al que mira vecindades, rinden el
# mismo examen. Al terminar sabrás montar una comparación así sin favorecer a nadie, leer su resultado sin
# exagerarlo, y qué hacer cuando el resultado es «no se sabe».
#
# Usamos el bucle de [Una recta, de los tensores sueltos al modelo guardado](../workflow/linear_regression.md)
# y las herramientas de [Evaluación honesta](../workflow/honest_evaluation.md). La lección acompaña la sección
# *PyTorch Computer Vision* del curso [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) de Andrei Neagoie y Daniel Bourke, y el
# [capítulo 03](https://www.learnpytorch.io/03_pytorch_computer_vision/) de su libro abierto.
#
# La página tarda más que otras en construirse, cerca de medio minuto, porque entrena unos cuarenta modelos.

# %% [markdown] lang="en"
# Three image classifiers, from one that treats each pixel on its own to one that looks at neighbourhoods, sit
# the same exam. By the end you will know how to set up such a comparison without favouring anyone, how to
# read its outcome without stretching it, and what to do when the outcome is “nobody knows”.
#
# We use the loop of [A line, from bare tensors to a saved model](../workflow/linear_regression.md) and the
# tools of [Honest evaluation](../workflow/honest_evaluation.md). The lesson goes with the section *PyTorch
# Computer Vision* of the course [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) by Andrei Neagoie and Daniel Bourke, and
# with [chapter 03](https://www.learnpytorch.io/03_pytorch_computer_vision/) of their open book.
#
# The page takes longer to build than others, about half a minute, because it trains some forty models.

# %%
from time import perf_counter

import torch
from torch import nn
from torch.utils.data import BatchSampler, DataLoader, RandomSampler, TensorDataset
from torch.utils.flop_counter import FlopCounterMode

from tutorials_lib import tr
from tutorials_lib.data import digits, fashion_mnist_or_digits
from tutorials_lib.metrics import Proportion, Undecided, adjusted_p_values, confusion_matrix, rank
from tutorials_lib.models import MLP, LinearClassifier, TinyVGG, parameter_count
from tutorials_lib.plots import confusion_matrix as draw_confusion
from tutorials_lib.plots import curves, image_grid, interval_plot
from tutorials_lib.training import predict, train

# %% [markdown] lang="es"
# ## Qué datos son estos
#
# El curso usa FashionMNIST, setenta mil prendas de 28×28 píxeles. Si sus archivos están en la carpeta de
# datos, con su suma de verificación correcta, esta página los usa; si no, recurre a los dígitos de 8×8 que
# trae scikit-learn.

# %% [markdown] lang="en"
# ## What data this is
#
# The course uses FashionMNIST, seventy thousand garments of 28×28 pixels. If its files are in the data
# folder, with their checksums right, this page uses them; if not, it falls back on the 8×8 digits that ship
# with scikit-learn.

# %%
# alt es: Doce imágenes pequeñas del conjunto de entrenamiento, cada una con su clase encima.
# alt en: Twelve small images of the training set, each with its class above.
data = fashion_mnist_or_digits()
side, classes = data.train_images.shape[-1], len(data.classes)
print(data.source)
print(tuple(data.train_images.shape), tuple(data.test_images.shape), classes)
_ = image_grid(data.train_images[:12], [data.classes[label] for label in data.train_labels[:12]])

# %% tags=["hidden"]
notice = (
    tr(
        es="No encontró los archivos de FashionMNIST, así que todo lo que sigue habla de los dígitos.",
        en="It did not find the files of FashionMNIST, so all that follows is about the digits.",
    )
    if data.is_fallback
    else tr(
        es="Encontró los archivos de FashionMNIST y comprobó sus sumas de verificación.",
        en="It found the files of FashionMNIST and verified their checksums.",
    )
)
assert data.train_images.min() >= 0
assert data.train_images.max() <= 1

# %% [markdown] lang="es"
# Esta construcción usó `{python} data.source`. `{python} notice` Entrenan `{python} len(data.train_images)`
# imágenes y examinan `{python} len(data.test_images)`. Los píxeles van de 0 a 1 y ninguna cuenta hecha con la
# prueba entra en el entrenamiento. Los dígitos se cortan en el orden del archivo, que los guarda persona por
# persona: la prueba trae otras manos (el ejercicio 2 mide qué pasa si se mezclan).
#
# ## Tres maneras de mirar una imagen
#
# * **Lineal**: cada clase tiene un peso por píxel y suma. Es una plantilla.
# * **MLP**: 32 unidades ocultas mezclan todos los píxeles, con una ReLU, y otra capa decide.
# * **TinyVGG**: dos bloques de dos convoluciones de 3×3, cada bloque seguido de un *max pooling* (submuestreo
#   por máximo) que reduce el lado a la mitad; al final, una capa lineal. Viene de [CNN Explainer (Wang et
#   al., 2020)](https://arxiv.org/abs/2004.15004) y es la red del capítulo 03.
#
# Con lado $s$, $c$ clases y $h$ unidades o canales, y un sesgo por salida, los parámetros son
#
# $$P_\text{lineal} = (s^2 + 1)\,c, \qquad P_\text{MLP} = (s^2 + 1)\,h + (h + 1)\,c, \tag{1}$$
#
# $$P_\text{VGG} = (9 + 1)\,h + 3\,(9h + 1)\,h + \left(h\,(s/4)^2 + 1\right) c. \tag{2}$$
#
# El lado aparece en la capa final de TinyVGG y en ninguna de sus convoluciones: un filtro de 3×3 tiene los
# mismos pesos en cualquier imagen. Con $s = 28$, ¿cuál de los tres es el más grande? ¿Y con $s = 8$?

# %% [markdown] lang="en"
# This build used `{python} data.source`. `{python} notice` There are `{python} len(data.train_images)` images
# to train with and `{python} len(data.test_images)` in the exam. Pixels run from 0 to 1, and nothing computed
# from the test enters training. The digits are cut in the order of the file, which keeps them person by
# person: the test brings other hands (exercise 2 measures what happens if they are shuffled).
#
# ## Three ways to look at an image
#
# * **Linear**: each class has one weight per pixel, and adds up. It is a template.
# * **MLP**: 32 hidden units mix all the pixels, with a ReLU, and another layer decides.
# * **TinyVGG**: two blocks of two 3×3 convolutions, each block followed by a *max pooling* (subsampling by
#   maximum) that halves the side; at the end, a linear layer. It comes from [CNN Explainer (Wang et al.,
#   2020)](https://arxiv.org/abs/2004.15004) and is the network of chapter 03.
#
# With side $s$, $c$ classes and $h$ units or channels, and one bias for each output, the parameters number
#
# $$P_\text{linear} = (s^2 + 1)\,c, \qquad P_\text{MLP} = (s^2 + 1)\,h + (h + 1)\,c, \tag{1}$$
#
# $$P_\text{VGG} = (9 + 1)\,h + 3\,(9h + 1)\,h + \left(h\,(s/4)^2 + 1\right) c. \tag{2}$$
#
# The side shows up in the last layer of TinyVGG and in none of its convolutions: a 3×3 filter has the same
# weights in any image. With $s = 28$, which of the three is the largest? And with $s = 8$?

# %%
LINEAR = tr(es="lineal", en="linear")
builders = {
    LINEAR: lambda side: LinearClassifier(pixels=side * side, classes=classes),
    "MLP": lambda side: MLP(pixels=side * side, hidden=32, classes=classes),
    "TinyVGG": lambda side: TinyVGG(channels=1, hidden=10, classes=classes, side=side),
}
sizes = {name: {s: parameter_count(build(s)) for s in (8, 28)} for name, build in builders.items()}
for name, counts in sizes.items():
    print(f"{name:<8} s = 8: {counts[8]:>5}   s = 28: {counts[28]:>6}")

# %% tags=["hidden"]
for s in (8, 28):
    assert sizes[LINEAR][s] == (s**2 + 1) * classes  # (1)
    assert sizes["MLP"][s] == (s**2 + 1) * 32 + 33 * classes  # (1)
    assert sizes["TinyVGG"][s] == 10 * 10 + 3 * 91 * 10 + (10 * (s // 4) ** 2 + 1) * classes  # (2)
assert max(sizes, key=lambda name: sizes[name][28]) == "MLP"
assert max(sizes, key=lambda name: sizes[name][8]) == "TinyVGG"

# %% [markdown] lang="es"
# Con lado 28 gana el MLP y TinyVGG es incluso menor que el lineal; con lado 8, TinyVGG pasa al frente. «La
# red convolucional es la grande» no es una ley.
#
# ## El mismo presupuesto para los tres
#
# Las mismas imágenes, *batches* de 64, las mismas épocas, Adam con la misma tasa inicial, que baja hasta cero
# siguiendo medio coseno, y tres semillas que fijan los pesos iniciales y el orden. La tasa se eligió antes de
# este examen, apartando como validación una cuarta parte de los dígitos de entrenamiento; de haberla elegido
# mirando la prueba, la prueba ya no valdría.
#
# `train` entrega un registro por época y espera a que lo pidan; por eso la tasa puede bajar en el mismo
# `for`. Igual presupuesto no quiere decir el mejor presupuesto para cada uno: se comparan recetas, y así hay
# que leer el resultado.
#
# Haz tu apuesta: ¿qué modelo acierta más y por cuántas imágenes?

# %% [markdown] lang="en"
# With side 28 the MLP wins and TinyVGG is even smaller than the linear one; with side 8 TinyVGG moves to the
# front. “The convolutional network is the big one” is no law.
#
# ## The same budget for all three
#
# The same images, batches of 64, the same epochs, Adam with the same initial rate, which falls to zero along
# half a cosine, and three seeds that set the initial weights and the order. The rate was chosen before this
# exam, with a quarter of the training digits set apart for validation; had it been chosen by looking at the
# test, the test would be worth nothing.
#
# `train` hands over one record per epoch and waits to be asked; that is why the rate can fall in the same
# `for`. An equal budget is not the best budget for each: recipes are being compared, and the outcome must be
# read that way.
#
# Place your bet: which model gets more right, and by how many images?

# %%
DIGITS_BUDGET = {"epochs": 12, "rate": 0.02}
BUDGET = DIGITS_BUDGET if data.is_fallback else {"epochs": 3, "rate": 0.002}
SEEDS = range(3)


def fit(model: nn.Module, seed: int, images, labels, test_images, test_labels, *, epochs: int, rate: float):
    order = torch.Generator().manual_seed(seed)
    # es: el batch entero con un solo índice: apilar 64 imágenes sueltas cuesta buena parte del tiempo
    # en: the whole batch with one index: stacking 64 single images costs a good part of the time
    sampler = BatchSampler(RandomSampler(images, generator=order), batch_size=64, drop_last=False)
    batches = DataLoader(TensorDataset(images, labels), sampler=sampler, batch_size=None, generator=order)
    exam = DataLoader(TensorDataset(test_images, test_labels), batch_size=1024)
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs)
    records = []
    for record in train(model, batches, exam, optimizer=optimizer, epochs=epochs):
        records.append(record)
        schedule.step()
    return records, predict(model, test_images)


def build(name: str, seed: int, side: int = side) -> nn.Module:
    torch.manual_seed(seed)
    return builders[name](side)


# %%
split = (data.train_images, data.train_labels, data.test_images, data.test_labels)
runs, seconds = {}, {}
for name in builders:
    start = perf_counter()
    runs[name] = [fit(build(name, seed), seed, *split, **BUDGET) for seed in SEEDS]
    seconds[name] = (perf_counter() - start) / len(SEEDS)
scores = {name: [records[-1].test.accuracy for records, _ in row] for name, row in runs.items()}
for name, row in scores.items():
    print(f"{name:<8}", *row)

# %% [markdown] lang="es"
# La curva lleva la media de las tres semillas y la franja va de la peor a la mejor.

# %% [markdown] lang="en"
# The curve is the mean of the three seeds, and the band goes from the worst to the best.

# %%
# alt es: Exactitud de prueba por época: las tres suben y se juntan; la franja de TinyVGG es la más ancha.
# alt en: Test accuracy by epoch: all three rise and draw together; the band of TinyVGG is the widest.
history = {
    name: torch.tensor([[record.test.accuracy.value for record in records] for records, _ in row])
    for name, row in runs.items()
}
ax = curves(
    range(1, BUDGET["epochs"] + 1),
    {name: values.mean(dim=0) for name, values in history.items()},
    bands={name: (values.amin(dim=0), values.amax(dim=0)) for name, values in history.items()},
    xlabel=tr(es="época", en="epoch"),
    ylabel=tr(es="exactitud de prueba", en="test accuracy"),
)
_ = ax.set_ylim(bottom=0.6)

# %%
# alt es: Nueve intervalos del 95 %, tres por modelo, que se cubren en su mayor parte.
# alt en: Nine 95% intervals, three for each model, that overlap for the most part.
rows = [(f"{name} {seed}", row[seed]) for name, row in scores.items() for seed in SEEDS]
_ = interval_plot(
    [label for label, _ in rows],
    [score.value for _, score in rows],
    [score.low for _, score in rows],
    [score.high for _, score in rows],
    xlabel=tr(es="exactitud, intervalo del 95 %", en="accuracy, 95% interval"),
)

# %% [markdown] lang="es"
# ## Cuánto cuesta cada uno
#
# El capítulo 03 anota también los segundos, y hace bien: la exactitud tiene un precio. Los segundos dependen
# de la máquina, de cuántos hilos usa y de qué más está haciendo. Hay una cuenta que no depende de eso, los
# productos que hace el modelo con una imagen:
#
# $$M_\text{lineal} = s^2 c, \qquad M_\text{MLP} = s^2 h + h\,c, \tag{3}$$
#
# $$M_\text{VGG} = 9\,h\,s^2 + 9\,h^2 s^2 + 2 \cdot 9\,h^2 (s/2)^2 + h\,(s/4)^2\,c. \tag{4}$$
#
# TinyVGG tiene pocos parámetros, pero los usa en cada lugar de la imagen. ¿Cuántas veces más productos que el
# lineal hará? ¿Y tardará otras tantas veces más?

# %% [markdown] lang="en"
# ## What each one costs
#
# Chapter 03 notes the seconds as well, and does well to: accuracy has a price. Seconds depend on the machine,
# on how many threads it uses and on what else it is doing. There is a count that does not, the products that
# the model makes with one image:
#
# $$M_\text{linear} = s^2 c, \qquad M_\text{MLP} = s^2 h + h\,c, \tag{3}$$
#
# $$M_\text{VGG} = 9\,h\,s^2 + 9\,h^2 s^2 + 2 \cdot 9\,h^2 (s/2)^2 + h\,(s/4)^2\,c. \tag{4}$$
#
# TinyVGG has few parameters but uses them at each place of the image. How many times as many products as the
# linear model will it make? And will it take as many times as long?


# %%
def products(model: nn.Module) -> int:
    with FlopCounterMode(display=False) as counter, torch.inference_mode():
        model(data.test_images[:1])
    # es: cuenta cada producto y su suma
    # en: it counts each product and its addition
    return counter.get_total_flops() // 2


work = {name: products(build(name, seed=0)) for name in builders}
for name, count in work.items():
    print(f"{name:<8} {count:>7}   {seconds[name]:.2f} s")

# %% tags=["hidden"]
assert work[LINEAR] == side**2 * classes  # (3)
assert work["MLP"] == side**2 * 32 + 32 * classes  # (3)
vgg_work = (
    9 * 10 * side**2 + 9 * 100 * side**2 + 18 * 100 * (side // 2) ** 2 + 10 * (side // 4) ** 2 * classes
)
assert work["TinyVGG"] == vgg_work  # (4)
times_work, times_seconds = (cost["TinyVGG"] / cost[LINEAR] for cost in (work, seconds))
assert times_work > max(20, times_seconds)

# %% [markdown] lang="es"
# TinyVGG hace `{python} times_work:.0f` veces los productos del lineal. Con este presupuesto y en la máquina
# que armó esta página tardó `{python} times_seconds:.1f` veces lo que él: con imágenes pequeñas buena parte
# del tiempo se va en preparar cada *batch* y en llamar a cada operación, y eso lo pagan todos. Por eso un
# tiempo medido no se puede trasladar a otro tamaño ni a otra máquina; cómo medir bien es el tema de [Cómo no
# medir](../benchmarks/how_not_to_benchmark.md).
#
# ## Qué permiten afirmar los intervalos
#
# En cada semilla, los tres modelos rindieron el mismo examen: se los compara por pares, con la corrección de
# Holm por mirar tres pares a la vez. `rank` los ordena si los datos alcanzan y, si no, se niega y dice por
# qué.

# %% [markdown] lang="en"
# TinyVGG makes `{python} times_work:.0f` times the products of the linear model. With this budget, and on the
# machine that built this page, it took `{python} times_seconds:.1f` times as long: with small images a good
# part of the time goes into preparing each batch and calling each operation, and all of them pay for that.
# That is why a measured time cannot be carried over to another size or another machine; how to measure well
# is the subject of [How not to benchmark](../benchmarks/how_not_to_benchmark.md).
#
# ## What the intervals allow to be claimed
#
# With each seed the three models sat the same exam: they are compared in pairs, with Holm's correction for
# looking at three pairs at once. `rank` orders them if the data suffices and, if not, refuses and says why.


# %%
def verdict(correct: dict[str, torch.Tensor]) -> str:
    try:
        return " > ".join(rank(correct))
    except Undecided as doubt:
        return tr(es="sin decidir: ", en="undecided: ") + str(doubt)


correct = [{name: runs[name][seed][1] == data.test_labels for name in runs} for seed in SEEDS]
for seed in SEEDS:
    print(seed, verdict(correct[seed]))

# %% tags=["hidden"]
decided = 0
for answers in correct:
    p_values = adjusted_p_values(answers)
    decided += all(p < 0.05 for p in p_values.values())
totals = {name: [score.right for score in row] for name, row in scores.items()}
seed_span = max(totals["TinyVGG"]) - min(totals["TinyVGG"])
exam_margin = (scores["TinyVGG"][0].high - scores["TinyVGG"][0].low) / 2
if data.is_fallback:
    assert decided < len(correct)  # 449 digits do not suffice for every seed

# %% [markdown] lang="es"
# Un orden completo quedó decidido en `{python} decided` de `{python} len(correct)` semillas. Las semillas de
# TinyVGG difieren entre sí en `{python} seed_span` aciertos, y el intervalo de una sola ya es de
# ±`{python} exam_margin:.1%`. Nombrar un ganador con esto sería adivinar; decir «son iguales», también.
#
# **¿Te dio otro número?** Con estos ajustes, lo esperado en TinyVGG ronda la banda de
# `{python} min(totals["TinyVGG"])` a `{python} max(totals["TinyVGG"])` aciertos de
# `{python} len(data.test_labels)`.
#
# ## Un examen más largo
#
# Otra semilla es otro alumno ante las mismas preguntas. Faltan preguntas. Los dígitos son 1797, y hay manera
# de que todos examinen sin que ninguno examine a quien lo estudió: la **validación cruzada**. Se cortan
# cuatro bloques en el orden del archivo; cada bloque lo responde un modelo entrenado con los otros tres. Al
# juntar las hojas, cada dígito fue respondido una vez por alguien que no lo había visto.

# %% [markdown] lang="en"
# A full order was settled in `{python} decided` of `{python} len(correct)` seeds. The seeds of TinyVGG differ
# among themselves by `{python} seed_span` right answers, and the interval of a single one is already
# ±`{python} exam_margin:.1%`. To name a winner on these grounds would be to guess; so would “they are equal”.
#
# **Did you get a different number?** With these settings, what to expect from TinyVGG is about the band from
# `{python} min(totals["TinyVGG"])` to `{python} max(totals["TinyVGG"])` right out of
# `{python} len(data.test_labels)`.
#
# ## A longer exam
#
# Another seed is another pupil before the same questions. What is lacking is questions. There are 1797
# digits, and a way to let all of them examine without any examining whoever studied it: **cross-validation**.
# Four blocks are cut in the order of the file; each block is answered by a model trained on the other three.
# Once the sheets are put together, each digit has been answered once, by someone who had not seen it.

# %%
sheet = digits()
images = torch.cat([sheet.train_images, sheet.test_images])
labels = torch.cat([sheet.train_labels, sheet.test_labels])


# es: cuáles de todos los dígitos acierta un modelo entrenado sin el bloque de cada uno
# en: which of all digits a model gets right that was trained without their block
def cross_validate(name: str, seed: int, blocks: int = 4) -> torch.Tensor:
    right = []
    for block in torch.arange(len(images)).tensor_split(blocks):
        rest = torch.ones(len(images), dtype=torch.bool)
        rest[block] = False
        exam = (images[block], labels[block])
        _, answers = fit(build(name, seed, side=8), seed, images[rest], labels[rest], *exam, **DIGITS_BUDGET)
        right.append(answers == labels[block])
    return torch.cat(right)


whole = [{name: cross_validate(name, seed) for name in builders} for seed in (0, 1)]
for right in whole:
    print("   ".join(f"{name} {Proportion.of(row)}" for name, row in right.items()))
    print("   ".join(f"{one}–{other} P = {p:.1g}" for (one, other), p in adjusted_p_values(right).items()))

# %% tags=["hidden"]
long_scores = [{name: Proportion.of(row) for name, row in right.items()} for right in whole]
long_margin = max((score.high - score.low) / 2 for row in long_scores for score in row.values())
assert all(score.total == 1797 for row in long_scores for score in row.values())
assert long_margin < 0.6 * exam_margin or not data.is_fallback
orders = [", ".join(sorted(row, key=lambda name: -row[name].right)) for row in long_scores]
seed_gaps = {name: abs(long_scores[0][name].right - long_scores[1][name].right) for name in builders}


def leads(better: str, worse: str) -> bool:
    """Whether one model is ahead of another, beyond doubt, with both seeds."""
    ahead = all(row[better].right > row[worse].right for row in long_scores)
    pairs = (adjusted_p_values(right) for right in whole)
    return ahead and all(p.get((better, worse), p.get((worse, better))) < 0.05 for p in pairs)


settled = [f"{one} > {other}" for one in builders for other in builders if one != other and leads(one, other)]
conclusion = ", ".join(settled) or tr(es="ninguno", en="none")

# %% [markdown] lang="es"
# Con cuatro veces más preguntas el margen baja a ±`{python} long_margin:.1%`. Por cantidad de aciertos, la
# semilla 0 ordena `{python} orders[0]`; la semilla 1, `{python} orders[1]`. Pares resueltos en el mismo
# sentido con las dos: `{python} conclusion`.
#
# El examen largo redujo un azar y dejó a la vista el otro: con los mismos datos y las mismas preguntas, las
# dos semillas de TinyVGG difieren en `{python} seed_gaps["TinyVGG"]` aciertos y las del lineal en
# `{python} seed_gaps[LINEAR]`. Un $P$ pequeño con una semilla no basta, porque la prueba de McNemar compara
# dos modelos **ya entrenados**, no dos recetas ([Dietterich,
# 1998](https://doi.org/10.1162/089976698300017197)). Para hablar de recetas hacen falta examen largo **y**
# semillas. Y quedan dos reservas:
#
# * Los cuatro entrenamientos comparten datos, y los dígitos de una misma mano se parecen: hay menos
#   información que en 1797 preguntas independientes, y los intervalos reales son algo más anchos.
# * Vale para dígitos de 8×8, que caben en una plantilla. No es una ley sobre las imágenes.
#
# ## ¿El modelo o la receta?
#
# El mismo modelo lineal, la misma semilla y el mismo examen, con cuatro tasas de aprendizaje. ¿Cuánto crees
# que se mueve?

# %% [markdown] lang="en"
# With four times as many questions the margin falls to ±`{python} long_margin:.1%`. By right answers, seed 0
# orders `{python} orders[0]`; seed 1, `{python} orders[1]`. Pairs settled in the same sense with both:
# `{python} conclusion`.
#
# The longer exam shrank one kind of luck and laid bare the other: with the same data and the same questions,
# the two seeds of TinyVGG differ by `{python} seed_gaps["TinyVGG"]` right answers and those of the linear
# model by `{python} seed_gaps[LINEAR]`. A small $P$ with one seed is not enough, because the test of McNemar
# compares two models **once trained**, not two recipes ([Dietterich,
# 1998](https://doi.org/10.1162/089976698300017197)). To speak of recipes takes a long exam **and** seeds. And
# two reservations remain:
#
# * The four trainings share data, and digits by the same hand resemble one another: there is less information
#   than in 1797 independent questions, and the real intervals are somewhat wider.
# * It holds for 8×8 digits, which fit into a template. It is no law about images.
#
# ## The model or the recipe?
#
# The same linear model, the same seed and the same exam, with four learning rates. How far do you think it
# moves?

# %%
by_rate = {}
for rate in (0.0005, 0.002, 0.005, 0.02):
    records, _ = fit(build(LINEAR, seed=0), 0, *split, epochs=BUDGET["epochs"], rate=rate)
    by_rate[rate] = records[-1].test.accuracy
    print(f"{rate:<7} {by_rate[rate]}   {by_rate[rate].low:.3f} … {by_rate[rate].high:.3f}")

# %% tags=["hidden"]
rights = [score.right for score in by_rate.values()]
rate_span = max(rights) - min(rights)
means = {name: sum(row) / len(row) for name, row in totals.items()}
model_span = max(means.values()) - min(means.values())
if data.is_fallback:
    assert rate_span > model_span

# %% [markdown] lang="es"
# Cambiar la tasa mueve al lineal `{python} rate_span` aciertos; entre los tres modelos, la media del mejor y
# la del peor distan `{python} model_span:.0f`. Un modelo mal ajustado pierde contra casi cualquiera: antes de
# creer una tabla, pregunta cuánto cuidado recibió cada fila.
#
# ## Una idea que falla: una ReLU al final
#
# El segundo modelo del capítulo 03 agrega una ReLU **después** de la última capa, y acierta menos que el
# lineal. Es un error fácil de cometer y de pasar por alto, porque nada se queja. Piensa antes de ejecutar:
# ¿qué les pasa a los logits, que necesitan ser negativos para decir «esta clase no»?

# %% [markdown] lang="en"
# Changing the rate moves the linear model by `{python} rate_span` right answers; among the three models, the
# mean of the best and that of the worst are `{python} model_span:.0f` apart. A badly tuned model loses to
# nearly any other: before believing a table, ask how much care each row received.
#
# ## An idea that fails: a ReLU at the end
#
# The second model of chapter 03 adds a ReLU **after** the last layer, and gets fewer right than the linear
# one. The mistake is easy to make and easy to miss, since nothing complains. Think before running: what
# becomes of the logits, which must be negative to say “not this class”?

# %%
clipped = []
for seed in SEEDS:
    torch.manual_seed(seed)
    model = nn.Sequential(MLP(pixels=side * side, hidden=32, classes=classes), nn.ReLU())
    records, _ = fit(model, seed, *split, **BUDGET)
    with torch.inference_mode():
        dead = int((model(data.train_images).amax(dim=0) == 0).sum())
    clipped.append((records[-1].test.accuracy, dead))
    print(f"{clipped[-1][0]}   " + tr(es="salidas muertas:", en="dead outputs:") + f" {dead}")

# %% tags=["hidden"]
best_clipped = max(score.right for score, _ in clipped)
deaths = [dead for _, dead in clipped]
if data.is_fallback:
    assert best_clipped < min(totals["MLP"])
    assert min(deaths) >= 1

# %% [markdown] lang="es"
# La mejor de las tres acierta `{python} best_clipped`; la peor de las MLP sin esa ReLU,
# `{python} min(totals["MLP"])`. Una salida que cae bajo cero para todas las imágenes da siempre 0, su
# gradiente es 0 y no vuelve: entre `{python} min(deaths)` y `{python} max(deaths)` de las `{python} classes`
# clases murieron así, y esas clases ya no se pueden responder. La última capa entrega logits tal cual;
# `cross_entropy` se encarga del resto.
#
# ## Dónde se equivoca TinyVGG
#
# La matriz cuenta; las imágenes explican. Sobre cada una, la clase verdadera y la respuesta.

# %% [markdown] lang="en"
# The best of the three gets `{python} best_clipped` right; the worst MLP without that ReLU,
# `{python} min(totals["MLP"])`. An output that falls below zero for every image always gives 0, its gradient
# is 0 and it never returns: between `{python} min(deaths)` and `{python} max(deaths)` of the
# `{python} classes` classes died that way, and those classes can no longer be answered. The last layer hands
# over its logits as they are; `cross_entropy` takes care of the rest.
#
# ## Where TinyVGG errs
#
# The matrix counts; the images explain. Above each one, the true class and the answer.

# %%
# alt es: Matriz de confusión de TinyVGG, con casi todas las respuestas en la diagonal.
# alt en: Confusion matrix of TinyVGG, with nearly all the answers on the diagonal.
answers = runs["TinyVGG"][0][1]
matrix = confusion_matrix(answers, data.test_labels, classes)
_ = draw_confusion(
    matrix, data.classes, xlabel=tr(es="respuesta", en="answer"), ylabel=tr(es="verdad", en="truth")
)

# %%
# alt es: Hasta dieciocho imágenes mal respondidas, cada una con su clase verdadera y la respuesta.
# alt en: Up to eighteen images answered wrongly, each with its true class and the answer.
wrong = (answers != data.test_labels).nonzero().flatten()[:18]
titles = [f"{data.classes[data.test_labels[i]]} → {data.classes[answers[i]]}" for i in wrong]
_ = image_grid(data.test_images[wrong], titles)

# %%
wrong_by_seed = {name: torch.stack([a != data.test_labels for _, a in row]) for name, row in runs.items()}
for name, wrong in wrong_by_seed.items():
    always, ever = int(wrong.all(dim=0).sum()), int(wrong.any(dim=0).sum())
    print(
        f"{name:<8} "
        + tr(es="mal en todas las semillas", en="wrong with every seed")
        + f": {always:>3}   "
        + tr(es="mal en alguna", en="wrong with some")
        + f": {ever:>3}"
    )

# %% tags=["hidden"]
shares = {
    name: float(wrong.all(dim=0).sum() / wrong.any(dim=0).sum()) for name, wrong in wrong_by_seed.items()
}
assert matrix.diagonal().sum() == scores["TinyVGG"][0].right
if data.is_fallback:
    assert shares["TinyVGG"] < shares[LINEAR]

# %% [markdown] lang="es"
# Aquí los modelos sí se distinguen, por la **forma** de equivocarse. De las imágenes que el lineal falla
# alguna vez, falla con todas las semillas el `{python} shares[LINEAR]:.0%`: sus plantillas convergen siempre
# a las mismas. En TinyVGG es el `{python} shares["TinyVGG"]:.0%`: cada semilla aprende filtros distintos y
# tropieza en otros sitios. Tres redes que fallan en lugares distintos pueden votar (ejercicio 3).
#
# ## Junto a los números del curso

# %% [markdown] lang="en"
# Here the models do differ, in the **manner** of erring. Of the images that the linear model ever misses, it
# misses `{python} shares[LINEAR]:.0%` with every seed: its templates always converge to the same ones. For
# TinyVGG it is `{python} shares["TinyVGG"]:.0%`: each seed learns different filters and stumbles elsewhere.
# Three networks that fail in different places can vote (exercise 3).
#
# ## Beside the numbers of the course

# %%
# es: learnpytorch.io, capítulo 03 (2026): exactitud de prueba en FashionMNIST, tres épocas, SGD
# en: learnpytorch.io, chapter 03 (2026): test accuracy on FashionMNIST, three epochs, SGD
COURSE = {LINEAR: 0.8343, tr(es="MLP con ReLU final", en="MLP with final ReLU"): 0.7502, "TinyVGG": 0.8838}
if data.is_fallback:
    print(
        tr(
            es="Los números del capítulo 03 son de FashionMNIST; con otros datos no se comparan.",
            en="The numbers of chapter 03 are for FashionMNIST; with other data there is no comparing.",
        )
    )
else:
    ours = [*scores[LINEAR][:1], clipped[0][0], *scores["TinyVGG"][:1]]
    for (name, value), score in zip(COURSE.items(), ours, strict=True):
        print(f"{name:<20} {value:.4f}   {score} = {score.value:.4f}   {score.low:.4f} … {score.high:.4f}")

# %% [markdown] lang="es"
# Al comparar, recuerda que el capítulo promedia exactitudes de *batches*. La prueba de FashionMNIST tiene 10
# 000 imágenes, que no son múltiplo de 32, así que su tercera y cuarta cifra no son las de un conteo. Y su
# lineal tiene dos capas sin nada en medio, que juntas equivalen a una.
#
# ## Para llevarte
#
# * Cuenta parámetros antes de llamar «grande» a un modelo: depende de la imagen.
# * Igual presupuesto, mismo examen, varias semillas; y el ajuste se elige sin la prueba.
# * Si no se puede decidir, dilo. La validación cruzada alarga el examen; las semillas miden la receta.
# * Nunca una ReLU sobre los logits.
# * Mira los errores: dos modelos con el mismo número pueden fallar de maneras muy distintas.
#
# Lo que sabe un tensor de cuatro índices, `(batch, canal, alto, ancho)`, está en [Tensores y
# rango](../fundamentals/tensors_and_rank.md); por qué una capa lineal es un producto escalar por clase, en
# [Productos escalares](../tensor_mathematics/dot_products.md).

# %% [markdown] lang="en"
# In comparing, remember that the chapter averages the accuracies of batches. The test of FashionMNIST has
# 10,000 images, which is no multiple of 32, so its third and fourth digits are not those of a count. And its
# linear model has two layers with nothing between them, which together amount to one.
#
# ## What to keep
#
# * Count parameters before calling a model “big”: it depends on the image.
# * Equal budget, same exam, several seeds; and settings are chosen without the test.
# * If it cannot be decided, say so. Cross-validation lengthens the exam; seeds measure the recipe.
# * Never a ReLU on the logits.
# * Look at the errors: two models with the same number may fail in very different ways.
#
# What a tensor with four indices knows, `(batch, channel, height, width)`, is in [Tensors and
# rank](../fundamentals/tensors_and_rank.md); why a linear layer is one dot product per class, in [Dot
# products](../tensor_mathematics/dot_products.md).

# %% [markdown] lang="es" tags=["quiz"]
# Entrenas TinyVGG con diez semillas sobre el mismo conjunto de prueba de 449 dígitos. ¿Qué ganas?
#
# - [ ] Un intervalo más angosto, porque ahora hay 4490 respuestas: son las mismas 449 preguntas respondidas
#   diez veces.
# - [x] Sabes cuánto depende el resultado de la semilla, pero el azar de la muestra sigue igual: para
#   reducirlo hacen falta otras imágenes.
# - [ ] Puedes quedarte con la mejor semilla e informar su exactitud: elegir al mejor con la prueba infla el
#   número.

# %% [markdown] lang="en" tags=["quiz"]
# You train TinyVGG with ten seeds on the same test set of 449 digits. What do you gain?
#
# - [ ] A narrower interval, since there are now 4490 answers: they are the same 449 questions answered ten
#   times.
# - [x] You learn how much the outcome depends on the seed, but the luck of the sample stays as it was: to
#   reduce it takes other images.
# - [ ] You may keep the best seed and report its accuracy: choosing the best by the test inflates the number.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: la cuenta de TinyVGG
#
# Escribe `vgg_parameters(channels, hidden, classes, side)` con la fórmula de arriba, extendida a imágenes de
# varios canales de entrada y a lados que no son múltiplos de 4 (cada *max pooling* redondea hacia abajo). Sin
# construir el modelo.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: counting TinyVGG
#
# Write `vgg_parameters(channels, hidden, classes, side)` with the formula above, extended to images of
# several input channels and to sides that are no multiple of 4 (each *max pooling* rounds down). Without
# building the model.


# %% tags=["solution"]
def vgg_parameters(channels: int, hidden: int, classes: int, side: int) -> int:
    convolutions = (9 * channels + 1) * hidden + 3 * (9 * hidden + 1) * hidden
    return convolutions + (hidden * (side // 2 // 2) ** 2 + 1) * classes


# %% tags=["check"]
for shape in ((1, 10, 10, 28), (3, 10, 3, 64), (1, 4, 2, 9), (2, 7, 5, 31)):
    assert vgg_parameters(*shape) == parameter_count(TinyVGG(*shape)), shape
print(vgg_parameters(3, 10, 3, 64))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: el atajo que infla
#
# Escribe `shuffled_split(images, labels, test_size, seed)`, que mezcla antes de cortar y devuelve
# `train_images, train_labels, test_images, test_labels`. Así las trece manos quedan en los dos lados. Predice
# cuánto sube el lineal; la comprobación lo entrena con los dos cortes.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: the shortcut that inflates
#
# Write `shuffled_split(images, labels, test_size, seed)`, which shuffles before cutting and returns
# `train_images, train_labels, test_images, test_labels`. That way all thirteen hands end up on both sides.
# Predict how much the linear model rises; the check trains it on both cuts.


# %% tags=["solution"]
def shuffled_split(
    images: torch.Tensor, labels: torch.Tensor, test_size: int, seed: int
) -> tuple[torch.Tensor, ...]:
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(seed))
    test, train = order[:test_size], order[test_size:]
    return images[train], labels[train], images[test], labels[test]


# %% tags=["check"]
mixed = shuffled_split(images, labels, test_size=449, seed=0)
assert [len(part) for part in mixed] == [1348, 1348, 449, 449]
together = torch.cat([mixed[0], mixed[2]]).flatten(1)
assert len(torch.unique(together, dim=0)) == 1797
assert len(set(mixed[3].tolist())) == 10
in_order = (sheet.train_images, sheet.train_labels, sheet.test_images, sheet.test_labels)
for cut in (in_order, mixed):
    torch.manual_seed(0)
    records, _ = fit(builders[LINEAR](8), 0, *cut, **DIGITS_BUDGET)
    score = records[-1].test.accuracy
    print(f"{score}   {score.low:.3f} … {score.high:.3f}")

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: que voten
#
# Escribe `majority(votes)`: recibe las respuestas de varios modelos, un tensor de forma `(modelo, ejemplo)`,
# y devuelve la clase más votada para cada ejemplo. Si empatan, vale cualquiera de las empatadas. ¿A qué
# modelo le conviene más votar, al lineal o a TinyVGG?

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: let them vote
#
# Write `majority(votes)`: it takes the answers of several models, a tensor of shape `(model, example)`, and
# returns the class with most votes for each example. On a tie, any of the tied ones will do. Which model
# stands to gain more by voting, the linear one or TinyVGG?


# %% tags=["solution"]
def majority(votes: torch.Tensor) -> torch.Tensor:
    return votes.mode(dim=0).values


# %% tags=["check"]
assert majority(torch.tensor([[3, 1, 7], [3, 2, 7], [5, 2, 7]])).tolist() == [3, 2, 7]
for name, row in runs.items():
    voted = majority(torch.stack([answers for _, answers in row]))
    assert voted.shape == data.test_labels.shape
    print(f"{name:<8}", *scores[name], "→", Proportion.of(voted == data.test_labels))

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# Qué mira una red para decidir, y hasta dónde ve, está en [Mapas de
# características](../convolutional_networks/feature_maps.md). Cómo sacar más de las mismas imágenes, en
# [Aumento de datos](../convolutional_networks/augmentation.md); cómo apilar muchas más capas, en [Redes
# residuales](../convolutional_networks/residual_networks.md).

# %% [markdown] lang="en"
# ## Where to go next
#
# What a network looks at to decide, and how far it sees, is in [Feature
# maps](../convolutional_networks/feature_maps.md). How to get more out of the same images is in [Data
# augmentation](../convolutional_networks/augmentation.md); how to stack many more layers, in [Residual
# networks](../convolutional_networks/residual_networks.md).
