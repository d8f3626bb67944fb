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
from tutorials_lib.bench.results import Provenance
from tutorials_lib.plots import color, localized

DIGITS = 2  # a model that errs by a fifth has no third digit
NotMeasured = Literal["modelled", "compiled-not-run", "quoted"]
# A result file of ours has one of four; measured by others is measured, but the reader cannot run it again.
Class = Literal[Provenance, "recorded-elsewhere"]


@dataclass(frozen=True)
class Mark:
    """How one class looks: a symbol in tables, a dash of lines, a hatch of bars and areas."""

    symbol: str
    dash: str | tuple[int, tuple[float, ...]]
    hatch: str


MARKS: dict[Class, Mark] = {
    "measured": Mark("●", "-", ""),
    "recorded-elsewhere": Mark("◎", (0, (8, 1.5)), "///"),
    "compiled-not-run": Mark("◐", (0, (6, 2, 1.5, 2)), "|||"),
    "modelled": Mark("○", (0, (5, 2)), "\\\\\\"),
    "quoted": Mark("❝", (0, (1.5, 1.5)), "xx"),
}


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
        return f"{self.text} {tag(self.provenance)}"

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


def words(name: Class) -> str:
    """The class in the reader's language."""
    return {
        "measured": tr(es="medido", en="measured"),
        "recorded-elsewhere": tr(es="medido por otros", en="measured by others"),
        "compiled-not-run": tr(es="compilado, no ejecutado", en="compiled, not run"),
        "modelled": tr(es="modelado", en="modelled"),
        "quoted": tr(es="citado", en="quoted"),
    }[name]


def tag(name: Class) -> str:
    """Symbol and words of the class, as tables show it.

    >>> tag("modelled") in {"○ modelled", "○ modelado"}
    True
    """
    return f"{MARKS[name].symbol} {words(name)}"


def draw(
    ax: Axes,
    places: Sequence[float],
    estimates: Sequence[Estimate],
    name: str,
    hue: str,
    marker: str = "o",
) -> None:
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
        label=f"{name} ({words(kind)})",
        color=color(hue),
        linestyle=MARKS[kind].dash,
        marker=marker,
        markerfacecolor=color("paper"),
        capsize=3,
        elinewidth=1.2,
    )
