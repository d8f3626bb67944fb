"""What a reader takes away runs, is monolingual, and is the same program in every language."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import re
import subprocess
import sys

import nbformat
import pytest
from sample_lesson import LANGUAGES, SCRIPT, failure, record, settings, write_lesson

from tutorials_lib.site import notebook
from tutorials_lib.site.edition import Edition, edition


def lesson(tmp_path, language: str, text: str = SCRIPT, drawn: int = 1) -> Edition:
    return edition(write_lesson(tmp_path, text), record(drawn=drawn), language, settings(tmp_path))


def run(code: str, tmp_path) -> subprocess.CompletedProcess[str]:
    file = tmp_path / "download.py"
    file.write_text(code, encoding="utf-8")
    return subprocess.run(
        [sys.executable, str(file)], capture_output=True, text=True, cwd=tmp_path, check=False
    )


def run_cells(notebook_text: str) -> str:
    """Everything that the code cells print, run in one namespace."""
    names: dict[str, object] = {}
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        for cell in nbformat.reads(notebook_text, as_version=4).cells:
            if cell.cell_type == "code":
                exec(cell.source, names)
    return printed.getvalue()


def without_texts(code: str) -> str:
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.dump(tree)


@pytest.mark.parametrize(("language", "printed"), [("es", "suma [4, 6]"), ("en", "sum [4, 6]")])
def test_the_script_runs_and_speaks_one_language(tmp_path, language, printed):
    code = notebook.script(lesson(tmp_path, language), settings(tmp_path))
    result = run(code, tmp_path)
    assert result.returncode == 0, result.stderr
    assert printed in result.stdout
    assert "tutorials_lib" not in code


def test_a_cell_that_raises_says_so_and_the_script_goes_on(tmp_path):
    result = run(
        notebook.script(lesson(tmp_path, "es"), settings(tmp_path)) + "\nprint(repr(message))", tmp_path
    )
    assert "ValueError: formas distintas\n" in result.stdout
    assert "'two\\nlines'" in result.stdout  # a text of several lines is not indented with its block


def test_another_exception_than_the_expected_one_stops_the_script(tmp_path):
    text = SCRIPT.replace("raise ValueError", "raise TypeError")
    assert run(notebook.script(lesson(tmp_path, "es", text), settings(tmp_path)), tmp_path).returncode == 1


def test_scripts_of_all_languages_are_one_program(tmp_path):
    spanish, english = (notebook.script(lesson(tmp_path, name), settings(tmp_path)) for name in LANGUAGES)
    assert spanish != english
    assert without_texts(spanish) == without_texts(english)


def test_the_script_holds_prose_values_hidden_cells_and_solutions(tmp_path):
    code = notebook.script(lesson(tmp_path, "es"), settings(tmp_path))
    assert ast.get_docstring(ast.parse(code)) == "Suma de listas\n\nSumar componente a componente."
    for part in ("# ## Por qué las formas deben coincidir", "0,123", "SECRET", "# THE ANSWER", "y otra."):
        assert part in code
    assert "alt es" not in code


@pytest.mark.parametrize("title", ['Uno "dos"', "Back\\slash", 'Three """quotes"""', "Ends with '"])
def test_any_title_makes_a_valid_docstring(tmp_path, title):
    shown = lesson(tmp_path, "es")
    shown = type(shown)(**{**vars(shown), "title": title})
    code = notebook.script(shown, settings(tmp_path))
    assert ast.get_docstring(ast.parse(code)).startswith(title)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_executed_notebook_is_valid_and_its_code_runs(tmp_path, language):
    text = notebook.executed(lesson(tmp_path, language), settings(tmp_path))
    nbformat.validate(nbformat.reads(text, as_version=4))
    assert run_cells(text).startswith({"es": "suma [4, 6]", "en": "sum [4, 6]"}[language])


def test_the_executed_notebook_holds_the_outputs_of_its_language(tmp_path):
    document = nbformat.reads(notebook.executed(lesson(tmp_path, "es"), settings(tmp_path)), as_version=4)
    outputs = [output for cell in document.cells if cell.cell_type == "code" for output in cell.outputs]
    assert outputs[0].text == "suma [4, 6]\n\n<tail>\n"
    assert outputs[1].name == "stderr"
    assert "<td>suma</td>" in outputs[2].data["text/html"]
    assert outputs[3].text == "ValueError: formas distintas\n"
    figure = outputs[4].data
    assert figure["text/plain"] == 'Dos barras "altas".'
    assert "palabra" in figure["image/svg+xml"]
    assert "var(" not in figure["image/svg+xml"]


def test_notebooks_are_the_same_bytes_each_time(tmp_path):
    first, second = (notebook.executed(lesson(tmp_path, "es"), settings(tmp_path)) for _ in range(2))
    assert first == second
    ids = [cell["id"] for cell in json.loads(first)["cells"]]
    assert len(ids) == len(set(ids))


def test_the_notebook_of_exercises_holds_stubs_and_no_outputs(tmp_path):
    text = notebook.exercises(lesson(tmp_path, "es"), settings(tmp_path))
    document = nbformat.reads(text, as_version=4)
    nbformat.validate(document)
    assert "THE ANSWER" not in text
    sources = [cell.source for cell in document.cells if cell.cell_type == "code"]
    assert any("def subtract" in source and "NotImplementedError" in source for source in sources)
    assert "assert subtract(3, 1) == 2" in sources
    assert not any(cell.outputs for cell in document.cells if cell.cell_type == "code")


def test_the_check_fails_on_the_stub(tmp_path):
    text = notebook.exercises(lesson(tmp_path, "es"), settings(tmp_path))
    with pytest.raises(NotImplementedError):
        run_cells(text)


def test_headings_of_exercises_have_anchors_that_all_languages_share(tmp_path):
    found = {
        language: re.findall(
            r'^#+ <a id="([\w-]+)"></a>(.+)$',
            "\n".join(
                "".join(cell["source"])
                for cell in json.loads(notebook.exercises(lesson(tmp_path, language), settings(tmp_path)))[
                    "cells"
                ]
                if cell["cell_type"] == "markdown"
            ),
            re.MULTILINE,
        )
        for language in ("es", "en")
    }
    assert [anchor for anchor, _ in found["es"]] == [anchor for anchor, _ in found["en"]]
    assert ("exercise-subtraction", "Ejercicio: resta") in found["es"]


def test_without_exercises_there_is_no_such_notebook(tmp_path):
    text = (
        SCRIPT.replace(' tags=["solution"]', "")
        .replace(' tags=["check"]', "")
        .replace(' tags=["exercise"]', "")
    )
    assert notebook.exercises(lesson(tmp_path, "es", text), settings(tmp_path)) == ""


def test_only_a_script_that_needs_the_library_installs_it(tmp_path):
    plain = notebook.executed(lesson(tmp_path, "es"), settings(tmp_path))
    text = SCRIPT.replace(
        'bars = "drawn"', "from tutorials_lib.style import PALETTE\nfrom tutorials_lib import metrics"
    )
    needing = notebook.executed(lesson(tmp_path, "es", text), settings(tmp_path))
    assert "pip" not in plain
    assert "git+https://github.com/someone/notes" in needing
    code = nbformat.reads(needing, as_version=4).cells[1].source
    assert run(code, tmp_path).returncode == 0  # installed here, so it does nothing


def test_a_failed_run_gives_a_notebook_with_the_error(tmp_path):
    tutorial = write_lesson(tmp_path)
    shown = edition(tutorial, failure(tutorial), "es", settings(tmp_path))
    document = nbformat.reads(notebook.executed(shown, settings(tmp_path)), as_version=4)
    nbformat.validate(document)
    errors = [
        output.ename
        for cell in document.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if output.output_type == "error"
    ]
    assert errors == ["KeyError"]


def test_links_to_pages_become_words_and_pictures_travel_along(tmp_path):
    (tmp_path / "01_intro").mkdir()
    (tmp_path / "01_intro" / "scheme.png").write_bytes(b"PNG")
    text = SCRIPT.replace("# ## Una figura", "# ![plano](scheme.png)").replace(
        "# ## A figure", "# ![a](scheme.png)"
    )
    shown = notebook.executed(lesson(tmp_path, "es", text), settings(tmp_path))
    assert "other.md" not in shown
    assert "![plano](data:image/png;base64,UE5H)" in shown
