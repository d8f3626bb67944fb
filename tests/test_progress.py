"""The line of progress: what a terminal shows, and that nobody else sees it."""

import io
import subprocess
import sys

import pytest

from tutorials_lib import progress
from tutorials_lib.progress import Progress


class Terminal(io.StringIO):
    """Keeps what a terminal would show: a carriage return goes back to the beginning of the line."""

    def isatty(self) -> bool:
        return True

    @property
    def screen(self) -> str:
        line: list[str] = []
        for part in self.getvalue().split("\r"):
            line[: len(part)] = part
        return "".join(line).rstrip()


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until a test sets it."""
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def test_a_terminal_shows_count_time_spent_and_time_left(clock):
    terminal = Terminal()
    with Progress(total=40, stream=terminal) as bar:
        clock[0] = 90.0
        bar.advance(10)
        assert terminal.screen == "█████░░░░░░░░░░░░░░░ 10/40  1:30 + 4:30"


def test_without_a_total_there_is_a_count(clock):
    terminal = Terminal()
    with Progress(stream=terminal) as bar:
        clock[0] = 5.0
        bar.advance(7)
        assert terminal.screen == "7  0:05"


def test_the_line_disappears_and_a_shorter_one_leaves_no_rest(clock):
    terminal = Terminal()
    with Progress(total=1000, stream=terminal) as bar:
        clock[0] = 4000.0
        bar.advance(2)
        clock[0] = 4001.0
        bar.advance(998)
        assert terminal.screen == "█" * 20 + " 1000/1000  66:41 + 0:00"
        bar.clear()
        assert terminal.screen == ""
        clock[0] = 4002.0
        bar.advance()
        assert terminal.screen
    assert terminal.screen == ""
    assert terminal.getvalue().endswith("\r")  # what is printed next begins at the margin


def test_the_line_disappears_where_the_run_fails(clock):
    terminal = Terminal()

    def failing_run():
        with Progress(total=2, stream=terminal) as bar:
            clock[0] = 2.0
            bar.advance()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing_run()
    assert "1/2" in terminal.getvalue()
    assert terminal.screen == ""


def test_a_short_run_shows_nothing(clock):
    terminal = Terminal()
    with Progress(total=5, stream=terminal) as bar:
        for step in range(5):
            clock[0] = step * 0.2
            bar.advance()
    assert terminal.getvalue() == ""


def test_a_file_gets_nothing(clock):
    stream = io.StringIO()
    with Progress(total=5, stream=stream) as bar:
        clock[0] = 60.0
        bar.advance()
    assert stream.getvalue() == ""


def test_a_notebook_shows_it(clock):
    stream = type("OutStream", (io.StringIO,), {"__module__": "ipykernel.iostream"})()
    with Progress(total=5, stream=stream) as bar:
        clock[0] = 60.0
        bar.advance()
    assert "1/5" in stream.getvalue()


def test_the_class_of_a_notebooks_output_is_the_one_looked_for():
    iostream = pytest.importorskip("ipykernel.iostream")
    assert iostream.OutStream.__module__.startswith("ipykernel")


def test_a_process_with_a_pipe_stays_silent():
    code = (
        "import time; from tutorials_lib import progress; progress.QUIET_SECONDS = 0\n"
        "with progress.Progress(3) as bar: bar.advance()"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stderr == ""
