"""What a tag is called in each language.

Headers have one word for it, which cards and filters go by. It is shown as the list of `settings.tags` has
it, a mapping of tags to a name for each language; else as the glossary renders it, else as it was written.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import yaml

from tutorials_lib.site.findings import Finding, SiteError
from tutorials_lib.site.glossary import load_glossary
from tutorials_lib.site.settings import Settings
from tutorials_lib.site.yaml_loader import Loader


def shown(tag: str, language: str, settings: Settings) -> str:
    """The name of `tag` in `language`. Raises `SiteError` where a list cannot be read."""
    listed = _list(settings.root / settings.tags).get(tag, {})
    term = load_glossary(settings.root / settings.glossary).names.get(tag.casefold(), {})
    return listed.get(language) or term.get(language) or tag


def _list(path: Path) -> Mapping[str, Mapping[str, str]]:
    return _read(path, path.stat().st_mtime_ns) if path.is_file() else {}


@lru_cache(maxsize=4)
def _read(path: Path, stamp: int) -> Mapping[str, Mapping[str, str]]:
    expected = "a mapping of tags to a name for each language: `image: {es: imagen}`"
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", -1) + 1
        what = f"not readable as YAML ({getattr(error, 'problem', None) or error})"
        raise SiteError([Finding(path, line, what, expected)]) from error
    wrong = [
        tag
        for tag, names in (data.items() if isinstance(data, dict) else [(data, None)])
        if not (
            isinstance(tag, str)
            and isinstance(names, dict)
            and all(isinstance(name, str) for name in names.values())
        )
    ]
    if wrong:
        raise SiteError([Finding(path, 0, f"the names of {wrong[0]!r} are not texts by language", expected)])
    return data
