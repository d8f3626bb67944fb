"""Image data sets of the lessons: one embedded and always there, others read from a verified copy on disk.

The folder of downloaded files is `TUTORIALS_DATA`, or the platform's cache folder. A file is used only
if its digest is the published one.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import sys
import tarfile
import urllib.request
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path, PurePosixPath, PureWindowsPath
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor
from torchvision import datasets

from tutorials_lib.progress import Progress

TIMEOUT_SECONDS = 30.0
CHUNK_BYTES = 1 << 20  # so that progress counts mebibytes
_IDX_TYPE = {0x08: np.uint8}  # the MNIST family holds unsigned bytes only
_LABELS = {"md5": "MD5", "sha256": "SHA-256"}  # torchvision publishes the first, everyone else the second


class DataError(Exception):
    """A data set is missing or not what was published; the message names file, digest and way out."""


@dataclass(frozen=True)
class ImageData:
    """Images in [0, 1] with their classes, split for training and testing.

    `source` names what was really loaded; it differs from `requested` when a fallback took its place.
    """

    source: str
    requested: str
    classes: tuple[str, ...]
    train_images: Float[Tensor, "n channel height width"]
    train_labels: Int[Tensor, " n"]
    test_images: Float[Tensor, "m channel height width"]
    test_labels: Int[Tensor, " m"]

    @property
    def is_fallback(self) -> bool:
        return self.source != self.requested


DIGITS = "sklearn.datasets.load_digits"


def digits(test_fraction: float = 0.25, requested: str = DIGITS) -> ImageData:
    """1797 handwritten digits of 8×8 pixels, embedded in scikit-learn (E. Alpaydin and C. Kaynak, 1998).

    Thirteen people wrote them and the file keeps each person's digits together. So the split follows
    the order of the file: the test digits come from other hands, save for the one person on the border.
    A shuffled split would let every hand into both halves and report a higher accuracy than a new
    writer would meet.

    >>> data = digits()
    >>> tuple(data.train_images.shape), tuple(data.test_images.shape)
    ((1348, 1, 8, 8), (449, 1, 8, 8))
    """
    from sklearn.datasets import load_digits  # 0.5 s to import: only who needs it pays

    if not 0 < test_fraction < 1:
        raise ValueError(f"test_fraction {test_fraction}; expected a number between 0 and 1")
    bunch = load_digits()
    images = torch.tensor(bunch.images, dtype=torch.float32).unsqueeze(1) / 16
    labels = torch.tensor(bunch.target)
    border = len(images) - int(test_fraction * len(images))
    return ImageData(
        source=DIGITS,
        requested=requested,
        classes=tuple(str(name) for name in bunch.target_names),
        train_images=images[:border],
        train_labels=labels[:border],
        test_images=images[border:],
        test_labels=labels[border:],
    )


def data_folder() -> Path:
    """Where downloaded files are kept: `TUTORIALS_DATA`, or `tutorials` in the platform's cache folder."""
    if chosen := os.environ.get("TUTORIALS_DATA"):
        return Path(chosen)
    if sys.platform == "darwin":
        cache = Path.home() / "Library" / "Caches"
    elif sys.platform == "win32":
        cache = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    else:
        cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return cache / "tutorials"


def mnist(folder: Path | None = None, *, download: bool = False) -> ImageData:
    """70,000 handwritten digits of 28×28 pixels (LeCun et al., 1998). Raises `DataError`."""
    return load_idx(datasets.MNIST, folder, download=download)


def fashion_mnist(folder: Path | None = None, *, download: bool = False) -> ImageData:
    """70,000 garments of 28×28 pixels (Xiao et al., 2017, https://arxiv.org/abs/1708.07747).

    Raises `DataError` when a file is missing, truncated or altered.
    """
    return load_idx(datasets.FashionMNIST, folder, download=download)


def fashion_mnist_or_digits(folder: Path | None = None) -> ImageData:
    """FashionMNIST if its files are there, else the embedded digits; `source` says which.

    Only absence leads to the fallback: a truncated or altered file raises `DataError`.
    """
    if not is_present(datasets.FashionMNIST, folder):
        return digits(requested=_source(datasets.FashionMNIST))
    return fashion_mnist(folder)


def is_present(dataset: type[datasets.MNIST], folder: Path | None = None) -> bool:
    """Whether any file of the data set is in the folder, whole or not."""
    return any(_file(dataset, folder, name).exists() for name, _ in dataset.resources)


def load_idx(
    dataset: type[datasets.MNIST], folder: Path | None = None, *, download: bool = False
) -> ImageData:
    """Read a data set of the MNIST family from its verified `.idx.gz` files.

    Names, addresses and digests are those of the torchvision class, and so is the layout on disk:
    `<folder>/<class name>/raw/<file>.gz`. With `download`, missing files are fetched first.
    """
    contents = []
    for name, digest in dataset.resources:
        file = _file(dataset, folder, name)
        if not file.exists() and download:
            _fetch([mirror + name for mirror in dataset.mirrors], file, "md5", digest)
        _verify(file, "md5", digest)
        contents.append(torch.from_numpy(_read_idx(file)))
    train_images, train_labels, test_images, test_labels = contents
    return ImageData(
        source=_source(dataset),
        requested=_source(dataset),
        classes=tuple(dataset.classes),
        train_images=train_images.unsqueeze(1) / 255,
        train_labels=train_labels.long(),
        test_images=test_images.unsqueeze(1) / 255,
        test_labels=test_labels.long(),
    )


def _source(dataset: type[datasets.MNIST]) -> str:
    return f"torchvision.datasets.{dataset.__name__}"


def _file(dataset: type[datasets.MNIST], folder: Path | None, name: str) -> Path:
    return (folder or data_folder()) / dataset.__name__ / "raw" / name


def _read_idx(file: Path) -> np.ndarray:
    """Decode the idx format: two zero bytes, type, rank, the sizes as big-endian int32, then the values."""
    content = gzip.decompress(file.read_bytes())
    zero, kind, rank = int.from_bytes(content[:2]), content[2], content[3]
    if zero != 0 or kind not in _IDX_TYPE:
        raise DataError(f"{file} opens with {content[:4].hex()}; expected an idx file of unsigned bytes")
    shape = np.frombuffer(content, dtype=">i4", count=rank, offset=4)
    values = np.frombuffer(content, dtype=_IDX_TYPE[kind], offset=4 + 4 * rank)
    if values.size != shape.prod():
        raise DataError(
            f"{file} holds {values.size} values; expected {shape.prod()} for shape {shape.tolist()}"
        )
    return values.reshape(shape).copy()  # a buffer of bytes is read-only, tensors are not


# ── archives of images ────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Archive:
    """A published .zip, .tar or .tar.gz, the digest it must have, and the name of its folder here."""

    name: str
    address: str
    sha256: str

    @property
    def file_name(self) -> str:
        return PurePosixPath(urlsplit(self.address).path).name


def unpack(archive: Archive, folder: Path | None = None, *, download: bool = False) -> Path:
    """The folder with the archive's files, unpacked in `<folder>/<name>` from a copy with the right digest.

    `datasets.ImageFolder` reads such a folder where it has one subfolder for each class. With `download`, a
    missing archive is fetched first. Raises `DataError` when the archive is missing, truncated or altered,
    or when one of its names leads out of the folder; then no file of it reaches the disk.
    """
    home = (folder or data_folder()) / archive.name
    file, files = home / archive.file_name, home / archive.sha256[:16]  # another digest, another folder
    if files.exists():
        return files
    if not file.exists() and download:
        _fetch([archive.address], file, "sha256", archive.sha256)
    _verify(file, "sha256", archive.sha256)
    with TemporaryDirectory(dir=home) as unfinished:
        _extract(file, Path(unfinished) / "files")
        (Path(unfinished) / "files").replace(files)
    return files


def _extract(file: Path, target: Path) -> None:
    """Unpack all of `file` into the new folder `target`, and nothing outside it. Raises `DataError`."""
    target.mkdir()
    try:
        if tarfile.is_tarfile(file):
            with tarfile.open(file) as archive:
                _refuse_outside(file, archive.getnames())
                archive.extractall(target, filter="data")  # no devices, no links that lead outside
        else:
            with zipfile.ZipFile(file) as archive:
                _refuse_outside(file, archive.namelist())
                archive.extractall(target)
    except (tarfile.TarError, zipfile.BadZipFile) as problem:
        raise DataError(f"{file} cannot be unpacked: {problem}") from problem


def _refuse_outside(file: Path, names: Sequence[str]) -> None:
    for name in names:
        path = PureWindowsPath(name)  # it knows both slashes and drive letters
        if path.anchor or ".." in path.parts:
            raise DataError(f"{file} holds {name!r}, which leads out of its folder; expected plain names")


# ── files and their digests ───────────────────────────────────────────────────────────────────────────────


def _verify(file: Path, algorithm: str, digest: str) -> None:
    """Raises `DataError` unless the file is there and has the digest."""
    label = _LABELS[algorithm]
    if not file.exists():
        raise DataError(f"{file} is missing; expected {label} {digest}; call again with download=True")
    with file.open("rb") as content:
        found = hashlib.file_digest(
            content, lambda: hashlib.new(algorithm, usedforsecurity=False)
        ).hexdigest()
    if found != digest:
        raise DataError(f"{file} has {label} {found}; expected {digest}; delete it and download it again")


def _fetch(addresses: Sequence[str], file: Path, algorithm: str, digest: str) -> None:
    """Download a file from the first address that has it right; nothing else stays on the disk."""
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f"{file.name}.{os.getpid()}.part")
    failures = []
    for address in addresses:
        try:
            found = _download(address, unfinished, algorithm)
            if found == digest:
                unfinished.replace(file)
                return
            failures.append(f"{address}: {_LABELS[algorithm]} {found} ({unfinished.stat().st_size} bytes)")
        except (OSError, HTTPException) as problem:
            failures.append(f"{address}: {problem}")
        finally:
            unfinished.unlink(missing_ok=True)
    raise DataError(
        f"{file} cannot be had; expected {_LABELS[algorithm]} {digest}; tried " + "; ".join(failures)
    )


def _download(address: str, file: Path, algorithm: str) -> str:
    """Write what the address sends to a file and return its digest."""
    digest = hashlib.new(algorithm, usedforsecurity=False)
    with urllib.request.urlopen(address, timeout=TIMEOUT_SECONDS) as response, file.open("wb") as output:
        size = int(response.headers.get("Content-Length") or 0)
        with Progress(-(-size // CHUNK_BYTES)) as progress:
            while chunk := response.read(CHUNK_BYTES):
                digest.update(chunk)
                output.write(chunk)
                progress.advance()
    return digest.hexdigest()
