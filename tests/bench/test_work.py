"""Operations and bytes, against counting them one by one and against PyTorch's own counter."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from tutorials_lib.bench.work import (
    RMSPROP_BYTES,
    attention,
    convolution,
    forward_work,
    linear,
    product_bytes,
    product_flop,
    recurrence,
    training_work,
)

SHAPES = [(1, 1, 1), (2, 3, 4), (5, 1, 7), (1, 9, 1), (4, 4, 4)]


@pytest.mark.parametrize("shape", SHAPES)
def test_flop_are_the_multiplications_and_additions_of_the_definition(shape: tuple[int, int, int]) -> None:
    rows, inner, columns = shape
    counted = sum(2 for _ in range(rows) for _ in range(columns) for _ in range(inner))
    assert product_flop(*shape) == counted


@pytest.mark.parametrize("shape", SHAPES)
def test_flop_match_pytorch(shape: tuple[int, int, int]) -> None:
    rows, inner, columns = shape
    with FlopCounterMode(display=False) as counter:
        torch.ones(rows, inner) @ torch.ones(inner, columns)
    assert product_flop(*shape) == counter.get_total_flops()


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float64])
@pytest.mark.parametrize("shape", SHAPES)
def test_bytes_are_those_of_the_three_tensors(shape: tuple[int, int, int], dtype: torch.dtype) -> None:
    rows, inner, columns = shape
    left, right = torch.ones(rows, inner, dtype=dtype), torch.ones(inner, columns, dtype=dtype)
    tensors = (left, right, left @ right)
    assert product_bytes(*shape, dtype.itemsize) == sum(tensor.nbytes for tensor in tensors)


@pytest.mark.parametrize(
    ("channels", "side", "kernel", "stride", "groups"),
    [((3, 8), 8, 3, 1, 1), ((4, 4), 8, 3, 1, 4), ((6, 9), 9, 1, 1, 3), ((3, 5), 8, 7, 2, 1)],
)
def test_convolution_matches_pytorch_and_its_tensors(channels, side, kernel, stride, groups) -> None:
    layer = nn.Conv2d(*channels, kernel, stride, padding=kernel // 2, groups=groups, bias=False)
    images = torch.ones(2, channels[0], side, side)
    with FlopCounterMode(display=False) as counter:
        answer = layer(images)
    counted = convolution(2, channels, (side, answer.shape[-1]), kernel, groups)
    assert counted.flop == counter.get_total_flops()
    assert counted.bytes(4) == images.nbytes + layer.weight.nbytes + answer.nbytes


@pytest.mark.parametrize("kind", ["rnn", "gru", "lstm"])
def test_recurrence_has_the_weights_of_pytorch_and_uses_each_once_per_step(kind) -> None:
    batch, length, inputs, hidden = 2, 5, 3, 4
    module = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}[kind](inputs, hidden, bias=False)
    layers = recurrence(kind, batch, length, inputs, hidden)
    weights = sum(parameter.numel() for parameter in module.parameters())
    assert sum(layer.weights for layer in layers) == weights
    assert sum(layer.flop for layer in layers) == 2 * batch * length * weights


def test_pytorch_does_not_count_inside_an_lstm() -> None:
    """The reason to count by hand: should this fail one day, its counter can be asked instead."""
    with FlopCounterMode(display=False) as counter:
        nn.LSTM(3, 4)(torch.ones(5, 2, 3))
    assert counter.get_total_flops() == 0


def test_attention_matches_pytorch() -> None:
    parts = torch.ones(3, 2, 4, 16, 8)
    with FlopCounterMode(display=False) as counter:
        nn.functional.scaled_dot_product_attention(*parts)
    assert attention(2, 4, 16, 8).flop == counter.get_total_flops()
    assert attention(2, 4, 16, 8).bytes(4) == parts.nbytes + parts[0].nbytes


def test_training_step_is_forward_two_gradients_and_the_optimiser() -> None:
    layers = [linear(2, 3, 4), linear(2, 4, 1)]
    flop, moved = training_work(layers)
    assert flop == (48 + 16) + (48 + 16) + 16  # the first layer sends no gradient back
    first, second = (layer.bytes(4) for layer in layers)
    assert moved == 2 * first + 3 * second + RMSPROP_BYTES * (12 + 4)
    assert forward_work(layers) == (64, first + second)
