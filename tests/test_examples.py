"""Laws that every lesson of the real gallery keeps."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tutorials_lib.site.script import load_examples
from tutorials_lib.site.settings import load_settings
from tutorials_lib.site.source import in_language

ROOT = Path(__file__).parents[1]
SETTINGS = load_settings(ROOT)
TUTORIALS = [
    tutorial
    for section in load_examples(SETTINGS.examples_path, SETTINGS.languages)
    for tutorial in section.tutorials
]
each_tutorial = pytest.mark.parametrize("tutorial", TUTORIALS, ids=lambda tutorial: tutorial.slug)


def tree_without_words(source: str) -> str:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.dump(tree)


@each_tutorial
def test_code_differs_between_languages_in_words_only(tutorial):
    for cell in tutorial.code_cells:
        trees = {
            tree_without_words(in_language(cell.source, language, SETTINGS.languages))
            for language in SETTINGS.languages
        }
        assert len(trees) == 1, f"{tutorial.path}:{cell.line}"


@each_tutorial
def test_lesson_has_what_the_syllabus_asks_of_every_lesson(tutorial):
    checks = [cell for cell in tutorial.code_cells if cell.check]
    quizzes = [cell for cell in tutorial.cells if getattr(cell, "kind", "") == "quiz"]
    assert len(checks) >= 2, "at least two exercises with a check"
    assert quizzes, "a question to oneself"
    for language in SETTINGS.languages:
        assert tutorial.header.objectives[language]
        assert tutorial.header.summary[language]


@each_tutorial
def test_cells_are_short_enough_to_read(tutorial):
    """About fifteen lines; a definition that is one idea may be longer, but not a screenful."""
    for cell in (cell for cell in tutorial.code_cells if not cell.hidden):
        shown = in_language(cell.source, SETTINGS.languages[0], SETTINGS.languages).strip().splitlines()
        assert len(shown) <= 30, f"{tutorial.path}:{cell.line} has {len(shown)} lines"


@each_tutorial
def test_explanations_in_code_are_comments_in_every_language(tutorial):
    """A docstring has one language, and a page shows one language only: comment twins say it instead."""
    for cell in tutorial.code_cells:
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not cell.hidden:
                assert ast.get_docstring(node) is None, f"{tutorial.path}:{cell.line}: {node.name}"


@each_tutorial
@pytest.mark.parametrize("language", SETTINGS.languages)
def test_script_runs_under_plain_python(tutorial, language, tmp_path):
    """A reader runs the script itself. Cells that must raise stop it: those lessons run as downloads."""
    if any(cell.raises for cell in tutorial.code_cells):
        pytest.skip("raises on purpose; its download is run by the next test")
    run_python(tutorial.path, tmp_path, language)


@pytest.fixture(scope="session")
def exported(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("export")
    subprocess.run(
        [sys.executable, "-m", "tutorials_lib.site", "export", str(out)], cwd=ROOT, check=True, timeout=600
    )
    return out


@each_tutorial
def test_downloads_run_and_leave_no_trace_of_the_machinery(tutorial, exported, tmp_path):
    for language in SETTINGS.languages:
        script = exported / language / "downloads" / f"{tutorial.slug}.py"
        source = script.read_text(encoding="utf-8")
        names = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
        assert "tr" not in names
        assert "{python}" not in source
    # The scripts of both languages have equal syntax trees but for words (tested above): run one.
    run_python(script, tmp_path, language)


@each_tutorial
def test_notebook_code_is_the_script_code(tutorial, exported):
    for language in SETTINGS.languages:
        notebook = json.loads(
            (exported / language / "downloads" / f"{tutorial.slug}.ipynb").read_text("utf-8")
        )
        cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
        assert cells
        outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
        assert outputs, "an executed notebook shows its outputs"


def run_python(script: Path, folder: Path, language: str) -> None:
    environment = os.environ | {
        "MPLBACKEND": "agg",
        "OMP_NUM_THREADS": "1",
        "TUTORIALS_LANGUAGE": language,
    }
    result = subprocess.run(
        [sys.executable, str(script)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stderr[-3000:]
