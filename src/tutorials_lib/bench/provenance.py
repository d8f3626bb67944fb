"""A number that nobody measured, and cannot be shown as if somebody had.

`Estimate` has no value a program can print, plot or add up by accident: `float(…)`, a format specification
and matplotlib all refuse it. It is shown with its band and with the word that says where it comes from.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NoReturn

from matplotlib.axes import Axes

from tutorials_lib import tr
from tutorials_lib.bench import report
from tutorials_lib.plots import color, localized

DIGITS = 2  # a model that errs by a fifth has no third digit
NotMeasured = Literal["modelled", "compiled-not-run", "quoted"]
Class = Literal["measured", "recorded-elsewhere", "compiled-not-run", "modelled", "quoted"]

# How each of the five classes looks in a bar or an area; `report.MARKS` has the symbols and the dashes.
# Measured by others is measured, but not here: the reader cannot run it again.
HATCHES: dict[Class, str] = {
    "measured": "",
    "recorded-elsewhere": "///",
    "compiled-not-run": "...",
    "modelled": "\\\\\\",
    "quoted": "xx",
}
ELSEWHERE = report.Mark("◎", (0, (8, 1.5)))


class ProvenanceError(TypeError):
    """Something that was not measured is about to be shown without saying so."""


@dataclass(frozen=True)
class Estimate:
    """`value` with its band [low, high], where it comes from (`origin`) and its unit.

    Raises `ProvenanceError` for a measurement or without an origin, `ValueError` for a value out of its band.

    >>> time = Estimate(8.64, 6.9, 11.2, "modelled", "systolic array", "µs")
    >>> float(time)
    Traceback (most recent call last):
        ...
    tutorials_lib.bench.provenance.ProvenanceError: modelled (systolic array); expected `str(…)` or `draw`
    """

    value: float
    low: float
    high: float
    provenance: NotMeasured
    origin: str
    unit: str = ""

    def __post_init__(self) -> None:
        if self.provenance not in ("modelled", "compiled-not-run", "quoted") or not self.origin:
            raise ProvenanceError(
                f"{self.provenance!r} from {self.origin!r}; expected modelled, compiled-not-run or quoted, "
                "and what it comes from"
            )
        if not self.low <= self.value <= self.high:
            raise ValueError(f"{self.low} ≤ {self.value} ≤ {self.high} fails; expected a value in its band")

    def __str__(self) -> str:
        """`≈ 8.6 (6.9–11) µs ○ modelled`: two digits, the band, the word."""
        mark = f"{report.MARKS[self.provenance].symbol} {report.provenance_words(self.provenance)}"
        return f"{self.text} {mark}"

    @property
    def text(self) -> str:
        """Value, band and unit, for a place that says the provenance itself, such as a column's head."""
        low, value, high = (two_digits(number) for number in (self.low, self.value, self.high))
        return f"≈ {value} ({low}–{high}) {self.unit}".strip()

    def scaled(self, factor: float, unit: str = "") -> Estimate:
        """The same estimate in another unit, `factor` times as many."""
        numbers = (factor * number for number in (self.value, self.low, self.high))
        return Estimate(*numbers, self.provenance, self.origin, unit)

    def __float__(self) -> NoReturn:
        raise ProvenanceError(f"{self.provenance} ({self.origin}); expected `str(…)` or `draw`")

    __int__ = __index__ = __abs__ = __float__

    def __format__(self, spec: str) -> str:
        return self.__float__() if spec else str(self)


def two_digits(value: float) -> str:
    """`value` rounded to two significant digits, with the reader's decimal mark.

    >>> two_digits(1234.5), two_digits(0.8) in {"0.80", "0,80"}
    ('1200', True)
    """
    if value == 0:
        return "0"
    places = DIGITS - 1 - math.floor(math.log10(abs(value)))
    return localized(f"{round(value, places):.{max(0, places)}f}")


def class_words(name: Class) -> str:
    """The class in the reader's language."""
    if name == "recorded-elsewhere":
        return tr(es="medido por otros", en="measured by others")
    return report.provenance_words(name)


def symbol(name: Class) -> str:
    """The sign of the class in tables."""
    return (ELSEWHERE if name == "recorded-elsewhere" else report.MARKS[name]).symbol


def draw(ax: Axes, places: Sequence[float], estimates: Sequence[Estimate], name: str, hue: str) -> None:
    """Hollow markers with their bands, in the dash of their provenance and with its word in the legend.

    Raises `ProvenanceError` where the estimates do not share one provenance.
    """
    kinds = {estimate.provenance for estimate in estimates}
    if len(kinds) != 1:
        raise ProvenanceError(f"{sorted(kinds)} in one series; expected one provenance")
    (kind,) = kinds
    values = [estimate.value for estimate in estimates]
    below = [estimate.value - estimate.low for estimate in estimates]
    above = [estimate.high - estimate.value for estimate in estimates]
    ax.errorbar(
        *(places, values, [below, above]),
        label=f"{name} ({report.provenance_words(kind)})",
        color=color(hue),
        linestyle=report.MARKS[kind].dash,
        marker="o",
        markerfacecolor=color("paper"),
        capsize=3,
        elinewidth=1.2,
    )
