"""What `check` says without running anything: each fault, in its place, and nothing where there is none."""

from pathlib import Path

import pytest

from tutorials_lib.site.check import check, check_examples
from tutorials_lib.site.metrics_in_prose import literal_metrics
from tutorials_lib.site.script import load_examples
from tutorials_lib.site.settings import Settings
from tutorials_lib.site.skeleton import new_script

HEADER = '"""\ntitle:\n  es: Suma\n  en: Sum\n"""\n'
GLOSSARY = """
terms:
  - id: training
    term: {es: entrenamiento, en: training}
    definition: {es: Ajuste., en: Fit.}
    forbidden: {es: [capacitación, entreno previo]}
forbidden:
  es: {usted: tú}
"""


def findings(folder, text, languages=("es", "en"), *, spelling=False):
    """What `check` finds in one script: (line, rule) and the finding."""
    examples = folder / "examples"
    examples.mkdir(exist_ok=True)
    (examples / "lesson.py").write_text(text, encoding="utf-8")
    (folder / "docs").mkdir(exist_ok=True)
    (folder / "docs" / "glossary.yml").write_text(GLOSSARY, encoding="utf-8")
    settings = Settings(root=folder, languages=languages)
    found = check(load_examples(examples, languages), settings)
    return [finding for finding in found if spelling or finding.rule != "spelling"]


def cell(code, before=""):
    return f"{HEADER}{before}# %%\n{code}\n"


def prose(spanish, english="text"):
    return f'{HEADER}# %% [markdown] lang="es"\n# {spanish}\n\n# %% [markdown] lang="en"\n# {english}\n'


IMPORT = "from tutorials_lib import tr\n"
PLT = "import matplotlib.pyplot as plt\n"
PLOTS = "from tutorials_lib import plots\n"


@pytest.mark.parametrize(
    ("text", "line", "rule", "words"),
    [
        (cell("# es: uno\nx = 1"), 7, "comment", "no twin in en"),
        (cell("# en: one\nx = 1"), 7, "comment", "no twin in es"),
        (cell("x = 1\n# es: uno\n# reason\n# en: one\nx = 2"), 8, "comment", "no twin in en"),
        (cell("x = 1  # es: uno"), 7, "comment", "no twin in en"),
        (cell("# es: uno\n# en:\nx = 1"), 8, "comment", "empty"),
        (cell(IMPORT + 'print(tr(es="a"))'), 8, "tr", "has no en"),
        (cell(IMPORT + 'print(tr(es="a", en="b", eng="c"))'), 8, "tr", "'eng'"),
        (cell(IMPORT + 'print(tr(es=name, en="b"))'), 8, "tr", "not written out"),
        (cell(IMPORT + "print(tr(**texts))"), 8, "tr", "not named"),
        (cell(IMPORT + 'print(tr("suma"))'), 8, "tr", "not named"),
        (cell(IMPORT + "print(map(tr, x))"), 8, "tr", "without a call"),
        (cell("from tutorials_lib import tr as t\n"), 7, "tr", "another name"),
        (cell(PLT + "plt.plot([1, 2])"), 8, "alt", "without alternative text"),
        (cell(PLT + "figure, ax = plt.subplots()\nax.plot([1])"), 8, "alt", "without alternative text"),
        (cell(PLOTS + "plots.curves({})"), 8, "alt", "without alternative text"),
        (cell("from tutorials_lib.plots import curves\ncurves({})"), 8, "alt", "without alternative text"),
        (cell(PLT + "# alt es: una figura\nplt.plot([1])"), 8, "alt", "no twin in en"),
        (cell(PLT + "# alt es: una\n# alt en:\nplt.plot([1])"), 9, "alt", "empty"),
        (prose("![una](falta.png)", "![one](falta.png)"), 7, "picture", "falta.png"),
        (prose('<img src="falta.svg">', '<img src="falta.svg">'), 7, "picture", "falta.svg"),
        (prose("La exactitud fue 97,3 %."), 7, "literal metric", "97,3 %"),
        (prose("texto", "The loss was 0.12."), 10, "literal metric", "0.12"),
        (prose("La capacitación termina."), 7, "glossary", "capacitación"),
        (prose("Usted suma."), 7, "glossary", "Usted"),
        (cell(IMPORT + 'print(tr(es="capacitación", en="training"))'), 8, "glossary", "capacitación"),
        (cell("# es: la capacitación\n# en: the training\nx = 1"), 7, "glossary", "capacitación"),
        (HEADER.replace("title", "everyday: [training, traning]\ntitle"), 2, "glossary", "'traning'"),
    ],
)
def test_each_fault_in_its_place(tmp_path, text, line, rule, words):
    found = findings(tmp_path, text)
    assert any(
        (finding.line, finding.rule, finding.severity) == (line, rule, "error") and words in finding.what
        for finding in found
    ), found


@pytest.mark.parametrize(
    "text",
    [
        cell("# es: uno\n#     dos\n# en: one\nx = 1  # es: a # en: b\n# to: do"),
        cell(IMPORT + 'print(tr(es="a", en=f"{1}"))'),
        cell(IMPORT + 'print("%s %9d" % (tr(es="a", en="b"), 1), f"{tr(es=\'a\', en=\'b\'):<9}")'),
        cell("def tr(matrix):\n    return sum(matrix)\ntr([1])"),
        cell(PLT + "# alt es: una\n# alt en: one\nplt.plot([1])"),
        cell(PLT + "def draw():\n    plt.plot([1])"),
        cell(PLT + "plt.rcParams['figure.dpi'] = 90\nplt.style.use('default')"),
        cell(PLT + "plt.plot([1])\nplt.close()"),
        cell(PLOTS + "ink = plots.color('ink')"),
        HEADER + '# %% tags=["hidden"]\nimport matplotlib.pyplot as plt\nplt.plot([1])\n',
        prose("![una](https://example.org/x.png)", "![one](https://example.org/x.png)"),
        prose("`![a](b.png)` y `capacitación` y $usted$", "text"),
        prose("`{python} 0.973:.1%` es la exactitud.", "The accuracy is `{python} 0.973:.1%`."),
        prose("Un *batch* (entreno previo, usted) y *La capacitación*", "text"),
        prose("En 2019, la pérdida cae.", "In 2019 the loss falls."),
    ],
)
def test_nothing_where_there_is_nothing(tmp_path, text):
    assert findings(tmp_path, text) == []


PLAIN = '''"""
Sum of tensors
==============

Shows :func:`torch.add`.
"""
import matplotlib.pyplot as plt

# %%
# The accuracy is shown. Note: es una prueba.
# no: plain comment
plt.plot([1, 2])
plt.title("sum")

# to: do
'''


def test_a_plain_gallery_has_no_errors(tmp_path):
    assert findings(tmp_path, PLAIN, ("en",)) == []


def test_one_language_of_a_bilingual_lesson_has_no_errors(tmp_path):
    text = cell(
        PLT
        + IMPORT
        + '# alt es: una\n# alt en: one\nplt.plot([1])\n# es: a\n# en: b\nprint(tr(es="a", en="b"))'
    )
    assert findings(tmp_path, text, ("en",)) == []


@pytest.mark.parametrize(
    "text",
    [
        "The accuracy was 97.3%.",
        "**Accuracy**: 0.91",
        "an accuracy\nof 0.91",
        "It reached 97.3% accuracy",
        "la pérdida final fue de 0,12",
        "un error del 5 %",
        "MAE = 0.481",
        "una precisión de 0,9 y más",
    ],
)
def test_literal_metrics_are_found(text):
    assert list(literal_metrics(text))


@pytest.mark.parametrize(
    "text",
    [
        "`accuracy 0.97`",
        "$\\text{error} = 0.5$",
        "the loss after 1,000 batches",
        "With a learning rate of 0.01 the loss falls.",
        "the loss with a learning rate of 0.01",
        "accuracy with its 95 % interval",
        "exactitud con un intervalo del 95 %",
        "the loss took 0.5 seconds",
        "PyTorch 2.15.0 raises an error. Version 3.5 does not.",
        "[accuracy](https://example.org/0.97)",
        "```\naccuracy 0.97\n```",
        "a loss of shape (3, 4)",
        "accuracy in 2019",
        "error 404",
        "entre los cuantiles 2,5 y 97,5 % del error",
        "`{python} x:.1%` of accuracy",
    ],
)
def test_other_numbers_are_not_metrics(text):
    assert list(literal_metrics(text)) == []


def test_spelling_warns_once_a_word_and_only_for_words(tmp_path):
    text = prose(
        "El gradeinte, el gradeinte y *overfitting* con `codgo` en PyTorch; hacerlo.",
        "The gradeint of a tensor.",
    )
    found = findings(tmp_path, text, spelling=True)
    assert [(finding.line, finding.severity) for finding in found] == [(7, "warning"), (10, "warning")]
    (tmp_path / "docs" / "words").mkdir()
    (tmp_path / "docs" / "words" / "es.txt").write_text("gradeinte\n")
    assert [finding.line for finding in findings(tmp_path / ".", text, spelling=True)][-1] == 10


def test_a_language_without_dictionary_is_not_spelled(tmp_path):
    text = '"""\ntitle: {qqq: Xyzzy}\n"""\n# %% [markdown] lang="qqq"\n# xyzzy plugh\n'
    assert findings(tmp_path, text, ("qqq",), spelling=True) == []


def test_everything_at_once(tmp_path):
    """A script that cannot be read does not hide what is wrong with another."""
    folder = tmp_path / "examples"
    folder.mkdir()
    (folder / "broken.py").write_text("x = (")
    (folder / "lesson.py").write_text(cell("# es: uno\nx = 1"))
    found = check_examples(Settings(root=tmp_path))
    assert {Path(finding.path).name for finding in found} == {"broken.py", "lesson.py"}


def test_a_bad_glossary_is_said(tmp_path):
    findings(tmp_path, HEADER)
    (tmp_path / "docs" / "glossary.yml").write_text("terms: 3")
    settings = Settings(root=tmp_path)
    (finding,) = check(load_examples(tmp_path / "examples", settings.languages), settings)
    assert finding.path.name == "glossary.yml"


@pytest.mark.parametrize("languages", [("es", "en"), ("en",), ("es", "en", "fr")])
def test_a_new_script_passes_and_runs(tmp_path, languages, capsys):
    text = new_script("04_workflow/my_lesson", languages)
    assert findings(tmp_path, text, languages) == []
    exec(compile(text, "my_lesson", "exec"), {})
    assert "15" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["04_x/", "a b", "../-x", "_x", "x/1a"])
def test_a_new_script_needs_a_name(name):
    with pytest.raises(ValueError, match="cannot be a script"):
        new_script(name, ("es",))
