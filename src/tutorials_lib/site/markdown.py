"""What a piece of Markdown is made of, as far as two languages must agree on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

FENCE = re.compile(r"^ *(?P<mark>`{3,}|~{3,})(?P<info>[^`\n]*)$")
CODE_SPAN = re.compile(r"(?<![`\\])(?P<ticks>`+)(?!`)(?P<code>(?:[^\n]|\n(?!\s*\n))+?)(?<!`)(?P=ticks)(?!`)")
DISPLAY_MATH = re.compile(r"\$\$.+?\$\$|\\\[.+?\\\]|\\begin\{(\w+\*?)\}.+?\\end\{\1\}", re.DOTALL)
INLINE_MATH = re.compile(
    r"(?<![\\$\w])\$(?![\s$])(?:\\.|[^$\\\n]|\n(?!\s*\n))+?(?<!\s)\$(?![\w$])|\\\(.+?\\\)", re.DOTALL
)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
IMAGE = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<target>[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)[^)]*\)")
HTML_IMAGE = re.compile(r"<img\b[^>]*?\bsrc=[\"'](?P<target>[^\"']*)[\"'][^>]*>", re.IGNORECASE)
LINK = re.compile(
    r"(?<!!)\[(?:[^\[\]]|\[[^\]]*\])+\]\([^)]*\)|(?<!!)\[[^\[\]]+\]\[[^\[\]]*\]|<https?://[^>\s]+>|<a\s[^>]*href"
)
ITALICS = re.compile(
    r"(?<![*\w\\])\*(?![*\s])[^*\n]+(?:\n(?!\s*\n)[^*\n]+)?\*(?!\*)|(?<![_\w\\])_(?![_\s])[^_\n]+_(?!\w)"
)
GLOSS = re.compile(rf"(?:{ITALICS.pattern})(?:\s+\([^()]*\))?")  # *batch* (lote de ejemplos)
ATX_HEADING = re.compile(r"^ {0,3}(?P<marks>#{1,6})(?:[ \t]+|$)", re.MULTILINE)
SETEXT_HEADING = re.compile(r"^ {0,3}[^\s>#*+|-].*\n {0,3}(?P<mark>=+|-{2,})[ \t]*$", re.MULTILINE)


def blank(found: re.Match[str]) -> str:
    """Spaces in place of a match, its line breaks kept: positions and line numbers stay right."""
    return re.sub(r"[^\n]", " ", found[0])


def fenced_lines(text: str) -> Iterator[tuple[str, str | None]]:
    """Each line (its break kept) with the info string of the fenced block it belongs to, else `None`."""
    mark, info = "", None
    for line in text.splitlines(keepends=True):
        found = FENCE.match(line.rstrip("\n"))
        if info is None and found:
            mark, info = found["mark"], found["info"].strip()
            yield line, info
        elif info is not None and found and found["mark"].startswith(mark) and not found["info"].strip():
            yield line, info
            info = None
        else:
            yield line, info


def without_fences(text: str) -> str:
    """`text` with its fenced blocks blanked."""
    return "".join(line if info is None else re.sub(r"[^\n]", " ", line) for line, info in fenced_lines(text))


@cache  # several checks read the same words
def words_only(text: str) -> str:
    """`text` with code, math, comments and the addresses of links blanked: what a person reads as words."""
    text = COMMENT.sub(blank, CODE_SPAN.sub(blank, without_fences(text)))
    text = INLINE_MATH.sub(blank, DISPLAY_MATH.sub(blank, text))
    return re.sub(r"(?<=\])\([^)\n]*\)|<[^>\n]+>|\bhttps?://\S+|\{[^}\n]*\}", blank, text)


@dataclass(frozen=True)
class Structure:
    """What the twins of a prose cell must have in common, each field named for people."""

    headings: tuple[int, ...]
    links: int
    images: int
    math_blocks: int

    def differences(self, other: Structure) -> list[str]:
        """One sentence part for each field that differs: `2 links, not 1`."""
        found = []
        if self.headings != other.headings:
            found.append(f"heading levels {list(self.headings)}, not {list(other.headings)}")
        for name in ("links", "images", "math_blocks"):
            here, there = getattr(self, name), getattr(other, name)
            if here != there:
                found.append(f"number of {name.replace('_', ' ')} {here}, not {there}")
        return found


def structure(text: str) -> Structure:
    """The structure of a piece of Markdown.

    >>> structure("## Why\\n\\nSee [here](a.md): $$a$$ and `[x](y)`.")
    Structure(headings=(2,), links=1, images=0, math_blocks=1)
    """
    fences = sum(1 for _, info in _fences(text) if info == "math")
    bare = COMMENT.sub(blank, CODE_SPAN.sub(blank, without_fences(text)))
    math_blocks = len(DISPLAY_MATH.findall(bare)) + fences
    bare = INLINE_MATH.sub(blank, DISPLAY_MATH.sub(blank, bare))
    headings = [(found.start(), len(found["marks"])) for found in ATX_HEADING.finditer(bare)]
    headings += [
        (found.start(), 1 if found["mark"][0] == "=" else 2) for found in SETEXT_HEADING.finditer(bare)
    ]
    return Structure(
        headings=tuple(level for _, level in sorted(headings)),
        links=len(LINK.findall(bare)),
        images=len(IMAGE.findall(bare)) + len(HTML_IMAGE.findall(bare)),
        math_blocks=math_blocks,
    )


def _fences(text: str) -> Iterator[tuple[str, str]]:
    """The opening line of each fenced block with its info string."""
    before: str | None = None
    for line, info in fenced_lines(text):
        if info is not None and before is None:
            yield line, info
        before = info if not (before is not None and FENCE.match(line.rstrip("\n"))) else None
