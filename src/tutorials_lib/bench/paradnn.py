"""One training step of a fully connected network on a TPU v2-8, and what 1,724 measured ones say about it.

The measurements are ParaDnn's (Wang, Wei and Brooks, 2019, https://arxiv.org/abs/1907.10701). They are not in
this repository; `paradnn_fit` reads them, and writes the constants and the errors that this module reads.
A v2-8 is a board of four chips with two cores each; every core trains on an eighth of the batch.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cache
from math import ceil
from pathlib import Path
from typing import Any, Literal

from tutorials_lib.bench import derived, results
from tutorials_lib.bench.provenance import Estimate
from tutorials_lib.bench.specs import CHIPS
from tutorials_lib.bench.systolic import Machine, product, training_shapes

ORIGIN = "systolic array + all-reduce + infeed, fitted to ParaDnn"

CORES = 8
CORE: Machine = CHIPS["v2"].machine(cores=1)
FLOAT_BYTES = 4  # TensorFlow kept weights, activations and gradients in float32
OPTIMISER_BYTES = 28  # RMSProp with momentum, per parameter: three arrays read and written, one gradient read
BUCKET_BYTES = 2**21  # smaller gradients share an all-reduce; a power of two chosen with the data in sight
OVERLAP = 4.0  # exponent of the mean that joins device and host: 1 would add them, ∞ hide the shorter one

Bottleneck = Literal["infeed", "fixed", "all-reduce", "optimiser", "layers", "products"]


@dataclass(frozen=True, order=True)
class Network:
    """A fully connected network as ParaDnn parametrises it: `layers` hidden layers of `width` units."""

    layers: int
    width: int
    inputs: int
    outputs: int
    batch: int

    @property
    def widths(self) -> tuple[int, ...]:
        return (self.inputs, *[self.width] * self.layers, self.outputs)

    @property
    def tensors(self) -> Iterator[tuple[int, int]]:
        """(numbers in a weight matrix, how many such matrices)."""
        yield self.inputs * self.width, 1
        yield self.width**2, self.layers - 1
        yield self.width * self.outputs, 1

    @property
    def parameters(self) -> int:
        """Weights and biases.

        >>> Network(32, 512, 8000, 200, 1024).parameters  # the file says 12,340,000
        12341448
        """
        return sum(size * count for size, count in self.tensors) + self.layers * self.width + self.outputs


@dataclass(frozen=True)
class Constants:
    """What the measurements had to tell. Everything else in the model is published or counted."""

    all_reduce_bytes_per_second: float
    all_reduce_seconds: float  # to begin one
    layer_seconds: float  # whatever a layer costs that does not depend on its size
    infeed_bytes_per_second: float  # from the host to the whole board
    label_weight: float  # a byte of one-hot labels costs the host so many bytes of input
    host_seconds: float  # for every step, however small


@dataclass(frozen=True)
class Step:
    """Seconds of one training step, in parts. Device and host work at the same time."""

    products: float
    all_reduce: float
    optimiser: float
    layers: float
    infeed: float
    fixed: float

    @property
    def device(self) -> float:
        return self.products + self.all_reduce + self.optimiser + self.layers

    @property
    def host(self) -> float:
        return self.infeed + self.fixed

    @property
    def seconds(self) -> float:
        return (self.device**OVERLAP + self.host**OVERLAP) ** (1 / OVERLAP)

    @property
    def bottleneck(self) -> Bottleneck:
        """The largest part of the side that takes longer."""
        if self.host > self.device:
            return "infeed" if self.infeed > self.fixed else "fixed"
        parts: dict[Bottleneck, float] = {
            "products": self.products,
            "all-reduce": self.all_reduce,
            "optimiser": self.optimiser,
            "layers": self.layers,
        }
        return max(parts, key=parts.__getitem__)


def products_seconds(network: Network, core: Machine = CORE) -> float:
    """The products of one step on one core, forward and backward; `layer_seconds` has their launch."""
    rows = ceil(network.batch / CORES)
    ends_and_one_hidden = (network.inputs, network.width, network.width, network.outputs)
    shapes = list(training_shapes(ends_and_one_hidden, rows))  # 2 of the first layer, 3 hidden, 3 of the last
    seconds = [product(core, shape, FLOAT_BYTES).seconds - core.launch_seconds for shape in shapes]
    return sum(seconds[:2]) + (network.layers - 1) * sum(seconds[2:5]) + sum(seconds[5:])


def buckets(network: Network) -> float:
    """How many all-reduces the gradients make, where small ones share one.

    >>> buckets(Network(3, 128, 128, 128, 64))  # 4 · 64 KiB of 2 MiB
    0.125
    """
    sizes = ((FLOAT_BYTES * size, count) for size, count in network.tensors)
    return sum(count * min(1.0, size / BUCKET_BYTES) for size, count in sizes)


def step(network: Network, constants: Constants, core: Machine = CORE) -> Step:
    """The parts of one training step."""
    exchanged = FLOAT_BYTES * network.parameters / constants.all_reduce_bytes_per_second
    numbers = network.inputs + constants.label_weight * network.outputs
    return Step(
        products=products_seconds(network, core),
        all_reduce=exchanged + buckets(network) * constants.all_reduce_seconds,
        optimiser=OPTIMISER_BYTES * network.parameters / core.bytes_per_second,
        layers=(network.layers + 1) * constants.layer_seconds,
        infeed=FLOAT_BYTES * network.batch * numbers / constants.infeed_bytes_per_second,
        fixed=constants.host_seconds,
    )


def plain_roofline(network: Network, core: Machine = CORE) -> float:
    """Seconds by arithmetic and memory alone, as a brochure would have it."""
    return products_seconds(network, core)


# ── what the measurements said ──────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Point:
    """A measured network: how many times the measured time the modelled one is."""

    network: Network
    ratio: float


@dataclass(frozen=True)
class Findings:
    """The committed file: constants, how wrong they are, and one ratio for every measured network."""

    constants: Constants
    errors: dict[str, float]
    points: tuple[Point, ...]
    versus_gpu: dict[Network, float]  # examples per second on the board over those on one V100
    out_of_memory: tuple[Network, ...]  # networks that the TPU board could not train
    gpu_unfinished: tuple[Network, ...]
    data: dict[str, str]  # file and SHA-256 of what this was derived from

    def estimate(self, network: Network) -> Estimate:
        """Modelled seconds of a step, in the band that held nine tenths of the held-out measurements."""
        seconds = step(network, self.constants).seconds
        low, high = self.errors["measured_over_modelled_q05"], self.errors["measured_over_modelled_q95"]
        return Estimate(seconds, low * seconds, high * seconds, "modelled", ORIGIN, "s")


@cache
def findings(path: Path | None = None) -> Findings:
    """Read the committed file. Raises `results.ResultsError` that names the file and what is wrong."""
    path = path or derived.path(derived.STEPS)
    data = derived.read(path)
    try:
        return _findings(data)
    except (KeyError, TypeError, ValueError) as error:
        raise results.ResultsError(
            f"{path}: {error!r}; expected the fields that paradnn_fit writes"
        ) from error


def _findings(data: dict[str, Any]) -> Findings:
    names = {field.name for field in fields(Constants)}
    return Findings(
        constants=Constants(**{name: float(data["constants"][name]) for name in sorted(names)}),
        errors={name: float(value) for name, value in data["errors"].items()},
        points=tuple(Point(Network(*place), float(ratio)) for *place, ratio in data["points"]),
        versus_gpu={Network(*place): float(ratio) for *place, ratio in data["versus_gpu"]},
        out_of_memory=tuple(Network(*place) for place in data["out_of_memory"]),
        gpu_unfinished=tuple(Network(*place) for place in data["gpu_unfinished"]),
        data=dict(data["data"]),
    )
