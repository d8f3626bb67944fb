"""
title:
  es: Tus resultados junto a los nuestros
  en: Your results beside ours
summary:
  es: Mide tu máquina, suelta el archivo en esta página y mira en qué difiere de la nuestra. Nada se envía.
  en: Measure your machine, drop the file on this page and see where it differs from ours. Nothing is sent.
tags: [benchmark, results, JSON, validation, reproducibility]
everyday: [rank]
objectives:
  es:
    - Registrar las mediciones de tu máquina con una orden y leer el archivo que resulta.
    - Comparar dos máquinas fila por fila sin ordenar lo que el ruido no deja ordenar.
    - Reconocer qué hace inservible un archivo de resultados, y qué mensaje lo dice.
  en:
    - Record the measurements of your machine with one command and read the file it makes.
    - Compare two machines row by row without ranking what the noise does not let you rank.
    - Recognise what makes a results file useless, and which message says so.
prerequisites:
  es:
    - Los [diez errores](how_not_to_benchmark.md) al medir.
    - Qué es un archivo JSON.
  en:
    - The [ten mistakes](how_not_to_benchmark.md) in measuring.
    - What a JSON file is.
"""
# %% [markdown] lang="es"
# Las demás páginas de esta sección muestran nuestras máquinas. Aquí va la tuya: registra un archivo, suéltalo
# más abajo y lo verás dibujado junto al nuestro, fila por fila. Al terminar sabrás decir «mi computadora es
# tantas veces más rápida en esto» sin afirmar más de lo que mediste.
#
# La página presupone los [diez errores](how_not_to_benchmark.md) y sirve a quien sigue el capítulo 00 de
# [PyTorch for Deep Learning](https://www.learnpytorch.io/00_pytorch_fundamentals/) y se pregunta qué tan
# lejos queda su máquina de las del libro.
#
# **El archivo no sale de tu computadora.** El navegador lo lee, lo comprueba y lo dibuja; la página no envía
# nada a ninguna parte y funciona igual sin conexión, también abierta desde el disco.

# %% [markdown] lang="en"
# The other pages of this section show our machines. This one is for yours: record a file, drop it further
# down, and you will see it drawn beside ours, row by row. By the end you will be able to say “my computer is
# so many times as fast at this” without claiming more than you measured.
#
# The page presumes the [ten mistakes](how_not_to_benchmark.md) and serves whoever follows chapter 00 of
# [PyTorch for Deep Learning](https://www.learnpytorch.io/00_pytorch_fundamentals/) and wonders how far their
# machine is from those of the book.
#
# **The file does not leave your computer.** The browser reads it, checks it and draws it; the page sends
# nothing anywhere and works just the same offline, opened from the disk as well.

# %% [markdown] lang="es"
# ## Registrar tu archivo
#
# En una copia del repositorio, `make bench` mide todas las suites; cada archivo tiene además su propia orden.
# Las siguientes vuelven a registrar los nuestros; los tuyos aparecen en una carpeta con el nombre de tu
# máquina.

# %% [markdown] lang="en"
# ## Recording your file
#
# In a copy of the repository, `make bench` measures all suites; besides, each file has a command of its own.
# The following ones record ours again; yours appear in a folder with the name of your machine.

# %%
import json
from html import escape
from itertools import pairwise
from math import exp, log
from pathlib import Path
from statistics import mean

from tutorials_lib import tr
from tutorials_lib.bench import compare, report, results, suite
from tutorials_lib.widget import Widget, text_table

folder = results.repository() / results.RESULTS
recorded = [run for run in results.read_all(folder) if run.provenance == "measured"]
ours = [run for run in recorded if not run.settings.get("instruction_limit")]
for command in sorted({report.command(run) for run in ours}):
    print(command)

# %% tags=["hidden"]
assert any(run.suite == "matmul" for run in ours)

# %% [markdown] lang="es"
# ## Qué hay en el archivo
#
# Una ficha de la máquina, las versiones, los ajustes y una línea por caso. La ficha nombra modelos, nunca a
# una persona: no lleva el nombre del equipo ni el del usuario, ni rutas. Esta es la primera fila del producto
# de matrices, tal como está en el archivo:

# %% [markdown] lang="en"
# ## What is in the file
#
# A card of the machine, the versions, the settings and a line for each case. The card names models, never a
# person: it has neither the name of the computer nor that of the user, nor paths. This is the first row of
# the matrix product, as it stands in the file:

# %%
matmul = suite.load("matmul").here
whole = results.to_dict(matmul)
for name, value in whole["cells"][0].items():
    print(f"{name:<20} {value}")

# %% [markdown] lang="es"
# El tiempo lo dan `median_seconds` y sus cuartiles. `definition` es una huella del código medido: si dos
# filas llevan huellas distintas, midieron cosas distintas y no se comparan. `foreign_cores` dice cuántos
# núcleos usaron entretanto los demás procesos, y `slowdown`, cuánto más lento iba el procesador que en sus
# mejores momentos.
#
# ## Qué se rechaza, y con qué palabras
#
# Un archivo cortado o retocado a mano engañaría más que uno ausente. Por eso se comprueba entero contra un
# [esquema](https://json-schema.org/) que acompaña al código, y cada falla se nombra con su campo. Estropeemos
# el nuestro de cuatro maneras. Antes de mirar: ¿qué campo nombrará cada mensaje?

# %% [markdown] lang="en"
# The time is given by `median_seconds` and its quartiles. `definition` is a fingerprint of the code measured:
# where two rows carry different ones, they measured different things and are not compared. `foreign_cores`
# tells how many cores other processes used meanwhile, and `slowdown` how much slower the processor was than
# at its best.
#
# ## What is refused, and in which words
#
# A file cut short or touched up by hand would mislead more than a missing one. So all of it is checked
# against a [schema](https://json-schema.org/) that comes with the code, and every fault is named with its
# field. Let us spoil ours in four ways. Before you look: which field will each message name?


# %%
def spoilt(**changes):
    copy = json.loads(json.dumps(whole))
    copy["cells"][0].update(changes)
    return copy


# es: una mediana negativa; cuartiles al revés; un tiempo en un caso sin resultado; otra versión
# en: a negative median; quartiles the wrong way round; a time in a case without a result; another version
first = whole["cells"][0]
attempts = (
    spoilt(median_seconds=-1),
    spoilt(q1_seconds=first["q3_seconds"], q3_seconds=first["q1_seconds"]),
    spoilt(estimate_seconds=0.1),
    {**whole, "schema": 99},
)
messages = []
for attempt in attempts:
    try:
        results.validate(attempt, "results.json")
    except results.ResultsError as error:
        messages.append(str(error).split("; expected")[0])
        print(messages[-1])

# %% tags=["hidden"]
assert [message.split(": ")[1] for message in messages] == [
    "cells[0].median_seconds",
    "cells[0].q1_seconds",
    "cells[0].estimate_seconds",
    "schema",
]


# %% tags=["hidden"]
def without_descriptions(schema):
    """The rules alone: the page says what it expects in its own language."""
    if isinstance(schema, list):
        return [without_descriptions(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    texts = {name for name in ("description", "title", "$schema") if isinstance(schema.get(name), str)}
    return {name: without_descriptions(value) for name, value in schema.items() if name not in texts}


def has_quartiles(cell):
    """Whether there is a noise to compare the time with: a lesson, for one, is timed just once."""
    return cell.measured and cell.q1_seconds is not None


def results_row(cell):
    """One case of ours; the page's script reads it back from `data-cell`."""
    quartiles = (cell.q1_seconds, cell.median_seconds, cell.q3_seconds)
    state = "disturbed" if cell.contaminated else "quiet"
    data = " ".join(map(str, (cell.definition, *quartiles, state)))
    time = report.duration(cell.median_seconds, cell.q1_seconds, cell.q3_seconds)
    name = escape(cell.id)
    return f'<tr data-cell="{data}"><th scope="row">{name}</th><td>{time}</td></tr>'


def folded(run):
    """All cases of a run of ours, behind its name."""
    cells = [cell for cell in run.cells if has_quartiles(cell)]
    rows = "".join(map(results_row, cells))
    names = tr(es="caso", en="case"), tr(es="mediana (cuartiles)", en="median (quartiles)")
    head = "".join(f'<th scope="col">{name}</th>' for name in names)
    title = f"{run.suite} · {run.machine['name']} · {run.date} · {len(cells)}"
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return f'<details data-suite="{run.suite}"><summary>{title}</summary>{table}</details>'


rules = json.loads(Path(results.__file__).with_name("results.schema.json").read_text(encoding="utf-8"))
FAULTS = {
    "json": tr(es="no es JSON ({expected})", en="not JSON ({expected})"),
    "version": tr(es="esquema desconocido; se esperaba {expected}", en="unknown schema; expected {expected}"),
    "missing": tr(es="falta", en="missing"),
    "unknown": tr(es="campo desconocido", en="unknown field"),
    "present": tr(
        es="no corresponde con esta procedencia y este estado",
        en="does not go with this provenance and status",
    ),
    "type": tr(es="otro tipo; se esperaba {expected}", en="another type; expected {expected}"),
    "other": tr(es="otro valor; se esperaba {expected}", en="another value; expected {expected}"),
    "pattern": tr(es="otra forma; se esperaba {expected}", en="another form; expected {expected}"),
    "small": tr(es="demasiado pequeño; se esperaba {expected}", en="too small; expected {expected}"),
    "empty": tr(es="vacío", en="empty"),
    "repeated": tr(es="identificador repetido", en="an id that appears twice"),
    "order": tr(
        es="mayor que {expected}; se esperaba mínimo ≤ q1 ≤ mediana ≤ q3",
        en="more than {expected}; expected min ≤ q1 ≤ median ≤ q3",
    ),
    "large": tr(es="demasiado grande", en="too large"),
}
WORDS = {
    "choose": tr(es="Elige tu archivo de resultados (JSON)", en="Choose your results file (JSON)"),
    "drop": tr(es="o suéltalo aquí. No se envía a ninguna parte.", en="or drop it here. It is sent nowhere."),
    "paste": tr(es="o pega su texto", en="or paste its text"),
    "pasted": tr(es="el texto pegado", en="the pasted text"),
    "draw": tr(es="Comprobar y dibujar", en="Check and draw"),
    "yours": tr(es="lo tuyo", en="yours"),
    "ours": tr(es="lo nuestro", en="ours"),
    "hollow": tr(es="hueco: otro proceso estorbó", en="hollow: another process disturbed it"),
    "case": tr(es="caso", en="case"),
    "verdict": tr(es="tu máquina", en="your machine"),
    "caption": tr(es="medianas, fila por fila", en="medians, row by row"),
    "drawing": tr(
        es="tiempos de cada caso, los tuyos y los nuestros, en escala logarítmica; la tabla los dice",
        en="times of each case, yours and ours, on a logarithmic scale; the table below tells them",
    ),
    "finding": tr(
        es="{machine}: más rápida en {faster} de {n} casos comparables, más lenta en {slower}, sin diferencia"
        " en {same}. Media geométrica: {mean} veces la velocidad de la nuestra.",
        en="{machine}: faster in {faster} of {n} comparable cases, slower in {slower}, no difference in"
        " {same}. Geometric mean: {mean} times the speed of ours.",
    ),
    "nothing": tr(
        es="{machine}: ninguna de tus {of} filas se puede comparar con las nuestras; abajo dice por qué.",
        en="{machine}: none of your {of} rows can be compared with ours; the reasons are below.",
    ),
    "more": tr(es="… y {count} más.", en="… and {count} more."),
    "refused": tr(es="No se puede usar {name}:", en="{name} cannot be used:"),
    "the_file": tr(es="el archivo", en="the file"),
    "faster": tr(es="{factor} veces más rápida", en="{factor} times as fast"),
    "slower": tr(es="{factor} veces más lenta", en="{factor} times as slow"),
    "same": tr(es="sin diferencia", en="no difference"),
    "only_yours": tr(es="sin comparar: no la tenemos", en="not compared: we do not have it"),
    "no_time": tr(es="sin comparar: sin cuartiles medidos", en="not compared: no measured quartiles"),
    "stale": tr(es="sin comparar: midió otro código", en="not compared: it measured other code"),
    "disturbed": tr(es="sin comparar: otro trabajo estorbó", en="not compared: another job disturbed it"),
    "faults": FAULTS,
}
settings = {
    "schema": without_descriptions(rules),
    "noise": compare.NOISE,
    "foreign_cores_limit": results.FOREIGN_CORES_LIMIT,
    "slowdown_limit": results.SLOWDOWN_LIMIT,
    "words": WORDS,
}
tables = "".join(folded(run) for run in ours if any(map(has_quartiles, run.cells)))
lines = [
    (cell.id, report.duration(cell.median_seconds, cell.q1_seconds, cell.q3_seconds))
    for cell in matmul.cells
    if has_quartiles(cell)
]

# %% [markdown] lang="es"
# ## Suelta aquí el tuyo
#
# Los archivos nuestros están plegados debajo, uno por suite y máquina; sin JavaScript son lo único que se ve.
# Si aún no tienes uno propio, prueba con este, que también es nuestro: el mismo procesador con parte de sus
# instrucciones prohibidas.

# %% [markdown] lang="en"
# ## Drop yours here
#
# Our files are folded below, one for each suite and machine; without JavaScript they are all there is to see.
# If you do not have one of your own yet, try this one, which is also ours: the same processor with some of
# its instructions forbidden.

# %%
same_machine = [run for run in recorded if run.machine["name"] == matmul.machine["name"]]
limited = next(run for run in same_machine if run.settings.get("instruction_limit") == "AVX2")
report.download(limited, "matmul-avx2.json")

# %%
Widget("results", settings, tables, text_table(("id", "s"), lines)).show()

# %% [markdown] lang="es" tags=["quiz"]
# Tu computadora portátil tarda 1,1 veces lo que nuestra máquina en un caso, y los intervalos entre cuartiles
# no se tocan. La página dice «sin diferencia». ¿Por qué?
#
# - [ ] Porque los cuartiles están mal calculados: están bien, y por eso se exige además otra cosa.
# - [x] Porque una máquina puede diferir de sí misma, otro día, en más que eso: los cuartiles solo cuentan el
#   ruido de esos segundos, no el de la semana.
# - [ ] Porque una portátil no se compara con un servidor: se compara lo que se midió igual, sea donde sea.

# %% [markdown] lang="en" tags=["quiz"]
# Your laptop takes 1.1 times as long as our machine in one case, and the ranges between quartiles do not
# touch. The page says “no difference”. Why?
#
# - [ ] Because the quartiles are miscalculated: they are right, and that is why something else is asked as
#   well.
# - [x] Because a machine may differ from itself by more than that on another day: quartiles tell only the
#   noise of those seconds, not that of the week.
# - [ ] Because a laptop is not compared with a server: what was measured alike is compared, wherever it was.

# %% [markdown] lang="es"
# ## La misma cuenta, en Python
#
# Lo que hace la página cabe en pocas líneas. Se comparan segundos, porque entre dos máquinas lo que interesa
# es cuál termina antes; las unidades de calibración dividen cada tiempo entre el de un producto de su propia
# máquina, y borrarían justo eso. La media es **geométrica**: un caso al doble y otro a la mitad se compensan.
# Y solo entran los casos que ambas midieron con el mismo código y sin estorbo.

# %% [markdown] lang="en"
# ## The same computation, in Python
#
# What the page does fits into a few lines. Seconds are compared, since between two machines the question is
# which one finishes first; calibration units divide each time by that of a product on its own machine, and
# would wipe out just that. The mean is **geometric**: one case at twice the speed and another at half of it
# cancel. And only those cases count that both measured with the same code and undisturbed.


# %%
def beside(yours, ours):
    speedup = ours.median_seconds / yours.median_seconds
    apart = yours.q3_seconds < ours.q1_seconds or ours.q3_seconds < yours.q1_seconds
    if not apart or abs(log(speedup)) <= log(1 + compare.NOISE):
        return speedup, "same"
    return speedup, "faster" if speedup > 1 else "slower"


known = {cell.id: cell for cell in matmul.cells}
pairs = [(cell, known[cell.id]) for cell in limited.cells if cell.id in known]
fair = [pair for pair in pairs if compare.comparable(*pair) and pair[0].definition == pair[1].definition]
verdicts = [beside(*pair) for pair in fair]
for (cell, _), (speedup, verdict) in zip(fair, verdicts, strict=True):
    print(f"{cell.id:<46} {speedup:.2g} {verdict}")

# %% tags=["hidden"]
slower = sum(verdict == "slower" for _, verdict in verdicts)
average = report.number(exp(mean(log(speedup) for speedup, _ in verdicts)), 2) if verdicts else "–"
assert len(pairs) >= 3

# %% [markdown] lang="es"
# De los `{python} len(pairs)` casos comunes se pueden comparar `{python} len(fair)`; si falta alguno, otro
# proceso lo estorbó o midió otro código. Sin esas instrucciones, casos en que el procesador es más lento:
# `{python} slower`. La media geométrica de su velocidad, en veces la de siempre, es `{python} average`. Si
# sueltas el archivo arriba, la página dice lo mismo.

# %% [markdown] lang="en"
# Of the `{python} len(pairs)` common cases, `{python} len(fair)` can be compared; where one is missing,
# another process disturbed it, or it measured other code. Without those instructions, cases in which the
# processor is slower: `{python} slower`. The geometric mean of its speed, in times the usual one, is
# `{python} average`. Drop the file above, and the page says the same.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: leer un archivo
#
# Escribe `medians(text)`: recibe el texto JSON de un archivo de resultados y devuelve un diccionario de `id`
# a `median_seconds` con los casos cuyo `status` es `"ok"`. `json.loads` lee el texto.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: reading a file
#
# Write `medians(text)`: it takes the JSON text of a results file and returns a dictionary from `id` to
# `median_seconds` with the cases whose `status` is `"ok"`. `json.loads` reads the text.


# %% tags=["solution"]
def medians(text):
    cells = json.loads(text)["cells"]
    return {cell["id"]: cell["median_seconds"] for cell in cells if cell["status"] == "ok"}


# %% tags=["check"]
tiny = '{"cells": [{"id": "a", "status": "ok", "median_seconds": 2.0}, {"id": "b", "status": "oom"}]}'
assert medians(tiny) == {"a": 2.0}
assert len(medians(json.dumps(whole))) == sum(cell.ok for cell in matmul.cells)

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: una media que no se deja engañar
#
# Escribe `mean_speedup(yours, ours)` para dos diccionarios de `id` a segundos: la media geométrica de
# `ours[id] / yours[id]` sobre los casos que están en ambos, y cuántos son. Antes de escribirla: si vas al
# doble de velocidad en un caso y a la mitad en otro, ¿cuánto daría la media aritmética de los cocientes?

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: a mean that cannot be fooled
#
# Write `mean_speedup(yours, ours)` for two dictionaries from `id` to seconds: the geometric mean of
# `ours[id] / yours[id]` over the cases that are in both, and how many there are. Before you write it: where
# you have twice the speed in one case and half of it in another, what would the arithmetic mean of the
# quotients be?


# %% tags=["solution"]
def mean_speedup(yours, ours):
    common = yours.keys() & ours.keys()
    logs = [log(ours[name] / yours[name]) for name in common]
    return exp(sum(logs) / len(logs)), len(logs)


# %% tags=["check"]
value, count = mean_speedup({"a": 1.0, "b": 4.0, "mine": 9.0}, {"a": 2.0, "b": 2.0, "theirs": 1.0})
assert abs(value - 1) < 1e-12
assert count == 2
assert abs(mean_speedup({"a": 1.0}, {"a": 3.0})[0] - 3) < 1e-12

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: un inspector de cuartiles
#
# Escribe `out_of_order(cell)`, que reciba una fila como diccionario y devuelva el nombre del primer campo de
# `min_seconds`, `q1_seconds`, `median_seconds`, `q3_seconds` que sea mayor que el siguiente, o `None`. Los
# que no estén se saltan.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: an inspector of quartiles
#
# Write `out_of_order(cell)`, which takes a row as a dictionary and returns the name of the first field of
# `min_seconds`, `q1_seconds`, `median_seconds`, `q3_seconds` that is more than the next one, or `None`. Those
# that are missing are skipped.


# %% tags=["solution"]
def out_of_order(cell):
    names = ["min_seconds", "q1_seconds", "median_seconds", "q3_seconds"]
    present = [name for name in names if name in cell]
    for name, following in pairwise(present):
        if cell[name] > cell[following]:
            return name
    return None


# %% tags=["check"]
assert out_of_order(whole["cells"][0]) is None
assert out_of_order({"min_seconds": 1, "q3_seconds": 3, "median_seconds": 2}) is None
assert out_of_order({"q1_seconds": 1, "median_seconds": 3, "q3_seconds": 2}) == "median_seconds"
assert out_of_order({"min_seconds": 2, "q3_seconds": 1}) == "min_seconds"

# %% [markdown] lang="es"
# ## Para llevarte
#
# * Un resultado útil lleva su máquina, su código y su ruido; sin alguno de los tres no se puede comparar.
# * Se comparan casos comunes, medidos con el mismo código y sin estorbo, y se dice cuántos fueron.
# * Un archivo malo se rechaza con el nombre del campo. Arreglarlo a ojo sería inventar una medición.
# * Una página puede trabajar con tus datos sin llevárselos.
#
# ## Sigue por aquí
#
# El [producto de matrices](matrix_product.md), de donde salen las primeras filas; las
# [operaciones](operations.md), con muchas más; y [adivina primero](guess_first.md), para poner a prueba tu
# intuición.

# %% [markdown] lang="en"
# ## What to keep
#
# * A useful result brings its machine, its code and its noise; without any of the three it cannot be
#   compared.
# * Compare common cases, measured with the same code and undisturbed, and say how many there were.
# * A bad file is refused with the name of the field. Mending it by eye would be inventing a measurement.
# * A page can work with your data without taking them away.
#
# ## Where to go next
#
# The [matrix product](matrix_product.md), where the first rows come from; [operations](operations.md), with
# many more; and [guess first](guess_first.md), to put your intuition to the test.
