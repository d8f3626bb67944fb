"""Showing results: machine card, table, figures, download. It times nothing and hides nothing.

How a number came about (measured, compiled, modelled, quoted) shows as a word and as a shape wherever the
number does, never as a colour alone; so do rows whose benchmark changed since, and rows that another job
disturbed.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullLocator

from tutorials_lib import tr
from tutorials_lib.bench.results import Cell, Provenance, Run, to_dict
from tutorials_lib.plots import DASHES, MARKERS, color, localized

GIBIBYTE = 2**30


class Html(str):
    """Markup that a notebook and a page show as it is."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return str(self)


@dataclass(frozen=True)
class Mark:
    """How one provenance looks: a symbol in tables, a dash in figures."""

    symbol: str
    dash: str | tuple[int, tuple[float, ...]]


MARKS: dict[Provenance, Mark] = {
    "measured": Mark("●", "-"),
    "compiled-not-run": Mark("◐", (0, (6, 2, 1.5, 2))),
    "modelled": Mark("○", (0, (5, 2))),
    "quoted": Mark("❝", (0, (1.5, 1.5))),
}


def provenance_words(provenance: Provenance) -> str:
    """The provenance in the reader's language."""
    return {
        "measured": tr(es="medido", en="measured"),
        "compiled-not-run": tr(es="compilado, no ejecutado", en="compiled, not run"),
        "modelled": tr(es="modelado", en="modelled"),
        "quoted": tr(es="citado", en="quoted"),
    }[provenance]


def number(value: float, digits: int = 3) -> str:
    """`value` to so many significant digits, with the reader's decimal mark.

    >>> number(0.5) in {"0.500", "0,500"}
    True
    """
    places = max(0, digits - 1 - math.floor(math.log10(abs(value)))) if value else 0
    return localized(f"{value:.{places}f}")


def duration(seconds: float, *others: float) -> str:
    """Seconds in the unit that suits their size, the further ones in brackets behind in the same unit.

    >>> duration(2e-3) in {"2.00 ms", "2,00 ms"}
    True
    """
    unit, factor = next(
        ((name, size) for name, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)) if seconds >= size),
        ("ns", 1e-9),
    )
    between = " – ".join(number(other / factor) for other in others)
    return f"{number(seconds / factor)} {f'({between}) ' if others else ''}{unit}"


# ── tables ──────────────────────────────────────────────────────────────────────────────────────────────────


def table(head: Sequence[str], rows: Iterable[Sequence[str]], caption: str = "") -> Html:
    """A table whose first column names its rows. Cells are markup already."""
    top = "".join(f'<th scope="col">{name}</th>' for name in head)
    body = "".join(
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in rest)}</tr>'
        for first, *rest in rows
    )
    title = f"<caption>{caption}</caption>" if caption else ""
    return Html(f"<table>{title}<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>")


def machine_card(run: Run) -> Html:
    """The machine, the versions and the settings of a run."""
    machine, settings = run.machine, run.settings
    accelerator = machine["accelerator"]
    rows = [
        (tr(es="procesador", en="processor"), escape(_processor(machine))),
        (tr(es="instrucciones", en="instructions"), escape(", ".join(machine["instructions"]))),
        (tr(es="memoria", en="memory"), f"{number(machine['memory_bytes'] / GIBIBYTE)} GiB"),
        (tr(es="acelerador", en="accelerator"), escape(accelerator["name"]) if accelerator else _none()),
        (tr(es="sistema", en="system"), escape(machine["system"])),
        (
            tr(es="versiones", en="versions"),
            escape(", ".join(" ".join(pair) for pair in run.versions.items())),
        ),
        (tr(es="hilos", en="threads"), _threads(settings)),
        (tr(es="medido el", en="measured on"), run.date),
        (tr(es="código", en="code"), escape(run.commit or tr(es="sin confirmar", en="not committed"))),
    ]
    return table((tr(es="máquina", en="machine"), f"<code>{escape(machine['name'])}</code>"), rows)


def _processor(machine: Mapping[str, object]) -> str:
    series = f", family {machine['family']}, model {machine['model']}" if "family" in machine else ""
    return f"{machine['processor']} ({machine['architecture']}{series}) × {machine['cores']}"


def _threads(settings: Mapping[str, object]) -> str:
    pinned = tr(es="atado a un núcleo", en="tied to one core") if settings.get("pinned") else ""
    return ", ".join(part for part in (str(settings.get("threads", "?")), pinned) if part)


def _none() -> str:
    return tr(es="ninguno", en="none")


def result_table(
    cells: Iterable[Cell], definition: str, name: Callable[[Cell], str], caption: str = ""
) -> Html:
    """One row for each case, whatever became of it. `definition` is the benchmark's digest as it is now."""
    head = (
        tr(es="caso", en="case"),
        tr(es="mediana (cuartiles)", en="median (quartiles)"),
        "GFLOP/s",
        tr(es="unidades de calibración", en="calibration units"),
        tr(es="primera llamada", en="first call"),
        tr(es="error relativo", en="relative error"),
        tr(es="procedencia", en="provenance"),
    )
    return table(head, (_row(cell, definition, name(cell)) for cell in cells), caption)


def _row(cell: Cell, definition: str, name: str) -> tuple[str, ...]:
    origin = f"{MARKS[cell.provenance].symbol} {provenance_words(cell.provenance)}{notes(cell, definition)}"
    if not cell.ok:
        return (name, f"{_status(cell)}: {escape(cell.reason or '')}", "–", "–", "–", "–", origin)
    if not cell.measured:
        assert cell.estimate_seconds is not None  # the schema sees to it
        speed = number(cell.flop / cell.estimate_seconds / 1e9, 2)
        return (name, f"≈ {duration(cell.estimate_seconds)}", f"≈ {speed}", "–", "–", "–", origin)
    return (
        name,
        duration(cell.median_seconds, cell.q1_seconds, cell.q3_seconds),
        number(cell.flop_per_second() / 1e9),
        number(cell.median_units),
        duration(cell.first_call_seconds),
        localized(f"{cell.relative_error:.1e}"),
        origin,
    )


def notes(cell: Cell, definition: str) -> str:
    """What a reader must know before trusting the row: each note begins with a sign of its own."""
    found = ""
    if cell.definition != definition:
        found += tr(es=" · ⌛ obsoleto: el código cambió", en=" · ⌛ stale: its code changed")
    if cell.contaminated:
        load = number(cell.foreign_cores or 0.0, 2)
        found += tr(es=f" · ⚠ otro proceso usó {load} núcleos", en=f" · ⚠ another process used {load} cores")
    return found


def _status(cell: Cell) -> str:
    return {
        "oom": tr(es="memoria insuficiente", en="out of memory"),
        "unsupported": tr(es="no disponible", en="unsupported"),
        "timeout": tr(es="tiempo agotado", en="out of time"),
    }[cell.status]


def download(run: Run, file_name: str) -> Html:
    """A link that saves the run's JSON; the bytes are in the link, so it works offline and in a notebook."""
    text = json.dumps(to_dict(run), ensure_ascii=False, separators=(",", ":"))
    data = base64.b64encode(text.encode()).decode()
    size = localized(f"{len(text) / 1000:.1f}")
    href = f"data:application/json;base64,{data}"
    return Html(f'<p><a download="{escape(file_name)}" href="{href}">{escape(file_name)}</a> ({size} kB)</p>')


def command(run: Run, cell: Cell | None = None) -> str:
    """What to type in the repository to record the run anew, or one row of it."""
    what = f'"{run.source}::{cell.id}"' if cell else run.source
    call = f"python -m pytest {what} --benchmark-enable --benchmark-only --record benchmarks/results"
    return f"{run.settings.get('environment', '')} {call}".strip()


def folded(summary: str, text: str) -> Html:
    """Preformatted text behind a summary that unfolds it."""
    return Html(f"<details><summary>{summary}</summary><pre><code>{escape(text)}</code></pre></details>")


# ── figures ─────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Series:
    """Cells that belong together in a figure, their name and the palette colour that stands for them."""

    name: str
    cells: Sequence[Cell]
    hue: str


def throughput(
    series: Sequence[Series], x: Callable[[Cell], float], *, joined: bool, definition: str, ax: Axes
) -> None:
    """GFLOP/s over `x` on two logarithmic axes, with a bar from the first to the third quartile.

    A hollow marker is a row that another job disturbed, a crossed-out one is stale. Only measured cells are
    drawn, and the dash is that of measured ones; series differ by marker too.
    """
    for entry, marker in zip(series, MARKERS, strict=False):
        cells = sorted((cell for cell in entry.cells if cell.measured), key=x)
        hue = color(entry.hue)
        places = [x(cell) for cell in cells]
        speeds = [cell.flop_per_second() / 1e9 for cell in cells]
        low = [speed - cell.flop_per_second("q3") / 1e9 for cell, speed in zip(cells, speeds, strict=True)]
        high = [cell.flop_per_second("q1") / 1e9 - speed for cell, speed in zip(cells, speeds, strict=True)]
        ax.errorbar(
            *(places, speeds, [low, high]),
            label=entry.name,
            color=hue,
            marker=marker,
            linestyle=DASHES[0] if joined else "none",
            capsize=3,
            elinewidth=1.4,
        )
        for cell, place, speed in zip(cells, places, speeds, strict=True):
            if cell.contaminated:
                ax.plot(place, speed, marker, color=hue, markerfacecolor=color("paper"), zorder=4)
            if cell.definition != definition:
                ax.plot(place, speed, "x", color=color("ink"), markersize=9, zorder=5)
    ax.set(xscale="log", yscale="log", ylabel="GFLOP/s")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter(lambda value, _: localized(f"{value:g}"))
        axis.set_minor_locator(NullLocator())


def roof(ceiling: float, bytes_per_second: float, intensities: Sequence[float]) -> list[float]:
    """Attainable operations per second at each intensity (FLOP/byte): memory's slope under the ceiling.

    The roofline of Williams, Waterman and Patterson (2009), https://doi.org/10.1145/1498765.1498785.

    >>> roof(ceiling=100.0, bytes_per_second=10.0, intensities=[1, 10, 100])
    [10.0, 100.0, 100.0]
    """
    return [min(ceiling, bytes_per_second * intensity) for intensity in intensities]
