"""Getting data to the model: batches by slicing or by a `DataLoader` with 0, 1 or 2 workers, and to a GPU.

One call is one pass over 1,024 small images that are in memory already, and returns the mean of every batch,
which tells whether all of them arrived, in order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, TensorDataset

# A pinned process may use one core only, and PyTorch warns of more workers than that.
pytestmark = pytest.mark.filterwarnings("ignore:This DataLoader will create")

IMAGES, SIDE = 1024, 32
BATCHES = (32, 256)
WORKERS = (0, 1, 2)
WORK = ("copy", "augment")
TRANSFER_MIB = (1, 64)


def pytest_generate_tests(metafunc) -> None:
    backends = metafunc.config.getoption("backends")
    smoke = metafunc.config.getoption("smoke")
    if "pinned" in metafunc.fixturenames:
        metafunc.parametrize("pinned", [False, True] if "cuda" in backends else [])
        metafunc.parametrize("mib", TRANSFER_MIB[:1] if smoke else TRANSFER_MIB)
        return
    metafunc.parametrize("batch", BATCHES[:1] if smoke else BATCHES)
    if "workers" in metafunc.fixturenames:
        metafunc.parametrize("effort", WORK[:1] if smoke else WORK)
        metafunc.parametrize("workers", WORKERS[:2] if smoke else WORKERS)


class Augmented(Dataset):
    """Images with a transform: brightness to [0, 1], then rotations that put every pixel back."""

    def __init__(self, images: Tensor) -> None:
        self.images = images

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> Tensor:
        image = self.images[index].float() / 255
        for _ in range(16):  # four full turns, which cost time and leave the image as it was
            image = torch.rot90(image, dims=(1, 2)).contiguous()
        return image


def images() -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randint(0, 256, (IMAGES, 3, SIDE, SIDE), generator=generator, dtype=torch.uint8)


def batch_means(batches: Iterator[Tensor]) -> Tensor:
    return torch.stack([batch.float().mean() for batch in batches])


def expected(data: Tensor, batch: int, scale: float) -> Tensor:
    return torch.stack([part.double().mean() / scale for part in data.split(batch)])


def record(case, call: Callable[[Tensor], Tensor], batch: int, scale: float, **parameters) -> None:
    case(
        call,
        prepare=lambda index: (images(),),
        reference=lambda data: expected(data, batch, scale),
        tolerance=1e-5,
        backend="cpu",
        dtype="uint8",
        parameters={"batch": batch, "images": IMAGES, "side": SIDE, **parameters},
        flop=0,
        moved_bytes=IMAGES * 3 * SIDE * SIDE,
        threads=1,
        operation=parameters["way"],
    )


def test_slices(case, batch: int) -> None:
    record(case, lambda data: batch_means(data.split(batch)), batch, 1, way="slices")


def test_loader(case, batch: int, effort: str, workers: int) -> None:
    data = images()
    dataset = Augmented(data) if effort == "augment" else TensorDataset(data)
    loader = DataLoader(dataset, batch, num_workers=workers, persistent_workers=workers > 0)

    def one_pass(_: Tensor) -> Tensor:
        return batch_means(batch[0] if isinstance(batch, list) else batch for batch in loader)

    scale = 255 if effort == "augment" else 1
    record(case, one_pass, batch, scale, way="loader", effort=effort, workers=workers)
    del loader


def test_to_device(case, pinned: bool, mib: int) -> None:
    """From the processor's memory to the GPU's, from pages that may move or from pinned ones."""
    source = torch.arange(mib * 2**18, dtype=torch.float32)
    source = source.pin_memory() if pinned else source
    target = torch.empty_like(source, device="cuda")
    case(
        lambda target: target.copy_(source, non_blocking=pinned),
        prepare=lambda index: (target,),
        reference=lambda target: source.double().to("cuda"),
        tolerance=0.0,
        backend="cuda",
        dtype="float32",
        operation="to_device",
        parameters={"way": "to_device", "pinned": pinned, "mib": mib},
        flop=0,
        moved_bytes=source.nbytes,
    )
