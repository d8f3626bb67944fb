"""
title:
  es: "Producto de matrices: ¿conviene bfloat16?"
  en: "Matrix product: does bfloat16 pay off?"
summary:
  es: El mismo producto en float32 y en bfloat16, medido en un núcleo; por qué un formato acelera o frena.
  en: The same product in float32 and in bfloat16, measured on one core; why a format speeds up or slows down.
tags: [benchmark, matmul, bfloat16, precision, roofline]
everyday: [axis]
objectives:
  es:
    - Leer una medición con su dispersión y decidir si dos números difieren o son ruido.
    - Calcular la intensidad aritmética de un producto y ubicarlo bajo el techo medido de la máquina.
    - Explicar con las instrucciones del procesador por qué bfloat16 va rápido en una máquina y lento en otra.
  en:
    - Read a measurement with its spread and decide whether two numbers differ or are noise.
    - Compute the arithmetic intensity of a product and place it under the measured roof of the machine.
    - Explain, from the processor's instructions, why bfloat16 runs fast on one machine and slowly on another.
prerequisites:
  es:
    - El [producto de matrices con índices](../tensor_mathematics/dot_products.md).
    - Qué dice un intervalo, como en la [evaluación honesta](../workflow/honest_evaluation.md).
  en:
    - The [matrix product with indices](../tensor_mathematics/dot_products.md).
    - What an interval says, as in [honest evaluation](../workflow/honest_evaluation.md).
"""
# %% [markdown] lang="es"
# Un número de 16 bits ocupa la mitad que uno de 32. Con bfloat16 caben el doble de números en la memoria y
# viaja la mitad de bytes; suena a que todo irá al doble de velocidad. A veces ocurre. Otras veces el mismo
# programa, en otro procesador, tarda muchas veces más. Esta página lo mide con el producto de matrices, la
# operación en la que una red neuronal pasa casi todo su tiempo.
#
# **Aquí no se cronometra nada.** La página lee archivos de resultados que alguien registró en una máquina
# concreta y que están en el repositorio, con su fecha y su código. Si el código de una medición cambió
# después, su fila dice «obsoleto»; si otro proceso estorbó mientras se medía, también lo dice.

# %% [markdown] lang="en"
# A 16-bit number takes half the room of a 32-bit one. With bfloat16, memory holds twice as many numbers and
# half the bytes travel; it sounds as if everything should run twice as fast. Sometimes it does. At other
# times the same program, on another processor, takes many times longer. This page measures it with the matrix
# product, the operation in which a neural network spends most of its time.
#
# **Nothing is timed here.** The page reads results files that somebody recorded on a particular machine and
# that are kept in the repository, with their date and their code. If the code of a measurement has changed
# since, its row says “stale”; if another process got in the way while it was taken, the row says that, too.

# %% [markdown] lang="es" tags=["quiz"]
# Apuesta antes de ver los datos. Una CPU multiplica dos matrices de 512 × 512 en un solo hilo. ¿Se puede
# decir si bfloat16 será más rápido que float32?
#
# - [ ] Sí, el doble: viaja la mitad de bytes. Eso cuenta cuando la memoria es el límite; en una matriz de
#   este tamaño cada número se usa cientos de veces y el límite es el cálculo.
# - [ ] Sí, más lento: eso pasa en las CPU que no saben calcular en bfloat16, y otras tienen instrucciones
#   para hacerlo.
# - [x] No, sin saber qué instrucciones tiene el procesador: son ellas las que deciden, y abajo verás la misma
#   máquina con instrucciones para bfloat16 y sin ellas.

# %% [markdown] lang="en" tags=["quiz"]
# Place a bet before you see the data. A CPU multiplies two 512 × 512 matrices in a single thread. Can you
# tell whether bfloat16 will be faster than float32?
#
# - [ ] Yes, twice as fast: half the bytes travel. That counts where memory is the limit; in a matrix of this
#   size each number is used hundreds of times, and the limit is computing.
# - [ ] Yes, slower: that happens on CPUs that cannot compute in bfloat16, and others have
#   instructions for it.
# - [x] Not without knowing which instructions the processor has: they decide, and below you will see the same
#   machine with instructions for bfloat16 and without them.

# %% [markdown] lang="es"
# ## Las máquinas
#
# Cada archivo lleva la ficha de la máquina que lo registró. De ella importa sobre todo la línea de
# instrucciones: son los conjuntos que calculan con varios números de una vez.

# %% [markdown] lang="en"
# ## The machines
#
# Every file carries the card of the machine that recorded it. Its most important line is the one with the
# instructions: those are the sets that compute with several numbers at once.

# %%
import matplotlib.pyplot as plt

from tutorials_lib import tr
from tutorials_lib.bench import compare, definition, report, results
from tutorials_lib.plots import color

repository = results.repository()
runs = [run for run in results.read_all(repository / results.RESULTS) if run.suite == "matmul"]
whole = [run for run in runs if not run.settings["instruction_limit"]]
here = whole[0]
report.Html("".join(map(report.machine_card, whole)))

# %% [markdown] lang="es"
# Los números que siguen son los de `{python} here.machine["name"]`, la primera máquina de la lista.

# %% [markdown] lang="en"
# The numbers below are those of `{python} here.machine["name"]`, the first machine of the list.

# %%
benchmark = repository / here.source
today = definition.digest(benchmark, "test_matrix_product")
side = here.settings["calibration_side"]
round_ms = 1e3 * here.settings["round_seconds"]
calibration_ms = [1e3 * cell.calibration_seconds for cell in here.cells if cell.measured]
fastest_ms, slowest_ms = min(calibration_ms), max(calibration_ms)
disturbed = sum(cell.contaminated for cell in here.cells)
stale = sum(cell.definition != today for cell in here.cells)

# %% tags=["hidden"]
assert all(cell.q1_seconds <= cell.median_seconds <= cell.q3_seconds for cell in here.cells if cell.measured)

# %% [markdown] lang="es"
# ## Cómo se mide
#
# **Rondas y mediana.** Una ronda hace varias llamadas seguidas y dura `{python} round_ms:.0f` ms o más; de
# cada ronda sale un tiempo por llamada. Una interrupción del sistema puede alargar una ronda, nunca
# acortarla: los tiempos tienen una cola hacia un solo lado y arrastran la media, pero no la mediana. Entre el
# primer cuartil y el tercero está la mitad central de las rondas; esa distancia es la dispersión.
#
# **Unidades de calibración.** La máquina es compartida y su velocidad cambia de un minuto a otro. Por eso,
# antes de cada ronda y sin contarlo en ella, se calcula tres veces el mismo producto de `{python} side` ×
# `{python} side` en float32. Ese producto, que no cambia, tardó entre `{python} fastest_ms:.2f` y
# `{python} slowest_ms:.2f` ms según el momento. Un vecino alarga la llamada y la calibración, cada una en su
# medida, y no acorta ninguna. Por eso se divide la llamada más rápida de un caso entre su calibración más
# rápida, los dos momentos en que el vecino se notó menos: así se obtienen las «unidades de calibración», y
# con ellas se compara.
#
# **Un hilo.** Con otro trabajo en la máquina, dos hilos se esperan el uno al otro y el tiempo deja de decir
# algo del producto. Todo se mide con un hilo atado a un núcleo, y se anota cuánto ocuparon los demás procesos
# entretanto. En una máquina virtual hay vecinos que no se ven: los delata el producto de calibración, cuando
# tarda más que en los mejores momentos.
#
# **Dos pasadas.** Los casos se miden en dos momentos y en dos procesos; si no coinciden y queda tiempo, una
# vez más. Así ni un mal rato ni el sitio de la memoria que le tocó al código deciden por ellos. Las series
# sin las instrucciones nuevas llevan una sola pasada.
#
# **La memoria se guarda.** Lo que un tensor deja libre queda para el siguiente. Por defecto, [la biblioteca
# de C](https://man7.org/linux/man-pages/man3/mallopt.3.html) devuelve al sistema algunos trozos grandes,
# según lo que el proceso haya hecho antes; cada llamada estrena entonces páginas que el sistema llena primero
# de ceros, y ese trabajo, que no es del producto, entraría en su tiempo.
#
# **La primera llamada va aparte.** Incluye elegir y preparar el código que hará la cuenta, algo que se paga
# una vez.
#
# **Una respuesta equivocada no tiene tiempo.** Después de medir, el resultado se compara con el de float64.
# Si el error pasa de lo que el formato explica, la medición falla y no se guarda.
#
# Filas que otro trabajo estorbó: `{python} disturbed` de `{python} len(here.cells)`. Filas obsoletas:
# `{python} stale`.

# %% [markdown] lang="en"
# ## How it is measured
#
# **Rounds and median.** A round makes several calls in a row and lasts `{python} round_ms:.0f` ms or more;
# each round yields one time per call. An interruption by the system can lengthen a round, never shorten it:
# the times have a tail to one side, which drags the mean along but not the median. Between the first quartile
# and the third lies the middle half of the rounds; that distance is the spread.
#
# **Calibration units.** The machine is shared, and its speed changes from one minute to the next. So before
# every round, and not counted in it, the same product of `{python} side` × `{python} side` in float32 is
# computed three times. That product, which never changes, took between `{python} fastest_ms:.2f` and
# `{python} slowest_ms:.2f` ms depending on the moment. A neighbour lengthens the call and the calibration,
# each in its own measure, and shortens neither. So the fastest call of a case is divided by its fastest
# calibration, the two moments when the neighbour was felt least: the result is in “calibration units”, and
# those get compared.
#
# **One thread.** With another job on the machine, two threads wait for each other, and the time no longer
# says anything about the product. Everything is measured with one thread tied to one core, and what other
# processes used meanwhile is noted. A virtual machine has neighbours that it cannot see: the calibration
# product gives them away when it takes longer than at the best of times.
#
# **Two passes.** Cases are measured at two moments and in two processes; where those disagree and time is
# left, once more. So neither a bad spell nor the place in memory that the code happened to get decides for
# them. The series without the newer instructions have a single pass.
#
# **Memory is kept.** What a tensor leaves free stays for the next one. By default [the C
# library](https://man7.org/linux/man-pages/man3/mallopt.3.html) gives some large pieces back to the system,
# depending on what the process did before; every call then gets new pages, which the system fills with zeros
# first, and that work, which is not the product's, would enter its time.
#
# **The first call stands apart.** It includes choosing and preparing the code that will do the sums, which is
# paid for once.
#
# **A wrong answer has no time.** After measuring, the result is compared with the one in float64. If the
# error exceeds what the format explains, the measurement fails and is not kept.
#
# Rows that another job disturbed: `{python} disturbed` of `{python} len(here.cells)`. Stale rows:
# `{python} stale`.

# %% [markdown] lang="es"
# ## Los resultados
#
# Un producto «f × k · k × c» multiplica una matriz de $f$ filas y $k$ columnas por otra de $k$ filas y $c$
# columnas. Cada una de las $f\,c$ casillas del resultado suma $k$ productos, o sea $2fkc$ operaciones;
# GFLOP/s son miles de millones de ellas por segundo. Más GFLOP/s es mejor; más segundos o más unidades, peor.

# %% [markdown] lang="en"
# ## The results
#
# A product “r × k · k × c” multiplies a matrix of $r$ rows and $k$ columns by one of $k$ rows and $c$
# columns. Each of the $r\,c$ entries of the result adds up $k$ products, which makes $2rkc$ operations;
# GFLOP/s are billions of them per second. More GFLOP/s is better; more seconds or more units is worse.


# %%
def shape_of(cell):
    return tuple(cell.parameters[name] for name in ("rows", "inner", "columns"))


def case_name(cell):
    rows, inner, columns = shape_of(cell)
    return f"{cell.parameters['precision']}, {rows} × {inner} · {inner} × {columns}"


def is_square(cell):
    return len(set(shape_of(cell))) == 1


order = sorted(here.cells, key=lambda cell: (cell.backend, not is_square(cell), cell.flop))
report.result_table(order, today, case_name, caption=here.machine["name"])

# %% tags=["hidden"]
for cell in here.cells:
    rows, inner, columns = shape_of(cell)
    item_bytes = {"float32": 4, "bfloat16": 2}[cell.dtype]
    assert cell.flop == 2 * rows * inner * columns
    assert cell.bytes == item_bytes * (rows * inner + inner * columns + rows * columns)

# %% [markdown] lang="es"
# Apuesta otra vez, ahora con la tabla a la vista: ¿desde qué tamaño se separan las dos curvas, y cuál queda
# arriba? Un marcador hueco es una fila que otro proceso estorbó; uno tachado, una fila obsoleta.

# %% [markdown] lang="en"
# Place another bet, now with the table before you: from which size on do the two curves part, and which one
# is on top? A hollow marker is a row that another process disturbed; a crossed-out one is a stale row.

# %%
cells = {(cell.backend, cell.parameters["precision"], shape_of(cell)): cell for cell in here.cells}


def squares(run, precision):
    on_cpu = (cell for cell in run.cells if cell.backend == "cpu" and is_square(cell))
    return [cell for cell in on_cpu if cell.parameters["precision"] == precision]


# alt es: GFLOP/s frente al lado n, ejes logarítmicos, barras entre cuartiles: una curva por formato.
# alt en: GFLOP/s over the side n, logarithmic axes, bars between quartiles: one curve for each format.
fig, ax = plt.subplots()
hues = {"float32": "blue", "bfloat16": "ember"}
series = [report.Series(name, squares(here, name), hue) for name, hue in hues.items()]
report.throughput(series, lambda cell: shape_of(cell)[0], joined=True, definition=today, ax=ax)
sides = sorted({shape_of(cell)[0] for entry in series for cell in entry.cells})
ax.set_xticks(sides, [str(n) for n in sides])
ax.set_xlabel(tr(es="lado n de las matrices (n × n)", en="side n of the matrices (n × n)"))
ax.legend()

# %% [markdown] lang="es"
# ## Qué dicen los números, y qué no
#
# Dos tiempos casi nunca son iguales; la pregunta es si difieren en más de lo que difiere una medición
# consigo misma. Aquí se exige lo siguiente para decir que uno es mayor: que disten más de
# `{python} compare.NOISE:.0%` y que los intervalos entre cuartiles no se toquen. Si falla una de las dos
# cosas, el veredicto es «sin diferencia» y no se ordena nada. Los factores se redondean a lo que ese ruido
# permite: no hay un «2,17 veces» con un ruido de la quinta parte.

# %% [markdown] lang="en"
# ## What the numbers say, and what they do not
#
# Two times are hardly ever equal; the question is whether they differ by more than a measurement differs
# from itself. To call one of them larger, we ask here that they lie more than `{python} compare.NOISE:.0%`
# apart and that the ranges between quartiles do not touch. If either fails, the verdict is “no difference”,
# and nothing is ranked. Factors are rounded to what that noise permits: there is no “2.17 times” where the
# noise is a fifth.


# %%
def versus(cell, other):
    if not compare.comparable(cell, other):
        return tr(es="sin comparar", en="not compared")
    speedup, verdict = compare.compare(cell, other)
    factor = report.number(compare.round_to_noise(max(speedup, 1 / speedup)), 2)
    return {
        "faster": tr(es=f"{factor} veces más rápido", en=f"{factor} times as fast"),
        "slower": tr(es=f"{factor} veces más lento", en=f"{factor} times as slow"),
        "no difference": tr(es="sin diferencia", en="no difference"),
    }[verdict]


shapes = [shape for backend, precision, shape in cells if (backend, precision) == ("cpu", "float32")]
pairs = {shape: (cells["cpu", "bfloat16", shape], cells["cpu", "float32", shape]) for shape in shapes}
rows = [("{} × {} · {} × {}".format(*shape[:2], *shape[1:]), versus(*pair)) for shape, pair in pairs.items()]
head = tr(es="producto", en="product"), tr(es="bfloat16 frente a float32", en="bfloat16 against float32")
report.table(head, rows)

# %% tags=["hidden"]
compared = {shape: compare.compare(*pair) for shape, pair in pairs.items() if compare.comparable(*pair)}
faster, slower, same = (
    sum(verdict == name for _, verdict in compared.values()) for name in ("faster", "slower", "no difference")
)
largest = max(shapes, key=min)
assert faster + slower + same == len(compared) <= len(pairs)

# %% [markdown] lang="es"
# **El hallazgo.** En esta máquina, con un hilo, bfloat16 es más rápido en `{python} faster` de los
# `{python} len(pairs)` productos y más lento en `{python} slower`. Con una diferencia que no pasa del ruido:
# `{python} same`; sin comparar, porque otro proceso estorbó al medir: `{python} len(pairs) - len(compared)`.
# En el producto mayor, el de lado `{python} largest[0]`, bfloat16 frente a float32:
# `{python} versus(*pairs[largest])`.

# %% [markdown] lang="en"
# **The finding.** On this machine, with one thread, bfloat16 is faster in `{python} faster` of the
# `{python} len(pairs)` products and slower in `{python} slower`. With a difference that stays within the
# noise: `{python} same`; not compared, because another process got in the way of measuring:
# `{python} len(pairs) - len(compared)`. In the largest product, of side `{python} largest[0]`, bfloat16
# against float32: `{python} versus(*pairs[largest])`.

# %% [markdown] lang="es"
# ## El mismo procesador sin sus instrucciones
#
# ¿De dónde sale esa diferencia? Se puede averiguar con un experimento: quitarle al programa las instrucciones
# nuevas y dejar todo lo demás igual, el procesador, la memoria y el código de Python. oneDNN, la biblioteca
# con la que PyTorch multiplica en bfloat16 en una CPU, obedece a la variable de entorno
# [`ONEDNN_MAX_CPU_ISA`](https://uxlfoundation.github.io/oneDNN/dev_guide_cpu_dispatcher_control.html), que le
# pone un límite.
#
# Antes de mirar: ¿cuánto crees que tarda bfloat16 cuando el procesador no sabe multiplicarlo? ¿El doble, diez
# veces más, cien?

# %% [markdown] lang="en"
# ## The same processor without its instructions
#
# Where does that difference come from? An experiment can tell: take the new instructions away from the
# program and leave everything else as it is, the processor, the memory and the Python code. oneDNN, the
# library with which PyTorch multiplies in bfloat16 on a CPU, obeys the environment variable
# [`ONEDNN_MAX_CPU_ISA`](https://uxlfoundation.github.io/oneDNN/dev_guide_cpu_dispatcher_control.html), which
# sets it a limit.
#
# Before you look: how long do you think bfloat16 takes where the processor cannot multiply it? Twice as long,
# ten times, a hundred?

# %%
# alt es: GFLOP/s frente al lado n: float32, y bfloat16 con todas las instrucciones y con cada límite.
# alt en: GFLOP/s over the side n: float32, and bfloat16 with all instructions and under each limit.
same = [run for run in runs if run.machine["name"] == here.machine["name"]]
limited = [run for run in same if run.settings["instruction_limit"]]
for run, hue in zip(limited, ("green", "purple", "rose"), strict=False):
    name = tr(es="bfloat16, hasta ", en="bfloat16, up to ") + run.settings["instruction_limit"]
    series.append(report.Series(name, squares(run, "bfloat16"), hue))
fig, ax = plt.subplots(figsize=(6.4, 4.2))
report.throughput(series, lambda cell: shape_of(cell)[0], joined=True, definition=today, ax=ax)
ax.set_xticks(sides, [str(n) for n in sides])
ax.set_xlabel(tr(es="lado n de las matrices (n × n)", en="side n of the matrices (n × n)"))
fig.legend(loc="outside lower center", ncols=2)

# %%
middle = (512, 512, 512)
native = cells["cpu", "bfloat16", middle]
rows = []
for run in limited:
    cell = next(cell for cell in squares(run, "bfloat16") if shape_of(cell) == middle)
    limit = run.settings["instruction_limit"]
    rows.append((limit, report.duration(cell.median_seconds), versus(cell, native)))
rows.append((tr(es="sin límite", en="no limit"), report.duration(native.median_seconds), ""))
head = (
    tr(es="instrucciones hasta", en="instructions up to"),
    tr(es="producto de lado 512", en="product of side 512"),
    tr(es="frente a «sin límite»", en="against “no limit”"),
)
report.table(head, rows)

# %% tags=["hidden"]
able = [name for name in ("avx512_bf16", "amx_bf16", "bf16") if name in here.machine["instructions"]]
names = ", ".join(able)
if able:
    reason = tr(
        es=f"Esta máquina tiene {names}: en una sola instrucción multiplica pares de números bfloat16 y los"
        " suma en float32, con lo que hace más productos por instrucción que en float32.",
        en=f"This machine has {names}: one instruction multiplies pairs of bfloat16 numbers and adds them up"
        " in float32, which makes more products an instruction than in float32.",
    )
else:
    reason = tr(
        es="Esta máquina no tiene instrucciones que multipliquen en bfloat16.",
        en="This machine has no instructions that multiply in bfloat16.",
    )
assert limited, "the page tells what happens without the instructions: record the limited runs, too"

# %% [markdown] lang="es"
# `{python} reason` Sin ellas el ancho de 16 bits no ayuda en nada: cada número se convierte a float32, se
# opera y se vuelve a redondear. Con el límite `AVX512_CORE`, oneDNN lo hace con código vectorizado; con
# `AVX2` se abstiene, y PyTorch recurre a un bucle propio. Puedes verlo en tu máquina con `ONEDNN_VERBOSE=1`,
# que imprime cada producto y el código que lo calculó.
#
# Conclusión para tu computadora: antes de convertir un modelo a bfloat16 en una CPU, mira si en la línea de
# instrucciones aparece `avx512_bf16` o `amx_bf16`. Si no, lo más probable es que lo frenes. Un límite de
# software no convierte a este procesador en otro, que tendría otra memoria y otro reloj: la comparación vale
# por el orden de magnitud.

# %% [markdown] lang="en"
# `{python} reason` Without them, the width of 16 bits does not help at all: each number is converted to
# float32, used and rounded again. Under the limit `AVX512_CORE`, oneDNN does so in vectorised code; under
# `AVX2` it declines, and PyTorch falls back on a loop of its own. You can watch it on your machine with
# `ONEDNN_VERBOSE=1`, which prints every product and the code that computed it.
#
# What follows for your computer: before converting a model to bfloat16 on a CPU, see whether its line of
# instructions has `avx512_bf16` or `amx_bf16`. If not, you will most likely slow it down. A limit in software
# does not turn this processor into another one, which would have another memory and another clock: the
# comparison holds for the order of magnitude.

# %% [markdown] lang="es"
# ## Intensidad aritmética: cuánto se calcula por byte
#
# Multiplicar dos matrices de $n \times n$ pide $2n^3$ operaciones y mover al menos tres matrices, o sea
# $3n^2e$ bytes si cada número ocupa $e$. El cociente es la **intensidad aritmética**:
#
# $$I(n) = \frac{2n^3}{3n^2 e} = \frac{2n}{3e} \quad \text{FLOP/byte}.$$
#
# Crece con $n$: en una matriz grande cada número que llega se usa muchas veces. Y con la mitad de bytes por
# número es el doble. En el otro extremo está el producto de un vector por una matriz: cada número de la
# matriz se usa una sola vez, $I \approx 2/e$, y no hay procesador que lo salve de esperar a la memoria.

# %% [markdown] lang="en"
# ## Arithmetic intensity: how much is computed for each byte
#
# Multiplying two $n \times n$ matrices takes $2n^3$ operations and moves at least three matrices, that is
# $3n^2e$ bytes where each number takes $e$. Their quotient is the **arithmetic intensity**:
#
# $$I(n) = \frac{2n^3}{3n^2 e} = \frac{2n}{3e} \quad \text{FLOP/byte}.$$
#
# It grows with $n$: in a large matrix, every number that arrives is used many times. And with half the bytes
# for each number it doubles. At the other end stands the product of a vector and a matrix: each number of the
# matrix is used just once, $I \approx 2/e$, and no processor can save it from waiting for memory.

# %%
for precision, item_bytes in (("float32", 4), ("bfloat16", 2)):
    for cell in squares(here, precision):
        n = shape_of(cell)[0]
        assert abs(cell.intensity - 2 * n / (3 * item_bytes)) < 1e-9

vector = {name: cells["cpu", name, (1, 2048, 2048)] for name in ("float32", "bfloat16")}
for name, cell in vector.items():
    print(f"{name:<9} 1 × 2048 · 2048 × 2048   I = {cell.intensity:.3f} FLOP/byte")

# %% [markdown] lang="es"
# Con la intensidad en el eje horizontal, la máquina se dibuja como un techo ([Williams, Waterman y Patterson,
# 2009](https://doi.org/10.1145/1498765.1498785)): a la izquierda sube con los bytes por segundo que entrega
# la memoria; a la derecha es plano, lo más que calcula. Aquí el techo no sale de un folleto, se toma de las
# propias mediciones: la parte plana es el producto más rápido de cada formato y la pendiente, el producto con
# un vector que más bytes por segundo movió. Las matrices están «tibias»: ya estaban en la memoria caché, así
# que la pendiente es la de la caché y no la de la memoria principal.

# %% [markdown] lang="en"
# With intensity on the horizontal axis, the machine is drawn as a roof ([Williams, Waterman and Patterson,
# 2009](https://doi.org/10.1145/1498765.1498785)): on the left it rises with the bytes per second that memory
# delivers; on the right it is flat, the most it computes. Here the roof comes from no brochure but from the
# measurements themselves: the flat part is the fastest product of each format and the slope, the product with
# a vector that moved the most bytes per second. The matrices are “warm”: they were in the cache already, so
# the slope is that of the cache and not that of main memory.

# %%
# alt es: GFLOP/s frente a FLOP/byte: los productos medidos bajo un techo por formato, que sube y se aplana.
# alt en: GFLOP/s over FLOP/byte: the measured products under one roof for each format, rising and then flat.
fig, ax = plt.subplots()
bytes_per_second = max(cell.bytes / cell.median_seconds for cell in vector.values())
every = [cell for cell in here.cells if cell.backend == "cpu" and cell.measured]
ceiling, series = {}, []
for name, hue in hues.items():
    mine = [cell for cell in every if cell.parameters["precision"] == name]
    ceiling[name] = max(cell.flop_per_second() for cell in mine)
    series.append(report.Series(name, mine, hue))
    grid = [0.5, ceiling[name] / bytes_per_second, 1000]
    heights = report.roof(ceiling[name] / 1e9, bytes_per_second / 1e9, grid)
    ax.plot(grid, heights, "--", color=color(hue))
report.throughput(series, lambda cell: cell.intensity, joined=False, definition=today, ax=ax)
ax.set_xlabel(tr(es="intensidad aritmética (FLOP/byte)", en="arithmetic intensity (FLOP/byte)"))
ax.legend()

# %% tags=["hidden"]
knee = {name: ceiling[name] / bytes_per_second for name in ceiling}
for cell in every:
    top = report.roof(ceiling[cell.parameters["precision"]], bytes_per_second, [cell.intensity])[0]
    assert cell.flop_per_second() <= 1.001 * top, cell.id
errors = {
    name: [cell.relative_error for cell in every if cell.parameters["precision"] == name] for name in ceiling
}
assert max(errors["bfloat16"]) < 2**-8
assert max(errors["float32"]) < 2**-18

# %% [markdown] lang="es"
# El techo de float32 está en `{python} compare.round_to_noise(ceiling["float32"] / 1e9):.0f` GFLOP/s y el de
# bfloat16 en `{python} compare.round_to_noise(ceiling["bfloat16"] / 1e9):.0f`; la pendiente es de
# `{python} compare.round_to_noise(bytes_per_second / 1e9):.0f` GB/s. El codo, donde ambos límites valen lo
# mismo, cae en `{python} compare.round_to_noise(knee["float32"]):.1f` FLOP/byte para float32 y en
# `{python} compare.round_to_noise(knee["bfloat16"]):.1f` para bfloat16. Los productos que quedan lejos del
# techo a la derecha del codo no esperan a la memoria: son pequeños o angostos, y en ellos pesa lo que cuesta
# llamar y repartir el trabajo; o tienen el marcador hueco, y otro proceso les quitó tiempo.
#
# ## Qué se pierde
#
# El error relativo de bfloat16 está entre `{python} min(errors["bfloat16"]):.2%` y
# `{python} max(errors["bfloat16"]):.2%` en todos los tamaños: no crece con el largo de las sumas, porque
# estas se llevan en float32 y solo el resultado se redondea a los 8 bits significativos de bfloat16. El de
# float32 no pasa de `{python} 1e6 * max(errors["float32"]):.1f` millonésimas. Si ese error importa o no
# depende del modelo, y se decide evaluándolo.

# %% [markdown] lang="en"
# The roof of float32 lies at `{python} compare.round_to_noise(ceiling["float32"] / 1e9):.0f` GFLOP/s and that
# of bfloat16 at `{python} compare.round_to_noise(ceiling["bfloat16"] / 1e9):.0f`; the slope is
# `{python} compare.round_to_noise(bytes_per_second / 1e9):.0f` GB/s. The knee, where both limits are worth
# the same, falls at `{python} compare.round_to_noise(knee["float32"]):.1f` FLOP/byte for float32 and at
# `{python} compare.round_to_noise(knee["bfloat16"]):.1f` for bfloat16. Products that stay far below the roof
# to the right of the knee are not waiting for memory: they are small or narrow, and what weighs is the cost
# of calling and of handing out the work; or their marker is hollow, and another process took some of their
# time.
#
# ## What is lost
#
# The relative error of bfloat16 lies between `{python} min(errors["bfloat16"]):.2%` and
# `{python} max(errors["bfloat16"]):.2%` at every size: it does not grow with the length of the sums, because
# these are kept in float32 and only the result is rounded to the 8 significant bits of bfloat16. That of
# float32 does not exceed `{python} 1e6 * max(errors["float32"]):.1f` millionths. Whether that error matters
# depends on the model, and evaluating it decides.

# %% [markdown] lang="es"
# ## Lo que falta
#
# Una casilla sin medir es una casilla vacía con su motivo, no un número supuesto. En una máquina con CUDA el
# mismo archivo mide también la GPU, con float32 en sus dos modos (exacto y TF32) y con bfloat16.

# %% [markdown] lang="en"
# ## What is missing
#
# A cell that was not measured is an empty cell with its reason, not a guessed number. On a machine with CUDA
# the same file measures the GPU, too, with float32 in its two modes (exact and TF32) and with bfloat16.


# %%
def recorded(precision):
    on_cuda = (cell for run in whole for cell in run.cells if cell.backend == "cuda")
    found = [cell for cell in on_cuda if cell.parameters["precision"] == precision]
    if found:
        return tr(es=f"{len(found)} filas registradas", en=f"{len(found)} rows recorded")
    return tr(
        es="aún sin registrar: ninguna máquina con CUDA ha corrido la medición",
        en="not recorded yet: no machine with CUDA has run the benchmark",
    )


head = tr(es="caso", en="case"), tr(es="estado", en="state")
report.table(head, [(f"CUDA, {name}", recorded(name)) for name in ("float32", "tf32", "bfloat16")])

# %% [markdown] lang="es"
# ## El código, las órdenes y los datos
#
# Esta es la función que se mide y la prueba que prepara las matrices, comprueba el resultado y anota el caso.
# Debajo, la orden que vuelve a registrar cada archivo o una sola fila (desde la carpeta del repositorio;
# `make bench` los registra todos) y los archivos tal como están en él.

# %% [markdown] lang="en"
# ## The code, the commands and the data
#
# This is the function that is measured and the test that prepares the matrices, checks the result and notes
# the case down. Below it, the command that records each file anew or a single row of it (from the folder of
# the repository; `make bench` records them all), and the files as they are in it.

# %%
functions = [definition.source(benchmark, name) for name in ("matrix_product", "test_matrix_product")]
report.folded(tr(es="el código medido", en="the measured code"), "\n\n\n".join(functions))

# %%
commands = [report.command(run, cell) for run in runs for cell in (None, *run.cells)]
summary = tr(es="una orden por archivo y por fila", en="one command for each file and row")
report.folded(summary, "\n".join(commands))


# %%
def file_name(run):
    parts = [run.machine["name"], run.suite, run.settings["instruction_limit"] or ""]
    return f"{'-'.join(filter(None, parts)).lower()}.json"


report.Html("".join(report.download(run, file_name(run)) for run in runs))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: dónde está el codo
#
# Escribe `knee_side(ceiling, bytes_per_second, item_bytes)`: el lado $n$ a partir del cual un producto
# cuadrado ya no está limitado por la memoria, es decir, el que cumple $I(n) \cdot B = C$ con el techo $C$ en
# FLOP/s y la memoria $B$ en bytes/s. Antes de escribirla: si cada número ocupa la mitad y el techo se
# duplica, ¿qué le pasa a $n$?

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: where the knee is
#
# Write `knee_side(ceiling, bytes_per_second, item_bytes)`: the side $n$ from which on a square product is no
# longer limited by memory, that is, the one with $I(n) \cdot B = C$ for the ceiling $C$ in FLOP/s and the
# memory $B$ in bytes/s. Before you write it: if each number takes half the room and the ceiling doubles, what
# happens to $n$?


# %% tags=["solution"]
def knee_side(ceiling, bytes_per_second, item_bytes):
    return 3 * item_bytes * ceiling / (2 * bytes_per_second)


# %% tags=["check"]
assert knee_side(ceiling=100e9, bytes_per_second=50e9, item_bytes=4) == 12
assert knee_side(200e9, 50e9, 2) == knee_side(100e9, 50e9, 4)
for name, item_bytes in (("float32", 4), ("bfloat16", 2)):
    n = knee_side(ceiling[name], bytes_per_second, item_bytes)
    assert abs(2 * n / (3 * item_bytes) * bytes_per_second / ceiling[name] - 1) < 1e-9

# %%
# es: (segundos de la llamada, segundos de su calibración), ronda por ronda
# en: (seconds of the call, seconds of its calibration), round by round
monday = [(0.0120, 0.0010), (0.0123, 0.0010), (0.0360, 0.0030), (0.0120, 0.0010), (0.0121, 0.0011)]
tuesday = [(2 * call, 2 * calibration) for call, calibration in monday]

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: el día lento
#
# `monday` y `tuesday` son el mismo producto medido dos veces; cada ronda trae los segundos de la llamada y
# los de su calibración. El martes la máquina anduvo a la mitad. Escribe `in_units(rounds)`, que divida la
# llamada más rápida entre la calibración más rápida, y verás que ambos días dicen lo mismo.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: the slow day
#
# `monday` and `tuesday` are the same product measured twice; each round brings the seconds of the call and
# those of its calibration. On Tuesday the machine ran at half its speed. Write `in_units(rounds)`, which
# divides the fastest call by the fastest calibration, and you will see both days say the same.


# %% tags=["solution"]
def in_units(rounds):
    calls, calibrations = zip(*rounds, strict=True)
    return min(calls) / min(calibrations)


# %% tags=["check"]
assert abs(in_units(monday) - in_units(tuesday)) < 1e-9
assert abs(in_units(monday) - 12) < 0.01
assert abs(in_units([(3.0, 1.0), (9.0, 1.0), (9.0, 1.0)]) - 3) < 1e-9
assert abs(in_units([(9.0, 1.0), (3.0, 2.0)]) - 3) < 1e-9

# %% [markdown] lang="es"
# ## Para llevarte
#
# * Un tiempo sin dispersión y sin máquina no dice nada; dos tiempos que distan menos que el ruido no se
#   ordenan.
# * La velocidad de un formato es la de las instrucciones que lo calculan. Los bytes cuentan donde la memoria
#   es el límite.
# * La intensidad aritmética dice de antemano cuál de los dos límites manda.
# * bfloat16 guarda 8 bits significativos y los mantiene en productos largos, porque la suma se hace con más.
#
# Antes: el [producto de matrices con índices](../tensor_mathematics/dot_products.md). Para decidir si la
# precisión perdida le importa a un modelo, la [evaluación honesta](../workflow/honest_evaluation.md). La
# lección acompaña lo que el capítulo 00 de [PyTorch for Deep
# Learning](https://www.learnpytorch.io/00_pytorch_fundamentals/) dice de los tipos de dato y de la velocidad.

# %% [markdown] lang="en"
# ## What to keep
#
# * A time without its spread and its machine says nothing; two times closer than the noise are not ranked.
# * The speed of a format is that of the instructions that compute it. Bytes count where memory is the limit.
# * Arithmetic intensity tells in advance which of the two limits rules.
# * bfloat16 keeps 8 significant bits, and holds them in long products because the sum is made with more.
#
# Before this: the [matrix product with indices](../tensor_mathematics/dot_products.md). To decide whether the
# lost precision matters to a model, [honest evaluation](../workflow/honest_evaluation.md). The lesson goes
# with what chapter 00 of [PyTorch for Deep Learning](https://www.learnpytorch.io/00_pytorch_fundamentals/)
# says about data types and speed.
