"""Published weights of `torchvision.models`, read only from a file that is the one its name announces.

A name such as `resnet18-f37072fd.pth` carries the first digits of the file's SHA-256. `torch.hub` compares
them while it downloads and never again; here every file is compared each time it is read.
"""

from __future__ import annotations

import hashlib
import re
from http.client import HTTPException
from pathlib import Path, PurePosixPath
from pickle import UnpicklingError
from urllib.parse import urlsplit

import torch
from torch import Tensor
from torchvision.models import WeightsEnum

_ANNOUNCED = re.compile(r"-([0-9a-f]{8,64})\.")


class WeightsError(Exception):
    """Weights are missing or not what was published; the message names file, digest and way out."""


def weights_file(weights: WeightsEnum, folder: Path | None = None) -> Path:
    """Where the file of the weights lies, there or not: in `folder`, or where `torch.hub` keeps downloads.

    The latter is `TORCH_HOME`, or the platform's cache folder.

    >>> from torchvision.models import ResNet18_Weights
    >>> weights_file(ResNet18_Weights.DEFAULT).name
    'resnet18-f37072fd.pth'
    """
    name = PurePosixPath(urlsplit(weights.url).path).name
    return (folder or Path(torch.hub.get_dir(), "checkpoints")) / name


def is_present(weights: WeightsEnum, folder: Path | None = None) -> bool:
    """Whether the file is at hand, whole or not."""
    return weights_file(weights, folder).exists()


def read_weights(
    weights: WeightsEnum, folder: Path | None = None, *, download: bool = False
) -> dict[str, Tensor]:
    """The weights by name, on the CPU, from a file with the announced digest that holds tensors only.

    With `download`, a missing file is fetched first, and stays only if it has the digest. Raises
    `WeightsError` when the file is missing, truncated or altered, when its name announces no digest, or when
    it holds more than tensors.
    """
    file = weights_file(weights, folder)
    announced = _announced_digest(file)
    if not file.exists() and download:
        _fetch(weights.url, file, announced)
    if not file.exists():
        raise WeightsError(f"{file} is missing; expected SHA-256 {announced}…; call again with download=True")
    with file.open("rb") as content:
        found = hashlib.file_digest(content, "sha256").hexdigest()
    if not found.startswith(announced):
        raise WeightsError(
            f"{file} has SHA-256 {found}; expected {announced}…; delete it and download it again"
        )
    try:
        return torch.load(file, map_location="cpu", weights_only=True)
    except UnpicklingError as problem:
        raise WeightsError(f"{file} holds more than tensors and numbers; it was not opened") from problem


def _announced_digest(file: Path) -> str:
    if not (announced := _ANNOUNCED.search(file.name)):
        raise WeightsError(f"{file.name} announces no digest; expected a name such as resnet18-f37072fd.pth")
    return announced[1]


def _fetch(address: str, file: Path, announced: str) -> None:
    """Download with `torch.hub`, which compares the digest before the file gets its name."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        torch.hub.download_url_to_file(address, str(file), announced, progress=False)
    except (OSError, HTTPException, RuntimeError) as problem:  # RuntimeError is how it reports a digest
        raise WeightsError(f"{address} cannot be had: {problem}") from problem
