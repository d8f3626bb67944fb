"""What runs a script again, and what does not."""

import pytest

from tutorials_lib.site import key

LESSON = """
# %% [markdown] lang="es"
# La suma es `{python} total:d`.

# %% [markdown] lang="en"
# The sum is `{python} total:d`.

# %%
total = 1 + 1  # two

# %% tags=["hidden"]
assert total == 2
"""
# The inline value stands before the cell that gives it a value; keys do not care, nothing is run here.


def key_of(gallery, body=LESSON, header=""):
    gallery.script("lesson", body, header)
    return key.code_of(gallery.tutorial("lesson")).key


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("La suma es", "El total es"),  # prose
        ("# two", "# dos"),  # a comment
        ("1 + 1", "(1 +\n    1)"),  # layout
        ("# %%\ntotal", "\n\n# %%\ntotal"),  # lines between cells
        ('tags=["hidden"]', ""),  # shown or not, it runs alike
    ],
)
def test_key_ignores_what_does_not_run(gallery, old, new):
    assert old in LESSON
    assert key_of(gallery, LESSON.replace(old, new, 1)) == key_of(gallery)


def test_key_ignores_the_header_but_for_the_network(gallery):
    assert key_of(gallery, header="tags: [tensor]\ntimeout_seconds: 5\n") == key_of(gallery)
    assert key_of(gallery, header="network: true\n") != key_of(gallery)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1 + 1", "1 + 2"),
        ("total:d", "total:f"),  # both languages
        ("total:d", "total + 0:d"),
        ('tags=["hidden"]', 'tags=["raises=AssertionError"]'),
        ("# %% tags", "# %%\npass\n\n# %% tags"),  # a cell more
    ],
)
def test_key_changes_with_what_runs(gallery, old, new):
    assert old in LESSON
    assert key_of(gallery, LESSON.replace(old, new)) != key_of(gallery)


def test_key_changes_with_versions(gallery, monkeypatch):
    before = key_of(gallery)
    versions = key.versions() | {"torch": "99.0"}
    monkeypatch.setattr(key, "versions", lambda: versions)
    assert key_of(gallery) != before


def test_key_tells_where_an_inline_value_stands(gallery):
    cells = "# %%\nx = 1\n\n{}# %%\nx = 2\n\n{}"
    prose = '# %% [markdown] lang="es"\n# `{python} x`\n\n# %% [markdown] lang="en"\n# `{python} x`\n\n'
    assert key_of(gallery, cells.format(prose, "")) != key_of(gallery, cells.format("", prose))


def test_key_ignores_the_order_of_inline_values_between_two_cells(gallery):
    body = "# %% [markdown]\n# `{{python}} {}` and `{{python}} {}`.\n\n# %%\nx = 1\n"
    assert key_of(gallery, body.format("1:d", "2")) == key_of(gallery, body.format("2", "1:d"))


def test_names_of_files_mean_the_same_in_another_folder(new_gallery):
    names = []
    for name in ("here", "there/deeper"):
        gallery = new_gallery(name)
        path = gallery.examples / "data" / "table.csv"
        names.append(key.portable(str(path), gallery.root))
        assert key.locate(names[-1], gallery.root) == path
    assert names == ["examples/data/table.csv"] * 2


def test_library_has_one_name_wherever_it_is_installed(gallery):
    path = key.LIBRARY / "plots.py"
    assert key.portable(str(path), gallery.root) == "tutorials_lib/plots.py"
    assert key.locate("tutorials_lib/plots.py", gallery.root) == path


def test_digest_of_a_module_ignores_comments_and_of_data_does_not(tmp_path):
    file = tmp_path / "module.py"
    digests = []
    for text in ("a = 1\n", "a = 1  # one\n", "a = 2\n"):
        file.unlink(missing_ok=True)
        file.write_text(text)
        digests.append((key.module_digest(file), key.data_digest(file)))
    (code, data), (same_code, other_data), (other_code, _) = digests
    assert code == same_code != other_code
    assert data != other_data


def test_digest_of_a_folder_is_of_the_names_in_it(tmp_path):
    before = key.data_digest(tmp_path)
    (tmp_path / "new.csv").touch()
    after = key.data_digest(tmp_path)
    (tmp_path / "new.csv").write_text("content")
    (tmp_path / "__pycache__").mkdir()
    assert before != after == key.data_digest(tmp_path)
    assert key.data_digest(tmp_path / "none.csv") == key.ABSENT
