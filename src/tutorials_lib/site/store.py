"""Finished runs on disk, found again by what they depend on.

    STORE/3f/3f…-9a…/     one run, never changed: manifest.json (checksums), dependencies.json, record.json,
                          files/
    STORE/scripts/….json  what is known of a script's last run: for `why`, and to find it by name
    STORE/durations.json  seconds by script, as of the last complete run: they decide order and shards
    STORE/locks/          one lock for each script

A run is written to a temporary folder and renamed, so nothing half-written is ever seen; every read verifies
the checksums. Stores of several machines merge by copying.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from tutorials_lib.site import key
from tutorials_lib.site.findings import Finding, SiteError
from tutorials_lib.site.key import Code
from tutorials_lib.site.outputs import from_plain, to_plain
from tutorials_lib.site.record import Failure, InlineResult, Record
from tutorials_lib.site.script import Tutorial

MANIFEST, RECORD, DEPENDENCIES, FILES = "manifest.json", "record.json", "dependencies.json", "files"
SCRATCH = ".writing-"  # a folder on its way into the store
SCRATCH_SECONDS = 3600.0  # after which a killed builder must have left it


class DamagedError(Exception):
    """A stored run whose bytes are not the ones that were written; the text says which and how."""


@dataclass(frozen=True)
class Found:
    """What the store has for a script as it is now: a record, or the reason why there is none."""

    record: Record | None
    why: str = ""


class Store:
    """A folder of finished runs."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    # ── reading ──────────────────────────────────────────────────────────────────────────────────

    def lookup(self, tutorial: Tutorial) -> Record | None:
        """The stored run whose code and dependencies are those of now."""
        return self.find(tutorial).record

    def why(self, tutorial: Tutorial) -> str:
        """Why the script would run; "" where its run is stored."""
        return self.find(tutorial).why

    def find(self, tutorial: Tutorial) -> Found:
        """`lookup` and `why` in one."""
        code = key.code_of(tutorial)
        damage = ""
        for folder in sorted(self.path.glob(f"{code.key[:2]}/{code.key}-*")):
            try:
                if (record := read_if_current(folder, tutorial)) is not None:
                    return Found(record)
            except DamagedError as error:
                damage = f"stored entry damaged: {error}"
        return Found(None, damage or explain(code, self.state(code.script), tutorial))

    def state(self, script: str) -> dict[str, Any]:
        """What is known of a script's last run; empty where nothing (readable) is."""
        return read_json(self._state_path(script))

    def last(self, script: str) -> Record | None:
        """The last finished run of a script, whatever has changed since."""
        entry = self.state(script).get("entry", "")
        if not isinstance(entry, str) or not entry:
            return None
        with suppress(DamagedError):
            return read_entry(self.path / entry[:2] / entry)
        return None

    def scripts(self) -> tuple[str, ...]:
        """Every script that the store knows by name."""
        folder = self.path / "scripts"
        return tuple(
            sorted(
                path.relative_to(folder).as_posix().removesuffix(".json") for path in folder.rglob("*.json")
            )
        )

    @property
    def durations(self) -> dict[str, float]:
        """Seconds that each script took, as of the last run that was not a shard, or the last merge.

        A run of one shard leaves them alone: all shards of a build must plan with the same numbers.
        """
        numbers = read_json(self.path / "durations.json").items()
        return {script: float(value) for script, value in numbers if isinstance(value, (int, float))}

    # ── writing ──────────────────────────────────────────────────────────────────────────────────

    def save(self, record: Record, tutorial: Tutorial) -> None:
        """Add a finished run. Raises `SiteError` naming the path where the disk refuses."""
        with self._writing():
            self.add_entry(record, self.path / record.key[:2] / record.key)
            self.note(tutorial, record)

    def add_entry(self, record: Record, target: Path) -> None:
        """Put a record in its place in this store, whole or not at all."""
        scratch = self.path / f"{SCRATCH}{uuid.uuid4().hex}"
        try:
            write_entry(scratch, record)
            target.parent.mkdir(exist_ok=True)
            put(scratch, target)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def note(self, tutorial: Tutorial, outcome: Record | Failure) -> None:
        """Remember the script's last run: what `why` compares with. Of a failure, only its code is known."""
        code = key.code_of(tutorial)
        state = asdict(code) | {"finished": datetime.now(UTC).isoformat(timespec="seconds")}
        if isinstance(outcome, Failure):
            state = self.state(code.script) | state | {"failed": outcome.message}
        else:
            state |= {
                "entry": outcome.key,
                "modules": outcome.modules,
                "data": outcome.data,
                "seconds": round(outcome.wall_seconds, 3),
            }
        with self._writing():
            write_json(self._state_path(code.script), state)

    def remember_durations(self) -> None:
        """Plan the next runs with the seconds of the last ones."""
        seconds = {script: self.state(script).get("seconds") for script in self.scripts()}
        known = {script: value for script, value in seconds.items() if isinstance(value, (int, float))}
        if known != self.durations:
            with self._writing():
                write_json(self.path / "durations.json", known)

    def sweep(self) -> None:
        """Remove what killed builders left half-written."""
        for folder in self.path.glob(f"{SCRATCH}*"):
            with suppress(OSError):
                if time.time() - folder.stat().st_mtime > SCRATCH_SECONDS:
                    shutil.rmtree(folder)

    @contextmanager
    def lock(self, tutorial: Tutorial, given_up: Callable[[], bool] = lambda: False) -> Iterator[None]:
        """Held while a script runs, so that two builds do not both run it.

        The system frees it if we are killed. Waiting ends without the lock when `given_up` says so.
        """
        path = self.path / "locks" / f"{key.script_name(tutorial)}.lock"
        with self._writing():
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = FileLock(path)
            while not lock.is_locked and not given_up():
                with suppress(Timeout):
                    lock.acquire(timeout=0.5)
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            yield
        except OSError as error:
            path = Path(error.filename) if isinstance(error.filename, str) else self.path
            raise SiteError(
                [
                    Finding(
                        path,
                        0,
                        f"cannot write to the store: {error.strerror}",
                        "a writable folder with space",
                    )
                ]
            ) from error

    def _state_path(self, script: str) -> Path:
        return self.path / "scripts" / f"{script}.json"


def merge(stores: Iterable[Store], into: Store) -> int:
    """Copy every run of `stores` that `into` lacks; the newer one is a script's last run. Returns how many.

    Raises `SiteError` for damaged runs, after the others were copied.
    """
    damaged = []
    copied = 0
    for source in stores:
        for folder in sorted(source.path.glob("??/*-*")):
            try:
                record = read_entry(folder)
            except DamagedError as error:
                damaged.append(
                    Finding(folder, 0, f"stored entry damaged: {error}", "the bytes that were written")
                )
                continue
            copied += _copy_entry(folder, record, into)
        for script in source.scripts():
            state, known = source.state(script), into.state(script)
            if str(state.get("finished", "")) > str(known.get("finished", "")):
                with into._writing():
                    write_json(into._state_path(script), state)
    into.remember_durations()
    if damaged:
        raise SiteError(damaged)
    return copied


def _copy_entry(folder: Path, record: Record, into: Store) -> bool:
    target = into.path / folder.parent.name / folder.name
    if intact(target):
        return False
    with into._writing():
        into.add_entry(record, target)
    return True


# ── one entry ────────────────────────────────────────────────────────────────────────────────────


def write_entry(folder: Path, record: Record) -> None:
    """The files of one run, and the checksums of all of them."""
    plain = replace(record, files={})
    contents = {
        RECORD: dump_json(record_to_json(plain)),
        DEPENDENCIES: dump_json({"modules": record.modules, "data": record.data}),
        **{f"{FILES}/{name}": content for name, content in record.files.items()},
    }
    (folder / FILES).mkdir(parents=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    checksums = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    (folder / MANIFEST).write_bytes(dump_json(checksums))


def put(scratch: Path, target: Path) -> None:
    """Rename a written entry into its place. One that is there and intact stays."""
    if intact(target):
        return
    if target.exists():  # damaged: rename it away, so that there is never a mixture of two
        aside = scratch.with_name(f"{scratch.name}-old")
        target.rename(aside)
        shutil.rmtree(aside, ignore_errors=True)
    scratch.rename(target)


def intact(folder: Path) -> bool:
    try:
        read_entry(folder)
    except DamagedError:
        return False
    return True


def read_if_current(folder: Path, tutorial: Tutorial) -> Record | None:
    """The entry's record if what it depended on is still the same. Raises `DamagedError`."""
    checksums = read_manifest(folder)
    dependencies = json.loads(read_verified(folder, DEPENDENCIES, checksums))
    if changed_files(dependencies["modules"], dependencies["data"], tutorial):
        return None
    return read_entry(folder)


def read_entry(folder: Path) -> Record:
    """A whole entry, every byte verified. Raises `DamagedError`."""
    checksums = read_manifest(folder)
    contents = {name: read_verified(folder, name, checksums) for name in checksums}
    if RECORD not in contents:
        raise DamagedError(f"{folder}: {MANIFEST} does not name {RECORD}")
    files = {
        name.removeprefix(f"{FILES}/"): content
        for name, content in contents.items()
        if name.startswith(FILES)
    }
    try:
        record = record_from_json(json.loads(contents[RECORD]))
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedError(f"{folder}: {RECORD} is not a record ({error})") from error
    if record.key != folder.name:
        raise DamagedError(f"{folder}: holds the run {record.key}")
    return replace(record, files=files)


def read_manifest(folder: Path) -> dict[str, str]:
    try:
        checksums = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError) as error:
        raise DamagedError(f"{folder}: {MANIFEST} cannot be read") from error
    if not isinstance(checksums, dict):
        raise DamagedError(f"{folder}: {MANIFEST} is not a table")
    return checksums


def read_verified(folder: Path, name: str, checksums: dict[str, str]) -> bytes:
    try:
        content = (folder / name).read_bytes()
    except (OSError, ValueError) as error:
        raise DamagedError(f"{folder}: {name} cannot be read") from error
    if hashlib.sha256(content).hexdigest() != checksums.get(name):
        raise DamagedError(f"{folder}: {name} is not what its checksum says")
    return content


# ── what changed ─────────────────────────────────────────────────────────────────────────────────


def changed_files(modules: dict[str, str], data: dict[str, str], tutorial: Tutorial) -> list[str]:
    """One phrase for each dependency that is not as it was."""
    found = []
    root = key.project(tutorial)
    for name, digest in modules.items():
        if key.module_digest(key.locate(name, root)) != digest:
            found.append(f"{name} changed")
    for name, digest in data.items():
        now = key.data_digest(key.locate(name, root))
        if now != digest:
            verb = "is gone" if now == key.ABSENT else "appeared" if digest == key.ABSENT else "changed"
            found.append(f"data file {name} {verb}")
    return found


def explain(code: Code, state: dict[str, Any], tutorial: Tutorial) -> str:
    """Why a script whose run is not stored has to run, seen from its last run."""
    try:
        reasons = [
            *changed_cells(code, state),
            *changed_inline(code, state),
            *changed_versions(code.versions, state),
            *changed_files(state.get("modules", {}), state.get("data", {}), tutorial),
        ]
    except (KeyError, TypeError, AttributeError):  # a state that another version wrote, or nothing at all
        return "never run"
    if code.network != state.get("network"):
        reasons.append("`network` in the header changed")
    if "failed" in state and not reasons:
        reasons.append("failed at its last run")
    return "; ".join(reasons) or "its stored run is gone"


def changed_cells(code: Code, state: dict[str, Any]) -> list[str]:
    before, now = state["cells"], list(code.cells)
    found = []
    for action, a, b, c, d in SequenceMatcher(None, before, now, autojunk=False).get_opcodes():
        if action == "delete":
            where = f"before line {code.lines[c]}" if c < len(code.lines) else "at the end"
            found.append(f"{b - a} cell{'s' if b - a > 1 else ''} removed {where}")
        elif action in ("insert", "replace"):
            verb = "is new" if action == "insert" else "changed"
            found += [f"cell at line {code.lines[index]} {verb}" for index in range(c, d)]
    return found


def changed_inline(code: Code, state: dict[str, Any]) -> list[str]:
    before = {entry.partition(" ")[2] for entry in state["inline"]}
    now = {entry.partition(" ")[2] for entry in code.inline}
    found = [f"inline value `{entry.removesuffix(':')}` is new" for entry in sorted(now - before)]
    found += [f"inline value `{entry.removesuffix(':')}` removed" for entry in sorted(before - now)]
    if not found and list(code.inline) != state["inline"] and list(code.cells) == state["cells"]:
        found.append("an inline value moved to another place")
    return found


def changed_versions(versions: dict[str, str], state: dict[str, Any]) -> list[str]:
    before = state["versions"]
    names = [name for name in {**before, **versions} if before.get(name) != versions.get(name)]
    return [f"{name} {before.get(name, 'absent')} → {versions.get(name, 'absent')}" for name in names]


# ── JSON ─────────────────────────────────────────────────────────────────────────────────────────


def record_to_json(record: Record) -> dict[str, Any]:
    data = asdict(record)
    del data["files"]
    data["cells"] = [[to_plain(output) for output in outputs] for outputs in record.cells]
    return data


def record_from_json(data: dict[str, Any]) -> Record:
    cells = tuple(tuple(from_plain(output) for output in outputs) for outputs in data["cells"])
    values = tuple(InlineResult(**value) for value in data["values"])
    return Record(**data | {"cells": cells, "values": values})


def dump_json(value: object) -> bytes:
    # surrogates (undecodable file names in an output) survive as escapes
    return json.dumps(value, indent=1, sort_keys=True).encode("ascii")


def read_json(path: Path) -> dict[str, Any]:
    """A table of side information; empty where there is none: losing it costs no result."""
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def write_json(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}-{uuid.uuid4().hex}")
    try:
        scratch.write_bytes(dump_json(value))
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)
