"""The script that `tutorials new` writes: every part of a lesson once, in every language, ready to run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_WORDS: dict[str, Mapping[str, str]] = {
    "es": {
        "title": "Una idea",
        "summary": "Lo que podrás hacer al final, en una frase.",
        "objective": "explicar la idea con tus palabras",
        "prose": "## Qué vas a ver\n\nAntes de ejecutar, di qué esperas de la suma de 0 a 5.",
        "comment": "la idea en una línea",
        "total": "suma",
        "verdict": "La suma es `{python} total:d`: ¿es lo que esperabas?",
        "exercise": "## Ejercicio\n\nEscribe `double`, que devuelve el doble de un número.",
    },
    "en": {
        "title": "One idea",
        "summary": "What you will be able to do at the end, in one sentence.",
        "objective": "explain the idea in your own words",
        "prose": "## What you will see\n\nBefore you run it, say what you expect of the sum of 0 to 5.",
        "comment": "the idea in one line",
        "total": "sum",
        "verdict": "The sum is `{python} total:d`: is it what you expected?",
        "exercise": "## Exercise\n\nWrite `double`, which returns twice a number.",
    },
}


def new_script(name: str, languages: Sequence[str]) -> str:
    """A lesson called `name` (`04_workflow/my_lesson`) that passes `check` and runs in every language.

    A language without words of its own here gets the English ones, to be translated.
    Raises `ValueError` for a name that cannot be a script's.
    """
    stem = name.removesuffix(".py").rpartition("/")[2]
    if not stem.isidentifier() or stem.startswith("_"):
        raise ValueError(
            f"{name!r} cannot be a script: use letters, digits and _, as in 04_workflow/my_lesson"
        )
    words = {language: _WORDS.get(language, _WORDS["en"]) for language in languages}
    parts = [
        _header(stem, words),
        _prose(words, "prose"),
        _code(words),
        _prose(words, "verdict"),
        _prose(words, "exercise", ' tags=["exercise"]'),
        '# %% tags=["solution"]\ndef double(number):\n    return 2 * number\n',
        '# %% tags=["check"]\nassert double(21) == 42\n',
    ]
    return "\n".join(parts)


def _header(stem: str, words: Mapping[str, Mapping[str, str]]) -> str:
    shown = stem.replace("_", " ")
    lines = ['"""', "title:"]
    lines += [f'  {language}: "{texts["title"]}: {shown}"' for language, texts in words.items()]
    lines += ["summary:", *(f'  {language}: "{texts["summary"]}"' for language, texts in words.items())]
    lines += ["tags: [tensor]", "objectives:"]
    lines += [f'  {language}: ["{texts["objective"]}"]' for language, texts in words.items()]
    return "\n".join([*lines, '"""', ""])


def _prose(words: Mapping[str, Mapping[str, str]], part: str, tags: str = "") -> str:
    cells = []
    for language, texts in words.items():
        lines = (f"# {line}".rstrip() for line in texts[part].split("\n"))
        cells.append("\n".join([f'# %% [markdown] lang="{language}"{tags}', *lines, ""]))
    return "\n".join(cells)


def _code(words: Mapping[str, Mapping[str, str]]) -> str:
    twins = "\n".join(f"# {language}: {texts['comment']}" for language, texts in words.items())
    literals = ", ".join(f'{language}="{texts["total"]}"' for language, texts in words.items())
    code = f"total = sum(range(6))\nprint(tr({literals}), total)"
    return f"# %%\nfrom tutorials_lib import tr\n\n{twins}\n{code}\n"
