"""Words that the dictionary of a language does not have."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path

from tutorials_lib.site.glossary import Glossary
from tutorials_lib.site.markdown import ITALICS, blank, words_only

_WORD = re.compile(r"(?<![\w'’.@/-])[^\W\d_]{4,}(?![\w@/]|[-.]\w)")


def misspelled(
    markdown: str, language: str, vocabulary: Path, names: Collection[str], glossary: Glossary
) -> Iterator[tuple[int, str]]:
    """Position and word of what is unknown, each word once; nothing for a language without dictionary.

    Words of the glossary, of `vocabulary` and of the script's own code (`names`) are known. Names (capitals)
    and words in italics (of another language) are not looked up.
    """
    language = re.split("[-_]", language)[0]
    if not _is_known("a", language):
        return
    text = ITALICS.sub(blank, words_only(markdown))
    places: dict[str, int] = {}
    for found in _WORD.finditer(text):
        if found[0].islower():
            places.setdefault(found[0], found.start())
    accepted = _accepted(vocabulary) | _glossary_words(glossary) | set(names)
    for word, place in places.items():
        if word not in accepted and not _is_known(word, language):
            yield place, word


# Pronouns written as the end of a Spanish verb: hacerlo, léelos, evaluándolo.
_ENDINGS = {"es": re.compile(r"(?:me|te|se|nos|l[aeo]s?){1,2}$")}


@cache
def _is_known(word: str, language: str) -> bool:
    """Whether the word list of a language has the word; false for all words where there is no list."""
    try:
        from simplemma import is_known

        if is_known(word, lang=language):
            return True
        stem = _ENDINGS[language].sub("", word) if language in _ENDINGS else word
        return stem != word and (
            is_known(stem, lang=language) or is_known(_without_accents(stem), lang=language)
        )
    except (ImportError, ValueError):
        return False


def _without_accents(word: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFD", word) if not unicodedata.combining(sign))


@cache
def _accepted(file: Path) -> frozenset[str]:
    return frozenset(file.read_text(encoding="utf-8").lower().split()) if file.is_file() else frozenset()


def _glossary_words(glossary: Glossary) -> set[str]:
    return {
        word
        for term in glossary.terms
        for text in term.term.values()
        for word in re.findall(r"\w+", text.lower())
    }
