"""
title:
  es: "Por qué PyTorch: lo que promete, ejecutado"
  en: "Why PyTorch: what it promises, executed"
summary:
  es: Grafos dinámicos, derivadas, modelos listos y el camino al despliegue; quién lo hace y qué vale un 58 %.
  en: Dynamic graphs, derivatives, ready models, the road to deployment; who makes it, and what 58% is worth.
tags: [PyTorch, autograd, torchvision, export, history]
objectives:
  es:
    - Mostrar con código qué es un grafo dinámico y qué cuesta al desplegar.
    - Recorrer el camino completo, de la imagen cruda a un archivo que responde sin tu clase.
    - Decir quién creó PyTorch y quién lo gobierna, con fechas.
    - Preguntar a una cifra de popularidad de qué, cuándo y sobre cuántos.
  en:
    - Show in code what a dynamic graph is, and what it costs in deployment.
    - Walk the whole road, from the raw image to a file that answers without your class.
    - Tell who made PyTorch and who governs it, with dates.
    - Ask a figure of popularity of what, when and out of how many.
prerequisites:
  es:
    - Python, con funciones y clases.
    - Ninguna experiencia con PyTorch; los enlaces llevan a lo que se da por visto.
  en:
    - Python, with functions and classes.
    - No experience with PyTorch; links lead to what is taken as seen.
timeout_seconds: 180
"""
# %% [markdown] lang="es"
# «Flexible, rápido, completo, el más usado». Casi todas las presentaciones de PyTorch son una lista así. Esta
# toma la lista en serio: ejecuta cada propiedad que se puede ejecutar, enlaza la medición de las que se miden
# y dice cuáles son opinión. Al terminar sabrás qué te da la biblioteca y qué te cuesta.
#
# Acompaña la primera parte de la sección *PyTorch Fundamentals* del curso [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) de Andrei Neagoie y Daniel Bourke:
# [capítulo 00](https://www.learnpytorch.io/00_pytorch_fundamentals/) de su libro abierto, apartados *What is
# PyTorch?* y *Why use PyTorch?*

# %% [markdown] lang="en"
# “Flexible, fast, complete, the most used.” Most presentations of PyTorch are a list like that one. This one
# takes the list seriously: it executes each property that can be executed, links the measurement of those
# that are measured, and says which are opinion. By the end you will know what the library gives you and what
# it costs.
#
# It goes with the first part of the section *PyTorch Fundamentals* of the course [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) by Andrei Neagoie and Daniel Bourke:
# [chapter 00](https://www.learnpytorch.io/00_pytorch_fundamentals/) of their open book, *What is PyTorch?*
# and *Why use PyTorch?*

# %%
import contextlib
import io
import logging
import tempfile
from importlib.metadata import metadata
from math import prod
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from torchvision import models
from torchvision.transforms import v2

from tutorials_lib import tr
from tutorials_lib.data import digits
from tutorials_lib.metrics import Proportion
from tutorials_lib.plots import color, localize_ticks
from tutorials_lib.training import predict, train

# %% [markdown] lang="es"
# ## «El grafo es dinámico»
#
# Para derivar, una biblioteca necesita saber qué operaciones se hicieron. Theano y el primer TensorFlow
# pedían describirlas de antemano, como un plano. PyTorch las anota **mientras ocurren**, de modo que el
# programa puede usar `if` y `while` con los propios números. Esta función duplica su entrada hasta que sea
# larga y después decide por el signo de la suma. ¿Tendrán el mismo grafo las dos entradas?

# %% [markdown] lang="en"
# ## “The graph is dynamic”
#
# To differentiate, a library has to know which operations were performed. Theano and the first TensorFlow
# wanted them described beforehand, like a blueprint. PyTorch writes them down **as they happen**, so that a
# program may use `if` and `while` on the numbers themselves. This function doubles its input until it is
# long, and then branches on the sign of the sum. Will both inputs have the same graph?


# %%
def stretch(x: torch.Tensor) -> torch.Tensor:
    while x.norm() < 10:
        x = 2 * x
    return x.relu() if x.sum() > 0 else x.sin()


# es: las operaciones anotadas, desde la entrada hasta el resultado
# en: the operations written down, from the input to the result
def recorded(result: torch.Tensor) -> list[str]:
    names, step = [], result.grad_fn
    while step.next_functions:
        names.append(step.name().removesuffix("Backward0"))
        step = step.next_functions[0][0]
    return names[::-1]


entries = [torch.tensor([4.0, 4.0], requires_grad=True), torch.tensor([-1.0, 0.5], requires_grad=True)]
tapes = [recorded(stretch(entry)) for entry in entries]
for entry, tape in zip(entries, tapes, strict=True):
    print(entry.tolist(), tape)

# %%
# alt es: Dos cadenas de operaciones: una entrada pasa por una duplicación y relu; otra por cuatro y un seno.
# alt en: Two chains of operations: one input goes through one doubling and relu; another, four and a sine.
figure, ax = plt.subplots(figsize=(6.4, 1.7))
for row, (entry, tape) in enumerate(zip(entries, tapes, strict=True)):
    for place, name in enumerate([str(entry.tolist()), *tape]):
        hue = color("blue") if place else color("ember")
        frame = {"boxstyle": "round,pad=0.35", "facecolor": "none", "edgecolor": hue}
        left = 1.3 * place + (0.9 if place else 0)
        ax.text(left, -row, name, bbox=frame, color=color("ink"), ha="center", va="center", fontsize=8)
        if place:
            start = left - (1.38 if place == 1 else 0.92)
            arrow = {"arrowstyle": "->", "color": color("faint")}
            ax.annotate("", (left - 0.38, -row), (start, -row), arrowprops=arrow)
ax.set(xlim=(-1, 8.2), ylim=(-1.5, 0.5))
ax.set_axis_off()

# %% tags=["hidden"]
assert tapes[0] == ["Mul", "Relu"] and tapes[1] == ["Mul"] * 4 + ["Sin"]

# %% [markdown] lang="es"
# No. Cada entrada dejó su propia cinta, de `{python} len(tapes[0])` operaciones la primera y
# `{python} len(tapes[1])` la segunda, y nadie la declaró. Un error de este programa aparece en su línea y se
# depura como cualquier otro programa de Python.
#
# ## «Deriva por ti»
#
# La cinta, leída al revés con la regla de la cadena, da el gradiente. Comparemos con la definición misma de
# la derivada, $\partial_i f \approx \big(f(x + h e_i) - f(x - h e_i)\big) / 2h$, sobre la función del
# `while`. ¿Cuánto debe valer cada componente en la primera entrada, que se duplicó una vez?

# %% [markdown] lang="en"
# No. Each input left its own tape, of `{python} len(tapes[0])` operations the first and
# `{python} len(tapes[1])` the second, and nobody declared it. An error of this program shows up on its line
# and is debugged like any other Python program.
#
# ## “It differentiates for you”
#
# The tape, read backwards by the chain rule, gives the gradient. Let us compare with the very definition of
# the derivative, $\partial_i f \approx \big(f(x + h e_i) - f(x - h e_i)\big) / 2h$, on the function with the
# `while`. What should each component be for the first input, which was doubled once?


# %%
def by_definition(f, x: torch.Tensor, h: float = 1e-6) -> torch.Tensor:
    steps = h * torch.eye(len(x), dtype=x.dtype)
    return torch.stack([(f(x + step) - f(x - step)) / (2 * h) for step in steps])


def total(x: torch.Tensor) -> torch.Tensor:
    return stretch(x).sum()


worst = 0.0
for entry in entries:
    x = entry.detach().double().requires_grad_()
    (gradient,) = torch.autograd.grad(total(x), x)
    reference = by_definition(total, x.detach())
    worst = max(worst, (gradient - reference).abs().max().item())
    print([f"{slope:.6g}" for slope in gradient.tolist()], [f"{slope:.6g}" for slope in reference.tolist()])

# %% tags=["hidden"]
assert worst < 1e-6
(slope_of_first,) = torch.autograd.grad(total(entries[0]), entries[0])
assert slope_of_first.tolist() == [2.0, 2.0]

# %% [markdown] lang="es"
# Dos, la duplicación. El mayor desacuerdo es `{python} worst:.0e`, propio de la diferencia finita.
#
# Al escribir esta página la primera entrada era `[3, 4]`, y la comparación falló. ¿Qué tiene de especial?

# %% [markdown] lang="en"
# Two, the doubling. The largest disagreement is `{python} worst:.0e`, which comes from the finite difference.
#
# When this page was written the first input was `[3, 4]`, and the comparison failed. What is special about
# it?

# %%
border = torch.tensor([3.0, 4.0], dtype=torch.float64, requires_grad=True)
(gradient,) = torch.autograd.grad(total(border), border)
print(gradient.tolist(), by_definition(total, border.detach()).tolist())
print((2 * border).norm().item())

# %% tags=["hidden"]
assert gradient.tolist() == [2.0, 2.0] and by_definition(total, border.detach()).abs().min() > 1e5

# %% [markdown] lang="es"
# Su doble mide exactamente 10: a un lado de ese punto la entrada se duplica una vez y al otro, dos. La
# función salta, allí no tiene derivada, y la diferencia finita se dispara. PyTorch contesta 2 sin inmutarse,
# porque deriva **la cinta que anotó**, no la función que tú imaginas. La flexibilidad llega hasta ahí. Cómo
# se recorre la cinta, con un motor escrito desde cero, está en [Autograd](autograd.md).
#
# ## «Trae modelos listos»
#
# `torchvision.models` guarda arquitecturas publicadas con su receta de preprocesamiento y la dirección de sus
# pesos. Las construimos en `meta`, el dispositivo sin números, así que contar parámetros no descarga ni ocupa
# nada. La última columna **no se midió aquí**: es la que publica torchvision para esos pesos en ImageNet.

# %% [markdown] lang="en"
# Its double has length exactly 10: on one side of that point the input is doubled once, on the other side
# twice. The function jumps, it has no derivative there, and the finite difference blows up. PyTorch calmly
# answers 2, because it differentiates **the tape it wrote down**, not the function you have in mind. That is
# as far as the flexibility goes. How the tape is walked, with an engine written from scratch, is in
# [Autograd](autograd.md).
#
# ## “It brings ready models”
#
# `torchvision.models` keeps published architectures with their preprocessing recipe and the address of their
# weights. We build them on `meta`, the device without numbers, so counting parameters downloads nothing and
# uses no memory. The last column was **not measured here**: it is what torchvision publishes for those
# weights on ImageNet.

# %%
print(len(models.list_models()), tr(es="modelos", en="models"))
published = {}
for name in ("mobilenet_v3_small", "resnet18", "efficientnet_b0", "vit_b_16"):
    weights = models.get_model_weights(name).DEFAULT
    with torch.device("meta"):
        model = models.get_model(name)
    parameters = sum(parameter.numel() for parameter in model.parameters())
    published[name] = parameters, weights.meta["_metrics"]["ImageNet-1K"]["acc@1"]
    print(f"{name:<19} {parameters:>11,}   {published[name][1]:.1f} %")

photo = torch.randint(0, 256, (3, 300, 400), dtype=torch.uint8)
prepare = models.ResNet18_Weights.DEFAULT.transforms()
with torch.inference_mode():
    scores = models.resnet18().eval()(prepare(photo)[None])
print(tuple(prepare(photo).shape), tuple(scores.shape))

# %% tags=["hidden"]
assert scores.shape == (1, 1000) and len(models.list_models()) > 100
for name, (count, _) in published.items():
    assert count == models.get_model_weights(name).DEFAULT.meta["num_params"]

# %% [markdown] lang="es"
# El número de parámetros que contamos coincide con el que declara cada receta. Con `weights="DEFAULT"` se
# descargan los pesos; aquí la red responde al azar, porque la página se construye sin conexión. Qué se gana
# al partir de pesos ajenos se mide en el [atlas de paradigmas](../concepts/paradigm_atlas.md).
#
# ## «Va del dato al despliegue»
#
# Recorramos el camino entero en pequeño, con los dígitos de 8×8 que trae scikit-learn. **Uno**, preparar:
# imágenes de enteros de 8 bits que al entrenar se mueven un poco. **Dos**, entrenar una red convolucional,
# tres semillas.

# %% [markdown] lang="en"
# The number of parameters that we counted agrees with the one each recipe declares. `weights="DEFAULT"`
# downloads the weights; here the network answers at random, because the page is built offline. What is gained
# by starting from somebody else's weights is measured in the [paradigm atlas](../concepts/paradigm_atlas.md).
#
# ## “It goes from data to deployment”
#
# Let us walk the whole road on a small scale, with the digits of 8×8 that ship with scikit-learn. **One**,
# prepare: images of 8-bit integers that move a little during training. **Two**, train a convolutional
# network, three seeds.

# %%
data = digits()
raw = {part: (getattr(data, f"{part}_images") * 255).to(torch.uint8) for part in ("train", "test")}
scale = v2.ToDtype(torch.float32, scale=True)
shake = v2.Compose([v2.RandomAffine(degrees=8, translate=(0.06, 0.06)), scale])


def fit(seed: int) -> nn.Module:
    torch.manual_seed(seed)
    features = nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten())
    model = nn.Sequential(features, nn.Linear(16 * 4 * 4, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    shaken = torch.stack([shake(image) for image in raw["train"]])
    batches = DataLoader(TensorDataset(shaken, data.train_labels), batch_size=64, shuffle=True)
    test_batches = [(scale(raw["test"]), data.test_labels)]
    for _ in train(model, batches, test_batches, optimizer=optimizer, epochs=6):
        pass
    return model


trained = [fit(seed) for seed in range(3)]
results = [Proportion.of(predict(model, scale(raw["test"])) == data.test_labels) for model in trained]
for result in results:
    print(result, [round(bound, 3) for bound in result.interval()])

# %% tags=["hidden"]
fewest, most = min(result.right for result in results), max(result.right for result in results)
assert min(result.low for result in results) > 0.75

# %% [markdown] lang="es"
# Entre `{python} fewest` y `{python} most` aciertos de `{python} results[0].total`. **¿Te dio otro número?**
# Con tres semillas la siguiente cae dentro de esa banda más o menos la mitad de las veces ([Azar y
# semillas](randomness.md)); unos pocos aciertos más o menos son lo esperado.
#
# **Tres**, desplegar. `torch.export` ejecuta el modelo con una entrada simbólica, anota el grafo y lo guarda
# en un archivo que ya no necesita la clase de Python. El preprocesamiento va dentro, para que quien lo use
# mande la imagen cruda, y el tamaño del *batch* (cuántas imágenes llegan juntas) queda libre.

# %% [markdown] lang="en"
# Between `{python} fewest` and `{python} most` right out of `{python} results[0].total`. **A different
# number?** With three seeds the next one falls inside that band about half of the time ([Chance and
# seeds](randomness.md)); a few right answers more or fewer are to be expected.
#
# **Three**, deploy. `torch.export` runs the model on a symbolic input, writes the graph down and saves it to
# a file that no longer needs the Python class. Preprocessing goes inside, so that whoever uses it sends the
# raw image, and the size of the batch (how many images arrive together) stays free.


# %%
class Reader(nn.Module):
    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.model(images.float() / 255).softmax(dim=1)


reader = Reader(trained[0]).eval()
free_batch = ({0: torch.export.Dim("batch")},)
program = torch.export.export(reader, (raw["test"][:2],), dynamic_shapes=free_batch)
with tempfile.TemporaryDirectory() as folder:
    file = Path(folder, "reader.pt2")
    torch.export.save(program, file)
    kilobytes, loaded = file.stat().st_size / 1000, torch.export.load(file).module()

for images in (raw["test"][:1], raw["test"][:7], raw["test"]):
    print(tuple(images.shape), f"{(loaded(images) - reader(images)).abs().max().item():.0e}")
print([node.target.__name__ for node in program.graph.nodes if node.op == "call_function"])

# %% tags=["hidden"]
gap = (loaded(raw["test"]) - reader(raw["test"])).abs().max().item()
assert gap < 1e-5 and not isinstance(loaded, Reader) and 5 < kilobytes < 500
assert Proportion.of(loaded(raw["test"]).argmax(dim=1) == data.test_labels) == results[0]

# %% [markdown] lang="es"
# El archivo, de `{python} kilobytes:.0f` kB, responde lo mismo con cualquier tamaño de *batch*, y la última
# línea muestra el grafo que lleva dentro: operaciones, sin Python. De aquí parten los caminos a ONNX, al
# teléfono o al navegador.
#
# ## Lo que no cabe en el archivo
#
# La flexibilidad del principio tiene un precio. ¿Qué pasará al exportar la función del `while`, cuyo número
# de vueltas depende de los datos?

# %% [markdown] lang="en"
# The file, of `{python} kilobytes:.0f` kB, answers the same with any batch size, and the last line shows the
# graph it carries: operations, no Python. The roads to ONNX, to the phone or to the browser start here.
#
# ## What does not fit into the file
#
# The flexibility of the beginning has a price. What will happen when we export the function with the `while`,
# whose number of iterations depends on the data?


# %%
class Stretch(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return stretch(x)


# es: el exportador explica además sus razones por extenso
# en: the exporter also logs its reasons at length
logging.disable(logging.CRITICAL)
refusal = ""
with contextlib.redirect_stderr(io.StringIO()):
    try:
        torch.export.export(Stretch(), (torch.tensor([4.0, 4.0]),))
    except Exception as error:
        refusal = f"{type(error).__name__}: {str(error).splitlines()[0]}"
logging.disable(logging.NOTSET)
print(refusal)

# %% tags=["hidden"]
assert "data-dependent" in refusal

# %% [markdown] lang="es"
# Se niega, y con razón: un solo grafo no puede representar a todas las cintas. Dinámico para investigar y
# fijo para desplegar son dos modos, y el paso de uno al otro obliga a reescribir lo que dependa de los datos
# (`torch.cond`, o un número fijo de vueltas).
#
# ## Quién lo hizo y quién lo gobierna
#
# El paquete instalado dice quién lo firma:

# %% [markdown] lang="en"
# It refuses, and rightly: one graph cannot stand for all the tapes. Dynamic for research and fixed for
# deployment are two modes, and going from the one to the other means rewriting whatever depends on the data
# (`torch.cond`, or a fixed number of iterations).
#
# ## Who made it and who governs it
#
# The installed package tells who signs it:

# %%
card = metadata("torch")
print(card["Name"], card["Version"], "·", card["Summary"], "·", card["Author-email"])

# %% [markdown] lang="es"
# Un equipo, no una empresa. Cómo se llegó ahí:
#
# | fecha | hecho |
# |---|---|
# | 2016 | se desarrolla en Facebook AI Research, con la herencia de Torch, que se programaba en Lua |
# | enero de 2017 | anuncio público |
# | noviembre de 2019 | Andrej Karpathy explica su uso [en Tesla](https://youtu.be/oBklltKXtDE) |
# | diciembre de 2019 | el [artículo](https://arxiv.org/abs/1912.01703) de Paszke y otros, en NeurIPS |
# | enero de 2020 | OpenAI lo [adopta como norma](https://openai.com/index/openai-pytorch/) |
# | septiembre de 2022 | pasa a una fundación, la PyTorch Foundation |
# | marzo de 2023 | [versión 2.0](https://pytorch.org/blog/pytorch-2.0-release/), con `torch.compile` |
#
# El [12 de septiembre de 2022](https://pytorch.org/blog/PyTorchfoundation/) se anunció que el proyecto dejaba
# Meta por una fundación bajo la Linux Foundation, con AMD, AWS, Google Cloud, Meta, Microsoft Azure y NVIDIA
# como miembros fundadores. «De Facebook» nombra su origen, no a su dueño.
#
# ## Qué vale un 58 %
#
# Los apuntes de los que parten estas páginas decían que PyTorch está en el 58 % de los artículos de
# aprendizaje profundo. El número viene de *Papers with Code*, un sitio que clasificaba por biblioteca los
# **repositorios** enlazados a artículos. El sitio [cerró en julio de
# 2025](https://github.com/paperswithcode/paperswithcode/issues/3), así que la cifra ya no se puede volver a
# consultar. Y aun recién leída tenía tres preguntas pendientes:
#
# * **¿De qué?** De repositorios con código enlazado, no de artículos.
# * **¿Cuándo?** La proporción se movía de un trimestre a otro; sin fecha no dice nada.
# * **¿Sobre cuántos?** Un artículo sin código enlazado no está en la cuenta.
#
# La tercera se puede calcular. Si el catálogo cubre la fracción $c$ de los artículos y en ella la proporción
# es $s$, de los demás no se sabe nada, y la proporción total solo está acotada:
#
# $$s\,c \;\le\; p \;\le\; s\,c + (1 - c).$$
#
# ¿Qué ancho tiene lo que ignoramos si solo uno de cada cuatro artículos enlaza su código?

# %% [markdown] lang="en"
# A team, not a company. How it came to that:
#
# | date | fact |
# |---|---|
# | 2016 | developed at Facebook AI Research, with the heritage of Torch, which was programmed in Lua |
# | January 2017 | public announcement |
# | November 2019 | Andrej Karpathy explains its use [at Tesla](https://youtu.be/oBklltKXtDE) |
# | December 2019 | the [paper](https://arxiv.org/abs/1912.01703) by Paszke and others, at NeurIPS |
# | January 2020 | OpenAI [standardises on it](https://openai.com/index/openai-pytorch/) |
# | September 2022 | it moves to a foundation, the PyTorch Foundation |
# | March 2023 | [version 2.0](https://pytorch.org/blog/pytorch-2.0-release/), with `torch.compile` |
#
# On [12 September 2022](https://pytorch.org/blog/PyTorchfoundation/) it was announced that the project was
# leaving Meta for a foundation under the Linux Foundation, with AMD, AWS, Google Cloud, Meta, Microsoft Azure
# and NVIDIA as founding members. “Facebook's” names its origin, not its owner.
#
# ## What 58% is worth
#
# The notes from which these pages grew said that PyTorch is in 58% of deep-learning papers. The number comes
# from *Papers with Code*, a site that classified by library the **repositories** linked to papers. The site
# [closed in July 2025](https://github.com/paperswithcode/paperswithcode/issues/3), so the figure cannot be
# looked up again. And even freshly read it had three questions open:
#
# * **Of what?** Of repositories with linked code, not of papers.
# * **When?** The share moved from one quarter to the next; without a date it says nothing.
# * **Out of how many?** A paper without linked code is not in the count.
#
# The third can be computed. If the catalogue covers the fraction $c$ of the papers and the share within it is
# $s$, nothing is known about the rest, and the total share is only bounded:
#
# $$s\,c \;\le\; p \;\le\; s\,c + (1 - c).$$
#
# How wide is what we do not know if only one paper in four links its code?

# %%
# alt es: Una cuña: con cobertura cero cabe cualquier proporción; con cobertura total queda solo el 58 %.
# alt en: A wedge: with no coverage any share is possible; with full coverage only 58% remains.
SHARE = 0.58
covered = np.linspace(0, 1, 101)
low, high = SHARE * covered, SHARE * covered + 1 - covered
_, ax = plt.subplots()
ax.fill_between(covered, low, high, color=color("blue"), alpha=0.25, linewidth=0)
ax.plot(covered, low, color=color("blue"))
ax.plot(covered, high, color=color("blue"))
ax.plot([0.25, 0.25], [low[25], high[25]], color=color("ember"), linewidth=4)
ax.set_xlabel(tr(es="fracción de artículos en el catálogo, c", en="fraction of papers in the catalogue, c"))
ax.set_ylabel(tr(es="proporción posible, p", en="possible share, p"))
_ = localize_ticks(ax)

# %% tags=["hidden"]
at_quarter = low[25], high[25]
assert np.allclose([high[25] - low[25], low[-1], high[-1]], [0.75, SHARE, SHARE])

# %% [markdown] lang="es"
# Entre `{python} at_quarter[0]:.1%` y `{python} at_quarter[1]:.1%`: sin saber nada del resto, la misma cifra
# admite una minoría pequeña y una mayoría abrumadora. Que PyTorch se usa mucho en investigación es verosímil;
# **cuánto**, en cambio, es una afirmación que necesita fecha, fuente y denominador. El mismo cuidado conviene
# al presentar como alternativas a CNTK, Caffe y Theano: son proyectos terminados, y sus fechas están en
# [Bibliotecas de tensores](tensor_libraries.md).
#
# ## El balance
#
# | se dice | qué hay |
# |---|---|
# | grafos dinámicos | ejecutado arriba, con su precio al exportar |
# | deriva por ti | ejecutado arriba; por dentro, en [Autograd](autograd.md) |
# | modelos listos | ejecutado arriba; los pesos se descargan aparte |
# | del dato al despliegue | ejecutado arriba, en pequeño |
# | corre en una o varias GPU | [Dispositivos](devices.md) y [Muchos procesos](many_processes.md) |
# | es rápido | depende de la operación y la máquina: [la galería](../benchmarks/claims.md) |
# | es amigable | opinión; el [museo de los errores](error_museum.md) ayuda a formarla |
# | es el más usado | sin fecha, fuente ni denominador, un lema |
# | en un día, lo que en 2014 pedía un equipo | opinión de F. Chollet (21-11-2020, según los apuntes) |
#
# La última frase hablaba de Colab, Keras y TensorFlow; quienes la citan suelen agregar PyTorch. Lo
# comprobable aquí es menor y no es poco: esta página entrenó, exportó y comprobó un lector de dígitos
# mientras se construía.
#
# ## Para llevarte
#
# * PyTorch anota las operaciones mientras ocurren: por eso `if` y `while` se derivan.
# * `torch.export` fija un grafo; lo que depende de los datos no cabe en él.
# * `torchvision.models` da arquitectura, preprocesamiento y pesos de la misma receta.
# * Nació en Facebook AI Research y desde 2022 lo gobierna una fundación.
# * A cada cifra de popularidad: ¿de qué, cuándo, sobre cuántos?

# %% [markdown] lang="en"
# Between `{python} at_quarter[0]:.1%` and `{python} at_quarter[1]:.1%`: knowing nothing about the rest, the
# same figure allows for a small minority and for an overwhelming majority. That PyTorch is widely used in
# research is plausible; **how much**, however, is a claim that needs a date, a source and a denominator. The
# same care is due when CNTK, Caffe and Theano are offered as alternatives: they are finished projects, and
# their dates are in [Tensor libraries](tensor_libraries.md).
#
# ## The balance
#
# | people say | what there is |
# |---|---|
# | dynamic graphs | executed above, with their price at export |
# | it differentiates for you | executed above; the inside, in [Autograd](autograd.md) |
# | ready models | executed above; weights are downloaded separately |
# | from data to deployment | executed above, on a small scale |
# | runs on one or several GPUs | [Devices](devices.md) and [Many processes](many_processes.md) |
# | it is fast | depends on operation and machine: [the gallery](../benchmarks/claims.md) |
# | it is friendly | opinion; the [error museum](error_museum.md) helps to form one |
# | it is the most used | without date, source or denominator, a slogan |
# | in a day, what took a team in 2014 | a remark by F. Chollet (21 November 2020, according to the notes) |
#
# That last sentence was about Colab, Keras and TensorFlow; those who quote it tend to add PyTorch. What can
# be checked here is more modest, but not negligible: this page trained, exported and verified a digit reader
# while it was being built.
#
# ## What to keep
#
# * PyTorch writes operations down as they happen: that is why `if` and `while` are differentiated.
# * `torch.export` fixes one graph; what depends on the data does not fit into it.
# * `torchvision.models` gives architecture, preprocessing and weights of one recipe.
# * It was born at Facebook AI Research, and since 2022 a foundation governs it.
# * To every figure of popularity: of what, when, out of how many?

# %% [markdown] lang="es" tags=["quiz"]
# Exportas un modelo que contiene `for _ in range(self.layers)`, con `layers = 3` fijo en el constructor.
#
# - [x] Se exporta con tres copias de la capa: el bucle lo resuelve Python al anotar y no depende de los
#   datos.
# - [ ] Falla como el `while`: aquel preguntaba por un número del tensor, y este no.
# - [ ] El archivo conserva el bucle y `layers` se puede cambiar al cargarlo: el grafo ya no tiene Python.

# %% [markdown] lang="en" tags=["quiz"]
# You export a model that contains `for _ in range(self.layers)`, with `layers = 3` fixed in the constructor.
#
# - [x] It is exported with three copies of the layer: Python settles the loop while writing down, and it does
#   not depend on the data.
# - [ ] It fails like the `while`: that one asked about a number in the tensor, and this one does not.
# - [ ] The file keeps the loop, and `layers` may be changed when loading: the graph has no Python left.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: una potencia con decisiones
#
# Escribe `power(x, n)` para un entero $n \ge 1$ por cuadrados sucesivos: si $n$ es par, la potencia $n/2$ de
# $x^2$; si es impar, $x$ por la potencia $n - 1$. Sin `**` ni `torch.pow`. PyTorch debe derivarla sin que
# hagas nada.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: a power with decisions
#
# Write `power(x, n)` for an integer $n \ge 1$ by repeated squaring: if $n$ is even, the power $n/2$ of $x^2$;
# if it is odd, $x$ times the power $n - 1$. Without `**` or `torch.pow`. PyTorch must differentiate it
# without your doing anything.


# %% tags=["solution"]
def power(x: torch.Tensor, n: int) -> torch.Tensor:
    if n == 1:
        return x
    if n % 2 == 0:
        return power(x * x, n // 2)
    return x * power(x, n - 1)


# %% tags=["check"]
for n in (1, 2, 3, 8, 13):
    x = torch.tensor(1.1, dtype=torch.float64, requires_grad=True)
    value = power(x, n)
    (slope,) = torch.autograd.grad(value, x)
    assert abs(value.item() - 1.1**n) < 1e-9 and abs(slope.item() - n * 1.1 ** (n - 1)) < 1e-9, n
assert len(recorded(power(torch.ones((), requires_grad=True), 64))) == 6
print(tr(es="Bien.", en="Good."))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: un modelo listo para recibir cualquier cantidad
#
# Escribe `deploy(model, example)`: el programa exportado de `model` en modo de evaluación, que acepte
# cualquier tamaño en el primer eje de `example`.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: a model ready for any number
#
# Write `deploy(model, example)`: the exported program of `model` in evaluation mode, accepting any size along
# the first axis of `example`.


# %% tags=["solution"]
def deploy(model: nn.Module, example: torch.Tensor) -> torch.export.ExportedProgram:
    return torch.export.export(model.eval(), (example,), dynamic_shapes=({0: torch.export.Dim("batch")},))


# %% tags=["check"]
noisy = nn.Sequential(nn.Linear(4, 3), nn.Dropout(0.5))
shipped = deploy(noisy, torch.zeros(2, 4)).module()
for size in (1, 2, 9):
    x = torch.randn(size, 4)
    assert torch.allclose(shipped(x), noisy[0](x)), size
print(prod(shipped(torch.zeros(5, 4)).shape))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: cuánto dice una proporción
#
# Escribe `share_bounds(share, covered)`: los extremos posibles de la proporción total cuando en la fracción
# `covered` vale `share` y del resto no se sabe nada. Después, `decides_majority(share, covered)`: si basta
# para asegurar que la proporción total supera la mitad.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: how much a share says
#
# Write `share_bounds(share, covered)`: the possible ends of the total share when it is `share` within the
# fraction `covered` and nothing is known about the rest. Then `decides_majority(share, covered)`: whether
# that is enough to be sure that the total share is above one half.


# %% tags=["solution"]
def share_bounds(share: float, covered: float) -> tuple[float, float]:
    return share * covered, share * covered + 1 - covered


def decides_majority(share: float, covered: float) -> bool:
    return share_bounds(share, covered)[0] > 0.5


# %% tags=["check"]
for share, fraction in ((0.58, 0.25), (0.58, 1.0), (0.9, 0.6)):
    bounds = share_bounds(share, fraction)
    # es: los dos casos extremos: nadie del resto, todo el resto
    # en: the two extreme cases: nobody of the rest, all of the rest
    assert np.allclose(bounds, [share * fraction + rest * (1 - fraction) for rest in (0, 1)])
assert not decides_majority(0.58, 0.8) and decides_majority(0.58, 0.9)
print(tr(es="Bien.", en="Good."))

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# Empieza por el objeto que pasa por todo lo anterior, el [tensor](tensors_and_rank.md). La cinta que aquí se
# dibujó se recorre en [Autograd](autograd.md); las otras bibliotecas, vivas y terminadas, están en
# [Bibliotecas de tensores](tensor_libraries.md).

# %% [markdown] lang="en"
# ## Where to go next
#
# Begin with the object that goes through all of the above, the [tensor](tensors_and_rank.md). The tape drawn
# here is walked in [Autograd](autograd.md); the other libraries, living and finished, are in [Tensor
# libraries](tensor_libraries.md).
