"""
title:
  es: Hoja de consulta
  en: Cheat sheet
summary:
  es: Las líneas de todos los días, cada una ejecutada, con su resultado al lado y la lección que la explica.
  en: The lines of every day, each one executed, with its result beside it and the lesson that explains it.
tags: [reference, tensor, layer, training loop]
objectives:
  es:
    - Encontrar en segundos la línea que falta y ver qué devuelve.
    - Ir de cada línea a la lección que la explica.
    - Escribir de memoria el bucle de entrenamiento, guardar y cargar.
  en:
    - Find the missing line within seconds and see what it returns.
    - Go from each line to the lesson that explains it.
    - Write the training loop from memory, save and load.
prerequisites:
  es:
    - Haber leído alguna lección de esta sección; la hoja recuerda, no explica.
  en:
    - Having read some lesson of this section; the sheet reminds, it does not explain.
"""
# %% [markdown] lang="es"
# Una hoja para tener abierta al lado. Cada línea se ejecutó al construir la página, con los tensores de la
# primera celda, y a su derecha está lo que devolvió: si una versión nueva de PyTorch cambia un resultado, la
# hoja cambia con él. Un tensor se muestra como lista y una forma, como tupla. Tocar una línea lleva a la
# lección que la explica.
#
# Presupone que las lecciones ya se leyeron; si alguna línea sorprende, esa es la que conviene visitar.
# Acompaña la sección *PyTorch Fundamentals* del curso [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) de Andrei Neagoie y Daniel Bourke:
# [capítulo 00](https://www.learnpytorch.io/00_pytorch_fundamentals/) de su libro abierto.

# %% [markdown] lang="en"
# A sheet to keep open beside you. Each line was executed when the page was built, on the tensors of the first
# cell, and on its right stands what it returned: if a new version of PyTorch changes a result, the sheet
# changes with it. A tensor is shown as a list, and a shape as a tuple. Touching a line leads to the lesson
# that explains it.
#
# It presumes that the lessons have been read; if a line surprises you, that is the lesson to visit. It goes
# with the section *PyTorch Fundamentals* of the course [PyTorch for Deep Learning
# Bootcamp](https://www.udemy.com/course/pytorch-for-deep-learning/) by Andrei Neagoie and Daniel Bourke:
# [chapter 00](https://www.learnpytorch.io/00_pytorch_fundamentals/) of their open book.

# %%
import re
import tempfile
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split

from tutorials_lib import tr

torch.manual_seed(0)
x = torch.arange(6).reshape(2, 3)
a = torch.tensor([1.0, 2.0, 3.0])
w = torch.tensor([1.0, -2.0], requires_grad=True)
images = torch.rand(4, 1, 28, 28)
points = torch.rand(10, 2)
dataset = TensorDataset(points, (points.sum(dim=1) > 1).long())
loader = DataLoader(dataset, batch_size=4)
print(x, a, w, sep="\n")

# %% tags=["hidden"]
assert np.ones(1).size == len(random_split(dataset, [8, 2])) - 1  # the sheet uses both


def out(value) -> str:
    """What a line returned, as one line of text: a tensor as its numbers, a shape as a tuple."""
    if isinstance(value, torch.Size):
        return str(tuple(value))
    if isinstance(value, torch.Tensor):
        value = value.detach().tolist()
    return re.sub(r"-?\d+\.\d{5,}(?:e-?\d+)?", lambda number: f"{float(number[0]):.4g}", str(value))


# %% [markdown] lang="es"
# ## Crear
#
# De datos, de una regla, de otro tensor o del azar.
#
# * [`torch.tensor([1, 2]).dtype`](tensors_and_rank.md)
#   → <code>`{python} out(torch.tensor([1, 2]).dtype)`</code>
# * [`torch.tensor([1.0, 2.0]).dtype`](tensors_and_rank.md)
#   → <code>`{python} out(torch.tensor([1.0, 2.0]).dtype)`</code>
# * [`torch.zeros(2, 3)`](tensors_and_rank.md)
#   → <code>`{python} out(torch.zeros(2, 3))`</code>
# * [`torch.full((2, 2), 7)`](tensors_and_rank.md)
#   → <code>`{python} out(torch.full((2, 2), 7))`</code>
# * [`torch.arange(0, 10, 3)`](tensors_and_rank.md)
#   → <code>`{python} out(torch.arange(0, 10, 3))`</code>
# * [`torch.linspace(0, 1, 5)`](tensors_and_rank.md)
#   → <code>`{python} out(torch.linspace(0, 1, 5))`</code>
# * [`torch.eye(2)`](../tensor_mathematics/dot_products.md)
#   → <code>`{python} out(torch.eye(2))`</code>
# * [`torch.zeros_like(x)`](devices.md)
#   → <code>`{python} out(torch.zeros_like(x))`</code>
# * [`a.new_ones(2).dtype`](devices.md)
#   → <code>`{python} out(a.new_ones(2).dtype)`</code>
# * [`torch.from_numpy(np.ones(2)).dtype`](tensor_libraries.md)
#   → <code>`{python} out(torch.from_numpy(np.ones(2)).dtype)`</code>
# * [`torch.rand(2, generator=torch.Generator().manual_seed(0))`](randomness.md)
#   → <code>`{python} out(torch.rand(2, generator=torch.Generator().manual_seed(0)))`</code>

# %% [markdown] lang="en"
# ## Create
#
# From data, from a rule, from another tensor or from chance.
#
# * [`torch.tensor([1, 2]).dtype`](tensors_and_rank.md)
#   → <code>`{python} out(torch.tensor([1, 2]).dtype)`</code>
# * [`torch.tensor([1.0, 2.0]).dtype`](tensors_and_rank.md)
#   → <code>`{python} out(torch.tensor([1.0, 2.0]).dtype)`</code>
# * [`torch.zeros(2, 3)`](tensors_and_rank.md)
#   → <code>`{python} out(torch.zeros(2, 3))`</code>
# * [`torch.full((2, 2), 7)`](tensors_and_rank.md)
#   → <code>`{python} out(torch.full((2, 2), 7))`</code>
# * [`torch.arange(0, 10, 3)`](tensors_and_rank.md)
#   → <code>`{python} out(torch.arange(0, 10, 3))`</code>
# * [`torch.linspace(0, 1, 5)`](tensors_and_rank.md)
#   → <code>`{python} out(torch.linspace(0, 1, 5))`</code>
# * [`torch.eye(2)`](../tensor_mathematics/dot_products.md)
#   → <code>`{python} out(torch.eye(2))`</code>
# * [`torch.zeros_like(x)`](devices.md)
#   → <code>`{python} out(torch.zeros_like(x))`</code>
# * [`a.new_ones(2).dtype`](devices.md)
#   → <code>`{python} out(a.new_ones(2).dtype)`</code>
# * [`torch.from_numpy(np.ones(2)).dtype`](tensor_libraries.md)
#   → <code>`{python} out(torch.from_numpy(np.ones(2)).dtype)`</code>
# * [`torch.rand(2, generator=torch.Generator().manual_seed(0))`](randomness.md)
#   → <code>`{python} out(torch.rand(2, generator=torch.Generator().manual_seed(0)))`</code>

# %% [markdown] lang="es"
# ## Mirar
#
# Las tres etiquetas primero, la memoria después.
#
# * [`x.shape`](tensors_and_rank.md)
#   → <code>`{python} out(x.shape)`</code>
# * [`x.ndim`](tensors_and_rank.md)
#   → <code>`{python} out(x.ndim)`</code>
# * [`x.numel()`](tensors_and_rank.md)
#   → <code>`{python} out(x.numel())`</code>
# * [`x.dtype`](tensors_and_rank.md)
#   → <code>`{python} out(x.dtype)`</code>
# * [`x.device`](devices.md)
#   → <code>`{python} out(x.device)`</code>
# * [`x.nbytes`](tensors_and_rank.md)
#   → <code>`{python} out(x.nbytes)`</code>
# * [`x.stride()`](reshaping.md)
#   → <code>`{python} out(x.stride())`</code>
# * [`x.T.is_contiguous()`](reshaping.md)
#   → <code>`{python} out(x.T.is_contiguous())`</code>
# * [`torch.finfo(torch.float32).eps`](../benchmarks/precision.md)
#   → <code>`{python} out(torch.finfo(torch.float32).eps)`</code>

# %% [markdown] lang="en"
# ## Look
#
# The three labels first, the memory afterwards.
#
# * [`x.shape`](tensors_and_rank.md)
#   → <code>`{python} out(x.shape)`</code>
# * [`x.ndim`](tensors_and_rank.md)
#   → <code>`{python} out(x.ndim)`</code>
# * [`x.numel()`](tensors_and_rank.md)
#   → <code>`{python} out(x.numel())`</code>
# * [`x.dtype`](tensors_and_rank.md)
#   → <code>`{python} out(x.dtype)`</code>
# * [`x.device`](devices.md)
#   → <code>`{python} out(x.device)`</code>
# * [`x.nbytes`](tensors_and_rank.md)
#   → <code>`{python} out(x.nbytes)`</code>
# * [`x.stride()`](reshaping.md)
#   → <code>`{python} out(x.stride())`</code>
# * [`x.T.is_contiguous()`](reshaping.md)
#   → <code>`{python} out(x.T.is_contiguous())`</code>
# * [`torch.finfo(torch.float32).eps`](../benchmarks/precision.md)
#   → <code>`{python} out(torch.finfo(torch.float32).eps)`</code>

# %% [markdown] lang="es"
# ## Cambiar de tipo
#
# Y salir de PyTorch: un número, una lista, un arreglo.
#
# * [`x.float().dtype`](tensors_and_rank.md)
#   → <code>`{python} out(x.float().dtype)`</code>
# * [`x.to(torch.float16).dtype`](tensors_and_rank.md)
#   → <code>`{python} out(x.to(torch.float16).dtype)`</code>
# * [`torch.tensor([2.9, -2.9]).int()`](tensors_and_rank.md)
#   → <code>`{python} out(torch.tensor([2.9, -2.9]).int())`</code>
# * [`torch.tensor([0, 2]).bool()`](indexing.md)
#   → <code>`{python} out(torch.tensor([0, 2]).bool())`</code>
# * [`x.sum().item()`](autograd.md)
#   → <code>`{python} out(x.sum().item())`</code>
# * [`x.tolist()`](tensor_libraries.md)
#   → <code>`{python} out(x.tolist())`</code>
# * [`x.numpy().dtype`](tensor_libraries.md)
#   → <code>`{python} out(x.numpy().dtype)`</code>

# %% [markdown] lang="en"
# ## Change the type
#
# And leave PyTorch: a number, a list, an array.
#
# * [`x.float().dtype`](tensors_and_rank.md)
#   → <code>`{python} out(x.float().dtype)`</code>
# * [`x.to(torch.float16).dtype`](tensors_and_rank.md)
#   → <code>`{python} out(x.to(torch.float16).dtype)`</code>
# * [`torch.tensor([2.9, -2.9]).int()`](tensors_and_rank.md)
#   → <code>`{python} out(torch.tensor([2.9, -2.9]).int())`</code>
# * [`torch.tensor([0, 2]).bool()`](indexing.md)
#   → <code>`{python} out(torch.tensor([0, 2]).bool())`</code>
# * [`x.sum().item()`](autograd.md)
#   → <code>`{python} out(x.sum().item())`</code>
# * [`x.tolist()`](tensor_libraries.md)
#   → <code>`{python} out(x.tolist())`</code>
# * [`x.numpy().dtype`](tensor_libraries.md)
#   → <code>`{python} out(x.numpy().dtype)`</code>

# %% [markdown] lang="es"
# ## Elegir
#
# Los cortes comparten memoria; las listas y las máscaras copian.
#
# * [`x[1]`](indexing.md)
#   → <code>`{python} out(x[1])`</code>
# * [`x[:, 1]`](indexing.md)
#   → <code>`{python} out(x[:, 1])`</code>
# * [`x[-1, -1]`](indexing.md)
#   → <code>`{python} out(x[-1, -1])`</code>
# * [`x[0, ::2]`](indexing.md)
#   → <code>`{python} out(x[0, ::2])`</code>
# * [`x[:, [2, 0]]`](indexing.md)
#   → <code>`{python} out(x[:, [2, 0]])`</code>
# * [`x[x > 2]`](indexing.md)
#   → <code>`{python} out(x[x > 2])`</code>
# * [`torch.where(x > 2, x, 0)`](indexing.md)
#   → <code>`{python} out(torch.where(x > 2, x, 0))`</code>
# * [`x.argmax(dim=1)`](../workflow/honest_evaluation.md)
#   → <code>`{python} out(x.argmax(dim=1))`</code>
# * [`x.gather(1, torch.tensor([[2], [0]]))`](indexing.md)
#   → <code>`{python} out(x.gather(1, torch.tensor([[2], [0]])))`</code>
# * [`torch.nonzero(x == 4)`](indexing.md)
#   → <code>`{python} out(torch.nonzero(x == 4))`</code>

# %% [markdown] lang="en"
# ## Choose
#
# Slices share memory; lists and masks copy.
#
# * [`x[1]`](indexing.md)
#   → <code>`{python} out(x[1])`</code>
# * [`x[:, 1]`](indexing.md)
#   → <code>`{python} out(x[:, 1])`</code>
# * [`x[-1, -1]`](indexing.md)
#   → <code>`{python} out(x[-1, -1])`</code>
# * [`x[0, ::2]`](indexing.md)
#   → <code>`{python} out(x[0, ::2])`</code>
# * [`x[:, [2, 0]]`](indexing.md)
#   → <code>`{python} out(x[:, [2, 0]])`</code>
# * [`x[x > 2]`](indexing.md)
#   → <code>`{python} out(x[x > 2])`</code>
# * [`torch.where(x > 2, x, 0)`](indexing.md)
#   → <code>`{python} out(torch.where(x > 2, x, 0))`</code>
# * [`x.argmax(dim=1)`](../workflow/honest_evaluation.md)
#   → <code>`{python} out(x.argmax(dim=1))`</code>
# * [`x.gather(1, torch.tensor([[2], [0]]))`](indexing.md)
#   → <code>`{python} out(x.gather(1, torch.tensor([[2], [0]])))`</code>
# * [`torch.nonzero(x == 4)`](indexing.md)
#   → <code>`{python} out(torch.nonzero(x == 4))`</code>

# %% [markdown] lang="es"
# ## Cambiar de forma
#
# Los mismos números, con otras preguntas.
#
# * [`x.reshape(3, 2)`](reshaping.md)
#   → <code>`{python} out(x.reshape(3, 2))`</code>
# * [`x.reshape(-1)`](reshaping.md)
#   → <code>`{python} out(x.reshape(-1))`</code>
# * [`x.T`](reshaping.md)
#   → <code>`{python} out(x.T)`</code>
# * [`x.permute(1, 0).shape`](reshaping.md)
#   → <code>`{python} out(x.permute(1, 0).shape)`</code>
# * [`x[None].shape`](reshaping.md)
#   → <code>`{python} out(x[None].shape)`</code>
# * [`x.unsqueeze(-1).shape`](reshaping.md)
#   → <code>`{python} out(x.unsqueeze(-1).shape)`</code>
# * [`x[None].squeeze(0).shape`](reshaping.md)
#   → <code>`{python} out(x[None].squeeze(0).shape)`</code>
# * [`x.flatten(start_dim=0).shape`](reshaping.md)
#   → <code>`{python} out(x.flatten(start_dim=0).shape)`</code>
# * [`torch.cat([x, x]).shape`](reshaping.md)
#   → <code>`{python} out(torch.cat([x, x]).shape)`</code>
# * [`torch.stack([x, x]).shape`](reshaping.md)
#   → <code>`{python} out(torch.stack([x, x]).shape)`</code>
# * [`x.split(2, dim=1)[0]`](reshaping.md)
#   → <code>`{python} out(x.split(2, dim=1)[0])`</code>
# * [`x.repeat(1, 2).shape`](tensor_libraries.md)
#   → <code>`{python} out(x.repeat(1, 2).shape)`</code>
# * [`a[:, None].expand(3, 2).stride()`](broadcasting.md)
#   → <code>`{python} out(a[:, None].expand(3, 2).stride())`</code>

# %% [markdown] lang="en"
# ## Change the shape
#
# The same numbers under other questions.
#
# * [`x.reshape(3, 2)`](reshaping.md)
#   → <code>`{python} out(x.reshape(3, 2))`</code>
# * [`x.reshape(-1)`](reshaping.md)
#   → <code>`{python} out(x.reshape(-1))`</code>
# * [`x.T`](reshaping.md)
#   → <code>`{python} out(x.T)`</code>
# * [`x.permute(1, 0).shape`](reshaping.md)
#   → <code>`{python} out(x.permute(1, 0).shape)`</code>
# * [`x[None].shape`](reshaping.md)
#   → <code>`{python} out(x[None].shape)`</code>
# * [`x.unsqueeze(-1).shape`](reshaping.md)
#   → <code>`{python} out(x.unsqueeze(-1).shape)`</code>
# * [`x[None].squeeze(0).shape`](reshaping.md)
#   → <code>`{python} out(x[None].squeeze(0).shape)`</code>
# * [`x.flatten(start_dim=0).shape`](reshaping.md)
#   → <code>`{python} out(x.flatten(start_dim=0).shape)`</code>
# * [`torch.cat([x, x]).shape`](reshaping.md)
#   → <code>`{python} out(torch.cat([x, x]).shape)`</code>
# * [`torch.stack([x, x]).shape`](reshaping.md)
#   → <code>`{python} out(torch.stack([x, x]).shape)`</code>
# * [`x.split(2, dim=1)[0]`](reshaping.md)
#   → <code>`{python} out(x.split(2, dim=1)[0])`</code>
# * [`x.repeat(1, 2).shape`](tensor_libraries.md)
#   → <code>`{python} out(x.repeat(1, 2).shape)`</code>
# * [`a[:, None].expand(3, 2).stride()`](broadcasting.md)
#   → <code>`{python} out(a[:, None].expand(3, 2).stride())`</code>

# %% [markdown] lang="es"
# ## Calcular
#
# Elemento a elemento, por ejes, y productos.
#
# * [`a + 1`](broadcasting.md)
#   → <code>`{python} out(a + 1)`</code>
# * [`a * a`](../tensor_mathematics/dot_products.md)
#   → <code>`{python} out(a * a)`</code>
# * [`a @ a`](../tensor_mathematics/dot_products.md)
#   → <code>`{python} out(a @ a)`</code>
# * [`x.float() @ a`](../tensor_mathematics/dot_products.md)
#   → <code>`{python} out(x.float() @ a)`</code>
# * [`x + torch.tensor([10, 20, 30])`](broadcasting.md)
#   → <code>`{python} out(x + torch.tensor([10, 20, 30]))`</code>
# * [`x.sum(dim=0)`](tensors_and_rank.md)
#   → <code>`{python} out(x.sum(dim=0))`</code>
# * [`x.sum(dim=1, keepdim=True)`](broadcasting.md)
#   → <code>`{python} out(x.sum(dim=1, keepdim=True))`</code>
# * [`a.mean()`](tensors_and_rank.md)
#   → <code>`{python} out(a.mean())`</code>
# * [`a.std(correction=0)`](tensor_libraries.md)
#   → <code>`{python} out(a.std(correction=0))`</code>
# * [`x.max(dim=1).values`](tensors_and_rank.md)
#   → <code>`{python} out(x.max(dim=1).values)`</code>
# * [`a.clamp(max=2)`](tensors_and_rank.md)
#   → <code>`{python} out(a.clamp(max=2))`</code>
# * [`a.cumsum(dim=0)`](tensors_and_rank.md)
#   → <code>`{python} out(a.cumsum(dim=0))`</code>
# * [`a.softmax(dim=0)`](../concepts/network_anatomy.md)
#   → <code>`{python} out(a.softmax(dim=0))`</code>
# * [`torch.einsum('ij,j->i', x.float(), a)`](../tensor_mathematics/dot_products.md)
#   → <code>`{python} out(torch.einsum('ij,j->i', x.float(), a))`</code>
# * [`torch.linalg.norm(a)`](../tensor_mathematics/dot_products.md)
#   → <code>`{python} out(torch.linalg.norm(a))`</code>
# * [`torch.allclose(a, a + 1e-9)`](../benchmarks/precision.md)
#   → <code>`{python} out(torch.allclose(a, a + 1e-9))`</code>

# %% [markdown] lang="en"
# ## Compute
#
# Element by element, along axes, and products.
#
# * [`a + 1`](broadcasting.md)
#   → <code>`{python} out(a + 1)`</code>
# * [`a * a`](../tensor_mathematics/dot_products.md)
#   → <code>`{python} out(a * a)`</code>
# * [`a @ a`](../tensor_mathematics/dot_products.md)
#   → <code>`{python} out(a @ a)`</code>
# * [`x.float() @ a`](../tensor_mathematics/dot_products.md)
#   → <code>`{python} out(x.float() @ a)`</code>
# * [`x + torch.tensor([10, 20, 30])`](broadcasting.md)
#   → <code>`{python} out(x + torch.tensor([10, 20, 30]))`</code>
# * [`x.sum(dim=0)`](tensors_and_rank.md)
#   → <code>`{python} out(x.sum(dim=0))`</code>
# * [`x.sum(dim=1, keepdim=True)`](broadcasting.md)
#   → <code>`{python} out(x.sum(dim=1, keepdim=True))`</code>
# * [`a.mean()`](tensors_and_rank.md)
#   → <code>`{python} out(a.mean())`</code>
# * [`a.std(correction=0)`](tensor_libraries.md)
#   → <code>`{python} out(a.std(correction=0))`</code>
# * [`x.max(dim=1).values`](tensors_and_rank.md)
#   → <code>`{python} out(x.max(dim=1).values)`</code>
# * [`a.clamp(max=2)`](tensors_and_rank.md)
#   → <code>`{python} out(a.clamp(max=2))`</code>
# * [`a.cumsum(dim=0)`](tensors_and_rank.md)
#   → <code>`{python} out(a.cumsum(dim=0))`</code>
# * [`a.softmax(dim=0)`](../concepts/network_anatomy.md)
#   → <code>`{python} out(a.softmax(dim=0))`</code>
# * [`torch.einsum('ij,j->i', x.float(), a)`](../tensor_mathematics/dot_products.md)
#   → <code>`{python} out(torch.einsum('ij,j->i', x.float(), a))`</code>
# * [`torch.linalg.norm(a)`](../tensor_mathematics/dot_products.md)
#   → <code>`{python} out(torch.linalg.norm(a))`</code>
# * [`torch.allclose(a, a + 1e-9)`](../benchmarks/precision.md)
#   → <code>`{python} out(torch.allclose(a, a + 1e-9))`</code>

# %% [markdown] lang="es"
# ## Derivar
#
# `w` es un tensor con `requires_grad=True`.
#
# * [`w.requires_grad`](autograd.md)
#   → <code>`{python} out(w.requires_grad)`</code>
# * [`(2 * w).grad_fn.name()`](why_pytorch.md)
#   → <code>`{python} out((2 * w).grad_fn.name())`</code>
# * [`torch.autograd.grad((w**2).sum(), w)[0]`](autograd.md)
#   → <code>`{python} out(torch.autograd.grad((w**2).sum(), w)[0])`</code>
# * [`(2 * w).detach().requires_grad`](autograd.md)
#   → <code>`{python} out((2 * w).detach().requires_grad)`</code>
# * [`torch.func.grad(torch.sin)(torch.tensor(0.0))`](tensor_libraries.md)
#   → <code>`{python} out(torch.func.grad(torch.sin)(torch.tensor(0.0)))`</code>

# %% [markdown] lang="en"
# ## Differentiate
#
# `w` is a tensor with `requires_grad=True`.
#
# * [`w.requires_grad`](autograd.md)
#   → <code>`{python} out(w.requires_grad)`</code>
# * [`(2 * w).grad_fn.name()`](why_pytorch.md)
#   → <code>`{python} out((2 * w).grad_fn.name())`</code>
# * [`torch.autograd.grad((w**2).sum(), w)[0]`](autograd.md)
#   → <code>`{python} out(torch.autograd.grad((w**2).sum(), w)[0])`</code>
# * [`(2 * w).detach().requires_grad`](autograd.md)
#   → <code>`{python} out((2 * w).detach().requires_grad)`</code>
# * [`torch.func.grad(torch.sin)(torch.tensor(0.0))`](tensor_libraries.md)
#   → <code>`{python} out(torch.func.grad(torch.sin)(torch.tensor(0.0)))`</code>

# %% [markdown] lang="es"
# ## Capas
#
# La forma que entra decide la que sale; `images` es un *batch* (ejemplos que pasan juntos) de cuatro.
#
# * [`nn.Linear(3, 2)(a).shape`](../concepts/network_anatomy.md)
#   → <code>`{python} out(nn.Linear(3, 2)(a).shape)`</code>
# * [`nn.ReLU()(torch.tensor([-1.0, 2.0]))`](../concepts/network_anatomy.md)
#   → <code>`{python} out(nn.ReLU()(torch.tensor([-1.0, 2.0])))`</code>
# * [`nn.Flatten()(images).shape`](../convolutional_networks/three_models_one_dataset.md)
#   → <code>`{python} out(nn.Flatten()(images).shape)`</code>
# * [`nn.Conv2d(1, 8, 3)(images).shape`](../convolutional_networks/three_models_one_dataset.md)
#   → <code>`{python} out(nn.Conv2d(1, 8, 3)(images).shape)`</code>
# * [`nn.Conv2d(1, 8, 3, padding=1)(images).shape`](../convolutional_networks/three_models_one_dataset.md)
#   → <code>`{python} out(nn.Conv2d(1, 8, 3, padding=1)(images).shape)`</code>
# * [`nn.MaxPool2d(2)(images).shape`](../convolutional_networks/three_models_one_dataset.md)
#   → <code>`{python} out(nn.MaxPool2d(2)(images).shape)`</code>
# * [`nn.Embedding(10, 4)(torch.tensor([1, 5])).shape`](tensors_and_rank.md)
#   → <code>`{python} out(nn.Embedding(10, 4)(torch.tensor([1, 5])).shape)`</code>
# * [`nn.LSTM(3, 5, batch_first=True)(torch.zeros(1, 7, 3))[0].shape`](../concepts/architectures_map.md)
#   → <code>`{python} out(nn.LSTM(3, 5, batch_first=True)(torch.zeros(1, 7, 3))[0].shape)`</code>
# * [`nn.functional.one_hot(torch.tensor([0, 2]))`](../concepts/numerical_encoding.md)
#   → <code>`{python} out(nn.functional.one_hot(torch.tensor([0, 2])))`</code>
# * [`sum(p.numel() for p in nn.Linear(3, 2).parameters())`](../concepts/network_anatomy.md)
#   → <code>`{python} out(sum(p.numel() for p in nn.Linear(3, 2).parameters()))`</code>
# * [`nn.functional.cross_entropy(torch.zeros(1, 4), torch.tensor([2]))`](../concepts/network_anatomy.md)
#   → <code>`{python} out(nn.functional.cross_entropy(torch.zeros(1, 4), torch.tensor([2])))`</code>
# * [`nn.functional.mse_loss(a, torch.zeros(3))`](../workflow/linear_regression.md)
#   → <code>`{python} out(nn.functional.mse_loss(a, torch.zeros(3)))`</code>

# %% [markdown] lang="en"
# ## Layers
#
# The shape that goes in decides the one that comes out; `images` is a batch of four examples.
#
# * [`nn.Linear(3, 2)(a).shape`](../concepts/network_anatomy.md)
#   → <code>`{python} out(nn.Linear(3, 2)(a).shape)`</code>
# * [`nn.ReLU()(torch.tensor([-1.0, 2.0]))`](../concepts/network_anatomy.md)
#   → <code>`{python} out(nn.ReLU()(torch.tensor([-1.0, 2.0])))`</code>
# * [`nn.Flatten()(images).shape`](../convolutional_networks/three_models_one_dataset.md)
#   → <code>`{python} out(nn.Flatten()(images).shape)`</code>
# * [`nn.Conv2d(1, 8, 3)(images).shape`](../convolutional_networks/three_models_one_dataset.md)
#   → <code>`{python} out(nn.Conv2d(1, 8, 3)(images).shape)`</code>
# * [`nn.Conv2d(1, 8, 3, padding=1)(images).shape`](../convolutional_networks/three_models_one_dataset.md)
#   → <code>`{python} out(nn.Conv2d(1, 8, 3, padding=1)(images).shape)`</code>
# * [`nn.MaxPool2d(2)(images).shape`](../convolutional_networks/three_models_one_dataset.md)
#   → <code>`{python} out(nn.MaxPool2d(2)(images).shape)`</code>
# * [`nn.Embedding(10, 4)(torch.tensor([1, 5])).shape`](tensors_and_rank.md)
#   → <code>`{python} out(nn.Embedding(10, 4)(torch.tensor([1, 5])).shape)`</code>
# * [`nn.LSTM(3, 5, batch_first=True)(torch.zeros(1, 7, 3))[0].shape`](../concepts/architectures_map.md)
#   → <code>`{python} out(nn.LSTM(3, 5, batch_first=True)(torch.zeros(1, 7, 3))[0].shape)`</code>
# * [`nn.functional.one_hot(torch.tensor([0, 2]))`](../concepts/numerical_encoding.md)
#   → <code>`{python} out(nn.functional.one_hot(torch.tensor([0, 2])))`</code>
# * [`sum(p.numel() for p in nn.Linear(3, 2).parameters())`](../concepts/network_anatomy.md)
#   → <code>`{python} out(sum(p.numel() for p in nn.Linear(3, 2).parameters()))`</code>
# * [`nn.functional.cross_entropy(torch.zeros(1, 4), torch.tensor([2]))`](../concepts/network_anatomy.md)
#   → <code>`{python} out(nn.functional.cross_entropy(torch.zeros(1, 4), torch.tensor([2])))`</code>
# * [`nn.functional.mse_loss(a, torch.zeros(3))`](../workflow/linear_regression.md)
#   → <code>`{python} out(nn.functional.mse_loss(a, torch.zeros(3)))`</code>

# %% [markdown] lang="es"
# ## Datos
#
# `dataset` tiene diez ejemplos; el cargador los entrega de cuatro en cuatro.
#
# * [`len(dataset)`](data_as_tensors.md)
#   → <code>`{python} out(len(dataset))`</code>
# * [`[len(labels) for _, labels in loader]`](../workflow/honest_evaluation.md)
#   → <code>`{python} out([len(labels) for _, labels in loader])`</code>
# * [`next(iter(loader))[0].shape`](data_as_tensors.md)
#   → <code>`{python} out(next(iter(loader))[0].shape)`</code>
# * [`[len(part) for part in random_split(dataset, [8, 2])]`](randomness.md)
#   → <code>`{python} out([len(part) for part in random_split(dataset, [8, 2])])`</code>

# %% [markdown] lang="en"
# ## Data
#
# `dataset` has ten examples; the loader delivers them four at a time.
#
# * [`len(dataset)`](data_as_tensors.md)
#   → <code>`{python} out(len(dataset))`</code>
# * [`[len(labels) for _, labels in loader]`](../workflow/honest_evaluation.md)
#   → <code>`{python} out([len(labels) for _, labels in loader])`</code>
# * [`next(iter(loader))[0].shape`](data_as_tensors.md)
#   → <code>`{python} out(next(iter(loader))[0].shape)`</code>
# * [`[len(part) for part in random_split(dataset, [8, 2])]`](randomness.md)
#   → <code>`{python} out([len(part) for part in random_split(dataset, [8, 2])])`</code>

# %% [markdown] lang="es"
# ## Dispositivo y azar
#
# Preguntar una vez; sembrar cada uso por separado.
#
# * [`torch.accelerator.is_available()`](devices.md)
#   → <code>`{python} out(torch.accelerator.is_available())`</code>
# * [`torch.empty(2, 3, device='meta').device`](devices.md)
#   → <code>`{python} out(torch.empty(2, 3, device='meta').device)`</code>
# * [`x.to('cpu') is x`](devices.md)
#   → <code>`{python} out(x.to('cpu') is x)`</code>
# * [`torch.manual_seed(0).initial_seed()`](randomness.md)
#   → <code>`{python} out(torch.manual_seed(0).initial_seed())`</code>
# * [`torch.randperm(4, generator=torch.Generator().manual_seed(0))`](randomness.md)
#   → <code>`{python} out(torch.randperm(4, generator=torch.Generator().manual_seed(0)))`</code>
# * [`torch.distributed.is_initialized()`](many_processes.md)
#   → <code>`{python} out(torch.distributed.is_initialized())`</code>

# %% [markdown] lang="en"
# ## Device and chance
#
# Ask once; seed each use apart.
#
# * [`torch.accelerator.is_available()`](devices.md)
#   → <code>`{python} out(torch.accelerator.is_available())`</code>
# * [`torch.empty(2, 3, device='meta').device`](devices.md)
#   → <code>`{python} out(torch.empty(2, 3, device='meta').device)`</code>
# * [`x.to('cpu') is x`](devices.md)
#   → <code>`{python} out(x.to('cpu') is x)`</code>
# * [`torch.manual_seed(0).initial_seed()`](randomness.md)
#   → <code>`{python} out(torch.manual_seed(0).initial_seed())`</code>
# * [`torch.randperm(4, generator=torch.Generator().manual_seed(0))`](randomness.md)
#   → <code>`{python} out(torch.randperm(4, generator=torch.Generator().manual_seed(0)))`</code>
# * [`torch.distributed.is_initialized()`](many_processes.md)
#   → <code>`{python} out(torch.distributed.is_initialized())`</code>

# %% [markdown] lang="es"
# ## El bucle de entrenamiento
#
# Cinco pasos por *batch*, en este orden; la [recta](../workflow/linear_regression.md) explica cada uno.

# %% [markdown] lang="en"
# ## The training loop
#
# Five steps for each batch, in this order; the [line](../workflow/linear_regression.md) explains each one.

# %%
model = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 2))
loss_function = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.05)

model.train()
for _ in range(60):
    for inputs, labels in loader:
        logits = model(inputs)
        loss = loss_function(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

model.eval()
with torch.inference_mode():
    all_inputs, all_labels = dataset.tensors
    right = (model(all_inputs).argmax(dim=1) == all_labels).sum().item()
print(f"{right}/{len(dataset)}")

# %% [markdown] lang="es"
# Contar aciertos y no promediar exactitudes: [evaluación honesta](../workflow/honest_evaluation.md). Aquí no
# hay nada que celebrar, porque son los mismos diez ejemplos con que se entrenó.
#
# ## Guardar y cargar
#
# El diccionario de pesos, no el objeto; `weights_only` es ya el valor por defecto y se niega a ejecutar
# código ([museo](error_museum.md#a-file-that-carries-code)).

# %% [markdown] lang="en"
# Count right answers instead of averaging accuracies: [honest evaluation](../workflow/honest_evaluation.md).
# There is nothing to celebrate here: these are the ten examples it was trained on.
#
# ## Save and load
#
# The dictionary of weights, not the object; `weights_only` is the default by now, and refuses to run code
# ([museum](error_museum.md#a-file-that-carries-code)).

# %%
with tempfile.TemporaryDirectory() as folder:
    file = Path(folder, "weights.pt")
    torch.save(model.state_dict(), file)
    restored = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 2))
    print(restored.load_state_dict(torch.load(file, map_location="cpu")))
print(torch.equal(restored(all_inputs), model(all_inputs)))

# %% tags=["hidden"]
assert torch.equal(restored(all_inputs), model(all_inputs)) and 0 <= right <= len(dataset)
ROW = re.compile(r"^# \* \[`(.+)`\]\(\S+\)\n#   → <code>`\{python\} out\((.+)\)`</code>$", re.MULTILINE)
own_file = globals().get("__file__")
rows = ROW.findall(Path(own_file).read_text(encoding="utf-8")) if own_file else []
# what a row shows is what it runs; a download holds values in place of the expressions
assert all(shown == executed for shown, executed in rows)
assert not rows or len(rows) >= 2 * 80

# %% [markdown] lang="es"
# ## Cuando algo falla
#
# 1. Lee la última línea del error.
# 2. Imprime `shape`, `dtype` y `device` de cada tensor de tu línea.
# 3. Busca el mensaje en el [museo de los errores](error_museum.md).
#
# ## Para llevarte
#
# * Si dudas de una línea, ejecútala sobre seis números: `x = torch.arange(6).reshape(2, 3)`.
# * La forma se predice antes de ejecutar; si no coincide, ahí está el error.
# * Los cortes y los cambios de forma suelen compartir memoria; las listas de índices y las máscaras copian.

# %% [markdown] lang="en"
# ## When something fails
#
# 1. Read the last line of the error.
# 2. Print `shape`, `dtype` and `device` of every tensor on your line.
# 3. Look the message up in the [error museum](error_museum.md).
#
# ## What to keep
#
# * If you doubt a line, run it on six numbers: `x = torch.arange(6).reshape(2, 3)`.
# * Predict the shape before running; if it differs, there is the error.
# * Slices and changes of shape usually share memory; lists of indices and masks copy.

# %% [markdown] lang="es" tags=["quiz"]
# Con `x` de forma `(2, 3)`, ¿cuál de estas líneas cambia `x` si después escribes en lo que devuelve?
#
# - [x] `x.T`: otra manera de leer la misma memoria.
# - [ ] `x[:, [0, 1]]`: una lista de índices copia.
# - [ ] `x.float()`: otro tipo, otra memoria.
# - [ ] `torch.cat([x, x])`: pegar obliga a copiar.

# %% [markdown] lang="en" tags=["quiz"]
# With `x` of shape `(2, 3)`, which of these lines changes `x` if you then write into what it returns?
#
# - [x] `x.T`: another way of reading the same memory.
# - [ ] `x[:, [0, 1]]`: a list of indices copies.
# - [ ] `x.float()`: another type, another memory.
# - [ ] `torch.cat([x, x])`: joining has to copy.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 1: cuatro líneas de memoria
#
# Define cuatro funciones de una línea para un tensor de rango 2:
#
# 1. `column_means(t)`: la media de cada columna, como decimales.
# 2. `standardised(t)`: cada columna menos su media, dividida por su desviación estándar (la de PyTorch).
# 3. `last_two_columns(t)`: las dos últimas columnas, compartiendo memoria.
# 4. `one_per_row(t, columns)`: el elemento de cada fila en la columna que dice `columns`, en un vector.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 1: four lines from memory
#
# Define four one-line functions for a tensor of rank 2:
#
# 1. `column_means(t)`: the mean of each column, as fractional numbers.
# 2. `standardised(t)`: each column less its mean, divided by its standard deviation (PyTorch's).
# 3. `last_two_columns(t)`: the last two columns, sharing memory.
# 4. `one_per_row(t, columns)`: the element of each row in the column that `columns` tells, as a vector.


# %% tags=["solution"]
def column_means(t):
    return t.float().mean(dim=0)


def standardised(t):
    return (t.float() - t.float().mean(dim=0)) / t.float().std(dim=0)


def last_two_columns(t):
    return t[:, -2:]


def one_per_row(t, columns):
    return t.gather(1, columns[:, None]).squeeze(1)


# %% tags=["check"]
grid = torch.tensor([[1, 5, 3], [4, 2, 9], [7, 8, 0], [2, 2, 2]])
assert torch.allclose(column_means(grid), torch.tensor([3.5, 4.25, 3.5]))
scaled = standardised(grid)
assert scaled.mean(dim=0).abs().max() < 1e-6 and torch.allclose(scaled.std(dim=0), torch.ones(3))
assert last_two_columns(grid).data_ptr() == grid[:, 1:].data_ptr() and last_two_columns(grid).shape == (4, 2)
assert one_per_row(grid, torch.tensor([0, 2, 1, 1])).tolist() == [1, 9, 8, 2]
print(tr(es="Bien.", en="Good."))

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 2: las formas, sin ejecutar
#
# Escribe como tupla la forma que sale de cada línea, con `images` de forma `(4, 1, 28, 28)`:
#
# 1. `s1`: `nn.Conv2d(1, 16, 5)(images)`
# 2. `s2`: `nn.MaxPool2d(2)(nn.Conv2d(1, 16, 5)(images))`
# 3. `s3`: `nn.Flatten()(nn.MaxPool2d(2)(nn.Conv2d(1, 16, 5)(images)))`
# 4. `s4`: `images.mean(dim=(2, 3), keepdim=True)`
# 5. `s5`: `torch.stack([images, images], dim=1)`

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 2: the shapes, without running
#
# Write as a tuple the shape that comes out of each line, with `images` of shape `(4, 1, 28, 28)`:
#
# 1. `s1`: `nn.Conv2d(1, 16, 5)(images)`
# 2. `s2`: `nn.MaxPool2d(2)(nn.Conv2d(1, 16, 5)(images))`
# 3. `s3`: `nn.Flatten()(nn.MaxPool2d(2)(nn.Conv2d(1, 16, 5)(images)))`
# 4. `s4`: `images.mean(dim=(2, 3), keepdim=True)`
# 5. `s5`: `torch.stack([images, images], dim=1)`

# %% tags=["solution"]
s1 = (4, 16, 24, 24)
s2 = (4, 16, 12, 12)
s3 = (4, 16 * 12 * 12)
s4 = (4, 1, 1, 1)
s5 = (4, 2, 1, 28, 28)

# %% tags=["check"]
convolved = nn.Conv2d(1, 16, 5)(images)
pooled = nn.MaxPool2d(2)(convolved)
assert (s1, s2, s3) == (convolved.shape, pooled.shape, nn.Flatten()(pooled).shape)
assert s4 == images.mean(dim=(2, 3), keepdim=True).shape
assert s5 == torch.stack([images, images], dim=1).shape

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio 3: un bucle que aprende
#
# Escribe `learn(model, inputs, targets, steps)`: ajusta `model` con el error cuadrático medio y Adam con tasa
# 0.1, usando todos los ejemplos en cada paso, y devuelve la lista de las pérdidas antes de cada paso.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise 3: a loop that learns
#
# Write `learn(model, inputs, targets, steps)`: it fits `model` by the mean squared error and Adam with a rate
# of 0.1, using all examples in every step, and returns the list of losses before each step.


# %% tags=["solution"]
def learn(model: nn.Module, inputs: torch.Tensor, targets: torch.Tensor, steps: int) -> list[float]:
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    losses = []
    for _ in range(steps):
        loss = nn.functional.mse_loss(model(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


# %% tags=["check"]
torch.manual_seed(0)
line = nn.Linear(1, 1)
inputs = torch.linspace(0, 1, 20)[:, None]
losses = learn(line, inputs, 0.7 * inputs + 0.3, steps=300)
assert len(losses) == 300 and losses[-1] < 1e-4 < losses[0]
assert abs(line.weight.item() - 0.7) < 0.05 and abs(line.bias.item() - 0.3) < 0.05
print(f"{line.weight.item():.2f} {line.bias.item():.2f}")

# %% [markdown] lang="es"
# ## Sigue por aquí
#
# La hoja termina donde empieza un proyecto: [una recta, del tensor al modelo
# guardado](../workflow/linear_regression.md). Si llegaste aquí primero, empieza por [Tensores y
# rango](tensors_and_rank.md).

# %% [markdown] lang="en"
# ## Where to go next
#
# The sheet ends where a project begins: [a line, from the tensor to the saved
# model](../workflow/linear_regression.md). If you came here first, begin with [Tensors and
# rank](tensors_and_rank.md).
