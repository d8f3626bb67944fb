"""When compiling pays off: the first call, the first call that finds compiled code on disk, the later ones.

Inductor writes C++ and has it compiled. The very first compilation of a machine also prepares headers that
the later ones share: `test_toolchain` takes that on itself, and runs first.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch

from tutorials_lib.bench.backends import BACKENDS, reference_forward
from tutorials_lib.bench.measure import timed
from tutorials_lib.bench.workloads import (
    Convolutional,
    FullyConnected,
    Transformer,
    Workload,
    batch_of,
    seeded_module,
    work,
)

ONE_PASS = True  # compiling takes many times as long as all that is timed here

WORKLOADS: dict[str, Workload] = {
    "fc": FullyConnected(512, 16),
    "cnn": Convolutional(8, 1, 8),
    "transformer": Transformer(64, 32, 4, blocks=1),
}
TINY: dict[str, Workload] = {"fc": FullyConnected(4, 2, width=4, classes=2)}


def pytest_generate_tests(metafunc) -> None:
    backends = metafunc.config.getoption("backends")
    if "workload" in metafunc.fixturenames:
        chosen = TINY if metafunc.config.getoption("smoke") else WORKLOADS
        cases = [(backend, workload) for workload in chosen.values() for backend in backends]
        names = [f"{backend}-{workload.family}" for backend, workload in cases]
        metafunc.parametrize("backend, workload", cases, ids=names)
    else:
        metafunc.parametrize("backend", [name for name in backends if "inductor" in name])


@pytest.fixture(scope="module", autouse=True)
def empty_cache(tmp_path_factory) -> Iterator[None]:
    """Nothing compiled before: a folder of its own for the compiler's code, and one process for it."""
    with compiler_cache(tmp_path_factory.mktemp("compiled")):
        yield


@contextmanager
def compiler_cache(folder: Path) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in CACHES}
    os.environ.update({name: str(folder / name.lower()) for name in CACHES})
    torch._dynamo.reset()
    try:
        yield
    finally:
        torch._dynamo.reset()
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        shutil.rmtree(folder, ignore_errors=True)


CACHES = ("TORCHINDUCTOR_CACHE_DIR", "TRITON_CACHE_DIR")


def double(inputs: Tensor) -> Tensor:
    return 2 * inputs + 1


def test_toolchain(case, backend: str) -> None:
    device = BACKENDS[backend]().device
    case(
        torch.compile(double),
        prepare=lambda index: (torch.arange(1024.0, device=device),),
        reference=lambda inputs: inputs.double() * 2 + 1,
        tolerance=1e-6,
        backend=backend,
        dtype="float32",
        operation="toolchain",
        parameters={"numbers": 1024},
        flop=0,
        moved_bytes=2 * 4 * 1024,
    )


def test_network(case, backend: str, workload: Workload) -> None:
    torch._dynamo.reset()  # or this would count as another shape of the network before it
    adapter = BACKENDS[backend]()
    module = seeded_module(workload)
    flop, moved_bytes = work(workload, "inference")

    def first_call_again() -> dict[str, float]:
        """A new compilation in memory that finds the code of the first one on disk."""
        if not adapter.compiled or adapter.device == "xla":
            return {}
        torch._dynamo.reset()
        inputs = adapter.move(batch_of(workload)[0])
        again = adapter.forward(module)
        seconds, _ = timed(lambda: again(inputs), adapter.device)
        return {"warm_call_seconds": seconds}

    case(
        adapter.forward(module),
        prepare=lambda index: (adapter.move(batch_of(workload, index)[0]),),
        reference=lambda inputs: reference_forward(module, adapter.plain(inputs)),
        answer=adapter.plain,
        tolerance=1e-5,
        backend=backend,
        dtype="float32",
        operation=f"{workload.family}_inference",
        parameters={"family": workload.family, **workload.parameters()},
        flop=flop,
        moved_bytes=moved_bytes,
        also=first_call_again,
    )
