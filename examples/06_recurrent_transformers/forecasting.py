"""
title:
  es: Pronósticos
  en: Forecasting
summary:
  es: Una red contra reglas de una línea, con cortes en el tiempo y varios orígenes; dónde gana y dónde no.
  en: A network against one-line rules, with cuts in time and several origins; where it wins and where not.
tags: [forecasting, time series, LSTM, baseline, data leakage, MASE]
objectives:
  es:
    - Convertir una serie en ventanas y cortarla en el tiempo, sin que el futuro entre en el entrenamiento.
    - Medir un pronóstico con MAE y MASE frente a las reglas que debe superar.
    - Repetir desde varios orígenes y con varias semillas antes de afirmar que una red gana.
    - Reconocer la curva que parece perfecta y es la verdad corrida un día.
  en:
    - Turn a series into windows and cut it in time, letting no future into training.
    - Measure a forecast by MAE and MASE against the rules it has to beat.
    - Repeat from several origins and with several seeds before claiming that a network wins.
    - Recognise the curve that looks perfect and is the truth, one day late.
prerequisites:
  es:
    - LSTM y el bucle de entrenamiento.
    - Intervalos y líneas base.
  en:
    - LSTM and the training loop.
    - Intervals and baselines.
"""
# %% [markdown] lang="es"
# «Mañana será como hoy» es un pronóstico. No cuesta nada y en muchas series es difícil de superar. Al
# terminar esta lección podrás preparar una serie sin que se filtre el futuro, medir una red contra reglas de
# una línea y decir, con intervalos, si valió la pena. Hay dos series, y la red gana en una sola.
#
# Supone [Gradientes que se desvanecen](vanishing_gradients.md) y [Evaluación
# honesta](../workflow/honest_evaluation.md). El curso [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) no trata series de tiempo; el corte de
# datos y la línea base vienen de su parte *PyTorch Workflow Fundamentals* y del [capítulo
# 01](https://www.learnpytorch.io/01_pytorch_workflow/) de su libro.
#
# ## Dos series de las que se sabe todo
#
# Son inventadas, y eso permite saber cuánto se **puede** acertar. Las ventas diarias $s_t$ suben despacio,
# tienen un perfil semanal $p$ y un ruido que persiste de un día al otro:
#
# $$s_t = 20 + 0{,}005\, t + 6\,(p_{t \bmod 7} - 1) + r_t, \qquad
# r_t = 0{,}7\, r_{t-1} + \epsilon_t. \tag{1}$$
#
# El nivel $l_t$ de un tanque, en porcentaje, baja con el consumo, que sigue el mismo perfil; cuando un día
# termina por debajo de 35, una bomba repone 60:
#
# $$l_t = l_{t-1} - 9\, p_{t \bmod 7} + \epsilon_t + \begin{cases} 60 & \text{si } l_{t-1} < 35, \\ 0 &
# \text{si no.} \end{cases} \tag{2}$$
#
# En las dos, $\epsilon_t$ es normal con desviación estándar $\sigma = 1$: es lo único que ni el mejor
# pronóstico del día siguiente puede saber. Su error absoluto medio es un **piso** para todos:
#
# $$E\lvert \epsilon \rvert = \sigma \sqrt{2/\pi}. \tag{3}$$
#
# Mira (1) y (2): ¿en cuál de las dos el valor siguiente es, salvo el ruido, una suma de valores anteriores
# multiplicados por constantes?

# %% [markdown] lang="en"
# “Tomorrow will be like today” is a forecast. It costs nothing, and in many series it is hard to beat. By the
# end of this lesson you will prepare a series without leaking the future, measure a network against rules of
# one line, and say with intervals whether it was worth it. There are two series, and the network wins on one
# only.
#
# It presumes [Vanishing gradients](vanishing_gradients.md) and [Honest
# evaluation](../workflow/honest_evaluation.md). The course [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) has no time series; the split of the data
# and the baseline come from its part *PyTorch Workflow Fundamentals* and from [chapter
# 01](https://www.learnpytorch.io/01_pytorch_workflow/) of its book.
#
# ## Two series of which everything is known
#
# They are made up, which lets us know how well one **can** do. The daily sales $s_t$ rise slowly, have a
# weekly profile $p$ and a noise that persists from one day to the next:
#
# $$s_t = 20 + 0.005\, t + 6\,(p_{t \bmod 7} - 1) + r_t, \qquad
# r_t = 0.7\, r_{t-1} + \epsilon_t. \tag{1}$$
#
# The level $l_t$ of a tank, in per cent, falls with consumption, which follows the same profile; when a day
# ends below 35, a pump puts back 60:
#
# $$l_t = l_{t-1} - 9\, p_{t \bmod 7} + \epsilon_t + \begin{cases} 60 & \text{if } l_{t-1} < 35, \\ 0 &
# \text{if not.} \end{cases} \tag{2}$$
#
# In both, $\epsilon_t$ is normal with standard deviation $\sigma = 1$: it is all that even the best forecast
# of the next day cannot know. Its mean absolute error is a **floor** for everyone:
#
# $$E\lvert \epsilon \rvert = \sigma \sqrt{2/\pi}. \tag{3}$$
#
# Look at (1) and (2): in which of them is the next value, noise aside, a sum of earlier values times
# constants?

# %%
from math import pi, sqrt

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn
from torch.nn.functional import l1_loss

from tutorials_lib import tr
from tutorials_lib.metrics import mean_over_seeds
from tutorials_lib.plots import curves, interval_plot

DAYS, WIDTH = 1000, 14
PROFILE = np.array([1.0, 1.0, 1.0, 1.05, 1.2, 1.5, 1.35])
PROFILE /= PROFILE.mean()


# %%
def sales(chance):
    t, noise = np.arange(DAYS), np.zeros(DAYS)
    for day in range(1, DAYS):
        noise[day] = 0.7 * noise[day - 1] + chance.normal()
    return 20 + 0.005 * t + 6 * (PROFILE[t % 7] - 1) + noise  # (1)


def tank(chance):
    level = np.full(DAYS, 80.0)
    for day in range(1, DAYS):
        pumped = 60 if level[day - 1] < 35 else 0
        level[day] = level[day - 1] - 9 * PROFILE[day % 7] + chance.normal() + pumped  # (2)
    return level


SALES, TANK = tr(es="ventas", en="sales"), tr(es="tanque", en="tank")
all_series = {SALES: sales(np.random.default_rng(1)), TANK: tank(np.random.default_rng(1))}
floor = sqrt(2 / pi)  # (3)

# %%
# alt es: Diez semanas: las ventas ondulan con la semana; el tanque baja día a día y salta al reponerse.
# alt en: Ten weeks: sales wave with the week; the tank falls day by day and jumps when refilled.
_, panels = plt.subplots(2, 1, figsize=(6.8, 4.2), sharex=True)
for ax, (name, series) in zip(panels, all_series.items(), strict=True):
    curves(range(900, 970), {name: series[900:970]}, xlabel="", ylabel=name, ax=ax)
_ = panels[1].set(xlabel=tr(es="día", en="day"), ylabel=f"{TANK} (%)")

# %% [markdown] lang="es"
# ## Ventanas, y un corte que respeta el tiempo
#
# Una red no recibe una serie, sino ejemplos: los últimos 14 valores y el que sigue. Con una serie de juguete
# se ve cómo se solapan:

# %% [markdown] lang="en"
# ## Windows, and a cut that respects time
#
# A network does not receive a series but examples: the last 14 values and the one that follows. A toy series
# shows how they overlap:


# %%
def windows(series, width=WIDTH, ahead=1):
    frames = torch.as_tensor(series, dtype=torch.float32).unfold(0, width + ahead, 1)
    return frames[:, :width], frames[:, width:]  # example width; example ahead


for x, y in zip(*windows(np.arange(7), width=4), strict=True):
    print(x.int().tolist(), "→", y.int().tolist())


# %% [markdown] lang="es"
# Se entrena con todo lo anterior a un día, el **origen**, y se examina con los 100 días que empiezan en él.
# También la media y la desviación con que se estandariza salen solo del pasado. Un solo origen es una sola
# muestra: usaremos cuatro, y en cada uno se vuelve a entrenar con todo lo que ya se conoce (*rolling origin*,
# origen móvil).

# %% [markdown] lang="en"
# Training uses all that comes before a day, the **origin**, and the exam is the 100 days that begin there.
# The mean and the deviation used to standardise come from the past alone as well. One origin is one sample:
# we shall use four, and at each of them train again with all that is known by then (a rolling origin).


# %%
ORIGINS, EXAM = (600, 700, 800, 900), 100


def cut(series, origin, ahead=1, exam=EXAM):
    mean, scale = series[:origin].mean(), series[:origin].std()
    z = (series - mean) / scale
    past, future = z[:origin], z[origin - WIDTH : origin + exam]
    return windows(past, ahead=ahead), windows(future, ahead=ahead), float(scale)


(x, y), (x_exam, y_exam), scale = cut(all_series[TANK], ORIGINS[0])
print(tuple(x.shape), tuple(x_exam.shape))

# %% tags=["hidden"]
again = (all_series[TANK] - all_series[TANK][: ORIGINS[0]].mean()) / all_series[TANK][: ORIGINS[0]].std()
assert torch.allclose(y[-1, 0], torch.tensor(again[ORIGINS[0] - 1]).float())
assert torch.allclose(y_exam[0, 0], torch.tensor(again[ORIGINS[0]]).float())
assert len(y_exam) == EXAM

# %% [markdown] lang="es"
# ## Lo que hay que vencer
#
# * **Ingenuo**: mañana, lo de hoy. $\hat y_{t+1} = y_t$.
# * **Estacional**: mañana, lo de hace una semana. $\hat y_{t+1} = y_{t-6}$.
# * **Autorregresión lineal**: una constante más 14 pesos, por mínimos cuadrados.
#
# $$\hat y_{t+1} = a_0 + \sum_{k=1}^{14} a_k\, y_{t+1-k} \tag{4}$$
#
# El error se mide con MAE, el error absoluto medio, en las unidades de la serie. Para comparar series
# distintas se divide entre el MAE que la regla estacional tuvo **en el entrenamiento**. Ese cociente es MASE
# ([Hyndman y Koehler, 2006](https://doi.org/10.1016/j.ijforecast.2006.03.001)); debajo de 1, se pronostica
# mejor que esa regla en el pasado.
#
# $$\text{MASE} = \frac{\frac{1}{n} \sum_{t} \lvert y_t - \hat y_t \rvert}
# {\frac{1}{m} \sum_{t \text{ en el pasado}} \lvert y_t - y_{t-7} \rvert} \tag{5}$$

# %% [markdown] lang="en"
# ## What has to be beaten
#
# * **Naive**: tomorrow, the same as today. $\hat y_{t+1} = y_t$.
# * **Seasonal**: tomorrow, the same as a week before. $\hat y_{t+1} = y_{t-6}$.
# * **Linear autoregression**: a constant and 14 weights, by least squares.
#
# $$\hat y_{t+1} = a_0 + \sum_{k=1}^{14} a_k\, y_{t+1-k} \tag{4}$$
#
# The error is measured by MAE, the mean absolute error, in the units of the series. To compare different
# series it is divided by the MAE that the seasonal rule had **in training**. That ratio is MASE ([Hyndman and
# Koehler, 2006](https://doi.org/10.1016/j.ijforecast.2006.03.001)); below 1, one forecasts better than that
# rule did in the past.
#
# $$\text{MASE} = \frac{\frac{1}{n} \sum_{t} \lvert y_t - \hat y_t \rvert}
# {\frac{1}{m} \sum_{t \text{ in the past}} \lvert y_t - y_{t-7} \rvert} \tag{5}$$


# %%
def naive(x):
    return x[:, -1:]


def seasonal(x):
    return x[:, -7:-6]


def linear(x, y):
    def with_one(x):
        return torch.cat([torch.ones(len(x), 1), x], dim=1).double()

    weights = torch.linalg.lstsq(with_one(x), y.double()).solution
    return lambda x: (with_one(x) @ weights).float()  # (4)


def mase(forecast, target, y_past):  # (5)
    return (l1_loss(forecast, target) / l1_loss(y_past[7:], y_past[:-7])).item()


# %% [markdown] lang="es"
# ## La red
#
# Una LSTM lee la ventana y una capa lineal da el **cambio** respecto de hoy. Así empieza cerca de la regla
# ingenua en vez de tener que aprenderla. Minimiza el error absoluto, el mismo con que se la examina.

# %% [markdown] lang="en"
# ## The network
#
# An LSTM reads the window, and a linear layer gives the **change** with respect to today. That way it starts
# close to the naive rule instead of having to learn it. It minimises the absolute error, by which it is
# examined.


# %%
class Forecaster(nn.Module):
    def __init__(self, ahead=1, hidden=16):
        super().__init__()
        self.lstm, self.head = nn.LSTM(1, hidden, batch_first=True), nn.Linear(hidden, ahead)

    def forward(self, x):  # example width
        states, _ = self.lstm(x[..., None])
        return x[:, -1:] + self.head(states[:, -1])  # example ahead


def fit(x, y, seed, steps=150):
    torch.manual_seed(seed)
    model = Forecaster(ahead=y.shape[1])
    optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(steps):
        chosen = torch.randint(len(x), (64,))
        loss = l1_loss(model(x[chosen]), y[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return model.eval().requires_grad_(requires_grad=False)


# %% [markdown] lang="es"
# Dos series, cuatro orígenes, tres semillas. Antes de mirar: ¿en qué serie le ganará la red a la
# autorregresión lineal? Recuerda cuál de las dos es una suma.

# %% [markdown] lang="en"
# Two series, four origins, three seeds. Before looking: on which series will the network beat linear
# autoregression? Remember which of the two is a sum.

# %%
NAIVE, SEASONAL = tr(es="ingenuo", en="naive"), tr(es="estacional", en="seasonal")
LINEAR, NETWORK = tr(es="lineal", en="linear"), "LSTM"
scores, networks, floors = {}, {}, {}
for name, series in all_series.items():
    for origin in ORIGINS:
        (x, y), (x_exam, y_exam), scale = cut(series, origin)
        networks[name, origin] = [fit(x, y, seed) for seed in range(3)]
        rules = {NAIVE: [naive], SEASONAL: [seasonal], LINEAR: [linear(x, y)]}
        rules[NETWORK] = networks[name, origin]
        for rule, models in rules.items():
            scores[name, rule, origin] = [mase(model(x_exam), y_exam, y) for model in models]
        floors[name, origin] = floor / scale / l1_loss(y[7:], y[:-7]).item()

# %%
by_origin = {
    (name, rule): [float(np.mean(scores[name, rule, origin])) for origin in ORIGINS]
    for name in all_series
    for rule in (NAIVE, SEASONAL, LINEAR, NETWORK)
}
print("MASE".ljust(22), *(f"{origin:>6}" for origin in ORIGINS))
for (name, rule), row in by_origin.items():
    print(f"{name:<9}{rule:<13}", *(f"{value:6.2f}" for value in row))

# %% [markdown] lang="es"
# El mismo examen para todos: en cada origen se resta el error de una regla al de la red (media de sus
# semillas), y las cuatro restas dan una media con su intervalo. A la izquierda del 0 gana la red.

# %% [markdown] lang="en"
# The same exam for all: at each origin the error of a rule is subtracted from that of the network (the mean
# of its seeds), and the four differences give a mean with its interval. Left of 0 the network wins.

# %%
# alt es: Ventaja de la red en MASE: tanque, a la izquierda del 0; ventas contra la lineal, junto a 0.
# alt en: Advantage of the network in MASE: tank, all left of 0; sales against the linear rule, next to 0.
gains = {
    (name, rule): mean_over_seeds(
        [ours - theirs for ours, theirs in zip(by_origin[name, NETWORK], by_origin[name, rule], strict=True)]
    )
    for name in all_series
    for rule in (NAIVE, SEASONAL, LINEAR)
}
_ = interval_plot(
    [f"{name}: {NETWORK} − {rule}" for name, rule in gains],
    [gain.value for gain in gains.values()],
    [gain.low for gain in gains.values()],
    [gain.high for gain in gains.values()],
    xlabel=tr(es="diferencia de MASE, intervalo del 95 %", en="difference of MASE, 95% interval"),
    reference=0.0,
)

# %% tags=["hidden"]
for rule in (NAIVE, SEASONAL, LINEAR):
    assert gains[TANK, rule].high < 0
assert gains[SALES, NAIVE].high < 0 and gains[SALES, SEASONAL].high < 0
assert gains[SALES, LINEAR].high > 0 and abs(gains[SALES, LINEAR].value) < 0.15
mean_of = {key: float(np.mean(row)) for key, row in by_origin.items()}
floor_of = {name: float(np.mean([floors[name, origin] for origin in ORIGINS])) for name in all_series}
seed_spread = max(max(scores[TANK, NETWORK, o]) - min(scores[TANK, NETWORK, o]) for o in ORIGINS)
origin_spread = max(by_origin[TANK, NETWORK]) - min(by_origin[TANK, NETWORK])
assert mean_of[TANK, NETWORK] > 1.5 * floor_of[TANK]

# %% [markdown] lang="es"
# En el tanque la red gana a las tres reglas: su MASE medio es `{python} mean_of[TANK, NETWORK]:.2f`, y el de
# la lineal, `{python} mean_of[TANK, LINEAR]:.2f`. Una suma no puede expresar «si está por debajo de 35,
# salta». Tampoco es un triunfo completo: el piso (3) está en `{python} floor_of[TANK]:.2f`.
#
# En las ventas la red **no** supera a la autorregresión lineal: la diferencia va de
# `{python} gains[SALES, LINEAR].low:.2f` a `{python} gains[SALES, LINEAR].high:.2f`. La lineal ya tiene la
# forma de (1), queda en `{python} mean_of[SALES, LINEAR]:.2f` con un piso de `{python} floor_of[SALES]:.2f`,
# y nada de lo medido dice que la red agregue algo. Para esa serie, quédate con los quince números.
#
# Dos azares, otra vez: en el tanque, entre semillas de un mismo origen el MASE se mueve a lo más
# `{python} seed_spread:.2f`, y entre orígenes `{python} origin_spread:.2f`. Los cuatro exámenes comparten
# parte del entrenamiento, así que el intervalo es algo optimista.
#
# ## Una idea que falla: la curva perfecta
#
# Un paseo al azar no se puede pronosticar: cada día suma un número nuevo, y el mejor pronóstico es el valor
# de hoy. Damos tres a redes como la anterior y dibujamos, del que mejor sale, verdad y pronóstico a un día,
# como en tantos tutoriales.

# %% [markdown] lang="en"
# On the tank the network beats all three rules: its mean MASE is `{python} mean_of[TANK, NETWORK]:.2f`, and
# that of the linear one `{python} mean_of[TANK, LINEAR]:.2f`. A sum cannot express “if it is below 35, it
# jumps”. Nor is it a complete triumph: the floor (3) is at `{python} floor_of[TANK]:.2f`.
#
# On sales the network does **not** beat linear autoregression: the difference runs from
# `{python} gains[SALES, LINEAR].low:.2f` to `{python} gains[SALES, LINEAR].high:.2f`. The linear rule has the
# form of (1) already, comes to `{python} mean_of[SALES, LINEAR]:.2f` with a floor of
# `{python} floor_of[SALES]:.2f`, and nothing measured here says that the network adds anything. For that
# series, keep the fifteen numbers.
#
# Two kinds of luck, again: on the tank, MASE moves by `{python} seed_spread:.2f` at most between seeds of one
# origin, and by `{python} origin_spread:.2f` between origins. The four exams share part of their training, so
# that the interval is somewhat optimistic.
#
# ## An idea that fails: the perfect curve
#
# A random walk cannot be forecast: each day adds a new number, and the best forecast is today's value. We
# give three to networks like the one above and draw, for the one that comes out best, truth and one-day
# forecast, as so many tutorials do.

# %%
# alt es: Verdad y pronóstico de un paseo: en 100 días, casi la misma curva; en 15, una va un día atrás.
# alt en: Truth and forecast of a walk: over 100 days, nearly the same curve; over 15, one runs a day late.
walks = [np.cumsum(np.random.default_rng(seed).normal(size=700)) for seed in range(3)]
walk_results, drawn = [], {}
for seed, walk in enumerate(walks):
    (x, y), (x_exam, y_exam), _ = cut(walk, 600)
    forecast = fit(x, y, seed, steps=100)(x_exam)
    explained = 1 - ((forecast - y_exam) ** 2).mean() / y_exam.var(correction=0)
    against_naive = l1_loss(forecast, y_exam) / l1_loss(naive(x_exam), y_exam)
    to_today = l1_loss(forecast, naive(x_exam)) / l1_loss(naive(x_exam), y_exam)
    walk_results.append((explained.item(), against_naive.item(), to_today.item()))
    drawn[seed] = {tr(es="verdad", en="truth"): y_exam, tr(es="pronóstico", en="forecast"): forecast}

best = max(drawn, key=lambda seed: walk_results[seed][0])
_, panels = plt.subplots(1, 2, figsize=(7.2, 3.2))
for ax, days in zip(panels, (slice(0, 100), slice(40, 55)), strict=True):
    pair = {name: values[days, 0] for name, values in drawn[best].items()}
    curves(range(days.start, days.stop), pair, xlabel=tr(es="día", en="day"), ylabel="", ax=ax)
panels[0].set_ylabel(tr(es="valor estandarizado", en="standardised value"))
_ = panels[1].set_xticks(range(40, 55, 5))

# %%
print("R²     ", tr(es="error / error ingenuo", en="error / naive error"))
for explained, against_naive, _ in walk_results:
    print(f"{explained:.3f}  {against_naive:.3f}")

# %% tags=["hidden"]
best_r2 = max(row[0] for row in walk_results)
ratios = [row[1] for row in walk_results]
closeness = [row[2] for row in walk_results]
assert best_r2 > 0.9 and min(ratios) > 0.98
assert max(closeness) < 0.8

# %% [markdown] lang="es"
# A la izquierda, en el mejor de los tres paseos, la curva parece excelente: $R^2$ es `{python} best_r2:.3f`.
# Sin embargo, en los tres el error es de `{python} min(ratios):.2f` a `{python} max(ratios):.2f` veces el de
# «mañana, lo de hoy». La red aprendió a repetir el último valor: su pronóstico se parece más a **hoy** que a
# mañana. A la derecha, de cerca, se ve que va un día atrás. Un pronóstico a un paso dibujado sobre la verdad
# no prueba nada; el cociente con la regla ingenua, sí.
#
# ## Una fuga: mezclar antes de cortar
#
# Con imágenes es costumbre mezclar los ejemplos y apartar una quinta parte. ¿Qué pasa si se hace con
# ventanas? La ventana del día siguiente **contiene** el valor que hay que adivinar. Probamos con un modelo
# sencillo, la media de los dos vecinos más cercanos, en veinte paseos al azar. Si los vecinos son el día
# anterior y el siguiente, su pronóstico es la media de los valores que rodean la respuesta: le falta la mitad
# del salto que llega y le sobra la mitad del que sigue, y el error baja a
#
# $$\sqrt{\tfrac14 + \tfrac14} = \frac{1}{\sqrt 2} \approx 0{,}71 \tag{6}$$
#
# veces el ingenuo: algo **imposible** sin ver el futuro.

# %% [markdown] lang="en"
# On the left, on the best of the three walks, the curve looks excellent: $R^2$ is `{python} best_r2:.3f`. Yet
# on all three the error is between `{python} min(ratios):.2f` and `{python} max(ratios):.2f` times that of
# “tomorrow, the same as today”. The network learned to repeat the last value: its forecast resembles
# **today** more than tomorrow. On the right, from close by, it runs a day late. A one-step curve laid over
# the truth proves nothing; the ratio to the naive rule does.
#
# ## A leak: shuffling before cutting
#
# With images it is customary to shuffle the examples and set a fifth apart. What if that is done with
# windows? The window of the next day **contains** the value to be guessed. We try a plain model, the mean of
# the two nearest neighbours, on twenty random walks. If the neighbours are the day before and the day after,
# its forecast is the mean of the values around the answer: it misses half of the jump that arrives and has
# half of the next one too many, and the error falls to
#
# $$\sqrt{\tfrac14 + \tfrac14} = \frac{1}{\sqrt 2} \approx 0.71 \tag{6}$$
#
# times the naive one: something **impossible** without seeing the future.


# %%
def neighbours_error(walk, order, width=30):
    x, y = windows(walk, width)
    past, exam = order[: int(0.8 * len(x))], order[int(0.8 * len(x)) :]
    nearest = torch.cdist(x[exam], x[past]).topk(2, largest=False).indices
    forecast = y[past][nearest].mean(dim=1)
    return (l1_loss(forecast, y[exam]) / l1_loss(naive(x[exam]), y[exam])).item()


leak = {"shuffled": [], "in time": []}
for seed in range(20):
    walk = np.cumsum(np.random.default_rng(seed).normal(size=700))
    examples = 700 - 30
    shuffled = torch.randperm(examples, generator=torch.Generator().manual_seed(seed))
    leak["shuffled"].append(neighbours_error(walk, shuffled))
    leak["in time"].append(neighbours_error(walk, torch.arange(examples)))

sides = np.random.default_rng(0).normal(size=(2, 100_000))
interpolated = np.abs(sides.mean(axis=0)).mean() / np.abs(sides[0]).mean()
print(f"(6)        {interpolated:.2f}")  # (6)
print(tr(es="mezclado ", en="shuffled "), f"{min(leak['shuffled']):.2f} … {max(leak['shuffled']):.2f}")
print(tr(es="en tiempo", en="in time  "), f"{min(leak['in time']):.2f} … {max(leak['in time']):.2f}")

# %% tags=["hidden"]
assert abs(interpolated - 1 / sqrt(2)) < 0.01
below = sum(value < 1 for value in leak["shuffled"])
assert below >= 15 and min(leak["in time"]) > 1
leak_means = {name: mean_over_seeds(row) for name, row in leak.items()}
assert leak_means["shuffled"].high < 1 < leak_means["in time"].low

# %% [markdown] lang="es"
# Mezclado, el error es en promedio `{python} leak_means["shuffled"].value:.2f` veces el ingenuo, y en
# `{python} below` de los 20 paseos queda por debajo de 1. Con el corte en el tiempo es
# `{python} leak_means["in time"].value:.1f`: el mismo modelo, sin el futuro, pierde contra la regla ingenua
# en los 20 paseos. El paseo al azar es un detector: si en él tu método baja de 1 por más que el azar del
# examen, hay una fuga.
#
# ## Varios días adelante
#
# Hay dos maneras usuales de pronosticar 14 días. **Recursiva**: la red de un día se alimenta con sus propios
# pronósticos. **Directa**: una red con 14 salidas, una por día. La recursiva acumula errores; la directa
# aprende 14 tareas con los mismos datos. Agregamos dos reglas: repetir la última semana, y la media del
# pasado, que no sabe nada del presente. ¿A qué horizonte dejará de servir saber cómo está hoy el tanque?

# %% [markdown] lang="en"
# Shuffled, the error is on average `{python} leak_means["shuffled"].value:.2f` times the naive one, and on
# `{python} below` of the 20 walks it stays below 1. With the cut in time it is
# `{python} leak_means["in time"].value:.1f`: the same model, without the future, loses to the naive rule on
# all 20 walks. The random walk is a detector: if your method gets below 1 on it by more than the luck of the
# exam, there is a leak.
#
# ## Several days ahead
#
# There are two usual ways to forecast 14 days. **Recursive**: the one-day network is fed with its own
# forecasts. **Direct**: a network with 14 outputs, one for each day. The recursive one piles up errors; the
# direct one learns 14 tasks from the same data. We add two rules: to repeat the last week, and the mean of
# the past, which knows nothing of the present. At what horizon will it no longer help to know how the tank is
# today?

# %%
AHEAD, ORIGIN = 14, 700


def recursive(model, x):
    for _ in range(AHEAD):
        x = torch.cat([x, model(x[:, -WIDTH:])], dim=1)
    return x[:, WIDTH:]


(x, y), (x_exam, y_exam), scale = cut(all_series[TANK], ORIGIN, ahead=AHEAD, exam=300)
forecasts = {
    tr(es="recursiva", en="recursive"): [recursive(model, x_exam) for model in networks[TANK, ORIGIN]],
    tr(es="directa", en="direct"): [fit(x, y, seed)(x_exam) for seed in range(3)],
    tr(es="última semana", en="last week"): [x_exam[:, -7:].repeat(1, 2)],
    tr(es="media", en="mean"): [torch.zeros_like(y_exam)],
}
error = {
    name: torch.stack([(forecast - y_exam).abs().mean(dim=0) * scale for forecast in row])
    for name, row in forecasts.items()
}

# %%
# alt es: Error por horizonte: la red directa queda abajo; la recursiva sube hasta la media en 14 días.
# alt en: Error by horizon: the direct network stays low; the recursive one climbs to the mean within 14 days.
_ = curves(
    range(1, AHEAD + 1),
    {name: row.mean(dim=0) for name, row in error.items()},
    bands={name: (row.amin(dim=0), row.amax(dim=0)) for name, row in error.items() if len(row) > 1},
    xlabel=tr(es="días adelante", en="days ahead"),
    ylabel=tr(es="MAE (% del tanque)", en="MAE (% of the tank)"),
)
for name, row in error.items():
    print(f"{name:<14}", *(f"{row.mean(dim=0)[day - 1]:5.1f}" for day in (1, 2, 4, 7, 14)))

# %% tags=["hidden"]
recursion, direct, week, average = error.values()
assert recursion.mean(dim=0)[0] < direct.mean(dim=0)[0]
for day in (7, 14):
    assert direct.amax(dim=0)[day - 1] < recursion.amin(dim=0)[day - 1]
assert direct.amax(dim=0)[13] < 0.8 * average[0, 13] < recursion.mean(dim=0)[13]
assert direct.mean(dim=0)[13] < week[0, 13] and week[0, 6] < recursion.amin(dim=0)[6]

# %% [markdown] lang="es"
# Para mañana conviene la recursiva, `{python} recursion.mean(dim=0)[0].item():.1f` contra
# `{python} direct.mean(dim=0)[0].item():.1f` puntos del tanque: un solo paso es todo lo que aprendió. A los
# 14 días, la directa yerra `{python} direct.mean(dim=0)[13].item():.1f`, menos que la media del pasado,
# `{python} average[0, 13].item():.1f`: saber cómo está hoy el tanque todavía le sirve. A la recursiva, con
# `{python} recursion.mean(dim=0)[13].item():.1f`, ya no: basta un pequeño error de nivel para cambiar el día
# en que la bomba se enciende, y desde ahí el pronóstico va a destiempo. Repetir la semana, sin aprender nada,
# también la supera a los 7 días. Las franjas van de la peor a la mejor semilla.
#
# **¿Te dio otro número?** Con otra semilla de la serie cambian los niveles; lo que se espera es el orden: en
# el tanque, la red por debajo de las reglas a un día; en las ventas, sin ventaja sobre la lineal.
#
# ## Para llevarte
#
# * Corta en el tiempo y calcula en el pasado todo lo que se calcula: media, escala, pesos.
# * Antes de la red, tres reglas: lo de hoy, lo de la semana pasada, una regresión. Informa el cociente.
# * Una red gana donde hay algo que una suma no puede decir. Si la serie es lineal, la regresión basta.
# * Varios orígenes y varias semillas; di lo que permite el intervalo.
# * Desconfía de la curva a un paso: compárala con la de ayer.
# * Para varios días, prueba las dos maneras: los errores de la recursiva se acumulan.

# %% [markdown] lang="en"
# For tomorrow the recursive one is better, `{python} recursion.mean(dim=0)[0].item():.1f` against
# `{python} direct.mean(dim=0)[0].item():.1f` points of the tank: one step is all it has learned. At 14 days
# the direct one errs by `{python} direct.mean(dim=0)[13].item():.1f`, less than the mean of the past,
# `{python} average[0, 13].item():.1f`: to know how the tank is today still helps it. The recursive one, at
# `{python} recursion.mean(dim=0)[13].item():.1f`, it no longer helps: a small error of level is enough to
# change the day on which the pump starts, and from then on the forecast is out of step. Repeating the week,
# which learns nothing, beats it at 7 days as well. Bands go from the worst seed to the best.
#
# **Did you get a different number?** With another seed of the series the levels change; what is expected is
# the order: on the tank, the network below the rules at one day; on sales, no advantage over the linear one.
#
# ## What to keep
#
# * Cut in time, and compute from the past all that is computed: mean, scale, weights.
# * Before the network, three rules: today's value, last week's, a regression. Report the ratio.
# * A network wins where there is something that a sum cannot say. If the series is linear, regression is
#   enough.
# * Several origins and several seeds; say what the interval allows.
# * Distrust the one-step curve: compare it with yesterday's.
# * For several days try both ways: the errors of the recursive one pile up.

# %% [markdown] lang="es" tags=["quiz"]
# Un artículo muestra un pronóstico diario de un precio con $R^2$ = 0,97 y una figura en la que las curvas
# casi coinciden. ¿Qué pides antes de creerlo?
#
# - [ ] Más épocas, para llegar a 0,99: en una serie que cambia poco de un día al otro, $R^2$ alto no dice
#   nada.
# - [x] El error dividido entre el de «mañana, lo de hoy», en días posteriores al entrenamiento: si no baja de
#   1, la figura es la curva de ayer.
# - [ ] Una figura con más días: la curva de ayer también coincidiría en todos ellos.

# %% [markdown] lang="en" tags=["quiz"]
# A paper shows a daily forecast of a price with $R^2$ = 0.97 and a figure in which the curves nearly
# coincide. What do you ask for before believing it?
#
# - [ ] More epochs, to reach 0.99: in a series that changes little from day to day a high $R^2$ says nothing.
# - [x] The error divided by that of “tomorrow, the same as today”, on days after training: if it is not below
#   1, the figure is yesterday's curve.
# - [ ] A figure with more days: yesterday's curve would coincide on all of them as well.

# %% [markdown] lang="es" tags=["quiz"]
# ¿Cuál de estas preparaciones deja entrar el futuro?
#
# - [ ] Estandarizar con la media de los días anteriores al origen: eso es solo pasado.
# - [x] Estandarizar con la media de toda la serie y cortar después: los días del examen entraron en esa
#   media.
# - [ ] Que las ventanas del examen empiecen con 14 días del entrenamiento: al pronosticar ya se conocen.

# %% [markdown] lang="en" tags=["quiz"]
# Which of these preparations lets the future in?
#
# - [ ] Standardising with the mean of the days before the origin: that is the past only.
# - [x] Standardising with the mean of the whole series and cutting afterwards: the days of the exam entered
#   it.
# - [ ] Exam windows that begin with 14 days of training: at the time of forecasting they are known.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: cualquier horizonte
#
# Escribe `seasonal_ahead(x, ahead, season)`: repite los últimos `season` valores de cada ventana, en orden,
# hasta completar `ahead` días. Sirve aunque `ahead` no sea múltiplo de `season`.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: any horizon
#
# Write `seasonal_ahead(x, ahead, season)`: repeat the last `season` values of each window, in order, until
# `ahead` days are complete. It must work when `ahead` is no multiple of `season`, too.


# %% tags=["solution"]
def seasonal_ahead(x: torch.Tensor, ahead: int, season: int) -> torch.Tensor:
    day = torch.arange(ahead) % season
    return x[:, -season:][:, day]


# %% tags=["check"]
for width, ahead, season in [(14, 1, 7), (14, 14, 7), (5, 8, 3), (4, 2, 4)]:
    x = torch.randn(6, width)
    wanted = [[row[width - season + day % season] for day in range(ahead)] for row in x]
    assert torch.equal(seasonal_ahead(x, ahead, season), torch.tensor(wanted)), (width, ahead, season)

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: un detector de fugas
#
# Escribe `leaks(prepare, series, origin)`. `prepare(series, origin)` devuelve los tensores `x, y` de
# entrenamiento; tu función dice si **algún** valor desde `origin` en adelante influye en ellos. Idea: cambia
# el futuro y mira si cambia algo que no debería.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: a leak detector
#
# Write `leaks(prepare, series, origin)`. `prepare(series, origin)` returns the training tensors `x, y`; your
# function says whether **any** value from `origin` on has an influence on them. Idea: change the future and
# see whether something changes that should not.


# %% tags=["solution"]
def leaks(prepare, series, origin) -> bool:
    changed = np.array(series, dtype=float)
    changed[origin:] = 3 * changed[origin:] + 100
    pairs = zip(prepare(series, origin), prepare(changed, origin), strict=True)
    return not all(torch.equal(one, other) for one, other in pairs)


# %% tags=["check"]
def honest(series, origin):
    return cut(series, origin)[0]


def scaled_with_all(series, origin):
    return windows(((series - series.mean()) / series.std())[:origin])


def shuffled_first(series, origin):
    x, y = windows(series)
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(0))[: origin - WIDTH]
    return x[order], y[order]


def one_day_too_many(series, origin):
    return windows(series[: origin + 1])


series = all_series[SALES].copy()
assert not leaks(honest, series, 600)
assert all(leaks(prepare, series, 600) for prepare in (scaled_with_all, shuffled_first, one_day_too_many))
assert np.array_equal(series, all_series[SALES])

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: los cortes
#
# Escribe `rolling_origins(days, first, exam)`: la lista de pares `(origin, end)` de todos los exámenes
# **completos** de `exam` días, seguidos y sin solaparse, el primero desde `first`, dentro de `days` días.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: the cuts
#
# Write `rolling_origins(days, first, exam)`: the list of pairs `(origin, end)` of all **complete** exams of
# `exam` days, one after the other without overlap, the first from `first` on, within `days` days.


# %% tags=["solution"]
def rolling_origins(days: int, first: int, exam: int) -> list[tuple[int, int]]:
    return [(origin, origin + exam) for origin in range(first, days - exam + 1, exam)]


# %% tags=["check"]
assert rolling_origins(1000, 600, 100) == [(600, 700), (700, 800), (800, 900), (900, 1000)]
assert rolling_origins(1050, 600, 100)[-1] == (900, 1000)
assert rolling_origins(700, 600, 100) == [(600, 700)] and rolling_origins(699, 600, 100) == []

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# Antes: [Gradientes que se desvanecen](vanishing_gradients.md), de donde viene la LSTM, y [Cuándo conviene
# aprender](../concepts/when_ml_helps.md), que hace la misma pregunta en otros casos. Después:
# [Máscaras y empaquetado](masking_and_packing.md), para secuencias que no miden lo mismo.

# %% [markdown] lang="en"
# ## Where to go next
#
# Before: [Vanishing gradients](vanishing_gradients.md), where the LSTM comes from, and [When learning
# helps](../concepts/when_ml_helps.md), which asks the same question in other cases. After: [Masks and
# packing](masking_and_packing.md), for sequences that differ in length.
