"""A results file: what it must hold, reading it, writing it, and joining two runs of one suite.

The schema beside this module says what every field means. A result says how it came about (`provenance`),
and a number that was not measured has other fields than one that was, so neither can pass for the other.
"""

from __future__ import annotations

import json
import math
import os
import statistics
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, NoReturn

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

SCHEMA = 1
SETTLED = 0.05  # two passes that differ by no more need no third
SLOWDOWN_LIMIT = 0.15  # a quiet core's calibration products stay below; they differ by a tenth by themselves
FOREIGN_CORES_LIMIT = 0.15  # a quiet machine stays below; above, another job competes for caches and memory

Provenance = Literal["measured", "compiled-not-run", "modelled", "quoted"]
Status = Literal["ok", "oom", "unsupported", "timeout"]


RESULTS = Path("benchmarks", "results")  # one folder a machine, in the repository


class ResultsError(ValueError):
    """A results file that cannot be used; its text is one `file: field: what; expected …` a line."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One case of one run. Times are seconds for one call; `*_units` count calibration products of the same
    round instead.

    A field is `None` where the case has no such value: `status` other than "ok", or a provenance without it.
    """

    provenance: Provenance  # of the run it belongs to: it travels with the cell
    date: str
    commit: str | None
    id: str
    operation: str
    parameters: Mapping[str, str | int | float | bool]
    dtype: str
    backend: str
    definition: str
    status: Status
    flop: int
    bytes: int
    reason: str | None = None
    inputs: Literal["warm", "rotated"] | None = None
    rounds: int | None = None
    calls_per_round: int | None = None
    median_seconds: float | None = None
    min_seconds: float | None = None
    max_seconds: float | None = None
    q1_seconds: float | None = None
    q3_seconds: float | None = None
    median_units: float | None = None
    q1_units: float | None = None
    q3_units: float | None = None
    calibration_seconds: float | None = None  # the median of all rounds
    min_calibration_seconds: float | None = None
    first_call_seconds: float | None = None
    warm_call_seconds: float | None = None  # a first call that finds compiled code on disk
    device_seconds: float | None = None
    graph_seconds: float | None = None  # replayed from a recording: kernels without their launches
    passes: int | None = None  # of the whole suite; times are then medians over them
    spread: float | None = None  # largest of the passes over the smallest, less 1, in units
    checked: str | None = None  # how the answer was checked, where it is no number
    peak_memory_bytes: int | None = None
    foreign_cores: float | None = None
    slowdown: float | None = None  # of the calibration product, against the fastest of the session
    relative_error: float | None = None
    estimate_seconds: float | None = None
    estimate_low_seconds: float | None = None
    estimate_high_seconds: float | None = None

    @property
    def ok(self) -> bool:
        return self.status == "ok"

    @property
    def measured(self) -> bool:
        return self.ok and self.provenance == "measured"

    @property
    def contaminated(self) -> bool:
        """Whether another job took from the machine meanwhile: one that we see, or a virtual neighbour."""
        return (self.foreign_cores or 0.0) > FOREIGN_CORES_LIMIT or (self.slowdown or 0.0) > SLOWDOWN_LIMIT

    @property
    def units(self) -> float | None:
        """The fastest call in fastest calibration products: what gets compared.

        Others can only lengthen either, each by a share of its own; at their quietest moments they lengthen
        neither. Of two runs, these agree better than medians do.
        """
        if self.min_seconds is None or not self.min_calibration_seconds:
            return None
        return self.min_seconds / self.min_calibration_seconds

    @property
    def intensity(self) -> float:
        """Operations for each byte that must move at least once (FLOP/byte)."""
        return self.flop / self.bytes

    def flop_per_second(self, which: Literal["median", "q1", "q3", "min"] = "median") -> float:
        """Throughput at the named time of a measured cell. Raises `ValueError` for any other cell."""
        if not self.measured:
            raise ValueError(f"{self.id} is {self.provenance}, {self.status}; expected a measured time")
        return self.flop / getattr(self, f"{which}_seconds")


@dataclass(frozen=True, kw_only=True)
class Run:
    """One results file."""

    suite: str
    source: str  # the benchmark's file, relative to the repository
    provenance: Provenance
    date: str  # ISO 8601 day
    commit: str | None
    machine: Mapping[str, Any]
    versions: Mapping[str, str]
    settings: Mapping[str, Any]
    cells: tuple[Cell, ...]
    origin: str | None = None

    def cell(self, name: str) -> Cell:
        """The cell of that id. Raises `KeyError` where there is none."""
        for cell in self.cells:
            if cell.id == name:
                return cell
        raise KeyError(name)


def read(path: Path) -> Run:
    """The run in `path`. Raises `ResultsError` that names the file and every wrong field."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ResultsError(f"{path}: cannot be read ({error}); expected a JSON file in UTF-8") from error
    try:
        data = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        what = f"{path}:{error.lineno}: not JSON ({error.msg})"
        raise ResultsError(f"{what}; expected a whole results file") from error
    except ValueError as error:
        raise ResultsError(f"{path}: {error}; expected finite numbers only") from error
    validate(data, path)
    return _run(data)


def repository() -> Path:
    """The checkout that holds the benchmarks and their results.

    The one this library is installed from, else the nearest one at or above the current folder. Raises
    `ResultsError` where there is neither: a downloaded lesson brings no results along.
    """
    for folder in (Path(__file__).resolve().parents[3], *(Path.cwd() / "file").parents):
        if (folder / RESULTS).is_dir():
            return folder
    raise ResultsError(f"{Path.cwd()}: no {RESULTS}; expected a clone of the repository here")


def read_all(folder: Path) -> tuple[Run, ...]:
    """Every run below `folder`, which holds one folder a machine, in the order of machine and file.

    Raises `ResultsError` with the faults of all files at once, or where there is no file at all.
    """
    paths = sorted(folder.glob("*/*.json"))
    if not paths:
        raise ResultsError(f"{folder}: no results; expected <machine>/<suite>.json, made by `make bench`")
    runs, faults = [], []
    for path in paths:
        try:
            run = read(path)
        except ResultsError as error:
            faults.append(str(error))
            continue
        if run.machine["name"] != path.parent.name:
            name = run.machine["name"]
            faults.append(f"{path}: machine.name: {name!r} is not its folder; expected {path.parent.name!r}")
        runs.append(run)
    if faults:
        raise ResultsError("\n".join(faults))
    return tuple(runs)


def write(run: Run, path: Path) -> None:
    """Write `run` to `path`, whole or not at all. Raises `ResultsError` where a reader would."""
    data = to_dict(run)
    validate(data, path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(_text(data))
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def merge(old: Run, new: Run) -> Run:
    """`new` and those cells of `old` that it does not improve on; they keep their own date and commit.

    A row that other processes disturbed never replaces an undisturbed one of the same definition.
    Raises `ResultsError` unless both were made alike: a file has one machine, one set of versions and one
    provenance.
    """
    for name in ("suite", "source", "provenance", "origin", "machine", "versions", "settings"):
        if getattr(old, name) != getattr(new, name):
            raise ResultsError(
                f"{old.suite}: {name}: {getattr(new, name)!r} differs from the earlier run's; "
                f"expected {getattr(old, name)!r}, or the whole suite anew"
            )
    fresh = {cell.id: cell for cell in new.cells}
    cells = [_better(cell, fresh.pop(cell.id, cell)) for cell in old.cells]
    return replace(new, cells=(*cells, *fresh.values()))


def over_passes(cells: Sequence[Cell]) -> Cell:
    """One case measured in several passes of a suite as one cell: medians over the passes, and their spread.

    A pass in which the case failed is left out, and one that other processes disturbed where another is
    undisturbed; of a disturbed one only the fastest call and the fastest calibration product count.
    """
    every = [cell for cell in cells if cell.measured and cell.definition == cells[-1].definition]
    done = [cell for cell in every if not cell.contaminated] or every
    if len(cells) == 1 or not done:
        return cells[-1]

    def values(name: str, among: Sequence[Cell] = done) -> list[float]:
        return [getattr(cell, name) for cell in among if getattr(cell, name) is not None]

    timed = [name for name in asdict(done[0]) if name.endswith(("_seconds", "_units"))]
    medians = {name: statistics.median(values(name)) for name in timed if values(name)}
    fastest = {name: min(values(name, every)) for name in FASTEST if values(name, every)}
    most = {name: max(values(name)) for name in MOST if values(name)}
    units = values("units")
    spread = round(max(units) / min(units) - 1, 5) if units and min(units) > 0 else None
    return replace(done[-1], **{**medians, **fastest, **most}, passes=len(done), spread=spread)


def settled(cells: Sequence[Cell]) -> bool:
    """Whether several passes say the same of a case: two or more undisturbed ones, within a twentieth."""
    return disagreement(cells) <= SETTLED


def disagreement(cells: Sequence[Cell]) -> float:
    """By how much the undisturbed passes of a case differ; infinite where there are fewer than two."""
    units = [cell.units for cell in cells if cell.measured and not cell.contaminated]
    found = [value for value in units if value]
    return max(found) / min(found) - 1 if len(found) > 1 else math.inf


def with_slowdown(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """The cells of one session, each with how much slower the processor was then than in its best tenth.

    A virtual machine shares its cores with neighbours that it cannot see; the calibration product feels them.
    A GPU's product is over in microseconds, and tells nothing of the kind.
    """
    felt = [cell.calibration_seconds for cell in cells if _feels_neighbours(cell)]
    if len(felt) < 2:
        return tuple(cells)
    best = statistics.quantiles(felt, n=10, method="inclusive")[0]
    return tuple(
        replace(cell, slowdown=max(0.0, round(cell.calibration_seconds / best - 1, 3)))
        if _feels_neighbours(cell)
        else cell
        for cell in cells
    )


def _feels_neighbours(cell: Cell) -> bool:
    return cell.measured and cell.calibration_seconds is not None and "cuda" not in cell.backend


FASTEST = ("min_seconds", "min_calibration_seconds")
MOST = ("max_seconds", "foreign_cores", "slowdown")


def _better(old: Cell, new: Cell) -> Cell:
    keep = old.measured and not old.contaminated and new.contaminated and old.definition == new.definition
    return old if keep else new


def validate(data: object, path: Path | str) -> None:
    """Raise `ResultsError` with every fault of `data`; `path` names the file in it."""
    version = data.get("schema") if isinstance(data, dict) else None
    if isinstance(data, dict) and version != SCHEMA:
        raise ResultsError(f"{path}: schema: {version!r} is unknown; expected {SCHEMA}")
    faults = [_message(error) for error in _validator().iter_errors(data)]
    faults = list(dict.fromkeys(faults)) or list(_contradictions(data))
    if faults:
        raise ResultsError("\n".join(f"{path}: {fault}" for fault in faults))


def to_dict(run: Run) -> dict[str, Any]:
    """The JSON object of `run`."""
    head = {entry.name: getattr(run, entry.name) for entry in fields(Run) if entry.name != "cells"}
    if run.origin is None:
        del head["origin"]
    return {"schema": SCHEMA, **head, "cells": [_cell_dict(cell, run) for cell in run.cells]}


def _text(data: Mapping[str, Any]) -> str:
    """JSON with one cell a line, so that a difference between two versions shows which cells changed."""
    cells = ",\n".join(f"  {json.dumps(cell, ensure_ascii=False, allow_nan=False)}" for cell in data["cells"])
    head = json.dumps({**data, "cells": []}, indent=1, ensure_ascii=False, allow_nan=False)
    return head.removesuffix("[]\n}") + f"[\n{cells}\n ]\n}}\n"


def _cell_dict(cell: Cell, run: Run) -> dict[str, Any]:
    if cell.provenance != run.provenance:
        what = f"{cell.id}: provenance: {cell.provenance!r}"
        raise ResultsError(f"{what}; expected {run.provenance!r}, that of its run")
    values = asdict(cell)
    del values["provenance"]
    if (cell.date, cell.commit) == (run.date, run.commit):
        del values["date"], values["commit"]
    return {name: value for name, value in values.items() if value is not None or name == "commit"}


def _run(data: Mapping[str, Any]) -> Run:
    inherited = {name: data[name] for name in ("provenance", "date", "commit")}
    rest = {name: value for name, value in data.items() if name not in ("schema", "cells")}
    return Run(**rest, cells=tuple(Cell(**{**inherited, **cell}) for cell in data["cells"]))


@cache
def _validator() -> Draft202012Validator:
    schema = Path(__file__).with_name("results.schema.json")
    return Draft202012Validator(json.loads(schema.read_text(encoding="utf-8")))


def _message(error: ValidationError) -> str:
    """`cells[3].median_seconds: -1 is less than the minimum of 0; expected …`."""
    place = list(error.absolute_path)
    if error.validator == "required":
        place.append(error.message.split("'")[1])  # jsonschema names the missing field only there
        return f"{_field(place)}: missing; expected {_expectation(place)}"
    if error.validator == "additionalProperties":
        unknown = sorted(set(error.instance) - set(error.schema["properties"]))
        known = ", ".join(error.schema["properties"])
        return f"{_field([*place, unknown[0]])}: unknown field; expected one of {known}"
    if error.validator == "not":  # the field contradicts status or provenance
        return f"{_field(place)}: present; expected no such field with this provenance and status"
    return f"{_field(place)}: {error.message}; expected {_expectation(place)}"


def _field(place: Iterable[str | int]) -> str:
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
    return text.lstrip(".") or "the file"


def _expectation(place: Iterable[str | int]) -> str:
    """The `description` that the schema gives the field at `place`, or the nearest one above it."""
    root = schema = _validator().schema
    found = root["description"]
    for step in place:
        inner = schema.get("items") if isinstance(step, int) else schema.get("properties", {}).get(step)
        schema = inner or {}
        if "$ref" in schema:
            schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
        found = schema.get("description", found)
    return found


def _contradictions(data: Any) -> Iterator[str]:
    """Faults that a schema cannot express."""
    seen: dict[str, int] = {}
    for index, cell in enumerate(data["cells"]):
        if cell["id"] in seen:
            yield f"cells[{index}].id: {cell['id']!r} is also cells[{seen[cell['id']]}]; expected a unique id"
        seen[cell["id"]] = index
        for unit in ("seconds", "units"):
            names = [
                f"{name}_{unit}" for name in ("min", "q1", "median", "q3", "max") if f"{name}_{unit}" in cell
            ]
            for low, high in pairwise(names):
                if cell[low] > cell[high]:
                    what = f"{cell[low]} is more than {high} {cell[high]}"
                    yield f"cells[{index}].{low}: {what}; expected min ≤ q1 ≤ median ≤ q3 ≤ max"
        for name, value in cell.items():
            if isinstance(value, float) and not math.isfinite(value):
                yield f"cells[{index}].{name}: {value} is not finite; expected a finite number"


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"holds {name}")
