"""
title:
  es: Cuándo hace daño
  en: When it hurts
summary:
  es: Un comienzo preentrenado peor que ninguno, provocado de tres maneras, medido con semillas y curado.
  en: A pretrained start worse than none, brought about in three ways, measured with seeds and cured.
tags: [transfer learning, negative transfer, invariance, preprocessing, forgetting, controls, seed]
objectives:
  es:
    - Provocar una transferencia negativa y demostrarla con diferencias por semilla.
    - Distinguir el daño que trae la fuente del que causa la preparación de las imágenes.
    - Decir con cuántas etiquetas termina el daño y con qué receta se evita.
    - Medir lo que una red olvida con el ajuste fino.
    - Montar una alarma que avise antes de publicar el modelo.
  en:
    - Bring about a negative transfer and prove it with differences seed by seed.
    - Tell the harm that the source brings from that caused by the preparation of the images.
    - Say with how many labels the harm ends and which recipe avoids it.
    - Measure what a network forgets in fine-tuning.
    - Set up an alarm that warns before the model is published.
prerequisites:
  es:
    - Congelado, ajuste fino y los controles de «Qué se transfiere y qué no».
    - Intervalos sobre semillas y la prueba de McNemar.
  en:
    - Frozen, fine-tuned and the controls of “What transfers and what does not”.
    - Intervals over seeds and McNemar's test.
timeout_seconds: 180
"""
# %% [markdown] lang="es"
# Una red que aprendió con otros datos suele ser un buen comienzo. A veces es peor que no traer nada: eso se
# llama **transferencia negativa**. Aquí vas a provocarla, a medirla contra sus controles, a curarla y a
# reconocerla antes de que llegue a quien use tu modelo.
#
# La lección supone [Qué se transfiere y qué no](what_transfers.md) y la comparación por pares de [Evaluación
# honesta](../workflow/honest_evaluation.md). Acompaña la sección *PyTorch Transfer Learning* del curso
# [PyTorch for Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) de Andrei
# Neagoie y Daniel Bourke, y el [capítulo 06](https://www.learnpytorch.io/06_pytorch_transfer_learning/) de
# su libro abierto.

# %% [markdown] lang="en"
# A network that learned on other data is usually a good start. At times it is worse than bringing nothing:
# that is called **negative transfer**. Here you will bring it about, measure it against its controls, cure
# it, and recognise it before it reaches whoever uses your model.
#
# The lesson presumes [What transfers and what does not](what_transfers.md) and the paired comparison of
# [Honest evaluation](../workflow/honest_evaluation.md). It goes with the section *PyTorch Transfer Learning*
# of the course [PyTorch for Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/)
# by Andrei Neagoie and Daniel Bourke, and with [chapter
# 06](https://www.learnpytorch.io/06_pytorch_transfer_learning/) of their open book.

# %%
from copy import deepcopy

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from tutorials_lib import tr
from tutorials_lib.data import digits
from tutorials_lib.metrics import Proportion, SeedMean, mean_over_seeds, paired_comparison
from tutorials_lib.plots import curves, image_grid, interval_plot, localized
from tutorials_lib.training import predict

# %% [markdown] lang="es"
# ## Qué cuenta como daño
#
# [Wang y otros (2019)](https://arxiv.org/abs/1811.09751) hablan de transferencia negativa cuando la fuente
# empeora el resultado en el destino. Para medirlo hace falta con qué comparar. Con la semilla $s$, sea $a_s$
# la exactitud de una receta que parte de la fuente y $a_s^0$ la de empezar de cero, con las mismas imágenes y
# el mismo número de pasos. Su diferencia es
#
# $$d_s = a_s - a_s^0, \tag{1}$$
#
# y hay daño cuando el intervalo del 95 % de la media de $d_s$ queda entero por debajo de cero. Un segundo
# control dice si la culpa es de la fuente: un cuerpo al azar, congelado. Si la fuente queda por debajo
# también de él, lo que aprendió estorba.

# %% [markdown] lang="en"
# ## What counts as harm
#
# [Wang et al. (2019)](https://arxiv.org/abs/1811.09751) speak of negative transfer when the source makes the
# result on the target worse. To measure that, something to compare with is needed. With seed $s$, let $a_s$
# be the accuracy of a recipe that starts from the source and $a_s^0$ that of starting from scratch, on the
# same images and with the same number of steps. Their difference is
#
# $$d_s = a_s - a_s^0, \tag{1}$$
#
# and there is harm when the 95% interval of the mean of $d_s$ lies entirely below zero. A second control
# tells whether the source is to blame: a random body, frozen. If the source falls below that one too, what
# it learned is in the way.


# %%
def difference(first: torch.Tensor, second: torch.Tensor) -> SeedMean:
    accuracy, baseline = first.float().mean(dim=1), second.float().mean(dim=1)
    return mean_over_seeds((accuracy - baseline).tolist())  # (1)


# %% [markdown] lang="es"
# ## Una fuente, dos preguntas
#
# La fuente conoce seis dígitos, del derecho, de cabeza y acostados hacia los dos lados. Su tarea es decir
# **qué dígito** es, sin importar el giro. El destino tiene otros cuatro dígitos, 4, 5, 7 y 9, girados igual,
# y dos preguntas sobre las mismas imágenes: **qué dígito** es y **qué giro** tiene. La segunda es la de quien
# digitaliza papeles y quiere enderezarlos.

# %% [markdown] lang="en"
# ## One source, two questions
#
# The source knows six digits, upright, upside down and lying on either side. Its task is to say **which
# digit** it is, whatever the turn. The target has four other digits, 4, 5, 7 and 9, turned likewise, and two
# questions about the same images: **which digit** it is and **which turn** it has. The second is that of
# someone who scans papers and wants them straight.


# %%
def of_classes(images, labels, classes):
    chosen = torch.isin(labels, torch.tensor(classes))
    return images[chosen], torch.searchsorted(torch.tensor(classes), labels[chosen])


def turned(images: torch.Tensor, turns: torch.Tensor) -> torch.Tensor:
    quarters = torch.stack([images.rot90(turn, (2, 3)) for turn in range(4)])
    return quarters[turns, torch.arange(len(images))]


def every_turn(images, labels):
    turns = torch.arange(4).repeat_interleave(len(images))
    return turned(images.repeat(4, 1, 1, 1), turns), labels.repeat(4), turns


# %%
data = digits()
KNOWN, NEW = (0, 1, 2, 3, 6, 8), (4, 5, 7, 9)
source_images, source_digits, source_turns = every_turn(
    *of_classes(data.train_images, data.train_labels, KNOWN)
)
source_exam = every_turn(*of_classes(data.test_images, data.test_labels, KNOWN))[:2]
pool = of_classes(data.train_images, data.train_labels, NEW)
exam_images, exam_digits, exam_turns = every_turn(*of_classes(data.test_images, data.test_labels, NEW))
print(len(source_images), len(source_exam[0]), len(pool[0]), len(exam_images))

# %% [markdown] lang="es"
# Cada dígito del examen aparece en sus cuatro giros: `{python} len(exam_images)` imágenes de
# `{python} len(exam_images) // 4` dígitos. Las dos preguntas tienen cuatro respuestas, así que adivinar
# acierta una de cada cuatro en ambas. Con $k$ etiquetas por clase hay $4k$ imágenes: $k$ de cada dígito y $k$
# de cada giro.

# %% [markdown] lang="en"
# Each digit of the exam appears in its four turns: `{python} len(exam_images)` images of
# `{python} len(exam_images) // 4` digits. Both questions have four answers, so guessing gets one in four
# right on either. With $k$ labels per class there are $4k$ images: $k$ of each digit and $k$ of each turn.


# %%
def few(per_class: int, seed: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    order = torch.randperm(len(pool[1]), generator=torch.Generator().manual_seed(seed))
    chosen = torch.cat([order[pool[1][order] == digit][:per_class] for digit in range(4)])
    turns = torch.arange(4).repeat(per_class)
    return turned(pool[0][chosen], turns), pool[1][chosen], turns


# %%
# alt es: Ocho dígitos girados; sobre cada uno, el dígito que es y los grados que está girado.
# alt en: Eight turned digits; above each, the digit it is and the degrees by which it is turned.
shown, shown_digits, shown_turns = few(2, 0)
titles = [f"{NEW[d]}, {90 * t}°" for d, t in zip(shown_digits.tolist(), shown_turns.tolist(), strict=True)]
_ = image_grid(shown, titles, columns=4)

# %% [markdown] lang="es"
# La red y las cuatro recetas son las de la lección anterior: dos capas densas, que nada inclina a pasar por
# alto un giro, y una cabeza. Cada una de las cinco semillas tiene su fuente. Las tasas se eligieron entre
# siete con otras semillas, 10 etiquetas por clase y 150 dígitos de entrenamiento apartados para validar; el
# examen no intervino. La del ajuste fino se eligió para cada pregunta.

# %% [markdown] lang="en"
# The network and the four recipes are those of the previous lesson: two dense layers, which nothing inclines
# to overlook a turn, and a head. Each of the five seeds has its source. The rates were chosen among seven
# with other seeds, 10 labels per class and 150 training digits set apart for validation; the exam had no part
# in it. That of fine-tuning was chosen for each question.


# %%
def build(seed: int, classes: int = 4, body: nn.Module | None = None) -> nn.Sequential:
    torch.manual_seed(seed)
    new = nn.Sequential(nn.Flatten(), nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 32), nn.ReLU())
    return nn.Sequential(body or new, nn.Linear(32, classes))


def fit(model, images, labels, *, rate: float, seed: int, steps: int = 60):
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


# %%
SCRATCH, FROZEN = tr(es="desde cero", en="from scratch"), tr(es="congelado", en="frozen")
TUNED, RANDOM = tr(es="ajuste fino", en="fine-tuned"), tr(es="al azar, congelado", en="random, frozen")
WAYS, SEEDS, COUNTS = (SCRATCH, FROZEN, TUNED, RANDOM), range(5), (2, 5, 40)


def frozen(body: nn.Module, images, labels, seed: int) -> nn.Sequential:
    model = build(seed, body=body)
    with torch.no_grad():
        features = body(images)
    fit(model[1], features, labels, rate=0.1, seed=seed)
    return model


def tuned(body: nn.Module, images, labels, seed: int, rate: float) -> nn.Sequential:
    return fit(build(seed, body=deepcopy(body)), images, labels, rate=rate, seed=seed)


def four_ways(body: nn.Module, images, labels, seed: int, rate: float) -> dict[str, nn.Module]:
    return {
        SCRATCH: fit(build(seed), images, labels, rate=0.005, seed=seed),
        FROZEN: frozen(body, images, labels, seed),
        TUNED: tuned(body, images, labels, seed, rate),
        RANDOM: frozen(build(seed)[0], images, labels, seed),
    }


# %%
def train_sources(labels: torch.Tensor, seeds=SEEDS) -> list[nn.Sequential]:
    classes = int(labels.max()) + 1
    return [
        fit(build(seed, classes), source_images, labels, rate=0.005, steps=240, seed=seed) for seed in seeds
    ]


def examine(model: nn.Module, images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    return predict(model, images) == labels


sources = train_sources(source_digits)
print(*(Proportion.of(examine(source, *source_exam)) for source in sources))

# %% tags=["hidden"]
source_right = Proportion.of(torch.stack([examine(source, *source_exam) for source in sources]))
assert source_right.value > 0.8

# %% [markdown] lang="es"
# Las cinco fuentes son buenas en lo suyo: juntas aciertan `{python} source_right.value:.0%`. Apuesta antes de
# seguir: congeladas, ¿a qué pregunta ayudarán? ¿A cuál harán daño? ¿Y con cuántas etiquetas acabará el daño?

# %% [markdown] lang="en"
# All five sources are good at their own task: together they get `{python} source_right.value:.0%` right.
# Place your bet before you go on: frozen, which question will they help? Which will they harm? And with how
# many labels will the harm end?

# %%
WHAT, TURN = tr(es="qué dígito", en="which digit"), tr(es="qué giro", en="which turn")
TRUTH, RATE = {WHAT: exam_digits, TURN: exam_turns}, {WHAT: 0.01, TURN: 0.02}


def ask(question: str, per_class: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    images, digits_, turns = few(per_class, seed)
    return images, digits_ if question == WHAT else turns


def sweep(question: str) -> dict[str, torch.Tensor]:
    shape = len(COUNTS), len(SEEDS), len(exam_images)
    answers = {name: torch.zeros(shape, dtype=torch.bool) for name in WAYS}
    for row, per_class in enumerate(COUNTS):
        for seed, (body, _) in enumerate(sources):
            models = four_ways(body, *ask(question, per_class, seed), seed, RATE[question])
            trained[question, per_class, seed] = models
            for name, model in models.items():
                answers[name][row, seed] = examine(model, exam_images, TRUTH[question])
    return answers


trained: dict[tuple[str, int, int], dict[str, nn.Module]] = {}
answers = {question: sweep(question) for question in (WHAT, TURN)}


# %%
def draw(question: str):
    means = {
        name: [mean_over_seeds(row.float().mean(dim=1).tolist()) for row in rows]
        for name, rows in answers[question].items()
    }
    return curves(
        COUNTS,
        {name: [mean.value for mean in row] for name, row in means.items()},
        bands={name: ([m.low for m in row], [m.high for m in row]) for name, row in means.items()},
        xlabel=tr(es="etiquetas por clase", en="labels per class"),
        ylabel=tr(es="exactitud de prueba", en="test accuracy"),
        title=question,
        log="x",
        markers=True,
    ).set_ylim(0.15, 1)


# %%
# alt es: Qué dígito, exactitud según etiquetas por clase: congelado empieza arriba y desde cero lo pasa.
# alt en: Which digit, accuracy by labels per class: frozen begins on top and from scratch overtakes it.
_ = draw(WHAT)

# %%
# alt es: Qué giro, exactitud según etiquetas por clase: congelado queda muy por debajo de las otras tres.
# alt en: Which turn, accuracy by labels per class: frozen stays far below the other three.
_ = draw(TURN)

# %% tags=["hidden"]
harm = {
    question: {
        name: [difference(a, b) for a, b in zip(rows[name], rows[SCRATCH], strict=True)] for name in WAYS
    }
    for question, rows in answers.items()
}
below_random = [difference(a, b) for a, b in zip(answers[TURN][FROZEN], answers[TURN][RANDOM], strict=True)]
assert harm[WHAT][FROZEN][0].value > 0.08
assert harm[WHAT][FROZEN][2].value < -0.01
assert all(d.high < -0.1 for d in harm[TURN][FROZEN])
assert all(d.high < -0.05 for d in below_random)
assert harm[TURN][TUNED][2].value > -0.04

# %% [markdown] lang="es"
# La misma fuente, congelada, ayuda a una pregunta y hunde la otra. Con 2 etiquetas por clase, *qué dígito*
# cambia en `{python} 100 * harm[WHAT][FROZEN][0].value:+.0f` puntos frente a empezar de cero (de
# `{python} 100 * harm[WHAT][FROZEN][0].low:+.0f` a `{python} 100 * harm[WHAT][FROZEN][0].high:+.0f`) y *qué
# giro*, en `{python} 100 * harm[TURN][FROZEN][0].value:+.0f` (de
# `{python} 100 * harm[TURN][FROZEN][0].low:+.0f` a `{python} 100 * harm[TURN][FROZEN][0].high:+.0f`).
#
# El segundo control señala al culpable: en *qué giro*, el cuerpo entrenado queda por debajo del cuerpo al
# azar con cada cantidad de etiquetas; con 5, por `{python} -100 * below_random[1].value:.0f` puntos (de
# `{python} -100 * below_random[1].high:.0f` a `{python} -100 * below_random[1].low:.0f`). A la fuente le
# convenía dar la misma respuesta a los cuatro giros, y tiró lo que los distingue.
#
# ¿Dónde acaba el daño? El congelado no se recupera: con 40 etiquetas por clase sigue
# `{python} -100 * harm[TURN][FROZEN][2].value:.0f` puntos por debajo. Hasta en *qué dígito*, su diferencia
# pasa a `{python} 100 * harm[WHAT][FROZEN][2].value:+.1f` puntos con 40: la ayuda de un cuerpo quieto
# caduca. El ajuste fino sí se libra. En *qué giro*, con 2, 5 y 40 etiquetas, sus intervalos van de
# `{python} 100 * harm[TURN][TUNED][0].low:+.1f` a `{python} 100 * harm[TURN][TUNED][0].high:+.1f`, de
# `{python} 100 * harm[TURN][TUNED][1].low:+.1f` a `{python} 100 * harm[TURN][TUNED][1].high:+.1f` y de
# `{python} 100 * harm[TURN][TUNED][2].low:+.1f` a `{python} 100 * harm[TURN][TUNED][2].high:+.1f` puntos. Los
# que contienen el cero no muestran ni daño ni ayuda.
#
# ## Un ajuste demasiado tímido
#
# «Ajuste fino, con una tasa pequeña» es un consejo prudente cuando la fuente ayuda. ¿Y cuando estorba? Lo
# mismo, con 5 etiquetas y dos tasas.

# %% [markdown] lang="en"
# The same source, frozen, helps one question and sinks the other. With 2 labels per class, *which digit*
# changes by `{python} 100 * harm[WHAT][FROZEN][0].value:+.0f` points against starting from scratch (from
# `{python} 100 * harm[WHAT][FROZEN][0].low:+.0f` to `{python} 100 * harm[WHAT][FROZEN][0].high:+.0f`) and
# *which turn* by `{python} 100 * harm[TURN][FROZEN][0].value:+.0f` (from
# `{python} 100 * harm[TURN][FROZEN][0].low:+.0f` to `{python} 100 * harm[TURN][FROZEN][0].high:+.0f`).
#
# The second control names the culprit: on *which turn*, the trained body stays below the random one with
# every number of labels; with 5, by `{python} -100 * below_random[1].value:.0f` points (from
# `{python} -100 * below_random[1].high:.0f` to `{python} -100 * below_random[1].low:.0f`). It suited the
# source to give the same answer to all four turns, and it threw away what tells them apart.
#
# Where does the harm end? The frozen one does not recover: with 40 labels per class it is still
# `{python} -100 * harm[TURN][FROZEN][2].value:.0f` points below. Even on *which digit* its difference becomes
# `{python} 100 * harm[WHAT][FROZEN][2].value:+.1f` points with 40: the help of a still body expires.
# Fine-tuning does escape. On *which turn*, with 2, 5 and 40 labels, its intervals go from
# `{python} 100 * harm[TURN][TUNED][0].low:+.1f` to `{python} 100 * harm[TURN][TUNED][0].high:+.1f`, from
# `{python} 100 * harm[TURN][TUNED][1].low:+.1f` to `{python} 100 * harm[TURN][TUNED][1].high:+.1f` and from
# `{python} 100 * harm[TURN][TUNED][2].low:+.1f` to `{python} 100 * harm[TURN][TUNED][2].high:+.1f` points.
# Those that hold zero show neither harm nor help.
#
# ## A fine-tuning too timid
#
# “Fine-tune, at a small rate” is prudent advice when the source helps. And when it is in the way? The same,
# with 5 labels and two rates.


# %%
def tuned_at(rate: float) -> SeedMean:
    models = [tuned(sources[seed][0], *ask(TURN, 5, seed), seed, rate) for seed in SEEDS]
    correct = torch.stack([examine(model, exam_images, exam_turns) for model in models])
    return difference(correct, answers[TURN][SCRATCH][1])


by_rate = {rate: tuned_at(rate) for rate in (0.0005, 0.02)}
for rate, d in by_rate.items():
    print(localized(f"{rate:<8g}{100 * d.value:+6.1f}   {100 * d.low:+.1f} … {100 * d.high:+.1f}"))

# %% tags=["hidden"]
timid, bold = by_rate[0.0005], by_rate[0.02]
assert timid.high < -0.05
assert bold.value > timid.value + 0.1

# %% [markdown] lang="es"
# Son puntos porcentuales frente a empezar de cero. Con la tasa más pequeña, el ajuste fino pierde
# `{python} -100 * timid.value:.0f`: en 60 pasos no llega a deshacer lo que la fuente aprendió. Con la mayor,
# la diferencia es de `{python} 100 * bold.value:+.1f`. Una receta heredada puede ser el daño.
#
# ## La cura en el origen: preguntarlo todo
#
# Si el culpable es la pregunta de la fuente, cambiar solo la pregunta debe quitar el daño. Las mismas
# imágenes, la misma red, los mismos pasos; la etiqueta dice ahora dígito **y** giro, `{python} 6 * 4` clases.

# %% [markdown] lang="en"
# Those are percentage points against starting from scratch. At the smallest rate, fine-tuning loses
# `{python} -100 * timid.value:.0f`: in 60 steps it does not get to undo what the source learned. At the
# largest, the difference is `{python} 100 * bold.value:+.1f`. An inherited recipe may be the harm.
#
# ## The cure at the origin: asking for everything
#
# If the question of the source is to blame, changing nothing but the question must take the harm away. The
# same images, the same network, the same steps; the label now says digit **and** turn, `{python} 6 * 4`
# classes.

# %%
thorough = train_sources(4 * source_digits + source_turns)


def frozen_answers(bodies: list, question: str, per_class: int = 5, change=lambda images: images):
    rows = []
    for seed, (body, _) in enumerate(bodies):
        images, labels = ask(question, per_class, seed)
        model = frozen(body, change(images), labels, seed)
        rows.append(examine(model, change(exam_images), TRUTH[question]))
    return torch.stack(rows)


rescued = difference(frozen_answers(thorough, TURN), answers[TURN][FROZEN][1])
price = difference(frozen_answers(thorough, WHAT), answers[WHAT][FROZEN][1])
for question, d in ((TURN, rescued), (WHAT, price)):
    print(f"{question:<12}", localized(f"{100 * d.value:+6.1f}   {100 * d.low:+.1f} … {100 * d.high:+.1f}"))

# %% tags=["hidden"]
assert rescued.low > 0.08
assert price.value < 0

# %% [markdown] lang="es"
# Congelado y con 5 etiquetas por clase, el cuerpo que tuvo que fijarse en el giro acierta
# `{python} 100 * rescued.value:.0f` puntos más en *qué giro* que el que lo tiró (de
# `{python} 100 * rescued.low:.0f` a `{python} 100 * rescued.high:.0f`). No sale gratis: en *qué dígito*
# cambia en `{python} 100 * price.value:+.1f` puntos (de `{python} 100 * price.low:+.1f` a
# `{python} 100 * price.high:+.1f`). Ningún cuerpo es bueno en general; lo es para una pregunta.
#
# ## La fuente era buena; la preparación, no
#
# El segundo mecanismo no está en la fuente. Una red espera las imágenes como las vio: tinta clara sobre fondo
# oscuro, entre 0 y 1, filas y columnas en su orden. Quien digitaliza papel obtiene tinta oscura; los píxeles
# de este conjunto vienen en el archivo original de 0 a 16; y cada biblioteca tiene su orden de ejes. Nada de
# eso produce un error. Probemos, en *qué dígito* y con 5 etiquetas por clase, cuánto vale el cuerpo congelado
# con cada preparación; la cabeza se entrena y se examina con la misma. ¿Cuál dañará más?

# %% [markdown] lang="en"
# Frozen and with 5 labels per class, the body that had to mind the turn gets
# `{python} 100 * rescued.value:.0f` points more on *which turn* than the one that threw it away (from
# `{python} 100 * rescued.low:.0f` to `{python} 100 * rescued.high:.0f`). It is not free: on *which digit* it
# changes by `{python} 100 * price.value:+.1f` points (from `{python} 100 * price.low:+.1f` to
# `{python} 100 * price.high:+.1f`). No body is good in general; it is good for a question.
#
# ## The source was good; the preparation was not
#
# The second mechanism does not lie in the source. A network expects images as it saw them: light ink on a
# dark ground, between 0 and 1, rows and columns in their order. Whoever scans paper gets dark ink; the pixels
# of this data set come from 0 to 16 in the original file; and each library has its own order of axes. None of
# that raises an error. Let us try, on *which digit* and with 5 labels per class, what the frozen body is
# worth with each preparation; the head trains and is examined with the same one. Which will harm most?

# %%
PREPARED = {
    tr(es="como la fuente", en="as the source"): lambda images: images,
    tr(es="tinta oscura", en="dark ink"): lambda images: 1 - images,
    tr(es="de 0 a 16", en="from 0 to 16"): lambda images: 16 * images,
    tr(es="transpuesta", en="transposed"): lambda images: images.mT,
}
prepared, own_exam = {}, {}
for name, change in PREPARED.items():
    prepared[name] = frozen_answers(sources, WHAT, change=change)
    own = [examine(source, change(source_exam[0]), source_exam[1]) for source in sources]
    own_exam[name] = Proportion.of(torch.stack(own))

# %%
# alt es: Cuatro diferencias frente a empezar de cero: como la fuente queda arriba y transpuesta, abajo.
# alt en: Four differences from starting from scratch: the source's own preparation high, transposed low.
by_preparation = {name: difference(rows, answers[WHAT][SCRATCH][1]) for name, rows in prepared.items()}
bounds = [[getattr(d, part) for d in by_preparation.values()] for part in ("value", "low", "high")]
xlabel = tr(es="exactitud menos la de empezar de cero", en="accuracy minus that of starting from scratch")
_ = interval_plot(list(PREPARED), *bounds, xlabel=xlabel, reference=0.0)

# %%
for name, score in own_exam.items():
    print(f"{name:<16}", score, localized(f"{score.value:.2f}"))

# %% tags=["hidden"]
right_way = next(iter(by_preparation.values()))
proper, *others = prepared.values()
dark_ink, raw, transposed = (difference(rows, proper) for rows in others)
own_right, own_dark, own_raw, own_transposed = own_exam.values()
assert right_way.value > 0.02
assert transposed.value < -0.03
assert list(by_preparation.values())[3].value < 0.02
assert own_dark.value < own_right.value - 0.4
assert own_transposed.value < own_right.value - 0.08
assert own_raw.value > own_right.value - 0.08

# %% [markdown] lang="es"
# Bien preparado, el cuerpo cambia la exactitud en `{python} 100 * right_way.value:+.1f` puntos frente a
# empezar de cero (de `{python} 100 * right_way.low:+.1f` a `{python} 100 * right_way.high:+.1f`). Con filas y
# columnas cambiadas pierde `{python} -100 * transposed.value:.0f` respecto de eso (de
# `{python} -100 * transposed.high:.0f` a `{python} -100 * transposed.low:.0f`): en el promedio ya no queda
# ventaja, y no hubo aviso. Con tinta oscura cambia en `{python} 100 * dark_ink.value:+.1f` (de
# `{python} 100 * dark_ink.low:+.1f` a `{python} 100 * dark_ink.high:+.1f`) y con píxeles de 0 a 16, en
# `{python} 100 * raw.value:+.1f` (de `{python} 100 * raw.low:+.1f` a `{python} 100 * raw.high:+.1f`).
#
# La segunda tabla es el detector, y no gasta ni una etiqueta tuya: pasa **el examen de la fuente** por tu
# preparación. Bien hecha da `{python} own_right.value:.0%`; transpuesta,
# `{python} own_transposed.value:.0%`; con tinta oscura, `{python} own_dark.value:.0%`. En la tarea nueva ese
# error se nota menos porque la cabeza nueva tapa una parte. La escala de 0 a 16, en cambio, era una sospecha
# falsa: `{python} own_raw.value:.0%`. La cura es una línea, la misma transformación que usó la fuente; en
# `torchvision` viaja con los pesos, en `weights.transforms()`.
#
# ## Lo que se olvida por el camino
#
# El tercer daño no se ve en la tarea nueva. [McCloskey y Cohen
# (1989)](https://doi.org/10.1016/S0079-7421(08)60536-8) mostraron que una red que aprende una segunda cosa
# puede perder la primera: el **olvido catastrófico**. Ajustamos el cuerpo a *qué giro*, con 5 etiquetas por
# clase, y le devolvemos su cabeza antigua. ¿Cuánto queda de su examen?

# %% [markdown] lang="en"
# Well prepared, the body changes the accuracy by `{python} 100 * right_way.value:+.1f` points against
# starting from scratch (from `{python} 100 * right_way.low:+.1f` to `{python} 100 * right_way.high:+.1f`).
# With rows and columns swapped it loses `{python} -100 * transposed.value:.0f` from there (from
# `{python} -100 * transposed.high:.0f` to `{python} -100 * transposed.low:.0f`): on average no advantage is
# left, and there was no warning. With dark ink it changes by `{python} 100 * dark_ink.value:+.1f` (from
# `{python} 100 * dark_ink.low:+.1f` to `{python} 100 * dark_ink.high:+.1f`), and with pixels from 0 to 16 by
# `{python} 100 * raw.value:+.1f` (from `{python} 100 * raw.low:+.1f` to `{python} 100 * raw.high:+.1f`).
#
# The second table is the detector, and it spends not one label of yours: put **the exam of the source**
# through your preparation. Done well it gives `{python} own_right.value:.0%`; transposed,
# `{python} own_transposed.value:.0%`; with dark ink, `{python} own_dark.value:.0%`. On the new task that
# mistake shows less because the new head covers part of it. The scale from 0 to 16, though, was a false
# suspicion: `{python} own_raw.value:.0%`. The cure is one line, the same transform that the source used; in
# `torchvision` it travels with the weights, in `weights.transforms()`.
#
# ## What is forgotten on the way
#
# The third harm does not show on the new task. [McCloskey and Cohen
# (1989)](https://doi.org/10.1016/S0079-7421(08)60536-8) showed that a network which learns a second thing may
# lose the first: **catastrophic forgetting**. We fine-tune the body on *which turn*, with 5 labels per
# class, and give it back its old head. How much is left of its exam?


# %%
def after_tuning(seed: int) -> nn.Sequential:
    _, old_head = sources[seed]
    return nn.Sequential(trained[TURN, 5, seed][TUNED][0], old_head)


before = torch.stack([examine(source, *source_exam) for source in sources])
after = torch.stack([examine(after_tuning(seed), *source_exam) for seed in SEEDS])
for row, (was, now) in enumerate(zip(before, after, strict=True)):
    print(row, Proportion.of(was), "→", Proportion.of(now))

# %% [markdown] lang="es"
# Dos curas. Con el cuerpo congelado no hay olvido posible: sus pesos no cambian. Y si hace falta ajustar, se
# puede **repasar**: en cada paso, junto a las imágenes nuevas, un *batch* de las antiguas con su cabeza.

# %% [markdown] lang="en"
# Two cures. With the body frozen no forgetting is possible: its weights do not change. And if tuning is
# needed, one can **rehearse**: on every step, beside the new images, a batch of the old ones with their head.


# %%
def rehearsed(seed: int) -> tuple[nn.Sequential, nn.Sequential]:
    images, labels = ask(TURN, 5, seed)
    body, old_head = deepcopy(sources[seed])
    new, old = build(seed, body=body), nn.Sequential(body, old_head)
    optimizer = torch.optim.Adam([*new.parameters(), *old_head.parameters()], lr=RATE[TURN], fused=True)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=60)
    generator = torch.Generator().manual_seed(seed)
    for _ in range(60):
        batch = torch.randperm(len(images), generator=generator)[:40]
        memory = torch.randint(len(source_images), (40,), generator=generator)
        loss = cross_entropy(new(images[batch]), labels[batch])
        loss = loss + cross_entropy(old(source_images[memory]), source_digits[memory])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return new, old


pairs = [rehearsed(seed) for seed in SEEDS]
kept = torch.stack([examine(old, *source_exam) for _, old in pairs])
new_task = torch.stack([examine(new, exam_images, exam_turns) for new, _ in pairs])
print(Proportion.of(before), Proportion.of(after), Proportion.of(kept))

# %% tags=["hidden"]
lost, saved = difference(after, before), difference(kept, after)
cost = difference(new_task, answers[TURN][TUNED][1])
assert lost.high < -0.1
assert saved.low > 0.05

# %% [markdown] lang="es"
# El ajuste fino quita `{python} -100 * lost.value:.0f` puntos al examen antiguo (de
# `{python} -100 * lost.high:.0f` a `{python} -100 * lost.low:.0f`); repasar devuelve
# `{python} 100 * saved.value:.0f` de ellos (de `{python} 100 * saved.low:.0f` a
# `{python} 100 * saved.high:.0f`). En la pregunta nueva, repasar cambia la exactitud en
# `{python} 100 * cost.value:+.1f` puntos (de `{python} 100 * cost.low:+.1f` a
# `{python} 100 * cost.high:+.1f`). Para repasar hay que conservar los datos antiguos; si solo guardaste los
# pesos, guarda también una copia de antes del ajuste.
#
# ## Notarlo a tiempo
#
# Hasta aquí juzgó el examen, y un examen se gasta al elegir con él. Antes de publicar, la alarma suena con
# una parte de **validación**: aparta imágenes con etiqueta, examina en ellas tu receta, la red desde cero y
# el cuerpo al azar, y compara respuesta por respuesta. Aquí, 100 dígitos, cada uno en un giro.

# %% [markdown] lang="en"
# Fine-tuning takes `{python} -100 * lost.value:.0f` points from the old exam (from
# `{python} -100 * lost.high:.0f` to `{python} -100 * lost.low:.0f`); rehearsing gives
# `{python} 100 * saved.value:.0f` of them back (from `{python} 100 * saved.low:.0f` to
# `{python} 100 * saved.high:.0f`). On the new question, rehearsing changes the accuracy by
# `{python} 100 * cost.value:+.1f` points (from `{python} 100 * cost.low:+.1f` to
# `{python} 100 * cost.high:+.1f`). To rehearse you must keep the old data; if you saved the weights only,
# save a copy from before the tuning too.
#
# ## Noticing in time
#
# So far the exam was the judge, and an exam is spent by choosing with it. Before publishing, the alarm rings
# on a **validation** part: set labelled images apart, examine on them your recipe, the network from scratch
# and the random body, and compare answer by answer. Here, 100 digits, each in one turn.


# %%
def validation(per_class: int, seed: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    order = torch.randperm(len(pool[1]), generator=torch.Generator().manual_seed(seed))
    taken = [order[pool[1][order] == digit][:per_class] for digit in range(4)]
    apart = order[~torch.isin(order, torch.cat(taken))][:100]
    turns = torch.arange(4).repeat(25)
    return turned(pool[0][apart], turns), pool[1][apart], turns


def verdict(candidate: torch.Tensor, baseline: torch.Tensor) -> str:
    pair = paired_comparison(candidate, baseline)
    if pair.p_value >= 0.05:
        return "?"
    return tr(es="ayuda", en="help") if pair.only_first > pair.only_second else tr(es="daño", en="harm")


# %%
verdicts = {}
for question in (WHAT, TURN):
    for seed in SEEDS:
        images, *both = validation(2, seed)
        labels = both[0] if question == WHAT else both[1]
        models = trained[question, 2, seed]
        correct = {name: examine(model, images, labels) for name, model in models.items()}
        verdicts[question, seed] = [verdict(correct[FROZEN], correct[name]) for name in (SCRATCH, RANDOM)]
    print(question, *(" / ".join(verdicts[question, seed]) for seed in SEEDS), sep="\n  ")

# %% tags=["hidden"]
HARM = tr(es="daño", en="harm")
warned = sum(verdicts[TURN, seed][0] == HARM for seed in SEEDS)
false_alarms = sum(verdicts[WHAT, seed][0] == HARM for seed in SEEDS)
assert warned >= 3
assert false_alarms <= 1

# %% [markdown] lang="es"
# Cada línea es una semilla: el congelado frente a empezar de cero / frente al azar, con 2 etiquetas por
# clase. En *qué giro*, 100 imágenes bastaron para avisar del daño con `{python} warned` de 5 semillas; en
# *qué dígito*, donde no lo hay, la alarma sonó con `{python} false_alarms` de 5. Un `?` dice que esas
# imágenes no alcanzan para saberlo: reúne más o quédate con la receta más sencilla.
#
# ## Para llevarte
#
# * Sin la red desde cero al lado, una transferencia dañina parece un resultado modesto.
# * Una fuente tira lo que su tarea no le pide. Pregúntate si la tuya lo necesita.
# * Peor que un cuerpo al azar: lo que aprendió la fuente estorba. Ajusta con una tasa suficiente o cambia de
#   fuente.
# * Ante un resultado flojo, pasa el examen de la fuente por tu preparación.
# * Después de ajustar, mide también lo viejo; guarda los pesos de antes.
# * La decisión se toma en validación; el examen confirma, una vez.

# %% [markdown] lang="en"
# Each line is a seed: the frozen one against starting from scratch / against random, with 2 labels per class.
# On *which turn*, 100 images were enough to warn of the harm with `{python} warned` of 5 seeds; on *which
# digit*, where there is none, the alarm rang with `{python} false_alarms` of 5. A `?` says that those images
# are not enough to know: gather more, or stay with the simpler recipe.
#
# ## What to keep
#
# * Without the network from scratch beside it, a harmful transfer looks like a modest result.
# * A source throws away what its task does not ask for. Ask yourself whether yours needs it.
# * Worse than a random body: what the source learned is in the way. Tune at a sufficient rate or change the
#   source.
# * Faced with a poor result, put the exam of the source through your preparation.
# * After tuning, measure the old task too; keep the weights from before.
# * The decision is taken on validation; the exam confirms, once.

# %% [markdown] lang="es" tags=["quiz"]
# Tu cuerpo preentrenado y congelado acierta menos que el mismo cuerpo con pesos al azar. ¿Qué te dice?
#
# - [ ] Que faltan etiquetas: el cuerpo al azar tuvo las mismas.
# - [ ] Que la cabeza está mal entrenada: las dos cabezas se entrenaron igual.
# - [x] Que lo que el cuerpo aprendió, o cómo le llegan las imágenes, estorba a tu pregunta: lo único en que
#   difieren son los pesos, y los del azar no esperan ninguna preparación.

# %% [markdown] lang="en" tags=["quiz"]
# Your frozen pretrained body gets fewer right than the same body with random weights. What does that tell
# you?
#
# - [ ] That labels are missing: the random body had the same ones.
# - [ ] That the head is badly trained: both heads were trained alike.
# - [x] That what the body learned, or how the images reach it, is in the way of your question: all they
#   differ in is the weights, and random ones expect no preparation.

# %% [markdown] lang="es" tags=["quiz"]
# Un modelo preentrenado con fotos espejadas al azar (aumento de datos) debe distinguir la mano izquierda de
# la derecha. ¿Qué temes?
#
# - [ ] Nada, porque más aumento da un cuerpo mejor: en esta página, aprender a pasar por alto el giro ayudó a
#   una pregunta y hundió la otra.
# - [x] Que haya aprendido a pasar por alto el espejo: una mano izquierda es la imagen espejada de una
#   derecha.
# - [ ] Que olvide las fotos: el olvido daña la tarea vieja, y aquí importa la nueva.

# %% [markdown] lang="en" tags=["quiz"]
# A model pretrained on photographs mirrored at random (data augmentation) must tell left hands from right
# hands. What do you fear?
#
# - [ ] Nothing, because more augmentation gives a better body: on this page, learning to overlook the turn
#   helped one question and sank the other.
# - [x] That it learned to overlook the mirror: a left hand is the mirror image of a right one.
# - [ ] That it forgets the photographs: forgetting harms the old task, and here the new one matters.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: provoca el daño contrario
#
# Aquí la fuente tiró el giro y dañó *qué giro*. Hazlo al revés: escribe `opposite_labels(digits, turns)`, que
# devuelve las etiquetas con que una fuente de cuatro clases tendría motivo para tirar el dígito. La
# comprobación entrena tres fuentes y mide *qué dígito*, congelado y con 5 etiquetas. Apuesta: ¿quedará
# también por debajo del azar?

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: bring about the opposite harm
#
# Here the source threw the turn away and harmed *which turn*. Do the reverse: write `opposite_labels(digits,
# turns)`, which returns the labels with which a source of four classes would have reason to throw the digit
# away. The check trains three sources and measures *which digit*, frozen and with 5 labels. Place your bet:
# will it fall below random too?


# %% tags=["solution"]
def opposite_labels(digits: torch.Tensor, turns: torch.Tensor) -> torch.Tensor:
    return turns


# %% tags=["check"]
new_labels = opposite_labels(source_digits, source_turns)
assert new_labels.shape == source_digits.shape
assert new_labels.unique().tolist() == [0, 1, 2, 3]
opposite = frozen_answers(train_sources(new_labels, range(3)), WHAT)
for baseline in (FROZEN, SCRATCH, RANDOM):
    d = difference(opposite, answers[WHAT][baseline][1, :3])
    print(f"{baseline:<20}", localized(f"{100 * d.value:+6.1f}   {100 * d.low:+.1f} … {100 * d.high:+.1f}"))
assert difference(opposite, answers[WHAT][FROZEN][1, :3]).value < -0.05

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: un detector de malas preparaciones
#
# Escribe `suspicious(preparations, model, images, labels)`: recibe un diccionario de preparaciones y devuelve
# la lista de los nombres de aquellas con las que el modelo acierta menos en su propio examen que con las
# imágenes sin tocar, con $P < 0{,}01$ en la comparación por pares.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: a detector of bad preparations
#
# Write `suspicious(preparations, model, images, labels)`: it receives a dictionary of preparations and
# returns the list of the names of those with which the model gets fewer right on its own exam than with the
# images untouched, with $P < 0.01$ in the paired comparison.


# %% tags=["solution"]
def suspicious(preparations: dict, model: nn.Module, images: torch.Tensor, labels: torch.Tensor) -> list[str]:
    untouched = examine(model, images, labels)
    found = []
    for name, change in preparations.items():
        pair = paired_comparison(examine(model, change(images), labels), untouched)
        if pair.p_value < 0.01 and pair.only_first < pair.only_second:
            found.append(name)
    return found


# %% tags=["check"]
tried = {
    "same": lambda images: images,
    "dark": lambda images: 1 - images,
    "mirror": lambda images: images.flip(3),
    "dust": lambda images: images + 0.001,
    "half off": lambda images: images * (torch.arange(8) < 4),
}
for seed in range(3):
    found = suspicious(tried, sources[seed], *source_exam)
    assert {"dark", "half off"} <= set(found)
    assert not {"same", "dust"} & set(found)
    print(seed, found)

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: cuánto se olvidó de verdad
#
# La resta de dos exactitudes esconde un canje: algunas respuestas se pierden y otras se ganan. Escribe
# `forgotten(before, after)`: de lo que antes acertaba, cuánto falla ahora, como `Proportion`.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: how much was really forgotten
#
# The difference of two accuracies hides a trade: some answers are lost and others won. Write
# `forgotten(before, after)`: of what was right before, how much is wrong now, as a `Proportion`.


# %% tags=["solution"]
def forgotten(before: torch.Tensor, after: torch.Tensor) -> Proportion:
    return Proportion.of(~after[before])


# %% tags=["check"]
knew = torch.tensor([True, True, True, True, False, False])
knows = torch.tensor([True, False, True, True, True, False])
assert forgotten(knew, knows) == Proportion(1, 4)
assert forgotten(knew, knew) == Proportion(0, 4)
for seed in SEEDS:
    print(seed, forgotten(before[seed], after[seed]), forgotten(before[seed], kept[seed]))

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# * [Qué se transfiere y qué no](what_transfers.md): las mismas recetas cuando la fuente ayuda.
# * [Transferir a tu propia carpeta](own_dataset.md): tus imágenes y un examen corto.
# * [Preprocesamiento](../workflow/preprocessing.md): preparar igual al entrenar y al usar.

# %% [markdown] lang="en"
# ## Where to go next
#
# * [What transfers and what does not](what_transfers.md): the same recipes when the source helps.
# * [Transfer to your own folder](own_dataset.md): your pictures and a short exam.
# * [Preprocessing](../workflow/preprocessing.md): preparing alike when training and when using.
