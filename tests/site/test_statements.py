"""The list of statements: complete, true to the lessons, and a page of links."""

from pathlib import Path

import pytest
from sample_lesson import gallery, record, settings

from tutorials_lib.site import check, statements, tree
from tutorials_lib.site.findings import SiteError
from tutorials_lib.site.reading import read_examples
from tutorials_lib.site.settings import Settings, load_settings

ENTRY = (
    "- {id: shapes, es: Las formas coinciden., en: Shapes match., "
    "lesson: intro/lesson, anchor: why-shapes-must-match}\n"
)


def project(tmp_path, text: str) -> Settings:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/statements.yml").write_text(text)
    return settings(tmp_path, examples=".")


def test_every_statement_stands_on_a_page_and_leads_to_its_heading(tmp_path):
    current = project(tmp_path, ENTRY)
    outcomes = {"intro/lesson": record(), "next/second": record()}
    page = tree.build_tree(gallery(tmp_path), outcomes, "en", current)["statements.md"]
    assert "## Intro {#intro}" in page
    assert "Shapes match. → [Adding lists](intro/lesson.md#why-shapes-must-match)" in page
    assert "Las formas" not in page
    assert "next" not in page


def test_statements_agree_with_the_lessons(tmp_path):
    assert statements.faults(gallery(tmp_path), project(tmp_path, ENTRY)) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("intro/lesson", "intro/lessen", "no lesson 'intro/lessen'; expected 'intro/lesson'"),
        ("why-shapes", "why-forms", "no heading 'why-forms-must-match'; expected 'why-shapes-must-match'"),
        (", en: Shapes match.", "", "incomplete"),
        ("Shapes match.", "''", "incomplete"),
        (", anchor", ", where: x, anchor", "unknown keys"),
        ("id: shapes", "id: other", "two statements have the id 'other'"),
    ],
)
def test_a_fault_has_its_line(tmp_path, old, new, words):
    first = ENTRY.replace("id: shapes", "id: other")
    current = project(tmp_path, first + ENTRY.replace(old, new))
    gallery(tmp_path)
    [fault] = [item for item in check.check_examples(current) if item.path.name == "statements.yml"]
    assert fault.line == 2
    assert words in str(fault)


@pytest.mark.parametrize("text", ["a: 1", "- [", "- 3"])
def test_a_file_of_another_form_is_refused(tmp_path, text):
    with pytest.raises(SiteError, match=r"statements\.yml:[1-9]"):
        statements.load(project(tmp_path, text))


def test_without_statements_there_is_no_page(tmp_path):
    assert statements.pages((), "es", settings(tmp_path)) == {}


def test_our_statements_lead_to_our_lessons():
    ours = load_settings(Path(__file__).parents[2])
    assert len(statements.load(ours)) >= 60
    sections, _ = read_examples(ours.examples_path, ours.languages)
    assert statements.faults(sections, ours) == []
