"""
title:
  es: Cambio de base
  en: Change of basis
summary:
  es: Los componentes cambian con la base y el objeto no; qué hace de un arreglo un tensor y qué queda igual.
  en: Components change with the basis and the object does not; what makes an array a tensor, and what stays.
tags: [tensor, algebra, einsum, basis, invariants]
objectives:
  es:
    - Pasar los componentes de un vector y de un tensor de segundo orden de una base ortonormal a otra.
    - Reconocer un invariante y decir por qué la traza lo es y un componente no.
    - Decidir si una lista de números es un tensor en este sentido o solo un arreglo.
    - Distinguir componentes covariantes y contravariantes, y ver de qué tipo es un gradiente.
  en:
    - Take the components of a vector and of a second-order tensor from one orthonormal basis to another.
    - Recognise an invariant, and say why the trace is one and a component is not.
    - Decide whether a list of numbers is a tensor in this sense or no more than an array.
    - Tell covariant from contravariant components, and see which kind a gradient is.
prerequisites:
  es:
    - La lección «Productos escalares», con su notación de índices.
    - Seno y coseno.
  en:
    - The lesson “Dot products”, with its index notation.
    - Sine and cosine.
"""
# %% [markdown] lang="es"
# En PyTorch, `torch.Tensor` es una tabla de números con cualquier cantidad de ejes. En física y en geometría
# la palabra promete más: que detrás de los números hay un objeto, y que se sabe cómo cambian los números
# cuando se lo mira desde otro lado. Al terminar esta lección podrás hacer ese cambio, nombrar lo que no
# cambia con él y decir, de una lista de números, si es un tensor en el sentido fuerte. Conviene haber leído
# [productos escalares](../tensor_mathematics/dot_products.md).
#
# Va un paso más allá de la sección *PyTorch Fundamentals* del curso [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/); el [capítulo
# 00](https://www.learnpytorch.io/00_pytorch_fundamentals/) de su libro usa «tensor» en el sentido de PyTorch.
#
# ## Una flecha, muchas listas
#
# Una base ortonormal son $n$ vectores $\hat e_i$ de longitud 1, perpendiculares entre sí. Otra base son otros
# $n$ vectores $\hat e'_i$, y cada uno se escribe con los de antes:
#
# $$\hat e'_i = Q_{ij}\, \hat e_j, \qquad Q_{ij} = \hat e'_i \cdot \hat e_j, \qquad
# Q_{ik} Q_{jk} = \delta_{ij}. \tag{1}$$
#
# Las filas de $Q$ son los vectores nuevos, y la última igualdad dice que también son ortonormales. Un vector
# $\vec v$ es el mismo, se lo escriba como se lo escriba:
#
# $$\vec v = v_i\, \hat e_i = v'_i\, \hat e'_i \quad\Longrightarrow\quad
# v'_i = \vec v \cdot \hat e'_i = Q_{ij}\, v_j. \tag{2}$$
#
# Antes de mirar la figura: si la base gira hasta que $\hat e'_1$ apunta como la flecha, ¿qué números quedan?

# %% [markdown] lang="en"
# In PyTorch `torch.Tensor` is a table of numbers with any number of axes. In physics and in geometry the word
# promises more: that there is an object behind the numbers, and that one knows how the numbers change when it
# is seen from elsewhere. By the end of this lesson you will make that change, name what does not change with
# it, and say of a list of numbers whether it is a tensor in the strong sense. It helps to have read [dot
# products](../tensor_mathematics/dot_products.md).
#
# It goes one step beyond the section *PyTorch Fundamentals* of the course [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/); [chapter
# 00](https://www.learnpytorch.io/00_pytorch_fundamentals/) of its book uses “tensor” in the sense of PyTorch.
#
# ## One arrow, many lists
#
# An orthonormal basis is $n$ vectors $\hat e_i$ of length 1, perpendicular to each other. Another basis is
# $n$ other vectors $\hat e'_i$, and each of them is written with the old ones:
#
# $$\hat e'_i = Q_{ij}\, \hat e_j, \qquad Q_{ij} = \hat e'_i \cdot \hat e_j, \qquad
# Q_{ik} Q_{jk} = \delta_{ij}. \tag{1}$$
#
# The rows of $Q$ are the new vectors, and the last equality says that they are orthonormal as well. A vector
# $\vec v$ is the same one, however it is written:
#
# $$\vec v = v_i\, \hat e_i = v'_i\, \hat e'_i \quad\Longrightarrow\quad
# v'_i = \vec v \cdot \hat e'_i = Q_{ij}\, v_j. \tag{2}$$
#
# Before looking at the figure: if the basis turns until $\hat e'_1$ points like the arrow, which numbers
# remain?

# %%
import math

import matplotlib.pyplot as plt
import torch
from torch.nn import functional

from tutorials_lib import tr
from tutorials_lib.plots import color, curves, heat_map, localized
from tutorials_lib.tensors import (
    assert_agree,
    dot,
    frobenius_norm,
    levi_civita,
    matrix_matrix,
    matrix_vector,
    relative_error,
    trace,
)


# %%
def turned(degrees):
    angle = math.radians(degrees)
    c, s = math.cos(angle), math.sin(angle)
    return torch.tensor([[c, s], [-s, c]], dtype=torch.float64)  # new_vector old_component


v = torch.tensor([3.0, 2.0], dtype=torch.float64)
along_v = math.degrees(math.atan2(2, 3))
for degrees in (0, 60, along_v):
    Q = turned(degrees)
    primed = Q @ v  # (2)
    rebuilt = primed[0] * Q[0] + primed[1] * Q[1]  # (2)
    print(f"{degrees:5.1f}°  Q·v = {primed.numpy().round(3)}   v′ᵢ e′ᵢ = {rebuilt.numpy().round(3)}")


# %% tags=["hidden"]
def arrow(ax, end, hue, start=(0.0, 0.0), width=2.0):
    style = {"arrowstyle": "-|>", "color": color(hue), "lw": width, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", tuple(map(float, end)), tuple(map(float, start)), arrowprops=style)


def grid_of(ax, first, second, low=(-2.2, -1.2), high=(4.0, 3.4)):
    for along, across in ((first, second), (second, first)):
        for n in range(-7, 8):
            ends = torch.stack([n * across - 9 * along, n * across + 9 * along])
            ax.plot(*ends.T.tolist(), color=color("grid"), linewidth=0.8)
    ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), aspect="equal")
    ax.set_axis_off()


def label(ax, place, text, hue):
    ax.text(*map(float, place), text, color=color(hue), ha="center", va="center", fontsize=10)


aligned = turned(along_v) @ v
assert torch.allclose(aligned, torch.tensor([13.0**0.5, 0.0], dtype=torch.float64))

# %%
# alt es: Tres veces la misma flecha; la base gira, y los componentes pasan de 3 y 2 a 3,61 y 0.
# alt en: The same arrow three times; the basis turns, and the components go from 3 and 2 to 3.61 and 0.
figure, panels = plt.subplots(1, 3, figsize=(7.2, 2.6))
for ax, degrees, prime in zip(panels, (0, 60, along_v), ("", "′", "′"), strict=True):
    Q = turned(degrees)
    primed = Q @ v
    grid_of(ax, *Q)
    corner = primed[0] * Q[0]
    # es: primero v′₁ a lo largo de e′₁; después v′₂ a lo largo de e′₂
    # en: first v′₁ along e′₁; then v′₂ along e′₂
    for start, end in (((0, 0), corner), (corner, v)):
        ax.plot(*zip(start, end, strict=True), color=color("ember"), linestyle=":", linewidth=1.6)
    arrow(ax, v, "ember", width=2.6)
    for i in range(2):
        arrow(ax, Q[i], "blue")
        label(ax, 1.25 * Q[i] + 0.35 * Q[i - 1] * (-1) ** i, f"e{prime}{'₁₂'[i]}", "blue")
    numbers = (localized(f"{abs(number):.2f}") for number in primed)
    signs = ("−" if number < -1e-9 else "" for number in primed)
    ax.set_title(" · ".join(f"v{prime}{i} = {s}{n}" for i, s, n in zip("₁₂", signs, numbers, strict=True)))

# %% [markdown] lang="es"
# La flecha está en el mismo lugar en los tres paneles; los puntos siguen el camino que dan los componentes,
# primero a lo largo de un vector de la base y después del otro. Alineada con la flecha, la base deja
# `{python} aligned[0].item():.2f` y 0: toda la longitud en un solo número. Dos listas distintas, el mismo
# objeto; y por eso mismo, dos listas escritas en bases distintas no se pueden sumar ni comparar sin llevarlas
# antes a la misma.
#
# La fórmula (2) es un producto de matriz por vector, y la comprobamos de las cuatro maneras con bases al azar
# de varias dimensiones. Como $Q$ es cuadrada, la última igualdad de (1) da también
# $Q_{ij} Q_{ik} = \delta_{jk}$, y con eso se demuestra que la longitud y los ángulos no cambian:
#
# $$\vec u \cdot \vec v = u'_i v'_i = Q_{ij} Q_{ik}\, u_j v_k = \delta_{jk}\, u_j v_k = u_j v_j. \tag{3}$$

# %% [markdown] lang="en"
# The arrow is in the same place in all three panels; the dots follow the path that the components give, first
# along one vector of the basis and then along the other. Lined up with the arrow, the basis leaves
# `{python} aligned[0].item():.2f` and 0: the whole length in a single number. Two different lists, the same
# object; and for that very reason two lists written in different bases can be neither added nor compared
# before they are taken to the same one.
#
# Formula (2) is a product of a matrix and a vector, and we check it in the four ways with random bases of
# several dimensions. Since $Q$ is square, the last equality of (1) also gives $Q_{ij} Q_{ik} = \delta_{jk}$,
# and with it one proves that length and angles do not change:
#
# $$\vec u \cdot \vec v = u'_i v'_i = Q_{ij} Q_{ik}\, u_j v_k = \delta_{jk}\, u_j v_k = u_j v_j. \tag{3}$$

# %%
generator = torch.Generator().manual_seed(0)


def random(*shape):
    return torch.randn(shape, dtype=torch.float64, generator=generator)


def random_basis(n):
    return torch.linalg.qr(random(n, n)).Q


for n in (1, 2, 3, 5, 8):
    Q, u, v = random_basis(n), random(n), random(n)
    assert_agree(
        loop=matrix_matrix(Q, Q.T), einsum=torch.einsum("ik,jk->ij", Q, Q), torch=torch.eye(n)
    )  # (1)
    assert_agree(loop=matrix_vector(Q, v), einsum=torch.einsum("ij,j->i", Q, v), torch=Q @ v)  # (2)
    both = torch.einsum("ij,ik,j,k->", Q, Q, u, v)
    assert_agree(old=dot(u, v), loop=dot(Q @ u, Q @ v), einsum=both, torch=torch.dot(Q @ u, Q @ v))  # (3)

# %% [markdown] lang="es"
# ## Dos índices, dos veces Q
#
# Un tensor de segundo orden es también un objeto: por ejemplo, la acción que lleva un vector a otro,
# $\vec y = T \cdot \vec x$. Si la igualdad debe valer en las dos bases, entonces
# $y'_i = Q_{ik} y_k = Q_{ik} T_{kl} x_l = Q_{ik} T_{kl} Q_{jl}\, x'_j$, y se lee que
#
# $$T'_{ij} = Q_{ik}\, Q_{jl}\, T_{kl}, \qquad T' = Q \cdot T \cdot Q^\top. \tag{4}$$
#
# Un factor $Q$ por cada índice: esa es la regla para cualquier orden. Un tensor, en el sentido fuerte, es lo
# que obedece a esa regla. La idea viene del cálculo de [Ricci y Levi-Civita
# (1900)](https://doi.org/10.1007/BF01454201).

# %% [markdown] lang="en"
# ## Two indices, Q twice
#
# A second-order tensor is an object too: for instance the action that takes one vector to another,
# $\vec y = T \cdot \vec x$. If the equality is to hold in both bases, then
# $y'_i = Q_{ik} y_k = Q_{ik} T_{kl} x_l = Q_{ik} T_{kl} Q_{jl}\, x'_j$, and we read off that
#
# $$T'_{ij} = Q_{ik}\, Q_{jl}\, T_{kl}, \qquad T' = Q \cdot T \cdot Q^\top. \tag{4}$$
#
# One factor $Q$ for each index: that is the rule for every order. A tensor in the strong sense is what obeys
# this rule. The idea comes from the calculus of [Ricci and Levi-Civita
# (1900)](https://doi.org/10.1007/BF01454201).

# %%
for n in (1, 2, 3, 6):
    Q, T, x = random_basis(n), random(n, n), random(n)
    assert_agree(  # (4)
        loop=matrix_matrix(matrix_matrix(Q, T), Q.T),
        einsum=torch.einsum("ik,jl,kl->ij", Q, Q, T),
        torch=Q @ T @ Q.T,
    )
    assert_agree(then_seen_from_there=Q @ (T @ x), seen_from_there=(Q @ T @ Q.T) @ (Q @ x))

# %% [markdown] lang="es"
# Un tensor de segundo orden que sale de los datos es la **covarianza** de una nube de $N$ puntos $x_{si}$,
# con $\bar x_i$ su media:
#
# $$C_{ij} = \frac{1}{N - 1} \sum_{s} (x_{si} - \bar x_i)(x_{sj} - \bar x_j). \tag{5}$$
#
# ¿Es un tensor, o solo una tabla? Se puede preguntar a los datos: calcular la covarianza de los puntos
# escritos en la base nueva y compararla con la que predice (4). `torch.cov` no sabe nada de bases.

# %% [markdown] lang="en"
# A second-order tensor that comes out of data is the **covariance** of a cloud of $N$ points $x_{si}$, with
# $\bar x_i$ their mean:
#
# $$C_{ij} = \frac{1}{N - 1} \sum_{s} (x_{si} - \bar x_i)(x_{sj} - \bar x_j). \tag{5}$$
#
# Is it a tensor, or no more than a table? One can ask the data: compute the covariance of the points written
# in the new basis, and compare it with what (4) predicts. `torch.cov` knows nothing of bases.

# %%
for n in (2, 3, 5):
    points, Q = random(40, n) @ random(n, n), random_basis(n)
    centred = points - points.mean(0)
    loop = torch.zeros(n, n, dtype=torch.float64)
    for i in range(n):
        for j in range(n):
            loop[i, j] = dot(centred[:, i], centred[:, j]) / 39
    C = torch.einsum("si,sj->ij", centred, centred) / 39
    assert_agree(loop=loop, einsum=C, torch=torch.cov(points.T))  # (5)
    seen_from_there = points @ Q.T  # point new_component
    assert_agree(predicted=Q @ C @ Q.T, measured=torch.cov(seen_from_there.T))

# %% [markdown] lang="es"
# Coinciden: la covarianza es un tensor. Ahora en el plano, para verlo. La nube no se mueve; giran los ejes.
# ¿Habrá alguna base en la que el componente $C'_{12}$ valga cero?

# %% [markdown] lang="en"
# They agree: the covariance is a tensor. Now in the plane, to see it. The cloud does not move; the axes turn.
# Will there be a basis in which the component $C'_{12}$ is zero?

# %%
cloud = random(300, 2) @ torch.tensor([[1.0, 0.6], [0.0, 0.45]], dtype=torch.float64)
C = torch.cov(cloud.T)
values, vectors = torch.linalg.eigh(C)  # value, vector_component value
long_axis = vectors[:, 1] * vectors[0, 1].sign()
main_angle = math.degrees(math.atan2(long_axis[1], long_axis[0]))
bases = {0: turned(0), -40: turned(-40), main_angle: turned(main_angle)}
for degrees, Q in bases.items():
    print(f"{degrees:6.1f}°", (Q @ C @ Q.T).numpy().round(3).tolist())

# %%
# alt es: Tres veces la misma nube, con ejes girados; debajo, su covarianza, diagonal en la tercera base.
# alt en: The same cloud three times, with turned axes; below, its covariance, diagonal in the third basis.
figure, panels = plt.subplots(2, 3, figsize=(7.0, 4.4), height_ratios=(3, 2))
for (degrees, Q), above, below in zip(bases.items(), *panels, strict=True):
    above.scatter(*cloud.T, s=6, color="#808080", linewidths=0, rasterized=True)
    for i in range(2):
        arrow(above, 2.4 * Q[i], "blue")
        label(above, 2.85 * Q[i], f"e′{'₁₂'[i]}", "blue")
    above.set(
        xlim=(-3.2, 3.2),
        ylim=(-3.2, 3.2),
        aspect="equal",
        title=localized(f"{degrees:.1f}°").replace("-", "−"),
    )
    above.set_axis_off()
    heat_map(
        Q @ C @ Q.T,
        row_labels=["1", "2"],
        column_labels=["1", "2"],
        fmt="z.2f",
        limits=(-values[1].item(), values[1].item()),
        ax=below,
    )

# %% tags=["hidden"]
diagonal = turned(main_angle) @ C @ turned(main_angle).T
assert abs(diagonal[0, 1]) < 1e-12 and torch.allclose(diagonal.diagonal(), values.flip(0))
assert (turned(-40) @ C @ turned(-40).T)[0, 1] > 0.1 or (turned(-40) @ C @ turned(-40).T)[0, 1] < -0.1

# %% [markdown] lang="es"
# La hay: a `{python} main_angle:.1f` grados, a lo largo de la nube, la tabla es diagonal. Sus dos números son
# la varianza a lo largo (`{python} values[1].item():.2f`) y a lo ancho (`{python} values[0].item():.2f`).
# Elegir esa base es el análisis de componentes principales. Nada en la nube cambió al elegirla.
#
# ## Lo que no cambia
#
# Si el objeto es uno, algo de los números tiene que ser siempre igual. Apuesta antes de la figura: de estas
# cinco cantidades, ¿cuáles dependen del ángulo de la base? $C'_{11}$, $C'_{12}$, la traza, el determinante y
# la norma $\lVert C' \rVert$.

# %% [markdown] lang="en"
# There is: at `{python} main_angle:.1f` degrees, along the cloud, the table is diagonal. Its two numbers are
# the variance along it (`{python} values[1].item():.2f`) and across it (`{python} values[0].item():.2f`). To
# choose that basis is principal component analysis. Nothing in the cloud changed when we chose it.
#
# ## What does not change
#
# If the object is one, something in the numbers must always be the same. Bet before the figure: of these five
# quantities, which ones depend on the angle of the basis? $C'_{11}$, $C'_{12}$, the trace, the determinant
# and the norm $\lVert C' \rVert$.

# %%
# alt es: Contra el ángulo, dos componentes suben y bajan; traza, norma y determinante son horizontales.
# alt en: Against the angle, two components go up and down; trace, norm and determinant are horizontal.
angles = torch.arange(0, 181, 5)
turns = [turned(angle.item()) @ C @ turned(angle.item()).T for angle in angles]
quantities = {
    "C′₁₁": [T[0, 0] for T in turns],
    "C′₁₂": [T[0, 1] for T in turns],
    tr(es="traza", en="trace"): [trace(T) for T in turns],
    tr(es="norma", en="norm"): [frobenius_norm(T) for T in turns],
    tr(es="determinante", en="determinant"): [torch.linalg.det(T) for T in turns],
}
degrees_name = tr(es="ángulo de la base (grados)", en="angle of the basis (degrees)")
ax = curves(angles, quantities, xlabel=degrees_name, ylabel=tr(es="valor", en="value"))

# %% tags=["hidden"]
spans = [float(max(series) - min(series)) for series in quantities.values()]
assert min(spans[:2]) > 0.5 and max(spans[2:]) < 1e-12

# %% [markdown] lang="es"
# Los componentes suben y bajan; las otras tres son **invariantes**. En la traza y en la norma, cada par de
# índices sumados junta dos $Q$ en una $\delta$; en el determinante, $\det Q \cdot \det Q^\top = 1$.
#
# $$T'_{ii} = T_{ii}, \qquad T'_{ij} T'_{ij} = T_{ij} T_{ij}, \qquad \det T' = \det T. \tag{6}$$
#
# También los valores propios lo son: si $T \cdot \vec n = \lambda \vec n$ es una frase sobre objetos, vale en
# toda base, con el mismo $\lambda$ y con los componentes de $\vec n$ cambiados como los de todo vector:
#
# $$T_{ij}\, n_j = \lambda\, n_i \quad\Longrightarrow\quad T'_{ij}\, n'_j = \lambda\, n'_i. \tag{7}$$
#
# De ahí un criterio práctico: si una fórmula está escrita solo con sumas de índices repetidos, habla del
# objeto; si nombra un componente («el de la esquina», «el más grande»), habla de la base.

# %% [markdown] lang="en"
# The components go up and down; the other three are **invariants**. In the trace and in the norm, each pair
# of summed indices joins two $Q$ into a $\delta$; in the determinant, $\det Q \cdot \det Q^\top = 1$.
#
# $$T'_{ii} = T_{ii}, \qquad T'_{ij} T'_{ij} = T_{ij} T_{ij}, \qquad \det T' = \det T. \tag{6}$$
#
# Eigenvalues are invariants too: if $T \cdot \vec n = \lambda \vec n$ is a sentence about objects, it holds
# in every basis, with the same $\lambda$ and with the components of $\vec n$ changed like those of any
# vector:
#
# $$T_{ij}\, n_j = \lambda\, n_i \quad\Longrightarrow\quad T'_{ij}\, n'_j = \lambda\, n'_i. \tag{7}$$
#
# Hence a practical test: a formula written only with sums over repeated indices speaks of the object; one
# that names a component (“the one in the corner”, “the largest”) speaks of the basis.

# %%
for n in (1, 2, 3, 6):
    Q, T = random_basis(n), random(n, n)
    primed = Q @ T @ Q.T
    summed = torch.einsum("ik,il,kl->", Q, Q, T)
    assert_agree(old=trace(T), loop=trace(primed), einsum=summed, torch=primed.trace())  # (6)
    norm = torch.einsum("ij,ij->", primed, primed).sqrt()
    assert_agree(old=frobenius_norm(T), loop=frobenius_norm(primed), einsum=norm, torch=primed.norm())  # (6)
    assert_agree(1e-10, old=torch.linalg.det(T), torch=torch.linalg.det(primed))  # (6)

    values, vectors = torch.linalg.eigh(T + T.T)
    for value, direction in zip(values, vectors.T, strict=True):
        left = matrix_vector(Q @ (T + T.T) @ Q.T, Q @ direction)
        assert_agree(1e-10, left=left, right=value * (Q @ direction))  # (7)

# %% [markdown] lang="es"
# ## Tres índices, y una sorpresa
#
# La regla da un $Q$ por índice, así que a un tensor de tercer orden le tocan tres. Dos símbolos, la delta
# $\delta_{ij}$ y el de Levi-Civita $\varepsilon_{ijk}$, se definen con los mismos números en toda base. ¿Lo
# permite la regla? Las bases ortonormales son de dos clases: las que se alcanzan girando ($\det Q = 1$) y las
# que además pasan por un espejo ($\det Q = -1$).
#
# $$Q_{ik} Q_{jl}\, \delta_{kl} = \delta_{ij}, \qquad
# Q_{il} Q_{jm} Q_{kn}\, \varepsilon_{lmn} = \det Q \; \varepsilon_{ijk}. \tag{8}$$

# %% [markdown] lang="en"
# ## Three indices, and a surprise
#
# The rule gives one $Q$ for each index, and so a third-order tensor gets three. Two symbols, the delta
# $\delta_{ij}$ and that of Levi-Civita, $\varepsilon_{ijk}$, are defined by the same numbers in every basis.
# Does the rule allow it? Orthonormal bases come in two kinds: those reached by turning ($\det Q = 1$) and
# those that also pass through a mirror ($\det Q = -1$).
#
# $$Q_{ik} Q_{jl}\, \delta_{kl} = \delta_{ij}, \qquad
# Q_{il} Q_{jm} Q_{kn}\, \varepsilon_{lmn} = \det Q \; \varepsilon_{ijk}. \tag{8}$$

# %%
epsilon, delta = levi_civita().double(), torch.eye(3, dtype=torch.float64)
turn = random_basis(3)
# es: en tres dimensiones, −Q tiene el determinante opuesto al de Q
# en: in three dimensions −Q has the opposite determinant of Q
turn *= torch.linalg.det(turn)
mirror = turn * torch.tensor([[1.0], [1.0], [-1.0]])
for Q in (turn, mirror):
    assert_agree(delta=delta, einsum=torch.einsum("ik,jl,kl->ij", Q, Q, delta))  # (8)
    primed = torch.einsum("il,jm,kn,lmn->ijk", Q, Q, Q, epsilon)
    assert_agree(1e-10, predicted=torch.linalg.det(Q) * epsilon, einsum=primed)  # (8)
    print(f"det Q = {torch.linalg.det(Q):+.0f}   ε′₁₂₃ = {primed[0, 1, 2]:+.0f}")

# %% [markdown] lang="es"
# La delta cumple la regla. En el espejo la regla da $-\varepsilon_{ijk}$, y el símbolo sigue igual: obedece
# salvo por un signo, y a lo que se comporta así se le dice *seudotensor*. El [producto
# vectorial](../tensor_mathematics/cross_product.md) se escribe con $\varepsilon$ y hereda el defecto: el
# espejo de una mano derecha es una mano izquierda.
#
# ## Una tabla no es un tensor
#
# Una casa descrita por `[3 cuartos, 80 m²]` cabe en un `torch.Tensor` de forma `(2,)`. ¿Es un vector en el
# sentido de esta lección? Le aplicamos lo que a la flecha: girar la base y medir longitudes. Preguntemos qué
# casa se parece más a la primera, por la distancia de siempre, con la superficie en metros cuadrados y en
# áreas (1 a = 100 m²).

# %% [markdown] lang="en"
# The delta obeys the rule. In the mirror the rule gives $-\varepsilon_{ijk}$, and the symbol stays the same:
# it obeys but for a sign, and what behaves so is called a *pseudotensor*. The [cross
# product](../tensor_mathematics/cross_product.md) is written with $\varepsilon$ and inherits the flaw: the
# mirror image of a right hand is a left hand.
#
# ## A table is no tensor
#
# A house described by `[3 rooms, 80 m²]` fits into a `torch.Tensor` of shape `(2,)`. Is it a vector in the
# sense of this lesson? We do to it what we did to the arrow: turn the basis and measure lengths. Let us ask
# which house is most like the first one, by the usual distance, with the area in square metres and in ares
# (1 a = 100 m²).

# %%
houses = torch.tensor([[3.0, 80.0], [5.0, 81.0], [3.0, 84.0]], dtype=torch.float64)  # house (rooms, m²)
nearest = {}
for unit, size in {"m²": 1.0, "a": 100.0}.items():
    table = houses / torch.tensor([1.0, size])
    distances = (table[1:] - table[0]).norm(dim=1)
    nearest[unit] = 1 + distances.argmin().item()
    print(f"{unit:<3} {distances.numpy().round(3)}  →", tr(es="casa", en="house"), nearest[unit])
mixed = turned(30) @ houses[0]
print(mixed.numpy().round(2))

# %% tags=["hidden"]
assert nearest == {"m²": 1, "a": 2}
shift = torch.tensor([[3.0, 2.0], [3.5, 2.5], [1.0, 0.0]], dtype=torch.float64)
for size in (1.0, 100.0):
    scaled = shift / size
    assert (scaled[1:] - scaled[0]).norm(dim=1).argmin() == 0

# %% [markdown] lang="es"
# Contando desde 0, la casa más parecida es la `{python} nearest["m²"]` o la `{python} nearest["a"]` según la
# unidad de una columna. Con la flecha no pasaría: sus dos componentes comparten unidad, y pasar de metros a
# centímetros multiplica todas las distancias por lo mismo. Girar la base es peor: da
# `{python} mixed[0].item():.1f` y `{python} mixed[1].item():.1f` de nada que se pueda nombrar, parte cuartos
# y parte superficie.
#
# Lo que falta no son números. Falta un producto escalar entre cuartos y metros cuadrados, y sin él no hay
# longitudes, ni ángulos, ni bases ortonormales. La tabla admite cambios de unidad, columna por columna; nada
# más. Cuando estandarizas las columnas antes de usar vecinos cercanos **eliges** ese producto escalar, y es
# una decisión tuya, no un dato. Tampoco los canales rojo, verde y azul de una foto traen un producto escalar,
# y los identificadores de las palabras de una frase ni siquiera se suman: son arreglos.
#
# ### Una idea que no funciona
#
# ¿Y los vectores ocultos de una red? Sus componentes no tienen unidades, así que quizá ahí sí la base sea lo
# de menos. Una función $f$ respeta el cambio de base si da lo mismo antes que después:
#
# $$f(Q \cdot \vec v) = Q \cdot f(\vec v). \tag{9}$$
#
# Predice cuáles de estas cinco lo cumplen, con 200 pares al azar de 16 dimensiones.

# %% [markdown] lang="en"
# Counting from 0, the most similar house is number `{python} nearest["m²"]` or number
# `{python} nearest["a"]`, depending on the unit of one column. With the arrow this could not happen: its two
# components share a unit, and going from metres to centimetres multiplies all distances alike. Turning the
# basis is worse: it gives `{python} mixed[0].item():.1f` and `{python} mixed[1].item():.1f` of nothing that
# has a name, part rooms and part area.
#
# What is missing is not numbers. It is a dot product between rooms and square metres, and without one there
# are no lengths, no angles and no orthonormal bases. The table allows changes of unit, column by column, and
# nothing else. When you standardise columns before using nearest neighbours, you **choose** that dot product;
# it is your decision and not a fact. Nor do the red, green and blue channels of a photograph come with a dot
# product, and the identifiers of the words of a sentence cannot even be added: they are arrays.
#
# ### An idea that does not work
#
# What about the hidden vectors of a network? Their components have no units, so perhaps the basis is of no
# account there. A function $f$ respects the change of basis if it gives the same before as after:
#
# $$f(Q \cdot \vec v) = Q \cdot f(\vec v). \tag{9}$$
#
# Predict which of these five do, on 200 random pairs of 16 dimensions.

# %%
functions = {
    "3·v": lambda v: 3 * v,
    "v / ‖v‖": lambda v: v / v.norm(),
    "ReLU": torch.relu,
    "softmax": lambda v: torch.softmax(v, 0),
    "layer_norm": lambda v: functional.layer_norm(v, v.shape),
}
gaps = {name: [] for name in functions}
for _ in range(200):
    Q, v = random_basis(16), random(16)
    for name, f in functions.items():
        gaps[name].append(relative_error(f(Q @ v), Q @ f(v)))  # (9)
for name, gap in gaps.items():
    print(f"{name:<11} {min(gap):7.0e} … {max(gap):7.0e}")

# %% tags=["hidden"]
assert max(gaps["3·v"]) < 1e-12 and max(gaps["v / ‖v‖"]) < 1e-12
assert min(min(gaps[name]) for name in ("ReLU", "softmax", "layer_norm")) > 0.01
assert min(gaps["ReLU"]) > 0.2

# %% [markdown] lang="es"
# La columna da el menor y el mayor desacuerdo relativo. Multiplicar por un número y normalizar la longitud
# hablan del vector; `ReLU`, *softmax* y la normalización por capa hablan de la lista, porque tratan cada
# componente por separado o suman sobre todos ellos. La idea falla: la base de las neuronas es especial, y fue
# la función de activación quien la eligió. Un vector oculto es un arreglo con nombres en las casillas, y por
# eso tiene sentido preguntar qué detecta *una* neurona.
#
# ## Cuando la base es oblicua
#
# Hasta aquí toda base era ortonormal. Con $n$ vectores $\vec g_i$ linealmente independientes, «el componente»
# se parte en dos preguntas distintas: cuántos pasos de cada vector hacen falta (**contravariantes**, índice
# arriba) y cuánto vale el producto escalar con cada uno, que es la longitud proyectada por la del vector de
# la base (**covariantes**, índice abajo). Las une la métrica $g_{ij}$:
#
# $$\vec v = v^i\, \vec g_i, \qquad v_i = \vec v \cdot \vec g_i = g_{ij}\, v^j, \qquad
# g_{ij} = \vec g_i \cdot \vec g_j. \tag{10}$$
#
# En una base ortonormal $g_{ij} = \delta_{ij}$ y las dos listas son la misma: por eso no las habíamos
# distinguido. La longitud necesita una de cada una:
#
# $$\lVert \vec v \rVert^2 = v_i\, v^i = g_{ij}\, v^i v^j. \tag{11}$$

# %% [markdown] lang="en"
# The column gives the smallest and the largest relative disagreement. Multiplying by a number and normalising
# the length speak of the vector; `ReLU`, softmax and layer normalisation speak of the list, because they
# treat each component by itself or sum over all of them. The idea fails: the basis of the neurons is special,
# and it was the activation function that chose it. A hidden vector is an array with named places, and that is
# why it makes sense to ask what *one* neuron detects.
#
# ## When the basis is oblique
#
# So far every basis was orthonormal. With $n$ linearly independent vectors $\vec g_i$, “the component” splits
# into two different questions: how many steps of each vector it takes (**contravariant**, index above) and
# what the dot product with each of them is, which is the projected length times that of the basis vector
# (**covariant**, index below). The metric $g_{ij}$ joins them:
#
# $$\vec v = v^i\, \vec g_i, \qquad v_i = \vec v \cdot \vec g_i = g_{ij}\, v^j, \qquad
# g_{ij} = \vec g_i \cdot \vec g_j. \tag{10}$$
#
# In an orthonormal basis $g_{ij} = \delta_{ij}$ and the two lists are the same: that is why we had not told
# them apart. The length needs one of each:
#
# $$\lVert \vec v \rVert^2 = v_i\, v^i = g_{ij}\, v^i v^j. \tag{11}$$

# %%
for n in (1, 2, 3, 6):
    G, v = random(n, n), random(n)  # basis_vector component, component
    up = torch.linalg.solve(G.T, v)
    down, metric = G @ v, torch.einsum("ik,jk->ij", G, G)
    assert_agree(1e-10, arrow=v, steps=torch.einsum("i,ij->j", up, G))  # (10)
    assert_agree(  # (10)
        1e-10,
        projections=down,
        loop=matrix_vector(metric, up),
        einsum=torch.einsum("ij,j->i", metric, up),
        torch=metric @ up,
    )
    lengths = dot(down, up), torch.einsum("ij,i,j->", metric, up, up), v.square().sum()
    assert_agree(1e-10, loop=lengths[0], einsum=lengths[1], torch=lengths[2])  # (11)

# %%
G = torch.tensor([[1.0, 0.0], [0.7, 1.1]], dtype=torch.float64)
v = torch.tensor([3.0, 2.0], dtype=torch.float64)
up, down = torch.linalg.solve(G.T, v), G @ v
length_squared, naive = dot(down, up), dot(up, up)
for name, number in {"v^i": up, "v_i": down, "v_i v^i": length_squared, "v^i v^i": naive}.items():
    print(f"{name:<8}", number.numpy().round(3))

# %%
# alt es: La flecha en una base oblicua, con pasos por las paralelas y con proyecciones perpendiculares.
# alt en: The arrow in an oblique basis, with steps along parallels and with perpendicular projections.
figure, panels = plt.subplots(1, 2, figsize=(6.6, 2.9))
projections = [v @ g / (g @ g) * g for g in G]
titles = (
    tr(es="contravariantes: pasos", en="contravariant: steps"),
    tr(es="covariantes: proyecciones", en="covariant: projections"),
)
for ax, feet, title in zip(panels, ([up[0] * G[0], up[1] * G[1]], projections), titles, strict=True):
    grid_of(ax, *G, low=(-0.6, -0.6), high=(4.2, 3.0))
    for foot in feet:
        ax.plot([foot[0], v[0]], [foot[1], v[1]], color=color("ember"), linestyle=":", linewidth=1.6)
        ax.plot(*foot, "o", color=color("ember"))
    ax.plot([0, 3 * G[1][0]], [0, 3 * G[1][1]], color=color("faint"), linewidth=0.8)
    for i, shift in enumerate(((0.0, -0.3), (-0.3, 0.1))):
        arrow(ax, G[i], "blue")
        label(ax, G[i] + torch.tensor(shift), f"g{'₁₂'[i]}", "blue")
    arrow(ax, v, "ember", width=2.6)
    ax.set_title(title)

# %% tags=["hidden"]
assert torch.isclose(length_squared, torch.tensor(13.0, dtype=torch.float64)) and abs(naive - 13) > 5
assert all(abs((v - foot) @ g) < 1e-12 for foot, g in zip(projections, G, strict=True))

# %% [markdown] lang="es"
# La longitud al cuadrado es `{python} length_squared.item():.0f`, como debe ser para una flecha de 3 por 2.
# La receta de siempre, sumar los cuadrados de los componentes, da `{python} naive.item():.1f`: solo sirve en
# bases ortonormales.
#
# ### De qué tipo es un gradiente
#
# Entrenar es mover pesos contra un gradiente. Los pesos son pasos, $w^i$. ¿Y el gradiente? Si la pérdida es
# $L(\vec w)$, al derivar respecto de $w^i$ se avanza a lo largo de $\vec g_i$:
#
# $$\frac{\partial L}{\partial w^i} = \nabla L \cdot \vec g_i. \tag{12}$$
#
# Es un producto escalar con $\vec g_i$, de índice abajo: **covariante**. Y `w - rate * w.grad` resta una
# lista covariante de una contravariante. En una base ortonormal nadie lo nota. ¿Qué pasa si no lo es?

# %% [markdown] lang="en"
# The squared length is `{python} length_squared.item():.0f`, as it must be for an arrow of 3 by 2. The usual
# recipe, adding the squares of the components, gives `{python} naive.item():.1f`: it serves in orthonormal
# bases only.
#
# ### Which kind a gradient is
#
# To train is to move weights against a gradient. The weights are steps, $w^i$. And the gradient? If the loss
# is $L(\vec w)$, to differentiate with respect to $w^i$ is to advance along $\vec g_i$:
#
# $$\frac{\partial L}{\partial w^i} = \nabla L \cdot \vec g_i. \tag{12}$$
#
# It is a dot product with $\vec g_i$, with the index below: **covariant**. And `w - rate * w.grad` subtracts
# a covariant list from a contravariant one. In an orthonormal basis nobody notices. What happens in any
# other?


# %%
def loss(arrow):
    return ((arrow - torch.tensor([1.0, -1.0])) ** 2 * torch.tensor([1.0, 3.0])).sum()


slope = torch.func.grad(loss)(v)
below = torch.func.grad(lambda steps: loss(steps @ G))(up)
assert_agree(loop=matrix_vector(G, slope), einsum=torch.einsum("ij,j->i", G, slope), autograd=below)  # (12)

rate = 0.1
ends = {
    tr(es="base ortonormal", en="orthonormal basis"): v - rate * slope,
    tr(es="base oblicua", en="oblique basis"): (up - rate * below) @ G,
}
above = torch.linalg.solve(G @ G.T, below)
ends[tr(es="oblicua, índice subido", en="oblique, index raised")] = (up - rate * above) @ G
for name, end in ends.items():
    print(f"{name:<22}", end.numpy().round(3), f"L = {loss(end):.3f}")

# %% tags=["hidden"]
orthonormal, oblique, raised = ends.values()
assert_agree(orthonormal=orthonormal, raised=raised)
assert relative_error(oblique, orthonormal) > 0.1
assert loss(oblique) < loss(orthonormal) < loss(v)

# %% [markdown] lang="es"
# El mismo punto de partida, la misma pérdida, la misma tasa: y el paso llega a otro lugar, porque el descenso
# por gradiente depende de cómo se escriban los pesos. Esta vez llega a un lugar mejor, y con otra pérdida
# podría llegar a uno peor: la base oblicua no sabe nada de $L$. Multiplicar por la inversa de la métrica sube
# el índice y devuelve el paso de antes. Es la idea del gradiente natural ([Amari,
# 1998](https://doi.org/10.1162/089976698300017746)) y una razón para poner los datos en unidades parecidas:
# quien cambia la unidad de una columna cambia la base de los pesos.
#
# ## Para llevarte
#
# * Un tensor, en el sentido fuerte, es un objeto; sus componentes cambian con un $Q$ por índice.
# * $v' = Q \cdot v$ y $T' = Q \cdot T \cdot Q^\top$. La traza, la norma, el determinante y los valores
#   propios quedan iguales.
# * `torch.Tensor` es un arreglo. Que sea un tensor lo dice el objeto que hay detrás, no el tipo.
# * Una fila de una tabla no tiene longitud hasta que alguien elige las escalas.
# * Las activaciones prefieren su base. Un gradiente es covariante: su paso depende de las unidades.

# %% [markdown] lang="en"
# The same starting point, the same loss, the same rate: and the step arrives elsewhere, because gradient
# descent depends on how the weights are written. This time it arrives somewhere better, and with another loss
# it might be somewhere worse: the oblique basis knows nothing of $L$. To multiply by the inverse of the
# metric raises the index and gives back the first step. This is the idea of the natural gradient ([Amari,
# 1998](https://doi.org/10.1162/089976698300017746)), and one reason to put data into similar units: whoever
# changes the unit of a column changes the basis of the weights.
#
# ## What to keep
#
# * A tensor in the strong sense is an object; its components change with one $Q$ for each index.
# * $v' = Q \cdot v$ and $T' = Q \cdot T \cdot Q^\top$. Trace, norm, determinant and eigenvalues stay the
#   same.
# * `torch.Tensor` is an array. Whether it is a tensor depends on the object behind it, not on the type.
# * A row of a table has no length until somebody chooses the scales.
# * Activations prefer their own basis. A gradient is covariant: its step depends on the units.

# %% [markdown] lang="es" tags=["quiz"]
# Cambias a otra base ortonormal. ¿Cuál de estas cantidades de un tensor `T` de segundo orden queda igual?
#
# - [x] `(T * T).sum()`: es $T_{ij} T_{ij}$, con los dos índices sumados por parejas; cada par junta dos $Q$.
# - [ ] `T.sum()`: suma todos los componentes, pero ningún índice está repetido; depende de la base.
# - [ ] `T.max()`: nombra un componente, y los componentes cambian.
# - [ ] `T[0, 0]`: en la base de los vectores propios es un valor propio, y en otra, no.

# %% [markdown] lang="en" tags=["quiz"]
# You change to another orthonormal basis. Which of these quantities of a second-order tensor `T` stays the
# same?
#
# - [x] `(T * T).sum()`: it is $T_{ij} T_{ij}$, with the two indices summed in pairs; each pair joins two $Q$.
# - [ ] `T.sum()`: it adds all components, but no index is repeated; it depends on the basis.
# - [ ] `T.max()`: it names a component, and components change.
# - [ ] `T[0, 0]`: in the basis of the eigenvectors it is an eigenvalue, and in another one it is not.

# %% [markdown] lang="es" tags=["quiz"]
# ¿Cuál de estos arreglos es un tensor en el sentido de esta lección?
#
# - [x] La velocidad del viento, tres componentes en m/s: girar los ejes la reescribe con $Q$.
# - [ ] `[edad, salario]` de una persona: entre años y pesos no hay producto escalar.
# - [ ] Los identificadores `[17, 4, 250]` de tres palabras: son nombres, y sumarlos no significa nada.
# - [ ] Los tres canales de un píxel: girar la cámara mueve píxeles de lugar y no mezcla colores.

# %% [markdown] lang="en" tags=["quiz"]
# Which of these arrays is a tensor in the sense of this lesson?
#
# - [x] The velocity of the wind, three components in m/s: turning the axes rewrites it with $Q$.
# - [ ] `[age, salary]` of a person: there is no dot product between years and pesos.
# - [ ] The identifiers `[17, 4, 250]` of three words: they are names, and their sum means nothing.
# - [ ] The three channels of a pixel: turning the camera moves pixels and mixes no colours.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: un Q por índice
#
# Escribe `change_basis(T, Q)` para un tensor de cualquier orden, también 0. Pista: `torch.tensordot(Q, T,
# dims=([1], [axis]))` suma sobre un eje de `T` y pone el eje nuevo **al frente**.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: one Q for each index
#
# Write `change_basis(T, Q)` for a tensor of any order, 0 included. Hint: `torch.tensordot(Q, T,
# dims=([1], [axis]))` sums over an axis of `T` and puts the new axis **in front**.


# %% tags=["solution"]
def change_basis(T, Q):
    for _ in range(T.ndim):
        # es: siempre el último eje: tras una vuelta completa, cada uno está otra vez en su lugar
        # en: always the last axis: after a full round each one is back in its place
        T = torch.tensordot(Q, T, dims=([1], [T.ndim - 1]))
    return T


# %% tags=["check"]
for n in (1, 2, 3):
    Q = random_basis(n)
    tensors = [random(*(n,) * order) for order in range(5)]
    forms = ["->", "ia,a->i", "ia,jb,ab->ij", "ia,jb,kc,abc->ijk", "ia,jb,kc,ld,abcd->ijkl"]
    assert change_basis(tensors[0], Q) == tensors[0]
    for order in range(1, 5):
        expected = torch.einsum(forms[order], *[Q] * order, tensors[order])
        assert_agree(einsum=expected, yours=change_basis(tensors[order], Q))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: la base principal
#
# Escribe `principal_basis(C)` para una matriz simétrica: la $Q$ tal que $Q \cdot C \cdot Q^\top$ es diagonal,
# con los números de mayor a menor y $\det Q = 1$, es decir, sin espejo.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: the principal basis
#
# Write `principal_basis(C)` for a symmetric matrix: the $Q$ for which $Q \cdot C \cdot Q^\top$ is diagonal,
# with its numbers from largest to smallest and $\det Q = 1$, that is, without a mirror.


# %% tags=["solution"]
def principal_basis(C):
    Q = torch.linalg.eigh(C).eigenvectors.T.flip(0).clone()
    # es: el opuesto de un vector propio también es un vector propio
    # en: the opposite of an eigenvector is an eigenvector as well
    Q[-1] *= torch.linalg.det(Q).sign()
    return Q


# %% tags=["check"]
for n in (1, 2, 3, 6):
    C = torch.cov(random(n, 30)).reshape(n, n)
    Q = principal_basis(C)
    diagonal = Q @ C @ Q.T
    assert_agree(1e-10, identity=torch.eye(n), yours=Q @ Q.T)
    assert torch.allclose(diagonal, torch.diag(diagonal.diagonal()), atol=1e-10)
    assert (diagonal.diagonal().diff() <= 0).all() and torch.linalg.det(Q) > 0

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: los pasos de un vector
#
# Escribe `contravariant(covariant, basis)`: recibe los componentes covariantes de un vector y una base
# cualquiera, con sus vectores en las filas, y devuelve los contravariantes. No uses los componentes del
# vector en la base ortonormal; basta la métrica.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: the steps of a vector
#
# Write `contravariant(covariant, basis)`: it receives the covariant components of a vector and any basis,
# with its vectors in the rows, and returns the contravariant ones. Do not use the components of the vector in
# the orthonormal basis; the metric is enough.


# %% tags=["solution"]
def contravariant(covariant, basis):
    metric = torch.einsum("ik,jk->ij", basis, basis)
    return torch.linalg.solve(metric, covariant)


# %% tags=["check"]
for n in (1, 2, 4):
    basis, v = random(n, n) + 3 * torch.eye(n), random(n)
    yours = contravariant(basis @ v, basis)
    assert_agree(1e-9, arrow=v, yours=yours @ basis)
half = contravariant(torch.tensor([2.0, 2.0]), torch.tensor([[2.0, 0.0], [0.0, 1.0]]))
assert torch.equal(half, torch.tensor([0.5, 2.0]))

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# Antes: [una notación para todo](../tensor_mathematics/einsum.md), que escribe (4) y (8) en una línea.
# Después: la [convolución](../tensor_mathematics/convolution.md), que hace la misma pregunta con un
# desplazamiento en vez de un giro: qué cambia y qué no. Si quieres seguir con los gradientes, ve al [cálculo
# matricial](../tensor_mathematics/matrix_calculus.md).

# %% [markdown] lang="en"
# ## Where to go next
#
# Before: [one notation for everything](../tensor_mathematics/einsum.md), which writes (4) and (8) in one
# line. After: [convolution](../tensor_mathematics/convolution.md), which asks the same question of a shift
# instead of a turn: what changes and what does not. To go on with gradients, turn to [matrix
# calculus](../tensor_mathematics/matrix_calculus.md).
