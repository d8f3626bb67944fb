"""A table that a page's scripts turn into something to try.

The table is a whole answer by itself: it is what remains without scripts, in a notebook and under plain
python. `kind` names the script that enhances it, `docs/assets/javascripts/widgets/KIND.js`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any


class Widget:
    """`markup` for pages and notebooks, `text` for a terminal, `settings` (plain data) for the script."""

    def __init__(self, kind: str, settings: Mapping[str, Any], markup: str, text: str) -> None:
        self.kind, self.settings, self.markup, self.text = kind, settings, markup, text

    def _repr_html_(self) -> str:
        data = json.dumps(self.settings, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        # a page then quotes the attribute with apostrophes and need not escape each quotation mark
        data = escape(data.replace("'", r"\u0027"))
        return f'<div class="widget" data-widget="{self.kind}" data-settings="{data}">{self.markup}</div>'

    def __repr__(self) -> str:
        return self.text

    def show(self) -> None:
        """On a page or in a notebook as markup, elsewhere as text."""
        try:
            from IPython.display import display
        except ImportError:
            print(self)
        else:
            display(self)


def text_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns of text under their names, aligned.

    >>> print(text_table(("size", "time"), [("64", "1 ms"), ("1024", "2 s")]))
    size  time
    64    1 ms
    1024  2 s
    """
    lines = [tuple(head), *(tuple(row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    padded = ([cell.ljust(width) for cell, width in zip(line, widths, strict=True)] for line in lines)
    return "\n".join("  ".join(cells).rstrip() for cells in padded)
