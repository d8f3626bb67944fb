"""The prose of these notes as plain text, in Spanish and in English: a frozen copy that lessons learn from.

Frozen, so that editing a lesson does not change what another one learns; `prose/README.txt` says from when it
is, how it was made and under which licence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib import resources

LANGUAGES = ("es", "en")
_BREAK = re.compile(r"(?:(?<=[.?!…])|(?<=[.?!…][»”)]))\s+(?=[¿¡«“(]*[A-ZÁÉÍÓÚÑ\d])")


def prose(language: str) -> dict[str, tuple[str, ...]]:
    """The paragraphs of each lesson by its address; a paragraph is one or more whole sentences.

    Every language has the same lessons, in the order to be read. Headings, code, formulas and the sentences
    that hold any are left out. Raises `ValueError` for a language without a copy.

    >>> spanish, english = prose("es"), prose("en")
    >>> list(spanish) == list(english)
    True
    >>> spanish["concepts/rules_vs_learning"][6]
    'A cambio, alguien tuvo que saber de cocina.'
    """
    if language not in LANGUAGES:
        raise ValueError(f"no prose in {language!r}; expected one of {LANGUAGES}")
    text = resources.files("tutorials_lib").joinpath("prose", f"{language}.txt").read_text(encoding="utf-8")
    lessons: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line.startswith("# "):
            paragraphs = lessons[line.removeprefix("# ")] = []
        else:
            paragraphs.append(line)
    return {address: tuple(paragraphs) for address, paragraphs in lessons.items()}


def sentences(paragraphs: Iterable[str]) -> list[str]:
    """The sentences of some paragraphs, in order.

    >>> sentences(["¿Qué pasa? Nada.", "Se leyó «¿sí?» y siguió."])
    ['¿Qué pasa?', 'Nada.', 'Se leyó «¿sí?» y siguió.']
    """
    return [sentence for paragraph in paragraphs for sentence in _BREAK.split(paragraph)]


def split(language: str, every: int = 5) -> tuple[list[str], list[str]]:
    """Sentences to learn from, and sentences to be examined on: those of every fifth lesson, unless told.

    Whole lessons go to one side, since neighbouring sentences share their words; a sentence of the exam that
    the other side has too is left out. The same lessons are held out in every language.

    >>> learned, examined = split("es")
    >>> set(learned) & set(examined)
    set()
    """
    lessons = list(prose(language).values())
    held_out = range(every // 2, len(lessons), every)
    learned = sentences(line for at, lines in enumerate(lessons) if at not in held_out for line in lines)
    examined = sentences(line for at in held_out for line in lessons[at])
    known = set(learned)
    return learned, [sentence for sentence in examined if sentence not in known]
