"""Whether a site is still what its sources say, so that a build with nothing to do does nothing."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tutorials_lib.site import key


@dataclass(frozen=True)
class Built:
    """What a build leaves about itself: the digests of what went in and of what came out."""

    sources: str
    outputs: str


def sources_digest(places: Iterable[Path], facts: object) -> str:
    """Digest of the content of all files in `places`, of what is installed, and of `facts` (any JSON)."""
    digest = hashlib.sha256(json.dumps([facts, installed_packages()], default=str, sort_keys=True).encode())
    for path in sorted(file for place in places for file in _files(place)):
        digest.update(f"\0{path}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def outputs_digest(site: Path) -> str:
    """Digest of names, sizes and times of all files of a built site: touching one is enough to differ."""
    listed = []
    for path in sorted(_files(site)):
        status = path.stat()
        listed.append((path.relative_to(site).as_posix(), status.st_size, status.st_mtime_ns))
    return key.digest_json(listed)


def installed_packages() -> list[str]:
    """Name and version of every package on the path, as their metadata folders spell them."""
    folders = {Path(entry) for entry in sys.path if entry}
    return sorted(name for folder in folders if folder.is_dir() for name in _metadata_folders(folder))


def read(stamp: Path) -> Built | None:
    """What the last build left; none where there was none, or its note cannot be read."""
    try:
        return Built(**json.loads(stamp.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def write(stamp: Path, built: Built) -> None:
    """Leave a note for the next build, whole or not at all."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    unfinished = stamp.with_name(f"{stamp.name}.{os.getpid()}.part")
    unfinished.write_text(json.dumps(vars(built)), encoding="utf-8")
    unfinished.replace(stamp)


def _metadata_folders(folder: Path) -> list[str]:
    return [entry.name for entry in os.scandir(folder) if entry.name.endswith((".dist-info", ".egg-info"))]


def _files(place: Path) -> Iterable[Path]:
    if not place.is_dir():
        return [place] if place.is_file() else []
    return (path for path in place.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
