"""Cards, section pages, the gallery's filter, and which lesson uses which function."""

from __future__ import annotations

import io
import re

import markdown
import pytest
from bs4 import BeautifulSoup
from PIL import Image
from sample_lesson import SCRIPT, gallery, record, settings, write_lesson

from tutorials_lib.site import gallery as galleries
from tutorials_lib.site import learning_path, tree
from tutorials_lib.site.edition import edition
from tutorials_lib.site.findings import SiteError
from tutorials_lib.site.record import Display
from tutorials_lib.site.script import load_examples


def build(tmp_path, language: str = "es") -> tree.Tree:
    sections = gallery(tmp_path)
    outcomes = {"intro/lesson": record(), "next/second": record()}
    return tree.build_tree(sections, outcomes, language, settings(tmp_path))


def html(text: str) -> BeautifulSoup:
    body = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL)
    return BeautifulSoup(
        markdown.markdown(body, extensions=["attr_list", "md_in_html", "toc"]), "html.parser"
    )


def test_a_card_shows_title_summary_tags_time_and_thumbnails(tmp_path):
    card = html(build(tmp_path)["gallery.md"]).select_one("ul.tut-cards > li.tut-card")
    title = card.select_one("a.tut-card-title")
    assert (title.get_text(), title["href"]) == ("Suma de listas", "intro/lesson.md")
    assert "Sumar componente a componente." in card.get_text()
    assert [tag.get_text() for tag in card.select(".tut-tag")] == ["list", "algebra"]
    assert card["data-tags"] == "list,algebra"
    assert card.select_one(".tut-time [data-volatile]").get_text() == "1,2\N{NO-BREAK SPACE}s"
    pictures = card.select("img")
    assert [(picture["src"].partition("#")[0], picture["alt"]) for picture in pictures] == [
        ("figures/intro/lesson-light.svg", ""),
        ("figures/intro/lesson-dark.svg", ""),
    ]


def test_a_section_page_lists_its_lessons_in_order_with_links_that_lead_there(tmp_path):
    write_lesson(tmp_path, SCRIPT, "01_intro/a_first.py")
    sections = (*gallery(tmp_path),)
    outcomes = {slug: record() for slug in ("intro/a_first", "intro/lesson", "next/second")}
    text = tree.build_tree(sections, outcomes, "en", settings(tmp_path))["intro/index.md"]
    assert [link["href"] for link in html(text).select("a.tut-card-title")] == ["a_first.md", "lesson.md"]
    assert "(../figures/intro/lesson-light.svg" in text


def section_page(tmp_path, section: str, names: list[str], language: str = "es") -> str:
    """The page of a section with these lessons and this `_section.yml`; another section has one lesson."""
    for name in names:
        write_lesson(tmp_path, SCRIPT, f"02_next/{name}.py")
    write_lesson(tmp_path, SCRIPT)
    (tmp_path / "02_next/_section.yml").write_text(section)
    sections = load_examples(tmp_path, ("es", "en"))
    outcomes = {item.slug: record() for section in sections for item in section.tutorials}
    return tree.build_tree(sections, outcomes, language, settings(tmp_path))["next/index.md"]


PATH = """\
scripts:
  - b
  - a
  - c: {after: [b, intro/lesson]}
  - d: {after: [b, c, a]}
"""


def test_the_path_is_a_list_of_links_in_reading_order_that_names_what_each_builds_on(tmp_path):
    page = html(section_page(tmp_path, PATH, ["a", "b", "c", "d"]))
    entries = page.select("ol.tut-path > li")
    assert [entry.select_one("a.tut-path-title")["href"] for entry in entries] == [
        "b.md", "a.md", "c.md", "d.md"
    ]  # fmt: skip
    assert [entry.select_one(".tut-stop").get_text() for entry in entries] == ["1", "2", "3", "4"]
    built_on = [entry.select_one(".tut-path-after") for entry in entries]
    assert built_on[:2] == [None, None]
    assert built_on[2].get_text() == "se apoya en 1 y Suma de listas"
    assert built_on[2].a["href"] == "../intro/lesson.md"
    assert built_on[3].get_text() == "se apoya en 1, 2 y 3"
    assert all(entry.select_one(".tut-rail[aria-hidden=true] path") for entry in entries)


def test_a_section_without_dependencies_is_one_line_and_one_lesson_is_no_path(tmp_path):
    page = html(section_page(tmp_path, "scripts: [b, a]", ["a", "b"], "en"))
    assert page.select_one("ol.tut-path")["style"] == "--lanes: 1"
    assert not page.select(".tut-path-after")
    assert not html(build(tmp_path / "other")["intro/index.md"]).select(".tut-path")


def test_every_dependency_is_a_line_from_one_stop_to_the_other():
    """Followed down its lane from each stop, a line meets exactly the lessons that build on it."""
    after = {"c": ["a"], "d": ["a", "b"], "e": ["c", "d"], "f": ["b"], "g": ["a", "e", "f"]}
    names = list("abcdefg")
    drawn = learning_path.rows(names, after)
    reached: dict[str, set[str]] = {}
    carries: dict[int, str] = {}  # lane → whose line it is at this height
    for name, row in zip(names, drawn, strict=True):
        reached[name] = {carries[lane] for lane in row.joins}
        assert set(row.through) <= set(carries)
        assert row.lane not in row.through
        carries = {lane: carries[lane] for lane in row.through}
        if row.goes_on:
            carries[row.lane] = name
    assert carries == {}
    assert reached == {
        "a": set(), "b": set(), "c": {"a"}, "d": {"a", "b"}, "e": {"c", "d"}, "f": {"b"}, "g": {"e", "f"}
    }  # fmt: skip


SELF_TEST = """\
'''
title: {es: Ponte a prueba, en: Test yourself}
'''
# %% [markdown] lang="es" tags=["quiz"]
# ¿Cuánto?
# - [x] dos: uno y uno
# - [ ] tres: sobra uno
#
# Se contesta en [la lección](lesson.md#why).

# %% [markdown] lang="en" tags=["quiz"]
# How much?
# - [x] two: one and one
# - [ ] three: one too many
#
# Answered in [the lesson](lesson.md#why).
"""


def test_a_self_test_asks_on_the_page_of_its_section_with_a_reason_for_every_answer(tmp_path):
    write_lesson(tmp_path)
    (tmp_path / "01_intro/_self_test.py").write_text(SELF_TEST)
    sections = load_examples(tmp_path, ("es", "en"))
    pages = {
        language: html(
            tree.build_tree(sections, {"intro/lesson": record()}, language, settings(tmp_path))[
                "intro/index.md"
            ]
        )
        for language in ("es", "en")
    }
    test = pages["en"].select_one(".tut-self-test[data-self-test=intro]")
    options = [(option["class"][1], option.p.get_text()) for option in test.select("details.tut-option")]
    assert options == [("tut-right", "Correct: one and one"), ("tut-wrong", "No: one too many")]
    assert test.select_one(".tut-quiz a")["href"] == "lesson.md#why"
    assert test.select_one(".tut-score").has_attr("hidden")
    ids = {language: [quiz["id"] for quiz in page.select(".tut-quiz")] for language, page in pages.items()}
    assert ids["es"] == ids["en"]
    assert "lesson" in str(pages["es"].select_one(".tut-cards"))
    assert "_self_test" not in str(pages["es"].select_one(".tut-cards"))


def test_the_filter_is_hidden_until_a_script_serves_it_and_counts_each_tag(tmp_path):
    shown = html(build(tmp_path)["gallery.md"]).select_one(".tut-filter")
    assert shown.has_attr("hidden")
    buttons = {button["data-tag"]: button.get_text() for button in shown.select("button")}
    assert buttons == {"": "Todas", "algebra": "algebra 2", "list": "list 2"}


def test_tags_are_shown_in_the_words_of_the_language_and_chosen_by_one_word(tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "tags.yml").write_text("algebra: {es: álgebra}\n", encoding="utf-8")
    terms = "terms: [{id: list, term: {es: lista, en: list}, definition: {es: una, en: one}}]\n"
    (tmp_path / "docs" / "glossary.yml").write_text(terms, encoding="utf-8")
    for language, words in (("es", {"list": "lista", "algebra": "álgebra"}), ("en", {})):
        pages = build(tmp_path, language)
        shown = html(pages["gallery.md"])
        given = ["list", "algebra"]
        names = [words.get(tag, tag) for tag in given]
        assert [tag.get_text() for tag in shown.select_one(".tut-card").select(".tut-tag")] == names
        assert shown.select_one(".tut-card")["data-tags"] == "list,algebra"
        buttons = {button["data-tag"]: button.get_text() for button in shown.select(".tut-filter button")}
        assert [buttons[tag] for tag in given] == [f"{name} 2" for name in names]
        assert all(name in pages["intro/lesson.md"].split("---")[1] for name in names)


@pytest.mark.parametrize("text", ["algebra: [es", "algebra: álgebra", "[algebra]", "algebra: {es: 3}"])
def test_a_list_of_tags_that_cannot_be_used_is_named(tmp_path, text):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "tags.yml").write_text(text, encoding="utf-8")
    with pytest.raises(SiteError, match=r"tags\.yml:\d+: .*expected a mapping of tags"):
        build(tmp_path)


def test_rare_tags_are_folded_below_the_common_ones(tmp_path):
    many = ", ".join(f"tag{number}" for number in range(galleries.COMMON_TAGS))
    for place, tags in enumerate((many, many, "rare, rarer")):
        text = SCRIPT.replace("tags: [list, algebra]", f"tags: [{tags}]")
        assert text != SCRIPT
        write_lesson(tmp_path, text, name=f"01_intro/lesson{place}.py")
    sections = load_examples(tmp_path, ("es", "en"))
    outcomes = {tutorial.slug: record() for section in sections for tutorial in section.tutorials}
    shown = html(tree.build_tree(sections, outcomes, "en", settings(tmp_path))["gallery.md"])
    folded = [button["data-tag"] for button in shown.select(".tut-filter details.tut-rare button")]
    assert folded == ["rare", "rarer"]
    assert len(shown.select(".tut-filter > button")) == 1 + galleries.COMMON_TAGS


def test_of_a_function_used_everywhere_the_first_lessons_are_named(tmp_path):
    code = SCRIPT.replace('bars = "drawn"', 'bars = "drawn"\nimport torch\ntorch.arange(3)\n')
    for place in range(galleries.NAMED_LESSONS + 2):
        write_lesson(tmp_path, code, name=f"01_intro/lesson{place}.py")
    sections = load_examples(tmp_path, ("es", "en"))
    outcomes = {tutorial.slug: record() for section in sections for tutorial in section.tutorials}
    page = tree.build_tree(sections, outcomes, "en", settings(tmp_path))["functions.md"]
    (line,) = (line for line in page.splitlines() if "torch.arange" in line)
    assert line.count("](intro/") == galleries.NAMED_LESSONS
    assert line.endswith("and 2 more")


def test_the_gallery_needs_no_unique_titles(tmp_path):
    shown = html(build(tmp_path)["gallery.md"])
    ids = [element["id"] for element in shown.find_all(id=True)]
    assert len(ids) == len(set(ids))
    assert {"intro", "next"} <= set(ids)


def test_functions_lead_to_the_lessons_that_use_them(tmp_path):
    code = (
        "from tutorials_lib.metrics import wilson_interval\nimport torch\ntorch.arange(3), wilson_interval\n"
    )
    write_lesson(tmp_path, SCRIPT.replace('bars = "drawn"', f'bars = "drawn"\n{code}'))
    sections = load_examples(tmp_path, ("es", "en"))
    built = tree.build_tree(sections, {"intro/lesson": record()}, "en", settings(tmp_path))
    assert "stable/generated/torch.arange.html): [Adding lists](intro/lesson.md)" in built["functions.md"]
    assert "](functions.md)" in built["gallery.md"]
    reference = built["reference/metrics.md"]
    assert "\n::: tutorials_lib.metrics\n" in reference
    assert "tutorials_lib.metrics.wilson_interval" in reference
    assert "[Adding lists](../intro/lesson.md)" in reference


def test_a_gallery_that_does_not_use_the_library_has_no_reference(tmp_path):
    assert not [path for path in build(tmp_path) if path.startswith("reference/")]


def test_a_raster_image_becomes_a_small_thumbnail(tmp_path):
    buffer = io.BytesIO()
    Image.new("RGB", (2000, 1000), "red").save(buffer, "png")
    run = record()
    cells = (*run.cells[:5], (Display({"image/png": "big.png"}),))
    run = type(run)(**{**vars(run), "cells": cells, "files": {"big.png": buffer.getvalue()}})
    shown = edition(write_lesson(tmp_path), run, "es", settings(tmp_path))
    [(path, content)] = galleries.thumbnails(shown).items()
    assert path == "figures/intro/lesson-light.png"
    assert max(Image.open(io.BytesIO(content)).size) <= 640
