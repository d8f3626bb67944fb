"""
title:
  es: Evaluación honesta
  en: Honest evaluation
summary:
  es: Contar aciertos sin deformarlos, decir cuánto se ignora y saber cuándo callar.
  en: Counting right answers without bending them, saying what is unknown, and knowing when to keep quiet.
tags: [evaluation, accuracy, confidence interval, confusion matrix, statistics]
objectives:
  es:
    - Calcular una exactitud a partir de conteos y detectar el promedio de *batches* que la deforma.
    - Acompañar cualquier exactitud con n y su intervalo de Wilson.
    - Leer una matriz de confusión y separar el azar de la semilla del azar de la muestra.
    - Comparar dos modelos sobre los mismos ejemplos y reconocer cuándo no hay ganador.
  en:
    - Compute an accuracy from counts and spot the mean over batches that bends it.
    - Give every accuracy its n and its Wilson interval.
    - Read a confusion matrix and tell the luck of the seed from the luck of the sample.
    - Compare two models on the same examples and recognise when there is no winner.
prerequisites:
  es:
    - El bucle de entrenamiento.
    - Qué es una probabilidad.
  en:
    - The training loop.
    - What a probability is.
timeout_seconds: 180
"""
# %% [markdown] lang="es"
# Un modelo acierta 68 imágenes de 75 y otro 66. ¿Cuál es mejor? Al terminar podrás responder «no se sabe» y
# demostrarlo; y, cuando sí se sepa, podrás decir con cuánta seguridad. De paso verás un bucle de evaluación
# muy difundido que, con los mismos aciertos, imprime exactitudes distintas.
#
# La lección supone el bucle de [Una recta, de los tensores sueltos al modelo guardado](linear_regression.md).
# Acompaña la parte de evaluación de las secciones *PyTorch Neural Network Classification* y *PyTorch Custom
# Datasets* del curso [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) de Andrei Neagoie y Daniel Bourke:
# capítulos [02](https://www.learnpytorch.io/02_pytorch_classification/) y
# [04](https://www.learnpytorch.io/04_pytorch_custom_datasets/) de su libro abierto.

# %% [markdown] lang="en"
# One model gets 68 images out of 75 right and another gets 66. Which is better? By the end you will be able
# to answer “nobody knows” and prove it; and, where it can be known, to say how surely. On the way you will
# meet a widespread evaluation loop that prints different accuracies for the same right answers.
#
# The lesson presumes the loop of [A line, from bare tensors to a saved model](linear_regression.md). It goes
# with the evaluation part of the sections *PyTorch Neural Network Classification* and *PyTorch Custom
# Datasets* of the course [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) by Andrei Neagoie and Daniel Bourke:
# chapters [02](https://www.learnpytorch.io/02_pytorch_classification/) and
# [04](https://www.learnpytorch.io/04_pytorch_custom_datasets/) of their open book.

# %%
from itertools import combinations
from math import comb, sqrt
from statistics import NormalDist

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch.utils.data import DataLoader, TensorDataset

from tutorials_lib import tr
from tutorials_lib.data import digits
from tutorials_lib.metrics import Proportion, confusion_matrix, paired_comparison, rank
from tutorials_lib.models import MLP, LinearClassifier
from tutorials_lib.plots import color, curves, interval_plot, localize_ticks
from tutorials_lib.plots import confusion_matrix as draw_confusion
from tutorials_lib.training import predict, train

# %% [markdown] lang="es"
# ## Tres modelos que no miran
#
# El conjunto de prueba del capítulo 04 tiene 75 fotos en orden alfabético de clase: 25 de pizza, 19 de bistec
# y 31 de sushi. Imagina tres «modelos» que responden siempre lo mismo, cada uno una clase. No hace falta
# ejecutar nada para saber su exactitud: los aciertos son el tamaño de la clase. Escribe los tres porcentajes
# antes de seguir.
#
# Ahora evaluémoslos como lo hace el bucle del curso: *batches* (grupos de ejemplos que se procesan juntos) de
# 32, la exactitud de cada *batch*, y el promedio de esas exactitudes.

# %% [markdown] lang="en"
# ## Three models that never look
#
# The test set of chapter 04 has 75 photographs in alphabetical order of class: 25 of pizza, 19 of steak and
# 31 of sushi. Picture three “models” that always give the same answer, one class each. You need not run
# anything to know their accuracy: the right answers are the size of the class. Write down the three
# percentages before going on.
#
# Now let us evaluate them the way the loop of the course does: batches (groups of examples processed
# together) of 32, the accuracy of each batch, and the mean of those accuracies.

# %%
classes = [tr(es="pizza", en="pizza"), tr(es="bistec", en="steak"), tr(es="sushi", en="sushi")]
labels = torch.tensor([0] * 25 + [1] * 19 + [2] * 31)


# es: lo que imprime un bucle que suma la exactitud de cada batch y divide entre el número de batches
# en: what a loop prints that adds the accuracy of each batch and divides by the number of batches
def mean_of_batches(correct: torch.Tensor, batch_size: int = 32) -> float:
    accuracies = [batch.float().mean() for batch in correct.split(batch_size)]
    return float(sum(accuracies) / len(accuracies))


truth, printed = [], []
for index, name in enumerate(classes):
    correct = labels == index
    truth.append(Proportion.of(correct))
    printed.append(mean_of_batches(correct))
    print(
        f"{name:<8} {truth[-1]} = {truth[-1].value:.4f}   {tr(es='promedio', en='mean')} = {printed[-1]:.4f}"
    )
print([len(batch) for batch in labels.split(32)])

# %% tags=["hidden"]
assert [str(p) for p in truth] == ["25/75", "19/75", "31/75"]
assert [len(batch) for batch in labels.split(32)] == [32, 32, 11]
assert abs(sum(printed) - 1) < 1e-6

# %% [markdown] lang="es"
# Los tres promedios mienten. Quien dice siempre «pizza» acierta `{python} str(truth[0])`, o sea
# `{python} truth[0].value:.2%`, y el bucle imprime `{python} printed[0]:.2%`; quien dice siempre «sushi»
# parece acertar más de la mitad, `{python} printed[2]:.2%`, con `{python} truth[2].value:.2%` de aciertos. El
# primer número y el segundo, `{python} printed[1]:.2%`, son exactamente los que imprime el capítulo 04 al
# entrenar su primera red con esas fotos. En esas épocas la red no distinguía nada: elegía una sola clase, y
# el promedio no dejaba verlo.
#
# ## Por qué miente el promedio
#
# Con $r_k$ aciertos en un *batch* de $n_k$ ejemplos, el bucle calcula lo de la izquierda y la exactitud es lo
# de la derecha:
#
# $$\frac{1}{K} \sum_{k=1}^{K} \frac{r_k}{n_k} \;\neq\; \frac{\sum_k r_k}{\sum_k n_k}.$$
#
# A la izquierda, un ejemplo del *batch* $k$ pesa $1/(K n_k)$. Aquí $K = 3$ y los tamaños son 32, 32 y 11:
# cada una de las últimas once fotos pesa `{python} 32 / 11:.2f` veces lo que pesa cualquiera de las primeras,
# por el solo hecho de estar al final. Si todos los $n_k$ fueran iguales, los dos lados coincidirían; si el
# conjunto no es múltiplo del *batch*, el número depende del orden de los archivos.
#
# El [capítulo 07](https://www.learnpytorch.io/07_pytorch_experiment_tracking/) compara así ocho experimentos,
# y cuatro de ellos, todos con 68 aciertos de 75, figuran con dos exactitudes distintas. ¿Cuántos valores
# puede imprimir el bucle para esos mismos 68 aciertos?

# %% [markdown] lang="en"
# All three means lie. Whoever always says “pizza” gets `{python} str(truth[0])` right, that is
# `{python} truth[0].value:.2%`, and the loop prints `{python} printed[0]:.2%`; whoever always says “sushi”
# seems to be right more than half of the time, `{python} printed[2]:.2%`, with `{python} truth[2].value:.2%`
# right. The first number and the second, `{python} printed[1]:.2%`, are exactly those that chapter 04 prints
# while training its first network on those photographs. In those epochs the network told nothing apart: it
# chose a single class, and the mean concealed it.
#
# ## Why the mean lies
#
# With $r_k$ right answers in a batch of $n_k$ examples, the loop computes the left side and accuracy is the
# right side:
#
# $$\frac{1}{K} \sum_{k=1}^{K} \frac{r_k}{n_k} \;\neq\; \frac{\sum_k r_k}{\sum_k n_k}.$$
#
# On the left, an example of batch $k$ weighs $1/(K n_k)$. Here $K = 3$ and the sizes are 32, 32 and 11: each
# of the last eleven photographs weighs `{python} 32 / 11:.2f` times as much as any of the first, for no other
# reason than standing at the end. Were all $n_k$ equal, both sides would agree; where the set is not a
# multiple of the batch, the number depends on the order of the files.
#
# [Chapter 07](https://www.learnpytorch.io/07_pytorch_experiment_tracking/) compares eight experiments this
# way, and four of them, each with 68 right out of 75, appear with two different accuracies. How many values
# can the loop print for those same 68 right answers?

# %%
# alt es: Ocho exactitudes impresas para un mismo conteo, en recta creciente; la verdadera es horizontal.
# alt en: Eight printed accuracies for the same count, on a rising line; the true one is a horizontal line.
RIGHT, SIZES = 68, (32, 32, 11)
# es: cuántas de las últimas once son correctas
# en: how many of the last eleven are right
in_last = range(RIGHT - 64, 12)
values = [((RIGHT - last) / 32 + last / 11) / 3 for last in in_last]
_, ax = plt.subplots()
ax.plot(in_last, values, "o", color=color("blue"), label=tr(es="promedio de batches", en="mean over batches"))
chapter = {"markersize": 11, "markerfacecolor": "none", "color": color("gold")}
shown = [values[in_last.index(last)] for last in (9, 10)]
ax.plot((9, 10), shown, "o", label=tr(es="capítulo 07", en="chapter 07"), **chapter)
ax.axhline(RIGHT / 75, color=color("ember"), linestyle="--", label="68/75")
ax.set_xlabel(tr(es="aciertos en el último batch", en="right answers in the last batch"))
ax.set_ylabel(tr(es="exactitud", en="accuracy"))
localize_ticks(ax)
_ = ax.legend()

# %% tags=["hidden"]
# es: los dos valores que figuran en el capítulo 07
# en: the two values that stand in chapter 07
CHAPTER_07 = (0.8873, 0.9072)
assert len(values) == 8
assert [round(values[in_last.index(last)], 4) for last in (9, 10)] == list(CHAPTER_07)
assert all(abs(value - RIGHT / 75) > 1e-4 for value in values)

# %% [markdown] lang="es"
# Ocho, de `{python} min(values):.2%` a `{python} max(values):.2%`, y ninguno es la exactitud,
# `{python} RIGHT / 75:.2%`. Los dos del capítulo 07 son `{python} values[in_last.index(9)]:.2%` y
# `{python} values[in_last.index(10)]:.2%`: la misma cantidad de errores, con uno más o uno menos entre las
# últimas once fotos. Sobre esa diferencia se elige allí un modelo.
#
# El remedio es no dividir hasta el final. `Proportion` guarda los dos conteos, y sumar proporciones es sumar
# conteos.

# %% [markdown] lang="en"
# Eight, from `{python} min(values):.2%` to `{python} max(values):.2%`, and none is the accuracy,
# `{python} RIGHT / 75:.2%`. The two of chapter 07 are `{python} values[in_last.index(9)]:.2%` and
# `{python} values[in_last.index(10)]:.2%`: the same number of errors, with one more or one fewer among the
# last eleven photographs. On that difference a model is chosen there.
#
# The remedy is not to divide until the end. `Proportion` keeps both counts, and adding proportions is adding
# counts.

# %%
batches = [Proportion.of(batch) for batch in (labels == 0).split(32)]
print(*batches, "→", sum(batches, Proportion(0, 0)))

# %% [markdown] lang="es"
# ## Cuánto se ignora: el intervalo de Wilson
#
# Un conteo sobre 75 ejemplos es una muestra. El modelo tiene una probabilidad de acertar $p$ que no vemos;
# vemos $\hat p = r/n$. Si $p$ fuera la verdadera, $\hat p$ caería casi siempre a menos de $z$ desviaciones
# estándar, con $z \approx 1{,}96$ para el 95 %. [Wilson
# (1927)](https://doi.org/10.1080/01621459.1927.10502953) preguntó al revés: ¿para qué valores de $p$ lo
# observado no sería raro? Son los que cumplen
#
# $$(\hat p - p)^2 \le z^2\, \frac{p\,(1 - p)}{n},$$
#
# una desigualdad de segundo grado en $p$ cuyos extremos son
#
# $$\frac{\hat p + \dfrac{z^2}{2n} \pm z \sqrt{\dfrac{\hat p (1 - \hat p)}{n} + \dfrac{z^2}{4n^2}}}
# {1 + \dfrac{z^2}{n}}.$$

# %% [markdown] lang="en"
# ## How much is unknown: the Wilson interval
#
# A count over 75 examples is a sample. The model has a probability of being right, $p$, that we do not see;
# we see $\hat p = r/n$. Were $p$ the true one, $\hat p$ would nearly always fall within $z$ standard
# deviations, with $z \approx 1.96$ for 95%. [Wilson (1927)](https://doi.org/10.1080/01621459.1927.10502953)
# asked in reverse: for which values of $p$ would what we saw not be strange? They are those for which
#
# $$(\hat p - p)^2 \le z^2\, \frac{p\,(1 - p)}{n},$$
#
# a quadratic inequality in $p$ whose ends are
#
# $$\frac{\hat p + \dfrac{z^2}{2n} \pm z \sqrt{\dfrac{\hat p (1 - \hat p)}{n} + \dfrac{z^2}{4n^2}}}
# {1 + \dfrac{z^2}{n}}.$$


# %%
def wilson(right: int, total: int, level: float = 0.95) -> tuple[float, float]:
    z = NormalDist().inv_cdf((1 + level) / 2)
    p = right / total
    center = p + z**2 / (2 * total)
    margin = z * sqrt(p * (1 - p) / total + z**2 / (4 * total**2))
    return (center - margin) / (1 + z**2 / total), (center + margin) / (1 + z**2 / total)


for right, total in ((68, 75), (66, 75), (680, 750), (6800, 7500)):
    low, high = wilson(right, total)
    print(f"{right:>4}/{total:<4}   {low:.3f} … {high:.3f}   {tr(es='ancho', en='width')} {high - low:.3f}")

# %% tags=["hidden"]
z = NormalDist().inv_cdf(0.975)
for right, total in ((68, 75), (0, 75), (75, 75), (1, 3), (25, 75)):
    assert np.allclose(wilson(right, total), Proportion(right, total).interval())
    for p in wilson(right, total):  # both ends turn the inequality into an equality
        assert abs((right / total - p) ** 2 - z**2 * p * (1 - p) / total) < 1e-12
width_75, width_7500 = (np.ptp(wilson(68 * k, 75 * k)) for k in (1, 100))
assert 9 < width_75 / width_7500 < 11
low_68, high_68 = wilson(68, 75)
low_66, high_66 = wilson(66, 75)
assert low_68 < 66 / 75 < high_68

# %% [markdown] lang="es"
# Con 68 de 75, la probabilidad de acertar puede estar entre `{python} low_68:.1%` y `{python} high_68:.1%`;
# con 66, entre `{python} low_66:.1%` y `{python} high_66:.1%`. Los intervalos casi coinciden: nada distingue
# a esos modelos. Con cien veces más ejemplos el intervalo se angosta unas diez veces, porque el ancho va como
# $1/\sqrt{n}$.
#
# ## ¿Cumple lo que promete?
#
# Un intervalo «del 95 %» promete contener la verdad en el 95 % de las muestras. Eso se puede simular: se fija
# $p$, se sacan veinte mil exámenes de 75 preguntas y se cuenta cuántos intervalos contienen $p$. Comparamos
# con la fórmula que aparece primero en los libros, $\hat p \pm z\sqrt{\hat p(1 - \hat p)/n}$ (Wald). Antes de
# mirar: ¿dónde esperas que falle, cerca de $p = 1/2$ o cerca de 1?

# %% [markdown] lang="en"
# With 68 out of 75, the probability of being right may lie between `{python} low_68:.1%` and
# `{python} high_68:.1%`; with 66, between `{python} low_66:.1%` and `{python} high_66:.1%`. The intervals
# nearly coincide: nothing tells those models apart. With a hundred times as many examples the interval is
# about ten times narrower, since its width goes as $1/\sqrt{n}$.
#
# ## Does it keep its promise?
#
# A “95%” interval promises to hold the truth in 95% of the samples. That can be simulated: fix $p$, draw
# twenty thousand exams of 75 questions and count how many intervals hold $p$. We compare with the formula
# that books give first, $\hat p \pm z\sqrt{\hat p(1 - \hat p)/n}$ (Wald). Before you look: where do you
# expect it to fail, near $p = 1/2$ or near 1?

# %%
# alt es: Cobertura según p: Wilson ondula cerca del 95 %; Wald cae muy por debajo al acercarse p a 1.
# alt en: Coverage against p: Wilson ripples about 95%; Wald falls far below as p approaches 1.
N, EXAMS = 75, 20_000
counts = np.arange(N + 1)
wald_margin = 1.96 * np.sqrt(counts / N * (1 - counts / N) / N)
bounds = {
    "Wilson": np.array([wilson(int(count), N) for count in counts]).T,
    "Wald": np.array([counts / N - wald_margin, counts / N + wald_margin]),
}
random = np.random.default_rng(0)
truths = np.linspace(0.5, 0.99, 50)
coverage = {name: [] for name in bounds}
for p in truths:
    exams = random.binomial(N, p, EXAMS)
    for name, (low, high) in bounds.items():
        coverage[name].append(Proportion.of(torch.from_numpy((low[exams] <= p) & (p <= high[exams]))))

ax = curves(
    truths,
    {name: [held.value for held in row] for name, row in coverage.items()},
    xlabel=tr(es="probabilidad de acertar p", en="probability of being right p"),
    ylabel=tr(es="cobertura", en="coverage"),
)
_ = ax.axhline(0.95, color=color("faint"), linestyle=":")

# %% tags=["hidden"]
wilson_mean, wald_mean = (np.mean([held.value for held in coverage[name]]) for name in ("Wilson", "Wald"))
wald_worst = coverage["Wald"][-1]
assert abs(wilson_mean - 0.95) < 0.01
assert wald_mean < 0.94
assert wald_worst.high < 0.6
assert min(held.value for held in coverage["Wilson"]) > 0.9
perfect_low, perfect_high = wilson(75, 75)
assert perfect_high > 0.999999
assert bounds["Wald"][0][75] == bounds["Wald"][1][75] == 1

# %% [markdown] lang="es"
# Wilson cumple en promedio, `{python} wilson_mean:.1%`, con ondas que vienen de que los conteos son enteros.
# Wald falla justo donde viven los buenos modelos: con $p$ = `{python} truths[-1]:.2f` contiene la verdad en
# `{python} str(wald_worst)` de las simulaciones, el `{python} wald_worst.value:.0%`. Y con 75 aciertos de 75
# su intervalo mide cero, como si ya no cupiera duda; el de Wilson baja hasta `{python} perfect_low:.1%`.
#
# ## Un modelo de verdad, y dónde se equivoca
#
# Entrenamos el clasificador lineal y una red con una capa oculta (MLP) sobre los 1797 dígitos de 8×8 píxeles
# que trae scikit-learn, cinco semillas cada uno. La última cuarta parte es la prueba. Esos dígitos los
# escribieron trece personas y el archivo los guarda persona por persona; por eso cortamos en orden, sin
# mezclar: la prueba trae otras manos. ¿Aciertan más del 90 %? ¿Cuántos aciertos de diferencia esperas entre
# semillas?

# %% [markdown] lang="en"
# Wilson keeps it on average, `{python} wilson_mean:.1%`, with ripples that come from counts being whole. Wald
# fails just where good models live: at $p$ = `{python} truths[-1]:.2f` it holds the truth in
# `{python} str(wald_worst)` of the simulations, or `{python} wald_worst.value:.0%`. And with 75 right out of
# 75 its interval has no width, as if no doubt were left; that of Wilson reaches down to
# `{python} perfect_low:.1%`.
#
# ## A real model, and where it errs
#
# We train the linear classifier and a network with one hidden layer (MLP) on the 1797 digits of 8×8 pixels
# that ship with scikit-learn, five seeds each. The last quarter is the test. Thirteen people wrote those
# digits and the file keeps them person by person; so we cut in order, without shuffling: the test brings
# other hands. Will they be right more than 90% of the time? How many right answers apart do you expect the
# seeds to be?

# %%
data = digits()
train_set = TensorDataset(data.train_images, data.train_labels)
test_batches = DataLoader(TensorDataset(data.test_images, data.test_labels), batch_size=128)
builders = {
    tr(es="lineal", en="linear"): lambda: LinearClassifier(pixels=64, classes=10),
    "MLP": lambda: MLP(pixels=64, hidden=32, classes=10),
}
SEEDS = range(5)


# es: la clase que predice para cada dígito de prueba tras quince épocas
# en: the predicted class of every test digit after fifteen epochs
def answers(build, seed: int) -> torch.Tensor:
    torch.manual_seed(seed)
    model = build()
    order = torch.Generator().manual_seed(seed)
    batches = DataLoader(train_set, batch_size=64, shuffle=True, generator=order)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in train(model, batches, test_batches, optimizer=optimizer, epochs=15):
        pass
    return predict(model, data.test_images)


predicted = {name: [answers(build, seed) for seed in SEEDS] for name, build in builders.items()}
correct = {name: [guess == data.test_labels for guess in row] for name, row in predicted.items()}
scores = {name: [Proportion.of(right) for right in row] for name, row in correct.items()}
for name, row in scores.items():
    print(f"{name:<8}", *row)

# %%
# alt es: Diez filas, cinco semillas por modelo: todos los intervalos se cubren entre sí casi por completo.
# alt en: Ten rows, five seeds for each model: all the intervals cover one another almost entirely.
rows = [(f"{name} {seed}", row[seed]) for name, row in scores.items() for seed in SEEDS]
_ = interval_plot(
    [name for name, _ in rows],
    [score.value for _, score in rows],
    [score.low for _, score in rows],
    [score.high for _, score in rows],
    xlabel=tr(es="exactitud, intervalo del 95 %", en="accuracy, 95% interval"),
)

# %% tags=["hidden"]
linear, mlp = scores.values()
everything = [score for row in scores.values() for score in row]
spreads = [max(score.value for score in row) - min(score.value for score in row) for row in scores.values()]
widths = [score.high - score.low for score in everything]
assert max(spreads) < min(widths)
assert max(score.low for score in everything) < min(score.high for score in everything)
fewest, most = min(score.right for score in everything), max(score.right for score in everything)

# %% [markdown] lang="es"
# Los diez modelos aciertan entre `{python} fewest` y `{python} most` de `{python} len(data.test_labels)`. Hay
# dos azares distintos en la figura:
#
# * El de la **semilla**, cuánto se mueve el punto al repetir el entrenamiento: a lo más
#   `{python} max(spreads):.1%`.
# * El de la **muestra**, cuánto podría moverse con otros tantos dígitos: la barra, de unos
#   `{python} max(widths):.1%`.
#
# Repetir con más semillas precisa el primero y no toca el segundo: los diez rindieron el mismo examen. Juntar
# las cinco semillas y anunciar un n cinco veces mayor sería contar cinco veces a los mismos alumnos.
#
# **¿Te dio otro número?** Con estos ajustes, cualquier conteo cercano a la banda de `{python} fewest` a
# `{python} most` es lo esperado.
#
# La matriz de confusión dice en qué se gastan los errores. Cada fila es un dígito verdadero; cada columna,
# una respuesta; la diagonal, los aciertos.

# %% [markdown] lang="en"
# The ten models get between `{python} fewest` and `{python} most` out of `{python} len(data.test_labels)`
# right. Two different kinds of luck are in the figure:
#
# * That of the **seed**, how far the point moves when training is repeated: at most
#   `{python} max(spreads):.1%`.
# * That of the **sample**, how far it might move with as many other digits: the bar, about
#   `{python} max(widths):.1%`.
#
# More seeds sharpen the first and leave the second alone: all ten sat the same exam. To pool the five seeds
# and announce an n five times as large would be to count the same pupils five times.
#
# **Did you get a different number?** With these settings, any count close to the band from `{python} fewest`
# to `{python} most` is to be expected.
#
# The confusion matrix tells what the errors are spent on. Each row is a true digit; each column, an answer;
# the diagonal, the right ones.

# %%
# alt es: Matriz de confusión del MLP: casi todo en la diagonal; los errores se juntan en pocas casillas.
# alt en: Confusion matrix of the MLP: nearly all on the diagonal; the errors gather in a few cells.
matrix = confusion_matrix(predicted["MLP"][0], data.test_labels, classes=10)
_ = draw_confusion(
    matrix, data.classes, xlabel=tr(es="respuesta", en="answer"), ylabel=tr(es="verdad", en="truth")
)

# %%
per_class = [Proportion(int(matrix[k, k]), int(matrix[k].sum())) for k in range(10)]
worst = min(range(10), key=lambda k: per_class[k].value)
off_diagonal = matrix - matrix.diagonal().diag()
mistaken, taken_for = divmod(int(off_diagonal.argmax()), 10)
print(worst, per_class[worst], [round(bound, 2) for bound in per_class[worst].interval()])
print(mistaken, "→", taken_for, int(off_diagonal.max()))

# %% tags=["hidden"]
assert sum(per_class, Proportion(0, 0)) == scores["MLP"][0]
assert per_class[worst].high - per_class[worst].low > 2 * max(widths)

# %% [markdown] lang="es"
# El peor dígito es el `{python} worst`, con `{python} str(per_class[worst])`. Cuidado otra vez: con tan pocos
# ejemplos por clase su intervalo va de `{python} per_class[worst].low:.0%` a
# `{python} per_class[worst].high:.0%`. El error más repetido es leer `{python} taken_for` donde decía
# `{python} mistaken`.
#
# ## Comparar sobre el mismo examen
#
# Que dos intervalos se cubran no prueba que los modelos empaten: rindieron **el mismo** examen, y las
# preguntas fáciles y las imposibles no informan. Informan aquellas en que uno acierta y el otro no. Si los
# modelos fueran igual de buenos, cada una de esas preguntas favorecería a cualquiera como una moneda. Con $b$
# y $c$ los dos conteos, la probabilidad de un reparto tan desigual o más es
#
# $$P = \min\left(1,\; 2 \sum_{k=0}^{\min(b, c)} \binom{b + c}{k} \frac{1}{2^{\,b + c}}\right),$$
#
# la forma exacta de la prueba de [McNemar (1947)](https://doi.org/10.1007/BF02295996). Un $P$ pequeño dice
# que la moneda sería una explicación forzada.

# %% [markdown] lang="en"
# The worst digit is `{python} worst`, with `{python} str(per_class[worst])`. Careful again: with so few
# examples for each class its interval goes from `{python} per_class[worst].low:.0%` to
# `{python} per_class[worst].high:.0%`. The commonest error is to read `{python} taken_for` where it said
# `{python} mistaken`.
#
# ## Comparing on the same exam
#
# That two intervals overlap does not prove that the models are equal: they sat **the same** exam, and neither
# the easy questions nor the impossible ones tell anything. Those tell in which one is right and the other is
# not.
# Were the models equally good, each such question would favour either like a coin. With $b$ and $c$ the two
# counts, the probability of a split as uneven or more is
#
# $$P = \min\left(1,\; 2 \sum_{k=0}^{\min(b, c)} \binom{b + c}{k} \frac{1}{2^{\,b + c}}\right),$$
#
# the exact form of the test of [McNemar (1947)](https://doi.org/10.1007/BF02295996). A small $P$ says that
# the coin would be a strained explanation.

# %%
for seed in SEEDS:
    one, other = (correct[name][seed] for name in correct)
    pair = paired_comparison(one, other)
    fewer = min(pair.only_first, pair.only_second)
    by_formula = min(1, 2 * sum(comb(pair.differ, k) for k in range(fewer + 1)) / 2**pair.differ)
    print(f"b = {pair.only_first:>2}   c = {pair.only_second:>2}   P = {by_formula:.3f}")

# %% tags=["hidden"]
pairs = [paired_comparison(*(correct[name][seed] for name in correct)) for seed in SEEDS]
p_values = [pair.p_value for pair in pairs]
assert abs(by_formula - p_values[-1]) < 1e-12
flips = np.random.default_rng(0).binomial(pair.differ, 0.5, 200_000)  # the coin itself
as_uneven = np.abs(flips - pair.differ / 2) >= abs(pair.only_first - pair.differ / 2)
assert abs(as_uneven.mean() - by_formula) < 0.01
wins = sum(pair.only_second > pair.only_first for pair in pairs)
decided = sum(p < 0.05 for p in p_values)
assert decided < len(pairs)

# %% [markdown] lang="es"
# El MLP aventaja al lineal en `{python} wins` de las `{python} len(pairs)` semillas, y $P$ queda por debajo
# de `{python} 0.05:.2f` en `{python} decided` de ellas. De las `{python} len(data.test_labels)` preguntas, a
# lo más `{python} max(pair.differ for pair in pairs)` separan a los dos modelos con una misma semilla: el
# examen es corto para esta diferencia. Lo honesto es no coronar a nadie, y `rank` lo cumple. Ordena cuando
# cada par queda resuelto (con la corrección de [Holm (1979)](https://www.jstor.org/stable/4615733) por mirar
# varios pares); si no, se niega.

# %% [markdown] lang="en"
# The MLP is ahead of the linear model with `{python} wins` of the `{python} len(pairs)` seeds, and $P$ stays
# below `{python} 0.05:.2f` with `{python} decided` of them. Of the `{python} len(data.test_labels)`
# questions, at most `{python} max(pair.differ for pair in pairs)` tell the two models apart with any one
# seed: the exam is short for this difference. The honest course is to crown nobody, and `rank` holds to it.
# It ranks when each pair is settled (with the correction of [Holm
# (1979)](https://www.jstor.org/stable/4615733) for looking at several pairs), and otherwise refuses.

# %% tags=["raises=Undecided"]
rank({name: row[0] for name, row in correct.items()})

# %% [markdown] lang="es"
# ## Ocho modelos iguales y un ganador
#
# ¿Qué pasa si se corona al primero de la tabla de todos modos? Imagina ocho experimentos **idénticos**, cada
# uno con probabilidad $p = 0{,}9$ de acertar cada una de 75 fotos. Predice dos cosas: cuánto se separa el
# mejor del peor, y qué exactitud mostrará el mejor.

# %% [markdown] lang="en"
# ## Eight equal models and one winner
#
# What if the top of the table is crowned all the same? Picture eight **identical** experiments, each with
# probability $p = 0.9$ of getting each of 75 photographs right. Predict two things: how far the best is from
# the worst, and what accuracy the best will show.

# %%
# alt es: Dos histogramas: el del peor de ocho modelos iguales y el del mejor; la verdad queda entre ambos.
# alt en: Two histograms: the worst and the best of eight equal models; the truth lies between.
TRUE_P = 0.9
tables = np.random.default_rng(1).binomial(75, TRUE_P, size=(20_000, 8)) / 75
worst_shown, best_shown = tables.min(axis=1), tables.max(axis=1)
_, ax = plt.subplots()
edges = (np.arange(54, 77) - 0.5) / 75
ax.hist(worst_shown, edges, color=color("blue"), label=tr(es="el peor de ocho", en="worst of eight"))
best_style = {"color": color("ember"), "edgecolor": color("paper"), "hatch": "//"}
ax.hist(best_shown, edges, label=tr(es="el mejor de ocho", en="best of eight"), **best_style)
ax.axvline(TRUE_P, color=color("ink"), linestyle="--", label="p")
ax.set_xlabel(tr(es="exactitud mostrada", en="accuracy shown"))
ax.set_ylabel(tr(es="tablas simuladas", en="simulated tables"))
localize_ticks(ax)
_ = ax.legend(loc="upper left")

# %% tags=["hidden"]
mean_gap, mean_best = (best_shown - worst_shown).mean(), best_shown.mean()
assert 0.09 < mean_gap < 0.11
assert 0.94 < mean_best < 0.96

# %% [markdown] lang="es"
# Ocho modelos iguales se separan en promedio `{python} mean_gap:.1%`, y el «ganador» exhibe
# `{python} mean_best:.1%` en vez de `{python} TRUE_P:.0%`. La ventaja no es del modelo: es del orden de la
# tabla. Si eliges con el conjunto de prueba, ese conjunto ya no mide; hace falta otro, intacto, para el
# número final.
#
# ## Para llevarte
#
# * Suma conteos y divide una sola vez. El promedio de *batches* solo vale si todos miden lo mismo.
# * Escribe r/n y un intervalo. Wilson sirve también con pocos ejemplos y cerca del 100 %.
# * La semilla y la muestra son azares distintos; más semillas no alargan el examen.
# * Compara sobre los mismos ejemplos, mira solo donde difieren, y acepta el empate.
# * Elegir al mejor infla al mejor.
#
# En [Tres modelos, un conjunto de datos](../convolutional_networks/three_models_one_dataset.md) un examen
# cuatro veces más largo vuelve sobre lo que aquí quedó abierto. El producto de matrices que mueve todo esto
# se mide en [El producto de matrices](../benchmarks/matrix_product.md).

# %% [markdown] lang="en"
# Eight equal models come apart by `{python} mean_gap:.1%` on average, and the “winner” displays
# `{python} mean_best:.1%` instead of `{python} TRUE_P:.0%`. The lead does not belong to the model: it belongs
# to sorting a table. If you choose by the test set, that set no longer measures; the final number needs
# another, untouched one.
#
# ## What to keep
#
# * Add counts and divide once. The mean over batches holds only if all have the same size.
# * Write r/n and an interval. Wilson also serves with few examples and near 100%.
# * The seed and the sample are different kinds of luck; more seeds do not lengthen the exam.
# * Compare on the same examples, look only where they differ, and accept a draw.
# * To choose the best is to inflate the best.
#
# In [Three models, one data set](../convolutional_networks/three_models_one_dataset.md) an exam four times as
# long comes back to what stayed open here. The matrix product that drives all this is measured in [The matrix
# product](../benchmarks/matrix_product.md).

# %% [markdown] lang="es" tags=["quiz"]
# Tu bucle promedia la exactitud de *batches* de 32 y el conjunto de prueba tiene 6400 ejemplos. ¿Qué imprime?
#
# - [x] La exactitud correcta, porque 6400 es múltiplo de 32 y todos los *batches* pesan igual: el defecto
#   duerme hasta que alguien cambie uno de los dos números.
# - [ ] Una exactitud algo menor que la correcta: con *batches* iguales los dos lados de la fórmula coinciden.
# - [ ] Depende del orden de los ejemplos: dependería si el último *batch* fuera más corto.

# %% [markdown] lang="en" tags=["quiz"]
# Your loop averages the accuracy of batches of 32 and the test set has 6400 examples. What does it print?
#
# - [x] The correct accuracy, since 6400 is a multiple of 32 and all batches weigh the same: the defect sleeps
#   until someone changes either number.
# - [ ] An accuracy slightly below the correct one: with equal batches both sides of the formula agree.
# - [ ] It depends on the order of the examples: it would if the last batch were shorter.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: una exactitud que no se deforma
#
# Escribe `accuracy(model, batches)`, que recorre pares `(entradas, etiquetas)` y devuelve la exactitud
# exacta, cualquiera que sea el tamaño de cada *batch*. `model(entradas)` da los logits, uno por clase.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: an accuracy that does not bend
#
# Write `accuracy(model, batches)`, which goes through pairs `(inputs, labels)` and returns the exact accuracy
# whatever the size of each batch. `model(inputs)` gives the logits, one per class.


# %% tags=["solution"]
def accuracy(model, batches) -> float:
    right = total = 0
    for inputs, targets in batches:
        right += int((model(inputs).argmax(dim=1) == targets).sum())
        total += len(targets)
    return right / total


# %% tags=["check"]
def always_pizza(photos: torch.Tensor) -> torch.Tensor:
    return torch.tensor([[1.0, 0.0, 0.0]]).expand(len(photos), 3)


photos = torch.zeros(75, 3, 8, 8)
for size in (1, 10, 32, 74, 75):
    batches = list(zip(photos.split(size), labels.split(size), strict=True))
    assert accuracy(always_pizza, batches) == 25 / 75, size
print(tr(es="Bien.", en="Good."))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: ¿cuántos ejemplos hacen falta?
#
# Escribe `examples_needed(p, width)`: el menor múltiplo de 10 de ejemplos con el que un intervalo de Wilson
# del 95 %, para una exactitud `p`, mide a lo más `width`. Redondea los aciertos con `round(p * n)`.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: how many examples does it take?
#
# Write `examples_needed(p, width)`: the least multiple of 10 examples for which a 95% Wilson interval, for
# an accuracy `p`, is at most `width` wide. Round the right answers with `round(p * n)`.


# %% tags=["solution"]
def examples_needed(p: float, width: float) -> int:
    n = 10
    while True:
        answer = Proportion(round(p * n), n)
        if answer.high - answer.low <= width:
            return n
        n += 10


# %% tags=["check"]
for p, width in ((0.9, 0.1), (0.9, 0.02), (0.5, 0.1), (0.99, 0.01)):
    n = examples_needed(p, width)
    enough, fewer = Proportion(round(p * n), n), Proportion(round(p * (n - 10)), n - 10)
    assert n % 10 == 0, n
    assert enough.high - enough.low <= width < fewer.high - fewer.low, (p, width, n)
    print(f"p = {p}   {width}   n = {n}")

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: todos los pares
#
# Escribe `undecided(correct, level)`, que recibe un diccionario de nombre a tensor booleano de aciertos y
# devuelve la lista de pares de nombres que la prueba de McNemar **no** separa: aquellos cuyo $P$ no es menor
# que `1 - level`, sin corrección. Los pares van en el orden de `combinations`.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: every pair
#
# Write `undecided(correct, level)`, which takes a dictionary from names to boolean tensors of right answers
# and returns the list of pairs of names that the test of McNemar does **not** separate: those whose $P$ is
# not below `1 - level`, without correction. Pairs come in the order of `combinations`.


# %% tags=["solution"]
def undecided(correct: dict[str, torch.Tensor], level: float = 0.95) -> list[tuple[str, str]]:
    return [
        (one, other)
        for one, other in combinations(correct, 2)
        if paired_comparison(correct[one], correct[other]).p_value >= 1 - level
    ]


# %% tags=["check"]
exam = {"a": torch.arange(100) < 90, "b": torch.arange(100) < 88, "c": torch.arange(100) < 50}
assert undecided(exam, 0.95) == [("a", "b")]
assert undecided(exam, 0.01) == []
assert undecided({"a": exam["a"], "z": exam["a"]}, 0.95) == [("a", "z")]
print(undecided(exam, 0.95))
