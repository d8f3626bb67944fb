"""The site's menu: what a person typed in mkdocs.yml, with the lessons and the reference filled in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from tutorials_lib.site.script import NEUTRAL, Section

LESSONS = "<lessons>"
REFERENCE = "<reference>"


def fill(
    nav: Sequence[Any] | None, sections: Sequence[Section], pages: Collection[str], language: str
) -> list[Any]:
    """`nav` with its placeholders replaced, without the entries whose page does not exist.

    `pages` are the addresses of all pages of this language. Without a `nav`: every page at the top, then the
    lessons, then the reference.
    """
    if nav is None:
        nav = [*_first_home(path for path in pages if "/" not in path), LESSONS, REFERENCE]
    return _fill(nav, sections, frozenset(pages), language)


def _first_home(paths: Iterable[str]) -> list[str]:
    return sorted(paths, key=lambda path: (path != "index.md", path))


def _fill(nav: Sequence[Any], sections: Sequence[Section], pages: frozenset[str], language: str) -> list[Any]:
    filled: list[Any] = []
    for entry in nav:
        if isinstance(entry, dict):
            for title, value in entry.items():
                values = _fill(value if isinstance(value, list) else [value], sections, pages, language)
                alone = isinstance(value, str) and values == [value]
                if values:
                    filled.append({title: value if alone else values})
        elif entry == LESSONS:
            filled += lessons(sections, pages, language)
        elif entry == REFERENCE:
            filled += sorted(page for page in pages if page.startswith("reference/"))
        elif not entry.endswith(".md") or entry in pages:
            filled.append(entry)
    return filled


def lessons(sections: Sequence[Section], pages: Collection[str], language: str) -> list[dict[str, Any]]:
    """One entry a section: its own page first, then its lessons in order."""
    entries: list[dict[str, Any]] = []
    for section in sections:
        items: list[Any] = [f"{section.slug}/index.md"] if f"{section.slug}/index.md" in pages else []
        items += [
            {in_language(tutorial.header.title, language): f"{tutorial.slug}.md"}
            for tutorial in section.tutorials
            if f"{tutorial.slug}.md" in pages
        ]
        entries.append({in_language(section.title, language): items})
    return entries


def in_language(texts: Mapping[str, str], language: str) -> str:
    """The text of `language`; else the one that serves every language; else any."""
    return texts.get(language) or texts.get(NEUTRAL) or next(iter(texts.values()), "")
