"""
title:
  es: Experimentos que se pueden comparar
  en: Experiments that can be compared
summary:
  es: Ocho recetas registradas en TensorBoard y en una tabla, ordenadas solo hasta donde los datos alcanzan.
  en: Eight recipes recorded in TensorBoard and in a table, ranked only as far as the data goes.
tags: [experiment tracking, TensorBoard, evaluation, model selection, statistics]
everyday: [label, rank]
objectives:
  es:
    - Registrar una serie de entrenamientos en archivos de eventos de TensorBoard y en una tabla de texto.
    - Leer de vuelta lo registrado y comprobar que es lo que ocurrió.
    - Ordenar recetas solo donde la comparación pareada y las semillas lo permiten.
    - Medir cuánto infla un resultado elegir al mejor entre muchos con los datos de prueba.
  en:
    - Record a series of training runs in TensorBoard event files and in a table of plain text.
    - Read back what was recorded and check that it is what happened.
    - Rank recipes only where the paired comparison and the seeds permit.
    - Measure how far choosing the best of many on the test set inflates a result.
prerequisites:
  es:
    - La evaluación con conteos, intervalos y comparación pareada.
    - El bucle de entrenamiento.
  en:
    - Evaluation with counts, intervals and paired comparison.
    - The training loop.
timeout_seconds: 180
"""
# %% [markdown] lang="es"
# Cambias una cosa, entrenas, anotas un número en un papel; cambias dos, y el papel ya no dice qué número es
# de qué. Al terminar tendrás un registro del que se puede sacar cada curva y cada conteo, y una regla para no
# leer en él más de lo que hay. El final trae una advertencia medida: el mejor de muchos intentos parece mejor
# de lo que es.
#
# La lección supone [Evaluación honesta](honest_evaluation.md). Acompaña la sección *PyTorch Experiment
# Tracking* del curso [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) de Andrei Neagoie y Daniel Bourke, y el
# [capítulo 07](https://www.learnpytorch.io/07_pytorch_experiment_tracking/) de su libro abierto, que compara
# ocho experimentos con TensorBoard. Los nuestros también son ocho, más pequeños.

# %% [markdown] lang="en"
# You change one thing, train, note a number on a slip of paper; you change two, and the paper no longer says
# which number belongs to what. By the end you will have a record that yields every curve and every count, and
# a rule for not reading more into it than there is. The end brings a measured warning: the best of many
# attempts looks better than it is.
#
# The lesson presumes [Honest evaluation](honest_evaluation.md). It goes with the section *PyTorch Experiment
# Tracking* of the course [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) by Andrei Neagoie and Daniel Bourke, and
# with [chapter 07](https://www.learnpytorch.io/07_pytorch_experiment_tracking/) of their open book, which
# compares eight experiments with TensorBoard. Ours are eight as well, and smaller.

# %%
import json
from itertools import combinations, product
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from torch.utils.tensorboard import SummaryWriter

from tutorials_lib import tr
from tutorials_lib.data import digits
from tutorials_lib.metrics import Proportion, adjusted_p_values, mean_over_seeds, rank
from tutorials_lib.models import MLP, LinearClassifier, parameter_count
from tutorials_lib.plots import color, curves, heat_map, interval_plot
from tutorials_lib.training import TensorBatches, predict, train

# %% [markdown] lang="es"
# ## La serie, escrita antes de empezar
#
# Las recetas se escriben **antes** de ver ningún resultado: dos modelos, dos cantidades de imágenes (todas y
# la cuarta parte), dos duraciones. Dos por dos por dos son ocho, y cada una se repite con tres semillas. Los
# datos son los dígitos de 8×8 de scikit-learn, con la prueba escrita por otras manos. Apuesta ya: ¿qué pesará
# más, el modelo, los datos o las épocas? ¿Y se podrá coronar a una receta?

# %% [markdown] lang="en"
# ## The series, written before it begins
#
# The recipes are written **before** any result is seen: two models, two amounts of images (all and a
# quarter), two durations. Two by two by two is eight, and each is repeated with three seeds. The data set is
# the 8×8 digits of scikit-learn, with the test written by other hands. Bet now: what will weigh most, the
# model, the data or the epochs? And will one recipe earn the crown?

# %%
data = digits()
test_batches = TensorBatches(data.test_images, data.test_labels, size=512)
BUILD = {
    "Linear": lambda: LinearClassifier(pixels=64, classes=10),
    "MLP": lambda: MLP(pixels=64, hidden=32, classes=10),
}
GRID = {"model": ("Linear", "MLP"), "images": (337, 1348), "epochs": (5, 10)}
RECIPES = [dict(zip(GRID, values, strict=True)) for values in product(*GRID.values())]
SEEDS = (0, 1, 2)


# es: «MLP 1348×10»: modelo, imágenes y épocas; el diccionario entero va a la tabla
# en: “MLP 1348×10”: model, images and epochs; the whole dictionary goes into the table
def label(recipe: dict) -> str:
    return f"{recipe['model']} {recipe['images']}×{recipe['epochs']}"


print(len(RECIPES), [label(recipe) for recipe in RECIPES])

# %% [markdown] lang="es"
# ## Dos registros de cada entrenamiento
#
# Cada entrenamiento escribe dos cosas. En una carpeta propia, un **archivo de eventos** con las curvas, que
# TensorBoard dibuja mientras se entrena. Y al final, **una línea** en una tabla: la receta completa, la
# semilla, la versión de PyTorch y los conteos. La tabla es texto, una línea de JSON por entrenamiento
# (formato *JSON Lines*): se lee en cualquier editor, se compara con `diff`, y una línea rota no arrastra a
# las demás.

# %% [markdown] lang="en"
# ## Two records of each run
#
# Each run writes two things. In a folder of its own, an **event file** with the curves, which TensorBoard
# draws while it trains. And at the end, **one line** in a table: the whole recipe, the seed, the version of
# PyTorch and the counts. The table is text, one line of JSON for each run (the format *JSON Lines*): it can
# be read in any editor and compared with `diff`, and a broken line does not take the others with it.

# %%
folder = Path(mkdtemp())
table = folder / "table.jsonl"


def run(recipe: dict, seed: int) -> tuple[list, torch.Tensor]:
    torch.manual_seed(seed)
    model = BUILD[recipe["model"]]()
    n = recipe["images"]
    order = torch.Generator().manual_seed(seed)
    batches = TensorBatches(data.train_images[:n], data.train_labels[:n], size=64, generator=order)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    epochs = []
    with SummaryWriter(folder / "runs" / f"{label(recipe)} {seed}") as writer:
        for epoch in train(model, batches, test_batches, optimizer=optimizer, epochs=recipe["epochs"]):
            writer.add_scalar("loss/train", epoch.train.loss, epoch.number)
            writer.add_scalar("loss/test", epoch.test.loss, epoch.number)
            writer.add_scalar("accuracy/test", epoch.test.accuracy.value, epoch.number)
            epochs.append(epoch)
    final = {"right": epoch.test.accuracy.right, "total": epoch.test.accuracy.total}
    context = {"seed": seed, "parameters": parameter_count(model), "torch": str(torch.__version__)}
    with table.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(recipe | context | final) + "\n")
    return epochs, predict(model, data.test_images) == data.test_labels


history, correct = {}, {}
for recipe in RECIPES:
    for seed in SEEDS:
        history[label(recipe), seed], correct[label(recipe), seed] = run(recipe, seed)
print(table.read_text(encoding="utf-8").splitlines()[-1])

# %% [markdown] lang="es"
# En tu máquina, `tensorboard --logdir runs` abre las curvas en el navegador, y en un cuaderno lo hace
# `%load_ext tensorboard` seguido de `%tensorboard --logdir runs`. Aquí no hay servidor, así que usamos la
# pieza con que TensorBoard mismo lee sus archivos, `EventAccumulator`, y exigimos que devuelva lo que pasó.

# %% [markdown] lang="en"
# On your machine, `tensorboard --logdir runs` opens the curves in the browser, and in a notebook
# `%load_ext tensorboard` followed by `%tensorboard --logdir runs` does so. There is no server here, so we use
# the part with which TensorBoard itself reads its files, `EventAccumulator`, and demand that it return what
# happened.


# %%
def read_events(name: str, tag: str) -> list[tuple[int, float]]:
    events = EventAccumulator(str(folder / "runs" / name)).Reload()
    return [(event.step, event.value) for event in events.Scalars(tag)]


worst_gap = 0.0
for (name, seed), epochs in history.items():
    stored = read_events(f"{name} {seed}", "loss/train")
    assert [step for step, _ in stored] == [epoch.number for epoch in epochs]
    gaps = [abs(value - epoch.train.loss) for (_, value), epoch in zip(stored, epochs, strict=True)]
    worst_gap = max(worst_gap, *gaps)
files = list((folder / "runs").rglob("events.out.tfevents.*"))
kilobytes = sum(file.stat().st_size for file in files) / 1000
print(f"{len(files)}   {kilobytes:.0f} kB   max |Δ| = {worst_gap:.0e}")

# %%
# alt es: La pérdida de prueba de cuatro recetas baja; en cada modelo, la que usa todo acaba por debajo.
# alt en: The test loss of four recipes falls; for each model, the one that uses all the data ends below.
long = [label(recipe) for recipe in RECIPES if recipe["epochs"] == 10]
_ = curves(
    range(1, 11),
    {name: [value for _, value in read_events(f"{name} 0", "loss/test")] for name in long},
    xlabel=tr(es="época", en="epoch"),
    ylabel=tr(es="pérdida de prueba", en="test loss"),
    markers=True,
)

# %% tags=["hidden"]
rows = [json.loads(line) for line in table.read_text(encoding="utf-8").splitlines()]
assert len(files) == len(rows) == len(history) == 24
assert 0 < worst_gap < 1e-6  # float32 in the file, float64 in the loop
for row in rows:
    recipe = {key: row[key] for key in GRID}
    assert Proportion(row["right"], row["total"]) == Proportion.of(correct[label(recipe), row["seed"]])
    assert history[label(recipe), row["seed"]][-1].test.accuracy.right == row["right"]
for seed in SEEDS:
    for model in BUILD:
        few, all_of_it = (history[f"{model} {n}×10", seed][-1].test.loss for n in GRID["images"])
        assert all_of_it < few

# %% [markdown] lang="es"
# Los `{python} len(files)` archivos ocupan `{python} kilobytes:.0f` kB y devuelven las pérdidas con una
# diferencia de a lo más `{python} worst_gap:.0e`: TensorBoard guarda los números en `float32`. Para dibujar
# sobra; para contar aciertos, usa la tabla, que guarda enteros.
#
# ## La tabla, con lo que se ignora
#
# De la tabla salen los conteos. La barra es el intervalo de Wilson de la semilla 0, la duda que deja una
# prueba de este tamaño; las rayas verticales, las otras semillas.

# %% [markdown] lang="en"
# The `{python} len(files)` files take `{python} kilobytes:.0f` kB and return the losses to within
# `{python} worst_gap:.0e`: TensorBoard stores numbers in `float32`. For drawing this is plenty; for counting
# right answers use the table, which stores whole numbers.
#
# ## The table, with what is not known
#
# The counts come from the table. The bar is the Wilson interval of seed 0, the doubt that a test of this size
# leaves; the vertical strokes are the other seeds.

# %%
# alt es: Ocho recetas con su intervalo; las que usan todos los datos se cubren entre sí casi por completo.
# alt en: Eight recipes with their intervals; those that use all the data overlap almost entirely.
scores: dict[str, list[Proportion]] = {}
for line in table.read_text(encoding="utf-8").splitlines():
    row = json.loads(line)
    scores.setdefault(label(row), []).append(Proportion(row["right"], row["total"]))
for name, row in scores.items():
    print(f"{name:<14}", *row)

order = sorted(scores, key=lambda name: scores[name][0].value, reverse=True)
first = [scores[name][0] for name in order]
ax = interval_plot(
    order,
    [p.value for p in first],
    [p.low for p in first],
    [p.high for p in first],
    xlabel=tr(es="exactitud de prueba, intervalo del 95 %", en="test accuracy, 95% interval"),
)
for place, name in enumerate(order):
    _ = ax.plot([p.value for p in scores[name][1:]], [place] * 2, "|", color=color("ember"), markersize=13)

# %% tags=["hidden"]
full = [p for name, row in scores.items() if "1348" in name for p in row]
quarter = [p for name, row in scores.items() if "337" in name for p in row]
assert min(p.right for p in full) > max(p.right for p in quarter) - 5
assert max(p.low for p in full) < min(p.high for p in full)
assert scores["Linear 337×5"][0].high < scores["MLP 1348×10"][0].low

# %% [markdown] lang="es"
# Las cuatro barras con todas las imágenes comparten un tramo. Antes de ordenar recetas conviene preguntar por
# los **factores**, que para eso se cruzaron: cada factor se compara en cuatro parejas de recetas que solo
# difieren en él, con la misma semilla. El promedio de las cuatro da un número por semilla, y
# `mean_over_seeds`, el intervalo de la media entre semillas.

# %% [markdown] lang="en"
# The four bars with all the images share a stretch. Before ranking recipes it pays to ask about the
# **factors**, which were crossed for this purpose: each factor is compared in four pairs of recipes that
# differ in it alone, with the same seed. The mean of the four gives one number per seed, and
# `mean_over_seeds` the interval of the mean over seeds.

# %%
# alt es: Tres efectos con su intervalo; el de las imágenes queda lejos del cero y es el mayor.
# alt en: Three effects with their intervals; that of the images lies far from zero and is the largest.
named = {
    "model": tr(es="modelo", en="model"),
    "images": tr(es="imágenes", en="images"),
    "epochs": tr(es="épocas", en="epochs"),
}
effects = {}
for factor, (low, high) in GRID.items():
    per_seed = []
    for place in range(len(SEEDS)):
        gains = [
            scores[label(recipe | {factor: high})][place].right - scores[label(recipe)][place].right
            for recipe in RECIPES
            if recipe[factor] == low
        ]
        per_seed.append(sum(gains) / len(gains))
    effects[f"{named[factor]}: {low} → {high}"] = mean_over_seeds(per_seed)
    print(f"{named[factor]:<8}", *(f"{gain:6.2f}" for gain in per_seed))
_ = interval_plot(
    list(effects),
    [effect.value for effect in effects.values()],
    [effect.low for effect in effects.values()],
    [effect.high for effect in effects.values()],
    xlabel=tr(es="imágenes más que acierta, de 449", en="more images right, out of 449"),
    reference=0,
)

# %% tags=["hidden"]
by_model, by_images, by_epochs = effects.values()
assert by_images.low > 15
assert by_images.value > max(by_model.value, by_epochs.value)

# %% [markdown] lang="es"
# Pasar de la cuarta parte a todas las imágenes vale `{python} by_images.value:.0f` aciertos más, con un
# intervalo de `{python} by_images.low:.0f` a `{python} by_images.high:.0f`. Duplicar las épocas, de
# `{python} by_epochs.low:.0f` a `{python} by_epochs.high:.0f`; cambiar de modelo, de
# `{python} by_model.low:.0f` a `{python} by_model.high:.0f`. Un intervalo que contiene el cero no señala
# ningún efecto: dice que tres semillas no alcanzan para verlo.
#
# Las **recetas** son otra pregunta. Que se cubran sus barras no prueba un empate, porque rindieron el mismo
# examen, así que comparamos por pares y le pedimos a `rank` el orden de las ocho.

# %% [markdown] lang="en"
# To go from a quarter to all of the images is worth `{python} by_images.value:.0f` more right answers, with
# an interval from `{python} by_images.low:.0f` to `{python} by_images.high:.0f`. To double the epochs, from
# `{python} by_epochs.low:.0f` to `{python} by_epochs.high:.0f`; to change the model, from
# `{python} by_model.low:.0f` to `{python} by_model.high:.0f`. An interval that holds zero points to no
# effect: it says that three seeds are too few to see one.
#
# **Recipes** are another question. That their bars overlap does not prove a draw, since they sat the same
# exam, so we compare by pairs and ask `rank` for the order of all eight.

# %% tags=["raises=Undecided"]
rank({name: correct[name, 0] for name in order})

# %% [markdown] lang="es"
# Se niega, y enumera los pares que no puede separar. Hagamos el mapa completo: cada par se compara con las
# tres semillas, con la corrección de Holm por mirar 28 pares, y la casilla dice en cuántas de las tres la
# fila le gana a la columna.

# %% [markdown] lang="en"
# It refuses, and lists the pairs that it cannot separate. Let us draw the whole map: each pair is compared
# with all three seeds, with Holm's correction for looking at 28 pairs, and the cell says in how many of the
# three the row beats the column.

# %%
# alt es: Matriz de ocho por ocho: entre las recetas con todos los datos no hay ninguna victoria de tres.
# alt en: An eight by eight matrix: among the recipes with all the data there is no victory of three.
wins = np.zeros((8, 8))
for seed in SEEDS:
    p_values = adjusted_p_values({name: correct[name, seed] for name in order})
    for (one, other), p in p_values.items():
        if p < 0.05:
            ahead = int(correct[one, seed].sum()) > int(correct[other, seed].sum())
            winner, loser = (one, other) if ahead else (other, one)
            wins[order.index(winner), order.index(loser)] += 1
ax = heat_map(
    wins,
    row_labels=order,
    column_labels=order,
    fmt=".0f",
    limits=(0, 3),
    xlabel=tr(es="pierde", en="loses"),
    ylabel=tr(es="gana", en="wins"),
)
ax.tick_params(axis="x", rotation=90)

# %%
beaten = {name: {order[k] for k in np.flatnonzero(wins[i] == len(SEEDS))} for i, name in enumerate(order)}
settled = sum(map(len, beaten.values()))
pairs = len(list(combinations(order, 2)))
unbeaten = [name for name in order if not any(name in losers for losers in beaten.values())]
print(f"{settled}/{pairs}", unbeaten)
print(rank({name: correct[name, 0] for name in ("Linear 337×5", "MLP 1348×10")}))

# %% tags=["hidden"]
assert not ((wins > 0) & (wins.T > 0)).any()
assert 3 <= settled <= 20
assert {name for name in order if "1348" in name} <= set(unbeaten)
assert "MLP 337×10" in unbeaten
assert rank({name: correct[name, 0] for name in ("Linear 337×5", "MLP 1348×10")})[0] == "MLP 1348×10"
assert "Linear 337×5" in beaten["MLP 1348×10"]

# %% [markdown] lang="es"
# De los `{python} pairs` pares, `{python} settled` quedan resueltos con las tres semillas, y
# `{python} len(unbeaten)` recetas siguen invictas: las cuatro con todas las imágenes y `MLP 337×10`, que vio
# la cuarta parte. El efecto de los datos es claro y aun así esa receta no pierde con las tres semillas ningún
# duelo, porque un duelo son `{python} len(data.test_labels)` imágenes y un efecto reúne muchos duelos. No
# haber probado una diferencia no es haber probado la igualdad. Lo honesto es entregar la lista de las
# invictas y elegir por otra razón, como el tamaño o el tiempo.
#
# ## El mejor de muchos
#
# ¿Y si se elige la primera de la tabla de todos modos? Lo medimos con entrenamientos reales. Entrenamos **la
# misma** receta con 24 semillas: aquí el mejor no puede deberle su puesto a una idea. Después se repite mil
# veces un juego: se sacan al azar $n$ imágenes de la prueba como examen, se elige el mejor de $k$
# entrenamientos según ese examen, y se lo vuelve a medir en las imágenes que quedaron fuera. La prueba del
# capítulo 07 tiene 75 imágenes y sus experimentos son ocho. ¿Cuántos puntos crees que se pierden entre las
# dos medidas?

# %% [markdown] lang="en"
# Of the `{python} pairs` pairs, `{python} settled` are settled with all three seeds, and
# `{python} len(unbeaten)` recipes remain unbeaten: the four with all the images and `MLP 337×10`, which saw a
# quarter. The effect of the data is clear, and even so that recipe loses no duel with all three seeds, since
# a duel is `{python} len(data.test_labels)` images and an effect gathers many duels. A difference that is not
# proved is not an equality proved. The honest course is to hand over the list of the unbeaten and to choose
# for another reason, such as size or time.
#
# ## The best of many
#
# What if the top of the table is chosen all the same? We measure it with real runs. We train **the same**
# recipe with 24 seeds: here the best one cannot owe its place to an idea. Then we play a game a thousand
# times: draw $n$ images of the test at random as an exam, choose the best of $k$ runs by that exam, and
# measure it again on the images left out. The test of chapter 07 has 75 images and its experiments are eight.
# How many points do you think are lost between the two measurements?

# %%
same = {"model": "MLP", "images": 1348, "epochs": 5}
answers = torch.stack([run(same, seed)[1] for seed in range(100, 124)]).numpy()  # run image


def choose_best(k: int, n: int, draws: int = 1000) -> tuple[float, float]:
    random = np.random.default_rng(0)
    shown, again = [], []
    for _ in range(draws):
        images = random.permutation(answers.shape[1])
        chosen = answers[random.choice(len(answers), k, replace=False)]
        exam, rest = chosen[:, images[:n]].mean(axis=1), chosen[:, images[n:]].mean(axis=1)
        winner = random.choice(np.flatnonzero(exam == exam.max()))
        shown.append(exam[winner])
        again.append(rest[winner])
    return float(np.mean(shown)), float(np.mean(again))


KS = (1, 2, 4, 8, 16, 24)
measured = {n: [choose_best(k, n) for k in KS] for n in (75, 225)}
for n, row in measured.items():
    print(n, *(f"{shown:.1%} → {again:.1%}" for shown, again in row), sep="   ")

# %%
# alt es: Lo que muestra el elegido crece con los intentos; lo que vale en imágenes nuevas casi no.
# alt en: What the chosen one shows grows with the attempts; what it is worth on new images hardly does.
series = {}
for n, row in measured.items():
    series[tr(es=f"en el examen de {n}", en=f"on the exam of {n}")] = [shown for shown, _ in row]
    series[tr(es=f"fuera del examen de {n}", en=f"outside the exam of {n}")] = [again for _, again in row]
_ = curves(
    KS,
    series,
    xlabel=tr(es="entrenamientos entre los que se elige, k", en="runs to choose from, k"),
    ylabel=tr(es="exactitud del elegido", en="accuracy of the chosen"),
    log="x",
    markers=True,
)

# %% tags=["hidden"]
inflation = {n: [shown - again for shown, again in row] for n, row in measured.items()}
for row in inflation.values():
    assert abs(row[0]) < 0.008  # with one run there is nothing to choose
    assert row[-1] > row[1] > 0.001
assert inflation[75][3] > 0.01
assert inflation[75][-1] > inflation[225][-1] + 0.004
gain = measured[75][-1][1] - measured[75][0][1]
assert abs(gain) < 0.5 * inflation[75][-1]
spread = answers.sum(axis=1)

# %% [markdown] lang="es"
# Con un solo entrenamiento las dos medidas coinciden, salvo el azar del juego. Con ocho y un examen de 75, el
# elegido muestra `{python} measured[75][3][0]:.1%` y vale `{python} measured[75][3][1]:.1%`: una ventaja de
# `{python} 100 * inflation[75][3]:.1f` puntos que ninguna imagen nueva confirma. Con 24 son
# `{python} 100 * inflation[75][-1]:.1f`, y con un examen tres veces mayor,
# `{python} 100 * inflation[225][-1]:.1f`. Crece con los intentos y se encoge con el examen, como el azar del
# que sale. Elegir sirvió de poco: fuera del examen, el mejor de 24 rinde `{python} 100 * gain:.1f` puntos más
# que uno tomado al azar.
#
# El remedio cuesta datos: elige con un conjunto de **validación** y mide con otro que no haya elegido nada. Y
# cuenta en el informe cuántas recetas probaste, porque sin ese número nadie puede descontar la suerte.
#
# **¿Te dio otro número?** Las 24 semillas aciertan de `{python} int(spread.min())` a
# `{python} int(spread.max())` de las `{python} len(data.test_labels)` imágenes; cualquier valor de esa banda
# es lo esperado con esta receta.
#
# ## Para llevarte
#
# * Escribe la serie antes de empezar, y en cada línea de la tabla, todo lo que haría falta para repetirla.
# * Curvas en archivos de eventos, conteos en una tabla de texto. Lee de vuelta lo que guardaste.
# * Cruza los factores y pregunta por ellos; entre las recetas mismas, acepta un orden parcial.
# * Elegir con los datos de prueba infla el resultado, y más cuantas más recetas pruebas y cuanto menor es el
#   examen.
#
# Qué hiperparámetros importan y cuáles son cuestión de gusto se mide en [Arte y ciencia](art_and_science.md).
# Para convertir la serie en un programa que se lanza con una orden, sigue [De cuaderno a
# programa](going_modular.md).

# %% [markdown] lang="en"
# With a single run both measurements agree, but for the luck of the game. With eight and an exam of 75, the
# chosen one shows `{python} measured[75][3][0]:.1%` and is worth `{python} measured[75][3][1]:.1%`: a lead of
# `{python} 100 * inflation[75][3]:.1f` points that no new image confirms. With 24 it is
# `{python} 100 * inflation[75][-1]:.1f`, and with an exam three times as long,
# `{python} 100 * inflation[225][-1]:.1f`. It grows with the attempts and shrinks with the exam, like the luck
# from which it comes. Choosing was of little use: outside the exam, the best of 24 does
# `{python} 100 * gain:.1f` points better than a run taken at random.
#
# The remedy costs data: choose with a **validation** set and measure with another that has chosen nothing.
# And say in the report how many recipes you tried, since without that number nobody can discount the luck.
#
# **Did you get a different number?** The 24 seeds get from `{python} int(spread.min())` to
# `{python} int(spread.max())` of the `{python} len(data.test_labels)` images right; any value of that band is
# to be expected with this recipe.
#
# ## What to keep
#
# * Write the series before you begin, and in each line of the table, all that it would take to repeat it.
# * Curves in event files, counts in a table of text. Read back what you stored.
# * Cross the factors and ask about them; among the recipes themselves, accept a partial order.
# * Choosing by the test set inflates the result, and the more so the more recipes you try and the shorter the
#   exam.
#
# Which hyperparameters matter and which are a matter of taste is measured in [Art and
# science](art_and_science.md). To turn the series into a program started by one command, go on to [From
# notebook to program](going_modular.md).

# %% [markdown] lang="es" tags=["quiz"]
# Tu tabla tiene cincuenta entrenamientos y el mejor acierta 71 de 75. ¿Qué publicas?
#
# - [ ] 71 de 75, con su intervalo de Wilson: el intervalo supone un modelo fijado antes del examen, y este se
#   eligió según el examen.
# - [x] Lo que ese modelo acierte en un conjunto que no intervino en la elección, y el dato de que probaste
#   cincuenta: así el número no carga con la suerte de haber elegido.
# - [ ] El promedio de los cincuenta: describe la serie, y no el modelo que vas a entregar.

# %% [markdown] lang="en" tags=["quiz"]
# Your table has fifty runs and the best gets 71 out of 75 right. What do you publish?
#
# - [ ] 71 out of 75, with its Wilson interval: the interval presumes a model fixed before the exam, and this
#   one was chosen by it.
# - [x] What that model gets right on a set that had no part in the choice, and the fact that you tried fifty:
#   that way the number does not carry the luck of having chosen.
# - [ ] The mean of the fifty: it describes the series, and not the model that you will deliver.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: una tabla que sobrevive a un corte
#
# Si el programa muere mientras escribe, la última línea queda a medias. Escribe `read_table(path)`, que
# devuelve la lista de diccionarios de un archivo *JSON Lines* y pasa por alto una **última** línea
# incompleta. Una línea rota en otro lugar debe seguir siendo un error.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: a table that survives a cut
#
# If the program dies while writing, the last line is left half written. Write `read_table(path)`, which
# returns the list of dictionaries of a *JSON Lines* file and passes over an incomplete **last** line. A
# broken line anywhere else must still be an error.


# %% tags=["solution"]
def read_table(path: Path) -> list[dict]:
    # es: `rest` queda vacío tras una línea terminada
    # en: `rest` is empty after a finished line
    *lines, rest = path.read_text(encoding="utf-8").split("\n")
    found = [json.loads(line) for line in lines]
    try:
        return [*found, json.loads(rest)]
    except json.JSONDecodeError:
        return found


# %% tags=["check"]
whole = read_table(table)
assert whole is not None, "None"
assert len(whole) == len(history) + 24
assert whole[0]["model"] == "Linear"
cut = folder / "cut.jsonl"
text = table.read_text(encoding="utf-8")
cut.write_text(text[:-20], encoding="utf-8")
assert read_table(cut) == whole[:-1]
# es: entera, salvo el fin de línea
# en: whole, but for the end of the line
cut.write_text(text[:-1], encoding="utf-8")
assert read_table(cut) == whole
cut.write_text('{"broken\n' + text, encoding="utf-8")
try:
    read_table(cut)
except json.JSONDecodeError:
    print(tr(es="Bien.", en="Good."))
else:
    raise AssertionError(tr(es="la primera línea está rota", en="the first line is broken"))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: la mejor época, desde los eventos
#
# Escribe `best_epoch(name)`, que lee con `read_events` la etiqueta `loss/test` de un entrenamiento y devuelve
# el número de la época con menor pérdida.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: the best epoch, from the events
#
# Write `best_epoch(name)`, which reads the tag `loss/test` of a run with `read_events` and returns the number
# of the epoch of least loss.


# %% tags=["solution"]
def best_epoch(name: str) -> int:
    return min(read_events(name, "loss/test"), key=lambda event: event[1])[0]


# %% tags=["check"]
with SummaryWriter(folder / "runs" / "by hand") as writer:
    for step, value in enumerate([0.9, 0.5, 0.2, 0.4], start=1):
        writer.add_scalar("loss/test", value, step)
assert best_epoch("by hand") == 3
for (name, seed), epochs in list(history.items())[:4]:
    assert best_epoch(f"{name} {seed}") == min(epochs, key=lambda epoch: epoch.test.loss).number
print(tr(es="Bien.", en="Good."))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: la inflación sin entrenar nada
#
# Simula el juego: $k$ modelos **idénticos**, cada uno con probabilidad $p$ de acertar cada una de $n$
# imágenes, independientes entre sí. Escribe `expected_best(k, n, p)`, la exactitud media que muestra el mejor
# en 4000 repeticiones. Compárala con la de nuestros entrenamientos: ¿por qué sale mayor?

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: inflation without training anything
#
# Simulate the game: $k$ **identical** models, each with probability $p$ of getting each of $n$ images right,
# independently of one another. Write `expected_best(k, n, p)`, the mean accuracy that the best one shows over
# 4000 repetitions. Compare it with that of our runs: why does it come out larger?


# %% tags=["solution"]
def expected_best(k: int, n: int, p: float) -> float:
    counts = np.random.default_rng(0).binomial(n, p, size=(4000, k))
    return float(counts.max(axis=1).mean() / n)


# %% tags=["check"]
assert abs(expected_best(1, 75, 0.9) - 0.9) < 0.003
# es: una de cada dos monedas cae de cara
# en: one coin in two shows heads
assert abs(expected_best(2, 1, 0.5) - 0.75) < 0.03
assert expected_best(8, 75, 0.9) > expected_best(8, 750, 0.9) > expected_best(1, 750, 0.9)
p = float(answers.mean())
independent, ours = expected_best(8, 75, p) - p, inflation[75][3]
assert independent > ours
# es: nuestros modelos fallan en las mismas imágenes, así que sus conteos se mueven juntos
# en: our models fail on the same images, so their counts move together
print(f"{independent:.1%} > {ours:.1%}")
