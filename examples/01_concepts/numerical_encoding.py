"""
title:
  es: De la cosa al número y de vuelta
  en: From the thing to the number and back
summary:
  es: Texto, imagen, sonido y filas de una tabla hechos números, y las salidas de una red hechas palabras.
  en: Text, image, sound and table rows made numbers, and the outputs of a network made words.
tags: [encoding, text, image, audio, table, logits, softmax, one-hot]
objectives:
  es:
    - Convertir en tensor un texto, una imagen, un sonido y una fila de una tabla, y recuperar el original.
    - Decir en cada ida y vuelta qué se conserva y qué se pierde.
    - Reconocer una codificación que miente, como numerar categorías sin orden.
    - Llevar logits a probabilidades y a una etiqueta, y comprobar si unos números pueden ser probabilidades.
  en:
    - Turn a text, an image, a sound and a table row into a tensor, and recover the original.
    - Say for each round trip what is kept and what is lost.
    - Recognise an encoding that lies, such as numbering categories that have no order.
    - Take logits to probabilities and to a label, and check whether some numbers can be probabilities.
prerequisites:
  es:
    - Listas, diccionarios y cadenas de Python.
    - Qué es la forma de un tensor.
  en:
    - Python lists, dictionaries and strings.
    - What the shape of a tensor is.
"""
# %% [markdown] lang="es"
# Una red neuronal recibe números y entrega números. Entre el mundo y la red hay dos traducciones: codificar
# lo que entra y leer lo que sale. Al terminar sabrás hacer las dos con texto, imágenes, sonido y tablas, y
# harás en cada caso la pregunta que evita la mayoría de los disgustos: **si vuelvo atrás, ¿recupero lo
# mismo?**
#
# Supone la idea de forma de [Tensores y rango](../fundamentals/tensors_and_rank.md). Acompaña la anatomía de
# una red en *PyTorch Fundamentals* del curso [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) de Andrei Neagoie y Daniel Bourke; en su
# libro abierto, el [capítulo 00](https://www.learnpytorch.io/00_pytorch_fundamentals/).

# %% [markdown] lang="en"
# A neural network takes numbers and gives numbers. Between the world and the network stand two translations:
# to encode what goes in and to read what comes out. By the end you will be able to do both with text, images,
# sound and tables, and you will ask in each case the question that saves most of the trouble: **if I go back,
# do I get the same?**
#
# It presumes the idea of shape of [Tensors and rank](../fundamentals/tensors_and_rank.md). It goes with the
# anatomy of a network in *PyTorch Fundamentals* of the course [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) by Andrei Neagoie and Daniel Bourke; in
# their open book, [chapter 00](https://www.learnpytorch.io/00_pytorch_fundamentals/).

# %%
import io
import math
import unicodedata
import wave

import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn.datasets import load_sample_image
from torch import nn
from torch.nn.functional import cross_entropy, one_hot

from tutorials_lib import tr
from tutorials_lib.data import digits
from tutorials_lib.metrics import Proportion
from tutorials_lib.models import LinearClassifier
from tutorials_lib.plots import color, heat_map, image_grid, localize_ticks

# %% [markdown] lang="es"
# ## Texto
#
# Un texto en la computadora ya es números: cada carácter tiene un código en Unicode, y al guardarse se vuelve
# uno o más bytes (UTF-8). Usamos una frase en que una tilde cambia el sentido. Apuesta: ¿cuántos caracteres y
# cuántos bytes tiene?

# %% [markdown] lang="en"
# ## Text
#
# A text in the computer is numbers already: each character has a code in Unicode, and to be stored it becomes
# one or more bytes (UTF-8). We use a Spanish sentence, “my dad eats potatoes”, in which an accent changes the
# meaning. Bet: how many characters and how many bytes does it have?

# %%
sentence = "Mi papá come papa."
codes = torch.tensor([ord(character) for character in sentence])
stored = torch.tensor(list(sentence.encode("utf-8")), dtype=torch.uint8)
print(len(codes), codes.tolist())
print(len(stored), stored.tolist())

print("".join(map(chr, codes.tolist())) == sentence, bytes(stored.tolist()).decode("utf-8") == sentence)
# es: una «limpieza» frecuente, quitar las tildes
# en: a common “cleaning”, dropping the accents
plain = unicodedata.normalize("NFD", sentence).encode("ascii", "ignore").decode()
print(plain)

# %% tags=["hidden"]
assert len(codes) == len(sentence) and len(stored) == len(codes) + 1
assert bytes(stored.tolist()).decode("utf-8") == sentence
assert plain == "Mi papa come papa."

# %% [markdown] lang="es"
# `{python} len(codes)` caracteres y `{python} len(stored)` bytes: la *á* ocupa dos. Las dos idas y vueltas
# son exactas. La «limpieza» no tiene vuelta: ahora un tubérculo se come a otro.
#
# Las redes suelen recibir piezas más grandes que un carácter. Con palabras, un **vocabulario** asigna un
# entero a cada una y reserva el 0 para las desconocidas.

# %% [markdown] lang="en"
# `{python} len(codes)` characters and `{python} len(stored)` bytes: the *á* takes two. Both round trips are
# exact. The “cleaning” has no way back: now a potato eats a potato.
#
# Networks tend to receive pieces larger than a character. With words, a **vocabulary** assigns an integer to
# each and keeps 0 for the unknown ones. Ours knows “the dog bites the man and the man looks at the dog” in
# Spanish; the second text brings a cat, *gato*.

# %%
corpus = "el perro muerde al hombre y el hombre mira al perro"
vocabulary = ["<?>", *dict.fromkeys(corpus.split())]
number_of = {word: number for number, word in enumerate(vocabulary)}


def to_ids(text: str) -> torch.Tensor:
    return torch.tensor([number_of.get(word, 0) for word in text.split()])


def to_text(ids: torch.Tensor) -> str:
    return " ".join(vocabulary[number] for number in ids.tolist())


known = "el hombre muerde al perro"
strange = "el gato muerde al perro"
for text in (known, strange):
    print(to_ids(text).tolist(), "→", to_text(to_ids(text)))

# %% tags=["hidden"]
assert to_text(to_ids(known)) == known
assert to_text(to_ids(strange)) != strange and 0 in to_ids(strange)

# %% [markdown] lang="es"
# Lo conocido vuelve entero; lo desconocido queda marcado. Pero el entero es un **nombre**, no una cantidad:
# la palabra 4 no es el doble de la 2. Por eso no entra así en una suma con pesos. Se cambia por una fila con
# un solo 1 (*one-hot*) o por una fila de números aprendidos (*embedding*), tomada de una tabla: multiplicar
# la primera por la tabla es elegir la segunda.

# %% [markdown] lang="en"
# What is known comes back whole; the unknown is marked. But the integer is a **name**, not an amount: word 4
# is not twice word 2. So it does not enter a weighted sum as it is. It is exchanged for a row with a single 1
# (*one-hot*) or for a row of learned numbers (*embedding*) taken from a table: multiplying the first by the
# table is choosing the second.

# %%
# alt es: Cinco filas, una por palabra, y una columna por palabra del vocabulario: un solo 1 en cada fila.
# alt en: Five rows, one for each word, and a column for each word of the vocabulary: a single 1 in each row.
ids = to_ids(known)
hot = one_hot(ids, len(vocabulary)).float()  # word vocabulary
ax = heat_map(hot, row_labels=known.split(), column_labels=vocabulary, fmt=".0f")
ax.tick_params(axis="x", rotation=60)

table = nn.Embedding(len(vocabulary), 3)
assert torch.equal(hot @ table.weight, table(ids))

# %% [markdown] lang="es"
# La última línea lo comprueba: multiplicar por la fila con un solo 1 y buscar en la tabla dan lo mismo.
#
# Sumar las filas da la **bolsa de palabras**, cuántas veces aparece cada una. Sirve para clasificar y tiene
# un agujero. ¿Cuál? Compara «el hombre muerde al perro» con «el perro muerde al hombre».

# %% [markdown] lang="en"
# The last line checks it: to multiply by the row with a single 1 and to look it up in the table give the
# same.
#
# Adding the rows gives the **bag of words**, how often each occurs. It works for classifying, and has a hole
# in it. Which one? Compare “the man bites the dog” with “the dog bites the man”.

# %%
other = "el perro muerde al hombre"
bags = [one_hot(to_ids(text), len(vocabulary)).sum(dim=0) for text in (known, other)]
print(bags[0].tolist())
print(bags[1].tolist())

# %% tags=["hidden"]
assert torch.equal(*bags) and known != other

# %% [markdown] lang="es"
# Que el hombre muerda al perro es noticia; para la bolsa no hay diferencia: **el orden se perdió**.
#
# ## Imagen
#
# Las notas del curso dibujan la entrada de una red así: `[[116, 78, 15], [117, 43, 96], [125, 87, 23]]`.
# Nueve enteros entre 0 y 255. Pueden ser tres píxeles de una foto, con rojo, verde y azul. O podrían ser otra
# cosa: los números no lo dicen, lo dice quien sabe cómo se codificaron.

# %% [markdown] lang="en"
# That the man should bite the dog is news; to the bag there is no difference: **the order is lost**.
#
# ## Image
#
# The notes of the course draw the input of a network like this: `[[116, 78, 15], [117, 43, 96], [125, 87,
# 23]]`. Nine integers between 0 and 255. They may be three pixels of a photograph, with red, green and blue.
# Or they could be something else: the numbers do not say; whoever knows how they were encoded does.

# %%
# alt es: Los mismos nueve números como tres píxeles de color y como una imagen gris de 3×3.
# alt en: The same nine numbers as three coloured pixels and as a grey image of 3×3.
nine = torch.tensor([[116, 78, 15], [117, 43, 96], [125, 87, 23]], dtype=torch.uint8)
_, (left, right) = plt.subplots(1, 2, figsize=(5.6, 1.9))
left.imshow(nine[None].numpy(), interpolation="none")
left.set_title("(1, 3, 3): RGB")
right.imshow(nine.numpy(), cmap="gray", vmin=0, vmax=255, interpolation="none")
right.set_title(tr(es="(3, 3): gris", en="(3, 3): grey"))
for ax in (left, right):
    ax.set_axis_off()

# %% [markdown] lang="es"
# Para la red, los bytes se llevan a decimales entre 0 y 1 y casi siempre se **normalizan**: se resta una
# media y se divide entre una desviación. La vuelta deshace los pasos en orden inverso. Hay dos maneras de
# cerrar, cortar los decimales o redondear. Con los 256 valores posibles de un byte, ¿cuántos se estropean al
# cortar?

# %% [markdown] lang="en"
# For the network, bytes are taken to decimals between 0 and 1 and nearly always **normalised**: a mean is
# subtracted and the result divided by a deviation. The way back undoes the steps in reverse. It can end in
# two ways, by cutting off the decimals or by rounding. Of the 256 possible values of a byte, how many are
# spoiled by cutting?

# %%
every_byte = torch.arange(256, dtype=torch.uint8)
MEAN, DEVIATION = 0.5, 0.25
normalised = (every_byte / 255 - MEAN) / DEVIATION
back = (normalised * DEVIATION + MEAN) * 255
cut, rounded = back.to(torch.uint8), back.round().to(torch.uint8)
print(tr(es="al cortar", en="by cutting"), int((cut != every_byte).sum()))
print(tr(es="al redondear", en="by rounding"), int((rounded != every_byte).sum()))

# %% tags=["hidden"]
spoiled = Proportion.of(cut != every_byte)
assert spoiled.right > 20
assert torch.equal(rounded, every_byte)

# %% [markdown] lang="es"
# Al cortar se estropean `{python} str(spoiled)`: 41,99999 se vuelve 41. Al redondear, ninguno. Es un error de
# un nivel de gris que nadie ve hasta que compara archivos.
#
# También se puede perder a propósito. Con $b$ bits por canal quedan $2^b$ niveles. ¿Con cuántos bits empiezas
# a notarlo?

# %% [markdown] lang="en"
# Cutting spoils `{python} str(spoiled)`: 41.99999 becomes 41. Rounding spoils none. It is an error of one
# grey level that nobody sees until files are compared.
#
# One may also lose on purpose. With $b$ bits per channel $2^b$ levels are left. At how many bits do you begin
# to notice?

# %%
# alt es: La misma flor con 8, 4, 2 y 1 bits por canal: con 4 apenas cambia, con 1 quedan manchas.
# alt en: The same flower with 8, 4, 2 and 1 bit per channel: at 4 it hardly changes, with 1 patches remain.
photo = torch.from_numpy(load_sample_image("flower.jpg")[::12, ::12].copy())  # height width channel
BITS = (8, 4, 2, 1)


def with_bits(image: torch.Tensor, bits: int) -> torch.Tensor:
    levels = 2**bits - 1
    return (image / 255 * levels).round() / levels


versions = [with_bits(photo, bits) for bits in BITS]
worst = [((version - photo / 255).abs().max() * 255).item() for version in versions]
names = [f"{bits} bit" for bits in BITS]
_ = image_grid(torch.stack(versions), names, columns=4, side_inches=1.5)

# %% tags=["hidden"]
assert worst[0] < 1e-3
assert all(error <= 255 / (2**bits - 1) / 2 + 1e-3 for bits, error in zip(BITS, worst, strict=True))
byte_count = {bits: photo.numel() * bits // 8 for bits in BITS}

# %% [markdown] lang="es"
# De `{python} byte_count[8]` bytes a `{python} byte_count[1]`; el mayor error de un canal pasa de cero a
# `{python} worst[3]:.0f` de 255. Codificar es decidir qué diferencias no importan.
#
# ## Sonido
#
# El micrófono mide la presión del aire muchas veces por segundo: una fila de números, rango 1. Sintetizamos
# cuatro notas a 8000 muestras por segundo, las guardamos como un archivo WAV (enteros de 16 bits) y lo
# leemos de vuelta.

# %% [markdown] lang="en"
# From `{python} byte_count[8]` bytes to `{python} byte_count[1]`; the largest error of a channel goes from
# nothing to `{python} worst[3]:.0f` of 255. To encode is to decide which differences do not matter.
#
# ## Sound
#
# The microphone measures the pressure of the air many times a second: a row of numbers, rank 1. We synthesise
# four notes at 8000 samples per second, save them as a WAV file (integers of 16 bits) and read it back.

# %%
SAMPLES_PER_SECOND = 8000
NOTES = tr(es="do re mi fa sol la si", en="C D E F G A B").split()
SEMITONES = (0, 2, 4, 5, 7, 9, 11)  # above C
time = torch.arange(SAMPLES_PER_SECOND // 4) / SAMPLES_PER_SECOND  # seconds


def tone(note: int) -> torch.Tensor:
    hertz = 261.63 * 2 ** (SEMITONES[note] / 12)
    partials = [torch.sin(2 * math.pi * hertz * k * time) / k for k in (1, 2, 3)]
    return 0.4 * sum(partials) * torch.exp(-6 * time)


melody = [0, 2, 4, 6]
sound = torch.cat([tone(note) for note in melody])  # time
file = io.BytesIO()
with wave.open(file, "wb") as wav:
    wav.setnchannels(1)
    wav.setsampwidth(2)  # bytes
    wav.setframerate(SAMPLES_PER_SECOND)
    wav.writeframes((sound * 32767).round().numpy().astype("<i2").tobytes())
file.seek(0)
with wave.open(file, "rb") as wav:
    heard = torch.from_numpy(np.frombuffer(wav.readframes(wav.getnframes()), "<i2") / 32767).float()
print(tuple(sound.shape), f"{(heard - sound).abs().max():.1e}")

# %% tags=["hidden"]
loss_in_file = (heard - sound).abs().max().item()
assert sound.abs().max() <= 1
assert loss_in_file <= 0.5 / 32767 + 1e-7

# %% [markdown] lang="es"
# El archivo devuelve cada muestra con un error de a lo más medio paso, $\tfrac{1}{2} \cdot \tfrac{1}{32767}$.
#
# En la fila de presiones cuesta ver una nota. El **espectrograma** corta el sonido en ventanas y dice cuánto
# hay de cada frecuencia en cada una: una matriz, que una red puede mirar como imagen. ¿Se puede volver?

# %% [markdown] lang="en"
# The file returns each sample with an error of at most half a step, $\tfrac{1}{2} \cdot \tfrac{1}{32767}$.
#
# In the row of pressures it is hard to see a note. The **spectrogram** cuts the sound into windows and says
# how much there is of each frequency in each: a matrix, which a network may look at as an image. Is there a
# way back?

# %%
# alt es: Espectrograma: cuatro escalones, uno por nota, cada uno con dos armónicos más tenues encima.
# alt en: Spectrogram: four steps, one for each note, each with two fainter harmonics above.
WINDOW, HOP = 512, 128
framing = {"n_fft": WINDOW, "hop_length": HOP, "window": torch.hann_window(WINDOW)}
spectrum = torch.stft(sound, return_complex=True, **framing)  # frequency window
again = torch.istft(spectrum, length=len(sound), **framing)
silent = torch.istft(spectrum.abs().to(torch.complex64), length=len(sound), **framing)

_, ax = plt.subplots()
seconds = torch.arange(spectrum.shape[1]) * HOP / SAMPLES_PER_SECOND
hertz = torch.arange(spectrum.shape[0]) * SAMPLES_PER_SECOND / WINDOW
decibels = 20 * (spectrum.abs() + 1e-3).log10()
ax.pcolormesh(seconds, hertz[:110], decibels[:110], rasterized=True, shading="nearest")
ax.set_xlabel(tr(es="tiempo (s)", en="time (s)"))
ax.set_ylabel(tr(es="frecuencia (Hz)", en="frequency (Hz)"))
_ = localize_ticks(ax)


# %%
def note_name(frequency: float) -> str:
    semitone = round(12 * math.log2(frequency / 261.63)) % 12
    return NOTES[SEMITONES.index(semitone)] if semitone in SEMITONES else "?"


# es: la frecuencia más fuerte en el medio de cada nota
# en: the strongest frequency in the middle of each note
middles = [round((place + 0.5) * len(time) / HOP) for place in range(4)]
strongest = hertz[spectrum.abs()[:, middles].argmax(dim=0)]
print([f"{value:.0f} Hz" for value in strongest.tolist()])
print([note_name(value) for value in strongest.tolist()])
print(f"{(again - sound).abs().max():.1e}  {(silent - sound).abs().max():.2f}")

# %% tags=["hidden"]
assert [note_name(value) for value in strongest.tolist()] == [NOTES[note] for note in melody]
exact, without_phase = (again - sound).abs().max().item(), (silent - sound).abs().max().item()
assert exact < 1e-5 and without_phase > 0.1
spacing = SAMPLES_PER_SECOND / WINDOW

# %% [markdown] lang="es"
# De la presión a la matriz, de la matriz al nombre de la nota: eso ya lo lee una persona. La vuelta es exacta
# (error de `{python} exact:.0e`) mientras se guarden los números complejos. Lo que se dibuja y lo que suele
# entrar en una red es solo la magnitud; sin la fase, el sonido reconstruido se aparta hasta
# `{python} without_phase:.2f`, cuando el original no pasa de 1. Y cada casilla abarca `{python} spacing:.1f`
# Hz: dos notas más cercanas que eso pueden caer en la misma.
#
# ## La fila de una tabla
#
# Cinco pedidos de una cocina: qué plato, cuántos minutos tardó, en qué mes, cuántas estrellas le pusieron.
# Cada columna pide un trato distinto, y en tres de ellas el trato ingenuo miente.

# %% [markdown] lang="en"
# From the pressure to the matrix, from the matrix to the name of the note: that is something a person reads.
# The way back is exact (error of `{python} exact:.0e`) as long as the complex numbers are kept. What is
# drawn, and what tends to enter a network, is the magnitude alone; without the phase the rebuilt sound is off
# by up to `{python} without_phase:.2f`, where the original does not exceed 1. And each cell spans
# `{python} spacing:.1f` Hz: two notes closer than that may fall into the same one.
#
# ## The row of a table
#
# Five orders of a kitchen: which dish, how many minutes it took, in which month, how many stars it was given.
# Each column asks for a different treatment, and in three of them the naive one lies.

# %%
KINDS = (tr(es="pollo", en="chicken"), tr(es="pescado", en="fish"), tr(es="verduras", en="vegetables"))
orders = [(0, 31.0, 12, 5), (1, 12.0, 1, None), (2, 24.0, 2, 3), (0, 29.0, 6, 4), (1, 14.0, 7, 2)]
kinds, minutes, months, stars = zip(*orders, strict=True)
minutes, months = torch.tensor(minutes), torch.tensor(months)
mean, deviation = minutes.mean(), minutes.std()
angle = 2 * math.pi * months / 12
given = torch.tensor([value is not None for value in stars])
filled = torch.tensor([value or 0.0 for value in stars])

columns = {
    # es: una columna por cada tipo
    # en: one column for each kind
    tr(es="plato", en="dish"): one_hot(torch.tensor(kinds), 3).float(),
    tr(es="minutos", en="minutes"): ((minutes - mean) / deviation)[:, None],
    tr(es="mes", en="month"): torch.stack([angle.sin(), angle.cos()], dim=1),  # December beside January
    # es: el valor, y si lo hay
    # en: the value, and whether it is one
    tr(es="estrellas", en="stars"): torch.stack([filled, given], dim=1),
}
encoded = torch.cat(list(columns.values()), dim=1)
print(tuple(encoded.shape), {str(name): part.shape[1] for name, part in columns.items()})


# %%
def read_row(row: torch.Tensor) -> tuple[str, float, int, int | None]:
    month = round(math.atan2(row[4], row[5]) / (2 * math.pi) * 12) % 12 or 12
    rating = round(row[6].item()) if row[7] == 1 else None
    return KINDS[int(row[:3].argmax())], round((row[3] * deviation + mean).item(), 1), month, rating


for row in encoded:
    print(*read_row(row))

# %% tags=["hidden"]
expected = [(KINDS[kind], minute, month, star) for kind, minute, month, star in orders]
assert [read_row(row) for row in encoded] == expected
assert encoded.shape == (5, 8)

# %% [markdown] lang="es"
# Cuatro columnas se volvieron `{python} encoded.shape[1]`, y la vuelta las recupera enteras. Veamos las tres
# mentiras que se evitaron.
#
# 1. **Numerar los platos** 0, 1, 2 dice que el pescado está a medio camino entre el pollo y las verduras.
# 2. **Contar los meses** del 1 al 12 dice que diciembre y enero están lo más lejos posible.
# 3. **Poner un 0** donde falta la calificación dice que la calificaron con cero.
#
# La primera se puede medir: una recta por mínimos cuadrados que prediga los minutos a partir del plato. ¿Qué
# error dejará con el plato numerado y cuál con sus tres columnas?

# %% [markdown] lang="en"
# Four columns became `{python} encoded.shape[1]`, and the way back recovers them whole. Here are the three
# lies that were avoided.
#
# 1. **To number the dishes** 0, 1, 2 says that fish is half way between chicken and vegetables.
# 2. **To count the months** from 1 to 12 says that December and January are as far apart as can be.
# 3. **To put a 0** where the rating is missing says that it was rated zero.
#
# The first can be measured: a least-squares line that predicts the minutes from the dish. What error will it
# leave with the dish numbered, and what with its three columns?

# %%
numbered = torch.tensor([[kind, 1.0] for kind in kinds])
separate = one_hot(torch.tensor(kinds), 3).float()
for name, inputs in (
    (tr(es="numerado", en="numbered"), numbered),
    (tr(es="separado", en="separate"), separate),
):
    fitted = inputs @ torch.linalg.lstsq(inputs, minutes[:, None]).solution
    print(f"{name:<10}", [f"{value:.0f}" for value in fitted[:, 0].tolist()])
distance = {
    tr(es="contado", en="counted"): abs(12 - 1),
    tr(es="en círculo", en="on a circle"): torch.dist(*columns[tr(es="mes", en="month")][:2]).item(),
}
print({str(name): round(value, 2) for name, value in distance.items()})

# %% tags=["hidden"]
by_number = (numbered @ torch.linalg.lstsq(numbered, minutes[:, None]).solution)[:, 0]
by_column = (separate @ torch.linalg.lstsq(separate, minutes[:, None]).solution)[:, 0]
error_number, error_column = ((fit - minutes).abs().mean().item() for fit in (by_number, by_column))
assert error_column < 1.0 + 1e-4 and error_number > 4 * error_column
on_circle = list(distance.values())[1]
assert abs(on_circle - 2 * math.sin(math.pi / 12)) < 1e-5

# %% [markdown] lang="es"
# Con el plato numerado el error medio es de `{python} error_number:.1f` minutos, porque la recta está
# obligada a poner el pescado en el medio; con tres columnas, de `{python} error_column:.1f`, lo que varía un
# mismo plato de un pedido a otro. En el círculo, diciembre y enero quedan a `{python} on_circle:.2f`, como
# cualquier par de meses vecinos.
#
# ## Salidas: de los números a la palabra
#
# Un clasificador entrega un *logit* (puntaje sin normalizar) por clase. La función *softmax* los vuelve
# positivos y hace que sumen uno, y la etiqueta es la de mayor probabilidad:
#
# $$p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}, \qquad \text{etiqueta} = \arg\max_i\, p_i.$$
#
# Escrita tal cual tiene una trampa: $e^{z}$ se desborda en `float32` cerca de $z = 88{,}7$. Restar el máximo
# no cambia el resultado y lo evita.

# %% [markdown] lang="en"
# With the dish numbered the mean error is `{python} error_number:.1f` minutes, since the line is bound to put
# fish in the middle; with three columns, `{python} error_column:.1f`, how much the same dish varies from one
# order to another. On the circle December and January lie `{python} on_circle:.2f` apart, like any pair of
# neighbouring months.
#
# ## Outputs: from the numbers to the word
#
# A classifier gives one *logit* (unnormalised score) for each class. The *softmax* function makes them
# positive and makes them add up to one, and the label is the one of largest probability:
#
# $$p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}, \qquad \text{label} = \arg\max_i\, p_i.$$
#
# Written just so it holds a trap: $e^{z}$ overflows in `float32` near $z = 88.7$. To subtract the maximum
# changes nothing in the result and avoids it.


# %%
def softmax_as_written(z: torch.Tensor) -> torch.Tensor:
    return z.exp() / z.exp().sum()


large = torch.tensor([100.0, 99.0, 90.0])
print(softmax_as_written(large))
print(softmax_as_written(large - large.max()))
assert torch.allclose(softmax_as_written(large - large.max()), large.softmax(dim=0))

# %% tags=["hidden"]
assert softmax_as_written(large).isnan().any()
assert math.exp(88.7) < torch.finfo(torch.float32).max < math.exp(88.8)

# %% [markdown] lang="es"
# Las notas muestran como salida de la red estas tres filas, y a su lado «gato», «perro» y «gatito». ¿Pueden
# ser probabilidades? Haz la cuenta antes de ejecutar.

# %% [markdown] lang="en"
# The notes show these three rows as the output of the network, and beside them “cat”, “dog” and “kitten”. Can
# they be probabilities? Do the sum before you run.

# %%
rows = torch.tensor([[0.983, 0.004, 0.013], [0.110, 0.889, 0.001], [0.023, 0.027, 0.985]])
labels = (tr(es="gato", en="cat"), tr(es="perro", en="dog"), tr(es="gatito", en="kitten"))
for row in rows:
    print(f"{row.sum():.3f}  {labels[int(row.argmax())]}")

# %% tags=["hidden"]
sums = rows.sum(dim=1)
assert torch.allclose(sums[:2], torch.ones(2), atol=1e-6) and sums[2] > 1.03
assert rows.argmax(dim=1).tolist() == [0, 1, 2]
logits_of = (rows / (1 - rows)).log()  # what a sigmoid would need
assert torch.allclose(logits_of.sigmoid(), rows)

# %% [markdown] lang="es"
# Las dos primeras suman 1. La tercera suma `{python} sums[2]:.3f`: **no pudo salir de un softmax**. Si es una
# errata o si las salidas eran independientes (una función sigmoide por clase, como cuando una foto puede
# mostrar a la vez un gato y un perro), las notas no lo dicen. La etiqueta es la misma en los dos casos; la
# confianza que se puede leer, no. Comprobar que las filas suman uno cuesta una línea.
#
# Ahora con una red de verdad: un clasificador lineal de dígitos. Elegimos tres imágenes de prueba: la que
# clasifica con más seguridad, una intermedia y la más dudosa.

# %% [markdown] lang="en"
# The first two add up to 1. The third adds up to `{python} sums[2]:.3f`: **it cannot have come out of a
# softmax**. Whether it is a slip or the outputs were independent (one sigmoid for each class, as when a
# photograph may show a cat and a dog at once) the notes do not say. The label is the same in both cases; the
# confidence one may read is not. To check that rows add up to one takes one line.
#
# Now with a real network: a linear classifier of digits. We choose three test images: the one it classifies
# with most confidence, one in between and the most doubtful.

# %%
data = digits()
torch.manual_seed(0)
model = LinearClassifier(pixels=64, classes=10)
optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
for _ in range(100):
    loss = cross_entropy(model(data.train_images), data.train_labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

with torch.inference_mode():
    logits = model(data.test_images)  # image class
    probabilities = logits.softmax(dim=1)
surest = probabilities.amax(dim=1).argsort(descending=True)
chosen = surest[[0, len(surest) * 9 // 10, -1]]
for place in chosen.tolist():
    top = probabilities[place].argmax()
    rounded_logits = [round(z, 1) for z in logits[place].tolist()]
    print(f"{data.classes[top]}  {probabilities[place, top]:.3f}   {rounded_logits}")

# %%
# alt es: Tres dígitos con sus probabilidades por clase: una sola barra llena, una dominante y varias bajas.
# alt en: Three digits with their probabilities per class: a full bar, a dominant one, several low ones.
_, axes = plt.subplots(2, 3, figsize=(6.4, 3.2), height_ratios=(1, 1.4))
for column, place in enumerate(chosen.tolist()):
    picture, bars = axes[:, column]
    picture.imshow(data.test_images[place, 0], cmap="gray", interpolation="none")
    picture.set_axis_off()
    bars.bar(range(10), probabilities[place], color=color("blue"))
    bars.set(xticks=range(10), ylim=(0, 1), xlabel=tr(es="clase", en="class"))
    localize_ticks(bars)
_ = axes[1, 0].set_ylabel("p")

# %% tags=["hidden"]
score = Proportion.of(logits.argmax(dim=1) == data.test_labels)
assert torch.equal(logits.argmax(dim=1), probabilities.argmax(dim=1))
assert torch.allclose(probabilities.sum(dim=1), torch.ones(len(probabilities)))
least = probabilities[chosen[2]].max().item()
assert least < 0.5
doubtful = surest[-len(surest) // 10 :]
doubt_score = Proportion.of((logits.argmax(dim=1) == data.test_labels)[doubtful])
assert doubt_score.high < score.low

# %% [markdown] lang="es"
# Las tres salidas se anuncian con la misma sencillez, «es un
# `{python} data.classes[int(logits[chosen[0]].argmax())]`», y no valen lo mismo: la última etiqueta ganó con
# `{python} least:.0%`. En la décima parte más dudosa del examen el modelo acierta
# `{python} str(doubt_score)`; en todo el examen, `{python} str(score)`. **La etiqueta tira la duda a la
# basura**; quien decide debería ver la probabilidad.

# %% [markdown] lang="en"
# The three outputs are announced just as plainly, “it is a
# `{python} data.classes[int(logits[chosen[0]].argmax())]`”, and are not worth the same: the last label won
# with `{python} least:.0%`. On the most doubtful tenth of the exam the model gets `{python} str(doubt_score)`
# right; on the whole exam, `{python} str(score)`. **The label throws the doubt away**; whoever decides should
# see the probability.

# %% [markdown] lang="es"
# ## Para llevarte
#
# | cosa | números | lo que se pierde |
# |---|---|---|
# | texto, UTF-8 | bytes `(n)` | nada |
# | palabras | enteros `(n)` | lo que no está en el vocabulario |
# | bolsa de palabras | conteos `(V)` | el orden |
# | imagen | decimales `(c, h, w)` | nada, si se redondea al volver |
# | sonido, WAV | enteros `(t)` | medio paso de 16 bits |
# | espectrograma | magnitudes `(f, t)` | la fase |
# | fila de tabla | `(d)`, con columnas de más | nada, si se guardan media y desviación |
# | salida → etiqueta | logits `(c)` | la duda |
#
# * Un número de categoría es un nombre; un mes es un lugar en un círculo; un hueco necesita su propia
#   columna.
# * Guarda lo que hace falta para volver: vocabulario, media, desviación, orden de las clases.

# %% [markdown] lang="en"
# ## What to keep
#
# | thing | numbers | what is lost |
# |---|---|---|
# | text, UTF-8 | bytes `(n)` | nothing |
# | words | integers `(n)` | whatever is not in the vocabulary |
# | bag of words | counts `(V)` | the order |
# | image | decimals `(c, h, w)` | nothing, if rounded on the way back |
# | sound, WAV | integers `(t)` | half a step of 16 bits |
# | spectrogram | magnitudes `(f, t)` | the phase |
# | table row | `(d)`, with extra columns | nothing, if mean and deviation are kept |
# | output → label | logits `(c)` | the doubt |
#
# * The number of a category is a name; a month is a place on a circle; a gap needs a column of its own.
# * Keep what it takes to go back: vocabulary, mean, deviation, order of the classes.

# %% [markdown] lang="es" tags=["quiz"]
# Entrenas con la media y la desviación de los datos de entrenamiento y, al usar el modelo, normalizas cada
# imagen nueva con **su propia** media y desviación. ¿Qué pasa?
#
# - [x] El modelo recibe otra codificación: una foto oscura y una clara llegan iguales, y nada da error.
# - [ ] Nada, porque la media siempre queda en cero: con la media del entrenamiento no quedaba en cero en cada
#   imagen, y esa diferencia informaba.
# - [ ] PyTorch lanza un error de forma: la forma es la correcta y por eso nadie avisa.

# %% [markdown] lang="en" tags=["quiz"]
# You train with the mean and deviation of the training data and, when using the model, normalise each new
# image by **its own** mean and deviation. What happens?
#
# - [x] The model gets another encoding: a dark photograph and a light one arrive alike, and nothing fails.
# - [ ] Nothing, since the mean is always zero: with the mean of the training data it was not zero for each
#   image, and that difference told something.
# - [ ] PyTorch raises a shape error: the shape is right, and so nobody warns you.

# %% [markdown] lang="es" tags=["quiz"]
# Una red entrega `[0.2, 0.9, 0.7]` después de su última función. ¿Qué puedes decir?
#
# - [x] Que no es un softmax: suma más de 1. Puede ser una sigmoide por clase, y entonces dos clases
#   pueden ser ciertas a la vez.
# - [ ] Que la clase 1 tiene 90 % y las otras se reparten el resto: ya se ve que no se reparten nada.
# - [ ] Que hay que dividir entre la suma: eso inventaría una distribución que la red no dio.

# %% [markdown] lang="en" tags=["quiz"]
# A network gives `[0.2, 0.9, 0.7]` after its last function. What can you say?
#
# - [x] That it is not a softmax: it adds up to more than 1. It may be one sigmoid per class, and then
#   two classes can be true at once.
# - [ ] That class 1 has 90% and the others share the rest: they plainly share nothing.
# - [ ] That one must divide by the sum: that would make up a distribution which the network did not give.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: de decimales a píxeles
#
# Escribe `to_pixels(image)`: recibe un tensor de decimales que **debería** estar entre 0 y 1, lo recorta a
# ese intervalo, lo redondea al byte más cercano y devuelve `uint8` con la misma forma.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: from decimals to pixels
#
# Write `to_pixels(image)`: it takes a tensor of decimals that **should** lie between 0 and 1, clips it to
# that interval, rounds it to the nearest byte and returns `uint8` of the same shape.


# %% tags=["solution"]
def to_pixels(image: torch.Tensor) -> torch.Tensor:
    return (image.clamp(0, 1) * 255).round().to(torch.uint8)


# %% tags=["check"]
assert torch.equal(to_pixels(every_byte / 255), every_byte)
assert torch.equal(to_pixels(normalised * DEVIATION + MEAN), every_byte)
assert to_pixels(torch.tensor([[-0.2, 1.7], [0.5, 0.999]])).tolist() == [[0, 255], [128, 255]]
assert to_pixels(torch.rand(2, 3, 4)).dtype == torch.uint8

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: una etiqueta que sabe callar
#
# Escribe `label_or_doubt(logits, classes, least)`: la lista de etiquetas de un *batch* (un grupo de ejemplos)
# de logits de forma `(n, c)`, con `"?"` donde la mayor probabilidad no llega a `least`.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: a label that can keep quiet
#
# Write `label_or_doubt(logits, classes, least)`: the list of labels of a batch of logits of shape `(n, c)`,
# with `"?"` where the largest probability does not reach `least`.


# %% tags=["solution"]
def label_or_doubt(logits: torch.Tensor, classes: tuple[str, ...], least: float) -> list[str]:
    probability, winner = logits.softmax(dim=1).max(dim=1)
    return [
        classes[index] if p >= least else "?"
        for p, index in zip(probability.tolist(), winner.tolist(), strict=True)
    ]


# %% tags=["check"]
sharp = torch.tensor([[5.0, 0.0, 0.0], [0.1, 0.2, 0.0], [500.0, 0.0, 499.0]])
assert label_or_doubt(sharp, ("a", "b", "c"), 0.6) == ["a", "?", "a"]
assert label_or_doubt(sharp, ("a", "b", "c"), 0.0) == ["a", "b", "a"]
answers = label_or_doubt(logits, data.classes, 0.9)
spoken = torch.tensor([answer != "?" for answer in answers])
print(Proportion.of((logits.argmax(dim=1) == data.test_labels)[spoken]), int((~spoken).sum()))
assert 0 < spoken.sum() < len(spoken)

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: el doble fantasma
#
# Muestrear poco también pierde, y de la peor manera: cambia lo que queda. Escribe
# `heard_as(frequency, rate)`: la frecuencia, entre 0 y `rate / 2`, con la que suena un tono puro, un coseno,
# de `frequency` hercios muestreado `rate` veces por segundo. Pista: ni restar `rate` un número entero de
# veces ni cambiar el signo altera las muestras.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: the ghost double
#
# Sampling too little also loses, and in the worst way: it changes what is left. Write
# `heard_as(frequency, rate)`: the frequency, between 0 and `rate / 2`, at which a pure tone, a cosine, of
# `frequency` hertz sounds when sampled `rate` times a second. Hint: neither subtracting `rate` a whole number
# of times nor changing the sign alters the samples.


# %% tags=["solution"]
def heard_as(frequency: float, rate: float) -> float:
    remainder = frequency % rate
    return min(remainder, rate - remainder)


# %% tags=["check"]
for frequency, rate in ((440, 8000), (440, 600), (700, 1000), (1300, 1000), (999, 1000), (3000, 1000)):
    moments = torch.arange(200, dtype=torch.float64) / rate
    real = torch.cos(2 * math.pi * frequency * moments)
    ghost = torch.cos(2 * math.pi * heard_as(frequency, rate) * moments)
    assert 0 <= heard_as(frequency, rate) <= rate / 2, (frequency, rate)
    assert torch.allclose(real, ghost, atol=1e-8), (frequency, rate)
print(heard_as(440, 600))

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# Las formas que aquí aparecieron se estudian una a una en [Los datos y la red, como
# tensores](../fundamentals/data_as_tensors.md). Lo que hay entre la entrada y la salida está en [Anatomía de
# una red](../concepts/network_anatomy.md), y ocho aplicaciones enteras, de la cosa a la respuesta, en el
# [Mapa de aplicaciones](../concepts/applications_map.md).

# %% [markdown] lang="en"
# ## Where to go next
#
# The shapes that turned up here are studied one by one in [Data and network, as
# tensors](../fundamentals/data_as_tensors.md). What stands between input and output is in [Anatomy of a
# network](../concepts/network_anatomy.md), and eight whole applications, from the thing to the answer, in the
# [Map of applications](../concepts/applications_map.md).
