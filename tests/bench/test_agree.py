"""Two runs compared, several passes summed up, and what the commands say of files they cannot use."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from made_by_hand import MACHINE, make_cell, make_run, measured

from tutorials_lib.bench import agree, compare, results
from tutorials_lib.bench.results import Run


def scaled(run: Run, *factors: float) -> Run:
    """The same run with every time, in seconds and in units, multiplied."""
    cells = [
        replace(cell, **{name: factor * getattr(cell, name) for name in TIMES})
        for cell, factor in zip(run.cells, factors, strict=True)
    ]
    return replace(run, cells=tuple(cells))


TIMES = [f"{name}_seconds" for name in ("min", "q1", "median", "q3")] + [
    f"{name}_units" for name in ("q1", "median", "q3")
]


@pytest.fixture
def four() -> Run:
    return make_run(*(measured(name) for name in "abcd"))


def test_share_counts_cells_whose_units_lie_close(four: Run) -> None:
    found = compare.agreement(four, scaled(four, 1.001, 1.11, 0.90, 1.3))
    assert found.share(0.12) == 3 / 4
    assert found.share(0.31) == 1
    assert compare.agreement(four, scaled(four, 1.001, 1.11, 0.8, 1.3)).share(0.12) == 2 / 4
    assert found.ratios["d"] == pytest.approx(1.3)


def test_agreement_compares_units_and_not_seconds(four: Run) -> None:
    calibration = 3 * four.cells[0].min_calibration_seconds
    tripled = scaled(four, 3, 3, 3, 3).cells
    slow = [replace(cell, min_calibration_seconds=calibration) for cell in tripled]
    assert compare.agreement(four, replace(four, cells=tuple(slow))).share(0.01) == 1


def test_disturbed_changed_and_two_thread_cells_are_left_out(four: Run) -> None:
    loud, changed, two, near = scaled(four, 5, 5, 5, 1.001).cells
    cells = (
        replace(loud, foreign_cores=1.0),
        replace(changed, definition="f" * 16),
        replace(two, parameters={"threads": 2}),
        near,
    )
    found = compare.agreement(four, replace(four, cells=cells))
    assert list(found.ratios) == ["d"]
    assert found.disturbed == 1


def test_rows_that_were_not_measured_again_agree_with_nothing(four: Run) -> None:
    again = scaled(four, 1.001, 1, 1, 1).cells[0]
    found = compare.agreement(four, replace(four, cells=(again, *four.cells[1:])))
    assert list(found.ratios) == ["a"]


def test_command_prints_shares_and_drift_and_fails_on_neither(four: Run, tmp_path: Path, capsys) -> None:
    for name, run in (("old", four), ("new", scaled(four, 1.001, 1.001, 1.001, 2))):
        results.write(run, tmp_path / name / MACHINE["name"] / "matmul.json")
    assert agree.main([str(tmp_path / "old"), str(tmp_path / "new")]) == 0
    text = capsys.readouterr().out
    assert " 75% of   4 cells agree within 12%" in text
    assert "1 cells drifted by more than 20%:\n  × 2.00  matmul: d" in text


def test_command_takes_two_files(four: Run, tmp_path: Path, capsys) -> None:
    results.write(four, tmp_path / "a.json")
    results.write(scaled(four, *[1.001] * 4), tmp_path / "b" / "a.json")
    assert agree.main([str(tmp_path / "a.json"), str(tmp_path / "b" / "a.json")]) == 0
    assert "100% of   4" in capsys.readouterr().out


def test_command_names_what_it_cannot_use(four: Run, tmp_path: Path, capsys) -> None:
    results.write(four, tmp_path / "old.json")
    (tmp_path / "broken.json").write_text('{"schema": 1, "suite"')
    assert agree.main([str(tmp_path / "old.json"), str(tmp_path / "broken.json")]) == 1
    assert "broken.json:1: not JSON" in capsys.readouterr().err
    assert agree.main([str(tmp_path / "old.json"), str(tmp_path / "nowhere")]) == 1
    assert "nowhere: no results" in capsys.readouterr().err
    other = replace(four, machine={**MACHINE, "name": "another"})
    results.write(other, tmp_path / "new.json")
    assert agree.main([str(tmp_path / "old.json"), str(tmp_path / "new.json")]) == 1
    assert "no suite of the same machine" in capsys.readouterr().err


# ── several passes ──────────────────────────────────────────────────────────────────────────────────────────


def test_passes_become_medians_with_their_spread(four: Run) -> None:
    runs = [four, scaled(four, 1.1, 1, 1, 1), scaled(four, 1.3, 1, 1, 1)]
    together = zip(*(run.cells for run in runs), strict=True)
    first, second, *_ = (results.over_passes(cells) for cells in together)
    assert first.median_seconds == pytest.approx(1.1 * four.cells[0].median_seconds)
    assert first.min_seconds == four.cells[0].min_seconds
    assert (first.passes, first.spread) == (3, pytest.approx(0.3))
    assert (second.passes, second.spread) == (3, 0)


def test_a_pass_that_failed_or_was_disturbed_is_left_out(four: Run) -> None:
    good = four.cells[0]
    late = make_cell("a", status="timeout", reason="the run's 3 minutes were over")
    assert results.over_passes([late, good]).passes == 1
    assert results.over_passes([late, late]).status == "timeout"
    loud = replace(good, median_units=9 * good.median_units, q3_units=9 * good.q3_units, slowdown=0.8)
    kept = results.over_passes([good, replace(loud, min_seconds=0.9 * good.min_seconds)])
    assert (kept.median_units, kept.contaminated) == (good.median_units, False)
    assert kept.units == pytest.approx(0.9 * good.units)  # nothing makes a call too fast
    assert results.over_passes([loud, loud]).contaminated


def test_passes_are_settled_when_two_undisturbed_ones_agree(four: Run) -> None:
    one, near, far, *_ = scaled(four, 1.0, 1.04, 1.2, 1.0).cells
    loud = replace(near, foreign_cores=1.0)
    assert results.settled([one, near])
    assert not results.settled([one])
    assert not results.settled([one, far])
    assert not results.settled([one, loud])
    assert results.settled([one, loud, near])
    assert results.disagreement([one, far]) == pytest.approx(0.2)


def test_cells_of_two_undisturbed_passes_are_told_apart(four: Run) -> None:
    twice = [replace(cell, passes=2) for cell in four.cells]
    later = replace(four, cells=(*twice[:2], replace(twice[2], passes=1), twice[3]))
    found = compare.agreement(replace(four, cells=tuple(twice)), scaled(later, 1.001, 1.3, 1.001, 1.001))
    assert found.repeated == {"a", "b", "d"}
    assert found.of_repeated().share(0.12) == pytest.approx(2 / 3)


def test_noise_is_measured_where_there_were_passes(four: Run) -> None:
    assert compare.noise_of(four) == compare.NOISE
    calm, wild = (
        [replace(measured(str(place)), passes=3, spread=place / scale) for place in range(1, 11)]
        for scale in (100, 10)
    )
    assert compare.noise_of(make_run(*calm)) == compare.NOISE  # two processes would differ by more
    assert compare.noise_of(make_run(*wild)) == 0.9
    loud = replace(wild[-1], spread=9.0, foreign_cores=2.0)
    assert compare.noise_of(make_run(*wild, replace(loud, id="loud"))) == 0.9
