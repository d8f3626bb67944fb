"""The number formats of matrix units, emulated on any processor: which digits survive a product.

Every function takes and returns float32 tensors. The inputs are rounded exactly as the format says; the
products of the rounded numbers are exact, and their sum is kept in float32 (integers: without error). Only
the order of the additions is this processor's own, which changes the last bits of a float32 sum.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor

Matrix = Float[Tensor, "rows columns"]

TF32_BITS = 13  # low bits of a float32 that TF32 does not have: 23 − 10
INT8_LARGEST = 127

# Which parts of the factors are multiplied: part 0 is the number rounded to bfloat16, part 1 what that lost,
# rounded again, and so on. Terms smaller than the last one listed are left out.
PASSES: dict[int, tuple[tuple[int, int], ...]] = {
    1: ((0, 0),),
    3: ((0, 0), (0, 1), (1, 0)),
    6: ((0, 0), (0, 1), (1, 0), (1, 1), (0, 2), (2, 0)),
}


def to_bfloat16(numbers: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Round to 8 significant bits, ties to even; the range of float32 stays.

    >>> to_bfloat16(torch.tensor([1.0, 1 + 2**-8, 1 + 3 * 2**-8]))  # ties: down to even, up to even
    tensor([1.0000, 1.0000, 1.0156])
    """
    return numbers.to(torch.bfloat16).to(torch.float32)


def to_tf32(numbers: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Round finite numbers to the 11 significant bits of NVIDIA's TF32, ties to even.

    >>> to_tf32(torch.tensor([1 + 2**-10, 1 + 2**-11])) - 1
    tensor([0.0010, 0.0000])
    """
    bits = numbers.contiguous().view(torch.int32)
    kept_is_odd = (bits >> TF32_BITS) & 1
    rounded = bits + (2 ** (TF32_BITS - 1) - 1) + kept_is_odd
    return (rounded & -(2**TF32_BITS)).view(torch.float32)


def split(numbers: Float[Tensor, "*shape"], parts: int) -> list[Float[Tensor, "*shape"]]:
    """Numbers that bfloat16 has and that add up to `numbers`: exactly, with three parts and no underflow.

    >>> whole = torch.tensor([0.1])
    >>> [float(whole - sum(split(whole, parts))) != 0 for parts in (1, 2, 3)]
    [True, True, False]
    """
    found, rest = [], numbers
    for _ in range(parts):
        found.append(to_bfloat16(rest))
        rest = rest - found[-1]  # exact: the difference of a float32 and its rounding fits into a float32
    return found


def bfloat16_product(A: Matrix, B: Matrix, passes: int = 1) -> Matrix:
    """A·B as a TPU's matrix unit computes it: bfloat16 in, float32 sums, in 1, 3 or 6 passes.

    XLA calls them DEFAULT, HIGH and HIGHEST. Raises `KeyError` for another number of passes.
    """
    terms = PASSES[passes]
    count = 1 + max(max(pair) for pair in terms)
    left, right = split(A, count), split(B, count)
    # Small terms first: added to each other they keep digits that a large sum would swallow.
    return sum((left[i] @ right[j] for i, j in reversed(terms)), torch.zeros(()))


def tf32_product(A: Matrix, B: Matrix) -> Matrix:
    """A·B with the inputs rounded to TF32 and the sums in float32."""
    return to_tf32(A) @ to_tf32(B)


def int8_product(A: Matrix, B: Matrix) -> Matrix:
    """A·B with both factors as 8-bit integers times one scale each, the largest entry being 127."""
    scales = [
        factor.abs().max().clamp_min(torch.finfo(torch.float32).tiny) / INT8_LARGEST for factor in (A, B)
    ]
    # Integers this small multiply and add up without error in float64.
    whole = [(factor / scale).round().to(torch.float64) for factor, scale in zip((A, B), scales, strict=True)]
    return ((whole[0] @ whole[1]) * scales[0].double() * scales[1].double()).float()


FORMATS: dict[str, Callable[[Matrix, Matrix], Matrix]] = {
    "int8": int8_product,
    "bfloat16": bfloat16_product,
    "TF32": tf32_product,
    "bfloat16 ×3": lambda A, B: bfloat16_product(A, B, passes=3),
    "bfloat16 ×6": lambda A, B: bfloat16_product(A, B, passes=6),
    "float32": lambda A, B: A @ B,
}


def relative_error(computed: Matrix, A: Matrix, B: Matrix) -> float:
    """‖computed − A·B‖ / ‖A·B‖ (Frobenius), with A·B in float64.

    >>> eye = torch.eye(3)
    >>> relative_error(1.5 * eye, eye, eye)
    0.5
    """
    exact = A.double() @ B.double()
    return float((computed.double() - exact).norm() / exact.norm())


def errors_over_length(
    lengths: list[int], draw: Callable[[int, int, torch.Generator], Matrix], *, seed: int = 0, side: int = 64
) -> dict[str, list[float]]:
    """For each format, the relative error of (side × length)·(length × side) at each length.

    `draw(rows, columns, generator)` makes the factors. Raises `ValueError` unless the lengths increase.
    """
    if any(one >= other for one, other in pairwise(lengths)):
        raise ValueError(f"lengths {lengths}; expected increasing ones")
    generator = torch.Generator().manual_seed(seed)
    found: dict[str, list[float]] = {name: [] for name in FORMATS}
    for length in lengths:
        A, B = draw(side, length, generator), draw(length, side, generator)
        for name, multiply in FORMATS.items():
            found[name].append(relative_error(multiply(A, B), A, B))
    return found
