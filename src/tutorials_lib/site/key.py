"""What decides the results of a run: its code, and the files that the run turned out to depend on.

The code key is known before a run: syntax trees of the code cells, inline expressions and where they stand,
versions of the numeric stack. The dependencies are known after it: local modules imported, data files read.
Prose, comments, blank lines and titles are in neither, so editing them runs nothing.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import platform
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

from tutorials_lib.site.inline import inline_values
from tutorials_lib.site.record import SCHEMA
from tutorials_lib.site.script import CodeCell, Tutorial

LIBRARY = Path(__file__).parents[1]  # the folder of `tutorials_lib`
NUMERIC_STACK = (
    "torch",
    "torchvision",
    "numpy",
    "scipy",
    "scikit-learn",
    "matplotlib",
    "pillow",
    "gymnasium",
)
ABSENT = "absent"  # digest of a file that was looked for and not found
UNSETTLED = "changed during the run"  # digest that never matches: what the run saw of it is not known


@dataclass(frozen=True)
class Inline:
    """An inline expression at its place: after `after_cell` code cells."""

    after_cell: int
    expression: str
    format: str
    line: int  # of its first use; not part of the key


@dataclass(frozen=True)
class Code:
    """What is known before a run. `lines` only help to tell a person which cell changed."""

    script: str
    cells: tuple[str, ...]
    lines: tuple[int, ...]
    inline: tuple[str, ...]
    network: bool
    versions: dict[str, str]

    @property
    def key(self) -> str:
        return digest_json(
            [SCHEMA, self.script, self.cells, self.inline, self.network, sorted(self.versions.items())]
        )


def code_of(tutorial: Tutorial) -> Code:
    """The part of a tutorial's key that needs no run."""
    cells = tutorial.code_cells
    return Code(
        script=script_name(tutorial),
        cells=tuple(cell_digest(cell) for cell in cells),
        lines=tuple(cell.line for cell in cells),
        inline=tuple(  # sorted: where prose names a value, between the same cells, changes no result
            sorted(f"{value.after_cell} {value.expression}:{value.format}" for value in inlines(tutorial))
        ),
        network=tutorial.header.network,
        versions=versions(),
    )


def entry_key(code_key: str, modules: dict[str, str], data: dict[str, str]) -> str:
    """The key of a finished run: its code and what it depended on."""
    return f"{code_key}-{digest_json([sorted(modules.items()), sorted(data.items())])}"


def inlines(tutorial: Tutorial) -> tuple[Inline, ...]:
    """The inline expressions of all languages in order, each (place, expression, format) once."""
    found: dict[tuple[int, str, str], Inline] = {}
    after = 0
    for cell in tutorial.cells:
        if isinstance(cell, CodeCell):
            after += 1
            continue
        for prose in cell.texts.values():
            for value in inline_values(prose.text):
                line = prose.line + value.line_offset
                found.setdefault(
                    (after, value.expression, value.format),
                    Inline(after, value.expression, value.format, line),
                )
    return tuple(found.values())


RUN_TAGS = ("solution", "check")  # with `raises=…`, the tags that decide how a cell is run


def cell_digest(cell: CodeCell) -> str:
    tags = sorted(tag for tag in cell.tags if tag in RUN_TAGS or tag.startswith("raises="))
    return digest_json([code_digest(cell.source), tags])


def script_name(tutorial: Tutorial) -> str:
    """`04_workflow/linear_regression.py`: the script seen from the examples folder."""
    return f"{tutorial.section}/{tutorial.path.name}" if tutorial.section else tutorial.path.name


# ── files ────────────────────────────────────────────────────────────────────────────────────────


def project(tutorial: Tutorial) -> Path:
    """The folder that holds the examples folder: names of dependencies are relative to it."""
    depth = len(Path(tutorial.section).parts) + 1
    return tutorial.path.absolute().parents[depth]


def portable(path: str, root: Path) -> str:
    """A name for `path` that means the same file on another machine with the same project at `root`."""
    if Path(path).is_relative_to(LIBRARY):
        return Path(path).relative_to(LIBRARY.parent).as_posix()
    return Path(os.path.relpath(path, root)).as_posix()


def locate(name: str, root: Path) -> Path:
    """The file that `portable` named."""
    base = LIBRARY.parent if name.split("/")[0] == LIBRARY.name else root
    return Path(os.path.normpath(base / name))


def module_digest(path: Path) -> str:
    """Digest of the code of a local module; its comments do not count."""
    return _digest_file(str(path), _stamp(path), as_code=True)


def data_digest(path: Path) -> str:
    """Digest of a file's content, or of the names in a folder; `ABSENT` where there is nothing."""
    return _digest_file(str(path), _stamp(path), as_code=False)


def _stamp(path: Path) -> tuple[int, ...]:
    """Changes when the file does: lets one process read an unchanged file once."""
    try:
        status = path.stat()
    except OSError:
        return ()
    return status.st_mtime_ns, status.st_size, status.st_ino


@cache
def _digest_file(path: str, stamp: tuple[int, ...], as_code: bool) -> str:
    if not stamp:
        return ABSENT
    try:
        if Path(path).is_dir():
            return digest_json(
                sorted(item.name for item in Path(path).iterdir() if not is_scratch(item.name))
            )
        content = Path(path).read_bytes()
    except OSError as error:
        return f"unreadable: {error.strerror}"
    if as_code and path.endswith(".py"):
        return code_digest(content)
    return hashlib.sha256(content).hexdigest()


def is_scratch(name: str) -> bool:
    """Names in a folder that come and go without meaning."""
    return name.startswith(".") or name == "__pycache__"


# ── digests ──────────────────────────────────────────────────────────────────────────────────────


@cache  # a build asks before a run and after it
def code_digest(source: str | bytes) -> str:
    """Digest of the syntax tree, without positions; of the text where it does not parse."""
    try:
        text = ast.dump(ast.parse(source))
    except (SyntaxError, ValueError):
        text = source if isinstance(source, str) else source.decode("utf-8", "replace")
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def digest_json(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:32]


@cache
def versions() -> dict[str, str]:
    """Versions of Python and of what is installed of the numeric stack, without importing any of it."""
    found = {"python": platform.python_version()}
    for package in NUMERIC_STACK:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found
