"""
title:
  es: Mapa de aplicaciones
  en: Map of applications
summary:
  es: Recomendar, traducir, oír, ver, filtrar spam y más, cada una en una corrida mínima y con su forma.
  en: Recommending, translating, hearing, seeing, filtering spam and more, each in miniature with its shape.
tags: [applications, recommendation, seq2seq, translation, speech, vision, spam, regression]
objectives:
  es:
    - Decir qué forma de tensor entra y cuál sale en ocho aplicaciones del aprendizaje profundo.
    - Ejecutar cada una en pequeño y leer su resultado con n y su línea base.
    - Reconocer qué tienen en común, el mismo bucle, y qué las distingue, la forma y la pérdida.
  en:
    - Say which tensor shape goes in and which comes out in eight applications of deep learning.
    - Run each of them in miniature and read its result with n and its baseline.
    - Recognise what they share, the same loop, and what sets them apart, the shape and the loss.
prerequisites:
  es:
    - Cómo se vuelven números los textos, imágenes y sonidos.
    - Haber visto un bucle de entrenamiento.
  en:
    - How texts, images and sounds become numbers.
    - Having seen a training loop.
timeout_seconds: 180
"""
# %% [markdown] lang="es"
# Las notas del curso terminan su introducción con una lista de usos: recomendar, traducir, reconocer el
# habla, ver, leer el correo, transformar secuencias, clasificar y predecir cantidades. Aquí están los ocho,
# cada uno tan pequeño que se entrena en unos segundos. Al terminar podrás ponerle a una aplicación nueva su
# forma de entrada, su forma de salida y su pérdida, que es lo que hace falta para empezarla.
#
# Son miniaturas con datos pequeños o simulados; sus resultados valen para lo que dicen y no para el problema
# grande del mismo nombre. Supone [De la cosa al número y de vuelta](../concepts/numerical_encoding.md).
# Acompaña las primeras clases de *PyTorch Fundamentals* del curso [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) de Andrei Neagoie y Daniel Bourke
# ([capítulo 00](https://www.learnpytorch.io/00_pytorch_fundamentals/)).

# %% [markdown] lang="en"
# The notes of the course end their introduction with a list of uses: recommending, translating, recognising
# speech, seeing, reading mail, transforming sequences, classifying and predicting amounts. Here are all
# eight, each so small that it trains in a few seconds. By the end you will be able to give a new application
# its input shape, its output shape and its loss, which is what it takes to begin it.
#
# They are miniatures with little or simulated data; their results hold for what they say, and not for the
# large problem of the same name. It presumes [From the thing to the number and
# back](../concepts/numerical_encoding.md). It goes with the first classes of *PyTorch Fundamentals* of the
# course [PyTorch for Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) by
# Andrei Neagoie and Daniel Bourke ([chapter 00](https://www.learnpytorch.io/00_pytorch_fundamentals/)).

# %%
import math
import re
from collections.abc import Callable

import torch
from sklearn.datasets import load_diabetes, load_wine
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, l1_loss, mse_loss

from tutorials_lib import tr
from tutorials_lib.data import digits
from tutorials_lib.metrics import Proportion
from tutorials_lib.models import TinyVGG
from tutorials_lib.plots import color, heat_map, image_grid, interval_plot

# %% [markdown] lang="es"
# ## Lo que comparten
#
# Un solo bucle sirve a las ocho. Recibe el modelo, los índices de los ejemplos de entrenamiento y una función
# que da la pérdida de unos índices. Todo lo que cambia de una aplicación a otra está en esa función y en las
# formas.

# %% [markdown] lang="en"
# ## What they share
#
# A single loop serves all eight. It takes the model, the indices of the training examples, and a function
# that gives the loss of some indices. Whatever changes from one application to another is in that function
# and in the shapes.

# %%
SEEDS = range(3)
Loss = Callable[[torch.Tensor], torch.Tensor]


def fit(
    model: nn.Module, examples: torch.Tensor, loss_of: Loss, epochs: int, batch: int, rate: float
) -> None:
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    for _ in range(epochs):
        for chosen in examples[torch.randperm(len(examples))].split(batch):
            loss = loss_of(chosen)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


def split(n: int, train: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    # es: fija también los pesos que se sortean después
    # en: also fixes the weights that are drawn next
    torch.manual_seed(seed)
    mixed = torch.randperm(n)
    return mixed[:train], mixed[train:]


shapes: dict[str, tuple[tuple, tuple]] = {}
scores: dict[str, list[Proportion]] = {}
baselines: dict[str, float] = {}

# %% [markdown] lang="es"
# ## Recomendación: (persona, película) → estrellas
#
# Una tabla de 80 personas por 60 películas en la que falta la mayor parte. La **factorización de matrices**
# ([Koren, Bell y Volinsky, 2009](https://doi.org/10.1109/MC.2009.263)) da a cada persona y a cada película un
# vector aprendido, y predice con su producto escalar. Simulamos los gustos para conocer las estrellas que el
# modelo no vio. La línea base es el promedio de la película. ¿Le ganará con un tercio de la tabla a la vista?

# %% [markdown] lang="en"
# ## Recommendation: (person, film) → stars
#
# A table of 80 people by 60 films of which most is missing. **Matrix factorisation** ([Koren, Bell and
# Volinsky, 2009](https://doi.org/10.1109/MC.2009.263)) gives each person and each film a learned vector, and
# predicts with their dot product. We simulate the tastes so as to know the stars that the model did not see.
# The baseline is the mean of the film. Will a third of the table in sight be enough to beat it?

# %%
PEOPLE, FILMS = 80, 60


class Factors(nn.Module):
    def __init__(self, width: int = 4) -> None:
        super().__init__()
        self.person, self.film = nn.Embedding(PEOPLE, width), nn.Embedding(FILMS, width)
        # es: qué tan bien le va a la película con todo el mundo
        # en: how well the film does with everybody
        self.liked = nn.Embedding(FILMS, 1)
        for table in (self.person, self.film, self.liked):
            nn.init.normal_(table.weight, std=0.3)

    def forward(self, pairs: torch.Tensor) -> torch.Tensor:  # pair 2 → pair
        person, film = pairs.T
        return 3 + (self.person(person) * self.film(film)).sum(dim=1) + self.liked(film)[:, 0]


# %%
def recommendation(seed: int) -> tuple[float, float, Factors, torch.Tensor]:
    random = torch.Generator().manual_seed(seed)
    tastes, traits = torch.randn(PEOPLE, 2, generator=random), torch.randn(FILMS, 2, generator=random)
    noise = 0.3 * torch.randn(PEOPLE, FILMS, generator=random)
    stars = (3 + 0.8 * tastes @ traits.T + noise).clamp(1, 5).round().flatten()
    pairs = torch.cartesian_prod(torch.arange(PEOPLE), torch.arange(FILMS))  # pair 2
    seen, hidden = split(len(pairs), len(pairs) // 3, seed)
    model = Factors()
    fit(model, seen, lambda chosen: mse_loss(model(pairs[chosen]), stars[chosen]), 60, 800, 0.05)
    given = torch.full((PEOPLE * FILMS,), torch.nan)
    given[seen] = stars[seen]
    means = given.reshape(PEOPLE, FILMS).nanmean(dim=0)[pairs[hidden, 1]]
    with torch.inference_mode():
        error = l1_loss(model(pairs[hidden]).clamp(1, 5), stars[hidden]).item()
    return error, l1_loss(means, stars[hidden]).item(), model, given.reshape(PEOPLE, FILMS)


tasted = [recommendation(seed) for seed in SEEDS]
for error, base, *_ in tasted:
    print(f"{error:.2f}  {base:.2f}")

# %%
# es: de los números a una recomendación: las tres mejores películas que la persona 0 no ha visto
# en: from the numbers to a recommendation: the three best films that person 0 has not seen
*_, model, given = tasted[0]
with torch.inference_mode():
    forecast = model(torch.cartesian_prod(torch.tensor([0]), torch.arange(FILMS)))
best = forecast.masked_fill(~given[0].isnan(), -torch.inf).topk(3)
film = tr(es="película", en="film")
print([f"{film} {index}: {value:.1f}" for value, index in zip(*map(torch.Tensor.tolist, best), strict=True)])
shapes[tr(es="recomendación", en="recommendation")] = ((1600, 2), (1600,))

# %% tags=["hidden"]
recommended_error, recommended_base = (
    max(error for error, *_ in tasted),
    min(base for _, base, *_ in tasted),
)
assert recommended_error < recommended_base
assert given[0][best.indices].isnan().all()
seen_count = int((~given.isnan()).sum())
assert seen_count == 1600

# %% [markdown] lang="es"
# En las tres semillas el error medio es de a lo más `{python} recommended_error:.2f` estrellas, contra no
# menos de `{python} recommended_base:.2f` del promedio de la película, con `{python} seen_count`
# calificaciones vistas y `{python} PEOPLE * FILMS - seen_count` ocultas. Los gustos simulados tienen la forma
# que el modelo supone; los de verdad no prometen tanto. El producto escalar que hace el trabajo se desarma en
# [Productos escalares](../tensor_mathematics/dot_products.md).
#
# ## Seq2seq: secuencia → secuencia
#
# *Seq2seq* (*sequence to sequence*, secuencia a secuencia; [Sutskever, Vinyals y Le,
# 2014](https://arxiv.org/abs/1409.3215)) nombra una forma, no un uso: entra una secuencia y sale otra, de
# longitud que puede ser distinta. El ejemplo: cifras → palabras en español, `4 7` → `cuarenta y siete`. Para
# esto basta una regla (la escribimos para tener ejemplos); lo que interesa es la máquina, que no sabe nada de
# números.
#
# El **codificador** lee la entrada y deja un vector por cada pieza; el **decodificador** escribe una palabra
# a la vez, y en cada paso la *atención* mezcla los vectores de la entrada según cuánto le sirve cada uno.

# %% [markdown] lang="en"
# With all three seeds the mean error is at most `{python} recommended_error:.2f` stars, against no less than
# `{python} recommended_base:.2f` for the mean of the film, with `{python} seen_count` ratings seen and
# `{python} PEOPLE * FILMS - seen_count` hidden. The simulated tastes have the form that the model presumes;
# real ones do not promise as much. The dot product that does the work is taken apart in [Dot
# products](../tensor_mathematics/dot_products.md).
#
# ## Seq2seq: sequence → sequence
#
# *Seq2seq* (sequence to sequence; [Sutskever, Vinyals and Le, 2014](https://arxiv.org/abs/1409.3215)) names a
# form, not a use: a sequence goes in and another, whose length may differ, comes out. The example: figures →
# words in Spanish, `4 7` → `cuarenta y siete`. A rule is enough for this (we write it to have examples); what
# matters is the machine, which knows nothing about numbers.
#
# The **encoder** reads the input and leaves one vector for each piece; the **decoder** writes one word at a
# time, and at each step *attention* mixes the vectors of the input by how useful each is.

# %%
ES_UNITS = str.split(
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis "
    "diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco "
    "veintiséis veintisiete veintiocho veintinueve"
)
ES_TENS = str.split("treinta cuarenta cincuenta sesenta setenta ochenta noventa")
ES_HUNDREDS = str.split(
    "ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos"
)


def spanish(n: int) -> str:
    if n < 30:
        return ES_UNITS[n]
    if n < 100:
        return ES_TENS[n // 10 - 3] + (f" y {ES_UNITS[n % 10]}" if n % 10 else "")
    if n == 100:
        return "cien"
    return ES_HUNDREDS[n // 100 - 1] + (f" {spanish(n % 100)}" if n % 100 else "")


print(spanish(47), "|", spanish(216), "|", spanish(999))


# %%
class Seq2Seq(nn.Module):
    def __init__(self, read: int, written: int, width: int = 48) -> None:
        super().__init__()
        self.embed_read, self.embed_written = nn.Embedding(read, width), nn.Embedding(written, width)
        self.encoder, self.decoder = (nn.GRU(width, width, batch_first=True) for _ in range(2))
        self.query, self.out = nn.Linear(width, width), nn.Linear(2 * width, written)

    def forward(self, source: torch.Tensor, so_far: torch.Tensor):
        memory, last = self.encoder(self.embed_read(source))  # batch source width
        state, _ = self.decoder(self.embed_written(so_far), last)  # batch target width
        match = self.query(state) @ memory.transpose(1, 2)  # batch target source
        attention = match.masked_fill((source == PAD)[:, None], -torch.inf).softmax(dim=-1)
        return self.out(torch.cat([state, attention @ memory], dim=-1)), attention


PAD, GO, END = 0, 1, 2


def encode(texts: list[list[str]]) -> tuple[torch.Tensor, list[str]]:
    pieces = ["", "<", ">", *sorted({piece for text in texts for piece in text})]
    number_of, longest = {piece: n for n, piece in enumerate(pieces)}, max(map(len, texts))
    rows = [[number_of[p] for p in text] + [END] + [PAD] * (longest - len(text)) for text in texts]
    return torch.tensor(rows), pieces


# %%
@torch.inference_mode()
def write(model: Seq2Seq, source: torch.Tensor, longest: int) -> torch.Tensor:
    written = torch.full((len(source), 1), GO)
    # es: la última palabra escrita es la próxima que se lee
    # en: the last word written is the next one read
    for _ in range(longest):
        logits, _ = model(source, written)
        written = torch.cat([written, logits[:, -1:].argmax(dim=-1)], dim=1)
    return written[:, 1:]


def until_end(row: torch.Tensor) -> list[int]:
    return row.tolist()[: row.tolist().index(END)] if END in row else row.tolist()


def learn_pairs(read: torch.Tensor, written: torch.Tensor, sizes: tuple[int, int], seed: int):
    train, test = split(len(read), 700, seed)
    model = Seq2Seq(*sizes)
    shifted = torch.cat([torch.full((len(written), 1), GO), written[:, :-1]], dim=1)

    def loss_of(chosen: torch.Tensor) -> torch.Tensor:
        logits, _ = model(read[chosen], shifted[chosen])
        return cross_entropy(logits.flatten(0, 1), written[chosen].flatten(), ignore_index=PAD)

    fit(model, train, loss_of, epochs=13, batch=100, rate=0.01)
    answers = write(model, read[test], written.shape[1])
    same = [until_end(a) == until_end(b) for a, b in zip(answers, written[test], strict=True)]
    return Proportion.of(torch.tensor(same)), model, test, answers


# %% [markdown] lang="es"
# Se entrena con 700 de los números del 0 al 999 y se examina con los otros 300. Solo cuenta la frase
# completa.

# %% [markdown] lang="en"
# It is trained on 700 of the numbers from 0 to 999 and examined on the other 300. Only the whole phrase
# counts.

# %%
in_figures, figures = encode([list(str(n)) for n in range(1000)])
in_spanish, spanish_words = encode([spanish(n).split() for n in range(1000)])
runs = [learn_pairs(in_figures, in_spanish, (len(figures), len(spanish_words)), seed) for seed in SEEDS]
scores["seq2seq"] = [run[0] for run in runs]
shapes["seq2seq"] = (tuple(in_figures.shape), (*in_spanish.shape, len(spanish_words)))
print(*scores["seq2seq"])
_, _, test, answers = runs[0]
for place in range(3):
    print(test[place].item(), "→", " ".join(spanish_words[word] for word in until_end(answers[place])))

# %% tags=["hidden"]
baselines["seq2seq"] = 0.0
assert min(score.low for score in scores["seq2seq"]) > 0.8


def worst(name: str) -> Proportion:
    return min(scores[name], key=lambda score: score.value)


# %% [markdown] lang="es"
# La peor de tres semillas escribe bien `{python} str(worst("seq2seq"))` números que no vio. ¿Azar? Acertar al
# azar una sola palabra de `{python} len(spanish_words) - 3` ya es raro; una frase entera lo es mucho más.
#
# ## Traducción: frase → frase
#
# El mismo molde y el mismo código, con español a la entrada e inglés a la salida: `cuarenta y siete` →
# `forty seven`. No van palabra por palabra: «doscientos» son dos palabras en inglés, y la *y* y el *and* caen
# en lugares distintos. La atención dice a qué palabra española mira cada palabra inglesa. ¿Será una diagonal?

# %% [markdown] lang="en"
# The worst of three seeds writes `{python} str(worst("seq2seq"))` unseen numbers right. Chance? To hit a
# single word of `{python} len(spanish_words) - 3` by chance is rare already; a whole phrase is far rarer.
#
# ## Translation: phrase → phrase
#
# The same mould and the same code, with Spanish going in and English coming out: `cuarenta y siete` →
# `forty seven`. They do not go word by word: *doscientos* is two words in English, and *y* and “and” fall in
# different places. The attention says which Spanish word each English word looks at. Will it be a diagonal?

# %%
EN_UNITS = str.split(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
EN_TENS = str.split("twenty thirty forty fifty sixty seventy eighty ninety")


def english(n: int) -> str:
    if n < 20:
        return EN_UNITS[n]
    if n < 100:
        return EN_TENS[n // 10 - 2] + (f" {EN_UNITS[n % 10]}" if n % 10 else "")
    return f"{EN_UNITS[n // 100]} hundred" + (f" and {english(n % 100)}" if n % 100 else "")


in_english, english_words = encode([english(n).split() for n in range(1000)])
TRANSLATION = tr(es="traducción", en="translation")
translators = [
    learn_pairs(in_spanish, in_english, (len(spanish_words), len(english_words)), s) for s in SEEDS
]
scores[TRANSLATION] = [run[0] for run in translators]
shapes[TRANSLATION] = (tuple(in_spanish.shape), (*in_english.shape, len(english_words)))
print(*scores[TRANSLATION])

# %%
# alt es: Atención de cada palabra inglesa, por filas, sobre cada palabra española, por columnas.
# alt en: Attention of each English word, in rows, over each Spanish word, in columns.
model, test, answers = translators[0][1:]
right = [place for place in range(300) if until_end(answers[place]) == until_end(in_english[test[place]])]
# es: uno con muchas palabras
# en: one with many words
place = max(right, key=lambda place: len(until_end(in_spanish[test[place]])))
source, target = in_spanish[test[place]], until_end(answers[place])
with torch.inference_mode():
    _, attention = model(source[None], torch.tensor([[GO, *target]]))
read_words = [spanish_words[word] for word in until_end(source)]
ax = heat_map(
    attention[0, : len(target), : len(read_words)],
    row_labels=[english_words[word] for word in target],
    column_labels=read_words,
    fmt=".2f",
    limits=(0, 1),
)
ax.tick_params(axis="x", rotation=45)

# %% [markdown] lang="es"
# Un solo caso puede ser casualidad. Contémoslo en todos los números de prueba que se escriben con cuatro
# palabras en español y cinco en inglés, como el de la figura: ¿miran las cuatro palabras inglesas con
# contenido a la española que les toca? El *and* no cuenta.

# %% [markdown] lang="en"
# A single case may be coincidence. Let us count it over all test numbers written with four words in Spanish
# and five in English, like that of the figure: do the four English words with content look at the Spanish
# word that is theirs? The *and* does not count.

# %%
aligned = []
for _, model, test, _ in translators:
    long = [n for n in test.tolist() if len(spanish(n).split()) == 4 and len(english(n).split()) == 5]
    shifted = torch.cat([torch.full((len(long), 1), GO), in_english[long, :-1]], dim=1)
    with torch.inference_mode():
        looks_at = model(in_spanish[long], shifted)[1].argmax(dim=-1)  # number English word
    aligned.append(Proportion.of(looks_at[:, [0, 1, 3, 4]] == torch.tensor([0, 0, 1, 3])))
print(*aligned)

# %% tags=["hidden"]
baselines[TRANSLATION] = 0.0
assert min(score.low for score in scores[TRANSLATION]) > 0.8
assert torch.all(attention.sum(dim=-1).sub(1).abs() < 1e-5)
agreement = [score.value for score in aligned]
assert min(score.low for score in aligned) > 0.25  # five places to look at
assert max(agreement) - min(agreement) > 0.05

# %% [markdown] lang="es"
# La peor semilla traduce bien `{python} str(worst(TRANSLATION))`. Nadie le dijo a la red qué palabra
# corresponde a cuál; solo vio pares de frases, y la atención señala la palabra que toca entre el
# `{python} min(agreement):.0%` y el `{python} max(agreement):.0%` de las veces, según la semilla. Para eso la
# propusieron [Bahdanau, Cho y Bengio (2014)](https://arxiv.org/abs/1409.0473). Donde no coincide, la
# traducción puede ser correcta igual: el decodificador recibe además el resumen de toda la frase. Un solo
# mapa de atención no es prueba de cómo traduce una red. Las filas de la figura suman como mucho 1; lo que
# falta mira a la marca de final.
#
# Las piezas de este molde se comparan en el [Mapa de arquitecturas](../concepts/architectures_map.md).
#
# ## Habla: onda → palabra
#
# Sintetizamos vocales con voces de tono y tamaño distintos, más ruido, y usamos el espectrograma como
# entrada. La convolución recorre el tiempo: una vocal es la misma empiece cuando empiece.

# %% [markdown] lang="en"
# The worst seed translates `{python} str(worst(TRANSLATION))` right. Nobody told the network which word
# corresponds to which; it only saw pairs of phrases, and the attention points at the right one between
# `{python} min(agreement):.0%` and `{python} max(agreement):.0%` of the time, depending on the seed. That is
# what [Bahdanau, Cho and Bengio (2014)](https://arxiv.org/abs/1409.0473) proposed it for. Where it does not
# agree the translation may be right all the same: the decoder also gets the summary of the whole phrase. A
# single attention map is no proof of how a network translates. The rows of the figure add up to 1 at most;
# what is missing looks at the mark of the end.
#
# The pieces of this mould are compared in the [Map of
# architectures](../concepts/architectures_map.md).
#
# ## Speech: wave → word
#
# We synthesise vowels in voices of different pitch and size, plus noise, and take the spectrogram as input.
# The convolution runs along time: a vowel is the same whenever it begins.

# %%
# alt es: Cinco espectrogramas, uno por vocal: cada uno con bandas claras a alturas distintas.
# alt en: Five spectrograms, one for each vowel: each has light bands at different heights.
VOWELS = {
    "a": (750, 1350),
    "e": (500, 1850),
    "i": (320, 2300),
    "o": (500, 1000),
    "u": (350, 800),
}  # Hz, rough
TIME = torch.arange(2000) / 8000  # seconds


def speak(vowel: str) -> torch.Tensor:
    pitch, size = 90 + 160 * torch.rand(()), 0.85 + 0.3 * torch.rand(())
    hertz = pitch * torch.arange(1, 40)  # es: los armónicos de la voz  # en: the harmonics of the voice
    loud = sum(1 / (1 + ((hertz - peak * size) / 90) ** 2) for peak in VOWELS[vowel]) * (hertz < 3900)
    wave = (loud[:, None] * torch.sin(2 * math.pi * (hertz[:, None] * TIME + torch.rand(39, 1)))).sum(dim=0)
    return wave / wave.abs().max() + 0.8 * torch.randn(2000)


def spectrogram(waves: torch.Tensor) -> torch.Tensor:  # clip time → clip frequency window
    spectrum = torch.stft(waves, 256, 128, window=torch.hann_window(256), return_complex=True)
    return spectrum.abs().clamp(min=0.01).log()


torch.manual_seed(0)
spoken = torch.arange(400) % 5
clips = spectrogram(torch.stack([speak("aeiou"[vowel]) for vowel in spoken]))
_ = image_grid(clips[:5].flip(1), list("aeiou"), columns=5, cmap="cividis", side_inches=0.5)

# %%
SPEECH = tr(es="habla", en="speech")
scores[SPEECH] = []
for seed in SEEDS:
    train, test = split(len(clips), 200, seed)
    sound = (clips - clips[train].mean()) / clips[train].std()
    model = nn.Sequential(
        nn.Conv1d(129, 16, kernel_size=3), nn.ReLU(), nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(16, 5)
    )

    def loss_of(chosen: torch.Tensor, model: nn.Module = model, sound: torch.Tensor = sound) -> torch.Tensor:
        return cross_entropy(model(sound[chosen]), spoken[chosen])

    fit(model, train, loss_of, epochs=12, batch=50, rate=0.01)
    with torch.inference_mode():
        guess = model(sound[test]).argmax(dim=1)
    scores[SPEECH].append(Proportion.of(guess == spoken[test]))
shapes[SPEECH], baselines[SPEECH] = (tuple(clips.shape), (len(clips), 5)), 0.2
print(*scores[SPEECH], "".join("aeiou"[vowel] for vowel in guess[:12]))

# %% tags=["hidden"]
assert min(score.low for score in scores[SPEECH]) > 0.5

# %% [markdown] lang="es"
# `{python} str(worst(SPEECH))` en la peor semilla, cuando al azar sería `{python} 0.2:.0%`. Son voces de
# laboratorio: a Siri se le habla con palabras, en medio de ruido real y con la voz de cualquiera.
#
# ## Visión: imagen → clase
#
# Los dígitos de 8×8, de manos que el entrenamiento no vio, y TinyVGG con tres pasadas.

# %% [markdown] lang="en"
# `{python} str(worst(SPEECH))` with the worst seed, where chance would give `{python} 0.2:.0%`. These are
# laboratory voices: Siri is spoken to in words, amid real noise and in anybody's voice.
#
# ## Vision: image → class
#
# The 8×8 digits, from hands that training did not see, and TinyVGG with three passes.

# %%
# alt es: Seis dígitos de prueba, cada uno con la respuesta de la red encima.
# alt en: Six test digits, each with the answer of the network above it.
data, VISION = digits(), tr(es="visión", en="vision")
scores[VISION] = []
for seed in SEEDS:
    torch.manual_seed(seed)
    model = TinyVGG(channels=1, hidden=10, classes=10, side=8)

    def loss_of(chosen: torch.Tensor, model: nn.Module = model) -> torch.Tensor:
        return cross_entropy(model(data.train_images[chosen]), data.train_labels[chosen])

    fit(model, torch.arange(len(data.train_labels)), loss_of, epochs=3, batch=64, rate=0.01)
    with torch.inference_mode():
        guess = model(data.test_images).argmax(dim=1)
    scores[VISION].append(Proportion.of(guess == data.test_labels))
shapes[VISION] = (tuple(data.test_images.shape), (len(data.test_images), 10))
baselines[VISION] = data.test_labels.bincount().max().item() / len(data.test_labels)
print(*scores[VISION])
_ = image_grid(data.test_images[:6], [f"→ {data.classes[label]}" for label in guess[:6]], side_inches=0.8)

# %% tags=["hidden"]
assert min(score.low for score in scores[VISION]) > 0.7

# %% [markdown] lang="es"
# `{python} str(worst(VISION))` en la peor semilla. Con más épocas y más cuidado sigue en [Tres modelos, un
# conjunto de datos](../convolutional_networks/three_models_one_dataset.md).
#
# ## Lenguaje natural: mensaje → ¿spam?
#
# Veinticuatro mensajes escritos a mano, en inglés como los de las notas. Son tan pocos que el examen se hace
# dejando fuera **uno a la vez**: se entrena con 23 y se pregunta por el que falta. Entra una bolsa de
# palabras. ¿Cuántos acertará?

# %% [markdown] lang="en"
# `{python} str(worst(VISION))` with the worst seed. With more epochs and more care it goes on in [Three
# models, one data set](../convolutional_networks/three_models_one_dataset.md).
#
# ## Natural language: message → spam?
#
# Twenty-four messages written by hand. They are so few that the exam is sat by leaving out **one at a time**:
# we train on 23 and ask about the missing one. A bag of words goes in. How many will it get right?

# %%
HAM = """see you at the meeting tomorrow | the report is attached, thanks | can you review my code today
lunch at noon as usual | your order arrives on friday | the class moved to room four
thanks for the notes from the course | happy birthday, see you tonight | the train is late, start without me
please send me the report when you can | this course is great, thanks for the link
the doctor can see you on friday"""
SPAM = """congratulations you win a free phone | click now to claim your prize
you win one million dollars today | free money, no questions, click here | cheap pills, click now
your account wins a free prize, claim now | win cash now, free entry | urgent: claim your free money
hot offer, cheap phones, click here | congratulations, claim your million now
free trial, win a prize, click | you are the winner, send your account"""
messages = [re.split(r" \| |\n", text) for text in (HAM, SPAM)]
is_spam = torch.tensor([0.0] * len(messages[0]) + [1.0] * len(messages[1]))
texts = messages[0] + messages[1]
tokens = sorted({word for text in texts for word in re.findall(r"[a-z]+", text)})


def bag(text: str) -> torch.Tensor:
    found = re.findall(r"[a-z]+", text.lower())
    return torch.tensor([float(found.count(token)) for token in tokens])


bags = torch.stack([bag(text) for text in texts])  # message token
print(tuple(bags.shape))


# %%
def learn_spam(examples: torch.Tensor) -> nn.Linear:
    torch.manual_seed(0)
    model = nn.Linear(len(tokens), 1)
    # es: ninguna palabra es sospechosa antes del primer mensaje
    # en: no word is suspicious before the first message
    nn.init.zeros_(model.weight)

    def loss_of(chosen: torch.Tensor) -> torch.Tensor:
        logits = model(bags[chosen])[:, 0]
        return binary_cross_entropy_with_logits(logits, is_spam[chosen]) + 0.01 * model.weight.square().sum()

    fit(model, examples, loss_of, epochs=60, batch=len(texts), rate=0.1)
    return model


everyone = torch.arange(len(texts))
kept_out = [learn_spam(everyone[everyone != out])(bags[out]).item() > 0 for out in everyone]
scores["spam"] = [Proportion.of(torch.tensor(kept_out) == (is_spam > 0))]
shapes["spam"], baselines["spam"] = (tuple(bags.shape), (len(texts),)), 0.5
print(scores["spam"][0], [round(bound, 2) for bound in scores["spam"][0].interval()])

# es: los dos mensajes que dibujan las notas
# en: the two messages that the notes draw
NOTES = (
    "Hey Daniel, This deep learning course is incredible! I can't wait to use what I've learned!",
    "Hay daniel... Congratulations! U win $1139239230",
)
model = learn_spam(everyone)
for text in NOTES:
    print(f"{model(bag(text)).sigmoid().item():.2f}", text[:32])

# %% tags=["hidden"]
spam_score = scores["spam"][0]
verdicts = [model(bag(text)).item() > 0 for text in NOTES]
assert verdicts == [False, True]
assert spam_score.low > 0.5
heavy = [tokens[place] for place in model.weight[0].argsort(descending=True)[:3]]

# %% [markdown] lang="es"
# `{python} str(spam_score)`, con un intervalo de `{python} spam_score.low:.0%` a
# `{python} spam_score.high:.0%`: supera a la moneda y no permite decir mucho más. Los dos mensajes de las
# notas quedan bien clasificados, pero eso **no es una prueba**, porque los veinticuatro los escribimos
# conociéndolos. Las palabras más sospechosas: `{python} ", ".join(heavy)`.
#
# ## Clasificación: fila de tabla → clase
#
# Trece mediciones químicas de 178 vinos de una misma región de Italia, hechos con tres variedades de uva.
# Cada columna se lleva a la misma escala con la media y la desviación de los datos de entrenamiento; decide
# un modelo lineal.

# %% [markdown] lang="en"
# `{python} str(spam_score)`, with an interval from `{python} spam_score.low:.0%` to
# `{python} spam_score.high:.0%`: it beats the coin and does not allow saying much more. The two messages of
# the notes are classified right, but that is **no test**, since we wrote the twenty-four knowing them. The
# most suspicious words: `{python} ", ".join(heavy)`.
#
# ## Classification: table row → class
#
# Thirteen chemical measurements of 178 wines of one region of Italy, made from three varieties of grape. Each
# column is taken to one scale with the mean and deviation of the training data; a linear model decides.

# %%
wine, TABLE = load_wine(), tr(es="clasificación", en="classification")
chemistry, grape = torch.tensor(wine.data, dtype=torch.float32), torch.tensor(wine.target)
scores[TABLE] = []
for seed in SEEDS:
    train, test = split(len(grape), 90, seed)
    scaled = (chemistry - chemistry[train].mean(dim=0)) / chemistry[train].std(dim=0)
    model = nn.Linear(13, 3)

    def loss_of(chosen: torch.Tensor, model: nn.Module = model, rows: torch.Tensor = scaled) -> torch.Tensor:
        return cross_entropy(model(rows[chosen]), grape[chosen])

    fit(model, train, loss_of, epochs=30, batch=30, rate=0.02)
    with torch.inference_mode():
        scores[TABLE].append(Proportion.of(model(scaled[test]).argmax(dim=1) == grape[test]))
shapes[TABLE], baselines[TABLE] = (tuple(chemistry.shape), (178, 3)), grape.bincount().max().item() / 178
print(*scores[TABLE])

# %% tags=["hidden"]
assert min(score.low for score in scores[TABLE]) > 0.8

# %% [markdown] lang="es"
# `{python} str(worst(TABLE))` en el peor reparto. Cómo se cuenta y se compara un resultado así está en
# [Evaluación honesta](../workflow/honest_evaluation.md); cuándo una tabla prefiere otros modelos, en [Datos
# estructurados y no estructurados](../concepts/structured_unstructured.md).
#
# ## Regresión: fila de tabla → cantidad
#
# Cambia la salida, un solo número con unidades, y con ella la pérdida: error cuadrático en vez de entropía
# cruzada. Diez medidas de 442 personas y el avance de su diabetes un año después. La línea base dice siempre
# la mediana.

# %% [markdown] lang="en"
# `{python} str(worst(TABLE))` in the worst split. How such a result is counted and compared is in [Honest
# evaluation](../workflow/honest_evaluation.md); when a table prefers other models, in [Structured and
# unstructured data](../concepts/structured_unstructured.md).
#
# ## Regression: table row → amount
#
# The output changes, a single number with units, and the loss with it: squared error instead of
# cross-entropy. Ten measurements of 442 people and the progress of their diabetes a year later. The baseline
# always says the median.

# %%
rows, progress = (torch.tensor(part, dtype=torch.float32) for part in load_diabetes(return_X_y=True))
REGRESSION = tr(es="regresión", en="regression")
regressed = []
for seed in SEEDS:
    train, test = split(len(rows), 300, seed)
    center, scale = progress[train].mean(), progress[train].std()
    model = nn.Linear(10, 1)

    def loss_of(chosen: torch.Tensor, model=model, center=center, scale=scale) -> torch.Tensor:
        return mse_loss(model(rows[chosen] * 20)[:, 0], (progress[chosen] - center) / scale)

    fit(model, train, loss_of, epochs=30, batch=50, rate=0.01)
    with torch.inference_mode():
        # es: de vuelta a las unidades de la medida
        # en: back to the units of the measure
        predicted = model(rows[test] * 20)[:, 0] * scale + center
    missed = (predicted - progress[test]).abs()
    by_median = (progress[train].median() - progress[test]).abs()
    gain = by_median - missed
    margin = 1.96 * gain.std() / math.sqrt(len(test))
    regressed.append((missed.mean(), by_median.mean(), gain.mean() - margin, gain.mean() + margin))
    print(*(f"{value:6.1f}" for value in regressed[-1]))
shapes[REGRESSION] = (tuple(rows.shape), (442,))

# %% tags=["hidden"]
worst_gain = min(low.item() for *_, low, _ in regressed)
largest_error = max(error.item() for error, *_ in regressed)
assert worst_gain > 0

# %% [markdown] lang="es"
# Cada renglón: el error del modelo, el de la mediana, y el intervalo de la mejora persona por persona. En los
# tres repartos ese intervalo empieza en `{python} worst_gain:.1f` puntos o más, y el error sigue siendo de
# hasta `{python} largest_error:.0f`. La regresión desde cero, con sus errores a la vista, está en [Una recta,
# de los tensores sueltos al modelo guardado](../workflow/linear_regression.md).
#
# ## El mapa

# %% [markdown] lang="en"
# Each row: the error of the model, that of the median, and the interval of the gain person by person. In all
# three splits that interval begins at `{python} worst_gain:.1f` points or more, and the error is still up to
# `{python} largest_error:.0f`. Regression from nothing, with its errors in sight, is in [A line, from bare
# tensors to a saved model](../workflow/linear_regression.md).
#
# ## The map

# %%
# alt es: Seis aplicaciones: el intervalo de su peor semilla y, con una cruz, su línea base; todas la superan.
# alt en: Six applications with the interval of their worst seed and, as a cross, their baseline; all beat it.
for name, (given_shape, returned_shape) in shapes.items():
    print(f"{name:<15} {given_shape!s:<16} → {returned_shape}")

lowest = {name: min(row, key=lambda score: score.value) for name, row in scores.items()}
ax = interval_plot(
    [f"{name}, n = {score.total}" for name, score in lowest.items()],
    [score.value for score in lowest.values()],
    [score.low for score in lowest.values()],
    [score.high for score in lowest.values()],
    xlabel=tr(
        es="exactitud de la peor semilla, intervalo del 95 %", en="accuracy of the worst seed, 95% interval"
    ),
)
_ = ax.plot([baselines[name] for name in lowest], range(len(lowest)), "x", color=color("ember"))

# %% tags=["hidden"]
assert len(shapes) == 8 and len(lowest) == 6
assert all(score.low > baselines[name] for name, score in lowest.items())

# %% [markdown] lang="es"
# La cruz es la línea base: la clase más frecuente, la moneda o, donde hay que escribir una frase entera,
# cero. **No compares una fila con otra**: son exámenes distintos, con otro n y otra dificultad. Lo comparable
# es cada punto con su cruz.
#
# **¿Te dio otro número?** Con otra máquina los conteos pueden moverse un poco; que cada intervalo quede por
# encima de su cruz se comprueba en cada construcción de la página.
#
# | si tu problema pide… | entra | sale | pérdida |
# |---|---|---|---|
# | una de $c$ clases | `(n, …)` | `(n, c)` | entropía cruzada |
# | sí o no | `(n, …)` | `(n)` | entropía cruzada binaria |
# | una cantidad | `(n, …)` | `(n)` | error cuadrático o absoluto |
# | una secuencia | `(n, t)` | `(n, s, v)` | entropía cruzada en cada paso |
# | un gusto | `(n, 2)` índices | `(n)` | error cuadrático |
#
# ## Para llevarte
#
# * El bucle es el mismo; una aplicación se define por sus formas y su pérdida.
# * Traducir, pasar cifras a palabras o resumir son el mismo molde con otros pares.
# * Toda cifra va con su n, su intervalo y su línea base. Veinticuatro mensajes dicen poco, y eso también se
#   publica.

# %% [markdown] lang="en"
# The cross is the baseline: the commonest class, the coin or, where a whole phrase must be written, zero.
# **Do not compare one row with another**: they are different exams, with another n and another difficulty.
# What can be compared is each point with its cross.
#
# **Did you get a different number?** On another machine the counts may move a little; that each interval
# stays above its cross is checked at each build of the page.
#
# | if your problem asks for… | in | out | loss |
# |---|---|---|---|
# | one of $c$ classes | `(n, …)` | `(n, c)` | cross-entropy |
# | yes or no | `(n, …)` | `(n)` | binary cross-entropy |
# | an amount | `(n, …)` | `(n)` | squared or absolute error |
# | a sequence | `(n, t)` | `(n, s, v)` | cross-entropy at each step |
# | a taste | `(n, 2)` indices | `(n)` | squared error |
#
# ## What to keep
#
# * The loop is the same; an application is defined by its shapes and its loss.
# * To translate, to turn figures into words or to summarise are one mould with other pairs.
# * Every figure comes with its n, its interval and its baseline. Twenty-four messages say little, and that
#   too is published.

# %% [markdown] lang="es" tags=["quiz"]
# Quieres que una red diga **cuántos minutos** tardará un pedido. ¿Qué salida y qué pérdida?
#
# - [x] Un número por pedido y error cuadrático o absoluto: es regresión, y la salida vuelve a minutos.
# - [ ] Una clase por cada minuto y entropía cruzada: la pérdida trataría 30 y 31 tan distintos como 30 y 90.
# - [ ] Una secuencia de cifras: podría escribir bien la segunda cifra y errar la primera.

# %% [markdown] lang="en" tags=["quiz"]
# You want a network to say **how many minutes** an order will take. Which output and which loss?
#
# - [x] One number for each order and squared or absolute error: it is regression, and the output goes back to
#   minutes.
# - [ ] One class for each minute and cross-entropy: the loss would hold 30 and 31 as unlike as 30 and 90.
# - [ ] A sequence of figures: it might write the second figure right and miss the first.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: recomendar
#
# Escribe `recommend(forecast, seen, k)`: los índices de las `k` películas con mejor pronóstico entre las que
# la persona **no** ha visto, de mejor a peor, como lista. `forecast` y `seen` tienen forma `(películas,)`;
# `seen` es booleano.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: recommending
#
# Write `recommend(forecast, seen, k)`: the indices of the `k` films with the best forecast among those the
# person has **not** seen, from best to worst, as a list. `forecast` and `seen` have shape `(films,)`; `seen`
# is boolean.


# %% tags=["solution"]
def recommend(forecast: torch.Tensor, seen: torch.Tensor, k: int) -> list[int]:
    return forecast.masked_fill(seen, -torch.inf).topk(k).indices.tolist()


# %% tags=["check"]
liked = torch.tensor([4.5, 3.0, 5.0, 4.8, 1.0])
assert recommend(liked, torch.tensor([False, False, True, False, False]), 2) == [3, 0]
assert recommend(liked, torch.zeros(5, dtype=torch.bool), 1) == [2]
assert recommend(forecast, ~given[0].isnan(), 3) == best.indices.tolist()

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: cuánto falta para la frase correcta
#
# «Frase completa o nada» castiga igual un error que cinco. En habla y traducción se cuenta la **tasa de error
# por palabra**: el menor número de palabras que hay que insertar, borrar o cambiar para llegar de lo escrito
# a lo correcto, dividido entre las palabras de lo correcto. Escribe `word_error_rate(written, truth)` para
# dos listas de palabras.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: how far from the right phrase
#
# “Whole phrase or nothing” punishes one error like five. In speech and translation the **word error rate** is
# counted: the least number of words to insert, delete or change to get from what was written to what is
# right, divided by the words of what is right. Write `word_error_rate(written, truth)` for two lists of
# words.


# %% tags=["solution"]
def word_error_rate(written: list[str], truth: list[str]) -> float:
    # es: cambios para ir de ninguna palabra a las j primeras correctas
    # en: changes needed from no word at all to the first j right ones
    row = list(range(len(truth) + 1))
    for i, word in enumerate(written, 1):
        previous, row = row, [i]
        for j, right_word in enumerate(truth, 1):
            row.append(min(previous[j] + 1, row[-1] + 1, previous[j - 1] + (word != right_word)))
    return row[-1] / len(truth)


# %% tags=["check"]
for written, truth, expected in (
    ("abc", "abc", 0),
    ("axc", "abc", 1 / 3),
    ("bc", "abc", 1 / 3),
    ("", "ab", 1),
    ("abcd", "ad", 1),
    ("xab", "ab", 0.5),
):
    assert word_error_rate(list(written), list(truth)) == expected, (written, truth)

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: un molde más
#
# Escribe `reversed_pairs(pieces)`: prepara los pares de otra tarea de secuencia a secuencia, **invertir**.
# Recibe una lista de listas de piezas y devuelve dos tensores, el de entrada y el de salida, hechos con
# `encode`, donde cada salida es su entrada al revés.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: one more mould
#
# Write `reversed_pairs(pieces)`: prepare the pairs of another sequence-to-sequence task, **reversing**. It
# takes a list of lists of pieces and returns two tensors, that of the input and that of the output, made with
# `encode`, where each output is its input backwards.


# %% tags=["solution"]
def reversed_pairs(pieces: list[list[str]]) -> tuple[torch.Tensor, torch.Tensor]:
    return encode(pieces)[0], encode([text[::-1] for text in pieces])[0]


# %% tags=["check"]
forwards, backwards = reversed_pairs([list("abc"), list("d"), list("ca")])
assert forwards.shape == backwards.shape == (3, 4)
for one, other in zip(forwards, backwards, strict=True):
    assert until_end(one) == until_end(other)[::-1]
assert until_end(forwards[0]) != until_end(backwards[0])

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# Qué red conviene a cada forma de dato está en el [Mapa de arquitecturas](../concepts/architectures_map.md),
# y qué hacer cuando no hay etiquetas, en el [Atlas de paradigmas](../concepts/paradigm_atlas.md). Antes de
# elegir cualquiera de las ocho, pregunta si hace falta: [Cuándo conviene
# aprender](../concepts/when_ml_helps.md).

# %% [markdown] lang="en"
# ## Where to go next
#
# Which network suits each form of data is in the [Map of architectures](../concepts/architectures_map.md),
# and what to do without labels, in the [Atlas of paradigms](../concepts/paradigm_atlas.md). Before choosing
# any of the eight, ask whether it is needed: [When learning helps](../concepts/when_ml_helps.md).
