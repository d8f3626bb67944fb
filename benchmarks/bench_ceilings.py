"""What the machine can do at most: the fastest large product of each format, and the fastest copy.

Every other result is judged by these, measured in the same run, rather than by a data sheet.
"""

from __future__ import annotations

import torch
from torch import Tensor

from tutorials_lib.bench.work import product_bytes, product_flop

SIDE = {"cpu": 1024, "cuda": 8192}
COPY_MIB = {"cpu": 64, "cuda": 2048}  # and as much again to write: more than the caches hold
TINY_SIDE, TINY_COPY_MIB = 16, 1
PRECISIONS = {"cpu": ("float32", "bfloat16"), "cuda": ("float32", "bfloat16")}
TOLERANCE = {"float32": 1e-4, "bfloat16": 1e-2}


def pytest_generate_tests(metafunc) -> None:
    devices = [name for name in metafunc.config.getoption("backends") if name in SIDE]
    if "precision" in metafunc.fixturenames:
        cases = [(device, precision) for device in devices for precision in PRECISIONS[device]]
        metafunc.parametrize("device, precision", cases)
    else:
        metafunc.parametrize("device", devices)


def product(left: Tensor, right: Tensor) -> Tensor:
    return left @ right


def copy(target: Tensor, source: Tensor) -> Tensor:
    return target.copy_(source)


def test_product(case, device: str, precision: str, request) -> None:
    side = TINY_SIDE if request.config.getoption("smoke") else SIDE[device]
    dtype = getattr(torch, precision)

    def prepare(index: int) -> tuple[Tensor, Tensor]:
        generator = torch.Generator().manual_seed(index)
        left, right = (torch.randn(side, side, generator=generator) for _ in range(2))
        return left.to(device, dtype), right.to(device, dtype)

    case(
        product,
        prepare=prepare,
        reference=lambda left, right: left.double() @ right.double(),
        tolerance=TOLERANCE[precision],
        backend=device,
        dtype=precision,
        parameters={"side": side},
        flop=product_flop(side, side, side),
        moved_bytes=product_bytes(side, side, side, dtype.itemsize),
    )


def test_copy(case, device: str, request) -> None:
    mib = TINY_COPY_MIB if request.config.getoption("smoke") else COPY_MIB[device]
    count = mib * 2**20 // 4

    def prepare(index: int) -> tuple[Tensor, Tensor]:
        source = torch.arange(count, dtype=torch.float32, device=device)
        return torch.zeros_like(source), source

    case(
        copy,
        prepare=prepare,
        reference=lambda target, source: source.double(),
        tolerance=0.0,
        backend=device,
        dtype="float32",
        parameters={"mib": mib},
        flop=0,
        moved_bytes=2 * 4 * count,  # read and written
    )
