"""Ways to find a lesson: cards, a section's page, the gallery with its filter, functions, the library.

Class names: .tut-cards > .tut-card (`data-slug`; `data-tags`, comma separated; .tut-done once the reader has
answered its questions) with .tut-thumb (.tut-light and .tut-dark), .tut-card-title, .tut-card-summary,
.tut-card-facts (.tut-tag, .tut-time); .tut-filter (hidden until a script serves it) with one button a tag
(`data-tag`, `aria-pressed`), the rare ones folded in .tut-rare, and .tut-count.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path

from tutorials_lib.site import api, figures, galleryformat, headings, learning_path, self_test, tags
from tutorials_lib.site.edition import IMAGES, Edition, Picture, chosen, edition
from tutorials_lib.site.page import front_matter, link, plain, seconds
from tutorials_lib.site.record import Failure, Record
from tutorials_lib.site.script import Section, Tutorial
from tutorials_lib.site.settings import Settings
from tutorials_lib.site.words import words

Outcomes = Mapping[str, Record | Failure]

COMMON_TAGS = 24  # more buttons than that hide the lessons from who came to see them
NAMED_LESSONS = 6  # of a function that half of the lessons use, the first ones say enough
THUMBNAIL_PIXELS = (640, 400)  # the box of a raster thumbnail


def cards(
    sections: Sequence[Section],
    outcomes: Outcomes,
    language: str,
    settings: Settings,
    *,
    page: str = "index.md",
    editions: Mapping[str, Edition] | None = None,
) -> str:
    """A list of cards as Markdown in HTML. `page` is where it will stand, in the language's tree."""
    shown = [
        editions[tutorial.slug]
        if editions
        else edition(tutorial, outcomes[tutorial.slug], language, settings)
        for section in sections
        for tutorial in section.tutorials
    ]
    return "\n\n".join(
        ['<ul class="tut-cards" markdown="1">', *(_card(item, page, settings) for item in shown), "</ul>"]
    )


def _card(item: Edition, page: str, settings: Settings) -> str:
    slug, given = item.tutorial.slug, item.tutorial.header.tags
    facts = [
        f'<span class="tut-tag">{escape(tags.shown(tag, item.language, settings))}</span>' for tag in given
    ]
    if not isinstance(item.outcome, Failure):
        facts.append(f'<span class="tut-time">{seconds(item.record.wall_seconds, item.language)}</span>')
    names = escape(",".join(given), quote=True)
    return "\n\n".join(
        filter(
            None,
            (
                f'<li class="tut-card" data-slug="{escape(slug)}" data-tags="{names}" markdown="block">',
                " ".join(_thumbnail_links(item, page)),
                f"[{item.title}]({link(f'{slug}.md', page)}){{ .tut-card-title }}",
                f"{' '.join(item.summary.split())}\n{{ .tut-card-summary }}" if item.summary else "",
                f'<p class="tut-card-facts">{" ".join(facts)}</p>',
                "</li>",
            ),
        )
    )


def _thumbnail_links(item: Edition, page: str) -> Iterator[str]:
    """Empty alternative text: the title beside it says where the card leads."""
    paths = _thumbnail_paths(item)
    for path in paths:
        theme = path.rpartition("-")[2].partition(".")[0]
        only = f"#only-{theme}" if len(paths) > 1 else ""
        kind = f" .tut-{theme}" if len(paths) > 1 else ""
        yield f"![]({link(path, page)}{only}){{ .tut-thumb{kind} loading=lazy }}"


def _thumbnail_paths(item: Edition) -> list[str]:
    if not item.pictures:
        return []
    first = item.pictures[0]
    if isinstance(first.content, str):
        return [f"figures/{item.tutorial.slug}-{theme}.svg" for theme in ("light", "dark")]
    return [f"figures/{item.tutorial.slug}-light.{IMAGES[first.mime]}"]


def thumbnails(item: Edition) -> dict[str, str | bytes]:
    """The pictures of a tutorial's card, made of its first figure: path in the language's tree → content."""
    paths = _thumbnail_paths(item)
    if not paths:
        return {}
    first = item.pictures[0]
    if isinstance(first.content, str):
        light, dark = paths
        return {
            light: figures.standalone(first.content, "light"),
            dark: figures.standalone(first.content, "dark"),
        }
    return {paths[0]: _scaled(first)}


def _scaled(picture: Picture) -> bytes:
    assert isinstance(picture.content, bytes)
    with tempfile.TemporaryDirectory() as folder:
        ending = IMAGES[picture.mime]
        source, target = Path(folder, f"source.{ending}"), Path(folder, f"target.{ending}")
        source.write_bytes(picture.content)
        galleryformat.scale_image(source, target, *THUMBNAIL_PIXELS)
        return target.read_bytes()


def section_page(
    section: Section, outcomes: Outcomes, language: str, settings: Settings, editions: Mapping[str, Edition]
) -> str:
    """A section's own page: what it is about, the way through its lessons, the lessons, a test of oneself."""
    title = chosen(section.title, language, section.slug)
    summary = chosen(section.summary, language, "")
    page = f"{section.slug}/index.md"
    text = words(language)
    path = learning_path.draw(section, language, page, editions)
    if path:
        path = f"## {text['path']} {{#reading-path}}\n\n{text['path_intro']}\n\n{path}"
    blocks = [
        front_matter(title=plain(title), description=plain(summary)),
        f"# {title} {{#{headings.slug(section.slug)}}}",
        summary.strip(),
        path,
        f"## {text['lessons']} {{#lessons}}" if path else "",
        cards([section], outcomes, language, settings, page=page, editions=editions),
        *self_test.blocks(section, language, settings),
    ]
    return "\n\n".join(filter(None, blocks)) + "\n"


def gallery_page(
    sections: Sequence[Section],
    outcomes: Outcomes,
    language: str,
    settings: Settings,
    editions: Mapping[str, Edition],
) -> str:
    """All lessons by section, and a filter by tag."""
    text, page = words(language), "gallery.md"
    used: set[str] = {"gallery"}
    blocks = [
        front_matter(title=text["gallery"], description=text["gallery_summary"]),
        f"# {text['gallery']} {{#gallery}}",
        text["gallery_summary"],
        _filter([tutorial for section in sections for tutorial in section.tutorials], language, settings),
    ]
    for section in sections:
        if section.tutorials:
            name = headings.unique(headings.slug(section.slug or "lessons"), used)
            used.add(name)
            title = chosen(section.title, language, section.slug) or text["lessons"]
            listed = cards([section], outcomes, language, settings, page=page, editions=editions)
            blocks += [f"## {title} {{#{name}}}", listed]
    if api.index(sections):
        blocks.append(f"[{text['by_function']}](functions.md)")
    return "\n\n".join(filter(None, blocks)) + "\n"


def function_pages(sections: Sequence[Section], language: str) -> dict[str, str]:
    """The index of functions, if any script uses one that has a name to look up."""
    text, used = words(language), api.index(sections)
    if not used:
        return {}
    entries = _by_function(used, language, "functions.md", NAMED_LESSONS)
    blocks = [
        front_matter(title=text["by_function"], description=text["by_function_intro"]),
        f"# {text['by_function']} {{#by-function}}",
        text["by_function_intro"],
        "\n".join(entries),
    ]
    return {"functions.md": "\n\n".join(blocks) + "\n"}


def contents_page(sections: Sequence[Section], language: str) -> str:
    """A home page for a tree that has none: every lesson by section."""
    text = words(language)
    blocks = [front_matter(title=text["lessons"]), f"# {text['lessons']}", f"[{text['gallery']}](gallery.md)"]
    for section in sections:
        title = chosen(section.title, language, section.slug)
        if title:
            blocks.append(f"## {title}")
        blocks.append(
            "\n".join(f"1. {_lesson_link(item, language, 'index.md')}" for item in section.tutorials)
        )
    return "\n\n".join(filter(None, blocks)) + "\n"


def reference_pages(sections: Sequence[Section], language: str) -> dict[str, str]:
    """One page for each module of the library, if any script uses it: documentation, and where it is used."""
    used = api.index(sections)
    if not any(name.startswith("tutorials_lib.") for name in used):
        return {}
    text = words(language)
    pages = {}
    for module in api.modules():
        prefix = f"{module.full_name}."
        entries = {name: tutorials for name, tutorials in used.items() if name.startswith(prefix)}
        blocks = [
            front_matter(title=module.full_name, description=plain(module.summary)),
            f"# `{module.full_name}` {{#{headings.slug(module.name)}}}",
            f"::: {module.full_name}",
        ]
        if entries:
            listed = "\n".join(_by_function(entries, language, module.page))
            blocks += [f"## {text['lessons_using']} {{#lessons-that-use-it}}", listed]
        pages[module.page] = "\n\n".join(blocks) + "\n"
    return pages


def _filter(tutorials: Sequence[Tutorial], language: str, settings: Settings) -> str:
    """Buttons that a script shows and serves; without it the page is the plain list."""
    text = words(language)
    counts = Counter(tag for tutorial in tutorials for tag in tutorial.header.tags)
    if not counts:
        return ""
    every = f'<button type="button" data-tag="" aria-pressed="true">{text["all"]}</button>'
    common = {tag for tag, _ in counts.most_common(COMMON_TAGS)}
    names = {tag: tags.shown(tag, language, settings) for tag in counts}
    rare = _buttons({tag: count for tag, count in counts.items() if tag not in common}, names)
    if rare:
        rare = f'<details class="tut-rare"><summary>{text["more_tags"]}</summary>{rare}</details>'
    buttons = every + _buttons({tag: counts[tag] for tag in common}, names) + rare
    label, many, one = (escape(text[name]) for name in ("filter", "shown", "shown_one"))
    return (
        f'<div class="tut-filter" role="group" aria-label="{label}" hidden>{buttons}</div>\n'
        f'<p class="tut-count" role="status" data-many="{many}" data-one="{one}"></p>'
    )


def _buttons(counts: Mapping[str, int], names: Mapping[str, str]) -> str:
    return "".join(
        f'<button type="button" data-tag="{escape(tag)}" aria-pressed="false">'
        f"{escape(names[tag])} <span>{counts[tag]}</span></button>"
        for tag in sorted(counts, key=lambda tag: headings.slug(names[tag]))
    )


def _by_function(
    names: Mapping[str, Sequence[Tutorial]], language: str, page: str, most: int | None = None
) -> list[str]:
    """A list item for each name, with the lessons that use it: the first `most`, and how many more."""
    items = []
    for name, using in names.items():
        lessons = [_lesson_link(item, language, page) for item in using[:most]]
        if left := len(using) - len(lessons):
            lessons.append(words(language)["and_more"].format(count=left))
        items.append(f"- {api.reference(name, page)}: {', '.join(lessons)}")
    return items


def _lesson_link(tutorial: Tutorial, language: str, page: str) -> str:
    return f"[{chosen(tutorial.header.title, language, tutorial.name)}]({link(f'{tutorial.slug}.md', page)})"
