"""Definitions under the pointer: the first use of a glossary term on a page carries its meaning."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Mapping
from functools import cache

from tutorials_lib.site.glossary import Glossary

_TAG = re.compile(r"<!--.*?-->|<(/?)([a-zA-Z][\w-]*)\b[^>]*?(/?)>", re.DOTALL)
_MARKDOWN = re.compile(r"[*_`$]|\]\([^)]*\)|\[")
# Where a dotted underline would disturb: code, formulas, figures, headings, and what is a link already.
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_QUIET = _HEADINGS | {
    "a",
    "abbr",
    "button",
    "code",
    "figure",
    "pre",
    "script",
    "style",
    "summary",
    "svg",
    "table",
}
_FORMULA = re.compile(r"\\\(.*?\\\)|\\\[.*?\\\]", re.DOTALL)


def define(page: str, meanings: Mapping[str, str]) -> str:
    """The HTML of a page with `<abbr title="definition">` around the first use of each term.

    >>> define("<p>A tensor, the tensor.</p>", {"tensor": "numbers with indices"})
    '<p>A <abbr title="numbers with indices">tensor</abbr>, the tensor.</p>'
    """
    if not meanings:
        return page
    pattern = _pattern(tuple(meanings))
    seen: set[str] = set()
    quiet = 0
    parts: list[str] = []
    position = 0

    def mark(match: re.Match[str]) -> str:
        name = match[0].casefold()
        if name in seen:
            return match[0]
        seen.add(name)
        return f'<abbr title="{meanings[name]}">{match[0]}</abbr>'

    for tag in _TAG.finditer(page):
        text = page[position : tag.start()]
        parts.append(text if quiet or _FORMULA.search(text) else pattern.sub(mark, text))
        parts.append(tag[0])
        position = tag.end()
        if tag[2] and tag[2].lower() in _QUIET and not tag[3]:
            quiet += -1 if tag[1] else 1
    return "".join((*parts, page[position:]))


@cache
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(names, key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest_first))})(?![\w-])", re.IGNORECASE)


def meanings(glossary: Glossary, language: str, everyday: Collection[str] = ()) -> dict[str, str]:
    """Term in lower case → definition as plain text, safe in an attribute.

    `everyday` are terms to leave out, by their name in this language or their id: a definition under another
    use of the word would mislead.
    """
    left_out = {name.casefold() for name in everyday}
    return {
        name.casefold(): html.escape(_MARKDOWN.sub("", definition).strip())
        for term in glossary.terms
        if (name := term.term.get(language)) and (definition := term.definition.get(language))
        if not left_out & {name.casefold(), term.id}
    }
