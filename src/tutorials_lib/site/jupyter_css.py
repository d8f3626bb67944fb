"""mkdocs-jupyter repeats half a megabyte of style sheet in every page: shared here in one file."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

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
        return f"assets/jupyter.{hashlib.sha256(self.css.encode()).hexdigest()[:10]}.css"


def split_styles(html: str) -> NotebookPage:
    """Take the style sheets out, and the scripts that stand before the notebook.

    Those scripts fetch MathJax and Mermaid from other sites, or copy code; our pages do both by themselves.
    Scripts inside the notebook's own outputs stay.
    """
    head, wrapper, body = html.partition(_WRAPPER)
    if not wrapper:
        return NotebookPage(html, "")
    body, tail = _split_last_style(body)
    css = "\n".join(style.strip() for style in (*_STYLE.findall(head), tail) if style.strip())
    head = _SCRIPT.sub("", _STYLE.sub("", head)).strip()
    return NotebookPage(head + wrapper + body, css)


def _split_last_style(body: str) -> tuple[str, str]:
    """mkdocs-jupyter appends one more style sheet after the notebook."""
    matches = list(_STYLE.finditer(body))
    if not matches or body[matches[-1].end() :].strip():
        return body, ""
    last = matches[-1]
    content = last.group(1).strip()
    # it is the `repr` of the list that the page's head already holds
    return body[: last.start()].rstrip() + "\n", "" if content.startswith("[") else content
