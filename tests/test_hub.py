"""Published weights: a small network of torchvision, handed out by a local server that may be broken."""

import hashlib
import io
from functools import partial
from pathlib import Path

import pytest
import torch
from torchvision.models import ResNet18_Weights, Weights, WeightsEnum
from torchvision.models.efficientnet import EfficientNet, FusedMBConvConfig
from torchvision.transforms import v2

from tutorials_lib.hub import WeightsError, is_present, read_weights, weights_file

CLASSES = ("left", "right")


def build() -> EfficientNet:
    return EfficientNet([FusedMBConvConfig(1, 3, 1, 8, 8, 1)], dropout=0.0, num_classes=len(CLASSES))


def saved(state: object) -> bytes:
    content = io.BytesIO()
    torch.save(state, content)
    return content.getvalue()


@pytest.fixture
def model() -> EfficientNet:
    torch.manual_seed(0)
    return build().eval()


@pytest.fixture
def cache(tmp_path) -> Path:
    return tmp_path / "cache" / "hub"


@pytest.fixture
def publish(server):
    """Puts content on the server under a name with a digest, its own unless told; returns its weights."""
    folder, address = server

    def publish(content: bytes, name: str = "tiny", digest: str | None = None) -> WeightsEnum:
        digest = digest or hashlib.sha256(content).hexdigest()[:8]
        (folder / f"{name}-{digest}.pth").write_bytes(content)
        return announce(f"{address}{name}-{digest}.pth")

    return publish


def announce(address: str) -> WeightsEnum:
    """The weights as a class of torchvision announces them."""

    class TinyWeights(WeightsEnum):
        ARROWS_V1 = Weights(address, partial(v2.Resize, 16), {"categories": CLASSES})

    return TinyWeights.ARROWS_V1


def files_in(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.rglob("*") if file.is_file())


def truncate(content: bytes) -> bytes:
    return content[: len(content) // 2]


def tamper(content: bytes) -> bytes:
    half = len(content) // 2
    return content[:half] + bytes([content[half] ^ 1]) + content[half + 1 :]


DAMAGE = pytest.mark.parametrize("damage", [truncate, tamper])


def test_downloaded_weights_make_the_same_model(publish, cache, model):
    weights = publish(saved(model.state_dict()))
    copy = build().eval()
    copy.load_state_dict(read_weights(weights, cache, download=True))
    images = torch.rand(3, 3, 16, 16)
    assert torch.equal(copy(images), model(images))
    assert files_in(cache) == [weights_file(weights, cache).name]


def test_torch_hub_takes_the_same_file_for_its_own(publish, server, cache, model):
    weights = publish(saved(model.state_dict()))
    read_weights(weights, cache, download=True)
    for file in server[0].iterdir():
        file.unlink()
    theirs = weights.get_state_dict(model_dir=str(cache), check_hash=True, progress=False, weights_only=True)
    assert all(torch.equal(theirs[name], tensor) for name, tensor in model.state_dict().items())


def test_weights_at_hand_need_no_server(publish, server, cache, model):
    weights = publish(saved(model.state_dict()))
    assert not is_present(weights, cache)
    read_weights(weights, cache, download=True)
    assert is_present(weights, cache)
    for file in server[0].iterdir():
        file.unlink()
    assert set(read_weights(weights, cache)) == set(model.state_dict())


def test_a_wrong_digest_is_refused_and_nothing_stays(publish, cache, model):
    weights = publish(saved(model.state_dict()), digest="0123abcd")
    with pytest.raises(WeightsError, match=r'http://127.*expected "0123abcd", got "[0-9a-f]{64}"'):
        read_weights(weights, cache, download=True)
    assert files_in(cache) == []
    assert not is_present(weights, cache)


@DAMAGE
def test_a_damaged_download_is_refused_and_nothing_stays(publish, server, cache, model, damage):
    weights = publish(saved(model.state_dict()))
    (file,) = server[0].iterdir()
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(WeightsError, match=r"cannot be had: invalid hash value"):
        read_weights(weights, cache, download=True)
    assert files_in(cache) == []


def test_a_connection_that_breaks_off_leaves_nothing(publish, server, cache, model):
    weights = publish(saved(model.state_dict()), name="cut_off")
    (file,) = server[0].iterdir()
    file.write_bytes(truncate(file.read_bytes()))
    with pytest.raises(WeightsError, match=r"http://127.*cut_off.*cannot be had"):
        read_weights(weights, cache, download=True)
    assert files_in(cache) == []


@DAMAGE
def test_a_damaged_file_on_disk_is_named_and_never_used(publish, cache, model, damage):
    weights = publish(saved(model.state_dict()))
    read_weights(weights, cache, download=True)
    file = weights_file(weights, cache)
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(WeightsError, match=rf"{file.name} has SHA-256 [0-9a-f]{{64}}; expected .* delete it"):
        read_weights(weights, cache)


def test_a_missing_file_says_the_way_out(publish, cache, model):
    with pytest.raises(WeightsError, match=r"is missing; expected SHA-256 .* download=True"):
        read_weights(publish(saved(model.state_dict())), cache)


def test_a_file_the_server_lacks_is_reported_with_the_address(publish, server, cache, model):
    weights = publish(saved(model.state_dict()))
    (server[0] / weights_file(weights).name).unlink()
    with pytest.raises(WeightsError, match=r"http://127.*cannot be had: .*404"):
        read_weights(weights, cache, download=True)
    assert files_in(cache) == []


def test_a_name_without_a_digest_is_refused_before_any_download(server, cache):
    folder, address = server
    (folder / "tiny.pth").write_bytes(saved({}))
    with pytest.raises(WeightsError, match=r"tiny\.pth announces no digest"):
        read_weights(announce(f"{address}tiny.pth"), cache, download=True)
    assert not cache.exists()


def test_a_file_that_would_run_code_is_not_opened(publish, cache):
    with pytest.raises(WeightsError, match="more than tensors"):
        read_weights(publish(saved({"weight": Path("surprise")})), cache, download=True)


def test_the_folder_is_that_of_torch_hub(monkeypatch, tmp_path):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    expected = tmp_path / "hub" / "checkpoints" / "resnet18-f37072fd.pth"
    assert weights_file(ResNet18_Weights.DEFAULT) == expected
    assert not is_present(ResNet18_Weights.DEFAULT)
