"""Our exporter against nbconvert's own, through mkdocs-jupyter."""

import nbformat
import pytest
from bs4 import BeautifulSoup
from mkdocs_jupyter import nbconvert2
from mkdocs_jupyter.plugin import _get_markdown_toc
from nbconvert.exporters.html import HTMLExporter

from tutorials_lib.site.jupyter_exporter import QuickExporter, formatter, prose


@pytest.fixture
def notebook(tmp_path):
    v4 = nbformat.v4
    outputs = [
        v4.new_output("stream", text="1 < 2\n"),
        v4.new_output("execute_result", data={"text/html": "<table><tr><td>1</td></tr></table>"}),
    ]
    cells = [
        v4.new_markdown_cell("## Derivada\n\n$x_1 < x_2$ y [un enlace](a.md)\n\n```python\nx = 1\n```"),
        v4.new_code_cell("# no heading\nprint('1 < 2')  # «&»", outputs=outputs, execution_count=1),
        v4.new_code_cell("x = '<div class=\"jp-Cell-inputWrapper\"'"),
    ]
    path = tmp_path / "sample.ipynb"
    nbformat.write(v4.new_notebook(cells=cells, metadata={"language_info": {"name": "python"}}), path)
    return path


def convert(path, exporter, monkeypatch) -> str:
    monkeypatch.setattr(nbconvert2, "HTMLExporter", exporter)
    return nbconvert2.nb2html(str(path), custom_mathjax_url="none")


def test_quick_exporter_writes_what_nbconvert_writes(notebook, monkeypatch):
    theirs = convert(notebook, HTMLExporter, monkeypatch)
    monkeypatch.setattr(nbconvert2, "HtmlFormatter", formatter)
    for _ in range(2):  # the second time with compiled templates
        ours = convert(notebook, QuickExporter, monkeypatch)
        assert BeautifulSoup(ours, "html.parser") == BeautifulSoup(theirs, "html.parser")


def test_whatever_may_scroll_can_be_reached_by_keyboard(notebook, monkeypatch):
    page = BeautifulSoup(convert(notebook, QuickExporter, monkeypatch), "html.parser")
    scrollable = page.select("div.jp-Cell-inputWrapper, div.jp-OutputArea-output")
    assert len(scrollable) >= 4
    assert all(element.get("tabindex") == "0" for element in scrollable)


def test_prose_has_the_headings_of_the_notebook(notebook):
    theirs = nbconvert2.nb2md(str(notebook))
    assert "no heading" not in theirs
    assert _get_markdown_toc(prose(str(notebook)), 6) == _get_markdown_toc(theirs, 6)
