"""The gallery at a glance: which machine each number comes from, how many there are, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import groupby

from tutorials_lib import tr
from tutorials_lib.bench import derived, specs
from tutorials_lib.bench.paradnn import Findings
from tutorials_lib.bench.provenance import tag
from tutorials_lib.bench.report import Html, table, whole
from tutorials_lib.bench.results import Cell, Run

Row = tuple[str, str, str]  # machine, what there is, provenance


def machines(runs: Sequence[Run], findings: Findings) -> Html:
    """A row for every machine: our own, those of others, those that only a model or a compiler knows."""
    head = (
        tr(es="máquina", en="machine"),
        tr(es="qué hay", en="what there is"),
        tr(es="procedencia", en="provenance"),
    )
    return table(head, [*_own(runs), *_missing(runs), *_compiled(runs), *_of_others(findings)])


def _own(runs: Iterable[Run]) -> Iterator[Row]:
    measured = [run for run in runs if run.provenance == "measured"]
    for name, group in groupby(sorted(measured, key=_name), key=_name):
        found = list(group)
        machine = found[0].machine
        device = machine["accelerator"]["name"] if machine["accelerator"] else machine["processor"]
        rows: dict[str, int] = {}
        for run in found:
            rows[run.suite] = rows.get(run.suite, 0) + len(run.cells)
        suites = ", ".join(f"{suite} {count}" for suite, count in rows.items())
        dates = sorted({run.date for run in found})
        when = dates[0] if len(dates) == 1 else f"{dates[0]} – {dates[-1]}"
        said = tr(es=f"filas por serie: {suites} ({when})", en=f"rows for each suite: {suites} ({when})")
        yield escape(device), f"<code>{escape(name)}</code>, {said}", tag("measured")


def _name(run: Run) -> str:
    return str(run.machine["name"])


def _missing(runs: Iterable[Run]) -> Iterator[Row]:
    if not any(cell.backend.startswith("cuda") for run in runs for cell in run.cells):
        absent = tr(es="… aún sin registrar: <code>{}</code>", en="… not recorded yet: <code>{}</code>")
        yield tr(es="una GPU con CUDA", en="a GPU with CUDA"), absent.format("make bench-cuda"), "–"


def _compiled(runs: Iterable[Run]) -> Iterator[Row]:
    cells: list[Cell] = [c for run in runs if run.provenance == "compiled-not-run" for c in run.cells]
    if cells:
        chips = ", ".join(dict.fromkeys(cell.backend.removeprefix("tpu-") for cell in cells))
        said = tr(
            es=f"{len(cells)} estimaciones de su compilador", en=f"{len(cells)} estimates of its compiler"
        )
        yield f"TPU {chips}", said, tag("compiled-not-run")


def _of_others(findings: Findings) -> Iterator[Row]:
    points, common = whole(len(findings.points)), len(findings.versus_gpu)
    said = tr(
        es=f"{points} redes densas en la placa, {common} de ellas también en la GPU (ParaDnn, 2019)",
        en=f"{points} dense networks on the board, {common} of them on the GPU as well (ParaDnn, 2019)",
    )
    yield tr(es="placa TPU v2-8; GPU V100", en="TPU v2-8 board; V100 GPU"), said, tag("recorded-elsewhere")
    products = derived.read(derived.PRODUCTS)["points"]
    chips = ", ".join(dict.fromkeys(point[0] for point in products))
    said = tr(
        es=f"{len(products)} productos de matrices (SCALE-Sim)",
        en=f"{len(products)} matrix products (SCALE-Sim)",
    )
    yield f"TPU {chips}", said, tag("recorded-elsewhere")
    said = tr(
        es=f"{len(specs.ISCA_2017)} redes (Jouppi y otros, 2017)",
        en=f"{len(specs.ISCA_2017)} networks (Jouppi and others, 2017)",
    )
    yield "TPU v1; CPU Haswell", said, tag("quoted")
    said = tr(
        es="cualquier red: arreglo sistólico, memoria y anfitrión, con los números publicados de cada chip",
        en="any network: systolic array, memory and host, from the published figures of each chip",
    )
    names = list(specs.CHIPS)
    yield tr(es="TPU {} a {}", en="TPU {} to {}").format(names[0], names[-1]), said, tag("modelled")
