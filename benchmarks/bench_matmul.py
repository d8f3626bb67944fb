"""The matrix product over sizes and number formats, on the CPU and on a CUDA device where there is one.

Shapes are (rows, inner, columns): (rows × inner)·(inner × columns). Besides squares, four skinny products:
a vector, a batch of 16 through a layer, a narrow layer, and an outer product of 16 terms.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from tutorials_lib.bench.backends import float32_products
from tutorials_lib.bench.work import product_bytes, product_flop

SQUARE = [(side, side, side) for side in (64, 128, 256, 512, 1024, 2048)]
SKINNY = [(1, 2048, 2048), (16, 2048, 2048), (2048, 2048, 16), (2048, 16, 2048)]
LARGE = [(side, side, side) for side in (4096, 8192)]  # a GPU is not full below
TINY = [(8, 8, 8), (1, 16, 16)]

PRECISIONS = {"cpu": ("float32", "bfloat16"), "cuda": ("float32", "tf32", "bfloat16")}
DTYPE = {"float32": torch.float32, "tf32": torch.float32, "bfloat16": torch.bfloat16}
# The relative step between neighbouring numbers: TF32 rounds its float32 inputs to 10 bits after the point.
STEP = {"float32": 2.0**-23, "tf32": 2.0**-10, "bfloat16": 2.0**-7}


def pytest_generate_tests(metafunc) -> None:
    devices = [name for name in metafunc.config.getoption("backends") if name in PRECISIONS]
    smoke = metafunc.config.getoption("smoke")
    cases = [
        (device, precision, shape)
        for device in devices
        for precision in PRECISIONS[device]
        for shape in (TINY if smoke else SQUARE + SKINNY + (LARGE if device == "cuda" else []))
    ]
    names = ["-".join([device, precision, "x".join(map(str, shape))]) for device, precision, shape in cases]
    metafunc.parametrize("device, precision, shape", cases, ids=names)


def matrix_product(left: Tensor, right: Tensor) -> Tensor:
    return left @ right


def test_matrix_product(case, device: str, precision: str, shape: tuple[int, int, int]) -> None:
    rows, inner, columns = shape
    dtype = DTYPE[precision]

    def prepare(index: int) -> tuple[Tensor, Tensor]:
        generator = torch.Generator().manual_seed(index)
        left = torch.randn(rows, inner, generator=generator)
        right = torch.randn(inner, columns, generator=generator)
        return left.to(device, dtype), right.to(device, dtype)

    with float32_products(precision):
        case(
            matrix_product,
            prepare=prepare,
            reference=lambda left, right: left.double() @ right.double(),
            # one rounding, and float32 sums, whose error grows with the root of their length
            tolerance=STEP[precision] + math.sqrt(inner) * STEP["float32"],
            backend=device,
            dtype=str(dtype).removeprefix("torch."),
            parameters={"rows": rows, "inner": inner, "columns": columns, "precision": precision},
            flop=product_flop(*shape),
            moved_bytes=product_bytes(*shape, item_bytes=dtype.itemsize),
        )
