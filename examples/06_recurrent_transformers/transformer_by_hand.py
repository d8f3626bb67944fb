"""
title:
  es: Un transformer a mano
  en: A transformer by hand
summary:
  es: Varias cabezas, un bloque y su máscara, iguales a los de PyTorch; y una atención que halla qué mirar.
  en: Several heads, a block and its mask, equal to those of PyTorch; and attention that finds where to look.
tags: [transformer, attention, multi-head attention, positional encoding, parity]
objectives:
  es:
    - Escribir la atención de varias cabezas y obtener las salidas y los gradientes de nn.MultiheadAttention.
    - Armar un bloque con la normalización después o antes, igual a nn.TransformerEncoderLayer.
    - Comprobar con gradientes que la máscara causal impide mirar el futuro.
    - Contar el costo de un bloque y decir desde qué largo manda la atención.
    - Leer en un mapa de atención cómo dos capas aprenden a copiar lo que una no puede.
  en:
    - Write attention with several heads, and get the outputs and gradients of nn.MultiheadAttention.
    - Build a block with normalisation after or before, equal to nn.TransformerEncoderLayer.
    - Check with gradients that the causal mask keeps from looking at the future.
    - Count the cost of a block, and say from which length on attention rules.
    - Read in a map of attention how two layers learn to copy what one cannot.
prerequisites:
  es:
    - La atención de producto escalar.
    - Qué es la normalización por capa.
    - El bucle de entrenamiento.
  en:
    - Scaled dot-product attention.
    - What layer normalisation is.
    - The training loop.
timeout_seconds: 180
"""
# %% [markdown] lang="es"
# Una red recurrente lee una palabra tras otra y le confía todo a un estado. Un *transformer* pone todas las
# palabras sobre la mesa y deja que cada una mire a las demás. Al terminar habrás escrito uno con pocas
# líneas, habrás comprobado cada pieza contra PyTorch y lo habrás entrenado en una tarea en la que se ve,
# casilla por casilla, qué aprendió a mirar.
#
# La lección supone la fórmula de una cabeza, sus índices y su máscara, que están en [Normalización y
# atención](../tensor_mathematics/normalisation_attention.md). Acompaña la sección *PyTorch Paper Replicating*
# del curso [PyTorch for Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) y el
# [capítulo 08](https://www.learnpytorch.io/08_pytorch_paper_replicating/) de su libro, que usa
# `nn.MultiheadAttention` y `nn.TransformerEncoderLayer` como cajas cerradas: aquí se abren.
#
# ## Varias cabezas
#
# Cada fila de $Q$, $K$ y $V$ es una palabra; con $d_k$ el ancho de una consulta ([Vaswani et al.,
# 2017](https://arxiv.org/abs/1706.03762)),
#
# $$\operatorname{Attention}(Q, K, V) = \operatorname{softmax}\!\left(\frac{Q K^\top}{\sqrt{d_k}}\right) V.
# \tag{1}$$
#
# Una cabeza reparte un peso total de 1 entre las palabras: si quiere mirar a dos por razones distintas, las
# promedia. Por eso se usan varias. Cada cabeza $i$ tiene sus propias matrices, más angostas, y un último
# producto mezcla lo que trajeron:
#
# $$\operatorname{head}_i = \operatorname{Attention}(X W_i^Q,\; X W_i^K,\; X W_i^V), \tag{2}$$
#
# $$\operatorname{MultiHead}(X) = [\operatorname{head}_1; \ldots; \operatorname{head}_H]\, W^O. \tag{3}$$
#
# Con ancho total $d$, cada cabeza mide $d_k = d / H$. PyTorch guarda las $3H$ matrices apiladas en una sola,
# con sesgos, y así las multiplica de una vez.

# %% [markdown] lang="en"
# A recurrent network reads one word at a time and entrusts everything to a state. A transformer puts all the
# words on the table and lets each of them look at the others. By the end you will have written one in a few
# lines, checked each part against PyTorch, and trained it on a task in which one sees, cell by cell, what it
# learned to look at.
#
# The lesson presumes the formula of one head, its indices and its mask, which are in [Normalisation and
# attention](../tensor_mathematics/normalisation_attention.md). It goes with the section *PyTorch Paper
# Replicating* of the course [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) and with [chapter
# 08](https://www.learnpytorch.io/08_pytorch_paper_replicating/) of its book, which uses
# `nn.MultiheadAttention` and `nn.TransformerEncoderLayer` as closed boxes: here they are opened.
#
# ## Several heads
#
# Each row of $Q$, $K$ and $V$ is a word; with $d_k$ the width of a query ([Vaswani et al.,
# 2017](https://arxiv.org/abs/1706.03762)),
#
# $$\operatorname{Attention}(Q, K, V) = \operatorname{softmax}\!\left(\frac{Q K^\top}{\sqrt{d_k}}\right) V.
# \tag{1}$$
#
# One head shares a total weight of 1 among the words: should it want to look at two for different reasons, it
# averages them. That is why several are used. Each head $i$ has matrices of its own, narrower ones, and a
# last product mixes what they brought:
#
# $$\operatorname{head}_i = \operatorname{Attention}(X W_i^Q,\; X W_i^K,\; X W_i^V), \tag{2}$$
#
# $$\operatorname{MultiHead}(X) = [\operatorname{head}_1; \ldots; \operatorname{head}_H]\, W^O. \tag{3}$$
#
# With total width $d$, each head is $d_k = d / H$ wide. PyTorch keeps the $3H$ matrices stacked in a single
# one, with biases, and so multiplies by all of them at once.

# %%
import math

import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from tutorials_lib import tr
from tutorials_lib.metrics import Proportion
from tutorials_lib.models import parameter_count
from tutorials_lib.plots import color, curves, heat_map, localize_ticks
from tutorials_lib.tensors import assert_agree, scaled_dot_product_attention


# %%
def attend(query, key, value, allowed=None):  # … time width, three times; allowed: target source
    scores = torch.einsum("...td,...sd->...ts", query, key) / math.sqrt(query.shape[-1])
    if allowed is not None:
        scores = scores.masked_fill(~allowed, -math.inf)
    weights = scores.softmax(dim=-1)
    return torch.einsum("...ts,...sv->...tv", weights, value), weights  # (1)


class MultiHead(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.enter, self.leave = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x, allowed=None):  # batch time width
        stacked = self.enter(x).chunk(3, dim=-1)
        q, k, v = (part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in stacked)
        heads, self.weights = attend(q, k, v, allowed)  # (2): batch head time width/heads
        return self.leave(heads.transpose(1, 2).flatten(2))  # (3)


# %% [markdown] lang="es"
# Cuatro versiones de lo mismo: la nuestra; un bucle por cabeza con la referencia de componentes de
# `tutorials_lib.tensors`; `nn.MultiheadAttention`, y `scaled_dot_product_attention` de PyTorch en medio.
# Mismos pesos, `float64`, y después los gradientes respecto de la entrada y de cada peso.

# %% [markdown] lang="en"
# Four versions of the same thing: ours; a loop over heads with the component-wise reference of
# `tutorials_lib.tensors`; `nn.MultiheadAttention`; and PyTorch's `scaled_dot_product_attention` in the
# middle. Same weights, `float64`, and then the gradients with respect to the input and to each weight.

# %%
torch.manual_seed(0)
BATCH, TIME, WIDTH, HEADS = 2, 5, 12, 3
official = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True, dtype=torch.float64)
ours = MultiHead(WIDTH, HEADS).double()
theirs = [official.in_proj_weight, official.in_proj_bias, official.out_proj.weight, official.out_proj.bias]
for parameter, original in zip(ours.parameters(), theirs, strict=True):
    parameter.data.copy_(original.data)
x, probe = torch.randn(2, BATCH, TIME, WIDTH, dtype=torch.float64)


def by_loops(sentence):
    q, k, v = (sentence @ official.in_proj_weight.T + official.in_proj_bias).detach().chunk(3, dim=1)
    size = WIDTH // HEADS
    heads = []
    for i in range(HEADS):
        columns = slice(i * size, (i + 1) * size)
        y, _ = scaled_dot_product_attention(q[:, columns], k[:, columns], v[:, columns])  # (1), (2)
        heads.append(y)
    return (
        torch.cat(heads, dim=1) @ official.out_proj.weight.detach().T + official.out_proj.bias.detach()
    )  # (3)


# %%
def gradients(module, x, run):
    x = x.clone().requires_grad_()
    (probe * run(x)).sum().backward()
    return [x.grad, *(parameter.grad for parameter in module.parameters())]


pieces = ours.enter(x).chunk(3, dim=-1)
q, k, v = (part.unflatten(-1, (HEADS, -1)).transpose(1, 2) for part in pieces)
fused = ours.leave(functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))
forms = {
    "ours": ours(x), "loops": torch.stack([by_loops(sentence) for sentence in x]), "sdpa": fused,
    "torch": official(x, x, x, need_weights=False)[0],
}  # fmt: skip
gap = assert_agree(**{name: form.detach() for name, form in forms.items()})
mine = gradients(ours, x, ours)
reference = gradients(official, x, lambda x: official(x, x, x, need_weights=False)[0])
pairs = zip(mine, reference, strict=True)
gradient_gap = max(assert_agree(ours=a, torch=b) for a, b in pairs)
print(f"{gap:.0e}   {gradient_gap:.0e}")

# %% tags=["hidden"]
assert gap < 1e-12 and gradient_gap < 1e-12 and len(mine) == 5
assert [name for name, _ in official.named_parameters()] == [
    "in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias",
]  # fmt: skip
_, mean_weights = official(x, x, x)
assert_agree(
    ours=ours.weights.mean(dim=1).detach(), torch=mean_weights.detach()
)  # it returns the mean over heads
textbook = (q[0, 0] @ k[0, 0].T / math.sqrt(4)).softmax(1) @ v[0, 0]
assert_agree(ours=attend(q, k, v)[0][0, 0].detach(), formula=textbook.detach())  # (1)

# %% [markdown] lang="es"
# ### La forma correcta y los números equivocados
#
# Hay una manera cómoda de equivocarse. Para separar las cabezas hay que partir el último eje y **después**
# llevar el eje de cabezas adelante. Un solo `reshape` a `(batch, heads, time, size)` da la misma forma. ¿Se
# quejará alguien?

# %% [markdown] lang="en"
# ### The right shape and the wrong numbers
#
# There is a comfortable way to go wrong. To separate the heads, the last axis has to be split and **then**
# the axis of heads brought to the front. A single `reshape` to `(batch, heads, time, size)` gives the same
# shape. Will anyone complain?

# %%
good = ours.enter(x).chunk(3, dim=-1)[0].unflatten(-1, (HEADS, -1)).transpose(1, 2)
bad = ours.enter(x).chunk(3, dim=-1)[0].reshape(BATCH, HEADS, TIME, -1)
print(good.shape == bad.shape, torch.equal(good, bad))
flat = torch.arange(TIME * WIDTH).reshape(1, TIME, WIDTH)
# es: lo que recibiría la primera cabeza
# en: what the first head would receive
mixed = flat.reshape(1, HEADS, TIME, -1)[0, 0]
print(mixed // WIDTH)

# %% tags=["hidden"]
assert good.shape == bad.shape and not torch.equal(good, bad)
proper = flat.unflatten(-1, (HEADS, -1)).transpose(1, 2)[0, 0]
assert (proper // WIDTH == torch.arange(TIME)[:, None]).all()
assert (mixed // WIDTH).max() == 1

# %% [markdown] lang="es"
# Nadie. La tabla dice de qué palabra viene cada número que recibiría la primera cabeza, una fila por palabra:
# con el `reshape` solo le llegan las dos primeras, repartidas en cinco filas. Nada impide entrenar una red
# así; el error lo descubre la comparación con una versión de confianza.
#
# ## Un bloque
#
# Un bloque del codificador es la atención y, después, una red de una capa oculta aplicada a cada palabra por
# separado,
#
# $$\operatorname{FFN}(x) = \max(0,\; x W_1 + b_1)\, W_2 + b_2, \tag{4}$$
#
# cada una con su conexión residual y su normalización por capa (LN). En 2017 se normalizaba **después** de
# sumar:
#
# $$y = \operatorname{LN}\bigl(x + \operatorname{MultiHead}(x)\bigr), \qquad
# z = \operatorname{LN}\bigl(y + \operatorname{FFN}(y)\bigr). \tag{5}$$
#
# Hoy se suele normalizar **antes**, dentro de la rama; así la suma queda como una vía libre de la entrada a
# la salida, y [Xiong et al. (2020)](https://arxiv.org/abs/2002.04745) mostraron que puede entrenarse sin el
# calentamiento que pedía la otra:
#
# $$y = x + \operatorname{MultiHead}\bigl(\operatorname{LN}(x)\bigr), \qquad
# z = y + \operatorname{FFN}\bigl(\operatorname{LN}(y)\bigr). \tag{6}$$

# %% [markdown] lang="en"
# No one. The table says from which word each number comes that the first head would receive, one row for each
# word: with the `reshape` only the first two reach it, spread over five rows. Nothing keeps one from training
# such a network; the comparison with a trusted version finds the mistake.
#
# ## A block
#
# A block of the encoder is attention and, after it, a network of one hidden layer applied to each word on its
# own,
#
# $$\operatorname{FFN}(x) = \max(0,\; x W_1 + b_1)\, W_2 + b_2, \tag{4}$$
#
# each with its residual connection and its layer normalisation (LN). In 2017 one normalised **after** adding:
#
# $$y = \operatorname{LN}\bigl(x + \operatorname{MultiHead}(x)\bigr), \qquad
# z = \operatorname{LN}\bigl(y + \operatorname{FFN}(y)\bigr). \tag{5}$$
#
# Today it is more usual to normalise **before**, within the branch; so the sum remains a clear way from the
# input to the output, and [Xiong et al. (2020)](https://arxiv.org/abs/2002.04745) showed that it can be
# trained without the warm-up that the other asked for:
#
# $$y = x + \operatorname{MultiHead}\bigl(\operatorname{LN}(x)\bigr), \qquad
# z = y + \operatorname{FFN}\bigl(\operatorname{LN}(y)\bigr). \tag{6}$$


# %%
class Block(nn.Module):
    def __init__(self, width, heads, hidden, norm_first=True):
        super().__init__()
        self.attention, self.norm_first = MultiHead(width, heads), norm_first
        self.ffn = nn.Sequential(nn.Linear(width, hidden), nn.ReLU(), nn.Linear(hidden, width))  # (4)
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)

    def forward(self, x, allowed=None):
        if self.norm_first:
            y = x + self.attention(self.norm1(x), allowed)  # (6)
            return y + self.ffn(self.norm2(y))  # (6)
        y = self.norm1(x + self.attention(x, allowed))  # (5)
        return self.norm2(y + self.ffn(y))  # (5)


# es: el bloque de PyTorch y el nuestro, con sus pesos
# en: PyTorch's block and ours, with its weights
def twin(norm_first):
    settings = {"dropout": 0.0, "batch_first": True, "norm_first": norm_first, "dtype": torch.float64}
    layer = nn.TransformerEncoderLayer(WIDTH, HEADS, dim_feedforward=20, **settings)
    block = Block(WIDTH, HEADS, 20, norm_first).double()
    for parameter, original in zip(block.parameters(), layer.parameters(), strict=True):
        parameter.data.copy_(original.data)
    return layer, block


# %%
# es: una palabra puede mirarse a sí misma y hacia atrás
# en: a word may look at itself and back
causal = torch.ones(TIME, TIME, dtype=torch.bool).tril()
# es: −∞ por encima de la diagonal
# en: −∞ above the diagonal
mask = nn.Transformer.generate_square_subsequent_mask(TIME, dtype=torch.float64)
for norm_first in (False, True):
    layer, block = twin(norm_first)
    for allowed, options in ((None, {}), (causal, {"src_mask": mask, "is_causal": True})):
        output = assert_agree(ours=block(x, allowed).detach(), torch=layer(x, **options).detach())
        mine = gradients(block, x, lambda x: block(x, allowed))
        reference = gradients(layer, x, lambda x: layer(x, **options))
        worst = max(assert_agree(ours=a, torch=b) for a, b in zip(mine, reference, strict=True))
        print(f"norm_first={norm_first!s:<5}  {'causal' if options else '':<6}  {output:.0e}  {worst:.0e}")
        block.zero_grad()
        layer.zero_grad()

# %% tags=["hidden"]
first, second, bias1, bias2 = block.ffn[0].weight, block.ffn[2].weight, block.ffn[0].bias, block.ffn[2].bias
formula = torch.clamp(x @ first.T + bias1, min=0) @ second.T + bias2
assert_agree(formula=formula.detach(), ours=block.ffn(x).detach())  # (4)
assert torch.equal(mask == 0, causal) and output < 1e-12 and worst < 1e-10

# %% [markdown] lang="es"
# Las cuatro combinaciones coinciden en salidas y gradientes. La máscara que PyTorch genera suma $-\infty$ a
# los puntajes prohibidos; la nuestra los reemplaza. Da lo mismo.
#
# ## Quién puede influir en quién
#
# Un decodificador escribe de izquierda a derecha: la salida $t$ no debe depender de la palabra $s$ si
# $s > t$. La máscara causal lo consigue con
#
# $$w_{ts} = 0, \qquad s > t. \tag{7}$$
#
# Pero un bloque hace más cosas que atender. ¿Se cuela el futuro por la normalización o por la suma? El
# gradiente lo dice sin leer el código: $\lVert \partial z_t / \partial x_s \rVert$ es cero donde la palabra
# $s$ no puede mover, ni un poco, la salida $t$. Predice el dibujo de dos bloques causales apilados.

# %% [markdown] lang="en"
# All four combinations agree in outputs and gradients. The mask that PyTorch generates adds $-\infty$ to the
# forbidden scores; ours replaces them. It comes to the same.
#
# ## Who can influence whom
#
# A decoder writes from left to right: output $t$ must not depend on word $s$ if $s > t$. The causal mask
# achieves it with
#
# $$w_{ts} = 0, \qquad s > t. \tag{7}$$
#
# But a block does more than attend. Does the future slip in through the normalisation or the sum? The
# gradient tells without reading the code: $\lVert \partial z_t / \partial x_s \rVert$ is zero where word $s$
# cannot move output $t$ in the least. Predict the drawing of two causal blocks, one on top of the other.

# %%
# alt es: Dos tablas de influencia de 5 por 5: sin máscara, llena; con máscara, ceros arriba de la diagonal.
# alt en: Two tables of influence, 5 by 5: full without a mask; with it, zeros above the diagonal.
stack = [twin(norm_first=True)[1] for _ in range(2)]


# es: destino fuente: la norma de cada bloque del jacobiano
# en: target source: the norm of each block of the Jacobian
def influence(allowed):
    def run(sentence):
        for block in stack:
            sentence = block(sentence[None], allowed)[0]
        return sentence

    return torch.autograd.functional.jacobian(run, x[0]).norm(dim=(1, 3))


influences = {
    tr(es="sin máscara", en="no mask"): influence(None),
    tr(es="causal", en="causal"): influence(causal),
}
figure, panels = plt.subplots(1, 2, figsize=(6.6, 3.2))
for ax, (name, table) in zip(panels, influences.items(), strict=True):
    heat_map(table, title=name, fmt=".1f", xlabel=tr(es="entrada s", en="input s"), ax=ax)
_ = panels[0].set_ylabel(tr(es="salida t", en="output t"))

# %% tags=["hidden"]
free, masked = influences.values()
assert (free > 0).all() and torch.equal(masked > 0, causal)
block.attention(x, causal)
assert (block.attention.weights[..., ~causal] == 0).all()  # (7)

# %% [markdown] lang="es"
# Ceros exactos por encima de la diagonal, también con dos bloques: todo lo demás actúa sobre cada palabra por
# separado, y nada cruza. Esta prueba sirve para cualquier decodificador, escrito por quien sea.
#
# ## Dónde está cada palabra
#
# Sin máscara, la atención ve una bolsa de palabras. En 2017 se le sumó a cada una un vector fijo de senos y
# cosenos, de ondas cada vez más largas:
#
# $$p_{t, 2i} = \sin(\omega_i t), \qquad p_{t, 2i+1} = \cos(\omega_i t), \qquad
# \omega_i = 10\,000^{-2i/d}. \tag{8}$$
#
# ¿Por qué senos? Porque avanzar $k$ lugares es girar cada par un ángulo que no depende de dónde se parte: una
# matriz $R_k$ lleva cualquier posición a la que está $k$ más allá. Y entonces el producto escalar de dos
# posiciones solo depende de su distancia:
#
# $$p_{t+k} = R_k\, p_t, \qquad p_t \cdot p_{t+k} = \sum_i \cos(\omega_i k). \tag{9}$$

# %% [markdown] lang="en"
# Exact zeros above the diagonal, with two blocks as well: all the rest acts on each word on its own, and
# nothing crosses. This test serves for any decoder, whoever wrote it.
#
# ## Where each word is
#
# Without a mask, attention sees a bag of words. In 2017 a fixed vector of sines and cosines was added to
# each, of ever longer waves:
#
# $$p_{t, 2i} = \sin(\omega_i t), \qquad p_{t, 2i+1} = \cos(\omega_i t), \qquad
# \omega_i = 10\,000^{-2i/d}. \tag{8}$$
#
# Why sines? Because to move on by $k$ places is to turn each pair by an angle that does not depend on the
# start: one matrix $R_k$ takes any position to the one $k$ farther on. And so the dot product of two
# positions depends only on their distance:
#
# $$p_{t+k} = R_k\, p_t, \qquad p_t \cdot p_{t+k} = \sum_i \cos(\omega_i k). \tag{9}$$


# %%
# alt es: Posiciones por componentes: ondas rápidas a la izquierda y lentas a la derecha; su producto escalar.
# alt en: Positions by components: fast waves on the left, slow ones on the right; and their dot product.
def positions(time, width):
    t = torch.arange(time, dtype=torch.float64)[:, None]
    omega = 10_000 ** (-torch.arange(0, width, 2, dtype=torch.float64) / width)
    return torch.stack([torch.sin(t * omega), torch.cos(t * omega)], dim=2).flatten(1)  # (8)


p = positions(64, 32)
figure, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.2))
left.imshow(p, aspect="auto", interpolation="none")
left.grid(visible=False)
left.set(xlabel=tr(es="componente", en="component"), ylabel=tr(es="posición t", en="position t"))
right.plot(p @ p[20], color=color("blue"), label="t = 20")
right.plot(p @ p[40], color=color("ember"), linestyle="--", label="t = 40")
right.set(xlabel=tr(es="posición s", en="position s"), ylabel=r"$p_t \cdot p_s$")
right.legend()
_ = localize_ticks(right)

# %% tags=["hidden"]
omega = 10_000 ** (-torch.arange(0, 32, 2, dtype=torch.float64) / 32)
for shift in (1, 7):
    c, s = torch.cos(omega * shift), torch.sin(omega * shift)
    R = torch.block_diag(
        *(torch.stack([torch.stack([a, b]), torch.stack([-b, a])]) for a, b in zip(c, s, strict=True))
    )
    assert_agree(1e-10, shifted=p[shift:], turned=p[:-shift] @ R.T)  # (9)
    products = (p[shift:] * p[:-shift]).sum(1)
    assert_agree(1e-10, formula=c.sum().expand(64 - shift), products=products)  # (9)
assert (p @ p[20]).argmax() == 20 and (p @ p[40]).argmax() == 40
assert math.isclose(float(p[3, 4]), math.sin(3 * 10_000 ** (-4 / 32)))  # (8)

# %% [markdown] lang="es"
# Las dos curvas son la misma, corrida: la mayor coincidencia está en el propio lugar y los vecinos se
# parecen. La suma le da a la atención con qué preguntar «¿quién está justo antes de mí?».
#
# ## Cuánto cuesta
#
# Contemos las operaciones de un bloque con $n$ palabras de ancho $d$ y una capa oculta de ancho $f$: las de
# sus productos de matrices, sin *softmax*, sesgos ni normalizaciones. Cada multiplicación con su suma vale 2.
# Hay cuatro productos por matrices de $d \times d$, dos de la FFN, y los dos de (1), los únicos en que las
# palabras se cruzan entre sí:
#
# $$\bigl(8 n d^2 + 4 n d f\bigr) + 4 n^2 d. \tag{10}$$
#
# Lo que crece con $n$, entre paréntesis, y lo que crece con $n^2$ se igualan en $n = 2d + f$; con la elección
# usual $f = 4d$, en $n = 6d$. ¿Coincidirá con PyTorch, que cuenta los mismos productos?

# %% [markdown] lang="en"
# The two curves are the same one, shifted: the greatest agreement is at one's own place, and neighbours are
# alike. The sum gives attention the means to ask “who is just before me?”.
#
# ## What it costs
#
# Let us count the operations of a block with $n$ words of width $d$ and a hidden layer of width $f$: those of
# its products of matrices, without softmax, biases or normalisations. Each multiplication with its addition
# counts 2. There are four products by matrices of $d \times d$, two of the FFN, and the two of (1), the only
# ones in which words cross with each other:
#
# $$\bigl(8 n d^2 + 4 n d f\bigr) + 4 n^2 d. \tag{10}$$
#
# What grows with $n$, in brackets, and what grows with $n^2$ are equal at $n = 2d + f$; with the usual choice
# $f = 4d$, at $n = 6d$. Will it agree with PyTorch, which counts the same products?

# %%
# alt es: Operaciones por bloque según n, en logaritmos: lo lineal y lo cuadrático se cruzan en n = 6d.
# alt en: Operations of a block by n, on log scales: the linear and the quadratic part cross at n = 6d.
d, f = 32, 128
small, lengths, total = Block(d, 2, f), [8, 32, 96, 192, 384, 768], []
for n in lengths:
    with FlopCounterMode(display=False) as counter, torch.inference_mode():
        small(torch.zeros(1, n, d))
    total.append(counter.get_total_flops())
linear = [8 * n * d**2 + 4 * n * d * f for n in lengths]
quadratic = [4 * n**2 * d for n in lengths]
assert total == [a + b for a, b in zip(linear, quadratic, strict=True)]  # (10)
parts = {
    tr(es="proyecciones y FFN", en="projections and FFN"): linear,
    tr(es="atención", en="attention"): quadratic,
    tr(es="contado por PyTorch", en="counted by PyTorch"): total,
}
ax = curves(lengths, parts, xlabel="n", ylabel="FLOP", log="xy", markers=True)
_ = ax.axvline(6 * d, color=color("faint"), linewidth=0.8)

# %% tags=["hidden"]
assert linear[lengths.index(6 * d)] == quadratic[lengths.index(6 * d)]
share = quadratic[-1] / total[-1]
assert share > 0.7

# %% [markdown] lang="es"
# Coincide hasta la última operación. Antes de $n = 6d$, que aquí es `{python} 6 * d`, manda lo lineal: decir
# «la atención es cuadrática» no basta para saber qué cuesta un modelo. Con $d = 768$ el cruce está en
# `{python} 6 * 768` palabras. Con el largo mayor de la figura la atención ya se lleva el
# `{python} share:.0%`. Los segundos no son operaciones: se miden en [Las operaciones de una red: ¿qué las
# limita?](../benchmarks/operations.md).
#
# ## Una tarea en la que se ve qué mira
#
# La red lee una secuencia de símbolos distintos que, sin aviso, vuelve a empezar, y tiene que decir en cada
# paso cuál sigue: «d b f a d b ?». No hay nada que memorizar, porque los símbolos se sortean cada vez, y el
# largo del período también. Tú harías esto: busco dónde apareció antes la última letra y copio la que estaba
# **después**. La atención puede buscar por contenido. Pero la letra que quiero copiar no se parece a la que
# tengo: solo es su vecina. ¿Le alcanza a un bloque? ¿Y a dos? Haz tu apuesta.

# %% [markdown] lang="en"
# It agrees to the last operation. Below $n = 6d$, here `{python} 6 * d`, the linear part rules: to say
# “attention is quadratic” is not enough to know what a model costs. With $d = 768$ the crossing is at
# `{python} 6 * 768` words. At the greatest length of the figure attention already takes `{python} share:.0%`.
# Seconds are not operations: they are measured in [The operations of a network: what limits
# them?](../benchmarks/operations.md).
#
# ## A task in which one sees what it looks at
#
# The network reads a sequence of distinct symbols that, without warning, starts over, and has to say at each
# step which one follows: “d b f a d b ?”. There is nothing to memorise, since the symbols are drawn each
# time, and so is the length of the period. You would do this: I search where the last letter occurred before
# and copy the one that stood **after** it. Attention can search by content. But the letter I want to copy is
# not like the one I have: it is only its neighbour. Is one block enough? Are two? Place your bet.


# %%
SYMBOLS, LONGEST = 12, 8


class Copyist(nn.Module):
    def __init__(self, blocks, width=32):
        super().__init__()
        self.embed = nn.Embedding(SYMBOLS, width)
        self.register_buffer("position", positions(2 * LONGEST, width).float())
        self.blocks = nn.ModuleList(Block(width, 1, width) for _ in range(blocks))
        self.norm, self.answer = nn.LayerNorm(width), nn.Linear(width, SYMBOLS)

    # es: batch tiempo; el bloque 1 no puede mirar tantos lugares atrás
    # en: batch time; block 1 may not look that many places back
    def forward(self, ids, forbidden=0):
        time = torch.arange(ids.shape[1])
        back = time[:, None] - time
        x = self.embed(ids) + self.position[: len(time)]
        for number, block in enumerate(self.blocks):
            first_mask = (back >= 0) & (back != forbidden) | (back == 0)
            x = block(x, first_mask if number == 0 else back >= 0)
        return self.answer(self.norm(x))  # batch time symbol


def sequences(count, period):
    once = torch.rand(count, SYMBOLS).argsort(dim=1)[:, :period]  # distinct symbols
    return once.repeat(1, 4)[:, : 2 * LONGEST]


torch.manual_seed(0)
print(sequences(2, 5))

# %%
STEPS, SEEDS = 180, range(3)


def train(blocks, width, seed):
    torch.manual_seed(seed)
    model = Copyist(blocks, width)
    optimizer = torch.optim.Adam(model.parameters(), betas=(0.9, 0.98))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.01, total_steps=STEPS, pct_start=0.2)
    for _ in range(STEPS):
        period = int(torch.randint(4, LONGEST + 1, ()))
        ids = sequences(32, period)
        # es: antes de la primera repetición no se puede saber nada
        # en: before the first repetition nothing can be known
        logits = model(ids[:, :-1])[:, period:]
        loss = functional.cross_entropy(logits.mT, ids[:, period + 1 :])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return model


# %%
def examine(model, period, forbidden=0):
    ids = sequences(200, period)
    with torch.inference_mode():
        predicted = model(ids[:, :-1], forbidden).argmax(dim=2)
    return Proportion.of((predicted == ids[:, 1:])[:, period:])


designs = {"1 × 32": (1, 32), "1 × 48": (1, 48), "2 × 32": (2, 32)}  # blocks × width
models = {name: [train(*design, seed) for seed in SEEDS] for name, design in designs.items()}
torch.manual_seed(100)
right = {name: [examine(model, LONGEST) for model in row] for name, row in models.items()}
for name, row in right.items():
    size = parameter_count(models[name][0])
    print(f"{name}  {size:>5}", *(f"{p.value:>5.0%} [{p.low:.0%} … {p.high:.0%}]" for p in row), sep="   ")

# %% tags=["hidden"]
narrow, wide, deep = right.values()
copyists = models["2 × 32"]
assert min(p.value for p in deep) > 0.97 and max(p.value for p in narrow + wide) < 0.9
assert parameter_count(models["1 × 48"][0]) > parameter_count(copyists[0])
other = [examine(model, 6) for model in copyists]
assert min(p.value for p in other) > 0.97

# %% [markdown] lang="es"
# La segunda columna son los parámetros; las otras, el acierto de cada semilla durante la repetición, con su
# intervalo. Con un bloque aciertan entre el `{python} min(p.value for p in narrow):.0%` y el
# `{python} max(p.value for p in narrow):.0%`; con dos, al menos el `{python} min(p.value for p in deep):.1%`.
# No es cuestión de tamaño: un bloque más ancho, con más parámetros que los dos juntos, no pasa del
# `{python} max(p.value for p in wide):.0%`. Falta un paso. Mira qué hace cada uno de los dos bloques con una
# secuencia de período `{python} LONGEST`.
#
# **¿Te dio otro número?** Con dos bloques, espera más del `{python} 0.97:.0%`; con uno, menos del
# `{python} 0.9:.0%`.

# %% [markdown] lang="en"
# The second column counts the parameters; the others are the share that each seed gets right during the
# repetition, with its interval. With one block they get between `{python} min(p.value for p in narrow):.0%`
# and `{python} max(p.value for p in narrow):.0%` right; with two, at least
# `{python} min(p.value for p in deep):.1%`. It is not a matter of size: one wider block, with more parameters
# than the two together, does not get past `{python} max(p.value for p in wide):.0%`. A step is missing. Look
# at what each of the two blocks does with a sequence of period `{python} LONGEST`.
#
# **Did you get a different number?** With two blocks, expect more than `{python} 0.97:.0%`; with one, less
# than `{python} 0.9:.0%`.

# %%
# alt es: Primera vuelta: el bloque 1 mira la letra anterior. Segunda: el 2 mira la que sigue a la copia.
# alt en: First time round, block 1 looks at the letter before; the second time, block 2 past the copy.
model, ids = models["2 × 32"][0], sequences(1, LONGEST)
names = [chr(ord("a") + int(index)) for index in ids[0, :-1]]
with torch.inference_mode():
    model(ids[:, :-1])
figure, panels = plt.subplots(1, 2, figsize=(7.2, 3.8))
for number, (ax, block) in enumerate(zip(panels, model.blocks, strict=True), 1):
    ax.imshow(block.attention.weights[0, 0], vmin=0, vmax=1, interpolation="none")
    ax.grid(visible=False)
    ax.set_xticks(range(len(names)), names)
    ax.set_yticks(range(len(names)), names)
    ax.set(title=tr(es=f"bloque {number}", en=f"block {number}"), xlabel=tr(es="mirada", en="looked at"))
_ = panels[0].set_ylabel(tr(es="quien mira", en="who looks"))

# %%
ids = sequences(200, LONGEST)
targets = torch.arange(LONGEST, 2 * LONGEST - 1)  # es: la segunda vez  # en: the second time round
copies = targets - LONGEST  # es: donde estuvo antes la misma letra  # en: where the same letter stood before
for seed, model in enumerate(models["2 × 32"]):
    with torch.inference_mode():
        model(ids[:, :-1])
    one, two = (block.attention.weights[:, 0].mean(dim=0) for block in model.blocks)
    # es: bloque 1: la letra anterior
    # en: block 1: the letter before
    back = one[copies[1:] + 1, copies[1:]].mean()
    # es: bloque 2: la letra que sigue a la copia
    # en: block 2: the letter after the copy
    found = two[targets, copies + 1].mean()
    same = two[targets, copies].mean()  # es: bloque 2: la copia misma  # en: block 2: the copy itself
    print(seed, *(f"{value:.2f}" for value in (back, found, same)))

# %% tags=["hidden"]
summary = []
for model in copyists:
    with torch.inference_mode():
        model(ids[:, :-1])
    one, two = (block.attention.weights[:, 0].mean(dim=0) for block in model.blocks)
    before = one[copies[1:] + 1, copies[1:]].mean().item()
    rest = ((1 - before) / (copies[1:] + 1)).mean().item()
    summary.append((before, two[targets, copies + 1].mean().item(), two[targets, copies].mean().item(), rest))
assert all(found > 0.8 and same < 0.1 for _, found, same, _ in summary)
assert all(before > 0.35 and before > 1.5 * rest for before, _, _, rest in summary)

# %% [markdown] lang="es"
# Las columnas impresas son tres pesos medios: en el bloque 1, durante la primera vuelta, el que cada letra
# pone en la **anterior**; en el bloque 2, durante la repetición, el que pone en la letra que **siguió** a su
# copia, y el que pone en la copia misma. La lectura es tentadora: el bloque 1 anota en cada letra quién la
# precede, y con esa nota el bloque 2 puede preguntar por contenido «¿quién tuvo delante a la letra que acabo
# de leer?». Con un solo bloque, la nota todavía no existe cuando toca buscarla. [Olsson et al.
# (2022)](https://arxiv.org/abs/2209.11895) describen esta pareja en modelos de lenguaje; a la segunda la
# llaman *induction head* (cabeza de inducción).
#
# Pero un mapa no prueba una causa: hay que intervenir. Sin volver a entrenar, le prohibimos al bloque 1 mirar
# la letra anterior, y lo comparamos con prohibirle la que está dos o tres lugares atrás. ¿Qué esperas si la
# lectura es cierta?

# %% [markdown] lang="en"
# The columns printed are three mean weights: in block 1, the first time round, the one that each letter puts
# on the one **before**; in block 2, during the repetition, the one it puts on the letter that **followed**
# its copy, and the one it puts on the copy itself. The reading is tempting: block 1 notes in each letter who
# precedes it, and with that note block 2 can ask by content “who had before it the letter I have just read?”.
# With a single block the note does not exist yet when it is time to search for it. [Olsson et al.
# (2022)](https://arxiv.org/abs/2209.11895) describe this pair in language models; the second they call an
# *induction head*.
#
# But a map proves no cause: one has to intervene. Without training again, we forbid block 1 to look at the
# letter before, and compare that with forbidding the one two or three places back. What do you expect if the
# reading is true?

# %%
torch.manual_seed(200)
for forbidden in (0, 1, 2, 3):
    row = [examine(model, LONGEST, forbidden) for model in models["2 × 32"]]
    print(forbidden, *(f"{p.value:>6.1%} [{p.low:.0%} … {p.high:.0%}]" for p in row), sep="   ")

# %% tags=["hidden"]
torch.manual_seed(200)
blinded = {k: [examine(model, LONGEST, k).value for model in copyists] for k in (0, 1, 2, 3)}
assert max(blinded[1]) < 0.6 and min(blinded[0]) > 0.97
assert min(blinded[2] + blinded[3]) > max(blinded[1]) + 0.2

# %% [markdown] lang="es"
# Sin la letra anterior, las tres redes caen al `{python} max(blinded[1]):.0%` o menos; sin la que está dos o
# tres lugares atrás, siguen en el `{python} min(blinded[2] + blinded[3]):.0%` o más. Mirar la letra anterior
# era, pues, una causa del acierto, como pedía la lectura. Nadie programó esa división del trabajo: la
# encontró el descenso por gradiente porque la tarea la pedía.
#
# ## Para llevarte
#
# * Varias cabezas (3) son una multiplicación, un `unflatten`, un `transpose` y la atención de siempre.
# * Un `reshape` de más da la forma correcta y los números equivocados: compara con una referencia.
# * Normalizar antes o después de sumar da dos redes distintas, (6) y (5); la máscara causal es la misma.
# * La influencia se mide con el gradiente: cero exacto donde no se puede mirar.
# * La atención cuesta $4n^2d$, y manda desde $n = 2d + f$.
# * Una cabeza busca; dos bloques buscan lo que está **al lado** de lo que buscan. El mapa lo sugiere; borrar
#   una mirada lo prueba.

# %% [markdown] lang="en"
# Without the letter before, all three networks fall to `{python} max(blinded[1]):.0%` or less; without the
# one two or three places back, they stay at `{python} min(blinded[2] + blinded[3]):.0%` or more. To look at
# the letter before was, then, a cause of the success, as the reading required. Nobody programmed that
# division of labour: gradient descent found it because the task called for it.
#
# ## What to keep
#
# * Several heads (3) are a multiplication, an `unflatten`, a `transpose` and the attention you knew.
# * One `reshape` too many gives the right shape and the wrong numbers: compare with a reference.
# * To normalise before or after adding makes two different networks, (6) and (5); the causal mask is the
#   same.
# * Influence is measured with the gradient: an exact zero where looking is forbidden.
# * Attention costs $4n^2d$, and rules from $n = 2d + f$ on.
# * A head searches; two blocks search for what is **beside** what they search for. The map suggests it; to
#   delete a look proves it.

# %% [markdown] lang="es" tags=["quiz"]
# Duplicas la cantidad de cabezas sin cambiar el ancho $d$. ¿Qué pasa con los parámetros de la atención?
#
# - [x] Nada: $W^Q$, $W^K$, $W^V$ y $W^O$ siguen siendo de $d \times d$; cada cabeza es la mitad de ancha.
# - [ ] Se duplican: sería así si cada cabeza conservara su ancho.
# - [ ] Se reducen a la mitad: se reduce el ancho de cada cabeza, pero hay el doble de cabezas.

# %% [markdown] lang="en" tags=["quiz"]
# You double the number of heads without changing the width $d$. What happens to the parameters of attention?
#
# - [x] Nothing: $W^Q$, $W^K$, $W^V$ and $W^O$ are still $d \times d$; each head is half as wide.
# - [ ] They double: they would if each head kept its width.
# - [ ] They are halved: the width of each head is, but there are twice as many heads.

# %% [markdown] lang="es" tags=["quiz"]
# Tu decodificador acierta casi todo al entrenar y escribe disparates al generar. ¿Qué comprobarías primero?
#
# - [x] Que el gradiente de cada salida respecto de las entradas posteriores sea cero: quizás veía la
#   respuesta.
# - [ ] Que tenga bastantes cabezas: con pocas acertaría menos al entrenar.
# - [ ] Que la normalización esté antes de la atención: las dos variantes pueden entrenarse y generar.

# %% [markdown] lang="en" tags=["quiz"]
# Your decoder is right nearly always in training and writes nonsense when it generates. What would you check
# first?
#
# - [x] That the gradient of each output with respect to later inputs is zero: maybe it could see the answer.
# - [ ] That it has enough heads: with few of them it would be right less often in training.
# - [ ] That the normalisation stands before attention: either variant can be trained and generate.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: mirar a otra secuencia
#
# En la atención **cruzada** las consultas salen de una secuencia, y las claves y los valores de otra. Escribe
# `cross_attention(module, x, memory)`, que usa los pesos de un `MultiHead`: las consultas son de `x`, de
# forma `(batch, time, width)`, y las claves y los valores de `memory`, `(batch, other time, width)`.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: looking at another sequence
#
# In **cross**-attention the queries come from one sequence, and keys and values from another. Write
# `cross_attention(module, x, memory)`, which uses the weights of a `MultiHead`: the queries are those of `x`,
# of shape `(batch, time, width)`, and keys and values those of `memory`, `(batch, other time, width)`.


# %% tags=["solution"]
def cross_attention(module, x, memory):
    query = module.enter(x).chunk(3, dim=-1)[0]
    _, key, value = module.enter(memory).chunk(3, dim=-1)
    split = (part.unflatten(-1, (module.heads, -1)).transpose(1, 2) for part in (query, key, value))
    heads, _ = attend(*split)
    return module.leave(heads.transpose(1, 2).flatten(2))


# %% tags=["check"]
memory = torch.randn(BATCH, 9, WIDTH, dtype=torch.float64)
with torch.inference_mode():
    expected = official(x, memory, memory, need_weights=False)[0]
    assert_agree(torch=expected, yours=cross_attention(ours, x, memory))
    assert_agree(torch=ours(x), yours=cross_attention(ours, x, x))
print(tuple(expected.shape))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: una ventana
#
# Algunos modelos de secuencias largas solo miran cerca. Escribe `window_mask(time, reach)`: booleana,
# `(time, time)`, verdadera donde la palabra $t$ puede mirar a $s$: a sí misma y a las `reach` anteriores,
# nunca al futuro.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: a window
#
# Some models of long sequences look only nearby. Write `window_mask(time, reach)`: boolean, `(time, time)`,
# true where word $t$ may look at $s$: at itself and at the `reach` before it, never at the future.


# %% tags=["solution"]
def window_mask(time, reach):
    distance = torch.arange(time)[:, None] - torch.arange(time)
    return (distance >= 0) & (distance <= reach)


# %% tags=["check"]
assert torch.equal(window_mask(TIME, TIME), causal)
assert torch.equal(window_mask(4, 0), torch.eye(4, dtype=torch.bool))
assert window_mask(6, 2).sum(dim=1).tolist() == [1, 2, 3, 3, 3, 3]
reached = influence(window_mask(TIME, 1)) > 0  # two blocks
assert torch.equal(reached, window_mask(TIME, 2))
print(reached.int())

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: desde qué largo manda la atención
#
# Escribe `attention_share(n, d, f)`: la fracción de las operaciones (10) que se lleva el término que crece
# con $n^2$.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: from which length attention rules
#
# Write `attention_share(n, d, f)`: the fraction of the operations (10) taken by the term that grows with
# $n^2$.


# %% tags=["solution"]
def attention_share(n, d, f):
    quadratic = 4 * n**2 * d
    return quadratic / (8 * n * d**2 + 4 * n * d * f + quadratic)


# %% tags=["check"]
assert attention_share(6 * 768, 768, 4 * 768) == 0.5
assert abs(attention_share(768, 32, 128) - share) < 1e-12
assert attention_share(1, 64, 256) < 0.01 < 0.99 < attention_share(100_000, 64, 256)
print(f"{attention_share(1024, 768, 3072):.3f}")

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# Antes: [Números en palabras, con atención](seq2seq_attention.md), donde la atención acompaña a una red
# recurrente. Después: frases de distinto largo en un mismo *batch*, en [Máscaras y
# empaquetado](masking_and_packing.md), y el mismo bloque con parches de una imagen, en [Un transformer que
# mira parches](../convolutional_networks/vision_transformer.md).

# %% [markdown] lang="en"
# ## Where to go next
#
# Before: [Numbers in words, with attention](seq2seq_attention.md), where attention goes along with a
# recurrent network. After: sentences of different lengths in one batch, in [Masks and
# packing](masking_and_packing.md), and the same block with patches of an image, in [A transformer that looks
# at patches](../convolutional_networks/vision_transformer.md).
