"""
title:
  es: De cuaderno a programa
  en: From notebook to program
summary:
  es: Las celdas de un proyecto pasan a ser un paquete, dos órdenes que se llaman por su nombre y sus pruebas.
  en: The cells of a project become a package, two commands called by name, and their tests.
tags: [package, command line, argparse, modules, tests, reproducibility]
objectives:
  es:
    - Repartir un cuaderno en módulos con una tarea cada uno y comprobar que nada cambió.
    - Descubrir los nombres que una función toma prestados del cuaderno antes de que fallen.
    - Escribir una orden con argumentos, mensajes de error claros y códigos de salida.
    - Guardar con el modelo la configuración que permite repetirlo y usarlo desde otra orden.
    - Probar el paquete y ver que las pruebas fallan cuando deben.
  en:
    - Divide a notebook into modules with one task each, and check that nothing changed.
    - Discover the names that a function borrows from the notebook before they fail.
    - Write a command with arguments, clear error messages and exit codes.
    - Save with the model the configuration that lets it be repeated, and use it from another command.
    - Test the package, and see that the tests fail when they should.
prerequisites:
  es:
    - El bucle de entrenamiento.
    - Guardar y cargar un modelo.
    - Funciones de Python; abrir una terminal.
  en:
    - The training loop.
    - Saving and loading a model.
    - Functions in Python; opening a terminal.
timeout_seconds: 180
"""
# %% [markdown] lang="es"
# Un cuaderno sirve para pensar; para repetir un entrenamiento mañana, en otra máquina o con otra tasa, sirve
# un programa. Aquí las celdas de un proyecto pequeño se mudan a un paquete de Python con dos órdenes, una
# que entrena y otra que predice, y al final las ejecutamos como lo haría cualquiera desde una terminal.
#
# La lección supone el bucle de [Una recta, de los tensores sueltos al modelo guardado](linear_regression.md)
# y los archivos de [Guardar, cargar y seguir como si nada](save_load.md). Acompaña la sección *PyTorch Going
# Modular* del curso [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) de Andrei Neagoie y Daniel Bourke, y el
# [capítulo 05](https://www.learnpytorch.io/05_pytorch_going_modular/) de su libro abierto, que escribe los
# módulos con la orden `%%writefile` de Jupyter. Aquí los escribe Python, así que la descarga de esta página
# funciona también fuera de un cuaderno.

# %% [markdown] lang="en"
# A notebook is good for thinking; to repeat a training run tomorrow, on another machine or with another rate,
# a program is better. Here the cells of a small project move into a Python package with two commands, one
# that trains and one that predicts, and at the end we run them as anybody would from a terminal.
#
# The lesson presumes the loop of [A line, from bare tensors to a saved model](linear_regression.md) and the
# files of [Save, load, and carry on as if nothing happened](save_load.md). It goes with the section *PyTorch
# Going Modular* of the course [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) by Andrei Neagoie and Daniel Bourke, and
# with [chapter 05](https://www.learnpytorch.io/05_pytorch_going_modular/) of their open book, which writes
# the modules with Jupyter's `%%writefile`. Here Python writes them, so that the download of this page also
# works outside a notebook.

# %%
import argparse
import ast
import builtins
import importlib
import inspect
import runpy
import subprocess
import sys
import tomllib
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path
from pickle import UnpicklingError
from tempfile import mkdtemp

import matplotlib.pyplot as plt
import numpy as np
import torch
from PIL import Image
from sklearn.datasets import load_digits
from torch import nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, TensorDataset

from tutorials_lib.plots import color, image_grid

# %% [markdown] lang="es"
# ## El cuaderno
#
# Es el proyecto de siempre, con una costumbre que facilita la mudanza: cada paso es una función que recibe
# lo que usa y devuelve lo que hizo. Los datos primero.

# %% [markdown] lang="en"
# ## The notebook
#
# It is the usual project, with one habit that eases the move: every step is a function that takes what it
# uses and returns what it made. The data first.


# %%
def load_split(test_share: float = 0.25) -> tuple[TensorDataset, TensorDataset]:
    bunch = load_digits()
    images = torch.tensor(bunch.images, dtype=torch.float32).unsqueeze(1) / 16
    labels = torch.tensor(bunch.target)
    # es: el archivo va persona por persona: cortarlo sin mezclar deja otras manos para la prueba
    # en: the file goes person by person: a cut without shuffling leaves other hands for the test
    border = len(labels) - int(test_share * len(labels))
    parts = slice(None, border), slice(border, None)
    training, exam = (TensorDataset(images[part], labels[part]) for part in parts)
    return training, exam


# %% [markdown] lang="es"
# El modelo:

# %% [markdown] lang="en"
# The model:


# %%
def build(hidden: int) -> nn.Sequential:
    return nn.Sequential(nn.Flatten(), nn.Linear(64, hidden), nn.ReLU(), nn.Linear(hidden, 10))


# %% [markdown] lang="es"
# Y el motor: una época de entrenamiento, una evaluación que cuenta aciertos, y el ajuste completo.

# %% [markdown] lang="en"
# And the engine: one epoch of training, an evaluation that counts right answers, and the whole fit.


# %%
def train_epoch(model: nn.Module, batches: DataLoader, optimizer: torch.optim.Optimizer) -> float:
    model.train()
    total = examples = 0
    for images, labels in batches:
        loss = cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total, examples = total + loss.item() * len(labels), examples + len(labels)
    return total / examples


@torch.inference_mode()
def evaluate(model: nn.Module, batches: DataLoader) -> tuple[int, int]:
    model.eval()
    right = total = 0
    for images, labels in batches:
        right += int((model(images).argmax(dim=1) == labels).sum())
        total += len(labels)
    return right, total


# %%
def fit(training, exam, *, hidden: int, epochs: int, rate: float, seed: int) -> nn.Module:
    torch.manual_seed(seed)
    model = build(hidden)
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    order = torch.Generator().manual_seed(seed)
    batches = DataLoader(training, batch_size=64, shuffle=True, generator=order)
    for epoch in range(1, epochs + 1):
        loss = train_epoch(model, batches, optimizer)
        right, total = evaluate(model, DataLoader(exam, batch_size=512))
        print(f"epoch {epoch}   loss {loss:.4f}   right {right}/{total}")
    return model


training, exam = load_split()
in_notebook = fit(training, exam, hidden=32, epochs=4, rate=0.01, seed=7)

# %% [markdown] lang="es"
# Funciona. Recuerda esta salida: el programa deberá repetirla cifra por cifra.
#
# ## De celdas a módulos
#
# Un **módulo** es un archivo `.py` y un **paquete**, una carpeta de módulos. `inspect.getsource` devuelve el
# texto de una función, de modo que mudarla es escribir ese texto en un archivo. Lo que la función daba por
# hecho en el cuaderno, sus `import`, hay que declararlo al comienzo del archivo.

# %% [markdown] lang="en"
# It works. Keep this output in mind: the program will have to repeat it digit by digit.
#
# ## From cells to modules
#
# A **module** is a `.py` file and a **package**, a folder of modules. `inspect.getsource` returns the text of
# a function, so that moving it means writing that text into a file. What the function took for granted in the
# notebook, its imports, must be declared at the top of the file.

# %%
project = Path(mkdtemp())
package = project / "digits_project"
package.mkdir()
(package / "__init__.py").touch()


def write_module(name: str, imports: str, *functions: Callable, ending: str = "") -> None:
    parts = [imports, *(inspect.getsource(function) for function in functions), ending]
    text = "\n\n\n".join(part.strip() for part in parts if part)
    (package / f"{name}.py").write_text(text + "\n", encoding="utf-8")


# %% [markdown] lang="es"
# ### Una idea que falla: mudar sin mirar
#
# Antes de la mudanza verdadera, una torpe. Esta función trabaja bien en el cuaderno. ¿Qué le pasará en su
# módulo, y **cuándo** nos enteraremos: al escribirlo, al importarlo o al usarlo?

# %% [markdown] lang="en"
# ### An idea that fails: moving without looking
#
# Before the true move, a clumsy one. This function works in the notebook. What will happen to it in its
# module, and **when** shall we find out: on writing it, on importing it, or on using it?


# %%
def score(model: nn.Module) -> str:
    right, total = evaluate(model, DataLoader(exam, batch_size=512))
    return f"{right}/{total}"


print(score(in_notebook))
write_module("scores", "from torch import nn\nfrom torch.utils.data import DataLoader", score)
sys.path.insert(0, str(project))
scores = importlib.import_module("digits_project.scores")
print(scores.score.__name__, scores.score.__module__)

# %% tags=["raises=NameError"]
scores.score(in_notebook)

# %% [markdown] lang="es"
# Se escribió y se importó sin una queja: Python busca los nombres de una función cuando la ejecuta. En el
# cuaderno los encontraba entre las variables sueltas; el módulo no las tiene. No hace falta esperar a que
# falle: el árbol de sintaxis del archivo dice qué nombres usa y cuáles define.

# %% [markdown] lang="en"
# It was written and imported without a complaint: Python looks up the names of a function when it runs it. In
# the notebook it found them among the loose variables; the module does not have them. There is no need to
# wait until it fails: the syntax tree of the file tells which names it uses and which it defines.


# %%
def undefined_names(name: str) -> set[str]:
    nodes = list(ast.walk(ast.parse((package / f"{name}.py").read_text(encoding="utf-8"))))
    defined = set(dir(builtins))
    defined |= {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ExceptHandler)}
    defined |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    for node in nodes:
        if isinstance(node, ast.Import | ast.ImportFrom):
            defined |= {alias.asname or alias.name.split(".")[0] for alias in node.names}
    names = [node for node in nodes if isinstance(node, ast.Name)]
    defined |= {node.id for node in names if isinstance(node.ctx, ast.Store)}
    return {node.id for node in names} - defined


print(sorted(undefined_names("scores")))

# %% tags=["hidden"]
assert undefined_names("scores") == {"evaluate", "exam"}
(package / "scores.py").unlink()

# %% [markdown] lang="es"
# Faltaban dos: el error solo nombró el primero. `evaluate` se arregla con un `import`; `exam` es una variable
# suelta del cuaderno, y la función debe recibirla como argumento. (`ruff check --select F821` hace esta
# revisión con más cuidado.)
#
# Las demás funciones reciben todo lo que usan. Se mudan sin cambiar una letra, y después de cada mudanza
# preguntamos qué falta.

# %% [markdown] lang="en"
# Two were missing: the error named the first one only. `evaluate` is mended by an import; `exam` is a loose
# variable of the notebook, and the function should take it as an argument. (`ruff check --select F821` makes
# this inspection with more care.)
#
# The other functions take everything they use. They move without changing a letter, and after each move we
# ask what is missing.

# %%
write_module("model", "from torch import nn", build)
imports = """
import torch
from sklearn.datasets import load_digits
from torch.utils.data import TensorDataset
"""
write_module("data", imports, load_split)
imports = """
import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader

from digits_project.model import build
"""
write_module("engine", imports, train_epoch, evaluate, fit)
print((package / "model.py").read_text(encoding="utf-8"))
print({name: undefined_names(name) for name in ("data", "model", "engine")})

# %% tags=["hidden"]
assert not any(undefined_names(name) for name in ("data", "model", "engine"))

# %% [markdown] lang="es"
# ## La orden que entrena
#
# `argparse` (biblioteca estándar) convierte lo que se escribe en la terminal en valores de Python: conoce los
# argumentos, sus tipos y sus valores por defecto, escribe la ayuda y rechaza lo que no entiende. Un tipo
# puede ser cualquier función de texto a valor, así que «entero mayor que cero» se dice una sola vez.
#
# Los mensajes del programa van en inglés, como los de `argparse` y PyTorch, entre los que aparecen.

# %% [markdown] lang="en"
# ## The command that trains
#
# `argparse` (standard library) turns what is typed in the terminal into Python values: it knows the
# arguments, their types and defaults, writes the help, and turns away what it does not understand. A type may
# be any function from text to value, so that “integer above zero” is said once.
#
# The messages of the program are in English, like those of `argparse` and PyTorch among which they appear.


# %%
def positive(kind: type) -> Callable[[str], float]:
    def convert(text: str) -> float:
        value = kind(text)
        if not value > 0:
            raise argparse.ArgumentTypeError(f"{text} is not above 0")
        return value

    # es: argparse nombra el tipo en sus mensajes
    # en: argparse names the type in its messages
    convert.__name__ = kind.__name__
    return convert


def options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="digits-train", description="Train a reader of handwritten digits.")
    parser.add_argument("--hidden", type=positive(int), default=32, help="hidden units (%(default)s)")
    parser.add_argument("--epochs", type=positive(int), default=10, help="passes over the data (%(default)s)")
    parser.add_argument("--rate", type=positive(float), default=0.01, help="learning rate (%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of weights and order (%(default)s)")
    parser.add_argument("--out", type=Path, default=Path("model.pt"), help="file to write (%(default)s)")
    return parser


# %% [markdown] lang="es"
# `main` reúne las piezas. Tres decisiones merecen una mirada:
#
# * la carpeta de destino se comprueba **antes** de entrenar: una letra equivocada no debe descubrirse a la
#   hora de guardar;
# * `torch` se importa después de leer los argumentos, porque importarlo cuesta mucho más que leerlos, y ni la
#   ayuda ni un error lo necesitan;
# * el archivo lleva los pesos **y la configuración** que los produjo.

# %% [markdown] lang="en"
# `main` brings the pieces together. Three decisions deserve a look:
#
# * the destination folder is checked **before** training: a slip of the keyboard must not surface when it is
#   time to save;
# * `torch` is imported after reading the arguments, because importing it costs much more than reading them,
#   and neither the help nor an error needs it;
# * the file holds the weights **and the configuration** that produced them.


# %%
def main(argv: list[str] | None = None) -> int:
    config = vars(options().parse_args(argv))
    out = config.pop("out")
    if not out.parent.is_dir():
        options().error(f"--out: there is no folder {out.parent}")

    import torch
    from digits_project.data import load_split
    from digits_project.engine import fit

    model = fit(*load_split(), **config)
    torch.save({"config": config, "weights": model.state_dict()}, out)
    print(f"saved {out}")
    return 0


AS_PROGRAM = 'if __name__ == "__main__":\n    sys.exit(main())'
imports = "import argparse\nimport sys\nfrom collections.abc import Callable\nfrom pathlib import Path"
write_module("train", imports, positive, options, main, ending=AS_PROGRAM)
print(undefined_names("train"))

# %% tags=["hidden"]
assert not undefined_names("train")

# %% [markdown] lang="es"
# La última línea del módulo, `if __name__ == "__main__"`, distingue dos usos del mismo archivo: al
# ejecutarlo, el módulo se llama `__main__` y entrena; al importarlo, desde una prueba por ejemplo, solo
# define funciones.
#
# ## Ejecutarla
#
# Desde la carpeta del proyecto, una persona escribiría `python -m digits_project.train --epochs 4 --seed 7`.
# Nosotros lo hacemos con `subprocess`, que abre un Python nuevo, sin nada del cuaderno. ¿Coincidirá la salida
# con la de arriba?

# %% [markdown] lang="en"
# The last line of the module, `if __name__ == "__main__"`, tells two uses of the same file apart: when it is
# run, the module is called `__main__` and trains; when it is imported, from a test for instance, it only
# defines functions.
#
# ## Running it
#
# From the folder of the project, a person would type `python -m digits_project.train --epochs 4 --seed 7`. We
# do it with `subprocess`, which opens a new Python, with nothing of the notebook. Will the output agree with
# the one above?


# %%
def run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", *words]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, encoding="utf-8")


trained = run("digits_project.train", "--epochs", "4", "--seed", "7", "--out", "seven.pt")
print(trained.stdout + trained.stderr + f"$? = {trained.returncode}")

# %%
saved = torch.load(project / "seven.pt")
print(saved["config"])
weights = in_notebook.state_dict()
print(max((weights[name] - saved["weights"][name]).abs().max().item() for name in weights))

# %% tags=["hidden"]
assert trained.returncode == 0
gap = max((weights[name] - saved["weights"][name]).abs().max().item() for name in weights)
assert gap < 1e-6
assert saved["config"] == {"hidden": 32, "epochs": 4, "rate": 0.01, "seed": 7}

# %% [markdown] lang="es"
# Las mismas cifras, y entre los pesos del cuaderno y los del archivo la mayor diferencia es
# `{python} gap:.1g`: la mudanza no cambió nada. La configuración viaja con los pesos, de modo que dentro de
# un año el archivo dirá con qué orden se hizo (ejercicio 1).
#
# ## Errores que explican
#
# El código de salida (`$?` en la terminal) es lo que otro programa lee: 0 si todo fue bien, 2 si se lo llamó
# mal, 1 si falló mientras trabajaba. Cuatro llamadas equivocadas. ¿Cuál de ellas llegará a importar `torch`?

# %% [markdown] lang="en"
# The same digits, and between the weights of the notebook and those of the file the largest difference is
# `{python} gap:.1g`: the move changed nothing. The configuration travels with the weights, so that in a
# year's time the file will tell which command made it (exercise 1).
#
# ## Errors that explain
#
# The exit code (`$?` in the terminal) is what another program reads: 0 if all went well, 2 if it was called
# wrongly, 1 if it failed while working. Four mistaken calls. Which of them will get as far as importing
# `torch`?

# %%
mistakes = [["--epochs", "0"], ["--epochs", "many"], ["--learning-rate", "1"], ["--out", "nowhere/model.pt"]]
refused = [run("digits_project.train", *words) for words in mistakes]
for done in refused:
    print(f"$? = {done.returncode}   {done.stderr.splitlines()[-1]}")

# %% tags=["hidden"]
assert [done.returncode for done in refused] == [2, 2, 2, 2]
assert all("digits-train: error:" in done.stderr and "Traceback" not in done.stderr for done in refused)
for done, needle in zip(
    refused, ("0 is not above 0", "invalid int value", "unrecognized", "nowhere"), strict=True
):
    assert needle in done.stderr
train_module = importlib.import_module("digits_project.train")
top_level = {
    alias.name
    for node in ast.parse((package / "train.py").read_text(encoding="utf-8")).body
    if isinstance(node, ast.Import | ast.ImportFrom)
    for alias in node.names
}
assert "torch" not in top_level

# %% [markdown] lang="es"
# Ninguna: las cuatro terminan en `main` antes del `import`. Cada mensaje dice qué estuvo mal y no hay una
# traza que leer. Para quien no conoce la orden está la ayuda, que `argparse` compone con lo declarado:

# %% [markdown] lang="en"
# None: all four end in `main` before the import. Each message says what was wrong, and there is no traceback
# to read. For those who do not know the command there is the help, which `argparse` puts together from what
# was declared:

# %%
print(run("digits_project.train", "--help").stdout)

# %% [markdown] lang="es"
# ## La orden que predice
#
# El modelo guardado no sirve de nada si solo lo entiende quien lo entrenó. `digits_project.predict` recibe
# imágenes, de cualquier tamaño y color, y escribe una línea por cada una. Como el archivo lleva la
# configuración, nadie tiene que recordar cuántas unidades ocultas eran.

# %% [markdown] lang="en"
# ## The command that predicts
#
# A saved model is of no use if it is understood only by whoever trained it. `digits_project.predict` takes
# pictures, of any size and colour, and writes one line for each. Since the file holds the configuration,
# nobody needs to remember how many hidden units there were.


# %%
def read_model(path: Path) -> nn.Module:
    try:
        saved = torch.load(path, weights_only=True)
        model = build(saved["config"]["hidden"])
        model.load_state_dict(saved["weights"])
    except (OSError, RuntimeError, KeyError, TypeError, EOFError, UnpicklingError) as problem:
        # es: un texto en SystemExit va a la salida de errores, y el código de salida es 1
        # en: a text in SystemExit goes to the error output, and the exit code is 1
        raise SystemExit(f"{path.name} is no model of digits-train: {type(problem).__name__}") from problem
    return model.eval()


def read_picture(path: Path) -> torch.Tensor:
    try:
        picture = Image.open(path).convert("L").resize((8, 8))
    except OSError as problem:
        raise SystemExit(f"{path.name} is no picture: {type(problem).__name__}") from problem
    return torch.from_numpy(np.asarray(picture, dtype=np.float32) / 255).reshape(1, 1, 8, 8)


# %%
@torch.inference_mode()
def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="digits-predict", description="Read handwritten digits.")
    parser.add_argument("model", type=Path, help="file that digits-train wrote")
    parser.add_argument("pictures", type=Path, nargs="+", help="light strokes on a dark ground")
    arguments = parser.parse_args(argv)
    model = read_model(arguments.model)
    for path in arguments.pictures:
        probabilities = model(read_picture(path)).softmax(dim=1).flatten()
        print(f"{path.name}: {int(probabilities.argmax())}   p = {probabilities.max():.3f}")
    return 0


# %%
imports = """
import argparse
import sys
from pathlib import Path
from pickle import UnpicklingError

import numpy as np
import torch
from PIL import Image
from torch import nn

from digits_project.model import build
"""
write_module("predict", imports, read_model, read_picture, main, ending=AS_PROGRAM)
print(undefined_names("predict"))

# %% tags=["hidden"]
assert not undefined_names("predict")

# %% [markdown] lang="es"
# Le damos tres dígitos del examen, ampliados a 64×64 píxeles y guardados como archivos PNG, igual que si los
# hubiera dibujado alguien.

# %% [markdown] lang="en"
# We give it three digits of the exam, enlarged to 64×64 pixels and saved as PNG files, just as if somebody
# had drawn them.

# %%
# alt es: Tres dígitos manuscritos del examen, en blanco sobre negro, con su clase verdadera encima.
# alt en: Three handwritten digits of the exam, white on black, each with its true class above.
pictures, labels = exam[::150]
names = [f"picture_{index}.png" for index in range(3)]
for name, picture in zip(names, pictures, strict=True):
    levels = (picture[0] * 255).round().to(torch.uint8).numpy()
    Image.fromarray(levels).resize((64, 64), Image.Resampling.NEAREST).convert("RGB").save(project / name)
_ = image_grid(pictures, [str(int(label)) for label in labels])

# %%
predicted = run("digits_project.predict", "seven.pt", *names)
print(predicted.stdout + predicted.stderr + f"$? = {predicted.returncode}")

# %% tags=["hidden"]
assert predicted.returncode == 0
answers = [int(line.split()[1]) for line in predicted.stdout.splitlines()]
with torch.inference_mode():
    assert answers == in_notebook(pictures).argmax(dim=1).tolist()
right_here = sum(answer == label for answer, label in zip(answers, labels.tolist(), strict=True))

# %% [markdown] lang="es"
# Acierta `{python} right_here` de 3, los mismos que el modelo del cuaderno. ¿Y si el archivo está dañado? Lo
# probamos sin abrir otro proceso: `main` recibe la lista de argumentos, así que se la puede llamar como a
# cualquier función. Esa fue la razón de no leer `sys.argv` dentro.

# %% [markdown] lang="en"
# It gets `{python} right_here` of 3 right, the same as the model of the notebook. And if the file is damaged?
# We try it without opening another process: `main` takes the list of arguments, so it can be called like any
# function. That was the reason for not reading `sys.argv` inside.

# %% tags=["raises=SystemExit"]
(project / "half.pt").write_bytes((project / "seven.pt").read_bytes()[:5000])
main([str(project / "half.pt"), str(project / names[0])])

# %% tags=["hidden"]
(project / "empty.pt").touch()
(project / "text.pt").write_text("not a model")
torch.save([1, 2], project / "list.pt")
torch.save({"config": {"hidden": 3}, "weights": {}}, project / "hollow.pt")
for name in ("empty.pt", "text.pt", "list.pt", "hollow.pt", "absent.pt", "half.pt"):
    try:
        main([str(project / name), str(project / names[0])])
    except SystemExit as refusal:
        assert str(refusal).startswith(f"{name} is no model"), refusal
    else:
        raise AssertionError(name)
for name in ("absent.png", "text.pt"):
    try:
        main([str(project / "seven.pt"), str(project / name)])
    except SystemExit as refusal:
        assert str(refusal).startswith(f"{name} is no picture"), refusal
    else:
        raise AssertionError(name)
for path in project.glob("*.pt"):
    if path.name != "seven.pt":
        path.unlink()

# %% [markdown] lang="es"
# ## El mapa del paquete
#
# Las flechas van de cada módulo a lo que importa, leídas de los propios archivos.

# %% [markdown] lang="en"
# ## The map of the package
#
# The arrows go from each module to what it imports, read from the files themselves.


# %%
def imported_by(name: str) -> set[str]:
    tree = ast.parse((package / f"{name}.py").read_text(encoding="utf-8"))
    found = (node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    return {
        module.removeprefix("digits_project.") for module in found if module.startswith("digits_project.")
    }


# %%
# alt es: Cinco cajas: train apunta a data y a engine; engine y predict apuntan a model.
# alt en: Five boxes: train points to data and to engine; engine and predict point to model.
PLACES = {"train": (0, 0), "predict": (0, 1), "engine": (1, 0.35), "data": (1, -0.35), "model": (2, 0.7)}
links = {(name, other) for name in PLACES for other in imported_by(name)}
_, ax = plt.subplots(figsize=(6.4, 2.6))
box = {"boxstyle": "round,pad=0.5", "facecolor": "none", "edgecolor": color("blue")}
for name, place in PLACES.items():
    ax.text(*place, f"{name}.py", ha="center", va="center", color=color("ink"), bbox=box)
for name, other in sorted(links):
    arrow = {"arrowstyle": "->", "color": color("ember"), "shrinkA": 34, "shrinkB": 34}
    ax.annotate("", xy=PLACES[other], xytext=PLACES[name], arrowprops=arrow)
ax.set(xlim=(-0.4, 2.4), ylim=(-0.7, 1.3))
ax.set_axis_off()

# %% tags=["hidden"]
assert links == {("train", "data"), ("train", "engine"), ("engine", "model"), ("predict", "model")}

# %% [markdown] lang="es"
# No hay círculos, y predecir no arrastra ni los datos ni el motor: quien recibe el modelo no necesita
# scikit-learn. Si algún día dos módulos se importan el uno al otro, es señal de que son uno, o de que les
# falta un tercero.
#
# ## Pruebas que pueden fallar
#
# Tres leyes del proyecto, cada una en una función cuyo nombre la dice. Como empiezan con `test_`, `pytest`
# también las encuentra; aquí las recorre el propio archivo.

# %% [markdown] lang="en"
# There are no circles, and predicting drags along neither the data nor the engine: whoever receives the model
# needs no scikit-learn. Should two modules import each other some day, it is a sign that they are one, or
# that a third one is missing.
#
# ## Tests that can fail
#
# Three laws of the project, each in a function whose name states it. Since they begin with `test_`, `pytest`
# finds them too; here the file itself goes through them.


# %%
def test_model_gives_one_logit_per_class():
    for hidden in (1, 5, 32):
        assert build(hidden)(torch.zeros(4, 1, 8, 8)).shape == (4, 10)


def test_count_does_not_depend_on_the_batch_size():
    _, exam = load_split()
    torch.manual_seed(0)
    model = build(8)
    counts = {engine.evaluate(model, DataLoader(exam, batch_size=size)) for size in (32, 100, 449)}
    assert len(counts) == 1, counts


def test_same_seed_same_weights():
    training, exam = load_split()
    settings = {"hidden": 8, "epochs": 1, "rate": 0.01}
    first, again, other = (engine.fit(training, exam, **settings, seed=seed) for seed in (3, 3, 4))
    assert torch.equal(first[1].weight, again[1].weight)
    assert not torch.equal(first[1].weight, other[1].weight)


# %%
imports = """
import torch
from torch.utils.data import DataLoader

from digits_project import engine
from digits_project.data import load_split
from digits_project.model import build
"""
EACH_TEST = """
if __name__ == "__main__":
    for name, test in sorted(globals().items()):
        if name.startswith("test_"):
            test()
            print("passed", name)
"""
laws = (
    test_model_gives_one_logit_per_class,
    test_count_does_not_depend_on_the_batch_size,
    test_same_seed_same_weights,
)
write_module("test_project", imports, *laws, ending=EACH_TEST)
_ = runpy.run_module("digits_project.test_project", run_name="__main__")

# %% [markdown] lang="es"
# (`runpy.run_module` hace lo que `python -m`, sin abrir otro proceso.) Una prueba que nunca falla no prueba
# nada, así que rompemos el paquete a propósito: que `evaluate` devuelva el promedio de las exactitudes de
# cada *batch*, el error que desarma [Evaluación honesta](honest_evaluation.md).

# %% [markdown] lang="en"
# (`runpy.run_module` does what `python -m` does, without opening another process.) A test that never fails
# tests nothing, so we break the package on purpose: let `evaluate` return the mean of the accuracies of each
# batch, the mistake that [Honest evaluation](honest_evaluation.md) takes apart.


# %%
def mean_over_batches(model: nn.Module, batches: DataLoader) -> float:
    shares = [(model(images).argmax(dim=1) == labels).float().mean() for images, labels in batches]
    return float(sum(shares) / len(shares))


engine = importlib.import_module("digits_project.engine")
sound, engine.evaluate = engine.evaluate, mean_over_batches

# %% tags=["raises=AssertionError"]
test_count_does_not_depend_on_the_batch_size()

# %%
engine.evaluate = sound
test_count_does_not_depend_on_the_batch_size()

# %% [markdown] lang="es"
# ## Un nombre para la orden
#
# Falta un archivo, `pyproject.toml`, que dice cómo se llama el proyecto, qué necesita y qué órdenes instala.
# Con él, `pip install -e .` en la carpeta del proyecto deja `digits-train` y `digits-predict` disponibles
# desde cualquier sitio. Cada orden es una dirección, `módulo:función`.

# %% [markdown] lang="en"
# ## A name for the command
#
# One file is missing, `pyproject.toml`, which says what the project is called, what it needs and which
# commands it installs. With it, `pip install -e .` in the folder of the project makes `digits-train` and
# `digits-predict` available from anywhere. Each command is an address, `module:function`.

# %%
PYPROJECT = """
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "digits-project"
version = "0.1.0"
dependencies = ["numpy", "pillow", "scikit-learn", "torch"]

[project.scripts]
digits-train = "digits_project.train:main"
digits-predict = "digits_project.predict:main"
"""
(project / "pyproject.toml").write_text(PYPROJECT.lstrip(), encoding="utf-8")
commands = tomllib.loads(PYPROJECT)["project"]["scripts"]
for name, address in commands.items():
    print(name, EntryPoint(name, address, "console_scripts").load().__name__)
print(*sorted(str(path.relative_to(project)) for path in project.rglob("*.py")), sep="\n")

# %% tags=["hidden"]
for address in commands.values():
    assert callable(EntryPoint("x", address, "console_scripts").load())
sys.path.remove(str(project))

# %% [markdown] lang="es"
# Cada dirección lleva a una función. El proyecto está completo en la carpeta `project`; si ejecutas esta
# página en tu máquina, cópiala donde quieras: es tuya.
#
# ## Para llevarte
#
# * Una función que recibe todo lo que usa se muda sin cambios. Las variables sueltas del cuaderno son
#   dependencias sin declarar.
# * Importar un módulo no debe poner nada en marcha: el trabajo va en `main`, bajo
#   `if __name__ == "__main__"`.
# * Comprueba los argumentos antes de trabajar; 0, 1 y 2 son respuestas para otros programas.
# * La configuración se guarda con los pesos: el archivo sabe cómo se hizo y cómo se usa.
# * Prueba leyes y rompe el código una vez para ver que las pruebas avisan.
# * Un cuaderno para explorar, un programa para repetir: la mudanza se comprueba con los mismos números.
#
# Para llevar el registro de muchas ejecuciones de esta orden, sigue con [Experimentos que se pueden
# comparar](experiments.md); para entregar el modelo sin Python, con [Desplegar: del entrenamiento al
# navegador](deployment.md). Lo que una semilla fija y lo que no está en [Azar y
# semillas](../fundamentals/randomness.md).

# %% [markdown] lang="en"
# Each address leads to a function. The project is complete in the folder `project`; if you run this page on
# your machine, copy it wherever you like: it is yours.
#
# ## What to keep
#
# * A function that takes everything it uses moves unchanged. The loose variables of a notebook are undeclared
#   dependencies.
# * Importing a module must set nothing in motion: the work goes into `main`, under
#   `if __name__ == "__main__"`.
# * Check the arguments before working; 0, 1 and 2 are answers for other programs.
# * The configuration is saved with the weights: the file knows how it was made and how it is used.
# * Test laws, and break the code once to see that the tests speak up.
# * A notebook to explore, a program to repeat: the move is checked by the same numbers.
#
# To keep a record of many runs of this command, go on with [Experiments that can be
# compared](experiments.md); to hand over the model without Python, with [Deployment: from training to the
# browser](deployment.md). What a seed fixes and what it does not is in [Chance and
# seeds](../fundamentals/randomness.md).

# %% [markdown] lang="es" tags=["quiz"]
# Tu `train.py` entrena en el nivel superior del archivo, sin `main` ni `if __name__ == "__main__"`. Una
# prueba hace `from digits_project.train import positive`. ¿Qué ocurre?
#
# - [ ] Se importa solo `positive`, porque es lo único que se pidió: para encontrarla, Python ejecuta el
#   archivo entero.
# - [x] Se entrena el modelo completo antes de la prueba: importar un módulo es ejecutarlo de arriba abajo, y
#   solo lo que está dentro de funciones espera.
# - [ ] Un error, porque una orden no se puede importar: cualquier archivo `.py` se puede importar.

# %% [markdown] lang="en" tags=["quiz"]
# Your `train.py` trains at the top level of the file, with neither `main` nor `if __name__ == "__main__"`. A
# test does `from digits_project.train import positive`. What happens?
#
# - [ ] Only `positive` is imported, since nothing else was asked for: to find it, Python runs the whole file.
# - [x] The whole model is trained before the test: to import a module is to run it from top to bottom, and
#   only what is inside functions waits.
# - [ ] An error, because a command cannot be imported: any `.py` file can.

# %% tags=["hidden"]
(project / "loud.py").write_text("ran = ['all of it']\n\n\ndef positive(): ...\n")
sys.path.insert(0, str(project))
exec("from loud import positive as _positive")
assert sys.modules["loud"].ran == ["all of it"]
(project / "loud.py").unlink()
sys.path.remove(str(project))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: la orden que hizo este archivo
#
# Escribe `command_of(config)`: a partir de la configuración guardada devuelve la lista de palabras que la
# reproduce, por ejemplo `["--hidden", "32", …]`, en el orden del diccionario.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: the command that made this file
#
# Write `command_of(config)`: from the saved configuration it returns the list of words that reproduces it,
# for example `["--hidden", "32", …]`, in the order of the dictionary.


# %% tags=["solution"]
def command_of(config: dict[str, float]) -> list[str]:
    return [word for name, value in config.items() for word in (f"--{name}", str(value))]


# %% tags=["check"]
for config in (saved["config"], {"hidden": 5, "epochs": 1, "rate": 1e-05, "seed": -3}):
    words = command_of(config)
    assert len(words) == 8, words
    assert all(isinstance(word, str) for word in words), words
    parsed = vars(options().parse_args(words))
    assert {name: parsed[name] for name in config} == config, (words, parsed)
print(*command_of(saved["config"]))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: equipaje de sobra
#
# Lo contrario de un nombre que falta es un `import` que ya nadie usa, y tras una mudanza quedan varios.
# Escribe `unused_imports(source)`: recibe el texto de un módulo y devuelve, ordenados, los nombres importados
# que no aparecen en ninguna otra parte. En `import a.b` el nombre que se usa es `a`.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: excess baggage
#
# The opposite of a missing name is an import that nobody uses any more, and after a move several remain.
# Write `unused_imports(source)`: it takes the text of a module and returns, sorted, the imported names that
# appear nowhere else. In `import a.b` the name that is used is `a`.


# %% tags=["solution"]
def unused_imports(source: str) -> list[str]:
    nodes = list(ast.walk(ast.parse(source)))
    imported = {
        alias.asname or alias.name.split(".")[0]
        for node in nodes
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    return sorted(imported - {node.id for node in nodes if isinstance(node, ast.Name)})


# %% tags=["check"]
assert unused_imports("import os\nimport torch.nn as nn\nfrom math import pi, tau\nprint(pi)") == [
    "nn",
    "os",
    "tau",
]
assert unused_imports("import torch.nn\nlayer = torch.nn.Linear(2, 1)") == []
assert unused_imports("import sys\n\ndef main():\n    import json\n    sys.exit(json.loads('0'))") == []
for path in sorted(package.glob("*.py")):
    print(f"{path.name:<16}", unused_imports(path.read_text(encoding="utf-8")))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: una fracción
#
# Se quiere un argumento `--test-share` que acepte números estrictamente entre 0 y 1. Escribe `share(text)`
# para usarlo como `type`: devuelve el número, o lanza `argparse.ArgumentTypeError` con un mensaje que nombre
# lo que se escribió. Cuida lo que no es un número.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: a fraction
#
# An argument `--test-share` is wanted that accepts numbers strictly between 0 and 1. Write `share(text)` to
# be used as `type`: it returns the number, or raises `argparse.ArgumentTypeError` with a message that names
# what was typed. Mind what is no number.


# %% tags=["solution"]
def share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not 0 < value < 1:  # es: falso también para nan  # en: false for nan as well
        raise argparse.ArgumentTypeError(f"{text!r} is not a number between 0 and 1")
    return value


# %% tags=["check"]
parser = argparse.ArgumentParser(exit_on_error=False)
parser.add_argument("--test-share", type=share)
assert parser.parse_args(["--test-share", "0.25"]).test_share == 0.25
for wrong in ("0", "1", "1.5", "-0.1", "nan", "a quarter"):
    try:
        parser.parse_args([f"--test-share={wrong}"])
    except argparse.ArgumentError as problem:
        assert wrong in str(problem), problem
        print(problem)
    else:
        raise AssertionError(wrong)
