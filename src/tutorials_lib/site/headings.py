"""Ids of headings that all languages share, so that changing the language keeps the reader's place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Set
from dataclasses import dataclass

from tutorials_lib.site.inline import inline_values
from tutorials_lib.site.markdown import without_fences

_ATX = re.compile(r"^ {0,3}(?P<marks>#{1,6})[ \t]+(?P<title>\S.*?)[ \t]*#*[ \t]*$", re.MULTILINE)
_SETEXT = re.compile(r"^ {0,3}(?P<title>[^\s>#*+|-].*)\n {0,3}(?P<mark>=+|-{2,})[ \t]*$", re.MULTILINE)
_EXPLICIT = re.compile(r"\s*\{:?\s*#(?P<id>[\w-]+)[^}]*\}$")


@dataclass(frozen=True)
class Heading:
    """One heading of a piece of Markdown, from `start` to `end`."""

    level: int
    title: str
    start: int
    end: int


def headings(text: str) -> list[Heading]:
    """Both forms of Markdown's headings, in order; none inside fenced blocks."""
    visible = without_fences(text)
    found = [
        Heading(len(match["marks"]), text[slice(*match.span("title"))], *match.span())
        for match in _ATX.finditer(visible)
    ]
    found += [
        Heading(1 if match["mark"][0] == "=" else 2, text[slice(*match.span("title"))], *match.span())
        for match in _SETEXT.finditer(visible)
    ]
    return sorted(found, key=lambda heading: heading.start)


def slug(title: str) -> str:
    """ASCII words joined by hyphens; values of the run are left out, for they change.

    >>> slug("Why `A + B` needs *equal* shapes"), slug("¿Qué señala ∂?")
    ('why-a-b-needs-equal-shapes', 'que-senala')
    """
    for inline in reversed(inline_values(title)):
        title = title[: inline.start] + title[inline.end :]
    title = re.sub(r"\]\([^)]*\)", "]", title)
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9_]+", plain.lower())) or "section"


def unique(name: str, used: Set[str]) -> str:
    """`name`, numbered from 2 where it is taken."""
    number, result = 1, name
    while result in used:
        number += 1
        result = f"{name}-{number}"
    return result


def with_ids(text: str, anchors: str, used: set[str], shift: int = 0) -> str:
    """`text` with an id for every heading, taken from the heading at its place in `anchors`.

    `anchors` is the same prose in the language that names the ids. `used` holds the page's ids and grows.
    `shift` lowers the headings by so many levels.
    """
    return _rewritten(
        text, anchors, used, lambda level, title, name: f"{'#' * min(level + shift, 6)} {title} {{#{name}}}"
    )


def with_anchors(text: str, anchors: str, used: set[str]) -> str:
    """Like `with_ids` for Markdown that knows no ids, as in notebooks: an empty anchor opens each heading."""
    return _rewritten(
        text, anchors, used, lambda level, title, name: f'{"#" * level} <a id="{name}"></a>{title}'
    )


def _rewritten(text: str, anchors: str, used: set[str], written: Callable[[int, str, str], str]) -> str:
    """`text`, each heading as `written` makes it from its level, title and id."""
    own, named = headings(text), headings(anchors)
    if len(own) != len(named):
        named = own
    result, position = [], 0
    for heading, source in zip(own, named, strict=True):
        explicit = _EXPLICIT.search(source.title)
        name = unique(explicit["id"] if explicit else slug(source.title), used)
        used.add(name)
        title = _EXPLICIT.sub("", heading.title)
        result += [text[position : heading.start], written(heading.level, title, name)]
        position = heading.end
    return "".join([*result, text[position:]])
