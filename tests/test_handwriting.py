"""What a picture has to go through, stated as laws: where, how large and in which shades must not matter."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutorials_lib.handwriting import (
    BITMAP,
    LEAST_INK,
    WIDEST,
    BlankError,
    count,
    crop,
    find_ink,
    fit,
    picture_of,
    prepare,
    thicken,
)

law = settings(deadline=None)
seeds = st.integers(0, 2**32 - 1)


def stroke(seed: int, size: int = 60) -> np.ndarray:
    """A few black rectangles on white, away from the border."""
    random = np.random.default_rng(seed)
    sheet = np.full((size, size, 3), 255, dtype=np.uint8)
    for top, left, height, width in random.integers((8, 8, 4, 4), (30, 30, 20, 20), size=(4, 4)):
        sheet[top : top + height, left : left + width] = 0
    return sheet


@law
@given(seed=seeds, top=st.integers(0, 30), left=st.integers(0, 30))
def test_the_place_on_the_sheet_does_not_matter(seed, top, left):
    sheet = np.full((100, 100, 3), 255, dtype=np.uint8)
    sheet[top : top + 60, left : left + 60] = stroke(seed)
    assert (prepare(sheet) == prepare(stroke(seed))).all()


@law
@given(seed=seeds, factor=st.integers(2, 5))
def test_the_size_does_not_matter_where_every_pixel_becomes_a_square(seed, factor):
    bitmap = fit(crop(find_ink(stroke(seed))))
    larger = np.kron(find_ink(stroke(seed)), np.ones((4 * factor, 4 * factor))) > 0
    assert (fit(crop(larger)) != bitmap).mean() < 0.1  # borders of squares fall on other samples


@law
@given(seed=seeds, paper=st.integers(0, 255), ink=st.integers(0, 255))
def test_the_shades_do_not_matter_as_long_as_they_differ(seed, paper, ink):
    drawn = stroke(seed)[..., :1] == 0
    sheet = np.where(drawn, ink, paper).repeat(3, axis=2).astype(np.uint8)
    if abs(paper - ink) <= 25:
        with pytest.raises(BlankError, match="blank"):
            prepare(sheet)
    else:
        assert (prepare(sheet) == prepare(stroke(seed))).all()


@law
@given(seed=seeds)
def test_a_digit_fills_the_rows_and_stands_in_the_middle_columns(seed):
    bitmap = fit(crop(find_ink(stroke(seed))))
    columns = np.flatnonzero(bitmap.any(axis=0))
    assert bitmap.any(axis=1)[[0, -1]].all()
    assert columns[-1] - columns[0] < WIDEST
    assert abs(columns[0] - (BITMAP - 1 - columns[-1])) <= 1


@law
@given(height=st.integers(1, 90), width=st.integers(1, 90))
def test_the_shape_is_kept_up_to_the_widest(height, width):
    columns = fit(np.ones((height, width), dtype=bool)).any(axis=0).sum()
    assert columns == min(WIDEST, max(1, np.floor(BITMAP * width / height + 0.5)))


@law
@given(seed=seeds)
def test_thickening_adds_ink_until_there_is_enough_and_no_longer(seed):
    thin = np.random.default_rng(seed).random((BITMAP, BITMAP)) < 0.03
    thick = thicken(thin)
    assert (thick >= thin).all()
    assert not thin.any() or thick.mean() >= LEAST_INK
    assert (thicken(thick) == thick).all()


@law
@given(seed=seeds)
def test_counts_keep_every_pixel(seed):
    bitmap = np.random.default_rng(seed).random((BITMAP, BITMAP)) < 0.4
    counts = count(bitmap)
    assert counts.shape == (8, 8)
    assert counts.sum() == bitmap.sum()
    assert counts[2, 5] == bitmap[8:12, 20:24].sum()


@law
@given(seed=seeds)
def test_a_picture_of_counts_gives_the_counts_back(seed):
    counts = np.random.default_rng(seed).integers(0, 17, size=(8, 8))
    assert (prepare(picture_of(counts)) == counts).all()
