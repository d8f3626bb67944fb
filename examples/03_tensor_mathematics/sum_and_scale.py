"""
title:
  es: Suma y producto por un número
  en: Sum and product with a number
summary:
  es: A + B y λA, sus leyes, lo que el broadcasting les agrega y lo que el redondeo les quita.
  en: A + B and λA, their laws, what broadcasting adds to them and what rounding takes away.
tags: [tensor, algebra, einsum, precision, broadcasting]
objectives:
  es:
    - Escribir A + B y λA con índices, con bucles, con einsum y con PyTorch.
    - Usar las leyes de las dos operaciones, también con un producto de por medio.
    - Distinguir la suma de tensores del broadcasting, y pedir un error donde PyTorch no lo da.
    - Decir qué leyes cumple la suma en coma flotante, cuál pierde y cuánto cuesta perderla.
  en:
    - Write A + B and λA with indices, with loops, with einsum and with PyTorch.
    - Use the laws of both operations, also with a product in between.
    - Tell the sum of tensors from broadcasting, and ask for an error where PyTorch gives none.
    - Say which laws the sum keeps in floating point, which one it loses, and what that costs.
prerequisites:
  es:
    - La lección «Tensores y rango», sobre todo la definición con índices.
  en:
    - The lesson “Tensors and rank”, above all the definition with indices.
"""
# %% [markdown] lang="es"
# Un paso de entrenamiento resta de cada peso un múltiplo de su gradiente; una conexión residual suma la
# entrada de una capa a su salida; un promedio suma y divide. Todo eso son dos operaciones: sumar tensores y
# multiplicarlos por un número. Al terminar esta lección las escribirás de cuatro maneras, sabrás qué leyes
# puedes usar y cuáles deja de cumplir la computadora. Conviene haber leído [Tensores y
# rango](../fundamentals/tensors_and_rank.md).
#
# Acompaña la parte de operaciones básicas de la sección *PyTorch Fundamentals* del curso [PyTorch for Deep
# Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) y el [capítulo
# 00](https://www.learnpytorch.io/00_pytorch_fundamentals/) de su libro.
#
# ## La suma, componente a componente
#
# Dos tensores de la misma forma se suman lugar por lugar. Para rango 2, con las piezas
# $\hat e_i \otimes \hat e_j$ de una base,
#
# $$C = A + B = (A_{ij} + B_{ij})\, \hat e_i \otimes \hat e_j
# \quad\Longrightarrow\quad C_{ij} = A_{ij} + B_{ij}, \tag{1}$$
#
# y con cualquier otro rango cambia solo la lista de índices. A la izquierda, $i$ y $j$ se repiten en cada
# producto de componente y pieza, y se suman; en la igualdad de la derecha no se repiten en ningún producto:
# son libres, y hay un bucle por cada uno.

# %% [markdown] lang="en"
# A training step subtracts from each weight a multiple of its gradient; a residual connection adds the input
# of a layer to its output; a mean adds and divides. All of this is two operations: adding tensors, and
# multiplying them by a number. By the end of this lesson you will write them in four ways, know which laws
# you may use and which ones a computer breaks. It helps to have read [Tensors and
# rank](../fundamentals/tensors_and_rank.md).
#
# It goes with the basic operations in the section *PyTorch Fundamentals* of the course [PyTorch for Deep
# Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) and with [chapter
# 00](https://www.learnpytorch.io/00_pytorch_fundamentals/) of its book.
#
# ## The sum, component by component
#
# Two tensors of the same shape are added place by place. For rank 2, with the pieces
# $\hat e_i \otimes \hat e_j$ of a basis,
#
# $$C = A + B = (A_{ij} + B_{ij})\, \hat e_i \otimes \hat e_j
# \quad\Longrightarrow\quad C_{ij} = A_{ij} + B_{ij}, \tag{1}$$
#
# and for any other rank nothing changes but the list of indices. On the left, $i$ and $j$ are repeated in
# each product of a component and its piece, and are summed; in the equation on the right no product repeats
# them: they are free, and there is one loop for each.

# %%
from itertools import permutations

import numpy as np
import torch

from tutorials_lib import tr
from tutorials_lib.plots import color, curves, tensor_grid
from tutorials_lib.tensors import add, assert_agree, matrix_vector, relative_error, scale

# %%
A = torch.tensor([[1, 2, 3], [4, 5, 6]])
B = torch.tensor([[10, 0, -3], [0, 5, 1]])

C = torch.zeros(2, 3, dtype=torch.int64)
for i in range(2):
    for j in range(3):
        C[i, j] = A[i, j] + B[i, j]  # (1)
print(C)

# %%
# alt es: Tres tablas de 2 por 3: A más B es C; marcado en las tres el lugar (0, 2), donde 3 + (−3) = 0.
# alt en: Three 2 by 3 tables: A plus B is C; the place (0, 2) is marked in all three, where 3 + (−3) = 0.
ax = tensor_grid(
    {"A": A, "B": B, "C": C}, signs=("+", "="), highlight={name: [(0, 2)] for name in ("A", "B", "C")}
)

# %% [markdown] lang="es"
# Cada identidad de esta sección aparece de cuatro maneras: la fórmula, el bucle (guardado en
# `tutorials_lib.tensors` como referencia), `einsum` y la llamada de PyTorch. `einsum` solo sabe multiplicar y
# sumar sobre índices; para sumar dos tensores se les pone un índice más, $s$, y se suma sobre él:
# $C_{ij} = \sum_s 1 \cdot T_{sij}$, donde $T$ es la pila de los dos.

# %% [markdown] lang="en"
# Every identity of this section appears in four ways: the formula, the loop (kept in `tutorials_lib.tensors`
# as the reference), `einsum` and the call of PyTorch. `einsum` can only multiply and sum over indices; to add
# two tensors we give them one more index, $s$, and sum over it: $C_{ij} = \sum_s 1 \cdot T_{sij}$, where $T$
# is the two of them stacked.

# %%
generator = torch.Generator().manual_seed(0)


def random(*shape):
    return torch.randn(shape, dtype=torch.float64, generator=generator)


for shape in [(1,), (6,), (2, 3), (4, 1, 5), (2, 3, 2, 2)]:
    A, B = random(*shape), random(*shape)
    pile = torch.stack([A, B])
    assert_agree(loop=add(A, B), einsum=torch.einsum("s...->...", pile), torch=A + B)  # (1)
    print(f"{shape!s:<14}", tr(es="las tres formas coinciden", en="the three forms agree"))

# %% [markdown] lang="es"
# ## El producto por un número
#
# Un número, o escalar, $\lambda$ multiplica cada componente:
#
# $$D = \lambda A \quad\Longrightarrow\quad D_{ij} = \lambda A_{ij}, \tag{2}$$
#
# y la matriz entera se estira:
#
# $$\lambda \begin{pmatrix} A_{11} & A_{12} \\ A_{21} & A_{22} \end{pmatrix}
# = \begin{pmatrix} \lambda A_{11} & \lambda A_{12} \\ \lambda A_{21} & \lambda A_{22} \end{pmatrix}.
# \tag{3}$$

# %% [markdown] lang="en"
# ## The product with a number
#
# A number, or scalar, $\lambda$ multiplies every component:
#
# $$D = \lambda A \quad\Longrightarrow\quad D_{ij} = \lambda A_{ij}, \tag{2}$$
#
# and stretches the whole matrix:
#
# $$\lambda \begin{pmatrix} A_{11} & A_{12} \\ A_{21} & A_{22} \end{pmatrix}
# = \begin{pmatrix} \lambda A_{11} & \lambda A_{12} \\ \lambda A_{21} & \lambda A_{22} \end{pmatrix}.
# \tag{3}$$

# %%
for shape in [(1,), (2, 3), (4, 1, 5)]:
    A, factor = random(*shape), random(1).item()
    number = torch.tensor(factor, dtype=torch.float64)
    assert_agree(loop=scale(factor, A), einsum=torch.einsum(",...->...", number, A), torch=factor * A)  # (2)

A, factor = random(2, 2), -2.5
matrix = torch.tensor([[factor * A[0, 0], factor * A[0, 1]], [factor * A[1, 0], factor * A[1, 1]]])
assert_agree(loop=scale(factor, A), written_out=matrix)  # (3)
print(torch.stack([A, factor * A]))

# %% [markdown] lang="es"
# Fíjate en la cadena `",...->..."`: delante de la coma no hay ninguna letra, porque un escalar tiene rango 0
# y ningún índice.
#
# ## Las leyes
#
# Los componentes son números reales, y de ellos hereda la suma sus leyes:
#
# $$A + B = B + A, \qquad (A + B) + C = A + (B + C), \tag{4}$$
#
# $$\lambda (A + B) = \lambda A + \lambda B, \qquad (\lambda + \mu) A = \lambda A + \mu A, \qquad
# \lambda (\mu A) = (\lambda \mu) A. \tag{5}$$
#
# Con el cero, el opuesto y $1 A = A$, esto es lo que en matemáticas se llama un *espacio vectorial*: los
# tensores de una misma forma lo son, sea cual sea su rango. Un punto de ese espacio puede ser una foto, y el
# promedio de dos fotos es otra vez una foto.

# %% [markdown] lang="en"
# Look at the string `",...->..."`: there is no letter before the comma, since a scalar has rank 0 and no
# index.
#
# ## The laws
#
# The components are real numbers, and from them the sum inherits its laws:
#
# $$A + B = B + A, \qquad (A + B) + C = A + (B + C), \tag{4}$$
#
# $$\lambda (A + B) = \lambda A + \lambda B, \qquad (\lambda + \mu) A = \lambda A + \mu A, \qquad
# \lambda (\mu A) = (\lambda \mu) A. \tag{5}$$
#
# With zero, the opposite and $1 A = A$, this is what mathematics calls a *vector space*: the tensors of one
# shape form one, whatever their rank. A point of that space may be a photograph, and the mean of two
# photographs is a photograph again.

# %%
for shape in [(3,), (2, 3), (2, 1, 4)]:
    A, B, C = random(*shape), random(*shape), random(*shape)
    l, m = random(2).tolist()
    assert torch.equal(add(A, B), add(B, A))  # (4)
    assert_agree(left=add(add(A, B), C), right=add(A, add(B, C)))  # (4)
    assert_agree(together=scale(l, add(A, B)), apart=l * A + l * B)  # (5)
    assert_agree(together=scale(l + m, A), apart=l * A + m * A)  # (5)
    assert_agree(twice=scale(l, scale(m, A)), once=(l * m) * A)  # (5)

# %% [markdown] lang="es"
# La conmutativa se cumple **bit a bit** (`torch.equal`); las demás, hasta el redondeo. Volveremos a esa
# diferencia.
#
# ## Con un producto de por medio
#
# Un número puede entrar y salir de un producto con un vector:
#
# $$(\lambda A) \cdot \vec v = \lambda (A \cdot \vec v), \qquad
# (\lambda A_{jk})\, v_k = \lambda\, (A_{jk} v_k). \tag{6}$$
#
# La demostración es mirar los índices: $\lambda$ no lleva ninguno. Lo que cambia es el costo. Si $A$ es de
# $m \times n$, a la izquierda hay que multiplicar $mn$ números por $\lambda$ y a la derecha solo $m$. ¿Cuánta
# diferencia hay para una capa de 1000 × 1000?

# %% [markdown] lang="en"
# Commutativity holds **bit by bit** (`torch.equal`); the others hold up to rounding. We will come back to
# that difference.
#
# ## With a product in between
#
# A number may move in and out of a product with a vector:
#
# $$(\lambda A) \cdot \vec v = \lambda (A \cdot \vec v), \qquad
# (\lambda A_{jk})\, v_k = \lambda\, (A_{jk} v_k). \tag{6}$$
#
# To prove it is to look at the indices: $\lambda$ bears none. What changes is the cost. If $A$ is
# $m \times n$, the left side multiplies $mn$ numbers by $\lambda$ and the right side only $m$. How large is
# the difference for a layer of 1000 × 1000?

# %%
for rows, columns in [(1, 1), (2, 3), (5, 4)]:
    A, v, factor = random(rows, columns), random(columns), random(1).item()
    assert_agree(  # (6)
        loop=matrix_vector(scale(factor, A), v),
        outside=scale(factor, matrix_vector(A, v)),
        einsum=torch.einsum(",jk,k->j", torch.tensor(factor, dtype=torch.float64), A, v),
        torch=(factor * A) @ v,
    )
rows = columns = 1000
inside, outside = rows * columns, rows
print(inside, outside)

# %% [markdown] lang="es"
# `{python} inside` productos contra `{python} outside`: `{python} inside // outside` veces más, y una copia
# de la matriz. Para un vector conviene dejar el número afuera. Si la misma matriz va a multiplicar más de $n$
# vectores, es al revés: $\lambda A$ se calcula una vez, con $mn$ productos, y afuera harían falta $m$ por
# cada vector.
#
# ## El broadcasting no es la suma de tensores
#
# La fórmula (1) pide la misma forma. PyTorch pide menos: si a un tensor le falta un eje, o lo tiene de tamaño
# 1, lo repite. A eso se le llama *broadcasting* (difusión) y es cómodo para sumar un sesgo a cada fila.
# También acepta sumas que nadie quiso escribir. ¿Qué forma tiene la suma de una fila y una columna de tres
# números?

# %% [markdown] lang="en"
# `{python} inside` products against `{python} outside`: `{python} inside // outside` times as many, and a
# copy of the matrix. For one vector, leave the number outside. If the same matrix is to multiply more than
# $n$ vectors, it is the other way round: $\lambda A$ is computed once, with $mn$ products, and outside each
# vector would take $m$.
#
# ## Broadcasting is not the sum of tensors
#
# Formula (1) asks for the same shape. PyTorch asks for less: where a tensor lacks an axis, or has it with
# size 1, it repeats it. This is called *broadcasting*, and it is handy to add a bias to every row. It also
# accepts sums that nobody meant to write. What is the shape of the sum of a row and a column of three
# numbers?

# %%
row, column = torch.tensor([1, 2, 3]), torch.tensor([[10], [20], [30]])
table = row + column
print(table, tuple(table.shape))

# %%
# alt es: Una fila de tres números más una columna de tres números da una tabla de 3 por 3.
# alt en: A row of three numbers plus a column of three numbers makes a 3 by 3 table.
names = (tr(es="fila", en="row"), tr(es="columna", en="column"), tr(es="suma", en="sum"))
ax = tensor_grid(dict(zip(names, (row, column, table), strict=True)), signs=("+", "="))

# %% [markdown] lang="es"
# Nueve números donde cabía esperar tres. La referencia `add` cumple la definición y se niega. Pedir la misma
# forma es una línea que conviene escribir donde una resta entra en una pérdida.

# %% [markdown] lang="en"
# Nine numbers where three could be expected. The reference `add` keeps to the definition and refuses. To ask
# for the same shape is a line worth writing wherever a difference goes into a loss.

# %% tags=["raises=ValueError"]
add(row, column)

# %% tags=["hidden"]
assert table.shape == (3, 3) and (row + column[:, 0]).shape == (3,)

# %% [markdown] lang="es"
# Lo que esa distracción le hace a un entrenamiento se mide en
# [broadcasting](../fundamentals/broadcasting.md).
#
# ## Lo que el redondeo se lleva
#
# De las leyes (4), la computadora pierde la asociativa (las de (5) tampoco son ya exactas). Tres números
# bastan para verlo: $10^8$, $1$ y $-10^8$ en `float32`, sumados en los seis órdenes posibles. Apuesta:
# ¿cuántos resultados distintos salen?

# %% [markdown] lang="en"
# What that slip does to a training run is measured in [broadcasting](../fundamentals/broadcasting.md).
#
# ## What rounding takes away
#
# Of the laws (4), the computer loses associativity (those of (5) are no longer exact either). Three numbers
# are enough to see it: $10^8$, $1$ and $-10^8$ in `float32`, added in the six possible orders. Bet: how many
# different results come out?

# %%
numbers = torch.tensor([1e8, 1.0, -1e8])
results = {}
for order in permutations(range(3)):
    a, b, c = numbers[list(order)]
    results[order] = ((a + b) + c).item()
    print(f"({a:.0e} + {b:.0e}) + {c:.0e} = {results[order]}")

# %% tags=["hidden"]
assert set(results.values()) == {0.0, 1.0}
lost = sum(result == 0.0 for result in results.values())

# %% [markdown] lang="es"
# En `{python} lost` de los seis órdenes el 1 desaparece: junto a $10^8$ cae por debajo del épsilon de
# `float32`, y al restar el gigante ya no está. Los órdenes que lo conservan juntan primero los dos gigantes.
#
# ¿Importa con datos de verdad? Sumemos $n$ números entre 0 y 1 de tres maneras: de izquierda a derecha con un
# solo acumulador, por mitades (suma por parejas, como una eliminatoria) y con `torch.sum`. La verdad es la
# suma en `float64`. Si cada suma redondea, ¿cuál de las tres se aleja más al crecer $n$?

# %% [markdown] lang="en"
# In `{python} lost` of the six orders the 1 vanishes: next to $10^8$ it falls below the epsilon of `float32`,
# and when the giant is subtracted it is no longer there. The orders that keep it bring the two giants
# together first.
#
# Does it matter with real data? Let us add $n$ numbers between 0 and 1 in three ways: from left to right with
# a single accumulator, by halves (pairwise, like a knockout), and with `torch.sum`. The truth is the sum in
# `float64`. If every sum rounds, which of the three strays furthest as $n$ grows?


# %%
def one_by_one(x):
    # es: torch.cumsum acumula en float64; NumPy acumula en el tipo de los datos
    # en: torch.cumsum accumulates in float64; NumPy accumulates in the type of the data
    return torch.from_numpy(np.cumsum(x.numpy()))[-1]


def pairwise(x):
    while len(x) > 1:
        if len(x) % 2:
            x = torch.cat([x, x.new_zeros(1)])
        x = x[::2] + x[1::2]
    return x[0]


sums = {tr(es="uno a uno", en="one by one"): one_by_one, tr(es="por parejas", en="pairwise"): pairwise}
sums["torch.sum"] = torch.sum
lengths = [4**power for power in range(3, 10)]
errors = {name: torch.zeros(5, len(lengths)) for name in sums}
for seed in range(5):
    numbers = torch.rand(lengths[-1], generator=torch.Generator().manual_seed(seed))
    for place, n in enumerate(lengths):
        truth = numbers[:n].double().sum()
        for name, method in sums.items():
            errors[name][seed, place] = relative_error(method(numbers[:n]), truth)

# %%
# alt es: Error relativo contra cuántos números se suman, ejes logarítmicos: uno a uno crece; los otros, no.
# alt en: Relative error against how many numbers are added, log axes: one by one grows; the others do not.
# es: un error de cero exacto no cabe en un eje logarítmico
# en: an error of exactly zero has no place on a logarithmic axis
floor = 1e-9
ax = curves(
    lengths,
    {name: error.mean(0) + floor for name, error in errors.items()},
    bands={name: (error.amin(0) + floor, error.amax(0) + floor) for name, error in errors.items()},
    xlabel=tr(es="números sumados", en="numbers added"),
    ylabel=tr(es="error relativo", en="relative error"),
    log="xy",
)
_ = ax.axhline(torch.finfo(torch.float32).eps, color=color("slate"), linestyle=":")

# %% tags=["hidden"]
naive, halves, library = (error[:, -1] for error in errors.values())
epsilon = torch.finfo(torch.float32).eps
assert (naive > 3 * epsilon).all() and naive.mean() > 10 * epsilon
assert (halves < 2 * epsilon).all() and (library < 2 * epsilon).all()

# %% [markdown] lang="es"
# La franja va de la menor a la mayor de cinco semillas; la línea punteada es el épsilon de `float32`. Con
# `{python} lengths[-1]` números, el acumulador único se equivoca en `{python} naive.mean().item():.0e` (de
# `{python} naive.min().item():.0e` a `{python} naive.max().item():.0e`) y las otras dos quedan por debajo de
# dos veces ese épsilon. El acumulador falla porque pronto es mucho mayor que lo que le llega; por parejas
# siempre se suman números de tamaño parecido. `torch.sum` hace algo así por dentro. La cota del error crece
# con $n$ en el primer caso y con $\log_2 n$ en el segundo ([Higham, 1993](https://doi.org/10.1137/0914050)).

# %% [markdown] lang="en"
# The band goes from the smallest to the largest of five seeds; the dotted line is the epsilon of `float32`.
# With `{python} lengths[-1]` numbers the single accumulator is off by `{python} naive.mean().item():.0e`
# (from `{python} naive.min().item():.0e` to `{python} naive.max().item():.0e`), and the other two stay below
# twice that epsilon. The accumulator fails because it soon is much larger than what comes in; pairwise, the
# numbers added are always of similar size. `torch.sum` does something of the kind inside. The bound of the
# error grows with $n$ in the first case and with $\log_2 n$ in the second ([Higham,
# 1993](https://doi.org/10.1137/0914050)).

# %% [markdown] lang="es"
# ## Para llevarte
#
# * Sumar pide la misma forma y da la misma forma; multiplicar por un número no cambia ninguna.
# * En `einsum`, una suma de dos tensores es una suma sobre un índice que los apila; un escalar es un operando
#   sin letras.
# * Un número entra y sale de cualquier producto. Ponlo donde se multipliquen menos componentes.
# * El broadcasting acepta más que la suma de tensores. Donde importe, pide `A.shape == B.shape`.
# * En coma flotante la suma es conmutativa y no es asociativa. Deja que sume la biblioteca.

# %% [markdown] lang="en"
# ## What to keep
#
# * A sum asks for the same shape and gives the same shape; the product with a number changes none.
# * In `einsum`, the sum of two tensors is a sum over an index that stacks them; a scalar is an operand
#   without letters.
# * A number moves in and out of any product. Put it where fewer components are multiplied.
# * Broadcasting accepts more than the sum of tensors does. Where it matters, ask for `A.shape == B.shape`.
# * In floating point the sum is commutative and not associative. Let the library do the adding.

# %% [markdown] lang="es" tags=["quiz"]
# `a` tiene forma `(5,)` y `b` forma `(5, 1)`. ¿Qué forma tiene `a - b`?
#
# - [x] `(5, 5)`: a `a` le falta un eje y el último de `b` mide 1; ambos se repiten.
# - [ ] `(5,)`: eso daría `a - b[:, 0]`; tal como están, las formas no son iguales.
# - [ ] `(5, 1)`: el último eje de `a` mide 5 y el de `b` mide 1; se repite el de `b`.
# - [ ] Ninguna, da un error: el broadcasting las acepta, y ahí está el peligro.

# %% [markdown] lang="en" tags=["quiz"]
# `a` has shape `(5,)` and `b` has shape `(5, 1)`. What is the shape of `a - b`?
#
# - [x] `(5, 5)`: `a` lacks an axis and the last one of `b` measures 1; both are repeated.
# - [ ] `(5,)`: `a - b[:, 0]` would give that; as they stand the shapes differ.
# - [ ] `(5, 1)`: the last axis of `a` measures 5 and that of `b` measures 1; that of `b` is repeated.
# - [ ] None, it is an error: broadcasting accepts them, and there lies the danger.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: la combinación lineal
#
# Escribe `combine(factors, tensors)`, que devuelva $\sum_s \lambda_s T_s$ para una lista de números y otra de
# tensores de la misma forma. Una lista con formas distintas debe dar un `ValueError`, no un broadcasting.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: the linear combination
#
# Write `combine(factors, tensors)`, which returns $\sum_s \lambda_s T_s$ for a list of numbers and another of
# tensors of the same shape. A list with different shapes must raise a `ValueError`, and not broadcast.


# %% tags=["solution"]
def combine(factors, tensors):
    if len({tensor.shape for tensor in tensors}) != 1:
        raise ValueError(f"same shape expected; got {[tuple(tensor.shape) for tensor in tensors]}")
    return torch.einsum("s,s...->...", torch.tensor(factors, dtype=tensors[0].dtype), torch.stack(tensors))


# %% tags=["check"]
for shape in [(), (3,), (2, 3), (2, 1, 4)]:
    parts, factors = [random(*shape) for _ in range(3)], random(3).tolist()
    expected = sum(factor * part for factor, part in zip(factors, parts, strict=True))
    assert_agree(expected=expected, yours=combine(factors, parts))
try:
    combine([1.0, 1.0], [torch.ones(3), torch.ones(3, 1)])
except ValueError:
    pass
else:
    raise AssertionError("(3,) and (3, 1) were added")

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: la suma de Kahan
#
# Un acumulador se puede salvar si recuerda lo que perdió. En cada paso, [Kahan
# (1965)](https://doi.org/10.1145/363707.363723) corrige el número que entra con la parte perdida en el paso
# anterior: `y = x - lost`, `t = total + y`, `lost = (t - total) - y`. Escribe `kahan(x)` para un vector
# `float32`, con todo en `float32`.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: Kahan's sum
#
# An accumulator can be saved if it remembers what it lost. In each step, [Kahan
# (1965)](https://doi.org/10.1145/363707.363723) corrects the number that comes in by what was lost in the
# step before: `y = x - lost`, `t = total + y`, `lost = (t - total) - y`. Write `kahan(x)` for a `float32`
# vector, with everything in `float32`.


# %% tags=["solution"]
def kahan(x):
    total = lost = x.new_zeros(())
    for number in x:
        y = number - lost
        t = total + y
        lost = (t - total) - y
        total = t
    return total


# %% tags=["check"]
tenths = torch.full((20_000,), 0.1)
truth = tenths.double().sum()
assert kahan(tenths).dtype == torch.float32
# es: lo que tiene que superar
# en: what it has to be better than
assert relative_error(one_by_one(tenths), truth) > 5 * epsilon
assert relative_error(kahan(tenths), truth) < epsilon

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: un paso de descenso
#
# Escribe `descend(weights, gradients, rate)`: dos diccionarios de nombre a tensor y un número $\eta$.
# Devuelve los pesos nuevos, $w - \eta g$, sin modificar los que recibe. Esa es toda la actualización de
# `torch.optim.SGD` con sus opciones por omisión.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: a step of descent
#
# Write `descend(weights, gradients, rate)`: two dictionaries from name to tensor, and a number $\eta$. Return
# the new weights, $w - \eta g$, without changing those it receives. This is the whole update of
# `torch.optim.SGD` with its default options.


# %% tags=["solution"]
def descend(weights, gradients, rate):
    return {name: weight - rate * gradients[name] for name, weight in weights.items()}


# %% tags=["check"]
layer = torch.nn.Linear(3, 2).double()
layer(random(4, 3)).square().sum().backward()
weights = {name: weight.detach().clone() for name, weight in layer.named_parameters()}
gradients = {name: weight.grad for name, weight in layer.named_parameters()}
before = {name: weight.clone() for name, weight in weights.items()}
mine = descend(weights, gradients, 0.1)
torch.optim.SGD(layer.parameters(), lr=0.1).step()
for name, weight in layer.named_parameters():
    assert_agree(torch=weight.detach(), yours=mine[name])
    assert torch.equal(weights[name], before[name]), name

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# Con la suma y el producto por un número se llega hasta las combinaciones lineales. Lo siguiente es
# multiplicar tensores entre sí: los [productos escalares](../tensor_mathematics/dot_products.md).

# %% [markdown] lang="en"
# ## Where to go next
#
# The sum and the product with a number take us as far as linear combinations. What comes next is multiplying
# tensors with each other: [dot products](../tensor_mathematics/dot_products.md).
