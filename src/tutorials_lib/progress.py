"""A line on standard error that says how far a long run is, only where a person waits for it.

Built pages, tests and output sent to a file stay silent, and so does a run of less than a second.
"""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self, TextIO

QUIET_SECONDS = 1.0  # whoever waits less needs no line
REDRAW_SECONDS = 0.1
BAR_CELLS = 20


class Progress:
    """Counts `advance()` up to `total` and shows the count, the seconds spent and the seconds left.

    The line disappears with `clear()` and at the end of the `with` block, so that nothing mixes with what
    the caller prints. Without a `total` there is neither a bar nor an estimate.

    >>> with Progress(total=3) as progress:  # silent here: nobody waits for a doctest
    ...     for _ in range(3):
    ...         progress.advance()
    >>> progress.done
    3
    """

    def __init__(self, total: int | None = None, stream: TextIO | None = None) -> None:
        self.total, self.done = total, 0
        self.stream = stream or sys.stderr
        self.visible = someone_waits(self.stream)
        self.started = time.monotonic()
        self.redraw_at = self.started + QUIET_SECONDS
        self.width = 0  # of the line on the screen

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()

    def advance(self, steps: int = 1) -> None:
        self.done += steps
        if self.visible and time.monotonic() >= self.redraw_at:
            self._show(self._line())
            self.redraw_at = time.monotonic() + REDRAW_SECONDS

    def clear(self) -> None:
        """Leave the line empty and the cursor at its beginning."""
        if self.width:
            self._show("")
            self._show("")

    def _show(self, line: str) -> None:
        # blanks instead of the terminal's "erase" code, which a notebook would print
        self.stream.write("\r" + line.ljust(self.width))
        self.stream.flush()
        self.width = len(line)

    def _line(self) -> str:
        spent = time.monotonic() - self.started
        if not self.total:
            return f"{self.done}  {_clock(spent)}"
        filled = min(BAR_CELLS, BAR_CELLS * self.done // self.total)
        bar = "█" * filled + "░" * (BAR_CELLS - filled)
        left = spent / self.done * max(0, self.total - self.done) if self.done else 0.0
        return f"{bar} {self.done}/{self.total}  {_clock(spent)} + {_clock(left)}"


def someone_waits(stream: TextIO) -> bool:
    """Whether `stream` is a terminal or the output of a notebook."""
    return stream.isatty() or type(stream).__module__.startswith("ipykernel")


def _clock(seconds: float) -> str:
    """Minutes and seconds.

    >>> _clock(83.4)
    '1:23'
    """
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d}"
