"""The table of machines counts what the files hold, and says what is missing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from made_by_hand import make_run, measured

from tutorials_lib.bench import overview, paradnn

FOUND = paradnn.findings()


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TUTORIALS_BUILD", raising=False)
    monkeypatch.setenv("TUTORIALS_LANGUAGE", "en")


def test_rows_are_counted_by_suite_and_machine() -> None:
    runs = [
        make_run(measured("a"), measured("b"), suite="matmul"),
        make_run(measured("c"), suite="matmul", settings={"instruction_limit": "AVX2"}),
        make_run(measured("d"), suite="threads", date="2026-11-20"),
    ]
    text = overview.machines(runs, FOUND)
    assert "matmul 3, threads 1 (2026-11-20 – 2026-11-22)" in text
    assert text.count("example-cpu-4-cores") == 1


def test_gpu_is_missing_until_one_has_recorded() -> None:
    assert "a GPU with CUDA" in overview.machines([make_run(measured("a"))], FOUND)
    assert "a GPU with CUDA" not in overview.machines([make_run(measured("a", backend="cuda"))], FOUND)


def test_compiled_networks_are_no_measurements() -> None:
    cell = replace(measured("a", backend="tpu-v4"), provenance="compiled-not-run", estimate_seconds=1.0)
    text = overview.machines([make_run(cell, suite="tpu_aot", provenance="compiled-not-run")], FOUND)
    assert "TPU v4</th><td>1 estimates of its compiler</td><td>◐ compiled, not run" in text
    assert "● measured" not in text


def test_machines_of_others_are_listed_with_what_was_published() -> None:
    text = overview.machines([], FOUND)
    assert "1,724 dense networks on the board, 176 of them" in text
    for word in ("◎ measured by others", "❝ quoted", "○ modelled", "62 matrix products"):
        assert word in text
