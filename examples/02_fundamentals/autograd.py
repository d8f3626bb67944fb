"""
title:
  es: Autograd, con motor propio
  en: Autograd, with an engine of our own
summary:
  es: Un gradiente a mano, por diferencias finitas y por PyTorch; el motor que lo calcula, escrito desde cero.
  en: A gradient by hand, by finite differences and by PyTorch; the engine behind it, written from scratch.
tags: [autograd, gradient, Jacobian, computation graph, backpropagation]
objectives:
  es:
    - Obtener una derivada de tres maneras y decir cuánto se equivoca cada una.
    - Explicar qué calcula `backward` cuando la salida es un vector.
    - Escribir un motor de derivadas en unas cuarenta líneas y comprobarlo contra PyTorch.
    - Reconocer las cuatro trampas de autograd antes de que cuesten una tarde.
  en:
    - Obtain a derivative in three ways and say how wrong each of them is.
    - Explain what `backward` computes when the output is a vector.
    - Write an engine of derivatives in some forty lines and check it against PyTorch.
    - Recognise the four traps of autograd before they cost an afternoon.
prerequisites:
  es:
    - Tensores y formas.
    - La derivada de un producto y la regla de la cadena.
  en:
    - Tensors and shapes.
    - The derivative of a product and the chain rule.
"""
# %% [markdown] lang="es"
# Entrenar es preguntar, para cada número de un modelo: si este crece un poco, ¿la pérdida sube o baja, y
# cuánto? La respuesta es un gradiente, y `loss.backward()` la da para millones de números a la vez. Aquí la
# obtendrás de tres maneras, escribirás el motor que la calcula y verás dónde engaña.
#
# Conviene haber leído [Tensores y rango](../fundamentals/tensors_and_rank.md). La lección acompaña la sección
# *PyTorch Workflow* del curso [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) de Andrei Neagoie y Daniel Bourke y el
# [capítulo 01](https://www.learnpytorch.io/01_pytorch_workflow/) de su libro abierto, donde `backward`
# aparece por primera vez. El motor sigue la idea de [micrograd (Karpathy,
# 2020)](https://github.com/karpathy/micrograd), con código propio.

# %% [markdown] lang="en"
# Training asks, of each number in a model: if this one grows a little, does the loss rise or fall, and by how
# much? The answer is a gradient, and `loss.backward()` gives it for millions of numbers at once. Here you
# will obtain it in three ways, write the engine that computes it, and see where it misleads.
#
# It helps to have read [Tensors and rank](../fundamentals/tensors_and_rank.md). The lesson goes with the
# section *PyTorch Workflow* of the course [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) by Andrei Neagoie and Daniel Bourke and
# with [chapter 01](https://www.learnpytorch.io/01_pytorch_workflow/) of their open book, where `backward`
# first appears. The engine follows the idea of [micrograd (Karpathy,
# 2020)](https://github.com/karpathy/micrograd), in code of our own.

# %%
import math
import random

import matplotlib.pyplot as plt
import torch
from torch import nn

from tutorials_lib import tr
from tutorials_lib.plots import color, curves, localized

# %% [markdown] lang="es"
# ## Tres caminos hacia una derivada
#
# Tomemos $f(x) = x^2 \operatorname{sen} x$. **A mano**, la regla del producto da
#
# $$f'(x) = 2x \operatorname{sen} x + x^2 \cos x .$$
#
# **Por diferencias finitas** basta evaluar $f$ en dos puntos cercanos. Hay dos recetas usuales, hacia
# adelante y centrada:
#
# $$f'(x) \approx \frac{f(x + h) - f(x)}{h}, \qquad f'(x) \approx \frac{f(x + h) - f(x - h)}{2h} .$$
#
# **Con autograd** se pide `requires_grad`, se calcula $f$ y se llama a `backward`. Aquí, en $x = 1{,}3$:

# %% [markdown] lang="en"
# ## Three ways to a derivative
#
# Take $f(x) = x^2 \sin x$. **By hand**, the product rule gives
#
# $$f'(x) = 2x \sin x + x^2 \cos x .$$
#
# **By finite differences** it is enough to evaluate $f$ at two nearby points. There are two usual recipes,
# forward and central:
#
# $$f'(x) \approx \frac{f(x + h) - f(x)}{h}, \qquad f'(x) \approx \frac{f(x + h) - f(x - h)}{2h} .$$
#
# **By autograd** one asks for `requires_grad`, computes $f$ and calls `backward`. Here, at $x = 1.3$:


# %%
def f(x):
    return x**2 * torch.sin(x)


def by_hand(x):
    return 2 * x * torch.sin(x) + x**2 * torch.cos(x)


def forward_difference(x, h):
    return (f(x + h) - f(x)) / h


def central_difference(x, h):
    return (f(x + h) - f(x - h)) / (2 * h)


x = torch.tensor(1.3, dtype=torch.float64, requires_grad=True)
f(x).backward()
with torch.no_grad():
    print(f"{by_hand(x):.15f}")
    print(f"{forward_difference(x, 1e-3):.15f}\n{central_difference(x, 1e-3):.15f}")
print(f"{x.grad:.15f}")

# %% [markdown] lang="es"
# De arriba abajo: a mano, hacia adelante, centrada, autograd. Las diferencias finitas aciertan unas cuantas
# cifras. Parece que bastaría achicar $h$. Antes de mirar la figura, dibuja en un papel el error según $h$,
# desde $10^{-1}$ hasta $10^{-15}$, para las dos recetas.

# %% [markdown] lang="en"
# From top to bottom: by hand, forward, central, autograd. The finite differences get a few digits right. A
# smaller $h$ seems to be all it takes. Before looking at the figure, draw on paper the error against $h$,
# from $10^{-1}$ to $10^{-15}$, for both recipes.

# %%
# alt es: Dos curvas en forma de V, cada una con su mejor h, y muy por debajo la raya de autograd.
# alt en: Two V-shaped curves, each with a best h of its own, and the line of autograd far below them.
points = torch.linspace(0.5, 3, 60, dtype=torch.float64)
steps = torch.logspace(-1, -15, 57, dtype=torch.float64)
recipes = {
    tr(es="hacia adelante", en="forward"): forward_difference,
    tr(es="centrada", en="central"): central_difference,
}
errors = {
    name: [(recipe(points, h) - by_hand(points)).abs().max().item() for h in steps]
    for name, recipe in recipes.items()
}
x = points.clone().requires_grad_()
f(x).sum().backward()
autograd_error = (x.grad - by_hand(points)).abs().max().item()
errors["autograd"] = [max(autograd_error, torch.finfo(torch.float64).eps)] * len(steps)
ax = curves(steps, errors, xlabel="h", ylabel=tr(es="error máximo", en="largest error"), log="xy")

# %% tags=["hidden"]
forward_errors, central_errors, _ = errors.values()
best_forward = steps[min(range(len(steps)), key=forward_errors.__getitem__)].item()
best_central = steps[min(range(len(steps)), key=central_errors.__getitem__)].item()
assert 1e-9 < best_forward < 1e-7 and 1e-6 < best_central < 1e-4
assert forward_errors[-1] > 1e-2 and central_errors[-1] > 1e-2 and autograd_error < 1e-14
assert min(forward_errors) > 50 * min(central_errors) > 50 * autograd_error
# slopes of the truncation error: h for the forward recipe, h² for the central one
assert abs(math.log10(forward_errors[0] / forward_errors[8]) - 2) < 0.2
assert abs(math.log10(central_errors[0] / central_errors[8]) - 4) < 0.2

# %% [markdown] lang="es"
# Achicar $h$ ayuda solo al principio. A la derecha manda el error de la fórmula, que cae como $h$ o como
# $h^2$; a la izquierda manda el redondeo: $f(x + h)$ y $f(x)$ comparten casi todas sus cifras y la resta las
# borra. El equilibrio está cerca de $\sqrt\epsilon$ o de $\sqrt[3]\epsilon$, donde $\epsilon$ es la distancia
# de 1 al siguiente `float64`: en esta corrida, $h$ = `{python} best_forward:.0e` y
# $h$ = `{python} best_central:.0e`. El error de autograd es `{python} autograd_error:.1g`, porque no
# aproxima: aplica las mismas reglas que tú con el lápiz. (La escala logarítmica no tiene cero: la figura no
# baja de $\epsilon$.)
#
# Las diferencias finitas tienen otro costo. Cada derivada pide evaluar la función otra vez; el paso hacia
# atrás las da todas juntas. Contemos las evaluaciones para una función de $n$ variables.

# %% [markdown] lang="en"
# A smaller $h$ helps only at first. On the right the error of the formula rules, and falls as $h$ or as
# $h^2$; on the left rounding rules: $f(x + h)$ and $f(x)$ share almost all their digits, and the subtraction
# wipes them out. The balance lies near $\sqrt\epsilon$ or $\sqrt[3]\epsilon$, where $\epsilon$ is the
# distance from 1 to the next `float64`: in this run, $h$ = `{python} best_forward:.0e` and
# $h$ = `{python} best_central:.0e`. The error of autograd is `{python} autograd_error:.1g`, because it does
# not approximate: it applies the same rules as you with the pencil. (A logarithmic scale has no zero: the
# figure goes no lower than $\epsilon$.)
#
# Finite differences have another cost. Each derivative asks for further evaluations of the function; the
# backward pass gives all of them together. Let us count evaluations for a function of $n$ variables.

# %%
evaluations = 0


def many_variables(x):
    global evaluations
    evaluations += 1
    return (x * x.roll(1)).sin().sum()


for n in (10, 100, 1000):
    x = torch.linspace(0, 1, n, dtype=torch.float64)
    evaluations = 0
    shifts = 1e-5 * torch.eye(n, dtype=torch.float64)
    numerical = torch.stack([many_variables(x + h) - many_variables(x - h) for h in shifts]) / 2e-5
    by_differences, evaluations = evaluations, 0
    (exact,) = torch.autograd.grad(many_variables(x.requires_grad_()), x)
    print(
        f"n = {n:>4}   {by_differences:>4}   {evaluations}   max |Δ| = {(numerical - exact).abs().max():.0e}"
    )

# %% tags=["hidden"]
assert by_differences == 2000 and evaluations == 1
assert torch.allclose(numerical, exact, atol=1e-8)

# %% [markdown] lang="es"
# Las dos columnas del medio son las evaluaciones por diferencias centradas, $2n$, y por autograd, una sola
# más el recorrido hacia atrás. Con un millón de parámetros, las diferencias centradas pedirían dos millones
# de evaluaciones por cada paso del entrenamiento. Sirven para **comprobar** gradientes, no para entrenar.
#
# ## Cuando la salida es un vector: el jacobiano
#
# Si una función lleva $n$ números a $m$ números, sus derivadas forman una matriz, el **jacobiano**, con
# $J_{ij} = \partial y_i / \partial x_j$. Las coordenadas polares sirven de ejemplo:
#
# $$(r, \theta) \mapsto (r\cos\theta,\; r\operatorname{sen}\theta), \qquad
# J = \begin{pmatrix} \cos\theta & -r\operatorname{sen}\theta \\ \operatorname{sen}\theta & r\cos\theta
# \end{pmatrix} .$$
#
# `backward` exige un escalar. Si la salida es un vector, pide además un vector $v$ y entrega
# $v^{\mathsf T} J$: una combinación de las **filas** del jacobiano. ¿Qué $v$ daría la primera fila?

# %% [markdown] lang="en"
# The two columns in the middle are the evaluations by central differences, $2n$, and by autograd, a single
# one plus the walk backwards. With a million parameters, central differences would ask for two million
# evaluations at each training step. They are good for **checking** gradients, not for training.
#
# ## When the output is a vector: the Jacobian
#
# If a function takes $n$ numbers to $m$ numbers, its derivatives form a matrix, the **Jacobian**, with
# $J_{ij} = \partial y_i / \partial x_j$. Polar coordinates will serve as an example:
#
# $$(r, \theta) \mapsto (r\cos\theta,\; r\sin\theta), \qquad
# J = \begin{pmatrix} \cos\theta & -r\sin\theta \\ \sin\theta & r\cos\theta
# \end{pmatrix} .$$
#
# `backward` demands a scalar. If the output is a vector, it also asks for a vector $v$ and returns
# $v^{\mathsf T} J$: a combination of the **rows** of the Jacobian. Which $v$ would give the first row?


# %%
def polar(point):
    r, angle = point
    return torch.stack([r * torch.cos(angle), r * torch.sin(angle)])


point = torch.tensor([2.0, math.pi / 6], dtype=torch.float64, requires_grad=True)
for v in torch.eye(2, dtype=torch.float64):
    (row,) = torch.autograd.grad(polar(point), point, grad_outputs=v)
    print(v.tolist(), row)

r, angle = point.detach()
J = torch.stack([torch.cos(angle), -r * torch.sin(angle), torch.sin(angle), r * torch.cos(angle)])
J = J.reshape(2, 2)  # output input
print(torch.allclose(torch.func.jacrev(polar)(point.detach()), J), torch.linalg.det(J).item())

# %% tags=["hidden"]
rows = [
    torch.autograd.grad(polar(point), point, grad_outputs=v)[0] for v in torch.eye(2, dtype=torch.float64)
]
assert torch.allclose(torch.stack(rows), J) and torch.isclose(torch.linalg.det(J), r)
assert torch.allclose(torch.func.jacfwd(polar)(point.detach()), J)

# %% [markdown] lang="es"
# Un vector de la base por vez da el jacobiano fila por fila, y así lo calcula `torch.func.jacrev`: un paso
# hacia atrás por **salida**. `jacfwd` va hacia adelante y hace uno por **entrada**. Una pérdida tiene una
# sola salida y muchísimas entradas: de ahí que se entrene hacia atrás. El determinante, $r$, es el factor de
# las áreas que aparece al integrar en polares.
#
# ## Un motor desde cero
#
# Autograd guarda, por cada operación, de qué números salió su resultado y con qué derivada depende de cada
# uno. Nada más. Nuestra clase guarda esos pares `(entrada, pendiente)` en `inputs`. Lee la regla de `×`:
# la pendiente de un factor es el otro factor.

# %% [markdown] lang="en"
# One basis vector at a time gives the Jacobian row by row, and this is how `torch.func.jacrev` computes it:
# one backward pass for each **output**. `jacfwd` goes forwards and makes one for each **input**. A loss has a
# single output and a great many inputs: that is why training goes backwards. The determinant, $r$, is the
# factor of areas that turns up when one integrates in polar coordinates.
#
# ## An engine from scratch
#
# For each operation autograd keeps from which numbers the result came, and with what derivative it depends on
# each of them. No more than that. Our class keeps these pairs `(input, slope)` in `inputs`. Read the rule of
# `×`: the slope of one factor is the other factor.


# %%
class Number:
    def __init__(self, value, inputs=(), name=""):
        self.value, self.inputs, self.name, self.grad = value, inputs, name, 0.0

    def __add__(self, other):
        return Number(self.value + other.value, [(self, 1.0), (other, 1.0)], "+")

    def __sub__(self, other):
        return Number(self.value - other.value, [(self, 1.0), (other, -1.0)], "−")

    def __mul__(self, other):
        return Number(self.value * other.value, [(self, other.value), (other, self.value)], "×")

    def __truediv__(self, other):
        quotient = self.value / other.value
        return Number(quotient, [(self, 1 / other.value), (other, -quotient / other.value)], "÷")

    def exp(self):
        e = math.exp(self.value)
        return Number(e, [(self, e)], "exp")

    def tanh(self):
        t = math.tanh(self.value)
        return Number(t, [(self, 1 - t * t)], "tanh")

    def relu(self):
        return Number(max(self.value, 0.0), [(self, float(self.value > 0))], "relu")


# %% [markdown] lang="es"
# Falta el recorrido. La regla de la cadena dice que cada camino desde el resultado hasta una variable aporta
# el producto de sus pendientes, y que los aportes se suman. La traducción directa es recorrer todos los
# caminos. La función devuelve, de paso, cuántas visitas hizo. Si duplicamos un número veces seguidas,
# $x + x$, el resultado otra vez consigo mismo, ¿cuántas visitas harán falta para 16 sumas?

# %% [markdown] lang="en"
# The walk is missing. The chain rule says that each path from the result to a variable contributes the
# product of its slopes, and that contributions add up. The direct translation is to walk all the paths. The
# function also returns how many visits it made. If we double a number again and again, $x + x$, the result
# once more with itself, how many visits will 16 sums take?


# %%
def backward_by_paths(node, grad=1.0):
    node.grad += grad
    return 1 + sum(backward_by_paths(source, slope * grad) for source, slope in node.inputs)


def doubled(times):
    first = last = Number(1.0)
    for _ in range(times):
        last = last + last
    return first, last


for times in (4, 8, 12, 16):
    first, last = doubled(times)
    visits = backward_by_paths(last)
    print(f"{times:>2}   grad = {first.grad:>5.0f}   {visits:>6}")

# %% tags=["hidden"]
assert visits == 2**17 - 1 and first.grad == 2**16

# %% [markdown] lang="es"
# El gradiente está bien, $2^{16}$, y el costo es un desastre: `{python} visits` visitas para un grafo de 17
# nodos, y cada suma más lo duplica. Cincuenta sumas pedirían $2^{51} - 1$ visitas.
#
# La salida es esperar. Un nodo reparte su gradiente **una sola vez**, cuando ya recibió todos los aportes, y
# eso se consigue visitando cada nodo después de todos los que lo usaron. A ese reparto se lo llama
# retropropagación.

# %% [markdown] lang="en"
# The gradient is right, $2^{16}$, and the cost is a disaster: `{python} visits` visits for a graph of 17
# nodes, and each further sum doubles it. Fifty sums would ask for $2^{51} - 1$ visits.
#
# The way out is to wait. A node hands on its gradient **only once**, when it has received every contribution,
# and this is achieved by visiting each node after all those that used it. That is called backpropagation.


# %%
def in_order(result):
    # es: cada nodo aparece después de sus entradas (orden topológico)
    # en: each node appears after its inputs (topological order)
    ordered, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for source, _ in node.inputs:
                visit(source)
            ordered.append(node)

    visit(result)
    return ordered


def backward(result):
    nodes = in_order(result)
    for node in nodes:
        node.grad = 0.0
    result.grad = 1.0
    for node in reversed(nodes):
        for source, slope in node.inputs:
            source.grad += slope * node.grad
    return len(nodes)


first, last = doubled(16)
visits_in_order = backward(last)
print(visits_in_order, f"{first.grad:.0f}")

# %% tags=["hidden"]
assert visits_in_order == 17 and first.grad == 2**16

# %% [markdown] lang="es"
# `{python} visits_in_order` visitas y el mismo gradiente.
#
# ## El grafo, dibujado
#
# Una neurona con su pérdida: $L = (\tanh(wx + b) - y)^2$. Cada caja lleva la operación, su valor y, tras
# `∂`, la derivada de $L$ respecto de ella; cada flecha, la pendiente local. Cubre los gradientes con la mano
# y haz la cuenta de derecha a izquierda: gradiente de la caja de llegada por pendiente de la flecha, y suma
# si salen varias.

# %% [markdown] lang="en"
# `{python} visits_in_order` visits and the same gradient.
#
# ## The graph, drawn
#
# A neuron with its loss: $L = (\tanh(wx + b) - y)^2$. Each box holds the operation, its value and, after `∂`,
# the derivative of $L$ with respect to it; each arrow, the local slope. Cover the gradients with your hand
# and compute them from right to left: gradient of the box at the arrow's end times slope of the arrow, summed
# where several leave.


# %%
def shown(number, digits=".3f"):
    return localized(f"{number:{digits}}".replace("-", "−"))


# %%
def draw_graph(result):
    column, row = {}, {}
    for node in in_order(result):
        sources = [source for source, _ in node.inputs]
        column[node] = 1 + max((column[source] for source in sources), default=-1)
        leaves = sum(not other.inputs for other in row)
        row[node] = sum(row[source] for source in sources) / len(sources) if sources else leaves
    _, ax = plt.subplots(figsize=(1.4 * max(column.values()) + 1, 0.95 * max(row.values()) + 1))
    for node, x in column.items():
        y = row[node]
        for place, (source, slope) in enumerate(node.inputs):
            start = (column[source] + 0.3, row[source])
            end = (x - 0.3, y + 0.54 * place - 0.27 * (len(node.inputs) - 1))
            ax.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": color("faint")})
            on_arrow = (end[0] - 0.2, end[1] - 0.2 * (end[1] - start[1]) / (end[0] - start[0]))
            paper = {"facecolor": color("paper"), "edgecolor": "none", "pad": 0.8}
            ax.text(*on_arrow, shown(slope, ".2g"), fontsize=8, ha="center", va="center", bbox=paper)
        ax.text(x, y - 0.22, node.name, fontweight="bold", ha="center", va="center")
        ax.text(x, y, shown(node.value), color=color("blue"), ha="center", va="center")
        ax.text(x, y + 0.22, f"∂ {shown(node.grad)}", color=color("ember"), ha="center", va="center")
        ax.add_patch(plt.Rectangle((x - 0.3, y - 0.38), 0.6, 0.76, fill=False, edgecolor=color("faint")))
    ax.set(xlim=(-0.5, max(column.values()) + 0.5), ylim=(max(row.values()) + 0.5, -0.5))
    ax.set_axis_off()


# %%
# alt es: Grafo de izquierda a derecha: w y x a un producto, más b, tanh, menos y, y el cuadrado final.
# alt en: Graph from left to right: w and x into a product, plus b, tanh, minus y, and the final square.
w, x, b, y = Number(0.8, name="w"), Number(1.5, name="x"), Number(-0.3, name="b"), Number(1.0, name="y")
difference = (w * x + b).tanh() - y
loss = difference * difference
backward(loss)
draw_graph(loss)

# %% tags=["hidden"]
tensors = [torch.tensor(node.value, dtype=torch.float64, requires_grad=True) for node in (w, x, b, y)]
torch_loss = (torch.tanh(tensors[0] * tensors[1] + tensors[2]) - tensors[3]).square()
torch_loss.backward()
assert all(
    math.isclose(node.grad, t.grad.item(), rel_tol=1e-12)
    for node, t in zip((w, x, b, y), tensors, strict=True)
)
assert math.isclose(difference.grad, 2 * difference.value) and w.grad < 0 and w.grad == b.grad * x.value

# %% [markdown] lang="es"
# La última caja es un producto cuyos dos factores son el mismo nodo: dos flechas paralelas, y los aportes se
# suman. Por eso aparece el 2 de la derivada de un cuadrado sin que nadie lo haya escrito. La derivada
# respecto de $w$ vale `{python} w.grad:.3f`: subir $w$ bajaría la pérdida.
#
# PyTorch guarda el mismo grafo en `grad_fn`. Bajemos por él, siempre por la primera entrada.

# %% [markdown] lang="en"
# The last box is a product whose two factors are one and the same node: two parallel arrows, and the
# contributions add up. That is where the 2 in the derivative of a square comes from, though nobody wrote it.
# The derivative with respect to $w$ is `{python} w.grad:.3f`: raising $w$ would lower the loss.
#
# PyTorch keeps the same graph in `grad_fn`. Let us go down it, always through the first input.

# %%
w, x, b, y = (torch.tensor(value, requires_grad=True) for value in (0.8, 1.5, -0.3, 1.0))
difference = torch.tanh(w * x + b) - y
node = (difference * difference).grad_fn
chain = []
while node is not None:
    chain.append(type(node).__name__)
    node = node.next_functions[0][0] if node.next_functions else None
print(" → ".join(chain))

# %% tags=["hidden"]
assert chain == [
    "MulBackward0",
    "SubBackward0",
    "TanhBackward0",
    "AddBackward0",
    "MulBackward0",
    "AccumulateGrad",
]

# %% [markdown] lang="es"
# Son nuestras cajas, de la última a la primera, y al final `AccumulateGrad`, el nodo que **suma** en `.grad`.
#
# ## ¿Y si el motor está mal?
#
# Un ejemplo que coincide no prueba nada sobre los demás. Generemos expresiones al azar: doce operaciones
# encadenadas sobre tres variables, con números del propio cálculo como segundos operandos. Los métodos se
# llaman igual en `Number` y en los tensores, así que el mismo programa corre en los dos.

# %% [markdown] lang="en"
# They are our boxes, from last to first, and at the end `AccumulateGrad`, the node that **adds** into
# `.grad`.
#
# ## And if the engine is wrong?
#
# One example that agrees proves nothing about the others. Let us generate random expressions: twelve chained
# operations on three variables, with numbers from the computation itself as second operands. The methods
# bear the same names in `Number` and in tensors, so that one program runs on both.

# %%
OPERATIONS = [
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a * b,
    lambda a, b: a / (b * b + (b - b * b).exp()),
    lambda a, b: (a - b).relu(),
    lambda a, b: (a + b).tanh(),
    lambda a, b: (b - b * b - a * a).exp(),
]
dice = random.Random(0)
programs = [[(dice.choice(OPERATIONS), dice.random()) for _ in range(12)] for _ in range(1000)]
inputs = [[dice.uniform(-1.5, 1.5) for _ in range(3)] for _ in programs]


def run(program, variables):
    values = list(variables)
    for operation, chance in program:
        values.append(operation(values[-1], values[int(chance * len(values))]))
    return values[-1]


# %%
def agrees(program, point):
    ours = [Number(value) for value in point]
    theirs = [torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in point]
    result, expected = run(program, ours), run(program, theirs)
    backward(result)
    gradients = torch.autograd.grad(expected, theirs, allow_unused=True, materialize_grads=True)
    pairs = [(result.value, expected.item())]
    pairs += [(node.grad, gradient.item()) for node, gradient in zip(ours, gradients, strict=True)]
    return all(math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12) for a, b in pairs)


agreeing = sum(agrees(program, point) for program, point in zip(programs, inputs, strict=True))
print(f"{agreeing}/{len(programs)}")

# %% [markdown] lang="es"
# Coinciden `{python} agreeing` de `{python} len(programs)`, en el valor y en las tres derivadas. Una
# comprobación vale si puede fallar, así que rompamos el motor a propósito: que la pendiente de `tanh` sea
# $1 - t$ en lugar de $1 - t^2$. ¿Cuántas expresiones lo delatarán?

# %% [markdown] lang="en"
# `{python} agreeing` of `{python} len(programs)` agree, in the value and in the three derivatives. A check is
# worth something if it can fail, so let us break the engine on purpose: make the slope of `tanh` $1 - t$
# instead of $1 - t^2$. How many expressions will give it away?


# %%
def wrong_tanh(self):
    t = math.tanh(self.value)
    return Number(t, [(self, 1 - t)], "tanh")


right_tanh, Number.tanh = Number.tanh, wrong_tanh
with_tanh = sum(any(operation is OPERATIONS[5] for operation, _ in program) for program in programs)
disagreeing = sum(not agrees(program, point) for program, point in zip(programs, inputs, strict=True))
Number.tanh = right_tanh
print(f"tanh: {with_tanh}   {disagreeing}")

# %% tags=["hidden"]
assert agreeing == len(programs) == 1000 and 0.3 * with_tanh < disagreeing < with_tanh
plain = [
    run(program, [Number(value) for value in point]) for program, point in zip(programs, inputs, strict=True)
]
assert all(math.isfinite(result.value) for result in plain)
flat = 0
for result in plain:
    backward(result)
    leaves = [node for node in in_order(result) if not node.inputs]
    flat += all(node.grad == 0 for node in leaves)
assert flat < 300  # most expressions do test a derivative

# %% [markdown] lang="es"
# De las `{python} with_tanh` que contienen `tanh` lo delatan `{python} disagreeing`. En las demás, una `relu`
# apagada o un factor cero ocultó el error: otra razón para probar muchas.
#
# ## Cuatro trampas
#
# ### Los gradientes se suman
#
# Nuestro `backward` empieza por poner todo en cero. El de PyTorch no: suma a lo que haya en `.grad`.

# %% [markdown] lang="en"
# Of the `{python} with_tanh` that contain `tanh`, `{python} disagreeing` give it away. In the others a `relu`
# switched off, or a factor of zero, hid the error: one more reason to try many.
#
# ## Four traps
#
# ### Gradients add up
#
# Our `backward` begins by setting everything to zero. That of PyTorch does not: it adds to whatever is in
# `.grad`.

# %%
x = torch.tensor(3.0, requires_grad=True)
accumulated = []
for _ in range(3):
    (x * x).backward()
    accumulated.append(x.grad.item())
print(accumulated)
x.grad = None
(x * x).backward()
print(x.grad.item())

# %% [markdown] lang="es"
# La derivada es siempre `{python} x.grad.item():.0f`. Es útil cuando se quiere, como en el ejercicio 3, y un
# desastre cuando se olvida: el [museo de los errores](../fundamentals/error_museum.md) muestra la pérdida que
# oscila sin frenar. `optimizer.zero_grad()` va en cada paso.
#
# ### Escribir sobre lo que hacía falta
#
# Un método que termina en `_` escribe sobre el tensor: es una operación in situ (*in-place*). Si la regla de
# la cadena necesita el número que borraste, no hay derivada posible. ¿Necesita la suma el valor de sus
# sumandos? ¿Qué necesita el seno: lo que entra o lo que sale? ¿Y la exponencial? Probemos a triplicar la
# entrada o la salida de cada función antes de `backward`.

# %% [markdown] lang="en"
# The derivative is always `{python} x.grad.item():.0f`. This is useful when wanted, as in exercise 3, and a
# disaster when forgotten: the [error museum](../fundamentals/error_museum.md) shows a loss that swings and
# never settles. `optimizer.zero_grad()` belongs in each step.
#
# ### Writing over what was needed
#
# A method that ends in `_` writes over the tensor: it is an in-place operation. If the chain rule needs the
# number you wiped out, no derivative is possible. Does a sum need the value of its terms? What does the sine
# need: what goes in or what comes out? And the exponential? Let us triple the input or the output of each
# function before `backward`.


# %%
def outcome(function, written):
    x = torch.tensor([0.5, 1.0], requires_grad=True)
    a = x * 1
    b = function(a)
    (a if written == "a" else b).mul_(3)
    try:
        (gradient,) = torch.autograd.grad(b.sum(), x)
    except RuntimeError:
        return "RuntimeError"
    return str([round(value, 3) for value in gradient.tolist()])


functions = {"b = a + 2": lambda a: a + 2, "b = a.sin()": torch.sin, "b = a.exp()": torch.exp}
for name, function in functions.items():
    print(f"{name:<12} a.mul_(3) {outcome(function, 'a'):<15} b.mul_(3) {outcome(function, 'b')}")

# %% tags=["hidden"]
table = [[outcome(function, written) for written in "ab"] for function in functions.values()]
assert [[entry == "RuntimeError" for entry in row] for row in table] == [
    [False, False],
    [True, False],
    [False, True],
]
assert table[0] == ["[1.0, 1.0]", "[3.0, 3.0]"]

# %% [markdown] lang="es"
# La suma no necesita nada; el seno, su entrada (la derivada es el coseno **de la entrada**); la exponencial,
# su salida. Donde no hace falta el número borrado, la escritura se deriva como una operación más: triplicar
# la salida triplica la derivada. PyTorch lleva en cada tensor un contador de escrituras y se niega si cambió
# algo que había guardado.

# %% [markdown] lang="en"
# The sum needs nothing; the sine, its input (the derivative is the cosine **of the input**); the exponential,
# its output. Where the number wiped out is not needed, the writing is differentiated like any operation:
# tripling the output triples the derivative. PyTorch keeps in each tensor a counter of writes and refuses if
# something it had saved has changed.

# %%
x = torch.tensor([0.5, 1.0], requires_grad=True)
b = x.exp()
print(b._version)
b.zero_()
print(b._version)

# %% tags=["raises=RuntimeError"]
b.sum().backward()

# %% [markdown] lang="es"
# El error es un favor. Quien lo esquiva con `.data`, que da los mismos números sin contador, obtiene una
# respuesta falsa sin ningún aviso.

# %% [markdown] lang="en"
# The error is a favour. Whoever dodges it with `.data`, which gives the same numbers without the counter,
# gets a false answer and no warning.

# %%
x = torch.tensor([0.5, 1.0], requires_grad=True)
b = x.exp()
b.data.zero_()
b.sum().backward()
silent = x.grad
print(silent, x.detach().exp())

# %% tags=["hidden"]
assert (silent == 0).all() and (x.detach().exp() > 1).all()
x = torch.tensor([0.5, 1.0], requires_grad=True)
b = x.exp()
b.detach().zero_()  # shares the numbers and the counter
try:
    b.sum().backward()
except RuntimeError as error:
    assert "inplace" in str(error)
else:
    raise AssertionError("writing through detach() went unnoticed")

# %% [markdown] lang="es"
# A la izquierda lo que dijo `backward`; a la derecha la derivada verdadera. Con `b.detach().zero_()`, en
# cambio, el error aparece: `detach` comparte números **y** contador. Si lees código con `.data`, cámbialo.
#
# ### `no_grad`, `detach`, `inference_mode`
#
# Los tres evitan que se anote, y no son lo mismo. `no_grad` vale para todo lo que se calcula dentro de él;
# `detach` corta un tensor y nada más. Con $x = 3$, ¿cuánto vale la derivada de `x * x`, y la de
# `x * x.detach()`?

# %% [markdown] lang="en"
# On the left what `backward` said; on the right the true derivative. With `b.detach().zero_()`, on the other
# hand, the error does appear: `detach` shares the numbers **and** the counter. If you read code with `.data`,
# change it.
#
# ### `no_grad`, `detach`, `inference_mode`
#
# All three keep things from being noted down, and they are not the same. `no_grad` holds for all that is
# computed inside it; `detach` cuts one tensor and nothing else. With $x = 3$, what is the derivative of
# `x * x`, and that of `x * x.detach()`?

# %%
x = torch.tensor(3.0, requires_grad=True)
(whole,), (half,) = torch.autograd.grad(x * x, x), torch.autograd.grad(x * x.detach(), x)
print(whole.item(), half.item())

with torch.no_grad():
    quiet = x * x
with torch.inference_mode():
    sealed = x * x
for name, tensor in {
    "x * x": x * x,
    "detach": (x * x).detach(),
    "no_grad": quiet,
    "inference": sealed,
}.items():
    print(f"{name:<10} requires_grad = {tensor.requires_grad!s:<6} is_inference = {tensor.is_inference()}")
print(x.data_ptr() == x.detach().data_ptr())

# %% tags=["raises=RuntimeError"]
(x * sealed).backward()

# %% tags=["hidden"]
assert (whole.item(), half.item()) == (6.0, 3.0)
(through_quiet,) = torch.autograd.grad(x * quiet, x)
assert through_quiet.item() == 9.0

# %% [markdown] lang="es"
# `x * x.detach()` da `{python} half.item():.0f`: para autograd el segundo factor es una constante de valor 3.
# Un resultado de `no_grad` puede entrar después en un cálculo con gradiente, como constante; uno de
# `inference_mode` no, si la regla de la cadena tiene que guardarlo: es el precio de ahorrarse el contador.
# Úsalo para predecir, no para preparar datos con los que vas a entrenar.
#
# ### La pérdida que arrastra su historia
#
# Sumar las pérdidas para imprimir su media parece inocente. Contemos los nodos del grafo que cuelga de la
# suma después de 100 pasos, con `loss` y con `loss.item()`, que devuelve un número de Python.

# %% [markdown] lang="en"
# `x * x.detach()` gives `{python} half.item():.0f`: to autograd the second factor is a constant worth 3. A
# result of `no_grad` may enter a computation with gradients later on, as a constant; one of `inference_mode`
# may not where the chain rule has to save it: that is the price of doing without the counter. Use it to
# predict, not to prepare data you are going to train with.
#
# ### The loss that drags its history along
#
# Adding up the losses to print their mean looks innocent. Let us count the nodes of the graph that hangs from
# the sum after 100 steps, with `loss` and with `loss.item()`, which returns a Python number.


# %%
def graph_size(node):
    seen, pending = set(), [node]
    while pending:
        node = pending.pop()
        if node is not None and node not in seen:
            seen.add(node)
            pending += [source for source, _ in node.next_functions]
    return len(seen)


torch.manual_seed(0)
layer, batch = nn.Linear(4, 1), torch.randn(32, 4)
dragging, total = torch.zeros(()), 0.0
for _ in range(100):
    loss = layer(batch).square().mean()
    dragging = dragging + loss
    total = total + loss.item()
print(graph_size(loss.grad_fn), graph_size(dragging.grad_fn), type(total).__name__)

# %% tags=["hidden"]
one_step, hundred_steps = graph_size(loss.grad_fn), graph_size(dragging.grad_fn)
assert hundred_steps > 40 * one_step and math.isclose(dragging.item(), total, rel_tol=1e-5)

# %% [markdown] lang="es"
# Un paso tiene `{python} one_step` nodos; la suma de cien, `{python} hundred_steps`, y cada nodo retiene las
# activaciones que guardó. La memoria crece en cada paso hasta que se acaba, lejos de la línea culpable. La
# regla: lo que se imprime o se guarda pasa antes por `.item()` o `.detach()`.
#
# ## Para llevarte
#
# * Autograd no aproxima: aplica la regla de la cadena a cada operación. Las diferencias finitas sirven para
#   comprobarlo, con $h$ ni grande ni diminuto.
# * `backward` calcula $v^{\mathsf T} J$. Una pérdida escalar cuesta un solo recorrido, con cualquier número
#   de parámetros.
# * El motor es un grafo, una pendiente por arista y un recorrido en orden inverso que **suma**.
# * `zero_grad` en cada paso; nada de `.data`; `detach` corta un tensor y `no_grad` un bloque; `.item()` para
#   guardar números.

# %% [markdown] lang="en"
# One step has `{python} one_step` nodes; the sum of a hundred, `{python} hundred_steps`, and each node holds
# on to the activations it saved. Memory grows at every step until it runs out, far away from the guilty line.
# The rule: whatever is printed or stored goes through `.item()` or `.detach()` first.
#
# ## What to keep
#
# * Autograd does not approximate: it applies the chain rule to each operation. Finite differences are good
#   for checking it, with $h$ neither large nor tiny.
# * `backward` computes $v^{\mathsf T} J$. A scalar loss costs a single walk, with any number of parameters.
# * The engine is a graph, a slope on each edge, and a walk in reverse order that **adds**.
# * `zero_grad` at every step; no `.data`; `detach` cuts one tensor and `no_grad` a block; `.item()` to store
#   numbers.

# %% [markdown] lang="es" tags=["quiz"]
# `x` vale 2 y `y = x * x + 3 * x`. Llamas dos veces a `y.backward()` (la primera con `retain_graph=True`),
# sin tocar `x.grad`. ¿Cuánto vale `x.grad`?
#
# - [x] 14: la derivada es $2 \cdot 2 + 3 = 7$ y la segunda llamada la suma otra vez.
# - [ ] 7: esa es la derivada, y estaría bien si se hubiera vaciado `x.grad` entre las dos llamadas.
# - [ ] 2: eso sería la segunda derivada, que pide `create_graph=True` y derivar el gradiente.
# - [ ] Un error: lo habría sin `retain_graph=True`, porque el primer recorrido libera lo guardado.

# %% [markdown] lang="en" tags=["quiz"]
# `x` is 2 and `y = x * x + 3 * x`. You call `y.backward()` twice (the first time with `retain_graph=True`),
# leaving `x.grad` alone. What is `x.grad`?
#
# - [x] 14: the derivative is $2 \cdot 2 + 3 = 7$, and the second call adds it once more.
# - [ ] 7: that is the derivative, and would be right had `x.grad` been emptied between the calls.
# - [ ] 2: that would be the second derivative, which takes `create_graph=True` and differentiating the
#   gradient.
# - [ ] An error: there would be one without `retain_graph=True`, as the first walk frees what was saved.

# %% tags=["hidden"]
x = torch.tensor(2.0, requires_grad=True)
y = x * x + 3 * x
y.backward(retain_graph=True)
y.backward()
assert x.grad == 14

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: una operación más
#
# Escribe `sigmoid(a)`, que reciba un `Number` y devuelva el `Number` $\sigma(a) = 1 / (1 + e^{-a})$ con su
# pendiente. Una sola operación nueva: no la armes con las otras.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: one more operation
#
# Write `sigmoid(a)`, which takes a `Number` and returns the `Number` $\sigma(a) = 1 / (1 + e^{-a})$ with its
# slope. A single new operation: do not build it from the others.


# %% tags=["solution"]
def sigmoid(a):
    s = 1 / (1 + math.exp(-a.value))
    return Number(s, [(a, s * (1 - s))], "σ")


# %% tags=["check"]
for value in (-3.0, -0.5, 0.0, 0.2, 4.0):
    ours, theirs = Number(value), torch.tensor(value, dtype=torch.float64, requires_grad=True)
    result, expected = sigmoid(ours * ours + ours), torch.sigmoid(theirs * theirs + theirs)
    assert backward(result) == 4, "one node for the sigmoid"
    expected.backward()
    assert math.isclose(result.value, expected.item(), rel_tol=1e-12)
    assert math.isclose(ours.grad, theirs.grad.item(), rel_tol=1e-9)

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: un comprobador de gradientes
#
# Escribe `numerical_gradient(f, x, h=1e-5)`: el gradiente de una función escalar `f` en el tensor `x`, de
# cualquier forma, por diferencias centradas. No debe cambiar `x`. Es lo que hace por dentro
# `torch.autograd.gradcheck`.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: a gradient checker
#
# Write `numerical_gradient(f, x, h=1e-5)`: the gradient of a scalar function `f` at the tensor `x`, of any
# shape, by central differences. It must leave `x` unchanged. This is what `torch.autograd.gradcheck` does
# inside.


# %% tags=["solution"]
def numerical_gradient(f, x, h=1e-5):
    gradient = torch.zeros_like(x)
    for place in range(x.numel()):
        shift = torch.zeros_like(x)
        shift.view(-1)[place] = h
        gradient.view(-1)[place] = (f(x + shift) - f(x - shift)) / (2 * h)
    return gradient


# %% tags=["check"]
for shape in [(), (3,), (2, 4), (2, 3, 2)]:
    x = torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    before = x.clone()
    for f in (lambda x: x.sin().sum(), lambda x: (x * x).sum().sqrt(), lambda x: x.exp().mean()):
        expected = torch.func.grad(f)(x)
        found = numerical_gradient(f, x)
        assert found.shape == x.shape and torch.allclose(found, expected, atol=1e-7), shape
    assert torch.equal(x, before), "x was changed"

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: un batch que no cabe
#
# Que los gradientes se sumen sirve para entrenar con un *batch* (los ejemplos que dan un solo paso) mayor que
# la memoria. Escribe `accumulate(model, pieces)`: `pieces` es una lista de pares `(entradas, objetivos)` de
# tamaños **distintos**; al terminar, el `grad` de cada parámetro debe ser el del error cuadrático medio de
# todos los ejemplos juntos. Vacía antes los gradientes y llama a `backward` una vez por pedazo.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: a batch that does not fit
#
# That gradients add up allows training with a batch (the examples that make one step) larger than the memory.
# Write `accumulate(model, pieces)`: `pieces` is a list of pairs `(inputs, targets)` of **different** sizes;
# in the end the `grad` of each parameter must be that of the mean squared error of all examples together.
# Empty the gradients first, and call `backward` once for each piece.


# %% tags=["solution"]
def accumulate(model, pieces):
    model.zero_grad()
    examples = sum(len(inputs) for inputs, _ in pieces)
    for inputs, targets in pieces:
        # es: la media de medias estaría mal: cada pedazo pesa según cuántos ejemplos trae
        # en: a mean of means would be wrong: each piece weighs by the number of its examples
        loss = nn.functional.mse_loss(model(inputs), targets, reduction="sum") / examples
        loss.backward()


# %% tags=["check"]
torch.manual_seed(0)
model = nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 1))
inputs, targets = torch.randn(21, 3), torch.randn(21, 1)
model.zero_grad()
nn.functional.mse_loss(model(inputs), targets).backward()
expected = [parameter.grad.clone() for parameter in model.parameters()]
for sizes in ([21], [10, 11], [16, 4, 1]):
    accumulate(model, list(zip(inputs.split(sizes), targets.split(sizes), strict=True)))
    for parameter, gradient in zip(model.parameters(), expected, strict=True):
        assert torch.allclose(parameter.grad, gradient, atol=1e-6), sizes

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# El gradiente recién calculado mueve una recta en [Una recta, de los tensores sueltos al modelo
# guardado](../workflow/linear_regression.md), donde cada pieza hecha a mano cede su lugar a la de PyTorch.
# Antes, [Broadcasting](../fundamentals/broadcasting.md) muestra la forma más silenciosa de calcular el
# gradiente de otra cosa.

# %% [markdown] lang="en"
# ## Where to go next
#
# The gradient you have just computed moves a line in [A line, from bare tensors to a saved
# model](../workflow/linear_regression.md), where each hand-made part gives way to PyTorch's own. Before that,
# [Broadcasting](../fundamentals/broadcasting.md) shows the quietest way to compute the gradient of something
# else.
