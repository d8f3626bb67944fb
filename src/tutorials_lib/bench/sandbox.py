"""Tasks on a chip of one's own: the systolic model asked for several products, and the host that feeds it.

The page *build your own TPU* asks it, and its sliders recompute the same in the browser.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from tutorials_lib.bench import systolic
from tutorials_lib.bench.provenance import Estimate
from tutorials_lib.bench.systolic import Machine, Shape
from tutorials_lib.bench.work import product_flop

Limit = Literal["matrix", "memory", "launch", "infeed"]


@dataclass(frozen=True, kw_only=True)
class Chip:
    """A machine of the model, the bytes of each number on it, and what its host sends it per second."""

    machine: Machine
    item_bytes: int
    infeed_bytes_per_second: float


@dataclass(frozen=True)
class Product:
    """A product, `count` times in a row. `reads`: how many numbers of its left factor cross the memory.

    All of them by default; a convolution reads each pixel once, though it stands in several rows.

    >>> Product((4, 3, 2)).reads, Product((4, 9, 2), reads=4).reads
    (12, 4)
    """

    shape: Shape
    count: int = 1
    reads: int = -1

    def __post_init__(self) -> None:
        if self.reads < 0:
            object.__setattr__(self, "reads", self.shape[0] * self.shape[1])

    @property
    def flop(self) -> int:
        return self.count * product_flop(*self.shape)

    def moved(self) -> int:
        """Numbers that cross the memory, each once."""
        rows, inner, columns = self.shape
        return self.reads + inner * columns + rows * columns


@dataclass(frozen=True, kw_only=True)
class Task:
    """Products one after another, and how many numbers the host sends for them."""

    name: str
    products: tuple[Product, ...]
    numbers_in: int = 0  # 0: the inputs are on the chip already

    @property
    def flop(self) -> int:
        return sum(product.flop for product in self.products)


@dataclass(frozen=True)
class Outcome:
    """Seconds of a task, the share of the chip's peak that it reaches, and what holds it up longest."""

    seconds: float
    share: float
    limit: Limit


def run(chip: Chip, task: Task) -> Outcome:
    """What the model says of `task` on `chip`. Its input arrives while the task before it computes."""
    held_up: dict[Limit, float] = {"matrix": 0.0, "memory": 0.0, "launch": 0.0}
    for part in task.products:
        time = systolic.product(chip.machine, part.shape, chip.item_bytes)
        time = replace(time, memory=chip.item_bytes * part.moved() / chip.machine.bytes_per_second)
        held_up[time.limit] += part.count * time.seconds
    device = sum(held_up.values())
    bytes_in = task.numbers_in * chip.item_bytes
    seconds = systolic.step_seconds(device, bytes_in, chip.infeed_bytes_per_second, 0.0)
    limit: Limit = "infeed" if seconds > device else max(held_up, key=lambda name: held_up[name])
    return Outcome(seconds, task.flop / (seconds * chip.machine.flop_per_second), limit)


UNITS = (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9))


def estimate(seconds: float, band: float, origin: str) -> Estimate:
    """`seconds` as a modelled time in a unit of its size, from 1 + `band` times less to so many times more.

    >>> estimate(2e-3, 0.25, "systolic array").unit
    'ms'
    """
    unit, size = next((entry for entry in UNITS if seconds >= entry[1]), UNITS[-1])
    value = seconds / size
    return Estimate(value, value / (1 + band), value * (1 + band), "modelled", origin, unit)


def settings(tasks: Sequence[Task]) -> list[dict[str, object]]:
    """The tasks as plain data, for a page's script."""
    return [
        {
            "name": task.name,
            "numbers_in": task.numbers_in,
            "products": [[*part.shape, part.count, part.reads] for part in task.products],
        }
        for task in tasks
    ]
