"""The model against cases computed by hand, and against what the paper on TPU v1 printed."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tutorials_lib.bench import specs, systolic
from tutorials_lib.bench.systolic import Machine, Time

# 2 arrays of 4 × 4 at 1 GHz: 64 operations a nanosecond; memory 10 bytes a nanosecond.
SMALL = Machine(arrays=2, side=4, clock_hz=1e9, bytes_per_second=1e10, launch_seconds=0.0)


def test_peak_counts_a_multiplication_and_an_addition_in_every_cell() -> None:
    assert SMALL.flop_per_second == 2 * 2 * 16 * 1e9


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((8, 4, 4), 8),  # one tile, eight rows
        ((9, 4, 4), 16),  # the ninth row brings seven empty ones along
        ((8, 5, 4), 16),  # one number too many in the sum: a second tile
        ((8, 4, 5), 16),
        ((8, 5, 5), 32),
        ((1, 4, 4), 8),  # rows enter in eights even if there is one
    ],
)
def test_cycles_by_hand(shape: tuple[int, int, int], expected: int) -> None:
    assert systolic.cycles(*shape, side=4) == expected


def test_few_rows_wait_for_the_next_tile() -> None:
    assert systolic.cycles(8, 256, 128, side=128) == 2 * 128


def test_product_takes_the_better_of_both_orientations() -> None:
    """(4 × 4)·(4 × 64): 16 tiles of 8 cycles one way, 1 tile of 64 cycles the other."""
    assert systolic.product(SMALL, (4, 4, 64)).matrix == pytest.approx(64 / 2 * 1e-9)
    assert systolic.product(SMALL, (64, 4, 4)).matrix == systolic.product(SMALL, (4, 4, 64)).matrix


def test_memory_moves_both_factors_and_the_result_once() -> None:
    time = systolic.product(SMALL, (2, 3, 5), item_bytes=2)
    assert time.memory == pytest.approx(2 * (6 + 15 + 10) / 10 * 1e-9)


def test_matrix_unit_and_memory_overlap_and_the_launch_does_not() -> None:
    assert Time(matrix=3.0, memory=2.0, launch=1.0).seconds == 4.0
    assert Time(3.0, 2.0, 1.0).limit == "matrix"
    assert Time(2.0, 3.0, 1.0).limit == "memory"
    assert Time(2.0, 3.0, 9.0).limit == "launch"


def test_no_machine_beats_its_peak() -> None:
    for shape in [(1, 1, 1), (7, 130, 257), (1024, 1024, 1024), (5000, 64, 3)]:
        for chip in specs.CHIPS.values():
            flop = 2 * shape[0] * shape[1] * shape[2]
            assert flop / systolic.product(chip.machine(), shape).seconds <= chip.machine().flop_per_second


def test_recurrent_steps_cannot_share_a_product() -> None:
    """An LSTM over 20 steps takes 20 times one step; a layer over 20 · 16 rows does not."""
    machine = specs.CHIPS["v2"].machine()
    shape = systolic.lstm_shape(batch=16, inputs=256, hidden=256)
    one = systolic.product(machine, shape)
    together = systolic.product(machine, (20 * shape[0], *shape[1:]))
    assert systolic.total([one] * 20) == pytest.approx(20 * one.seconds)
    assert together.seconds < systolic.total([one] * 20) / 4


def test_depthwise_convolution_leaves_the_array_idle() -> None:
    dense = systolic.convolution_shape(8, (64, 64), 14, kernel=3)
    each = systolic.convolution_shape(8, (64, 64), 14, kernel=3, groups=64)
    dense_flop, each_flop = (2 * a * b * c for a, b, c in (dense, each))
    assert dense_flop == 64 * 64 * each_flop  # 64 of those make the layer, with 1/64 of the work
    assert systolic.cycles(*each, side=128) * 64 > systolic.cycles(*dense, side=128)


def test_training_takes_three_products_a_layer_but_two_for_the_first() -> None:
    widths = [5, 7, 7, 3]
    shapes = list(systolic.training_shapes(widths, rows=2))
    assert len(shapes) == 3 * 3 - 1
    forward = sum(2 * one * other for one, other in pairwise(widths))
    assert sum(a * b * c for a, b, c in shapes) == 3 * forward - 2 * 5 * 7


def test_input_that_takes_longer_than_the_device_sets_the_pace() -> None:
    assert systolic.step_seconds(0.001, 10**7, 1e9, 0.002) == pytest.approx(0.012)


@pytest.mark.parametrize("network", specs.ISCA_2017, ids=lambda network: network.name)
def test_roof_of_tpu_v1_agrees_with_the_paper_to_the_digit(network: specs.Isca) -> None:
    decimals = len(network.roof.partition(".")[2])
    assert f"{network.modelled_roof:.{decimals}f}" == network.roof
    assert float(network.measured) <= network.modelled_roof


def test_published_peaks_follow_from_arrays_and_clock() -> None:
    for chip in specs.CHIPS.values():
        assert chip.machine().flop_per_second == pytest.approx(chip.flop_per_second[0].value, rel=0.005)
        if chip.clock_hz is None:
            assert chip.effective_clock_hz > 3e9  # that is why the field is not called clock


def test_half_a_chip_has_half_of_everything_but_the_launch() -> None:
    whole, half = specs.CHIPS["v4"].machine(), specs.CHIPS["v4"].machine(cores=1)
    assert half.flop_per_second * 2 == whole.flop_per_second
    assert half.bytes_per_second * 2 == whole.bytes_per_second
    assert half.launch_seconds == whole.launch_seconds


def test_every_published_value_names_its_source() -> None:
    for chip in specs.CHIPS.values():
        for quoted in (*chip.flop_per_second, *chip.bytes_per_second):
            assert quoted.source
            assert quoted.value > 0
        assert len({quoted.source for quoted in chip.bytes_per_second}) == len(chip.bytes_per_second)
