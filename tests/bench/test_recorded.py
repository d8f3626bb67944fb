"""Published measurements are used only if they are what was published."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tutorials_lib.bench import recorded
from tutorials_lib.bench.recorded import Recorded, RecordedError, read

CONTENT = b'{"labels": []}'
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def published(tmp_path: Path) -> Path:
    path = tmp_path / "elsewhere.json"
    path.write_bytes(CONTENT)
    return path


def test_whole_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "file.json").write_bytes(CONTENT)
    assert read(Recorded("set/file.json", DIGEST), tmp_path) == CONTENT


@pytest.mark.parametrize("content", [CONTENT[:-1], CONTENT + b" ", b""])
def test_altered_or_truncated_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file.json").write_bytes(content)
    with pytest.raises(RecordedError, match=rf"file\.json has SHA-256 .*expected {DIGEST}"):
        read(Recorded("file.json", DIGEST), tmp_path)


def test_missing_file_says_where_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(RecordedError, match="fetch it from https://example"):
        read(Recorded("file.json", DIGEST, "https://example.org/file.json"), tmp_path)


def test_missing_file_is_fetched_and_kept_only_when_asked(tmp_path: Path, published: Path) -> None:
    file = Recorded("set/file.json", DIGEST, published.as_uri())
    with pytest.raises(RecordedError):
        read(file, tmp_path)
    assert read(file, tmp_path, download=True) == CONTENT
    published.unlink()
    assert read(file, tmp_path) == CONTENT


def test_altered_download_never_reaches_the_disk(tmp_path: Path, published: Path) -> None:
    published.write_bytes(b"something else")
    with pytest.raises(RecordedError, match="SHA-256"):
        read(Recorded("file.json", DIGEST, published.as_uri()), tmp_path, download=True)
    assert not (tmp_path / "file.json").exists()


def test_addresses_are_fixed_to_a_commit() -> None:
    for file in (recorded.PARADNN_TPU, recorded.PARADNN_GPU):
        assert file.address is not None
        assert "/60a25ff20b928b309fed160e440be8a487a9fc6c/" in file.address
