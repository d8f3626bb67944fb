"""From matplotlib's SVG to a small, themed one: inline in a page, or a file of its own for a card.

matplotlib draws with the light colours of `style.PALETTE`. Inline, exactly these become
`var(--tutorials-NAME)`, so a figure follows the reader's theme; any other colour is left as drawn.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from functools import lru_cache
from typing import Literal
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from tutorials_lib.style import PALETTE

Theme = Literal["light", "dark"]

# matplotlib says this in a `*{}` rule, which inside a page would restyle everything else.
_LINES = "stroke-linejoin:round;stroke-linecap:butt"
_FONTS = "'Atkinson Hyperlegible Next','DejaVu Sans',sans-serif"
_PIXELS_PER_POINT = 96 / 72

_DROPPED = {"metadata", "style", "script", "title", "desc", "foreignObject"}
_LENGTHS = {"x", "y", "width", "height", "cx", "cy", "r", "rx", "ry", "x1", "x2", "y1", "y2", "viewBox"}
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_COLOR = re.compile(r"#[0-9a-fA-F]{6}\b")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_BY_LIGHT = {color.light.lower(): name for name, color in PALETTE.items()}


def themed(svg: str, alt: str, prefix: str) -> str:
    """A `<figure>` for a page: palette colours follow the theme, `alt` is what a screen reader says.

    `prefix` begins every id and class of the figure and must be unique on its page. The result has no
    line break, so no Markdown parser finds a paragraph in it.
    """
    root = _clean(svg, prefix, lambda name: f"var(--tutorials-{name})")
    width = _width_pixels(root)
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    root.set("role", "img")
    root.set("aria-label", _one_line(alt))
    root.set("style", f"max-width:{width:.0f}px;{_LINES}")
    return f'<figure class="tut-figure">{_text(root)}</figure>'


def standalone(svg: str, theme: Theme, *, alt: str = "", background: bool = False) -> str:
    """The figure as a file that needs no style sheet, in the colours of one theme.

    `background` paints the theme's paper behind it, for places whose own background is unknown.
    """
    root = _clean(svg, "f", lambda name: getattr(PALETTE[name], theme))
    root.set("xmlns", "http://www.w3.org/2000/svg")
    paper = f";background:{getattr(PALETTE['paper'], theme)}" if background else ""
    root.set("style", f"{_LINES};font-family:{_FONTS}{paper}")
    if alt:
        title = Element("title")
        title.text = _one_line(alt)
        root.insert(0, title)
    return _text(root)


def _clean(svg: str, prefix: str, color: Callable[[str], str]) -> Element:
    root = deepcopy(_short(svg))
    _rename_ids(root, prefix)
    for element in root.iter():
        _recolor_all(element, color)
    _share_styles(root, prefix)
    return root


@lru_cache(maxsize=64)  # page, notebook and card of a lesson show the same figures
def _short(svg: str) -> Element:
    """The figure without what draws nothing, its numbers and styles as short as they can be."""
    root = ElementTree.fromstring(svg)
    _strip_namespaces(root)
    root.text = None
    _drop_invisible(root)
    for element in root.iter():
        _shorten(element)
    return root


def _strip_namespaces(root: Element) -> None:
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        for name in list(element.attrib):
            if name.startswith("{"):
                value = element.attrib.pop(name)
                local = name.rpartition("}")[2]
                element.set("xml:space" if local == "space" else local, value)


def _drop_invisible(parent: Element) -> None:
    """Remove what draws nothing and unwrap groups that say nothing."""
    kept: list[Element] = []
    for child in parent:
        _drop_invisible(child)
        if child.tag not in ("text", "tspan") and not (child.text or "").strip():
            child.text = None
        if not (child.tail or "").strip() or parent.tag not in ("text", "tspan"):
            child.tail = None
        if child.tag in _DROPPED or (child.tag in ("g", "defs") and not len(child)):
            continue
        unpainted = _declarations(child.get("style", "")) == {"fill": "none"}
        if child.tag == "path" and unpainted and "id" not in child.attrib:
            continue
        meaningful = set(child.attrib) - {"id"}
        kept.extend(child if child.tag == "g" and not meaningful else [child])
    parent[:] = kept


def _rename_ids(root: Element, prefix: str) -> None:
    """Give referenced ids short names under `prefix`; drop the others."""
    used = {
        name
        for element in root.iter()
        for value in element.attrib.values()
        for name in (*_REFERENCE.findall(value), *([value[1:]] if value.startswith("#") else []))
    }
    renamed: dict[str, str] = {}
    for element in root.iter():
        if (old := element.attrib.pop("id", None)) in used:
            renamed[old] = f"{prefix}-{len(renamed)}"
            element.set("id", renamed[old])
    for element in root.iter():
        for name, value in element.attrib.items():
            if name == "href" and value[1:] in renamed:
                element.set(name, f"#{renamed[value[1:]]}")
            elif "url(#" in value:
                element.set(name, _REFERENCE.sub(lambda m: f"url(#{renamed.get(m[1], m[1])})", value))


def _shorten(element: Element) -> None:
    for name, value in list(element.attrib.items()):
        if name in _LENGTHS:
            element.set(name, _NUMBER.sub(lambda m: _number(m[0], 2), value))
        elif name in ("d", "points"):
            element.set(name, _path(value))
        elif name == "transform":
            shorter = _transform(value)
            element.attrib.pop(name) if not shorter else element.set(name, shorter)
        elif name == "href" and value.startswith("data:"):
            element.set(name, re.sub(r"\s+", "", value))
        elif name == "style":
            element.set(name, _style(value))


def _number(text: str, decimals: int) -> str:
    """`-0.5000` → `-.5`, `3.0` → `3`.

    >>> _number("-0.5001", 2), _number("12.30", 2), _number("-0.001", 2)
    ('-.5', '12.3', '0')
    """
    short = f"{float(text):.{decimals}f}"
    if "." in short:
        short = short.rstrip("0").rstrip(".")
    if short.startswith("0."):
        return short[1:]
    if short.startswith("-0."):
        return f"-{short[2:]}"
    return "0" if short == "-0" else short


def _path(data: str) -> str:
    """Path data with two decimals and only the spaces it needs."""
    pieces: list[str] = []
    for token in re.findall(rf"[A-Za-z]|{_NUMBER.pattern}", data):
        if token[0].isalpha():
            pieces.append(token)
            continue
        number = _number(token, 2)
        apart = pieces and not pieces[-1].isalpha() and not number.startswith("-")
        pieces.append(f" {number}" if apart else number)
    return "".join(pieces)


def _transform(value: str) -> str:
    """Offsets to two decimals; factors keep five, for a glyph's scale is as small as 0.015."""

    def shorten(match: re.Match[str]) -> str:
        decimals = 5 if match[1] in ("scale", "matrix") else 2
        numbers = [_number(number, decimals) for number in _NUMBER.findall(match[2])]
        if match[1] == "rotate" and numbers[0] == "0":
            return ""
        return f"{match[1]}({' '.join(numbers)})"

    return re.sub(r"(\w+)\(([^)]*)\)\s*", shorten, value).strip()


def _declarations(style: str) -> dict[str, str]:
    pairs = (piece.partition(":") for piece in style.split(";") if piece.strip())
    return {name.strip(): value.strip() for name, _, value in pairs}


@lru_cache(maxsize=4096)  # a figure says few styles many times
def _style(style: str) -> str:
    """Declarations without spaces; fonts are the page's own, but for code and ready-made `font:`."""
    result = []
    for name, value in _declarations(style).items():
        if name == "font-family":
            if "mono" not in value.lower():
                continue
            value = "monospace"
        elif name == "font":  # shorthand: size and weight matter, the family is the page's
            result.extend(_font(value))
            continue
        elif not value.startswith(("url(", "#")):
            value = re.sub(r",\s+", ",", _NUMBER.sub(lambda m: _number(m[0], 3), value))
        result.append(f"{name}:{value}")
    return ";".join(result)


def _font(value: str) -> list[str]:
    before, size, family = re.split(r"(\d[\d.]*px)", value, maxsplit=1)
    declarations = [f"font-size:{size}"]
    for word in before.split():
        declarations.append(f"font-style:{word}" if word in ("italic", "oblique") else f"font-weight:{word}")
    return declarations + (["font-family:monospace"] if "mono" in family.lower() else [])


def _recolor_all(element: Element, color: Callable[[str], str]) -> None:
    """Give the palette's colours what `color` says; in a style only where a value begins with one."""
    for name in ("fill", "stroke", "stop-color"):
        if _COLOR.fullmatch(value := element.get(name, "")):
            element.set(name, _recolor(value, color))
    if "#" in (style := element.get("style", "")):
        parts = style.split(";")
        element.set("style", ";".join(_recolor(part, color) if ":#" in part else part for part in parts))


def _recolor(value: str, color: Callable[[str], str]) -> str:
    return _COLOR.sub(lambda m: color(name) if (name := _BY_LIGHT.get(m[0].lower())) else m[0], value)


def _share_styles(root: Element, prefix: str) -> None:
    """Say a style that several elements have once, as a class."""
    counts = Counter(style for element in root.iter() if (style := element.get("style")) is not None)
    classes: dict[str, str] = {}
    for style, count in counts.items():
        name = f"{prefix}-c{len(classes)}"
        if (count - 1) * len(style) > (count + 1) * len(name):  # shorter said once
            classes[style] = name
    for element in root.iter():
        style = element.get("style")
        if style == "":
            del element.attrib["style"]
        elif style in classes:
            del element.attrib["style"]
            element.set("class", classes[style])
    if classes:
        sheet = Element("style")
        sheet.text = "".join(f".{name}{{{style}}}" for style, name in classes.items())
        root.insert(0, sheet)


def _width_pixels(root: Element) -> float:
    width = root.get("width", "")
    if match := re.fullmatch(r"([\d.]+)(pt|px)?", width):
        return float(match[1]) * (_PIXELS_PER_POINT if match[2] == "pt" else 1)
    return float(root.get("viewBox", "0 0 640 0").split()[2])


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _text(root: Element) -> str:
    if "viewBox" not in root.attrib and "width" in root.attrib and "height" in root.attrib:
        sides = [_NUMBER.match(root.get(name, "0")) for name in ("width", "height")]
        root.set("viewBox", " ".join(["0", "0", *(side[0] if side else "0" for side in sides)]))
    return re.sub(r"\s*\n\s*", " ", ElementTree.tostring(root, encoding="unicode"))
