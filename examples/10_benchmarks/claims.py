"""
title:
  es: "El registro de afirmaciones"
  en: "The ledger of claims"
summary:
  es: Lo que las notas dicen de CPU, GPU y TPU, con un veredicto calculado por los datos cada vez.
  en: What the notes say about CPU, GPU and TPU, with a verdict computed from the data every time.
tags: [benchmark, TPU, GPU, CPU, claims]
objectives:
  es:
    - Convertir una frase general en una regla que los datos puedan contradecir.
    - Distinguir rendimiento de aprovechamiento, y la placa de cada chip.
    - Decir qué dato haría cambiar un veredicto.
  en:
    - Turn a general sentence into a rule that data can contradict.
    - Tell throughput from utilisation, and a board from each of its chips.
    - Say which datum would change a verdict.
prerequisites:
  es:
    - Qué hace una CPU, una GPU y una TPU, como en [dispositivos](../fundamentals/devices.md).
    - Cuándo dos números difieren y cuándo es ruido, como en el [producto de matrices](matrix_product.md).
  en:
    - What a CPU, a GPU and a TPU do, as in [devices](../fundamentals/devices.md).
    - When two numbers differ and when it is noise, as in the [matrix product](matrix_product.md).
"""
# %% [markdown] lang="es"
# «Las TPU son para redes convolucionales, las GPU para redes completamente conectadas y las CPU para redes
# recurrentes.» La frase está en muchas notas de curso, también en las que dieron origen a este sitio. Suena a
# regla y no dice de qué máquina, de qué tamaño ni contra qué. Al final de la página sabrás cómo convertir una
# frase así en una pregunta que un dato pueda contestar, y qué contestan los que tenemos.
#
# Esta página abre la galería de mediciones: primero los veredictos, después en qué se apoyan, y al final las
# [máquinas](#the-machines) y [todas las páginas](#the-pages-of-the-gallery).
#
# **Aquí nadie escribe un veredicto.** Una función aplica una regla a filas de datos cada vez que se construye
# la página. Si llega una fila que lo cambia, cambia solo. Si no hay datos, lo dice.

# %% [markdown] lang="en"
# “TPUs are for convolutional networks, GPUs for fully connected networks and CPUs for recurrent networks.”
# The sentence stands in many course notes, including those that this site grew from. It sounds like a rule,
# and it does not say which machine, which size, or against what. By the end of the page you will know how to
# turn such a sentence into a question that a datum can answer, and what the data we have answer.
#
# This page opens the gallery of benchmarks: first the verdicts, then what they rest on, and at the end the
# [machines](#the-machines) and [all the pages](#the-pages-of-the-gallery).
#
# **Nobody writes a verdict here.** A function applies a rule to rows of data every time the page is built. If
# a row arrives that changes it, it changes by itself. If there are no data, it says so.

# %% [markdown] lang="es" tags=["quiz"]
# «Las GPU son para redes completamente conectadas.» ¿Qué resultado bastaría para decir que la frase, así de
# general, no se sostiene?
#
# - [ ] Que una TPU gane en promedio: un promedio puede ocultar que cada máquina gana en su propia región.
# - [x] Que otra máquina gane con claridad en una parte de esas redes que no sea anecdótica: una frase general
#   cae con contraejemplos, gane quien gane en promedio.
# - [ ] Que una sola medición la contradiga por poco: menos que el ruido no es un contraejemplo.

# %% [markdown] lang="en" tags=["quiz"]
# “GPUs are for fully connected networks.” Which result would be enough to say that the sentence, as general
# as that, does not stand?
#
# - [ ] That a TPU wins on average: an average may hide that each machine wins in a region of its own.
# - [x] That another machine wins clearly in a part of those networks that is not anecdotal: a general
#   sentence falls to counterexamples, whoever wins on average.
# - [ ] That a single measurement contradicts it by a little: less than the noise is no counterexample.

# %%
import matplotlib.pyplot as plt
import numpy as np
import torch

from tutorials_lib import tr
from tutorials_lib.bench import claims, paradnn, precision, provenance, results
from tutorials_lib.plots import MARKERS, color, legend_above, localized

# %% [markdown] lang="es"
# ## El registro
#
# Cada fila es una frase de las notas. El signo de la última columna dice de dónde vienen sus datos: ● medido,
# ◎ medido por otros, ◐ compilado sin ejecutar, ○ modelado, ❝ citado.

# %% [markdown] lang="en"
# ## The ledger
#
# Each row is a sentence of the notes. The sign in the last column says where its data come from: ● measured,
# ◎ measured by others, ◐ compiled without running, ○ modelled, ❝ quoted.

# %%
found = paradnn.findings()
runs = results.read_all(results.repository() / results.RESULTS)


def normal(rows, columns, generator):
    return torch.randn(rows, columns, generator=generator)


errors = precision.errors_over_length([64, 512, 4096], normal)

# %%
rulings = {
    tr(
        es="Las GPU son para redes completamente conectadas.",
        en="GPUs are for fully connected networks.",
    ): claims.gpus_for_fully_connected(found),
    tr(
        es="Las TPU son para redes convolucionales.",
        en="TPUs are for CNNs.",
    ): claims.tpus_for_cnns(runs=runs),
    tr(es="Las CPU son para redes recurrentes.", en="CPUs are for RNNs."): claims.cpus_for_rnns(),
    tr(es="Las TPU manejan más datos.", en="TPUs handle more data."): claims.tpus_handle_more_data(found),
    tr(es="Las TPU pierden precisión.", en="TPUs lose precision."): claims.tpus_lose_precision(errors),
    tr(
        es="CUDA está afinada para convolución, producto y activación.",
        en="CUDA is tuned for convolution, product and activation.",
    ): claims.cuda_is_tuned(runs),
    tr(es="CUDA usa muchos núcleos.", en="CUDA uses many cores."): claims.cuda_uses_many_cores(runs),
    tr(es="PyTorch corre en varias GPU.", en="PyTorch runs on several GPUs."): claims.several_devices(found),
}
claims.ledger(rulings)

# %% tags=["hidden"]
fully, cnns, rnns, data, digits, tuned, cores, several = rulings.values()
assert all(ruling.flips for ruling in rulings.values())
assert all(bool(ruling.provenance) != (ruling.verdict == "not recorded yet") for ruling in rulings.values())
decided = sum(ruling.verdict != "not recorded yet" for ruling in rulings.values())
waiting = len(rulings) - decided
unqualified = sum(ruling.verdict == "holds" for ruling in rulings.values())
ratios = list(found.versus_gpu.values())
board_mean = claims.geometric_mean(ratios)
per_chip = claims.Tally.of(ratio / claims.V2_CHIPS for ratio in ratios)

# %% [markdown] lang="es"
# De las `{python} len(rulings)` afirmaciones, `{python} decided` tienen veredicto, `{python} waiting` esperan
# datos y `{python} unqualified` se cumplen sin más. Que una frase falle *como está escrita* no vuelve
# verdadera su contraria: «las TPU son para redes completamente conectadas» fallaría también.

# %% [markdown] lang="en"
# Of the `{python} len(rulings)` claims, `{python} decided` have a verdict, `{python} waiting` wait for data
# and `{python} unqualified` hold without qualification. That a sentence fails *as it is written* does not
# make its opposite true: “TPUs are for fully connected networks” would fail as well.

# %% [markdown] lang="es"
# ## Cómo se marca la procedencia
#
# Ningún número de la galería aparece sin decir de dónde viene. Lo dicen un signo y una palabra en las tablas,
# y una trama y un trazo en las figuras, nunca el color solo. Un número que nadie midió lleva dos cifras y una
# banda.

# %% [markdown] lang="en"
# ## How provenance is marked
#
# No number of the gallery appears without saying where it comes from. A symbol and a word say so in tables,
# a pattern and a dash in figures, never the colour alone. A number that nobody measured has two digits and a
# band.

# %%
# alt es: Las cinco procedencias con su signo, palabra, trama de barra y trazo: medido, medido por otros…
# alt en: The five provenances with symbol, word, bar pattern and dash: measured, measured by others…
fig, ax = plt.subplots(figsize=(6.4, 2.0))
for place, mark in enumerate(provenance.MARKS.values()):
    face = "none" if mark.hatch else color("blue")
    ax.barh(place, 1, height=0.6, color=face, edgecolor=color("blue"), hatch=mark.hatch)
    ax.plot([1.3, 2.6], [place, place], linestyle=mark.dash, color=color("blue"))
ax.set_yticks(range(len(provenance.MARKS)), [provenance.tag(name) for name in provenance.MARKS])
ax.set_xticks([])
ax.invert_yaxis()
ax.grid(visible=False)

# %% [markdown] lang="es"
# ## La regla de los veredictos
#
# Cada fila compara dos máquinas en el mismo trabajo. Gana una si le lleva más del
# `{python} claims.NOISE:.0%`; por debajo de eso es ruido y no cuenta para nadie. La frase «esto es para
# aquello» **se cumple** si gana en más de la mitad de las filas y pierde en menos de una de cada veinte,
# **falla** si pierde en más filas de las que gana, y en lo demás se cumple **en parte**.

# %% [markdown] lang="en"
# ## The rule behind the verdicts
#
# Each row compares two machines on the same work. One of them wins if it leads by more than
# `{python} claims.NOISE:.0%`; below that it is noise and counts for nobody. The sentence “this is for that”
# **holds** if it wins in more than half of the rows and loses in fewer than one in twenty, **fails** if it
# loses in more rows than it wins, and otherwise holds **in part**.

# %%
print(claims.Tally(first=19, second=0, total=20).general())
print(claims.Tally(first=12, second=4, total=20).general())
print(claims.Tally(first=4, second=12, total=20).general())

# %% tags=["hidden"]
torch.manual_seed(0)
verdicts = [claims.Tally(a, b, 20).general() for a, b in ((19, 0), (12, 4), (4, 12))]
assert verdicts == ["holds", "in part", "fails"]

# %% [markdown] lang="es"
# ## Redes completamente conectadas: ancho y batch
#
# Veredicto de la GPU: `{python} claims.verdict_words(fully.verdict)`. ParaDnn midió `{python} len(ratios)`
# redes en las dos máquinas. Antes de mirar: ¿en qué esquina ganará la GPU, en la de capas anchas o en la de
# batches grandes?

# %% [markdown] lang="en"
# ## Fully connected networks: width and batch
#
# Verdict on the GPU: `{python} claims.verdict_words(fully.verdict)`. ParaDnn measured `{python} len(ratios)`
# networks on both machines. Before you look: in which corner will the GPU win, in that of wide layers or in
# that of large batches?

# %%
# alt es: Placa TPU entre V100 frente al batch, una curva por ancho: de bajo 1 (anchas, batch chico) a 11.
# alt en: TPU board over V100 against the batch, one curve for each width: from below 1 (wide, small) to 11.
fig, ax = plt.subplots()
widths, batches = ({getattr(n, name) for n in found.versus_gpu} for name in ("width", "batch"))
looks = zip(sorted(widths), ("blue", "green", "purple", "rose", "ember"), "os^Dv", strict=True)
for width, hue, marker in looks:
    groups = {
        batch: [r for n, r in found.versus_gpu.items() if (n.width, n.batch) == (width, batch)]
        for batch in sorted(batches)
    }
    means = [claims.geometric_mean(group) for group in groups.values() if group]
    places = [batch for batch, group in groups.items() if group]
    ax.plot(
        places, means, marker=marker, color=color(hue), label=tr(es=f"ancho {width}", en=f"width {width}")
    )
ax.axhspan(1 / (1 + claims.NOISE), 1 + claims.NOISE, color=color("grid"), alpha=0.6, linewidth=0)
ax.set(
    xscale="log", yscale="log", xlabel="batch", ylabel=tr(es="◎ placa TPU / V100", en="◎ TPU board / V100")
)
ax.set_yticks(
    [0.2, 0.5, 1, 2, 5, 10], [localized(f"{tick:g}") for tick in (0.2, 0.5, 1, 2, 5, 10)], minor=False
)
ax.set_xticks(sorted(batches), [str(batch) for batch in sorted(batches)], minor=False)
ax.minorticks_off()
legend_above(ax)

# %% tags=["hidden"]
wide_small = [r for n, r in found.versus_gpu.items() if n.width == 8192 and n.batch == 64]
narrow_large = [r for n, r in found.versus_gpu.items() if n.width == 32 and n.batch == 16384]
assert max(wide_small) < 0.5
assert min(narrow_large) > 8
assert fully.verdict == "fails"
assert per_chip.second > per_chip.first
assert board_mean > 1 > board_mean / claims.V2_CHIPS

# %% [markdown] lang="es"
# La GPU gana donde las capas son anchas y el batch chico: la placa gasta el tiempo en sumar gradientes entre
# sus ocho núcleos, y una sola GPU no tiene con quién intercambiarlos. La placa gana con batches grandes, que
# reparte entre cuatro chips. La franja gris es el ruido.
#
# **Una placa no es un chip.** Son cuatro chips contra uno. Si el rendimiento de la placa se divide entre
# cuatro, la media geométrica baja de `{python} board_mean:.1f` a `{python} board_mean / claims.V2_CHIPS:.2f`,
# y la GPU gana en `{python} per_chip.second` redes frente a `{python} per_chip.first` del chip. Dividir
# tampoco es del todo justo, porque un chip solo no tendría que intercambiar nada. Por eso la página dice las
# dos cosas, y la regla se aplica a lo que se midió.

# %% [markdown] lang="en"
# The GPU wins where layers are wide and the batch is small: the board spends its time adding up gradients
# over its eight cores, and a single GPU has nobody to exchange them with. The board wins with large batches,
# which it divides among four chips. The grey strip is the noise.
#
# **A board is not a chip.** It is four chips against one. If the throughput of the board is divided by four,
# the geometric mean falls from `{python} board_mean:.1f` to `{python} board_mean / claims.V2_CHIPS:.2f`, and
# the GPU wins in `{python} per_chip.second` networks against `{python} per_chip.first` of the chip. Dividing
# is not quite fair either, since a single chip would have nothing to exchange. So the page says both, and the
# rule is applied to what was measured.

# %% [markdown] lang="es"
# ## Convolución, densa, recurrente: cuántas veces se usa un peso
#
# Veredictos: convolucionales, `{python} claims.verdict_words(cnns.verdict)`; recurrentes,
# `{python} claims.verdict_words(rnns.verdict)`. La primera TPU se comparó con una CPU Haswell en seis redes
# que atendían usuarios ([Jouppi y otros, 2017](https://doi.org/10.1145/3079856.3080246)).

# %% [markdown] lang="en"
# ## Convolutional, dense, recurrent: how often a weight is used
#
# Verdicts: convolutional, `{python} claims.verdict_words(cnns.verdict)`; recurrent,
# `{python} claims.verdict_words(rnns.verdict)`. The first TPU was compared with a Haswell CPU on six networks
# that served users ([Jouppi and others, 2017](https://doi.org/10.1145/3079856.3080246)).

# %%
# alt es: Barras citadas: TPU v1 entre Haswell en seis redes; MLP0 y CNN0 empatan en 40, las LSTM ganan poco.
# alt en: Quoted bars: TPU v1 over Haswell on six networks; MLP0 and CNN0 tie near 40, the LSTMs hardly gain.
from tutorials_lib.bench import equal_work, specs

fig, ax = plt.subplots()
hues = {"mlp": "blue", "lstm": "green", "cnn": "ember"}
for place, network in enumerate(specs.ISCA_2017):
    ax.bar(place, network.over_haswell, color="none", edgecolor=color(hues[network.kind]), hatch="xx")
    ax.text(place, network.over_haswell, localized(f"{network.over_haswell:g}"), ha="center", va="bottom")
ax.set_xticks(range(len(specs.ISCA_2017)), [network.name for network in specs.ISCA_2017])
ax.set_ylabel(tr(es="❝ TPU v1 / Haswell", en="❝ TPU v1 / Haswell"))
ax.grid(visible=False, axis="x")

# %% tags=["hidden"]
isca = {network.name: network for network in specs.ISCA_2017}
assert abs(isca["CNN0"].over_haswell / isca["MLP0"].over_haswell - 1) < claims.NOISE
assert isca["LSTM1"].over_haswell <= 1 + claims.NOISE
assert isca["CNN1"].over_haswell > 1.5 * isca["MLP0"].over_haswell

million = equal_work.tasks(1)["dense"].flop / 1e6

# %% [markdown] lang="es"
# MLP0 y CNN0 ganan lo mismo: la red densa no es peor por ser densa. Lo que separa a las seis es cuántas veces
# se usa cada peso que llega de la memoria. Una convolución lo usa en cada posición de la imagen; una red
# densa, una vez por ejemplo del batch; una LSTM, una vez por ejemplo en cada paso, que espera al anterior y
# vuelve a traerlo.
#
# En las recurrentes la frase cambió de significado al copiarse. El artículo de ParaDnn habla del
# **aprovechamiento**: qué parte de su máximo usa cada máquina. Una CPU modesta bien usada puede ser más lenta
# que una TPU desperdiciada, y en las dos LSTM de la tabla la CPU no gana ninguna. Compara tú en [¿en qué se
# va el tiempo?](bottlenecks.md).

# %% [markdown] lang="en"
# MLP0 and CNN0 gain the same: the dense network is not worse for being dense. What sets the six apart is how
# often each weight that arrives from memory is used. A convolution uses it at every position of the image; a
# dense network, once for each example of the batch; an LSTM, once for each example in a step, which waits
# for the one before and fetches it again.
#
# With recurrent networks the sentence changed its meaning as it was copied. The ParaDnn paper speaks of
# **utilisation**: which part of its peak each machine uses. A modest CPU well used may be slower than a TPU
# that is wasted, and of the two LSTMs of the table the CPU wins none. Compare for yourself in [where the time
# goes](bottlenecks.md).

# %% [markdown] lang="es"
# ## A igual trabajo: batch y canales
#
# Las seis redes de la tabla piden cuentas distintas, así que no separan la clase de red de su tamaño. El
# modelo sí puede: cuatro redes que hacen las mismas `{python} million:.0f` millones de operaciones por
# ejemplo, en la misma TPU v5e. Dos son convolucionales de 3 × 3, una con 128 canales en imágenes de 8 × 8 y
# otra con 16 canales en imágenes de 64 × 64; una es densa, de 3072 unidades por capa; una es una LSTM de 36
# pasos. Antes de mirar: ¿cuál aprovecha mejor el chip con un solo ejemplo, y cuál con 4096?

# %% [markdown] lang="en"
# ## At equal work: batch and channels
#
# The six networks of the table ask for different amounts of arithmetic, so they do not separate the kind of
# network from its size. The model can: four networks that do the same `{python} million:.0f` million
# operations for each example, on the same TPU v5e. Two are convolutional with 3 × 3 kernels, one of 128
# channels on images of 8 × 8 and one of 16 channels on images of 64 × 64; one is dense, with 3072 units in
# each layer; one is an LSTM of 36 steps. Before you look: which one uses the chip best with a single example,
# and which with 4096?

# %%
shares = equal_work.speeds()
labels = {
    "wide CNN": (tr(es="convolución, 128 canales", en="convolution, 128 channels"), "ember"),
    "narrow CNN": (tr(es="convolución, 16 canales", en="convolution, 16 channels"), "rose"),
    "dense": (tr(es="densa", en="dense"), "blue"),
    "LSTM": ("LSTM", "green"),
}

# alt es: Parte del pico modelada frente al batch, con bandas: las redes suben y la de 16 canales se estanca.
# alt en: Modelled share of the peak over the batch, with bands: networks rise, that of 16 channels stalls.
fig, ax = plt.subplots(figsize=(6.4, 4.2))
looks = zip((0.88, 0.96, 1.04, 1.13), MARKERS, labels.items(), strict=False)
for shift, marker, (name, (label, hue)) in looks:
    places = [shift * batch for batch in equal_work.BATCHES]
    provenance.draw(ax, places, [equal_work.estimate(share) for share in shares[name]], label, hue, marker)
ax.set(xscale="log", yscale="log", xlabel="batch", ylabel=tr(es="parte del pico (%)", en="share of peak (%)"))
ax.set_xticks(equal_work.BATCHES, [str(batch) for batch in equal_work.BATCHES], minor=False)
ax.set_yticks([0.3, 1, 3, 10, 30, 100], [localized(t) for t in ("0.3", "1", "3", "10", "30", "100")])
ax.minorticks_off()
legend_above(ax)

# %% tags=["hidden"]
modelled = claims.Tally.of(equal_work.modelled_ratios(shares), equal_work.LEAD)
first, last = ({name: equal_work.estimate(shares[name][place]).text for name in labels} for place in (0, -1))
assert shares["wide CNN"][0] / shares["dense"][0] > 5
assert all(1 / 1.01 < shares["wide CNN"][-1] / shares[name][-1] < 1.05 for name in ("dense", "LSTM"))
assert shares["narrow CNN"][-1] < 0.1 < shares["dense"][-1]
assert shares["narrow CNN"][0] > shares["dense"][0]

# %% [markdown] lang="es"
# Con un ejemplo, la convolución de 128 canales llega al `{python} first["wide CNN"]` del pico y la densa al
# `{python} first["dense"]`: cada peso de la densa se trae de la memoria para usarlo una vez. Con 4096
# ejemplos ya no hay diferencia (`{python} last["wide CNN"]` y `{python} last["dense"]`): el batch hace por la
# densa lo que las posiciones de la imagen hacen por la convolución. La de 16 canales se queda en
# `{python} last["narrow CNN"]` con cualquier batch, porque sus 16 columnas dejan vacías 112 de las 128 del
# arreglo. Lo que decide es cuántas veces se usa un peso y si la red llena el arreglo.
#
# **La banda** es de ± `{python} equal_work.BAND:.0%`, lo que el modelo se aparta en la mitad de los productos
# sueltos de la [validación](validation.md); en los peores, mucho más. Por eso aquí una ventaja solo cuenta si
# pasa del `{python} equal_work.LEAD:.0%`: así adelanta una convolución en `{python} modelled.first` de
# `{python} modelled.total` comparaciones y se atrasa en `{python} modelled.second`. El modelo trae los pesos
# de la LSTM en cada paso; un chip que los guarde entre pasos ganaría con batches chicos.

# %% [markdown] lang="en"
# With one example, the convolution of 128 channels reaches `{python} first["wide CNN"]` of the peak and the
# dense network `{python} first["dense"]`: each weight of the latter is fetched from memory to be used once.
# With 4096 examples there is no difference any more (`{python} last["wide CNN"]` and
# `{python} last["dense"]`): the batch does for the dense network what the positions of the image do for the
# convolution. That of 16 channels stays at `{python} last["narrow CNN"]` with any batch, since its 16 columns
# leave 112 of the 128 of the array empty. What decides is how often a weight is used and whether the network
# fills the array.
#
# **The band** is ± `{python} equal_work.BAND:.0%`, as far as the model strays for half of the single products
# of the [validation](validation.md); in the worst ones, far more. That is why a lead counts here only beyond
# `{python} equal_work.LEAD:.0%`: so a convolution leads in `{python} modelled.first` of
# `{python} modelled.total` comparisons and lags in `{python} modelled.second`. The model fetches the weights
# of the LSTM at every step; a chip that keeps them between steps would gain with small batches.

# %% [markdown] lang="es"
# El segundo testigo es el compilador de Google, que planifica una red para una TPU sin tenerla y estima sus
# ciclos (◐). Sus redes no piden exactamente las mismas cuentas; se compara cada convolucional con la densa y
# la recurrente que más se le acercan, si no distan más del doble. El cociente es de operaciones por segundo.

# %% [markdown] lang="en"
# The second witness is Google's compiler, which schedules a network for a TPU without having one and
# estimates its cycles (◐). Its networks do not ask for exactly the same arithmetic; each convolutional one is
# compared with the dense and the recurrent one that come closest, if within a factor of two. The quotient is
# one of operations per second.


# %% tags=["hidden"]
def told(cell):
    numbers = cell.parameters
    if "filters" in numbers:
        return tr(es="CNN, {filters} filtros", en="CNN, {filters} filters").format(**numbers)
    if "nodes" in numbers:
        return tr(es="densa de {nodes}, batch {batch}", en="dense {nodes}, batch {batch}").format(**numbers)
    return tr(es="LSTM de {embedding}, batch {batch}", en="LSTM {embedding}, batch {batch}").format(**numbers)


# %%
from tutorials_lib.bench import report

pairs = list(equal_work.compiled_pairs(runs))
head = "chip", tr(es="redes", en="networks"), tr(es="trabajo", en="work"), tr(es="◐ velocidad", en="◐ speed")
rows = [
    (
        cnn.backend.removeprefix("tpu-"),
        f"{told(cnn)} / {told(other)}",
        report.number(cnn.flop / other.flop, 2),
        equal_work.compiled_estimate(cnn, other).text,
    )
    for cnn, other in pairs
]
report.table(head, rows or [(tr(es="aún sin registrar", en="not recorded yet"), "–", "–", "–")])

# %% tags=["hidden"]
compiled = claims.Tally.of((equal_work.compiled_ratio(*pair) for pair in pairs), equal_work.LEAD)
witness = (
    tr(
        es=f"La convolución adelanta en {compiled.first} de {compiled.total} y se atrasa en "
        f"{compiled.second}; el resto no pasa del error.",
        en=f"The convolution leads in {compiled.first} of {compiled.total} and lags in {compiled.second}; "
        "the rest stays within the error.",
    )
    if pairs
    else tr(es="Aún no hay registro.", en="Nothing is recorded yet.")
)
assert all(cnn.parameters["filters"] <= 32 for cnn, _ in pairs), "the page says that they have few channels"

# %% [markdown] lang="es"
# `{python} witness` Estas convolucionales tienen pocos canales y, además de productos, normas y sumas que
# solo mueven bytes. Con más canales la comparación sería otra, como en la figura: «convolucional» no dice
# bastante de una red.

# %% [markdown] lang="en"
# `{python} witness` These convolutional networks have few channels and, besides products, norms and additions
# that only move bytes. With more channels the comparison would be another, as in the figure: “convolutional”
# does not say enough about a network.

# %% [markdown] lang="es"
# ## Dónde se dice y dónde se prueba
#
# * **Convolucionales, densas, recurrentes:** se dice en [dispositivos](../fundamentals/devices.md); se prueba
#   aquí, en el [mapa de ganadores](winner_map.md) y, con lo medido en esta galería, en [redes
#   enteras](model_sweeps.md).
# * **Más datos** (`{python} claims.verdict_words(data.verdict)`): se dice en
#   [dispositivos](../fundamentals/devices.md). Una placa rápida espera más: la frena lo que el anfitrión
#   tarda en servirle, como cuenta [en qué se va el tiempo](bottlenecks.md).
# * **Menos precisión** (`{python} claims.verdict_words(digits.verdict)`): se dice en
#   [dispositivos](../fundamentals/devices.md). Se pierde al elegir bfloat16 y se recupera con más pasadas,
#   como cuenta [qué cifras sobreviven](precision.md).
# * **CUDA afinada** (`{python} claims.verdict_words(tuned.verdict)`) y **sus muchos núcleos**
#   (`{python} claims.verdict_words(cores.verdict)`): se dice en [dispositivos](../fundamentals/devices.md).
#   Lo deciden las mediciones de una máquina con GPU, por las reglas de `tutorials_lib.bench.claims`; sus
#   filas salen en el [producto de matrices](matrix_product.md) y en [las operaciones](operations.md).
# * **Varias GPU** (`{python} claims.verdict_words(several.verdict)`): se dice en [muchos
#   procesos](../fundamentals/many_processes.md). PyTorch corre en una y en varias; que rinda depende de
#   cuánto pesa el intercambio, y eso aquí solo está modelado, con núcleos TPU.
# * **Rápido y eficiente:** se dice en [por qué PyTorch](../fundamentals/why_pytorch.md), y no hay una sola
#   página que lo decida: depende de la operación, y para eso es la galería.

# %% [markdown] lang="en"
# ## Where it is said and where it is tested
#
# * **Convolutional, dense, recurrent:** said in [devices](../fundamentals/devices.md); tested here, in the
#   [winner map](winner_map.md) and, with what this gallery measured, in [whole networks](model_sweeps.md).
# * **More data** (`{python} claims.verdict_words(data.verdict)`): said in
#   [devices](../fundamentals/devices.md). A fast board waits more: what holds it up is how long the host
#   takes to serve it, as [where the time goes](bottlenecks.md) tells.
# * **Less precision** (`{python} claims.verdict_words(digits.verdict)`): said in
#   [devices](../fundamentals/devices.md). It is lost by choosing bfloat16 and comes back with more passes, as
#   [which digits survive](precision.md) tells.
# * **CUDA is tuned** (`{python} claims.verdict_words(tuned.verdict)`) and **has many cores**
#   (`{python} claims.verdict_words(cores.verdict)`): said in [devices](../fundamentals/devices.md). The
#   measurements of a machine with a GPU decide, by the rules of `tutorials_lib.bench.claims`; their rows are
#   in the [matrix product](matrix_product.md) and in [the operations](operations.md).
# * **Several GPUs** (`{python} claims.verdict_words(several.verdict)`): said in [many
#   processes](../fundamentals/many_processes.md). PyTorch runs on one and on several; whether that pays off
#   depends on the weight of the exchange, and here that is only modelled, with TPU cores.
# * **Fast and efficient:** said in [why PyTorch](../fundamentals/why_pytorch.md), and no single page decides
#   it: it depends on the operation, and that is what the gallery is for.

# %% [markdown] lang="es"
# ## Las máquinas
#
# De dónde sale cada número. Las nuestras registran con `make bench`; de las demás solo hay lo que otros
# publicaron, lo que dice su compilador o lo que calcula el modelo, y no se mezclan.

# %% [markdown] lang="en"
# ## The machines
#
# Where each number comes from. Our own record with `make bench`; of the others there is only what others
# published, what their compiler says or what the model computes, and these are not mixed.

# %%
from tutorials_lib.bench import overview

overview.machines(runs, found)

# %% tags=["hidden"]
assert any(run.suite == "matmul" for run in runs)

# %% [markdown] lang="es"
# ## Las páginas de la galería
#
# **Medido aquí.** [Producto de matrices](matrix_product.md), con el método de todas las series ·
# [operaciones](operations.md) · [redes enteras](model_sweeps.md) · [precisión](precision.md) ·
# [compilar](compile_break_even.md) · [cargar datos](data_loading.md) · [hilos](threads.md) · [lo que cuesta
# cada lección](lessons.md).
#
# **Modelado y comprobado con mediciones de otros.** [Construye tu TPU](build_your_tpu.md) ·
# [validación](validation.md) · [en qué se va el tiempo](bottlenecks.md) · [mapa de ganadores](winner_map.md).
#
# **Para ti.** [Adivina primero](guess_first.md) · [cómo no medir](how_not_to_benchmark.md) · [tus resultados
# junto a los nuestros](your_results.md).

# %% [markdown] lang="en"
# ## The pages of the gallery
#
# **Measured here.** [Matrix product](matrix_product.md), with the method of all suites ·
# [operations](operations.md) · [whole networks](model_sweeps.md) · [precision](precision.md) ·
# [compiling](compile_break_even.md) · [loading data](data_loading.md) · [threads](threads.md) · [what every
# lesson costs](lessons.md).
#
# **Modelled and checked against measurements of others.** [Build your own TPU](build_your_tpu.md) ·
# [validation](validation.md) · [where the time goes](bottlenecks.md) · [winner map](winner_map.md).
#
# **For you.** [Guess first](guess_first.md) · [how not to benchmark](how_not_to_benchmark.md) · [your results
# beside ours](your_results.md).

# %% [markdown] lang="es"
# ## Las órdenes y los datos
#
# Con qué se vuelve a hacer cada archivo en que se apoya el registro, desde la carpeta del repositorio, y los
# archivos tal como están en él. La precisión se calcula al construir esta página.

# %% [markdown] lang="en"
# ## The commands and the data
#
# What makes each file anew on which the ledger rests, from the folder of the repository, and the files as
# they are in it. Precision is computed as this page is built.

# %%
from tutorials_lib.bench import derived, suite

head = (
    tr(es="signo", en="sign"),
    tr(es="en qué se apoya", en="what it rests on"),
    tr(es="orden", en="command"),
)
paper = '<a href="https://doi.org/10.1145/3079856.3080246">doi:10.1145/3079856.3080246</a>'
sources = [
    ("◎ ○", "paradnn.json, tpu_products.json", f"<code>{derived.COMMAND}</code>"),
    ("◐", "tpu_aot.json", "<code>make bench-tpu-aot</code>"),
    ("●", "CUDA: matmul, operations, models", "<code>make bench-cuda</code>"),
    ("❝", "src/tutorials_lib/bench/specs.py", tr(es=f"citado de {paper}", en=f"quoted from {paper}")),
]
report.table(head, sources)

# %%
derived.commands(derived.STEPS, derived.PRODUCTS)

# %%
mine = [run for run in runs if run.provenance == "compiled-not-run"]
links = "".join(report.download(run, suite.file_name(run)) for run in mine)
report.Html(derived.downloads(derived.STEPS, derived.PRODUCTS) + links)

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: el veredicto
#
# Escribe `verdict(ratios)` con la regla de esta página: `ratios` son cocientes de rendimiento de la primera
# máquina entre la segunda; devuelve `"holds"`, `"in part"` o `"fails"`. Piensa antes qué pasa si todos los
# cocientes están entre 0,9 y 1,1.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: the verdict
#
# Write `verdict(ratios)` with the rule of this page: `ratios` are quotients of throughput, the first machine
# over the second; it returns `"holds"`, `"in part"` or `"fails"`. Think first of what happens if all
# quotients lie between 0.9 and 1.1.


# %% tags=["solution"]
def verdict(ratios):
    wins = sum(ratio > 1.2 for ratio in ratios)
    losses = sum(ratio < 1 / 1.2 for ratio in ratios)
    if losses * 20 < len(ratios) and wins * 2 > len(ratios):
        return "holds"
    return "fails" if losses > wins else "in part"


# %% tags=["check"]
assert verdict([0.95, 1.0, 1.05]) == "in part"
assert verdict([1.5] * 10) == "holds"
assert verdict([1.5] * 10 + [0.5]) == "in part"
assert verdict([1 / ratio for ratio in found.versus_gpu.values()]) == fully.verdict

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: el promedio de cocientes
#
# Una red va el doble de rápido en la placa y otra va a la mitad. Escribe `mean_ratio(ratios)` de modo que
# esas dos den 1, y que invertir todos los cocientes invierta el resultado. ¿Qué daría la media aritmética?

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: the mean of quotients
#
# One network runs twice as fast on the board and another at half the speed. Write `mean_ratio(ratios)` so
# that these two give 1, and that inverting all quotients inverts the result. What would the arithmetic mean
# give?


# %% tags=["solution"]
def mean_ratio(ratios):
    return float(np.exp(np.mean(np.log(list(ratios)))))


# %% tags=["check"]
assert abs(mean_ratio([2.0, 0.5]) - 1) < 1e-9
both = list(found.versus_gpu.values())
assert abs(mean_ratio(both) * mean_ratio([1 / ratio for ratio in both]) - 1) < 1e-9
assert abs(mean_ratio(both) - claims.geometric_mean(both)) < 1e-9

# %% [markdown] lang="es"
# ## Para llevarte
#
# * «X es para Y» no dice nada hasta que se sabe qué máquina, qué tamaño, contra qué y con cuánto ruido.
# * Un promedio y una regla general son preguntas distintas: la segunda cae con contraejemplos.
# * Rendimiento y aprovechamiento no son lo mismo, ni una placa y un chip.
# * Un veredicto honesto dice qué dato lo cambiaría.
#
# ## Sigue por aquí
#
# El [mapa de ganadores](winner_map.md) dibuja quién gana en cada ancho y batch; la
# [validación](validation.md) dice cuánto se equivoca el modelo. La lección acompaña lo que el capítulo 00 de
# [PyTorch for Deep Learning](https://www.learnpytorch.io/00_pytorch_fundamentals/) dice de la velocidad de
# los dispositivos.

# %% [markdown] lang="en"
# ## What to keep
#
# * “X is for Y” says nothing until one knows which machine, which size, against what, and with how much
#   noise.
# * An average and a general rule are different questions: the second falls to counterexamples.
# * Throughput and utilisation are not the same, nor are a board and a chip.
# * An honest verdict says which datum would change it.
#
# ## Where to go next
#
# The [winner map](winner_map.md) draws who wins at each width and batch; the [validation](validation.md) says
# how wrong the model is. The lesson goes with what chapter 00 of [PyTorch for Deep
# Learning](https://www.learnpytorch.io/00_pytorch_fundamentals/) says about the speed of devices.
