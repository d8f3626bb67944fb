"""The questions at the end of a section: `_self_test.py`, a script of nothing but quiz cells.

They are read and compared across languages like those of a lesson. Class names: .tut-self-test
(`data-self-test`) around the questions, .tut-score (hidden until a script serves it) after them; a question
answered right at first is .tut-answered, one answered wrong .tut-missed.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Collection, Iterator
from html import escape

from tutorials_lib.site import headings
from tutorials_lib.site.edition import chosen
from tutorials_lib.site.findings import Finding
from tutorials_lib.site.inline import inline_values
from tutorials_lib.site.page import naming_language
from tutorials_lib.site.quiz import parse_quiz, render
from tutorials_lib.site.script import Prose, ProseCell, Section, Tutorial
from tutorials_lib.site.settings import Settings
from tutorials_lib.site.words import words

FILE = "_self_test.py"
_LESSON_LINK = re.compile(r"\]\((?P<target>[\w./-]+)\.md(?:#[\w-]+)?\)")


def faults(tutorial: Tutorial, lessons: Collection[str]) -> Iterator[Finding]:
    """Where a self-test is no self-test. `lessons` are the addresses of all lessons."""
    for cell in tutorial.cells:
        if not isinstance(cell, ProseCell) or cell.kind != "quiz":
            expected = 'prose cells with tags=["quiz"] only'
            yield Finding(tutorial.path, cell.line, "a cell that is no question", expected, rule="quiz")
            continue
        for prose in cell.texts.values():
            yield from _question_faults(tutorial, prose, lessons)


def _question_faults(tutorial: Tutorial, prose: Prose, lessons: Collection[str]) -> Iterator[Finding]:
    def fault(what: str, expected: str) -> Finding:
        return Finding(tutorial.path, prose.line, what, expected, rule="quiz")

    for option in parse_quiz(prose.text).options:
        if not option.why:
            yield fault(f"the answer {option.text!r} has no reason", "`- [ ] answer: why`")
    if inline_values(prose.text):
        yield fault("an inline value where nothing runs", "a question without numbers of a run")
    folder = posixpath.dirname(tutorial.slug)
    links = [
        posixpath.normpath(posixpath.join(folder, target)) for target in _LESSON_LINK.findall(prose.text)
    ]
    if not links:
        yield fault(
            "a question that leads to no lesson", "a link to the lesson that answers it: [title](name.md)"
        )
    for slug in links:
        if slug not in lessons:
            yield fault(
                f"a link to {slug!r}, which is no lesson", "the address of a lesson from its section's page"
            )


def blocks(section: Section, language: str, settings: Settings) -> Iterator[str]:
    """The self-test as Markdown, for the section's own page."""
    tutorial = section.self_test
    if tutorial is None:
        return
    text = words(language)
    title = chosen(tutorial.header.title, language, text["self_test"])
    yield f"## {title} {{#self-test}}"
    yield chosen(tutorial.header.summary, language, "")
    yield f'<div class="tut-self-test" data-self-test="{escape(section.slug)}" markdown="1">'
    naming = naming_language(settings)
    for cell in tutorial.cells:
        if isinstance(cell, ProseCell) and (prose := cell.in_language(language)):
            named = cell.in_language(naming) or prose
            yield render(parse_quiz(prose.text), question_id(parse_quiz(named.text).question), text)
    told = " ".join(
        f'data-{name}="{escape(text[f"score_{name}"])}"' for name in ("progress", "result", "review")
    )
    again = f'<button type="button">{text["again"]}</button>'
    yield f'<div class="tut-score" {told} hidden><p role="status"></p>{again}</div>'
    yield "</div>"


def question_id(question: str) -> str:
    """An id that stays when other questions come and go: answers are remembered by it.

    >>> question_id("Which?")
    'question-77bc06c5'
    """
    return f"question-{hashlib.sha256(headings.slug(question).encode()).hexdigest()[:8]}"
