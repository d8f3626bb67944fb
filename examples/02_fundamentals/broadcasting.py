"""
title:
  es: "Broadcasting: la regla y su error silencioso"
  en: "Broadcasting: the rule and its silent mistake"
summary:
  es: Cómo se estiran las formas, qué cuesta, cómo se deriva y qué entrenamiento arruina sin avisar.
  en: How shapes stretch, what it costs, how it differentiates, and the training it ruins without a warning.
tags: [broadcasting, shape, loss, expand, memory]
objectives:
  es:
    - Decir la forma del resultado de una operación, o que falla, sin ejecutarla.
    - Estandarizar filas, columnas y canales sin un bucle y sin equivocar el eje.
    - Calcular la memoria que pide un resultado antes de pedirla.
    - Reconocer y prevenir la pérdida de N×N, midiendo lo que cuesta no verla.
  en:
    - State the shape of the result of an operation, or that it fails, without running it.
    - Standardise rows, columns and channels without a loop and without mistaking the axis.
    - Compute the memory a result asks for before asking for it.
    - Recognise and prevent the N×N loss, having measured what overlooking it costs.
prerequisites:
  es:
    - Forma y rango de un tensor.
    - Qué es una pérdida y qué es entrenar.
  en:
    - Shape and rank of a tensor.
    - What a loss is and what training is.
"""
# %% [markdown] lang="es"
# Restar la media de cada columna, sumar un sesgo a un *batch* (los ejemplos que se procesan juntos), comparar
# todos los puntos con todos: en los tres casos se operan tensores de formas distintas y nadie escribe un
# bucle. La regla que lo permite, el *broadcasting* (difusión), cabe en tres renglones. También convierte un
# descuido de una coma en un modelo que no aprende nada. Al terminar sabrás usar la regla y medir el descuido.
#
# Conviene haber leído [Tensores y rango](../fundamentals/tensors_and_rank.md). La lección acompaña la sección
# *PyTorch Fundamentals* del curso [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) de Andrei Neagoie y Daniel Bourke, y el
# [capítulo 00](https://www.learnpytorch.io/00_pytorch_fundamentals/) de su libro abierto.

# %% [markdown] lang="en"
# Subtracting the mean of each column, adding a bias to a batch (the examples processed together), comparing
# every point with every other: all three combine tensors of different shapes, and nobody writes a loop. The
# rule that allows it, *broadcasting*, fits into three lines. It also turns a slip of one comma into a model
# that learns nothing. By the end you will know how to use the rule and how to measure the slip.
#
# It helps to have read [Tensors and rank](../fundamentals/tensors_and_rank.md). The lesson goes with the
# section *PyTorch Fundamentals* of the course [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) by Andrei Neagoie and Daniel Bourke, and
# with [chapter 00](https://www.learnpytorch.io/00_pytorch_fundamentals/) of their open book.

# %%
import warnings
from itertools import product

import matplotlib.pyplot as plt
import torch
from matplotlib.patches import Rectangle
from sklearn.datasets import load_diabetes
from torch import nn
from torch.nn.functional import mse_loss

from tutorials_lib import tr
from tutorials_lib.plots import color, curves, tensor_grid

# %% [markdown] lang="es"
# ## La regla
#
# 1. Se escriben las formas una bajo otra, **alineadas por la derecha**.
# 2. Donde a una le falta un eje, se cuenta como 1.
# 3. En cada columna los tamaños son iguales, o alguno es 1 y se estira hasta el otro. Si no, es un error.
#
# Escrita como función, con un detalle que conviene pensar antes de leer: ¿qué pasa con un eje de tamaño 0?

# %% [markdown] lang="en"
# ## The rule
#
# 1. The shapes are written one under the other, **aligned on the right**.
# 2. Where one of them lacks an axis, it counts as 1.
# 3. In each column the sizes are equal, or one of them is 1 and stretches to the other. Otherwise it is an
#    error.
#
# Written as a function, with a detail worth a thought before reading: what happens to an axis of size 0?


# %%
def broadcast_shape(*shapes):
    rank = max(len(shape) for shape in shapes)
    aligned = [(1,) * (rank - len(shape)) + tuple(shape) for shape in shapes]
    result = []
    for sizes in zip(*aligned, strict=True):
        stretched = {size for size in sizes if size != 1} or {1}
        if len(stretched) > 1:
            raise ValueError(f"{sizes}")
        result.append(stretched.pop())
    return tuple(result)


# %% [markdown] lang="es"
# Comprobemos que la función dice lo mismo que PyTorch, en todas las parejas de formas de rango 3 o menos con
# tamaños del 0 al 3. La segunda cuenta dice cuántas parejas se pueden operar: apuesta una proporción.

# %% [markdown] lang="en"
# Let us check that the function says the same as PyTorch, for all pairs of shapes of rank 3 or less with
# sizes 0 to 3. The second count says how many pairs can be combined: bet on a share before you look.

# %%
shapes = [shape for rank in range(4) for shape in product((0, 1, 2, 3), repeat=rank)]
agreeing = allowed = 0
for one, other in product(shapes, repeat=2):
    outcomes = []
    for rule, refusal in ((broadcast_shape, ValueError), (torch.broadcast_shapes, RuntimeError)):
        try:
            outcomes.append(tuple(rule(one, other)))
        except refusal:
            outcomes.append(None)
    agreeing += outcomes[0] == outcomes[1]
    allowed += outcomes[1] is not None
pairs = len(shapes) ** 2
print(f"{agreeing}/{pairs}   {allowed}/{pairs}")

# %% tags=["hidden"]
assert agreeing == pairs == 85**2 and 0 < allowed < pairs
assert broadcast_shape((0,), (1,)) == (0,)
for one, other in product(shapes, repeat=2):
    try:
        shape = broadcast_shape(one, other)
    except ValueError:
        continue
    assert (torch.empty(one, device="meta") + torch.empty(other, device="meta")).shape == shape

# %% [markdown] lang="es"
# Nuestra función y la de PyTorch dicen lo mismo en `{python} agreeing` de `{python} pairs` parejas de formas;
# de ellas, `{python} allowed` se pueden operar. El cero no es especial: un 1 se estira hasta 0, es decir,
# desaparece.
#
# La figura escribe tres casos con la regla. Un cuadro punteado es un eje que faltaba; uno coloreado, un 1 que
# se estira. Decide el resultado de cada columna antes de mirar la última fila.

# %% [markdown] lang="en"
# Our function and PyTorch's say the same for `{python} agreeing` of `{python} pairs` pairs of shapes; of
# these, `{python} allowed` can be combined. Zero is not special: a 1 stretches to 0, that is, it vanishes.
#
# The figure writes out three cases by the rule. A dotted box is an axis that was missing; a coloured one, a 1
# that stretches. Decide the result of each column before looking at the last row.


# %%
def draw_alignment(ax, one, other):
    rank = max(len(one), len(other))
    try:
        result = broadcast_shape(one, other)
    except ValueError:
        result = ["✗" if 1 not in (a, b) and a != b else "" for a, b in zip(one, other, strict=True)]
    for row, shape in enumerate((one, other, result)):
        for axis in range(rank):
            place = axis - rank + len(shape)
            size = shape[place] if place >= 0 else 1
            stretches = row < 2 and size == 1 and (rank, result[axis]) != (rank, 1)
            top = row + 0.3 * (row == 2)
            box = Rectangle((axis + 0.06, top + 0.06), 0.88, 0.88, linewidth=1.2, edgecolor=color("faint"))
            box.set_facecolor(color("ember") if stretches else "none")
            box.set_linestyle(":" if place < 0 else "-")
            ink = color("paper") if stretches else color("ink")
            ax.add_patch(box)
            ax.text(axis + 0.5, top + 0.5, size, color=ink, ha="center", va="center")
    ax.set(xlim=(rank / 2 - 1.6, rank / 2 + 1.6), ylim=(3.4, -0.1), aspect="equal")
    ax.set_title(f"{one}\n{other}")
    ax.set_axis_off()


# %%
# alt es: Tres casos: (3,1) con (4) da (3,4); (2,1,4) con (3,1) da (2,3,4); (3) con (4) falla.
# alt en: Three cases: (3,1) with (4) gives (3,4); (2,1,4) with (3,1) gives (2,3,4); (3) with (4) fails.
figure, panels = plt.subplots(1, 3, figsize=(6.4, 2.9))
cases = [((3, 1), (4,)), ((2, 1, 4), (3, 1)), ((3,), (4,))]
for ax, (one, other) in zip(panels, cases, strict=True):
    draw_alignment(ax, one, other)

# %% tags=["hidden"]
assert [broadcast_shape(*case) for case in cases[:2]] == [(3, 4), (2, 3, 4)]

# %% [markdown] lang="es"
# El tercer caso falla aunque 3 y 4 estén solos: ninguno es 1. Agregar un eje, `a[:, None]`, lo vuelve el
# primero. Ahora los números: los de color son los que existen, los demás se repiten.

# %% [markdown] lang="en"
# The third case fails although 3 and 4 stand alone: neither is 1. Adding an axis, `a[:, None]`, makes it the
# first. Now the numbers: the coloured ones are those that exist, the others are repeated.

# %%
# alt es: Una columna de 3 repetida en 4 columnas, más una fila de 4 repetida en 3 filas, da la tabla 3 por 4.
# alt en: A column of 3 repeated in 4 columns, plus a row of 4 repeated in 3 rows, gives the table 3 by 4.
a, b = torch.tensor([[10], [20], [30]]), torch.tensor([1, 2, 3, 4])
names = "a (3, 1) → (3, 4)", "b (4,) → (3, 4)", "a + b (3, 4)"
ax = tensor_grid(
    dict(zip(names, (a.expand(3, 4), b.expand(3, 4), a + b), strict=True)),
    signs=["+", "="],
    highlight={names[0]: [(row, 0) for row in range(3)], names[1]: [(0, column) for column in range(4)]},
)

# %% tags=["hidden"]
assert torch.equal(a + b, torch.tensor([[10 * (i + 1) + j + 1 for j in range(4)] for i in range(3)]))

# %% [markdown] lang="es"
# ## Estirar no copia; el resultado sí ocupa
#
# `expand` hace el estiramiento a la vista. Un eje estirado tiene paso 0: avanzar por él no avanza por la
# memoria. ¿Cuántos números guardará `wide`?

# %% [markdown] lang="en"
# ## Stretching does not copy; the result does take room
#
# `expand` does the stretching in plain sight. A stretched axis has stride 0: moving along it does not move
# through memory. How many numbers will `wide` store?

# %%
column = torch.arange(3.0)[:, None]  # es: la fila uno  # en: row one
wide = column.expand(3, 1000)
print(tuple(wide.shape), wide.stride(), wide.data_ptr() == column.data_ptr())
print(wide.numel(), wide.untyped_storage().nbytes() // wide.itemsize)

# %% tags=["raises=RuntimeError"]
wide += 1

# %% [markdown] lang="es"
# Mil columnas y tres números. Escribir sobre una vista así no tiene sentido, y PyTorch lo dice. El costo está
# en otra parte: el resultado de operar es un tensor de verdad. Para comparar todos los puntos con todos se
# suele escribir `x[:, None] - y[None]`. Calculemos en `meta`, donde un tensor tiene forma y no tiene números,
# cuánto pediría con 10 000 puntos de 128 coordenadas.

# %% [markdown] lang="en"
# A thousand columns and three numbers. Writing over such a view makes no sense, and PyTorch says so. The cost
# lies elsewhere: the result of the operation is a real tensor. To compare every point with every other, one
# usually writes `x[:, None] - y[None]`. Let us compute on `meta`, where a tensor has a shape and no numbers,
# how much it would ask for with 10,000 points of 128 coordinates.

# %%
x = torch.empty(10_000, 128, device="meta")  # point coordinate
differences = x[:, None] - x[None]  # point point coordinate
print(f"{x.nbytes / 2**20:.1f} MiB → {differences.nbytes / 2**30:.1f} GiB")
print(f"{torch.cdist(x, x).nbytes / 2**30:.2f} GiB")

# %% tags=["hidden"]
assert differences.shape == (10_000, 10_000, 128)
swelling = differences.nbytes // x.nbytes
assert swelling == 10_000

# %% [markdown] lang="es"
# La resta pide `{python} swelling` veces la memoria de los datos. La distancia sola, sin el eje de las
# coordenadas, cabe: `torch.cdist` la calcula sin formar el tensor intermedio.
#
# ## El eje que se pierde
#
# Estandarizar es restar una media y dividir por una desviación. Por columnas sale sin pensar, porque
# `X.mean(0)` se alinea por la derecha con las columnas. ¿Y por filas?

# %% [markdown] lang="en"
# The subtraction asks for `{python} swelling` times the memory of the data. The distance alone, without the
# axis of coordinates, fits: `torch.cdist` computes it without forming the tensor in between.
#
# ## The axis that gets lost
#
# To standardise is to subtract a mean and divide by a deviation. By columns it takes no thought, because
# `X.mean(0)` lines up on the right with the columns. And by rows?

# %%
X = torch.tensor([[1.0, 2.0, 6.0], [10.0, 10.0, 40.0]])  # row column
print(X - X.mean(0))
print(tuple(X.mean(1).shape), tuple(X.mean(1, keepdim=True).shape))
print(X - X.mean(1, keepdim=True))

# %% tags=["raises=RuntimeError"]
X - X.mean(1)

# %% [markdown] lang="es"
# Sin `keepdim`, la media de las filas es `(2,)` y se alinea con las 3 columnas: error, y es una suerte. En
# una matriz cuadrada no hay error. Queremos que cada fila sume 1:

# %% [markdown] lang="en"
# Without `keepdim` the mean of the rows is `(2,)` and lines up with the 3 columns: an error, and that is
# lucky. In a square matrix there is no error. We want each row to add up to 1:

# %%
square = torch.tensor([[1.0, 1.0, 2.0], [1.0, 3.0, 4.0], [5.0, 5.0, 10.0]])
for total in (square.sum(1), square.sum(1, keepdim=True)):
    print(tuple(total.shape), (square / total).sum(1))

# %% tags=["hidden"]
lost = (square / square.sum(1)).sum(1)
assert not torch.allclose(lost, torch.ones(3)) and torch.allclose(
    (square / square.sum(1, keepdim=True)).sum(1), torch.ones(3)
)
assert torch.allclose(X - X.mean(1, keepdim=True), X - X.mean(1)[:, None])

# %% [markdown] lang="es"
# La primera línea dividió cada **columna** por la suma de la fila de igual número. Las matrices cuadradas
# esconden errores de ejes; para probar código conviene que todos los tamaños sean distintos.
#
# ## Hacia atrás, estirar es sumar
#
# Si un número se usó en cuatro casillas, su derivada es la suma de las cuatro. Así que el gradiente de un
# tensor estirado vuelve a su forma sumando los ejes que se estiraron.

# %% [markdown] lang="en"
# The first line divided each **column** by the sum of the row of the same number. Square matrices hide errors
# of axes; when testing code, make all sizes differ.
#
# ## Backwards, to stretch is to add
#
# If a number was used in four cells, its derivative is the sum of the four. So the gradient of a stretched
# tensor returns to its shape by adding over the axes that were stretched.

# %%
a = torch.tensor([[10.0], [20.0], [30.0]], requires_grad=True)
b = torch.tensor([1.0, 2.0, 3.0, 4.0], requires_grad=True)
(a * b).sum().backward()
print(a.grad.T, tuple(a.grad.shape))
print(b.grad, tuple(b.grad.shape))

# %% tags=["hidden"]
assert (a.grad == b.sum()).all() and (b.grad == a.sum()).all()

# %% [markdown] lang="es"
# Cada componente de `a` recibió la suma de `b`, y al revés. Por eso el gradiente del sesgo de una capa es la
# suma sobre el *batch*.
#
# ## La coma que arruina un entrenamiento
#
# Un modelo con una salida entrega `(N, 1)`; los objetivos suelen leerse de una tabla como `(N,)`. Alinea las
# dos formas: ¿qué tamaño tiene `prediction - target`? ¿Y qué hará el entrenamiento?
#
# Lo medimos con datos reales, las 442 personas con diabetes de [Efron y otros
# (2004)](https://doi.org/10.1214/009053604000000067) que trae scikit-learn: diez mediciones y, un año
# después, el avance de la enfermedad. Cinco repartos al azar, el mismo modelo lineal, la misma receta; solo
# cambia la forma del objetivo. La escala de entradas y objetivo se toma de los datos de entrenamiento.

# %% [markdown] lang="en"
# Each component of `a` received the sum of `b`, and the other way round. This is why the gradient of a
# layer's bias is the sum over the batch.
#
# ## The comma that ruins a training run
#
# A model with one output returns `(N, 1)`; targets are usually read from a table as `(N,)`. Align the two
# shapes: what size has `prediction - target`? And what will training do?
#
# We measure it on real data, the 442 people with diabetes of [Efron et al.
# (2004)](https://doi.org/10.1214/009053604000000067) that ship with scikit-learn: ten measurements and, a
# year later, the progress of the disease. Five random splits, the same linear model, the same recipe; only
# the shape of the target changes. The scale of inputs and target is taken from the training data.

# %%
features, progress = (torch.tensor(part, dtype=torch.float32) for part in load_diabetes(return_X_y=True))


def split(seed):
    order = torch.randperm(len(progress), generator=torch.Generator().manual_seed(seed))
    train, test = order[:331], order[331:]
    center, scale = features[train].mean(0), features[train].std(0)
    inputs = (features - center) / scale
    target = (progress - progress[train].mean()) / progress[train].std()
    return inputs[train], target[train], inputs[test], target[test]


def fit(inputs, target, seed, steps=150):
    torch.manual_seed(seed)
    model = nn.Linear(10, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    losses = []
    for _ in range(steps):
        loss = ((model(inputs) - target) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return model, losses


# %%
# es: error absoluto medio de prueba de tres respuestas, en desviaciones estándar del objetivo
# en: mean absolute test error of three answers, in standard deviations of the target
def compare(seed):
    inputs, target, test_inputs, test_target = split(seed)
    right, right_losses = fit(inputs, target[:, None], seed)
    wrong, wrong_losses = fit(inputs, target, seed)
    with torch.no_grad():
        answers = [right(test_inputs)[:, 0], wrong(test_inputs)[:, 0], torch.zeros(len(test_target))]
    return [(answer - test_target).abs().mean().item() for answer in answers], right_losses, wrong_losses


runs = [compare(seed) for seed in range(5)]
print(f"{'':<9} (N, 1)   (N,)   {tr(es='media', en='mean')}")
for seed, (errors, *_) in enumerate(runs):
    print(f"{tr(es='reparto', en='split')} {seed}  " + "   ".join(f"{error:.3f}" for error in errors))

# %% [markdown] lang="es"
# La última columna es la línea base: responder siempre la media del entrenamiento, sin mirar a la persona.

# %% [markdown] lang="en"
# The last column is the baseline: always answer the mean of the training data, without looking at the person.

# %%
# alt es: Con la forma correcta la pérdida baja a cerca de la mitad; con la equivocada se detiene en 1.
# alt en: With the right shape the loss falls to about one half; with the wrong one it stops at 1.
_, right_losses, wrong_losses = runs[0]
ax = curves(
    range(len(right_losses)),
    {
        tr(es="objetivo (N, 1)", en="target (N, 1)"): right_losses,
        tr(es="objetivo (N,)", en="target (N,)"): wrong_losses,
    },
    xlabel=tr(es="paso", en="step"),
    ylabel=tr(es="pérdida de entrenamiento", en="training loss"),
)

# %% tags=["hidden"]
rights, wrongs, means = zip(*(errors for errors, *_ in runs), strict=True)
better = sum(right < 0.9 * wrong for right, wrong in zip(rights, wrongs, strict=True))
closest = max(abs(wrong - mean) / mean for wrong, mean in zip(wrongs, means, strict=True))
assert better == len(runs) and closest < 0.01
assert all(0.95 < losses[-1] < 1.05 for *_, losses in runs) and right_losses[-1] < 0.6
assert min(wrongs) > max(rights)
inputs, target, *_ = split(0)
prediction = fit(inputs, target[:, None], 0, steps=20)[0](inputs).detach()
assert (prediction - target).shape == (331, 331)
mixed = ((prediction - target) ** 2).mean()
separated = ((prediction - target.mean()) ** 2).mean() + target.var(correction=0)
assert torch.isclose(mixed, separated)

# %% [markdown] lang="es"
# En `{python} better` de `{python} len(runs)` repartos la forma correcta ganó por más de un 10 %. Su error va
# de `{python} min(rights):.2f` a `{python} max(rights):.2f`; el de la forma equivocada, de
# `{python} min(wrongs):.2f` a `{python} max(wrongs):.2f`, a menos de `{python} closest:.1%` de la línea base.
# El modelo aprendió la media y nada más: comparó cada predicción con el objetivo de **todas** las personas, y
# lo único que sirve para todas es la media. Las cuentas están en el [museo de los
# errores](../fundamentals/error_museum.md).
#
# La curva avisa a quien sabe qué esperar: el objetivo estandarizado tiene varianza 1, y una pérdida que baja
# y se detiene en la varianza es la firma de un modelo que responde la media. Sin mirar ese número, la curva
# equivocada parece un entrenamiento que convergió.
#
# También hay una cuenta de memoria. Para $N$ ejemplos la resta tiene $N^2$ números: con 50 000,

# %% [markdown] lang="en"
# In `{python} better` of `{python} len(runs)` splits the right shape won by more than 10%. Its error goes
# from `{python} min(rights):.2f` to `{python} max(rights):.2f`; that of the wrong shape, from
# `{python} min(wrongs):.2f` to `{python} max(wrongs):.2f`, within `{python} closest:.1%` of the baseline. The
# model learned the mean and no more: it compared each prediction with the target of **every** person, and the
# only answer that serves them all is the mean. The algebra is in the [error
# museum](../fundamentals/error_museum.md).
#
# The curve warns those who know what to expect: the standardised target has variance 1, and a loss that falls
# and stops at the variance is the signature of a model that answers the mean. Unless you look at that number,
# the wrong curve passes for a training run that has converged.
#
# There is a cost in memory, too. For $N$ examples the difference has $N^2$ numbers: with 50,000,

# %%
prediction, target = torch.empty(50_000, 1, device="meta"), torch.empty(50_000, device="meta")
print(f"{(prediction - target).nbytes / 2**30:.1f} GiB")

# %% [markdown] lang="es"
# ## Tres defensas, y una que falla
#
# La misma coma falsea una exactitud. Cien etiquetas, mitad y mitad, y un modelo **perfecto** cuya respuesta
# tiene forma `(100, 1)`. Predice qué exactitud imprimirá la primera línea.

# %% [markdown] lang="en"
# ## Three defences, and one that fails
#
# The same comma falsifies an accuracy. A hundred labels, half and half, and a **perfect** model whose answer
# has shape `(100, 1)`. Predict which accuracy the first line will print.

# %%
labels = torch.arange(100) % 2
answers = labels[:, None].clone()  # es: el ejemplo uno  # en: example one
print((answers == labels).float().mean().item())
print((answers[:, 0] == labels).float().mean().item())

# %% tags=["hidden"]
assert (answers == labels).float().mean() == 0.5 and (answers[:, 0] == labels).all()

# %% [markdown] lang="es"
# Primera idea: `squeeze()`, que quita todos los ejes de tamaño 1. Funciona hasta que el último *batch* trae
# un solo ejemplo y pierde también su eje. `squeeze(1)` quita ese y ningún otro.

# %% [markdown] lang="en"
# First idea: `squeeze()`, which removes all axes of size 1. It works until the last batch holds a single
# example and loses its axis too. `squeeze(1)` removes that one and no other.

# %%
for batch in torch.zeros(33, 1).split(32):
    print(tuple(batch.squeeze().shape), tuple(batch.squeeze(1).shape))

# %% [markdown] lang="es"
# Las que sirven: (1) dar la forma al leer los datos, `target[:, None]`; (2) usar la pérdida de PyTorch y
# convertir su advertencia en un error; (3) exigir la igualdad en una línea. La segunda, en vivo:

# %% [markdown] lang="en"
# Those that work: (1) give the shape when the data is read, `target[:, None]`; (2) use PyTorch's loss and
# turn its warning into an error; (3) demand equality in one line. The second one, live:

# %% tags=["raises=UserWarning"]
with warnings.catch_warnings():
    warnings.simplefilter("error")
    mse_loss(torch.zeros(4, 1), torch.zeros(4))

# %% [markdown] lang="es"
# ## Para llevarte
#
# * Alinea por la derecha; lo que falta es 1; un 1 se estira; lo demás es un error.
# * Estirar no copia. El resultado sí ocupa: multiplica su forma antes de pedirlo.
# * `keepdim=True` cuando la media vaya a volver a operar con lo promediado.
# * El gradiente de lo estirado es la suma sobre lo estirado.
# * `(N, 1)` con `(N,)` da `(N, N)`: el modelo aprende la media. Exige formas iguales en la pérdida y en la
#   exactitud.

# %% [markdown] lang="en"
# ## What to keep
#
# * Align on the right; what is missing is 1; a 1 stretches; anything else is an error.
# * Stretching does not copy. The result does take room: multiply its shape before asking for it.
# * `keepdim=True` when the mean will meet again what it averaged.
# * The gradient of what was stretched is the sum over what was stretched.
# * `(N, 1)` with `(N,)` gives `(N, N)`: the model learns the mean. Demand equal shapes in the loss and in the
#   accuracy.

# %% [markdown] lang="es" tags=["quiz"]
# ¿Qué forma tiene la suma de un tensor `(8, 1, 5)` y otro `(7, 1)`?
#
# - [x] `(8, 7, 5)`: alineados, 8 con nada, 1 con 7 y 5 con 1; en cada columna uno se estira.
# - [ ] Es un error porque los rangos difieren: al que le faltan ejes se le agregan unos por la izquierda.
# - [ ] `(8, 7, 1)`: en la última columna el 1 se estira hasta 5, y no al revés.
# - [ ] `(7, 1, 5)`: eso alinearía por la izquierda, y además 8 con 7 sería un error.

# %% [markdown] lang="en" tags=["quiz"]
# What is the shape of the sum of a tensor `(8, 1, 5)` and another `(7, 1)`?
#
# - [x] `(8, 7, 5)`: aligned, 8 with nothing, 1 with 7, and 5 with 1; in each column one of them stretches.
# - [ ] It is an error because the ranks differ: the one that lacks axes gets ones on its left.
# - [ ] `(8, 7, 1)`: in the last column the 1 stretches to 5, and not the other way round.
# - [ ] `(7, 1, 5)`: that would align on the left, and then 8 with 7 would be an error.

# %% tags=["hidden"]
assert broadcast_shape((8, 1, 5), (7, 1)) == (8, 7, 5)

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: todas las distancias
#
# Escribe `distances(x, y)`: de los puntos `x`, de forma `(n, d)`, a los puntos `y`, de forma `(m, d)`, la
# tabla `(n, m)` de distancias euclidianas. Sin bucles y sin `cdist`.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: all the distances
#
# Write `distances(x, y)`: from the points `x`, of shape `(n, d)`, to the points `y`, of shape `(m, d)`, the
# table `(n, m)` of Euclidean distances. No loops and no `cdist`.


# %% tags=["solution"]
def distances(x, y):
    return (x[:, None] - y[None]).square().sum(-1).sqrt()


# %% tags=["check"]
generator = torch.Generator().manual_seed(0)
for n, m, d in [(4, 3, 2), (1, 5, 7), (6, 1, 1), (3, 3, 3)]:
    x, y = torch.randn(n, d, generator=generator), torch.randn(m, d, generator=generator)
    assert distances(x, y).shape == (n, m), (n, m, d)
    assert torch.allclose(distances(x, y), torch.cdist(x, y), atol=1e-5)

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: normalizar por canal
#
# Escribe `normalize(images, mean, std)`: `images` tiene forma `(n, canal, alto, ancho)`; `mean` y `std`,
# `(canal,)`. Cada canal de cada imagen se centra y se escala con lo suyo. Prueba tu primera idea con 3
# canales y ancho 3, donde el error sería silencioso.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: normalise by channel
#
# Write `normalize(images, mean, std)`: `images` has shape `(n, channel, height, width)`; `mean` and `std`,
# `(channel,)`. Each channel of each image is centred and scaled by its own. Try your first idea with 3
# channels and width 3, where the error would be silent.


# %% tags=["solution"]
def normalize(images, mean, std):
    return (images - mean[:, None, None]) / std[:, None, None]


# %% tags=["check"]
from torchvision.transforms.v2 import functional as transforms

generator = torch.Generator().manual_seed(1)
for shape in [(2, 3, 4, 3), (1, 3, 3, 3), (5, 1, 2, 6)]:
    images = torch.rand(shape, generator=generator)
    mean, std = torch.rand(shape[1], generator=generator), 0.5 + torch.rand(shape[1], generator=generator)
    expected = transforms.normalize(images, mean.tolist(), std.tolist())
    assert torch.allclose(normalize(images, mean, std), expected, atol=1e-6), shape

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: el camino de vuelta
#
# Escribe `unstretch(gradient, shape)`: el gradiente respecto del resultado, llevado a la forma `shape` del
# operando que se estiró. Suma los ejes que le faltaban y los que medían 1, y estos últimos deben quedar. Es
# la pieza que le falta al [motor de autograd](../fundamentals/autograd.md) para trabajar con tensores.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: the way back
#
# Write `unstretch(gradient, shape)`: the gradient with respect to the result, brought to the shape `shape` of
# the operand that was stretched. Add over the axes it lacked and over those of size 1, which must stay. It is
# the part that the [autograd engine](../fundamentals/autograd.md) lacks to work with tensors.


# %% tags=["solution"]
def unstretch(gradient, shape):
    missing = gradient.ndim - len(shape)
    gradient = gradient.sum(tuple(range(missing))) if missing else gradient
    ones = tuple(axis for axis, size in enumerate(shape) if size == 1)
    return gradient.sum(ones, keepdim=True) if ones else gradient


# %% tags=["check"]
generator = torch.Generator().manual_seed(2)
cases = [((3, 1), (4,)), ((2, 1, 4), (3, 1)), ((), (2, 3)), ((1,), (5, 1)), ((2, 3), (2, 3))]
for one, other in cases:
    a, b = (torch.randn(shape, generator=generator, requires_grad=True) for shape in (one, other))
    result = a * b
    weights = torch.randn(result.shape, generator=generator)
    for operand, rest in ((a, b), (b, a)):
        (expected,) = torch.autograd.grad(result, operand, grad_outputs=weights, retain_graph=True)
        found = unstretch(weights * rest.detach(), operand.shape)
        assert found.shape == operand.shape, (one, other)
        assert torch.allclose(found, expected, atol=1e-5), (one, other)

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# Estirar es leer varias veces el mismo número. [Indexar](../fundamentals/indexing.md) es elegir cuáles se
# leen, y ahí la pregunta por la copia se vuelve decisiva. Las sumas con índices repetidos, sin estirar nada a
# mano, están en los [productos escalares](../tensor_mathematics/dot_products.md).

# %% [markdown] lang="en"
# ## Where to go next
#
# To stretch is to read the same number several times. [Indexing](../fundamentals/indexing.md) is choosing
# which ones are read, and there the question of the copy becomes decisive. Sums over repeated indices, with
# nothing stretched by hand, are in [dot products](../tensor_mathematics/dot_products.md).
