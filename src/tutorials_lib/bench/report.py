"""Showing results: machine card, table, figures, download. It times nothing and hides nothing.

How a number came about (measured, compiled, modelled, quoted) shows as a word and as a shape wherever the
number does, never as a colour alone; so do rows whose benchmark changed since, and rows that another job
disturbed.
"""

from __future__ import annotations

import base64
import gzip
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullLocator

from tutorials_lib import tr
from tutorials_lib.bench import compare, provenance
from tutorials_lib.bench.results import FOREIGN_CORES_LIMIT, Cell, Run, to_dict
from tutorials_lib.plots import DASHES, MARKERS, color, localized

GIBIBYTE = 2**30
PACKED_ABOVE = 12_000  # characters of a download


class Html(str):
    """Markup that a notebook and a page show as it is."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return str(self)


def number(value: float, digits: int = 3) -> str:
    """`value` to so many significant digits, with the reader's decimal mark.

    >>> number(0.5) in {"0.500", "0,500"}
    True
    """
    places = max(0, digits - 1 - math.floor(math.log10(abs(value)))) if value else 0
    return localized(f"{value:.{places}f}")


def whole(count: float) -> str:
    """A whole number with its thousands set apart, in Spanish from five digits on (RAE).

    >>> whole(40_000) in {"40,000", "40\\u202f000"}
    True
    """
    english = f"{count:,.0f}"
    return tr(es=english.replace(",", "\u202f" if count >= 10_000 else ""), en=english)


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


Definition = str | Callable[[Cell], str]  # the benchmark's digest as it is now, or what tells that of a cell


def result_table(
    cells: Iterable[Cell], definition: Definition, name: Callable[[Cell], str], caption: str = ""
) -> Html:
    """One row for each case, whatever became of it. `definition` is the benchmark's digest as it is now.

    Where a case has no operations that count, its speed is that of the bytes it must move.
    """
    cells = list(cells)
    head = (
        tr(es="caso", en="case"),
        tr(es="mediana (cuartiles)", en="median (quartiles)"),
        "GFLOP/s" if all(cell.flop for cell in cells) else tr(es="rendimiento", en="throughput"),
        tr(es="unidades de calibración", en="calibration units"),
        tr(es="primera llamada", en="first call"),
        tr(es="error relativo", en="relative error"),
        tr(es="procedencia", en="provenance"),
    )
    mixed = head[2] != "GFLOP/s"
    return table(head, (_row(cell, definition, name(cell), mixed) for cell in cells), caption)


def speed_of(cell: Cell) -> str:
    """GFLOP/s of a measured cell with its unit, or GB/s where it counts no operations."""
    if cell.flop:
        return f"{number(cell.flop_per_second() / 1e9)} GFLOP/s"
    return f"{number(cell.bytes / cell.median_seconds / 1e9)} GB/s"


def _row(cell: Cell, definition: Definition, name: str, mixed: bool = False) -> tuple[str, ...]:
    origin = f"{provenance.tag(cell.provenance)}{notes(cell, definition)}"
    if not cell.ok:
        return (name, f"{_status(cell)}: {escape(cell.reason or '')}", "–", "–", "–", "–", origin)
    if not cell.measured:
        assert cell.estimate_seconds is not None  # the schema sees to it
        speed = number(cell.flop / cell.estimate_seconds / 1e9, 2)
        return (name, f"≈ {duration(cell.estimate_seconds)}", f"≈ {speed}", "–", "–", "–", origin)
    return (
        name,
        duration(cell.median_seconds, cell.q1_seconds, cell.q3_seconds),
        speed_of(cell) if mixed else number(cell.flop_per_second() / 1e9),
        number(cell.units),
        duration(cell.first_call_seconds),
        localized(f"{cell.relative_error:.1e}"),
        origin,
    )


def is_stale(cell: Cell, definition: Definition) -> bool:
    """Whether the benchmark changed since it made this cell."""
    return cell.definition != (definition if isinstance(definition, str) else definition(cell))


def notes(cell: Cell, definition: Definition) -> str:
    """What a reader must know before trusting the row: each note begins with a sign of its own."""
    found = ""
    if is_stale(cell, definition):
        found += tr(es=" · ⌛ obsoleto: el código cambió", en=" · ⌛ stale: its code changed")
    if cell.contaminated:
        found += f" · ⚠ {_disturbance(cell)}"
    return found


def _disturbance(cell: Cell) -> str:
    if (cell.foreign_cores or 0.0) > FOREIGN_CORES_LIMIT:
        load = number(cell.foreign_cores, 2)
        return tr(es=f"otro proceso usó {load} núcleos", en=f"another process used {load} cores")
    share = localized(f"{cell.slowdown:.0%}")
    return tr(es=f"el procesador iba {share} más lento", en=f"the processor was {share} slower")


def _status(cell: Cell) -> str:
    return {
        "oom": tr(es="memoria insuficiente", en="out of memory"),
        "unsupported": tr(es="no disponible", en="unsupported"),
        "timeout": tr(es="tiempo agotado", en="out of time"),
    }[cell.status]


def download(run: Run, file_name: str) -> Html:
    """A link that saves the run's JSON."""
    return text_download(json.dumps(to_dict(run), ensure_ascii=False, separators=(",", ":")), file_name)


def text_download(text: str, file_name: str) -> Html:
    """A link that saves `text`; the bytes are in the link, so it works offline and in a notebook.

    A large file is packed, or the page would be mostly link.
    """
    data = base64.b64encode(text.encode()).decode()
    size = localized(f"{len(text) / 1000:.1f}")
    href = f"data:application/json;base64,{data}"
    if len(text) > PACKED_ABOVE:
        packed = base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()
        file_name, href = f"{file_name}.gz", f"data:application/gzip;base64,{packed}"
    return Html(f'<p><a download="{escape(file_name)}" href="{href}">{escape(file_name)}</a> ({size} kB)</p>')


def command(run: Run, cell: Cell | None = None) -> str:
    """What to type in the repository to record the run anew, or one row of it."""
    what = f'"{run.source}::{cell.id}"' if cell else run.source
    options = "--benchmark-enable --benchmark-only --record benchmarks/results"
    backends = {entry.backend for entry in run.cells} - {"cpu", "inductor"}
    chosen = f" --backends {','.join(sorted(backends))}" if backends else ""
    call = f"python -m pytest {what} {options}{chosen}"
    return f"{run.settings.get('environment', '')} {call}".strip()


def folded(summary: str, text: str) -> Html:
    """Preformatted text behind a summary that unfolds it."""
    return Html(f"<details><summary>{summary}</summary><pre><code>{escape(text)}</code></pre></details>")


def folded_table(summary: str, content: Html) -> Html:
    """A long table behind a summary that unfolds it."""
    return Html(f"<details><summary>{summary}</summary>{content}</details>")


# ── verdicts ────────────────────────────────────────────────────────────────────────────────────────────────


def factor(ratio: float, noise: float = compare.NOISE) -> str:
    """How many times, rounded to what the noise permits; the inverse of a ratio below 1."""
    return number(compare.round_to_noise(max(ratio, 1 / ratio), noise), 2)


def times(ratio: float, noise: float = compare.NOISE) -> str:
    """A ratio as `× 2.2`, rounded to what the noise permits."""
    return f"× {number(compare.round_to_noise(ratio, noise), 2)}"


def percent(share: float, noise: float = compare.NOISE) -> str:
    """A share in percent, rounded to what the noise permits.

    >>> percent(0.3712) in {"37%", "37 %", "35%", "35 %"}
    True
    """
    text = number(compare.round_to_noise(100 * share, noise), 2)
    return tr(es=f"{text} %", en=f"{text}%")


def versus(cell: Cell | None, other: Cell | None, noise: float = compare.NOISE) -> str:
    """How the first compares with the second in words: a factor, no difference, or why nothing is said."""
    if not compare.comparable(cell, other):
        return tr(es="sin comparar", en="not compared")
    speedup, verdict = compare.compare(cell, other, noise)
    times = factor(speedup, noise)
    return {
        "faster": tr(es=f"{times} veces más rápido", en=f"{times} times as fast"),
        "slower": tr(es=f"{times} veces más lento", en=f"{times} times as slow"),
        "no difference": tr(es="sin diferencia", en="no difference"),
    }[verdict]


# ── figures ─────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Series:
    """Cells that belong together in a figure, their name and the palette colour that stands for them."""

    name: str
    cells: Sequence[Cell]
    hue: str


def throughput(
    series: Sequence[Series],
    x: Callable[[Cell], float],
    *,
    joined: bool,
    definition: Definition,
    ax: Axes,
    bars: bool = True,
) -> None:
    """GFLOP/s over `x` on two logarithmic axes, with a bar from the first to the third quartile.

    Without `bars` where so many points would hide each other.

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
            *(places, speeds, [low, high] if bars else None),
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
            if is_stale(cell, definition):
                ax.plot(place, speed, "x", color=color("ink"), markersize=9, zorder=5)
    ax.set(xscale="log", yscale="log", ylabel="GFLOP/s")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter(lambda value, _: localized(f"{value:g}"))
        axis.set_minor_locator(NullLocator())


def durations(
    rows: Sequence[tuple[str, Cell, str]], *, definition: Definition, ax: Axes, whiskers: bool = False
) -> None:
    """One row for each `(name, cell, palette colour)`: its median as a mark, its quartiles as a bar.

    `whiskers` add the range from the fastest round to the slowest. Markers change with the colour; a hollow
    one is a row that another job disturbed, a crossed-out one is stale. A row without a time says why.
    """
    hues = list(dict.fromkeys(hue for _, _, hue in rows))
    for place, (_, cell, name) in enumerate(rows):
        if not cell.measured:
            ax.text(0.01, place, _status(cell), transform=ax.get_yaxis_transform(), va="center")
            continue
        hue, marker = color(name), MARKERS[hues.index(name)]
        if whiskers and cell.max_seconds is not None:
            ax.hlines(place, cell.min_seconds, cell.max_seconds, color=hue, linewidth=1.2)
        if cell.q1_seconds is not None:
            ax.hlines(place, cell.q1_seconds, cell.q3_seconds, color=hue, linewidth=6, alpha=0.4)
        face = color("paper") if cell.contaminated else hue
        ax.plot(cell.median_seconds, place, marker, color=hue, markerfacecolor=face, zorder=4)
        if is_stale(cell, definition):
            ax.plot(cell.median_seconds, place, "x", color=color("ink"), markersize=9, zorder=5)
    ax.set_yticks(range(len(rows)), [name for name, _, _ in rows])
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.set(xscale="log", xlabel=tr(es="tiempo de una llamada", en="time of one call"))
    ax.xaxis.set_major_locator(LogLocator(subs=(1,)))
    ax.xaxis.set_major_formatter(lambda value, _: _round_duration(value))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.grid(visible=False, axis="y")


def _round_duration(seconds: float) -> str:
    """A power of ten of seconds on an axis: 10 ms."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= 0.999 * size:
            return f"{seconds / size:g} {unit}"
    return f"{seconds * 1e9:g} ns"


def roof(ceiling: float, bytes_per_second: float, intensities: Sequence[float]) -> list[float]:
    """Attainable operations per second at each intensity (FLOP/byte): memory's slope under the ceiling.

    The roofline of Williams, Waterman and Patterson (2009), https://doi.org/10.1145/1498765.1498785.

    >>> roof(ceiling=100.0, bytes_per_second=10.0, intensities=[1, 10, 100])
    [10.0, 100.0, 100.0]
    """
    return [min(ceiling, bytes_per_second * intensity) for intensity in intensities]
