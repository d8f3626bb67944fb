"""The frozen prose: the same lessons in each language, whole sentences, nothing but words."""

import re
from importlib import resources

import pytest

from tutorials_lib.corpus import LANGUAGES, prose, sentences, split

each_language = pytest.mark.parametrize("language", LANGUAGES)


def test_every_language_has_the_same_lessons_in_the_same_order():
    first, *others = (list(prose(language)) for language in LANGUAGES)
    assert len(first) > 40
    assert all(other == first for other in others)


@each_language
def test_paragraphs_are_whole_sentences(language):
    for lesson, paragraphs in prose(language).items():
        assert paragraphs, lesson
        for paragraph in paragraphs:
            assert not paragraph[0].islower(), (lesson, paragraph)
            assert re.search(r"[.?!…][»”)]?$", paragraph), (lesson, paragraph)


@each_language
def test_neither_code_nor_formulas_nor_addresses_remain(language):
    text = "\n".join(paragraph for paragraphs in prose(language).values() for paragraph in paragraphs)
    assert not set(text) & set("`$\\_{}[]<>*#|=\0")
    assert "http" not in text
    assert ".md" not in text


def test_each_language_reads_like_itself():
    def share(word: str, language: str) -> float:
        words = [found for lines in prose(language).values() for line in lines for found in line.split()]
        return words.count(word) / len(words)

    assert share("que", "es") > 100 * share("que", "en")
    assert share("the", "en") > 100 * share("the", "es")


def test_the_copy_is_small_enough_to_travel_with_the_package():
    folder = resources.files("tutorials_lib").joinpath("prose")
    assert all(len(folder.joinpath(f"{language}.txt").read_bytes()) < 400_000 for language in LANGUAGES)
    assert "CC BY 4.0" in folder.joinpath("README.txt").read_text(encoding="utf-8")


@each_language
def test_sentences_lose_nothing(language):
    for paragraphs in prose(language).values():
        assert " ".join(sentences(paragraphs)) == " ".join(paragraphs)


@each_language
def test_no_sentence_is_learned_and_examined(language):
    learned, examined = split(language)
    assert not set(learned) & set(examined)
    assert 0.1 < len(examined) / (len(learned) + len(examined)) < 0.3


def test_the_same_lessons_are_examined_in_every_language():
    """Else a model would have read in one language what it is asked in the other."""
    held_out = []
    for language in LANGUAGES:
        _, examined = split(language)
        known = set(examined)
        held_out.append([name for name, lines in prose(language).items() if known & set(sentences(lines))])
    assert held_out[0] == held_out[1] == list(prose("es"))[2::5]


def test_an_unknown_language_is_named():
    with pytest.raises(ValueError, match="'fr'"):
        prose("fr")
