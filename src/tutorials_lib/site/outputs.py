"""What a cell shows, in the order in which it appeared: text printed, values displayed, figures.

Python's own streams are replaced by writers; what compiled code and child processes write to the file
descriptors lands in files, which are read whenever Python writes, so that the order is kept.
"""

from __future__ import annotations

import base64
import io
import os
import re
import sys
import sysconfig
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from tutorials_lib.i18n import languages_in
from tutorials_lib.site.record import Display, Figure, Output, Raised, Stream

StreamName = Literal["stdout", "stderr"]
KINDS: dict[str, type] = {kind.__name__: kind for kind in (Stream, Display, Figure, Raised)}
BINARY = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "image/gif": "gif",
    "application/pdf": "pdf",
}


class Transcript:
    """Collects the outputs of one cell after another, and the files that they need."""

    def __init__(self, scratch: Path, hidden_paths: Iterable[tuple[str, str]]) -> None:
        self.hidden_paths = tuple(hidden_paths)
        self.outputs: list[Output] = []
        self.files: dict[str, bytes] = {}
        self.cell = 0
        self.displayed: dict[str, int] = {}  # display id → index in `outputs`
        self.descriptors = {name: DescriptorFile(number, scratch / name) for name, number in _STREAMS}

    def start(self) -> None:
        """Replace this process's streams."""
        for name, number in _STREAMS:
            self.descriptors[name].redirect()
            setattr(sys, name, Writer(self, name, number))

    def write(self, name: StreamName, text: str) -> None:
        self.drain()
        self._append(name, plain(text))

    def drain(self) -> None:
        """Take in what arrived at the file descriptors."""
        for name, file in self.descriptors.items():
            if text := file.read():
                self._append(name, text)

    def _append(self, name: StreamName, text: str) -> None:
        last = self.outputs[-1] if self.outputs else None
        if isinstance(last, Stream) and last.name == name:
            self.outputs[-1] = Stream(name, last.text + text)
        elif text:
            self.outputs.append(Stream(name, text))

    def add(self, output: Output) -> None:
        self.drain()
        self.outputs.append(output)

    def clear(self) -> None:
        """`IPython.display.clear_output`."""
        self.drain()
        self.outputs.clear()
        self.displayed.clear()

    def display(self, data: dict[str, Any], display_id: str | None = None, update: bool = False) -> None:
        """Add a MIME bundle; with `update`, in the place of the one of the same id."""
        shown = {mime: self._stored(mime, value) for mime, value in data.items() if _is_showable(mime, value)}
        if not shown:
            return
        if update and display_id in self.displayed:
            self.outputs[self.displayed[display_id]] = Display(shown)
            return
        self.add(Display(shown))
        if display_id is not None:
            self.displayed[display_id] = len(self.outputs) - 1

    def _stored(self, mime: str, value: Any) -> str:
        """Text as it is; binary content as a file of the record."""
        if mime not in BINARY:
            return self.hide_machine(str(value)) if mime == "text/plain" else plain(str(value))
        content = value if isinstance(value, bytes) else base64.b64decode(value)
        return self.keep(f"display-{self.cell:02}-{len(self.files)}.{BINARY[mime]}", content)

    def keep(self, name: str, content: bytes) -> str:
        self.files[name] = content
        return name

    def take(self) -> tuple[tuple[Output, ...], dict[str, bytes]]:
        """The outputs of the cell that has ended, and their files; the next cell begins."""
        self.drain()
        outputs = tuple(
            Stream(output.name, self.hide_machine(as_terminal(output.text)))
            if isinstance(output, Stream)
            else output
            for output in self.outputs
        )
        files = self.files
        self.outputs, self.files, self.displayed = [], {}, {}
        self.cell += 1
        return tuple(
            output for output in outputs if not (isinstance(output, Stream) and not output.text)
        ), files

    def hide_machine(self, text: str) -> str:
        """`text` without this machine's folders and memory addresses: they differ from run to run."""
        text = plain(text)
        for path, shown in self.hidden_paths:
            text = text.replace(path, shown)
        return _ADDRESS.sub(" at 0x…", text)


_STREAMS: tuple[tuple[StreamName, int], ...] = (("stdout", 1), ("stderr", 2))
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]{6,16}\b")


def _is_showable(mime: str, value: Any) -> bool:
    return value is not None and (mime in BINARY or mime.startswith(("text/", "image/svg")))


def machine_paths(scratch: Path, work: Path, project: Path) -> list[tuple[str, str]]:
    """Folders of this machine and what to show for them, longest first."""
    shown = {str(work): ".", str(scratch): ".", f"{project}{os.sep}": ""}
    shown |= {f"{sysconfig.get_path(name)}{os.sep}": "" for name in ("purelib", "platlib", "stdlib")}
    shown |= {
        os.path.realpath(path) + (os.sep if path.endswith(os.sep) else ""): to for path, to in shown.items()
    }
    return sorted(shown.items(), key=lambda pair: -len(pair[0]))


class Writer(io.TextIOBase):
    """`sys.stdout` or `sys.stderr` of the script. Processes forked by it write to the descriptor."""

    encoding, errors = "utf-8", "backslashreplace"

    def __init__(self, transcript: Transcript, name: StreamName, descriptor: int) -> None:
        self.transcript, self.stream, self.descriptor, self.owner = transcript, name, descriptor, os.getpid()
        self.buffer = io.FileIO(descriptor, "w", closefd=False)  # for `sys.stdout.buffer.write(b"…")`

    @property
    def name(self) -> str:
        return f"<{self.stream}>"

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if os.getpid() == self.owner:
            self.transcript.write(self.stream, text)
        else:
            os.write(self.descriptor, text.encode("utf-8", "backslashreplace"))
        return len(text)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self.descriptor


class DescriptorFile:
    """A file that stands in for descriptor 1 or 2, read as it grows."""

    def __init__(self, number: int, path: Path) -> None:
        self.number, self.path, self.position, self.descriptor = number, path, 0, -1

    def redirect(self) -> None:
        self.descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC)
        os.dup2(self.descriptor, self.number)

    def read(self) -> str:
        if self.descriptor < 0 or (size := os.fstat(self.descriptor).st_size) <= self.position:
            return ""
        content = os.pread(self.descriptor, size - self.position, self.position)
        self.position = size
        return content.decode("utf-8", "replace")


# ── text as a terminal would leave it ────────────────────────────────────────────────────────────

_CONTROL = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])|\x1b[()][A-Z0-9]|[\r\b\x07]")


def as_terminal(text: str) -> str:
    r"""Resolve carriage returns, backspaces and escape sequences line by line; colours are dropped.

    >>> as_terminal("10%\r100%\ndone")
    '100%\ndone'
    """
    if not _CONTROL.search(text):
        return text
    return "\n".join(_line_on_terminal(line) for line in text.replace("\r\n", "\n").split("\n"))


def _line_on_terminal(line: str) -> str:
    if not _CONTROL.search(line):
        return line
    if languages_in(line):  # the languages share the places of a line: a new text replaces all of it
        parts = [part for part in re.split(r"\r", _CONTROL.sub(_only_return, line)) if part]
        return parts[-1] if parts else ""
    cells: list[str] = []
    column = position = 0
    for match in _CONTROL.finditer(line):
        column = _put(cells, column, line[position : match.start()])
        position = match.end()
        if match[0] == "\r":
            column = 0
        elif match[0] == "\b":
            column = max(column - 1, 0)
        elif match[2] == "K":  # erase: to the end of the line, or all of it
            del cells[0 if match[1] == "2" else column :]
    _put(cells, column, line[position:])
    return "".join(cells).rstrip() if "\r" in line else "".join(cells)


def _put(cells: list[str], column: int, text: str) -> int:
    cells.extend(" " * (column - len(cells)))
    cells[column : column + len(text)] = text
    return column + len(text)


def _only_return(match: re.Match[str]) -> str:
    return "\r" if match[0] == "\r" else ""


def plain(text: str) -> str:
    """A text of `tr` without its class: what leaves the worker is data."""
    return str.__str__(text)


# ── plain data ───────────────────────────────────────────────────────────────────────────────────


def to_plain(output: Output) -> dict[str, Any]:
    """An output as plain data, for JSON and for the way from the worker to the builder."""
    return {"kind": type(output).__name__, **asdict(output)}


def from_plain(data: dict[str, Any]) -> Output:
    return KINDS[data["kind"]](**{name: value for name, value in data.items() if name != "kind"})


# ── values ───────────────────────────────────────────────────────────────────────────────────────


def mime_bundle(value: Any, include: Any = None, exclude: Any = None) -> dict[str, Any]:
    """The representations of a value that IPython's formatters know; empty where it displayed itself."""
    from IPython.core.formatters import DisplayFormatter

    data, _ = DisplayFormatter().format(value, include=include, exclude=exclude)
    return data


def replace_display(show: Callable[..., Any], clear: Callable[[], None]) -> None:
    """Let `IPython.display.display` and `clear_output` reach the page without a notebook around them."""
    import IPython.display
    from IPython.core import display_functions

    def clear_output(wait: bool = False) -> None:
        clear()

    for module in (IPython.display, display_functions):
        module.display = show
        module.clear_output = clear_output
