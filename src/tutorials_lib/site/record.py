"""What a run left behind: outputs of every cell, inline values, cost, and what the run depended on.

A record knows no language: words in it carry all languages in band (`tutorials_lib.i18n`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

SCHEMA = 1  # part of every key: raise it when records change meaning


@dataclass(frozen=True)
class Stream:
    """Text printed by a cell."""

    name: Literal["stdout", "stderr"]
    text: str


@dataclass(frozen=True)
class Display:
    """The value of a cell's last expression, or of `display(…)`.

    `data` maps a MIME type to text (in band), or to the name of a file of the record for binary types.
    """

    data: dict[str, str]


@dataclass(frozen=True)
class Figure:
    """One matplotlib figure as raw SVG files of the record.

    `files` maps a language to a file name; the key "" serves every language (no words in the figure).
    `title` is its in-band title or "".
    """

    files: dict[str, str]
    title: str
    width_points: float
    height_points: float


@dataclass(frozen=True)
class Raised:
    """The exception that a `raises=` cell was expected to raise; or, in a failure, the one it was not."""

    type: str
    message: str
    traceback: str = ""


Output = Stream | Display | Figure | Raised


@dataclass(frozen=True)
class InlineResult:
    """Value of an inline expression, evaluated after `after_cell` code cells had run.

    `value` is a number, a string or a boolean; any other object is stored as `format(object, spec)`.
    """

    after_cell: int
    expression: str
    format: str
    value: float | int | str | bool | None


@dataclass(frozen=True)
class Record:
    """A finished run. `files` hold the bytes of figures and binary displays by name."""

    script: str  # "04_workflow/linear_regression.py"
    key: str
    cells: tuple[tuple[Output, ...], ...]  # outputs of each code cell, in order
    values: tuple[InlineResult, ...]
    wall_seconds: float
    cpu_seconds: float
    memory_bytes: int  # peak resident memory of the worker
    date: str  # ISO 8601 day of the run
    versions: dict[str, str]
    modules: dict[str, str] = field(default_factory=dict)  # local modules imported: path → digest
    data: dict[str, str] = field(default_factory=dict)  # files read: path → digest ("absent": looked for)
    network: bool = False
    files: dict[str, bytes] = field(default_factory=dict, repr=False)

    def value(self, after_cell: int, expression: str, spec: str) -> Any:
        """The stored result of one inline expression. Raises `KeyError` where the run has none."""
        for result in self.values:
            if (result.after_cell, result.expression, result.format) == (after_cell, expression, spec):
                return result.value
        raise KeyError(expression)


@dataclass(frozen=True)
class Failure:
    """A run that did not finish: where, why, and everything it had produced up to there."""

    script: str
    path: str
    line: int  # in the script
    reason: Literal["raised", "did not raise", "timeout", "memory", "killed", "stub passes", "inline"]
    message: str  # one line for a person
    cell: int  # index of the code cell
    cell_source: str
    error: Raised | None
    partial: Record

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"
