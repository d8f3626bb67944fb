"""
title:
  es: Números en palabras, con atención
  en: Numbers in words, with attention
summary:
  es: Un codificador lee cifras, un decodificador escribe en español; qué aporta la atención y dónde falla.
  en: An encoder reads digits, a decoder writes Spanish; what attention contributes, and where it fails.
tags: [seq2seq, attention, GRU, teacher forcing, generalisation]
objectives:
  es:
    - Escribir con reglas los números en español, con las formas que admite la RAE, y usarlas como verdad.
    - Armar un codificador y un decodificador con la atención de Bahdanau y comprobar cada ecuación.
    - Medir el acierto exacto con y sin atención, por largo, con intervalos y semillas.
    - Distinguir el acierto por palabra del acierto por secuencia, y un examen al azar de uno por bloques.
  en:
    - Write numbers in Spanish by rule, with the forms that the RAE admits, and use them as the truth.
    - Build an encoder and a decoder with the attention of Bahdanau, and check each equation.
    - Measure exact matches with and without attention, by length, with intervals and seeds.
    - Tell accuracy by word from accuracy by sequence, and a random exam from one by blocks.
prerequisites:
  es:
    - El estado de una red recurrente.
    - Qué hace softmax.
    - Qué es un intervalo de Wilson.
  en:
    - The state of a recurrent network.
    - What softmax does.
    - What a Wilson interval is.
timeout_seconds: 180
"""
# %% [markdown] lang="es"
# Un cheque lleva la cantidad dos veces: en cifras y en palabras. Pasar de unas a otras es traducir: entra una
# secuencia, sale otra de distinto largo, y la palabra «mil» no sale de una cifra sino de un lugar. Al
# terminar habrás armado un traductor con **atención**, habrás visto a qué cifra mira al escribir cada
# palabra, y sabrás en qué preguntas no hay que creerle.
#
# La lección supone [Una red recurrente a mano](rnn_by_hand.md) y [Evaluación
# honesta](../workflow/honest_evaluation.md). El curso [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) nombra las tareas de secuencia a
# secuencia en su primera sección, *PyTorch Fundamentals* ([capítulo
# 00](https://www.learnpytorch.io/00_pytorch_fundamentals/) de su libro), y no construye ninguna: esta es una.
#
# ## La verdad, por reglas
#
# Hasta el treinta, los números se escriben en una palabra; después, y hasta el 99, las decenas y las unidades
# se unen con «y». El 100 es «cien» cuando va solo o ante «mil»; con decenas o unidades detrás, «ciento». Y
# ante «mil», «uno» se apocopa: *veintiún mil*, *treinta y un mil* ([RAE, *Diccionario panhispánico de dudas*,
# «cardinales»](https://www.rae.es/dpd/cardinales)). La RAE admite también *treintaiuno*; aquí escribimos las
# formas separadas.

# %% [markdown] lang="en"
# A cheque bears its amount twice: in digits and in words. To go from one to the other is to translate: one
# sequence comes in, another of a different length goes out, and in Spanish the word *mil*, thousand, comes
# not from a digit but from a place. By the end you will have built a translator with **attention**, have seen
# which digit it looks at as it writes each word, and know which questions it is not to be believed on.
#
# The lesson presumes [A recurrent network by hand](rnn_by_hand.md) and [Honest
# evaluation](../workflow/honest_evaluation.md). The course [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) names the tasks from sequence to sequence
# in its first section, *PyTorch Fundamentals* ([chapter
# 00](https://www.learnpytorch.io/00_pytorch_fundamentals/) of its book), and builds none: this is one.
#
# ## The truth, by rules
#
# In Spanish the numbers up to thirty are one word; beyond, up to 99, tens and ones are joined by *y*, and. A
# hundred is *cien* when alone or before *mil*; with tens or ones behind it, *ciento*. And before *mil*, *uno*
# is cut short: *veintiún mil*, *treinta y un mil* ([RAE, *Diccionario panhispánico de dudas*,
# *cardinales*](https://www.rae.es/dpd/cardinales)). The RAE admits *treintaiuno* too; here we write the
# separate forms.

# %%
import random
from math import tanh

import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from tutorials_lib import tr
from tutorials_lib.metrics import Proportion
from tutorials_lib.models import parameter_count
from tutorials_lib.plots import curves, heat_map
from tutorials_lib.tensors import assert_agree, softmax

# %%
small = """cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis
diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis
veintisiete veintiocho veintinueve"""
tens = "treinta cuarenta cincuenta sesenta setenta ochenta noventa"
hundreds = """ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos
novecientos"""
SMALL, TENS, HUNDREDS = small.split(), tens.split(), hundreds.split()


def below_a_thousand(n):
    if n < 30:
        return [SMALL[n]]
    if n < 100:
        return [TENS[n // 10 - 3], *(["y", SMALL[n % 10]] if n % 10 else [])]
    if n == 100:
        return ["cien"]
    return [HUNDREDS[n // 100 - 1], *(below_a_thousand(n % 100) if n % 100 else [])]


def cut_short(words):  # veintiuno → veintiún, treinta y uno → treinta y un
    return [*words[:-1], {"uno": "un", "veintiuno": "veintiún"}.get(words[-1], words[-1])]


def in_words(n):  # 0 ≤ n < 1 000 000
    thousands, rest = divmod(n, 1000)
    before = [] if not thousands else [*cut_short(below_a_thousand(thousands)), "mil"]
    before = ["mil"] if thousands == 1 else before
    return before + (below_a_thousand(rest) if rest or not thousands else [])


# %% [markdown] lang="es"
# También una regla falla si se escribe mal. Los casos difíciles, uno por uno:

# %% [markdown] lang="en"
# A rule fails too if it is written wrong. The hard cases, one by one:

# %%
hard = {
    0: "cero",
    16: "dieciséis",
    22: "veintidós",
    31: "treinta y uno",
    100: "cien",
    101: "ciento uno",
    500: "quinientos",
    721: "setecientos veintiuno",
    900: "novecientos",
    1_000: "mil",
    1_001: "mil uno",
    21_000: "veintiún mil",
    31_501: "treinta y un mil quinientos uno",
    100_000: "cien mil",
    101_100: "ciento un mil cien",
}
for number, expected in hard.items():
    assert " ".join(in_words(number)) == expected, number
phrases = [in_words(number) for number in range(100_000)]
distinct = dict.fromkeys(word for phrase in phrases for word in phrase)
longest_phrase = max(map(len, phrases))
print(len(distinct), longest_phrase)

# %% tags=["hidden"]
assert len({tuple(in_words(n)) for n in range(0, 1_000_000, 77)}) == len(
    range(0, 1_000_000, 77)
)  # one to one
assert in_words(999_999)[:4] == ["novecientos", "noventa", "y", "nueve"]
assert "uno mil" not in " ".join(" ".join(in_words(n)) + " " for n in range(0, 1_000_000, 501))

# %% [markdown] lang="es"
# ## Qué se aprende y qué se pregunta
#
# Con números hasta `{python} 99_999:,` alcanzan `{python} len(distinct)` palabras, y la más larga de las
# frases tiene `{python} longest_phrase`. Las cifras van en cinco casilleros, como en un formulario; los que
# sobran a la izquierda quedan vacíos. Dos palabras más hacen de marcas: una para empezar y otra para
# terminar.
#
# Si sorteáramos números al azar, nueve de cada diez tendrían cinco cifras. Tomamos tantos de cuatro como de
# cinco y todos los que hay de tres, y de cada largo apartamos 150 para el examen. Dos exámenes más serán
# crueles: los números de seis cifras, un largo nunca visto, y **todos** los que van de 700 a 799, aunque en
# números más largos «setecientos» se verá a menudo. ¿Qué exactitud pronosticas en cada uno?

# %% [markdown] lang="en"
# ## What is learned and what is asked
#
# For numbers to `{python} 99_999:,`, `{python} len(distinct)` words suffice, and the longest of the phrases
# has `{python} longest_phrase`. The digits go into five boxes, as in a form; those left over on the left stay
# empty. Two more words serve as marks: one to begin and one to end.
#
# Were we to draw numbers at random, nine in ten would have five digits. We take as many of four as of five
# and all there are of three, and of each length set aside 150 for the exam. Two more exams will be cruel:
# numbers of six digits, a length never seen, and **all** those from 700 to 799, though *setecientos* will
# often be seen in longer numbers. What accuracy do you forecast in each?

# %%
END, START = 0, 1
vocabulary = ["■", "□", *distinct]
index = {word: at for at, word in enumerate(vocabulary)}
EMPTY = 10


def as_digits(numbers, boxes=5):
    rows = [[EMPTY] * (boxes - len(str(n))) + [int(digit) for digit in str(n)] for n in numbers]
    return torch.tensor(rows)  # number box


def as_words(numbers):  # es: el final rellena las más cortas  # en: the end fills the shorter ones
    rows = [[index[word] for word in in_words(n)] for n in numbers]
    longest = max(map(len, rows)) + 1
    return torch.tensor([row + [END] * (longest - len(row)) for row in rows])  # number word


def counted(words):  # es: verdadero hasta el primer final  # en: true up to the first end
    return (words == END).cumsum(dim=1) <= 1


chance = random.Random(0)
block = range(700, 800)
learned, exams = list(range(100)), {}
for size in (3, 4, 5):
    pool = [n for n in range(10 ** (size - 1), 10**size) if n not in block]
    chance.shuffle(pool)
    exams[size], more = pool[:150], pool[150:1500]
    learned += more
print(len(learned), as_digits([407]).tolist(), as_words([407]).tolist())

# %% [markdown] lang="es"
# ## Leer, mirar, escribir
#
# El **codificador** lee las cifras en las dos direcciones, y cada casillero $j$ queda con un estado que
# conoce a sus vecinos de ambos lados:
#
# $$h_j = \bigl[\overrightarrow{\operatorname{GRU}}(x_1 \ldots x_j);\;
# \overleftarrow{\operatorname{GRU}}(x_n \ldots x_j)\bigr]. \tag{1}$$
#
# El **decodificador** escribe una palabra por paso. En los primeros traductores de este tipo recibía un solo
# vector con toda la entrada. [Bahdanau, Cho y Bengio (2014)](https://arxiv.org/abs/1409.0473) propusieron
# otra cosa: antes de cada palabra $i$, comparar su estado con todos los $h_j$, volver pesos los puntajes y
# recibir la media ponderada.
#
# $$e_{ij} = v \cdot \tanh(W s_{i-1} + U h_j), \tag{2}$$
#
# $$\alpha_{ij} = \frac{e^{e_{ij}}}{\sum_k e^{e_{ik}}}, \tag{3}$$
#
# $$c_i = \sum_j \alpha_{ij}\, h_j. \tag{4}$$
#
# Con ese contexto y la palabra anterior avanza el estado, y de ambos sale la palabra:
#
# $$s_i = \operatorname{GRU}\bigl([y_{i-1};\, c_i],\; s_{i-1}\bigr), \tag{5}$$
#
# $$P(y_i) = \operatorname{softmax}\bigl(V\, [s_i;\, c_i] + b\bigr). \tag{6}$$
#
# Es la misma idea que la atención de [Normalización y
# atención](../tensor_mathematics/normalisation_attention.md), con una red de una capa oculta en el lugar del
# producto escalar.

# %% [markdown] lang="en"
# ## Reading, looking, writing
#
# The **encoder** reads the digits in both directions, and each box $j$ ends up with a state that knows its
# neighbours on either side:
#
# $$h_j = \bigl[\overrightarrow{\operatorname{GRU}}(x_1 \ldots x_j);\;
# \overleftarrow{\operatorname{GRU}}(x_n \ldots x_j)\bigr]. \tag{1}$$
#
# The **decoder** writes one word at each step. In the first translators of this kind it was given a single
# vector with the whole input. [Bahdanau, Cho and Bengio (2014)](https://arxiv.org/abs/1409.0473) proposed
# something else: before each word $i$, compare its state with all the $h_j$, turn the scores into weights and
# be given the weighted mean.
#
# $$e_{ij} = v \cdot \tanh(W s_{i-1} + U h_j), \tag{2}$$
#
# $$\alpha_{ij} = \frac{e^{e_{ij}}}{\sum_k e^{e_{ik}}}, \tag{3}$$
#
# $$c_i = \sum_j \alpha_{ij}\, h_j. \tag{4}$$
#
# With that context and the word before, the state moves on, and from both comes the word:
#
# $$s_i = \operatorname{GRU}\bigl([y_{i-1};\, c_i],\; s_{i-1}\bigr), \tag{5}$$
#
# $$P(y_i) = \operatorname{softmax}\bigl(V\, [s_i;\, c_i] + b\bigr). \tag{6}$$
#
# It is the idea of the attention of [Normalisation and
# attention](../tensor_mathematics/normalisation_attention.md), with a network of one hidden layer in place of
# the dot product.


# %%
class Translator(nn.Module):
    def __init__(self, attends, hidden=48):
        super().__init__()
        self.attends = attends
        self.digit, self.word = nn.Embedding(11, 16), nn.Embedding(len(vocabulary), 32)
        self.encode = nn.GRU(16, hidden // 2, bidirectional=True, batch_first=True)
        self.W, self.U = (nn.Linear(hidden, hidden, bias=False) for _ in range(2))
        self.v = nn.Linear(hidden, 1, bias=False)
        self.first, self.cell = nn.Linear(hidden, hidden), nn.GRUCell(32 + hidden, hidden)
        self.V = nn.Linear(2 * hidden, len(vocabulary))

    def look(self, state, read, keys):  # batch hidden; batch box hidden, twice
        scores = self.v(torch.tanh(self.W(state)[:, None] + keys)).squeeze(-1)  # (2)
        weights = scores.softmax(dim=1)  # (3)
        return (weights[:, None] @ read).squeeze(1), weights  # (4)

    def forward(self, digits, words=None, steps=10):  # es: words: las verdaderas  # en: words: the true ones
        read, ends = self.encode(self.digit(digits))  # (1)
        context = torch.cat([ends[0], ends[1]], dim=1)  # es: toda la entrada  # en: the whole input
        state, keys, features, maps = torch.tanh(self.first(context)), self.U(read), [], []
        previous = torch.full((len(digits),), START)
        for i in range(steps if words is None else words.shape[1]):
            if self.attends:
                context, weights = self.look(state, read, keys)
                maps.append(weights)
            state = self.cell(torch.cat([self.word(previous), context], dim=1), state)  # (5)
            features.append(torch.cat([state, context], dim=1))
            previous = self.V(features[-1]).argmax(dim=1) if words is None else words[:, i]
        logits = self.V(torch.stack(features, dim=1))  # (6)
        return logits, torch.stack(maps, dim=1) if maps else None


# %%
print(parameter_count(Translator(attends=True)))

# %% [markdown] lang="es"
# Sin atención, `context` es siempre el mismo vector: el traductor de antes. Las ecuaciones (2) a (4), con
# bucles, contra la clase:

# %% [markdown] lang="en"
# Without attention, `context` is the same vector all along: the translator of old. Equations (2) to (4), with
# loops, against the class:

# %%
torch.manual_seed(0)
model = Translator(attends=True).double()
digits = as_digits([35_842])
with torch.inference_mode():
    read, ends = model.encode(model.digit(digits))
    h, s = read[0], torch.randn(48, dtype=torch.float64)
    context, weights = model.look(s[None], read, model.U(read))
    W, U, v = model.W.weight, model.U.weight, model.v.weight[0]
    inner = [[sum(W[a] * s) + sum(U[a] * h_j) for a in range(48)] for h_j in h]
    e = torch.stack([sum(v[a] * tanh(row[a]) for a in range(48)) for row in inner])  # (2)
    alpha = softmax(e)  # (3)
    c = sum(alpha[j] * h[j] for j in range(5))  # (4)
print(f"{assert_agree(loop=alpha, torch=weights[0]):.0e}   {assert_agree(loop=c, torch=context[0]):.0e}")

# %% tags=["hidden"]
with torch.inference_mode():
    gru, x = model.encode, model.digit(digits)[0]
    forward_cell = nn.GRUCell(16, 24).double()
    backward_cell = nn.GRUCell(16, 24).double()
    for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
        getattr(forward_cell, name).copy_(getattr(gru, f"{name}_l0"))
        getattr(backward_cell, name).copy_(getattr(gru, f"{name}_l0_reverse"))
    forward, backward, one, other = [], [], torch.zeros(1, 24).double(), torch.zeros(1, 24).double()
    for j in range(5):
        one, other = forward_cell(x[j][None], one), backward_cell(x[4 - j][None], other)
        forward.append(one[0])
        backward.insert(0, other[0])
    both = torch.cat([torch.stack(forward), torch.stack(backward)], dim=1)
    assert_agree(loop=both, torch=read[0])  # (1)
    assert_agree(loop=torch.cat([forward[-1], backward[0]]), torch=torch.cat([ends[0, 0], ends[1, 0]]))
    logits, maps = model(digits, steps=1)
    whole = torch.cat([ends[0], ends[1]], dim=1)
    state = torch.tanh(model.first(whole))
    context, weights = model.look(state, read, model.U(read))
    word = model.word(torch.tensor([START]))
    state = model.cell(torch.cat([word, context], dim=1), state)  # (5)
    p = softmax(model.V.weight @ torch.cat([state, context], dim=1)[0] + model.V.bias)
    assert_agree(loop=p, torch=logits[0, 0].softmax(0))  # (6)
    told, _ = model(digits, as_words([35_842]))
    assert told.shape == (1, 9, len(vocabulary)) and torch.allclose(told[:, :1], logits)

# %% [markdown] lang="es"
# ## Entrenar con la respuesta a la vista
#
# Al entrenar, cada paso recibe la palabra anterior **verdadera**, aunque la red hubiera escrito otra: es el
# *teacher forcing*, como si un maestro corrigiera cada palabra antes de seguir. Al traducir de verdad no hay
# maestro, y recibe la que ella misma escribió. Entrenamos tres redes con atención y tres sin ella, con las
# mismas semillas, los mismos ejemplos y los mismos pasos. Guardamos además cada red a mitad de camino, para
# mirar sus errores después.

# %% [markdown] lang="en"
# ## Training with the answer in sight
#
# In training each step is given the **true** word before, even where the network would have written another:
# that is teacher forcing, as if a teacher corrected each word before going on. In true translation there is
# no teacher, and it is given the one it wrote itself. We train three networks with attention and three
# without, with the same seeds, the same examples and the same steps. We keep each network at half way as
# well, to look at its errors later.

# %%
STEPS, SEEDS = 120, range(3)
digits, words = as_digits(learned), as_words(learned)
# es: lo que cross_entropy no cuenta
# en: what cross_entropy leaves out
targets = words.masked_fill(~counted(words), -100)


def train(attends, seed):
    torch.manual_seed(seed)
    model = Translator(attends)
    optimizer = torch.optim.Adam(model.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.02, total_steps=STEPS)
    for step in range(STEPS):
        if step == STEPS // 2:
            halfway = {name: weight.clone() for name, weight in model.state_dict().items()}
        chosen = torch.randint(len(learned), (64,))
        logits, _ = model(digits[chosen], words[chosen])
        loss = cross_entropy(logits.mT, targets[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return model, halfway


with_attention = [train(True, seed) for seed in SEEDS]
without = [train(False, seed) for seed in SEEDS]


# %%
@torch.inference_mode()
# es: correcta solo si lo son todas las palabras
# en: right only if every word is
def exact(model, numbers, boxes=5):
    expected = as_words(numbers)
    logits, _ = model(as_digits(numbers, boxes), steps=expected.shape[1])
    return Proportion.of(((logits.argmax(dim=2) == expected) | ~counted(expected)).all(dim=1))


kinds = {
    tr(es="con atención", en="with attention"): with_attention,
    tr(es="sin atención", en="without"): without,
}
table = {
    (kind, size): [exact(model, exams[size]) for model, _ in trained]
    for kind, trained in kinds.items()
    for size in exams
}
for (kind, size), row in table.items():
    print(f"{kind:<14} {size}  ", *row)

# %%
# alt es: Acierto exacto según las cifras: con atención, casi todo; sin ella, cae al pasar de tres a cinco.
# alt en: Exact matches by digits: with attention, nearly all; without it, falling from three to five digits.
means = {kind: [sum(p.value for p in table[kind, size]) / 3 for size in exams] for kind in kinds}
bands = {
    kind: (
        [min(p.low for p in table[kind, size]) for size in exams],
        [max(p.high for p in table[kind, size]) for size in exams],
    )
    for kind in kinds
}
axes = {"xlabel": tr(es="cifras", en="digits"), "ylabel": tr(es="acierto exacto", en="exact matches")}
ax = curves(list(exams), means, bands=bands, markers=True, **axes)
_ = ax.set_xticks(list(exams))

# %% tags=["hidden"]
attending, plain = kinds
least = {key: min(p.value for p in row) for key, row in table.items()}
most = {key: max(p.value for p in row) for key, row in table.items()}
assert least[attending, 5] > 0.75 and most[plain, 5] < 0.5
assert min(p.low for p in table[attending, 5]) > max(p.high for p in table[plain, 5])
assert min(p.low for p in table[attending, 4]) > max(p.high for p in table[plain, 4])
assert means[plain][0] > means[plain][2] + 0.2

# %% [markdown] lang="es"
# La banda abarca los intervalos de Wilson de las tres semillas. Con cinco cifras, las redes con atención
# aciertan entre el `{python} least[attending, 5]:.0%` y el `{python} most[attending, 5]:.0%`; sin ella, entre
# el `{python} least[plain, 5]:.0%` y el `{python} most[plain, 5]:.0%`. Un número cuenta como acierto solo si
# todas sus palabras lo son. El vector único alcanza para los cortos y se queda atrás al crecer el largo, que
# es lo que Bahdanau y sus colegas señalaron en frases. Esto no prueba que sin atención sea imposible: con más
# pasos esas redes podrían mejorar. Con los mismos, no alcanzan.
#
# **¿Te dio otro número?** Con cinco cifras, espera las de atención por encima del `{python} 0.75:.0%` y las
# otras por debajo del `{python} 0.5:.0%`.
#
# ## A dónde mira
#
# Los pesos $\alpha_{ij}$ son una tabla: una fila por palabra escrita y una columna por casillero. Toma un
# número del examen y traza en papel la tabla que harías tú: ¿qué cifra mira «quinientos»? ¿Y «mil»?

# %% [markdown] lang="en"
# The band spans the Wilson intervals of the three seeds. With five digits the networks with attention get
# between `{python} least[attending, 5]:.0%` and `{python} most[attending, 5]:.0%` right; without it, between
# `{python} least[plain, 5]:.0%` and `{python} most[plain, 5]:.0%`. A number is right only if each word is.
# The single vector does for the short ones and falls behind as length grows, which is what Bahdanau and his
# colleagues pointed out in sentences. This does not prove that it is impossible without attention: with more
# steps those networks might improve. With the same ones, they do not get there.
#
# **Did you get a different number?** With five digits, expect those with attention above
# `{python} 0.75:.0%` and the others below `{python} 0.5:.0%`.
#
# ## Where it looks
#
# The weights $\alpha_{ij}$ are a table: one row for each word written and one column for each box. Take a
# number of the exam and draw on paper the table you would make: which digit does *quinientos*, five hundred,
# look at? And *mil*?

# %%
# alt es: Pesos de atención de un número y media de muchos: en la media, la centena mira casi solo su cifra.
# alt en: Attention weights of a number and mean of many: in the mean, hundreds look nearly only at their own.
# es: treinta y cinco mil ochocientos cuarenta y dos, por ejemplo
# en: thirty-five thousand eight hundred and forty-two, say
full = [n for n in exams[5] if len(in_words(n)) == 8]
with torch.inference_mode():
    maps = torch.stack([model(as_digits(full), as_words(full))[1] for model, _ in with_attention])
axes = {
    "xlabel": tr(es="cifra leída", en="digit read"),
    "ylabel": tr(es="palabra escrita", en="word written"),
}
figure, panels = plt.subplots(1, 2, figsize=(7.4, 4.2))
heat_map(
    maps[0, 0, :8], row_labels=in_words(full[0]), column_labels=list(str(full[0])), fmt=".2f",
    limits=(0, 1), ax=panels[0], title=tr(es="un número", en="one number"), **axes,
)  # fmt: skip
places = [
    tr(es="dec. de mil", en="ten thousands"), "y", tr(es="un. de mil", en="thousands"), "mil",
    tr(es="centenas", en="hundreds"), tr(es="decenas", en="tens"), "y", tr(es="unidades", en="ones"),
]  # fmt: skip
ax = heat_map(
    maps[:, :, :8].mean(dim=(0, 1)), row_labels=places, column_labels=["10⁴", "10³", "10²", "10", "1"],
    fmt=".2f", limits=(0, 1), ax=panels[1], title=tr(es="media de todos", en="mean of all"),
)  # fmt: skip

# %% tags=["hidden"]
assert len(full) > 20 and len(learned) == 100 + 650 + 2 * 1350  # all there are of three digits
by_seed = maps[:, :, :8].mean(dim=1)  # seed word box
assert (by_seed[:, 4, 2] > 0.8).all() and (by_seed[:, 4].argmax(dim=1) == 2).all()
assert (by_seed[:, 3].amax(dim=1) < by_seed[:, 4, 2]).all()
assert by_seed.mean(dim=0)[[1, 3, 6]].max() < 0.75  # y, mil, y
assert (maps.sum(-1) - 1).abs().max() < 1e-5

# %% [markdown] lang="es"
# A la izquierda, `{python} f"{full[0]}"` con la primera semilla; a la derecha, la media de
# `{python} len(full)` números con esa forma y las tres semillas. La palabra de las centenas pone en su cifra
# `{python} by_seed[:, 4, 2].mean().item():.2f` del peso, y nadie le enseñó a alinear: lo dedujo de las
# respuestas. En la media, «mil» y las «y» reparten su mirada entre cifras vecinas, y se entiende: no nombran
# el valor de ninguna, y el estado ya sabe por dónde va. La tabla muestra de dónde llegó la información que se
# sumó en (4); no prueba por qué la red eligió esa palabra, porque los $h_j$ ya habían mezclado a los vecinos
# en (1).
#
# ## Dos maneras de contar aciertos
#
# A mitad del entrenamiento las redes todavía se equivocan. Examinémoslas de dos maneras: con maestro,
# dándoles la palabra anterior verdadera, y libres. Y contemos dos cosas: palabras y números enteros. ¿Cuáles
# de los cuatro conteos coincidirán?

# %% [markdown] lang="en"
# On the left, `{python} f"{full[0]}"` with the first seed; on the right, the mean of `{python} len(full)`
# numbers of that form and the three seeds. The word of the hundreds puts
# `{python} by_seed[:, 4, 2].mean().item():.2f` of its weight on its digit, and nobody taught it to align: it
# worked that out from the answers. In the mean, *mil* and the *y* share out their look among neighbouring
# digits, and one can see why: they name the value of none, and the state knows already how far along it is.
# The table shows where the information came from that was added up in (4); it does not prove why the network
# chose that word, since the $h_j$ had already mixed the neighbours in (1).
#
# ## Two ways of counting
#
# Half way through training the networks still make mistakes. Let us examine them in two ways: with a teacher,
# giving them the true word before, and free. And let us count two things: words, and whole numbers. Which of
# the four counts will agree?

# %%
expected = as_words(exams[5])
matters, scores = counted(expected), []
for _, weights in with_attention:
    model = Translator(attends=True)
    model.load_state_dict(weights)
    with torch.inference_mode():
        taught = model(as_digits(exams[5]), expected)[0].argmax(dim=2) == expected
        free = model(as_digits(exams[5]), steps=expected.shape[1])[0].argmax(dim=2) == expected
    by_word = [Proportion.of(right[matters]) for right in (taught, free)]
    whole = [Proportion.of((right | ~matters).all(dim=1)) for right in (taught, free)]
    scores.append((by_word, whole))
    print(*by_word, "  ", *whole)

# %% tags=["hidden"]
assert all(whole[0] == whole[1] for _, whole in scores)
assert all(by_word[0].right > by_word[1].right for by_word, _ in scores)
assert all(by_word[0].value > whole[0].value + 0.05 for by_word, whole in scores)
taught_words, free_words = (sum(row[0][at].value for row in scores) / 3 for at in (0, 1))
whole_numbers = sum(row[1][0].value for row in scores) / 3

# %% [markdown] lang="es"
# Por palabra, con maestro aciertan en promedio el `{python} taught_words:.1%`, y libres, el
# `{python} free_words:.1%`: un error cambia la palabra que se recibe después y arrastra a otras. Por número
# entero aciertan el `{python} whole_numbers:.1%`, y ese conteo es **el mismo** de las dos maneras. Tiene que
# serlo: mientras no haya error, la palabra que la red escribió es la verdadera, y los dos caminos son uno. El
# maestro no regala números enteros; embellece el acierto por palabra. Quien informa solo palabras, con
# maestro, muestra el mejor de los tres números.
#
# ## Lo que el azar del examen no muestra
#
# Quedan los dos exámenes crueles.

# %% [markdown] lang="en"
# By word, with a teacher they get `{python} taught_words:.1%` right on average, and free
# `{python} free_words:.1%`: a mistake changes the word that is received next and drags others along. By whole
# number they get `{python} whole_numbers:.1%` right, and that count is **the same** in both ways. It has to
# be: as long as there is no mistake, the word the network wrote is the true one, and the two paths are one.
# The teacher gives no whole numbers away; it flatters accuracy by word. Whoever reports words only, with a
# teacher, shows the best of the three numbers.
#
# ## What a random exam does not show
#
# The two cruel exams remain.

# %%
six = [chance.randrange(100_000, 1_000_000) for _ in range(150)]
cruel = {}
for kind, trained in kinds.items():
    cruel[kind] = [(exact(model, list(block)), exact(model, six, boxes=6)) for model, _ in trained]
    print(
        f"{kind:<14}",
        *(f"{in_block}" for in_block, _ in cruel[kind]),
        "  ",
        *(longer for _, longer in cruel[kind]),
    )


def translate(model, number):
    with torch.inference_mode():
        ids = (
            model(as_digits([number], boxes=max(5, len(str(number)))), steps=10)[0].argmax(dim=2)[0].tolist()
        )
    return " ".join(vocabulary[at] for at in ids[: ids.index(END) if END in ids else None])


for number in (703, 768, 43_768, 325_614):
    print(number, *(translate(model, number) for model, _ in with_attention), sep="\n    ")

# %% tags=["hidden"]
blocks = [in_block.right for row in cruel.values() for in_block, _ in row]
longer = [right.right for row in cruel.values() for _, right in row]
random_three = [p.value for kind in kinds for p in table[kind, 3]]
assert min(blocks) < 50 and max(longer) < 15 and min(random_three) > 0.7
failing = sum(right < 50 for right in blocks)
attending_blocks = [in_block.right for in_block, _ in cruel[attending]]
assert all("setecientos" in translate(model, 43_768) for model, _ in with_attention)
spoken = {" ".join(phrase) for phrase in phrases}
well_formed = Proportion.of(
    torch.tensor([translate(model, n) in spoken for model, _ in with_attention for n in six])
)
assert well_formed.value > 0.8

# %% [markdown] lang="es"
# **Más largo que lo visto.** Con seis cifras, la mejor de las seis redes acierta `{python} max(longer)` de
# 150. No escriben disparates: `{python} str(well_formed)` de las respuestas con atención son números bien
# escritos, de cinco cifras o menos. Que «mil» pueda llevar centenas delante no estaba en los ejemplos, y no
# lo dedujeron.
#
# **Un bloque escondido.** En los números de tres cifras al azar, ninguna de las seis redes bajó del
# `{python} min(random_three):.0%`. En los cien que van de 700 a 799, `{python} failing` de las seis aciertan
# menos de la mitad; las tres con atención aciertan `{python} attending_blocks[0]`,
# `{python} attending_blocks[1]` y `{python} attending_blocks[2]`. Las tres saben escribir «setecientos» en
# `{python} 43_768:,`. Pero ningún ejemplo dijo que un número pudiera **empezar** con un 7 en las centenas, y
# a qué generaliza la red entonces lo decide la semilla, no los datos. Un reparto al azar no pregunta eso,
# porque casi todo número del examen tiene vecinos entre los aprendidos. Las reglas de arriba, en cambio,
# aciertan los cien y los de seis cifras, sin un solo ejemplo: cuando las reglas se conocen, son mejores. Se
# aprende cuando no se conocen.
#
# ## Para llevarte
#
# * Codificador, decodificador y, entre ellos, una media ponderada que se recalcula en cada palabra (2)–(4).
# * La atención quita el cuello de botella del vector único: se nota al crecer el largo.
# * El mapa de atención dice de dónde vino la información, no por qué se decidió.
# * El *teacher forcing* embellece el acierto por palabra; el acierto exacto es el mismo con maestro o sin él.
# * Un examen al azar mide interpolar. Esconde un bloque y un largo antes de decir que la red «aprendió la
#   regla».

# %% [markdown] lang="en"
# **Longer than seen.** With six digits the best of the six networks gets `{python} max(longer)` of 150 right.
# They do not write nonsense: `{python} str(well_formed)` of the answers with attention are well-written
# numbers, of five digits or fewer. That *mil* may have hundreds before it was not in the examples, and they
# did not work it out.
#
# **A hidden block.** On random numbers of three digits none of the six networks went below
# `{python} min(random_three):.0%`. On the hundred from 700 to 799, `{python} failing` of the six get fewer
# than half right; the three with attention get `{python} attending_blocks[0]`, `{python} attending_blocks[1]`
# and `{python} attending_blocks[2]`. The three can write *setecientos* in `{python} 43_768:,`. But no example
# said that a number might **begin** with a 7 in the hundreds, and to what the network then generalises is
# decided by the seed, not by the data. A random split does not ask that, since nearly every number of the
# exam has neighbours among those learned. The rules above, on the other hand, get the hundred and those of
# six digits right, without a single example: where the rules are known, they are better. One learns where
# they are not.
#
# ## What to keep
#
# * Encoder, decoder and, between them, a weighted mean that is computed anew for each word (2)–(4).
# * Attention removes the bottleneck of the single vector: it shows as length grows.
# * The map of attention says where the information came from, not why it was decided.
# * Teacher forcing flatters accuracy by word; the exact match is the same with a teacher or without.
# * A random exam measures interpolation. Hide a block and a length before saying that the network “learned
#   the rule”.

# %% [markdown] lang="es" tags=["quiz"]
# Una red acierta el 98 % de las palabras con maestro, y los números tienen ocho palabras con su final. ¿Qué
# sabes de los números enteros?
#
# - [x] Que pueden acertarse bastante menos: si los errores fueran independientes, $0{,}98^8$ es un 85 %.
# - [ ] Que también se aciertan el 98 %: para eso los errores tendrían que caer juntos, en el 2 % de los
#   números.
# - [ ] Nada, porque con maestro no se puede saber: el conteo de números enteros es el mismo con maestro.

# %% [markdown] lang="en" tags=["quiz"]
# A network gets 98% of the words right with a teacher, and the numbers have eight words with their end. What
# do you know about whole numbers?
#
# - [x] That they may well be right far less often: were mistakes independent, $0.98^8$ is 85%.
# - [ ] That 98% of them are right too: for that the mistakes would have to fall together, on 2% of the
#   numbers.
# - [ ] Nothing, since with a teacher one cannot tell: the count of whole numbers is the same with a teacher.

# %% [markdown] lang="es" tags=["quiz"]
# Con `attends=False` el decodificador usa el mismo `context` en todos los pasos. ¿Por qué no escribe siempre
# la misma palabra?
#
# - [x] Porque el estado cambia: recibe la palabra anterior y sabe por dónde va.
# - [ ] Porque el codificador sigue leyendo mientras el decodificador escribe: ya terminó de leer.
# - [ ] Porque los pesos cambian de un paso a otro: la celda es la misma en todos los pasos.

# %% [markdown] lang="en" tags=["quiz"]
# With `attends=False` the decoder uses the same `context` at all steps. Why does it not write the same word
# all along?
#
# - [x] Because the state changes: it is given the word before and knows how far along it is.
# - [ ] Because the encoder goes on reading while the decoder writes: it has finished reading.
# - [ ] Because the weights change from step to step: the cell is the same at all steps.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: millones
#
# Escribe `up_to_billions(n)`: las palabras de $n$ con $0 \le n < 10^{12}$, con ayuda de `in_words`. Es «un
# millón», pero «veintiún millones» y «mil millones»; lo que va delante de «millón» o «millones» también se
# apocopa.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: millions
#
# Write `up_to_billions(n)`: the words of $n$ for $0 \le n < 10^{12}$, with the help of `in_words`. It is *un
# millón*, but *veintiún millones* and *mil millones*, a thousand millions; what goes before *millón* or
# *millones* is cut short too.


# %% tags=["solution"]
def up_to_billions(n):
    millions, rest = divmod(n, 1_000_000)
    if not millions:
        return in_words(rest)
    before = [*cut_short(in_words(millions)), "millón" if millions == 1 else "millones"]
    return before + (in_words(rest) if rest else [])


# %% tags=["check"]
for number, expected_words in {
    7: "siete",
    999_999: "novecientos noventa y nueve mil novecientos noventa y nueve",
    1_000_000: "un millón",
    1_001_001: "un millón mil uno",
    21_000_000: "veintiún millones",
    31_000_100: "treinta y un millones cien",
    1_000_000_000: "mil millones",
    101_000_021_000: "ciento un mil millones veintiún mil",
}.items():
    assert " ".join(up_to_billions(number)) == expected_words, number
print(" ".join(up_to_billions(121_721_516)))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: el primer tropiezo
#
# Escribe `first_mistake(predicted, expected)`: para dos tensores enteros `(number, word)`, el índice de la
# primera palabra distinta en cada fila; si no hay ninguna, la cantidad de columnas.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: the first stumble
#
# Write `first_mistake(predicted, expected)`: for two integer tensors `(number, word)`, the index of the first
# word that differs in each row; where there is none, the number of columns.


# %% tags=["solution"]
def first_mistake(predicted, expected):
    right_so_far = (predicted == expected).long().cumprod(dim=1)
    return right_so_far.sum(dim=1)


# %% tags=["check"]
truth = torch.tensor([[5, 6, 0], [5, 6, 0], [5, 6, 0], [7, 0, 0]])
guess = torch.tensor([[5, 6, 0], [4, 6, 0], [5, 9, 9], [7, 0, 1]])
assert first_mistake(guess, truth).tolist() == [3, 0, 1, 2]
print(first_mistake(guess, truth).tolist())

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: mirar con máscara
#
# Los casilleros vacíos también reciben atención. Escribe `look_at_digits(model, state, read, empty)`: lo
# mismo que `model.look`, pero los casilleros en que `empty` (booleano, `(batch, box)`) es verdadero reciben
# peso cero y los demás vuelven a sumar 1. Devuelve el contexto y los pesos.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: looking with a mask
#
# The empty boxes get attention too. Write `look_at_digits(model, state, read, empty)`: the same as
# `model.look`, but the boxes where `empty` (boolean, `(batch, box)`) is true get weight zero and the others
# add up to 1 again. Return the context and the weights.


# %% tags=["solution"]
def look_at_digits(model, state, read, empty):
    scores = model.v(torch.tanh(model.W(state)[:, None] + model.U(read))).squeeze(-1)
    weights = scores.masked_fill(empty, -torch.inf).softmax(dim=1)
    return torch.einsum("bj,bjh->bh", weights, read), weights


# %% tags=["check"]
model = with_attention[0][0]
numbers = [7, 45_821, 380]
with torch.inference_mode():
    read, _ = model.encode(model.digit(as_digits(numbers)))
    state, empty = torch.randn(3, 48), as_digits(numbers) == EMPTY
    context, weights = look_at_digits(model, state, read, empty)
    unmasked, plain_weights = model.look(state, read, model.U(read))
assert (weights[empty] == 0).all() and torch.allclose(weights.sum(1), torch.ones(3))
assert torch.allclose(weights[1], plain_weights[1]) and torch.allclose(context[1], unmasked[1], atol=1e-6)
ratio = weights[2, 2:] / plain_weights[2, 2:]
assert torch.allclose(ratio, ratio[0].expand(3), atol=1e-4)
# es: un solo dígito: todas las miradas en él
# en: a single digit: all eyes on it
assert torch.allclose(context[0], read[0, 4], atol=1e-5)
print(weights.numpy().round(2))

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# Antes: [Un modelo de letras que escribe en español](character_model.md), que escribe sin entrada. Después:
# atención sin recurrencia y con varias cabezas a la vez, en [Un transformer a mano](transformer_by_hand.md).
# Cuándo una regla vence a un modelo: [Reglas o aprendizaje](../concepts/rules_vs_learning.md).

# %% [markdown] lang="en"
# ## Where to go next
#
# Before: [A model of letters that writes Spanish](character_model.md), which writes without an input. After:
# attention without recurrence and with several heads at once, in [A transformer by
# hand](transformer_by_hand.md). When a rule beats a model: [Rules or
# learning](../concepts/rules_vs_learning.md).
