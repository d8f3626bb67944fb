"""
title:
  es: Atlas de paradigmas
  en: Atlas of paradigms
summary:
  es: Los mismos dígitos, seis maneras de aprender, y una tabla que dice qué recibió cada una y qué logró.
  en: The same digits, six ways to learn, and one table that says what each received and what it achieved.
tags: [supervised, unsupervised, self-supervised, semi-supervised, transfer, reinforcement]
objectives:
  es:
    - Clasificar un método por lo que recibe, no por su nombre.
    - Ejecutar los seis paradigmas sobre un mismo conjunto y compararlos en una misma tabla.
    - Probar con una ejecución que autosupervisado no es ni no supervisado ni semisupervisado.
    - Decir cuándo una ventaja entre paradigmas está demostrada y cuándo no.
  en:
    - Classify a method by what it receives, not by its name.
    - Run the six paradigms on one data set and compare them in one table.
    - Prove with a run that self-supervised is neither unsupervised nor semi-supervised.
    - Say when an advantage between paradigms is shown and when it is not.
prerequisites:
  es:
    - El bucle de entrenamiento.
    - Proporciones, intervalos y comparación por pares.
  en:
    - The training loop.
    - Proportions, intervals and paired comparison.
timeout_seconds: 600
"""
# %% [markdown] lang="es"
# Una de las listas de las notas del curso anuncia **tres** formas de aprender y enumera **cuatro**, con *no
# supervisado* y *autosupervisado* en el mismo renglón; la otra pone cinco y olvida el autosupervisado. Con
# nombres solos no se llega lejos. Aquí los seis paradigmas aprenden de los mismos dígitos y rinden el mismo
# examen, y la tabla final la escribe la ejecución: qué recibió cada uno, qué aprendió, cuántas etiquetas usó
# y cuánto acertó.
#
# La lección acompaña el video *Different Types of Learning Paradigms* de la sección *PyTorch Fundamentals*
# del curso [PyTorch for Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) de
# Andrei Neagoie y Daniel Bourke, y el [capítulo 00](https://www.learnpytorch.io/00_pytorch_fundamentals/) de
# su libro abierto. Supone el bucle de [Una recta, de los tensores sueltos al modelo
# guardado](../workflow/linear_regression.md). Entrena unas treinta redes pequeñas, y por eso tarda más que
# otras en construirse.

# %% [markdown] lang="en"
# One of the lists in the notes of the course announces **three** ways of learning and names **four**, with
# unsupervised and self-supervised on the same line; the other has five and leaves self-supervised out. Names
# alone do not lead far. Here the six paradigms learn from the same digits and sit the same exam, and the run
# writes the final table: what each received, what it learned, how many labels it used and how many it got
# right.
#
# The lesson goes with the video *Different Types of Learning Paradigms* of the section *PyTorch Fundamentals*
# of the course [PyTorch for Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/)
# by Andrei Neagoie and Daniel Bourke, and with [chapter
# 00](https://www.learnpytorch.io/00_pytorch_fundamentals/) of their open book. It presumes the loop of [A
# line, from bare tensors to a saved model](../workflow/linear_regression.md). It trains some thirty small
# networks, which is why it takes longer to build than others.

# %%
from pathlib import Path

import matplotlib
import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from sklearn.cluster import KMeans
from torch import nn
from torch.nn.functional import cross_entropy

from tutorials_lib import tr
from tutorials_lib.data import digits
from tutorials_lib.metrics import Proportion, paired_comparison
from tutorials_lib.plots import image_grid, interval_plot

# %% [markdown] lang="es"
# ## Qué recibe cada uno
#
# | paradigma | recibe | de dónde sale la señal que corrige |
# |---|---|---|
# | supervisado | imágenes **con** etiqueta | la etiqueta que puso alguien |
# | no supervisado | imágenes | ninguna respuesta: un criterio sobre los datos, como la distancia |
# | autosupervisado | imágenes | una respuesta **fabricada con la propia imagen** |
# | semisupervisado | pocas con etiqueta y muchas sin ella | la etiqueta y el parecido, a la vez |
# | por transferencia | lo aprendido en **otra** tarea y pocas etiquetas | la etiqueta, desde otro comienzo |
# | por refuerzo | imágenes y una **recompensa** por respuesta | ese premio; nadie dice cuál era la correcta |
#
# Las reglas del juego: 1348 imágenes para aprender, 449 de otras manos para el examen, una red 64-64-64-10
# donde haga falta, tres semillas. Quien tiene «pocas» etiquetas tiene 50, cinco por dígito, las mismas para
# todos en cada semilla. ¿En qué orden quedarán? Anótalo.

# %% [markdown] lang="en"
# ## What each one is given
#
# | paradigm | receives | where the correcting signal comes from |
# |---|---|---|
# | supervised | images **with** labels | the label somebody gave |
# | unsupervised | images | no answer at all: a criterion on the data, such as distance |
# | self-supervised | images | an answer **made from the image itself** |
# | semi-supervised | few with labels and many without | the label and the likeness, at once |
# | transfer | what was learned on **another** task, and few labels | the label, from another start |
# | reinforcement | images and a **reward** for each answer given | the reward; nobody says which was right |
#
# The rules of the game: 1348 images to learn from, 449 by other hands for the exam, a 64-64-64-10 network
# where a network is needed, three seeds. Whoever has “few” labels has 50, five for each digit, the same for
# all in each seed. In which order will they come? Write it down.

# %%
sheet = digits()
x, y = sheet.train_images.flatten(1), sheet.train_labels
exam, truth = sheet.test_images.flatten(1), sheet.test_labels
SEEDS = range(3)


def network(seed: int, outputs: int = 10) -> nn.Sequential:
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, outputs))


def learn(net: nn.Module, inputs, labels, seed: int, steps: int, rate: float = 0.003) -> nn.Module:
    random = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(net.parameters(), lr=rate)
    for _ in range(steps):
        batch = torch.randint(len(inputs), (64,), generator=random)
        loss = cross_entropy(net(inputs[batch]), labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return net


def few_labels(seed: int, per_class: int = 5) -> torch.Tensor:
    random = torch.Generator().manual_seed(seed)
    places = [(y == digit).nonzero().flatten() for digit in range(10)]
    return torch.cat([place[torch.randperm(len(place), generator=random)[:per_class]] for place in places])


# %% [markdown] lang="es"
# ## Supervisado
#
# Imágenes, etiquetas, entropía cruzada. Dos veces: con las 1348 etiquetas y con 50. La segunda es la **línea
# base** de todos los que presumen de ahorrar etiquetas.

# %% [markdown] lang="en"
# ## Supervised
#
# Images, labels, cross-entropy. Twice: with all 1348 labels and with 50. The second is the **baseline** of
# all who boast of saving labels.


# %%
def supervised(labels: torch.Tensor, seed: int) -> torch.Tensor:
    return learn(network(seed), x, labels, seed, steps=500)(exam).argmax(dim=1)


def supervised_few(labels: torch.Tensor, seed: int) -> torch.Tensor:
    few = few_labels(seed)
    return learn(network(seed), x[few], labels[few], seed, steps=200)(exam).argmax(dim=1)


# %% [markdown] lang="es"
# ## No supervisado
#
# k-medias reparte las imágenes en diez grupos por cercanía. No sabe que son dígitos ni que un grupo se llama
# «siete». Para examinarlo hay que **bautizar** los grupos, y eso sí cuesta etiquetas: miramos solo la imagen
# más cercana a cada centro, diez en total.

# %% [markdown] lang="en"
# ## Unsupervised
#
# k-means divides the images into ten groups by nearness. It knows neither that they are digits nor that a
# group is called “seven”. To examine it the groups have to be **named**, and that does cost labels: we look
# only at the image nearest to each centre, ten in all.


# %%
def cluster(seed: int) -> KMeans:
    return KMeans(n_clusters=10, n_init=5, random_state=seed).fit(x.numpy())


def unsupervised(labels: torch.Tensor, seed: int) -> torch.Tensor:
    centres = torch.tensor(cluster(seed).cluster_centers_)
    # es: diez etiquetas, después de aprender
    # en: ten labels, after learning
    names = labels[torch.cdist(centres, x).argmin(dim=1)]
    return names[torch.cdist(exam, centres).argmin(dim=1)]


# %% [markdown] lang="es"
# ## Autosupervisado
#
# Se tapan al azar la mitad de los píxeles y la red adivina los tapados. La respuesta correcta existe y entra
# en la pérdida, solo que **sale de la imagen**: nadie la anotó. Después se congela lo aprendido, la
# representación de 64 números, y una capa lineal aprende encima con las 50 etiquetas.

# %% [markdown] lang="en"
# ## Self-supervised
#
# Half of the pixels are covered at random and the network guesses the covered ones. The right answer exists
# and enters the loss, only it **comes from the image**: nobody wrote it down. Then what was learned, the
# representation of 64 numbers, is frozen, and a linear layer learns on top with the 50 labels.


# %%
def fill_in(seed: int, targets: torch.Tensor = x, steps: int = 700) -> nn.Sequential:
    net, random = network(seed, outputs=64), torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.003)
    for _ in range(steps):
        batch = torch.randint(len(x), (128,), generator=random)
        hidden = (torch.rand(128, 64, generator=random) < 0.5).float()
        error = (net(x[batch] * (1 - hidden)) - targets[batch]) ** 2
        # es: solo cuentan los píxeles tapados
        # en: only the covered pixels count
        loss = (error * hidden).sum() / hidden.sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return net


def linear_on_top(body: nn.Module, labels: torch.Tensor, seed: int) -> torch.Tensor:
    few = few_labels(seed)
    with torch.no_grad():
        known, asked = body(x[few]), body(exam)
    torch.manual_seed(seed)
    return learn(nn.Linear(64, 10), known, labels[few], seed, steps=200, rate=0.01)(asked).argmax(dim=1)


def self_supervised(labels: torch.Tensor, seed: int) -> torch.Tensor:
    return linear_on_top(fill_in(seed)[:4], labels, seed)


# %% [markdown] lang="es"
# ## Semisupervisado
#
# Las 50 etiquetas y las otras 1298 imágenes trabajan **juntas**: cada imagen se une con sus siete más
# parecidas y las etiquetas se difunden por esa red de parecidos (propagación de etiquetas, [Zhu y Ghahramani,
# 2002](https://mlg.eng.cam.ac.uk/zoubin/papers/CMU-CALD-02-107.pdf)). Con las etiquetas así adivinadas se
# entrena la red de siempre.

# %% [markdown] lang="en"
# ## Semi-supervised
#
# The 50 labels and the other 1298 images work **together**: each image is joined to the seven most like it
# and labels spread through that web of likeness (label propagation, [Zhu and Ghahramani,
# 2002](https://mlg.eng.cam.ac.uk/zoubin/papers/CMU-CALD-02-107.pdf)). With the labels guessed in that way the
# usual network is trained.


# %%
def spread(labels: torch.Tensor, few: torch.Tensor, rounds: int = 50) -> torch.Tensor:
    # es: sin ella misma
    # en: without itself
    nearest = torch.cdist(x, x).topk(8, largest=False).indices[:, 1:]
    joined = torch.zeros(len(x), len(x)).scatter_(1, nearest, 1.0)
    joined = torch.maximum(joined, joined.T)
    share = joined / joined.sum(dim=1, keepdim=True)
    known = nn.functional.one_hot(labels[few], 10).float()
    belief = torch.zeros(len(x), 10)
    for _ in range(rounds):
        belief[few] = known
        belief = share @ belief
    return belief.argmax(dim=1)


def semi_supervised(labels: torch.Tensor, seed: int) -> torch.Tensor:
    guessed = spread(labels, few_labels(seed))
    return learn(network(seed), x, guessed, seed, steps=500)(exam).argmax(dim=1)


# %% [markdown] lang="es"
# ## Por transferencia
#
# La tarea de origen es leer dígitos **impresos**, que se fabrican gratis: doce tipografías de la familia
# DejaVu, que viene con matplotlib, giradas y estiradas un poco. La red aprende con ellos y después sigue, con
# pasos pequeños, con las 50 imágenes manuscritas: ajuste fino. También la examinamos **antes** de mostrarle
# un solo dígito manuscrito.

# %% [markdown] lang="en"
# ## Transfer
#
# The source task is to read **printed** digits, which are made for free: twelve typefaces of the DejaVu
# family, which ships with matplotlib, rotated and stretched a little. The network learns from them and then
# goes on, in small steps, with the 50 handwritten images: fine-tuning. We also examine it **before** it is
# shown a single handwritten digit.


# %%
# alt es: Doce dígitos impresos de 8×8 píxeles, de varias tipografías, algo girados.
# alt en: Twelve printed digits of 8×8 pixels, in several typefaces, somewhat rotated.
FOLDER = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
FONTS = [
    ImageFont.truetype(str(file), 44)
    for file in sorted(FOLDER.glob("DejaVuS*.ttf"))
    if "Display" not in file.name
]


def print_digit(digit: int, random: np.random.Generator) -> np.ndarray:
    page = Image.new("L", (64, 64))
    font = FONTS[random.integers(len(FONTS))]
    ImageDraw.Draw(page).text((32, 32), str(digit), font=font, fill=255, anchor="mm")
    page = page.rotate(random.uniform(-15, 15))
    stretched = page.crop(page.getbbox()).resize((int(random.integers(4, 8)), 8), Image.Resampling.BOX)
    small = Image.new("L", (8, 8))
    small.paste(stretched, ((8 - stretched.width) // 2, 0))
    return np.asarray(small, dtype=np.float32) / 255


random = np.random.default_rng(0)
printed_y = torch.tensor(random.integers(10, size=1500))
printed_x = torch.tensor(np.stack([print_digit(int(digit), random) for digit in printed_y])).flatten(1)
_ = image_grid(printed_x[:12].reshape(-1, 8, 8), [str(int(digit)) for digit in printed_y[:12]])


# %%
def read_print(seed: int) -> nn.Module:
    return learn(network(seed), printed_x, printed_y, seed, steps=500)


def transfer_only(labels: torch.Tensor, seed: int) -> torch.Tensor:
    return read_print(seed)(exam).argmax(dim=1)


def transfer(labels: torch.Tensor, seed: int) -> torch.Tensor:
    few = few_labels(seed)
    return learn(read_print(seed), x[few], labels[few], seed, steps=200, rate=0.001)(exam).argmax(dim=1)


# %% [markdown] lang="es"
# ## Por refuerzo
#
# El agente ve una imagen, **responde un dígito** y recibe 1 si acertó y 0 si no. Si falla, nadie le dice cuál
# era. La red da probabilidades, se sortea una respuesta y se sube o se baja el logaritmo de su probabilidad
# según el premio, comparado con el promedio reciente: REINFORCE ([Williams,
# 1992](https://doi.org/10.1007/BF00992696)). Es el caso más corto del refuerzo, de un solo paso, que se llama
# *bandido contextual*: las respuestas no cambian la imagen siguiente.

# %% [markdown] lang="en"
# ## Reinforcement
#
# The agent sees an image, **answers a digit** and receives 1 if right and 0 if not. If it fails, nobody tells
# it which one it was. The network gives probabilities, an answer is drawn and the logarithm of its
# probability is pushed up or down according to the reward, compared with the recent mean: REINFORCE
# ([Williams, 1992](https://doi.org/10.1007/BF00992696)). It is the shortest case of reinforcement, of a
# single step, and is called a *contextual bandit*: answers do not change the next image.

# %%
STEPS, TRIES = 800, 64


def reinforcement(labels: torch.Tensor, seed: int) -> torch.Tensor:
    agent, random = network(seed), torch.Generator().manual_seed(seed)
    optimizer, usual = torch.optim.Adam(agent.parameters(), lr=0.003), 0.1
    for _ in range(STEPS):
        batch = torch.randint(len(x), (TRIES,), generator=random)
        log_chances = agent(x[batch]).log_softmax(dim=1)
        answers = torch.multinomial(log_chances.exp(), 1, generator=random)
        reward = (answers[:, 0] == labels[batch]).float()
        loss = -((reward - usual) * log_chances.gather(1, answers)[:, 0]).mean()
        usual = 0.95 * usual + 0.05 * float(reward.mean())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return agent(exam).argmax(dim=1)


# %% [markdown] lang="es"
# ## La tabla
#
# Cuántas etiquetas usó cada uno no lo declaramos a mano: un libro de etiquetas anota cada una que se
# consulta. ¿Qué número saldrá en el renglón del refuerzo?

# %% [markdown] lang="en"
# ## The table
#
# How many labels each one used is not declared by hand: a book of labels notes each one that is looked up.
# Which number will the row of reinforcement show?


# %%
class LabelBook:
    def __init__(self, values: torch.Tensor) -> None:
        self.values, self.read = values, set()

    def __getitem__(self, places: torch.Tensor) -> torch.Tensor:
        self.read.update(places.flatten().tolist())
        return self.values[places]


IMAGES, WEIGHTS = tr(es="imágenes", en="images"), tr(es="pesos", en="weights")
FEW, BODY = tr(es="50 etiquetas", en="50 labels"), tr(es="representación", en="representation")
ATLAS = {
    tr(es="supervisado", en="supervised"): (supervised, tr(es="todo etiquetado", en="all labelled"), WEIGHTS),
    tr(es="supervisado, 50", en="supervised, 50"): (supervised_few, FEW, WEIGHTS),
    tr(es="no supervisado", en="unsupervised"): (unsupervised, IMAGES, tr(es="10 centros", en="10 centres")),
    tr(es="autosupervisado", en="self-supervised"): (self_supervised, f"{IMAGES} + 50", BODY),
    tr(es="semisupervisado", en="semi-supervised"): (semi_supervised, f"{IMAGES} + 50", WEIGHTS),
    tr(es="transferencia, 0", en="transfer, 0"): (transfer_only, tr(es="impresos", en="printed"), WEIGHTS),
    tr(es="transferencia, 50", en="transfer, 50"): (
        transfer,
        tr(es="impresos + 50", en="printed + 50"),
        WEIGHTS,
    ),
    tr(es="refuerzo", en="reinforcement"): (reinforcement, tr(es="premios", en="rewards"), WEIGHTS),
}

# %%
right, used = {}, {}
for name, (paradigm, _, _) in ATLAS.items():
    right[name], used[name] = [], []
    for seed in SEEDS:
        book = LabelBook(y)
        right[name].append(paradigm(book, seed) == truth)
        used[name].append(len(book.read))

heads = [tr(es="recibe", en="given"), tr(es="aprende", en="learns"), tr(es="etiquetas", en="labels")]
print(f"{'':<18}{heads[0]:<17}{heads[1]:<16}{heads[2]:>9}   {tr(es='aciertos de 449', en='right of 449')}")
for name, (_, given, learned) in ATLAS.items():
    counts = " ".join(str(int(answers.sum())) for answers in right[name])
    print(f"{name:<18}{given:<17}{learned:<16}{max(used[name]):>9}   {counts}")

# %%
# alt es: Ocho intervalos: arriba supervisado, refuerzo y semisupervisado; al fondo, transferencia sola.
# alt en: Eight intervals: supervised, reinforcement, semi-supervised on top; transfer alone far below.
scores = {
    name: sorted((Proportion.of(r) for r in row), key=lambda s: s.right)[1] for name, row in right.items()
}
_ = interval_plot(
    list(scores),
    [score.value for score in scores.values()],
    [score.low for score in scores.values()],
    [score.high for score in scores.values()],
    xlabel=tr(
        es="exactitud (semilla del medio), intervalo del 95 %", en="accuracy (middle seed), 95% interval"
    ),
    reference=0.1,
    reference_label=tr(es="azar", en="chance"),
)

# %% [markdown] lang="es"
# El intervalo es el de la semilla del medio. Para comparar, como siempre, los mismos 449 dígitos, por pares,
# en cada semilla, contra la línea base de 50 etiquetas.

# %% [markdown] lang="en"
# The interval is that of the middle seed. To compare, as always, the same 449 digits, in pairs, with each
# seed, against the baseline of 50 labels.

# %%
ALL, BASE, UNSUP, SELF, SEMI, ZERO, MOVED, REWARD = ATLAS
against = {}
for name in (SELF, SEMI, MOVED):
    pairs = [paired_comparison(right[name][seed], right[BASE][seed]) for seed in SEEDS]
    against[name] = pairs
    print(
        f"{name:<18}",
        "   ".join(f"{p.only_first:>2} : {p.only_second:<2} P = {p.p_value:.3f}" for p in pairs),
    )

# %% tags=["hidden"]
settled = {
    name: sum(p.p_value < 0.05 and p.only_first > p.only_second for p in row) for name, row in against.items()
}
beaten = {
    name: sum(p.p_value < 0.05 and p.only_first < p.only_second for p in row) for name, row in against.items()
}
assert settled[SEMI] == 3
assert settled[MOVED] == 0
assert beaten == {SELF: 0, SEMI: 0, MOVED: 0}
assert settled[SELF] < 3
assert all(pair.only_first > pair.only_second for pair in against[SELF])
count = {name: [int(answers.sum()) for answers in row] for name, row in right.items()}
assert max(count[ZERO]) < min(count[BASE])
assert min(Proportion.of(answers).low for answers in right[ZERO]) > 0.1
assert [max(row) for row in used.values()] == [1348, 50, 10, 50, 50, 0, 50, 1348]
rewards = STEPS * TRIES

# %% [markdown] lang="es"
# Leamos renglón por renglón, sin decir más de lo que hay:
#
# * **Semisupervisado** aventaja a la línea base en las tres semillas: con las mismas 50 etiquetas,
#   `{python} min(count[SEMI])`–`{python} max(count[SEMI])` contra
#   `{python} min(count[BASE])`–`{python} max(count[BASE])`. Las imágenes sin etiqueta dicen por dónde pasan
#   los grupos.
# * **Autosupervisado** queda por encima de ella en las tres, pero con $P < 0{,}05$ solo en
#   `{python} settled[SELF]` de 3: este examen no alcanza para darlo por demostrado.
# * **Por transferencia**, con 50 etiquetas, **sin diferencia**: los impresos no agregan nada que este examen
#   vea. En cambio, con ellos la red lee, sin una sola etiqueta manuscrita,
#   `{python} min(count[ZERO])`–`{python} max(count[ZERO])` dígitos, cuando el azar daría unos 45. Aquí
#   transferir sirvió cuando de la tarea nueva no había nada, y con 50 etiquetas dejó de notarse.
# * **No supervisado** gastó diez etiquetas en bautizar, ninguna en aprender.
# * **Refuerzo** muestra 1348, y es la trampa de la tabla: las leyó **el entorno** para pagar. El agente solo
#   vio `{python} rewards:,` premios de un bit. Con muchos intentos llega a
#   `{python} min(count[REWARD])`–`{python} max(count[REWARD])`, y fíjate en cuánto se aparta una semilla de
#   otra.
#
# **¿Te dio otro número?** Cada renglón muestra sus tres semillas: esa es la banda que vimos, y otra semilla
# puede quedar algo fuera. El orden completo de los ocho no está demostrado ni hace falta: reciben cosas
# distintas, así que no son ocho rivales.
#
# ## El autosupervisado no es ninguno de los otros dos
#
# Las notas ponen *no supervisado y autosupervisado* en un renglón; otros llaman *semisupervisado* a lo que se
# preentrena sin etiquetas. Dos preguntas los separan, y las dos se ejecutan:
#
# 1. **Mientras aprende, ¿lee etiquetas de alguien?** Lo dice el libro de etiquetas.
# 2. **¿Hay respuestas correctas en su pérdida?** Si las hay, cambiarlas debe perjudicarlo: que adivine los
#    píxeles tapados de **otra** imagen.

# %% [markdown] lang="en"
# Let us read it row by row, without saying more than is there:
#
# * **Semi-supervised** beats the baseline with all three seeds: with the same 50 labels,
#   `{python} min(count[SEMI])`–`{python} max(count[SEMI])` against
#   `{python} min(count[BASE])`–`{python} max(count[BASE])`. The images without labels tell where the groups
#   run.
# * **Self-supervised** is above it with all three, but with $P < 0.05$ in only `{python} settled[SELF]` of 3:
#   this exam is not enough to call it shown.
# * **Transfer**, with 50 labels, **no difference**: the printed ones add nothing that this exam can see. With
#   them, however, the network reads, without a single handwritten label,
#   `{python} min(count[ZERO])`–`{python} max(count[ZERO])` digits where chance would give about 45. Here
#   transfer helped when there was nothing of the new task, and with 50 labels it no longer showed.
# * **Unsupervised** spent ten labels on names, none on learning.
# * **Reinforcement** shows 1348, and that is the trap of the table: **the environment** read them in order to
#   pay. The agent saw only `{python} rewards:,` rewards of one bit. With many tries it gets to
#   `{python} min(count[REWARD])`–`{python} max(count[REWARD])`, and notice how far one seed is from another.
#
# **Did you get another number?** Each row shows its three seeds: that is the band we saw, and another seed
# may fall somewhat outside. The complete order of the eight is not shown and need not be: they receive
# different things, so they are not eight rivals.
#
# ## Self-supervised is neither of the other two
#
# The notes put *unsupervised and self-supervised* on one line; others call *semi-supervised* whatever is
# pretrained without labels. Two questions separate them, and both can be run:
#
# 1. **While it learns, does it read anybody's labels?** The book of labels tells.
# 2. **Are there right answers in its loss?** If there are, changing them must harm it: let it guess the
#    covered pixels of **another** image.

# %%
print(tr(es="etiquetas leídas mientras aprende", en="labels read while it learns"))
reads = {}
for name in (UNSUP, SELF, SEMI):
    book = LabelBook(y)
    learning = {
        UNSUP: lambda: cluster(seed=0),
        SELF: lambda: fill_in(seed=0),
        SEMI: lambda book=book: spread(book, few_labels(seed=0)),
    }
    learning[name]()
    reads[name] = len(book.read)
    print(f"{name:<18} {reads[name]:>3}")

another = x[torch.randperm(len(x), generator=torch.Generator().manual_seed(0))]
spoiled = [linear_on_top(fill_in(seed, targets=another)[:4], y, seed) == truth for seed in SEEDS]
print(tr(es="con las respuestas de otra imagen:", en="with the answers of another image:"))
print(*(Proportion.of(answers) for answers in right[SELF]), "→", *(Proportion.of(a) for a in spoiled))

# %% tags=["hidden"]
assert reads == {UNSUP: 0, SELF: 0, SEMI: 50}
assert all(paired_comparison(right[SELF][seed], spoiled[seed]).p_value < 0.001 for seed in SEEDS)
assert all(int(spoiled[seed].sum()) < count[SELF][seed] for seed in SEEDS)

# %% [markdown] lang="es"
# | | lee etiquetas al aprender | tiene respuestas en su pérdida |
# |---|---|---|
# | no supervisado | no | no: no hay nada que cambiarle |
# | autosupervisado | no | sí, sacadas del dato: cambiarlas lo perjudica |
# | semisupervisado | sí, unas pocas | sí, las de alguien |
#
# Los tres renglones son distintos, así que son tres cosas. Y *por transferencia* no es una cuarta del mismo
# tipo: dice **de dónde parten** los pesos, no qué señal los corrige. Por eso se combina con cualquiera: lo
# que hicimos con la red que rellena píxeles fue preentrenar con una tarea autosupervisada y **transferir**.
#
# ## Para llevarte
#
# * Para clasificar un método pregunta qué recibe y de dónde sale lo que lo corrige.
# * Sin etiquetas no es sin costo: bautizar grupos, diseñar un premio o fabricar una tarea también son
#   trabajo.
# * Compara con la línea base que tiene **las mismas** etiquetas, no con la nada.
# * Los paradigmas se combinan; los nombres de una lista no siempre se excluyen.

# %% [markdown] lang="en"
# | | reads labels while learning | has answers in its loss |
# |---|---|---|
# | unsupervised | no | no: there is nothing to change |
# | self-supervised | no | yes, taken from the data: changing them harms it |
# | semi-supervised | yes, a few | yes, somebody's |
#
# The three rows differ, so they are three things. And *transfer* is not a fourth of the same kind: it says
# **where the weights start**, not which signal corrects them. That is why it combines with any of them: what
# we did with the network that fills in pixels was to pretrain on a self-supervised task and **transfer**.
#
# ## What to keep
#
# * To classify a method, ask what it receives and where its correction comes from.
# * Without labels is not without cost: naming groups, designing a reward or inventing a task are work as
#   well.
# * Compare with the baseline that has **the same** labels, not with nothing.
# * Paradigms combine; the names on a list do not always exclude one another.

# %% [markdown] lang="es" tags=["quiz"]
# Un modelo de lenguaje aprende a predecir la palabra siguiente en millones de textos que nadie anotó. Después
# se ajusta con mil preguntas y respuestas escritas por personas. ¿Qué paradigmas hubo?
#
# - [ ] No supervisado y después semisupervisado: la primera etapa tiene respuestas correctas en su pérdida y
#   la segunda no usa datos sin etiqueta.
# - [x] Autosupervisado y después supervisado, unidos por transferencia: la respuesta sale primero del texto y
#   después de las personas, y los pesos pasan de una etapa a la otra.
# - [ ] Por refuerzo, porque se lo corrige muchas veces: nadie le paga por respuestas que él elija.

# %% [markdown] lang="en" tags=["quiz"]
# A language model learns to predict the next word in millions of texts that nobody annotated. Then it is
# tuned with a thousand questions and answers written by people. Which paradigms were there?
#
# - [ ] Unsupervised and then semi-supervised: the first stage has right answers in its loss, and the second
#   uses no unlabelled data.
# - [x] Self-supervised and then supervised, joined by transfer: the answer comes from the text, then from
#   people, and the weights pass from one stage to the other.
# - [ ] Reinforcement, since it is corrected many times: nobody pays it for answers that it chooses.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: una respuesta sacada de la imagen
#
# Otra tarea autosupervisada: adivinar cuánto se giró la imagen ([Gidaris, Singh y Komodakis,
# 2018](https://arxiv.org/abs/1803.07728)). Escribe `rotation_task(images)`: recibe `(n, 8, 8)` y devuelve
# `(giradas, respuestas)`, con `4n` imágenes, cada una girada 0, 1, 2 y 3 cuartos de vuelta con `torch.rot90`,
# y ese número como respuesta.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: an answer made from the image
#
# Another self-supervised task: to guess how far the image was rotated ([Gidaris, Singh and Komodakis,
# 2018](https://arxiv.org/abs/1803.07728)). Write `rotation_task(images)`: it takes `(n, 8, 8)` and returns
# `(rotated, answers)`, with `4n` images, each rotated by 0, 1, 2 and 3 quarter turns with `torch.rot90`, and
# that number as the answer.


# %% tags=["solution"]
def rotation_task(images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    turned = [torch.rot90(images, turns, dims=(1, 2)) for turns in range(4)]
    return torch.cat(turned), torch.arange(4).repeat_interleave(len(images))


# %% tags=["check"]
rotated, turns = rotation_task(x[:30].reshape(-1, 8, 8))
assert rotated.shape == (120, 8, 8)
assert turns.bincount().tolist() == [30, 30, 30, 30]
originals = {tuple(image.flatten().tolist()) for image in x[:30].reshape(-1, 8, 8)}
for image, turn in zip(rotated, turns.tolist(), strict=True):
    assert tuple(torch.rot90(image, -turn).flatten().tolist()) in originals
print(tuple(rotated.shape), turns.bincount().tolist())

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: más votos para los grupos
#
# Bautizar un grupo por **una** imagen es arriesgado. Escribe `name_groups(groups, few, labels)`: `groups` da
# el grupo (0 a 9) de cada imagen, `few` los índices con etiqueta; devuelve un tensor con el nombre de cada
# grupo, la etiqueta más votada entre sus imágenes de `few`, o −1 si no tiene ninguna.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: more votes for the groups
#
# To name a group by **one** image is risky. Write `name_groups(groups, few, labels)`: `groups` gives the
# group (0 to 9) of each image, `few` the indices that have a label; return a tensor with the name of each
# group, the label with most votes among its images of `few`, or −1 if it has none.


# %% tags=["solution"]
def name_groups(groups: torch.Tensor, few: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    names = torch.full((10,), -1)
    for group in range(10):
        votes = labels[few[groups[few] == group]]
        if len(votes):
            names[group] = votes.mode().values
    return names


# %% tags=["check"]
toy = torch.tensor([0, 0, 0, 1, 1, 3])
named = name_groups(toy, torch.tensor([0, 1, 2, 3]), torch.tensor([7, 7, 2, 5, 5, 9]))
assert named.tolist() == [7, 5] + [-1] * 8
groups = torch.tensor(cluster(seed=0).labels_).long()
names = name_groups(groups, few_labels(seed=0), y)
print(names.tolist(), Proportion.of(names[groups] == y))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: clasificar por lo que lee
#
# Escribe `paradigm(reads_labels, has_answers, unlabelled)`: tres booleanos (lee etiquetas al aprender, hay
# respuestas en la pérdida, usa datos sin etiqueta) y devuelve `"supervised"`, `"unsupervised"`,
# `"self-supervised"` o `"semi-supervised"`.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: read a method by what it reads
#
# Write `paradigm(reads_labels, has_answers, unlabelled)`: three booleans (it reads labels while learning,
# there are answers in the loss, it uses unlabelled data) and return `"supervised"`, `"unsupervised"`,
# `"self-supervised"` or `"semi-supervised"`.


# %% tags=["solution"]
def paradigm(reads_labels: bool, has_answers: bool, unlabelled: bool) -> str:
    if reads_labels:
        return "semi-supervised" if unlabelled else "supervised"
    return "self-supervised" if has_answers else "unsupervised"


# %% tags=["check"]
assert paradigm(reads_labels=True, has_answers=True, unlabelled=False) == "supervised"
assert paradigm(reads_labels=True, has_answers=True, unlabelled=True) == "semi-supervised"
assert paradigm(reads_labels=False, has_answers=True, unlabelled=True) == "self-supervised"
assert paradigm(reads_labels=False, has_answers=False, unlabelled=True) == "unsupervised"
print(tr(es="Bien.", en="Good."))

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# Las redes que puede entrenar cualquiera de estos paradigmas están en el [Mapa de
# arquitecturas](architectures_map.md); para qué se usan, en el [Mapa de aplicaciones](applications_map.md).
# De dónde salen las cuentas de cada renglón, en [Evaluación honesta](../workflow/honest_evaluation.md).

# %% [markdown] lang="en"
# ## Where to go next
#
# The networks that any of these paradigms can train are in the [Map of architectures](architectures_map.md);
# what they are used for, in the [Map of applications](applications_map.md). Where the counts of each row come
# from, in [Honest evaluation](../workflow/honest_evaluation.md).
