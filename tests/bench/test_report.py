"""What a page shows of a result: nothing modelled looks measured, and nothing doubtful looks sound."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import matplotlib.pyplot as plt
import pytest
from made_by_hand import make_run, measured

from tutorials_lib.bench import report, results
from tutorials_lib.bench.results import Run
from tutorials_lib.i18n import languages_in, resolve
from tutorials_lib.style import PALETTE

DEFINITION = "0123456789abcdef"


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TUTORIALS_BUILD", raising=False)
    monkeypatch.setenv("TUTORIALS_LANGUAGE", "en")


def row(run: Run, index: int = 0, definition: str = DEFINITION) -> str:
    return report.result_table([run.cells[index]], definition, lambda cell: cell.id)


def test_modelled_row_says_so_and_shows_no_rounds_or_units(run: Run, modelled: Run) -> None:
    text = row(modelled)
    assert "○ modelled" in text
    assert "measured" not in text
    assert "≈ 100 µs" in text
    assert "● measured" in row(run)


def test_modelled_cells_are_not_drawn_among_measured_ones(modelled: Run) -> None:
    _, ax = plt.subplots()
    series = [report.Series("model", modelled.cells, "blue")]
    report.throughput(series, lambda cell: cell.flop, joined=True, definition=DEFINITION, ax=ax)
    assert all(len(line.get_xdata()) == 0 for line in ax.lines)
    plt.close()


def test_row_of_changed_code_is_marked_stale(run: Run) -> None:
    assert "stale" not in row(run)
    assert "⌛ stale: its code changed" in row(run, definition="f" * 16)


def test_disturbed_row_is_marked_with_the_load(run: Run) -> None:
    loud = replace(run, cells=(replace(run.cells[0], foreign_cores=1.25),))
    assert "⚠ another process used 1.2 cores" in row(loud)
    assert "⚠" not in row(run)


def test_disturbed_markers_are_hollow_and_stale_ones_crossed_out() -> None:
    _, ax = plt.subplots()
    cells = [measured("a", foreign_cores=1.0), measured("b", definition="f" * 16)]
    report.throughput(
        [report.Series("s", cells, "blue")], lambda cell: cell.flop, joined=True, definition=DEFINITION, ax=ax
    )
    assert PALETTE["paper"].light in {line.get_markerfacecolor() for line in ax.lines}
    assert "x" in {line.get_marker() for line in ax.lines}
    plt.close()


def test_case_without_result_stays_as_a_row_with_its_reason(run: Run) -> None:
    assert "out of memory: not enough memory for 1 TiB" in row(run, 2)


def test_row_shows_median_quartiles_throughput_and_units(run: Run) -> None:
    assert "2.00 (1.00 – 3.00) ms" in row(run)
    assert f"<td>{2 * 512**3 / 0.002 / 1e9:.0f}</td>" in row(run)
    assert "<td>2.00</td>" in row(run)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(3.14159, "3.14 s"), (0.0123, "12.3 ms"), (4.5e-6, "4.50 µs"), (2e-9, "2.00 ns"), (250.0, "250 s")],
)
def test_durations_take_the_unit_of_their_size(seconds: float, text: str) -> None:
    assert report.duration(seconds) == text


def test_numbers_follow_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUTORIALS_BUILD", "1")
    text = report.duration(0.0123)
    assert resolve(text, "es") == "12,3 ms"
    assert resolve(text, "en") == "12.3 ms"


def test_tables_are_whole_in_every_language(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUTORIALS_BUILD", "1")
    text = str(report.machine_card(run)) + report.result_table(run.cells, DEFINITION, lambda cell: cell.id)
    pages = {language: resolve(text, language) for language in languages_in(text)}
    assert len(pages) >= 2
    assert len({tuple(re.findall(r"</?\w+", page)) for page in pages.values()}) == 1
    assert len(set(pages.values())) == len(pages)


def test_download_holds_the_whole_run(run: Run) -> None:
    links: list[dict[str, str | None]] = []

    class Links(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag == "a":
                links.append(dict(attrs))

    Links().feed(report.download(run, "matmul.json"))
    (link,) = links
    head, _, data = (link["href"] or "").partition(",")
    assert (link["download"], head) == ("matmul.json", "data:application/json;base64")
    assert json.loads(base64.b64decode(data)) == results.to_dict(run)


def test_command_names_the_row_and_its_environment() -> None:
    run = make_run(measured("test_it[a]"), settings={"method": 1, "environment": "LIMIT=old"})
    text = report.command(run, run.cells[0])
    assert text.startswith('LIMIT=old python -m pytest "benchmarks/bench_matmul.py::test_it[a]" ')
    assert "--record benchmarks/results" in text


def test_markup_in_foreign_words_is_escaped(run: Run) -> None:
    machine = {**run.machine, "processor": "<b>CPU</b>"}
    assert "<b>" not in report.machine_card(replace(run, machine=machine))
    assert "<b>" not in report.folded("code", "<b>")


def test_roof_is_the_lower_of_memory_and_arithmetic() -> None:
    assert report.roof(100.0, 10.0, [0.5, 10.0, 20.0]) == [5.0, 100.0, 100.0]
