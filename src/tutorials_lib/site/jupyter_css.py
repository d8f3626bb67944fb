"""mkdocs-jupyter repeats half a megabyte of style sheet in every page: shared here in one file."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache

_STYLE = re.compile(r"<style\b[^>]*>(.*?)</style>", re.DOTALL)
_SCRIPT = re.compile(r"<script\b(?![^>]*application/(?:vnd\.|json))[^>]*>.*?</script>", re.DOTALL)
_WRAPPER = '<div class="jupyter-wrapper">'


@dataclass(frozen=True)
class NotebookPage:
    """A page without its inline style sheets; `css` is what they held."""

    html: str
    css: str

    @property
    def css_path(self) -> str:
        """Address of the shared file, named by its content so that browsers may keep it for ever."""
        return _address(self.css)


@cache
def _address(css: str) -> str:
    return f"assets/jupyter.{hashlib.sha256(css.encode()).hexdigest()[:10]}.css"


def split_styles(html: str) -> NotebookPage:
    """Take the style sheets out, and the scripts that stand before the notebook.

    Those scripts fetch MathJax and Mermaid from other sites, or copy code; our pages do both by themselves.
    Scripts inside the notebook's own outputs stay.
    """
    head, wrapper, body = html.partition(_WRAPPER)
    if not wrapper:
        return NotebookPage(html, "")
    head, css = _split_head(head)
    body, tail = _split_last_style(body)
    return NotebookPage(head + wrapper + body, "\n".join(filter(None, (css, tail))))


@cache  # every notebook has the same
def _split_head(head: str) -> tuple[str, str]:
    css = "\n".join(style.strip() for style in _STYLE.findall(head) if style.strip())
    return _SCRIPT.sub("", _STYLE.sub("", head)).strip(), css


def _split_last_style(body: str) -> tuple[str, str]:
    """mkdocs-jupyter appends one more style sheet after the notebook."""
    start, opening, rest = body.rpartition("<style")
    last = _STYLE.fullmatch((opening + rest).strip())
    if not last:
        return body, ""
    content = last[1].strip()
    # it is the `repr` of the list that the page's head already holds
    return start.rstrip() + "\n", "" if content.startswith("[") else content
