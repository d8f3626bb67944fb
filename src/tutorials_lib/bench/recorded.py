"""Measurements that others published: read from a data folder, and only if they are what was published.

The folder is `TUTORIALS_DATA` or the platform's cache folder; files lie in `<folder>/<set>/<file>`.
"""

from __future__ import annotations

import hashlib
import urllib.request
from dataclasses import dataclass
from pathlib import Path

TIMEOUT_SECONDS = 30.0
PARADNN = (
    "https://raw.githubusercontent.com/Emma926/paradnn/60a25ff20b928b309fed160e440be8a487a9fc6c/scripts/data/"
)


class RecordedError(Exception):
    """A file is missing or not what was published; the message names file, digest and way out."""


@dataclass(frozen=True)
class Recorded:
    """A file of measurements, its digest, and the address it can be had from, where there is one."""

    name: str  # relative to the data folder
    sha256: str
    address: str | None = None


PARADNN_TPU = Recorded(
    "paradnn/tpu_fc.json",
    "f06ddfc7513f2fdf4230e5ab601c3729096ca24d3ee38cd2efb47a0c39055608",
    f"{PARADNN}tpu_fc.json",
)
PARADNN_GPU = Recorded(
    "paradnn/gpu_fc.json",
    "96aef2df600c040929c741033fed3d4214f83b038c7d13b9367cb3831a47db2e",
    f"{PARADNN}gpu_fc.json",
)
# Samples of calibration sets of SCALE-Sim (MIT), with what a compiler estimates for the same products beside.
PRODUCTS_V6E = Recorded(
    "tpu_gemm/v6e.csv", "7faf2a0216a39fc0343536e688cd6093440b42be84c59dcb7f7cdd41dad7e55b"
)
PRODUCTS_V4 = Recorded(
    "tpu_gemm/v4_one_core.csv", "0a8826d54fa205a16168aa816ccadea537a17cdb0cd67ea6bf3bbbb31fff611a"
)


def read(recorded: Recorded, folder: Path, *, download: bool = False) -> bytes:
    """The content of a file whose digest is right. Raises `RecordedError`.

    With `download`, a missing file with an address is fetched first and kept.
    """
    file = folder / recorded.name
    if not file.exists() and download and recorded.address:
        _fetch(recorded.address, recorded.sha256, file)
    try:
        content = file.read_bytes()
    except OSError as error:
        way = f"put it there or fetch it from {recorded.address}" if recorded.address else "put it there"
        raise RecordedError(f"{file} cannot be read ({error.strerror}); {way}") from error
    _verify(content, recorded.sha256, file)
    return content


def _verify(content: bytes, sha256: str, where: Path | str) -> None:
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise RecordedError(f"{where} has SHA-256 {found} ({len(content)} bytes); expected {sha256}")


def _fetch(address: str, sha256: str, file: Path) -> None:
    try:
        with urllib.request.urlopen(address, timeout=TIMEOUT_SECONDS) as response:
            content = response.read()
    except OSError as error:
        raise RecordedError(f"{address} cannot be fetched ({error})") from error
    _verify(content, sha256, address)
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f"{file.name}.part")
    unfinished.write_bytes(content)
    unfinished.replace(file)
