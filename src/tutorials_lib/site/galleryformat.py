"""The one adapter for sphinx-gallery: every call into it stands here, in the terms of this package."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sphinx.errors import ExtensionError
from sphinx_gallery import py_source_parser as parser
from sphinx_gallery.backreferences import NameFinder
from sphinx_gallery.notebook import rst2md
from sphinx_gallery.utils import scale_image as _scale_image

MARKER = re.compile(
    r"^# ?%%|^#{20,}"
)  # the lines that open a block, as sphinx-gallery's own splitter sees them


@dataclass(frozen=True)
class Block:
    """A run of lines: `text` without comment marks, or `code`. `line` counts from 1 in the file."""

    type: Literal["text", "code"]
    content: str
    line: int


def split(path: Path) -> list[Block]:
    """The blocks of a valid script with a docstring; the first one is the docstring."""
    _, blocks = parser.split_code_and_text_blocks(path)
    return [Block(block.type, block.content, block.lineno) for block in blocks]


def without_settings(code: str) -> str:
    """`code` without `# sphinx_gallery_…` lines, which speak to the builder and not to the reader."""
    return parser.remove_config_comments(code)


def is_setting(line: str) -> bool:
    """Whether a comment line is one of the builder's settings."""
    return bool(line.strip()) and not without_settings(f"{line}\n").strip()


def without_ignored(code: str) -> str:
    """`code` without what runs unseen, between `# sphinx_gallery_start_ignore` and `…_end_ignore`."""
    try:
        return parser.remove_ignore_blocks(code)
    except ExtensionError:  # one without the other hides nothing
        return code


def identify_names(codes: Iterable[str]) -> dict[str, str]:
    """Each dotted name that the code uses → the full name of what was imported under it.

    Nothing is imported to find out.

    >>> identify_names(["import torch.nn as nn", "nn.Linear(2, 3)"])
    {'nn.Linear': 'torch.nn.Linear'}
    """
    finder = NameFinder()
    finder.visit(ast.parse("\n".join(codes)))
    return {used: full for used, full, *_ in finder.get_mapping()}


def scale_image(source: Path, target: Path, width: int, height: int) -> None:
    """Write `source` to `target` scaled into a box of `width` × `height` pixels, its shape kept."""
    _scale_image(source, target, width, height)


_SETTINGS: dict[str, Any] = {"notebook_images": "", "src_dir": "."}


def headings_and_links(text: str, levels: dict[tuple[str | None, str], int]) -> str:
    """reStructuredText with its headings and links as Markdown writes them.

    `levels` holds the level of each heading style (sign above, sign below) and takes in those met here.
    """
    numbered = defaultdict(lambda: min(len(numbered) + 1, 6), levels)
    markdown = rst2md(text, _SETTINGS, ".", numbered)
    levels.update(numbered)
    return markdown
