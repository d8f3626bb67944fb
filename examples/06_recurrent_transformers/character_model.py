"""
title:
  es: Un modelo de letras que escribe en español
  en: A model of letters that writes Spanish
summary:
  es: Predecir la letra que sigue, contando o con una GRU; cuántos bits cuesta y qué escribe el modelo.
  en: Predicting the next letter, by counting or with a GRU; how many bits it costs and what the model writes.
tags: [text, language model, GRU, entropy, sampling, temperature]
objectives:
  es:
    - Medir un modelo de lenguaje en bits por letra y compararlo con n-gramas suavizados.
    - Entrenar una GRU con retropropagación truncada en el tiempo y decir qué hace `detach`.
    - Escribir texto letra por letra y predecir el efecto de la temperatura.
    - Comprobar si un modelo copia, con un texto humano como control.
  en:
    - Measure a language model in bits per letter and compare it with smoothed n-grams.
    - Train a GRU with truncated backpropagation through time, and say what `detach` does.
    - Write text letter by letter and predict the effect of temperature.
    - Check whether a model copies, with a human text as a control.
prerequisites:
  es:
    - El bucle de entrenamiento y la entropía cruzada.
    - Qué es el estado de una red recurrente.
  en:
    - The training loop and cross-entropy.
    - What the state of a recurrent network is.
timeout_seconds: 180
"""
# %% [markdown] lang="es"
# Después de *una red neuron* casi no hay duda de la letra que sigue; después de *una* y un espacio puede
# venir casi cualquiera. Un **modelo de lenguaje** da una probabilidad a cada continuación, y eso alcanza para
# dos cosas: para medir cuánto sabe de un texto y para escribir uno. Al terminar habrás construido dos, uno
# que cuenta y uno que aprende, los habrás medido con la misma vara y los habrás leído. No esperes literatura:
# aprenden en unos segundos.
#
# La lección supone [Una red recurrente a mano](rnn_by_hand.md) y usa la misma prosa congelada de [¿Español o
# inglés?](language_identification.md). El curso [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) no trata texto; predecir la letra que
# sigue es la clasificación de varias clases de su sección *PyTorch Neural Network Classification* y del
# [capítulo 02](https://www.learnpytorch.io/02_pytorch_classification/) de su libro, con una clase por letra.
#
# ## Cuánto cuesta una letra
#
# El texto de estas páginas en español se parte en dos: lecciones para aprender y lecciones para el examen.
# Las letras que casi no aparecen se reemplazan por □.

# %% [markdown] lang="en"
# After *una red neuron* there is hardly a doubt about the letter that follows; after *una* and a space almost
# any may come. A **language model** gives a probability to each continuation, and that is enough for two
# things: to measure how much it knows of a text, and to write one. By the end you will have built two, one
# that counts and one that learns, measured them with the same yardstick, and read them. They learn Spanish,
# the other language of this site. Do not expect literature: they learn in a few seconds.
#
# The lesson presumes [A recurrent network by hand](rnn_by_hand.md) and uses the same frozen prose as [Spanish
# or English?](language_identification.md). The course [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) has no text; to predict the next letter
# is the classification into several classes of its section *PyTorch Neural Network Classification* and of
# [chapter 02](https://www.learnpytorch.io/02_pytorch_classification/) of its book, with one class for each
# letter.
#
# ## What a letter costs
#
# The Spanish text of these pages is split in two: lessons to learn from and lessons for the exam. Letters
# that hardly occur are replaced by □.

# %%
import math
import re
from collections import Counter, defaultdict

import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from tutorials_lib import tr
from tutorials_lib.corpus import split
from tutorials_lib.metrics import Proportion
from tutorials_lib.models import parameter_count
from tutorials_lib.plots import curves, heat_map, localized

learned, examined = ("\n".join(sentences) for sentences in split("es"))
LETTERS = "□" + "".join(sorted(letter for letter, n in Counter(learned).items() if n >= 20))
place = {letter: index for index, letter in enumerate(LETTERS)}
learned, examined = ("".join(s if s in place else "□" for s in text) for text in (learned, examined))
print(len(LETTERS), len(learned), len(examined))
print(examined[:60])

# %% [markdown] lang="es"
# Si un modelo dio probabilidad $p$ a la letra que vino, esa letra le cuesta $\log_2 1/p$ **bits**: nada si
# estaba seguro, uno si dudaba entre dos. La media sobre el examen son sus bits por letra:
#
# $$H = -\frac{1}{N} \sum_{t=1}^{N} \log_2 P(c_t \mid c_1 \ldots c_{t-1}). \tag{1}$$
#
# Es la entropía cruzada de siempre, en bits en vez de nats, y tiene una lectura práctica: comprimido con ese
# modelo, el texto ocuparía unos $H$ bits por letra ([Shannon,
# 1948](https://doi.org/10.1002/j.1538-7305.1948.tb01338.x)). Quien no sabe nada reparte por igual entre las
# letras y paga `{python} math.log2(len(LETTERS)):.2f`.
#
# ## Contar
#
# Un **n-grama** cree que la letra depende solo de las $n-1$ anteriores, que forman su historia $u$, y cuenta:
# de las veces que apareció $u$, en cuántas siguió $c$. ¿Y si esa historia nunca apareció? Entonces hay que
# preguntarle a una más corta, $u'$, la misma sin su primera letra. La interpolación de [Witten y Bell
# (1991)](https://doi.org/10.1109/18.87000) lo hace siempre, y le da más peso a $u'$ cuanto más variado fue lo
# que siguió a $u$:
#
# $$P(c \mid u) = \frac{N(u c) + D(u)\, P(c \mid u')}{N(u) + D(u)}, \tag{2}$$
#
# donde $N$ cuenta apariciones y $D(u)$ cuántas letras distintas siguieron a $u$. Al pie de la escalera está
# el reparto por igual.

# %% [markdown] lang="en"
# If a model gave probability $p$ to the letter that came, that letter costs it $\log_2 1/p$ **bits**: nothing
# if it was certain, one if it wavered between two. The mean over the exam is its bits per letter:
#
# $$H = -\frac{1}{N} \sum_{t=1}^{N} \log_2 P(c_t \mid c_1 \ldots c_{t-1}). \tag{1}$$
#
# It is the usual cross-entropy, in bits instead of nats, and it has a practical reading: compressed with that
# model, the text would take about $H$ bits for each letter ([Shannon,
# 1948](https://doi.org/10.1002/j.1538-7305.1948.tb01338.x)). Whoever knows nothing shares equally among the
# letters and pays `{python} math.log2(len(LETTERS)):.2f`.
#
# ## Counting
#
# An **n-gram** believes that the letter depends only on the $n-1$ before it, which form its history $u$, and
# counts: of the times that $u$ occurred, how many were followed by $c$. And if that history never occurred?
# Then a shorter one has to be asked, $u'$, the same without its first letter. The interpolation of [Witten
# and Bell (1991)](https://doi.org/10.1109/18.87000) does so always, and gives $u'$ more weight the more
# varied was what followed $u$:
#
# $$P(c \mid u) = \frac{N(u c) + D(u)\, P(c \mid u')}{N(u) + D(u)}, \tag{2}$$
#
# where $N$ counts occurrences and $D(u)$ how many different letters followed $u$. At the foot of the ladder
# stands the equal share.


# %%
LONGEST = 7


class NGrams:
    def __init__(self, text):
        # es: historia → cuántas veces la siguió cada letra
        # en: history → how often each letter followed it
        self.after = defaultdict(Counter)
        for at, letter in enumerate(text):
            for length in range(min(at, LONGEST - 1) + 1):
                self.after[text[at - length : at]][letter] += 1
        self.totals = {history: counts.total() for history, counts in self.after.items()}

    def ladder(self, history, letter):  # es: P con n = 1, 2, … LONGEST  # en: P with n = 1, 2, … LONGEST
        p, rungs = 1 / len(LETTERS), []
        for length in range(LONGEST):
            u = history[len(history) - length :]
            if u in self.totals:
                counts, distinct = self.after[u], len(self.after[u])
                p = (counts[letter] + distinct * p) / (self.totals[u] + distinct)  # (2)
            rungs.append(p)
        return rungs


ngrams = NGrams(learned)

# %% tags=["hidden"]
for history in ("", "re", "a red ", "□□□zzz"):
    totals = torch.tensor([ngrams.ladder(history, letter) for letter in LETTERS], dtype=torch.float64).sum(0)
    assert torch.allclose(totals, torch.ones(LONGEST, dtype=torch.float64))  # (2) is a distribution
by_hand = Counter(learned[at + 1] for at in range(len(learned) - 1) if learned[at] == "q")
single = (learned.count("u") + len(set(learned)) / len(LETTERS)) / (len(learned) + len(set(learned)))
expected = (by_hand["u"] + len(by_hand) * single) / (by_hand.total() + len(by_hand))
assert abs(ngrams.ladder("q", "u")[1] - expected) < 1e-12  # (2), from the text

# %% [markdown] lang="es"
# ¿Cuántas letras conviene mirar hacia atrás? Con más historia se sabe más, pero cada historia se vio menos
# veces. Antes de seguir, imagina las dos curvas, una sobre texto ya visto y otra sobre el examen.

# %% [markdown] lang="en"
# How many letters should one look back? With more history more is known, but each history was seen fewer
# times. Draw both curves in your mind, one over text already seen and one over the exam, before going on.


# %%
def exam_of(text):  # letter n
    rows = [ngrams.ladder(text[at - LONGEST + 1 : at], text[at]) for at in range(LONGEST - 1, len(text))]
    return torch.tensor(rows, dtype=torch.float64)


new, seen = exam_of(examined), exam_of(learned[: len(examined)])
bits_new, bits_seen = (-p.log2().mean(0) for p in (new, seen))  # (1)
best_n = int(bits_new.argmin()) + 1
print("n      ", *range(1, LONGEST + 1), sep="     ")
print(tr(es="examen ", en="exam   "), *(f"{value:.2f}" for value in bits_new), sep="  ")

# %%
# alt es: Bits por letra según n: sobre lo visto, siempre bajan; en el examen, bajan y vuelven a subir.
# alt en: Bits per letter by n: on what was seen, they keep falling; in the exam, they fall and rise again.
two = {tr(es="examen", en="exam"): bits_new, tr(es="ya visto", en="already seen"): bits_seen}
bits_label = tr(es="bits por letra", en="bits per letter")
_ = curves(range(1, LONGEST + 1), two, xlabel="n", ylabel=bits_label, markers=True)

# %% tags=["hidden"]
assert 3 < best_n < LONGEST and bits_new[-1] > bits_new[best_n - 1] + 0.05
assert (bits_seen.diff() < 0).all() and bits_seen[-1] < 1 < 1.9 < bits_new.min()

# %% [markdown] lang="es"
# Sobre lo visto, cada letra de historia ayuda: con $n = 7$ cuesta `{python} bits_seen[-1].item():.2f` bits, y
# sería un error creerlo. En el examen el mínimo está en $n$ = `{python} best_n`, con
# `{python} bits_new.min().item():.2f` bits (algo optimista, porque elegimos $n$ mirando el examen), y desde
# allí memorizar estorba. Es la curva del sobreajuste, sin una sola red. Esa línea base va a ser difícil de
# superar.
#
# ¿Y qué escribe? Se sortea una letra con esas probabilidades, se agrega al texto y se vuelve a preguntar.

# %% [markdown] lang="en"
# On what was seen, each letter of history helps: with $n = 7$ a letter costs
# `{python} bits_seen[-1].item():.2f` bits, and it would be a mistake to believe it. In the exam the least is
# at $n$ = `{python} best_n`, with `{python} bits_new.min().item():.2f` bits (somewhat optimistic, since we
# choose $n$ by looking at the exam), and from there on memorising is in the way. It is the curve of
# overfitting, without a single network. That baseline will be hard to beat.
#
# And what does it write? A letter is drawn with those probabilities, added to the text, and the question is
# put again.


# %%
def write_counting(n, length, seed=0):
    dice = torch.Generator().manual_seed(seed)
    text = "\n"
    while len(text) <= length:
        weights = [ngrams.ladder(text[-LONGEST + 1 :], letter)[n - 1] for letter in LETTERS]
        text += LETTERS[torch.multinomial(torch.tensor(weights), 1, generator=dice).item()]
    return text[1:]


for n in (1, 2, 3, best_n):
    print(f"n = {n}:", write_counting(n, 75).replace("\n", " / "))

# %% [markdown] lang="es"
# Se pasa de letras sueltas a algo que de lejos parece español, y la única diferencia es cuánta historia se
# mira. La barra es un fin de línea.
#
# ## Una red que lleva la historia consigo
#
# Una **GRU** no corta la historia en $n$ letras: la resume en un estado $h_t$ y de él saca un logit por
# letra.
#
# $$h_t = \operatorname{GRU}(c_t, h_{t-1}), \qquad
# P(c_{t+1} = k \mid c_1 \ldots c_t) = \frac{e^{z_{tk}}}{\sum_j e^{z_{tj}}}, \qquad z_t = W h_t + b.
# \tag{3}$$
#
# Un detalle que ahorra trabajo: si el sesgo $b$ comienza en el logaritmo de la frecuencia de cada letra, la
# red nace sabiendo lo que sabe el 1-grama. Compara sin este comienzo y con él, en bits por letra y antes de
# cualquier entrenamiento:

# %% [markdown] lang="en"
# It goes from single letters to something that from afar looks like Spanish, and the only difference is how
# much history is looked at. The slash is the end of a line.
#
# ## A network that carries its history along
#
# A **GRU** does not cut the history at $n$ letters: it sums it up in a state $h_t$, and takes from it one
# logit for each letter.
#
# $$h_t = \operatorname{GRU}(c_t, h_{t-1}), \qquad
# P(c_{t+1} = k \mid c_1 \ldots c_t) = \frac{e^{z_{tk}}}{\sum_j e^{z_{tj}}}, \qquad z_t = W h_t + b.
# \tag{3}$$
#
# A detail that saves work: if the bias $b$ begins as the logarithm of the frequency of each letter, the
# network is born knowing what the 1-gram knows. Compare without this start and with it, in bits per letter
# and before any training:

# %%
known, exam = (torch.tensor([place[letter] for letter in text]) for text in (learned, examined))
# es: las letras del contexto se leen y no se cuentan
# en: the letters of the context are read and not counted
CONTEXT, SPAN = 20, 200
windows = exam.unfold(0, CONTEXT + SPAN + 1, SPAN)


class Writer(nn.Module):
    def __init__(self, width=32, hidden=96):
        super().__init__()
        self.embed = nn.Embedding(len(LETTERS), width)
        self.gru = nn.GRU(width, hidden, batch_first=True)
        self.logits = nn.Linear(hidden, len(LETTERS))

    def forward(self, ids, state=None):  # batch time
        states, last = self.gru(self.embed(ids), state)  # batch time hidden
        return self.logits(states), last  # (3)


@torch.inference_mode()
# es: bits por cada letra del examen, o de una parte: ventana tiempo
# en: bits for each letter of the exam, or of a part of it: window time
def costs(model, every=1):
    z, _ = model(windows[::every, :-1])
    targets = windows[::every, CONTEXT + 1 :]
    return cross_entropy(z[:, CONTEXT:].mT, targets, reduction="none") / math.log(2)


# %%
def newborn(seed):
    torch.manual_seed(seed)
    model = Writer()
    with torch.no_grad():
        model.logits.bias.copy_(torch.bincount(known, minlength=len(LETTERS)).add(1).log())
    return model


torch.manual_seed(0)
plain, informed = (costs(model, every=4).mean().item() for model in (Writer(), newborn(0)))
print(f"{plain:.2f}   {informed:.2f}   {parameter_count(Writer())}")

# %% tags=["hidden"]
assert abs(plain - math.log2(len(LETTERS))) < 0.2 and abs(informed - bits_new[0]) < 0.2

# %% [markdown] lang="es"
# El primer número es el de quien reparte por igual; el segundo, el del 1-grama; el tercero cuenta los
# parámetros.
#
# ### Cortar el gradiente, no la memoria
#
# El texto es una sola secuencia de `{python} len(learned):,` letras. Retropropagar hasta su comienzo costaría
# una memoria proporcional a todo lo leído. La **retropropagación truncada en el tiempo** lee de 16 en 16
# letras: el estado pasa de un tramo al siguiente, y `detach` le quita su pasado de cálculo. La memoria sigue;
# el gradiente no cruza. El texto se corta en 16 tiras que se leen a la vez.

# %% [markdown] lang="en"
# The first number is that of one who shares equally; the second, that of the 1-gram; the third counts the
# parameters.
#
# ### Cut the gradient, not the memory
#
# The text is a single sequence of `{python} len(learned):,` letters. To backpropagate to its beginning would
# cost memory in proportion to all that was read. **Truncated backpropagation through time** reads 16 letters
# at a time: the state goes from one stretch to the next, and `detach` takes its past of computing from it.
# Memory goes on; the gradient does not cross. The text is cut into 16 strips that are read at the same time.

# %%
STEPS, STRETCH, STRIPS, SEEDS = 300, 16, 16, range(3)
STAGES = (0, 40, 120, STEPS)
strips = known[: len(known) // STRIPS * STRIPS].view(STRIPS, -1)


def train(seed):
    model, state, stages = newborn(seed), None, {}
    optimizer = torch.optim.Adam(model.parameters(), betas=(0.9, 0.99))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.01, total_steps=STEPS, pct_start=0.1)
    for step in range(STEPS):
        if step in STAGES:
            stages[step] = {name: weight.clone() for name, weight in model.state_dict().items()}
        stretch = strips[:, step * STRETCH : (step + 1) * STRETCH + 1]
        z, state = model(stretch[:, :-1], state)
        state = state.detach()
        loss = cross_entropy(z.mT, stretch[:, 1:])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return model, stages | {STEPS: model.state_dict()}


writers, stages = zip(*(train(seed) for seed in SEEDS), strict=True)


# %%
def at_stage(step, seed=0):
    model = Writer()
    model.load_state_dict(stages[seed][step])
    return model


final = torch.stack([costs(writer) for writer in writers])  # seed window time
final_bits = final.mean(dim=(1, 2))
for seed in SEEDS:
    early = [costs(at_stage(step, seed), every=4).mean() for step in STAGES[:-1]]
    print(*(f"{value:.2f}" for value in (*early, final_bits[seed])), sep="   ")

# %% tags=["hidden"]
read = STEPS * STRETCH * STRIPS / len(learned)
assert read < 1  # less than one pass
with torch.inference_mode():
    z, _ = writers[0](windows[:1, :-1])
    p = z.softmax(-1)
    by_formula = -p[0, CONTEXT:].gather(1, windows[0, CONTEXT + 1 :, None]).log2().mean()  # (1)
    assert torch.allclose(p, z.exp() / z.exp().sum(-1, keepdim=True))  # (3)
    assert torch.isclose(by_formula, final[0, 0].mean(), atol=1e-4)
    first, state = writers[0](windows[:1, :50])
    rest, _ = writers[0](windows[:1, 50:-1], state)
    assert torch.allclose(torch.cat([first, rest], 1), z, atol=1e-4)  # the state carries the history
assert final_bits.max() < early[-1] < early[1] < early[0]
assert final_bits.max() < bits_new[2] - 0.03 and final_bits.min() > bits_new[3] + 0.1

# %% [markdown] lang="es"
# Cada fila es una semilla y cada columna, los bits por letra después de `{python} STAGES[0]`,
# `{python} STAGES[1]`, `{python} STAGES[2]` y `{python} STAGES[3]` pasos: las tres primeras, en un cuarto del
# examen; la última, en todo. Las tres redes terminan entre `{python} final_bits.min().item():.2f` y
# `{python} final_bits.max().item():.2f`: mejor que el trigrama (`{python} bits_new[2].item():.2f`) y peor que
# el 4-grama (`{python} bits_new[3].item():.2f`), por no hablar del `{python} best_n`-grama
# (`{python} bits_new.min().item():.2f`). La red leyó el `{python} read:.0%` del texto, una sola vez; contar
# lo recorrió entero. Con más texto y más cómputo la historia cambia: [Bengio et al.
# (2003)](https://www.jmlr.org/papers/v3/bengio03a.html) superaron con una red los mejores n-gramas de
# palabras. Aquí, con este texto y estos segundos, de las dos cosas comprime mejor contar.
#
# ### El mismo dado, cuatro edades
#
# Para oír lo que aprende, la hacemos escribir en cada etapa con los mismos números al azar.

# %% [markdown] lang="en"
# Each row is a seed and each column the bits per letter after `{python} STAGES[0]`, `{python} STAGES[1]`,
# `{python} STAGES[2]` and `{python} STAGES[3]` steps: the first three on a quarter of the exam, the last on
# all of it. All three networks end between `{python} final_bits.min().item():.2f` and
# `{python} final_bits.max().item():.2f`: better than the trigram (`{python} bits_new[2].item():.2f`) and
# worse than the 4-gram (`{python} bits_new[3].item():.2f`), let alone the `{python} best_n`-gram
# (`{python} bits_new.min().item():.2f`). The network read `{python} read:.0%` of the text, once; counting
# went through all of it. With more text and more computing the story changes: [Bengio et al.
# (2003)](https://www.jmlr.org/papers/v3/bengio03a.html) beat the best n-grams of words with a network. Here,
# with this text and these seconds, of the two it is counting that compresses better.
#
# ### The same dice, four ages
#
# To hear what it learns, we have it write at each stage with the same random numbers.


# %%
@torch.inference_mode()
def write(model, length, temperature=0.7, seed=0, prompt="\n"):
    dice = torch.Generator().manual_seed(seed)
    text, state = prompt, None
    ids = torch.tensor([[place[letter] for letter in prompt]])
    for _ in range(length):
        z, state = model(ids, state)
        p = (z[0, -1] / temperature).softmax(0)  # (4)
        ids = torch.multinomial(p, 1, generator=dice)[None]
        text += LETTERS[ids.item()]
    return text.removeprefix("\n")


for step in STAGES:
    print(f"{step:>4}", write(at_stage(step), 80).replace("\n", " / "))

# %% [markdown] lang="es"
# Primero, letras con su frecuencia y sin orden. Luego aparecen el espacio cada tantas letras, las vocales
# entre consonantes y las palabras cortas; al final, terminaciones y concordancias que a veces aciertan.
# ¿Cuántas de sus palabras existen? Contémoslas, tomando por existentes las de las lecciones leídas, con el
# examen humano como control: ni siquiera él usa solo palabras leídas. En las muestras de arriba y en este
# conteo la red escribe con $\tau = 0{,}7$, la *temperatura* que se explica más abajo.

# %% [markdown] lang="en"
# First, letters at their frequency and in no order. Then come a space every so many letters, vowels between
# consonants and short words; in the end, endings and agreements that are right at times. How many of its
# words exist? Let us count them, taking for such those of the lessons read, with the human exam as a control:
# not even that one uses only words that were read. In the samples above and in this count the network writes
# at $\tau = 0.7$, the *temperature* explained farther down.


# %%
def words(text):
    return re.findall(r"[^\W\d_□]+", text.lower())


vocabulary = set(words(learned))


def real_words(text):
    return Proportion.of(torch.tensor([word in vocabulary for word in words(text)]))


human = real_words(examined)
by_seed = [real_words(write(writer, 500, seed=seed)) for seed, writer in zip(SEEDS, writers, strict=True)]
print(tr(es="humano", en="human"), human, f"{human.value:.0%}")
for share in by_seed:
    print("GRU   ", share, f"{share.value:.0%}", [round(bound, 2) for bound in share.interval()])

# %% tags=["hidden"]
assert human.value > 0.9
assert all(0.4 < share.value < human.value and share.high < human.low for share in by_seed)
newborn_words = real_words(write(at_stage(0), 500))
assert newborn_words.high < min(share.low for share in by_seed)

# %% [markdown] lang="es"
# De las palabras que escribe, entre el `{python} min(share.value for share in by_seed):.0%` y el
# `{python} max(share.value for share in by_seed):.0%` figuran en lo que leyó; de las del texto humano, el
# `{python} human.value:.0%`. Las demás las inventó, o acertó con alguna que no había leído. Aprendió a
# deletrear antes que a decir algo; lo que dice no significa nada, y nada en (1) se lo pide.
#
# ## Dónde duda
#
# Los bits por letra son una media. Letra por letra se ve dónde se pagan. ¿Al principio de la palabra o al
# final?

# %% [markdown] lang="en"
# Of the words that it writes, between `{python} min(share.value for share in by_seed):.0%` and
# `{python} max(share.value for share in by_seed):.0%` occur in what it read; of those of the human text,
# `{python} human.value:.0%`. The rest it invented, or it hit upon one that it had not read. It learned to
# spell before it learned to say something; what it says means nothing, and nothing in (1) asks that of it.
#
# ## Where it hesitates
#
# Bits per letter are a mean. Letter by letter one sees where they are paid. At the beginning of the word or
# at its end?

# %%
# alt es: Texto del examen en casillas, una por letra; el color da los bits, altos donde empieza una palabra.
# alt en: Text of the exam in cells, one per letter; the colour gives the bits, high where words begin.
bits = final.mean(dim=0)  # window time
shown = [LETTERS[index] for index in windows[0, CONTEXT + 1 :]]
_, ax = plt.subplots(figsize=(7.4, 1.1))
labels = [
    ["·" if sign == " " else sign.replace("\n", "/") for sign in shown[at : at + 26]] for at in (0, 26, 52)
]
heat_map(bits[0, :78].reshape(3, 26), texts=labels, limits=(0, 8), ax=ax)
_ = ax.set(xticks=[], yticks=[])

# %%
previous = windows[:, CONTEXT:-1]
first = (previous == place[" "]) & torch.isin(windows[:, CONTEXT + 1 :], torch.tensor(
    [place[letter] for letter in LETTERS if letter.isalpha()]
))  # fmt: skip
inside = ~first & (previous != place[" "])
print(f"{bits[first].mean():.2f}   {bits[inside].mean():.2f}   {first.float().mean():.0%}")

# %% tags=["hidden"]
assert bits[first].mean() > bits[inside].mean() + 0.8
share_paid = (bits[first].sum() / bits.sum()).item()

# %% [markdown] lang="es"
# La primera letra de una palabra cuesta en promedio `{python} bits[first].mean().item():.2f` bits, y las
# demás letras y signos, `{python} bits[inside].mean().item():.2f`. Las primeras son el
# `{python} first.float().mean().item():.0%` del texto y se llevan el `{python} share_paid:.0%` de la cuenta.
# En la figura, claro es caro: empezar una palabra es elegir qué decir; terminarla, ortografía.
#
# ## Temperatura
#
# Al escribir se puede cargar el dado. Con temperatura $\tau$ se divide cada logit antes de *softmax*:
#
# $$P_\tau(k) = \frac{e^{z_k / \tau}}{\sum_j e^{z_j / \tau}}. \tag{4}$$
#
# Con $\tau = 1$ es el modelo. ¿Qué harán $\tau \to 0$ y $\tau$ grande?

# %% [markdown] lang="en"
# The first letter of a word costs `{python} bits[first].mean().item():.2f` bits on average, and the other
# letters and signs `{python} bits[inside].mean().item():.2f`. The first ones are
# `{python} first.float().mean().item():.0%` of the text and take `{python} share_paid:.0%` of the bill. In
# the figure, bright is dear: to begin a word is to choose what to say; to end it, spelling.
#
# ## Temperature
#
# When writing, the dice can be loaded. With temperature $\tau$ each logit is divided before softmax:
#
# $$P_\tau(k) = \frac{e^{z_k / \tau}}{\sum_j e^{z_j / \tau}}. \tag{4}$$
#
# At $\tau = 1$ it is the model. What will $\tau \to 0$ and a large $\tau$ do?

# %%
for temperature in (0.1, 0.5, 1.0, 2.0):
    print(f"τ = {temperature}", write(writers[0], 80, temperature).replace("\n", " / "))

# %%
# alt es: Probabilidad de la letra que sigue con tres temperaturas: concentrada, la del modelo y aplanada.
# alt en: Probability of the next letter at three temperatures: concentrated, as the model has it, flattened.
with torch.inference_mode():
    z = writers[0](torch.tensor([[place[letter] for letter in "\nEs una "]]))[0][0, -1]
likeliest = z.argsort(descending=True)[:10]
three = {localized(f"τ = {t}"): (z / t).softmax(0)[likeliest] for t in (0.5, 1, 2)}  # (4)
axes = {
    "xlabel": tr(es="letra que sigue", en="next letter"),
    "ylabel": tr(es="probabilidad", en="probability"),
}
ax = curves(range(10), three, markers=True, **axes)
_ = ax.set_xticks(range(10), [LETTERS[k].replace(" ", "·").replace("\n", "/") for k in likeliest])

# %% tags=["hidden"]
entropy = {
    t: torch.distributions.Categorical(logits=z / t).entropy().item() / math.log(2) for t in (0.5, 1, 2)
}
assert entropy[0.5] < entropy[1] < entropy[2]
manual = torch.exp(z / 0.5) / torch.exp(z / 0.5).sum()
assert torch.allclose(manual[likeliest], three[localized("τ = 0.5")], atol=1e-6)  # (4)
cold, hot = (real_words(write(writers[0], 500, t)) for t in (0.3, 2.0))
assert cold.low > hot.high and cold.value > 0.7
cold_text = write(writers[0], 400, 0.1)
assert len(set(words(cold_text))) < 0.6 * len(words(cold_text))

# %% [markdown] lang="es"
# Después de *Es una* y un espacio, la entropía de la letra que sigue es de `{python} entropy[0.5]:.1f` bits
# con $\tau = 0{,}5$, de `{python} entropy[1]:.1f` con 1 y de `{python} entropy[2]:.1f` con 2. Con
# $\tau = 0{,}3$ escribe sobre todo palabras que leyó, el `{python} cold.value:.0%`, y con $\tau = 0{,}1$,
# además, se repite; con $\tau = 2$ inventa, y solo el `{python} hot.value:.0%` figura entre las leídas. La
# temperatura no agrega conocimiento: cambia variedad por cautela.
#
# ## ¿Copia?
#
# Cuando un modelo escribe bien cabe sospechar que recita. Medimos, desde cada letra de un texto, cuántas
# letras seguidas coinciden con algún lugar de lo leído. Pero ¿cuánto es mucho? Hace falta un control: un
# texto que seguro no copia de allí, el examen humano. Apuesta: ¿quién coincide más, la red o la persona?

# %% [markdown] lang="en"
# After *Es una* and a space the entropy of the next letter is `{python} entropy[0.5]:.1f` bits at
# $\tau = 0.5$, `{python} entropy[1]:.1f` at 1 and `{python} entropy[2]:.1f` at 2. At $\tau = 0.3$ it writes
# mostly words that it read, `{python} cold.value:.0%`, and at $\tau = 0.1$ it repeats itself besides; at
# $\tau = 2$ it invents, and only `{python} hot.value:.0%` are among those read. Temperature adds no
# knowledge: it trades variety for caution.
#
# ## Does it copy?
#
# When a model writes well one may suspect that it recites. We measure, from each letter of a text, how many
# letters in a row agree with some place of what was read. But how much is much? A control is needed: a text
# that surely does not copy from there, the human exam. Place your bet: who agrees more, the network or the
# person?


# %%
# es: letras seguidas que están en la fuente, desde cada lugar
# en: letters in a row that stand in the source, from each place
def copied(text, source, limit=60):
    lengths = []
    for at in range(len(text) - limit):
        length = 0
        while length < limit and text[at : at + length + 1] in source:
            length += 1
        lengths.append(length)
    return torch.tensor(lengths)


written = {
    tr(es="persona", en="person"): examined[:600],
    "GRU": write(writers[0], 600),
    f"n = {best_n}": write_counting(best_n, 600),
    f"n = {LONGEST}": write_counting(LONGEST, 600),
}
runs = {name: copied(text, learned) for name, text in written.items()}
for name, lengths in runs.items():
    start = int(lengths.argmax())
    longest = written[name][start : start + int(lengths.max())]
    print(f"{name:<8} {lengths.float().mean():>5.1f} {int(lengths.max()):>3}  {longest!r}")

# %% tags=["hidden"]
person, network, five, seven = (lengths.float().mean().item() for lengths in runs.values())
assert network < person and network < seven and five < seven
assert int(runs["GRU"].max()) < 45

# %% [markdown] lang="es"
# Las columnas son la coincidencia media, la mayor, contada hasta 60 letras, y dónde ocurrió. La red coincide
# en promedio `{python} network:.1f` letras; la persona, que comparte con lo leído palabras y giros enteros,
# `{python} person:.1f`. La red no recita. El 7-grama coincide más que el `{python} best_n`-grama: la misma
# memoria que lo perdió en el examen. Sin el control, cualquiera de estos números habría parecido sospechoso.
#
# ## Para llevarte
#
# * Los bits por letra (1) miden todo modelo de lenguaje con una vara, cuente o aprenda.
# * Un n-grama suavizado (2) es la línea base. Con poco texto, cuesta mucho superarla.
# * El sesgo inicial puede llevar las frecuencias: la red no gasta pasos en descubrirlas.
# * `detach` corta el gradiente y conserva el estado.
# * La temperatura (4) cambia variedad por cautela. «¿Copia?» se contesta con un control.

# %% [markdown] lang="en"
# The columns are the mean agreement, the longest one, counted up to 60 letters, and where it happened. The
# network agrees over `{python} network:.1f` letters on average; the person, who shares whole words and turns
# of phrase with what was read, over `{python} person:.1f`. The network does not recite. The 7-gram agrees
# more than the `{python} best_n`-gram: the same memory that lost it the exam. Without the control any of
# these numbers would have looked suspicious.
#
# ## What to keep
#
# * Bits per letter (1) measure any language model with one yardstick, whether it counts or learns.
# * A smoothed n-gram (2) is the baseline. With little text it takes a lot to beat it.
# * The initial bias may carry the frequencies: the network spends no steps on finding them out.
# * `detach` cuts the gradient and keeps the state.
# * Temperature (4) trades variety for caution. “Does it copy?” is answered with a control.

# %% [markdown] lang="es" tags=["quiz"]
# En el bucle borras la línea `state = state.detach()`. ¿Qué pasa?
#
# - [x] El segundo `backward` falla: el estado arrastra el grafo del tramo anterior, que ya se liberó.
# - [ ] La red pierde la memoria entre tramos: la perdería si el estado volviera a `None`; sin `detach` lleva
#   estado y, además, pasado.
# - [ ] Nada, `detach` solo ahorra memoria: con `backward` en cada tramo, el grafo anterior ya no está.

# %% [markdown] lang="en" tags=["quiz"]
# You delete the line `state = state.detach()` from the loop. What happens?
#
# - [x] The second `backward` fails: the state drags along the graph of the former stretch, which has been
#   freed.
# - [ ] The network loses its memory between stretches: it would if the state went back to `None`; without
#   `detach` it carries state and, besides, a past.
# - [ ] Nothing, `detach` only saves memory: with a `backward` in each stretch the former graph is gone.

# %% [markdown] lang="es" tags=["quiz"]
# Un modelo pide 1 bit por letra sobre el texto con el que se ajustó y 4 sobre uno nuevo. ¿Cuál informas?
#
# - [x] El de 4: el otro mide cuánto recuerda, como el 7-grama sobre lo ya visto.
# - [ ] El de 1: es el que el modelo alcanza cuando conoce el tema; conoce las frases, que es otra cosa.
# - [ ] La media: no es el costo de ningún texto.

# %% [markdown] lang="en" tags=["quiz"]
# A model asks 1 bit per letter over the text it was fitted to and 4 over a new one. Which do you report?
#
# - [x] The 4: the other measures how much it remembers, like the 7-gram over what was already seen.
# - [ ] The 1: it is what the model reaches when it knows the topic; it knows the sentences, which is
#   something else.
# - [ ] The mean: it is the cost of no text.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: perplejidad
#
# La **perplejidad** es $2^H$: entre cuántas letras igual de probables sería esa duda. Escribe
# `perplexity(logits, targets)` para logits de forma `(time, letters)` y letras de forma `(time,)`.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: perplexity
#
# **Perplexity** is $2^H$: among how many equally likely letters that doubt would be. Write
# `perplexity(logits, targets)` for logits of shape `(time, letters)` and letters of shape `(time,)`.


# %% tags=["solution"]
def perplexity(logits, targets):
    return cross_entropy(logits, targets).exp().item()


# %% tags=["check"]
assert abs(perplexity(torch.zeros(5, 8), torch.arange(5)) - 8) < 1e-4
assert abs(perplexity(torch.tensor([[100.0, 0.0]]), torch.tensor([0])) - 1) < 1e-4
with torch.inference_mode():
    z, _ = writers[0](windows[:1, :-1])
value = perplexity(z[0, CONTEXT:], windows[0, CONTEXT + 1 :])
assert abs(value - 2 ** final[0, 0].mean().item()) < 1e-2
print(f"{value:.2f}")

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: sortear solo entre las mejores
#
# Escribe `keep_best(logits, k)`: una copia de los logits de la última dimensión en que todos menos los `k`
# mayores valen $-\infty$. El resto de las letras recibirá probabilidad cero.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: drawing among the best only
#
# Write `keep_best(logits, k)`: a copy of the logits along the last dimension in which all but the `k`
# greatest are $-\infty$. The other letters will get probability zero.


# %% tags=["solution"]
def keep_best(logits, k):
    least = logits.topk(k).values[..., -1:]
    return logits.masked_fill(logits < least, -math.inf)


# %% tags=["check"]
sample = torch.tensor([[3.0, -1.0, 2.0, 0.5], [0.0, 4.0, 1.0, -2.0]])
kept = keep_best(sample, 2)
assert torch.equal(
    kept.softmax(-1) > 0, torch.tensor([[True, False, True, False], [False, True, True, False]])
)
assert torch.equal(keep_best(sample, 4), sample)
assert sample[0, 1] == -1.0  # es: el original no se toca  # en: the original is left alone
print(kept.softmax(-1).numpy().round(2))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: dos mejor que una
#
# Contar y aprender se equivocan en letras distintas, así que una mezcla puede superar a las dos. Escribe
# `mixed_bits(p, q, weight)`: los bits por letra de $w\,p + (1 - w)\,q$, donde `p` y `q` son las
# probabilidades que cada modelo dio a las letras que vinieron. La comprobación elige el peso con la primera
# mitad del examen y lo juzga con la segunda.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: two better than one
#
# Counting and learning are mistaken on different letters, so a mixture may beat both. Write
# `mixed_bits(p, q, weight)`: the bits per letter of $w\,p + (1 - w)\,q$, where `p` and `q` are the
# probabilities that each model gave to the letters that came. The check chooses the weight on the first half
# of the exam and judges it on the second.


# %% tags=["solution"]
def mixed_bits(p, q, weight):
    return -(weight * p + (1 - weight) * q).log2().mean().item()


# %% tags=["check"]
half = torch.tensor([0.5, 0.5])
assert abs(mixed_bits(half, half / 2, 0.0) - 2) < 1e-6 and abs(mixed_bits(half, half / 2, 1.0) - 1) < 1e-6
offset = CONTEXT + 1 - (LONGEST - 1)
counted = new[offset : offset + windows.shape[0] * SPAN, best_n - 1]
network_p = 2 ** -final[0].double().flatten()
middle = len(counted) // 2
weights = [step / 20 for step in range(21)]
chosen = min(weights, key=lambda weight: mixed_bits(counted[:middle], network_p[:middle], weight))
judged = [mixed_bits(counted[middle:], network_p[middle:], weight) for weight in (1.0, 0.0, chosen)]
assert judged[2] < min(judged[:2]) - 0.01
print(chosen, [round(value, 2) for value in judged])

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# Antes: [¿Español o inglés?](language_identification.md), que lee la misma prosa, y [Una red recurrente a
# mano](rnn_by_hand.md). Después: un modelo de letras escribe lo que quiere; para que escriba **lo que le
# dicen**, hay que darle una entrada, como en [Números en palabras, con atención](seq2seq_attention.md).

# %% [markdown] lang="en"
# ## Where to go next
#
# Before: [Spanish or English?](language_identification.md), which reads the same prose, and [A recurrent
# network by hand](rnn_by_hand.md). After: a model of letters writes what it likes; to have it write **what it
# is told**, it needs an input, as in [Numbers in words, with attention](seq2seq_attention.md).
