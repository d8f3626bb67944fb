"""One suite as a page shows it: what is stale or missing is said, and what differs by noise is not ranked."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from made_by_hand import MACHINE, make_cell, make_run, measured

from tutorials_lib.bench import definition, report, results, suite
from tutorials_lib.bench.suite import Suite

CODE = "def test_it(case, size):\n    return 2 * size\n"
GPU = {**MACHINE, "name": "example-gpu", "accelerator": {"name": "GPU", "memory_bytes": 1}}


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TUTORIALS_BUILD", raising=False)
    monkeypatch.setenv("TUTORIALS_LANGUAGE", "en")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "benchmarks" / "bench_matmul.py").write_text(CODE, encoding="utf-8")
    return tmp_path


@pytest.fixture
def shown(root: Path) -> Suite:
    now = definition.digest(root / "benchmarks" / "bench_matmul.py", "test_it")
    cells = [
        measured("test_it[a]", definition=now, parameters={"size": 1}),
        measured("test_it[b]", 0.004, parameters={"size": 2}),
        measured("test_gone[c]", foreign_cores=1.0, parameters={"size": 2, "threads": 2}),
    ]
    run = make_run(*cells)
    limited = replace(run, settings={**run.settings, "instruction_limit": "AVX2"})
    cuda = make_run(measured("test_it[g]", backend="cuda"), machine=GPU)
    return Suite("matmul", root, (cuda, limited, run))


def test_page_is_about_the_processor_with_all_its_instructions(shown: Suite) -> None:
    assert shown.here is shown.runs[2]


def test_rows_of_changed_or_removed_code_are_stale(shown: Suite) -> None:
    assert [report.is_stale(cell, shown.current) for cell in shown.here.cells] == [False, True, True]
    state = shown.state()
    assert state.startswith("Of the 3 rows, 1 were measured while another job")
    assert "and 2 are from code that has changed" in state
    assert shown.table(shown.here.cells, lambda cell: cell.id).count("⌛ stale") == 2


def test_cells_are_found_by_their_parameters(shown: Suite) -> None:
    assert shown.one(size=1).id == "test_it[a]"
    assert [cell.id for cell in shown.pick(size=2, backend="cpu")] == ["test_it[b]", "test_gone[c]"]
    with pytest.raises(KeyError, match=r"2 cells with .* expected one"):
        shown.one(size=2)


def test_missing_backends_are_rows_that_say_so(shown: Suite) -> None:
    text = shown.missing([("cuda", "CUDA"), ("xla", "XLA")])
    assert "<td>1 rows (example-gpu)</td>" in text
    assert "<td>not recorded yet</td>" in text


def test_verdicts_follow_noise_and_refuse_what_is_not_comparable(shown: Suite) -> None:
    first, second, disturbed = shown.here.cells
    assert shown.versus(first, second) == "2.0 times as fast"
    assert shown.versus(second, first) == "2.0 times as slow"
    assert shown.versus(first, replace(first, min_seconds=1.1 * first.min_seconds)) == "no difference"
    assert shown.versus(first, disturbed) == shown.versus(first, None) == "not compared"
    two_threads = replace(second, parameters={"threads": 2})
    assert shown.versus(first, two_threads) == "not compared"


def test_commands_record_the_suite_list_its_rows_and_record_one(shown: Suite) -> None:
    text = shown.commands()
    assert "python -m pytest benchmarks/bench_matmul.py --benchmark-enable" in text
    assert "python -m pytest benchmarks/bench_matmul.py --collect-only" in text
    assert "bench_matmul.py::ROW" in text


def test_page_is_about_the_machine_with_most_rows_that_nothing_disturbed(shown: Suite) -> None:
    busy = replace(shown.here, cells=shown.here.cells[-1:], machine=shown.here.machine | {"name": "a"})
    for runs in ((busy, *shown.runs), (*shown.runs, busy)):
        assert replace(shown, runs=runs).here is shown.here


def test_pages_that_compare_suites_are_about_one_machine(tmp_path: Path, monkeypatch) -> None:
    other = MACHINE | {"name": "other"}
    here = make_run(measured("a"), measured("b"), measured("c"))
    few = make_run(measured("a"), suite="ceilings")
    many = make_run(measured("a"), measured("b"), suite="ceilings", machine=other)
    for run in (here, few, many):
        results.write(run, tmp_path / results.RESULTS / run.machine["name"] / f"{run.suite}.json")
    monkeypatch.setattr(results, "repository", lambda: tmp_path)
    assert suite.load("ceilings").here.machine["name"] == MACHINE["name"]
    assert suite.load("matmul").here.machine["name"] == MACHINE["name"]
    (tmp_path / results.RESULTS / MACHINE["name"] / "ceilings.json").unlink()
    suite._all.cache_clear()
    with pytest.raises(results.ResultsError, match="expected both from one machine"):
        suite.roof()


def test_suite_that_nobody_recorded_names_the_way_out() -> None:
    with pytest.raises(
        results.ResultsError, match=r"no results of the suite 'nothing'; expected .*make bench"
    ):
        suite.load("nothing")


@pytest.mark.parametrize(
    "name", ["operations", "models", "compile", "loading", "threads", "lessons", "matmul"]
)
def test_committed_suites_load_and_their_rows_name_functions_that_exist(name: str) -> None:
    loaded = suite.load(name)
    assert all(loaded.current(cell) for cell in loaded.here.cells)


def test_large_downloads_are_packed_and_whole() -> None:
    import base64
    import gzip
    import re

    run = make_run(*(measured(f"test_it[{place}]") for place in range(100)))
    link = report.download(run, "models.json")
    assert 'download="models.json.gz"' in link
    data = re.search(r"base64,([^\"]+)", link)
    assert data
    assert json.loads(gzip.decompress(base64.b64decode(data.group(1)))) == results.to_dict(run)
    assert len(link) < report.PACKED_ABOVE


def test_rows_without_a_time_stay_in_the_figure_with_their_reason() -> None:
    _, ax = plt.subplots()
    refused = make_cell("b", status="oom", reason="too large")
    rows = [("a", measured("a"), "blue"), ("b", refused, "blue")]
    report.durations(rows, definition="0123456789abcdef", ax=ax)
    assert [text.get_text() for text in ax.texts] == ["out of memory"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b"]
    plt.close()


@pytest.mark.parametrize(
    ("value", "text"), [(1.0, "1 s"), (1e-3, "1 ms"), (1e-4, "100 µs"), (1e-8, "10 ns"), (100.0, "100 s")]
)
def test_time_axis_names_units(value: float, text: str) -> None:
    _, ax = plt.subplots()
    report.durations([("a", measured("a"), "blue")], definition="x", ax=ax)
    assert ax.xaxis.get_major_formatter()(value, 0) == text
    plt.close()


def test_checked_cells_need_no_calibration_and_are_compared_with_nothing() -> None:
    cell = make_cell(
        "test_lessons[x]", rounds=1, median_seconds=2.0, peak_memory_bytes=1, checked="its own assertions"
    )
    results.validate(results.to_dict(make_run(cell)), "x.json")
    assert report.versus(cell, cell) == "not compared"
    bare = replace(cell, checked=None)
    with pytest.raises(results.ResultsError, match=r"cells\[0\]\.inputs: missing"):
        results.validate(results.to_dict(make_run(bare)), "x.json")
