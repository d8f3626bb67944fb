"""Data sets: a split that leaks nothing, and files in the real format from a server that may be broken."""

import gzip
import hashlib
import io
import struct
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from sklearn.datasets import load_digits
from torchvision import datasets

from tutorials_lib import data
from tutorials_lib.data import Archive, DataError, digits, load_idx, unpack

ROWS = {"train": 40, "t10k": 15}


# ── the embedded digits ──


def test_every_digit_is_in_exactly_one_half():
    halves = digits()
    assert len(halves.train_images) + len(halves.test_images) == 1797
    everything = torch.cat([halves.train_images, halves.test_images]).flatten(1)
    assert len(torch.unique(everything, dim=0)) == 1797  # so no image, nor a copy of one, is in both


def test_split_keeps_the_order_of_the_file():
    halves, bunch = digits(), load_digits()
    everything = torch.cat([halves.train_images, halves.test_images]).squeeze(1) * 16
    assert torch.equal(everything, torch.tensor(bunch.images, dtype=torch.float32))
    assert torch.cat([halves.train_labels, halves.test_labels]).tolist() == bunch.target.tolist()


def test_pixels_lie_in_the_unit_interval_and_every_class_in_both_halves():
    halves = digits()
    assert halves.train_images.min() == 0
    assert halves.train_images.max() == 1
    assert set(halves.train_labels.tolist()) == set(halves.test_labels.tolist()) == set(range(10))


@pytest.mark.parametrize("fraction", [0.0, 1.0, -0.2, 1.5])
def test_a_split_without_two_halves_is_refused(fraction):
    with pytest.raises(ValueError, match="between 0 and 1"):
        digits(fraction)


# ── files of the MNIST family ──


def idx(values: np.ndarray) -> bytes:
    """The idx format of LeCun's page, written independently of the reader."""
    return (
        b"\x00\x00\x08"
        + bytes([values.ndim])
        + struct.pack(f">{values.ndim}i", *values.shape)
        + values.tobytes()
    )


@pytest.fixture
def arrays():
    random = np.random.default_rng(0)
    return {
        f"{part}-{kind}-ubyte.gz": values
        for part, rows in ROWS.items()
        for kind, values in (
            ("images-idx3", random.integers(0, 256, (rows, 28, 28), dtype=np.uint8)),
            ("labels-idx1", random.integers(0, 10, rows, dtype=np.uint8)),
        )
    }


@pytest.fixture
def published(server, arrays):
    """The server with the four files, and a data set class that points at it."""
    folder, address = server
    for name, values in arrays.items():
        (folder / name).write_bytes(gzip.compress(idx(values), mtime=0))

    class Garments(datasets.FashionMNIST):
        mirrors = (address,)
        resources = tuple(
            (name, hashlib.md5((folder / name).read_bytes()).hexdigest())
            for name in (
                "train-images-idx3-ubyte.gz",
                "train-labels-idx1-ubyte.gz",
                "t10k-images-idx3-ubyte.gz",
                "t10k-labels-idx1-ubyte.gz",
            )
        )

    return folder, Garments


@pytest.fixture
def cache(tmp_path) -> Path:
    return tmp_path / "cache"


def files_in(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.rglob("*") if file.is_file())


def test_downloaded_files_become_the_published_values(published, cache, arrays):
    _, garments = published
    loaded = load_idx(garments, cache, download=True)
    assert loaded.train_images.shape == (40, 1, 28, 28)
    assert loaded.test_images.shape == (15, 1, 28, 28)
    expected = arrays["t10k-images-idx3-ubyte.gz"] / np.float32(255)
    assert np.array_equal(loaded.test_images[:, 0].numpy(), expected)
    assert loaded.train_labels.tolist() == arrays["train-labels-idx1-ubyte.gz"].tolist()
    assert loaded.source == loaded.requested == "torchvision.datasets.Garments"
    assert loaded.classes[9] == "Ankle boot"


def test_torchvision_reads_the_same_values_from_the_same_folder(published, cache):
    _, garments = published
    ours = load_idx(garments, cache, download=True)
    theirs = garments(cache, train=True, download=True)  # finds our files, extracts beside them
    assert torch.equal(ours.train_images[:, 0] * 255, theirs.data.float())
    assert torch.equal(ours.train_labels, theirs.targets)


def test_files_at_hand_need_no_server(published, cache):
    folder, garments = published
    load_idx(garments, cache, download=True)
    for file in folder.iterdir():
        file.unlink()
    assert len(load_idx(garments, cache).train_images) == 40


def truncate(content: bytes) -> bytes:
    return content[: len(content) // 2]


def tamper(content: bytes) -> bytes:
    """One pixel changed inside a perfectly valid file."""
    values = bytearray(gzip.decompress(content))
    values[-1] ^= 1
    return gzip.compress(bytes(values), mtime=0)


@pytest.mark.parametrize("damage", [truncate, tamper])
def test_a_damaged_download_is_named_and_never_kept(published, cache, damage):
    folder, garments = published
    name, digest = garments.resources[2]
    (folder / name).write_bytes(damage((folder / name).read_bytes()))
    with pytest.raises(DataError) as caught:
        load_idx(garments, cache, download=True)
    assert name in str(caught.value)
    assert digest in str(caught.value)
    assert files_in(cache) == sorted(name for name, _ in garments.resources[:2])


@pytest.mark.parametrize("damage", [truncate, tamper])
def test_a_damaged_file_on_disk_is_named_and_never_used(published, cache, damage):
    _, garments = published
    load_idx(garments, cache, download=True)
    name, digest = garments.resources[0]
    file = cache / "Garments" / "raw" / name
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(DataError, match=f"{name} has MD5 .*; expected {digest}"):
        load_idx(garments, cache)


def test_a_file_the_server_lacks_is_reported_with_the_address(published, cache):
    folder, garments = published
    (folder / garments.resources[0][0]).unlink()
    with pytest.raises(DataError, match=r"tried http://127.*train-images.*404"):
        load_idx(garments, cache, download=True)


def test_a_second_mirror_serves_when_the_first_is_broken(published, cache):
    _folder, garments = published

    class Mirrored(garments):
        mirrors = ("http://127.0.0.1:9/", *garments.mirrors)  # port 9 discards

    assert len(load_idx(Mirrored, cache, download=True).test_images) == 15


def test_a_missing_file_without_download_says_the_way_out(published, cache):
    _, garments = published
    with pytest.raises(DataError, match=r"is missing; expected MD5 .* download=True"):
        load_idx(garments, cache)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"\x00\x00\x0d\x01\x00\x00\x00\x01\x00", "unsigned bytes"),
        (b"\x00\x00\x08\x01\x00\x00\x00\x05\x00", "expected 5"),
    ],
)
def test_a_published_file_of_another_format_is_refused(cache, content, complaint):
    packed = gzip.compress(content)

    class Odd(datasets.MNIST):
        resources = (("odd.gz", hashlib.md5(packed).hexdigest()),)

    file = cache / "Odd" / "raw" / "odd.gz"
    file.parent.mkdir(parents=True)
    file.write_bytes(packed)
    with pytest.raises(DataError, match=complaint):
        load_idx(Odd, cache)


# ── archives of images ──


def picture(shade: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), (shade, 0, 0)).save(file, format="PNG")
    return file.getvalue()


PICTURES = {f"{kind}/{shade}.png": picture(shade) for kind in ("cat", "dog") for shade in (10, 20)}


def zipped(files: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, value in files.items():
            archive.writestr(name, value)
    return content.getvalue()


def tarred(files: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        root = tarfile.TarInfo("./")  # as `tar -cz .` writes it
        root.type, root.mode = tarfile.DIRTYPE, 0o755
        archive.addfile(root)
        for name, value in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(value)
            archive.addfile(member, io.BytesIO(value))
    return content.getvalue()


PACKERS = pytest.mark.parametrize(("pack", "suffix"), [(zipped, ".zip"), (tarred, ".tar.gz")])


@pytest.fixture
def publish(server):
    """Puts a file on the server and returns what a lesson would write about it."""
    folder, address = server

    def publish(content: bytes, name: str) -> Archive:
        (folder / name).write_bytes(content)
        return Archive("pets", f"{address}{name}", hashlib.sha256(content).hexdigest())

    return publish


@PACKERS
def test_image_folder_reads_an_unpacked_archive(publish, cache, pack, suffix):
    archive = publish(pack(PICTURES), f"pets{suffix}")
    pets = datasets.ImageFolder(unpack(archive, cache, download=True))
    assert pets.classes == ["cat", "dog"]
    assert [(image.getpixel((0, 0)), label) for image, label in pets] == [
        ((10, 0, 0), 0),
        ((20, 0, 0), 0),
        ((10, 0, 0), 1),
        ((20, 0, 0), 1),
    ]


def test_an_archive_at_hand_needs_no_server(publish, server, cache):
    archive = publish(zipped(PICTURES), "pets.zip")
    (cache / "pets").mkdir(parents=True)
    (server[0] / "pets.zip").rename(cache / "pets" / "pets.zip")
    files = unpack(archive, cache)
    (cache / "pets" / "pets.zip").unlink()
    assert unpack(archive, cache) == files


def test_an_archive_lies_in_the_folder_of_the_environment_variable(publish, tmp_path, monkeypatch):
    monkeypatch.setenv("TUTORIALS_DATA", str(tmp_path / "mine"))
    files = unpack(publish(zipped(PICTURES), "pets.zip"), download=True)
    assert files.parent == tmp_path / "mine" / "pets"


def test_a_new_edition_of_an_archive_does_not_mix_with_the_old_one(publish, cache):
    old = unpack(publish(zipped(PICTURES), "pets.zip"), cache, download=True)
    new = unpack(publish(zipped({"bird/1.png": picture(1)}), "pets_2.zip"), cache, download=True)
    assert datasets.ImageFolder(new).classes == ["bird"]
    assert datasets.ImageFolder(old).classes == ["cat", "dog"]


@PACKERS
@pytest.mark.parametrize("damage", ["truncate", "tamper"])
def test_a_damaged_archive_is_named_and_never_kept(publish, server, cache, pack, suffix, damage):
    content = pack(PICTURES)
    archive = publish(content, f"pets{suffix}")
    half = len(content) // 2
    broken = content[:half] + (
        b"" if damage == "truncate" else bytes([content[half] ^ 1]) + content[half + 1 :]
    )
    (server[0] / f"pets{suffix}").write_bytes(broken)
    with pytest.raises(DataError, match=f"expected SHA-256 {archive.sha256}; tried http"):
        unpack(archive, cache, download=True)
    assert files_in(cache) == []


def test_a_connection_that_breaks_off_is_reported(publish, server, cache):
    content = zipped(PICTURES)
    archive = publish(content, "cut_off.zip")
    (server[0] / "cut_off.zip").write_bytes(truncate(content))
    with pytest.raises(DataError, match=r"tried http.*cut_off\.zip"):
        unpack(archive, cache, download=True)
    assert files_in(cache) == []


def test_a_missing_archive_says_the_way_out(publish, cache):
    with pytest.raises(DataError, match=r"pets\.zip is missing; expected SHA-256 .* download=True"):
        unpack(publish(zipped(PICTURES), "pets.zip"), cache)


@PACKERS
@pytest.mark.parametrize(
    "name", ["../outside.png", "cat/../../outside.png", "/outside.png", "..\\outside.png"]
)
def test_a_name_that_leads_outside_is_refused(publish, cache, pack, suffix, name):
    archive = publish(pack(PICTURES | {name: picture(1)}), f"pets{suffix}")
    with pytest.raises(DataError, match="leads out of its folder"):
        unpack(archive, cache, download=True)
    assert files_in(cache) == [f"pets{suffix}"]
    assert not list(cache.parent.rglob("outside.png"))


def test_a_link_that_leads_outside_is_refused(publish, cache):
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        link = tarfile.TarInfo("cat")
        link.type, link.linkname = tarfile.SYMTYPE, "../../.."
        archive.addfile(link)
    with pytest.raises(DataError, match="cannot be unpacked"):
        unpack(publish(content.getvalue(), "pets.tar.gz"), cache, download=True)
    assert files_in(cache) == ["pets.tar.gz"]


def test_a_file_that_is_no_archive_is_refused(publish, cache):
    with pytest.raises(DataError, match="cannot be unpacked"):
        unpack(publish(b"<html>not found</html>", "pets.zip"), cache, download=True)


# ── where files are kept, and the fallback ──


def test_the_environment_variable_sets_the_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("TUTORIALS_DATA", str(tmp_path))
    assert data.data_folder() == tmp_path
    monkeypatch.delenv("TUTORIALS_DATA")
    assert data.data_folder().name == "tutorials"


def test_absence_falls_back_to_the_digits_and_says_so(cache):
    found = data.fashion_mnist_or_digits(cache)
    assert found.is_fallback
    assert found.source == "sklearn.datasets.load_digits"
    assert found.requested == "torchvision.datasets.FashionMNIST"


def test_presence_is_used(published, cache, monkeypatch):
    _, garments = published
    load_idx(garments, cache, download=True)
    monkeypatch.setattr(data.datasets, "FashionMNIST", garments)
    found = data.fashion_mnist_or_digits(cache)
    assert not found.is_fallback
    assert len(found.train_images) == 40


def test_a_damaged_file_is_an_error_and_never_a_reason_to_fall_back(cache):
    file = cache / "FashionMNIST" / "raw" / "train-images-idx3-ubyte.gz"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"not the file")
    with pytest.raises(DataError, match="8d4fb7e6c68d591d4c3dfef9ec88bf0d"):
        data.fashion_mnist_or_digits(cache)
