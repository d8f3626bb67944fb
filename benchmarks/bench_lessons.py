"""What every lesson costs, as its last run noted it: seconds of the processor and the most memory it held.

Nothing is run here: build the site first (`make site`). A lesson checks its own claims as it runs. Each row
has the day of that run; what happened on the machine meanwhile is not known.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tutorials_lib.site.settings import load_settings
from tutorials_lib.site.store import Store

ROOT = Path(__file__).parents[1]


@pytest.mark.filterwarnings("ignore:Benchmark fixture was not used")
def test_lessons(note, pytestconfig) -> None:
    if "cpu" not in pytestconfig.getoption("backends"):
        pytest.skip("lessons run on the processor")
    settings = load_settings(ROOT)
    store = Store(settings.store_path)
    present = [name for name in store.scripts() if (settings.examples_path / name).is_file()]
    records = [record for record in map(store.last, present) if record is not None]
    if not records:
        pytest.skip("no lesson has been run yet; expected `make site` before")
    for record in records:
        lesson = re.sub(r"^\d+_", "", record.script).removesuffix(".py")
        note(
            lesson,
            date=record.date,
            operation="lesson",
            parameters={"lesson": lesson, "threads": 1},
            dtype="float32",
            backend="cpu",
            flop=0,
            bytes=0,
            rounds=1,
            median_seconds=round(record.cpu_seconds, 2),
            peak_memory_bytes=record.memory_bytes,
            checked="its own assertions and exercises",
        )
