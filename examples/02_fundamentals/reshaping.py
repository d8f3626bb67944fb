"""
title:
  es: Cambiar de forma sin mezclar los datos
  en: Reshaping without shuffling the data
summary:
  es: reshape, view, permute, stack y compañía; los pasos dibujados, y lo que pasa al confundir dos de ellas.
  en: reshape, view, permute, stack and the rest; their strides drawn, and the cost of confusing two calls.
tags: [reshape, view, permute, stride, stack]
objectives:
  es:
    - Decir qué hace con la memoria cada operación que cambia una forma.
    - Predecir cuándo `view` se niega y por qué, con una cuenta de pasos.
    - Reconocer un `reshape` puesto en lugar de un `permute`, en una imagen y en una exactitud.
    - Elegir entre `cat` y `stack`, y entre `squeeze` y `flatten`, por la forma que hace falta.
  en:
    - Say what each operation that changes a shape does to memory.
    - Predict when `view` refuses and why, by a calculation with strides.
    - Recognise a `reshape` put in the place of a `permute`, in an image and in an accuracy.
    - Choose between `cat` and `stack`, and between `squeeze` and `flatten`, by the shape that is needed.
prerequisites:
  es:
    - Forma, rango y pasos de un tensor.
    - Vistas y copias.
  en:
    - Shape, rank and strides of a tensor.
    - Views and copies.
"""
# %% [markdown] lang="es"
# Suele decirse que `reshape` y la transpuesta «reorganizan los elementos». Casi siempre no mueven ninguno:
# cambian la regla con que se leen. Esta lección dibuja esa regla, encuentra cuándo no alcanza y hay que
# copiar, y muestra el error que más caro sale, pedir un `reshape` donde se quería un `permute`: las formas
# coinciden, nada avisa y los ejemplos quedan mezclados.
#
# Conviene haber leído [Tensores y rango](../fundamentals/tensors_and_rank.md) e
# [Indexar](../fundamentals/indexing.md). La lección acompaña la sección *PyTorch Fundamentals* del curso
# [PyTorch for Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) de Andrei
# Neagoie y Daniel Bourke, y el [capítulo 00](https://www.learnpytorch.io/00_pytorch_fundamentals/) de su
# libro abierto.

# %% [markdown] lang="en"
# It is often said that `reshape` and the transpose “rearrange the elements”. Most of the time they move none:
# they change the rule by which the elements are read. This lesson draws that rule, finds when it is not
# enough and a copy is due, and shows the costliest mistake, asking for a `reshape` where a `permute` was
# meant: the shapes fit, nothing warns, and the examples end up shuffled.
#
# It helps to have read [Tensors and rank](../fundamentals/tensors_and_rank.md) and
# [Indexing](../fundamentals/indexing.md). The lesson goes with the section *PyTorch Fundamentals* of the
# course [PyTorch for Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) by
# Andrei Neagoie and Daniel Bourke, and with [chapter
# 00](https://www.learnpytorch.io/00_pytorch_fundamentals/) of their open book.

# %%
from itertools import pairwise, permutations, product

import matplotlib.pyplot as plt
import torch
from matplotlib.patches import FancyArrowPatch
from sklearn.datasets import load_sample_image
from torch import nn
from torch.nn.functional import cross_entropy, unfold

from tutorials_lib.data import digits
from tutorials_lib.metrics import Proportion
from tutorials_lib.plots import color, image_grid, tensor_grid

# %% [markdown] lang="es"
# ## `reshape`: la misma lectura, otros renglones
#
# `reshape` conserva el **orden de lectura**: de izquierda a derecha y de arriba abajo, el último eje el más
# rápido. Solo cambia dónde se corta el renglón. El producto de la forma debe ser el mismo, y un `-1` pide que
# PyTorch calcule ese tamaño. ¿Cuántas formas de rango 2 admiten 12 números?

# %% [markdown] lang="en"
# ## `reshape`: the same reading, other lines
#
# `reshape` keeps the **reading order**: left to right and top to bottom, the last axis the fastest. It only
# changes where a line breaks. The product of the shape must stay the same, and a `-1` asks PyTorch to compute
# that size. How many shapes of rank 2 do 12 numbers admit?

# %%
# alt es: Los números del 0 al 11 en una fila, en 3 por 4, en 2 por 6 y en 2 por 2 por 3, siempre en orden.
# alt en: The numbers 0 to 11 as a row, as 3 by 4, as 2 by 6 and as 2 by 2 by 3, always in order.
row = torch.arange(12)
shapes = [(12,), (3, 4), (2, -1), (2, 2, 3)]
ax = tensor_grid({f"reshape{shape}": row.reshape(shape) for shape in shapes}, rows=(1, 2, 1))
pairs = [(rows, columns) for rows, columns in product(range(1, 13), repeat=2) if rows * columns == 12]
print(len(pairs), pairs)

# %% tags=["raises=RuntimeError"]
row.reshape(5, -1)

# %% tags=["hidden"]
assert all(row.reshape(shape).flatten().tolist() == list(range(12)) for shape in shapes)
assert all(row.reshape(shape).data_ptr() == row.data_ptr() for shape in shapes)
assert len(pairs) == 6

# %% [markdown] lang="es"
# `{python} len(pairs)`: una por cada divisor de 12. Como el orden de lectura no cambia, ninguna movió un
# número: las cuatro miran la misma memoria.
#
# ## `permute`: otra lectura
#
# La transpuesta cambia el orden de los **índices**: lo que era fila pasa a ser columna. Tampoco mueve
# números; intercambia los pasos, cuántas casillas de memoria se avanza al crecer cada índice:
#
# $$p(i, j) = s_0\, i + s_1\, j .$$
#
# La figura dibuja los saltos sobre la memoria. Arriba, en azul, lo que avanza el último índice; abajo, en
# naranja, lo que avanza el primero. Antes de mirar: ¿cómo serán los de `M.T`?

# %% [markdown] lang="en"
# `{python} len(pairs)`: one for each divisor of 12. Since the reading order does not change, none of them
# moved a number: all four look at the same memory.
#
# ## `permute`: another reading
#
# The transpose changes the order of the **indices**: what was a row becomes a column. It does not move
# numbers either; it swaps the strides, how many cells of memory one advances as each index grows:
#
# $$p(i, j) = s_0\, i + s_1\, j .$$
#
# The figure draws the jumps over memory. Above, in blue, the jumps of the last index; below, in orange, those
# of the first. Before looking: what will those of `M.T` be like?


# %%
def draw_strides(ax, name, tensor):
    memory = tensor.as_strided((tensor.numel(),), (1,))
    for place, number in enumerate(memory.tolist()):
        ax.add_patch(plt.Rectangle((place, 0), 1, 1, fill=False, edgecolor=color("faint")))
        ax.text(place + 0.5, 0.5, number, ha="center", va="center")
    for axis, hue, height, bend in ((1, "blue", 1.05, -0.45), (0, "ember", -0.05, 0.45)):
        size, stride = tensor.shape[axis], tensor.stride(axis)
        for start, end in pairwise(range(0, size * stride, stride)):
            ends = (start + 0.5, height), (end + 0.5, height)
            style = {"arrowstyle": "-|>", "mutation_scale": 9, "shrinkA": 0, "shrinkB": 0}
            arc = FancyArrowPatch(*ends, connectionstyle=f"arc3,rad={bend}", color=color(hue), **style)
            ax.add_patch(arc)
        ax.text(
            -0.4, 1.1 if axis else -0.2, f"$s_{axis}$ = {stride}", color=color(hue), ha="right", va="center"
        )
    ax.text(-0.4, 0.45, name, fontweight="bold", ha="right", va="center")
    ax.set(xlim=(-2.4, 12.2), ylim=(-1.3, 2.3), aspect="equal")
    ax.set_axis_off()


# %%
# alt es: La memoria dos veces. En M el último índice avanza de a 1 y el primero de a 4; en M.T, al revés.
# alt en: The memory twice. In M the last index advances by 1 and the first by 4; in M.T, the other way round.
M = torch.arange(12).reshape(3, 4)  # row column
figure, panels = plt.subplots(2, 1, figsize=(6.6, 3.3))
for ax, (name, tensor) in zip(panels, {"M": M, "M.T": M.T}.items(), strict=True):
    draw_strides(ax, name, tensor)

# %% tags=["hidden"]
assert M.stride() == (4, 1) and M.T.stride() == (1, 4) and M.data_ptr() == M.T.data_ptr()
T = torch.arange(24).reshape(2, 3, 4)
for order in permutations(range(3)):
    moved = T.permute(order)
    assert moved.stride() == tuple(T.stride(axis) for axis in order) and moved.data_ptr() == T.data_ptr()
    for index in product(*map(range, T.shape)):
        assert moved[tuple(index[axis] for axis in order)] == T[index]

# %% [markdown] lang="es"
# Los mismos saltos con los papeles cambiados. `permute` generaliza la transpuesta a cualquier rango:
# `T.permute(2, 0, 1)` pone primero el eje 2, luego el 0 y el 1, y los números siguen en su sitio.
#
# ## Cuándo `view` se niega
#
# `view` promete no copiar. Aplanar `M.T` pide leer 0, 4, 8, 1, 5, 9, …: ningún paso único recorre eso.

# %% [markdown] lang="en"
# The same jumps with the roles exchanged. `permute` generalises the transpose to any rank: `T.permute(2, 0,
# 1)` puts axis 2 first, then 0 and 1, and the numbers stay where they are.
#
# ## When `view` refuses
#
# `view` promises not to copy. Flattening `M.T` means reading 0, 4, 8, 1, 5, 9, …: no single stride follows
# that path.

# %% tags=["raises=RuntimeError"]
M.T.view(12)

# %% [markdown] lang="es"
# La condición es una cuenta. Dos ejes vecinos se pueden fundir en uno si, al terminar el segundo, el salto
# siguiente es el del primero:
#
# $$s_j = s_{j+1}\, n_{j+1} .$$
#
# Los ejes de tamaño 1 no cuentan, porque por ellos nunca se avanza. Comprobemos la regla contra `view(-1)` en
# todas las permutaciones de un tensor de rango 3, con y sin saltos, y en sus versiones estiradas con
# `expand`.

# %% [markdown] lang="en"
# The condition is a calculation. Two neighbouring axes can be merged into one if, when the second ends, the
# next jump is that of the first:
#
# $$s_j = s_{j+1}\, n_{j+1} .$$
#
# Axes of size 1 do not count, since there is nowhere to advance along them. Let us check the rule against
# `view(-1)` on all permutations of a tensor of rank 3, with and without jumps, and on versions stretched by
# `expand`.


# %%
def flattens(tensor):
    walked = [(n, s) for n, s in zip(tensor.shape, tensor.stride(), strict=True) if n != 1]
    return all(s == next_n * next_s for (_, s), (next_n, next_s) in pairwise(walked))


def view_accepts(tensor):
    try:
        tensor.view(-1)
    except RuntimeError:
        return False
    return True


base = torch.arange(24).reshape(2, 3, 4)
tensors = []
for order, steps in product(permutations(range(3)), product((1, 2, 3), repeat=3)):
    cut = base.permute(order)[tuple(slice(None, None, step) for step in steps)]
    tensors += [cut, cut[None].expand(5, -1, -1, -1), cut[..., None].expand(-1, -1, -1, 5)]
agreeing = sum(flattens(tensor) == view_accepts(tensor) for tensor in tensors)
accepted = sum(map(view_accepts, tensors))
print(f"{agreeing}/{len(tensors)}   {accepted}/{len(tensors)}")

# %% tags=["hidden"]
assert agreeing == len(tensors) and 0 < accepted < len(tensors)

# %% [markdown] lang="es"
# La regla acierta en `{python} agreeing` de `{python} len(tensors)`, y `view` acepta `{python} accepted` de
# ellos. `reshape` acepta todos: da una vista si puede y una copia si no. Cómodo, salvo que vayas a escribir.
# ¿Cuál de las dos líneas cambiará su tabla?

# %% [markdown] lang="en"
# The rule is right for `{python} agreeing` of `{python} len(tensors)`, and `view` accepts `{python} accepted`
# of them. `reshape` accepts all: it gives a view if it can and a copy if not. Convenient, unless you are
# going to write. Which of the two lines will change its table?

# %%
for name, read in {"M": lambda M: M, "M.T": lambda M: M.T}.items():
    table = torch.arange(12).reshape(3, 4)
    read(table).reshape(-1)[0] = 99
    print(f"{name}.reshape(-1)[0] = 99".ljust(25), table[0, 0].item())

# %% tags=["hidden"]
A, B = torch.arange(12).reshape(3, 4), torch.arange(12).reshape(3, 4)
A.reshape(-1)[0], B.T.reshape(-1)[0] = 99, 99
assert A[0, 0] == 99 and B[0, 0] == 0
assert M.T.contiguous().view(12).tolist() == [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]

# %% [markdown] lang="es"
# Para escribir, `view`: o comparte o protesta. `contiguous()` pide la copia ordenada a la vista de todos.
#
# ## El error: `reshape` donde hacía falta `permute`
#
# Una foto se lee del disco como `(alto, ancho, canal)` y PyTorch la quiere como `(canal, alto, ancho)`. Las
# dos expresiones que siguen dan la forma pedida. ¿Qué se verá en la de la derecha?

# %% [markdown] lang="en"
# For writing, `view`: it either shares or protests. `contiguous()` asks for the tidy copy in plain sight.
#
# ## The mistake: `reshape` where `permute` was needed
#
# A photograph is read from disk as `(height, width, channel)`, and PyTorch wants it as
# `(channel, height, width)`. The two expressions below give the shape asked for. What will the one on the
# right show?

# %%
# alt es: Después de permute, una flor naranja; después de reshape, un tejido de rayas de colores sin flor.
# alt en: After permute, an orange flower; after reshape, a weave of coloured stripes with no flower in it.
photo = torch.from_numpy(load_sample_image("flower.jpg")[::8, ::8].copy())  # height width channel
height, width, _ = photo.shape
permuted, reshaped = photo.permute(2, 0, 1), photo.reshape(3, height, width)  # channel height width
print(tuple(permuted.shape), tuple(reshaped.shape), torch.equal(permuted, reshaped))
shown = torch.stack([permuted, reshaped])
figure = image_grid(shown, ["permute(2, 0, 1)", "reshape(3, h, w)"], columns=2, side_inches=2.8)

# %% tags=["hidden"]
assert permuted.shape == reshaped.shape and not torch.equal(permuted, reshaped)
assert torch.equal(reshaped[0].flatten(), photo.flatten()[: height * width])
assert torch.equal(reshaped[0, :3].flatten(), photo[0].flatten())
assert torch.equal(reshaped.float().sum(), permuted.float().sum())

# %% [markdown] lang="es"
# Están los mismos números, en el orden en que venían: rojo, verde, azul, rojo, verde, azul. `reshape` cortó
# esa fila en tres pedazos seguidos: el «canal rojo» es el tercio superior de la foto con sus tres colores
# alternados, el «verde» es el tercio del medio y el «azul», el inferior, uno encima de otro. Además, cada
# renglón de la foto, con sus tres números por píxel, ocupa ahora tres renglones.
#
# Una imagen se puede mirar. Cuando el eje confundido es el del *batch* (los ejemplos que se procesan juntos),
# no hay nada que mirar. Los dígitos de scikit-learn, leídos como ocho renglones: queremos el tiempo por
# delante, `(renglón, ejemplo, píxel)`, como lo pide por defecto una red recurrente.

# %% [markdown] lang="en"
# The same numbers are there, in the order in which they came: red, green, blue, red, green, blue. `reshape`
# cut that row into three consecutive pieces: the “red channel” is the top third of the photograph with its
# three colours alternating, the “green” one is the middle third and the “blue” one the bottom third, one on
# top of another. Besides, each line of the photograph, with three numbers to a pixel, now takes up three.
#
# An image can be looked at. When the confused axis is that of the batch (the examples processed together),
# there is nothing to look at. The digits of scikit-learn, read as eight lines: we want time in front, `(line,
# example, pixel)`, as a recurrent network asks for by default.

# %%
data = digits()
train, test = data.train_images[:, 0], data.test_images[:, 0]  # example line pixel
ways = {"transpose": lambda x: x.transpose(0, 1), "reshape": lambda x: x.reshape(8, len(x), 8)}
for name, time_first in ways.items():
    print(f"{name:<10} {tuple(time_first(train).shape)}")


def right_answers(time_first, seed, steps=120):
    torch.manual_seed(seed)
    model = nn.Linear(64, 10)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)

    def logits(images):
        sequence = time_first(images)  # line example pixel
        return model(sequence.transpose(0, 1).flatten(1))

    for _ in range(steps):
        loss = cross_entropy(logits(train), data.train_labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return Proportion.of(logits(test).argmax(1) == data.test_labels)


# %%
results = {name: [right_answers(way, seed) for seed in range(3)] for name, way in ways.items()}
for name, proportions in results.items():
    for seed, right in enumerate(proportions):
        print(f"{name:<10} {seed}   {right}   [{right.low:.3f}, {right.high:.3f}]")

# %% tags=["hidden"]
good, bad = results["transpose"], results["reshape"]
lowest = {name: min(right.value for right in proportions) for name, proportions in results.items()}
highest = {name: max(right.value for right in proportions) for name, proportions in results.items()}
assert min(right.low for right in good) > 0.8 and all(right.low < 0.1 < right.high for right in bad)
assert ways["reshape"](train).shape == ways["transpose"](train).shape
assert len(train) == 1348
first = ways["reshape"](train)[:, 0]
assert torch.equal(first[1], train.reshape(-1, 8)[len(train)])

# %% [markdown] lang="es"
# Con tres semillas, `transpose` acierta entre `{python} lowest["transpose"]:.1%` y
# `{python} highest["transpose"]:.1%`; `reshape`, entre `{python} lowest["reshape"]:.1%` y
# `{python} highest["reshape"]:.1%`, que no se distingue de la décima parte que da el azar con diez clases.
# Cada «ejemplo» quedó hecho de renglones de ocho imágenes distintas. Las formas eran iguales y ninguna línea
# protestó.
#
# La prueba que lo habría cazado es de una línea: un ejemplo antes y después,
# `torch.equal(sequence[:, 0], images[0])`.

# %% [markdown] lang="en"
# With three seeds, `transpose` is right between `{python} lowest["transpose"]:.1%` and
# `{python} highest["transpose"]:.1%` of the time; `reshape`, between `{python} lowest["reshape"]:.1%` and
# `{python} highest["reshape"]:.1%`, which cannot be told from the tenth that chance gives with ten classes.
# Each “example” ended up made of lines from eight different images. The shapes were equal, and no line
# protested.
#
# The test that would have caught it takes one line: one example before and after, `torch.equal(sequence[:,
# 0], images[0])`.

# %%
for name, time_first in ways.items():
    print(f"{name:<10} {torch.equal(time_first(train)[:, 0], train[0])}")

# %% [markdown] lang="es"
# ## Juntar: `cat` alarga un eje, `stack` agrega uno
#
# Dos tablas de `(2, 3)`. `cat` exige que coincidan los demás ejes; `stack`, que coincida todo. En la figura,
# los números de la segunda tabla van en color. ¿Qué forma tendrá `stack` en el eje 1?

# %% [markdown] lang="en"
# ## Joining: `cat` lengthens an axis, `stack` adds one
#
# Two tables of `(2, 3)`. `cat` demands that the other axes agree; `stack`, that all do. In the figure the
# numbers of the second table are in colour. What shape will `stack` along axis 1 have?

# %%
# alt es: Dos tablas de 2 por 3 unidas: cat hacia abajo, cat a la derecha, stack como pila y stack por filas.
# alt en: Two 2 by 3 tables joined: cat downwards, cat to the right, stack as a pile and stack by rows.
a, b = torch.arange(6).reshape(2, 3), torch.arange(10, 16).reshape(2, 3)
joined = {f"cat, dim={dim}": torch.cat([a, b], dim) for dim in (0, 1)}
joined |= {f"stack, dim={dim}": torch.stack([a, b], dim) for dim in (0, 1)}
joined = {f"{name} {tuple(tensor.shape)}": tensor for name, tensor in joined.items()}
from_b = {name: [tuple(index) for index in (t >= 10).nonzero().tolist()] for name, t in joined.items()}
ax = tensor_grid(joined, rows=(2, 2), highlight=from_b)

# %% tags=["hidden"]
for dim in (0, 1, 2):
    assert torch.equal(torch.stack([a, b], dim), torch.cat([a.unsqueeze(dim), b.unsqueeze(dim)], dim))
    assert all(map(torch.equal, torch.stack([a, b], dim).unbind(dim), (a, b)))
assert torch.stack([a, b], 1).shape == (2, 2, 3)

# %% [markdown] lang="es"
# `stack` es `cat` después de un `unsqueeze` (agregar un eje de tamaño 1), y `unbind` lo deshace. Los dos
# copian: los resultados viven en memoria nueva. La regla de uso: ejemplos sueltos en un *batch*, `stack`; dos
# *batches* en uno, `cat`.
#
# ## Los ejes de tamaño 1, y aplanar
#
# | llamada | `(1, 3, 1, 4)` pasa a | advertencia |
# |---|---|---|
# | `squeeze()` | `(3, 4)` | quita también el *batch* de un ejemplo |
# | `squeeze(2)` | `(1, 3, 4)` | solo ese, si mide 1 |
# | `unsqueeze(0)` | `(1, 1, 3, 1, 4)` | lo mismo que `[None]` |
# | `flatten()` | `(12,)` | junta todo, también los ejemplos |
# | `flatten(1)` | `(1, 12)` | conserva el primer eje: es `nn.Flatten` |
# | `movedim(1, -1)` | `(1, 1, 4, 3)` | un `permute` que mueve un solo eje |
#
# La celda exige que la tabla diga la verdad.

# %% [markdown] lang="en"
# `stack` is `cat` after an `unsqueeze` (adding an axis of size 1), and `unbind` undoes it. Both copy: the
# results live in new memory. The rule of use: single examples into a batch, `stack`; two batches into one,
# `cat`.
#
# ## Axes of size 1, and flattening
#
# | call | `(1, 3, 1, 4)` becomes | warning |
# |---|---|---|
# | `squeeze()` | `(3, 4)` | also removes the batch of one example |
# | `squeeze(2)` | `(1, 3, 4)` | that one only, if it is 1 |
# | `unsqueeze(0)` | `(1, 1, 3, 1, 4)` | the same as `[None]` |
# | `flatten()` | `(12,)` | joins everything, examples included |
# | `flatten(1)` | `(1, 12)` | keeps the first axis: it is `nn.Flatten` |
# | `movedim(1, -1)` | `(1, 1, 4, 3)` | a `permute` that moves a single axis |
#
# The cell demands that the table tell the truth.

# %%
x = torch.zeros(1, 3, 1, 4)
assert x.squeeze().shape == (3, 4)
assert x.squeeze(2).shape == (1, 3, 4)
assert x.unsqueeze(0).shape == x[None].shape == (1, 1, 3, 1, 4)
assert x.flatten().shape == (12,)
assert x.flatten(1).shape == nn.Flatten()(x).shape == (1, 12)
assert x.movedim(1, -1).shape == (1, 1, 4, 3)

# %% [markdown] lang="es"
# ## Para llevarte
#
# * `reshape` y `view` conservan el orden de lectura; `permute` y `transpose` conservan el significado de cada
#   eje. Para cambiar ejes de lugar, nunca `reshape`.
# * Ninguna de las cuatro mueve números mientras basten un comienzo y unos pasos. `view` exige que basten;
#   `reshape` copia si no.
# * Dos ejes se funden si $s_j = s_{j+1} n_{j+1}$.
# * `cat` alarga un eje, `stack` crea uno; ambos copian.
# * Las formas iguales no prueban nada: compara un ejemplo antes y después.

# %% [markdown] lang="en"
# ## What to keep
#
# * `reshape` and `view` keep the reading order; `permute` and `transpose` keep the meaning of each axis. To
#   change the place of axes, never `reshape`.
# * None of the four moves numbers as long as a beginning and strides are enough. `view` demands that they be;
#   `reshape` copies if not.
# * Two axes merge if $s_j = s_{j+1} n_{j+1}$.
# * `cat` lengthens an axis, `stack` makes one; both copy.
# * Equal shapes prove nothing: compare one example before and after.

# %% [markdown] lang="es" tags=["quiz"]
# `X` es contiguo y tiene forma `(2, 3, 4)`. ¿Cuál de estas llamadas falla?
#
# - [x] `X.transpose(0, 1).view(6, 4)`: los dos primeros ejes ya no se recorren con un solo paso.
# - [ ] `X.transpose(0, 1).reshape(6, 4)`: funciona, con una copia.
# - [ ] `X.view(6, 4)`: los dos primeros ejes de un tensor contiguo se funden, 12 = 4 · 3.
# - [ ] `X.transpose(0, 1).contiguous().view(6, 4)`: funciona, la copia ya está ordenada.

# %% [markdown] lang="en" tags=["quiz"]
# `X` is contiguous and has shape `(2, 3, 4)`. Which of these calls fails?
#
# - [x] `X.transpose(0, 1).view(6, 4)`: the first two axes are no longer walked with a single stride.
# - [ ] `X.transpose(0, 1).reshape(6, 4)`: it works, with a copy.
# - [ ] `X.view(6, 4)`: the first two axes of a contiguous tensor merge, 12 = 4 · 3.
# - [ ] `X.transpose(0, 1).contiguous().view(6, 4)`: it works, the copy is already tidy.

# %% tags=["hidden"]
X = torch.arange(24).reshape(2, 3, 4)
X.view(6, 4), X.transpose(0, 1).reshape(6, 4), X.transpose(0, 1).contiguous().view(6, 4)
try:
    X.transpose(0, 1).view(6, 4)
except RuntimeError as error:
    assert "view" in str(error)
else:
    raise AssertionError("the view worked")

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: los pasos después de permutar
#
# Escribe `strides_after(shape, order)`: los pasos de un tensor contiguo de forma `shape` después de
# `permute(order)`. Sin crear ningún tensor.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: the strides after permuting
#
# Write `strides_after(shape, order)`: the strides of a contiguous tensor of shape `shape` after
# `permute(order)`. Create no tensor.


# %% tags=["solution"]
def strides_after(shape, order):
    strides, step = [], 1
    for size in reversed(shape):
        strides.insert(0, step)
        step *= size
    return tuple(strides[axis] for axis in order)


# %% tags=["check"]
for shape in [(5,), (3, 4), (2, 3, 4), (2, 3, 4, 5)]:
    for order in permutations(range(len(shape))):
        expected = torch.empty(shape, device="meta").permute(order).stride()
        assert strides_after(shape, order) == expected, (shape, order)

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: repartir en cabezas
#
# La atención reparte el ancho en cabezas. Escribe `split_heads(x, heads)`, de `(batch, tiempo, ancho)` a
# `(batch, cabeza, tiempo, ancho / heads)`, donde la cabeza $h$ recibe el tramo $h$ del ancho; y
# `merge_heads`, que lo deshace. Un solo `reshape` no alcanza: di por qué antes de escribir.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: splitting into heads
#
# Attention splits the width into heads. Write `split_heads(x, heads)`, from `(batch, time, width)` to
# `(batch, head, time, width / heads)`, where head $h$ gets the $h$-th stretch of the width; and
# `merge_heads`, which undoes it. A single `reshape` is not enough: say why before writing.


# %% tags=["solution"]
def split_heads(x, heads):
    batch, time, width = x.shape
    return x.reshape(batch, time, heads, width // heads).transpose(1, 2)


def merge_heads(x):
    return x.transpose(1, 2).flatten(2)


# %% tags=["check"]
for batch, time, heads, size in [(2, 5, 3, 4), (1, 1, 2, 1), (3, 4, 4, 3)]:
    x = torch.arange(batch * time * heads * size).reshape(batch, time, heads * size)
    split = split_heads(x, heads)
    assert split.shape == (batch, heads, time, size)
    for head in range(heads):
        assert torch.equal(split[:, head], x[:, :, head * size : (head + 1) * size]), head
    assert torch.equal(merge_heads(split), x)

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: una imagen en cuadros
#
# Escribe `patches(image, side)`: corta una imagen `(canal, alto, ancho)` en cuadros de `side`×`side` y
# devuelve `(cuadros, canal · side · side)`, leídos por filas. Es lo primero que hace un *vision transformer*
# (un *transformer* para imágenes). Alto y ancho son múltiplos de `side`. Un `reshape`, un `permute` y otro
# `reshape`.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: an image in patches
#
# Write `patches(image, side)`: cut an image `(channel, height, width)` into squares of `side`×`side` and
# return `(squares, channel · side · side)`, read by rows. It is the first thing that a vision transformer
# does. Height and width are multiples of `side`. One `reshape`, one `permute` and another `reshape`.


# %% tags=["solution"]
def patches(image, side):
    channel, height, width = image.shape
    tiles = image.reshape(channel, height // side, side, width // side, side)
    return tiles.permute(1, 3, 0, 2, 4).reshape(-1, channel * side * side)


# %% tags=["check"]
for shape, side in [((3, 4, 6), 2), ((1, 8, 8), 4), ((2, 3, 3), 1), ((3, 5, 10), 5)]:
    image = torch.rand(shape, generator=torch.Generator().manual_seed(5))
    expected = unfold(image[None], kernel_size=side, stride=side)[0].T
    assert torch.equal(patches(image, side), expected), (shape, side)

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# Con forma, índices y ejes en orden, la lección siguiente recorre [los datos como
# tensores](../fundamentals/data_as_tensors.md): qué forma toma cada clase de dato y qué operaciones la
# cambian. Qué hacen los productos con esos ejes está en los [productos
# escalares](../tensor_mathematics/dot_products.md).

# %% [markdown] lang="en"
# ## Where to go next
#
# With shape, indices and axes in order, the next lesson goes through [data as
# tensors](../fundamentals/data_as_tensors.md): which shape each kind of data takes and which operations
# change it. What products do with those axes is in [dot products](../tensor_mathematics/dot_products.md).
