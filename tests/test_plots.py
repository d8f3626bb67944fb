"""What the shared figures draw, read from their artists, and what they refuse."""

import matplotlib as mpl

mpl.use("agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgb

from tutorials_lib import plots, tr
from tutorials_lib.i18n import languages_in, resolve
from tutorials_lib.style import PALETTE


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def texts(ax):
    return [text.get_text() for text in ax.texts]


def luminance(colour):
    channels = np.asarray(to_rgb(colour))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


@given(st.tuples(*[st.floats(0, 1)] * 3))
def test_text_on_any_colour_reaches_the_contrast_of_wcag_aa(background):
    lights = sorted([luminance(background), luminance(plots.legible_on(background))])
    assert (lights[1] + 0.05) / (lights[0] + 0.05) >= 4.5


def test_text_over_heat_maps_is_not_recoloured_with_the_theme():
    recoloured = {shade for colour in PALETTE.values() for shade in (colour.light, colour.dark)}
    ax = plots.heat_map([[0, 1], [2, 3]])
    assert {text.get_color() for text in ax.texts} == {plots.DARK_TEXT, plots.LIGHT_TEXT}
    assert recoloured.isdisjoint({plots.DARK_TEXT, plots.LIGHT_TEXT})


def test_heat_map_puts_row_zero_on_top():
    ax = plots.heat_map([[1, 2], [3, 4]])
    places = {text.get_text(): ax.transData.transform(text.get_position()) for text in ax.texts}
    assert places["1"][1] > places["3"][1]
    assert places["1"][0] < places["2"][0]


def test_confusion_matrix_writes_counts_and_colours_by_the_share_of_the_row():
    ax = plots.confusion_matrix([[90, 10], [1, 1]], ["cat", "dog"], xlabel="predicted", ylabel="true")
    assert texts(ax) == ["90", "10", "1", "1"]
    np.testing.assert_allclose(np.ravel(ax.collections[0].get_array()), [0.9, 0.1, 0.5, 0.5])


def test_confusion_matrix_survives_a_class_without_examples():
    ax = plots.confusion_matrix([[0, 0], [1, 3]], ["a", "b"], xlabel="", ylabel="")
    np.testing.assert_allclose(np.ravel(ax.collections[0].get_array()), [0, 0, 0.25, 0.75])


def test_confusion_matrix_needs_one_row_for_each_label():
    with pytest.raises(ValueError, match=r"\(2, 2\).*\(3, 3\)"):
        plots.confusion_matrix(np.eye(2), ["a", "b", "c"], xlabel="", ylabel="")


def test_curves_differ_by_dash_as_well_as_by_colour():
    ax = plots.curves([0, 1], {name: [0, 1] for name in "abcd"}, xlabel="x", ylabel="y")
    assert len({line.get_color() for line in ax.lines}) == 4
    assert len({str(line._unscaled_dash_pattern) for line in ax.lines}) == 4  # no public reader exists


def test_curves_refuse_a_series_of_another_length():
    with pytest.raises(ValueError, match=r"'b' has shape \(2,\), x has \(3,\)"):
        plots.curves([1, 2, 3], {"a": [1, 2, 3], "b": [1, 2]}, xlabel="", ylabel="")


def test_a_logarithmic_axis_with_few_places_names_each():
    ax = plots.curves([1, 2, 64], {"a": [1, 2, 3]}, xlabel="n", ylabel="", log="xy")
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["1", "2", "64"]
    assert ax.get_yscale() == "log"


def test_interval_plot_keeps_the_order_of_names_from_the_top():
    ax = plots.interval_plot(["first", "second"], [0.5, 0.7], [0.4, 0.6], [0.6, 0.9], xlabel="accuracy")
    assert [label.get_text() for label in ax.get_yticklabels()] == ["first", "second"]
    assert ax.yaxis.get_inverted()


def test_interval_plot_refuses_an_estimate_outside_its_interval():
    with pytest.raises(ValueError, match="outside its interval"):
        plots.interval_plot(["a"], [0.9], [0.1], [0.5], xlabel="")


@pytest.mark.parametrize("shape", [(5, 4, 6), (5, 1, 4, 6), (5, 4, 6, 1), (5, 3, 4, 6), (5, 4, 6, 3)])
def test_image_grid_accepts_channels_first_last_or_none(shape):
    figure = plots.image_grid(np.zeros(shape), [str(n) for n in range(5)], columns=3)
    drawn = [ax.images[0].get_array().shape[:2] for ax in figure.axes if ax.images]
    assert drawn == [(4, 6)] * 5
    assert len(figure.axes) == 6


@settings(deadline=None, max_examples=25)
@given(shape=st.lists(st.integers(1, 3), max_size=5).map(tuple))
def test_tensor_grid_draws_every_component_once_and_none_on_another(shape):
    values = np.arange(np.prod(shape, dtype=int)).reshape(shape)
    ax = plots.tensor_grid({"T": values})
    numbers = [text for text in ax.texts if text.get_text().isdigit()]
    assert sorted(int(text.get_text()) for text in numbers) == sorted(values.ravel().tolist())
    assert len({text.get_position() for text in numbers}) == values.size
    plt.close(ax.figure)


def test_tensor_grid_runs_right_along_the_last_axis_and_down_along_the_one_before():
    ax = plots.tensor_grid({"T": np.array([[1, 2], [3, 4]])})
    places = {text.get_text(): ax.transData.transform(text.get_position()) for text in ax.texts}
    assert places["1"][0] < places["2"][0]
    assert places["1"][1] > places["3"][1]


def test_tensor_grid_lays_out_its_grids_right_along_one_axis_and_down_along_the_axis_before_it():
    ax = plots.tensor_grid({"T": np.arange(6).reshape(2, 3, 1, 1)})
    places = {text.get_text(): ax.transData.transform(text.get_position()) for text in ax.texts}
    assert places["0"][0] < places["1"][0] < places["2"][0]
    assert places["0"][1] == pytest.approx(places["2"][1])
    assert places["0"][1] > places["3"][1]
    ax = plots.tensor_grid({"T": np.arange(3).reshape(3, 1, 1)})
    heights = {text.get_position()[1] for text in ax.texts if text.get_text().isdigit()}
    assert len(heights) == 1


def test_tensor_grid_fills_only_the_highlighted_components():
    values = np.arange(6).reshape(2, 3)
    ax = plots.tensor_grid({"T": values}, highlight={"T": [(1, 0), (1, 2)]})
    marked = [text.get_text() for text in ax.texts if text.get_color() == plots.color("paper")]
    assert marked == ["3", "5"]


def test_decision_surface_asks_for_classes_in_the_plane_of_the_points():
    asked = []

    def right_half(places):
        asked.append(places)
        return (places[:, 0] > 0).astype(int)

    points, labels = np.array([[-1.0, 0], [1, 2]]), np.array([0, 1])
    ax = plots.decision_surface(right_half, points, labels, names=["a", "b"], xlabel="", ylabel="", steps=5)
    (places,) = asked
    assert places.shape == (25, 2)
    assert places.min() < -1
    assert places.max() > 2
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["a", "b"]


def test_decision_surface_shows_no_class_that_was_not_predicted():
    points, labels = np.array([[-1.0, 0], [1, 2], [0, 1]]), np.array([0, 2, 1])
    ax = plots.decision_surface(
        lambda places: 2 * (places[:, 0] > 0), points, labels, names=list("abc"), xlabel="", ylabel=""
    )
    surface = ax.collections[0]
    surface.update_scalarmappable()
    assert len(np.unique(surface.get_facecolor().reshape(-1, 4), axis=0)) == 2


def test_words_of_several_languages_reach_the_figure_untouched(monkeypatch):
    monkeypatch.setenv("TUTORIALS_BUILD", "1")
    word = tr(es="pérdida", en="loss")
    ax = plots.curves([0, 1], {word: [0, 1], "b": [1, 0]}, xlabel=word, ylabel=word, title=word)
    legend = ax.get_legend().get_texts()[0].get_text()
    for text in (ax.get_xlabel(), ax.get_ylabel(), ax.get_title(), legend):
        assert text == word
        assert languages_in(text) == ("es", "en")


def test_numbers_on_the_axes_have_the_decimal_mark_of_each_language(monkeypatch):
    monkeypatch.setenv("TUTORIALS_BUILD", "1")
    _, ax = plt.subplots()
    ax.plot([1, 1.5, 2], [1, 25, 50])
    ax.set_yscale("log")  # formats by another formatter, which stays
    logarithmic = type(ax.yaxis.get_major_formatter())
    plots.localize_ticks(ax)
    shown = ax.xaxis.get_major_formatter().format_ticks([1.25, 1.5])
    assert [resolve(text, "es") for text in shown] == ["1,25", "1,50"]
    assert [resolve(text, "en") for text in shown] == ["1.25", "1.50"]
    assert type(ax.yaxis.get_major_formatter()) is logarithmic


def test_ticks_that_somebody_named_keep_their_names():
    _, ax = plt.subplots()
    ax.set_xticks([0, 1], ["v1.0", "v2.5"])
    plots.localize_ticks(ax)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["v1.0", "v2.5"]
