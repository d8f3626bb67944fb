"""
title:
  es: Redes residuales
  en: Residual networks
summary:
  es: Por qué una red profunda no aprende, qué arregla una suma, y resnet18 armada capa por capa.
  en: Why a deep network does not learn, what an addition puts right, and resnet18 built layer by layer.
tags: [residual connection, batch normalisation, ResNet, depth, gradient]
objectives:
  es:
    - Escribir la normalización por batch con su memoria, igual a nn.BatchNorm2d al entrenar y al evaluar.
    - Escribir un bloque residual igual al BasicBlock de torchvision, gradientes incluidos.
    - Explicar con una fórmula y una medición por qué la profundidad sin atajos no se deja entrenar.
    - Armar resnet18 y contar sus parámetros a mano.
  en:
    - Write batch normalisation with its memory, equal to nn.BatchNorm2d in training and in evaluation.
    - Write a residual block equal to torchvision's BasicBlock, gradients included.
    - Explain with a formula and a measurement why depth without shortcuts resists training.
    - Put resnet18 together and count its parameters by hand.
prerequisites:
  es:
    - La lección «Tres modelos, un conjunto de datos», por las redes convolucionales.
    - La lección «Normalización y atención», por la media y la varianza de un canal.
    - Qué es un gradiente.
  en:
    - The lesson “Three models, one data set”, for convolutional networks.
    - The lesson “Normalisation and attention”, for the mean and the variance of a channel.
    - What a gradient is.
timeout_seconds: 120
"""
# %% [markdown] lang="es"
# Si una red de 6 capas aprende, una de 22 debería aprender por lo menos lo mismo. No es así, y el arreglo,
# que hoy llevan desde las redes de imágenes hasta los *transformers*, cabe en una suma. Al terminar esta
# lección habrás medido el problema, escrito el remedio y armado con él una red conocida, `resnet18`.
#
# Conviene haber leído [Tres modelos, un conjunto de
# datos](../convolutional_networks/three_models_one_dataset.md) y, para las medias por canal, [Normalización y
# atención](../tensor_mathematics/normalisation_attention.md). La lección acompaña la sección *PyTorch
# Transfer Learning* del curso [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) y el [capítulo
# 06](https://www.learnpytorch.io/06_pytorch_transfer_learning/) de su libro abierto, que toma modelos ya
# hechos de `torchvision.models`: aquí abrimos uno.
#
# La página entrena más de veinte redes, la mitad de ellas de 22 capas, y compara una `resnet18` entera con la
# de torchvision: en eso se va el tiempo que indica su encabezado.

# %% [markdown] lang="en"
# If a network of 6 layers learns, one of 22 ought to learn at least as much. It does not, and the remedy,
# carried today by networks from those for images to transformers, fits into an addition. By the end of this
# lesson you will have measured the problem, written the remedy, and used it to put together a well-known
# network, `resnet18`.
#
# It helps to have read [Three models, one data
# set](../convolutional_networks/three_models_one_dataset.md) and, for means by channel, [Normalisation and
# attention](../tensor_mathematics/normalisation_attention.md). The lesson goes with the section *PyTorch
# Transfer Learning* of the course [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) and with [chapter
# 06](https://www.learnpytorch.io/06_pytorch_transfer_learning/) of its open book, which takes ready-made
# models from `torchvision.models`: here we open one.
#
# The page trains more than twenty networks, half of them with 22 layers, and compares a whole `resnet18` with
# torchvision's: that is where the time given in its header goes.

# %%
import copy

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import BatchSampler, DataLoader, RandomSampler, TensorDataset
from torchvision.models import ResNet18_Weights, resnet18
from torchvision.models.resnet import BasicBlock

from tutorials_lib import tr
from tutorials_lib.data import digits
from tutorials_lib.metrics import Proportion
from tutorials_lib.models import parameter_count
from tutorials_lib.plots import curves, interval_plot
from tutorials_lib.tensors import assert_agree
from tutorials_lib.training import predict, train

# %% [markdown] lang="es"
# ## La profundidad que no aprende
#
# Cuatro recetas para la misma red: una convolución de entrada, $n$ bloques de dos convoluciones de 3 × 3 con
# ocho canales, y una capa lineal; $2n + 2$ capas con pesos. Cada bloque puede llevar normalización por
# *batch* (BN), una **conexión residual** que suma a la salida del bloque su propia entrada, las dos cosas o
# ninguna.

# %% [markdown] lang="en"
# ## Depth that does not learn
#
# Four recipes for the same network: one convolution at the entrance, $n$ blocks of two 3 × 3 convolutions
# with eight channels, and a linear layer; $2n + 2$ layers with weights. Each block may have batch
# normalisation (BN), a **residual connection** that adds to the output of the block its own input, both or
# neither.


# %%
class Pair(nn.Module):
    def __init__(self, channels, normalise, skip):
        super().__init__()
        norm = nn.BatchNorm2d if normalise else nn.Identity
        first, second = (nn.Conv2d(channels, channels, 3, padding=1, bias=not normalise) for _ in range(2))
        self.body = nn.Sequential(first, norm(channels), nn.ReLU(), second, norm(channels))
        self.skip = skip

    def forward(self, x):
        out = self.body(x)
        return F.relu(out + x if self.skip else out)


def deep_network(blocks, normalise, skip, channels=8):
    entrance = nn.Conv2d(1, channels, 3, stride=2, padding=1), nn.ReLU()
    body = [Pair(channels, normalise, skip) for _ in range(blocks)]
    return nn.Sequential(*entrance, *body, nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(4 * channels, 10))


# %% [markdown] lang="es"
# Entrenamos cada receta con 6 y con 22 capas, tres semillas, una época de dígitos. Medimos la exactitud
# sobre los datos **de entrenamiento**: no preguntamos si generaliza, sino si es capaz de aprender lo que ve.
# Apuesta: con 22 capas, ¿cuáles de las cuatro superarán el 10 % de quien adivina?

# %% [markdown] lang="en"
# We train each recipe with 6 and with 22 layers, three seeds, one epoch of digits. We measure the accuracy
# on the **training** data: the question is not whether it generalises but whether it is able to learn what it
# sees. Place your bet: with 22 layers, which of the four will exceed the 10% of one who guesses?

# %%
data = digits()
PLAIN, SKIP = tr(es="sin nada", en="plain"), tr(es="suma", en="sum")
recipes = {PLAIN: (False, False), "BN": (True, False), SKIP: (False, True), f"BN + {SKIP}": (True, True)}
SEEDS = range(3)


def fit(model, seed, epochs=1):
    order = torch.Generator().manual_seed(seed)
    examples = TensorDataset(data.train_images, data.train_labels)
    sampler = BatchSampler(RandomSampler(examples, generator=order), batch_size=32, drop_last=False)
    batches = DataLoader(examples, sampler=sampler, batch_size=None)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01, fused=True)
    exam = [(data.test_images, data.test_labels)]
    for _ in train(model, batches, exam, optimizer=optimizer, epochs=epochs):
        pass
    return Proportion.of(predict(model, data.train_images) == data.train_labels)


# %%
trained, learned = {}, {}
for blocks in (2, 10):
    for name, (normalise, skip) in recipes.items():
        for seed in SEEDS:
            torch.manual_seed(seed)
            model = deep_network(blocks, normalise, skip)
            learned[blocks, name, seed] = fit(model, seed)
            trained[blocks, name, seed] = model.eval()
        row = [learned[blocks, name, seed].value for seed in SEEDS]
        print(f"{2 * blocks + 2:>2}  {name:<10}", "   ".join(f"{value:.2f}" for value in row))

# %%
# alt es: Con 22 capas: sin nada, un 10 %; BN sola, baja; suma sola, en medio; BN y suma, las más altas.
# alt en: With 22 layers: plain, 10%; BN alone, low; the sum alone, in between; BN and sum, the highest.
rows = [(f"{name} {seed}", learned[10, name, seed]) for name in recipes for seed in SEEDS]
_ = interval_plot(
    [name for name, _ in rows],
    [score.value for _, score in rows],
    [score.low for _, score in rows],
    [score.high for _, score in rows],
    xlabel=tr(
        es="exactitud de entrenamiento, 22 capas, intervalo del 95 %",
        en="training accuracy, 22 layers, 95% interval",
    ),
    reference=0.1,
    reference_label=tr(es="adivinar", en="guessing"),
)


# %% tags=["hidden"]
def worst(blocks, name):
    return min(learned[blocks, name, seed].value for seed in SEEDS)


def best(blocks, name):
    return max(learned[blocks, name, seed].value for seed in SEEDS)


def middle(blocks, name):  # the median: a single seed may stray on another processor
    return sorted(learned[blocks, name, seed].value for seed in SEEDS)[1]


BOTH = f"BN + {SKIP}"
torch.manual_seed(0)
longer = fit(deep_network(10, False, False), seed=0, epochs=3).value
assert best(10, PLAIN) < 0.15 and longer < 0.15 and all(middle(2, name) > 0.2 for name in recipes)
assert middle(10, PLAIN) < middle(10, "BN") < middle(10, SKIP) < middle(10, BOTH)
assert middle(10, BOTH) > 0.5 > middle(10, "BN") + 0.1
assert all(learned[10, "BN", seed].value < learned[2, "BN", seed].value - 0.2 for seed in SEEDS)

# %% [markdown] lang="es"
# Con 6 capas las cuatro aprenden algo: la red sin nada queda entre el `{python} worst(2, PLAIN):.0%` y el
# `{python} best(2, PLAIN):.0%`, según la semilla. Con 22 se queda, con las tres, en lo que da adivinar, y
# entrenarla el triple de épocas no la mueve: `{python} longer:.0%`. La BN sola, que con 6 capas daba entre el
# `{python} worst(2, "BN"):.0%` y el `{python} best(2, "BN"):.0%`, cae con cada semilla y queda entre el
# `{python} worst(10, "BN"):.0%` y el `{python} best(10, "BN"):.0%`; la suma sola va del
# `{python} worst(10, SKIP):.0%` al `{python} best(10, SKIP):.0%`. Con BN y suma, las tres semillas quedan
# entre el `{python} worst(10, BOTH):.0%` y el `{python} best(10, BOTH):.0%`.
#
# No es sobreajuste: son datos de entrenamiento. [He et al. (2015)](https://arxiv.org/abs/1512.03385) lo
# vieron en CIFAR-10 y en ImageNet, con muchas más capas y mucho más cómputo, y lo llamaron *degradación*. La
# respuesta que dieron es la suma.
#
# **¿Te dio otro número?** Lo esperable para 22 capas con BN y suma es caer cerca de esa última banda; con una
# sola época, las diferencias entre semillas son grandes.
#
# ### La solución existe
#
# ¿Será que 22 capas sin suma no *pueden* representar lo que hacen 6? Pueden. Una convolución cuyo filtro es
# un 1 en el centro de su propio canal deja pasar la imagen tal cual, y la ReLU no toca lo que ya es positivo.
# Tomemos la red sin nada de 6 capas ya entrenada e intercalemos ocho bloques así.

# %% [markdown] lang="en"
# With 6 layers all four learn something: the plain network reaches between `{python} worst(2, PLAIN):.0%`
# and `{python} best(2, PLAIN):.0%`, depending on the seed. With 22 it stays at what guessing gives, with all
# three seeds, and three times as many epochs do not move it: `{python} longer:.0%`. BN alone, which with 6
# layers gave between `{python} worst(2, "BN"):.0%` and `{python} best(2, "BN"):.0%`, falls with each seed, to
# between `{python} worst(10, "BN"):.0%` and `{python} best(10, "BN"):.0%`; the sum alone goes from
# `{python} worst(10, SKIP):.0%` to `{python} best(10, SKIP):.0%`. With BN and sum the three seeds end between
# `{python} worst(10, BOTH):.0%` and `{python} best(10, BOTH):.0%`.
#
# This is not overfitting: it is training data. [He et al. (2015)](https://arxiv.org/abs/1512.03385) saw it on
# CIFAR-10 and on ImageNet, with many more layers and much more computation, and called it *degradation*.
# The answer they gave is the sum.
#
# **Did you get a different number?** What to expect of 22 layers with BN and sum is about that last band;
# with a single epoch, seeds differ widely.
#
# ### The solution exists
#
# Is it that 22 layers without a sum *cannot* represent what 6 do? They can. A convolution whose filter is a 1
# in the middle of its own channel lets the image through as it is, and ReLU does not touch what is already
# positive. Let us take the plain network of 6 layers, already trained, and slip in eight blocks of that kind.

# %%
short = trained[2, PLAIN, 0]
passing = Pair(8, normalise=False, skip=False)
for layer in passing.body:
    if isinstance(layer, nn.Conv2d):
        # es: un 1 en el medio del propio canal
        # en: a 1 in the middle of the own channel
        nn.init.dirac_(layer.weight)
        nn.init.zeros_(layer.bias)
long = nn.Sequential(*short[:4], *(copy.deepcopy(passing) for _ in range(8)), *short[4:])
with torch.no_grad():
    difference = (long(data.test_images) - short(data.test_images)).abs().max().item()
layers = sum(isinstance(layer, nn.Conv2d | nn.Linear) for layer in long.modules())
print(layers, difference)

# %% tags=["hidden"]
assert layers == 22 and difference == 0

# %% [markdown] lang="es"
# Veintidós capas, las mismas respuestas. La red profunda que no aprendió tenía esta solución a su alcance y
# el descenso por gradiente no la encontró. El problema no es lo que la red puede representar, sino llegar
# hasta ahí.
#
# ## Por qué: un producto o una suma
#
# Llamemos $F_l$ a lo que hace el bloque $l$ y $J_l$ a su jacobiano. Sin suma, $x_{l+1} = F_l(x_l)$, y la
# regla de la cadena multiplica:
#
# $$\frac{\partial x_n}{\partial x_0} = J_{n-1} \cdots J_1\, J_0 . \tag{1}$$
#
# Si cada factor encoge un poco lo que recibe, el producto lo reduce a nada; si lo agranda un poco, explota.
# Con la suma, $x_{l+1} = x_l + F_l(x_l)$, y
#
# $$\frac{\partial x_n}{\partial x_0} = (I + J_{n-1}) \cdots (I + J_1)(I + J_0)
# = I + \sum_{l} J_l + \sum_{l > m} J_l J_m + \cdots \tag{2}$$
#
# Ya no hay solo un camino de $n$ factores: hay $2^n$, uno por cada manera de elegir qué bloques se cruzan, y
# el más corto, $I$, lleva el gradiente intacto ([Veit et al., 2016](https://arxiv.org/abs/1605.06431)). La
# ReLU que `BasicBlock` aplica después de la suma cambia el $I$ por una máscara de ceros y unos; la idea
# queda. Comprobemos las dos fórmulas con tres bloques y sus jacobianos.

# %% [markdown] lang="en"
# Twenty-two layers, the same answers. The deep network that did not learn had this solution within reach, and
# gradient descent did not find it. The trouble is not what the network can represent but getting there.
#
# ## Why: a product or a sum
#
# Let $F_l$ be what block $l$ does, and $J_l$ its Jacobian. Without a sum $x_{l+1} = F_l(x_l)$, and the chain
# rule multiplies:
#
# $$\frac{\partial x_n}{\partial x_0} = J_{n-1} \cdots J_1\, J_0 . \tag{1}$$
#
# If each factor shrinks a little what it receives, the product reduces it to nothing; if it enlarges it a
# little, it explodes. With the sum $x_{l+1} = x_l + F_l(x_l)$, and
#
# $$\frac{\partial x_n}{\partial x_0} = (I + J_{n-1}) \cdots (I + J_1)(I + J_0)
# = I + \sum_{l} J_l + \sum_{l > m} J_l J_m + \cdots \tag{2}$$
#
# There is no longer a single path of $n$ factors: there are $2^n$, one for each way to choose which blocks
# are crossed, and the shortest, $I$, carries the gradient untouched ([Veit et al.,
# 2016](https://arxiv.org/abs/1605.06431)). The ReLU that `BasicBlock` applies after the sum turns the $I$
# into a mask of zeros and ones; the idea stays. Let us check both formulas with three blocks and their
# Jacobians.

# %%
torch.manual_seed(0)
bodies = [Pair(2, normalise=False, skip=False).body.double() for _ in range(3)]
# es: 2 canales de 3 × 3, aplanados
# en: 2 channels of 3 × 3, flattened
x = torch.randn(18, dtype=torch.float64)


def flat(body, x):
    return body(x.reshape(1, 2, 3, 3)).flatten()


def run(x, skip):
    for body in bodies:
        x = flat(body, x) + (x if skip else 0)
    return x


for skip in (False, True):
    at, factors = x, []
    for body in bodies:
        factors.append(torch.autograd.functional.jacobian(lambda z, body=body: flat(body, z), at))
        at = flat(body, at) + (at if skip else 0)
    whole = torch.autograd.functional.jacobian(lambda z, skip=skip: run(z, skip), x)
    J0, J1, J2 = factors
    if skip:
        one, I = J0 + J1 + J2, torch.eye(18, dtype=torch.float64)
        assert_agree(whole=whole, paths=I + one + (J1 @ J0 + J2 @ J0 + J2 @ J1) + J2 @ J1 @ J0)  # (2)
    else:
        assert_agree(whole=whole, product=J2 @ J1 @ J0)  # (1)
    word = tr(es="con suma", en="with sum") if skip else tr(es="sin suma", en="without")
    print(f"{word:<9}", f"{whole.norm():.1e}")

# %% tags=["hidden"]
product_alone = torch.autograd.functional.jacobian(lambda z: run(z, skip=False), x).norm()
assert product_alone < 0.1 < 1 < whole.norm()

# %% [markdown] lang="es"
# Tres bloques sin suma ya encogieron mucho el jacobiano. ¿Qué les pasa a los gradientes de los pesos en
# una red de 54 capas recién creada? La figura va del primer bloque al último; cada línea es la mediana de
# tres semillas y la franja, sus extremos. Antes de mirar: ¿en qué extremo de la red estará el problema?

# %% [markdown] lang="en"
# Three blocks without a sum have already shrunk the Jacobian by much. What happens to the gradients of the
# weights in a freshly created network of 54 layers? The figure runs from the first block to the last; each
# line is the median of three seeds and the band its extremes. Before you look: at which end of the network
# will the trouble be?


# %%
def gradient_norms(normalise, skip, seed, blocks=26):
    torch.manual_seed(seed)
    # es: en float32 los cuadrados más pequeños son cero
    # en: in float32 the smallest squares are zero
    model = deep_network(blocks, normalise, skip).double()
    F.cross_entropy(model(data.train_images[:64].double()), data.train_labels[:64]).backward()
    return [block.body[0].weight.grad.norm().item() for block in model[2:-3]]


norms = {
    name: torch.tensor([gradient_norms(*recipe, seed) for seed in SEEDS]) for name, recipe in recipes.items()
}

# %%
# alt es: Norma del gradiente por bloque, eje logarítmico: sin nada cae hacia la entrada; con suma, apenas.
# alt en: Gradient norm by block, logarithmic axis: plain, it falls towards the entrance; with sum, hardly.
_ = curves(
    range(1, 27),
    {name: values.median(dim=0).values for name, values in norms.items()},
    bands={name: (values.amin(dim=0), values.amax(dim=0)) for name, values in norms.items()},
    xlabel=tr(es="bloque", en="block"),
    ylabel=tr(es="norma del gradiente", en="gradient norm"),
    log="y",
)

# %% tags=["hidden"]
ratio = {name: (values[:, 0] / values[:, -1]).median().item() for name, values in norms.items()}
shrink = -torch.tensor(ratio[PLAIN]).log10().item()
assert shrink > 12 and ratio["BN"] > 20
assert 0.1 < ratio[SKIP] < 10 and 1 < ratio[BOTH] < ratio["BN"] / 3

# %% [markdown] lang="es"
# En la entrada. Sin nada, el gradiente del primer bloque es unas `{python} shrink:.0f` potencias de diez
# menor que el del último: las capas que ven la imagen no reciben noticia del error. Con BN pasa lo contrario,
# el del primero es `{python} ratio["BN"]:.0f` veces el del último: la normalización impide que las
# activaciones se apaguen, pero no endereza el producto (1). Con la suma sola, los dos extremos difieren en
# menos de un factor 10; con las dos cosas, el primero es `{python} ratio[BOTH]:.0f` veces el último.
#
# ## La normalización por *batch*, con memoria
#
# Al entrenar, cada canal se centra y se escala con la media $\mu_c$ y la varianza $\sigma^2_c$ del *batch*
# ([Ioffe y Szegedy, 2015](https://arxiv.org/abs/1502.03167)); la cuenta de esas dos sumas está en
# [Normalización y atención](../tensor_mathematics/normalisation_attention.md). Al evaluar no hay *batch* en
# quien confiar, así que la capa lleva memoria: dos promedios móviles con momento $m = 0{,}1$,
#
# $$\hat\mu_c \leftarrow (1 - m)\,\hat\mu_c + m\,\mu_c, \qquad
# \hat\sigma^2_c \leftarrow (1 - m)\,\hat\sigma^2_c + m\,\frac{N}{N - 1}\,\sigma^2_c , \tag{3}$$
#
# donde $N$ es cuántos números tiene el canal en el *batch*. El factor $N/(N-1)$ corrige que la varianza de
# una muestra se queda corta. La salida, con $(\mu, \sigma^2)$ del *batch* o de la memoria según el modo, es
#
# $$y_{bchw} = \gamma_c\, \frac{x_{bchw} - \mu_c}{\sqrt{\sigma^2_c + \epsilon}} + \beta_c . \tag{4}$$

# %% [markdown] lang="en"
# At the entrance. Plain, the gradient of the first block is some `{python} shrink:.0f` powers of ten smaller
# than that of the last one: the layers that see the image get no news of the error. With BN the opposite
# happens, that of the first is `{python} ratio["BN"]:.0f` times that of the last: normalisation keeps
# activations from dying out, but does not straighten the product (1). With the sum alone both ends differ by
# less than a factor of 10; with both, the first is `{python} ratio[BOTH]:.0f` times the last.
#
# ## Batch normalisation, with a memory
#
# In training each channel is centred and scaled by the mean $\mu_c$ and the variance $\sigma^2_c$ of the
# batch ([Ioffe and Szegedy, 2015](https://arxiv.org/abs/1502.03167)); how these two sums go is in
# [Normalisation and attention](../tensor_mathematics/normalisation_attention.md). In evaluation there is no
# batch to rely on, and so the layer carries a memory: two running means with momentum $m = 0.1$,
#
# $$\hat\mu_c \leftarrow (1 - m)\,\hat\mu_c + m\,\mu_c, \qquad
# \hat\sigma^2_c \leftarrow (1 - m)\,\hat\sigma^2_c + m\,\frac{N}{N - 1}\,\sigma^2_c , \tag{3}$$
#
# where $N$ is how many numbers the channel has in the batch. The factor $N/(N-1)$ corrects for the variance
# of a sample falling short. The output, with $(\mu, \sigma^2)$ of the batch or of the memory according to the
# mode, is
#
# $$y_{bchw} = \gamma_c\, \frac{x_{bchw} - \mu_c}{\sqrt{\sigma^2_c + \epsilon}} + \beta_c . \tag{4}$$


# %%
class BatchNorm(nn.Module):
    def __init__(self, channels, momentum=0.1, epsilon=1e-5):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(channels)), nn.Parameter(torch.zeros(channels))
        # es: memoria: viaja con el modelo, pero ningún gradiente la cambia
        # en: memory: it travels with the model, but no gradient changes it
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))
        self.register_buffer("num_batches_tracked", torch.tensor(0))
        self.momentum, self.epsilon = momentum, epsilon

    def forward(self, x):  # batch channel height width
        mean, variance = self.running_mean, self.running_var
        if self.training:
            mean, variance = x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), correction=0)
            count = x.numel() / x.shape[1]
            with torch.no_grad():
                self.running_mean.lerp_(mean, self.momentum)  # (3)
                self.running_var.lerp_(variance * count / (count - 1), self.momentum)  # (3)
                self.num_batches_tracked += 1
        scale = self.weight / (variance + self.epsilon).sqrt()
        return (x - mean[:, None, None]) * scale[:, None, None] + self.bias[:, None, None]  # (4)


# %% [markdown] lang="es"
# La prueba la hace una función que servirá para todo lo que sigue: mismos pesos, tres *batches* al entrenar y
# uno al evaluar, en `float64`; compara salidas, gradientes de la entrada y de cada parámetro, y la memoria.

# %% [markdown] lang="en"
# The proof is done by a function that will serve for all that follows: same weights, three batches in
# training and one in evaluation, in `float64`; it compares outputs, gradients of the input and of each
# parameter, and the memory.


# %%
def compare(ours, theirs, shape, steps=3):
    ours, theirs = ours.double(), theirs.double()
    ours.load_state_dict(theirs.state_dict())
    generator, worst = torch.Generator().manual_seed(0), 0.0
    for step in range(steps + 1):
        for module in (ours, theirs):
            module.train(step < steps)
        x = 2 * torch.randn(shape, dtype=torch.float64, generator=generator) + 1
        inputs = [x.clone().requires_grad_() for _ in (ours, theirs)]
        outputs = [module(image) for module, image in zip((ours, theirs), inputs, strict=True)]
        for out in outputs:
            out.backward(torch.linspace(-1, 1, out.numel(), dtype=out.dtype).reshape(out.shape))
        pairs = [tuple(out.detach() for out in outputs), tuple(image.grad for image in inputs)]
        pairs += zip((p.grad for p in ours.parameters()), (p.grad for p in theirs.parameters()), strict=True)
        pairs += zip(ours.state_dict().values(), theirs.state_dict().values(), strict=True)
        worst = max(worst, *(assert_agree(1e-6, torch=b.double(), by_hand=a.double()) for a, b in pairs))
    return worst


difference_norm = compare(BatchNorm(3), nn.BatchNorm2d(3), (4, 3, 5, 6))
print(tr(es="mayor diferencia relativa:", en="largest relative difference:"), f"{difference_norm:.0e}")

# %% [markdown] lang="es"
# ## El bloque residual
#
# Dos convoluciones con su normalización, y la suma antes de la última ReLU. Con $W$ una convolución y $N$ una
# normalización,
#
# $$y = \mathrm{ReLU}\bigl(N_2(W_2\, \mathrm{ReLU}(N_1(W_1 x))) + S(x)\bigr), \qquad
# S(x) = \begin{cases} x & \text{si las formas coinciden} \\ N_3(W_3 x) & \text{si no.} \end{cases} \tag{5}$$
#
# Las formas no coinciden donde la red reduce la imagen a la mitad y aumenta los canales; ahí $W_3$ es una
# convolución de 1 × 1 con paso 2. Los nombres de las partes son los de torchvision, para que los pesos de uno
# entren en el otro.

# %% [markdown] lang="en"
# ## The residual block
#
# Two convolutions with their normalisation, and the sum before the last ReLU. With $W$ a convolution and $N$
# a normalisation,
#
# $$y = \mathrm{ReLU}\bigl(N_2(W_2\, \mathrm{ReLU}(N_1(W_1 x))) + S(x)\bigr), \qquad
# S(x) = \begin{cases} x & \text{if the shapes agree} \\ N_3(W_3 x) & \text{if not.} \end{cases} \tag{5}$$
#
# The shapes do not agree where the network halves the image and increases the channels; there $W_3$ is a
# 1 × 1 convolution with stride 2. The names of the parts are those of torchvision, so that the weights of one
# fit into the other.


# %%
class Residual(nn.Module):
    def __init__(self, inputs, outputs, stride=1):
        super().__init__()
        # es: BN trae su propio sesgo
        # en: BN brings its own bias
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.bn1 = BatchNorm(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.bn2 = BatchNorm(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            shortcut = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
            self.downsample = nn.Sequential(shortcut, BatchNorm(outputs))

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        return F.relu(out + (x if self.downsample is None else self.downsample(x)))  # (5)


# %%
def official_block(inputs, outputs, stride=1):
    shortcut = None
    if stride != 1 or inputs != outputs:
        shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))
    return BasicBlock(inputs, outputs, stride, shortcut)


shapes = [(4, 4, 1), (4, 6, 2), (3, 5, 1)]
difference_block = max(compare(Residual(*s), official_block(*s), (3, s[0], 8, 7)) for s in shapes)
print(tr(es="mayor diferencia relativa:", en="largest relative difference:"), f"{difference_block:.0e}")

# %% [markdown] lang="es"
# ## resnet18, capa por capa
#
# Una entrada (convolución de 7 × 7 con paso 2, normalización, ReLU y *max pooling*), cuatro etapas de dos
# bloques, el promedio de cada mapa y una capa lineal. Contemos las capas con pesos del camino principal: 1 +
# 4 · 2 · 2 + 1 = 18. De ahí el nombre.

# %% [markdown] lang="en"
# ## resnet18, layer by layer
#
# An entrance (7 × 7 convolution with stride 2, normalisation, ReLU and *max pooling*), four stages of two
# blocks, the mean of each map and a linear layer. Let us count the layers with weights on the main path: 1 +
# 4 · 2 · 2 + 1 = 18. Hence the name.


# %%
class ResNet18(nn.Module):
    def __init__(self, classes=1000):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = BatchNorm(64)
        self.layer1 = nn.Sequential(Residual(64, 64), Residual(64, 64))
        self.layer2 = nn.Sequential(Residual(64, 128, stride=2), Residual(128, 128))
        self.layer3 = nn.Sequential(Residual(128, 256, stride=2), Residual(256, 256))
        self.layer4 = nn.Sequential(Residual(256, 512, stride=2), Residual(512, 512))
        self.fc = nn.Linear(512, classes)

    def forward(self, images):  # batch 3 height width
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(images))), 3, stride=2, padding=1)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean(dim=(2, 3)))


# %%
torch.manual_seed(0)
# es: su arquitectura, con pesos al azar: no se descarga nada
# en: its architecture, with random weights: nothing is downloaded
official = resnet18(weights=None)
mine = ResNet18()
assert list(mine.state_dict()) == list(official.state_dict())
difference_net = compare(mine, official, (4, 3, 40, 33), steps=1)
print(tr(es="mayor diferencia relativa:", en="largest relative difference:"), f"{difference_net:.0e}")
print(parameter_count(mine), parameter_count(official))

# %% tags=["hidden"]
assert max(difference_norm, difference_block, difference_net) < 1e-6
total = parameter_count(mine)
assert total == parameter_count(official) == ResNet18_Weights.IMAGENET1K_V1.meta["num_params"]

# %% [markdown] lang="es"
# Mismos nombres, mismos pesos, mismas respuestas, mismos gradientes y la misma memoria:
# `{python} total:,` parámetros, los que indica torchvision para esa red. La cuenta sale a mano. Un bloque de
# $c$ a $c'$ canales tiene
#
# $$P(c, c') = 9\,c\,c' + 9\,c'^2 + 4\,c' + \begin{cases} 0 & c = c' \\ c\,c' + 2\,c' & c \ne c' \end{cases}
# \tag{6}$$
#
# parámetros (cada normalización aporta $\gamma$ y $\beta$; la memoria no se cuenta, porque no se entrena). La
# entrada tiene $3 \cdot 64 \cdot 7^2 + 2 \cdot 64$ y la salida, $512 \cdot 1000 + 1000$. ¿En qué etapa está
# la mayor parte?

# %% [markdown] lang="en"
# The same names, the same weights, the same answers, the same gradients and the same memory:
# `{python} total:,` parameters, those that torchvision states for that network. The count can be done by
# hand. A block from $c$ to $c'$ channels has
#
# $$P(c, c') = 9\,c\,c' + 9\,c'^2 + 4\,c' + \begin{cases} 0 & c = c' \\ c\,c' + 2\,c' & c \ne c' \end{cases}
# \tag{6}$$
#
# parameters (each normalisation brings $\gamma$ and $\beta$; the memory does not count, as it is not
# trained). The entrance has $3 \cdot 64 \cdot 7^2 + 2 \cdot 64$, and the exit $512 \cdot 1000 + 1000$. In
# which stage is the greater part?


# %%
def block_count(c, d):
    return 9 * c * d + 9 * d**2 + 4 * d + (c * d + 2 * d if c != d else 0)  # (6)


stages = [(64, 64), (64, 128), (128, 256), (256, 512)]
counts = [block_count(c, d) + block_count(d, d) for c, d in stages]
# es: formas sin números, para una fotografía de 224 × 224
# en: shapes without numbers, for a photograph of 224 × 224
x = torch.empty(1, 64, 56, 56, device="meta")
for number, count in enumerate(counts, start=1):
    stage = copy.deepcopy(getattr(official, f"layer{number}")).float().to("meta")
    x = stage(x)
    assert parameter_count(stage) == count
    print(f"layer{number}  {tuple(x.shape)!s:<18} {count:>9}")
entrance, exit_ = 3 * 64 * 7**2 + 2 * 64, 512 * 1000 + 1000
print(entrance + sum(counts) + exit_)

# %% tags=["hidden"]
assert entrance + sum(counts) + exit_ == total
last_share = counts[-1] / total
assert last_share > 0.5

# %% [markdown] lang="es"
# En la última: el `{python} last_share:.0%`. Desde la segunda, cada etapa reduce la imagen a la mitad y
# duplica los canales; los pesos crecen con el cuadrado de los canales y no dependen del tamaño de la imagen.
#
# ## Para llevarte
#
# * Más capas pueden dar peor resultado **en los datos de entrenamiento**. No es sobreajuste ni falta de
#   capacidad: la solución existe y el descenso no la encuentra.
# * Sin suma, el gradiente es un producto de jacobianos; con suma, uno de los caminos es la identidad.
# * La normalización cuida el tamaño de las activaciones. En nuestra medición, sola no bastó con 22 capas y
#   una época.
# * La capa de normalización tiene dos modos y una memoria. `model.eval()` no es un adorno.
# * `resnet18` no tiene secretos: `{python} total:,` números y una suma en cada bloque.

# %% [markdown] lang="en"
# In the last one: `{python} last_share:.0%`. From the second on, each stage halves the image and doubles the
# channels; weights grow with the square of the channels and do not depend on the size of the image.
#
# ## What to keep
#
# * More layers may give a worse result **on the training data**. It is neither overfitting nor lack of
#   capacity: the solution exists, and descent does not find it.
# * Without a sum the gradient is a product of Jacobians; with it, one of the paths is the identity.
# * Normalisation looks after the size of activations. In our measurement it was not enough by itself with 22
#   layers and one epoch.
# * The normalisation layer has two modes and a memory. `model.eval()` is no ornament.
# * `resnet18` holds no secrets: `{python} total:,` numbers, and a sum in each block.

# %% [markdown] lang="es" tags=["quiz"]
# Una red sin sumas de 50 capas acierta menos que una de 10, en entrenamiento y en prueba. ¿Qué le pasa?
#
# - [ ] Sobreajuste: tendría que acertar más en entrenamiento.
# - [ ] Le falta capacidad: puede copiar a la de 10 y dejar pasar el resto.
# - [x] No se deja optimizar: los gradientes de las primeras capas son productos de muchos factores.
# - [ ] Le faltan datos: con los mismos datos, la de 10 aprende más.

# %% [markdown] lang="en" tags=["quiz"]
# A network of 50 layers without sums gets less right than one of 10, in training and in test. What ails it?
#
# - [ ] Overfitting: then it would get more right in training.
# - [ ] It lacks capacity: it can copy the one of 10 and let the rest through.
# - [x] It resists optimisation: the gradients of the first layers are products of many factors.
# - [ ] It lacks data: with the same data the one of 10 learns more.

# %% [markdown] lang="es" tags=["quiz"]
# Entrenas una `resnet18`, la guardas, la cargas y, sin llamar a `eval()`, le pides la clase de **una** foto.
# ¿Qué riesgo corres?
#
# - [ ] Ninguno: los pesos son los mismos, pero la salida depende también del modo de las capas.
# - [x] Otra respuesta, y un modelo cambiado: cada canal se normaliza con la media de esa sola foto, y la
#   memoria se mueve con cada llamada.
# - [ ] Que se actualicen los pesos: sin optimizador ni `backward` no cambian.

# %% [markdown] lang="en" tags=["quiz"]
# You train a `resnet18`, save it, load it and, without calling `eval()`, ask it for the class of **one**
# photograph. What do you risk?
#
# - [ ] Nothing: the weights are the same, but the output also depends on the mode of the layers.
# - [x] Another answer, and a changed model: each channel is normalised by the mean of that single
#   photograph, and the memory moves with each call.
# - [ ] That the weights are updated: without optimiser and `backward` they do not change.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: una convolución que se traga su normalización
#
# Al evaluar, (4) es una recta por canal, y una recta después de una convolución sigue siendo una convolución.
# Escribe `fold(conv, norm)`: una sola `nn.Conv2d`, con sesgo, que haga lo mismo que las dos en modo de
# evaluación. Así se aceleran los modelos antes de publicarlos.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: a convolution that swallows its normalisation
#
# In evaluation (4) is a straight line for each channel, and a straight line after a convolution is still a
# convolution. Write `fold(conv, norm)`: a single `nn.Conv2d`, with a bias, that does the same as both in
# evaluation mode. That is how models are made faster before they are published.


# %% tags=["solution"]
def fold(conv, norm):
    scale = (norm.weight / (norm.running_var + norm.eps).sqrt()).detach()
    kernel = conv.weight.detach()
    folded = nn.Conv2d(
        conv.in_channels, conv.out_channels, conv.kernel_size, conv.stride, conv.padding, dtype=kernel.dtype
    )
    bias = norm.bias.detach() - norm.running_mean * scale
    folded.load_state_dict({"weight": kernel * scale[:, None, None, None], "bias": bias})
    return folded


# %% tags=["check"]
# es: ya vio dos batches: su memoria no es la inicial
# en: it has met two batches: its memory is not the initial one
block = official.layer2[0].eval()
for conv, norm, x in (
    (block.conv1, block.bn1, torch.randn(2, 64, 9, 9, dtype=torch.float64)),
    (block.conv2, block.bn2, torch.randn(2, 128, 5, 5, dtype=torch.float64)),
    (*block.downsample, torch.randn(2, 64, 9, 9, dtype=torch.float64)),
):
    folded = fold(conv, norm)
    assert isinstance(folded, nn.Conv2d)
    assert_agree(1e-10, both=norm(conv(x)).detach(), one=folded(x).detach())
print(tr(es="Una capa en vez de dos.", en="One layer instead of two."))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: quitar un bloque
#
# Según (2), una red con sumas es un conjunto de caminos, y quitar un bloque solo quita los que pasan por él.
# Escribe `without(model, k)`: una copia de una red de `deep_network` sin su bloque número `k` (el 0 es el
# primero). La comprobación quita cada bloque de la red de 22 capas con BN y suma, ya entrenada. ¿Cuánto crees
# que pierde? ¿Dará igual cuál se quite?

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: take out a block
#
# According to (2) a network with sums is a set of paths, and to take out a block only takes out those that
# pass through it. Write `without(model, k)`: a copy of a network of `deep_network` without its block number
# `k` (0 is the first). The check takes each block out of the network of 22 layers with BN and sum, already
# trained. How much do you think it loses? Will it matter which one is taken out?


# %% tags=["solution"]
def without(model, k):
    return nn.Sequential(*(copy.deepcopy(layer) for place, layer in enumerate(model) if place != k + 2))


# %% tags=["check"]
whole, images, labels = trained[10, BOTH, 0], data.train_images, data.train_labels
before = predict(whole, images)
for k in range(10):
    lesser = without(whole, k)
    assert sum(isinstance(layer, Pair) for layer in lesser) == 9
    with torch.no_grad():
        x = whole[:2](images[:5])
        for place, block in enumerate(whole[2:12]):
            x = x if place == k else block(x)
        assert torch.allclose(lesser(images[:5]), whole[12:](x), atol=1e-5)
    print(k, Proportion.of(predict(lesser, images) == labels), "/", Proportion.of(before == labels).right)
assert len(whole) == 15  # es: el original conserva sus bloques  # en: the original keeps its blocks

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: empezar siendo la identidad
#
# Si la última normalización de cada bloque empieza con $\gamma = 0$, cada bloque empieza siendo la identidad
# y la red profunda empieza siendo corta ([Goyal et al., 2017](https://arxiv.org/abs/1706.02677) lo usaron
# para entrenar con *batches* enormes). Escribe `start_as_identity(model)`, que lo haga en el lugar con las
# redes de `deep_network` y devuelva el modelo. La comprobación compara la red con otra sin bloques.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: begin as the identity
#
# If the last normalisation of each block begins with $\gamma = 0$, each block begins as the identity, and the
# deep network begins as a short one ([Goyal et al., 2017](https://arxiv.org/abs/1706.02677) used it to train
# with enormous batches). Write `start_as_identity(model)`, which does so in place with the networks of
# `deep_network` and returns the model. The check compares the network with one that has no blocks.


# %% tags=["solution"]
def start_as_identity(model):
    for block in model:
        if isinstance(block, Pair):
            nn.init.zeros_(block.body[-1].weight)
    return model


# %% tags=["check"]
torch.manual_seed(0)
model = start_as_identity(deep_network(10, normalise=True, skip=True))
bare = nn.Sequential(*model[:2], *model[12:])
assert len(model) == 15 and all(block.body[1].weight.abs().min() > 0 for block in model[2:12])
for mode in (True, False):
    model.train(mode)
    assert torch.allclose(model(images[:64]), bare(images[:64]), atol=1e-5)
print(fit(model, seed=0), "/", learned[10, BOTH, 0].right)

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# También la atención se apila con sumas: [Un transformer que mira
# parches](../convolutional_networks/vision_transformer.md). Para aprovechar lo que una red residual ya
# aprendió, ve a [Un modelo de torchvision](../transfer_learning/torchvision_models.md). El mismo remedio para
# redes que leen secuencias está en [Gradientes que se
# desvanecen](../recurrent_transformers/vanishing_gradients.md).

# %% [markdown] lang="en"
# ## Where to go next
#
# Attention too is stacked with sums: [A transformer that looks at
# patches](../convolutional_networks/vision_transformer.md). To make use of what a network has learned
# already, go to [A torchvision model](../transfer_learning/torchvision_models.md). The same remedy
# for networks that read sequences is in [Vanishing
# gradients](../recurrent_transformers/vanishing_gradients.md).
