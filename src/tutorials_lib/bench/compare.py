"""Comparing two measurements no more finely than the noise permits."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from tutorials_lib.bench.results import Cell, Run

NOISE = 0.20  # relative; of two whole runs on a shared machine, 19 cells in 20 differ by less


class Comparison(NamedTuple):
    """How many times as fast the first cell is as the second, and whether that is more than noise."""

    speedup: float
    verdict: Literal["faster", "slower", "no difference"]


def compare(cell: Cell, other: Cell, noise: float = NOISE) -> Comparison:
    """Compare in calibration units, which cancel the machine's own slow and fast minutes.

    A difference counts only if the units are further apart than `noise` **and** the ranges between the
    quartiles do not overlap. Raises `ValueError` unless both cells were measured, without another job
    disturbing either, on one thread.
    """
    for one in (cell, other):
        if not comparable(one):
            raise ValueError(
                f"{one.id} is {describe(one)}; expected an undisturbed measurement on one thread"
            )
    speedup = other.units / cell.units
    apart = cell.q3_units < other.q1_units or other.q3_units < cell.q1_units
    if not apart or abs(math.log(speedup)) <= math.log1p(noise):
        return Comparison(speedup, "no difference")
    return Comparison(speedup, "faster" if speedup > 1 else "slower")


def comparable(*cells: Cell | None) -> bool:
    """Whether `compare` accepts them all: undisturbed measurements on one thread."""
    return all(
        cell is not None
        and cell.measured
        and not cell.contaminated
        and cell.units is not None
        and cell.parameters.get("threads", 1) == 1
        for cell in cells
    )


def noise_of(run: Run) -> float:
    """`NOISE`, or more where nine tenths of the undisturbed cells do not stay below it between their passes.

    Never less: two passes of one process share its memory layout, in which two processes differ.
    """
    spreads = sorted(cell.spread for cell in run.cells if comparable(cell) and cell.spread is not None)
    return max([NOISE, *spreads[math.ceil(0.9 * len(spreads)) - 1 :][:1]])


@dataclass(frozen=True)
class Agreement:
    """Cells of two runs that can be compared, by name, with the later time over the earlier, in units."""

    ratios: Mapping[str, float]
    disturbed: int  # in both runs, but disturbed in one of them: compared with nothing
    repeated: frozenset[str] = frozenset()  # cells that both runs measured undisturbed in two passes or more

    def share(self, within: float) -> float:
        """The share of cells whose two times differ by no more than `within`; 1 where there are none."""
        near = sum(abs(math.log(ratio)) <= math.log1p(within) for ratio in self.ratios.values())
        return near / len(self.ratios) if self.ratios else 1.0

    def of_repeated(self) -> Agreement:
        """The same, of the repeated cells alone."""
        ratios = {name: ratio for name, ratio in self.ratios.items() if name in self.repeated}
        return Agreement(ratios, self.disturbed, self.repeated)


def agreement(old: Run, new: Run) -> Agreement:
    """How two runs of one suite agree, over the cells of one definition that both measured undisturbed.

    A cell that is equal in every digit was not measured again.
    """
    before = {cell.id: cell for cell in old.cells if cell.measured and cell.units is not None}
    both = [(before[cell.id], cell) for cell in new.cells if cell.measured and cell.id in before]
    both = [(a, b) for a, b in both if a != b]
    same = [pair for pair in both if pair[0].definition == pair[1].definition]
    ratios = {b.id: b.units / a.units for a, b in same if comparable(a, b)}
    repeated = frozenset(b.id for a, b in same if min(a.passes or 1, b.passes or 1) > 1)
    return Agreement(ratios, sum(a.contaminated or b.contaminated for a, b in same), repeated)


def describe(cell: Cell) -> str:
    """Provenance and status of a cell in a few words, for messages."""
    return ", ".join([cell.provenance, cell.status, *(["contaminated"] if cell.contaminated else [])])


def round_to_noise(value: float, noise: float = NOISE) -> float:
    """`value` in the coarsest steps of 1, 2 or 5 times a power of ten that stay below its noise.

    >>> round_to_noise(2.237), round_to_noise(94.1), round_to_noise(0.01234)
    (2.2, 90.0, 0.012)
    """
    if value == 0:
        return 0.0
    room = noise * abs(value)
    power = 10.0 ** math.floor(math.log10(room))
    step = max(factor for factor in (1, 2, 5) if factor * power <= room * (1 + 1e-9)) * power
    return round(round(value / step) * step, 12)
