"""
title:
  es: Qué se transfiere y qué no
  en: What transfers and what does not
summary:
  es: La misma red desde cero, congelada y con ajuste fino; una fuente que no aporta nada y otra que ahorra
    etiquetas.
  en: The same network from scratch, frozen and fine-tuned; a source that adds nothing and another that spares
    labels.
tags: [transfer learning, fine-tuning, frozen features, few examples, controls, seeds]
objectives:
  es:
    - Medir una transferencia contra los controles que la ponen en duda.
    - Comparar recetas semilla por semilla, con intervalos.
    - Explicar qué aprendió la fuente que a la tarea nueva le faltaba.
    - Contar las etiquetas que se ahorran, sin prometer más de lo medido.
  en:
    - Measure a transfer against the controls that put it in doubt.
    - Compare recipes seed by seed, with intervals.
    - Explain what the source learned that the new task was missing.
    - Count the labels that are spared, without promising more than was measured.
prerequisites:
  es:
    - El bucle de entrenamiento y las convoluciones.
    - Intervalos y comparación por pares.
  en:
    - The training loop and convolutions.
    - Intervals and paired comparison.
timeout_seconds: 180
"""
# %% [markdown] lang="es"
# «Para tener buena precisión se necesitan muchos datos», dicen las notas del curso. La transferencia parece
# contradecirlo: una red que aprendió con otras clases aprende las nuevas con pocas etiquetas. Aquí vas a
# medir cuánto hay de cierto, con un intento que sale mal y otro que sale bien, y a averiguar **qué** pasó de
# una tarea a la otra.
#
# La lección supone [Tres modelos, un conjunto de
# datos](../convolutional_networks/three_models_one_dataset.md) y [Evaluación
# honesta](../workflow/honest_evaluation.md). Acompaña la sección *PyTorch Transfer Learning* del curso
# [PyTorch for Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) de Andrei
# Neagoie y Daniel Bourke, y el [capítulo 06](https://www.learnpytorch.io/06_pytorch_transfer_learning/) de
# su libro abierto.

# %% [markdown] lang="en"
# “Good accuracy takes a lot of data”, say the course notes. Transfer seems to contradict them: a network that
# learned on other classes learns the new ones from few labels. Here you will measure how much of that is
# true, with one attempt that goes wrong and one that goes well, and find out **what** passed from one task to
# the other.
#
# The lesson presumes [Three models, one data
# set](../convolutional_networks/three_models_one_dataset.md) and [Honest
# evaluation](../workflow/honest_evaluation.md). It goes with the section *PyTorch Transfer Learning* of the
# course [PyTorch for Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) by
# Andrei Neagoie and Daniel Bourke, and with [chapter
# 06](https://www.learnpytorch.io/06_pytorch_transfer_learning/) of their open book.

# %%
from copy import deepcopy

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from tutorials_lib import tr
from tutorials_lib.data import digits
from tutorials_lib.metrics import Proportion, mean_over_seeds, paired_comparison
from tutorials_lib.plots import curves, image_grid, interval_plot
from tutorials_lib.training import predict

# %% [markdown] lang="es"
# ## Dos tareas sin una clase en común
#
# La **tarea fuente** es distinguir los dígitos del 0 al 4 y tiene todas sus etiquetas. La **tarea destino**
# es distinguir los del 5 al 9 y tendrá unas pocas por clase. `place` pone cada dígito de 8×8 en un lienzo
# negro: en el centro, o donde diga el azar.

# %% [markdown] lang="en"
# ## Two tasks without a class in common
#
# The **source task** is to tell the digits 0 to 4 apart and has all its labels. The **target task** is to
# tell 5 to 9 apart and will have a few per class. `place` puts each 8×8 digit on a black canvas: in the
# centre, or where chance says.


# %%
def of_classes(images, labels, classes):
    chosen = torch.isin(labels, torch.tensor(classes))
    return images[chosen], labels[chosen] - classes[0]


def place(images: torch.Tensor, side: int, generator: torch.Generator | None) -> torch.Tensor:
    n, free = len(images), side - 8
    corner = torch.full((n, 2), free // 2)
    if generator is not None:
        corner = torch.randint(0, free + 1, (n, 2), generator=generator)
    rows, columns = (corner[:, [axis]] + torch.arange(8) for axis in (0, 1))
    canvas = torch.zeros(n, 1, side, side)
    canvas[torch.arange(n)[:, None, None], 0, rows[:, :, None], columns[:, None, :]] = images[:, 0]
    return canvas


# %%
data = digits()
source_data = of_classes(data.train_images, data.train_labels, [0, 1, 2, 3, 4])
source_exam = of_classes(data.test_images, data.test_labels, [0, 1, 2, 3, 4])
pool = of_classes(data.train_images, data.train_labels, [5, 6, 7, 8, 9])
exam = of_classes(data.test_images, data.test_labels, [5, 6, 7, 8, 9])
print(*(len(labels) for _, labels in (source_data, source_exam, pool, exam)))

# %% [markdown] lang="es"
# El examen del destino tiene `{python} len(exam[1])` dígitos, de manos que no están entre las de
# entrenamiento salvo una. Adivinar acierta cerca de uno de cada cinco.
#
# ## Cuatro maneras de empezar
#
# La red es un **cuerpo** de tres convoluciones, que convierte la imagen en 128 números, y una **cabeza**
# lineal. Las cuatro recetas reciben las mismas imágenes, en el mismo lugar, y el mismo número de pasos:
#
# * **desde cero**: cuerpo y cabeza nuevos; aprenden los dos;
# * **congelado**: el cuerpo de la fuente, quieto; aprende la cabeza;
# * **ajuste fino**: el cuerpo de la fuente como comienzo; aprenden los dos;
# * **al azar, congelado**: un cuerpo sin entrenar, quieto; aprende la cabeza. Es el control: lo que esta
#   receta acierte no se debe a la fuente.

# %% [markdown] lang="en"
# The exam of the target has `{python} len(exam[1])` digits, by hands that are not among those of training,
# save for one. Guessing gets about one in five right.
#
# ## Four ways to begin
#
# The network is a **body** of three convolutions, which turns the image into 128 numbers, and a linear
# **head**. All four recipes get the same images, at the same place, and the same number of steps:
#
# * **from scratch**: new body, new head; both learn;
# * **frozen**: the body of the source, kept still; the head learns;
# * **fine-tuned**: the body of the source as a beginning; both learn;
# * **random, frozen**: an untrained body, kept still; the head learns. It is the control: whatever this
#   recipe gets right is not owed to the source.


# %%
def build_body(seed: int) -> nn.Sequential:
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.MaxPool2d(2), nn.ReLU()),
        nn.Sequential(nn.Conv2d(8, 16, 3, padding=1), nn.MaxPool2d(2), nn.ReLU()),
        nn.Sequential(nn.Conv2d(16, 32, 3, padding=1), nn.AdaptiveMaxPool2d(2), nn.ReLU()),
        nn.Flatten(),
    )


def build_head(seed: int) -> nn.Linear:
    torch.manual_seed(seed)
    return nn.Linear(128, 5)


def fit(model, images, labels, *, rate: float, steps: int = 50, seed: int = 0, anywhere: int = 0):
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    for _ in range(steps):
        batch = torch.randperm(len(images), generator=generator)[:40]
        inputs = place(images[batch], anywhere, generator) if anywhere else images[batch]
        loss = cross_entropy(model(inputs), labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


# %% [markdown] lang="es"
# Congelar es fácil de programar: un cuerpo quieto da siempre los mismos números a la misma imagen, así que
# se calculan una vez y la cabeza se entrena con ellos. Las tres tasas se eligieron antes, con dígitos de
# entrenamiento apartados, en la tarea de los dígitos dispersos que viene más abajo; el examen no intervino.

# %% [markdown] lang="en"
# Freezing is easy to program: a still body always gives the same numbers to the same image, so they are
# computed once and the head is trained on them. The three rates were chosen beforehand, with training digits
# set apart, on the task of scattered digits that comes further down; the exam had no part in it.

# %%
SCRATCH, FROZEN = tr(es="desde cero", en="from scratch"), tr(es="congelado", en="frozen")
TUNED, RANDOM = tr(es="ajuste fino", en="fine-tuned"), tr(es="al azar, congelado", en="random, frozen")
SEEDS = range(5)


def head_on(body: nn.Module, images, labels, seed: int) -> nn.Module:
    with torch.inference_mode():
        features = body(images)
    return nn.Sequential(body, fit(build_head(seed), features.clone(), labels, rate=0.05, seed=seed))


def four_ways(body: nn.Module, images, labels, seed: int) -> dict[str, nn.Module]:
    new, copied = build_body(seed), deepcopy(body)
    return {
        SCRATCH: fit(nn.Sequential(new, build_head(seed)), images, labels, rate=0.01, seed=seed),
        FROZEN: head_on(body, images, labels, seed),
        TUNED: fit(nn.Sequential(copied, build_head(seed)), images, labels, rate=0.005, seed=seed),
        RANDOM: head_on(build_body(seed), images, labels, seed),
    }


# %%
def few(per_class: int, seed: int, side: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(pool[1]), generator=generator)
    chosen = torch.cat([order[pool[1][order] == index][:per_class] for index in range(5)])
    return place(pool[0][chosen], side, generator), pool[1][chosen]


def examine(model: nn.Module, images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    return predict(model, images) == labels


def sweep(body: nn.Module, side: int, counts, images, labels) -> dict[str, torch.Tensor]:
    answers = {name: torch.zeros(len(counts), 5, len(labels), dtype=torch.bool) for name in WAYS}
    for row, per_class in enumerate(counts):
        for seed in SEEDS:
            for name, model in four_ways(body, *few(per_class, seed, side), seed).items():
                answers[name][row, seed] = examine(model, images, labels)
    return answers


WAYS = (SCRATCH, FROZEN, TUNED, RANDOM)

# %% [markdown] lang="es"
# ## Una idea que falla: transferir lo que no falta
#
# Empecemos por los dígitos como vienen, cada uno centrado en su cuadro de 8×8. La fuente aprende del 0 al 4
# y la transferimos. Apuesta: con 2 y con 10 etiquetas por clase, ¿cuánto gana el congelado al que empieza de
# cero?

# %% [markdown] lang="en"
# ## An idea that fails: transferring what is not missing
#
# Let us begin with the digits as they come, each centred in its 8×8 square. The source learns 0 to 4 and we
# transfer it. Place your bet: with 2 and with 10 labels per class, by how much does the frozen one beat the
# one that starts from scratch?

# %%
centred = build_body(0)
model = fit(nn.Sequential(centred, build_head(0)), *source_data, rate=0.01, steps=120)
centred_score = Proportion.of(examine(model, *source_exam))
centred_answers = sweep(centred, 8, (2, 10), *exam)
print(tr(es="fuente", en="source"), centred_score)
for name, answers in centred_answers.items():
    print(f"{name:<20}", *(f"{value:.2f}" for value in answers.float().mean(dim=(1, 2)).tolist()))


# %% [markdown] lang="es"
# Esas son medias de cinco semillas. Cada semilla fija qué dígitos llevan etiqueta, los pesos iniciales y el
# orden; como las recetas comparten todo eso, lo que informa es la **diferencia semilla por semilla** y el
# intervalo de su media.

# %% [markdown] lang="en"
# Those are means over five seeds. Each seed sets which digits carry a label, the initial weights and the
# order; since the recipes share all that, what informs is the **difference seed by seed** and the interval
# of its mean.


# %%
def gain(first: torch.Tensor, second: torch.Tensor):
    return mean_over_seeds((first.float().mean(dim=1) - second.float().mean(dim=1)).tolist())


def against_scratch(answers, counts, names):
    rows = [(name, row) for name in names for row in range(len(counts))]
    labels = [f"{name}, {counts[row]}" for name, row in rows]
    return labels, [gain(answers[name][row], answers[SCRATCH][row]) for name, row in rows]


def draw_gains(labels, gains):
    bounds = [[getattr(g, part) for g in gains] for part in ("value", "low", "high")]
    xlabel = tr(es="exactitud menos la de empezar de cero", en="accuracy minus that of starting from scratch")
    return interval_plot(labels, *bounds, xlabel=xlabel, reference=0.0)


# %%
# alt es: Seis diferencias frente a empezar de cero con dígitos centrados; con 10 etiquetas, todas negativas.
# alt en: Six differences from starting from scratch with centred digits; with 10 labels, all negative.
labels, centred_gains = against_scratch(centred_answers, (2, 10), (FROZEN, TUNED, RANDOM))
_ = draw_gains(labels, centred_gains)

# %% tags=["hidden"]
frozen_10, tuned_10, random_2 = centred_gains[1], centred_gains[3], centred_gains[4]
frozen_over_random = gain(centred_answers[FROZEN][0], centred_answers[RANDOM][0])
scratch_2, scratch_10 = centred_answers[SCRATCH].float().mean(dim=(1, 2)).tolist()
assert centred_score.value > 0.9
assert frozen_10.high < 0
assert tuned_10.value < 0.02
assert scratch_2 > 0.5
assert scratch_10 > 0.75
assert frozen_over_random.value < 0.12
assert centred_answers[RANDOM][0].float().mean() > 0.45

# %% [markdown] lang="es"
# La fuente era buena (`{python} str(centred_score)`) y no ganó nada que podamos mostrar. Con 10 etiquetas por
# clase, congelar **quita** `{python} -100 * frozen_10.value:.0f` puntos porcentuales (intervalo del 95 %: de
# `{python} -100 * frozen_10.high:.0f` a `{python} -100 * frozen_10.low:.0f`), y el ajuste fino tampoco
# aventaja en promedio. Un cuerpo al azar, con 2 etiquetas por clase, queda a
# `{python} 100 * frozen_over_random.value:.0f` puntos del entrenado.
#
# ¿Por qué? Porque la tarea es fácil sin ayuda: centrados, dos siete se parecen píxel por píxel, y
# con 2 etiquetas por clase la red nueva ya acierta `{python} scratch_2:.0%`. La fuente aprendió trazos
# del 0 al 4, y ver trazos no era lo que faltaba.
#
# ## Los mismos dígitos, en cualquier lugar
#
# Ahora cada dígito cae en un lugar cualquiera de un lienzo de 16×16. Dos siete en esquinas distintas no
# comparten ni un píxel encendido: hay que reconocer la forma sin importar el lugar. La fuente ve sus
# dígitos en un lugar nuevo en cada paso; los pocos del destino se quedan donde cayeron.

# %% [markdown] lang="en"
# The source was good (`{python} str(centred_score)`) and won nothing we can show. With 10 labels per class,
# freezing **costs** `{python} -100 * frozen_10.value:.0f` percentage points (95% interval: from
# `{python} -100 * frozen_10.high:.0f` to `{python} -100 * frozen_10.low:.0f`), and fine-tuning is not ahead
# on average either. A random body, with 2 labels per class, stays
# `{python} 100 * frozen_over_random.value:.0f` points away from the trained one.
#
# Why? Because the task is easy without help: centred, two sevens look alike pixel by pixel, and with
# 2 labels per class the new network already gets `{python} scratch_2:.0%` right. The source learned strokes
# of 0 to 4, and seeing strokes was not what was missing.
#
# ## The same digits, anywhere
#
# Now each digit falls at any place of a 16×16 canvas. Two sevens in different corners do not share a single
# lit pixel: the shape must be recognised whatever the place. The source sees its digits at a new place on
# every step; the few of the target stay where they fell.

# %%
# alt es: Diez lienzos negros de 16×16, cada uno con un dígito del 5 al 9 en un lugar distinto.
# alt en: Ten black canvases of 16×16, each with a digit from 5 to 9 at a different place.
shown, shown_labels = few(2, 0, 16)
_ = image_grid(shown, [str(label + 5) for label in shown_labels.tolist()], columns=5)

# %%
luck = torch.Generator().manual_seed(0)
scattered_exam = place(exam[0], 16, luck), exam[1]
scattered_source_exam = place(source_exam[0], 16, luck), source_exam[1]

scattered = build_body(0)
model = fit(nn.Sequential(scattered, build_head(0)), *source_data, rate=0.01, steps=400, anywhere=16)
source_score = Proportion.of(examine(model, *scattered_source_exam))
print(source_score)

# %% [markdown] lang="es"
# Apuesta otra vez: ¿cuál de las cuatro recetas irá delante con 2 etiquetas por clase? ¿Y con 20?

# %% [markdown] lang="en"
# Bet again: which of the four recipes will lead with 2 labels per class? And with 20?

# %%
COUNTS = (2, 5, 10, 20)
answers = sweep(scattered, 16, COUNTS, *scattered_exam)
accuracy = {name: rows.float().mean(dim=2) for name, rows in answers.items()}

# %%
# alt es: Exactitud según etiquetas por clase: congelado y ajuste fino van por encima; el azar no despega.
# alt en: Accuracy by labels per class: frozen and fine-tuned run on top; the random one never takes off.
means = {name: [mean_over_seeds(row.tolist()) for row in rows] for name, rows in accuracy.items()}
ax = curves(
    COUNTS,
    {name: [mean.value for mean in row] for name, row in means.items()},
    bands={name: ([mean.low for mean in row], [mean.high for mean in row]) for name, row in means.items()},
    xlabel=tr(es="etiquetas por clase", en="labels per class"),
    ylabel=tr(es="exactitud de prueba", en="test accuracy"),
    log="x",
    markers=True,
)
_ = ax.set_ylim(0, 0.85)

# %%
# alt es: Doce diferencias frente a empezar de cero con dígitos dispersos; las del ajuste fino son positivas.
# alt en: Twelve differences from starting from scratch with scattered digits; those of fine-tuning are positive.
labels, gains = against_scratch(answers, COUNTS, (FROZEN, TUNED, RANDOM))
_ = draw_gains(labels, gains)

# %% tags=["hidden"]
frozen_gains, tuned_gains, random_gains = gains[:4], gains[4:8], gains[8:]
tuned_over_frozen = gain(answers[TUNED][3], answers[FROZEN][3])
assert source_score.value > 0.85
assert all(g.low > 0 for g in frozen_gains[:2])
assert all(g.low > 0 for g in tuned_gains[:4])
assert all(g.value < 0.1 for g in random_gains)
assert random_gains[3].high < 0
assert tuned_over_frozen.value > 0.02
pairs = [paired_comparison(answers[TUNED][2, s], answers[SCRATCH][2, s]).p_value for s in SEEDS]
held = [p * (5 - place_) < 0.05 for place_, p in enumerate(sorted(pairs))]
settled = held.index(False) if False in held else 5
one_score = Proportion.of(answers[TUNED][2, 0])

# %% [markdown] lang="es"
# La misma receta que antes quitaba ahora da. Con 2 etiquetas por clase, congelar suma
# `{python} 100 * frozen_gains[0].value:.0f` puntos a la exactitud (de `{python} 100 * frozen_gains[0].low:.0f`
# a `{python} 100 * frozen_gains[0].high:.0f`); con 20, el ajuste fino suma
# `{python} 100 * tuned_gains[3].value:.0f` (de `{python} 100 * tuned_gains[3].low:.0f` a
# `{python} 100 * tuned_gains[3].high:.0f`). El cuerpo al azar no aprovecha las etiquetas.
#
# Quedan dos azares. El intervalo de arriba mide el de las semillas. El de los `{python} len(exam[1])` dígitos
# del examen es otro: el `{python} str(one_score)` del ajuste fino con 10 etiquetas y semilla 0 tiene un
# intervalo de Wilson de `{python} one_score.low:.2f` a `{python} one_score.high:.2f`. Dígito por dígito, la
# prueba de McNemar con la corrección de Holm separa al ajuste fino del que empieza de cero en
# `{python} settled` de 5 semillas, con 10 etiquetas.
#
# ## ¿Qué fue lo que pasó de una red a la otra?
#
# Una hipótesis: no los trazos, sino la indiferencia al lugar. Se puede poner en duda con otra fuente igual en
# todo menos en eso: los mismos dígitos y el mismo lienzo de 16×16, siempre en el centro. Si lo que ayuda es
# haber visto dígitos, ayudará igual.

# %% [markdown] lang="en"
# The same recipe that cost before now pays. With 2 labels per class, freezing adds
# `{python} 100 * frozen_gains[0].value:.0f` points of accuracy (from `{python} 100 * frozen_gains[0].low:.0f`
# to `{python} 100 * frozen_gains[0].high:.0f`); with 20, fine-tuning adds
# `{python} 100 * tuned_gains[3].value:.0f` (from `{python} 100 * tuned_gains[3].low:.0f` to
# `{python} 100 * tuned_gains[3].high:.0f`). The random body makes no use of the labels.
#
# Two kinds of luck remain. The interval above measures that of the seeds. That of the
# `{python} len(exam[1])` digits of the exam is another: the `{python} str(one_score)` of fine-tuning with 10
# labels and seed 0 has a Wilson interval from `{python} one_score.low:.2f` to `{python} one_score.high:.2f`.
# Digit by digit, the test of McNemar with Holm's correction tells fine-tuning from starting from scratch with
# `{python} settled` of 5 seeds, at 10 labels.
#
# ## What was it that passed from one network to the other?
#
# A hypothesis: not the strokes, but the indifference to place. It can be put in doubt with another source,
# alike in all but that: the same digits and the same 16×16 canvas, always in the centre. If what helps is to
# have seen digits, it will help as much.

# %%
still = build_body(0)
in_the_middle = place(source_data[0], 16, None), source_data[1]
model = fit(nn.Sequential(still, build_head(0)), *in_the_middle, rate=0.01, steps=120)
still_score = Proportion.of(examine(model, place(source_exam[0], 16, None), source_exam[1]))

still_answers = torch.stack(
    [
        torch.stack([examine(head_on(still, *few(k, s, 16), s), *scattered_exam) for s in SEEDS])
        for k in COUNTS
    ]
)
print(still_score, [round(value, 2) for value in still_answers.float().mean(dim=(1, 2)).tolist()])

# %% tags=["hidden"]
place_matters = [gain(answers[FROZEN][row], still_answers[row]) for row in range(4)]
assert still_score.value > 0.9
assert all(g.low > 0 for g in place_matters[1:])
assert all(g.value > 0.04 for g in place_matters)

# %% [markdown] lang="es"
# En su propio examen, con los dígitos en el centro, esta fuente acierta `{python} str(still_score)`. Como
# cuerpo congelado vale mucho menos que la otra: con 10 etiquetas por clase,
# `{python} 100 * place_matters[2].value:.0f` puntos menos (de `{python} 100 * place_matters[2].low:.0f` a
# `{python} 100 * place_matters[2].high:.0f`). Las dos vieron los mismos dígitos; solo una tuvo que aprender
# que el lugar no importa. **Se transfiere lo que la fuente tuvo que aprender**, y sirve si a la tarea nueva
# le falta.
#
# ## ¿Hasta qué capa?
#
# [Yosinski y otros (2014)](https://arxiv.org/abs/1411.1792) copiaron las primeras $n$ capas de una red a otra
# y entrenaron el resto de cero: así se ve en qué capa está lo que sirve. Con sus imágenes naturales, las
# últimas resultaron más atadas a la tarea fuente. Hagamos el corte después de 0, 1, 2 y 3 convoluciones, con
# 10 etiquetas por clase. Lo copiado queda quieto.

# %% [markdown] lang="en"
# On its own exam, with the digits in the centre, this source gets `{python} str(still_score)` right. As a
# frozen body it is worth much less than the other: with 10 labels per class,
# `{python} 100 * place_matters[2].value:.0f` points less (from `{python} 100 * place_matters[2].low:.0f` to
# `{python} 100 * place_matters[2].high:.0f`). Both saw the same digits; only one had to learn that place does
# not matter. **What transfers is what the source had to learn**, and it helps if the new task is missing it.
#
# ## Up to which layer?
#
# [Yosinski et al. (2014)](https://arxiv.org/abs/1411.1792) copied the first $n$ layers of one network to
# another and trained the rest from scratch: that shows in which layer the useful part lies. With their
# natural images, the last ones turned out more tied to the source task. Let us cut after 0, 1, 2 and 3
# convolutions, with 10 labels per class. What is copied stays still.


# %%
def cut_after(n: int, seed: int) -> torch.Tensor:
    images, labels = few(10, seed, 16)
    below, above = scattered[:n], nn.Sequential(*build_body(seed)[n:], build_head(seed))
    with torch.inference_mode():
        features = below(images)
    fit(above, features.clone(), labels, rate=0.01, seed=seed)
    return examine(nn.Sequential(below, above), *scattered_exam)


cuts = [answers[SCRATCH][2], *(torch.stack([cut_after(n, s) for s in SEEDS]) for n in (1, 2))]
cuts.append(answers[FROZEN][2])

# %%
# alt es: Cuatro intervalos de exactitud según las convoluciones copiadas, de 0 a 3; el de 2 supera al de 0.
# alt en: Four intervals of accuracy by the convolutions copied, from 0 to 3; that of 2 is above that of 0.
by_cut = [mean_over_seeds(cut.float().mean(dim=1).tolist()) for cut in cuts]
_ = interval_plot(
    [str(n) for n in range(4)],
    *([getattr(mean, part) for mean in by_cut] for part in ("value", "low", "high")),
    xlabel=tr(es="exactitud según convoluciones copiadas", en="accuracy by convolutions copied"),
)

# %% tags=["hidden"]
two_over_none, three_over_two = gain(cuts[2], cuts[0]), gain(cuts[3], cuts[2])
assert two_over_none.low > 0
assert abs(three_over_two.value) < 0.12

# %% [markdown] lang="es"
# Copiar dos convoluciones en vez de ninguna suma `{python} 100 * two_over_none.value:.0f` puntos (de
# `{python} 100 * two_over_none.low:.0f` a `{python} 100 * two_over_none.high:.0f`). Copiar la tercera cambia
# el resultado en `{python} 100 * three_over_two.value:+.0f` puntos más, con un intervalo de
# `{python} 100 * three_over_two.low:+.0f` a `{python} 100 * three_over_two.high:+.0f`: si ese intervalo
# contiene el cero, estas cinco semillas no dicen si conviene. Aquí la tercera capa no estorba como en una red
# profunda; tampoco las dos tareas son tan distintas.
#
# ## Cuántas etiquetas ahorra
#
# La pregunta del principio, en números: si una receta alcanza la exactitud $a$ con ciertas etiquetas,
# ¿cuántas por clase necesita la que empieza de cero para llegar ahí? Entre los tamaños medidos,
#
# $$n(a) = \min \{ k : A_\text{cero}(k) \ge a \}. \tag{1}$$

# %% [markdown] lang="en"
# Copying two convolutions instead of none adds `{python} 100 * two_over_none.value:.0f` points (from
# `{python} 100 * two_over_none.low:.0f` to `{python} 100 * two_over_none.high:.0f`). Copying the third
# changes the outcome by a further `{python} 100 * three_over_two.value:+.0f` points, with an interval from
# `{python} 100 * three_over_two.low:+.0f` to `{python} 100 * three_over_two.high:+.0f`: if that interval
# holds zero, these five seeds do not say whether it pays. Here the third layer does not get in the way as in
# a deep network; nor are the two tasks so different.
#
# ## How many labels it spares
#
# The question of the beginning, in numbers: if a recipe reaches accuracy $a$ with certain labels, how many
# per class does starting from scratch need to get there? Among the sizes measured,
#
# $$n(a) = \min \{ k : A_\text{cero}(k) \ge a \}. \tag{1}$$


# %%
def labels_needed(reached: float, seed: int) -> str:
    enough = [k for k, a in zip(COUNTS, accuracy[SCRATCH][:, seed].tolist(), strict=True) if a >= reached]
    return str(min(enough)) if enough else f"> {COUNTS[-1]}"  # (1)


for name, row in ((FROZEN, 0), (FROZEN, 1), (TUNED, 2)):
    needed = [labels_needed(accuracy[name][row, seed].item(), seed) for seed in SEEDS]
    print(f"{name:<14}{COUNTS[row]:>3}  →", *(f"{text:>5}" for text in needed))

# %% tags=["hidden"]
spared = {
    row: int((accuracy[name][row] > accuracy[SCRATCH][row]).sum()) for name, row in ((FROZEN, 0), (TUNED, 2))
}
assert min(spared.values()) >= 4

# %% [markdown] lang="es"
# Cada columna es una semilla. Lo que el congelado logra con 2 etiquetas por clase, la red nueva no lo logra
# con las mismas 2 en `{python} spared[0]` de 5 semillas; lo que el ajuste fino logra con 10, tampoco con 10
# en `{python} spared[2]` de 5. En esas semillas necesita al menos el siguiente tamaño medido, el doble o más,
# si es que le alcanza.
#
# Entonces, ¿hacen falta muchos datos? La transferencia no suprime esa necesidad: la **traslada**. Alguien tuvo
# que reunir `{python} len(source_data[1])` dígitos con etiqueta, y además una fuente que enseñara lo que
# faltaba. Lo que cambia es cuántas etiquetas te tocan a ti.
#
# ## Para llevarte
#
# * Una transferencia se mide contra empezar de cero y contra un cuerpo al azar, con las mismas imágenes.
# * Una fuente con buena exactitud puede no aportar nada: importa qué tuvo que aprender.
# * Los resultados son de dígitos pequeños y una red pequeña. El método sirve para los tuyos; los números, no.
# * El azar de las semillas y el del examen son dos, y se informan los dos.

# %% [markdown] lang="en"
# Each column is a seed. What the frozen one reaches with 2 labels per class, the new network does not reach
# with the same 2 in `{python} spared[0]` of 5 seeds; what fine-tuning reaches with 10, it does not with 10
# either in `{python} spared[2]` of 5. With those seeds it needs at least the next size measured, twice as
# many or more, if that suffices at all.
#
# So does it take a lot of data? Transfer does not abolish that need: it **moves** it. Someone had to gather
# `{python} len(source_data[1])` labelled digits, and a source, besides, that taught what was missing. What
# changes is how many labels fall to you.
#
# ## What to keep
#
# * A transfer is measured against starting from scratch and against a random body, on the same images.
# * A source of good accuracy may add nothing: what matters is what it had to learn.
# * The results are of small digits and a small network. The method holds for yours; the numbers do not.
# * The luck of the seeds and that of the exam are two, and both are reported.

# %% [markdown] lang="es" tags=["quiz"]
# Tu red congelada acierta 80 % con diez fotos por clase. ¿Qué te falta para decir que la transferencia sirvió?
#
# - [ ] Más épocas: entrenar más no dice a qué se debe el acierto.
# - [x] Empezar de cero y un cuerpo al azar, con las mismas fotos: si llegan a lo mismo, no fue la fuente.
# - [ ] La exactitud en la tarea fuente: una fuente excelente puede no aportar nada a otra tarea.

# %% [markdown] lang="en" tags=["quiz"]
# Your frozen network gets 80 % right with ten photographs per class. What is missing before you may say that
# transfer helped?
#
# - [ ] More epochs: training longer does not say what the right answers are owed to.
# - [x] Starting from scratch and a random body, on the same photographs: if they reach the same, it was not
#   the source.
# - [ ] The accuracy on the source task: an excellent source may add nothing to another task.

# %% [markdown] lang="es" tags=["quiz"]
# La fuente con dígitos siempre en el centro ayudó mucho menos a los dígitos dispersos. ¿Qué muestra eso?
#
# - [ ] Que no aprendió a distinguir dígitos: en su propio examen los distingue bien.
# - [ ] Que hacen falta más clases en la fuente: las dos fuentes tenían las mismas.
# - [x] Que ver los mismos dígitos no basta: faltaba haber aprendido que el lugar no importa.

# %% [markdown] lang="en" tags=["quiz"]
# The source with digits always in the centre helped scattered digits much less. What does that show?
#
# - [ ] That it did not learn to tell digits apart: on its own exam it does that well.
# - [ ] That the source needs more classes: both sources had the same.
# - [x] That seeing the same digits is not enough: what was missing is having learned that place does not
#   matter.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: congelar hasta una capa
#
# Escribe `frozen_up_to(body, n)`: devuelve una copia del cuerpo con los parámetros de sus primeros `n`
# bloques congelados (`requires_grad = False`) y los demás libres. El original no cambia. Antes de ejecutar,
# calcula cuántos parámetros quedan libres con `n = 2`.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: freezing up to a layer
#
# Write `frozen_up_to(body, n)`: it returns a copy of the body with the parameters of its first `n` blocks
# frozen (`requires_grad = False`) and the others free. The original does not change. Before running, work out
# how many parameters stay free with `n = 2`.


# %% tags=["solution"]
def frozen_up_to(body: nn.Sequential, n: int) -> nn.Sequential:
    copied = deepcopy(body).requires_grad_(True)
    copied[:n].requires_grad_(False)
    return copied


# %% tags=["check"]
for n, free in enumerate((5888, 5808, 4640, 0)):
    copied = frozen_up_to(scattered, n)
    assert copied is not scattered
    assert sum(p.numel() for p in copied.parameters() if p.requires_grad) == free
    assert all(p.requires_grad for p in scattered.parameters())
    same = zip(copied.parameters(), scattered.parameters(), strict=True)
    assert all(torch.equal(a, b) for a, b in same)
    print(n, free)

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: enseñar el lugar sin fuente
#
# Si lo que falta es la indiferencia al lugar, también se puede enseñar con los datos del destino: cada paso,
# los mismos dígitos en lugares nuevos (aumentación). Escribe `moving_scratch(images, labels, seed)`: entrena
# de cero 100 pasos con los dígitos de 8×8 en lugares nuevos de un lienzo de 16×16 y devuelve el modelo.
# ¿Reemplaza a la transferencia? Apuesta antes de ejecutar.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: teaching the place without a source
#
# If what is missing is the indifference to place, the data of the target can teach it too: on every step, the
# same digits at new places (augmentation). Write `moving_scratch(images, labels, seed)`: train from scratch
# for 100 steps with the 8×8 digits at new places of a 16×16 canvas, and return the model. Does it replace
# transfer? Bet before you run.


# %% tags=["solution"]
def moving_scratch(images: torch.Tensor, labels: torch.Tensor, seed: int) -> nn.Module:
    model = nn.Sequential(build_body(seed), build_head(seed))
    return fit(model, images, labels, rate=0.01, steps=100, seed=seed, anywhere=16)


# %% tags=["check"]
for seed in range(3):
    model = moving_scratch(*few(10, seed, 8), seed)
    assert model(torch.zeros(4, 1, 16, 16)).shape == (4, 5)
    score = Proportion.of(examine(model, *scattered_exam))
    assert score.value > 0.3
    print(f"{score}   {score.low:.2f} … {score.high:.2f}   {TUNED}: {Proportion.of(answers[TUNED][2, seed])}")

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# * [Transferir a tu propia carpeta](own_dataset.md): tus imágenes, y un examen que se queda corto.
# * [Los paradigmas del aprendizaje](../concepts/paradigm_atlas.md): la transferencia junto a sus parientes.
# * [Evaluación honesta](../workflow/honest_evaluation.md): de dónde salen los intervalos.

# %% [markdown] lang="en"
# ## Where to go next
#
# * [Transfer to your own folder](own_dataset.md): your pictures, and an exam that falls short.
# * [The paradigms of learning](../concepts/paradigm_atlas.md): transfer beside its relatives.
# * [Honest evaluation](../workflow/honest_evaluation.md): where the intervals come from.
