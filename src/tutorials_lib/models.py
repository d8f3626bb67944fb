"""Three image classifiers of growing structure: every pixel on its own, all pixels mixed, neighbourhoods.

All take images `batch channel height width` and return one logit per class.
"""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor, nn

Images = Float[Tensor, "batch channel height width"]
Logits = Float[Tensor, "batch classes"]


class LinearClassifier(nn.Module):
    """One weight per pixel and class: `pixels · classes + classes` parameters.

    >>> parameter_count(LinearClassifier(pixels=64, classes=10))
    650
    """

    def __init__(self, pixels: int, classes: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(pixels, classes))

    def forward(self, images: Images) -> Logits:
        return self.layers(images)


class MLP(nn.Module):
    """A multilayer perceptron with one hidden layer of `hidden` units.

    >>> parameter_count(MLP(pixels=64, hidden=32, classes=10))
    2410
    """

    def __init__(self, pixels: int, hidden: int, classes: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Flatten(), nn.Linear(pixels, hidden), nn.ReLU(), nn.Linear(hidden, classes)
        )

    def forward(self, images: Images) -> Logits:
        return self.layers(images)


class TinyVGG(nn.Module):
    """Two blocks of two 3×3 convolutions, each block halving the side, then one linear layer.

    The network of *CNN Explainer* (Wang et al., 2020, https://arxiv.org/abs/2004.15004), with padding
    so that a convolution keeps the size. `side` is the height and width of the images, at least 4;
    otherwise `ValueError`.

    >>> parameter_count(TinyVGG(channels=1, hidden=10, classes=10, side=28))
    7740
    """

    def __init__(self, channels: int, hidden: int, classes: int, side: int) -> None:
        super().__init__()
        if side < 4:
            raise ValueError(f"images of side {side}; expected at least 4, two blocks halve it twice")
        self.blocks = nn.Sequential(_block(channels, hidden), _block(hidden, hidden))
        self.classifier = nn.Sequential(nn.Flatten(), nn.Linear(hidden * (side // 4) ** 2, classes))

    def forward(self, images: Images) -> Logits:
        return self.classifier(self.blocks(images))


def _block(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel_size=3, padding=1),
        nn.ReLU(),
        nn.Conv2d(outputs, outputs, kernel_size=3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
    )


def parameter_count(model: nn.Module) -> int:
    """How many numbers training may change."""
    return sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
