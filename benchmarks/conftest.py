"""Benchmarks are ordinary pytest-benchmark files; this adds the `case` fixture, which keeps each result.

    python -m pytest benchmarks/bench_matmul.py --benchmark-enable --record benchmarks/results

`--record DIR` writes `DIR/<machine>/<suite>.json`; rows that a run does not repeat stay in the file.
`--smoke` takes tiny sizes and one round: it shows that a file works and says nothing about speed.
"""

from __future__ import annotations

import os
import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from tutorials_lib.bench import machine, measure, results
from tutorials_lib.bench.definition import digest
from tutorials_lib.bench.results import Cell, ResultsError, Run

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results"
LIMITS = ("ONEDNN_MAX_CPU_ISA", "ATEN_CPU_CAPABILITY")  # variables that keep PyTorch from newer instructions
CELLS = pytest.StashKey[dict[Path, list[Cell]]]()
LINES = pytest.StashKey[list[str]]()
PINNED = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("results files")
    group.addoption("--record", type=Path, metavar="DIR", help="write results to DIR/<machine>/<suite>.json")
    group.addoption("--smoke", action="store_true", help="tiny sizes, one round: does it work at all?")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[CELLS] = defaultdict(list)
    config.stash[LINES] = []
    folder = config.getoption("record")
    if config.getoption("smoke") and folder is not None and folder.resolve() == RESULTS:
        raise pytest.UsageError(
            "--smoke measures nothing; expected --record with another folder than results"
        )


def plan(config: pytest.Config) -> measure.Plan:
    return measure.SMOKE if config.getoption("smoke") else measure.Plan()


@pytest.fixture(scope="session")
def quiet(pytestconfig: pytest.Config) -> Iterator[None]:
    """One thread on one core for the whole session."""
    with measure.one_pinned_thread() as pinned:
        pytestconfig.stash[PINNED] = pinned
        yield


@pytest.fixture
def case(request: pytest.FixtureRequest, benchmark: Any, quiet: None) -> Callable[..., None]:
    """`case(call, prepare=…, reference=…, tolerance=…, …)` times the call, then checks its answer.

    `prepare(i)` makes the i-th set of inputs, `reference(*inputs)` the answer in float64. A wrong answer
    fails the test and is not recorded; what memory, hardware or time forbid is recorded with its reason.
    """
    config, node = request.config, request.node

    def run(
        call: Callable[..., Tensor],
        *,
        prepare: Callable[[int], tuple[Tensor, ...]],
        reference: Callable[..., Tensor],
        tolerance: float,
        backend: str,
        dtype: str,
        parameters: Mapping[str, str | int | float | bool],
        flop: int,
        moved_bytes: int,
    ) -> None:
        about = {
            "provenance": "measured",
            "date": _today(),
            "commit": _commit(),
            "id": node.name,
            "operation": call.__name__,
            "parameters": dict(parameters),
            "dtype": dtype,
            "backend": backend,
            "definition": digest(node.path, node.originalname),
            "flop": flop,
            "bytes": moved_bytes,
        }
        try:
            times = measure.measure(benchmark, call, prepare, backend, plan(config))
        except measure.NoResultError as nothing:
            benchmark.skipped = True  # it was used, and could not do it
            config.stash[CELLS][node.path].append(Cell(**about, status=nothing.status, reason=nothing.reason))
            pytest.skip(str(nothing))
        inputs = prepare(0)
        error = measure.relative_error(call(*inputs), reference(*inputs))
        found = f"{node.name}: error against float64 is {error:.1e}"
        assert error <= tolerance, f"{found}; expected {tolerance:.1e} at most"
        if times:
            cell = Cell(**about, status="ok", relative_error=error, **times)
            config.stash[CELLS][node.path].append(cell)
            config.stash[LINES].append(_line(cell))

    return run


def pytest_sessionfinish(session: pytest.Session) -> None:
    folder = session.config.getoption("record")
    for path, cells in session.config.stash[CELLS].items():
        if folder is not None:
            session.config.stash[LINES].append(_record(session.config, path, cells, folder))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if config.stash[LINES]:
        terminalreporter.section("results for one call")
        terminalreporter.write_line("\n".join(config.stash[LINES]))


def _record(config: pytest.Config, path: Path, cells: list[Cell], folder: Path) -> str:
    """Write the cells of one benchmark file; one line that says what happened."""
    device = "cuda" if any(cell.backend == "cuda" for cell in cells) else "cpu"
    run = Run(
        suite=path.stem.removeprefix("bench_"),
        source=path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name,
        provenance="measured",
        date=_today(),
        commit=_commit(),
        machine=machine.machine_card("cuda" if torch.cuda.is_available() else "cpu"),
        versions=machine.versions(device),
        settings=_settings(config),
        cells=tuple(cells),
    )
    limit = run.settings["instruction_limit"]
    name = f"{run.suite}-{limit.lower()}.json" if limit else f"{run.suite}.json"
    file = folder / run.machine["name"] / name
    note = ""
    if file.exists():
        try:
            run = results.merge(results.read(file), run)
        except ResultsError as error:
            note = f"; the rows it held are gone, since {error}"
    results.write(run, file)
    disturbed = sum(cell.contaminated for cell in cells)
    return f"{len(cells)} rows ({disturbed} disturbed by other processes) → {file}{note}"


def _settings(config: pytest.Config) -> dict[str, Any]:
    limits = [f"{name}={os.environ[name]}" for name in LIMITS if name in os.environ]
    return {
        "method": measure.METHOD,
        "threads": torch.get_num_threads() if not config.stash.get(PINNED, False) else 1,
        "pinned": config.stash.get(PINNED, False),
        "calibration_side": measure.CALIBRATION_SIZE,
        "round_seconds": plan(config).round_seconds,
        "seed": 0,
        "smoke": config.getoption("smoke"),
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "instruction_limit": os.environ.get("ONEDNN_MAX_CPU_ISA"),
        "environment": " ".join(limits),
    }


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _commit() -> str | None:
    """The commit that is checked out, marked where code differs from it; `None` without one."""

    def git(*arguments: str) -> str | None:
        try:
            done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            return None
        return done.stdout.strip()

    commit = git("rev-parse", "--short=12", "HEAD")
    dirty = git("status", "--porcelain", "--", "src/tutorials_lib/bench", "benchmarks/*.py")
    return f"{commit}-dirty" if commit and dirty else commit


def _line(cell: Cell) -> str:
    speed, units = cell.flop_per_second() / 1e9, cell.median_units
    mark = f"  disturbed: {cell.foreign_cores:.2f} cores" if cell.contaminated else ""
    return f"{cell.id:<60} {cell.median_seconds:9.2e} s {speed:9.1f} GFLOP/s {units:8.2f} units{mark}"
