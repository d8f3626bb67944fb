"""Equal work means equal, and the comparisons at equal work are between the rows they say."""

from __future__ import annotations

from dataclasses import replace

import pytest
from made_by_hand import make_run, measured

from tutorials_lib.bench import equal_work, sandbox, specs
from tutorials_lib.bench.results import Cell

WORK = 2 * 8 * 3072**2  # a multiplication and an addition for each weight of eight dense layers


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TUTORIALS_BUILD", raising=False)
    monkeypatch.setenv("TUTORIALS_LANGUAGE", "en")


@pytest.mark.parametrize("batch", [1, 7, 1024])
def test_all_four_networks_do_the_same_operations(batch: int) -> None:
    assert {task.flop for task in equal_work.tasks(batch).values()} == {batch * WORK}


def test_convolution_reads_each_pixel_once() -> None:
    (layer,) = equal_work.tasks(5)["narrow CNN"].products
    assert layer.reads == 5 * 64 * 64 * 16
    assert layer.shape == (5 * 64 * 64, 16 * 9, 16)


def test_sixteen_channels_leave_the_array_as_idle_as_counted_by_hand() -> None:
    """144 rows of weights in two tiles of 128, and 16 columns of 128."""
    share = equal_work.speeds(batches=[4096])["narrow CNN"][0]
    assert share == pytest.approx(144 * 16 / (2 * 128 * 128), rel=0.01)


def test_dense_network_catches_up_with_a_wide_convolution_at_a_large_batch() -> None:
    shares = equal_work.speeds(batches=[1, 4096])
    assert shares["wide CNN"][0] > 5 * shares["dense"][0]
    assert shares["wide CNN"][1] == pytest.approx(shares["dense"][1], rel=0.02)


def test_no_share_exceeds_the_peak_and_the_band_ends_there() -> None:
    assert all(0 < share <= 1 for shares in equal_work.speeds().values() for share in shares)
    estimate = equal_work.estimate(0.9)
    assert (estimate.low, estimate.high) == (pytest.approx(72), 100)


def test_ratios_are_those_of_both_convolutions_to_both_others() -> None:
    shares = {"wide CNN": [0.8], "narrow CNN": [0.2], "dense": [0.4], "LSTM": [0.1]}
    assert equal_work.modelled_ratios(shares) == pytest.approx([2, 8, 0.5, 2])


def test_sixteen_channels_fill_smaller_arrays() -> None:
    """As many cells in arrays of 8 × 8: then memory is what holds the narrow network up."""
    machine = replace(specs.CHIPS["v5e"].machine(), side=8, arrays=4 * 256)
    chip = replace(equal_work.MACHINE, machine=machine)
    small, large = (equal_work.speeds(one, [4096])["narrow CNN"][0] for one in (chip, equal_work.MACHINE))
    assert small > 4 * large
    assert sandbox.run(chip, equal_work.tasks(4096)["narrow CNN"]).limit == "memory"


def compiled(name: str, family: str, flop: int, backend: str = "tpu-v4", seconds: float = 1.0) -> Cell:
    cell = measured(name, parameters={"family": family}, flop=flop, backend=backend)
    return replace(cell, provenance="compiled-not-run", estimate_seconds=seconds)


def test_compiled_networks_are_paired_by_work_within_a_chip() -> None:
    cells = [
        compiled("cnn", "convolutional", 1000, seconds=2.0),
        compiled("near", "fully_connected", 1200),
        compiled("far", "fully_connected", 2500),
        compiled("elsewhere", "fully_connected", 1000, backend="tpu-v5e"),
        compiled("lstm", "recurrent", 2500),
    ]
    pairs = list(equal_work.compiled_pairs([make_run(*cells, suite="tpu_aot")]))
    assert [(cnn.id, other.id) for cnn, other in pairs] == [("cnn", "near")]
    assert equal_work.compiled_ratio(*pairs[0]) == pytest.approx((1000 / 2) / 1200)
    assert str(equal_work.compiled_estimate(*pairs[0])) == "≈ 0.42 (0.27–0.65) ◐ compiled, not run"


def test_measured_rows_are_no_compiled_ones() -> None:
    cells = [measured(name, parameters={"family": name}) for name in ("convolutional", "fully_connected")]
    assert not list(equal_work.compiled_pairs([make_run(*cells)]))
