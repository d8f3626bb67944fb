"""
title:
  es: Una recta, de los tensores sueltos al modelo guardado
  en: A line, from bare tensors to a saved model
summary:
  es: El flujo completo de PyTorch sobre una recta conocida, cambiando una pieza hecha a mano por vez.
  en: The whole PyTorch workflow on a known line, replacing one hand-made part at a time.
tags: [regression, training loop, optimizer, autograd, state_dict]
objectives:
  es:
    - Escribir un bucle de entrenamiento sin ayuda y decir qué hace cada línea.
    - Sustituir el gradiente, la actualización, la pérdida y el modelo hechos a mano por los de PyTorch.
    - Explicar por qué una pérdida deja de bajar y por qué dos semillas dan números distintos.
    - Predecir sin guardar gradientes, y guardar y recuperar un modelo.
  en:
    - Write a training loop unaided and say what each line does.
    - Replace the hand-made gradient, update, loss and model by those of PyTorch.
    - Explain why a loss stops falling and why two seeds give different numbers.
    - Predict without recording gradients, and save and restore a model.
prerequisites:
  es:
    - Tensores y formas.
    - La idea de derivada.
  en:
    - Tensors and shapes.
    - The idea of a derivative.
timeout_seconds: 180
"""
# %% [markdown] lang="es"
# Aquí vas a entrenar el modelo más pequeño que existe, una recta, con el mismo flujo que usan los más
# grandes: datos, modelo, pérdida, optimizador, bucle, predicción, archivo. Empezamos con tensores y nada más.
# Después, en cada sección, una pieza hecha a mano cede su lugar a la de PyTorch, y la misma comprobación
# exige que los números no cambien. Al final sabrás qué esconde cada línea del bucle.
#
# Conviene haber leído [Tensores y rango](../fundamentals/tensors_and_rank.md). La lección acompaña la sección
# *PyTorch Workflow* del curso [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) de Andrei Neagoie y Daniel Bourke, y el
# [capítulo 01](https://www.learnpytorch.io/01_pytorch_workflow/) de su libro abierto, cuyos números
# reproducimos.

# %% [markdown] lang="en"
# Here you train the smallest model there is, a line, by the same workflow as the largest: data, model, loss,
# optimiser, loop, prediction, file. We begin with tensors and nothing else. Then, section by section, one
# hand-made part gives way to PyTorch's own, and one and the same check demands that the numbers stay put. By
# the end you will know what each line of the loop conceals.
#
# It helps to have read [Tensors and rank](../fundamentals/tensors_and_rank.md). The lesson goes with the
# section *PyTorch Workflow* of the course [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) by Andrei Neagoie and Daniel Bourke, and
# with [chapter 01](https://www.learnpytorch.io/01_pytorch_workflow/) of their open book, whose numbers we
# reproduce.

# %%
from itertools import pairwise
from pathlib import Path
from tempfile import mkdtemp

import matplotlib.pyplot as plt
import torch
from torch import nn

from tutorials_lib import tr
from tutorials_lib.plots import color, curves, scatter

# %% [markdown] lang="es"
# ## Datos cuya respuesta conocemos
#
# Los cincuenta puntos salen de $y = wx + b$ con $w = 0{,}7$ y $b = 0{,}3$, sin ruido. Como conocemos la
# respuesta, cualquier error será nuestro. Los primeros 40 puntos entrenan; los últimos 10 se apartan para la
# evaluación y no se tocan hasta entonces.

# %% [markdown] lang="en"
# ## Data whose answer we know
#
# The fifty points come from $y = wx + b$ with $w = 0.7$ and $b = 0.3$, without noise. Since we know the
# answer, any error will be ours. The first 40 points train; the last 10 are set aside for evaluation and stay
# untouched until then.

# %%
# alt es: Cincuenta puntos sobre una recta creciente; los diez de prueba son los de x mayor.
# alt en: Fifty points on a rising line; the ten test points are those with the largest x.
TRUE_W, TRUE_B = 0.7, 0.3
x = torch.arange(0, 1, 0.02).unsqueeze(dim=1)  # point feature
y = TRUE_W * x + TRUE_B
cut = int(0.8 * len(x))
x_train, y_train, x_test, y_test = x[:cut], y[:cut], x[cut:], y[cut:]

train_name, test_name = tr(es="entrenamiento", en="training"), tr(es="prueba", en="test")
ax = scatter({train_name: (x_train, y_train), test_name: (x_test, y_test)}, xlabel="x", ylabel="y")

# %% tags=["hidden"]
assert (len(x), len(x_train), len(x_test)) == (50, 40, 10)
assert x_test.min() > x_train.max()

# %% [markdown] lang="es"
# Mira dónde cayeron los puntos de prueba: todos a la derecha, con $x$ desde
# `{python} x_test.min().item():.2f`, fuera del intervalo que el modelo verá. El curso separa así los datos, y
# eso convierte la prueba en una **extrapolación**: un error pequeño en la pendiente pesa más lejos que cerca.
# Apuesta desde ya: ¿qué error será mayor al final, el de entrenamiento o el de prueba?
#
# ## La pérdida y su gradiente, con lápiz y papel
#
# Medimos con el error absoluto medio (MAE), el promedio de las distancias verticales entre la recta y los
# puntos:
#
# $$L(w, b) = \frac{1}{n} \sum_{i=1}^{n} \lvert \hat y_i - y_i \rvert, \qquad \hat y_i = w x_i + b.$$
#
# La derivada de $\lvert r \rvert$ es el signo de $r$, de modo que
#
# $$\frac{\partial L}{\partial w} = \frac{1}{n} \sum_{i=1}^{n} \operatorname{sgn}(\hat y_i - y_i)\, x_i,
# \qquad
# \frac{\partial L}{\partial b} = \frac{1}{n} \sum_{i=1}^{n} \operatorname{sgn}(\hat y_i - y_i).$$
#
# El descenso por gradiente resta a cada parámetro su derivada por la tasa de aprendizaje $\eta = 0{,}01$. Con
# eso ya se puede predecir. El comienzo que da la semilla 42 deja la recta por debajo de todos los puntos:
# cada signo es $-1$, las derivadas son $-\bar x$ y $-1$, y cada paso baja la pérdida en
# $\eta\,(\bar x^2 + 1)$. La bajada es pareja hasta que la recta toque los puntos. ¿En qué época ocurrirá?

# %% [markdown] lang="en"
# See where the test points fell: all on the right, with $x$ from `{python} x_test.min().item():.2f`, outside
# the interval that the model will see. The course splits the data this way, which turns the test into an
# **extrapolation**: a small error in the slope weighs more far away than nearby. Place your bet now: which
# error will be larger in the end, training or test?
#
# ## The loss and its gradient, with pencil and paper
#
# We measure with the mean absolute error (MAE), the average vertical distance between line and points:
#
# $$L(w, b) = \frac{1}{n} \sum_{i=1}^{n} \lvert \hat y_i - y_i \rvert, \qquad \hat y_i = w x_i + b.$$
#
# The derivative of $\lvert r \rvert$ is the sign of $r$, so
#
# $$\frac{\partial L}{\partial w} = \frac{1}{n} \sum_{i=1}^{n} \operatorname{sgn}(\hat y_i - y_i)\, x_i,
# \qquad
# \frac{\partial L}{\partial b} = \frac{1}{n} \sum_{i=1}^{n} \operatorname{sgn}(\hat y_i - y_i).$$
#
# Gradient descent takes from each parameter its derivative times the learning rate $\eta = 0.01$. That is
# enough for a prediction. The start that seed 42 gives leaves the line below every point: each sign is $-1$,
# the derivatives are $-\bar x$ and $-1$, and each step lowers the loss by $\eta\,(\bar x^2 + 1)$. The descent
# is even until the line meets the points. In which epoch will that happen?

# %%
LEARNING_RATE, EPOCHS = 0.01, 100


def starting_line() -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(42)
    return torch.randn(1), torch.randn(1)


w, b = starting_line()
first_loss = (w * x_train + b - y_train).abs().mean()
fall_per_step = LEARNING_RATE * (x_train.mean() ** 2 + 1)
predicted_knee = int(first_loss / fall_per_step)
print(f"w = {w.item():.4f}   b = {b.item():.4f}   L = {first_loss:.4f}")
print(f"{first_loss:.4f} / {fall_per_step:.5f} = {predicted_knee}")

# %% [markdown] lang="es"
# La cuenta dice que hacia la época `{python} predicted_knee` la bajada pareja se acaba. Guarda ese número.
#
# ## Todo a mano
#
# El bucle entero cabe en seis líneas: residuos, pérdida, dos derivadas que son promedios, dos restas. En cada
# época, una pasada por los datos de entrenamiento, medimos también el error de prueba, que no corrige nada.

# %% [markdown] lang="en"
# The sum says that around epoch `{python} predicted_knee` the even descent ends. Keep that number.
#
# ## All by hand
#
# The whole loop fits in six lines: residuals, loss, two derivatives that are averages, two subtractions. In
# each epoch, one pass over the training data, we also measure the test error, which corrects nothing.

# %%
w, b = starting_line()
by_hand = []
for _ in range(EPOCHS):
    residual = w * x_train + b - y_train
    train_loss = residual.abs().mean()
    # es: las derivadas se calculan con los mismos parámetros, antes de mover ninguno
    # en: both derivatives use the same parameters, before either of them moves
    dw, db = (residual.sign() * x_train).mean(), residual.sign().mean()
    w, b = w - LEARNING_RATE * dw, b - LEARNING_RATE * db
    test_loss = (w * x_test + b - y_test).abs().mean()
    by_hand.append((train_loss.item(), test_loss.item()))
print(f"w = {w.item():.4f}   b = {b.item():.4f}   MAE = {by_hand[-1][1]:.4f}")

# %% [markdown] lang="es"
# Una recta aprendida sin nada que se llame «red», «capa» ni «optimizador». Esta lista de pérdidas será la
# vara: después de cada cambio, la comprobación siguiente exige los mismos cien pares de números.

# %% [markdown] lang="en"
# A line learned without anything called “network”, “layer” or “optimiser”. This list of losses will be our
# yardstick: after every change, the check below demands the same hundred pairs of numbers.


# %%
# es: la mayor distancia a la corrida a mano, en todas las épocas y en las dos pérdidas
# en: largest distance from the run by hand, over all epochs and both losses
def check(losses: list[tuple[float, float]]) -> float:
    difference = (torch.tensor(losses) - torch.tensor(by_hand)).abs().max().item()
    assert len(losses) == EPOCHS
    assert difference < 1e-5
    return difference


# %% [markdown] lang="es"
# ## Fuera las derivadas: *autograd*
#
# Con `requires_grad`, PyTorch anota cada operación y `backward()` recorre las notas hacia atrás. Las dos
# fórmulas del lápiz desaparecen. A cambio hay dos obligaciones: actualizar bajo `no_grad`, para que la resta
# no entre en las notas, y vaciar `grad`, porque `backward()` **suma** a lo que había.

# %% [markdown] lang="en"
# ## Out go the derivatives: autograd
#
# With `requires_grad`, PyTorch notes down each operation, and `backward()` walks the notes in reverse. The
# two pencil formulas vanish. In exchange come two duties: update under `no_grad`, so that the subtraction
# stays out of the notes, and empty `grad`, because `backward()` **adds** to what was there.

# %%
w, b = (parameter.requires_grad_() for parameter in starting_line())
losses = []
for _ in range(EPOCHS):
    train_loss = (w * x_train + b - y_train).abs().mean()
    train_loss.backward()
    with torch.no_grad():
        for parameter in (w, b):
            parameter -= LEARNING_RATE * parameter.grad
            parameter.grad = None
        test_loss = (w * x_test + b - y_test).abs().mean()
    losses.append((train_loss.item(), test_loss.item()))
print(f"max |Δ| = {check(losses):.0e}")

# %% [markdown] lang="es"
# ## Fuera la actualización: el optimizador
#
# `torch.optim.SGD` guarda los parámetros y la tasa de aprendizaje. `step()` hace la resta; `zero_grad()`
# vacía los gradientes. Cambiar de método de optimización será cambiar una línea.

# %% [markdown] lang="en"
# ## Out goes the update: the optimiser
#
# `torch.optim.SGD` keeps the parameters and the learning rate. `step()` does the subtraction; `zero_grad()`
# empties the gradients. To change the method of optimisation will be to change one line.

# %%
w, b = (parameter.requires_grad_() for parameter in starting_line())
optimizer = torch.optim.SGD([w, b], lr=LEARNING_RATE)
losses = []
for _ in range(EPOCHS):
    train_loss = (w * x_train + b - y_train).abs().mean()
    optimizer.zero_grad()
    train_loss.backward()
    optimizer.step()
    with torch.no_grad():
        test_loss = (w * x_test + b - y_test).abs().mean()
    losses.append((train_loss.item(), test_loss.item()))
print(f"max |Δ| = {check(losses):.0e}")

# %% [markdown] lang="es"
# ## Fuera la fórmula de la pérdida y la de la recta
#
# `nn.L1Loss` es el error absoluto medio. Un modelo es una clase que hereda de `nn.Module`: los `nn.Parameter`
# que le asignes quedan registrados, `parameters()` se los entrega al optimizador y `forward` dice cómo se
# calcula la salida. El curso escribe esta misma clase en su primer modelo.

# %% [markdown] lang="en"
# ## Out go the formulas of the loss and of the line
#
# `nn.L1Loss` is the mean absolute error. A model is a class that inherits from `nn.Module`: whatever
# `nn.Parameter` you assign to it is registered, `parameters()` hands them to the optimiser, and `forward`
# says how the output is computed. The course writes this same class as its first model.


# %%
class Line(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.randn(1))
        self.b = nn.Parameter(torch.randn(1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.w * x + self.b


# %% [markdown] lang="es"
# Con todas las piezas cambiadas queda el bucle que verás en casi cualquier programa de PyTorch. `train()` y
# `eval()` no alteran una recta, pero sí capas como *dropout* (apagado al azar de unidades), así que se
# escriben siempre. `inference_mode()` es un `no_grad` más estricto y más rápido.

# %% [markdown] lang="en"
# With every part replaced, what remains is the loop that you will meet in almost any PyTorch program.
# `train()` and `eval()` change nothing in a line, but they do in layers such as dropout (units switched off
# at random), so they are always written. `inference_mode()` is a stricter and faster `no_grad`.

# %%
torch.manual_seed(42)
model = Line()
loss_function = nn.L1Loss()
optimizer = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE)

losses = []
for _ in range(EPOCHS):
    model.train()
    train_loss = loss_function(model(x_train), y_train)
    optimizer.zero_grad()
    train_loss.backward()
    optimizer.step()

    model.eval()
    with torch.inference_mode():
        test_loss = loss_function(model(x_test), y_test)
    losses.append((train_loss.item(), test_loss.item()))
print(f"max |Δ| = {check(losses):.0e}")

# %% [markdown] lang="es"
# ## ¿Y los números del curso?
#
# El capítulo imprime las pérdidas cada diez épocas, con la misma semilla. Copiamos sus diez filas como
# constantes y las ponemos junto a las nuestras. Si una versión nueva de PyTorch las cambiara, esta página no
# se construiría.

# %% [markdown] lang="en"
# ## And the numbers of the course?
#
# The chapter prints the losses every ten epochs, from the same seed. We copy its ten rows as constants and
# set them beside our own. Should a new version of PyTorch change them, this page would not build.

# %%
# es: learnpytorch.io, capítulo 01 (consultado en 2026): época → (entrenamiento, prueba)
# en: learnpytorch.io, chapter 01 (read in 2026): epoch → (training, test)
COURSE = {
    0: (0.31288138031959534, 0.48106518387794495),
    10: (0.1976713240146637, 0.3463551998138428),
    20: (0.08908725529909134, 0.21729660034179688),
    30: (0.053148526698350906, 0.14464017748832703),
    40: (0.04543796554207802, 0.11360953003168106),
    50: (0.04167863354086876, 0.09919948130846024),
    60: (0.03818932920694351, 0.08886633068323135),
    70: (0.03476089984178543, 0.0805937647819519),
    80: (0.03132382780313492, 0.07232122868299484),
    90: (0.02788739837706089, 0.06473556160926819),
}
for epoch, printed in COURSE.items():
    print(f"{epoch:>2}   {printed[0]:.6f} {losses[epoch][0]:.6f}   {printed[1]:.6f} {losses[epoch][1]:.6f}")
course_gap = max(abs(a - b) for epoch in COURSE for a, b in zip(COURSE[epoch], losses[epoch], strict=True))

# %% tags=["hidden"]
assert course_gap < 1e-6

# %% [markdown] lang="es"
# De izquierda a derecha: época, entrenamiento (curso, nuestro), prueba (curso, nuestro). La prueba va de
# `{python} COURSE[0][1]:.3f` a `{python} COURSE[90][1]:.3f` en el curso y de `{python} losses[0][1]:.3f` a
# `{python} losses[90][1]:.3f` aquí; la mayor diferencia entre las veinte parejas es
# `{python} course_gap:.1g`.
#
# Un detalle al leer tablas así: las dos columnas no miran al mismo modelo. La de entrenamiento se mide
# **antes** del paso de esa época; la de prueba, **después**. Por eso la fila 0 ya lleva un paso dado en su
# segunda columna.
#
# ## La curva, y qué fue de la predicción
#
# Anunciamos un quiebre en la época `{python} predicted_knee`.

# %% [markdown] lang="en"
# From left to right: epoch, training (course, ours), test (course, ours). The test goes from
# `{python} COURSE[0][1]:.3f` to `{python} COURSE[90][1]:.3f` in the course and from
# `{python} losses[0][1]:.3f` to `{python} losses[90][1]:.3f` here; the largest difference among the twenty
# pairs is `{python} course_gap:.1g`.
#
# A detail when reading such tables: the two columns do not look at the same model. Training is measured
# **before** the step of its epoch; the test, **after**. That is why row 0 already holds one step in its
# second column.
#
# ## The curve, and what became of the prediction
#
# We announced a bend at epoch `{python} predicted_knee`.

# %%
# alt es: Las dos pérdidas bajan rectas, doblan cerca de la época 27 y siguen despacio; el curso cae encima.
# alt en: Both losses fall straight, bend near epoch 27 and go on slowly; the course's points lie on top.
train_curve, test_curve = zip(*losses, strict=True)
ax = curves(
    range(EPOCHS),
    {train_name: train_curve, test_name: test_curve},
    xlabel=tr(es="época", en="epoch"),
    ylabel="MAE",
)
ax.plot(
    list(COURSE),
    [pair[1] for pair in COURSE.values()],
    "o",
    color=color("gold"),
    label=tr(es="curso", en="course"),
)
ax.axvline(predicted_knee, color=color("faint"), linestyle=":", label=tr(es="predicción", en="prediction"))
_ = ax.legend()

# %% tags=["hidden"]
fall = [train_curve[e] - train_curve[e + 1] for e in range(EPOCHS - 1)]
assert all(abs(step - fall_per_step.item()) < 1e-4 for step in fall[:15])  # even while every sign is −1
assert max(fall[predicted_knee + 5 :]) < 0.2 * fall[0]
assert test_curve[-1] > train_curve[-1]
crossing = next(e for e, step in enumerate(fall) if step < 0.95 * fall_per_step)

# %% [markdown] lang="es"
# El quiebre está ahí, aunque no de golpe: la bajada deja de ser pareja en la época `{python} crossing`,
# cuando la recta cruza el primer punto, y se aplana pasada la `{python} predicted_knee`. Desde entonces unos
# signos son $-1$ y otros $+1$, casi se cancelan, y el gradiente es pequeño. Y la otra apuesta: el error de
# prueba queda por encima del de entrenamiento sin que haya ruido ni sobreajuste. Es la extrapolación: la
# pendiente aún vale `{python} model.w.item():.3f` en lugar de `{python} TRUE_W:.1f`, y lejos se nota más.

# %% [markdown] lang="en"
# The bend is there, though not all at once: the descent stops being even at epoch `{python} crossing`, when
# the line crosses the first point, and flattens out past `{python} predicted_knee`. From then on some signs
# are $-1$ and others $+1$; they almost cancel, and the gradient is small. And the other bet: the test error
# stays above the training error with neither noise nor overfitting. It is the extrapolation: the slope is
# still `{python} model.w.item():.3f` instead of `{python} TRUE_W:.1f`, and far away it shows more.

# %%
# alt es: Antes, la recta pasa por debajo de los puntos; después casi los cubre y se aparta a la derecha.
# alt en: Before, the line runs below every point; after, it almost covers them and drifts away on the right.
torch.manual_seed(42)
figure, panels = plt.subplots(1, 2, figsize=(7.6, 3.3), sharey=True)
stages = [(tr(es="antes", en="before"), Line()), (tr(es="después", en="after"), model)]
for ax, (stage, line) in zip(panels, stages, strict=True):
    scatter(
        {train_name: (x_train, y_train), test_name: (x_test, y_test)},
        xlabel="x",
        ylabel="y",
        title=stage,
        ax=ax,
    )
    with torch.inference_mode():
        ax.plot(x, line(x), color=color("green"), label=tr(es="modelo", en="model"))
panels[0].legend()
panels[1].get_legend().remove()

# %% [markdown] lang="es"
# ## Una idea que falla: más épocas
#
# Los datos no tienen ruido, de modo que la pérdida puede llegar a cero. Parece cuestión de paciencia. Antes
# de mirar, predice: con veinte veces más épocas, ¿a qué error se llega? Comparamos tres recetas desde el
# mismo comienzo: la de arriba; la misma con la tasa reducida un poco en cada época; y el error cuadrático
# medio (MSE), cuyo gradiente es proporcional al residuo y por eso admite una tasa mucho mayor.

# %% [markdown] lang="en"
# ## An idea that fails: more epochs
#
# The data carries no noise, so the loss can reach zero. It seems a matter of patience. Before you look,
# predict: with twenty times as many epochs, what error do we reach? We compare three recipes from the same
# start: the one above; the same with the rate shrunk a little in every epoch; and the mean squared error
# (MSE), whose gradient is proportional to the residual and so bears a much larger rate.


# %%
def fit(
    loss_function: nn.Module, learning_rate: float, shrink: float = 1.0, epochs: int = 2000
) -> list[float]:
    torch.manual_seed(42)
    model = Line()
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=shrink)
    test_errors = []
    for _ in range(epochs):
        loss = loss_function(model(x_train), y_train)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        with torch.inference_mode():
            test_errors.append((model(x_test) - y_test).abs().mean().item())
    return test_errors


# %%
# alt es: En escala logarítmica, el MAE se estanca; con tasa decreciente sigue bajando, y el MSE también.
# alt en: On a logarithmic scale, MAE stalls; with a shrinking rate it goes on falling, and so does MSE.
fixed, shrinking = fit(nn.L1Loss(), 0.01), fit(nn.L1Loss(), 0.01, shrink=0.995)
squared = fit(nn.MSELoss(), 0.5)
recipes = {"MAE": fixed, tr(es="MAE, tasa decreciente", en="MAE, shrinking rate"): shrinking, "MSE": squared}
# es: cada 9 épocas bastan para el dibujo; un paso impar deja ver los dos valores que se alternan
# en: every 9 epochs suffice for the drawing; an odd step lets both alternating values show
ax = curves(
    range(0, 2000, 9),
    {name: errors[::9] for name, errors in recipes.items()},
    xlabel=tr(es="época", en="epoch"),
    ylabel=tr(es="MAE de prueba", en="test MAE"),
    log="y",
)
print(f"{fixed[-4]:.6f} {fixed[-3]:.6f} {fixed[-2]:.6f} {fixed[-1]:.6f}")

# %% tags=["hidden"]
assert abs(fixed[-1] - fixed[-3]) < 1e-6
assert abs(fixed[-2] - fixed[-4]) < 1e-6
assert min(fixed) > 1e-3
assert max(shrinking[-10:]) < 1e-4
assert squared[-1] < 1e-4
assert fixed[199] < shrinking[199]  # the shrinking rate pays for its precision with a slower start

# %% [markdown] lang="es"
# La paciencia no alcanza. Con el MAE fijo, las últimas épocas repiten para siempre dos valores,
# `{python} fixed[-2]:.4f` y `{python} fixed[-1]:.4f`: el gradiente del valor absoluto no se reduce al
# acercarse, el paso tampoco, y la recta salta de un lado a otro del mínimo. Con la tasa decreciente los
# saltos se acortan y el error baja a `{python} 1e6 * shrinking[-1]:.1f` millonésimas, aunque avanza más lento
# al principio (compara las curvas en la época 200). Con el MSE es el gradiente mismo el que se apaga. Cuando
# una pérdida se estanca, pregunta primero por el tamaño del paso y después por la cantidad de épocas.
#
# ## ¿Te dio otro número?
#
# Todo lo anterior salió de una semilla. Cambiarla cambia el punto de partida y nada más. ¿Cuánto importa? Mil
# rectas se entrenan a la vez: basta que `w` y `b` tengan una fila por recta.

# %% [markdown] lang="en"
# Patience is not enough. With the fixed MAE, the last epochs repeat two values for ever,
# `{python} fixed[-2]:.4f` and `{python} fixed[-1]:.4f`: the gradient of the absolute value does not shrink as
# it comes closer, nor does the step, and the line hops from one side of the minimum to the other. With the
# shrinking rate the hops contract and the error goes down to `{python} 1e6 * shrinking[-1]:.1f` millionths,
# though it starts more slowly (compare the curves at epoch 200). With MSE the gradient itself fades. When a
# loss stalls, ask first about the size of the step and then about the number of epochs.
#
# ## Did you get a different number?
#
# Everything above came from one seed. Changing it changes the starting point and nothing else. How much does
# that matter? A thousand lines train at once: it is enough that `w` and `b` have one row per line.

# %%
QUANTILES = (0.025, 0.5, 0.975)
generator = torch.Generator().manual_seed(0)
many = [torch.randn(1000, 1, generator=generator).requires_grad_() for _ in range(2)]  # line 1
optimizer = torch.optim.SGD(many, lr=LEARNING_RATE)
bands = {}
for epoch in range(1, 3001):
    # es: se suma sobre las rectas: cada una recibe su propio gradiente
    # en: summed over the lines: each one gets its own gradient
    loss = (many[0] * x_train.T + many[1] - y_train.T).abs().mean(dim=1).sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if epoch in (91, 300, 1000, 3000):
        with torch.inference_mode():
            errors = (many[0] * x_test.T + many[1] - y_test.T).abs().mean(dim=1)
        bands[epoch] = errors.quantile(torch.tensor(QUANTILES)).tolist()
        print(f"{epoch:>4}   {bands[epoch][0]:.4f}   {bands[epoch][1]:.4f}   {bands[epoch][2]:.4f}")

# %% tags=["hidden"]
assert bands[91][0] < losses[90][1] < bands[91][1]  # seed 42 is luckier than most
assert bands[3000][2] < 0.05 < 1 < bands[91][2]

# %% [markdown] lang="es"
# Cada fila da la época y tres cuantiles del error de prueba entre mil comienzos: `{python} QUANTILES[0]:.1%`,
# la mediana y `{python} QUANTILES[2]:.1%`. Tras la época que el curso llama 90, el 95 % central va de
# `{python} bands[91][0]:.3f` a `{python} bands[91][2]:.2f`, con mediana `{python} bands[91][1]:.2f`. La
# semilla 42 tuvo suerte: `{python} losses[90][1]:.3f`. Si al repetir el ejercicio con otra semilla obtienes
# cualquier valor de esa banda, tu código puede estar bien.
#
# La banda se cierra al seguir: con 3000 épocas su extremo superior es `{python} bands[3000][2]:.3f`. Este
# problema es convexo, tiene un solo valle, y todos los comienzos bajan al mismo fondo. Una red no ofrece esa
# garantía.
#
# ## Predecir sin dejar huella
#
# Fuera de `inference_mode`, cada predicción arrastra las notas de autograd. Dentro, no; y si alguien intenta
# derivar lo que salió de allí, PyTorch se niega.

# %% [markdown] lang="en"
# Each row gives the epoch and three quantiles of the test error among a thousand starts:
# `{python} QUANTILES[0]:.1%`, the median and `{python} QUANTILES[2]:.1%`. After the epoch that the course
# calls 90, the central 95% goes from `{python} bands[91][0]:.3f` to `{python} bands[91][2]:.2f`, with median
# `{python} bands[91][1]:.2f`. Seed 42 was lucky: `{python} losses[90][1]:.3f`. If another seed gives you any
# value in that band, your code may well be right.
#
# The band closes if we go on: at 3000 epochs its upper end is `{python} bands[3000][2]:.3f`. This problem is
# convex, it has a single valley, and every start descends to the same floor. A network offers no such
# guarantee.
#
# ## Predicting without a trace
#
# Outside `inference_mode`, each prediction drags along the notes of autograd. Inside, it does not; and if
# someone tries to differentiate what came out of there, PyTorch refuses.

# %%
model.eval()
tracked = model(x_test)
with torch.inference_mode():
    prediction = model(x_test)
print(tracked.requires_grad, prediction.requires_grad, torch.equal(tracked, prediction))

# %% tags=["raises=RuntimeError"]
prediction.sum().backward()

# %% [markdown] lang="es"
# ## Guardar y recuperar
#
# Se guarda el `state_dict`, un diccionario de nombre a tensor, y no el objeto entero: así el archivo no
# depende de dónde viva tu clase. Para recuperarlo hace falta el código del modelo y `load_state_dict`. Desde
# [PyTorch 2.6 (2025)](https://github.com/pytorch/pytorch/releases/tag/v2.6.0), `torch.load` lee por defecto
# con `weights_only=True`: solo tensores y tipos simples, nunca código escondido en el archivo. Lo escribimos
# de todos modos, para quien use una versión anterior.

# %% [markdown] lang="en"
# ## Saving and restoring
#
# What is saved is the `state_dict`, a dictionary from names to tensors, and not the whole object: that way
# the file does not depend on where your class lives. To restore it you need the code of the model and
# `load_state_dict`. Since [PyTorch 2.6 (2025)](https://github.com/pytorch/pytorch/releases/tag/v2.6.0),
# `torch.load` reads with `weights_only=True` by default: tensors and plain types alone, never code hidden in
# the file. We write it anyway, for whoever uses an earlier version.

# %%
file = Path(mkdtemp()) / "line.pt"
torch.save(model.state_dict(), file)

torch.manual_seed(7)
restored = Line()
restored.load_state_dict(torch.load(file, weights_only=True))
restored.eval()
with torch.inference_mode():
    print(torch.equal(restored(x_test), prediction), restored.state_dict())

# %% tags=["hidden"]
assert tracked.requires_grad
assert not prediction.requires_grad
with torch.inference_mode():
    assert torch.equal(restored(x_test), prediction)

# %% [markdown] lang="es"
# La copia predice lo mismo hasta el último bit.
#
# ## Para llevarte
#
# * Un paso de entrenamiento son cuatro verbos: predecir, medir, derivar, mover. Lo demás es comodidad.
# * `backward()` acumula: sin `zero_grad()` los gradientes de épocas pasadas siguen empujando.
# * Entrenamiento y prueba se miden en momentos distintos; léelos sabiendo cuándo.
# * Un error de prueba mayor puede venir de la extrapolación, sin sobreajuste.
# * Una semilla es una anécdota. Una banda sobre muchas es un resultado.
#
# Lo que sigue, [Evaluación honesta](honest_evaluation.md), pregunta cuánto se le puede creer al número del
# final. Si una celda tuya falla con un error de formas o de tipos, está en el [Museo de
# errores](../fundamentals/error_museum.md).

# %% [markdown] lang="en"
# The copy predicts the same to the last bit.
#
# ## What to keep
#
# * A training step is four verbs: predict, measure, differentiate, move. The rest is convenience.
# * `backward()` accumulates: without `zero_grad()` the gradients of past epochs go on pushing.
# * Training and test are measured at different moments; read them knowing when.
# * A larger test error may come from extrapolation, without overfitting.
# * One seed is an anecdote. A band over many is a result.
#
# What follows, [Honest evaluation](honest_evaluation.md), asks how far the number at the end can be believed.
# If a cell of yours fails with an error of shapes or types, you will find it in the [Error
# museum](../fundamentals/error_museum.md).

# %% [markdown] lang="es" tags=["quiz"]
# ¿Qué ocurre si se borra la línea `optimizer.zero_grad()` del bucle?
#
# - [ ] Nada, porque `backward()` reemplaza el gradiente anterior: `backward()` suma al gradiente que
#   encuentra.
# - [x] Cada paso usa la suma de los gradientes desde el comienzo y la recta pasa de largo, vuelve y oscila:
#   los gradientes viejos siguen empujando aunque ya no correspondan.
# - [ ] PyTorch se detiene con un error: acumular es un comportamiento deseado, útil para sumar varios
#   *batches* (grupos de ejemplos) antes de un paso.

# %% [markdown] lang="en" tags=["quiz"]
# What happens if the line `optimizer.zero_grad()` is deleted from the loop?
#
# - [ ] Nothing, because `backward()` replaces the earlier gradient: `backward()` adds to the gradient it
#   finds.
# - [x] Each step uses the sum of the gradients since the start, and the line overshoots, returns and
#   oscillates: the old gradients go on pushing although they no longer apply.
# - [ ] PyTorch stops with an error: accumulating is wanted behaviour, useful to add up several batches
#   (groups of examples) before a step.

# %% tags=["hidden"]
torch.manual_seed(42)
forgetful = Line()
optimizer = torch.optim.SGD(forgetful.parameters(), lr=LEARNING_RATE)
drift = []
for _ in range(EPOCHS):
    loss_function(forgetful(x_train), y_train).backward()
    optimizer.step()
    drift.append(float((forgetful(x_train) - y_train).mean()))
turns = sum(one * other < 0 for one, other in pairwise(drift))
assert turns >= 4
assert max(drift) > 0.1
assert min(drift[turns:]) < -0.1

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: el gradiente del error cuadrático
#
# Deriva $L = \frac{1}{n}\sum_i (w x_i + b - y_i)^2$ en papel y escribe `mse_gradient`, que devuelve
# $\left(\frac{\partial L}{\partial w}, \frac{\partial L}{\partial b}\right)$ sin usar autograd.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: the gradient of the squared error
#
# Differentiate $L = \frac{1}{n}\sum_i (w x_i + b - y_i)^2$ on paper and write `mse_gradient`, which returns
# $\left(\frac{\partial L}{\partial w}, \frac{\partial L}{\partial b}\right)$ without using autograd.


# %% tags=["solution"]
def mse_gradient(
    w: torch.Tensor, b: torch.Tensor, x: torch.Tensor, y: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    residual = w * x + b - y
    return (2 * residual * x).mean(), (2 * residual).mean()


# %% tags=["check"]
for seed in range(5):
    torch.manual_seed(seed)
    w, b = torch.randn(2, dtype=torch.float64).requires_grad_()
    points, targets = torch.randn(2, 30, 1, dtype=torch.float64)
    expected = torch.autograd.grad(nn.functional.mse_loss(w * points + b, targets), (w, b))
    answer = mse_gradient(w, b, points, targets)
    assert answer is not None, "None"
    assert torch.allclose(torch.stack(answer), torch.stack(expected)), (answer, expected)
print(tr(es="Bien.", en="Good."))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: la recta sin bucle
#
# Para el error cuadrático hay una fórmula. Escribe `least_squares(x, y)`, con `x` e `y` de forma `(n, 1)`,
# que devuelva `(w, b)` como números resolviendo el sistema con `torch.linalg.lstsq`. La matriz lleva dos
# columnas: una con `x` y otra de unos.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: the line without a loop
#
# For the squared error there is a formula. Write `least_squares(x, y)`, with `x` and `y` of shape `(n, 1)`,
# which returns `(w, b)` as numbers by solving the system with `torch.linalg.lstsq`. The matrix has two
# columns: one with `x` and one of ones.


# %% tags=["solution"]
def least_squares(x: torch.Tensor, y: torch.Tensor) -> tuple[float, float]:
    matrix = torch.cat([x, torch.ones_like(x)], dim=1)
    w, b = torch.linalg.lstsq(matrix, y).solution.flatten().tolist()
    return w, b


# %% tags=["check"]
found = torch.tensor(least_squares(x_train, y_train))
assert torch.allclose(found, torch.tensor([TRUE_W, TRUE_B]), atol=1e-5)
torch.manual_seed(1)
noisy = y + 0.1 * torch.randn_like(y)
w, b = least_squares(x, noisy)
# es: en el mínimo, los residuos no se pueden mejorar con x ni con una constante
# en: at the minimum, neither x nor a constant can improve the residuals
residual = noisy - (w * x + b)
assert abs(residual.mean()) < 1e-5
assert abs((residual * x).mean()) < 1e-5
print(f"w = {w:.3f}   b = {b:.3f}")

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: una prueba que no extrapola
#
# Escribe `shuffled_split(x, y, test_share, seed)`, que reparte los puntos **al azar** y devuelve
# `x_train, y_train, x_test, y_test`. La misma semilla debe dar siempre el mismo reparto, y ningún punto puede
# quedar en los dos lados. Después entrena otra vez y compara los dos errores.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: a test that does not extrapolate
#
# Write `shuffled_split(x, y, test_share, seed)`, which deals the points out **at random** and returns
# `x_train, y_train, x_test, y_test`. The same seed must always give the same split, and no point may end up
# on both sides. Then train again and compare the two errors.


# %% tags=["solution"]
def shuffled_split(x: torch.Tensor, y: torch.Tensor, test_share: float, seed: int):
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(seed))
    size = round(test_share * len(x))
    test, train = order[:size], order[size:]
    return x[train], y[train], x[test], y[test]


# %% tags=["check"]
parts = shuffled_split(x, y, test_share=0.2, seed=3)
again = shuffled_split(x, y, test_share=0.2, seed=3)
assert [len(part) for part in parts] == [40, 40, 10, 10]
assert all(torch.equal(one, other) for one, other in zip(parts, again, strict=True))
# es: cada punto una vez
# en: every point once
assert torch.equal(torch.cat([parts[0], parts[2]]).sort(dim=0).values, x)
# es: x e y siguen juntas
# en: x and y still belong together
assert torch.allclose(parts[1], TRUE_W * parts[0] + TRUE_B)
assert not torch.equal(parts[2].sort(dim=0).values, x_test)
print(tr(es="Bien.", en="Good."))
