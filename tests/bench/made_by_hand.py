"""Results made by hand, for tests."""

from __future__ import annotations

from typing import Any

from tutorials_lib.bench.results import Cell, Run

MACHINE = {
    "name": "example-cpu-4-cores",
    "processor": "Example CPU",
    "architecture": "x86_64",
    "cores": 4,
    "instructions": ["avx2", "avx512_bf16"],
    "memory_bytes": 8 * 2**30,
    "system": "Linux 6.1",
    "accelerator": None,
}
STAMP: dict[str, Any] = {"date": "2026-11-22", "commit": None}


def make_cell(name: str, **values: Any) -> Cell:
    """A cell of a 512 × 512 product in float32; `values` replace or add fields."""
    about = {
        "provenance": "measured",
        "id": name,
        "operation": "matrix_product",
        "parameters": {"rows": 512, "inner": 512, "columns": 512, "precision": "float32"},
        "dtype": "float32",
        "backend": "cpu",
        "definition": "0123456789abcdef",
        "status": "ok",
        "flop": 2 * 512**3,
        "bytes": 3 * 512**2 * 4,
    }
    return Cell(**{**STAMP, **about, **values})


def measured(name: str, seconds: float = 0.002, **values: Any) -> Cell:
    """A cell measured in 9 rounds, quartiles at half and one and a half of the median, in a unit of 1 ms."""
    times = {
        "inputs": "warm",
        "rounds": 9,
        "calls_per_round": 10,
        "median_seconds": seconds,
        "min_seconds": 0.4 * seconds,
        "q1_seconds": 0.5 * seconds,
        "q3_seconds": 1.5 * seconds,
        "median_units": 1e3 * seconds,
        "q1_units": 0.98e3 * seconds,
        "q3_units": 1.02e3 * seconds,
        "calibration_seconds": 1e-3,
        "min_calibration_seconds": 0.4e-3,
        "first_call_seconds": 0.01,
        "foreign_cores": 0.02,
        "relative_error": 2e-7,
    }
    return make_cell(name, **{**times, **values})


def make_run(*cells: Cell, **values: Any) -> Run:
    about = {
        "suite": "matmul",
        "source": "benchmarks/bench_matmul.py",
        "provenance": "measured",
        "machine": MACHINE,
        "versions": {"python": "3.11.7", "torch": "2.15.0"},
        "settings": {"method": 1, "threads": 1, "pinned": True},
        "cells": cells,
    }
    return Run(**{**STAMP, **about, **values})
