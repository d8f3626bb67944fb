"""
title:
  es: Qué se transfiere y qué no
  en: What transfers and what does not
summary:
  es: La misma red desde cero, congelada y con ajuste fino; una fuente que no aporta nada y otra que ahorra
    etiquetas.
  en: The same network from scratch, frozen and fine-tuned; a source that adds nothing and another that spares
    labels.
tags: [transfer learning, fine-tuning, frozen features, few examples, controls, seed]
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
    - El bucle de entrenamiento y las redes densas.
    - Intervalos y comparación por pares.
  en:
    - The training loop and dense networks.
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
from tutorials_lib.metrics import Proportion, mean_over_seeds
from tutorials_lib.plots import curves, image_grid, interval_plot, localized
from tutorials_lib.training import predict

# %% [markdown] lang="es"
# ## Dos tareas sin una clase en común
#
# La **tarea fuente** es distinguir los dígitos 0, 1, 2, 3, 6 y 8 y tiene todas sus etiquetas. La **tarea
# destino** es distinguir 4, 5, 7 y 9 y tendrá unas pocas por clase. Cada tarea existe en dos versiones: con
# los dígitos del derecho, y con los dígitos en cualquiera de sus cuatro giros.

# %% [markdown] lang="en"
# ## Two tasks without a class in common
#
# The **source task** is to tell the digits 0, 1, 2, 3, 6 and 8 apart and has all its labels. The **target
# task** is to tell 4, 5, 7 and 9 apart and will have a few per class. Each task exists in two versions: with
# the digits upright, and with the digits in any of their four turns.


# %%
def of_classes(images, labels, classes):
    chosen = torch.isin(labels, torch.tensor(classes))
    return images[chosen], torch.searchsorted(torch.tensor(classes), labels[chosen])


def turned(images: torch.Tensor, turns: torch.Tensor) -> torch.Tensor:
    quarters = torch.stack([images.rot90(turn, (2, 3)) for turn in range(4)])
    return quarters[turns, torch.arange(len(images))]


def every_turn(images: torch.Tensor, labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    turns = torch.arange(4).repeat_interleave(len(images))
    return turned(images.repeat(4, 1, 1, 1), turns), labels.repeat(4)


# %%
data = digits()
KNOWN, NEW = (0, 1, 2, 3, 6, 8), (4, 5, 7, 9)
source_data = of_classes(data.train_images, data.train_labels, KNOWN)
source_exam = of_classes(data.test_images, data.test_labels, KNOWN)
pool = of_classes(data.train_images, data.train_labels, NEW)
exam = of_classes(data.test_images, data.test_labels, NEW)
print(*(len(labels) for _, labels in (source_data, source_exam, pool, exam)))

# %% [markdown] lang="es"
# El examen del destino tiene `{python} len(exam[1])` dígitos, de manos que no están entre las de
# entrenamiento salvo una. Con cuatro clases, adivinar acierta cerca de uno de cada cuatro.
#
# ## Cuatro maneras de empezar
#
# La red es un **cuerpo** de dos capas densas, que convierte la imagen en 32 números, y una **cabeza** lineal.
# No tiene convoluciones a propósito: nada en su forma la inclina a pasar por alto un giro, así que, si lo
# hace, lo aprendió. Las cuatro recetas reciben las mismas imágenes y el mismo número de pasos:
#
# * **desde cero**: cuerpo y cabeza nuevos; aprenden los dos;
# * **congelado**: el cuerpo de la fuente, quieto; aprende la cabeza;
# * **ajuste fino**: el cuerpo de la fuente como comienzo; aprenden los dos;
# * **al azar, congelado**: el cuerpo de la fuente antes de aprender, quieto; aprende la cabeza. Es el
#   control: lo que esta receta acierte no se debe a la fuente.

# %% [markdown] lang="en"
# The exam of the target has `{python} len(exam[1])` digits, by hands that are not among those of training,
# save for one. With four classes, guessing gets about one in four right.
#
# ## Four ways to begin
#
# The network is a **body** of two dense layers, which turns the image into 32 numbers, and a linear **head**.
# It has no convolutions on purpose: nothing in its form inclines it to overlook a turn, so if it does, it has
# learned to. All four recipes get the same images and the same number of steps:
#
# * **from scratch**: new body, new head; both learn;
# * **frozen**: the body of the source, kept still; the head learns;
# * **fine-tuned**: the body of the source as a beginning; both learn;
# * **random, frozen**: the body of the source before it learned, kept still; the head learns. It is the
#   control: whatever this recipe gets right is not owed to the source.


# %%
def build_body(seed: int) -> nn.Sequential:
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Sequential(nn.Flatten(), nn.Linear(64, 128), nn.ReLU()),
        nn.Sequential(nn.Linear(128, 32), nn.ReLU()),
    )


def build_head(seed: int, classes: int = 4) -> nn.Linear:
    torch.manual_seed(seed)
    return nn.Linear(32, classes)


# es: la tasa baja hasta cero siguiendo medio coseno, para que el final no dependa del último *batch*
# en: the rate falls to zero along half a cosine, so that the end does not depend on the last batch
def fit(model, images, labels, *, rate: float, steps: int = 60, seed: int = 0):
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=rate, fused=True)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=steps)
    for _ in range(steps):
        batch = torch.randperm(len(images), generator=generator)[:40]
        loss = cross_entropy(model(images[batch]), labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return model


# %% [markdown] lang="es"
# Todo se repite con siete semillas. Cada una fija qué dígitos llevan etiqueta, los pesos iniciales y el
# orden, y tiene su propia fuente: también el azar de la fuente entra en la cuenta. Todas las fuentes reciben
# 240 pasos.
#
# Congelar es fácil de programar: un cuerpo quieto da siempre los mismos números a la misma imagen, así que se
# calculan una vez y la cabeza se entrena con ellos. La tasa de cada receta es la mejor de siete, entre una
# milésima y una décima, o queda a menos de un punto de ella, en la tarea de los dígitos girados con 10
# etiquetas por clase; se eligió con otras cinco semillas y 150 dígitos de entrenamiento apartados para
# validar. El examen no intervino.

# %% [markdown] lang="en"
# All of it is repeated with seven seeds. Each sets which digits carry a label, the initial weights and the
# order, and has a source of its own: the luck of the source counts too. All sources get 240 steps.
#
# Freezing is easy to program: a still body always gives the same numbers to the same image, so they are
# computed once and the head is trained on them. The rate of each recipe is the best of seven, between a
# thousandth and a tenth, or less than a point from it, on the task of turned digits with 10 labels per class;
# it was chosen with five other seeds and 150 training digits set apart for validation. The exam had no part
# in it.

# %%
SCRATCH, FROZEN = tr(es="desde cero", en="from scratch"), tr(es="congelado", en="frozen")
TUNED, RANDOM = tr(es="ajuste fino", en="fine-tuned"), tr(es="al azar, congelado", en="random, frozen")
WAYS, SEEDS = (SCRATCH, FROZEN, TUNED, RANDOM), range(7)


def train_sources(images: torch.Tensor, labels: torch.Tensor) -> list[nn.Sequential]:
    sources = [nn.Sequential(build_body(seed), build_head(seed, 6)) for seed in SEEDS]
    return [fit(source, images, labels, rate=0.005, steps=240, seed=s) for s, source in enumerate(sources)]


def head_on(body: nn.Module, images, labels, seed: int) -> nn.Module:
    with torch.no_grad():
        features = body(images)
    return nn.Sequential(body, fit(build_head(seed), features, labels, rate=0.1, seed=seed))


def four_ways(body: nn.Module, images, labels, seed: int) -> dict[str, nn.Module]:
    new, copied = build_body(seed), deepcopy(body)
    return {
        SCRATCH: fit(nn.Sequential(new, build_head(seed)), images, labels, rate=0.005, seed=seed),
        FROZEN: head_on(body, images, labels, seed),
        TUNED: fit(nn.Sequential(copied, build_head(seed)), images, labels, rate=0.01, seed=seed),
        RANDOM: head_on(build_body(seed), images, labels, seed),
    }


# %%
def few(per_class: int, seed: int, *, upright: bool = False) -> tuple[torch.Tensor, torch.Tensor]:
    order = torch.randperm(len(pool[1]), generator=torch.Generator().manual_seed(seed))
    chosen = torch.cat([order[pool[1][order] == index][:per_class] for index in range(4)])
    turns = torch.zeros(len(chosen), dtype=torch.long) if upright else torch.arange(4).repeat(per_class)
    return turned(pool[0][chosen], turns), pool[1][chosen]


def examine(model: nn.Module, images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    return predict(model, images) == labels


def examine_all(models: list, images: torch.Tensor, labels: torch.Tensor) -> Proportion:
    return Proportion.of(torch.stack([examine(model, images, labels) for model in models]))


# %%
def sweep(sources, counts, images, labels, *, upright: bool = False) -> dict[str, torch.Tensor]:
    answers = {name: torch.zeros(len(counts), len(SEEDS), len(labels), dtype=torch.bool) for name in WAYS}
    for row, per_class in enumerate(counts):
        for seed, (body, _) in enumerate(sources):
            labelled = few(per_class, seed, upright=upright)
            for name, model in four_ways(body, *labelled, seed).items():
                answers[name][row, seed] = examine(model, images, labels)
    return answers


# %% [markdown] lang="es"
# ## Una idea que falla: transferir lo que no falta
#
# Empecemos con todos los dígitos del derecho. Las fuentes aprenden sus seis clases y las transferimos.
# Apuesta: con 2 y con 10 etiquetas por clase, ¿cuánto gana el congelado al que empieza de cero?

# %% [markdown] lang="en"
# ## An idea that fails: transferring what is not missing
#
# Let us begin with all digits upright. The sources learn their six classes and we transfer them. Place your
# bet: with 2 and with 10 labels per class, by how much does the frozen one beat the one that starts from
# scratch?

# %%
still = train_sources(*source_data)
still_score = examine_all(still, *source_exam)
upright_answers = sweep(still, (2, 10), *exam, upright=True)
print(tr(es="fuentes", en="sources"), still_score)
for name, answers in upright_answers.items():
    print(f"{name:<20}", *(localized(f"{value:.2f}") for value in answers.float().mean(dim=(1, 2)).tolist()))


# %% [markdown] lang="es"
# Son medias de siete semillas, con 2 y con 10 etiquetas por clase. Como las recetas comparten en cada semilla
# las imágenes con etiqueta, lo que informa es la **diferencia semilla por semilla** y el intervalo de su
# media.

# %% [markdown] lang="en"
# Those are means over seven seeds, with 2 and with 10 labels per class. Since with each seed the recipes
# share the labelled images, what informs is the **difference seed by seed** and the interval of its mean.


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
# alt es: Seis diferencias frente a empezar de cero, dígitos del derecho; congelado y al azar, bajo cero.
# alt en: Six differences from starting from scratch, digits upright; frozen and random lie below zero.
labels, upright_gains = against_scratch(upright_answers, (2, 10), (FROZEN, TUNED, RANDOM))
_ = draw_gains(labels, upright_gains)

# %% tags=["hidden"]
frozen_2, frozen_10, tuned_2, tuned_10 = upright_gains[:4]
scratch_2, scratch_10 = upright_answers[SCRATCH].float().mean(dim=(1, 2)).tolist()
assert still_score.value > 0.85
assert max(frozen_2.high, frozen_10.high) < 0
assert max(tuned_2.value, tuned_10.value) < 0.02
assert all(g.value < -0.03 for g in upright_gains[4:])
assert scratch_2 > 0.7

# %% [markdown] lang="es"
# Las fuentes eran buenas (`{python} str(still_score)` entre las siete) y no ganaron nada. Con 10 etiquetas
# por clase, congelar **quita** `{python} -100 * frozen_10.value:.0f` puntos porcentuales (intervalo del 95 %:
# de `{python} -100 * frozen_10.high:.0f` a `{python} -100 * frozen_10.low:.0f`), y el ajuste fino cambia la
# exactitud en `{python} 100 * tuned_10.value:+.1f` puntos (de `{python} 100 * tuned_10.low:+.1f` a
# `{python} 100 * tuned_10.high:+.1f`).
#
# ¿Por qué? La tarea es fácil sin ayuda: del derecho, dos sietes se parecen píxel por píxel, y con 2
# etiquetas por clase la red nueva ya acierta `{python} scratch_2:.0%`. La fuente aprendió los trazos de seis
# dígitos, y no eran trazos lo que faltaba.
#
# ## Los mismos dígitos, girados
#
# Ahora cada dígito puede estar del derecho, de cabeza o acostado. La fuente ve los suyos en los cuatro giros.
# De las imágenes con etiqueta del destino, cada una viene en uno solo: con 2 por clase, cada dígito se
# muestra en dos giros y el examen pregunta los cuatro. Hay que reconocer la forma sea cual sea el giro.

# %% [markdown] lang="en"
# The sources were good (`{python} str(still_score)` among the seven) and won nothing. With 10 labels per
# class, freezing **costs** `{python} -100 * frozen_10.value:.0f` percentage points (95% interval: from
# `{python} -100 * frozen_10.high:.0f` to `{python} -100 * frozen_10.low:.0f`), and fine-tuning changes the
# accuracy by `{python} 100 * tuned_10.value:+.1f` points (from `{python} 100 * tuned_10.low:+.1f` to
# `{python} 100 * tuned_10.high:+.1f`).
#
# Why? The task is easy without help: upright, two sevens look alike pixel by pixel, and with 2 labels per
# class the new network already gets `{python} scratch_2:.0%` right. The source learned the strokes of six
# digits, and strokes were not what was missing.
#
# ## The same digits, turned
#
# Now each digit may be upright, upside down or lying on a side. The source sees its own in all four turns. Of
# the labelled images of the target, each comes in only one: with 2 per class, each digit is shown in two
# turns and the exam asks all four. The shape must be recognised whatever the turn.

# %%
# alt es: Ocho dígitos de 8×8, dos de cada clase, en giros distintos, con su nombre encima.
# alt en: Eight 8×8 digits, two of each class, in different turns, each with its name above.
shown, shown_labels = few(2, 0)
_ = image_grid(shown, [str(NEW[label]) for label in shown_labels.tolist()], columns=4)

# %%
turned_exam = every_turn(*exam)
turning = train_sources(*every_turn(*source_data))
turning_score = examine_all(turning, *every_turn(*source_exam))
print(turning_score)

# %% [markdown] lang="es"
# El examen pregunta cada dígito en sus cuatro giros: `{python} len(turned_exam[1])` imágenes. Apuesta otra
# vez: ¿cuál de las cuatro recetas irá delante con 2 etiquetas por clase? ¿Y con 20?

# %% [markdown] lang="en"
# The exam asks each digit in its four turns: `{python} len(turned_exam[1])` images. Bet again: which of the
# four recipes will lead with 2 labels per class? And with 20?

# %%
COUNTS = (2, 5, 10, 20)
answers = sweep(turning, COUNTS, *turned_exam)
accuracy = {name: rows.float().mean(dim=2) for name, rows in answers.items()}

# %%
# alt es: Exactitud según etiquetas por clase: congelado empieza primero y desde cero lo alcanza; azar, abajo.
# alt en: Accuracy by labels per class: frozen begins on top, from scratch catches up; random runs lowest.
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
_ = ax.set_ylim(0.2, 1)

# %%
# alt es: Doce diferencias frente a empezar de cero, dígitos girados; transferir gana con pocas etiquetas.
# alt en: Twelve differences from starting from scratch, turned digits; transfer wins with few labels.
labels, gains = against_scratch(answers, COUNTS, (FROZEN, TUNED, RANDOM))
_ = draw_gains(labels, gains)

# %% tags=["hidden"]
frozen_gains, tuned_gains, random_gains = gains[:4], gains[4:8], gains[8:]
assert turning_score.value > 0.8
assert frozen_gains[0].low > 0.03
assert tuned_gains[0].value > 0.03
assert frozen_gains[0].value - frozen_gains[3].value > 0.08
assert frozen_gains[3].value < 0.03
assert all(g.value < 0 for g in random_gains)
assert random_gains[3].high < -0.1
one_score = Proportion.of(answers[FROZEN][0, 0, : len(exam[1])])

# %% [markdown] lang="es"
# La misma receta que antes quitaba ahora da. Con 2 etiquetas por clase, congelar suma
# `{python} 100 * frozen_gains[0].value:.0f` puntos a la exactitud (de
# `{python} 100 * frozen_gains[0].low:.0f` a `{python} 100 * frozen_gains[0].high:.0f`) y el ajuste fino,
# `{python} 100 * tuned_gains[0].value:.0f` (de `{python} 100 * tuned_gains[0].low:.0f` a
# `{python} 100 * tuned_gains[0].high:.0f`). El cuerpo al azar no lo consigue: no basta con tener un cuerpo
# quieto.
#
# Mira también el otro extremo. Con 20 etiquetas por clase, la diferencia del congelado va de
# `{python} 100 * frozen_gains[3].low:+.1f` a `{python} 100 * frozen_gains[3].high:+.1f` puntos y la del
# ajuste fino, de `{python} 100 * tuned_gains[3].low:+.1f` a `{python} 100 * tuned_gains[3].high:+.1f`: la
# ventaja de transferir es sobre todo de los primeros ejemplos. A la red nueva le bastan más etiquetas para
# alcanzarla.
#
# Quedan dos azares. Los intervalos de arriba miden el de las semillas. El de los `{python} len(exam[1])`
# dígitos del examen es otro: el congelado con 2 etiquetas y semilla 0 acierta del derecho
# `{python} str(one_score)`, con un intervalo de Wilson de `{python} one_score.low:.2f` a
# `{python} one_score.high:.2f`.
#
# ## ¿Qué fue lo que pasó de una red a la otra?
#
# Una hipótesis: no fueron los trazos, sino la indiferencia al giro. Se puede poner en duda con una fuente
# igual en todo menos en eso, y ya la tenemos: la que vio los mismos dígitos del derecho. Si lo que ayuda es
# haber visto dígitos, ayudará lo mismo con los girados.

# %% [markdown] lang="en"
# The same recipe that took away now gives. With 2 labels per class, freezing adds
# `{python} 100 * frozen_gains[0].value:.0f` points to the accuracy (from
# `{python} 100 * frozen_gains[0].low:.0f` to `{python} 100 * frozen_gains[0].high:.0f`) and fine-tuning adds
# `{python} 100 * tuned_gains[0].value:.0f` (from `{python} 100 * tuned_gains[0].low:.0f` to
# `{python} 100 * tuned_gains[0].high:.0f`). The random body does not manage that: having a still body is not
# enough.
#
# Look at the other end as well. With 20 labels per class, the difference of the frozen one goes from
# `{python} 100 * frozen_gains[3].low:+.1f` to `{python} 100 * frozen_gains[3].high:+.1f` points and that of
# fine-tuning from `{python} 100 * tuned_gains[3].low:+.1f` to `{python} 100 * tuned_gains[3].high:+.1f`: the
# advantage of transfer belongs mostly to the first examples. More labels are enough for the new network to
# catch up.
#
# Two kinds of luck remain. The intervals above measure that of the seeds. That of the
# `{python} len(exam[1])` digits of the exam is another: the frozen one with 2 labels and seed 0 gets
# `{python} str(one_score)` of them right when upright, with a Wilson interval from
# `{python} one_score.low:.2f` to `{python} one_score.high:.2f`.
#
# ## What was it that passed from one network to the other?
#
# A hypothesis: not the strokes, but the indifference to the turn. It can be put in doubt with a source alike
# in all but that, and we have it already: the one that saw the same digits upright. If what helps is to have
# seen digits, it will help turned ones as much.

# %%
still_answers = [
    torch.stack([examine(head_on(still[s][0], *few(k, s), s), *turned_exam) for s in SEEDS]) for k in (2, 20)
]
print(*(localized(f"{rows.float().mean():.2f}") for rows in still_answers))

# %% tags=["hidden"]
turn_matters = [gain(answers[FROZEN][row], rows) for row, rows in zip((0, 3), still_answers, strict=True)]
assert all(g.low > 0.05 for g in turn_matters)

# %% [markdown] lang="es"
# Con 2 etiquetas por clase, el cuerpo que vio los dígitos del derecho acierta
# `{python} 100 * turn_matters[0].value:.0f` puntos menos que el que los vio girados (de
# `{python} 100 * turn_matters[0].low:.0f` a `{python} 100 * turn_matters[0].high:.0f`); con 20,
# `{python} 100 * turn_matters[1].value:.0f` menos. Los dos vieron los mismos dígitos, con las mismas
# etiquetas y los mismos pasos; solo uno tuvo que aprender que el giro no importa. **Se transfiere lo que la
# fuente tuvo que aprender**, y sirve si a la tarea nueva le falta.
#
# ## ¿Hasta qué capa?
#
# [Yosinski y otros (2014)](https://arxiv.org/abs/1411.1792) copiaron las primeras $n$ capas de una red a otra
# y entrenaron el resto de cero: así se ve en qué capa está lo que sirve. Con sus imágenes naturales, las
# últimas resultaron más atadas a la tarea fuente. Hagamos el corte después de 0, 1 y 2 capas, con 2
# etiquetas por clase. Lo copiado queda quieto.

# %% [markdown] lang="en"
# With 2 labels per class, the body that saw the digits upright gets
# `{python} 100 * turn_matters[0].value:.0f` points less than the one that saw them turned (from
# `{python} 100 * turn_matters[0].low:.0f` to `{python} 100 * turn_matters[0].high:.0f`); with 20,
# `{python} 100 * turn_matters[1].value:.0f` less. Both saw the same digits, with the same labels and the same
# steps; only one had to learn that the turn does not matter. **What transfers is what the source had to
# learn**, and it helps if the new task is missing it.
#
# ## Up to which layer?
#
# [Yosinski et al. (2014)](https://arxiv.org/abs/1411.1792) copied the first $n$ layers of one network to
# another and trained the rest from scratch: that shows in which layer the useful part lies. With their
# natural images, the last ones turned out more tied to the source task. Let us cut after 0, 1 and 2 layers,
# with 2 labels per class. What is copied stays still.


# %%
def cut_after(n: int, seed: int) -> torch.Tensor:
    images, labels = few(2, seed)
    below, above = turning[seed][0][:n], nn.Sequential(*build_body(seed)[n:], build_head(seed))
    with torch.no_grad():
        features = below(images)
    fit(above, features, labels, rate=0.005, seed=seed)
    return examine(nn.Sequential(below, above), *turned_exam)


cuts = [answers[SCRATCH][0], torch.stack([cut_after(1, s) for s in SEEDS]), answers[FROZEN][0]]

# %%
# alt es: Tres intervalos de exactitud según las capas copiadas: 0, 1 y 2; el de 2 supera al de 0.
# alt en: Three intervals of accuracy by the layers copied: 0, 1 and 2; that of 2 is above that of 0.
by_cut = [mean_over_seeds(cut.float().mean(dim=1).tolist()) for cut in cuts]
_ = interval_plot(
    [str(n) for n in range(3)],
    *([getattr(mean, part) for mean in by_cut] for part in ("value", "low", "high")),
    xlabel=tr(es="exactitud según capas copiadas", en="accuracy by layers copied"),
)

# %% tags=["hidden"]
one_over_none, two_over_one = gain(cuts[1], cuts[0]), gain(cuts[2], cuts[1])
assert one_over_none.low > 0.05
assert abs(two_over_one.value) < 0.08

# %% [markdown] lang="es"
# Copiar la primera capa en vez de ninguna suma `{python} 100 * one_over_none.value:.0f` puntos (de
# `{python} 100 * one_over_none.low:.0f` a `{python} 100 * one_over_none.high:.0f`). Copiar también la segunda
# cambia el resultado en `{python} 100 * two_over_one.value:+.1f` puntos, con un intervalo de
# `{python} 100 * two_over_one.low:+.1f` a `{python} 100 * two_over_one.high:+.1f`: si contiene el cero, estas
# siete semillas no dicen si conviene. Lo que ahorra etiquetas está ya en la primera capa.
#
# ## Cuántas etiquetas ahorra
#
# La pregunta del principio, en números: si una receta alcanza la exactitud $a$ con ciertas etiquetas,
# ¿cuántas por clase necesita la que empieza de cero para llegar ahí? Entre los tamaños medidos,
#
# $$n(a) = \min \{ k : A_0(k) \ge a \}. \tag{1}$$

# %% [markdown] lang="en"
# Copying the first layer instead of none adds `{python} 100 * one_over_none.value:.0f` points (from
# `{python} 100 * one_over_none.low:.0f` to `{python} 100 * one_over_none.high:.0f`). Copying the second as
# well changes the outcome by `{python} 100 * two_over_one.value:+.1f` points, with an interval from
# `{python} 100 * two_over_one.low:+.1f` to `{python} 100 * two_over_one.high:+.1f`: if it holds zero, these
# seven seeds do not say whether it pays. What spares labels is already in the first layer.
#
# ## How many labels it spares
#
# The question of the beginning, in numbers: if a recipe reaches accuracy $a$ with certain labels, how many
# per class does starting from scratch need to get there? Among the sizes measured,
#
# $$n(a) = \min \{ k : A_0(k) \ge a \}. \tag{1}$$


# %%
def labels_needed(reached: float, seed: int) -> str:
    enough = [k for k, a in zip(COUNTS, accuracy[SCRATCH][:, seed].tolist(), strict=True) if a >= reached]
    return str(min(enough)) if enough else f"> {COUNTS[-1]}"  # (1)


for name, row in ((FROZEN, 0), (TUNED, 0), (TUNED, 1)):
    needed = [labels_needed(accuracy[name][row, seed].item(), seed) for seed in SEEDS]
    print(f"{name:<14}{COUNTS[row]:>3}  →", *(f"{text:>5}" for text in needed))

# %% tags=["hidden"]
spared = int((accuracy[FROZEN][0] > accuracy[SCRATCH][0]).sum())
spared_tuned = int((accuracy[TUNED][0] > accuracy[SCRATCH][0]).sum())
assert min(spared, spared_tuned) >= 5

# %% [markdown] lang="es"
# Cada columna es una semilla. Lo que el congelado logra con 2 etiquetas por clase, la red nueva no lo logra
# con las mismas 2 en `{python} spared` de 7 semillas; lo que logra el ajuste fino con 2, tampoco en
# `{python} spared_tuned` de 7. En esas semillas necesita al menos el siguiente tamaño medido, más del doble.
#
# Entonces, ¿hacen falta muchos datos? La transferencia no suprime esa necesidad: la **traslada**. Alguien
# tuvo que reunir `{python} len(source_data[1])` dígitos con etiqueta, y además una fuente que enseñara lo que
# faltaba. Lo que cambia es cuántas etiquetas te tocan a ti.
#
# ## Para llevarte
#
# * Una transferencia se mide contra empezar de cero y contra un cuerpo al azar, con las mismas imágenes.
# * Una fuente con buena exactitud puede no aportar nada: importa qué tuvo que aprender.
# * La ventaja fue de los primeros ejemplos: informa la curva entera, no un solo tamaño.
# * Los resultados son de dígitos pequeños y una red pequeña. El método sirve para los tuyos; los números, no.
# * Si sabes qué falta, quizá puedas enseñarlo sin fuente: el ejercicio 2 lo mide.
# * El azar de las semillas y el del examen son dos, y se informan los dos.

# %% [markdown] lang="en"
# Each column is a seed. What the frozen one reaches with 2 labels per class, the new network does not reach
# with the same 2 in `{python} spared` of 7 seeds; nor does it reach what fine-tuning reaches with 2 in
# `{python} spared_tuned` of 7. With those seeds it needs at least the next size measured, more than twice as
# many.
#
# So does it take a lot of data? Transfer does not abolish that need: it **moves** it. Someone had to gather
# `{python} len(source_data[1])` labelled digits, and a source, besides, that taught what was missing. What
# changes is how many labels fall to you.
#
# ## What to keep
#
# * A transfer is measured against starting from scratch and against a random body, on the same images.
# * A source of good accuracy may add nothing: what matters is what it had to learn.
# * The advantage belonged to the first examples: report the whole curve, not a single size.
# * The results are of small digits and a small network. The method holds for yours; the numbers do not.
# * If you know what is missing, perhaps you can teach it without a source: exercise 2 measures it.
# * The luck of the seeds and that of the exam are two, and both are reported.

# %% [markdown] lang="es" tags=["quiz"]
# Tu red congelada acierta 80 % con diez fotos por clase. ¿Qué te falta para decir que la
# transferencia sirvió?
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
# La fuente con dígitos del derecho ayudó mucho menos a los dígitos girados. ¿Qué muestra eso?
#
# - [ ] Que no aprendió a distinguir dígitos: en su propio examen los distingue bien.
# - [ ] Que hacen falta más clases en la fuente: las dos fuentes tenían las mismas.
# - [x] Que ver los mismos dígitos no basta: faltaba haber aprendido que el giro no importa.

# %% [markdown] lang="en" tags=["quiz"]
# The source with upright digits helped turned digits much less. What does that show?
#
# - [ ] That it did not learn to tell digits apart: on its own exam it does that well.
# - [ ] That the source needs more classes: both sources had the same.
# - [x] That seeing the same digits is not enough: what was missing is having learned that the turn does not
#   matter.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: congelar hasta una capa
#
# Escribe `frozen_up_to(body, n)`: devuelve una copia del cuerpo con los parámetros de sus primeros `n`
# bloques congelados (`requires_grad = False`) y los demás libres. El original no cambia. Antes de ejecutar,
# calcula cuántos parámetros quedan libres con `n = 1`.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: freezing up to a layer
#
# Write `frozen_up_to(body, n)`: it returns a copy of the body with the parameters of its first `n` blocks
# frozen (`requires_grad = False`) and the others free. The original does not change. Before running, work out
# how many parameters stay free with `n = 1`.


# %% tags=["solution"]
def frozen_up_to(body: nn.Sequential, n: int) -> nn.Sequential:
    copied = deepcopy(body).requires_grad_(True)
    copied[:n].requires_grad_(False)
    return copied


# %% tags=["check"]
body = build_body(0)
for n, free in enumerate((12448, 4128, 0)):
    copied = frozen_up_to(body, n)
    assert copied is not body
    assert sum(p.numel() for p in copied.parameters() if p.requires_grad) == free
    assert all(p.requires_grad for p in body.parameters())
    same = zip(copied.parameters(), body.parameters(), strict=True)
    assert all(torch.equal(a, b) for a, b in same)
    print(n, free)

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: enseñar el giro sin fuente
#
# Si lo que falta es la indiferencia al giro, también se puede enseñar con los datos del destino: cada dígito
# con etiqueta, en sus cuatro giros (aumento de datos). Escribe `turning_scratch(images, labels, seed)`:
# recibe dígitos del derecho, los gira con `every_turn`, entrena de cero los mismos 60 pasos con la tasa de
# empezar de cero y devuelve el modelo. ¿Reemplaza a la transferencia? Apuesta antes de ejecutar.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: teaching the turn without a source
#
# If what is missing is the indifference to the turn, the data of the target can teach it too: each labelled
# digit in its four turns (data augmentation). Write `turning_scratch(images, labels, seed)`: it receives
# upright digits, turns them with `every_turn`, trains from scratch for the same 60 steps at the rate of
# starting from scratch, and returns the model. Does it replace transfer? Bet before you run.


# %% tags=["solution"]
def turning_scratch(images: torch.Tensor, labels: torch.Tensor, seed: int) -> nn.Module:
    model = nn.Sequential(build_body(seed), build_head(seed))
    return fit(model, *every_turn(images, labels), rate=0.005, seed=seed)


# %% tags=["check"]
augmented, plain = [], []
for seed in SEEDS:
    model = turning_scratch(*few(2, seed, upright=True), seed)
    assert model(torch.zeros(4, 1, 8, 8)).shape == (4, 4)
    augmented.append(examine(model, *turned_exam))
    print(*(Proportion.of(a) for a in (augmented[-1], answers[SCRATCH][0, seed], answers[FROZEN][0, seed])))
over_scratch = gain(torch.stack(augmented), answers[SCRATCH][0])
print(*(localized(f"{bound:+.2f}") for bound in (over_scratch.low, over_scratch.high)))
assert over_scratch.value > 0.02

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# * [Cuándo hace daño](when_it_hurts.md): las mismas fuentes, con otra pregunta.
# * [Transferir a tu propia carpeta](own_dataset.md): tus imágenes, y un examen que se queda corto.
# * [Atlas de paradigmas](../concepts/paradigm_atlas.md): la transferencia junto a sus parientes.

# %% [markdown] lang="en"
# ## Where to go next
#
# * [When it hurts](when_it_hurts.md): the same sources, asked another question.
# * [Transfer to your own folder](own_dataset.md): your pictures, and an exam that falls short.
# * [Atlas of paradigms](../concepts/paradigm_atlas.md): transfer beside its relatives.
