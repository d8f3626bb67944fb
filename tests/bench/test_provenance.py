"""A modelled number cannot be shown as a measured one: every way of trying fails."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import matplotlib.pyplot as plt
import numpy as np
import pytest
from made_by_hand import make_run, measured

from tutorials_lib.bench import compare, provenance, report, results
from tutorials_lib.bench.provenance import Estimate, ProvenanceError
from tutorials_lib.bench.results import Provenance, Run
from tutorials_lib.style import PALETTE

ORIGIN = "systolic array"


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TUTORIALS_BUILD", raising=False)
    monkeypatch.setenv("TUTORIALS_LANGUAGE", "en")


@pytest.fixture
def estimate() -> Estimate:
    return Estimate(8.643, 6.91, 11.24, "modelled", ORIGIN, "µs")


def test_it_shows_two_digits_its_band_and_the_word(estimate: Estimate) -> None:
    assert str(estimate) == f"{estimate}" == "≈ 8.6 (6.9–11) µs ○ modelled"
    assert str(estimate.scaled(1e-3, "ms")) == "≈ 0.0086 (0.0069–0.011) ms ○ modelled"


def test_it_cannot_be_called_measured(estimate: Estimate) -> None:
    with pytest.raises(ProvenanceError, match="measured"):
        Estimate(1.0, 1.0, 1.0, "measured", ORIGIN)  # type: ignore[arg-type]
    with pytest.raises(ProvenanceError, match="measured"):
        replace(estimate, provenance="measured")  # type: ignore[arg-type]
    with pytest.raises(ProvenanceError):
        replace(estimate, origin="")
    with pytest.raises(AttributeError):
        estimate.provenance = "measured"  # type: ignore[misc]


def test_it_cannot_be_written_like_a_measurement(estimate: Estimate) -> None:
    for write in (
        lambda: f"{estimate:.3f}",
        lambda: f"{estimate:g}",
        lambda: "{:.2f}".format(estimate),  # noqa: UP032 — another way to write it
        lambda: round(estimate),
        lambda: float(estimate),
        lambda: report.number(estimate),
        lambda: report.duration(estimate),
        lambda: compare.round_to_noise(estimate),
        lambda: estimate + 1.0,
        lambda: sum([estimate]),
    ):
        with pytest.raises(TypeError):
            write()


def test_it_cannot_be_drawn_like_a_measurement(estimate: Estimate) -> None:
    _, ax = plt.subplots()
    with pytest.raises(TypeError):
        ax.plot([1.0], [estimate])
    with pytest.raises(TypeError):
        np.asarray([estimate], dtype=float)
    plt.close()


def test_it_cannot_pass_through_a_results_file(tmp_path) -> None:
    cell = measured("first")
    modelled = replace(cell, provenance="modelled", estimate_seconds=1e-4)
    with pytest.raises(results.ResultsError):
        results.write(make_run(modelled), tmp_path / "x.json")  # a modelled cell in a measured run
    with pytest.raises(results.ResultsError):
        results.write(make_run(replace(cell, estimate_seconds=1e-4)), tmp_path / "x.json")
    with pytest.raises(ValueError, match="expected a measured time"):
        modelled.flop_per_second()


def test_measured_and_modelled_cells_are_never_compared(modelled: Run) -> None:
    with pytest.raises(ValueError, match="modelled"):
        compare.compare(measured("first"), modelled.cells[0])


def test_drawing_shows_band_hollow_marker_dash_and_word(estimate: Estimate) -> None:
    _, ax = plt.subplots()
    provenance.draw(ax, [1.0], [estimate], "v6e", "blue")
    line, _, bars = ax.containers[0].lines
    assert line.get_markerfacecolor() == PALETTE["paper"].light
    assert bars[0].get_segments()[0][:, 1].tolist() == pytest.approx([6.91, 11.24])
    assert ax.get_legend_handles_labels()[1] == ["v6e (modelled)"]
    plt.close()


def test_one_series_has_one_provenance(estimate: Estimate) -> None:
    _, ax = plt.subplots()
    with pytest.raises(ProvenanceError, match="one provenance"):
        provenance.draw(ax, [1, 2], [estimate, replace(estimate, provenance="quoted")], "v6e", "blue")
    plt.close()


def test_value_outside_its_band_is_refused() -> None:
    with pytest.raises(ValueError, match="expected a value in its band"):
        Estimate(2.0, 0.5, 1.0, "modelled", ORIGIN)


def test_the_five_classes_differ_by_symbol_dash_hatch_and_word() -> None:
    marks = provenance.MARKS.values()
    assert len(marks) == 5
    for looks in ("symbol", "dash", "hatch"):
        assert len({str(getattr(mark, looks)) for mark in marks}) == 5
    assert len({provenance.words(name) for name in provenance.MARKS}) == 5
    assert provenance.tag("recorded-elsewhere") == "◎ measured by others"


def test_every_provenance_of_a_results_file_has_its_mark() -> None:
    assert set(get_args(Provenance)) < set(provenance.MARKS)
