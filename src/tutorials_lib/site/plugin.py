"""The adapter to MkDocs: every event calls one thing. The only file that imports MkDocs.

One process builds one language. The first language's process runs the scripts, starts the others' builds
and waits for them. While serving, one process builds every language, so that it can rebuild one page alone.
"""

from __future__ import annotations

import gc
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from mkdocs.commands.build import _build_page, _populate_page, build
from mkdocs.config import config_options as option
from mkdocs.config import load_config
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin, CombinedEvent, event_priority, get_plugin_logger
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils import CountHandler
from watchdog.observers.polling import PollingObserver

from tutorials_lib.site import (
    definitions,
    glossary,
    handwritten,
    highlighting,
    jupyter_css,
    lessons,
    lighten,
    navigation,
    preview,
    theme,
    tree,
    unchanged,
)
from tutorials_lib.site.findings import SiteError
from tutorials_lib.site.lessons import Lessons
from tutorials_lib.site.settings import Settings, load_settings

log = get_plugin_logger("tutorials")

HANDED_OVER = "TUTORIALS_LESSONS"  # environment: the first language's process writes them to standard input


POLLING_SECONDS = 0.2  # MkDocs looks twice a second; a writer waits for the page


class TutorialsConfig(Config):
    """Options of the plugin; everything else stands in `[tool.tutorials]` of pyproject.toml."""

    language = option.Type(str, default="")  # empty: the theme's language
    everyday = option.ListOfItems(option.Type(str), default=[])  # glossary terms with an ordinary meaning too
    assets = option.Type(str, default="../assets")  # files of every language, seen from `docs_dir`


class TutorialsPlugin(BasePlugin[TutorialsConfig]):
    """Adds lessons, gallery, reference and glossary to a site, and keeps its languages together."""

    def __init__(self) -> None:
        self.serving = False
        self.lessons: Lessons | None = None  # given: while serving, what another language already ran
        self.siblings: list[Sibling] = []

    def load_config(self, *args: Any, **kwargs: Any) -> tuple[list[Any], list[Any]]:
        """Where every script will run, their libraries are imported while MkDocs imports its plugins."""
        result = super().load_config(*args, **kwargs)
        if HANDED_OVER not in os.environ and self.config.config_file_path:
            with suppress(SiteError):  # said when the settings are needed
                lessons.expect_runs(load_settings(Path(self.config.config_file_path).parent))
        return result

    def on_startup(self, *, command: str, dirty: bool) -> None:
        self.serving = command == "serve"
        if not self.serving:
            gc.disable()  # a build ends before its garbage matters; looking for it takes a tenth of the time
        self.warnings = CountHandler(level=logging.WARNING)
        logging.getLogger("mkdocs").addHandler(self.warnings)

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        with as_plugin_error():
            self.settings = load_settings(Path(config.config_file_path).parent)
        self.language = self.config.language or config.theme["language"] or self.settings.languages[0]
        folder = theme.language_folder(self.language, self.settings.languages)
        if config.site_url and folder and not config.site_url.endswith(f"/{folder}"):
            config.site_url += folder
        self.root_url = config.site_url.removesuffix(folder) if config.site_url else "/"
        shared = sorted(tree.assets())
        config.extra_css[:0] = [path for path in shared if path.endswith(".css")]
        config.extra_javascript += [path for path in shared if path.endswith(".js")]
        highlighting.remember_tokens()
        with suppress(KeyError):  # the processes of two languages must not clear each other's cache
            cache = self.settings.store_path.parent / "notebooks" / self.language
            config.plugins["mkdocs-jupyter"].config["cache_dir"] = str(cache)
            quicken_notebooks()
        return config

    @property
    def builds_all(self) -> bool:
        """Whether this is the process of a build that answers for every language."""
        return self.leads and not self.serving

    def is_current(self, config: MkDocsConfig) -> bool:
        """Whether the site is what this build would make of what there is."""
        self.sources = self._sources(config)
        built = unchanged.read(self._stamp)
        if built is None or built != unchanged.Built(
            self.sources, unchanged.outputs_digest(Path(config.site_dir))
        ):
            return False
        sections, faults = lessons.read(self.settings)
        return not faults and bool(lessons.stored(sections, self.settings))

    @property
    def _stamp(self) -> Path:
        return self.settings.store_path.parent / "built.json"

    def _sources(self, config: MkDocsConfig) -> str:
        """Everything that decides the site but what scripts read elsewhere, which the store knows."""
        places = [*self.watched(config), self.settings.root / "pyproject.toml"]
        return unchanged.sources_digest(places, [config.site_dir, *config.user_configs])

    def watched(self, config: MkDocsConfig) -> list[Path]:
        """Files and folders that the site is made of."""
        places = [
            self.settings.examples_path,
            Path(config.docs_dir).parent,
            Path(__file__).parents[1],
            self.settings.root / "benchmarks" / "results",
            *sorted(Path(config.config_file_path).parent.glob("mkdocs*.yml")),
        ]
        return [path for path in places if path.exists()]

    @property
    def leads(self) -> bool:
        """Whether this is the first language, which builds the others."""
        return self.language == self.settings.languages[0]

    def on_pre_build(self, config: MkDocsConfig) -> None:
        """Before MkDocs empties the site: a fault in a script must not take away what is being served."""
        with as_plugin_error():
            if self.builds_all and self.is_current(config):
                log.info("Nothing has changed since this site was built: %s", config.site_dir)
                raise SystemExit(0)
            self.terms = glossary.load_glossary(self.settings.root / self.settings.glossary)
            self.meanings = definitions.meanings(self.terms, self.language, self.config.everyday)
            self.unchanging = glossary.pages(self.language, self.settings) | tree.assets()
            if self.builds_all:
                self.siblings = start_siblings(self.settings, config)
            self.lessons = self._prepare()
            for sibling in self.siblings:
                sibling.hand_over(self.lessons)
            self.tree = self.render(self.lessons)
            if HANDED_OVER in os.environ:
                lessons.wait_for_go(sys.stdin.buffer)

    @event_priority(100)  # before mkdocs-jupyter, which looks for notebooks among the files
    def on_files(self, files: Files, config: MkDocsConfig) -> Files:
        self.stylesheets: dict[str, str] = {}
        for sibling in self.siblings:  # MkDocs has emptied the site by now: theirs lie inside it
            sibling.go()
        add_assets(files, config, Path(config.docs_dir) / self.config.assets)
        scratch = self.settings.store_path.parent / "pages" / self.language
        for path, content in self.tree.items():
            add_generated(files, config, path, content, scratch)
        pages = {file.src_uri for file in files if file.is_documentation_page()}
        config.nav = navigation.fill(config.nav, self.lessons.sections, pages, self.language)
        return files

    def _prepare(self) -> Lessons:
        given = self.lessons if self.serving and not self.leads else None
        if given:
            return given
        if HANDED_OVER in os.environ:
            return lessons.take_over(sys.stdin.buffer)
        starting = self.serving and self.lessons is None  # nothing is shown yet: begin with what can be read
        sections = (lessons.load_readable if starting else lessons.load)(self.settings, log.warning)
        return lessons.execute(sections, self.settings, log.info)

    def render(self, current: Lessons) -> dict[str, str | bytes]:
        """Everything generated in this language: path below the language → content."""
        rendered = tree.build_tree(current.sections, current.outcomes, self.language, self.settings)
        return rendered | self.unchanging

    def on_nav(self, nav: Navigation, config: MkDocsConfig, files: Files) -> None:
        self.nav = nav

    def on_env(self, env: Any, config: MkDocsConfig, files: Files) -> None:
        self.env, self.files, self.mkdocs = env, files, config

    def on_page_markdown(self, markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
        with as_plugin_error():
            filled = handwritten.fill(markdown, self.lessons, self.language)
        page.meta["aside"] = lighten.Aside()
        return page.meta["aside"].put(filled)

    def _meanings_in(self, path: str) -> Mapping[str, str]:
        """The definitions that the page of a lesson shows under its words; none on other pages."""
        found = (item for item in lessons.tutorials(self.lessons.sections) if path == f"{item.slug}.md")
        lesson = next(found, None)
        if lesson is None:
            return {}
        if not lesson.header.everyday:
            return self.meanings
        everyday = (*self.config.everyday, *lesson.header.everyday)
        return definitions.meanings(self.terms, self.language, everyday)

    @event_priority(-50)
    def on_page_content(self, html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
        path = page.file.src_uri
        if not path.endswith(".ipynb"):
            html = lighten.without_plain_tokens(html)
            return definitions.define(html, self._meanings_in(path))
        notebook = jupyter_css.split_styles(html)
        self.stylesheets[notebook.css_path] = notebook.css
        page.meta["search"] = {"exclude": True}  # whatever it says, the lesson says
        page.meta["stylesheet"] = notebook.css_path
        page.meta["notebook"] = Path(page.file.src_uri).name
        return lighten.without_plain_tokens(notebook.html)

    @event_priority(100)
    def _before_search(self, context: Any, page: Page, config: MkDocsConfig, nav: Navigation) -> None:
        page.meta["shown"], page.content = page.content, lighten.without_tokens(page.content)

    @event_priority(-100)
    def _after_search(self, context: Any, page: Page, config: MkDocsConfig, nav: Navigation) -> Any:
        page.content = page.meta.pop("shown")
        languages = self.settings.languages
        available = [language for language in languages if self._has(page.file, language, config)]
        self.alternates = theme.alternates(page.url, self.language, languages, self.root_url, available)
        context["alternates"] = self.alternates
        return context

    on_page_context = CombinedEvent(_before_search, _after_search)

    def on_post_page(self, html: str, page: Page, config: MkDocsConfig) -> str:
        links = theme.head_links(self.alternates) + theme.style_link(page.meta.get("stylesheet"), page.url)
        html = lighten.without_indentation(html.replace("</head>", f"{links}</head>", 1))
        return page.meta["aside"].put_back(html) if "aside" in page.meta else html

    def _has(self, file: File, language: str, config: MkDocsConfig) -> bool:
        """Generated pages exist in every language; hand-written ones where somebody wrote them."""
        if language == self.language or file.src_uri in self.tree:
            return True
        return (Path(config.docs_dir).parent / language / file.src_uri).is_file()

    @event_priority(-100)  # after the search index is written
    def on_post_build(self, config: MkDocsConfig) -> None:
        site = Path(config.site_dir)
        for path, css in self.stylesheets.items():
            (site / path).write_text(css, encoding="utf-8")
        share_search_index(site)
        (site / "sitemap.xml.gz").unlink(missing_ok=True)  # holds the time of the build, and nobody needs it
        problems = [f"{path}: is a notebook's JSON, not a page" for path in json_pages(site)]
        for sibling in self.siblings:
            problems += sibling.wait()
        self.siblings = []
        if self.lessons.failures and not os.environ.get(HANDED_OVER):  # whoever ran the scripts reports them
            report = lessons.failure_report(self.lessons, self.settings)
            if self.serving:
                log.error("%s", report)
            else:
                problems.append(report)
        if problems:
            raise PluginError("\n\n".join(problems))
        if self.builds_all and not self.warnings.get_counts():  # a warning has to be seen again
            unchanged.write(self._stamp, unchanged.Built(self.sources, unchanged.outputs_digest(site)))
        if not self.serving:
            gc.freeze()  # or Python, when it ends, looks for garbage after all

    def on_build_error(self, error: Exception) -> None:
        for sibling in self.siblings:
            sibling.stop()

    def on_serve(self, server: LiveReloadServer, config: MkDocsConfig, builder: Callable) -> LiveReloadServer:
        """Serve every language, and rebuild after a change what it touches and nothing else."""
        settings, docs = self.settings, Path(config.docs_dir).parent
        watched = self.watched(config)

        def others() -> list[TutorialsPlugin]:
            return [self, *(build_here(language, self) for language in settings.languages[1:])]

        def rebuild() -> tuple[list[TutorialsPlugin], Lessons]:
            try:
                builder()
            except Abort as error:  # MkDocs has reported it; the preview shows what a script is to blame for
                if fault := site_error_behind(error):
                    raise fault from None
                raise
            return others(), self.lessons

        current = preview.Preview(settings, docs, watched, rebuild, log.info, log.error)
        current.start(others(), self.lessons)
        server.unwatch(config.docs_dir)
        server.unwatch(config.config_file_path)
        server.observer = PollingObserver(timeout=POLLING_SECONDS)
        for path in watched:
            server.watch(str(path))
        server.builder = current.update
        return server

    def show(self, path: str, content: str | bytes | None) -> None:
        """Rebuild one page, or write one file, of the site being served."""
        file = self.files.get_file_from_path(path)
        if file.page is None:
            Path(file.abs_dest_path).write_bytes(content.encode() if isinstance(content, str) else content)
            return
        if isinstance(content, str) and path.endswith(".ipynb"):
            Path(file.abs_src_path).write_text(content, encoding="utf-8")
        elif content is not None:
            file.content_string = content
        _populate_page(file.page, self.mkdocs, self.files)
        # resolves references to the documented library
        self.mkdocs.plugins.on_env(self.env, config=self.mkdocs, files=self.files)
        _build_page(file.page, self.mkdocs, self.files.documentation_pages(), self.nav, self.env)


@contextmanager
def as_plugin_error() -> Iterator[None]:
    """MkDocs shows a `PluginError` as a message; anything else is a traceback."""
    try:
        yield
    except SiteError as error:
        raise PluginError(f"\n{error}") from error


def site_error_behind(error: BaseException | None) -> SiteError | None:
    """The `SiteError` that caused `error`, however often it was wrapped."""
    while error and not isinstance(error, SiteError):
        error = error.__cause__ or error.__context__
    return error


def quicken_notebooks() -> None:
    """Let mkdocs-jupyter, which is installed where it is configured, convert with our exporter."""
    from mkdocs_jupyter import convert, nbconvert2

    from tutorials_lib.site import jupyter_exporter

    nbconvert2.HTMLExporter = jupyter_exporter.QuickExporter
    nbconvert2.HtmlFormatter = jupyter_exporter.formatter
    convert.nb2md = jupyter_exporter.prose


def add_assets(files: Files, config: MkDocsConfig, folder: Path) -> None:
    """What every language shares, below `assets/` of each."""
    folder = folder.resolve()
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if path.is_file():
            uri = path.relative_to(folder.parent).as_posix()
            files.append(File(uri, str(folder.parent), config.site_dir, config.use_directory_urls))


def add_generated(files: Files, config: MkDocsConfig, path: str, content: str | bytes, scratch: Path) -> None:
    """One generated file. A hand-written page of the same address wins."""
    if files.get_file_from_path(path):
        return
    if path.startswith("exercises/") and path.endswith(".ipynb"):
        # mkdocs-jupyter reads notebooks from disk; of a file without a folder it publishes the raw JSON
        target = scratch / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")
        place = (path, str(scratch), config.site_dir, config.use_directory_urls)
        files.append(File(*place, inclusion=InclusionLevel.NOT_IN_NAV))
    else:
        files.append(File.generated(config, path, content=content))


def share_search_index(site: Path) -> None:
    """From the file system a page may load a script but no JSON: offer the index as both."""
    index = site / "search" / "search_index.json"
    if index.is_file():
        content = index.read_text(encoding="utf-8")
        index.with_suffix(".js").write_text(f"var __index = {content}", encoding="utf-8")


def json_pages(site: Path) -> list[Path]:
    """Pages that are a notebook's JSON: what becomes of a notebook that nobody rendered."""
    return [path for path in sorted(site.rglob("*.html")) if path.read_bytes()[:64].lstrip().startswith(b"{")]


class Sibling:
    """Another language's build, in a process of its own, which imports what it needs while scripts run."""

    def __init__(self, language: str, command: list[str], folder: Path) -> None:
        self.language = language
        self.output = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - read in `wait`
        environment = os.environ | {HANDED_OVER: "stdin"}
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=self.output,
            stderr=subprocess.STDOUT,
        )

    def hand_over(self, current: Lessons) -> None:
        """Give it what was read and run here: it renders that, and waits with writing it."""
        with suppress(BrokenPipeError):  # it has ended: `wait` says why
            lessons.hand_over(current, self.process.stdin)

    def go(self) -> None:
        """Let it write its part of the site."""
        with suppress(BrokenPipeError), self.process.stdin as channel:
            lessons.go(channel)

    def wait(self) -> list[str]:
        """Pass its warnings on; what went wrong, if anything."""
        status = self.process.wait()
        self.output.seek(0)
        lines = self.output.read().splitlines()
        if status:
            return [f"the build of '{self.language}' failed:\n" + "\n".join(lines)]
        for line in lines:
            if line.startswith("WARNING"):
                log.warning("%s: %s", self.language, line.removeprefix("WARNING").strip(" -"))
        return []

    def stop(self) -> None:
        self.process.terminate()
        self.wait()


def config_of(language: str, settings: Settings, config: MkDocsConfig) -> Path:
    """`mkdocs.<language>.yml` beside the first language's file. Raises `PluginError` where it is missing."""
    main = Path(config.config_file_path)
    path = main.with_name(f"{main.stem}.{language}{main.suffix}")
    if not path.is_file():
        raise PluginError(f"{path}:0: no such file; expected the configuration of the language '{language}'")
    return path


def start_siblings(settings: Settings, config: MkDocsConfig) -> list[Sibling]:
    """Build every other language beside this one, with what the scripts of this process will produce."""
    siblings = []
    for language in settings.languages[1:]:
        site = Path(config.site_dir, language)
        file = config_of(language, settings, config)
        command = [sys.executable, "-m", "mkdocs", "build", "-f", str(file), "-d", str(site)]
        command += ["--strict"] if config.strict else []
        siblings.append(Sibling(language, command, file.parent))
    return siblings


def build_here(language: str, first: TutorialsPlugin) -> TutorialsPlugin:
    """Build another language in this process, so that one page of it can be rebuilt alone while serving."""
    file = config_of(language, first.settings, first.mkdocs)
    with own_plugins():
        config = load_config(str(file), site_dir=str(Path(first.mkdocs.site_dir, language)))
    config.site_url = first.mkdocs.site_url
    plugin: TutorialsPlugin = config.plugins["tutorials"]
    plugin.lessons = first.lessons
    config.plugins.on_startup(command="serve", dirty=False)
    build(config, serve_url=config.site_url)
    return plugin


@contextmanager
def own_plugins() -> Iterator[None]:
    """MkDocs keeps one instance of a plugin for the whole process; a second site needs its own."""
    registry = MkDocsConfig.plugins
    kept, registry.plugin_cache = registry.plugin_cache, {}
    try:
        yield
    finally:
        registry.plugin_cache = kept
