"""One product and one fully connected network in every number format: what a narrower number saves in time.

int8 products sum in int32, exactly; what rounding to int8 loses is a matter of the numbers, not of time.
"""

from __future__ import annotations

import torch
from torch import Tensor

from tutorials_lib.bench.backends import BACKENDS, float32_products, reference_forward
from tutorials_lib.bench.work import product_bytes, product_flop
from tutorials_lib.bench.workloads import FullyConnected, batch_of, seeded_module, work

DTYPE = {
    "float64": torch.float64,
    "float32": torch.float32,
    "tf32": torch.float32,
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
    "int8": torch.int8,
}
SIDE = {"cpu": 512, "cuda": 4096}
TOLERANCE = {"float64": 1e-13, "float32": 1e-4, "tf32": 1e-2, "bfloat16": 5e-2, "float16": 1e-2, "int8": 0.0}


def pytest_generate_tests(metafunc) -> None:
    backends = [name for name in metafunc.config.getoption("backends") if name in SIDE]
    formats = [name for name in DTYPE if name != "int8" or "network" not in metafunc.function.__name__]
    cases = [(name, kind) for name in backends for kind in formats if kind != "tf32" or name == "cuda"]
    metafunc.parametrize("backend, precision", cases)


def matrix_product(left: Tensor, right: Tensor) -> Tensor:
    return torch._int_mm(left, right) if left.dtype == torch.int8 else left @ right


def test_product(case, backend: str, precision: str, request) -> None:
    side = 32 if request.config.getoption("smoke") else SIDE[backend]
    dtype = DTYPE[precision]

    def prepare(index: int) -> tuple[Tensor, Tensor]:
        generator = torch.Generator().manual_seed(index)
        if dtype == torch.int8:
            drawn = [torch.randint(-127, 128, (side, side), generator=generator) for _ in range(2)]
        else:
            drawn = [torch.randn(side, side, generator=generator) for _ in range(2)]
        left, right = (tensor.to(backend, dtype) for tensor in drawn)
        return left, right

    with float32_products(precision):
        case(
            matrix_product,
            prepare=prepare,
            reference=lambda left, right: left.double() @ right.double(),
            tolerance=TOLERANCE[precision],
            backend=backend,
            dtype=str(dtype).removeprefix("torch."),
            operation="product",
            parameters={"precision": precision, "side": side},
            flop=product_flop(side, side, side),
            moved_bytes=product_bytes(side, side, side, dtype.itemsize),
        )


def test_network(case, backend: str, precision: str, request) -> None:
    smoke = request.config.getoption("smoke")
    workload = FullyConnected(4, 2, width=4, classes=2) if smoke else FullyConnected(512, 256)
    adapter, dtype = BACKENDS[backend](), DTYPE[precision]
    module = seeded_module(workload).to(dtype)
    flop, moved_bytes = work(workload, "inference", dtype.itemsize)

    with float32_products(precision):
        case(
            adapter.forward(module),
            prepare=lambda index: (adapter.move(batch_of(workload, index)[0].to(dtype)),),
            reference=lambda inputs: reference_forward(module, inputs),
            tolerance=TOLERANCE[precision],
            backend=backend,
            dtype=str(dtype).removeprefix("torch."),
            operation="network",
            parameters={"precision": precision, **workload.parameters()},
            flop=flop,
            moved_bytes=moved_bytes,
        )
