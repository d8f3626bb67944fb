"""The glossary: complete in every language, true to itself, and its page."""

import re
from pathlib import Path

import pytest

from tutorials_lib.site.findings import SiteError
from tutorials_lib.site.glossary import Glossary, Term, load_glossary, pages, render_glossary
from tutorials_lib.site.settings import Settings, load_settings

OURS = load_glossary(Path(__file__).parents[2] / "docs" / "glossary.yml")
LANGUAGES = load_settings(Path(__file__).parents[2]).languages


def test_every_term_has_every_language():
    assert len(OURS.terms) >= 150
    for term in OURS.terms:
        for language in LANGUAGES:
            assert term.term[language].strip(), term.id
            assert term.definition[language].strip().endswith("."), term.id


def test_one_term_one_rendering():
    for language in LANGUAGES:
        names = [term.term[language].casefold() for term in OURS.terms]
        assert len(set(names)) == len(names)


def test_no_rendering_is_forbidden():
    """No term, and no definition, uses what the glossary forbids."""
    for language in LANGUAGES:
        for term in OURS.terms:
            assert not OURS.misused(f"{term.term[language]}. {term.definition[language]}", language), term.id


@pytest.mark.parametrize(("file", "language"), [("mkdocs.yml", "es"), ("mkdocs.en.yml", "en")])
def test_everyday_words_are_terms(file, language):
    """What is kept from showing a definition has one; the list follows the glossary."""
    text = (Path(__file__).parents[2] / file).read_text()
    listed = re.search(r"everyday: \[([^\]]*)\]", text)[1].replace("\n", " ").strip(" ,").split(",")
    names = {term.term[language].casefold() for term in OURS.terms}
    assert {name.strip().casefold() for name in listed} <= names


def test_the_page_has_every_term_at_the_same_anchor():
    anchors = []
    for language in LANGUAGES:
        page = render_glossary(language, OURS, LANGUAGES)
        anchors.append({term.id for term in OURS.terms if f"{{#{term.id}}}" in page})
        assert all(term.definition[language] in page for term in OURS.terms)
    assert anchors == [{term.id for term in OURS.terms}] * len(LANGUAGES)


def test_terms_stand_in_alphabetical_order_without_accents():
    terms = [Term(name, {"es": name}, {"es": "x."}) for name in ("zeta", "época", "eje", "ñu", "faro")]
    page = render_glossary("es", Glossary(tuple(terms)))
    places = [page.index(f"### {name}") for name in ("eje", "época", "faro", "ñu", "zeta")]
    assert places == sorted(places)


def test_misuses_are_found_as_whole_words():
    glossary = Glossary(
        (Term("a", {"es": "a"}, {"es": "x."}, {"es": ("lote", "mini lote")}),), {"es": {"usted": "tú"}}
    )
    found = glossary.misused("El Lote, el pilote y el mini\nlote de usted.", "es")
    assert [(words, right) for _, words, right in found] == [
        ("Lote", "a"),
        ("mini lote", "a"),
        ("usted", "tú"),
    ]
    assert glossary.misused("lote", "en") == []


def test_an_edited_glossary_is_read_again(tmp_path):
    file, entry = tmp_path / "glossary.yml", "terms: [{{id: a, term: {{es: {}}}, definition: {{es: x.}}}}]\n"
    for name in ("uno", "otro"):
        file.write_text(entry.format(name))
        assert load_glossary(file).terms[0].term == {"es": name}


def test_no_glossary_no_page(tmp_path):
    assert pages("es", Settings(root=tmp_path)) == {}


@pytest.mark.parametrize(
    "text",
    [
        "- a",
        "terms: 3",
        "terms: [3]",
        "terms: [{id: a}]",
        "terms: [",
        "terms: [{id: a, term: x, definition: y}]",
        "terms: [{id: a, term: {es: x}, definition: {es: y}, extra: z}]",
    ],
)
def test_a_bad_glossary_names_its_file(tmp_path, text):
    (tmp_path / "glossary.yml").write_text(text)
    with pytest.raises(SiteError, match=r"glossary\.yml:\d"):
        load_glossary(tmp_path / "glossary.yml")
