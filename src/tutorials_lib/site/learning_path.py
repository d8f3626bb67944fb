"""A section's lessons drawn in reading order, each joined by lines to those it builds on.

It is an ordered list of links, and stays one without style sheets. Beside each entry runs a piece of the
drawing, an SVG as tall as the entry, so that titles may take as many lines as the window needs. Class names:
.tut-path > li (`data-slug`) with .tut-rail (the piece; its lines are .tut-lane-0 … by the lane they come
from), .tut-stop (the number, on its lane), .tut-path-title and .tut-path-after.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from babel.lists import format_list

from tutorials_lib.site.dependencies import without_shortcuts
from tutorials_lib.site.edition import Edition
from tutorials_lib.site.page import link
from tutorials_lib.site.script import Section
from tutorials_lib.site.words import words

COLOURS = 6  # how many lanes have a colour of their own


@dataclass(frozen=True)
class Row:
    """What is drawn beside one lesson. Lanes count from 0 at the left."""

    lane: int  # where its own stop is
    through: tuple[int, ...]  # lines that pass by
    joins: tuple[int, ...]  # lines that end or branch off here: what the lesson builds on
    goes_on: bool  # whether a later lesson builds on this one


def rows(names: Sequence[str], after: Mapping[str, Sequence[str]]) -> list[Row]:
    """A lane for each lesson: that of a lesson it builds on and that nothing else needs, else the first free.

    >>> rows(["a", "b", "c"], {"b": ["a"], "c": ["a", "b"]})[2]
    Row(lane=0, through=(), joins=(0,), goes_on=False)
    """
    joined = {name: [one for one in without_shortcuts(after, name) if one in names] for name in names}
    waiting = {name: sum(name in others for others in joined.values()) for name in names}
    open_lanes: dict[int, str] = {}
    lane_of: dict[str, int] = {}
    drawn = []
    for name in names:
        for one in joined[name]:
            waiting[one] -= 1
        joins = tuple(sorted(lane_of[one] for one in joined[name]))
        ending = sorted(lane_of[one] for one in joined[name] if not waiting[one])
        free = (lane for lane in range(len(names)) if lane not in open_lanes)
        lane = ending[0] if ending else next(free)
        for ended in ending:
            del open_lanes[ended]
        through = tuple(sorted(open_lanes))
        drawn.append(Row(lane, through, joins, waiting[name] > 0))
        lane_of[name] = lane
        if waiting[name]:
            open_lanes[lane] = name
    return drawn


def draw(section: Section, language: str, page: str, editions: Mapping[str, Edition]) -> str:
    """The drawing as Markdown in HTML; "" for fewer than two lessons.

    A section that states no dependencies is drawn as one line: its order is all that is known.
    """
    names = [tutorial.slug for tutorial in section.tutorials]
    if len(names) < 2:
        return ""
    after = section.after or {name: (before,) for before, name in pairwise(names)}
    drawn = rows(names, after)
    lanes = 1 + max(lane for row in drawn for lane in (row.lane, *row.through))
    # the role: without bullets some readers of screens would not take it for a list
    blocks = [f'<ol class="tut-path" role="list" style="--lanes: {lanes}" markdown="1">']
    for number, (name, row) in enumerate(zip(names, drawn, strict=True), 1):
        title = f"[{editions[name].title}]({link(f'{name}.md', page)}){{ .tut-path-title }}"
        blocks += [
            f'<li data-slug="{escape(name)}" style="--lane: {row.lane}" markdown="block">',
            f'<div class="tut-rail" aria-hidden="true">{_rail(row, lanes)}</div>',
            f'<span class="tut-stop">{number}</span> {title}',
            _builds_on(section.after.get(name, ()), names, language, page, editions),
            "</li>",
        ]
    return "\n\n".join(filter(None, (*blocks, "</ol>")))


def _rail(row: Row, lanes: int) -> str:
    """One unit a lane across; down, the stop is at 1 of 2. It is stretched to the height of its entry."""
    paths = "".join(f'<path class="tut-lane-{lane % COLOURS}" d="{way}"/>' for lane, way in _lines(row))
    return f'<svg viewBox="0 0 {lanes} 2" preserveAspectRatio="none">{paths}</svg>'


def _lines(row: Row) -> Iterator[tuple[int, str]]:
    """Lane whose colour it has, and the way, of each line."""
    own = row.lane + 0.5
    for lane in row.through:
        yield lane, f"M{lane + 0.5} 0V2"
    for lane in row.joins:
        start = lane + 0.5
        yield lane, f"M{start} 0V1" if lane == row.lane else f"M{start} 0C{start} .6 {own} .4 {own} 1"
    if row.goes_on:
        yield row.lane, f"M{own} 1V2"


def _builds_on(
    slugs: Sequence[str], names: Sequence[str], language: str, page: str, editions: Mapping[str, Edition]
) -> str:
    """In words what the lines show, and the lessons of other sections, which have no line here."""
    here = [str(number) for number in sorted(names.index(slug) + 1 for slug in slugs if slug in names)]
    there = [
        f"[{editions[slug].title}]({link(f'{slug}.md', page)})"
        for slug in slugs
        if slug not in names and slug in editions
    ]
    if not here and not there:
        return ""
    listed = format_list([*here, *there], locale=language.replace("-", "_"))
    return f"{words(language)['builds_on'].format(lessons=listed)}\n{{ .tut-path-after }}"
