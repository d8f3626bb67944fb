"""The prose of these notes as plain text, in Spanish and in English: a frozen copy that lessons learn from.

Frozen, so that editing a lesson does not change what another one learns; `prose/README.txt` says from when it
is, how it was made and under which licence.
"""

from __future__ import annotations

from importlib import resources

LANGUAGES = ("es", "en")


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
