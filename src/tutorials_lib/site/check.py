"""Everything that can be said about the scripts without running them, all at once.

`script.load_examples` has the rules without which a script has no cells; here are those for what it says.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote

from tutorials_lib.site import statements
from tutorials_lib.site.comments import twin_runs
from tutorials_lib.site.findings import Finding, SiteError
from tutorials_lib.site.glossary import Glossary, load_glossary
from tutorials_lib.site.markdown import CODE_SPAN, GLOSS, HTML_IMAGE, IMAGE, blank, without_fences, words_only
from tutorials_lib.site.metrics_in_prose import literal_metrics
from tutorials_lib.site.reading import read_examples
from tutorials_lib.site.script import NEUTRAL, CodeCell, Section, Tutorial
from tutorials_lib.site.settings import Settings
from tutorials_lib.site.spelling import misspelled


def check_examples(settings: Settings) -> list[Finding]:
    """Every fault of every script: those that keep it from being read, and those that `check` finds.

    And what the list of statements says of lessons: a build of some of them has to do without the others.
    """
    sections, findings = read_examples(settings.examples_path, settings.languages)
    return sorted({*findings, *check(sections, settings), *statements.faults(sections, settings)})


def check(sections: Sequence[Section], settings: Settings, *, spelling: bool = True) -> list[Finding]:
    """What is wrong in scripts that could be read.

    Rules: comment, tr, alt, picture, literal metric, glossary and, as warnings, spelling. A build leaves
    spelling out: reading the dictionaries takes longer than all the rest.
    """
    rules = (*RULES, _spelling) if spelling else RULES
    try:
        glossary = load_glossary(settings.root / settings.glossary)
    except SiteError as error:
        return [*error.findings, *check_with(sections, settings, Glossary(), rules)]
    return check_with(sections, settings, glossary, rules)


def check_with(
    sections: Sequence[Section],
    settings: Settings,
    glossary: Glossary,
    rules: Sequence[Callable[[_Script], Iterable[Finding]]],
) -> list[Finding]:
    """`check` with a glossary and rules that are at hand."""
    findings: list[Finding] = []
    for tutorial in (tutorial for section in sections for tutorial in section.written):
        script = _Script(tutorial, settings, glossary)
        for rule in rules:
            findings += rule(script)
    return sorted(set(findings))


@dataclass
class _Script:
    """A tutorial with what every rule asks of it."""

    tutorial: Tutorial
    settings: Settings
    glossary: Glossary
    nodes: list[tuple[CodeCell, list[ast.AST]]] = field(init=False)  # of the syntax tree, its root first

    def __post_init__(self) -> None:
        self.nodes = []
        for cell in self.tutorial.code_cells:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    self.nodes.append((cell, list(ast.walk(ast.parse(cell.source)))))
                except SyntaxError:
                    continue  # reported where the script was read

    @property
    def languages(self) -> tuple[str, ...]:
        return self.settings.languages

    @property
    def known(self) -> set[str]:
        """Languages that may appear: those configured, and those of the header."""
        return {*self.languages, *self.tutorial.header.title} - {NEUTRAL}

    def finding(self, line: int, what: str, expected: str, rule: str, *, warning: bool = False) -> Finding:
        severity = "warning" if warning else "error"
        return Finding(self.tutorial.path, line, what, expected, severity, rule)

    def prose(self) -> Iterator[tuple[str, str, int]]:
        """Language, Markdown and first line of everything written as prose in a language of the site.

        Prose that every language shows counts for the only language, and for none where there are several.
        """
        only = self.languages[0] if len(self.languages) == 1 else NEUTRAL
        header = self.tutorial.header
        for texts in (header.title, header.summary):
            for language, text in texts.items():
                yield language or only, text, self.header_line(text)
        for cell in self.tutorial.cells:
            if not isinstance(cell, CodeCell):
                for language, prose in cell.texts.items():
                    yield language or only, prose.text, prose.line

    def header_line(self, text: str) -> int:
        first = text.split("\n")[0]
        return next((number for number, line in enumerate(self._lines, 1) if first in line), 1)

    @cached_property
    def _lines(self) -> list[str]:
        return self.tutorial.path.read_text(encoding="utf-8").split("\n")


# ── code ──────────────────────────────────────────────────────────────────────────────────────────────────


def _comments(script: _Script) -> Iterator[Finding]:
    """A comment in one language has its twin, right beside it, in every other."""
    for cell in script.tutorial.code_cells:
        for run in twin_runs(cell.source, script.known):
            line = cell.line + run[0].line - 1
            mark = "alt " if run[0].alt else ""
            kind, rule = ("alternative text", "alt") if run[0].alt else ("comment", "comment")
            for twin in run:
                if not twin.text:
                    what = f"the {kind} in {twin.language} is empty"
                    yield script.finding(cell.line + twin.line - 1, what, "words", rule)
            has = [twin.language for twin in run]
            for language in script.languages:
                if language not in has:
                    what = f"the {kind} in {', '.join(has)} has no twin in {language}"
                    yield script.finding(line, what, f"# {mark}{language}: … next to it", rule)


def _tr_calls(script: _Script) -> Iterator[Finding]:
    """`tr` has one literal text for each language, so that pages can show the literal alone."""
    names = {
        alias.asname or alias.name
        for _, nodes in script.nodes
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module in ("tutorials_lib", "tutorials_lib.i18n")
        for alias in node.names
        if alias.name == "tr"
    }
    for cell, nodes in script.nodes:
        for node in nodes:
            line = cell.line + getattr(node, "lineno", 1) - 1
            if isinstance(node, ast.ImportFrom) and node.module in ("tutorials_lib", "tutorials_lib.i18n"):
                if any(alias.name == "tr" and alias.asname not in (None, "tr") for alias in node.names):
                    expected = "from tutorials_lib import tr"
                    yield script.finding(line, "tr is imported under another name", expected, "tr")
            elif isinstance(node, ast.Call) and _is_tr(node.func, names):
                yield from _tr_call(script, node, line)
        called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
        for node in nodes:
            if isinstance(node, ast.Name) and node.id in names and id(node) not in called:
                line = cell.line + node.lineno - 1
                yield script.finding(line, "tr is used without a call", 'tr(es="…", en="…")', "tr")


def _is_tr(function: ast.expr, names: Collection[str]) -> bool:
    if isinstance(function, ast.Name):
        return function.id in names
    if not isinstance(function, ast.Attribute) or function.attr != "tr":
        return False
    return ast.unparse(function) in ("tutorials_lib.tr", "tutorials_lib.i18n.tr", "i18n.tr")


def _tr_call(script: _Script, node: ast.Call, line: int) -> Iterator[Finding]:
    example = ", ".join(f'{language}="…"' for language in script.languages)
    if node.args or any(keyword.arg is None for keyword in node.keywords):
        yield script.finding(line, "tr() with texts that are not named", f"tr({example})", "tr")
        return
    texts = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg is not None}
    for language in script.languages:
        if language not in texts:
            yield script.finding(line, f"tr() has no {language}", f"tr({example})", "tr")
    for language, text in texts.items():
        if language not in script.known:
            wanted = ", ".join(script.languages)
            yield script.finding(
                line, f"tr() has the unknown language {language!r}", f"one of {wanted}", "tr"
            )
        literal = isinstance(text, ast.JoinedStr) or (
            isinstance(text, ast.Constant) and isinstance(text.value, str)
        )
        if not literal:
            what = f"tr({language}=…) is not written out"
            yield script.finding(line, what, "a literal or an f-string", "tr")


# ── figures and pictures ──────────────────────────────────────────────────────────────────────────────────

_PYPLOT = frozenset(
    [
        "bar",
        "barh",
        "boxplot",
        "contour",
        "contourf",
        "errorbar",
        "figure",
        "fill_between",
        "hexbin",
        "hist",
        "hist2d",
        "imshow",
        "loglog",
        "matshow",
        "pcolormesh",
        "pie",
        "plot",
        "plot_surface",
        "quiver",
        "scatter",
        "semilogx",
        "semilogy",
        "stackplot",
        "stem",
        "step",
        "streamplot",
        "subplot",
        "subplot_mosaic",
        "subplots",
        "violinplot",
    ]
)


def _alternative_texts(script: _Script) -> Iterator[Finding]:
    """A cell that shows a figure says in words what is to be seen; in a plain gallery the title serves."""
    if script.tutorial.plain:
        return
    modules, functions = _plotting_names(node for _, nodes in script.nodes for node in nodes)
    for cell, nodes in script.nodes:
        if cell.hidden or cell.raises or any(run[0].alt for run in twin_runs(cell.source, ())):
            continue
        if line := _draws(nodes, modules, functions):
            expected = " and ".join(f"# alt {language}: …" for language in script.languages) + " in the cell"
            what = "a figure without alternative text"
            yield script.finding(cell.line + line - 1, what, expected, "alt")


def _plotting_names(nodes: Iterator[ast.AST]) -> tuple[dict[str, frozenset[str]], set[str]]:
    """Modules that draw, by the name the script gives them, with their drawing functions; and functions."""
    drawing = {"matplotlib.pyplot": _PYPLOT, "pylab": _PYPLOT, "tutorials_lib.plots": _drawing_functions()}
    modules: dict[str, frozenset[str]] = {}
    functions: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            modules |= {
                alias.asname or alias.name: drawing[alias.name]
                for alias in node.names
                if alias.name in drawing
            }
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if (full := f"{node.module}.{alias.name}") in drawing:
                    modules[alias.asname or alias.name] = drawing[full]
                elif alias.name in drawing.get(node.module or "", ()):
                    functions.add(alias.asname or alias.name)
    return modules, functions


@cache
def _drawing_functions() -> frozenset[str]:
    """The functions of `tutorials_lib.plots` that return axes or a figure, read and not imported."""
    spec = find_spec("tutorials_lib.plots")
    if spec is None or spec.origin is None:
        return frozenset()
    tree = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
    return frozenset(
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and node.returns is not None
        and re.search(r"\b(Axes|Figure)\b", ast.unparse(node.returns))
    )


def _draws(nodes: Sequence[ast.AST], modules: Mapping[str, frozenset[str]], functions: set[str]) -> int:
    """The line of the first call that draws when the cell runs, 0 if none does or the figure is closed."""
    drawing = functions | _PYPLOT.union(*modules.values())
    if not any(isinstance(node, ast.Call) and _called(node) in drawing for node in nodes):
        return 0
    first = 0
    for node in _executed(nodes[0]):
        if not isinstance(node, ast.Call):
            continue
        name = _called(node)
        if isinstance(node.func, ast.Name) and name in functions:
            first = first or node.lineno
        elif isinstance(node.func, ast.Attribute) and (name == "close" or name in drawing):
            owner = ast.unparse(node.func.value)
            if name == "close" and owner in modules:
                return 0
            on_axes = name in _PYPLOT and re.match(r"ax(es|s)?\d*\b", owner)
            if on_axes or name in modules.get(owner, ()):
                first = first or node.lineno
    return first


def _called(call: ast.Call) -> str:
    """The last part of the name of what is called."""
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def _executed(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes below `node` that run with it: not the bodies of functions it only defines."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield child
            yield from _executed(child)


def _pictures(script: _Script) -> Iterator[Finding]:
    """A picture that prose names stands beside the script."""
    for _, text, line in script.prose():
        visible = CODE_SPAN.sub(blank, without_fences(text))
        for found in (*IMAGE.finditer(visible), *HTML_IMAGE.finditer(visible)):
            target = unquote(re.split(r"[?#]", found["target"].strip("<>"))[0])
            if not target or re.match(r"[a-zA-Z][\w+.-]*:|/", target):
                continue
            if not (script.tutorial.path.parent / target).is_file():
                place = line + visible.count("\n", 0, found.start())
                what = f"the picture {target!r} does not exist"
                yield script.finding(place, what, "a file, its path relative to the script", "picture")


# ── words ─────────────────────────────────────────────────────────────────────────────────────────────────


def _metrics(script: _Script) -> Iterator[Finding]:
    """A measured number in prose comes from the run."""
    for _, text, line in script.prose():
        for offset, words in literal_metrics(text):
            place = line + text.count("\n", 0, offset)
            expected = "its value from the run: `{python} expression:format`"
            yield script.finding(place, f"a metric typed as a literal: {words!r}", expected, "literal metric")


def _renderings(script: _Script) -> Iterator[Finding]:
    """The glossary's renderings, and none of those it forbids.

    Titles and terms of another language stand in italics, with a gloss in parentheses; neither counts.
    """
    for language, text, line in (*script.prose(), *_texts_in_code(script)):
        for offset, words, right in script.glossary.misused(GLOSS.sub(blank, words_only(text)), language):
            place = line + text.count("\n", 0, offset)
            expected = f"{right!r}, as in the glossary"
            yield script.finding(place, f"{words!r} in the {language} text", expected, "glossary")


def _everyday(script: _Script) -> Iterator[Finding]:
    """What the header calls an everyday word is a term of the glossary."""
    ids = [term.id for term in script.glossary.terms]
    for name in script.tutorial.header.everyday:
        if name not in ids:
            close = get_close_matches(name, ids, 1)
            expected = f"{close[0]!r}" if close else "the id of a term"
            line = script.header_line("everyday:")
            yield script.finding(line, f"everyday: {name!r} is not in the glossary", expected, "glossary")


def _texts_in_code(script: _Script) -> Iterator[tuple[str, str, int]]:
    """Language, words and line of what code says: comment twins and the literals of `tr`."""
    for cell, nodes in script.nodes:
        for run in twin_runs(cell.source, script.known):
            for twin in run:
                yield twin.language, twin.text, cell.line + twin.line - 1
        for node in nodes:
            if isinstance(node, ast.Call) and _is_tr(node.func, {"tr"}):
                for keyword in node.keywords:
                    if isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, str):
                        yield keyword.arg or "", keyword.value.value, cell.line + node.lineno - 1


def _spelling(script: _Script) -> Iterator[Finding]:
    """Words that no dictionary of the language has; warnings, for dictionaries are never complete."""
    names = {name for _, nodes in script.nodes for node in nodes for name in _identifiers(node)}
    for language, text, line in script.prose():
        if language in script.languages:
            vocabulary = script.settings.root / script.settings.words / f"{language}.txt"
            for offset, word in misspelled(text, language, vocabulary, names, script.glossary):
                place = line + text.count("\n", 0, offset)
                expected = f"a word of the language, or an entry in {script.settings.words}/{language}.txt"
                yield script.finding(place, f"unknown word {word!r}", expected, "spelling", warning=True)


def _identifiers(node: ast.AST) -> Iterator[str]:
    for name in ("id", "attr", "name", "arg", "module"):
        value = getattr(node, name, None)
        if isinstance(value, str):
            yield from re.split(r"[._]", value.lower())


RULES = (
    _comments,
    _tr_calls,
    _alternative_texts,
    _pictures,
    _metrics,
    _renderings,
    _everyday,
)
