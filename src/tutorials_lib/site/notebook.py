"""What a reader takes away, in one language: the script, the executed notebook, the exercises to solve."""

from __future__ import annotations

import ast
import base64
import builtins
import mimetypes
import posixpath
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from nbformat import NotebookNode, from_dict, v4

from tutorials_lib.site import figures
from tutorials_lib.site.edition import Code, Edition, Picture, ProseText, Shown
from tutorials_lib.site.exercise import stub
from tutorials_lib.site.headings import with_anchors
from tutorials_lib.site.markdown import CODE_SPAN, LINK, blank, without_fences
from tutorials_lib.site.page import naming_prose, pictures_in
from tutorials_lib.site.quiz import parse_quiz
from tutorials_lib.site.record import Raised, Stream
from tutorials_lib.site.settings import Settings
from tutorials_lib.site.words import words


def script(edition: Edition, settings: Settings) -> str:
    """The lesson as plain Python in the percent format: prose as comments, code of one language."""
    parts = [_docstring(edition)]
    if _needs_library(edition):
        parts.append(f"# %%\n{install(settings)}")
    for cell in edition.cells:
        if isinstance(cell, ProseText):
            parts.append(f"# %% [markdown]\n{_commented(without_local_links(cell.text))}")
        elif cell.whole:
            parts.append(f"# %%\n{runnable(cell)}")
    return "\n\n".join(parts) + "\n"


def executed(edition: Edition, settings: Settings) -> str:
    """The lesson as a notebook with what its run produced. Equal input, equal bytes."""
    return _notebook(edition, [_title_cell(edition), *_setup(edition, settings), *_cells(edition)])


def exercises(edition: Edition, settings: Settings) -> str:
    """The lesson as a notebook to complete: solutions are stubs, nothing has run. "" without exercises."""
    if not edition.has_exercises:
        return ""
    text = words(edition.language)
    slug = edition.tutorial.slug
    lesson = f"{posixpath.relpath(slug, posixpath.dirname(f'exercises/{slug}'))}.html"
    intro = text["exercises_intro"].format(lesson=lesson)
    title = text["exercises_title"].format(title=edition.title)
    cells = [_markdown_cell(f"# {title}\n\n{intro}"), *_setup(edition, settings)]
    used: set[str] = set()  # ids of the headings: this notebook is a page, and readers change its language
    for cell in edition.cells:
        if isinstance(cell, ProseText):
            named = naming_prose(edition.tutorial, cell, settings)
            cells.append(_prose_cell(edition, replace(cell, text=with_anchors(cell.text, named, used))))
        elif cell.cell.solution:
            cells.append(_code_cell(stub(cell.whole, text["your_code"]), ("exercise",)))
        elif cell.whole:
            cells.append(_code_cell(runnable(cell)))
    return _notebook(edition, cells)


# ── code ──


def install(settings: Settings) -> str:
    """Code that installs the library where it is missing: plain Python, so that it runs as a script too."""
    source = "tutorials-lib"
    if settings.repository:
        source = f"tutorials-lib @ git+https://github.com/{settings.repository}"
    return (
        "import importlib.util\nimport subprocess\nimport sys\n\n"
        'if importlib.util.find_spec("tutorials_lib") is None:\n'
        f'    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "{source}"], check=True)'
    )


def _needs_library(edition: Edition) -> bool:
    """Whether the code imports more of the library than `tr`, which downloads do without."""
    code = "\n".join(cell.whole for cell in edition.cells if isinstance(cell, Code))
    return re.search(r"^[ \t]*(?:from|import)[ \t]+tutorials_lib\b", code, re.MULTILINE) is not None


def runnable(cell: Code) -> str:
    """The cell's code; one that is meant to raise says what it raised and lets the rest go on."""
    expected = cell.cell.raises
    if expected is None:
        return cell.whole
    known = isinstance(getattr(builtins, expected, None), type)
    return (
        f"try:\n{_indented(cell.whole)}\n"
        f"except {expected if known else 'Exception'} as error:\n"
        '    print(f"{type(error).__name__}: {error}")'
    )


def _indented(code: str) -> str:
    """Code one level deeper. Lines inside a text of several lines stay: they are part of the text."""
    inside: set[int] = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, (ast.Constant, ast.JoinedStr)) and node.end_lineno:
            if isinstance(node, ast.Constant) and not isinstance(node.value, (str, bytes)):
                continue
            inside |= set(range(node.lineno + 1, node.end_lineno + 1))
    lines = code.split("\n")
    if inside and not _only_texts(code, inside):
        return textwrap.indent(code, "    ")
    return "\n".join(
        line if number in inside or not line.strip() else f"    {line}"
        for number, line in enumerate(lines, 1)
    )


def _only_texts(code: str, inside: set[int]) -> bool:
    """Whether leaving the lines `inside` alone gives the same program; adjacent literals may be indented."""
    lines = code.split("\n")
    moved = [line if number in inside else f"    {line}" for number, line in enumerate(lines, 1)]
    try:
        wrapped = ast.parse("if True:\n" + "\n".join(moved)).body[0]
    except SyntaxError:
        return False
    assert isinstance(wrapped, ast.If)
    return [ast.dump(node) for node in wrapped.body] == [ast.dump(node) for node in ast.parse(code).body]


def _docstring(edition: Edition) -> str:
    text = "\n\n".join(filter(None, (edition.title, edition.summary)))
    escaped = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return f'"""{escaped}\n"""' if escaped.endswith('"') or "\n" in escaped else f'"""{escaped}"""'


def _commented(text: str) -> str:
    return "\n".join(f"# {line}".rstrip() for line in text.split("\n"))


# ── notebooks ──
# Cells are made as plain mappings: nbformat's own builders validate every single one, which takes longer than
# all the rest. nbformat writes the whole.


def _markdown_cell(source: str) -> NotebookNode:
    return from_dict({"cell_type": "markdown", "metadata": {}, "source": source})


def _code_cell(
    source: str, tags: tuple[str, ...] = (), outputs: Sequence[NotebookNode] = (), count: int | None = None
) -> NotebookNode:
    metadata = {"tags": list(tags)} if tags else {}
    return from_dict(
        {
            "cell_type": "code",
            "metadata": metadata,
            "source": source,
            "outputs": list(outputs),
            "execution_count": count,
        }
    )


def _display(data: Mapping[str, str]) -> NotebookNode:
    return from_dict({"output_type": "display_data", "data": dict(data), "metadata": {}})


def _notebook(edition: Edition, cells: list[NotebookNode]) -> str:
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    record = edition.record
    notebook = {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python", "version": record.versions.get("python", "3")},
            "lang": edition.language,
            "title": edition.title,
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return v4.writes(from_dict(notebook)) + "\n"


def _title_cell(edition: Edition) -> NotebookNode:
    return _markdown_cell("\n\n".join(filter(None, (f"# {edition.title}", edition.summary))))


def _setup(edition: Edition, settings: Settings) -> list[NotebookNode]:
    if not _needs_library(edition):
        return []
    return [_code_cell(install(settings), ("install",))]


def _cells(edition: Edition) -> Iterator[NotebookNode]:
    count = 0
    for cell in edition.cells:
        if isinstance(cell, ProseText):
            yield _prose_cell(edition, cell)
        elif cell.whole:
            count += cell.ran
            outputs = [shown for output in cell.outputs if (shown := _output(output))]
            if cell.failure:
                outputs.append(_failure(cell))
            yield _code_cell(runnable(cell), (), outputs, count if cell.ran else None)


def _prose_cell(edition: Edition, cell: ProseText) -> NotebookNode:
    text = without_local_links(cell.text)
    if cell.kind == "quiz":
        text = _quiz(text, edition.language)
    return _markdown_cell(_with_pictures(text, edition))


def _quiz(text: str, language: str) -> str:
    quiz, label = parse_quiz(text), words(language)
    options = (
        f"<details><summary>{option.text}</summary>\n\n{option.verdict(label)}\n\n</details>"
        for option in quiz.options
    )
    return "\n\n".join(filter(None, (quiz.question, *options, quiz.after)))


def without_local_links(text: str) -> str:
    """Prose whose links to other pages of the site are plain words: a download has no site around it."""
    visible = CODE_SPAN.sub(blank, without_fences(text))
    for found in reversed(list(LINK.finditer(visible))):
        whole = text[found.start() : found.end()]
        label, separator, target = whole.rpartition("](")
        if separator and not target.startswith(("http://", "https://", "mailto:")):
            text = text[: found.start()] + label[1:] + text[found.end() :]
    return text


def _with_pictures(text: str, edition: Edition) -> str:
    """Pictures beside the script become part of the notebook."""
    for place, path in reversed(list(pictures_in(text))):
        file = edition.tutorial.path.parent / path
        kind, _ = mimetypes.guess_type(file.name)
        if file.is_file() and kind:
            address = f"data:{kind};base64,{base64.b64encode(file.read_bytes()).decode()}"
            text = text[: place.start] + address + text[place.stop :]
    return text


def _output(output: Shown) -> NotebookNode | None:
    if isinstance(output, Stream):
        return from_dict({"output_type": "stream", "name": output.name, "text": output.text})
    if isinstance(output, Raised):
        text = f"{output.type}: {output.message}\n"
        return from_dict({"output_type": "stream", "name": "stdout", "text": text})
    if isinstance(output, Picture):
        return _display(_picture(output))
    text = {mime: value for mime, value in output.data.items() if mime.startswith("text/")}
    return _display(text) if text else None


def _picture(picture: Picture) -> dict[str, str]:
    if isinstance(picture.content, str):
        shown = figures.standalone(picture.content, "light", alt=picture.alt, background=True)
    else:
        shown = base64.b64encode(picture.content).decode()
    return {picture.mime: shown, "text/plain": picture.alt or "<figure>"}


def _failure(cell: Code) -> NotebookNode:
    assert cell.failure is not None
    error = cell.failure.error
    traceback = error.traceback if error and error.traceback else cell.failure.message
    return from_dict(
        {
            "output_type": "error",
            "ename": error.type if error else cell.failure.reason,
            "evalue": error.message if error else cell.failure.message,
            "traceback": traceback.splitlines(),
        }
    )
