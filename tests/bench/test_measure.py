"""Rounds, calibration, synchronisation and the load of others, each observed from outside."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import nullcontext
from typing import Any

import psutil
import pytest
import torch

from tutorials_lib.bench import machine, measure


def test_units_cancel_a_machine_that_slows_down() -> None:
    steady = measure.summary([3.0, 3.0, 3.0], [1.0, 1.0, 1.0])
    uneven = measure.summary([3.0, 6.0, 30.0], [1.0, 2.0, 10.0])
    units = ("q1_units", "median_units", "q3_units")
    assert [uneven[name] for name in units] == pytest.approx([steady[name] for name in units])
    assert uneven["median_seconds"] == 6.0
    assert (uneven["min_seconds"], uneven["min_calibration_seconds"]) == (3.0, 1.0)


@pytest.mark.parametrize("count", [1, 2, 5, 24])
def test_quartiles_match_torch(count: int) -> None:
    sample = torch.rand(count, dtype=torch.float64)
    expected = torch.quantile(sample, torch.tensor([0.25, 0.5, 0.75], dtype=torch.float64))
    assert measure.quartiles(sample.tolist()) == pytest.approx(expected.tolist())


def test_relative_error_is_zero_only_for_the_same_answer_and_refuses_other_shapes() -> None:
    answer = torch.randn(4, 3)
    assert measure.relative_error(answer, answer) == 0.0
    assert measure.relative_error(1.01 * answer, answer) == pytest.approx(0.01, rel=1e-4)
    with pytest.raises(AssertionError, match="expected the same"):
        measure.relative_error(answer[:1], answer)


def test_one_thread_and_one_core_for_the_time_of_the_measurement() -> None:
    threads = torch.get_num_threads()
    with measure.one_pinned_thread() as pinned:
        assert torch.get_num_threads() == 1
        if pinned:
            assert len(os.sched_getaffinity(0)) == 1
    assert torch.get_num_threads() == threads
    if hasattr(os, "sched_getaffinity"):
        assert len(os.sched_getaffinity(0)) == os.cpu_count() or not pinned


FAULTS = """
import resource, sys, torch
from tutorials_lib.bench import measure
kept = measure.keep_freed_memory() if sys.argv[1:] else None
found = []
torch.ones(8)  # what is loaded once counts for nobody
for _ in range(3):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    torch.ones(32 * 2**20)
    found.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
print(kept, *found)
"""


def test_freed_memory_is_kept_for_the_next_tensor() -> None:
    """What the system gives anew is first touched page by page, and each page counts as a fault."""

    def faults(*arguments: str) -> tuple[str, int, int]:
        command = [sys.executable, "-c", FAULTS, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        kept, first, *_, last = done.stdout.split()
        return kept, int(first), int(last)

    kept, first, last = faults("keep")
    if kept == "False":
        pytest.skip("another C library than glibc")
    assert last < first / 10
    _, first, last = faults()
    assert last > first / 2


SPIN = "import time; end = time.monotonic() + 20\nwhile time.monotonic() < end: pass"


def busy_cores() -> tuple[float, float]:
    """Time, and seconds that all cores together were busy until then."""
    times = psutil.cpu_times()
    return time.monotonic(), sum(times[:3])  # user, nice, system


@pytest.mark.skipif(shutil.which("sh") is None, reason="needs a shell to leave a process without its parent")
def test_load_of_a_process_that_is_not_ours_is_seen() -> None:
    command = ["sh", "-c", '"$0" -c "$1" >/dev/null 2>&1 & echo $!', sys.executable, SPIN]
    other = int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    try:
        time.sleep(0.3)
        foreign = measure.ForeignLoad()
        time.sleep(0.6)
        assert foreign.cores() > 0.3
    finally:
        os.kill(other, signal.SIGKILL)


def test_load_of_what_we_started_is_ours() -> None:
    with subprocess.Popen([sys.executable, "-c", SPIN]) as own:
        try:
            time.sleep(0.3)
            foreign, (start, busy_before) = measure.ForeignLoad(), busy_cores()
            time.sleep(0.6)
            end, busy_after = busy_cores()
            assert foreign.cores() < (busy_after - busy_before) / (end - start) - 0.3
        finally:
            own.kill()


def test_cuda_round_synchronises_once_after_all_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    log: list[str] = []

    class Event:
        def __init__(self, enable_timing: bool) -> None:
            assert enable_timing

        def record(self) -> None:
            log.append("event")

        def elapsed_time(self, end: Any) -> float:
            return 6.0  # milliseconds

    monkeypatch.setattr(torch.cuda, "Event", Event)
    monkeypatch.setattr(torch.cuda, "synchronize", lambda: log.append("synchronize"))
    sets = [(torch.tensor(float(index)),) for index in range(2)]
    one_round = measure.Round(lambda value: log.append(f"call {value:.0f}"), sets, calls=3, device="cuda")
    one_round()
    assert log == ["event", "call 0", "call 1", "call 0", "event", "synchronize"]
    assert one_round.device_seconds == [pytest.approx(0.002)]


def test_cuda_recording_is_replayed_and_what_cannot_be_recorded_has_no_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log: list[str] = []

    class Stream:
        def wait_stream(self, other: Any) -> None: ...

    class Graph:
        def replay(self) -> None:
            log.append("replay")

    monkeypatch.setattr(torch.cuda, "Stream", Stream)
    monkeypatch.setattr(torch.cuda, "current_stream", Stream)
    monkeypatch.setattr(torch.cuda, "stream", lambda stream: nullcontext())
    monkeypatch.setattr(torch.cuda, "CUDAGraph", Graph)
    monkeypatch.setattr(torch.cuda, "graph", lambda graph: nullcontext())
    monkeypatch.setattr(torch.cuda, "synchronize", lambda: None)
    sets = [(torch.zeros(1),)] * 2
    seconds = measure.graph_seconds(lambda value: log.append("call"), sets, calls=5)
    assert seconds is not None
    assert seconds >= 0
    assert log.count("call") == 3 + 5  # three to warm up, five recorded
    assert log.count("replay") == 1 + 5

    def waits(value: Any) -> None:
        raise RuntimeError("operation not permitted when stream is capturing")

    assert measure.graph_seconds(waits, sets, calls=5) is None


def test_calibration_takes_one_thread_and_gives_the_others_back() -> None:
    threads = torch.get_num_threads()
    seen: list[int] = []
    with measure.free_threads(2):
        calibration = measure.Calibration("cpu", threads=2)
        before = torch.get_num_threads()
        calibration.left = Watched(calibration.left, seen)
        calibration()
        assert (before, torch.get_num_threads()) == (2, 2)
    assert set(seen) == {1}
    assert torch.get_num_threads() == threads


class Watched:
    """A factor that notes how many threads there are when it is multiplied."""

    def __init__(self, tensor: torch.Tensor, seen: list[int]) -> None:
        self.tensor, self.seen = tensor, seen

    def __matmul__(self, other: torch.Tensor) -> torch.Tensor:
        self.seen.append(torch.get_num_threads())
        return self.tensor @ other


def test_our_neighbours_are_busy_and_count_as_ours() -> None:
    with measure.busy_neighbours(1):
        (child,) = psutil.Process().children()
        before, ours = child.cpu_times().user, measure.ForeignLoad().start[2]
        time.sleep(0.6)
        spun, counted = child.cpu_times().user - before, measure.ForeignLoad().start[2] - ours
    assert spun > 0.05
    assert counted >= 0.9 * spun
    assert not psutil.Process().children()
    assert measure.ForeignLoad().start[2] >= ours + counted  # also when the child is gone


def test_cpu_round_needs_no_cuda(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "synchronize", lambda: pytest.fail("a CPU round synchronised a GPU"))
    calls: list[int] = []
    measure.Round(lambda: calls.append(1) or torch.zeros(1), [()], calls=4, device="cpu")()
    assert len(calls) == 4


def test_plan_fills_rounds_and_time() -> None:
    plan = measure.Plan(round_seconds=0.02, case_seconds=1.0, min_rounds=5, max_rounds=25)
    assert (plan.calls(0.001), plan.calls(3.0)) == (20, 1)
    assert (plan.rounds(0.02), plan.rounds(0.1), plan.rounds(3.0)) == (25, 10, 5)


def test_machine_card_names_the_models_and_nobody() -> None:
    import getpass
    import socket

    card = machine.machine_card()
    assert card["cores"] == os.cpu_count()
    words = str(card).lower().replace("'", " ").split()
    assert socket.gethostname().lower() not in words
    assert getpass.getuser().lower() not in words
    assert card["accelerator"] is None


@pytest.mark.parametrize(
    ("brand", "accelerator", "name"),
    [
        ("Intel(R) Core(TM) i7-1185G7 @ 3.00GHz", None, "intel-core-i7-1185g7-8-cores"),
        ("AMD EPYC 9654 96-Core Processor", "NVIDIA H100", "amd-epyc-9654-96-core-8-cores-nvidia-h100"),
        ("Apple M3", None, "apple-m3-8-cores"),
    ],
)
def test_machine_name_is_made_of_models(brand: str, accelerator: str | None, name: str) -> None:
    card = {"processor": brand, "cores": 8, "accelerator": accelerator and {"name": accelerator}}
    assert machine.machine_name(card) == name
