"""A tutorial as written: one file, its header and its cells, read without running anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tutorials_lib.site.findings import SiteError
from tutorials_lib.site.header import NEUTRAL  # the language key of text that every language shows


@dataclass(frozen=True)
class Header:
    """The docstring of a script. Texts map a language to its words; `NEUTRAL` serves every language."""

    title: Mapping[str, str]
    summary: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    objectives: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    prerequisites: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    everyday: tuple[str, ...] = ()  # ids of glossary terms that this lesson uses in another sense
    network: bool = False
    timeout_seconds: float = 60.0
    memory_gib: float = 2.0


@dataclass(frozen=True)
class Prose:
    """Markdown in one language, comment marks removed; `line` is the line of the first text line."""

    text: str
    line: int


@dataclass(frozen=True)
class ProseCell:
    """The same prose in every language. The key `NEUTRAL` alone: untagged prose, shown in every language."""

    texts: Mapping[str, Prose]
    line: int
    kind: Literal["prose", "exercise", "quiz"] = "prose"

    def in_language(self, language: str) -> Prose | None:
        return self.texts.get(language, self.texts.get(NEUTRAL))


@dataclass(frozen=True)
class CodeCell:
    """Code as written, comment twins included; `line` is the line of its first source line."""

    source: str
    line: int
    tags: frozenset[str] = frozenset()

    @property
    def hidden(self) -> bool:
        return "hidden" in self.tags

    @property
    def solution(self) -> bool:
        return "solution" in self.tags

    @property
    def check(self) -> bool:
        return "check" in self.tags

    @property
    def raises(self) -> str | None:
        """Name of the exception type that the cell must raise."""
        return next((tag.partition("=")[2] for tag in self.tags if tag.startswith("raises=")), None)


@dataclass(frozen=True)
class Tutorial:
    """One script. `section` is its folder below the examples ("" at the top)."""

    path: Path
    section: str
    header: Header
    cells: tuple[ProseCell | CodeCell, ...]
    plain: bool = False  # a sphinx-gallery script as it is: title in the docstring, prose without language

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def slug(self) -> str:
        """Address of its page in every language, without ending: `tensors/dot_products`."""
        return f"{section_slug(self.section)}/{self.name}" if self.section else self.name

    @property
    def code_cells(self) -> tuple[CodeCell, ...]:
        return tuple(cell for cell in self.cells if isinstance(cell, CodeCell))


@dataclass(frozen=True)
class Section:
    """A folder of tutorials, in order."""

    folder: str
    title: Mapping[str, str]
    summary: Mapping[str, str]
    order: int
    tutorials: tuple[Tutorial, ...]
    after: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # slug → slugs that it builds on
    self_test: Tutorial | None = None  # questions about the whole section: nothing but quiz cells

    @property
    def slug(self) -> str:
        return section_slug(self.folder)

    @property
    def written(self) -> tuple[Tutorial, ...]:
        """Every file of the section that people write."""
        return self.tutorials + ((self.self_test,) if self.self_test else ())


def section_slug(folder: str) -> str:
    """`04_workflow` → `workflow`: the number sets the order and is not part of an address.

    >>> section_slug("04_workflow"), section_slug("extras")
    ('workflow', 'extras')
    """
    number, _, rest = folder.partition("_")
    return rest if number.isdigit() and rest else folder


def parse(path: Path, examples: Path, languages: Sequence[str]) -> Tutorial:
    """Read one script. Raises `SiteError` with everything that is wrong in it."""
    from tutorials_lib.site.reading import read_script  # it builds the classes of this module

    tutorial, findings = read_script(path, examples, languages)
    if tutorial is None or findings:
        raise SiteError(findings)
    return tutorial


def load_examples(examples: Path, languages: Sequence[str]) -> tuple[Section, ...]:
    """Every section of a folder of scripts, in order. Raises `SiteError` with all faults of all scripts.

    Scripts directly in `examples` form the section "". Names that begin with `_` or `.` are left out.
    """
    from tutorials_lib.site.reading import read_examples

    sections, findings = read_examples(examples, languages)
    if findings:
        raise SiteError(findings)
    return sections
