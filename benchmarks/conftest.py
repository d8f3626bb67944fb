"""Benchmarks are ordinary pytest-benchmark files; this adds the `case` fixture, which keeps each result.

    python -m pytest benchmarks/bench_matmul.py --benchmark-enable --record benchmarks/results

`--record DIR` writes `DIR/<machine>/<suite>.json`; rows that a run does not repeat stay in the file.
`--backends cuda` measures those instead of the processor's own; XLA's results get a file of their own, since
they need other versions.
`--smoke` takes tiny sizes and one round: it shows that a file works and says nothing about speed.
`--passes 2` goes through all cases twice, each time in a process of its own: a case is measured at two
moments, and with its code and data at two places in memory. Then it measures what takes too long to be
measured more than once: what Inductor compiles for a processor, and modules with `ONE_PASS = True`; and what
another job disturbed or the passes disagree on once more, the worst first. Answers are checked once.
`--again-until 2.6` measures nothing once more after that time.
`--minutes 3` starts no further case after that time, and records those not measured by then as out of time.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import psutil
import pytest
import torch
from torch import Tensor

from tutorials_lib.bench import machine, measure, results
from tutorials_lib.bench.backends import BACKENDS
from tutorials_lib.bench.definition import digest
from tutorials_lib.bench.results import Cell, ResultsError, Run

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results"
LIMITS = ("ONEDNN_MAX_CPU_ISA", "ATEN_CPU_CAPABILITY")  # variables that keep PyTorch from newer instructions
PASS_FILE = "BENCHMARK_PASS_FILE"  # environment: where each pass leaves its cells for the next
PASS_STARTED = "BENCHMARK_PASS_STARTED"  # environment: when the first pass began
CELLS = pytest.StashKey[dict[Path, dict[str, list[Cell]]]]()  # of a file, by id, one from each pass
LINES = pytest.StashKey[list[str]]()
MEMORY_KEPT = pytest.StashKey[bool]()
PINNED = pytest.StashKey[bool]()
STARTED = pytest.StashKey[float]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("results files")
    group.addoption("--record", type=Path, metavar="DIR", help="write results to DIR/<machine>/<suite>.json")
    group.addoption(
        "--backends", default="cpu,inductor", type=_backends, help=f"some of {', '.join(BACKENDS)}"
    )
    group.addoption("--passes", type=int, default=1, metavar="N", help="measure every case in N processes")
    until = "measure nothing once more after so many minutes"
    group.addoption("--again-until", type=float, default=60.0, metavar="MINUTES", help=until)
    group.addoption("--minutes", type=float, default=60.0, help="start no case after so many minutes")
    group.addoption("--smoke", action="store_true", help="tiny sizes, one round: does it work at all?")


def _backends(text: str) -> list[str]:
    names = text.split(",")
    if unknown := sorted(set(names) - set(BACKENDS)):
        raise pytest.UsageError(f"--backends {unknown[0]}: expected some of {', '.join(BACKENDS)}")
    return names


def pytest_configure(config: pytest.Config) -> None:
    config.stash[STARTED] = float(os.environ.get(PASS_STARTED, psutil.Process().create_time()))
    for settings in (torch.backends.cuda.matmul, torch.backends.cudnn.conv):
        settings.fp32_precision = "ieee"  # TF32 is a case of its own, never a default
    config.stash[CELLS] = defaultdict(lambda: defaultdict(list))
    config.stash[LINES] = []
    folder = config.getoption("record")
    if config.getoption("smoke") and folder is not None and folder.resolve() == RESULTS:
        raise pytest.UsageError(
            "--smoke measures nothing; expected --record with another folder than results"
        )


def plan(config: pytest.Config) -> measure.Plan:
    if config.getoption("smoke"):
        return measure.SMOKE
    if "cuda" in config.getoption("backends"):  # its clock is steadier, and its suite is larger
        return measure.Plan(round_seconds=0.008, case_seconds=0.08, max_rounds=10)
    return measure.Plan()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Before what this process measures the passes, in processes of their own."""
    config, passes = session.config, session.config.getoption("passes")
    if PASS_FILE in os.environ:
        _take_in(Path(os.environ[PASS_FILE]), config)
    elif passes > 1:
        command = [sys.executable, "-m", "pytest", *config.invocation_params.args]
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "cells")
            own = {PASS_FILE: str(file), PASS_STARTED: str(config.stash[STARTED])}
            for number in range(1, passes + 1):
                print(f"\npass {number} of {passes}", flush=True)
                place = config.invocation_params.dir
                subprocess.run(command, cwd=place, env=os.environ | own, check=False)  # failures come again
            _take_in(file, config)
        _mark_slow_moments(config)
        print("\nonce more what was disturbed, or is not settled", flush=True)


def _take_in(file: Path, config: pytest.Config) -> None:
    """What the passes so far have measured."""
    if file.exists():
        for path, by_id in pickle.loads(file.read_bytes()).items():
            config.stash[CELLS][path].update(by_id)


def _mark_slow_moments(config: pytest.Config) -> None:
    """Compare the moments of all passes with the best of them."""
    lists = [cells for by_id in config.stash[CELLS].values() for cells in by_id.values()]
    marked = iter(results.with_slowdown([cell for cells in lists for cell in cells]))
    for cells in lists:
        cells[:] = [next(marked) for _ in cells]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if PASS_FILE in os.environ:
        items[:] = [item for item in items if not _takes_one_pass(item)]
    elif config.getoption("passes") > 1:  # what has no time yet comes before what the passes disagree on
        items.sort(key=lambda item: (not _takes_one_pass(item), -_disagreement(config, item)))


def _takes_one_pass(item: pytest.Item) -> bool:
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    return hasattr(item.module, "ONE_PASS") or parameters.get("backend") == "inductor"


def _disagreement(config: pytest.Config, item: pytest.Item) -> float:
    return results.disagreement(config.stash[CELLS][item.path][item.name])


@pytest.fixture(scope="session")
def quiet(pytestconfig: pytest.Config) -> Iterator[None]:
    """One thread on one core for the whole session, and memory that is kept."""
    pytestconfig.stash[MEMORY_KEPT] = measure.keep_freed_memory()
    with measure.one_pinned_thread() as pinned:
        pytestconfig.stash[PINNED] = pinned
        yield


@pytest.fixture
def case(request: pytest.FixtureRequest, benchmark: Any, quiet: None) -> Callable[..., None]:
    """`case(call, prepare=…, reference=…, tolerance=…, …)` times the call, then checks its answer.

    `prepare(i)` makes the i-th set of inputs, `reference(*inputs)` the answer in float64; `answer` gets from
    what the call returned to what is compared, where the call itself returns less. A wrong answer fails the
    test and is not recorded; what memory, hardware or time forbid is recorded with its reason. `threads`
    other than 1 are left to the system, without a core of their own. `also()` adds fields to the cell.
    """
    config, node = request.config, request.node
    name = node.name
    cells = config.stash[CELLS][node.path][name]  # of the passes so far

    def run(
        call: Callable[..., Any],
        *,
        prepare: Callable[[int], tuple[Tensor, ...]],
        reference: Callable[..., Tensor],
        tolerance: float,
        backend: str,
        dtype: str,
        parameters: Mapping[str, str | int | float | bool],
        flop: int,
        moved_bytes: int,
        answer: Callable[[Any], Tensor] = lambda result: result,
        operation: str = "",
        threads: int | None = None,
        also: Callable[[], Mapping[str, float]] = dict,
    ) -> None:
        about = {
            "provenance": "measured",
            "date": _today(),
            "commit": _commit(),
            "id": name,
            "operation": operation or call.__name__,
            "parameters": dict(parameters),
            "dtype": dtype,
            "backend": backend,
            "definition": _digest(node.path, node.originalname),
            "flop": flop,
            "bytes": moved_bytes,
        }

        def give_up(nothing: measure.NoResultError) -> None:
            benchmark.skipped = True  # it was used, and could not do it
            if not cells:
                cells.append(Cell(**about, status=nothing.status, reason=nothing.reason))
            pytest.skip(str(nothing))

        minutes = (time.time() - config.stash[STARTED]) / 60
        if cells and PASS_FILE not in os.environ:
            if results.settled(cells):
                pytest.skip("the passes agree")
            if minutes > config.getoption("again_until"):
                pytest.skip("no time to measure it once more")
        earlier = cells[0] if cells else None
        if earlier and not earlier.ok:
            give_up(measure.NoResultError(earlier.status, earlier.reason))
        if minutes > (limit := config.getoption("minutes")):
            give_up(measure.NoResultError("timeout", f"the run's {limit:g} minutes were over"))
        device = BACKENDS[backend]().device
        with measure.free_threads(threads) if threads else nullcontext():
            try:
                times = measure.measure(benchmark, call, prepare, device, plan(config), threads or 1, earlier)
            except measure.NoResultError as nothing:
                give_up(nothing)
        error = earlier.relative_error if earlier else None
        if error is None:
            error = _least_error(call, prepare, reference, answer, tolerance)
        found = f"{name}: error against float64 is {error:.1e}"
        assert error <= tolerance, f"{found}; expected {tolerance:.1e} at most"
        if times:
            cells.append(Cell(**about, status="ok", relative_error=error, **{**times, **also()}))

    return run


def _least_error(call: Any, prepare: Any, reference: Any, answer: Any, tolerance: float) -> float:
    """The error of the first batch, or of a further one where that one is too large.

    Now and then a ReLU gets a number so close to zero that rounding decides whether it passes, and with it a
    whole gradient. A wrong function is wrong on every batch.
    """
    errors = []
    for index in range(3):
        inputs = prepare(index)
        result = answer(call(*inputs))
        with measure.free_threads(os.cpu_count() or 1):  # nobody times the reference
            truth = reference(*inputs)
        errors.append(measure.relative_error(result, truth))
        if errors[-1] <= tolerance:
            break
    return min(errors)


@pytest.fixture
def note(request: pytest.FixtureRequest, benchmark: Any, quiet: None) -> Callable[..., None]:
    """`note(id, …)` keeps a result that something else has measured and checked."""
    config, node = request.config, request.node
    assert benchmark is not None  # asked for, so that pytest knows a benchmark; it times nothing itself

    def keep(name: str, **values: Any) -> None:
        about = {"provenance": "measured", "date": _today(), "commit": _commit(), "status": "ok"}
        definition = _digest(node.path, node.originalname)
        cell = Cell(**{**about, "id": f"{node.name}[{name}]", "definition": definition, **values})
        config.stash[CELLS][node.path][cell.id].append(cell)

    return keep


def pytest_sessionfinish(session: pytest.Session) -> None:
    folder = session.config.getoption("record")
    measured = session.config.stash[CELLS]
    if file := os.environ.get(PASS_FILE):
        Path(file).write_bytes(pickle.dumps({path: dict(by_id) for path, by_id in measured.items()}))
        return
    _mark_slow_moments(session.config)
    for path, by_id in measured.items():
        cells = [results.over_passes(cells) for cells in by_id.values() if cells]
        session.config.stash[LINES] += [_line(cell) for cell in cells if cell.units is not None]
        if folder is not None and cells:
            session.config.stash[LINES].append(_record(session.config, path, cells, folder))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if config.stash[LINES]:
        terminalreporter.section("results for one call")
        terminalreporter.write_line("\n".join(config.stash[LINES]))


def _record(config: pytest.Config, path: Path, cells: list[Cell], folder: Path) -> str:
    """Write the cells of one benchmark file; one line that says what happened."""
    devices = {BACKENDS[cell.backend]().device for cell in cells}
    device = next((name for name in ("cuda", "xla") if name in devices), "cpu")
    run = Run(
        suite=path.stem.removeprefix("bench_"),
        source=path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name,
        provenance="measured",
        date=_today(),
        commit=_commit(),
        machine=machine.machine_card(device),
        versions=machine.versions(device),
        settings=_settings(config),
        cells=tuple(cells),
    )
    limit = run.settings["instruction_limit"]
    parts = [run.suite, *(["xla"] if device == "xla" else []), *([limit.lower()] if limit else [])]
    file = folder / run.machine["name"] / f"{'-'.join(parts)}.json"
    note = ""
    if file.exists():
        try:
            run = results.merge(results.read(file), run)
        except ResultsError as error:
            note = f"; the rows it held are gone, since {error}"
    results.write(run, file)
    disturbed = sum(cell.contaminated for cell in cells)
    return f"{len(cells)} rows ({disturbed} disturbed by other jobs) → {file}{note}"


def _settings(config: pytest.Config) -> dict[str, Any]:
    limits = [f"{name}={os.environ[name]}" for name in LIMITS if name in os.environ]
    return {
        "method": measure.METHOD,
        "threads": torch.get_num_threads() if not config.stash.get(PINNED, False) else 1,
        "pinned": config.stash.get(PINNED, False),
        "memory_kept": config.stash.get(MEMORY_KEPT, False),
        "calibration_side": measure.CALIBRATION_SIZE,
        "round_seconds": plan(config).round_seconds,
        "seed": 0,
        "smoke": config.getoption("smoke"),
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "instruction_limit": os.environ.get("ONEDNN_MAX_CPU_ISA"),
        "environment": " ".join(limits),
    }


@cache
def _digest(path: Path, function: str) -> str:
    return digest(path, function)


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


@cache
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
    speed = f"{cell.flop_per_second() / 1e9:9.1f} GFLOP/s" if cell.flop else f"{'':17}"
    load = f"{cell.foreign_cores or 0:.2f} foreign cores, {cell.slowdown or 0:.0%} slower"
    mark = f"  disturbed: {load}" if cell.contaminated else ""
    return f"{cell.id:<64} {cell.median_seconds:9.2e} s {speed} {cell.units:8.2f} units{mark}"
