"""
title:
  es: "Compilar un modelo: ¿después de cuántas llamadas conviene?"
  en: "Compiling a model: after how many calls does it pay off?"
summary:
  es: La primera llamada paga segundos y las siguientes pueden ahorrar algo; el punto de equilibrio, medido.
  en: The first call pays seconds and the later ones may save a little; the break-even point, measured.
tags: [benchmark, compile, inductor, XLA]
objectives:
  es:
    - Separar el costo de compilar del de ejecutar, y medir los dos.
    - Calcular después de cuántas llamadas se recupera lo que costó compilar, o decir que nunca.
    - Explicar qué cambia cuando el código compilado ya está en el disco.
  en:
    - Separate the cost of compiling from that of running, and measure both.
    - Compute after how many calls the cost of compiling is recovered, or say that it never is.
    - Explain what changes where the compiled code is on disk already.
prerequisites:
  es:
    - "[Qué limita a una operación](operations.md): por qué fusionar ahorra tiempo."
    - El [método](matrix_product.md) de estas mediciones.
  en:
    - "[What limits an operation](operations.md): why fusing saves time."
    - The [method](matrix_product.md) of these measurements.
"""
# %% [markdown] lang="es"
# En una CPU, `torch.compile` lee tu modelo, junta sus operaciones, escribe un programa en C++ y lo manda
# compilar. Eso lleva segundos y pasa en la primera llamada. Las siguientes pueden ir más rápido. Un
# cronómetro que solo mira las siguientes puede decir que compilar siempre conviene; uno que solo mira la
# primera, que nunca. Aquí se miran ambas cosas y se busca el punto en que empatan.

# %% [markdown] lang="en"
# On a CPU, `torch.compile` reads your model, joins its operations, writes a program in C++ and has it
# compiled. That takes seconds, and it happens in the first call. The later ones may run faster. A stopwatch
# that looks only at the later ones may say that compiling always pays off; one that looks only at the first,
# that it never does. Here we look at both and search for the point where they break even.

# %% [markdown] lang="es" tags=["quiz"]
# Compilar costó 4 s. Sin compilar, una llamada tarda 1,0 ms; compilada, 0,9 ms. ¿Después de cuántas llamadas
# conviene?
#
# - [ ] Desde la segunda, porque cada una es más rápida: lo es, pero hay 4 s que recuperar.
# - [ ] Después de 4000, porque a 1 ms cada una son 4 s: eso sería si la compilada no tardara nada.
# - [x] Después de 40 000: se recuperan 0,1 ms por llamada.

# %% [markdown] lang="en" tags=["quiz"]
# Compiling took 4 s. A call takes 1.0 ms without compiling and 0.9 ms with it. After how many calls does it
# pay off?
#
# - [ ] From the second one on, since each one is faster: it is, but there are 4 s to recover.
# - [ ] After 4000, since at 1 ms each those are 4 s: that would be so if the compiled one took no time.
# - [x] After 40,000: each call recovers 0.1 ms.

# %% [markdown] lang="es"
# ## La máquina y sus filas
#
# `eager` es PyTorch sin compilar e `inductor`, su compilador. La fila de las herramientas dice lo que cuesta
# la primera compilación de todas, la de una función de una línea.

# %% [markdown] lang="en"
# ## The machine and its rows
#
# `eager` is PyTorch without compiling and `inductor` its compiler. The row of the tools tells what the very
# first compilation costs, that of a function of one line.

# %%
import math

import matplotlib.pyplot as plt

from tutorials_lib import tr
from tutorials_lib.bench import compare, report, suite
from tutorials_lib.plots import color, localized

compiled = suite.load("compile")
compiled.card()

# %%
FAMILIES = {
    "fully_connected": tr(es="densa", en="dense"),
    "convolutional": tr(es="convolucional", en="convolutional"),
    "transformer": tr(es="transformer", en="transformer"),
}


def name(cell):
    if cell.operation == "toolchain":
        return tr(es="las herramientas, inductor", en="the tools, inductor")
    how = {"cpu": "eager"}.get(cell.backend, cell.backend)
    return f"{FAMILIES[cell.parameters['family']]}, {how}"


compiled.table(compiled.here.cells, name)

# %% [markdown] lang="es"
# `{python} compiled.state()`
#
# ## El punto de equilibrio
#
# Si la primera llamada compilada cuesta $C$ segundos más que la primera sin compilar, y cada una de las
# siguientes baja de $t_e$ a $t_c$, se empata después de
#
# $$n = \frac{C}{t_e - t_c}$$
#
# llamadas. Si $t_c$ no es menor que $t_e$ en más que el ruido, no hay $n$: la respuesta honrada es «no se ha
# visto que convenga».

# %% [markdown] lang="en"
# `{python} compiled.state()`
#
# ## The break-even point
#
# If the first compiled call costs $C$ seconds more than the first one without compiling, and each of the
# later ones goes down from $t_e$ to $t_c$, they break even after
#
# $$n = \frac{C}{t_e - t_c}$$
#
# calls. If $t_c$ is not below $t_e$ by more than the noise, there is no $n$: the honest answer is “it has not
# been seen to pay off”.


# %%
# es: lo ahorrado se calcula en unidades de calibración, como el veredicto: no puede contradecirlo
# en: what is saved is computed in calibration units, as the verdict is: it cannot contradict it
def break_even(eager, compiled_cell, first_seconds):
    saved = eager.median_seconds * (1 - compiled_cell.units / eager.units)
    return max(0.0, first_seconds - eager.first_call_seconds) / saved


def pays_off(eager, other):
    if not compare.comparable(eager, other):
        return None
    return compare.compare(other, eager, compiled.noise).verdict == "faster"


pairs = {
    family: (compiled.one(family=family, backend="cpu"), compiled.one(family=family, backend="inductor"))
    for family in FAMILIES
}


# %%
def calls(family, first_seconds):
    verdict = pays_off(*pairs[family])
    if verdict is None:
        return tr(es="sin comparar", en="not compared")
    if not verdict:
        return tr(es="no se ha visto que convenga", en="not seen to pay off")
    return f"≈ {report.whole(compare.round_to_noise(break_even(*pairs[family], first_seconds)))}"


head = (
    tr(es="red", en="network"),
    tr(es="compilada frente a eager", en="compiled against eager"),
    tr(es="llamadas, en frío", en="calls, cold"),
    tr(es="llamadas, con el código en el disco", en="calls, with the code on disk"),
)
rows = []
for family, (eager, other) in pairs.items():
    cold, warm = other.first_call_seconds, other.warm_call_seconds
    rows.append((FAMILIES[family], compiled.versus(other, eager), calls(family, cold), calls(family, warm)))
report.table(head, rows)

# %% [markdown] lang="es"
# ## Tiempo acumulado
#
# Antes de mirar: en ejes logarítmicos, ¿qué forma tiene el tiempo total de quien paga mucho al principio?

# %% [markdown] lang="en"
# ## Accumulated time
#
# Before you look: on logarithmic axes, what is the shape of the total time of whoever pays much at first?

# %%
# alt es: tiempo acumulado frente a llamadas, por red: eager, compilada en frío y con el código en el disco.
# alt en: accumulated time over calls, per network: eager, compiled cold, and with the code on disk.
fig, axes = plt.subplots(1, len(pairs), figsize=(7.6, 3.4), sharey=True)
counts = [10 ** (step / 4) for step in range(29)]
for ax, (family, (eager, other)) in zip(axes, pairs.items(), strict=True):
    lines = {
        "eager": (eager.first_call_seconds, eager, "blue", "-"),
        tr(es="en frío", en="cold"): (other.first_call_seconds, other, "ember", "--"),
        tr(es="código en el disco", en="code on disk"): (other.warm_call_seconds, other, "green", ":"),
    }
    for label, (first, cell, hue, dash) in lines.items():
        total = [first + (count - 1) * cell.median_seconds for count in counts]
        ax.plot(counts, total, dash, color=color(hue), label=label)
    ax.set(xscale="log", yscale="log", title=FAMILIES[family], xlabel=tr(es="llamadas", en="calls"))
    ax.set_xticks([1, 1e3, 1e6], ["1", "10³", "10⁶"])
    ax.minorticks_off()
axes[0].set_ylabel(tr(es="segundos en total", en="seconds in total"))
axes[0].yaxis.set_major_formatter(lambda value, _: localized(f"{value:g}"))
fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)

# %% tags=["hidden"]
cold = [other.first_call_seconds for _, other in pairs.values()]
warm = [other.warm_call_seconds for _, other in pairs.values()]
saved_by_disk = min(first / again for first, again in zip(cold, warm, strict=True))
told = [family for family in pairs if pays_off(*pairs[family]) is not None]
good = [FAMILIES[family] for family in told if pays_off(*pairs[family])]
tools = compiled.one(operation="toolchain").first_call_seconds
assert all(math.isfinite(value) and value > 0 for value in (*cold, *warm, tools))
assert min(cold) > max(eager.first_call_seconds for eager, _ in pairs.values())

# %% [markdown] lang="es"
# **El hallazgo.** En frío, la primera llamada cuesta entre `{python} report.duration(min(cold))` y
# `{python} report.duration(max(cold))`; con el código ya en el disco, al menos
# `{python} report.factor(saved_by_disk)` veces menos. Redes que se pueden comparar, porque ningún otro
# proceso estorbó: `{python} len(told)` de `{python} len(pairs)`; entre ellas, más rápidas al compilar:
# `{python} len(good)`. Preparar las herramientas, una vez por máquina, costó
# `{python} report.duration(tools)`. Una primera llamada se mide una sola vez por corrida: su número dice el
# orden de magnitud, no más.

# %% [markdown] lang="en"
# **The finding.** Cold, the first call costs between `{python} report.duration(min(cold))` and
# `{python} report.duration(max(cold))`; with the code on disk already, at least
# `{python} report.factor(saved_by_disk)` times less. Networks that can be compared, since no other process
# got in the way: `{python} len(told)` of `{python} len(pairs)`; among them, faster when compiled:
# `{python} len(good)`. Preparing the tools, once per machine, cost `{python} report.duration(tools)`. A first
# call is measured just once per run: its number tells the order of magnitude, no more.

# %% [markdown] lang="es"
# ## Cuándo se compila otra vez
#
# El código compilado sirve para las formas con las que se compiló. Con otro tamaño de batch, Dynamo (la parte
# de `torch.compile` que lee Python) compila de nuevo, y esa segunda versión ya admite tamaños variables en
# ese eje. Otro tipo de dato u otro rango cuesta una compilación más cada vez. Tras ocho de una misma función
# (`torch._dynamo.config.recompile_limit`), Dynamo se rinde: avisa y ejecuta los casos nuevos sin compilar.

# %% [markdown] lang="en"
# ## When it compiles again
#
# Compiled code serves the shapes it was compiled for. With another batch size Dynamo (the part of
# `torch.compile` that reads Python) compiles anew, and this second version already accepts sizes that vary
# along that axis. Another data type or another rank costs one more compilation each time. After eight of one
# function (`torch._dynamo.config.recompile_limit`) Dynamo gives up: it warns and runs the new cases without
# compiling.

# %% [markdown] lang="es"
# ## Lo que falta

# %% [markdown] lang="en"
# ## What is missing

# %%
compiled.missing(
    [
        ("xla", tr(es="XLA en la CPU", en="XLA on the CPU")),
        ("cuda-inductor", tr(es="CUDA, compilado", en="CUDA, compiled")),
    ]
)

# %% [markdown] lang="es"
# ## El código, las órdenes y los datos

# %% [markdown] lang="en"
# ## The code, the commands and the data

# %%
compiled.code("test_toolchain", "test_network")

# %%
compiled.commands()

# %%
compiled.downloads()

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: el punto de equilibrio
#
# Escribe `even_after(cost, before, after)`: después de cuántas llamadas se recupera `cost` si cada una baja
# de `before` a `after` segundos. Devuelve `math.inf` si no baja.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: the break-even point
#
# Write `even_after(cost, before, after)`: after how many calls `cost` is recovered if each one goes down from
# `before` to `after` seconds. Return `math.inf` if it does not go down.


# %% tags=["solution"]
def even_after(cost, before, after):
    return cost / (before - after) if after < before else math.inf


# %% tags=["check"]
assert abs(even_after(4.0, 1e-3, 0.9e-3) - 40_000) < 1
assert even_after(4.0, 1e-3, 1e-3) == math.inf
assert even_after(4.0, 1e-3, 2e-3) == math.inf

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: con el ruido a la vista
#
# Las dos medianas tienen un error relativo `noise`. Escribe `surely_even(cost, before, after, noise)`: el
# punto de equilibrio en el peor caso que el ruido permite, con `before` más bajo y `after` más alto en esa
# proporción. Entonces `math.inf` significa que el ruido no deja afirmar nada.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: with the noise in view
#
# Both medians have a relative error `noise`. Write `surely_even(cost, before, after, noise)`: the break-even
# point in the worst case that noise permits, with `before` lower and `after` higher by that proportion. Then
# `math.inf` means that noise permits no claim.


# %% tags=["solution"]
def surely_even(cost, before, after, noise):
    return even_after(cost, before * (1 - noise), after * (1 + noise))


# %% tags=["check"]
assert surely_even(4.0, 1e-3, 0.9e-3, 0.2) == math.inf
assert abs(surely_even(4.0, 1e-3, 0.5e-3, 0.2) - 4.0 / (0.8e-3 - 0.6e-3)) < 1e-6

# %% [markdown] lang="es"
# ## Para llevarte
#
# * Compilar es una inversión: segundos al principio a cambio de una parte de cada llamada.
# * Conviene cuando vas a llamar más veces que el punto de equilibrio y los tipos y rangos no cambian.
# * El código en el disco abarata la primera llamada de mañana, no la de hoy.
#
# ## Sigue por aquí
#
# [Qué limita a una operación](operations.md) y las [redes enteras](model_sweeps.md). El libro abierto del
# curso trata `torch.compile` en [PyTorch 2.0](https://www.learnpytorch.io/pytorch_2_intro/).

# %% [markdown] lang="en"
# ## What to keep
#
# * Compiling is an investment: seconds at first in exchange for a part of every call.
# * It pays off where you will call more often than the break-even point, and types and ranks do not change.
# * Code on disk makes tomorrow's first call cheaper, not today's.
#
# ## Where to go next
#
# [What limits an operation](operations.md) and [whole networks](model_sweeps.md). The open book of the course
# treats `torch.compile` in [PyTorch 2.0](https://www.learnpytorch.io/pytorch_2_intro/).
