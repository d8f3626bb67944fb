"""From a file to a `Tutorial`: blocks from sphinx-gallery's splitter, languages and tags from the markers.

The splitter knows neither the options of a marker nor our languages: it takes every comment that follows a
marker for prose. So it decides where cells begin, and this module decides what each of them is. It reports
faults instead of raising, so that all of them reach a person at once.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
import warnings
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from operator import itemgetter
from pathlib import Path
from typing import Literal

from tutorials_lib.site import dependencies, galleryformat, header, self_test
from tutorials_lib.site.comments import is_twin
from tutorials_lib.site.findings import Finding
from tutorials_lib.site.inline import inline_values
from tutorials_lib.site.markdown import structure
from tutorials_lib.site.marker import CODE_TAGS, PROSE_TAGS, Marker, read_marker
from tutorials_lib.site.quiz import parse_quiz
from tutorials_lib.site.restructured import HEADING, rst_to_markdown
from tutorials_lib.site.script import (
    NEUTRAL,
    CodeCell,
    Header,
    Prose,
    ProseCell,
    Section,
    Tutorial,
    section_slug,
)

Kind = Literal["prose", "exercise", "quiz"]


# ── a folder of scripts ───────────────────────────────────────────────────────────────────────────────────

_SECTION_KEYS = {
    "title": header.texts,
    "summary": header.texts,
    "order": header.integer,
    "scripts": dependencies.steps,
}


@dataclass(frozen=True)
class _Folder:
    """A section as read, with what can be judged only when all sections are known."""

    section: Section
    slugs: tuple[str, ...]  # of every script in reading order, those that could not be read included
    steps: tuple[dependencies.Step, ...]


def read_examples(examples: Path, languages: Sequence[str]) -> tuple[tuple[Section, ...], list[Finding]]:
    """The sections that could be read, and everything that is wrong with any of them."""
    if not examples.is_dir():
        return (), [Finding(examples, 0, "no such folder", "a folder with scripts (*.py)")]
    folders: list[_Folder] = []
    findings: list[Finding] = []
    for folder in (examples, *sorted(entry for entry in examples.iterdir() if _is_section(entry))):
        paths = sorted(path for path in folder.glob("*.py") if path.is_file() and path.name[0] not in "_.")
        if paths:
            read, faults = _read_section(folder, paths, examples, languages)
            folders.append(read)
            findings += faults
        if folder != examples:
            findings += _too_deep(folder)
    if not folders:
        findings.append(Finding(examples, 0, "no scripts here", "scripts (*.py) in it or in its folders"))
    folders.sort(key=lambda read: (read.section.order, read.section.folder))
    sections = tuple(read.section for read in folders)
    order = [slug for read in folders for slug in read.slugs]
    for read in folders:
        file = examples / read.section.folder / "_section.yml"
        findings += dependencies.faults(read.section.folder, file, read.steps, order)
        if read.section.self_test:
            findings += self_test.faults(read.section.self_test, order)
    return sections, findings + _collisions(sections, examples)


def _is_section(entry: Path) -> bool:
    return entry.is_dir() and entry.name[0] not in "_."


def _too_deep(folder: Path) -> Iterator[Finding]:
    """Scripts below a section's folder, which nobody would ever see; packages and `_names` are no scripts."""
    for below in sorted(entry for entry in folder.iterdir() if _is_section(entry)):
        if not (below / "__init__.py").exists():
            for path in sorted(path for path in below.rglob("*.py") if path.name[0] not in "_."):
                expected = f"it in {folder.name}/ or in a section of its own; or a folder named _{below.name}"
                yield Finding(path, 0, "a script more than one folder deep is no lesson", expected)


def _read_section(
    folder: Path, paths: list[Path], examples: Path, languages: Sequence[str]
) -> tuple[_Folder, list[Finding]]:
    name = "" if folder == examples else folder.name
    file = folder / "_section.yml"
    values: dict = {}
    findings: list[Finding] = []
    lines: dict[str, int] = {}
    if file.is_file():
        text, fault = _read_text(file)
        findings += [fault] if fault else []
        entries = header.read_entries(text, 1, file, languages, _SECTION_KEYS)
        values, lines = entries.values, entries.lines
        findings += entries.findings
    steps: tuple[dependencies.Step, ...] = values.get("scripts", ())
    rank = {step.name: place for place, step in enumerate(steps)}
    for missing in sorted(set(rank) - {path.stem for path in paths}):
        findings.append(
            Finding(file, lines["scripts"], f"no script named {missing!r}", "names of scripts beside it")
        )
    paths.sort(key=lambda path: (rank.get(path.stem, len(rank)), path.stem))
    tutorials = []
    for path in paths:
        tutorial, faults = read_script(path, examples, languages)
        findings += faults
        if tutorial is not None:
            tutorials.append(tutorial)
    questions = None
    if (folder / self_test.FILE).is_file():
        questions, faults = read_script(folder / self_test.FILE, examples, languages)
        findings += faults
    slugs = tuple(dependencies.slug_of(path.stem, name) for path in paths)
    number = name.partition("_")[0]
    shown = section_slug(name or examples.resolve().name).replace("_", " ")
    section = Section(
        folder=name,
        title=values.get("title", {NEUTRAL: shown[:1].upper() + shown[1:]}),
        summary=values.get("summary", {}),
        order=values.get("order", int(number) if number.isdecimal() else (1000 if name else -1)),
        tutorials=tuple(tutorials),
        after={
            dependencies.slug_of(step.name, name): tuple(
                dependencies.slug_of(other, name) for other in step.after
            )
            for step in steps
            if step.after
        },
        self_test=questions,
    )
    return _Folder(section, slugs, steps), findings


def _collisions(sections: Sequence[Section], examples: Path) -> list[Finding]:
    """Two sections or scripts of one address, and scripts whose page would be the section's own."""
    findings = []
    owners: dict[str, Path] = {}
    for section in sections:
        for tutorial in section.tutorials:
            if tutorial.name == "index":
                expected = "another name: index is the page of its section"
                findings.append(Finding(tutorial.path, 0, "a script cannot be named index.py", expected))
            other = owners.setdefault(tutorial.slug, tutorial.path)
            if other != tutorial.path:
                what = f"its page has the address {tutorial.slug!r}, as that of {other}"
                findings.append(Finding(tutorial.path, 0, what, "another name for it or for its folder"))
    return findings


# ── one script ────────────────────────────────────────────────────────────────────────────────────────────


def read_script(
    path: Path, examples: Path, languages: Sequence[str]
) -> tuple[Tutorial | None, list[Finding]]:
    """The tutorial in `path`, or `None` where it is not even a script, and everything wrong with it."""
    text, fault = _read_text(path)
    if fault is None:
        tree, fault = _parse(text, path)
    if fault is not None:
        return None, [fault]
    docstring = _docstring(tree)
    if docstring is None:
        expected = "a docstring with the header (title: … for each language)"
        return None, [Finding(path, 1, "the script does not begin with a docstring", expected, rule="header")]

    script = _Script(path, text.split("\n"), docstring, tuple(languages), _places(tree))
    head, opening = script.read_header()
    cells = (*opening, *script.read_cells())
    script.check_exercises(cells)
    section = path.parent.relative_to(examples).as_posix() if path.is_relative_to(examples) else ""
    tutorial = Tutorial(path, "" if section == "." else section, head, cells, plain=script.plain)
    return tutorial, sorted(script.findings)


def _read_text(path: Path) -> tuple[str, Finding | None]:
    try:
        data = path.read_bytes()
    except OSError as error:
        return "", Finding(path, 0, f"cannot be read: {error.strerror or error}", "a readable file")
    try:
        return data.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n"), None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return "", Finding(
            path, line, f"byte 0x{data[error.start]:02x} is not UTF-8", "a file saved as UTF-8"
        )


def _parse(text: str, path: Path) -> tuple[ast.Module, Finding | None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an invalid escape is the linter's business
            tree = ast.parse(text, str(path))
            compile(tree, str(path), "exec", dont_inherit=True)  # finds what a grammar allows: `return` alone
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        reason = error.msg if isinstance(error, SyntaxError) else str(error)
        return ast.Module([], []), Finding(path, line, f"not Python: {reason}", "valid Python", rule="syntax")
    return tree, None


def _places(tree: ast.Module) -> tuple[tuple[int, int], ...]:
    """First and last line of each statement of the module, decorators included."""
    return tuple(
        (min([node.lineno, *(item.lineno for item in getattr(node, "decorator_list", ()))]), node.end_lineno)
        for node in tree.body
    )


def _docstring(tree: ast.Module) -> ast.Constant | None:
    body = tree.body
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        value = body[0].value
        return value if isinstance(value.value, str) else None
    return None


@dataclass
class _Item:
    """A prose cell before it is grouped with its twins."""

    language: str
    prose: Prose
    kind: Kind
    line: int


@dataclass
class _Script:
    """One script while it is read; `findings` grows on the way."""

    path: Path
    lines: list[str]
    docstring: ast.Constant
    languages: tuple[str, ...]
    statements: tuple[tuple[int, int], ...]  # first and last line of each
    plain: bool = False
    known: set[str] = field(default_factory=set)  # the languages that the header speaks
    levels: dict[tuple[str | None, str], int] = field(
        default_factory=dict
    )  # heading styles of a plain script
    findings: list[Finding] = field(default_factory=list)

    def report(self, line: int, what: str, expected: str, rule: str = "") -> None:
        self.findings.append(Finding(self.path, line, what, expected, rule=rule))

    # header

    def read_header(self) -> tuple[Header, list[ProseCell]]:
        """The header and, in a plain sphinx-gallery script, the prose that its docstring goes on with."""
        raw = self.docstring.value
        clean = inspect.cleandoc(raw)
        first_words = re.match(r"\s*(\S[^\n]*)(?:\n\s*(\S[^\n]*))?", raw)
        underlined = first_words and first_words[2] and _is_rule(first_words[2])
        is_yaml = first_words and re.match(r"[A-Za-z_][\w-]*:(\s|$)", first_words[1]) and not underlined
        self.known = set(self.languages)
        if not is_yaml:
            self.plain = True
            if not clean:
                self.report(
                    self.docstring.lineno, "the docstring is empty", "the header (title: …)", "header"
                )
                return Header(title={}), []
            return self._plain_header(clean)
        start = self.docstring.lineno + raw[: len(raw) - len(raw.lstrip())].count("\n")
        entries = header.read_header(clean, start, self.path, self.languages)
        self.findings += entries.findings
        self.known |= set(entries.values.get("title", ())) - {NEUTRAL}
        return Header(**{"title": {}, **entries.values}), []

    def _plain_header(self, docstring: str) -> tuple[Header, list[ProseCell]]:
        line = self.docstring.lineno
        if len(self.languages) > 1:
            wanted = ", ".join(self.languages)
            self.report(
                line, f"the header has no title for {wanted}", "a YAML header (title: es: … en: …)", "header"
            )
        heading = HEADING.search(docstring)
        if heading:
            title = heading["title"]
            self.levels[heading["over"] and heading["over"][0], heading["under"][0]] = (
                2  # the page's own is 1
            )
            before, rest = docstring[: heading.start()], docstring[heading.end() :]
        else:
            before, (title, _, rest) = "", docstring.partition("\n")
        body = rst_to_markdown(rest, self.levels)
        text = f"{rst_to_markdown(before, self.levels)}\n\n{body}".strip()
        opening = Prose(text, line + 1)
        first = " ".join(body.partition("\n\n")[0].split())
        summary = {NEUTRAL: first} if first and first[0] not in "#!<-" else {}
        name = rst_to_markdown(title).strip().lstrip("# ")
        head = Header(title={NEUTRAL: name}, summary=summary)
        return head, [ProseCell({NEUTRAL: opening}, line + 1)] if text else []

    # cells

    def read_cells(self) -> tuple[ProseCell | CodeCell, ...]:
        cells: list[ProseCell | CodeCell] = []
        group: list[_Item] = []

        def close_group() -> None:
            if group:
                cells.append(self._join_twins(group))
                group.clear()

        for item in self._items():
            if isinstance(item, CodeCell):
                close_group()
                cells.append(item)
                continue
            languages = [twin.language for twin in group]
            if NEUTRAL in (item.language, *languages) or item.language in languages:
                close_group()
            group.append(item)
        close_group()
        return tuple(cells)

    def _items(self) -> Iterator[_Item | CodeCell]:
        starts = self._marker_lines()
        body = self.docstring.end_lineno + 1
        yield from self._code(body, starts[0] if starts else len(self.lines) + 1, frozenset())
        for start, stop in pairwise([*starts, len(self.lines) + 1]):
            marker = read_marker(self.lines[start - 1], start, self.path)
            self.findings += marker.findings
            yield from self._cell(marker, start + 1, stop)

    def _marker_lines(self) -> list[int]:
        """Lines of the markers, as sphinx-gallery splits: those that belong to none of its blocks."""
        covered: set[int] = set()
        for block in galleryformat.split(self.path)[1:]:
            if block.type == "code":
                covered.update(range(block.line, block.line + block.content.count("\n") + 1))
                if block.content.endswith("\n"):
                    covered.discard(block.line + block.content.count("\n"))
            else:
                covered.update(range(block.line, self._comment_end(block.line, len(self.lines) + 1)))
        last = len(self.lines)
        return [
            number
            for number in range(self.docstring.end_lineno + 1, last + 1)
            if number not in covered and galleryformat.MARKER.match(self.lines[number - 1])
        ]

    def _comment_end(self, start: int, stop: int) -> int:
        """The first line at or after `start` that is no comment in the first column."""
        while start < stop and start <= len(self.lines) and self.lines[start - 1].startswith("#"):
            start += 1
        return start

    def _cell(self, marker: Marker, start: int, stop: int) -> Iterator[_Item | CodeCell]:
        middle = self._comment_end(start, stop)
        comment = self.lines[start - 1 : middle - 1]
        self._check_swallowed(comment, start)
        prose_tags, code_tags = (
            marker.tags & PROSE_TAGS,
            {tag for tag in marker.tags if tag.split("=")[0] in CODE_TAGS},
        )
        if marker.markdown or self.plain or (prose_tags and not code_tags):
            yield from self._prose(marker, comment, start)
            rest_has_code = _has_code(self.lines[middle - 1 : stop - 1])
            if not self.plain and not rest_has_code:
                self._check_stray_comment(middle, stop)
                return
            if code_tags and marker.markdown:
                self.report(marker.line, f"tags {sorted(code_tags)} on prose", "them on a code cell", "tags")
            yield from self._code(middle, stop, marker.tags - prose_tags)
            return
        if prose_tags:
            self.report(
                marker.line, f"tags {sorted(prose_tags)} on code", "them on a [markdown] cell", "tags"
            )
        if marker.language:
            self.report(
                marker.line, "lang on a code cell", f'# %% [markdown] lang="{marker.language}"', "marker"
            )
        stands_alone = middle >= stop or not self.lines[middle - 1].strip()
        is_comment = any(is_twin(line, self.known) for line in comment) or not stands_alone or code_tags
        if comment and not is_comment:  # untagged prose: a blank line ends it
            yield from self._prose(marker, comment, start)
            start = middle
        yield from self._code(start, stop, marker.tags)

    def _prose(self, marker: Marker, comment: list[str], start: int) -> Iterator[_Item]:
        comment = ["#" if galleryformat.is_setting(line) else line for line in comment]
        text = textwrap.dedent("\n".join(line[1:] for line in comment))
        first = start + len(text) - len(text.lstrip("\n")) if text.strip() else start
        first = start + next((index for index, line in enumerate(comment) if line[1:].strip()), 0)
        text = text.strip("\n").rstrip()
        if self.plain and not marker.markdown:
            text = rst_to_markdown(text, self.levels).strip()
        if not text.strip():
            if marker.language:
                what = f"the prose in {marker.language} is empty"
                self.report(marker.line, what, "text in comment lines right below the marker", "twin")
            return
        for value in inline_values(text):
            if value.error:
                expected = "`{python} expression` or `{python} expression:format`"
                self.report(first + value.line_offset, value.error, expected, "inline")
        if marker.language and marker.language not in self.known:
            wanted = ", ".join(self.languages)
            self.report(marker.line, f"unknown language {marker.language!r}", f"one of {wanted}", "twin")
        kind: Kind = next((tag for tag in ("exercise", "quiz") if tag in marker.tags), "prose")
        yield _Item(marker.language, Prose(text, first), kind, marker.line)

    def _code(self, start: int, stop: int, tags: frozenset[str]) -> Iterator[CodeCell]:
        lines = self.lines[start - 1 : stop - 1]
        while lines and (not lines[-1].strip() or galleryformat.MARKER.match(lines[-1])):
            lines.pop()  # the splitter takes a marker that ends the file for a comment
        while lines and not lines[0].strip():
            lines.pop(0)
            start += 1
        if not lines:
            if tags:
                self.report(start, f"tags {sorted(tags)} on an empty cell", "code below the marker", "tags")
            return
        source = "\n".join(lines)
        if self._cuts(start, start + len(lines)):
            self._check_syntax(source, start)
        yield CodeCell(source, start, tags)

    def _cuts(self, start: int, stop: int) -> bool:
        """Whether lines from `start` to before `stop` hold a part of a statement, and not all of it."""
        return any(
            first < start <= last or first < stop <= last
            for first, last in self.statements[self._statement_at(start) : self._statement_at(stop) + 1]
        )

    def _statement_at(self, line: int) -> int:
        """The first statement that ends on or after `line`."""
        return bisect_left(self.statements, line, key=itemgetter(1))

    def _check_syntax(self, source: str, start: int) -> None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                ast.parse(source)
        except SyntaxError as error:
            line = start + (error.lineno or 1) - 1
            what = f"the cell is not Python on its own: {error.msg}"
            self.report(line, what, "no marker within a string or an indented block", "syntax")

    def _check_swallowed(self, comment: list[str], start: int) -> None:
        for index, line in enumerate(comment):
            if not self.plain and re.match(r"# ?%%", line):
                what = "this marker follows a comment line directly: sphinx-gallery swallows it"
                self.report(start + index, what, "a blank line before it", "marker")

    def _check_stray_comment(self, start: int, stop: int) -> None:
        """Below prose there is no code, but perhaps a comment that was meant to be prose."""
        for index, line in enumerate(self.lines[start - 1 : stop - 1]):
            if line.strip():
                what = "this comment is not part of the prose above: a blank line ends a cell"
                self.report(start + index, what, "a # on the blank line, or a marker of its own", "marker")
                return

    # twins

    def _join_twins(self, group: Sequence[_Item]) -> ProseCell:
        texts = {item.language: item.prose for item in group}
        kind = next((item.kind for item in group if item.kind != "prose"), "prose")
        cell = ProseCell(texts, group[0].line, kind)
        if kind == "quiz":
            self._check_quiz(texts)
        if NEUTRAL in texts:
            return cell
        for language in self.languages:
            if language not in texts:
                has = ", ".join(texts)
                expected = f'# %% [markdown] lang="{language}" with the same in its words, next to it'
                self.report(cell.line, f"the prose in {has} has no twin in {language}", expected, "twin")
        self._compare_twins([item for item in group if item.language in self.languages])
        return cell

    def _compare_twins(self, group: Sequence[_Item]) -> None:
        for item in group[1:]:
            first = group[0]
            here, there = structure(item.prose.text), structure(first.prose.text)
            differences = here.differences(there)
            values, wanted = len(inline_values(item.prose.text)), len(inline_values(first.prose.text))
            if values != wanted:
                differences.append(f"number of inline values {values}, not {wanted}")
            for difference in differences:
                what = f"the prose in {item.language} differs from that in {first.language}: {difference}"
                expected = f"the structure of line {first.prose.line}"
                self.report(item.prose.line, what, expected, "twin")

    def _check_quiz(self, texts: Mapping[str, Prose]) -> None:
        """A right answer, and the same choice in every language."""
        first: tuple[bool, ...] | None = None
        for prose in texts.values():
            marks = tuple(option.right for option in parse_quiz(prose.text).options)
            if True not in marks:
                what = "a quiz without a right answer"
                self.report(prose.line, what, "lines `- [x] right: why` and `- [ ] wrong: why not`", "quiz")
            elif first is not None and marks != first:
                what = "the answers are not right and wrong in the same order as in the twin"
                self.report(prose.line, what, "the same answers in every language", "quiz")
            first = first or marks

    # exercises

    def check_exercises(self, cells: Sequence[ProseCell | CodeCell]) -> None:
        """Each exercise has a solution, each solution a check after it, each check a solution before it."""
        question: ProseCell | None = None
        solution: CodeCell | None = None
        for cell in (*cells, None):
            is_code = isinstance(cell, CodeCell)
            if cell is None or (isinstance(cell, ProseCell) and cell.kind == "exercise"):
                if question is not None:
                    self.report(
                        question.line,
                        "an exercise without solution",
                        'a cell with tags=["solution"]',
                        "exercise",
                    )
                question = cell
            if is_code and cell.solution:
                question, solution = None, cell
            elif is_code and cell.check:
                if solution is None:
                    self.report(
                        cell.line,
                        "a check without solution before it",
                        'tags=["solution"] before it',
                        "exercise",
                    )
                solution = None
            elif solution is not None and (cell is None or is_code or cell is question):
                self.report(
                    solution.line,
                    "a solution without check",
                    'a cell with tags=["check"] after it',
                    "exercise",
                )
                solution = None


def _is_rule(line: str) -> bool:
    """A line of three or more of the same sign, as under a title in reStructuredText."""
    line = line.strip()
    return len(line) >= 3 and len(set(line)) == 1 and not line[0].isalnum()


def _has_code(lines: Sequence[str]) -> bool:
    return any(line.strip() and not line.lstrip().startswith("#") for line in lines)
