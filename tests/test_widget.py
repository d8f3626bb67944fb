"""A table that a script may enhance: whole without it, and nothing in it can break out of its attribute."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest

from tutorials_lib import tr
from tutorials_lib.i18n import resolve
from tutorials_lib.widget import Widget, text_table


class Attributes(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.mark.parametrize("text", ["plain", "it's", 'say "yes"', "a < b & c > d", "</div><script>", "≈ 3 µs"])
def test_settings_survive_the_markup(text: str) -> None:
    widget = Widget("kind", {"words": {text: [1, 2.5, None, True]}}, "<table></table>", "")
    (tag, attributes), *rest = Attributes(widget._repr_html_()).tags
    assert (tag, [name for name, _ in rest]) == ("div", ["table"])
    assert attributes["data-widget"] == "kind"
    assert json.loads(attributes["data-settings"] or "") == {"words": {text: [1, 2.5, None, True]}}
    assert "'" not in (attributes["data-settings"] or "")


def test_settings_carry_the_words_of_every_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUTORIALS_BUILD", "1")
    widget = Widget("kind", {"word": tr(es="«lado»", en="“it's a side”")}, "", "")
    for language, word in (("es", "«lado»"), ("en", "“it's a side”")):
        ((_, attributes),) = Attributes(resolve(widget._repr_html_(), language)).tags
        assert json.loads(attributes["data-settings"] or "") == {"word": word}


def test_numbers_that_json_lacks_are_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        Widget("kind", {"value": float("nan")}, "", "")._repr_html_()


def test_plain_python_prints_the_text(capsys: pytest.CaptureFixture[str]) -> None:
    Widget("kind", {}, "<table></table>", "a table").show()
    assert capsys.readouterr().out == "a table\n"


def test_text_tables_align_in_every_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUTORIALS_BUILD", "1")
    table = text_table((tr(es="tarea", en="task"), "t"), [(tr(es="a", en="longer"), "1"), ("b", "2")])
    assert resolve(table, "es").splitlines()[0].rstrip() == "tarea   t"
    assert resolve(table, "en").splitlines() == ["task    t", "longer  1", "b       2"]
