"""
title:
  es: Un transformer que mira parches
  en: A transformer that looks at patches
summary:
  es: Vision Transformer desde sus cuatro ecuaciones, igual al de torchvision y medido frente a una CNN.
  en: Vision Transformer from its four equations, equal to torchvision’s and measured against a CNN.
tags: [transformer, attention, ViT, patches, convolution]
objectives:
  es:
    - Convertir una imagen en una sucesión de parches y ver por qué eso es una convolución con paso.
    - Escribir las cuatro ecuaciones de Vision Transformer y comprobarlas con los mismos pesos.
    - Mostrar en forma exacta qué se pierde sin posiciones.
    - Contar los parámetros de ViT-Base/16 sin reservar memoria.
    - Comparar un ViT pequeño con una CNN del mismo tamaño y decir solo lo que los datos permiten.
  en:
    - Turn an image into a sequence of patches and see why that is a strided convolution.
    - Write the four equations of Vision Transformer and check them with the same weights.
    - Show exactly what is lost without positions.
    - Count the parameters of ViT-Base/16 without taking up memory.
    - Compare a small ViT with a CNN of the same size and say only what the data allow.
prerequisites:
  es:
    - Atención de producto escalar y normalización por capa.
    - Convolución con paso y el bucle de entrenamiento.
  en:
    - Scaled dot-product attention and layer normalisation.
    - Strided convolution and the training loop.
timeout_seconds: 300
"""
# %% [markdown] lang="es"
# Una convolución mira vecindades. Un *transformer* deja que cada pedazo de la entrada mire a todos los demás,
# y nació para frases. **Vision Transformer** (ViT, [Dosovitskiy et al.,
# 2020](https://arxiv.org/abs/2010.11929)) lo aplica a imágenes cambiando casi nada: corta la imagen en
# parches y los trata como palabras. Al terminar lo habrás escrito desde sus cuatro ecuaciones, comprobado
# contra el de torchvision y puesto frente a una CNN del mismo tamaño.
#
# Presupone [Normalización y atención](../tensor_mathematics/normalisation_attention.md) y [Tres modelos, un
# conjunto de datos](../convolutional_networks/three_models_one_dataset.md). Acompaña la sección *PyTorch
# Paper Replicating* del curso [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) y el [capítulo
# 08](https://www.learnpytorch.io/08_pytorch_paper_replicating/) de su libro, que replica el mismo artículo.
#
# ## Una imagen leída por parches
#
# Una imagen de $H \times W$ píxeles y $C$ canales se corta en $N = HW / P^2$ parches de $P \times P$. Con
# nuestros dígitos de 8×8 y $P = 2$, ¿cuántas «palabras» tiene cada imagen? ¿Y una foto de 224×224 con
# $P = 16$?

# %% [markdown] lang="en"
# A convolution looks at neighbourhoods. A transformer lets each piece of the input look at all the others,
# and it was born for sentences. **Vision Transformer** (ViT, [Dosovitskiy et al.,
# 2020](https://arxiv.org/abs/2010.11929)) applies it to images by changing almost nothing: it cuts the image
# into patches and treats them as words. By the end you will have written it from its four equations, checked
# it against torchvision's, and set it against a CNN of the same size.
#
# It presumes [Normalisation and attention](../tensor_mathematics/normalisation_attention.md) and [Three
# models, one data set](../convolutional_networks/three_models_one_dataset.md). It goes with the section
# *PyTorch Paper Replicating* of the course [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) and with [chapter
# 08](https://www.learnpytorch.io/08_pytorch_paper_replicating/) of its book, which replicates the same paper.
#
# ## An image read by patches
#
# An image of $H \times W$ pixels and $C$ channels is cut into $N = HW / P^2$ patches of $P \times P$. With
# our digits of 8×8 and $P = 2$, how many “words” does each image have? And a photograph of 224×224 with
# $P = 16$?

# %%
import math

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, linear, pad, unfold
from torchvision.models import VisionTransformer, get_model, get_model_weights, vit_b_16

from tutorials_lib import tr
from tutorials_lib.data import digits
from tutorials_lib.metrics import Proportion, mean_over_seeds, paired_comparison
from tutorials_lib.models import TinyVGG, parameter_count
from tutorials_lib.plots import image_grid, interval_plot
from tutorials_lib.training import TensorBatches, predict

# %%
# alt es: Un dígito de 8 por 8 y sus dieciséis parches de 2 por 2, en el orden en que se leen.
# alt en: A digit of 8 by 8 and its sixteen patches of 2 by 2, in the order in which they are read.
data = digits()
digit = data.train_images[0]  # channel height width
patches = unfold(digit[None], kernel_size=2, stride=2)[0].T  # patch pixel
print(patches.shape, 224 * 224 // 16**2)
frame = torch.full((16, 3, 3), 0.35)
frame[:, :2, :2] = patches.reshape(16, 2, 2)
mosaic = frame.reshape(4, 4, 3, 3).permute(0, 2, 1, 3).reshape(12, 12)
alone, mosaic = pad(digit[0], (3, 2, 3, 2), value=0.35), pad(mosaic, (1, 0, 1, 0), value=0.35)
_ = image_grid(torch.stack([alone, mosaic]), side_inches=2.2)

# %% tags=["hidden"]
assert patches.shape == (16, 4) and 224 * 224 // 16**2 == 196
assert torch.equal(patches[1].reshape(2, 2), digit[0, :2, 2:4])

# %% [markdown] lang="es"
# Son 16 y 196. Cada parche, aplanado, se multiplica por una matriz $\mathbf{E}$ que lo lleva a un vector de
# $D$ componentes. La misma matriz para todos los parches, sin superposición: eso es una convolución con
# núcleo $P$ y paso $P$. Con los mismos pesos, ambas cuentas deben coincidir, y sus gradientes también:

# %% [markdown] lang="en"
# They are 16 and 196. Each patch, flattened, is multiplied by a matrix $\mathbf{E}$ that takes it to a vector
# of $D$ components. The same matrix for all patches, with no overlap: that is a convolution with kernel $P$
# and stride $P$. With the same weights both computations must agree, and so must their gradients:

# %%
torch.manual_seed(0)
convolution = nn.Conv2d(3, 16, kernel_size=4, stride=4, dtype=torch.float64)  # C = 3, D = 16, P = 4
photos = torch.rand(5, 3, 12, 12, dtype=torch.float64)
by_convolution = convolution(photos).flatten(2).transpose(1, 2)  # batch patch width
flat = unfold(photos, kernel_size=4, stride=4).transpose(1, 2)  # batch patch C·P·P
by_matrix = linear(flat, convolution.weight.flatten(1), convolution.bias)
gradients = [
    torch.autograd.grad(tokens.square().sum(), convolution.weight)[0]
    for tokens in (by_convolution, by_matrix)
]
print((by_convolution - by_matrix).abs().max().item() < 1e-12, torch.allclose(*gradients, atol=1e-10))

# %% tags=["hidden"]
assert (by_convolution - by_matrix).abs().max() < 1e-12 and torch.allclose(*gradients, atol=1e-10)

# %% [markdown] lang="es"
# ## Las cuatro ecuaciones
#
# El artículo resume el modelo en cuatro líneas. A los $N$ parches se les antepone un vector que se aprende,
# $\mathbf{x}_\text{class}$, y a cada lugar se le suma otro, su posición:
#
# $$\mathbf{z}_0 = [\mathbf{x}_\text{class};\, \mathbf{x}^1_p \mathbf{E};\, \mathbf{x}^2_p \mathbf{E};
# \cdots;\, \mathbf{x}^N_p \mathbf{E}] + \mathbf{E}_\text{pos}. \tag{1}$$
#
# Siguen $L$ bloques de la misma forma, con pesos propios. Cada uno normaliza (LN), deja que los parches se
# miren (MSA, atención de varias cabezas) y después transforma cada parche por su cuenta (MLP), con una
# conexión residual en cada paso:
#
# $$\mathbf{z}'_\ell = \mathrm{MSA}(\mathrm{LN}(\mathbf{z}_{\ell-1})) + \mathbf{z}_{\ell-1}, \tag{2}$$
#
# $$\mathbf{z}_\ell = \mathrm{MLP}(\mathrm{LN}(\mathbf{z}'_\ell)) + \mathbf{z}'_\ell. \tag{3}$$
#
# La respuesta sale del primer lugar, el de la clase, y una capa lineal la convierte en logits:
#
# $$\mathbf{y} = \mathrm{LN}(\mathbf{z}^0_L). \tag{4}$$
#
# Falta decir qué es MSA. Cada cabeza $h$ proyecta sus consultas, claves y valores, de ancho $D_h$, y promedia
# los valores con los pesos $A_h$; una matriz $U$ junta las cabezas:
#
# $$A_h = \mathrm{softmax}\!\left(\mathbf{q}_h \mathbf{k}_h^\top / \sqrt{D_h}\right), \tag{5}$$
#
# $$\mathrm{MSA}(\mathbf{z}) = [A_1 \mathbf{v}_1;\, \cdots;\, A_k \mathbf{v}_k]\, U. \tag{6}$$

# %% [markdown] lang="en"
# ## The four equations
#
# The paper sums up the model in four lines. The $N$ patches are preceded by a vector that is learned,
# $\mathbf{x}_\text{class}$, and another one, its position, is added to each place:
#
# $$\mathbf{z}_0 = [\mathbf{x}_\text{class};\, \mathbf{x}^1_p \mathbf{E};\, \mathbf{x}^2_p \mathbf{E};
# \cdots;\, \mathbf{x}^N_p \mathbf{E}] + \mathbf{E}_\text{pos}. \tag{1}$$
#
# $L$ blocks of the same form follow, with weights of their own. Each one normalises (LN), lets the patches
# look at each other (MSA, attention with several heads) and then transforms each patch on its own (MLP), with
# a residual connection at each step:
#
# $$\mathbf{z}'_\ell = \mathrm{MSA}(\mathrm{LN}(\mathbf{z}_{\ell-1})) + \mathbf{z}_{\ell-1}, \tag{2}$$
#
# $$\mathbf{z}_\ell = \mathrm{MLP}(\mathrm{LN}(\mathbf{z}'_\ell)) + \mathbf{z}'_\ell. \tag{3}$$
#
# The answer comes from the first place, that of the class, and a linear layer turns it into logits:
#
# $$\mathbf{y} = \mathrm{LN}(\mathbf{z}^0_L). \tag{4}$$
#
# It remains to say what MSA is. Each head $h$ projects its queries, keys and values, of width $D_h$, and
# averages the values with the weights $A_h$; a matrix $U$ joins the heads:
#
# $$A_h = \mathrm{softmax}\!\left(\mathbf{q}_h \mathbf{k}_h^\top / \sqrt{D_h}\right), \tag{5}$$
#
# $$\mathrm{MSA}(\mathbf{z}) = [A_1 \mathbf{v}_1;\, \cdots;\, A_k \mathbf{v}_k]\, U. \tag{6}$$


# %%
class Block(nn.Module):
    def __init__(self, width: int, heads: int, hidden: int):
        super().__init__()
        self.heads = heads
        self.norm_attention = nn.LayerNorm(width)
        self.queries_keys_values = nn.Linear(width, 3 * width)
        self.join = nn.Linear(width, width)
        self.norm_mlp = nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, hidden), nn.GELU(), nn.Linear(hidden, width))

    def attend(self, z: Tensor) -> tuple[Tensor, Tensor]:
        batch, places, width = z.shape
        parts = self.queries_keys_values(z).reshape(batch, places, 3, self.heads, width // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)  # batch head place D_h
        weights = (query @ key.transpose(-1, -2) / math.sqrt(width // self.heads)).softmax(-1)  # (5)
        heads = (weights @ value).transpose(1, 2).reshape(batch, places, width)
        return self.join(heads), weights  # (6)

    def forward(self, z: Tensor) -> Tensor:
        z = self.attend(self.norm_attention(z))[0] + z  # (2)
        return self.mlp(self.norm_mlp(z)) + z  # (3)


# %% [markdown] lang="es"
# Es la capa de codificador que PyTorch ofrece como `nn.TransformerEncoderLayer` con `norm_first=True` (la LN
# va antes, como en (2) y (3)) y activación GELU. Le copiamos los pesos, damos a ambos la misma entrada y
# comparamos salidas y todos los gradientes en `float64`:

# %% [markdown] lang="en"
# It is the encoder layer that PyTorch offers as `nn.TransformerEncoderLayer` with `norm_first=True` (the LN
# comes first, as in (2) and (3)) and GELU activation. We copy its weights over, feed both the same, and
# compare outputs and all gradients in `float64`:

# %%
settings = {"dropout": 0.0, "activation": "gelu", "batch_first": True, "norm_first": True}
official = nn.TransformerEncoderLayer(16, 4, 46, **settings, dtype=torch.float64)
ours = Block(width=16, heads=4, hidden=46).double()
pairs = {
    ours.norm_attention: official.norm1,
    ours.join: official.self_attn.out_proj,
    ours.norm_mlp: official.norm2,
    ours.mlp[0]: official.linear1,
    ours.mlp[2]: official.linear2,
}
matched = [
    (mine, theirs)
    for a, b in pairs.items()
    for mine, theirs in zip(a.parameters(), b.parameters(), strict=True)
]
matched += [(ours.queries_keys_values.weight, official.self_attn.in_proj_weight)]
matched += [(ours.queries_keys_values.bias, official.self_attn.in_proj_bias)]
with torch.no_grad():
    for mine, theirs in matched:
        # es: también los sesgos, que empiezan en cero
        # en: the biases as well, which start at zero
        theirs.normal_()
        mine.copy_(theirs)

z = torch.randn(3, 17, 16, dtype=torch.float64)
outputs = [block(z) for block in (ours, official)]
for output in outputs:
    output.sin().sum().backward()
gap = max((mine.grad - theirs.grad).abs().max().item() for mine, theirs in matched)
print(len(matched), (outputs[0] - outputs[1]).abs().max().item() < 1e-6, gap < 1e-6)

# %% tags=["hidden"]
assert len(matched) == len(list(official.parameters())) == len(list(ours.parameters())) == 12
assert (outputs[0] - outputs[1]).abs().max() < 1e-6 and gap < 1e-6
assert all(theirs.grad.abs().sum() > 0 for _, theirs in matched)

# %% [markdown] lang="es"
# Con el bloque a mano, el modelo entero cabe en una pantalla:

# %% [markdown] lang="en"
# With the block at hand, the whole model fits on one screen:


# %%
class ViT(nn.Module):
    def __init__(self, side=8, patch=2, channels=1, width=16, heads=4, hidden=46, depth=1, classes=10):
        super().__init__()
        self.class_token = nn.Parameter(torch.zeros(1, 1, width))
        self.embed = nn.Conv2d(channels, width, kernel_size=patch, stride=patch)
        self.positions = nn.Parameter(0.02 * torch.randn(1, (side // patch) ** 2 + 1, width))
        self.blocks = nn.ModuleList(Block(width, heads, hidden) for _ in range(depth))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, classes)

    def places(self, images: Tensor) -> Tensor:
        patches = self.embed(images).flatten(2).transpose(1, 2)  # batch patch width
        return torch.cat([self.class_token.expand(len(images), -1, -1), patches], 1) + self.positions  # (1)

    def forward(self, images: Tensor) -> Tensor:
        z = self.places(images)  # batch place width
        for block in self.blocks:
            z = block(z)
        return self.head(self.norm(z[:, 0]))  # (4)


# %% [markdown] lang="es"
# La prueba más dura: `torchvision.models.VisionTransformer`, con dos bloques, tres canales y los mismos pesos
# que el nuestro. Su LN usa por omisión $\epsilon = 10^{-6}$, y `nn.LayerNorm`, $10^{-5}$: por eso recibe
# `norm_layer`. Las salidas y los gradientes de todos los parámetros deben coincidir.

# %% [markdown] lang="en"
# The hardest test: `torchvision.models.VisionTransformer`, with two blocks, three channels and the same
# weights as ours. Its LN has $\epsilon = 10^{-6}$ by default, and `nn.LayerNorm` $10^{-5}$: hence
# `norm_layer`. Outputs and the gradients of all parameters must agree.

# %%
theirs = VisionTransformer(
    image_size=12,
    patch_size=4,
    num_layers=2,
    num_heads=4,
    hidden_dim=16,
    mlp_dim=46,
    num_classes=10,
    norm_layer=nn.LayerNorm,
).double()
mine = ViT(side=12, patch=4, channels=3, depth=2).double()
rest = [*mine.blocks.parameters(), *mine.norm.parameters(), *mine.head.parameters()]
in_order = [mine.class_token, *mine.embed.parameters(), mine.positions, *rest]
with torch.no_grad():
    for a, b in zip(in_order, theirs.parameters(), strict=True):
        b.normal_(std=0.3)
        a.copy_(b)
logits = [model(photos) for model in (mine, theirs)]
for output in logits:
    output.sin().sum().backward()
gap = max((a.grad - b.grad).abs().max().item() for a, b in zip(in_order, theirs.parameters(), strict=True))
print(len(in_order), (logits[0] - logits[1]).abs().max().item() < 1e-6, gap < 1e-6)

# %% tags=["hidden"]
assert (logits[0] - logits[1]).abs().max() < 1e-6 and gap < 1e-6
assert all(b.grad is not None and b.grad.abs().sum() > 0 for b in theirs.parameters())

# %% [markdown] lang="es"
# Coinciden las salidas y los gradientes de los `{python} len(in_order)` tensores de pesos.
#
# ## ViT-Base/16, sin reservar memoria
#
# El capítulo 08 arma ViT-Base/16 para tres clases y su resumen anuncia la cuenta `COURSE`. En el
# [dispositivo meta](../fundamentals/devices.md) los tensores tienen forma y no números, así que contarlos no
# cuesta memoria. Antes de ejecutar: ¿qué parte del total crees que está en los bloques?

# %% [markdown] lang="en"
# The outputs agree, and so do the gradients of the `{python} len(in_order)` tensors of weights.
#
# ## ViT-Base/16, without taking up memory
#
# Chapter 08 builds ViT-Base/16 for three classes, and its summary announces the count `COURSE`. On the
# [meta device](../fundamentals/devices.md) tensors have a shape and no numbers, so counting them costs no
# memory. Before running: what share of the total do you think is in the blocks?

# %%
COURSE = 85_800_963  # learnpytorch.io, 08
with torch.device("meta"):
    base = ViT(side=224, patch=16, channels=3, width=768, heads=12, hidden=3072, depth=12, classes=3)
    published = vit_b_16(num_classes=3)
print(parameter_count(base) == parameter_count(published) == COURSE, next(base.parameters()).device)
shares = {
    tr(es="parches", en="patches"): parameter_count(base.embed),
    tr(es="clase", en="class"): base.class_token.numel(),
    tr(es="posiciones", en="positions"): base.positions.numel(),
    tr(es="12 bloques", en="12 blocks"): parameter_count(base.blocks),
    tr(es="norma y cabeza", en="norm and head"): parameter_count(base.norm) + parameter_count(base.head),
}
for name, count in shares.items():
    print(f"{name:<16}{count:>12}{count / COURSE:>8.2%}")

# %% tags=["hidden"]
assert parameter_count(base) == parameter_count(published) == COURSE == sum(shares.values())
in_blocks = parameter_count(base.blocks) / COURSE
assert in_blocks > 0.98

# %% [markdown] lang="es"
# Sale el mismo número, `{python} COURSE:,`, y los bloques tienen el `{python} in_blocks:.1%`. Cortar en
# parches y decir dónde está cada uno no pesa casi nada.
#
# ## Sin posiciones, una bolsa de parches
#
# Nada en (2) a (6) sabe dónde está un parche; solo $\mathbf{E}_\text{pos}$ lo dice. Ponla en cero y baraja
# los parches de cada dígito, siempre con el mismo desorden. ¿Cuánto cambian los logits?

# %% [markdown] lang="en"
# The same number comes out, `{python} COURSE:,`, and the blocks hold `{python} in_blocks:.1%` of it. Cutting
# into patches and saying where each one is weighs next to nothing.
#
# ## Without positions, a bag of patches
#
# Nothing in (2) to (6) knows where a patch is; only $\mathbf{E}_\text{pos}$ tells. Set it to zero and shuffle
# the patches of each digit, always with the same disorder. By how much do the logits change?

# %%
# alt es: Seis dígitos y, debajo, los mismos con sus parches barajados, irreconocibles.
# alt en: Six digits and, below, the same ones with their patches shuffled, beyond recognition.
disorder = torch.randperm(16, generator=torch.Generator().manual_seed(2))


def shuffle_patches(images: Tensor) -> Tensor:
    n, _, side, _ = images.shape
    pieces = images.reshape(n, 4, 2, 4, 2).permute(0, 1, 3, 2, 4).reshape(n, 16, 2, 2)[:, disorder]
    return pieces.reshape(n, 4, 4, 2, 2).permute(0, 1, 3, 2, 4).reshape(n, 1, side, side)


shuffled = shuffle_patches(data.test_images)
torch.manual_seed(0)
model = ViT(depth=3).double()
changes = {}
for name, scale in ((tr(es="con posiciones", en="with positions"), 1.0), (tr(es="sin", en="without"), 0.0)):
    with torch.no_grad():
        model.positions.normal_().mul_(scale)
        before, after = model(data.test_images.double()), model(shuffled.double())
    changes[scale] = (before - after).abs().max().item()
    print(f"{name:<16}{changes[scale]:.1e}")
_ = image_grid(torch.cat([data.test_images[:6], shuffled[:6]]))

# %% tags=["hidden"]
assert changes[0.0] < 1e-12 and changes[1.0] > 1e-3
assert torch.equal(shuffled.flatten(1).sort().values, data.test_images.flatten(1).sort().values)

# %% [markdown] lang="es"
# Sin posiciones cambian solo en el redondeo: la atención es equivariante a las permutaciones, el lugar de la
# clase no se mueve, y así el modelo entero es **invariante**. Para él, las dos filas de la figura son las
# mismas imágenes, sean cuales sean sus pesos y por mucho que se entrene.
#
# ## Frente a una CNN del mismo tamaño
#
# Un ViT de un bloque y una TinyVGG, con casi los mismos parámetros y la misma receta: 20 épocas, *batches* de
# 128 y Adam con la tasa de aprendizaje en un ciclo que sube hasta 0,015 y vuelve a bajar. En la validación,
# con la última cuarta parte de los dígitos de entrenamiento, una tasa del doble dio casi lo mismo en los dos
# modelos. Esa otra tasa la vimos también en los dígitos de prueba antes de elegir, y el orden era el mismo:
# esta no es la primera mirada al examen. Entrenan `{python} len(data.train_images)` dígitos. ¿Quién gana?

# %% [markdown] lang="en"
# Without positions they change by rounding only: attention is equivariant to permutations, the place of the
# class does not move, and so the whole model is **invariant**. To it both rows of the figure are the same
# images, whatever its weights and however long it is trained.
#
# ## Against a CNN of the same size
#
# A ViT of one block and a TinyVGG, with nearly the same parameters and the same recipe: 20 epochs, batches of
# 128, and Adam with its learning rate in one cycle that rises to 0.015 and comes down again. In validation,
# on the last quarter of the training digits, twice that rate gave nearly the same for both models. We had
# seen that other rate on the test digits as well before choosing, with the same order: this is not the first
# look at the exam. There are `{python} len(data.train_images)` digits to train with. Who wins?

# %%
SEEDS, EPOCHS = range(4), 20
sizes = {"ViT": parameter_count(ViT()), "TinyVGG": parameter_count(TinyVGG(1, 10, 10, side=8))}
print(sizes)


def fit(name: str, seed: int) -> nn.Module:
    torch.manual_seed(seed)
    model = TinyVGG(1, 10, 10, side=8) if name == "TinyVGG" else ViT()
    order = torch.Generator().manual_seed(seed)
    batches = TensorBatches(data.train_images, data.train_labels, 128, order)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.015, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.015, EPOCHS * len(batches))
    for _ in range(EPOCHS):
        for images, labels in batches:
            loss = cross_entropy(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return model.eval()


# %%
# alt es: Exactitud de cada modelo con cada semilla y su intervalo; TinyVGG queda más arriba en promedio.
# alt en: Accuracy of each model with each seed and its interval; those of TinyVGG are higher on average.
models = {name: [fit(name, seed) for seed in SEEDS] for name in ("TinyVGG", "ViT")}
correct = {
    name: [predict(model, data.test_images) == data.test_labels for model in row]
    for name, row in models.items()
}
rows = [(f"{name} {seed}", Proportion.of(correct[name][seed])) for name in models for seed in SEEDS]
for name, score in rows:
    print(f"{name:<10}{score}")
_ = interval_plot(
    [name for name, _ in rows],
    [score.value for _, score in rows],
    [score.low for _, score in rows],
    [score.high for _, score in rows],
    xlabel=tr(es="exactitud, intervalo del 95 %", en="accuracy, 95% interval"),
)

# %%
pairs = [paired_comparison(a, b) for a, b in zip(correct["TinyVGG"], correct["ViT"], strict=True)]
for pair in pairs:
    print(f"+{pair.only_first} −{pair.only_second}   P = {pair.p_value:.1g}")
ahead = mean_over_seeds([100 * (pair.only_first - pair.only_second) / pair.total for pair in pairs])
print(f"TinyVGG − ViT: {ahead.value:.1f}   [{ahead.low:.1f}, {ahead.high:.1f}]")
jumbled = [Proportion.of(predict(model, shuffled) == data.test_labels) for model in models["ViT"]]
print(tr(es="barajados:", en="shuffled:"), *jumbled)

# %% tags=["hidden"]
means = {name: torch.stack(answers).float().mean().item() for name, answers in correct.items()}
assert abs(sizes["ViT"] / sizes["TinyVGG"] - 1) < 0.01
assert means["ViT"] > 0.75 and means["TinyVGG"] > means["ViT"] + 0.01
collapsed = sum(jumbled, Proportion(0, 0))
assert collapsed.value < means["ViT"] - 0.3
decided = sum(pair.p_value < 0.05 for pair in pairs)
verdict = (
    tr(es="TinyVGG va adelante", en="TinyVGG is ahead")
    if ahead.low > 0
    else tr(es="cuatro semillas no bastan para decidir", en="four seeds do not suffice to decide")
)

# %% [markdown] lang="es"
# La ventaja media de TinyVGG es de `{python} ahead.value:.1f` puntos, con un intervalo del 95 % de
# `{python} ahead.low:.1f` a `{python} ahead.high:.1f`: `{python} verdict`. La comparación por pares se decide
# en `{python} decided` de las `{python} len(pairs)` semillas. Con tan pocos datos es lo que advierte el
# artículo: un *transformer* no trae de fábrica ni la localidad ni la equivarianza a los desplazamientos, y
# debe aprenderlas de los ejemplos. Sus resultados con millones de imágenes no caben en esta página, y nada de
# lo medido aquí los contradice.
#
# La última línea impresa les toma a los ViT el mismo examen con los parches barajados: el promedio cae del
# `{python} means["ViT"]:.0%` al `{python} collapsed.value:.0%`. Las posiciones que aprendieron importan.
#
# **¿Te dio otro número?** Para el ViT con posiciones, lo esperado ronda la banda de
# `{python} min(int(row.sum()) for row in correct["ViT"])` a
# `{python} max(int(row.sum()) for row in correct["ViT"])` aciertos de `{python} len(data.test_labels)`.
#
# ## Adónde mira la clase
#
# Como hay un solo bloque, la respuesta se forma con una única mirada: la fila 0 de $A_h$ dice cuánto toma el
# lugar de la clase de sí mismo y de cada parche. Cada cabeza tiene su fila. ¿Mirarán todas lo mismo?

# %% [markdown] lang="en"
# The mean lead of TinyVGG is `{python} ahead.value:.1f` points, with a 95% interval from
# `{python} ahead.low:.1f` to `{python} ahead.high:.1f`: `{python} verdict`. The paired comparison is settled
# in `{python} decided` of the `{python} len(pairs)` seeds. With this little data it is what the paper warns
# of: a transformer comes with neither locality nor equivariance to shifts, and must learn them from the
# examples. Its results with millions of images do not fit on this page, and nothing measured here contradicts
# them.
#
# The last printed line gives the ViTs the same exam with its patches shuffled: the mean falls from
# `{python} means["ViT"]:.0%` to `{python} collapsed.value:.0%`. The positions they learned matter.
#
# **Did you get a different number?** For the ViT with positions, expect about the band from
# `{python} min(int(row.sum()) for row in correct["ViT"])` to
# `{python} max(int(row.sum()) for row in correct["ViT"])` right out of `{python} len(data.test_labels)`.
#
# ## Where the class looks
#
# As there is a single block, the answer is formed by one look: row 0 of $A_h$ tells how much the place of the
# class takes from itself and from each patch. Each head has its row. Will all of them look at the same?

# %%
# alt es: Cuatro dígitos y, a la derecha de cada uno, el mapa de sus cuatro cabezas y el promedio.
# alt en: Four digits and, to the right of each, the map of its four heads and their mean.
vit = models["ViT"][0]
chosen = [int((data.test_labels == label).nonzero()[0]) for label in (0, 3, 4, 7)]
with torch.inference_mode():
    block = vit.blocks[0]
    weights = block.attend(block.norm_attention(vit.places(data.test_images)))[1]  # image head place place
looks = weights[:, :, 0, 1:].reshape(-1, 4, 4, 4)  # image head row column
looks = torch.cat([looks, looks.mean(1, keepdim=True)], 1)[chosen]
# es: blanco es el mayor peso de cada mapa
# en: white is the largest weight of each map
looks = looks / looks.amax((2, 3), keepdim=True)
enlarged = looks.repeat_interleave(2, 2).repeat_interleave(2, 3)
pictures = torch.cat([data.test_images[chosen], enlarged], 1).flatten(0, 1)
heads = [tr(es=f"cabeza {n}", en=f"head {n}") for n in range(1, 5)]
_ = image_grid(pictures, [tr(es="dígito", en="digit"), *heads, tr(es="promedio", en="mean")])

# %%
blank = unfold(data.test_images, 2, stride=2).amax(1) == 0  # image patch
on_blank = weights[:, :, 0, 1:].mean(1)[blank].sum() / len(blank)
print(f"{on_blank:.3f} {blank.float().mean():.3f}")
first, second = torch.triu_indices(4, 4, offset=1)  # 6
rows_of_class = weights[:, :, 0]  # image head place
apart = (rows_of_class[:, first] - rows_of_class[:, second]).abs().sum(-1).mean() / 2
print(f"{apart:.2f}")

# %% tags=["hidden"]
assert torch.allclose(weights.sum(-1), torch.ones(()), atol=1e-5)
assert 0.2 < apart < 1 and on_blank > 0.05

# %% [markdown] lang="es"
# No miran lo mismo. La última línea impresa mide cuánto se apartan dos cabezas en promedio: 0 si sus pesos
# coinciden y 1 si no comparten ningún lugar; da `{python} apart.item():.2f`. El
# `{python} on_blank.item():.0%` del peso cae en parches sin tinta, que son el
# `{python} blank.float().mean().item():.0%` de los parches: la mirada no se limita a la tinta.
#
# Un mapa de atención dice **de dónde** se tomaron los valores, no por qué se decidió: los valores pasan
# después por $U$, por el MLP y por la cabeza. Con varios bloques, además, cada lugar ya mezcla a los demás, y
# la fila 0 del último deja de señalar parches de la imagen.
#
# ## Para llevarte
#
# * Cortar en parches y proyectar es una convolución con paso igual al núcleo.
# * Cuatro ecuaciones: entrada con clase y posiciones, atención residual, MLP residual, salida del primer
#   lugar.
# * La posición es lo único que ordena los parches: sin ella, el modelo es invariante a barajarlos.
# * En ViT-Base/16 casi todos los parámetros están en los bloques.
# * Con pocos datos y la misma receta, la CNN del mismo tamaño acertó más en promedio: trae de fábrica lo que
#   el ViT debe aprender.

# %% [markdown] lang="en"
# They do not look at the same. The last printed line measures how far apart two heads are on average: 0 if
# their weights coincide and 1 if they share no place; it gives `{python} apart.item():.2f`.
# `{python} on_blank.item():.0%` of the weight falls on patches without ink, which are
# `{python} blank.float().mean().item():.0%` of the patches: the look is not confined to the ink.
#
# An attention map tells **where** the values were taken from, not why the decision was made: the values still
# pass through $U$, the MLP and the head. With several blocks, moreover, each place already mixes the others,
# and row 0 of the last one no longer points at patches of the image.
#
# ## What to keep
#
# * To cut into patches and project is a convolution whose stride equals its kernel.
# * Four equations: input with class and positions, residual attention, residual MLP, output of the first
#   place.
# * The position is all that orders the patches: without it, the model is invariant to shuffling them.
# * In ViT-Base/16 nearly all the parameters are in the blocks.
# * With little data and the same recipe, the CNN of the same size got more right on average: it comes with
#   what the ViT has to learn.

# %% [markdown] lang="es" tags=["quiz"]
# Duplicas el lado de las imágenes y dejas $P$ como está. ¿Cuánto crece, más o menos, la tabla $A_h$?
#
# - [ ] Por 2: eso crece el lado; los parches se cuentan en las dos direcciones.
# - [ ] Por 4: eso crece la cantidad de parches, y $A_h$ tiene un peso por cada **par** de lugares.
# - [x] Por 16: cuatro veces más parches, y cada uno mira a cuatro veces más.

# %% [markdown] lang="en" tags=["quiz"]
# You double the side of the images and leave $P$ as it is. By how much, roughly, does the table $A_h$ grow?
#
# - [ ] By 2: that is the growth of the side; patches are counted in both directions.
# - [ ] By 4: that is the growth of the number of patches, and $A_h$ has a weight for each **pair** of places.
# - [x] By 16: four times as many patches, each looking at four times as many.

# %% [markdown] lang="es" tags=["quiz"]
# Un ViT sin posiciones confunde un 6 con el mismo 6 barajado. ¿Qué lo arregla?
#
# - [ ] Entrenarlo más épocas: la invarianza vale para cualquier valor de los pesos.
# - [ ] Agregar cabezas y bloques: cada uno trata a los lugares por igual, y así el conjunto.
# - [x] Darle posiciones: son lo único que distingue un lugar de otro.

# %% [markdown] lang="en" tags=["quiz"]
# A ViT without positions takes a 6 for the same 6 shuffled. What mends it?
#
# - [ ] Training it for more epochs: the invariance holds for any value of the weights.
# - [ ] Adding heads and blocks: each of them treats all places alike, and so does the whole.
# - [x] Giving it positions: they are all that tells one place from another.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: ida y vuelta
#
# Sin `unfold`: escribe `to_patches(images, size)`, de `(batch, C, H, W)` a `(batch, N, C·P·P)`, y
# `to_images(patches, size, height, width)`, que lo deshace. El orden es el de la figura: por filas, y dentro
# de cada parche primero el canal. Bastan `reshape` y `permute`.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: there and back
#
# Without `unfold`: write `to_patches(images, size)`, from `(batch, C, H, W)` to `(batch, N, C·P·P)`, and
# `to_images(patches, size, height, width)`, which undoes it. The order is that of the figure: by rows, and
# within each patch the channel first. `reshape` and `permute` suffice.


# %% tags=["solution"]
def to_patches(images: Tensor, size: int) -> Tensor:
    batch, channels, height, width = images.shape
    pieces = images.reshape(batch, channels, height // size, size, width // size, size)
    return pieces.permute(0, 2, 4, 1, 3, 5).reshape(batch, -1, channels * size * size)


def to_images(patches: Tensor, size: int, height: int, width: int) -> Tensor:
    pieces = patches.reshape(len(patches), height // size, width // size, -1, size, size)
    return pieces.permute(0, 3, 1, 4, 2, 5).reshape(len(patches), -1, height, width)


# %% tags=["check"]
for shape, size in (((2, 3, 6, 4), 2), ((1, 1, 8, 8), 4), ((4, 2, 3, 9), 3)):
    pictures = torch.rand(shape)
    cut = to_patches(pictures, size)
    assert torch.equal(cut, unfold(pictures, size, stride=size).transpose(1, 2)), shape
    assert torch.equal(to_images(cut, size, *shape[2:]), pictures), shape
print(cut.shape)

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: la cuenta, sin el modelo
#
# Escribe `vit_parameters(side, patch, channels, width, hidden, depth, classes)`. La comprobación la compara
# con nuestro `ViT` y con tres modelos de torchvision. ¿Por qué no hace falta la cantidad de cabezas?

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: the count, without the model
#
# Write `vit_parameters(side, patch, channels, width, hidden, depth, classes)`. The check compares it with our
# `ViT` and with three models of torchvision. Why is the number of heads not needed?


# %% tags=["solution"]
def vit_parameters(
    side: int, patch: int, channels: int, width: int, hidden: int, depth: int, classes: int
) -> int:
    entrance = (channels * patch**2 + 1) * width + width + ((side // patch) ** 2 + 1) * width
    # es: las cabezas se reparten el ancho, así que su cantidad no cambia la cuenta
    # en: the heads share out the width, so that their number does not change the count
    attention = (width + 1) * 3 * width + (width + 1) * width
    mlp = (width + 1) * hidden + (hidden + 1) * width
    block = attention + mlp + 2 * 2 * width
    return entrance + depth * block + 2 * width + (width + 1) * classes


# %% tags=["check"]
assert vit_parameters(8, 2, 1, 16, 46, 1, 10) == parameter_count(ViT())
assert vit_parameters(224, 16, 3, 768, 3072, 12, 3) == COURSE
published_sizes = {
    "vit_b_16": (16, 768, 3072, 12),
    "vit_b_32": (32, 768, 3072, 12),
    "vit_l_16": (16, 1024, 4096, 24),
}
for name, (patch, width, hidden, depth) in published_sizes.items():
    count = vit_parameters(224, patch, 3, width, hidden, depth, 1000)
    with torch.device("meta"):
        assert count == parameter_count(get_model(name))
    assert count == get_model_weights(name).IMAGENET1K_V1.meta["num_params"]
    print(name, count)

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: la mirada a través de los bloques
#
# Con varios bloques, *attention rollout* ([Abnar y Zuidema, 2020](https://arxiv.org/abs/2005.00928)) aproxima
# de qué parches viene cada lugar: promedia las cabezas de cada bloque, promedia el resultado con la identidad
# (la conexión residual) y multiplica las tablas, la del último bloque a la izquierda. Escribe
# `rollout(attentions)`, que recibe una lista de tensores `(batch, cabeza, lugar, lugar)`, uno por bloque.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: the look through the blocks
#
# With several blocks, *attention rollout* ([Abnar and Zuidema, 2020](https://arxiv.org/abs/2005.00928))
# approximates which patches each place draws from: it averages the heads of each block, averages the result
# with the identity (the residual connection) and multiplies the tables, that of the last block on the left.
# Write `rollout(attentions)`, which takes a list of tensors `(batch, head, place, place)`, one for each
# block.


# %% tags=["solution"]
def rollout(attentions: list[Tensor]) -> Tensor:
    flow = torch.eye(attentions[0].shape[-1])
    for attention in attentions:
        flow = (attention.mean(1) + torch.eye(attention.shape[-1])) / 2 @ flow
    return flow


# %% tags=["check"]
tables = [torch.randn(2, 3, 5, 5).softmax(-1) for _ in range(3)]
flow = rollout(tables)
assert flow.shape == (2, 5, 5) and torch.allclose(flow.sum(-1), torch.ones(()), atol=1e-5)
steps = [(table.mean(1) + torch.eye(5)) / 2 for table in tables]
assert torch.allclose(flow, steps[2] @ steps[1] @ steps[0], atol=1e-6)
assert torch.allclose(rollout(tables[:1]), steps[0], atol=1e-6)
print(rollout([weights[:1]])[0, 0, 1:].reshape(4, 4).numpy().round(2))

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# Antes: [Dónde está y qué píxeles ocupa](../convolutional_networks/vision_tasks.md). Después: [Una red
# recurrente a mano](../recurrent_transformers/rnn_by_hand.md), con secuencias en lugar de imágenes, y [Un
# transformer a mano](../recurrent_transformers/transformer_by_hand.md), que arma el bloque para secuencias y
# pone a prueba lo que dice un mapa de atención. Otra manera de preguntar adónde mira una red está en [Mapas
# de características](../convolutional_networks/feature_maps.md).

# %% [markdown] lang="en"
# ## Where to go next
#
# Before: [Where it is and which pixels it covers](../convolutional_networks/vision_tasks.md). After: [A
# recurrent network by hand](../recurrent_transformers/rnn_by_hand.md), with sequences instead of pictures,
# and [A transformer by hand](../recurrent_transformers/transformer_by_hand.md), which builds the block for
# sequences and puts to the test what a map of attention says. Another way to ask where a network looks is in
# [Feature maps](../convolutional_networks/feature_maps.md).
