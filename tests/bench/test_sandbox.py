"""Tasks on a chip: the laws that the sliders of the page must keep as well."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tutorials_lib.bench import sandbox, systolic
from tutorials_lib.bench.provenance import Estimate
from tutorials_lib.bench.sandbox import Chip, Product, Task
from tutorials_lib.bench.specs import CHIPS

SHAPES = [(4096, 4096, 4096), (16, 2048, 2048), (64, 256, 512), (200_704, 9, 1)]


def chip(name: str = "v5e", infeed: float = 1e9) -> Chip:
    return Chip(machine=CHIPS[name].machine(), item_bytes=2, infeed_bytes_per_second=infeed)


def task(*products: Product, numbers_in: int = 0) -> Task:
    return Task(name="task", products=products, numbers_in=numbers_in)


@pytest.mark.parametrize("shape", SHAPES)
def test_one_product_takes_what_the_systolic_model_says(shape: systolic.Shape) -> None:
    time = systolic.product(chip().machine, shape, item_bytes=2)
    outcome = sandbox.run(chip(), task(Product(shape)))
    assert outcome.seconds == pytest.approx(time.seconds)
    assert outcome.limit == time.limit


def test_products_in_a_row_add_up_and_are_counted() -> None:
    parts = [Product(shape, count=count) for count, shape in enumerate(SHAPES, start=1)]
    alone = sum(part.count * sandbox.run(chip(), task(Product(part.shape))).seconds for part in parts)
    assert sandbox.run(chip(), task(*parts)).seconds == pytest.approx(alone)
    assert task(*parts).flop == sum(2 * count * m * k * n for count, (m, k, n) in enumerate(SHAPES, start=1))


@pytest.mark.parametrize("shape", SHAPES)
def test_no_task_uses_more_than_the_peak(shape: systolic.Shape) -> None:
    for name in CHIPS:
        assert 0 < sandbox.run(chip(name), task(Product(shape))).share <= 1


def test_the_host_holds_a_task_up_only_where_its_input_takes_longer() -> None:
    numbers = 10**6
    fed = task(Product(SHAPES[0]), numbers_in=numbers)
    alone = sandbox.run(chip(), task(Product(SHAPES[0])))
    fast, slow = (sandbox.run(chip(infeed=rate), fed) for rate in (1e12, 1e6))
    assert fast == alone
    assert slow.limit == "infeed"
    assert slow.seconds == pytest.approx(2 * numbers / 1e6)


def test_a_convolution_reads_each_pixel_once() -> None:
    """As a plain product its left factor would hold every pixel nine times."""
    shape = systolic.convolution_shape(64, (64, 64), side=56, kernel=3)
    pixels = 64 * 56**2 * 64
    starved = replace(chip(), machine=replace(chip().machine, bytes_per_second=1e9))
    plain, implicit = (
        sandbox.run(starved, task(product)) for product in (Product(shape), Product(shape, reads=pixels))
    )
    assert plain.limit == implicit.limit == "memory"
    moved = 2 * (pixels + 576 * 64 + pixels)
    assert implicit.seconds == pytest.approx(moved / 1e9 + systolic.LAUNCH_SECONDS)
    assert 4 < plain.seconds / implicit.seconds < 6


def test_a_modelled_time_keeps_its_word_and_its_band() -> None:
    time = sandbox.estimate(3e-6, band=0.25, origin="model")
    assert isinstance(time, Estimate)
    assert (time.unit, time.provenance) == ("µs", "modelled")
    assert time.low == pytest.approx(3 / 1.25)
    assert time.high == pytest.approx(3 * 1.25)
    assert [sandbox.estimate(s, 0.1, "m").unit for s in (2.0, 2e-3, 2e-9)] == ["s", "ms", "ns"]


def test_settings_are_plain_numbers_that_rebuild_the_tasks() -> None:
    tasks = [task(Product(SHAPES[0], count=3, reads=7), numbers_in=5)]
    (plain,) = sandbox.settings(tasks)
    assert plain == {"name": "task", "numbers_in": 5, "products": [[4096, 4096, 4096, 3, 7]]}
