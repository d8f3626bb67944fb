"""A question with options: read from prose (`- [x] right: why`, `- [ ] wrong: why not`), shown on a page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from tutorials_lib.site.markdown import CODE_SPAN, INLINE_MATH, blank

_OPTION = re.compile(
    r"^ {0,3}[-*+] \[(?P<mark>[ xX])\][ \t]+(?P<text>.*(?:\n(?![ \t]*\n| {0,3}[-*+] ).*)*)", re.MULTILINE
)


@dataclass(frozen=True)
class Option:
    """One answer; `why` says why it is right or wrong, "" where the author gives no reason."""

    text: str
    why: str
    right: bool

    def verdict(self, words: Mapping[str, str]) -> str:
        """What the reader is told who chose it, in Markdown: `**No:** why`."""
        label = words["right" if self.right else "wrong"]
        return f"**{label}:** {self.why}" if self.why else f"**{label}.**"


@dataclass(frozen=True)
class Quiz:
    """Markdown before the options, the options, Markdown after them."""

    question: str
    options: tuple[Option, ...]
    after: str


def parse_quiz(text: str) -> Quiz:
    """Read a quiz cell.

    >>> parse_quiz("Which?\\n\\n- [x] `x: int`: it is typed\\n- [ ] other").options[0]
    Option(text='`x: int`', why='it is typed', right=True)
    """
    found = list(_OPTION.finditer(text))
    if not found:
        return Quiz(text.strip(), (), "")
    options = tuple(_option(match) for match in found)
    return Quiz(text[: found[0].start()].strip(), options, text[found[-1].end() :].strip())


def _option(match: re.Match[str]) -> Option:
    text = " ".join(match["text"].split())
    visible = INLINE_MATH.sub(blank, CODE_SPAN.sub(blank, text))
    colon = visible.find(": ")
    answer, why = (text, "") if colon < 0 else (text[:colon], text[colon + 2 :])
    return Option(answer.strip(), why.strip(), match["mark"] in "xX")


def render(quiz: Quiz, name: str, words: Mapping[str, str]) -> str:
    """The question as Markdown in HTML: every option unfolds its verdict, also where no script runs.

    `name` is its id on the page.
    """
    label = escape(words["quiz"])
    blocks = [
        f'<div class="tut-quiz" role="group" aria-label="{label}" id="{name}" markdown="1">',
        quiz.question,
    ]
    for option in quiz.options:
        kind = "right" if option.right else "wrong"
        blocks += [
            f'<details class="tut-option tut-{kind}" name="{name}" markdown="1">',
            f'<summary markdown="span">{option.text}</summary>',
            option.verdict(words),
            "</details>",
        ]
    return "\n\n".join(filter(None, (*blocks, quiz.after, "</div>")))
