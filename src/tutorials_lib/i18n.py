"""Words in several languages, in one string: `tr(es="suma", en="sum")`.

Under plain `python`, `tr` returns the reader's language. During a build it returns one *in-band* string that
carries every language, so that one run serves all of them: whatever is printed, drawn or formatted keeps all
texts, and `resolve` picks one language afterwards.

In band, a span reads `OPEN tag TEXT words NEXT tag TEXT words … CLOSE`. The marks are numerals and signs of
scripts nobody writes notes in (Maya, cuneiform): printable, so that `repr` of a list or of an array leaves
them alone, and without upper or lower case. Tags are spelled in such signs as well, one for each ASCII
character, so that no operation on text can touch them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, SupportsIndex

OPEN, TEXT, NEXT, CLOSE = "\U0001d2e0", "\U0001d2e1", "\U0001d2e2", "\U0001d2e3"  # Maya numerals 0 to 3
_TAG_BASE = 0x12000  # the cuneiform sign that stands for chr(0) in a tag


def tr(*positional: object, **texts: str) -> str:
    """The text of the reader's language; during a build, all of them in one string.

    The reader's language is `TUTORIALS_LANGUAGE`, else the locale's (`LC_ALL`, `LC_MESSAGES`, `LANG`), else
    the first one given. Raises `TypeError` without languages or for anything that is not text.

    >>> tr(es="suma", en="sum") in {"suma", "sum"}
    True
    """
    if positional or not texts:
        raise TypeError('tr() takes one text for each language, by name: tr(es="…", en="…")')
    for language, text in texts.items():
        if not isinstance(text, str):
            raise TypeError(
                f"tr({language}=…) is {type(text).__name__}, not text: "
                f"write tr({language}=str(…)) or an f-string"
            )
    if os.environ.get("TUTORIALS_BUILD") == "1":
        return Words.of({language: resolve(text, language) for language, text in texts.items()})
    return _choose(texts, _reader_language())


def resolve(text: str, language: str) -> str:
    """Replace every in-band span of `text` by its words in `language` (its first language where missing).

    Spans that passed through `json.dumps` or `ascii` are found as well. Text without spans is returned as is.
    """
    text = _unescape(str.__str__(text))
    if not _MARKS.search(text):
        return text
    resolved = "".join(part if isinstance(part, str) else part.resolve(language) for part in _parse(text))
    return _TAG_SIGNS.sub("", resolved)  # what a cut within a tag has left


def languages_in(text: str) -> tuple[str, ...]:
    """The languages that the spans of `text` carry, in order of appearance; none for plain text."""
    found: dict[str, None] = {}
    for part in _parse(_unescape(str.__str__(text))):
        if isinstance(part, _Span):
            found.update(dict.fromkeys(part.languages()))
    return tuple(found)


def in_band(value: Any) -> Any:
    """A text as a string whose methods act on each language, where it carries several; else `value` itself.

    An f-string joins its parts into a plain `str`: the spans are in it, but padding it would count them all.
    """
    carries = isinstance(value, str) and not isinstance(value, Words) and OPEN in value
    return Words(value) if carries else value


def percent(template: str, values: Any) -> str:
    """`template % values`, where words among several values are padded in each language."""
    carries = any(OPEN in text for text in _strings((template, values)))
    return Words.__mod__(Words(template), values) if carries else template % values


class Words(str):
    """A string that carries every language in band; its methods act on each language's text.

    What cannot differ between languages follows the rest of the page: the length is that of the longest text,
    and a question (`startswith`, `isdigit`, `find` …) is answered by the first language.
    """

    __slots__ = ()

    @classmethod
    def of(cls, texts: Mapping[str, str]) -> Words:
        """The in-band string of one plain text for each language."""
        spans = (f"{_tag(language)}{TEXT}{text}" for language, text in texts.items())
        return cls(OPEN + NEXT.join(spans) + CLOSE)

    def __str__(self) -> str:
        return self

    def __repr__(self) -> str:
        return self._each(repr)

    def __format__(self, spec: str) -> str:
        return self._each(format, spec) if spec else self

    def __len__(self) -> int:
        return max(len(resolve(self, language)) for language in languages_in(self))

    def __iter__(self) -> Iterator[str]:
        return (self[index] for index in range(len(self)))

    def __getitem__(self, key: SupportsIndex | slice) -> str:
        if not isinstance(key, slice):
            index = key.__index__() + (len(self) if key.__index__() < 0 else 0)
            if not 0 <= index < len(self):
                raise IndexError("string index out of range")
            key = slice(index, index + 1)
        return self._each(str.__getitem__, key)

    def __add__(self, other: str) -> str:
        return Words(str.__add__(self, other))

    def __radd__(self, other: str) -> str:
        return Words(str.__add__(other, self))

    def __mul__(self, count: SupportsIndex) -> str:
        return self._each(str.__mul__, count)

    __rmul__ = __mul__

    def __mod__(self, values: Any) -> str:
        return self._each(str.__mod__, values)

    def __rmod__(self, template: str) -> str:
        return _apply(
            (template, self),
            lambda language: str.__mod__(resolve(template, language), resolve(self, language)),
        )

    def _each(self, method: Callable[..., str], *args: Any, **kwargs: Any) -> str:
        """`method(text, …)` for the text of each language; strings among the arguments follow suit."""

        def one(language: str) -> str:
            words = _in_language(kwargs, language)
            return method(resolve(self, language), *_in_language(args, language), **words)

        return _apply((self, args, kwargs), one)


def _apply(values: Any, one: Callable[[str], str]) -> Words:
    """`one(language)` for every language that the strings in `values` carry."""
    languages = dict.fromkeys(name for text in _strings(values) for name in languages_in(text))
    return Words.of({language: one(language) for language in languages})


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for entry in value.values():
            yield from _strings(entry)
    elif isinstance(value, (tuple, list)):
        for entry in value:
            yield from _strings(entry)


def _in_language(value: Any, language: str) -> Any:
    """`value` with the strings in it resolved. Containers other than tuple, list and dict are left alone."""
    if isinstance(value, str):
        return resolve(value, language)
    if type(value) in (tuple, list):
        return type(value)(_in_language(entry, language) for entry in value)
    if type(value) is dict:
        return {key: _in_language(entry, language) for key, entry in value.items()}
    return value


_TO_TEXT = (
    "capitalize",
    "casefold",
    "center",
    "expandtabs",
    "format",
    "format_map",
    "ljust",
    "lower",
    "lstrip",
    "removeprefix",
    "removesuffix",
    "replace",
    "rjust",
    "rstrip",
    "strip",
    "swapcase",
    "title",
    "translate",
    "upper",
    "zfill",
)
_TO_PARTS = ("partition", "rpartition", "rsplit", "split", "splitlines")
_QUESTIONS = (
    "__contains__",
    "count",
    "endswith",
    "find",
    "index",
    "isalnum",
    "isalpha",
    "isascii",
    "isdecimal",
    "isdigit",
    "isidentifier",
    "islower",
    "isnumeric",
    "isprintable",
    "isspace",
    "istitle",
    "isupper",
    "rfind",
    "rindex",
    "startswith",
)


def _to_text(name: str) -> Callable[..., str]:
    plain = getattr(str, name)
    return lambda self, *args, **kwargs: self._each(plain, *args, **kwargs)


def _to_parts(name: str) -> Callable[..., list[str] | tuple[str, ...]]:
    plain = getattr(str, name)

    def method(self: Words, *args: Any, **kwargs: Any) -> list[str] | tuple[str, ...]:
        languages = languages_in(self)
        parts = [plain(resolve(self, language), *args, **kwargs) for language in languages]
        if len({len(entry) for entry in parts}) > 1:
            counts = ", ".join(
                f"{language}: {len(part)}" for language, part in zip(languages, parts, strict=True)
            )
            raise ValueError(f"{name}() gives another number of parts in each language ({counts})")
        columns = zip(*parts, strict=True)
        return type(parts[0])(Words.of(dict(zip(languages, column, strict=True))) for column in columns)

    return method


def _question(name: str) -> Callable[..., Any]:
    plain = getattr(str, name)

    def method(self: Words, *args: Any) -> Any:
        language = languages_in(self)[0]
        return plain(resolve(self, language), *_in_language(args, language))

    return method


def _join(self: Words, parts: Iterable[str]) -> str:
    return self._each(str.join, list(parts))


for _name in _TO_TEXT:
    setattr(Words, _name, _to_text(_name))
for _name in _TO_PARTS:
    setattr(Words, _name, _to_parts(_name))
for _name in _QUESTIONS:
    setattr(Words, _name, _question(_name))
Words.join = _join  # type: ignore[method-assign]


# ── reading what is in band ───────────────────────────────────────────────────────────────────────────────


class _Span:
    """One parsed span: for each language, its parts (plain text and spans within it)."""

    def __init__(self) -> None:
        self.texts: dict[str, list[str | _Span]] = {}

    def resolve(self, language: str) -> str:
        parts = _choose(self.texts, language)
        return "".join(part if isinstance(part, str) else part.resolve(language) for part in parts)

    def languages(self) -> Iterator[str]:
        yield from self.texts
        for parts in self.texts.values():
            for part in parts:
                if isinstance(part, _Span):
                    yield from part.languages()


_TAG_SIGNS = re.compile("[\U00012000-\U0001207f]+")
_MARKS = re.compile(f"([{OPEN}{NEXT}](?:{_TAG_SIGNS.pattern})?{TEXT}?|{CLOSE}|{TEXT})")


def _parse(text: str) -> list[str | _Span]:
    """Plain text and spans, in order. Marks without their partner (a text cut in two) are dropped."""
    top: list[str | _Span] = []
    stack: list[tuple[_Span, list[str | _Span]]] = []  # open spans and the parts they are being read into
    parts = top
    for token in _MARKS.split(text):
        mark = token[:1]
        if mark == OPEN:
            span = _Span()
            parts.append(span)
            stack.append((span, parts))
            parts = span.texts.setdefault(_untag(token), [])
        elif mark == NEXT and stack:
            parts = stack[-1][0].texts.setdefault(_untag(token), [])
        elif mark == CLOSE and stack:
            parts = stack.pop()[1]
        elif mark not in (NEXT, CLOSE, TEXT):
            parts.append(token)
    return top


def _tag(language: str) -> str:
    return "".join(chr(_TAG_BASE + ord(letter)) for letter in language.encode("ascii", "replace").decode())


def _untag(mark: str) -> str:
    return "".join(chr(ord(sign) - _TAG_BASE) for sign in mark[1:].rstrip(TEXT))


_ESCAPED = re.compile(
    r"(?P<slashes>\\+)(?:ud834\\+u(?P<maya>dee[0-3])|ud808\\+u(?P<tag>dc[0-7][0-9a-f])"
    r"|U0001(?P<long>d2e[0-3]|20[0-7][0-9a-f]))",
    re.IGNORECASE,
)


def _unescape(text: str) -> str:
    r"""Marks written as `\ud834\udee0` (JSON) or `\U0001d2e0` (`ascii`), as often escaped as they may be.

    Escaped k times, a mark has 2^(k-1) backslashes and stands after a multiple of 2^k that are not its own;
    so its own are the largest power of two that divides the number of backslashes.
    """
    if "\\" not in text:
        return text

    def mark(match: re.Match[str]) -> str:
        slashes = len(match["slashes"])
        rest = "\\" * (slashes - (slashes & -slashes))
        if match["long"]:
            return rest + chr(0x10000 + int(match["long"], 16))
        low, high = match["maya"] or match["tag"], 0xD834 if match["maya"] else 0xD808
        return rest + chr(0x10000 + ((high - 0xD800) << 10) + int(low, 16) - 0xDC00)

    return _ESCAPED.sub(mark, text)


# ── choosing a language ───────────────────────────────────────────────────────────────────────────────────


def _choose(texts: Mapping[str, Any], language: str) -> Any:
    """The entry of `language` (`pt-BR` finds `pt_BR`, then `pt`), else the first one."""
    name = language.replace("-", "_")
    for candidate in (language, name, name.partition("_")[0]):
        if candidate in texts:
            return texts[candidate]
    return next(iter(texts.values()))


def _reader_language() -> str:
    """`es_AR` of `es_AR.UTF-8`, from the first variable that is set."""
    for variable in ("TUTORIALS_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(variable):
            return re.split(r"[.@]", value)[0]
    return ""
