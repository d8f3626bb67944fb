"""A raw SVG becomes small, themed and safe to stand inside Markdown."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import markdown
import pytest
from sample_lesson import SVG

from tutorials_lib.site.figures import standalone, themed
from tutorials_lib.style import PALETTE


def test_palette_colours_follow_the_theme_and_others_stay():
    figure = themed(SVG, "bars", "f1")
    assert "var(--tutorials-blue)" in figure
    assert "var(--tutorials-ink)" in figure
    assert "#123456" in figure
    assert PALETTE["blue"].light not in figure


def test_prolog_doctype_metadata_and_global_style_are_gone():
    figure = themed(SVG, "bars", "f1")
    assert figure.startswith('<figure class="tut-figure"><svg')
    for unwanted in ("<?xml", "DOCTYPE", "metadata", "xlink", "*{", "figure_1", "font-family", "\n"):
        assert unwanted not in figure


def test_ids_are_unique_per_figure_and_every_reference_resolves():
    ids = []
    for prefix in ("f1", "f2"):
        figure = themed(SVG, "bars", prefix)
        own = re.findall(r'\bid="([^"]+)"', figure)
        assert set(re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', figure)) == {("", own[0]), (own[1], "")}
        ids += own
    assert len(ids) == len(set(ids)) == 4


def test_alternative_text_is_the_name_of_the_image():
    root = ElementTree.fromstring(themed(SVG, 'two "tall"\n<bars> & more', "f"))[0]
    assert root.get("role") == "img"
    assert root.get("aria-label") == 'two "tall" <bars> & more'


def test_size_becomes_view_box_and_greatest_width():
    root = ElementTree.fromstring(themed(SVG, "bars", "f"))[0]
    assert root.get("viewBox") == "0 0 460.8 259.2"
    assert root.get("width") is None
    assert "max-width:614px" in root.get("style", "")  # 460.8 pt at 96 pixels an inch


def test_numbers_are_short_and_equal_styles_are_said_once():
    figure = themed(SVG, "bars", "f")
    assert "M1.23-.5L2 3" in figure
    assert "76.31" in figure
    assert "76.311" not in figure
    assert figure.count("stroke-width:.7") == 1


def test_small_scale_factors_survive():
    glyph = SVG.replace("rotate(-0 1 2)", "translate(1.23456 2) scale(0.015625 -0.015625)")
    assert "scale(.01562 -.01562)" in themed(glyph, "a", "f")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_standalone_file_needs_no_style_sheet(theme):
    file = standalone(SVG, theme, alt="bars", background=True)
    root = ElementTree.fromstring(file)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "var(" not in file
    assert getattr(PALETTE["blue"], theme) in file
    assert f"background:{getattr(PALETTE['paper'], theme)}" in file
    assert root[0].text == "bars"


def test_markdown_leaves_the_figure_alone():
    figure = themed(SVG, 'two "tall" *bars*', "f1")
    html = markdown.markdown(f"before\n\n{figure}\n\nafter", extensions=["md_in_html", "attr_list"])
    assert [line for line in html.splitlines() if line] == ["<p>before</p>", figure, "<p>after</p>"]


def test_a_figure_of_matplotlib_keeps_its_words_and_shrinks():
    import io

    from matplotlib.figure import Figure

    figure = Figure()
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color=PALETTE["ember"].light)
    axes.set_title("a < b & c")
    buffer = io.StringIO()
    import matplotlib as mpl

    with mpl.rc_context({"svg.fonttype": "none"}):
        figure.savefig(buffer, format="svg")
    result = themed(buffer.getvalue(), "a line", "f")
    root = ElementTree.fromstring(result)
    assert "a < b & c" in [element.text for element in root.iter("text")]
    assert "var(--tutorials-ember)" in result
    assert len(result) < 0.6 * len(buffer.getvalue())
