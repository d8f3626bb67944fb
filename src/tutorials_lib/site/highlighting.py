"""Code that was coloured before is not read again: a lesson's stands on its page and in its exercises."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from pygments.lexer import RegexLexer
from pygments.lexers.python import PythonLexer

Token = tuple[int, Any, str]  # place, type, text


@lru_cache(maxsize=8192)
def _tokens(lexer: type[RegexLexer], text: str, stack: tuple[str, ...]) -> tuple[Token, ...]:
    return tuple(RegexLexer.get_tokens_unprocessed(lexer(), text, stack))


def _remembered(lexer: RegexLexer, text: str, stack: tuple[str, ...] = ("root",)) -> Iterator[Token]:
    return iter(_tokens(type(lexer), text, tuple(stack)))


def remember_tokens() -> None:
    """Let Pygments, whoever calls it, read each piece of Python once in this process."""
    PythonLexer.get_tokens_unprocessed = _remembered
