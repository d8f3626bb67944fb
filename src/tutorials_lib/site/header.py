"""The YAML header of a script: which keys it may have, and what each must be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from tutorials_lib.site.findings import Finding
from tutorials_lib.site.yaml_loader import Loader

NEUTRAL = ""


class WrongValueError(Exception):
    """A value of the wrong kind: what it is and what was expected."""

    def __init__(self, what: str, expected: str) -> None:
        super().__init__(what)
        self.what, self.expected = what, expected


def texts(value: Any, languages: Sequence[str]) -> dict[str, str]:
    """One text for each language; plain text serves where there is one language only."""
    return _by_language(value, languages, _text)


def lists(value: Any, languages: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """One list of texts for each language, or one list for all of them."""
    if isinstance(value, list):
        return {NEUTRAL: _items(value)}
    found = _by_language(value, languages, _items)
    counts = {language: len(found[language]) for language in languages if language in found}
    if len(set(counts.values())) > 1:
        raise WrongValueError(
            f"has another number of entries in each language {counts}", "the same entries in each language"
        )
    return found


def tags(value: Any, languages: Sequence[str]) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(tag, str) and tag.strip() for tag in value):
        raise WrongValueError(f"is {_kind(value)}", "a list of words: [tensor, algebra]")
    return tuple(value)


def switch(value: Any, languages: Sequence[str]) -> bool:
    if not isinstance(value, bool):
        raise WrongValueError(f"is {_kind(value)}", "true or false")
    return value


def positive(value: Any, languages: Sequence[str]) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < float("inf"):
        raise WrongValueError(f"is {value!r}", "a number above 0")
    return float(value)


def integer(value: Any, languages: Sequence[str]) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise WrongValueError(f"is {_kind(value)}", "a whole number")
    return value


KEYS: dict[str, Callable[[Any, Sequence[str]], Any]] = {
    "title": texts,
    "summary": texts,
    "tags": tags,
    "objectives": lists,
    "prerequisites": lists,
    "everyday": tags,
    "network": switch,
    "timeout_seconds": positive,
    "memory_gib": positive,
}


@dataclass(frozen=True)
class Entries:
    """What a YAML text holds, key by key, with the line of each key in its file."""

    values: dict[str, Any]
    lines: dict[str, int]
    findings: tuple[Finding, ...]


def read_header(text: str, first_line: int, path: Path, languages: Sequence[str]) -> Entries:
    """The header's values, checked. `first_line` is the line of the file on which `text` starts."""
    return read_entries(text, first_line, path, languages, KEYS, required=("title",))


def read_entries(
    text: str,
    first_line: int,
    path: Path,
    languages: Sequence[str],
    keys: dict[str, Callable[[Any, Sequence[str]], Any]],
    required: Sequence[str] = (),
) -> Entries:
    """A YAML mapping whose keys and values are those that `keys` allows. Raises nothing."""
    expected_keys = f"keys among {', '.join(keys)}"
    try:
        loader = Loader(text)
        node = loader.get_single_node()
        data = {} if node is None else loader.construct_document(node)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = first_line + (mark.line if mark else 0)
        what = f"the header is not YAML: {getattr(error, 'problem', None) or error}"
        return Entries({}, {}, (Finding(path, line, what, expected_keys, rule="header"),))
    if not isinstance(data, dict):
        what = f"the header is {_kind(data)}, not keys with values"
        return Entries({}, {}, (Finding(path, first_line, what, expected_keys, rule="header"),))

    findings: list[Finding] = []
    values: dict[str, Any] = {}
    lines: dict[str, int] = {}
    for key_node, _ in node.value if node is not None else ():
        key, line = str(key_node.value), first_line + key_node.start_mark.line
        if key in lines:
            findings.append(
                Finding(path, line, f"header key {key!r} is given twice", "it once", rule="header")
            )
        elif key not in keys:
            close = get_close_matches(key, keys, 1)
            expected = f"{close[0]!r}" if close else expected_keys
            findings.append(Finding(path, line, f"unknown header key {key!r}", expected, rule="header"))
        else:
            try:
                values[key] = keys[key](data[key], languages)
            except WrongValueError as wrong:
                what = f"header key {key!r} {wrong.what}"
                findings.append(Finding(path, line, what, wrong.expected, rule="header"))
        lines[key] = line
    for key in required:
        if key not in lines:
            expected = f"{key}: with a text for each of {', '.join(languages)}"
            findings.append(Finding(path, first_line, f"the header has no {key!r}", expected, rule="header"))
    return Entries(values, lines, tuple(findings))


def _by_language(value: Any, languages: Sequence[str], one: Callable[[Any], Any]) -> dict[str, Any]:
    wanted = f"a text for each of {', '.join(languages)}"
    if not isinstance(value, dict):
        if len(languages) == 1 and value is not None:
            return {NEUTRAL: one(value)}
        raise WrongValueError(f"is {_kind(value)}", wanted)
    missing = [language for language in languages if value.get(language) in (None, "", [])]
    if missing:
        raise WrongValueError(f"has no {', '.join(missing)}", wanted)
    return {str(language): one(entry) for language, entry in value.items()}


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise WrongValueError(
            f"has {_kind(value)} ({value!r})", "text (put it in quotes if it looks like something else)"
        )
    return value.strip()


def _items(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (_text(value),)
    if not isinstance(value, list) or not value:
        raise WrongValueError(f"has {_kind(value)}", "a list of texts")
    return tuple(_text(entry) for entry in value)


def _kind(value: Any) -> str:
    if value is None:
        return "empty"
    names = {
        str: "text",
        bool: "true or false",
        int: "a number",
        float: "a number",
        list: "a list",
        dict: "a mapping",
    }
    return names.get(type(value), type(value).__name__)
