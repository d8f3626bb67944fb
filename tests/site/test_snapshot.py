"""From scripts to plain prose, through the command that makes the frozen copy."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tutorials_lib.site.snapshot import sentences

LESSON = '''"""
title: {es: A, en: B}
summary: {es: C, en: D}
"""
# %% [markdown] lang="es"
# # Título
#
# Una frase con *énfasis*. Otra con
# un [enlace](otra.md "título"). Una pérdida de `{python} x:.2f` no es prosa.
#
# * Primer punto.
# * Segundo: sin final
#
# $$a = b$$

# %% [markdown] lang="en"
# # Title
#
# A sentence. Another with a
# [link](other.md "title"). A loss of `{python} x:.2f` is not prose.
#
# * First point.
# * Second: no end
#
# $$a = b$$

# %%
x = 1

# %% [markdown] lang="es" tags=["quiz"]
# ¿Qué imprime?
#
# - [x] Uno: es lo que vale.
# - [ ] Dos: no.

# %% [markdown] lang="en" tags=["quiz"]
# What does it print?
#
# - [x] One: that is its value.
# - [ ] Two: no.
'''


def test_the_command_writes_whole_sentences_of_each_language(tmp_path):
    (tmp_path / "examples" / "01_sums").mkdir(parents=True)
    (tmp_path / "examples" / "01_sums" / "one.py").write_text(LESSON, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text("[tool.tutorials]\n")
    out = tmp_path / "out"
    command = [sys.executable, "-m", "tutorials_lib.site.snapshot", str(out)]
    subprocess.run(command, cwd=tmp_path, env=os.environ, check=True, timeout=60)
    assert (out / "es.txt").read_text(encoding="utf-8").splitlines() == [
        "# sums/one",
        "Una frase con énfasis. Otra con un enlace.",
        "Primer punto.",
        "¿Qué imprime?",
        "Uno: es lo que vale.",
        "Dos: no.",
    ]
    english = (out / "en.txt").read_text(encoding="utf-8").splitlines()
    assert english[:3] == ["# sums/one", "A sentence. Another with a link.", "First point."]
    assert sorted(path.name for path in Path(out).iterdir()) == ["en.txt", "es.txt"]


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("| a | table. |", []),
        ("```python\nprint(1).\n```", []),
        ("He said «¿sí?» and left. **Bold.**", [["He said «¿sí?» and left.", "Bold."]]),
        ("$x$ of them. Fine.", [["Fine."]]),
        ("The rest of\n\n$$x$$\n\nis none.", []),  # a sentence around a formula is in two pieces
        ("See <https://example.org>. Right.", [["Right."]]),
        ("2 × 3 is no prose. Two is.", [["Two is."]]),
    ],
)
def test_sentences(markdown, expected):
    assert list(sentences(markdown)) == expected
