"""
title:
  es: Productos escalares
  en: Dot products
summary:
  es: A·x, A·B y B·A con índices, bucles, einsum y PyTorch; qué leyes cumplen y cuánto cuesta el orden.
  en: A·x, A·B and B·A with indices, loops, einsum and PyTorch; which laws they obey and what the order costs.
tags: [tensor, algebra, einsum, matmul, precision]
everyday: [prediction]
objectives:
  es:
    - Escribir A·x y A·B con índices y pasar de la fórmula al bucle, a einsum y al operador @.
    - Saber, por las formas, si un producto existe y qué forma tendrá.
    - Decir qué leyes cumple el producto de matrices, cuál no, y qué les hace el redondeo.
    - Elegir el orden de una cadena de productos que menos multiplicaciones cuesta.
  en:
    - Write A·x and A·B with indices and go from the formula to the loop, to einsum and to the @ operator.
    - Tell from the shapes whether a product exists and what shape it will have.
    - Say which laws the product of matrices obeys, which one it breaks, and what rounding does to them.
    - Choose the order of a chain of products that costs the fewest multiplications.
prerequisites:
  es:
    - La lección «Tensores y rango», sobre todo la definición con índices.
    - Saber qué es la transpuesta de una matriz.
  en:
    - The lesson “Tensors and rank”, above all the definition with indices.
    - Knowing what the transpose of a matrix is.
"""
# %% [markdown] lang="es"
# Una capa lineal, una convolución, un mecanismo de atención: por dentro, casi todo el trabajo de una red
# neuronal son productos de matrices. Al terminar esta lección podrás escribir esos productos con índices,
# comprobarlos de cuatro maneras, predecir la forma del resultado y elegir el orden más barato. Conviene haber
# leído [Tensores y rango](../fundamentals/tensors_and_rank.md).
#
# Acompaña la parte de multiplicación de matrices de la sección *PyTorch Fundamentals* del curso [PyTorch for
# Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) y el [capítulo
# 00](https://www.learnpytorch.io/00_pytorch_fundamentals/) de su libro.
#
# ## Matriz por vector
#
# Una matriz $A$ es una combinación de las piezas $\hat e_j \otimes \hat e_k$, y un vector $\vec x$, de las
# piezas $\hat e_l$. El punto junta la última pieza de $A$ con la de $\vec x$, y en una base ortonormal
# $\hat e_k \cdot \hat e_l = \delta_{kl}$: vale 1 si $k = l$ y 0 si no. De la suma sobre $l$ solo sobrevive un
# término:
#
# $$\vec y = A \cdot \vec x = (A_{jk}\, \hat e_j \otimes \hat e_k) \cdot (x_l\, \hat e_l)
# = A_{jk}\, x_l\, \delta_{kl}\, \hat e_j = A_{jk}\, x_k\, \hat e_j . \tag{1}$$
#
# En componentes, $y_j = A_{jk} x_k$. El índice repetido se suma, convenio que introdujo [Einstein en
# 1916](https://doi.org/10.1002/andp.19163540702); el índice libre dice qué componente es. Se le llama
# producto *escalar* porque cada componente es el producto escalar de una fila de $A$ por $\vec x$. La fórmula
# se lee como un programa: un bucle por el índice libre y otro por el repetido.

# %% [markdown] lang="en"
# A linear layer, a convolution, an attention mechanism: inside, nearly all the work of a neural network is
# products of matrices. By the end of this lesson you will write those products with indices, check them in
# four ways, predict the shape of the result and choose the cheapest order. It helps to have read [Tensors and
# rank](../fundamentals/tensors_and_rank.md).
#
# It goes with the matrix multiplication part of the section *PyTorch Fundamentals* of the course [PyTorch for
# Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) and with [chapter
# 00](https://www.learnpytorch.io/00_pytorch_fundamentals/) of its book.
#
# ## Matrix times vector
#
# A matrix $A$ is a combination of the pieces $\hat e_j \otimes \hat e_k$, and a vector $\vec x$ of the pieces
# $\hat e_l$. The dot joins the last piece of $A$ to that of $\vec x$, and in an orthonormal basis
# $\hat e_k \cdot \hat e_l = \delta_{kl}$: 1 if $k = l$ and 0 otherwise. Of the sum over $l$ a single term
# survives:
#
# $$\vec y = A \cdot \vec x = (A_{jk}\, \hat e_j \otimes \hat e_k) \cdot (x_l\, \hat e_l)
# = A_{jk}\, x_l\, \delta_{kl}\, \hat e_j = A_{jk}\, x_k\, \hat e_j . \tag{1}$$
#
# In components, $y_j = A_{jk} x_k$. The repeated index is summed, a convention introduced by [Einstein in
# 1916](https://doi.org/10.1002/andp.19163540702); the free index says which component it is. It is called a
# *dot* product because each component is the dot product of a row of $A$ and $\vec x$. The formula reads like
# a program: one loop for the free index and one for the repeated one.

# %%
from itertools import pairwise

import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from tutorials_lib import tr
from tutorials_lib.plots import color, curves, localize_ticks, tensor_grid
from tutorials_lib.tensors import assert_agree, matrix_matrix, matrix_vector, relative_error

# %%
A = torch.tensor([[1, 2, 3], [4, 5, 6]])
x = torch.tensor([2, 0, -1])

y = torch.zeros(2, dtype=torch.int64)
for j in range(2):
    for k in range(3):
        y[j] += A[j, k] * x[k]  # (1)
print(y)

# %% [markdown] lang="es"
# Comprueba a mano el primer componente: 1·2 + 2·0 + 3·(−1) = `{python} y[0].item()`. Usa una fila de $A$ y
# todo $\vec x$.

# %% [markdown] lang="en"
# Check the first component by hand: 1·2 + 2·0 + 3·(−1) = `{python} y[0].item()`. It uses one row of $A$ and
# all of $\vec x$.

# %%
# alt es: A (2 por 3) por la columna x es la columna y; marcadas, la fila 0 de A, x y el componente 0 de y.
# alt en: A (2 by 3) times the column x is the column y; row 0 of A, x and component 0 of y are marked.
ax = tensor_grid(
    {"A": A, "x": x[:, None], "y": y[:, None]},
    signs=("·", "="),
    highlight={"A": [(0, k) for k in range(3)], "x": [(k, 0) for k in range(3)], "y": [(0, 0)]},
)

# %% [markdown] lang="es"
# Cada identidad de esta lección aparece de cuatro maneras: la fórmula con índices, el bucle, `einsum` y la
# operación de PyTorch. `matrix_vector` son los dos bucles de arriba guardados como referencia, y
# `assert_agree` falla si dos formas difieren más que el redondeo. En `einsum`, `"jk,k->j"` es la fórmula
# misma: entran $A_{jk}$ y $x_k$, sale $y_j$.

# %% [markdown] lang="en"
# Every identity in this lesson appears in four ways: the formula with indices, the loop, `einsum` and the
# PyTorch operation. `matrix_vector` is the two loops above kept as a reference, and `assert_agree` fails if
# two forms differ by more than rounding. In `einsum`, `"jk,k->j"` is the formula itself: $A_{jk}$ and $x_k$
# go in, $y_j$ comes out.

# %%
generator = torch.Generator().manual_seed(0)


def random(*shape):
    return torch.randn(shape, dtype=torch.float64, generator=generator)


differences = []
for rows, columns in [(1, 1), (1, 6), (2, 3), (5, 2), (7, 7)]:
    A, x = random(rows, columns), random(columns)
    differences.append(
        assert_agree(loop=matrix_vector(A, x), einsum=torch.einsum("jk,k->j", A, x), torch=A @ x)
    )
print(tr(es="mayor diferencia relativa:", en="largest relative difference:"), f"{max(differences):.0e}")

# %% [markdown] lang="es"
# ## Matriz por matriz
#
# Con dos matrices el punto hace lo mismo: junta la última pieza de $A$ con la primera de $B$.
#
# $$C = A \cdot B = (A_{ij}\, \hat e_i \otimes \hat e_j) \cdot (B_{kl}\, \hat e_k \otimes \hat e_l)
# = A_{ij} B_{kl}\, \delta_{jk}\, \hat e_i \otimes \hat e_l
# \quad\Longrightarrow\quad C_{il} = A_{ik} B_{kl} . \tag{2}$$
#
# Quedan dos índices libres y uno repetido: tres bucles. Aplicado a un vector, $(A \cdot B) \cdot \vec x$ es
# hacer primero $B$ y después $A$.

# %% [markdown] lang="en"
# ## Matrix times matrix
#
# With two matrices the dot does the same: it joins the last piece of $A$ to the first one of $B$.
#
# $$C = A \cdot B = (A_{ij}\, \hat e_i \otimes \hat e_j) \cdot (B_{kl}\, \hat e_k \otimes \hat e_l)
# = A_{ij} B_{kl}\, \delta_{jk}\, \hat e_i \otimes \hat e_l
# \quad\Longrightarrow\quad C_{il} = A_{ik} B_{kl} . \tag{2}$$
#
# Two free indices and one repeated index remain: three loops. Applied to a vector, $(A \cdot B) \cdot \vec x$
# is doing $B$ first and $A$ next.

# %%
A = torch.tensor([[1, 2, 3], [4, 5, 6]])
B = torch.tensor([[1, 0], [0, 1], [2, -1]])

C = torch.zeros(2, 2, dtype=torch.int64)
for i in range(2):
    for l in range(2):
        for k in range(3):
            C[i, l] += A[i, k] * B[k, l]  # (2)
print(C)

# %%
for rows, inner, columns in [(1, 1, 1), (2, 3, 4), (5, 1, 2), (4, 6, 3)]:
    A, B, x = random(rows, inner), random(inner, columns), random(columns)
    assert_agree(loop=matrix_matrix(A, B), einsum=torch.einsum("ik,kl->il", A, B), torch=A @ B)  # (2)
    assert_agree(product=(A @ B) @ x, one_by_one=A @ (B @ x))

# %% tags=["hidden"]
first, second = torch.tensor([[1, 2, 3], [4, 5, 6]]), torch.tensor([[1, 0], [0, 1], [2, -1]])
assert torch.equal(C, first @ second) and torch.equal(C, matrix_matrix(first, second))

# %% [markdown] lang="es"
# ## El orden importa
#
# Al intercambiar los factores cambian los índices que se juntan:
#
# $$D = B \cdot A \quad\Longrightarrow\quad D_{il} = B_{ik} A_{kl} . \tag{3}$$
#
# Si $A$ es de 2 × 3 y $B$ de 3 × 2, ni siquiera la forma coincide: $A \cdot B$ es de 2 × 2 y $B \cdot A$ de
# 3 × 3. Con matrices cuadradas ambas formas coinciden, y aun así las acciones son distintas. Toma $S$, que
# estira al doble hacia la derecha, y $R$, que gira 90 grados. Imagina qué le hace a la letra F cada orden.

# %% [markdown] lang="en"
# ## Order matters
#
# Swapping the factors changes which indices are joined:
#
# $$D = B \cdot A \quad\Longrightarrow\quad D_{il} = B_{ik} A_{kl} . \tag{3}$$
#
# If $A$ is 2 × 3 and $B$ is 3 × 2, not even the shape agrees: $A \cdot B$ is 2 × 2 and $B \cdot A$ is 3 × 3.
# With square matrices both shapes agree, and still the actions differ. Take $S$, which stretches to double
# towards the right, and $R$, which turns by 90 degrees. Imagine what each order does to the letter F.

# %%
# alt es: La letra F; estirada y luego girada queda tendida y alta; girada y luego estirada, ancha.
# alt en: The letter F; stretched, then turned, it lies tall; turned, then stretched, it lies wide.
R = torch.tensor([[0.0, -1.0], [1.0, 0.0]])
S = torch.tensor([[2.0, 0.0], [0.0, 1.0]])
x = [0, 0, 2, 2, 0.6, 0.6, 1.6, 1.6, 0.6, 0.6]
y = [0, 3, 3, 2.4, 2.4, 1.8, 1.8, 1.2, 1.2, 0]
F = torch.tensor([x, y])  # axis corner

assert_agree(loop=matrix_matrix(S, R), einsum=torch.einsum("ik,kl->il", S, R), torch=S @ R)  # (3)
figure, panels = plt.subplots(1, 3, figsize=(6.4, 1.9), sharex=True, sharey=True)
shapes = {"F": F, "(R·S)·F": R @ S @ F, "(S·R)·F": S @ R @ F}
for ax, (name, points), hue in zip(panels, shapes.items(), ("slate", "blue", "ember"), strict=True):
    ax.fill(*points.tolist(), color=color(hue), alpha=0.8)
    ax.set(title=name, aspect="equal")
    localize_ticks(ax)

# %% [markdown] lang="es"
# Estirar y girar no es girar y estirar.
#
# ### Una idea que no funciona
#
# Quizá eso sea cosa de matrices pequeñas. En una matriz grande cada componente suma muchos productos, y las
# diferencias podrían compensarse hasta que $A \cdot B \approx B \cdot A$. Es una predicción clara, así que la
# medimos: la diferencia relativa $\lVert AB - BA \rVert / \lVert AB \rVert$ de pares al azar, del tamaño 1 al
# 64.
#
# Si los componentes son independientes, de media 0 y varianza 1, la cuenta también se puede hacer en papel.
# $\lVert AB \rVert^2$ vale $n^3$ en promedio, y en el término cruzado $A_{ik} B_{kl} B_{im} A_{ml}$ solo
# dejan algo los $n$ casos en que todos los índices coinciden. Por lo tanto,
#
# $$\frac{\sqrt{\mathbb{E}\,\lVert AB - BA \rVert^2}}{\sqrt{\mathbb{E}\,\lVert AB \rVert^2}}
# = \sqrt{\frac{2n^3 - 2n}{n^3}} = \sqrt{2\left(1 - \frac{1}{n^2}\right)} . \tag{4}$$

# %% [markdown] lang="en"
# Stretching and turning is not turning and stretching.
#
# ### An idea that does not work
#
# Perhaps that is a matter of small matrices. In a large matrix each component adds many products, and the
# differences might cancel until $A \cdot B \approx B \cdot A$. That is a clear prediction, so we measure it:
# the relative difference $\lVert AB - BA \rVert / \lVert AB \rVert$ of random pairs, from size 1 to 64.
#
# If the components are independent, with mean 0 and variance 1, the sum can be done on paper as well.
# $\lVert AB \rVert^2$ is $n^3$ on average, and in the cross term $A_{ik} B_{kl} B_{im} A_{ml}$ only the $n$
# cases in which all indices coincide leave something. Therefore
#
# $$\frac{\sqrt{\mathbb{E}\,\lVert AB - BA \rVert^2}}{\sqrt{\mathbb{E}\,\lVert AB \rVert^2}}
# = \sqrt{\frac{2n^3 - 2n}{n^3}} = \sqrt{2\left(1 - \frac{1}{n^2}\right)} . \tag{4}$$

# %%
# alt es: La diferencia medida sube de 0 en el tamaño 1 a 1,41 en el 64, pegada a la curva calculada.
# alt en: The measured difference climbs from 0 at size 1 to 1.41 at size 64, on top of the computed curve.
sizes = [1, 2, 3, 4, 6, 8, 16, 32, 64]
measured, low, high = [], [], []
for n in sizes:
    A, B = random(400, n, n), random(400, n, n)
    gaps, norms = (torch.linalg.matrix_norm(M) for M in (A @ B - B @ A, A @ B))
    measured.append((gaps.square().mean() / norms.square().mean()).sqrt().item())
    quantiles = (gaps / norms).quantile(torch.tensor([0.05, 0.95], dtype=torch.float64))
    low.append(quantiles[0].item())
    high.append(quantiles[1].item())
n = torch.tensor(sizes, dtype=torch.float64)
name = tr(es="medida (banda: 90 % de los pares)", en="measured (band: 90% of the pairs)")
ax = curves(
    sizes,
    {name: measured, tr(es="calculada", en="computed"): (2 * (1 - n**-2)).sqrt()},
    bands={name: (low, high)},
    xlabel="n",
    ylabel="‖AB − BA‖ / ‖AB‖",
    log="x",
)

# %% tags=["hidden"]
computed = (2 * (1 - n**-2)).sqrt()
assert measured[0] == 0
assert torch.allclose(torch.tensor(measured, dtype=torch.float64), computed, atol=0.05)  # (4)
assert low[-1] > 1.35 and high[-1] < 1.48

# %% [markdown] lang="es"
# La idea falla: ocurre lo contrario. Los números ($n = 1$) conmutan; las matrices, cuanto más grandes,
# menos. Con $n = 64$ la diferencia relativa es `{python} measured[-1]:.2f`, casi $\sqrt 2$: la de dos
# matrices que no tienen nada que ver. La banda se estrecha, así que no es cosa del promedio; le pasa a casi
# cada par.
#
# Conmutar es la excepción, y conviene conocer las que hay: las matrices diagonales entre sí, los giros
# del plano entre sí, una matriz con sus propias potencias. Además, algo sobrevive siempre al intercambio: la
# traza, $A_{ik} B_{ki} = B_{ki} A_{ik}$.

# %% [markdown] lang="en"
# The idea fails: the opposite happens. Numbers ($n = 1$) commute; matrices do so less the larger
# they are. At $n = 64$ the relative difference is `{python} measured[-1]:.2f`, almost $\sqrt 2$: that of two
# matrices which have nothing to do with each other. The band narrows, so this is no matter of averages; it
# happens to nearly every pair.
#
# To commute is the exception, and the exceptions are worth knowing: diagonal matrices among themselves,
# rotations of the plane among themselves, a matrix and its own powers. Also, something always survives the
# swap: the trace, $A_{ik} B_{ki} = B_{ki} A_{ik}$.


# %%
def turn(degrees):
    angle = torch.deg2rad(torch.tensor(degrees, dtype=torch.float64))
    return torch.stack([angle.cos(), -angle.sin(), angle.sin(), angle.cos()]).reshape(2, 2)


A, B = random(5, 5), random(5, 5)
exceptions = {
    tr(es="diagonales", en="diagonal"): (torch.diag(A[0]), torch.diag(B[0])),
    tr(es="giros", en="rotations"): (turn(20.0), turn(50.0)),
    tr(es="potencias", en="powers"): (A, A @ A),
}
for name, (P, Q) in exceptions.items():
    print(f"{name:<10} {assert_agree(PQ=P @ Q, QP=Q @ P):.0e}")
trace = assert_agree(loop=torch.trace(A @ B), einsum=torch.einsum("ik,ki->", B, A), torch=torch.trace(B @ A))

# %% [markdown] lang="es"
# ## La regla de las formas
#
# El índice repetido recorre las columnas de $A$ y las filas de $B$ a la vez; por lo tanto, hay tantas de unas
# como de otras. Los índices libres ponen la forma del resultado:
#
# $$(m \times k) \cdot (k \times n) \to (m \times n) . \tag{5}$$
#
# Los tamaños de adentro deben coincidir y desaparecen; los de afuera quedan. Si no coinciden, PyTorch
# nombra las dos formas, y en ellas se ve cuál falla.

# %% [markdown] lang="en"
# ## The rule of shapes
#
# The repeated index runs over the columns of $A$ and the rows of $B$ at once, so there are as many of one as
# of the other. The free indices set the shape of the result:
#
# $$(m \times k) \cdot (k \times n) \to (m \times n) . \tag{5}$$
#
# The inner sizes must agree, and vanish; the outer ones stay. If they disagree, PyTorch states both shapes,
# and they show which size is at fault.

# %% tags=["raises=RuntimeError"]
torch.ones(2, 3) @ torch.ones(2, 3)

# %% [markdown] lang="es"
# Aquí los tamaños de adentro son 3 y 2. La reparación depende de lo que significan los ejes: quizá falte una
# transpuesta, `torch.ones(2, 3) @ torch.ones(2, 3).T`, que es de 2 × 2. El [museo de los
# errores](../fundamentals/error_museum.md) guarda otros de esta familia.
#
# Peor es lo que no avisa. El signo `*` no es el punto: multiplica componente a componente, y cuando las
# formas permiten el *broadcasting* (difusión: repetir un eje de tamaño 1 o ausente), devuelve algo con
# aspecto razonable. ¿Qué formas esperas?

# %% [markdown] lang="en"
# Here the inner sizes are 3 and 2. The repair depends on what the axes mean: perhaps a transpose is missing,
# `torch.ones(2, 3) @ torch.ones(2, 3).T`, which is 2 × 2. The [error museum](../fundamentals/error_museum.md)
# keeps others of this family.
#
# Worse is what gives no warning. The sign `*` is not the dot: it multiplies component by component, and where
# the shapes permit *broadcasting* (repeating an axis that has size 1 or is missing) it returns something that
# looks reasonable. What shapes do you expect?

# %%
A, x = random(2, 3), random(3)
# es: al producto componente a componente le falta sumar sobre el índice repetido
# en: what the product by components lacks is the sum over the repeated index
difference = assert_agree(dot=A @ x, sum_of_products=(A * x).sum(dim=1))
print("A @ x", tuple((A @ x).shape), "  A * x", tuple((A * x).shape))

# %% tags=["hidden"]
assert (torch.ones(2, 3) @ torch.ones(2, 3).T).shape == (2, 2)
for m, k, n in [(1, 1, 1), (2, 3, 4), (5, 1, 2)]:
    assert (torch.ones(m, k) @ torch.ones(k, n)).shape == (m, n)  # (5)

# %% [markdown] lang="es"
# ## Las leyes que sí se cumplen
#
# Con índices, cada demostración cabe en una línea. Los componentes son números, y los números sí se
# distribuyen, se asocian y conmutan.
#
# * Distributiva: $A_{ik}(B_{kl} + C_{kl}) = A_{ik}B_{kl} + A_{ik}C_{kl}$, es decir,
#   $A \cdot (B + C) = A \cdot B + A \cdot C$.
# * Asociativa: $A_{ik}(B_{kl}\,C_{lm}) = (A_{ik}B_{kl})\,C_{lm}$, es decir,
#   $A \cdot (B \cdot C) = (A \cdot B) \cdot C$.
# * Transpuesta de un producto: $(A \cdot B)_{il} = A_{ik}B_{kl} = (B^\top)_{lk}(A^\top)_{ki}$, es decir,
#   $(A \cdot B)^\top = B^\top \cdot A^\top$, con el orden invertido.

# %% [markdown] lang="en"
# ## The laws that do hold
#
# With indices every proof fits on one line. The components are numbers, and numbers do distribute, associate
# and commute.
#
# * Distributive: $A_{ik}(B_{kl} + C_{kl}) = A_{ik}B_{kl} + A_{ik}C_{kl}$, that is,
#   $A \cdot (B + C) = A \cdot B + A \cdot C$.
# * Associative: $A_{ik}(B_{kl}\,C_{lm}) = (A_{ik}B_{kl})\,C_{lm}$, that is,
#   $A \cdot (B \cdot C) = (A \cdot B) \cdot C$.
# * Transpose of a product: $(A \cdot B)_{il} = A_{ik}B_{kl} = (B^\top)_{lk}(A^\top)_{ki}$, that is,
#   $(A \cdot B)^\top = B^\top \cdot A^\top$, in reverse order.

# %%
laws = {"A(B + C)": [], "A(BC)": [], "(AB)ᵀ": []}
for i, k, l, m in [(1, 1, 1, 1), (2, 3, 4, 5), (5, 1, 3, 2), (4, 4, 4, 4)]:
    A, B, B2, C = random(i, k), random(k, l), random(k, l), random(l, m)
    laws["A(B + C)"].append(
        assert_agree(
            loop=matrix_matrix(A, B + B2),
            einsum=torch.einsum("ik,kl->il", A, B) + torch.einsum("ik,kl->il", A, B2),
            torch=A @ B + A @ B2,
        )
    )
    laws["A(BC)"].append(
        assert_agree(
            loop=matrix_matrix(matrix_matrix(A, B), C),
            einsum=torch.einsum("ik,kl,lm->im", A, B, C),
            torch=A @ (B @ C),
        )
    )
    laws["(AB)ᵀ"].append(
        assert_agree(loop=matrix_matrix(B.T, A.T), einsum=torch.einsum("ik,kl->li", A, B), torch=(A @ B).T)
    )
for law, errors in laws.items():
    print(f"{law:<9} {max(errors):.0e}")

# %% [markdown] lang="es"
# ## Lo que hace el redondeo
#
# El producto de matrices reales es asociativo; en coma flotante, casi. Cada suma se redondea al número
# representable más cercano, y otro orden de sumas redondea en otros lugares. ¿Cuánto difieren
# $A \cdot (B \cdot C)$ y
# $(A \cdot B) \cdot C$ en cada tipo? Apuesta antes: el épsilon de `float64` es 2 · 10⁻¹⁶, el de `float32` es
# 1 · 10⁻⁷ y el de `bfloat16` es 8 · 10⁻³.

# %% [markdown] lang="en"
# ## What rounding does
#
# The product of real matrices is associative; in floating point it nearly is. Each sum is rounded to the
# nearest representable number, and another order of sums rounds in other places. How far apart are
# $A \cdot (B \cdot C)$ and
# $(A \cdot B) \cdot C$ in each type? Place your bet first: the epsilon of `float64` is 2 · 10⁻¹⁶, that of
# `float32` is 1 · 10⁻⁷, and that of `bfloat16` is 8 · 10⁻³.


# %%
def association_error(n, dtype, seed):
    draw = torch.Generator().manual_seed(seed)
    A, B, C = torch.randn(3, n, n, dtype=torch.float64, generator=draw).to(dtype)
    return relative_error(A @ (B @ C), (A @ B) @ C)


dtypes = {"bfloat16": torch.bfloat16, "float32": torch.float32, "float64": torch.float64}
sizes, seeds = [4, 8, 16, 32, 64, 128, 256], range(5)
errors = {
    name: torch.tensor([[association_error(n, dtype, seed) for n in sizes] for seed in seeds])
    for name, dtype in dtypes.items()
}

# %%
# alt es: Tres líneas casi horizontales: bfloat16 bajo 10⁻², float32 cerca de 10⁻⁷ y float64, de 10⁻¹⁶.
# alt en: Three nearly level lines: bfloat16 below 10⁻², float32 near 10⁻⁷ and float64 near 10⁻¹⁶.
ax = curves(
    sizes,
    {name: values.median(dim=0).values for name, values in errors.items()},
    bands={name: (values.min(dim=0).values, values.max(dim=0).values) for name, values in errors.items()},
    xlabel="n",
    ylabel=tr(es="diferencia relativa", en="relative difference"),
    log="xy",
)

# %% tags=["hidden"]
last = {name: values[:, -1] for name, values in errors.items()}
epsilons = {name: torch.finfo(dtype).eps for name, dtype in dtypes.items()}
in_epsilons = {name: last[name] / epsilons[name] for name in dtypes}
assert all(0.1 < values.median() < 10 for values in in_epsilons.values())
A, B = random(2, 256, 256).bfloat16()
# rounding every partial sum would give more than epsilon
once = relative_error(A @ B, A.double() @ B.double())
assert once < epsilons["bfloat16"] / 2
assert last["float64"].max() < last["float32"].min() < last["bfloat16"].min()

# %% [markdown] lang="es"
# Cada tipo queda cerca de su propio épsilon, y el tamaño de la matriz pesa mucho menos que el tipo. Para
# $n = 256$ y cinco semillas, la diferencia en `float32` va de
# `{python} in_epsilons["float32"].min().item():.2f` a `{python} in_epsilons["float32"].max().item():.2f`
# veces su épsilon, y en `bfloat16`, de `{python} in_epsilons["bfloat16"].min().item():.2f` a
# `{python} in_epsilons["bfloat16"].max().item():.2f`. Otro procesador suma en otro orden y te dará otro
# número; desconfía solo si difiere por un factor de 10. La línea de `bfloat16` no sube con $n$ porque PyTorch
# acumula esas sumas con más cifras y redondea una sola vez, al final.
#
# Dos consecuencias prácticas. No compares con `==` dos productos calculados de distinta manera; usa una
# tolerancia acorde con el tipo, como hace `torch.testing.assert_close`. Y comprueba una fórmula en `float64`,
# donde un error de verdad no se puede esconder detrás del redondeo.

# %% [markdown] lang="en"
# Each type stays near its own epsilon, and the size of the matrix weighs far less than the type. For
# $n = 256$ and five seeds, the difference in `float32` runs from
# `{python} in_epsilons["float32"].min().item():.2f` to `{python} in_epsilons["float32"].max().item():.2f`
# times its epsilon, and in `bfloat16` from `{python} in_epsilons["bfloat16"].min().item():.2f` to
# `{python} in_epsilons["bfloat16"].max().item():.2f`. Another processor adds in another order and will give
# you another number; distrust it only if it differs by a factor of 10. The line of `bfloat16` does not climb
# with $n$ because PyTorch accumulates those sums with more digits and rounds only once, at the end.
#
# Two practical consequences. Do not compare with `==` two products computed in different ways; use a
# tolerance that fits the type, as `torch.testing.assert_close` does. And check a formula in `float64`, where
# a true mistake cannot hide behind rounding.

# %% [markdown] lang="es"
# ## Lo que cuesta el orden
#
# Que el resultado sea el mismo no significa que cueste lo mismo. El producto
# $(m \times k) \cdot (k \times n)$ tiene $m n$ componentes con $k$ multiplicaciones cada uno: $m k n$ en
# total. Para $A \cdot B \cdot \vec x$ con matrices de $n \times n$ hay dos caminos:
#
# $$(A \cdot B) \cdot \vec x: \; n^3 + n^2, \qquad A \cdot (B \cdot \vec x): \; 2n^2 . \tag{6}$$
#
# `FlopCounterMode` cuenta las operaciones de cada llamada, dos por multiplicación (el producto y la suma). En
# `meta` cuenta sin calcular nada, así que el tamaño no es problema.

# %% [markdown] lang="en"
# ## What the order costs
#
# That the result is the same does not mean that it costs the same. The product
# $(m \times k) \cdot (k \times n)$ has $m n$ components with $k$ multiplications each: $m k n$ in total. For
# $A \cdot B \cdot \vec x$ with $n \times n$ matrices there are two ways:
#
# $$(A \cdot B) \cdot \vec x: \; n^3 + n^2, \qquad A \cdot (B \cdot \vec x): \; 2n^2 . \tag{6}$$
#
# `FlopCounterMode` counts the operations of each call, two for every multiplication (the product and the
# sum). On `meta` it counts without computing anything, so that size is no obstacle.


# %%
def count_multiplications(compute):
    with FlopCounterMode(display=False) as counter:
        compute()
    return counter.get_total_flops() // 2


counts = {}
for n in (10, 100, 1000, 10_000):
    A, B, x = (torch.empty(n, columns, device="meta") for columns in (n, n, 1))
    counts[n] = count_multiplications(lambda: (A @ B) @ x), count_multiplications(lambda: A @ (B @ x))
    print(f"n = {n:>5}   (AB)x {counts[n][0]:>16,}   A(Bx) {counts[n][1]:>14,}".replace(",", " "))

# %% tags=["hidden"]
assert all(left == n**3 + n**2 and right == 2 * n**2 for n, (left, right) in counts.items())  # (6)
ratio = counts[1000][0] / counts[1000][1]

# %% [markdown] lang="es"
# Para $n = 1000$, la primera vía multiplica `{python} ratio:.0f` veces más. Por eso conviene empezar por
# donde está el vector. La misma idea abarata el ajuste fino de modelos grandes: LoRA ([Hu et al.,
# 2021](https://arxiv.org/abs/2106.09685)) añade a una matriz de pesos un producto $B \cdot A$ de dos matrices
# estrechas que no hace falta multiplicar entre sí. Y `torch.linalg.multi_dot` busca el mejor orden de una
# cadena.
#
# Contar multiplicaciones no es medir segundos. Lo que tarda un producto en una CPU o en una GPU, según su
# tamaño y su tipo, está medido en [el producto de matrices](../benchmarks/matrix_product.md).

# %% [markdown] lang="en"
# For $n = 1000$ the first way multiplies `{python} ratio:.0f` times as much. That is why it pays to start
# where the vector is. The same idea makes fine-tuning of large models cheaper: LoRA ([Hu et al.,
# 2021](https://arxiv.org/abs/2106.09685)) adds to a weight matrix a product $B \cdot A$ of two narrow
# matrices that never need to be multiplied with each other. And `torch.linalg.multi_dot` looks for the best
# order of a chain.
#
# Counting multiplications is not measuring seconds. How long a product takes on a CPU or a GPU, by size and
# by type, is measured in [the matrix product](../benchmarks/matrix_product.md).

# %% [markdown] lang="es"
# ## Dentro de una red
#
# Una capa `nn.Linear` es este producto con las filas como ejemplos: $y_{bo} = x_{bi} W_{oi} + \beta_o$, con
# $b$ el ejemplo, $i$ la entrada y $o$ la salida. El índice que se repite es el segundo de $W$, y por eso en
# la forma matricial aparece la transpuesta, $x \cdot W^\top + \beta$.

# %% [markdown] lang="en"
# ## Inside a network
#
# An `nn.Linear` layer is this product with the rows as examples: $y_{bo} = x_{bi} W_{oi} + \beta_o$, with $b$
# the example, $i$ the input and $o$ the output. The repeated index is the second one of $W$, and so the
# matrix form shows a transpose, $x \cdot W^\top + \beta$.

# %%
torch.manual_seed(0)
layer = nn.Linear(3, 2, dtype=torch.float64)
x = random(5, 3)  # example input
W, bias = layer.weight.detach(), layer.bias.detach()
print(tuple(x.shape), tuple(W.shape), tuple(layer(x).shape))
agreement = assert_agree(
    loop=matrix_matrix(x, W.T) + bias,
    einsum=torch.einsum("bi,oi->bo", x, W) + bias,
    torch=layer(x).detach(),
)

# %% [markdown] lang="es"
# ## Para llevarte
#
# * Índice libre, un bucle de afuera; índice repetido, una suma. `einsum` es esa lectura escrita.
# * $(m \times k) \cdot (k \times n) \to (m \times n)$: los tamaños de adentro coinciden y desaparecen.
# * Se distribuye y se asocia; no conmuta, y cuanto más grande es la matriz, menos. La transpuesta invierte el
#   orden.
# * En coma flotante las leyes valen hasta el épsilon del tipo.
# * El orden no cambia el resultado y sí el costo: $m k n$ multiplicaciones cada producto.

# %% [markdown] lang="en"
# ## What to keep
#
# * A free index, an outer loop; a repeated index, a sum. `einsum` is that reading written down.
# * $(m \times k) \cdot (k \times n) \to (m \times n)$: the inner sizes agree and vanish.
# * It distributes and associates; it does not commute, less so the larger it is. The transpose reverses the
#   order.
# * In floating point the laws hold up to the epsilon of the type.
# * The order leaves the result alone and changes the cost: $m k n$ multiplications for each product.

# %% [markdown] lang="es" tags=["quiz"]
# `A` tiene forma `(4, 3)`, `B` tiene forma `(3, 5)` y `x` tiene forma `(5,)`. ¿Cuál de estas expresiones
# existe y cuesta menos?
#
# - [x] `A @ (B @ x)`: 15 multiplicaciones para `B @ x` y 12 para el resto, 27 en total.
# - [ ] `(A @ B) @ x`: existe y da lo mismo, pero cuesta 60 más 20, es decir, 80 multiplicaciones.
# - [ ] `x @ (B @ A)`: `B @ A` no existe, porque 5 columnas no se corresponden con 4 filas.
# - [ ] `A * B * x`: el signo `*` no suma sobre ningún índice, y estas formas ni siquiera se difunden.

# %% [markdown] lang="en" tags=["quiz"]
# `A` has shape `(4, 3)`, `B` has shape `(3, 5)` and `x` has shape `(5,)`. Which of these expressions exists
# and costs least?
#
# - [x] `A @ (B @ x)`: 15 multiplications for `B @ x` and 12 for the rest, 27 in all.
# - [ ] `(A @ B) @ x`: it exists and gives the same, but it costs 60 plus 20, that is, 80 multiplications.
# - [ ] `x @ (B @ A)`: `B @ A` does not exist, because 5 columns do not match 4 rows.
# - [ ] `A * B * x`: the sign `*` sums over no index, and these shapes do not even broadcast.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: la forma bilineal
#
# Escribe `bilinear(x, A, y)`, que calcule el número $s = x_i A_{ij} y_j$ con bucles sobre los índices. Debe
# servir para matrices que no son cuadradas.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: the bilinear form
#
# Write `bilinear(x, A, y)`, which computes the number $s = x_i A_{ij} y_j$ with loops over the indices. It
# must work for matrices that are not square.


# %% tags=["solution"]
def bilinear(x, A, y):
    total = torch.zeros((), dtype=A.dtype)
    for i in range(A.shape[0]):
        for j in range(A.shape[1]):
            total = total + x[i] * A[i, j] * y[j]
    return total


# %% tags=["check"]
for rows, columns in [(1, 1), (2, 3), (4, 2), (5, 5)]:
    x, A, y = random(rows), random(rows, columns), random(columns)
    assert_agree(einsum=torch.einsum("i,ij,j->", x, A, y), torch=x @ A @ y, yours=bilinear(x, A, y))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: el mejor orden
#
# Escribe `chain_costs(sizes)` para una cadena de tres matrices $A \cdot B \cdot C$ cuyos tamaños son
# `sizes = (m, k, l, n)`: $A$ es de $m \times k$, $B$ de $k \times l$ y $C$ de $l \times n$. Devuelve las
# multiplicaciones de $(A \cdot B) \cdot C$ y las de $A \cdot (B \cdot C)$, en ese orden.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: the best order
#
# Write `chain_costs(sizes)` for a chain of three matrices $A \cdot B \cdot C$ whose sizes are
# `sizes = (m, k, l, n)`: $A$ is $m \times k$, $B$ is $k \times l$ and $C$ is $l \times n$. Return the
# multiplications of $(A \cdot B) \cdot C$ and those of $A \cdot (B \cdot C)$, in that order.


# %% tags=["solution"]
def chain_costs(sizes):
    m, k, l, n = sizes
    return m * k * l + m * l * n, k * l * n + m * k * n


# %% tags=["check"]
for sizes in [(1, 1, 1, 1), (10, 100, 10, 100), (1, 1000, 1000, 1), (3, 5, 7, 11)]:
    A, B, C = (torch.empty(rows, columns, device="meta") for rows, columns in pairwise(sizes))
    left, right = count_multiplications(lambda: (A @ B) @ C), count_multiplications(lambda: A @ (B @ C))
    assert chain_costs(sizes) == (left, right), sizes

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: un producto nulo
#
# Con números, si $ab = 0$, uno de los dos es cero. Con matrices no: encuentra dos matrices `P` y `Q` de
# 2 × 2, ambas distintas de cero, tales que $P \cdot Q = 0$ y, sin embargo, $Q \cdot P \ne 0$.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: a product that vanishes
#
# With numbers, if $ab = 0$ then one of the two is zero. Not so with matrices: find two matrices `P` and `Q`
# of 2 × 2, both different from zero, such that $P \cdot Q = 0$ and yet $Q \cdot P \ne 0$.

# %% tags=["solution"]
P = torch.tensor([[1.0, 0.0], [0.0, 0.0]])
Q = torch.tensor([[0.0, 0.0], [1.0, 0.0]])

# %% tags=["check"]
assert P.shape == Q.shape == (2, 2)
assert P.any() and Q.any()
assert not (P @ Q).any() and (Q @ P).any()

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# Antes: el [museo de los errores](../fundamentals/error_museum.md), donde las formas que no encajan tienen su
# propia sala. Después: la [regresión lineal](../workflow/linear_regression.md), que pone estos productos a
# aprender una recta.

# %% [markdown] lang="en"
# ## Where to go next
#
# Before: the [error museum](../fundamentals/error_museum.md), where shapes that do not fit have a room of
# their own. After: [linear regression](../workflow/linear_regression.md), which sets these products to learn
# a line.
