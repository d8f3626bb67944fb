"""The download is the committed file, byte by byte, and the command names what it takes."""

from __future__ import annotations

import base64
import gzip
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tutorials_lib.bench import derived, results

NAMES = (derived.STEPS, derived.PRODUCTS)


@pytest.mark.parametrize("name", NAMES)
def test_download_is_the_committed_file(name: str) -> None:
    link = re.search(r'download="([^"]+)" href="data:[^,]+,([^"]+)"', derived.downloads(name))
    content = base64.b64decode(link[2])
    if link[1].endswith(".gz"):
        content = gzip.decompress(content)
    assert content == derived.path(name).read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_command_names_file_source_and_digests(name: str) -> None:
    text = derived.commands(name)
    assert derived.COMMAND in text
    assert name in text
    for file, digest in derived.read(name)["data"].items():
        assert f"{file}  SHA-256 {digest}" in text


def test_command_without_measurements_says_which_are_missing_and_writes_nothing(tmp_path: Path) -> None:
    before = [derived.path(name).read_bytes() for name in NAMES]
    command = [sys.executable, *derived.COMMAND.split()[1:-1]]
    run = subprocess.run(
        command,
        env={"TUTORIALS_DATA": str(tmp_path), "PATH": "", "HOME": str(tmp_path)},
        cwd=results.repository(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert "paradnn/tpu_fc.json" in run.stderr
    assert "tpu_gemm/v6e.csv" in run.stderr
    assert [derived.path(name).read_bytes() for name in NAMES] == before


def test_broken_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "broken.json"
    file.write_text("{")
    with pytest.raises(results.ResultsError, match=r"broken\.json"):
        derived.read(file)
