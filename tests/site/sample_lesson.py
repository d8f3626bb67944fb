"""One small lesson in two languages, and what a run of it would leave: for tests of pages and downloads."""

from __future__ import annotations

import os
from pathlib import Path
from unittest.mock import patch

from tutorials_lib.i18n import tr
from tutorials_lib.site.record import Display, Failure, Figure, InlineResult, Raised, Record, Stream
from tutorials_lib.site.script import Section, Tutorial, load_examples, parse
from tutorials_lib.site.settings import Settings

LANGUAGES = ("es", "en")

SCRIPT = '''"""
title:
  es: Suma de listas
  en: Adding lists
summary:
  es: Sumar componente a componente.
  en: Add component by component.
tags: [list, algebra]
objectives:
  es: [sumar dos listas]
  en: [add two lists]
"""
# %% [markdown] lang="es"
# ## Por qué las formas deben coincidir
# La pérdida fue `{python} loss:.3f` y acertó `{python} hits:.1%`. Mira `x_1` y [otra](other.md).
#
# ```
# `{python} loss`
# ```

# %% [markdown] lang="en"
# ## Why shapes must match
# The loss was `{python} loss:.3f` and it hit `{python} hits:.1%`. See `x_1` and [another](other.md).
#
# ```
# `{python} loss`
# ```

# %%
from tutorials_lib import tr

# es: dos listas
# en: two lists
a, b = [1, 2], [3, 4]
loss, hits = 0.12345, 0.973
print(tr(es="suma", en="sum"), [x + y for x, y in zip(a, b)])

# %% tags=["hidden"]
assert loss < 1, "SECRET"

# %% tags=["raises=ValueError"]
message = """two
lines"""
raise ValueError(tr(es="formas distintas", en="different shapes"))

# %% [markdown] lang="es" tags=["quiz"]
# ¿Cuánto es `1 + 1`?
#
# - [x] 2: se suman.
# - [ ] 11: eso pega textos.

# %% [markdown] lang="en" tags=["quiz"]
# What is `1 + 1`?
#
# - [x] 2: they add up.
# - [ ] 11: that joins texts.

# %% [markdown] lang="es" tags=["exercise"]
# ### Ejercicio: resta
# Escribe `subtract`.

# %% [markdown] lang="en" tags=["exercise"]
# ### Exercise: subtraction
# Write `subtract`.

# %% tags=["solution"]
def subtract(x, y):
    return x - y  # THE ANSWER


# %% tags=["check"]
assert subtract(3, 1) == 2

# %% [markdown] lang="es"
# ## Una figura

# %% [markdown] lang="en"
# ## A figure

# %%
# alt es: Dos barras "altas".
# alt en: Two "tall" bars.
bars = "drawn"
'''

SVG = """<?xml version="1.0" encoding="utf-8" standalone="no"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg xmlns:xlink="http://www.w3.org/1999/xlink" width="460.8pt" height="259.2pt" viewBox="0 0 460.8 259.2"
 xmlns="http://www.w3.org/2000/svg" version="1.1">
 <metadata>made by a machine</metadata>
 <defs><style type="text/css">*{stroke-linejoin: round; stroke-linecap: butt}</style></defs>

 <g id="figure_1">
  <g id="patch_1"><path d="M 0 259.2 L 460.8 0 z" style="fill: none"/></g>
  <defs><path id="m1" d="M 0 0 L 0 3.512345" style="stroke: #1f62a8; stroke-width: 0.8"/></defs>
  <g><use xlink:href="#m1" x="76.311653" y="225.198979" style="fill: #1f62a8; stroke: #123456"/></g>
  <path d="M 1.23456 -0.5 L 2 3" clip-path="url(#p1)" style="fill: none; stroke: #1f62a8; stroke-width: 0.7"/>
  <path d="M 1.23456 -0.5 L 2 3" clip-path="url(#p1)" style="fill: none; stroke: #1f62a8; stroke-width: 0.7"/>
  <text style="font-size: 10px; font-family: 'DejaVu Sans'; fill: #1e2430" x="1" y="2"
   transform="rotate(-0 1 2)">WORD</text>
 </g>
 <defs><clipPath id="p1"><rect x="1.001" y="2" width="3" height="4"/></clipPath></defs>
</svg>"""


def in_band(**texts: str) -> str:
    with patch.dict(os.environ, TUTORIALS_BUILD="1"):
        return str.__str__(tr(**texts))


def record(script: str = "01_intro/lesson.py", drawn: int = 1) -> Record:
    figure = Figure({"es": "f-es.svg", "en": "f-en.svg"}, in_band(es="Barras", en="Bars"), 460.8, 259.2)
    total = in_band(es="suma", en="sum")
    table = f"<table>\n\n<tr><td>{total}</td></tr><script src='https://x.org/a.js'></script>"
    return Record(
        script=script,
        key="k",
        cells=(
            (
                Stream("stdout", f"{total} [4, 6]\n\n<tail>\n"),
                Stream("stderr", "careful\n"),
                Display({"text/html": table, "text/plain": "table"}),
            ),
            (),
            (Raised("ValueError", in_band(es="formas distintas", en="different shapes"), "Traceback …"),),
            (),
            (),
            (figure,) * drawn,
        ),
        values=(
            InlineResult(0, "loss", ".3f", 0.12345),
            InlineResult(0, "hits", ".1%", 0.973),
        ),
        wall_seconds=1.25,
        cpu_seconds=1.0,
        memory_bytes=300 * 2**20,
        date="2026-11-22",
        versions={"torch": "2.15.0", "python": "3.11.7"},
        files={
            "f-es.svg": SVG.replace("WORD", "palabra").encode(),
            "f-en.svg": SVG.replace("WORD", "word").encode(),
        },
    )


def failure(tutorial: Tutorial) -> Failure:
    """The lesson's third code cell fails."""
    whole = record()
    partial = Record(
        **{**vars(whole), "cells": (*whole.cells[:2], (Stream("stdout", "before the fault\n"),))}
    )
    error = Raised("KeyError", "'x'", "Traceback (most recent call last):\nKeyError: 'x'")
    return Failure(
        script=whole.script,
        path=str(tutorial.path),
        line=tutorial.code_cells[2].line,
        reason="raised",
        message="the cell raised KeyError",
        cell=2,
        cell_source=tutorial.code_cells[2].source,
        error=error,
        partial=partial,
    )


def write_lesson(examples: Path, text: str = SCRIPT, name: str = "01_intro/lesson.py") -> Tutorial:
    path = examples / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return parse(path, examples, LANGUAGES)


def gallery(examples: Path) -> tuple[Section, ...]:
    """Two lessons in two sections; the second links to the first."""
    write_lesson(examples, SCRIPT.replace("other.md", "../next/second.md"))
    write_lesson(examples, SCRIPT.replace("other.md", "../intro/lesson.md"), "02_next/second.py")
    return load_examples(examples, LANGUAGES)


def settings(root: Path, **changes: object) -> Settings:
    return Settings(root=root, **{"languages": LANGUAGES, "repository": "someone/notes", **changes})
