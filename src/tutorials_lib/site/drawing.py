"""Figures of a run as raw SVG: computed once, drawn once for every language found in their texts."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tutorials_lib.i18n import languages_in, resolve
from tutorials_lib.site.outputs import Transcript, plain
from tutorials_lib.site.record import Figure

MANY_POINTS = 2_000  # of one artist: beyond, it is drawn as pixels
LARGE_BYTES = 120_000  # of one SVG: beyond, everything but text and axes is drawn as pixels
RASTER_DPI = 144
LARGE_PICTURE_BYTES = 40_000
NO_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))  # nothing that differs from run to run


def record_figure(figure: Any, transcript: Transcript) -> None:
    """Add a matplotlib figure to the cell's outputs."""
    rasterize_heavy_artists(figure)
    drawings = draw_in_every_language(figure)
    if any(len(svg) > LARGE_BYTES for svg in drawings.values()):
        for artist in drawn_data(figure):
            artist.set_rasterized(True)
        drawings = draw_in_every_language(figure)
    number = len(transcript.files)
    files = {
        language: transcript.keep(
            f"figure-{transcript.cell:02}-{number}{language and '-' + language}.svg", svg
        )
        for language, svg in drawings.items()
    }
    width, height = size_in_points(next(iter(drawings.values())))
    transcript.add(Figure(files, title_of(figure), width, height))


def draw_in_every_language(figure: Any) -> dict[str, bytes]:
    """SVG bytes by language; "" where no text carries languages. Tick labels exist only once drawn."""
    from matplotlib.text import Text

    waiting = [language for text in figure.findobj(Text) for language in languages_in(text.get_text())] or [
        ""
    ]
    drawings: dict[str, bytes] = {}
    while waiting:
        language = waiting.pop(0)
        if language not in drawings:
            drawings[language], met = draw(figure, language)
            waiting += met
    if len(drawings) > 1:
        drawings.pop("", None)
    return drawings


def draw(figure: Any, language: str) -> tuple[bytes, list[str]]:
    """The figure in one language, and the languages met in its texts while drawing."""
    buffer = io.BytesIO()
    # Without a layout engine nothing keeps titles and legends inside the page.
    bounds = None if figure.get_layout_engine() is not None else "tight"
    with speaking(language) as met:
        figure.savefig(buffer, format="svg", dpi=RASTER_DPI, metadata=NO_METADATA, bbox_inches=bounds)
    return _EMBEDDED.sub(_compact, buffer.getvalue()), list(met)


_EMBEDDED = re.compile(rb"data:image/png;base64,([A-Za-z0-9+/=\s]+)")


def _compact(match: re.Match[bytes]) -> bytes:
    """A large picture within an SVG as WebP: without loss if that is small enough."""
    if len(match[1]) < LARGE_PICTURE_BYTES:
        return match[0]
    from PIL import Image

    with Image.open(io.BytesIO(base64.b64decode(match[1]))) as picture:
        for options in ({"lossless": True}, {"quality": 80}):
            buffer = io.BytesIO()
            picture.save(buffer, "webp", **options)
            if buffer.tell() < LARGE_PICTURE_BYTES:
                break
    return b"data:image/webp;base64," + base64.b64encode(buffer.getvalue())


@contextmanager
def speaking(language: str) -> Iterator[dict[str, None]]:
    """Every text of matplotlib answers in `language`, wherever it is from: labels, legends, formatters."""
    from matplotlib.text import Text

    written = Text.get_text
    met: dict[str, None] = {}

    def get_text(self: Any) -> str:
        text = written(self)
        if not (languages := languages_in(text)):
            return text
        met.update(dict.fromkeys(languages))
        return resolve(text, language or languages[0])

    Text.get_text = get_text
    try:
        yield met
    finally:
        Text.get_text = written


def speak_while_measuring() -> None:
    """Layout asked for by the script (`tight_layout`) measures one language, not all of them in a row."""
    from matplotlib.text import Text

    measured = Text._get_layout

    def get_layout(self: Any, renderer: Any) -> Any:
        with speaking(""):
            return measured(self, renderer)

    Text._get_layout = get_layout


def rasterize_heavy_artists(figure: Any) -> None:
    """Draw as pixels what would be thousands of vector shapes; text stays text."""
    for artist in drawn_data(figure):
        if points_of(artist) > MANY_POINTS:
            artist.set_rasterized(True)


def drawn_data(figure: Any) -> list[Any]:
    """The artists that show data: no text, no axes."""
    return [
        artist
        for axes in figure.axes
        for artist in (*axes.lines, *axes.collections, *axes.patches, *axes.images)
    ]


def points_of(artist: Any) -> int:
    """How many vertices or shapes an artist draws; 0 for those that are pixels anyway."""
    if hasattr(artist, "get_xydata"):
        return len(artist.get_xydata())
    if hasattr(artist, "get_offsets"):
        vertices = sum(len(path.vertices) for path in artist.get_paths()[:MANY_POINTS])
        array = artist.get_array()
        return max(vertices, len(artist.get_offsets()), 0 if array is None else array.size)
    return 0


def title_of(figure: Any) -> str:
    """The figure's own title, else the title of its first axes that has one; words stay in band."""
    titles = [figure.get_suptitle(), *(axes.get_title(side) for axes in figure.axes for side in _SIDES)]
    return next((plain(title) for title in titles if title), "")


_SIDES = ("center", "left", "right")


def size_in_points(svg: bytes) -> tuple[float, float]:
    """Width and height as the SVG's root tells them."""
    root = svg[svg.index(b"<svg") :].split(b">", 1)[0].decode()
    found = {name: float(value) for name, value in re.findall(r'\b(width|height)="([\d.]+)pt"', root)}
    return found["width"], found["height"]
