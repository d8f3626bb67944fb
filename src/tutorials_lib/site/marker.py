"""The line that opens a cell: `# %% [markdown] lang="es" tags=["exercise"]`, as jupytext writes it."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from tutorials_lib.site.findings import Finding

PROSE_TAGS = frozenset({"exercise", "quiz"})
CODE_TAGS = frozenset({"hidden", "raises", "solution", "check"})
_EXPECTED_TAGS = "hidden, raises=Type, exercise, solution, check or quiz"
_KEYS = ("lang", "tags")


@dataclass(frozen=True)
class Marker:
    """A marker's options. `language` is "" for a cell that every language shows."""

    line: int
    markdown: bool = False
    language: str = ""
    tags: frozenset[str] = frozenset()
    findings: tuple[Finding, ...] = ()


def read_marker(text: str, line: int, path: Path) -> Marker:
    """The options on a marker line, with whatever is wrong in them.

    >>> marker = read_marker('# %% [markdown] lang="es" tags=["quiz"]', 1, Path("x.py"))
    >>> marker.markdown, marker.language, sorted(marker.tags)
    (True, 'es', ['quiz'])
    """
    options = re.sub(r"^# ?%+", "", text)
    if options == text:  # a line of hashes: sphinx-gallery's older marker has no options
        return Marker(line)
    kind = re.search(r"\[(markdown|md)\]", options)
    outside = options.replace(kind[0], " ", 1) if kind else options
    findings: list[Finding] = []

    def report(what: str, expected: str, rule: str) -> None:
        findings.append(Finding(path, line, what, expected, rule=rule))

    language, tags = "", frozenset[str]()
    for key, value in _metadata(outside):
        if key == "lang":
            if isinstance(value, str) and value:
                language = value
            else:
                report("lang is not a language in quotes", 'lang="es"', "marker")
        elif key == "tags":
            if isinstance(value, list) and all(isinstance(tag, str) for tag in value):
                tags = frozenset(value)
            else:
                report("tags is not a list of words in quotes", 'tags=["hidden"]', "tags")
        elif close := get_close_matches(key, _KEYS, 1, cutoff=0.7):
            report(f"unknown option {key!r}", f"{close[0]}=…", "marker")
    for tag in sorted(tags):
        if fault := _tag_fault(tag):
            report(fault, _EXPECTED_TAGS, "tags")
    return Marker(line, kind is not None, language, tags, tuple(findings))


def _tag_fault(tag: str) -> str:
    name, equals, value = tag.partition("=")
    if name == "raises":
        valid = equals and all(part.isidentifier() for part in value.split("."))
        return "" if valid else f"tag {tag!r} does not name an exception type"
    return "" if tag in PROSE_TAGS | CODE_TAGS else f"unknown tag {tag!r}"


def _metadata(text: str) -> Iterator[tuple[str, Any]]:
    """Keys and values: `key=value` pairs, or one JSON object that ends the line (jupytext's older form)."""
    if json_form := re.search(r"\{.*\}\s*$", text):
        try:
            yield from json.loads(json_form[0]).items()
            return
        except ValueError:
            pass
    for found in re.finditer(r"(?<!\S)(\w+)=", text):
        yield found[1], _value(text[found.end() :])


def _value(text: str) -> Any:
    """The literal at the start of `text`; `None` where there is none (a bare word)."""
    literal = re.match(
        r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|\[(?:\"(?:[^\"\\]|\\.)*\"|'[^']*'|[^\]\"'])*\]", text
    )
    try:
        return ast.literal_eval(literal[0]) if literal else None
    except (SyntaxError, ValueError):
        return None
