"""All that a worker needs to run a script; travels between machines."""

from __future__ import annotations

from dataclasses import dataclass

from tutorials_lib.site import key
from tutorials_lib.site.key import Inline
from tutorials_lib.site.script import CodeCell, Tutorial
from tutorials_lib.site.settings import Settings


@dataclass(frozen=True)
class Job:
    """One script to run. It is not read again: what runs is what was read when its key was taken."""

    script: str  # its name, seen from the examples folder
    path: str  # absolute
    project: str  # folder that holds the examples folder, absolute
    code_key: str
    cells: tuple[CodeCell, ...]
    inlines: tuple[Inline, ...]
    network: bool
    timeout_seconds: float
    memory_bytes: int
    preload: tuple[str, ...]


def job_of(tutorial: Tutorial, settings: Settings) -> Job:
    """A tutorial as a worker needs it."""
    return Job(
        script=key.script_name(tutorial),
        path=str(tutorial.path.absolute()),
        project=str(key.project(tutorial)),
        code_key=key.code_of(tutorial).key,
        cells=tutorial.code_cells,
        inlines=key.inlines(tutorial),
        network=tutorial.header.network,
        timeout_seconds=tutorial.header.timeout_seconds,
        memory_bytes=int(tutorial.header.memory_gib * 2**30),
        preload=settings.preload,
    )
