"""A picture of a digit, prepared as the digits of the data set were.

Those were scanned, fitted into bitmaps of 32×32 and counted in blocks of 4×4 (E. Alpaydin and C. Kaynak,
1998, https://doi.org/10.24432/C50P49). `docs/assets/javascripts/widgets/digits.js` prepares what a reader
draws on the page in the same integers, so that a test can ask for the same counts.
"""

from __future__ import annotations

import io

import numpy as np
from jaxtyping import Bool, Int, UInt8
from numpy import ndarray

BITMAP = 32  # rows and columns of a bitmap
GRID = 8  # and of the counts
BLOCK = BITMAP // GRID
WIDEST = 24  # columns of a bitmap that a digit takes at most: those of the data fill 6 blocks of 8
LEAST_INK = 0.25  # share of the bitmap; nearly all digits of the data have more
SAMPLES = 4  # places looked at along each side of a bitmap's pixel
CONTRAST = 25_500  # a tenth of white: anything less is a blank sheet

Picture = UInt8[ndarray, "height width 3"]
Ink = Bool[ndarray, "height width"]
Bitmap = Bool[ndarray, "32 32"]
Counts = Int[ndarray, "8 8"]


class BlankError(ValueError):
    """A picture without ink."""


def prepare(picture: Picture) -> Counts:
    """What a classifier of digits receives of a picture: how many of each block's 16 pixels are ink.

    A picture of 8×8 pixels is taken as it is, dark for many. Raises `BlankError` where nothing is drawn.

    >>> sheet = np.full((100, 80, 3), 255, dtype=np.uint8)
    >>> sheet[20:60, 30:40] = 0  # a thick stroke
    >>> prepare(sheet)[3].tolist()
    [0, 0, 0, 16, 16, 0, 0, 0]
    """
    if picture.shape[:2] == (GRID, GRID):
        return counts_of_levels(picture)
    return count(thicken(fit(crop(find_ink(picture)))))


def lightness(picture: Picture) -> Int[ndarray, "height width"]:
    """From 0 for black to 255,000 for white, as ITU-R BT.601 weighs red, green and blue."""
    return picture.astype(np.int64) @ np.array([299, 587, 114])


def counts_of_levels(picture: UInt8[ndarray, "8 8 3"]) -> Counts:
    """White is 0 and black 16."""
    return ((255_000 - lightness(picture)) * 16 + 127_500) // 255_000


def find_ink(picture: Picture) -> Ink:
    """Whatever is nearer to the pixel that differs most from the paper than to the paper.

    The paper is the middle one of the pixels along the border: light on dark is read as well as dark on
    light. Raises `BlankError` where every pixel is about as light as the paper.
    """
    light = lightness(picture)
    border = np.sort(np.concatenate([light[0], light[-1], light[1:-1, 0], light[1:-1, -1]]))
    away = np.abs(light - border[(border.size - 1) // 2])
    if away.max() < CONTRAST:
        raise BlankError("the picture is blank; expected something drawn in another shade than the paper")
    return 2 * away > away.max()


def crop(ink: Ink) -> Ink:
    """The smallest rectangle that holds all the ink."""
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def fit(ink: Ink) -> Bitmap:
    """As tall as a bitmap, as wide as its shape asks for, `WIDEST` at most, and in the middle."""
    height, width = ink.shape
    columns = min(WIDEST, max(1, (2 * BITMAP * width + height) // (2 * height)))
    down, across = (_places(length, pixels) for length, pixels in ((height, BITMAP), (width, columns)))
    seen = ink[np.ix_(down, across)].reshape(BITMAP, SAMPLES, columns, SAMPLES).sum(axis=(1, 3))
    bitmap = np.zeros((BITMAP, BITMAP), dtype=bool)
    left = (BITMAP - columns) // 2
    bitmap[:, left : left + columns] = 2 * seen >= SAMPLES**2
    return bitmap


def _places(length: int, pixels: int) -> Int[ndarray, " places"]:
    """Where to look along `length` so that each of so many pixels is looked at `SAMPLES` times."""
    places = pixels * SAMPLES
    return (2 * np.arange(places) + 1) * length // (2 * places)


def thicken(bitmap: Bitmap) -> Bitmap:
    """Strokes grown by a pixel on each side until `LEAST_INK` is reached, as in the data."""
    while 0 < bitmap.mean() < LEAST_INK:
        framed = np.pad(bitmap, 1)
        beside = framed[1:-1, :-2] | framed[1:-1, 2:]
        bitmap = bitmap | beside | framed[:-2, 1:-1] | framed[2:, 1:-1]
    return bitmap


def count(bitmap: Bitmap) -> Counts:
    """How many pixels are ink in each block of 4×4.

    >>> count(np.ones((32, 32), dtype=bool)).max()
    np.int64(16)
    """
    return bitmap.reshape(GRID, BLOCK, GRID, BLOCK).sum(axis=(1, 3))


def picture_of(counts: Counts) -> Picture:
    """Counts as a picture of 8×8 pixels, dark for many: `prepare` gives the counts back."""
    levels = 255 - counts * 255 // 16
    return np.repeat(levels[..., np.newaxis], 3, axis=2).astype(np.uint8)


def png(picture: Picture) -> bytes:
    """The picture as a file."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(picture).save(file, "png")
    return file.getvalue()
