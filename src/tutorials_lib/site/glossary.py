"""The glossary: one rendering of each term in each language, and the renderings that nobody should use.

Its file is a mapping with `terms` (each with `id`, `term`, `definition`, optional `forbidden`) and optional
`forbidden` renderings that belong to no term, each with what to write instead.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import yaml

from tutorials_lib.site.findings import Finding, SiteError
from tutorials_lib.site.settings import Settings
from tutorials_lib.site.yaml_loader import Loader

PAGE = "glossary.md"


@dataclass(frozen=True)
class Term:
    """One term. `id` is its anchor, the same in every language."""

    id: str
    term: Mapping[str, str]
    definition: Mapping[str, str]
    forbidden: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Glossary:
    """All terms, and for each language the forbidden renderings with what to write instead."""

    terms: tuple[Term, ...] = ()
    forbidden: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @cached_property
    def names(self) -> dict[str, Mapping[str, str]]:
        """Every name of a term in any language, folded → its names by language."""
        return {name.casefold(): term.term for term in self.terms for name in term.term.values()}

    @cached_property
    def misuses(self) -> dict[str, tuple[re.Pattern[str], dict[str, str]]]:
        """By language: a pattern of its forbidden renderings, and each of them (folded) → the right one."""
        instead = {language: dict(names) for language, names in self.forbidden.items()}
        for term in self.terms:
            for language, names in term.forbidden.items():
                right = term.term.get(language, "")
                instead.setdefault(language, {}).update(dict.fromkeys(names, right))
        return {language: _misuses(names) for language, names in instead.items() if names}

    def misused(self, text: str, language: str) -> list[tuple[int, str, str]]:
        """Position, forbidden rendering as written, and the right one, for each misuse in `text`."""
        if language not in self.misuses:
            return []
        pattern, instead = self.misuses[language]
        found = []
        for match in pattern.finditer(text):
            words = " ".join(match[0].split())
            found.append((match.start(), words, instead[words.casefold()]))
        return found


def _misuses(instead: Mapping[str, str]) -> tuple[re.Pattern[str], dict[str, str]]:
    folded = {name.casefold(): right for name, right in instead.items()}
    names = "|".join(re.escape(name) for name in sorted(folded, key=len, reverse=True))
    pattern = rf"(?<!\w)(?:{names})(?!\w)".replace(r"\ ", r"\s+")
    return re.compile(pattern, re.IGNORECASE), folded


def load_glossary(path: Path) -> Glossary:
    """The glossary in `path`; an empty one where there is no such file. Raises `SiteError` for a bad one."""
    if not path.is_file():
        return Glossary()
    status = path.stat()
    return _read(path, (status.st_mtime_ns, status.st_size, status.st_ino))


@lru_cache(maxsize=8)
def _read(path: Path, stamp: tuple[int, ...]) -> Glossary:
    """The glossary of a file that has not changed since `stamp` was taken."""
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        raise SiteError(
            [Finding(path, mark.line + 1 if mark else 0, "not readable as YAML", "YAML")]
        ) from error
    findings: list[Finding] = []
    terms = tuple(_terms(data, path, findings))
    general = data.get("forbidden", {}) if isinstance(data, dict) else {}
    if findings:
        raise SiteError(findings)
    return Glossary(terms, general)


def _terms(data: Any, path: Path, findings: list[Finding]) -> list[Term]:
    entries = data.get("terms") if isinstance(data, dict) else None
    if not isinstance(entries, list):
        findings.append(Finding(path, 1, "no list of terms", "terms: with a list"))
        return []
    terms: list[Term] = []
    for entry in entries:
        name = entry.get("id", entry) if isinstance(entry, dict) else entry
        wrong = not isinstance(entry, dict) or set(entry) - {"id", "term", "definition", "forbidden"}
        if wrong or not all(_is_texts(entry.get(key)) for key in ("term", "definition")):
            expected = "id, term and definition (a text for each language), and perhaps forbidden"
            findings.append(Finding(path, 0, f"term {name!r} is incomplete or has unknown keys", expected))
            continue
        if name in {term.id for term in terms}:
            findings.append(Finding(path, 0, f"two terms have the id {name!r}", "one id for each term"))
        forbidden = {language: tuple(names) for language, names in entry.get("forbidden", {}).items()}
        terms.append(Term(str(name), entry["term"], entry["definition"], forbidden))
    return terms


def _is_texts(value: object) -> bool:
    return isinstance(value, dict) and bool(value) and all(isinstance(text, str) for text in value.values())


_WORDS: dict[str, dict[str, str]] = {
    "es": {"title": "Glosario", "in": "en {language}", "not": "no", "es": "español", "en": "inglés"},
    "en": {"title": "Glossary", "in": "in {language}", "not": "not", "es": "Spanish", "en": "English"},
}


def render_glossary(language: str, glossary: Glossary, languages: Sequence[str] = ()) -> str:
    """The glossary's page in one language: terms in alphabetical order, each with an anchor of its own.

    `languages` names the others whose rendering stands beside the term where it differs.
    """
    words = _WORDS.get(language, _WORDS["en"])
    lines = [f"# {words['title']} {{#glossary}}", ""]
    letter = ""
    for term in sorted(glossary.terms, key=lambda term: _sort_key(_of(term.term, language))):
        name = _of(term.term, language)
        if (initial := _sort_key(name)[:1].upper()) != letter:
            letter = initial
            lines += [f"## {letter} {{#letter-{letter.lower()}}}", ""]
        others = [
            f"{words['in'].format(language=words.get(other, other))}: *{term.term[other]}*"
            for other in languages
            if other != language and term.term.get(other, name) != name
        ]
        beside = f" ({'; '.join(others)})" if others else ""
        avoid = term.forbidden.get(language, ())
        advice = f" *({words['not']}: {', '.join(avoid)})*" if avoid else ""
        lines += [f"### {name} {{#{term.id}}}", "", f"{_of(term.definition, language)}{beside}{advice}", ""]
    return "\n".join(lines)


def pages(language: str, settings: Settings) -> dict[str, str]:
    """The glossary page of one language, by its path below the language; nothing without a glossary."""
    glossary = load_glossary(settings.root / settings.glossary)
    return {PAGE: render_glossary(language, glossary, settings.languages)} if glossary.terms else {}


def _of(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or next(iter(texts.values()))


def _sort_key(name: str) -> str:
    """Without accents, so that *época* stands among the words with E."""
    return "".join(c for c in unicodedata.normalize("NFD", name.casefold()) if not unicodedata.combining(c))
