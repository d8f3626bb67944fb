"""One script in one fresh process, held to its limits; whatever happens to it, its result comes back.

    builder ── forkserver (libraries imported once) ── supervisor ── the script, and what it starts

A supervisor is forked for each script. It forks the script's own process, enforces the limits, and ends
everything when the script is done or when the builder is gone, however that went.
"""

from __future__ import annotations

import contextlib
import hashlib
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
import types
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing import connection, forkserver, resource_tracker
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil

from tutorials_lib import style
from tutorials_lib.site import key, preload
from tutorials_lib.site.findings import Finding, SiteError
from tutorials_lib.site.job import Job
from tutorials_lib.site.outputs import from_plain
from tutorials_lib.site.record import Failure, Figure, InlineResult, Output, Raised, Record
from tutorials_lib.site.watch import LIBRARY, is_local

ENVIRONMENT = {  # of every script: one thread, one hash seed, no windows
    **dict.fromkeys(
        (
            "OMP_NUM_THREADS",
            "MKL_NUM_THREADS",
            "OPENBLAS_NUM_THREADS",
            "NUMEXPR_NUM_THREADS",
            "VECLIB_MAXIMUM_THREADS",
        ),
        "1",
    ),
    "MPLBACKEND": "agg",
    "PYTHONHASHSEED": "0",
    "TUTORIALS_BUILD": "1",  # `tr` gives all languages at once
}
SESSION = (
    "tutorials_lib.site.session"  # only the forkserver loads it: the builder needs none of what it imports
)
POLL_SECONDS = 0.03
TREE_POLLS = 16  # the processes that a script starts are weighed twice a second: it takes 20 ms for each
GRACE_SECONDS = 10.0  # for a supervisor to clean up


class CancelledError(Exception):
    """The builder gave up before the script ended."""


# ── in the builder ───────────────────────────────────────────────────────────────────────────────


def run_one(job: Job, cancelled: threading.Event | None = None) -> Record | Failure:
    """Run one script in a worker.

    Raises `SiteError` where no worker can work (a full disk), and `CancelledError`.
    """
    run = Run(job)
    progress, progress_end = connection.Pipe(duplex=False)
    verdict, verdict_end = connection.Pipe()
    try:
        process = start_process(supervise, (job, progress_end, verdict_end), job.preload)
        progress_end.close()
        verdict_end.close()
        try:
            listen(run, progress, verdict, process.sentinel, cancelled)
        finally:
            verdict.close()  # a supervisor that is still there ends its script now
            end_process(process, run.pid)
    finally:
        progress.close()
    return run.outcome()


def listen(
    run: Run, progress: Connection, verdict: Connection, sentinel: int, cancelled: threading.Event | None
) -> None:
    """Take in what script and supervisor tell until there is nothing more to come."""
    sources: list[Any] = [progress, verdict, sentinel]
    while verdict in sources:
        if cancelled is not None and cancelled.is_set():
            raise CancelledError
        ready = connection.wait(sources, timeout=0.5)
        for source in (progress, verdict):
            if source in ready and not run.take_in(source):
                sources.remove(source)
        if sentinel in ready and ready == [sentinel]:
            break  # the supervisor is gone and left nothing to read
        if run.ended:
            break
    while progress in sources and progress.poll() and run.take_in(progress):
        pass  # what the script had told before it ended


_starting = threading.Lock()  # `multiprocessing` keeps its books without one


def start_process(target: Any, args: tuple[Any, ...], names: tuple[str, ...]) -> Any:
    """Fork a process off the forkserver, which is started first if need be."""
    context = multiprocessing.get_context("forkserver")
    process = context.Process(target=target, args=args)
    with _starting, _hidden_main(), _no_daemon(), _environment(names):
        process.start()
    return process


def warm_up(names: tuple[str, ...]) -> None:
    """Start the forkserver: it imports the libraries while the builder does something else."""
    with _starting, _environment(names):
        pass


def end_process(process: Any, script_pid: int) -> None:
    """Wait for the supervisor; if it cannot do its work any more, do it."""
    with _starting:
        process.join(GRACE_SECONDS)
        if process.exitcode != 0:
            process.kill()
            process.join()
            end_group(script_pid)
        process.close()


@contextlib.contextmanager
def _environment(names: tuple[str, ...]) -> Iterator[None]:
    """The environment that the forkserver starts with; ours is as before afterwards."""
    path = os.pathsep.join(filter(None, (os.environ.get("PYTHONPATH"), str(LIBRARY.parent))))
    ours = ENVIRONMENT | {preload.VARIABLE: ",".join(names), "PYTHONPATH": path}
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        forkserver.set_forkserver_preload([preload.__name__, __name__, SESSION])
        forkserver.ensure_running()
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextlib.contextmanager
def _hidden_main() -> Iterator[None]:
    """`multiprocessing` imports the builder's main module in every child; no script should see it."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


@contextlib.contextmanager
def _no_daemon() -> Iterator[None]:
    """A worker of a Dask cluster is a daemonic process, which may not start others; ours never outlive it."""
    configuration = multiprocessing.current_process()._config
    daemon = configuration.pop("daemon", None)
    try:
        yield
    finally:
        if daemon is not None:
            configuration["daemon"] = daemon


@dataclass
class Run:
    """What is known of a running script, and in the end its record or failure."""

    job: Job
    started: float = field(default_factory=time.time)
    pid: int = 0
    cell: int = 0
    cells: dict[int, tuple[Output, ...]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    values: list[InlineResult] = field(default_factory=list)
    failed: dict[str, Any] | None = None
    touched: dict[str, Any] | None = None
    end: dict[str, Any] = field(default_factory=dict)

    @property
    def ended(self) -> bool:
        return bool(self.end)

    def take_in(self, source: Connection) -> bool:
        """Read one message. False at the end of the stream, or where a killed process left half a message."""
        try:
            kind, *content = source.recv()
        except Exception:
            return False
        getattr(self, f"_{kind}")(*content)
        return True

    def _started(self, pid: int) -> None:
        self.pid = pid

    def _cell(self, index: int) -> None:
        self.cell = index

    def _outputs(self, index: int, outputs: list[dict[str, Any]], files: dict[str, bytes]) -> None:
        self.cells[index] = self.cells.get(index, ()) + tuple(map(from_plain, outputs))
        self.files |= files

    def _value(self, value: dict[str, Any]) -> None:
        self.values.append(InlineResult(**value))

    def _failed(self, fields: dict[str, Any]) -> None:
        self.failed = fields

    def _done(self, touched: dict[str, Any]) -> None:
        self.touched = touched

    def _ended(self, end: dict[str, Any]) -> None:
        self.end = end

    # ── the result ───────────────────────────────────────────────────────────────────────────────

    def outcome(self) -> Record | Failure:
        if "unable" in self.end:
            what = f"no worker could be set up: {self.end['unable']}"
            raise SiteError(
                [Finding(Path(self.end["path"]), 0, what, "a writable temporary folder with space")]
            )
        if self.touched is not None and not self.end.get("reason"):
            return self.record()
        return self.failure()

    def record(self) -> Record:
        modules, data = self.dependencies()
        return self._record(key.entry_key(self.job.code_key, modules, data), modules, data)

    def _record(self, entry: str, modules: dict[str, str], data: dict[str, str]) -> Record:
        return Record(
            script=self.job.script,
            key=entry,
            cells=tuple(self.cells.get(index, ()) for index in range(len(self.job.cells))),
            values=tuple(self.values),
            wall_seconds=self.end.get("wall_seconds", 0.0),
            cpu_seconds=self.end.get("cpu_seconds", 0.0),
            memory_bytes=self.end.get("memory_bytes", 0),
            date=datetime.now(UTC).date().isoformat(),
            versions=key.versions(),
            modules=modules,
            data=data,
            network=self.job.network,
            files=self.files,
        )

    def dependencies(self) -> tuple[dict[str, str], dict[str, str]]:
        """Digests of what the run used; of what changed since it began, `UNSETTLED`: it runs again."""
        touched, root = self.touched or {}, Path(self.job.project)
        modules = {
            key.portable(path, root): self._module_digest(Path(path), imported)
            for path, imported in touched["modules"].items()
        }
        if any(isinstance(output, Figure) for outputs in self.cells.values() for output in outputs):
            style_file = Path(style.__file__)
            modules.setdefault(key.portable(str(style_file), root), key.module_digest(style_file))
        data = {key.portable(path, root): self._data_digest(Path(path)) for path in touched["read"]}
        data |= {key.portable(path, root): key.ABSENT for path in touched["absent"]}
        return dict(sorted(modules.items())), dict(sorted(data.items()))

    def _module_digest(self, path: Path, imported: str) -> str:
        with contextlib.suppress(OSError):
            if hashlib.sha256(path.read_bytes()).hexdigest() == imported:
                return key.module_digest(path)
        return key.UNSETTLED

    def _data_digest(self, path: Path) -> str:
        with contextlib.suppress(OSError):
            if path.stat().st_mtime > self.started:
                return key.UNSETTLED
        return key.data_digest(path)

    def failure(self) -> Failure:
        cells = self.job.cells
        cell = cells[self.cell] if cells else None
        fields = {"line": cell.line if cell else 1, "error": None} | (self.failed or self._end_as_failure())
        error = Raised(**fields.pop("error")) if fields["error"] else fields.pop("error")
        return Failure(
            script=self.job.script,
            path=self.job.path,
            cell=self.cell,
            cell_source=cell.source if cell and fields["reason"] != "inline" else "",
            error=error,
            partial=self._record(f"{self.job.code_key}-failed", {}, {}),
            **fields,
        )

    def _end_as_failure(self) -> dict[str, Any]:
        limit, memory = self.job.timeout_seconds, self.job.memory_bytes / 2**30
        if (reason := self.end.get("reason")) == "timeout":
            message = (
                f"stopped after {limit:g} s; expected the script to end within `timeout_seconds: {limit:g}`"
            )
        elif reason == "memory":
            used = self.end["memory_bytes"] / 2**30
            message = f"stopped at {used:.2f} GiB of memory; expected at most `memory_gib: {memory:g}`"
        else:
            reason = "killed"
            message = f"{_how_it_ended(self.end.get('status'))}; expected the script to run to its end"
        return {"reason": reason, "message": message}


def _how_it_ended(status: int | None) -> str:
    if status is None:
        return "its worker was killed"
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return f"its process ended itself with status {code}"
    hint = ", perhaps by the system for want of memory" if -code == signal.SIGKILL else ""
    return f"killed by {signal.Signals(-code).name}{hint}"


# ── in the supervisor ────────────────────────────────────────────────────────────────────────────


def supervise(job: Job, progress: Connection, verdict: Connection) -> None:
    """Main function of the forked process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the builder decides, and closes `verdict`
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.setsid()  # a signal to the builder's group must not end us before the script
    scratch = None
    try:
        scratch = Path(tempfile.mkdtemp(prefix="tutorials-"))
        prepare(job, scratch)
        pid = fork_script(job, scratch, progress, verdict)
        progress.close()
        try:
            _tell(verdict, ("started", pid))
            _tell(verdict, ("ended", attend(pid, job, verdict)))
        finally:
            end_group(pid)
    except OSError as error:
        place = str(error.filename or scratch or tempfile.gettempdir())
        _tell(verdict, ("ended", {"unable": error.strerror or str(error), "path": place}))
    finally:
        if scratch is not None:
            shutil.rmtree(scratch, ignore_errors=True)


def _tell(verdict: Connection, message: tuple[Any, ...]) -> None:
    with contextlib.suppress(OSError):  # the builder may be gone
        verdict.send(message)


def prepare(job: Job, scratch: Path) -> None:
    """Make this process look as if `python script.py` had just been started, with the libraries imported."""
    os.environ.pop(preload.VARIABLE, None)
    os.environ.update(ENVIRONMENT, TMPDIR=str(scratch / "tmp"))
    (scratch / "tmp").mkdir()
    tempfile.tempdir = None
    sys.argv = [job.path]
    sys.path[:] = [str(Path(job.path).parent), *preload.PLAIN_PATH]
    with contextlib.suppress(ImportError):
        import matplotlib.pyplot  # noqa: F401 - its style is set before the script's first line

        from tutorials_lib.site import drawing

        style.apply_style()
        drawing.speak_while_measuring()
    forget_local_modules()


def forget_local_modules() -> None:
    """Scripts import local code anew: as it is now, and so that we see which they import."""
    own = (f"{LIBRARY.name}.site.", "__main__", "__mp_main__")
    for name, module in list(sys.modules.items()):
        path = getattr(module, "__file__", None)
        if isinstance(path, str) and not f"{name}.".startswith(own) and is_local(path):
            del sys.modules[name]


def fork_script(job: Job, scratch: Path, progress: Connection, verdict: Connection) -> int:
    """Start the script's process, in a group of its own. Returns its id."""
    from tutorials_lib.site.session import play

    pid = os.fork()
    if pid:
        return pid
    try:
        verdict.close()
        os.setsid()
        forget_parent()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        play(job, scratch, progress.send)
    except Exception as error:  # of ours, or a full disk
        where = traceback.extract_tb(error.__traceback__)[-1]
        what = f"the worker failed: {type(error).__name__}: {error} ({where.filename}:{where.lineno})"
        with contextlib.suppress(OSError):
            progress.send(("failed", {"reason": "killed", "message": f"{what}; expected the script to run"}))
    finally:
        os._exit(0)


def forget_parent() -> None:
    """To `multiprocessing`, the script is a main process: it was not started by ours."""
    multiprocessing.process._current_process = preload.MAIN_PROCESS
    preload.MAIN_PROCESS.name = "MainProcess"  # it was given that of the child
    multiprocessing.process._parent_process = None
    multiprocessing.set_start_method(None, force=True)  # the platform's own, and not forkserver
    resource_tracker._resource_tracker._fd = None  # what the script leaves is not the builder's to clean up


def attend(pid: int, job: Job, verdict: Connection) -> dict[str, Any]:
    """Wait for the script's end, its limits, or the end of the builder (which closes `verdict`)."""
    started = time.monotonic()
    reason, peak, polls, pause = "", 0, 0, 0.002
    tree = Tree(pid)
    while True:
        ended, status, usage = os.wait4(pid, os.WNOHANG)
        if ended:
            tree.kill_rest()
            break
        if verdict.poll(pause) or time.monotonic() - started > job.timeout_seconds:
            reason = reason or "timeout"
        else:
            held = tree.memory(weigh_children=polls % TREE_POLLS == 8)
            if held > job.memory_bytes:
                held = tree.memory(weigh_children=True)  # some of it may have ended since
            peak = max(peak, held)
            if peak > job.memory_bytes:
                reason = "memory"
        if reason:
            tree.kill()
            end_group(pid)
            ended, status, usage = os.wait4(pid, 0)
            break
        polls, pause = polls + 1, min(2 * pause, POLL_SECONDS)
    return {
        "reason": reason,
        "status": status,
        "wall_seconds": time.monotonic() - started,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "memory_bytes": max(peak, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)),
    }


class Tree:
    """A script's process and those that it started."""

    def __init__(self, pid: int) -> None:
        self.root = psutil.Process(pid)
        self.children: list[psutil.Process] = []
        self.children_bytes = 0

    def memory(self, weigh_children: bool) -> int:
        """Resident bytes of the script, and what its children held for themselves when last weighed."""
        with contextlib.suppress(psutil.Error):
            if weigh_children:
                self.children = self.root.children(recursive=True)
                self.children_bytes = sum(map(_own_bytes, self.children))
            return self.root.memory_info().rss + self.children_bytes
        return 0

    def kill(self) -> None:
        with contextlib.suppress(psutil.Error):
            self.children = self.root.children(recursive=True)
        self.kill_rest()

    def kill_rest(self) -> None:
        for child in self.children:
            with contextlib.suppress(psutil.Error):
                child.kill()


def _own_bytes(process: psutil.Process) -> int:
    try:
        return process.memory_full_info().uss  # the rest is shared with the script
    except psutil.Error:
        return 0


def end_group(pid: int) -> None:
    """Kill whatever is left of a script's process group."""
    if pid:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
