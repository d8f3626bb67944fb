"""How much work a computation is, counted by hand: floating-point operations and bytes that must move.

A multiplication and an addition count as two operations. Only products count (layers, convolutions,
recurrences, attention), as in published figures; activations and norms move bytes but few operations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

RMSPROP_BYTES = 28  # per parameter and step: weight, mean square and velocity read and written, gradient read

Recurrence = Literal["rnn", "gru", "lstm"]
GATES: dict[Recurrence, int] = {"rnn": 1, "gru": 3, "lstm": 4}  # blocks of rows in the weights of a step


@dataclass(frozen=True)
class Layer:
    """One layer, forward: its operations, and how many numbers it reads, holds and writes."""

    flop: int
    inputs: int
    weights: int
    outputs: int

    def bytes(self, item_bytes: int) -> int:
        """Bytes of input, weights and output, each moved once: the least for this layer on its own."""
        return item_bytes * (self.inputs + self.weights + self.outputs)


def product_flop(rows: int, inner: int, columns: int) -> int:
    """Operations of (rows × inner)·(inner × columns): a multiplication and an addition for each term.

    >>> product_flop(2, 3, 4)  # 8 entries, each the sum of 3 products
    48
    """
    return 2 * rows * inner * columns


def product_bytes(rows: int, inner: int, columns: int, item_bytes: int) -> int:
    """Bytes of both factors and of the product, each moved once: the least that any algorithm moves.

    >>> product_bytes(2, 3, 4, item_bytes=4)  # 6 + 12 + 8 numbers
    104
    """
    return item_bytes * (rows * inner + inner * columns + rows * columns)


def linear(rows: int, inputs: int, outputs: int) -> Layer:
    """A fully connected layer without its bias, over `rows` vectors.

    >>> linear(2, 3, 4)
    Layer(flop=48, inputs=6, weights=12, outputs=8)
    """
    return Layer(product_flop(rows, inputs, outputs), rows * inputs, inputs * outputs, rows * outputs)


def convolution(
    batch: int, channels: tuple[int, int], sides: tuple[int, int], kernel: int, groups: int = 1
) -> Layer:
    """A square convolution from `channels[0]` of side `sides[0]` to `channels[1]` of side `sides[1]`.

    Each output is a sum of kernel² · channels[0] / groups products; padding counts like any other pixel.

    >>> convolution(1, (2, 3), (4, 4), kernel=3).flop  # 48 outputs, each the sum of 18 products
    1728
    >>> convolution(1, (8, 8), (4, 4), kernel=3, groups=8).weights  # depthwise: 9 for each channel
    72
    """
    inner = kernel**2 * channels[0] // groups
    pixels = batch * sides[1] ** 2
    return Layer(
        flop=product_flop(pixels, inner, channels[1]),
        inputs=batch * channels[0] * sides[0] ** 2,
        weights=inner * channels[1],
        outputs=pixels * channels[1],
    )


def recurrence(kind: Recurrence, batch: int, length: int, inputs: int, hidden: int) -> list[Layer]:
    """A recurrent layer as two products: all inputs at once, then `length` steps with the hidden state.

    `torch.utils.flop_counter.FlopCounterMode` does not see inside `nn.LSTM`: it counts 0.

    >>> [layer.flop for layer in recurrence("lstm", batch=1, length=2, inputs=3, hidden=5)]
    [240, 400]
    """
    gates, rows = GATES[kind] * hidden, batch * length
    steps = Layer(product_flop(rows, hidden, gates), rows * hidden, hidden * gates, rows * gates)
    return [linear(rows, inputs, gates), steps]


def attention(batch: int, heads: int, length: int, width: int) -> Layer:
    """Scores of every pair and their mixture of values; `width` is that of one head. It holds no weights.

    >>> attention(batch=1, heads=1, length=4, width=8).flop  # two products of 4 · 8 · 4 terms
    512
    """
    numbers = batch * heads * length * width
    return Layer(2 * batch * heads * product_flop(length, width, length), 3 * numbers, 0, numbers)


def forward_work(layers: Sequence[Layer], item_bytes: int = 4) -> tuple[int, int]:
    """Operations and bytes of one pass, layer by layer: nothing fused, nothing kept in a cache.

    >>> forward_work([linear(2, 3, 4), linear(2, 4, 1)])
    (64, 160)
    """
    return sum(layer.flop for layer in layers), sum(layer.bytes(item_bytes) for layer in layers)


def training_work(layers: Sequence[Layer], item_bytes: int = 4) -> tuple[int, int]:
    """Operations and bytes of one step: forward, both gradients, and RMSProp with momentum.

    The gradients of the weights and of the input are each as much work as the forward pass; the first layer
    has no input to send a gradient to, and attention, without weights, owes both to its inputs.

    >>> training_work([linear(2, 3, 4), linear(2, 4, 1)])[0]  # 3 · 64 operations less 48
    144
    """
    flop, moved = forward_work(layers, item_bytes)
    skipped = layers[0]
    weights = sum(layer.weights for layer in layers)
    return 3 * flop - skipped.flop, 3 * moved - skipped.bytes(item_bytes) + RMSPROP_BYTES * weights
