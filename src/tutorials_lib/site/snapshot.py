"""The prose of the lessons as plain text, one file for each language: what the language lessons learn from.

    python -m tutorials_lib.site.snapshot FOLDER

writes `FOLDER/es.txt`, `FOLDER/en.txt` from the project at the working folder. `tutorials_lib.corpus` reads
the copy that lies in `tutorials_lib/prose`. That copy is made by hand and rarely: remaking it runs those
lessons anew and changes their numbers.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from tutorials_lib.site.markdown import (
    CODE_SPAN,
    COMMENT,
    DISPLAY_MATH,
    IMAGE,
    INLINE_MATH,
    ITALICS,
    without_fences,
)
from tutorials_lib.site.script import ProseCell, Tutorial, load_examples
from tutorials_lib.site.settings import load_settings

_HOLE = "\0"  # stands for what is not words: a sentence with a hole would not read as one
_BLOCK = re.compile(r"\n\s*\n|\n(?= *(?:[-*+]|\d+\.|#+|\|) )")
_MARK = re.compile(r"^(?:[-*+]|\d+\.) (?:\[[ x]\] )?")
_LINK = re.compile(r"(?<!!)\[(?P<words>(?:[^\[\]]|\[[^\]]*\])+)\](?:\([^)]*\)|\[[^\[\]]*\])")
_BREAK = re.compile(r"(?:(?<=[.?!…])|(?<=[.?!…][»”)]))\s+(?=[¿¡«“(]*[A-ZÁÉÍÓÚÑ\d\0])")
_ENDS = re.compile(r"[.?!…][»”)]?$")
_WRITTEN = re.compile(r"(?:[^\W_]|[\s.,;:¿?¡!()«»“”‘’'…%/–-])*")


def sentences(markdown: str) -> Iterator[list[str]]:
    """The whole sentences of each paragraph or list item; headings, tables, code and formulas left out.

    >>> list(sentences("## Title\\n\\nA *word*, a [link](a.md). A hole: $n$. Another.\\n\\n- One?"))
    [['A word, a link.', 'Another.'], ['One?']]
    """
    text = COMMENT.sub(" ", without_fences(markdown))
    for pattern in (CODE_SPAN, DISPLAY_MATH, INLINE_MATH, IMAGE):
        text = pattern.sub(_HOLE, text)
    text = re.sub(r"<[^>\s][^>]*>|https?://\S+", _HOLE, _LINK.sub(r"\g<words>", text))
    for block in _BLOCK.split(text):
        words = " ".join(block.split())
        if words.startswith(("#", "|")):
            continue
        words = _without_emphasis(_MARK.sub("", words))
        if whole := [sentence for sentence in _BREAK.split(words) if _is_whole(sentence)]:
            yield whole


def _is_whole(sentence: str) -> bool:
    written = _WRITTEN.fullmatch(sentence) and _ENDS.search(sentence)
    return bool(written) and not sentence[0].islower()  # the end of a sentence whose beginning was a formula


def _without_emphasis(text: str) -> str:
    return ITALICS.sub(lambda found: found[0][1:-1], text.replace("**", ""))


def snapshot(tutorials: list[Tutorial], language: str) -> str:
    """One line `# section/lesson` for each lesson that has prose, then its paragraphs, one a line."""
    lines = []
    for tutorial in tutorials:
        prose = (cell.in_language(language) for cell in tutorial.cells if isinstance(cell, ProseCell))
        paragraphs = [" ".join(found) for text in prose if text for found in sentences(text.text)]
        lines += [f"# {tutorial.slug}", *paragraphs] if paragraphs else []
    return "\n".join(lines) + "\n"


def main(folder: Path) -> None:
    settings = load_settings()
    sections = load_examples(settings.examples_path, settings.languages)
    tutorials = [tutorial for section in sections for tutorial in section.tutorials]
    folder.mkdir(parents=True, exist_ok=True)
    for language in settings.languages:
        (folder / f"{language}.txt").write_text(snapshot(tutorials, language), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
