"""
title:
  es: Pooling
  en: Pooling
summary:
  es: Cada ventana se resume en su máximo o su promedio; qué sale, qué se pierde, a dónde va el gradiente.
  en: Each window summed up by its maximum or mean; what comes out, what is lost, where the gradient goes.
tags: [tensor, pooling, image, autograd]
objectives:
  es:
    - Escribir el pooling máximo y el promedio con índices, bucles y PyTorch, y saber cuál cabe en einsum.
    - Predecir el tamaño de la salida, también con ceil_mode y con pooling adaptativo.
    - Decir, con una medición, cuánto desplazamiento tolera y qué información pierde.
    - Seguir el gradiente a través de un máximo y de un promedio.
  en:
    - Write max and average pooling with indices, loops and PyTorch, and know which one fits in einsum.
    - Predict the size of the output, also with ceil_mode and with adaptive pooling.
    - Say, from a measurement, how much shift it tolerates and what information it loses.
    - Follow the gradient through a maximum and through a mean.
prerequisites:
  es:
    - La lección «Convolución», por las ventanas y la fórmula del tamaño.
  en:
    - The lesson “Convolution”, for the windows and the formula of the size.
"""
# %% [markdown] lang="es"
# Un mapa de características dice en qué lugares respondió un filtro. A menudo basta con menos: si respondió
# *por aquí*. El *pooling* (resumen por ventanas) cambia cada vecindad por un solo número. Al terminar esta
# lección lo calcularás a mano, predecirás su tamaño, y sabrás con números qué conserva y qué pierde. Conviene
# haber leído [Convolución](../tensor_mathematics/convolution.md).
#
# Acompaña la sección *PyTorch Computer Vision* del curso [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/), donde TinyVGG usa `nn.MaxPool2d`, y el
# [capítulo 03](https://www.learnpytorch.io/03_pytorch_computer_vision/) de su libro.
#
# ## Una ventana sin pesos
#
# La ventana camina como en una convolución, pero no lleva pesos. El pooling **máximo** se queda con el píxel
# más grande; el **promedio**, con la media de los $k^2$:
#
# $$y_{cij} = \max_{u,\,v}\; x_{c(si+u)(sj+v)} , \tag{1}$$
#
# $$y_{cij} = \frac{1}{k^2} \sum_{u} \sum_{v} x_{c(si+u)(sj+v)} . \tag{2}$$
#
# Cada canal $c$ se resume por separado: no hay suma sobre $c$. Si no se pide otro paso, $s = k$: las ventanas
# se tocan sin encimarse. Predice, antes de avanzar, los nueve máximos.

# %% [markdown] lang="en"
# A feature map says at which places a filter responded. Often less will do: whether it responded *around
# here*. *Pooling* replaces each neighbourhood by a single number. By the end of this lesson you will work it
# out by hand, predict its size, and know in numbers what it keeps and what it loses. It helps to have read
# [Convolution](../tensor_mathematics/convolution.md).
#
# It goes with the section *PyTorch Computer Vision* of the course [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/), where TinyVGG uses `nn.MaxPool2d`, and
# with [chapter 03](https://www.learnpytorch.io/03_pytorch_computer_vision/) of its book.
#
# ## A window without weights
#
# The window walks as in a convolution, but bears no weights. **Max** pooling keeps the largest pixel;
# **average** pooling keeps the mean of the $k^2$:
#
# $$y_{cij} = \max_{u,\,v}\; x_{c(si+u)(sj+v)} , \tag{1}$$
#
# $$y_{cij} = \frac{1}{k^2} \sum_{u} \sum_{v} x_{c(si+u)(sj+v)} . \tag{2}$$
#
# Each channel $c$ is summed up on its own: there is no sum over $c$. Unless another stride is asked for,
# $s = k$: the windows touch without overlapping. Before you move on, predict the nine maxima.

# %%
from itertools import product

import matplotlib.pyplot as plt
import torch
from torch.nn import functional as F

from tutorials_lib import tr
from tutorials_lib.data import digits
from tutorials_lib.plots import color, curves, heat_map, image_grid, localized
from tutorials_lib.steps import slide, steps
from tutorials_lib.tensors import adaptive_bins, assert_agree, average_pool2d, max_pool2d, output_size


# %%
def pooling_steps(x, kernel, stride):
    largest, mean = (pool(x[None], kernel, stride)[0] for pool in (max_pool2d, average_pool2d))
    names = tr(es="máximo", en="maximum"), tr(es="media", en="mean")

    def words(i, j, pixels):
        listed = ", ".join(f"{pixel:g}" for pixel in pixels)
        average = localized(f"{mean[i, j]:.3g}")
        return f"max({listed}) = {largest[i, j]:g};  Σ / {kernel**2} = {average}"

    drawn = slide(
        x,
        dict(zip(names, (largest, mean), strict=True)),
        words,
        kernel=kernel,
        stride=stride,
        choose=lambda pixels: pixels.index(max(pixels)),
    )
    return steps(drawn, signs=("→",), fmt=".2g")


rows = ["130251", "426011", "008123", "172503", "921140", "101122"]
sample = torch.tensor([[float(pixel) for pixel in row] for row in rows], dtype=torch.float64)
pooling_steps(sample, kernel=2, stride=2)

# %% [markdown] lang="es"
# De 36 números quedan 9. El máximo marcado en $x$ es el único de su ventana que llega a la salida; en el
# promedio participan los cuatro. Con $k = 3$ y $s = 2$ las ventanas se enciman, y un mismo píxel grande puede
# ganar en varias:

# %% [markdown] lang="en"
# Of 36 numbers 9 remain. The maximum marked in $x$ is the only one of its window to reach the output; in the
# mean all four take part. With $k = 3$ and $s = 2$ the windows overlap, and one large pixel may win in
# several:

# %%
pooling_steps(sample, kernel=3, stride=2)

# %% tags=["hidden"]
overlapping = max_pool2d(sample[None], 3, 2)[0]
assert torch.equal(overlapping, torch.tensor([[8.0, 8.0], [9.0, 8.0]], dtype=torch.float64))
assert (overlapping == 8).sum() == 3 and (sample == 8).sum() == 1

# %% [markdown] lang="es"
# El 8 gana en tres de las cuatro ventanas, y la salida lo repite.
#
# ### De cuatro maneras, y por qué una falta
#
# El promedio es una suma de productos por un peso constante: es una convolución, y cabe en `einsum`. El
# máximo no es una suma de productos, así que ningún `einsum` lo calcula; la vista de `unfold` sí sirve para
# los dos.

# %% [markdown] lang="en"
# The 8 wins in three of the four windows, and the output repeats it.
#
# ### In four ways, and why one is missing
#
# The mean is a sum of products with a constant weight: it is a convolution, and fits in `einsum`. The maximum
# is no sum of products, so no `einsum` computes it; the view of `unfold` serves both.

# %%
generator = torch.Generator().manual_seed(0)


def random(*shape):
    return torch.randn(shape, dtype=torch.float64, generator=generator)


for channels, size, k, s in [(1, 1, 1, 1), (3, 6, 2, 2), (2, 7, 3, 2), (4, 5, 2, 3)]:
    x = random(channels, size, size)
    pieces = x.unfold(1, k, s).unfold(2, k, s)  # c i j u v
    even = torch.full((k, k), 1 / k**2, dtype=torch.float64)
    assert_agree(loop=max_pool2d(x, k, s), view=pieces.amax((-2, -1)), torch=F.max_pool2d(x, k, s))  # (1)
    assert_agree(  # (2)
        loop=average_pool2d(x, k, s),
        einsum=torch.einsum("cijuv,uv->cij", pieces, even),
        torch=F.avg_pool2d(x, k, s),
        convolution=F.conv2d(x[:, None], even[None, None], stride=s)[:, 0],
    )
    print((channels, size, size), f"k = {k}, s = {s} →", tuple(F.max_pool2d(x, k, s).shape))

# %% [markdown] lang="es"
# De ahí sus leyes. El promedio es lineal. El máximo solo cumple algunas: deja pasar una constante sumada y un
# factor positivo, pero el máximo de una suma no es la suma de los máximos, sino a lo más eso:
#
# $$\max(x + a) = a + \max x, \qquad \max(\lambda x) = \lambda \max x \;\; (\lambda \ge 0), \qquad
# \max(x + z) \le \max x + \max z . \tag{3}$$

# %% [markdown] lang="en"
# From there come its laws. The mean is linear. The maximum keeps only some: it lets an added constant and a
# positive factor through, but the maximum of a sum is not the sum of the maxima; that is only an upper bound:
#
# $$\max(x + a) = a + \max x, \qquad \max(\lambda x) = \lambda \max x \;\; (\lambda \ge 0), \qquad
# \max(x + z) \le \max x + \max z . \tag{3}$$

# %%
x, z = random(3, 8, 8), random(3, 8, 8)
largest, mean = (lambda t: F.max_pool2d(t, 2)), (lambda t: F.avg_pool2d(t, 2))

assert_agree(together=mean(2 * x - 3 * z), apart=2 * mean(x) - 3 * mean(z))
assert_agree(constant=largest(x + 5), outside=largest(x) + 5)  # (3)
assert_agree(factor=largest(3 * x), outside=3 * largest(x))  # (3)
below = largest(x + z) < largest(x) + largest(z)
assert (largest(x + z) <= largest(x) + largest(z)).all()  # (3)
print(below.sum().item(), "/", below.numel())

# %% [markdown] lang="es"
# En `{python} below.sum().item()` de `{python} below.numel()` ventanas la desigualdad es estricta: los dos
# máximos estaban en lugares distintos.
#
# ## Qué tamaño sale
#
# El pooling reduce tamaños, no la cantidad de ejes: entran tres y salen tres, más cortos los dos últimos. El
# tamaño es el de la convolución con $d = 1$ (en PyTorch la dilatación es opción solo del máximo). Una opción
# nueva también lo cambia: `ceil_mode=True` redondea hacia arriba y admite una última ventana incompleta,
# siempre que empiece dentro de la imagen o de su relleno izquierdo:
#
# $$m = \left\lfloor \frac{n + 2p - k}{s} \right\rfloor + 1, \qquad
# m_{\text{ceil}} = \left\lceil \frac{n + 2p - k}{s} \right\rceil + 1 , \tag{4}$$
#
# y a $m_{\text{ceil}}$ se le resta 1 si $s\,(m_{\text{ceil}} - 1) \ge n + p$. Todos los casos válidos de una
# rejilla, contra PyTorch:

# %% [markdown] lang="en"
# In `{python} below.sum().item()` of `{python} below.numel()` windows the inequality is strict: the two
# maxima stood at different places.
#
# ## What size comes out
#
# Pooling reduces sizes, not the number of axes: three go in and three come out, the last two shorter. The
# size is that of the convolution with $d = 1$ (in PyTorch dilation is an option of the maximum only). A new
# option changes it as well: `ceil_mode=True` rounds up and admits a last window that is incomplete, as long
# as it begins within the image or its left padding:
#
# $$m = \left\lfloor \frac{n + 2p - k}{s} \right\rfloor + 1, \qquad
# m_{\text{ceil}} = \left\lceil \frac{n + 2p - k}{s} \right\rceil + 1 , \tag{4}$$
#
# and 1 is taken off $m_{\text{ceil}}$ if $s\,(m_{\text{ceil}} - 1) \ge n + p$. All the valid cases of a grid,
# against PyTorch:


# %%
def pooled_size(n, k, s, p, ceil):
    m = -((n + 2 * p - k) // -s) + 1 if ceil else (n + 2 * p - k) // s + 1  # (4)
    return m - (ceil and s * (m - 1) >= n + p)


valid = [
    (n, k, s, p, ceil)
    for n, k, s, ceil in product(range(1, 13), range(1, 6), range(1, 6), (False, True))
    for p in range(k // 2 + 1)
    if n + 2 * p >= k
]
right = sum(
    F.max_pool1d(torch.zeros(1, n), k, s, p, ceil_mode=ceil).shape[-1] == pooled_size(n, k, s, p, ceil)
    for n, k, s, p, ceil in valid
)
print(right, "/", len(valid))

# %% tags=["hidden"]
assert right == len(valid) > 500
assert all(pooled_size(n, k, s, 0, False) == output_size(n, k, s) for n, k, s, p, ceil in valid if n >= k)
padded = F.max_pool2d(torch.full((1, 1, 2, 2), -5.0), 2, 1, padding=1)

# %% [markdown] lang="es"
# `{python} right` de `{python} len(valid)`. Dos diferencias con `conv2d` que cuestan una tarde. El paso, si
# no lo das, es $k$ y no 1. Y el relleno del máximo no es 0 sino $-\infty$: un cero le ganaría a todo píxel
# negativo. PyTorch no acepta además un relleno mayor que la mitad de la ventana, y así ninguna queda sin un
# solo píxel. El promedio sí rellena con ceros y los cuenta, salvo que pidas `count_include_pad=False`. ¿Qué
# dará cada uno en la esquina de una imagen llena de −5?

# %% [markdown] lang="en"
# `{python} right` of `{python} len(valid)`. Two differences from `conv2d` that cost an afternoon. The stride,
# unless you give it, is $k$ and not 1. And the padding of the maximum is not 0 but $-\infty$: a zero would
# beat every negative pixel. Nor does PyTorch accept a padding larger than half the window, so that none is
# left without a single pixel. The mean does pad with zeros and counts them, unless you ask for
# `count_include_pad=False`. What will each give in the corner of an image full of −5?

# %%
cold = torch.full((1, 2, 2), -5.0)
corner = {
    "max": F.max_pool2d(cold, 2, stride=1, padding=1)[0, 0, 0].item(),
    "avg": F.avg_pool2d(cold, 2, stride=1, padding=1)[0, 0, 0].item(),
    "avg, False": F.avg_pool2d(cold, 2, 1, 1, count_include_pad=False)[0, 0, 0].item(),
}
for name, value in corner.items():
    print(f"{name:<11}{value:>6}")

# %% tags=["raises=RuntimeError"]
F.max_pool2d(cold, 2, stride=1, padding=2)

# %% tags=["hidden"]
assert corner == {"max": -5.0, "avg": -1.25, "avg, False": -5.0}
a, b = torch.zeros(1, 8, 8), torch.zeros(1, 1, 3, 3)
assert F.max_pool2d(a, 3).shape[-1] == 2 and F.conv2d(a[None], b).shape[-1] == 6

# %% [markdown] lang="es"
# ### Adaptativo: pedir el tamaño en vez de la ventana
#
# El pooling adaptativo recibe el tamaño de salida $m$ y corta el eje en $m$ tramos. El tramo $i$ va de
# $a_i$ a $b_i$, sin incluir $b_i$:
#
# $$a_i = \left\lfloor \frac{i\,n}{m} \right\rfloor, \qquad
# b_i = \left\lceil \frac{(i + 1)\,n}{m} \right\rceil . \tag{5}$$
#
# Dos tramos vecinos comparten un píxel cuando su límite, $(i + 1)\,n/m$, no es entero. Con $m$ fijo, fotos de
# cualquier tamaño llegan con la misma forma a la capa lineal. El caso $m = 1$, el promedio global, resume
# cada canal en un número.

# %% [markdown] lang="en"
# ### Adaptive: asking for the size instead of the window
#
# Adaptive pooling takes the size $m$ of the output and cuts the axis into $m$ stretches. Stretch $i$ runs
# from $a_i$ to $b_i$, without $b_i$:
#
# $$a_i = \left\lfloor \frac{i\,n}{m} \right\rfloor, \qquad
# b_i = \left\lceil \frac{(i + 1)\,n}{m} \right\rceil . \tag{5}$$
#
# Two neighbouring stretches share a pixel when their boundary, $(i + 1)\,n/m$, is no integer. With $m$ fixed,
# photographs of any size reach the linear layer with the same shape. The case $m = 1$, the global mean, sums
# up each channel in one number.


# %%
def adaptive_average(x, m):
    rows, columns = (adaptive_bins(n, m) for n in x.shape[-2:])  # (5)
    means = [[x[:, a:b, c:d].mean((-2, -1)) for c, d in columns] for a, b in rows]
    return torch.stack([torch.stack(row, -1) for row in means], -2)


for height, width, m in [(8, 8, 4), (7, 5, 3), (4, 9, 1), (3, 3, 5)]:
    x = random(2, height, width)
    assert_agree(bins=adaptive_average(x, m), torch=F.adaptive_avg_pool2d(x, m))  # (5)
global_mean = assert_agree(
    einsum=torch.einsum("chw->c", x) / x[0].numel(), torch=F.adaptive_avg_pool2d(x, 1)[:, 0, 0]
)

# %%
# alt es: Un eje de 7 píxeles cortado en 3 tramos de 3: del 0 al 2, del 2 al 4 y del 4 al 6; comparten uno.
# alt en: An axis of 7 pixels cut into 3 stretches of 3: 0 to 2, 2 to 4 and 4 to 6; neighbours share one.
figure, ax = plt.subplots(figsize=(6.4, 1.6))
for i, (start, stop) in enumerate(adaptive_bins(7, 3)):
    ax.barh(i, stop - start, left=start - 0.5, height=0.6, color=color("blue"), alpha=0.6)
ax.set_yticks(range(3), [f"i = {i}" for i in range(3)])
_ = ax.set(xlim=(-0.6, 6.6), ylim=(2.6, -0.6), xlabel=tr(es="píxel", en="pixel"))

# %% tags=["hidden"]
for n, m in product(range(1, 13), range(1, 13)):
    assert [(i * n // m, -(-(i + 1) * n // m)) for i in range(m)] == adaptive_bins(n, m)  # (5)
assert adaptive_bins(7, 3) == [(0, 3), (2, 5), (4, 7)]

# %% [markdown] lang="es"
# ## Qué conserva y qué pierde
#
# Se dice que el pooling hace a la red *invariante a los desplazamientos*. Midamos cuánto. Tomamos los dígitos
# escritos a mano del conjunto que trae scikit-learn, los movemos de 1 a 4 píxeles hacia la derecha sobre un
# fondo vacío y comparamos lo que sale con lo que salía, en relación con su tamaño: 0 es «no notó nada» y
# $\sqrt 2$, lo que distan dos vectores de igual norma sin nada en común.
#
# Predice el orden, con un píxel de desplazamiento: la imagen sin resumir, uno de cada dos píxeles (paso 2 sin
# pooling), máximo de 2 × 2, promedio de 2 × 2, y máximo de toda la imagen.

# %% [markdown] lang="en"
# ## What it keeps and what it loses
#
# It is said that pooling makes a network *invariant to shifts*. Let us measure how much. We take
# the handwritten digits of the data set that comes with scikit-learn, move them by 1 to 4 pixels to the
# right on an empty ground, and compare what comes out with what came out before, relative to its size: 0 is
# “it noticed nothing”, and $\sqrt 2$ is the distance between two vectors of equal norm with nothing in
# common.
#
# Predict the order, for a shift by one pixel: the image as it is, every other pixel (stride 2 without
# pooling), maximum of 2 × 2, mean of 2 × 2, and the maximum of the whole image.

# %%
images = F.pad(digits().train_images, [4, 4, 4, 4]).double()  # image channel height width
shifts = [0, 1, 2, 3, 4]
summaries = {
    tr(es="sin resumir", en="as it is"): lambda x: x,
    tr(es="uno de cada dos", en="every other"): lambda x: x[..., ::2, ::2],
    tr(es="promedio 2 × 2", en="mean 2 × 2"): lambda x: F.avg_pool2d(x, 2),
    tr(es="máximo 2 × 2", en="max 2 × 2"): lambda x: F.max_pool2d(x, 2),
    tr(es="máximo global", en="global max"): lambda x: F.adaptive_max_pool2d(x, 1),
}
changes = {}
for name, summary in summaries.items():
    before = summary(images).flatten(1)
    after = torch.stack([summary(images.roll(shift, dims=-1)).flatten(1) for shift in shifts])
    changes[name] = (after - before).norm(dim=-1) / before.norm(dim=-1)  # shift image

# %%
# alt es: Cambio contra desplazamiento: sin resumir, 0,8 con un píxel; con máximo 2 × 2, 0,5; global, 0.
# alt en: Change against shift: as it is, 0.8 at one pixel; with max 2 × 2, 0.5; with the global one, 0.
levels = torch.tensor([0.05, 0.95], dtype=torch.float64)
ax = curves(
    shifts,
    {name: change.median(dim=1).values for name, change in changes.items()},
    bands={
        name: tuple(changes[name].quantile(levels, dim=1)) for name in list(changes)[:1] + list(changes)[3:4]
    },
    xlabel=tr(es="desplazamiento (píxeles)", en="shift (pixels)"),
    ylabel=tr(es="cambio relativo", en="relative change"),
    markers=True,
)
_ = ax.set_xticks(shifts)

# %% tags=["hidden"]
plain, every_other, average2, max2, whole = (change.median(dim=1).values for change in changes.values())
assert (whole == 0).all()
assert max2[1] < average2[1] < plain[1] - 0.1 and abs(every_other[1] - plain[1]) < 0.1
assert max2[1] > 0.4 and max2[2] > 0.8 and (max2[4] > 1.1)
unpooled, _, _, pooled, _ = changes.values()
apart = (pooled[1] < unpooled[1]).double().mean().item()
assert apart > 0.95
shifted_by_two = F.max_pool2d(images.roll(2, dims=-1), 2)
assert torch.equal(shifted_by_two, F.max_pool2d(images, 2).roll(1, dims=-1))  # (6)

# %% [markdown] lang="es"
# La línea es la mediana de `{python} len(images)` imágenes; las franjas, que abarcan el 90 % de ellas, se
# dibujan para la imagen sin resumir y para el máximo de 2 × 2. Con un píxel, el máximo baja el cambio mediano
# de `{python} plain[1].item():.2f` a `{python} max2[1].item():.2f`, y lo baja en el `{python} apart:.1%` de
# las imágenes. Es tolerancia, no invarianza: con dos píxeles ya va en `{python} max2[2].item():.2f`. Saltarse
# píxeles sin resumirlos deja el cambio casi donde estaba (`{python} every_other[1].item():.2f`). Invariante
# es solo el máximo global.
#
# Lo que sí se cumple exactamente, sobre el fondo vacío, es otra ley: si el desplazamiento es un múltiplo del
# paso, la salida se desplaza con él,
#
# $$P(T^{s} x) = T\,(P x) , \tag{6}$$
#
# donde $P$ es el pooling de paso $s$ y $T$ mueve un lugar. Entre múltiplos, la salida cambia de otra manera.
# Sobre este defecto y un remedio, suavizar antes de saltar: [Zhang (2019)](https://arxiv.org/abs/1904.11486).
#
# ### El precio: ya no se sabe dónde
#
# Tolerar es olvidar. Si partimos un dígito en cuatro y barajamos las partes, el máximo global es el mismo. ¿Y
# el máximo de 8 × 8, que guarda un número por cuarto?

# %% [markdown] lang="en"
# The line is the median of `{python} len(images)` images; the bands, which hold 90% of them, are drawn for
# the image as it is and for the 2 × 2 maximum. At one pixel the maximum lowers the median change from
# `{python} plain[1].item():.2f` to `{python} max2[1].item():.2f`, and lowers it in `{python} apart:.1%` of
# the images. This is tolerance, not invariance: at two pixels it is `{python} max2[2].item():.2f` already. To
# skip pixels without summing them up leaves the change almost where it was
# (`{python} every_other[1].item():.2f`). Only the global maximum is invariant.
#
# What does hold exactly, on the empty ground, is another law: if the shift is a multiple of the stride, the
# output shifts with it,
#
# $$P(T^{s} x) = T\,(P x) , \tag{6}$$
#
# where $P$ is pooling with stride $s$ and $T$ moves by one place. Between multiples the output changes in
# other ways. On this flaw, and a remedy, to smooth before skipping: [Zhang
# (2019)](https://arxiv.org/abs/1904.11486).
#
# ### The price: where is no longer known
#
# To tolerate is to forget. If we cut a digit into four and shuffle the parts, the global maximum is the same.
# And the maximum of 8 × 8, which keeps one number for each quarter?

# %%
# alt es: Un dígito entero y el mismo con sus cuatro cuartos cambiados de lugar, ya irreconocible.
# alt en: A digit, and the same one with its four quarters in other places, no longer recognisable.
digit = images[0]
shuffled = digit.roll((8, 8), dims=(-2, -1))
figure = image_grid(torch.stack([digit, shuffled]), side_inches=1.4)
kept = {
    m: torch.equal(*(F.adaptive_max_pool2d(image, m).flatten().sort().values for image in (digit, shuffled)))
    for m in (1, 2)
}

# %% tags=["hidden"]
assert kept == {1: True, 2: True}
quarters = [F.adaptive_max_pool2d(image, 2) for image in (digit, shuffled)]
assert torch.equal(quarters[0].flip(-2, -1), quarters[1])
assert F.adaptive_max_pool2d(digit, 1) == F.adaptive_max_pool2d(shuffled, 1)

# %% [markdown] lang="es"
# El global no distingue el dígito de sus pedazos. El de cuatro cuartos tiene los mismos números en otro
# orden: una capa lineal encima puede notarlo. Cuánto resumir es cuánta posición quieres perder; para decir
# *qué hay* conviene mucho, para decir *dónde está*, poco.
#
# ## Por dónde pasa el gradiente
#
# El promedio reparte la derivada en partes iguales. El máximo la entrega toda al ganador y nada a los demás:
#
# $$\frac{\partial y_{ij}}{\partial x_{ab}} =
# \begin{cases} 1 & \text{si } (a, b) \text{ es el lugar del máximo de la ventana } (i, j) \\
# 0 & \text{si no.} \end{cases} \tag{7}$$
#
# Si las ventanas se enciman, un píxel suma lo que recibe de cada una. Predice la suma de cada mapa: las dos
# salidas tienen cuatro números, y de cada uno sale un gradiente 1.

# %% [markdown] lang="en"
# The global one does not tell the digit from its pieces. The one of four quarters has the same numbers in
# another order: a linear layer on top can notice. How much to pool is how much of the place you want to lose;
# to say *what is there*, much is good; to say *where it is*, little.
#
# ## Where the gradient goes
#
# The mean shares the derivative out in equal parts. The maximum gives all of it to the winner, and nothing to
# the others:
#
# $$\frac{\partial y_{ij}}{\partial x_{ab}} =
# \begin{cases} 1 & \text{if } (a, b) \text{ is the place of the maximum of window } (i, j) \\
# 0 & \text{otherwise.} \end{cases} \tag{7}$$
#
# Where windows overlap, a pixel adds up what it receives from each. Predict the sum of each map: both outputs
# have four numbers, and a gradient of 1 comes from each.

# %%
# alt es: Gradientes de 6 por 6. Máximo: un 3 y un 1 entre ceros. Promedio: novenos, más donde hay encimadas.
# alt en: Gradients of 6 by 6. Maximum: a 3 and a 1 among zeros. Mean: ninths, more where windows overlap.
figure, axes = plt.subplots(1, 2, figsize=(7.2, 3.4))
names = tr(es="máximo", en="maximum"), tr(es="promedio", en="mean")
gradients = []
for ax, name, pool in zip(axes, names, (F.max_pool2d, F.avg_pool2d), strict=True):
    pixels = sample[None].clone().requires_grad_()
    pool(pixels, 3, stride=2).sum().backward()
    gradients.append(pixels.grad[0])
    heat_map(pixels.grad[0], fmt=".2g", limits=(0, 3), title=name, ax=ax)

# %% tags=["hidden"]
of_max, of_mean = gradients
assert of_max[2, 2] == 3 and of_max[4, 0] == 1 and of_max.count_nonzero() == 2
assert abs(of_mean.sum() - 4) < 1e-12 and of_max.sum() == 4
trial = random(1, 5, 5)
jacobian = torch.autograd.functional.jacobian(lambda t: F.max_pool2d(t, 2, 1), trial)[0, :, :, 0]
_, winners = F.max_pool2d(trial, 2, 1, return_indices=True)
by_hand = F.one_hot(winners[0], 25).reshape(4, 4, 5, 5).double()
assert torch.equal(jacobian, by_hand)  # (7)
step = 1e-6
for a, b in product(range(5), repeat=2):
    nudge = torch.zeros(1, 5, 5, dtype=torch.float64)
    nudge[0, a, b] = step
    slope = (F.max_pool2d(trial + nudge, 2, 1) - F.max_pool2d(trial - nudge, 2, 1))[0] / (2 * step)
    assert torch.allclose(slope, jacobian[:, :, a, b], atol=1e-6)  # (7)
tied = torch.ones(1, 2, 2, requires_grad=True)
F.max_pool2d(tied, 2).backward()
assert tied.grad.tolist() == [[[1, 0], [0, 0]]]

# %% [markdown] lang="es"
# Los dos suman 4, repartido de maneras opuestas. El máximo entrega 3 al ocho, que ganó en tres ventanas, y 1
# al nueve; a los otros 34 píxeles no les llega nada. La página comprueba (7) contra autograd y
# contra diferencias finitas. En un empate el máximo no tiene derivada; aquí, con cuatro unos, PyTorch se la
# da toda al primero.

# %% [markdown] lang="en"
# Both add up to 4, shared out in opposite ways. The maximum gives 3 to the eight, which won in three windows,
# and 1 to the nine; nothing reaches the other 34 pixels. The page checks (7) against autograd and
# against finite differences. At a tie the maximum has no derivative; here, with four ones, PyTorch gives all
# of it to the first.

# %% [markdown] lang="es"
# ## Para llevarte
#
# * El pooling resume cada ventana de cada canal sin pesos que aprender. El promedio es una convolución; el
#   máximo no es lineal y no cabe en `einsum`.
# * Tamaño: $\lfloor (n + 2p - k)/s \rfloor + 1$, con $s = k$ si no dices otra cosa.
# * Tolera desplazamientos menores que la ventana, en parte. Invariante es solo el pooling global, que olvida
#   dónde estaba todo.
# * El gradiente de un máximo va al ganador; el de un promedio, a todos por igual.

# %% [markdown] lang="en"
# ## What to keep
#
# * Pooling sums up each window of each channel, with no weights to learn. The mean is a convolution; the
#   maximum is not linear and does not fit in `einsum`.
# * Size: $\lfloor (n + 2p - k)/s \rfloor + 1$, with $s = k$ unless you say otherwise.
# * It tolerates shifts smaller than the window, in part. Only global pooling is invariant, and it forgets
#   where everything was.
# * The gradient of a maximum goes to the winner; that of a mean, to all alike.

# %% [markdown] lang="es" tags=["quiz"]
# `nn.MaxPool2d(3)` recibe una imagen de 10 × 10. ¿Qué tamaño sale?
#
# - [x] 3 × 3: el paso vale 3 si no se da, y la última fila y la última columna quedan sin mirar.
# - [ ] 8 × 8: así sería con `stride=1`, que es el valor de `conv2d` y no el de aquí.
# - [ ] 4 × 4: eso da `ceil_mode=True`.

# %% [markdown] lang="en" tags=["quiz"]
# `nn.MaxPool2d(3)` receives an image of 10 × 10. What size comes out?
#
# - [x] 3 × 3: the stride is 3 unless given, and the last row and the last column are not looked at.
# - [ ] 8 × 8: so it would be with `stride=1`, which is the default of `conv2d` and not the one here.
# - [ ] 4 × 4: `ceil_mode=True` gives that.

# %% tags=["hidden"]
assert F.max_pool2d(torch.zeros(1, 10, 10), 3).shape[-1] == 3
assert F.max_pool2d(torch.zeros(1, 10, 10), 3, 1).shape[-1] == 8
assert F.max_pool2d(torch.zeros(1, 10, 10), 3, ceil_mode=True).shape[-1] == 4

# %% [markdown] lang="es" tags=["quiz"]
# ¿Cuántos píxeles de una ventana de 2 × 2 reciben gradiente de un pooling máximo?
#
# - [x] Uno, el mayor: los demás no influyen en el resultado. En un empate, el que PyTorch eligió.
# - [ ] Los cuatro, un cuarto cada uno: eso hace el promedio.
# - [ ] Ninguno, porque no hay pesos: el gradiente pasa por la operación hacia la capa anterior.

# %% [markdown] lang="en" tags=["quiz"]
# How many pixels of a 2 × 2 window receive gradient from max pooling?
#
# - [x] One, the largest: the others have no say in the result. At a tie, the one that PyTorch chose.
# - [ ] All four, a quarter each: that is what the mean does.
# - [ ] None, since there are no weights: the gradient passes through the operation to the layer before.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: el mínimo
#
# PyTorch no trae `min_pool2d`. Escríbelo como `min_pool(x, k, s)` con una sola llamada a `F.max_pool2d`.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: the minimum
#
# PyTorch has no `min_pool2d`. Write it as `min_pool(x, k, s)` with a single call to `F.max_pool2d`.


# %% tags=["solution"]
def min_pool(x, k, s):
    return -F.max_pool2d(-x, k, s)


# %% tags=["check"]
for channels, size, k, s in [(1, 4, 2, 2), (3, 7, 3, 2), (2, 5, 1, 3)]:
    trial = random(channels, size, size) + 3
    expected = trial.unfold(1, k, s).unfold(2, k, s).amin((-2, -1))
    assert_agree(expected=expected, yours=min_pool(trial, k, s))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: del promedio al máximo
#
# La media potencial $\left(\frac{1}{k^2} \sum x^q\right)^{1/q}$ de números positivos es el promedio con
# $q = 1$ y se acerca al máximo cuando $q$ crece. Escribe `power_pool(x, k, q)`, con $s = k$, a partir de
# `F.avg_pool2d`.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: from the mean to the maximum
#
# The power mean $\left(\frac{1}{k^2} \sum x^q\right)^{1/q}$ of positive numbers is the mean at $q = 1$ and
# approaches the maximum as $q$ grows. Write `power_pool(x, k, q)`, with $s = k$, from `F.avg_pool2d`.


# %% tags=["solution"]
def power_pool(x, k, q):
    return F.avg_pool2d(x**q, k) ** (1 / q)


# %% tags=["check"]
trial = random(2, 8, 8).abs() + 0.1
assert_agree(mean=F.avg_pool2d(trial, 2), yours=power_pool(trial, 2, 1))
assert_agree(torch=F.lp_pool2d(trial, 3, 2) / 4 ** (1 / 3), yours=power_pool(trial, 2, 3))
gaps = [(F.max_pool2d(trial, 2) - power_pool(trial, 2, q)).max().item() for q in (1, 4, 16, 64)]
assert gaps == sorted(gaps, reverse=True) and gaps[-1] < 0.1 * gaps[0]

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: el promedio adaptativo es un producto
#
# El promedio adaptativo de un eje es una matriz $P$ de $m \times n$ cuyas filas suman 1, y el de la imagen es
# $P\,x\,Q^\top$ en cada canal. Escribe `adaptive_by_product(x, m)` con `adaptive_bins` y un solo `einsum` de
# tres operandos.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: adaptive averaging is a product
#
# The adaptive mean along an axis is a matrix $P$ of $m \times n$ whose rows add up to 1, and that of the
# image is $P\,x\,Q^\top$ in each channel. Write `adaptive_by_product(x, m)` with `adaptive_bins` and a
# single `einsum` of three operands.


# %% tags=["solution"]
def adaptive_by_product(x, m):
    def matrix(n):
        P = x.new_zeros(m, n)
        for i, (start, stop) in enumerate(adaptive_bins(n, m)):
            P[i, start:stop] = 1 / (stop - start)
        return P

    P, Q = (matrix(n) for n in x.shape[-2:])
    return torch.einsum("ia,cab,jb->cij", P, x, Q)


# %% tags=["check"]
for height, width, m in [(8, 8, 4), (7, 5, 3), (4, 9, 1), (3, 3, 5)]:
    trial = random(3, height, width)
    assert_agree(torch=F.adaptive_avg_pool2d(trial, m), yours=adaptive_by_product(trial, m))

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# La notación que apareció en cada lección de esta sección merece la suya:
# [einsum](../tensor_mathematics/einsum.md). El pooling dentro de una red entrenada está en [Tres modelos, un
# conjunto de datos](../convolutional_networks/three_models_one_dataset.md).

# %% [markdown] lang="en"
# ## Where to go next
#
# The notation that appeared in every lesson of this section deserves its own:
# [einsum](../tensor_mathematics/einsum.md). Pooling inside a trained network is in [Three models, one
# dataset](../convolutional_networks/three_models_one_dataset.md).
