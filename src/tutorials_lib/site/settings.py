"""`[tool.tutorials]` of pyproject.toml: which languages, which folders, what to preload."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path

from tutorials_lib.site.findings import Finding, SiteError


@dataclass(frozen=True)
class Settings:
    """Folders are relative to `root`. The first language is the default one (the site's root)."""

    root: Path = Path()
    languages: tuple[str, ...] = ("es", "en")
    examples: str = "examples"
    store: str = ".tutorials/store"
    glossary: str = "docs/glossary.yml"
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
        table = tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {}).get("tutorials")
        if table is None:
            continue
        known = {entry.name for entry in fields(Settings)} - {"root"}
        if unknown := sorted(set(table) - known):
            raise SiteError(
                [Finding(file, 0, f"[tool.tutorials] has unknown {unknown}", f"some of {sorted(known)}")]
            )
        values = {name: tuple(value) if isinstance(value, list) else value for name, value in table.items()}
        settings = Settings(root=folder, **values)
        break
    return replace(settings, **{name: value for name, value in overrides.items() if value is not None})
