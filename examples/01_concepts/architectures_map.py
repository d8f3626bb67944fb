"""
title:
  es: Mapa de arquitecturas
  en: Map of architectures
summary:
  es: Ocho redes creadas, contadas a mano y por PyTorch, con el dato que les va bien y una prueba.
  en: Eight networks created, counted by hand and by PyTorch, with the data that suits them and a check.
tags: [MLP, CNN, RNN, LSTM, transformer, GAN, RBF network, SOM, parameters]
objectives:
  es:
    - Decir qué forma de dato espera cada arquitectura y qué supone sobre él.
    - Calcular sus parámetros con una fórmula y comprobarlos contra PyTorch.
    - Saber cuáles crecen cuando la entrada se alarga y cuáles no.
    - Hacer la prueba de cordura que conviene a una red recién armada.
  en:
    - Say which shape of data each architecture expects and what it assumes about it.
    - Compute its parameters with a formula and check them against PyTorch.
    - Know which ones grow when the input gets longer and which do not.
    - Run the sanity check that a newly built network deserves.
prerequisites:
  es:
    - Capas, pesos y no linealidades.
    - El bucle de entrenamiento.
  en:
    - Layers, weights and nonlinearities.
    - The training loop.
timeout_seconds: 300
"""
# %% [markdown] lang="es"
# Las notas enumeran siglas: CNN, LSTM, RNN, GAN, RBFN, MLP, SOM, y más adelante *transformer*. Aquí cada una
# se crea, se cuenta y se pone a prueba; son tantas que la página tarda más que otras en construirse. Al
# terminar podrás leer la forma de un dato y proponer una arquitectura, y decir antes de crearla cuántos
# números va a aprender.
#
# La lección acompaña el video *Anatomy of Neural Networks* de la sección *PyTorch Fundamentals* del curso
# [PyTorch for Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) de Andrei
# Neagoie y Daniel Bourke, y el [capítulo 00](https://www.learnpytorch.io/00_pytorch_fundamentals/) de su
# libro abierto. Supone [Anatomía de una red](network_anatomy.md).

# %% [markdown] lang="en"
# The notes list initials: CNN, LSTM, RNN, GAN, RBFN, MLP, SOM, and further on *transformer*. Here each is
# created, counted and put to the test; there are so many that the page takes longer to build than others. By
# the end you will read the shape of a piece of data and propose an architecture, and say before creating it
# how many numbers it is going to learn.
#
# The lesson goes with the video *Anatomy of Neural Networks* of the section *PyTorch Fundamentals* of the
# course [PyTorch for Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) by
# Andrei Neagoie and Daniel Bourke, and with [chapter
# 00](https://www.learnpytorch.io/00_pytorch_fundamentals/) of their open book. It presumes [Anatomy of a
# network](network_anatomy.md).

# %%
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits as bce
from torch.nn.functional import cross_entropy

from tutorials_lib import tr
from tutorials_lib.data import digits
from tutorials_lib.metrics import Proportion
from tutorials_lib.models import parameter_count
from tutorials_lib.plots import curves, image_grid

# %% [markdown] lang="es"
# ## El mismo dígito, tres formas
#
# Un dígito de 8×8 puede leerse como **vector** de 64 números, como **cuadrícula** de un canal o como
# **secuencia** de 8 renglones de 8 números. No cambia ningún número: cambia lo que la red supone vecino.

# %% [markdown] lang="en"
# ## The same digit, three shapes
#
# An 8×8 digit can be read as a **vector** of 64 numbers, as a **grid** with one channel or as a **sequence**
# of 8 rows of 8 numbers. Not one number changes: what changes is what the network takes to be neighbours.

# %%
sheet = digits()
grid = sheet.train_images  # batch channel height width
vector = grid.flatten(1)  # batch pixel
sequence = grid.squeeze(1)  # batch time feature
for name, tensor in (("vector", vector), ("grid", grid), ("sequence", sequence)):
    print(f"{name:<9} {tuple(tensor.shape[1:])}")

# %% [markdown] lang="es"
# ## Seis clasificadores y sus cuentas
#
# Con $h$ unidades, $d$ entradas y $c$ clases, y un sesgo por salida:
#
# * **MLP** (perceptrón multicapa): cada unidad recibe todas las entradas. $(d + 1)\,h + (h + 1)\,c$.
# * **CNN** (red neuronal convolucional): filtros de $k \times k$ que se repiten por toda la cuadrícula; al
#   final, el máximo de cada mapa. $(k^2 + 1)\,h + (h + 1)\,c$.
# * **RNN** (red neuronal recurrente): un estado que se actualiza en cada paso con los **mismos** pesos.
#   PyTorch guarda dos sesgos: $h\,(d + h + 2) + (h + 1)\,c$.
# * **LSTM** (*long short-term memory*, memoria larga a corto plazo; [Hochreiter y Schmidhuber,
#   1997](https://doi.org/10.1162/neco.1997.9.8.1735)): una RNN con cuatro juegos de pesos, tres de ellos
#   compuertas que deciden qué olvidar, qué guardar y qué mostrar. $4h\,(d + h + 2) + (h + 1)\,c$.
# * ***Transformer*** ([Vaswani y otros, 2017](https://arxiv.org/abs/1706.03762)): cada elemento consulta a
#   todos. Con ancho $h$ y una capa interna de $f$: proyección $(d+1)\,h$, posiciones $8h$, atención
#   $4(h^2 + h)$, capa interna $(h+1)\,f + (f+1)\,h$, dos normalizaciones $4h$, salida $(h + 1)\,c$.
# * **Red de base radial** (RBF; [Broomhead y Lowe,
#   1988](https://www.complex-systems.com/abstracts/v02_i03_a05/)): $m$ plantillas; cada unidad dice cuánto se
#   parece la entrada a la suya. $m\,d + (m + 1)\,c$.

# %% [markdown] lang="en"
# ## Six classifiers and their counts
#
# With $h$ units, $d$ inputs and $c$ classes, and one bias for each output:
#
# * **MLP** (multilayer perceptron): each unit receives every input. $(d + 1)\,h + (h + 1)\,c$.
# * **CNN** (convolutional neural network): filters of $k \times k$ repeated all over the grid; at the end,
#   the maximum of each map. $(k^2 + 1)\,h + (h + 1)\,c$.
# * **RNN** (recurrent neural network): a state updated at each step with the **same** weights. PyTorch keeps
#   two biases: $h\,(d + h + 2) + (h + 1)\,c$.
# * **LSTM** (long short-term memory; [Hochreiter and Schmidhuber,
#   1997](https://doi.org/10.1162/neco.1997.9.8.1735)): an RNN with four sets of weights, three of them gates
#   that decide what to forget, what to keep and what to show. $4h\,(d + h + 2) + (h + 1)\,c$.
# * **Transformer** ([Vaswani et al., 2017](https://arxiv.org/abs/1706.03762)): each element consults all of
#   them. With width $h$ and an inner layer of $f$: projection $(d+1)\,h$, positions $8h$, attention
#   $4(h^2 + h)$, inner layer $(h+1)\,f + (f+1)\,h$, two normalisations $4h$, output $(h + 1)\,c$.
# * **Radial basis function network** (RBF; [Broomhead and Lowe,
#   1988](https://www.complex-systems.com/abstracts/v02_i03_a05/)): $m$ templates; each unit says how much the
#   input resembles its own. $m\,d + (m + 1)\,c$.


# %%
class Recurrent(nn.Module):
    def __init__(self, cell: type[nn.Module], width: int, hidden: int, classes: int) -> None:
        super().__init__()
        self.cell = cell(width, hidden, batch_first=True)
        self.answer = nn.Linear(hidden, classes)

    def forward(self, steps: torch.Tensor) -> torch.Tensor:
        outputs, _ = self.cell(steps)  # batch time hidden
        return self.answer(outputs[:, -1])


class Transformer(nn.Module):
    def __init__(self, width: int, hidden: int, inner: int, length: int, classes: int) -> None:
        super().__init__()
        self.project = nn.Linear(width, hidden)
        self.place = nn.Parameter(torch.randn(length, hidden) * 0.1)
        self.layer = nn.TransformerEncoderLayer(hidden, 2, inner, dropout=0.0, batch_first=True)
        self.answer = nn.Linear(hidden, classes)

    def forward(self, steps: torch.Tensor) -> torch.Tensor:
        return self.answer(self.layer(self.project(steps) + self.place).mean(dim=1))


# %%
class RadialBasis(nn.Module):
    def __init__(self, templates: torch.Tensor, classes: int, gamma: float = 0.1) -> None:
        super().__init__()
        self.templates, self.gamma = nn.Parameter(templates.clone()), gamma  # unit feature
        self.answer = nn.Linear(len(templates), classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.answer(torch.exp(-self.gamma * torch.cdist(x, self.templates) ** 2))


# %%
H, F, M, C = 32, 64, 30, 10  # hidden, inner, templates, classes
BUILDERS = {
    "MLP": (vector, lambda: nn.Sequential(nn.Linear(64, H), nn.ReLU(), nn.Linear(H, C))),
    "CNN": (grid, lambda: nn.Sequential(
        nn.Conv2d(1, H, kernel_size=3), nn.ReLU(), nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(H, C)
    )),
    "RNN": (sequence, lambda: Recurrent(nn.RNN, 8, H, C)),
    "LSTM": (sequence, lambda: Recurrent(nn.LSTM, 8, H, C)),
    "transformer": (sequence, lambda: Transformer(8, H, F, 8, C)),
    "RBF": (vector, lambda: RadialBasis(vector[torch.randperm(len(vector))[:M]], C)),
}  # fmt: skip
FORMULAS = {
    "MLP": (64 + 1) * H + (H + 1) * C,
    "CNN": (3**2 + 1) * H + (H + 1) * C,
    "RNN": H * (8 + H + 2) + (H + 1) * C,
    "LSTM": 4 * H * (8 + H + 2) + (H + 1) * C,
    "transformer": (8 + 1) * H + 8 * H + 4 * (H**2 + H) + (H + 1) * F + (F + 1) * H + 4 * H + (H + 1) * C,
    "RBF": M * 64 + (M + 1) * C,
}

# %% [markdown] lang="es"
# Con $h = 32$, ¿cuál será la más grande y cuál la más chica? Ordénalas antes de ejecutar.

# %% [markdown] lang="en"
# With $h = 32$, which will be the largest and which the smallest? Put them in order before running.

# %%
sizes = {}
for name, (data, build) in BUILDERS.items():
    model = build()
    sizes[name] = parameter_count(model)
    assert sizes[name] == FORMULAS[name], name
    print(f"{name:<12} {tuple(data.shape[1:])!s:<11} → {tuple(model(data[:5]).shape)}   {sizes[name]:>5}")

# %% tags=["hidden"]
assert max(sizes, key=sizes.get) == "transformer"
assert min(sizes, key=sizes.get) == "CNN"

# %% [markdown] lang="es"
# Las fórmulas y PyTorch coinciden. La más grande es el *transformer*, con `{python} sizes["transformer"]`, y
# la más chica la CNN, con `{python} sizes["CNN"]`: un filtro cuesta nueve pesos y un sesgo, sea cual sea el
# tamaño de la imagen.
#
# ## Quién crece con la entrada
#
# El conteo depende del dato. Alarguemos la secuencia: ¿cuáles de las cinco curvas serán planas?

# %% [markdown] lang="en"
# The formulas and PyTorch agree. The largest is the transformer, with `{python} sizes["transformer"]`, and
# the smallest the CNN, with `{python} sizes["CNN"]`: a filter costs nine weights and one bias, whatever the
# size of the image.
#
# ## Who grows with the input
#
# The count depends on the data. Let us make the sequence longer: which of the five curves will be flat?

# %%
# alt es: Parámetros según el largo: MLP sube mucho, transformer poco; CNN, RNN y LSTM son planas.
# alt en: Parameters by length: MLP climbs steeply, transformer slightly; CNN, RNN and LSTM are flat.
lengths = [8, 16, 32, 64, 128]
growth = {
    "MLP": [parameter_count(nn.Linear(8 * n, H)) + parameter_count(nn.Linear(H, C)) for n in lengths],
    "transformer": [parameter_count(Transformer(8, H, F, n, C)) for n in lengths],
    "LSTM": [sizes["LSTM"] for _ in lengths],
    "RNN": [sizes["RNN"] for _ in lengths],
    "CNN": [sizes["CNN"] for _ in lengths],
}
long = torch.randn(2, 128, 8)
assert BUILDERS["LSTM"][1]()(long).shape == BUILDERS["CNN"][1]()(long[:, None]).shape == (2, C)
_ = curves(
    lengths,
    growth,
    xlabel=tr(es="largo de la secuencia", en="length of the sequence"),
    ylabel=tr(es="parámetros", en="parameters"),
    log="xy",
    markers=True,
)

# %% tags=["hidden"]
assert growth["MLP"][-1] / growth["MLP"][0] > 10
assert growth["transformer"][-1] - growth["transformer"][0] == 120 * H

# %% [markdown] lang="es"
# El MLP crece con el largo, porque cada posición trae sus propios pesos. RNN, LSTM y CNN **repiten** los
# suyos y no crecen: la misma red que leyó 8 renglones acaba de leer 128. En el *transformer* crece solo la
# tabla de posiciones. Menos parámetros no es menos trabajo: la atención compara cada elemento con todos, así
# que sus cuentas crecen con el cuadrado del largo.
#
# ## Una prueba de cordura
#
# Antes de entrenar en serio, una red recién armada debe poder **memorizar** 32 ejemplos. Si no puede, busca
# un error de formas, de signo o de tasa de aprendizaje; si puede, no se sabe nada más. Tres semillas, la
# misma receta.

# %% [markdown] lang="en"
# The MLP grows with the length, since each position brings its own weights. RNN, LSTM and CNN **repeat**
# theirs and do not grow: the same network that read 8 rows has just read 128. In the transformer only the
# table of positions grows. Fewer parameters is not less work: attention compares each element with all, so
# its arithmetic grows with the square of the length.
#
# ## A sanity check
#
# Before training in earnest, a newly built network must be able to **memorise** 32 examples. If it cannot,
# look for a mistake of shape, sign or learning rate; if it can, nothing else is known. Three seeds, the same
# recipe.


# %%
def memorise(name: str, seed: int, labels: torch.Tensor, steps: int = 200) -> Proportion:
    data, build = BUILDERS[name]
    torch.manual_seed(seed)
    model, x = build(), data[:32]
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    for _ in range(steps):
        loss = cross_entropy(model(x), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return Proportion.of(model(x).argmax(dim=1) == labels)


memory = {name: [memorise(name, seed, sheet.train_labels[:32]) for seed in range(3)] for name in BUILDERS}
for name, row in memory.items():
    print(f"{name:<12}", *row)

# %% tags=["hidden"]
assert all(score == Proportion(32, 32) for row in memory.values() for score in row)
random_labels = torch.randint(10, (32,), generator=torch.Generator().manual_seed(1))
nonsense = {name: memorise(name, 0, random_labels) for name in ("MLP", "LSTM")}
assert all(score == Proportion(32, 32) for score in nonsense.values())

# %% [markdown] lang="es"
# Las seis memorizan 32 de 32 con las tres semillas. No es mérito: con etiquetas **sorteadas**, que no
# significan nada, el MLP y la LSTM también llegan a `{python} str(nonsense["MLP"])`. La prueba dice que los
# cables están bien conectados. Cuánto acierta una red con datos nuevos es otra pregunta, la de [Tres modelos,
# un conjunto de datos](../convolutional_networks/three_models_one_dataset.md).
#
# ## Dos redes enfrentadas: GAN
#
# Una **red generativa adversaria** ([Goodfellow y otros, 2014](https://arxiv.org/abs/1406.2661)) son dos
# redes: el **generador** fabrica ejemplos a partir de ruido y el **discriminador** los distingue de los
# verdaderos. Con ruido de $r$ números, $h$ unidades ocultas y datos de $d$: $(r + 1)h + (h + 1)d$ el que
# fabrica y $(d + 1)h + (h + 1)$ el que juzga.
#
# La prueba más chica: que fabrique números con media 3 y desviación 0,5. ¿Llegarán las tres semillas?

# %% [markdown] lang="en"
# All six memorise 32 of 32 with the three seeds. It is no merit: with labels **drawn at random**, which mean
# nothing, the MLP and the LSTM also reach `{python} str(nonsense["MLP"])`. The check says that the wires are
# connected right. How often a network is right on new data is another question, that of [Three models, one
# data set](../convolutional_networks/three_models_one_dataset.md).
#
# ## Two networks against each other: GAN
#
# A **generative adversarial network** ([Goodfellow et al., 2014](https://arxiv.org/abs/1406.2661)) is two
# networks: the **generator** makes examples out of noise and the **discriminator** tells them from the real
# ones. With noise of $r$ numbers, $h$ hidden units and data of $d$: $(r + 1)h + (h + 1)d$ for the maker and
# $(d + 1)h + (h + 1)$ for the judge.
#
# The smallest test: let it make numbers with mean 3 and deviation 0.5. Will all three seeds get there?


# %%
def adversaries(noise: int = 4, hidden: int = 16, width: int = 1) -> tuple[nn.Module, nn.Module]:
    maker = nn.Sequential(nn.Linear(noise, hidden), nn.ReLU(), nn.Linear(hidden, width))
    judge = nn.Sequential(nn.Linear(width, hidden), nn.ReLU(), nn.Linear(hidden, 1))
    return maker, judge


def compete(seed: int, steps: int = 1000) -> torch.Tensor:
    torch.manual_seed(seed)
    maker, judge = adversaries()
    makes = torch.optim.Adam(maker.parameters(), lr=0.005)
    judges = torch.optim.Adam(judge.parameters(), lr=0.005)
    yes, no = torch.ones(128, 1), torch.zeros(128, 1)
    for _ in range(steps):
        real, fake = 3 + 0.5 * torch.randn(128, 1), maker(torch.randn(128, 4))
        judged = bce(judge(real), yes) + bce(judge(fake.detach()), no)
        judges.zero_grad()
        judged.backward()
        judges.step()
        fooled = bce(judge(fake), yes)  # es: quien fabrica quiere engañar  # en: the maker wants to fool
        makes.zero_grad()
        fooled.backward()
        makes.step()
    return maker(torch.randn(4000, 4)).detach()


maker, judge = adversaries()
print(parameter_count(maker), parameter_count(judge))
made = [compete(seed) for seed in range(3)]
for sample in made:
    print(f"{float(sample.mean()):.2f} ± {float(sample.std()):.2f}")

# %% [markdown] lang="es"
# ## Un mapa que se ordena solo: SOM
#
# Un **mapa autoorganizado** ([Kohonen, 1982](https://doi.org/10.1007/BF00337288)) no tiene salida, etiquetas
# ni gradiente. Es una cuadrícula de plantillas; cada ejemplo busca la más parecida y la acerca, **junto con
# sus vecinas de la cuadrícula**. Sus números: filas × columnas × $d$. La prueba: que las plantillas queden
# cerca de los datos y que las vecinas se parezcan.

# %% [markdown] lang="en"
# ## A map that organises itself: SOM
#
# A **self-organising map** ([Kohonen, 1982](https://doi.org/10.1007/BF00337288)) has no output, no labels and
# no gradient. It is a grid of templates; each example looks for the one most like it and draws it nearer,
# **together with its neighbours on the grid**. Its numbers: rows × columns × $d$. The test: that the
# templates end up near the data and that neighbours resemble one another.

# %%
SIDE = 6
places = torch.cartesian_prod(torch.arange(SIDE), torch.arange(SIDE)).float()  # template 2
apart = torch.cdist(places, places)


def organise(seed: int, rounds: int = 40) -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(seed)
    start = vector[torch.randperm(len(vector))[: SIDE * SIDE]]
    templates = start.clone()
    for turn in range(rounds):
        # es: de medio mapa a las más cercanas
        # en: from half the map to the nearest ones
        radius = 3.0 * (0.5 / 3.0) ** (turn / (rounds - 1))
        winner = torch.cdist(vector, templates).argmin(dim=1)
        pull = torch.exp(-(apart[winner] ** 2) / (2 * radius**2))  # example template
        templates = (pull.T @ vector) / pull.sum(dim=0)[:, None]
    return start, templates


def distance_to_data(templates: torch.Tensor) -> float:
    return float(torch.cdist(vector, templates).amin(dim=1).mean())


def neighbours_apart(templates: torch.Tensor) -> float:
    return float(torch.cdist(templates, templates)[apart == 1].mean())


maps = [organise(seed) for seed in range(3)]
for start, end in maps:
    print(f"{distance_to_data(start):.2f} → {distance_to_data(end):.2f}", end="    ")
    print(f"{neighbours_apart(start):.2f} → {neighbours_apart(end):.2f}")

# %%
# alt es: Mapa de 6×6 plantillas de dígitos: las formas parecidas quedan juntas y cambian poco a poco.
# alt en: Map of 6×6 digit templates: like shapes lie together and change little by little.
_ = image_grid(maps[0][1].reshape(-1, 8, 8), columns=SIDE, side_inches=0.7)

# %% tags=["hidden"]
assert (parameter_count(maker), parameter_count(judge)) == ((4 + 1) * 16 + 17 * 1, (1 + 1) * 16 + 17)
off = max(abs(float(sample.mean()) - 3) for sample in made)
spread = [float(sample.std()) for sample in made]
assert off < 0.5
assert min(spread) < 0.25  # one seed lost the variety: the page says so
before, after = (sum(distance_to_data(pair[k]) for pair in maps) / 3 for k in (0, 1))
rough, smooth = (sum(neighbours_apart(pair[k]) for pair in maps) / 3 for k in (0, 1))
assert all(distance_to_data(end) < distance_to_data(start) for start, end in maps)
assert all(neighbours_apart(end) < 0.5 * neighbours_apart(start) for start, end in maps)
som_numbers = maps[0][1].numel()
assert som_numbers == SIDE * SIDE * 64

# %% [markdown] lang="es"
# La GAN acierta la media con un error de a lo más `{python} off:.2f`, pero la desviación queda entre
# `{python} min(spread):.2f` y `{python} max(spread):.2f` cuando debía ser 0,5. **Una semilla casi perdió la
# variedad**: al generador le basta engañar, y repetir un valor creíble engaña. Es un fallo típico de las GAN,
# que se llama colapso de modos (*mode collapse*).
#
# El mapa, con `{python} som_numbers` números, baja la distancia de cada dígito a su plantilla de
# `{python} before:.2f` a `{python} after:.2f`, y la distancia entre plantillas vecinas de
# `{python} rough:.2f` a `{python} smooth:.2f`, en las tres semillas. Comenzó con dígitos verdaderos en
# desorden y terminó como un barrio: quien camina por él pasa de un dígito a otro parecido.
#
# ## El mapa
#
# | arquitectura | forma del dato | qué supone | dónde seguir |
# |---|---|---|---|
# | MLP | vector | nada sobre el orden | [Anatomía de una red](network_anatomy.md) |
# | CNN | cuadrícula | importa lo cercano, donde esté | [Imágenes movidas](structured_unstructured.md) |
# | RNN, LSTM | secuencia | se lee en orden; el pasado cabe en un estado | esta página |
# | *transformer* | secuencia o conjunto | cualquier par puede importar | esta página |
# | RBF | vector | parecerse a un ejemplo | [Algoritmos poco profundos](shallow_algorithms.md) |
# | GAN | el que se quiera fabricar | dos redes con metas opuestas | esta página |
# | SOM | vector | lo parecido, junto en un plano | [Atlas de paradigmas](paradigm_atlas.md) |
#
# Las notas resumen: imágenes, CNN; audio y texto, *transformer*. Es un buen primer intento, no una ley.
# Arriba, un *transformer* y una LSTM leyeron **imágenes** por renglones y una CNN leyó una **secuencia** de
# 128 pasos. GAN y SOM, en cambio, no dicen qué capas usar, sino cómo y para qué se entrenan.
#
# ## Para llevarte
#
# * Mira primero la forma del dato y qué es vecino de qué. La arquitectura es una suposición sobre eso.
# * Cuenta antes de crear. Compartir pesos es lo que hace chicas a CNN y RNN.
# * Que memorice 32 ejemplos prueba los cables, nada más.
# * Mira la dispersión de lo que fabrica una GAN, no solo la media.

# %% [markdown] lang="en"
# The GAN gets the mean with an error of at most `{python} off:.2f`, but the deviation lies between
# `{python} min(spread):.2f` and `{python} max(spread):.2f` where it should be 0.5. **One seed nearly lost the
# variety**: it is enough for the generator to fool, and repeating one credible value fools. That is a typical
# failure of GANs, called mode collapse.
#
# The map, with `{python} som_numbers` numbers, lowers the distance from each digit to its template from
# `{python} before:.2f` to `{python} after:.2f`, and the distance between neighbouring templates from
# `{python} rough:.2f` to `{python} smooth:.2f`, with all three seeds. It began with real digits in disorder
# and ended as a neighbourhood: whoever walks through it goes from one digit to another like it.
#
# ## The map
#
# | architecture | shape of the data | what it assumes | where to go on |
# |---|---|---|---|
# | MLP | vector | nothing about order | [Anatomy of a network](network_anatomy.md) |
# | CNN | grid | what is near matters, anywhere | [Moved images](structured_unstructured.md) |
# | RNN, LSTM | sequence | it is read in order; the past fits in a state | this page |
# | transformer | sequence or set | any pair may matter | this page |
# | RBF | vector | likeness to an example | [Shallow algorithms](shallow_algorithms.md) |
# | GAN | whichever one wants to make | two networks with opposite aims | this page |
# | SOM | vector | like things together on a plane | [Atlas of paradigms](paradigm_atlas.md) |
#
# The notes sum up: images, CNN; audio and text, transformer. It is a good first try, not a law. Above, a
# transformer and an LSTM read **images** row by row, and a CNN read a **sequence** of 128 steps. GAN and SOM,
# for their part, do not say which layers to use, but how and what for they are trained.
#
# ## What to keep
#
# * Look first at the shape of the data and at what is a neighbour of what. An architecture is an assumption
#   about that.
# * Count before you create. Sharing weights is what makes CNN and RNN small.
# * That it memorises 32 examples proves the wires, nothing more.
# * Look at the spread of what a GAN makes, not only at the mean.

# %% [markdown] lang="es" tags=["quiz"]
# Tu LSTM lee secuencias de 20 pasos. Mañana llegarán de 200. ¿Qué pasa con sus parámetros?
#
# - [ ] Se multiplican por diez: cada paso usa los mismos pesos, así que no.
# - [x] Nada: los pesos no dependen del largo. Cambian el tiempo de cálculo y lo difícil que es recordar el
#   comienzo.
# - [ ] Hay que agregar una fila de posiciones por paso: eso le pasa al *transformer* de esta página.

# %% [markdown] lang="en" tags=["quiz"]
# Your LSTM reads sequences of 20 steps. Tomorrow they will come with 200. What happens to its parameters?
#
# - [ ] They are multiplied by ten: each step uses the same weights, so no.
# - [x] Nothing: the weights do not depend on the length. What changes is the time it takes and how hard it is
#   to remember the beginning.
# - [ ] One row of positions has to be added for each step: that happens to the transformer of this page.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: la GRU
#
# La GRU ([Cho y otros, 2014](https://arxiv.org/abs/1406.1078)) es otra red con compuertas, con tres juegos de
# pesos donde la LSTM tiene cuatro. Escribe `gru_parameters(width, hidden, layers)` para `nn.GRU` con varias
# capas apiladas: desde la segunda, la entrada es el estado de la anterior.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: the GRU
#
# The GRU ([Cho et al., 2014](https://arxiv.org/abs/1406.1078)) is another network with gates, with three sets
# of weights where the LSTM has four. Write `gru_parameters(width, hidden, layers)` for `nn.GRU` with several
# stacked layers: from the second on, the input is the state of the one before.


# %% tags=["solution"]
def gru_parameters(width: int, hidden: int, layers: int = 1) -> int:
    inputs = [width] + [hidden] * (layers - 1)
    return sum(3 * hidden * (size + hidden + 2) for size in inputs)


# %% tags=["check"]
for width, hidden, layers in ((8, 32, 1), (5, 7, 1), (8, 16, 3), (40, 10, 2)):
    expected = parameter_count(nn.GRU(width, hidden, layers))
    assert gru_parameters(width, hidden, layers) == expected, (width, hidden, layers)
print(gru_parameters(8, 32))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: convolución o densa
#
# Una capa densa que fuera de una imagen de `side`×`side` a otra igual necesitaría un peso por cada par de
# píxeles. Escribe `times_smaller(side, kernel)`: cuántas veces más parámetros tiene `nn.Linear(side², side²)`
# que una convolución de un canal a un canal con un filtro de `kernel`×`kernel`, las dos con sesgo.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: convolution or dense
#
# A dense layer from an image of `side`×`side` to another of the same size would need one weight for each pair
# of pixels. Write `times_smaller(side, kernel)`: how many times more parameters `nn.Linear(side², side²)` has
# than a convolution from one channel to one channel with a filter of `kernel`×`kernel`, both with bias.


# %% tags=["solution"]
def times_smaller(side: int, kernel: int) -> float:
    return (side**2 + 1) * side**2 / (kernel**2 + 1)


# %% tags=["check"]
for side, kernel in ((8, 3), (5, 1), (12, 5)):
    dense = parameter_count(nn.Linear(side**2, side**2))
    convolution = parameter_count(nn.Conv2d(1, 1, kernel))
    assert abs(times_smaller(side, kernel) - dense / convolution) < 1e-9, (side, kernel)
print(round(times_smaller(224, 3)))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: un paso del mapa
#
# En el mapa de Kohonen, cada ejemplo mueve las plantillas por separado. Escribe
# `kohonen_step(templates, apart, example, rate, radius)`: halla la ganadora y devuelve las plantillas nuevas,
# $w_i + \text{rate} \cdot e^{-a_i^2 / (2\,\text{radius}^2)} (x - w_i)$, donde $a_i$ es la distancia en el
# plano de la plantilla $i$ a la ganadora (una fila de `apart`).

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: one step of the map
#
# In Kohonen's map each example moves the templates separately. Write
# `kohonen_step(templates, apart, example, rate, radius)`: find the winner and return the new templates,
# $w_i + \text{rate} \cdot e^{-a_i^2 / (2\,\text{radius}^2)} (x - w_i)$, where $a_i$ is the distance on the
# plane from template $i$ to the winner (a row of `apart`).


# %% tags=["solution"]
def kohonen_step(
    templates: torch.Tensor, apart: torch.Tensor, example: torch.Tensor, rate: float, radius: float
) -> torch.Tensor:
    winner = (templates - example).norm(dim=1).argmin()
    pull = rate * torch.exp(-(apart[winner] ** 2) / (2 * radius**2))
    return templates + pull[:, None] * (example - templates)


# %% tags=["check"]
line = torch.tensor([[0.0], [1.0], [4.0]])
on_plane = torch.tensor([[0.0, 1.0, 2.0], [1.0, 0.0, 1.0], [2.0, 1.0, 0.0]])
moved = kohonen_step(line, on_plane, torch.tensor([5.0]), rate=0.5, radius=1.0)
# es: la ganadora recorre la mitad del camino
# en: the winner goes half-way
assert abs(float(moved[2]) - 4.5) < 1e-6
assert abs(float(moved[1]) - (1 + 0.5 * 4 * 0.60653)) < 1e-4
assert float(moved[0]) < float(moved[1]) < float(moved[2])
# es: las viejas quedan intactas
# en: the old ones are untouched
assert torch.equal(line, torch.tensor([[0.0], [1.0], [4.0]]))
print([round(float(value), 3) for value in moved])

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# Con qué señal se entrena cualquiera de estas redes está en el [Atlas de paradigmas](paradigm_atlas.md); para
# qué sirven, en el [Mapa de aplicaciones](applications_map.md). Cuánto tarda cada una según la máquina, en
# [Redes enteras](../benchmarks/model_sweeps.md).

# %% [markdown] lang="en"
# ## Where to go next
#
# With which signal any of these networks is trained is in the [Atlas of paradigms](paradigm_atlas.md); what
# they are for, in the [Map of applications](applications_map.md). How long each takes, by machine, in [Whole
# networks](../benchmarks/model_sweeps.md).
