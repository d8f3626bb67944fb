"""Every suite through its own door: it runs, it records what it says, and a copy that errs does not."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tutorials_lib.bench import results

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
SUITES = ("ceilings", "models", "operations", "precision", "loading", "threads")
WRONG = {  # a copy's name → its suite, what it says, and what it computes instead
    "forward": ("models", "adapter.forward(module)", "adapter.forward(seeded_module(workload, seed=1))"),
    "step": ("models", "step = adapter.step(module)", "step = adapter.step(seeded_module(workload, seed=1))"),
    "formula": ("operations", "0.5 * hidden * (1", "0.51 * hidden * (1"),
    "padding": (
        "operations",
        "F.conv2d(images, weight, padding=kernel // 2",
        "F.conv2d(images, weight, padding=0",
    ),
    "scale": ("operations", "/ math.sqrt(queries.shape[-1])", "/ queries.shape[-1]"),
    "lazy": ("loading", "return batch_means(batch[0] if", "return 2 * batch_means(batch[0] if"),
}


def bench(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """pytest in `folder`, in the smoke test mode of the benchmarks, without compiling anything."""
    options = ["-p", "no:cacheprovider", "-rA", "--benchmark-enable", "--smoke", "--backends", "cpu"]
    command = [sys.executable, "-m", "pytest", *options, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=240)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    folder = tmp_path_factory.mktemp("benchmarks")
    shutil.copy(BENCHMARKS / "conftest.py", folder)
    for suite in SUITES:
        shutil.copy(BENCHMARKS / f"bench_{suite}.py", folder)
    for name, (suite, says, does) in WRONG.items():
        text = (BENCHMARKS / f"bench_{suite}.py").read_text(encoding="utf-8")
        assert text.count(says) == 1, name
        (folder / f"bench_{name}.py").write_text(text.replace(says, does), encoding="utf-8")
    files = [f"bench_{name}.py" for name in (*SUITES, *WRONG)]
    return folder, bench(folder, *files, "--record", "out")


@pytest.mark.parametrize("suite", SUITES)
def test_suite_records_cells_that_were_checked(suite: str, done) -> None:
    folder, outcome = done
    failed = re.findall(rf"^(?:FAILED|ERROR) bench_{suite}\.py\S*", outcome.stdout, re.MULTILINE)
    assert not failed, outcome.stdout[-4000:]
    (run,) = (run for run in results.read_all(folder / "out") if run.suite == suite)
    assert run.cells
    assert all(cell.measured and cell.relative_error is not None for cell in run.cells)
    assert all(cell.bytes > 0 for cell in run.cells)


@pytest.mark.parametrize("name", WRONG)
def test_wrong_copy_fails_and_leaves_no_row_of_what_is_wrong(name: str, done) -> None:
    folder, outcome = done
    failed = re.findall(rf"^FAILED bench_{name}\.py::(\S+)", outcome.stdout, re.MULTILINE)
    assert failed
    rows = {cell.id for run in results.read_all(folder / "out") if run.suite == name for cell in run.cells}
    assert not rows & set(failed)
    assert "error against float64 is" in outcome.stdout


def test_models_of_every_family_are_used_and_trained(done) -> None:
    folder, _ = done
    (run,) = (run for run in results.read_all(folder / "out") if run.suite == "models")
    families = ("fully_connected", "convolutional", "recurrent", "transformer")
    wanted = {f"{family}_{purpose}" for family in families for purpose in ("inference", "training")}
    assert {cell.operation for cell in run.cells} == wanted


def test_threads_are_told_apart_by_their_parameters(done) -> None:
    folder, _ = done
    (run,) = (run for run in results.read_all(folder / "out") if run.suite == "threads")
    assert {cell.parameters["threads"] for cell in run.cells} == {1, 2}
    assert min(cell.parameters["neighbours"] for cell in run.cells) == 0
    assert max(cell.parameters["neighbours"] for cell in run.cells) >= 1


def test_out_of_time_is_a_status_and_not_a_failure(tmp_path: Path) -> None:
    for name in ("conftest", "bench_ceilings"):
        shutil.copy(BENCHMARKS / f"{name}.py", tmp_path)
    late = bench(tmp_path, "bench_ceilings.py", "--minutes", "0", "--record", "out")
    assert late.returncode == 0, late.stdout
    (run,) = results.read_all(tmp_path / "out")
    assert {cell.status for cell in run.cells} == {"timeout"}
    assert run.cells[0].reason == "the run's 0 minutes were over"


def test_unknown_backend_is_named(tmp_path: Path) -> None:
    shutil.copy(BENCHMARKS / "conftest.py", tmp_path)
    refused = bench(tmp_path, "--backends", "abacus")
    assert refused.returncode == 4
    assert "--backends abacus: expected some of cpu, inductor, cuda" in refused.stdout + refused.stderr
