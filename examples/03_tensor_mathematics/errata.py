"""
title:
  es: Erratas de los apuntes
  en: Errata of the notes
summary:
  es: Nueve afirmaciones de los apuntes del curso, qué dicen, qué es correcto y la ejecución que lo prueba.
  en: Nine statements of the course notes, what they say, what is right, and the run that proves it.
tags: [errata, claims, einsum, precision, transfer]
objectives:
  es:
    - Saber qué nueve puntos de los apuntes se corrigen aquí, y con qué prueba.
    - Convertir una frase general en algo que una ejecución pueda contradecir.
    - Reconocer en otros textos los tres tipos de error que más se repiten.
  en:
    - Know which nine points of the notes are corrected here, and on what evidence.
    - Turn a general sentence into something that a run can contradict.
    - Recognise in other texts the three kinds of mistake that come back most often.
prerequisites:
  es:
    - Las lecciones de Conceptos y Fundamentos, o seguir los enlaces donde haga falta.
    - Para el primer punto, la lección «Producto vectorial».
  en:
    - The lessons of Concepts and Fundamentals, or following the links where needed.
    - For the first point, the lesson “The vector product”.
"""
# %% [markdown] lang="es"
# Este sitio creció de dos documentos de apuntes, `000_052679dadd7c4dc5.txt` y `001_3b7e2eb59304259b.txt`
# (aquí, 000 y 001), que acompañan la introducción y la sección *PyTorch Fundamentals* del curso [PyTorch for
# Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) y el [capítulo
# 00](https://www.learnpytorch.io/00_pytorch_fundamentals/) de su libro. Casi todo lo que afirman se sostiene
# y está en las lecciones. Nueve puntos, no. Al terminar esta página sabrás cuáles son, qué es lo correcto y
# qué ejecución lo prueba; cada sección enlaza a la lección que lo cuenta entero.
#
# Antes de leer, apuesta: de los nueve, ¿cuántos son una errata de imprenta, cuántos generalizan de más y
# cuántos son una cifra sin fecha?

# %% [markdown] lang="en"
# This site grew from two documents of notes, `000_052679dadd7c4dc5.txt` and `001_3b7e2eb59304259b.txt` (here,
# 000 and 001), which go with the introduction and the section *PyTorch Fundamentals* of the course [PyTorch
# for Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) and with [chapter
# 00](https://www.learnpytorch.io/00_pytorch_fundamentals/) of its book. Nearly everything they state holds
# and is in the lessons. Nine points do not. By the end of this page you will know which they are, what is
# right, and which run proves it; every section links to the lesson that tells it in full.
#
# Place a bet before you read: of the nine, how many are misprints, how many generalise too far, and how many
# are figures without a date?

# %%
import copy
from math import ceil

import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn.cluster import KMeans
from sklearn.datasets import load_iris
from sklearn.model_selection import cross_val_predict
from sklearn.semi_supervised import LabelSpreading
from sklearn.tree import DecisionTreeClassifier, export_text
from torch import nn

from tutorials_lib import tr
from tutorials_lib.bench import claims, paradnn, precision
from tutorials_lib.data import digits
from tutorials_lib.metrics import Proportion
from tutorials_lib.plots import curves, image_grid, localized
from tutorials_lib.tensors import assert_agree, levi_civita, matrix_cross_vector, relative_error

# %% [markdown] lang="es"
# ## 1 · El producto vectorial
#
# **Los apuntes** (000, «Producto Vectorial») dan como componentes de $A \wedge \vec x$ la expresión
# $\varepsilon_{ijk}\, A_{ij}\, x_k$ con la pieza $\hat e_i \otimes \hat e_l$: $i$ aparece tres veces y $l$,
# en ningún componente.
#
# **Lo correcto**, con $\hat e_j \times \hat e_k = \varepsilon_{jkl}\, \hat e_l$:
#
# $$A \wedge \vec x = A_{ij}\, x_k\, \varepsilon_{jkl}\, \hat e_i \otimes \hat e_l . \tag{1}$$

# %% [markdown] lang="en"
# ## 1 · The vector product
#
# **The notes** (000, “Producto Vectorial”) give as the components of $A \wedge \vec x$ the expression
# $\varepsilon_{ijk}\, A_{ij}\, x_k$ with the piece $\hat e_i \otimes \hat e_l$: $i$ appears three times, and
# $l$ in no component.
#
# **What is right**, with $\hat e_j \times \hat e_k = \varepsilon_{jkl}\, \hat e_l$:
#
# $$A \wedge \vec x = A_{ij}\, x_k\, \varepsilon_{jkl}\, \hat e_i \otimes \hat e_l . \tag{1}$$

# %%
generator = torch.Generator().manual_seed(0)


def random(*shape):
    return torch.randn(shape, dtype=torch.float64, generator=generator)


epsilon = levi_civita().double()
for _ in range(5):
    A, x = random(3, 3), random(3)
    # es: la verdad sin fórmulas con índices: cada fila de A por x
    # en: the truth without formulas in indices: each row of A times x
    rows = torch.linalg.cross(A, x.expand_as(A))
    einsum = torch.einsum("ij,k,jkl->il", A, x, epsilon)
    assert_agree(rows=rows, loop=matrix_cross_vector(A, x), einsum=einsum)  # (1)
    forced = torch.einsum("ijk,ij,k->i", epsilon, A, x)[:, None].expand(3, 3)
    print(tr(es="(1) coincide; la impresa, forzada:", en="(1) agrees; the printed one, forced:"), end=" ")
    print(localized(f"{relative_error(forced, rows):.2f}"))

# %% tags=["raises=RuntimeError"]
torch.einsum("ijk,ij,k->il", epsilon, A, x)

# %% [markdown] lang="es"
# La fórmula impresa no se puede calcular, y si se inventa un $l$ repitiendo lo que hay, el error es del
# tamaño del resultado. La lección [Producto vectorial](cross_product.md) prueba las 64 maneras de cambiarle
# las letras a $\varepsilon$: solo aciertan las tres que equivalen a (1).
#
# ## 2 · A cada máquina su red
#
# **Los apuntes** (000, «GPU / TPU») recomiendan TPU para redes convolucionales, GPU para redes completamente
# conectadas y CPU para redes recurrentes.
#
# **Lo correcto**: la frase resume mal un hallazgo sobre máquinas y tamaños concretos, el de [Wang, Wei y
# Brooks (2019)](https://arxiv.org/abs/1907.10701); en las recurrentes, la CPU ganaba en aprovechamiento de su
# máximo, no en velocidad. Como regla general es una afirmación sobre datos, y se juzga con datos: una regla
# escrita de antemano se aplica a las filas publicadas cada vez que se construye esta página.

# %% [markdown] lang="en"
# The printed formula cannot be computed, and if an $l$ is invented by repeating what is there, the error is
# as large as the result. The lesson [The vector product](cross_product.md) tries all 64 ways to change the
# letters of $\varepsilon$: only the three that amount to (1) are right.
#
# ## 2 · To each machine its network
#
# **The notes** (000, “GPU / TPU”) recommend TPUs for convolutional networks, GPUs for fully connected
# networks and CPUs for recurrent networks.
#
# **What is right**: the sentence is a poor summary of a finding about particular machines and sizes, that of
# [Wang, Wei and Brooks (2019)](https://arxiv.org/abs/1907.10701); on recurrent networks the CPU won in the
# use of its peak, not in speed. As a general rule it is a statement about data, and data judge it: a rule
# written beforehand is applied to the published rows whenever this page is built.

# %%
rulings = {
    tr(es="TPU para convolucionales", en="TPUs for convolutional"): claims.tpus_for_cnns(),
    tr(es="GPU para conectadas", en="GPUs for fully connected"): claims.gpus_for_fully_connected(
        paradnn.findings()
    ),
    tr(es="CPU para recurrentes", en="CPUs for recurrent"): claims.cpus_for_rnns(),
}
for sentence, ruling in rulings.items():
    print(f"{sentence:<28}{claims.verdict_words(ruling.verdict)}")

# %% tags=["hidden"]
assert all(ruling.verdict in {"in part", "fails"} for ruling in rulings.values())
assert relative_error(forced, rows) > 0.1

# %% [markdown] lang="es"
# Ninguna de las tres se cumple sin reservas. Los números, de dónde salen y qué fila haría cambiar cada
# veredicto están en [El libro de afirmaciones](../benchmarks/claims.md).
#
# ## 3 · «Las TPU pierden precisión»
#
# **Los apuntes** (000, «GPU / TPU») dicen que una TPU trata más datos que una CPU o una GPU a costa de
# precisión.
#
# **Lo correcto**: se pierde precisión al elegir un **formato** corto de número, y CPU y GPU ofrecen los
# mismos. Todo lo que sigue corre en la CPU que construyó esta página. ¿Qué formato se equivoca más?

# %% [markdown] lang="en"
# None of the three holds without reservation. The numbers, where they come from and which row would change
# each verdict are in [The ledger of claims](../benchmarks/claims.md).
#
# ## 3 · “TPUs lose precision”
#
# **The notes** (000, “GPU / TPU”) say that a TPU handles more data than a CPU or a GPU at the cost of
# precision.
#
# **What is right**: precision is lost by choosing a short number **format**, and CPUs and GPUs offer the same
# ones. All that follows runs on the CPU that built this page. Which format is furthest off?

# %%
A, B = random(256, 256), random(256, 256)
formats = {
    name: (A.to(dtype) @ B.to(dtype)).double()
    for name, dtype in {
        "float32": torch.float32,
        "float16": torch.float16,
        "bfloat16": torch.bfloat16,
    }.items()
}
formats["int8"] = precision.int8_product(A.float(), B.float()).double()
losses = {name: relative_error(computed, A @ B) for name, computed in formats.items()}
for name, loss in losses.items():
    print(f"{name:<9}{loss:.0e}")

# %% tags=["hidden"]
assert list(losses.values()) == sorted(losses.values())
assert losses["int8"] > 1000 * losses["float32"] and losses["bfloat16"] > 1000 * losses["float32"]

# %% [markdown] lang="es"
# El mismo chip conserva desde unas siete cifras hasta menos de dos, según el formato que se le pida; en otro
# procesador los números pueden cambiar un poco. Cómo crece el error con el tamaño y cómo se recupera sumando
# varias pasadas está en [Precisión](../benchmarks/precision.md).
#
# ## 4 · Rangos, datos y qué es un tensor
#
# **Los apuntes** (000, «¿Qué es un tensor?») asignan rango 3 a las imágenes, matrices a las secuencias de
# texto y vectores a los sensores; los dos (000 y 001) llaman tensor a un arreglo multidimensional.
#
# **Lo correcto**: el rango lo pone la manera de guardar los datos. Un texto es una fila de índices, rango 1,
# y se vuelve matriz después del *embedding* (vector aprendido para cada símbolo).

# %% [markdown] lang="en"
# The same chip keeps from about seven digits to fewer than two, depending on the format it is asked for; on
# another processor the numbers may change a little. How the error grows with size, and how several passes buy
# it back, is in [Precision](../benchmarks/precision.md).
#
# ## 4 · Ranks, data, and what a tensor is
#
# **The notes** (000, “¿Qué es un tensor?”) assign rank 3 to images, matrices to sequences of text and vectors
# to sensors; both (000 and 001) call a tensor a multidimensional array.
#
# **What is right**: the rank is set by how the data are stored. A text is a row of indices, rank 1, and it
# becomes a matrix after the *embedding* (a learned vector for each symbol).

# %%
torch.manual_seed(0)
text = torch.tensor([ord(letter) for letter in "antorcha"])
embedded = nn.Embedding(num_embeddings=128, embedding_dim=5)(text)
data = {
    tr(es="texto, índices", en="text, indices"): text,
    tr(es="texto, embedding", en="text, embedding"): embedded,
    tr(es="batch de textos", en="batch of texts"): embedded.expand(4, -1, -1),
    tr(es="un termómetro", en="one thermometer"): random(24),
    tr(es="acelerómetro de 3 ejes", en="accelerometer of 3 axes"): random(100, 3),
    tr(es="radar: tiempo, altura, ancho", en="radar: time, height, width"): random(6, 8, 8),
}
for name, values in data.items():
    print(f"{name:<30}{tr(es='rango', en='rank')} {values.ndim}  {tuple(values.shape)}")

# %% [markdown] lang="es"
# Y un arreglo de números no es todavía un tensor en el sentido de la física y la geometría. Lo es si, al
# girar la base con una matriz $R$, sus componentes cambian de manera que el objeto quede igual: $\vec x$ pasa
# a ser $R\vec x$ y $A$, $R A R^\top$. El producto $A \cdot \vec x$ respeta esa regla. ¿La respeta `relu`, que
# opera sobre los números sueltos?

# %% [markdown] lang="en"
# And an array of numbers is not yet a tensor in the sense of physics and geometry. It is one if, when a
# matrix $R$ turns the basis, its components change so that the object stays the same: $\vec x$ becomes
# $R\vec x$ and $A$ becomes $R A R^\top$. The product $A \cdot \vec x$ keeps that rule. Does `relu`, which
# works on single numbers, keep it?

# %%
A, x = random(3, 3), random(3)
R, _ = torch.linalg.qr(random(3, 3))
assert_agree(turn_then_multiply=(R @ A @ R.T) @ (R @ x), multiply_then_turn=R @ (A @ x))
for name, components in {"R·relu(x)": R @ x.relu(), "relu(R·x)": (R @ x).relu()}.items():
    print(name, *(localized(f"{component:6.2f}") for component in components))

# %% tags=["hidden"]
assert [values.ndim for values in data.values()] == [1, 2, 3, 1, 2, 3]
assert relative_error((R @ x).relu(), R @ x.relu()) > 0.1

# %% [markdown] lang="es"
# No. Para una red esto no es un defecto: sus componentes son las columnas de una tabla, y llamar tensor al
# arreglo es un uso establecido. Pero «en otras palabras es un arreglo» borra la mitad de la definición. Más,
# en [Tensores y rango](../fundamentals/tensors_and_rank.md) y en [Cambio de base](change_of_basis.md).
#
# ## 5 · Tres paradigmas que son cuatro
#
# **Los apuntes** (001, «Tipos de aprendizaje») anuncian tres formas y enumeran cuatro, y ponen en un mismo
# punto el aprendizaje no supervisado y el autosupervisado. Los otros (000) agregan el semisupervisado.
#
# **Lo correcto**: son cosas distintas, y dos preguntas las separan. ¿Cambia lo aprendido si se barajan las
# etiquetas? ¿Hay respuestas correctas en la pérdida?

# %% [markdown] lang="en"
# No. For a network this is no fault: its components are the columns of a table, and to call the array a
# tensor is established usage. But “in other words it is an array” erases half of the definition. More in
# [Tensors and rank](../fundamentals/tensors_and_rank.md) and in [Change of basis](change_of_basis.md).
#
# ## 5 · Three paradigms that are four
#
# **The notes** (001, “Tipos de aprendizaje”) announce three ways and list four, and put unsupervised and
# self-supervised learning into one item. The others (000) add semi-supervised learning.
#
# **What is right**: they are different things, and two questions tell them apart. Does what is learned change
# if the labels are shuffled? Are there right answers in the loss?

# %%
# es: como en 001
# en: as in 001
listed = ["supervised", "unsupervised & self-supervised", "transfer", "reinforcement"]
print(tr(es="anunciadas 3, enumeradas", en="announced 3, listed"), len(listed))

images = digits()
pixels, labels = images.train_images.flatten(1), images.train_labels
top, bottom = pixels[:, :32].double(), pixels[:, 32:].double()
some = torch.arange(len(labels)) < 50


def learn(labels, answers):
    groups = KMeans(10, n_init=1, random_state=0).fit(pixels)
    guess_bottom = torch.linalg.lstsq(top, answers, driver="gelsd").solution
    spread = LabelSpreading(kernel="knn", n_neighbors=7).fit(pixels, torch.where(some, labels, -1))
    return groups.cluster_centers_, guess_bottom.numpy(), spread.transduction_


# %%
shuffled = torch.randperm(len(labels), generator=generator)
learned = learn(labels, bottom)
paradigms = (
    tr(es="no supervisado", en="unsupervised"),
    tr(es="autosupervisado", en="self-supervised"),
    tr(es="semisupervisado", en="semi-supervised"),
)
changes = {}
for place, name in enumerate(paradigms):
    others = [learn(labels[shuffled], bottom)[place], learn(labels, bottom[shuffled])[place]]
    changes[name] = [not np.array_equal(learned[place], other) for other in others]
    answers = [tr(es="sí", en="yes") if change else "no" for change in changes[name]]
    print(f"{name:<16}", tr(es="etiquetas:", en="labels:"), answers[0], end="   ")
    print(tr(es="respuestas sacadas del dato:", en="answers taken from the data:"), answers[1])

# %% tags=["hidden"]
assert list(changes.values()) == [[False, False], [False, True], [True, False]]
assert len(listed) == 4

# %% [markdown] lang="es"
# Cada uno da su propio par de respuestas. El autosupervisado no mira etiquetas, como el no supervisado, y sin
# embargo tiene un examen con soluciones: aquí, la mitad de abajo de cada imagen. El [atlas de
# paradigmas](../concepts/paradigm_atlas.md) los corre todos con los mismos datos.
#
# ## 6 · «58 % de los artículos», «el más popular»
#
# **Los apuntes** (000, «¿Por qué PyTorch?») dicen que PyTorch está en el 58 % de los artículos de aprendizaje
# profundo; los dos lo llaman el más popular en investigación. Además, 000 pone a Theano, Caffe y CNTK entre
# las bibliotecas populares o compatibles con CUDA, sin decir que terminaron.
#
# **Lo correcto**: una proporción sin fecha, fuente ni denominador no se puede comprobar. Si un catálogo cubre
# la fracción $c$ de los artículos y encuentra en ella una proporción $s$, la de todos solo está acotada:
#
# $$s\,c \;\le\; p \;\le\; s\,c + (1 - c) . \tag{2}$$
#
# ¿Qué parte de los artículos hay que haber clasificado para que «58 %» garantice siquiera una mayoría?

# %% [markdown] lang="en"
# Each gives a pair of answers of its own. The self-supervised one looks at no labels, like the unsupervised
# one, and yet it takes an exam with solutions: here, the lower half of each image. The [atlas of
# paradigms](../concepts/paradigm_atlas.md) runs them all on the same data.
#
# ## 6 · “58% of papers”, “the most popular”
#
# **The notes** (000, “¿Por qué PyTorch?”) say that PyTorch is in 58% of the papers on deep learning; both
# call it the most popular in research. Besides, 000 puts Theano, Caffe and CNTK among the libraries that are
# popular or work with CUDA, without saying that they ended.
#
# **What is right**: a share without a date, a source and a denominator cannot be checked. If a catalogue
# covers the fraction $c$ of the papers and finds the share $s$ in it, that of all papers is only bounded:
#
# $$s\,c \;\le\; p \;\le\; s\,c + (1 - c) . \tag{2}$$
#
# Which part of the papers must have been classified for “58%” to guarantee so much as a majority?

# %%
papers, share = 1000, 0.58
for covered in range(papers + 1):
    inside = ceil(share * covered)
    # es: de los artículos sin clasificar, no la usa ninguno, o la usan todos
    # en: of the papers not classified, none uses it, or all of them do
    low, high = inside / papers, (inside + papers - covered) / papers
    assert low >= share * covered / papers  # (2)
    assert high <= share * covered / papers + 1 - covered / papers + 1 / papers  # (2)
    if low > 0.5:
        break
coverage = covered / papers
print(tr(es="cobertura mínima:", en="least coverage:"), localized(f"{coverage:.2f}"))

# %% tags=["hidden"]
assert abs(coverage - 0.5 / share) < 0.005

# %% [markdown] lang="es"
# El `{python} coverage:.0%`. La cifra venía de un catálogo de repositorios enlazados que [cerró en julio de
# 2025](https://github.com/paperswithcode/paperswithcode/issues/3); hoy no se puede volver a consultar. La
# cuenta completa está en [Por qué PyTorch](../fundamentals/why_pytorch.md). Las tres bibliotecas terminaron
# entre 2017 y 2019, con sus fechas y fuentes en [Bibliotecas de
# tensores](../fundamentals/tensor_libraries.md).
#
# ## 7 · «Los patrones no son interpretables»
#
# **Los apuntes** (000 y 001) desaconsejan el aprendizaje automático cuando hay que explicar, porque lo que
# aprenden los modelos no suele poder interpretarse.
#
# **Lo correcto**: es cuestión de grado. En un extremo hay modelos que se leen enteros, como este árbol de dos
# preguntas, con sus aciertos en datos que no vio:

# %% [markdown] lang="en"
# `{python} coverage:.0%`. The figure came from a catalogue of linked repositories that [closed in July
# 2025](https://github.com/paperswithcode/paperswithcode/issues/3); today it cannot be looked up again. The
# whole account is in [Why PyTorch](../fundamentals/why_pytorch.md). The three libraries ended between 2017
# and 2019, with dates and sources in [Tensor libraries](../fundamentals/tensor_libraries.md).
#
# ## 7 · “The patterns cannot be interpreted”
#
# **The notes** (000 and 001) advise against machine learning where an explanation is needed, because what
# models learn usually cannot be interpreted.
#
# **What is right**: it is a matter of degree. At one end there are models that can be read whole, like this
# tree of two questions, with its right answers on data that it had not seen:

# %%
iris = load_iris()
tree = DecisionTreeClassifier(max_depth=2, random_state=0)
tree_right = Proportion.of(
    torch.tensor(cross_val_predict(tree, iris.data, iris.target, cv=10) == iris.target)
)
print(export_text(tree.fit(iris.data, iris.target), feature_names=iris.feature_names, decimals=1))
print(tree_right)

# %% [markdown] lang="es"
# En medio están las redes: no se leen, pero se les puede preguntar. La *relevancia* (en inglés, *saliency*)
# de un píxel dice cuánto cambiaría la respuesta con él; aquí, el píxel por la derivada de la respuesta
# respecto de él. Si de verdad señala en qué se apoya la red, borrar lo que señala debe hacer más daño que
# borrar la misma cantidad de píxeles con tinta al azar. ¿Cuánto más?

# %% [markdown] lang="en"
# In between are networks: they cannot be read, but they can be asked. The *saliency* of a pixel says how much
# the answer would change with it; here, the pixel times the derivative of the answer with respect to it. If
# it truly points at what the network relies on, erasing what it points at must do more harm than erasing as
# many inked pixels at random. How much more?


# %%
def network(seed, classes=10):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, classes))


def fit(model, x, y, steps, seed=0):
    draw = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(steps):
        batch = torch.randint(len(x), (64,), generator=draw) if len(x) > 300 else slice(None)
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x[batch]), y[batch]).backward()
        optimizer.step()
    return model


def right(model, x, y):
    return Proportion.of(model(x).argmax(dim=1) == y)


test_pixels, test_labels = images.test_images.flatten(1), images.test_labels
SEEDS = range(3)
readers = [fit(network(seed), pixels, labels, steps=300, seed=seed) for seed in SEEDS]


# %%
def saliency(model, x):
    x = x.clone().requires_grad_()
    model(x).amax(dim=1).sum().backward()
    return (x.grad * x).detach()


def erase(x, score, count):
    return x.scatter(1, score.topk(count, dim=1).indices, 0.0)


ERASED = 8
harm = []
print(tr(es="entera → 8 al azar → 8 señalados", en="whole → 8 at random → 8 pointed at"))
for model in readers:
    # es: solo píxeles con tinta
    # en: inked pixels only
    chance = torch.rand(test_pixels.shape, generator=generator) * (test_pixels > 0)
    scores = (saliency(model, test_pixels), chance)
    pointed, by_chance = (right(model, erase(test_pixels, score, ERASED), test_labels) for score in scores)
    harm.append((right(model, test_pixels, test_labels), by_chance, pointed))
    print(*harm[-1], sep=" → ")

# %%
# alt es: Un dígito, su relevancia, y el mismo con ocho píxeles borrados al azar y con los ocho señalados.
# alt en: One digit, its saliency, and the same with eight pixels erased at random and the eight pointed at.
one = [score[:1] for score in scores]
panels = [
    test_pixels[:1],
    one[0] / one[0].abs().max(),
    *(erase(test_pixels[:1], s, ERASED) for s in one[::-1]),
]
names = (
    tr(es="dígito", en="digit"),
    tr(es="relevancia", en="saliency"),
    tr(es="8 al azar", en="8 at random"),
    tr(es="8 señalados", en="8 pointed at"),
)
_ = image_grid(torch.cat(panels).reshape(-1, 8, 8), names, columns=4, side_inches=1.5)

# %% tags=["hidden"]
assert all(pointed.high < by_chance.low for _, by_chance, pointed in harm)
assert all(by_chance.right > 0.7 * whole.right and pointed.right < 100 for whole, by_chance, pointed in harm)
assert tree_right.low > 0.85
pointed_out, at_random = (int((erase(test_pixels, s, ERASED) != test_pixels).sum()) for s in scores)
assert pointed_out <= at_random == ERASED * len(test_pixels)  # no more ink taken than at random

# %% [markdown] lang="es"
# Con la imagen entera, las tres redes aciertan al menos `{python} min(whole.right for whole, _, _ in harm)`
# de `{python} harm[0][0].total`; con ocho píxeles borrados al azar, al menos
# `{python} min(chance.right for _, chance, _ in harm)`; con los ocho señalados, a lo sumo
# `{python} max(pointed.right for _, _, pointed in harm)`. La relevancia dice algo verdadero. No dice **por
# qué** esos píxeles, y ahí está la parte de razón de los apuntes. Más, en [Anatomía de una
# red](../concepts/network_anatomy.md), y sobre cuándo no usarla, en [Cuándo ayuda
# aprender](../concepts/when_ml_helps.md).
#
# ## 8 · «Se necesitan muchos datos»
#
# **Los apuntes** (000 y 001) piden muchos datos para obtener un buen resultado; 001 agrega que hay maneras de
# sortearlo.
#
# **Lo correcto**: hacen falta muchos datos **de algo parecido**, no siempre de lo tuyo. Una red aprende con
# `{python} len(labels)` dígitos limpios; tu escáner viejo los da con la mitad de contraste y mucho ruido. Con
# $n$ etiquetas del escáner, ¿qué rinde más, empezar de cero o seguir desde la otra red?

# %% [markdown] lang="en"
# With the whole image the three networks get at least `{python} min(whole.right for whole, _, _ in harm)` of
# `{python} harm[0][0].total` right; with eight pixels erased at random, at least
# `{python} min(chance.right for _, chance, _ in harm)`; with the eight pointed at, at most
# `{python} max(pointed.right for _, _, pointed in harm)`. Saliency says something true. It does not
# say **why** those pixels, and there the notes have a point. More in [Anatomy of a
# network](../concepts/network_anatomy.md), and on when not to use it in [When learning
# helps](../concepts/when_ml_helps.md).
#
# ## 8 · “You need a lot of data”
#
# **The notes** (000 and 001) ask for a lot of data to get a good result; 001 adds that there are ways around
# it.
#
# **What is right**: a lot of data is needed **of something similar**, not always of your own. A network
# learns from `{python} len(labels)` clean digits; your old scanner delivers them with half the contrast and a
# lot of noise. With $n$ labels from the scanner, which gives more, starting from scratch or going on from the
# other network?


# %%
def scan(x, seed):
    return x / 2 + 0.3 * torch.randn(x.shape, generator=torch.Generator().manual_seed(seed))


def pick(y, per_class, seed):
    draw = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(y), generator=draw)
    return torch.cat([order[y[order] == label][:per_class] for label in y.unique()])


def compare(start, train, test, seed, per_class):
    chosen = pick(train[1], per_class, seed)
    few = train[0][chosen], train[1][chosen]
    scratch = fit(network(seed + 50), *few, steps=60)
    return right(scratch, *test), right(fit(copy.deepcopy(start), *few, steps=60), *test)


PER_CLASS = (1, 5, 20)
scanned = (scan(pixels, 1), labels), (scan(test_pixels, 2), test_labels)
similar = [[compare(readers[s], *scanned, s, k) for k in PER_CLASS] for s in SEEDS]

# %% [markdown] lang="es"
# Y un caso en que la idea falla. La red aprende solo los dígitos del 0 al 4, y la tarea nueva son los del 5
# al 9, limpios: las mismas plumas y el mismo tamaño, otras formas. ¿También ayuda?

# %% [markdown] lang="en"
# And a case in which the idea fails. The network learns the digits 0 to 4 only, and the new task is the
# digits 5 to 9, clean: the same pens and the same size, other shapes. Does it help as well?

# %%
low, high = labels < 5, labels >= 5
other = (pixels[high], labels[high]), (test_pixels[test_labels >= 5], test_labels[test_labels >= 5])
halves = [fit(network(s), pixels[low], labels[low], steps=300, seed=s) for s in SEEDS]
different = [[compare(halves[s], *other, s, k) for k in PER_CLASS] for s in SEEDS]

# %%
# alt es: A la izquierda, seguir desde otra red gana con pocas etiquetas; a la derecha no gana con ninguna.
# alt en: On the left, going on from another network wins with few labels; on the right it wins nowhere.
start_names = (tr(es="de cero", en="from scratch"), tr(es="transferida", en="transferred"))
figure, axes = plt.subplots(1, 2, figsize=(7.4, 2.9), sharey=True)
titles = tr(es="otro escáner", en="another scanner"), tr(es="otros dígitos", en="other digits")
for ax, title, outcome in zip(axes, titles, (similar, different), strict=True):
    shares = torch.tensor([[[p.value for p in pair] for pair in row] for row in outcome])  # seed k start
    curves(
        [k * len((labels if outcome is similar else labels[high]).unique()) for k in PER_CLASS],
        {name: shares[:, :, place].mean(0) for place, name in enumerate(start_names)},
        bands={
            name: (shares[:, :, place].amin(0), shares[:, :, place].amax(0))
            for place, name in enumerate(start_names)
        },
        xlabel=tr(es="etiquetas de la tarea nueva", en="labels of the new task"),
        ylabel=tr(es="proporción de aciertos", en="share right") if outcome is similar else "",
        title=title,
        log="x",
        markers=True,
        ax=ax,
    )

# %% tags=["hidden"]
few_scratch, few_transferred = zip(*(row[0] for row in similar), strict=True)
many_scratch = [row[-1][0] for row in similar]
assert all(t.low > s.high for s, t in zip(few_scratch, few_transferred, strict=True))
assert all(row[1][1].low > row[1][0].high for row in similar)
assert all(row[k][1].right <= row[k][0].right for row in different for k in range(3))

# %% [markdown] lang="es"
# La franja va de la menor a la mayor de tres semillas. Con diez etiquetas del escáner, una por clase, la red
# transferida acierta de `{python} min(t.right for t in few_transferred)` a
# `{python} max(t.right for t in few_transferred)` de `{python} few_scratch[0].total`; la que empieza de cero,
# de `{python} min(s.right for s in few_scratch)` a `{python} max(s.right for s in few_scratch)`, y con
# doscientas, de `{python} min(s.right for s in many_scratch)` a
# `{python} max(s.right for s in many_scratch)`. Con otros dígitos, en cambio, transferir no ganó con ninguna
# semilla: lo aprendido de unas formas no sirvió para las otras. Así que ni «muchos datos» ni «siempre se
# puede sortear»: depende de lo parecidas que sean las tareas. Si te da otro número, mira si cae en la franja;
# otra versión de PyTorch puede moverla. El [atlas de paradigmas](../concepts/paradigm_atlas.md) mide otra
# transferencia, de dígitos impresos a manuscritos.
#
# ## 9 · Probabilidades que suman de más
#
# **Los apuntes** (000, «Anatomía de Redes Neuronales») muestran como salida de una red tres filas de tres
# probabilidades. El error aparece al sumarlas.
#
# **Lo correcto**: una fila de `softmax` suma 1. Impresa con tres decimales, cada número se mueve a lo sumo
# media milésima, así que la suma de tres no puede apartarse de 1 más de 0,0015.

# %% [markdown] lang="en"
# The band goes from the smallest to the largest of three seeds. With ten labels from the scanner, one per
# class, the transferred network gets `{python} min(t.right for t in few_transferred)` to
# `{python} max(t.right for t in few_transferred)` of `{python} few_scratch[0].total` right; the one that
# starts from scratch `{python} min(s.right for s in few_scratch)` to
# `{python} max(s.right for s in few_scratch)`, and with two hundred labels
# `{python} min(s.right for s in many_scratch)` to `{python} max(s.right for s in many_scratch)`. With other
# digits, however, transfer did not win with any seed: what was learned of some shapes was of no use for the
# others. So neither “a lot of data” nor “there is always a way around”: it depends on how alike the tasks
# are. If you get another number, see whether it falls into the band; another version of PyTorch may move it.
# The [atlas of paradigms](../concepts/paradigm_atlas.md) measures another transfer, from printed to
# handwritten digits.
#
# ## 9 · Probabilities that add up to too much
#
# **The notes** (000, “Anatomía de Redes Neuronales”) show three rows of three probabilities as the output of
# a network. The mistake shows when they are added.
#
# **What is right**: a row of `softmax` adds up to 1. Printed with three decimals, each number moves by half a
# thousandth at most, so that the sum of three cannot be further than 0.0015 from 1.

# %%
printed = torch.tensor(
    [[0.983, 0.004, 0.013], [0.110, 0.889, 0.001], [0.023, 0.027, 0.985]], dtype=torch.float64
)
for row in printed:
    possible = abs(row.sum() - 1) <= 3 * 0.0005
    print(row.tolist(), localized(f"{row.sum():.3f}"), "✔" if possible else "✘")

rounded = random(100_000, 3).softmax(dim=1).round(decimals=3)
worst = (rounded.sum(dim=1) - 1).abs().max().item()
print(
    tr(es="peor de 100000 filas redondeadas:", en="worst of 100000 rounded rows:"), localized(f"{worst:.4f}")
)

# %% tags=["hidden"]
totals = printed.sum(dim=1)
assert torch.allclose(totals, torch.tensor([1.0, 1.0, 1.035], dtype=torch.float64))
assert worst <= 0.0015 + 1e-12

# %% [markdown] lang="es"
# Las dos primeras filas suman 1; la tercera, `{python} totals[2].item():.3f`. No es un redondeo: o alguna
# cifra está mal copiada o la fila no salió de `softmax`, y sin la red no hay manera de saberlo. La salida de
# una red de verdad, con sus sumas, está en [Anatomía de una red](../concepts/network_anatomy.md).
#
# ## Para llevarte
#
# * **De imprenta** (1 y 9): una fórmula cuyos índices no cierran, una fila que no suma 1 y, en el 5, una
#   lista más larga de lo anunciado. Se detectan contando, sin saber de qué trata el texto.
# * **De más** (2, 3, 4, 5, 7 y 8): frases que valen para un caso y se escriben para todos. Se detectan
#   preguntando «¿cuándo no?».
# * **Sin fecha** (6): cifras que no se pueden volver a consultar. Se detectan preguntando de qué, cuándo y
#   sobre cuántos.

# %% [markdown] lang="en"
# The first two rows add up to 1; the third to `{python} totals[2].item():.3f`. This is no rounding: either a
# digit was copied wrongly or the row did not come out of `softmax`, and without the network there is no way
# to know. The output of a real network, with its sums, is in [Anatomy of a
# network](../concepts/network_anatomy.md).
#
# ## What to keep
#
# * **Misprints** (1 and 9): a formula whose indices do not close, a row that does not add up to 1 and, in 5,
#   a list longer than announced. They are found by counting, without knowing what the text is about.
# * **Too general** (2, 3, 4, 5, 7 and 8): sentences that hold for one case and are written for all. They are
#   found by asking “when not?”.
# * **Undated** (6): figures that cannot be looked up again. They are found by asking of what, when, and out
#   of how many.

# %% [markdown] lang="es" tags=["quiz"]
# ¿Cuál de estas frases se puede contradecir con una ejecución tal como está escrita?
#
# - [ ] «PyTorch es la biblioteca más popular»: falta de qué, cuándo y sobre cuántos; no dice qué contar.
# - [ ] «Las TPU son mejores para redes convolucionales»: falta contra qué máquina, de qué tamaño y en qué se
#   mide.
# - [x] «En esta CPU, el producto en `bfloat16` de dos matrices de 256 × 256 se aparta del exacto menos que en
#   `int8`»: dice dónde, con qué y qué se compara.
# - [ ] «Las redes no suelen ser interpretables»: sin decir qué cuenta como interpretar, ningún resultado la
#   contradice.

# %% [markdown] lang="en" tags=["quiz"]
# Which of these sentences can be contradicted by a run just as it is written?
#
# - [ ] “PyTorch is the most popular library”: of what, when and out of how many is missing; it does not say
#   what to count.
# - [ ] “TPUs are better for convolutional networks”: against which machine, at which size and measured in
#   what is missing.
# - [x] “On this CPU, the `bfloat16` product of two 256 × 256 matrices is closer to the exact one than that in
#   `int8`”: it says where, on what, and what is compared.
# - [ ] “Networks usually cannot be interpreted”: as long as it is not said what counts as interpreting, no
#   result contradicts it.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: ¿cierran los índices?
#
# Escribe `closes(factors, result)`: `factors` es una lista con las letras de cada factor y `result`, las del
# resultado. Devuelve `True` si cada letra libre aparece una vez en los factores y una en el resultado, y cada
# letra repetida, dos veces en los factores y ninguna en el resultado.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: do the indices close?
#
# Write `closes(factors, result)`: `factors` is a list with the letters of each factor and `result` holds
# those of the result. Return `True` if every free letter appears once in the factors and once in the result,
# and every repeated letter twice in the factors and never in the result.


# %% tags=["solution"]
def closes(factors, result):
    together = "".join(factors)
    counts = [(together.count(letter), result.count(letter)) for letter in {*together, *result}]
    return all(count in {(1, 1), (2, 0)} for count in counts)


# %% tags=["check"]
assert closes(["ij", "k", "jkl"], "il")
assert not closes(["ijk", "ij", "k"], "il")  # es: la impresa  # en: the printed one
assert closes(["ik", "kl"], "il") and closes(["ii"], "") and closes(["i", "j"], "ji")
assert not closes(["ij", "ij"], "ij") and not closes(["i"], "") and not closes(["i"], "ii")

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: ¿son probabilidades?
#
# Escribe `plausible(row, decimals)`: `True` si una fila impresa con esa cantidad de decimales puede ser el
# redondeo de unas probabilidades. Piensa en los dos requisitos que cumplen las probabilidades.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: are they probabilities?
#
# Write `plausible(row, decimals)`: `True` if a row printed with that many decimals can be the rounding of
# some probabilities. Think of the two requirements that probabilities meet.


# %% tags=["solution"]
def plausible(row, decimals):
    # es: lo que el redondeo pudo mover cada número
    # en: by how much rounding may have moved each number
    half = 0.5 * 10**-decimals + 1e-9
    least, most = (row - half).clamp(min=0).sum(), (row + half).clamp(max=1).sum()
    return bool((row >= 0).all() and (row <= 1).all() and least <= 1 <= most)


# %% tags=["check"]
assert [plausible(row, 3) for row in printed] == [True, True, False]
assert plausible(torch.tensor([0.3, 0.3, 0.3], dtype=torch.float64), 1)
assert not plausible(torch.tensor([0.3, 0.3, 0.3], dtype=torch.float64), 2)
assert not plausible(torch.tensor([1.2, -0.2], dtype=torch.float64), 1)
assert not plausible(torch.tensor([1.0, 0.2, 0.0, 0.0], dtype=torch.float64), 1)
for decimals in (1, 2, 3):
    assert all(plausible(row, decimals) for row in random(50, 7).softmax(dim=1).round(decimals=decimals))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: cuánto hay que haber contado
#
# Con (2), escribe `least_coverage(share, level)`: la menor fracción $c$ que garantiza que la proporción total
# no baja de `level`, o `None` si ninguna lo garantiza.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: how much must have been counted
#
# With (2), write `least_coverage(share, level)`: the smallest fraction $c$ that guarantees that the total
# share is not below `level`, or `None` if none guarantees it.


# %% tags=["solution"]
def least_coverage(share, level):
    return level / share if share >= level else None


# %% tags=["check"]
assert abs(least_coverage(0.58, 0.5) - coverage) < 0.005
assert least_coverage(0.4, 0.5) is None and least_coverage(0.5, 0.5) == 1.0
assert abs(least_coverage(0.9, 0.45) - 0.5) < 1e-12

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# Antes: la [regresión lineal](../workflow/linear_regression.md) y las demás lecciones que aquí se enlazan.
# Después: [Evaluación honesta](../workflow/honest_evaluation.md), que convierte «acierta mucho» en una cuenta
# con su intervalo. ¿Encontraste otra errata, en los apuntes o aquí? La página para
# [contribuir](../contributing.md) dice cómo avisar.

# %% [markdown] lang="en"
# ## Where to go next
#
# Before: [linear regression](../workflow/linear_regression.md) and the other lessons linked here. After:
# [Honest evaluation](../workflow/honest_evaluation.md), which turns “it is often right” into a count with its
# interval. Did you find another erratum, in the notes or here? The page on
# [contributing](../contributing.md) says how to report it.
