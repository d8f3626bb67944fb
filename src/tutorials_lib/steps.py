"""Drawings of tables of numbers, to be gone through one step at a time.

Without scripts, in a notebook and on paper all steps stand beside each other, each with its words; a page's
script shows one and adds a slider. Nothing moves unless the reader moves it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tutorials_lib.i18n import tr
from tutorials_lib.plots import localized
from tutorials_lib.style import PALETTE
from tutorials_lib.widget import Widget

CELL = 28  # side of a cell; all lengths are pixels
BETWEEN = 30  # from one table to the next, room for a sign
TITLE = 20  # above a table
TALL = 5  # baseline of a number below the middle of its cell

Cells = Collection[tuple[int, int]]  # (row, column)


def _color(name: str) -> str:
    """The page's colour, in a notebook the light one."""
    return f"var(--tutorials-{name},{PALETTE[name].light})"


STYLES = {  # from back to front
    "lines": f"fill:none;stroke:{_color('faint')}",
    "window": f"fill:{_color('blue')};fill-opacity:.18;stroke:{_color('blue')};stroke-width:2",
    "chosen": f"fill:{_color('ember')}",
}


@dataclass(frozen=True)
class Step:
    """`tables` by name, a NaN for an empty cell; `words` stand below, `alt` says what is drawn.

    `window` outlines and tints cells of a table, `chosen` fills them, `outside` writes their numbers faintly.
    """

    tables: Mapping[str, ArrayLike]
    words: str
    alt: str
    window: Mapping[str, Cells] = field(default_factory=dict)
    chosen: Mapping[str, Cells] = field(default_factory=dict)
    outside: Mapping[str, Cells] = field(default_factory=dict)

    def drawing(self, signs: Sequence[str] = (), fmt: str = "g") -> str:
        """The tables side by side as SVG, `signs` between them, in the colours of the page around it."""
        arrays = {name: np.asarray(values, dtype=float) for name, values in self.tables.items()}
        height = TITLE + CELL * max(map(len, arrays.values())) + 1
        layers = _Layers()
        left = 1
        for (name, values), sign in zip(arrays.items(), [*signs, *[""] * len(arrays)], strict=False):
            top = TITLE + (height - 1 - TITLE - CELL * len(values)) // 2
            window, chosen, outside = (
                set(cells.get(name, ())) for cells in (self.window, self.chosen, self.outside)
            )
            layers.grid(values.shape, left, top)
            layers.boxes["window"] += _boxes(window - chosen, left, top)
            layers.boxes["chosen"] += _boxes(chosen, left, top)
            layers.texts["ink"] += _text(left + CELL * values.shape[1] // 2, top - 6, escape(name))
            layers.numbers(values, left, top, fmt, chosen, outside)
            left += CELL * values.shape[1]
            layers.texts["ink"] += _text(left + BETWEEN // 2, (TITLE + height) // 2 + TALL, escape(sign))
            left += BETWEEN
        width = left - BETWEEN + 1
        return (
            f'<svg role="img" aria-label="{escape(self.alt)}" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" font-size="15" text-anchor="middle" '
            f'style="fill:{_color("ink")}">{layers}</svg>'
        )


class _Layers:
    """What a drawing of many cells is made of, gathered so that each style is written once."""

    def __init__(self) -> None:
        self.boxes = dict.fromkeys(STYLES, "")
        self.texts = {"ink": "", "faint": "", "paper": ""}

    def __str__(self) -> str:
        paths = [f'<path d="{self.boxes[name]}" style="{style}"/>' for name, style in STYLES.items()]
        groups = (f'<g style="fill:{_color(hue)}">{self.texts[hue]}</g>' for hue in ("faint", "paper"))
        return "".join([*paths, self.texts["ink"], *groups])

    def grid(self, shape: tuple[int, ...], left: int, top: int) -> None:
        """The lines of an empty table."""
        height, width = (CELL * size for size in shape)
        for row in range(shape[0] + 1):
            self.boxes["lines"] += f"M{left} {top + CELL * row}h{width}"
        for column in range(shape[1] + 1):
            self.boxes["lines"] += f"M{left + CELL * column} {top}v{height}"

    def numbers(self, values: NDArray, left: int, top: int, fmt: str, chosen: set, outside: set) -> None:
        for row, line in enumerate(values):
            y = top + CELL * row + CELL // 2 + TALL
            digits: dict[str, list[tuple[int, str]]] = {hue: [] for hue in self.texts}
            for column, number in enumerate(line):
                if np.isnan(number):
                    continue
                hue = "paper" if (row, column) in chosen else "faint" if (row, column) in outside else "ink"
                text = localized(format(number, fmt)).replace("-", "\N{MINUS SIGN}")
                x = left + CELL * column + CELL // 2
                if len(text) == 1:
                    digits[hue].append((x, text))
                else:
                    self.texts[hue] += _text(x, y, text)
            for hue, places in digits.items():  # one element with a place for each character
                text = "".join(digit for _, digit in places)
                self.texts[hue] += _text(" ".join(str(x) for x, _ in places), y, text)


def steps(drawn: Sequence[Step], *, signs: Sequence[str] = (), fmt: str = "g") -> Widget:
    """All steps in order, for a page to show one at a time. Raises `ValueError` for fewer than two.

    >>> print(steps([Step({"x": [[1]]}, "one", "a cell with 1"), Step({"x": [[2]]}, "two", "a cell with 2")]))
    1. one
    2. two
    """
    if len(drawn) < 2:
        raise ValueError(f"nothing to step through: got {len(drawn)}; expected two steps or more")
    items = "".join(f"<li>{step.drawing(signs, fmt)}<p>{escape(step.words)}</p></li>" for step in drawn)
    words = {
        "step": tr(es="Cuadro", en="Step"),
        "place": tr(es="Cuadro {n} de {count}", en="Step {n} of {count}"),
        "back": tr(es="Anterior", en="Previous"),
        "on": tr(es="Siguiente", en="Next"),
    }
    text = "\n".join(f"{number}. {step.words}" for number, step in enumerate(drawn, 1))
    # what is set aside with the figures of a page is not parsed as Markdown, and its numbers are not searched
    markup = f'<figure class="tut-figure"><ol class="tut-steps">{items}</ol></figure>'
    return Widget("steps", {"words": words}, markup, text)


def slide(
    image: ArrayLike,
    results: Mapping[str, ArrayLike],
    words: Callable[[int, int, list[float]], str],
    *,
    kernel: int,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    weights: ArrayLike | None = None,
    choose: Callable[[list[float]], int] | None = None,
) -> list[Step]:
    """A step for each place of a square window on the matrix `image`, drawn as x with zeros around.

    `results` are named matrices with one number for each place, filled in as the window moves on; `words`
    says what happens at place (i, j), given the pixels below the window. `weights` are drawn beside x, as w;
    `choose` tells which pixel to mark.
    """
    padded = np.pad(np.asarray(image), padding)
    inside = {(row + padding, column + padding) for row, column in np.ndindex(*np.shape(image))}
    margin = set(np.ndindex(*padded.shape)) - inside
    complete = {name: np.asarray(values, dtype=float) for name, values in results.items()}
    so_far = {name: np.full(values.shape, np.nan) for name, values in complete.items()}
    fixed = {"x": padded} | ({} if weights is None else {"w": weights})
    drawn = []
    for i, j in np.ndindex(*next(iter(complete.values())).shape):
        rows, columns = ([stride * place + dilation * u for u in range(kernel)] for place in (i, j))
        window = list(product(rows, columns))
        pixels = [padded[cell].item() for cell in window]
        for name, values in complete.items():
            so_far[name][i, j] = values[i, j]
        marked = {"x": [window[choose(pixels)]]} if choose else {}
        spoken = ", ".join(
            f"{name} = {localized(f'{values[i, j]:.3g}')}" for name, values in complete.items()
        )
        drawn.append(
            Step(
                fixed | {name: values.copy() for name, values in so_far.items()},
                words(i, j, pixels),
                tr(
                    es=f"La ventana está sobre las filas {_list(rows)} y las columnas {_list(columns)} de x. "
                    f"En el lugar ({i}, {j}), {spoken}.",
                    en=f"The window is over rows {_list(rows)} and columns {_list(columns)} of x. "
                    f"At place ({i}, {j}), {spoken}.",
                ),
                window={"x": window},
                chosen={name: [(i, j)] for name in complete} | marked,
                outside={"x": margin},
            )
        )
    return drawn


def _list(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))


def _text(x: int | str, y: int, text: str) -> str:
    return f'<text x="{x}" y="{y}">{text}</text>' if text else ""


def _boxes(cells: Cells, left: int, top: int) -> str:
    """The outline of each cell, as a path."""
    return "".join(
        f"M{left + CELL * column} {top + CELL * row}h{CELL}v{CELL}h-{CELL}z" for row, column in sorted(cells)
    )
