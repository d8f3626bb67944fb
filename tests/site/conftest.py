"""A small gallery of its own for each test, run by one forkserver that has imported no torch."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tutorials_lib.site.record import Failure, Record, Stream
from tutorials_lib.site.run import run_tutorials
from tutorials_lib.site.script import Tutorial, load_examples
from tutorials_lib.site.settings import Settings, load_settings
from tutorials_lib.site.store import Store

CONFIGURATION = '[tool.tutorials]\npreload = ["matplotlib.pyplot", "IPython"]\n'


class Gallery:
    """Scripts in a temporary folder, run in this process or by the command."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.examples = root / "examples"
        self.examples.mkdir(parents=True)
        (root / "pyproject.toml").write_text(CONFIGURATION)

    def script(self, name: str, body: str, header: str = "") -> Path:
        """A script with a header; `body` begins with its first cell."""
        title = f'"""\ntitle: {{es: {name}, en: {name}}}\nsummary: {{es: uno, en: one}}\n{header}"""\n\n'
        path = self.examples / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(title + body.lstrip("\n"), encoding="utf-8")
        return path

    @property
    def settings(self) -> Settings:
        return load_settings(self.root)

    @property
    def store(self) -> Store:
        return Store(self.settings.store_path)

    @property
    def tutorials(self) -> list[Tutorial]:
        sections = load_examples(self.examples, self.settings.languages)
        return [tutorial for section in sections for tutorial in section.tutorials]

    def tutorial(self, slug: str) -> Tutorial:
        return next(tutorial for tutorial in self.tutorials if tutorial.slug == slug)

    def run(self, store: Store | None = None, **options: object) -> dict[str, Record | Failure]:
        return run_tutorials(self.tutorials, store or self.store, settings=self.settings, **options)

    def run_one(self, body: str, header: str = "") -> Record | Failure:
        """Write one script, run it, return what came of it."""
        self.script("one", body, header)
        return self.run()["one"]

    def why(self) -> dict[str, str]:
        """Reason by slug of every script that would run."""
        reasons = {tutorial.slug: self.store.why(tutorial) for tutorial in self.tutorials}
        return {slug: reason for slug, reason in reasons.items() if reason}

    def start(self, *arguments: str, **options: object) -> subprocess.Popen[str]:
        """The command in a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "tutorials_lib.site", *arguments],
            cwd=self.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=os.environ | {"COLUMNS": "200", "NO_COLOR": "1"}, **options,
        )  # fmt: skip

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=120)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)


@pytest.fixture
def gallery(tmp_path: Path) -> Gallery:
    return Gallery(tmp_path / "project")


@pytest.fixture(scope="module")
def read_only_gallery(tmp_path_factory: pytest.TempPathFactory) -> Gallery:
    """One for all tests of a module, which only look at what a fixture of theirs made of it."""
    return Gallery(tmp_path_factory.mktemp("gallery") / "project")


@pytest.fixture
def new_gallery(tmp_path: Path) -> Callable[[str], Gallery]:
    return lambda name: Gallery(tmp_path / name)


def printed(record: Record | Failure) -> str:
    """All that a run printed."""
    cells = record.partial.cells if isinstance(record, Failure) else record.cells
    return "".join(output.text for cell in cells for output in cell if isinstance(output, Stream))


@pytest.fixture(name="printed")
def printed_fixture() -> Callable[[Record | Failure], str]:
    return printed
