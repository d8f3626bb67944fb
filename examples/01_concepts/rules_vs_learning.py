"""
title:
  es: Reglas o aprendizaje
  en: Rules or learning
summary:
  es: La misma receta escrita a mano y aprendida de platos probados, y un caso en que gana una sola línea.
  en: The same recipe written by hand and learned from tasted dishes, and a case that one line wins.
tags: [machine learning, rules, logistic regression, baseline, learning curve]
objectives:
  es:
    - Plantear una misma tarea como (entradas, reglas) → salidas y como (entradas, salidas) → reglas.
    - Leer en los pesos de un modelo lineal las reglas que encontró.
    - Comparar lo aprendido con una línea base y con una regla escrita a mano, con conteos e intervalos.
    - Reconocer cuándo la regla es exacta y el modelo solo casi siempre acierta.
  en:
    - State one task as (inputs, rules) → outputs and as (inputs, outputs) → rules.
    - Read in the weights of a linear model the rules it has found.
    - Compare what was learned with a baseline and with a hand-written rule, with counts and intervals.
    - Recognise when the rule is exact and the model is only nearly always right.
prerequisites:
  es:
    - Funciones, listas y diccionarios de Python.
    - Ninguna experiencia con PyTorch; las celdas que lo usan se explican.
  en:
    - Python functions, lists and dictionaries.
    - No experience with PyTorch; the cells that use it are explained.
"""
# %% [markdown] lang="es"
# Programar es escribir las reglas y dejar que la computadora produzca las respuestas. El aprendizaje
# automático invierte el reparto: se le dan entradas con sus respuestas y produce las reglas. Al terminar
# habrás hecho las dos cosas con la misma receta de cocina, habrás leído las reglas que encontró el modelo, y
# sabrás reconocer una tarea en la que lo sensato es no aprender nada.
#
# La lección acompaña las primeras clases de *PyTorch Fundamentals* (qué es el aprendizaje automático y por
# qué usarlo) del curso [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) de Andrei Neagoie y Daniel Bourke. En su
# libro abierto le corresponde el [capítulo 00](https://www.learnpytorch.io/00_pytorch_fundamentals/).

# %% [markdown] lang="en"
# To program is to write the rules and let the computer produce the answers. Machine learning turns this
# around: it is given inputs with their answers, and produces the rules. By the end you will have done both
# with the same kitchen recipe, you will have read the rules that the model found, and you will be able to
# recognise a task for which the sensible course is to learn nothing.
#
# The lesson goes with the first classes of *PyTorch Fundamentals* (what machine learning is and why use it)
# of the course [PyTorch for Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/)
# by Andrei Neagoie and Daniel Bourke. In their open book the section is [chapter
# 00](https://www.learnpytorch.io/00_pytorch_fundamentals/).

# %%
from collections import Counter
from itertools import combinations, permutations

import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, one_hot

from tutorials_lib import tr
from tutorials_lib.data import digits
from tutorials_lib.metrics import Proportion, paired_comparison
from tutorials_lib.plots import color, curves, heat_map, image_grid, interval_plot, localize_ticks

# %% [markdown] lang="es"
# ## La cocina
#
# El curso usa una receta de pollo con verduras: cortar las verduras, sazonar el pollo, precalentar el horno,
# cocinar el pollo media hora, agregar las verduras. ¿Importa el orden? La función `dish` hace de mundo: sigue
# los pasos en el orden que le den y dice qué llega a la mesa.
#
# Cinco pasos se pueden ordenar de $5! = 120$ maneras. Antes de ejecutar, haz tu apuesta: ¿cuántas dan un buen
# plato?

# %% [markdown] lang="en"
# ## The kitchen
#
# The course uses a recipe of chicken with vegetables: cut the vegetables, season the chicken, preheat the
# oven, cook the chicken for half an hour, add the vegetables. Does the order matter? The function `dish`
# plays the world: it follows the steps in whatever order it is given and says what reaches the table.
#
# Five steps can be put in $5! = 120$ orders. Before running, place your bet: how many of them give a good
# dish?

# %%
CUT, SEASON = tr(es="cortar", en="cut"), tr(es="sazonar", en="season")
PREHEAT, COOK, ADD = (
    tr(es="precalentar", en="preheat"),
    tr(es="cocinar", en="cook"),
    tr(es="agregar", en="add"),
)
STEPS = (CUT, SEASON, PREHEAT, COOK, ADD)
GOOD = tr(es="bueno", en="good")


def dish(order: tuple[str, ...]) -> str:
    done = set()
    for step in order:
        if step == COOK and PREHEAT not in done:
            return tr(es="crudo: el horno estaba frío", en="raw: the oven was cold")
        if step == COOK and SEASON not in done:
            return tr(es="soso: el pollo iba sin sal", en="bland: the chicken had no salt")
        if step == ADD and COOK not in done:
            return tr(es="verduras pasadas", en="overdone vegetables")
        if step == ADD and CUT not in done:
            return tr(es="verduras enteras", en="whole vegetables")
        done.add(step)
    return GOOD


orders = list(permutations(STEPS))
dishes = [dish(order) for order in orders]
for outcome, count in Counter(dishes).most_common():
    print(f"{count:>4}  {outcome}")

# %% tags=["hidden"]
good = torch.tensor([outcome == GOOD for outcome in dishes])
good_count = int(good.sum())
assert len(orders) == 120 and good_count == 8
assert dish(STEPS) == GOOD

# %% [markdown] lang="es"
# Solo `{python} good_count` de `{python} len(orders)`. La receta del curso es una de ellas.
#
# ## Primer programa: las reglas van por delante
#
# Quien cocina sabe por qué fallan las otras, y lo puede escribir. Cuatro reglas bastan, cada una de la forma
# «esto antes que aquello», y el programa comprueba si un orden las cumple.

# %% [markdown] lang="en"
# Only `{python} good_count` of `{python} len(orders)`. The recipe of the course is one of them.
#
# ## First program: the rules come first
#
# Whoever cooks knows why the others fail, and can write it down. Four rules are enough, each of the form
# “this before that”, and the program checks whether an order obeys them.

# %%
RULES = [(SEASON, COOK), (PREHEAT, COOK), (CUT, ADD), (COOK, ADD)]


def by_rules(order: tuple[str, ...]) -> bool:
    return all(order.index(first) < order.index(second) for first, second in RULES)


agrees = torch.tensor([by_rules(order) for order in orders]) == good
print(Proportion.of(agrees))

# %% tags=["hidden"]
assert agrees.all()

# %% [markdown] lang="es"
# `{python} str(Proportion.of(agrees))`: con las entradas (un orden) y las reglas (escritas por una persona),
# el programa da la salida y no se equivoca nunca. A cambio, alguien tuvo que saber de cocina.
#
# ## Segundo programa: las reglas van al final
#
# Ahora nadie sabe cocinar. Hay un cuaderno con órdenes que se probaron y si el plato salió bueno. Lo primero
# es convertir cada orden en números: para cada una de las $\binom{5}{2} = 10$ parejas de pasos,
# $x_{ab} = +1$ si $a$ va antes que $b$ y $-1$ si va después. El modelo es una suma con pesos y un umbral,
#
# $$\text{bueno si}\quad z = b + \sum_{a<b} w_{ab}\, x_{ab} > 0,$$
#
# y entrenar es buscar los pesos con los que $z$ queda del lado correcto en los platos del cuaderno. Se llama
# regresión logística. La **pérdida** (`loss`) es el número que mide cuánto se equivoca el modelo y que el
# entrenamiento baja; su último término, muy pequeño, evita que los pesos crezcan sin fin cuando los ejemplos
# ya están bien separados.

# %% [markdown] lang="en"
# `{python} str(Proportion.of(agrees))`: from the inputs (an order) and the rules (written by a person), the
# program gives the output and is never wrong. The price is that someone had to know how to cook.
#
# ## Second program: the rules come last
#
# Now nobody can cook. There is a notebook with orders that were tried and whether the dish came out good. The
# first thing is to turn each order into numbers: for each of the $\binom{5}{2} = 10$ pairs of steps,
# $x_{ab} = +1$ if $a$ comes before $b$ and $-1$ if after. The model is a weighted sum and a threshold,
#
# $$\text{good if}\quad z = b + \sum_{a<b} w_{ab}\, x_{ab} > 0,$$
#
# and to train is to look for the weights that put $z$ on the right side for the dishes in the notebook. It is
# called logistic regression. The **loss** (`loss`) is the number that measures how wrong the model is and
# that training lowers; its last term, a very small one, keeps the weights from growing without end once the
# examples are well separated.

# %%
pairs = list(combinations(STEPS, 2))
inputs = torch.tensor(
    [[1.0 if order.index(a) < order.index(b) else -1.0 for a, b in pairs] for order in orders]
)  # order pair


def learn(inputs: torch.Tensor, outputs: torch.Tensor, penalty: float = 1e-3) -> nn.Linear:
    model = nn.Linear(inputs.shape[1], 1)
    # es: sin opinión antes del primer ejemplo
    # en: no opinion before the first example
    nn.init.zeros_(model.weight)
    nn.init.zeros_(model.bias)
    optimizer = torch.optim.LBFGS(model.parameters(), max_iter=100)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = binary_cross_entropy_with_logits(model(inputs)[:, 0], outputs.float())
        loss = loss + penalty * model.weight.square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    return model


@torch.inference_mode()
def says_yes(model: nn.Module, inputs: torch.Tensor) -> torch.Tensor:
    return model(inputs)[:, 0] > 0


# %% [markdown] lang="es"
# ¿Cuántos platos hay que probar? Se sortean $n$ órdenes para el cuaderno y se examina al modelo con los
# $120 - n$ que **no** probó, con diez sorteos por cada $n$. La línea base es un modelo que no mira: contesta
# siempre «malo». Apuesta dos cosas: si con diez platos el modelo la supera, y cuántos hacen falta para no
# fallar.

# %% [markdown] lang="en"
# How many dishes must be tasted? We draw $n$ orders for the notebook and examine the model on the $120 - n$
# that it did **not** taste, with ten draws for each $n$. The baseline is a model that does not look: it
# always answers “bad”. Place two bets: whether ten dishes are enough to beat it, and how many it takes not to
# fail.

# %%
TASTED, DRAWS = (10, 20, 30, 40, 60, 80), 10
learned, never = {}, {}
for n in TASTED:
    for draw in range(DRAWS):
        mixed = torch.randperm(len(orders), generator=torch.Generator().manual_seed(draw))
        notebook, unseen = mixed[:n], mixed[n:]
        model = learn(inputs[notebook], good[notebook])
        learned[n, draw] = Proportion.of(says_yes(model, inputs[unseen]) == good[unseen])
        never[n, draw] = Proportion.of(~good[unseen])

perfect = {n: sum(learned[n, draw].right == 120 - n for draw in range(DRAWS)) for n in TASTED}
for n in TASTED:
    print(f"n = {n:>2}   {tr(es='sin un solo error', en='without one error')}: {perfect[n]:>2}/{DRAWS}")

# %%
# alt es: Exactitud según platos probados: lo aprendido empieza como «siempre malo» y sube casi hasta 1.
# alt en: Accuracy by dishes tasted: what was learned starts like “always bad” and climbs nearly to 1.
table = torch.tensor([[learned[n, draw].value for draw in range(DRAWS)] for n in TASTED])
baseline = torch.tensor([[never[n, draw].value for draw in range(DRAWS)] for n in TASTED])
model_name = tr(es="aprendido", en="learned")
_ = curves(
    TASTED,
    {model_name: table.mean(dim=1), tr(es="siempre «malo»", en="always “bad”"): baseline.mean(dim=1)},
    bands={model_name: (table.amin(dim=1), table.amax(dim=1))},
    xlabel=tr(es="platos probados", en="dishes tasted"),
    ylabel=tr(es="exactitud en los no probados", en="accuracy on the untasted"),
)

# %% tags=["hidden"]
ten, many = TASTED[0], TASTED[-1]
few_gain = (table[0] - baseline[0]).mean().item()
idle = sum(learned[ten, draw] == never[ten, draw] for draw in range(DRAWS))
assert abs(few_gain) < 0.03 and perfect[ten] == 0 and idle >= 3
assert table[-1].mean() > 0.98 and perfect[many] >= 8
unlucky = min(range(DRAWS), key=lambda draw: learned[60, draw].value)
unlucky_order = torch.randperm(120, generator=torch.Generator().manual_seed(unlucky))[:60]
good_tasted = int(good[unlucky_order].sum())
assert good_tasted <= 2

# %% [markdown] lang="es"
# La franja va del peor al mejor de los diez sorteos. Con diez platos, lo aprendido acierta
# `{python} table[0].mean():.1%` y la línea base `{python} baseline[0].mean():.1%`: en `{python} idle` de los
# `{python} DRAWS` sorteos no hay diferencia alguna, porque el cuaderno casi no contiene platos buenos y decir
# siempre «malo» ya lo explica. **Una exactitud alta no prueba que se haya aprendido algo**: para saberlo hay
# que compararla con la línea base. Con `{python} many` platos, en `{python} perfect[many]` de los
# `{python} DRAWS` sorteos el modelo acierta en todos los órdenes que no probó.
#
# El peor sorteo con 60 platos acertó `{python} str(learned[60, unlucky])`: entre los sesenta que le tocaron,
# el número de platos buenos era `{python} good_tasted`. No le faltaban ejemplos: le faltaba casi por completo
# uno de los dos lados.
#
# ## Leer las reglas
#
# Entrenado con los 120 platos, el modelo tiene diez pesos. Un peso grande y positivo en $(a, b)$ dice «$a$
# antes que $b$». ¿Aparecerán las cuatro reglas de la cocinera?

# %% [markdown] lang="en"
# The band goes from the worst to the best of the ten draws. With ten dishes, what was learned gets
# `{python} table[0].mean():.1%` right and the baseline `{python} baseline[0].mean():.1%`: in `{python} idle`
# of the `{python} DRAWS` draws there is no difference at all, since the notebook holds hardly any good dish,
# and always saying “bad” already explains it. **A high accuracy does not prove that anything was learned**:
# to find out, compare it with the baseline. With `{python} many` dishes, in `{python} perfect[many]` of the
# `{python} DRAWS` draws the model is right on every order that it did not taste.
#
# The worst draw with 60 dishes got `{python} str(learned[60, unlucky])` right: among the sixty it was dealt,
# the number of good dishes was `{python} good_tasted`. It did not lack examples: it lacked one of the two
# sides almost entirely.
#
# ## Reading the rules
#
# Trained on all 120 dishes, the model has ten weights. A large positive weight at $(a, b)$ says “$a$ before
# $b$”. Will the four rules of the cook appear?

# %%
# alt es: Diez barras, una por pareja de pasos: cuatro largas, las reglas de la cocinera; seis cortas.
# alt en: Ten horizontal bars, one for each pair of steps: four long ones, the rules of the cook; six short.
model = learn(inputs, good)
weights = dict(zip(pairs, model.weight.detach()[0].tolist(), strict=True))
ranked = sorted(weights, key=weights.get)
written = [pair in RULES for pair in ranked]
_, ax = plt.subplots()
hues = [color("ember") if by_hand else color("slate") for by_hand in written]
bars = ax.barh([f"{a} → {b}" for a, b in ranked], [weights[pair] for pair in ranked], color=hues)
for bar, by_hand in zip(bars, written, strict=True):
    bar.set_hatch("//" if by_hand else "")
    bar.set_edgecolor(color("paper"))
ax.set_xlabel(
    tr(es="peso aprendido (rayado: regla escrita a mano)", en="learned weight (hatched: hand-written rule)")
)
ax.grid(visible=False, axis="y")
_ = localize_ticks(ax)

# %% tags=["hidden"]
found = set(ranked[-4:])
assert found == set(RULES)
assert says_yes(model, inputs).equal(good)
fourth, fifth = weights[ranked[-4]], weights[ranked[-5]]
assert fourth > 2 * fifth
assert set(ranked[-6:-4]) == {(SEASON, ADD), (PREHEAT, ADD)}

# %% [markdown] lang="es"
# Aparecen, y son las cuatro de mayor peso: la cuarta pesa `{python} fourth:.2f` y la quinta
# `{python} fifth:.2f`. Las dos que siguen, sazonar y precalentar antes de agregar, no son falsas: se deducen
# de las otras («sazonar antes de cocinar» y «cocinar antes de agregar»). El modelo ve que acompañan a los
# buenos platos y les da algo de peso; no sabe cuál es causa y cuál es consecuencia. Esa es la primera cautela
# al leer pesos.
#
# ## Los dos programas, lado a lado

# %% [markdown] lang="en"
# They do, and theirs are the four largest weights: the fourth weighs `{python} fourth:.2f` and the fifth
# `{python} fifth:.2f`. The next two, to season and to preheat before adding, are not false: they follow from
# the others (“season before cooking” and “cook before adding”). The model sees that they go along with good
# dishes and gives them some weight; it does not know which is cause and which is consequence. That is the
# first caution when reading weights.
#
# ## The two programs, side by side


# %%
def flow(ax, title: str, given: tuple[str, str], program: str, result: str) -> None:
    ax.set_title(title)
    ax.set(xlim=(0, 1), ylim=(0, 1))
    ax.set_axis_off()
    places = [(0.2, 0.74, given[0], "blue"), (0.72, 0.74, given[1], "blue"), (0.46, 0.44, program, "ink")]
    for x, y, text, hue in [*places, (0.46, 0.24, result, "ember")]:
        box = {"boxstyle": "round,pad=0.5", "facecolor": "none", "edgecolor": color(hue)}
        side = "bottom" if y > 0.5 else "top"
        ax.text(x, y, text, ha="center", va=side, bbox=box, fontsize=9)
    arrow = {"arrowstyle": "-|>", "color": color("faint")}
    for start, end in (((0.2, 0.7), (0.4, 0.49)), ((0.72, 0.7), (0.52, 0.49)), ((0.46, 0.34), (0.46, 0.27))):
        ax.annotate("", end, start, arrowprops=arrow)


# %%
# alt es: Izquierda: entran orden y reglas, sale el plato. Derecha: órdenes y platos entran, salen las reglas.
# alt en: Left: an order and rules go in, the dish comes out. Right: orders and dishes go in, rules come out.
_, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.6))
lines = "\n".join(f"{a} → {b}" for a, b in RULES)
read = "\n".join(f"{a} → {b}" for a, b in reversed(ranked[-4:]))
flow(
    left,
    tr(es="reglas", en="rules"),
    (tr(es="un orden", en="an order"), lines),
    tr(es="programa", en="program"),
    tr(es="plato bueno: sí o no", en="good dish: yes or no"),
)
flow(
    right,
    tr(es="aprendizaje", en="learning"),
    (tr(es="120 órdenes", en="120 orders"), tr(es="120 platos", en="120 dishes")),
    tr(es="entrenamiento", en="training"),
    read,
)

# %% [markdown] lang="es"
# El cuadro de abajo a la derecha no está escrito a mano: contiene las cuatro parejas de mayor peso de la
# celda anterior, y coinciden con el cuadro de reglas de la izquierda. Lo que a la izquierda entra, a la
# derecha sale.
#
# ## Con datos de verdad
#
# La cocina era un mundo que inventamos. Los dígitos de 8×8 píxeles que trae scikit-learn los escribieron
# trece personas, y en los datos de prueba hay manos que el entrenamiento no vio. La tarea: ¿es un 0 o un 1?
# Tres programas:
#
# 1. **regla a mano**: un 0 tiene hueco en el centro; es un 1 si el centro tiene más de un tercio de tinta;
# 2. **un número aprendido**: la misma regla, con el umbral que menos falla en los ejemplos;
# 3. **64 números aprendidos**: la regresión logística de la receta, ahora con un peso por píxel.

# %% [markdown] lang="en"
# The box at the bottom right is not written by hand: it holds the four pairs of largest weight of the cell
# above, and they agree with the box of rules on the left. What goes in on the left comes out on the right.
#
# ## With real data
#
# The kitchen was a world of our making. The digits of 8×8 pixels that ship with scikit-learn were written by
# thirteen people, and the test set contains hands that training did not see. The task: is it a 0 or a 1?
# Three programs:
#
# 1. **rule by hand**: a 0 is hollow in the centre; it is a 1 if the centre has more than a third of ink;
# 2. **one learned number**: the same rule, with the threshold that fails least on the examples;
# 3. **64 learned numbers**: the logistic regression of the recipe, now with one weight for each pixel.

# %%
# alt es: Cuatro ceros, huecos por dentro, y cuatro unos, con tinta en el centro.
# alt en: Four zeros, hollow inside, and four ones, with ink in the centre.
data = digits()


def only(images: torch.Tensor, labels: torch.Tensor, no: int, yes: int) -> tuple[torch.Tensor, torch.Tensor]:
    kept = (labels == no) | (labels == yes)
    return images[kept, 0], labels[kept] == yes


images, is_one = only(data.train_images, data.train_labels, 0, 1)
shown = torch.cat([images[~is_one][:4], images[is_one][:4]])
_ = image_grid(shown, ["0"] * 4 + ["1"] * 4, columns=8, side_inches=0.75)


# %%
def center_ink(images: torch.Tensor) -> torch.Tensor:
    # es: los ocho píxeles del medio, de 0 a 1
    # en: the eight middle pixels, from 0 to 1
    return images[:, 2:6, 3:5].mean(dim=(1, 2))


def best_threshold(ink: torch.Tensor, is_yes: torch.Tensor) -> float:
    candidates = ink.unique()
    right = ((ink > candidates[:, None]) == is_yes).sum(dim=1)  # candidate image → candidate
    return candidates[right.argmax()].item()


def exam(no: int, yes: int) -> dict[str, torch.Tensor]:
    images, is_yes = only(data.train_images, data.train_labels, no, yes)
    test, truth = only(data.test_images, data.test_labels, no, yes)
    threshold = best_threshold(center_ink(images), is_yes)
    pixels = learn(images.flatten(1), is_yes)
    return {
        tr(es="regla a mano", en="rule by hand"): (center_ink(test) > 1 / 3) == truth,
        tr(es="un número", en="one number"): (center_ink(test) > threshold) == truth,
        tr(es="64 números", en="64 numbers"): says_yes(pixels, test.flatten(1)) == truth,
    }


results = {(no, yes): exam(no, yes) for no, yes in ((0, 1), (3, 8))}
for (no, yes), answers in results.items():
    print(f"{no} | {yes}  ", {str(name): str(Proportion.of(right)) for name, right in answers.items()})

# %%
# alt es: En 0 contra 1 la regla a mano acierta casi todo, 64 números todo; en 3 contra 8 la regla es azar.
# alt en: In 0 against 1 the rule by hand gets nearly all, 64 numbers all; in 3 against 8 the rule is a coin.
rows = [
    (f"{name}, {no} | {yes}", Proportion.of(right))
    for (no, yes), answers in results.items()
    for name, right in answers.items()
]
_ = interval_plot(
    [name for name, _ in rows],
    [score.value for _, score in rows],
    [score.low for _, score in rows],
    [score.high for _, score in rows],
    xlabel=tr(es="exactitud, intervalo del 95 %", en="accuracy, 95% interval"),
    reference=0.5,
    reference_label=tr(es="moneda", en="coin"),
)

# %% tags=["hidden"]
by_hand, one_number, pixels = (Proportion.of(right) for right in results[0, 1].values())
hand_38, one_38, pixels_38 = (Proportion.of(right) for right in results[3, 8].values())
first, *_, last = results[0, 1].values()
p_value = paired_comparison(first, last).p_value
assert by_hand.value > 0.9 and pixels.value > by_hand.value
assert hand_38.low < 0.5 < hand_38.high and pixels_38.low > 0.5
decision = (
    tr(es="la diferencia no se explica por azar", en="chance does not explain the difference")
    if p_value < 0.05
    else tr(es="el azar aún explicaría la diferencia", en="chance might still explain the difference")
)

# %% [markdown] lang="es"
# En 0 contra 1 la regla a mano acierta `{python} str(by_hand)`; el umbral aprendido,
# `{python} str(one_number)`, y los 64 pesos, `{python} str(pixels)`. Comparada la primera con los últimos
# sobre las mismas imágenes, `{python} decision` ($P$ = `{python} p_value:.3f`, la frecuencia con que una
# moneda repartiría los desacuerdos de modo tan desigual; es la prueba de McNemar de [Evaluación
# honesta](../workflow/honest_evaluation.md)). El umbral aprendido no mejora el elegido a ojo: los intervalos
# se superponen. Una idea de una línea llega lejos.
#
# Con 3 contra 8 se ve lo demás. La regla a mano no dice nada: `{python} str(hand_38)`, como una moneda. Para
# arreglarla hay que **pensar otra regla**; para el programa que aprende bastó **cambiar los ejemplos**, sin
# tocar una letra del código, y acierta `{python} str(pixels_38)`. Esa es la diferencia práctica entre las dos
# maneras de programar.
#
# Los 64 pesos también se dejan leer si se ponen en su lugar en la imagen.

# %% [markdown] lang="en"
# In 0 against 1 the rule by hand gets `{python} str(by_hand)`; the learned threshold,
# `{python} str(one_number)`, and the 64 weights, `{python} str(pixels)`. Comparing the first with the last on
# the same images, `{python} decision` ($P$ = `{python} p_value:.3f`, how often a coin would split the
# disagreements as unevenly; it is McNemar's test of [Honest evaluation](../workflow/honest_evaluation.md)).
# The learned threshold does not improve on the one chosen by eye: their intervals overlap. An idea of one
# line goes a long way.
#
# With 3 against 8 the rest shows. The rule by hand says nothing: `{python} str(hand_38)`, like a coin. To
# mend it one must **think of another rule**; for the program that learns it was enough to **change the
# examples**, without touching a letter of the code, and it gets `{python} str(pixels_38)`. That is the
# practical difference between the two ways of programming.
#
# The 64 weights can be read as well once they are put in their place in the image.

# %%
# alt es: Cuadrícula de 8×8 pesos: los más positivos en el centro de la imagen; los negativos, a los lados.
# alt en: Grid of 8×8 weights: the most positive in the centre of the image; the most negative beside it.
weight_map = learn(images.flatten(1), is_one).weight.detach().reshape(8, 8)
# es: la suma convierte -0.0 en 0.0
# en: the sum turns -0.0 into 0.0
rounded = weight_map.round(decimals=1) + 0
_ = heat_map(rounded, fmt=".1f", limits=(-3.0, 3.0), cmap="PuOr_r")

# %% tags=["hidden"]
center_weight, around = weight_map[2:6, 3:5].mean().item(), weight_map.mean().item()
assert center_weight > 0.5 and center_weight > around + 0.3

# %% [markdown] lang="es"
# Los píxeles del centro empujan hacia «es un 1» (peso medio `{python} center_weight:.2f`) y los de los lados
# hacia «es un 0». El modelo encontró nuestra regla del hueco y le agregó los costados, que nosotros no
# habíamos usado.
#
# ## Cuando gana la regla
#
# ¿Qué años son bisiestos? La regla del calendario gregoriano, de 1582, cabe en una línea: los divisibles
# entre 4, salvo los múltiplos de 100 que no lo sean de 400. Hagamos como si nadie la conociera: una red ve
# los calendarios de 1583 a 2026, cada año como cuatro dígitos, y predice los años de 2027 a 2999. ¿Qué
# exactitud le pronosticas?

# %% [markdown] lang="en"
# The pixels of the centre push towards “it is a 1” (mean weight `{python} center_weight:.2f`) and those at
# the sides towards “it is a 0”. The model found our rule of the hole and added the flanks, which we had not
# used.
#
# ## When the rule wins
#
# Which years are leap years? The rule of the Gregorian calendar, of 1582, fits in one line: those divisible
# by 4, except for the multiples of 100 that are not multiples of 400. Let us pretend that nobody knows it: a
# network sees the calendars from 1583 to 2026, each year as four digits, and predicts the years from 2027 to
# 2999. What accuracy do you predict?

# %%
years = torch.arange(1583, 3000)
# es: la regla entera
# en: the whole rule
is_leap = (years % 4 == 0) & ((years % 100 != 0) | (years % 400 == 0))
past = years <= 2026
digits_of = torch.stack([years // 1000, years // 100 % 10, years // 10 % 10, years % 10], dim=1)
encoded = one_hot(digits_of, 10).float().flatten(1)  # year (4 digits × 10)


def learn_calendar(seed: int) -> torch.Tensor:
    torch.manual_seed(seed)
    net = nn.Sequential(nn.Linear(40, 64), nn.ReLU(), nn.Linear(64, 1))
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    for _ in range(300):
        loss = binary_cross_entropy_with_logits(net(encoded[past])[:, 0], is_leap[past].float())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return says_yes(net, encoded)


idle = Proportion.of(~is_leap[~past])
print(tr(es="siempre «no»", en="always “no”"), idle)
guesses = [learn_calendar(seed) for seed in range(3)]
for seed, guess in enumerate(guesses):
    right = guess == is_leap
    print(seed, Proportion.of(right[past]), Proportion.of(right[~past]), years[~right].tolist())

# %% tags=["hidden"]
future = [Proportion.of((guess == is_leap)[~past]) for guess in guesses]
centuries = (years % 100 == 0) & ~past
century_scores = [Proportion.of((guess == is_leap)[centuries]) for guess in guesses]
assert all((guess == is_leap)[past].all() for guess in guesses)
assert all(score.value > 0.98 for score in future)
assert all((guess == is_leap)[~past & ~centuries].all() for guess in guesses)
assert all(score.value < 0.6 for score in century_scores)
future_years = int((~past).sum())
assert one_number.low < by_hand.value < one_number.high
assert all(guess[years == 2100].item() for guess in guesses)

# %% [markdown] lang="es"
# La red aprendió sin fallas todo el pasado y acierta al menos el
# `{python} min(score.value for score in future):.1%` del futuro, muy por encima de decir siempre «no»
# (`{python} idle.value:.1%`). Con esa cifra sola, alguien la pondría a trabajar. Mira los errores: **todos**
# son años terminados en 00. De los `{python} int(centuries.sum())` años seculares del futuro, la peor semilla
# acierta `{python} str(min(century_scores, key=lambda score: score.value))`; las tres dicen que 2100 es
# bisiesto.
#
# No es mala suerte, y más semillas no la curarían. En el pasado hubo cinco años seculares, 1600 y 2000
# bisiestos y otros tres no, y a la red le alcanzó con aprenderse esos cinco por sus demás dígitos. Un
# intervalo sobre los `{python} future_years` años mide bien el promedio y calla lo que importa: los errores
# no caen al azar, caen en la excepción. La regla acierta todos, y no porque la hayamos medido, sino porque
# **es** la definición.

# %% [markdown] lang="en"
# The network learned all the past without a fault, and gets at least
# `{python} min(score.value for score in future):.1%` of the future right, far above saying “no” always
# (`{python} idle.value:.1%`). On that figure alone someone would put it to work. Look at the errors: **all**
# of them are years that end in 00. Of the `{python} int(centuries.sum())` century years of the future, the
# worst seed gets `{python} str(min(century_scores, key=lambda score: score.value))` right; all three say that
# 2100 is a leap year.
#
# This is not bad luck, and more seeds would not cure it. The past had five century years, 1600 and 2000 leap
# years and three others not, and the network could get by with memorising those five by their other digits.
# An interval over the `{python} future_years` years measures the average well and is silent on what matters:
# the errors do not fall at random, they fall on the exception. The rule gets all of them right, and not
# because we measured it but because it **is** the definition.

# %% [markdown] lang="es"
# ## Lo que dice Google, al pie de la letra
#
# Las notas del curso atribuyen a Google la frase *If you can build a simple rule-based system that doesn't
# require machine learning, do that*. Es una paráfrasis que circula con el curso. La regla número 1 de [Rules
# of Machine Learning](https://developers.google.com/machine-learning/guides/rules-of-ml), de Martin
# Zinkevich, dice: *Don't be afraid to launch a product without machine learning* (no temas lanzar un producto
# sin aprendizaje automático). El consejo se parece, pero no es el mismo: la paráfrasis ordena quedarse con la
# regla; el original habla de **empezar** sin aprender cuando todavía no hay datos. La regla número 3 completa
# la idea: *Choose machine learning over a complex heuristic* (prefiere el aprendizaje a una heurística
# complicada).
#
# Las dos concuerdan con lo que viste: una línea basta para el calendario y otra va lejos con un 0 contra un
# 1; nadie quiere mantener a mano las que separan un 3 de un 8.
#
# ## Para llevarte
#
# * Reglas: (entradas, reglas) → salidas. Aprendizaje: (entradas, salidas) → reglas, escritas en pesos.
# * Compara siempre con quien no mira. Un `{python} baseline[0].mean():.0%` puede ser cero aprendizaje.
# * Los pesos de un modelo lineal se leen, y dicen qué acompaña al resultado, no qué lo causa.
# * La regla exige saber; el aprendizaje exige ejemplos, y ejemplos de los dos lados.
# * Si la regla es la definición, escríbela. Un modelo falla donde hubo pocos ejemplos, que suele ser en la
#   excepción.

# %% [markdown] lang="en"
# ## What Google says, word for word
#
# The notes of the course ascribe to Google the sentence *If you can build a simple rule-based system that
# doesn't require machine learning, do that*. It is a paraphrase that goes around with the course. Rule number
# 1 of the [Rules of Machine Learning](https://developers.google.com/machine-learning/guides/rules-of-ml), by
# Martin Zinkevich, reads: *Don't be afraid to launch a product without machine learning*. The advice is
# similar and not the same: the paraphrase orders you to stay with the rule; the original is about
# **starting** without learning while there is no data yet. Rule number 3 completes the thought: *Choose
# machine learning over a complex heuristic*.
#
# Both fit what you saw: one line is enough for the calendar, and another goes a long way with a 0 against a
# 1; nobody wants to maintain by hand those that tell a 3 from an 8.
#
# ## What to keep
#
# * Rules: (inputs, rules) → outputs. Learning: (inputs, outputs) → rules, written in weights.
# * Always compare with someone who does not look. `{python} baseline[0].mean():.0%` may be no learning at
#   all.
# * The weights of a linear model can be read, and say what goes along with the result, not what causes it.
# * The rule demands knowledge; learning demands examples, and examples from both sides.
# * If the rule is the definition, write it. A model fails where examples were few, which tends to be at the
#   exception.

# %% [markdown] lang="es" tags=["quiz"]
# Un modelo que detecta fraudes acierta el 99,2 % de las operaciones. El 0,8 % de las operaciones son fraudes.
# ¿Qué sabes?
#
# - [x] Que no supera la línea base: responder siempre «no es fraude» acierta lo mismo. Falta ver cuántos
#   fraudes encontró.
# - [ ] Que encontró casi todos los fraudes: pudo no haber encontrado ninguno.
# - [ ] Que hace falta más exactitud: antes hace falta otra cuenta, la de los fraudes hallados.

# %% [markdown] lang="en" tags=["quiz"]
# A model that detects fraud is right on 99.2% of transactions, and 0.8% of transactions are fraud. What do
# you know?
#
# - [x] That it does not beat the baseline: always answering “no fraud” is right as often. What remains to be
#   seen is how many frauds it found.
# - [ ] That it found nearly all the fraud: it may have found none.
# - [ ] That more accuracy is needed: another count is needed first, that of the frauds found.

# %% [markdown] lang="es" tags=["quiz"]
# ¿Para cuál de estas tareas escribirías la regla en vez de entrenar un modelo?
#
# - [x] Comprobar si un número de tarjeta tiene bien su dígito verificador: la regla es pública y exacta.
# - [ ] Decir si en una foto hay un gato: nadie ha podido escribir esa regla en píxeles.
# - [ ] Ordenar las noticias por lo que le interesa a cada lectora: la regla es distinta para cada una y
#       cambia.

# %% [markdown] lang="en" tags=["quiz"]
# For which of these tasks would you write the rule instead of training a model?
#
# - [x] To check whether a card number has the right check digit: the rule is public and exact.
# - [ ] To say whether a photograph shows a cat: nobody has been able to write that rule in pixels.
# - [ ] To sort the news by what interests each reader: the rule differs for each of them, and changes.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: de las reglas a los órdenes
#
# Escribe `allowed(rules, steps)`: la lista de todos los órdenes de `steps` (tuplas, en el orden de
# `permutations`) que cumplen cada pareja `(antes, después)` de `rules`.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: from the rules to the orders
#
# Write `allowed(rules, steps)`: the list of all orders of `steps` (tuples, in the order of `permutations`)
# that obey each pair `(before, after)` of `rules`.


# %% tags=["solution"]
def allowed(rules: list[tuple[str, str]], steps: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [
        order
        for order in permutations(steps)
        if all(order.index(before) < order.index(after) for before, after in rules)
    ]


# %% tags=["check"]
assert allowed(RULES, STEPS) == [
    order for order, outcome in zip(orders, dishes, strict=True) if outcome == GOOD
]
assert len(allowed([], STEPS)) == 120
assert allowed([("a", "b"), ("b", "a")], ("a", "b", "c")) == []
assert allowed([("b", "a")], ("a", "b")) == [("b", "a")]

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: de los órdenes a las reglas, sin gradientes
#
# También se puede aprender contando. Escribe `always_before(good_orders, steps)`: las parejas `(a, b)` tales
# que `a` va antes que `b` en **todos** los órdenes buenos, como un conjunto. Devuelve más parejas que las
# cuatro reglas; el comentario de la comprobación dice por qué.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: from the orders to the rules, without gradients
#
# One can also learn by counting. Write `always_before(good_orders, steps)`: the pairs `(a, b)` such that `a`
# comes before `b` in **all** the good orders, as a set. It returns more pairs than the four rules; the
# comment in the check says why.


# %% tags=["solution"]
def always_before(good_orders: list[tuple[str, ...]], steps: tuple[str, ...]) -> set[tuple[str, str]]:
    return {
        (a, b)
        for a, b in permutations(steps, 2)
        if all(order.index(a) < order.index(b) for order in good_orders)
    }


# %% tags=["check"]
# es: las dos de más se deducen de las escritas: a antes que b y b antes que c obligan a antes que c
# en: the two extra ones follow from the written ones: a before b and b before c force a before c
found_by_counting = always_before(allowed(RULES, STEPS), STEPS)
assert found_by_counting == {*RULES, (SEASON, ADD), (PREHEAT, ADD)}
assert always_before([("a", "b", "c")], ("a", "b", "c")) == {("a", "b"), ("a", "c"), ("b", "c")}
assert always_before([("a", "b"), ("b", "a")], ("a", "b")) == set()

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: lo que sabes, dentro de las entradas
#
# La red falló porque los dígitos de un año esconden la divisibilidad. Escribe `encode(years)`: un tensor de
# forma `(n, 3)` con números decimales que diga lo que importa del año, de modo que el modelo **lineal** de
# esta lección, entrenado solo con el pasado, acierte en todo el futuro.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: what you know, inside the inputs
#
# The network failed because the digits of a year hide divisibility. Write `encode(years)`: a tensor of shape
# `(n, 3)` of floating-point numbers that says what matters about the year, so that the **linear** model of
# this lesson, trained on the past alone, is right about the whole future.


# %% tags=["solution"]
def encode(years: torch.Tensor) -> torch.Tensor:
    return torch.stack([years % divisor == 0 for divisor in (4, 100, 400)], dim=1).float()


# %% tags=["check"]
assert encode(years).shape == (len(years), 3)
assert not torch.equal(encode(years)[:, 0], is_leap.float())
calendar = learn(encode(years)[past], is_leap[past], penalty=0.0)
print(Proportion.of((says_yes(calendar, encode(years)) == is_leap)[~past]))
assert (says_yes(calendar, encode(years)) == is_leap).all()

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# La siguiente lección mide [cuándo conviene aprender y cuándo no](../concepts/when_ml_helps.md), en ocho
# casos. Cómo se vuelve número cualquier otra cosa, un texto, un sonido, una fila de una tabla, está en [de la
# cosa al número y de vuelta](../concepts/numerical_encoding.md).

# %% [markdown] lang="en"
# ## Where to go next
#
# The next lesson measures [when learning helps and when it does not](../concepts/when_ml_helps.md), in eight
# cases. How anything else becomes a number, a text, a sound, a row of a table, is in [from the thing to the
# number and back](../concepts/numerical_encoding.md).
