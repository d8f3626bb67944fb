"""
title:
  es: Cálculo matricial
  en: Matrix calculus
summary:
  es: Los gradientes de Ax, xᵀAx y la entropía cruzada, derivados con índices y comprobados de tres maneras.
  en: The gradients of Ax, xᵀAx and the cross-entropy, derived with indices and checked in three ways.
tags: [gradient, Jacobian, einsum, autograd, softmax]
objectives:
  es:
    - Derivar con índices los gradientes de Ax, de xᵀAx y de la entropía cruzada con softmax.
    - Decir la forma de un jacobiano antes de calcularlo.
    - Comprobar un gradiente con autograd y con diferencias finitas.
    - Escribir la regla de la cadena como una contracción y entrenar un modelo sin autograd.
  en:
    - Derive with indices the gradients of Ax, of xᵀAx and of the cross-entropy with softmax.
    - Say the shape of a Jacobian before computing it.
    - Check a gradient with autograd and with finite differences.
    - Write the chain rule as a contraction, and train a model without autograd.
prerequisites:
  es:
    - Las lecciones «Productos escalares» y «Autograd».
    - La derivada de un producto, de una exponencial y de un logaritmo.
  en:
    - The lessons “Dot products” and “Autograd”.
    - The derivative of a product, of an exponential and of a logarithm.
"""
# %% [markdown] lang="es"
# Las tablas de cálculo matricial se consultan con miedo: ¿era $A$ o $A^\top$?, ¿iba a la izquierda? Con
# índices no hace falta ninguna tabla. Al terminar esta lección podrás derivar los gradientes que más se usan,
# saber su forma sin calcularlos y entrenar un clasificador con un gradiente escrito por ti. Conviene haber
# leído [productos escalares](../tensor_mathematics/dot_products.md) y
# [autograd](../fundamentals/autograd.md).
#
# Acompaña las secciones *PyTorch Workflow* y *PyTorch Neural Network Classification* del curso [PyTorch for
# Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/); en los capítulos
# [01](https://www.learnpytorch.io/01_pytorch_workflow/) y
# [02](https://www.learnpytorch.io/02_pytorch_classification/) de su libro `backward` hace estas cuentas.
#
# ## Una regla
#
# Los componentes de $\vec x$ son variables independientes. Derivar una respecto de otra da 1 si son la misma
# y 0 si no:
#
# $$\frac{\partial x_i}{\partial x_j} = \delta_{ij}. \tag{1}$$
#
# Eso es todo. Lo demás son la regla del producto y una $\delta$ que, al sumarse, cambia un índice por otro:
# $A_{ik}\, \delta_{kj} = A_{ij}$.
#
# Para $y_i = A_{ik} x_k$, respecto de $\vec x$ y respecto de $A$ sale
#
# $$\frac{\partial y_i}{\partial x_j} = A_{ik}\, \delta_{kj} = A_{ij}, \tag{2}$$
#
# $$\frac{\partial y_i}{\partial A_{jk}} = \delta_{ij}\, x_k. \tag{3}$$
#
# Los índices libres dicen la forma: los de la salida primero y los de la variable después. Si $A$ es de
# 2 × 3, ¿qué forma tiene (3), y cuántos de sus componentes son cero?

# %% [markdown] lang="en"
# Tables of matrix calculus are consulted in fear: was it $A$ or $A^\top$? did it go on the left? With indices
# no table is needed. By the end of this lesson you will derive the gradients in most frequent use, know their
# shape without computing them, and train a classifier with a gradient that you wrote. It helps to have read
# [dot products](../tensor_mathematics/dot_products.md) and [autograd](../fundamentals/autograd.md).
#
# It goes with the sections *PyTorch Workflow* and *PyTorch Neural Network Classification* of the course
# [PyTorch for Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/); in chapters
# [01](https://www.learnpytorch.io/01_pytorch_workflow/) and
# [02](https://www.learnpytorch.io/02_pytorch_classification/) of its book `backward` does these sums.
#
# ## One rule
#
# The components of $\vec x$ are independent variables. To differentiate one with respect to another gives 1
# if they are the same and 0 if they are not:
#
# $$\frac{\partial x_i}{\partial x_j} = \delta_{ij}. \tag{1}$$
#
# That is all. The rest is the product rule and a $\delta$ that, once summed, turns one index into another:
# $A_{ik}\, \delta_{kj} = A_{ij}$.
#
# For $y_i = A_{ik} x_k$, with respect to $\vec x$ and with respect to $A$ we get
#
# $$\frac{\partial y_i}{\partial x_j} = A_{ik}\, \delta_{kj} = A_{ij}, \tag{2}$$
#
# $$\frac{\partial y_i}{\partial A_{jk}} = \delta_{ij}\, x_k. \tag{3}$$
#
# The free indices tell the shape: those of the output first and those of the variable next. If $A$ is 2 × 3,
# what is the shape of (3), and how many of its components are zero?

# %%
import math
from itertools import product

import matplotlib.pyplot as plt
import torch
from torch.func import jacrev
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from tutorials_lib import tr
from tutorials_lib.data import digits
from tutorials_lib.plots import color, heat_map, image_grid, localize_ticks
from tutorials_lib.tensors import assert_agree, contract, matrix_matrix, matrix_vector, outer, softmax

# %% [markdown] lang="es"
# Cada resultado se comprobará de tres maneras que no se parecen: la fórmula (con un bucle o con `einsum`),
# autograd (`jacrev`) y las diferencias centradas, que solo saben evaluar la función. Esta última se equivoca
# en el orden de $10^{-10}$, y su tolerancia es mayor.

# %% [markdown] lang="en"
# Each result will be checked in three ways that have nothing in common: the formula (with a loop or with
# `einsum`), autograd (`jacrev`), and central differences, which can only evaluate the function. The last one
# errs in the order of $10^{-10}$, and its tolerance is larger.


# %%
def by_differences(f, x, step=1e-5):
    y = f(x)
    J = x.new_zeros(y.shape + x.shape)  # output variable
    for index in product(*map(range, x.shape)):
        shift = torch.zeros_like(x)
        shift[index] = step
        J[(..., *index)] = (f(x + shift) - f(x - shift)) / (2 * step)
    return J


def verify(f, x, **forms):
    exact = jacrev(f)(x)
    assert_agree(autograd=exact, **forms)
    assert_agree(1e-6, autograd=exact, differences=by_differences(f, x))
    return exact


generator = torch.Generator().manual_seed(0)


def random(*shape):
    return torch.randn(shape, dtype=torch.float64, generator=generator)


# %%
for rows, columns in [(1, 1), (2, 3), (4, 2), (5, 5)]:
    A, x = random(rows, columns), random(columns)
    delta, output_delta = (torch.eye(n, dtype=torch.float64) for n in (columns, rows))
    verify(lambda x: x, x, delta=delta)  # (1)
    verify(
        lambda x: A @ x, x, loop=matrix_matrix(A, delta), einsum=torch.einsum("ik,kj->ij", A, delta)
    )  # (2)
    einsum = torch.einsum("ij,k->ijk", output_delta, x)
    verify(lambda A: A @ x, A, loop=outer(output_delta, x), einsum=einsum)  # (3)

A, x = random(2, 3), random(3)
J = jacrev(lambda A: A @ x)(A)
print(tuple(J.shape), (J == 0).sum().item(), "/", J.numel())

# %% tags=["hidden"]
assert J.shape == (2, 2, 3) and (J == 0).sum() == 6

# %% [markdown] lang="es"
# Forma `(2, 2, 3)`: la de la salida, `(2,)`, seguida de la de la variable, `(2, 3)`. La mitad son ceros,
# porque la fila $j$ de $A$ no toca a $y_i$ si $i \ne j$. El jacobiano de una capa respecto de sus pesos es
# así de grande y así de vacío; ya veremos cómo no construirlo.
#
# | función | variable | forma del jacobiano |
# |---|---|---|
# | $y_i = A_{ij} x_j$ | $\vec x$, `(n,)` | `(m, n)` |
# | $y_i = A_{ij} x_j$ | $A$, `(m, n)` | `(m, m, n)` |
# | $s = x_i A_{ij} x_j$ | $\vec x$, `(n,)` | `(n,)`: un gradiente |
# | $s = x_i A_{ij} x_j$ | $A$, `(n, n)` | `(n, n)` |
# | $p_i = \operatorname{softmax}(z)_i$ | $\vec z$, `(c,)` | `(c, c)` |
#
# ## La forma cuadrática
#
# $s = \vec x^\top A \vec x = x_i A_{ij} x_j$ es un número, y $\vec x$ aparece dos veces. La regla del
# producto deriva una vez cada aparición:
#
# $$\frac{\partial s}{\partial x_k} = \delta_{ik} A_{ij} x_j + x_i A_{ij}\, \delta_{jk}
# = (A_{kj} + A_{jk})\, x_j, \qquad \nabla s = (A + A^\top) \cdot \vec x. \tag{4}$$
#
# Respecto de $A$, que aparece una vez,
#
# $$\frac{\partial s}{\partial A_{ij}} = x_i\, x_j. \tag{5}$$

# %% [markdown] lang="en"
# Shape `(2, 2, 3)`: that of the output, `(2,)`, followed by that of the variable, `(2, 3)`. Half of it is
# zeros, because row $j$ of $A$ does not touch $y_i$ unless $i = j$. The Jacobian of a layer with respect to
# its weights is as large and as empty as this; we shall see how not to build it.
#
# | function | variable | shape of the Jacobian |
# |---|---|---|
# | $y_i = A_{ij} x_j$ | $\vec x$, `(n,)` | `(m, n)` |
# | $y_i = A_{ij} x_j$ | $A$, `(m, n)` | `(m, m, n)` |
# | $s = x_i A_{ij} x_j$ | $\vec x$, `(n,)` | `(n,)`: a gradient |
# | $s = x_i A_{ij} x_j$ | $A$, `(n, n)` | `(n, n)` |
# | $p_i = \operatorname{softmax}(z)_i$ | $\vec z$, `(c,)` | `(c, c)` |
#
# ## The quadratic form
#
# $s = \vec x^\top A \vec x = x_i A_{ij} x_j$ is a number, and $\vec x$ occurs twice. The product rule
# differentiates each occurrence once:
#
# $$\frac{\partial s}{\partial x_k} = \delta_{ik} A_{ij} x_j + x_i A_{ij}\, \delta_{jk}
# = (A_{kj} + A_{jk})\, x_j, \qquad \nabla s = (A + A^\top) \cdot \vec x. \tag{4}$$
#
# With respect to $A$, which occurs once,
#
# $$\frac{\partial s}{\partial A_{ij}} = x_i\, x_j. \tag{5}$$

# %%
for n in (1, 2, 3, 6):
    A, x = random(n, n), random(n)
    einsum = torch.einsum("kj,j->k", A, x) + torch.einsum("jk,j->k", A, x)
    verify(lambda x: x @ A @ x, x, loop=matrix_vector(A + A.T, x), einsum=einsum)  # (4)
    verify(lambda A: x @ A @ x, A, loop=outer(x, x), einsum=torch.einsum("i,j->ij", x, x))  # (5)

# %% [markdown] lang="es"
# ### Una idea que no funciona
#
# Con números, la derivada de $a x^2$ es $2 a x$. Así que el gradiente de $\vec x^\top A \vec x$ será
# $2 A \cdot \vec x$… La figura pone la idea a prueba con una propiedad que no depende de ninguna fórmula: un
# gradiente es **perpendicular** a la curva de nivel que pasa por su pie, porque a lo largo de ella la función
# no cambia. Mira los ángulos.

# %% [markdown] lang="en"
# ### An idea that does not work
#
# With numbers, the derivative of $a x^2$ is $2 a x$. So the gradient of $\vec x^\top A \vec x$ must be
# $2 A \cdot \vec x$… The figure puts the idea to the test with a property that depends on no formula: a
# gradient is **perpendicular** to the level curve through its foot, because along that curve the function
# does not change. Look at the angles.

# %%
# alt es: Elipses de nivel con flechas: (A + Aᵀ)x sale perpendicular a ellas; 2Ax sale torcida.
# alt en: Elliptic level curves with arrows: (A + Aᵀ)x leaves at right angles; 2Ax leaves askew.
A = torch.tensor([[1.0, 1.6], [-0.4, 1.5]], dtype=torch.float64)
line = torch.linspace(-3, 3, 81, dtype=torch.float64)
plane = torch.cartesian_prod(line, line)  # place component
height = torch.einsum("si,ij,sj->s", plane, A, plane).reshape(81, 81).T
turns = torch.arange(16, dtype=torch.float64) * math.pi / 8
circle = torch.stack([turns.cos(), turns.sin()])
# es: con S = L·Lᵀ la parte simétrica, estos lugares cumplen xᵀAx = 1 y xᵀAx = 4
# en: with S = L·Lᵀ the symmetric part, these places satisfy xᵀAx = 1 and xᵀAx = 4
ellipse = torch.linalg.solve(torch.linalg.cholesky((A + A.T) / 2).T, circle).T
feet = torch.cat([ellipse, 2 * ellipse])
fields = {"(A + Aᵀ) x": feet @ (A + A.T), "2 A x": 2 * feet @ A.T}
figure, panels = plt.subplots(1, 2, figsize=(6.8, 3.5), sharey=True)
for ax, (name, field), hue in zip(panels, fields.items(), ("blue", "ember"), strict=True):
    ax.contour(line, line, height, levels=[1, 4], colors=color("faint"), linewidths=0.9)
    ax.quiver(*feet.T, *field.T, color=color(hue), angles="xy", scale=55, width=0.008)
    ax.set(title=name, aspect="equal", xlabel="x₁")
    ax.grid(visible=False)
    localize_ticks(ax)
_ = panels[0].set_ylabel("x₂")

# %% tags=["hidden"]
slope = feet @ (A + A.T)
cosines = functional.cosine_similarity(fields["2 A x"], slope, dim=1)
worst = math.degrees(math.acos(cosines.min()))
exact = torch.func.vmap(torch.func.grad(lambda x: x @ A @ x))(feet)
assert_agree(formula=slope, autograd=exact)
assert worst > 20

symmetric = A + A.T
assert_agree(right=2 * symmetric @ feet[0], formula=(symmetric + symmetric.T) @ feet[0])

# %% [markdown] lang="es"
# Las flechas azules cortan las elipses en ángulo recto; las naranjas se desvían hasta
# `{python} worst:.0f` grados. La idea falla porque las dos apariciones de $\vec x$ no están en el mismo lado
# de $A$. Acierta en un caso, y es frecuente: si $A$ es simétrica, $A + A^\top = 2A$. De hecho $s$ solo ve la
# parte simétrica de $A$, y la antisimétrica no le hace nada.
#
# ## Softmax y entropía cruzada
#
# Un clasificador da un *logit* $z_i$ por clase, y *softmax* los vuelve probabilidades,
# $p_i = e^{z_i} / \sum_k e^{z_k}$. Por la regla del cociente, y con (1) para $\partial z_i / \partial z_j$,
#
# $$\frac{\partial p_i}{\partial z_j} = p_i\, (\delta_{ij} - p_j). \tag{6}$$
#
# (Aquí $i$ aparece dos veces y **no** se suma: está libre a la izquierda.) La pérdida es el logaritmo
# negativo de la probabilidad de la clase correcta $c$; con $t_i$ igual a 1 en $c$ y 0 en las demás,
#
# $$L = -\sum_i t_i \ln p_i = -\ln p_c. \tag{7}$$
#
# Antes de seguir, predice: la fórmula (6) llena una tabla; ¿cuánto suma cada fila?

# %% [markdown] lang="en"
# The blue arrows cross the ellipses at right angles; the orange ones go astray by up to
# `{python} worst:.0f` degrees. The idea fails because the two occurrences of $\vec x$ are not on the same
# side of $A$. It is right in one case, and a frequent one: if $A$ is symmetric, $A + A^\top = 2A$. In
# fact $s$ only sees the symmetric part of $A$, and the antisymmetric one does nothing to it.
#
# ## Softmax and cross-entropy
#
# A classifier gives one logit $z_i$ for each class, and softmax turns them into probabilities,
# $p_i = e^{z_i} / \sum_k e^{z_k}$. By the quotient rule, and with (1) for $\partial z_i / \partial z_j$,
#
# $$\frac{\partial p_i}{\partial z_j} = p_i\, (\delta_{ij} - p_j). \tag{6}$$
#
# (Here $i$ appears twice and is **not** summed: it is free on the left.) The loss is the negative logarithm
# of the probability of the right class $c$; with $t_i$ equal to 1 at $c$ and 0 elsewhere,
#
# $$L = -\sum_i t_i \ln p_i = -\ln p_c. \tag{7}$$
#
# Before going on, predict: formula (6) fills a table; what does each row add up to?

# %%
for n in (1, 2, 3, 7):
    z, delta = random(n), torch.eye(n, dtype=torch.float64)
    p = softmax(z)
    loop = torch.zeros(n, n, dtype=torch.float64)
    for i, j in product(range(n), repeat=2):
        loop[i, j] = p[i] * (delta[i, j] - p[j])  # (6)
    einsum = torch.einsum("i,ij->ij", p, delta) - torch.einsum("i,j->ij", p, p)
    verify(lambda z: torch.softmax(z, 0), z, loop=loop, einsum=einsum)  # (6)

    t = functional.one_hot(torch.tensor(n - 1), n).double()
    loss = -torch.einsum("i,i->", t, p.log())
    library = functional.cross_entropy(z, torch.tensor(n - 1))
    assert_agree(1e-9, einsum=loss, right_class=-p[n - 1].log(), torch=library)  # (7)

# %%
# alt es: El jacobiano de softmax para cuatro clases: positivo en la diagonal y negativo fuera de ella.
# alt en: The Jacobian of softmax for four classes: positive on the diagonal and negative off it.
z = torch.tensor([2.0, 1.0, 0.0, -1.0], dtype=torch.float64)
p = softmax(z)
J = jacrev(lambda z: torch.softmax(z, 0))(z)
ax = heat_map(J, fmt=".3f", limits=(-0.25, 0.25), xlabel="j", ylabel="i", title="∂pᵢ / ∂zⱼ")

# %% tags=["hidden"]
assert J.sum(1).abs().max() < 1e-12 and J.sum(0).abs().max() < 1e-12
assert (J.diagonal() > 0).all() and (J - torch.diag(J.diagonal()) <= 0).all()
assert_agree(trace=J.trace(), formula=(p * (1 - p)).sum())

# %% [markdown] lang="es"
# Cada fila suma cero: sumar lo mismo a todos los *logits* no cambia nada. También cada columna, porque las
# probabilidades siguen sumando 1. Y la diagonal, sumada, es la traza $\sum_i p_i (1 - p_i)$ de la
# lección sobre [atención](../tensor_mathematics/normalisation_attention.md): casi cero cuando una
# probabilidad es casi 1.
#
# Ahora la cadena: $L$ depende de $\vec p$ y $\vec p$ de $\vec z$. Se contrae el índice intermedio,
#
# $$\frac{\partial L}{\partial z_j} = \frac{\partial L}{\partial p_i}\, \frac{\partial p_i}{\partial z_j}
# = \sum_i -\frac{t_i}{p_i}\; p_i\, (\delta_{ij} - p_j) = -t_j + p_j \sum_i t_i = p_j - t_j. \tag{8}$$
#
# Dos fórmulas incómodas se cancelan y queda una resta: lo predicho menos lo cierto. Con un *batch* de $B$
# ejemplos y la pérdida media, se divide entre $B$.

# %% [markdown] lang="en"
# Each row adds up to zero: adding the same to all logits changes nothing. So does each column, because the
# probabilities go on adding up to 1. And the diagonal, summed, is the trace $\sum_i p_i (1 - p_i)$ of the
# lesson on [attention](../tensor_mathematics/normalisation_attention.md): almost zero when one probability is
# almost 1.
#
# Now the chain: $L$ depends on $\vec p$, and $\vec p$ on $\vec z$. The index in between is contracted,
#
# $$\frac{\partial L}{\partial z_j} = \frac{\partial L}{\partial p_i}\, \frac{\partial p_i}{\partial z_j}
# = \sum_i -\frac{t_i}{p_i}\; p_i\, (\delta_{ij} - p_j) = -t_j + p_j \sum_i t_i = p_j - t_j. \tag{8}$$
#
# Two awkward formulas cancel and a subtraction is left: what was predicted less what is true. With a batch of
# $B$ examples and the mean loss, one divides by $B$.

# %%
for B, classes in [(1, 2), (4, 3), (6, 10)]:
    z, labels = random(B, classes), torch.arange(B) % classes
    t = functional.one_hot(labels, classes).double()
    p = torch.stack([softmax(row) for row in z])
    to_p = -t / p / B  # ∂L/∂p, example class
    to_z = torch.stack([torch.diag(row) - outer(row, row) for row in p])  # ∂p/∂z, example class logit
    loop = torch.stack([matrix_vector(to_z[b].T, to_p[b]) for b in range(B)])
    forms = {"loop": loop, "einsum": torch.einsum("bi,bij->bj", to_p, to_z), "short": (p - t) / B}
    verify(lambda z: functional.cross_entropy(z, labels), z, **forms)  # (8)

# %% [markdown] lang="es"
# ## La regla de la cadena es una contracción
#
# Los *logits* salen de una capa lineal, $z_{bo} = x_{bi} W_{oi} + \beta_o$. Si
# $G_{bo} = \partial L / \partial z_{bo}$, entonces, contrayendo con el jacobiano de la capa,
#
# $$\frac{\partial L}{\partial W_{oi}} = G_{bp}\, \frac{\partial z_{bp}}{\partial W_{oi}}
# = G_{bp}\, \delta_{po}\, x_{bi} = G_{bo}\, x_{bi}, \qquad
# \frac{\partial L}{\partial \beta_o} = \sum_b G_{bo}, \qquad
# \frac{\partial L}{\partial x_{bi}} = G_{bo}\, W_{oi}. \tag{9}$$
#
# El jacobiano $\delta_{po}\, x_{bi}$ tiene cuatro índices y no hay que construirlo: la $\delta$ lo resuelve
# en el papel. ¿Cuánta memoria ahorra eso en una capa de 1000 por 1000 con 64 ejemplos?

# %% [markdown] lang="en"
# ## The chain rule is a contraction
#
# The logits come out of a linear layer, $z_{bo} = x_{bi} W_{oi} + \beta_o$. If
# $G_{bo} = \partial L / \partial z_{bo}$, then, contracting with the Jacobian of the layer,
#
# $$\frac{\partial L}{\partial W_{oi}} = G_{bp}\, \frac{\partial z_{bp}}{\partial W_{oi}}
# = G_{bp}\, \delta_{po}\, x_{bi} = G_{bo}\, x_{bi}, \qquad
# \frac{\partial L}{\partial \beta_o} = \sum_b G_{bo}, \qquad
# \frac{\partial L}{\partial x_{bi}} = G_{bo}\, W_{oi}. \tag{9}$$
#
# The Jacobian $\delta_{po}\, x_{bi}$ has four indices, and there is no need to build it: the $\delta$ settles
# it on paper. How much memory does that save in a layer of 1000 by 1000 with 64 examples?

# %%
for B, inputs, outputs in [(1, 1, 2), (4, 3, 2), (5, 6, 4)]:
    x, W, bias, labels = random(B, inputs), random(outputs, inputs), random(outputs), torch.arange(B) % 2
    t = functional.one_hot(labels, outputs).double()
    G = (torch.softmax(x @ W.T + bias, 1) - t) / B
    full = jacrev(lambda W: x @ W.T + bias)(W)  # example output, output input
    whole = torch.einsum("bp,bpoi->oi", G, full)

    def mean_loss(x=x, W=W, bias=bias):
        return functional.cross_entropy(x @ W.T + bias, labels)

    to_weights = {"loop": matrix_matrix(G.T, x), "einsum": torch.einsum("bo,bi->oi", G, x), "full": whole}
    verify(lambda W: mean_loss(W=W), W, **to_weights)  # (9)
    verify(lambda bias: mean_loss(bias=bias), bias, einsum=torch.einsum("bo->o", G))  # (9)
    verify(
        lambda x: mean_loss(x=x), x, loop=matrix_matrix(G, W), einsum=torch.einsum("bo,oi->bi", G, W)
    )  # (9)

jacobian, gradient = (torch.empty(size, device="meta") for size in [(64, 1000, 1000, 1000), (1000, 1000)])
print(f"{jacobian.nbytes / 2**30:.0f} GiB / {gradient.nbytes / 2**20:.1f} MiB")

# %% [markdown] lang="es"
# `{python} jacobian.nbytes / 2**30:.0f` GiB contra `{python} gradient.nbytes / 2**20:.1f` MiB. Por eso
# `backward` nunca forma un jacobiano: lleva $G$ de capa en capa y en cada una contrae.
#
# Queda el orden. Con varias capas la cadena es un producto de matrices,
#
# $$\frac{\partial L}{\partial x_l} = \frac{\partial L}{\partial z_i}\, \frac{\partial z_i}{\partial y_k}\,
# \frac{\partial y_k}{\partial x_l}, \tag{10}$$
#
# y el producto se asocia: da lo mismo empezar por la pérdida (hacia atrás) o por la entrada (hacia adelante).
# Da lo mismo, pero no cuesta lo mismo. Apuesta por una razón entre los costos, para 784 entradas, 300
# neuronas ocultas y 10 clases.

# %% [markdown] lang="en"
# `{python} jacobian.nbytes / 2**30:.0f` GiB against `{python} gradient.nbytes / 2**20:.1f` MiB. That is why
# `backward` never forms a Jacobian: it carries $G$ from layer to layer and contracts at each one.
#
# The order remains. With several layers the chain is a product of matrices,
#
# $$\frac{\partial L}{\partial x_l} = \frac{\partial L}{\partial z_i}\, \frac{\partial z_i}{\partial y_k}\,
# \frac{\partial y_k}{\partial x_l}, \tag{10}$$
#
# and the product associates: it is the same to begin at the loss (backwards) or at the input (forwards). It
# is the same, but it does not cost the same. Bet on a ratio of the costs, for 784 inputs, 300 hidden neurons
# and 10 classes.

# %%
for inputs, hidden, classes in [(2, 3, 2), (5, 4, 3)]:
    x, V, W, label = random(inputs), random(hidden, inputs), random(classes, hidden), torch.tensor(1)
    y = torch.tanh(V @ x)
    to_z = softmax(W @ y) - functional.one_hot(label, classes)
    to_y = W
    to_x = torch.einsum("k,kl->kl", 1 - y**2, V)
    loop = contract(contract(outer(outer(to_z, to_y), to_x), 0, 1), 0, 1)
    einsum = torch.einsum("i,ik,kl->l", to_z, to_y, to_x)

    def two_layers(x):
        return functional.cross_entropy(W @ torch.tanh(V @ x), label)

    verify(two_layers, x, loop=loop, einsum=einsum, backwards=(to_z @ to_y) @ to_x)  # (10)

# %%
to_z, to_y, to_x = (torch.empty(size, device="meta") for size in [(1, 10), (10, 300), (300, 784)])
costs = {}
orders = {
    tr(es="hacia atrás", en="backwards"): lambda: (to_z @ to_y) @ to_x,
    tr(es="hacia adelante", en="forwards"): lambda: to_z @ (to_y @ to_x),
}
for name, compute in orders.items():
    with FlopCounterMode(display=False) as counter:
        compute()
    costs[name] = counter.get_total_flops() // 2
    print(f"{name:<15} {costs[name]:>9}")

# %% tags=["hidden"]
backwards, forwards = costs.values()
assert backwards == 10 * 300 + 300 * 784 and forwards == 10 * 300 * 784 + 10 * 784
ratio = forwards / backwards

# %% [markdown] lang="es"
# Hacia adelante hay que hacer `{python} ratio:.1f` veces más multiplicaciones, casi tantas como clases. Hacia
# atrás cada paso es un vector por una matriz. Con una sola salida y muchas entradas conviene empezar por la
# salida: eso es la retropropagación.
#
# ## Entrenar sin autograd
#
# Con (8) y (9) basta para un clasificador lineal. Con los pesos en cero, todas las clases reciben $1/10$, y
# el primer gradiente se puede **mirar**: $-\partial L / \partial W_{oi}$ es casi, salvo un factor, la imagen
# media de la clase $o$ menos la de todas (las diez clases tienen más o menos el mismo tamaño). ¿Qué se verá
# al dibujar sus diez filas como imágenes de 8 × 8?

# %% [markdown] lang="en"
# Forwards takes `{python} ratio:.1f` times as many multiplications, nearly as many as there are classes.
# Backwards each step is a vector times a matrix. With a single output and many inputs it pays to begin at the
# output: that is backpropagation.
#
# ## Training without autograd
#
# (8) and (9) are enough for a linear classifier. With all weights at zero every class receives $1/10$, and
# the first gradient can be **looked at**: $-\partial L / \partial W_{oi}$ is nearly, but for a factor, the
# mean image of class $o$ less that of all (the ten classes are of about the same size). What will be seen
# when its ten rows are drawn as images of 8 × 8?

# %%
data = digits()
x = data.train_images.flatten(1).double()  # example pixel
t = functional.one_hot(data.train_labels, 10).double()


def loss_and_gradients(W, bias):
    p = torch.softmax(x @ W.T + bias, 1)
    G = (p - t) / len(x)  # (8)
    loss = -torch.einsum("bo,bo->", t, p.log()) / len(x)
    return loss, torch.einsum("bo,bi->oi", G, x), torch.einsum("bo->o", G)


W, bias = torch.zeros(10, 64, dtype=torch.float64), torch.zeros(10, dtype=torch.float64)
first_loss, slope, _ = loss_and_gradients(W, bias)
print(f"{first_loss:.4f} {math.log(10):.4f}")

# %%
# alt es: Diez imágenes de 8 por 8, el gradiente con otro signo: se reconocen, borrosas, las cifras.
# alt en: Ten images of 8 by 8, the gradient with its sign changed: the digits show, blurred.
figure = image_grid(-slope.reshape(10, 8, 8), data.classes, columns=5)

# %%
history = []
for _ in range(200):
    loss, to_weights, to_bias = loss_and_gradients(W, bias)
    W, bias = W - 0.5 * to_weights, bias - 0.5 * to_bias
    history.append(loss.item())

model = torch.nn.Linear(64, 10, dtype=torch.float64)
torch.nn.init.zeros_(model.weight)
torch.nn.init.zeros_(model.bias)
optimiser = torch.optim.SGD(model.parameters(), lr=0.5)
for _ in range(200):
    optimiser.zero_grad()
    functional.cross_entropy(model(x), data.train_labels).backward()
    optimiser.step()
difference = assert_agree(1e-10, autograd=model.weight.detach(), by_hand=W)
print(f"{history[0]:.3f} → {history[-1]:.3f}   {difference:.0e}")

# %% tags=["hidden"]
assert abs(first_loss.item() - math.log(10)) < 1e-12 and history[-1] < 0.5 * history[0]
means = torch.stack([x[data.train_labels == c].mean(0) for c in range(10)])
shares = t.mean(0)[:, None]
assert_agree(1e-10, drawn=-slope, from_means=shares * means - x.mean(0) / 10)
assert (shares - 0.1).abs().max() < 0.01

# %% [markdown] lang="es"
# Se ven las diez cifras: el primer paso pone en cada fila de pesos un retrato borroso de su clase. La pérdida
# empieza en $\ln 10$ = `{python} first_loss.item():.3f`, como la de quien adivina, y baja a
# `{python} history[-1]:.3f`. Tras 200 pasos, los pesos difieren de los que obtiene autograd en una fracción
# de `{python} difference:.0e`: el redondeo.
#
# ## Para llevarte
#
# * $\partial x_i / \partial x_j = \delta_{ij}$, la regla del producto, y nada que memorizar.
# * La forma de un jacobiano: la de la salida seguida de la de la variable.
# * $\nabla(\vec x^\top A \vec x) = (A + A^\top) \cdot \vec x$; es $2A \cdot \vec x$ para todo $\vec x$ solo
#   si $A$ es simétrica.
# * Entropía cruzada con *softmax*: $p - t$.
# * La cadena es una contracción; hacia atrás, barata, y sin formar jacobianos.
# * Un gradiente escrito a mano se cree cuando coincide con autograd **y** con las diferencias.

# %% [markdown] lang="en"
# The ten digits can be seen: the first step puts a blurred portrait of its class into each row of weights.
# The loss starts at $\ln 10$ = `{python} first_loss.item():.3f`, as for someone who guesses, and falls to
# `{python} history[-1]:.3f`. After 200 steps the weights differ from those that autograd obtains by a
# fraction of `{python} difference:.0e`: rounding.
#
# ## What to keep
#
# * $\partial x_i / \partial x_j = \delta_{ij}$, the product rule, and nothing to memorise.
# * The shape of a Jacobian: that of the output followed by that of the variable.
# * $\nabla(\vec x^\top A \vec x) = (A + A^\top) \cdot \vec x$; it is $2A \cdot \vec x$ for all $\vec x$ only
#   if $A$ is symmetric.
# * Cross-entropy with softmax: $p - t$.
# * The chain is a contraction; backwards it is cheap, and no Jacobian is formed.
# * A gradient written by hand is to be believed when it agrees with autograd **and** with the differences.

# %% [markdown] lang="es" tags=["quiz"]
# `f` lleva una matriz de forma `(3, 4)` a un vector de forma `(5,)`. ¿Qué forma tiene `jacrev(f)(A)`?
#
# - [x] `(5, 3, 4)`: primero los índices de la salida y después los de la variable.
# - [ ] `(3, 4, 5)`: ese es el orden contrario al que usa PyTorch.
# - [ ] `(3, 4)`: esa es la forma de un gradiente, y un gradiente es de una función con salida escalar.
# - [ ] `(5, 12)`: tiene los mismos componentes, con la matriz aplanada; `jacrev` no aplana.

# %% [markdown] lang="en" tags=["quiz"]
# `f` takes a matrix of shape `(3, 4)` to a vector of shape `(5,)`. What is the shape of `jacrev(f)(A)`?
#
# - [x] `(5, 3, 4)`: the indices of the output come first and those of the variable next.
# - [ ] `(3, 4, 5)`: this is the opposite of the order that PyTorch uses.
# - [ ] `(3, 4)`: this is the shape of a gradient, and a gradient belongs to a function with a scalar output.
# - [ ] `(5, 12)`: it has the same components, with the matrix flattened; `jacrev` flattens nothing.

# %% [markdown] lang="es" tags=["quiz"]
# Un clasificador da probabilidad 0,98 a la clase correcta. ¿Qué dice el gradiente respecto de los *logits*?
#
# - [x] Casi nada: los componentes de $p - t$ suman 0 y ninguno pasa de 0,02 en valor absoluto.
# - [ ] Que hay que subir mucho el *logit* correcto: su componente es 0,98 − 1, y no 0,98.
# - [ ] Nada: sería exactamente cero solo si la probabilidad fuera 1.
# - [ ] Depende de los *logits* de las otras clases: ellas se reparten 0,02, así que poco pueden pesar.

# %% [markdown] lang="en" tags=["quiz"]
# A classifier gives the right class probability 0.98. What does the gradient with respect to the logits say?
#
# - [x] Hardly anything: the components of $p - t$ add up to 0, and none exceeds 0.02 in absolute value.
# - [ ] That the right logit must rise a lot: its component is 0.98 − 1, and not 0.98.
# - [ ] Nothing: it would be exactly zero only if the probability were 1.
# - [ ] It depends on the logits of the other classes: they share 0.02, and so have little weight.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: mínimos cuadrados
#
# Escribe `least_squares_gradient(A, x, b)`: el gradiente de
# $\lVert A \cdot \vec x - \vec b \rVert^2$ respecto de $\vec x$. Derívalo con índices; no uses
# autograd.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: least squares
#
# Write `least_squares_gradient(A, x, b)`: the gradient of $\lVert A \cdot \vec x - \vec b \rVert^2$ with
# respect to $\vec x$. Derive it with indices; do not use autograd.


# %% tags=["solution"]
def least_squares_gradient(A, x, b):
    return 2 * torch.einsum("ij,i->j", A, A @ x - b)


# %% tags=["check"]
for rows, columns in [(1, 1), (3, 2), (2, 5)]:
    A, x, b = random(rows, columns), random(columns), random(rows)
    yours = least_squares_gradient(A, x, b)
    verify(lambda x, A=A, b=b: (A @ x - b).square().sum(), x, yours=yours)

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: el paso hacia atrás de una capa
#
# Escribe `backward(x, W, G)` para la capa $z = \tanh(x \cdot W^\top)$: recibe la entrada, los pesos y
# $G = \partial L / \partial z$, y devuelve $\partial L / \partial x$ y
# $\partial L / \partial W$. Recuerda que la derivada de $\tanh$ es $1 - \tanh^2$.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: the backward step of a layer
#
# Write `backward(x, W, G)` for the layer $z = \tanh(x \cdot W^\top)$: it receives the input, the weights and
# $G = \partial L / \partial z$, and returns $\partial L / \partial x$ and $\partial L / \partial W$. Remember
# that the derivative of $\tanh$ is $1 - \tanh^2$.


# %% tags=["solution"]
def backward(x, W, G):
    inner = G * (1 - torch.tanh(x @ W.T) ** 2)  # example output
    return torch.einsum("bo,oi->bi", inner, W), torch.einsum("bo,bi->oi", inner, x)


# %% tags=["check"]
for B, inputs, outputs in [(1, 1, 1), (4, 3, 2), (5, 2, 6)]:
    x, W, G = random(B, inputs), random(outputs, inputs), random(B, outputs)
    to_input, to_weights = backward(x, W, G)
    verify(lambda x, W=W, G=G: (torch.tanh(x @ W.T) * G).sum(), x, yours=to_input)
    verify(lambda W, x=x, G=G: (torch.tanh(x @ W.T) * G).sum(), W, yours=to_weights)

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: el vector unitario
#
# Escribe `unit_jacobian(v)`: el jacobiano de $\vec n = \vec v / \lVert \vec v \rVert$. Antes de derivar,
# piensa qué debe dar al aplicarlo al propio $\vec v$: alargar un vector no cambia su dirección.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: the unit vector
#
# Write `unit_jacobian(v)`: the Jacobian of $\vec n = \vec v / \lVert \vec v \rVert$. Before you derive it,
# think what it must give when applied to $\vec v$ itself: to lengthen a vector does not change its direction.


# %% tags=["solution"]
def unit_jacobian(v):
    n = v / v.norm()
    return (torch.eye(len(v), dtype=v.dtype) - torch.einsum("i,j->ij", n, n)) / v.norm()


# %% tags=["check"]
for n in (2, 3, 6):
    v = random(n)
    verify(lambda v: v / v.norm(), v, yours=unit_jacobian(v))
    assert (unit_jacobian(v) @ v).norm() < 1e-12

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# Antes: [normalización y atención](../tensor_mathematics/normalisation_attention.md), que se derivan con las
# mismas reglas. Después: la [regresión lineal](../workflow/linear_regression.md), donde estos gradientes
# mueven una recta. Y por qué un gradiente depende de las unidades de los pesos está en [cambio de
# base](../tensor_mathematics/change_of_basis.md).

# %% [markdown] lang="en"
# ## Where to go next
#
# Before: [normalisation and attention](../tensor_mathematics/normalisation_attention.md), which are
# differentiated by the same rules. After: [linear regression](../workflow/linear_regression.md), where these
# gradients move a line. And why a gradient depends on the units of the weights is told in [change of
# basis](../tensor_mathematics/change_of_basis.md).
