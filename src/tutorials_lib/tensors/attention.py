"""Normalisation and attention, component by component."""

from __future__ import annotations

import math

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from tutorials_lib.tensors.shapes import require


def softmax(x: Float[Tensor, " size"]) -> Float[Tensor, " size"]:
    """p_i = exp(x_i) / Σ_j exp(x_j). -inf has probability 0.

    Raises `ValueError` unless `x` is a vector.

    >>> softmax(torch.tensor([0.0, 0.0, -float("inf")]))
    tensor([0.5000, 0.5000, 0.0000])
    """
    require(x.ndim == 1, "this softmax needs a vector", x)
    weights = torch.exp(x - x.max())  # the same quotient, and exp overflows float32 above 88
    return weights / weights.sum()


def layer_norm(x: Float[Tensor, "row feature"], epsilon: float = 1e-5) -> Float[Tensor, "row feature"]:
    """Each row less its mean over its standard deviation: y_rf = (x_rf - μ_r) / √(σ²_r + ε).

    σ² divides by the number of features (J. L. Ba, J. R. Kiros and G. E. Hinton, 2016, arXiv:1607.06450).
    Raises `ValueError` unless `x` is a matrix.

    >>> layer_norm(torch.tensor([[1.0, 3.0]]), epsilon=0.0)
    tensor([[-1.,  1.]])
    """
    require(x.ndim == 2, "this normalisation needs a matrix", x)
    y = x.new_zeros(x.shape)
    rows, features = x.shape
    for r in range(rows):
        mean = sum(x[r, f] for f in range(features)) / features
        variance = sum((x[r, f] - mean) ** 2 for f in range(features)) / features
        for f in range(features):
            y[r, f] = (x[r, f] - mean) / (variance + epsilon).sqrt()
    return y


def batch_norm(x: Float[Tensor, "row feature"], epsilon: float = 1e-5) -> Float[Tensor, "row feature"]:
    """Each column less its mean over its standard deviation: y_rf = (x_rf - μ_f) / √(σ²_f + ε).

    What training computes; σ² divides by the number of rows (S. Ioffe and C. Szegedy, 2015,
    arXiv:1502.03167). Raises `ValueError` unless `x` is a matrix.

    >>> batch_norm(torch.tensor([[1.0], [3.0]]), epsilon=0.0)
    tensor([[-1.],
            [ 1.]])
    """
    require(x.ndim == 2, "this normalisation needs a matrix", x)
    return layer_norm(x.T, epsilon).T


def scaled_dot_product_attention(
    query: Float[Tensor, "target width"],
    key: Float[Tensor, "source depth"],
    value: Float[Tensor, "length value_width"],
    allowed: Bool[Tensor, "target source"] | None = None,
) -> tuple[Float[Tensor, "target value_width"], Float[Tensor, "target source"]]:
    """The mean of the values, weighted by how well query and key agree; and the weights.

    w_ts = softmax_s(q_td k_sd / √width), y_tv = w_ts z_sv (A. Vaswani et al., 2017, arXiv:1706.03762).
    `allowed` is false where a target may not look. Raises `ValueError` unless query and key have the same
    width, and there is a value for each key.

    >>> query, key, value = torch.zeros(1, 2), torch.ones(2, 2), torch.tensor([[1.0], [3.0]])
    >>> y, weights = scaled_dot_product_attention(query, key, value)
    >>> y, weights
    (tensor([[2.]]), tensor([[0.5000, 0.5000]]))
    """
    fits = query.ndim == key.ndim == value.ndim == 2
    fits = fits and query.shape[1] == key.shape[1] and len(key) == len(value)
    rule = "attention needs query and key of one width, and one value for each key"
    require(fits, rule, query, key, value)
    (targets, width), sources = query.shape, len(key)
    weights = query.new_zeros(targets, sources)
    y = query.new_zeros(targets, value.shape[1])
    for t in range(targets):
        scores = query.new_full((sources,), -math.inf)
        for s in range(sources):
            if allowed is None or allowed[t, s]:
                scores[s] = sum(query[t, d] * key[s, d] for d in range(width)) / math.sqrt(width)
        weights[t] = softmax(scores)
        for s in range(sources):
            y[t] += weights[t, s] * value[s]
    return y, weights
