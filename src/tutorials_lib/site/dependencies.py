"""Which lesson builds on which: the `scripts` of a `_section.yml`, each a name or `name: {after: [others]}`.

A lesson is named as in a link: `other` stands beside it, `section/other` in another section.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from tutorials_lib.site.findings import Finding
from tutorials_lib.site.header import WrongValueError
from tutorials_lib.site.script import section_slug

_EXPECTED = "names of scripts, each alone or as `name: {after: [other, section/other]}`"


@dataclass(frozen=True)
class Step:
    """One entry of `scripts`: a lesson, and the lessons it builds on as they were written."""

    name: str
    after: tuple[str, ...] = ()


def steps(value: Any, languages: Sequence[str]) -> tuple[Step, ...]:
    """The entries of `scripts`. Raises `WrongValueError`.

    >>> steps(["one", {"two": {"after": ["one", "other/lesson"]}}], ())
    (Step(name='one', after=()), Step(name='two', after=('one', 'other/lesson')))
    """
    if not isinstance(value, list):
        raise WrongValueError("is not a list", _EXPECTED)
    return tuple(map(_step, value))


def _step(entry: Any) -> Step:
    if isinstance(entry, str):
        return Step(entry)
    if isinstance(entry, dict) and len(entry) == 1:
        [(name, more)] = entry.items()
        after = more.get("after") if isinstance(more, dict) and set(more) == {"after"} else None
        if isinstance(name, str) and isinstance(after, list) and all(isinstance(item, str) for item in after):
            return Step(name, tuple(after))
    raise WrongValueError(f"has the entry {entry!r}", _EXPECTED)


def slug_of(name: str, folder: str) -> str:
    """The address of a lesson named in the section in `folder`.

    >>> slug_of("indexing", "02_fundamentals"), slug_of("concepts/atlas", "02_fundamentals")
    ('fundamentals/indexing', 'concepts/atlas')
    """
    return name if "/" in name or not folder else f"{section_slug(folder)}/{name}"


def faults(folder: str, file: Path, entries: Sequence[Step], order: Sequence[str]) -> list[Finding]:
    """What is wrong with the dependencies of one section. `order` is all lessons' addresses as read.

    What a lesson builds on comes before it, so there can be no circles.
    """
    place = {slug: number for number, slug in enumerate(order)}
    findings = []
    for entry in entries:
        own = slug_of(entry.name, folder)
        for written in entry.after if own in place else ():
            slug = slug_of(written, folder)
            if slug not in place:
                close = get_close_matches(slug, place, 1)
                expected = (
                    repr(close[0]) if close else "a script beside it, or section/script without numbers"
                )
                what = f"{entry.name!r} comes after {written!r}, which is no lesson"
            elif place[slug] >= place[own]:
                what = f"{entry.name!r} comes after {written!r}, which stands " + (
                    "later in the reading order" if slug != own else "for itself"
                )
                expected = "what a lesson builds on before it, and no circle"
            else:
                continue
            findings.append(Finding(file, _line(file, entry.name, written), what, expected, rule="order"))
    return findings


def _line(file: Path, name: str, written: str) -> int:
    """The line that names a dependency: at or after the line that opens the entry of `name`."""
    lines = file.read_text(encoding="utf-8").split("\n")
    start = next((at for at, line in enumerate(lines) if _names(line, f"{name}:")), 0)
    return next((at for at, line in enumerate(lines[start:], start + 1) if _names(line, written)), start + 1)


def _names(line: str, word: str) -> bool:
    return re.search(rf"(?<![\w/]){re.escape(word)}(?![\w/])", line) is not None


def without_shortcuts(after: Mapping[str, Sequence[str]], name: str) -> tuple[str, ...]:
    """What `name` builds on but for what it builds on through another of them.

    >>> without_shortcuts({"c": ["a", "b"], "b": ["a"]}, "c")
    ('b',)
    """
    direct = after.get(name, ())
    return tuple(one for one in direct if not any(one in _ancestors(after, other) for other in direct))


def _ancestors(after: Mapping[str, Sequence[str]], name: str) -> set[str]:
    found: set[str] = set()
    waiting = list(after.get(name, ()))
    while waiting:
        if (one := waiting.pop()) not in found:
            found.add(one)
            waiting += after.get(one, ())
    return found
