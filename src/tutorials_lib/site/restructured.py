"""reStructuredText as Markdown, as far as plain sphinx-gallery scripts use it.

sphinx-gallery's own notebook helper converts headings and links; directives and roles become the theme's
Markdown here: admonitions, math, fenced code, pictures.
"""

from __future__ import annotations

import re
import textwrap

from tutorials_lib.site import galleryformat

HEADING = re.compile(
    r"^(?:(?P<over>([^\w\s])\2{2,})[ \t]*\n[ \t]*)?(?P<title>\S[^\n]*)\n(?P<under>([^\w\s])\5{2,})[ \t]*$",
    re.MULTILINE,
)
_DIRECTIVE = re.compile(
    r"^(?P<indent> *)\.\. (?P<name>[\w:-]+):: *(?P<argument>[^\n]*)\n?"
    r"(?P<body>(?:(?P=indent)[ \t]+\S[^\n]*(?:\n|\Z)|[ \t]*\n)*)",
    re.MULTILINE,
)
_COMMENT = re.compile(
    r"^\.\.(?: (?!_[^\n]*:)(?![\w:-]+::)[^\n]*)?\n(?:[ \t]+\S[^\n]*(?:\n|\Z)|[ \t]*\n)*", re.MULTILINE
)
_LITERAL_BLOCK = re.compile(
    r"^(?P<intro>[^\n]*?)::[ \t]*\n[ \t]*\n(?P<body>(?:[ \t]+\S[^\n]*(?:\n|\Z)|[ \t]*\n)+)", re.MULTILINE
)
_ROLE = re.compile(r":(?:[a-zA-Z]+:)*[a-zA-Z]+:`(?P<title>[^`<]+?)(?:\s*<[^`>]+>)?`")
_OPTIONS = re.compile(r"\A(?:[ \t]*:[\w-]+:[^\n]*(?:\n|\Z))+")
_ADMONITIONS = {
    "note": "note",
    "seealso": "info",
    "admonition": "note",
    "topic": "note",
    "tip": "tip",
    "hint": "tip",
    "warning": "warning",
    "caution": "warning",
    "attention": "warning",
    "important": "warning",
    "danger": "danger",
    "error": "danger",
}
_CODE = frozenset({"code", "code-block", "sourcecode", "prompt", "parsed-literal"})
_CONTAINERS = frozenset({"container", "card", "grid", "grid-item", "grid-item-card", "tab-set", "tab-item"})
_TABLE = re.compile(  # drawn with + and |, or between rules of =
    r"^(?P<indent> *)(?:\+[-=+]+\+[ \t]*\n(?:(?P=indent)[+|][^\n]*(?:\n|\Z))+"
    r"|={2,}(?: +={2,})+[ \t]*\n(?:[^\n]*\S[^\n]*\n)+?(?:(?P=indent)={2,}(?: +={2,})+[ \t]*(?:\n|\Z)){1}"
    r"(?:(?:[^\n]*\S[^\n]*\n)+?(?P=indent)={2,}(?: +={2,})+[ \t]*(?:\n|\Z))?)",
    re.MULTILINE,
)
_FENCED = re.compile(r"^(?P<indent> *)```[^\n]*\n.*?^(?P=indent)```$", re.MULTILINE | re.DOTALL)
_KEPT = re.compile(r"\x00(\d+)\x00")


def rst_to_markdown(text: str, levels: dict[tuple[str | None, str], int] | None = None) -> str:
    """A block of reStructuredText as Markdown.

    `levels` holds the level of each heading style; pass the same dict for every block of one script.
    Directives that only a Sphinx build understands (tables of contents, tags, indexes) are left out.

    >>> rst_to_markdown("Why\\n---\\n\\n:func:`torch.sum` of ``A``, with :math:`A_{ij}`.")
    '# Why\\n\\n`torch.sum` of `A`, with $A_{ij}$.'
    """
    text = _COMMENT.sub("", f"{text}\n")
    text = _LITERAL_BLOCK.sub(_literal_block, _DIRECTIVE.sub(_directive, text))
    text = _TABLE.sub(lambda found: f"```text\n{textwrap.dedent(found[0]).rstrip()}\n```\n", text)
    kept: list[str] = []  # code is nobody's markup: what follows must not read it

    def keep(found: re.Match[str]) -> str:
        kept.append(found[0])
        return f"\x00{len(kept) - 1}\x00"

    text = _FENCED.sub(keep, text)
    text = re.sub(r":math:`(.+?)`", lambda found: f"${found[1]}$", text, flags=re.DOTALL)
    text = _ROLE.sub(lambda found: f"``{found['title'].removeprefix('~')}``", text)
    text = text.replace(">`__", ">`_")  # a link without a name
    markdown = galleryformat.headings_and_links(text, {} if levels is None else levels)
    markdown = re.sub(r"(?<!`)``(?!`)(.+?)(?<!`)``(?!`)", r"`\1`", markdown)
    markdown = re.sub(r"\n{3,}", "\n\n", markdown).strip()
    return _KEPT.sub(lambda found: kept[int(found[1])], markdown)


def _directive(found: re.Match[str]) -> str:
    name, argument = found["name"].rpartition(":")[2], found["argument"].strip()
    body = textwrap.dedent(found["body"])
    options = _OPTIONS.match(body)
    content = textwrap.dedent(body[options.end() :] if options else body).strip("\n").rstrip()
    converted = _convert(name, argument, options[0] if options else "", content)
    return textwrap.indent(f"{converted}\n\n", found["indent"]) if converted else ""


def _convert(name: str, argument: str, options: str, content: str) -> str:
    if name == "math":
        formula = "\n".join(filter(None, [argument, content])).strip()
        aligned = ("&" in formula or r"\\" in formula) and r"\begin" not in formula
        return f"$$\n\\begin{{aligned}}\n{formula}\n\\end{{aligned}}\n$$" if aligned else f"$$\n{formula}\n$$"
    if name in _CODE:
        return f"```{argument}\n{content}\n```"
    if name in ("image", "figure"):
        alt = re.search(r":alt: *(\S[^\n]*)", options)
        caption = f"\n\n{content}" if name == "figure" and content else ""
        return f"![{alt[1].strip() if alt else ''}]({argument}){caption}"
    if name in _ADMONITIONS:
        titled = name in ("admonition", "topic")
        text = content if titled else "\n".join(filter(None, [argument, content]))
        title = f' "{argument}"' if titled and argument else ""
        return f"!!! {_ADMONITIONS[name]}{title}\n\n{textwrap.indent(rst_to_markdown(text), '    ')}"
    if name == "rubric":
        return f"**{argument}**"
    if name == "dropdown":
        return f'??? note "{argument}"\n\n{textwrap.indent(rst_to_markdown(content), "    ")}'
    if name == "list-table":
        return _list_table(content)
    if name in _CONTAINERS:
        return "\n\n".join(filter(None, [argument and f"**{argument}**", rst_to_markdown(content)]))
    return ""


def _list_table(content: str) -> str:
    """Rows `* - a`, each cell after the first `- b`; the first row is the header."""
    rows = [
        [" ".join(cell.split()) for cell in re.split(r"^ *- ?", row, flags=re.MULTILINE)[1:]]
        for row in re.split(r"^\*(?= )", content, flags=re.MULTILINE)[1:]
    ]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([*lines[:1], f"|{' --- |' * len(rows[0])}", *lines[1:]]) if rows else ""


def _literal_block(found: re.Match[str]) -> str:
    intro = found["intro"].rstrip()
    body = textwrap.dedent(found["body"]).strip("\n").rstrip()
    return f"{intro + ':' if intro else ''}\n\n```\n{body}\n```\n\n"
