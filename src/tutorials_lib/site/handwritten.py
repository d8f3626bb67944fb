"""What a hand-written page leaves for the build to fill in, as a comment that any other generator ignores.

`<!-- tutorials: sections -->` becomes a box for each section, `<!-- tutorials: count figures -->` a number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from operator import attrgetter

from babel.numbers import format_decimal

from tutorials_lib.site.edition import chosen
from tutorials_lib.site.lessons import Lessons, tutorials
from tutorials_lib.site.record import Failure, Figure, Raised

_MARK = re.compile(r"<!-- tutorials: (?:count (?P<count>\w+)|(?P<block>\w+)) -->")


def fill(markdown: str, lessons: Lessons, language: str) -> str:
    """Replace the marks of one page. Raises `KeyError` for a mark that nobody knows."""

    def replace(match: re.Match[str]) -> str:
        if match["count"]:
            return format_decimal(counts(lessons)[match["count"]], locale=language)
        return {"sections": sections}[match["block"]](lessons, language)

    return _MARK.sub(replace, markdown)


def sections(lessons: Lessons, language: str) -> str:
    """What each section is about, how many lessons it has, and the way to it."""
    boxes = []
    for section in filter(attrgetter("slug"), lessons.sections):
        title = chosen(section.title, language, section.slug)
        number = format_decimal(len(section.tutorials), locale=language)
        blocks = [
            '<li markdown="block">',
            f"**[{title}]({section.slug}/index.md)** ({number})",
            chosen(section.summary, language, ""),
            "</li>",
        ]
        boxes.append("\n\n".join(filter(None, blocks)))
    return "\n".join(['<ul class="tut-paths" markdown="block">', *boxes, "</ul>"])


def counts(lessons: Lessons) -> Mapping[str, int]:
    """What exists, counted from the runs themselves."""
    records = [
        outcome.partial if isinstance(outcome, Failure) else outcome for outcome in lessons.outcomes.values()
    ]
    outputs = [output for record in records for cell in record.cells for output in cell]
    return {
        "lessons": len(tutorials(lessons.sections)),
        "cells": sum(len(record.cells) for record in records),
        "values": sum(len(record.values) for record in records),
        "figures": sum(isinstance(output, Figure) for output in outputs),
        "errors": sum(isinstance(output, Raised) for output in outputs),
    }
