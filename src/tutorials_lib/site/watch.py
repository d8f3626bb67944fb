"""What a running script touches: the files its results depend on, and the network that it may not use.

An audit hook sees every file that Python opens and every folder it lists; `os.stat` is wrapped because a file
that was looked for and not found decides results as well. Accesses go to a log in append mode, one line each,
so that processes forked by the script (data loaders) write to the same log. Files opened by compiled code
without Python are not seen.
"""

# pathlib would call what is being watched:
# ruff: noqa: PTH100, PTH111, PTH112, PTH113, PTH118, PTH119

from __future__ import annotations

import hashlib
import importlib.machinery
import importlib.metadata
import ipaddress
import json
import os
import site
import socket
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

LIBRARY = Path(__file__).parents[1]
# Imports are logged by `LocalLoader`; installed packages, looked for beside the script too, are in the key.
IMPORT_MACHINERY = (
    "<frozen importlib",
    "<frozen zipimport",
    str(Path(importlib.metadata.__file__).parent),
)
FILE_EVENTS = {  # audit events that name files, and what they do to them; "open" depends on its mode
    "open": "read",
    "os.listdir": "read",
    "os.scandir": "read",
    "sqlite3.connect": "read",
    "os.mkdir": "written",
    "os.remove": "written",
    "os.rename": "written",
}
HOME_FOLDERS = (".cache", ".config", ".ipython", ".jupyter", ".local", ".matplotlib")
SOURCE_READERS = ("tokenize.py", "linecache.py", "inspect.py")  # read local modules for tracebacks


class NetworkOffError(ConnectionError):
    """A script without `network: true` tried to leave the machine. An `OSError`: code may fall back."""


@cache
def foreign_folders() -> tuple[str, ...]:
    """Folders whose files are no dependencies: installed packages, the system, caches and settings."""
    installed = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    installed += [*site.getsitepackages(), site.getusersitepackages()]
    for prefix in {sys.prefix, sys.base_prefix}:
        installed += [
            os.path.join(prefix, name) for name in ("lib", "lib64", "share", "bin", "include", "etc")
        ]
    system = ["/proc", "/sys", "/dev", "/etc", "/lib", "/lib64", "/usr/lib", "/usr/share", "/run", "/System"]
    home = [os.path.join(os.path.expanduser("~"), name) for name in HOME_FOLDERS]
    folders = {os.path.abspath(path) for path in [*installed, *system, *home] if path}
    return tuple(
        f"{folder}{os.sep}" for folder in sorted(folders | {os.path.realpath(path) for path in folders})
    )


def is_local(path: str) -> bool:
    """Whether a file is the project's: neither installed, nor the system's, nor a cache."""
    if f"{path}{os.sep}".startswith(foreign_folders()) or "__pycache__" in path:
        return path.startswith(f"{LIBRARY}{os.sep}") and "__pycache__" not in path  # installed, but ours
    return True


@dataclass(frozen=True)
class Touched:
    """What a run depended on, as absolute paths: digest of each imported source, and data files by state."""

    modules: dict[str, str]  # path → sha256 of the source that was imported
    read: tuple[str, ...]
    absent: tuple[str, ...]


class Watch:
    """The log of one run. `scratch` is the run's own folder; what happens in it is nobody's business."""

    def __init__(self, scratch: Path, script: Path, network: bool) -> None:
        self.log = scratch / "accesses"
        self.ignored = (str(scratch), os.path.realpath(scratch))
        self.script = str(script)
        self.network = network
        self.seen: set[tuple[str, str]] = set()
        self.descriptor = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC)
        self.on = True

    def start(self) -> None:
        """From here on, for the rest of the process: an audit hook cannot be taken away."""
        sys.addaudithook(self._audit)
        os.stat = self._stat(os.stat)
        LocalLoader.watch = self
        sys.path_hooks.insert(0, local_finder)
        for path in [path for path in sys.path_importer_cache if is_local(path)]:
            del sys.path_importer_cache[path]

    def stop(self) -> Touched:
        """Stop looking, and tell what the run and the processes it forked depended on."""
        self.on = False
        entries = [json.loads(line) for line in self.log.read_bytes().splitlines()]
        modules = {path: digest for kind, path, digest in entries if kind == "module"}
        for module in list(sys.modules.values()):  # what came in by another loader than ours
            path = getattr(module, "__file__", None)
            if isinstance(path, str) and is_module(path) and path not in (*modules, self.script):
                modules[path] = hashlib.sha256(Path(path).read_bytes()).hexdigest()
        modules = {path: digest for path, digest in modules.items() if not path.startswith(self.ignored)}
        written = {path for kind, path, _ in entries if kind == "written"}
        data = [
            (kind, path) for kind, path, _ in entries if path not in modules and not _is_within(path, written)
        ]
        read = {path for kind, path in data if kind == "read"}
        absent = {path for kind, path in data if kind == "absent"} - read
        return Touched(modules, tuple(sorted(read)), tuple(sorted(absent)))

    def note(self, kind: str, path: str, digest: str = "") -> None:
        if (kind, path) not in self.seen:
            self.seen.add((kind, path))
            os.write(self.descriptor, json.dumps([kind, path, digest]).encode() + b"\n")

    # ── files ────────────────────────────────────────────────────────────────────────────────────

    def _audit(self, event: str, args: tuple[Any, ...]) -> None:
        if not self.on:
            return
        if event in FILE_EVENTS:
            caller = sys._getframe(1).f_code.co_filename
            if not caller.startswith(IMPORT_MACHINERY):
                self._file_event(event, args, os.path.basename(caller))
        elif event.startswith("socket.") and not self.network:
            refuse_network(event, args)

    def _file_event(self, event: str, args: tuple[Any, ...], caller: str) -> None:
        kind = FILE_EVENTS[event]
        paths = args[:2] if event == "os.rename" else args[:1]
        if event == "open":
            _, mode, flags = args
            writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) and not (mode and mode.startswith("r"))
            kind = "written" if writes else "read"
        for path in paths:
            name = self._name("." if path is None else path)
            if name is None or (name.endswith(".py") and caller in SOURCE_READERS):
                continue
            missing = kind == "read" and not os.access(name, os.F_OK)
            self.note("absent" if missing else kind, name)

    def _name(self, path: Any) -> str | None:
        """The absolute path, if it can be a dependency."""
        if not isinstance(path, (str, bytes, os.PathLike)):
            return None
        name = os.path.abspath(os.fsdecode(path))
        return None if name.startswith(self.ignored) or not is_local(name) else name

    def _stat(self, plain: Any) -> Any:
        def stat(path: Any, *args: Any, **kwargs: Any) -> os.stat_result:
            try:
                return plain(path, *args, **kwargs)
            except FileNotFoundError:
                if self.on and (name := self._name(path)) is not None:
                    self.note("absent", name)
                raise

        return stat


def _is_within(path: str, folders: set[str]) -> bool:
    return path in folders or any(str(parent) in folders for parent in Path(path).parents)


def is_module(path: str) -> bool:
    """Whether a loaded file is a local module, and not one of the publishing half that runs the script."""
    return is_local(path) and not path.startswith(f"{LIBRARY / 'site'}{os.sep}") and os.path.isfile(path)


class LocalLoader(importlib.machinery.SourceFileLoader):
    """Compiles local modules from source: cached bytecode is a second too coarse to follow an edit."""

    watch: Watch | None = None

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        source = self.get_data(path)
        if self.watch is not None and is_module(path):
            self.watch.note("module", os.path.abspath(path), hashlib.sha256(source).hexdigest())
        return self.source_to_code(source, path)


def local_finder(path: str) -> importlib.machinery.FileFinder:
    """A path hook for folders of the project."""
    if not os.path.isdir(path) or not is_local(os.path.abspath(path)):
        raise ImportError(f"{path} is not a folder of the project")
    extensions = (importlib.machinery.ExtensionFileLoader, importlib.machinery.EXTENSION_SUFFIXES)
    return importlib.machinery.FileFinder(
        path, extensions, (LocalLoader, importlib.machinery.SOURCE_SUFFIXES)
    )


# ── network ──────────────────────────────────────────────────────────────────────────────────────

ADDRESS_ARGUMENT = {"socket.connect": 1, "socket.sendto": 1, "socket.sendmsg": 1}
NAME_EVENTS = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")


def refuse_network(event: str, args: Sequence[Any]) -> None:
    """Raise `NetworkOffError` for an address that is not this machine's."""
    if event in NAME_EVENTS:
        host = args[0]
    elif event in ADDRESS_ARGUMENT:
        if args[0].family not in (socket.AF_INET, socket.AF_INET6):
            return
        address = args[ADDRESS_ARGUMENT[event]]
        host = address[0] if isinstance(address, tuple) else None
    else:
        return
    if not is_loopback(host):
        raise NetworkOffError(
            f"the network is off during a build, {_text(host)!r} was refused; "
            "a script that needs it says `network: true` in its header"
        )


def is_loopback(host: Any) -> bool:
    name = _text(host).split("%")[0]
    if name in ("", "localhost", "ip6-localhost", socket.gethostname()):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return name.endswith(".localhost")
    return address.is_loopback or address.is_unspecified


def _text(host: Any) -> str:
    return "" if host is None else os.fsdecode(host) if isinstance(host, bytes) else str(host)
