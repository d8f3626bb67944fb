"""The course map has every chapter, lessons that exist, and changes that hold on the pinned versions."""

import inspect
import re
import warnings
from functools import cache
from pathlib import Path
from pickle import UnpicklingError

import pytest
import torch
from torch import nn
from torchvision import models, transforms
from torchvision.datasets import ImageFolder
from torchvision.transforms import v2

from tutorials_lib.site.script import load_examples
from tutorials_lib.site.settings import load_settings

ROOT = Path(__file__).parents[1]
SETTINGS = load_settings(ROOT)
PAGES = {
    language: (ROOT / "docs" / language / "companion.md").read_text("utf-8")
    for language in SETTINGS.languages
}


def links(page: str) -> list[str]:
    return re.findall(r"\]\(([^)\s]+)\)", page)


@cache
def lessons() -> set[str]:
    sections = load_examples(SETTINGS.examples_path, SETTINGS.languages)
    return {f"{section.slug}/{tutorial.name}.md" for section in sections for tutorial in section.tutorials}


def test_languages_lead_to_the_same_places():
    first, *others = (links(page) for page in PAGES.values())
    assert all(other == first for other in others)


@pytest.mark.parametrize("language", PAGES)
def test_every_chapter_is_there_with_its_link(language):
    chapters = re.split(r"\{#chapter-(\d\d)\}", PAGES[language])
    assert chapters[1::2] == [f"{number:02}" for number in range(10)]
    for number, text in zip(chapters[1::2], chapters[2::2], strict=True):
        assert links(text)[0].startswith(f"https://www.learnpytorch.io/{number}_")


@pytest.mark.parametrize("language", PAGES)
def test_every_lesson_of_the_map_exists(language):
    local = {link for link in links(PAGES[language]) if not link.startswith("https://")}
    assert local
    assert local - lessons() == set()


def test_a_model_saved_whole_is_refused_and_its_weights_are_read(tmp_path):
    model = nn.Linear(2, 1)
    torch.save(model, tmp_path / "whole.pt")
    torch.save(model.state_dict(), tmp_path / "weights.pt")
    with pytest.raises(UnpicklingError, match="weights_only"):
        torch.load(tmp_path / "whole.pt")
    assert torch.equal(torch.load(tmp_path / "weights.pt")["weight"], model.weight)


def test_totensor_warns_in_v2_only():
    with pytest.warns(UserWarning, match=r"deprecated.*v2\.ToImage\(\), v2\.ToDtype\(torch\.float32"):
        v2.ToTensor()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        transforms.ToTensor()


def test_pretrained_is_accepted_with_a_warning_and_weights_bring_transforms():
    with torch.device("meta"), pytest.warns(UserWarning, match="'pretrained' is deprecated since 0.13"):
        models.resnet18(pretrained=False)
    transform = models.EfficientNet_B0_Weights.DEFAULT.transforms()
    assert transform(torch.zeros(3, 300, 300, dtype=torch.uint8)).shape == (3, 224, 224)


def test_torchscript_warns():
    with pytest.warns(Warning, match=r"`torch\.jit\.script` is deprecated"):
        torch.jit.script(nn.Linear(1, 1))


def test_what_the_map_says_is_there_is_there():
    assert inspect.signature(torch.onnx.export).parameters["dynamo"].default is True
    assert "allow_empty" in inspect.signature(ImageFolder).parameters
    assert isinstance(torch.accelerator.is_available(), bool)
    assert callable(torch.set_default_device)
    picture = torch.zeros(3, 8, 8, dtype=torch.uint8)
    assert v2.TrivialAugmentWide()(picture).shape == picture.shape
    one = torch.ones(1, 1, 2, 4)
    assert torch.allclose(nn.functional.scaled_dot_product_attention(one, one, one), one)
