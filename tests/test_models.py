"""Shapes and sizes of the three classifiers, against the formulas that a reader would use."""

import pytest
import torch
from torch import nn

from tutorials_lib.models import MLP, LinearClassifier, TinyVGG, parameter_count

CLASSES = 10


def build(kind: str, side: int, channels: int = 1) -> nn.Module:
    pixels = channels * side * side
    return {
        "linear": lambda: LinearClassifier(pixels, CLASSES),
        "mlp": lambda: MLP(pixels, 32, CLASSES),
        "vgg": lambda: TinyVGG(channels, 10, CLASSES, side),
    }[kind]()


@pytest.mark.parametrize("kind", ["linear", "mlp", "vgg"])
@pytest.mark.parametrize(("side", "channels"), [(4, 1), (8, 1), (28, 1), (9, 3)])
def test_one_logit_for_every_class(kind, side, channels):
    images = torch.rand(5, channels, side, side)
    assert build(kind, side, channels)(images).shape == (5, CLASSES)


@pytest.mark.parametrize("side", [8, 28])
def test_parameter_counts_follow_the_formulas(side):
    pixels = side * side
    assert parameter_count(build("linear", side)) == pixels * CLASSES + CLASSES
    assert parameter_count(build("mlp", side)) == (pixels * 32 + 32) + (32 * CLASSES + CLASSES)
    first, later, last = 9 * 1 * 10 + 10, 9 * 10 * 10 + 10, 10 * (side // 4) ** 2 * CLASSES + CLASSES
    assert parameter_count(build("vgg", side)) == first + 3 * later + last


def test_frozen_parameters_are_not_counted():
    model = LinearClassifier(64, CLASSES)
    next(model.parameters()).requires_grad_(False)
    assert parameter_count(model) == CLASSES


def test_linear_classifier_is_affine_and_the_others_are_not():
    torch.manual_seed(0)
    one, other = torch.rand(2, 6, 1, 8, 8)

    @torch.no_grad()
    def bend(model: nn.Module) -> float:
        """How far the middle of two images lies from the middle of their logits."""
        return float((model((one + other) / 2) - (model(one) + model(other)) / 2).abs().max())

    assert bend(build("linear", 8)) < 1e-5
    assert bend(build("mlp", 8)) > 1e-3
    assert bend(build("vgg", 8)) > 1e-3


def test_pixel_order_matters_only_to_the_convolutional_network():
    """A dense layer with its weights permuted undoes a permutation of the pixels; no kernel can."""
    torch.manual_seed(0)
    images, order = torch.rand(6, 1, 8, 8), torch.randperm(64)
    shuffled = images.flatten(1)[:, order].reshape(images.shape)
    model = build("mlp", 8)
    expected = model(images)
    first = model.layers[1]
    first.weight.data = first.weight.data[:, order]
    assert torch.allclose(model(shuffled), expected, atol=1e-5)


def test_tiny_vgg_refuses_images_that_two_halvings_would_empty():
    with pytest.raises(ValueError, match="side 3; expected at least 4"):
        TinyVGG(1, 10, CLASSES, side=3)
