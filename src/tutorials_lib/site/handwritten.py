"""What a hand-written page leaves for the build to fill in, as a comment that any other generator ignores.

`<!-- tutorials: lessons -->` becomes the cards of all lessons, `<!-- tutorials: count figures -->` a number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from babel.numbers import format_decimal

from tutorials_lib.site import gallery
from tutorials_lib.site.lessons import Lessons, tutorials
from tutorials_lib.site.record import Failure, Figure, Raised
from tutorials_lib.site.settings import Settings

_MARK = re.compile(r"<!-- tutorials: (?:count (?P<count>\w+)|(?P<block>\w+)) -->")


def fill(markdown: str, lessons: Lessons, language: str, settings: Settings) -> str:
    """Replace the marks of one page. Raises `KeyError` for a mark that nobody knows."""

    def replace(match: re.Match[str]) -> str:
        if match["count"]:
            return format_decimal(counts(lessons)[match["count"]], locale=language)
        return {"lessons": cards}[match["block"]](lessons, language, settings)

    return _MARK.sub(replace, markdown)


def cards(lessons: Lessons, language: str, settings: Settings) -> str:
    return gallery.cards(lessons.sections, lessons.outcomes, language, settings)


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
