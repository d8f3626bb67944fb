"""Laws that every lesson of the real gallery keeps."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml

from tutorials_lib.site.glossary import load_glossary
from tutorials_lib.site.quiz import parse_quiz
from tutorials_lib.site.run import available_cores
from tutorials_lib.site.script import Tutorial, load_examples
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


def test_the_list_of_tags_says_what_the_glossary_does_not_and_of_tags_that_lessons_bear():
    listed = yaml.safe_load((ROOT / SETTINGS.tags).read_text(encoding="utf-8"))
    glossary = load_glossary(ROOT / SETTINGS.glossary).names
    assert set(listed) <= {tag for tutorial in TUTORIALS for tag in tutorial.header.tags}
    assert [tag for tag in listed if tag.casefold() in glossary] == []


@each_tutorial
def test_every_answer_of_a_quiz_says_why(tutorial):
    """Also the right one: who guessed it learns as much as who missed it."""
    for cell in tutorial.cells:
        for prose in cell.texts.values() if getattr(cell, "kind", "") == "quiz" else ():
            for option in parse_quiz(prose.text).options:
                assert option.why, f"{tutorial.path}:{prose.line}: {option.text}"


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


@pytest.fixture(scope="session")
def exported(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("export")
    subprocess.run(
        [sys.executable, "-m", "tutorials_lib.site", "export", str(out)], cwd=ROOT, check=True, timeout=600
    )
    return out


def raises(tutorial: Tutorial) -> bool:
    return any(cell.raises for cell in tutorial.code_cells)


@pytest.fixture(scope="session")
def running(request, exported, tmp_path_factory) -> Iterator[dict[tuple[str, str], Future]]:
    """The runs that the chosen tests wait for, by slug, as many at a time as there are cores."""
    started = {}
    with ThreadPoolExecutor(available_cores()) as pool:
        for item in request.session.items:
            if "running" in item.fixturenames:
                tutorial = item.callspec.params["tutorial"]
                folder = tmp_path_factory.mktemp("run")
                started[tutorial.slug] = pool.submit(run_python, *form_of(tutorial, exported), folder)
        yield started
        pool.shutdown(cancel_futures=True)


def form_of(tutorial: Tutorial, exported: Path) -> tuple[Path, str]:
    """What of a lesson is run, and in which language: the script itself, or what the page offers to download.

    The lessons take turns. The build has run the code of all, and the languages differ in words only.
    """
    forms = [(tutorial.path, SETTINGS.languages[0])]
    forms += [(exported / name / "downloads" / f"{tutorial.slug}.py", name) for name in SETTINGS.languages]
    if raises(tutorial):  # on purpose: that stops the script, while its download goes on
        forms = forms[1:]
    return forms[TUTORIALS.index(tutorial) % len(forms)]


@each_tutorial
def test_lesson_runs_under_plain_python(tutorial, running):
    result = running[tutorial.slug].result()
    assert result.returncode == 0, result.stderr[-3000:]


@each_tutorial
def test_downloads_bear_no_trace_of_the_machinery(tutorial, exported):
    for language in SETTINGS.languages:
        source = (exported / language / "downloads" / f"{tutorial.slug}.py").read_text(encoding="utf-8")
        names = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
        assert "tr" not in names
        assert "{python}" not in source


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


def run_python(script: Path, language: str, folder: Path) -> subprocess.CompletedProcess:
    environment = os.environ | {"MPLBACKEND": "agg", "OMP_NUM_THREADS": "1", "TUTORIALS_LANGUAGE": language}
    return subprocess.run(
        [sys.executable, str(script)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
