"""What slides over an image: convolution and pooling, and how large the result is.

Sizes follow V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep learning", 2016,
arXiv:1603.07285. Images are `channel height width`, kernels `filter channel height width`.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import torch
from jaxtyping import Num
from torch import Tensor

from tutorials_lib.tensors.shapes import require


def output_size(size: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    """Places of a window along an axis: ⌊(size + 2·padding - dilation·(kernel - 1) - 1) / stride⌋ + 1.

    Raises `ValueError` for a kernel, stride or dilation below 1, a negative padding, or a window that is
    larger than the padded axis.

    >>> output_size(28, kernel=3, padding=1), output_size(28, kernel=2, stride=2)
    (28, 14)
    """
    if min(size, kernel, stride, dilation) < 1 or padding < 0:
        given = f"size {size}, kernel {kernel}, stride {stride}, padding {padding}, dilation {dilation}"
        raise ValueError(f"sizes, strides and dilations start at 1 and paddings at 0; got {given}")
    reach = dilation * (kernel - 1) + 1  # cells from the first to the last weight
    room = size + 2 * padding
    if reach > room:
        raise ValueError(f"a window needs room; it reaches over {reach} cells of an axis of {room}")
    return (room - reach) // stride + 1


def correlate2d(
    image: Num[Tensor, "channel height width"],
    kernel: Num[Tensor, "filter depth rows columns"],
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
) -> Num[Tensor, "filter down across"]:
    """What deep learning calls convolution, y_fij = Σ_cuv w_fcuv x_c(si+du-p)(sj+dv-p); outside, x is 0.

    s, d and p are stride, dilation and padding. Raises `ValueError` unless the kernel has one depth for each
    channel, and like `output_size`.

    >>> correlate2d(torch.tensor([[[1, 2, 4, 7]]]), torch.tensor([[[[-1, 1]]]]))
    tensor([[[1, 2, 3]]])
    """
    fits = image.ndim == 3 and kernel.ndim == 4 and kernel.shape[1] == image.shape[0]
    require(fits, "a kernel needs as many channels as the image", image, kernel)
    channels, height, width = image.shape
    filters, _, rows, columns = kernel.shape
    down = output_size(height, rows, stride, padding, dilation)
    across = output_size(width, columns, stride, padding, dilation)
    y = image.new_zeros(filters, down, across)
    for f, i, j in product(range(filters), range(down), range(across)):
        for c, u, v in product(range(channels), range(rows), range(columns)):
            row = stride * i + dilation * u - padding
            column = stride * j + dilation * v - padding
            if 0 <= row < height and 0 <= column < width:
                y[f, i, j] += kernel[f, c, u, v] * image[c, row, column]
    return y


def convolve2d(
    image: Num[Tensor, "height width"], kernel: Num[Tensor, "rows columns"]
) -> Num[Tensor, "down across"]:
    """The convolution of mathematics, in full: y_ij = Σ_uv w_uv x_(i-u)(j-v), which turns the kernel around.

    The result has height + rows - 1 rows, and columns accordingly; outside, `image` is 0. It is commutative.
    Raises `ValueError` unless both are matrices.

    >>> convolve2d(torch.tensor([[1, 2]]), torch.tensor([[1, 10]]))
    tensor([[ 1, 12, 20]])
    """
    require(image.ndim == kernel.ndim == 2, "a convolution needs two matrices", image, kernel)
    (height, width), (rows, columns) = image.shape, kernel.shape
    y = image.new_zeros(height + rows - 1, width + columns - 1)
    for i, j in product(range(y.shape[0]), range(y.shape[1])):
        for u, v in product(range(rows), range(columns)):
            if 0 <= i - u < height and 0 <= j - v < width:
                y[i, j] += kernel[u, v] * image[i - u, j - v]
    return y


def max_pool2d(
    image: Num[Tensor, "channel height width"], kernel: int, stride: int | None = None
) -> Num[Tensor, "channel down across"]:
    """The largest value below each window, y_cij = max_uv x_c(si+u)(sj+v).

    The stride s is the kernel's size unless given. Raises `ValueError` like `output_size`.

    >>> max_pool2d(torch.tensor([[[1, 2, 5, 0], [3, 4, 1, 1]]]), kernel=2)
    tensor([[[4, 5]]])
    """
    return _pool(image, kernel, stride, torch.amax)


def average_pool2d(
    image: Num[Tensor, "channel height width"], kernel: int, stride: int | None = None
) -> Num[Tensor, "channel down across"]:
    """The mean below each window, y_cij = Σ_uv x_c(si+u)(sj+v) / kernel².

    The stride s is the kernel's size unless given. Raises `ValueError` like `output_size`.

    >>> average_pool2d(torch.tensor([[[1.0, 2.0, 5.0, 0.0], [3.0, 4.0, 1.0, 2.0]]]), kernel=2)
    tensor([[[2.5000, 2.0000]]])
    """
    return _pool(image, kernel, stride, torch.mean)


def adaptive_bins(size: int, bins: int) -> list[tuple[int, int]]:
    """The parts into which adaptive pooling cuts an axis: bin i from ⌊i·size/bins⌋ to ⌈(i+1)·size/bins⌉.

    Ends are exclusive; some neighbours overlap where `bins` does not divide `size`. Raises `ValueError`
    unless both are positive.

    >>> adaptive_bins(7, 3)
    [(0, 3), (2, 5), (4, 7)]
    """
    if min(size, bins) < 1:
        raise ValueError(f"an axis and its bins need at least one cell; got {size} and {bins}")
    return [(i * size // bins, -(-(i + 1) * size // bins)) for i in range(bins)]


def _pool(image: Tensor, kernel: int, stride: int | None, reduce: Callable[[Tensor], Tensor]) -> Tensor:
    require(image.ndim == 3, "pooling needs an image of channel, height and width", image)
    stride = stride or kernel
    channels, height, width = image.shape
    down, across = output_size(height, kernel, stride), output_size(width, kernel, stride)
    y = image.new_zeros(channels, down, across)
    for c, i, j in product(range(channels), range(down), range(across)):
        y[c, i, j] = reduce(image[c, stride * i : stride * i + kernel, stride * j : stride * j + kernel])
    return y
