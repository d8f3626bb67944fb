"""The real site in a real browser: built once a session, or the folder that `ANTORCHA_SITE` names."""

import functools
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[2]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # what leaves the site gets nowhere
]


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Path:
    if folder := os.environ.get("ANTORCHA_SITE"):
        return Path(folder).resolve()
    folder = tmp_path_factory.mktemp("antorcha") / "site"
    command = [sys.executable, "-m", "mkdocs", "build", "-q", "-d", str(folder)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    return folder


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format, *args):
        pass

    def end_headers(self):
        self.send_header("Cache-Control", "max-age=3600")  # pages share their styles and scripts
        super().end_headers()


@pytest.fixture(scope="session")
def address(site) -> Iterator[str]:
    """Where the site is served, with the closing slash."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")  # closed as soon as it is not needed: it keeps a core busy
def browser() -> Iterator[Browser]:
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        reason = f"no browser: none of {', '.join(names)} is on the path"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Visit:
    """A page, and everything that went wrong while it was shown."""

    page: Page
    problems: list[str] = field(default_factory=list)


@pytest.fixture
def visit(browser, address) -> Iterator:
    """Opens a page of the site (or any address) and records errors and requests that leave the site."""
    contexts = []

    def open_page(
        path: str,
        *,
        scheme: str = "light",
        width: int = 1280,
        height: int = 900,
        wait_until: str = "load",
        beside: Visit | None = None,
    ) -> Visit:
        if beside is None:
            context = browser.new_context(
                color_scheme=scheme,
                viewport={"width": width, "height": height},
                permissions=["clipboard-read", "clipboard-write"],
                reduced_motion="reduce",
            )
            contexts.append(context)
        else:  # with its cache: most of a page is what all pages share
            context = beside.page.context
        visited = Visit(context.new_page())
        inside = (address, "file:", "data:", "blob:")
        visited.page.on(
            "request",
            lambda request: (
                request.url.startswith(inside)
                or visited.problems.append(f"request leaves the site: {request.url}")
            ),
        )
        visited.page.on("pageerror", lambda error: visited.problems.append(f"exception: {error}"))
        visited.page.on(
            "console",
            lambda message: message.type == "error" and visited.problems.append(f"console: {message.text}"),
        )
        visited.page.on(
            "response",
            lambda answer: answer.status >= 400 and visited.problems.append(f"{answer.status}: {answer.url}"),
        )
        visited.page.goto(path if "://" in path else address + path, wait_until=wait_until)
        return visited

    yield open_page
    for context in contexts:
        context.close()
