"""
title:
  es: Convolución
  en: Convolution
summary:
  es: Una ventana de pesos recorre la imagen, cuadro a cuadro; relleno, paso, dilatación y cuántas veces cabe.
  en: A window of weights walks over the image, step by step; padding, stride, dilation, how often it fits.
tags: [tensor, convolution, einsum, image]
objectives:
  es:
    - Calcular a mano una convolución pequeña y escribirla con índices, con bucles, con einsum y con conv2d.
    - Decir en qué se diferencian la convolución de las matemáticas y la de las redes, y cuándo importa.
    - Predecir el tamaño de la salida para cualquier filtro, relleno, paso y dilatación.
    - Encontrar los píxeles que una capa nunca mira.
  en:
    - Work out a small convolution by hand and write it with indices, with loops, with einsum and with conv2d.
    - Say how the convolution of mathematics differs from that of networks, and when it matters.
    - Predict the size of the output for any filter, padding, stride and dilation.
    - Find the pixels that a layer never looks at.
prerequisites:
  es:
    - La lección «Productos escalares», por los índices repetidos.
    - La lección «Indexar», por las vistas.
  en:
    - The lesson “Dot products”, for repeated indices.
    - The lesson “Indexing”, for views.
"""
# %% [markdown] lang="es"
# ¿Hay un borde vertical en esta esquina de la foto? ¿Y en aquella? La misma pregunta, en todos los lugares:
# eso es una convolución. Al terminar esta lección la calcularás a mano, la escribirás de cuatro maneras,
# sabrás qué tamaño tendrá su salida y qué píxeles se quedan sin mirar. Conviene haber leído [Productos
# escalares](../tensor_mathematics/dot_products.md) e [Indexar](../fundamentals/indexing.md).
#
# Acompaña la sección *PyTorch Computer Vision* del curso [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) y el [capítulo
# 03](https://www.learnpytorch.io/03_pytorch_computer_vision/) de su libro.
#
# ## Una ventana que recorre la imagen
#
# Un *filtro* $w$ es una tabla pequeña de pesos. Se pone sobre un rincón de la imagen $x$, se multiplica
# cada peso por el píxel que tiene debajo y se suma; después la ventana avanza un lugar:
#
# $$y_{ij} = \sum_{u} \sum_{v} w_{uv}\, x_{(i+u)(j+v)} . \tag{1}$$
#
# Es el producto escalar del filtro con el trozo de imagen que cubre. La imagen de abajo es oscura (1) a la
# izquierda y clara (5) a la derecha, y el filtro le resta a la columna izquierda la derecha. Antes de mover
# el control, predice: ¿de qué tamaño será $y$, y en qué lugares no será cero?

# %% [markdown] lang="en"
# Is there a vertical edge in this corner of the photograph? And in that one? The same question at every
# place: that is a convolution. By the end of this lesson you will work it out by hand, write it in four ways,
# know the size of its output and which pixels it leaves unseen. It helps to have read [Dot
# products](../tensor_mathematics/dot_products.md) and [Indexing](../fundamentals/indexing.md).
#
# It goes with the section *PyTorch Computer Vision* of the course [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) and with [chapter
# 03](https://www.learnpytorch.io/03_pytorch_computer_vision/) of its book.
#
# ## A window that walks over the image
#
# A *filter* $w$ is a small table of weights. Put it on a corner of the image $x$, multiply each weight by the
# pixel below it, and add up; then the window moves on by one place:
#
# $$y_{ij} = \sum_{u} \sum_{v} w_{uv}\, x_{(i+u)(j+v)} . \tag{1}$$
#
# It is the dot product of the filter and the piece of image that it covers. The image below is dark (1) on
# the left and bright (5) on the right, and the filter subtracts its right column from its left one. Before
# you move the control, predict: what size will $y$ have, and where will it not be zero?

# %%
from itertools import product

import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.nn import functional as F

from tutorials_lib import tr
from tutorials_lib.plots import heat_map, tensor_grid
from tutorials_lib.steps import slide, steps
from tutorials_lib.tensors import assert_agree, convolve2d, correlate2d, output_size

# %%
x = torch.tensor([[1, 1, 1, 5, 5]] * 5)
w = torch.tensor([[1, 0, -1]] * 3)

y = torch.zeros(3, 3, dtype=torch.int64)
for i in range(3):
    for j in range(3):
        for u in range(3):
            for v in range(3):
                y[i, j] += w[u, v] * x[i + u, j + v]  # (1)


# %%
def convolution_steps(x, w, **knobs):
    y = correlate2d(x[None], w[None, None], **knobs)[0]

    def words(i, j, pixels):
        terms = [f"{a}·{b}" for a, b in zip(w.flatten().tolist(), pixels, strict=True) if a]
        text = f"y[{i}, {j}] = {' + '.join(terms)} = {y[i, j]}"
        return text.replace("+ -", "− ").replace("-", "−")

    return steps(slide(x, {"y": y}, words, kernel=len(w), weights=w, **knobs), signs=("∗", "="))


convolution_steps(x, w)

# %% tags=["hidden"]
assert torch.equal(y, torch.tensor([[0, -12, -12]] * 3))

# %% [markdown] lang="es"
# Una imagen de 5 × 5 da una salida de 3 × 3: la ventana de 3 cabe en 3 lugares por eje. Donde la ventana solo
# ve oscuro, las columnas se cancelan y sale 0; donde ve el borde sale `{python} y[0, 1].item()`, negativo
# porque lo claro quedó del lado que se resta. El filtro no encontró *un píxel*, sino un cambio.
#
# ### La misma cuenta de cuatro maneras
#
# `unfold` muestra todos los trozos a la vez, sin copiar: un tensor con los ejes $i, j, u, v$, cuyo
# componente es $x_{(i+u)(j+v)}$. Sobre esa vista, la fórmula (1) es un `einsum` de dos operandos.

# %% [markdown] lang="en"
# A 5 × 5 image gives a 3 × 3 output: the window of 3 fits at 3 places along each axis. Where the window sees
# only dark, the columns cancel and 0 comes out; where it sees the edge, `{python} y[0, 1].item()` comes out,
# negative because the bright side is the one that is subtracted. What the filter found is not *a pixel* but a
# change.
#
# ### The same sum in four ways
#
# `unfold` shows all the pieces at once, without a copy: a tensor with the axes $i, j, u, v$ whose component
# is $x_{(i+u)(j+v)}$. On that view, formula (1) is an `einsum` of two operands.

# %%
generator = torch.Generator().manual_seed(0)


def random(*shape):
    return torch.randn(shape, dtype=torch.float64, generator=generator)


for height, width, rows, columns in [(1, 1, 1, 1), (5, 5, 3, 3), (4, 7, 2, 3), (6, 3, 1, 3)]:
    x, w = random(height, width), random(rows, columns)
    pieces = x.unfold(0, rows, 1).unfold(1, columns, 1)  # i j u v
    loop = correlate2d(x[None], w[None, None])[0]
    with_einsum = torch.einsum("ijuv,uv->ij", pieces, w)
    assert_agree(loop=loop, einsum=with_einsum, torch=F.conv2d(x[None, None], w[None, None])[0, 0])  # (1)
    print(f"{height}×{width} ∗ {rows}×{columns} → {loop.shape[0]}×{loop.shape[1]}")

# %% [markdown] lang="es"
# ## ¿Convolución o correlación?
#
# En matemáticas, la fórmula (1) se llama *correlación cruzada*. La **convolución** lleva un signo menos:
#
# $$(w * x)_{ij} = \sum_{u} \sum_{v} w_{uv}\, x_{(i-u)(j-v)} , \tag{2}$$
#
# con $x = 0$ fuera de la imagen y con todos los lugares donde ventana e imagen se tocan. Para ver la
# diferencia basta la imagen más simple: un solo 1 rodeado de ceros, un *impulso*. ¿Qué sale de cada una?

# %% [markdown] lang="en"
# ## Convolution or correlation?
#
# In mathematics, formula (1) is called *cross-correlation*. **Convolution** has a minus sign:
#
# $$(w * x)_{ij} = \sum_{u} \sum_{v} w_{uv}\, x_{(i-u)(j-v)} , \tag{2}$$
#
# with $x = 0$ outside the image and all the places where window and image touch. To see the difference the
# simplest image will do: a single 1 among zeros, an *impulse*. What comes out of each?

# %%
# alt es: Un impulso en el centro; el filtro 1 a 9; la correlación da el filtro girado, la convolución, igual.
# alt en: An impulse in the middle; the filter 1 to 9; correlation gives it turned, convolution as it is.
impulse = torch.zeros(3, 3, dtype=torch.int64)
impulse[1, 1] = 1
w = torch.arange(1, 10).reshape(3, 3)
correlated = correlate2d(impulse[None], w[None, None], padding=1)[0]
convolved = convolve2d(impulse, w)[1:-1, 1:-1]
names = ["x", "w", tr(es="correlación", en="correlation"), tr(es="convolución", en="convolution")]
ax = tensor_grid(dict(zip(names, (impulse, w, correlated, convolved), strict=True)))

# %% tags=["hidden"]
assert torch.equal(correlated, w.flip(0, 1)) and torch.equal(convolved, w)

# %% [markdown] lang="es"
# La convolución devuelve el filtro tal cual; la correlación, girado media vuelta (180°). Una se obtiene de la
# otra girando el filtro y rellenando la imagen con $k - 1$ ceros por lado:
#
# $$(w * x)_{ij} = \sum_{u} \sum_{v} w_{(k-1-u)(k-1-v)}\, x_{(i+u-k+1)(j+v-k+1)} . \tag{3}$$
#
# El giro le da a la convolución una ley que la correlación no tiene: es conmutativa, $w * x = x * w$.

# %% [markdown] lang="en"
# Convolution gives back the filter as it is; correlation gives it turned by half a turn (180°). One is
# obtained from the other by turning the filter and padding the image with $k - 1$ zeros on each side:
#
# $$(w * x)_{ij} = \sum_{u} \sum_{v} w_{(k-1-u)(k-1-v)}\, x_{(i+u-k+1)(j+v-k+1)} . \tag{3}$$
#
# The turn gives convolution a law that correlation lacks: it is commutative, $w * x = x * w$.

# %%
for size, kernel in [(1, 1), (3, 2), (5, 3), (4, 6)]:
    x, w = random(size, size), random(kernel, kernel)
    turned, margin = w.flip(0, 1), kernel - 1
    pieces = F.pad(x, [margin] * 4).unfold(0, kernel, 1).unfold(1, kernel, 1)
    assert_agree(  # (3)
        loop=convolve2d(w, x),  # (2)
        einsum=torch.einsum("ijuv,uv->ij", pieces, turned),
        torch=F.conv2d(x[None, None], turned[None, None], padding=margin)[0, 0],
        commuted=convolve2d(x, w),
    )

# %% [markdown] lang="es"
# `conv2d` calcula la correlación y conserva el nombre. A una red le da igual: sus pesos se aprenden, y
# aprendería los mismos girados. Te importa en tres casos: un filtro escrito a mano y no simétrico, pesos
# traídos de una biblioteca que sí gira, y las demostraciones que usan la conmutatividad.
#
# ## Relleno, paso y dilatación
#
# Tres perillas cambian por dónde camina la ventana. El **relleno** $p$ (`padding`) agrega ceros alrededor; el
# **paso** $s$ (`stride`) es cuánto avanza; la **dilatación** $d$ (`dilation`) separa los pesos:
#
# $$y_{ij} = \sum_{u} \sum_{v} w_{uv}\, x_{(s i + d u - p)(s j + d v - p)} . \tag{4}$$
#
# Con $p = 0$, $s = 1$ y $d = 1$ es la fórmula (1). Aquí $p = 1$ y $s = 2$; los ceros tenues son el relleno.

# %% [markdown] lang="en"
# `conv2d` computes the correlation and keeps the name. A network does not mind: its weights are learned, and
# it would learn the same ones turned. It matters to you in three cases: a filter written by hand that is not
# symmetric, weights from a library that does turn, and proofs that use commutativity.
#
# ## Padding, stride and dilation
#
# Three knobs change where the window walks. **Padding** $p$ adds zeros around; **stride** $s$ is how far the
# window moves on; **dilation** $d$ spreads the weights:
#
# $$y_{ij} = \sum_{u} \sum_{v} w_{uv}\, x_{(s i + d u - p)(s j + d v - p)} . \tag{4}$$
#
# With $p = 0$, $s = 1$ and $d = 1$ it is formula (1). Here $p = 1$ and $s = 2$; the faint zeros are padding.

# %%
x = torch.tensor([[3, 0, 1, 2, 4], [1, 5, 2, 0, 1], [0, 2, 6, 3, 1], [4, 1, 0, 2, 2], [1, 3, 1, 0, 5]])
w = torch.tensor([[0, 1, 0], [1, -4, 1], [0, 1, 0]])  # neighbours against centre
y = F.conv2d(x[None, None].float(), w[None, None].float(), stride=2, padding=1)
convolution_steps(x, w, stride=2, padding=1)

# %% tags=["hidden"]
assert torch.equal(y[0, 0], correlate2d(x[None], w[None, None], 2, 1)[0].float())

# %% [markdown] lang="es"
# Con el relleno, la ventana se asoma fuera y el primer resultado queda centrado en el primer píxel; con paso
# 2 salta un lugar, y la salida mide la mitad, redondeada hacia arriba. La dilatación 2 hace que nueve pesos
# cubran 5 × 5 píxeles y se salten uno de cada dos:

# %% [markdown] lang="en"
# With padding the window looks outside, and the first result is centred on the first pixel; with stride 2 it
# skips a place, and the output has half the size, rounded up. Dilation 2 lets nine weights cover
# 5 × 5 pixels, leaving out every other one:

# %%
x = torch.arange(36).reshape(6, 6) % 7
w = torch.ones(3, 3, dtype=torch.int64)
y = F.conv2d(x[None, None].float(), w[None, None].float(), dilation=2)
convolution_steps(x, w, dilation=2)

# %% tags=["hidden"]
assert y.shape == (1, 1, 2, 2)

# %% [markdown] lang="es"
# ## Cuántas posiciones caben
#
# Del primer peso al último, la ventana alcanza $d(k - 1) + 1$ píxeles. El eje con relleno tiene $n + 2p$. La
# última posición, $m - 1$, empieza en $s(m - 1)$ y debe caber entera, así que
# $s(m-1) + d(k-1) + 1 \le n + 2p$. El mayor entero que lo cumple es
#
# $$m = \left\lfloor \frac{n + 2p - d(k - 1) - 1}{s} \right\rfloor + 1 . \tag{5}$$
#
# La fórmula es la de [Dumoulin y Visin (2016)](https://arxiv.org/abs/1603.07285). No la creas: recorre toda
# la rejilla de tamaños y compárala con lo que hace PyTorch. Donde no cabe ninguna ventana, las dos deben
# negarse.

# %% [markdown] lang="en"
# ## How many places fit
#
# From the first weight to the last the window reaches over $d(k - 1) + 1$ pixels. The padded axis has
# $n + 2p$. The last place, $m - 1$, begins at $s(m - 1)$ and must fit whole, so
# $s(m-1) + d(k-1) + 1 \le n + 2p$. The largest integer that satisfies it is
#
# $$m = \left\lfloor \frac{n + 2p - d(k - 1) - 1}{s} \right\rfloor + 1 . \tag{5}$$
#
# The formula is that of [Dumoulin and Visin (2016)](https://arxiv.org/abs/1603.07285). Do not believe it: go
# over the whole grid of sizes and compare it with what PyTorch does. Where no window fits, both must refuse.


# %%
def by_formula(n, k, s, p, d):
    m = (n + 2 * p - d * (k - 1) - 1) // s + 1  # (5)
    return m if m > 0 else None


def by_torch(n, k, s, p, d):
    try:
        return F.conv1d(torch.zeros(1, n), torch.zeros(1, 1, k), stride=s, padding=p, dilation=d).shape[-1]
    except RuntimeError:
        return None


grid = list(product(range(1, 12), range(1, 6), range(1, 5), range(4), range(1, 4)))  # n k s p d
sizes = {case: by_torch(*case) for case in grid}
wrong = [case for case in grid if by_formula(*case) != sizes[case]]
refused = sum(size is None for size in sizes.values())
print(len(grid), len(wrong), refused)

# %% tags=["hidden"]
assert not wrong and 0 < refused < len(grid)
for n, k, s, p, d in grid:
    try:
        expected = output_size(n, k, s, p, d)
    except ValueError:
        expected = None
    assert expected == sizes[n, k, s, p, d]
naive = [case for case, m in sizes.items() if m and (case[0] + 2 * case[3] - case[1]) / case[2] + 1 != m]
share = len(naive) / (len(grid) - refused)
assert 0.5 < share < 1
for size, kernel, stride, padding, dilation in [
    (5, 3, 2, 1, 1),
    (6, 3, 1, 0, 2),
    (7, 2, 3, 2, 2),
    (4, 1, 1, 0, 1),
]:
    a, b = random(1, size, size), random(1, 1, kernel, kernel)
    loop = correlate2d(a, b, stride, padding, dilation)  # (4)
    assert_agree(loop=loop, torch=F.conv2d(a[None], b, None, stride, padding, dilation)[0])

# %% [markdown] lang="es"
# `{python} len(grid)` casos, `{python} len(wrong)` discrepancias; en `{python} refused` ninguna ventana cabe
# y las dos se niegan.
#
# ### Una idea que no funciona
#
# La fórmula (5) suele citarse como $(n + 2p - k)/s + 1$, sin piso ni dilatación. En esta rejilla falla en el
# `{python} share:.0%` de los casos posibles: se pasa de tamaño donde la dilatación alarga la ventana, y da
# una fracción donde el paso no divide. El resto de esa división tiene un significado: cuenta las últimas
# celdas del eje, que ninguna ventana alcanza.
#
# Para verlas, pregúntale al gradiente. Con un filtro de unos, la derivada de la suma de la salida respecto a
# un píxel es el número de ventanas que lo cubren. ¿Qué píxeles de una imagen de 6 × 6 usa menos un filtro de
# 3 × 3? Predícelo para $s = 1$, $p = 0$; para $s = 2$, $p = 0$; y para $s = 1$, $p = 1$.

# %% [markdown] lang="en"
# `{python} len(grid)` cases, `{python} len(wrong)` disagreements; in `{python} refused` no window fits, and
# both refuse.
#
# ### An idea that does not work
#
# Formula (5) is often quoted as $(n + 2p - k)/s + 1$, without the floor and the dilation. On this grid it
# fails in `{python} share:.0%` of the possible cases: it comes out too large where dilation makes the window
# longer, and gives a fraction where the stride does not divide. The remainder of that division means
# something: it counts the last cells of the axis, which no window reaches.
#
# To see them, ask the gradient. With a filter of ones, the derivative of the sum of the output with respect
# to a pixel is the number of windows that cover it. Which pixels of a 6 × 6 image does a 3 × 3 filter use
# least? Predict it for $s = 1$, $p = 0$; for $s = 2$, $p = 0$; and for $s = 1$, $p = 1$.

# %%
# alt es: Ventanas por píxel: sin relleno, 1 en una esquina y 9 al centro; paso 2, 0 al final; con él, 4 a 9.
# alt en: Windows per pixel: unpadded, 1 in the corner and 9 inside; stride 2, 0 at the end; padded, 4 to 9.
figure, axes = plt.subplots(1, 3, figsize=(7.6, 2.7))
usage = {}
for ax, (stride, padding) in zip(axes, [(1, 0), (2, 0), (1, 1)], strict=True):
    x = torch.zeros(1, 1, 6, 6, requires_grad=True)
    F.conv2d(x, torch.ones(1, 1, 3, 3), stride=stride, padding=padding).sum().backward()
    usage[stride, padding] = x.grad[0, 0]
    heat_map(x.grad[0, 0], limits=(0, 9), title=f"s = {stride}, p = {padding}", ax=ax)

# %% tags=["hidden"]
unseen = (usage[2, 0] == 0).sum().item()
assert unseen == 11 and (usage[2, 0][5] == 0).all() and (usage[2, 0][:, 5] == 0).all()
assert usage[1, 0][0, 0] == 1 and usage[1, 0][2, 2] == 9 and (usage[1, 0] > 0).all()
assert usage[1, 1].min() == 4 and usage[1, 1].max() == 9
assert output_size(6, 3, 2) == output_size(5, 3, 2) == 2

# %% [markdown] lang="es"
# Sin relleno, una esquina cuenta una vez y el centro nueve. Con paso 2, la última fila y la última columna,
# `{python} unseen` píxeles de 36, no participan en nada: su gradiente es cero y la red no puede aprender de
# ellos. PyTorch no avisa, porque el piso de (5) es parte de la definición. El relleno iguala el trato, aunque
# no del todo. Dos recetas que salen de la fórmula: con $s = 1$ y filtro impar, $p = d(k-1)/2$ conserva el
# tamaño; con $k = 3$, $s = 2$, $p = 1$ y $d = 1$, un eje par queda en la mitad exacta.
#
# ## Canales y filtros
#
# Una foto tiene canales y una capa tiene varios filtros. El filtro se extiende por todos los canales y los
# suma; cada filtro produce un canal de salida con su sesgo $b_f$:
#
# $$y_{fij} = b_f + \sum_{c} \sum_{u} \sum_{v} w_{fcuv}\, x_{c(s i + d u - p)(s j + d v - p)} . \tag{6}$$

# %% [markdown] lang="en"
# Without padding a corner counts once and the centre nine times. With stride 2 the last row and the last
# column, `{python} unseen` pixels of 36, take part in nothing: their gradient is zero, and the network cannot
# learn from them. PyTorch gives no warning, since the floor in (5) is part of the definition. Padding evens
# out the treatment, though not fully. Two recipes that follow from the formula: with $s = 1$ and an odd
# filter, $p = d(k-1)/2$ keeps the size; with $k = 3$, $s = 2$, $p = 1$ and $d = 1$, an even axis is halved
# exactly.
#
# ## Channels and filters
#
# A photograph has channels, and a layer has several filters. The filter extends through all the channels and
# adds them up; each filter makes one output channel, with its bias $b_f$:
#
# $$y_{fij} = b_f + \sum_{c} \sum_{u} \sum_{v} w_{fcuv}\, x_{c(s i + d u - p)(s j + d v - p)} . \tag{6}$$


# %%
def by_einsum(x, w, b, stride, padding, dilation):
    reach = dilation * (w.shape[-1] - 1) + 1
    pieces = F.pad(x, [padding] * 4).unfold(1, reach, stride).unfold(2, reach, stride)  # c i j u v
    pieces = pieces[..., ::dilation, ::dilation]
    return torch.einsum("cijuv,fcuv->fij", pieces, w) + b[:, None, None]  # (6)


differences = []
for stride, padding, dilation in product((1, 2), (0, 1), (1, 2)):
    x, w, b = random(3, 7, 8), random(2, 3, 3, 3), random(2)
    loop = correlate2d(x, w, stride, padding, dilation) + b[:, None, None]
    layer = F.conv2d(x[None], w, b, stride, padding, dilation)[0]
    forms = {"einsum": by_einsum(x, w, b, stride, padding, dilation), "torch": layer}
    differences.append(assert_agree(loop=loop, **forms))  # (6)
print(tr(es="mayor diferencia relativa:", en="largest relative difference:"), f"{max(differences):.0e}")

# %% [markdown] lang="es"
# En la cadena `"cijuv,fcuv->fij"` se ve todo: se suman canal y ventana; quedan filtro y posición. Los pesos
# no llevan $i$ ni $j$, y por eso son pocos y valen en todos los lugares. Compara con una capa lineal que
# tuviera las mismas entradas y salidas, una imagen de 3 × 32 × 32 y 16 canales de salida. ¿Cuántas veces más
# pesos?

# %% [markdown] lang="en"
# The string `"cijuv,fcuv->fij"` shows it all: channel and window are summed; filter and place remain. The
# weights bear neither $i$ nor $j$, which is why they are few and hold at every place. Compare with a linear
# layer with the same inputs and outputs, an image of 3 × 32 × 32 and 16 output channels. How many times as
# many weights?

# %%
with torch.device("meta"):  # es: contados, no guardados  # en: counted, not stored
    layers = {
        "Conv2d": nn.Conv2d(3, 16, kernel_size=3, padding=1),
        "Linear": nn.Linear(3 * 32 * 32, 16 * 32 * 32),
    }
counts = {name: sum(weight.numel() for weight in layer.parameters()) for name, layer in layers.items()}
for name, count in counts.items():
    print(f"{name:<7}{count:>12}")

# %% tags=["hidden"]
assert counts["Conv2d"] == 16 * (3 * 9 + 1)
times = counts["Linear"] / counts["Conv2d"]

# %% [markdown] lang="es"
# `{python} times:.0f` veces más. Lo que se gana tiene un precio: la convolución solo puede hacer lo mismo en
# todas partes. Esa es su ley, la *equivarianza*: desplazar la imagen y convolucionar da lo mismo que
# convolucionar y desplazar,
#
# $$w \star (T x) = T\,(w \star x) , \tag{7}$$
#
# donde $\star$ es la correlación (1) y $T$ desplaza. ¿La cumple una capa con relleno de ceros?

# %% [markdown] lang="en"
# `{python} times:.0f` times as many. What is gained has a price: convolution can only do the same everywhere.
# That is its law, *equivariance*: to shift the image and convolve is the same as to convolve and shift,
#
# $$w \star (T x) = T\,(w \star x) , \tag{7}$$
#
# where $\star$ is the correlation (1) and $T$ shifts. Does a layer with zero padding obey it?


# %%
def correlate(x, w, mode):
    return F.conv2d(F.pad(x, [1, 1, 1, 1], mode=mode), w)


x, w = random(1, 1, 8, 8), random(1, 1, 3, 3)
gaps = {}
for mode in ("circular", "constant"):
    gap = correlate(x.roll(1, dims=-1), w, mode) - correlate(x, w, mode).roll(1, dims=-1)  # (7)
    gaps[mode] = gap[0, 0].abs().amax(dim=0)  # es: de cada columna  # en: of each column
    print(f"{mode:<9}", " ".join(f"{value:.1f}" for value in gaps[mode].tolist()))

# %% tags=["hidden"]
assert gaps["circular"].max() < 1e-12  # (7)
assert (gaps["constant"][[0, 1, 7]] > 1e-3).sum() >= 2 and gaps["constant"][2:7].max() < 1e-12

# %% [markdown] lang="es"
# Con la imagen cerrada en círculo, exactamente. Con ceros la ley se rompe, y solo en las columnas cuya
# ventana se asoma fuera, antes o después de desplazar: los ceros del relleno no se desplazan. Adentro se
# cumple. Una red con relleno puede saber, por el borde, dónde está.

# %% [markdown] lang="en"
# With the image closed into a circle, exactly. With zeros the law breaks, and only in the columns whose
# window looks outside, before or after the shift: the zeros of the padding do not shift. Inside, it holds. A
# network with padding can tell from the edge where it is.

# %% [markdown] lang="es"
# ## Para llevarte
#
# * Cada salida es el producto escalar del filtro con el trozo de imagen que cubre.
# * `conv2d` no gira el filtro: es correlación cruzada. La convolución de las matemáticas gira y conmuta.
# * Tamaño: $\lfloor (n + 2p - d(k-1) - 1)/s \rfloor + 1$ por eje. El piso deja píxeles sin mirar.
# * Los pesos no llevan posición: son pocos, y lo que aprenden en un lugar vale en todos, salvo en el borde.

# %% [markdown] lang="en"
# ## What to keep
#
# * Each output is the dot product of the filter and the piece of image that it covers.
# * `conv2d` does not turn the filter: it is cross-correlation. The convolution of mathematics turns and
#   commutes.
# * Size: $\lfloor (n + 2p - d(k-1) - 1)/s \rfloor + 1$ per axis. The floor leaves pixels unseen.
# * The weights bear no place: they are few, and what they learn at one place holds at all of them, except at
#   the edge.

# %% [markdown] lang="es" tags=["quiz"]
# Una capa con `kernel_size=3`, `stride=2` y `padding=1` recibe 28 × 28. ¿Qué tamaño sale?
#
# - [x] 14 × 14: $\lfloor (28 + 2 - 2 - 1)/2 \rfloor + 1 = 13 + 1$.
# - [ ] 13 × 13: falta el 1 de la primera posición.
# - [ ] 15 × 15: $27/2$ se redondea hacia abajo, porque media ventana no cabe.
# - [ ] 28 × 28: sería así con paso 1.

# %% [markdown] lang="en" tags=["quiz"]
# A layer with `kernel_size=3`, `stride=2` and `padding=1` receives 28 × 28. What size comes out?
#
# - [x] 14 × 14: $\lfloor (28 + 2 - 2 - 1)/2 \rfloor + 1 = 13 + 1$.
# - [ ] 13 × 13: the 1 of the first place is missing.
# - [ ] 15 × 15: $27/2$ is rounded down, since half a window does not fit.
# - [ ] 28 × 28: so it would be with stride 1.

# %% [markdown] lang="es" tags=["quiz"]
# Copias en `conv2d` un filtro de un libro que define la convolución con la fórmula (2), y el borde sale con
# el signo contrario. ¿Por qué?
#
# - [x] `conv2d` no gira el filtro: al girarlo, `[1, 0, −1]` cambia de signo.
# - [ ] El relleno de ceros cambia el signo: el relleno solo agrega sumandos nulos.
# - [ ] Hay que transponer la imagen: eso cambiaría bordes verticales por horizontales.

# %% [markdown] lang="en" tags=["quiz"]
# You copy into `conv2d` a filter from a book that defines convolution by formula (2), and the edge comes out
# with the opposite sign. Why?
#
# - [x] `conv2d` does not turn the filter: when turned, `[1, 0, −1]` changes its sign.
# - [ ] Zero padding changes the sign: padding only adds terms that are zero.
# - [ ] The image must be transposed: that would trade vertical edges for horizontal ones.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: multiplicar polinomios
#
# Al multiplicar $(1 + 2t)(3 + t)$ los coeficientes se combinan como en (2), con un solo eje. Escribe
# `multiply(p, q)`, que reciba dos vectores de coeficientes y devuelva los del producto con una sola llamada a
# `F.conv1d`. Gira uno de los dos y elige el relleno.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: multiply polynomials
#
# In the product $(1 + 2t)(3 + t)$ the coefficients combine as in (2), with a single axis. Write
# `multiply(p, q)`, which takes two vectors of coefficients and returns those of the product with a single
# call to `F.conv1d`. Turn one of the two, and choose the padding.


# %% tags=["solution"]
def multiply(p, q):
    return F.conv1d(p[None, None], q.flip(0)[None, None], padding=len(q) - 1)[0, 0]


# %% tags=["check"]
expected = torch.tensor([3.0, 7.0, 2.0])
assert torch.equal(multiply(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 1.0])), expected)
for first, second in [(1, 1), (4, 2), (2, 5)]:
    p, q = random(first), random(second)
    assert_agree(loop=convolve2d(p[None], q[None])[0], yours=multiply(p, q))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: el campo receptivo
#
# Escribe `stack(size, layers)` para una lista de capas `(kernel, stride, padding, dilation)`. Devuelve el
# tamaño de la última salida y su *campo receptivo*: cuántos píxeles abarca una salida en la entrada, del
# primero al último de los que depende. Pista: cada capa agrega $d(k - 1)$ veces el producto de los pasos
# anteriores.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: the receptive field
#
# Write `stack(size, layers)` for a list of layers `(kernel, stride, padding, dilation)`. Return the size of
# the last output and its *receptive field*: how many input pixels one output spans, from the first to the
# last on which it depends. Hint: each layer adds $d(k - 1)$ times the product of the strides before it.


# %% tags=["solution"]
def stack(size, layers):
    field, jump = 1, 1
    for kernel, stride, padding, dilation in layers:
        size = output_size(size, kernel, stride, padding, dilation)
        field += dilation * (kernel - 1) * jump
        jump *= stride
    return size, field


# %% tags=["check"]
for layers in ([(3, 1, 0, 1)], [(3, 1, 1, 1), (3, 2, 1, 1), (3, 1, 1, 1)], [(2, 2, 0, 1), (3, 1, 2, 2)]):
    pixels = torch.zeros(1, 1, 40, requires_grad=True)
    out = pixels
    for kernel, stride, padding, dilation in layers:
        out = F.conv1d(out, torch.ones(1, 1, kernel), stride=stride, padding=padding, dilation=dilation)
    out[0, 0, out.shape[-1] // 2].backward()
    seen = pixels.grad[0, 0].nonzero().flatten()
    assert stack(40, layers) == (out.shape[-1], (seen[-1] - seen[0] + 1).item()), layers

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: la convolución es una matriz
#
# La fórmula (1) es lineal en $x$, así que existe una matriz $M$ con
# $y_{\text{plano}} = M \cdot x_{\text{plano}}$. Escribe `as_matrix(w, height, width)`. La columna $l$ es la
# respuesta al impulso número $l$. El `check` usa también $M^\top$: es `conv_transpose2d`.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: convolution is a matrix
#
# Formula (1) is linear in $x$, so there is a matrix $M$ with $y_{\text{flat}} = M \cdot x_{\text{flat}}$.
# Write `as_matrix(w, height, width)`. Column $l$ is the response to impulse number $l$. The check uses
# $M^\top$ as well: it is `conv_transpose2d`.


# %% tags=["solution"]
def as_matrix(w, height, width):
    impulses = torch.eye(height * width, dtype=w.dtype).reshape(-1, 1, height, width)
    return F.conv2d(impulses, w[None, None]).flatten(1).T


# %% tags=["check"]
for height, width, rows, columns in [(3, 3, 3, 3), (5, 4, 2, 3), (4, 6, 1, 2)]:
    image, w = random(1, 1, height, width), random(rows, columns)
    M, answer = as_matrix(w, height, width), F.conv2d(image, w[None, None])
    assert_agree(torch=answer.flatten(), yours=M @ image.flatten())
    assert_agree(torch=F.conv_transpose2d(answer, w[None, None]).flatten(), yours=M.T @ answer.flatten())

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# Lo que sale de una convolución suele resumirse con otra ventana, que no tiene pesos:
# [pooling](../tensor_mathematics/pooling.md). Filtros entrenados de punta a punta, en [Tres modelos, un
# conjunto de datos](../convolutional_networks/three_models_one_dataset.md).

# %% [markdown] lang="en"
# ## Where to go next
#
# What comes out of a convolution is often summarised by another window, which has no weights:
# [pooling](../tensor_mathematics/pooling.md). Filters trained from end to end are in [Three models, one
# dataset](../convolutional_networks/three_models_one_dataset.md).
