"""Two stores are compared by what a reader would notice."""

import pytest

from tutorials_lib.site import drift
from tutorials_lib.site.store import Store

LESSON = """
# %%
import matplotlib.pyplot as plt
loss = {loss}
print("loss", loss, "after 3 epochs")
plt.plot([0, {height}]);

# %% [markdown] lang="es"
# `{{python}} loss:.3f`

# %% [markdown] lang="en"
# `{{python}} loss:.3f`
"""


@pytest.fixture
def drifts(gallery, tmp_path):
    """What differs between a run of the lesson and one with other numbers."""

    def compare(tolerance=drift.TOLERANCE, **numbers):
        stores = []
        for index, values in enumerate(({}, numbers)):
            gallery.script("one", LESSON.format(**{"loss": 0.5, "height": 1.0} | values))
            stores.append(Store(tmp_path / f"store{index}"))
            gallery.run(stores[-1])
        return [str(item) for item in drift.compare(*stores, tolerance)]

    return compare


def test_same_results_do_not_drift(drifts):
    assert drifts() == []


def test_changed_number_is_told_where_it_is_shown(drifts):
    assert drifts(loss=0.6) == [
        "one.py: inline value `loss` was 0.5, is 0.6",
        "one.py: code cell 1: printed: 0.5 is now 0.6",
    ]


def test_tolerance_is_relative(drifts):
    assert drifts(loss=0.5001) == []
    assert drifts(loss=0.5001, tolerance=1e-5)


def test_figure_drifts_when_a_reader_could_see_it(drifts):
    assert drifts(height=1.00001) == []
    assert drifts(height=1.3) == ["one.py: code cell 1: figure changed"]


def test_other_words_or_other_outputs_are_told(gallery, tmp_path):
    def store(name, body):
        gallery.script("one", body)
        gallery.run(Store(tmp_path / name))
        return Store(tmp_path / name)

    old = store("old", "# %%\nprint('one 1')\n")
    assert [item.what for item in drift.compare(old, store("words", "# %%\nprint('two 1')\n"))] == [
        "code cell 1: printed: text changed"
    ]
    assert [item.what for item in drift.compare(old, store("more", "# %%\nprint('one 1')\n2\n"))] == [
        "code cell 1 shows stream, display, showed stream"
    ]
    assert [
        item.what for item in drift.compare(old, store("cells", "# %%\nprint('one 1')\n\n# %%\nx = 1\n"))
    ] == ["has 2 code cells, had 1"]


def test_command_ends_as_diff_does(gallery, tmp_path):
    gallery.script("one", LESSON.format(loss=0.5, height=1))
    assert gallery.command("run", "--store", "old").returncode == 0
    gallery.script("one", LESSON.format(loss=0.7, height=1))
    assert gallery.command("run", "--store", "new").returncode == 0
    same, other = gallery.command("drift", "old", "old"), gallery.command("drift", "old", "new")
    assert (same.returncode, other.returncode) == (0, 1)
    assert "no drift" in same.stdout
    assert "inline value `loss` was 0.5, is 0.7" in other.stdout
    assert gallery.command("drift", "old", "new", "--tolerance", "0.5").returncode == 0
