"""Emulated formats against PyTorch's own, against roundings done by hand, and against the bits themselves."""

from __future__ import annotations

import pytest
import torch

from tutorials_lib.bench import precision


def normal(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_bfloat16_keeps_eight_significant_bits() -> None:
    step = 2.0**-7
    numbers = torch.tensor([1 + step, 1 + 0.49 * step, 1 + 0.51 * step, 1 + 0.5 * step, 1 + 1.5 * step, -3.0])
    expected = torch.tensor([1 + step, 1.0, 1 + step, 1.0, 1 + 2 * step, -3.0])  # ties go to the even one
    assert torch.equal(precision.to_bfloat16(numbers), expected)


def test_tf32_keeps_eleven_significant_bits() -> None:
    step = 2.0**-10
    numbers = torch.tensor([1 + step, 1 + 0.49 * step, 1 + 0.51 * step, 1 + 0.5 * step, 1 + 1.5 * step, -3.0])
    expected = torch.tensor([1 + step, 1.0, 1 + step, 1.0, 1 + 2 * step, -3.0])
    assert torch.equal(precision.to_tf32(numbers), expected)


def test_tf32_is_the_nearest_number_with_thirteen_empty_bits() -> None:
    numbers = normal(2000) * 10.0 ** normal(2000, seed=1)
    rounded = precision.to_tf32(numbers)
    assert not (rounded.view(torch.int32) & (2**precision.TF32_BITS - 1)).any()
    assert ((rounded - numbers).abs() <= 2.0**-11 * numbers.abs()).all()


def test_three_parts_add_up_to_the_number_itself() -> None:
    numbers = normal(2000, seed=2)
    parts = precision.split(numbers, 3)
    assert torch.equal(sum(part.double() for part in parts), numbers.double())
    assert all(torch.equal(part, precision.to_bfloat16(part)) for part in parts)


@pytest.mark.parametrize("length", [1, 3, 64, 1000])
def test_one_pass_agrees_with_torch_bfloat16_product(length: int) -> None:
    """PyTorch rounds the result to bfloat16, too: equal up to one step of it, mostly the same."""
    A, B = normal(17, length), normal(length, 19, seed=1)
    ours = precision.bfloat16_product(A, B).to(torch.bfloat16)
    theirs = A.to(torch.bfloat16) @ B.to(torch.bfloat16)
    torch.testing.assert_close(ours, theirs, rtol=2**-7, atol=2**-7 * float(theirs.abs().max()) / 100)
    assert (ours == theirs).float().mean() > 0.97


def test_one_pass_by_hand() -> None:
    """1 + 2⁻⁹ rounds to 1, so the difference of two such sums is lost; three passes keep it."""
    A = torch.tensor([[1 + 2.0**-9, 1.0]])
    B = torch.tensor([[1.0], [-1.0]])
    assert precision.bfloat16_product(A, B).item() == 0.0
    assert precision.bfloat16_product(A, B, passes=3).item() == 2.0**-9


def test_three_passes_leave_out_products_of_two_small_parts() -> None:
    A = torch.tensor([[1 + 2.0**-9]])
    exact = (1 + 2.0**-9) ** 2
    assert precision.bfloat16_product(A, A, passes=3).item() == 1 + 2 * 2.0**-9
    assert precision.bfloat16_product(A, A, passes=6).item() == exact


def test_int8_by_hand() -> None:
    A = torch.tensor([[127.0, 1.4]])
    B = torch.tensor([[127.0], [100.6]])
    assert precision.int8_product(A, B).item() == 127 * 127 + 1 * 101


def test_int8_of_zeros_is_zero() -> None:
    zeros = torch.zeros(2, 2)
    assert torch.equal(precision.int8_product(zeros, zeros), zeros)


def test_errors_are_where_they_were_found_and_do_not_grow_with_length() -> None:
    found = precision.errors_over_length(
        [64, 512, 4096], lambda *shape: torch.randn(*shape[:2], generator=shape[2])
    )
    for name, low, high in (
        ("bfloat16", 2.1e-3, 2.6e-3),
        ("bfloat16 ×3", 4.0e-6, 4.9e-6),
        ("TF32", 2.6e-4, 3.3e-4),
        ("int8", 1.0e-2, 2.0e-2),
    ):
        assert all(low < error < high for error in found[name]), name
    assert max(found["bfloat16 ×6"]) < 3e-7
    assert all(six <= 1.2 * full for six, full in zip(found["bfloat16 ×6"], found["float32"], strict=True))


def test_unknown_number_of_passes_is_refused() -> None:
    with pytest.raises(KeyError):
        precision.bfloat16_product(torch.eye(2), torch.eye(2), passes=2)


def test_lengths_must_increase() -> None:
    with pytest.raises(ValueError, match="increasing"):
        precision.errors_over_length([2, 2], lambda rows, columns, _: torch.ones(rows, columns))
