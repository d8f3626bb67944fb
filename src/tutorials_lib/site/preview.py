"""While serving: which files changed, and the least work that brings the pages up to date.

Knows no site generator: a `LanguageSite` shows one page or file of one language.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from tutorials_lib.site import key, lessons, script
from tutorials_lib.site.findings import SiteError
from tutorials_lib.site.lessons import Lessons, Warn
from tutorials_lib.site.record import Failure
from tutorials_lib.site.settings import Settings

Stamp = tuple[int, int]  # time of the last change in nanoseconds, size in bytes


class LanguageSite(Protocol):
    """One language of the site as it is being shown. `tree` is everything generated in it."""

    language: str
    tree: dict[str, str | bytes]

    def render(self, current: Lessons) -> dict[str, str | bytes]: ...

    def show(self, path: str, content: str | bytes | None) -> None:
        """Rebuild one page or file; `None`: from the file a person edited."""
        ...


def snapshot(places: Iterable[Path]) -> dict[Path, Stamp]:
    """What every file looked like at this moment."""
    seen = {}
    for place in places:
        for path in place.rglob("*") if place.is_dir() else [place]:
            if "__pycache__" not in path.parts and path.is_file():
                status = path.stat()
                seen[path] = (status.st_mtime_ns, status.st_size)
    return seen


def changes(before: dict[Path, Stamp], after: dict[Path, Stamp]) -> tuple[set[Path], bool]:
    """Files that differ, and whether any was added or removed."""
    differing = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    return differing, before.keys() != after.keys()


class Preview:
    """Brings every language up to date after files changed.

    `rebuild` builds everything anew and returns the sites; it raises `SiteError` where scripts cannot be
    read, and leaves what was shown before.
    """

    def __init__(
        self,
        settings: Settings,
        docs: Path,
        watched: Sequence[Path],
        rebuild: Callable[[], tuple[Sequence[LanguageSite], Lessons]],
        tell: Warn,
        warn: Warn,
    ) -> None:
        self.settings, self.docs, self.watched = settings, docs, watched
        self.rebuild, self.tell, self.warn = rebuild, tell, warn
        self.sites: Sequence[LanguageSite] = ()
        self.lessons = Lessons((), {})
        self.seen = snapshot(watched)
        self.later: list[tuple[LanguageSite, str, str | bytes]] = []  # notebooks and downloads
        self.lock = threading.Lock()

    def start(self, sites: Sequence[LanguageSite], current: Lessons) -> None:
        self.sites, self.lessons = sites, current

    def update(self) -> None:
        """Called after a change; never raises for a fault in what a person wrote.

        Pages are up to date when it returns; what a writer does not look at (notebooks, downloads) follows.
        """
        with self.lock:
            self._update()
        if self.later:
            threading.Thread(target=self._finish, daemon=True).start()

    def _finish(self) -> None:
        while True:
            with self.lock:  # let go after each file, so that the next change need not wait for all of them
                if not self.later:
                    return
                site, path, content = self.later.pop(0)
                site.show(path, content)
            time.sleep(0.05)

    def _update(self) -> None:
        before, self.seen = self.seen, snapshot(self.watched)
        changed, moved = changes(before, self.seen)
        try:
            if not changed:
                return
            if moved or not all(map(self._is_single, changed)):
                self.start(*self.rebuild())
                return
            scripts = {path for path in changed if self._is_script(path)}
            if scripts:
                self._update_lessons(scripts)
            for path in sorted(changed - scripts):
                self._update_file(path)
        except SiteError as error:
            self.warn(str(error))
            self._show_error(error)

    def _is_script(self, path: Path) -> bool:
        return any(path == tutorial.path for tutorial in lessons.tutorials(self.lessons.sections))

    def _is_single(self, path: Path) -> bool:
        """Whether a change of this file touches nothing but what it holds itself."""
        below = path.relative_to(self.docs).parts[0] if path.is_relative_to(self.docs) else ""
        page = path.suffix == ".md" and below in self.settings.languages
        return page or below == "assets" or self._is_script(path)

    def _update_file(self, path: Path) -> None:
        """A hand-written page is rebuilt in its language; an asset is copied to all of them."""
        relative = path.relative_to(self.docs)
        for site in self.sites:
            if relative.parts[0] == "assets":
                site.show(relative.as_posix(), path.read_bytes())
            elif relative.parts[0] == site.language:
                site.show(relative.relative_to(site.language).as_posix(), None)

    def _update_lessons(self, paths: set[Path]) -> None:
        """Read the scripts again, run those whose code changed, rebuild the pages that differ."""
        sections = tuple(
            replace(section, tutorials=tuple(self._read(tutorial, paths) for tutorial in section.tutorials))
            for section in self.lessons.sections
        )
        if titles(sections) != titles(self.lessons.sections):  # they stand in the menu of every page
            self.start(*self.rebuild())
            return
        touched = lessons.only(sections, lambda item: item.path in paths)
        lessons.check_all(touched, self.settings, self.warn)
        fresh = self._outcomes(touched)
        self.lessons = Lessons(sections, self.lessons.outcomes | fresh.outcomes)
        if fresh.failures:
            self.warn(lessons.failure_report(fresh, self.settings))
        for site in self.sites:
            self._show_differences(site, site.render(self.lessons))

    def _outcomes(self, touched: tuple[script.Section, ...]) -> Lessons:
        """A failed run is not stored: while its code stays the same it need not fail again."""
        before = {item.slug: key.code_of(item).key for item in lessons.tutorials(self.lessons.sections)}
        kept = {
            item.slug: outcome
            for item in lessons.tutorials(touched)
            if isinstance(outcome := self.lessons.outcomes.get(item.slug), Failure)
            and key.code_of(item).key == before[item.slug]
        }
        to_run = lessons.only(touched, lambda item: item.slug not in kept)
        fresh = lessons.execute(to_run, self.settings, self.tell)
        return Lessons(touched, fresh.outcomes | kept)

    def _read(self, tutorial: script.Tutorial, paths: set[Path]) -> script.Tutorial:
        if tutorial.path not in paths:
            return tutorial
        return script.parse(tutorial.path, self.settings.examples_path, self.settings.languages)

    def _show_differences(self, site: LanguageSite, rendered: dict[str, str | bytes]) -> None:
        for path, content in rendered.items():
            if site.tree.get(path) != content:
                site.tree[path] = content
                if path.endswith(".md"):
                    site.show(path, content)
                else:
                    self.later.append((site, path, content))

    def _show_error(self, error: SiteError) -> None:
        """On top of the page of each faulty script; on the home page where it has none."""
        slugs = {item.path.resolve(): item.slug for item in lessons.tutorials(self.lessons.sections)}
        pages: dict[str, list[str]] = {}
        for finding in error.findings:
            page = slugs.get(finding.path.resolve(), "index") + ".md"
            pages.setdefault(page, []).append(str(finding))
        for site in self.sites:
            for path, faults in pages.items():
                content = site.tree.get(path)
                if content is None:  # hand-written
                    content = (self.docs / site.language / path).read_text(encoding="utf-8")
                shown = with_error(content, faults)
                site.tree[path] = shown  # differs from the next good rendering, so that one is shown
                site.show(path, shown)


def titles(sections: tuple[script.Section, ...]) -> list[dict[str, str]]:
    return [dict(tutorial.header.title) for tutorial in lessons.tutorials(sections)]


def with_error(page: str, faults: Sequence[str]) -> str:
    """The page under a box that says what is wrong; what stands before its body (metadata) stays first."""
    box = '<div class="tut-error" role="alert"><pre>' + escape("\n".join(faults)) + "</pre></div>\n\n"
    front, body = "", page
    if page.startswith("---\n") and (end := page.find("\n---\n", 4)) > 0:
        front, body = page[: end + 5], page[end + 5 :]
    return front + "\n" + box + body


def escape(text: str) -> str:
    """Text as HTML. Blank lines would end an HTML block of Markdown."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("\n\n", "\n&#8203;\n")
