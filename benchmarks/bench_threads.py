"""One thread against two, on a machine that is idle and on one where another job computes.

Two threads share every product and wait for each other at its end. Where another process takes one of their
cores, the other thread waits for the one that was sent away. The neighbours are ours, so that the collapse
can be measured: one busy process less than there are cores.
"""

from __future__ import annotations

import os

import torch
from torch import Tensor

from tutorials_lib.bench.backends import BACKENDS, reference_forward
from tutorials_lib.bench.measure import busy_neighbours
from tutorials_lib.bench.work import product_bytes, product_flop
from tutorials_lib.bench.workloads import FullyConnected, batch_of, seeded_module, work

THREADS = (1, 2)
SIDES = (64, 256, 1024)


def pytest_generate_tests(metafunc) -> None:
    smoke = metafunc.config.getoption("smoke")
    if "cpu" not in metafunc.config.getoption("backends"):
        metafunc.parametrize("threads", [])
        return
    metafunc.parametrize("neighbours", [0, max(1, (os.cpu_count() or 2) - 1)])
    metafunc.parametrize("threads", THREADS)
    if "side" in metafunc.fixturenames:
        metafunc.parametrize("side", SIDES[:1] if smoke else SIDES)


def matrix_product(left: Tensor, right: Tensor) -> Tensor:
    return left @ right


def test_product(case, side: int, threads: int, neighbours: int) -> None:
    def prepare(index: int) -> tuple[Tensor, Tensor]:
        generator = torch.Generator().manual_seed(index)
        left, right = (torch.randn(side, side, generator=generator) for _ in range(2))
        return left, right

    with busy_neighbours(neighbours):
        case(
            matrix_product,
            prepare=prepare,
            reference=lambda left, right: left.double() @ right.double(),
            tolerance=1e-4,
            backend="cpu",
            dtype="float32",
            parameters={"side": side, "threads": threads, "neighbours": neighbours},
            flop=product_flop(side, side, side),
            moved_bytes=product_bytes(side, side, side, 4),
            threads=threads,
        )


def test_network(case, threads: int, neighbours: int) -> None:
    workload = FullyConnected(512, 64)
    module = seeded_module(workload)
    flop, moved_bytes = work(workload, "inference")
    with busy_neighbours(neighbours):
        case(
            BACKENDS["cpu"]().forward(module),
            prepare=lambda index: (batch_of(workload, index)[0],),
            reference=lambda inputs: reference_forward(module, inputs),
            tolerance=1e-5,
            backend="cpu",
            dtype="float32",
            operation="fc_inference",
            parameters={**workload.parameters(), "threads": threads, "neighbours": neighbours},
            flop=flop,
            moved_bytes=moved_bytes,
            threads=threads,
        )
