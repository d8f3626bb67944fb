"""
title:
  es: Producto vectorial
  en: The vector product
summary:
  es: El símbolo ε dibujado como un cubo, x×y y A∧x de cuatro maneras, y una fórmula impresa que no cierra.
  en: The symbol ε drawn as a cube, x×y and A∧x in four ways, and a printed formula that does not close.
tags: [tensor, algebra, einsum, geometry, errata]
everyday: [axis, scalar]
objectives:
  es:
    - Leer el símbolo de Levi-Civita como un cubo de 27 números y recordar sus seis componentes no nulos.
    - Calcular x×y y A∧x con índices, con bucles, con einsum y con PyTorch.
    - Decir qué miden la longitud y la dirección de x×y, y qué leyes cumple este producto.
    - Detectar, contando índices, una fórmula mal impresa, y hallar la correcta con un experimento.
  en:
    - Read the Levi-Civita symbol as a cube of 27 numbers and remember its six components other than zero.
    - Compute x×y and A∧x with indices, with loops, with einsum and with PyTorch.
    - Say what the length and the direction of x×y measure, and which laws this product obeys.
    - Detect a misprinted formula by counting indices, and find the right one by experiment.
prerequisites:
  es:
    - La lección «Productos escalares», sobre todo la lectura de índices libres y repetidos.
    - El seno y el coseno de un ángulo.
  en:
    - The lesson “Dot products”, above all the reading of free and repeated indices.
    - The sine and the cosine of an angle.
"""
# %% [markdown] lang="es"
# El producto escalar de dos flechas da un número. El vectorial da otra flecha: perpendicular a ambas, y su
# longitud es el área del paralelogramo que abarcan. Con él se calculan la normal de una superficie, el
# momento de una fuerza y el eje de un giro. Al terminar esta lección lo escribirás de cuatro maneras y podrás
# decir, con solo contar índices, por qué una de las fórmulas de los apuntes del curso no puede ser correcta.
# Conviene haber leído [Productos escalares](dot_products.md).
#
# Acompaña la parte de operaciones con tensores de la sección *PyTorch Fundamentals* del curso [PyTorch for
# Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) y el [capítulo
# 00](https://www.learnpytorch.io/00_pytorch_fundamentals/) de su libro, que no llega hasta este producto.
#
# ## Tres flechas y una regla
#
# En una base ortonormal $\hat e_x, \hat e_y, \hat e_z$ todo el producto cabe en una regla: en el orden
# $x \to y \to z \to x$, dos vectores seguidos dan el tercero; en el orden contrario, el tercero con signo
# menos; uno consigo mismo, cero. El símbolo de Levi-Civita $\varepsilon_{jkl}$ guarda esos signos:
#
# $$\hat e_j \times \hat e_k = \varepsilon_{jkl}\, \hat e_l . \tag{1}$$
#
# El índice repetido $l$ se suma; $j$ y $k$ son libres y están en ambos lados. Hay nueve productos: ¿cuántos
# son cero?

# %% [markdown] lang="en"
# The dot product of two arrows is a number. The vector product is another arrow: perpendicular to both, and
# its length is the area of the parallelogram that they span. It computes the normal of a surface, the torque
# of a force and the axis of a rotation. By the end of this lesson you will write it in four ways and be able
# to say, just by counting indices, why one of the formulas of the course notes cannot be right. It helps to
# have read [Dot products](dot_products.md).
#
# It goes with the tensor operations in the section *PyTorch Fundamentals* of the course [PyTorch for Deep
# Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) and with [chapter
# 00](https://www.learnpytorch.io/00_pytorch_fundamentals/) of its book, which does not get as far as this
# product.
#
# ## Three arrows and a rule
#
# In an orthonormal basis $\hat e_x, \hat e_y, \hat e_z$ the whole product fits into one rule: in the order
# $x \to y \to z \to x$, two vectors in a row give the third; in the opposite order, the third with a minus
# sign; one with itself, zero. The Levi-Civita symbol $\varepsilon_{jkl}$ stores those signs:
#
# $$\hat e_j \times \hat e_k = \varepsilon_{jkl}\, \hat e_l . \tag{1}$$
#
# The repeated index $l$ is summed; $j$ and $k$ are free and stand on both sides. There are nine products:
# how many of them are zero?

# %%
import warnings
from itertools import permutations, product

import matplotlib.pyplot as plt
import torch

from tutorials_lib import tr
from tutorials_lib.plots import color, curves
from tutorials_lib.tensors import assert_agree, cross, levi_civita, matrix_cross_vector, relative_error

# %%
epsilon = levi_civita()  # j k l
basis = torch.eye(3, dtype=torch.int64)
names = {(0, 0, 0): "0"}
for axis, letter in enumerate("xyz"):
    names[tuple(basis[axis].tolist())] = letter
    names[tuple((-basis[axis]).tolist())] = f"-{letter}"

for j in range(3):
    for k in range(3):
        rule = sum(epsilon[j, k, l] * basis[l] for l in range(3))  # (1)
        assert torch.equal(cross(basis[j], basis[k]), rule)
        print(f"{'xyz'[j]} × {'xyz'[k]} = {names[tuple(rule.tolist())]:<4}", end="  ")
    print()

# %% tags=["hidden"]
assert torch.equal(torch.linalg.cross(*torch.broadcast_tensors(basis[:, None], basis)), epsilon)  # (1)
zeros = sum(not epsilon[j, k].any() for j in range(3) for k in range(3))
assert zeros == 3

# %% [markdown] lang="es"
# `{python} zeros`: los de la diagonal. Fuera de ella, intercambiar los factores cambia el signo.
#
# ## Un cubo con seis números
#
# $\varepsilon$ tiene tres índices: es un cubo de $3 \times 3 \times 3$. Con los ejes contados desde 0 hay dos
# maneras de escribir cada componente, un determinante y un producto de diferencias:
#
# $$\varepsilon_{jkl} = \det\left(\hat e_j, \hat e_k, \hat e_l\right)
# = \tfrac{1}{2}\,(k - j)(l - j)(l - k) . \tag{2}$$
#
# Si dos índices coinciden, un factor es cero. Por eso, de las 27 casillas solo cuentan las permutaciones de
# 0, 1, 2, que son seis. Intenta situarlas en el cubo antes de mirar.

# %% [markdown] lang="en"
# `{python} zeros`: those on the diagonal. Away from it, swapping the factors changes the sign.
#
# ## A cube with six numbers
#
# $\varepsilon$ has three indices: it is a cube of $3 \times 3 \times 3$. With the axes counted from 0 there
# are two ways to write each component, a determinant and a product of differences:
#
# $$\varepsilon_{jkl} = \det\left(\hat e_j, \hat e_k, \hat e_l\right)
# = \tfrac{1}{2}\,(k - j)(l - j)(l - k) . \tag{2}$$
#
# If two indices coincide, one factor is zero. So of the 27 cells only the permutations of 0, 1, 2 count, and
# there are six of them. Try to place them in the cube before you look.

# %%
for j, k, l in product(range(3), repeat=3):
    determinant = torch.linalg.det(basis[[j, k, l]].double()).round().long()
    assert epsilon[j, k, l] == determinant == (k - j) * (l - j) * (l - k) // 2  # (2)
print(int((epsilon != 0).sum()), tr(es="de 27 no son cero", en="of 27 are not zero"))


# %%
def place(j, k, l):
    # es: l hacia la derecha, k hacia abajo, j hacia el fondo
    # en: l to the right, k downwards, j away from us
    return l + 0.44 * j, -k + 0.36 * j


def dot(ax, x, y, sign):
    hue = {1: "ember", -1: "blue", 0: "grid"}[sign]
    ax.plot(x, y, "o", color=color(hue), markersize=14 if sign else 4)
    if sign:
        ax.text(x, y, f"{sign:+d}".replace("-", "−"), color=color("paper"), ha="center", va="center_baseline")


def draw_cube(ax):
    for j, k in product(range(3), repeat=2):
        for edge in (((j, k, 0), (j, k, 2)), ((j, 0, k), (j, 2, k)), ((0, j, k), (2, j, k))):
            ax.plot(*zip(*(place(*end) for end in edge), strict=True), color=color("grid"), linewidth=0.8)
    ring = [(0, 1, 2), (0, 2, 1), (1, 2, 0), (2, 1, 0), (2, 0, 1), (1, 0, 2), (0, 1, 2)]
    ax.plot(*zip(*(place(*cell) for cell in ring), strict=True), color=color("faint"), linestyle="--")
    for cell in product(range(3), repeat=3):
        dot(ax, *place(*cell), epsilon[cell].item())


# %%
# alt es: Un cubo de 27 puntos; tres +1 y tres −1 alternan en un hexágono. Al lado, sus rebanadas j = 0, 1, 2.
# alt en: A cube of 27 dots; three +1 and three −1 alternate around a hexagon. Beside it, slices j = 0, 1, 2.
figure, (solid, *slices) = plt.subplots(1, 4, figsize=(7.4, 2.4), width_ratios=[1.75, 1, 1, 1])
draw_cube(solid)
solid.set(title="ε", aspect="equal", ymargin=0.12)
solid.set_axis_off()
for j, ax in enumerate(slices):
    for k, l in product(range(3), repeat=2):
        dot(ax, l, k, epsilon[j, k, l].item())
    ax.set(title=f"j = {j}", aspect="equal", xlim=(-0.5, 2.5), ylim=(2.5, -0.5), xlabel="l")
    ax.set(xticks=range(3), yticks=range(3), ylabel="k" if j == 0 else "")

# %% tags=["hidden"]
ring = [(0, 1, 2), (0, 2, 1), (1, 2, 0), (2, 1, 0), (2, 0, 1), (1, 0, 2)]
assert set(ring) == set(permutations(range(3)))
assert [epsilon[cell].item() for cell in ring] == [1, -1, 1, -1, 1, -1]
for one, other in zip(ring, ring[1:] + ring[:1], strict=True):
    assert sum(a != b for a, b in zip(one, other, strict=True)) == 2  # one swap of two indices

# %% [markdown] lang="es"
# Las seis casillas forman un hexágono de signos alternados. Cada lado es un intercambio de dos índices y
# cambia el signo; dos lados son una rotación de los tres, que lo conserva:
# $\varepsilon_{jkl} = \varepsilon_{klj} = \varepsilon_{ljk}$. Cada rebanada $j$ es una matriz antisimétrica,
# la que lleva $\vec y$ a $\vec y \times \hat e_j$.
#
# ## El producto, de cuatro maneras
#
# Dos vectores cualesquiera son combinaciones de la base, y la regla (1) los multiplica término a término:
#
# $$\vec z = \vec x \times \vec y = (x_j\, \hat e_j) \times (y_k\, \hat e_k)
# = \varepsilon_{jkl}\, x_j\, y_k\, \hat e_l
# \quad\Longrightarrow\quad z_l = \varepsilon_{jkl}\, x_j\, y_k . \tag{3}$$
#
# Un índice libre y dos repetidos. De los 27 términos quedan seis, y se reconoce la fórmula de la escuela:
# $z_x = x_y y_z - x_z y_y$, y así en ciclo.

# %% [markdown] lang="en"
# The six cells form a hexagon of alternating signs. Each side is a swap of two indices and changes the sign;
# two sides are a rotation of the three, which keeps it:
# $\varepsilon_{jkl} = \varepsilon_{klj} = \varepsilon_{ljk}$. Each slice $j$ is an antisymmetric matrix, the
# one that takes $\vec y$ to $\vec y \times \hat e_j$.
#
# ## The product in four ways
#
# Any two vectors are combinations of the basis, and rule (1) multiplies them term by term:
#
# $$\vec z = \vec x \times \vec y = (x_j\, \hat e_j) \times (y_k\, \hat e_k)
# = \varepsilon_{jkl}\, x_j\, y_k\, \hat e_l
# \quad\Longrightarrow\quad z_l = \varepsilon_{jkl}\, x_j\, y_k . \tag{3}$$
#
# One free index and two repeated ones. Of the 27 terms six remain, and the school formula shows:
# $z_x = x_y y_z - x_z y_y$, and so on around the cycle.

# %%
generator = torch.Generator().manual_seed(0)


def random(*shape):
    return torch.randn(shape, dtype=torch.float64, generator=generator)


signs = epsilon.double()
differences = []
for _ in range(5):
    x, y = random(3), random(3)
    school = torch.stack([x[1] * y[2] - x[2] * y[1], x[2] * y[0] - x[0] * y[2], x[0] * y[1] - x[1] * y[0]])
    forms = {"einsum": torch.einsum("jkl,j,k->l", signs, x, y), "torch": torch.linalg.cross(x, y)}
    differences.append(assert_agree(loop=cross(x, y), school=school, **forms))  # (3)
print(tr(es="mayor diferencia relativa:", en="largest relative difference:"), f"{max(differences):.0e}")

# %% [markdown] lang="es"
# `einsum` y PyTorch aceptan además pilas de vectores de cualquier forma. Hay dos funciones con nombre
# parecido y conviene escribir `torch.linalg.cross`, que usa el último eje. `torch.cross` sin `dim` toma el
# primer eje que mida 3. ¿Qué pasa con una pila de exactamente tres vectores?

# %% [markdown] lang="en"
# `einsum` and PyTorch also take stacks of vectors of any shape. There are two functions of similar name, and
# the one to write is `torch.linalg.cross`, which uses the last axis. `torch.cross` without `dim` takes the
# first axis that measures 3. What happens to a stack of exactly three vectors?

# %%
for stack in [(4,), (3,), (2, 5)]:
    X, Y = random(*stack, 3), random(*stack, 3)
    assert_agree(
        loop=torch.stack([cross(a, b) for a, b in zip(X.view(-1, 3), Y.view(-1, 3), strict=True)]).view_as(X),
        einsum=torch.einsum("jkl,...j,...k->...l", signs, X, Y),
        torch=torch.linalg.cross(X, Y),
    )

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    for count in (4, 3):
        X, Y = random(count, 3), random(count, 3)
        print(count, torch.allclose(torch.cross(X, Y), torch.linalg.cross(X, Y)))

# %% tags=["hidden"]
assert not torch.allclose(torch.cross(X, Y, dim=0), torch.linalg.cross(X, Y))

# %% [markdown] lang="es"
# Con cuatro vectores coinciden; con tres, `torch.cross` multiplica **columnas** y devuelve otra cosa con la
# misma forma. Avisa una sola vez por proceso de que esa llamada está obsoleta.
#
# ## Qué mide
#
# La longitud de $\vec x \times \vec y$ es el área del paralelogramo,
# $\lVert \vec x \rVert\, \lVert \vec y \rVert \sin \theta$. Sin ángulos, esto es la identidad de Lagrange:
#
# $$\lVert \vec x \times \vec y \rVert^2 + (\vec x \cdot \vec y)^2
# = \lVert \vec x \rVert^2\, \lVert \vec y \rVert^2 . \tag{4}$$
#
# La dirección es perpendicular a ambos; el sentido lo elige la regla de la mano derecha: si los dedos van de
# $\vec x$ a $\vec y$, el pulgar señala $\vec x \times \vec y$. Dos vectores de longitud 1 se abren de 0° a
# 180°: ¿dónde es máximo el producto escalar, y dónde la longitud del vectorial?

# %% [markdown] lang="en"
# With four vectors they agree; with three, `torch.cross` multiplies **columns** and returns something else of
# the same shape. It warns only once per process that this call is deprecated.
#
# ## What it measures
#
# The length of $\vec x \times \vec y$ is the area of the parallelogram,
# $\lVert \vec x \rVert\, \lVert \vec y \rVert \sin \theta$. Without angles, this is Lagrange's identity:
#
# $$\lVert \vec x \times \vec y \rVert^2 + (\vec x \cdot \vec y)^2
# = \lVert \vec x \rVert^2\, \lVert \vec y \rVert^2 . \tag{4}$$
#
# The direction is perpendicular to both, and of its two senses the right-hand rule chooses one: if the
# fingers go from $\vec x$ to $\vec y$, the thumb points along $\vec x \times \vec y$. Two vectors of length 1
# open from 0° to 180°: where is the dot product largest, and where the length of the vector product?

# %%
for _ in range(20):
    x, y = random(3), random(3)
    z = torch.linalg.cross(x, y)
    assert_agree(sum=z @ z + (x @ y) ** 2, product=(x @ x) * (y @ y))  # (4)
    # es: perpendicular a ambos, y de mano derecha
    # en: perpendicular to both, and right-handed
    assert abs(z @ x) < 1e-13 and abs(z @ y) < 1e-13
    assert torch.linalg.det(torch.stack([x, y, z])) > 0


# %%
def draw_arrows(ax, x, y):
    corners = [torch.zeros(3), x, x + y, y]
    flat = [(a + 0.45 * b, c + 0.4 * b) for a, b, c in torch.stack(corners).tolist()]
    ax.fill(*zip(*flat, strict=True), color=color("blue"), alpha=0.2, linewidth=0)
    arrows = {"x": (x, "blue"), "y": (y, "green"), "x × y": (torch.linalg.cross(x, y), "ember")}
    shape = {"arrowstyle": "->", "linewidth": 2, "shrinkA": 0, "shrinkB": 0}
    for name, (v, hue) in arrows.items():
        a, b, c = v.tolist()
        tip = (a + 0.45 * b, c + 0.4 * b)
        ax.annotate("", tip, (0, 0), arrowprops=shape | {"color": color(hue)})
        ax.text(tip[0] + 0.06, tip[1], name, color=color(hue), va="center")
    ax.set(xlim=(-0.2, 2.6), ylim=(-0.25, 2.1), aspect="equal")
    ax.set_axis_off()


# %%
# alt es: El paralelogramo de x e y con x×y perpendicular; a la derecha, el área es máxima a 90° y x·y vale 0.
# alt en: The parallelogram of x and y with x×y upright; right, the area is largest at 90°, where x·y is 0.
figure, (scene, ax) = plt.subplots(1, 2, figsize=(7.4, 2.8), width_ratios=[1, 1.35])
draw_arrows(scene, torch.tensor([1.5, 0.0, 0.0]), torch.tensor([0.5, 1.2, 0.0]))
degrees = torch.arange(0, 181, 5, dtype=torch.float64)
turned = torch.stack([degrees.deg2rad().cos(), degrees.deg2rad().sin(), 0 * degrees], dim=-1)
still = torch.tensor([1.0, 0.0, 0.0], dtype=torch.float64).expand_as(turned)
area, dots = torch.linalg.cross(still, turned).norm(dim=-1), (still * turned).sum(-1)
curves(degrees, {"‖x × y‖": area, "x · y": dots}, xlabel="θ (°)", ylabel="", ax=ax)
_ = ax.set_xticks(range(0, 181, 45))

# %% tags=["hidden"]
assert degrees[area.argmax()] == 90 and degrees[dots.argmax()] == 0
assert torch.allclose(area, degrees.deg2rad().sin()) and torch.allclose(dots, degrees.deg2rad().cos())

# %% [markdown] lang="es"
# Entre vectores de longitud 1, el escalar mide cuánto se parecen dos direcciones; el vectorial, cuánto les
# falta para estar en una misma recta. Por (4), sus cuadrados suman siempre lo mismo: lo que uno gana lo
# pierde el otro.
#
# La mano derecha esconde una convención. Bajo una transformación ortogonal $Q$ se tiene
# $(Q\vec x) \times (Q\vec y) = \det(Q)\; Q(\vec x \times \vec y)$: un giro lleva el producto consigo, un
# espejo le cambia además el signo. Qué objetos se transforman sin sorpresas es el tema del [cambio de
# base](change_of_basis.md).

# %% [markdown] lang="en"
# Between vectors of length 1, the dot product measures how alike two directions are; the vector product, how
# far they are from lying on one line. By (4), their squares always add up to the same: what one gains the
# other loses.
#
# The right hand hides a convention. Under an orthogonal transformation $Q$ we have
# $(Q\vec x) \times (Q\vec y) = \det(Q)\; Q(\vec x \times \vec y)$: a rotation takes the product along, a
# mirror also changes its sign. Which objects transform without surprises is the subject of [change of
# basis](change_of_basis.md).

# %%
x, y = random(3), random(3)
for diagonal in ([1.0, 1.0, 1.0], [1.0, 1.0, -1.0]):
    turn, _ = torch.linalg.qr(random(3, 3))
    Q = turn * torch.linalg.det(turn) @ torch.diag(torch.tensor(diagonal, dtype=torch.float64))
    left, right = torch.linalg.cross(Q @ x, Q @ y), Q @ torch.linalg.cross(x, y)
    assert_agree(left=left, right=torch.linalg.det(Q) * right)
    print(
        f"det Q = {torch.linalg.det(Q):+.0f}",
        tr(es="mismo sentido:", en="same sense:"),
        bool(left @ right > 0),
    )

# %% [markdown] lang="es"
# ## Una ley que falta
#
# El producto se distribuye sobre la suma y $\vec y \times \vec x = -\,\vec x \times \vec y$. El de matrices
# no conmuta, pero se asocia. ¿Se asocia este? La apuesta natural es que sí. Probemos con
# $\hat e_x, \hat e_x, \hat e_y$ y con diez mil tríos al azar.

# %% [markdown] lang="en"
# ## A law that is missing
#
# The product distributes over the sum, and $\vec y \times \vec x = -\,\vec x \times \vec y$. That of matrices
# does not commute, but it associates. Does this one? The natural bet is yes. Let us try
# $\hat e_x, \hat e_x, \hat e_y$ and ten thousand random triples.

# %%
e_x, e_y, e_z = torch.eye(3, dtype=torch.float64)
product_of = torch.linalg.cross
print(product_of(product_of(e_x, e_x), e_y).tolist(), product_of(e_x, product_of(e_x, e_y)).tolist())

x, y, z = random(3, 10_000, 3)
left, right = product_of(product_of(x, y), z), product_of(x, product_of(y, z))
gaps = (left - right).norm(dim=-1) / right.norm(dim=-1)
associating = int((gaps < 1e-9).sum())
print(
    tr(es="se asocian", en="associate"),
    associating,
    tr(es="de 10000; mediana de la diferencia", en="of 10000; median gap"),
    f"{gaps.median():.2f}",
)

# %% tags=["hidden"]
assert associating == 0
jacobi = right + product_of(y, product_of(z, x)) + product_of(z, product_of(x, y))
assert jacobi.abs().max() < 1e-12
assert torch.allclose(product_of(y, x), -product_of(x, y))

# %% [markdown] lang="es"
# Ninguno. Sin paréntesis, $\vec x \times \vec y \times \vec z$ no significa nada. En lugar de la asociativa
# hay otra ley, la identidad de Jacobi: la suma de $\vec x \times (\vec y \times \vec z)$ y sus dos
# rotaciones es cero.
#
# ## Dos ε son dos pares de δ
#
# Para deshacer un producto doble hace falta saber qué queda al sumar dos símbolos sobre un índice común:
#
# $$\varepsilon_{ijk}\, \varepsilon_{ilm} = \delta_{jl}\, \delta_{km} - \delta_{jm}\, \delta_{kl} . \tag{5}$$
#
# La razón está en el hexágono: fijado $i$, los otros dos índices solo pueden ser los dos restantes, en el
# mismo orden ($+1$) o al revés ($-1$). Son 81 ecuaciones, y se comprueban todas. Con ellas,
#
# $$\vec x \times (\vec y \times \vec z) = \vec y\, (\vec x \cdot \vec z) - \vec z\, (\vec x \cdot \vec y),
# \tag{6}$$
#
# y (4) sale de multiplicar $(\vec x \times \vec y) \cdot (\vec x \times \vec y)$ con la misma cuenta.

# %% [markdown] lang="en"
# None. Without parentheses, $\vec x \times \vec y \times \vec z$ means nothing. In place of associativity
# there is another law, Jacobi's identity: the sum of $\vec x \times (\vec y \times \vec z)$ and its two
# rotations is zero.
#
# ## Two ε are two pairs of δ
#
# To undo a double product one must know what remains when two symbols are summed over a shared index:
#
# $$\varepsilon_{ijk}\, \varepsilon_{ilm} = \delta_{jl}\, \delta_{km} - \delta_{jm}\, \delta_{kl} . \tag{5}$$
#
# The reason is in the hexagon: once $i$ is fixed, the other two indices can only be the two that are left, in
# the same order ($+1$) or reversed ($-1$). These are 81 equations, and all are checked. With them,
#
# $$\vec x \times (\vec y \times \vec z) = \vec y\, (\vec x \cdot \vec z) - \vec z\, (\vec x \cdot \vec y),
# \tag{6}$$
#
# and (4) comes out of multiplying $(\vec x \times \vec y) \cdot (\vec x \times \vec y)$ in the same way.

# %%
delta = torch.eye(3, dtype=torch.int64)
for j, k, l, m in product(range(3), repeat=4):
    contracted = sum(epsilon[i, j, k] * epsilon[i, l, m] for i in range(3))
    assert contracted == delta[j, l] * delta[k, m] - delta[j, m] * delta[k, l]  # (5)
deltas = torch.einsum("jl,km->jklm", delta, delta) - torch.einsum("jm,kl->jklm", delta, delta)
assert torch.equal(torch.einsum("ijk,ilm->jklm", epsilon, epsilon), deltas)  # (5)

for _ in range(5):
    x, y, z = random(3, 3)
    assert_agree(loop=cross(x, cross(y, z)), unfolded=y * (x @ z) - z * (x @ y))  # (6)

# %% [markdown] lang="es"
# ## Una matriz y un vector
#
# El producto de un tensor de segundo orden $A$ con un vector actúa sobre la segunda pieza de $A$ y deja igual
# la primera. Los apuntes lo escriben con $\wedge$, que aquí significa lo mismo que $\times$:
#
# $$A \wedge \vec x = (A_{ij}\, \hat e_i \otimes \hat e_j) \wedge (x_k\, \hat e_k)
# = A_{ij}\, x_k\, \hat e_i \otimes (\hat e_j \times \hat e_k)
# = A_{ij}\, x_k\, \varepsilon_{jkl}\, \hat e_i \otimes \hat e_l . \tag{7}$$
#
# $j$ y $k$ se repiten y se suman; $i$ y $l$ son libres: el resultado es otra matriz. Leído por filas, cada
# fila de $A$ se multiplica por $\vec x$.

# %% [markdown] lang="en"
# ## A matrix and a vector
#
# The product of a second-order tensor $A$ and a vector acts on the second piece of $A$ and leaves the first
# as it is. The notes write it with $\wedge$, which here means the same as $\times$:
#
# $$A \wedge \vec x = (A_{ij}\, \hat e_i \otimes \hat e_j) \wedge (x_k\, \hat e_k)
# = A_{ij}\, x_k\, \hat e_i \otimes (\hat e_j \times \hat e_k)
# = A_{ij}\, x_k\, \varepsilon_{jkl}\, \hat e_i \otimes \hat e_l . \tag{7}$$
#
# $j$ and $k$ are repeated and summed; $i$ and $l$ are free: the result is another matrix. Read by rows, each
# row of $A$ is multiplied by $\vec x$.

# %%
for _ in range(5):
    A, x = random(3, 3), random(3)
    assert_agree(  # (7)
        loop=matrix_cross_vector(A, x),
        einsum=torch.einsum("ij,k,jkl->il", A, x, signs),
        torch=torch.linalg.cross(A, x.expand_as(A)),
        rows=torch.stack([cross(row, x) for row in A]),
    )

# %% [markdown] lang="es"
# ## Una errata: índices que no cierran
#
# Los apuntes del curso (`000_052679dadd7c4dc5.txt`, «Producto Vectorial») empiezan igual que (7) y terminan
# en $\varepsilon_{ijk}\, A_{ij}\, x_k\, \hat e_i \otimes \hat e_l$, con la definición
# $\hat e_j \wedge \hat e_k = \varepsilon_{ijk}\, \hat e_l$. Cuenta los índices. En esa definición, $l$
# aparece a la derecha y no a la izquierda, y lo mismo le pasa a $i$. En la fórmula, $i$ aparece tres veces y
# $l$, en la pieza $\hat e_l$ y en ningún componente. `einsum` es el lector más estricto:

# %% [markdown] lang="en"
# ## An erratum: indices that do not close
#
# The course notes (`000_052679dadd7c4dc5.txt`, “Producto Vectorial”) begin as (7) does and end in
# $\varepsilon_{ijk}\, A_{ij}\, x_k\, \hat e_i \otimes \hat e_l$, with the definition
# $\hat e_j \wedge \hat e_k = \varepsilon_{ijk}\, \hat e_l$. Count the indices. In that definition $l$ stands
# on the right and not on the left, and so does $i$. In the formula $i$ appears three times, and $l$ in the
# piece $\hat e_l$ and in no component. `einsum` is the strictest of readers:

# %% tags=["raises=RuntimeError"]
torch.einsum("ijk,ij,k->il", signs, A, x)

# %% [markdown] lang="es"
# «El índice de salida $l$ no aparece en ningún operando.» ¿Y si se le obliga? Hay dos maneras de forzarlo:
# calcular lo que sí tiene índices, un vector $v_i$, y repetirlo para todo $l$; o suponer que sobra una letra
# y cambiarla. La segunda se puede agotar: $\varepsilon$ lleva tres letras de entre $i, j, k, l$, o sea, 64
# lecturas. Para juzgarlas hace falta una verdad que no venga de la fórmula: cada fila de $A$ por $\vec x$,
# con `torch.linalg.cross`. ¿Cuántas de las 64 acertarán?

# %% [markdown] lang="en"
# “The output index $l$ appears in no operand.” And if we force it? There are two ways: compute what does have
# indices, a vector $v_i$, and repeat it for every $l$; or suppose that one letter is wrong and change it. The
# second can be exhausted: $\varepsilon$ bears three letters out of $i, j, k, l$, that is, 64 readings. To
# judge them we need a truth that does not come from the formula: each row of $A$ times $\vec x$, with
# `torch.linalg.cross`. How many of the 64 will be right?

# %%
A, x = random(3, 3), random(3)
truth = torch.linalg.cross(A, x.expand_as(A))
forced = torch.einsum("ijk,ij,k->i", signs, A, x)[:, None].expand(3, 3)
print(
    tr(es="forzando l, error relativo:", en="l forced, relative error:"),
    f"{relative_error(forced, truth):.2f}",
)


def judge(letters):
    if "l" not in letters:
        return "refused"
    result = torch.einsum(f"{letters},ij,k->il", signs, A, x)
    if relative_error(result, truth) < 1e-12:
        return "right"
    return "opposite" if relative_error(-result, truth) < 1e-12 else "wrong"


verdicts = {letters: judge(letters) for letters in map("".join, product("ijkl", repeat=3))}
words = {
    "refused": tr(es="rechazadas", en="refused"),
    "wrong": tr(es="equivocadas", en="wrong"),
    "opposite": tr(es="con otro signo", en="opposite sign"),
    "right": tr(es="correctas", en="right"),
}
for verdict, word in words.items():
    found = [letters for letters, outcome in verdicts.items() if outcome == verdict]
    print(f"{word:<15}{len(found):>3}  {' '.join(found[:3])}{' …' if len(found) > 3 else ''}")

# %% tags=["hidden"]
counts = {verdict: list(verdicts.values()).count(verdict) for verdict in words}
assert counts == {"refused": 27, "wrong": 31, "opposite": 3, "right": 3}
assert {letters for letters, verdict in verdicts.items() if verdict == "right"} == {"jkl", "klj", "ljk"}
assert verdicts["ijk"] == "refused"
errors = []
for _ in range(100):
    P, p = random(3, 3), random(3)
    exact = torch.linalg.cross(P, p.expand_as(P))
    errors.append(relative_error(torch.einsum("ijk,ij,k->i", signs, P, p)[:, None].expand(3, 3), exact))
assert min(errors) > 0.1

# %% [markdown] lang="es"
# Tres, y son la misma: $jkl$, $klj$ y $ljk$ se obtienen por rotación y valen lo mismo. Las tres que van al
# revés dan el signo contrario; de las otras `{python} counts["wrong"]` no se salva ninguna, y
# `{python} counts["refused"]`, la impresa entre ellas, ni siquiera se pueden calcular. El experimento señala
# la fórmula (7) y solo esa. La definición correcta es (1):
# $\hat e_j \wedge \hat e_k = \varepsilon_{jkl}\, \hat e_l$.
#
# ## De una matriz a un giro
#
# Con $A = I$, (7) da la matriz $N = I \wedge \hat n$, y $N \cdot \vec y = \hat n \times \vec y$: el producto
# vectorial convertido en producto de matrices. Su exponencial es el giro de ángulo $\theta$ alrededor del eje
# $\hat n$; como $N^3 = -N$ por (6), la serie se cierra en tres términos, la fórmula de Rodrigues:
#
# $$e^{\theta N} = I + \sin\theta\; N + (1 - \cos\theta)\; N^2 . \tag{8}$$

# %% [markdown] lang="en"
# Three, and they are one and the same: $jkl$, $klj$ and $ljk$ follow from each other by rotation and are
# equal. The three in reverse order give the opposite sign; of the other `{python} counts["wrong"]` none
# survives, and `{python} counts["refused"]`, the printed one among them, cannot even be computed. The
# experiment points at formula (7) and at no other. The right definition is (1):
# $\hat e_j \wedge \hat e_k = \varepsilon_{jkl}\, \hat e_l$.
#
# ## From a matrix to a rotation
#
# With $A = I$, (7) gives the matrix $N = I \wedge \hat n$, and $N \cdot \vec y = \hat n \times \vec y$: the
# vector product turned into a product of matrices. Its exponential is the rotation by the angle $\theta$
# about the axis $\hat n$; as $N^3 = -N$ by (6), the series closes in three terms, Rodrigues' formula:
#
# $$e^{\theta N} = I + \sin\theta\; N + (1 - \cos\theta)\; N^2 . \tag{8}$$

# %%
identity = torch.eye(3, dtype=torch.float64)
for _ in range(10):
    n, y, theta = random(3), random(3), random(1)
    n = n / n.norm()
    N = matrix_cross_vector(identity, n)
    assert_agree(matrix=N @ y, loop=cross(n, y), torch=torch.linalg.cross(n, y))
    rotation = identity + theta.sin() * N + (1 - theta.cos()) * N @ N
    assert_agree(series=torch.matrix_exp(theta * N), rodrigues=rotation)  # (8)
    assert_agree(orthogonal=rotation @ rotation.T, identity=identity)
    assert_agree(axis=rotation @ n, itself=n)

# %% [markdown] lang="es"
# ## Para llevarte
#
# * $\varepsilon_{jkl}$ es un cubo con seis números, tres $+1$ y tres $-1$ alternados; rotar los índices
#   conserva el signo, intercambiar dos lo cambia.
# * $\vec x \times \vec y$ mide un área, es perpendicular a ambos y su sentido es una convención. No conmuta
#   ni se asocia.
# * $A \wedge \vec x$ multiplica cada fila: `torch.linalg.cross(A, x.expand_as(A))`.
# * Un índice libre aparece una vez en cada lado; uno repetido, dos veces en uno. Lo que no cumple eso no
#   significa nada en esta notación; `einsum` rechaza el índice que está solo en el resultado.
# * Escribe `torch.linalg.cross`; con tres vectores, `torch.cross` sin `dim` se equivoca de eje.

# %% [markdown] lang="en"
# ## What to keep
#
# * $\varepsilon_{jkl}$ is a cube with six numbers, three $+1$ and three $-1$ in alternation; rotating the
#   indices keeps the sign, swapping two changes it.
# * $\vec x \times \vec y$ measures an area, is perpendicular to both, and its sense is a convention. It
#   neither commutes nor associates.
# * $A \wedge \vec x$ multiplies every row: `torch.linalg.cross(A, x.expand_as(A))`.
# * A free index appears once on each side; a repeated one, twice on one side. What breaks this means nothing
#   in this notation; `einsum` refuses the index that stands only in the result.
# * Write `torch.linalg.cross`; with three vectors, `torch.cross` without `dim` gets the axis wrong.

# %% [markdown] lang="es" tags=["quiz"]
# ¿En cuál de estas fórmulas cierran los índices?
#
# - [x] $C_{il} = A_{ij}\, x_k\, \varepsilon_{jkl}$: $j$ y $k$ se repiten, $i$ y $l$ están una vez en cada
#   lado.
# - [ ] $C_{il} = \varepsilon_{ijk}\, A_{ij}\, x_k$: $l$ falta a la derecha y $j$ y $k$ se repiten, pero $i$
#   está dos veces a la derecha y una a la izquierda.
# - [ ] $z_l = \varepsilon_{jkl}\, x_j\, y_j$: $j$ aparece tres veces y $k$ queda suelto.
# - [ ] $s = \varepsilon_{jkl}\, x_j\, y_k$: a la derecha queda libre $l$; eso es un vector y no un número.

# %% [markdown] lang="en" tags=["quiz"]
# In which of these formulas do the indices close?
#
# - [x] $C_{il} = A_{ij}\, x_k\, \varepsilon_{jkl}$: $j$ and $k$ are repeated, $i$ and $l$ stand once on each
#   side.
# - [ ] $C_{il} = \varepsilon_{ijk}\, A_{ij}\, x_k$: $l$ is missing on the right and $j$ and $k$ are repeated,
#   but $i$ stands twice on the right and once on the left.
# - [ ] $z_l = \varepsilon_{jkl}\, x_j\, y_j$: $j$ appears three times and $k$ is left over.
# - [ ] $s = \varepsilon_{jkl}\, x_j\, y_k$: $l$ remains free on the right; that is a vector and no number.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: el área de una malla
#
# Una superficie en tres dimensiones se guarda como triángulos: un tensor de forma `(n, 3, 3)`, con los ejes
# triángulo, vértice y coordenada. Escribe `surface(triangles)`, que devuelva la suma de sus áreas, sin
# bucles.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: the area of a mesh
#
# A surface in three dimensions is stored as triangles: a tensor of shape `(n, 3, 3)`, with the axes triangle,
# vertex and coordinate. Write `surface(triangles)`, which returns the sum of their areas, without loops.


# %% tags=["solution"]
def surface(triangles):
    a, b, c = triangles.unbind(dim=1)
    return torch.linalg.cross(b - a, c - a).norm(dim=-1).sum() / 2


# %% tags=["check"]
octahedron = torch.stack(
    [torch.diag(torch.tensor(signs3, dtype=torch.float64)) for signs3 in product((1.0, -1.0), repeat=3)]
)
assert_agree(known=torch.tensor(4 * 3**0.5, dtype=torch.float64), yours=surface(octahedron))
# es: tres triángulos, para que se note un eje equivocado
# en: three triangles, so that a wrong axis shows
triangles = random(3, 3, 3)
edges = triangles[:, 1:] - triangles[:, :1]
gram = torch.einsum("tac,tbc->tab", edges, edges)
assert_agree(gram=torch.linalg.det(gram).sqrt().sum() / 2, yours=surface(triangles))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: el vector por la izquierda
#
# El producto $\vec x \wedge A = (x_k\, \hat e_k) \wedge (A_{ij}\, \hat e_i \otimes \hat e_j)$ actúa sobre la
# **primera** pieza de $A$. Cierra los índices y escribe `vector_cross_matrix(x, A)` con un solo `einsum` y
# `levi_civita()`; el resultado tiene los ejes $l, j$.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: the vector on the left
#
# The product $\vec x \wedge A = (x_k\, \hat e_k) \wedge (A_{ij}\, \hat e_i \otimes \hat e_j)$ acts on the
# **first** piece of $A$. Close the indices and write `vector_cross_matrix(x, A)` with a single `einsum` and
# `levi_civita()`; the result has the axes $l, j$.


# %% tags=["solution"]
def vector_cross_matrix(x, A):
    return torch.einsum("k,ij,kil->lj", x, A, levi_civita().to(A.dtype))


# %% tags=["check"]
for _ in range(5):
    A, x, y = random(3, 3), random(3), random(3)
    columns = torch.stack([cross(x, column) for column in A.T], dim=1)
    assert_agree(columns=columns, yours=vector_cross_matrix(x, A))
    assert_agree(applied=torch.linalg.cross(x, A @ y), yours=vector_cross_matrix(x, A) @ y)

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: el determinante
#
# $\det A = \varepsilon_{jk\ldots}\, A_{0j}\, A_{1k} \cdots$, con un índice por cada fila. Escribe
# `determinant(A)` para matrices de cualquier tamaño hasta 5, con `levi_civita(n)` y una contracción por fila.
# ¿Por qué nadie lo calcula así con $n = 20$?

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: the determinant
#
# $\det A = \varepsilon_{jk\ldots}\, A_{0j}\, A_{1k} \cdots$, with one index for each row. Write
# `determinant(A)` for matrices of any size up to 5, with `levi_civita(n)` and one contraction per row. Why
# does nobody compute it this way for $n = 20$?


# %% tags=["solution"]
# es: con n = 20 el símbolo tendría 20²⁰ componentes
# en: with n = 20 the symbol would have 20²⁰ components
def determinant(A):
    rest = levi_civita(len(A)).to(A.dtype)
    for row in A:
        rest = torch.tensordot(row, rest, dims=1)
    return rest


# %% tags=["check"]
for n in (1, 2, 3, 4, 5):
    A = random(n, n)
    assert_agree(torch=torch.linalg.det(A), yours=determinant(A))
assert abs(determinant(torch.ones(3, 3))) < 1e-12

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# Antes: los [productos escalares](dot_products.md). Después: [producto tensorial, traza y
# normas](outer_trace_norm.md), donde la pieza $\hat e_i \otimes \hat e_l$ se vuelve protagonista. La [página
# de erratas](errata.md) reúne esta y las demás correcciones a los apuntes.

# %% [markdown] lang="en"
# ## Where to go next
#
# Before: [dot products](dot_products.md). After: [outer product, trace and norms](outer_trace_norm.md), where
# the piece $\hat e_i \otimes \hat e_l$ takes the lead. The [page of errata](errata.md) gathers this and the
# other corrections to the notes.
