"""The store gives back what was put in, or says why it cannot."""

import json
import threading

import pytest

from tutorials_lib.site import key, store
from tutorials_lib.site.findings import SiteError
from tutorials_lib.site.record import Record
from tutorials_lib.site.store import Store, merge

LESSON = """
# %%
import matplotlib.pyplot as plt
print("text", float("nan"), "\\udcff")
plt.plot([0, 1]);

# %% [markdown] lang="es"
# `{python} 0.5:.1f`, `{python} True`

# %% [markdown] lang="en"
# `{python} 0.5:.1f`, `{python} True`

# %% tags=["raises=ValueError"]
int("x")
"""


@pytest.fixture
def stored(gallery):
    """A gallery with one script that has run."""
    record = gallery.run_one(LESSON)
    assert isinstance(record, Record), str(record)
    return gallery


def folder_of(gallery):
    [folder] = gallery.store.path.glob("??/*-*")
    return folder


def test_stored_run_is_read_as_it_was(stored):
    tutorial = stored.tutorial("one")
    record = stored.store.lookup(tutorial)
    other = Store(stored.root / "other")
    other.save(record, tutorial)
    assert other.lookup(tutorial) == record
    assert record.files
    assert record.values


def test_every_byte_of_an_entry_is_watched(stored):
    """Flip one byte in each file of an entry in turn: no damage may pass for the run."""
    tutorial = stored.tutorial("one")
    for path in [path for path in folder_of(stored).rglob("*") if path.is_file()]:
        content = path.read_bytes()
        middle = len(content) // 2
        path.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
        assert stored.store.lookup(tutorial) is None
        assert stored.store.why(tutorial).startswith("stored entry damaged")
        path.unlink()
        assert stored.store.lookup(tutorial) is None
        path.write_bytes(content)
    assert stored.store.lookup(tutorial) is not None


def test_damaged_entry_is_said_and_run_again(stored):
    record_file = folder_of(stored) / "record.json"
    record_file.write_text(record_file.read_text()[:-20])
    result = stored.command("run")
    assert result.returncode == 0
    assert f"run one.py: stored entry damaged: {folder_of(stored)}" in result.stdout
    assert stored.why() == {}


def test_damaged_side_information_costs_no_run(stored):
    for path in [*stored.store.path.rglob("scripts/*.json"), stored.store.path / "durations.json"]:
        path.write_text("{ half")
    assert stored.why() == {}
    assert stored.store.durations == {}
    stored.script("one", LESSON.replace('"x"', '"y"'))
    assert stored.why() == {"one": "never run"}


def test_entry_that_was_there_before_is_found_again(stored):
    before = stored.store.lookup(stored.tutorial("one"))
    stored.script("one", LESSON.replace('"text"', '"other"'))
    stored.run()
    stored.script("one", LESSON)
    assert stored.why() == {}
    assert stored.run()["one"] == before


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('int("x")', 'int("y")', "cell at line 20 changed"),
        ('# %% tags=["raises', '# %%\nx = 1\n\n# %% tags=["raises', "cell at line 20 is new"),
        ('# %% tags=["raises=ValueError"]\nint("x")\n', "", "1 cell removed at the end"),
        ("0.5:.1f", "0.5:.2f", "inline value `0.5:.2f` is new; inline value `0.5:.1f` removed"),
    ],
)
def test_why_names_what_changed_in_the_script(stored, old, new, reason):
    assert old in LESSON
    path = stored.script("one", LESSON.replace(old, new))
    said = stored.why()["one"]
    if "line 20" in reason:
        line = int(said.split()[3])
        assert path.read_text().splitlines()[line - 1] in ('int("y")', "x = 1")
        said = said.replace(str(line), "20")
    assert said == reason


def test_why_of_versions_and_of_a_script_that_never_ran(stored, monkeypatch):
    stored.script("two", "# %%\nx = 1\n")
    torch = key.versions()["torch"]
    versions = key.versions() | {"torch": "99.0"}
    monkeypatch.setattr(key, "versions", lambda: versions)
    assert stored.why() == {"one": f"torch {torch} → 99.0", "two": "never run"}


def test_lost_entry_is_told(stored):
    import shutil

    shutil.rmtree(folder_of(stored))
    assert stored.why() == {"one": "its stored run is gone"}


def test_lock_is_held_by_one_at_a_time(gallery):
    gallery.script("one", "# %%\nx = 1\n")
    tutorial, events = gallery.tutorials[0], []
    inside = threading.Event()

    def other():
        inside.wait()
        with Store(gallery.store.path).lock(tutorial):
            events.append("other")

    thread = threading.Thread(target=other)
    thread.start()
    with gallery.store.lock(tutorial):
        inside.set()
        thread.join(0.3)
        events.append("first")
    thread.join()
    assert events == ["first", "other"]


def test_merge_by_copying_folders_is_enough(stored, tmp_path):
    import shutil

    shutil.copytree(stored.store.path, tmp_path / "copy")
    assert Store(tmp_path / "copy").lookup(stored.tutorial("one")) is not None


def test_merge_refuses_damaged_runs_and_copies_the_others(stored, tmp_path):
    stored.script("two", "# %%\nx = 1\n")
    stored.run()
    [damaged] = [
        path for path in stored.store.path.glob("??/*-*") if "one.py" in (path / "record.json").read_text()
    ]
    (damaged / "record.json").write_text("{}")
    into = Store(tmp_path / "into")
    with pytest.raises(SiteError, match="damaged"):
        merge([stored.store], into)
    assert into.lookup(stored.tutorial("one")) is None
    assert into.lookup(stored.tutorial("two")) is not None


def test_merge_replaces_a_damaged_run(stored, tmp_path):
    into = Store(tmp_path / "into")
    assert merge([stored.store], into) == 1
    assert merge([stored.store], into) == 0
    [entry] = into.path.glob("??/*-*")
    (entry / "record.json").write_text("{}")
    assert merge([stored.store], into) == 1
    assert into.lookup(stored.tutorial("one")) is not None


def test_record_written_by_another_schema_is_not_read(stored):
    folder = folder_of(stored)
    content = json.dumps({"script": "one.py"}).encode()
    (folder / "record.json").write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["record.json"] = store.hashlib.sha256(content).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert "is not a record" in stored.why()["one"]
