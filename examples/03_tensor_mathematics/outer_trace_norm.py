"""
title:
  es: Producto tensorial, traza y normas
  en: Outer product, trace and norms
summary:
  es: Multiplicar sin sumar, sumar sin multiplicar, medir una matriz y describir una foto con pocas piezas.
  en: Multiplying without adding, adding without multiplying, measuring a matrix, a photograph in few pieces.
tags: [tensor, algebra, einsum, norm, SVD]
objectives:
  es:
    - Formar productos tensoriales y contracciones, y escribir A·B como la unión de ambos.
    - Usar la traza, y saber qué cambios de orden la conservan y cuáles no.
    - Elegir entre las normas de Frobenius, espectral y nuclear por lo que mide cada una.
    - Aproximar una matriz por una suma corta de productos tensoriales y predecir el error.
  en:
    - Form outer products and contractions, and write A·B as the two joined.
    - Use the trace, and know which changes of order keep it and which do not.
    - Choose between the Frobenius, the spectral and the nuclear norm by what each one measures.
    - Approximate a matrix by a short sum of outer products and predict the error.
prerequisites:
  es:
    - La lección «Productos escalares».
    - Saber qué es un vector propio ayuda en la parte de las normas, y no es imprescindible.
  en:
    - The lesson “Dot products”.
    - Knowing what an eigenvector is helps in the part on norms, and is not indispensable.
"""
# %% [markdown] lang="es"
# El producto de matrices hace dos cosas a la vez: multiplica componentes y suma sobre un índice. Aquí las
# separamos. Multiplicar sin sumar es el producto tensorial; sumar sin multiplicar, la contracción. Con esas
# dos piezas se construye casi todo lo demás: la traza, las normas que miden una matriz, y la descomposición
# que describe una foto, o el gradiente de una capa, con unas pocas columnas y filas. Conviene haber leído
# [Productos escalares](dot_products.md).
#
# Acompaña la parte de operaciones con tensores de la sección *PyTorch Fundamentals* del curso [PyTorch for
# Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) y el [capítulo
# 00](https://www.learnpytorch.io/00_pytorch_fundamentals/) de su libro, y va más allá de ambos.
#
# ## Multiplicar sin sumar
#
# El producto tensorial de dos vectores (en inglés, *outer product*) es la tabla de todos los productos. En
# sus componentes ningún índice se repite:
#
# $$C = \vec a \otimes \vec b = a_i\, b_j\, \hat e_i \otimes \hat e_j
# \quad\Longrightarrow\quad C_{ij} = a_i\, b_j . \tag{1}$$

# %% [markdown] lang="en"
# The product of matrices does two things at once: it multiplies components and adds over an index. Here we
# take them apart. To multiply without adding is the outer product; to add without multiplying, the
# contraction. From these two pieces nearly everything else is built: the trace, the norms that measure a
# matrix, and the decomposition that describes a photograph, or the gradient of a layer, by a few columns and
# rows. It helps to have read [Dot products](dot_products.md).
#
# It goes with the tensor operations in the section *PyTorch Fundamentals* of the course [PyTorch for Deep
# Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) and with [chapter
# 00](https://www.learnpytorch.io/00_pytorch_fundamentals/) of its book, and goes beyond both.
#
# ## Multiplying without adding
#
# The outer product of two vectors is the table of all products. In its components no index is repeated:
#
# $$C = \vec a \otimes \vec b = a_i\, b_j\, \hat e_i \otimes \hat e_j
# \quad\Longrightarrow\quad C_{ij} = a_i\, b_j . \tag{1}$$

# %%
import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_sample_image
from torch import nn
from torch.nn.functional import avg_pool2d, cross_entropy

from tutorials_lib import tr
from tutorials_lib.plots import (
    color,
    curves,
    image_grid,
    legend_above,
    localize_ticks,
    localized,
    tensor_grid,
)
from tutorials_lib.tensors import assert_agree, contract, frobenius_norm, matrix_matrix, outer, trace

# %%
a, b = torch.tensor([1, 2, 3]), torch.tensor([4, 0, -1, 2])

C = torch.zeros(3, 4, dtype=torch.int64)
for i in range(3):
    for j in range(4):
        C[i, j] = a[i] * b[j]  # (1)

# %%
# alt es: La columna a por la fila b da una tabla de 3 por 4; cada fila es un múltiplo de b.
# alt en: The column a times the row b makes a 3 by 4 table; every row is a multiple of b.
ax = tensor_grid(
    {"a": a[:, None], "b": b, "a ⊗ b": C},
    signs=("⊗", "="),
    highlight={"a": [(1, 0)], "b": [(3,)], "a ⊗ b": [(1, 3)]},
)

# %% [markdown] lang="es"
# Con tensores de cualquier rango pasa lo mismo, y **los rangos se suman**: de rango 2 y rango 1 sale rango 3.

# %% [markdown] lang="en"
# With tensors of any rank the same happens, and **the ranks add up**: rank 2 and rank 1 make rank 3.

# %%
generator = torch.Generator().manual_seed(0)


def random(*shape):
    return torch.randn(shape, dtype=torch.float64, generator=generator)


for left, right in [((3,), (4,)), ((2, 3), (4,)), ((2, 2), (3, 2)), ((), (5,))]:
    A, B = random(*left), random(*right)
    letters = "abcd"[: A.ndim], "wxyz"[: B.ndim]
    einsum = torch.einsum(f"{letters[0]},{letters[1]}->{letters[0]}{letters[1]}", A, B)
    assert_agree(loop=outer(A, B), einsum=einsum, torch=torch.tensordot(A, B, dims=0))  # (1)
    print(f"{A.ndim} + {B.ndim} = {einsum.ndim}   {left} ⊗ {right} → {tuple(einsum.shape)}")

# %% tags=["hidden"]
x, y = random(3), random(4)
assert_agree(loop=outer(x, y), torch=torch.outer(x, y), broadcasting=x[:, None] * y)
assert torch.linalg.matrix_rank(C.double()) == 1 and torch.equal(C, outer(a, b))

# %% [markdown] lang="es"
# Para dos vectores existe además `torch.outer`. Cuidado con la palabra: $\vec a \otimes \vec b$ tiene dos
# índices, o sea rango 2 como tensor, y rango 1 como matriz, porque todas sus filas son múltiplos de una. Los
# dos sentidos están en [Tensores y rango](../fundamentals/tensors_and_rank.md).
#
# ## Sumar sin multiplicar
#
# La contracción iguala dos índices y suma sobre ellos. El rango baja en dos:
#
# $$S_j = T_{iji} . \tag{2}$$
#
# ¿Y si se contrae un producto tensorial? Al contraer los índices del medio de $A \otimes B$ aparece una vieja
# conocida:
#
# $$A_{ij}\, B_{kl}\, \delta_{jk} = A_{ik}\, B_{kl} = (A \cdot B)_{il} . \tag{3}$$

# %% [markdown] lang="en"
# For two vectors there is also `torch.outer`. Mind the word: $\vec a \otimes \vec b$ has two indices, that
# is, rank 2 as a tensor, and rank 1 as a matrix, since all its rows are multiples of one. Both meanings are
# in [Tensors and rank](../fundamentals/tensors_and_rank.md).
#
# ## Adding without multiplying
#
# Contraction makes two indices equal and adds over them. The rank falls by two:
#
# $$S_j = T_{iji} . \tag{2}$$
#
# And if an outer product is contracted? Contracting the middle indices of $A \otimes B$ brings back an old
# acquaintance:
#
# $$A_{ij}\, B_{kl}\, \delta_{jk} = A_{ik}\, B_{kl} = (A \cdot B)_{il} . \tag{3}$$

# %%
for size, other in [(1, 4), (3, 2), (4, 4)]:
    T = random(size, other, size)
    diagonal = T.diagonal(dim1=0, dim2=2).sum(-1)
    assert_agree(loop=contract(T, 0, 2), einsum=torch.einsum("iji->j", T), torch=diagonal)  # (2)

for rows, inner, columns in [(1, 1, 1), (2, 3, 4), (4, 2, 3)]:
    A, B = random(rows, inner), random(inner, columns)
    assert_agree(  # (3)
        contracted=contract(outer(A, B), 1, 2),
        loop=matrix_matrix(A, B),
        einsum=torch.einsum("ij,kl,jk->il", A, B, torch.eye(inner, dtype=torch.float64)),
        torch=A @ B,
    )
sizes = rows * inner * inner * columns, rows * columns
print(sizes)

# %% [markdown] lang="es"
# El producto de matrices **es** un producto tensorial contraído. Como definición basta; como programa
# derrocha: el producto tensorial de dos matrices de $n \times n$ tiene $n^4$ componentes, para quedarse con
# $n^2$. Con $n = 1000$ y `float32` serían 4 TB. `einsum` hace la suma sobre la marcha y nunca lo construye.
#
# ## La traza
#
# Una matriz solo tiene dos índices; al contraerlos queda un número:
#
# $$\operatorname{tr} A = A_{ii} . \tag{4}$$
#
# Como los índices repetidos se pueden renombrar,
# $\operatorname{tr}(A \cdot B) = A_{ij} B_{ji} = \operatorname{tr}(B \cdot A)$, aunque
# $A \cdot B \ne B \cdot A$. Parece que dentro de la traza el orden no importa. Probémoslo con tres matrices y
# sus seis órdenes: ¿cuántos valores distintos salen?

# %% [markdown] lang="en"
# The product of matrices **is** an outer product contracted. As a definition it will do; as a program it
# wastes: the outer product of two $n \times n$ matrices has $n^4$ components, to keep $n^2$. With $n = 1000$
# and `float32` that would be 4 TB. `einsum` adds as it goes and never builds it.
#
# ## The trace
#
# A matrix has only two indices; contracting them leaves a number:
#
# $$\operatorname{tr} A = A_{ii} . \tag{4}$$
#
# As repeated indices may be renamed,
# $\operatorname{tr}(A \cdot B) = A_{ij} B_{ji} = \operatorname{tr}(B \cdot A)$, although
# $A \cdot B \ne B \cdot A$. It looks as if the order did not matter within a trace. Let us try three matrices
# in their six orders: how many different values come out?

# %%
for n in (1, 3, 6):
    A, B = random(n, n), random(n, n)
    assert_agree(loop=trace(A), einsum=torch.einsum("ii->", A), torch=torch.trace(A))  # (4)
    assert_agree(AB=torch.trace(A @ B), BA=torch.trace(B @ A), einsum=torch.einsum("ij,ji->", A, B))

matrices = dict(zip("ABC", random(3, 4, 4), strict=True))
orders = {}
for order in ("ABC", "BCA", "CAB", "ACB", "CBA", "BAC"):
    orders[order] = torch.trace(torch.linalg.multi_dot([matrices[letter] for letter in order])).item()
    print(f"tr({order}) =", localized(f"{orders[order]:.4f}"))

# %% tags=["hidden"]
assert len({round(value, 9) for value in orders.values()}) == 2
assert abs(orders["ABC"] - orders["ACB"]) > 1e-3
A = random(5, 5)
R, _ = torch.linalg.qr(random(5, 5))
assert_agree(trace=torch.trace(A), turned=torch.trace(R @ A @ R.T))
assert_agree(trace=torch.trace(A), eigenvalues=torch.linalg.eigvals(A).sum().real)

# %% [markdown] lang="es"
# Dos. La idea falla a medias: se pueden **rotar** los factores, no barajarlos. De ahí sale una propiedad
# importante: con una matriz ortogonal $R$,
# $\operatorname{tr}(R A R^\top) = \operatorname{tr}(R^\top R A) = \operatorname{tr} A$. La traza no depende
# de la base. Lo mismo vale para toda matriz invertible $P$,
# $\operatorname{tr}(P A P^{-1}) = \operatorname{tr} A$, y por eso la traza es también la suma de los valores
# propios. Los números que no dependen de la base son el tema de [Cambio de base](change_of_basis.md).
#
# ## Normas: ¿cuánto mide una matriz?
#
# La primera respuesta trata la matriz como una lista y toma su longitud, la norma de **Frobenius**:
#
# $$\lVert A \rVert_F = \sqrt{A_{ij} A_{ij}} = \sqrt{\operatorname{tr}(A^\top A)} . \tag{5}$$
#
# La segunda pregunta qué hace: cuánto estira, a lo sumo, un vector de longitud 1. Es la norma **espectral**,
# $\lVert A \rVert_2 = \max \lVert A \vec x \rVert$ con $\lVert \vec x \rVert = 1$. Una matriz invertible de 2
# × 2 lleva la circunferencia de radio 1 a una elipse. ¿En qué dirección estira más esta?

# %% [markdown] lang="en"
# Two. The idea fails by half: the factors may be **rotated**, not shuffled. An important property follows:
# with an orthogonal matrix $R$,
# $\operatorname{tr}(R A R^\top) = \operatorname{tr}(R^\top R A) = \operatorname{tr} A$. The trace does not
# depend on the basis. The same holds for every invertible matrix $P$,
# $\operatorname{tr}(P A P^{-1}) = \operatorname{tr} A$, and so the trace is also the sum of the eigenvalues.
# Numbers that do not depend on the basis are the subject of [Change of basis](change_of_basis.md).
#
# ## Norms: how large is a matrix?
#
# The first answer takes the matrix as a list, and its length, the **Frobenius** norm:
#
# $$\lVert A \rVert_F = \sqrt{A_{ij} A_{ij}} = \sqrt{\operatorname{tr}(A^\top A)} . \tag{5}$$
#
# The second one asks what it does: how much it stretches, at most, a vector of length 1. That is the
# **spectral** norm, $\lVert A \rVert_2 = \max \lVert A \vec x \rVert$ with $\lVert \vec x \rVert = 1$. An
# invertible 2 × 2 matrix takes the circle of radius 1 to an ellipse. In which direction does this one stretch
# most?

# %%
for shape in [(1, 1), (2, 3), (5, 2), (4, 4)]:
    A = random(*shape)
    einsum = torch.einsum("ij,ij->", A, A).sqrt()
    by_trace = torch.trace(A.T @ A).sqrt()
    assert_agree(  # (5)
        loop=frobenius_norm(A), einsum=einsum, trace=by_trace, torch=torch.linalg.matrix_norm(A)
    )

# %%
# alt es: Una circunferencia y la elipse a la que va; dos segmentos son los semiejes σ₁, mayor, y σ₂, menor.
# alt en: A circle and the ellipse it goes to; two lines are its semi-axes, σ₁ longer and σ₂ shorter.
A = torch.tensor([[1.6, 0.8], [0.2, 1.1]], dtype=torch.float64)
angles = torch.linspace(0, 2 * torch.pi, 181, dtype=torch.float64)
circle = torch.stack([angles.cos(), angles.sin()])  # coordinate point
ellipse = A @ circle
U, sigma, Vt = torch.linalg.svd(A)
figure, ax = plt.subplots(figsize=(4.8, 3.2))
ax.plot(*circle, color=color("slate"), linestyle="--", label="x")
ax.plot(*ellipse, color=color("blue"), label="A·x")
for s, hue in enumerate(("ember", "green")):
    right, up = (sigma[s] * U[:, s] * U[0, s].sign()).tolist()
    ax.plot([0, right], [0, up], color=color(hue), marker="o", markevery=[1])
    beside = (0.75 * right + 0.16 * up, 0.75 * up - 0.16 * right)
    ax.text(*beside, f"σ{'₁₂'[s]}", color=color(hue), ha="center", va="center")
ax.set(aspect="equal", xlim=(-2.3, 2.3))
_ = legend_above(localize_ticks(ax))

# %% tags=["hidden"]
stretches = ellipse.norm(dim=0)
assert abs(stretches.max() - sigma[0]) < 1e-3 and abs(stretches.min() - sigma[1]) < 1e-3
assert_agree(spectral=torch.linalg.matrix_norm(A, ord=2), largest=sigma[0])

# %% [markdown] lang="es"
# El semieje mayor, $\sigma_1$, es la norma espectral. Las longitudes de los semiejes se llaman **valores
# singulares**, y de ellos salen las tres normas:
#
# $$\lVert A \rVert_F = \sqrt{\textstyle\sum_s \sigma_s^2}, \qquad \lVert A \rVert_2 = \sigma_1, \qquad
# \lVert A \rVert_* = \textstyle\sum_s \sigma_s . \tag{6}$$
#
# La última es la norma **nuclear**. Para cualquier matriz,
# $\lVert A \rVert_2 \le \lVert A \rVert_F \le \lVert A \rVert_*$.

# %% [markdown] lang="en"
# The longer semi-axis, $\sigma_1$, is the spectral norm. The lengths of the semi-axes are called **singular
# values**, and all three norms follow from them:
#
# $$\lVert A \rVert_F = \sqrt{\textstyle\sum_s \sigma_s^2}, \qquad \lVert A \rVert_2 = \sigma_1, \qquad
# \lVert A \rVert_* = \textstyle\sum_s \sigma_s . \tag{6}$$
#
# The last one is the **nuclear** norm. For any matrix,
# $\lVert A \rVert_2 \le \lVert A \rVert_F \le \lVert A \rVert_*$.

# %%
for shape in [(1, 1), (2, 3), (5, 2), (6, 6)]:
    A = random(*shape)
    sigma = torch.linalg.svdvals(A)
    two, fro, nuc = (torch.linalg.matrix_norm(A, ord=order) for order in (2, "fro", "nuc"))
    assert_agree(torch=fro, sigma=(sigma**2).sum().sqrt(), loop=frobenius_norm(A))  # (6)
    assert_agree(torch=two, sigma=sigma[0])  # (6)
    assert_agree(torch=nuc, sigma=sigma.sum())  # (6)
    assert two <= fro * (1 + 1e-12) <= nuc * (1 + 1e-12) ** 2
    B = random(shape[1], 4)
    assert torch.linalg.matrix_norm(A @ B, ord=2) <= two * torch.linalg.matrix_norm(B, ord=2) * (1 + 1e-12)

# %% [markdown] lang="es"
# | norma | mide | dónde aparece |
# |---|---|---|
# | Frobenius | la longitud de la lista | decaimiento de pesos, recorte de gradientes |
# | espectral | lo más que estira | control de una capa: `torch.nn.utils.parametrizations.spectral_norm` |
# | nuclear | la suma de lo que estira en cada semieje | buscar matrices de rango bajo |
#
# ## Una foto como suma de productos tensoriales
#
# Toda matriz es una suma de productos tensoriales, uno por valor singular:
#
# $$A = \sum_s \sigma_s\; \vec u_s \otimes \vec v_s . \tag{7}$$
#
# Ordenados de mayor a menor, los primeros pesan más. Una foto en grises es una matriz; cada pieza, una
# columna por una fila. ¿Cuántas piezas hacen falta para reconocer esta, de 64 × 96 píxeles? Apuesta antes de
# mirar. La foto, `china.jpg`, es de [danielbuechele](https://www.flickr.com/photos/danielbuechele/), con
# licencia [CC BY 2.0](https://creativecommons.org/licenses/by/2.0/), y viene con scikit-learn; aquí está
# recortada, reducida y en grises.

# %% [markdown] lang="en"
# | norm | measures | where it appears |
# |---|---|---|
# | Frobenius | the length of the list | weight decay, gradient clipping |
# | spectral | the most it stretches | control of a layer: `torch.nn.utils.parametrizations.spectral_norm` |
# | nuclear | the stretches along all semi-axes, added | looking for matrices of low rank |
#
# ## A photograph as a sum of outer products
#
# Every matrix is a sum of outer products, one for each singular value:
#
# $$A = \sum_s \sigma_s\; \vec u_s \otimes \vec v_s . \tag{7}$$
#
# In descending order, the first ones weigh most. A grey photograph is a matrix; each piece, one column times
# one row. How many pieces does it take to recognise this one, of 64 × 96 pixels? Bet before you look. The
# photograph, `china.jpg`, is by [danielbuechele](https://www.flickr.com/photos/danielbuechele/), under the
# licence [CC BY 2.0](https://creativecommons.org/licenses/by/2.0/), and comes with scikit-learn; here it is
# cropped, reduced and grey.

# %%
# alt es: Una foto de un templo; con 1 pieza, franjas; con 4, se adivina; con 16, se reconoce; con 64, exacta.
# alt en: A photograph of a temple; 1 piece makes stripes, 4 a guess, 16 are recognisable, 64 are exact.
colors = torch.tensor(load_sample_image("china.jpg"), dtype=torch.float64) / 255  # row column channel
grey = colors.mean(dim=-1)[20:404, 32:608]
photo = avg_pool2d(grey[None], kernel_size=6)[0]
U, sigma, Vt = torch.linalg.svd(photo, full_matrices=False)


def rebuild(rank):
    return torch.einsum("s,is,sj->ij", sigma[:rank], U[:, :rank], Vt[:rank])


ranks = (1, 4, 16, 64)
_ = image_grid(
    torch.stack([rebuild(rank) for rank in ranks]).clamp(0, 1),
    [f"r = {rank}" for rank in ranks],
    columns=4,
    side_inches=1.8,
)

# %% tags=["hidden"]
assert photo.shape == (64, 96)
pieces = sum(sigma[s] * outer(U[:, s], Vt[s]) for s in range(3))
assert_agree(loop=pieces, einsum=rebuild(3), torch=(U[:, :3] * sigma[:3]) @ Vt[:3])  # (7)
assert_agree(1e-10, photo=photo, all_pieces=rebuild(64))  # (7)
kept = 16 * (64 + 96 + 1)

# %% [markdown] lang="es"
# Con 16 piezas se guardan `{python} kept` números en lugar de `{python} photo.numel()`. Quedarse con las $r$
# primeras no es solo cómodo: [Eckart y Young (1936)](https://doi.org/10.1007/BF02288367) demostraron que
# ninguna otra matriz de rango $r$ o menor queda más cerca en la norma de Frobenius, y el error se conoce de
# antemano:
#
# $$\lVert A - A_r \rVert_F = \sqrt{\textstyle\sum_{s > r} \sigma_s^2} . \tag{8}$$
#
# Pero ¿hace falta la descomposición? Una idea más barata: tomar $r$ columnas de la foto, repartidas por
# igual, y escribir las demás como combinación de ellas. Otra más: $r$ direcciones al azar. Las tres guardan
# casi lo mismo.

# %% [markdown] lang="en"
# With 16 pieces `{python} kept` numbers are kept in place of `{python} photo.numel()`. To keep the first $r$
# is not just convenient: [Eckart and Young (1936)](https://doi.org/10.1007/BF02288367) proved that no other
# matrix of rank $r$ or less is closer in the Frobenius norm, and the error is known beforehand:
#
# $$\lVert A - A_r \rVert_F = \sqrt{\textstyle\sum_{s > r} \sigma_s^2} . \tag{8}$$
#
# But is the decomposition needed? A cheaper idea: take $r$ columns of the photograph, evenly spread, and
# write the others as combinations of them. And another: $r$ random directions. All three keep nearly as much.


# %%
def error_of(approximation):
    return (torch.linalg.matrix_norm(photo - approximation) / torch.linalg.matrix_norm(photo)).item()


def combine(columns):
    return columns @ torch.linalg.lstsq(columns, photo).solution


few = [1, 2, 4, 8, 16, 32, 48]
places = [torch.linspace(0, 95, rank + 2)[1:-1].round().long() for rank in few]
errors = {
    tr(es="valores singulares", en="singular values"): [error_of(rebuild(rank)) for rank in few],
    tr(es="columnas repartidas", en="spread columns"): [error_of(combine(photo[:, p])) for p in places],
    tr(es="direcciones al azar", en="random directions"): [error_of(combine(random(64, r))) for r in few],
}
for rank, error in zip(few, next(iter(errors.values())), strict=True):
    predicted = (sigma[rank:] ** 2).sum().sqrt() / torch.linalg.matrix_norm(photo)
    assert abs(predicted - error) < 1e-12  # (8)

# %%
# alt es: Error relativo contra r: los valores singulares siempre abajo; luego las columnas y lo azaroso.
# alt en: Relative error against r: singular values always lowest; then the columns and the random directions.
ax = curves(
    few, errors, xlabel="r", ylabel=tr(es="error relativo", en="relative error"), log="x", markers=True
)
_ = ax.set_ylim(bottom=0)

# %% tags=["hidden"]
best, spread, chance = (torch.tensor(error) for error in errors.values())
assert (best < spread).all() and (spread < chance).all()
draws = [[error_of(combine(random(64, rank))) for rank in few] for _ in range(5)]
assert (torch.tensor(draws) > spread).all()
cheap = min(rank for rank, error in zip(few, spread, strict=True) if error < best[few.index(16)])

# %% [markdown] lang="es"
# Las columnas de la propia foto son mejores que el azar, porque ya contienen parte de su estructura, y peores
# que los valores singulares en todos los $r$: para igualar con columnas lo que hacen 16 piezas hacen falta
# `{python} cheap` entre los tamaños probados. Las direcciones al azar de la figura son un sorteo; otros cinco
# quedaron todos por encima de las columnas.
#
# ## El gradiente de una capa
#
# En una capa lineal $\vec y = W \vec x$, el gradiente de la pérdida $L$ respecto de $W$ es una suma de
# productos tensoriales, uno por cada ejemplo del batch: el de la derivada respecto de la salida con la
# entrada,
#
# $$\frac{\partial L}{\partial W} = \sum_b \frac{\partial L}{\partial \vec y_b} \otimes \vec x_b . \tag{9}$$
#
# Entonces, ¿qué rango tiene como mucho el gradiente de una capa de 64 × 100 con un batch de 8?

# %% [markdown] lang="en"
# The columns of the photograph itself are better than chance, as they already hold part of its structure, and
# worse than the singular values at every $r$: to match with columns what 16 pieces do takes `{python} cheap`
# of them among the sizes tried. The random directions of the figure are one draw; five others were all above
# the columns.
#
# ## The gradient of a layer
#
# In a linear layer $\vec y = W \vec x$, the gradient of the loss $L$ with respect to $W$ is a sum of outer
# products, one for each example of the batch: that of the derivative with respect to the output and the
# input,
#
# $$\frac{\partial L}{\partial W} = \sum_b \frac{\partial L}{\partial \vec y_b} \otimes \vec x_b . \tag{9}$$
#
# So what rank, at most, has the gradient of a layer of 64 × 100 with a batch of 8?

# %%
found = {}
for batch in (1, 8, 200):
    torch.manual_seed(0)
    layer = nn.Linear(100, 64, bias=False, dtype=torch.float64)
    x, labels = random(batch, 100), torch.randint(64, (batch,))
    y = layer(x)
    y.retain_grad()
    cross_entropy(y, labels).backward()
    assert_agree(  # (9)
        torch=layer.weight.grad,
        einsum=torch.einsum("bo,bi->oi", y.grad, x),
        sum_of_outer=sum(torch.outer(delta, example) for delta, example in zip(y.grad, x, strict=True)),
    )
    found[batch] = torch.linalg.matrix_rank(layer.weight.grad).item()
print(found)

# %% tags=["hidden"]
delta, example = y.grad[0], x[0]
assert_agree(loop=outer(delta, example), torch=torch.outer(delta, example))
assert found == {1: 1, 8: 8, 200: 63}  # cross-entropy's derivatives add up to 0 over the 64 outputs

# %% [markdown] lang="es"
# A lo sumo el tamaño del batch: `{python} found[8]`. Con 200 ejemplos llega a `{python} found[200]` y no a
# 64, porque las derivadas de la entropía cruzada respecto de las 64 salidas suman cero y esa dirección falta
# siempre. La demostración de (9) está en [Cálculo matricial](matrix_calculus.md).
#
# ## Para llevarte
#
# * El producto tensorial multiplica sin sumar y suma los rangos; la contracción suma y los baja en dos. El
#   producto de matrices es uno seguido de la otra.
# * La traza permite rotar los factores, no barajarlos, y no depende de la base.
# * Frobenius mide la lista; la espectral, lo más que estira; la nuclear, la suma de lo que estira en cada
#   semieje. Las tres salen de los valores singulares.
# * Toda matriz es una suma de productos tensoriales, y los primeros $r$ son la mejor aproximación de rango
#   $r$.
# * El gradiente de una capa lineal es una suma de tantos productos tensoriales como ejemplos.

# %% [markdown] lang="en"
# At most the size of the batch: `{python} found[8]`. With 200 examples it gets to `{python} found[200]` and
# not to 64, because the derivatives of cross-entropy with respect to the 64 outputs add up to zero and that
# direction is always missing. The proof of (9) is in [Matrix calculus](matrix_calculus.md).
#
# ## What to keep
#
# * The outer product multiplies without adding, and adds up the ranks; contraction adds, and lowers them by
#   two. The product of matrices is one followed by the other.
# * The trace lets factors be rotated, not shuffled, and does not depend on the basis.
# * Frobenius measures the list; the spectral norm, the most it stretches; the nuclear one, the stretches
#   along all semi-axes, added. All three follow from the singular values.
# * Every matrix is a sum of outer products, and the first $r$ are the best approximation of rank $r$.
# * The gradient of a linear layer is a sum of as many outer products as there are examples.

# %% [markdown] lang="es" tags=["quiz"]
# `A` tiene forma `(3, 4)` y `B` tiene forma `(4, 3)`. ¿Cuál de estas igualdades **no** se cumple siempre?
#
# - [ ] `trace(A @ B) == trace(B @ A)`: se cumple, salvo redondeo, aunque las formas sean 3 × 3 y 4 × 4.
# - [x] `norm(A @ B) == norm(A) * norm(B)`: solo hay una desigualdad; el producto puede ser menor, incluso
#   cero.
# - [ ] `norm(A) == norm(A.T)`: se cumple en las tres normas; transponer no cambia los valores singulares.
# - [ ] `tensordot(A, B, dims=0).ndim == 4`: se cumple; en el producto tensorial los rangos se suman.

# %% [markdown] lang="en" tags=["quiz"]
# `A` has shape `(3, 4)` and `B` has shape `(4, 3)`. Which of these equalities does **not** always hold?
#
# - [ ] `trace(A @ B) == trace(B @ A)`: it holds, up to rounding, although the shapes are 3 × 3 and 4 × 4.
# - [x] `norm(A @ B) == norm(A) * norm(B)`: there is only an inequality; the product may be smaller, even
#   zero.
# - [ ] `norm(A) == norm(A.T)`: it holds in all three norms; transposing leaves the singular values alone.
# - [ ] `tensordot(A, B, dims=0).ndim == 4`: it holds; in the outer product the ranks add up.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: el ángulo entre dos tensores
#
# El producto escalar de dos tensores de la misma forma es $A_{ij\ldots} B_{ij\ldots}$. Escribe `cosine(A, B)`
# para tensores de cualquier rango: ese producto dividido entre el producto de las dos normas de Frobenius.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: the angle between two tensors
#
# The dot product of two tensors of the same shape is $A_{ij\ldots} B_{ij\ldots}$. Write `cosine(A, B)` for
# tensors of any rank: that product divided by the product of the two Frobenius norms.


# %% tags=["solution"]
def cosine(A, B):
    return (A * B).sum() / (A.square().sum() * B.square().sum()).sqrt()


# %% tags=["check"]
for shape in [(1,), (5,), (3, 4), (2, 3, 2)]:
    A, B = random(*shape), random(*shape)
    expected = torch.cosine_similarity(A.flatten(), B.flatten(), dim=0)
    assert_agree(expected=expected, yours=cosine(A, B))
    assert abs(cosine(A, -3 * A) + 1) < 1e-12

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: la norma espectral sin descomposición
#
# Aplicar $A^\top A$ muchas veces a un vector lo alinea con la dirección que más se estira, salvo que sea
# perpendicular a ella. Escribe `spectral(A, steps)`: empieza con un vector de unos, repite
# `x = A.T @ (A @ x)` y divídelo por su longitud, y devuelve $\lVert A \vec x \rVert$.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: the spectral norm without a decomposition
#
# Applying $A^\top A$ many times to a vector lines it up with the direction that is stretched most, unless it
# is perpendicular to it. Write `spectral(A, steps)`: start with a vector of ones, repeat `x = A.T @ (A @ x)`
# and divide it by its length, and return $\lVert A \vec x \rVert$.


# %% tags=["solution"]
def spectral(A, steps):
    x = torch.ones(A.shape[1], dtype=A.dtype)
    for _ in range(steps):
        x = A.T @ (A @ x)
        x = x / x.norm()
    return (A @ x).norm()


# %% tags=["check"]
assert_agree(1e-9, torch=torch.linalg.matrix_norm(photo, ord=2), yours=spectral(photo, 50))
for shape in [(3, 5), (6, 4)]:
    A = random(*shape)
    assert_agree(1e-4, torch=torch.linalg.matrix_norm(A, ord=2), yours=spectral(A, 2000))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: cuántas piezas
#
# Escribe `pieces_needed(A, error)`: el menor $r$ con el que el error relativo de la mejor aproximación, en la
# norma de Frobenius, no pasa de `error`. Con (8) no hace falta construir ninguna aproximación.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: how many pieces
#
# Write `pieces_needed(A, error)`: the smallest $r$ at which the relative error of the best approximation, in
# the Frobenius norm, is not above `error`. With (8) there is no need to build any approximation.


# %% tags=["solution"]
def pieces_needed(A, error):
    squares = torch.linalg.svdvals(A).square()
    left_over = torch.stack([squares[rank:].sum() for rank in range(len(squares) + 1)])
    return int((left_over > error**2 * squares.sum()).sum())


# %% tags=["check"]
assert pieces_needed(torch.outer(random(5), random(7)), 1e-6) == 1
# es: se puede perder dos décimos de los cuadrados
# en: two tenths of the squares may go
assert pieces_needed(torch.eye(10, dtype=torch.float64), 0.5) == 8
assert pieces_needed(random(4, 3), 1.0) == 0
needed = pieces_needed(photo, 0.1)
assert error_of(rebuild(needed)) <= 0.1 < error_of(rebuild(needed - 1))

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# Antes: el [producto vectorial](cross_product.md). Después: [einsum](einsum.md), la notación que escribe todo
# esto en una línea, y [Cambio de base](change_of_basis.md), donde la traza y las normas resultan ser lo que
# no cambia.

# %% [markdown] lang="en"
# ## Where to go next
#
# Before: the [vector product](cross_product.md). After: [einsum](einsum.md), the notation that writes all of
# this in one line, and [Change of basis](change_of_basis.md), where the trace and the norms turn out to be
# what does not change.
