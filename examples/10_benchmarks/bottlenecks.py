"""
title:
  es: ¿En qué se va el tiempo?
  en: Where does the time go?
summary:
  es: Qué frena a cada una de las redes medidas en una TPU, según el modelo, y qué ganaría una TPU mejor.
  en: What holds up each of the networks measured on a TPU, by the model, and what a better TPU would gain.
tags: [benchmark, TPU, bottleneck, model, Amdahl]
objectives:
  es:
    - Repartir el tiempo de un paso entre sus partes y nombrar la que lo frena.
    - Predecir con la ley de Amdahl cuánto gana el conjunto cuando mejora una parte.
    - Decir qué cambiar, el batch, el ancho o la máquina, según lo que frena.
  en:
    - Divide the time of a step among its parts and name the one that holds it up.
    - Predict with Amdahl's law how much the whole gains when one part improves.
    - Say what to change, the batch, the width or the machine, given what holds it up.
prerequisites:
  es:
    - El modelo de la TPU y su error, en la [validación](validation.md).
    - Qué son los parámetros y el batch, como en la [regresión lineal](../workflow/linear_regression.md).
  en:
    - The model of the TPU and its error, in the [validation](validation.md).
    - What parameters and a batch are, as in [linear regression](../workflow/linear_regression.md).
"""

# %%
from collections import Counter
from dataclasses import replace
from statistics import median

import matplotlib.pyplot as plt
import numpy as np

from tutorials_lib import tr
from tutorials_lib.bench import claims, derived, paradnn, provenance
from tutorials_lib.plots import color, heat_map, interval_plot

found = paradnn.findings()
band_low = found.errors["measured_over_modelled_q05"] - 1
band_high = found.errors["measured_over_modelled_q95"] - 1

# %% [markdown] lang="es"
# Un acelerador se anuncia por las operaciones que puede hacer por segundo. Esta página toma
# `{python} len(found.points)` redes completamente conectadas que se entrenaron de verdad en una placa TPU
# v2-8 ([Wang, Wei y Brooks, 2019](https://arxiv.org/abs/1907.10701)) y pregunta en cuántas importaron esas
# operaciones. El tiempo total fue medido por otros; el reparto entre sus partes es **modelado** (○), con el
# modelo cuya validación está [en otra página](validation.md): dos cifras, y la banda del
# `{python} band_low:.0%` al `{python} band_high:.0%`.

# %% [markdown] lang="en"
# An accelerator is advertised by the operations it can do in a second. This page takes
# `{python} len(found.points)` fully connected networks that were really trained on a TPU v2-8 board ([Wang,
# Wei and Brooks, 2019](https://arxiv.org/abs/1907.10701)) and asks in how many of them those operations
# mattered. The total time was measured by others; its division into parts is **modelled** (○), with the model
# whose validation is [on another page](validation.md): two digits, and the band from `{python} band_low:.0%`
# to `{python} band_high:.0%`.

# %% [markdown] lang="es" tags=["quiz"]
# Apuesta. La placa puede hacer unas 180 billones (10¹²) de operaciones por segundo. ¿Qué frena a más de esas
# redes?
#
# - [ ] Las multiplicaciones: para eso están los chips. Solo en unas pocas, las más anchas con batches
#   enormes.
# - [x] Esperar los datos: un anfitrión con su procesador corriente tiene que preparar y enviar cada batch.
# - [ ] Sumar los gradientes de los ocho núcleos: es la segunda causa, y manda en las redes anchas con batches
#   chicos.

# %% [markdown] lang="en" tags=["quiz"]
# Place a bet. The board can do about 180 trillion (10¹²) operations a second. What holds up most of those
# networks?
#
# - [ ] The multiplications: that is what the chips are for. Only in a few, the widest with enormous batches.
# - [x] Waiting for data: a host with an ordinary processor has to prepare and send every batch.
# - [ ] Adding up the gradients of the eight cores: it is the second cause, and rules in wide networks with
#   small batches.

# %% [markdown] lang="es"
# ## Las partes de un paso
#
# Dos lados trabajan a la vez. El **anfitrión** paga un costo fijo por paso y envía datos y etiquetas. El
# **chip** multiplica, suma gradientes entre núcleos (*all-reduce*), actualiza los pesos y paga algo por cada
# capa. Lo que frena un paso es la parte más grande del lado que tarda más.

# %% [markdown] lang="en"
# ## The parts of a step
#
# Two sides work at once. The **host** pays a fixed cost for every step and sends data and labels. The
# **chip** multiplies, adds up gradients over the cores (*all-reduce*), updates the weights and pays something
# for each layer. What holds up a step is the largest part of the side that takes longer.

# %%
steps = {point.network: paradnn.step(point.network, found.constants) for point in found.points}
names = {
    "infeed": tr(es="esperar los datos", en="waiting for data"),
    "fixed": tr(es="costo fijo", en="fixed cost"),
    "all-reduce": tr(es="sumar gradientes", en="adding gradients"),
    "optimiser": tr(es="optimizador", en="optimiser"),
    "layers": tr(es="costo por capa", en="cost per layer"),
    "products": tr(es="productos", en="products"),
}
letters = {"infeed": "D", "fixed": "F", "all-reduce": "G", "optimiser": "O", "layers": "C", "products": "P"}
held_up = Counter(step.bottleneck for step in steps.values())
share = {kind: held_up[kind] / len(steps) for kind in names}

# alt es: Barras: esperar los datos frena a más redes, luego gradientes y costo fijo; productos, a pocas.
# alt en: Bars: waiting for data holds up most networks, then gradients and the fixed cost; products few.
fig, ax = plt.subplots(figsize=(6.4, 2.9))
order = sorted(names, key=share.get)
bars = ax.barh([names[kind] for kind in order], [100 * share[kind] for kind in order], color="none")
for bar, kind in zip(bars, order, strict=True):
    bar.set(edgecolor=color("blue"), hatch=provenance.MARKS["modelled"].hatch)
    ax.text(bar.get_width() + 0.5, bar.get_y() + 0.4, claims.percent(share[kind]), va="center")
ax.set_xlabel(tr(es="redes frenadas, ○ modelado (%)", en="networks held up, ○ modelled (%)"))
ax.grid(visible=False, axis="y")

# %% tags=["hidden"]
ranking = [kind for kind, _ in held_up.most_common()]
assert ranking[:3] == ["infeed", "all-reduce", "fixed"]
host = share["infeed"] + share["fixed"]
assert share["products"] < 0.1
assert share["infeed"] > host / 2
assert sum(held_up.values()) == len(found.points)
products_share = median(step.products / step.seconds for step in steps.values())

# %% [markdown] lang="es"
# **El hallazgo.** El anfitrión frena a `{python} host:.0%` de las redes, en su mayoría por los datos
# (`{python} share["infeed"]:.0%`) y si no por su costo fijo; sumar gradientes, a
# `{python} share["all-reduce"]:.0%`; los productos, a `{python} share["products"]:.0%`. En la red mediana,
# multiplicar ocupa `{python} products_share:.0%` del paso. Son redes completamente conectadas con entradas de
# hasta 8000 números, que piden muchos bytes por operación: en una red convolucional el reparto sería otro, y
# esas mediciones no se publicaron.

# %% [markdown] lang="en"
# **The finding.** The host holds up `{python} host:.0%` of the networks, most of them by the data
# (`{python} share["infeed"]:.0%`) and the others by its fixed cost; adding gradients,
# `{python} share["all-reduce"]:.0%`; products, `{python} share["products"]:.0%`. In the median network,
# multiplying takes `{python} products_share:.0%` of the step. These are fully connected networks with inputs
# of up to 8000 numbers, which ask for many bytes for each operation: in a convolutional network the division
# would be another, and those measurements were not published.

# %% [markdown] lang="es"
# ## Un mapa de lo que frena
#
# ¿Dónde manda cada causa? Cada casilla dice la más frecuente entre las redes de 32 capas con ese ancho y ese
# batch: **D**, datos; **F**, costo fijo; **G**, gradientes; **P**, productos. Un punto marca lo que no se
# midió porque no cabía en la memoria.

# %% [markdown] lang="en"
# ## A map of what holds up
#
# Where does each cause rule? Each cell tells the commonest one among the networks of 32 layers with that
# width and batch: **D**, data; **F**, fixed cost; **G**, gradients; **P**, products. A dot marks what was not
# measured because it did not fit the memory.


# %%
def commonest(width, batch):
    kinds = Counter(
        s.bottleneck for n, s in steps.items() if (n.width, n.batch, n.layers) == (width, batch, layers)
    )
    return kinds.most_common(1)[0][0] if kinds else None


widths = sorted({network.width for network in steps})
batches = sorted({network.batch for network in steps})
layers = 32
grid = [[commonest(width, batch) for batch in batches] for width in widths]
kinds = list(names)

# alt es: Anchos por batches, 32 capas: F arriba a la izquierda, D a la derecha, G abajo, P en la esquina.
# alt en: Widths by batches, 32 layers: F at the top left, D at the right, G below, P in the corner.
heat_map(
    [[kinds.index(kind) if kind else -1 for kind in row] for row in grid],
    row_labels=[str(width) for width in widths],
    column_labels=[str(batch) for batch in batches],
    texts=[[letters[kind] if kind else "·" for kind in row] for row in grid],
    xlabel=tr(es="batch (○ modelado)", en="batch (○ modelled)"),
    ylabel=tr(es="ancho de 32 capas", en="width of 32 layers"),
)

# %% tags=["hidden"]
place = {(w, b): grid[i][j] for i, w in enumerate(widths) for j, b in enumerate(batches)}
assert place[32, 128] == "fixed"
assert place[32, 16384] == "infeed"
assert place[4096, 64] == "all-reduce"
assert place[4096, 16384] == "products"
assert place[8192, 64] is None
seen = {kind for row in grid for kind in row if kind}
assert seen <= {"infeed", "fixed", "all-reduce", "products", "layers"}

# %% [markdown] lang="es"
# El mapa tiene lógica. El intercambio de gradientes cuesta según los **pesos**, y el envío de datos según los
# **ejemplos**: hacia abajo crecen los primeros, hacia la derecha los segundos. Multiplicar cuesta según
# ambos, así que solo manda en la esquina donde los dos son grandes. De ahí salen tres consejos: con F, un
# batch mayor casi no cuesta; con G, un batch mayor reparte el mismo intercambio entre más ejemplos; con D, ni
# un batch mayor ni una placa más rápida ayudan, y hay que alimentar mejor.

# %% [markdown] lang="en"
# The map makes sense. The exchange of gradients costs by the **weights**, and the sending of data by the
# **examples**: downwards the former grow, to the right the latter. Multiplying costs by both, so it rules
# only in the corner where both are large. Three pieces of advice follow: at F, a larger batch costs hardly
# anything; at G, a larger batch spreads the same exchange over more examples; at D, neither a larger batch
# nor a faster board helps, and it has to be fed better.

# %% [markdown] lang="es"
# ## Si mejorara una sola cosa
#
# Con el modelo se puede construir otra placa. Duplica una parte y deja lo demás: ¿cuánto gana la red mediana?
# Es la ley de Amdahl (1967): si una parte ocupa la fracción $f$ del tiempo y se vuelve $k$ veces más rápida,
# el conjunto gana
#
# $$\frac{1}{(1 - f) + f/k}.$$

# %% [markdown] lang="en"
# ## If one thing alone improved
#
# With the model one can build another board. Double one part and leave the rest: how much does the median
# network gain? It is Amdahl's law (1967): if a part takes the fraction $f$ of the time and becomes $k$ times
# as fast, the whole gains
#
# $$\frac{1}{(1 - f) + f/k}.$$

# %%
constants, core = found.constants, paradnn.CORE
better = {
    tr(es="el doble de arreglos", en="twice the arrays"): (constants, replace(core, arrays=2 * core.arrays)),
    tr(es="el doble de memoria/s", en="twice the memory/s"): (
        constants,
        replace(core, bytes_per_second=2 * core.bytes_per_second),
    ),
    tr(es="el doble de all-reduce", en="twice the all-reduce"): (
        replace(constants, all_reduce_bytes_per_second=2 * constants.all_reduce_bytes_per_second),
        core,
    ),
    tr(es="el doble de envío", en="twice the infeed"): (
        replace(constants, infeed_bytes_per_second=2 * constants.infeed_bytes_per_second),
        core,
    ),
}
gains = {
    name: [step.seconds / paradnn.step(network, *changed).seconds for network, step in steps.items()]
    for name, changed in better.items()
}
low, middle, high = np.transpose([np.quantile(gain, [0.05, 0.5, 0.95]) for gain in gains.values()])

# %%
# alt es: Ganancia modelada: duplicar los arreglos, casi nada; all-reduce y envío, mucho en algunas.
# alt en: Modelled gain: doubling the arrays, hardly any in the median; all-reduce and infeed, much in some.
label = tr(
    es="veces más rápido, ○ modelado (mediana, 5–95 %)", en="times as fast, ○ modelled (median, 5–95%)"
)
interval_plot(list(gains), middle, low, high, xlabel=label, reference=1.0)

# %% tags=["hidden"]
arrays, memory, exchange, infeed = gains.values()
arrays_median, exchange_high, infeed_high = median(arrays), high[2], high[3]
assert arrays_median < 1.02
assert min(exchange_high, infeed_high) > 1.4
assert all(gain >= 1 - 1e-9 for values in gains.values() for gain in values)
assert max(arrays) < 2

# %% [markdown] lang="es"
# Duplicar los arreglos, lo que anuncia el folleto, deja a la red mediana en `{python} arrays_median:.2f`
# veces su velocidad; a la que más gana, en `{python} max(arrays):.2f`. Duplicar el envío o el intercambio
# ayuda a las que esperan por ellos, hasta `{python} infeed_high:.1f` y `{python} exchange_high:.1f` veces, y
# a las demás nada. No hay una mejora para todas: hay que saber primero qué frena a la tuya.

# %% [markdown] lang="en"
# Doubling the arrays, what the brochure advertises, leaves the median network at `{python} arrays_median:.2f`
# times its speed; the one that gains most, at `{python} max(arrays):.2f`. Doubling the infeed or the exchange
# helps those that wait for them, up to `{python} infeed_high:.1f` and `{python} exchange_high:.1f` times, and
# the others not at all. There is no improvement for all: one has to know first what holds up one's own.

# %% [markdown] lang="es"
# ## La orden y los datos
#
# El archivo guarda las seis constantes y un renglón por red medida; `paradnn.step` reparte el paso de
# cualquiera de ellas como en esta página. La orden lo vuelve a hacer a partir de las mediciones publicadas.

# %% [markdown] lang="en"
# ## The command and the data
#
# The file holds the six constants and a line for each measured network; `paradnn.step` divides the step of
# any of them as this page does. The command makes it anew from the published measurements.

# %%
derived.commands(derived.STEPS)

# %%
derived.downloads(derived.STEPS)

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: la ley de Amdahl
#
# Escribe `amdahl(fraction, times)` con la fórmula de arriba. ¿Cuál es el límite cuando `times` crece sin fin,
# y qué dice de una parte que ocupa la décima parte del tiempo?

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: Amdahl's law
#
# Write `amdahl(fraction, times)` with the formula above. What is the limit when `times` grows without end,
# and what does it say about a part that takes a tenth of the time?


# %% tags=["solution"]
def amdahl(fraction, times):
    return 1 / ((1 - fraction) + fraction / times)


# %% tags=["check"]
assert abs(amdahl(0.5, 2) - 4 / 3) < 1e-9
assert amdahl(0.0, 100) == 1
assert abs(amdahl(0.1, 1e12) - 1 / 0.9) < 1e-6

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: qué frena
#
# Escribe `limit(device, host)`: dos diccionarios de parte a segundos; devuelve el nombre de la parte más
# grande del lado cuyo total es mayor. ¿Por qué no basta con la parte más grande de las dos?

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: what holds up
#
# Write `limit(device, host)`: two dictionaries from part to seconds; it returns the name of the largest part
# of the side whose total is larger. Why is the largest part of both not enough?


# %% tags=["solution"]
def limit(device, host):
    longer = max((device, host), key=lambda side: sum(side.values()))
    return max(longer, key=longer.get)


# %% tags=["check"]
assert limit({"products": 2.0, "all-reduce": 3.0}, {"infeed": 4.0}) == "all-reduce"
assert limit({"products": 1.0}, {"infeed": 1.5, "fixed": 2.0}) == "fixed"
for network in list(steps)[::50]:
    step = steps[network]
    device = {"products": step.products, "all-reduce": step.all_reduce}
    device |= {"optimiser": step.optimiser, "layers": step.layers}
    assert limit(device, {"infeed": step.infeed, "fixed": step.fixed}) == step.bottleneck

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: el batch en que cambia el freno
#
# El intercambio de gradientes cuesta $g$ segundos por paso, y enviar los datos, $d$ segundos por ejemplo.
# Escribe `crossing(g, d)`: el batch a partir del cual se espera a los datos. ¿Qué le pasa si la red se vuelve
# el doble de ancha, con cuatro veces más pesos?

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: the batch at which the brake changes
#
# The exchange of gradients costs $g$ seconds for each step, and sending the data, $d$ seconds for each
# example. Write `crossing(g, d)`: the batch from which on one waits for the data. What happens to it if the
# network becomes twice as wide, with four times as many weights?


# %% tags=["solution"]
def crossing(g, d):
    return g / d


# %% tags=["check"]
assert abs(crossing(0.004, 0.000002) - 2000) < 1e-6
assert abs(crossing(4 * 0.004, 0.000002) - 4 * crossing(0.004, 0.000002)) < 1e-9

# %% [markdown] lang="es"
# ## Para llevarte
#
# * La velocidad anunciada es la de una parte. El tiempo lo pone la parte que más tarda del lado que más
#   tarda.
# * El intercambio crece con los pesos, el envío con los ejemplos y los productos con ambos.
# * Mejorar lo que no frena no acelera nada: es la ley de Amdahl.
# * El reparto es del modelo y vale para esta placa y estas redes.
#
# ## Sigue por aquí
#
# [Construye tu TPU](build_your_tpu.md) deja mover cada parte con un control. Quién gana en cada ancho y batch
# frente a una GPU está en el [mapa de ganadores](winner_map.md), y el veredicto sobre «las TPU manejan más
# datos», en el [registro de afirmaciones](claims.md). La lección acompaña lo que el capítulo 00 de [PyTorch
# for Deep Learning](https://www.learnpytorch.io/00_pytorch_fundamentals/) dice de los aceleradores.

# %% [markdown] lang="en"
# ## What to keep
#
# * The advertised speed is that of one part. The time is set by the slowest part of the slower side.
# * The exchange grows with the weights, the infeed with the examples, and the products with both.
# * Improving what does not hold up speeds up nothing: that is Amdahl's law.
# * The division is the model's, and holds for this board and these networks.
#
# ## Where to go next
#
# [Build your own TPU](build_your_tpu.md) lets you move each part with a control. Who wins at each width and
# batch against a GPU is in the [winner map](winner_map.md), and the verdict on “TPUs handle more data” in the
# [ledger of claims](claims.md). The lesson goes with what chapter 00 of [PyTorch for Deep
# Learning](https://www.learnpytorch.io/00_pytorch_fundamentals/) says about accelerators.
