"""From the examples folder to what every page needs: the lessons as read, and what their runs left behind."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from tutorials_lib.site import check, reading, run, store, worker
from tutorials_lib.site.findings import Finding, SiteError
from tutorials_lib.site.record import Failure, Record
from tutorials_lib.site.script import Section, Tutorial
from tutorials_lib.site.settings import Settings

LITERAL_METRIC = "literal metric"  # stops `tutorials check`; while building it only warns
FIRST_ENDED = Finding(Path("mkdocs.yml"), 0, "the first language's build has ended", "its message above")
Warn = Callable[[str], object]


@dataclass(frozen=True)
class Lessons:
    """All lessons, each with its outcome (by slug)."""

    sections: tuple[Section, ...]
    outcomes: dict[str, Record | Failure]

    @property
    def failures(self) -> tuple[tuple[Tutorial, Failure], ...]:
        found = ((tutorial, self.outcomes[tutorial.slug]) for tutorial in tutorials(self.sections))
        return tuple((tutorial, outcome) for tutorial, outcome in found if isinstance(outcome, Failure))


def tutorials(sections: tuple[Section, ...]) -> tuple[Tutorial, ...]:
    return tuple(tutorial for section in sections for tutorial in section.tutorials)


def only(sections: tuple[Section, ...], chosen: Callable[[Tutorial], bool]) -> tuple[Section, ...]:
    """The same sections with the chosen tutorials."""
    return tuple(replace(section, tutorials=tuple(filter(chosen, section.tutorials))) for section in sections)


def read(settings: Settings) -> tuple[tuple[Section, ...], list[Finding]]:
    """The scripts that can be read, and what is wrong with the others."""
    return reading.read_examples(settings.examples_path, settings.languages)


def load(settings: Settings, warn: Warn) -> tuple[Section, ...]:
    """Read and check every script. Raises `SiteError` with all errors; the rest is warned about."""
    sections, findings = read(settings)
    if not findings and not stored(sections, settings):
        worker.warm_up(settings.preload)  # the libraries are imported while the scripts are checked
    findings += check.check(sections, settings, spelling=False)
    if errors := [finding for finding in set(findings) if is_error(finding)]:
        raise SiteError(errors)
    _warn_of(sorted(set(findings)), warn)
    return sections


def expect_runs(settings: Settings) -> None:
    """Where nothing is stored everything will run: begin to import the libraries at once."""
    if not settings.store_path.is_dir():
        worker.warm_up(settings.preload)


def stored(sections: tuple[Section, ...], settings: Settings) -> tuple[str, ...]:
    """The keys of all records, or nothing where a script has to run."""
    records = store.Store(settings.store_path)
    keys = []
    for tutorial in tutorials(sections):
        if (record := records.lookup(tutorial)) is None:
            return ()
        keys.append(record.key)
    return tuple(keys)


def load_readable(settings: Settings, warn: Warn) -> tuple[Section, ...]:
    """Like `load`, but a script with faults is only warned about and left out: what a preview starts from."""
    sections, findings = read(settings)
    checked = check.check(sections, settings, spelling=False)
    findings += [finding for finding in checked if finding not in findings]
    _warn_of(findings, warn)
    faulty = {finding.path for finding in findings if is_error(finding)}
    return only(sections, lambda tutorial: tutorial.path not in faulty)


def is_error(finding: Finding) -> bool:
    """Whether a finding stops a build of the site."""
    return finding.severity == "error" and finding.rule != LITERAL_METRIC


def check_all(sections: tuple[Section, ...], settings: Settings, warn: Warn) -> None:
    """Everything that needs no run. Raises `SiteError` with all errors."""
    findings = check.check(sections, settings, spelling=False)
    errors = list(filter(is_error, findings))
    if errors:
        raise SiteError(errors)
    _warn_of(findings, warn)


def _warn_of(findings: Iterable[Finding], warn: Warn) -> None:
    for finding in findings:
        warn(str(replace(finding, severity="warning")))


@dataclass(frozen=True)
class Told:
    """Says what runs and why, a line each."""

    tell: Warn

    def planned(self, to_run: int, stored: int) -> None:
        self.tell(f"{to_run} scripts to run, {stored} stored")

    def started(self, tutorial: Tutorial, why: str) -> None:
        self.tell(f"running {tutorial.slug}: {why}")

    def finished(self, tutorial: Tutorial, outcome: Record | Failure, ran: bool) -> None:
        if isinstance(outcome, Failure):
            self.tell(f"failed {tutorial.slug}: {outcome.message}")


def execute(sections: tuple[Section, ...], settings: Settings, tell: Warn) -> Lessons:
    """Run what the store does not hold, once for every language."""
    records = store.Store(settings.store_path)
    outcomes = run.run_tutorials(tutorials(sections), records, settings=settings, report=Told(tell))
    return Lessons(sections, outcomes)


def hand_over(lessons: Lessons, channel: BinaryIO) -> None:
    """Give the lessons to the process that builds another language.

    It shows what this one read and ran, failures (never stored) included, whatever is edited in the meantime.
    """
    pickle.dump(lessons, channel)
    channel.flush()


def take_over(channel: BinaryIO) -> Lessons:
    """Wait for the lessons. Raises `SiteError` where the process that should give them has ended."""
    try:
        return pickle.load(channel)
    except EOFError:
        raise SiteError([FIRST_ENDED]) from None


def go(channel: BinaryIO) -> None:
    """Let the process at the other end write its site."""
    channel.write(b"go")


def wait_for_go(channel: BinaryIO) -> None:
    """Wait until the site may be written. Raises `SiteError` like `take_over`."""
    if not channel.read(2):
        raise SiteError([FIRST_ENDED])


def failure_report(lessons: Lessons, settings: Settings) -> str:
    """Every failed script: place, source of the cell, exception, and the pages that stay unfinished."""
    return "\n\n".join(
        run.explain(failure, tutorial, settings.languages) for tutorial, failure in lessons.failures
    )
