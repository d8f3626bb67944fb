"""Verdicts follow from rows: other rows, another verdict; no rows, no verdict."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from made_by_hand import make_run, measured

from tutorials_lib.bench import claims, paradnn, specs
from tutorials_lib.bench.claims import Tally
from tutorials_lib.bench.results import Cell, Run

FOUND = paradnn.findings()


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TUTORIALS_BUILD", raising=False)
    monkeypatch.setenv("TUTORIALS_LANGUAGE", "en")


def test_verdicts_of_the_committed_data() -> None:
    assert claims.gpus_for_fully_connected(FOUND).verdict == "fails"
    assert claims.tpus_for_cnns().verdict == "in part"
    assert claims.cpus_for_rnns().verdict == "fails"
    assert claims.tpus_handle_more_data(FOUND).verdict == "in part"
    assert claims.several_devices(FOUND).verdict == "in part"


def test_geometric_mean_of_the_common_networks() -> None:
    ratios = FOUND.versus_gpu.values()
    assert claims.geometric_mean(ratios) == pytest.approx(2.78, abs=0.005)
    assert (round(min(ratios), 2), round(max(ratios), 1)) == (0.21, 11.7)


def test_a_lead_below_the_noise_counts_for_nobody() -> None:
    assert Tally.of([1.19, 0.84, 1.0]) == Tally(0, 0, 3)
    assert Tally.of([1.21, 0.82]) == Tally(1, 1, 2)


def test_the_gpu_verdict_turns_after_as_many_rows_as_the_ruling_says() -> None:
    """Give the board's wins to the GPU one after another: "fails" up to the number told, and no further."""
    ruling = claims.gpus_for_fully_connected(FOUND)
    told = int(ruling.flips.split("More than ")[1].split()[0])
    leads = [network for network, ratio in FOUND.versus_gpu.items() if ratio > 1 + claims.NOISE]

    def verdict_after(count: int) -> str:
        turned = {**FOUND.versus_gpu, **dict.fromkeys(leads[:count], 0.5)}
        return claims.gpus_for_fully_connected(replace(FOUND, versus_gpu=turned)).verdict

    assert verdict_after(told) == "fails"
    assert verdict_after(told + 1) != "fails"


def test_cnns_would_win_if_the_rows_that_flip_it_flipped() -> None:
    flipped = [
        replace(network, over_haswell=49.3) if network.name == "CNN0" else network
        for network in specs.ISCA_2017
    ]
    assert "49.2" in claims.tpus_for_cnns().flips
    assert claims.tpus_for_cnns(flipped).verdict == "in part"  # the model still objects
    assert claims.tpus_for_cnns(modelled=[3.0] * 20).verdict == "in part"  # so does the published table
    assert claims.tpus_for_cnns(flipped, modelled=[3.0] * 20).verdict == "holds"


def test_compiled_networks_have_a_say_on_cnns() -> None:
    def run(cnn_seconds: float) -> Run:
        compiled = replace(compiled_cell("convolutional"), estimate_seconds=cnn_seconds)
        return make_run(compiled, compiled_cell("fully_connected"), suite="tpu_aot")

    flipped = [replace(n, over_haswell=99.0) if n.kind == "cnn" else n for n in specs.ISCA_2017]
    for seconds, verdict in ((0.25, "holds"), (4.0, "in part")):
        ruling = claims.tpus_for_cnns(flipped, [run(seconds)], modelled=[3.0] * 20)
        assert ruling.verdict == verdict
        assert "compiled-not-run" in ruling.provenance
    assert "compiled-not-run" not in claims.tpus_for_cnns().provenance


def compiled_cell(family: str) -> Cell:
    return replace(
        measured(family, parameters={"family": family}, backend="tpu-v4"),
        provenance="compiled-not-run",
        estimate_seconds=1.0,
    )


def test_cpus_would_win_if_both_lstms_were_slower_on_the_tpu() -> None:
    slower = [replace(n, over_haswell=0.8) if n.kind == "lstm" else n for n in specs.ISCA_2017]
    draw = [replace(n, over_haswell=1.1) if n.kind == "lstm" else n for n in specs.ISCA_2017]
    assert claims.cpus_for_rnns(slower).verdict == "holds"
    assert claims.cpus_for_rnns(draw).verdict == "in part"


@pytest.mark.parametrize(
    ("default", "six", "verdict"),
    [(2e-3, 1e-7, "in part"), (2e-3, 1e-3, "holds"), (2e-7, 1e-7, "fails")],
)
def test_precision_is_lost_by_default_and_regained_by_passes(
    default: float, six: float, verdict: str
) -> None:
    errors = {"bfloat16": [default], "bfloat16 ×3": [4e-6], "bfloat16 ×6": [six], "float32": [1e-7]}
    assert claims.tpus_lose_precision(errors).verdict == verdict


def test_fewer_waiting_networks_change_the_verdict_on_data() -> None:
    fast = replace(FOUND.constants, infeed_bytes_per_second=1e15)
    assert claims.tpus_handle_more_data(replace(FOUND, constants=fast, out_of_memory=())).verdict == "holds"
    slow = replace(FOUND.constants, infeed_bytes_per_second=1e9)
    assert claims.tpus_handle_more_data(replace(FOUND, constants=slow)).verdict == "fails"


# ── claims that wait for a GPU ──────────────────────────────────────────────────────────────────────────────


def cuda(operation: str, seconds: float, flop: int = 10**9, **parameters: Any) -> Cell:
    name = f"{operation}-{parameters}"
    return measured(
        name,
        seconds,
        operation=operation,
        parameters=parameters,
        flop=flop,
        backend="cuda",
        foreign_cores=0.0,
    )


def tuned_runs(gain: float) -> list[Run]:
    """Each tuned row `gain` times as fast as its plain one."""
    product = [
        cuda("matrix_product", 1.0 / g, precision=p, rows=8) for p, g in (("tf32", gain), ("float32", 1))
    ]
    convolution = [
        cuda("convolution", 1.0 / g, precision=p, layout=layout, kind="3x3", side=32)
        for p, layout, g in (("bfloat16", "channels_last", gain), ("float32", "channels_first", 1))
    ]
    activation = [
        cuda("bias_gelu", 1.0 / g, precision="float32", fused=fused, rows=8)
        for fused, g in ((True, gain), (False, 1))
    ]
    return [
        make_run(*product, suite="matmul"),
        make_run(*convolution, *activation, suite="operations"),
    ]


def sweep(gain: float) -> list[Run]:
    """Throughput at batch 1024 `gain` times that at batch 16."""
    cells = [
        cuda("fc_inference", 1.0, flop=10**6, nodes=512, batch=16, precision="tf32"),
        cuda("fc_inference", 64.0 / gain, flop=64 * 10**6, nodes=512, batch=1024, precision="tf32"),
    ]
    return [make_run(*cells, suite="models")]


def test_without_a_gpu_there_is_no_verdict() -> None:
    on_cpu = [make_run(measured("first"))]
    for rule in (claims.cuda_is_tuned, claims.cuda_uses_many_cores):
        for runs in ((), on_cpu):
            ruling = rule(runs)
            assert ruling.verdict == "not recorded yet"
            assert "a GPU with CUDA" in ruling.finding


@pytest.mark.parametrize(("gain", "verdict"), [(4.0, "holds"), (1.0, "fails")])
def test_recorded_gpu_rows_decide_whether_cuda_is_tuned(gain: float, verdict: str) -> None:
    assert claims.cuda_is_tuned(tuned_runs(gain)).verdict == verdict


def test_one_missing_operation_leaves_the_claim_open() -> None:
    assert claims.cuda_is_tuned(tuned_runs(4.0)[:1]).verdict == "not recorded yet"


@pytest.mark.parametrize(("gain", "verdict"), [(40.0, "holds"), (2.0, "fails")])
def test_recorded_sweep_decides_whether_many_cores_work_at_once(gain: float, verdict: str) -> None:
    assert claims.cuda_uses_many_cores(sweep(gain)).verdict == verdict


def test_ledger_shows_every_claim_its_provenance_and_its_flipping_row() -> None:
    rulings = {"First.": claims.tpus_for_cnns(), "Second.": claims.cuda_is_tuned(())}
    text = claims.ledger(rulings)
    for ruling in rulings.values():
        assert ruling.finding in text
        assert ruling.flips in text
    assert "❝ quoted" in text
    assert "not recorded yet" in text
