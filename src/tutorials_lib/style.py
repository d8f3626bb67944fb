"""The one palette: figures are drawn with its light colours, pages recolour them for the dark theme.

matplotlib draws with `Color.light`; the publishing half replaces exactly these colours in the SVG by
`var(--tutorials-NAME)`, so every colour of the palette must be unique. A colour outside the palette
(a heat map, black text on a yellow cell) is left as drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Color:
    """One role in both themes, `#rrggbb`."""

    light: str
    dark: str


PALETTE: dict[str, Color] = {
    "paper": Color("#fcfaf6", "#12151d"),  # page background
    "ink": Color("#1e2430", "#e8e4da"),  # text and axes
    "faint": Color("#5c6470", "#a4abb8"),  # secondary text, ticks
    "grid": Color("#dcd8ce", "#343a48"),
    "ember": Color("#c2410c", "#ff9a5c"),  # accent and second series
    "blue": Color("#1f62a8", "#7fb4f2"),  # first series
    "green": Color("#1f7a4d", "#66cc99"),
    "purple": Color("#7142ad", "#bb9bef"),
    "rose": Color("#b5245c", "#f48bb1"),
    "gold": Color("#8a6400", "#e2bb4f"),
    "teal": Color("#0a6f7c", "#5ac8d4"),
    "slate": Color("#4d5a6a", "#9aa7b8"),
}

SERIES = ("blue", "ember", "green", "purple", "rose", "gold", "teal", "slate")

FONTS = Path(__file__).parent / "fonts"  # the pages' own typeface, so that text is measured as it is shown


def matplotlib_style() -> dict[str, Any]:
    """The `rcParams` of every figure. Pure data: importing this module imports no matplotlib."""
    ink, faint, grid = (PALETTE[name].light for name in ("ink", "faint", "grid"))
    return {
        "figure.figsize": (6.4, 3.6),
        "figure.facecolor": "none",
        "figure.constrained_layout.use": True,
        "savefig.facecolor": "none",
        "savefig.transparent": True,
        "axes.facecolor": "none",
        "axes.edgecolor": faint,
        "axes.labelcolor": ink,
        "axes.titlecolor": ink,
        "axes.titlesize": 11,
        "axes.titleweight": "bold",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": grid,
        "grid.linewidth": 0.7,
        "xtick.color": faint,
        "ytick.color": faint,
        "text.color": ink,
        "legend.frameon": False,
        "legend.labelcolor": ink,
        "lines.linewidth": 1.8,
        "lines.markersize": 5,
        "font.size": 10,
        "font.family": ["Atkinson Hyperlegible Next", "DejaVu Sans"],
        "image.cmap": "cividis",
        "axes.prop_cycle.colors": [PALETTE[name].light for name in SERIES],  # see `apply_style`
        "svg.fonttype": "none",  # text stays text
        "svg.hashsalt": "tutorials",  # identical bytes from identical figures
    }


def apply_style() -> None:
    """Make `matplotlib_style` the default of this process."""
    import matplotlib as mpl
    from cycler import cycler
    from matplotlib import font_manager

    style = matplotlib_style()
    colors = style.pop("axes.prop_cycle.colors")
    for file in sorted(FONTS.glob("*.ttf")):
        font_manager.fontManager.addfont(str(file))
    mpl.rcParams.update(style)
    mpl.rcParams["axes.prop_cycle"] = cycler(color=colors)
