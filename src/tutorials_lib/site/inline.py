"""Values in prose, `` `{python} expr[:format]` ``: from the run, written as the locale writes numbers."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from dataclasses import dataclass
from functools import cache

from babel import Locale, UnknownLocaleError

from tutorials_lib.i18n import resolve
from tutorials_lib.site.markdown import CODE_SPAN, without_fences

_OPENING = "{python}"


@dataclass(frozen=True)
class InlineValue:
    """One inline value. `start` and `end` delimit it in the Markdown, backticks included.

    `line_offset` counts the line breaks before it. `error` says why it cannot be evaluated, "" if it can.
    """

    expression: str
    format: str
    start: int
    end: int
    line_offset: int
    error: str = ""


def inline_values(markdown: str) -> list[InlineValue]:
    """The inline values of a piece of prose, in order. Fenced blocks have none.

    >>> [(value.expression, value.format) for value in inline_values("`{python} loss:.3f` at `{python} n`")]
    [('loss', '.3f'), ('n', '')]
    """
    found = []
    for span in CODE_SPAN.finditer(without_fences(markdown)):
        code = span["code"].strip()
        if not code.startswith(_OPENING):
            continue
        expression, spec = split_format(" ".join(code.removeprefix(_OPENING).split("\n")).strip())
        line_offset = markdown.count("\n", 0, span.start())
        found.append(InlineValue(expression, spec, span.start(), span.end(), line_offset, _fault(expression)))
    return found


def split_format(text: str) -> tuple[str, str]:
    """Expression and format, split as in an f-string: at the first colon outside brackets and strings.

    >>> split_format("x[1:2]:.1f"), split_format("{'a': 1}['a']"), split_format("(lambda: 3)():d")
    (('x[1:2]', '.1f'), ("{'a': 1}['a']", ''), ('(lambda: 3)()', 'd'))
    """
    depth = 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type != tokenize.OP:
                continue
            if token.string in ("(", "[", "{"):
                depth += 1
            elif token.string in (")", "]", "}"):
                depth -= 1
            elif token.string in (":", ":=") and depth == 0:
                column = token.start[1]
                return text[:column].strip(), text[column + 1 :].strip()
    except (tokenize.TokenError, IndentationError):
        pass  # not an expression: `_fault` says so
    return text.strip(), ""


def _fault(expression: str) -> str:
    if not expression:
        return "an inline value without an expression"
    try:
        ast.parse(expression, mode="eval")
    except (SyntaxError, ValueError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else str(error)
        return f"the inline value {expression!r} is not a Python expression ({reason})"
    return ""


_SPEC = re.compile(
    r"(?:(?P<fill>.)?(?P<align>[<>=^]))?(?P<rest>[-+ ]?z?#?(?P<zero>0)?)(?P<width>\d+)?"
    r"(?P<tail>[,_]?(?:\.\d+)?(?P<type>[bcdeEfFgGnosxX%])?)",
    re.DOTALL,
)
_NUMBER = re.compile(r"\s*[-+]?[\d,_]*\.?\d+(?:[eE][-+]?\d+)?%?\s*")


def localize(value: object, spec: str, language: str) -> str:
    """`format(value, spec)` with the decimal mark, the grouping and the percent sign of the language.

    Numbers follow the locale: `0.973:.1%` is `97,3 %` (with a no-break space) in Spanish, `97.3%` in English.
    Text is left as it is, a number formatted as text by an object of its own excepted. A language that no
    locale is known for keeps Python's own notation. Raises `ValueError` for a format the value does not take.

    >>> localize(0.1234, ".3f", "es"), localize(0.1234, ".3f", "en"), localize(1234567, ",", "es")
    ('0,123', '0.123', '1.234.567')
    """
    if isinstance(value, str):
        text = resolve(value, language)
        parts = _SPEC.fullmatch(spec)
        formatted_number = parts and parts["type"] not in (None, "s", "c") and _NUMBER.fullmatch(text)
        return _translate(text, language) if formatted_number else text
    if isinstance(value, bool) or not isinstance(value, (int, float, complex)):
        return format(value, spec)
    parts = _SPEC.fullmatch(spec)
    if parts is None or parts["zero"] or parts["align"] == "=" or parts["type"] in ("c", "x", "X", "b", "o"):
        return _translate(format(value, spec), language)
    # Width comes last, because the locale's percent sign may be two characters wide.
    text = _translate(format(value, parts["rest"] + parts["tail"]), language)
    return f"{text:{parts['fill'] or ''}{parts['align'] or '>'}{parts['width'] or ''}}"


@dataclass(frozen=True)
class _Symbols:
    decimal: str
    group: str
    percent: str


@cache
def _symbols(language: str) -> _Symbols | None:
    try:
        locale = Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return None
    symbols = locale.number_symbols.get("latn", locale.number_symbols)
    pattern = locale.percent_formats[None].pattern.split(";")[0]
    percent = re.sub(r"^.*?[#0](?=[^#0,.]*$)", "", pattern).replace("%", symbols["percentSign"])
    return _Symbols(symbols["decimal"], symbols["group"], percent)


def _translate(text: str, language: str) -> str:
    """Python's notation of a number in the locale's: one pass, so that no mark is replaced twice."""
    symbols = _symbols(language)
    if symbols is None:
        return text
    marks = {".": symbols.decimal, ",": symbols.group, "%": symbols.percent}
    return re.sub(
        r"(?<=\d)[.,](?=\d)|(?<=[\dfn])%|^(\s*[-+]?)\.(?=\d)", lambda found: _mark(found, marks), text
    )


def _mark(found: re.Match[str], marks: dict[str, str]) -> str:
    return (found[1] or "") + marks[found[0][-1]]
