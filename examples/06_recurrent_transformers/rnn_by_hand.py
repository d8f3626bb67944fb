"""
title:
  es: Una red recurrente a mano
  en: A recurrent network by hand
summary:
  es: Un bucle que se pasa un estado a sí mismo, igual a nn.RNN hasta en los gradientes; y qué puede recordar.
  en: A loop that hands a state on to itself, equal to nn.RNN down to the gradients; and what it can remember.
tags: [RNN, sequences, backpropagation through time, memory, parity]
everyday: [label]
objectives:
  es:
    - Escribir la recurrencia con índices, como un bucle, y comprobar que es la de nn.RNN.
    - Deducir los gradientes en el tiempo y obtener los mismos números que autograd.
    - Leer las formas de una RNN con varias capas y dos direcciones, y reconocer un eje mal puesto.
    - Distinguir lo que una red puede expresar de lo que llega a aprender, con una tarea que exige memoria.
  en:
    - Write the recurrence with indices, as a loop, and check that it is that of nn.RNN.
    - Derive the gradients through time and get the same numbers as autograd.
    - Read the shapes of an RNN with several layers and two directions, and recognise a misplaced axis.
    - Tell apart what a network can express and what it gets to learn, on a task that demands memory.
prerequisites:
  es:
    - El bucle de entrenamiento.
    - Productos de matrices con índices.
    - Qué es una derivada y qué hace autograd.
  en:
    - The training loop.
    - Products of matrices with indices.
    - What a derivative is and what autograd does.
"""
# %% [markdown] lang="es"
# Te dictan unos y ceros, uno por uno, sin decir cuándo paran. Después de cada cifra te preguntan: hasta aquí,
# ¿la cantidad de unos es par o impar? Para responder te basta recordar un bit. Una red que solo mira lo que
# le dictan ahora no puede responder, por grande que sea; una red **recurrente** sí, porque además de la
# entrada lee lo que ella misma anotó en el paso anterior. Al terminar la habrás escrito con un bucle, habrás
# deducido sus gradientes y le habrás enseñado la paridad.
#
# La lección supone el bucle de entrenamiento de [Una recta, de los tensores sueltos al modelo
# guardado](../workflow/linear_regression.md) y los [productos
# escalares](../tensor_mathematics/dot_products.md) con índices. El curso [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) no trata redes recurrentes; esta sección
# se apoya en su parte *PyTorch Workflow Fundamentals* y en el [capítulo
# 01](https://www.learnpytorch.io/01_pytorch_workflow/) de su libro abierto.
#
# ## Un paso con memoria
#
# Sea $x_{ti}$ la entrada en el paso $t$, con $i$ de 1 a $d$, y $h_{tj}$ el **estado**, con $j$ de 1 a $h$.
# Cada paso mezcla la entrada nueva con el estado anterior, y el índice repetido se suma:
#
# $$h_{tj} = \tanh\left(W_{ji}\, x_{ti} + b_j + U_{jk}\, h_{t-1,k} + c_j\right). \tag{1}$$
#
# Es una capa densa que recibe dos vectores, repetida con **los mismos** $W$, $U$, $b$ y $c$ en todos los
# pasos. Se la conoce como red de Elman, por [Elman (1990)](https://doi.org/10.1207/s15516709cog1402_1). En
# código, un bucle:

# %% [markdown] lang="en"
# Someone dictates ones and zeros to you, one by one, without saying when it will end. After each digit they
# ask: is the number of ones so far even or odd? To answer, remembering one bit is enough. A network that
# looks only at what is being dictated now cannot do it, however large; a **recurrent** network can, because,
# besides the input, it reads what it wrote down itself at the previous step. By the end you will have written
# one as a loop, derived its gradients and taught it parity.
#
# The lesson presumes the training loop of [A line, from bare tensors to a saved
# model](../workflow/linear_regression.md) and [dot products](../tensor_mathematics/dot_products.md) with
# indices. The course [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) has no recurrent networks; this section
# leans on its part *PyTorch Workflow Fundamentals* and on [chapter
# 01](https://www.learnpytorch.io/01_pytorch_workflow/) of its open book.
#
# ## A step with memory
#
# Let $x_{ti}$ be the input at step $t$, with $i$ from 1 to $d$, and $h_{tj}$ the **state**, with $j$ from 1
# to $h$. Each step mixes the new input with the former state, and a repeated index is summed:
#
# $$h_{tj} = \tanh\left(W_{ji}\, x_{ti} + b_j + U_{jk}\, h_{t-1,k} + c_j\right). \tag{1}$$
#
# This is a dense layer that takes two vectors, repeated with **the same** $W$, $U$, $b$ and $c$ at every
# step. It is known as the Elman network, after [Elman (1990)](https://doi.org/10.1207/s15516709cog1402_1). In
# code, a loop:

# %%
import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.nn.functional import cross_entropy, pad

from tutorials_lib import tr
from tutorials_lib.metrics import Proportion
from tutorials_lib.models import parameter_count
from tutorials_lib.plots import color, curves, heat_map
from tutorials_lib.tensors import assert_agree


# %%
def recur(x, state, W, U, b, c):  # x: batch time input; state: batch hidden
    states = []
    for x_t in x.unbind(dim=1):
        state = torch.tanh(x_t @ W.T + b + state @ U.T + c)  # (1)
        states.append(state)
    return torch.stack(states, dim=1), state  # batch time hidden; batch hidden


# %% [markdown] lang="es"
# ## La misma cuenta que nn.RNN
#
# `nn.RNN` guarda cuatro tensores. ¿Cuál es cuál? Sus formas casi lo dicen solas. Copiamos los pesos a nuestro
# bucle, damos a los dos la misma entrada en `float64` y comparamos los estados y, después, los gradientes.

# %% [markdown] lang="en"
# ## The same computation as nn.RNN
#
# `nn.RNN` keeps four tensors. Which is which? Their shapes nearly say it by themselves. We copy the weights
# into our loop, give both the same input in `float64`, and compare first the states, then the gradients.

# %%
generator = torch.Generator().manual_seed(0)


def random(*shape):
    return torch.randn(shape, dtype=torch.float64, generator=generator)


torch.manual_seed(0)
rnn = nn.RNN(input_size=3, hidden_size=5, batch_first=True, dtype=torch.float64)
for name, weight in rnn.named_parameters():
    print(f"{name:<14}", tuple(weight.shape))

x, start, probe = random(4, 7, 3), random(4, 5), random(4, 7, 5)
ours = [weight.detach().clone().requires_grad_() for weight in rnn.parameters()]
states, last = recur(x, start, *ours)
output, final = rnn(x, start[None])
(probe * states).sum().backward()
(probe * output).sum().backward()
gap = assert_agree(torch=output.detach(), loop=states.detach())  # (1)
gradient_gap = max(
    assert_agree(torch=theirs.grad, loop=mine.grad)
    for mine, theirs in zip(ours, rnn.parameters(), strict=True)
)
print(f"{gap:.0e}   {gradient_gap:.0e}")

# %% tags=["hidden"]
assert gap < 1e-12 and gradient_gap < 1e-12
assert torch.equal(final[0], output[:, -1]) and torch.equal(last, states[:, -1])
assert torch.equal(ours[2].grad, ours[3].grad)  # the two biases

# %% [markdown] lang="es"
# Estados y gradientes coinciden hasta el redondeo. Un detalle: en (1) los dos sesgos solo aparecen sumados,
# así que reciben siempre el mismo gradiente y uno sobra. PyTorch conserva los dos por compatibilidad con
# cuDNN, la biblioteca de NVIDIA que ejecuta la capa en una GPU.
#
# `output` trae el estado de **todos** los pasos; `final`, que la documentación llama `h_n`, solo el último.
# Quien clasifica una frase entera usa `final`; quien etiqueta cada palabra usa `output`.
#
# ## Desenrollada es una red profunda
#
# Si se dibuja cada paso junto al siguiente, el bucle desaparece y queda una red sin ciclos, tan profunda como
# larga es la secuencia.

# %% [markdown] lang="en"
# States and gradients agree up to rounding. One detail: in (1) the two biases occur only as a sum, so they
# always receive the same gradient and one of them is superfluous. PyTorch keeps both for compatibility with
# cuDNN, the library by NVIDIA that runs the layer on a GPU.
#
# `output` holds the state of **every** step; `final`, which the documentation calls `h_n`, only the last. To
# classify a whole sentence, use `final`; to label each word, use `output`.
#
# ## Unrolled, it is a deep network
#
# Drawn with each step beside the next, the loop vanishes, and what is left is a network without cycles, as
# deep as the sequence is long.


# %%
# alt es: Cuatro pasos en fila: cada x sube a su h por W; cada h pasa a la siguiente por U y sube a y por V.
# alt en: Four steps in a row: each x rises to its h by W; each h goes on to the next by U and up to y by V.
def draw_unrolled(steps):
    _, ax = plt.subplots(figsize=(6.4, 2.9))

    def arrow(start, end, name, hue):
        line = {"arrowstyle": "-|>", "color": color(hue), "shrinkA": 15, "shrinkB": 15, "linewidth": 1.8}
        ax.annotate("", end, start, arrowprops=line)
        middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        shift = (0.1, 0) if start[0] == end[0] else (0, 0.12)
        ax.text(middle[0] + shift[0], middle[1] + shift[1], name, color=color(hue), ha="center", va="center")

    for t in range(steps + 1):
        for row, letter in enumerate("xhy"):
            if t or letter == "h":
                ax.text(t, row, f"${letter}_{t}$", ha="center", va="center", fontsize=14)
        if t:
            arrow((t, 0), (t, 1), "W", "blue")
            arrow((t - 1, 1), (t, 1), "U", "ember")
            arrow((t, 1), (t, 2), "V", "green")
    ax.set(xlim=(-0.4, steps + 0.4), ylim=(-0.3, 2.3))
    ax.set_axis_off()


draw_unrolled(4)

# %% [markdown] lang="es"
# La flecha $V$ es la capa que lee el estado para responder. Las cuatro flechas $U$ son **un solo** tensor
# usado cuatro veces, y eso fija su gradiente: la suma de lo que aporta cada uso. Sea
# $g_{tj} = \partial L / \partial h_{tj}$ la parte que llega desde $y_t$, sin contar los pasos posteriores, y
# $\delta_{tj}$ la derivada de $L$ respecto del argumento de la tangente hiperbólica en el paso $t$. Como
# $\tanh' = 1 - \tanh^2$, la regla de la cadena va del último paso al primero:
#
# $$\delta_{tj} = \left(1 - h_{tj}^2\right) \left(g_{tj} + U_{kj}\, \delta_{t+1,k}\right), \tag{2}$$
#
# $$\frac{\partial L}{\partial W_{ji}} = \sum_t \delta_{tj}\, x_{ti}, \qquad
# \frac{\partial L}{\partial U_{jk}} = \sum_t \delta_{tj}\, h_{t-1,k}, \qquad
# \frac{\partial L}{\partial b_j} = \sum_t \delta_{tj}. \tag{3}$$
#
# Se llama **retropropagación en el tiempo** (*backpropagation through time*; [Werbos,
# 1990](https://doi.org/10.1109/5.58337)). ¿Dará lo mismo que autograd?

# %% [markdown] lang="en"
# The arrow $V$ is the layer that reads the state in order to answer. The four arrows $U$ are **one** tensor
# used four times, which settles its gradient: the sum of what each use contributes. Let
# $g_{tj} = \partial L / \partial h_{tj}$ be the part that arrives from $y_t$, later steps left out, and
# $\delta_{tj}$ the derivative of $L$ with respect to the argument of the hyperbolic tangent at step $t$.
# Since $\tanh' = 1 - \tanh^2$, the chain rule runs from the last step to the first:
#
# $$\delta_{tj} = \left(1 - h_{tj}^2\right) \left(g_{tj} + U_{kj}\, \delta_{t+1,k}\right), \tag{2}$$
#
# $$\frac{\partial L}{\partial W_{ji}} = \sum_t \delta_{tj}\, x_{ti}, \qquad
# \frac{\partial L}{\partial U_{jk}} = \sum_t \delta_{tj}\, h_{t-1,k}, \qquad
# \frac{\partial L}{\partial b_j} = \sum_t \delta_{tj}. \tag{3}$$
#
# This is **backpropagation through time** ([Werbos, 1990](https://doi.org/10.1109/5.58337)). Will it give the
# same as autograd?


# %%
def through_time(x, start, states, U, g):
    before = torch.cat([start[:, None], states[:, :-1]], dim=1)  # h_{t-1}
    delta, later = torch.zeros_like(states), torch.zeros_like(start)
    for t in reversed(range(states.shape[1])):
        delta[:, t] = (1 - states[:, t] ** 2) * (g[:, t] + later @ U)  # (2)
        later = delta[:, t]
    by_input = torch.einsum("btj,bti->ji", delta, x)  # (3)
    by_state = torch.einsum("btj,btk->jk", delta, before)
    return by_input, by_state, delta.sum(dim=(0, 1))


with torch.no_grad():
    derived = through_time(x, start, states, ours[1], g=probe)
for name, mine, weight in zip("WUb", derived, rnn.parameters(), strict=False):
    print(name, f"{assert_agree(autograd=weight.grad, derived=mine):.0e}")  # (3)

# %% [markdown] lang="es"
# Iguales. En (2) hay una multiplicación por $U$ y por $1 - h^2$ en **cada** paso hacia atrás: cuando la
# secuencia es larga, ese producto suele encogerse o explotar, y de eso trata [la lección
# siguiente](vanishing_gradients.md).
#
# ## Todo lo que sabe está en el estado
#
# Si lo único que pasa de un paso al otro es $h_t$, una secuencia se puede cortar donde sea: leer el comienzo,
# guardar el estado y seguir después debe dar lo mismo que leerla de una vez.

# %% [markdown] lang="en"
# Equal. In (2) there is a multiplication by $U$ and by $1 - h^2$ at **each** step backwards: when the
# sequence is long, that product tends to shrink or explode, which is the subject of [the next
# lesson](vanishing_gradients.md).
#
# ## All it knows is in the state
#
# If nothing but $h_t$ goes from one step to the next, a sequence may be cut anywhere: to read the beginning,
# keep the state and go on later must give the same as reading it in one go.

# %%
with torch.inference_mode():
    whole, _ = rnn(x)
    beginning, saved = rnn(x[:, :3])
    rest, _ = rnn(x[:, 3:], saved)
    amnesia, _ = rnn(x[:, 3:])
print(f"{assert_agree(whole=whole, pieces=torch.cat([beginning, rest], dim=1)):.0e}")
print(f"{float((whole[:, 3:] - amnesia).abs().max()):.2f}")

# %% tags=["hidden"]
forgotten = (whole[:, 3:] - amnesia).abs().amax(dim=(0, 2))
assert forgotten[0] > 0.05

# %% [markdown] lang="es"
# Con el estado guardado no cambia nada. Sin él, la segunda parte empieza de cero y difiere: en el primer paso
# tras el corte, hasta en `{python} forgotten[0].item():.2f`, y un estado solo puede ir de −1 a 1.
#
# ## Una idea que falla: el eje olvidado
#
# En el código de arriba dice `batch_first=True`. Sin eso, `nn.RNN` espera `(tiempo, batch, entrada)`. Si le
# das `(batch, tiempo, entrada)` no se queja, porque le sirve cualquier tensor de tres ejes cuyo último mida
# lo que la entrada. ¿Cómo se descubre? Con una pregunta a la que la red correcta contesta que no: al cambiar
# el **primer ejemplo**, ¿cambia lo que dice de los demás?

# %% [markdown] lang="en"
# With the state kept, nothing changes. Without it the second part starts from zero and differs: at the first
# step after the cut by up to `{python} forgotten[0].item():.2f`, and a state can only run from −1 to 1.
#
# ## An idea that fails: the forgotten axis
#
# The code above says `batch_first=True`. Without it, `nn.RNN` expects `(time, batch, input)`. Given
# `(batch, time, input)` it does not complain, since any tensor with three axes will do if the last is as long
# as the input. How can one find out? With a question to which the right network answers no: when the **first
# example** changes, does what it says of the others change?

# %%
forgetful = nn.RNN(3, 5, dtype=torch.float64)
forgetful.load_state_dict(rnn.state_dict())
other = x.clone()
other[0] = random(7, 3)
leaks = {}
for name, model in {"batch_first=True": rnn, tr(es="olvidado", en="forgotten"): forgetful}.items():
    with torch.inference_mode():
        change = (model(x)[0] - model(other)[0])[1:].abs().max().item()
    leaks[name] = change
    print(f"{name:<18} {tuple(model(x)[0].shape)}   {change:.2f}")

# %% tags=["hidden"]
right_leak, wrong_leak = leaks.values()
assert right_leak == 0 and wrong_leak > 0.05

# %% [markdown] lang="es"
# Las formas son idénticas y ningún error avisa, pero en la versión olvidada un ejemplo se filtra en los
# demás: la red toma el *batch* por el tiempo y lee los ejemplos en fila. La pérdida incluso puede bajar. Esa
# prueba, cambiar un ejemplo y mirar los otros, cuesta tres líneas y sirve para cualquier red que deba tratar
# cada ejemplo por separado.
#
# ## Capas y direcciones
#
# Una segunda capa lee los estados de la primera como si fueran la entrada. Con `bidirectional=True`, otra
# recurrencia lee la secuencia del final al principio, y `output` pone las dos una junto a la otra. ¿Qué forma
# tendrán `output` y `final` con dos capas, dos direcciones, $h = 5$ y un *batch* de 4 secuencias de 7 pasos?

# %% [markdown] lang="en"
# The shapes are identical and no error warns, yet in the forgotten version one example leaks into the others:
# the network takes the batch for time and reads the examples in a row. The loss may even fall. That test,
# changing one example and looking at the others, takes three lines and serves for any network that should
# treat each example on its own.
#
# ## Layers and directions
#
# A second layer reads the states of the first as if they were the input. With `bidirectional=True` another
# recurrence reads the sequence from its end to its beginning, and `output` puts the two side by side. Which
# shapes will `output` and `final` have with two layers, two directions, $h = 5$ and a batch of 4 sequences of
# 7 steps?

# %%
torch.manual_seed(1)
for layers, both in [(1, False), (2, False), (1, True), (2, True)]:
    model = nn.RNN(3, 5, layers, batch_first=True, bidirectional=both, dtype=torch.float64)
    output, final = model(x)
    print(f"layers={layers} bidirectional={both!s:<5}", tuple(output.shape), tuple(final.shape))

stacked = nn.RNN(3, 5, num_layers=2, batch_first=True, dtype=torch.float64)
weights = list(stacked.parameters())
zero = torch.zeros(4, 5, dtype=torch.float64)
with torch.inference_mode():
    first, _ = recur(x, zero, *weights[:4])
    second, _ = recur(first, zero, *weights[4:])
    print(f"{assert_agree(torch=stacked(x)[0], loops=second):.0e}")

# %% tags=["hidden"]
assert output.shape == (4, 7, 10) and final.shape == (4, 4, 5)
assert torch.equal(output[:, -1, :5], final[2]) and torch.equal(output[:, 0, 5:], final[3])
assert not torch.allclose(output[:, -1, 5:], final[3])

# %% [markdown] lang="es"
# `output` guarda solo la última capa, con las direcciones en el último eje; `final` guarda una fila por capa
# y dirección. La trampa está en la dirección inversa: termina en el **primer** paso, así que su resumen de
# toda la secuencia es `output[:, 0, 5:]`, mientras que `output[:, -1, 5:]` ha leído un solo paso. En `final`,
# el resumen de cada dirección ocupa su propia fila.
#
# ## Una tarea que exige memoria
#
# Volvamos a la paridad: tras cada bit $x_t \in \{0, 1\}$, la etiqueta es
#
# $$p_t = (x_1 + x_2 + \dots + x_t) \bmod 2. \tag{4}$$
#
# Una red sin memoria, que ve solo los últimos $k$ bits, sabe la respuesta en los primeros $k$ pasos. Después
# le falta al menos un bit, que es una moneda al aire y no se deja adivinar: acierta la mitad. En secuencias
# de $T$ pasos, ninguna red así, sea del tamaño que sea, puede pasar en promedio de
#
# $$\text{exactitud} \le \frac{1}{T}\left(k + \frac{T - k}{2}\right) = \frac{1}{2} + \frac{k}{2T}. \tag{5}$$
#
# Con $T = 12$: ¿qué dice (5) para $k = 1$ y $k = 4$? Anótalo.

# %% [markdown] lang="en"
# `output` keeps the last layer only, with the directions along the last axis; `final` keeps one row for each
# layer and direction. The trap is the reverse direction: it ends at the **first** step, so that its summary
# of the whole sequence is `output[:, 0, 5:]`, while `output[:, -1, 5:]` has read a single step. In `final`
# the summary of each direction has a row of its own.
#
# ## A task that demands memory
#
# Back to parity: after each bit $x_t \in \{0, 1\}$ the label is
#
# $$p_t = (x_1 + x_2 + \dots + x_t) \bmod 2. \tag{4}$$
#
# A network without memory, which sees only the last $k$ bits, knows the answer at the first $k$ steps. After
# that it lacks at least one bit, which is a tossed coin and cannot be guessed: it gets half right. On
# sequences of $T$ steps no such network, of whatever size, can on average get beyond
#
# $$\text{accuracy} \le \frac{1}{T}\left(k + \frac{T - k}{2}\right) = \frac{1}{2} + \frac{k}{2T}. \tag{5}$$
#
# With $T = 12$: what does (5) say for $k = 1$ and $k = 4$? Write it down.


# %%
class Reader(nn.Module):
    def __init__(self, hidden=16):
        super().__init__()
        self.rnn, self.head = nn.RNN(1, hidden, batch_first=True), nn.Linear(hidden, 2)

    def forward(self, x):  # batch time
        return self.head(self.rnn(x[..., None])[0])  # batch time class


class Window(nn.Module):
    def __init__(self, size, hidden=32):
        super().__init__()
        self.size = size
        self.layers = nn.Sequential(nn.Linear(size, hidden), nn.ReLU(), nn.Linear(hidden, 2))

    def forward(self, x):
        # es: antes del comienzo va un 0, que no es ningún símbolo
        # en: before the beginning goes a 0, which is no symbol
        padded = pad(x, (self.size - 1, 0))
        return self.layers(padded.unfold(1, self.size, 1))


# %%
def dictation(count, length, generator):
    bits = torch.randint(2, (count, length), generator=generator)
    return 2.0 * bits - 1, bits.cumsum(dim=1) % 2  # (4)


def teach(build, length, seed, steps):
    torch.manual_seed(seed)
    model, dictating = build(), torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(steps):
        x, parity = dictation(64, length, dictating)
        loss = cross_entropy(model(x).flatten(0, 1), parity.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


# %% [markdown] lang="es"
# Todas aprenden con $T = 12$, y luego rinden dos exámenes de 300 dictados: uno de 12 pasos y otro de 200, que
# ninguna vio. Contamos los dictados respondidos bien **de principio a fin**. ¿Servirá a los 200 pasos lo
# aprendido con 12?

# %% [markdown] lang="en"
# All learn with $T = 12$ and then sit two exams of 300 dictations: one of 12 steps and one of 200, which none
# has met. We count the dictations answered rightly **from beginning to end**. Will what was learned on 12
# steps do for 200?

# %%
MEMORYLESS, WINDOW, RECURRENT = "k = 1", "k = 4", "RNN"
builders = {MEMORYLESS: lambda: Window(1), WINDOW: lambda: Window(4), RECURRENT: Reader}
exams = {length: dictation(300, length, torch.Generator().manual_seed(99)) for length in (12, 200)}


@torch.inference_mode()
def examine(model, length):
    x, parity = exams[length]
    return model(x).argmax(dim=2) == parity  # dictation step


answers = {}
for name, build in builders.items():
    seeds, steps = (range(5), 400) if name == RECURRENT else (range(3), 150)
    models = [teach(build, 12, seed, steps) for seed in seeds]
    answers[name] = {length: torch.stack([examine(model, length) for model in models]) for length in exams}
    for length, right in answers[name].items():
        entire = [str(Proportion.of(row.all(dim=1))) for row in right]
        print(f"{name:<6} T = {length:<4}", *entire)

# %% tags=["hidden"]
means = {name: row[12].float().mean().item() for name, row in answers.items()}
bounds = {name: 0.5 + k / (2 * 12) for name, k in ((MEMORYLESS, 1), (WINDOW, 4))}  # (5)
for name, bound in bounds.items():
    assert bound - 0.06 < means[name] < bound + 0.02
whole_rnn = {
    length: [Proportion.of(row.all(dim=1)) for row in right] for length, right in answers[RECURRENT].items()
}
worst_short = min(whole_rnn[12], key=lambda p: p.right)
solved_long = sum(p.right >= 290 for p in whole_rnn[200])
assert worst_short.right >= 290
assert solved_long >= 3
assert all(row.all(dim=1).sum() < 30 for name in bounds for row in answers[name][12])

# %%
# alt es: Exactitud por paso hasta 200: la RNN arriba; las ventanas caen a la mitad tras sus primeros k pasos.
# alt en: Accuracy by step up to 200: the RNN on top; the windows fall to one half after their first k steps.
positions = torch.arange(1, 201)
by_step = {name: row[200].float().mean(dim=(0, 1)) for name, row in answers.items()}
ax = curves(
    positions,
    by_step,
    xlabel=tr(es="paso del dictado", en="step of the dictation"),
    ylabel=tr(es="exactitud", en="accuracy"),
    log="x",
)
ax.set_xticks([1, 2, 4, 12, 50, 200], ["1", "2", "4", "12", "50", "200"])
ax.minorticks_off()
_ = ax.set_ylim(0.4, 1.05)

# %% [markdown] lang="es"
# La ecuación (5) permite `{python} bounds[MEMORYLESS]:.3f` con $k = 1$ y `{python} bounds[WINDOW]:.3f` con
# $k = 4$; las redes llegan en promedio a `{python} means[MEMORYLESS]:.3f` y `{python} means[WINDOW]:.3f`. No
# les falta entrenamiento ni tamaño: les falta un bit. La RNN, con `{python} parameter_count(Reader())`
# parámetros, responde bien dictados enteros de 12 pasos: en la peor de sus cinco semillas,
# `{python} str(worst_short)` (intervalo del 95 %: de `{python} worst_short.low:.3f` a
# `{python} worst_short.high:.3f`). Con 200 pasos, las semillas que aciertan enteros 290 dictados o más son
# `{python} solved_long` de 5.
#
# **¿Te dio otro número?** Con otras semillas, alguna RNN puede quedarse atascada cerca de la mitad; la
# exactitud de las ventanas solo puede pasar de (5) por suerte del examen.
#
# ## Dos unidades bastan
#
# La paridad no necesita 16 unidades. Con $s$ el bit recordado y $u$ el nuevo,
# $s' = (s \text{ o } u) - (s \text{ y } u)$, y «o» e «y» son umbrales sobre $s + u$, en ½ y en 1½. Una
# tangente hiperbólica empinada es un umbral. Con ganancia $\gamma$ y entradas −1 y 1:
#
# $$W = \frac{\gamma}{2}\begin{pmatrix} 1 \\ 1 \end{pmatrix}, \qquad
# U = \frac{\gamma}{2}\begin{pmatrix} 1 & -1 \\ 1 & -1 \end{pmatrix}, \qquad
# b = \gamma \begin{pmatrix} 0 \\ -1 \end{pmatrix}, \qquad s_t = \frac{h_{t1} - h_{t2}}{2}. \tag{6}$$
#
# ¿Importa $\gamma$, o basta con que los signos sean los correctos?

# %% [markdown] lang="en"
# Equation (5) allows `{python} bounds[MEMORYLESS]:.3f` with $k = 1$ and `{python} bounds[WINDOW]:.3f` with
# $k = 4$; the networks reach `{python} means[MEMORYLESS]:.3f` and `{python} means[WINDOW]:.3f` on average.
# They lack neither training nor size: they lack one bit. The RNN, with `{python} parameter_count(Reader())`
# parameters, answers whole dictations of 12 steps rightly: with the worst of its five seeds,
# `{python} str(worst_short)` (95% interval: from `{python} worst_short.low:.3f` to
# `{python} worst_short.high:.3f`). With 200 steps, the seeds that get 290 dictations or more entirely right
# are `{python} solved_long` of 5.
#
# **Did you get a different number?** With other seeds some RNN may get stuck near one half; the accuracy of
# the windows can exceed (5) only by luck of the exam.
#
# ## Two units are enough
#
# Parity does not need 16 units. With $s$ the bit remembered and $u$ the new one,
# $s' = (s \text{ or } u) - (s \text{ and } u)$, and “or” and “and” are thresholds on $s + u$, at ½ and at 1½.
# A steep hyperbolic tangent is a threshold. With gain $\gamma$ and inputs −1 and 1:
#
# $$W = \frac{\gamma}{2}\begin{pmatrix} 1 \\ 1 \end{pmatrix}, \qquad
# U = \frac{\gamma}{2}\begin{pmatrix} 1 & -1 \\ 1 & -1 \end{pmatrix}, \qquad
# b = \gamma \begin{pmatrix} 0 \\ -1 \end{pmatrix}, \qquad s_t = \frac{h_{t1} - h_{t2}}{2}. \tag{6}$$
#
# Does $\gamma$ matter, or is it enough for the signs to be right?


# %%
def wired(gain):
    machine = nn.RNN(1, 2, batch_first=True)
    with torch.no_grad():
        machine.weight_ih_l0.copy_(gain / 2 * torch.tensor([[1.0], [1.0]]))  # (6)
        machine.weight_hh_l0.copy_(gain / 2 * torch.tensor([[1.0, -1.0], [1.0, -1.0]]))
        machine.bias_ih_l0.copy_(gain * torch.tensor([0.0, -1.0]))
        machine.bias_hh_l0.zero_()
    return machine


x_long, parity_long = dictation(300, 1000, torch.Generator().manual_seed(99))
by_gain = {}
with torch.inference_mode():
    for gain in (1.0, 2.0, 3.0, 8.0):
        state, _ = wired(gain)(x_long[..., None])
        remembered = (state[..., 0] - state[..., 1]) / 2 > 0.5
        by_gain[gain] = Proportion.of((remembered == parity_long).all(dim=1))
        print(f"γ = {gain:g}: {by_gain[gain]}")

# %%
# alt es: Tabla de 12 pasos: la entrada, las dos unidades cerca de −1 o de 1, y su semidiferencia, la paridad.
# alt en: Table of 12 steps: the input, the two units near −1 or 1, and half their difference, the parity.
with torch.inference_mode():
    units, _ = wired(8.0)(x_long[:1, :12, None])
half = (units[0, :, 0] - units[0, :, 1]) / 2
table = torch.stack([x_long[0, :12], units[0, :, 0], units[0, :, 1], half]) + 0.0
_ = heat_map(
    table,
    row_labels=["$x$", "$h_1$", "$h_2$", "$s$"],
    column_labels=[str(step) for step in range(1, 13)],
    xlabel=tr(es="paso", en="step"),
    fmt=".0f",
    limits=(-1, 1),
)

# %% tags=["hidden"]
assert by_gain[1.0].right < 30 and by_gain[2.0].right < 30
assert by_gain[3.0].right == by_gain[8.0].right == 300
assert torch.equal(half.round().long(), parity_long[0, :12])
kept = {}
with torch.inference_mode():
    for gain in (2.0, 3.0):  # only zeros come: do the two memories stay apart?
        both = torch.tensor([[[0.0, 0.0], [1.0, -1.0]]])
        after, _ = wired(gain)(-torch.ones(2, 100, 1), both)
        memory = (after[:, -1, 0] - after[:, -1, 1]) / 2
        kept[gain] = float(memory[1] - memory[0])
assert kept[2.0] < 1e-3 and kept[3.0] > 0.8

# %% [markdown] lang="es"
# Con $\gamma = 3$, dos unidades y ocho números llevan la cuenta mil pasos sin un error en 300 dictados. Con
# $\gamma = 2$, y los mismos signos, la memoria se borra sola: cada paso achica un poco la diferencia entre
# los dos estados hasta confundirlos. Una memoria recurrente vive solo si la recurrencia la **restaura** más
# rápido de lo que se pierde.
#
# ## Poder no es haber aprendido
#
# Los pesos buenos existen para cualquier largo. Falta que el entrenamiento los encuentre. Dictados de 5 pasos
# dan mucha práctica y ningún motivo para que la memoria dure. Son la misma red y las mismas semillas; antes
# de mirar, ¿qué dirá el examen de 5 pasos, y qué el de 200?

# %% [markdown] lang="en"
# With $\gamma = 3$, two units and eight numbers keep count for a thousand steps without a mistake in 300
# dictations. With $\gamma = 2$, and the same signs, the memory wipes itself out: each step shrinks the
# difference between the two states a little, until they are confused. A recurrent memory lives only if the
# recurrence **restores** it faster than it is lost.
#
# ## Being able is not having learned
#
# Good weights exist for any length. Training still has to find them. Dictations of 5 steps give plenty of
# practice and no reason for memory to last. The network and the seeds are the same; before looking, what will
# the exam of 5 steps say, and what that of 200?

# %%
exams[5] = dictation(300, 5, torch.Generator().manual_seed(99))
brief = [teach(Reader, 5, seed, steps=300) for seed in range(5)]
brief_scores = {
    length: [Proportion.of(examine(model, length).all(dim=1)) for model in brief] for length in (5, 200)
}
for length, row in brief_scores.items():
    print(f"T = {length:<4}", *map(str, row))

# %% tags=["hidden"]
assert min(score.right for score in brief_scores[5]) >= 290
broken = sum(score.right < 290 for score in brief_scores[200])
assert broken >= 1
weakest = min(brief_scores[200], key=lambda score: score.right)

# %% [markdown] lang="es"
# En el examen de 5 pasos, todas las semillas aciertan 290 o más de 300. En el de 200, las que no llegan a eso
# son `{python} broken` de 5, y la peor acierta `{python} str(weakest)`. El examen corto no las delata:
# aprendieron una memoria que alcanza para cinco pasos, porque nada les pidió más. Quien examina con el mismo
# largo con que entrenó no se entera.
#
# ## Para llevarte
#
# * Una RNN es una capa densa repetida con los mismos pesos sobre la entrada y su propio estado. Desenrollada,
#   es una red profunda.
# * El gradiente de un peso compartido es la suma de lo que aporta cada uso.
# * `output`: todos los pasos de la última capa; `final`: el último estado de cada capa y dirección.
# * Prueba de los ejes: cambia un ejemplo; los demás no deben moverse.
# * Sin estado no hay memoria, con cualquier tamaño. Y que los pesos existan no asegura que se aprendan:
#   examina con secuencias más largas que las del entrenamiento.

# %% [markdown] lang="en"
# In the exam of 5 steps every seed gets 290 or more of 300 right. In that of 200, those that fall short of
# that are `{python} broken` of 5, and the worst gets `{python} str(weakest)`. The short exam does not give
# them away: they learned a memory that is enough for five steps, since nothing asked for more. Whoever
# examines with the same length as in training does not find out.
#
# ## What to keep
#
# * An RNN is a dense layer repeated with the same weights over the input and its own state. Unrolled, it is a
#   deep network.
# * The gradient of a shared weight is the sum of what each use contributes.
# * `output`: all steps of the last layer; `final`: the last state of each layer and direction.
# * Test of the axes: change one example; the others must not move.
# * Without a state there is no memory, at any size. And that weights exist does not mean that they are
#   learned: examine with sequences longer than those of training.

# %% [markdown] lang="es" tags=["quiz"]
# En una RNN bidireccional de una capa, con $h = 5$, quieres un vector que resuma la secuencia entera. ¿Cuál
# sirve?
#
# - [ ] `output[:, -1]`: su segunda mitad viene de la dirección inversa, que allí ha leído un solo paso.
# - [x] `final[0]` y `final[1]` unidos: el último estado de cada dirección, y cada una lo ha leído todo.
# - [ ] `output[:, 0]`: su primera mitad es la dirección directa tras un solo paso.

# %% [markdown] lang="en" tags=["quiz"]
# In a bidirectional RNN of one layer, with $h = 5$, you want one vector that sums up the whole sequence.
# Which one will do?
#
# - [ ] `output[:, -1]`: its second half comes from the reverse direction, which there has read a single step.
# - [x] `final[0]` and `final[1]` joined: the last state of each direction, and each has read everything.
# - [ ] `output[:, 0]`: its first half is the forward direction after a single step.

# %% [markdown] lang="es" tags=["quiz"]
# Una red ve solo los últimos 4 bits y acierta en promedio la paridad de dictados de 12 pasos en dos tercios
# de los casos. ¿Qué mejora ese número?
#
# - [ ] Más unidades ocultas: la respuesta depende de bits que no entran en la red, tenga las unidades que
#   tenga.
# - [ ] Más épocas: ya alcanza la cota de (5); lo que falta es información.
# - [x] Una ventana más larga o un estado: son las dos maneras de hacerle llegar los bits que faltan.

# %% [markdown] lang="en" tags=["quiz"]
# A network sees only the last 4 bits and gets the parity of dictations of 12 steps right in two thirds of the
# cases on average. What improves that number?
#
# - [ ] More hidden units: the answer depends on bits that do not enter the network, however many units it
#   has.
# - [ ] More epochs: it has already reached the bound of (5); what is missing is information.
# - [x] A longer window or a state: the two ways to let the missing bits reach it.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: contar antes de crear
#
# Escribe `count(inputs, hidden, layers, directions)`: cuántos parámetros tiene
# `nn.RNN(inputs, hidden, layers, bidirectional=directions == 2)`. Cuidado con lo que recibe la segunda capa
# cuando hay dos direcciones.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: count before creating
#
# Write `count(inputs, hidden, layers, directions)`: how many parameters
# `nn.RNN(inputs, hidden, layers, bidirectional=directions == 2)` has. Mind what the second layer receives
# when there are two directions.


# %% tags=["solution"]
def count(inputs: int, hidden: int, layers: int, directions: int) -> int:
    total = 0
    for layer in range(layers):
        width = inputs if layer == 0 else hidden * directions
        total += directions * hidden * (width + hidden + 2)
    return total


# %% tags=["check"]
for case in [(1, 16, 1, 1), (3, 5, 2, 1), (3, 5, 1, 2), (4, 6, 3, 2)]:
    inputs, hidden, layers, directions = case
    model = nn.RNN(inputs, hidden, layers, bidirectional=directions == 2)
    assert count(*case) == parameter_count(model), case
print(count(4, 6, 3, 2))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: ida y vuelta
#
# Escribe `both_ways(x, forward, backward)`, donde `forward` y `backward` son los cuatro pesos `(W, U, b, c)`
# de cada dirección. Devuelve lo mismo que `output` de una `nn.RNN` bidireccional de una capa que parte de
# cero. Puedes usar `recur`.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: there and back
#
# Write `both_ways(x, forward, backward)`, where `forward` and `backward` are the four weights `(W, U, b, c)`
# of each direction. Return the same as `output` of a bidirectional `nn.RNN` of one layer that starts from
# zero. You may use `recur`.


# %% tags=["solution"]
def both_ways(x, forward, backward):
    zero = x.new_zeros(len(x), len(forward[1]))
    there, _ = recur(x, zero, *forward)
    back, _ = recur(x.flip(1), zero, *backward)
    return torch.cat([there, back.flip(1)], dim=2)


# %% tags=["check"]
for batch, time, inputs, hidden in [(1, 1, 1, 1), (2, 6, 3, 4), (3, 5, 2, 7)]:
    model = nn.RNN(inputs, hidden, batch_first=True, bidirectional=True, dtype=torch.float64)
    x = random(batch, time, inputs)
    weights = list(model.parameters())
    with torch.inference_mode():
        assert_agree(torch=model(x)[0], yours=both_ways(x, weights[:4], weights[4:]))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: un pestillo
#
# Con **una** unidad, $h_t = \tanh(w\,x_t + u\,h_{t-1} + b)$, estado inicial 0 y entradas 0 o 1, escribe
# `latch()`, que devuelve `(w, u, b)` tales que, en secuencias de 1000 pasos, $h_t > 0$ si y solo si ya
# apareció algún 1. Piensa primero en dos cosas: hacia dónde debe ir el estado mientras solo llegan ceros, y
# qué debe ser mayor para que un 1 lo cambie para siempre.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: a latch
#
# With **one** unit, $h_t = \tanh(w\,x_t + u\,h_{t-1} + b)$, initial state 0 and inputs 0 or 1, write
# `latch()`, which returns `(w, u, b)` such that, on sequences of 1000 steps, $h_t > 0$ if and only if some 1
# has already appeared. Think of two things first: where the state must go while only zeros come, and what
# must be larger for a 1 to change it for good.


# %% tags=["solution"]
def latch() -> tuple[float, float, float]:
    # es: el estado cae solo hasta cerca de −1; un 1 lo vence, y después u lo sostiene
    # en: the state falls to about −1 by itself; a 1 overcomes it, and then u holds it up
    return 20.0, 5.0, -1.0


# %% tags=["check"]
w, u, b = latch()
picking = torch.Generator().manual_seed(0)
for rate in (0.0, 0.002, 0.5, 1.0):
    symbols = (torch.rand(50, 1000, generator=picking) < rate).double()
    state, held = torch.zeros(50).double(), []
    for symbol in symbols.unbind(dim=1):
        state = torch.tanh(w * symbol + u * state + b)
        held.append(state > 0)
    assert torch.equal(torch.stack(held, dim=1), symbols.cumsum(dim=1) > 0), rate

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# Antes: [productos escalares](../tensor_mathematics/dot_products.md) y
# [autograd](../fundamentals/autograd.md), de donde salen (1) y (2), respectivamente. Después: [Gradientes que
# se desvanecen](vanishing_gradients.md), que mide el producto de (2) y muestra las celdas con compuertas.

# %% [markdown] lang="en"
# ## Where to go next
#
# Before: [dot products](../tensor_mathematics/dot_products.md) and [autograd](../fundamentals/autograd.md),
# from which (1) and (2) come, respectively. After: [Vanishing gradients](vanishing_gradients.md), which
# measures the product in (2) and shows the cells with gates.
