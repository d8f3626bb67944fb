"""Comment twins: `# es: …` beside `# en: …`, and the alternative text of figures, `# alt es: …`.

A comment line that follows a twin and is indented by two or more spaces continues it:

    # es: dos matrices
    #     de la misma forma
    # en: two matrices
    #     of the same shape
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise

_LANGUAGE = r"[a-z]{2,3}(?:[-_][A-Za-z]{2,8})?"
_TWIN = re.compile(rf"#\s?(?P<alt>alt )?(?P<language>{_LANGUAGE}):(?:\s+(?P<text>.*)|$)")
_CONTINUATION = re.compile(r"#(?:\s{2,}|\t)(?P<text>\S.*)")
_TRAILING = re.compile(rf"#\s?(?={_LANGUAGE}:\s)")
_LIKE_TWIN = re.compile(rf"#\s?(?:alt )?{_LANGUAGE}:")


@dataclass(frozen=True)
class Twin:
    """One language's comment. `lines` counts from 1 in the code; `column` is where the first `#` stands."""

    language: str
    texts: tuple[str, ...]  # one entry for each line
    line: int
    column: int
    alt: bool = False
    trailing: bool = False  # stands behind code, on its line

    @property
    def text(self) -> str:
        return " ".join(filter(None, self.texts))

    @property
    def last_line(self) -> int:
        return self.line + len(self.texts) - 1


class AltText(dict[str, str]):
    """Alternative text of a figure in each language; `loop`: it serves every figure of a loop."""

    def __init__(self, texts: dict[str, str], line: int, loop: bool) -> None:
        super().__init__(texts)
        self.line, self.loop = line, loop


@dataclass
class _Run:
    """Twins that stand together: one comment in several languages."""

    twins: list[Twin] = field(default_factory=list)

    @property
    def languages(self) -> list[str]:
        return [twin.language for twin in self.twins]


def is_twin(line: str, languages: Collection[str]) -> bool:
    """Whether a comment line is one of a comment's twins in one of `languages`, or alternative text."""
    found = _TWIN.fullmatch(line.strip())
    return found is not None and (bool(found["alt"]) or found["language"] in languages)


def twin_runs(code: str, languages: Collection[str]) -> list[list[Twin]]:
    """The comments of `code` that come in languages, each with its twins, in order.

    Beside a comment in one of `languages` any language code counts; alone (`# to: …`) it is a plain comment.
    Raises nothing: code that cannot be read has no comments.
    """
    runs: list[_Run] = []
    for twin in _twins(code):
        last = runs[-1].twins[-1] if runs else None
        together = last is not None and (
            (last.alt, last.trailing) == (twin.alt, twin.trailing)
            and (last.line == twin.line if twin.trailing else last.last_line + 1 == twin.line)
            and twin.language not in runs[-1].languages
        )
        if not together:
            runs.append(_Run())
        runs[-1].twins.append(twin)
    return [run.twins for run in runs if run.twins[0].alt or set(run.languages) & set(languages)]


def alt_texts(code: str) -> list[AltText]:
    """Alternative texts of the figures that `code` draws, in its order.

    `loop` marks those within a loop, or right before one: they serve all its figures.
    """
    runs = [run for run in twin_runs(code, ()) if run[0].alt]
    if not runs:
        return []
    statements = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.stmt)]
    loops = [node for node in statements if isinstance(node, (ast.For, ast.AsyncFor, ast.While))]

    def serves_loop(line: int) -> bool:
        within = any(loop.lineno <= line <= (loop.end_lineno or line) for loop in loops)
        following = min(
            (node for node in statements if node.lineno > line), key=lambda node: node.lineno, default=None
        )
        return within or following in loops

    return [
        AltText({twin.language: twin.text for twin in run}, run[0].line, serves_loop(run[-1].line))
        for run in runs
    ]


def comments_in_language(code: str, language: str, languages: Collection[str]) -> str:
    """`code` with each comment that comes in languages in one of them, and without alternative texts."""
    lines = code.split("\n")
    for run in reversed(twin_runs(code, languages)):
        first, last = run[0], run[-1]
        kept = (
            [] if first.alt else next((twin.texts for twin in run if twin.language == language), first.texts)
        )
        before = lines[first.line - 1][: first.column]
        if first.trailing:
            lines[first.line - 1] = f"{before}# {' '.join(kept)}" if kept else before.rstrip()
        else:
            lines[first.line - 1 : last.last_line] = [f"{before}# {text}".rstrip() for text in kept]
    return "\n".join(lines)


@cache  # what checks ask of a cell, pages ask again
def _twins(code: str) -> tuple[Twin, ...]:
    return tuple(_read_twins(code))


def _read_twins(code: str) -> Iterator[Twin]:
    """Every comment of `code` that begins like a twin, with its continuation lines."""
    if not _LIKE_TWIN.search(code):  # most cells have none, and reading their tokens takes long
        return
    current: Twin | None = None
    for line, column, comment, trailing in _comments(code):
        found = None if trailing else _TWIN.fullmatch(comment)
        more = None if trailing else _CONTINUATION.fullmatch(comment)
        if current and more and not found and (line, column) == (current.last_line + 1, current.column):
            current = replace(current, texts=(*current.texts, more["text"].rstrip()))
            continue
        if current:
            yield current
        current = _twin(found, line, column) if found else None
        if trailing:
            yield from _trailing(comment, line, column)
    if current:
        yield current


def _trailing(comment: str, line: int, column: int) -> Iterator[Twin]:
    """The twins of one comment behind code: `# es: uno  # en: one`."""
    starts = [found.start() for found in _TRAILING.finditer(comment)]
    for start, stop in pairwise([*starts, len(comment)]):
        if found := _TWIN.fullmatch(comment[start:stop].strip()):
            yield replace(_twin(found, line, column), trailing=True)


def _twin(found: re.Match[str], line: int, column: int) -> Twin:
    return Twin(found["language"], ((found["text"] or "").strip(),), line, column, bool(found["alt"]))


def _comments(code: str) -> Iterator[tuple[int, int, str, bool]]:
    """Line, column, text of each comment, and whether code stands before it on its line."""
    try:
        for token in tokenize.generate_tokens(io.StringIO(code).readline):
            if token.type == tokenize.COMMENT:
                line, column = token.start
                yield line, column, token.string, bool(token.line[:column].strip())
    except (tokenize.TokenError, IndentationError, SyntaxError):
        return
