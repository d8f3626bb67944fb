"""Four families of networks over the sizes of ParaDnn: using them, and training them.

The same `nn.Module` runs on every backend: `--backends xla` and `--backends cuda` take the same cases, and a
GPU the larger ones as well.
"""

from __future__ import annotations

from dataclasses import fields
from itertools import product

import torch
from torch import Tensor

from tutorials_lib.bench.backends import BACKENDS, float32_products, reference_forward, reference_step
from tutorials_lib.bench.workloads import (
    Convolutional,
    FullyConnected,
    Recurrent,
    Transformer,
    Workload,
    batch_of,
    seeded_module,
    work,
)

SWEEP: list[Workload] = [
    *(FullyConnected(nodes, batch) for nodes, batch in product((32, 128, 512, 2048), (16, 64, 256, 1024))),
    *(Convolutional(*numbers) for numbers in product((8, 16, 32), (1, 2), (8, 32))),
    *(Recurrent(*numbers) for numbers in product(("rnn", "gru", "lstm"), (64, 256), (20, 50), (16, 64))),
    *(Transformer(*numbers) for numbers in product((64, 256), (32, 128), (4, 16))),
]
LARGE: list[Workload] = [  # a GPU is not full below
    *(FullyConnected(nodes, 16384) for nodes in (32, 128, 512, 2048, 8192)),
    *(FullyConnected(8192, batch) for batch in (16, 64, 256, 1024)),
    *(Convolutional(filters, 2, 32, side=224) for filters in (8, 16, 32, 64)),
    *(Transformer(1024, 512, batch) for batch in (4, 16)),
]
TINY: list[Workload] = [
    FullyConnected(4, 2, width=4, classes=2),
    Convolutional(2, 1, 2, side=32, classes=2),
    Recurrent("lstm", 4, 3, 2, classes=2),
    Transformer(32, 4, 2, classes=2),
]
PRECISIONS = {"cuda": ("tf32", "bfloat16")}
DTYPE = {"float32": torch.float32, "tf32": torch.float32, "bfloat16": torch.bfloat16}
# One rounding to the format in every layer, and in training a way back through all of them.
TOLERANCE = {
    ("float32", "inference"): 1e-5,
    ("float32", "training"): 1e-3,
    ("tf32", "inference"): 1e-2,
    ("tf32", "training"): 0.1,
    ("bfloat16", "inference"): 0.05,
    ("bfloat16", "training"): 0.3,
}


def pytest_generate_tests(metafunc) -> None:
    backends = [name for name in metafunc.config.getoption("backends") if name in ("cpu", "cuda", "xla")]
    smoke = metafunc.config.getoption("smoke")
    cases = [
        (backend, precision, workload)
        for backend in backends
        for precision in PRECISIONS.get(backend, ("float32",))
        for workload in (TINY if smoke else SWEEP + (LARGE if backend == "cuda" else []))
    ]
    metafunc.parametrize("backend, precision, workload", cases, ids=[name_of(*entry) for entry in cases])


def name_of(backend: str, precision: str, workload: Workload) -> str:
    defaults = {field.name: field.default for field in fields(workload)}
    numbers = [f"{name}={value}" for name, value in workload.parameters().items() if value != defaults[name]]
    return "-".join([backend, precision, workload.family, *numbers])


def test_inference(case, backend: str, precision: str, workload: Workload) -> None:
    adapter, dtype = BACKENDS[backend](), DTYPE[precision]
    module = seeded_module(workload).to(dtype)
    flop, moved_bytes = work(workload, "inference", dtype.itemsize)

    def prepare(index: int) -> tuple[Tensor]:
        return (adapter.move(batch_of(workload, index)[0].to(dtype)),)

    with float32_products(precision):
        case(
            adapter.forward(module),
            prepare=prepare,
            reference=lambda inputs: reference_forward(module, adapter.plain(inputs)),
            answer=adapter.plain,
            tolerance=TOLERANCE[precision, "inference"],
            backend=backend,
            dtype=str(dtype).removeprefix("torch."),
            operation=f"{workload.family}_inference",
            parameters=described(workload, "inference", precision),
            flop=flop,
            moved_bytes=moved_bytes,
        )


def test_training(case, backend: str, precision: str, workload: Workload) -> None:
    adapter, dtype = BACKENDS[backend](), DTYPE[precision]
    module = seeded_module(workload).to(dtype)
    step = adapter.step(module)
    flop, moved_bytes = work(workload, "training", dtype.itemsize)

    def prepare(index: int) -> tuple[Tensor, Tensor]:
        inputs, labels = batch_of(workload, index)
        return adapter.move(inputs.to(dtype)), adapter.move(labels)

    def reference(inputs: Tensor, labels: Tensor) -> Tensor:
        return reference_step(module, adapter.plain(inputs), adapter.plain(labels))

    with float32_products(precision):
        case(
            step,
            prepare=prepare,
            reference=reference,
            answer=step.answer,
            tolerance=TOLERANCE[precision, "training"],
            backend=backend,
            dtype=str(dtype).removeprefix("torch."),
            operation=f"{workload.family}_training",
            parameters=described(workload, "training", precision),
            flop=flop,
            moved_bytes=moved_bytes,
        )


def described(workload: Workload, purpose: str, precision: str) -> dict[str, str | int]:
    about = {"family": workload.family, "purpose": purpose, "precision": precision}
    return {**about, **workload.parameters()}
