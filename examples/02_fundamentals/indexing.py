"""
title:
  es: Indexar, vistas y copias
  en: Indexing, views and copies
summary:
  es: Índices básicos, listas, máscaras, gather y scatter; cuáles miran la misma memoria y cuáles copian.
  en: Basic indices, lists, masks, gather and scatter; which ones look at the same memory and which copy.
tags: [indexing, view, copy, mask, gather, scatter]
objectives:
  es:
    - Predecir la forma de cualquier expresión con corchetes.
    - Decir si el resultado es una vista o una copia, y demostrarlo.
    - Usar máscaras, `gather` y `scatter` en lugar de bucles.
    - Evitar las sorpresas de escribir a través de un índice.
  en:
    - Predict the shape of any expression in square brackets.
    - Say whether the result is a view or a copy, and prove it.
    - Use masks, `gather` and `scatter` in place of loops.
    - Avoid the surprises of writing through an index.
prerequisites:
  es:
    - Forma, rango y pasos de un tensor.
    - La regla de broadcasting.
  en:
    - Shape, rank and strides of a tensor.
    - The rule of broadcasting.
"""
# %% [markdown] lang="es"
# Dos líneas casi iguales, `T[0:2] = 0` y `T[[0, 1]][0] = 0`: una cambia la tabla y la otra no hace nada, sin
# quejarse. La diferencia está en si los corchetes devuelven una *view* (vista: otra manera de leer los mismos
# números) o una copia. Al terminar esta lección podrás decir cuál de las dos es, y cómo se ve, para cada
# forma de indexar.
#
# Conviene haber leído [Tensores y rango](../fundamentals/tensors_and_rank.md) y
# [Broadcasting](../fundamentals/broadcasting.md). La lección acompaña la sección *PyTorch Fundamentals* del
# curso [PyTorch for Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) de
# Andrei Neagoie y Daniel Bourke, y el [capítulo 00](https://www.learnpytorch.io/00_pytorch_fundamentals/) de
# su libro abierto.

# %% [markdown] lang="en"
# Two lines almost alike, `T[0:2] = 0` and `T[[0, 1]][0] = 0`: one changes the table and the other does
# nothing, without complaint. The difference is whether the square brackets return a *view* (another way to
# read the same numbers) or a copy. By the end of this lesson you will be able to say which of the two it is,
# and how it shows, for each kind of indexing.
#
# It helps to have read [Tensors and rank](../fundamentals/tensors_and_rank.md) and
# [Broadcasting](../fundamentals/broadcasting.md). The lesson goes with the section *PyTorch Fundamentals* of
# the course [PyTorch for Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) by
# Andrei Neagoie and Daniel Bourke, and with [chapter
# 00](https://www.learnpytorch.io/00_pytorch_fundamentals/) of their open book.

# %%
from io import BytesIO

import torch
from torch.nn.functional import cross_entropy, one_hot

from tutorials_lib import tr
from tutorials_lib.plots import tensor_grid

# %% [markdown] lang="es"
# ## Índices básicos
#
# Son los enteros, los cortes `inicio:fin:paso`, los puntos suspensivos `...` (todos los ejes que falten) y
# `None` (un eje nuevo de tamaño 1). Un entero elimina su eje; un corte lo conserva. Nuestra tabla tiene 4
# filas y 5 columnas con los números del 0 al 19 en orden. Escribe en un papel qué casillas y qué forma da
# cada expresión antes de mirar.

# %% [markdown] lang="en"
# ## Basic indices
#
# These are integers, slices `start:stop:step`, the ellipsis `...` (all the axes that are missing) and `None`
# (a new axis of size 1). An integer removes its axis; a slice keeps it. Our table has 4 rows and 5 columns
# with the numbers 0 to 19 in order. Write on paper which cells and which shape each expression gives before
# looking.

# %%
T = torch.arange(20).reshape(4, 5)  # row column
basic = {
    "T[1]": T[1],
    "T[:, 1]": T[:, 1],
    "T[:, 1:2]": T[:, 1:2],
    "T[1:3, ::2]": T[1:3, ::2],
    "T[..., -1]": T[..., -1],
    "T[2, None]": T[2, None],
}
for expression, result in basic.items():
    print(f"{expression:<12} {tuple(result.shape)!s:<8} {result.flatten().tolist()}")

# %% [markdown] lang="es"
# La figura colorea lo que leyó cada expresión. Como cada número dice dónde está, las casillas salen de la
# corrida: el número 13 está en la fila `13 // 5` y la columna `13 % 5`.

# %% [markdown] lang="en"
# The figure colours what each expression has read. Since each number says where it is, the cells come from
# the run: the number 13 is in row `13 // 5` and column `13 % 5`.


# %%
# alt es: Seis tablas: una fila; una columna; la misma; un cruce de filas y columnas; la última; otra fila.
# alt en: Six tables: a row; a column; the same; a crossing of rows and columns; the last; another row.
def draw_reads(reads):
    cells = {
        name: [divmod(number, 5) for number in result.flatten().tolist()] for name, result in reads.items()
    }
    return tensor_grid(dict.fromkeys(reads, T), rows=(3,) * (len(reads) // 3), highlight=cells)


ax = draw_reads(basic)

# %% tags=["hidden"]
assert [tuple(result.shape) for result in basic.values()] == [(5,), (4,), (4, 1), (2, 3), (4,), (1, 5)]

# %% [markdown] lang="es"
# `T[:, 1]` y `T[:, 1:2]` leen lo mismo y entregan formas distintas: `(4,)` y `(4, 1)`. Esa es la coma que
# arruina un entrenamiento en la lección de broadcasting.
#
# ¿Comparten memoria con `T`? La primera prueba que viene a la mente es comparar `data_ptr()`, la dirección
# del primer número.

# %% [markdown] lang="en"
# `T[:, 1]` and `T[:, 1:2]` read the same and return different shapes: `(4,)` and `(4, 1)`. That is the comma
# that ruins a training run in the lesson on broadcasting.
#
# Do they share memory with `T`? The first test that comes to mind is to compare `data_ptr()`, the address of
# the first number.


# %%
def same_storage(one, other):
    return one.untyped_storage().data_ptr() == other.untyped_storage().data_ptr()


for expression, result in basic.items():
    offset = result.storage_offset()
    print(
        f"{expression:<12} {result.data_ptr() == T.data_ptr()!s:<6} {same_storage(result, T)!s:<5}", end=" "
    )
    print(f"offset = {offset:>2}   stride = {result.stride()}")

# %% tags=["hidden"]
assert all(same_storage(result, T) for result in basic.values())
assert not any(result.data_ptr() == T.data_ptr() for result in basic.values())
assert all(
    result.data_ptr() == T.data_ptr() + result.storage_offset() * T.itemsize for result in basic.values()
)

# %% [markdown] lang="es"
# La primera columna dice que no y se equivoca: una vista puede **empezar** en otro lugar de la misma memoria.
# Lo que hay que comparar es el almacén completo, `untyped_storage()`. Los índices básicos dan siempre vistas:
# un punto de partida (`offset`) y unos pasos bastan para describirlas. Para `T[1:3, ::2]`:

# %% [markdown] lang="en"
# The first column says no, and is wrong: a view may **begin** elsewhere in the same memory. What must be
# compared is the whole store, `untyped_storage()`. Basic indices always give views: a starting point
# (`offset`) and some strides are enough to describe them. For `T[1:3, ::2]`:

# %%
# alt es: La memoria de 20 casillas con seis marcadas: 5, 7, 9, 10, 12 y 14; y la vista de 2 por 3 que forman.
# alt en: The memory of 20 cells with six marked, 5, 7, 9, 10, 12 and 14, and the 2 by 3 view that they form.
view = T[1:3, ::2]
places = [
    view.storage_offset() + row * view.stride(0) + column * view.stride(1)
    for row in range(2)
    for column in range(3)
]
memory = tr(es="memoria", en="memory")
ax = tensor_grid(
    {memory: T.flatten(), "T[1:3, ::2]": view},
    rows=(1, 1),
    highlight={memory: [(place,) for place in places]},
)

# %% tags=["hidden"]
assert T.flatten()[places].tolist() == view.flatten().tolist() == [5, 7, 9, 10, 12, 14]

# %% [markdown] lang="es"
# Hay un corte que Python permite y PyTorch no: el de paso negativo. `T.flip(0)` hace lo mismo con una copia.

# %% [markdown] lang="en"
# There is one slice that Python allows and PyTorch does not: the one with a negative step. `T.flip(0)` does
# the same with a copy.

# %% tags=["raises=ValueError"]
T[::-1]

# %% [markdown] lang="es"
# ## Índices avanzados: listas y tensores
#
# Una lista elige lugares sin patrón, que ningún paso describe; por eso el resultado es una copia. Con dos
# listas, ¿qué darán `T[[0, 2, 3], [1, 3, 4]]` y `T[[0, 2, 3]][:, [1, 3, 4]]`: tres números o nueve?

# %% [markdown] lang="en"
# ## Advanced indices: lists and tensors
#
# A list chooses places without a pattern, which no stride describes; that is why the result is a copy. With
# two lists, what will `T[[0, 2, 3], [1, 3, 4]]` and `T[[0, 2, 3]][:, [1, 3, 4]]` give: three numbers or nine?

# %%
# alt es: La tabla tres veces: tres filas enteras; tres casillas sueltas; nueve, cruces de filas y columnas.
# alt en: The table three times: three whole rows; three single cells; nine cells in three rows and columns.
rows, columns = torch.tensor([0, 2, 3]), torch.tensor([1, 3, 4])
advanced = {
    "T[rows]": T[rows],
    "T[rows, columns]": T[rows, columns],
    "T[rows[:, None], columns]": T[rows[:, None], columns],
}
ax = draw_reads(advanced)
for expression, result in advanced.items():
    print(f"{expression:<25} {tuple(result.shape)!s:<7} {same_storage(result, T)}")

# %% tags=["hidden"]
assert not any(same_storage(result, T) for result in advanced.values())
assert T[rows, columns].tolist() == [1, 13, 19]
assert torch.equal(T[rows[:, None], columns], T[rows][:, columns])
cube = torch.arange(24).reshape(2, 3, 4)
assert cube[:, [0, 1], [0, 1]].shape == (2, 2) and cube[[0, 1], :, [0, 1]].shape == (2, 3)

# %% [markdown] lang="es"
# Dos listas se recorren **a la par** y dan tres números. Los índices de una misma expresión siguen la regla
# de broadcasting: `(3,)` con `(3,)` da `(3,)`; `(3, 1)` con `(3,)` da `(3, 3)`, la tabla completa de cruces.
#
# ## Máscaras
#
# Una condición sobre un tensor da otro de la misma forma con verdadero o falso. Como índice, elige donde es
# verdadero. La longitud del resultado depende de los **datos**, así que ninguna vista podría describirla:
# también es una copia.

# %% [markdown] lang="en"
# Two lists are walked **in step** and give three numbers. The indices of one expression follow the rule of
# broadcasting: `(3,)` with `(3,)` gives `(3,)`; `(3, 1)` with `(3,)` gives `(3, 3)`, the full table of
# crossings.
#
# ## Masks
#
# A condition on a tensor gives another of the same shape with true or false. As an index it chooses where it
# is true. The length of the result depends on the **data**, so that no view could describe it: it is a copy
# too.

# %%
# alt es: La tabla tres veces: los múltiplos de 3; los de 3 mayores que 8; las filas cuya suma pasa de 40.
# alt en: The table three times: the multiples of 3; those of 3 above 8; the rows whose sum exceeds 40.
masked = {
    "T[T % 3 == 0]": T[T % 3 == 0],
    "T[(T % 3 == 0) & (T > 8)]": T[(T % 3 == 0) & (T > 8)],
    "T[T.sum(1) > 40]": T[T.sum(1) > 40],
}
ax = draw_reads(masked)
for expression, result in masked.items():
    print(f"{expression:<26} {tuple(result.shape)!s:<7} {same_storage(result, T)}")

# %% tags=["hidden"]
assert [tuple(result.shape) for result in masked.values()] == [(7,), (4,), (2, 5)]
assert not any(same_storage(result, T) for result in masked.values())

# %% [markdown] lang="es"
# Una máscara de la forma completa aplana; una de un solo eje elige filas enteras. Los paréntesis no son
# adorno: `&` se evalúa antes que `==` y `>`, y sin ellos Python leería `T % 3 == (0 & T) > 8`, que aquí es un
# error.
#
# ## Escribir a través de un índice
#
# A la izquierda del `=`, todos los índices escriben en la tabla original, también las listas y las máscaras.
# La sorpresa aparece al encadenar dos corchetes. Decide qué tablas terminan con ceros.

# %% [markdown] lang="en"
# A mask of the full shape flattens; one with a single axis chooses whole rows. The parentheses are no
# ornament: `&` is evaluated before `==` and `>`, and without them Python would read `T % 3 == (0 & T) > 8`,
# an error here.
#
# ## Writing through an index
#
# To the left of `=`, every index writes into the original table, lists and masks included. The surprise comes
# when two pairs of brackets are chained. Decide which tables end up with zeros.


# %%
def basic_then_basic(T):
    T[0:2][:, 1] = 0


def list_then_basic(T):
    T[[0, 1]][:, 1] = 0


def both_at_once(T):
    T[[0, 1], 1] = 0


def mask_then_basic(T):
    T[T < 10][0] = 0


zeros = {}
for write in (basic_then_basic, list_then_basic, both_at_once, mask_then_basic):
    table = torch.arange(1, 21).reshape(4, 5)
    write(table)
    zeros[write.__name__] = (table == 0).sum().item()
    print(f"{write.__name__:<17} {zeros[write.__name__]}")

# %% tags=["hidden"]
assert list(zeros.values()) == [2, 0, 2, 0]

# %% [markdown] lang="es"
# La segunda y la cuarta escribieron en una copia que nadie guardó. La regla: **un solo par de corchetes a la
# izquierda del `=`**.
#
# Otra sorpresa: un índice repetido. Contemos cuántas veces aparece cada clase con `counts[labels] += 1`.

# %% [markdown] lang="en"
# The second and the fourth wrote into a copy that nobody kept. The rule: **a single pair of brackets to the
# left of `=`**.
#
# Another surprise: a repeated index. Let us count how often each class appears with `counts[labels] += 1`.

# %%
labels = torch.tensor([2, 0, 2, 2, 1, 0])
counts = torch.zeros(3, dtype=torch.int64)
counts[labels] += 1
print(counts)
print(torch.zeros(3, dtype=torch.int64).index_add(0, labels, torch.ones_like(labels)))
print(torch.bincount(labels, minlength=3))

# %% tags=["hidden"]
assert counts.tolist() == [1, 1, 1] and torch.bincount(labels).tolist() == [2, 1, 3]

# %% [markdown] lang="es"
# `counts[labels] += 1` lee una copia, le suma 1 y la escribe: las tres visitas a la clase 2 escriben el mismo
# uno. Para sumar de verdad están `index_add`, `scatter_add` y `bincount`.
#
# ## `gather` y `scatter`
#
# `gather` lleva a tensores lo que una lista hace con filas: para cada lugar del resultado, el índice dice de
# dónde leer **en un eje**. En el eje 1,
#
# $$\text{out}_{ij} = \text{input}_{i,\; \text{index}_{ij}} .$$
#
# El uso más común en aprendizaje automático: de cada fila de *logits*, tomar el de su clase. Escribe en un
# papel qué números saldrán.

# %% [markdown] lang="en"
# `counts[labels] += 1` reads a copy, adds 1 and writes it back: the three visits to class 2 write the same
# one. To add for real there are `index_add`, `scatter_add` and `bincount`.
#
# ## `gather` and `scatter`
#
# `gather` brings to tensors what a list does with rows: for each place of the result, the index says where to
# read **along one axis**. Along axis 1,
#
# $$\text{out}_{ij} = \text{input}_{i,\; \text{index}_{ij}} .$$
#
# Its most common use in machine learning: from each row of logits, take the one of its class. Write on paper
# which numbers will come out.

# %%
# alt es: Tabla de 4 por 3 con una casilla marcada por fila, una columna de índices y el resultado, 4 números.
# alt en: A 4 by 3 table with one cell marked in each row, the column of indices and the result of 4 numbers.
logits = torch.tensor([[20, 3, 11], [1, 45, 7], [8, 16, 2], [30, 4, 50]])  # example class
classes = torch.tensor([[0], [2], [1], [2]])  # es: el ejemplo uno  # en: example one
chosen = logits.gather(1, classes)
ax = tensor_grid(
    {"input": logits, "index": classes, "out": chosen},
    signs=["", "→"],
    highlight={"input": [(row, column.item()) for row, column in enumerate(classes[:, 0])]},
)

# %%
scores = logits.float() / 10
log_probabilities = scores.log_softmax(dim=1)
by_gather = -log_probabilities.gather(1, classes).mean()
by_list = -log_probabilities[torch.arange(4), classes[:, 0]].mean()
print(by_gather.item(), by_list.item(), cross_entropy(scores, classes[:, 0]).item())

# %% tags=["hidden"]
assert chosen[:, 0].tolist() == [20, 7, 16, 50]
assert torch.isclose(by_gather, cross_entropy(scores, classes[:, 0])) and by_gather == by_list
generator = torch.Generator().manual_seed(0)
source = torch.randn(3, 5, generator=generator)
index = torch.randint(5, (3, 4), generator=generator)
out = source.gather(1, index)
assert all(out[i, j] == source[i, index[i, j]] for i in range(3) for j in range(4))

# %% [markdown] lang="es"
# Los tres números coinciden: la entropía cruzada es ese `gather` con signo menos y una media.
#
# `scatter` es el camino inverso: reparte, en un eje, cada número en el lugar que dice el índice. Con `add`,
# los que caen en el mismo lugar se suman. Es también la derivada de `gather`: lo que se leyó dos veces recibe
# dos aportes.

# %% [markdown] lang="en"
# The three numbers agree: the cross-entropy is that `gather`, with a minus sign and a mean.
#
# `scatter` is the way back: it deals out each number, along one axis, to the place the index says. With
# `add`, those that land on the same place are summed. It is also the derivative of `gather`: what was read
# twice receives two contributions.

# %%
# alt es: Los números 5, 6, 7 y 8, sus destinos 0, 2, 2 y 1, y el resultado 5, 8, 13, 0 con el 13 marcado.
# alt en: The numbers 5, 6, 7 and 8, their places 0, 2, 2 and 1, and the result 5, 8, 13, 0 with 13 marked.
numbers, places = torch.tensor([5, 6, 7, 8]), torch.tensor([0, 2, 2, 1])
summed = torch.zeros(4, dtype=torch.int64).scatter_add(0, places, numbers)
ax = tensor_grid(
    {"src": numbers, "index": places, "scatter_add": summed},
    signs=["", "→"],
    highlight={"src": [(1,), (2,)], "index": [(1,), (2,)], "scatter_add": [(2,)]},
)
encoded = torch.zeros(4, 3, dtype=torch.int64).scatter(1, classes, 1)
print(encoded.tolist(), torch.equal(encoded, one_hot(classes[:, 0], num_classes=3)))
source = torch.tensor([1.0, 2.0, 3.0, 4.0], requires_grad=True)
source.gather(0, places).sum().backward()
print(source.grad)

# %% tags=["hidden"]
assert summed.tolist() == [5, 8, 13, 0] and source.grad.tolist() == [1, 1, 2, 0]
assert torch.equal(encoded, one_hot(classes[:, 0], num_classes=3))

# %% [markdown] lang="es"
# ## ¿Vista o copia? La tabla completa
#
# Dos pruebas independientes para cada forma de leer: si comparten almacén, y si escribir en el resultado
# cambia la tabla. Marca tus apuestas para `T.T`, `T.diagonal()`, `T.flip(0)` y `T.split(2)[1]`.

# %% [markdown] lang="en"
# ## View or copy? The full table
#
# Two independent tests for each way of reading: whether they share the store, and whether writing into the
# result changes the table. Place your bets for `T.T`, `T.diagonal()`, `T.flip(0)` and `T.split(2)[1]`.

# %%
READS = {
    "T[1]": lambda T: T[1],
    "T[1:3, ::2]": lambda T: T[1:3, ::2],
    "T[..., None]": lambda T: T[..., None],
    "T.T": lambda T: T.T,
    "T.diagonal()": lambda T: T.diagonal(),
    "T.split(2)[1]": lambda T: T.split(2)[1],
    "T.unfold(1, 3, 1)": lambda T: T.unfold(1, 3, 1),
    "T[[1, 2]]": lambda T: T[[1, 2]],
    "T[T > 9]": lambda T: T[T > 9],
    "T.index_select(0, i)": lambda T: T.index_select(0, torch.tensor([1, 2])),
    "T.gather(1, i)": lambda T: T.gather(1, torch.zeros(4, 1, dtype=torch.int64)),
    "torch.where(T > 9, T, 0)": lambda T: torch.where(T > 9, T, 0),
    "T.flip(0)": lambda T: T.flip(0),
    "T.clone()": lambda T: T.clone(),
}

# %%
verdicts = {}
for expression, read in READS.items():
    table = torch.arange(20).reshape(4, 5)
    result = read(table)
    shares = same_storage(result, table)
    result.fill_(-1)
    changes = bool((table == -1).any())
    verdicts[expression] = shares, changes
    print(
        f"{expression:<25} {tr(es='vista', en='view') if shares else tr(es='copia', en='copy'):<6} {changes}"
    )

# %% tags=["hidden"]
assert all(shares == changes for shares, changes in verdicts.values())
views = [expression for expression, (shares, _) in verdicts.items() if shares]
assert views == list(READS)[:7]

# %% [markdown] lang="es"
# Las dos pruebas coinciden en las `{python} len(READS)` filas; `{python} len(views)` son vistas. El criterio
# es uno solo: si lo leído se describe con un comienzo y unos pasos, es una vista; si hace falta una lista de
# lugares, es una copia. `flip` necesitaría un paso negativo, que PyTorch no tiene.
#
# ## Lo que una vista retiene
#
# Una vista pequeña mantiene vivo el almacén entero, también al guardarla. Un millón de números, de los que
# solo queremos diez:

# %% [markdown] lang="en"
# The two tests agree in the `{python} len(READS)` rows; `{python} len(views)` are views. There is one
# criterion: if what was read can be described by a beginning and some strides, it is a view; if a list of
# places is needed, it is a copy. `flip` would need a negative stride, which PyTorch does not have.
#
# ## What a view holds on to
#
# A small view keeps the whole store alive, in a file as well. A million numbers, of which we want only ten:


# %%
def saved_bytes(tensor):
    file = BytesIO()
    torch.save(tensor, file)
    return file.tell()


large = torch.zeros(1_000_000)
print(saved_bytes(large[:10]), saved_bytes(large[:10].clone()))

# %% tags=["hidden"]
heavy, light = saved_bytes(large[:10]), saved_bytes(large[:10].clone())
assert heavy > 4_000_000 and light < 4_000

# %% [markdown] lang="es"
# `{python} heavy` bytes contra `{python} light`: la vista de diez números se guardó con el millón detrás.
# Antes de guardar un pedazo, `.clone()`.
#
# ## Para llevarte
#
# * Un entero quita su eje, un corte lo conserva, `None` agrega uno.
# * Comienzo y pasos bastan: vista. Lista, tensor o máscara: copia. Compara `untyped_storage()`, no
#   `data_ptr()`.
# * Dos listas se leen a la par; para el cruce, una en columna: `rows[:, None]`.
# * Un solo par de corchetes a la izquierda del `=`; índices repetidos, con `index_add` o `scatter_add`.
# * En un eje, `gather` lee según un índice y `scatter` escribe; `gather` y `scatter_add` son cada uno la
#   derivada del otro.

# %% [markdown] lang="en"
# `{python} heavy` bytes against `{python} light`: the view of ten numbers was saved with the million behind
# it. Before saving a piece, `.clone()`.
#
# ## What to keep
#
# * An integer removes its axis, a slice keeps it, `None` adds one.
# * If a beginning and strides are enough: a view. List, tensor or mask: a copy. Compare `untyped_storage()`,
#   not `data_ptr()`.
# * Two lists are read in step; for the crossing, one of them as a column: `rows[:, None]`.
# * A single pair of brackets to the left of `=`; repeated indices, with `index_add` or `scatter_add`.
# * Along one axis `gather` reads by an index and `scatter` writes; `gather` and `scatter_add` are each the
#   derivative of the other.

# %% [markdown] lang="es" tags=["quiz"]
# `X` tiene forma `(8, 3, 32, 32)`. ¿Qué forma tiene `X[[0, 5], :, 4:8, None]` y qué es?
#
# - [x] `(2, 3, 4, 1, 32)`, una copia: la lista obliga a copiar aunque el resto sean cortes.
# - [ ] `(2, 3, 4, 1, 32)`, una vista: lo sería si la lista fuera el corte `0:6:5`, que sí tiene un paso.
# - [ ] `(2, 3, 4, 1)`: falta el último eje, que no se nombró y se conserva entero.
# - [ ] `(2, 3, 4, 32)`: `None` agrega un eje de tamaño 1 en su lugar.

# %% [markdown] lang="en" tags=["quiz"]
# `X` has shape `(8, 3, 32, 32)`. What is the shape of `X[[0, 5], :, 4:8, None]`, and what is it?
#
# - [x] `(2, 3, 4, 1, 32)`, a copy: the list forces copying even though the rest are slices.
# - [ ] `(2, 3, 4, 1, 32)`, a view: it would be one if the list were the slice `0:6:5`, which has a stride.
# - [ ] `(2, 3, 4, 1)`: the last axis is missing, which was not named and is kept whole.
# - [ ] `(2, 3, 4, 32)`: `None` adds an axis of size 1 in its place.

# %% tags=["hidden"]
X = torch.zeros(8, 3, 32, 32)
assert X[[0, 5], :, 4:8, None].shape == X[0:6:5, :, 4:8, None].shape == (2, 3, 4, 1, 32)
assert not same_storage(X[[0, 5], :, 4:8, None], X) and same_storage(X[0:6:5, :, 4:8, None], X)

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: un tablero
#
# Escribe `checkerboard(n)`: un tensor `int64` de `n`×`n` con ceros y unos alternados y un 0 en la esquina
# superior izquierda. Solo con cortes: dos asignaciones, sin bucles ni aritmética.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: a chessboard
#
# Write `checkerboard(n)`: an `int64` tensor of `n`×`n` with alternating zeros and ones and a 0 in the upper
# left corner. With slices alone: two assignments, no loops and no arithmetic.


# %% tags=["solution"]
def checkerboard(n):
    board = torch.zeros(n, n, dtype=torch.int64)
    board[::2, 1::2] = 1
    board[1::2, ::2] = 1
    return board


# %% tags=["check"]
for n in (1, 2, 3, 8):
    expected = torch.tensor([[(row + column) % 2 for column in range(n)] for row in range(n)])
    assert torch.equal(checkerboard(n), expected), n

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: la última palabra
#
# Un *batch* de frases de distinta longitud se rellena hasta la más larga. Escribe `last_states(states,
# lengths)`: `states` tiene forma `(frase, tiempo, ancho)` y `lengths` dice cuántos pasos son reales; devuelve
# `(frase, ancho)`, el estado del último paso real de cada frase. Sin bucles.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: the last word
#
# A batch of sentences of different lengths is padded up to the longest. Write `last_states(states, lengths)`:
# `states` has shape `(sentence, time, width)` and `lengths` says how many steps are real; return `(sentence,
# width)`, the state of the last real step of each sentence. No loops.


# %% tags=["solution"]
def last_states(states, lengths):
    return states[torch.arange(len(states)), lengths - 1]


# %% tags=["check"]
generator = torch.Generator().manual_seed(3)
for sentences, times, width in [(4, 6, 3), (1, 1, 2), (5, 5, 5)]:
    states = torch.randn(sentences, times, width, generator=generator)
    lengths = torch.randint(1, times + 1, (sentences,), generator=generator)
    expected = torch.stack([state[length - 1] for state, length in zip(states, lengths, strict=True)])
    assert torch.equal(last_states(states, lengths), expected), (sentences, times, width)

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: la media de cada grupo
#
# Escribe `group_means(values, groups, count)`: `values` tiene forma `(n, d)`, `groups` dice a cuál de los
# `count` grupos pertenece cada fila; devuelve `(count, d)` con la media de cada grupo, y ceros en un grupo
# vacío. Sin bucles.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: the mean of each group
#
# Write `group_means(values, groups, count)`: `values` has shape `(n, d)`, `groups` says to which of the
# `count` groups each row belongs; return `(count, d)` with the mean of each group, and zeros for an empty
# group. No loops.


# %% tags=["solution"]
def group_means(values, groups, count):
    totals = values.new_zeros(count, values.shape[1]).index_add(0, groups, values)
    sizes = torch.bincount(groups, minlength=count)
    return totals / sizes.clamp(min=1)[:, None]


# %% tags=["check"]
generator = torch.Generator().manual_seed(4)
for n, d, count in [(20, 3, 4), (5, 1, 2), (3, 3, 6)]:
    values = torch.randn(n, d, generator=generator)
    groups = torch.randint(count, (n,), generator=generator)
    for group in range(count):
        members = values[groups == group]
        expected = members.mean(0) if len(members) else torch.zeros(d)
        assert torch.allclose(group_means(values, groups, count)[group], expected, atol=1e-6), (n, d, group)

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# Indexar elige números; [cambiar de forma](../fundamentals/reshaping.md) los reagrupa, con la misma pregunta
# de fondo: ¿bastan un comienzo y unos pasos? Los errores que producen los índices fuera de lugar están en el
# [museo de los errores](../fundamentals/error_museum.md).

# %% [markdown] lang="en"
# ## Where to go next
#
# Indexing chooses numbers; [reshaping](../fundamentals/reshaping.md) regroups them, with the same question
# underneath: are a beginning and some strides enough? The errors that misplaced indices produce are in the
# [error museum](../fundamentals/error_museum.md).
