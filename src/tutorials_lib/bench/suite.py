"""One suite as its page shows it: the runs of every machine, whether they are stale, what is still missing.

A page asks for a suite by name and gets tables, cards, commands and downloads that look alike everywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path

from tutorials_lib import tr
from tutorials_lib.bench import compare, definition, report, results
from tutorials_lib.bench.report import Html, Series
from tutorials_lib.bench.results import Cell, ResultsError, Run


@dataclass(frozen=True)
class Suite:
    """The recorded runs of one benchmark file. `here` is the first one of a processor alone."""

    name: str
    root: Path
    runs: tuple[Run, ...]
    machine: str = ""  # that all pages are about, where it measured this suite

    @cached_property
    def here(self) -> Run:
        """The run that the page is about: on a processor, with all its instructions."""
        return max(filter(is_plain, self.runs), key=self._fitness)

    def _fitness(self, run: Run) -> tuple[bool, int]:
        return run.machine["name"] == self.machine, _undisturbed_rows(run)

    @cached_property
    def noise(self) -> float:
        """Relative difference below which nothing is ranked."""
        return compare.noise_of(self.here)

    def current(self, cell: Cell) -> str:
        """The digest that the code of this cell's benchmark has now; "" where it is gone."""
        return _digest(self.root / self.here.source, cell.id.partition("[")[0])

    def pick(self, **parameters: object) -> list[Cell]:
        """The cells with these parameters; `backend`, `operation` and `dtype` count as such."""
        return [cell for cell in self.here.cells if _has(cell, parameters)]

    def one(self, **parameters: object) -> Cell:
        """The only cell with these parameters. Raises `KeyError` where there is none, or more than one."""
        found = self.pick(**parameters)
        if len(found) != 1:
            raise KeyError(f"{self.name}: {len(found)} cells with {parameters}; expected one")
        return found[0]

    def versus(self, cell: Cell | None, other: Cell | None) -> str:
        """`report.versus` with this machine's noise."""
        return report.versus(cell, other, self.noise)

    # ── parts of a page ──────────────────────────────────────────────────────────────────────────

    def card(self) -> Html:
        """The card of every machine that measured all of the suite."""
        return Html("".join(report.machine_card(run) for run in self.runs if _is_whole(run)))

    def state(self) -> str:
        """How far the rows can be trusted, in one sentence."""
        cells = self.here.cells
        stale = sum(report.is_stale(cell, self.current) for cell in cells)
        disturbed = sum(cell.contaminated for cell in cells)
        return tr(
            es=f"De las {len(cells)} filas, {disturbed} se midieron mientras otro trabajo frenaba la "
            f"máquina, y {stale} son de un código que ya cambió.",
            en=f"Of the {len(cells)} rows, {disturbed} were measured while another job slowed the machine, "
            f"and {stale} are from code that has changed since.",
        )

    def table(self, cells: Iterable[Cell], name: Callable[[Cell], str], caption: str = "") -> Html:
        return report.result_table(cells, self.current, name, caption or self.here.machine["name"])

    def missing(self, backends: Sequence[tuple[str, str]]) -> Html:
        """For each `(backend, name)` how many rows are recorded, or that none is yet."""
        head = tr(es="dónde", en="where"), tr(es="estado", en="state")
        return report.table(head, [(name, self._recorded(backend)) for backend, name in backends])

    def _recorded(self, backend: str) -> str:
        cells = [cell for run in self.runs for cell in run.cells if cell.backend == backend]
        if not cells:
            return tr(es="aún sin registrar", en="not recorded yet")
        machines = {run.machine["name"] for run in self.runs for cell in run.cells if cell.backend == backend}
        names = ", ".join(sorted(machines))
        return tr(es=f"{len(cells)} filas ({names})", en=f"{len(cells)} rows ({names})")

    def code(self, *functions: str) -> Html:
        """The measured functions, folded."""
        path = self.root / self.here.source
        text = "\n\n\n".join(definition.source(path, name) for name in functions)
        return report.folded(tr(es="el código medido", en="the measured code"), text)

    def commands(self) -> Html:
        """What records the suite anew, what lists its rows, and what records one of them."""
        whole, row = (
            report.command(self.here),
            report.command(self.here, replace(self.here.cells[0], id="ROW")),
        )
        rows = tr(es="# los nombres de las filas", en="# the names of the rows")
        one = tr(es="# una fila: en lugar de ROW, su nombre", en="# one row: its name in place of ROW")
        names = f"python -m pytest {self.here.source} --collect-only --quiet"
        text = f"{whole}\n\n{rows}\n{names}\n\n{one}\n{row}"
        return report.folded(tr(es="la orden de cada fila", en="the command of every row"), text)

    def downloads(self) -> Html:
        return Html("".join(report.download(run, file_name(run)) for run in self.runs))


def load(name: str) -> Suite:
    """The suite of that name. Raises `ResultsError` where no processor has recorded it."""
    root = results.repository()
    runs = tuple(run for run in _all(root) if run.suite == name)
    if not any(map(is_plain, runs)):
        folder = root / results.RESULTS
        raise ResultsError(f"{folder}: no results of the suite {name!r}; expected them from `make bench`")
    return Suite(name, root, runs, _main_machine(_all(root)))


def _main_machine(runs: Iterable[Run]) -> str:
    """The processor with the most rows that nothing disturbed: pages that compare suites need one machine."""
    rows: Counter[str] = Counter()
    for run in filter(is_plain, runs):
        rows[run.machine["name"]] += _undisturbed_rows(run)
    return max(rows, key=lambda name: rows[name])


@dataclass(frozen=True)
class Roof:
    """The most that this processor was seen to do, by any large product and by any copy of the same runs.

    `flop_per_unit` counts by calibration products, which cancel the machine's slow minutes.
    """

    flop_per_second: float
    bytes_per_second: float
    flop_per_unit: float

    @property
    def knee(self) -> float:
        """The intensity (FLOP/byte) from which on computing is the limit."""
        return self.flop_per_second / self.bytes_per_second

    def utilisation(self, cell: Cell) -> float:
        """The share of the roof's flat part that a measured cell reaches."""
        return cell.flop / cell.units / self.flop_per_unit


def roof(dtype: str = "float32") -> Roof:
    """The roof for products of `dtype`, from the suites `ceilings` and `matmul`; the fastest round counts.

    Raises `ResultsError` where no processor has recorded both.
    """
    found = [load("ceilings"), load("matmul")]
    first, second = (one.here.machine["name"] for one in found)
    if first != second:
        raise ResultsError(f"ceilings of {first}, but products of {second}; expected both from one machine")
    cells = [cell for one in found for cell in one.pick(dtype=dtype, backend="cpu") if cell.measured]
    products = [cell for cell in cells if cell.flop]
    copies = [cell for cell in cells if cell.operation == "copy"]
    return Roof(
        max(cell.flop_per_second("min") for cell in products),
        max(cell.bytes / cell.min_seconds for cell in copies),
        max(cell.flop / cell.units for cell in products),
    )


def _undisturbed_rows(run: Run) -> int:
    return sum(cell.status == "ok" and not cell.contaminated for cell in run.cells)


def is_plain(run: Run) -> bool:
    """Whether PyTorch measured on a processor, with all its instructions."""
    backends = {cell.backend for cell in run.cells}
    return run.machine["accelerator"] is None and _is_whole(run) and backends <= {"cpu", "inductor"}


def file_name(run: Run) -> str:
    """The name of a download: machine, suite, and what sets the run apart."""
    limit = (run.settings.get("instruction_limit") or "").lower()
    compiler = "xla" if any(cell.backend == "xla" for cell in run.cells) else ""
    return f"{'-'.join(filter(None, [run.machine['name'], run.suite, compiler, limit]))}.json"


def by(
    cells: Iterable[Cell], parameter: str, hues: Sequence[str], name: Callable[[object], str] = str
) -> list[Series]:
    """One series for each value of a parameter, in the order of the cells."""
    groups: dict[object, list[Cell]] = {}
    for cell in cells:
        groups.setdefault(cell.parameters[parameter], []).append(cell)
    return [
        Series(name(value), found, hue) for (value, found), hue in zip(groups.items(), hues, strict=False)
    ]


def _is_whole(run: Run) -> bool:
    return run.provenance == "measured" and not run.settings.get("instruction_limit")


def _has(cell: Cell, wanted: dict[str, object]) -> bool:
    own = {"backend": cell.backend, "operation": cell.operation, "dtype": cell.dtype, **cell.parameters}
    return all(own.get(name) == value for name, value in wanted.items())


@cache
def _digest(path: Path, function: str) -> str:
    try:
        return definition.digest(path, function)
    except KeyError:
        return ""


@cache
def _all(root: Path) -> tuple[Run, ...]:
    return results.read_all(root / results.RESULTS)
