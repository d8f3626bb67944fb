"""Reads the notation of `torch.einsum` for one or two operands: as formula, as loops, and in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import product

import torch

from tutorials_lib.i18n import tr

NAMES = ("A", "B")  # of the operands, in formulas and loops

# What an expression of this pattern is called; letters are renamed in order of appearance.
_KNOWN = {
    "ij->ji": ("transposición", "transposition"),
    "ii->": ("traza", "trace"),
    "ii->i": ("diagonal", "diagonal"),
    "ij->": ("suma de todos los componentes", "sum of all components"),
    "ij->i": ("suma de cada fila", "sum of each row"),
    "ij->j": ("suma de cada columna", "sum of each column"),
    "i,i->": ("producto escalar de dos vectores", "dot product of two vectors"),
    "i,i->i": ("producto elemento a elemento", "element-wise product"),
    "i,j->ij": ("producto tensorial", "outer product"),
    "ij,j->i": ("matriz por vector", "matrix times vector"),
    "i,ij->j": ("vector por matriz", "vector times matrix"),
    "ij,jk->ik": ("matriz por matriz", "matrix times matrix"),
    "ij,kj->ik": ("matriz por matriz transpuesta", "matrix times transposed matrix"),
    "ij,ij->": ("producto escalar de dos matrices", "dot product of two matrices"),
    "ij,ij->ij": ("producto elemento a elemento", "element-wise product"),
    "ij,ij->i": ("producto escalar de cada par de filas", "dot product of each pair of rows"),
    "ijk,ikl->ijl": ("un producto de matrices por elemento del batch", "one matrix product per batch item"),
}


class EinsumError(ValueError):
    """An expression that says nothing, or two things at once."""


@dataclass(frozen=True)
class Einsum:
    """`operands` and `output` are strings of letters, one for each axis."""

    operands: tuple[str, ...]
    output: str

    @property
    def letters(self) -> str:
        """All letters in order of appearance."""
        return "".join(dict.fromkeys("".join(self.operands)))

    @property
    def summed(self) -> str:
        """The letters that the result no longer has."""
        return "".join(letter for letter in self.letters if letter not in self.output)

    def __str__(self) -> str:
        return f"{','.join(self.operands)}->{self.output}"


def parse(expression: str) -> Einsum:
    """Read `"ij,jk->ik"`; without an arrow the result has the letters that appear once, in order.

    Raises `EinsumError` for more than two operands, anything but letters (`...` too), and a result that
    repeats a letter or has one that no operand has.

    >>> parse("ij,jk"), parse("ii")
    (Einsum(operands=('ij', 'jk'), output='ik'), Einsum(operands=('ii',), output=''))
    """
    compact = expression.replace(" ", "")
    inputs, arrow, output = compact.partition("->")
    operands = tuple(inputs.split(","))
    if len(operands) > len(NAMES):
        raise EinsumError(f"{expression!r} has {len(operands)} operands; expected one or two")
    for part in (*operands, output):
        if wrong := re.search(r"[^A-Za-z]", part):
            raise EinsumError(
                f"{expression!r} has {wrong[0]!r} for an axis; expected one letter for each axis"
            )
    if not arrow:
        every = "".join(operands)
        output = "".join(sorted(letter for letter in set(every) if every.count(letter) == 1))
    for letter in output:
        if output.count(letter) > 1:
            raise EinsumError(f"the result of {expression!r} has {letter!r} twice; expected each letter once")
        if letter not in inputs:
            raise EinsumError(
                f"no operand of {expression!r} has {letter!r}; expected letters of the operands"
            )
    return Einsum(operands, output)


def sizes(einsum: Einsum, *operands: torch.Tensor) -> dict[str, int]:
    """The size that each letter has. Raises `EinsumError` naming both shapes where they do not fit.

    >>> sizes(parse("ij,jk"), torch.zeros(2, 3), torch.zeros(3, 4))
    {'i': 2, 'j': 3, 'k': 4}
    """
    if len(operands) != len(einsum.operands):
        raise EinsumError(f"{einsum} needs {len(einsum.operands)} operands; got {len(operands)}")
    found: dict[str, int] = {}
    shapes = " and ".join(str(tuple(operand.shape)) for operand in operands)
    for letters, operand in zip(einsum.operands, operands, strict=True):
        if len(letters) != operand.ndim:
            what = f"{letters!r} names {len(letters)} axes, and a tensor has {operand.ndim}"
            raise EinsumError(f"{what}; got shapes {shapes} for {einsum}")
        for letter, size in zip(letters, operand.shape, strict=True):
            if found.setdefault(letter, size) != size:
                what = f"axis {letter!r} has size {found[letter]} and size {size}"
                raise EinsumError(f"{what}; got shapes {shapes} for {einsum}")
    return found


def evaluate(expression: str, *operands: torch.Tensor) -> torch.Tensor:
    """`torch.einsum` as loops over all letters: multiply, and add to the place that the output names.

    Raises `EinsumError` like `parse` and `sizes`.

    >>> evaluate("ij,j->i", torch.tensor([[1, 2], [3, 4]]), torch.tensor([10, 1]))
    tensor([12, 34])
    """
    einsum = parse(expression)
    size = sizes(einsum, *operands)
    result = operands[0].new_zeros([size[letter] for letter in einsum.output])
    for values in product(*(range(size[letter]) for letter in einsum.letters)):
        at = dict(zip(einsum.letters, values, strict=True))
        term = 1
        for letters, operand in zip(einsum.operands, operands, strict=True):
            term = term * operand[tuple(at[letter] for letter in letters)]
        result[tuple(at[letter] for letter in einsum.output)] += term
    return result


def formula(einsum: Einsum) -> str:
    r"""The same in LaTeX.

    >>> print(formula(parse("ij,jk->ik")))
    C_{ik} = \sum_{j} A_{ij}\, B_{jk}
    """
    result = f"C_{{{einsum.output}}}" if einsum.output else "C"
    total = rf"\sum_{{{' '.join(einsum.summed)}}} " if einsum.summed else ""
    factors = r"\, ".join(
        f"{name}_{{{letters}}}" for name, letters in zip(NAMES, einsum.operands, strict=False)
    )
    return f"{result} = {total}{factors}"


def loops(einsum: Einsum) -> str:
    """The same as Python: one loop for each letter, those of the result outside.

    >>> print(loops(parse("ij,j->i")))
    for i in range(size["i"]):
        for j in range(size["j"]):
            C[i] += A[i, j] * B[j]
    """
    lines = []
    for depth, letter in enumerate(einsum.output + einsum.summed):
        lines.append(f'{"    " * depth}for {letter} in range(size["{letter}"]):')
    factors = " * ".join(
        f"{name}[{', '.join(letters) or '()'}]" for name, letters in zip(NAMES, einsum.operands, strict=False)
    )
    return "\n".join([*lines, f"{'    ' * len(lines)}C[{', '.join(einsum.output) or '()'}] += {factors}"])


def explain(expression: str) -> list[str]:
    """One sentence for each letter, in the language of `tr`; first the name of the operation if it has one.

    Raises `EinsumError` like `parse`.
    """
    einsum = parse(expression)
    sentences = []
    if known := _KNOWN.get(_renamed(einsum)):
        spanish, english = known
        sentences.append(tr(es=f"Nombre usual: {spanish}.", en=f"Usual name: {english}."))
    return sentences + [_role(letter, einsum) for letter in einsum.letters]


def _renamed(einsum: Einsum) -> str:
    names = dict(zip(einsum.letters, "ijklmnopqrstuvwxyz", strict=False))
    return re.sub("[A-Za-z]", lambda letter: names.get(letter[0], letter[0]), str(einsum))


def _role(letter: str, einsum: Einsum) -> str:
    """What becomes of the axes with this letter."""
    counts = [letters.count(letter) for letters in einsum.operands]
    owners = [name for name, count in zip(NAMES, counts, strict=False) if count]
    diagonals = [name for name, count in zip(NAMES, counts, strict=False) if count > 1]
    parts = []
    if diagonals:
        both = tr(es=" y ".join(diagonals), en=" and ".join(diagonals))
        parts.append(tr(es="recorre la diagonal de", en="runs down the diagonal of") + f" {both}")
    if len(owners) == 2:
        parts.append(tr(es="A y B la recorren a la par", en="A and B walk it in step"))
    elif not diagonals:
        parts.append(tr(es="viene de", en="comes from") + f" {owners[0]}")
    if letter in einsum.output:
        place = einsum.output.index(letter)
        parts.append(tr(es=f"es el eje {place} del resultado", en=f"it is axis {place} of the result"))
    else:
        parts.append(tr(es="se suma y desaparece", en="it is added up, and gone"))
    return f"{letter}: {'; '.join(parts)}."
