"""
title:
  es: "Cómo no medir: diez errores cometidos a propósito"
  en: "How not to benchmark: ten mistakes made on purpose"
summary:
  es: Cada error, cometido de verdad o reproducido con datos registrados; cuánto engaña y qué hacer.
  en: Every mistake, really made or replayed from recorded data; how far it misleads and what to do.
tags: [benchmark, timing, noise, median, CUDA]
objectives:
  es:
    - Reconocer en un programa ajeno los diez errores que más se repiten al medir tiempos.
    - Escribir una medición que caliente, sincronice, repita, resuma con cuartiles y compruebe la respuesta.
    - Decir «sin diferencia» cuando dos tiempos distan menos que el ruido.
  en:
    - Recognise in somebody else's program the ten most repeated mistakes in timing.
    - Write a measurement that warms up, synchronises, repeats, reports quartiles and checks the answer.
    - Say “no difference” where two times are closer than the noise.
prerequisites:
  es:
    - Qué son mediana y cuartiles.
    - La página del [producto de matrices](matrix_product.md), cuyos datos se usan aquí.
  en:
    - What the median and the quartiles are.
    - The page on the [matrix product](matrix_product.md), whose data are used here.
"""
# %% [markdown] lang="es"
# Medir un tiempo parece fácil: mirar el reloj, llamar a la función, volver a mirarlo. El capítulo
# [03](https://www.learnpytorch.io/03_pytorch_computer_vision/) de *PyTorch for Deep Learning* compara así sus
# modelos, y el suplemento sobre [PyTorch 2](https://www.learnpytorch.io/pytorch_2_intro/) también. Entre las
# dos miradas caben al menos diez errores. Ninguno da un mensaje: todos dan un número.
#
# Esta página comete los diez. Al terminar sabrás encontrarlos en un programa ajeno y escribir una medición
# que los evite. Presupone la mediana y los cuartiles; de PyTorch, solo el producto de matrices.
#
# Hay tres clases de números aquí. Los **registrados** salen de archivos del repositorio. Los **simulados**
# salen de un modelo con semilla fija y se anuncian. Los que se miden **en esta misma ejecución** cambian cada
# vez: el texto solo afirma de ellos lo que vale en cualquier máquina.

# %% [markdown] lang="en"
# Timing looks easy: look at the clock, call the function, look again. Chapter
# [03](https://www.learnpytorch.io/03_pytorch_computer_vision/) of *PyTorch for Deep Learning* compares its
# models that way, and so does the supplement on [PyTorch 2](https://www.learnpytorch.io/pytorch_2_intro/).
# Between the two looks there is room for at least ten mistakes. None gives a message: each gives a number.
#
# This page makes all ten. By the end you will be able to find them in somebody else's program and to write a
# measurement that avoids them. It presumes the median and the quartiles; of PyTorch, the matrix product only.
#
# There are three kinds of numbers here. **Recorded** ones come from files of the repository. **Simulated**
# ones come from a model with a fixed seed and are announced as such. Those timed **in this very run** change
# every time: the text claims of them only what holds on any machine.

# %%
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from statistics import mean, median

import numpy as np
import torch

from tutorials_lib import tr
from tutorials_lib.bench import compare, provenance, report, results, suite
from tutorials_lib.plots import color, curves, localized

_ = torch.manual_seed(0)
torch.set_num_threads(1)


def seconds(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


# %% tags=["hidden"]
def now(value_seconds, *more):
    """A time of this very run: marked, because the next run will differ."""
    return f"<span data-volatile>{report.duration(value_seconds, *more)}</span>"


def times(factor):
    return f"<span data-volatile>{report.number(factor, 2)} ×</span>"


# %% [markdown] lang="es"
# ## 1. Cronometrar la primera llamada
#
# La primera llamada elige el código, lo compila si hace falta, reserva memoria y llena la caché. Todo eso se
# paga una vez. ¿Cuántas veces lo que las siguientes crees que tarda? La respuesta está en los archivos
# registrados del [producto de matrices](matrix_product.md), que anotan ambas cosas.

# %% [markdown] lang="en"
# ## 1. Timing the first call
#
# The first call chooses the code, compiles it if need be, reserves memory and fills the cache. All of that is
# paid once. How many times as long as the following ones do you think it takes? The answer is in the recorded
# files of the [matrix product](matrix_product.md), which note both.

# %%
here = suite.load("matmul").here
on_cpu = [cell for cell in here.cells if cell.backend == "cpu" and cell.measured]


def square(side, precision):
    name = f"test_matrix_product[cpu-{precision}-{side}x{side}x{side}]"
    return here.cell(name)


cells = [square(side, "bfloat16") for side in (64, 128, 256, 512, 1024, 2048)]
lie = [cell.first_call_seconds / cell.median_seconds for cell in cells]

# %%
head = (
    tr(es="lado, bfloat16", en="side, bfloat16"),
    tr(es="primera llamada", en="first call"),
    tr(es="mediana de las demás", en="median of the others"),
    tr(es="cociente", en="quotient"),
)
columns = (
    [str(cell.parameters["rows"]) for cell in cells],
    [report.duration(cell.first_call_seconds) for cell in cells],
    [report.duration(cell.median_seconds) for cell in cells],
    [f"{report.number(factor, 2)} ×" for factor in lie],
)
recorded = f"{provenance.words('measured')}: {here.machine['name']}"
report.table(head, zip(*columns, strict=True), caption=recorded)

# %% tags=["hidden"]
assert lie[0] > 3 * lie[-1]

# %% [markdown] lang="es"
# En el producto de lado 64 la primera llamada tardó `{python} report.number(lie[0], 2)` veces lo que las
# demás; en el de lado 2048 el cociente es `{python} lie[-1]:.2f`. Una parte de ese costo es la misma para una
# llamada corta y para una larga: cuanto menos dura lo que mides, más miente la primera vez.
#
# **En su lugar:** llamar unas cuantas veces sin cronometrar y dar la primera llamada aparte, porque quien
# arranca un programa sí la paga.
#
# ## 2. No esperar a que termine
#
# Una GPU trabaja **de forma asíncrona**. Cuando Python ejecuta `y = x @ w` en CUDA, PyTorch deja el encargo
# en una cola y devuelve el control enseguida, sin esperar a que el producto exista ([documentación de
# PyTorch](https://docs.pytorch.org/docs/stable/notes/cuda.html#asynchronous-execution)). El reloj mide
# entonces lo que tarda en encargar. En una CPU se puede imitar con un hilo que hace de GPU: recibe encargos
# de una décima de segundo y los cumple en orden.

# %% [markdown] lang="en"
# In the product of side 64 the first call took `{python} report.number(lie[0], 2)` times as long as the
# others; in that of side 2048 the quotient is `{python} lie[-1]:.2f`. Part of that cost is the same for a
# short call and for a long one: the shorter the thing you time, the more the first time lies.
#
# **Instead:** make a few calls without timing them and report the first one apart, since whoever starts a
# program does pay for it.
#
# ## 2. Not waiting for the end
#
# A GPU works **asynchronously**. When Python executes `y = x @ w` on CUDA, PyTorch leaves the order in a
# queue and returns at once, without waiting for the product to exist ([PyTorch's
# documentation](https://docs.pytorch.org/docs/stable/notes/cuda.html#asynchronous-execution)). The clock then
# measures how long ordering takes. A CPU can imitate it with a thread that plays the GPU: it receives orders
# of a tenth of a second and carries them out one after another.

# %%
device = ThreadPoolExecutor(max_workers=1)


def launch():
    return device.submit(time.sleep, 0.1)


# es: el error: mirar el reloj cuando solo se ha encargado
# en: the mistake: looking at the clock when the work has only been ordered
ordered = seconds(lambda: [launch() for _ in range(3)])

# es: la siguiente operación, aunque sea mínima, espera por las tres
# en: the next operation, tiny as it may be, waits for all three
bystander = seconds(lambda: device.submit(len, "x").result())

# es: lo correcto: encargar, esperar y solo entonces mirar el reloj
# en: the right way: order, wait, and only then look at the clock
finished = seconds(lambda: [launch() for _ in range(3)][-1].result())

# %%
names = (
    tr(es="tres encargos, sin esperar", en="three orders, without waiting"),
    tr(es="una operación mínima después", en="a tiny operation afterwards"),
    tr(es="tres encargos, esperando al final", en="three orders, waiting at the end"),
)
head = tr(es="qué se cronometra", en="what is timed"), tr(es="en esta ejecución", en="in this run")
report.table(head, zip(names, map(now, (ordered, bystander, finished)), strict=True))

# %% tags=["hidden"]
device.shutdown()
assert finished >= 0.3
assert ordered < finished / 2
assert bystander > finished / 4

# %% [markdown] lang="es"
# Los mismos tres encargos parecen gratis o cuestan tres décimas, según dónde se mire el reloj. Y hay un
# segundo engaño: la operación inocente que viene después carga con la espera. Quien cronometra línea por
# línea un programa en CUDA suele acusar a `.item()` o a `print`, que solo son los primeros en necesitar el
# resultado.
#
# **En su lugar:** `torch.cuda.synchronize()` antes de cada mirada al reloj, una vez por ronda y no por
# llamada; o `torch.utils.benchmark.Timer`, que [sincroniza
# solo](https://docs.pytorch.org/docs/stable/benchmark_utils.html).

# %% [markdown] lang="en"
# The same three orders look free or cost three tenths of a second, depending on where the clock is read. And
# there is a second deceit: the innocent operation that comes next bears the waiting. Whoever times a CUDA
# program line by line tends to accuse `.item()` or `print`, which are only the first to need the result.
#
# **Instead:** `torch.cuda.synchronize()` before every look at the clock, once a round and not once a call; or
# `torch.utils.benchmark.Timer`, which [synchronises by
# itself](https://docs.pytorch.org/docs/stable/benchmark_utils.html).

# %% [markdown] lang="es"
# ## 3. Resumir con la media
#
# Una interrupción del sistema alarga una ronda y nunca la acorta. Midamos sesenta veces un producto y después
# otras sesenta con tres interrupciones provocadas: tres siestas de cuarenta productos cada una. Antes de ver
# la tabla: ¿qué les pasa a la media y a la mediana?

# %% [markdown] lang="en"
# ## 3. Summing up with the mean
#
# An interruption by the system lengthens a round and never shortens it. Let us time a product sixty times,
# and then sixty more times with three interruptions that we provoke: three naps of forty products each.
# Before you see the table: what happens to the mean and to the median?

# %%
left, right = torch.randn(2, 256, 256)
warm_up = [seconds(lambda: left @ right) for _ in range(10)]
quiet = [seconds(lambda: left @ right) for _ in range(60)]
nap_seconds = 40 * median(quiet)


def interrupted(number):
    def call():
        if number % 20 == 10:
            time.sleep(nap_seconds)
        return left @ right

    return call


noisy = [seconds(interrupted(number)) for number in range(60)]

# %%
head = ("", tr(es="media", en="mean"), tr(es="mediana", en="median"))
rows = [
    (tr(es="sin provocar nada", en="nothing provoked"), now(mean(quiet)), now(median(quiet))),
    (tr(es="tres siestas", en="three naps"), now(mean(noisy)), now(median(noisy))),
]
report.table(head, rows)

# %% tags=["hidden"]
assert sum(number % 20 == 10 for number in range(60)) == 3
assert mean(noisy) > 1.3 * median(noisy)
assert sorted(noisy)[56] < max(noisy)

# %% [markdown] lang="es"
# Tres rondas de sesenta bastan para arrastrar la media. La mediana no las ve: solo pregunta cuál está en el
# medio. El mínimo por sí solo tampoco es la solución: informa de la ronda más afortunada, y en una máquina
# cuya frecuencia sube y baja esa ronda no se repite. Sirve acompañado: dividido entre el mínimo de algo
# conocido que se midió en las mismas rondas. Así compara esta galería, como cuenta la página del [producto
# de matrices](matrix_product.md).
#
# **En su lugar:** la mediana con sus cuartiles, y la cantidad de rondas.
#
# ## 4. Medir pocas veces
#
# ¿Cuántas rondas bastan? Se puede simular. Cada ronda tarda 1, más un ruido de una décima, y una de cada
# veinticinco sufre una interrupción de entre 3 y 15. Repetimos dos mil veces la medición entera con 1, 3, 5,
# 9, 25 y 101 rondas y anotamos en qué ancho cae el 90 % central de los resultados. ¿Cuánto se gana de 1 a 9?

# %% [markdown] lang="en"
# Three rounds out of sixty are enough to drag the mean along. The median does not see them: it only asks
# which one stands in the middle. The minimum alone is no solution either: it reports the luckiest round, and
# on a machine whose frequency rises and falls that round does not come back. It serves in company: divided by
# the minimum of something known that was timed in the same rounds. This gallery compares that way, as the
# page on the [matrix product](matrix_product.md) tells.
#
# **Instead:** the median with its quartiles, and the number of rounds.
#
# ## 4. Measuring few times
#
# How many rounds are enough? A simulation can tell. Each round takes 1, plus a noise of a tenth, and one in
# twenty-five suffers an interruption of between 3 and 15. We repeat the whole measurement two thousand times
# with 1, 3, 5, 9, 25 and 101 rounds and note how wide the middle 90% of the results lies. How much is gained
# from 1 to 9?

# %%
random = np.random.default_rng(0)


def simulated(rounds, repeats=2000):
    noise = random.gamma(1.0, 0.1, (repeats, rounds))
    struck = random.random((repeats, rounds)) < 1 / 25
    return 1 + noise + struck * random.uniform(3, 15, (repeats, rounds))


def width(estimates):
    low, high = np.quantile(estimates, (0.05, 0.95))
    return high - low


# %%
# alt es: Ancho del 90 % central frente al número de rondas: la mediana se angosta mucho antes que la media.
# alt en: Width of the middle 90% against the number of rounds: the median narrows long before the mean.
counts = (1, 3, 5, 9, 25, 101)
samples = [simulated(count) for count in counts]
widths = {
    tr(es="media", en="mean"): [width(sample.mean(axis=1)) for sample in samples],
    tr(es="mediana", en="median"): [width(np.median(sample, axis=1)) for sample in samples],
}
_ = curves(
    *(counts, widths),
    xlabel=tr(es="rondas", en="rounds"),
    ylabel=tr(es="ancho (veces lo medido)", en="width (times what is measured)"),
    log="xy",
    markers=True,
)

# %% tags=["hidden"]
by_mean, by_median = widths.values()
assert by_median[3] < 0.3
assert by_mean[3] > 3 * by_median[3]
assert by_mean[1] > 2 * by_mean[0]
assert 8 < 1 / (1 - (24 / 25) ** 3) < 9.5
assert by_median == sorted(by_median, reverse=True)

# %% [markdown] lang="es"
# Con 9 rondas la mediana cae en un ancho de `{python} by_median[3]:.2f` y la media en uno de
# `{python} by_mean[3]:.2f`; con 101 rondas quedan `{python} by_median[5]:.2f` y `{python} by_mean[5]:.2f`. Lo
# raro es que la media empeore al pasar de 1 a 3: con una ronda, la interrupción es un accidente poco
# frecuente; con tres, una de cada nueve medias ya lleva alguna dentro. Una sola ronda, en cambio, no sabe
# siquiera si le tocó.
#
# **En su lugar:** nueve rondas como mínimo. Más rondas no curan el ruido que dura minutos; contra ese hay que
# repetir otro día o medir al lado algo conocido.
#
# Esta galería se queda a menudo por debajo de esa regla. Cabe en tres minutos porque en cada pasada un caso
# tiene entre dos y diez rondas, menos cuanto más dura; a cambio, casi todos se miden en dos procesos o más.
# Si otro trabajo estorba una de las pasadas, la mediana sale solo de la otra.

# %% [markdown] lang="en"
# With 9 rounds the median falls within a width of `{python} by_median[3]:.2f` and the mean within one of
# `{python} by_mean[3]:.2f`; with 101 rounds, `{python} by_median[5]:.2f` and `{python} by_mean[5]:.2f`
# remain. The odd thing is that the mean gets worse from 1 to 3: with one round, an interruption is a rare
# accident; with three, one mean in nine already has some inside. A single round, on the other hand, cannot
# even know whether it was struck.
#
# **Instead:** nine rounds at least. More rounds do not cure noise that lasts for minutes; that takes another
# day, or measuring something known beside it.
#
# This gallery often stays below that rule. It fits into three minutes because in each pass a case has between
# two and ten rounds, fewer the longer it takes; in exchange, almost every case is measured in two processes
# or more. Where another job disturbs one of the passes, the median comes from the other alone.

# %% [markdown] lang="es"
# ## 5. Cronometrar la preparación
#
# Crear los datos dentro de lo cronometrado suma dos tiempos y culpa a la operación de ambos. Aquí la
# operación es barata, multiplicar por un vector, y prepararla cuesta un millón de números al azar.

# %% [markdown] lang="en"
# ## 5. Timing the preparation
#
# Creating the data inside what is timed adds up two times and blames the operation for both. Here the
# operation is cheap, multiplying by a vector, and preparing it costs a million random numbers.


# %%
def with_preparation():
    return torch.randn(1000, 1000) @ torch.randn(1000)


matrix, vector = torch.randn(1000, 1000), torch.randn(1000)
mixed = median(seconds(with_preparation) for _ in range(15))
alone = median(seconds(lambda: matrix @ vector) for _ in range(15))
rows = [
    (tr(es="preparar y multiplicar", en="prepare and multiply"), now(mixed)),
    (tr(es="multiplicar", en="multiply"), now(alone)),
    (tr(es="cociente", en="quotient"), times(mixed / alone)),
]
report.table(("", tr(es="en esta ejecución", en="in this run")), rows)

# %% tags=["hidden"]
assert mixed > 2 * alone

# %% [markdown] lang="es"
# Más de la mitad de lo cronometrado era sacar números al azar. En un entrenamiento pasa lo mismo cuando la
# carga de imágenes entra en «el tiempo del modelo». A veces es lo que se quiere saber, y entonces hay que
# decirlo: cuánto tarda el modelo y cuánto tardan los datos en llegar son dos preguntas.
#
# **En su lugar:** preparar antes, y dar la carga como número aparte.
#
# ## 6. Medir la función equivocada
#
# El programa más rápido es el que no hace lo que debe. Un asterisco en lugar de una arroba multiplica casilla
# por casilla.

# %% [markdown] lang="en"
# More than half of what was timed was drawing random numbers. The same happens in training where loading
# images counts as “the time of the model”. Sometimes that is what you want to know, and then it must be said:
# how long the model takes and how long the data pipeline takes are two questions.
#
# **Instead:** prepare beforehand, and report loading as a number of its own.
#
# ## 6. Timing the wrong function
#
# The fastest program is the one that does not do its job. An asterisk in place of an at sign multiplies entry
# by entry.

# %%
left, right = torch.randn(2, 512, 512)
product = median(seconds(lambda: left @ right) for _ in range(15))
impostor = median(seconds(lambda: left * right) for _ in range(15))


def relative_error(answer, a, b):
    truth = a.double() @ b.double()
    return float((answer.double() - truth).norm() / truth.norm().clamp_min(1e-300))


errors = [relative_error(answer, left, right) for answer in (left @ right, left * right)]
head = ("", tr(es="en esta ejecución", en="in this run"), tr(es="error relativo", en="relative error"))
rows = [
    ("<code>left @ right</code>", now(product), localized(f"{errors[0]:.1e}")),
    ("<code>left * right</code>", now(impostor), localized(f"{errors[1]:.1e}")),
]
report.table(head, rows)

# %% tags=["hidden"]
assert impostor < product / 2
assert errors[0] < 1e-5
assert errors[1] > 0.9

# %% [markdown] lang="es"
# El impostor gana y su respuesta está mal por completo: el error relativo frente a float64 es de
# `{python} errors[1]:.1f`, o sea, tan grande como el propio resultado. En código real el descuido es más
# fino: un `map` que todavía no ha calculado nada, una convolución con el relleno cambiado, una dimensión que
# el *broadcasting* estiró.
#
# **En su lugar:** comparar la respuesta con una de confianza, en float64, después de cronometrar. Si no
# coincide, no hay tiempo que publicar. Todas las mediciones de esta galería lo hacen.
#
# ## 7. Usar ceros como datos
#
# Los ceros son cómodos. ¿Qué dirá la comprobación del apartado anterior sobre el impostor si ambas matrices
# son de ceros?

# %% [markdown] lang="en"
# The impostor wins and its answer is wrong throughout: its relative error against float64 is
# `{python} errors[1]:.1f`, that is, as large as the result itself. In real code the slip is finer: a `map`
# that has not computed anything yet, a convolution with another padding, a dimension that broadcasting has
# stretched.
#
# **Instead:** compare the answer with a trusted one, in float64, after timing. Where they differ there is no
# time to publish. Every benchmark of this gallery does so.
#
# ## 7. Using zeros as data
#
# Zeros are convenient. What will the check of the section above say about the impostor where both matrices
# are zero?

# %%
zeros = torch.zeros(512, 512)
blind = relative_error(zeros * zeros, zeros, zeros)
print(tr(es="error del impostor con ceros:", en="error of the impostor with zeros:"), blind)
found = {name: len(data.nonzero()) for name, data in (("zeros", zeros), ("randn", left))}
print(tr(es="filas que devuelve nonzero():", en="rows that nonzero() returns:"), found)

# %% tags=["hidden"]
assert blind == 0.0
assert found["zeros"] == 0
assert found["randn"] > 260_000

# %% [markdown] lang="es"
# Cero: la comprobación lo aprueba, porque con ceros todas las respuestas son la misma. Además, hay
# operaciones cuyo trabajo depende de los valores, como `nonzero`, ordenar o cualquier formato disperso. Y
# hasta el producto de matrices, que hace siempre las mismas cuentas, puede ir más rápido: en una GPU los
# ceros cambian menos bits, gastan menos energía y permiten sostener una frecuencia más alta ([He,
# 2024](https://www.thonking.ai/p/strangely-matrix-multiplications)).
#
# **En su lugar:** datos al azar con semilla, de la escala que tendrán los verdaderos.

# %% [markdown] lang="en"
# Zero: the check passes it, because with zeros all answers are the same. Besides, the work of some operations
# depends on the values, as in `nonzero`, sorting or any sparse format. And even the matrix product, which
# always does the same arithmetic, can run faster: on a GPU, zeros flip fewer bits, draw less power and allow
# a higher frequency to be kept up ([He, 2024](https://www.thonking.ai/p/strangely-matrix-multiplications)).
#
# **Instead:** random data with a seed, on the scale that the real ones will have.

# %% [markdown] lang="es" tags=["quiz"]
# Alguien mide dos versiones de una función: `lenta` con la computadora en reposo y `rapida` mientras se
# descargaba una actualización. Obtiene el mismo tiempo. ¿Qué se puede concluir?
#
# - [ ] Que `rapida` es mejor, porque empató con desventaja: es verosímil, pero el otro trabajo no frena todo
#   por igual. Puede no haber tocado esa medición, y el siguiente apartado muestra cuándo.
# - [ ] Que son iguales: solo si ambas midieron lo mismo; una midió la función y la otra, la función con un
#   vecino.
# - [x] Nada sobre las funciones: una de las dos mediciones no es de la función sola, y no hay corrección que
#   la rescate. Se repite.

# %% [markdown] lang="en" tags=["quiz"]
# Somebody measures two versions of a function: `slow` on an idle computer and `fast` while an update was
# being downloaded. Both take the same time. What follows?
#
# - [ ] That `fast` is better, since it drew level with a handicap: plausible, but the other job does not slow
#   everything down alike. It may not have touched that measurement, and the next section shows when.
# - [ ] That they are equal: only if both measured the same thing; one measured the function and the other the
#   function with a neighbour.
# - [x] Nothing about the functions: one of the two measurements is not of the function alone, and no
#   correction rescues it. Do it again.

# %% [markdown] lang="es"
# ## 8. Comparar mediciones contaminadas
#
# Se suele pensar que otro proceso «frena todo a la mitad» y que los cocientes sobreviven. Un modelo de un
# núcleo compartido dice otra cosa. El sistema da el núcleo a cada proceso por turnos, digamos de 4 ms. Una
# llamada corta suele caber en su turno; una larga espera un turno ajeno por cada uno propio.

# %% [markdown] lang="en"
# ## 8. Comparing contaminated runs
#
# People tend to think that another process “halves everything” and that quotients survive. A model of a
# shared core says otherwise. The system gives the core to each process by turns, of 4 ms, say. A short call
# usually fits into its turn; a long one waits for one turn of the other's for each of its own.

# %%
TURN_MS = 4.0


# es: tiempo hasta terminar, empezando en cada momento del turno propio
# en: time to finish, starting at each moment of its own turn
def on_shared_core(call_ms):
    start = np.arange(0, TURN_MS, 0.01)
    turns_of_others = np.floor((start + call_ms) / TURN_MS)
    return call_ms + turns_of_others * TURN_MS


for call_ms in (1.0, 20.0):
    shared = on_shared_core(call_ms)
    text = tr(es="sola {} ms; compartiendo: mediana {:.0f} ms", en="alone {} ms; sharing: median {:.0f} ms")
    print(text.format(f"{call_ms:>2.0f}", np.median(shared)))

# %% tags=["hidden"]
short, long = (float(np.median(on_shared_core(call_ms))) for call_ms in (1.0, 20.0))
assert short == 1.0
assert 39 < long < 41

# %% [markdown] lang="es"
# La llamada de 1 ms conserva su mediana y la de 20 ms la duplica: el cociente entre ambas pasó de 20 a
# `{python} long / short:.0f`. La contaminación no es un factor, así que no se puede descontar. Lo que se
# puede es detectarla. Cada fila registrada anota cuántos núcleos ocuparon los demás procesos entretanto, y
# `compare` se niega por encima de `{python} results.FOREIGN_CORES_LIMIT:.2f`:

# %% [markdown] lang="en"
# The call of 1 ms keeps its median and that of 20 ms doubles it: the quotient of the two went from 20 to
# `{python} long / short:.0f`. Contamination is not a factor, so it cannot be deducted. What can be done is to
# detect it. Every recorded row notes how many cores the other processes used meanwhile, and `compare` refuses
# above `{python} results.FOREIGN_CORES_LIMIT:.2f`:

# %%
quiet_cell = square(1024, "float32")
busy_cell = replace(quiet_cell, foreign_cores=1.3)
try:
    compare.compare(quiet_cell, busy_cell)
except ValueError as error:
    refusal = str(error)
    print(refusal)

# %% tags=["hidden"]
assert "contaminated" in refusal
assert busy_cell.foreign_cores > results.FOREIGN_CORES_LIMIT

# %% [markdown] lang="es"
# **En su lugar:** anotar la carga ajena con cada medición, tirar las contaminadas y repetirlas.
#
# ## 9. Dos hilos en dos núcleos ocupados
#
# Con dos hilos, cada operación termina cuando termina el más lento, y el otro lo espera. Pongamos a cada hilo
# en un núcleo que comparte por turnos con otro proceso, con los turnos cruzados: cuando uno corre, el otro
# no. ¿Cuánto se pierde frente a un solo hilo en un núcleo igual de ocupado? Depende de lo cortas que sean las
# operaciones. Elige un número antes de mirar la curva.

# %% [markdown] lang="en"
# **Instead:** note the foreign load with every measurement, throw contaminated ones away and repeat them.
#
# ## 9. Two threads on two busy cores
#
# With two threads, each operation ends when the slower one ends, and the other waits for it. Let us put each
# thread on a core that it shares by turns with another process, with the turns crossed: while one runs, the
# other does not. How much is lost against a single thread on a core just as busy? It depends on how short the
# operations are. Choose a number before you look at the curve.


# %%
# es: cuándo acaba un trabajo empezado en `start` si el núcleo es suyo un turno sí y otro no
# en: when a job begun at `start` ends if the core is its own every other turn
def end(start, work, first_turn):
    while True:
        into = (start - first_turn) % (2 * TURN_MS)
        if into < TURN_MS and work <= TURN_MS - into:
            return start + work
        work -= max(0.0, TURN_MS - into)
        start += 2 * TURN_MS - into


def finish(operation_ms, threads, operations=400):
    clock = 0.0
    for _ in range(operations):
        work = operation_ms / threads
        clock = max(end(clock, work, first_turn) for first_turn in (0.0, TURN_MS)[:threads])
    return clock


# %%
# alt es: Pérdida de dos hilos frente a uno según lo que dura una operación: cien veces en las más cortas.
# alt en: Loss of two threads against one by the length of an operation: a hundredfold for the shortest.
lengths = [0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0]
loss = [finish(length, 2) / finish(length, 1) for length in lengths]
ax = curves(
    *(lengths, {tr(es="dos hilos / un hilo", en="two threads / one thread"): loss}),
    xlabel=tr(es="duración de una operación (ms)", en="length of an operation (ms)"),
    ylabel=tr(es="veces más lento con dos hilos", en="times as slow with two threads"),
    log="xy",
    markers=True,
)
_ = ax.axhline(1, color=color("faint"), linestyle=":")

# %% tags=["hidden"]
assert finish(1.0, 1, operations=8) == 12.0  # eight ms of work: three turns, of which one is another's
assert loss[0] > 50
assert loss == sorted(loss, reverse=True)
assert loss[-1] > 1

# %% [markdown] lang="es"
# Con operaciones de `{python} lengths[0]` ms, dos hilos tardan `{python} loss[0]:.0f` veces lo que uno; con
# las de `{python} lengths[-1]:.0f` ms, `{python} loss[-1]:.1f` veces. El modelo exagera, porque cruza los
# turnos a propósito y no mueve los hilos de núcleo, pero el mecanismo es real: cada operación corta puede
# costar un turno ajeno entero. La página de los [hilos](threads.md) muestra cuánto pasa de verdad.
#
# **En su lugar:** un hilo atado a un núcleo para comparar, y los hilos como tema aparte, en una máquina
# quieta.
#
# ## 10. Ordenar por debajo del ruido
#
# Antes de cada caso, las mediciones registradas repiten el mismo producto de calibración. Son entonces
# `{python} len(on_cpu)` mediciones de **la misma función** en la misma máquina. Hagamos con ellas lo que
# haría una tabla de posiciones.

# %% [markdown] lang="en"
# With operations of `{python} lengths[0]` ms, two threads take `{python} loss[0]:.0f` times as long as one;
# with those of `{python} lengths[-1]:.0f` ms, `{python} loss[-1]:.1f` times. The model exaggerates, since it
# crosses the turns on purpose and moves no thread to another core, but the mechanism is real: each short
# operation can cost a whole turn of somebody else's. The page on [threads](threads.md) shows how much really
# happens.
#
# **Instead:** one thread tied to a core to compare with, and threads as a subject of their own, on a quiet
# machine.
#
# ## 10. Ranking below the noise
#
# Before every case, the recorded measurements repeat the same calibration product. So they are
# `{python} len(on_cpu)` measurements of **the same function** on the same machine. Let us do with them what a
# league table would do.

# %%
contenders = sorted(cell.calibration_seconds for cell in on_cpu)
ahead = contenders[-1] / contenders[0] - 1
places = {1: contenders[0], 2: contenders[1], 3: contenders[2], len(contenders): contenders[-1]}
rows = [(str(place), report.duration(value)) for place, value in places.items()]
head = tr(es="puesto", en="place"), tr(es="el mismo producto, registrado", en="the same product, recorded")
report.table(head, rows, caption=recorded)

# %%
today, tomorrow = simulated(9, repeats=8), simulated(9, repeats=8)
winners = [int(np.median(day, axis=1).argmin()) for day in (today, tomorrow)]
print(tr(es="ganador entre ocho copias iguales:", en="winner among eight equal copies:"), winners)

# %% tags=["hidden"]
assert len(contenders) >= 10
assert ahead > 0.005
assert winners[0] != winners[1]

# %% [markdown] lang="es"
# «El primero es un `{python} ahead:.0%` más rápido que el último», diría la tabla, y todos son el mismo.
# Después de la tabla, ocho copias iguales de una función simulada compiten dos días con nueve rondas, y cada
# día gana otra. Siempre gana alguien, y por eso ganar no dice nada.
#
# **En su lugar:** medir el ruido de la máquina con repeticiones de lo mismo y llamar diferencia solo a lo que
# lo supera. En esta galería hacen falta dos cosas: que los tiempos disten más que el ruido de la máquina, y
# que los intervalos entre cuartiles no se toquen. Ese ruido es un `{python} compare.NOISE:.0%`: entre dos
# registros completos de una máquina compartida, casi todas las filas se apartaron menos (`make agree` los
# compara). Donde ya las pasadas de un mismo registro se apartan más, se toma lo que se apartan.

# %% [markdown] lang="en"
# “The first is `{python} ahead:.0%` faster than the last”, the table would say, and they are all the same.
# After the table, eight equal copies of a simulated function compete on two days with nine rounds, and each
# day another one wins. Somebody always wins, and so winning says nothing.
#
# **Instead:** measure the noise of the machine by repeating one thing and call a difference only what exceeds
# it. In this gallery that takes two things: times further apart than the noise of the machine, and ranges
# between quartiles that do not touch. That noise is `{python} compare.NOISE:.0%`: between two complete
# recordings of a shared machine, almost all rows differed by less (`make agree` compares them). Where the
# passes of a single recording already differ by more, that is what is taken.

# %% [markdown] lang="es"
# ## Los diez, con su remedio

# %% [markdown] lang="en"
# ## All ten, with their remedy

# %%
remedies = {
    tr(es="1. la primera llamada", en="1. the first call"): tr(es="calentar antes", en="warm up first"),
    tr(es="2. no esperar", en="2. not waiting"): tr(es="sincronizar por ronda", en="synchronise each round"),
    tr(es="3. la media", en="3. the mean"): tr(es="mediana y cuartiles", en="median and quartiles"),
    tr(es="4. pocas rondas", en="4. few rounds"): tr(es="nueve o más", en="nine or more"),
    tr(es="5. la preparación", en="5. the preparation"): tr(es="fuera del reloj", en="off the clock"),
    tr(es="6. otra función", en="6. another function"): tr(es="comprobar en float64", en="check in float64"),
    tr(es="7. ceros", en="7. zeros"): tr(es="azar con semilla", en="seeded random data"),
    tr(es="8. contaminación", en="8. contamination"): tr(es="anotar y repetir", en="note it and repeat"),
    tr(es="9. dos hilos ocupados", en="9. two busy threads"): tr(es="un hilo atado", en="one pinned thread"),
    tr(es="10. ordenar ruido", en="10. ranking noise"): tr(es="«sin diferencia»", en="“no difference”"),
}
report.table((tr(es="error", en="mistake"), tr(es="remedio", en="remedy")), remedies.items())

# %% [markdown] lang="es" tags=["quiz"]
# Este fragmento anuncia el tiempo de una red en una GPU:
# `start = time.time(); out = model(torch.zeros(64, 3, 224, 224, device="cuda")); print(time.time() - start)`.
# ¿Cuántos de los diez errores comete con seguridad?
#
# - [ ] Uno, no sincroniza: ese bastaría para invalidarlo, y tiene compañía.
# - [ ] Tres: faltan algunos. Cuenta de nuevo la preparación, los datos y las veces que se ejecuta.
# - [x] Seis o más: sin calentar (1), sin sincronizar (2), una sola ronda (4), crea los datos dentro (5), no
#   mira la respuesta (6) y usa ceros (7). De los demás no da noticia, que es otra forma de error.

# %% [markdown] lang="en" tags=["quiz"]
# This fragment announces the time of a network on a GPU:
# `start = time.time(); out = model(torch.zeros(64, 3, 224, 224, device="cuda")); print(time.time() - start)`.
# How many of the ten mistakes does it make for sure?
#
# - [ ] One, it does not synchronise: that would make it void, and it has company.
# - [ ] Three: some are missing. Count the preparation again, the data, and how often it runs.
# - [x] Six or more: no warm-up (1), no synchronisation (2), a single round (4), data made inside (5), nobody
#   looks at the answer (6), and zeros (7). Of the others it gives no account, which is a mistake as well.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: un cronómetro honesto
#
# Escribe `measure(call, clock, warm_up=3, rounds=9)`: hace `warm_up` llamadas sin cronometrar, cronometra
# `rounds` llamadas con `clock()` (que devuelve segundos, como `time.perf_counter`) y devuelve la lista de los
# tiempos. Recibir el reloj como argumento permite comprobarla con un reloj de juguete.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: an honest stopwatch
#
# Write `measure(call, clock, warm_up=3, rounds=9)`: it makes `warm_up` calls off the clock, times `rounds`
# calls with `clock()` (which returns seconds, as `time.perf_counter` does) and returns the list of times.
# Taking the clock as an argument allows checking it with a toy clock.


# %% tags=["solution"]
def measure(call, clock, warm_up=3, rounds=9):
    for _ in range(warm_up):
        call()
    times = []
    for _ in range(rounds):
        start = clock()
        call()
        times.append(clock() - start)
    return times


# %% tags=["check"]
class Toy:
    def __init__(self):
        self.now, self.calls = 0.0, 0

    def clock(self):
        return self.now

    def call(self):
        self.calls += 1
        self.now += 100.0 if self.calls == 1 else 2.0


toy = Toy()
assert measure(toy.call, toy.clock) == [2.0] * 9
assert toy.calls == 12
assert measure(Toy().call, lambda: 0.0, warm_up=0, rounds=4) == [0.0] * 4

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: un veredicto que sabe callar
#
# Escribe `verdict(a, b, noise)` para dos listas de tiempos: `"faster"` si `a` es más rápida que `b`,
# `"slower"` si es más lenta y `"no difference"` si las medianas distan en un factor de `1 + noise` o menos, o
# si los intervalos entre cuartiles se tocan. `np.quantile(times, [0.25, 0.5, 0.75])` da los cuartiles.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: a verdict that can keep quiet
#
# Write `verdict(a, b, noise)` for two lists of times: `"faster"` if `a` is faster than `b`, `"slower"` if it
# is slower, and `"no difference"` if the medians lie within a factor of `1 + noise`, or if the ranges between
# the quartiles touch. `np.quantile(times, [0.25, 0.5, 0.75])` gives the quartiles.


# %% tags=["solution"]
def verdict(a, b, noise):
    (low_a, middle_a, high_a), (low_b, middle_b, high_b) = (
        np.quantile(times, [0.25, 0.5, 0.75]) for times in (a, b)
    )
    near = max(middle_a, middle_b) / min(middle_a, middle_b) <= 1 + noise
    if near or (low_a <= high_b and low_b <= high_a):
        return "no difference"
    return "faster" if middle_a < middle_b else "slower"


# %% tags=["check"]
calm = [1.00, 1.01, 1.02, 1.01, 1.00]
assert verdict(calm, [2 * value for value in calm], 0.2) == "faster"
assert verdict([2 * value for value in calm], calm, 0.2) == "slower"
assert verdict(calm, [1.1 * value for value in calm], 0.2) == "no difference"
assert verdict(calm, [0.9, 0.9, 1.5, 9.0, 9.0], 0.2) == "no difference"

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: un portero para las respuestas
#
# Escribe `right_answer(answer, reference, tolerance)`: `True` solo si las dos formas son iguales, no hay
# `nan` y el error relativo $\lVert a - r \rVert / \lVert r \rVert$ no pasa de `tolerance`. Y que rechace una
# referencia de puros ceros, que aprobaría a cualquiera que devuelva ceros.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: a doorkeeper for answers
#
# Write `right_answer(answer, reference, tolerance)`: `True` only where both shapes are equal, there is no
# `nan`, and the relative error $\lVert a - r \rVert / \lVert r \rVert$ does not exceed `tolerance`. And let
# it refuse a reference of nothing but zeros, which would pass anybody who returns zeros.


# %% tags=["solution"]
def right_answer(answer, reference, tolerance):
    if answer.shape != reference.shape or not reference.any():
        return False
    error = (answer.double() - reference.double()).norm() / reference.double().norm()
    return bool(error <= tolerance)


# %% tags=["check"]
truth = left.double() @ right.double()
assert right_answer(left @ right, truth, 1e-5)
assert not right_answer(left * right, truth, 1e-5)
assert not right_answer(truth[:1], truth, 1e-5)
assert not right_answer(torch.full_like(truth, torch.nan), truth, 1e-5)
assert not right_answer(zeros * zeros, zeros @ zeros, 1e-5)

# %% [markdown] lang="es"
# ## Para llevarte
#
# * Ningún error de medición avisa: cada uno produce un número, casi siempre favorable a lo que querías
#   mostrar.
# * Un tiempo va con su máquina, su mediana, sus cuartiles, sus rondas y la prueba de que la respuesta es la
#   correcta.
# * En una GPU se mide después de esperar; en una máquina compartida, después de mirar quién más está.
# * El ruido se mide igual que todo lo demás: repitiendo lo mismo. Por debajo de él no se ordena.
#
# ## Sigue por aquí
#
# El [producto de matrices](matrix_product.md) aplica estos remedios de principio a fin; los
# [hilos](threads.md), cuándo dos ayudan; la [carga de datos](data_loading.md), la parte que aquí se dejó
# fuera del reloj. Para otra clase de azar, el de los modelos, la [evaluación
# honesta](../workflow/honest_evaluation.md).

# %% [markdown] lang="en"
# ## What to keep
#
# * No mistake in measuring gives a warning: each produces a number, nearly always in favour of what you
#   wanted to show.
# * A time comes with its machine, its median, its quartiles, its rounds and the proof that the answer is
#   right.
# * On a GPU one measures after waiting; on a shared machine, after looking who else is there.
# * Noise is measured like everything else: by repeating one thing. Below it, nothing is ranked.
#
# ## Where to go next
#
# The [matrix product](matrix_product.md) applies these remedies from beginning to end; [threads](threads.md),
# when two of them help; [data loading](data_loading.md), the part that was kept off the clock here. For
# another kind of chance, that of models, [honest evaluation](../workflow/honest_evaluation.md).
