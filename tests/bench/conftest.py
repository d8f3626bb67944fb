"""A small run of each kind."""

from __future__ import annotations

import pytest
from made_by_hand import make_cell, make_run, measured

from tutorials_lib.bench.results import Run


@pytest.fixture
def run() -> Run:
    refused = make_cell("third", status="oom", reason="not enough memory for 1 TiB")
    return make_run(measured("first"), measured("second", 0.003), refused)


@pytest.fixture
def modelled() -> Run:
    cell = make_cell("first", provenance="modelled", estimate_seconds=1e-4, estimate_low_seconds=8e-5)
    return make_run(cell, provenance="modelled", origin="systolic array, version 1")
