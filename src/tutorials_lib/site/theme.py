"""What the theme needs to know: the palette as CSS, and where a page stands in the other languages."""

from __future__ import annotations

import posixpath
from collections.abc import Collection
from dataclasses import dataclass
from html import escape

from babel import Locale

from tutorials_lib.style import PALETTE


def palette_css() -> str:
    """The palette as custom properties `--tutorials-NAME` of both colour schemes; paper is always light."""
    light = "".join(f"  --tutorials-{name}: {color.light};\n" for name, color in PALETTE.items())
    dark = "".join(f"  --tutorials-{name}: {color.dark};\n" for name, color in PALETTE.items())
    return (
        "/* Generated from tutorials_lib.style: change it there. */\n"
        f':root,\n[data-md-color-scheme="default"] {{\n  color-scheme: light;\n{light}}}\n'
        f'@media screen {{\n[data-md-color-scheme="slate"] {{\n  color-scheme: dark;\n{dark}}}\n}}\n'
    )


def language_name(language: str) -> str:
    """The language's name in itself.

    >>> language_name("es"), language_name("pt_BR")
    ('Español', 'Português (Brasil)')
    """
    name = Locale.parse(language).get_display_name(language) or language
    return name[0].upper() + name[1:]


@dataclass(frozen=True)
class Alternate:
    """One page in one language: `relative` seen from the page being shown, `absolute` for search engines."""

    language: str  # as HTML writes it: pt-BR
    name: str
    relative: str
    absolute: str
    current: bool
    exists: bool  # False: `relative` leads to the language's home page


def language_folder(language: str, languages: Collection[str]) -> str:
    """Where a language lives below the site's root: the first one at the root itself.

    >>> language_folder("es", ("es", "en")), language_folder("en", ("es", "en"))
    ('', 'en/')
    """
    return "" if language == next(iter(languages)) else f"{language}/"


def alternates(
    url: str, language: str, languages: Collection[str], root_url: str, available: Collection[str]
) -> tuple[Alternate, ...]:
    """The page at `url` in every language; `available` are the languages that have it.

    >>> found = alternates("a/b.html", "es", ("es", "pt_BR"), "https://x.org/", ("es",))
    >>> found[1].relative, found[1].exists, found[1].language
    ('../pt_BR/index.html', False, 'pt-BR')
    """
    here = posixpath.dirname(language_folder(language, languages) + url) or "."
    found = []
    for other in languages:
        folder = language_folder(other, languages)
        exists = other in available
        address = folder + (url if exists else "index.html")
        relative = posixpath.relpath(address, here) + ("/" if address.endswith("/") else "")
        absolute = root_url + folder + url
        tag = other.replace("_", "-")
        found.append(Alternate(tag, language_name(other), relative, absolute, other == language, exists))
    return tuple(found)


def head_links(found: Collection[Alternate]) -> str:
    """The page's languages for search engines; the first language is for every other reader too."""
    existing = [alternate for alternate in found if alternate.exists]
    links = [(alternate.language, alternate.absolute) for alternate in existing]
    links += [("x-default", existing[0].absolute)]
    return "".join(
        f'<link rel="alternate" hreflang="{language}" href="{escape(address)}">'
        for language, address in links
    )


def style_link(path: str | None, url: str) -> str:
    """A style sheet that only the page at `url` needs, seen from there.

    >>> style_link("assets/a.css", "exercises/b.html"), style_link(None, "b.html")
    ('<link rel="stylesheet" href="../assets/a.css">', '')
    """
    if path is None:
        return ""
    return f'<link rel="stylesheet" href="{posixpath.relpath(path, posixpath.dirname(url) or ".")}">'
