"""Convolutional, dense and recurrent networks that ask for the same arithmetic, on a TPU that is not here.

Whether TPUs are for convolutions is a question about kinds of networks only where nothing else differs. Four
networks with the same operations for each example are asked of the systolic model; of the networks that the
TPU's own compiler was given, those with nearly the same operations are compared. Either may be off by a
fourth, in opposite directions: only a lead beyond that counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Literal

from tutorials_lib.bench import sandbox, specs
from tutorials_lib.bench.provenance import Estimate
from tutorials_lib.bench.results import Cell, Run
from tutorials_lib.bench.sandbox import Chip, Product, Task
from tutorials_lib.bench.systolic import convolution_shape, lstm_shape

Name = Literal["wide CNN", "narrow CNN", "dense", "LSTM"]

CHIP = "v5e"
MACHINE = Chip(machine=specs.CHIPS[CHIP].machine(), item_bytes=2, infeed_bytes_per_second=1.0)
ORIGIN = "systolic array and memory, as if the data were there already"
BATCHES = (1, 4, 16, 64, 256, 1024, 4096)
LAYERS = 8
UNITS = 3072  # of each dense layer; a 3 × 3 convolution does as much where 3 · side · channels is as large
STEPS = 36
HIDDEN = UNITS // 6
BAND = 0.25  # half of the single products that others measured on v6e and v4 are closer to the model
LEAD = (1 + BAND) ** 2 - 1  # one estimate too low and the other too high
CLOSE = 2.0  # compiled networks are compared if neither does more than so many times the operations


def tasks(batch: int) -> dict[Name, Task]:
    """The forward passes of the four networks, `batch` examples each.

    >>> {task.flop for task in tasks(batch=4).values()}
    {603979776}
    """
    return {
        "wide CNN": _convolutional(batch, channels=128, side=8),
        "narrow CNN": _convolutional(batch, channels=16, side=64),
        "dense": Task(name="dense", products=(Product((batch, UNITS, UNITS), LAYERS),)),
        "LSTM": Task(name="LSTM", products=(Product(lstm_shape(batch, HIDDEN, HIDDEN), STEPS),)),
    }


def _convolutional(batch: int, channels: int, side: int) -> Task:
    shape = convolution_shape(batch, (channels, channels), side, kernel=3)
    pixels = batch * side**2 * channels
    return Task(name="CNN", products=(Product(shape, LAYERS, reads=pixels),))


def speeds(chip: Chip = MACHINE, batches: Sequence[int] = BATCHES) -> dict[Name, list[float]]:
    """The share of the chip's peak that each network reaches, batch by batch. Modelled: see `estimate`."""
    outcomes = [
        {name: sandbox.run(chip, task).share for name, task in tasks(batch).items()} for batch in batches
    ]
    return {name: [outcome[name] for outcome in outcomes] for name in outcomes[0]}


def estimate(share: float) -> Estimate:
    """A share of the peak with its band, in percent."""
    value = 100 * share
    return Estimate(value, value / (1 + BAND), min(100.0, value * (1 + BAND)), "modelled", ORIGIN, "%")


def modelled_ratios(shares: dict[Name, list[float]]) -> list[float]:
    """How many times as fast each CNN is as each of the others, at every batch."""
    pairs = product(("wide CNN", "narrow CNN"), ("dense", "LSTM"))
    return [
        cnn / other
        for first, second in pairs
        for cnn, other in zip(shares[first], shares[second], strict=True)  # type: ignore[index]
    ]


def compiled_pairs(runs: Sequence[Run]) -> Iterator[tuple[Cell, Cell]]:
    """Every compiled CNN with the dense and the recurrent network of nearly the same work on that chip."""
    cells = [
        cell
        for run in runs
        for cell in run.cells
        if cell.provenance == "compiled-not-run" and cell.estimate_seconds
    ]
    for cnn in (cell for cell in cells if cell.parameters["family"] == "convolutional"):
        for family in ("fully_connected", "recurrent"):
            others = [c for c in cells if (c.parameters["family"], c.backend) == (family, cnn.backend)]
            nearest = min(others, key=lambda other: _apart(cnn, other), default=None)
            if nearest and _apart(cnn, nearest) <= CLOSE:
                yield cnn, nearest


def _apart(one: Cell, other: Cell) -> float:
    return max(one.flop / other.flop, other.flop / one.flop)


def compiled_estimate(cnn: Cell, other: Cell) -> Estimate:
    """`compiled_ratio` with the band of two estimates that may be off in opposite directions."""
    ratio = compiled_ratio(cnn, other)
    return Estimate(ratio, ratio / (1 + LEAD), ratio * (1 + LEAD), "compiled-not-run", "libtpu's cycles")


def compiled_ratio(cnn: Cell, other: Cell) -> float:
    """Operations per second of the CNN over those of the other: the compiler's clock cancels."""
    assert cnn.estimate_seconds is not None
    assert other.estimate_seconds is not None
    return (cnn.flop / cnn.estimate_seconds) / (other.flop / other.estimate_seconds)
