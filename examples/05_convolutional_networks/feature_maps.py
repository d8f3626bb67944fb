"""
title:
  es: Mapas de características y Grad-CAM
  en: Feature maps and Grad-CAM
summary:
  es: Cuánto de la imagen ve cada neurona, qué guardan sus mapas, en qué se fijó la red y cómo comprobarlo.
  en: How much of the image each neuron sees, what its maps hold, what the network looked at, how to check it.
tags: [convolution, feature map, receptive field, Grad-CAM, hooks, interpretability]
everyday: [rank]
objectives:
  es:
    - Calcular el campo receptivo de cualquier pila de capas y comprobarlo con un gradiente.
    - Sacar los mapas de una capa intermedia con un hook.
    - Derivar Grad-CAM, programarlo y medir si señala donde está la evidencia.
    - Poner a prueba una explicación borrando lo que la red aprendió.
  en:
    - Work out the receptive field of any stack of layers and check it with a gradient.
    - Take the maps of an intermediate layer out with a hook.
    - Derive Grad-CAM, program it and measure whether it points to where the evidence is.
    - Put an explanation to the test by erasing what the network learned.
prerequisites:
  es:
    - La lección «Convolución», por el paso, el relleno y el tamaño de la salida.
    - La lección «Filtros de imagen», por lo que hace un filtro.
    - Proporciones e intervalos de Wilson.
  en:
    - The lesson “Convolution”, for stride, padding and the size of the output.
    - The lesson “Image filters”, for what a filter does.
    - Proportions and Wilson intervals.
"""
# %% [markdown] lang="es"
# Una red responde «4». ¿Miró el 4, o una mancha que tenía al lado? Al terminar esta lección podrás decir qué
# píxeles pudo ver cada neurona, sacar a la luz sus mapas intermedios y dibujar en qué se apoyó la respuesta.
# Lo más importante: sabrás medir si ese dibujo dice la verdad.
#
# Usamos las ventanas de [Convolución](../tensor_mathematics/convolution.md), los filtros de [Filtros de
# imagen](../convolutional_networks/image_filters.md) y los intervalos de [Evaluación
# honesta](../workflow/honest_evaluation.md). La lección acompaña la sección *PyTorch Computer Vision* del
# curso [PyTorch for Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) y el
# [capítulo 03](https://www.learnpytorch.io/03_pytorch_computer_vision/) de su libro abierto, que remite a
# [CNN Explainer](https://arxiv.org/abs/2004.15004) para ver por dentro una red como estas.
#
# ## Una tarea con la respuesta a la vista
#
# Para juzgar una explicación hay que saber de antemano dónde está la evidencia. Por eso armamos las escenas:
# un dígito (0, 1, 4 o 7) en un lugar al azar y tres **señuelos**, dígitos de las mismas clases con sus cuatro
# cuartos cambiados de lugar. Un señuelo tiene tanta tinta como un dígito y los mismos trazos cortos; lo que
# le falta es la figura. La red recibe la escena y debe decir qué dígito hay.

# %% [markdown] lang="en"
# A network answers “4”. Did it look at the 4, or at a blot beside it? By the end of this lesson you will be
# able to say which pixels each neuron could see, bring its intermediate maps to light and draw what the
# answer rested on. What matters most: you will know how to measure whether that drawing tells the truth.
#
# We use the windows of [Convolution](../tensor_mathematics/convolution.md), the filters of [Image
# filters](../convolutional_networks/image_filters.md) and the intervals of [Honest
# evaluation](../workflow/honest_evaluation.md). The lesson goes with the section *PyTorch Computer Vision* of
# the course [PyTorch for Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) and
# with [chapter 03](https://www.learnpytorch.io/03_pytorch_computer_vision/) of its open book, which refers to
# [CNN Explainer](https://arxiv.org/abs/2004.15004) for a view inside a network like these.
#
# ## A task whose answer is in plain sight
#
# To judge an explanation one has to know beforehand where the evidence is. So we put the scenes together: one
# digit (0, 1, 4 or 7) at a random place, and three **decoys**, digits of the same classes with their four
# quarters moved about. A decoy has as much ink as a digit and the same short strokes; what it lacks is the
# figure. The network is given the scene and must say which digit is there.

# %%
import copy
import math

import matplotlib.pyplot as plt
import torch
from matplotlib.patches import Rectangle
from torch import nn
from torch.nn import functional as F
from torch.utils.data import BatchSampler, DataLoader, RandomSampler, TensorDataset
from torchvision.models import resnet18, vgg16
from torchvision.utils import make_grid

from tutorials_lib import tr
from tutorials_lib.data import digits
from tutorials_lib.metrics import Proportion
from tutorials_lib.plots import color, curves, interval_plot
from tutorials_lib.tensors import assert_agree
from tutorials_lib.training import predict, train

# %%
CLASSES = torch.tensor([0, 1, 4, 7])
generator = torch.Generator().manual_seed(0)


# es: cada cuarto cambia de lugar con otro: a los lados, en diagonal o de arriba abajo
# en: each quarter changes places with another: sideways, diagonally or up and down
def decoys(glyphs):  # n 8 8
    quarters = glyphs.unfold(1, 4, 4).unfold(2, 4, 4).flatten(1, 2)  # n quarter 4 4
    orders = torch.tensor([[1, 0, 3, 2], [3, 2, 1, 0], [2, 3, 0, 1]])
    order = orders[torch.randint(3, (len(glyphs),), generator=generator)]
    return assemble(quarters[torch.arange(len(glyphs))[:, None], order])


# es: n filas·columnas lado lado, tantas filas como columnas
# en: n rows·columns side side, as many rows as columns
def assemble(tiles):
    columns = math.isqrt(tiles.shape[1])
    return tiles.unflatten(1, (columns, columns)).transpose(2, 3).flatten(3, 4).flatten(1, 2)


# %%
def scenes(images, labels, count):
    known = torch.isin(labels, CLASSES)
    glyphs, labels = images[known, 0], torch.searchsorted(CLASSES, labels[known])
    chosen = torch.randint(len(glyphs), (4, count), generator=generator)
    tiles = torch.zeros(count, 9, 8, 8)
    tiles[:, 0] = glyphs[chosen[0]]
    for decoy in (1, 2, 3):
        tiles[:, decoy] = decoys(glyphs[chosen[decoy]])
    order = torch.rand(count, 9, generator=generator).argsort(dim=1)
    shift = torch.randint(5, (count, 2), generator=generator)
    sheets = assemble(tiles[torch.arange(count)[:, None], order])
    padded = [
        F.pad(sheet, [x, 4 - x, y, 4 - y]) for sheet, (y, x) in zip(sheets, shift.tolist(), strict=True)
    ]
    # es: del dígito; después, de los señuelos
    # en: of the digit, then of the decoys
    place = order.argsort(dim=1)[:, :4]
    corners = torch.stack([place // 3, place % 3], dim=-1) * 8 + shift[:, None]
    return torch.stack(padded)[:, None], labels[chosen[0]], corners


# %%
data = digits()
images, labels, _ = scenes(data.train_images, data.train_labels, 1000)
test_images, test_labels, corners = scenes(data.test_images, data.test_labels, 500)
print(tuple(images.shape), tuple(test_images.shape), tuple(corners.shape))


# %%
# es: tiles: n canal 28 28, cuatro por fila
# en: tiles: n channel 28 28, four in a row
def show(tiles, titles, boxes):
    empty = math.nan if tiles.shape[1] == 1 else 0
    whole = make_grid(F.pad(tiles, [0, 0, 5, 0], value=empty), nrow=4, padding=2, pad_value=empty)
    ax = plt.subplots(figsize=(5.2, 1.5 * len(tiles) / 4))[1]
    ax.imshow(whole[0] if tiles.shape[1] == 1 else whole.movedim(0, -1), cmap="gray", interpolation="none")
    ax.set_axis_off()
    for n, (title, (y, x)) in enumerate(zip(titles, boxes, strict=True)):
        left, top = 2 + n % 4 * 30, 7 + n // 4 * 35
        ax.text(left + 14, top - 2, title, ha="center", fontsize=9)
        frame = (left + x - 0.5, top + y - 0.5)
        ax.add_patch(Rectangle(frame, 8, 8, fill=False, edgecolor=color("ember"), linewidth=1.8))


# %%
# alt es: Ocho escenas de 28 por 28 con cuatro figuras cada una; un recuadro señala el dígito verdadero.
# alt en: Eight scenes of 28 by 28 with four figures each; a frame marks the real digit.
names = [str(CLASSES[label].item()) for label in test_labels]
show(test_images[:8], names[:8], corners[:8, 0].tolist())

# %% [markdown] lang="es"
# La red no ve los recuadros: son nuestra clave de respuestas. Entrenamos una red pequeña con tres semillas:
# tres convoluciones de 3 × 3 (la primera con paso 2), cada una con normalización por *batch* y ReLU; al
# final, el promedio de cada mapa y una capa lineal.

# %% [markdown] lang="en"
# The network does not see the frames: they are our answer key. We train a small network with three seeds:
# three 3 × 3 convolutions (the first with stride 2), each with batch normalisation and ReLU; at the end, the
# mean of each map and a linear layer.


# %%
def block(inputs, outputs, stride=1):
    convolution = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU())


def build(seed):
    torch.manual_seed(seed)
    head = nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, len(CLASSES))
    return nn.Sequential(block(1, 8, stride=2), block(8, 16), block(16, 16), *head)


def fit(seed, epochs=9, rate=0.03):
    model, order = build(seed), torch.Generator().manual_seed(seed)
    sampler = BatchSampler(RandomSampler(images, generator=order), batch_size=64, drop_last=False)
    batches = DataLoader(TensorDataset(images, labels), sampler=sampler, batch_size=None)
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs)
    for _ in train(model, batches, [(test_images, test_labels)], optimizer=optimizer, epochs=epochs):
        schedule.step()
    return model.eval()


models = [fit(seed) for seed in range(3)]
right = [predict(model, test_images) == test_labels for model in models]
for score in map(Proportion.of, right):
    print(score, f"{score.low:.2f} … {score.high:.2f}")

# %% tags=["hidden"]
scores = [Proportion.of(row) for row in right]
assert min(score.low for score in scores) > 0.5  # chance: 1 in 4
ink = [[test_images[n, 0, y : y + 8, x : x + 8].sum() for y, x in places] for n, places in enumerate(corners)]
digit_ink, decoy_ink = torch.tensor(ink)[:, 0].mean().item(), torch.tensor(ink)[:, 1:].mean().item()
assert abs(digit_ink / decoy_ink - 1) < 0.1
glyphs = digits().train_images[torch.isin(digits().train_labels, CLASSES), 0]
middle = [(g[:, :, 2:6].sum() / g.sum()).item() for g in (glyphs, decoys(glyphs))]
assert middle[0] > middle[1] + 0.2  # the ink of a decoy lies towards the borders

# %% [markdown] lang="es"
# Adivinar daría uno de cada cuatro. Las redes aciertan entre `{python} min(s.right for s in scores)` y
# `{python} max(s.right for s in scores)` de `{python} len(test_labels)`: bastante bien, con errores
# suficientes para estudiarlos.
#
# ## Cuánta imagen ve una neurona
#
# El **campo receptivo** de una neurona es el cuadrado de píxeles de los que depende su valor. Tres números lo
# siguen capa a capa: el salto $j$, cuántos píxeles separan a dos neuronas vecinas; el lado $r$ del campo; y
# $a$, el píxel donde queda el centro del campo de la primera. Antes de toda capa, $j_0 = 1$, $r_0 = 1$ y
# $a_0 = 0$. Una capa con ventana $k$, paso $s$ y relleno $p$ hace
#
# $$j_l = s\,j_{l-1}, \qquad r_l = r_{l-1} + (k - 1)\,j_{l-1}, \qquad
# a_l = a_{l-1} + \Bigl(\frac{k - 1}{2} - p\Bigr)\,j_{l-1} . \tag{1}$$
#
# El porqué está en una frase: la ventana abarca $k - 1$ huecos entre neuronas de la capa anterior, y cada
# hueco mide $j_{l-1}$ píxeles. La neurona $i$ tiene su centro en $a_l + i\,j_l$. Calcula a mano el $r$ de
# nuestra tercera convolución antes de ejecutar.

# %% [markdown] lang="en"
# Guessing would give one in four. The networks get between `{python} min(s.right for s in scores)` and
# `{python} max(s.right for s in scores)` of `{python} len(test_labels)` right: rather good, with enough
# errors to study.
#
# ## How much of the image a neuron sees
#
# The **receptive field** of a neuron is the square of pixels on which its value depends. Three numbers follow
# it from layer to layer: the jump $j$, how many pixels lie between two neighbouring neurons; the side $r$ of
# the field; and $a$, the pixel where the centre of the first one's field lies. Before any layer $j_0 = 1$,
# $r_0 = 1$ and $a_0 = 0$. A layer with window $k$, stride $s$ and padding $p$ does
#
# $$j_l = s\,j_{l-1}, \qquad r_l = r_{l-1} + (k - 1)\,j_{l-1}, \qquad
# a_l = a_{l-1} + \Bigl(\frac{k - 1}{2} - p\Bigr)\,j_{l-1} . \tag{1}$$
#
# The reason takes one sentence: the window spans $k - 1$ gaps between neurons of the layer before, and each
# gap is $j_{l-1}$ pixels wide. Neuron $i$ has its centre at $a_l + i\,j_l$. Work out the $r$ of our third
# convolution by hand before you run the cell.


# %%
def receptive_fields(windows):  # es: de (kernel, stride, relleno)  # en: of (kernel, stride, padding)
    jump, field, centre = 1, 1, 0.0
    for kernel, stride, padding in windows:
        centre += ((kernel - 1) / 2 - padding) * jump
        field += (kernel - 1) * jump
        jump *= stride
        yield jump, field, centre  # (1)


# es: un atajo de 1 × 1 nunca ve más que el camino que ahorra
# en: a shortcut of 1 × 1 never sees more than the way it spares
def windows(model, skip="downsample"):
    layers = [layer for name, layer in model.named_modules() if skip not in name]
    sizes = [
        (layer.kernel_size, layer.stride, layer.padding)
        for layer in layers
        if isinstance(layer, nn.Conv2d | nn.MaxPool2d)
    ]
    return [tuple(n if isinstance(n, int) else n[0] for n in size) for size in sizes]


ours = list(receptive_fields(windows(models[0])))
for number, (jump, field, centre) in enumerate(ours, start=1):
    print(f"conv {number}   j = {jump}   r = {field:>2}   a = {centre:g}")

# %% [markdown] lang="es"
# ### El gradiente dice lo mismo
#
# Que una neurona dependa de un píxel quiere decir que su derivada respecto de él no es cero. Tomemos la
# neurona del lugar $(7, 7)$ en cada bloque de la red ya entrenada, derivemos respecto de la imagen en muchas
# escenas y miremos qué píxeles dan algo distinto de cero alguna vez.

# %% [markdown] lang="en"
# ### The gradient says the same
#
# That a neuron depends on a pixel means that its derivative with respect to it is not zero. Let us take the
# neuron at place $(7, 7)$ in each block of the trained network, differentiate with respect to the image in
# many scenes, and see which pixels ever give something other than zero.


# %%
def sensitivity(model, depth, place):
    pixels = test_images.clone().requires_grad_()
    neuron = model[:depth](pixels)[:, :, place, place]
    (gradient,) = torch.autograd.grad(neuron.sum(), pixels)
    return gradient.abs().mean(dim=(0, 1))


for depth, (jump, field, centre) in enumerate(ours, start=1):
    rows, columns = (sensitivity(models[0], depth, place=7) > 0).nonzero().T
    first, last = rows.min().item(), rows.max().item()
    expected = centre + 7 * jump - (field - 1) / 2, centre + 7 * jump + (field - 1) / 2
    print(f"conv {depth}   {first} … {last}   (1): {expected[0]:g} … {expected[1]:g}")
    assert (first, last) == expected == (columns.min(), columns.max())  # (1)

# %% tags=["hidden"]
# other stacks, with kernels of even size, strides and paddings of all sorts
for stack in ([(5, 2, 0), (3, 1, 1)], [(4, 2, 1), (2, 2, 0), (3, 1, 2)], [(3, 3, 1), (1, 1, 0), (5, 1, 2)]):
    pixels = torch.zeros(1, 1, 60, requires_grad=True)
    out = pixels
    for kernel, stride, padding in stack:
        out = F.conv1d(out, torch.ones(1, 1, kernel), stride=stride, padding=padding)
    middle = out.shape[-1] // 2
    out[0, 0, middle].backward()
    seen = pixels.grad[0, 0].nonzero().flatten()
    jump, field, centre = list(receptive_fields(stack))[-1]
    assert (seen[0] + seen[-1]) / 2 == centre + middle * jump and seen[-1] - seen[0] + 1 == field  # (1)
with torch.device("meta"):
    famous = {
        name: list(receptive_fields(windows(model)))[-1]
        for name, model in (("resnet18", resnet18()), ("vgg16", vgg16()))
    }
assert famous["resnet18"][1] == 435 and famous["vgg16"][1] == 212

# %% [markdown] lang="es"
# Fórmula y gradiente coinciden píxel por píxel. El último campo mide `{python} ours[-1][1]` píxeles, algo más
# que un dígito de 8: una neurona puede ver la figura entera y un poco de contorno, nunca dos figuras
# completas a la vez. En redes grandes el campo puede ser mayor que la foto: para la última capa de `resnet18`
# la fórmula da `{python} famous["resnet18"][1]` píxeles, y para la de `vgg16`, `{python} famous["vgg16"][1]`,
# con fotos de 224.
#
# Depender no es depender por igual. Este es el promedio del gradiente, sin signo, dentro del campo de la
# tercera capa:

# %% [markdown] lang="en"
# Formula and gradient agree pixel by pixel. The last field measures `{python} ours[-1][1]` pixels, a little
# more than a digit of 8: a neuron can see the whole figure and some surroundings, never two whole figures
# at once. In large networks the field may exceed the photograph: for the last layer of `resnet18` the formula
# gives `{python} famous["resnet18"][1]` pixels, and for that of `vgg16` `{python} famous["vgg16"][1]`, with
# photographs of 224.
#
# To depend is not to depend equally. This is the mean of the gradient, without its sign, within the field of
# the third layer:

# %%
# alt es: Los campos de 3, 7 y 11 píxeles sobre una escena; al lado, el de 11, más claro en el centro.
# alt en: The fields of 3, 7 and 11 pixels on a scene; beside it, that of 11, brightest in the middle.
effective = torch.stack([sensitivity(model, 3, place=7) for model in models]).mean(dim=0)[9:20, 9:20]
figure, (left, axis) = plt.subplots(1, 2, figsize=(5.4, 2.6))
left.imshow(test_images[0, 0], cmap="gray", interpolation="none")
for (jump, field, centre), hue in zip(ours, ("gold", "ember", "rose"), strict=True):
    corner = centre + 7 * jump - field / 2
    left.add_patch(Rectangle((corner, corner), field, field, fill=False, edgecolor=color(hue), linewidth=2))
axis.imshow(effective, cmap="cividis", vmin=0, interpolation="none", extent=(8.5, 19.5, 19.5, 8.5))
axis.set(xticks=[9, 14, 19], yticks=[9, 14, 19])
for ax in (left, axis):
    ax.grid(visible=False)
    ax.set_xlabel(tr(es="píxel", en="pixel"))

# %% tags=["hidden"]
inner = (effective[3:8, 3:8].sum() / effective.sum()).item()
assert inner > 1.25 * 25 / 121

# %% [markdown] lang="es"
# El cuadrado central de 5 × 5, un `{python} 25 / 121:.0%` del área, reúne el `{python} inner:.0%` de la
# sensibilidad. Las ventanas llevan un píxel central hasta la neurona por muchos caminos; uno de la esquina,
# por uno solo. [Luo et al. (2016)](https://arxiv.org/abs/1701.04128) llamaron *campo receptivo efectivo* a
# esta zona, y mostraron que ocupa una parte pequeña del teórico.
#
# ## Los mapas, uno por uno
#
# `register_forward_hook` cuelga de una capa una función que recibe lo que entra y lo que sale cada vez que la
# red se usa. Si no devuelve nada, no cambia el cálculo: solo mira.

# %% [markdown] lang="en"
# The central square of 5 × 5, `{python} 25 / 121:.0%` of the area, gathers `{python} inner:.0%` of the
# sensitivity. The windows take a central pixel to the neuron by many ways, and one in the corner by a single
# one. [Luo et al. (2016)](https://arxiv.org/abs/1701.04128) called this zone the *effective receptive field*,
# and showed that it takes up a small part of the theoretical one.
#
# ## The maps, one by one
#
# `register_forward_hook` hangs on a layer a function that is given what goes in and what comes out each time
# the network is used. As long as it returns nothing, it does not change the computation: it only looks.


# %%
def maps_of(model, images):
    kept = []
    handles = [layer.register_forward_hook(lambda *call: kept.append(call[-1])) for layer in model[:3]]
    with torch.inference_mode():
        model(images)
    for handle in handles:
        handle.remove()  # es: si no, seguiría mirando  # en: otherwise it would go on looking
    return kept


# %%
# alt es: Una escena y ocho mapas por bloque; los del primero repiten los trazos, los del tercero son manchas.
# alt en: A scene and eight maps of each block; those of the first repeat the strokes, the third's are blobs.
one = maps_of(models[0], test_images[:1])
rows = [m[0, :8] / m[0].amax() for m in one]
whole = make_grid(torch.cat(rows)[:, None], nrow=8, padding=1, pad_value=math.nan)[0]
figure, (first, rest) = plt.subplots(1, 2, figsize=(7.2, 2.5), width_ratios=(1, 2.9))
first.imshow(test_images[0, 0], cmap="gray", interpolation="none")
rest.imshow(whole, cmap="cividis", interpolation="none")
for ax in (first, rest):
    ax.set_axis_off()

# %% [markdown] lang="es"
# Los mapas del primer bloque parecen copias de la escena, con unos trazos más marcados que otros. En el
# tercero quedan pocas manchas. ¿Distinguen ya el dígito de los señuelos? Comparemos la activación media
# dentro del recuadro del dígito con la de los señuelos, en todas las escenas.

# %% [markdown] lang="en"
# The maps of the first block look like copies of the scene, with some strokes stronger than others. In the
# third few blobs are left. Do they already tell the digit from the decoys? Let us compare the mean activation
# within the frame of the digit with that within the decoys, in all the scenes.


# %%
# es: … 2 → … 28 28, verdadero dentro del marco
# en: … 2 → … 28 28, true within the frame
def frames(corners):
    pixel = torch.arange(28)
    inside = (pixel >= corners[..., None]) & (pixel < corners[..., None] + 8)
    return inside[..., 0, :, None] & inside[..., 1, None, :]


# es: n figura 28 28; la figura 0 es el dígito
# en: n figure 28 28; figure 0 is the digit
inside = frames(corners)
ratios = []
for model in models:
    stages = [F.interpolate(m, size=28).mean(dim=1) for m in maps_of(model, test_images)]
    within = [torch.einsum("nyx,nfyx->f", stage, inside.float()) for stage in stages]
    ratios.append([(w[0] / w[1:].mean()).item() for w in within])
    print("   ".join(f"{ratio:.2f}" for ratio in ratios[-1]))

# %% tags=["hidden"]
third = [row[2] for row in ratios]
assert all(0.8 < row[0] < 1.4 and row[2] > 1.5 for row in ratios)

# %% [markdown] lang="es"
# Un renglón por semilla, una columna por bloque. En el primer bloque el dígito y los señuelos dan casi la
# misma activación, como cabe esperar de trazos iguales. En el tercero la del dígito es entre
# `{python} min(third):.1f` y `{python} max(third):.1f` veces la de un señuelo. La figura aparece tarde,
# cuando el campo receptivo ya la abarca.
#
# ## Grad-CAM: de los mapas a la respuesta
#
# ¿Cuáles de esos mapas empujaron hacia el «4»? Sea $y^c$ el logit de la clase $c$ y $A^k$ el mapa $k$ de la
# última convolución. [Selvaraju et al. (2017)](https://arxiv.org/abs/1610.02391) pesan cada mapa con su
# gradiente medio sobre los $Z$ lugares y suman:
#
# $$\alpha^c_k = \frac{1}{Z} \sum_{i,j} \frac{\partial y^c}{\partial A^k_{ij}} , \tag{2}$$
#
# $$L^c_{ij} = \mathrm{ReLU}\Bigl(\sum_k \alpha^c_k A^k_{ij}\Bigr) . \tag{3}$$
#
# La ReLU se queda con lo que sube el logit; lo negativo habla a favor de otras clases.
#
# ¿Por qué esos pesos? En una red que termina como la nuestra se pueden deducir. Si la última capa tiene pesos
# $w^c_k$ y sesgo $b^c$ sobre los promedios de los mapas,
#
# $$y^c = b^c + \sum_k w^c_k\, \frac{1}{Z} \sum_{i,j} A^k_{ij}
# \quad\Longrightarrow\quad \frac{\partial y^c}{\partial A^k_{ij}} = \frac{w^c_k}{Z}
# \quad\Longrightarrow\quad \alpha^c_k = \frac{w^c_k}{Z} , \tag{4}$$
#
# y Grad-CAM es, salvo el factor $1/Z$, el mapa que [Zhou et al. (2016)](https://arxiv.org/abs/1512.04150)
# llamaron CAM. Además, sin la ReLU el mapa reparte el logit entre los lugares sin que sobre ni falte nada:
#
# $$\sum_{i,j} \sum_k \alpha^c_k A^k_{ij} = y^c - b^c . \tag{5}$$
#
# En otras redes (2) es una aproximación de primer orden y la igualdad (5) ya no está asegurada.

# %% [markdown] lang="en"
# One line for each seed, one column for each block. In the first block the digit and the decoys give nearly
# the same activation, as is to be expected of equal strokes. In the third that of the digit is between
# `{python} min(third):.1f` and `{python} max(third):.1f` times that of a decoy. The figure appears late, once
# the receptive field takes it in.
#
# ## Grad-CAM: from the maps to the answer
#
# Which of these maps pushed towards the “4”? Let $y^c$ be the logit of class $c$ and $A^k$ map $k$ of the
# last convolution. [Selvaraju et al. (2017)](https://arxiv.org/abs/1610.02391) weigh each map by its mean
# gradient over the $Z$ places, and add up:
#
# $$\alpha^c_k = \frac{1}{Z} \sum_{i,j} \frac{\partial y^c}{\partial A^k_{ij}} , \tag{2}$$
#
# $$L^c_{ij} = \mathrm{ReLU}\Bigl(\sum_k \alpha^c_k A^k_{ij}\Bigr) . \tag{3}$$
#
# ReLU keeps what raises the logit; what is negative speaks for other classes.
#
# Why these weights? In a network that ends like ours they can be derived. If the last layer has weights
# $w^c_k$ and bias $b^c$ on the means of the maps,
#
# $$y^c = b^c + \sum_k w^c_k\, \frac{1}{Z} \sum_{i,j} A^k_{ij}
# \quad\Longrightarrow\quad \frac{\partial y^c}{\partial A^k_{ij}} = \frac{w^c_k}{Z}
# \quad\Longrightarrow\quad \alpha^c_k = \frac{w^c_k}{Z} , \tag{4}$$
#
# and Grad-CAM is, but for the factor $1/Z$, the map that [Zhou et al.
# (2016)](https://arxiv.org/abs/1512.04150) called CAM. Moreover, without ReLU the map shares out the logit
# among the places with nothing left over and nothing missing:
#
# $$\sum_{i,j} \sum_k \alpha^c_k A^k_{ij} = y^c - b^c . \tag{5}$$
#
# In other networks (2) is a first-order approximation, and equality (5) is no longer guaranteed.


# %%
# es: el hook guarda los mapas; de ellos se pide después el gradiente
# en: the hook keeps the maps; of them the gradient is asked for afterwards
def grad_cam(model, layer, images, classes=None):
    kept = []
    handle = layer.register_forward_hook(lambda *call: kept.append(call[-1]))
    logits = model(images)
    handle.remove()
    classes = logits.argmax(dim=1) if classes is None else classes
    # es: cada imagen llega solo a su logit
    # en: each image reaches its own logit only
    chosen = logits.gather(1, classes[:, None]).sum()
    (gradient,) = torch.autograd.grad(chosen, kept[0])
    weights = gradient.mean(dim=(2, 3))  # (2)
    return F.relu(torch.einsum("nk,nkij->nij", weights, kept[0].detach()))  # (3)


# %%
double = copy.deepcopy(models[0]).double()
few, weight, bias = test_images[:50].double(), double[-1].weight.detach(), double[-1].bias.detach()
answers = double(few).argmax(dim=1).detach()
A = double[:3](few).detach()  # n k i j
Z = A[0, 0].numel()
cam = torch.einsum("nk,nkij->nij", weight[answers] / Z, A)  # (4)
assert_agree(cam=F.relu(cam), grad_cam=grad_cam(double, double[2], few))
logits = double(few).detach().gather(1, answers[:, None])[:, 0]
print(f"{assert_agree(logit=logits - bias[answers], map=cam.sum(dim=(1, 2))):.0e}")  # (5)

# %% [markdown] lang="es"
# Las dos igualdades se cumplen hasta el redondeo.
#
# ## Aciertos y errores
#
# Las cuatro primeras escenas que la red de la semilla 0 acierta y las cuatro primeras que falla. Encima de
# cada una, «verdad → respuesta»; el recuadro es el dígito y el color, el Grad-CAM de la respuesta que dio.
# Antes de mirar: ¿dónde estará el color en los errores?

# %% [markdown] lang="en"
# Both equalities hold up to rounding.
#
# ## Right and wrong
#
# The first four scenes that the network of seed 0 gets right, and the first four that it gets wrong. Above
# each one, “truth → answer”; the frame is the digit, and the colour the Grad-CAM of the answer it gave.
# Before you look: where will the colour be in the errors?


# %%
def enlarge(heat):  # es: n 14 14 → n 28 28, cada mapa hasta 1  # en: n 14 14 → n 28 28, each map up to 1
    heat = heat / heat.amax(dim=(1, 2), keepdim=True).clamp_min(1e-12)
    return F.interpolate(heat[:, None], size=28, mode="bilinear")[:, 0]


heats = [enlarge(grad_cam(model, model[2], test_images)) for model in models]
chosen = torch.cat([right[0].nonzero()[:4, 0], (~right[0]).nonzero()[:4, 0]])
answers = predict(models[0], test_images)
scene, heat = test_images[chosen, 0], heats[0][chosen]

# %%
# alt es: Cuatro escenas acertadas, con el color sobre el dígito; cuatro falladas, con el color en otra parte.
# alt en: Four scenes answered rightly, the colour on the digit; four wrongly, the colour elsewhere.
opaque = torch.ones_like(scene)
warm = torch.stack(
    [scene + (1 - scene) * heat, scene * (1 - heat) + 0.45 * heat, scene * (1 - heat), opaque], 1
)
titles = [f"{names[n]} → {CLASSES[answers[n]]}" for n in chosen.tolist()]
show(warm, titles, corners[chosen, 0].tolist())

# %% [markdown] lang="es"
# Ocho casos pueden engañar; la medida los usa todos. El **juego de señalar** ([Zhang et al.,
# 2016](https://arxiv.org/abs/1608.00507)) pregunta si el máximo del mapa cae dentro del recuadro. Necesita
# con qué compararse: un lugar al azar acierta lo que el recuadro ocupa de la escena, y un mapa que no mira a
# la red, la tinta alrededor de cada píxel, también señala algo.

# %% [markdown] lang="en"
# Eight cases may mislead; the measure uses them all. The **pointing game** ([Zhang et al.,
# 2016](https://arxiv.org/abs/1608.00507)) asks whether the maximum of the map falls within the frame. It
# needs something to be compared with: a random place is right as often as the share of the scene that the
# frame takes up, and a map that does not look at the network, the ink around each pixel, also points
# somewhere.


# %%
# es: n 28 28 → n figura, verdadero si el máximo cae dentro del marco
# en: n 28 28 → n figure, true where the maximum lies within the frame
def points_to(heat):
    peak = heat.flatten(1).argmax(dim=1)
    return inside.flatten(2)[torch.arange(len(heat)), :, peak]


ink = F.avg_pool2d(test_images, 7, stride=1, padding=3)[:, 0]
hits = [points_to(heat) for heat in heats]
RIGHT, WRONG = tr(es="acertadas", en="right"), tr(es="falladas", en="wrong")
table = []
for seed, (hit, good) in enumerate(zip(hits, right, strict=True)):
    for name, subset in ((RIGHT, good), (WRONG, ~good)):
        table.append((f"{name}, {seed}", Proportion.of(hit[subset, 0])))
table.append((tr(es="tinta, todas", en="ink, all"), Proportion.of(points_to(ink)[:, 0])))
area = inside[:, 0].float().mean().item()

# %%
# alt es: Señala el dígito: en las acertadas, más del 80 %; en las falladas, pocas veces; la tinta, en medio.
# alt en: Points to the digit: in right ones more than 80%; in wrong ones seldom; the ink, in between.
_ = interval_plot(
    [name for name, _ in table],
    [score.value for _, score in table],
    [score.low for _, score in table],
    [score.high for _, score in table],
    xlabel=tr(es="señala el dígito, intervalo del 95 %", en="points to the digit, 95% interval"),
    reference=area,
    reference_label=tr(es="lugar al azar", en="random place"),
)

# %% tags=["hidden"]
by_right = [score for _, score in table[0:6:2]]
by_wrong = [score for _, score in table[1:6:2]]
ink_score = table[-1][1]
pooled_wrong = torch.cat([hit[~good] for hit, good in zip(hits, right, strict=True)])
decoy_wrong = Proportion.of(pooled_wrong[:, 1:].any(dim=1))
off = torch.cat([~hit[:, 0] for hit in hits])
good_all = torch.cat(right)
error_off, error_on = Proportion.of(~good_all[off]), Proportion.of(~good_all[~off])
assert min(s.low for s in by_right) > max(ink_score.high, max(s.high for s in by_wrong))
assert min(s.low for s in by_right) > 0.8 and max(s.value for s in by_wrong) < 0.45
assert decoy_wrong.low > 0.5 and error_off.low > error_on.high + 0.2

# %% [markdown] lang="es"
# Donde la red acierta, el mapa señala el dígito entre el `{python} min(s.value for s in by_right):.0%` y el
# `{python} max(s.value for s in by_right):.0%` de las veces, según la semilla; la tinta sola, el
# `{python} ink_score.value:.0%`, porque los señuelos tienen la suya repartida hacia las orillas. Donde falla,
# el máximo cae en un señuelo en `{python} decoy_wrong.right` de `{python} decoy_wrong.total` casos. Eso no es
# un fallo de Grad-CAM, sino una pista de **con qué se confundió** la red.
#
# La pista sirve: entre las respuestas cuyo mapa señala el dígito fallan
# `{python} error_on.right` de `{python} error_on.total`; entre las demás, `{python} error_off.right` de
# `{python} error_off.total` (las tres semillas juntas). En una foto real no hay recuadros, pero una persona
# que ve el mapa sobre el fondo puede desconfiar con la misma razón.
#
# ### Una idea que falla: mirar más cerca de los píxeles
#
# El mapa del último bloque es borroso, y el primer bloque sigue los trazos con detalle. ¿Y si calculamos
# Grad-CAM allí? En nuestra red los tres bloques tienen la misma resolución, 14 × 14, así que la comparación
# es justa. ¿Señalará mejor?

# %% [markdown] lang="en"
# Where the network is right, the map points to the digit between
# `{python} min(s.value for s in by_right):.0%` and `{python} max(s.value for s in by_right):.0%` of the time,
# depending on the seed; the ink alone, `{python} ink_score.value:.0%`, since decoys have theirs spread
# towards the borders. Where it is wrong, the maximum falls on a decoy in `{python} decoy_wrong.right` of
# `{python} decoy_wrong.total` cases. That is no fault of Grad-CAM, but a clue to **what the network took for
# a digit**.
#
# The clue is of use: among the answers whose map points to the digit, `{python} error_on.right` of
# `{python} error_on.total` are wrong; among the rest, `{python} error_off.right` of
# `{python} error_off.total` (the three seeds together). A real photograph has no frames, but a person who
# sees the map on the background has the same reason for doubt.
#
# ### An idea that fails: looking closer to the pixels
#
# The map of the last block is blurred, and the first block follows the strokes in detail. What if we compute
# Grad-CAM there? In our network the three blocks have the same resolution, 14 × 14, so that the comparison is
# fair. Will it point better?

# %%
by_block = []
for seed, model in enumerate(models):
    row = [points_to(enlarge(grad_cam(model, layer, test_images)))[right[seed], 0] for layer in model[:3]]
    by_block.append([Proportion.of(hit) for hit in row])
    print(seed, "   ".join(f"conv {n}: {score}" for n, score in enumerate(by_block[-1], start=1)))

# %% tags=["hidden"]
assert all(row[0].high < row[2].low - 0.2 for row in by_block)
first_block = [row[0].value for row in by_block]

# %% [markdown] lang="es"
# Peor, y por mucho: entre las respuestas acertadas, el primer bloque señala el dígito entre el
# `{python} min(first_block):.0%` y el `{python} max(first_block):.0%` de las veces. Sus neuronas ven 3 × 3
# píxeles y no pueden saber qué trazo pertenece a la figura. Además, (2) usa un solo peso por mapa, y tan
# abajo el mismo mapa importa en un lugar y no en otro. La nitidez no es fidelidad.
#
# ## La prueba de los pesos al azar
#
# Un mapa convincente puede no decir nada de la red. [Adebayo et al.
# (2018)](https://arxiv.org/abs/1810.03292) propusieron una prueba: borrar lo aprendido, capa por capa desde
# la salida, y volver a dibujar. Si el mapa explicaba lo aprendido, tiene que cambiar; si queda igual, solo
# describía la imagen. Comparamos cada mapa con el original por la correlación de rangos (la de Pearson entre
# los lugares que ocupan los píxeles al ordenarlos, llamada de Spearman),
#
# $$\rho = \frac{\sum_p (u_p - \bar u)(v_p - \bar v)}
# {\sqrt{\sum_p (u_p - \bar u)^2 \, \sum_p (v_p - \bar v)^2}} , \tag{6}$$
#
# donde $u_p$ y $v_p$ son los rangos del lugar $p$ en los dos mapas. La clase explicada es siempre la
# respuesta original.

# %% [markdown] lang="en"
# Worse, and by far: among the right answers the first block points to the digit between
# `{python} min(first_block):.0%` and `{python} max(first_block):.0%` of the time. Its neurons see 3 × 3
# pixels and cannot know which stroke belongs to the figure. Besides, (2) uses a single weight per map, and so
# far down the same map matters in one place and not in another. Sharpness is not faithfulness.
#
# ## The test of the random weights
#
# A convincing map may say nothing about the network. [Adebayo et al.
# (2018)](https://arxiv.org/abs/1810.03292) proposed a test: erase what was learned, layer by layer from the
# output, and draw again. If the map explained what was learned, it has to change; if it stays the same, it
# only described the image. We compare each map with the original by the rank correlation (Pearson's between
# the places that the pixels take when they are sorted, known as Spearman's),
#
# $$\rho = \frac{\sum_p (u_p - \bar u)(v_p - \bar v)}
# {\sqrt{\sum_p (u_p - \bar u)^2 \, \sum_p (v_p - \bar v)^2}} , \tag{6}$$
#
# where $u_p$ and $v_p$ are the ranks of place $p$ in the two maps. The class explained is always the original
# answer.


# %%
def rank_correlation(one, other):
    ranks = [heat.flatten(1).argsort(dim=1).argsort(dim=1).double() for heat in (one, other)]
    u, v = (rank - rank.mean(dim=1, keepdim=True) for rank in ranks)
    return ((u * v).sum(dim=1) / (u.norm(dim=1) * v.norm(dim=1))).mean().item()  # (6)


# es: los mapas con 0, 1, 2, 3 y 4 partes vueltas a sortear, desde la salida
# en: the maps with 0, 1, 2, 3 and 4 parts drawn anew, from the output downwards
def cascade(model, seed, answers):
    erased = copy.deepcopy(model)
    torch.manual_seed(100 + seed)
    yield grad_cam(erased, erased[2], test_images, answers)
    for part in (erased[-1], erased[2], erased[1], erased[0]):
        for layer in part.modules():
            if hasattr(layer, "reset_parameters"):
                layer.reset_parameters()
        yield grad_cam(erased, erased[2], test_images, answers)


# %%
correlations, pointing = [], []
for seed, model in enumerate(models):
    # es: autograd no acepta tensores del modo de inferencia
    # en: autograd takes no tensors of inference mode
    answers = predict(model, test_images).clone()
    maps = list(cascade(model, seed, answers))
    correlations.append([rank_correlation(maps[0], heat) for heat in maps])
    pointing.append([Proportion.of(points_to(enlarge(heat))[:, 0]).value for heat in maps])
correlations, pointing = torch.tensor(correlations), torch.tensor(pointing)  # seed stage

# %%
# alt es: Al volver a sortear capas, la correlación con el mapa original cae a casi 0 y señala peor.
# alt en: As layers are drawn anew, the correlation with the original map falls to almost 0; it points worse.
HITS, RHO = tr(es="señala el dígito", en="points to the digit"), tr(es="correlación ρ", en="correlation ρ")
series = {HITS: pointing, RHO: correlations}
ax = curves(
    range(5),
    {name: values.mean(dim=0) for name, values in series.items()}
    | {tr(es="tinta: señala el dígito", en="ink: points to the digit"): [ink_score.value] * 5},
    bands={name: (values.amin(dim=0), values.amax(dim=0)) for name, values in series.items()},
    xlabel=tr(es="vuelto a sortear, desde la salida", en="drawn anew, from the output"),
    ylabel="",
    markers=True,
)
stages = [tr(es="nada", en="nothing"), tr(es="lineal", en="linear"), "conv 3", "conv 2", "conv 1"]
_ = ax.set_xticks(range(5), stages)

# %% tags=["hidden"]
fallen = correlations[:, 2:].abs()
assert fallen.max() < 0.4 and (correlations[:, 1] < 0.8).all()
assert (pointing[:, 0] > pointing[:, 2:].amax(dim=1) + 0.15).all()
last_pointing = pointing[:, -1]
assert last_pointing.max() < ink_score.value - 0.1 and last_pointing.min() > area

# %% [markdown] lang="es"
# Con la capa lineal vuelta a sortear, la correlación media ya baja a
# `{python} correlations[:, 1].mean().item():.2f`; con dos o más partes queda entre
# `{python} correlations[:, 2:].min().item():.2f` y `{python} correlations[:, 2:].max().item():.2f`. Con la
# red entera sorteada señala el dígito entre el `{python} last_pointing.min().item():.0%` y el
# `{python} last_pointing.max().item():.0%` de las veces, más que un lugar al azar (`{python} area:.0%`),
# porque una red cualquiera responde a la tinta. Aquí Grad-CAM pasa la prueba, como en el artículo de Adebayo
# y sus colegas; *Guided Backpropagation* y *Guided Grad-CAM*, de aspecto más nítido, no la pasaron allí.
#
# Fíjate en la línea recta. El mapa de tinta acierta a menudo, incluso más que la red de pesos sorteados, y no
# cambia con nada: reprueba. Señalar bien y explicar la red son dos cosas, y por eso hacen falta las dos
# medidas.

# %% [markdown] lang="en"
# With the linear layer drawn anew the mean correlation already falls to
# `{python} correlations[:, 1].mean().item():.2f`; with two parts or more it lies between
# `{python} correlations[:, 2:].min().item():.2f` and `{python} correlations[:, 2:].max().item():.2f`. With
# the whole network drawn anew it points to the digit between `{python} last_pointing.min().item():.0%` and
# `{python} last_pointing.max().item():.0%` of the time, more than a random place (`{python} area:.0%`), since
# any network responds to ink. Here Grad-CAM passes the test, as it does in the paper of Adebayo and
# colleagues; *Guided Backpropagation* and *Guided Grad-CAM*, with sharper looks, did not pass it there.
#
# Note the straight line. The map of ink is often right, even more often than the network of random weights,
# and changes with nothing: it fails. To point well and to explain the network are two things, which is why it
# takes both measures.

# %% [markdown] lang="es"
# ## Para llevarte
#
# * El campo receptivo crece $(k - 1)$ veces el salto en cada capa; el paso multiplica el salto. Si no abarca
#   la figura, ninguna cantidad de entrenamiento hará que la red la vea entera.
# * Un hook saca cualquier mapa sin tocar el modelo. Acuérdate de quitarlo.
# * Grad-CAM pesa los mapas con su gradiente medio. Con promedio global y capa lineal, y sin la ReLU, reparte
#   exactamente el logit menos su sesgo.
# * Un mapa bonito no es una explicación. Mide dónde señala, compáralo con algo que no mire a la red y
#   vuelve a dibujarlo con pesos al azar.

# %% [markdown] lang="en"
# ## What to keep
#
# * The receptive field grows by $(k - 1)$ jumps with each layer; stride multiplies the jump. If it does not
#   take in the figure, no amount of training will make the network see it whole.
# * A hook takes out any map without touching the model. Remember to remove it.
# * Grad-CAM weighs the maps by their mean gradient. With global mean and linear layer, and without ReLU, it
#   shares out exactly the logit less its bias.
# * A pretty map is not an explanation. Measure where it points, compare it with something that does not look
#   at the network, and draw it again with random weights.

# %% [markdown] lang="es" tags=["quiz"]
# Apilas cuatro convoluciones de 3 × 3, con paso 2 las dos primeras y paso 1 las otras. ¿Cuánto mide el campo
# receptivo de la última?
#
# - [ ] 9 píxeles: así sería sin pasos, $1 + 4 \cdot 2$.
# - [x] 23 píxeles: $1 + 2 + 2 \cdot 2 + 2 \cdot 4 + 2 \cdot 4$; cada capa suma dos saltos, y el salto vale 1,
#   2, 4 y 4.
# - [ ] 36 píxeles: los campos no se multiplican; lo que se multiplica es el salto.

# %% [markdown] lang="en" tags=["quiz"]
# You stack four 3 × 3 convolutions, the first two with stride 2 and the others with stride 1. How large is
# the receptive field of the last one?
#
# - [ ] 9 pixels: so it would be without strides, $1 + 4 \cdot 2$.
# - [x] 23 pixels: $1 + 2 + 2 \cdot 2 + 2 \cdot 4 + 2 \cdot 4$; each layer adds two jumps, and the jump is 1,
#   2, 4 and 4.
# - [ ] 36 pixels: fields are not multiplied; what is multiplied is the jump.

# %% [markdown] lang="es" tags=["quiz"]
# Tu método de explicación dibuja contornos muy nítidos, y al sortear de nuevo todos los pesos de la red
# dibuja casi lo mismo. ¿Qué concluyes?
#
# - [ ] Que la red ya sabía la tarea antes de entrenar: con pesos al azar no acierta más que la suerte.
# - [x] Que el dibujo describe la imagen y no lo que la red aprendió: no depende de los pesos.
# - [ ] Que el método es estable, y eso es bueno: estable ante lo único que debía cambiarlo.

# %% [markdown] lang="en" tags=["quiz"]
# Your method of explanation draws very sharp outlines, and when all the weights of the network are drawn anew
# it draws nearly the same. What do you conclude?
#
# - [ ] That the network knew the task before training: with random weights it does no better than luck.
# - [x] That the drawing describes the image and not what the network learned: it does not depend on the
#   weights.
# - [ ] That the method is stable, which is good: stable against the one thing that ought to change it.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: ¿cuántas capas hacen falta?
#
# Escribe `layers_needed(size, stride)`: el menor número de convoluciones de 3 × 3 cuyo campo receptivo
# alcanza `size` píxeles, si todas llevan el mismo paso. Pruébala con una foto de 224 y pasos 1 y 2: ¿cuánto
# ahorra el paso?

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: how many layers does it take?
#
# Write `layers_needed(size, stride)`: the least number of 3 × 3 convolutions whose receptive field reaches
# `size` pixels, if all have the same stride. Try it with a photograph of 224 and strides 1 and 2: how much
# does the stride save?


# %% tags=["solution"]
def layers_needed(size, stride):
    field, jump, count = 1, 1, 0
    while field < size:
        field, jump, count = field + 2 * jump, jump * stride, count + 1
    return count


# %% tags=["check"]
for size in (1, 2, 3, 4, 8, 31, 224):
    for stride in (1, 2, 3):
        count = layers_needed(size, stride)
        reached = [1, *(field for _, field, _ in receptive_fields([(3, stride, 1)] * count))]
        assert reached[-1] >= size and all(field < size for field in reached[:-1]), (size, stride)
print(layers_needed(224, 1), layers_needed(224, 2))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: tapar y ver qué pasa
#
# Sin gradientes: [Zeiler y Fergus (2014)](https://arxiv.org/abs/1311.2901) tapan una parte de la imagen y
# miran cuánto baja el logit. Escribe `occlusion(model, image, label, side)`, que recibe una escena de forma
# `(1, 28, 28)` y devuelve un tensor de $29 - \text{side}$ filas y columnas: cuánto baja el logit de `label`
# al poner en negro el cuadrado cuya esquina superior izquierda es ese lugar. La comprobación pide que,
# en al menos diez de veinte escenas acertadas, el cuadrado que más daño hace caiga a 4 píxeles del dígito o
# menos.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: cover it and see
#
# Without gradients: [Zeiler and Fergus (2014)](https://arxiv.org/abs/1311.2901) cover a part of the image and
# watch how far the logit falls. Write `occlusion(model, image, label, side)`, which takes a scene of shape
# `(1, 28, 28)` and returns a tensor of $29 - \text{side}$ rows and columns: how far the logit of `label`
# falls when the square whose upper left corner is that place is made black. The check wants the most harmful
# square to lie within 4 pixels of the digit in at least ten of twenty scenes answered rightly.


# %% tags=["solution"]
def occlusion(model, image, label, side):
    places = 29 - side
    covered = image.expand(places * places, 1, 28, 28).clone()
    for n in range(places * places):
        y, x = divmod(n, places)
        covered[n, 0, y : y + side, x : x + side] = 0
    with torch.inference_mode():
        fall = model(image[None])[0, label] - model(covered)[:, label]
    return fall.reshape(places, places)


# %% tags=["check"]
image, label = test_images[chosen[0]], int(test_labels[chosen[0]])
fall = occlusion(models[0], image, label, side=8)
assert fall.shape == (21, 21)
hidden = image.clone()
hidden[0, 3:11, 5:13] = 0
with torch.inference_mode():
    expected = models[0](image[None])[0, label] - models[0](hidden[None])[0, label]
assert torch.allclose(fall[3, 5], expected, atol=1e-4)
near = []
for n in right[0].nonzero()[:20, 0]:
    fall = occlusion(models[0], test_images[n], int(test_labels[n]), side=8)
    worst = torch.tensor(divmod(fall.argmax().item(), 21))
    near.append((worst - corners[n, 0]).abs().max() <= 4)
assert sum(near) >= 10
print(f"{sum(near)}/{len(near)}")

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: por qué esta clase y no aquella
#
# Escribe `contrast(model, layer, images, one, other)`: el mapa de Grad-CAM de la **diferencia**
# $y^a - y^b$, con su ReLU. `one` y `other` son dos clases (enteros). La comprobación usa (4): en nuestra red
# los pesos deben ser $(w^a_k - w^b_k)/Z$.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: why this class and not that one
#
# Write `contrast(model, layer, images, one, other)`: the Grad-CAM map of the **difference** $y^a - y^b$, with
# its ReLU. `one` and `other` are two classes (integers). The check uses (4): in our network the weights must
# be $(w^a_k - w^b_k)/Z$.


# %% tags=["solution"]
def contrast(model, layer, images, one, other):
    kept = []
    handle = layer.register_forward_hook(lambda *call: kept.append(call[-1]))
    logits = model(images)
    handle.remove()
    (gradient,) = torch.autograd.grad((logits[:, one] - logits[:, other]).sum(), kept[0])
    return F.relu(torch.einsum("nk,nkij->nij", gradient.mean(dim=(2, 3)), kept[0].detach()))


# %% tags=["check"]
for one, other in ((0, 1), (2, 3), (3, 0)):
    expected = F.relu(torch.einsum("k,nkij->nij", (weight[one] - weight[other]) / Z, A))
    assert_agree(by_weights=expected, yours=contrast(double, double[2], few, one, other))
assert contrast(double, double[2], few, 1, 1).abs().max() == 0
print(tr(es="Coinciden.", en="They agree."))

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# Para ver más lejos hay que apilar más capas, y las redes profundas se resisten a aprender: de eso trata
# [Redes residuales](../convolutional_networks/residual_networks.md). Otra manera de que la red diga dónde,
# sin gradientes, es pedírselo: [Dónde está y qué píxeles
# ocupa](../convolutional_networks/vision_tasks.md).

# %% [markdown] lang="en"
# ## Where to go next
#
# To see further one has to stack more layers, and deep networks resist learning: that is the subject of
# [Residual networks](../convolutional_networks/residual_networks.md). Another way to have the network say
# where, without gradients, is to ask for it: [Where it is and which pixels it
# covers](../convolutional_networks/vision_tasks.md).
