"""One tutorial in one language: every cell with its words, values and pictures chosen.

Pages, notebooks and cards are written from it, so they agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TypeVar

from tutorials_lib.i18n import resolve
from tutorials_lib.site.findings import Finding, SiteError
from tutorials_lib.site.galleryformat import without_ignored
from tutorials_lib.site.inline import inline_values, localize
from tutorials_lib.site.markdown import DISPLAY_MATH, INLINE_MATH
from tutorials_lib.site.record import Display, Failure, Figure, Raised, Record, Stream
from tutorials_lib.site.script import NEUTRAL, CodeCell, ProseCell, Tutorial
from tutorials_lib.site.settings import Settings
from tutorials_lib.site.source import AltText, alt_texts, in_language
from tutorials_lib.site.words import words

Text = TypeVar("Text")

# What a browser shows best comes first.
IMAGES = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "image/gif": "gif"}
SVG = "image/svg+xml"


@dataclass(frozen=True)
class Picture:
    """A figure or image as drawn for this language. `content` is text for an SVG, else bytes."""

    mime: str
    content: str | bytes
    alt: str
    number: int  # counts from 1 through the tutorial


Shown = Stream | Display | Picture | Raised


@dataclass(frozen=True)
class ProseText:
    """Markdown with the values of the run in their places; `index` counts all cells of the tutorial."""

    index: int
    kind: str
    text: str


@dataclass(frozen=True)
class Code:
    """Clean code in one language, "" when nothing of the cell is left, and what it produced.

    `source` is what the page shows, `whole` what downloads run: it has what the gallery is told to ignore.
    """

    index: int
    cell: CodeCell
    source: str
    whole: str
    outputs: tuple[Shown, ...]
    failure: Failure | None = None  # this is the cell that failed
    ran: bool = True


@dataclass(frozen=True)
class Edition:
    """All that a page, a notebook or a card of one language shows."""

    tutorial: Tutorial
    language: str
    outcome: Record | Failure
    title: str
    summary: str
    objectives: tuple[str, ...]
    prerequisites: tuple[str, ...]
    cells: tuple[ProseText | Code, ...]

    @property
    def record(self) -> Record:
        return self.outcome.partial if isinstance(self.outcome, Failure) else self.outcome

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """What the page shows, in order."""
        return tuple(
            output
            for cell in self.cells
            if isinstance(cell, Code) and not cell.cell.hidden
            for output in cell.outputs
            if isinstance(output, Picture)
        )

    @property
    def has_exercises(self) -> bool:
        return any(cell.solution for cell in self.tutorial.code_cells)


def chosen(texts: Mapping[str, Text], language: str, default: Text) -> Text:
    """The entry of a language; else the one that serves every language; else the first one."""
    if language in texts:
        return texts[language]
    return texts.get(NEUTRAL, next(iter(texts.values()), default))


def edition(tutorial: Tutorial, outcome: Record | Failure, language: str, settings: Settings) -> Edition:
    """Choose the words of one language. Raises `SiteError` with all that the run shows to be missing."""
    findings: list[Finding] = []
    cells = tuple(_cells(tutorial, outcome, language, settings, findings))
    if findings:
        raise SiteError(findings)
    head = tutorial.header
    return Edition(
        tutorial,
        language,
        outcome,
        chosen(head.title, language, tutorial.name),
        chosen(head.summary, language, ""),
        tuple(chosen(head.objectives, language, ())),
        tuple(chosen(head.prerequisites, language, ())),
        cells,
    )


def _cells(
    tutorial: Tutorial, outcome: Record | Failure, language: str, settings: Settings, findings: list[Finding]
) -> Iterator[ProseText | Code]:
    failure = outcome if isinstance(outcome, Failure) else None
    record = failure.partial if failure else outcome
    code_index, picture_number = 0, 0
    for index, cell in enumerate(tutorial.cells):
        if isinstance(cell, ProseCell):
            if text := _prose(cell, code_index, tutorial, outcome, language, findings):
                yield ProseText(index, cell.kind, text)
            continue
        raw = record.cells[code_index] if code_index < len(record.cells) else ()
        alts = [] if failure else None
        outputs = tuple(_outputs(raw, cell, tutorial, record, language, picture_number, findings, alts))
        picture_number += sum(isinstance(output, Picture) for output in outputs)
        failed = failure if failure and failure.cell == code_index else None
        ran = not failure or code_index <= failure.cell
        whole = _source(cell.source, language, settings.languages)
        source = _source(without_ignored(cell.source), language, settings.languages)
        yield Code(index, cell, source, whole, outputs, failed, ran)
        code_index += 1


@cache  # while serving, an edit changes one cell
def _source(code: str, language: str, languages: tuple[str, ...]) -> str:
    return in_language(code, language, languages)


def _prose(
    cell: ProseCell,
    after_cell: int,
    tutorial: Tutorial,
    outcome: Record | Failure,
    language: str,
    findings: list[Finding],
) -> str:
    prose = cell.in_language(language)
    if prose is None:
        return ""
    record = outcome.partial if isinstance(outcome, Failure) else outcome
    text = prose.text
    for inline in reversed(inline_values(text)):
        try:
            value = record.value(after_cell, inline.expression, inline.format)
            shown = localize(value, inline.format, language)
        except KeyError:
            shown = "—"
            if not isinstance(outcome, Failure):
                line = prose.line + inline.line_offset
                what = f"the run has no value for {inline.expression!r}"
                findings.append(Finding(tutorial.path, line, what, "an expression that the run evaluated"))
        except ValueError as error:
            shown = "—"
            line = prose.line + inline.line_offset
            what = f"{inline.expression!r} cannot be formatted as {inline.format!r} ({error})"
            findings.append(Finding(tutorial.path, line, what, "a format that the value takes"))
        else:
            shown = _for_math(shown) if _in_math(text, inline.start) else _for_prose(shown)
        text = text[: inline.start] + shown + text[inline.end :]
    return text


def _in_math(text: str, position: int) -> bool:
    spans = [found.span() for math in (DISPLAY_MATH, INLINE_MATH) for found in math.finditer(text)]
    return any(start < position < end for start, end in spans)


def _for_math(value: str) -> str:
    """A comma between digits is a mark, not a separator that TeX spaces out; % would start a comment."""
    return re.sub(r"(?<=\d),(?=\d)", "{,}", value).replace("\N{NO-BREAK SPACE}%", r"\,%").replace("%", r"\%")


_MARKUP = re.compile(r"[*`<&$\\]|(?<!\w)_|_(?!\w)|\[(?=[^\]]*\][(\[])")


def _for_prose(value: str) -> str:
    """Text that Markdown shows as it is. Entities, because `\\(` and `\\[` open math on these pages."""
    return _MARKUP.sub(lambda found: f"&#{ord(found[0])};", value)


def _outputs(
    raw: Sequence[object],
    cell: CodeCell,
    tutorial: Tutorial,
    record: Record,
    language: str,
    number: int,
    findings: list[Finding],
    forgiven: list | None,
) -> Iterator[Shown]:
    drawn = [output for output in raw if isinstance(output, Figure) or _image_type(output)]
    alts = iter(_alternatives(drawn, cell, tutorial, language, number))
    if forgiven is None and not cell.hidden:
        for alt in alt_texts(cell.source)[len(drawn) :]:
            what = f"alternative text for a figure that the cell does not draw (it drew {len(drawn)})"
            expected = "one pair of alternative texts for each figure, and one before a loop"
            findings.append(Finding(tutorial.path, cell.line + alt.line - 1, what, expected, rule="alt"))
    for output in raw:
        if isinstance(output, Stream):
            yield replace(output, text=resolve(output.text, language))
        elif isinstance(output, Raised):
            message, traceback = resolve(output.message, language), resolve(output.traceback, language)
            yield replace(output, message=message, traceback=traceback)
        elif isinstance(output, Figure) or _image_type(output):
            number += 1
            alt = next(alts)
            if alt is None and not cell.hidden and forgiven is None:
                count = f"{len(drawn)} figure{'s' if len(drawn) > 1 else ''}"
                what = f"the cell drew {count}, and one has no alternative text in {language!r}"
                expected = f"`# alt {language}: …` for each figure, or once before the loop that draws them"
                findings.append(Finding(tutorial.path, cell.line, what, expected, rule="alt"))
            yield _picture(output, record, language, alt or "", number)
        elif isinstance(output, Display):
            yield Display({mime: resolve(text, language) for mime, text in output.data.items()})


def _image_type(output: object) -> str | None:
    """The image type that a display is shown as; a table or a formula beside an image is shown instead."""
    if not isinstance(output, Display) or "text/html" in output.data or "text/latex" in output.data:
        return None
    return next((mime for mime in (SVG, *IMAGES) if mime in output.data), None)


def _picture(output: object, record: Record, language: str, alt: str, number: int) -> Picture:
    if isinstance(output, Figure):
        name = output.files.get(language) or output.files.get(NEUTRAL) or next(iter(output.files.values()))
        return Picture(SVG, record.files[name].decode("utf-8"), alt, number)
    assert isinstance(output, Display)
    mime = _image_type(output) or SVG
    content = output.data[mime]
    if mime == SVG:
        stored = record.files.get(content)
        return Picture(SVG, stored.decode("utf-8") if stored else resolve(content, language), alt, number)
    return Picture(mime, record.files[content], alt, number)


def _alternatives(
    drawn: Sequence[object], cell: CodeCell, tutorial: Tutorial, language: str, number: int
) -> list[str | None]:
    """The alternative text of every picture of a cell; `None` where the author wrote none."""
    texts = numbered(alt_texts(cell.source), len(drawn), language)
    if tutorial.plain:
        for place, output in enumerate(drawn):
            title = resolve(output.title, language) if isinstance(output, Figure) else ""
            fallback = words(language)["figure"].format(number=number + place + 1)
            texts[place] = texts[place] or title or fallback
    return texts


def numbered(alts: Sequence[AltText], count: int, language: str) -> list[str | None]:
    """One text for each of `count` figures: in order, those of a loop as often as the loop drew.

    >>> numbered([AltText({"en": "a digit"}, 1, loop=True)], 2, "en")
    ['a digit (1 of 2)', 'a digit (2 of 2)']
    """
    spare = max(count - len(alts), 0)
    loops = [place for place, alt in enumerate(alts) if alt.loop]
    result: list[str | None] = []
    for place, alt in enumerate(alts):
        times = 1
        if place in loops:  # several loops: shared out evenly, the first ones get what is left over
            share, rest = divmod(spare, len(loops))
            times += share + (loops.index(place) < rest)
        text = alt.get(language)
        for repeat in range(times):
            many = text and times > 1
            template = words(language)["numbered"]
            result.append(template.format(alt=text, number=repeat + 1, total=times) if many else text or None)
    return (result + [None] * count)[:count]
