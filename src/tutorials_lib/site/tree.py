"""The Markdown tree of a language, and its export for any generator."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from itertools import chain
from operator import is_not
from pathlib import Path
from typing import Any

from tutorials_lib.site import gallery, notebook, page, statements
from tutorials_lib.site.edition import Edition, edition
from tutorials_lib.site.findings import Finding, SiteError
from tutorials_lib.site.record import Failure, Record
from tutorials_lib.site.script import Section, Tutorial
from tutorials_lib.site.settings import Settings

MANIFEST = ".tutorials-manifest.json"  # what an export wrote, so that the next one removes only that

Tree = dict[str, str | bytes]


def build_tree(
    sections: Sequence[Section], outcomes: Mapping[str, Record | Failure], language: str, settings: Settings
) -> Tree:
    """Every generated file of one language: its path below the language's folder → content.

    Raises `SiteError` with what the runs of all tutorials show to be missing, as alternative text is.
    """
    editions = _editions(sections, outcomes, language, settings)
    shown = list(editions.values())
    around = [None, *(item.tutorial for item in shown), None]
    tree: Tree = {}
    for item, previous, following in zip(shown, around, around[2:], strict=False):
        tree |= _lesson(item, settings, previous, following)
    for section in sections:
        if section.slug:
            tree[f"{section.slug}/index.md"] = gallery.section_page(
                section, outcomes, language, settings, editions
            )
    tree["gallery.md"] = gallery.gallery_page(sections, outcomes, language, settings, editions)
    tree |= gallery.function_pages(sections, language)
    tree |= gallery.reference_pages(sections, language)
    tree |= statements.pages(sections, language, settings)
    return tree


@dataclass(frozen=True)
class _Made:
    """What was made from exactly these objects and values equal to these: one edit renders one lesson."""

    sources: tuple[object, ...]
    values: object
    result: Any


_MADE: dict[tuple[str, ...], _Made] = {}


def _once(
    name: tuple[str, ...], sources: tuple[object, ...], make: Callable[[], Any], values: object = None
) -> Any:
    """`make()`, or its last result if `sources` are the very same objects and `values` are equal."""
    made = _MADE.get(name)
    if (
        made is None
        or len(made.sources) != len(sources)
        or any(map(is_not, made.sources, sources))
        or made.values != values
    ):
        made = _MADE[name] = _Made(sources, values, make())
    return made.result


def _lesson(item: Edition, settings: Settings, previous: Tutorial | None, following: Tutorial | None) -> Tree:
    """Everything that one lesson contributes."""
    slug = item.tutorial.slug

    def make() -> Tree:
        exercises = notebook.exercises(item, settings)
        return {
            f"{slug}.md": page.render(item, settings, previous, following),
            f"downloads/{slug}.py": notebook.script(item, settings),
            f"downloads/{slug}.ipynb": notebook.executed(item, settings),
            **({f"exercises/{slug}.ipynb": exercises} if exercises else {}),
            **page.images(item),
            **gallery.thumbnails(item),
        }

    neighbours = [
        (near.slug, near.header.title) for near in (previous, following) if near
    ]  # all that is shown
    return _once(("lesson", slug, item.language), (item, settings), make, (previous is None, neighbours))


def _editions(
    sections: Sequence[Section], outcomes: Mapping[str, Record | Failure], language: str, settings: Settings
) -> dict[str, Edition]:
    editions: dict[str, Edition] = {}
    findings: list[Finding] = []
    for tutorial in chain.from_iterable(section.tutorials for section in sections):
        outcome = outcomes[tutorial.slug]
        make = partial(edition, tutorial, outcome, language, settings)
        try:
            editions[tutorial.slug] = _once(
                ("edition", tutorial.slug, language), (tutorial, outcome, settings), make
            )
        except SiteError as error:
            findings += error.findings
    if findings:
        raise SiteError(findings)
    return editions


def assets() -> Tree:
    """Style sheet and scripts that make the pages work and look right under any generator."""
    from tutorials_lib.site.theme import palette_css

    folder = files("tutorials_lib.site") / "assets"
    shared: Tree = {f"assets/{item.name}": item.read_text(encoding="utf-8") for item in folder.iterdir()}
    return {"assets/tutorials-palette.css": palette_css()} | dict(sorted(shared.items()))


def export(
    out: Path, sections: Sequence[Section], outcomes: Mapping[str, Record | Failure], settings: Settings
) -> None:
    """Write `OUT/<language>/…` for every language; remove what an earlier export wrote and no longer exists.

    Raises `SiteError` with the path where something cannot be written.
    """
    shared = assets()
    tree: Tree = {}
    for language in settings.languages:
        pages = build_tree(sections, outcomes, language, settings)
        pages.setdefault("index.md", gallery.contents_page(sections, language))
        tree |= {f"{language}/{path}": content for path, content in {**shared, **pages}.items()}
    _write(Path(out), tree)


def _write(out: Path, tree: Tree) -> None:
    before = _read_manifest(out)
    _save(out / MANIFEST, _manifest({*before, *tree}))  # killed from here on, the next export still knows all
    for path, content in tree.items():
        _save(out / path, content.encode() if isinstance(content, str) else content)
    for path in sorted(before - set(tree)):
        _remove(out, path)
    _save(out / MANIFEST, _manifest(set(tree)))


def _manifest(paths: set[str]) -> bytes:
    return (json.dumps(sorted(paths), ensure_ascii=False, indent=0) + "\n").encode()


def _read_manifest(out: Path) -> set[str]:
    file = out / MANIFEST
    try:
        paths = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else []
        return {path for path in paths if (out / path).resolve().is_relative_to(out.resolve())}
    except OSError as error:
        raise _fault(file, "read", error) from error
    except (ValueError, TypeError) as error:
        expected = "the list that the last export left; remove the file to begin anew"
        raise SiteError([Finding(file, 0, f"is damaged ({error})", expected)]) from error


def _save(path: Path, content: bytes) -> None:
    """Whole or not at all; a file that is right already is left alone, its time too."""
    try:
        if path.is_file() and path.read_bytes() == content:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise _fault(path, "write", error) from error


def _remove(out: Path, path: str) -> None:
    file = out / path
    try:
        file.unlink(missing_ok=True)
        for folder in file.parents:
            if folder == out or any(folder.iterdir()):
                break
            folder.rmdir()
    except FileNotFoundError:
        pass
    except OSError as error:
        raise _fault(file, "remove", error) from error


def _fault(path: Path, action: str, error: OSError) -> SiteError:
    reason = error.strerror or str(error)
    return SiteError(
        [Finding(path, 0, f"cannot {action} it ({reason})", "a folder with room that can be written")]
    )
