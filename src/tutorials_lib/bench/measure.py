"""How a call is timed: rounds of several calls, one synchronisation each, a calibration product before each.

The calibration product runs in the same seconds as the call, so their ratio cancels the machine's own slow
and fast minutes. What other processes took from the machine meanwhile is noted with every result.
"""

from __future__ import annotations

import ctypes
import gc
import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

import psutil
import torch
from torch import Tensor

from tutorials_lib.bench.results import Cell, Status

METHOD = 4  # part of every run's settings: raise it when the same call would be timed differently
CALIBRATION_SIZE = 384  # a product of this side takes about a millisecond on one core and fits into its cache

Call = Callable[..., Tensor]
Inputs = tuple[Tensor, ...]


@dataclass(frozen=True)
class Plan:
    """How long a pass measures one case: seconds of a round, of all rounds, and where it is given up."""

    round_seconds: float = 0.01
    case_seconds: float = 0.055
    min_rounds: int = 2
    max_rounds: int = 10
    limit_seconds: float = 20.0

    def calls(self, call_seconds: float) -> int:
        return max(1, math.ceil(self.round_seconds / call_seconds))

    def rounds(self, round_seconds: float) -> int:
        return min(self.max_rounds, max(self.min_rounds, int(self.case_seconds / round_seconds)))


SMOKE = Plan(round_seconds=0.0, case_seconds=0.0, min_rounds=1, max_rounds=1)


class NoResultError(Exception):
    """The case cannot be measured here: why, in the words of a results file."""

    def __init__(self, status: Status, reason: str) -> None:
        self.status: Status = status
        self.reason = reason
        super().__init__(f"{status}: {reason}")


def measure(
    benchmark: Any,
    call: Call,
    prepare: Callable[[int], Inputs],
    device: str,
    plan: Plan,
    threads: int = 1,
    earlier: Cell | None = None,
) -> dict[str, Any]:
    """Time `call(*inputs)` with pytest-benchmark's fixture; the time fields of a `Cell`.

    `prepare(i)` makes the i-th set of inputs on `device` ("cpu", "cuda" or "xla"). On a GPU as many sets are
    made as overflow its cache twice, and each call takes the next; elsewhere one set stays warm in the cache.
    The result says so. `threads` is what the call computes with; the calibration product takes one.
    `earlier` is the result of an earlier pass, whose rounds and calls are repeated.
    Raises `NoResultError` where memory, hardware or time do not suffice.
    """
    with _outcome():
        sets = _input_sets(prepare, device)
        if device == "cuda":
            torch.cuda.reset_peak_memory_stats()
        calls, rounds, first_seconds = _schedule(call, sets, device, plan, earlier)
        round_of_calls = Round(call, sets, calls, device)
        if calls > 1 or earlier:  # a single call that was just tried out is warm
            timed(round_of_calls, device)
            round_of_calls.device_seconds.clear()
    calibration = Calibration(device, threads)
    foreign = ForeignLoad()
    benchmark.pedantic(round_of_calls, setup=calibration, rounds=rounds)
    foreign_cores = foreign.cores()
    if benchmark.stats is None:  # pytest-benchmark is switched off: the call was tried, not timed
        return {}
    data = benchmark.stats.stats.data
    data[:] = [seconds / calls for seconds in data]  # pytest-benchmark's table then shows one call, too
    values = {
        **summary(data, calibration.seconds),
        "inputs": "rotated" if len(sets) > 1 else "warm",
        "rounds": len(data),
        "calls_per_round": calls,
        "first_call_seconds": first_seconds,
        "foreign_cores": foreign_cores,
    }
    if device == "cuda":
        values["device_seconds"] = statistics.median(round_of_calls.device_seconds)
        values["peak_memory_bytes"] = torch.cuda.max_memory_allocated()
        if (replayed := graph_seconds(call, sets, calls)) is not None:
            values["graph_seconds"] = replayed
    return {name: significant(value) if isinstance(value, float) else value for name, value in values.items()}


def _schedule(
    call: Call, sets: Sequence[Inputs], device: str, plan: Plan, earlier: Cell | None
) -> tuple[int, int, float]:
    """Calls in a round, rounds, and the seconds of the first call: tried out, or those of an earlier pass."""
    if earlier is not None:
        return earlier.calls_per_round, earlier.rounds, earlier.first_call_seconds
    first_seconds, _ = timed(lambda: call(*sets[0]), device)
    call_seconds, _ = timed(lambda: call(*sets[0]), device)
    if call_seconds * plan.min_rounds > plan.limit_seconds:
        limit = f"{plan.min_rounds} rounds have {plan.limit_seconds:.0f} s"
        raise NoResultError("timeout", f"one call takes {call_seconds:.1f} s; {limit}")
    calls = plan.calls(call_seconds)
    if calls > 1:  # many short calls in a row take less time than each of them alone
        call_seconds = timed(Round(call, sets, calls, device), device)[0] / calls
    return calls, plan.rounds(calls * call_seconds), first_seconds


def graph_seconds(call: Call, sets: Sequence[Inputs], calls: int) -> float | None:
    """Seconds for one call where the GPU replays a recording of it: its kernels without their launches.

    `None` where the call cannot be recorded, because it waits for the processor or allocates on its own.
    """
    recorded = list(islice(cycle(sets), min(calls, 64)))
    try:
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):  # a recording needs calls before it, on another stream
            for inputs in recorded[:3]:
                call(*inputs)
        torch.cuda.current_stream().wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            for inputs in recorded:
                call(*inputs)
        graph.replay()
        replays = [timed(graph.replay, "cuda")[0] for _ in range(5)]
    except RuntimeError:
        return None
    return statistics.median(replays) / len(recorded)


def significant(value: float, digits: int = 5) -> float:
    """`value` without the digits that no clock resolves.

    >>> significant(0.028521470103551164)
    0.028521
    """
    return float(f"{value:.{digits}g}")


def summary(call_seconds: Sequence[float], calibration_seconds: Sequence[float]) -> dict[str, float]:
    """Quartiles over the rounds, in seconds and in calibration products of the same round.

    >>> summary([2.0, 4.0, 6.0], [1.0, 2.0, 2.0])["median_units"]
    2.0
    """
    units = [call / calibration for call, calibration in zip(call_seconds, calibration_seconds, strict=True)]
    values = {
        "min_seconds": min(call_seconds),
        "max_seconds": max(call_seconds),
        "calibration_seconds": statistics.median(calibration_seconds),
        "min_calibration_seconds": min(calibration_seconds),
    }
    for unit, sample in (("seconds", call_seconds), ("units", units)):
        q1, median, q3 = quartiles(sample)
        values |= {f"q1_{unit}": q1, f"median_{unit}": median, f"q3_{unit}": q3}
    return values


def quartiles(sample: Sequence[float]) -> tuple[float, float, float]:
    """First quartile, median and third quartile; a single value is all three.

    >>> quartiles([1.0, 2.0, 3.0, 4.0, 5.0]), quartiles([7.0])
    ((2.0, 3.0, 4.0), (7.0, 7.0, 7.0))
    """
    if len(sample) == 1:
        return (sample[0],) * 3
    q1, median, q3 = statistics.quantiles(sample, n=4, method="inclusive")
    return q1, median, q3


def relative_error(answer: Tensor, reference: Tensor) -> float:
    """‖answer − reference‖ / ‖reference‖ in the Frobenius norm, computed in float64.

    Raises `AssertionError` for other shapes: they would broadcast, or compare something else.
    """
    shapes = tuple(answer.shape), tuple(reference.shape)
    assert answer.shape == reference.shape, f"answer and reference have shapes {shapes}; expected the same"
    reference = reference.double()
    return float((answer.double() - reference).norm() / reference.norm())


def timed(call: Callable[[], Any], device: str) -> tuple[float, Any]:
    """Seconds until `call()` was finished on the device, and what it returned."""
    synchronize(device)
    start = time.perf_counter()
    result = call()
    synchronize(device, result)
    return time.perf_counter() - start, result


def synchronize(device: str, result: Any = None) -> None:
    """Wait until the device has finished: a GPU or XLA accepts a call long before it has computed it."""
    if device == "cuda":
        torch.cuda.synchronize()
    elif device == "xla" and result is not None:
        import jax
        from torchax.interop import jax_view

        jax.block_until_ready(jax_view(result))


class Round:
    """Calls in a row on the next inputs each, then one synchronisation; a GPU's own clock is read as well."""

    def __init__(self, call: Call, sets: Sequence[Inputs], calls: int, device: str) -> None:
        self.call, self.sets, self.calls, self.device = call, cycle(sets), calls, device
        self.device_seconds: list[float] = []  # for one call of each round, on a GPU

    def __call__(self) -> None:
        if self.device == "cuda":
            self._on_cuda()
        else:
            synchronize(self.device, self._calls())

    def _calls(self) -> Any:
        for inputs in islice(self.sets, self.calls):
            result = self.call(*inputs)
        return result

    def _on_cuda(self) -> None:
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        self._calls()
        end.record()
        torch.cuda.synchronize()
        milliseconds = start.elapsed_time(end)
        self.device_seconds.append(milliseconds / 1000 / self.calls)


class Calibration:
    """A float32 product of fixed size on the same device. Each call keeps the median seconds of three.

    It takes one thread of the processor, whatever the measured call takes: it tells how fast the machine is
    now. XLA is calibrated by PyTorch on the processor, so that its units are those of the other results.
    """

    def __init__(self, device: str, threads: int = 1) -> None:
        self.device, self.threads = "cpu" if device == "xla" else device, threads
        generator = torch.Generator().manual_seed(0)
        side = (CALIBRATION_SIZE, CALIBRATION_SIZE)
        self.left, self.right = (torch.randn(side, generator=generator).to(self.device) for _ in range(2))
        self.seconds: list[float] = []
        for _ in range(3):  # the first calls choose kernels and fill caches
            self()
        self.seconds.clear()

    def __call__(self) -> None:
        if self.threads != 1:
            torch.set_num_threads(1)
        products = [timed(lambda: self.left @ self.right, self.device)[0] for _ in range(3)]
        self.seconds.append(statistics.median(products))  # the first one finds its matrices out of the cache
        if self.threads != 1:
            torch.set_num_threads(self.threads)


class ForeignLoad:
    """How many cores other processes keep busy from its creation on: the system's load less our own.

    Our own is that of this process and of all that it started, living or gone.
    """

    def __init__(self) -> None:
        self.start = self._now()

    def cores(self) -> float:
        now = self._now()
        wall, system, own = (after - before for after, before in zip(now, self.start, strict=True))
        return max(0.0, (system - own) / wall) if wall > 0 else 0.0

    @staticmethod
    def _now() -> tuple[float, float, float]:
        process, times = psutil.Process(), psutil.cpu_times()
        idle = ("idle", "iowait", "guest", "guest_nice")  # guests are counted in user and nice already
        system = sum(seconds for name, seconds in times._asdict().items() if name not in idle)
        mine = sum(process.cpu_times()[:4])  # user and system, of this process and of children that ended
        for child in process.children(recursive=True):
            with suppress(psutil.Error):
                mine += sum(child.cpu_times()[:4])
        return time.monotonic(), system, mine


@contextmanager
def one_pinned_thread() -> Iterator[bool]:
    """Compute with one thread on the idlest core; tells whether the system allows tying it there.

    With another job on the machine the system moves a free thread about, and two threads wait for each other.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    cores = os.sched_getaffinity(0) if hasattr(os, "sched_setaffinity") else set()
    try:
        if cores:
            os.sched_setaffinity(0, {_idlest(cores)})
        yield bool(cores)
    finally:
        if cores:
            os.sched_setaffinity(0, cores)
        torch.set_num_threads(threads)


@contextmanager
def free_threads(count: int) -> Iterator[None]:
    """Compute with `count` threads that the system may move to any core, as a program does by default."""
    threads = torch.get_num_threads()
    cores = os.sched_getaffinity(0) if hasattr(os, "sched_setaffinity") else set()
    torch.set_num_threads(count)
    try:
        if cores:
            os.sched_setaffinity(0, range(os.cpu_count() or 1))
        yield
    finally:
        if cores:
            os.sched_setaffinity(0, cores)
        torch.set_num_threads(threads)


def keep_freed_memory() -> bool:
    """Let the C library keep what is freed for the next tensor; tells whether it can (glibc can).

    By default it gives large pieces back to the system, depending on what the process did before. The next
    tensor then gets pages that the system fills with zeros first: attention written out, at length 512, took
    twice as long in some processes as in others. See mallopt(3).
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    trim_threshold, top_pad, mmap_max = -1, -2, -4
    wanted = {mmap_max: 0, trim_threshold: 2**31 - 1, top_pad: 64 * 2**20}
    return mallopt is not None and all(mallopt(option, value) == 1 for option, value in wanted.items())


@contextmanager
def busy_neighbours(count: int) -> Iterator[None]:
    """So many other processes that compute without pause, as another job on the machine would."""
    spin = "while True: pass"
    others = [subprocess.Popen([sys.executable, "-c", spin]) for _ in range(count)]
    try:
        if others:
            time.sleep(0.2)  # until they have started
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


def _idlest(cores: set[int]) -> int:
    busy = psutil.cpu_percent(interval=0.2, percpu=True)
    return min(cores, key=lambda core: busy[core] if core < len(busy) else 0.0)


def _input_sets(prepare: Callable[[int], Inputs], device: str) -> list[Inputs]:
    """One set; on a GPU, copies at other addresses, together twice its cache: the values do not matter."""
    first = prepare(0)
    if device != "cuda":
        return [first]
    cache = torch.cuda.get_device_properties(0).L2_cache_size
    size = sum(tensor.numel() * tensor.element_size() for tensor in first)
    copies = math.ceil(2 * cache / size)
    return [first, *(tuple(tensor.clone() for tensor in first) for _ in range(copies))]


@contextmanager
def _outcome() -> Iterator[None]:
    """Turn what a device refuses into `NoResultError`; any other error stays what it is."""
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError) as error:
        gc.collect()  # inputs of a case that failed must not crowd out the next one
        raise NoResultError("oom", _first_line(error)) from error
    except (RuntimeError, NotImplementedError) as error:
        gc.collect()
        text = str(error).lower()
        if "not enough memory" in text or "can't allocate memory" in text:
            raise NoResultError("oom", _first_line(error)) from error
        if "not implemented" in text or "not supported" in text:
            raise NoResultError("unsupported", _first_line(error)) from error
        raise


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
