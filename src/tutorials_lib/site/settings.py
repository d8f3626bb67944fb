"""`[tool.tutorials]` of pyproject.toml: which languages, which folders, what to preload."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from tutorials_lib.site.findings import Finding, SiteError

LANGUAGES_EXPECTED = 'names as in "es", "en" or "pt_BR" (not "pt-BR": they are arguments of tr as well)'


@dataclass(frozen=True)
class Settings:
    """Folders are relative to `root`. The first language is the default one (the site's root)."""

    root: Path = Path()
    languages: tuple[str, ...] = ("es", "en")
    examples: str = "examples"
    store: str = ".tutorials/store"
    glossary: str = "docs/glossary.yml"
    statements: str = "docs/statements.yml"
    tags: str = "docs/tags.yml"
    words: str = "docs/words"  # <language>.txt: words the spelling check accepts
    repository: str = ""  # "owner/name" on GitHub, for Colab links; empty: no link
    notebooks_branch: str = "notebooks"  # where the deploy workflow publishes the executed notebooks
    preload: tuple[str, ...] = ("torch", "torchvision", "matplotlib.pyplot", "IPython")

    @property
    def examples_path(self) -> Path:
        return self.root / self.examples

    @property
    def store_path(self) -> Path:
        return self.root / self.store


def load_settings(start: Path | None = None, **overrides: object) -> Settings:
    """Settings of the nearest `pyproject.toml` at or above `start` that has `[tool.tutorials]`.

    Without one, the defaults with `start` as root. `overrides` that are not `None` win.
    Raises `SiteError` for an unknown key.
    """
    start = (start or Path.cwd()).resolve()
    settings = Settings(root=start)
    for folder in (start, *start.parents):
        file = folder / "pyproject.toml"
        if not file.is_file():
            continue
        table = _read_toml(file).get("tool", {}).get("tutorials")
        if table is None:
            continue
        known = {entry.name for entry in fields(Settings)} - {"root"}
        if unknown := sorted(set(table) - known):
            raise SiteError(
                [Finding(file, 0, f"[tool.tutorials] has unknown {unknown}", f"some of {sorted(known)}")]
            )
        _check_types(table, file)
        values = {name: tuple(value) if isinstance(value, list) else value for name, value in table.items()}
        settings = Settings(root=folder, **values)
        break
    return replace(settings, **{name: value for name, value in overrides.items() if value is not None})


def is_language(name: str) -> bool:
    """Whether a name can be that of a language: it names folders, and arguments of `tr`.

    >>> is_language("es"), is_language("pt_BR"), is_language("pt-BR"), is_language("../x")
    (True, True, False, False)
    """
    return re.fullmatch(r"[a-z]{2,3}(?:_[A-Za-z0-9]{2,8})*", name) is not None


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:  # not TOML, or not UTF-8
        raise SiteError([Finding(file, 0, f"not readable as TOML ({error})", "TOML")]) from error


def _check_types(table: dict[str, Any], file: Path) -> None:
    findings = []
    for entry in fields(Settings):
        value, is_list = table.get(entry.name), isinstance(entry.default, tuple)
        if value is None:
            continue
        texts = value if is_list and isinstance(value, list) else [value]
        if is_list != isinstance(value, list) or not all(isinstance(text, str) for text in texts):
            expected = "a list of texts" if is_list else "a text"
            findings.append(Finding(file, 0, f"[tool.tutorials] {entry.name} is {value!r}", expected))
        elif entry.name == "languages" and not (texts and all(map(is_language, texts))):
            findings.append(Finding(file, 0, f"[tool.tutorials] languages is {value!r}", LANGUAGES_EXPECTED))
    if findings:
        raise SiteError(findings)
