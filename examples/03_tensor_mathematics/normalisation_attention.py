"""
title:
  es: Normalización y atención
  en: Normalisation and attention
summary:
  es: Normalizar y atender son unas pocas sumas sobre índices; cuáles, y qué pasa si se cambian.
  en: Normalising and attending are a few sums over indices; which ones, and what changing them does.
tags: [einsum, normalisation, attention, softmax, mask]
objectives:
  es:
    - Escribir la normalización por batch y por capa con einsum y decir sobre qué índices suma cada una.
    - Escribir la atención de producto escalar con índices y leer su tabla de pesos.
    - Explicar con una medición por qué los puntajes se dividen entre la raíz de d.
    - Poner una máscara donde debe ir y decir qué le hace a la atención cambiar el orden de las palabras.
  en:
    - Write batch and layer normalisation with einsum, and say over which indices each of them sums.
    - Write scaled dot-product attention with indices, and read its table of weights.
    - Explain with a measurement why the scores are divided by the root of d.
    - Put a mask where it belongs, and say what changing the order of the words does to attention.
prerequisites:
  es:
    - La lección sobre einsum, o la de productos escalares.
    - Qué son la media y la varianza.
  en:
    - The lesson on einsum, or the one on dot products.
    - What the mean and the variance are.
"""
# %% [markdown] lang="es"
# Dos piezas aparecen en muchas redes de hoy: la normalización, que mantiene los números en un tamaño
# razonable, y la atención, que deja que cada palabra o cada parche mire a los demás. Al terminar esta lección
# podrás escribir las dos con `einsum`, y sabrás decir qué cambia si se suma sobre otro índice. Conviene haber
# leído [einsum](../tensor_mathematics/einsum.md) o, al menos, [productos
# escalares](../tensor_mathematics/dot_products.md).
#
# Acompaña la sección *PyTorch Paper Replicating* del curso [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) y el [capítulo
# 08](https://www.learnpytorch.io/08_pytorch_paper_replicating/) de su libro, que arma con estas piezas un
# *transformer* de imágenes.
#
# ## Una fórmula, dos índices
#
# Una tabla $x_{rf}$ tiene $R$ filas (ejemplos) y $F$ columnas (características). Normalizar es restar la
# media y dividir entre la desviación estándar; queda por decidir de quién. La **normalización por *batch***
# ([Ioffe y Szegedy, 2015](https://arxiv.org/abs/1502.03167)) las toma de cada columna:
#
# $$\mu_f = \frac{1}{R} \sum_r x_{rf}, \qquad \sigma^2_f = \frac{1}{R} \sum_r (x_{rf} - \mu_f)^2, \qquad
# y_{rf} = \frac{x_{rf} - \mu_f}{\sqrt{\sigma^2_f + \epsilon}}. \tag{1}$$
#
# La **normalización por capa** ([Ba, Kiros y Hinton, 2016](https://arxiv.org/abs/1607.06450)), de cada fila:
#
# $$\mu_r = \frac{1}{F} \sum_f x_{rf}, \qquad \sigma^2_r = \frac{1}{F} \sum_f (x_{rf} - \mu_r)^2, \qquad
# y_{rf} = \frac{x_{rf} - \mu_r}{\sqrt{\sigma^2_r + \epsilon}}. \tag{2}$$
#
# El número $\epsilon$ evita dividir entre cero cuando todo es igual. En `einsum`, la letra que falta a la
# derecha de la flecha es la que se suma: basta ver esa letra para saber cuál de las dos es.

# %% [markdown] lang="en"
# Two parts occur in many networks of today: normalisation, which keeps numbers at a reasonable size,
# and attention, which lets each word or each patch look at the others. By the end of this lesson you will
# write both with `einsum`, and be able to say what changes when the sum runs over another index. It helps to
# have read [einsum](../tensor_mathematics/einsum.md) or, at least, [dot
# products](../tensor_mathematics/dot_products.md).
#
# It goes with the section *PyTorch Paper Replicating* of the course [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) and with [chapter
# 08](https://www.learnpytorch.io/08_pytorch_paper_replicating/) of its book, which builds a transformer for
# images from these parts.
#
# ## One formula, two indices
#
# A table $x_{rf}$ has $R$ rows (examples) and $F$ columns (features). To normalise is to subtract the mean
# and divide by the standard deviation; what remains to be decided is whose. **Batch normalisation** ([Ioffe
# and Szegedy, 2015](https://arxiv.org/abs/1502.03167)) takes those of each column:
#
# $$\mu_f = \frac{1}{R} \sum_r x_{rf}, \qquad \sigma^2_f = \frac{1}{R} \sum_r (x_{rf} - \mu_f)^2, \qquad
# y_{rf} = \frac{x_{rf} - \mu_f}{\sqrt{\sigma^2_f + \epsilon}}. \tag{1}$$
#
# **Layer normalisation** ([Ba, Kiros and Hinton, 2016](https://arxiv.org/abs/1607.06450)) takes those of each
# row:
#
# $$\mu_r = \frac{1}{F} \sum_f x_{rf}, \qquad \sigma^2_r = \frac{1}{F} \sum_f (x_{rf} - \mu_r)^2, \qquad
# y_{rf} = \frac{x_{rf} - \mu_r}{\sqrt{\sigma^2_r + \epsilon}}. \tag{2}$$
#
# The number $\epsilon$ keeps us from dividing by zero where everything is equal. In `einsum` the letter that
# is missing to the right of the arrow is the one that is summed: to see that letter is to know which of the
# two it is.

# %%
import math

import matplotlib.pyplot as plt
import torch
from torch.nn import functional

from tutorials_lib import tr
from tutorials_lib.plots import curves, heat_map
from tutorials_lib.tensors import (
    assert_agree,
    batch_norm,
    layer_norm,
    matrix_matrix,
    relative_error,
    scaled_dot_product_attention,
    softmax,
)


# %%
def by_column(x, epsilon=1e-5):  # row feature
    rows = len(x)
    centred = x - torch.einsum("rf->f", x) / rows
    variance = torch.einsum("rf,rf->f", centred, centred) / rows
    return torch.einsum("rf,f->rf", centred, (variance + epsilon).rsqrt())  # (1)


def by_row(x, epsilon=1e-5):  # row feature
    features = x.shape[1]
    centred = x - torch.einsum("rf->r", x)[:, None] / features
    variance = torch.einsum("rf,rf->r", centred, centred) / features
    return torch.einsum("rf,r->rf", centred, (variance + epsilon).rsqrt())  # (2)


# %%
generator = torch.Generator().manual_seed(0)


def random(*shape):
    return torch.randn(shape, dtype=torch.float64, generator=generator)


for rows, features in [(2, 1), (3, 5), (8, 4), (16, 7)]:
    x = 3 * random(rows, features) + 10
    whole_batch = functional.batch_norm(x, None, None, training=True)
    assert_agree(loop=batch_norm(x), einsum=by_column(x), torch=whole_batch)  # (1)
    assert_agree(loop=layer_norm(x), einsum=by_row(x), torch=functional.layer_norm(x, [features]))  # (2)

# %% [markdown] lang="es"
# Para ver la diferencia conviene una tabla desigual: columnas de tamaños distintos y una fila fuera de serie.
# ¿Qué normalización borrará lo desigual de las columnas, y cuál dejará de distinguir la fila rara?

# %% [markdown] lang="en"
# To see the difference we want an uneven table: columns of different sizes, and one row out of the ordinary.
# Which normalisation will wipe out what is uneven about the columns, and which one will no longer tell the
# odd row apart?

# %%
# alt es: Una tabla de 4 por 3; por columna, la última fila destaca; por fila, las cuatro son casi iguales.
# alt en: A 4 by 3 table; by columns, the last row stands out; by rows, the four rows are almost the same.
x = torch.tensor([[1.0, 20, 300], [2, 10, 320], [1, 15, 310], [10, 200, 3000]], dtype=torch.float64)
names = "x", tr(es="por columna (1)", en="by column (1)"), tr(es="por fila (2)", en="by row (2)")
figure, panels = plt.subplots(1, 3, figsize=(7.0, 2.9))
for ax, name, table in zip(panels, names, (x, by_column(x), by_row(x)), strict=True):
    heat_map(table, title=name, fmt=".0f" if table is x else ".2f", xlabel="f", ylabel="r", ax=ax)

# %% tags=["hidden"]
columns, rows_ = by_column(x), by_row(x)
assert (columns[3] > 1.5).all() and (columns[:3] < 0).all()
assert (rows_ - rows_[0]).abs().max() < 0.06

# %% [markdown] lang="es"
# Por columna, las tres características quedan a la misma escala y la última fila destaca en todas. Por fila,
# la última es casi igual a la primera: la normalización por capa, salvo por $\epsilon$, no ve una
# multiplicación de toda la fila. Ninguna es mejor; responden a preguntas distintas.
#
# Después de normalizar, las dos devuelven a la red la libertad de elegir escala y lugar, con dos vectores que
# se aprenden:
#
# $$z_{rf} = \gamma_f\, y_{rf} + \beta_f. \tag{3}$$

# %% [markdown] lang="en"
# By column the three features end up on one scale, and the last row stands out in all of them. By row the
# last one is almost equal to the first: layer normalisation, but for $\epsilon$, does not see a
# multiplication of the whole row. Neither is better; they answer different questions.
#
# After normalising, both give the network back its freedom to choose scale and place, with two vectors that
# are learned:
#
# $$z_{rf} = \gamma_f\, y_{rf} + \beta_f. \tag{3}$$

# %%
x, gain, bias = random(6, 4), random(4), random(4)
loop = torch.zeros(6, 4, dtype=torch.float64)
for r in range(6):
    for f in range(4):
        loop[r, f] = gain[f] * layer_norm(x)[r, f] + bias[f]  # (3)
scaled = torch.einsum("rf,f->rf", by_row(x), gain) + bias
agreement = assert_agree(loop=loop, einsum=scaled, torch=functional.layer_norm(x, [4], gain, bias))  # (3)

# %% [markdown] lang="es"
# En un *batch* de imágenes $x_{bchw}$ la «columna» es el canal: se suma sobre el ejemplo y sobre los dos ejes
# del espacio, y queda una media por canal.
#
# $$\mu_c = \frac{1}{BHW} \sum_{b,h,w} x_{bchw}, \qquad
# \sigma^2_c = \frac{1}{BHW} \sum_{b,h,w} (x_{bchw} - \mu_c)^2. \tag{4}$$

# %% [markdown] lang="en"
# In a batch of images $x_{bchw}$ the “column” is the channel: the sum runs over the example and over both
# axes of space, and one mean for each channel remains.
#
# $$\mu_c = \frac{1}{BHW} \sum_{b,h,w} x_{bchw}, \qquad
# \sigma^2_c = \frac{1}{BHW} \sum_{b,h,w} (x_{bchw} - \mu_c)^2. \tag{4}$$

# %%
for B, C, H, W in [(2, 3, 4, 5), (5, 1, 3, 3)]:
    x = 2 * random(B, C, H, W) - 1
    mean = torch.einsum("bchw->c", x) / (B * H * W)  # (4)
    centred = x - mean[:, None, None]
    variance = torch.einsum("bchw,bchw->c", centred, centred) / (B * H * W)  # (4)
    y = torch.einsum("bchw,c->bchw", centred, (variance + 1e-5).rsqrt())
    pixels = x.permute(0, 2, 3, 1).reshape(-1, C)  # row channel
    loop = batch_norm(pixels).reshape(B, H, W, C).permute(0, 3, 1, 2)
    assert_agree(loop=loop, einsum=y, torch=functional.batch_norm(x, None, None, training=True))

# %% [markdown] lang="es"
# ## La compañía importa
#
# Si la media se toma del *batch*, lo que la red dice de un ejemplo depende de quién lo acompañe. ¿Cuánto? Un
# mismo ejemplo, en dos *batches* que solo tienen en común ese ejemplo:

# %% [markdown] lang="en"
# ## Company matters
#
# If the mean is taken from the batch, what the network says of an example depends on who comes with it. By
# how much? The same example, in two batches that have nothing in common but that example:

# %%
example, friends, strangers = random(1, 5), random(7, 5), 3 * random(7, 5) + 1
results = {}
for name, normalise in {"(1)": by_column, "(2)": by_row}.items():
    first = normalise(torch.cat([example, friends]))[0]
    second = normalise(torch.cat([example, strangers]))[0]
    results[name] = relative_error(second, first)
    print(name, f"{results[name]:.2f}")

# %% tags=["hidden"]
assert results["(1)"] > 0.3 and results["(2)"] == 0

# %% [markdown] lang="es"
# La normalización por *batch* cambia el resultado en una fracción de `{python} results["(1)"]:.2f`; la
# otra, en nada. Por eso la primera guarda al entrenar una media móvil de $\mu_f$ y de $\sigma^2_f$, y en
# evaluación (`model.eval()`) usa esos números fijos. Y con un solo ejemplo no hay desviación estándar que
# valga:

# %% [markdown] lang="en"
# Batch normalisation changes the result by a fraction of `{python} results["(1)"]:.2f`; the other one by
# nothing. That is why the former keeps a running mean of $\mu_f$ and $\sigma^2_f$ while it trains, and in
# evaluation (`model.eval()`) uses these fixed numbers. And with a single example there is no standard
# deviation to speak of:

# %% tags=["raises=ValueError"]
functional.batch_norm(example, None, None, training=True)

# %% [markdown] lang="es"
# ## Atender es promediar
#
# Una frase de $T$ palabras es una tabla: un vector por palabra. La **atención** reemplaza cada vector por un
# promedio de todos, con pesos que se calculan allí mismo. Cada palabra $t$ hace una pregunta, la consulta
# $q_{td}$ (*query*); cada palabra $s$ ofrece una clave $k_{sd}$ (*key*) y un valor $z_{sv}$ (*value*). El
# puntaje es el producto escalar de pregunta y clave, y *softmax* vuelve pesos los puntajes ([Vaswani et al.,
# 2017](https://arxiv.org/abs/1706.03762)):
#
# $$a_{ts} = \frac{q_{td}\, k_{sd}}{\sqrt{D}}, \qquad w_{ts} = \frac{e^{a_{ts}}}{\sum_{u} e^{a_{tu}}},
# \tag{5}$$
#
# $$y_{tv} = w_{ts}\, z_{sv}. \tag{6}$$
#
# Cada fila de $w$ es positiva y suma 1, así que $\vec y_t$ es un promedio ponderado de los valores. Los pares
# repetidos son dos, $d$ y $s$: dos `einsum` y un *softmax* entre ellos.

# %% [markdown] lang="en"
# ## To attend is to average
#
# A sentence of $T$ words is a table: one vector for each word. **Attention** replaces each vector by a mean
# of all of them, with weights that are computed on the spot. Each word $t$ asks a question, the query
# $q_{td}$; each word $s$ offers a key $k_{sd}$ and a value $z_{sv}$. The score is the dot product of question
# and key, and softmax turns scores into weights ([Vaswani et al., 2017](https://arxiv.org/abs/1706.03762)):
#
# $$a_{ts} = \frac{q_{td}\, k_{sd}}{\sqrt{D}}, \qquad w_{ts} = \frac{e^{a_{ts}}}{\sum_{u} e^{a_{tu}}},
# \tag{5}$$
#
# $$y_{tv} = w_{ts}\, z_{sv}. \tag{6}$$
#
# Each row of $w$ is positive and adds up to 1, so that $\vec y_t$ is a weighted mean of the values. Two
# indices are repeated, $d$ and $s$: two `einsum` with a softmax between them.


# %%
def attend(query, key, value, allowed=None):
    scores = torch.einsum("...td,...sd->...ts", query, key) / math.sqrt(query.shape[-1])  # (5)
    if allowed is not None:
        scores = scores.masked_fill(~allowed, -math.inf)
    weights = torch.softmax(scores, -1)  # (5)
    return torch.einsum("...ts,...sv->...tv", weights, value), weights  # (6)


official = functional.scaled_dot_product_attention
for targets, sources, width, out in [(1, 1, 1, 1), (3, 5, 4, 2), (6, 6, 8, 8)]:
    q, k, z = random(targets, width), random(sources, width), random(sources, out)
    y, w = attend(q, k, z)
    loop_y, loop_w = scaled_dot_product_attention(q, k, z)
    assert_agree(loop=loop_y, einsum=y, torch=official(q, k, z))  # (6)
    scores = matrix_matrix(q, k.T) / math.sqrt(width)
    assert_agree(loop=loop_w, rows=torch.stack([softmax(row) for row in scores]), einsum=w)  # (5)

q, k, z = (random(2, 3, 7, 4) for _ in range(3))  # batch head time width
agreement = assert_agree(einsum=attend(q, k, z)[0], torch=official(q, k, z))

# %% [markdown] lang="es"
# Los puntos suspensivos dejan pasar ejes de más: las dos últimas líneas atienden en 2 frases con 3 *cabezas*
# (preguntas distintas a la vez), sin un bucle.
#
# ### La tabla de pesos
#
# En una red, consultas y claves salen de matrices aprendidas. Para ver el mecanismo las escribimos a mano,
# con tres características: ser vivo, cosa y acción. La clave dice qué **es** una palabra; la consulta, qué
# **busca**: el verbo «bebe» busca quién y qué, «duerme» busca quién. Predice la fila de «duerme»: ¿mirará a
# la gata o al agua, que está más cerca?

# %% [markdown] lang="en"
# The dots let extra axes pass: the last two lines attend in 2 sentences with 3 *heads* (different questions
# at the same time), without a loop.
#
# ### The table of weights
#
# In a network queries and keys come from learned matrices. To see the mechanism we write them by hand, with
# three features: living being, thing and action. The key says what a word **is**; the query, what it **looks
# for**: the verb “drinks” looks for who and what, “sleeps” looks for who. Predict the row of “sleeps”: will
# it look at the cat, or at the water, which is nearer?

# %%
words = tr(es="mi gata bebe agua y duerme", en="my cat drinks water and sleeps").split()
living, thing, action, nothing = torch.tensor([[1.0, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0]]).double()
keys = torch.stack([nothing, living, action, thing, nothing, action])
queries = 4 * torch.stack([living + thing / 2, action, living + thing, action, nothing, living])
identity = torch.eye(6, dtype=torch.float64)
_, weights = attend(queries, keys, identity)
causal = torch.ones(6, 6, dtype=torch.bool).tril()
_, causal_weights = attend(queries, keys, identity, causal)

# %%
# alt es: Tabla de pesos de seis palabras: duerme mira a gata; y reparte por igual; cada fila suma 1.
# alt en: Table of weights of six words: sleeps looks at cat; and shares equally; each row adds up to 1.
looked_at, looking = tr(es="a quién mira", en="who is looked at"), tr(es="quién mira", en="who looks")
labels = {"row_labels": words, "column_labels": words, "xlabel": looked_at, "ylabel": looking}
ax = heat_map(weights, fmt=".2f", limits=(0, 1), **labels)

# %% tags=["hidden"]
assert torch.allclose(weights.sum(1), torch.ones(6).double()) and weights[5].argmax() == 1
assert torch.allclose(weights[4], torch.full((6,), 1 / 6).double())
assert weights[5, 1] > 0.5 and torch.isclose(weights[2, 1], weights[2, 3])

# %% [markdown] lang="es"
# «Duerme» pone `{python} weights[5, 1].item():.2f` en «gata»: la distancia no entra en (5). «Bebe»
# reparte por igual entre quién y qué. Y la palabra «y», cuya consulta es cero, promedia todo: quien nada
# pregunta recibe la media. Con la identidad como valores, la salida es la propia tabla de pesos.
#
# ## Por qué la raíz de d
#
# Si los componentes de $\vec q$ y de $\vec k$ son independientes, de media 0 y varianza 1, el puntaje suma
# $D$ productos de varianza 1:
#
# $$\operatorname{Var}\Bigl(\sum_{d=1}^{D} q_d\, k_d\Bigr) = D. \tag{7}$$
#
# Sin corregir, los puntajes de una cabeza ancha son enormes, y *softmax* elige uno y descarta los demás. ¿Y
# si dividimos entre $D$, que es lo que se hace para promediar? Medimos las tres maneras con 32 claves al
# azar: el peso mayor y cuánto se mueve *softmax* cuando se mueve un puntaje, $\sum_s w_s (1 - w_s)$, la traza
# de su jacobiano.

# %% [markdown] lang="en"
# “Sleeps” puts `{python} weights[5, 1].item():.2f` on “cat”: distance does not enter (5). “Drinks” shares
# equally between who and what. And the word “and”, whose query is zero, averages everything: who asks nothing
# receives the mean. With the identity as values, the output is the table of weights itself.
#
# ## Why the root of d
#
# If the components of $\vec q$ and of $\vec k$ are independent, with mean 0 and variance 1, the score adds
# $D$ products of variance 1:
#
# $$\operatorname{Var}\Bigl(\sum_{d=1}^{D} q_d\, k_d\Bigr) = D. \tag{7}$$
#
# Without a correction the scores of a wide head are huge, and softmax picks one and discards the rest. And if
# we divide by $D$, which is what one does for a mean? We measure the three ways with 32 random keys: the
# largest weight, and how much softmax moves when a score moves, $\sum_s w_s (1 - w_s)$, the trace of its
# Jacobian.

# %%
widths = [4, 16, 64, 256, 1024]
divisors = {"1": lambda D: 1, "√D": math.sqrt, "D": lambda D: D}
largest, mobility = ({name: torch.zeros(5, len(widths)) for name in divisors} for _ in range(2))
spread = torch.zeros(5, len(widths))
for seed in range(5):
    seeded = torch.Generator().manual_seed(seed)
    for place, D in enumerate(widths):
        q, k = (torch.randn(n, D, generator=seeded) for n in (200, 32))
        scores = torch.einsum("td,sd->ts", q, k)
        spread[seed, place] = scores.var()
        for name, divisor in divisors.items():
            w = torch.softmax(scores / divisor(D), 1)
            largest[name][seed, place] = w.amax(1).mean()
            mobility[name][seed, place] = (w * (1 - w)).sum(1).mean()
print((spread.mean(0) / torch.tensor(widths)).numpy().round(2))  # (7)

# %%
# alt es: Sin dividir, el peso mayor sube a casi 1 y el jacobiano cae; con √D no cambian; con D, baja a 1/32.
# alt en: Undivided, the largest weight climbs to 1 and the Jacobian falls; √D keeps both; D goes to 1/32.
figure, panels = plt.subplots(1, 2, figsize=(7.2, 3.2))
measures = {
    tr(es="peso mayor", en="largest weight"): largest,
    tr(es="traza del jacobiano", en="trace of the Jacobian"): mobility,
}
for ax, (measure, table) in zip(panels, measures.items(), strict=True):
    curves(
        widths,
        {f"÷ {name}": values.mean(0) for name, values in table.items()},
        bands={f"÷ {name}": (values.amin(0), values.amax(0)) for name, values in table.items()},
        xlabel="D",
        ylabel=measure,
        log="x",
        markers=True,
        ax=ax,
    )

# %% tags=["hidden"]
assert ((spread.mean(0) / torch.tensor(widths) - 1).abs() < 0.15).all()  # (7)
assert largest["1"][:, -1].min() > 0.9 and mobility["1"][:, -1].max() < 0.15
assert largest["D"][:, -1].max() < 0.04
assert largest["√D"].min() > 0.12 and largest["√D"].max() < 0.25

# %% [markdown] lang="es"
# La franja va de la menor a la mayor de cinco semillas. El cociente impreso, varianza entre $D$, queda cerca
# de 1, como dice (7). Sin dividir, con $D = 1024$ el peso mayor es en promedio
# `{python} largest["1"][:, -1].mean().item():.2f` y la traza del jacobiano,
# `{python} mobility["1"][:, -1].mean().item():.2f`: una elección ya hecha, por la que casi no pasa gradiente.
# Dividir entre $D$ es la idea que no funciona: el peso mayor baja a
# `{python} largest["D"][:, -1].mean().item():.3f`, casi $1/32$, y la atención promedia todo sin mirar. Con
# $\sqrt D$ el ancho deja de importar. No hay nada sagrado en la raíz: es el divisor que deja en 1 la varianza
# de los puntajes mientras los componentes cumplan la hipótesis de (7).
#
# ## La máscara
#
# Un modelo que escribe palabra por palabra no debe mirar las que aún no escribió. Una tabla de verdaderos y
# falsos, $m_{ts}$, dice quién puede mirar a quién, y a los demás se les pone puntaje $-\infty$ **antes** de
# *softmax*:
#
# $$w_{ts} = \frac{m_{ts}\, e^{a_{ts}}}{\sum_{u} m_{tu}\, e^{a_{tu}}}. \tag{8}$$
#
# ¿Y si se borran los pesos **después** de *softmax*? Los ceros quedan en los mismos lugares. ¿Da igual?

# %% [markdown] lang="en"
# The band goes from the smallest to the largest of five seeds. The printed quotient, variance by $D$, stays
# close to 1, as (7) says. Undivided, at $D = 1024$ the largest weight is on average
# `{python} largest["1"][:, -1].mean().item():.2f` and the trace of the Jacobian
# `{python} mobility["1"][:, -1].mean().item():.2f`: a choice already made, through which hardly any gradient
# passes. To divide by $D$ is the idea that does not work: the largest weight falls to
# `{python} largest["D"][:, -1].mean().item():.3f`, almost $1/32$, and attention averages everything without
# looking. With $\sqrt D$ the width stops mattering. There is nothing sacred about the root: it is the divisor
# that leaves the variance of the scores at 1 as long as the components meet the assumption of (7).
#
# ## The mask
#
# A model that writes word by word must not look at those it has not written yet. A table of true and false,
# $m_{ts}$, says who may look at whom, and the others get the score $-\infty$ **before** softmax:
#
# $$w_{ts} = \frac{m_{ts}\, e^{a_{ts}}}{\sum_{u} m_{tu}\, e^{a_{tu}}}. \tag{8}$$
#
# And if the weights are erased **after** softmax? The zeros end up in the same places. Is it all the same?

# %%
for time, width in [(1, 1), (4, 3), (7, 8)]:
    q, k, z = (random(time, width) for _ in range(3))
    allowed = torch.ones(time, time, dtype=torch.bool).tril()
    y, w = attend(q, k, z, allowed)
    powers = allowed * torch.exp(torch.einsum("td,sd->ts", q, k) / math.sqrt(width))
    loop_y, loop_w = scaled_dot_product_attention(q, k, z, allowed)
    assert_agree(formula=powers / powers.sum(1, keepdim=True), loop=loop_w, einsum=w)  # (8)
    assert_agree(loop=loop_y, einsum=y, torch=official(q, k, z, attn_mask=allowed))
    assert_agree(einsum=y, torch=official(q, k, z, is_causal=True))

erased_after = weights * causal
print("−∞ →", causal_weights.sum(1).numpy().round(2))
print("0  →", erased_after.sum(1).numpy().round(2))

# %%
# alt es: La tabla de la frase con máscara: el triángulo de arriba es 0; mi solo puede mirarse a sí misma.
# alt en: The table of the sentence with the mask: the upper triangle is 0; my can only look at itself.
ax = heat_map(causal_weights, fmt=".2f", limits=(0, 1), **labels)

# %% tags=["hidden"]
assert torch.allclose(causal_weights.sum(1), torch.ones(6).double()) and causal_weights[0, 0] == 1
assert erased_after.sum(1)[0] < 0.1 and (erased_after.sum(1)[:-1] < 0.95).all()

# %% [markdown] lang="es"
# No da igual: con los pesos borrados después, todas las filas menos la última, que no tiene nada que borrar,
# suman menos de 1. La primera palabra se quedaría con `{python} erased_after.sum(1)[0].item():.2f` de su
# valor, y el resto se perdería en palabras que no debía ver. Hay una prueba más honda de la máscara: cambiar
# la última palabra no debe cambiar lo anterior.

# %% [markdown] lang="en"
# It is not: with the weights erased afterwards, all rows but the last, which has nothing to erase, add up to
# less than 1. The first word would keep `{python} erased_after.sum(1)[0].item():.2f` of its value, and the
# rest would be lost on words it was not to see. There is a deeper test of the mask: changing the last word
# must not change what came before.

# %%
x = random(6, 4)
other = torch.cat([x[:5], random(1, 4)])
for name, allowed in {tr(es="libre", en="free"): None, tr(es="con máscara", en="masked"): causal}.items():
    before, after = attend(x, x, x, allowed)[0], attend(other, other, other, allowed)[0]
    print(f"{name:<12}", (after - before).norm(dim=1).numpy().round(2))

# %% tags=["hidden"]
assert torch.equal(attend(x, x, x, causal)[0][:5], attend(other, other, other, causal)[0][:5])
assert (attend(x, x, x)[0] - attend(other, other, other)[0])[:5].norm(dim=1).min() > 1e-3

# %% [markdown] lang="es"
# ## Una bolsa de palabras
#
# Ningún índice de (5) y (6) sabe **dónde** está una palabra: $t$ y $s$ solo nombran filas. Si una permutación
# $P$ baraja las palabras, la salida de la atención $f$ sale barajada igual, y nada más:
#
# $$f(P \cdot x) = P \cdot f(x). \tag{9}$$
#
# Eso es ser *equivariante*. ¿Lo seguirá siendo con la máscara?

# %% [markdown] lang="en"
# ## A bag of words
#
# No index of (5) and (6) knows **where** a word is: $t$ and $s$ only name rows. If a permutation $P$ shuffles
# the words, the output of attention $f$ comes out shuffled alike, and nothing else:
#
# $$f(P \cdot x) = P \cdot f(x). \tag{9}$$
#
# That is to be *equivariant*. Will it still be so with the mask?

# %%
# es: las matrices de consulta, clave y valor
# en: the matrices of query, key and value
mapping = [random(4, 4) for _ in range(3)]


def self_attention(x, allowed=None):
    return attend(*(torch.einsum("tf,fd->td", x, W) for W in mapping), allowed)[0]


masks = {tr(es="libre", en="free"): None, tr(es="con máscara", en="masked"): causal}
gaps = {name: [] for name in masks}
for _ in range(20):
    x, order = random(6, 4), torch.randperm(6, generator=generator)
    P = torch.eye(6, dtype=torch.float64)[order]
    assert_agree(loop=matrix_matrix(P, x), einsum=torch.einsum("ts,sf->tf", P, x), torch=x[order])
    assert_agree(first=self_attention(P @ x), after=P @ self_attention(x))  # (9)
    for name, allowed in masks.items():
        gaps[name].append(relative_error(self_attention(P @ x, allowed), P @ self_attention(x, allowed)))
for name, gap in gaps.items():
    print(f"{name:<12} {min(gap):.0e} … {max(gap):.0e}")

# %% tags=["hidden"]
free, masked = gaps.values()
assert max(free) < 1e-12 and min(masked) > 0.05

# %% [markdown] lang="es"
# Libre, la atención cumple (9) hasta el redondeo en las 20 barajadas: «gata bebe agua» y «agua bebe gata»
# le dan los mismos vectores, en otro orden. Con la máscara ya no, porque el triángulo nombra
# posiciones. Un *transformer* sin máscara necesita que alguien le diga el orden, y por eso se suma a cada
# palabra un vector de posición.
#
# ## Para llevarte
#
# * Normalizar por *batch* o por capa es la misma fórmula; cambia el índice que se suma.
# * La normalización por *batch* mezcla ejemplos: necesita varios al entrenar y números guardados al evaluar.
# * Atención: `"td,sd->ts"`, *softmax* sobre $s$, `"ts,sv->tv"`. Cada fila de pesos suma 1.
# * Se divide entre $\sqrt D$ para que el ancho no decida por *softmax*, que con puntajes enormes elige uno
#   solo.
# * La máscara va antes de *softmax*. Sin máscara ni posiciones, una frase es una bolsa.

# %% [markdown] lang="en"
# Free, attention obeys (9) up to rounding in all 20 shuffles: “cat drinks water” and “water drinks cat”
# give it the same vectors in another order. With the mask it does not, since the triangle names
# positions. A transformer without a mask needs to be told the order, and that is why a vector of its position
# is added to each word.
#
# ## What to keep
#
# * To normalise by batch or by layer is one formula; what changes is the index that is summed.
# * Batch normalisation mixes examples: it needs several to train and stored numbers to evaluate.
# * Attention: `"td,sd->ts"`, softmax over $s$, `"ts,sv->tv"`. Each row of weights adds up to 1.
# * We divide by $\sqrt D$ so that the width does not decide for softmax, which with huge scores picks a
#   single one.
# * The mask goes before softmax. Without mask or positions, a sentence is a bag.

# %% [markdown] lang="es" tags=["quiz"]
# En `torch.einsum("bchw->c", x) / (B * H * W)`, ¿qué se calcula?
#
# - [x] Una media por canal, sobre ejemplos y píxeles: la de la normalización por *batch* de imágenes.
# - [ ] Una media por ejemplo: para eso la letra de la derecha sería `b`.
# - [ ] La media de la normalización por capa: esa no suma sobre `b`, porque no mezcla ejemplos.
# - [ ] Una imagen media: para eso quedarían las letras `chw` y se sumaría solo sobre `b`.

# %% [markdown] lang="en" tags=["quiz"]
# What does `torch.einsum("bchw->c", x) / (B * H * W)` compute?
#
# - [x] A mean for each channel, over examples and pixels: the one of batch normalisation of images.
# - [ ] A mean for each example: for that the letter on the right would be `b`.
# - [ ] The mean of layer normalisation: that one does not sum over `b`, as it mixes no examples.
# - [ ] A mean image: for that the letters `chw` would remain, and the sum would run over `b` only.

# %% [markdown] lang="es" tags=["quiz"]
# La consulta de una palabra es el vector cero y no hay máscara. ¿Qué recibe esa palabra?
#
# - [x] La media de todos los valores: puntajes iguales dan pesos iguales.
# - [ ] Cero: los puntajes son cero, y *softmax* de ceros da pesos iguales, no ceros.
# - [ ] Su propio valor: nada en (5) distingue a la palabra misma de las demás.
# - [ ] `nan`: eso pasaría si todos los puntajes fueran $-\infty$.

# %% [markdown] lang="en" tags=["quiz"]
# The query of a word is the zero vector and there is no mask. What does that word receive?
#
# - [x] The mean of all values: equal scores give equal weights.
# - [ ] Zero: the scores are zero, and softmax of zeros gives equal weights, not zeros.
# - [ ] Its own value: nothing in (5) tells the word itself from the others.
# - [ ] `nan`: that would happen if all scores were $-\infty$.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: solo la longitud
#
# RMSNorm ([Zhang y Sennrich, 2019](https://arxiv.org/abs/1910.07467)) no resta la media: divide cada fila
# entre la raíz de la media de sus cuadrados,
# $y_{rf} = x_{rf} / \sqrt{\frac{1}{F} \sum_g x_{rg}^2 + \epsilon}$. Escribe `rms_norm(x, epsilon)`
# con `einsum`, para un `x` con cualquier cantidad de ejes antes del último.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: the length only
#
# RMSNorm ([Zhang and Sennrich, 2019](https://arxiv.org/abs/1910.07467)) subtracts no mean: it divides each
# row by the root of the mean of its squares,
# $y_{rf} = x_{rf} / \sqrt{\frac{1}{F} \sum_g x_{rg}^2 + \epsilon}$. Write `rms_norm(x, epsilon)`
# with `einsum`, for an `x` with any number of axes before the last one.


# %% tags=["solution"]
def rms_norm(x, epsilon):
    mean_square = torch.einsum("...f,...f->...", x, x) / x.shape[-1]
    return torch.einsum("...f,...->...f", x, (mean_square + epsilon).rsqrt())


# %% tags=["check"]
for shape in [(1,), (3, 5), (2, 3, 4), (2, 1, 3, 8)]:
    x = 5 * random(*shape) + 1
    expected = functional.rms_norm(x, shape[-1:], eps=1e-3)
    assert_agree(torch=expected, yours=rms_norm(x, 1e-3))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: frases de distinta longitud
#
# En un *batch*, las frases cortas se rellenan hasta la longitud de la más larga. Escribe
# `padding_mask(lengths, size)`: un tensor booleano de forma `(batch, 1, size)`, verdadero donde la clave es
# una palabra y falso donde es relleno.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: sentences of different lengths
#
# In a batch, short sentences are padded to the length of the longest one. Write
# `padding_mask(lengths, size)`: a boolean tensor of shape `(batch, 1, size)`, true where the key is a
# word and false where it is padding.


# %% tags=["solution"]
def padding_mask(lengths, size):
    return (torch.arange(size) < torch.tensor(lengths)[:, None])[:, None, :]


# %% tags=["check"]
lengths = [3, 5, 1]
batch = random(3, 5, 4)  # sentence time width
mask = padding_mask(lengths, 5)
assert mask.dtype == torch.bool and mask.shape == (3, 1, 5)
padded, _ = attend(batch, batch, batch, mask)
for sentence, length in enumerate(lengths):
    alone, _ = attend(*[batch[sentence, :length]] * 3)
    assert_agree(alone=alone, yours=padded[sentence, :length])

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: varias cabezas
#
# Escribe `multi_head(x, heads)`: parte el último eje de `x`, de forma `(time, width)`, en `heads` trozos
# iguales y consecutivos, atiende en cada trozo por separado (consulta, clave y valor son el mismo trozo) y
# une los resultados en el orden de los trozos.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: several heads
#
# Write `multi_head(x, heads)`: split the last axis of `x`, of shape `(time, width)`, into `heads` equal and
# consecutive pieces, attend within each piece (query, key and value are the same piece), and join the results
# in the order of the pieces.


# %% tags=["solution"]
def multi_head(x, heads):
    pieces = x.reshape(len(x), heads, -1).transpose(0, 1)  # head time piece
    y, _ = attend(pieces, pieces, pieces)
    return y.transpose(0, 1).reshape(x.shape)


# %% tags=["check"]
for time, width, heads in [(1, 4, 2), (5, 6, 1), (5, 6, 3), (4, 8, 8)]:
    x = random(time, width)
    pieces = x.reshape(time, heads, -1).permute(1, 0, 2)[None]  # batch head time piece
    expected = official(pieces, pieces, pieces)[0].permute(1, 0, 2).reshape(time, width)
    assert_agree(torch=expected, yours=multi_head(x, heads))

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# Antes: los [productos escalares](../tensor_mathematics/dot_products.md) y
# [einsum](../tensor_mathematics/einsum.md), las dos piezas con que se escribió todo esto. Después: el
# [cálculo matricial](../tensor_mathematics/matrix_calculus.md), donde la traza del jacobiano de *softmax* se
# deriva y se comprueba.

# %% [markdown] lang="en"
# ## Where to go next
#
# Before: [dot products](../tensor_mathematics/dot_products.md) and
# [einsum](../tensor_mathematics/einsum.md), the two parts all of this was written with. After: [matrix
# calculus](../tensor_mathematics/matrix_calculus.md), where the trace of the Jacobian of softmax is derived
# and checked.
