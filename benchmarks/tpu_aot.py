"""What Google's compiler expects of a TPU, on a machine without one: compiled, and never run.

    python benchmarks/tpu_aot.py --record benchmarks/results

libtpu holds the compiler that TPUs use. It schedules every fused operation and notes the cycles it expects;
their sum over the program, divided by the clock, is the estimate kept here, for one core. Waiting for copies
from memory is not in it, so a network whose weights are read once comes out too fast. Against products timed
on v6e and v4, half of such estimates are off by about a fifth, and single ones by far more: each has a band.
It needs the environment of `requirements-tpu.txt`; without it, this says so and ends.
"""

from __future__ import annotations

import argparse
import copy
import importlib.util
import os
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from tutorials_lib.bench import machine, results
from tutorials_lib.bench.definition import digest
from tutorials_lib.bench.results import Cell, Run
from tutorials_lib.bench.specs import CHIPS
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

SUITE = "tpu_aot"
BAND = 0.25  # relative; the middle half of the compiler's errors against timed products
TOPOLOGIES = {"v4": "v4:2x2x1", "v5e": "v5e:2x2", "v6e": "v6e:2x2"}
WORKLOADS: list[Workload] = [
    *(FullyConnected(nodes, batch) for nodes in (128, 512, 2048) for batch in (16, 256, 1024)),
    Convolutional(16, 1, 32),
    Convolutional(32, 2, 32),
    Transformer(64, 32, 4),
    Transformer(256, 128, 16),
    Recurrent("lstm", 256, 20, 64),
]


def main() -> int:
    """Exit code 0, also where libtpu is missing; 2 for wrong usage."""
    parser = argparse.ArgumentParser(description="Compile the networks for TPUs, without one.")
    parser.add_argument("--record", type=Path, metavar="DIR", help="write DIR/<machine>/tpu_aot.json")
    options = parser.parse_args()
    missing = [name for name in ("jax", "torchax", "libtpu") if importlib.util.find_spec(name) is None]
    if missing:
        print(f"skipped: {', '.join(missing)} not installed; expected benchmarks/requirements-tpu.txt")
        return 0
    run = make_run(list(cells()))
    if options.record:
        file = options.record / run.machine["name"] / f"{SUITE}.json"
        results.write(run, file)
        print(f"{len(run.cells)} rows → {file}")
    return 0


def cells() -> Iterator[Cell]:
    # No TPU and no network are looked for: the compiler alone is used.
    os.environ |= {
        "JAX_PLATFORMS": "cpu",
        "TPU_SKIP_MDS_QUERY": "1",
        "TPU_ACCELERATOR_TYPE": "v5litepod-4",
        "TPU_WORKER_HOSTNAMES": "localhost",
    }
    for chip, topology in TOPOLOGIES.items():
        for workload in WORKLOADS:
            cell = compiled(workload, chip, topology)
            print(cell.id, cell.estimate_seconds or cell.reason, flush=True)
            yield cell


def compiled(workload: Workload, chip: str, topology: str) -> Cell:
    """The estimate for one network, in bfloat16, on one core of the chip."""
    flop, moved_bytes = work(workload, "inference", item_bytes=2)
    numbers = "-".join(str(value) for value in workload.parameters().values())
    about: dict[str, Any] = {
        "provenance": "compiled-not-run",
        "date": today(),
        "commit": None,
        "id": f"compiled[{chip}-{workload.family}-{numbers}]",
        "operation": f"{workload.family}_inference",
        "parameters": {"family": workload.family, "purpose": "inference", **workload.parameters()},
        "dtype": "bfloat16",
        "backend": f"tpu-{chip}",
        "definition": digest(Path(__file__), "compiled"),
        "flop": flop,
        "bytes": moved_bytes,
    }
    program = compile_for(workload, topology)
    cycles = entry_cycles(program.as_text())
    if cycles is None:
        reason = "a loop of unknown length: its cycles are not in the estimate"
        return Cell(**about, status="unsupported", reason=reason)
    seconds = cycles / CHIPS[chip].compiler_clock_hz
    memory = program.memory_analysis()
    used = memory.argument_size_in_bytes + memory.output_size_in_bytes + memory.temp_size_in_bytes
    return Cell(
        **about,
        status="ok",
        estimate_seconds=float(f"{seconds:.3g}"),
        estimate_low_seconds=float(f"{seconds / (1 + BAND):.3g}"),
        estimate_high_seconds=float(f"{seconds * (1 + BAND):.3g}"),
        peak_memory_bytes=used,
    )


def compile_for(workload: Workload, topology: str) -> Any:
    """The forward pass as a program of the first core of `topology`."""
    import jax
    import torch
    import torchax
    from jax.experimental import topologies
    from jax.sharding import SingleDeviceSharding

    device = topologies.get_topology_desc(topology, platform="tpu").devices[0]
    place = SingleDeviceSharding(device)
    module = copy.deepcopy(seeded_module(workload)).eval().to(torch.bfloat16)
    weights, forward = torchax.extract_jax(module)
    inputs = jax.ShapeDtypeStruct(tuple(batch_of(workload)[0].shape), jax.numpy.bfloat16, sharding=place)
    shapes = jax.tree.map(
        lambda array: jax.ShapeDtypeStruct(array.shape, array.dtype, sharding=place), weights
    )
    return jax.jit(forward, out_shardings=place).lower(shapes, (inputs,)).compile()


def entry_cycles(program: str) -> int | None:
    """The sum of the cycles that the compiler notes in the main computation; `None` where it has a loop.

    >>> program = 'f {"estimated_cycles":"9"}\\n\\nENTRY g { "estimated_cycles":"2" "estimated_cycles":"3" }'
    >>> entry_cycles(program)
    5
    """
    entry = program[program.index("ENTRY ") :].partition("\n}")[0]
    if re.search(r"\bwhile\(", entry):
        return None
    return sum(int(cycles) for cycles in re.findall(r'"estimated_cycles":"(\d+)"', entry))


def make_run(found: list[Cell]) -> Run:
    versions = {name: metadata.version(name) for name in ("libtpu", "jax", "torchax", "torch")}
    return Run(
        suite=SUITE,
        source="benchmarks/tpu_aot.py",
        provenance="compiled-not-run",
        origin=f"cycles of the operations by libtpu {versions['libtpu']}, without waits for memory",
        date=today(),
        commit=None,
        machine=machine.machine_card(),
        versions={"python": ".".join(map(str, sys.version_info[:3])), **versions},
        settings={"method": 1, "cores": 1, "band": BAND},
        cells=tuple(found),
    )


def today() -> str:
    return datetime.now(UTC).date().isoformat()


if __name__ == "__main__":
    sys.exit(main())
