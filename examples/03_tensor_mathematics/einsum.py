"""
title:
  es: einsum
  en: einsum
summary:
  es: Una sola notación para sumas, productos, trazas y convoluciones; cómo leerla, qué cuesta, dónde engaña.
  en: One notation for sums, products, traces and convolutions; how to read it, its cost, where it misleads.
tags: [tensor, algebra, einsum, matmul]
objectives:
  es:
    - Leer cualquier cadena de einsum de uno o dos operandos como fórmula, como bucles y en palabras.
    - Escribir en einsum cada operación de esta sección que sea una suma de productos.
    - Calcular cuántas multiplicaciones cuesta una cadena y elegir el orden de una de tres operandos.
    - Evitar las cuatro trampas en que einsum devuelve algo con aspecto correcto.
  en:
    - Read any einsum string of one or two operands as a formula, as loops and in words.
    - Write in einsum every operation of this section that is a sum of products.
    - Work out how many multiplications a string costs, and choose the order of one with three operands.
    - Avoid the four traps in which einsum returns something that looks right.
prerequisites:
  es:
    - La lección «Productos escalares», por los índices libres y repetidos.
  en:
    - The lesson “Dot products”, for free and repeated indices.
"""
# %% [markdown] lang="es"
# `A @ B`, `torch.outer`, `torch.trace`, `torch.bmm`: muchas funciones de PyTorch hacen lo mismo, multiplicar
# y sumar sobre índices. `torch.einsum` las escribe todas con la fórmula misma. Al terminar esta lección
# leerás sus cadenas en voz alta, las escribirás a partir de una fórmula, sabrás cuánto cuestan y conocerás
# sus trampas. Conviene haber leído [Productos escalares](../tensor_mathematics/dot_products.md).
#
# Acompaña la parte de multiplicación de matrices de la sección *PyTorch Fundamentals* del curso [PyTorch for
# Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) y el [capítulo
# 00](https://www.learnpytorch.io/00_pytorch_fundamentals/) de su libro.
#
# ## Una letra por eje
#
# Una cadena como `"ij,jk->ik"` nombra los ejes: los de $A$, una coma, los de $B$, una flecha y los del
# resultado. La regla completa cabe en una línea: se recorren todas las letras, se multiplica, y lo que no
# aparece tras la flecha se suma. Para dos operandos de ejes $\alpha$ y $\beta$ y un resultado de ejes
# $\gamma$,
#
# $$C_{\gamma} = \sum_{(\alpha \cup \beta) \setminus \gamma} A_{\alpha}\, B_{\beta} . \tag{1}$$
#
# La notación es la de [Einstein (1916)](https://doi.org/10.1002/andp.19163540702), con una diferencia: él
# suma toda letra repetida; aquí decide la flecha. El módulo `tutorials_lib.einsum` lee una cadena y la cuenta
# de tres maneras. Antes de ver los bucles, escríbelos.

# %% [markdown] lang="en"
# `A @ B`, `torch.outer`, `torch.trace`, `torch.bmm`: many functions of PyTorch do the same thing, multiply
# and sum over indices. `torch.einsum` writes all of them as the formula itself. By the end of this lesson
# you will read its strings aloud, write them from a formula, know what they cost and know their traps. It
# helps to have read [Dot products](../tensor_mathematics/dot_products.md).
#
# It goes with the matrix multiplication part of the section *PyTorch Fundamentals* of the course [PyTorch for
# Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) and with [chapter
# 00](https://www.learnpytorch.io/00_pytorch_fundamentals/) of its book.
#
# ## One letter per axis
#
# A string such as `"ij,jk->ik"` names the axes: those of $A$, a comma, those of $B$, an arrow and those of
# the result. The whole rule fits on one line: go over all letters, multiply, and sum over what does not
# appear after the arrow. For two operands with axes $\alpha$ and $\beta$ and a result with axes $\gamma$,
#
# $$C_{\gamma} = \sum_{(\alpha \cup \beta) \setminus \gamma} A_{\alpha}\, B_{\beta} . \tag{1}$$
#
# The notation is that of [Einstein (1916)](https://doi.org/10.1002/andp.19163540702), with a difference: he
# sums every repeated letter; here the arrow decides. The module `tutorials_lib.einsum` reads a string and
# tells it in three ways. Before you look at the loops, write them.

# %%
import math

import torch
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from tutorials_lib import tr
from tutorials_lib.einsum import evaluate, explain, formula, loops, parse, sizes
from tutorials_lib.plots import curves, tensor_grid
from tutorials_lib.tensors import (
    assert_agree,
    correlate2d,
    dot,
    frobenius_norm,
    levi_civita,
    matrix_matrix,
    matrix_vector,
    outer,
    trace,
)
from tutorials_lib.widget import text_table

# %%
print(loops(parse("ij,jk->ik")), end="\n\n")
for sentence in explain("ij,jk->ik"):
    print(sentence)

# %% [markdown] lang="es"
# Los bucles del resultado van afuera; los de la suma, adentro. Con un solo operando, la misma
# regla da la suma de un eje o una transposición. Esta es la fórmula que el módulo escribe para
# `"bij,bjk->bik"`, sin que nadie la teclee:

# %% [markdown] lang="en"
# The loops of the result are outside; those of the sum, inside. With a single operand the same rule gives
# the sum along an axis, or a transposition. This is the formula that the module writes for `"bij,bjk->bik"`,
# typed by nobody:


# %%
class Formula:
    def __init__(self, expression):
        self.latex = formula(parse(expression))

    def _repr_latex_(self):
        return f"$${self.latex}$$"


Formula("bij,bjk->bik")

# %% [markdown] lang="es"
# ## Dos preguntas por letra
#
# Con dos operandos, a cada letra le puede pasar una de cuatro cosas. ¿Está en uno o en los dos? ¿Queda en el
# resultado o no?
#
# | la letra | queda | se va |
# |---|---|---|
# | está en uno | eje libre: filas de $A$, columnas de $B$ | suma de ese eje |
# | está en los dos | van a la par: elemento a elemento, batch | contracción: producto y suma |
#
# Ahora tú: di qué hace cada una de estas cadenas y qué forma sale, con $A$ de 2 × 3 y $B$ de 2 × 3.

# %% [markdown] lang="en"
# ## Two questions per letter
#
# With two operands, one of four things can happen to a letter. Is it in one or in both? Does it stay in the
# result or not?
#
# | the letter | stays | goes |
# |---|---|---|
# | is in one | free axis: rows of $A$, columns of $B$ | sum along that axis |
# | is in both | in step: element by element, batch | contraction: product and sum |
#
# Your turn: say what each of these strings does and what shape comes out, with $A$ and $B$ of 2 × 3.


# %%
def usual_name(expression):
    first, *rest = explain(expression)
    return first if len(rest) == len(parse(expression).letters) else "–"


A, B = torch.arange(6).reshape(2, 3), torch.arange(6, 12).reshape(2, 3)
rows = []
for expression in ("ij,ij->ij", "ij,ij->", "ij,ij->i", "ij,kj->ik", "ij,kl->ijkl", "ij,kl->ik"):
    result = torch.einsum(expression, A, B)
    assert torch.equal(result, evaluate(expression, A, B))  # (1)
    rows.append((expression, str(tuple(result.shape)), usual_name(expression)))
print(text_table((tr(es="cadena", en="string"), tr(es="forma", en="shape"), ""), rows))

# %% [markdown] lang="es"
# La última no tiene nombre propio, y se lee igual de bien: $j$ y $l$ están en uno solo y se van, así que cada
# matriz se suma por filas; quedan dos vectores y su producto tensorial. Esto es lo que dice el módulo:

# %% [markdown] lang="en"
# The last one has no name of its own, and reads just as well: $j$ and $l$ are in one operand and go, so each
# matrix is summed along its rows; two vectors remain, and their outer product. This is what the module says:

# %%
for sentence in explain("ij,kl->ik"):
    print(sentence)
sums = A.sum(1), B.sum(1)
assert torch.equal(torch.einsum("ij,kl->ik", A, B), torch.outer(*sums))

# %% tags=["hidden"]
assert [row[1] for row in rows] == ["(2, 3)", "()", "(2,)", "(2, 2)", "(2, 3, 2, 3)", "(2, 2)"]
assert rows[-1][2] == "–" and all(row[2] != "–" for row in rows[:4])
assert torch.equal(torch.einsum("ij->ji", A), A.T) and torch.equal(torch.einsum("ij->i", A), A.sum(1))

# %% [markdown] lang="es"
# ## Toda la sección en una tabla
#
# Las operaciones de las otras lecciones, una cadena cada una. Cada fila se comprueba con tensores al azar de
# tres tamaños: el bucle de referencia, `einsum` y la función de PyTorch.

# %% [markdown] lang="en"
# ## The whole section in a table
#
# The operations of the other lessons, one string each. Every row is checked on random tensors of three sizes:
# the loop of reference, `einsum` and the function of PyTorch.

# %%
generator = torch.Generator().manual_seed(0)


def random(*shape):
    return torch.randn(shape, dtype=torch.float64, generator=generator)


def identities(m, n):
    A, B, S, x, y, z = random(m, n), random(n, m), random(n, n), random(n), random(n), random(m)
    return {
        "i,i->": ((x, y), dot(x, y), torch.dot(x, y)),
        "jk,k->j": ((A, x), matrix_vector(A, x), A @ x),
        "ik,kl->il": ((A, B), matrix_matrix(A, B), A @ B),
        "i,j->ij": ((x, z), outer(x, z), torch.outer(x, z)),
        "ii->": ((S,), trace(S), torch.trace(S)),
        "ij,ij->": ((A, A), frobenius_norm(A) ** 2, torch.linalg.matrix_norm(A) ** 2),
    }


names = {}
for m, n in [(1, 1), (2, 3), (5, 4)]:
    for expression, (operands, loop, call) in identities(m, n).items():
        assert_agree(loop=loop, einsum=torch.einsum(expression, *operands), torch=call)  # (1)
        names[expression] = usual_name(expression)
print(text_table((tr(es="cadena", en="string"), ""), list(names.items())))

# %% [markdown] lang="es"
# Tres más, con más letras o más operandos: el producto vectorial, la convolución sobre la vista de trozos, y
# los puntajes y la salida de la atención, con batch $b$, cabeza $h$ y ancho $d$. Los índices son los de la
# fórmula:
#
# $$(\vec x \times \vec y)_l = \varepsilon_{jkl}\, x_j\, y_k , \tag{2}$$
#
# $$\sigma_{bhts} = \frac{1}{\sqrt{d}} \sum_{e} q_{bhte}\, k_{bhse} , \qquad
# y_{bhtv} = \sum_{s} \operatorname{softmax}_s(\sigma_{bhts})\, z_{bhsv} . \tag{3}$$

# %% [markdown] lang="en"
# Three more, with more letters or more operands: the vector product, convolution on the view of pieces, and
# the scores and output of attention, with batch $b$, head $h$ and width $d$. The indices are those of the
# formula:
#
# $$(\vec x \times \vec y)_l = \varepsilon_{jkl}\, x_j\, y_k , \tag{2}$$
#
# $$\sigma_{bhts} = \frac{1}{\sqrt{d}} \sum_{e} q_{bhte}\, k_{bhse} , \qquad
# y_{bhtv} = \sum_{s} \operatorname{softmax}_s(\sigma_{bhts})\, z_{bhsv} . \tag{3}$$

# %%
x, y = random(3), random(3)
assert_agree(  # (2)
    einsum=torch.einsum("jkl,j,k->l", levi_civita().double(), x, y), torch=torch.linalg.cross(x, y)
)

image, filters = random(3, 6, 7), random(2, 3, 3, 3)
pieces = image.unfold(1, 3, 1).unfold(2, 3, 1)  # c i j u v
convolved = torch.einsum("cijuv,fcuv->fij", pieces, filters)
assert_agree(loop=correlate2d(image, filters), einsum=convolved, torch=F.conv2d(image[None], filters)[0])

q, k, z = random(2, 4, 5, 8), random(2, 4, 6, 8), random(2, 4, 6, 3)  # batch head place width
scores = torch.einsum("bhte,bhse->bhts", q, k) / math.sqrt(q.shape[-1])
attention = torch.einsum("bhts,bhsv->bhtv", scores.softmax(-1), z)
difference = assert_agree(einsum=attention, torch=F.scaled_dot_product_attention(q, k, z))  # (3)

# %% [markdown] lang="es"
# En la atención, $b$ y $h$ están en los dos operandos y quedan: son ejes de batch, y la cuenta se repite sin
# mezclarlos. Con `@` hay que transponer los dos últimos ejes de $k$ y acordarse de cuáles son; la cadena lo
# dice. Si el número de ejes de batch no se conoce, PyTorch admite puntos suspensivos:
# `"...te,...se->...ts"`.

# %% [markdown] lang="en"
# In attention, $b$ and $h$ are in both operands and stay: they are batch axes, and the sum is repeated
# without mixing them. With `@` one has to transpose the last two axes of $k$ and remember which they are;
# the string says it. Where the number of batch axes is not known, PyTorch takes an ellipsis:
# `"...te,...se->...ts"`.

# %%
scaled = scores * math.sqrt(q.shape[-1])
difference = assert_agree(
    named=scaled, ellipsis=torch.einsum("...te,...se->...ts", q, k), matmul=q @ k.transpose(-1, -2)
)

# %% [markdown] lang="es"
# ## Lo que cuesta
#
# Los bucles dicen también el costo de una cadena de dos operandos: una multiplicación por cada combinación de
# valores de *todas* las letras, se sumen o no. Si $n_\ell$ es el tamaño de la letra $\ell$,
#
# $$\text{multiplicaciones} = \prod_{\ell \,\in\, \alpha \cup \beta} n_{\ell} . \tag{4}$$
#
# PyTorch hace las mismas multiplicaciones, salvo que una letra esté en un solo operando y se vaya: esa la
# suma antes de multiplicar. Con tres operandos hay además un orden que elegir. $A \cdot B \cdot \vec x$ es
# `"ij,jk,k->i"`. Una idea natural es que el orden en que uno escribe los operandos no importe, porque la
# fórmula es la misma y `einsum` ya verá. Contemos las multiplicaciones que hace de verdad, con los operandos
# escritos en un orden y en el otro.

# %% [markdown] lang="en"
# ## What it costs
#
# The loops tell the cost of a string of two operands as well: one multiplication for each combination of
# values of *all* letters, summed or not. If $n_\ell$ is the size of letter $\ell$,
#
# $$\text{multiplications} = \prod_{\ell \,\in\, \alpha \cup \beta} n_{\ell} . \tag{4}$$
#
# PyTorch does as many multiplications, unless a letter is in one operand only and goes: it sums over that one
# before it multiplies. With three operands there is an order to choose as well. $A \cdot B \cdot \vec x$ is
# `"ij,jk,k->i"`. A natural idea is that the order in which the operands are written does not matter, since
# the formula is the same and `einsum` will work it out. Let us count the multiplications that it really does,
# with the operands in one order and in the other.


# %%
def multiplications(expression, *shapes):
    with FlopCounterMode(display=False) as counter, torch.backends.opt_einsum.flags(enabled=False):
        torch.einsum(expression, *(torch.empty(shape, device="meta") for shape in shapes))
    # es: cada una, un producto y una suma
    # en: a product and a sum each
    return counter.get_total_flops() // 2


lengths = [10, 30, 100, 300, 1000]
matrix_first = [multiplications("ij,jk,k->i", (n, n), (n, n), (n,)) for n in lengths]
vector_first = [multiplications("k,jk,ij->i", (n,), (n, n), (n, n)) for n in lengths]

# %%
# alt es: Multiplicaciones contra n, ejes logarítmicos: "ij,jk,k->i" crece como n³; "k,jk,ij->i", como n².
# alt en: Multiplications against n, log axes: "ij,jk,k->i" grows like n³, "k,jk,ij->i" like n².
ax = curves(
    lengths,
    {'"ij,jk,k->i"': matrix_first, '"k,jk,ij->i"': vector_first},
    xlabel="n",
    ylabel=tr(es="multiplicaciones", en="multiplications"),
    log="xy",
    markers=True,
)

# %% tags=["hidden"]
for n, first, second in zip(lengths, matrix_first, vector_first, strict=True):
    assert first == n**3 + n**2 and second == 2 * n**2  # (4)
for expression, shapes in {"ij,jk->ik": ((2, 3), (3, 5)), "bij,bjk->bik": ((4, 2, 3), (4, 3, 5))}.items():
    size = sizes(parse(expression), *map(torch.zeros, shapes))
    assert multiplications(expression, *shapes) == math.prod(size.values())  # (4)
A, B, x = random(6, 6), random(6, 6), random(6)
assert_agree(
    one=torch.einsum("ij,jk,k->i", A, B, x), other=torch.einsum("k,jk,ij->i", x, B, A), torch=A @ (B @ x)
)
ratio = matrix_first[-1] / vector_first[-1]

# %% [markdown] lang="es"
# La idea falla: el resultado es el mismo y el costo no. `einsum` contrae de izquierda a derecha, de dos en
# dos; con $n = 1000$ un orden multiplica `{python} ratio:.0f` veces más que el otro. Si está instalado el
# paquete `opt_einsum`, PyTorch lo usa para buscar un orden mejor; aquí lo apagamos para contar lo mismo en
# toda máquina. Sin él, escribe primero los operandos que quieres contraer primero, o hazlo en dos llamadas.
#
# ## Cuatro trampas
#
# En las cuatro, `einsum` devuelve un tensor sin protestar.
#
# ### Sin flecha, el orden es alfabético
#
# Si falta la flecha, el resultado lleva las letras que aparecen una vez, **en orden alfabético**. ¿Qué hace
# `"ba"`, entonces? ¿Y la capa lineal `"nd,dc"`, con $n$ ejemplos y $c$ clases?

# %% [markdown] lang="en"
# The idea fails: the result is the same and the cost is not. `einsum` contracts from left to right, two at a
# time; at $n = 1000$ one order multiplies `{python} ratio:.0f` times as often as the other. Where the package
# `opt_einsum` is installed, PyTorch uses it to look for a better order; here we switch it off, to count the
# same on every machine. Without it, write first the operands you want contracted first, or make two calls.
#
# ## Four traps
#
# In all four, `einsum` returns a tensor without complaint.
#
# ### Without an arrow, the order is alphabetical
#
# If the arrow is missing, the result has the letters that appear once, **in alphabetical order**. What does
# `"ba"` do, then? And the linear layer `"nd,dc"`, with $n$ examples and $c$ classes?

# %%
# alt es: x, de 2 por 3, y el resultado de einsum con la cadena "ba": la transpuesta, de 3 por 2.
# alt en: x, 2 by 3, and the result of einsum with the string "ba": the transpose, 3 by 2.
x = torch.arange(6).reshape(2, 3)
ax = tensor_grid({"x": x, '"ba"': torch.einsum("ba", x)}, signs=("→",))
examples, weights = random(4, 3), random(3, 2)
print(tuple(torch.einsum("nd,dc", examples, weights).shape), tuple((examples @ weights).shape))

# %% tags=["hidden"]
assert torch.equal(torch.einsum("ba", x), x.T)
assert torch.equal(torch.einsum("nd,dc", examples, weights), torch.einsum("nd,dc->cn", examples, weights))
assert parse("nd,dc").output == "cn" and parse("ba").output == "ab"

# %% [markdown] lang="es"
# Salió la transpuesta, $c \times n$. Con tantos ejemplos como clases ni la forma lo delata. Escribe siempre
# la flecha.
#
# ### Una letra repetida no siempre suma
#
# `"ii"` es la traza, `"ii->i"` la diagonal: la misma letra repetida, y quien decide es la flecha. Con dos
# operandos, `"ij,ij->ij"` no suma nada: es `A * B`. Y repetir una letra dentro de un operando no significa
# «dos ejes del mismo tamaño», sino «solo la diagonal»:

# %% [markdown] lang="en"
# Out came the transpose, $c \times n$. With as many examples as classes, not even the shape gives it away.
# Always write the arrow.
#
# ### A repeated letter does not always sum
#
# `"ii"` is the trace, `"ii->i"` the diagonal: the same repeated letter, and the arrow decides. With two
# operands, `"ij,ij->ij"` sums nothing: it is `A * B`. And to repeat a letter within an operand does not mean
# “two axes of the same size” but “only the diagonal”:

# %%
S = torch.arange(9).reshape(3, 3)
print(torch.einsum("ii", S), torch.einsum("ii->i", S), torch.einsum("ij->", S))

# %% tags=["hidden"]
assert torch.einsum("ii", S) == 12 and torch.einsum("ii->i", S).tolist() == [0, 4, 8]
assert torch.einsum("ij->", S) == 36 and torch.equal(torch.einsum("ij,ij->ij", S, S), S * S)

# %% [markdown] lang="es"
# Lo que sí da error es repetir una letra tras la flecha: para colocar un vector en la diagonal de una matriz
# hace falta `torch.diag`.

# %% [markdown] lang="en"
# What does raise an error is to repeat a letter after the arrow: to put a vector on the diagonal of a matrix
# takes `torch.diag`.

# %% tags=["raises=RuntimeError"]
torch.einsum("i->ii", torch.ones(3))

# %% [markdown] lang="es"
# ### Un eje de tamaño 1 se repite
#
# La fórmula pide que una letra tenga un solo tamaño. `torch.einsum` acepta también un 1 y lo repite, como en
# el *broadcasting*. ¿Debería existir el producto de una matriz de 2 × 1 por una de 3 × 4?

# %% [markdown] lang="en"
# ### An axis of size 1 is repeated
#
# The formula asks that a letter have a single size. `torch.einsum` also accepts a 1 and repeats it, as in
# *broadcasting*. Should the product of a 2 × 1 matrix and a 3 × 4 matrix exist?

# %%
narrow, wide = torch.ones(2, 1), torch.ones(3, 4)
repeated = torch.einsum("ij,jk->ik", narrow, wide)
print(repeated)

# %% tags=["raises=EinsumError"]
sizes(parse("ij,jk->ik"), narrow, wide)

# %% tags=["hidden"]
assert torch.equal(repeated, torch.full((2, 4), 3.0))
try:
    narrow @ wide
except RuntimeError:
    pass
else:
    raise AssertionError("@ multiplied 2×1 by 3×4")

# %% [markdown] lang="es"
# `@` y el lector de esta lección se niegan y nombran las dos formas; `einsum` suma tres veces la misma
# columna.
#
# ### No todo es una suma de productos
#
# `"ij,ij->ij"` no puede significar $A + B$: `einsum` solo multiplica entre operandos y solo suma sobre
# letras. Un máximo, una división o una exponencial quedan fuera. Por eso la atención de (3) son dos cadenas
# con un softmax en medio, y por eso el [pooling](../tensor_mathematics/pooling.md) máximo no tiene cadena.

# %% [markdown] lang="en"
# `@` and the reader of this lesson refuse, and name both shapes; `einsum` adds the same column three times.
#
# ### Not everything is a sum of products
#
# `"ij,ij->ij"` cannot mean $A + B$: `einsum` only multiplies between operands and only sums over letters. A
# maximum, a division or an exponential are beyond it. This is why the attention of (3) is two strings with a
# softmax in between, and why max [pooling](../tensor_mathematics/pooling.md) has no string.

# %% [markdown] lang="es"
# ## Para llevarte
#
# * Una letra por eje. Lo que no aparece tras la flecha se suma.
# * Dos preguntas por letra: ¿en uno o en los dos?, ¿queda o se va? Las cuatro respuestas son eje libre, suma,
#   batch y contracción.
# * Dos operandos cuestan, como mucho, el producto de los tamaños de todas las letras. Con tres, el orden lo
#   pones tú.
# * Escribe siempre la flecha, y desconfía de los ejes de tamaño 1.

# %% [markdown] lang="en"
# ## What to keep
#
# * One letter per axis. What does not appear after the arrow is summed.
# * Two questions per letter: in one or in both, and does it stay or go? The four answers are free axis, sum,
#   batch and contraction.
# * Two operands cost at most the product of the sizes of all letters. With three, the order is yours to set.
# * Always write the arrow, and distrust axes of size 1.

# %% [markdown] lang="es" tags=["quiz"]
# `A` es de 8 × 5 × 3 y `B` de 8 × 3. ¿Qué forma tiene `torch.einsum("bij,bj->bi", A, B)`?
#
# - [x] `(8, 5)`: $b$ va a la par y queda, $j$ se contrae, $i$ es libre.
# - [ ] `(5,)`: para eso habría que sumar también $b$ y escribir `"bij,bj->i"`.
# - [ ] `(8, 8, 5)`: si los dos batches se combinaran todos con todos, tendrían letras distintas.

# %% [markdown] lang="en" tags=["quiz"]
# `A` is 8 × 5 × 3 and `B` is 8 × 3. What is the shape of `torch.einsum("bij,bj->bi", A, B)`?
#
# - [x] `(8, 5)`: $b$ goes in step and stays, $j$ is contracted, $i$ is free.
# - [ ] `(5,)`: for that, $b$ would have to be summed as well, and the string be `"bij,bj->i"`.
# - [ ] `(8, 8, 5)`: if both batches were combined all with all, they would have different letters.

# %% [markdown] lang="es" tags=["quiz"]
# Escribes `torch.einsum("xw,wo", x, weight)` y la forma que sale no es la que esperabas. ¿Qué ocurrió?
#
# - [x] Sin flecha el resultado es `"ox"`: la transpuesta de lo que querías.
# - [ ] `w` se suma dos veces: una letra contraída se suma una vez.
# - [ ] Nada, `"xw,wo"` es `x @ weight`: lo sería si la letra libre de `x` viniera antes en el alfabeto.

# %% [markdown] lang="en" tags=["quiz"]
# You write `torch.einsum("xw,wo", x, weight)`, and the shape that comes out is not the one you expected. What
# happened?
#
# - [x] Without an arrow the result is `"ox"`: the transpose of what you wanted.
# - [ ] `w` is summed twice: a contracted letter is summed once.
# - [ ] Nothing, `"xw,wo"` is `x @ weight`: it would be if the free letter of `x` came first in the alphabet.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: de la fórmula a la cadena
#
# Completa `strings` con la cadena de cada cuenta: `quadratic`, $s = x_i A_{ij} y_j$; `covariance`,
# $C_{jk} = \sum_n X_{nj} X_{nk}$ (con datos centrados es la covarianza, sin dividir por cuántos son);
# `last_trace`, la traza de cada matriz de un batch; `weighted`, la media de los vectores $X_n$ con pesos
# $w_n$ que suman 1. Con flecha.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: from the formula to the string
#
# Fill in `strings` with the string of each sum: `quadratic`, $s = x_i A_{ij} y_j$; `covariance`,
# $C_{jk} = \sum_n X_{nj} X_{nk}$ (for centred data the covariance, not divided by their number);
# `last_trace`, the trace of each matrix of a batch; `weighted`, the mean of the vectors $X_n$ with weights
# $w_n$ that add up to 1. With the arrow.

# %% tags=["solution"]
strings = {
    "quadratic": "i,ij,j->",
    "covariance": "nj,nk->jk",
    "last_trace": "bii->b",
    "weighted": "n,nj->j",
}

# %% tags=["check"]
x, y, A, X, batch = random(3), random(4), random(3, 4), random(6, 4), random(5, 3, 3)
w = random(6).softmax(0)
assert_agree(expected=x @ A @ y, yours=torch.einsum(strings["quadratic"], x, A, y))
assert_agree(expected=X.T @ X, yours=torch.einsum(strings["covariance"], X, X))
traces = batch.diagonal(dim1=1, dim2=2).sum(1)
assert_agree(expected=traces, yours=torch.einsum(strings["last_trace"], batch))
assert_agree(expected=w @ X, yours=torch.einsum(strings["weighted"], w, X))
assert all("->" in string for string in strings.values())

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: el orden más barato
#
# Escribe `chain_costs(a, b, c, d)`, que devuelva las multiplicaciones de $(A B) C$ y de $A (B C)$ para $A$ de
# $a \times b$, $B$ de $b \times c$ y $C$ de $c \times d$, según (4).

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: the cheapest order
#
# Write `chain_costs(a, b, c, d)`, which returns the multiplications of $(A B) C$ and of $A (B C)$ for $A$ of
# $a \times b$, $B$ of $b \times c$ and $C$ of $c \times d$, by (4).


# %% tags=["solution"]
def chain_costs(a, b, c, d):
    return a * b * c + a * c * d, b * c * d + a * b * d


# %% tags=["check"]
for a, b, c, d in [(2, 3, 4, 5), (100, 2, 100, 2), (1, 50, 50, 1)]:
    left = multiplications("ab,bc,cd->ad", (a, b), (b, c), (c, d))
    right = multiplications("bc,cd,ab->ad", (b, c), (c, d), (a, b))
    assert tuple(chain_costs(a, b, c, d)) == (left, right)

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: el gradiente es otra cadena
#
# Si $C_\gamma = \sum A_\alpha B_\beta$ y $G_\gamma = \partial L / \partial C_\gamma$, la regla de la cadena
# da
#
# $$\frac{\partial L}{\partial A_{\alpha}}
# = \sum_{(\gamma \cup \beta) \setminus \alpha} G_{\gamma}\, B_{\beta} , \tag{5}$$
#
# siempre que ninguna letra se repita en $A$ ni esté solo en $A$. Escribe `gradient_string(expression)`, que
# de la cadena de dos operandos haga la del gradiente respecto al primero. Usa `parse`.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: the gradient is another string
#
# If $C_\gamma = \sum A_\alpha B_\beta$ and $G_\gamma = \partial L / \partial C_\gamma$, the chain rule gives
#
# $$\frac{\partial L}{\partial A_{\alpha}}
# = \sum_{(\gamma \cup \beta) \setminus \alpha} G_{\gamma}\, B_{\beta} , \tag{5}$$
#
# as long as no letter is repeated in $A$ or stands in $A$ alone. Write `gradient_string(expression)`, which
# makes of the string of two operands that of the gradient with respect to the first. Use `parse`.


# %% tags=["solution"]
def gradient_string(expression):
    einsum = parse(expression)
    first, second = einsum.operands
    return f"{einsum.output},{second}->{first}"


# %% tags=["check"]
extent = dict(zip("bijkl", (2, 3, 4, 5, 6), strict=True))
for expression in ("ij,jk->ik", "bij,bjk->bik", "i,i->", "ij,kj->ki", "ij,j", "ik,jkl->ijl"):
    shapes = [[extent[letter] for letter in letters] for letters in parse(expression).operands]
    A, B = random(*shapes[0]).requires_grad_(), random(*shapes[1])
    C = torch.einsum(expression, A, B)
    G = random(*C.shape)
    C.backward(G)
    assert_agree(autograd=A.grad, yours=torch.einsum(gradient_string(expression), G, B))  # (5)

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# La regla (5) es media página de cálculo con matrices. Antes de seguir, mira cómo la misma notación escribe
# una [convolución](../tensor_mathematics/convolution.md), o vuelve a los [productos
# escalares](../tensor_mathematics/dot_products.md) y lee sus cadenas en voz alta.

# %% [markdown] lang="en"
# ## Where to go next
#
# Rule (5) is half a page of matrix calculus. Before you go on, see how the same notation writes a
# [convolution](../tensor_mathematics/convolution.md), or go back to the [dot
# products](../tensor_mathematics/dot_products.md) and read their strings aloud.
