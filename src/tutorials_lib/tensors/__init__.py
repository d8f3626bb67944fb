"""Tensor formulas written as loops over their indices: slow, obvious, and the reference for every lesson.

Each function is its formula read aloud: free indices become the outer loops, repeated indices the sums.
Sizes that must agree bear two names in a signature, because a mismatch raises a `ValueError` that states the
rule; under one name a type checker would stop the call first, with less to say.
"""

from tutorials_lib.tensors.agreement import assert_agree, relative_error
from tutorials_lib.tensors.attention import batch_norm, layer_norm, scaled_dot_product_attention, softmax
from tutorials_lib.tensors.products import (
    add,
    contract,
    cross,
    dot,
    frobenius_norm,
    levi_civita,
    matrix_cross_vector,
    matrix_matrix,
    matrix_vector,
    outer,
    scale,
    trace,
)
from tutorials_lib.tensors.windows import (
    adaptive_bins,
    average_pool2d,
    convolve2d,
    correlate2d,
    max_pool2d,
    output_size,
)

__all__ = [
    "adaptive_bins",
    "add",
    "assert_agree",
    "average_pool2d",
    "batch_norm",
    "contract",
    "convolve2d",
    "correlate2d",
    "cross",
    "dot",
    "frobenius_norm",
    "layer_norm",
    "levi_civita",
    "matrix_cross_vector",
    "matrix_matrix",
    "matrix_vector",
    "max_pool2d",
    "outer",
    "output_size",
    "relative_error",
    "scale",
    "scaled_dot_product_attention",
    "softmax",
    "trace",
]
