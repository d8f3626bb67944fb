"""The digest of a benchmark changes with what is measured, and with nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutorials_lib.bench.definition import digest, source

FILE = '''
"""A benchmark."""
import pytest
SIZES = [1, 2]
SCALE = 2.0
UNUSED = 3

def helper(x):
    """Double."""
    return SCALE * x

@pytest.mark.parametrize("size", SIZES)
def test_it(benchmark, size):
    """Time it."""
    benchmark(helper, size)  # a comment
'''


def digest_of(folder: Path, text: str) -> str:
    path = folder / "bench_it.py"
    path.write_text(text, encoding="utf-8")
    return digest(path, "test_it")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("benchmark(helper, size)", "benchmark(helper, size + 1)"),
        ("return SCALE * x", "return SCALE + x"),
        ("SCALE = 2.0", "SCALE = 3.0"),
        ("def helper(x):", "def helper(x, y=0):"),
    ],
)
def test_digest_follows_the_function_and_all_it_reaches(tmp_path: Path, old: str, new: str) -> None:
    assert old in FILE
    assert digest_of(tmp_path, FILE.replace(old, new)) != digest_of(tmp_path, FILE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  # a comment", ""),
        ('"""Time it."""', '"""Time it well."""'),
        ('    """Double."""\n', ""),
        ("SIZES = [1, 2]", "SIZES = [1, 2, 3]"),
        ("UNUSED = 3", "UNUSED = 4"),
        ("return SCALE * x", "return (SCALE * x)"),
    ],
)
def test_digest_ignores_words_other_cases_and_what_is_not_reached(tmp_path: Path, old: str, new: str) -> None:
    assert old in FILE
    assert digest_of(tmp_path, FILE.replace(old, new)) == digest_of(tmp_path, FILE)


def test_digest_is_the_same_on_every_version_of_python(tmp_path: Path) -> None:
    assert digest_of(tmp_path, FILE) == "1c8606d41c1eb4f5"


def test_missing_function_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="test_it"):
        digest_of(tmp_path, "x = 1\n")


def test_source_is_the_text_of_the_function(tmp_path: Path) -> None:
    digest_of(tmp_path, FILE)
    assert source(tmp_path / "bench_it.py", "helper") == (
        'def helper(x):\n    """Double."""\n    return SCALE * x'
    )


def test_digest_follows_names_imported_from_the_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tutorials_lib.bench import definition

    library = tmp_path / "tutorials_lib"
    (library / "bench").mkdir(parents=True)
    monkeypatch.setattr(definition, "LIBRARY", library)
    module, bench = library / "bench" / "nets.py", tmp_path / "bench_it.py"
    text = "SIZE = 2\n\ndef used():\n    return SIZE\n\ndef other():\n    return 1\n"
    bench.write_text("from tutorials_lib.bench.nets import used as net\n\ndef test_it():\n    net()\n")

    def digest_with(old: str, new: str) -> str:
        assert old in text
        module.write_text(text.replace(old, new))
        return digest(bench, "test_it")

    before = digest_with("SIZE", "SIZE")
    assert digest_with("SIZE = 2", "SIZE = 3") != before
    assert digest_with("return SIZE", "return 2 * SIZE") != before
    assert digest_with("return 1", "return 5") == before
