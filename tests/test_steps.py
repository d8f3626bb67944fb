"""Drawings in steps, read back from their markup."""

import json

import numpy as np
import pytest
import torch
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from tutorials_lib.i18n import resolve
from tutorials_lib.steps import Step, slide, steps
from tutorials_lib.tensors import correlate2d, output_size

law = settings(deadline=None, max_examples=40)


def words(i, j, pixels):
    return f"{i} {j}: {sum(pixels)}"


def numbers(svg) -> list[str]:
    """What is written in a drawing; an element with a place for each character writes several numbers."""
    texts = []
    for text in svg.find_all("text"):
        several = " " in text["x"]
        texts += list(text.text) if several else [text.text]
        assert not several or len(text["x"].split()) == len(text.text)
    return texts


def parsed(widget):
    return BeautifulSoup(widget._repr_html_(), "html.parser")


@law
@given(
    size=st.integers(1, 7),
    kernel=st.integers(1, 3),
    stride=st.integers(1, 3),
    padding=st.integers(0, 2),
    dilation=st.integers(1, 2),
)
def test_windows_cover_what_a_correlation_adds_up(size, kernel, stride, padding, dilation):
    try:
        places = output_size(size, kernel, stride, padding, dilation)
    except ValueError:
        return
    image = torch.arange(1, size * size + 1).reshape(size, size)
    knobs = {"stride": stride, "padding": padding, "dilation": dilation}
    y = correlate2d(image[None], torch.ones(1, 1, kernel, kernel, dtype=torch.int64), **knobs)[0]
    drawn = slide(image, {"y": y}, words, kernel=kernel, **knobs)
    assert len(drawn) == places**2
    for step, (i, j) in zip(drawn, np.ndindex(places, places), strict=True):
        below = sum(step.tables["x"][cell] for cell in step.window["x"])
        assert below == y[i, j]
        assert step.words == f"{i} {j}: {below}"
        assert step.chosen["y"] == [(i, j)]


def test_results_appear_one_by_one():
    drawn = slide(np.eye(3), {"y": [[1, 2], [3, 4]]}, words, kernel=2)
    assert [np.count_nonzero(~np.isnan(step.tables["y"])) for step in drawn] == [1, 2, 3, 4]


def test_what_lies_outside_the_image_is_told_apart():
    drawn = slide([[5]], {"y": np.ones((2, 2))}, words, kernel=2, padding=1)
    assert drawn[0].outside["x"] == set(np.ndindex(3, 3)) - {(1, 1)}


def test_the_chosen_pixel_lies_in_the_window():
    image = np.arange(16).reshape(4, 4) % 5
    pooled = image.reshape(2, 2, 2, 2).max((1, 3))
    drawn = slide(
        image, {"y": pooled}, words, kernel=2, stride=2, choose=lambda pixels: pixels.index(max(pixels))
    )
    for step, value in zip(drawn, pooled.flat, strict=True):
        (cell,) = step.chosen["x"]
        assert cell in step.window["x"]
        assert image[cell] == value


def test_a_drawing_shows_each_number_once_and_leaves_empty_cells_empty(monkeypatch):
    monkeypatch.setenv("TUTORIALS_LANGUAGE", "en")
    step = Step({"a": [[1, -20], [float("nan"), 0.5]]}, "w", "alt", chosen={"a": [(0, 1)]})
    written = numbers(BeautifulSoup(step.drawing(), "html.parser"))
    assert sorted(written) == sorted(["a", "1", "\N{MINUS SIGN}20", "0.5"])


def test_every_step_has_a_drawing_with_alternative_text_and_words():
    page = parsed(steps([Step({"x": [[n]]}, f"words {n}", f"says <{n}>") for n in range(3)]))
    items = page.select(".tut-figure > ol.tut-steps > li")
    assert [item.p.text for item in items] == ["words 0", "words 1", "words 2"]
    assert [item.svg["aria-label"] for item in items] == ["says <0>", "says <1>", "says <2>"]
    assert all(item.svg["role"] == "img" for item in items)
    assert json.loads(page.div["data-settings"])["words"]["place"].count("{") == 2


def test_words_come_in_every_language(monkeypatch):
    monkeypatch.setenv("TUTORIALS_BUILD", "1")
    markup = steps(slide(np.eye(2), {"y": np.eye(2) / 2}, words, kernel=1))._repr_html_()
    spanish, english = (BeautifulSoup(resolve(markup, language), "html.parser") for language in ("es", "en"))
    assert spanish.svg["aria-label"].startswith("La ventana está sobre las filas 0 y las columnas 0 de x.")
    assert english.svg["aria-label"].endswith("At place (0, 0), y = 0.5.")
    assert "Siguiente" in spanish.div["data-settings"]
    assert "Next" in english.div["data-settings"]
    assert "0,5" in numbers(spanish)
    assert "0.5" in numbers(english)


def test_one_step_is_no_walk():
    with pytest.raises(ValueError, match="expected two"):
        steps([Step({"x": [[1]]}, "one", "one")])
