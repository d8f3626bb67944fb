"""The model of a training step: its errors as committed, and derived anew where the measurements are."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tutorials_lib.bench import derived, paradnn, paradnn_fit, recorded, results, systolic
from tutorials_lib.bench.paradnn import Constants, Network
from tutorials_lib.data import data_folder

FOUND = paradnn.findings()
MISSING = [
    file.name
    for file in (recorded.PARADNN_TPU, recorded.PARADNN_GPU, recorded.PRODUCTS_V6E, recorded.PRODUCTS_V4)
    if not (data_folder() / file.name).exists()
]
FREE = Constants(1e12, 0.0, 0.0, 1e12, 1.0, 0.0)  # exchange, layers and host cost nothing


def test_errors_meet_the_targets() -> None:
    errors = FOUND.errors
    assert errors["held_out_median"] <= 0.055
    assert errors["held_out_median_swapped"] <= 0.055
    assert errors["held_out_within_2x"] >= 0.999
    assert errors["wider_than_fitted_median"] <= 0.03
    assert errors["plain_roofline_median"] > 0.9  # why the model has more terms than a brochure


def test_constants_are_physically_possible() -> None:
    constants = FOUND.constants
    assert 1e9 < constants.all_reduce_bytes_per_second < 62e9  # a v2 chip's links carry 62 GB/s each way
    assert 1e9 < constants.infeed_bytes_per_second < 16e9  # PCIe of the time
    assert 1 <= constants.label_weight < 4
    assert 1e-7 < constants.layer_seconds < 1e-4


def test_committed_ratios_are_those_of_the_model() -> None:
    """Median error of all points, fitted on all, from the committed table."""
    ratios = sorted(abs(point.ratio - 1) for point in FOUND.points)
    assert ratios[len(ratios) // 2] == pytest.approx(FOUND.errors["held_out_median"], abs=0.003)
    assert len(FOUND.points) == 1724
    assert len(FOUND.versus_gpu) == 176


def test_parameters_by_hand() -> None:
    assert Network(3, 10, 4, 2, 64).parameters == (4 * 10 + 10) + 2 * (100 + 10) + (10 * 2 + 2)


@pytest.mark.parametrize("layers", [1, 2, 5])
def test_products_are_those_of_every_layer(layers: int) -> None:
    """Layers of equal width are multiplied up, not gone through; the sum must be the same."""
    network = Network(layers, 200, 2000, 1000, 512)
    launch = paradnn.CORE.launch_seconds
    times = [
        systolic.product(paradnn.CORE, shape, 4).seconds - launch
        for shape in systolic.training_shapes(network.widths, 64)
    ]
    assert paradnn.products_seconds(network) == pytest.approx(sum(times))


def test_step_counts_what_it_moves() -> None:
    network = Network(4, 128, 2000, 200, 1024)
    constants = replace(FREE, infeed_bytes_per_second=1e9, label_weight=2.0, host_seconds=1e-3)
    step = paradnn.step(network, constants)
    assert step.infeed == pytest.approx(4 * 1024 * (2000 + 2 * 200) / 1e9)
    assert step.fixed == 1e-3
    assert step.optimiser == pytest.approx(28 * network.parameters / 358e9)
    assert step.bottleneck == "infeed"


def test_step_lasts_at_least_as_long_as_its_longer_side_and_less_than_both() -> None:
    for point in FOUND.points[::100]:
        step = paradnn.step(point.network, FOUND.constants)
        assert max(step.device, step.host) <= step.seconds < step.device + step.host


def test_bottlenecks_are_where_their_cause_is() -> None:
    def limit(width: int, batch: int) -> str:
        return paradnn.step(Network(32, width, 2000, 1000, batch), FOUND.constants).bottleneck

    assert limit(width=32, batch=16384) == "infeed"
    assert limit(width=32, batch=128) == "fixed"
    assert limit(width=4096, batch=64) == "all-reduce"
    assert limit(width=4096, batch=16384) == "products"


def test_small_gradients_share_an_all_reduce() -> None:
    narrow, wide = Network(32, 64, 2000, 200, 64), Network(32, 4096, 2000, 200, 64)
    assert paradnn.buckets(narrow) < 1
    assert paradnn.buckets(wide) > 32


def test_predictor_computes_what_the_model_says() -> None:
    networks = [point.network for point in FOUND.points[::200]]
    predicted = paradnn_fit.predictor(networks)(FOUND.constants)
    assert list(predicted) == pytest.approx([paradnn.step(n, FOUND.constants).seconds for n in networks])


def test_fit_finds_constants_that_are_known() -> None:
    truth = Constants(9e9, 1e-5, 4e-5, 3e9, 2.0, 1e-3)
    networks = [
        Network(layers, width, inputs, outputs, batch)
        for layers in (4, 64)
        for width in (64, 512, 4096)
        for inputs, outputs in ((2000, 1000), (8000, 200))
        for batch in (64, 1024, 16384)
    ]
    found = paradnn_fit.fit(networks, paradnn_fit.predictor(networks)(truth))
    for name in ("all_reduce_bytes_per_second", "infeed_bytes_per_second", "label_weight", "host_seconds"):
        assert getattr(found, name) == pytest.approx(getattr(truth, name), rel=0.01)


def test_estimate_carries_the_band_of_the_held_out_points() -> None:
    estimate = FOUND.estimate(Network(4, 128, 2000, 200, 1024))
    assert estimate.low / estimate.value == pytest.approx(FOUND.errors["measured_over_modelled_q05"])
    assert "○ mod" in str(estimate.scaled(1e3, "ms"))


def test_unreadable_findings_name_the_file(tmp_path) -> None:
    path = tmp_path / "paradnn.json"
    for content in ("{", "{}", json.dumps({"constants": {}})):
        path.write_text(content)
        paradnn.findings.cache_clear()
        with pytest.raises(results.ResultsError, match=r"paradnn\.json"):
            paradnn.findings(path)
    paradnn.findings.cache_clear()


@pytest.mark.skipif(bool(MISSING), reason=f"measurements not in the data folder: {', '.join(MISSING)}")
def test_committed_files_are_what_the_measurements_give() -> None:
    """The whole derivation again; constants may differ by what another version of SciPy rounds."""
    folder = data_folder()
    anew = {
        derived.STEPS: paradnn_fit.derive_steps(folder),
        derived.PRODUCTS: paradnn_fit.derive_products(folder),
    }
    for name, data in anew.items():
        committed = derived.read(name)
        assert committed.keys() == data.keys()
        for part in ("constants", "errors"):
            if part in data:
                assert committed[part] == pytest.approx(data[part], rel=2e-3, abs=2e-4)
        assert committed["data"] == data["data"]
        assert [point[:-1] for point in committed["points"]] == [point[:-1] for point in data["points"]]
        ratios = [point[-1] for point in data["points"]]
        assert [point[-1] for point in committed["points"]] == pytest.approx(ratios, rel=2e-3)


def test_committed_products_are_within_the_stated_error() -> None:
    errors = derived.read(derived.PRODUCTS)["errors"]
    assert errors["v6e_modelled_median"] <= 0.25
    assert errors["v4_modelled_median"] <= 0.30
    assert errors["v6e_compiled_median"] <= 0.25
    assert errors["v4_compiled_median"] <= 0.25
