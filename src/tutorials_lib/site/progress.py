"""Tells a person how the runs go: a progress bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tutorials_lib.site.key import script_name
from tutorials_lib.site.record import Failure, Record
from tutorials_lib.site.run import explain
from tutorials_lib.site.script import Tutorial


class Lines:
    """One line when a script starts, one when it ends; failures in full on standard error."""

    def __init__(self, out: Console, err: Console, languages: Sequence[str]) -> None:
        self.out, self.err, self.languages = out, err, languages
        self.begun = time.monotonic()
        self.stored = self.ran = self.failed = 0
        self.bar = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            console=err, transient=True, disable=not err.is_terminal,
        )  # fmt: skip

    def __enter__(self) -> Lines:
        self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.stop()

    def planned(self, to_run: int, stored: int) -> None:
        self.stored = stored
        if to_run:
            self.task = self.bar.add_task("run", total=to_run)

    def started(self, tutorial: Tutorial, why: str) -> None:
        name = script_name(tutorial)
        self.bar.update(self.task, description=escape(name))
        self.say(f"run {name}: {why}")

    def finished(self, tutorial: Tutorial, outcome: Record | Failure, ran: bool) -> None:
        name = script_name(tutorial)
        self.bar.advance(self.task)
        if isinstance(outcome, Failure):
            self.failed += 1
            self.say(f"failed {name}")
            self.complain(explain(outcome, tutorial, self.languages))
        elif ran:
            self.ran += 1
            self.say(f"done {name}: {outcome.wall_seconds:.1f} s")
        else:
            self.stored += 1
            self.say(f"done {name}: another build ran it")

    def summary(self) -> None:
        total = self.stored + self.ran + self.failed
        seconds = time.monotonic() - self.begun
        counts = f"{self.stored} stored, {self.ran} run, {self.failed} failed"
        self.say(f"{total} script{'s' if total != 1 else ''}: {counts}, {seconds:.1f} s")

    def say(self, line: str) -> None:
        self.out.print(line, markup=False, highlight=False, soft_wrap=True)

    def complain(self, text: str) -> None:
        self.err.print(text, markup=False, highlight=False, soft_wrap=True)
