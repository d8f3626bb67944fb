"""
title:
  es: Guardar, cargar y seguir como si nada
  en: Save, load, and carry on as if nothing happened
summary:
  es: Qué entra en el archivo de un modelo, en cuáles no confiar y cómo retomar un entrenamiento bit a bit.
  en: What goes into the file of a model, which files not to trust, and how to resume training bit for bit.
tags: [state_dict, checkpoint, safetensors, pickle, weights_only, resume, map_location]
objectives:
  es:
    - Guardar un modelo sin guardar código y abrir el archivo para ver qué contiene.
    - Reconocer un archivo que ejecuta instrucciones al leerse y rechazarlo sin ejecutarlas.
    - Leer a mano un archivo safetensors y detectar uno cortado o alterado.
    - Retomar un entrenamiento interrumpido y probar que da los mismos bits que uno sin interrupción.
    - Cargar pesos en otro dispositivo y sobre un modelo que todavía no tiene memoria.
  en:
    - Save a model without saving code, and open the file to see what it holds.
    - Recognise a file that runs instructions when read, and turn it away without running them.
    - Read a safetensors file by hand, and detect one that was cut or altered.
    - Resume an interrupted training run and prove that it gives the same bits as an unbroken one.
    - Load weights onto another device, and into a model that has no memory yet.
prerequisites:
  es:
    - El bucle de entrenamiento.
    - Qué fija una semilla.
  en:
    - The training loop.
    - What a seed fixes.
timeout_seconds: 180
"""
# %% [markdown] lang="es"
# Un modelo entrenado es un puñado de tensores que cuesta horas volver a obtener. Aquí vas a guardarlos de
# modo que otro programa los recupere bit a bit, a leer el archivo por dentro, a rechazar los que hacen daño y
# a retomar un entrenamiento cortado a la mitad. Cada paso se comprueba comparando bits, porque una exactitud
# parecida no prueba que todo se haya recuperado.
#
# La lección supone el bucle de [Una recta, de los tensores sueltos al modelo guardado](linear_regression.md)
# y lo que fija una semilla, de [Azar y semillas](../fundamentals/randomness.md). Acompaña lo que el curso
# [PyTorch for Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/), de Andrei
# Neagoie y Daniel Bourke, dice de guardar y cargar en la sección *PyTorch Workflow*, y el [capítulo
# 01](https://www.learnpytorch.io/01_pytorch_workflow/) de su libro abierto.

# %% [markdown] lang="en"
# A trained model is a handful of tensors that take hours to obtain again. Here you save them so that another
# program recovers them bit for bit, read the file from the inside, turn away those that do harm, and resume a
# training run that was cut off halfway. Every step is checked by comparing bits, because a similar accuracy
# does not prove that everything came back.
#
# The lesson presumes the loop of [A line, from bare tensors to a saved model](linear_regression.md) and what
# a seed fixes, from [Chance and seeds](../fundamentals/randomness.md). It goes with what the course
# [PyTorch for Deep Learning Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) by Andrei
# Neagoie and Daniel Bourke says about saving and loading in the section *PyTorch Workflow*, and with [chapter
# 01](https://www.learnpytorch.io/01_pytorch_workflow/) of their open book.

# %%
import importlib
import json
import mmap
import os
import struct
import sys
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, TensorDataset

from tutorials_lib import tr
from tutorials_lib.data import digits
from tutorials_lib.metrics import Proportion, paired_comparison
from tutorials_lib.plots import curves, interval_plot
from tutorials_lib.training import evaluate, predict, train

# %% [markdown] lang="es"
# ## Qué hay que guardar
#
# Entrenamos un clasificador de dígitos con dos capas que complican el asunto a propósito: una normalización
# por *batch* (grupo de ejemplos que se procesan juntos) y un *dropout* (apagado al azar de unidades).
# `state_dict()` devuelve todo lo que el módulo considera su estado. Antes de mirar: además de los pesos y
# sesgos de las tres capas con parámetros, ¿hay algo más?

# %% [markdown] lang="en"
# ## What must be kept
#
# We train a classifier of digits with two layers that complicate the matter on purpose: batch normalisation
# and dropout (units switched off at random). `state_dict()` returns all that the module regards as its state.
# Before you look: besides the weights and biases of the three layers with parameters, is there anything else?


# %%
def build() -> nn.Sequential:
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(64, 32),
        nn.BatchNorm1d(32),
        nn.ReLU(),
        nn.Dropout(0.3),
        nn.Linear(32, 10),
    )


data = digits()
training_set = TensorDataset(data.train_images, data.train_labels)
exam = [(data.test_images, data.test_labels)]
torch.manual_seed(0)
model = build()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
batches = DataLoader(training_set, batch_size=64, shuffle=True)
*_, last = train(model, batches, exam, optimizer=optimizer, epochs=4)
print(last.test.accuracy)

# %%
parameters = dict(model.named_parameters())
for name, tensor in model.state_dict().items():
    kind = tr(es="parámetro", en="parameter") if name in parameters else "buffer"
    print(f"{name:<22} {tuple(tensor.shape)!s:<10} {tensor.dtype!s:<14} {kind}")

# %% tags=["hidden"]
buffers = dict(model.named_buffers())
assert set(model.state_dict()) == set(parameters) | set(buffers)
assert set(buffers) == {"2.running_mean", "2.running_var", "2.num_batches_tracked"}
assert len(parameters) == 6
fresh_statistics = build()
fresh_statistics.load_state_dict(parameters, strict=False)
without_buffers = evaluate(fresh_statistics, exam).accuracy
assert without_buffers.high < last.test.accuracy.low

# %% [markdown] lang="es"
# Hay tres *buffers* (tensores del módulo que no se aprenden): la media, la varianza y la cuenta de *batches*
# de la normalización. Ningún gradiente los mueve y `parameters()` no los entrega, pero sin ellos el modelo es
# otro: con los mismos pesos y las estadísticas recién creadas acierta `{python} str(without_buffers)` en vez
# de `{python} str(last.test.accuracy)`. Por eso se guarda el `state_dict` y no la lista de parámetros.
#
# Tampoco están el código de las capas, el `Dropout` y el `ReLU` (no tienen tensores), ni los gradientes, ni
# el estado del optimizador. Lo primero obliga a tener el código para recuperar el modelo; lo último será
# importante al retomar un entrenamiento.
#
# ## El archivo por dentro
#
# `torch.save` escribe un archivo zip. Se puede abrir con las herramientas de siempre.

# %% [markdown] lang="en"
# There are three *buffers* (tensors of the module that are not learned): the mean, the variance and the count
# of batches of the normalisation. No gradient moves them and `parameters()` does not hand them over, but
# without them the model is another one: with the same weights and newly created statistics it gets
# `{python} str(without_buffers)` right instead of `{python} str(last.test.accuracy)`. That is why the
# `state_dict` is saved and not the list of parameters.
#
# Also absent are the code of the layers, the `Dropout` and the `ReLU` (they have no tensors), the gradients
# and the state of the optimiser. The first means that the code is needed to recover the model; the last will
# matter when training is resumed.
#
# ## The file from the inside
#
# `torch.save` writes a zip file. It opens with the usual tools.

# %%
folder = Path(mkdtemp())
torch.save(model.state_dict(), folder / "digits.pt")
with zipfile.ZipFile(folder / "digits.pt") as archive:
    for entry in archive.infolist()[:8]:
        print(f"{entry.filename:<28} {entry.file_size:>6}")
    names_and_shapes = archive.read("digits/data.pkl")
print(names_and_shapes[:60])

# %% tags=["hidden"]
with zipfile.ZipFile(folder / "digits.pt") as archive:
    stored = [entry for entry in archive.infolist() if entry.filename.startswith("digits/data/")]
    assert archive.read("digits/data/0") == model[1].weight.detach().numpy().tobytes()
assert len(stored) == 9
assert [entry.file_size for entry in stored] == [
    tensor.numel() * tensor.element_size() for tensor in model.state_dict().values()
]

# %% [markdown] lang="es"
# Los números de cada tensor están en `data/0`, `data/1`…, sin comprimir: los 64 × 32 pesos de la primera
# capa ocupan `{python} stored[0].file_size` bytes, cuatro por número. Los nombres y las formas están en
# `data.pkl`, escritos con *pickle*, el formato de Python para objetos. Pronto veremos por qué esa parte es
# delicada.
#
# Un detalle que llena discos: se guarda la **memoria** de un tensor y no lo que su vista deja ver. ¿Cuántos
# bytes ocupan tres números que vienen de un tensor de un millón?

# %% [markdown] lang="en"
# The numbers of each tensor are in `data/0`, `data/1`…, uncompressed: the 64 × 32 weights of the first layer
# take `{python} stored[0].file_size` bytes, four per number. Names and shapes are in `data.pkl`, written with
# *pickle*, Python's format for objects. We shall soon see why that part is delicate.
#
# A detail that fills disks: what is saved is the **memory** of a tensor and not what its view lets through.
# How many bytes do three numbers take that come from a tensor of a million?

# %%
million = torch.zeros(1_000_000)
torch.save(million[:3], folder / "view.pt")
torch.save(million[:3].clone(), folder / "clone.pt")
view_bytes, clone_bytes = ((folder / name).stat().st_size for name in ("view.pt", "clone.pt"))
print(view_bytes, clone_bytes)

# %% tags=["hidden"]
assert view_bytes > 4_000_000
assert clone_bytes < 4_000

# %% [markdown] lang="es"
# La vista arrastra el millón entero, `{python} view_bytes / 1e6:.1f` MB; con `clone()`, alrededor de un
# kilobyte. Si guardas la mejor fila de una tabla de *embeddings* (vectores aprendidos), clónala antes.
#
# ## Una idea que falla: guardar el objeto entero
#
# `torch.save(model, …)` acepta el modelo completo, y al cargarlo parece que el código no hiciera falta. Lo
# probamos con una clase que vive en su propio archivo, `shop.py`. Al día siguiente alguien ordena el proyecto
# y le cambia el nombre a `store.py`. ¿Qué pasa con los modelos ya guardados?

# %% [markdown] lang="en"
# The view drags along the whole million, `{python} view_bytes / 1e6:.1f` MB; with `clone()`, about a
# kilobyte. If you save the best row of a table of *embeddings* (learned vectors), clone it first.
#
# ## An idea that fails: saving the whole object
#
# `torch.save(model, …)` accepts the complete model, and on loading it looks as if no code were needed. We try
# it with a class that lives in a file of its own, `shop.py`. The next day someone tidies the project and
# renames it to `store.py`. What becomes of the models already saved?

# %%
(folder / "shop.py").write_text("from torch import nn\n\nclass Net(nn.Linear): ...\n")
sys.path.insert(0, str(folder))
shop = importlib.import_module("shop")
torch.save(shop.Net(2, 1), folder / "whole.pt")

(folder / "shop.py").rename(folder / "store.py")
del sys.modules["shop"]
print(torch.serialization.get_unsafe_globals_in_checkpoint(folder / "whole.pt"))

# %% tags=["raises=ModuleNotFoundError"]
torch.load(folder / "whole.pt", weights_only=False)

# %% tags=["hidden"]
sys.path.remove(str(folder))
assert torch.serialization.get_unsafe_globals_in_checkpoint(folder / "whole.pt") == ["shop.Net"]
assert not torch.serialization.get_unsafe_globals_in_checkpoint(folder / "digits.pt")

# %% [markdown] lang="es"
# El archivo nunca tuvo el código: tenía una dirección, `shop.Net`, y al cargarlo Python fue a buscarla. Quien
# guarda el objeto ata sus pesos a la ubicación de cada clase. `get_unsafe_globals_in_checkpoint` lee esas
# direcciones sin ejecutar nada; para el `state_dict` de antes la lista está vacía.
#
# ## Un archivo que ejecuta lo que trae
#
# *Pickle* no es una lista de datos: es un pequeño programa que reconstruye objetos, y una de sus
# instrucciones es «llama a esta función con estos argumentos». Con `__reduce__`, cualquier clase elige la
# función. La nuestra pide crear una carpeta, que servirá de marca; un atacante pediría otra cosa. El resto
# del diccionario parece un modelo cualquiera.

# %% [markdown] lang="en"
# The file never held the code: it held an address, `shop.Net`, and on loading Python went to look for it.
# Whoever saves the object ties the weights to the whereabouts of every class.
# `get_unsafe_globals_in_checkpoint` reads those addresses without running anything; for the earlier
# `state_dict` the list is empty.
#
# ## A file that runs what it brings
#
# *Pickle* is no list of data: it is a small program that rebuilds objects, and one of its instructions is
# “call this function with these arguments”. Through `__reduce__`, any class chooses the function. Ours asks
# for a folder to be created, which serves as a marker; an attacker would ask for something else. The rest of
# the dictionary looks like any model.


# %%
class Trap:
    def __reduce__(self) -> tuple[Callable, tuple[str]]:
        return os.mkdir, (str(folder / "marker"),)


torch.save({**model.state_dict(), "epoch": Trap()}, folder / "gift.pt")
print(torch.serialization.get_unsafe_globals_in_checkpoint(folder / "gift.pt"))

# %% [markdown] lang="es"
# La inspección lo delata: para leer unos pesos nadie necesita una función del sistema operativo. ¿Y si lo
# cargamos sin inspeccionar?

# %% [markdown] lang="en"
# The inspection gives it away: nobody needs a function of the operating system to read weights. And if we
# load it without inspecting?

# %% tags=["raises=UnpicklingError"]
torch.load(folder / "gift.pt")

# %%
marker = folder / "marker"
after_safe = marker.exists()
gift = torch.load(folder / "gift.pt", weights_only=False)
after_unsafe = marker.exists()
print(after_safe, after_unsafe, len(gift))

# %% tags=["hidden"]
assert not after_safe
assert after_unsafe
assert len(gift) == len(model.state_dict()) + 1
marker.rmdir()

# %% [markdown] lang="es"
# La primera carga se negó y la marca no existía. La segunda, con `weights_only=False`, creó la carpeta
# **durante la lectura** y además devolvió los pesos, de modo que nadie habría notado nada. Desde [PyTorch 2.6
# (2025)](https://github.com/pytorch/pytorch/releases/tag/v2.6.0) el valor por defecto es
# `weights_only=True`; en versiones anteriores hay que escribirlo.
#
# La protección es un programa y ha tenido fallas: en PyTorch 2.5.1 y anteriores se la podía burlar
# ([CVE-2025-32434](https://nvd.nist.gov/vuln/detail/CVE-2025-32434)), y hasta la 2.9.1 un archivo preparado
# podía corromper la memoria ([CVE-2026-24747](https://nvd.nist.gov/vuln/detail/CVE-2026-24747), 2026). La
# respuesta completa tiene tres partes: PyTorch al día, archivos de quien conozcas y, si puedes elegir, un
# formato sin instrucciones.
#
# ## safetensors: una cabecera y los números
#
# [safetensors](https://github.com/huggingface/safetensors) (Hugging Face, 2022) es ese formato: ocho bytes
# con el tamaño $N$ de la cabecera, $N$ bytes de texto JSON y los números uno tras otro. No hay nada que
# ejecutar, así que puedes leerlo sin biblioteca alguna.

# %% [markdown] lang="en"
# The first load refused, and the marker did not exist. The second, with `weights_only=False`, created the
# folder **while reading** and returned the weights besides, so nobody would have noticed a thing. Since
# [PyTorch 2.6 (2025)](https://github.com/pytorch/pytorch/releases/tag/v2.6.0) the default is
# `weights_only=True`; in earlier versions you have to write it.
#
# The protection is a program and has had holes: in PyTorch 2.5.1 and earlier it could be got round
# ([CVE-2025-32434](https://nvd.nist.gov/vuln/detail/CVE-2025-32434)), and up to 2.9.1 a crafted file could
# corrupt memory ([CVE-2026-24747](https://nvd.nist.gov/vuln/detail/CVE-2026-24747), 2026). The full answer
# has three parts: an up-to-date PyTorch, files from people you know and, where you may choose, a format
# without instructions.
#
# ## safetensors: a header and the numbers
#
# [safetensors](https://github.com/huggingface/safetensors) (Hugging Face, 2022) is that format: eight bytes
# with the size $N$ of the header, $N$ bytes of JSON text, and the numbers one after another. There is nothing
# to run, so you can read it without any library.

# %%
save_file(model.state_dict(), folder / "digits.safetensors", metadata={"classes": "0123456789"})

content = (folder / "digits.safetensors").read_bytes()
size = int.from_bytes(content[:8], "little")
header = json.loads(content[8 : 8 + size])
for name, entry in header.items():
    print(f"{name:<22} {entry}")

# %% [markdown] lang="es"
# `data_offsets` dice dónde empieza y termina cada tensor, contado desde el final de la cabecera. Con eso
# basta para tomar los pesos de la primera capa **sin copiarlos**: `mmap` muestra el archivo como memoria y
# `torch.frombuffer` pone un tensor encima. Para probar que no hubo copia, escribimos un número en el archivo
# por otro camino. ¿Cambiará el tensor?

# %% [markdown] lang="en"
# `data_offsets` says where each tensor begins and ends, counted from the end of the header. That is enough to
# take the weights of the first layer **without copying them**: `mmap` shows the file as memory and
# `torch.frombuffer` lays a tensor over it. To prove that there was no copy, we write a number into the file
# by another route. Will the tensor change?

# %%
with (folder / "digits.safetensors").open("r+b") as file:
    memory = mmap.mmap(file.fileno(), 0)
begin = 8 + size + header["1.weight"]["data_offsets"][0]
weight = torch.frombuffer(memory, dtype=torch.float32, count=32 * 64, offset=begin).reshape(32, 64)
by_hand = torch.equal(weight, model[1].weight)
loaded = load_file(folder / "digits.safetensors")["1.weight"]
print(by_hand, weight[0, 0].item())

with (folder / "digits.safetensors").open("r+b") as file:
    file.seek(begin)
    file.write(struct.pack("<f", 123.0))
print(weight[0, 0].item())

# %% tags=["hidden"]
assert by_hand
assert weight[0, 0] == 123
if sys.platform == "linux":  # elsewhere the library may read instead of map
    assert loaded[0, 0] == 123
loaded.zero_()
assert weight[0, 0] == 123  # what the library gives is copied on writing
assert (folder / "digits.safetensors").read_bytes()[begin : begin + 4] == struct.pack("<f", 123.0)
save_file(model.state_dict(), folder / "digits.safetensors")

# %% [markdown] lang="es"
# Cambió: el tensor **es** el archivo. La biblioteca hace lo mismo cuando el sistema lo permite (en Linux, lo
# que devuelve `load_file` también pasó a 123), con una protección: si escribes en el tensor, la página tocada
# se copia y el archivo queda intacto. Por eso abrir un archivo de varios gigabytes no obliga a leerlo entero,
# y `safe_open` puede traer un solo tensor, o unas filas, sin leer el resto. `torch.load(…, mmap=True)` hace
# lo propio con los archivos de PyTorch.

# %% [markdown] lang="en"
# It did: the tensor **is** the file. The library does the same where the system allows it (on Linux, what
# `load_file` returns turned into 123 as well), with one protection: if you write to the tensor, the page
# touched is copied and the file stays intact. That is why a file of several gigabytes can be opened without
# reading all of it, and `safe_open` can bring a single tensor, or a few rows, without reading the rest.
# `torch.load(…, mmap=True)` does likewise with PyTorch's files.

# %%
with safe_open(folder / "digits.safetensors", framework="pt") as tensors:
    rows = tensors.get_slice("1.weight")[:2]
print(tuple(rows.shape), torch.equal(rows, model[1].weight[:2]))

# %% [markdown] lang="es"
# El precio de la sencillez: solo tensores contiguos, sin memoria compartida entre ellos, y metadatos de
# texto. Dos capas que comparten pesos, por ejemplo, se rechazan; para ellas está `save_model`, que guarda una
# sola copia y anota el otro nombre.

# %% [markdown] lang="en"
# The price of simplicity: contiguous tensors only, with no memory shared among them, and metadata in text.
# Two layers that share weights, for example, are rejected; for them there is `save_model`, which keeps a
# single copy and notes the other name.

# %%
try:
    save_file({"read.weight": million, "write.weight": million}, folder / "tied.safetensors")
except RuntimeError as problem:
    tied = str(problem).split(",")[0].strip()
print(tied)

# %% tags=["hidden"]
assert torch.equal(rows, model[1].weight[:2])
try:
    save_file({"step": 3}, folder / "number.safetensors")
except (TypeError, ValueError, AttributeError):
    number_rejected = True
assert number_rejected
assert "share memory" in tied

# %% [markdown] lang="es"
# ## Cortado no es lo mismo que alterado
#
# Una descarga interrumpida deja un archivo corto; un disco que falla puede cambiar un bit. Dañamos los dos
# formatos de las dos maneras. Primero el corte, en tres lugares: ¿se rechazan los seis archivos?

# %% [markdown] lang="en"
# ## Cut is not the same as altered
#
# An interrupted download leaves a short file; a failing disk may flip a bit. We damage both formats in both
# ways. First the cut, in three places: are all six files turned away?

# %%
LOADERS = {".pt": torch.load, ".safetensors": load_file}


def outcome(suffix: str, content: bytes) -> float | str:
    spoiled = folder / f"spoiled{suffix}"
    spoiled.write_bytes(content)
    try:
        return LOADERS[suffix](spoiled)["1.weight"][0, 0].item()
    except Exception as problem:
        return f"{type(problem).__name__}: {str(problem).split('. ')[0].rpartition(': ')[-1]}"


whole_files = {suffix: (folder / f"digits{suffix}").read_bytes() for suffix in LOADERS}
for suffix, content in whole_files.items():
    for share in (0.1, 0.5, 0.99):
        print(f"{suffix:<13} {share:<5} {outcome(suffix, content[: int(share * len(content))])}")

# %% tags=["hidden"]
for suffix, content in whole_files.items():
    for cut in range(1, len(content), len(content) // 40):
        assert isinstance(outcome(suffix, content[:cut]), str), (suffix, cut)

# %% [markdown] lang="es"
# Todos. Los mensajes de safetensors dicen qué pasa; los de PyTorch dependen de dónde cayó el corte, y algunos
# no ayudan. Ahora el bit: uno solo, en el exponente del primer peso.

# %% [markdown] lang="en"
# All of them. The messages of safetensors say what is wrong; those of PyTorch depend on where the cut fell,
# and some do not help. Now the bit: a single one, in the exponent of the first weight.


# %%
def flip_one_bit(content: bytes) -> bytes:
    # es: signo y exponente
    # en: sign and exponent
    place = content.find(model[1].weight.detach().numpy().tobytes()) + 3
    return content[:place] + bytes([content[place] ^ 0b0100_0000]) + content[place + 1 :]


flipped = {suffix: outcome(suffix, flip_one_bit(content)) for suffix, content in whole_files.items()}
print(flipped)

# %% tags=["hidden"]
first_weight = model[1].weight[0, 0].item()
assert all(isinstance(value, float) and abs(value) > 1e30 for value in flipped.values())
for name, spoiled_entry in (("digits.pt", None), ("spoiled.pt", "digits/data/0")):
    with zipfile.ZipFile(folder / name) as archive:
        assert archive.testzip() == spoiled_entry

# %% [markdown] lang="es"
# Los dos formatos **aceptan** el bit cambiado: un peso de `{python} first_weight:.4f` pasó a valer
# `{python} flipped[".pt"]:.1e` y nadie avisó. El zip lleva una suma de verificación por entrada, pero
# `torch.load` no la compara (`zipfile.ZipFile(…).testzip()` sí); safetensors no lleva ninguna. La defensa es
# publicar una huella del archivo y compararla **antes** de cargar. Detecta cualquier daño, y el mensaje es
# nuestro.

# %% [markdown] lang="en"
# Both formats **accept** the flipped bit: a weight of `{python} first_weight:.4f` turned into
# `{python} flipped[".pt"]:.1e` and nobody was told. The zip carries a checksum for each entry, but
# `torch.load` does not compare it (`zipfile.ZipFile(…).testzip()` does); safetensors carries none. The
# defence is to publish a digest of the file and to compare it **before** loading. It detects any damage, and
# the message is ours.

# %%
from hashlib import sha256


def load_verified(path: Path, digest: str) -> dict[str, torch.Tensor]:
    found = sha256(path.read_bytes()).hexdigest()
    if found != digest:
        problem = tr(
            es="dañado o de otra versión; descárgalo otra vez", en="damaged or other version; fetch it again"
        )
        raise ValueError(f"{path.name}: SHA-256 {found[:12]}… ≠ {digest[:12]}…; {problem}")
    return torch.load(path, weights_only=True)


published = sha256(whole_files[".pt"]).hexdigest()
print(len(load_verified(folder / "digits.pt", published)))

# %% tags=["raises=ValueError"]
load_verified(folder / "spoiled.pt", published)

# %% [markdown] lang="es"
# ## Cuando los nombres no coinciden
#
# `load_state_dict` empareja tensores por nombre y exige que no falte ni sobre ninguno. Lo usual es que cambie
# un prefijo: `DataParallel` antepone `module.` y `torch.compile`, `_orig_mod.`. El mensaje enumera lo que
# falta y lo que sobra.

# %% [markdown] lang="en"
# ## When the names do not match
#
# `load_state_dict` pairs tensors by name and demands that none be missing or left over. Usually a prefix has
# changed: `DataParallel` puts `module.` in front and `torch.compile`, `_orig_mod.`. The message lists what is
# missing and what is left over.

# %% tags=["raises=RuntimeError"]
prefixed = {f"module.{name}": tensor for name, tensor in model.state_dict().items()}
build().load_state_dict(prefixed)

# %% [markdown] lang="es"
# Para ese error circula un consejo: `strict=False`. El error desaparece. Antes de mirar, predice cuánto
# acertará el modelo.

# %% [markdown] lang="en"
# A piece of advice goes round for that error: `strict=False`. The error goes away. Before you look, predict
# how many the model will get right.

# %%
torch.manual_seed(1)
silenced = build()
report = silenced.load_state_dict(prefixed, strict=False)
print(len(report.missing_keys), len(report.unexpected_keys), evaluate(silenced, exam).accuracy)

unprefixed = {name.removeprefix("module."): tensor for name, tensor in prefixed.items()}
print(silenced.load_state_dict(unprefixed), evaluate(silenced, exam).accuracy)

# %% tags=["hidden"]
torch.manual_seed(1)
untouched = build()
silent = build()
silent.load_state_dict(untouched.state_dict())
silent.load_state_dict(prefixed, strict=False)
assert all(torch.equal(a, b) for a, b in zip(silent.parameters(), untouched.parameters(), strict=True))
by_chance = evaluate(untouched, exam).accuracy
assert by_chance.high < 0.35
assert evaluate(silenced, exam).accuracy == last.test.accuracy

# %% [markdown] lang="es"
# No se cargó **nada**: el modelo sigue con sus pesos al azar y acierta `{python} str(by_chance)`. Con
# `strict=False` la lista de lo que faltó llega en el valor que devuelve, y hay que leerla. El remedio
# verdadero es quitar el prefijo.
#
# Una forma distinta no se perdona ni así:

# %% [markdown] lang="en"
# **Nothing** was loaded: the model still has its random weights and gets `{python} str(by_chance)` right.
# With `strict=False` the list of what was missing arrives in the value returned, and must be read. The true
# remedy is to take the prefix off.
#
# A different shape is not forgiven even so:

# %% tags=["raises=RuntimeError"]
other_classes = nn.Sequential(*list(build())[:-1], nn.Linear(32, 3))
other_classes.load_state_dict(model.state_dict(), strict=False)

# %% [markdown] lang="es"
# ## Retomar como si nada
#
# El corte de luz llega a mitad del entrenamiento. ¿Qué hay que haber guardado para que el resultado sea **el
# mismo**, bit a bit, que sin el corte? Haz tu lista. La nuestra tiene cinco piezas, más el número de la
# época:
#
# * el modelo, con sus *buffers*;
# * el optimizador: Adam lleva dos medias por cada peso;
# * el calendario de la tasa de aprendizaje;
# * el generador global de números aleatorios, del que salen las unidades que apaga el *dropout*;
# * el generador que baraja los ejemplos, el del `DataLoader`.

# %% [markdown] lang="en"
# ## Resuming as if nothing happened
#
# The power cut comes halfway through the training. What must have been saved for the outcome to be **the
# same**, bit for bit, as without the cut? Make your list. Ours has five pieces, besides the number of the
# epoch:
#
# * the model, with its buffers;
# * the optimiser: Adam keeps two running means for every weight;
# * the schedule of the learning rate;
# * the global random number generator, from which come the units that dropout switches off;
# * the generator that shuffles the examples, that of the `DataLoader`.

# %%
EPOCHS, CUT = 6, 3


def start(seed: int) -> dict:
    torch.manual_seed(seed)
    model = build()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=EPOCHS)
    order = torch.Generator().manual_seed(seed)
    return {"model": model, "optimizer": optimizer, "schedule": schedule, "order": order}


def save(run: dict, epoch: int, path: Path) -> None:
    saved = {name: run[name].state_dict() for name in ("model", "optimizer", "schedule")}
    saved |= {"dropout": torch.get_rng_state(), "order": run["order"].get_state(), "epoch": epoch}
    torch.save(saved, path)


def restore(run: dict, saved: dict) -> None:
    for name in ("model", "optimizer", "schedule"):
        if name in saved:
            run[name].load_state_dict(saved[name])
    if "dropout" in saved:
        torch.set_rng_state(saved["dropout"])
    if "order" in saved:
        run["order"].set_state(saved["order"])


# %% [markdown] lang="es"
# El bucle anota los pesos después de cada paso, para comparar trayectorias y no solo finales.

# %% [markdown] lang="en"
# The loop notes the weights after every step, to compare paths and not endings alone.


# %%
def advance(run: dict, epochs: int) -> list[torch.Tensor]:
    batches = DataLoader(training_set, batch_size=64, shuffle=True, generator=run["order"])
    path = []
    for _ in range(epochs):
        run["model"].train()
        for images, labels in batches:
            loss = cross_entropy(run["model"](images), labels)
            run["optimizer"].zero_grad()
            loss.backward()
            run["optimizer"].step()
            path.append(nn.utils.parameters_to_vector(run["model"].parameters()).detach().clone())
        run["schedule"].step()
    return path


# %% [markdown] lang="es"
# El entrenamiento sin corte hace seis épocas. El otro hace tres, se guarda y se abandona. Después, objetos
# nuevos, creados con otra semilla para que nada coincida por casualidad, reciben el archivo y siguen.

# %% [markdown] lang="en"
# The unbroken run does six epochs. The other does three, is saved and abandoned. Then new objects, made with
# another seed so that nothing agrees by accident, take the file and go on.

# %%
unbroken = start(seed=0)
whole_path = advance(unbroken, EPOCHS)

interrupted = start(seed=0)
advance(interrupted, CUT)
save(interrupted, CUT, folder / "resume.pt")
del interrupted

resumed = start(seed=1000)
saved = torch.load(folder / "resume.pt")
restore(resumed, saved)
path = advance(resumed, EPOCHS - saved["epoch"])
second_half = whole_path[-len(path) :]
print(len(path), max((a - b).abs().max().item() for a, b in zip(path, second_half, strict=True)))

# %% tags=["hidden"]
assert len(path) == 3 * 22
assert all(torch.equal(a, b) for a, b in zip(path, second_half, strict=True))
for name in ("model", "optimizer"):
    one, other = unbroken[name].state_dict(), resumed[name].state_dict()
    if name == "optimizer":
        one, other = ({k: v for s in x["state"].values() for k, v in s.items()} for x in (one, other))
    assert all(torch.equal(one[key], other[key]) for key in one)
assert torch.equal(unbroken["order"].get_state(), resumed["order"].get_state())
assert unbroken["schedule"].state_dict() == resumed["schedule"].state_dict()

# %% [markdown] lang="es"
# Cero: los `{python} len(path)` pasos que siguen al corte coinciden bit a bit, y también el estado final del
# optimizador, del calendario y del generador. Eso es retomar. Vale para la misma máquina y las mismas
# versiones; otra CPU puede redondear distinto.
#
# ## ¿Qué se nota si falta una pieza?
#
# Ahora olvidamos una pieza a la vez y medimos dos cosas: la mayor diferencia de un peso con el entrenamiento
# sin corte, paso a paso, y la nota del examen. ¿Cuál de las cinco aparta más los pesos? ¿Alguna no los mueve?
# ¿Se notará en el examen?

# %% [markdown] lang="en"
# Zero: the `{python} len(path)` steps after the cut agree bit for bit, and so does the final state of the
# optimiser, of the schedule and of the generator. That is resuming. It holds for the same machine and the
# same versions; another CPU may round differently.
#
# ## What shows when a piece is missing?
#
# Now we forget one piece at a time and measure two things: the largest difference of a weight from the
# unbroken run, step by step, and the mark in the exam. Which of the five drives the weights furthest away?
# Does any of them leave the weights alone? Will the exam notice?

# %%
PIECES = {
    "buffers": "buffers",
    "optimizer": tr(es="optimizador", en="optimiser"),
    "schedule": tr(es="calendario", en="schedule"),
    "dropout": "dropout",
    "order": tr(es="orden", en="order"),
}


def forget(saved: dict, piece: str) -> dict:
    if piece == "buffers":
        return saved | {"model": saved["model"] | dict(build().named_buffers())}
    return {name: value for name, value in saved.items() if name != piece}


def right_answers(run: dict) -> torch.Tensor:
    return predict(run["model"], data.test_images) == data.test_labels


# %%
gaps, correct = {}, []
for seed in range(3):
    run = start(seed)
    whole_path = advance(run, EPOCHS)
    correct.append({"": right_answers(run)})
    run = start(seed)
    advance(run, CUT)
    save(run, CUT, folder / "resume.pt")
    for piece in PIECES:
        run = start(1000 + seed)
        restore(run, forget(torch.load(folder / "resume.pt"), piece))
        path = advance(run, EPOCHS - CUT)
        gaps[piece, seed] = [(a - b).abs().max() for a, b in zip(path, whole_path[-len(path) :], strict=True)]
        correct[seed][piece] = right_answers(run)

# %%
# alt es: Optimizador, dropout y orden se apartan desde el primer paso; el calendario, desde el 23.
# alt en: Optimiser, dropout and order move away from the first step; the schedule, from step 23.
steps = range(1, len(path) + 1)
ax = curves(
    steps,
    {PIECES[piece]: gaps[piece, 0] for piece in PIECES},
    xlabel=tr(es="pasos desde el corte", en="steps since the cut"),
    ylabel=tr(es="mayor diferencia de un peso", en="largest difference of a weight"),
    log="y",
)

# %%
# alt es: Seis intervalos del 95 % que se cubren en gran parte: sin corte, y sin cada una de las piezas.
# alt en: Six 95% intervals that overlap for the most part: without a cut, and without each of the pieces.
scores = {piece: Proportion.of(answers) for piece, answers in correct[0].items()}
labels = [tr(es="sin corte", en="no cut"), *(tr(es="sin ", en="without ") + name for name in PIECES.values())]
_ = interval_plot(
    labels,
    [score.value for score in scores.values()],
    [score.low for score in scores.values()],
    [score.high for score in scores.values()],
    xlabel=tr(es="exactitud, intervalo del 95 %", en="accuracy, 95% interval"),
)
for seed, answers in enumerate(correct):
    print(seed, *(Proportion.of(right) for right in answers.values()))

# %% tags=["hidden"]
last_gaps = {piece: [gaps[piece, seed][-1].item() for seed in range(3)] for piece in PIECES}
for seed in range(3):
    assert max(gaps["buffers", seed]) == 0
    assert max(gaps["schedule", seed][:22]) == 0 < gaps["schedule", seed][22]
    assert min(gaps[piece, seed][0] for piece in ("optimizer", "dropout", "order")) > 1e-4
others = max(max(last_gaps[piece]) for piece in PIECES if piece != "optimizer")
assert min(last_gaps["optimizer"]) > 1.5 * others
statistics = []
for saved in (torch.load(folder / "resume.pt"), forget(torch.load(folder / "resume.pt"), "buffers")):
    restore(run, saved)
    advance(run, EPOCHS - CUT)
    statistics.append(run["model"][2].running_mean.clone())
assert not torch.equal(*statistics)  # equal weights, other statistics
p_values = [paired_comparison(answers[""], answers[piece]).p_value for answers in correct for piece in PIECES]
looks = len(p_values)
least_p = min(p_values)
assert least_p * looks > 0.05  # the first step of Holm's correction: nothing is settled
largest_score_gap = max(
    abs(int(right.sum() - answers[""].sum())) for answers in correct for right in answers.values()
)

# %% [markdown] lang="es"
# El optimizador gana con las tres semillas: sin sus medias, algún peso termina a
# `{python} min(last_gaps["optimizer"]):.2f` o más de su valor sin corte; con cualquier otro olvido, ninguno
# termina a más de `{python} others:.2f`. El *dropout* y el orden se separan en el primer paso. El calendario,
# solo a partir de la época siguiente, porque la tasa vigente viaja con el optimizador. Y los *buffers* no
# dejan rastro en los pesos, por eso no tienen curva (el cero no existe en una escala logarítmica): mientras
# entrena, la normalización usa la media de cada *batch*, y las estadísticas guardadas solo intervienen al
# predecir.
#
# El examen, en cambio, no dice nada. La mayor distancia con el entrenamiento sin corte es de
# `{python} largest_score_gap` aciertos sobre 449, y con la corrección de Holm por mirar `{python} looks`
# pares ninguna diferencia queda resuelta (el menor $P$, antes de corregir, es `{python} least_p:.3f`). Un
# olvido puede ser inocuo para la exactitud y aun así volver irrepetible el experimento. Un punto de control
# se prueba comparando bits.
#
# `tutorials_lib.training.save_checkpoint` guarda de este modo el modelo, el optimizador, el azar y el orden,
# y escribe el archivo con otro nombre antes de ponerlo en su sitio: un corte **durante** la escritura deja el
# punto de control anterior entero (ejercicio 3). Si se guarda al final de cada época, un corte cuesta a lo
# más una época.
#
# ## Otro dispositivo
#
# Cada tensor guardado recuerda dónde vivía. Si vivía en una GPU que aquí no existe, la carga falla. Para
# verlo sin GPU, cambiamos en `data.pkl` la palabra `cpu` por `cuda:99`.

# %% [markdown] lang="en"
# The optimiser wins with all three seeds: without its means, some weight ends up
# `{python} min(last_gaps["optimizer"]):.2f` or more from its value in the unbroken run; with any other
# omission, none ends up further than `{python} others:.2f` away. Dropout and order part ways at the first
# step. The schedule only does so from the next epoch on, because the rate in force travels with the
# optimiser. And the buffers leave no mark on the weights, which is why they have no curve (there is no zero
# on a logarithmic scale): while training, normalisation uses the mean of each batch, and the saved statistics
# come in only when predicting.
#
# The exam, by contrast, says nothing. The largest distance from the unbroken run is
# `{python} largest_score_gap` right answers out of 449, and with Holm's correction for looking at
# `{python} looks` pairs no difference is settled (the least $P$, before correcting, is
# `{python} least_p:.3f`). An omission may be harmless to accuracy and still make the experiment unrepeatable.
# A checkpoint is tested by comparing bits.
#
# `tutorials_lib.training.save_checkpoint` keeps model, optimiser, randomness and order this way, and writes
# the file under another name before putting it in place: a cut **during** the writing leaves the previous
# checkpoint whole (exercise 3). If a checkpoint is saved at the end of each epoch, a cut costs one epoch at
# most.
#
# ## Another device
#
# Each saved tensor remembers where it lived. If it lived on a GPU that does not exist here, loading fails. To
# see it without a GPU, we change the word `cpu` in `data.pkl` to `cuda:99`.

# %%
with (
    zipfile.ZipFile(folder / "digits.pt") as source,
    zipfile.ZipFile(folder / "gpu.pt", "w") as target,
):
    for entry in source.infolist():
        # es: en pickle, X anuncia un texto y los cuatro bytes que siguen dan su longitud
        # en: in pickle, X announces a text and the four bytes after it give its length
        content = source.read(entry).replace(b"X\x03\0\0\0cpu", b"X\x07\0\0\0cuda:99")
        target.writestr(entry.filename, content)

# %% tags=["raises=RuntimeError"]
torch.load(folder / "gpu.pt")

# %% [markdown] lang="es"
# `map_location` decide el destino al leer. Escríbelo siempre que el archivo pueda venir de otra máquina.

# %% [markdown] lang="en"
# `map_location` decides the destination on reading. Write it whenever the file may come from another machine.

# %%
device = "cuda" if torch.cuda.is_available() else "cpu"
brought = torch.load(folder / "gpu.pt", map_location=device)
print({str(tensor.device.type) for tensor in brought.values()} == {device})
print(torch.equal(brought["1.weight"].cpu(), model[1].weight))

# %% tags=["hidden"]
assert torch.equal(brought["1.weight"].cpu(), model[1].weight)

# %% [markdown] lang="es"
# ## Un modelo sin memoria
#
# Construir un modelo y cargarle pesos reserva la memoria dos veces: una para números al azar que se tiran y
# otra para los verdaderos. En el **dispositivo meta** los tensores tienen forma y tipo pero ningún número.
# El problema es el paso siguiente: copiar números sobre algo que no tiene dónde guardarlos.

# %% [markdown] lang="en"
# ## A model without memory
#
# Building a model and loading weights into it reserves the memory twice: once for random numbers that are
# thrown away and once for the true ones. On the **meta device** tensors have a shape and a type but no
# numbers. The trouble is the next step: copying numbers onto something that has nowhere to keep them.

# %%
with torch.device("meta"):
    hollow = build()
weights = torch.load(folder / "digits.pt", mmap=True)

with warnings.catch_warnings(record=True) as heard:
    warnings.simplefilter("always")
    hollow.load_state_dict(weights)
print(hollow[1].weight.device, len(heard))
print(str(heard[0].message)[:120])

# %% [markdown] lang="es"
# Un aviso por tensor y ningún número: la copia no hizo nada. `assign=True` no copia: pone los tensores
# cargados **en el lugar** de los huecos. Junto con `mmap=True`, los pesos pasan del disco al modelo sin una
# sola copia.

# %% [markdown] lang="en"
# One warning for each tensor and no number: the copy did nothing. `assign=True` does not copy: it puts the
# loaded tensors **in the place** of the hollow ones. Together with `mmap=True`, the weights go from disk to
# model without a single copy.

# %%
print(hollow.load_state_dict(weights, assign=True), hollow[1].weight.device)
print(hollow[1].weight.data_ptr() == weights["1.weight"].data_ptr(), evaluate(hollow, exam).accuracy)

halves = {name: tensor.bfloat16() for name, tensor in weights.items() if tensor.is_floating_point()}
copied, assigned = build(), build()
copied.load_state_dict(halves, strict=False)
assigned.load_state_dict(halves, strict=False, assign=True)
print(copied[1].weight.dtype, assigned[1].weight.dtype)

# %% tags=["hidden"]
assert len(heard) == len(weights)
assert hollow[1].weight.data_ptr() == weights["1.weight"].data_ptr()
assert evaluate(hollow, exam).accuracy == last.test.accuracy
assert (copied[1].weight.dtype, assigned[1].weight.dtype) == (torch.float32, torch.bfloat16)
rebuilt = build()
before = rebuilt[1].weight
rebuilt.load_state_dict(weights, assign=True)
assert rebuilt[1].weight is not before

# %% [markdown] lang="es"
# Dos consecuencias. Al asignar, el tipo es el del archivo: un archivo en bfloat16 deja el modelo en bfloat16,
# mientras que la copia conserva el float32 del modelo. Y los parámetros son objetos nuevos: un optimizador
# creado antes seguiría moviendo los viejos, así que créalo después.
#
# ## Para llevarte
#
# * Guarda el `state_dict`, que incluye los *buffers*. El objeto entero ata el archivo a tu código de hoy.
# * Un archivo pickle es un programa. `weights_only=True`, PyTorch al día y, mejor aún, safetensors.
# * Un corte se detecta; una alteración, no. Publica y compara una huella.
# * `strict=False` calla el error, no lo arregla: lee la lista que devuelve.
# * Retomar exige modelo, optimizador, calendario, azar y orden. Se prueba con bits: la exactitud puede no
#   notarlo.
# * `map_location` para otro dispositivo; meta, `mmap` y `assign` para modelos que apenas caben.
#
# Para convertir este flujo en un programa que se llama por su nombre, sigue con [De cuaderno a
# programa](going_modular.md). Para entregar un modelo a quien no tiene PyTorch, sigue con [Desplegar: del
# entrenamiento al navegador](deployment.md). Qué más vive en cada dispositivo está en [Dispositivos: un
# código, cualquier procesador](../fundamentals/devices.md).

# %% [markdown] lang="en"
# Two consequences. On assigning, the type is that of the file: a file in bfloat16 turns the model into
# bfloat16, while copying keeps the model's float32. And the parameters are new objects: an optimiser created
# earlier would go on moving the old ones, so create it afterwards.
#
# ## What to keep
#
# * Save the `state_dict`, which includes the buffers. The whole object ties the file to today's code.
# * A pickle file is a program. `weights_only=True`, an up-to-date PyTorch and, better still, safetensors.
# * A cut is detected; an alteration is not. Publish a digest and compare it.
# * `strict=False` silences the error and does not mend it: read the list that it returns.
# * Resuming takes model, optimiser, schedule, randomness and order. Bits prove it: accuracy may not notice.
# * `map_location` for another device; meta, `mmap` and `assign` for models that barely fit.
#
# To turn this workflow into a program that is called by name, go on with [From notebook to
# program](going_modular.md). To hand a model to those who have no PyTorch, go on with [Deployment: from
# training to the browser](deployment.md). What else lives on each device is in [Devices: one code, any
# processor](../fundamentals/devices.md).

# %% [markdown] lang="es" tags=["quiz"]
# Retomas un entrenamiento y la exactitud final es 409 de 449, igual que sin el corte. ¿Qué sabes?
#
# - [ ] Que el punto de control está completo, porque el resultado es idéntico: dos modelos distintos pueden
#   acertar la misma cantidad.
# - [x] Casi nada sobre el punto de control: con cualquiera de las cinco piezas olvidada, ningún examen se
#   distinguió del hecho sin corte, aunque con cuatro de ellas los pesos eran otros.
# - [ ] Que el optimizador no hacía falta: su olvido fue el que más apartó los pesos.

# %% [markdown] lang="en" tags=["quiz"]
# You resume a training run and the final accuracy is 409 out of 449, the same as that of the unbroken run.
# What do you know?
#
# - [ ] That the checkpoint is complete, since the outcome is identical: two different models may get the same
#   number right.
# - [x] Next to nothing about the checkpoint: with any of the five pieces forgotten, no exam could be told
#   from that of the unbroken run, although with four of them the weights were others.
# - [ ] That the optimiser was not needed: forgetting it moved the weights furthest away.

# %% [markdown] lang="es" tags=["quiz"]
# Te pasan `modelo.pt` por correo. ¿Qué orden de acciones es sensato?
#
# - [ ] Cargarlo con `weights_only=False` y revisar los pesos: si traía instrucciones, ya se ejecutaron.
# - [x] Comparar su huella con la publicada y cargarlo con `weights_only=True` en un PyTorch al día: la huella
#   dice que es el archivo del autor, y la carga restringida no confía en el autor.
# - [ ] Cambiarle la extensión a `.safetensors`: el formato lo dan los bytes, y el lector lo rechazaría.

# %% [markdown] lang="en" tags=["quiz"]
# Someone e-mails you `model.pt`. Which order of actions is sensible?
#
# - [ ] To load it with `weights_only=False` and look over the weights: if it brought instructions, they have
#   already run.
# - [x] To compare its digest with the one published and load it with `weights_only=True` on an up-to-date
#   PyTorch: the digest says that it is the author's file, and restricted loading does not trust the author.
# - [ ] To change its extension to `.safetensors`: the format is in the bytes, and the reader would reject it.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: un tensor, y nada más
#
# Escribe `read_tensor(path, name)`: devuelve un tensor de un archivo safetensors leyendo **solo** la cabecera
# y los bytes de ese tensor (`seek` salta lo demás), sin usar la biblioteca. `TYPES` traduce los nombres de
# tipo; `torch.frombuffer` quiere memoria que se pueda escribir, como un `bytearray`.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: one tensor and nothing else
#
# Write `read_tensor(path, name)`: it returns one tensor of a safetensors file by reading **only** the header
# and the bytes of that tensor (`seek` skips the rest), without using the library. `TYPES` translates the
# names of types; `torch.frombuffer` wants memory that can be written, such as a `bytearray`.

# %%
TYPES = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "I64": torch.int64}


# %% tags=["solution"]
def read_tensor(path: Path, name: str) -> torch.Tensor:
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        entry = json.loads(file.read(size))[name]
        begin, end = entry["data_offsets"]
        file.seek(8 + size + begin)
        content = bytearray(file.read(end - begin))
    return torch.frombuffer(content, dtype=TYPES[entry["dtype"]]).reshape(entry["shape"])


# %% tags=["check"]
mixed = {
    "a": torch.arange(6).reshape(2, 3),
    "b": torch.randn(4, 1, 2, dtype=torch.float64),
    "c": torch.tensor(2.5, dtype=torch.float16),
}
save_file(mixed, folder / "mixed.safetensors")
for name, tensor in mixed.items():
    answer = read_tensor(folder / "mixed.safetensors", name)
    assert answer.dtype == tensor.dtype, (name, answer.dtype)
    assert torch.equal(answer, tensor), name
assert torch.equal(read_tensor(folder / "digits.safetensors", "5.bias"), model[5].bias)
print(tr(es="Bien.", en="Good."))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: cargar lo que quepa, y decirlo
#
# Para transferir un modelo a otras clases se carga todo menos la última capa. Escribe
# `load_matching(model, state)`: copia las entradas cuyo nombre y forma coinciden, devuelve la lista ordenada
# de los nombres del modelo que **no** recibieron nada y lanza `ValueError` si no coincidió ninguna.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: load what fits, and say so
#
# To transfer a model to other classes, everything is loaded except the last layer. Write
# `load_matching(model, state)`: it copies the entries whose name and shape agree, returns the sorted list of
# the names of the model that received **nothing**, and raises `ValueError` if none agreed.


# %% tags=["solution"]
def load_matching(model: nn.Module, state: dict[str, torch.Tensor]) -> list[str]:
    wanted = model.state_dict()
    fitting = {
        name: tensor
        for name, tensor in state.items()
        if name in wanted and tensor.shape == wanted[name].shape
    }
    if not fitting:
        raise ValueError(f"none of {len(state)} tensors fits; expected names such as {next(iter(wanted))!r}")
    model.load_state_dict(fitting, strict=False)
    return sorted(set(wanted) - set(fitting))


# %% tags=["check"]
torch.manual_seed(5)
target = nn.Sequential(*list(build())[:-1], nn.Linear(32, 3))
untouched = target[5].weight.clone()
assert load_matching(target, model.state_dict()) == ["5.bias", "5.weight"]
assert torch.equal(target[1].weight, model[1].weight)
assert torch.equal(target[2].running_var, model[2].running_var)
assert torch.equal(target[5].weight, untouched)
assert load_matching(build(), model.state_dict()) == []
try:
    load_matching(build(), prefixed)
except ValueError as problem:
    print(problem)
else:
    raise AssertionError(tr(es="no avisó", en="it did not say so"))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: entero o nada
#
# Escribe `save_whole(state, path, write)`: guarda con `write(state, archivo)` (por ejemplo `torch.save`) de
# modo que, si la escritura se corta a la mitad, `path` conserve lo que tenía y no quede ningún resto. Pista:
# escribir con otro nombre en la misma carpeta y `replace`.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: whole or not at all
#
# Write `save_whole(state, path, write)`: it saves by `write(state, file)` (for example `torch.save`) so that,
# if the writing breaks off midway, `path` keeps what it had and nothing is left lying about. Hint: write
# under another name in the same folder, and `replace`.


# %% tags=["solution"]
def save_whole(state: dict, path: Path, write: Callable[[dict, Path], None]) -> None:
    unfinished = path.with_name(path.name + ".part")
    try:
        write(state, unfinished)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


# %% tags=["check"]
def broken_write(state: dict, path: Path) -> None:
    path.write_bytes(b"half of a file")
    raise OSError(28, "No space left on device")


place = folder / "whole" / "model.pt"
place.parent.mkdir(exist_ok=True)
save_whole({"step": 1}, place, torch.save)
assert torch.load(place) == {"step": 1}
save_whole({"step": 2}, place, torch.save)
try:
    save_whole({"step": 3}, place, broken_write)
except OSError as problem:
    print(problem)
else:
    raise AssertionError(tr(es="el error no llegó", en="the error did not arrive"))
assert torch.load(place) == {"step": 2}
assert [entry.name for entry in place.parent.iterdir()] == ["model.pt"]
