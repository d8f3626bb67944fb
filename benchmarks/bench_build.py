"""What a build costs beyond the scripts' own work: by script, cold, and where nothing changed.

    python -m pytest benchmarks/bench_build.py --benchmark-enable

A gallery of small scripts is generated and built by the command, in processes of its own. Seconds differ
between machines and hours, so the laws compare numbers of one run; all are printed (`-s`) and kept in
`extra_info`. Processor seconds of everything that a build starts are counted on Linux: there we can adopt it.
"""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tutorials_lib.site.store import Store

OVERHEAD_SECONDS = 0.15  # of processor, for each script beyond its own code
COLD_FACTOR = 1.25  # of wall clock, on the scripts' share of the cores
COLD_SECONDS = 8.0  # of wall clock, to import the libraries and to render
PR_SET_CHILD_SUBREAPER = 36

SCRIPT = '''"""
title: {{es: Lección {number}, en: Lesson {number}}}
summary: {{es: Una recta, en: A line}}
"""

# %%
import matplotlib.pyplot as plt
import torch
from tutorials_lib import tr

model = torch.nn.Linear(8, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for _ in range({steps}):
    loss = (model(torch.ones(64, 8)) - {number}).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
loss = loss.item()
print(tr(es="pérdida", en="loss"), loss)

# %% [markdown] lang="es"
# La pérdida es `{{python}} loss:.3f`.

# %% [markdown] lang="en"
# The loss is `{{python}} loss:.3f`.

# %%
# alt es: una recta
# alt en: a line
plt.plot([0, {number}])
plt.xlabel(tr(es="paso", en="step"));
'''


@dataclass(frozen=True)
class Cost:
    """Seconds of one call of the command, of the clock and of the processor (all its processes)."""

    wall: float
    cpu: float


@pytest.fixture(scope="session")
def count(request) -> int:
    return 3 if request.config.getoption("smoke", False) else 60


@pytest.fixture
def gallery(tmp_path: Path, count: int) -> Path:
    (tmp_path / "pyproject.toml").write_text("[tool.tutorials]\n")
    section = tmp_path / "examples" / "01_lines"
    section.mkdir(parents=True)
    for number in range(count):
        (section / f"line_{number:02}.py").write_text(
            SCRIPT.format(number=number, steps=500), encoding="utf-8"
        )
    return tmp_path


def tutorials(folder: Path, *arguments: str) -> Cost:
    """Call the command, and wait for all processes that it leaves."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-m", "tutorials_lib.site", *arguments]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    wall = time.perf_counter() - started
    try:
        while True:
            os.waitpid(-1, 0)
    except ChildProcessError:
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall, cpu)


def own_seconds(folder: Path, store: str) -> float:
    """Processor seconds of the scripts themselves, as their records tell."""
    runs = Store(folder / store)
    records = [runs.last(script) for script in runs.scripts()]
    return sum(record.cpu_seconds for record in records if record is not None)


def cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@pytest.mark.skipif(sys.platform != "linux", reason="processor seconds of adopted processes are Linux's")
@pytest.mark.timeout(600)
def test_overhead_of_a_script(benchmark, gallery: Path, count: int) -> None:
    one = tutorials(gallery, "run", "examples/01_lines/line_00.py", "--store", "one")
    all_of_them = benchmark.pedantic(tutorials, (gallery, "run", "--store", "all"), rounds=1)
    own = own_seconds(gallery, "all") - own_seconds(gallery, "one")
    overhead = (all_of_them.cpu - one.cpu - own) / (count - 1)
    benchmark.extra_info |= {"overhead_cpu_seconds": overhead, "own_cpu_seconds": own / (count - 1)}
    print(
        f"\noverhead of a script: {overhead:.3f} s of processor, beside {own / (count - 1):.3f} s of its own"
    )
    assert overhead <= OVERHEAD_SECONDS


@pytest.mark.timeout(600)
def test_cold_build(benchmark, gallery: Path) -> None:
    busy = os.getloadavg()[0]
    cost = benchmark.pedantic(tutorials, (gallery, "run", "--store", "cold"), rounds=1)
    share = own_seconds(gallery, "cold") / cores()
    limit = COLD_FACTOR * share + COLD_SECONDS
    benchmark.extra_info |= {"wall_seconds": cost.wall, "share_seconds": share, "ratio": cost.wall / limit}
    print(f"\ncold build: {cost.wall:.1f} s of {limit:.1f} s; the scripts' share is {share:.1f} s")
    if busy > cores() / 2 and cost.wall > limit:
        pytest.skip(f"others use this machine (load {busy:.1f}): its clock says nothing about us")
    assert cost.wall <= limit


@pytest.mark.timeout(600)
def test_build_where_nothing_changed(benchmark, gallery: Path) -> None:
    cold = tutorials(gallery, "run", "--store", "store")
    same = benchmark.pedantic(tutorials, (gallery, "run", "--store", "store"), rounds=3)
    benchmark.extra_info |= {"wall_seconds": same.wall, "ratio": same.wall / cold.wall}
    print(f"\nnothing changed: {same.wall:.2f} s, {same.wall / cold.wall:.1%} of the cold build")
    assert same.wall <= cold.wall / 5
