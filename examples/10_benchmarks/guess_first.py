"""
title:
  es: Adivina primero
  en: Guess first
summary:
  es: Nueve preguntas sobre velocidades y errores; da tu número y descubre en cuánto te apartaste.
  en: Nine questions on speeds and errors; give your number and see how far off you were.
tags: [benchmark, estimation, intuition, quiz]
everyday: [bias]
objectives:
  es:
    - Poner un número a una creencia antes de ver el dato.
    - Leer una respuesta con su dispersión y su procedencia.
    - Medir cuánto te equivocas, y hacia qué lado.
  en:
    - Put a number on a belief before seeing the data.
    - Read an answer with its spread and its provenance.
    - Measure how far off you are, and to which side.
prerequisites:
  es:
    - Nada de esta sección; mejor si aún no leíste las demás páginas.
  en:
    - Nothing of this section; all the better if you have not read its other pages yet.
"""
# %% [markdown] lang="es"
# Quien lee «es tres veces más rápido» asiente y lo olvida; quien antes apostó por diez lo recuerda. Aquí
# apuestas: nueve preguntas, un número para cada una, y después el dato registrado con su dispersión y la
# página que lo explica. Al terminar sabrás en cuánto se equivoca tu intuición y hacia qué lado.
#
# No presupone nada. Acompaña lo que el capítulo 00 de [PyTorch for Deep
# Learning](https://www.learnpytorch.io/00_pytorch_fundamentals/) promete de los aceleradores y los tipos de
# dato.

# %% [markdown] lang="en"
# Whoever reads “it is three times as fast” nods and forgets it; whoever bet on ten beforehand remembers. Here
# you bet: nine questions, one number each, and then the recorded figure with its spread and the page that
# explains it. By
# the end you will know how far your intuition is off, and to which side.
#
# It presumes nothing. It goes with what chapter 00 of [PyTorch for Deep
# Learning](https://www.learnpytorch.io/00_pytorch_fundamentals/) promises about accelerators and data types.

# %% [markdown] lang="es"
# ## De dónde salen las respuestas
#
# De los archivos registrados, durante la construcción de esta página: nadie las escribió a mano. Una
# respuesta **medida** trae el intervalo que permiten los cuartiles de sus dos mediciones; una **modelada**,
# su banda; una **citada**, lo que imprimió su fuente.

# %% [markdown] lang="en"
# ## Where the answers come from
#
# From the recorded files, while this page is built: nobody typed them. A **measured** answer brings the range
# that the quartiles of its two measurements allow; a **modelled** one, its band; a **quoted** one, what its
# source printed.

# %%
from dataclasses import dataclass
from math import exp, log
from statistics import mean

from tutorials_lib import tr
from tutorials_lib.bench import definition, paradnn, provenance, report, results, specs, suite, systolic
from tutorials_lib.widget import Widget

matmul = suite.load("matmul")
runs = [run for run in matmul.runs if run.machine["name"] == matmul.here.machine["name"]]
by_limit = {run.settings["instruction_limit"]: run for run in runs}


def product(precision, shape, limit=None):
    return by_limit[limit].cell(f"test_matrix_product[cpu-{precision}-{shape}]")


# es: cuántas veces la velocidad de `b` tiene `a`: valor, y lo menos y lo más que permiten los cuartiles
# en: how many times the speed of `b` that of `a` is: value, and the least and the most the quartiles allow
def speed_ratio(a, b):
    value = a.flop_per_second() / b.flop_per_second()
    low = a.flop_per_second("q3") / b.flop_per_second("q1")
    high = a.flop_per_second("q1") / b.flop_per_second("q3")
    return value, low, high


# %%
large, tiny = product("float32", "2048x2048x2048"), product("float32", "64x64x64")
half, full = (product(name, "1024x1024x1024") for name in ("bfloat16", "float32"))
native, without = (product("bfloat16", "512x512x512", limit) for limit in (None, "AVX2"))
vector = product("float32", "1x2048x2048")
small_half = product("bfloat16", "64x64x64")

first_call = [
    small_half.first_call_seconds / time
    for time in (small_half.median_seconds, small_half.q3_seconds, small_half.q1_seconds)
]
squares = ("128x128x128", "256x256x256", "512x512x512", "1024x1024x1024")
errors = [
    product("bfloat16", name).relative_error / product("float32", name).relative_error for name in squares
]

# %% [markdown] lang="es"
# Las que no se midieron aquí: lo que imprimió el artículo de la TPU v1 ([Jouppi y otros,
# 2017](https://doi.org/10.1145/3079856.3080246)), las redes de ParaDnn medidas por otros en una placa TPU
# v2-8 y en una GPU V100 ([Wang, Wei y Brooks, 2019](https://arxiv.org/abs/1907.10701)) y el modelo de
# [construye tu propia TPU](build_your_tpu.md).

# %% [markdown] lang="en"
# Those that were not measured here: what the paper on TPU v1 printed ([Jouppi and others,
# 2017](https://doi.org/10.1145/3079856.3080246)), the networks of ParaDnn that others measured on a TPU v2-8
# board and on a V100 GPU ([Wang, Wei and Brooks, 2019](https://arxiv.org/abs/1907.10701)), and the model of
# [build your own TPU](build_your_tpu.md).

# %%
isca = {entry.name: entry.over_haswell for entry in specs.ISCA_2017}
board_over_gpu = sorted(paradnn.findings().versus_gpu.values())
geometric = exp(mean(log(ratio) for ratio in board_over_gpu))
BAND = 0.25
chip = specs.CHIPS["v5e"].machine()


def share(shape):
    rows, inner, columns = shape
    return 2 * rows * inner * columns / systolic.product(chip, shape).seconds / chip.flop_per_second


dense, step = (1024, 2048, 2048), systolic.lstm_shape(batch=64, inputs=128, hidden=128)
used = share(dense) / share(step)

# %% tags=["hidden"]
assert used > 3


@dataclass(frozen=True)
class Question:
    """What is asked, the recorded answer with its range, and what to read about it."""

    text: str
    kind: str  # provenance class
    value: float
    low: float
    high: float
    why: str
    page: str
    title: str

    @property
    def answer(self) -> str:
        digits = provenance.two_digits
        spread = f" ({digits(self.low)}–{digits(self.high)})" if self.low < self.high else ""
        about = "≈ " if self.kind == "modelled" else ""
        return f"{about}{digits(self.value)}{spread} ×"

    @property
    def origin(self) -> str:
        return provenance.tag(self.kind)

    def html(self) -> str:
        data = f'data-value="{self.value}" data-low="{self.low}" data-high="{self.high}"'
        summary = tr(es="Ver la respuesta", en="See the answer")
        link = f'<a href="{self.page}.html">{self.title}</a>'
        return (
            f'<div class="widget-question" {data}><p>{self.text}</p><details><summary>{summary}</summary>'
            f"<p><strong>{self.answer}</strong> {self.origin}. {self.why} → {link}</p></details></div>"
        )


today = definition.digest(results.repository() / matmul.here.source, "test_matrix_product")


def care(*cells):
    """What a reader must know before trusting the answer: nothing, for sound measurements."""
    found = [note for note in (report.notes(cell, today) for cell in cells) if note]
    return "".join(dict.fromkeys(found))


if speed_ratio(large, tiny)[1] > 1:
    size_matters = tr(
        es="En el pequeño pesa más lo que cuesta llamar.",
        en="In the small one, the cost of calling weighs more.",
    )
elif speed_ratio(large, tiny)[2] < 1:
    size_matters = tr(
        es="Aquí rinde más el pequeño, a pesar de lo que cuesta llamar.",
        en="Here the small one does more, despite the cost of calling.",
    )
else:
    size_matters = tr(
        es="El intervalo incluye el 1: aquí no se distingue uno del otro.",
        en="The range includes 1: here one cannot be told from the other.",
    )
MATMUL = "matrix_product", tr(es="producto de matrices", en="matrix product")
TPU = "build_your_tpu", tr(es="construye tu propia TPU", en="build your own TPU")
questions = [
    Question(
        tr(
            es="En float32 y en un núcleo, ¿cuántas veces las operaciones por segundo de un producto de lado"
            " 64 hace uno de lado 2048?",
            en="In float32 on one core, how many times the operations per second of a product of side 64 does"
            " one of side 2048 do?",
        ),
        "measured",
        *speed_ratio(large, tiny),
        size_matters + care(large, tiny),
        *MATMUL,
    ),
    Question(
        tr(
            es="En una CPU con instrucciones para bfloat16, ¿cuántas veces la velocidad de float32 alcanza"
            " bfloat16 en un producto de lado 1024?",
            en="On a CPU with instructions for bfloat16, how many times the speed of float32 does bfloat16"
            " reach in a product of side 1024?",
        ),
        "measured",
        *speed_ratio(half, full),
        tr(
            es="Cada instrucción multiplica pares de números.",
            en="Each instruction multiplies pairs of numbers.",
        )
        + care(half, full),
        *MATMUL,
    ),
    Question(
        tr(
            es="El mismo procesador sin esas instrucciones: ¿cuántas veces más tarda el producto de lado 512"
            " en bfloat16?",
            en="The same processor without those instructions: how many times as long does the product of"
            " side 512 take in bfloat16?",
        ),
        "measured",
        *speed_ratio(native, without),
        tr(
            es="Sin ellas PyTorch recurre a un bucle propio que convierte cada número.",
            en="Without them PyTorch falls back on a loop of its own that converts every number.",
        )
        + care(native, without),
        *MATMUL,
    ),
    Question(
        tr(
            es="En float32, ¿cuántas veces las operaciones por segundo de una matriz de lado 2048 por un"
            " vector hace la misma matriz por otra igual?",
            en="In float32, how many times the operations per second of a matrix of side 2048 times a vector"
            " does the same matrix do times another like it?",
        ),
        "measured",
        *speed_ratio(large, vector),
        tr(
            es="Con un vector, cada número de la matriz viaja para usarse una vez.",
            en="With a vector, every number of the matrix travels to be used once.",
        )
        + care(large, vector),
        *MATMUL,
    ),
    Question(
        tr(
            es="¿Cuántas veces lo normal tarda la primera llamada de un producto de lado 64 en bfloat16?",
            en="How many times the usual time does the first call of a product of side 64 in bfloat16 take?",
        ),
        "measured",
        *first_call,
        tr(
            es="Elegir y preparar el código se paga una vez.",
            en="Choosing and preparing the code is paid once.",
        )
        + care(small_half),
        *("how_not_to_benchmark", tr(es="cómo no medir", en="how not to benchmark")),
    ),
    Question(
        tr(
            es="¿Cuántas veces el error relativo de float32 es el de bfloat16 en un producto cuadrado?",
            en="How many times the relative error of float32 is that of bfloat16 in a square product?",
        ),
        "measured",
        *(exp(mean(map(log, errors))), min(errors), max(errors)),
        tr(
            es="Guarda 8 bits significativos en lugar de 24: 16 menos.",
            en="It keeps 8 significant bits instead of 24: 16 fewer.",
        ),
        *("precision", tr(es="precisión", en="precision")),
    ),
    Question(
        tr(
            es="El artículo de la TPU v1 la compara con una CPU Haswell. ¿Cuántas veces más rápida fue en"
            " LSTM1, una red recurrente?",
            en="The paper on TPU v1 compares it with a Haswell CPU. How many times as fast was it on LSTM1, a"
            " recurrent network?",
        ),
        "quoted",
        *[isca["LSTM1"]] * 3,
        tr(
            es=f"En CNN1, una convolucional, fueron {provenance.two_digits(isca['CNN1'])}.",
            en=f"On CNN1, a convolutional one, it was {provenance.two_digits(isca['CNN1'])}.",
        ),
        *("validation", tr(es="validación", en="validation")),
    ),
    Question(
        tr(
            es="Redes densas entrenadas por otros en una placa TPU v2-8 (cuatro chips) y en una GPU V100:"
            " ¿cuántas veces más rápida es la placa, en media geométrica?",
            en="Dense networks that others trained on a TPU v2-8 board (four chips) and on a V100 GPU: how"
            " many times as fast is the board, as a geometric mean?",
        ),
        "recorded-elsewhere",
        *(geometric, board_over_gpu[0], board_over_gpu[-1]),
        tr(
            es=f"Son {len(board_over_gpu)} redes, de la peor a la mejor; en algunas gana la GPU.",
            en=f"They are {len(board_over_gpu)} networks, from worst to best; the GPU wins some of them.",
        ),
        *("winner_map", tr(es="mapa de ganadores", en="winner map")),
    ),
    Question(
        tr(
            es="En una TPU v5e modelada, ¿cuántas veces mejor aprovecha el chip una capa densa de 2048 con"
            " 1024 ejemplos que un paso de una LSTM de 128 con 64?",
            en="On a modelled TPU v5e, how many times as well does a dense layer of 2048 with 1024 examples"
            " use the chip as a step of an LSTM of 128 with 64?",
        ),
        "modelled",
        *(used, used / (1 + BAND), used * (1 + BAND)),
        tr(
            es="El paso es tan corto que pesa más empezarlo.",
            en="The step is so short that beginning it weighs more.",
        ),
        *TPU,
    ),
]
words = {
    "guess": tr(es="tu apuesta, en veces", en="your guess, in times"),
    "reveal": tr(es="Apostar y ver", en="Guess and see"),
    "yours": tr(es="tú: {guess}", en="you: {guess}"),
    "ours": tr(es="respuesta: {value}", en="answer: {value}"),
    "right": tr(es="Dentro de un factor 2.", en="Within a factor of 2."),
    "above": tr(es="Te pasaste por un factor {factor}.", en="Too high by a factor of {factor}."),
    "below": tr(es="Te quedaste corto por un factor {factor}.", en="Too low by a factor of {factor}."),
    "score": tr(
        es="{right} de {count} dentro de un factor 2; {above} por encima, {below} por debajo.",
        en="{right} of {count} within a factor of 2; {above} above, {below} below.",
    ),
}
assert len(questions) == 9
least_of_all, most_of_all = (choose(question.value for question in questions) for choose in (min, max))
assert all(question.low <= question.value <= question.high for question in questions)
text = "\n".join(
    f"{place}. {question.text}\n   {question.answer} {question.origin}"
    for place, question in enumerate(questions, start=1)
)

# %% [markdown] lang="es"
# ## Tus apuestas
#
# Mueve el deslizador o escribe un número y pulsa el botón. «1» es «igual»; menos de 1, «al revés». Sin
# JavaScript, escribe tu número en un papel y abre la respuesta. Nada de lo que apuestes sale de esta página.

# %% [markdown] lang="en"
# ## Your guesses
#
# Move the slider or type a number and press the button. “1” means “equal”; less than 1, “the other way
# round”. Without JavaScript, write your number on paper and open the answer. Nothing you guess leaves this
# page.

# %%
settings = {"low": 0.1, "high": 100_000, "words": words}
Widget("guess", settings, "".join(question.html() for question in questions), text).show()

# %% [markdown] lang="es"
# ## Qué suele fallar
#
# Si tus números se quedaron cerca de 2 y los datos no, es lo habitual: quien no tiene experiencia con una
# escala suele proponer factores modestos. Las respuestas de esta página van de
# `{python} provenance.two_digits(least_of_all)` a `{python} provenance.two_digits(most_of_all)` veces. Tres
# reglas ayudan:
#
# * **Contar bits y bytes.** Dieciséis bits menos de precisión harían el error $2^{16}$ veces mayor, o sea,
#   unas 65 000. El cociente medido es menor porque float32 acumula el suyo al sumar, y bfloat16, que suma en
#   float32, solo añade el de redondear el resultado.
# * **Preguntar qué se usa una sola vez.** Lo que se lee para usarse una vez espera a la memoria.
# * **Sospechar de lo corto.** En una llamada de microsegundos manda lo que cuesta llamar.

# %% [markdown] lang="en"
# ## What tends to go wrong
#
# If your numbers stayed near 2 and the data did not, that is usual: whoever has no experience with a scale
# tends to propose modest factors. The answers on this page go from
# `{python} provenance.two_digits(least_of_all)` to `{python} provenance.two_digits(most_of_all)` times. Three
# rules help:
#
# * **Count bits and bytes.** Sixteen bits less of precision would make the error $2^{16}$ times as large,
#   that is, some 65,000. The measured quotient is smaller because float32 accumulates its own while adding,
#   and bfloat16, which adds in float32, only has that of rounding the result.
# * **Ask what is used only once.** What is read to be used once waits for memory.
# * **Suspect what is short.** In a call of microseconds, the cost of calling rules.

# %% tags=["hidden"]
values = [question.value for question in questions]
assert 1 < values[5] < 2**16

# %% [markdown] lang="es" tags=["quiz"]
# Apostaste 10 y la respuesta es «2,8 (2,6–2,9)». Un amigo apostó 1. ¿Quién quedó más cerca?
#
# - [ ] Tu amigo, porque 1,8 de diferencia es menos que 7,2: en cocientes no se resta. Decir 1 era decir «no
#   cambia nada».
# - [x] Tu amigo, porque se equivocó por un factor menor, 2,8 contra 3,6: se comparan factores.
# - [ ] Nadie, la respuesta tiene un intervalo: el intervalo es mucho más angosto que ambos errores.

# %% [markdown] lang="en" tags=["quiz"]
# You guessed 10 and the answer is “2.8 (2.6–2.9)”. A friend guessed 1. Who was closer?
#
# - [ ] Your friend, since a difference of 1.8 is less than 7.2: quotients are not subtracted. Saying 1 meant
#   saying “nothing changes”.
# - [x] Your friend, being off by a smaller factor, 2.8 against 3.6: factors are what is compared.
# - [ ] Nobody, the answer has a range: the range is far narrower than both errors.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: un cociente con su intervalo
#
# Dos tiempos con sus cuartiles, cada uno una terna `(q1, mediana, q3)`. Escribe `ratio(a, b)`: cuántas veces
# dura `a` lo que `b`, como terna `(lo menos, valor, lo más)`. Antes de escribirla: ¿qué cuartil de `b` va con
# el primero de `a`?

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: a quotient with its range
#
# Two times with their quartiles, each a triple `(q1, median, q3)`. Write `ratio(a, b)`: how many times as
# long as `b` `a` lasts, as a triple `(least, value, most)`. Before you write it: which quartile of `b` goes
# with the first of `a`?


# %% tags=["solution"]
def ratio(a, b):
    return a[0] / b[2], a[1] / b[1], a[2] / b[0]


# %% tags=["check"]
assert ratio((2.0, 4.0, 6.0), (1.0, 2.0, 4.0)) == (0.5, 2.0, 6.0)
least, middle, most = ratio((9.0, 10.0, 11.0), (9.0, 10.0, 11.0))
assert least < middle == 1.0 < most

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: cuánto te apartaste
#
# Escribe `off_by(guess, value)`: el factor, siempre 1 o más, por el que `guess` se aparta de `value`. Y
# `typical(pairs)`, la media geométrica de ese factor sobre una lista de pares `(guess, value)`.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: how far off you were
#
# Write `off_by(guess, value)`: the factor, always 1 or more, by which `guess` is away from `value`. And
# `typical(pairs)`, the geometric mean of that factor over a list of pairs `(guess, value)`.


# %% tags=["solution"]
def off_by(guess, value):
    return max(guess / value, value / guess)


def typical(pairs):
    return exp(mean(log(off_by(guess, value)) for guess, value in pairs))


# %% tags=["check"]
assert off_by(10, 2.5) == off_by(2.5, 10) == 4
assert off_by(3, 3) == 1
assert abs(typical([(1, 4), (9, 1)]) - 6) < 1e-9

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: ¿optimista o pesimista?
#
# Escribe `lean(pairs)`: la media geométrica de `guess / value`. Más de 1 quiere decir que exageras; menos,
# que te quedas corto. Un pronosticador sin sesgo puede tener `lean` igual a 1 y equivocarse mucho: construye
# una lista `unbiased` de dos pares con `lean(unbiased)` igual a 1 y `typical(unbiased)` de 10 o más.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: optimist or pessimist?
#
# Write `lean(pairs)`: the geometric mean of `guess / value`. More than 1 means that you exaggerate; less,
# that you fall short. A forecaster without bias may have a `lean` of 1 and be far off: build a list
# `unbiased` of two pairs with `lean(unbiased)` equal to 1 and `typical(unbiased)` of 10 or more.


# %% tags=["solution"]
def lean(pairs):
    return exp(mean(log(guess / value) for guess, value in pairs))


unbiased = [(10, 1), (1, 10)]

# %% tags=["check"]
assert abs(lean([(2, 1), (8, 1)]) - 4) < 1e-9
assert len(unbiased) == 2
assert abs(lean(unbiased) - 1) < 1e-9
assert typical(unbiased) > 9.99

# %% [markdown] lang="es"
# ## Para llevarte
#
# * Apuesta antes de mirar: lo que no se apostó no se puede corregir.
# * Los errores de estimación son factores; se promedian con logaritmos.
# * Cada respuesta vale para su máquina y su día. Lo que dura es la razón: bits, bytes, usos, llamadas.
#
# ## Sigue por aquí
#
# Mide tu máquina y compárala con la nuestra en [tus resultados](your_results.md), o empieza por el [producto
# de matrices](matrix_product.md). Los veredictos sobre las frases de las notas están en
# [afirmaciones](claims.md).

# %% [markdown] lang="en"
# ## What to keep
#
# * Guess before you look: what was not guessed cannot be corrected.
# * Errors of estimation are factors; they are averaged with logarithms.
# * Each answer holds for its machine and its day. What lasts is the reason: bits, bytes, uses, calls.
#
# ## Where to go next
#
# Measure your machine and compare it with ours under [your results](your_results.md), or begin with the
# [matrix product](matrix_product.md). The verdicts on the sentences of the notes are under
# [claims](claims.md).
