"""The site as MkDocs builds and serves it: a small project in two languages, through the command line."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from bs4 import BeautifulSoup

SETTINGS = '[tool.tutorials]\nlanguages = ["es", "en"]\npreload = []\n'
SPANISH = """\
site_name: Tiny
site_url: https://tiny.example/
docs_dir: docs/es
use_directory_urls: false
theme: {name: material, language: es, font: false}
plugins:
  tutorials: {}
  search: {lang: es}
  mkdocs-jupyter: {include_source: true, include: ["*.ipynb"], ignore: ["downloads/**/*.ipynb"]}
markdown_extensions: {attr_list: {}, md_in_html: {}, admonition: {}, pymdownx.superfences: {}, tables: {}}
"""
ENGLISH = "INHERIT: mkdocs.yml\ndocs_dir: docs/en\ntheme: {language: en}\nplugins:\n  search: {lang: en}\n"
SCRIPT = '''\
"""
title:
  es: La suma NAME
  en: The sum NAME
summary:
  es: Dos y dos.
  en: Two and two.
tags: [sum]
"""
# %%
from pathlib import Path

total = 2 + 2
Path("FOLDER", "NAME.log").open("a").write("ran\\n")
print(total)

# %% [markdown] lang="es"
# ## Lo que vemos
# La prosa original dice `{python} total:d`.

# %% [markdown] lang="en"
# ## What we see
# The original prose says `{python} total:d`.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio
# Suma uno.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise
# Add one.

# %% tags=["solution"]
more = total + 1

# %% tags=["check"]
assert more == 5
'''


@pytest.fixture
def project(tmp_path):
    """Two scripts and two hand-written pages; each run of a script leaves a line in `runs/NAME.log`."""
    root = tmp_path / "project"
    for folder in ("docs/es", "docs/en", "examples/01_sums", "runs"):
        (root / folder).mkdir(parents=True)
    (root / "pyproject.toml").write_text(SETTINGS)
    (root / "mkdocs.yml").write_text(SPANISH)
    (root / "mkdocs.en.yml").write_text(ENGLISH)
    marks = "<!-- tutorials: count lessons -->\n\n<!-- tutorials: sections -->\n"
    (root / "docs/es/index.md").write_text(f"# Inicio {{#home}}\n\nHola.\n\n{marks}")
    (root / "docs/en/index.md").write_text("# Home {#home}\n\nHello.\n")
    for name in ("first", "second"):
        text = SCRIPT.replace("NAME", name).replace("FOLDER", str(root / "runs"))
        (root / f"examples/01_sums/{name}.py").write_text(text)
    return root


def build(project: Path) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "mkdocs", "build", "-f", str(project / "mkdocs.yml")]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=200)


def runs(project: Path, name: str) -> int:
    log = project / f"runs/{name}.log"
    return len(log.read_text().splitlines()) if log.exists() else 0


def edit(project: Path, name: str, old: str, new: str) -> None:
    path = project / f"examples/01_sums/{name}.py"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def page(project: Path, address: str) -> BeautifulSoup:
    return BeautifulSoup((project / "site" / address).read_text(), "html.parser")


def test_one_build_gives_every_language_and_runs_each_script_once(project):
    assert build(project).returncode == 0
    assert "La prosa original dice" in page(project, "sums/first.html").text
    assert "The original prose says" in page(project, "en/sums/first.html").text
    home = page(project, "index.html")
    assert home.select_one(".tut-paths a")["href"] == "sums/index.html"
    assert home.find("p", string="2")  # lessons
    assert (runs(project, "first"), runs(project, "second")) == (1, 1)
    again = build(project)
    assert again.returncode == 0
    assert (runs(project, "first"), runs(project, "second")) == (1, 1)


def test_a_lesson_shows_no_definition_of_a_word_that_it_uses_in_another_sense(project):
    term = "{id: prose, term: {es: prosa, en: prose}, definition: {es: Texto., en: Text.}}"
    (project / "docs/glossary.yml").write_text(f"terms: [{term}]")
    edit(project, "second", "tags: [sum]", "tags: [sum]\neveryday: [prose]")
    assert build(project).returncode == 0
    for folder, word, meaning in (("", "prosa", "Texto."), ("en/", "prose", "Text.")):
        (first,) = page(project, f"{folder}sums/first.html").select("article abbr")
        assert (first.text, first["title"]) == (word, meaning)
        assert not page(project, f"{folder}sums/second.html").select("article abbr")


def test_a_build_with_nothing_to_do_touches_nothing_and_any_change_builds_again(project):
    assert build(project).returncode == 0
    home = project / "site/index.html"

    def untouched() -> bool:
        before = home.stat().st_mtime_ns
        assert build(project).returncode == 0
        return home.stat().st_mtime_ns == before

    assert untouched()
    edit(project, "first", "The original prose says", "The new prose says")
    assert not untouched()
    assert "The new prose says" in page(project, "en/sums/first.html").text
    assert untouched()
    (project / "site/en/sums/first.html").write_text("spoilt")
    assert not untouched()
    assert "The new prose says" in page(project, "en/sums/first.html").text
    edit(project, "second", "total = 2 + 2", "total = 2 + 3 - 1")
    assert not untouched()
    assert runs(project, "second") == 2


def test_every_page_names_itself_and_its_other_language(project):
    build(project)
    for address in ("index.html", "sums/first.html"):
        spanish, english = f"https://tiny.example/{address}", f"https://tiny.example/en/{address}"
        for html, own in ((page(project, address), spanish), (page(project, f"en/{address}"), english)):
            assert html.find("link", rel="canonical")["href"] == own
            found = {link["hreflang"]: link["href"] for link in html.find_all("link", rel="alternate")}
            assert found == {"es": spanish, "en": english, "x-default": spanish}


def test_a_failing_script_stops_the_build_after_the_others_were_stored(project):
    edit(project, "first", "total = 2 + 2", "total = [2][5]")
    result = build(project)
    assert result.returncode == 1
    message = result.stdout + result.stderr
    for part in ("first.py:13", "total = [2][5]", "IndexError", "list index out of range", "sums/first"):
        assert part in message
    assert "/sums/first.html (es), /en/sums/first.html (en)" in message
    assert "Traceback (most recent call last):\n  File" not in message.partition("IndexError")[0]
    assert runs(project, "second") == 1
    edit(project, "first", "total = [2][5]", "total = 4")
    assert build(project).returncode == 0
    assert runs(project, "second") == 1


def test_no_language_goes_on_after_the_first_ones_build_was_killed(project):
    edit(project, "first", "total = 2 + 2", "import time\n\ntime.sleep(100)\ntotal = 4")
    command = [sys.executable, "-m", "mkdocs", "build", "-f", str(project / "mkdocs.yml")]
    first = subprocess.Popen(command, cwd=project, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def builds() -> list[psutil.Process]:
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if any(word.startswith(str(project / "mkdocs")) for word in process.cmdline()):
                    found.append(process)
        return found

    wait_for(lambda: len(builds()) == 2, 60)  # the other language's process waits for the scripts
    first.kill()
    first.wait()
    wait_for(lambda: not builds(), 20)
    assert not (project / "site").exists()


def test_faults_in_scripts_are_told_with_file_and_line(project):
    edit(project, "first", '# %% [markdown] lang="en"\n# ## What we see\n', '# %% [markdown] lang="en"\n')
    result = build(project)
    assert result.returncode == 1
    assert re.search(r"first\.py:\d+: ", result.stderr + result.stdout)
    assert "Traceback" not in result.stderr


def test_a_removed_script_leaves_no_page_behind(project):
    build(project)
    (project / "examples/01_sums/first.py").unlink()
    assert build(project).returncode == 0
    left = [path for path in (project / "site").rglob("*first*") if "notebooks" not in path.parts]
    assert left == []
    assert (project / "site/en/sums/second.html").exists()


def test_exercises_are_pages_and_never_raw_json(project):
    assert build(project).returncode == 0
    for folder in ("", "en/"):
        html = (project / f"site/{folder}exercises/sums/first.html").read_text()
        assert html.lstrip().startswith("<!doctype html>")
        assert "jupyter-wrapper" in html
        assert len(html) < 100_000  # the style sheet of half a megabyte is shared
        assert "cdnjs" not in html
        assert "unpkg" not in html
        css = BeautifulSoup(html, "html.parser").find("link", href=re.compile(r"jupyter\.\w+\.css"))["href"]
        assert (project / f"site/{folder}exercises/sums" / css).resolve().stat().st_size > 100_000
        json.loads((project / f"site/{folder}exercises/sums/first.ipynb").read_text())


def test_a_page_of_json_stops_the_build(project):
    (project / "docs/es/broken.html").write_text('{"cells": []}')
    result = build(project)
    assert result.returncode == 1
    assert "broken.html" in result.stdout + result.stderr


def test_two_builds_from_nothing_agree_but_for_what_is_marked_volatile(project):
    build(project)
    first = published(project / "site")
    shutil.rmtree(project / "site")
    shutil.rmtree(project / ".tutorials")
    build(project)
    second = published(project / "site")
    assert first.keys() == second.keys()
    assert [path for path in first if first[path] != second[path]] == []


def published(site: Path) -> dict[str, str | bytes]:
    """Every file, pages without their volatile elements; the search index holds the same words as text."""
    found: dict[str, str | bytes] = {}
    for path in sorted(site.rglob("*")):
        if path.is_file() and "search_index" not in path.name:
            content = path.read_bytes()
            if path.suffix == ".html":
                html = BeautifulSoup(content, "html.parser")
                for element in html.find_all(attrs={"data-volatile": True}):
                    element.decompose()
                content = str(html)
            found[str(path.relative_to(site))] = content
    return found


@pytest.fixture
def served(project):
    """The project while `mkdocs serve` runs; gives a function that fetches a page."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    command = [sys.executable, "-m", "mkdocs", "serve", "-f", str(project / "mkdocs.yml"), "-a", address]
    log = (project / "serve.log").open("w")
    server = subprocess.Popen(command, cwd=project, stdout=log, stderr=log, start_new_session=True)

    def fetch(path: str) -> str:
        with urllib.request.urlopen(f"http://{address}/{path}", timeout=30) as response:
            return response.read().decode()

    try:
        wait_for(lambda: "Inicio" in fetch("index.html"), seconds=90)
        yield fetch
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)
        log.close()


def wait_for(condition, seconds: float) -> float:
    """Seconds until the condition held. Fails where it never does."""
    started = time.monotonic()
    while time.monotonic() - started < seconds:
        try:
            if condition():
                return time.monotonic() - started
        except OSError:
            pass  # not listening yet
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s")


def test_serve_shows_a_change_of_prose_at_once_and_runs_nothing(project, served):
    edit(project, "first", "La prosa original", "La prosa nueva")
    wait_for(lambda: "La prosa nueva" in served("sums/first.html"), seconds=10)
    edit(project, "first", "The original prose", "The new prose")
    seconds = wait_for(lambda: "The new prose" in served("en/sums/first.html"), seconds=10)
    assert seconds < 2  # alone on a machine it takes a third of a second
    assert runs(project, "first") == 1


def test_serve_runs_only_the_script_whose_code_changed(project, served):
    edit(project, "first", "total = 2 + 2", "total = 2 + 40")
    wait_for(lambda: "dice 42" in BeautifulSoup(served("sums/first.html"), "html.parser").text, seconds=30)
    assert (runs(project, "first"), runs(project, "second")) == (2, 1)


def test_serve_goes_on_while_a_script_fails(project, served):
    edit(project, "first", "total = 2 + 2", "total = 1 / 0")
    for folder in ("", "en/"):
        wait_for(lambda folder=folder: "ZeroDivisionError" in served(f"{folder}sums/first.html"), seconds=30)
    edit(project, "first", "total = 1 / 0", "total = 4")
    wait_for(lambda: "ZeroDivisionError" not in served("sums/first.html"), seconds=30)


def test_serve_shows_a_fault_in_the_source_on_the_page(project, served):
    edit(project, "first", "total = 2 + 2", "total = (2 + 2")
    for folder in ("", "en/"):
        wait_for(lambda folder=folder: "first.py:" in served(f"{folder}sums/first.html"), seconds=30)
    edit(project, "first", "total = (2 + 2", "total = 2 + 2")
    for folder in ("", "en/"):
        wait_for(lambda folder=folder: "first.py:" not in served(f"{folder}sums/first.html"), seconds=30)


def test_serve_shows_a_change_of_a_hand_written_page(project, served):
    (project / "docs/en/index.md").write_text("# Home {#home}\n\nGood morning.\n")
    wait_for(lambda: "Good morning" in served("en/index.html"), seconds=10)


def test_serve_adds_and_removes_scripts(project, served):
    path = project / "examples/01_sums/first.py"
    (project / "examples/01_sums/third.py").write_text(path.read_text().replace("first", "third"))
    wait_for(lambda: "third" in served("en/sums/third.html"), seconds=60)
