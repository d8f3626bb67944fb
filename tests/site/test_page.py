"""The page of a lesson: one language, its values, its outputs, and HTML that Python-Markdown understands."""

from __future__ import annotations

import re
from pathlib import Path

import markdown
import pytest
import yaml
from bs4 import BeautifulSoup
from sample_lesson import SCRIPT, failure, record, settings, write_lesson

from tutorials_lib.site import page
from tutorials_lib.site.edition import edition
from tutorials_lib.site.findings import SiteError
from tutorials_lib.site.script import parse

EXTENSIONS = [
    "admonition", "attr_list", "md_in_html", "tables", "toc", "footnotes",
    "pymdownx.arithmatex", "pymdownx.details", "pymdownx.superfences",
]  # fmt: skip


def render(tmp_path: Path, language: str, text: str = SCRIPT, outcome=None, **changes) -> str:
    tutorial = write_lesson(tmp_path, text)
    result = outcome(tutorial) if outcome else record()
    options = settings(tmp_path, **changes)
    return page.render(edition(tutorial, result, language, options), options)


def html(text: str) -> BeautifulSoup:
    body = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL)
    return BeautifulSoup(markdown.markdown(body, extensions=EXTENSIONS), "html.parser")


def test_front_matter_has_title_description_and_tags(tmp_path):
    meta = yaml.safe_load(render(tmp_path, "es").split("---")[1])
    assert meta == {
        "title": "Suma de listas",
        "description": "Sumar componente a componente.",
        "tags": ["list", "algebra"],
    }


def test_headings_have_the_same_ids_in_every_language(tmp_path):
    ids = {
        language: [heading["id"] for heading in html(render(tmp_path, language))(re.compile("h[1-6]"))]
        for language in ("es", "en")
    }
    assert ids["es"] == ids["en"]
    assert ids["es"] == ["adding-lists", "why-shapes-must-match", "exercise-subtraction", "a-figure"]


def test_equal_headings_get_different_ids(tmp_path):
    text = SCRIPT.replace("# ## Una figura", "# ## Sumas").replace(
        "# ## A figure", "# ## Why shapes must match"
    )
    ids = [heading["id"] for heading in html(render(tmp_path, "es", text))("h2")]
    assert ids == ["why-shapes-must-match", "why-shapes-must-match-2"]


def test_values_of_the_run_are_written_as_the_language_writes_numbers(tmp_path):
    spanish, english = render(tmp_path, "es"), render(tmp_path, "en")
    assert "La pérdida fue 0,123 y acertó 97,3\N{NO-BREAK SPACE}%." in spanish
    assert "The loss was 0.123 and it hit 97.3%." in english
    assert spanish.count("`{python} loss`") == 1  # the one in the fenced block


def test_values_within_math_keep_their_meaning(tmp_path):
    text = SCRIPT.replace("`{python} loss:.3f`", "$w = `{python} loss:.3f`$")
    assert "$w = 0{,}123$" in render(tmp_path, "es", text)
    text = SCRIPT.replace("`{python} hits:.1%`", "$p = `{python} hits:.1%`$")
    assert r"$p = 97{,}3\,\%$" in render(tmp_path, "es", text)


def test_a_page_shows_one_language_only(tmp_path):
    spanish = render(tmp_path, "es")
    assert 'print("suma", ' in spanish
    assert "# dos listas" in spanish
    for foreign in (
        "sum [4",
        "two lists",
        "different shapes",
        "Two",
        "tutorials_lib import tr",
        "word<",
        "alt es",
    ):
        assert foreign not in spanish


def test_hidden_cells_are_not_shown(tmp_path):
    assert "SECRET" not in render(tmp_path, "en")


def test_printed_text_is_shown_as_it_was_printed(tmp_path):
    shown = html(render(tmp_path, "en"))
    printed = [block.get_text() for block in shown.select(".tut-output pre")]
    assert printed[0] == "sum [4, 6]\n\n<tail>"
    assert printed[1] == "careful"
    assert "tut-stderr" in shown.select(".tut-output")[1]["class"]


def test_html_of_an_output_is_closed_and_asks_no_other_site(tmp_path):
    text = render(tmp_path, "es")
    table = html(text).select_one(".tut-html table")
    assert table.get_text().strip() == "suma"
    assert "x.org" not in text
    assert html(text).select_one(".tut-figure").find_parent("table") is None


def test_an_expected_exception_shows_its_literal_message(tmp_path):
    error = html(render(tmp_path, "es")).select_one(".tut-error pre")
    assert error.get_text() == "ValueError: formas distintas"


def test_heading_ids_are_known_without_a_run(tmp_path):
    for language in ("es", "en"):
        shown = html(render(tmp_path, language))
        ids = sorted(heading["id"] for heading in shown.select("h1[id], h2[id], h3[id], h4[id]"))
        assert ids == page.heading_ids(write_lesson(tmp_path), settings(tmp_path))


def test_figures_have_alternative_text_in_the_page_language(tmp_path):
    for language, alt, word in (("es", 'Dos barras "altas".', "palabra"), ("en", 'Two "tall" bars.', "word")):
        figure = html(render(tmp_path, language)).select_one("figure svg")
        assert figure["aria-label"] == alt
        assert figure.select_one("text").get_text() == word


def test_a_loop_numbers_its_one_alternative_text(tmp_path):
    text = SCRIPT.replace('bars = "drawn"', "for bar in range(3):\n    bars = bar")
    shown = html(render(tmp_path, "es", text, lambda _: record(drawn=3)))
    assert [figure["aria-label"] for figure in shown.select("figure svg")] == [
        f'Dos barras "altas". ({number} de 3)' for number in (1, 2, 3)
    ]
    ids = [element["id"] for element in shown.find_all(id=True)]
    assert len(ids) == len(set(ids))


def test_a_figure_without_alternative_text_is_an_error_that_names_the_line(tmp_path):
    text = SCRIPT.replace('# alt es: Dos barras "altas".\n# alt en: Two "tall" bars.\n', "")
    with pytest.raises(SiteError) as caught:
        render(tmp_path, "es", text)
    [finding] = caught.value.findings
    assert finding.path.name == "lesson.py"
    assert text.splitlines()[finding.line - 1].startswith("bars")
    assert "# alt es:" in finding.expected


@pytest.mark.parametrize("drawn", [0, 1])
def test_alternative_text_of_what_the_cell_does_not_draw_is_an_error_that_names_the_line(tmp_path, drawn):
    more = '# alt es: Nada.\n# alt en: Nothing.\nbars = "drawn"' if drawn else 'bars = "drawn"'
    text = SCRIPT.replace('bars = "drawn"', f"x = 1\n{more}")
    with pytest.raises(SiteError) as caught:
        render(tmp_path, "es", text, lambda _: record(drawn=drawn))
    [finding] = caught.value.findings
    assert "does not draw" in finding.what
    assert text.splitlines()[finding.line - 1].startswith("# alt es: " + ("Nada" if drawn else "Dos"))


def test_a_plain_gallery_script_serves_the_title_of_its_figure(tmp_path):
    path = tmp_path / "plot_bars.py"
    path.write_text('"""\nBars\n====\n\nDrawn.\n"""\n# %%\n# Some bars\n# ---------\nbars = 1\n')
    tutorial = parse(path, tmp_path, ("en",))
    result = record()
    result = type(result)(**{**vars(result), "cells": (result.cells[5],), "values": ()})
    options = settings(tmp_path, languages=("en",))
    shown = html(page.render(edition(tutorial, result, "en", options), options))
    assert shown.select_one("figure svg")["aria-label"] == "Bars"
    assert shown.h2.get_text() == "Some bars"
    assert len(shown("h1")) == 1


def test_a_quiz_works_without_a_script_and_explains_every_option(tmp_path):
    quiz = html(render(tmp_path, "en")).select_one(".tut-quiz")
    assert quiz.p.get_text() == "What is 1 + 1?"
    options = quiz.select("details")
    assert [option.summary.get_text() for option in options] == ["2", "11"]
    assert options[0].p.get_text() == "Correct: they add up."
    assert options[1].p.get_text() == "No: that joins texts."
    assert len({option["name"] for option in options}) == 1
    assert not any(option.has_attr("open") for option in options)


def test_an_exercise_folds_its_solution_and_shows_its_check(tmp_path):
    exercise = html(render(tmp_path, "en")).select_one(".tut-exercise")
    assert exercise.h3.get_text() == "Exercise: subtraction"
    solution = exercise.select_one("details.tut-solution")
    assert "return x - y" in solution.get_text()
    assert not solution.has_attr("open")
    assert "assert subtract(3, 1) == 2" in exercise.select_one(".tut-check").get_text()
    assert exercise.find("figure") is None


def test_what_differs_between_runs_is_marked(tmp_path):
    volatile = [mark.get_text() for mark in html(render(tmp_path, "es")).select("[data-volatile]")]
    assert volatile == ["22 de noviembre de 2026", "1,2\N{NO-BREAK SPACE}s", "300\N{NO-BREAK SPACE}MiB"]


def test_links_to_downloads_and_colab(tmp_path):
    links = [link["href"] for link in html(render(tmp_path, "es")).select(".tut-downloads a")]
    assert links == [
        "../downloads/intro/lesson.ipynb",
        "../downloads/intro/lesson.py",
        "../exercises/intro/lesson.ipynb",
        "https://colab.research.google.com/github/someone/notes/blob/notebooks/es/downloads/intro/lesson.ipynb",
    ]
    assert "colab" not in render(tmp_path, "es", repository="")


def test_a_failure_shows_what_came_before_and_the_traceback_in_its_place(tmp_path):
    text = render(tmp_path, "es", outcome=failure)
    shown = html(text)
    assert shown.select_one('.tut-failed[role="alert"]')
    assert "suma [4, 6]" in text
    box = shown.select(".tut-error")[-1]
    assert "KeyError: 'x'" in box.get_text()
    assert text.index("before the fault") < text.index("KeyError: 'x'") < text.index('class="tut-quiz"')


def test_functions_used_link_to_where_they_are_documented(tmp_path):
    code = "import torch\nfrom tutorials_lib.metrics import wilson_interval\n"
    code += "wilson_interval, torch.nn.Linear, torch.float32\n"
    text = render(tmp_path, "en", SCRIPT.replace('bars = "drawn"', f'bars = "drawn"\n{code}'))
    assert "[`torch.nn.Linear`](https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html)" in text
    assert "(../reference/metrics.md" in text
    assert "- `torch.float32`" in text


def test_a_language_without_words_of_its_own_gets_the_fallback(tmp_path):
    text = re.sub(r"\bes(?=[:=])", "pt", SCRIPT).replace('"es"', '"pt"')
    path = tmp_path / "lesson.py"
    path.write_text(text)
    languages = ("pt", "en")
    options = settings(tmp_path, languages=languages)
    shown = page.render(edition(parse(path, tmp_path, languages), record(), "pt", options), options)
    assert "Suma de listas" in shown
    assert "Executed notebook" in shown
    assert "0,123" in shown


def test_a_picture_beside_the_script_goes_with_the_page(tmp_path):
    (tmp_path / "01_intro").mkdir()
    (tmp_path / "01_intro" / "scheme.png").write_bytes(b"PNG")
    text = SCRIPT.replace("# ## Una figura", "# ## Una figura\n# ![plano](scheme.png)").replace(
        "# ## A figure", "# ## A figure\n# ![scheme](scheme.png)"
    )
    assert "![plano](../figures/intro/lesson-scheme.png)" in render(tmp_path, "es", text)
    shown = edition(write_lesson(tmp_path, text), record(), "es", settings(tmp_path))
    assert page.images(shown) == {"figures/intro/lesson-scheme.png": b"PNG"}
