"""The figures that lessons share, in the colours of `tutorials_lib.style`.

Every function draws on `ax` (a new figure where none is given) and returns the axes or the figure it drew;
none shows or saves. Words arrive as parameters and reach matplotlib untouched, so a caller passes `tr(…)`.
Series differ by dash or marker as well as by colour.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, ListedColormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.ticker import ScalarFormatter
from numpy.typing import ArrayLike, NDArray

from tutorials_lib.i18n import tr
from tutorials_lib.style import PALETTE, SERIES

DASHES = ("-", (0, (5, 2)), (0, (1.5, 1.5)), (0, (6, 2, 1.5, 2)))
LEGEND_WIDTH = 75  # characters that fit beside each other
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")

# Written on coloured cells. Deliberately no palette colours, which the page recolours with the theme, and
# not quite black, which an SVG leaves out and the page would then choose.
DARK_TEXT, LIGHT_TEXT = "#010101", "#fefefe"


def color(name: str) -> str:
    """A palette colour by name; the page recolours it for the dark theme.

    >>> color("blue")
    '#1f62a8'
    """
    return PALETTE[name].light


def legible_on(background: str | Sequence[float]) -> str:
    """Dark or light text, whichever has the higher contrast ratio on `background` (WCAG 2.2, 2023).

    >>> legible_on("white"), legible_on("navy")
    ('#010101', '#fefefe')
    """
    channels = np.asarray(to_rgb(background))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    luminance = float(linear @ (0.2126, 0.7152, 0.0722))
    return DARK_TEXT if luminance > 0.179 else LIGHT_TEXT  # 0.179: where both contrasts are equal


def localized(number: str) -> str:
    """A number written by Python, with the decimal mark of each language.

    >>> localized("0.5") in {"0.5", "0,5"}
    True
    """
    return tr(es=number.replace(".", ","), en=number) if "." in number else number


class LocalFormatter(ScalarFormatter):
    """matplotlib's numbers on an axis, with the decimal mark of each language."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        return localized(super().__call__(x, pos))


def localize_ticks(ax: Axes) -> Axes:
    """Give the plain numbers on both axes of `ax` the reader's decimal mark; every function here does."""
    for axis in (ax.xaxis, ax.yaxis):
        if type(axis.get_major_formatter()) is ScalarFormatter:
            axis.set_major_formatter(LocalFormatter())
    return ax


def legend_above(ax: Axes) -> Axes:
    """The legend of `ax`, between its title and its frame, where it covers no data. Call it last."""
    handles, names = ax.get_legend_handles_labels()
    longest = max((len(name) + 6 for name in names), default=1)
    columns = max(1, min(3, len(names), LEGEND_WIDTH // longest))
    ax.legend(handles, names, loc="lower left", bbox_to_anchor=(0, 1), ncols=columns, borderaxespad=0.2)
    rows = -(-len(names) // columns)
    ax.set_title(ax.get_title(), pad=6 + 17 * rows)
    return ax


def curves(
    x: ArrayLike,
    series: Mapping[str, ArrayLike],
    *,
    xlabel: str,
    ylabel: str,
    title: str = "",
    bands: Mapping[str, tuple[ArrayLike, ArrayLike]] | None = None,
    log: str = "",
    markers: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """One line for each named series over the shared `x`; `bands` shades (low, high) around some of them.

    `log` names the logarithmic axes: `""`, `"x"`, `"y"` or `"xy"`; a logarithmic x of ten places or fewer
    is labelled at each of them.
    Raises `ValueError` for a series whose length is not that of `x`.
    """
    ax = _axes(ax)
    x = np.asarray(x)
    for (name, y), hue, dash, marker in zip(series.items(), cycle(SERIES), cycle(DASHES), cycle(MARKERS)):
        y = np.asarray(y)
        if y.shape != x.shape:
            raise ValueError(f"series {name!r} has shape {y.shape}, x has {x.shape}; expected the same")
        ax.plot(x, y, label=name, color=color(hue), linestyle=dash, marker=marker if markers else None)
        if bands and name in bands:
            ax.fill_between(x, *bands[name], color=color(hue), alpha=0.18, linewidth=0)
    if "x" in log:
        ax.set_xscale("log")
        if x.size <= 10:  # few places: name each of them instead of the powers of ten
            ax.set_xticks(x, [localized(f"{place:g}") for place in x], minor=False)
            ax.minorticks_off()
    if "y" in log:
        ax.set_yscale("log")
    return _finish(ax, xlabel, ylabel, title, legend=len(series) > 1)


def scatter(
    groups: Mapping[str, tuple[ArrayLike, ArrayLike]],
    *,
    xlabel: str,
    ylabel: str,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Named groups of points, `{name: (x, y)}`, each with its own colour and marker."""
    ax = _axes(ax)
    for (name, (x, y)), hue, marker in zip(groups.items(), cycle(SERIES), cycle(MARKERS)):
        ax.scatter(x, y, label=name, color=color(hue), marker=marker, s=24, alpha=0.85, linewidths=0)
    return _finish(ax, xlabel, ylabel, title, legend=len(groups) > 1)


def interval_plot(
    names: Sequence[str],
    estimates: ArrayLike,
    lows: ArrayLike,
    highs: ArrayLike,
    *,
    xlabel: str,
    title: str = "",
    reference: float | None = None,
    reference_label: str = "",
    ax: Axes | None = None,
) -> Axes:
    """One row for each name, the first on top: its estimate as a point, its interval [low, high] as a bar.

    `reference` draws a dashed vertical line (a target, a published value).
    Raises `ValueError` where an estimate lies outside its interval.
    """
    estimates, lows, highs = (np.asarray(values, dtype=float) for values in (estimates, lows, highs))
    if not ((lows <= estimates) & (estimates <= highs)).all():
        raise ValueError(f"an estimate lies outside its interval: {lows} ≤ {estimates} ≤ {highs} fails")
    ax = _axes(ax, height=1.1 + 0.42 * len(names))
    rows = np.arange(len(names))
    ax.hlines(rows, lows, highs, color=color("blue"), linewidth=5, alpha=0.35)
    ax.plot(estimates, rows, "o", color=color("blue"), markersize=7)
    if reference is not None:
        ax.axvline(reference, color=color("ember"), linestyle="--", linewidth=1.4, label=reference_label)
    ax.set_yticks(rows, names)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.grid(visible=False, axis="y")
    return _finish(ax, xlabel, "", title, legend=bool(reference_label))


def heat_map(
    values: ArrayLike,
    *,
    row_labels: Sequence[str] = (),
    column_labels: Sequence[str] = (),
    xlabel: str = "",
    ylabel: str = "",
    title: str = "",
    texts: Sequence[Sequence[str]] | None = None,
    fmt: str = ".3g",
    limits: tuple[float, float] | None = None,
    cmap: str = "cividis",
    ax: Axes | None = None,
) -> Axes:
    """A matrix as coloured cells, row 0 on top, each with its text in black or white, whichever reads better.

    `fmt` formats the numbers in the cells, `texts` replaces them; `limits` are the ends of the colour scale.
    """
    values = np.asarray(values, dtype=float)
    rows, columns = values.shape
    ax = _axes(ax, width=1.6 + 0.62 * columns, height=1.3 + 0.5 * rows)
    low, high = limits or (float(values.min()), float(values.max()))
    mesh = ax.pcolormesh(values, cmap=cmap, vmin=low, vmax=high)
    for row, column in np.ndindex(rows, columns):
        text = texts[row][column] if texts is not None else localized(f"{values[row, column]:{fmt}}")
        background = mesh.cmap(mesh.norm(values[row, column]))[:3]
        ax.text(column + 0.5, row + 0.5, text, color=legible_on(background), ha="center", va="center")
    ax.invert_yaxis()
    ax.set_aspect("equal")
    ax.set_xticks(np.arange(columns) + 0.5, column_labels or [str(index) for index in range(columns)])
    ax.set_yticks(np.arange(rows) + 0.5, row_labels or [str(index) for index in range(rows)])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.grid(visible=False)
    return _finish(ax, xlabel, ylabel, title, legend=False)


def confusion_matrix(
    matrix: ArrayLike,
    labels: Sequence[str],
    *,
    xlabel: str,
    ylabel: str,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Counts of (true class in rows, predicted class in columns), coloured by their share of the row.

    Raises `ValueError` unless `matrix` is square with one row for each label.
    """
    counts = np.asarray(matrix)
    if counts.shape != (len(labels), len(labels)):
        square = (len(labels), len(labels))
        raise ValueError(f"matrix has shape {counts.shape}; expected {square}, one row for each label")
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    ax = heat_map(
        shares,
        row_labels=labels,
        column_labels=labels,
        texts=[[f"{count:d}" for count in row] for row in counts.astype(int)],
        limits=(0.0, 1.0),
        xlabel=xlabel,
        ylabel=ylabel,
        title=title,
        ax=ax,
    )
    if max(map(len, labels)) > 3:  # longer names would run into each other
        ax.tick_params(axis="x", rotation=45)
        for tick in ax.get_xticklabels():
            tick.set(ha="right", rotation_mode="anchor")
    return ax


def image_grid(
    images: ArrayLike,
    titles: Sequence[str] = (),
    *,
    columns: int = 6,
    cmap: str = "gray",
    side_inches: float = 1.1,  # width of one image
) -> Figure:
    """Images in rows of `columns`, with a title above each where given.

    `images` has shape (n, h, w), (n, h, w, 3), (n, 1, h, w) or (n, 3, h, w); values in [0, 1] for colour.
    """
    images = _channels_last(np.asarray(images))
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    height = side_inches * images.shape[1] / images.shape[2] + (0.25 if titles else 0.0)
    figure, grid = plt.subplots(rows, columns, figsize=(side_inches * columns, height * rows), squeeze=False)
    for ax in grid.flat:
        ax.set_axis_off()
    for ax, image in zip(grid.flat, images, strict=False):  # the last row may have empty places
        ax.imshow(image, cmap=cmap, interpolation="none")  # an SVG then holds the pixels as they are
    for ax, title in zip(grid.flat, titles, strict=False):
        ax.set_title(title, fontsize=9, fontweight="normal")
    return figure


def tensor_grid(
    tensors: Mapping[str, ArrayLike],
    *,
    rows: Sequence[int] = (),
    signs: Sequence[str] = (),
    highlight: Mapping[str, Sequence[tuple[int, ...]]] | None = None,
    fmt: str = "g",
    ax: Axes | None = None,
) -> Axes:
    """Named tensors of any rank as nested grids of numbered cells, all cells of one size.

    The last axis of a tensor runs to the right and the one before it downwards; the next two lay out the
    grids so formed, to the right and downwards, inside a frame; and so on outwards.

    `rows` says how many tensors stand in each row of the drawing (all in one by default). `signs` are written
    between neighbours, one fewer than tensors. `highlight` maps a name to the indices to fill.
    """
    drawings = [(name, np.asarray(values), _nest(np.shape(values))) for name, values in tensors.items()]
    signs = [*signs, *[""] * len(drawings)]
    places, left, top, width = [], 0.0, 0.0, 0.0
    for count in rows or [len(drawings)]:
        row = drawings[len(places) : len(places) + count]
        height = max(nest.height for _, _, nest in row)
        for _, _, nest in row:
            places.append((left, top + TITLE + (height - nest.height) / 2))
            left += max(nest.width, LEAST) + BETWEEN
        width, left, top = max(width, left - BETWEEN), 0.0, top + TITLE + height + GAP
    ax = _axes(ax, width=0.3 + CELL * width, height=0.2 + CELL * top)
    for (name, values, nest), (x, y), sign in zip(drawings, places, signs, strict=False):
        marked = {tuple(index) for index in (highlight or {}).get(name, ())}
        _draw_nest(ax, nest, values, x, y, marked, fmt)
        ax.text(x, y - 0.2, name, color=color("ink"), fontsize=9, va="bottom")
        middle = x + (nest.width + max(nest.width, LEAST) + BETWEEN) / 2
        ax.text(middle, y + nest.height / 2, sign, color=color("ink"), fontsize=13, ha="center", va="center")
    ax.set(xlim=(-0.2, width + 0.2), ylim=(top + 0.2 - GAP, 0.0), aspect="equal")
    ax.set_axis_off()
    return ax


def decision_surface(
    predict: Callable[[NDArray[np.float32]], ArrayLike],
    points: ArrayLike,
    labels: ArrayLike,
    *,
    names: Sequence[str],
    xlabel: str,
    ylabel: str,
    title: str = "",
    steps: int = 240,
    ax: Axes | None = None,
) -> Axes:
    """The class that `predict` gives to every place of the plane, under the points with their true class.

    `predict` maps an array (n, 2) to n class indices; `points` is (m, 2), `labels` holds m class indices.
    """
    points, labels = np.asarray(points), np.asarray(labels)
    margin = 0.08 * np.ptp(points, axis=0)
    low, high = points.min(axis=0) - margin, points.max(axis=0) + margin
    across, down = np.meshgrid(*(np.linspace(low[axis], high[axis], steps) for axis in (0, 1)))
    places = np.column_stack([across.ravel(), down.ravel()]).astype(np.float32)
    classes = np.asarray(predict(places)).reshape(steps, steps)
    hues = [color(SERIES[index % len(SERIES)]) for index in range(len(names))]
    ax = _axes(ax)
    edges = np.arange(len(names) + 1) - 0.5
    # cells, for between classes 0 and 2 a contour would draw a strip of class 1
    surface = {"cmap": ListedColormap(hues), "norm": BoundaryNorm(edges, len(names)), "alpha": 0.22}
    ax.pcolormesh(across, down, classes, shading="nearest", rasterized=True, **surface)
    for index, (name, marker) in enumerate(zip(names, cycle(MARKERS))):
        x, y = points[labels == index].T
        ax.scatter(x, y, color=hues[index], marker=marker, s=12, label=name, rasterized=True)
    return _finish(ax, xlabel, ylabel, title, legend=len(names) > 1)


def _axes(ax: Axes | None, width: float = 6.4, height: float = 3.6) -> Axes:
    return ax if ax is not None else plt.subplots(figsize=(width, height))[1]


def _finish(ax: Axes, xlabel: str, ylabel: str, title: str, *, legend: bool) -> Axes:
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
    localize_ticks(ax)
    return legend_above(ax) if legend else ax


def _channels_last(images: NDArray) -> NDArray:
    if images.ndim == 4 and images.shape[1] in (1, 3) and images.shape[-1] not in (1, 3):
        images = np.moveaxis(images, 1, -1)
    return images[..., 0] if images.ndim == 4 and images.shape[-1] == 1 else images


CELL = 0.42  # inches; the sizes below are in cells of a `tensor_grid`
GAP = 0.5  # around the blocks of a tensor, and below a row of tensors
BETWEEN = 1.2  # from one tensor to its neighbour, room for a sign
TITLE = 1.0  # above a tensor
LEAST = 1.8  # width left for the name of a narrow tensor


@dataclass(frozen=True)
class _Nest:
    """Where `tensor_grid` draws: sizes and places in cells, x to the right and y downwards."""

    width: float
    height: float
    cells: list[tuple[tuple[int, ...], float, float]]  # index, x, y
    frames: list[tuple[float, float, float, float]]  # x, y, width, height


def _nest(shape: tuple[int, ...]) -> _Nest:
    """The two last axes make a grid; whatever stands before them repeats that grid inside a frame."""
    if len(shape) <= 2:
        rows, columns = (1, 1, *shape)[-2:]
        cells = [(index, place % columns, place // columns) for place, index in enumerate(np.ndindex(*shape))]
        return _Nest(columns, rows, cells, [])
    outer = shape[: 2 - len(shape) % 2]
    block = _nest(shape[len(outer) :])
    rows, columns = (1, *outer)[-2:]
    cells, frames = [], []
    for place, index in enumerate(np.ndindex(*outer)):
        left = GAP + (place % columns) * (block.width + GAP)
        top = GAP + (place // columns) * (block.height + GAP)
        cells += [((*index, *inner), left + x, top + y) for inner, x, y in block.cells]
        frames += [(left + x, top + y, width, height) for x, y, width, height in block.frames]
    width = GAP + columns * (block.width + GAP)
    height = GAP + rows * (block.height + GAP)
    return _Nest(width, height, cells, [*frames, (0.0, 0.0, width, height)])


def _draw_nest(
    ax: Axes,
    nest: _Nest,
    values: NDArray,
    left: float,
    top: float,
    marked: set[tuple[int, ...]],
    fmt: str,
) -> None:
    for index, x, y in nest.cells:
        ink = color("ink")
        if index in marked:
            ax.add_patch(Rectangle((left + x, top + y), 1, 1, color=color("ember"), linewidth=0))
            ink = color("paper")
        number = format(values[index].item(), fmt)
        ax.text(left + x + 0.5, top + y + 0.52, number, color=ink, ha="center", va="center", fontsize=9)
    _outline(ax, [(left + x, top + y, 1, 1) for _, x, y in nest.cells], color("faint"), 0.8)
    _outline(ax, [(left + x, top + y, *size) for x, y, *size in nest.frames], color("blue"), 1.4)


def _outline(
    ax: Axes, boxes: Sequence[tuple[float, float, float, float]], hue: str, linewidth: float
) -> None:
    """Boxes (x, y, width, height) as one path: a drawing of a hundred cells stays a small file."""
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)])
    paths = [Path(corners * (width, height) + (x, y), closed=True) for x, y, width, height in boxes]
    if paths:
        path = Path.make_compound_path(*paths)
        ax.add_patch(PathPatch(path, facecolor="none", edgecolor=hue, linewidth=linewidth))
