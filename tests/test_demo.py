"""The table that stays where no script runs, and what the script is given."""

import base64
from html.parser import HTMLParser

import numpy as np
import pytest

from tutorials_lib.demo import live_digits
from tutorials_lib.i18n import resolve

COUNTS = np.arange(128).reshape(2, 8, 8) % 17
SHARES = [[0.0001, 0.9998, 0.0001, *[0.0] * 7], [*[0.0] * 7, 0.25, 0.15, 0.6]]


class Cells(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.rows, self.pictures = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        elif tag == "img":
            self.pictures.append(dict(attrs))

    def handle_data(self, data):
        self.rows[-1].append(data)


@pytest.fixture
def widget(monkeypatch):
    monkeypatch.setenv("TUTORIALS_BUILD", "1")
    return live_digits(b"model", COUNTS, [1, 8], SHARES)


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [
        ("es", ["1", "1 (> 99,9\u00a0%)", "2 (< 0,1\u00a0%)"], ["8", "9 (60,0\u00a0%)", "7 (25,0\u00a0%)"]),
        ("en", ["1", "1 (> 99.9%)", "2 (< 0.1%)"], ["8", "9 (60.0%)", "7 (25.0%)"]),
    ],
)
def test_the_table_tells_truth_answer_and_second(widget, language, first, second):
    table = Cells(resolve(widget.markup, language))
    assert table.rows[1:] == [first, second]
    assert all(picture["alt"] and picture["src"].startswith("data:image/png") for picture in table.pictures)
    assert first[1] in resolve(repr(widget), language)


def test_the_script_gets_the_model_and_the_counts(widget):
    assert base64.b64decode(widget.settings["model"]) == b"model"
    read = [[int(sign, 17) for sign in sample] for sample in widget.settings["samples"]]
    assert read == COUNTS.reshape(2, 64).tolist()


def test_every_sample_needs_its_label():
    with pytest.raises(ValueError, match="longer"):
        live_digits(b"model", COUNTS, [1], SHARES)
