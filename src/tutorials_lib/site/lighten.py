"""Lighter pages, quicker builds: what no reader misses is left out, what no parser needs is put aside."""

from __future__ import annotations

import re

_FIGURE = re.compile(r'<figure class="tut-figure">.*?</figure>', re.DOTALL)
_PLACE = re.compile(r'<figure class="tut-figure" data-aside="(\d+)"></figure>')
_BREAK = re.compile(r"\s*\n\s*")
_PLAIN_TOKEN = re.compile(r'<span class="(?:n|o|p|w)">([^<]*)</span>')  # names, operators, brackets, spaces
_CODE = re.compile(r"<code>.*?</code>", re.DOTALL)
_SPAN = re.compile(r"</?span\b[^>]*>")


def without_plain_tokens(html: str) -> str:
    """Highlighted code without the marks of tokens that are shown in the colour of plain text anyway.

    >>> without_plain_tokens('<span class="n">x</span> <span class="mi">1</span>')
    'x <span class="mi">1</span>'
    """
    return _PLAIN_TOKEN.sub(r"\1", html)


def without_tokens(html: str) -> str:
    """HTML as the search index reads it: the same words, and none of the marks that colour code.

    >>> without_tokens('<code>x <span class="mi">1</span></code>')
    '<code>x 1</code>'
    """
    return _CODE.sub(lambda code: _SPAN.sub("", code[0]), html)


def without_indentation(page: str) -> str:
    """A finished page whose frame, all that stands around its article, has no indentation and no empty lines.

    >>> without_indentation("<body>\\n\\n    <nav>\\n<article>\\n  x\\n</article>\\n  </body>")
    '<body>\\n<nav>\\n<article>\\n  x\\n</article>\\n</body>'
    """
    head, opening, rest = page.partition("<article")
    article, closing, tail = rest.rpartition("</article>")
    if not closing:
        return page
    return _BREAK.sub("\n", head) + opening + article + closing + _BREAK.sub("\n", tail)


class Aside:
    """Figures of one page, kept while it is parsed, searched and put in its frame.

    An inline figure is a line of up to 60 KB in which Markdown, search index and templates have no business.
    """

    def __init__(self) -> None:
        self.figures: list[str] = []

    def put(self, page: str) -> str:
        """The page with a small mark for each figure."""

        def mark(match: re.Match[str]) -> str:
            self.figures.append(match[0])
            return f'<figure class="tut-figure" data-aside="{len(self.figures) - 1}"></figure>'

        return _FIGURE.sub(mark, page)

    def put_back(self, page: str) -> str:
        """The page with the figures in their places."""
        return _PLACE.sub(lambda match: self.figures[int(match[1])], page)
