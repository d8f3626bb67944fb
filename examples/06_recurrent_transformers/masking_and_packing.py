"""
title:
  es: Máscaras y empaquetado
  en: Masks and packing
summary:
  es: Cinco descuidos que no dan error, cometidos, medidos y corregidos; del relleno leído al futuro visto.
  en: Five slips that raise no error, each made, measured and mended; from padding read to the future seen.
tags: [mask, padding, packing, attention, causal mask, data leakage]
everyday: [temperature]
objectives:
  es:
    - Rellenar secuencias de distinto largo y leer el estado, la media y la pérdida sin contar el relleno.
    - Empaquetar un batch y decir cuándo hace falta.
    - Poner una máscara de atención con el signo correcto y evitar la fila que se vuelve NaN.
    - Reconocer una red que ve el futuro por una pérdida demasiado baja, y probarlo.
  en:
    - Pad sequences of different lengths and read the state, the mean and the loss without counting padding.
    - Pack a batch, and say when it is needed.
    - Set an attention mask with the right sign, and avoid the row that turns into NaN.
    - Recognise a network that sees the future by a loss that is too low, and prove it.
prerequisites:
  es:
    - LSTM y estados de una red recurrente.
    - Atención de producto escalar.
  en:
    - LSTM and the states of a recurrent network.
    - Scaled dot-product attention.
"""
# %% [markdown] lang="es"
# Las frases tienen largos distintos y las filas de un tensor no pueden. Se rellenan, y desde entonces hay en
# el *batch* símbolos que nadie escribió. Olvidarlos no produce ningún error de PyTorch: produce redes que
# adivinan, pérdidas que mienten y respuestas que dependen de los vecinos. Aquí cometemos cinco de esos
# olvidos, medimos el síntoma de cada uno y lo corregimos.
#
# Supone [Gradientes que se desvanecen](vanishing_gradients.md) y la atención de [Normalización y
# atención](../tensor_mathematics/normalisation_attention.md). El curso [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) no trata secuencias de largo variable; su
# parte *PyTorch Paper Replicating* y el [capítulo
# 08](https://www.learnpytorch.io/08_pytorch_paper_replicating/) de su libro usan atención, con imágenes que
# tienen todas la misma cantidad de parches.
#
# ## Un tensor no tiene bordes irregulares
#
# Los datos serán nombres de números en español, de `cero` a `nueve mil novecientos noventa y nueve`, y la
# pregunta, si el número es par. La respuesta está en las últimas letras, que no caen siempre en el mismo
# lugar.

# %% [markdown] lang="en"
# Sentences differ in length, and the rows of a tensor cannot. So they are padded, and from then on the batch
# holds symbols that nobody wrote. Forgetting them raises no error in PyTorch: it makes networks that guess,
# losses that lie, and answers that depend on the neighbours. Here we commit five such omissions, measure the
# symptom of each, and mend it.
#
# It presumes [Vanishing gradients](vanishing_gradients.md) and the attention of [Normalisation and
# attention](../tensor_mathematics/normalisation_attention.md). The course [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) has no sequences of varying length; its
# part *PyTorch Paper Replicating* and [chapter 08](https://www.learnpytorch.io/08_pytorch_paper_replicating/)
# of its book use attention, on images that all have the same number of patches.
#
# ## A tensor has no ragged edge
#
# The data will be names of numbers in Spanish, from `cero` to `nueve mil novecientos noventa y nueve`, and
# the question, whether the number is even. The answer is in the last letters, and these do not always fall in
# the same place.

# %%
from math import inf, isnan, log, sqrt

import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.nn.functional import cross_entropy, pad, scaled_dot_product_attention
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

from tutorials_lib import tr
from tutorials_lib.metrics import Proportion
from tutorials_lib.plots import curves, heat_map
from tutorials_lib.tensors import assert_agree

# %%
SPOKEN = """
cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete
dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete
veintiocho veintinueve
| treinta cuarenta cincuenta sesenta setenta ochenta noventa
| ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos
"""
SMALL, TENS, HUNDREDS = (row.split() for row in SPOKEN.split("|"))


def name_of(n: int) -> str:
    if n < 30:
        return SMALL[n]
    if n < 100:
        return TENS[n // 10 - 3] + (f" y {SMALL[n % 10]}" if n % 10 else "")
    if n == 100:
        return "cien"
    if n < 1000:
        return HUNDREDS[n // 100 - 1] + (f" {name_of(n % 100)}" if n % 100 else "")
    thousands = "mil" if n < 2000 else f"{name_of(n // 1000)} mil"
    return thousands + (f" {name_of(n % 1000)}" if n % 1000 else "")


# %%
names = [name_of(n) for n in range(10_000)]
letters = sorted(set("".join(names)))
PAD = 0
codes = [torch.tensor([letters.index(letter) + 1 for letter in name]) for name in names]
lengths = torch.tensor([len(code) for code in codes])
padded = pad_sequence(codes, batch_first=True, padding_value=PAD)  # name time
parity = torch.arange(10_000) % 2
order = torch.randperm(10_000, generator=torch.Generator().manual_seed(0))
train_rows, exam_rows = order[:9000], order[9000:]
print(tuple(padded.shape), lengths.min().item(), lengths.max().item(), names[4022])

# %%
# alt es: Cuatro nombres, uno por fila, alineados a la izquierda; después, puntos hasta nueve lugares.
# alt en: Four names, one per row, aligned on the left; after each, dots up to nine places.
few = [2, 7, 11, 22]
width = lengths[few].max()
written = [[*names[n], *"·" * (width - lengths[n])] for n in few]
real = padded[few, :width] != PAD
ax = heat_map(real, row_labels=[str(n) for n in few], texts=written, limits=(-0.3, 1))
_ = ax.set_xlabel("t")

# %% tags=["hidden"]
assert [name_of(n) for n in (16, 31, 100, 101, 1000, 2021)] == [
    "dieciséis",
    "treinta y uno",
    "cien",
    "ciento uno",
    "mil",
    "dos mil veintiuno",
]
assert len(set(names)) == 10_000
padding_share = 1 - lengths.float().mean().item() / padded.shape[1]

# %% [markdown] lang="es"
# De la tabla completa, el `{python} padding_share:.0%` es relleno.
#
# ## Primer error: leer el último estado
#
# Una LSTM lee el nombre y una capa lineal decide a partir del último estado. ¿Cuál es el último?
# `states[:, -1]` es la última **columna**, y en un nombre corto la LSTM ya leyó muchos puntos después de la
# última letra. El estado que se quiere es el de la última letra, que en el nombre $n$ de largo $\ell_n$ está
# en
#
# $$s_{nj} = h_{n,\ell_n,j}. \tag{1}$$
#
# Entrenamos tres redes que leen bien y tres que leen la última columna.

# %% [markdown] lang="en"
# Of the complete table, `{python} padding_share:.0%` is padding.
#
# ## First mistake: reading the last state
#
# An LSTM reads the name and a linear layer decides from the last state. Which one is the last?
# `states[:, -1]` is the last **column**, and in a short name the LSTM has by then read many dots after the
# last letter. The state we want is that of the last letter, which for name $n$ of length $\ell_n$ is at
#
# $$s_{nj} = h_{n,\ell_n,j}. \tag{1}$$
#
# We train three networks that read rightly and three that read the last column.


# %%
class Parity(nn.Module):
    def __init__(self, hidden=24):
        super().__init__()
        self.embed = nn.Embedding(len(letters) + 1, 12)
        self.lstm, self.head = nn.LSTM(12, hidden, batch_first=True), nn.Linear(hidden, 2)

    def states(self, x):
        return self.lstm(self.embed(x))[0]  # name time hidden


def last_letter(states, lengths):
    return states[torch.arange(len(states)), lengths - 1]  # (1)


def last_column(states, lengths):
    return states[:, -1]


def learn(read, seed, steps=100):
    torch.manual_seed(seed)
    model = Parity()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(steps):
        rows = train_rows[torch.randint(len(train_rows), (32,))]
        x = padded[rows, : lengths[rows].max()]
        loss = cross_entropy(model.head(read(model.states(x), lengths[rows])), parity[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


# %%
@torch.inference_mode()
def answers(model, read):
    states = model.states(padded[exam_rows])
    return model.head(read(states, lengths[exam_rows])).argmax(dim=1)


sound = [learn(last_letter, seed) for seed in range(3)]
careless = [learn(last_column, seed) for seed in range(3)]
counts = {}
for trained, models in (("last_letter", sound), ("last_column", careless)):
    for read in (last_letter, last_column):
        right = [Proportion.of(answers(model, read) == parity[exam_rows]) for model in models]
        counts[trained, read.__name__] = right
        trained_, read_ = tr(es="entrenada", en="trained"), tr(es="leída", en="read")
        print(f"{trained_}: {trained:<12} {read_}: {read.__name__:<12}", *right)

# %% [markdown] lang="es"
# La lectura equivocada arruina las redes bien entrenadas. Para ver cómo, leamos el estado $k$ pasos de
# relleno después de la última letra.

# %% [markdown] lang="en"
# The wrong reading ruins the networks that were trained rightly. To see how, let us read the state $k$ steps
# of padding after the last letter.

# %%
# alt es: Exactitud por relleno leído: entrenada bien, cae hacia la mitad; con el error, sigue alta.
# alt en: Accuracy by padding read: trained rightly, it falls to one half; with the mistake, it stays high.
after = list(range(16))
x = pad(padded[exam_rows], (0, after[-1]))


@torch.inference_mode()
def accuracy_after(model):
    states = model.states(x)
    read = [last_letter(states, lengths[exam_rows] + k) for k in after]
    right = [model.head(state).argmax(dim=1) == parity[exam_rows] for state in read]
    return torch.stack(right).float().mean(dim=1)


GOOD, BAD = tr(es="entrenada bien", en="trained rightly"), tr(es="con el error", en="with the mistake")
decay = {
    name: torch.stack([accuracy_after(m) for m in row]) for name, row in ((GOOD, sound), (BAD, careless))
}
_ = curves(
    after,
    {name: row.mean(dim=0) for name, row in decay.items()},
    bands={name: (row.amin(dim=0), row.amax(dim=0)) for name, row in decay.items()},
    xlabel=tr(es="pasos de relleno tras la última letra", en="steps of padding after the last letter"),
    ylabel=tr(es="exactitud", en="accuracy"),
).set_ylim(0.4, 1.05)

# %%
# es: la misma red y el mismo nombre: solo, y en un batch con el nombre más largo
# en: the same network and the same name: alone, and in a batch with the longest name
pairs = [(answers(model, last_letter), answers(model, last_column)) for model in careless]
changed = [int((alone != together).sum()) for alone, together in pairs]
print(tr(es="respuestas que cambian:", en="answers that change:"), changed, "/", len(exam_rows))

# %% tags=["hidden"]
good_read, bad_read = counts["last_letter", "last_letter"], counts["last_letter", "last_column"]
assert min(p.right for p in good_read) > 950 and max(p.right for p in bad_read) < 650
assert min(p.right for p in counts["last_column", "last_column"]) > 900
assert decay[GOOD][:, 10:].max() < 0.65 and decay[BAD].min() > 0.8
one = padded[exam_rows[:1], : lengths[exam_rows[0]]]
with torch.inference_mode():
    alone = careless[0].head(last_column(careless[0].states(one), None)).argmax()
assert alone == answers(careless[0], last_letter)[0]
most_changed = max(changed)
assert most_changed >= 1

# %% [markdown] lang="es"
# Las mismas redes pasan de `{python} str(min(good_read, key=lambda p: p.right))` en el peor caso a
# `{python} str(max(bad_read, key=lambda p: p.right))` en el mejor, o sea, casi a adivinar. Entrenar **con**
# el error es más traicionero: la red aprende a llevar la respuesta a través del relleno y acierta casi
# siempre. Lo que delata el error es otra prueba: el mismo nombre, leído solo o junto a uno largo, recibe
# distinta respuesta hasta en `{python} most_changed` de `{python} len(exam_rows)` casos. Una predicción no
# debe depender de quién más está en el *batch*.
#
# ### Empaquetar
#
# PyTorch ofrece otra salida: quitar el relleno. `pack_padded_sequence` guarda los símbolos paso por paso,
# primero el primero de cada secuencia, después los segundos de las que aún siguen, y anota cuántas siguen.

# %% [markdown] lang="en"
# The same networks go from `{python} str(min(good_read, key=lambda p: p.right))` at worst to
# `{python} str(max(bad_read, key=lambda p: p.right))` at best, that is, nearly to guessing. Training **with**
# the mistake is more treacherous: the network learns to carry the answer across the padding and is right
# nearly always. What gives the mistake away is another test: the same name, read alone or beside a long one,
# gets a different answer in up to `{python} most_changed` of `{python} len(exam_rows)` cases. A prediction
# must not depend on who else is in the batch.
#
# ### Packing
#
# PyTorch offers another way out: to take the padding away. `pack_padded_sequence` stores the symbols step by
# step, first the first one of each sequence, then the second of those that are still going, and notes how
# many are.

# %%
packed = pack_padded_sequence(padded[few], lengths[few], batch_first=True, enforce_sorted=False)
print("".join(letters[code - 1] for code in packed.data), packed.batch_sizes.tolist())

# %% tags=["hidden"]
assert packed.batch_sizes.tolist() == [int((lengths[few] > t).sum()) for t in range(width)]
assert len(packed.data) == lengths[few].sum()

# %% [markdown] lang="es"
# La salida de una recurrencia sobre ese paquete es la misma que la de leer cada nombre por su cuenta. En una
# dirección basta con (1). En dos direcciones no: la inversa **empieza** por el relleno. ¿Cuántos de estos
# cuatro casos coincidirán con los nombres leídos uno por uno?

# %% [markdown] lang="en"
# The output of a recurrence over that package is the same as reading each name on its own. In one direction,
# (1) is enough. In two directions it is not: the reverse one **begins** with the padding. How many of these
# four cases will agree with the names read one by one?


# %%
def summary(lstm, x, lengths, packs):
    if packs:
        x = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        states, _ = pad_packed_sequence(lstm(x)[0], batch_first=True)
    else:
        states, _ = lstm(x)
    half = lstm.hidden_size
    return torch.cat([last_letter(states, lengths)[:, :half], states[:, 0, half:]], dim=1)


torch.manual_seed(0)
embedded = torch.randn(4, int(width), 3, dtype=torch.float64)
apart = {}
for both in (False, True):
    lstm = nn.LSTM(3, 5, batch_first=True, bidirectional=both, dtype=torch.float64)
    with torch.inference_mode():
        each = [lstm(row[None, :n])[1][0].flatten() for row, n in zip(embedded, lengths[few], strict=True)]
        for packs in (False, True):
            found = summary(lstm, embedded, lengths[few], packs)
            apart[both, packs] = (found - torch.stack(each)).abs().max().item()
            print(f"bidirectional={both!s:<5} pack={packs!s:<5} {apart[both, packs]:.0e}")

# %% tags=["hidden"]
assert max(apart[False, False], apart[False, True], apart[True, True]) < 1e-12
assert apart[True, False] > 1e-3

# %% [markdown] lang="es"
# Tres de cuatro. Para una red bidireccional, empaqueta.
#
# ## Segundo error: promediar el relleno
#
# Otra forma de resumir es la media de los vectores. Con una máscara $k_{nt}$, 1 en lo real y 0 en el relleno,
#
# $$m_{nj} = \frac{\sum_t k_{nt}\, x_{ntj}}{\sum_t k_{nt}}. \tag{2}$$
#
# El olvido es dividir entre el ancho de la tabla. Un caso sin red: 200 sensores con entre 1 y 24 lecturas de
# temperatura, y una alarma si la media pasa de 20 °C. El relleno son ceros.

# %% [markdown] lang="en"
# Three out of four. For a bidirectional network, pack.
#
# ## Second mistake: averaging the padding
#
# Another way of summing up is the mean of the vectors. With a mask $k_{nt}$, 1 on what is real and 0 on
# padding,
#
# $$m_{nj} = \frac{\sum_t k_{nt}\, x_{ntj}}{\sum_t k_{nt}}. \tag{2}$$
#
# The omission is to divide by the width of the table. A case without a network: 200 sensors with between 1
# and 24 readings of temperature, and an alarm if the mean exceeds 20 °C. The padding is zeros.

# %%
sensors = torch.Generator().manual_seed(0)
readings = torch.randint(1, 25, (200,), generator=sensors)
keep = torch.arange(24) < readings[:, None]  # sensor reading
degrees = (20 + 3 * torch.randn(200, 24, generator=sensors)) * keep
masked_mean = (degrees * keep).sum(dim=1) / keep.sum(dim=1)  # (2)
one_by_one = torch.stack([row[:n].mean() for row, n in zip(degrees, readings, strict=True)])
alarms = {
    tr(es="real", en="true"): one_by_one > 20,
    tr(es="ecuación (2)", en="equation (2)"): masked_mean > 20,
    tr(es="con relleno", en="with padding"): degrees.mean(dim=1) > 20,
}
for name, raised in alarms.items():
    print(f"{name:<14} {int(raised.sum()):>3}   {tr(es='alarmas', en='alarms')}")

# %% tags=["hidden"]
real_alarms, masked_alarms, padded_alarms = (int(raised.sum()) for raised in alarms.values())
assert_agree(1e-6, one_by_one=one_by_one, masked=masked_mean)
assert_agree(1e-5, padded=degrees.mean(dim=1), shrunk=masked_mean * readings / 24)
assert padded_alarms < 0.2 * real_alarms and abs(masked_alarms - real_alarms) <= 1

# %% [markdown] lang="es"
# De `{python} real_alarms` alarmas quedan `{python} padded_alarms`: la media de $n$ lecturas sale
# multiplicada por $n/24$, demasiado baja en toda serie más corta que la tabla. Y si mañana llega al *batch*
# un sensor con 200 lecturas, bajan todas las demás.
#
# ## Tercer error: contar el relleno en la pérdida
#
# Una red que escribe el nombre letra por letra se mide por su pérdida media al predecir cada letra siguiente.
# Los puntos finales son muy fáciles de adivinar. Si entran en la media,
#
# $$L = -\frac{\sum_{nt} k_{nt} \log p_{nt}}{\sum_{nt} k_{nt}} \tag{3}$$
#
# pierde su máscara y el número mejora sin que la red sepa nada más. ¿Cuánto mejorará si además se rellena
# hasta el doble?

# %% [markdown] lang="en"
# Of `{python} real_alarms` alarms `{python} padded_alarms` remain: the mean of $n$ readings comes out
# multiplied by $n/24$, too low in every series shorter than the table. And if tomorrow a sensor with 200
# readings joins the batch, all the others drop.
#
# ## Third mistake: counting the padding in the loss
#
# A network that writes the name letter by letter is measured by its mean loss in predicting each next letter.
# The dots at the end are very easy to guess. If they enter the mean,
#
# $$L = -\frac{\sum_{nt} k_{nt} \log p_{nt}}{\sum_{nt} k_{nt}} \tag{3}$$
#
# loses its mask, and the number improves although the network knows nothing more. How much better will it
# look if one pads to twice the width on top?


# %%
class Speller(nn.Module):
    def __init__(self, hidden=32):
        super().__init__()
        self.embed = nn.Embedding(len(letters) + 1, 12)
        self.lstm = nn.LSTM(12, hidden, batch_first=True)
        self.head = nn.Linear(hidden, len(letters) + 1)

    def forward(self, x):
        return self.head(self.lstm(self.embed(x))[0])  # name time letter


def spelling_loss(model, x, **options):
    return cross_entropy(model(x[:, :-1]).flatten(0, 1), x[:, 1:].flatten(), **options)


def spell(seed, steps=80):
    torch.manual_seed(seed)
    model = Speller()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    for _ in range(steps):
        loss = spelling_loss(model, padded[train_rows[torch.randint(9000, (32,))]])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


# %%
exam = padded[exam_rows]
twice = pad(exam, (0, exam.shape[1]), value=PAD)
reported = []
for seed in range(3):
    model = spell(seed)
    with torch.inference_mode():
        losses = [spelling_loss(model, exam), spelling_loss(model, twice)]
        losses += [spelling_loss(model, x, ignore_index=PAD) for x in (exam, twice)]
    reported.append([loss.item() for loss in losses])
columns = tr(
    es="relleno contado, al doble | solo letras, al doble", en="padding counted, twice | letters only, twice"
)
print(columns + " (nats)")
for first, second, third, fourth in reported:
    print(f"{first:.3f}  {second:.3f}  |  {third:.3f}  {fourth:.3f}")

# %% tags=["hidden"]
with torch.inference_mode():
    scores = model(exam[:, :-1]).log_softmax(dim=2)
    kept = exam[:, 1:] != PAD
    picked = scores.gather(2, exam[:, 1:, None])[..., 0]
    by_hand = -(picked * kept).sum() / kept.sum()  # (3)
    assert_agree(1e-5, torch=spelling_loss(model, exam, ignore_index=PAD), by_hand=by_hand)
    hits = scores.argmax(dim=2) == exam[:, 1:]
    assert Proportion.of(hits).low > Proportion.of(hits[kept]).high  # an accuracy by letter swells too
for first, second, third, fourth in reported:
    assert second < 0.7 * first < 0.7 * third and abs(third - fourth) < 1e-4
seen, seen_twice, true_loss, _ = reported[0]

# %% [markdown] lang="es"
# Con la primera semilla, la misma red sobre los mismos nombres «pierde» `{python} seen:.2f` nats, o
# `{python} seen_twice:.2f` si la tabla es el doble de ancha; por letra real son `{python} true_loss:.2f`. Lo
# mismo le pasa a una exactitud por letra. `cross_entropy(…, ignore_index=0)` calcula (3) y no se mueve.
# Cuidado con su valor por omisión, −100: si tu relleno es 0 y no lo dices, cuenta.
#
# ## Cuarto error: atender al relleno
#
# En la atención cada palabra promedia a todas, también las que no existen. La máscara va sobre las **claves**
# $s$, dentro de *softmax*:
#
# $$w_{ts} = \frac{k_s\, e^{a_{ts}}}{\sum_u k_u\, e^{a_{tu}}}. \tag{4}$$
#
# Es lo mismo que poner $a_{ts} = -\infty$ donde $k_s = 0$. Hay dos convenios opuestos en PyTorch: en
# `scaled_dot_product_attention`, `True` significa **participa**; en `key_padding_mask` de
# `nn.MultiheadAttention`, `True` significa **se ignora**. Confundirlos no da error. La prueba es la de
# siempre: cada nombre debe recibir lo mismo que leído por su cuenta.

# %% [markdown] lang="en"
# With the first seed, the same network on the same names “loses” `{python} seen:.2f` nats, or
# `{python} seen_twice:.2f` if the table is twice as wide; per real letter it is `{python} true_loss:.2f`. The
# same happens to an accuracy per letter. `cross_entropy(…, ignore_index=0)` computes (3) and does not move.
# Mind its default, −100: if your padding is 0 and you do not say so, it counts.
#
# ## Fourth mistake: attending to the padding
#
# In attention each word averages all of them, those that do not exist included. The mask goes on the **keys**
# $s$, within softmax:
#
# $$w_{ts} = \frac{k_s\, e^{a_{ts}}}{\sum_u k_u\, e^{a_{tu}}}. \tag{4}$$
#
# This is the same as setting $a_{ts} = -\infty$ where $k_s = 0$. There are two opposite conventions in
# PyTorch: in `scaled_dot_product_attention`, `True` means **takes part**; in `key_padding_mask` of
# `nn.MultiheadAttention`, `True` means **is ignored**. To confuse them raises no error. The test is the usual
# one: each name must receive the same as when read on its own.


# %%
def attend(query, key, value, keep):  # keep: sentence key
    scores = query @ key.mT / sqrt(query.shape[-1])
    weights = scores.exp() * keep[:, None, :]
    return weights / weights.sum(dim=2, keepdim=True) @ value  # (4)


torch.manual_seed(0)
keep = torch.arange(int(width)) < lengths[few][:, None]
words = torch.randn(4, int(width), 8, dtype=torch.float64)
official = scaled_dot_product_attention(words, words, words, attn_mask=keep[:, None, :])
print(f"{assert_agree(torch=official, by_hand=attend(words, words, words, keep)):.0e}")  # (4)

attention = nn.MultiheadAttention(8, 2, batch_first=True, dtype=torch.float64)
masks = {tr(es="sin máscara", en="no mask"): None, "~keep": ~keep, "keep": keep}
off = {}
with torch.inference_mode():
    for label, mask in masks.items():
        together = attention(words, words, words, key_padding_mask=mask)[0]
        gaps = []
        for row, n in enumerate(lengths[few]):
            alone = words[row : row + 1, :n]
            gaps.append((attention(alone, alone, alone)[0][0] - together[row, :n]).abs().max())
        off[label] = [float(gap) for gap in gaps]
        print(f"{label:<12}", *(f"{gap:.0e}" for gap in gaps))

# %% tags=["hidden"]
nothing, right_mask, wrong_mask = off.values()
assert max(right_mask) < 1e-12 and min(nothing[:3]) > 1e-3
assert min(wrong_mask[:3]) > 1e-3 and isnan(wrong_mask[3])

# %% [markdown] lang="es"
# Sin máscara, los tres nombres cortos cambian; con el signo correcto, ninguno. Con el signo al revés los
# cortos promedian **solo** relleno, y el más largo, que no tiene relleno, queda sin nada a que atender: su
# fila es `nan`.
#
# ### La fila vacía
#
# Si todas las claves de una frase están tapadas, el denominador de (4) es cero. ¿Qué responde PyTorch?
# Depende. La misma capa, los mismos pesos y la misma máscara:

# %% [markdown] lang="en"
# Without a mask the three short names change; with the right sign, none. With the sign reversed the short
# ones average padding **only**, and the longest one, which has no padding, is left with nothing to attend to:
# its row is `nan`.
#
# ### The empty row
#
# If all keys of a sentence are covered, the denominator of (4) is zero. What does PyTorch answer? It depends.
# The same layer, the same weights and the same mask:

# %%
hidden_all = torch.zeros(4, int(width), dtype=torch.bool)
# es: la primera frase queda vacía
# en: the first sentence is left empty
hidden_all[0] = True
attention.eval()
empty = {}
for grad in (True, False):
    for need_weights in (True, False):
        with torch.set_grad_enabled(grad):
            out, _ = attention(words, words, words, key_padding_mask=hidden_all, need_weights=need_weights)
        empty[grad, need_weights] = bool(out[0].isnan().any()), bool(out[1:].isnan().any())
        print(f"grad={grad!s:<5} need_weights={need_weights!s:<5} nan={empty[grad, need_weights][0]}")

# %%
out, _ = attention(words, words, words, key_padding_mask=hidden_all)
loss = out.square().mean()
loss.backward()
poisoned = [bool(p.grad.isnan().all()) for p in attention.parameters()]
print(loss.item(), f"{sum(poisoned)}/{len(poisoned)}")

# %% tags=["hidden"]
assert empty[True, True][0] and not empty[True, False][0]
assert not any(others for _, others in empty.values())
assert sum(poisoned) >= 3

# %% [markdown] lang="es"
# En esta versión, `{python} torch.__version__.split("+")[0]`, con gradiente y `need_weights=False` la fila
# vacía da un número y en las otras combinaciones puede dar `nan`: entrenar sin problemas no asegura que
# evaluar salga bien. Las demás frases quedan intactas, pero la pérdida es una media: una sola frase vacía la
# vuelve `nan`, y con ella los gradientes de `{python} sum(poisoned)` de los `{python} len(poisoned)` tensores
# de pesos. La cura está antes: aparta las frases vacías, o deja siempre visible una clave y descarta ese
# resultado.
#
# ## Quinto error: ver el futuro
#
# Un modelo que predice la palabra siguiente en todas las posiciones a la vez necesita una máscara más, la
# **causal**: la posición $t$ solo ve hasta $t$. Si se olvida, la respuesta de $t$ está a la vista en $t + 1$.
#
# Para detectarlo, entrenemos con lo imposible: cifras al azar entre $V = 10$. Nadie puede tener una pérdida
# media menor que la entropía de las cifras, $\log V$. Con la fuga, en cambio, de $T$ posiciones solo la
# última no tiene la respuesta a la vista:
#
# $$L_\text{honesta} \ge \log V, \qquad L_\text{con fuga} \ge \frac{\log V}{T}. \tag{5}$$
#
# Con $T = 16$, ¿qué dos números esperas?

# %% [markdown] lang="en"
# In this version, `{python} torch.__version__.split("+")[0]`, with gradient and `need_weights=False` the
# empty row gives a number, and in the other combinations it may give `nan`: training without trouble does not
# ensure that evaluating goes well. The other sentences remain intact, but the loss is a mean: a single empty
# sentence turns it into `nan`, and with it the gradients of `{python} sum(poisoned)` of the
# `{python} len(poisoned)` tensors of weights. The cure comes before: set empty sentences apart, or always
# leave one key visible and discard that result.
#
# ## Fifth mistake: seeing the future
#
# A model that predicts the next word at all positions at once needs one more mask, the **causal** one:
# position $t$ sees up to $t$ only. If it is forgotten, the answer of $t$ is in plain sight at $t + 1$.
#
# To detect it, let us train on the impossible: random digits among $V = 10$. Nobody can have a mean loss
# below the entropy of the digits, $\log V$. With the leak, however, of $T$ positions only the last does not
# have the answer in sight:
#
# $$L_\text{honest} \ge \log V, \qquad L_\text{leaking} \ge \frac{\log V}{T}. \tag{5}$$
#
# With $T = 16$, which two numbers do you expect?


# %%
V, T = 10, 16


class Guesser(nn.Module):
    def __init__(self, causal, width=32):
        super().__init__()
        self.embed, self.place = nn.Embedding(V, width), nn.Embedding(T, width)
        self.attention = nn.MultiheadAttention(width, 1, batch_first=True)
        self.head, self.causal = nn.Linear(width, V), causal

    def forward(self, x):  # text time
        return self.read(self.embed(x))

    def read(self, z):  # text time width
        z = z + self.place.weight[: z.shape[1]]
        future = torch.ones(z.shape[1], z.shape[1], dtype=torch.bool).triu(1) if self.causal else None
        return self.head(z + self.attention(z, z, z, attn_mask=future, need_weights=False)[0])


# %%
def guess(causal, seed, steps=150):
    torch.manual_seed(seed)
    model, losses = Guesser(causal), []
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(steps):
        x = torch.randint(V, (32, T + 1))
        loss = cross_entropy(model(x[:, :-1]).flatten(0, 1), x[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return model, losses


# %%
# alt es: Pérdida por paso: con máscara, pegada a log 10; sin ella, baja hasta cerca de log 10 entre 16.
# alt en: Loss by step: with the mask, close to log 10; without it, it falls to near log 10 over 16.
LEAKS, HONEST = tr(es="sin máscara", en="no mask"), tr(es="causal", en="causal")
guessers = {
    name: [guess(causal, seed) for seed in range(3)] for name, causal in ((LEAKS, False), (HONEST, True))
}
ax = curves(
    range(150),
    {name: torch.tensor([losses for _, losses in row]).mean(dim=0) for name, row in guessers.items()},
    xlabel=tr(es="paso de entrenamiento", en="training step"),
    ylabel=tr(es="pérdida (nats)", en="loss (nats)"),
)
for level in (log(V), log(V) / T):  # (5)
    ax.axhline(level, color="#808080", linewidth=1, linestyle=":")

# %%
exam = torch.randint(V, (300, T + 1), generator=torch.Generator().manual_seed(1))
with torch.inference_mode():
    for name, row in guessers.items():
        for model, losses in row:
            at_once = Proportion.of(model(exam[:, :-1]).argmax(dim=2) == exam[:, 1:])
            one_by_one = torch.stack(
                [model(exam[:, :t])[:, -1].argmax(1) == exam[:, t] for t in range(1, T + 1)]
            )
            final = sum(losses[-20:]) / 20
            print(f"{name:<12} {final:.3f}   {at_once.value:.3f}   {Proportion.of(one_by_one).value:.3f}")

# %% tags=["hidden"]
tails = {name: [sum(losses[-20:]) / 20 for _, losses in row] for name, row in guessers.items()}
assert all(log(V) / T - 0.01 < tail < 0.35 for tail in tails[LEAKS])
assert all(abs(tail - log(V)) < 0.06 for tail in tails[HONEST])
with torch.inference_mode():
    model = guessers[LEAKS][0][0]
    useful = Proportion.of(
        torch.stack([model(exam[:, :t])[:, -1].argmax(1) == exam[:, t] for t in range(1, T + 1)])
    )
    boast = Proportion.of(model(exam[:, :-1]).argmax(dim=2) == exam[:, 1:])
assert useful.low < 1 / V + 0.02 and useful.high > 1 / V - 0.02 and boast.value > 0.8

# %% [markdown] lang="es"
# Las columnas son pérdida final, exactitud con la frase entera a la vista y exactitud al predecir una por
# una. La red sin máscara pierde `{python} tails[LEAKS][0]:.2f` nats, muy por debajo de $\log 10$ =
# `{python} log(V):.2f`, y presume de acertar el `{python} boast.value:.0%`. Al escribir de verdad, cuando el
# futuro todavía no existe, acierta el `{python} useful.value:.1%`, lo mismo que una ruleta de diez números.
# Una pérdida menor que la entropía de los datos es una fuga, no un éxito.
#
# También se ve en las derivadas: cuánto influye la entrada $s$ en la salida $t$. Con máscara, por encima de
# la diagonal debe haber ceros exactos.

# %% [markdown] lang="en"
# The columns are final loss, accuracy with the whole sentence in sight, and accuracy when predicting one by
# one. The network without the mask loses `{python} tails[LEAKS][0]:.2f` nats, far below $\log 10$ =
# `{python} log(V):.2f`, and boasts of being right `{python} boast.value:.0%` of the time. When it really
# writes, and the future does not exist yet, it is right `{python} useful.value:.1%` of the time, the same as
# a roulette wheel of ten numbers. A loss below the entropy of the data is a leak, not a success.
#
# It shows in the derivatives as well: how much input $s$ influences output $t$. With the mask there must be
# exact zeros above the diagonal.

# %%
# alt es: Dos tablas de 8 por 8: sin máscara, influye más la entrada siguiente; con ella, ceros arriba.
# alt en: Two tables of 8 by 8: without the mask, the next input has most influence; with it, zeros above.
_, panels = plt.subplots(1, 2, figsize=(7.2, 3.6))
influences = {}
for ax, (name, row) in zip(panels, guessers.items(), strict=True):
    model = row[0][0]
    z = model.embed(exam[:1, :8]).detach().requires_grad_()
    outputs = model.read(z)[0]  # time letter
    slopes = [torch.autograd.grad(o.square().sum(), z, retain_graph=True)[0][0] for o in outputs]
    norms = torch.stack(slopes).norm(dim=2)  # output input
    influences[name] = norms / norms.amax(dim=1, keepdim=True)
    blank = [[""] * 8] * 8
    heat_map(influences[name], title=name, xlabel="s", ylabel="t", texts=blank, limits=(0, 1), ax=ax)

# %% tags=["hidden"]
leaking, causal_map = influences.values()
assert torch.equal(causal_map.triu(1), torch.zeros(8, 8)) and causal_map.tril().sum() > 7.9
assert (leaking[:-1].argmax(dim=1) == torch.arange(1, 8)).sum() >= 5

# %% [markdown] lang="es"
# Sin máscara, la entrada que más influye es casi siempre la siguiente: la red copia. Con máscara, ninguna
# influencia viene de ahí.
#
# **¿Te dio otro número?** Con otras semillas cambian las últimas cifras. Los síntomas deberían repetirse:
# adivinar al leer la última columna, alarmas que faltan, una pérdida que baja al rellenar, y otra por debajo
# de la entropía.
#
# ## Para llevarte
#
# * La prueba que sirve para casi todo: **la respuesta de un ejemplo no debe depender de sus vecinos ni de
#   cuánto se rellenó**. Compara con el ejemplo solo.
# * Último estado: el de la última letra, no el de la última columna. Si es bidireccional, empaqueta.
# * Medias y pérdidas: suma con máscara, divide entre la máscara. `ignore_index` con **tu** valor de relleno.
# * `key_padding_mask`: `True` tapa. En `scaled_dot_product_attention`: `True` participa.
# * Ninguna fila sin nada a que atender.
# * Una pérdida imposible es una fuga. Prueba con datos al azar y con derivadas.

# %% [markdown] lang="en"
# Without the mask the input with most influence is nearly always the next one: the network copies. With it,
# no influence comes from there.
#
# **Did you get a different number?** With other seeds the last digits change. The symptoms should come back:
# guessing when the last column is read, alarms gone missing, a loss that falls by padding, and another below
# the entropy.
#
# ## What to keep
#
# * The test that serves for nearly everything: **the answer of an example must not depend on its neighbours
#   nor on how much was padded**. Compare with the example alone.
# * Last state: that of the last letter, not of the last column. If it is bidirectional, pack.
# * Means and losses: sum with the mask, divide by the mask. `ignore_index` with **your** padding value.
# * `key_padding_mask`: `True` covers. In `scaled_dot_product_attention`: `True` takes part.
# * No row without anything to attend to.
# * An impossible loss is a leak. Test with random data and with derivatives.

# %% [markdown] lang="es" tags=["quiz"]
# Tu clasificador de frases acierta 94 % al evaluar con *batches* de 64 y 88 % al servir una frase a la vez.
# Los pesos son los mismos. ¿Qué miras primero?
#
# - [ ] La tasa de aprendizaje: los pesos no cambian entre una medición y otra.
# - [x] Si el relleno entra en el estado, en la media o en la atención: con una sola frase no hay relleno, y
#   con 64 sí.
# - [ ] El azar de la muestra: son las mismas frases en los dos casos.

# %% [markdown] lang="en" tags=["quiz"]
# Your classifier of sentences is right 94% of the time when evaluated in batches of 64 and 88% when it serves
# one sentence at a time. The weights are the same. What do you look at first?
#
# - [ ] The learning rate: weights do not change between one measurement and the other.
# - [x] Whether padding enters the state, the mean or the attention: with one sentence there is none, with 64
#   there is.
# - [ ] The luck of the sample: they are the same sentences in both cases.

# %% [markdown] lang="es" tags=["quiz"]
# Un modelo de lenguaje por letras llega a 0,05 nats por letra en textos que nunca vio. ¿Qué piensas?
#
# - [ ] Que hace falta un examen más largo: el error de muestreo no explica un número tan bajo.
# - [ ] Que memorizó: memorizar no ayuda con textos que no vio.
# - [x] Que ve la letra que debe predecir: un texto tiene más azar que ese por letra. Revisa la máscara causal
#   y el desfase entre entrada y objetivo.

# %% [markdown] lang="en" tags=["quiz"]
# A language model by letters gets to 0.05 nats per letter on texts it never saw. What do you think?
#
# - [ ] That a longer exam is needed: sampling error does not explain so low a number.
# - [ ] That it memorised: memorising does not help with texts it has not seen.
# - [x] That it sees the letter it has to predict: a text holds more chance than that per letter. Check the
#   causal mask and the offset between input and target.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: el máximo de lo real
#
# Escribe `masked_max(x, lengths)`: para `x` de forma `(batch, time, width)`, el máximo en el tiempo de cada
# componente, sin contar el relleno. Cuidado con las secuencias cuyos valores son todos negativos.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: the maximum of what is real
#
# Write `masked_max(x, lengths)`: for `x` of shape `(batch, time, width)`, the maximum over time of each
# component, without counting the padding. Mind the sequences whose values are all negative.


# %% tags=["solution"]
def masked_max(x: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
    real = torch.arange(x.shape[1]) < lengths[:, None]
    return x.masked_fill(~real[..., None], -inf).amax(dim=1)


# %% tags=["check"]
drawn = torch.Generator().manual_seed(3)
for batch, time, size in [(1, 1, 1), (4, 7, 3), (6, 12, 5)]:
    sizes = torch.randint(1, time + 1, (batch,), generator=drawn)
    x = torch.randn(batch, time, size, generator=drawn) - 3
    x = x * (torch.arange(time) < sizes[:, None])[..., None]
    wanted = torch.stack([row[:n].amax(dim=0) for row, n in zip(x, sizes, strict=True)])
    assert torch.equal(masked_max(x, sizes), wanted)

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: cuántas siguen
#
# Escribe `batch_sizes(lengths)`: la lista `batch_sizes` que calcula `pack_padded_sequence`, o sea cuántas
# secuencias siguen vivas en cada paso, desde el primero hasta el último de la más larga.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: how many are still going
#
# Write `batch_sizes(lengths)`: the list `batch_sizes` that `pack_padded_sequence` computes, that is, how many
# sequences are still alive at each step, from the first to the last one of the longest.


# %% tags=["solution"]
def batch_sizes(lengths: torch.Tensor) -> list[int]:
    return [int((lengths > step).sum()) for step in range(int(lengths.max()))]


# %% tags=["check"]
for sizes in ([1], [3, 3], [2, 5, 1, 5], [9, 1]):
    sizes = torch.tensor(sizes)
    x = torch.zeros(len(sizes), int(sizes.max()), 1)
    wanted = pack_padded_sequence(x, sizes, batch_first=True, enforce_sorted=False).batch_sizes
    assert batch_sizes(sizes) == wanted.tolist(), sizes

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: ¿ve el futuro?
#
# Escribe `sees_future(model, x)`. `model` recibe enteros de forma `(batch, time)` entre 0 y 9 y devuelve
# `(batch, time, …)`. Responde si **alguna** salida cambia al cambiar solo entradas posteriores a ella. Prueba
# todas las posiciones.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: does it see the future?
#
# Write `sees_future(model, x)`. `model` takes integers of shape `(batch, time)` between 0 and 9 and returns
# `(batch, time, …)`. Answer whether **any** output changes when only inputs after it are changed. Try all
# positions.


# %% tags=["solution"]
@torch.inference_mode()
def sees_future(model, x) -> bool:
    before = model(x)
    for t in range(1, x.shape[1]):
        changed = x.clone()
        changed[:, t:] = (changed[:, t:] + 1) % 10
        if not torch.allclose(model(changed)[:, :t], before[:, :t], atol=1e-6):
            return True
    return False


# %% tags=["check"]
digits = torch.randint(10, (2, 6), generator=torch.Generator().manual_seed(0))
one_hot = nn.functional.one_hot
assert sees_future(guessers[LEAKS][0][0], digits) and not sees_future(guessers[HONEST][0][0], digits)
assert not sees_future(lambda x: one_hot(x, 10).float().cumsum(dim=1), digits)
assert sees_future(lambda x: one_hot(x, 10).float().flip(1).cumsum(dim=1).flip(1), digits)
assert sees_future(lambda x: one_hot(x, 10).float().roll(-1, dims=1), digits)

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# Antes: [Gradientes que se desvanecen](vanishing_gradients.md) y [Normalización y
# atención](../tensor_mathematics/normalisation_attention.md). Después: [¿Español o
# inglés?](language_identification.md), donde los textos tienen largos distintos, y [Un transformer a
# mano](transformer_by_hand.md), que usa la máscara causal.

# %% [markdown] lang="en"
# ## Where to go next
#
# Before: [Vanishing gradients](vanishing_gradients.md) and [Normalisation and
# attention](../tensor_mathematics/normalisation_attention.md). After: [Spanish or
# English?](language_identification.md), where texts differ in length, and [A transformer by
# hand](transformer_by_hand.md), which uses the causal mask.
