"""From the published measurements to `benchmarks/results/paradnn.json` and `tpu_products.json`.

    TUTORIALS_DATA=folder python -m tutorials_lib.bench.paradnn_fit [--download]

Only constants, errors and ratios are written: with the model they say how well it does on every network.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from tutorials_lib.bench import derived, paradnn, recorded
from tutorials_lib.bench.paradnn import Constants, Network
from tutorials_lib.bench.specs import CHIPS
from tutorials_lib.bench.systolic import product

WIDEST_TO_FIT = 1024  # for the test on networks wider than any that was fitted
START = Constants(14e9, 2e-5, 2.5e-5, 5.5e9, 1.5, 2.3e-3)
RESIDUAL_SCALE = 0.03  # errors beyond it count linearly: some measurements are outliers
NOTICE = (
    "Derived from measurements of ParaDnn (Yu Emma Wang, Gu-Yeon Wei, David Brooks), "
    "https://github.com/Emma926/paradnn, commit 60a25ff, Apache License 2.0 "
    "(LICENSE-ParaDnn.txt): ratios, not the measurements"
)
PRODUCTS_NOTICE = (
    "Derived from samples of the calibration sets of SCALE-Sim, "
    "https://github.com/scalesim-project/SCALE-Sim, MIT License, and from estimates of libtpu 0.0.42.1"
)


@dataclass(frozen=True)
class Measured:
    """Networks in the order of the file, and the seconds of one step of each."""

    networks: tuple[Network, ...]
    seconds: NDArray[np.float64]
    failed: tuple[Network, ...]


def read_measured(content: bytes) -> Measured:
    """ParaDnn's format: labels `layer_…-node_…-input_…-output_…-bs_…` and steps per second."""
    data = json.loads(content)
    return Measured(
        networks=tuple(map(_network, data["labels"])),
        seconds=1 / np.asarray(data["step_per_sec"], dtype=float),
        failed=tuple(map(_network, data["err_jobs"])),
    )


def _network(label: str) -> Network:
    return Network(*(int(number) for number in re.findall(r"_(\d+)", label)))


def fit(networks: Sequence[Network], seconds: NDArray[np.float64]) -> Constants:
    """The constants with the least soft absolute error of log seconds."""
    predict = predictor(networks)

    def residuals(logarithms: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.log(predict(Constants(*np.exp(logarithms))) / seconds)

    start = np.log(astuple(START))
    return Constants(
        *np.exp(least_squares(residuals, start, loss="soft_l1", f_scale=RESIDUAL_SCALE).x).tolist()
    )


def predictor(networks: Sequence[Network]) -> Callable[[Constants], NDArray[np.float64]]:
    """`paradnn.step(…).seconds` of every network at once; only what a constant changes is computed anew."""
    unit = Constants(1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    steps = [paradnn.step(network, unit) for network in networks]
    fixed = np.array([step.products + step.optimiser for step in steps])
    exchanged = np.array([step.all_reduce for step in steps])
    buckets = np.array([paradnn.buckets(network) for network in networks])
    layers = np.array([network.layers + 1 for network in networks])
    inputs, outputs = (
        np.array([paradnn.FLOAT_BYTES * network.batch * getattr(network, name) for network in networks])
        for name in ("inputs", "outputs")
    )

    def predict(constants: Constants) -> NDArray[np.float64]:
        device = fixed + exchanged / constants.all_reduce_bytes_per_second
        device = device + buckets * constants.all_reduce_seconds + layers * constants.layer_seconds
        host = (inputs + constants.label_weight * outputs) / constants.infeed_bytes_per_second
        host = host + constants.host_seconds
        return (device**paradnn.OVERLAP + host**paradnn.OVERLAP) ** (1 / paradnn.OVERLAP)

    return predict


def derive(tpu: Measured, gpu: Measured, digests: dict[str, str]) -> dict[str, Any]:
    """What the committed file holds."""
    everything = fit(tpu.networks, tpu.seconds)
    ratios = predictor(tpu.networks)(everything) / tpu.seconds
    common = {network: place for place, network in enumerate(tpu.networks)}
    versus = [
        [*astuple(network), round(seconds / tpu.seconds[common[network]], 4)]
        for network, seconds in zip(gpu.networks, gpu.seconds, strict=True)
        if network in common
    ]
    return {
        "notice": NOTICE,
        "source": "src/tutorials_lib/bench/paradnn_fit.py",
        "data": digests,
        "constants": {
            field.name: float(f"{getattr(everything, field.name):.6g}") for field in fields(Constants)
        },
        "errors": {name: round(value, 5) for name, value in errors(tpu).items()},
        "points": [
            [*astuple(network), round(float(ratio), 4)]
            for network, ratio in zip(tpu.networks, ratios, strict=True)
        ],
        "versus_gpu": versus,
        "out_of_memory": [list(astuple(network)) for network in tpu.failed],
        "gpu_unfinished": [list(astuple(network)) for network in gpu.failed],
    }


def errors(tpu: Measured) -> dict[str, float]:
    """How wrong the model is on networks whose times it has not seen.

    Two halves, every other network of the file each; each half is predicted by constants fitted to the other.
    """
    even = np.arange(len(tpu.networks)) % 2 == 0
    narrow = np.array([network.width <= WIDEST_TO_FIT for network in tpu.networks])
    held_out = np.empty_like(tpu.seconds)
    for half in (even, ~even):
        held_out[~half] = _predict(tpu, half)[~half]
    wide = _predict(tpu, narrow)[~narrow] / tpu.seconds[~narrow]
    ratio = held_out / tpu.seconds
    roofline = np.array([paradnn.plain_roofline(network) for network in tpu.networks]) / tpu.seconds
    low, high = np.quantile(1 / ratio, [0.05, 0.95])
    return {
        "held_out_median": _median(ratio[~even]),
        "held_out_median_swapped": _median(ratio[even]),
        "held_out_within_2x": float(np.mean((ratio > 0.5) & (ratio < 2))),
        "measured_over_modelled_q05": float(low),
        "measured_over_modelled_q95": float(high),
        "wider_than_fitted_median": _median(wide),
        "wider_than_fitted_bias": float(np.median(wide) - 1),
        "plain_roofline_median": _median(roofline),
    }


def _predict(tpu: Measured, known: NDArray[np.bool_]) -> NDArray[np.float64]:
    chosen = [network for network, keep in zip(tpu.networks, known, strict=True) if keep]
    return predictor(tpu.networks)(fit(chosen, tpu.seconds[known]))


def _median(ratio: NDArray[np.float64]) -> float:
    """Median of |modelled / measured − 1|."""
    return float(np.median(np.abs(ratio - 1)))


# ── single products on v6e and v4 ───────────────────────────────────────────────────────────────────────────

PRODUCTS = {"v6e": (recorded.PRODUCTS_V6E, 1), "v4": (recorded.PRODUCTS_V4, 1)}  # and cores that worked


def derive_products(folder: Path) -> dict[str, Any]:
    """For every product: modelled over measured time, and the compiler's estimate over measured time."""
    points, digests = [], {}
    for chip, (file, cores) in PRODUCTS.items():
        content = recorded.read(file, folder)
        digests[file.name] = file.sha256
        machine = CHIPS[chip].machine(cores)
        for row in csv.DictReader(io.StringIO(content.decode())):
            shape = (int(row["M"]), int(row["K"]), int(row["N"]))
            measured_us = float(row["measured_us"])
            compiled_us = 1e6 * float(row["libtpu_estimated_cycles"]) / CHIPS[chip].compiler_clock_hz
            modelled = product(machine, shape).seconds * 1e6 / measured_us
            points.append([chip, *shape, round(modelled, 4), round(compiled_us / measured_us, 4)])
    return {
        "notice": PRODUCTS_NOTICE,
        "source": "src/tutorials_lib/bench/paradnn_fit.py",
        "data": digests,
        "errors": _product_errors(points),
        "points": points,
    }


def _product_errors(points: list[list[Any]]) -> dict[str, float]:
    found = {}
    for chip in PRODUCTS:
        for place, name in ((4, "modelled"), (5, "compiled")):
            ratio = np.array([point[place] for point in points if point[0] == chip])
            found[f"{chip}_{name}_median"] = round(_median(ratio), 5)
    for place, name in ((4, "modelled"), (5, "compiled")):
        low, high = np.quantile([1 / point[place] for point in points], [0.05, 0.95])
        found[f"measured_over_{name}_q05"] = round(float(low), 5)
        found[f"measured_over_{name}_q95"] = round(float(high), 5)
    return found


# ── writing ─────────────────────────────────────────────────────────────────────────────────────────────────


def text(data: dict[str, Any]) -> str:
    """JSON with one point a line, so that a difference between two versions shows which ones changed."""
    head = {name: value for name, value in data.items() if not isinstance(value, list)}
    lists = {name: value for name, value in data.items() if isinstance(value, list)}
    lines = [
        f' "{name}": [\n' + ",\n".join(f"  {json.dumps(entry)}" for entry in value) + "\n ]"
        for name, value in lists.items()
    ]
    return json.dumps(head, indent=1).removesuffix("\n}") + ",\n" + ",\n".join(lines) + "\n}\n"


def derive_steps(folder: Path, *, download: bool = False) -> dict[str, Any]:
    """The file on training steps. Raises `recorded.RecordedError` where the data are not there."""
    files = (recorded.PARADNN_TPU, recorded.PARADNN_GPU)
    tpu, gpu = (read_measured(recorded.read(file, folder, download=download)) for file in files)
    return derive(tpu, gpu, {file.name: file.sha256 for file in files})


def main() -> int:
    """Write what the data are there for. Exit code 1 and a line for each file whose data are not."""
    from tutorials_lib.data import data_folder  # imports torch, which nothing else here needs

    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--download", action="store_true", help="fetch ParaDnn's files where they are missing"
    )
    options = parser.parse_args()
    folder, unread = data_folder(), False
    derivations: dict[str, Callable[[], dict[str, Any]]] = {
        derived.STEPS: lambda: derive_steps(folder, download=options.download),
        derived.PRODUCTS: lambda: derive_products(folder),
    }
    for name, derivation in derivations.items():
        try:
            data = derivation()
        except recorded.RecordedError as error:
            print(f"{name}: {error}", file=sys.stderr)
            unread = True
            continue
        path = derived.path(name)
        path.write_text(text(data), encoding="utf-8")
        print(path)
        print(json.dumps({key: data[key] for key in ("constants", "errors") if key in data}, indent=1))
    return int(unread)


if __name__ == "__main__":
    sys.exit(main())
