"""
title:
  es: "Desplegar: del entrenamiento al navegador"
  en: "Deployment: from training to the browser"
summary:
  es: Sacar un modelo de Python con torch.export y ONNX, comprobar sus respuestas y probarlo en esta página.
  en: Taking a model out of Python with torch.export and ONNX, checking its answers, trying it on this page.
tags: [deployment, export, ONNX, ONNX Runtime, latency, preprocessing]
everyday: [rank]
objectives:
  es:
    - Exportar un modelo con `torch.export` y ONNX para cualquier tamaño de *batch* y saber qué queda fuera.
    - Comprobar que el archivo responde lo mismo que el modelo, y medir su latencia y su tamaño.
    - Decir qué debe viajar con los pesos, como las etiquetas y la preparación, y qué debe quedarse.
    - Rechazar entradas que el motor aceptaría y contestaría con un disparate.
  en:
    - Export a model with `torch.export` and ONNX for any batch size, and know what is left out.
    - Check that the file answers as the model does, and measure its latency and its size.
    - Say what has to travel with the weights, such as labels and preparation, and what has to stay.
    - Refuse inputs that the engine would accept and answer with nonsense.
prerequisites:
  es:
    - Entrenar y guardar un clasificador de imágenes.
    - Qué son los logits y la función softmax.
    - Leer una proporción con su intervalo.
  en:
    - Training and saving an image classifier.
    - What logits and the softmax function are.
    - Reading a proportion with its interval.
timeout_seconds: 180
"""
# %% [markdown] lang="es"
# Desplegar un modelo es ponerlo donde lo usan otros: sin tu cuaderno, sin tus variables y a menudo sin
# Python. En esta lección un clasificador de dígitos se entrena, pasa a un archivo de unos pocos kilobytes y
# termina dentro de esta página: **[dibuja un dígito](#draw-a-digit)** y te responderá tu propio navegador,
# sin servidor.
#
# Supone [guardar y cargar](save_load.md) y [la evaluación honesta](honest_evaluation.md). Acompaña la sección
# *PyTorch Model Deployment* del curso [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) de Andrei Neagoie y Daniel Bourke:
# [capítulo 09](https://www.learnpytorch.io/09_pytorch_model_deployment/) de su libro abierto. Allí el modelo
# queda en un servidor, detrás de una aplicación de Gradio a la que viajan las fotos. Aquí el que viaja es el
# modelo, y lo que dibujes no sale de tu equipo.

# %% [markdown] lang="en"
# To deploy a model is to put it where others use it: without your notebook, without your variables and often
# without Python. In this lesson a classifier of digits is trained, turned into a file of a few kilobytes, and
# ends up inside this page: **[draw a digit](#draw-a-digit)** and your own browser will answer, with no
# server.
#
# It presumes [saving and loading](save_load.md) and [honest evaluation](honest_evaluation.md). It goes with
# the section *PyTorch Model Deployment* of the course [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) by Andrei Neagoie and Daniel Bourke:
# [chapter 09](https://www.learnpytorch.io/09_pytorch_model_deployment/) of their open book. There the model
# stays on a server, behind a Gradio application to which the photographs travel. Here it is the model that
# travels, and what you draw never leaves your computer.

# %%
import io
import tempfile
import time
from contextlib import redirect_stderr
from importlib.metadata import distribution
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from matplotlib.ticker import LogLocator
from torch import nn
from torch.nn.functional import affine_grid, grid_sample, interpolate
from torch.utils.data import DataLoader, TensorDataset

from tutorials_lib import tr
from tutorials_lib.data import digits
from tutorials_lib.demo import live_digits
from tutorials_lib.handwriting import count, crop, find_ink, fit, prepare, thicken
from tutorials_lib.metrics import Proportion
from tutorials_lib.plots import image_grid, interval_plot
from tutorials_lib.training import train

# %% [markdown] lang="es"
# ## Un modelo que se basta a sí mismo
#
# Los dígitos son [conteos](https://doi.org/10.24432/C50P49): cada uno de los 8 × 8 números dice cuántos de 16
# píxeles tienen tinta (E. Alpaydin y C. Kaynak, 1998). En las lecciones los dividimos entre 16 antes de
# entregarlos a la red, y a lo que sale le aplicamos softmax. Quien reciba solo la red tendrá que adivinar
# ambas cosas. Por eso `Deployed` las lleva dentro: entran conteos, salen probabilidades.
#
# `Jitter` mueve y deforma un poco cada dígito, pero solo durante el entrenamiento. Quien dibuje en la página
# no lo hará derecho, y conviene que la red lo sepa.

# %% [markdown] lang="en"
# ## A model that needs no one's help
#
# The digits are [counts](https://doi.org/10.24432/C50P49): each of the 8 × 8 numbers says how many of 16
# pixels hold ink (E. Alpaydin and C. Kaynak, 1998). In the lessons we divide them by 16 before handing them
# to the network, and apply softmax to what comes out. Whoever receives the network alone has to guess both.
# So `Deployed` carries them inside: counts go in, probabilities come out.
#
# `Jitter` moves and bends each digit a little, but only during training. People who draw on the page will not
# draw straight, and the network had better know.


# %%
class Jitter(nn.Module):
    def forward(self, images):  # batch channel height width
        if not self.training:
            return images
        moved = torch.eye(2, 3) + 0.1 * torch.randn(len(images), 2, 3)
        return grid_sample(images, affine_grid(moved, images.shape, align_corners=False), align_corners=False)


class Deployed(nn.Module):
    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, counts):  # es: batch 8 8, de 0 a 16  # en: batch 8 8, from 0 to 16
        return self.network(counts.unsqueeze(1) / 16).softmax(dim=1)


# %%
torch.manual_seed(0)
convolution = nn.Conv2d(1, 16, kernel_size=3, padding=1), nn.ReLU()
another = nn.Conv2d(16, 16, kernel_size=3, padding=1), nn.ReLU(), nn.MaxPool2d(2)
network = nn.Sequential(Jitter(), *convolution, *another, nn.Flatten(), nn.Linear(16 * 4 * 4, 10))

data = digits()
batches = DataLoader(TensorDataset(data.train_images, data.train_labels), batch_size=128, shuffle=True)
test = [(data.test_images, data.test_labels)]
optimizer = torch.optim.Adam(network.parameters(), lr=1e-2)
*_, last = train(network, batches, test, optimizer=optimizer, epochs=30)
model = Deployed(network).eval()
print(last.test.accuracy, tr(es="dígitos de otras manos", en="digits by other hands"))

# %% tags=["hidden"]
import logging

# es: avisos de export para quien desarrolla PyTorch
# en: warnings of export for those who develop PyTorch
logging.getLogger("torch.fx.experimental.symbolic_shapes").setLevel(logging.ERROR)
right = last.test.accuracy
assert right.low > 0.85
parameters = sum(parameter.numel() for parameter in model.parameters())

# %% [markdown] lang="es"
# Acierta `{python} str(right)`, entre `{python} right.low:.1%` y `{python} right.high:.1%` con 95 % de
# confianza, con `{python} parameters` parámetros. Es una sola red: otra semilla daría otra, y otros conteos
# en lo que sigue. Pero la pregunta ya no es cuánto acierta, sino si al mudarse sigue siendo la misma.
#
# ## Un grafo sin Python
#
# `torch.export` ejecuta el modelo una vez con entradas simbólicas y anota cada operación sobre tensores. El
# resultado no contiene tus clases: contiene la lista. Antes de verla, decide dos cosas. ¿Aparecerá `Jitter`?
# ¿Y la división entre 16?
#
# `Dim("batch")` declara que el primer eje puede tener cualquier longitud. El ejemplo lleva dos dígitos y no
# uno, porque `export` toma por fijo un eje de longitud 1 y se negaría.

# %% [markdown] lang="en"
# It gets `{python} str(right)` right, between `{python} right.low:.1%` and `{python} right.high:.1%` with 95%
# confidence, with `{python} parameters` parameters. It is one network: another seed would give another, and
# other counts in what follows. But the question is no longer how often it is right; it is whether it stays
# the same when it moves house.
#
# ## A graph without Python
#
# `torch.export` runs the model once with symbolic inputs and notes down each operation on tensors. The result
# does not contain your classes: it contains the list. Before you look, decide two things. Will `Jitter` be on
# it? And the division by 16?
#
# `Dim("batch")` declares that the first axis may have any length. The example holds two digits and not one,
# because `export` takes an axis of length 1 to be fixed and would refuse.

# %%
example = torch.zeros(2, 8, 8)
any_batch = {"counts": {0: torch.export.Dim("batch")}}
exported = torch.export.export(model, (example,), dynamic_shapes=any_batch)
steps = [node for node in exported.graph.nodes if node.op == "call_function"]
for node in steps:
    print(f"{node.target!s:<25} {tuple(node.meta['val'].shape)}")

# %% tags=["hidden"]
names = [str(node.target) for node in steps]
assert names[:2] == ["aten.unsqueeze.default", "aten.div.Tensor"] and names[-1] == "aten.softmax.int"
assert not any("grid" in name or "rand" in name for name in names) and len(names) == 10
assert all(not isinstance(node.meta["val"].shape[0], int) for node in steps)
BATCH = str(steps[0].meta["val"].shape[0])
with redirect_stderr(io.StringIO()):
    try:
        torch.export.export(model, (example[:1],), dynamic_shapes=any_batch)
    except Exception as error:
        assert "specialized it to be a constant (1)" in str(error)
    else:
        raise AssertionError("an example of a single digit was exported with a free first axis")

# %% [markdown] lang="es"
# La división está y `Jitter` no. La condición `if not self.training` se evaluó **durante la exportación**, y
# de ella quedó la rama que se tomó: por eso `eval()` va antes de exportar y no después. El eje del *batch*
# aparece como un símbolo, `{python} BATCH`; todo lo demás quedó fijo.
#
# Una condición sobre los *datos* es otra cosa. Este modelo quiere ser amable: si los valores parecen ya
# divididos, los multiplica. ¿Qué rama debería anotar `export`, si no hay datos?

# %% [markdown] lang="en"
# The division is there and `Jitter` is not. The condition `if not self.training` was evaluated **during
# export**, and the branch that was taken is what remained of it: hence `eval()` comes before exporting and
# not after. The batch axis appears as a symbol, `{python} BATCH`; all the rest is fixed.
#
# A condition on the *data* is another matter. This model wants to be kind: if the values look divided
# already, it multiplies them. Which branch should `export` note down when there are no data?


# %%
class Kind(Deployed):
    def forward(self, counts):
        if counts.max() <= 1:
            counts = counts * 16
        return super().forward(counts)


kind = Kind(network).eval()
# es: al negarse, export escribe además el grafo hasta ese punto
# en: when it refuses, export also writes the graph up to that point
with redirect_stderr(io.StringIO()):
    try:
        torch.export.export(kind, (example,), dynamic_shapes=any_batch)
    except RuntimeError as error:
        refusal = f"{type(error).__name__}: {str(error).splitlines()[0]}"
print(refusal)

# %% tags=["hidden"]
assert "data-dependent" in refusal
with torch.inference_mode():
    counts = data.test_images[:, 0] * 16
    assert torch.equal(kind(counts / 16), model(counts))
    faint = torch.zeros(1, 8, 8)
    faint[0, 4, 4] = 1
    assert not torch.allclose(kind(faint), model(faint))

# %% [markdown] lang="es"
# Ninguna: `export` se niega, y hace bien. El grafo es una sola lista de pasos para todas las entradas.
# Además, la amabilidad era un error: un dígito muy tenue puede no pasar de 1 en ningún conteo, y `Kind` lo
# multiplicaría. Un modelo que se despliega declara **una** entrada; más abajo veremos quién rechaza las
# demás.
#
# ## Un archivo que leen otros
#
# ONNX ([Open Neural Network Exchange](https://onnx.ai/)) es un formato abierto para esas listas de
# operaciones. Lo leen motores escritos en C++, en JavaScript o para teléfonos. No trae código que se ejecute
# al cargar, como sí puede traerlo un archivo de pickle. `torch.onnx.export` traduce lo ya exportado.

# %% [markdown] lang="en"
# Neither: `export` refuses, and rightly so. The graph is a single list of steps for every input. Besides, the
# kindness was a mistake: a very faint digit may have no count above 1, and `Kind` would multiply it. A model
# that is deployed declares **one** input; further down we shall see who refuses the others.
#
# ## A file that others read
#
# ONNX ([Open Neural Network Exchange](https://onnx.ai/)) is an open format for such lists of operations.
# Engines written in C++, in JavaScript or for phones read it. It carries no code that runs on loading,
# whereas a pickle file may. `torch.onnx.export` translates what was exported.

# %%
names = {"input_names": ["counts"], "output_names": ["probabilities"]}
program = torch.onnx.export(exported, dynamo=True, verbose=False, **names)
onnx_model = program.model_proto
first_bytes = onnx_model.SerializeToString()

opset, steps = onnx_model.opset_import[0].version, onnx_model.graph.node
print(f"opset {opset}, {len(first_bytes)} bytes:", *(node.op_type for node in steps))
home = str(Path(torch.__file__).parent)
print(
    tr(es="¿nombra mi carpeta de PyTorch?", en="does it name my PyTorch folder?"),
    home.encode() in first_bytes,
)

# %% tags=["hidden"]
assert home.encode() in first_bytes
assert [node.op_type for node in steps][-1] == "Softmax" and len(steps) == 10
excess = len(first_bytes) - 4 * parameters

# %% [markdown] lang="es"
# Los parámetros ocupan `{python} 4 * parameters` bytes y el archivo `{python} len(first_bytes)`. Los
# `{python} excess` de diferencia son en buena parte notas para depurar: de qué archivo y renglón salió cada
# operación, con **las carpetas de la máquina que exportó**. A quien recibe el modelo no le sirven, y le dicen
# dónde guardas las cosas y, muchas veces, cómo te llamas. En cambio falta lo que sí necesita: qué versión es,
# qué significa cada salida, qué se espera a la entrada y cuánto acierta. Quitemos lo uno y pongamos lo otro.

# %% [markdown] lang="en"
# The parameters take `{python} 4 * parameters` bytes and the file `{python} len(first_bytes)`. Of the
# `{python} excess` in between, a good part is notes for debugging: which file and line each operation came
# from, with **the folders of the machine that exported**. They are of no use to whoever receives the model,
# and they tell them where you keep things and, often, your name. What is missing is what they do need: which
# version it is, what each output means, what is expected as input and how often it is right. Let us take out
# the one and put in the other.


# %%
def pack(onnx_model, card: dict[str, str]) -> bytes:
    graph = onnx_model.graph
    tensors = *graph.input, *graph.output, *graph.initializer, *graph.value_info
    for part in (onnx_model, graph, *graph.node, *tensors):
        part.ClearField("metadata_props")
    for tensor in (*graph.input, *graph.output):
        tensor.type.tensor_type.shape.dim[0].dim_param = "batch"
    for key, value in card.items():
        onnx_model.metadata_props.add(key=key, value=value)
    return onnx_model.SerializeToString()


card = {
    "version": "1.0.0",
    "input": "counts: batch 8 8, float32; pixels with ink in each block of 4x4, 0 to 16",
    "output": "probabilities: batch 10",
    "labels": ",".join(data.classes),
    "trained on": data.source,
    "test": f"{right} right",
}
onnx_bytes = pack(onnx_model, card)
print(len(onnx_bytes), "bytes,", home.encode() in onnx_bytes)

# %% tags=["hidden"]
import onnx

assert home.encode() not in onnx_bytes and b'File "' not in onnx_bytes
assert 4 * parameters < len(onnx_bytes) < len(first_bytes) - 5000
onnx.checker.check_model(onnx_bytes, full_check=True)

# %% [markdown] lang="es"
# ## ¿Responde lo mismo?
#
# [ONNX Runtime](https://onnxruntime.ai/) ejecuta el archivo sin PyTorch. Predice: ¿serán iguales las
# probabilidades bit a bit? Las comparamos sobre los `{python} right.total` dígitos de prueba, de uno en uno,
# de a siete y todos juntos.

# %% [markdown] lang="en"
# ## Does it answer the same?
#
# [ONNX Runtime](https://onnxruntime.ai/) runs the file without PyTorch. Predict: will the probabilities be
# equal bit by bit? We compare them on the `{python} right.total` test digits, one at a time, by sevens and
# all together.

# %%
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(onnx_bytes, options, providers=["CPUExecutionProvider"])


def answer(counts: torch.Tensor) -> torch.Tensor:
    return torch.from_numpy(session.run(["probabilities"], {"counts": counts.numpy()})[0])


counts = data.test_images[:, 0] * 16  # n 8 8
with torch.inference_mode():
    expected = model(counts)
for size in (1, 7, len(counts)):
    found = torch.cat([answer(part) for part in counts.split(size)])
    difference, same = (found - expected).abs().max(), found.argmax(dim=1) == expected.argmax(dim=1)
    print(f"batch {size:>3}   max |Δp| = {difference:.1e}   {Proportion.of(same)}")

# %% tags=["hidden"]
every_size = [torch.cat([answer(part) for part in counts.split(size)]) for size in (1, 7, len(counts))]
difference = max((found - expected).abs().max() for found in every_size)
assert difference < 1e-5
assert all((found.argmax(dim=1) == expected.argmax(dim=1)).all() for found in every_size)
assert Proportion.of(found.argmax(dim=1) == data.test_labels) == right

# %% [markdown] lang="es"
# La misma clase en `{python} str(Proportion.of(same))`, y probabilidades que difieren a lo más en
# `{python} float(difference):.1e`: otro motor suma en otro orden y redondea distinto. Por eso la prueba de
# una exportación es una tolerancia sobre las probabilidades **y** la igualdad de las clases, sobre todo el
# conjunto de prueba y con más de un tamaño de *batch*. Un solo ejemplo que coincide prueba poco: el archivo
# puede haber congelado justo lo que ese ejemplo tenía.
#
# ## Cuánto pesa

# %% [markdown] lang="en"
# The same class in `{python} str(Proportion.of(same))`, and probabilities that differ by
# `{python} float(difference):.1e` at most: another engine adds in another order and rounds differently. So
# the test of an export is a tolerance on the probabilities **and** equality of the classes, on the whole test
# set and with more than one batch size. One example that agrees proves little: the file may have frozen just
# what that example had.
#
# ## What it weighs


# %%
def installed_megabytes(package: str) -> float:
    files = (Path(file.locate()) for file in distribution(package).files or ())
    return sum(file.stat().st_size for file in files if file.is_file()) / 1e6


with tempfile.TemporaryDirectory() as folder:
    torch.save(model.state_dict(), f"{folder}/weights.pt")
    torch.export.save(exported, f"{folder}/model.pt2")
    Path(folder, "model.onnx").write_bytes(onnx_bytes)
    for file in sorted(Path(folder).iterdir()):
        print(f"{file.name:<12} {file.stat().st_size / 1000:6.1f} kB")
engines = {package: installed_megabytes(package) for package in ("torch", "onnxruntime")}
for package, size in engines.items():
    print(f"{package:<12} {size:6.0f} MB")

# %% tags=["hidden"]
assert engines["torch"] > 5 * engines["onnxruntime"]

# %% [markdown] lang="es"
# Los archivos pesan poco; lo que pesa es el motor. `weights.pt` necesita PyTorch y tu clase;
# `model.pt2`, PyTorch sin tu clase; `model.onnx`, ninguno de los dos. El motor que usa esta página es ONNX
# Runtime compilado para el navegador: una descarga de 4 MB.
#
# ## Cuánto tarda
#
# Antes de mirar: ¿cuál responde antes por un solo dígito, PyTorch u ONNX Runtime? ¿Y por todos a la vez?
# Cada uno usa un hilo. Tras un calentamiento medimos en rondas: en cada ronda se turnan los dos motores, para
# que lo que perturbe a la máquina los perturbe por igual. Mostramos la mediana y los cuartiles de las rondas.

# %% [markdown] lang="en"
# The files weigh little; what weighs is the engine. `weights.pt` needs PyTorch and your
# class; `model.pt2` needs PyTorch without your class; `model.onnx` needs neither. The engine that this page
# uses is ONNX Runtime compiled for the browser: a download of 4 MB.
#
# ## How long it takes
#
# Before you look: which one answers sooner for a single digit, PyTorch or ONNX Runtime? And for all at once?
# Each uses one thread. After a warm-up we measure in rounds: in each round the two engines take turns, so
# that whatever disturbs the machine disturbs both. We show the median and the quartiles of the rounds.


# %%
def microseconds(call, inputs: torch.Tensor, calls: int) -> float:
    start = time.perf_counter()
    for _ in range(calls):
        call(inputs)
    return 1e6 * (time.perf_counter() - start) / calls / len(inputs)


contests = {(name, n): [] for n in (1, len(counts)) for name in ("PyTorch", "ONNX Runtime")}
torch.set_num_threads(1)
with torch.inference_mode():
    for _ in range(25):
        for (name, n), measured in contests.items():
            call = model if name == "PyTorch" else answer
            measured.append(microseconds(call, counts[:n], calls=max(1, 20 // n)))
# es: las cinco primeras rondas calientan
# en: the first five rounds warm up
quartiles = {key: np.percentile(measured[5:], (25, 50, 75)) for key, measured in contests.items()}

# %%
# alt es: Cuatro filas de µs por dígito, en escala logarítmica, cada una con su mediana y sus cuartiles.
# alt en: Four rows of microseconds per digit, on a logarithmic scale, each with its median and its quartiles.
lows, medians, highs = np.array(list(quartiles.values())).T
rows = [f"{name}, batch {n}" for name, n in quartiles]
ax = interval_plot(rows, medians, lows, highs, xlabel=tr(es="µs por dígito", en="µs per digit"))
ax.set_xscale("log", subs=[])
ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
ax.xaxis.set_major_formatter("{x:g}")
times = {key: float(median) for key, (_, median, _) in quartiles.items()}

# %% tags=["hidden"]
# es: la mejor ronda es la que menos debe a lo que haga al mismo tiempo la máquina
# en: the best round is the one that owes least to whatever else the machine is doing
best = {key: min(measured) for key, measured in contests.items()}
ALL = len(counts)
assert best["PyTorch", 1] > 1.5 * best["ONNX Runtime", 1]
assert all(best[name, 1] > 1.3 * best[name, ALL] for name in ("PyTorch", "ONNX Runtime"))

# %% [markdown] lang="es"
# De a uno, ONNX Runtime contesta antes: la mediana fue `{python} times["ONNX Runtime", 1]:.0f` µs contra
# `{python} times["PyTorch", 1]:.0f` µs. Un solo dígito da poco que calcular, y PyTorch además decide desde
# Python, en cada llamada, qué operación sigue; en el grafo eso ya está decidido. En un *batch* de
# `{python} ALL` los gastos de cada llamada se reparten y a los dos el dígito les sale más barato. Los
# microsegundos cambian de máquina en máquina y de una construcción de la página a la siguiente: mide con tu
# *batch* y tu equipo. [Cómo no medir](../benchmarks/how_not_to_benchmark.md) cuenta las trampas.
#
# ## Quién revisa lo que llega
#
# Un programa ajeno le pasa al archivo lo que tenga a mano. Cinco errores comunes: otra forma, otro tipo,
# valores de 0 a 1, valores de 0 a 255 y un hueco (NaN). ¿Cuáles rechazará el motor por su cuenta?

# %% [markdown] lang="en"
# One at a time, ONNX Runtime answers sooner: the median was `{python} times["ONNX Runtime", 1]:.0f` µs
# against `{python} times["PyTorch", 1]:.0f` µs. A single digit takes little computing, and PyTorch moreover
# decides from Python, at every call, which operation comes next; in the graph that is decided already. In a
# batch of `{python} ALL` the expenses of each call are shared out, and with both a digit comes cheaper. The
# microseconds change from machine to machine and from one build of the page to the next: measure with your
# batch and your equipment. [How not to benchmark](../benchmarks/how_not_to_benchmark.md) tells of the traps.
#
# ## Who checks what arrives
#
# Somebody else's program passes the file whatever it has at hand. Five common mistakes: another shape,
# another type, values from 0 to 1, values from 0 to 255, and a gap (NaN). Which of them will the engine
# refuse by itself?

# %%
mistakes = {
    tr(es="forma", en="shape"): counts[:, 1:],
    "float64": counts.double(),
    "0 … 1": counts / 16,
    "0 … 255": counts * 255 / 16,
    "NaN": counts * float("nan"),
}
outcomes = []
for name, inputs in mistakes.items():
    try:
        p, classes = answer(inputs).max(dim=1)
        outcomes.append(Proportion.of(classes == data.test_labels))
        print(
            f"{name:<8} {outcomes[-1]!s:>7}   {tr(es='media de max p', en='mean of max p')} = {p.mean():.2f}"
        )
    except Exception as error:
        print(f"{name:<8} {type(error).__name__}")

# %% tags=["hidden"]
assert len(outcomes) == 3
shrunken, stretched, missing = outcomes
assert shrunken.high < right.low and missing.value < 0.3 and stretched.value < right.value
one_missing = counts[:2].clone()
one_missing[0, 4, 4] = float("nan")
assert answer(one_missing)[0].isnan().all() and not answer(one_missing)[1].isnan().any()

# %% [markdown] lang="es"
# Solo los dos primeros: forma y tipo están escritos en el archivo. Los otros tres reciben respuesta. Con
# valores de 0 a 1 acierta `{python} str(shrunken)` en vez de `{python} str(right)`; con 0 a 255,
# `{python} str(stretched)`; si hay un NaN devuelve diez NaN y `max` elige una clase de todos modos. Ninguno
# produce un aviso. El rango, los huecos y las unidades los tiene que revisar quien llama al modelo, y para
# eso está la tarjeta `input` que guardamos dentro. El ejercicio 2 escribe esa revisión.
#
# ## La preparación también es el modelo
#
# En la página no hay conteos: hay una hoja con un trazo, grande o chico, en un rincón o al medio. Pongamos
# cada dígito de prueba, ampliado, en un lugar cualquiera de una hoja de 128 × 128 píxeles y llevémoslo a 8 ×
# 8 de la manera más directa: la proporción de tinta de cada casilla. ¿Cuántos acertará?

# %% [markdown] lang="en"
# Only the first two: shape and type are written in the file. The other three get an answer. With values from
# 0 to 1 it gets `{python} str(shrunken)` right instead of `{python} str(right)`; with 0 to 255,
# `{python} str(stretched)`; given a NaN it returns ten NaN and `max` picks a class all the same. None brings
# a warning. Range, gaps and units have to be checked by whoever calls the model, which is what the card
# `input` that we put inside is for. Exercise 2 writes that check.
#
# ## Preparation is part of the model
#
# On the page there are no counts: there is a sheet with a stroke, large or small, in a corner or in the
# middle. Let us put each test digit, enlarged, anywhere on a sheet of 128 × 128 pixels and take it to 8 × 8
# in the most direct way: the share of ink in each square. How many will it get right?

# %%
chance = torch.Generator().manual_seed(0)


def on_sheet(digit: torch.Tensor, least: float = 8) -> np.ndarray:
    side = int(torch.randint(40, 97, (), generator=chance))
    top, left = torch.randint(128 - side, (2,), generator=chance)
    ink = interpolate(digit[None, None], size=(side, side), mode="bilinear")[0, 0] > least
    sheet = torch.full((128, 128, 3), 255, dtype=torch.uint8)
    sheet[top : top + side, left : left + side][ink] = 0
    return sheet.numpy()  # height width color


def squeeze(sheet: np.ndarray) -> np.ndarray:
    return 16 * find_ink(sheet).reshape(8, 16, 8, 16).mean(axis=(1, 3))


sheets = [on_sheet(digit) for digit in counts]
for how in (squeeze, prepare):
    received = torch.tensor(np.stack([how(sheet) for sheet in sheets]), dtype=torch.float32)
    score = Proportion.of(answer(received).argmax(dim=1) == data.test_labels)
    print(f"{how.__name__:<8} {score}   {score.low:.2f} … {score.high:.2f}")

# %% tags=["hidden"]
prepared = score
squeezed = Proportion.of(
    answer(torch.tensor(np.stack([squeeze(sheet) for sheet in sheets]), dtype=torch.float32)).argmax(dim=1)
    == data.test_labels
)
assert squeezed.high < 0.5 and prepared.low > 0.8
tall = (counts[:, 0].sum(dim=1) > 0) & (counts[:, -1].sum(dim=1) > 0)
assert tall.all()
inked = Proportion.of(data.train_images.mean(dim=(1, 2, 3)) > 0.25)
assert inked.value > 0.9

# %% [markdown] lang="es"
# Los mismos dígitos y la misma red: `{python} str(squeezed)` de un modo, `{python} str(prepared)` del otro.
# `prepare` hace lo que les hicieron a los datos. Todos los dígitos de prueba tocan el primer renglón y el
# último, así que recorta y estira hasta llenar 32 renglones, sin pasar de 24 columnas. El
# `{python} inked.value:.0%` de los de entrenamiento tiene tinta en más de la cuarta parte de los píxeles, así
# que engrosa los trazos finos hasta llegar ahí. Al final cuenta los píxeles con tinta de cada bloque de 16.

# %% [markdown] lang="en"
# The same digits and the same network: `{python} str(squeezed)` one way, `{python} str(prepared)` the other.
# `prepare` does what was done to the data. All test digits touch the first row and the last, so it crops and
# stretches until 32 rows are full, keeping within 24 columns. Of the training digits,
# `{python} inked.value:.0%` have ink on more than a quarter of the pixels, so it thickens fine strokes until
# they reach that. In the end it counts the pixels with ink in each block of 16.

# %%
# alt es: Un 3 fino en una hoja; aplastado a 8 × 8, una mancha; recortado, engrosado y contado, otra vez un 3.
# alt en: A thin 3 on a sheet; squeezed to 8 × 8, a smudge; cropped, thickened and counted, a 3 again.
chance.manual_seed(2)
thin = on_sheet(counts[data.test_labels == 3][0], least=12)
fitted = fit(crop(find_ink(thin)))
stages = {
    tr(es="hoja", en="sheet"): find_ink(thin),
    tr(es="aplastada", en="squeezed"): squeeze(thin) / 16,
    tr(es="ajustada", en="fitted"): fitted,
    tr(es="engrosada", en="thickened"): thicken(fitted),
    tr(es="contada", en="counted"): count(thicken(fitted)) / 16,
}
same_size = [np.kron(image, np.ones((128 // len(image),) * 2)) for image in stages.values()]
_ = image_grid(same_size, list(stages), columns=5, cmap="gray_r", side_inches=1.25)

# %% [markdown] lang="es"
# ## Dibuja un dígito
#
# Estos son el archivo `onnx_bytes` de arriba y la misma preparación, escrita en JavaScript. Una prueba de
# este sitio compara las dos, y las probabilidades del navegador con las de Python. Al encender el modelo se
# descargan unos 4 MB de ONNX Runtime; después no se pide nada más. La tabla muestra un dígito de prueba de
# cada clase y los dos primeros en que se equivoca; sus respuestas son las de Python.

# %% [markdown] lang="en"
# ## Draw a digit
#
# These are the file `onnx_bytes` from above and the same preparation, written in JavaScript. A test of this
# site compares the two, and the probabilities of the browser with those of Python. Starting the model
# downloads about 4 MB of ONNX Runtime; after that nothing more is asked for. The table shows one test digit
# of each class and the first two that it gets wrong; the answers in it are Python's.

# %%
wrong = (found.argmax(dim=1) != data.test_labels).nonzero().flatten()
samples = [int((data.test_labels == digit).nonzero()[0]) for digit in range(10)] + wrong[:2].tolist()
labels = data.test_labels[samples].tolist()
live_digits(onnx_bytes, counts[samples].int().numpy(), labels, found[samples].tolist()).show()

# %% tags=["hidden"]
assert len(wrong) >= 2
turned = answer(counts.rot90(dims=(1, 2)))
turned_right = Proportion.of(turned.argmax(dim=1) == data.test_labels)
surest = float(turned.max(dim=1).values.mean())
assert turned_right.high < 0.4 and surest > 0.6
assert torch.allclose(turned.sum(dim=1), torch.ones(ALL))

# %% [markdown] lang="es"
# Dibuja también lo que no se debe: una letra, una casa, un dígito acostado. **Siempre responde**, y las diez
# probabilidades siempre suman uno, porque no hay una undécima salida que diga «esto no es un dígito». Con los
# dígitos de prueba acostados acierta `{python} str(turned_right)` y, aun así, la probabilidad que da a su
# respuesta promedia `{python} surest:.0%`. Esa cifra compara diez clases entre sí; no mide cuánto se parece
# tu dibujo a los datos. Los escribieron trece personas el siglo pasado: si tu 1, tu 4 o tu 7 tienen otra
# forma, el error no es tuyo, y el remedio es reunir dígitos de más manos.
#
# ## Para llevarte
#
# * `eval()` primero, exportar después: lo que depende de `self.training` se decide al exportar.
# * Lo que se pueda va dentro del grafo: escala, softmax. Lo que no, en la tarjeta: etiquetas, versión,
#   entrada.
# * Quita del archivo lo que habla de tu máquina.
# * Compara motores con una tolerancia, sobre todo el conjunto de prueba y con varios tamaños de *batch*.
# * El motor revisa forma y tipo; rango y unidades los revisas tú.
# * La preparación es parte del modelo: con otra, los mismos pesos son otro modelo.
#
# ## Sigue por aquí
#
# [Guardar, cargar y seguir como si nada](save_load.md) trata los archivos de pesos, y [De cuaderno a
# programa](going_modular.md) convierte un cuaderno en un paquete con su comando.

# %% [markdown] lang="en"
# Draw what you should not as well: a letter, a house, a digit lying on its side. **It always answers**, and
# the ten probabilities always add up to one, for there is no eleventh output that says “this is no digit”.
# With the test digits lying on their side it gets `{python} str(turned_right)` right and, even so, the
# probability it gives its answer averages `{python} surest:.0%`. That figure compares ten classes with one
# another; it does not measure how much your drawing is like the data. Thirteen people wrote those in the last
# century: if your 1, your 4 or your 7 has another shape, the mistake is not yours, and the remedy is to
# gather digits by more hands.
#
# ## What to keep
#
# * `eval()` first, export afterwards: whatever depends on `self.training` is decided on export.
# * What can go into the graph goes there: scale, softmax. The rest goes on the card: labels, version, input.
# * Take out of the file what speaks of your machine.
# * Compare engines with a tolerance, on the whole test set and with several batch sizes.
# * The engine checks shape and type; you check range and units.
# * Preparation is part of the model: with another one, the same weights are another model.
#
# ## Where to go next
#
# [Save, load, and carry on as if nothing happened](save_load.md) deals with files of weights, and [From
# notebook to program](going_modular.md) turns a notebook into a package with its command.

# %% [markdown] lang="es" tags=["quiz"]
# Exportas con un ejemplo de un solo dígito y sin `dynamic_shapes`. ¿Qué pasa al entregarle siete?
#
# - [ ] Responde por los siete: sin `dynamic_shapes`, cada tamaño del ejemplo quedó fijo en el grafo.
# - [x] Lo rechaza: el 1 del ejemplo quedó escrito en el archivo como tamaño del primer eje, igual que los 8.
# - [ ] Responde solo por el primero: el motor no recorta entradas, las acepta o las rechaza.

# %% [markdown] lang="en" tags=["quiz"]
# You export with an example of a single digit and without `dynamic_shapes`. What happens when you hand it
# seven?
#
# - [ ] It answers for all seven: without `dynamic_shapes` each size of the example is fixed in the graph.
# - [x] It refuses: the 1 of the example was written in the file as the size of the first axis, as the 8s
#   were.
# - [ ] It answers for the first only: the engine does not trim inputs, it takes them or refuses them.

# %% [markdown] lang="es" tags=["quiz"]
# El archivo acierta lo mismo que el modelo en tus pruebas, pero en el teléfono de un usuario falla casi todo.
# ¿Qué mirarías primero?
#
# - [ ] El redondeo del procesador del teléfono: cambia la última cifra de una probabilidad, no la clase de
#   casi todo.
# - [ ] La exactitud del modelo: es la de tus pruebas, y allí se comprobó.
# - [x] Cómo prepara la aplicación la imagen antes de entregarla: escala, recorte y qué color es la tinta no
#   están en los pesos.

# %% [markdown] lang="en" tags=["quiz"]
# The file gets as much right as the model in your tests, but on a user's phone it fails nearly everywhere.
# Where would you look first?
#
# - [ ] At how the phone's processor rounds: that changes the last digit of a probability, not the class of
#   nearly everything.
# - [ ] At the accuracy of the model: it is that of your tests, where it was checked.
# - [x] At how the application prepares the image before handing it over: scale, cropping and which colour is
#   ink are not in the weights.

# %% tags=["hidden"]
with redirect_stderr(io.StringIO()):
    frozen = torch.export.export(model, (example[:1],)).module()
try:
    frozen(counts[:7])
except AssertionError:
    pass
else:
    raise AssertionError("an export without dynamic shapes took seven digits")

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: etiquetas que vienen con el archivo
#
# Escribe `top(session, counts, k)`, que recibe una sesión de ONNX Runtime y **un** dígito de 8 × 8 conteos, y
# devuelve la lista de las `k` etiquetas más probables, de mayor a menor, como pares `(etiqueta,
# probabilidad)`. Las etiquetas se leen de la tarjeta:
# `session.get_modelmeta().custom_metadata_map["labels"]`, separadas por comas.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: labels that come with the file
#
# Write `top(session, counts, k)`, which takes a session of ONNX Runtime and **one** digit of 8 × 8 counts,
# and returns the list of the `k` most probable labels, from most to least, as pairs `(label, probability)`.
# The labels are read from the card: `session.get_modelmeta().custom_metadata_map["labels"]`, separated by
# commas.


# %% tags=["solution"]
def top(session, counts: torch.Tensor, k: int) -> list[tuple[str, float]]:
    labels = session.get_modelmeta().custom_metadata_map["labels"].split(",")
    (row,) = session.run(["probabilities"], {"counts": counts.unsqueeze(0).numpy()})[0]
    return [(labels[place], float(row[place])) for place in row.argsort()[::-1][:k]]


# %% tags=["check"]
roman = "nulla,I,II,III,IV,V,VI,VII,VIII,IX"
relabelled = onnxruntime.InferenceSession(pack(onnx_model, {"labels": roman}), options)
for digit, row in zip(counts[:20], found[:20], strict=True):
    values, places = row.topk(3)
    answers = top(relabelled, digit, k=3)
    assert [label for label, _ in answers] == [roman.split(",")[place] for place in places]
    assert np.allclose([p for _, p in answers], values, atol=1e-5)
print(top(relabelled, counts[0], k=2))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: una puerta
#
# Escribe `checked(counts)`, que devuelve un tensor `float32` listo para el modelo o lanza `ValueError`.
# Acepta tensores de forma `(n, 8, 8)`, de cualquier tipo numérico, con números enteros de 0 a 16. De los
# cinco errores de la lección rechaza cuatro y arregla uno. ¿Cuál?

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: a gate
#
# Write `checked(counts)`, which returns a `float32` tensor ready for the model or raises `ValueError`. It
# takes tensors of shape `(n, 8, 8)`, of any numeric type, that hold whole numbers from 0 to 16. Of the five
# mistakes of the lesson it refuses four and repairs one. Which one?


# %% tags=["solution"]
def checked(counts: torch.Tensor) -> torch.Tensor:
    if counts.ndim != 3 or counts.shape[1:] != (8, 8):
        raise ValueError(f"{tuple(counts.shape)}; " + tr(es="se esperaba (n, 8, 8)", en="expected (n, 8, 8)"))
    counts = counts.float()
    # es: un NaN no es igual a nada, así que tampoco pasa
    # en: a NaN equals nothing, so it does not pass either
    whole = (counts == counts.round()) & (counts >= 0) & (counts <= 16)
    if not whole.all():
        wrong = tr(es="valores no son enteros de 0 a 16", en="values are not whole numbers from 0 to 16")
        raise ValueError(f"{int((~whole).sum())} {wrong}")
    return counts


# %% tags=["check"]
for allowed in (counts, counts.double(), counts.int(), counts[:0]):
    assert torch.equal(checked(allowed), allowed.float())
one_gap = counts.clone()
one_gap[3, 4, 5] = float("nan")
for refused in (counts[0], counts[:, 1:], counts / 16, counts * 255 / 16, one_gap, -counts):
    try:
        checked(refused)
    except ValueError as error:
        print(error)
    else:
        raise AssertionError(tr(es="dejó pasar una entrada mala", en="let a bad input through"))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: exporta cualquier modelo
#
# Escribe `to_onnx(model, example)`: los bytes ONNX de un modelo de una sola entrada, con el primer eje libre.
# El modelo puede llegar en modo de entrenamiento; el archivo debe responder siempre igual a lo mismo.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: export any model
#
# Write `to_onnx(model, example)`: the ONNX bytes of a model with a single input, its first axis free. The
# model may arrive in training mode; the file has to give the same answer to the same input every time.


# %% tags=["solution"]
def to_onnx(model: nn.Module, example: torch.Tensor) -> bytes:
    free = ({0: torch.export.Dim("batch")},)
    exported = torch.export.export(model.eval(), (example,), dynamic_shapes=free)
    return torch.onnx.export(exported, dynamo=True, verbose=False).model_proto.SerializeToString()


# %% tags=["check"]
noisy = nn.Sequential(nn.Linear(3, 5), nn.Dropout(0.5), nn.ReLU(), nn.Linear(5, 2)).train()
ours = onnxruntime.InferenceSession(to_onnx(noisy, torch.zeros(2, 3)), options)
for size in (1, 2, 9):
    points = torch.randn(size, 3)
    answers = [ours.run(None, {ours.get_inputs()[0].name: points.numpy()})[0] for _ in range(3)]
    assert answers[0].shape == (size, 2)
    for other in answers:
        assert np.allclose(other, noisy.eval()(points).detach(), atol=1e-5)
print(tr(es="Bien.", en="Good."))
