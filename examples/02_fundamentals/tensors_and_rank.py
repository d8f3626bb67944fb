"""
title:
  es: Tensores y rango
  en: Tensors and rank
summary:
  es: Qué es un tensor, cuántos índices pide, qué cuesta en memoria y por qué «rango» significa tres cosas.
  en: What a tensor is, how many indices it takes, what it costs in memory, and why “rank” means three things.
tags: [tensor, rank, shape, dtype, memory]
everyday: [temperature]
objectives:
  es:
    - Decir la forma, el rango, el número de componentes y los bytes de un tensor antes de crearlo.
    - Leer y escribir la definición con índices, y traducirla a código.
    - Distinguir el rango de un tensor, el rango de una matriz y la dimensión de un espacio.
    - Explicar qué comparten una matriz y su transpuesta en la memoria.
  en:
    - State the shape, rank, number of components and bytes of a tensor before creating it.
    - Read and write the definition with indices, and turn it into code.
    - Tell apart the rank of a tensor, the rank of a matrix and the dimension of a space.
    - Explain what a matrix and its transpose share in memory.
prerequisites:
  es:
    - Listas y bucles de Python.
    - Haber visto alguna vez un vector y una matriz.
  en:
    - Python lists and loops.
    - Having met a vector and a matrix before.
"""
# %% [markdown] lang="es"
# Todo lo que entra en una red neuronal, todo lo que sale y todo lo que aprende es un tensor. Al terminar esta
# lección podrás mirar la forma `(32, 3, 224, 224)` y decir, sin ejecutar nada, cuántos números contiene,
# cuánta memoria ocupan y qué significa cada eje. No necesitas haber usado PyTorch.
#
# La lección acompaña la sección *PyTorch Fundamentals* del curso [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) de Andrei Neagoie y Daniel Bourke, cuyo
# libro abierto trata lo mismo en el [capítulo 00](https://www.learnpytorch.io/00_pytorch_fundamentals/).

# %% [markdown] lang="en"
# Whatever goes into a neural network, whatever comes out and whatever it learns is a tensor. By the end of
# this lesson you will look at the shape `(32, 3, 224, 224)` and say, without running anything, how many
# numbers it holds, how much memory it takes and what each axis means. You need no experience with PyTorch.
#
# The lesson goes with the section *PyTorch Fundamentals* of the course [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) by Andrei Neagoie and Daniel Bourke,
# whose open book covers the same ground in [chapter
# 00](https://www.learnpytorch.io/00_pytorch_fundamentals/).

# %%
import math
from itertools import product

import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_sample_image
from torch import nn

from tutorials_lib import tr
from tutorials_lib.plots import color, image_grid, localize_ticks, localized, tensor_grid

# %% [markdown] lang="es"
# ## Del número suelto a la pila de tablas
#
# Una temperatura es un número. Las temperaturas de una semana forman una fila; las de una semana en tres
# ciudades, una tabla; las tablas de dos meses, una pila de tablas. Cada paso agrega una pregunta que hay que
# responder para llegar a un número: ¿qué día?, ¿qué ciudad?, ¿qué mes? Al número de preguntas se le llama
# **rango** u **orden** del tensor, y en PyTorch es `ndim`.
#
# Antes de ejecutar la celda, apuesta: ¿cuántos números hay en un tensor de forma `(2, 3, 3, 4)`?

# %% [markdown] lang="en"
# ## From a single number to a stack of tables
#
# A temperature is a number. The temperatures of a week make a row; those of a week in three cities, a table;
# the tables of two months, a stack of tables. Each step adds one question to answer before you reach a
# number: which day? which city? which month? The number of questions is the **rank**, or **order**, of the
# tensor, and in PyTorch it is `ndim`.
#
# Before running the cell, place a bet: how many numbers are in a tensor of shape `(2, 3, 3, 4)`?

# %%
examples = {
    tr(es="escalar", en="scalar"): torch.tensor(21.5),
    tr(es="vector", en="vector"): torch.arange(4),
    tr(es="matriz", en="matrix"): torch.arange(12).reshape(3, 4),
    tr(es="rango 3", en="rank 3"): torch.arange(24).reshape(2, 3, 4),
    tr(es="rango 4", en="rank 4"): torch.arange(72).reshape(2, 3, 3, 4),
}
for name, tensor in examples.items():
    print(f"{name:<8} ndim = {tensor.ndim}   numel = {tensor.numel():>2}   shape = {tuple(tensor.shape)}")

# %% tags=["hidden"]
largest = list(examples.values())[-1]
assert largest.shape == (2, 3, 3, 4)
assert all(len(t.shape) == t.ndim and math.prod(t.shape) == t.numel() for t in examples.values())

# %% [markdown] lang="es"
# La forma (`shape`) da el tamaño de cada eje; su longitud es el rango y su producto, el número de
# componentes: `{python} largest.numel()` en la última fila. El escalar tiene la forma vacía `()`: ninguna
# pregunta, un número.
#
# El dibujo obedece una sola regla para cualquier rango. El último eje avanza hacia la derecha y el penúltimo
# hacia abajo; los dos anteriores acomodan las tablas así formadas, otra vez hacia la derecha y hacia abajo.
# La casilla coloreada es siempre la de índices todos iguales a 1.

# %% [markdown] lang="en"
# The `shape` gives the size of each axis; its length is the rank and its product the number of components:
# `{python} largest.numel()` in the last row. The scalar has the empty shape `()`: no questions, one number.
#
# The drawing obeys one rule for every rank. The last axis runs to the right and the one before it downwards;
# the two before those lay out the tables so formed, again to the right and downwards. The coloured cell is
# always the one whose indices all equal 1.

# %%
# alt es: Una casilla; una fila; una tabla; un marco con dos tablas; un marco con dos filas de tres tablas.
# alt en: One cell; one row; one table; a frame with two tables; a frame with two rows of three tables.
named = {f"{name} {tuple(tensor.shape)}": tensor for name, tensor in examples.items()}
ones = {name: [(1,) * tensor.ndim] for name, tensor in named.items() if tensor.ndim}
ax = tensor_grid(named, rows=(3, 1, 1), highlight=ones)

# %% [markdown] lang="es"
# Cuenta en el dibujo cuántas elecciones te llevan hasta una casilla: ninguna, una, dos, tres, cuatro. Eso es
# el rango.
#
# ## La definición con índices
#
# Un tensor real de rango $k$ y forma $(n_1, \dots, n_k)$ es una familia de números, uno por cada lista de $k$
# índices:
#
# $$T = (t_{i_1 i_2 \dots i_k}) \in \mathbb{R}^{n_1 \times n_2 \times \dots \times n_k},
# \qquad 0 \le i_j < n_j .$$
#
# Los $n_j$ son los tamaños de los ejes; los $i_j$ señalan un lugar; $t_{i_1 \dots i_k}$ es el número que está
# en ese lugar. Los libros de matemáticas cuentan desde 1 y PyTorch cuenta desde 0.
#
# Para poner a prueba la definición conviene un tensor cuyos números digan dónde están:
# $t_{ijk} = 100i + 10j + k$.

# %% [markdown] lang="en"
# Count in the drawing how many choices take you to one cell: none, one, two, three, four. That is the rank.
#
# ## The definition with indices
#
# A real tensor of rank $k$ and shape $(n_1, \dots, n_k)$ is a family of numbers, one for every list of $k$
# indices:
#
# $$T = (t_{i_1 i_2 \dots i_k}) \in \mathbb{R}^{n_1 \times n_2 \times \dots \times n_k},
# \qquad 0 \le i_j < n_j .$$
#
# The $n_j$ are the sizes of the axes; the $i_j$ point at a place; $t_{i_1 \dots i_k}$ is the number found
# there. Mathematics books count from 1, and PyTorch counts from 0.
#
# To put the definition to the test we want a tensor whose numbers say where they are:
# $t_{ijk} = 100i + 10j + k$.

# %%
i, j, k = torch.meshgrid(torch.arange(2), torch.arange(3), torch.arange(4), indexing="ij")
T = 100 * i + 10 * j + k
print(T)

# %% [markdown] lang="es"
# El componente $t_{1,2,3}$ debe valer `{python} T[1, 2, 3].item()`. La celda que sigue recorre las
# `{python} T.numel()` listas de índices y comprueba, de paso, lo que ocurre cuando se dan menos índices que
# ejes: queda un tensor cuyo rango es el número de ejes sin fijar.

# %% [markdown] lang="en"
# The component $t_{1,2,3}$ must be `{python} T[1, 2, 3].item()`. The next cell visits all
# `{python} T.numel()` lists of indices, and checks along the way what happens when fewer indices are given
# than there are axes: what remains is a tensor whose rank is the number of axes left open.

# %%
for i, j, k in product(range(2), range(3), range(4)):
    assert T[i, j, k] == 100 * i + 10 * j + k

print("T[1, 2, 3]", tuple(T[1, 2, 3].shape), T[1, 2, 3].item())
print("T[1, 2]   ", tuple(T[1, 2].shape), T[1, 2].tolist())
print("T[1]      ", tuple(T[1].shape))
# es: dos puntos dejan abierto un eje; un índice negativo cuenta desde el final
# en: a colon leaves an axis open; a negative index counts from the end
print("T[:, 2]   ", tuple(T[:, 2].shape), T[:, 2].tolist())
print("T[-1, -1] ", tuple(T[-1, -1].shape), T[-1, -1].tolist())

# %% tags=["hidden"]
assert T.ndim == 3 and T[1].ndim == 2 and T[1, 2].ndim == 1 and T[1, 2, 3].ndim == 0
assert torch.equal(T[-1, -1], T[1, 2])

# %% [markdown] lang="es"
# PyTorch vigila la condición $0 \le i_j < n_j$: el eje 1 tiene tamaño `{python} T.shape[1]`, así que su
# último índice es 2.

# %% [markdown] lang="en"
# PyTorch enforces the condition $0 \le i_j < n_j$: axis 1 has size `{python} T.shape[1]`, so that its last
# index is 2.

# %% tags=["raises=IndexError"]
T[0, 3]

# %% [markdown] lang="es"
# La definición prohíbe algo más. Si cada eje tiene **un** tamaño, todas las filas tienen la misma longitud.
# Una lista de listas de Python no promete tal cosa, y PyTorch se niega a convertirla cuando las filas son
# desiguales.

# %% [markdown] lang="en"
# The definition forbids something else. If each axis has **one** size, all rows have the same length. A
# Python list of lists makes no such promise, and PyTorch refuses to convert it when the rows are uneven.

# %% tags=["raises=ValueError"]
torch.tensor([[1, 2, 3], [4, 5]])

# %% [markdown] lang="es"
# Por eso las frases de distinta longitud se rellenan antes de formar un *batch* (los ejemplos que se procesan
# juntos).
#
# ## Tres cosas que se llaman rango o dimensión
#
# | se dice | responde a | en PyTorch |
# |---|---|---|
# | rango u orden del tensor | ¿cuántos índices hacen falta? | `T.ndim` |
# | tamaño de un eje | ¿hasta dónde llega este índice? | `T.shape[j]` |
# | dimensión del espacio | ¿cuántos números independientes hay? | `T.numel()` |
# | rango de una matriz | ¿cuántas filas son independientes? | `torch.linalg.matrix_rank(A)` |
#
# Un vector de tres componentes vive en un espacio de dimensión 3 y es un tensor de rango 1. El último renglón
# de la tabla es una idea distinta, del álgebra lineal, y solo comparte el nombre. Construyamos una matriz
# cuyas filas son todas múltiplos de una sola, $a_{ij} = u_i v_j$, y pensemos qué saldrá antes de mirar.

# %% [markdown] lang="en"
# This is why sentences of different lengths are padded before they form a *batch* (the examples that are
# processed together).
#
# ## Three things called rank or dimension
#
# | people say | it answers | in PyTorch |
# |---|---|---|
# | rank or order of the tensor | how many indices are needed? | `T.ndim` |
# | size of an axis | how far does this index go? | `T.shape[j]` |
# | dimension of the space | how many independent numbers are there? | `T.numel()` |
# | rank of a matrix | how many rows are independent? | `torch.linalg.matrix_rank(A)` |
#
# A vector of three components lives in a space of dimension 3 and is a tensor of rank 1. The last row of the
# table is a different idea, from linear algebra, and shares only the name. Let us build a matrix whose rows
# are all multiples of a single one, $a_{ij} = u_i v_j$, and think what will come out before looking.

# %%
u, v = torch.tensor([1.0, 2.0, 3.0]), torch.tensor([1.0, 0.0, -1.0, 2.0])
matrices = {
    "u ⊗ v": torch.einsum("i,j->ij", u, v),
    tr(es="unos en diagonal", en="ones on diagonal"): torch.eye(3, 4),
    tr(es="ceros", en="zeros"): torch.zeros(3, 4),
}
for name, A in matrices.items():
    rank = torch.linalg.matrix_rank(A).item()
    print(f"{name:<17} ndim = {A.ndim}   numel = {A.numel()}   matrix_rank = {rank}")

# %% tags=["hidden"]
ranks = [torch.linalg.matrix_rank(A).item() for A in matrices.values()]
assert ranks == [1, 3, 0] and all(A.ndim == 2 for A in matrices.values())

# %% [markdown] lang="es"
# Las tres son tensores de rango 2; como matrices tienen rango `{python} ranks[0]`, `{python} ranks[1]` y
# `{python} ranks[2]`. Hay quien llama «rango de un tensor» a otra cosa todavía, el menor número de productos
# $u_i v_j w_k \cdots$ cuya suma lo forma; por eso [Kolda y Bader (2009)](https://doi.org/10.1137/07070111X)
# prefieren decir *orden* al número de índices. En estos apuntes, «rango» sin más es el número de índices.
#
# ## Qué rango tienen tus datos
#
# Suele leerse que una imagen es un tensor de rango 3; un texto, una matriz, y un sensor, un vector. Una
# imagen a color sí: alto, ancho y canal de color. La que sigue viene dentro de scikit-learn.

# %% [markdown] lang="en"
# All three are tensors of rank 2; as matrices they have rank `{python} ranks[0]`, `{python} ranks[1]` and
# `{python} ranks[2]`. Some use “rank of a tensor” for yet another thing, the least number of products
# $u_i v_j w_k \cdots$ that add up to it; for that reason [Kolda and Bader
# (2009)](https://doi.org/10.1137/07070111X) prefer *order* for the number of indices. In these notes plain
# “rank” is the number of indices.
#
# ## What rank your data has
#
# One often reads that an image has rank 3, a text is a matrix and a sensor a vector. A colour image, yes:
# height, width and colour channel. The one below ships inside scikit-learn.

# %%
# alt es: Una flor naranja y sus tres canales en gris: clara en el rojo, más oscura en el verde y en el azul.
# alt en: An orange flower and its three channels in grey: light in red, darker in green and in blue.
photo = torch.from_numpy(load_sample_image("flower.jpg").copy())  # height width channel
print(tuple(photo.shape), photo.dtype)
small = photo[::9, ::9]
channels = [small[:, :, c, None].expand(-1, -1, 3) for c in range(3)]
names = tr(es="imagen rojo verde azul", en="image red green blue").split()
figure = image_grid(torch.stack([small, *channels]), names, columns=4, side_inches=1.6)

# %% [markdown] lang="es"
# PyTorch espera los canales por delante: `(canal, alto, ancho)`, y un eje más al frente para el *batch*.
# `permute` cambia el orden de las preguntas sin tocar los números.

# %% [markdown] lang="en"
# PyTorch expects the channels first: `(channel, height, width)`, and one more axis in front for the batch.
# `permute` changes the order of the questions without touching the numbers.

# %%
image = photo.permute(2, 0, 1)  # channel height width
print(tuple(image.shape), tuple(image[None].shape))
assert image[0, 100, 200] == photo[100, 200, 0]

# %% [markdown] lang="es"
# Un texto, en cambio, **no** es una matriz. Es una fila de números enteros, uno por palabra: rango 1. Se
# vuelve matriz cuando una capa de *embedding* (una tabla que asigna un vector a cada palabra) pone un vector
# en el lugar de cada número.

# %% [markdown] lang="en"
# A text, on the other hand, is **not** a matrix. It is a row of integers, one for each word: rank 1. It
# becomes a matrix when an *embedding* layer (a table that gives each word a vector) puts a vector in the
# place of each number.

# %%
torch.manual_seed(0)
words = tr(es="el gato ve un perro y el perro huye", en="the cat sees a dog and the dog runs").split()
# es: cada palabra recibe el número de su primera aparición
# en: each word gets the number of its first appearance
vocabulary = {word: number for number, word in enumerate(dict.fromkeys(words))}
ids = torch.tensor([vocabulary[word] for word in words])  # time
vectors = nn.Embedding(len(vocabulary), 4)(ids)  # time width
print(ids.tolist(), ids.dtype, tuple(ids.shape))
print(tuple(vectors.shape), vectors.dtype)

# %% tags=["hidden"]
assert ids.ndim == 1 and ids.dtype == torch.int64 and vectors.ndim == 2 and vectors.dtype == torch.float32
assert photo.ndim == 3 and photo.dtype == torch.uint8 and image[None].ndim == 4
assert torch.equal(vectors[0], vectors[6])

# %% [markdown] lang="es"
# Los sensores tampoco tienen un rango fijo: las lecturas de uno forman un vector; las de cinco a la vez, una
# matriz; las de cinco durante treinta días, un tensor de rango 3. El rango no lo decide la clase de dato,
# sino cuántas preguntas distinguen un número de otro.
#
# ## ¿Es un tensor solo una tabla de números?
#
# En PyTorch, sí: una tabla con cualquier número de ejes, un solo tipo de número y un lugar donde vive. En
# física y en geometría se pide más. Allí un tensor es un objeto que existe sin coordenadas; sus componentes
# cambian al girar los ejes, y cambian de modo que el objeto sigue siendo el mismo. Si $R$ es el giro,
#
# $$v'_i = R_{ij} v_j, \qquad M'_{ij} = R_{ik} R_{jl} M_{kl}.$$
#
# El número $v_i M_{ij} v_j$ no tiene índices libres, así que no debería notar el giro. Predice: ¿en cuántas
# cifras coincidirán los dos valores?

# %% [markdown] lang="en"
# Sensors have no fixed rank either: the readings of one make a vector; of five at once, a matrix; of five
# over thirty days, a tensor of rank 3. The rank is decided by how many questions tell one number from
# another, whatever the kind of data.
#
# ## Is a tensor just a table of numbers?
#
# In PyTorch, yes: a table with any number of axes, a single type of number and a place where it lives.
# Physics and geometry ask for more. There a tensor is an object that exists without coordinates; its
# components change when the axes turn, and they change so that the object stays the same. With $R$ the
# rotation,
#
# $$v'_i = R_{ij} v_j, \qquad M'_{ij} = R_{ik} R_{jl} M_{kl}.$$
#
# The number $v_i M_{ij} v_j$ has no free indices, so it should not notice the rotation. Predict: to how many
# digits will the two values agree?

# %%
angle = torch.deg2rad(torch.tensor(15.0, dtype=torch.float64))
R = torch.stack([torch.cos(angle), torch.sin(angle), -torch.sin(angle), torch.cos(angle)]).reshape(2, 2)
v = torch.tensor([2.0, 1.0], dtype=torch.float64)
M = torch.tensor([[3.0, 1.0], [1.0, 2.0]], dtype=torch.float64)

v_turned = torch.einsum("ij,j->i", R, v)
M_turned = torch.einsum("ik,jl,kl->ij", R, R, M)
before, after = (torch.einsum("i,ij,j->", *pair) for pair in ((v, M, v), (v_turned, M_turned, v_turned)))
print(v, v_turned)
print(before.item(), after.item())

# %%
# alt es: La misma flecha sobre dos pares de ejes, los segundos girados 15 grados; cambian sus componentes.
# alt en: One arrow over two pairs of axes, the second pair turned by 15 degrees; its components differ.
figure, panels = plt.subplots(1, 2, figsize=(6.4, 3.2), sharex=True, sharey=True)
for ax, axes, parts in zip(panels, (torch.eye(2), R), (v, v_turned), strict=True):
    for axis, part, hue in zip(axes, parts, (color("green"), color("purple")), strict=True):
        ax.axline((0, 0), tuple(axis.tolist()), color=hue, linewidth=1)
        ax.plot(*zip((0, 0), (axis * part).tolist(), strict=True), color=hue, linewidth=4, alpha=0.6)
    ax.annotate("", v.tolist(), (0, 0), arrowprops={"arrowstyle": "-|>", "color": color("ember"), "lw": 2})
    ax.set_title("; ".join(localized(f"{part:.2f}") for part in parts))
    ax.set(xlim=(-0.8, 2.6), ylim=(-0.8, 2), aspect="equal")
    localize_ticks(ax)

# %% tags=["hidden"]
assert torch.isclose(before, after, rtol=1e-14) and not torch.allclose(v, v_turned)
rooms, area = torch.einsum("ij,j->i", R, torch.tensor([3.0, 80.0], dtype=torch.float64)).tolist()
assert area < 80 and rooms > 20

# %% [markdown] lang="es"
# La flecha es la misma; los números que la describen, no. Los dos valores de $v_i M_{ij} v_j$ coinciden en
# todas las cifras que `float64` garantiza.
#
# Ahora gira con la misma regla la fila `[3, 80]`, una casa de 3 habitaciones y 80 m²: obtendrías
# `{python} rooms:.1f` «habitaciones» y `{python} area:.1f` «m²». La cuenta se puede hacer y no significa
# nada. Esa fila es un tensor para PyTorch y no lo es para la geometría. En adelante usamos el primer sentido.
#
# ## Tipo, forma y dispositivo
#
# Cada tensor lleva tres etiquetas: `dtype` (tipo de número), `shape` y `device` (dispositivo: en qué memoria
# está). Los errores más comunes de PyTorch vienen de dos tensores que no coinciden en alguna. El *dtype* fija
# cuántos bytes ocupa cada componente, qué tan grande puede ser y a qué distancia está el siguiente número
# representable después del 1, que se llama épsilon.

# %% [markdown] lang="en"
# The arrow is the same; the numbers that describe it are not. The two values of $v_i M_{ij} v_j$ agree in
# every digit that `float64` guarantees.
#
# Now turn the row `[3, 80]`, a house of 3 rooms and 80 m², by the same rule: you would get
# `{python} rooms:.1f` “rooms” and `{python} area:.1f` “m²”. The sum can be done and means nothing. That row
# is a tensor to PyTorch and is none to geometry. From here on we use the first meaning.
#
# ## Type, shape and device
#
# Every tensor wears three labels: `dtype` (the type of number), `shape` and `device` (which memory holds it).
# The most common PyTorch errors come from two tensors that disagree about one of them. The dtype fixes how
# many bytes each component takes, how large it may be, and how far the next representable number lies after
# 1, which is called epsilon.

# %%
for dtype in (torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.float8_e4m3fn):
    info = torch.finfo(dtype)
    print(f"{dtype!s:<20} {dtype.itemsize} B   max = {info.max:.1e}   eps = {info.eps:.1e}")
for dtype in (torch.int64, torch.uint8):
    print(f"{dtype!s:<20} {dtype.itemsize} B   max = {torch.iinfo(dtype).max}")

# %% [markdown] lang="es"
# `float16` y `bfloat16` ocupan lo mismo y gastan sus bits de otra manera: el primero tiene números más
# juntos; el segundo llega casi tan lejos como `float32`. De ahí salen tres sorpresas. Decide qué imprimirá
# cada línea antes de leer la salida.

# %% [markdown] lang="en"
# `float16` and `bfloat16` take the same room and spend their bits differently: the first has its numbers
# closer together; the second reaches almost as far as `float32`. Three surprises follow. Decide what each
# line will print before reading the output.

# %%
print(torch.tensor(256.0, dtype=torch.bfloat16) + 1)
print(torch.tensor(60_000.0, dtype=torch.float16) * 2)
print(torch.tensor(250, dtype=torch.uint8) + 10)

# %% tags=["hidden"]
assert torch.tensor(256.0, dtype=torch.bfloat16) + 1 == 256
assert torch.tensor(60_000.0, dtype=torch.float16).mul(2).isinf()
assert torch.tensor(250, dtype=torch.uint8) + 10 == 4
batch = torch.empty(32, 3, 224, 224)

# %% [markdown] lang="es"
# Sumar 1 no hizo nada, el doble se fue a infinito y 250 + 10 dio 4, porque después de 255 un entero de 8 bits
# vuelve a 0. Ninguna de las tres líneas avisó. Por eso una imagen `uint8` se convierte a `float32` antes de
# hacer cuentas.
#
# La memoria se calcula con una multiplicación. Con $e$ bytes por componente,
#
# $$\text{bytes} = e \prod_{j=1}^{k} n_j .$$
#
# Un *batch* de 32 imágenes a color de 224 × 224 en `float32` ocupa 4 · 32 · 3 · 224 · 224 =
# `{python} batch.nbytes` bytes, unos `{python} batch.nbytes / 2**20:.1f` MiB.

# %% [markdown] lang="en"
# Adding 1 did nothing, doubling went to infinity, and 250 + 10 gave 4, because after 255 an 8-bit integer
# goes back to 0. None of the three lines warned. This is why a `uint8` image is converted to `float32` before
# any arithmetic.
#
# Memory is one multiplication. With $e$ bytes for each component,
#
# $$\text{bytes} = e \prod_{j=1}^{k} n_j .$$
#
# A batch of 32 colour images of 224 × 224 in `float32` takes 4 · 32 · 3 · 224 · 224 = `{python} batch.nbytes`
# bytes, about `{python} batch.nbytes / 2**20:.1f` MiB.

# %%
batch = torch.empty(32, 3, 224, 224)  # batch channel height width
for dtype in (torch.float32, torch.float16, torch.uint8):
    print(f"{dtype!s:<14} {batch.to(dtype).nbytes:>10} B")
assert batch.nbytes == batch.dtype.itemsize * math.prod(batch.shape)

# %% [markdown] lang="es"
# El tercer dato, `device`, suele ser `cpu` o `cuda`. Hay uno más, útil para pensar: en `meta` un tensor tiene
# forma y tipo y no tiene números. Con él se puede medir lo que no cabe en esta máquina, como los 70 000
# millones de parámetros de un modelo de lenguaje.

# %% [markdown] lang="en"
# The third label, `device`, is usually `cpu` or `cuda`. There is one more, good for thinking: on `meta` a
# tensor has a shape and a type and no numbers. It measures what does not fit into this machine, such as the
# 70 billion parameters of a language model.

# %%
parameters = torch.empty(70_000_000_000, dtype=torch.bfloat16, device="meta")
print(batch.device, parameters.device, f"{parameters.nbytes / 2**30:.1f} GiB")

# %% [markdown] lang="es"
# ## Cómo se guarda: una fila y unos pasos
#
# La memoria de la computadora es una sola fila de casillas. Un tensor de cualquier rango es esa fila más una
# regla para encontrar cada componente: cuántas casillas hay que avanzar cuando un índice crece en uno. Esos
# números son los *strides* (pasos) $s_j$, y el componente está en la casilla
#
# $$p(i_1, \dots, i_k) = \sum_{j=1}^{k} s_j\, i_j, \qquad s_k = 1, \quad s_j = s_{j+1}\, n_{j+1},$$
#
# donde las dos igualdades de la derecha valen para un tensor *contiguous* (contiguo: guardado en el orden en
# que se lee). La celda comprueba la fórmula en todos los índices de $T$.

# %% [markdown] lang="en"
# ## How it is stored: one row and some strides
#
# The memory of a computer is a single row of cells. A tensor of any rank is that row plus a rule to find each
# component: how many cells to advance when an index grows by one. These numbers are the *strides* $s_j$, and
# the component sits in cell
#
# $$p(i_1, \dots, i_k) = \sum_{j=1}^{k} s_j\, i_j, \qquad s_k = 1, \quad s_j = s_{j+1}\, n_{j+1},$$
#
# where the two equalities on the right hold for a *contiguous* tensor, one stored in the order in which it is
# read. The cell checks the formula for all indices of $T$.

# %%
memory = T.flatten()
print(tuple(T.shape), T.stride())
for index in product(*map(range, T.shape)):
    place = sum(stride * i for stride, i in zip(T.stride(), index, strict=True))
    assert memory[place] == T[index]

# %% [markdown] lang="es"
# Transponer intercambia los pasos y no mueve ningún número. ¿Qué crees que pasará con `M` si escribes en
# `M.T`?

# %% [markdown] lang="en"
# Transposing swaps the strides and moves no number. What do you think will happen to `M` if you write into
# `M.T`?

# %%
M = torch.arange(12).reshape(3, 4)
print(M.stride(), M.T.stride(), M.data_ptr() == M.T.data_ptr())
M.T[1, 2] = 99
print(M)

# %%
# alt es: La memoria en una fila de 12 casillas, la tabla M y la tabla M.T; el 99 está marcado en las tres.
# alt en: The memory as a row of 12 cells, the table M and the table M.T; the 99 is marked in all three.
row = tr(es="memoria", en="memory")
ax = tensor_grid(
    {row: M.flatten(), "M": M, "M.T": M.T},
    rows=(1, 2),
    highlight={row: [(9,)], "M": [(2, 1)], "M.T": [(1, 2)]},
)

# %% tags=["hidden"]
assert M[2, 1] == 99 and M.flatten()[9] == 99 and M.stride() == (4, 1) and M.T.stride() == (1, 4)
assert M.is_contiguous() and not M.T.is_contiguous() and M.T.contiguous().data_ptr() != M.data_ptr()

# %% [markdown] lang="es"
# `M` cambió, porque hay una sola fila de números y dos maneras de leerla. A la segunda se le llama *view*
# (vista). `M.T.contiguous()` hace una copia ordenada, que ya no comparte nada.
#
# ## Para llevarte
#
# * El rango es el número de índices: `ndim`. La forma es la lista de tamaños: `shape`. El producto de la
#   forma es el número de componentes: `numel()`.
# * «Rango» y «dimensión» tienen varios sentidos; pregunta cuál antes de discutir.
# * Un texto es una fila de enteros hasta que un *embedding* lo vuelve matriz.
# * Bytes = bytes por componente × producto de la forma.
# * Transponer y permutar dan vistas: quien escribe en una escribe en la otra.

# %% [markdown] lang="en"
# `M` changed, because there is a single row of numbers and two ways to read it. The second one is called a
# *view*. `M.T.contiguous()` makes a tidy copy, which no longer shares anything.
#
# ## What to keep
#
# * The rank is the number of indices: `ndim`. The shape is the list of sizes: `shape`. The product of the
#   shape is the number of components: `numel()`.
# * “Rank” and “dimension” have several meanings; ask which one before you argue.
# * A text is a row of integers until an embedding makes it a matrix.
# * Bytes = bytes for each component × product of the shape.
# * Transposing and permuting give views: whoever writes into one writes into the other.

# %% [markdown] lang="es" tags=["quiz"]
# Un *batch* de 64 dígitos en blanco y negro tiene forma `(64, 1, 28, 28)`. ¿Cuál es su rango?
#
# - [x] 4: hacen falta cuatro índices, ejemplo, canal, fila y columna, para llegar a un número.
# - [ ] 28: ese es el tamaño del último eje, hasta dónde llega un índice.
# - [ ] 3, porque el canal tiene tamaño 1: un eje de tamaño 1 sigue siendo un eje y su índice hace falta.
# - [ ] 50 176: ese es el número de componentes, el producto de la forma.

# %% [markdown] lang="en" tags=["quiz"]
# A batch of 64 black-and-white digits has shape `(64, 1, 28, 28)`. What is its rank?
#
# - [x] 4: it takes four indices, example, channel, row and column, to reach a number.
# - [ ] 28: that is the size of the last axis, how far one index goes.
# - [ ] 3, because the channel has size 1: an axis of size 1 is still an axis, and its index is still needed.
# - [ ] 50,176: that is the number of components, the product of the shape.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: componentes y bytes
#
# Escribe `size_of(shape, dtype)`, que devuelva el número de componentes y los bytes de un tensor sin crearlo.
# Piensa qué debe dar la forma vacía `()` y qué debe dar una forma con un cero.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: components and bytes
#
# Write `size_of(shape, dtype)`, which returns the number of components and the bytes of a tensor without
# creating it. Think about what the empty shape `()` must give, and a shape with a zero in it.


# %% tags=["solution"]
def size_of(shape, dtype):
    components = math.prod(shape)  # es: el producto vacío es 1  # en: the empty product is 1
    return components, components * dtype.itemsize


# %% tags=["check"]
for shape in [(), (5,), (0, 3), (32, 3, 224, 224), (2, 3, 4, 5, 6)]:
    for dtype in (torch.float64, torch.float32, torch.bfloat16, torch.uint8):
        real = torch.empty(shape, dtype=dtype, device="meta")
        assert size_of(shape, dtype) == (real.numel(), real.nbytes), (shape, dtype)

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: la casilla de un componente
#
# Escribe `place_of(index, shape)`: en qué casilla de la memoria está el componente `index` de un tensor
# contiguo de forma `shape`. Usa la fórmula de los pasos y no crees ningún tensor.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: the cell of a component
#
# Write `place_of(index, shape)`: which cell of memory holds the component `index` of a contiguous tensor of
# shape `shape`. Use the formula of the strides and create no tensor.


# %% tags=["solution"]
def place_of(index, shape):
    place = 0
    for i, size in zip(index, shape, strict=True):
        # es: avanzar un eje multiplica por su tamaño todo lo anterior
        # en: moving on by one axis multiplies everything before it by its size
        place = place * size + i
    return place


# %% tags=["check"]
for shape in [(), (7,), (3, 4), (2, 3, 4), (2, 1, 3, 2)]:
    cells = torch.arange(math.prod(shape)).reshape(shape)
    for index in product(*map(range, shape)):
        assert place_of(index, shape) == cells[index], (index, shape)

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: de la frase a la forma
#
# Escribe la forma de cada tensor como una tupla, con los ejes en el orden en que se nombran:
#
# 1. `gray_digits`: un *batch* de 64 imágenes de un canal, 28 × 28.
# 2. `stereo_clips`: 16 grabaciones de dos canales, de 3 segundos a 8000 muestras por segundo.
# 3. `embedded_sentences`: 10 frases de 12 palabras, cada palabra convertida en un vector de 50 componentes.
# 4. `color_video`: un solo video de 24 cuadros; cada cuadro, una imagen a color de 64 × 48 (alto × ancho)
#    como las espera PyTorch.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: from the sentence to the shape
#
# Write the shape of each tensor as a tuple, with the axes in the order in which they are named:
#
# 1. `gray_digits`: a batch of 64 images of one channel, 28 × 28.
# 2. `stereo_clips`: 16 recordings of two channels, 3 seconds long at 8000 samples a second.
# 3. `embedded_sentences`: 10 sentences of 12 words, every word turned into a vector of 50 components.
# 4. `color_video`: a single video of 24 frames; every frame a colour image of 64 × 48 (height × width) as
#    PyTorch expects them.

# %% tags=["solution"]
gray_digits = (64, 1, 28, 28)
stereo_clips = (16, 2, 3 * 8000)
embedded_sentences = (10, 12, 50)
color_video = (24, 3, 64, 48)

# %% tags=["check"]
# es: una capa hecha para esos datos acepta la forma y entrega los tamaños esperados
# en: a layer made for such data accepts the shape and gives the expected sizes
assert nn.Conv2d(1, 8, 3, device="meta")(torch.empty(gray_digits, device="meta")).shape == (64, 8, 26, 26)
assert nn.Conv1d(2, 4, 1, device="meta")(torch.empty(stereo_clips, device="meta")).shape == (16, 4, 24_000)
ids = torch.zeros(10, 12, dtype=torch.int64, device="meta")
assert nn.Embedding(100, 50, device="meta")(ids).shape == embedded_sentences
assert nn.Conv2d(3, 8, 3, device="meta")(torch.empty(color_video, device="meta")).shape == (24, 8, 62, 46)

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# Tipo, forma y dispositivo son también las tres primeras cosas que se miran cuando algo falla: la lección
# siguiente es el [museo de los errores](../fundamentals/error_museum.md). Para lo que se hace con los índices
# una vez que los dominas, ve a los [productos escalares](../tensor_mathematics/dot_products.md).

# %% [markdown] lang="en"
# ## Where to go next
#
# Type, shape and device are also the first three things to look at when something fails: the next lesson is
# the [error museum](../fundamentals/error_museum.md). For what one does with indices once they hold no
# secrets, go to [dot products](../tensor_mathematics/dot_products.md).
