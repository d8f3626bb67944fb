"""
title:
  es: Museo de los errores
  en: The error museum
summary:
  es: Veintiún errores de PyTorch provocados en vivo, con su mensaje, su causa y su arreglo; y cuatro mudos.
  en: Twenty-one PyTorch errors raised live, with their message, cause and fix; and four that stay silent.
tags: [errors, debugging, shape, dtype, device, autograd]
objectives:
  es:
    - Leer un error de PyTorch desde la última línea y decir a qué familia pertenece.
    - Arreglar los errores de forma, tipo, dispositivo y grafo más comunes.
    - Sospechar de un entrenamiento que no avisa y va mal, y saber dónde mirar.
  en:
    - Read a PyTorch error from its last line and tell which family it belongs to.
    - Fix the most common errors of shape, type, device and graph.
    - Suspect a training run that goes wrong without a word, and know where to look.
prerequisites:
  es:
    - La lección «Tensores y rango».
    - Haber visto un modelo de PyTorch y su bucle de entrenamiento, aunque no sepas escribirlo.
  en:
    - The lesson “Tensors and rank”.
    - Having seen a PyTorch model and its training loop, even if you could not write one.
"""
# %% [markdown] lang="es"
# En este museo cada sala guarda un error. Todos se provocan aquí, con la versión de PyTorch que construyó la
# página, y el mensaje que ves es el que salió. Al terminar podrás leer un mensaje desconocido, decir en unos
# segundos si habla de la **forma**, del **tipo**, del **dispositivo** o del **grafo**, y arreglarlo.
# Presupone la lección [Tensores y rango](../fundamentals/tensors_and_rank.md).
#
# El curso [PyTorch for Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/)
# dedica parte de su sección *PyTorch Fundamentals* a los tres errores más comunes; su libro los recoge en el
# [capítulo 00](https://www.learnpytorch.io/00_pytorch_fundamentals/).
#
# ## Cómo se lee un error
#
# 1. Empieza por la **última línea**: el tipo de excepción y el mensaje.
# 2. Sube hasta la línea más baja del *traceback* (rastro de llamadas) que sea **tuya**, no de la biblioteca.
# 3. Imprime las tres etiquetas de cada tensor que participa en ella.
#
# Para el tercer paso basta una función corta.

# %% [markdown] lang="en"
# In this museum every room keeps an error. All of them are raised here, on the version of PyTorch that built
# the page, and the message you see is the one that came out. By the end you will read a message you have
# never met, tell within seconds whether it is about the **shape**, the **type**, the **device** or the
# **graph**, and fix it. It presumes the lesson [Tensors and rank](../fundamentals/tensors_and_rank.md).
#
# The course [PyTorch for Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/)
# gives part of its section *PyTorch Fundamentals* to the three most common errors; its book collects them in
# [chapter 00](https://www.learnpytorch.io/00_pytorch_fundamentals/).
#
# ## How to read an error
#
# 1. Start at the **last line**: the type of the exception and the message.
# 2. Climb to the lowest line of the *traceback* that is **yours**, not the library's.
# 3. Print the three labels of every tensor that takes part in it.
#
# For the third step a short function is enough.

# %%
import io

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader

from tutorials_lib import tr
from tutorials_lib.plots import color, curves, legend_above, scatter


def labels(**tensors):
    for name, tensor in tensors.items():
        print(f"{name:<10} {tuple(tensor.shape)!s:<16} {tensor.dtype!s:<14} {tensor.device}")


labels(image=torch.rand(3, 28, 28), target=torch.tensor([2, 0, 1]))

# %% [markdown] lang="es"
# ## Índice por síntoma
#
# | el mensaje contiene | sala |
# |---|---|
# | `mat1 and mat2 shapes cannot be multiplied` | [Dos capas que no encajan](#two-layers-that-do-not-fit) |
# | `must match the size of tensor b` | [Ejes que no se alinean](#axes-that-do-not-line-up) |
# | `to have 3 channels, but got` | [El canal en otro lugar](#the-channel-elsewhere) |
# | `each tensor to be equal size` | [Ejemplos de distinto tamaño](#examples-of-different-sizes) |
# | `Expected more than 1 value per channel` | [Un batch de un ejemplo](#a-batch-of-one) |
# | `must be the same as input size` | [Un objetivo de otra forma](#a-target-of-another-shape) |
# | `must have the same dtype` | [Números de NumPy](#numbers-from-numpy) |
# | `expected target dtype to be Long` | [Clases con decimales](#classes-with-decimals) |
# | `is out of bounds` | [Una clase que no existe](#a-class-that-does-not-exist) |
# | `is not on the expected device` | [Dos dispositivos](#two-devices) |
# | `only for scalar outputs` | [Muchos números que derivar](#many-numbers-to-differentiate) |
# | `the graph a second time` | [Dos veces por el mismo grafo](#twice-through-the-same-graph) |
# | `a leaf Variable that requires grad` | [Cambiar un parámetro a mano](#changing-a-parameter-by-hand) |
# | `modified by an inplace operation` | [Borrar lo que hacía falta](#erasing-what-was-needed) |
# | `Can't call numpy()` | [Fuera del grafo](#out-of-the-graph) |
# | `does not have a grad_fn` | [Un grafo que no existe](#a-graph-that-does-not-exist) |
# | `view size is not compatible` | [Una vista imposible](#an-impossible-view) |
# | `is ambiguous` | [Muchos números, una respuesta](#many-numbers-one-answer) |
# | `empty parameter list` | [Capas sin registrar](#layers-nobody-registered) |
# | `Error(s) in loading state_dict` | [Pesos de otro modelo](#weights-of-another-model) |
# | `Weights only load failed` | [Un archivo que trae código](#a-file-that-carries-code) |
# | ninguno: el modelo predice siempre la media | [La pérdida que se difunde](#the-loss-that-broadcasts) |
# | ninguno: la pérdida oscila sin frenar | [Gradientes que se acumulan](#gradients-that-pile-up) |
# | ninguno: la pérdida se detiene en un piso | [Softmax dos veces](#softmax-twice) |
# | ninguno: la respuesta cambia sola | [Evaluar en modo de entrenamiento](#evaluating-in-training-mode) |

# %% [markdown] lang="en"
# ## Index by symptom
#
# | the message contains | room |
# |---|---|
# | `mat1 and mat2 shapes cannot be multiplied` | [Two layers that do not fit](#two-layers-that-do-not-fit) |
# | `must match the size of tensor b` | [Axes that do not line up](#axes-that-do-not-line-up) |
# | `to have 3 channels, but got` | [The channel elsewhere](#the-channel-elsewhere) |
# | `each tensor to be equal size` | [Examples of different sizes](#examples-of-different-sizes) |
# | `Expected more than 1 value per channel` | [A batch of one](#a-batch-of-one) |
# | `must be the same as input size` | [A target of another shape](#a-target-of-another-shape) |
# | `must have the same dtype` | [Numbers from NumPy](#numbers-from-numpy) |
# | `expected target dtype to be Long` | [Classes with decimals](#classes-with-decimals) |
# | `is out of bounds` | [A class that does not exist](#a-class-that-does-not-exist) |
# | `is not on the expected device` | [Two devices](#two-devices) |
# | `only for scalar outputs` | [Many numbers to differentiate](#many-numbers-to-differentiate) |
# | `the graph a second time` | [Twice through the same graph](#twice-through-the-same-graph) |
# | `a leaf Variable that requires grad` | [Changing a parameter by hand](#changing-a-parameter-by-hand) |
# | `modified by an inplace operation` | [Erasing what was needed](#erasing-what-was-needed) |
# | `Can't call numpy()` | [Out of the graph](#out-of-the-graph) |
# | `does not have a grad_fn` | [A graph that does not exist](#a-graph-that-does-not-exist) |
# | `view size is not compatible` | [An impossible view](#an-impossible-view) |
# | `is ambiguous` | [Many numbers, one answer](#many-numbers-one-answer) |
# | `empty parameter list` | [Layers nobody registered](#layers-nobody-registered) |
# | `Error(s) in loading state_dict` | [Weights of another model](#weights-of-another-model) |
# | `Weights only load failed` | [A file that carries code](#a-file-that-carries-code) |
# | none: the model always predicts the mean | [The loss that broadcasts](#the-loss-that-broadcasts) |
# | none: the loss swings and never settles | [Gradients that pile up](#gradients-that-pile-up) |
# | none: the loss stops at a floor | [Softmax twice](#softmax-twice) |
# | none: the answer changes by itself | [Evaluating in training mode](#evaluating-in-training-mode) |

# %% [markdown] lang="es"
# ## Forma
#
# ### Dos capas que no encajan
#
# Cambiaste el tamaño de una capa y olvidaste la siguiente.

# %% [markdown] lang="en"
# ## Shape
#
# ### Two layers that do not fit
#
# You changed the size of one layer and forgot the next.

# %% tags=["raises=RuntimeError"]
torch.manual_seed(0)
images = torch.rand(16, 1, 28, 28)  # example channel height width
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 64), nn.ReLU(), nn.Linear(32, 10))
model(images)

# %% [markdown] lang="es"
# `mat1` es lo que llega, 16 ejemplos con 64 números; `mat2`, los pesos de la capa ya transpuestos, 32 × 10.
# Una capa lineal es un [producto de matrices](../tensor_mathematics/dot_products.md): los tamaños de adentro,
# 64 y 32, debían coincidir. Las capas anteriores pasaron, luego la culpable es la primera que recibe 64.

# %% [markdown] lang="en"
# `mat1` is what arrives, 16 examples of 64 numbers; `mat2` is the weights of the layer already transposed,
# 32 × 10. A linear layer is a [product of matrices](../tensor_mathematics/dot_products.md): the inner sizes,
# 64 and 32, had to agree. The layers before it went through, so the culprit is the first one that receives
# 64.

# %%
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10))
assert model(images).shape == (16, 10)

# %% [markdown] lang="es"
# ### Ejes que no se alinean
#
# Cuatro productos, tres tiendas y un descuento para cada producto.

# %% [markdown] lang="en"
# ### Axes that do not line up
#
# Four products, three shops and one discount for each product.

# %% tags=["raises=RuntimeError"]
prices = torch.rand(4, 3)  # product shop
discounts = torch.tensor([0.1, 0.2, 0.0, 0.5])  # product
prices * (1 - discounts)

# %% [markdown] lang="es"
# El *broadcasting* (difusión: repetir un eje de tamaño 1 o ausente) alinea las formas **por la derecha**:
# compara el último eje de `prices`, las 3 tiendas, con los 4 descuentos. `non-singleton dimension 1` nombra
# el eje donde ninguno de los dos tamaños es 1. Agrega un eje de tamaño 1 para decir a cuál corresponde el
# descuento.

# %% [markdown] lang="en"
# *Broadcasting* (repeating an axis that has size 1 or is missing) aligns the shapes **from the right**: it
# compares the last axis of `prices`, the 3 shops, with the 4 discounts. `non-singleton dimension 1` names the
# axis where neither size is 1. Say which axis the discount belongs to by adding one of size 1.

# %%
reduced = prices * (1 - discounts[:, None])  # (4, 3) * (4, 1)
assert torch.equal(reduced[3], prices[3] * 0.5)

# %% [markdown] lang="es"
# ### El canal en otro lugar
#
# Una foto leída con Pillow o NumPy trae el color al final.

# %% [markdown] lang="en"
# ### The channel elsewhere
#
# A photo read with Pillow or NumPy has its colour last.

# %% tags=["raises=RuntimeError"]
photo = torch.rand(28, 28, 3)  # height width channel
convolution = nn.Conv2d(3, 8, kernel_size=3)
convolution(photo[None])

# %% [markdown] lang="es"
# El mensaje escribe la forma que llegó, `[1, 28, 28, 3]`, y el segundo número es el que PyTorch toma por
# canales. Los canales están, pero al final.

# %% [markdown] lang="en"
# The message writes the shape that arrived, `[1, 28, 28, 3]`, and its second number is what PyTorch takes for
# the channels. The channels are there, only last.

# %%
assert convolution(photo.permute(2, 0, 1)[None]).shape == (1, 8, 26, 26)

# %% [markdown] lang="es"
# ### Ejemplos de distinto tamaño
#
# Frases de 3, 5 y 2 palabras, pedidas de tres en tres.

# %% [markdown] lang="en"
# ### Examples of different sizes
#
# Sentences of 3, 5 and 2 words, asked for three at a time.

# %% tags=["raises=RuntimeError"]
sentences = [torch.tensor([4, 8, 2]), torch.tensor([7, 7, 1, 3, 9]), torch.tensor([5, 6])]
next(iter(DataLoader(sentences, batch_size=3)))

# %% [markdown] lang="es"
# `DataLoader` apila los ejemplos con `torch.stack`, que pide filas iguales. `entry` dice cuál desentona.
# Rellena hasta la más larga y guarda las longitudes, para que el modelo sepa qué es relleno.

# %% [markdown] lang="en"
# `DataLoader` stacks the examples with `torch.stack`, which wants equal rows. `entry` says which one is out
# of tune. Pad up to the longest and keep the lengths, so that the model knows what is padding.


# %%
def pad(examples):
    lengths = torch.tensor([len(example) for example in examples])
    return nn.utils.rnn.pad_sequence(examples, batch_first=True), lengths


padded, lengths = next(iter(DataLoader(sentences, batch_size=3, collate_fn=pad)))
print(padded)
assert padded.shape == (3, 5) and lengths.tolist() == [3, 5, 2]

# %% [markdown] lang="es"
# ### Un batch de un ejemplo
#
# El modelo entrenó bien hasta el último *batch* (los ejemplos que pasan juntos), que traía uno solo.

# %% [markdown] lang="en"
# ### A batch of one
#
# The model trained well until the last batch, which held a single example.

# %% tags=["raises=ValueError"]
model = nn.Sequential(nn.Linear(8, 4), nn.BatchNorm1d(4))
for inputs in DataLoader(torch.rand(9, 8), batch_size=4):
    model(inputs)

# %% [markdown] lang="es"
# `BatchNorm` divide por la desviación estándar del *batch*, y un solo valor no tiene desviación. Al entrenar,
# descarta el resto con `drop_last=True`; al predecir, usa `model.eval()`, que normaliza con la media y la
# varianza acumuladas durante el entrenamiento.

# %% [markdown] lang="en"
# `BatchNorm` divides by the standard deviation of the batch, and a single value has none. In training,
# discard the rest with `drop_last=True`; when predicting, use `model.eval()`, which normalises with the mean
# and variance gathered in training.

# %%
outputs = [model(inputs) for inputs in DataLoader(torch.rand(9, 8), batch_size=4, drop_last=True)]
assert len(outputs) == 2
model.eval()
assert model(torch.rand(1, 8)).isfinite().all()

# %% [markdown] lang="es"
# ### Un objetivo de otra forma
#
# El modelo entrega una columna y los objetivos son una fila.

# %% [markdown] lang="en"
# ### A target of another shape
#
# The model returns a column and the targets are a row.

# %% tags=["raises=ValueError"]
logits = nn.Linear(8, 1)(torch.rand(4, 8))
targets = torch.tensor([1.0, 0.0, 0.0, 1.0])
F.binary_cross_entropy_with_logits(logits, targets)

# %% [markdown] lang="es"
# El mensaje trae las dos formas. Agradécelo: otras pérdidas aceptan estas mismas formas y calculan otra cosa,
# como verás [más adelante](#the-loss-that-broadcasts). Quita el eje que sobra.

# %% [markdown] lang="en"
# The message brings both shapes. Be grateful: other losses accept these same shapes and compute something
# else, as you will see [further on](#the-loss-that-broadcasts). Remove the extra axis.

# %%
loss = F.binary_cross_entropy_with_logits(logits.squeeze(1), targets)
assert loss.ndim == 0 and loss > 0

# %% [markdown] lang="es"
# ## Tipo
#
# ### Números de NumPy
#
# Los datos vienen de una tabla leída con NumPy.

# %% [markdown] lang="en"
# ## Type
#
# ### Numbers from NumPy
#
# The data comes from a table read with NumPy.

# %% tags=["raises=RuntimeError"]
table = np.linspace(0, 1, 6).reshape(3, 2)
layer = nn.Linear(2, 1)
layer(torch.from_numpy(table))

# %% [markdown] lang="es"
# `Double` es `float64`, lo que NumPy usa por defecto; `Float` es `float32`, lo que usan los pesos. Con
# enteros diría `Long`, que es `int64`. Al sumar, PyTorch promueve el tipo menor; en un producto de matrices
# exige que sea el mismo.

# %% [markdown] lang="en"
# `Double` is `float64`, NumPy's default; `Float` is `float32`, which the weights use. With integers it would
# say `Long`, which is `int64`. When adding, PyTorch promotes the smaller type; in a product of matrices it
# demands the same one.

# %%
inputs = torch.from_numpy(table).float()
labels(inputs=inputs, weight=layer.weight)
assert layer(inputs).dtype == torch.float32
assert (inputs + inputs.double()).dtype == torch.float64

# %% [markdown] lang="es"
# ### Clases con decimales
#
# Las etiquetas se leyeron de un archivo CSV como 0.0, 2.0 y 1.0.

# %% [markdown] lang="en"
# ### Classes with decimals
#
# The labels were read from a CSV file as 0.0, 2.0 and 1.0.

# %% tags=["raises=RuntimeError"]
logits = torch.tensor([[2.0, 0.1, -1.0], [0.0, 0.3, 1.5], [-0.5, 1.0, 0.2]])  # example class
F.cross_entropy(logits, torch.tensor([0.0, 2.0, 1.0]))

# %% [markdown] lang="es"
# Una clase es un índice, y los índices son enteros: `Long`. Los objetivos con decimales sí existen, pero son
# probabilidades y tienen la forma de los *logits* (puntajes sin normalizar): una fila por ejemplo, una
# columna por clase. Por esa diferencia el tipo decide el significado. Si además sobrara un eje, `(n, 1)` en
# vez de `(n,)`, el mensaje sería `0D or 1D target tensor expected`.

# %% [markdown] lang="en"
# A class is an index, and indices are integers: `Long`. Targets with decimals do exist, but they are
# probabilities and have the shape of the *logits* (scores before normalising): a row for each example, a
# column for each class. That is why the type decides the meaning. If there were also an axis too many,
# `(n, 1)` instead of `(n,)`, the message would be `0D or 1D target tensor expected`.

# %%
classes = torch.tensor([0.0, 2.0, 1.0]).long()
probabilities = F.one_hot(classes, num_classes=3).float()
assert torch.isclose(F.cross_entropy(logits, classes), F.cross_entropy(logits, probabilities))

# %% [markdown] lang="es"
# ### Una clase que no existe
#
# Tres clases, numeradas 1, 2 y 3.

# %% [markdown] lang="en"
# ### A class that does not exist
#
# Three classes, numbered 1, 2 and 3.

# %% tags=["raises=IndexError"]
classes = torch.tensor([1, 3, 2])
F.cross_entropy(logits, classes)

# %% [markdown] lang="es"
# Con tres columnas los índices válidos son 0, 1 y 2. La misma causa da `index out of range in self` en
# `nn.Embedding` cuando una palabra tiene un número mayor que el vocabulario. En una GPU este error llega
# tarde y con un mensaje que habla de un `device-side assert`; repite la cuenta en la CPU para ver el
# verdadero.

# %% [markdown] lang="en"
# With three columns the valid indices are 0, 1 and 2. The same cause gives `index out of range in self` in
# `nn.Embedding` when a word has a number beyond the vocabulary. On a GPU this error comes late, with a
# message about a `device-side assert`; repeat the computation on the CPU to see the true one.

# %%
classes = classes - 1
assert classes.min() >= 0 and classes.max() < logits.shape[1]
assert F.cross_entropy(logits, classes).isfinite()

# %% [markdown] lang="es"
# ## Dispositivo
#
# ### Dos dispositivos
#
# El modelo está en una memoria y los datos en otra. Para provocarlo no hace falta una GPU: `meta` es un
# dispositivo que guarda formas y tipos sin números, y PyTorch tampoco mezcla sus tensores con los de la CPU.

# %% [markdown] lang="en"
# ## Device
#
# ### Two devices
#
# The model is in one memory and the data in another. Raising it needs no GPU: `meta` is a device that keeps
# shapes and types without numbers, and PyTorch does not mix its tensors with those of the CPU either.

# %% tags=["raises=RuntimeError"]
layer = nn.Linear(3, 1, device="meta")
inputs = torch.rand(2, 3)
layer(inputs)

# %% [markdown] lang="es"
# El mensaje nombra los dos dispositivos. La cura es decidir uno al principio del programa y llevar a él
# **todo**: el modelo con `model.to(device)`, que lo cambia en el sitio, y cada *batch* con
# `inputs = inputs.to(device)`, que devuelve una copia y por eso hay que asignarla.

# %% [markdown] lang="en"
# The message names both devices. The cure is to decide on one at the start of the program and take
# **everything** there: the model with `model.to(device)`, which changes it in place, and each batch with
# `inputs = inputs.to(device)`, which returns a copy and therefore has to be assigned.

# %%
device = "cuda" if torch.cuda.is_available() else "cpu"
layer = nn.Linear(3, 1).to(device)
inputs = inputs.to(device)
assert layer(inputs).device.type == device

# %% [markdown] lang="es"
# ## Grafo
#
# Mientras calculas con tensores que piden gradiente, PyTorch anota las operaciones en un grafo que `backward`
# recorre hacia atrás. Los errores de esta ala son maneras de pedirle lo que no tiene.
#
# ### Muchos números que derivar
#
# Llamaste a `backward` sobre las pérdidas de los ejemplos sin juntarlas.

# %% [markdown] lang="en"
# ## Graph
#
# While you compute with tensors that ask for a gradient, PyTorch notes the operations in a graph that
# `backward` walks in reverse. The errors of this wing are ways of asking it for what it does not have.
#
# ### Many numbers to differentiate
#
# You called `backward` on the losses of the examples without joining them.

# %% tags=["raises=RuntimeError"]
weights = torch.tensor([1.0, -2.0, 3.0], requires_grad=True)
losses = weights**2
losses.backward()

# %% [markdown] lang="es"
# El gradiente de un número respecto de los pesos es un vector. El de tres números sería una matriz, y PyTorch
# no supone cómo quieres combinarlos. Decídelo: media o suma. Con la suma,
# $\partial \sum_j w_j^2 / \partial w_i = 2w_i$.

# %% [markdown] lang="en"
# The gradient of one number with respect to the weights is a vector. That of three numbers would be a matrix,
# and PyTorch does not presume how you want to combine them. Decide: mean or sum. With the sum,
# $\partial \sum_j w_j^2 / \partial w_i = 2w_i$.

# %%
losses.sum().backward()
assert torch.equal(weights.grad, 2 * weights)

# %% [markdown] lang="es"
# ### Dos veces por el mismo grafo
#
# La pérdida se calculó fuera del bucle.

# %% [markdown] lang="en"
# ### Twice through the same graph
#
# The loss was computed outside the loop.

# %% tags=["raises=RuntimeError"]
weights = torch.tensor([1.0, -2.0, 3.0], requires_grad=True)
loss = (weights**2).sum()
for _ in range(2):
    loss.backward()

# %% [markdown] lang="es"
# `backward` libera el grafo a medida que lo recorre. El mensaje ofrece `retain_graph=True`, y casi nunca es
# lo que quieres: en un bucle derivaría otra vez la misma pérdida, ya vieja. Calcula la pérdida en cada paso.

# %% [markdown] lang="en"
# `backward` frees the graph as it walks. The message offers `retain_graph=True`, and that is almost never
# what you want: in a loop it would differentiate the same loss again, by then out of date. Compute the loss
# at every step.

# %%
for _ in range(2):
    weights.grad = None
    loss = (weights**2).sum()
    loss.backward()
assert torch.equal(weights.grad, 2 * weights)

# %% [markdown] lang="es"
# ### Cambiar un parámetro a mano
#
# Escribiste tú el paso de descenso, sin optimizador.

# %% [markdown] lang="en"
# ### Changing a parameter by hand
#
# You wrote the descent step yourself, without an optimiser.

# %% tags=["raises=RuntimeError"]
weights -= 0.1 * weights.grad

# %% [markdown] lang="es"
# Una hoja (*leaf*) es un tensor que creaste tú y no una operación. Modificarla en el sitio dejaría al grafo
# sin saber respecto de qué valor deriva. El paso de descenso no forma parte de la función que se deriva, así
# que se hace sin anotar.

# %% [markdown] lang="en"
# A *leaf* is a tensor that you created, rather than an operation. Changing it in place would leave the graph
# without knowing at which value it differentiates. The descent step is no part of the function to be
# differentiated, so it is done without taking notes.

# %%
with torch.no_grad():
    weights -= 0.1 * weights.grad
assert torch.allclose(weights, torch.tensor([0.8, -1.6, 2.4])) and weights.requires_grad

# %% [markdown] lang="es"
# ### Borrar lo que hacía falta
#
# Para ahorrar memoria, multiplicaste el resultado en el sitio.

# %% [markdown] lang="en"
# ### Erasing what was needed
#
# To save memory, you multiplied the result in place.

# %% tags=["raises=RuntimeError"]
weights = torch.tensor([0.0, 1.0, -1.0], requires_grad=True)
p = torch.sigmoid(weights)
p *= 2
p.sum().backward()

# %% [markdown] lang="es"
# La derivada de la sigmoide es $p(1 - p)$, así que el grafo guardó `p`; `*=` la pisó. El mensaje dice quién
# la creó, `output 0 of Sigmoid`, y que ya va por la `version 1`. Usa un tensor nuevo; la memoria que
# ahorrabas era justo la que hacía falta.

# %% [markdown] lang="en"
# The derivative of the sigmoid is $p(1 - p)$, so the graph kept `p`; `*=` trod on it. The message says who
# made it, `output 0 of Sigmoid`, and that it is already at `version 1`. Use a new tensor; the memory you were
# saving was the very one that was needed.

# %%
p = torch.sigmoid(weights)
(p * 2).sum().backward()
assert torch.allclose(weights.grad, 2 * (p * (1 - p)).detach())

# %% [markdown] lang="es"
# ### Fuera del grafo
#
# Querías dibujar las predicciones.

# %% [markdown] lang="en"
# ### Out of the graph
#
# You wanted to plot the predictions.

# %% tags=["raises=RuntimeError"]
predictions = nn.Linear(2, 1)(torch.rand(5, 2))
predictions.numpy()

# %% [markdown] lang="es"
# NumPy no sabe de grafos, así que lo que hicieras allí no tendría gradiente. `detach()` da los mismos números
# fuera del grafo. Para un solo número basta `loss.item()`, que además evita guardar el grafo entero en la
# lista de pérdidas.

# %% [markdown] lang="en"
# NumPy knows nothing of graphs, so that whatever you did there would have no gradient. `detach()` gives the
# same numbers outside the graph. For a single number `loss.item()` is enough, and it also avoids keeping the
# whole graph in your list of losses.

# %%
array = predictions.detach().numpy()
assert array.shape == (5, 1)

# %% [markdown] lang="es"
# ### Un grafo que no existe
#
# El bucle de entrenamiento se escribió copiando el de evaluación.

# %% [markdown] lang="en"
# ### A graph that does not exist
#
# The training loop was written by copying the evaluation loop.

# %% tags=["raises=RuntimeError"]
layer = nn.Linear(2, 1)
with torch.no_grad():
    loss = layer(torch.rand(5, 2)).square().mean()
loss.backward()

# %% [markdown] lang="es"
# `element 0` es la pérdida: no tiene `grad_fn`, la operación que la creó, porque dentro de `no_grad` nadie
# anotaba. Un `detach()`, un `.item()` o un `torch.tensor(loss)` a mitad de camino cortan el grafo igual.

# %% [markdown] lang="en"
# `element 0` is the loss: it has no `grad_fn`, the operation that made it, because inside `no_grad` nobody
# took notes. A `detach()`, an `.item()` or a `torch.tensor(loss)` halfway cuts the graph just as well.

# %%
loss = layer(torch.rand(5, 2)).square().mean()
loss.backward()
assert loss.grad_fn is not None and layer.weight.grad is not None

# %% [markdown] lang="es"
# ## Memoria y módulos
#
# ### Una vista imposible
#
# Transpusiste y después quisiste aplanar.

# %% [markdown] lang="en"
# ## Memory and modules
#
# ### An impossible view
#
# You transposed and then wanted to flatten.

# %% tags=["raises=RuntimeError"]
matrix = torch.arange(6).reshape(2, 3)
matrix.T.view(6)

# %% [markdown] lang="es"
# `view` promete no copiar. La transpuesta se lee saltando por la memoria, y ningún paso fijo recorre sus seis
# números en orden. `reshape` da una vista si se puede y una copia si no.

# %% [markdown] lang="en"
# `view` promises not to copy. The transpose is read by jumping through memory, and no fixed stride visits its
# six numbers in order. `reshape` gives a view where it can and a copy where it cannot.

# %%
assert matrix.T.reshape(6).tolist() == [0, 3, 1, 4, 2, 5]

# %% [markdown] lang="es"
# ### Muchos números, una respuesta
#
# Preguntaste si las predicciones son positivas.

# %% [markdown] lang="en"
# ### Many numbers, one answer
#
# You asked whether the predictions are positive.

# %% tags=["raises=RuntimeError"]
scores = torch.tensor([0.3, -0.1, 0.8])
if scores > 0:
    print("+")

# %% [markdown] lang="es"
# `scores > 0` son tres respuestas y `if` espera una. ¿Todas o alguna? En un modelo suele hacer falta elegir
# elemento por elemento, y eso es `torch.where`.

# %% [markdown] lang="en"
# `scores > 0` is three answers and `if` expects one. All of them or any of them? In a model one mostly needs
# to choose element by element, and that is `torch.where`.

# %%
assert (scores > 0).any() and not (scores > 0).all()
assert torch.equal(torch.where(scores > 0, scores, 0.0), F.relu(scores))

# %% [markdown] lang="es"
# ### Capas sin registrar
#
# Guardaste las capas en una lista de Python.

# %% [markdown] lang="en"
# ### Layers nobody registered
#
# You kept the layers in a Python list.


# %% tags=["raises=ValueError"]
class Stack(nn.Module):
    def __init__(self, container):
        super().__init__()
        self.layers = container([nn.Linear(4, 4), nn.Linear(4, 1)])


torch.optim.SGD(Stack(list).parameters(), lr=0.1)

# %% [markdown] lang="es"
# Un módulo encuentra los parámetros de los módulos que son sus atributos; no mira dentro de una lista. Este
# caso avisó porque no quedaba ninguno. Si el modelo tiene además otra capa, no avisa y entrena solo esa.
# `nn.ModuleList` es la lista que sí se registra.

# %% [markdown] lang="en"
# A module finds the parameters of the modules that are its attributes; it does not look inside a list. This
# case spoke up because none was left. If the model has one more layer elsewhere, there is no warning and only
# that one is trained. `nn.ModuleList` is the list that does get registered.

# %%
parameters = list(Stack(nn.ModuleList).parameters())
torch.optim.SGD(parameters, lr=0.1)
assert len(parameters) == 4

# %% [markdown] lang="es"
# ### Pesos de otro modelo
#
# Guardaste un modelo con 8 unidades ocultas y lo cargas en uno de 16, que además tiene una capa más.

# %% [markdown] lang="en"
# ### Weights of another model
#
# You saved a model with 8 hidden units and load it into one with 16, which also has an extra layer.

# %% tags=["raises=RuntimeError"]
saved = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2)).state_dict()
model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 2), nn.LayerNorm(2))
model.load_state_dict(saved)

# %% [markdown] lang="es"
# El mensaje es una lista, y se lee entera: `Missing key(s)` son parámetros que el modelo tiene y el archivo
# no; `size mismatch` da las dos formas de cada uno que no coincide, primero la del archivo. Los nombres
# llevan el número de la capa. Reconstruye el modelo como era; `strict=False` calla las claves que faltan, no
# las formas distintas.

# %% [markdown] lang="en"
# The message is a list, to be read to the end: `Missing key(s)` are parameters that the model has and the
# file lacks; `size mismatch` gives both shapes of each one that disagrees, the file's first. The names carry
# the number of the layer. Rebuild the model as it was; `strict=False` silences missing keys, not differing
# shapes.

# %%
model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
report = model.load_state_dict(saved)
assert not report.missing_keys and torch.equal(model[0].weight, saved["0.weight"])

# %% [markdown] lang="es"
# ### Un archivo que trae código
#
# Seguiste un video de antes de 2025: guardaba el modelo entero y lo cargaba sin más argumentos.

# %% [markdown] lang="en"
# ### A file that carries code
#
# You followed a video from before 2025: it saved the whole model and loaded it with no further arguments.

# %% tags=["raises=UnpicklingError"]
file = io.BytesIO()
torch.save(model, file)
file.seek(0)
torch.load(file)

# %% [markdown] lang="es"
# Un modelo entero se guarda con *pickle*, y abrir un archivo así puede ejecutar cualquier código que traiga
# dentro. Desde PyTorch 2.6 (enero de 2025), `torch.load` solo admite, por defecto, tensores y tipos básicos;
# así lo explican las [notas de esa versión](https://github.com/pytorch/pytorch/releases/tag/v2.6.0). Guarda
# los pesos y no el objeto.

# %% [markdown] lang="en"
# A whole model is saved with *pickle*, and opening such a file may execute whatever code it carries. Since
# PyTorch 2.6 (January 2025), `torch.load` by default admits only tensors and basic types, as the [notes of
# that release](https://github.com/pytorch/pytorch/releases/tag/v2.6.0) explain. Save the weights instead of
# the object.

# %%
file = io.BytesIO()
torch.save(model.state_dict(), file)
file.seek(0)
model.load_state_dict(torch.load(file))

# %% tags=["hidden"]
# Every fragment in the index by symptom stands in a message of the installed version.
import pickle


def twice():
    loss = torch.ones(2, requires_grad=True).sum() * torch.ones(1, requires_grad=True)
    loss.backward()
    loss.backward()


def on_a_leaf():
    leaf = torch.ones(2, requires_grad=True)
    leaf += 1


def over_saved():
    saved_value = torch.sigmoid(torch.ones(2, requires_grad=True))
    saved_value *= 2
    saved_value.sum().backward()


def pickled():
    with io.BytesIO() as whole:
        torch.save(nn.ReLU(), whole)
        whole.seek(0)
        torch.load(whole)


ones = torch.ones
symptoms = {
    "mat1 and mat2 shapes cannot be multiplied": lambda: ones(16, 64) @ ones(32, 10),
    "must match the size of tensor b": lambda: ones(4, 3) * ones(4),
    "to have 3 channels, but got": lambda: nn.Conv2d(3, 8, 3)(ones(1, 28, 28, 3)),
    "each tensor to be equal size": lambda: torch.stack([ones(3), ones(5)]),
    "Expected more than 1 value per channel": lambda: nn.BatchNorm1d(4)(ones(1, 4)),
    "must be the same as input size": lambda: F.binary_cross_entropy_with_logits(ones(4, 1), ones(4)),
    "must have the same dtype": lambda: nn.Linear(2, 1)(ones(1, 2).double()),
    "expected target dtype to be Long": lambda: F.cross_entropy(ones(3, 3), ones(3)),
    "0D or 1D target tensor expected": lambda: F.cross_entropy(ones(3, 3), torch.zeros(3, 1).long()),
    "is out of bounds": lambda: F.cross_entropy(ones(1, 3), torch.tensor([3])),
    "index out of range in self": lambda: nn.Embedding(3, 2)(torch.tensor([3])),
    "is not on the expected device": lambda: nn.Linear(3, 1, device="meta")(ones(2, 3)),
    "only for scalar outputs": lambda: ones(2, requires_grad=True).backward(),
    "the graph a second time": twice,
    "a leaf Variable that requires grad": on_a_leaf,
    "modified by an inplace operation": over_saved,
    "Can't call numpy()": lambda: ones(2, requires_grad=True).numpy(),
    "does not have a grad_fn": lambda: ones(()).backward(),
    "view size is not compatible": lambda: ones(2, 3).T.view(6),
    "is ambiguous": lambda: bool(ones(2)),
    "empty parameter list": lambda: torch.optim.SGD([], lr=0.1),
    "Error(s) in loading state_dict": lambda: nn.Linear(2, 2).load_state_dict({}),
    "size mismatch": lambda: nn.Linear(2, 3).load_state_dict({"weight": ones(2, 2)}, strict=False),
    "Weights only load failed": pickled,
}
for fragment, provoke in symptoms.items():
    try:
        provoke()
    except (RuntimeError, ValueError, IndexError, pickle.UnpicklingError) as error:
        assert fragment in str(error), f"{fragment!r} is not in {error}"
    else:
        raise AssertionError(f"nothing raised {fragment!r}")

# %% [markdown] lang="es"
# ## Los que no avisan
#
# Los errores anteriores son los buenos: detienen el programa y dicen dónde. Los cuatro que siguen terminan
# sin una queja y entregan un modelo malo. A los tres primeros los delata lo que hace la pérdida.
#
# ### La pérdida que se difunde
#
# Una recta con ruido, $y = 2x - 0{,}5$, y una pérdida escrita a mano. La predicción tiene forma `(40, 1)` y
# el objetivo `(40,)`. ¿Qué forma tendrá su resta?

# %% [markdown] lang="en"
# ## The ones that give no warning
#
# The errors above are the good ones: they stop the program and say where. The next four finish without
# complaint and hand over a bad model. The first three are betrayed by what the loss does.
#
# ### The loss that broadcasts
#
# A line with noise, $y = 2x - 0.5$, and a loss written by hand. The prediction has shape `(40, 1)` and the
# target `(40,)`. What shape will their difference have?

# %%
x = torch.linspace(0, 1, 40)[:, None]  # example feature
target = 2 * x[:, 0] - 0.5 + 0.1 * torch.randn(40, generator=torch.Generator().manual_seed(0))  # example


def mean_square(prediction, target):
    return ((prediction - target) ** 2).mean()


def fit(target, steps=400):
    torch.manual_seed(0)
    layer = nn.Linear(1, 1)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.5)
    for _ in range(steps):
        optimizer.zero_grad()
        mean_square(layer(x), target).backward()
        optimizer.step()
    return layer


print(tuple((x - target).shape))
wrong, right = fit(target), fit(target[:, None])
for layer in (wrong, right):
    print(f"w = {layer.weight.item():5.2f}   b = {layer.bias.item():5.2f}")

# %%
# alt es: Puntos en torno a una recta que sube; un ajuste los sigue y el otro es horizontal, en la media.
# alt en: Points around a rising line; one fit follows them and the other is horizontal, at the mean.
ax = scatter({tr(es="datos", en="data"): (x[:, 0], target)}, xlabel="x", ylabel="y")
fits = {
    tr(es="(40, 1) y (40, 1)", en="(40, 1) and (40, 1)"): right,
    tr(es="(40, 1) y (40,)", en="(40, 1) and (40,)"): wrong,
}
for (name, layer), hue, dash in zip(fits.items(), ("green", "ember"), ("-", "--"), strict=True):
    ax.plot(x, layer(x).detach(), dash, color=color(hue), label=name)
ax = legend_above(ax)

# %% tags=["hidden"]
spread = target.var(correction=0)
assert (x - target).shape == (40, 40)
assert abs(wrong.weight.item()) < 1e-3 and abs(right.weight.item() - 2) < 0.2
assert torch.allclose(wrong(x)[:, 0], target.mean().expand(40), atol=1e-3)
prediction = right(x).detach()
mixed, split = mean_square(prediction, target), (prediction - target.mean()).square().mean() + spread
assert torch.isclose(mixed, split)
import warnings

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    F.mse_loss(prediction, target)
assert "different to the input size" in str(caught[0].message)

# %% [markdown] lang="es"
# La resta tiene forma `(40, 40)`: cada predicción menos **cada** objetivo. La media de esos cuadrados se
# separa en
#
# $$\frac{1}{n^2} \sum_{i,j} (p_i - t_j)^2 = \frac{1}{n} \sum_i (p_i - \bar t\,)^2 + \operatorname{Var}(t),$$
#
# y su mínimo es predecir siempre la media, $\bar t$ = `{python} target.mean().item():.2f`. La pendiente
# aprendida es `{python} abs(wrong.weight.item()):.3f`. Ningún mensaje, y una pérdida que baja hasta detenerse
# en la varianza, `{python} spread.item():.2f`. `F.mse_loss` al menos imprime una advertencia que conviene no
# pasar por alto. El arreglo es dar la misma forma a los dos, y una línea que lo exija:
# `assert prediction.shape == target.shape`.

# %% [markdown] lang="en"
# The difference has shape `(40, 40)`: each prediction minus **each** target. The mean of those squares splits
# into
#
# $$\frac{1}{n^2} \sum_{i,j} (p_i - t_j)^2 = \frac{1}{n} \sum_i (p_i - \bar t\,)^2 + \operatorname{Var}(t),$$
#
# and its minimum is always to predict the mean, $\bar t$ = `{python} target.mean().item():.2f`. The slope it
# learned is `{python} abs(wrong.weight.item()):.3f`. No message, and a loss that falls until it stops at the
# variance, `{python} spread.item():.2f`. `F.mse_loss` at least prints a warning, which should not be
# overlooked. The fix is to give both the same shape, and one line that demands it:
# `assert prediction.shape == target.shape`.

# %% [markdown] lang="es"
# ### Gradientes que se acumulan
#
# `backward` **suma** el gradiente nuevo al que ya estaba; por eso existe `zero_grad`. Sin esa llamada, cada
# paso usa la suma de todos los gradientes anteriores. ¿Qué hará la pérdida: bajar más rápido, bajar más lento
# u otra cosa?

# %% [markdown] lang="en"
# ### Gradients that pile up
#
# `backward` **adds** the new gradient to the one already there; that is what `zero_grad` is for. Without that
# call every step uses the sum of all earlier gradients. What will the loss do: fall faster, fall slower, or
# something else?


# %%
def descend(zero, momentum=0.0, steps=60):
    torch.manual_seed(0)
    layer = nn.Linear(1, 1)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.2, momentum=momentum)
    losses = []
    for _ in range(steps):
        if zero:
            optimizer.zero_grad()
        loss = mean_square(layer(x), target[:, None])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


with_zero, without_zero = descend(zero=True), descend(zero=False)

# %%
# alt es: Con zero_grad la pérdida baja y se queda abajo; sin zero_grad sube y baja sin amortiguarse.
# alt en: With zero_grad the loss falls and stays low; without it, it rises and falls undamped.
ax = curves(
    range(60),
    {"zero_grad": with_zero, tr(es="sin zero_grad", en="without zero_grad"): without_zero},
    xlabel=tr(es="paso", en="step"),
    ylabel=tr(es="pérdida", en="loss"),
)

# %% tags=["hidden"]
assert with_zero[-1] < 0.05 and max(without_zero[-20:]) > 0.3
assert np.allclose(without_zero, descend(zero=True, momentum=1.0), rtol=1e-4)

# %% [markdown] lang="es"
# Otra cosa: oscila sin frenar. Sumar todos los gradientes es descender con *momentum* (inercia) igual a 1,
# una bola sin rozamiento en un valle; las dos trayectorias coinciden número por número. El arreglo es la
# línea `optimizer.zero_grad()` en cada paso.

# %% [markdown] lang="en"
# Something else: it swings and never brakes. Adding all gradients is descending with a *momentum* of 1, a
# ball without friction in a valley; the two paths agree number by number. The fix is the line
# `optimizer.zero_grad()` at every step.

# %% [markdown] lang="es"
# ### Softmax dos veces
#
# `F.cross_entropy` ya aplica softmax. Si el modelo también lo hace, la pérdida recibe probabilidades, entre 0
# y 1, como si fueran *logits*. ¿Hasta dónde puede bajar con tres clases y una predicción perfecta?

# %% [markdown] lang="en"
# ### Softmax twice
#
# `F.cross_entropy` already applies softmax. If the model does so too, the loss receives probabilities,
# between 0 and 1, as if they were logits. How low can it go with three classes and a perfect prediction?

# %%
classes = torch.tensor([0, 1, 2])
logits = 20.0 * F.one_hot(classes, num_classes=3)
print(f"{F.cross_entropy(logits, classes):.4f}   {F.cross_entropy(logits.softmax(dim=1), classes):.4f}")

# %% tags=["hidden"]
floor = -np.log(np.e / (np.e + 2))
assert abs(F.cross_entropy(logits.softmax(dim=1), classes).item() - floor) < 1e-6
assert F.cross_entropy(logits, classes) < 1e-6
scores = torch.randn(200, 3, generator=torch.Generator().manual_seed(0), requires_grad=True)
answers = torch.arange(200) % 3
(once,) = torch.autograd.grad(F.cross_entropy(scores, answers), scores)
(double,) = torch.autograd.grad(F.cross_entropy(scores.softmax(dim=1), answers), scores)
shrink = (double.norm() / once.norm()).item()
assert shrink < 0.5

# %% [markdown] lang="es"
# Con $C$ clases el piso es $-\ln \frac{e}{e + C - 1}$, que para $C = 3$ vale `{python} floor:.4f`. Además,
# los gradientes se encogen: en 200 *logits* al azar quedan en `{python} shrink:.0%` de su tamaño. Si tu
# pérdida se detiene en ese número, busca un softmax de más. El modelo entrega *logits*; el softmax se aplica
# al mirar las probabilidades.

# %% [markdown] lang="en"
# With $C$ classes the floor is $-\ln \frac{e}{e + C - 1}$, which for $C = 3$ is `{python} floor:.4f`. The
# gradients shrink as well: for 200 random logits they are left at `{python} shrink:.0%` of their size. If
# your loss stops at that number, look for a softmax too many. The model returns logits; softmax is applied
# when you look at probabilities.

# %% [markdown] lang="es"
# ### Evaluar en modo de entrenamiento
#
# `Dropout` apaga unidades al azar mientras se entrena. Si se olvida `model.eval()`, también las apaga al
# predecir, y la misma entrada recibe respuestas distintas.

# %% [markdown] lang="en"
# ### Evaluating in training mode
#
# `Dropout` switches off random units while training. If `model.eval()` is forgotten it does so when
# predicting as well, and the same input gets different answers.

# %%
torch.manual_seed(1)
model = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Dropout(0.5), nn.Linear(32, 1))
inputs = torch.rand(1, 4)
for mode in (model.train, model.eval):
    mode()
    answers = [model(inputs).item() for _ in range(3)]
    print(f"training = {model.training!s:<6}", " ".join(f"{answer:.3f}" for answer in answers))
assert len(set(answers)) == 1

# %% [markdown] lang="es"
# `torch.no_grad()` no sustituye a `model.eval()`: el primero deja de anotar el grafo, el segundo cambia lo
# que hacen `Dropout` y `BatchNorm`. Para evaluar hacen falta los dos.
#
# ## Para llevarte
#
# * La última línea dice qué; la línea más baja que sea tuya dice dónde; `shape`, `dtype` y `device` dicen por
#   qué.
# * Un mensaje con dos números casi siempre nombra lo que llegó y lo que se esperaba.
# * Lo que detiene el programa se arregla en minutos. Contra lo que no avisa, exige formas iguales y mira la
#   pérdida: si se detiene en la varianza, oscila o choca con un piso, ya sabes qué sala visitar.

# %% [markdown] lang="en"
# `torch.no_grad()` is no substitute for `model.eval()`: the first stops noting the graph, the second changes
# what `Dropout` and `BatchNorm` do. Evaluating takes both.
#
# ## What to keep
#
# * The last line says what; the lowest line that is yours says where; `shape`, `dtype` and `device` say why.
# * A message with two numbers nearly always names what arrived and what was expected.
# * What stops the program is fixed in minutes. Against what gives no warning, demand equal shapes and watch
#   the loss: if it stops at the variance, swings or hits a floor, you know which room to visit.

# %% [markdown] lang="es" tags=["quiz"]
# Un mensaje dice `mat1 and mat2 shapes cannot be multiplied (64x100 and 128x10)`. ¿Qué reparación es la
# correcta?
#
# - [x] Que la capa reciba 100 números, `nn.Linear(100, 10)`, o que la anterior entregue 128: lo que sale
#   de una capa es lo que entra en la siguiente.
# - [ ] Cambiar el tamaño del *batch* de 64 a 128: es un tamaño de afuera y no tiene que coincidir con nada.
# - [ ] Transponer los datos: llegarían 100 filas de 64 números y 64 tampoco es 128.
# - [ ] Usar `nn.Linear(128, 100)`: seguiría esperando 128 números y llegan 100.

# %% [markdown] lang="en" tags=["quiz"]
# A message says `mat1 and mat2 shapes cannot be multiplied (64x100 and 128x10)`. Which repair is the right
# one?
#
# - [x] Let the layer take 100 numbers, `nn.Linear(100, 10)`, or let the one before it return 128: what
#   leaves one layer is what enters the next.
# - [ ] Change the batch size from 64 to 128: the batch is the outer size and never has to agree.
# - [ ] Transpose the data: 100 rows of 64 numbers would arrive, and 64 is not 128 either.
# - [ ] Use `nn.Linear(128, 100)`: it would still expect 128 numbers, and 100 arrive.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: un paso con cinco fallas
#
# Este paso de entrenamiento tiene cinco fallas, unas ruidosas y otras silenciosas. Las etiquetas llegan con
# forma `(n, 1)` y tipo `float32`. Escribe `train_step` sin ellas; debe devolver la pérdida como un número de
# Python.
#
# ```python
# def train_step(model, optimizer, inputs, labels):
#     probabilities = model(inputs).softmax(dim=1)
#     loss = F.cross_entropy(probabilities, labels)
#     loss.backward()
#     optimizer.step()
#     return loss
# ```

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: a step with five faults
#
# This training step has five faults, some loud and some silent. The labels arrive with shape `(n, 1)` and
# type `float32`. Write `train_step` without them; it must return the loss as a Python number.
#
# ```python
# def train_step(model, optimizer, inputs, labels):
#     probabilities = model(inputs).softmax(dim=1)
#     loss = F.cross_entropy(probabilities, labels)
#     loss.backward()
#     optimizer.step()
#     return loss
# ```


# %% tags=["solution"]
def train_step(model, optimizer, inputs, labels):
    logits = model(inputs)
    loss = F.cross_entropy(logits, labels.squeeze(1).long())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


# %% tags=["check"]
torch.manual_seed(0)
centres = torch.tensor([[3.0, 0.0], [-3.0, 0.0], [0.0, 3.0]])
true_classes = torch.arange(3).repeat(30)
points = centres[true_classes] + 0.3 * torch.randn(90, 2)
model = nn.Linear(2, 3)
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
history = [train_step(model, optimizer, points, true_classes[:, None].float()) for _ in range(100)]

# es: con softmax doble la pérdida no bajaría de 0,55
# en: with a double softmax the loss would not go below 0.55
assert all(isinstance(loss, float) for loss in history) and history[-1] < 0.1
# es: el gradiente que queda es el de este paso y no la suma de todos
# en: the gradient left behind is that of this step and not the sum of all
before = {name: value.clone() for name, value in model.state_dict().items()}
train_step(model, optimizer, points, true_classes[:, None].float())
left_behind = model.weight.grad.clone()
model.load_state_dict(before)
model.zero_grad()
F.cross_entropy(model(points), true_classes).backward()
assert torch.allclose(left_behind, model.weight.grad, atol=1e-6)

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: una pérdida que no se difunde
#
# Escribe `safe_mse(prediction, target)`: el error cuadrático medio si las formas son iguales y, si no lo son,
# un `ValueError` cuyo mensaje contenga las dos formas.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: a loss that does not broadcast
#
# Write `safe_mse(prediction, target)`: the mean squared error if the shapes are equal and, if they are not, a
# `ValueError` whose message contains both shapes.


# %% tags=["solution"]
def safe_mse(prediction, target):
    if prediction.shape != target.shape:
        raise ValueError(f"prediction {tuple(prediction.shape)} and target {tuple(target.shape)} differ")
    return ((prediction - target) ** 2).mean()


# %% tags=["check"]
for shape in [(5,), (5, 1), (2, 3, 4)]:
    a, b = torch.rand(shape), torch.rand(shape)
    assert torch.isclose(safe_mse(a, b), F.mse_loss(a, b))
for one, other in [((8, 1), (8,)), ((8,), (1,)), ((2, 3), (3, 2))]:
    try:
        safe_mse(torch.rand(one), torch.rand(other))
    except ValueError as error:
        assert str(one).strip("(),") in str(error) and str(other).strip("(),") in str(error)
    else:
        raise AssertionError(f"{one} {other}")

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: la media sin el relleno
#
# De la sala de los ejemplos de distinto tamaño salen un tensor relleno con ceros, de forma `(n, longitud)`, y
# las longitudes verdaderas. Escribe `masked_mean(padded, lengths)`, la media de cada fila sin contar el
# relleno. Cuidado: un cero también puede ser un dato.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: the mean without the padding
#
# Out of the room with examples of different sizes come a tensor padded with zeros, of shape `(n, length)`,
# and the true lengths. Write `masked_mean(padded, lengths)`, the mean of each row without counting the
# padding. Careful: a zero may also be data.


# %% tags=["solution"]
def masked_mean(padded, lengths):
    positions = torch.arange(padded.shape[1])
    real = positions < lengths[:, None]  # (n, length): (length,) against (n, 1)
    return (padded * real).sum(dim=1) / lengths


# %% tags=["check"]
rows = [torch.tensor([1.0, 0.0, 5.0]), torch.tensor([0.0]), torch.tensor([2.0, 4.0, 0.0, 0.0])]
filled, true_lengths = pad(rows)
assert torch.allclose(masked_mean(filled, true_lengths), torch.stack([row.mean() for row in rows]))
# es: el resultado no depende de lo que haya en el relleno
# en: the result does not depend on what the padding holds
noisy = filled.masked_fill(torch.arange(4) >= true_lengths[:, None], 99.0)
assert torch.allclose(masked_mean(noisy, true_lengths), masked_mean(filled, true_lengths))

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# Muchos errores de forma son productos que no encajan: ve a los [productos
# escalares](../tensor_mathematics/dot_products.md). Para un bucle de entrenamiento que hace todo esto bien,
# ve a la [regresión lineal](../workflow/linear_regression.md). Si algo de aquí no te sonaba, vuelve a
# [Tensores y rango](../fundamentals/tensors_and_rank.md).

# %% [markdown] lang="en"
# ## Where to go next
#
# Many errors of shape are products that do not fit: go to [dot
# products](../tensor_mathematics/dot_products.md). For a training loop that does all of this right, go to
# [linear regression](../workflow/linear_regression.md). If something here was new to you, go back to [Tensors
# and rank](../fundamentals/tensors_and_rank.md).
