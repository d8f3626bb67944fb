"""A plain sphinx-gallery script becomes a page as it is, through the command."""

import subprocess
import sys

import pytest

SCRIPT = '''"""
Title
=====

Opening with ``code``.

.. code-block:: python

    import math

    math.pi

.. rubric:: References
"""

# %%
# Load
# ----
# As follows::
#
#     first = 1
#
# ==== ====
# a    b
# ==== ====
# 1    2
# ==== ====
#
# +---+---+
# | c | d |
# +---+---+
#
# .. list-table::
#    :header-rows: 1
#
#    * - k
#      - v
#    * - x
#      - 1
x = 2

# sphinx_gallery_start_ignore
secret = x + 1
# sphinx_gallery_end_ignore

# %%
# sphinx_gallery_thumbnail_number = 1
print(secret)
'''


@pytest.fixture(scope="module")
def tree(read_only_gallery):
    """The exported tree of one plain script."""
    (read_only_gallery.examples / "plot_one.py").write_text(SCRIPT)
    run = read_only_gallery.command("export", "out", "--languages", "en")
    assert run.returncode == 0, run.stderr
    return read_only_gallery.root / "out" / "en"


def test_code_in_prose_is_left_as_it_is(tree):
    page = (tree / "plot_one.md").read_text()
    assert "```python\nimport math\n\nmath.pi\n```" in page
    assert "As follows:\n\n```\nfirst = 1\n```" in page
    assert [line for line in page.split("\n") if line.startswith("#")] == [
        "# Title {#title}",
        "## Load {#load}",
    ]


def test_tables_and_captions_are_kept(tree):
    page = (tree / "plot_one.md").read_text()
    assert "```text\n==== ====\na    b\n==== ====\n1    2\n==== ====\n```" in page
    assert "```text\n+---+---+\n| c | d |\n+---+---+\n```" in page
    assert "| k | v |\n| --- | --- |\n| x | 1 |" in page
    assert "**References**" in page


def test_ignored_code_runs_and_is_not_shown(tree):
    page = (tree / "plot_one.md").read_text()
    assert "secret = x + 1" not in page
    assert "x = 2" in page
    assert "<code>3</code>" in page
    assert "sphinx_gallery_" not in page


def test_downloads_keep_what_they_need_to_run(tree):
    script = tree / "downloads" / "plot_one.py"
    assert "sphinx_gallery_" not in script.read_text()
    run = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    assert run.stdout == "3\n"
