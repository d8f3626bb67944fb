"""Laws of the reference implementations, with PyTorch as the implementation we trust."""

from itertools import permutations, product

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from tutorials_lib import tensors

sizes = st.integers(1, 5)
seeds = st.integers(0, 2**31)
law = settings(deadline=None, max_examples=50)  # a first call of torch can take long


def random(*shape: int, seed: int) -> torch.Tensor:
    return torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


@law
@given(length=st.integers(0, 6), seed=seeds)
def test_dot_matches_torch(length, seed):
    x, y = random(2, length, seed=seed)
    torch.testing.assert_close(tensors.dot(x, y), torch.dot(x, y))


@law
@given(rows=sizes, columns=sizes, seed=seeds)
def test_matrix_vector_matches_torch(rows, columns, seed):
    A, x = random(rows, columns, seed=seed), random(columns, seed=seed + 1)
    torch.testing.assert_close(tensors.matrix_vector(A, x), torch.mv(A, x))


@law
@given(rows=sizes, inner=sizes, columns=sizes, seed=seeds)
def test_matrix_matrix_matches_torch(rows, inner, columns, seed):
    A, B = random(rows, inner, seed=seed), random(inner, columns, seed=seed + 1)
    torch.testing.assert_close(tensors.matrix_matrix(A, B), torch.mm(A, B))


@law
@given(rows=sizes, inner=sizes, columns=sizes, seed=seeds)
def test_transpose_of_a_product_is_the_product_of_transposes_in_reverse(rows, inner, columns, seed):
    A, B = random(rows, inner, seed=seed), random(inner, columns, seed=seed + 1)
    torch.testing.assert_close(tensors.matrix_matrix(A, B).T, tensors.matrix_matrix(B.T, A.T))


@law
@given(size=sizes, seed=seeds)
def test_identity_is_neutral_on_both_sides(size, seed):
    A, identity = random(size, size, seed=seed), torch.eye(size, dtype=torch.float64)
    assert torch.equal(tensors.matrix_matrix(A, identity), A)
    assert torch.equal(tensors.matrix_matrix(identity, A), A)


@law
@given(shape=st.lists(sizes, max_size=3), factor=st.floats(-5, 5), seed=seeds)
def test_sum_and_scale_match_torch_and_obey_their_laws(shape, factor, seed):
    A, B = random(2, *shape, seed=seed)
    torch.testing.assert_close(tensors.add(A, B), A + B)
    assert torch.equal(tensors.add(A, B), tensors.add(B, A))
    torch.testing.assert_close(tensors.scale(factor, A), factor * A)
    distributed = tensors.add(tensors.scale(factor, A), tensors.scale(factor, B))
    torch.testing.assert_close(tensors.scale(factor, tensors.add(A, B)), distributed)


@law
@given(rows=sizes, columns=sizes, factor=st.floats(-5, 5), seed=seeds)
def test_a_factor_may_be_applied_before_or_after_a_product(rows, columns, factor, seed):
    A, v = random(rows, columns, seed=seed), random(columns, seed=seed + 1)
    before = tensors.matrix_vector(tensors.scale(factor, A), v)
    torch.testing.assert_close(before, tensors.scale(factor, tensors.matrix_vector(A, v)))


@law
@given(rows=sizes, inner=sizes, middle=sizes, columns=sizes, seed=seeds)
def test_matrix_product_is_associative_and_distributive(rows, inner, middle, columns, seed):
    A, B = random(rows, inner, seed=seed), random(inner, middle, seed=seed + 1)
    C, D = random(middle, columns, seed=seed + 2), random(inner, middle, seed=seed + 3)
    product = tensors.matrix_matrix
    torch.testing.assert_close(product(product(A, B), C), product(A, product(B, C)))
    torch.testing.assert_close(product(A, tensors.add(B, D)), tensors.add(product(A, B), product(A, D)))


@law
@given(size=st.integers(2, 4), seed=seeds)
def test_matrix_product_is_not_commutative_in_general(size, seed):
    A, B = random(2, size, size, seed=seed)
    assert not torch.allclose(tensors.matrix_matrix(A, B), tensors.matrix_matrix(B, A))


@pytest.mark.parametrize("dimension", [1, 2, 3, 4])
def test_levi_civita_is_the_sign_of_each_permutation(dimension):
    symbol = tensors.levi_civita(dimension)
    identity = torch.eye(dimension, dtype=torch.float64)
    for order in permutations(range(dimension)):
        assert symbol[order] == torch.linalg.det(identity[list(order)]).round()
    assert symbol.abs().sum() == len(list(permutations(range(dimension))))


def test_product_of_two_levi_civita_symbols_is_made_of_deltas():
    epsilon, delta = tensors.levi_civita(), torch.eye(3, dtype=torch.int64)
    left = torch.einsum("ijk,ilm->jklm", epsilon, epsilon)
    right = torch.einsum("jl,km->jklm", delta, delta) - torch.einsum("jm,kl->jklm", delta, delta)
    assert torch.equal(left, right)


@law
@given(seed=seeds)
def test_cross_products_match_torch_and_stand_perpendicular(seed):
    (x, y), A = random(2, 3, seed=seed), random(3, 3, seed=seed + 1)
    z = tensors.cross(x, y)
    torch.testing.assert_close(z, torch.linalg.cross(x, y))
    torch.testing.assert_close(z, -tensors.cross(y, x))
    torch.testing.assert_close(tensors.dot(z, x), x.new_zeros(()))
    rows = torch.stack([tensors.cross(row, x) for row in A])
    torch.testing.assert_close(tensors.matrix_cross_vector(A, x), rows)


@law
@given(left=st.lists(sizes, max_size=2), right=st.lists(sizes, max_size=2), seed=seeds)
def test_outer_product_matches_torch(left, right, seed):
    A, B = random(*left, seed=seed), random(*right, seed=seed + 1)
    torch.testing.assert_close(tensors.outer(A, B), torch.tensordot(A, B, dims=0))


@law
@given(size=sizes, other=sizes, seed=seeds)
def test_contraction_matches_einsum_and_a_product_is_an_outer_product_contracted(size, other, seed):
    T = random(size, other, size, seed=seed)
    torch.testing.assert_close(tensors.contract(T, 0, 2), torch.einsum("iji->j", T))
    A, B = random(other, size, seed=seed), random(size, other, seed=seed + 1)
    contracted = tensors.contract(tensors.outer(A, B), 1, 2)
    torch.testing.assert_close(contracted, tensors.matrix_matrix(A, B))


@law
@given(size=sizes, other=sizes, seed=seeds)
def test_trace_and_norm_match_torch_and_the_trace_of_a_product_is_cyclic(size, other, seed):
    A, B = random(size, other, seed=seed), random(other, size, seed=seed + 1)
    product = tensors.matrix_matrix(A, B)
    torch.testing.assert_close(tensors.trace(product), torch.trace(product))
    torch.testing.assert_close(tensors.trace(product), tensors.trace(tensors.matrix_matrix(B, A)))
    torch.testing.assert_close(tensors.frobenius_norm(A), torch.linalg.matrix_norm(A))
    square = tensors.trace(tensors.matrix_matrix(A, A.T))
    torch.testing.assert_close(tensors.frobenius_norm(A) ** 2, square)


def test_output_size_is_that_of_torch_on_the_whole_grid():
    for size in range(1, 9):
        for kernel, stride, padding, dilation in product(range(1, 5), range(1, 4), range(3), range(1, 4)):
            image, weight = torch.zeros(1, 1, size), torch.zeros(1, 1, kernel)
            try:
                expected = F.conv1d(image, weight, None, stride, padding, dilation).shape[-1]
            except RuntimeError:
                with pytest.raises(ValueError, match="a window needs room"):
                    tensors.output_size(size, kernel, stride, padding, dilation)
            else:
                assert tensors.output_size(size, kernel, stride, padding, dilation) == expected


windows = {"stride": st.integers(1, 3), "padding": st.integers(0, 2), "dilation": st.integers(1, 2)}


@law
@given(height=st.integers(3, 6), width=st.integers(3, 6), filters=st.integers(1, 2), seed=seeds, **windows)
def test_correlation_matches_torch(height, width, filters, seed, stride, padding, dilation):
    image, kernel = random(2, height, width, seed=seed), random(filters, 2, 2, 2, seed=seed + 1)
    ours = tensors.correlate2d(image, kernel, stride, padding, dilation)
    torch.testing.assert_close(ours, F.conv2d(image, kernel, None, stride, padding, dilation))


@law
@given(height=sizes, width=sizes, rows=st.integers(1, 3), columns=st.integers(1, 3), seed=seeds)
def test_convolution_is_commutative_and_correlates_with_the_kernel_turned_around(
    height, width, rows, columns, seed
):
    image, kernel = random(height, width, seed=seed), random(rows, columns, seed=seed + 1)
    ours = tensors.convolve2d(image, kernel)
    torch.testing.assert_close(ours, tensors.convolve2d(kernel, image))
    around = F.pad(image[None], (columns - 1, columns - 1, rows - 1, rows - 1))
    torch.testing.assert_close(ours, F.conv2d(around, kernel.flip(0, 1)[None, None])[0])


@law
@given(height=st.integers(3, 7), width=st.integers(3, 7), stride=st.integers(1, 3), seed=seeds)
def test_pooling_matches_torch(height, width, stride, seed):
    image = random(2, height, width, seed=seed)
    torch.testing.assert_close(tensors.max_pool2d(image, 2, stride), F.max_pool2d(image, 2, stride))
    torch.testing.assert_close(tensors.average_pool2d(image, 3, stride), F.avg_pool2d(image, 3, stride))


@law
@given(size=st.integers(1, 12), bins=st.integers(1, 12), seed=seeds)
def test_adaptive_bins_are_those_of_torch(size, bins, seed):
    row = random(size, seed=seed)
    means = torch.stack([row[start:end].mean() for start, end in tensors.adaptive_bins(size, bins)])
    torch.testing.assert_close(means, F.adaptive_avg_pool1d(row[None], bins)[0])


@law
@given(rows=st.integers(2, 4), features=sizes, seed=seeds)
def test_normalisation_and_softmax_match_torch(rows, features, seed):
    x = random(rows, features, seed=seed)
    torch.testing.assert_close(tensors.layer_norm(x), F.layer_norm(x, (features,)))
    torch.testing.assert_close(tensors.batch_norm(x), F.batch_norm(x, None, None, training=True))
    torch.testing.assert_close(tensors.softmax(1000 * x[0]), torch.softmax(1000 * x[0], 0))


@law
@given(targets=sizes, sources=sizes, width=sizes, depth=sizes, seed=seeds)
def test_attention_matches_torch_and_its_weights_add_up_to_one(targets, sources, width, depth, seed):
    query, key = random(targets, width, seed=seed), random(sources, width, seed=seed + 1)
    value = random(sources, depth, seed=seed + 2)
    allowed = random(targets, sources, seed=seed + 3) > 0
    allowed[:, 0] = True  # whoever may look nowhere has no mean
    for mask in (None, allowed):
        ours, weights = tensors.scaled_dot_product_attention(query, key, value, mask)
        theirs = F.scaled_dot_product_attention(query[None], key[None], value[None], mask)[0]
        torch.testing.assert_close(ours, theirs)
        torch.testing.assert_close(weights.sum(1), torch.ones(targets, dtype=torch.float64))
    assert not weights[~allowed].any()


def test_products_keep_integers_exact():
    A = torch.tensor([[2**40, 1], [0, 3]])
    assert tensors.matrix_matrix(A, A).tolist() == (A @ A).tolist()
    assert tensors.matrix_vector(A, A[0]).dtype == torch.int64


def test_gradient_flows_through_the_loops():
    A = random(2, 3, seed=0).requires_grad_()
    x = random(3, seed=1)
    tensors.matrix_vector(A, x).sum().backward()
    torch.testing.assert_close(A.grad, x.expand(2, 3))


@pytest.mark.parametrize(
    ("call", "first", "second", "rule"),
    [
        (tensors.dot, (3,), (4,), "vectors of the same length"),
        (tensors.matrix_vector, (2, 3), (2,), "one column of A for each component of x"),
        (tensors.matrix_matrix, (2, 3), (4, 2), "one column of A for each row of B"),
        (tensors.add, (2, 3), (3,), "tensors of the same shape"),
        (tensors.cross, (3,), (2,), "two vectors of three components"),
        (tensors.matrix_cross_vector, (3, 3), (4,), "a 3×3 tensor and a vector of three components"),
        (tensors.correlate2d, (3, 5, 5), (1, 2, 3, 3), "as many channels as the image"),
        (tensors.convolve2d, (5,), (3, 3), "two matrices"),
    ],
)
def test_shapes_that_do_not_fit_are_named_with_the_rule(call, first, second, rule):
    with pytest.raises(ValueError, match=rule) as error:
        call(torch.zeros(first), torch.zeros(second))
    assert str(first) in str(error.value)
    assert str(second) in str(error.value)


@law
@given(size=sizes, seed=seeds, scale=st.floats(1e-6, 1.0))
def test_relative_error_is_the_size_of_the_relative_disturbance(size, seed, scale):
    reference = random(size, size, seed=seed)
    assert tensors.relative_error(reference * (1 + scale), reference) == pytest.approx(scale, rel=1e-6)


def test_relative_error_of_equal_zeros_is_zero_and_of_anything_else_from_zero_is_infinite():
    zeros = torch.zeros(3)
    assert tensors.relative_error(zeros, zeros) == 0.0
    assert tensors.relative_error(zeros + 1, zeros) == float("inf")


def test_agreement_returns_the_largest_difference():
    reference = torch.tensor([3.0, 4.0], dtype=torch.float64)
    near = torch.tensor([3.0, 4.0 + 5e-14], dtype=torch.float64)
    difference = tensors.assert_agree(reference=reference, same=reference, near=near)
    assert difference == pytest.approx(1e-14, rel=0.1)


@pytest.mark.parametrize("wrong", [1.001, float("nan")])
def test_disagreement_names_the_form_that_differs(wrong):
    reference = torch.ones(3)
    with pytest.raises(AssertionError, match=r"einsum is .* from loop"):
        tensors.assert_agree(loop=reference, einsum=reference * wrong)


def test_agreement_never_broadcasts():
    with pytest.raises(ValueError, match="same shape"):
        tensors.assert_agree(loop=torch.ones(3), wrong=torch.ones(3, 1))


def test_agreement_of_a_single_form_is_refused():
    with pytest.raises(ValueError, match="nothing to compare"):
        tensors.assert_agree(loop=torch.ones(3))
