"""What goes wrong, and what then happens: the rows of the design that execution owns."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tutorials_lib.site.findings import SiteError
from tutorials_lib.site.record import Failure, Record, Stream
from tutorials_lib.site.store import Store


def line_of(failure: Failure) -> str:
    """The line of the script that a failure names."""
    return Path(failure.path).read_text().splitlines()[failure.line - 1]


def wait_for(condition, seconds=20.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


# ── a script that fails ──────────────────────────────────────────────────────────────────────────


def test_cell_that_raises_names_everything_a_person_needs(gallery):
    gallery.script(
        "01_part/broken",
        "# %%\nprint('shown')\n\n# %%\nx = 1\ny = {}\nz = y['missing']\n\n# %%\nprint('never')\n",
    )
    gallery.script("01_part/fine", "# %%\nprint('fine')\n")
    result = gallery.command("run")
    assert result.returncode == 1
    path = gallery.examples / "01_part" / "broken.py"
    line = path.read_text().splitlines().index("z = y['missing']") + 1
    assert f"{path}:{line}: KeyError: 'missing'; expected the cell to run" in result.stderr
    assert "    x = 1\n    y = {}\n    z = y['missing']" in result.stderr
    assert "/part/broken.html" in result.stderr
    assert "/en/part/broken.html" in result.stderr
    assert "site/session.py" not in result.stderr
    assert gallery.store.lookup(gallery.tutorial("part/fine")) is not None
    failure = gallery.run()["part/broken"]
    assert failure.partial.cells == ((Stream("stdout", "shown\n"),), (), ())
    assert failure.cell == 1


def test_failed_script_runs_again_and_says_so(gallery):
    gallery.run_one("# %%\n1 / 0\n")
    assert gallery.why() == {"one": "failed at its last run"}


def test_line_of_a_failure_is_that_of_the_script_not_of_a_library(gallery):
    (gallery.examples / "_library.py").write_text("def f(x):\n    return 1 / x\n")
    failure = gallery.run_one("# %%\nimport _library\n\n_library.f(0)\n")
    assert line_of(failure) == "_library.f(0)"
    assert "examples/_library.py" in failure.error.traceback
    assert str(gallery.root) not in failure.error.traceback


@pytest.mark.parametrize(
    ("body", "reason", "message", "line"),
    [
        ("raise SystemExit(0)", "raised", "SystemExit: 0", "raise SystemExit(0)"),
        ("import os\nos._exit(3)", "killed", "ended itself with status 3", "import os"),
        ("import os\nos.kill(os.getpid(), 11)", "killed", "killed by SIGSEGV", "import os"),
        ("bytearray(2**60)", "memory", "MemoryError", "bytearray(2**60)"),
    ],
)
def test_end_of_a_script_is_told(gallery, body, reason, message, line):
    failure = gallery.run_one(f"# %%\nprint('kept')\n\n# %%\n{body}\n")
    assert isinstance(failure, Failure)
    assert failure.reason == reason
    assert message in failure.message
    assert line_of(failure) == line
    assert failure.partial.cells[0] == (Stream("stdout", "kept\n"),)


@pytest.mark.parametrize(
    ("tag", "body", "reason", "message"),
    [
        ("raises=ValueError", "x = 1", "did not raise", "raised nothing; expected ValueError"),
        ("raises=ValueError", "{}['k']", "raised", "KeyError: 'k'; expected ValueError"),
    ],
)
def test_raises_cell_must_raise_its_type(gallery, tag, body, reason, message):
    failure = gallery.run_one(f'# %% tags=["{tag}"]\n{body}\n')
    assert failure.reason == reason
    assert message in failure.message
    assert line_of(failure) == body


def test_raises_names_a_type_as_the_script_does(gallery):
    record = gallery.run_one('# %% tags=["raises=json.JSONDecodeError"]\nimport json\njson.loads("x")\n')
    assert isinstance(record, Record), record


@pytest.mark.parametrize(("value", "spec"), [("'a'", ".3f"), ("1.5", ".3q"), ("None", ".2f"), ("[1]", "d")])
def test_inline_value_that_does_not_take_its_format_is_an_error(gallery, value, spec):
    failure = gallery.run_one(
        f"# %%\nx = {value}\n\n"
        f'# %% [markdown] lang="es"\n# `{{python}} x:{spec}`\n\n'
        f'# %% [markdown] lang="en"\n# `{{python}} x:{spec}`\n'
    )
    assert failure.reason == "inline"
    assert line_of(failure) == f"# `{{python}} x:{spec}`"


def test_inline_value_that_fails_names_its_line(gallery):
    failure = gallery.run_one(
        '# %%\nx = 1\n\n# %% [markdown] lang="es"\n# Uno.\n#\n# Son `{python} x.nothing:.1f`.\n\n'
        '# %% [markdown] lang="en"\n# One.\n#\n# Are `{python} x.nothing:.1f`.\n'
    )
    assert failure.reason == "inline"
    assert "`x.nothing` raised AttributeError" in failure.message
    assert line_of(failure) == "# Son `{python} x.nothing:.1f`."


def test_endless_loop_is_stopped_at_its_limit_with_its_children(gallery, tmp_path):
    note = tmp_path / "pids"
    started = time.monotonic()
    failure = gallery.run_one(
        "# %%\nimport os, subprocess\nchild = subprocess.Popen(['sleep', '300'])\n"
        "alone = subprocess.Popen(['sleep', '300'], start_new_session=True)\n"
        f"open({str(note)!r}, 'w').write(f'{{os.getpid()}} {{child.pid}} {{alone.pid}}')\n\n"
        "# %%\nwhile True: pass\n",
        header="timeout_seconds: 1\n",
    )
    assert failure.reason == "timeout"
    assert "timeout_seconds: 1" in failure.message
    assert failure.cell_source.strip() == "while True: pass"
    assert time.monotonic() - started < 15
    wait_for(lambda: not any(is_running(int(pid)) for pid in note.read_text().split()))


def test_loop_that_never_lets_python_in_is_stopped(gallery):
    """One call of compiled code that holds the interpreter's lock: no thread of the script can act."""
    failure = gallery.run_one("# %%\nsum(range(10**12))\n", header="timeout_seconds: 1\n")
    assert failure.reason == "timeout"


ITSELF = "while True: kept.append(bytearray(2**24))"
ITS_CHILD = """import multiprocessing, time
def hold():
    kept.append(b"x" * 2**28)
    time.sleep(60)
process = multiprocessing.get_context("fork").Process(target=hold)
process.start()
process.join()"""


@pytest.mark.parametrize("hog", [ITSELF, ITS_CHILD], ids=["itself", "its child"])
def test_memory_hog_is_stopped_at_its_limit(gallery, hog):
    failure = gallery.run_one(
        f"# %%\nkept = []\n\n# %%\n{hog}\n", header="memory_gib: 0.25\ntimeout_seconds: 30\n"
    )
    assert failure.reason == "memory"
    assert "memory_gib: 0.25" in failure.message
    assert failure.cell == 1


def test_processes_that_a_script_leaves_behind_end_with_it(gallery, printed):
    record = gallery.run_one("# %%\nimport subprocess\nprint(subprocess.Popen(['sleep', '300']).pid)\n")
    wait_for(lambda: not is_running(int(printed(record))))


# ── the network ──────────────────────────────────────────────────────────────────────────────────

REACH = "# %%\nimport socket\nsocket.create_connection(('192.0.2.1', 80), timeout=0.1)\n"


def test_network_is_refused_unless_the_header_asks_for_it(gallery):
    failure = gallery.run_one(REACH)
    assert "NetworkOffError" in failure.message
    assert "network: true" in failure.message
    assert "NetworkOffError" not in gallery.run_one(REACH, header="network: true\n").message


def test_names_are_not_looked_up_and_code_may_fall_back(gallery, printed):
    record = gallery.run_one(
        "# %%\nimport urllib.request\ntry:\n    urllib.request.urlopen('http://example.org')\n"
        "except OSError:\n    print('the embedded data')\n"
    )
    assert printed(record) == "the embedded data\n"


def test_loopback_stays_open(gallery, printed):
    record = gallery.run_one(
        "# %%\nimport socket\nserver = socket.create_server(('localhost', 0))\n"
        "client = socket.create_connection(server.getsockname())\nserver.accept()[0].sendall(b'hello')\n"
        "print(client.recv(5))\n"
    )
    assert printed(record) == "b'hello'\n"


# ── the builder ──────────────────────────────────────────────────────────────────────────────────

SLOW = """
# %%
import os, time
from pathlib import Path
Path(r"{note}").write_text(str(os.getpid()))
time.sleep(60)
"""


def start_slow_build(gallery, tmp_path):
    """A build with one script that is done and one that goes on; its process, and the script's id."""
    note = tmp_path / "pid"
    gallery.script("quick", "# %%\nprint('quick')\n")
    gallery.script("slow", SLOW.format(note=note))
    builder = gallery.start("run", "--jobs", "2", start_new_session=True)
    wait_for(
        lambda: note.exists() and note.read_text() and list(gallery.store.path.glob("??/*/manifest.json"))
    )
    return builder, int(note.read_text())


@pytest.mark.parametrize("kind", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_builder_that_dies_leaves_no_worker_and_the_next_build_goes_on(gallery, tmp_path, kind):
    builder, script = start_slow_build(gallery, tmp_path)
    descendants = psutil.Process(builder.pid).children(recursive=True)
    scratch = Path(psutil.Process(script).cwd()).parent
    if kind == signal.SIGKILL:
        builder.kill()
    else:
        os.killpg(builder.pid, kind)  # as Ctrl-C does, or the end of a CI job
    builder.communicate(timeout=120)
    assert builder.returncode != 0
    wait_for(lambda: not any(is_running(process.pid) for process in descendants), seconds=5)
    wait_for(lambda: not scratch.exists(), seconds=5)
    assert set(gallery.why()) == {"slow"}
    gallery.script("slow", "# %%\nprint('now quick')\n")
    assert all(isinstance(outcome, Record) for outcome in gallery.run().values())


def test_supervisor_that_is_killed_takes_its_script_with_it(gallery, tmp_path):
    builder, script = start_slow_build(gallery, tmp_path)
    psutil.Process(script).parent().kill()
    _, err = builder.communicate(timeout=120)
    assert builder.returncode == 1
    assert "slow.py" in err
    assert "worker was killed" in err
    wait_for(lambda: not is_running(script), seconds=5)


def test_builder_killed_at_any_moment_leaves_a_store_that_reads(gallery):
    for index in range(4):
        gallery.script(f"s{index}", f"# %%\nprint({index})\n")
    for milliseconds in range(400, 2000, 400):
        builder = gallery.start("run")
        time.sleep(milliseconds / 1000)
        builder.kill()
        builder.communicate()
        for folder in gallery.store.path.glob("??/*-*"):
            assert (folder / "manifest.json").is_file()
    outcomes = gallery.run()
    assert all(isinstance(outcome, Record) for outcome in outcomes.values())
    assert gallery.why() == {}


def test_two_builds_at_once_do_the_work_once(gallery, tmp_path):
    note = tmp_path / "runs"
    for name in "abc":
        gallery.script(
            name, f"# %%\nimport time\nopen({str(note)!r}, 'a').write('{name}')\ntime.sleep(0.5)\n"
        )
    builds = [gallery.start("run", "--jobs", "1") for _ in range(2)]
    results = [build.communicate(timeout=60) for build in builds]
    assert [build.returncode for build in builds] == [0, 0], results
    assert sorted(note.read_text()) == list("abc")
    assert gallery.why() == {}


def test_script_that_is_gone_has_no_result(gallery):
    gallery.script("stays", "# %%\nx = 1\n")
    gallery.script("goes", "# %%\nx = 2\n")
    assert set(gallery.run()) == {"stays", "goes"}
    (gallery.examples / "goes.py").rename(gallery.examples / "comes.py")
    assert set(gallery.run()) == {"stays", "comes"}


# ── the disk ─────────────────────────────────────────────────────────────────────────────────────


def test_store_that_cannot_be_written_is_named(gallery):
    gallery.script("one", "# %%\nx = 1\n")
    (gallery.root / "taken").write_text("a file")
    result = gallery.command("run", "--store", "taken/store")
    assert result.returncode == 1
    assert f"{gallery.root / 'taken'}" in result.stderr
    assert "cannot write to the store" in result.stderr
    assert "Traceback" not in result.stderr


def test_stored_runs_need_no_writable_store(gallery, monkeypatch):
    gallery.script("one", "# %%\nx = 1\n")
    gallery.run()

    def refuse(*_args, **_options):
        raise PermissionError(13, "Permission denied", str(gallery.store.path))

    monkeypatch.setattr(Path, "mkdir", refuse)
    monkeypatch.setattr(Path, "write_bytes", refuse)
    assert isinstance(gallery.run()["one"], Record)


@pytest.mark.skipif(os.geteuid() != 0 or sys.platform != "linux", reason="mounts a small disk")
def test_full_disk_is_said_and_what_was_stored_stays_whole(gallery):
    disk = gallery.root / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("may not mount")
    try:
        store = Store(disk / "store")
        gallery.script("a_small", "# %%\nprint('small')\n")
        gallery.run(store)
        gallery.script("b_large", "# %%\nprint('x' * 1_000_000)\n")
        result = gallery.command("run", "--store", str(store.path))
        assert result.returncode == 1
        assert str(disk) in result.stderr
        assert "No space left on device" in result.stderr
        assert isinstance(store.lookup(gallery.tutorial("a_small")), Record)
        assert store.lookup(gallery.tutorial("b_large")) is None
        assert not list(store.path.glob(".writing-*"))
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_full_disk_without_a_mount(gallery, monkeypatch):
    """The same where no disk can be mounted: the write itself fails."""
    gallery.script("one", "# %%\nx = 1\n")
    whole = Path.write_bytes

    def write_bytes(path, content):
        if path.name == "record.json":
            raise OSError(28, "No space left on device", str(path))
        return whole(path, content)

    monkeypatch.setattr(Path, "write_bytes", write_bytes)
    with pytest.raises(SiteError, match=r"record\.json.*No space left on device"):
        gallery.run()
    assert not list(gallery.store.path.glob(".writing-*"))


def test_temporary_folder_that_cannot_be_used_is_named(gallery, monkeypatch):
    gallery.script("one", "# %%\nx = 1\n")
    blocked = gallery.root / "blocked"
    blocked.write_text("a file")
    environment = os.environ | {"TMPDIR": str(blocked)}
    result = subprocess.run(
        [sys.executable, "-m", "tutorials_lib.site", "run"],
        cwd=gallery.root, env=environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    # Python falls back to another temporary folder where there is one
    assert result.returncode == 0 or str(blocked) in result.stderr
    assert "Traceback" not in result.stderr
