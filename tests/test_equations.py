r"""Every displayed equation of the sections on mathematics and networks has code beside it that computes it.

An equation carries `\tag{n}`; the line of code that tests it, or the call that begins there, ends in `# (n)`.
"""

import re
from collections import Counter
from pathlib import Path

import pytest

from tutorials_lib.site.script import CodeCell, load_examples
from tutorials_lib.site.settings import load_settings

SETTINGS = load_settings(Path(__file__).parents[1])
HELD = {"tensor_mathematics", "convolutional_networks", "recurrent_transformers", "transfer_learning"}
LESSONS = [
    tutorial
    for section in load_examples(SETTINGS.examples_path, SETTINGS.languages)
    for tutorial in section.tutorials
    if section.slug in HELD
]
DISPLAYED = re.compile(r"\$\$(.+?)\$\$", re.DOTALL)
TAG = re.compile(r"\\tag\{(\d+)\}")


def untested(tutorial) -> list[str]:
    """What the first language's prose displays and no code refers to."""
    found, mentioned = [], set()
    for cell in tutorial.cells:
        if isinstance(cell, CodeCell):
            mentioned |= set(re.findall(r"# .*?\((\d+)\)", cell.source))
            continue
        prose = cell.in_language(SETTINGS.languages[0])
        found += DISPLAYED.findall(prose.text if prose else "")
    return [equation.strip() for equation in found if not {*TAG.findall(equation)} & mentioned]


@pytest.mark.parametrize("tutorial", LESSONS, ids=lambda tutorial: tutorial.name)
def test_every_displayed_equation_is_computed(tutorial):
    assert untested(tutorial) == []


@pytest.mark.parametrize("tutorial", LESSONS, ids=lambda tutorial: tutorial.name)
def test_equations_are_numbered_once_and_alike_in_every_language(tutorial):
    numbers = {
        language: Counter(
            tag
            for cell in tutorial.cells
            if not isinstance(cell, CodeCell) and (prose := cell.in_language(language))
            for equation in DISPLAYED.findall(prose.text)
            for tag in TAG.findall(equation)
        )
        for language in SETTINGS.languages
    }
    first = numbers[SETTINGS.languages[0]]
    assert all(count == 1 for count in first.values())
    assert all(other == first for other in numbers.values())


def test_an_equation_without_code_is_found(tmp_path):
    folder = tmp_path / "01_sums"
    folder.mkdir()
    (folder / "sample.py").write_text(
        '"""\ntitle: {es: A}\nsummary: {es: B}\n"""\n# %% [markdown] lang="es"\n# $$a = b, \\tag{1}$$\n'
        "#\n# $$c = d$$\n\n# %%\nassert 1 == 1  # (1)\n"
    )
    (section,) = load_examples(tmp_path, ["es"])
    assert untested(section.tutorials[0]) == ["c = d"]
