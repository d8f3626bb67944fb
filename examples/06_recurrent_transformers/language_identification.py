"""
title:
  es: ¿Español o inglés?
  en: Spanish or English?
summary:
  es: Adivinar el idioma con pocas letras; una regla, un conteo y una red recurrente rinden el mismo examen.
  en: Guessing the language from a few letters; a rule, a count and a recurrent network sit the same exam.
tags: [text, GRU, naive Bayes, baseline, classification]
everyday: [rank]
objectives:
  es:
    - Repartir un texto por páginas, quitar lo repetido y tapar los atajos antes de entrenar.
    - Escribir un Bayes ingenuo de trigramas y leer su puntaje como una suma de votos.
    - Entrenar una GRU que responde después de cada letra y comparar su exactitud según el largo del texto.
    - Reconocer qué preguntas no puede contestar un clasificador de dos clases.
  en:
    - Split a text by pages, remove what repeats and cover the shortcuts before training.
    - Write a naive Bayes of trigrams and read its score as a sum of votes.
    - Train a GRU that answers after each letter, and compare its accuracy by the length of the text.
    - Recognise which questions a classifier of two classes cannot answer.
prerequisites:
  es:
    - El bucle de entrenamiento.
    - Qué es el estado de una red recurrente.
    - Qué es un intervalo de Wilson.
  en:
    - The training loop.
    - What the state of a recurrent network is.
    - What a Wilson interval is.
timeout_seconds: 180
"""
# %% [markdown] lang="es"
# El teclado de un teléfono adivina en qué idioma escribes a las pocas letras. ¿Cuántas hacen falta? Al
# terminar habrás respondido de cuatro maneras: con una regla, con un conteo de letras, con un conteo de tríos
# de letras y con una red recurrente que lee letra por letra. Y sabrás si la red valió la pena.
#
# La lección supone el bucle de [Una recta, de los tensores sueltos al modelo
# guardado](../workflow/linear_regression.md), el estado de [Una red recurrente a mano](rnn_by_hand.md) y los
# intervalos de [Evaluación honesta](../workflow/honest_evaluation.md). El curso [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) no trata texto ni redes recurrentes; la
# tarea es la clasificación de dos clases de su sección *PyTorch Neural Network Classification* y del
# [capítulo 02](https://www.learnpytorch.io/02_pytorch_classification/) de su libro, con letras en vez de
# puntos.
#
# ## Un texto que ya tienes
#
# Los datos son la prosa de este sitio, que se escribe en los dos idiomas. `prose` trae una copia congelada:
# así, corregir una página no cambia lo que aprende esta. De cada cinco lecciones, una queda para el examen.
# Se reparten páginas enteras, porque las frases de una misma página comparten palabras, y se apartan las
# mismas páginas en los dos idiomas, porque las dos versiones dicen lo mismo.

# %% [markdown] lang="en"
# The keyboard of a phone guesses which language you are writing in after a few letters. How many does it
# take? By the end you will have answered in four ways: with a rule, with a count of letters, with a count of
# groups of three letters, and with a recurrent network that reads letter by letter. And you will know whether
# the network was worth it.
#
# The lesson presumes the loop of [A line, from bare tensors to a saved
# model](../workflow/linear_regression.md), the state of [A recurrent network by hand](rnn_by_hand.md) and the
# intervals of [Honest evaluation](../workflow/honest_evaluation.md). The course [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) deals neither with text nor with
# recurrent networks; the task is the classification into two classes of its section *PyTorch Neural Network
# Classification* and of [chapter 02](https://www.learnpytorch.io/02_pytorch_classification/) of its book,
# with letters instead of points.
#
# ## A text you already have
#
# The data are the prose of this site, which is written in both languages. `prose` brings a frozen copy, so
# that correcting a page does not change what this one learns. Of every five lessons one is kept for the exam.
# Whole pages are dealt out, since the sentences of a page share their words, and the same pages are set aside
# in both languages, since the two versions say the same.

# %%
import math
import random
import re
import unicodedata
from collections import Counter

import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits

from tutorials_lib import tr
from tutorials_lib.corpus import prose, sentences
from tutorials_lib.metrics import Proportion, paired_comparison
from tutorials_lib.models import parameter_count
from tutorials_lib.plots import color, curves, interval_plot, localized

lessons = {language: prose(language) for language in ("es", "en")}
held_out = list(lessons["es"])[2::5]
known, new = ({language: [] for language in lessons} for _ in range(2))
for language, pages in lessons.items():
    for page, paragraphs in pages.items():
        (new if page in held_out else known)[language] += sentences(paragraphs)
    print(language, len(known[language]), len(new[language]), len({*new[language]} & {*known[language]}))

# %% [markdown] lang="es"
# La última columna son frases del examen que también están en el otro lado: fórmulas de la casa, como «¿Te
# dio otro número?». Hay que quitarlas, o el examen premiaría la memoria.
#
# Queda un atajo. Aquí el español cita con «comillas angulares» y abre las preguntas con ¿; el inglés cita con
# “comillas altas”. ¿En cuántas frases bastaría mirar esos signos, sin leer una letra?

# %% [markdown] lang="en"
# The last column counts sentences of the exam that are on the other side too: set phrases of the house, like
# “Did you get a different number?”. They have to go, or the exam would reward memory.
#
# One shortcut is left. Here Spanish quotes with «angle marks» and opens its questions with ¿; English quotes
# with “raised marks”. In how many sentences would it do to look at those signs, without reading a letter?


# %%
def letters(text):
    return " ".join(re.findall(r"[^\W\d_]+", text.lower()))


learned, examined = {}, {}
for language in lessons:
    signs = [bool(set(sentence) & set("«»¿¡“”")) for sentence in new[language]]
    learned[language] = [letters(sentence) for sentence in known[language]]
    fresh = dict.fromkeys(letters(sentence) for sentence in new[language])
    examined[language] = [sentence for sentence in fresh if sentence not in {*learned[language]}]
    print(language, Proportion.of(torch.tensor(signs)), len(examined[language]))

# %% tags=["hidden"]
telltale = [bool(set(sentence) & set("«»¿¡“”")) for language in lessons for sentence in new[language]]
assert sum(telltale) > 50
assert not any({*examined[language]} & {*learned[language]} for language in lessons)
assert "Te dio otro número" in " ".join(known["es"])

# %% [markdown] lang="es"
# Una red podría aprender ese atajo, que fuera de este sitio no le serviría. Por eso `letters` deja solo
# letras y espacios, en minúsculas. Las tildes y la eñe quedan: son del idioma, no de la imprenta.
#
# El examen toma de cada frase un trozo de 40 caracteres que comienza en una palabra al azar. Uno solo por
# frase: dos trozos de la misma serían casi la misma pregunta, contada dos veces. Todos los concursantes
# contestarán después de cada letra, así que un trozo examina todos los largos de 1 a 40.

# %% [markdown] lang="en"
# A network could learn that shortcut, which would be of no use outside this site. That is why `letters`
# leaves only letters and spaces, in lower case. Accents and the ñ stay: they belong to the language, not to
# the printer.
#
# The exam takes from each sentence an excerpt of 40 characters that begins at a random word. Only one for
# each sentence: two excerpts of one sentence would be nearly the same question, counted twice. All
# contestants will answer after each letter, so an excerpt examines every length from 1 to 40.

# %%
LENGTH = 40
chance = random.Random(0)


def excerpt(sentence):
    beginnings = [found.start() for found in re.finditer(r"\b\w", sentence[: len(sentence) - LENGTH + 1])]
    start = chance.choice(beginnings)
    return sentence[start : start + LENGTH]


exam = [
    (excerpt(text), language) for language in lessons for text in examined[language] if len(text) >= LENGTH
]
texts = [text for text, _ in exam]
spanish = torch.tensor([language == "es" for _, language in exam])
print(Proportion.of(spanish), texts[0], texts[-1], sep="\n")

# %% tags=["hidden"]
assert all(len(text) == LENGTH and not text.startswith(" ") for text in texts)
assert len(texts) > 600 and 0.45 < Proportion.of(spanish).value < 0.55

# %% [markdown] lang="es"
# ## Palabras de dos idiomas
#
# Hay un techo que ningún modelo puede pasar: lo que ya es ambiguo. «come», «once», «red», «pie», «son» y
# «den» son palabras de los dos idiomas, y quien empieza por «no» puede seguir en cualquiera. ¿Cuántas
# palabras del entrenamiento están en los dos idiomas?

# %% [markdown] lang="en"
# ## Words of two languages
#
# There is a ceiling that no model can pass: what is ambiguous to begin with. “come”, “once”, “red”, “pie”,
# “son” and “den” are words of both languages, and whoever begins with “no” may go on in either. How many
# words of the training text are in both languages?

# %%
words = {language: Counter(" ".join(learned[language]).split()) for language in lessons}
shared = sorted(words["es"] & words["en"], key=lambda word: -min(words[one][word] for one in lessons))
print({language: len(words[language]) for language in lessons}, len(shared))
for word in ("a", "no", "for", "error", "al", "he", "son", "pytorch"):
    print(f"{word:<8} {words['es'][word]:>4} {words['en'][word]:>4}")

# %% tags=["hidden"]
assert 200 < len(shared) < 0.15 * min(map(len, words.values()))
assert {"a", "no", "error", "pytorch"} <= set(shared)

# %% [markdown] lang="es"
# Hay `{python} len(shared)`, entre ellas nombres propios y términos en inglés que el español de estas páginas
# cita. Ese inglés cuenta como español: es ruido en las etiquetas, y lo volveremos a encontrar.
#
# ## Tres líneas base
#
# **La regla.** «Si aparece una tilde o una ñ, es español; si no, inglés». Con la tilde a la vista casi nunca
# se equivoca, pero tiene que encontrarla. **El conteo.** Cada letra vota según lo frecuente que sea en cada
# idioma. Si los votos fueran independientes, se sumarían: eso supone el **Bayes ingenuo**. Con $g_t$ la pieza
# que termina en la letra $t$, y el mismo número de textos en cada idioma,
#
# $$s_n = \log \frac{P(\text{es} \mid g_1 \ldots g_n)}{P(\text{en} \mid g_1 \ldots g_n)}
# = \sum_{t=1}^{n} \log \frac{P(g_t \mid \text{es})}{P(g_t \mid \text{en})}. \tag{1}$$
#
# Si $s_n > 0$, responde español. Cada probabilidad es un conteo $N$ sobre las piezas del idioma $L$, con
# $\alpha$ agregado a cada una de las $K$ piezas conocidas para que una pieza nunca vista no dé $\log 0$:
#
# $$P(g \mid L) = \frac{N_L(g) + \alpha}{\sum_{g'} N_L(g') + \alpha K}. \tag{2}$$
#
# Si las piezas son letras sueltas, es un conteo de letras. Si son **trigramas**, la letra con las dos que la
# preceden, el conteo ya sabe que «th» apunta al inglés y «qu», al español.

# %% [markdown] lang="en"
# There are `{python} len(shared)`, among them proper names and English terms that the Spanish of these pages
# quotes. That English counts as Spanish: it is noise in the labels, and we shall meet it again.
#
# ## Three baselines
#
# **The rule.** “If an accent or an ñ appears, it is Spanish; if not, English.” With an accent in sight it is
# hardly ever mistaken, but it has to find one. **The count.** Each letter votes by how frequent it is in each
# language. Were the votes independent, they would add up: that is what **naive Bayes** supposes. With $g_t$
# the piece that ends in letter $t$, and the same number of texts in each language,
#
# $$s_n = \log \frac{P(\text{es} \mid g_1 \ldots g_n)}{P(\text{en} \mid g_1 \ldots g_n)}
# = \sum_{t=1}^{n} \log \frac{P(g_t \mid \text{es})}{P(g_t \mid \text{en})}. \tag{1}$$
#
# If $s_n > 0$, it answers Spanish. Each probability is a count $N$ over the pieces of language $L$, with
# $\alpha$ added to each of the $K$ known pieces, lest a piece never seen give $\log 0$:
#
# $$P(g \mid L) = \frac{N_L(g) + \alpha}{\sum_{g'} N_L(g') + \alpha K}. \tag{2}$$
#
# If the pieces are single letters, it is a count of letters. If they are **trigrams**, the letter with the
# two before it, the count knows that “th” points to English and “qu” to Spanish.


# %%
class NaiveBayes:
    def __init__(self, size, alpha=0.5):
        self.size, self.alpha = size, alpha
        self.counts = {
            language: Counter(piece for text in learned[language] for piece in self.pieces(text))
            for language in learned
        }
        self.kinds = len(self.counts["es"] | self.counts["en"])
        self.totals = {language: self.counts[language].total() for language in learned}

    # es: el comienzo de un texto cuenta como un espacio
    # en: the beginning of a text counts as a space
    def pieces(self, text):
        padded = " " + text
        return [padded[max(0, end - self.size) : end] for end in range(2, len(padded) + 1)]

    def log_probability(self, piece, language):
        count = self.counts[language][piece] + self.alpha
        return math.log(count / (self.totals[language] + self.alpha * self.kinds))  # (2)

    def scores(self, text):  # es: uno por cada prefijo del texto  # en: one for each prefix of the text
        pieces = self.pieces(text)
        votes = [self.log_probability(g, "es") - self.log_probability(g, "en") for g in pieces]
        return torch.tensor(votes).cumsum(0)  # (1)


# %%
def accent_rule(text):
    return torch.tensor([letter in "áéíóúüñ" for letter in text]).cumsum(0) - 0.5


single, trigrams = NaiveBayes(1), NaiveBayes(3)
for piece, score in zip(trigrams.pieces("this quest"), trigrams.scores("this quest"), strict=True):
    print(f"{piece!r:<6} {score:+.1f}")

# %% tags=["hidden"]
piece = trigrams.pieces("qué")[-1]
assert piece == "qué" and trigrams.pieces("qué")[0] == " q"
by_hand = sum(  # equation (1) on one word, from bare counts
    math.log((trigrams.counts["es"][g] + 0.5) / (trigrams.totals["es"] + 0.5 * trigrams.kinds))
    - math.log((trigrams.counts["en"][g] + 0.5) / (trigrams.totals["en"] + 0.5 * trigrams.kinds))
    for g in (" q", " qu", "qué")
)
assert abs(trigrams.scores("qué")[-1].item() - by_hand) < 1e-4
all_pieces = trigrams.counts["es"] | trigrams.counts["en"]
mass = sum(math.exp(trigrams.log_probability(g, "es")) for g in all_pieces)
assert abs(mass - 1) < 1e-9  # (2) is a distribution
assert trigrams.scores("th")[-1] < -2 and trigrams.scores("qu")[-1] > 0

# %% [markdown] lang="es"
# La columna es la suma de (1) a medida que se lee: negativa, inglés; positiva, español.
#
# ## Una red que contesta después de cada letra
#
# Cada trigrama vota sin saber qué había tres letras atrás. Una **GRU** ([Cho et al.,
# 2014](https://arxiv.org/abs/1406.1078)) lleva un estado $h_t$ que puede recordar más. Con una salida lineal
# en **cada** paso, su puntaje se lee igual que (1), y la sigmoide lo vuelve probabilidad:
#
# $$s_t = w \cdot h_t + b, \qquad P(\text{es} \mid c_1 \ldots c_t) = \sigma(s_t) = \frac{1}{1 + e^{-s_t}}.
# \tag{3}$$
#
# La pérdida promedia sobre todos los pasos, con $y = 1$ para el español:
#
# $$\ell = -\frac{1}{T} \sum_{t=1}^{T} \bigl(y \log \sigma(s_t) + (1 - y) \log(1 - \sigma(s_t))\bigr).
# \tag{4}$$
#
# Un trozo de 16 letras da así 16 preguntas, de la más difícil a la más fácil. Como todos los trozos miden lo
# mismo, no hace falta rellenar; cuando no miden lo mismo, está [Máscaras y
# empaquetado](masking_and_packing.md).

# %% [markdown] lang="en"
# The column is the sum of (1) as reading goes on: negative, English; positive, Spanish.
#
# ## A network that answers after each letter
#
# Each trigram votes without knowing what stood three letters back. A **GRU** ([Cho et al.,
# 2014](https://arxiv.org/abs/1406.1078)) carries a state $h_t$ that can remember more. With a linear output
# at **each** step its score reads like (1), and the sigmoid turns it into a probability:
#
# $$s_t = w \cdot h_t + b, \qquad P(\text{es} \mid c_1 \ldots c_t) = \sigma(s_t) = \frac{1}{1 + e^{-s_t}}.
# \tag{3}$$
#
# The loss averages over all steps, with $y = 1$ for Spanish:
#
# $$\ell = -\frac{1}{T} \sum_{t=1}^{T} \bigl(y \log \sigma(s_t) + (1 - y) \log(1 - \sigma(s_t))\bigr).
# \tag{4}$$
#
# So an excerpt of 16 letters gives 16 questions, from the hardest to the easiest. Since all excerpts are
# equally long, nothing needs padding; for when they are not, there is [Masks and
# packing](masking_and_packing.md).

# %%
ALPHABET = " abcdefghijklmnopqrstuvwxyzáéíóúüñ"
place = {letter: index for index, letter in enumerate(ALPHABET)}


# es: el último índice representa cualquier otra letra
# en: the last index stands for any other letter
def encode(text):
    return torch.tensor([place.get(letter, len(ALPHABET)) for letter in text])


class Reader(nn.Module):
    def __init__(self, width=16, hidden=32):
        super().__init__()
        self.embed = nn.Embedding(len(ALPHABET) + 1, width)
        self.read = nn.GRU(width, hidden, batch_first=True)
        self.answer = nn.Linear(hidden, 1)

    def forward(self, ids):  # batch time
        states, _ = self.read(self.embed(ids))  # batch time hidden
        return self.answer(states).squeeze(-1)  # (3)


print(encode("la ñu").tolist(), parameter_count(Reader()), trigrams.kinds)

# %% [markdown] lang="es"
# La red tiene `{python} parameter_count(Reader())` números; los trigramas, `{python} trigrams.kinds` piezas
# con dos conteos cada una. Los tamaños son del mismo orden. ¿Quién ganará, y con qué largo? Escribe tu
# pronóstico. Entrenamos tres veces, con tres semillas, cada *batch* con 64 trozos de cada idioma.

# %% [markdown] lang="en"
# The network has `{python} parameter_count(Reader())` numbers; the trigrams, `{python} trigrams.kinds` pieces
# with two counts each. The sizes are of the same order. Who will win, and at what length? Write down your
# forecast. We train three times, with three seeds, each batch with 64 excerpts of each language.

# %%
WINDOW, STEPS, SEEDS = 16, 250, range(3)
streams = {language: encode(" ".join(learned[language])) for language in learned}
starts = {language: (ids[:-WINDOW] == 0).nonzero()[:, 0] + 1 for language, ids in streams.items()}
truth = torch.cat([torch.ones(64, WINDOW), torch.zeros(64, WINDOW)])


# es: 64 fragmentos de cada idioma, cada uno desde el comienzo de una palabra
# en: 64 excerpts of each language, each from the beginning of a word
def draw():
    excerpts = []
    for language, ids in streams.items():
        chosen = starts[language][torch.randint(len(starts[language]), (64, 1))]
        excerpts.append(ids[chosen + torch.arange(WINDOW)])
    return torch.cat(excerpts)


def fit(seed):
    torch.manual_seed(seed)
    reader = Reader()
    optimizer = torch.optim.Adam(reader.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.02, total_steps=STEPS)
    for _ in range(STEPS):
        loss = binary_cross_entropy_with_logits(reader(draw()), truth)  # (4)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return reader


readers = [fit(seed) for seed in SEEDS]

# %% tags=["hidden"]
sample = draw()
with torch.inference_mode():
    s = readers[0](sample)
    by_formula = -(truth * s.sigmoid().log() + (1 - truth) * (1 - s.sigmoid()).log()).mean()  # (4)
    assert torch.isclose(by_formula, binary_cross_entropy_with_logits(s, truth), atol=1e-4)
    assert torch.allclose(s.sigmoid(), 1 / (1 + torch.exp(-s)))  # (3)
    states, _ = readers[0].read(readers[0].embed(sample))
    head = readers[0].answer
    assert torch.allclose((states * head.weight[0]).sum(-1) + head.bias, s, atol=1e-5)  # (3)
    prefix = readers[0](sample[:, :5])
    assert torch.allclose(prefix, s[:, :5], atol=1e-5)  # an answer does not depend on later letters

# %% [markdown] lang="es"
# ## El mismo examen para todos
#
# Cada concursante da un puntaje por trozo y por largo, y acierta si el signo es el del idioma.

# %% [markdown] lang="en"
# ## The same exam for all
#
# Each contestant gives a score for each excerpt and length, and is right if the sign is that of the language.


# %%
def correct(scores):  # text length
    return (scores > 0) == spanish[:, None]


with torch.inference_mode():
    ids = torch.stack([encode(text) for text in texts])
    networks = [correct(reader(ids)) for reader in readers]
counts = {
    tr(es="tildes", en="accents"): correct(torch.stack([accent_rule(text) for text in texts])),
    tr(es="letras", en="letters"): correct(torch.stack([single.scores(text) for text in texts])),
    tr(es="trigramas", en="trigrams"): correct(torch.stack([trigrams.scores(text) for text in texts])),
}
shown = (1, 2, 3, 4, 6, 8, 12, 16, 24, 40)
results = {name: [[Proportion.of(row[:, n - 1]) for n in shown]] for name, row in counts.items()}
results["GRU"] = [[Proportion.of(row[:, n - 1]) for n in shown] for row in networks]

# %%
# alt es: Exactitud según el largo: tildes, abajo; letras, en medio; trigramas y GRU, arriba y casi iguales.
# alt en: Accuracy by length: accents, at the bottom; letters, between; trigrams and GRU, on top and alike.
series, bands = {}, {}
for name, runs in results.items():
    series[name] = [sum(p.value for p in column) / len(runs) for column in zip(*runs, strict=True)]
    lows = [min(p.low for p in column) for column in zip(*runs, strict=True)]
    bands[name] = lows, [max(p.high for p in column) for column in zip(*runs, strict=True)]
axes = {"xlabel": tr(es="letras leídas", en="letters read"), "ylabel": tr(es="exactitud", en="accuracy")}
_ = curves(shown, series, bands=bands, log="x", markers=True, **axes)

# %% tags=["hidden"]
trigram_row = list(counts.values())[2]
accents, by_letter, by_trigram = (runs[0] for runs in list(results.values())[:3])
at = {n: index for index, n in enumerate(shown)}
assert accents[at[40]].value < 0.85 and accents[at[1]].value < 0.56
assert all(by_trigram[at[n]].low > by_letter[at[n]].high for n in (3, 4, 6, 8, 12, 16, 24))
assert by_trigram[at[8]].low > 0.9 and by_trigram[at[24]].low > 0.97
assert all(run[at[8]].low > 0.88 and run[at[24]].low > 0.96 for run in results["GRU"])
gaps = [run[at[n]].value - by_trigram[at[n]].value for run in results["GRU"] for n in shown]
assert max(map(abs, gaps)) < 0.07
assert (
    max(abs(run[at[n]].value - by_trigram[at[n]].value) for run in results["GRU"] for n in (12, 16, 24, 40))
    < 0.025
)
pairs = {n: [paired_comparison(trigram_row[:, n - 1], row[:, n - 1]) for row in networks] for n in shown}
ahead = [n for n in shown if all(p.p_value < 0.05 and p.only_second > p.only_first for p in pairs[n])]
assert ahead == []
# es: casi ningún texto en inglés lleva tildes
# en: hardly any English text has an accent
assert counts[tr(es="tildes", en="accents")][~spanish, -1].float().mean() > 0.95
assert 0.2 < parameter_count(Reader()) / (2 * trigrams.kinds) < 5

# %% [markdown] lang="es"
# La banda es el intervalo de Wilson sobre `{python} len(texts)` trozos; la de la GRU abarca los de sus tres
# semillas. La regla de las tildes parte de `{python} accents[0].value:.0%` y con 40 letras llega a
# `{python} accents[-1].value:.0%`: un trozo de español de ese largo muchas veces no trae ninguna. Los
# trigramas aciertan `{python} by_trigram[at[4]].value:.0%` con 4 letras y
# `{python} by_trigram[at[8]].value:.0%` con 8. ¿Y la red? A lo sumo se aparta de ellos
# `{python} 100 * max(map(abs, gaps)):.1f` puntos. Para saber si alguna diferencia es más que azar, se cuentan
# las preguntas que acierta solo uno de los dos, como en [Evaluación
# honesta](../workflow/honest_evaluation.md):

# %% [markdown] lang="en"
# The band is the Wilson interval over `{python} len(texts)` excerpts; that of the GRU spans those of its
# three seeds. The rule of the accents starts at `{python} accents[0].value:.0%` and with 40 letters gets to
# `{python} accents[-1].value:.0%`: a piece of Spanish of that length often carries none. With 4 letters the
# trigrams get `{python} by_trigram[at[4]].value:.0%` right, and with 8 letters
# `{python} by_trigram[at[8]].value:.0%`. And the network? It departs from them by
# `{python} 100 * max(map(abs, gaps)):.1f` points at most. To know whether any difference is more than chance,
# one counts the questions that only one of the two gets right, as in [Honest
# evaluation](../workflow/honest_evaluation.md):

# %%
counted = counts[tr(es="trigramas", en="trigrams")]
for n in (2, 4, 8, 16, 40):
    pair = [paired_comparison(counted[:, n - 1], row[:, n - 1]) for row in networks]
    print(f"{n:>2}", *(f"{p.only_first:>5}:{p.only_second:<3} P = {p.p_value:.2f}" for p in pair))

# %% [markdown] lang="es"
# Cada par es «solo los trigramas : solo la GRU». En ningún largo de la figura la red aventaja a los trigramas
# con $P$ menor que `{python} 0.05:.2f` en las tres semillas. Si la red no gana, conviene lo que cuesta menos:
# dos tablas de conteos que se llenan en una pasada. La red no fue inútil: sin que nadie le dijera qué es un
# trigrama, quedó cerca, y con más entrenamiento quizá los pase. Pero sin la línea base habríamos anunciado
# que la red lo logró.
#
# **¿Te dio otro número?** Con otra semilla, espera que la curva de la GRU caiga dentro de su banda o cerca de
# ella.
#
# ### Los errores
#
# ¿En qué trozos falla una red que ya leyó las 40 letras?

# %% [markdown] lang="en"
# Each pair is “only the trigrams : only the GRU”. At no length of the figure is the network ahead of the
# trigrams with $P$ below `{python} 0.05:.2f` in all three seeds. If the network does not win, what costs less
# is the better choice: two tables of counts that are filled in one pass. The network was not useless: with
# nobody telling it what a trigram is, it came close, and with more training it may pass them. But without the
# baseline we would have announced that the network did it.
#
# **Did you get a different number?** With another seed, expect the curve of the GRU to fall within its band
# or close to it.
#
# ### The errors
#
# Which excerpts does a network still miss after reading all 40 letters?

# %%
missed = [
    (index, sum(not row[index, -1] for row in networks), not counted[index, -1])
    for index in range(len(texts))
    if any(not row[index, -1] for row in networks) or not counted[index, -1]
]
for index, wrong_networks, wrong_trigrams in missed:
    text, language = exam[index]
    print(f"{language}  {wrong_networks}/3  {int(wrong_trigrams)}/1  {text}")

# %% tags=["hidden"]
assert len(missed) < 25
quoted = next(index for index, text in enumerate(texts) if text.startswith("con expected all tensors"))
assert exam[quoted][1] == "es" and all(not row[quoted, -1] for row in networks) and not counted[quoted, -1]

# %% [markdown] lang="es"
# La primera fracción dice cuántas de las tres redes fallan; la segunda, si fallan los trigramas. El trozo
# *con expected all tensors to be on the sa* figura como español y todos responden inglés: el trozo cayó sobre
# un mensaje de error citado. ¿Quién se equivocó, el modelo o la etiqueta? Antes de mejorar un modelo conviene
# leer sus errores: a veces lo que hay que mejorar es el examen.
#
# ## Ver cómo cambia de opinión
#
# Como la red contesta en cada letra, se puede mirar el momento en que se decide. Dos pares de textos que
# empiezan igual: ¿dónde se separan las curvas?

# %% [markdown] lang="en"
# The first fraction says how many of the three networks miss; the second, whether the trigrams do. The
# excerpt *con expected all tensors to be on the sa* counts as Spanish and all answer English: the excerpt
# fell on a quoted error message. Who was mistaken, the model or the label? Before improving a model it pays
# to read its errors: at times it is the exam that needs improving.
#
# ## Watching it change its mind
#
# Since the network answers at each letter, one can watch the moment at which it decides. Two pairs of texts
# that begin alike: where do the curves part?


# %%
def probabilities(text):  # seed time
    with torch.inference_mode():
        return torch.stack([reader(encode(letters(text))[None])[0] for reader in readers]).sigmoid()


# %%
# alt es: Cuatro textos letra por letra; los de cada par se separan donde dejan de ser iguales.
# alt en: Four texts letter by letter; those of a pair part where they cease to be alike.
phrases = [["para siempre", "parade in the street"], ["come con la mano", "come on over here"]]
figure, panels = plt.subplots(2, 1, figsize=(7.2, 5.0))
for ax, pair in zip(panels, phrases, strict=True):
    for text, hue, height, dash in zip(pair, ("ember", "blue"), (1.08, -0.14), ("-", "--"), strict=True):
        p = probabilities(text)
        steps = range(len(text))
        ax.plot(steps, p.mean(0), color=color(hue), linestyle=dash, marker="o", markersize=3)
        ax.fill_between(steps, p.amin(0), p.amax(0), color=color(hue), alpha=0.18, linewidth=0)
        for step, letter in enumerate(text):
            ax.text(step, height, letter, color=color(hue), ha="center", va="center")
    ax.axhline(0.5, color=color("faint"), linewidth=0.8)
    ax.set(ylim=(-0.24, 1.2), xticks=[], ylabel=tr(es="P(español)", en="P(Spanish)"))
    ax.set_yticks([0, 0.5, 1], [localized(tick) for tick in ("0", "0.5", "1")])

# %% tags=["hidden"]
for pair, alike in zip(phrases, ("para", "come "), strict=True):
    first, second = (probabilities(text) for text in pair)
    assert all(text.startswith(alike) for text in pair)
    assert torch.equal(first[:, : len(alike)], second[:, : len(alike)])
    assert first[:, -1].mean() > 0.8 and second[:, -1].mean() < 0.2

# %% [markdown] lang="es"
# La línea es la media de tres redes y la banda va de la menor a la mayor. Mientras las letras coinciden, las
# curvas son la misma, y no puede ser de otro modo: el estado solo conoce lo leído. Después, cada letra
# inclina la respuesta, y la red puede cambiar de opinión.
#
# ## Fuera de casa
#
# Estas redes solo leyeron apuntes de PyTorch. ¿Servirán para hablar de fútbol y de lentejas? Preparamos tres
# exámenes de 24 textos que escribimos para la ocasión: frases corrientes, las mismas sin tildes, como quien
# escribe apurado, y mensajes de *chat*. ¿Cuál le costará más a cada concursante?

# %% [markdown] lang="en"
# The line is the mean of three networks and the band goes from the lowest to the highest. As long as the
# letters agree the curves are one, and it cannot be otherwise: the state knows only what was read. Then each
# letter tips the answer, and the network may change its mind.
#
# ## Away from home
#
# These networks have read notes on PyTorch and nothing else. Will they do for talking of football and
# lentils? We made three exams of 24 texts written for the occasion: everyday sentences, the same without
# accents, as one types in a hurry, and chat messages. Which will be hardest for each contestant?

# %%
# es: los doce primeros de cada examen, en español; los otros doce, en inglés
# en: the first twelve of each exam, in Spanish; the other twelve, in English
everyday = """El arquero se tiró para el otro lado y fue gol.|Mi abuela le pone comino a las lentejas.
¿A qué hora cierra la panadería?|Llueve desde el jueves y no traje paraguas.|Che, ¿me pasás la sal?
Vamos al cine, que hoy sale más barato.|La luna salió detrás del cerro.|Se me perdió un botón del abrigo.
Dale de comer al gato antes de salir.|Nos vemos mañana en la esquina.|Qué frío hace en esta casa.
Prohibido pisar el césped.|The goalkeeper dived the wrong way.|My grandmother puts cumin in the lentils.
What time does the bakery close?|It has rained since Thursday.|Could you pass me the salt?
Let us go to the cinema, it is cheaper today.|The moon rose behind the hill.|A button came off my coat.
Feed the cat before you leave.|See you tomorrow at the corner.|How cold it is in this house.
Keep off the grass."""
chat = """q tal|xq no viniste|tqm|mañana t aviso|jaja re bueno|sos un genio|nos vemos|ok dale|ya voy|k haces
ni idea|que onda wey|hey whats up|u coming|brb|tmrw maybe|lol so good|ur the best|see ya|ok sure|omw|wyd
no idea|what a day mate"""


def without_accents(text):
    return "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))


exams = {
    tr(es="frases", en="sentences"): re.split(r"[|\n]", everyday),
    tr(es="sin tildes", en="no accents"): re.split(r"[|\n]", without_accents(everyday)),
    tr(es="chat", en="chat"): re.split(r"[|\n]", chat),
}

# %%
contestants = {
    tr(es="tildes", en="accents"): accent_rule,
    tr(es="letras", en="letters"): single.scores,
    tr(es="trigramas", en="trigrams"): trigrams.scores,
    **{f"GRU {seed}": lambda text, seed=seed: probabilities(text)[seed] - 0.5 for seed in SEEDS},
}
away = {
    (exam_name, name): Proportion.of(
        torch.tensor([(scores(letters(text))[-1] > 0) == (at < 12) for at, text in enumerate(sample)])
    )
    for exam_name, sample in exams.items()
    for name, scores in contestants.items()
}

# %%
# alt es: Aciertos de seis concursantes en tres exámenes; sin tildes se hunde la regla; el chat cuesta más.
# alt en: Accuracy of six contestants in three exams; without accents the rule sinks; chat is hardest.
figure, panels = plt.subplots(1, 3, figsize=(7.2, 3.4), sharey=True)
for ax, name in zip(panels, exams, strict=True):
    row = [away[name, contestant] for contestant in contestants]
    places = [p.value for p in row], [p.low for p in row], [p.high for p in row]
    interval_plot(list(contestants), *places, xlabel=tr(es="exactitud", en="accuracy"), title=name, ax=ax)
    ax.set(xlim=(0.25, 1.05), xticks=(0.5, 0.75, 1))

# %% tags=["hidden"]
assert all(len(sample) == 24 for sample in exams.values())
plain, bare, typed = exams
names = list(contestants)
assert away[bare, names[0]] == Proportion(12, 24) and away[plain, names[0]].right > 18
assert all(away[where, name].right >= 22 for where in (plain, bare) for name in names[2:])
assert all(away[typed, name].right < away[plain, name].right for name in names[2:])
worst_network = min(away[typed, name].right for name in names[3:])
best_network = max(away[typed, name].right for name in names[3:])

# %% [markdown] lang="es"
# Las frases corrientes casi no les cuestan a los trigramas ni a las redes, aunque nunca leyeron sobre
# lentejas: las letras de un idioma viajan más que sus temas. Sin tildes, la regla acierta exactamente la
# mitad, todo lo inglés; los trigramas y las redes apenas lo notan. El *chat* es otra cosa: las redes aciertan
# entre `{python} worst_network` y `{python} best_network` de 24. Son textos cortos y con una ortografía que
# nadie les enseñó. Con 24 preguntas el intervalo es ancho y no ordena a los buenos entre sí; sí basta para no
# prometer, fuera de casa, la exactitud del examen de casa.
#
# ## Lo que no sabe preguntarse
#
# ¿Y si el texto no es español ni inglés? ¿O es una palabra de los dos?

# %% [markdown] lang="en"
# Everyday sentences cost the trigrams and the networks next to nothing, though they never read about lentils:
# the letters of a language travel farther than its topics. Without accents the rule gets exactly half right,
# all of the English; the trigrams and the networks hardly notice. Chat is another matter: the networks get
# between `{python} worst_network` and `{python} best_network` of 24. These are short texts in a spelling that
# nobody taught them. With 24 questions the interval is wide and does not rank the good ones; it is enough,
# though, not to promise the accuracy of the home exam away from home.
#
# ## What it cannot ask itself
#
# And if the text is neither Spanish nor English? Or is a word of both?

# %%
# alt es: P(español) de tres redes: alta en portugués, casi 0 en alemán; en palabras sueltas, intermedia.
# alt en: P(Spanish) of three networks: high for Portuguese, near 0 for German; for lone words, in between.
strange = [
    "o gato dorme na cadeira", "el gat dorm a la cadira", "il gatto dorme sulla sedia",
    "le chat dort sur la chaise", "die katze schläft auf dem stuhl", "no", "red", "pie", "come",
]  # fmt: skip
final = torch.stack([probabilities(text)[:, -1] for text in strange])  # text seed
bounds = final.mean(1), final.amin(1), final.amax(1)
axis = tr(es="P(español) después de la última letra", en="P(Spanish) after the last letter")
ax = interval_plot(strange, *bounds, xlabel=axis, reference=0.5)

# %% tags=["hidden"]
portuguese, german = final[0].mean(), final[4].mean()
assert portuguese > 0.65 and german < 0.15
short = final[5:].mean(1)
assert ((short > 0.05) & (short < 0.95)).all()

# %% [markdown] lang="es"
# Con `{python} portuguese.item():.2f` de media, el portugués es «español»; con `{python} german.item():.2f`,
# el alemán es «inglés». Las redes no opinan sobre familias de lenguas: la sigmoide reparte la unidad entre
# dos, y «ninguno de los dos» no está en la boleta. Una probabilidad alta dice «de estos dos, este»; no dice
# «lo conozco». Con una sola palabra de las compartidas, en cambio, las redes no llegan a la certeza, y hacen
# bien.
#
# ## Para llevarte
#
# * Reparte por página, quita lo repetido y busca los atajos de tu sitio antes de que los encuentre la red.
# * Un Bayes ingenuo de trigramas es una suma de votos (1): pocas líneas, una pasada, y aquí las redes no lo
#   superaron.
# * Una salida por paso entrena y examina todos los largos con un solo texto.
# * «La red funciona» no es un resultado. «La red no supera a un conteo» sí.
# * La exactitud vale para textos como los del examen, y un clasificador de dos clases solo conoce dos.

# %% [markdown] lang="en"
# With a mean of `{python} portuguese.item():.2f` Portuguese is “Spanish”; with `{python} german.item():.2f`
# German is “English”. The networks hold no view on families of languages: the sigmoid shares one unit between
# two, and “neither” is not on the ballot. A high probability says “of these two, this one”; it does not say
# “I know it”. With a single one of the shared words, on the other hand, the networks stop short of certainty,
# and rightly so.
#
# ## What to keep
#
# * Split by page, remove what repeats, and look for the shortcuts of your site before the network finds them.
# * A naive Bayes of trigrams is a sum of votes (1): few lines, one pass, and here the networks did not beat
#   it.
# * One output at each step trains and examines every length with a single text.
# * “The network works” is not a result. “The network does not beat a count” is.
# * Accuracy holds for texts like those of the exam, and a classifier of two classes knows only two.

# %% [markdown] lang="es" tags=["quiz"]
# Entrenas con frases al azar de tu sitio y examinas con otras frases al azar de las **mismas** páginas. ¿Qué
# le pasa a la exactitud?
#
# - [x] Puede salir más alta que ante páginas nuevas: los dos lados comparten temas, nombres y fórmulas
#   repetidas.
# - [ ] Nada, porque ninguna frase está en los dos lados: las palabras y los giros de la página sí están.
# - [ ] Sale más baja, porque hay menos variedad: menos variedad hace el examen más parecido a lo aprendido.

# %% [markdown] lang="en" tags=["quiz"]
# You train on random sentences of your site and examine on other random sentences of the **same** pages. What
# happens to the accuracy?
#
# - [x] It may come out higher than on new pages: both sides share topics, names and set phrases.
# - [ ] Nothing, since no sentence is on both sides: the words and the turns of the page are.
# - [ ] It comes out lower, since there is less variety: less variety makes the exam more like what was
#   learned.

# %% [markdown] lang="es" tags=["quiz"]
# La red da $P(\text{es}) = 0{,}99$ a *o gato dorme na cadeira*. ¿Qué sabes?
#
# - [x] Que el texto le parece mucho más español que inglés: si de verdad es español, no lo sabes.
# - [ ] Que es español con una probabilidad del 99 %: solo si supieras que es uno de los dos idiomas.
# - [ ] Que la red vio portugués al entrenar: no hizo falta; bastó con que el texto se pareciera más a un
#   lado.

# %% [markdown] lang="en" tags=["quiz"]
# The network gives $P(\text{es}) = 0.99$ to *o gato dorme na cadeira*. What do you know?
#
# - [x] That the text looks much more Spanish than English to it: whether it really is you do not know.
# - [ ] That it is Spanish with a probability of 99%: only if you knew that it is one of the two languages.
# - [ ] That the network saw Portuguese in training: there was no need; it was enough that the text was more
#   like one side.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: desde cuándo está segura
#
# Escribe `settles(p, level)`: recibe las probabilidades $P(\text{es})$ después de cada letra y devuelve
# cuántas letras hay que leer para que la respuesta ya no cambie ni vuelva a la duda; es decir, el menor $n$
# tal que desde la letra $n$ hasta el final todas valen al menos `level`, o todas valen a lo sumo `1 - level`.
# Si no existe, `None`.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: since when it is sure
#
# Write `settles(p, level)`: it takes the probabilities $P(\text{es})$ after each letter and returns how many
# letters must be read until the answer neither changes nor falls back into doubt; that is, the least $n$ such
# that from letter $n$ to the end all are at least `level`, or all are at most `1 - level`. Where there is
# none, `None`.


# %% tags=["solution"]
def settles(p, level):
    for n in range(1, len(p) + 1):
        if (p[n - 1 :] >= level).all() or (p[n - 1 :] <= 1 - level).all():
            return n
    return None


# %% tags=["check"]
assert settles(torch.tensor([0.6, 0.4, 0.95, 0.7, 0.92, 0.99]), 0.9) == 5
assert settles(torch.tensor([0.6, 0.08, 0.05]), 0.9) == 2
assert settles(torch.tensor([0.95, 0.05]), 0.9) == 2
assert settles(torch.tensor([0.95, 0.5]), 0.9) is None
assert settles(torch.tensor([1.0]), 0.9) == 1
print([settles(probabilities(text).mean(0), 0.9) for pair in phrases for text in pair])

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: callarse a tiempo
#
# Escribe `answered(scores, spanish, threshold)`: un modelo contesta solo si el valor absoluto de su puntaje
# es al menos `threshold`. Devuelve dos `Proportion`: cuántos textos contesta del total, y cuántos acierta de
# los que contesta.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: keeping quiet in time
#
# Write `answered(scores, spanish, threshold)`: a model answers only if the absolute value of its score is at
# least `threshold`. Return two `Proportion`: how many texts it answers of the total, and how many it gets
# right of those it answers.


# %% tags=["solution"]
def answered(scores, spanish, threshold):
    speaks = scores.abs() >= threshold
    return Proportion.of(speaks), Proportion.of(((scores > 0) == spanish)[speaks])


# %% tags=["check"]
toy = torch.tensor([3.0, -0.5, -4.0, 0.2]), torch.tensor([True, True, False, False])
assert answered(*toy, 0.0) == (Proportion(4, 4), Proportion(2, 4))
assert answered(*toy, 1.0) == (Proportion(2, 4), Proportion(2, 2))
assert answered(*toy, 3.0)[0] == Proportion(2, 4)
four_letters = torch.stack([trigrams.scores(text)[3] for text in texts])
for threshold in (0, 1, 2, 4):
    print(threshold, *answered(four_letters, spanish, threshold))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: las piezas que deciden
#
# Escribe `telltales(model, language, k)`: los `k` trigramas que más votan por ese idioma en un `NaiveBayes`
# (el mayor logaritmo del cociente de (1) a su favor), del que más al que menos.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: the pieces that decide
#
# Write `telltales(model, language, k)`: the `k` trigrams that vote most for that language in a `NaiveBayes`
# (the greatest logarithm of the quotient of (1) in its favour), from the greatest to the least.


# %% tags=["solution"]
def telltales(model, language, k):
    other = "en" if language == "es" else "es"
    pieces = model.counts["es"] | model.counts["en"]

    def vote(piece):
        return model.log_probability(piece, language) - model.log_probability(piece, other)

    return sorted(pieces, key=vote, reverse=True)[:k]


# %% tags=["check"]
for language, sign in (("es", 1), ("en", -1)):
    found = telltales(trigrams, language, 8)
    votes = [
        sign * (trigrams.log_probability(piece, "es") - trigrams.log_probability(piece, "en"))
        for piece in found
    ]
    assert len(set(found)) == 8 and votes == sorted(votes, reverse=True) and votes[-1] > 4
    print(language, found)
assert "the" in telltales(trigrams, "en", 8)

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# La misma red, con una salida por letra del alfabeto, aprende a escribir: [Un modelo de letras que escribe en
# español](character_model.md). Las compuertas de la GRU están en [Gradientes que se
# desvanecen](vanishing_gradients.md).

# %% [markdown] lang="en"
# ## Where to go next
#
# The same network, with one output for each letter of the alphabet, learns to write: [A model of letters that
# writes Spanish](character_model.md). The gates of the GRU are in [Vanishing
# gradients](vanishing_gradients.md).
