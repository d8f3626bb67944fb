"""Operations and bytes of a product, against counting them one by one."""

from __future__ import annotations

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from tutorials_lib.bench.work import product_bytes, product_flop

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
