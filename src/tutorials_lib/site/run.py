"""Runs what the store does not hold: the longest first, each script once, whatever happens to the others."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Protocol

from tutorials_lib.site import key
from tutorials_lib.site.findings import Finding, SiteError
from tutorials_lib.site.job import job_of
from tutorials_lib.site.record import Failure, Record
from tutorials_lib.site.script import Header, Tutorial
from tutorials_lib.site.settings import Settings
from tutorials_lib.site.store import Store
from tutorials_lib.site.worker import CancelledError, run_one

Outcome = Record | Failure
MOST_REMOTE_CALLS = 256  # waiting at a cluster at once


class Report(Protocol):
    """Who wants to know how the runs go. Called from several threads, one call at a time."""

    def planned(self, to_run: int, stored: int) -> None: ...
    def started(self, tutorial: Tutorial, why: str) -> None: ...
    def finished(self, tutorial: Tutorial, outcome: Outcome, ran: bool) -> None: ...


class Silent:
    """A report that nobody reads."""

    def planned(self, to_run: int, stored: int) -> None:
        pass

    def started(self, tutorial: Tutorial, why: str) -> None:
        pass

    def finished(self, tutorial: Tutorial, outcome: Outcome, ran: bool) -> None:
        pass


@dataclass(frozen=True)
class Shard:
    """Part `index` (from 1) of `count`: every script is in exactly one."""

    index: int
    count: int

    def of(self, tutorials: Sequence[Tutorial], durations: Mapping[str, float]) -> list[Tutorial]:
        """Its scripts, so that all shards take about as long. Depends on nothing but the arguments."""
        loads = [0.0] * self.count
        chosen = []
        for tutorial in longest_first(tutorials, durations):
            lightest = loads.index(min(loads))
            loads[lightest] += expected_seconds(tutorial, durations)
            if lightest == self.index - 1:
                chosen.append(tutorial)
        return chosen


def run_tutorials(
    tutorials: Iterable[Tutorial],
    store: Store,
    *,
    settings: Settings,
    jobs: int | None = None,
    scheduler: str | None = None,
    shard: Shard | None = None,
    report: Report | None = None,
) -> dict[str, Outcome]:
    """The record or failure of every script (of the shard), by slug; what is stored is not run again.

    Raises `SiteError` where the store or the temporary folder cannot be written, or the cluster not reached;
    what had finished is stored.
    """
    durations = store.durations
    chosen = list(tutorials) if shard is None else shard.of(list(tutorials), durations)
    outcomes: dict[str, Outcome] = {}
    missing: list[tuple[Tutorial, str]] = []
    for tutorial in longest_first(chosen, durations):
        found = store.find(tutorial)
        if found.record is not None:
            outcomes[tutorial.slug] = found.record
        else:
            missing.append((tutorial, found.why))
    runs = Runs(store, settings, report or Silent())
    runs.report.planned(len(missing), len(outcomes))
    if missing:
        store.sweep()
        outcomes |= runs.all(missing, jobs or available_cores(), scheduler)
        if shard is None:
            store.remember_durations()
    return {tutorial.slug: outcomes[tutorial.slug] for tutorial in chosen}


class Runs:
    """The runs of one build: one supervising thread for each script that runs at the moment."""

    def __init__(self, store: Store, settings: Settings, report: Report) -> None:
        self.store, self.settings, self.report = store, settings, report
        self.cancelled = threading.Event()
        self.telling = threading.Lock()

    def all(
        self, missing: list[tuple[Tutorial, str]], jobs: int, scheduler: str | None
    ) -> dict[str, Outcome]:
        with (
            cluster(scheduler) as remote,
            ThreadPoolExecutor(MOST_REMOTE_CALLS if remote else jobs) as threads,
        ):
            futures = {threads.submit(self.one, tutorial, why, remote): tutorial for tutorial, why in missing}
            try:
                wait(futures, return_when=FIRST_EXCEPTION)
                for future in (future for future in futures if future.done()):
                    future.result()  # raises what stops the build
            finally:  # also on Ctrl-C: no worker may outlive the build
                self.cancelled.set()
                for future in futures:
                    future.cancel()
        return {tutorial.slug: future.result() for future, tutorial in futures.items()}

    def one(self, tutorial: Tutorial, why: str, remote: Executor | None) -> Outcome:
        """The outcome of one script. Another build may be at it: then its record is taken."""
        with self.store.lock(tutorial, self.cancelled.is_set):
            if self.cancelled.is_set():
                raise CancelledError
            if (record := self.store.lookup(tutorial)) is not None:
                self.tell(lambda: self.report.finished(tutorial, record, False))
                return record
            self.tell(lambda: self.report.started(tutorial, why))
            outcome = self.execute(tutorial, remote)
            if isinstance(outcome, Record):
                self.store.save(outcome, tutorial)
            else:
                self.store.note(tutorial, outcome)
        self.tell(lambda: self.report.finished(tutorial, outcome, True))
        return outcome

    def execute(self, tutorial: Tutorial, remote: Executor | None) -> Outcome:
        job = job_of(tutorial, self.settings)
        if remote is None:
            return run_one(job, self.cancelled)
        return remote_result(remote.submit(run_one, job), self.cancelled)

    def tell(self, message: Callable[[], None]) -> None:
        with self.telling:
            message()


def remote_result(future: Future[Outcome], cancelled: threading.Event) -> Outcome:
    while not wait([future], timeout=0.5).done:
        if cancelled.is_set():
            future.cancel()
            raise CancelledError
    return future.result()


@contextmanager
def cluster(address: str | None) -> Iterator[Executor | None]:
    """The executor of a running Dask cluster, or none. Raises `SiteError` where it cannot be reached."""
    if address is None:
        yield None
        return
    try:
        from distributed import Client
    except ImportError as error:
        what = "--scheduler needs the package `distributed`, which is not installed"
        raise SiteError([Finding(Path(address), 0, what, "`pip install tutorials-lib[cluster]`")]) from error
    try:
        client = Client(address, timeout="5s")
    except (OSError, ValueError, TypeError) as error:
        what = f"no Dask scheduler answers ({str(error).splitlines()[0]})"
        raise SiteError(
            [Finding(Path(address), 0, what, "the address of one, as in tcp://host:8786")]
        ) from error
    with client:
        yield client.get_executor(pure=False)


# ── planning ─────────────────────────────────────────────────────────────────────────────────────


def longest_first(tutorials: Iterable[Tutorial], durations: Mapping[str, float]) -> list[Tutorial]:
    """In the order in which they should start: a long script that starts last would be waited for alone."""
    return sorted(
        tutorials, key=lambda tutorial: (-expected_seconds(tutorial, durations), key.script_name(tutorial))
    )


def expected_seconds(tutorial: Tutorial, durations: Mapping[str, float]) -> float:
    """Of its last run; for one that never ran, from the others and the time that its author allows it."""
    if (known := durations.get(key.script_name(tutorial))) is not None:
        return known
    typical = median(durations.values()) if durations else 1.0
    return typical * tutorial.header.timeout_seconds / Header.timeout_seconds


def available_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def affected(paths: Iterable[Path | str], tutorials: Iterable[Tutorial], store: Store) -> list[Tutorial]:
    """The scripts that a change of `paths` may run again: those among them, and those that used one.

    A script that never ran depends on nothing that is known; it runs anyway and is included. A folder stands
    for all files in it.
    """
    changed = [Path(path).resolve() for path in paths]
    return [tutorial for tutorial in tutorials if _depends(tutorial, changed, store)]


def _depends(tutorial: Tutorial, changed: Sequence[Path], store: Store) -> bool:
    state = store.state(key.script_name(tutorial))
    if "modules" not in state:
        return True
    root = key.project(tutorial)
    names = (*state["modules"], *state.get("data", {}))
    used = [tutorial.path.resolve(), *(key.locate(name, root).resolve() for name in names)]
    return any(file.is_relative_to(path) or path.parent == file for file in used for path in changed)


# ── failures ─────────────────────────────────────────────────────────────────────────────────────


def page_names(tutorial: Tutorial, languages: Sequence[str]) -> dict[str, str]:
    """Address of the script's page in each language; the first one stands at the root."""
    return {
        language: f"/{tutorial.slug}.html" if index == 0 else f"/{language}/{tutorial.slug}.html"
        for index, language in enumerate(languages)
    }


def explain(failure: Failure, tutorial: Tutorial, languages: Sequence[str]) -> str:
    """A failure for a person: place, cause, source of the cell, traceback, and the pages it belongs to."""
    parts = [str(failure)]
    if failure.cell_source:
        source = "\n".join(f"    {line}" for line in failure.cell_source.strip("\n").splitlines())
        parts.append(f"  in the cell\n{source}")
    if failure.error is not None and failure.cell_source:
        trace = failure.error.traceback or f"{failure.error.type}: {failure.error.message}"
        parts.append("\n".join(f"  {line}" for line in trace.rstrip().splitlines()))
    pages = ", ".join(f"{page} ({language})" for language, page in page_names(tutorial, languages).items())
    parts.append(f"  pages: {pages}")
    return "\n".join(parts)
