"""Laws of the reference products, with PyTorch as the implementation we trust."""

import pytest
import torch
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
