"""Cards, section pages, the gallery's filter, and which lesson uses which function."""

from __future__ import annotations

import io
import re

import markdown
from bs4 import BeautifulSoup
from PIL import Image
from sample_lesson import SCRIPT, gallery, record, settings, write_lesson

from tutorials_lib.site import gallery as galleries
from tutorials_lib.site import tree
from tutorials_lib.site.edition import edition
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


def test_the_filter_is_hidden_until_a_script_serves_it_and_counts_each_tag(tmp_path):
    shown = html(build(tmp_path)["gallery.md"]).select_one(".tut-filter")
    assert shown.has_attr("hidden")
    buttons = {button["data-tag"]: button.get_text() for button in shown.select("button")}
    assert buttons == {"": "Todas", "algebra": "algebra 2", "list": "list 2"}


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
    assert "stable/generated/torch.arange.html): [Adding lists](intro/lesson.md)" in built["gallery.md"]
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
