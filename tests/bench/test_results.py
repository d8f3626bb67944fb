"""A results file says how every number came about, and a damaged one is refused with file and field."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tutorials_lib.bench import results
from tutorials_lib.bench.results import Cell, ResultsError, Run

REPOSITORY = Path(__file__).parents[2]


def test_writing_and_reading_returns_the_same_run(run: Run, tmp_path: Path) -> None:
    results.write(run, tmp_path / "machine" / "matmul.json")
    assert results.read(tmp_path / "machine" / "matmul.json") == run


def test_one_line_a_cell_and_no_temporary_file_left(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "matmul.json"
    results.write(run, path)
    assert sum(line.startswith('  {"id"') for line in path.read_text().splitlines()) == len(run.cells)
    assert list(tmp_path.iterdir()) == [path]


def test_failed_write_keeps_the_earlier_file(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "matmul.json"
    results.write(run, path)
    before = path.read_bytes()
    wrong = replace(run, cells=(replace(run.cells[0], median_seconds=-1.0),))
    with pytest.raises(ResultsError):
        results.write(wrong, path)
    assert path.read_bytes() == before


FAULTS = {  # place in the JSON object → (value or None to remove it, what the message says)
    "schema": (7, "schema: 7 is unknown; expected 1"),
    "provenance": ("guessed", "provenance: 'guessed' is not one of"),
    "date": ("yesterday", "date: 'yesterday' does not match"),
    "machine.cores": (0, "machine.cores: 0 is less than the minimum of 1"),
    "machine.system": ("Linux 6.1-host.example", "machine.system: 'Linux 6.1-host.example' does not match"),
    "machine.hostname": ("box", "machine.hostname: unknown field"),
    "source": ("/home/ana/bench.py", "source: '/home/ana/bench.py' does not match"),
    "cells.1.median_seconds": (
        -1,
        "cells[1].median_seconds: -1 is less than the minimum of 0; expected seconds for one call, 0 or more",
    ),
    "cells.1.q3_seconds": (None, "cells[1].q3_seconds: missing; expected seconds for one call, 0 or more"),
    "cells.0.flop": ("many", "cells[0].flop: 'many' is not of type 'integer'"),
    "cells.0.status": ("broken", "cells[0].status: 'broken' is not one of"),
    "cells.0.definition": ("abc", "cells[0].definition: 'abc' does not match"),
    "cells.0.samples": ([1.0, 2.0], "cells[0].samples: unknown field"),
    "cells.0.reason": ("no idea", "cells[0].reason: present; expected no such field"),
    "cells.0.min_seconds": (99.0, "cells[0].min_seconds: 99.0 is more than q1_seconds 0.001"),
    "cells.0.foreign_cores": (None, "cells[0].foreign_cores: missing"),
    "cells.2.reason": (None, "cells[2].reason: missing; expected why the case has no result"),
}


@pytest.mark.parametrize("place", FAULTS)
def test_fault_is_named_with_file_and_field(run: Run, tmp_path: Path, place: str) -> None:
    value, expected = FAULTS[place]
    path = tmp_path / "matmul.json"
    data = edited(results.to_dict(run), place, value)
    path.write_text(json.dumps(data))
    with pytest.raises(ResultsError) as caught:
        results.read(path)
    assert str(caught.value).startswith(f"{path}: {expected}")
    assert "; expected " in str(caught.value)


def test_all_faults_are_reported_at_once(run: Run) -> None:
    data = edited(edited(results.to_dict(run), "cells.0.rounds", 0), "cells.1.rounds", None)
    with pytest.raises(ResultsError) as caught:
        results.validate(data, "x.json")
    assert sorted(line.split(": ")[1] for line in str(caught.value).splitlines()) == [
        "cells[0].rounds",
        "cells[1].rounds",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ":1: not JSON"),
        ('{"schema": 1,\n "suite": "mat', ":2: not JSON"),
        ("[1, 2]", ": the file: [1, 2] is not of type 'object'"),
        ('{"schema": NaN}', ": holds NaN; expected finite numbers only"),
        ("{}", ": schema: None is unknown; expected 1"),
    ],
)
def test_what_is_no_results_file_is_refused(tmp_path: Path, text: str, expected: str) -> None:
    path = tmp_path / "matmul.json"
    path.write_text(text)
    with pytest.raises(ResultsError) as caught:
        results.read(path)
    assert str(caught.value).startswith(f"{path}{expected}")


def test_missing_file_and_wrong_encoding_are_named(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match=r"absent\.json: cannot be read"):
        results.read(tmp_path / "absent.json")
    (tmp_path / "latin.json").write_bytes('{"suite": "máquina"}'.encode("latin-1"))
    with pytest.raises(ResultsError, match=r"latin\.json: cannot be read"):
        results.read(tmp_path / "latin.json")


def test_two_cells_of_one_name_are_refused(run: Run) -> None:
    data = results.to_dict(replace(run, cells=(run.cells[0], run.cells[0])))
    with pytest.raises(ResultsError, match=r"cells\[1\]\.id: .* is also cells\[0\]; expected a unique id"):
        results.validate(data, "x.json")


def test_folder_without_results_is_named(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match=r": no results; expected <machine>/<suite>\.json"):
        results.read_all(tmp_path / "nowhere")


def test_folder_and_machine_must_agree(run: Run, tmp_path: Path) -> None:
    results.write(run, tmp_path / "another-machine" / "matmul.json")
    with pytest.raises(ResultsError, match=r"matmul\.json: machine\.name: .*expected 'another-machine'"):
        results.read_all(tmp_path)


# ── provenance ──────────────────────────────────────────────────────────────────────────────────────────────


def test_modelled_numbers_cannot_be_relabelled_as_measured(modelled: Run) -> None:
    data = results.to_dict(modelled)
    results.validate(data, "x.json")
    with pytest.raises(ResultsError) as caught:
        results.validate({**data, "provenance": "measured"}, "x.json")
    assert "cells[0].estimate_seconds: present" in str(caught.value)
    assert "cells[0].median_seconds: missing" in str(caught.value)


def test_measured_numbers_cannot_be_relabelled_as_modelled(run: Run) -> None:
    with pytest.raises(ResultsError, match=r"cells\[0\]\.median_seconds: present"):
        results.validate({**results.to_dict(run), "provenance": "modelled", "origin": "a model"}, "x.json")


@pytest.mark.parametrize("provenance", ["compiled-not-run", "modelled", "quoted"])
def test_what_was_not_measured_says_where_it_is_from(modelled: Run, provenance: Any) -> None:
    data = {**results.to_dict(modelled), "provenance": provenance}
    results.validate(data, "x.json")
    del data["origin"]
    with pytest.raises(ResultsError, match=r"x\.json: origin: missing"):
        results.validate(data, "x.json")


def test_provenance_is_required_and_travels_with_the_cell(modelled: Run, tmp_path: Path) -> None:
    results.write(modelled, tmp_path / "tpu.json")
    cell = results.read(tmp_path / "tpu.json").cells[0]
    assert cell.provenance == "modelled"
    assert not cell.measured
    with pytest.raises(ValueError, match="expected a measured time"):
        cell.flop_per_second()
    data = results.to_dict(modelled)
    del data["provenance"]
    with pytest.raises(ResultsError, match=r"x\.json: provenance: missing"):
        results.validate(data, "x.json")


def test_a_modelled_cell_does_not_enter_a_measured_run(run: Run, modelled: Run, tmp_path: Path) -> None:
    mixed = replace(run, cells=(*run.cells, modelled.cells[0]))
    with pytest.raises(ResultsError, match="provenance: 'modelled'; expected 'measured'"):
        results.write(mixed, tmp_path / "mixed.json")


# ── merging ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_merging_replaces_repeated_cells_and_keeps_the_date_of_the_others(run: Run, tmp_path: Path) -> None:
    later = {"date": "2027-01-02", "commit": "abcdef0"}
    again = replace(run.cells[1], median_seconds=0.0025, **later)
    merged = results.merge(run, replace(run, cells=(again,), **later))
    results.write(merged, tmp_path / "matmul.json")
    kept, replaced, _ = results.read(tmp_path / "matmul.json").cells
    assert (kept.date, kept.commit) == (run.date, run.commit)
    assert (replaced.date, replaced.commit, replaced.median_seconds) == ("2027-01-02", "abcdef0", 0.0025)


@pytest.mark.parametrize("name", ["machine", "versions", "settings"])
def test_runs_made_differently_do_not_merge(run: Run, name: str) -> None:
    other = replace(run, **{name: {**getattr(run, name), "torch": "0.1"}})
    with pytest.raises(ResultsError, match=f"{name}: .* differs from the earlier run's; expected "):
        results.merge(run, other)


# ── the committed files ─────────────────────────────────────────────────────────────────────────────────────


def test_committed_results_are_valid_and_name_nobody() -> None:
    import getpass
    import socket

    files = sorted((REPOSITORY / "benchmarks" / "results").glob("*/*.json"))
    assert files
    results.read_all(REPOSITORY / "benchmarks" / "results")
    for file in files:
        text = file.read_text(encoding="utf-8")
        strings = {word for value in texts(json.loads(text)) for word in value.replace("/", " ").split()}
        assert not strings & {socket.gethostname(), getpass.getuser(), "home", "root"}, file
        assert str(REPOSITORY) not in text


def test_contamination_follows_the_foreign_load(run: Run) -> None:
    quiet, loud = (replace(run.cells[0], foreign_cores=cores) for cores in (0.0, 0.9))
    assert not quiet.contaminated
    assert loud.contaminated


def test_a_neighbour_that_cannot_be_seen_is_felt_by_the_calibration(run: Run) -> None:
    cells = [replace(run.cells[0], id=str(place), calibration_seconds=1e-3) for place in range(9)]
    slow = replace(cells[0], id="slow", calibration_seconds=1.5e-3)
    gpu = replace(slow, id="gpu", backend="cuda")
    *quiet, felt, other = results.with_slowdown([*cells, slow, gpu])
    assert felt.slowdown == 0.5
    assert felt.contaminated
    assert not any(cell.contaminated for cell in quiet)
    assert other == gpu  # its product is over before a neighbour could matter


def edited(data: dict[str, Any], place: str, value: Any) -> dict[str, Any]:
    """A copy of `data` with `value` at the dotted place, or without that field where `value` is `None`."""
    copy = json.loads(json.dumps(data))
    *steps, last = place.split(".")
    inner = copy
    for step in steps:
        inner = inner[int(step) if step.isdigit() else step]
    if value is None:
        del inner[last]
    else:
        inner[last] = value
    return copy


def texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for entry in value.values() for text in texts(entry)]
    if isinstance(value, list):
        return [text for entry in value for text in texts(entry)]
    return [value] if isinstance(value, str) else []


def test_cell_knows_its_throughput_and_intensity(run: Run) -> None:
    cell: Cell = run.cells[0]
    assert cell.flop_per_second() == pytest.approx(2 * 512**3 / 0.002)
    assert cell.intensity == pytest.approx(2 * 512 / (3 * 4))


def test_disturbed_row_never_replaces_an_undisturbed_one_of_the_same_definition(run: Run) -> None:
    loud = replace(run.cells[0], median_seconds=0.0019, foreign_cores=1.0)
    assert results.merge(run, replace(run, cells=(loud,))).cells[0] == run.cells[0]
    assert results.merge(replace(run, cells=(loud,)), run).cells[0] == run.cells[0]
    changed = replace(loud, definition="f" * 16)
    assert results.merge(run, replace(run, cells=(changed,))).cells[0] == changed


def test_repository_is_found_from_anywhere_by_an_editable_install(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert (results.repository() / results.RESULTS).is_dir()
