"""Which lesson shows what the course notes state: a list kept by hand, checked, and published as a page.

Its file is a list of entries, each with `id`, a text for each language, `lesson` (as in an address,
`section/script` without numbers) and `anchor`, the id of a heading of that lesson.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from tutorials_lib.site.edition import chosen
from tutorials_lib.site.findings import Finding, SiteError
from tutorials_lib.site.page import front_matter, heading_ids
from tutorials_lib.site.script import Section, Tutorial
from tutorials_lib.site.settings import Settings
from tutorials_lib.site.words import words
from tutorials_lib.site.yaml_loader import Loader

PAGE = "statements.md"
_KEYS = ("id", "lesson", "anchor")


@dataclass(frozen=True)
class Statement:
    """One statement of the notes and the heading under which a lesson shows it."""

    id: str
    texts: Mapping[str, str]
    lesson: str
    anchor: str
    line: int


def load(settings: Settings) -> tuple[Statement, ...]:
    """The statements of a project; none where there is no such file. Raises `SiteError` for a bad one."""
    path = settings.root / settings.statements
    if not path.is_file():
        return ()
    try:
        loader = Loader(path.read_text(encoding="utf-8"))
        node = loader.get_single_node()
        entries = [] if node is None else loader.construct_document(node)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 0
        raise SiteError([Finding(path, line, "not readable as YAML", "YAML")]) from error
    if not isinstance(entries, list):
        raise SiteError([Finding(path, 1, "not a list", f"a list of entries with {_wanted(settings)}")])
    lines = [item.start_mark.line + 1 for item in node.value] if node else []
    findings = list(_faults_of_form(entries, lines, settings, path))
    if findings:
        raise SiteError(findings)
    return tuple(
        Statement(
            entry["id"],
            {language: entry[language] for language in settings.languages},
            entry["lesson"],
            entry["anchor"],
            line,
        )
        for entry, line in zip(entries, lines, strict=True)
    )


def _wanted(settings: Settings) -> str:
    return ", ".join((*_KEYS, *settings.languages))


def _faults_of_form(
    entries: Sequence[Any], lines: Sequence[int], settings: Settings, path: Path
) -> Iterator[Finding]:
    wanted = {*_KEYS, *settings.languages}
    seen: set[str] = set()
    for entry, line in zip(entries, lines, strict=True):
        complete = isinstance(entry, dict) and set(entry) == wanted
        if not complete or not all(isinstance(text, str) and text.strip() for text in entry.values()):
            what = "a statement is incomplete or has unknown keys"
            yield Finding(path, line, what, f"a text for each of {_wanted(settings)}")
        elif entry["id"] in seen:
            yield Finding(path, line, f"two statements have the id {entry['id']!r}", "one id for each")
        else:
            seen.add(entry["id"])


def faults(sections: Sequence[Section], settings: Settings) -> list[Finding]:
    """Statements whose lesson or heading does not exist, or faults of the file."""
    try:
        found = load(settings)
    except SiteError as error:
        return list(error.findings)
    path = settings.root / settings.statements
    lessons = _lessons(sections)
    anchors = {
        slug: heading_ids(lessons[slug], settings) for slug in {item.lesson for item in found} & set(lessons)
    }
    findings = []
    for item in found:
        if item.lesson not in lessons:
            close = get_close_matches(item.lesson, lessons, 1)
            expected = repr(close[0]) if close else "section/script, without numbers"
            findings.append(
                Finding(path, item.line, f"no lesson {item.lesson!r}", expected, rule="statement")
            )
        elif item.anchor not in anchors[item.lesson]:
            close = get_close_matches(item.anchor, anchors[item.lesson], 1)
            expected = repr(close[0]) if close else "the id of one of its headings, from their English words"
            what = f"{item.lesson!r} has no heading {item.anchor!r}"
            findings.append(Finding(path, item.line, what, expected, rule="statement"))
    return findings


def pages(sections: Sequence[Section], language: str, settings: Settings) -> dict[str, str]:
    """The page of one language, by its path; none without statements. Raises `SiteError` like `load`."""
    found = load(settings)
    if not found:
        return {}
    text, lessons = words(language), _lessons(sections)
    blocks = [
        front_matter(title=text["statements"]),
        f"# {text['statements']} {{#statements}}",
        text["statements_intro"],
    ]
    for section in sections:
        own = [
            item for item in found if item.lesson in lessons and item.lesson.startswith(f"{section.slug}/")
        ]
        if own:
            blocks.append(f"## {chosen(section.title, language, section.slug)} {{#{section.slug}}}")
            blocks.append("\n".join(_entry(item, lessons[item.lesson], language) for item in own))
    return {PAGE: "\n\n".join(blocks) + "\n"}


def _entry(item: Statement, lesson: Tutorial, language: str) -> str:
    title = chosen(lesson.header.title, language, lesson.name)
    anchor = f'<span id="{item.id}"></span>'
    return f"- {anchor}{item.texts[language]} → [{title}]({item.lesson}.md#{item.anchor})"


def _lessons(sections: Sequence[Section]) -> dict[str, Tutorial]:
    return {tutorial.slug: tutorial for section in sections for tutorial in section.tutorials}
