"""The four families of networks that the sweeps measure, in the parameters of ParaDnn.

ParaDnn (Wang, Wei and Brooks, 2019, https://arxiv.org/abs/1907.10701) draws networks from a few numbers, so
that a claim about "fully connected" or "convolutional" networks can be tested over a whole range of them.
Each family here is a plain `nn.Module`, with its layers counted by hand (`tutorials_lib.bench.work`) and a
batch of random data made from a seed. All answers are logits `batch classes`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import ClassVar, Literal, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tutorials_lib.bench.work import (
    Layer,
    Recurrence,
    attention,
    convolution,
    forward_work,
    linear,
    recurrence,
    training_work,
)

Pass = Literal["inference", "training"]


class Workload(Protocol):
    """A network by its numbers. `batch` is how many examples one call takes."""

    family: ClassVar[str]
    batch: int
    classes: int

    def module(self) -> nn.Module:
        """The network, with weights drawn from torch's generator."""

    def inputs(self, generator: torch.Generator) -> Tensor:
        """One batch."""

    def layers(self) -> list[Layer]:
        """Every product of one forward pass, in order."""


@dataclass(frozen=True)
class FullyConnected:
    """`layers` hidden layers of `nodes` units with ReLU between an input and a linear output.

    >>> FullyConnected(nodes=32, batch=16, hidden_layers=4).parameters()["nodes"]
    32
    """

    family: ClassVar[str] = "fully_connected"
    nodes: int
    batch: int
    hidden_layers: int = 4
    width: int = 512  # of the input
    classes: int = 16

    def parameters(self) -> dict[str, int]:
        return asdict(self)

    def _widths(self) -> list[int]:
        return [self.width, *[self.nodes] * self.hidden_layers, self.classes]

    def module(self) -> nn.Module:
        widths = self._widths()
        parts = [(nn.Linear(a, b), nn.ReLU()) for a, b in pairwise(widths)]
        return nn.Sequential(*[layer for part in parts for layer in part][:-1])

    def inputs(self, generator: torch.Generator) -> Tensor:
        return torch.randn(self.batch, self.width, generator=generator)

    def layers(self) -> list[Layer]:
        widths = self._widths()
        return [linear(self.batch, a, b) for a, b in pairwise(widths)]


class ResidualBlock(nn.Module):
    """Two 3×3 convolutions around a shortcut (He et al., 2015, https://arxiv.org/abs/1512.03385)."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.first_norm = nn.BatchNorm2d(outputs)
        self.second = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.second_norm = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Conv2d(inputs, outputs, 1, stride, bias=False) if inputs != outputs else None

    def forward(self, images: Tensor) -> Tensor:
        passed = images if self.shortcut is None else self.shortcut(images)
        hidden = F.relu(self.first_norm(self.first(images)))
        return F.relu(self.second_norm(self.second(hidden)) + passed)


@dataclass(frozen=True)
class Convolutional:
    """A residual network of four groups of `blocks`; each group halves the side and doubles the filters."""

    family: ClassVar[str] = "convolutional"
    filters: int
    blocks: int
    batch: int
    side: int = 64
    classes: int = 16

    def parameters(self) -> dict[str, int]:
        return asdict(self)

    def _blocks(self) -> list[tuple[int, int, int, int]]:
        """(channels in, channels out, stride, side of the input) of every block."""
        found, channels, side = [], self.filters, self.side // 4
        for group in range(4):
            for block in range(self.blocks):
                outputs, stride = self.filters * 2**group, 2 if group and not block else 1
                found.append((channels, outputs, stride, side))
                channels, side = outputs, side // stride
        return found

    def module(self) -> nn.Module:
        stem = nn.Conv2d(3, self.filters, 7, stride=2, padding=3, bias=False)
        start = [stem, nn.BatchNorm2d(self.filters), nn.ReLU(), nn.MaxPool2d(2)]
        blocks = [ResidualBlock(*block[:3]) for block in self._blocks()]
        end = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8 * self.filters, self.classes)]
        return nn.Sequential(*start, *blocks, *end)

    def inputs(self, generator: torch.Generator) -> Tensor:
        return torch.randn(self.batch, 3, self.side, self.side, generator=generator)

    def layers(self) -> list[Layer]:
        found = [convolution(self.batch, (3, self.filters), (self.side, self.side // 2), kernel=7)]
        for inputs, outputs, stride, side in self._blocks():
            after = side // stride
            found.append(convolution(self.batch, (inputs, outputs), (side, after), kernel=3))
            found.append(convolution(self.batch, (outputs, outputs), (after, after), kernel=3))
            if inputs != outputs:
                found.append(convolution(self.batch, (inputs, outputs), (side, after), kernel=1))
        return [*found, linear(self.batch, 8 * self.filters, self.classes)]


class LastState(nn.Module):
    """A recurrent layer over (batch, length, inputs); returns the last hidden state."""

    def __init__(self, kind: Recurrence, inputs: int, hidden: int) -> None:
        super().__init__()
        layer = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}[kind]
        self.layer = layer(inputs, hidden, batch_first=True)

    def forward(self, sequence: Tensor) -> Tensor:
        return self.layer(sequence)[0][:, -1]


@dataclass(frozen=True)
class Recurrent:
    """A recurrent layer of `embedding` units over `length` vectors of as many numbers, then a linear one."""

    family: ClassVar[str] = "recurrent"
    kind: Recurrence
    embedding: int
    length: int
    batch: int
    classes: int = 16

    def parameters(self) -> dict[str, int | str]:
        return asdict(self)

    def module(self) -> nn.Module:
        recurrent = LastState(self.kind, self.embedding, self.embedding)
        return nn.Sequential(recurrent, nn.Linear(self.embedding, self.classes))

    def inputs(self, generator: torch.Generator) -> Tensor:
        return torch.randn(self.batch, self.length, self.embedding, generator=generator)

    def layers(self) -> list[Layer]:
        size = self.embedding
        steps = recurrence(self.kind, self.batch, self.length, size, size)
        return [*steps, linear(self.batch, size, self.classes)]


class EncoderBlock(nn.Module):
    """Attention and a hidden layer four times as wide, norms first (https://arxiv.org/abs/2002.04745)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.attention_norm, self.hidden_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.queries_keys_values, self.mix = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.hidden = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, sequence: Tensor) -> Tensor:
        batch, length, width = sequence.shape
        parts = self.queries_keys_values(self.attention_norm(sequence))
        parts = parts.view(batch, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)  # 3 b h l d
        mixed = F.scaled_dot_product_attention(*parts.unbind(0)).transpose(1, 2)  # b l h d
        sequence = sequence + self.mix(mixed.reshape(batch, length, width))
        return sequence + self.hidden(self.hidden_norm(sequence))


class MeanOverLength(nn.Module):
    """(batch, length, width) → (batch, width)."""

    def forward(self, sequence: Tensor) -> Tensor:
        return sequence.mean(dim=1)


@dataclass(frozen=True)
class Transformer:
    """An embedding and `blocks` encoder blocks over `length` vectors of `width` numbers; heads of 32."""

    family: ClassVar[str] = "transformer"
    width: int
    length: int
    batch: int
    blocks: int = 2
    classes: int = 16

    def parameters(self) -> dict[str, int]:
        return asdict(self)

    def module(self) -> nn.Module:
        embedding = nn.Linear(self.width, self.width)
        blocks = [EncoderBlock(self.width, self.width // 32) for _ in range(self.blocks)]
        return nn.Sequential(embedding, *blocks, MeanOverLength(), nn.Linear(self.width, self.classes))

    def inputs(self, generator: torch.Generator) -> Tensor:
        return torch.randn(self.batch, self.length, self.width, generator=generator)

    def layers(self) -> list[Layer]:
        rows, width = self.batch * self.length, self.width
        block = [
            linear(rows, width, 3 * width),
            attention(self.batch, width // 32, self.length, 32),
            linear(rows, width, width),
            linear(rows, width, 4 * width),
            linear(rows, 4 * width, width),
        ]
        embedding, last = linear(rows, width, width), linear(self.batch, width, self.classes)
        return [embedding, *(self.blocks * block), last]


FAMILIES: Mapping[str, Callable[..., Workload]] = {
    kind.family: kind for kind in (FullyConnected, Convolutional, Recurrent, Transformer)
}


def work(workload: Workload, purpose: Pass, item_bytes: int = 4) -> tuple[int, int]:
    """Operations and bytes of one call: a forward pass, or a training step."""
    count = training_work if purpose == "training" else forward_work
    return count(workload.layers(), item_bytes)


def seeded_module(workload: Workload, seed: int = 0) -> nn.Module:
    """The network with the same weights every time; the global generator is left as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return workload.module()


def batch_of(workload: Workload, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Inputs, and labels `batch` in the range of the classes."""
    generator = torch.Generator().manual_seed(seed)
    inputs = workload.inputs(generator)
    return inputs, torch.randint(workload.classes, (workload.batch,), generator=generator)
