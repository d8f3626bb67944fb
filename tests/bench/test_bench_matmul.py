"""The benchmark through its own door: one process of pytest runs it and edited copies of it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tutorials_lib.bench import results
from tutorials_lib.bench.definition import digest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
PRODUCT = "return left @ right"
EDITS = {  # suite → what its copy computes instead
    "matmul": PRODUCT,
    "wrong": "return 1.01 * (left @ right)",
    "lazy": "return left[:, :1] @ right[:1]",
    "refused": "raise RuntimeError('\"addmm\" not implemented for Float8')",
    "full": "raise torch.OutOfMemoryError('CUDA out of memory')",
    "broken": "raise RuntimeError('shapes do not fit')",
}


def bench(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """pytest in `folder`, in the smoke test mode of the benchmarks."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "-rA",
        "--benchmark-enable",
        "--smoke",
    ]
    return subprocess.run(
        [*command, *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("benchmarks")
    shutil.copy(BENCHMARKS / "conftest.py", folder)
    text = (BENCHMARKS / "bench_matmul.py").read_text(encoding="utf-8")
    assert text.count(PRODUCT) == 1
    for suite, body in EDITS.items():
        (folder / f"bench_{suite}.py").write_text(text.replace(PRODUCT, body), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def done(copies: Path) -> subprocess.CompletedProcess[str]:
    files = [f"bench_{suite}.py" for suite in EDITS]
    return bench(copies, *files, "-k", "cpu", "--record", "out")


@pytest.fixture
def runs(copies: Path, done: subprocess.CompletedProcess[str]) -> dict[str, results.Run]:
    assert done.returncode == 1, done.stdout  # three of the copies must fail
    return {run.suite: run for run in results.read_all(copies / "out")}


def test_every_case_is_recorded(copies: Path, runs: dict[str, results.Run]) -> None:
    cells = runs["matmul"].cells
    assert [cell.parameters["precision"] for cell in cells] == ["float32", "float32", "bfloat16", "bfloat16"]
    assert all(cell.measured and cell.rounds == 1 and cell.relative_error > 0 for cell in cells)
    assert {cell.definition for cell in cells} == {digest(copies / "bench_matmul.py", "test_matrix_product")}
    assert {cell.definition for cell in runs["refused"].cells} != {cell.definition for cell in cells}


def test_results_name_no_folder_of_ours(copies: Path, runs: dict[str, results.Run]) -> None:
    for file in copies.glob("out/*/*.json"):
        assert str(copies.parent) not in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("suite", ["wrong", "lazy"])
def test_wrong_function_fails_and_is_not_recorded(
    suite: str, runs: dict[str, results.Run], done: subprocess.CompletedProcess[str]
) -> None:
    failures = [line for line in done.stdout.splitlines() if line.startswith(f"FAILED bench_{suite}.py")]
    assert len(failures) == 4
    assert suite not in runs


def test_wrong_function_is_told_by_its_error(done: subprocess.CompletedProcess[str]) -> None:
    assert "error against float64 is 1.0e-02; expected" in done.stdout


@pytest.mark.parametrize(("suite", "status"), [("refused", "unsupported"), ("full", "oom")])
def test_case_that_cannot_run_is_recorded_with_its_reason(
    suite: str, status: str, runs: dict[str, results.Run]
) -> None:
    cells = runs[suite].cells
    assert len(cells) == 4
    assert {(cell.status, cell.median_seconds, bool(cell.reason)) for cell in cells} == {(status, None, True)}


def test_other_errors_are_failures_and_not_recorded(
    runs: dict[str, results.Run], done: subprocess.CompletedProcess[str]
) -> None:
    assert "broken" not in runs
    assert "FAILED bench_broken.py::test_matrix_product[cpu-float32-8x8x8]" in done.stdout


def test_one_row_anew_leaves_the_others_as_they_were(copies: Path, runs: dict[str, results.Run]) -> None:
    name = "test_matrix_product[cpu-float32-8x8x8]"
    again = bench(copies, f"bench_matmul.py::{name}", "--record", "out")
    assert again.returncode == 0, again.stdout
    merged = {run.suite: run for run in results.read_all(copies / "out")}["matmul"]
    before = runs["matmul"].cells
    assert [cell.id for cell in merged.cells] == [cell.id for cell in before]
    assert {old.id for old, new in zip(before, merged.cells, strict=True) if old != new} <= {name}


def test_every_pass_goes_through_all_cases_and_checks_their_answers_once(copies: Path) -> None:
    text = (copies / "bench_matmul.py").read_text(encoding="utf-8")
    says, does = "left.double() @ right.double()", "(print('checked'), left.double() @ right.double())[1]"
    assert text.count(says) == 1
    (copies / "bench_twice.py").write_text(text.replace(says, does), encoding="utf-8")
    done = bench(
        copies, "bench_twice.py", "bench_wrong.py", "-k", "cpu", "--passes", "2", "--record", "twice"
    )
    first, second, last = re.split("\npass 2 of 2\n|\nonce more what was", done.stdout)
    assert [part.splitlines().count("checked") for part in (first, second, last)] == [4, 0, 0]
    for each in (first, second):  # a process each
        assert len(re.findall(r"^PASSED bench_twice", each, re.MULTILINE)) == 4
    agreed = re.search(r"^SKIPPED \[(\d)\].*the passes agree", last, re.MULTILINE)
    again = len(re.findall(r"^PASSED bench_twice", last, re.MULTILINE))
    assert again + int(agreed[1] if agreed else 0) == 4
    assert all("FAILED bench_wrong" in each for each in (first, second, last))
    (twice,) = results.read_all(copies / "twice")  # what is wrong in one pass is wrong in the other
    assert [cell.id.count("pass") for cell in twice.cells] == [0] * 4
    assert all(cell.passes in (1, 2, 3) and cell.relative_error > 0 for cell in twice.cells)


def test_smoke_numbers_never_reach_the_committed_results() -> None:
    refused = bench(BENCHMARKS, "bench_matmul.py", "--record", str(BENCHMARKS / "results"))
    assert refused.returncode == 4
    assert "expected --record with another folder" in refused.stderr
