"""
title:
  es: Los datos y la red, como tensores
  en: Data and network, as tensors
summary:
  es: Imagen, texto, sensor y batch como tensores; embedding, atención, convolución y gradiente como cuentas.
  en: Image, text, sensor and batch as tensors; embedding, attention, convolution and gradient as arithmetic.
tags: [data, batch, embedding, attention, convolution, gradient]
objectives:
  es:
    - Convertir una imagen, un texto y una serie de sensores en tensores, y decir qué significa cada eje.
    - Explicar por qué un texto es una fila de enteros, y qué lo vuelve matriz.
    - Formar un batch con datos de distinto tamaño sin que el relleno cuente.
    - Escribir embedding, atención, convolución, pooling, normalización y un paso de gradiente como cuentas.
  en:
    - Turn an image, a text and a series of sensors into tensors, and say what each axis means.
    - Explain why a text is a row of integers, and what makes it a matrix.
    - Form a batch of data of different sizes so that the padding does not count.
    - Write embedding, attention, convolution, pooling, normalisation and a gradient step as operations on
      tensors.
prerequisites:
  es:
    - Forma, rango, índices y broadcasting.
    - Producto de matrices.
  en:
    - Shape, rank, indices and broadcasting.
    - Product of matrices.
"""
# %% [markdown] lang="es"
# Una red solo sabe operar números. Antes de ella hay que convertir fotos, frases y mediciones en tensores; en
# ella, todo lo que se hace (dar a cada palabra un vector o *embedding*, una atención, una convolución, un
# gradiente) son cuentas entre tensores. Suele decirse: las imágenes son tensores de rango 3, los textos son
# matrices y los sensores, vectores. La primera afirmación es cierta a medias y las otras dos, falsas. Aquí se
# prueba cada una.
#
# Conviene haber leído [Tensores y rango](../fundamentals/tensors_and_rank.md) y
# [Broadcasting](../fundamentals/broadcasting.md). La lección acompaña la sección *PyTorch Fundamentals* del
# curso [PyTorch for Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) de
# Andrei Neagoie y Daniel Bourke, y el [capítulo 00](https://www.learnpytorch.io/00_pytorch_fundamentals/) de
# su libro abierto.

# %% [markdown] lang="en"
# A network can only operate on numbers. Before they reach it, photographs, sentences and measurements have to
# become tensors; inside it, everything (giving each word a vector or embedding, attention, a convolution, a
# gradient) is arithmetic between tensors. It is often said that images are tensors of rank 3, texts are
# matrices and sensors vectors. The first claim is half true and the other two are false. Here each one is put
# to the test.
#
# It helps to have read [Tensors and rank](../fundamentals/tensors_and_rank.md) and
# [Broadcasting](../fundamentals/broadcasting.md). The lesson goes with the section *PyTorch Fundamentals* of
# the course [PyTorch for Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) by
# Andrei Neagoie and Daniel Bourke, and with [chapter
# 00](https://www.learnpytorch.io/00_pytorch_fundamentals/) of their open book.

# %%
import math

import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence

from tutorials_lib import tr
from tutorials_lib.data import digits
from tutorials_lib.plots import color, heat_map, image_grid, localize_ticks, tensor_grid

# %% [markdown] lang="es"
# ## Una imagen
#
# Un dígito de scikit-learn mide 8×8: es una matriz de grises. Así lo ve una persona y así lo ve la red.

# %% [markdown] lang="en"
# ## An image
#
# A scikit-learn digit is 8×8: a matrix of greys. This is how a person sees it, and how the network sees it.

# %%
# alt es: Un cero escrito a mano como ocho por ocho casillas de gris, cada una con su número de 0 a 16.
# alt en: A handwritten zero as eight by eight grey cells, each with its number from 0 to 16.
data = digits()
image = data.train_images[0]  # channel height width
print(tuple(image.shape), image.dtype, data.classes[data.train_labels[0]])
ax = heat_map(16 * image[0], fmt=".0f", cmap="gray")

# %% [markdown] lang="es"
# PyTorch le da un eje más, el canal, aunque mida 1. Entonces, ¿qué rango tiene una imagen? Depende de cuántas
# preguntas haga falta responder para llegar a un número:

# %% [markdown] lang="en"
# PyTorch gives it one more axis, the channel, even though it has size 1. So, what rank does an image have? It
# depends on how many questions must be answered to reach a number:

# %%
images = {
    tr(es="gris", en="grey"): torch.zeros(8, 8),
    tr(es="color", en="colour"): torch.zeros(3, 224, 224),
    "video": torch.zeros(24, 3, 64, 48),
    tr(es="tomografía", en="CT scan"): torch.zeros(1, 40, 128, 128),
    tr(es="batch de videos", en="batch of videos"): torch.zeros(2, 24, 3, 64, 48),
}
for name, tensor in images.items():
    print(f"{name:<17} {tensor.ndim}   {tuple(tensor.shape)}")

# %% tags=["hidden"]
assert image.shape == (1, 8, 8) and (16 * image).frac().abs().max() == 0
assert [tensor.ndim for tensor in images.values()] == [2, 3, 4, 4, 5]

# %% [markdown] lang="es"
# «Rango 3» vale para **una** imagen a color, que es el caso más común y no el único.
#
# ## Un texto
#
# Una frase se corta en piezas, aquí palabras, y cada pieza recibe un número. El 0 queda libre para el
# relleno.

# %% [markdown] lang="en"
# “Rank 3” holds for **one** colour image, the commonest case and not the only one.
#
# ## A text
#
# A sentence is cut into pieces, here words, and each piece gets a number. 0 is kept free for the padding.

# %%
sentences = [
    tr(es="el gato ve un perro y el perro huye", en="the cat sees a dog and the dog runs").split(),
    tr(es="el perro ve un gato", en="the dog sees a cat").split(),
    tr(es="un gato huye", en="a cat runs").split(),
]
words = [word for sentence in sentences for word in sentence]
vocabulary = {word: number for number, word in enumerate(dict.fromkeys(words), start=1)}
coded = [torch.tensor([vocabulary[word] for word in sentence]) for sentence in sentences]
for ids in coded:
    print(ids.ndim, tuple(ids.shape), ids.tolist())

# %% [markdown] lang="es"
# Cada frase es un tensor de **rango 1** y de enteros. No es una matriz. ¿Y si se los damos así a la red?
#
# ### Una idea que falla: el número como cantidad
#
# Los números se repartieron por orden de aparición; no miden nada. Tomemos 40 «palabras», la mitad animales,
# y preguntemos cuántas acierta una regla que use el número como cantidad: «animal si pasa de tal valor», o al
# revés, con el mejor umbral posible. Del otro lado, una tabla que asigna a cada palabra **su propio** valor,
# aprendido. Probamos cinco numeraciones al azar.

# %% [markdown] lang="en"
# Each sentence is a tensor of **rank 1**, of integers. It is not a matrix. What if we give them to the
# network like that?
#
# ### An idea that fails: the number as a quantity
#
# The numbers were handed out in order of appearance; they measure nothing. Take 40 “words”, half of them
# animals, and ask how many a rule gets right that uses the number as a quantity: “animal if above such a
# value”, or the other way round, with the best threshold there is. On the other side, a table that gives each
# word a value **of its own**, learned. We try five random numberings.

# %%
WORDS = 40
as_quantity, as_table = [], []
for seed in range(5):
    torch.manual_seed(seed)
    # es: por cada número, si su palabra es un animal
    # en: for each number, whether its word is an animal
    animal = (torch.randperm(WORDS) < WORDS // 2).float()
    above = torch.arange(WORDS) >= torch.arange(WORDS + 1)[:, None]  # threshold word
    hits = (above == animal.bool()).sum(1)
    as_quantity.append(torch.maximum(hits, WORDS - hits).max().item())

    table = nn.Embedding(WORDS, 1)
    optimizer = torch.optim.Adam(table.parameters(), lr=0.5)
    for _ in range(50):
        loss = F.binary_cross_entropy_with_logits(table(torch.arange(WORDS))[:, 0], animal)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    as_table.append(((table.weight[:, 0] > 0) == animal.bool()).sum().item())
for hits in (as_quantity, as_table):
    print("  ".join(f"{right}/{WORDS}" for right in hits))

# %% tags=["hidden"]
assert max(as_quantity) < 0.8 * WORDS and min(as_table) == WORDS

# %% [markdown] lang="es"
# El mejor umbral acierta entre `{python} min(as_quantity)` y `{python} max(as_quantity)` de `{python} WORDS`;
# la tabla, todas. (Son las mismas palabras con que aprendió: esto mide qué se **puede** expresar, no qué se
# generaliza.) Esa tabla es un *embedding* (un vector para cada palabra, aprendido).
#
# ### El *embedding* es un índice, y también un producto
#
# Con una tabla $E$ de una fila por palabra, la frase $w_1, \dots, w_n$ pasa a ser la matriz
#
# $$X_{tj} = E_{w_t j} = \sum_{v} H_{tv}\, E_{vj}, \qquad H_{tv} = 1 \text{ si } v = w_t,\ 0 \text{ si no.}$$

# %% [markdown] lang="en"
# The best threshold gets between `{python} min(as_quantity)` and `{python} max(as_quantity)` right out of
# `{python} WORDS`; the table, all of them. (They are the very words it learned from: this measures what
# **can** be expressed, not what generalises.) That table is an *embedding*, a vector of its own for each
# word, learned.
#
# ### The embedding is an index, and a product as well
#
# With a table $E$ of one row for each word, the sentence $w_1, \dots, w_n$ becomes the matrix
#
# $$X_{tj} = E_{w_t j} = \sum_{v} H_{tv}\, E_{vj}, \qquad H_{tv} = 1 \text{ if } v = w_t,\ 0 \text{ if not.}$$

# %%
# alt es: Los números 4, 2 y 7 de una frase, la tabla con esas tres filas marcadas y la matriz de 3 por 4.
# alt en: The numbers 4, 2 and 7 of a sentence, the table with those three rows marked and the 3 by 4 matrix.
torch.manual_seed(0)
embedding = nn.Embedding(len(vocabulary) + 1, 4, padding_idx=0)
E = embedding.weight  # word width
ids = coded[2]
X = embedding(ids)  # time width
H = F.one_hot(ids, num_classes=len(E)).float()
print(torch.equal(X, E[ids]), torch.allclose(X, H @ E), tuple(X.shape), X.dtype)
ax = tensor_grid(
    {"ids": ids[:, None], "E": (10 * E.detach()).round().int(), "X": (10 * X.detach()).round().int()},
    signs=["", "→"],
    highlight={"E": [(row, column) for row in ids.tolist() for column in range(4)]},
)

# %% tags=["hidden"]
assert all(ids.ndim == 1 and ids.dtype == torch.int64 for ids in coded) and X.ndim == 2
assert torch.equal(X, E[ids]) and torch.allclose(X, H @ E) and ids.tolist() == [4, 2, 7]
assert (E[0] == 0).all()

# %% [markdown] lang="es"
# (En la figura, los valores por 10, redondeados.) **Ahora** el texto es una matriz, `(tiempo, ancho)`, de
# decimales. Indexar y multiplicar por la matriz de unos y ceros dan lo mismo; el índice ahorra las cuentas
# con ceros.
#
# ## Un sensor
#
# Un termómetro que mide cada hora durante dos semanas da un vector de 336 números. (Los inventamos: un ciclo
# diario, ruido y dos días de frío.) El mismo vector, partido en días, es una matriz.

# %% [markdown] lang="en"
# (In the figure, the values times 10, rounded.) **Now** the text is a matrix, `(time, width)`, of decimals.
# Indexing, and multiplying by the matrix of ones and zeros, give the same; the index saves the arithmetic
# with zeros.
#
# ## A sensor
#
# A thermometer that measures each hour for two weeks gives a vector of 336 numbers. (We made them up: a daily
# cycle, noise and two cold days.) The same vector, broken into days, is a matrix.

# %%
# alt es: Arriba, la serie sube y baja cada día; abajo, como tabla de días por horas, dos filas más frías.
# alt en: Above, the series rises and falls each day; below, as a table of days by hours, two colder rows.
torch.manual_seed(1)
hour = torch.arange(14 * 24)
series = 18 + 6 * torch.sin(2 * math.pi * (hour - 9) / 24) + 0.8 * torch.randn(len(hour))
series[8 * 24 : 10 * 24] -= 6
by_day = series.reshape(14, 24)  # day hour
figure, (above, below) = plt.subplots(2, 1, figsize=(6.4, 4.4))
above.plot(hour, series, color=color("blue"), linewidth=1)
above.set(xlabel="h", ylabel="°C", title=f"{tuple(series.shape)}")
shown = below.imshow(by_day, aspect="auto", interpolation="none")
below.set(xlabel="h", ylabel=tr(es="día", en="day"), title=f"{tuple(by_day.shape)}")
below.grid(visible=False)
figure.colorbar(shown, ax=below, label="°C")
_ = localize_ticks(above)

# %% tags=["hidden"]
coldest = by_day.mean(1).argsort()[:2].sort().values.tolist()
assert coldest == [8, 9] and by_day.mean(0).argmax().item() in (14, 15, 16)

# %% [markdown] lang="es"
# Como vector, el frío es un bache entre oscilaciones; como matriz, dos renglones oscuros, y las preguntas se
# vuelven promedios sobre un eje: `by_day.mean(1)` dice qué días fueron fríos (los `{python} coldest[0]` y
# `{python} coldest[1]`) y `by_day.mean(0)` a qué hora hace más calor. Otras series de sensores tienen otros
# rangos. La última se obtiene de un micrófono, un vector, con una transformada de Fourier por tramos:

# %% [markdown] lang="en"
# As a vector the cold is a dip among oscillations; as a matrix, two dark rows, and questions become averages
# over an axis: `by_day.mean(1)` says which days were cold (`{python} coldest[0]` and `{python} coldest[1]`)
# and `by_day.mean(0)` at which hour it is warmest. Other series of sensors have other ranks. The last one
# comes from a microphone, a vector, by a Fourier transform of one stretch at a time:

# %%
RATE = 8000  # samples per second
time = torch.arange(RATE) / RATE
sound = torch.sin(2 * math.pi * 440 * time) + 0.5 * torch.sin(2 * math.pi * 1000 * time)
spectrogram = torch.stft(sound, n_fft=400, window=torch.hann_window(400), return_complex=True).abs()
loudest = spectrogram.mean(1).argmax().item() * RATE / 400
sensors = {
    tr(es="termómetro", en="thermometer"): series,
    tr(es="acelerómetro de 3 ejes", en="3-axis accelerometer"): torch.zeros(500, 3),
    tr(es="20 estaciones, 4 magnitudes", en="20 stations, 4 quantities"): torch.zeros(20, 336, 4),
    tr(es="cámara térmica", en="thermal camera"): torch.zeros(100, 60, 80),
    tr(es="micrófono", en="microphone"): sound,
    tr(es="su espectrograma", en="its spectrogram"): spectrogram,
}
for name, tensor in sensors.items():
    print(f"{name:<28} {tensor.ndim}   {tuple(tensor.shape)}")
print(f"{loudest:.0f} Hz")

# %% tags=["hidden"]
assert abs(loudest - 440) <= RATE / 400 and sound.ndim == 1 and spectrogram.ndim == 2
assert {tensor.ndim for tensor in sensors.values()} == {1, 2, 3}

# %% [markdown] lang="es"
# Ninguno es más «sensor» que otro. El espectrograma muestra además que el rango puede **elegirse**: el mismo
# sonido como vector o como matriz de frecuencia por tiempo, donde el tono de 440 Hz cae en la fila de
# `{python} loudest:.0f` Hz.
#
# ## El *batch*
#
# Para procesar varios ejemplos a la vez se apilan en un eje nuevo, el primero. Con imágenes del mismo tamaño
# basta `stack`. Con frases de distinta longitud se rellena con ceros, y una máscara recuerda qué es real.

# %% [markdown] lang="en"
# None of them is more of a “sensor” than another. The spectrogram also shows that the rank can be **chosen**:
# the same sound as a vector or as a matrix of frequency by time, where the tone of 440 Hz falls into the row
# of `{python} loudest:.0f` Hz.
#
# ## The batch
#
# To process several examples at once they are stacked along a new axis, the first. For images of one size
# `stack` is enough. Sentences of different lengths are padded with zeros, and a mask remembers what is real.

# %%
batch_of_images = torch.stack([data.train_images[i] for i in range(32)])  # example channel height width
batch_of_ids = pad_sequence(coded, batch_first=True)  # example time
mask = batch_of_ids != 0
vectors = embedding(batch_of_ids)  # example time width
print(tuple(batch_of_images.shape), tuple(batch_of_ids.shape), tuple(vectors.shape))
print(batch_of_ids)

# %% [markdown] lang="es"
# El *batch* de textos tiene rango 2 antes del *embedding* y 3 después. Si se promedia cada frase con `mean`,
# los ceros del relleno cuentan. Predice cuánto se encoge la media de la tercera frase, de tres palabras.

# %% [markdown] lang="en"
# The batch of texts has rank 2 before the embedding and 3 after it. If each sentence is averaged with `mean`,
# the zeros of the padding count. Predict by how much the mean of the third sentence, of three words, shrinks.

# %%
careless = vectors.mean(1)
careful = (vectors * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
alone = torch.stack([embedding(ids).mean(0) for ids in coded])
for name, mean in {"mean": careless, tr(es="con máscara", en="with mask"): careful}.items():
    print(f"{name:<12} {[round(ratio, 3) for ratio in (mean.norm(dim=1) / alone.norm(dim=1)).tolist()]}")

# %% tags=["hidden"]
assert torch.allclose(careful, alone, atol=1e-6)
assert torch.allclose(careless[2] / alone[2], torch.full((4,), 3 / 9), atol=1e-5)
assert batch_of_images.ndim == 4 and batch_of_ids.ndim == 2 and vectors.ndim == 3

# %% [markdown] lang="es"
# A un tercio: tres palabras divididas entre nueve lugares. Una frase dejaría de parecerse a sí misma según
# con quién comparta el *batch*.
#
# ## Lo que hace una red
#
# ### Los pesos y las salidas
#
# Una capa lineal es un tensor de pesos, uno de sesgos y un producto:
# $Y_{ni} = \sum_j X_{nj} W_{ij} + b_i$.

# %% [markdown] lang="en"
# To a third: three words divided among nine places. A sentence would cease to resemble itself depending on
# whom it shares the batch with.
#
# ## What a network does
#
# ### The weights and the outputs
#
# A linear layer is a tensor of weights, one of biases, and a product:
# $Y_{ni} = \sum_j X_{nj} W_{ij} + b_i$.

# %%
torch.manual_seed(0)
network = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 10))
for name, parameter in network.named_parameters():
    print(f"{name:<9} {tuple(parameter.shape)}")
hidden = network[:3](batch_of_images)  # example feature
by_hand = torch.einsum("nj,ij->ni", hidden, network[3].weight) + network[3].bias
print(tuple(hidden.shape), tuple(by_hand.shape), torch.allclose(by_hand, network(batch_of_images), atol=1e-6))

# %% tags=["hidden"]
assert torch.allclose(by_hand, network(batch_of_images), atol=1e-6)

# %% [markdown] lang="es"
# ### La atención
#
# Cada palabra pregunta ($Q$), se compara con todas ($K$) y promedia lo que dicen ($V$), con pesos que suman
# 1:
#
# $$A = \operatorname{softmax}\!\left(\frac{Q K^{\mathsf T}}{\sqrt d}\right), \qquad Y = A V .$$
#
# Con $Q = K = V = X$, los vectores sin entrenar de la primera frase, los pesos todavía no significan nada.
# Pero hay algo que ya se puede predecir: el artículo y el nombre se repiten. ¿Qué filas de $A$ serán iguales?

# %% [markdown] lang="en"
# ### Attention
#
# Each word asks ($Q$), is compared with all ($K$) and averages what they say ($V$), with weights that add up
# to 1:
#
# $$A = \operatorname{softmax}\!\left(\frac{Q K^{\mathsf T}}{\sqrt d}\right), \qquad Y = A V .$$
#
# With $Q = K = V = X$, the untrained vectors of the first sentence, the weights mean nothing yet. But one
# thing can already be predicted: the article and the noun are repeated. Which rows of $A$ will be equal?

# %%
# alt es: Matriz de pesos de 9 por 9 palabras; las filas de las palabras repetidas son iguales entre sí.
# alt en: A 9 by 9 matrix of weights between words; the rows of the repeated words are equal to each other.
X = embedding(coded[0]).detach()  # time width
A = (torch.einsum("td,sd->ts", X, X) / math.sqrt(X.shape[1])).softmax(dim=1)  # time time
Y = torch.einsum("ts,sd->td", A, X)
print(torch.allclose(Y, F.scaled_dot_product_attention(X[None], X[None], X[None])[0], atol=1e-6))
equal = [(i, j) for i in range(len(A)) for j in range(i) if torch.allclose(A[i], A[j])]
print(equal, [sentences[0][i] for i, _ in equal])
ax = heat_map(A, row_labels=sentences[0], column_labels=sentences[0], fmt=".2f", limits=(0, 1))

# %% tags=["hidden"]
assert torch.allclose(Y, F.scaled_dot_product_attention(X[None], X[None], X[None])[0], atol=1e-6)
assert torch.allclose(A.sum(1), torch.ones(9)) and sorted(equal) == [(6, 0), (7, 4)]

# %% [markdown] lang="es"
# Las de las palabras repetidas. La atención compara contenidos y no sabe de lugares: a los *transformers*
# (redes hechas de capas de atención) hay que sumarles la posición aparte.
#
# ### La convolución, el *pooling* y la normalización
#
# Un filtro $w$ de 3×3 se apoya en cada lugar de la imagen, multiplica y suma:
#
# $$y_{ij} = \sum_{a=0}^{2} \sum_{b=0}^{2} x_{i+a,\, j+b}\; w_{ab} .$$
#
# Si la primera fila de $w$ es $-1$ y la última $+1$, ¿en qué partes del cero dará un número grande?

# %% [markdown] lang="en"
# Those of the repeated words. Attention compares contents and knows nothing of places: transformers must have
# the position added separately.
#
# ### Convolution, pooling and normalisation
#
# A 3×3 filter $w$ rests on each place of the image, multiplies and adds:
#
# $$y_{ij} = \sum_{a=0}^{2} \sum_{b=0}^{2} x_{i+a,\, j+b}\; w_{ab} .$$
#
# If the first row of $w$ is $-1$ and the last one $+1$, in which parts of the zero will it give a large
# number?

# %%
# alt es: El cero y dos salidas: una resalta sus bordes horizontales y la otra los verticales.
# alt en: The zero and two outputs: one brings out its horizontal edges and the other the vertical ones.
w = torch.tensor([[-1.0, -1.0, -1.0], [0.0, 0.0, 0.0], [1.0, 1.0, 1.0]])
x = image[0]
loops = torch.zeros(6, 6)
for i in range(6):
    for j in range(6):
        loops[i, j] = (x[i : i + 3, j : j + 3] * w).sum()
across, down = (F.conv2d(x[None, None], filter[None, None])[0, 0] for filter in (w, w.T))
patches = x.unfold(0, 3, 1).unfold(1, 3, 1)  # row column 3 3
print(torch.allclose(loops, across), torch.allclose(torch.einsum("ijab,ab->ij", patches, w), across))
names = ["x", "x ∗ w", "x ∗ wᵀ"]
figure = image_grid(torch.stack([x, F.pad(across, (1, 1, 1, 1)), F.pad(down, (1, 1, 1, 1))]), names)

# %% [markdown] lang="es"
# Donde la imagen cambia de oscuro a claro hacia abajo: los bordes horizontales. El bucle, `conv2d` y una suma
# con índices sobre los recortes de 3×3 dan lo mismo. También el *pooling* (quedarse con el máximo de cada
# cuadro de 2×2) y la normalización por *batch* son cuentas sobre ejes:

# %% [markdown] lang="en"
# Where the image goes from dark to light downwards: the horizontal edges. The loop, `conv2d` and a sum over
# indices of the 3×3 cut-outs give the same. Pooling (keeping the maximum of each 2×2 square) and batch
# normalisation are arithmetic on axes as well:

# %%
features = network[:2](batch_of_images).detach()  # example channel height width
pooled = features.reshape(32, 4, 3, 2, 3, 2).amax(dim=(3, 5))
print(torch.equal(pooled, F.max_pool2d(features, 2)))

center = features.mean(dim=(0, 2, 3), keepdim=True)
spread = features.var(dim=(0, 2, 3), correction=0, keepdim=True)
normalized = (features - center) / (spread + 1e-5).sqrt()
print(torch.allclose(normalized, F.batch_norm(features, None, None, training=True), atol=1e-5))

# %% tags=["hidden"]
assert torch.allclose(loops, across) and torch.allclose(torch.einsum("ijab,ab->ij", patches, w), across)
assert torch.equal(pooled, F.max_pool2d(features, 2)) and features.shape == (32, 4, 6, 6)
assert torch.allclose(normalized, F.batch_norm(features, None, None, training=True), atol=1e-5)

# %% [markdown] lang="es"
# ### El gradiente y el paso
#
# La derivada de la pérdida respecto de un tensor de pesos es otro tensor **de la misma forma**, un número por
# peso, y el paso es una resta: $W \leftarrow W - \eta\, \partial L / \partial W$. Demos uno solo.

# %% [markdown] lang="en"
# ### The gradient and the step
#
# The derivative of the loss with respect to a tensor of weights is another tensor **of the same shape**, one
# number for each weight, and the step is a subtraction: $W \leftarrow W - \eta\, \partial L / \partial W$.
# Let us take a single one.

# %%
labels = data.train_labels[:32]
before = F.cross_entropy(network(batch_of_images), labels)
before.backward()
with torch.no_grad():
    for name, parameter in network.named_parameters():
        print(f"{name:<9} {tuple(parameter.shape)!s:<13} {tuple(parameter.grad.shape)}")
        parameter -= 0.1 * parameter.grad
    after = F.cross_entropy(network(batch_of_images), labels)
print(f"{before:.4f} → {after:.4f}")

# %% tags=["hidden"]
assert after < before
assert all(parameter.shape == parameter.grad.shape for parameter in network.parameters())

# %% [markdown] lang="es"
# La pérdida bajó de `{python} before.item():.3f` a `{python} after.item():.3f`. Entrenar es repetir estas
# líneas.
#
# ## Para llevarte
#
# | dato | tensor | rango de un ejemplo |
# |---|---|---|
# | imagen gris, a color, video | píxeles | 2, 3, 4 |
# | texto | enteros, uno por pieza | 1 |
# | texto después del *embedding* | un vector por pieza | 2 |
# | sensores | según cuántos ejes distingan una lectura | cualquiera |
# | *batch* de lo anterior | un eje más, el primero | uno más |
#
# * El número de una palabra es un nombre, no una cantidad.
# * El relleno necesita una máscara en toda cuenta que recorra su eje.
# * *Embedding*, atención, convolución, *pooling*, normalización y paso de gradiente: cada uno es una línea de
#   operaciones entre tensores, y aquí los cinco primeros coincidieron con la función de PyTorch.

# %% [markdown] lang="en"
# The loss went from `{python} before.item():.3f` to `{python} after.item():.3f`. Training means repeating
# these lines.
#
# ## What to keep
#
# | datum | tensor | rank of one example |
# |---|---|---|
# | image in grey, in colour, video | pixels | 2, 3, 4 |
# | text | integers, one for each piece | 1 |
# | text after the embedding | a vector for each piece | 2 |
# | sensors | as many axes as tell readings apart | any |
# | batch of the above | one more axis, the first | one more |
#
# * The number of a word is a name, not a quantity.
# * Padding needs a mask in any computation that runs along its axis.
# * Embedding, attention, convolution, pooling, normalisation and gradient step: each is a line of operations
#   on tensors, and here the first five agreed with PyTorch's function.

# %% [markdown] lang="es" tags=["quiz"]
# Un *batch* de 16 frases, de 20 piezas cada una, pasa por un *embedding* de ancho 64. ¿Qué rango tenía antes,
# cuál tiene después y de qué tipo eran sus números?
#
# - [x] Rango 2 con enteros, `(16, 20)`; después, rango 3 con decimales, `(16, 20, 64)`: cada entero se vuelve
#   un vector de 64 componentes.
# - [ ] Rango 3 en los dos casos: antes del *embedding* no hay eje de ancho.
# - [ ] Rango 2 con decimales: el número de una pieza señala una fila de la tabla, así que es entero.
# - [ ] Rango 1 antes: ese es el de una sola frase; el *batch* agrega un eje.

# %% [markdown] lang="en" tags=["quiz"]
# A batch of 16 sentences, of 20 pieces each, goes through an embedding of width 64. What rank did it have
# before, what rank after, and of what type were its numbers?
#
# - [x] Rank 2 with integers, `(16, 20)`; after, rank 3 with decimals, `(16, 20, 64)`: each integer
#   becomes a vector of 64 components.
# - [ ] Rank 3 in both cases: before the embedding there is no axis of width.
# - [ ] Rank 2 with decimals: the number of a piece points at a row of the table, so it is an integer.
# - [ ] Rank 1 before: that is the rank of a single sentence; the batch adds an axis.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: rellenar
#
# Escribe `pad(sequences, value=0)`: de una lista de tensores de rango 1 y distinta longitud, un par
# `(tabla, máscara)`, las dos de forma `(ejemplos, longitud máxima)`. La máscara es verdadera en lo real,
# también si un dato verdadero vale `value`. Sin `pad_sequence`.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: padding
#
# Write `pad(sequences, value=0)`: from a list of tensors of rank 1 and different lengths, a pair `(table,
# mask)`, both of shape `(examples, greatest length)`. The mask is true for what is real, even if a true datum
# equals `value`. No `pad_sequence`.


# %% tags=["solution"]
def pad(sequences, value=0):
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    mask = torch.arange(lengths.max().item()) < lengths[:, None]
    table = sequences[0].new_full(mask.shape, value)
    table[mask] = torch.cat(sequences)
    return table, mask


# %% tags=["check"]
for sequences, value in [
    (coded, 0),
    ([torch.tensor([0, 5]), torch.tensor([0])], 0),
    ([series[:3], series[:7]], -1),
]:
    table, mask = pad(sequences, value)
    assert torch.equal(table, pad_sequence(sequences, batch_first=True, padding_value=value))
    assert mask.sum(1).tolist() == [len(sequence) for sequence in sequences]
    assert all(torch.equal(row[real], s) for row, real, s in zip(table, mask, sequences, strict=True))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: ventanas de una serie
#
# Una red que pronostica recibe tramos. Escribe `windows(series, size, step)`: de una serie `(tiempo, canal)`,
# todas las ventanas completas de `size` lecturas, que empiezan cada `step`, con forma `(ventana, size,
# canal)`. Una vista basta: mira `unfold` y el orden de sus ejes.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: windows of a series
#
# A network that forecasts receives stretches. Write `windows(series, size, step)`: from a series `(time,
# channel)`, all complete windows of `size` readings, one starting every `step`, with shape `(window, size,
# channel)`. A view is enough: look at `unfold` and the order of its axes.


# %% tags=["solution"]
def windows(series, size, step):
    return series.unfold(0, size, step).transpose(1, 2)


# %% tags=["check"]
for times, channels, size, step in [(10, 3, 4, 2), (7, 1, 7, 3), (9, 2, 2, 5), (6, 6, 3, 1)]:
    readings = torch.arange(times * channels).reshape(times, channels)
    expected = torch.stack([readings[t : t + size] for t in range(0, times - size + 1, step)])
    assert torch.equal(windows(readings, size, step), expected), (times, channels, size, step)

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: atención que no mira el relleno
#
# Escribe `attention(Q, K, V, mask)` para un *batch*: `Q`, `K` y `V` tienen forma `(ejemplo, tiempo, ancho)`;
# `mask`, `(ejemplo, tiempo)`, verdadera en lo real. Los pesos hacia el relleno deben ser cero y los demás
# sumar 1. Un puntaje de $-\infty$ antes del softmax hace las dos cosas.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: attention that does not look at the padding
#
# Write `attention(Q, K, V, mask)` for a batch: `Q`, `K` and `V` have shape `(example, time, width)`; `mask`,
# `(example, time)`, true for what is real. The weights towards the padding must be zero and the others add up
# to 1. A score of $-\infty$ before the softmax does both.


# %% tags=["solution"]
def attention(Q, K, V, mask):
    scores = torch.einsum("btd,bsd->bts", Q, K) / math.sqrt(Q.shape[-1])
    scores = scores.masked_fill(~mask[:, None], -torch.inf)
    return torch.einsum("bts,bsd->btd", scores.softmax(dim=-1), V)


# %% tags=["check"]
generator = torch.Generator().manual_seed(2)
for batch, times, width in [(3, 9, 4), (1, 2, 8), (5, 5, 5)]:
    Q, K, V = (torch.randn(batch, times, width, generator=generator) for _ in range(3))
    mask = torch.arange(times) < torch.randint(1, times + 1, (batch, 1), generator=generator)
    expected = F.scaled_dot_product_attention(Q, K, V, attn_mask=mask[:, None])
    found = attention(Q, K, V, mask)
    assert torch.allclose(found, expected, atol=1e-5), (batch, times, width)
    noisy = torch.where(mask[..., None], V, 100.0)
    assert torch.allclose(attention(Q, K, noisy, mask), found, atol=1e-4), "the padding was seen"

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# El gradiente pasó por aquí como un tensor más; de dónde sale está en [Autograd, con motor
# propio](../fundamentals/autograd.md). El viaje completo, de la cosa a los números y de vuelta a algo que una
# persona lee, es el tema de [la codificación numérica](../concepts/numerical_encoding.md), y una convolución
# que aprende sus filtros compite en [Tres modelos, un conjunto de
# datos](../convolutional_networks/three_models_one_dataset.md).

# %% [markdown] lang="en"
# ## Where to go next
#
# The gradient passed by here as one more tensor; where it comes from is in [Autograd, with an engine of our
# own](../fundamentals/autograd.md). The whole journey, from the thing to numbers and back to something a
# person reads, is the subject of [numerical encoding](../concepts/numerical_encoding.md), and a convolution
# that learns its filters competes in [Three models, one data
# set](../convolutional_networks/three_models_one_dataset.md).
