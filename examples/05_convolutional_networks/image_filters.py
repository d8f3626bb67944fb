"""
title:
  es: Filtros de imagen, hechos a mano y aprendidos
  en: Image filters, made by hand and learned
summary:
  es: Desenfocar, realzar y hallar bordes con nueve números; la capa que los aplica y lo que aprende una red.
  en: Blur, sharpen and find edges with nine numbers; the layer that applies them and what a network learns.
tags: [convolution, filter, image, edge, unfold]
everyday: [rank]
objectives:
  es:
    - Predecir qué le hace un filtro a una zona lisa, a un borde y al ruido con solo mirar sus pesos.
    - Escribir una capa de convolución, con su gradiente, que dé lo mismo que nn.Conv2d.
    - Recuperar un filtro desconocido a partir de ejemplos, y reconocer cuándo los ejemplos no alcanzan.
    - Medir a qué se parecen los filtros que aprende un clasificador, y a qué no.
  en:
    - Predict what a filter does to a flat area, to an edge and to noise by looking at its weights.
    - Write a convolution layer, with its gradient, that gives the same as nn.Conv2d.
    - Recover an unknown filter from examples, and recognise when the examples do not suffice.
    - Measure what the filters that a classifier learns resemble, and what they do not.
prerequisites:
  es:
    - La lección «Convolución», por la ventana, el relleno y el paso.
    - El bucle de entrenamiento.
  en:
    - The lesson “Convolution”, for the window, padding and stride.
    - The training loop.
"""
# %% [markdown] lang="es"
# Los programas de retoque desenfocan, realzan y dibujan contornos con tablas de nueve números que alguien
# escribió. Una red convolucional usa las mismas tablas, pero las aprende. Al terminar esta lección sabrás
# leer un filtro, programar la capa que los aplica y medir qué aprendió una red de verdad.
#
# La cuenta de la ventana que recorre la imagen, con relleno y paso, está en
# [Convolución](../tensor_mathematics/convolution.md) y aquí se da por conocida; el bucle de entrenamiento, en
# [Una recta, de los tensores sueltos al modelo guardado](../workflow/linear_regression.md). La lección
# acompaña la sección *PyTorch Computer Vision* del curso [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) y el [capítulo
# 03](https://www.learnpytorch.io/03_pytorch_computer_vision/) de su libro abierto.

# %% [markdown] lang="en"
# Picture editors blur, sharpen and trace outlines with tables of nine numbers that somebody wrote down. A
# convolutional network uses the same tables, but learns them. By the end of this lesson you will be able to
# read a filter, program the layer that applies filters, and measure what a real network learned.
#
# The sum under the window that walks over the image, with padding and stride, is in
# [Convolution](../tensor_mathematics/convolution.md) and is taken as known here; the training loop is in [A
# line, from bare tensors to a saved model](../workflow/linear_regression.md). The lesson goes with the
# section *PyTorch Computer Vision* of the course [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) and with [chapter
# 03](https://www.learnpytorch.io/03_pytorch_computer_vision/) of its open book.

# %%
import math

import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import BatchSampler, DataLoader, RandomSampler, TensorDataset

from tutorials_lib import tr
from tutorials_lib.data import digits
from tutorials_lib.metrics import Proportion, adjusted_p_values
from tutorials_lib.plots import color, heat_map, interval_plot, tensor_grid
from tutorials_lib.tensors import assert_agree, output_size
from tutorials_lib.training import predict, train

# %% [markdown] lang="es"
# ## Cinco filtros escritos a mano
#
# Estos son de los más conocidos. El primero promedia la vecindad y pesa más el centro; el segundo exagera la
# diferencia entre un píxel y sus vecinos; el tercero y el cuarto son los de Sobel, que restan un lado del
# otro; el último simula una luz que llega desde una esquina.

# %% [markdown] lang="en"
# ## Five filters written by hand
#
# These are among the best known. The first averages the neighbourhood and gives the centre more weight; the
# second exaggerates the difference between a pixel and its neighbours; the third and the fourth are Sobel's,
# which subtract one side from the other; the last one imitates a light that comes from a corner.

# %%
# alt es: Cinco tablas de 3 por 3: desenfoque, realce (un 5 entre cuatro −1), Sobel x, Sobel y, y relieve.
# alt en: Five 3 by 3 tables: blur, sharpen (a 5 among four −1), Sobel x, Sobel y, and emboss.
BLUR, SHARPEN = tr(es="desenfoque", en="blur"), tr(es="realce", en="sharpen")
EMBOSS = tr(es="relieve", en="emboss")
smooth, slope = torch.tensor([1.0, 2.0, 1.0]), torch.tensor([-1.0, 0.0, 1.0])
filters = {
    BLUR: torch.outer(smooth, smooth) / 16,
    SHARPEN: torch.tensor([[0.0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
    "Sobel x": torch.outer(smooth, slope),
    "Sobel y": torch.outer(slope, smooth),
    EMBOSS: torch.tensor([[-2.0, -1, 0], [-1, 1, 1], [0, 1, 2]]),
}
ax = tensor_grid({BLUR + " × 16": filters[BLUR] * 16} | dict(list(filters.items())[1:]), rows=(3, 2))

# %% [markdown] lang="es"
# Antes de verlos actuar, mira solo sus sumas. En una zona lisa todos los píxeles valen lo mismo, digamos $c$,
# y la constante sale de la suma:
#
# $$\sum_{u,v} w_{uv}\, c = c \sum_{u,v} w_{uv} . \tag{1}$$
#
# ¿Cuáles de los cinco dejarán igual una pared gris y cuáles la volverán negra? ¿Y cuáles darán valores
# negativos en algunos píxeles?

# %% [markdown] lang="en"
# Before you see them at work, look at their sums alone. In a flat area all pixels have the same value, say
# $c$, and the constant comes out of the sum:
#
# $$\sum_{u,v} w_{uv}\, c = c \sum_{u,v} w_{uv} . \tag{1}$$
#
# Which of the five will leave a grey wall as it is, and which will turn it black? And which of them will give
# negative values to some pixels?


# %%
# es: repetir el borde, en vez de rellenar con ceros, para no inventar un contorno en el marco
# en: repeat the edge instead of padding with zeros, so as not to invent an outline at the frame
def apply(w, image):
    return F.conv2d(F.pad(image[None, None], [1, 1, 1, 1], mode="replicate"), w[None, None])[0, 0]


wall = torch.full((6, 6), 0.4)
for name, w in filters.items():
    assert torch.allclose(apply(w, wall), 0.4 * w.sum(), atol=1e-6)  # (1)
    print(f"{name:<10} Σw = {w.sum():>2.0f}   0.4 → {apply(w, wall)[3, 3].abs():.1f}")

# %%
axis = torch.linspace(-1, 1, 40)
y, x = torch.meshgrid(axis, axis, indexing="ij")
disc = torch.sigmoid((0.42 - torch.hypot(x + 0.4, y + 0.4)) / 0.04)  # soft edge
picture = 0.4 + 0.5 * disc
picture[(x > 0.15) & (x < 0.75) & (y > 0.1) & (y < 0.7)] = 0.05
picture[(x - y - 1.0).abs() < 0.05] = 0.95
data = digits()
examples = [picture, data.train_images[10, 0], data.train_images[3, 0]]


# %%
# es: una sola imagen con todos los cuadros, de valores entre 0 y 1, separados por un hueco
# en: a single image with all the tiles, of values between 0 and 1, with a gap between them
def mosaic(rows, cmap="gray"):
    side = len(rows[0][0])
    gap = max(1, side // 12)
    padded = [[F.pad(tile.clamp(0, 1), [0, gap, 0, gap], value=math.nan) for tile in row] for row in rows]
    whole = torch.cat([torch.cat(row, dim=1) for row in padded])[:-gap, :-gap]
    ax = plt.subplots(figsize=(6.6, 6.6 * whole.shape[0] / whole.shape[1] + 0.3))[1]
    # es: con menos de 256, el archivo pesa menos
    # en: fewer than 256 make a lighter file
    shades = plt.get_cmap(cmap, 33)
    ax.imshow(whole, cmap=shades, vmin=0, vmax=1, interpolation="none")
    ax.set_axis_off()
    return ax, [(side + gap) * place + (side - 1) / 2 for place in range(max(len(rows), len(rows[0])))]


# %%
# alt es: Un disco, un cuadrado, una línea y dos dígitos; a la derecha, los mismos con los cinco filtros.
# alt en: A disc, a square, a line and two digits; to the right, the same with each of the five filters.
rows = []
for image in examples:
    outputs = {name: apply(w, image) for name, w in filters.items()}
    for name in ("Sobel x", "Sobel y"):
        outputs[name] = outputs[name] / 6 + 0.5  # es: el gris medio es cero  # en: middle grey is zero
    tiles = [image, *outputs.values()]
    times = len(picture) // len(image)
    rows.append([tile.repeat_interleave(times, 0).repeat_interleave(times, 1) for tile in tiles])
ax, middles = mosaic(rows)
for name, middle in zip([tr(es="imagen", en="image"), *filters], middles, strict=True):
    ax.text(middle, -3, name, ha="center", fontsize=9)

# %% tags=["hidden"]
sums = {name: float(w.sum()) for name, w in filters.items()}
assert [round(total) for total in sums.values()] == [1, 1, 0, 0, 1]
vertical = apply(filters["Sobel x"], picture)
right_side = (x - 0.75).abs() < 0.03
assert vertical[right_side & (y > 0.2) & (y < 0.6)].max() > 0.5  # dark to bright
assert vertical[((x - 0.15).abs() < 0.03) & (y > 0.2) & (y < 0.6)].min() < -0.5
line = (x - y - 1.0).abs() < 0.05
beside = ~line & ((x - y - 1.0).abs() < 0.08)
assert (apply(filters[SHARPEN], picture)[beside] < 0).float().mean() > 0.9
assert all(apply(filters[name], picture).min() < 0 for name in (SHARPEN, "Sobel x", "Sobel y", EMBOSS))
assert apply(filters[BLUR], picture).min() > 0

# %% [markdown] lang="es"
# Los filtros que suman 1 conservan el brillo de lo liso; los que suman 0 lo borran y dejan solo los cambios:
# claro donde la imagen sube de izquierda a derecha (Sobel $x$) o de arriba abajo (Sobel $y$), oscuro donde
# baja y gris medio donde no cambia. Cualquiera que tenga un peso negativo puede salir del intervalo de 0 a 1,
# y eso pasa también con el realce: el halo negro que rodea la línea clara son valores menores que 0.
#
# ### De dónde sale el realce
#
# La tabla con el 5 no es una ocurrencia. Sea $\delta$ el filtro que no hace nada, un 1 rodeado de ceros, y
# $g$ uno que promedia. La diferencia $\delta - g$ es el detalle que el promedio pierde; realzar es sumarla
# $a$ veces:
#
# $$w_{\text{realce}} = \delta + a\,(\delta - g) = (1 + a)\,\delta - a\,g . \tag{2}$$
#
# Con $a = 5$ y $g$ el promedio de un píxel y sus cuatro vecinos sale la tabla de arriba. Los de Sobel también
# se arman con piezas: una columna que suaviza por una fila que deriva,
#
# $$w_{uv} = s_u\, d_v, \qquad s = (1, 2, 1), \quad d = (-1, 0, 1) . \tag{3}$$

# %% [markdown] lang="en"
# Filters that add up to 1 keep the brightness of what is flat; those that add up to 0 erase it and leave only
# the changes: bright where the image rises from left to right (Sobel $x$) or from top to bottom (Sobel $y$),
# dark where it falls and middle grey where it does not change. Any filter with a negative weight may leave
# the interval from 0 to 1, and sharpening does so too: the black halo around the bright line is made of
# values below 0.
#
# ### Where sharpening comes from
#
# The table with the 5 is no whim. Let $\delta$ be the filter that does nothing, a 1 among zeros, and $g$ one
# that averages. The difference $\delta - g$ is the detail that the average loses; to sharpen is to add it $a$
# times:
#
# $$w_{\text{sharpen}} = \delta + a\,(\delta - g) = (1 + a)\,\delta - a\,g . \tag{2}$$
#
# With $a = 5$ and $g$ the average of a pixel and its four neighbours, the table above comes out. Sobel's are
# put together from parts as well: a column that smooths times a row that differentiates,
#
# $$w_{uv} = s_u\, d_v, \qquad s = (1, 2, 1), \quad d = (-1, 0, 1) . \tag{3}$$

# %%
identity = torch.zeros(3, 3)
identity[1, 1] = 1
cross = torch.tensor([[0.0, 1, 0], [1, 1, 1], [0, 1, 0]]) / 5
unsharp = identity + 5 * (identity - cross)  # (2)
assert torch.allclose(unsharp, filters[SHARPEN])
assert torch.equal(smooth[:, None] * slope[None, :], filters["Sobel x"])  # (3)

# %% [markdown] lang="es"
# ## Un borde tiene dirección
#
# Las dos respuestas de Sobel, $g^x$ y $g^y$, son los componentes de un vector que apunta hacia donde la
# imagen se aclara. Su longitud dice qué tan fuerte es el borde y su ángulo, hacia dónde mira:
#
# $$g_{ij} = \sqrt{(g^x_{ij})^2 + (g^y_{ij})^2}, \qquad \theta_{ij} = \mathrm{atan2}(g^y_{ij}, g^x_{ij}) .
# \tag{4}$$
#
# El disco permite ponerlo a prueba, porque allí conocemos la respuesta: en todo su contorno, el vector debe
# apuntar al centro. ¿Con cuántos grados de error lo logran dos tablas de nueve números?

# %% [markdown] lang="en"
# ## An edge has a direction
#
# The two responses of Sobel, $g^x$ and $g^y$, are the components of a vector that points to where the image
# gets brighter. Its length tells how strong the edge is, and its angle which way it faces:
#
# $$g_{ij} = \sqrt{(g^x_{ij})^2 + (g^y_{ij})^2}, \qquad \theta_{ij} = \mathrm{atan2}(g^y_{ij}, g^x_{ij}) .
# \tag{4}$$
#
# The disc lets us put it to the test, because there we know the answer: along its whole outline the vector
# must point to the centre. By how many degrees do two tables of nine numbers miss?

# %%
gx, gy = apply(filters["Sobel x"], picture), apply(filters["Sobel y"], picture)
strength, angle = torch.hypot(gx, gy), torch.atan2(gy, gx)  # (4)
rim = (disc > 0.1) & (disc < 0.9)
inwards = torch.atan2(-0.4 - y, -0.4 - x)
error = torch.rad2deg(torch.remainder(angle - inwards + math.pi, 2 * math.pi) - math.pi)[rim].abs()
print(f"{len(error)} px   {error.mean():.2f}°   max {error.max():.2f}°")

# %%
# alt es: La intensidad de los bordes de la figura y flechas en el contorno del disco, todas hacia el centro.
# alt en: The strength of the edges of the picture, and arrows on the rim of the disc, all towards its centre.
figure, ax = plt.subplots(figsize=(3.4, 3.4))
ax.imshow(strength, cmap="gray", interpolation="none")
i, j = ((disc - 0.5).abs() < 0.15).nonzero()[::6].T
arrows = {"angles": "xy", "scale_units": "xy", "scale": 0.14, "width": 0.012}
ax.quiver(j, i, gx[i, j], gy[i, j], color=color("ember"), **arrows)
ax.set_axis_off()

# %% tags=["hidden"]
assert len(error) > 60 and error.max() < 5

# %% [markdown] lang="es"
# En `{python} len(error)` píxeles del contorno el error medio es de `{python} error.mean():.2f`°.
#
# ## Lo que un filtro le hace al ruido
#
# Una foto lleva ruido. Si cada píxel tiene el suyo, independiente y con desviación estándar $\sigma$, las
# varianzas se suman, cada una por el cuadrado de su peso:
#
# $$\sigma_{\text{sale}} = \sigma \sqrt{\textstyle\sum_{u,v} w_{uv}^2} . \tag{5}$$
#
# Con la fórmula en la mano, ordena los cinco filtros del que más ruido quita al que más agrega.

# %% [markdown] lang="en"
# In `{python} len(error)` pixels of the rim the mean error is `{python} error.mean():.2f`°.
#
# ## What a filter does to noise
#
# A photograph carries noise. If each pixel has its own, independent and with standard deviation $\sigma$, the
# variances add up, each times the square of its weight:
#
# $$\sigma_{\text{out}} = \sigma \sqrt{\textstyle\sum_{u,v} w_{uv}^2} . \tag{5}$$
#
# With the formula in hand, order the five filters from the one that removes most noise to the one that adds
# most.

# %%
generator = torch.Generator().manual_seed(0)
noise = torch.randn(400, 400, generator=generator)
gains = {}
for name, w in filters.items():
    measured = apply(w, noise)[1:-1, 1:-1].std()
    gains[name] = float(w.square().sum().sqrt())  # (5)
    print(f"{name:<10} (5): {gains[name]:.3f}   " + tr(es="medido", en="measured") + f": {measured:.3f}")
    assert abs(measured / gains[name] - 1) < 0.02  # (5)

# %% tags=["hidden"]
assert gains[BLUR] < 1 < gains["Sobel x"] == gains["Sobel y"] < gains[EMBOSS] < gains[SHARPEN]

# %% [markdown] lang="es"
# Realzar multiplica el ruido por `{python} gains[SHARPEN]:.1f`; desenfocar lo deja en
# `{python} gains[BLUR]:.2f` de lo que era. El realce no sabe distinguir el detalle del ruido: exagera los
# dos. Por eso conviene suavizar antes de derivar, y los filtros de Sobel ya traen ese promedio en la fórmula
# (3).
#
# ## La capa, por dentro
#
# `nn.Conv2d` aplica muchos filtros, sobre todos los canales, y agrega un sesgo. `F.unfold` pone cada
# trozo de imagen que una ventana cubre en una columna: de `(batch, canal, alto, ancho)` salen
# `(batch, canal·k·k, lugar)`. Con $W$ los filtros aplanados, uno por fila, y $U$ las columnas, la capa entera
# es un producto de matrices:
#
# $$Y_{fp} = \sum_{k} W_{fk}\, U_{kp} + b_f . \tag{6}$$
#
# El relleno y el paso solo cambian qué columnas hay.

# %% [markdown] lang="en"
# Sharpening multiplies the noise by `{python} gains[SHARPEN]:.1f`; blurring leaves
# `{python} gains[BLUR]:.2f` of it. Sharpening cannot tell detail from noise: it exaggerates both. That is why
# one had better smooth before differentiating, and Sobel's filters bring that average along in formula (3).
#
# ## The layer, from inside
#
# `nn.Conv2d` applies many filters, over all the channels, and adds a bias. `F.unfold` puts each piece of
# image that a window covers into one column: from `(batch, channel, height, width)` come
# `(batch, channel·k·k, place)`. With $W$ the flattened filters, one per row, and $U$ the columns, the whole
# layer is a product of matrices:
#
# $$Y_{fp} = \sum_{k} W_{fk}\, U_{kp} + b_f . \tag{6}$$
#
# Padding and stride only change which columns there are.


# %%
class Convolution(nn.Module):
    def __init__(self, channels, filters, kernel, stride=1, padding=0):
        super().__init__()
        # es: de tantas entradas como suma una salida
        # en: of as many inputs as one output adds up
        bound = 1 / math.sqrt(channels * kernel**2)
        self.weight = nn.Parameter(torch.empty(filters, channels, kernel, kernel).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(filters).uniform_(-bound, bound))
        self.window = {"kernel_size": kernel, "stride": stride, "padding": padding}

    def forward(self, images):
        columns = F.unfold(images, **self.window)  # batch channel·k·k place
        sums = torch.einsum("fk,bkp->bfp", self.weight.flatten(1), columns)
        sums = sums + self.bias[:, None]  # (6)
        return sums.unflatten(-1, [output_size(n, *self.window.values()) for n in images.shape[-2:]])


# %% [markdown] lang="es"
# `output_size` es la fórmula del tamaño de la otra lección. Falta la prueba: mismos pesos, mismas imágenes,
# en `float64`, y que coincidan la salida y los tres gradientes (de los pesos, del sesgo y de la imagen), con
# varios pasos y rellenos.

# %% [markdown] lang="en"
# `output_size` is the formula of the size from the other lesson. What is missing is the proof: same weights,
# same images, in `float64`, and the output must agree as well as the three gradients (of the weights, of the
# bias and of the image), for several strides and paddings.


# %%
def results(layer, images):
    images = images.clone().requires_grad_()
    out = layer(images)
    weights = torch.linspace(-1, 1, out.numel(), dtype=out.dtype).reshape(out.shape)
    # es: una pérdida que trata distinto a cada salida
    # en: a loss that treats every output differently
    (out * weights).sum().backward()
    return [out.detach(), layer.weight.grad, layer.bias.grad, images.grad]


differences = []
for kernel, stride, padding in [(1, 1, 0), (3, 1, 1), (3, 2, 1), (5, 2, 2), (2, 3, 0)]:
    mine = Convolution(3, 4, kernel, stride, padding).double()
    official = nn.Conv2d(3, 4, kernel, stride, padding).double()
    mine.load_state_dict(official.state_dict())
    images = torch.randn(2, 3, 9, 8, dtype=torch.float64, generator=generator)
    for ours, theirs in zip(results(mine, images), results(official, images), strict=True):
        differences.append(assert_agree(1e-6, torch=theirs, by_hand=ours))  # (6)
print(tr(es="mayor diferencia relativa:", en="largest relative difference:"), f"{max(differences):.0e}")

# %% tags=["hidden"]
torch.manual_seed(7)
ours = Convolution(3, 4, 5)
torch.manual_seed(7)
theirs = nn.Conv2d(3, 4, 5)
for name, drawn in ours.state_dict().items():
    assert torch.allclose(drawn, theirs.state_dict()[name], atol=1e-6)
assert max(differences) < 1e-6

# %% [markdown] lang="es"
# Coinciden, y también los pesos iniciales: `nn.Conv2d` los sortea del mismo intervalo,
# $\pm 1/\sqrt{\text{entradas}}$, así que con la misma semilla nacen iguales.
#
# ### El gradiente, también a mano
#
# Llamemos $\Delta_{fp}$ a la derivada de la pérdida respecto de $Y_{fp}$. De (6), como en cualquier producto
# de matrices,
#
# $$\frac{\partial L}{\partial W_{fk}} = \sum_{p} \Delta_{fp}\, U_{kp}, \qquad
# \frac{\partial L}{\partial b_f} = \sum_{p} \Delta_{fp}, \qquad
# \frac{\partial L}{\partial U_{kp}} = \sum_{f} W_{fk}\, \Delta_{fp} . \tag{7}$$
#
# La última es de las columnas. Un píxel está en varias, de modo que su gradiente es la suma de todas sus
# copias: eso hace `F.fold`, la operación que devuelve las columnas a su lugar.

# %% [markdown] lang="en"
# They agree, and so do the initial weights: `nn.Conv2d` draws them from the same interval,
# $\pm 1/\sqrt{\text{inputs}}$, so that with the same seed they are born alike.
#
# ### The gradient, by hand as well
#
# Let $\Delta_{fp}$ be the derivative of the loss with respect to $Y_{fp}$. From (6), as in any product of
# matrices,
#
# $$\frac{\partial L}{\partial W_{fk}} = \sum_{p} \Delta_{fp}\, U_{kp}, \qquad
# \frac{\partial L}{\partial b_f} = \sum_{p} \Delta_{fp}, \qquad
# \frac{\partial L}{\partial U_{kp}} = \sum_{f} W_{fk}\, \Delta_{fp} . \tag{7}$$
#
# The last one is of the columns. A pixel is in several of them, so that its gradient is the sum of all its
# copies: that is what `F.fold` does, the operation that puts the columns back into place.

# %%
layer = Convolution(3, 4, kernel=3, stride=2, padding=1).double()
images = torch.randn(2, 3, 9, 8, dtype=torch.float64, generator=generator)
out, weight_grad, bias_grad, image_grad = results(layer, images)

delta = torch.linspace(-1, 1, out.numel(), dtype=out.dtype).reshape(out.shape).flatten(2)  # batch f p
U, W = F.unfold(images, **layer.window), layer.weight.detach().flatten(1)
assert_agree(autograd=weight_grad.flatten(1), by_hand=torch.einsum("bfp,bkp->fk", delta, U))  # (7)
assert_agree(autograd=bias_grad, by_hand=torch.einsum("bfp->f", delta))  # (7)
of_columns = torch.einsum("fk,bfp->bkp", W, delta)  # (7)
assert_agree(autograd=image_grad, by_hand=F.fold(of_columns, images.shape[-2:], **layer.window))
print(tr(es="los tres gradientes coinciden", en="the three gradients agree"))

# %% [markdown] lang="es"
# ## Aprender un filtro conocido
#
# Alguien te da dígitos y los mismos dígitos pasados por un filtro que no te muestra. ¿Puedes recuperar los
# nueve números? Una capa con un solo filtro y la pérdida
#
# $$L(w, b) = \frac{1}{N} \sum_{n,p} \Bigl(\sum_k w_k\, U_{nkp} + b - t_{np}\Bigr)^2 \tag{8}$$
#
# los busca por descenso por gradiente; $N$ cuenta los píxeles. El filtro secreto es el de relieve, con pesos
# de los dos signos y dos ceros.

# %% [markdown] lang="en"
# ## Learning a known filter
#
# Somebody hands you digits, and the same digits after a filter that you are not shown. Can you recover the
# nine numbers? A layer with a single filter and the loss
#
# $$L(w, b) = \frac{1}{N} \sum_{n,p} \Bigl(\sum_k w_k\, U_{nkp} + b - t_{np}\Bigr)^2 \tag{8}$$
#
# looks for them by gradient descent; $N$ counts the pixels. The secret filter is the emboss, with weights of
# both signs and two zeros.

# %%
secret = filters[EMBOSS]


def recover(images, seed, steps=400):
    torch.manual_seed(seed)
    layer, history = Convolution(1, 1, kernel=3), []
    targets = F.conv2d(images, secret[None, None])
    optimizer = torch.optim.Adam(layer.parameters(), lr=0.05)
    for _ in range(steps):
        loss = (layer(images) - targets).square().mean()  # (8)
        history.append((loss.item(), layer.weight.detach()[0, 0].clone()))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return history


history = recover(data.train_images[:100], seed=0)
for step in (0, 20, 100, 399):
    loss, w = history[step]
    print(f"{step:>3}   L = {loss:.0e}  ", *(f"{weight:5.2f}" for weight in w.flatten()))

# %% [markdown] lang="es"
# Recuperados. Aquí el descenso ni siquiera hacía falta: (8) es un problema de mínimos cuadrados, y el álgebra
# lineal da el filtro en un paso.

# %% [markdown] lang="en"
# Recovered. Here the descent was not even needed: (8) is a least-squares problem, and linear algebra gives
# the filter in one step.


# %%
def patches(images):
    columns = F.unfold(images.double(), 3)  # batch k place
    return columns.transpose(1, 2).flatten(0, 1)  # row k


A = patches(data.train_images[:100])
solution = torch.linalg.lstsq(A, A @ secret.double().flatten()).solution.reshape(3, 3)  # (8)
print("max |w − w*| =", f"{(solution - secret).abs().max():.0e}")
print(tr(es="rango =", en="rank ="), torch.linalg.matrix_rank(A).item())

# %% tags=["hidden"]
learned = history[-1][1]
assert (learned - secret).abs().max() < 0.05 < (history[0][1] - secret).abs().max()
assert (solution - secret).abs().max() < 1e-9 and torch.linalg.matrix_rank(A) == 9

# %% [markdown] lang="es"
# ### Una idea que falla: pérdida cero, filtro equivocado
#
# Probemos con otras imágenes: de cada dígito tomamos una fila y la repetimos ocho veces. Quedan franjas
# verticales. Tres semillas, mismo filtro secreto, pérdida casi nula en las tres. ¿Habrán encontrado el mismo
# filtro?

# %% [markdown] lang="en"
# ### An idea that fails: zero loss, wrong filter
#
# Let us try other images: of each digit we take one row and repeat it eight times. Vertical stripes are left.
# Three seeds, the same secret filter, a loss of nearly zero in all three. Will they have found the same
# filter?

# %%
striped = data.train_images[:100, :, 4:5].expand(-1, 1, 8, 8)
found = [recover(striped, seed)[-1] for seed in range(3)]
checks = []
for seed, (loss, w) in enumerate(found):
    unseen = F.conv2d(data.test_images, (w - secret)[None, None]).square().mean().item()
    checks.append((loss, unseen))
    columns = [f"{value:.2f}" for value in w.sum(dim=0)]
    print(seed, f"L = {loss:.0e} → {unseen:.2f}   Σ_u w_uv:", *columns)
secret_sums = [f"{value:.2f}" for value in secret.sum(dim=0)]
print(tr(es="secreto", en="secret") + " Σ_u w_uv:", *secret_sums)
rank = torch.linalg.matrix_rank(patches(striped)).item()

# %%
# alt es: El filtro secreto y tres filtros hallados, todos distintos entre sí y distintos del secreto.
# alt en: The secret filter and the three filters found, all different from one another and from the secret.
figure, panels = plt.subplots(1, 4, figsize=(7.2, 2.2))
names = [tr(es="secreto", en="secret"), *(tr(es="semilla", en="seed") + f" {seed}" for seed in range(3))]
for ax, name, w in zip(panels, names, [secret, *(w for _, w in found)], strict=True):
    heat_map(w.round(decimals=2) + 0.0, fmt=".2f", limits=(-2, 2), cmap="RdBu_r", title=name, ax=ax)
    ax.set_axis_off()

# %% tags=["hidden"]
assert rank == 3
for loss, w in found:
    assert loss < 1e-4 and (w.sum(dim=0) - secret.sum(dim=0)).abs().max() < 0.1
    assert (w - secret).abs().max() > 0.5
assert min((found[a][1] - found[b][1]).abs().max() for a, b in [(0, 1), (0, 2), (1, 2)]) > 0.2
assert min(unseen for _, unseen in checks) > 1000 * max(loss for loss, _ in checks)

# %% [markdown] lang="es"
# Tres filtros distintos: los tres explican bien estos datos y los tres fallan con dígitos de verdad. Si
# todas las filas de un trozo son iguales, $x_{uv} = x_v$ y la respuesta es $\sum_v \bigl(\sum_u w_{uv}\bigr)
# x_v$: los datos solo revelan las **sumas de las columnas**, y en ellas sí coinciden los cuatro. Los trozos
# tienen rango `{python} rank`, no 9. Una pérdida baja dice que el modelo explica estos datos; no dice que
# haya encontrado lo que los produjo.
#
# ## Aprender filtros para decidir
#
# Un clasificador no recibe imágenes filtradas como modelo, solo la clase correcta. Los filtros que le sirvan,
# los tiene que inventar. Empecemos por una tarea en la que sabemos qué debería inventar: decir en cuál de
# cuatro direcciones corren unas franjas, bajo un ruido más fuerte que ellas. La red tiene ocho filtros de
# 7 × 7, una ReLU, el promedio de cada mapa y una capa lineal. Al promediar se pierde el lugar; la dirección
# solo puede estar en los filtros.

# %% [markdown] lang="en"
# Three different filters: all three explain these data well, and all three fail on real digits. If all rows
# of a piece are equal, $x_{uv} = x_v$ and the response is $\sum_v \bigl(\sum_u w_{uv}\bigr) x_v$: the data
# reveals only the **sums of the columns**, and in those the four do agree. The pieces have rank
# `{python} rank`, not 9. A low loss says that the model explains these data; it does not say that it found
# what produced them.
#
# ## Learning filters to decide
#
# A classifier is not given filtered images to imitate, only the right class. The filters that serve it, it
# has to invent. Let us begin with a task where we know what it ought to invent: to say in which of four
# directions some stripes run, under a noise stronger than they are. The network has eight filters of 7 × 7, a
# ReLU, the mean of each map and a linear layer. The mean loses the place; the direction can be in the filters
# only.

# %%
PERIOD, ANGLES = 5, torch.arange(4) * math.pi / 4


# es: píxeles a través de las franjas, como una onda
# en: pixels across the stripes, as a wave
def waves(angle, phase, side):
    axis = torch.arange(side) - (side - 1) / 2
    across = axis * torch.cos(angle)[..., None, None] + axis[:, None] * torch.sin(angle)[..., None, None]
    return torch.cos(2 * math.pi * across / PERIOD + phase[..., None, None])


def stripes(count, side=20):
    labels = torch.randint(0, 4, (count,), generator=generator)
    phase = 2 * math.pi * torch.rand(count, generator=generator)
    noise = 1.5 * torch.randn(count, side, side, generator=generator)
    return (waves(ANGLES[labels], phase, side) + noise)[:, None], labels


def fit(model, images, labels, test_images, test_labels, *, seed, epochs, rate):
    order = torch.Generator().manual_seed(seed)
    sampler = BatchSampler(RandomSampler(images, generator=order), batch_size=96, drop_last=False)
    batches = DataLoader(TensorDataset(images, labels), sampler=sampler, batch_size=None)
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs)
    for _ in train(model, batches, [(test_images, test_labels)], optimizer=optimizer, epochs=epochs):
        schedule.step()
    return predict(model, test_images) == test_labels


# %%
SEEDS = range(3)
task = (*stripes(1024), *stripes(500))
before, after = [], []
for seed in SEEDS:
    torch.manual_seed(seed)
    layer = nn.Conv2d(1, 8, 7)
    model = nn.Sequential(layer, nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 4))
    before.append(layer.weight.detach()[:, 0].clone())
    right = fit(model, *task, seed=seed, epochs=8, rate=0.03)
    after.append(layer.weight.detach()[:, 0])
    print(seed, Proportion.of(right))


# %%
def draw_filters(rows, names):
    # es: el blanco es cero
    # en: white is zero
    scaled = [[0.5 + 0.5 * w / w.abs().max() for w in bank] for bank in rows]
    ax, middles = mosaic(scaled, cmap="RdBu_r")
    for name, middle in zip(names, middles, strict=False):
        ax.text(-0.8, middle, name, ha="right", va="center", fontsize=9)


# %%
# alt es: Ocho filtros al azar antes de entrenar; después, con dos semillas, casi todos son franjas.
# alt en: Eight random filters before training; afterwards, with two seeds, nearly all are stripes.
SEED, BEFORE = tr(es="semilla", en="seed"), tr(es="antes", en="before")
draw_filters([before[0], *after[:2]], [BEFORE, f"{SEED} 0", f"{SEED} 1"])

# %% [markdown] lang="es"
# Nadie les mostró una franja limpia. Midamos el parecido, para no fiarnos del ojo. La parte de la energía de
# un filtro que cae en el espacio de unos patrones ortonormales $e^{(1)}, \dots, e^{(m)}$ es
#
# $$S(w) = \frac{\sum_{j=1}^{m} (w \cdot e^{(j)})^2}{w \cdot w}, \qquad 0 \le S \le 1, \tag{9}$$
#
# y un filtro al azar de $n$ pesos saca $m/n$ en promedio. Los patrones de cada dirección son dos ondas
# desfasadas un cuarto de periodo; nos quedamos con la mejor de las cuatro direcciones, también para los
# filtros al azar, que así reciben la misma ventaja.

# %% [markdown] lang="en"
# Nobody showed them a clean stripe. Let us measure the likeness instead of trusting our eyes. The share of
# the energy of a filter that falls into the space of some orthonormal patterns $e^{(1)}, \dots, e^{(m)}$ is
#
# $$S(w) = \frac{\sum_{j=1}^{m} (w \cdot e^{(j)})^2}{w \cdot w}, \qquad 0 \le S \le 1, \tag{9}$$
#
# and a random filter of $n$ weights gets $m/n$ on average. The patterns of each direction are two waves a
# quarter of a period apart; we keep the best of the four directions, for random filters as well, which are
# thus given the same advantage.


# %%
def share(bank, patterns):  # bank: filter k; patterns: m k
    basis = torch.linalg.qr(patterns.T).Q
    return (bank @ basis).square().sum(dim=1) / bank.square().sum(dim=1)  # (9)


def best_direction(bank):
    quarter = torch.tensor([0.0, math.pi / 2])
    pairs = [waves(angle.expand(2), quarter, 7).flatten(1) for angle in ANGLES]
    return torch.stack([share(bank.flatten(1), pair) for pair in pairs]).amax(dim=0)


chance = torch.randn(5000, 7, 7, generator=generator)
by_chance, learned_share = best_direction(chance), best_direction(torch.cat(after))
print(tr(es="mediana de S, al azar:", en="median of S, random:"), f"{by_chance.median():.2f}")
print(tr(es="mediana de S, aprendidos:", en="median of S, learned:"), f"{learned_share.median():.2f}")
above = Proportion.of(learned_share > by_chance.quantile(0.95))
print(above, f"{above.low:.2f} … {above.high:.2f}")

# %% tags=["hidden"]
one_pair = waves(ANGLES[1].expand(2), torch.tensor([0.0, math.pi / 2]), 7).flatten(1)
assert abs(share(chance.flatten(1), one_pair).mean() - 2 / 49) < 0.005  # (9)
assert above.low > 0.7 and learned_share.median() > 3 * by_chance.median()
assert (learned_share.reshape(3, 8).median(dim=1).values > by_chance.quantile(0.95)).all()
kept = F.cosine_similarity(torch.cat(before).flatten(1), torch.cat(after).flatten(1))
assert kept.abs().median() < 0.5

# %% [markdown] lang="es"
# De los filtros aprendidos, `{python} above.right` de `{python} above.total` superan a 95 de cada 100 filtros
# al azar (intervalo del 95 %: de `{python} above.low:.0%` a `{python} above.high:.0%`). Cuando la tarea pide
# franjas, la red las inventa, con cualquiera de las tres semillas.
#
# ## ¿Y para leer dígitos?
#
# Aquí nadie sabe de antemano qué filtros hacen falta. Comparemos tres bancos de ocho filtros de 5 × 5, todos
# de norma 1: los **escritos a mano** (Sobel en tres direcciones con sus dos signos, desenfoque y laplaciano,
# que compara el centro con sus vecinos), unos **al azar**, y **los mismos al azar, pero entrenados**. Los dos
# primeros quedan congelados; lo que sale de ellos se calcula una sola vez y se entrena solo la capa lineal.
#
# Para que el examen sea largo usamos validación cruzada, como en [Tres modelos, un conjunto de
# datos](../convolutional_networks/three_models_one_dataset.md): tres bloques, y cada dígito lo responde una
# red que no lo vio. Apuesta: ¿qué banco queda primero y cuál último?

# %% [markdown] lang="en"
# Of the learned filters `{python} above.right` of `{python} above.total` exceed 95 in 100 random ones (95%
# interval: from `{python} above.low:.0%` to `{python} above.high:.0%`). When the task calls for stripes, the
# network invents them, with any of the three seeds.
#
# ## And to read digits?
#
# Here nobody knows beforehand which filters it takes. Let us compare three banks of eight 5 × 5 filters, all
# of norm 1: those **written by hand** (Sobel in three directions with both signs, blur, and Laplacian, which
# compares the centre with its neighbours), **random** ones, and **the same random ones, but trained**. The
# first two stay frozen; what comes out of them is computed once, and only the linear layer is trained.
#
# To make the exam a long one we use cross-validation, as in [Three models, one data
# set](../convolutional_networks/three_models_one_dataset.md): three blocks, and each digit is answered by a
# network that did not see it. Place your bet: which bank comes first, and which last?

# %%
HAND, RANDOM = tr(es="a mano", en="by hand"), tr(es="al azar", en="random")
LEARNED = tr(es="aprendidos", en="learned")
diagonal = torch.tensor([[-2.0, -1, 0], [-1, 0, 1], [0, 1, 2]])
edges = torch.stack([filters["Sobel x"], filters["Sobel y"], diagonal])
by_hand = F.pad(torch.cat([edges, -edges, filters[BLUR][None], (identity - cross)[None]]), [1, 1, 1, 1])
images = torch.cat([data.train_images, data.test_images])
labels = torch.cat([data.train_labels, data.test_labels])


def unit(bank):
    return bank / bank.flatten(1).norm(dim=1)[:, None, None]


def network(bank):
    layer = nn.Conv2d(1, 8, 5, padding=2)
    layer.load_state_dict({"weight": unit(bank)[:, None], "bias": torch.zeros(8)})
    return nn.Sequential(layer, nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(8 * 16, 10))


# %%
def examine(model, inputs, seed, block):
    rest = torch.ones(len(inputs), dtype=torch.bool)
    rest[block] = False
    exam = (inputs[block], labels[block])
    return fit(model, inputs[rest], labels[rest], *exam, seed=seed, epochs=6, rate=0.03)


blocks = torch.arange(len(images)).tensor_split(3)
correct, drawn, learned = [], [], []
for seed in range(4):
    torch.manual_seed(seed)
    drawn.append(unit(torch.randn(8, 5, 5)))
    answers = {HAND: [], RANDOM: [], LEARNED: []}
    for block in blocks:
        for name, bank in ((HAND, by_hand), (RANDOM, drawn[seed])):
            model = network(bank)
            with torch.no_grad():
                fixed = model[:-1](images)  # es: la parte congelada, una vez  # en: the frozen part, once
            answers[name].append(examine(model[-1], fixed, seed, block))
        model = network(drawn[seed])
        answers[LEARNED].append(examine(model, images, seed, block))
    learned.append(model[0].weight.detach()[:, 0])
    correct.append({name: torch.cat(parts) for name, parts in answers.items()})

# %%
# alt es: Intervalos del 95 % de los tres bancos con cuatro semillas; los aprendidos quedan a la derecha.
# alt en: 95% intervals of the three banks with four seeds; the learned ones stand to the right.
scores = [(name, Proportion.of(row[name])) for name in (HAND, RANDOM, LEARNED) for row in correct]
_ = interval_plot(
    [f"{name} {place % 4}" for place, (name, _) in enumerate(scores)],
    [score.value for _, score in scores],
    [score.low for _, score in scores],
    [score.high for _, score in scores],
    xlabel=tr(es="exactitud, intervalo del 95 %", en="accuracy, 95% interval"),
)

# %%
for seed, answers in enumerate(correct):
    totals = "   ".join(f"{name} {int(right.sum())}" for name, right in answers.items())
    p_values = adjusted_p_values(answers).items()
    values = "   ".join(f"{one}–{other} P = {p:.1g}" for (one, other), p in p_values)
    print(f"{seed}: {totals}\n   {values}")

# %% tags=["hidden"]
right = {name: torch.tensor([int(row[name].sum()) for row in correct]) for name in correct[0]}
gain_hand, gain_random = ((right[LEARNED] - right[name]).double().mean().item() for name in (HAND, RANDOM))
hand_random = (right[HAND] - right[RANDOM]).double().mean().item()
assert min(gain_hand, gain_random) > 12 and abs(hand_random) < min(gain_hand, gain_random)
settled = sum(
    all(p < 0.05 for pair, p in adjusted_p_values(row).items() if LEARNED in pair) for row in correct
)
ahead = int((right[LEARNED] > torch.maximum(right[HAND], right[RANDOM])).sum())
assert ahead >= 3
hand_ahead = int((right[HAND] > right[RANDOM]).sum())
assert hand_ahead < 4
all_digits = len(labels)

# %% [markdown] lang="es"
# Los aprendidos quedan primeros con `{python} ahead` de las 4 semillas y, con `{python} settled`, las dos
# diferencias resisten además la corrección de Holm. En promedio aciertan `{python} gain_hand:.0f` dígitos más
# que los escritos a mano y `{python} gain_random:.0f` más que los mismos sin entrenar, de
# `{python} all_digits`. ¿Y los escritos a mano contra los que salieron de un sorteo? Ganan con
# `{python} hand_ahead` de las 4 semillas: elegir los filtros con cuidado no trajo una ventaja clara. La capa
# lineal entrenada encima supo aprovechar ocho filtros sorteados.
#
# **¿Te dio otro número?** Lo esperable para los aprendidos es caer cerca de la banda de
# `{python} right[LEARNED].min().item()` a `{python} right[LEARNED].max().item()` aciertos.
#
# ### A qué se parecen
#
# En las cuatro filas hay dos bancos, antes y después. Mira una columna: ¿se parece más el filtro aprendido a
# un borde, al mismo lugar del otro banco o a lo que era antes de aprender?

# %% [markdown] lang="en"
# The learned ones come first with `{python} ahead` of the 4 seeds and, with `{python} settled`, both
# differences also withstand Holm's correction. On average they get `{python} gain_hand:.0f` more digits right
# than those written by hand and `{python} gain_random:.0f` more than the same ones untrained, out of
# `{python} all_digits`. And those written by hand against those drawn by lot? They win with
# `{python} hand_ahead` of the 4 seeds: choosing the filters with care brought no clear advantage. The linear
# layer trained on top knew how to use eight filters drawn by lot.
#
# **Did you get a different number?** What to expect of the learned ones is about the band from
# `{python} right[LEARNED].min().item()` to `{python} right[LEARNED].max().item()` right.
#
# ### What they resemble
#
# The four rows hold two banks, before and after. Look at one column: does the learned filter resemble an edge
# most, or the same place of the other bank, or what it was before it learned?

# %%
# alt es: Cuatro filas de filtros de 5 por 5; cada banco aprendido conserva los dibujos de su sorteo inicial.
# alt en: Four rows of 5 by 5 filters; each learned bank keeps the patterns of its initial draw.
AFTER = tr(es="después", en="after")
names = [f"{BEFORE} 0", f"{AFTER} 0", f"{BEFORE} 1", f"{AFTER} 1"]
draw_filters([drawn[0], learned[0], drawn[1], learned[1]], names)


# %%
# es: de cada filtro al de `others` que más se le parece, con cualquier signo
# en: of each filter to the one of `others` that is most like it, whatever its sign
def likeness(bank, others):
    return (unit(bank).flatten(1) @ unit(others).flatten(1).T).abs().amax(dim=1)


chance = torch.randn(5000, 5, 5, generator=generator)
pairs = [(a, b) for a in range(4) for b in range(4) if a != b]
own = torch.cat([(unit(w) * start).sum((1, 2)) for w, start in zip(learned, drawn, strict=True)])
across = torch.cat([likeness(learned[a], learned[b]) for a, b in pairs])
lottery = torch.cat([likeness(chance[k : k + 8], chance[k + 8 : k + 16]) for k in range(0, 4992, 16)])
sobel = by_hand[:2].flatten(1)
edge_share, edge_chance = share(torch.cat(learned).flatten(1), sobel), share(chance.flatten(1), sobel)  # (9)
edge_like = Proportion.of(edge_share > edge_chance.quantile(0.95))
for what, value in (
    (tr(es="coseno con su propio comienzo", en="cosine with its own start"), own),
    (tr(es="con el más parecido de otra semilla", en="with the closest of another seed"), across),
    (tr(es="lo mismo entre bancos al azar", en="the same among random banks"), lottery),
    (tr(es="S en el plano de Sobel", en="S in the plane of Sobel"), edge_share),
    (tr(es="lo mismo, filtros al azar", en="the same, random filters"), edge_chance),
):
    print(f"{what:<36} {value.mean():.2f}")

# %% tags=["hidden"]
assert own.mean() > across.mean() + 0.15 and 0.02 < across.mean() - lottery.mean() < 0.25
assert edge_share.mean() > edge_chance.mean() and edge_like.value < 0.5
assert abs(edge_chance.mean() - 2 / 25) < 0.005  # (9)

# %% [markdown] lang="es"
# A lo que más se parecen es a su propio comienzo: el coseno medio con los pesos iniciales es
# `{python} own.mean():.2f`. El mejor parecido con un filtro de otra semilla, `{python} across.mean():.2f`,
# supera en poco al que dan dos bancos sorteados, `{python} lottery.mean():.2f`. En el plano de los
# dos Sobel cae el `{python} edge_share.mean():.0%` de su energía, contra el `{python} edge_chance.mean():.0%`
# que daría el azar, y `{python} edge_like.right` de `{python} edge_like.total` filtros superan en eso a 95 de
# cada 100 sorteados. Hay algo de borde, y no mucho.
#
# La frase «la primera capa aprende detectores de bordes» describe lo que se vio en redes grandes entrenadas
# con más de un millón de fotos, como la de [Krizhevsky, Sutskever y Hinton
# (2012)](https://papers.nips.cc/paper/4824-imagenet-classification-with-deep-convolutional-neural-networks).
# No es una propiedad de la capa: con franjas, los filtros fueron franjas; con dígitos pequeños y pocos pasos,
# un retoque del sorteo inicial bastó para ganar.

# %% [markdown] lang="en"
# What they resemble most is their own start: the mean cosine with the initial weights is
# `{python} own.mean():.2f`. The best likeness to a filter of another seed, `{python} across.mean():.2f`, lies
# a little above that of two banks drawn by lot, `{python} lottery.mean():.2f`. Into the plane of the two
# Sobel filters falls `{python} edge_share.mean():.0%` of their energy, against the
# `{python} edge_chance.mean():.0%` that chance would give, and in this `{python} edge_like.right` of
# `{python} edge_like.total` filters exceed 95 in 100 of those drawn. There is something of an edge, and not
# much of it.
#
# The phrase “the first layer learns edge detectors” describes what was seen in large networks trained on more
# than a million photographs, such as that of [Krizhevsky, Sutskever and Hinton
# (2012)](https://papers.nips.cc/paper/4824-imagenet-classification-with-deep-convolutional-neural-networks).
# It is no property of the layer: with stripes, the filters were stripes; with small digits and few steps,
# retouching the initial draw was enough to win.

# %% [markdown] lang="es"
# ## Para llevarte
#
# * La suma de los pesos dice qué hace el filtro con lo liso; la raíz de la suma de sus cuadrados, qué hace
#   con el ruido.
# * Una capa de convolución es un producto de matrices sobre los trozos de la imagen; su gradiente, dos más.
# * Un filtro se recupera de ejemplos solo si los trozos que ve varían en todas las direcciones. Pérdida cero
#   no es filtro correcto.
# * Los filtros aprendidos se parecen a lo que la tarea exige y, en lo demás, a su sorteo inicial. Antes de
#   decir que un filtro «es un borde», compáralo con filtros al azar.

# %% [markdown] lang="en"
# ## What to keep
#
# * The sum of the weights tells what the filter does to what is flat; the root of the sum of their squares,
#   what it does to noise.
# * A convolution layer is a product of matrices on the pieces of the image; its gradient, two more.
# * A filter can be recovered from examples only if the pieces it sees vary in all directions. Zero loss is
#   not the right filter.
# * Learned filters resemble what the task demands and, for the rest, their initial draw. Before you say that
#   a filter “is an edge”, compare it with random filters.

# %% [markdown] lang="es" tags=["quiz"]
# Los pesos de un filtro suman 0 y la suma de sus cuadrados es 4. ¿Qué le hace a una zona lisa con ruido
# independiente de desviación estándar 0,1?
#
# - [x] Deja la media en 0 y el ruido en 0,2: la constante se multiplica por 0 y el ruido por $\sqrt 4$.
# - [ ] La deja igual, porque 0 no cambia nada: la suma multiplica al brillo, y por 0 lo borra.
# - [ ] Deja la media en 0 y el ruido en 0,4: se suman varianzas; la desviación crece con la raíz.
# - [ ] La vuelve negra y sin ruido: el ruido es puro cambio, y un filtro que suma 0 deja pasar los cambios.

# %% [markdown] lang="en" tags=["quiz"]
# The weights of a filter add up to 0, and their squares to 4. What does it do to a flat area with
# independent noise of standard deviation 0.1?
#
# - [x] It leaves the mean at 0 and the noise at 0.2: the constant is multiplied by 0 and the noise by
#   $\sqrt 4$.
# - [ ] It leaves it as it is, since 0 changes nothing: the sum multiplies the brightness, and 0 erases it.
# - [ ] It leaves the mean at 0 and the noise at 0.4: variances add up; the deviation grows with the root.
# - [ ] It turns it black and free of noise: noise is nothing but change, and a filter that adds up to 0 lets
#   changes through.

# %% [markdown] lang="es" tags=["quiz"]
# Entrenas un filtro para imitar a otro y la pérdida baja a $10^{-14}$. ¿Encontraste el mismo filtro?
#
# - [ ] Sí, porque una pérdida casi nula obliga a los pesos a coincidir: obliga solo a las salidas, y solo en
#   estas imágenes.
# - [x] Solo si los trozos de tus imágenes tienen rango completo: si no, muchos filtros dan la misma salida.
# - [ ] No, porque el descenso por gradiente se detiene antes: con $10^{-14}$ ya llegó; falta saber si lo que
#   encontró es único.

# %% [markdown] lang="en" tags=["quiz"]
# You train one filter to imitate another, and the loss falls to $10^{-14}$. Have you found the same filter?
#
# - [ ] Yes, since a loss of nearly zero obliges the weights to agree: it obliges the outputs only, and only
#   on these images.
# - [x] Only if the pieces of your images have full rank: otherwise many filters give the same output.
# - [ ] No, since gradient descent stops short of it: at $10^{-14}$ it has arrived; what is open is whether
#   what it found is the only one.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: una sola imagen basta
#
# Te dan una función que aplica un filtro de $k \times k$ como `F.conv2d`, sin relleno, y puedes mostrarle
# la imagen que quieras. Escribe `unmask(blackbox, k)`: recupera el filtro con una sola llamada y sin entrenar
# nada. Pista: ¿qué sale de un impulso, un 1 rodeado de ceros?

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: a single image is enough
#
# You are given a function that applies a $k \times k$ filter as `F.conv2d` does, without padding, and you may
# show it any image you like. Write `unmask(blackbox, k)`: recover the filter with a single call and without
# training anything. Hint: what comes out of an impulse, a 1 among zeros?


# %% tags=["solution"]
def unmask(blackbox, k):
    impulse = torch.zeros(1, 1, 2 * k - 1, 2 * k - 1)
    impulse[..., k - 1, k - 1] = 1
    # es: una correlación responde a un impulso con el filtro invertido
    # en: a correlation answers an impulse with the filter reversed
    return blackbox(impulse)[0, 0].flip(0, 1)


# %% tags=["check"]
for k in (1, 2, 3, 5):
    w, calls = torch.randn(k, k, generator=generator), []
    answer = unmask(lambda image, w=w, calls=calls: calls.append(1) or F.conv2d(image, w[None, None]), k)
    assert len(calls) == 1 and torch.allclose(answer, w, atol=1e-6), k
print(tr(es="Recuperado con una llamada.", en="Recovered with one call."))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: un Sobel en cualquier dirección
#
# Sobel $x$ y $y$ bastan para todas las direcciones. Escribe `steer(degrees)`: un filtro de 3 × 3 cuya
# respuesta sea la componente del gradiente en esa dirección, con 0 para $x$ y 90 para $y$. La comprobación
# busca la dirección de mayor respuesta y la compara con (4).

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: a Sobel in any direction
#
# Sobel $x$ and $y$ suffice for every direction. Write `steer(degrees)`: a 3 × 3 filter whose response is the
# component of the gradient in that direction, with 0 for $x$ and 90 for $y$. The check looks for the
# direction of the largest response and compares it with (4).


# %% tags=["solution"]
def steer(degrees):
    angle = math.radians(degrees)
    return math.cos(angle) * filters["Sobel x"] + math.sin(angle) * filters["Sobel y"]


# %% tags=["check"]
turned = torch.stack([apply(steer(degrees), picture) for degrees in range(360)])
assert torch.allclose(turned.amax(dim=0), strength, atol=1e-3 * float(strength.max()))
best = turned.argmax(dim=0)[rim]
facing = torch.rad2deg(angle)[rim].remainder(360)
assert ((best - facing + 180).remainder(360) - 180).abs().max() < 1
print(tr(es="La mejor dirección es el ángulo de (4).", en="The best direction is the angle of (4)."))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: un filtro por canal
#
# Las redes pequeñas para teléfonos ahorran con convoluciones *depthwise* (por canal): el canal $c$ de salida
# usa solo el canal $c$ de entrada y su propio filtro. Escribe `depthwise(images, weight)` con `F.unfold` y
# `einsum`, para `weight` de forma `(canal, k, k)`, sin relleno y con paso 1. ¿Cuántas veces menos pesos lleva
# que la capa completa, con los mismos canales de entrada y de salida?

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: one filter per channel
#
# Small networks for telephones save with *depthwise* convolutions: channel $c$ of the output uses only
# channel $c$ of the input and a filter of its own. Write `depthwise(images, weight)` with `F.unfold` and
# `einsum`, for `weight` of shape `(channel, k, k)`, without padding and with stride 1. How many times fewer
# weights does it have than the full layer, with the same channels in and out?


# %% tags=["solution"]
def depthwise(images, weight):
    channels, k, _ = weight.shape
    columns = F.unfold(images, k).unflatten(1, (channels, k * k))  # batch channel k·k place
    sums = torch.einsum("cu,bcup->bcp", weight.flatten(1), columns)
    return sums.unflatten(-1, [n - k + 1 for n in images.shape[-2:]])


# %% tags=["check"]
for channels, k in [(1, 3), (4, 3), (3, 2), (5, 1)]:
    batch = torch.randn(2, channels, 7, 6, dtype=torch.float64, generator=generator)
    weight = torch.randn(channels, k, k, dtype=torch.float64, generator=generator)
    assert_agree(torch=F.conv2d(batch, weight[:, None], groups=channels), yours=depthwise(batch, weight))
print(tr(es="C canales, C veces menos pesos.", en="C channels, C times fewer weights."))

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# Un filtro solo ve su ventana. Qué ve una red que apila varias capas, y en qué se fija al decidir, es el tema
# de [Mapas de características](../convolutional_networks/feature_maps.md). Antes conviene medir si las
# convoluciones valen la pena: [Tres modelos, un conjunto de
# datos](../convolutional_networks/three_models_one_dataset.md).

# %% [markdown] lang="en"
# ## Where to go next
#
# A filter sees only its window. What a network sees that stacks several layers, and what it looks at when it
# decides, is the subject of [Feature maps](../convolutional_networks/feature_maps.md). Before that, it is
# worth measuring whether convolutions pay: [Three models, one data
# set](../convolutional_networks/three_models_one_dataset.md).
