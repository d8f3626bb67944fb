"""What the noise could have decided stays undecided, and is never rounded finer than the noise."""

from __future__ import annotations

from dataclasses import replace

import pytest
from made_by_hand import measured

from tutorials_lib.bench.compare import NOISE, comparable, compare, round_to_noise
from tutorials_lib.bench.results import Run


@pytest.mark.parametrize("ratio", [1.0, 1.05, 1.19, 1 / 1.19])
def test_within_the_noise_there_is_no_difference(ratio: float) -> None:
    assert compare(measured("a"), measured("b", 0.002 * ratio)).verdict == "no difference"


@pytest.mark.parametrize("ratio", [1.25, 2.0, 30.0])
def test_beyond_the_noise_the_verdict_depends_on_the_order_alone(ratio: float) -> None:
    quick, slow = measured("a"), measured("b", 0.002 * ratio)
    assert compare(quick, slow) == (pytest.approx(ratio), "faster")
    assert compare(slow, quick) == (pytest.approx(1 / ratio), "slower")


def test_overlapping_quartiles_are_no_difference_however_far_the_medians() -> None:
    wide = replace(measured("b", 0.004), q1_units=1.0, q3_units=9.0)
    assert compare(measured("a"), wide).verdict == "no difference"


def test_comparison_uses_calibration_units_not_seconds() -> None:
    slow_minute = replace(measured("b", 0.02), min_calibration_seconds=4e-3, q1_units=2.2, q3_units=2.3)
    assert compare(measured("a"), slow_minute).verdict == "no difference"


def test_only_undisturbed_measurements_are_compared(modelled: Run) -> None:
    good, disturbed = measured("a"), measured("b", foreign_cores=1.0)
    for other in (disturbed, modelled.cells[0]):
        assert not comparable(good, other)
        with pytest.raises(ValueError, match="expected an undisturbed measurement"):
            compare(good, other)
    assert not comparable(good, None)
    assert comparable(good, good)


@pytest.mark.parametrize("value", [1e-9, 0.037, 1.0, 1.999, 2.5, 9.99, 22.6, 1234.5])
def test_rounding_stays_within_the_noise_and_is_as_coarse_as_it_may_be(value: float) -> None:
    rounded = round_to_noise(value)
    assert abs(rounded - value) <= NOISE * value / 2 * (1 + 1e-9)
    digits = f"{rounded:e}".partition("e")[0].rstrip("0").replace(".", "")
    assert len(digits) <= 2
