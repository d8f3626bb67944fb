"""The page of one tutorial in one language: Markdown that any generator on Python-Markdown understands.

Class names for style sheets (everything works unstyled):

    .tut-meta        box at the top: objectives, prerequisites, measured costs (.tut-measured)
    .tut-cell        empty mark before each prose cell; `data-cell` is equal in all languages
    .tut-output      what a cell produced; with .tut-stderr, .tut-html or .tut-error as a second class
    .tut-figure      figure around an inline SVG; .tut-image is a raster image
    .tut-failed      where a lesson stopped: traceback in place
    .tut-exercise    prose, .tut-solution (folded) and .tut-check
    .tut-quiz        question with one <details class="tut-option"> for each answer, .tut-right or .tut-wrong
    .tut-downloads   links to notebook, script, exercises, Colab
    .tut-api         functions the lesson uses (folded)
    .tut-prevnext    .tut-previous and .tut-next

What differs from run to run stands in an element with `data-volatile`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from datetime import date
from html import escape

import yaml
from babel import UnknownLocaleError
from babel.dates import format_date
from bs4 import BeautifulSoup

from tutorials_lib.site import api, figures, headings, quiz, tags
from tutorials_lib.site.edition import IMAGES, SVG, Code, Edition, Picture, ProseText, Shown, chosen
from tutorials_lib.site.inline import localize
from tutorials_lib.site.markdown import CODE_SPAN, HTML_IMAGE, IMAGE, blank, without_fences
from tutorials_lib.site.record import Failure, Raised, Stream
from tutorials_lib.site.script import ProseCell, Tutorial
from tutorials_lib.site.settings import Settings
from tutorials_lib.site.words import FALLBACK, words


def render(
    edition: Edition, settings: Settings, previous: Tutorial | None = None, following: Tutorial | None = None
) -> str:
    """The page as Markdown."""
    return _Page(edition, settings).render(previous, following)


def images(edition: Edition) -> dict[str, bytes]:
    """Raster images of the page and pictures that its prose names: path in the language's tree → content."""
    slug = edition.tutorial.slug
    drawn = {
        _image_path(slug, picture): picture.content
        for picture in edition.pictures
        if isinstance(picture.content, bytes)
    }
    texts = (cell.text for cell in edition.cells if isinstance(cell, ProseText))
    named = {path: edition.tutorial.path.parent / path for text in texts for _, path in pictures_in(text)}
    return drawn | {
        _prose_picture_path(slug, path): file.read_bytes() for path, file in named.items() if file.is_file()
    }


def link(target: str, page: str) -> str:
    """The address of `target` seen from `page`, both paths in the language's tree."""
    return posixpath.relpath(target, posixpath.dirname(page) or ".")


def front_matter(**values: object) -> str:
    """The block of metadata that MkDocs and others read."""
    kept = {name: value for name, value in values.items() if value}
    return f"---\n{yaml.safe_dump(kept, allow_unicode=True, sort_keys=False, width=1000)}---"


def naming_language(settings: Settings) -> str:
    """The language whose words give ids to the pages of all."""
    return FALLBACK if FALLBACK in settings.languages else settings.languages[0]


def naming_prose(tutorial: Tutorial, cell: ProseText, settings: Settings) -> str:
    """The twin of a prose cell whose headings name those of every language."""
    twins = tutorial.cells[cell.index]
    assert isinstance(twins, ProseCell)
    named = twins.in_language(naming_language(settings)) or next(iter(twins.texts.values()))
    return named.text


def heading_ids(tutorial: Tutorial, settings: Settings) -> list[str]:
    """The ids of a lesson's headings, in every language, without a run."""
    naming = naming_language(settings)
    used = {headings.slug(chosen(tutorial.header.title, naming, tutorial.name))}
    for cell in tutorial.cells:
        if isinstance(cell, ProseCell):
            text = (cell.in_language(naming) or next(iter(cell.texts.values()))).text
            headings.with_ids(text, text, used)
    return sorted(used)


def quantity(value: float, spec: str, unit: str, language: str) -> str:
    """A measured number with its unit, marked as one that differs from run to run."""
    text = words(language)[unit].format(value=localize(value, spec, language))
    return f"<span data-volatile>{text.replace(' ', '&nbsp;')}</span>"


def seconds(value: float, language: str) -> str:
    return quantity(value, ".1f" if value < 9.95 else ".0f", "seconds", language)


def day(iso: str, language: str) -> str:
    """An ISO date as the language writes it."""
    try:
        return format_date(date.fromisoformat(iso[:10]), "long", locale=language.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return iso


class _Page:
    """Collects the blocks of one page."""

    def __init__(self, edition: Edition, settings: Settings) -> None:
        self.edition, self.settings = edition, settings
        self.tutorial, self.language = edition.tutorial, edition.language
        self.words = words(edition.language)
        self.path = f"{self.tutorial.slug}.md"
        self.ids: set[str] = set()
        self.quizzes = 0
        self.naming = naming_language(settings)
        levels = [heading.level for cell in self._prose() for heading in headings.headings(cell.text)]
        self.shift = int(1 in levels)  # the page's title is the only heading of level 1

    def _prose(self) -> Iterator[ProseText]:
        return (cell for cell in self.edition.cells if isinstance(cell, ProseText))

    def render(self, previous: Tutorial | None, following: Tutorial | None) -> str:
        edition = self.edition
        title_id = headings.slug(chosen(self.tutorial.header.title, self.naming, self.tutorial.name))
        self.ids.add(title_id)
        blocks = [
            front_matter(
                title=plain(edition.title),
                description=plain(edition.summary),
                tags=[tags.shown(tag, self.language, self.settings) for tag in self.tutorial.header.tags],
            ),
            f"# {edition.title} {{#{title_id}}}",
            *self._failure_notice(),
            self._meta(),
            *self._cells(),
            self._downloads(),
            *self._api(),
            *self._neighbours(previous, following),
        ]
        return "\n\n".join(block for block in blocks if block) + "\n"

    # ── top ──

    def _failure_notice(self) -> Iterator[str]:
        outcome = self.edition.outcome
        if isinstance(outcome, Failure):
            yield (
                f'<div class="tut-failed" role="alert"><p><strong>{self.words["failed"]}.</strong> '
                f"{escape(outcome.message)}</p></div>"
            )

    def _meta(self) -> str:
        lines = [f'<div class="tut-meta" data-lesson="{escape(self.tutorial.slug)}" markdown="1">']
        for name in ("objectives", "prerequisites"):
            entries = getattr(self.edition, name)
            if entries:
                lines += ["", f"**{self.words[name]}**", "", *(f"- {_one_line(entry)}" for entry in entries)]
        return "\n".join([*lines, "", self._measured(), "", "</div>"])

    def _measured(self) -> str:
        record = self.edition.record
        versions = ", ".join(
            f"{escape(name)}&nbsp;{escape(version)}" for name, version in _first_python(record.versions)
        )
        text = self.words["measured"].format(
            date=f"<span data-volatile>{escape(day(record.date, self.language))}</span>",
            seconds=seconds(record.wall_seconds, self.language),
            memory=quantity(record.memory_bytes / 2**20, ".0f", "mebibytes", self.language),
        )
        network = f" {self.words['network']}" if record.network else ""
        stated = f" {self.words['versions']}: {versions}." if versions else ""
        return f'<p class="tut-measured">{text}{stated}{network}</p>'

    # ── cells ──

    def _cells(self) -> Iterator[str]:
        in_exercise = False
        for cell in self.edition.cells:
            continues = isinstance(cell, Code) and (cell.cell.solution or cell.cell.check or cell.cell.hidden)
            if in_exercise and not continues:
                yield "</div>"
                in_exercise = False
            if isinstance(cell, Code):
                yield from self._code(cell)
                continue
            yield f'<div class="tut-cell" data-cell="{cell.index}"></div>'
            if cell.kind == "exercise":
                in_exercise = True
                yield '<div class="tut-exercise" markdown="1">'
            yield self._quiz(cell) if cell.kind == "quiz" else self._text(cell)
        if in_exercise:
            yield "</div>"

    def _text(self, cell: ProseText) -> str:
        text = headings.with_ids(
            cell.text, naming_prose(self.tutorial, cell, self.settings), self.ids, self.shift
        )
        for target, path in reversed(list(pictures_in(text))):
            address = link(_prose_picture_path(self.tutorial.slug, path), self.path)
            text = text[: target.start] + address + text[target.stop :]
        return text

    def _quiz(self, cell: ProseText) -> str:
        self.quizzes += 1
        return quiz.render(quiz.parse_quiz(self._text(cell)), f"quiz-{self.quizzes}", self.words)

    def _code(self, cell: Code) -> Iterator[str]:
        if cell.cell.hidden and not cell.failure:
            return
        blocks = [*([fence(cell.source, "python")] if cell.source else []), *self._outputs(cell)]
        if not blocks:
            return
        if cell.cell.solution:
            blocks = [
                f'<details class="tut-solution" markdown="1"{" open" if cell.failure else ""}>',
                f"<summary>{self.words['solution']}</summary>",
                *blocks,
                "</details>",
            ]
        elif cell.cell.check:
            title = f'<p class="tut-check-title">{self.words["check"]}</p>'
            blocks = ['<div class="tut-check" markdown="1">', title, *blocks, "</div>"]
        yield from blocks

    def _outputs(self, cell: Code) -> Iterator[str]:
        for output in cell.outputs:
            if shown := self._output(output):
                yield shown
        if cell.failure:
            error = cell.failure.error
            text = (error.traceback or f"{error.type}: {error.message}") if error else cell.failure.message
            yield (
                f'<div class="tut-output tut-error tut-failed no-copy" role="alert">'
                f"<p>{self.words['failed_cell']}</p><pre><code>{_preformatted(text)}</code></pre></div>"
            )
        elif not cell.ran and cell.source:
            yield f'<p class="tut-not-run">{self.words["not_run"]}</p>'

    def _output(self, output: Shown) -> str:
        if isinstance(output, Stream):
            stderr = output.name == "stderr"
            return self._pre(output.text, "tut-stderr" if stderr else "", "warnings" if stderr else "output")
        if isinstance(output, Raised):
            return self._pre(f"{output.type}: {output.message}", "tut-error", "error")
        if isinstance(output, Picture):
            return self._picture(output)
        data = output.data
        if "text/html" in data:
            return self._box(_inline_html(data["text/html"]), "tut-html", "output")
        if "text/latex" in data:
            return _display_math(data["text/latex"])
        if "text/markdown" in data:
            return f'<div class="tut-output" markdown="1">\n\n{data["text/markdown"].strip()}\n\n</div>'
        return self._pre(data["text/plain"], "", "output") if "text/plain" in data else ""

    def _pre(self, text: str, kind: str, label: str) -> str:
        shown = _preformatted(text)
        return self._box(f"<pre><code>{shown}</code></pre>", kind, label) if shown.strip() else ""

    def _box(self, html: str, kind: str, label: str) -> str:
        classes = " ".join(filter(None, ("tut-output", kind, "no-copy")))
        return f'<div class="{classes}" role="group" aria-label="{escape(self.words[label])}">{html}</div>'

    def _picture(self, picture: Picture) -> str:
        if picture.mime == SVG:
            assert isinstance(picture.content, str)
            return figures.themed(picture.content, picture.alt, f"{self.language}{picture.number}")
        label = re.sub(r"([\\\[\]])", r"\\\1", _one_line(picture.alt))
        address = link(_image_path(self.tutorial.slug, picture), self.path)
        return f"![{label}]({address}){{ .tut-image loading=lazy }}"

    # ── foot ──

    def _downloads(self) -> str:
        slug, name = self.tutorial.slug, self.tutorial.name
        text = self.words
        links = [
            f"[{text['notebook']}]({link(f'downloads/{slug}.ipynb', self.path)}){{ download={name}.ipynb }}",
            f"[{text['script']}]({link(f'downloads/{slug}.py', self.path)}){{ download={name}.py }}",
        ]
        if self.edition.has_exercises:
            links.append(f"[{text['exercises']}]({link(f'exercises/{slug}.ipynb', self.path)})")
        if self.settings.repository:
            place = f"{self.settings.repository}/blob/{self.settings.notebooks_branch}"
            address = (
                f"https://colab.research.google.com/github/{place}/{self.language}/downloads/{slug}.ipynb"
            )
            links.append(f"[{text['colab']}]({address})")
        return _navigation("tut-downloads", text["downloads"], links)

    def _api(self) -> Iterator[str]:
        names = api.used(self.tutorial)
        if names:
            entries = (f"- {api.reference(name, self.path)}" for name in names)
            summary = f"<summary>{self.words['api']}</summary>"
            yield "\n".join(
                ['<details class="tut-api" markdown="1">', summary, "", *entries, "", "</details>"]
            )

    def _neighbours(self, previous: Tutorial | None, following: Tutorial | None) -> Iterator[str]:
        links = []
        for tutorial, word, kind in ((previous, "previous", "prev"), (following, "next", "next")):
            if tutorial:
                title = chosen(tutorial.header.title, self.language, tutorial.name)
                address = link(f"{tutorial.slug}.md", self.path)
                links.append(f"[{self.words[word]}: {title}]({address}){{ .tut-{word} rel={kind} }}")
        if links:
            yield _navigation("tut-prevnext", self.words["lesson_order"], links)


def plain(text: str) -> str:
    """Markdown without its marks, for titles and descriptions."""
    return _one_line(re.sub(r"[*`$]|(?<!\w)_|_(?!\w)", "", re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)))


def fence(code: str, info: str) -> str:
    """A fenced block whose marks are longer than any inside."""
    longest = max((len(run) for run in re.findall(r"^\s*(`{3,})", code, re.MULTILINE)), default=2)
    marks = "`" * (longest + 1)
    return f"{marks}{info}\n{code}\n{marks}"


def pictures_in(text: str) -> Iterator[tuple[slice, str]]:
    """Addresses in prose that name a file beside the script: their place, and the path of the file."""
    visible = CODE_SPAN.sub(blank, without_fences(text))
    found = [*IMAGE.finditer(visible), *HTML_IMAGE.finditer(visible)]
    for match in sorted(found, key=lambda match: match.start()):
        target = match["target"].strip("<>")
        if target and not re.match(r"[a-zA-Z][\w+.-]*:|/|#", target):
            yield slice(*match.span("target")), re.split(r"[?#]", target)[0]


def _image_path(slug: str, picture: Picture) -> str:
    return f"figures/{slug}-{picture.number}.{IMAGES[picture.mime]}"


def _prose_picture_path(slug: str, path: str) -> str:
    return f"figures/{slug}-{posixpath.basename(path)}"


def _first_python(versions: dict[str, str]) -> list[tuple[str, str]]:
    """Python and torch first: what a reader compares with."""
    order = {"python": 0, "torch": 1}
    return sorted(versions.items(), key=lambda item: (order.get(item[0], 2), item[0]))


def _navigation(kind: str, label: str, links: Sequence[str]) -> str:
    return "\n\n".join([f'<nav class="{kind}" aria-label="{escape(label)}" markdown="1">', *links, "</nav>"])


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _preformatted(text: str) -> str:
    """Text for `<pre>`; "" for nothing but blank lines."""
    return _without_blank_lines(escape(text.strip("\n"), quote=False)) if text.strip() else ""


def _without_blank_lines(html: str) -> str:
    """The same text with line breaks as entities where a blank line would end the HTML block in Markdown."""
    return re.sub(r"\n(?=[ \t]*\n)", "&#10;", html)


def _inline_html(html: str) -> str:
    """HTML of an output, made to fit in a page: closed tags, no scripts, no requests, no blank lines."""
    soup = BeautifulSoup(html, "html.parser")
    for element in soup(["script", "link", "iframe", "meta", "base", "object", "embed"]):
        element.decompose()
    for element in soup(src=re.compile(r"^(?:https?:)?//")):
        element.decompose()
    for style in soup("style"):
        style.string = re.sub(r"\s*\n\s*", " ", style.get_text())
    return _without_blank_lines(str(soup).strip())


def _display_math(latex: str) -> str:
    body = "\n".join(line for line in latex.strip().splitlines() if line.strip())
    inner = re.fullmatch(r"\$\$?(.*?)\$\$?", body, re.DOTALL)
    return f"$$\n{(inner[1] if inner else body).strip()}\n$$"
