"""How long a matrix unit takes: a systolic array, the memory behind it, and a host that feeds it.

A model, not a measurement. It knows nothing but sizes: an array of side × side cells takes one row of the
left factor each cycle while a tile of the right factor stays put, so a product costs a pass of the rows for
every tile; and every number has to cross the memory once. `specs` has the machines, the page
`benchmarks/validation` says how far the times are from real ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import Literal

Shape = tuple[int, int, int]  # rows, inner, columns of a product (rows × inner)·(inner × columns)
SUBLANES = 8  # rows enter a TPU's matrix unit in groups of so many
LAUNCH_SECONDS = 2e-6  # the best of 0, 1, 2 … µs for the v6e products; those of v4 had no say in it

# TPU v1: 256² multipliers at 700 MHz, weights at 34 GB/s (Jouppi and others, 2017,
# https://doi.org/10.1145/3079856.3080246, table 2 and section 2).
V1_OPS_PER_SECOND = 2 * 256**2 * 700e6
V1_WEIGHT_BYTES_PER_SECOND = 34e9


@dataclass(frozen=True, kw_only=True)
class Machine:
    """What the model needs to know of an accelerator, or of the part of one that works on a product."""

    arrays: int
    side: int  # cells along one edge of an array
    clock_hz: float
    bytes_per_second: float
    launch_seconds: float = LAUNCH_SECONDS

    @property
    def flop_per_second(self) -> float:
        """What it computes with every cell busy: a multiplication and an addition each, every cycle."""
        return 2 * self.arrays * self.side**2 * self.clock_hz


@dataclass(frozen=True)
class Time:
    """Seconds of one product and what they are made of. Matrix unit and memory work at the same time."""

    matrix: float
    memory: float
    launch: float

    @property
    def seconds(self) -> float:
        return max(self.matrix, self.memory) + self.launch

    @property
    def limit(self) -> Literal["matrix", "memory", "launch"]:
        """Which of the three the time would shrink most without."""
        longest = max(self.matrix, self.memory)
        if self.launch > longest:
            return "launch"
        return "matrix" if self.matrix >= self.memory else "memory"


def cycles(rows: int, inner: int, columns: int, side: int) -> int:
    """Cycles of one array for a product whose right factor stays in the cells, tile by tile.

    Rows come in eights, and a pass of fewer than `side` rows still waits for the next tile to be loaded.

    >>> cycles(256, 128, 128, side=128), cycles(256, 129, 128, side=128)  # one column too many: two tiles
    (256, 512)
    >>> cycles(1, 128, 128, side=128)  # a vector pays for loading the tile
    128
    """
    tiles = ceil(inner / side) * ceil(columns / side)
    return tiles * max(SUBLANES * ceil(rows / SUBLANES), side)


def product(machine: Machine, shape: Shape, item_bytes: int = 2) -> Time:
    """(rows × inner)·(inner × columns); either factor may be the one that stays in the cells."""
    rows, inner, columns = shape
    fewest = min(cycles(rows, inner, columns, machine.side), cycles(columns, inner, rows, machine.side))
    moved = item_bytes * (rows * inner + inner * columns + rows * columns)
    return Time(
        matrix=fewest / (machine.arrays * machine.clock_hz),
        memory=moved / machine.bytes_per_second,
        launch=machine.launch_seconds,
    )


def convolution_shape(
    batch: int, channels: tuple[int, int], side: int, kernel: int, groups: int = 1
) -> Shape:
    """A convolution with square outputs of `side` as the product that it is, for one of its groups.

    >>> convolution_shape(batch=8, channels=(64, 128), side=14, kernel=3)
    (1568, 576, 128)
    >>> convolution_shape(8, (64, 64), 14, kernel=3, groups=64)  # depthwise: 9 × 1, the array stands idle
    (1568, 9, 1)
    """
    return batch * side**2, channels[0] * kernel**2 // groups, channels[1] // groups


def lstm_shape(batch: int, inputs: int, hidden: int) -> Shape:
    """One step of an LSTM. The next one needs its result, so `length` steps are `length` products in a row.

    >>> lstm_shape(batch=16, inputs=64, hidden=256)
    (16, 320, 1024)
    """
    return batch, inputs + hidden, 4 * hidden


def total(times: Iterable[Time]) -> float:
    """Seconds of products that run one after another."""
    return sum(time.seconds for time in times)


def training_shapes(widths: Iterable[int], rows: int) -> Iterator[Shape]:
    """The products of one training step of fully connected layers, `widths[i]` → `widths[i + 1]`.

    Forward, gradient of the weights, and gradient of the input, which the first layer owes to nobody.

    >>> list(training_shapes([5, 7, 3], rows=2))
    [(2, 5, 7), (5, 2, 7), (2, 7, 3), (7, 2, 3), (2, 3, 7)]
    """
    for place, (inputs, outputs) in enumerate(pairwise(widths)):
        yield rows, inputs, outputs
        yield inputs, rows, outputs
        if place:
            yield rows, outputs, inputs


def all_reduce_seconds(parameters: int, bytes_per_second: float) -> float:
    """Adding up the gradients, 4 bytes for each parameter, over all cores.

    >>> all_reduce_seconds(10**6, 4e9)
    0.001
    """
    return 4 * parameters / bytes_per_second


def step_seconds(device: float, bytes_in: int, infeed_bytes_per_second: float, fixed_seconds: float) -> float:
    """A step whose input arrives while the device works on the one before.

    >>> step_seconds(0.004, 10**6, 1e9, 0.001)  # the input needs 1 ms, the device 4 ms
    0.005
    """
    return max(device, bytes_in / infeed_bytes_per_second) + fixed_seconds


def v1_roof(ops_per_weight_byte: float) -> float:
    """What TPU v1 can reach, in operations per second; each 8-bit weight byte serves so many multiplications.

    >>> f"{v1_roof(200) / 1e12:.1f}", f"{v1_roof(2888) / 1e12:.1f}"  # MLP0 and CNN0 of the paper
    ('13.6', '91.8')
    """
    return min(V1_OPS_PER_SECOND, 2 * ops_per_weight_byte * V1_WEIGHT_BYTES_PER_SECOND)
