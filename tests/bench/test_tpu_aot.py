"""The compiler's estimate: what is summed, what is refused, and what is said where there is no compiler."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tutorials_lib.bench import results

REPOSITORY = Path(__file__).parents[2]
FILE = REPOSITORY / "benchmarks" / "tpu_aot.py"
PROGRAM = """
%fused { ROOT %a = add(), backend_config={"estimated_cycles":"1000"} }

ENTRY %main {
  %b = fusion(), backend_config={"estimated_cycles":"20"}
  ROOT %c = fusion(%b), backend_config={"estimated_cycles":"3"}
}

%after { %d = add(), backend_config={"estimated_cycles":"1000"} }
"""


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("tpu_aot", FILE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_only_the_cycles_of_the_main_computation_count(script: ModuleType) -> None:
    assert script.entry_cycles(PROGRAM) == 23


def test_a_loop_has_no_estimate(script: ModuleType) -> None:
    assert script.entry_cycles(PROGRAM.replace("fusion(%b)", "while(%b)")) is None


@pytest.mark.skipif(importlib.util.find_spec("libtpu") is not None, reason="libtpu is installed here")
def test_without_the_compiler_it_says_so_and_ends_well() -> None:
    done = subprocess.run(
        [sys.executable, str(FILE)], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0
    assert done.stdout.startswith("skipped: ")
    assert "requirements-tpu.txt" in done.stdout


def test_committed_estimates_say_what_they_are() -> None:
    runs = results.read_all(REPOSITORY / "benchmarks" / "results")
    found = [run for run in runs if run.suite == "tpu_aot"]
    assert found
    for run in found:
        assert run.provenance == "compiled-not-run"
        assert "libtpu" in run.versions
        assert all(cell.median_seconds is None for cell in run.cells)
        low_to_high = [
            (cell.estimate_low_seconds, cell.estimate_seconds, cell.estimate_high_seconds)
            for cell in run.cells
            if cell.ok
        ]
        assert all(low < middle < high for low, middle, high in low_to_high)
