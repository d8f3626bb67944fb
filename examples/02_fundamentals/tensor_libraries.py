"""
title:
  es: Bibliotecas de tensores
  en: Tensor libraries
summary:
  es: La misma cuenta en NumPy y en PyTorch, la memoria compartida, lo que cambia sin avisar y sus parientes.
  en: The same computation in NumPy and PyTorch, the memory they share, silent changes, and their relatives.
tags: [NumPy, PyTorch, tensor, interoperability, history]
objectives:
  es:
    - Pasar un cálculo de NumPy a PyTorch y comprobar que dan lo mismo.
    - Decir cuándo un arreglo y un tensor comparten memoria y cuándo son copias.
    - Anticipar las diferencias que no avisan, de tipos, estadística y repetición.
    - Situar TensorFlow, Keras y JAX, y fechar Theano, Caffe y CNTK.
  en:
    - Take a computation from NumPy to PyTorch and check that both agree.
    - Tell when an array and a tensor share memory and when they are copies.
    - Foresee the differences that give no warning, in types, statistics and repetition.
    - Place TensorFlow, Keras and JAX, and date Theano, Caffe and CNTK.
prerequisites:
  es:
    - La lección «Tensores y rango».
    - Haber usado NumPy alguna vez ayuda; no es indispensable.
  en:
    - The lesson “Tensors and rank”.
    - Having used NumPy helps; it is not required.
"""
# %% [markdown] lang="es"
# Quien llega a PyTorch suele venir de NumPy, y casi todo lo que sabe sirve. Casi: algunas funciones se llaman
# igual y calculan otra cosa. Al terminar podrás llevar un cálculo de una biblioteca a la otra, decir si
# comparten la memoria, y reconocer las diferencias que no dan error. También sabrás qué son las demás
# bibliotecas que nombran los libros, y cuáles ya terminaron.
#
# Presupone [Tensores y rango](tensors_and_rank.md). Acompaña la parte *PyTorch tensors & NumPy* de la sección
# *PyTorch Fundamentals* del curso [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) de Andrei Neagoie y Daniel Bourke:
# [capítulo 00](https://www.learnpytorch.io/00_pytorch_fundamentals/) de su libro abierto.

# %% [markdown] lang="en"
# People who come to PyTorch often come from NumPy, and nearly all they know is of use. Nearly: some functions
# bear the same name and compute something else. By the end you will take a computation from one library to
# the other, tell whether they share memory, and recognise the differences that raise no error. You will also
# know what the other libraries are that books name, and which have ended.
#
# It presumes [Tensors and rank](tensors_and_rank.md). It goes with the part *PyTorch tensors & NumPy* of the
# section *PyTorch Fundamentals* of the course [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) by Andrei Neagoie and Daniel Bourke:
# [chapter 00](https://www.learnpytorch.io/00_pytorch_fundamentals/) of their open book.

# %%
from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np
import torch

from tutorials_lib import tr
from tutorials_lib.plots import color, tensor_grid

# %% [markdown] lang="es"
# ## La misma cuenta, dos veces
#
# Ajustemos una recta por descenso: la pérdida es el error cuadrático medio, y el gradiente respecto de los
# pesos $w$ es $\frac{2}{n} X^\top (Xw - y)$. Primero NumPy, con el gradiente escrito a mano; después PyTorch,
# que lo deriva. ¿Cuántas líneas cambian de verdad?

# %% [markdown] lang="en"
# ## The same sum, twice
#
# Let us fit a line by descent: the loss is the mean squared error, and the gradient with respect to the
# weights $w$ is $\frac{2}{n} X^\top (Xw - y)$. First NumPy, with the gradient written by hand; then PyTorch,
# which derives it. How many lines really change?

# %%
random = np.random.default_rng(0)
X = np.column_stack([random.uniform(0, 1, 50), np.ones(50)])
y = X @ np.array([0.7, 0.3]) + 0.01 * random.standard_normal(50)

w = np.zeros(2)
for _ in range(300):
    gradient = 2 / len(y) * X.T @ (X @ w - y)
    w -= 0.5 * gradient

X_t, y_t = torch.from_numpy(X), torch.from_numpy(y)
w_t = torch.zeros(2, dtype=torch.float64, requires_grad=True)
for _ in range(300):
    loss = ((X_t @ w_t - y_t) ** 2).mean()
    (gradient_t,) = torch.autograd.grad(loss, w_t)
    w_t.data -= 0.5 * gradient_t

print(w, w_t.tolist(), f"{np.abs(w - w_t.detach().numpy()).max():.0e}")

# %% tags=["hidden"]
disagreement = np.abs(w - w_t.detach().numpy()).max()
assert disagreement < 1e-12 and np.allclose(w, [0.7, 0.3], atol=0.02)

# %% [markdown] lang="es"
# Cambia una: la del gradiente. Los pesos difieren en `{python} disagreement:.0e`, y `float64` distingue hasta
# `{python} np.finfo(float).eps:.0e`. PyTorch agrega a NumPy dos cosas, [derivadas](autograd.md) y
# [dispositivos](devices.md); lo demás es el mismo oficio con otros nombres.
#
# ## El diccionario
#
# Estas parejas hacen lo mismo. La celda no lo afirma, lo comprueba: aplica cada una a los mismos números y
# compara.

# %% [markdown] lang="en"
# One changes: that of the gradient. The weights differ by `{python} disagreement:.0e`, and `float64` tells
# apart down to `{python} np.finfo(float).eps:.0e`. PyTorch adds two things to NumPy,
# [derivatives](autograd.md) and [devices](devices.md); the rest is the same craft under other names.
#
# ## The dictionary
#
# These pairs do the same. The cell does not claim so, it checks: it applies each one to the same numbers and
# compares.

# %%
A = np.random.default_rng(1).standard_normal((3, 4))
T = torch.from_numpy(A)
pairs = {
    "np.concatenate([A, A], axis=1)": "torch.cat([T, T], dim=1)",
    "A.sum(axis=0, keepdims=True)": "T.sum(dim=0, keepdim=True)",
    "np.transpose(A, (1, 0))": "T.permute(1, 0)",
    "A[:, None]": "T[:, None]",
    "np.expand_dims(A, 0)": "T.unsqueeze(0)",
    "np.repeat(A, 2, axis=0)": "T.repeat_interleave(2, dim=0)",
    "np.tile(A, (2, 1))": "T.repeat(2, 1)",
    "np.broadcast_to(A[0], (3, 4))": "T[0].expand(3, 4)",
    "np.where(A > 0, A, 0)": "torch.where(T > 0, T, 0)",
    "np.clip(A, -1, 1)": "T.clamp(-1, 1)",
    "A.argmax(axis=1)": "T.argmax(dim=1)",
    "np.sort(A, axis=1)": "T.sort(dim=1).values",
    "np.einsum('ij,kj->ik', A, A)": "torch.einsum('ij,kj->ik', T, T)",
    "np.linalg.norm(A)": "torch.linalg.norm(T)",
    "A.astype(np.float32)": "T.float()",
}
for ours, theirs in pairs.items():
    agree = np.allclose(eval(ours), eval(theirs).numpy())
    print(f"{ours:<32} {theirs:<34} {'✓' if agree else '✗'}")

# %% tags=["hidden"]
assert all(np.allclose(eval(ours), eval(theirs).numpy()) for ours, theirs in pairs.items())
assert all(eval(ours).shape == tuple(eval(theirs).shape) for ours, theirs in pairs.items())

# %% [markdown] lang="es"
# Fíjate en un cruce peligroso: `np.repeat` es `repeat_interleave`, y el `repeat` de PyTorch es `np.tile`.
#
# ## Una memoria, dos nombres
#
# `torch.from_numpy` no copia: pone etiquetas de PyTorch a la memoria del arreglo. `torch.tensor` sí copia.
# Escribamos un 99 en el arreglo y miremos quién se entera. Apuesta por cada uno.

# %% [markdown] lang="en"
# Mind one dangerous crossing: `np.repeat` is `repeat_interleave`, and PyTorch's `repeat` is `np.tile`.
#
# ## One memory, two names
#
# `torch.from_numpy` does not copy: it puts PyTorch's labels on the memory of the array. `torch.tensor` does
# copy. Let us write a 99 into the array and see who learns about it. Bet on each.

# %%
source = np.arange(6.0)
relatives = {
    "torch.from_numpy": torch.from_numpy(source),
    "torch.as_tensor": torch.as_tensor(source),
    "torch.tensor": torch.tensor(source),
    "from_numpy + float": torch.from_numpy(source).float(),
    "from_numpy[1::2]": torch.from_numpy(source)[1::2],
    "from_numpy[[1, 3]]": torch.from_numpy(source)[[1, 3]],
}
source[3] = 99
for name, tensor in relatives.items():
    verdict = tr(es="comparte", en="shares") if 99 in tensor else tr(es="copia", en="copy")
    print(f"{name:<20} {verdict}")

# %%
# alt es: El arreglo y seis tensores hechos de él; el 99 aparece en los tres que comparten la memoria.
# alt en: The array and six tensors made from it; the 99 shows up in the three that share the memory.
everyone = {tr(es="arreglo", en="array"): source, **relatives}
marked = {name: np.argwhere(np.asarray(values) == 99).tolist() for name, values in everyone.items()}
ax = tensor_grid(everyone, rows=(1, 2, 2, 2), highlight=marked)

# %% tags=["hidden"]
sharing = {name for name, tensor in relatives.items() if 99 in tensor}
assert sharing == {"torch.from_numpy", "torch.as_tensor", "from_numpy[1::2]"}
assert torch.from_numpy(source).data_ptr() == source.ctypes.data
back = torch.zeros(2)
back.numpy()[0] = 5
assert back[0] == 5
shared_by_dlpack = np.from_dlpack(torch.ones(3))
assert shared_by_dlpack.shape == (3,)

# %% [markdown] lang="es"
# Comparten `from_numpy`, `as_tensor` y el corte con pasos; copian `torch.tensor`, el cambio de tipo y la
# lista de índices. `.numpy()` también comparte, en la otra dirección. El intercambio con otras bibliotecas
# sigue el protocolo [DLPack](https://dmlc.github.io/dlpack/latest/): `np.from_dlpack(tensor)`.
#
# Hay un arreglo que PyTorch no puede tomar prestado:

# %% [markdown] lang="en"
# `from_numpy`, `as_tensor` and the slice with steps share; `torch.tensor`, the change of type and the list of
# indices copy. `.numpy()` shares, too, in the other direction. Exchange with other libraries follows the
# protocol [DLPack](https://dmlc.github.io/dlpack/latest/): `np.from_dlpack(tensor)`.
#
# There is one array that PyTorch cannot borrow:

# %% tags=["raises=ValueError"]
torch.from_numpy(np.arange(4.0)[::-1])

# %% [markdown] lang="es"
# NumPy recorre hacia atrás con un paso negativo, sin mover nada; en PyTorch los pasos no son negativos.
# `.copy()` lo resuelve. Por lo mismo `T[::-1]` no existe y se escribe `T.flip(0)`, que copia.
#
# ## Lo que cambia sin avisar
#
# Cada renglón es la misma operación en las dos bibliotecas. Tapa las columnas y decide cuáles coinciden.

# %% [markdown] lang="en"
# NumPy walks backwards with a negative stride, moving nothing; in PyTorch strides are not negative. `.copy()`
# settles it. For the same reason `T[::-1]` does not exist and is written `T.flip(0)`, which copies.
#
# ## What changes without warning
#
# Each row is the same operation in both libraries. Cover the columns and decide which agree.

# %%
values = [1.0, 2.0, 3.0, 4.0]
n, t = np.array(values), torch.tensor(values)
contrasts = {
    tr(es="tipo de 1.0", en="type of 1.0"): (n.dtype, t.dtype),
    tr(es="enteros + 0.5", en="integers + 0.5"): ((np.arange(3) + 0.5).dtype, (torch.arange(3) + 0.5).dtype),
    "float32 + int64": (
        (np.float32([1]) + np.arange(1)).dtype,
        (torch.ones(1) + torch.arange(1)).dtype,
    ),
    "std": (n.std().round(4), round(t.std().item(), 4)),
    "median": (np.median(n), t.median().item()),
    "repeat": (np.repeat([7, 8], 2).tolist(), torch.tensor([7, 8]).repeat(2).tolist()),
    "uint8: 250 + 10": ((np.uint8([250]) + 10)[0], (torch.tensor([250], dtype=torch.uint8) + 10).item()),
    "round(2.5)": (np.round(2.5), torch.tensor(2.5).round().item()),
}
for name, (ours, theirs) in contrasts.items():
    print(f"{name:<16} {ours!s:<14} {theirs!s:<14} {'=' if str(ours) == str(theirs) else '≠'}")

# %% tags=["hidden"]
differ = [str(ours) != str(theirs) for ours, theirs in contrasts.values()]
assert differ[3:] == [True, True, True, False, False]
assert n.dtype == np.float64 and t.dtype == torch.float32
assert np.isclose(n.std(ddof=1), t.std().item()) and np.isclose(n.std(), t.std(correction=0).item())
assert (torch.ones(1) + torch.arange(1)).dtype == torch.float32
assert t.quantile(0.5).item() == np.median(n)

# %% [markdown] lang="es"
# * **El tipo.** NumPy crea `float64` y PyTorch `float32`; al mezclar con enteros, NumPy sube a `float64` y
#   PyTorch se queda en `float32`. Un arreglo pasado con `from_numpy` llega como `float64` y choca con los
#   pesos de la red.
# * **La desviación estándar.** NumPy divide por $n$ y PyTorch por $n - 1$. Para igualarlas,
#   `n.std(ddof=1)` o `t.std(correction=0)`.
# * **La mediana.** Con cantidad par, NumPy promedia las dos del medio y PyTorch toma la menor;
#   `t.quantile(0.5)` promedia.
# * **El desborde** de `uint8` y el redondeo al par son iguales en ambas.
#
# Otras diferencias sí avisan, y cada biblioteca protege lo suyo. Un entero no se vuelve decimal en su sitio
# en ninguna de las dos; la media de enteros solo la rechaza PyTorch.

# %% [markdown] lang="en"
# * **The type.** NumPy creates `float64` and PyTorch `float32`; mixed with integers, NumPy goes up to
#   `float64` and PyTorch stays at `float32`. An array passed by `from_numpy` arrives as `float64` and clashes
#   with the weights of the network.
# * **The standard deviation.** NumPy divides by $n$ and PyTorch by $n - 1$. To make them equal,
#   `n.std(ddof=1)` or `t.std(correction=0)`.
# * **The median.** For an even count, NumPy takes the mean of the two in the middle and PyTorch the smaller
#   one; `t.quantile(0.5)` takes the mean.
# * **The overflow** of `uint8` and rounding to even are equal in both.
#
# Other differences do warn, and each library protects its own. An integer does not become fractional in place
# in either; only PyTorch refuses the mean of integers.


# %%
def outcome(call: Callable[[], object]) -> str:
    try:
        return str(call())
    except Exception as error:
        return type(error).__name__


attempts = {
    tr(es="entero += 0.5", en="integer += 0.5"): (
        lambda: np.arange(3).__iadd__(0.5),
        lambda: torch.arange(3).__iadd__(0.5),
    ),
    "mean(int)": (lambda: np.arange(3).mean(), lambda: torch.arange(3).mean()),
    "[::-1]": (lambda: np.arange(3)[::-1], lambda: torch.arange(3)[::-1]),
    "float64 @ float32": (
        lambda: np.ones((1, 2)) @ np.ones((2, 1), np.float32),
        lambda: torch.ones(1, 2).double() @ torch.ones(2, 1),
    ),
}
for name, (ours, theirs) in attempts.items():
    print(f"{name:<18} {outcome(ours):<20} {outcome(theirs)}")

# %% tags=["hidden"]
told = {name: (outcome(ours), outcome(theirs)) for name, (ours, theirs) in attempts.items()}
assert told["mean(int)"] == ("1.0", "NotImplementedError") and told["float64 @ float32"][1] == "RuntimeError"
shapes = np.random.default_rng(2)
for _ in range(200):
    one, other = (tuple(shapes.integers(1, 4, shapes.integers(0, 4)).tolist()) for _ in range(2))
    try:
        expected = np.broadcast_shapes(one, other)
    except ValueError:
        expected = None
    try:
        found = tuple(torch.broadcast_shapes(one, other))
    except RuntimeError:
        found = None
    assert expected == found, (one, other)

# %% [markdown] lang="es"
# Lo que no cambia es el *broadcasting* (repetir un eje de tamaño 1 sin copiarlo): doscientas parejas de
# formas al azar, comparadas al construir esta página, dieron en las dos la misma forma o el mismo rechazo. La
# regla y su trampa tienen lección propia, [Broadcasting](broadcasting.md).
#
# ## Las otras vivas
#
# **TensorFlow** (Google, [noviembre de 2015](https://arxiv.org/abs/1603.04467)) nació con grafos que se
# definen primero y se ejecutan después; desde la versión 2.0, de 2019, ejecuta sobre la marcha, como
# PyTorch. **Keras** (François Chollet, marzo de 2015) es la capa de arriba: describe modelos, y [Keras
# 3](https://keras.io/keras_3/), de noviembre de 2023, los ejecuta sobre TensorFlow, JAX o PyTorch. **JAX**
# (Google, [2018](https://github.com/jax-ml/jax)) transforma funciones puras: `grad(f)` es otra función,
# `vmap(f)` otra, y se combinan.
#
# Ese estilo también está en `torch.func`. La derivada de cada ejemplo por separado, que con un solo
# `backward` no sale, es la composición de dos transformaciones:

# %% [markdown] lang="en"
# What does not change is *broadcasting* (repeating an axis of size 1 without copying it): two hundred random
# pairs of shapes, compared when this page was built, gave the same shape or the same refusal in both. The
# rule and its trap have a lesson of their own, [Broadcasting](broadcasting.md).
#
# ## The other living ones
#
# **TensorFlow** (Google, [November 2015](https://arxiv.org/abs/1603.04467)) was born with graphs that are
# defined first and run later; since version 2.0, of 2019, it runs as it goes, like PyTorch. **Keras**
# (François Chollet, March 2015) is the layer on top: it describes models, and [Keras
# 3](https://keras.io/keras_3/), of November 2023, runs them on TensorFlow, JAX or PyTorch. **JAX** (Google,
# [2018](https://github.com/jax-ml/jax)) transforms pure functions: `grad(f)` is another function, `vmap(f)`
# another, and they combine.
#
# That style is in `torch.func` as well. The derivative for each example separately, which a single `backward`
# does not give, is the composition of two transformations:


# %%
def squared_error(weights: torch.Tensor, x: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    return (x @ weights - target) ** 2


slope_of_each = torch.func.vmap(torch.func.grad(squared_error), in_dims=(None, 0, 0))
weights = torch.zeros(2, dtype=torch.float64)
slopes = slope_of_each(weights, X_t, y_t)  # example weight
print(tuple(slopes.shape), torch.allclose(slopes.mean(dim=0), -2 / len(y_t) * X_t.T @ y_t))

# %% tags=["hidden"]
assert slopes.shape == (50, 2) and torch.allclose(slopes.mean(dim=0), -2 / len(y_t) * X_t.T @ y_t)

# %% [markdown] lang="es"
# ## Cómo era definir primero
#
# Theano, y el primer TensorFlow, construían la expresión como un objeto y la ejecutaban al final. Una versión
# de juguete cabe en unas líneas y deja ver su ventaja y su defecto. En las últimas líneas de la celda se
# divide por cero: ¿dónde aparecerá el problema, donde se escribió la división o donde se ejecuta?

# %% [markdown] lang="en"
# ## What defining first was like
#
# Theano, and the first TensorFlow, built the expression as an object and ran it at the end. A toy version
# fits into a few lines and shows its merit and its fault. In the last lines of the cell there is a division
# by zero: where will the problem appear, where the division was written or where it is run?


# %%
class Symbol:
    def __init__(self, text: str, run: Callable[[dict], float]) -> None:
        self.text, self.run = text, run

    def __mul__(self, other: "Symbol") -> "Symbol":
        return Symbol(f"({self.text} * {other.text})", lambda given: self.run(given) * other.run(given))

    def __truediv__(self, other: "Symbol") -> "Symbol":
        return Symbol(f"({self.text} / {other.text})", lambda given: self.run(given) / other.run(given))


def variable(name: str) -> Symbol:
    return Symbol(name, lambda given: given[name])


a, b = variable("a"), variable("b")
graph = a * a / b
print(graph.text, graph.run({"a": 6.0, "b": 4.0}))
try:
    graph.run({"a": 6.0, "b": 0.0})
except ZeroDivisionError as error:
    print(type(error).__name__)

# %% tags=["hidden"]
assert graph.run({"a": 6.0, "b": 4.0}) == 9.0 and graph.text == "((a * a) / b)"

# %% [markdown] lang="es"
# En `run`, lejos de la línea culpable, y con un rastro de llamadas en que casi todo es de la biblioteca. A
# cambio el plano entero se conoce antes de correr y se puede simplificar, que es lo que hoy recuperan
# `torch.compile` y `torch.export` ([Por qué PyTorch](why_pytorch.md)).
#
# ## Historia: las que terminaron
#
# Los apuntes de los que parte este sitio mencionan bibliotecas compatibles con CUDA: TensorFlow, PyTorch,
# Keras, Caffe y CNTK. Dos de esas cinco ya no se desarrollan. Las barras van del primer artículo o
# publicación del código al último anuncio; una flecha dice que sigue.

# %% [markdown] lang="en"
# In `run`, far from the guilty line, and with a stack trace that is mostly the library's. In exchange the
# whole blueprint is known before running and can be simplified, which is what `torch.compile` and
# `torch.export` recover today ([Why PyTorch](why_pytorch.md)).
#
# ## History: those that ended
#
# The notes from which this site grew mention libraries that work with CUDA: TensorFlow, PyTorch, Keras, Caffe
# and CNTK. Two of those five are no longer developed. The bars go from the first paper or publication of the
# code to the last announcement; an arrow says that it goes on.

# %%
# alt es: Barras por biblioteca: Theano, Caffe y CNTK terminan entre 2017 y 2019; las otras cinco siguen.
# alt en: Bars by library: Theano, Caffe and CNTK end between 2017 and 2019; the other five go on.
# es: año de la primera noticia y de la última
# en: year of the first news and of the last
lives = {
    "NumPy": (2006.8, None),
    "Theano": (2010.5, 2017.9),
    "Caffe": (2014.5, 2017.3),
    "Keras": (2015.2, None),
    "CNTK": (2015.3, 2019.3),
    "TensorFlow": (2015.9, None),
    "PyTorch": (2017.0, None),
    "JAX": (2018.9, None),
}
_, ax = plt.subplots(figsize=(6.4, 3.0))
for row, (name, (first, last)) in enumerate(lives.items()):
    hue = color("ember" if last else "blue")
    ax.hlines(row, first, last or 2026, color=hue, linewidth=6)
    ax.text(first - 0.2, row, name, ha="right", va="center", fontsize=9)
    ax.plot(last or 2026.2, row, marker="|" if last else ">", color=hue, markersize=9)
ax.set(xlim=(2003, 2027), ylim=(len(lives) - 0.5, -0.5), yticks=[])
_ = ax.spines["left"].set_visible(False)

# %% [markdown] lang="es"
# * **Theano**, de la Universidad de Montreal ([artículo de
#   2010](https://doi.org/10.25080/Majora-92bf1922-003)): anunció su fin en septiembre de 2017 y publicó la
#   versión 1.0 en noviembre.
# * **Caffe**, de UC Berkeley ([artículo de 2014](https://arxiv.org/abs/1408.5093)): versión 1.0 en abril de
#   2017; su sucesor, Caffe2, entró en el repositorio de PyTorch en 2018.
# * **CNTK**, de Microsoft ([código abierto desde abril de 2015](https://github.com/Microsoft/CNTK/)): última
#   versión, la 2.7, en abril de 2019.
#
# Sus ideas siguen: las derivadas simbólicas de Theano, los modelos preentrenados que Caffe hizo circular.
# Citar una biblioteca exige fecha, como citar una cifra.
#
# ## Para llevarte
#
# * Casi toda función de NumPy tiene su par; `axis` es `dim` y `repeat` no es `repeat`.
# * `from_numpy`, `as_tensor` y `.numpy()` comparten memoria; `torch.tensor` copia.
# * NumPy crea `float64` y PyTorch `float32`; `std` y `median` no calculan lo mismo.
# * El *broadcasting* es el mismo.
# * Definir primero o ejecutar sobre la marcha es un intercambio: el plano completo por el error en su línea.

# %% [markdown] lang="en"
# * **Theano**, of the University of Montreal ([paper of
#   2010](https://doi.org/10.25080/Majora-92bf1922-003)): announced its end in September 2017 and published
#   version 1.0 in November.
# * **Caffe**, of UC Berkeley ([paper of 2014](https://arxiv.org/abs/1408.5093)): version 1.0 in April 2017;
#   its successor, Caffe2, entered PyTorch's repository in 2018.
# * **CNTK**, of Microsoft ([open source since April 2015](https://github.com/Microsoft/CNTK/)): last version,
#   2.7, in April 2019.
#
# Their ideas go on: Theano's symbolic derivatives, the pretrained models that Caffe put into circulation.
# Citing a library takes a date, just as citing a figure does.
#
# ## What to keep
#
# * Nearly every function of NumPy has its partner; `axis` is `dim`, and `repeat` is not `repeat`.
# * `from_numpy`, `as_tensor` and `.numpy()` share memory; `torch.tensor` copies.
# * NumPy creates `float64` and PyTorch `float32`; `std` and `median` do not compute the same.
# * Broadcasting is the same.
# * Defining first or running as you go is a trade: the whole blueprint for the error on its line.

# %% [markdown] lang="es" tags=["quiz"]
# Estandarizas con `(x - x.mean()) / x.std()`, primero en NumPy y luego en PyTorch, sobre 10 números. ¿Qué
# pasa?
#
# - [x] Los resultados difieren en un factor $\sqrt{9/10}$: una divide por $n$ y la otra por $n - 1$.
# - [ ] Difieren solo en el redondeo: eso haría el cambio de `float64` a `float32`, en la séptima cifra.
# - [ ] PyTorch da error porque `x` es `float64`: el tipo no importa aquí, todos los números son del mismo.

# %% [markdown] lang="en" tags=["quiz"]
# You standardise by `(x - x.mean()) / x.std()`, first in NumPy and then in PyTorch, on 10 numbers. What
# happens?
#
# - [x] The results differ by a factor of $\sqrt{9/10}$: one divides by $n$ and the other by $n - 1$.
# - [ ] They differ in rounding only: the change from `float64` to `float32` would do that, in the seventh
#   digit.
# - [ ] PyTorch raises an error because `x` is `float64`: the type does not matter here, all numbers have the
#   same.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: ¿comparten?
#
# Escribe `share_memory(array, tensor)`: si escribir en el arreglo cambia el tensor. Compruébalo escribiendo,
# y deja los dos como estaban. Puedes suponer que el arreglo no está vacío y que el tensor está en la CPU.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: do they share?
#
# Write `share_memory(array, tensor)`: whether writing into the array changes the tensor. Check by writing,
# and leave both as they were. You may suppose that the array is not empty and that the tensor is on the CPU.


# %% tags=["solution"]
def share_memory(array: np.ndarray, tensor: torch.Tensor) -> bool:
    before, kept = tensor.clone(), array.copy()
    array += 1
    changed = not torch.equal(tensor, before)
    array[...] = kept
    return changed


# %% tags=["check"]
for make, expected in (
    (torch.from_numpy, True),
    (torch.tensor, False),
    (lambda array: torch.from_numpy(array)[2:], True),
    (lambda array: torch.from_numpy(array) + 0, False),
):
    array = np.arange(5.0)
    tensor = make(array)
    assert share_memory(array, tensor) is expected
    assert array.tolist() == [0, 1, 2, 3, 4]
print(tr(es="Bien.", en="Good."))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: la estadística de NumPy
#
# Escribe `describe(t)`, que devuelva con operaciones de PyTorch la media, la desviación estándar y la mediana
# de un tensor de rango 1 **como las da NumPy**, en un diccionario con las claves `mean`, `std` y `median`.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: NumPy's statistics
#
# Write `describe(t)`, which returns, by PyTorch operations, the mean, the standard deviation and the median
# of a tensor of rank 1 **as NumPy gives them**, in a dictionary with the keys `mean`, `std` and `median`.


# %% tags=["solution"]
def describe(t: torch.Tensor) -> dict[str, torch.Tensor]:
    return {"mean": t.mean(), "std": t.std(correction=0), "median": t.quantile(0.5)}


# %% tags=["check"]
for size in (2, 5, 8, 101):
    sample = np.random.default_rng(size).standard_normal(size)
    summary = describe(torch.from_numpy(sample))
    for name, expected in (("mean", sample.mean()), ("std", sample.std()), ("median", np.median(sample))):
        assert np.isclose(summary[name].item(), expected), (name, size)
print({name: round(value.item(), 3) for name, value in summary.items()})

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: traducir
#
# Esta función de NumPy da la distancia de cada punto al centro más cercano. Escribe
# `nearest(points, centers)` con las mismas cuentas en PyTorch, sin bucles y sin pasar por NumPy.
#
# ```python
# def nearest_numpy(points, centers):
#     gaps = points[:, np.newaxis] - centers[np.newaxis]
#     return np.sqrt((gaps**2).sum(axis=-1)).min(axis=1)
# ```

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: translate
#
# This NumPy function gives the distance from each point to the nearest centre. Write
# `nearest(points, centers)` with the same arithmetic in PyTorch, without loops and without going through
# NumPy.
#
# ```python
# def nearest_numpy(points, centers):
#     gaps = points[:, np.newaxis] - centers[np.newaxis]
#     return np.sqrt((gaps**2).sum(axis=-1)).min(axis=1)
# ```


# %% tags=["solution"]
def nearest(points: torch.Tensor, centers: torch.Tensor) -> torch.Tensor:
    gaps = points[:, None] - centers[None]
    return gaps.square().sum(dim=-1).sqrt().min(dim=1).values


# %% tags=["check"]
points, centers = np.random.default_rng(3).standard_normal((7, 2)), np.array([[0.0, 0.0], [1.0, 1.0]])
distances = np.linalg.norm(points[:, None] - centers, axis=-1).min(axis=1)
answer = nearest(torch.from_numpy(points), torch.from_numpy(centers))
assert isinstance(answer, torch.Tensor) and np.allclose(answer.numpy(), distances)
movable = torch.zeros(1, 2, requires_grad=True)
nearest(torch.ones(3, 2), movable).sum().backward()
assert torch.allclose(movable.grad, torch.full((1, 2), -3 / 2**0.5))
print(answer.shape)

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# Lo que PyTorch agrega a NumPy se ve en [Autograd](autograd.md) y en [Dispositivos](devices.md). Las
# funciones de uso diario, ejecutadas renglón por renglón, están en la [hoja de consulta](cheatsheet.md); los
# choques de tipo entre NumPy y una red, en el [museo de los errores](error_museum.md).

# %% [markdown] lang="en"
# ## Where to go next
#
# What PyTorch adds to NumPy is seen in [Autograd](autograd.md) and in [Devices](devices.md). The functions
# for daily use, executed line by line, are in the [cheat sheet](cheatsheet.md); the clashes of type between
# NumPy and a network, in the [error museum](error_museum.md).
