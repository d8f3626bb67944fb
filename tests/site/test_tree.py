"""The exported tree is whole, buildable by another generator, and never takes away what others wrote."""

from __future__ import annotations

import json
import posixpath
import re
import subprocess
import sys
from pathlib import Path

import markdown
import pytest
from bs4 import BeautifulSoup
from sample_lesson import LANGUAGES, SCRIPT, failure, gallery, record, settings, write_lesson

from tutorials_lib.site import tree
from tutorials_lib.site.findings import SiteError
from tutorials_lib.site.script import load_examples

EXTENSIONS = ["attr_list", "md_in_html", "tables", "toc", "pymdownx.superfences"]


def outcomes(sections) -> dict:
    return {item.slug: record() for section in sections for item in section.tutorials}


def export(tmp_path, out: Path, **changes) -> None:
    sections = load_examples(tmp_path / "examples", LANGUAGES)
    tree.export(out, sections, outcomes(sections), settings(tmp_path, **changes))


def written(out: Path) -> set[str]:
    return {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}


@pytest.fixture
def examples(tmp_path) -> Path:
    gallery(tmp_path / "examples")
    return tmp_path / "examples"


@pytest.mark.usefixtures("examples")
def test_export_writes_the_same_tree_for_every_language(tmp_path):
    export(tmp_path, tmp_path / "out")
    spanish, english = (
        {path[3:] for path in written(tmp_path / "out") if path[:3] == f"{name}/"} for name in LANGUAGES
    )
    assert spanish == english
    assert spanish >= {
        "index.md",
        "gallery.md",
        "intro/index.md",
        "intro/lesson.md",
        "next/second.md",
        "downloads/intro/lesson.py",
        "downloads/intro/lesson.ipynb",
        "exercises/intro/lesson.ipynb",
        "figures/intro/lesson-light.svg",
        "figures/intro/lesson-dark.svg",
        "assets/tutorials.js",
        "assets/tutorials.css",
        "assets/tutorials-palette.css",
    }


@pytest.mark.usefixtures("examples")
def test_every_relative_link_and_picture_of_the_tree_exists(tmp_path):
    export(tmp_path, tmp_path / "out")
    files = written(tmp_path / "out")
    checked = 0
    for path in (path for path in files if path.endswith(".md")):
        body = re.sub(r"\A---\n.*?\n---\n", "", (tmp_path / "out" / path).read_text(), flags=re.DOTALL)
        page = BeautifulSoup(markdown.markdown(body, extensions=EXTENSIONS), "html.parser")
        for element in [*page.select("a[href]"), *page.select("img[src]")]:
            target = (element.get("href") or element.get("src")).partition("#")[0]
            if target and not target.startswith("https://"):
                assert posixpath.normpath(posixpath.join(posixpath.dirname(path), target)) in files, (
                    path,
                    target,
                )
                checked += 1
    assert checked > 40


@pytest.mark.usefixtures("examples")
def test_pages_are_plain_markdown_without_another_language(tmp_path):
    export(tmp_path, tmp_path / "out")
    for path in (tmp_path / "out" / "es").rglob("*.md"):
        text = path.read_text()
        assert "Adding lists" not in text
        assert not re.search("[\U0001d2e0-\U0001d2e3]", text)  # marks of text that carries several languages


def test_a_removed_script_leaves_the_tree_and_foreign_files_stay(tmp_path, examples):
    out = tmp_path / "out"
    export(tmp_path, out)
    (out / "es" / "next" / "notes.md").write_text("mine")
    (examples / "02_next" / "second.py").unlink()
    write_lesson(examples, SCRIPT.replace("other.md", "lesson.md"))
    export(tmp_path, out)
    left = {path for path in written(out) if "next" in path or "second" in path}
    assert left == {"es/next/notes.md"}
    assert not (out / "en" / "next").exists()
    assert "second" not in (out / "es" / "gallery.md").read_text()


@pytest.mark.usefixtures("examples")
def test_an_unchanged_file_is_left_alone(tmp_path):
    out = tmp_path / "out"
    export(tmp_path, out)
    before = {path: (out / path).stat().st_mtime_ns for path in written(out)}
    export(tmp_path, out)
    after = {path: (out / path).stat().st_mtime_ns for path in written(out)}
    assert {path for path in before if before[path] != after[path]} <= {tree.MANIFEST}


@pytest.mark.usefixtures("examples")
def test_a_manifest_cannot_lead_out_of_the_folder(tmp_path):
    out = tmp_path / "out"
    export(tmp_path, out)
    outside = tmp_path / "keep.txt"
    outside.write_text("mine")
    (out / tree.MANIFEST).write_text(json.dumps(["../keep.txt", "es/gone.md"]))
    export(tmp_path, out)
    assert outside.exists()


@pytest.mark.usefixtures("examples")
def test_what_cannot_be_written_is_said_with_its_path(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "es").write_text("a file where a folder must be")
    with pytest.raises(SiteError, match=re.escape(str(out / "es"))):
        export(tmp_path, out)


@pytest.mark.usefixtures("examples")
def test_a_damaged_manifest_is_said_with_the_way_out(tmp_path):
    out = tmp_path / "out"
    export(tmp_path, out)
    (out / tree.MANIFEST).write_text("{")
    with pytest.raises(SiteError, match="remove the file"):
        export(tmp_path, out)


def test_missing_alternative_texts_of_all_lessons_come_in_one_report(tmp_path):
    text = SCRIPT.replace('# alt es: Dos barras "altas".\n# alt en: Two "tall" bars.\n', "")
    for name in ("01_intro/lesson.py", "02_next/second.py"):
        write_lesson(tmp_path, text, name)
    sections = load_examples(tmp_path, LANGUAGES)
    with pytest.raises(SiteError) as caught:
        tree.build_tree(sections, outcomes(sections), "es", settings(tmp_path))
    assert [finding.path.name for finding in caught.value.findings] == ["lesson.py", "second.py"]


def test_a_failed_lesson_still_has_its_page_and_the_others_too(tmp_path, examples):
    sections = load_examples(examples, LANGUAGES)
    found = outcomes(sections) | {"intro/lesson": failure(sections[0].tutorials[0])}
    built = tree.build_tree(sections, found, "es", settings(tmp_path))
    assert "KeyError: 'x'" in built["intro/lesson.md"]
    assert "next/second.md" in built


def test_lessons_lead_to_the_next_and_the_previous_one(tmp_path, examples):
    sections = load_examples(examples, LANGUAGES)
    built = tree.build_tree(sections, outcomes(sections), "es", settings(tmp_path))
    assert "(../next/second.md){ .tut-next rel=next }" in built["intro/lesson.md"]
    assert "(../intro/lesson.md){ .tut-previous rel=prev }" in built["next/second.md"]
    assert "tut-next" not in built["next/second.md"]


def test_a_second_build_follows_every_change(tmp_path, examples):
    sections = load_examples(examples, LANGUAGES)
    found = outcomes(sections)
    first = tree.build_tree(sections, found, "es", settings(tmp_path))
    write_lesson(examples, SCRIPT.replace("Por qué las formas", "Cuándo las formas"))
    second = tree.build_tree(load_examples(examples, LANGUAGES), found, "es", settings(tmp_path))
    changed = {path for path in first if first[path] != second[path]}
    assert changed == {
        "intro/lesson.md", "downloads/intro/lesson.py", "downloads/intro/lesson.ipynb",
        "exercises/intro/lesson.ipynb",
    }  # fmt: skip


def test_building_pages_imports_neither_torch_nor_mkdocs_nor_matplotlib():
    code = (
        "import sys; from tutorials_lib.site import tree; tree.assets();"
        "sys.exit(bool({'torch', 'mkdocs', 'matplotlib'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
