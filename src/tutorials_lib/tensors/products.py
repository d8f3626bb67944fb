"""Sums and products of vectors, matrices and tensors of any rank.

The notation is that of continuum mechanics: indices that appear twice are summed (A. Einstein, 1916,
doi:10.1002/andp.19163540702), e_j are the vectors of an orthonormal basis.
"""

from __future__ import annotations

import math
from itertools import product

import torch
from jaxtyping import Num
from torch import Tensor

from tutorials_lib.tensors.shapes import require


def add(A: Num[Tensor, "*shape"], B: Num[Tensor, "*size"]) -> Num[Tensor, "*shape"]:
    """Sum of two tensors of any rank, C_ij… = A_ij… + B_ij….

    Raises `ValueError` for different shapes: the sum of tensors does not broadcast.

    >>> add(torch.tensor([1, 2]), torch.tensor([10, 20]))
    tensor([11, 22])
    """
    require(A.shape == B.shape, "A+B needs tensors of the same shape", A, B)
    C = A.new_zeros(A.shape, dtype=torch.result_type(A, B))
    for index in _indices(A):
        C[index] = A[index] + B[index]
    return C


def scale(factor: float, A: Num[Tensor, "*shape"]) -> Num[Tensor, "*shape"]:
    """Product of a number and a tensor of any rank, D_ij… = λ A_ij….

    >>> scale(3, torch.tensor([[1, 2], [3, 4]]))
    tensor([[ 3,  6],
            [ 9, 12]])
    """
    D = A.new_zeros(A.shape, dtype=torch.result_type(A, factor))
    for index in _indices(A):
        D[index] = factor * A[index]
    return D


def dot(x: Num[Tensor, " length"], y: Num[Tensor, " size"]) -> Num[Tensor, ""]:
    """Scalar product of two vectors, s = x_k y_k.

    Raises `ValueError` unless both have the same length.

    >>> dot(torch.tensor([1, 2, 3]), torch.tensor([4, 5, 6]))
    tensor(32)
    """
    require(x.shape == y.shape, "x·y needs vectors of the same length", x, y)
    total = x.new_zeros(())
    for k in range(len(x)):
        total = total + x[k] * y[k]
    return total


def matrix_vector(A: Num[Tensor, "rows columns"], x: Num[Tensor, " length"]) -> Num[Tensor, " rows"]:
    """Product of a matrix and a vector, y_j = A_jk x_k.

    Raises `ValueError` unless `A` has one column for each component of `x`.

    >>> matrix_vector(torch.tensor([[1, 2], [3, 4]]), torch.tensor([10, 1]))
    tensor([12, 34])
    """
    fits = A.ndim == 2 and x.ndim == 1 and A.shape[1] == len(x)
    require(fits, "A·x needs one column of A for each component of x", A, x)
    rows, columns = A.shape
    y = A.new_zeros(rows)
    for j in range(rows):
        for k in range(columns):
            y[j] += A[j, k] * x[k]
    return y


def matrix_matrix(
    A: Num[Tensor, "rows inner"], B: Num[Tensor, "height columns"]
) -> Num[Tensor, "rows columns"]:
    """Product of two matrices, C_il = A_ik B_kl.

    Raises `ValueError` unless `A` has one column for each row of `B`.

    >>> matrix_matrix(torch.tensor([[1, 2], [3, 4]]), torch.tensor([[0, 1], [1, 0]]))
    tensor([[2, 1],
            [4, 3]])
    """
    fits = A.ndim == 2 and B.ndim == 2 and A.shape[1] == B.shape[0]
    require(fits, "A·B needs one column of A for each row of B", A, B)
    (rows, inner), columns = A.shape, B.shape[1]
    C = A.new_zeros(rows, columns)
    for i in range(rows):
        for l in range(columns):  # noqa: E741 — the letter of the formula
            for k in range(inner):
                C[i, l] += A[i, k] * B[k, l]
    return C


def levi_civita(dimension: int = 3) -> Num[Tensor, "*axes"]:
    """The symbol ε_ijk…: 1 for an even permutation of its indices, -1 for an odd one, 0 for a repeated index.

    int64, with `dimension` axes of that size (T. Levi-Civita and G. Ricci, 1900, doi:10.1007/BF01454201).

    >>> levi_civita(2)
    tensor([[ 0,  1],
            [-1,  0]])
    """
    symbol = torch.zeros((dimension,) * dimension, dtype=torch.int64)
    for index in _indices(symbol):
        signs = ((index[q] > index[p]) - (index[q] < index[p]) for q in range(dimension) for p in range(q))
        symbol[index] = math.prod(signs)
    return symbol


def cross(x: Num[Tensor, " length"], y: Num[Tensor, " size"]) -> Num[Tensor, " length"]:
    """Vector product, (x × y)_l = ε_jkl x_j y_k, from e_j × e_k = ε_jkl e_l.

    Raises `ValueError` unless both vectors have three components.

    >>> cross(torch.tensor([1, 0, 0]), torch.tensor([0, 1, 0]))
    tensor([0, 0, 1])
    """
    require(x.shape == y.shape == (3,), "x×y needs two vectors of three components", x, y)
    epsilon = levi_civita()
    z = x.new_zeros(3)
    for j, k, l in product(range(3), repeat=3):  # noqa: E741 — the letter of the formula
        z[l] += epsilon[j, k, l] * x[j] * y[k]
    return z


def matrix_cross_vector(A: Num[Tensor, "rows inner"], x: Num[Tensor, " length"]) -> Num[Tensor, "rows inner"]:
    """Vector product of a second-order tensor and a vector, (A ∧ x)_il = A_ij x_k ε_jkl.

    From A ∧ x = A_ij x_k e_i ⊗ (e_j × e_k): each row of `A` times `x`. Raises `ValueError` unless `A` is 3×3
    and `x` has three components.

    >>> matrix_cross_vector(torch.eye(3), torch.tensor([0.0, 0.0, 1.0]))
    tensor([[ 0., -1.,  0.],
            [ 1.,  0.,  0.],
            [ 0.,  0.,  0.]])
    """
    fits = A.shape == (3, 3) and x.shape == (3,)
    require(fits, "A∧x needs a 3×3 tensor and a vector of three components", A, x)
    epsilon = levi_civita()
    C = A.new_zeros(3, 3)
    for i, j, k, l in product(range(3), repeat=4):  # noqa: E741 — the letter of the formula
        C[i, l] += A[i, j] * x[k] * epsilon[j, k, l]
    return C


def outer(A: Num[Tensor, "*left"], B: Num[Tensor, "*right"]) -> Num[Tensor, "*left_and_right"]:
    """Outer product, C_{i…k…} = A_{i…} B_{k…}: the ranks add up.

    >>> outer(torch.tensor([1, 2]), torch.tensor([3, 4, 5]))
    tensor([[ 3,  4,  5],
            [ 6,  8, 10]])
    """
    C = A.new_zeros((*A.shape, *B.shape))
    for left in _indices(A):
        for right in _indices(B):
            C[left + right] = A[left] * B[right]
    return C


def contract(T: Num[Tensor, "*shape"], first: int, second: int) -> Num[Tensor, "*rest"]:
    """Contraction of two axes, S_{…} = T_{…i…i…}: the rank falls by two.

    Raises `ValueError` unless the axes differ, exist and have the same size.

    >>> contract(torch.arange(8).reshape(2, 2, 2), 0, 2)
    tensor([5, 9])
    """
    exist = first != second and all(0 <= axis < T.ndim for axis in (first, second))
    fits = exist and T.shape[first] == T.shape[second]
    require(fits, f"contracting axes {first} and {second} needs two axes of the same size", T)
    rest = [axis for axis in range(T.ndim) if axis not in (first, second)]
    S = T.new_zeros([T.shape[axis] for axis in rest])
    for index in _indices(T):
        if index[first] == index[second]:
            S[tuple(index[axis] for axis in rest)] += T[index]
    return S


def trace(A: Num[Tensor, "rows columns"]) -> Num[Tensor, ""]:
    """Trace of a square matrix, A_ii.

    Raises `ValueError` for anything else.

    >>> trace(torch.tensor([[1, 2], [3, 4]]))
    tensor(5)
    """
    require(A.ndim == 2 and A.shape[0] == A.shape[1], "the trace needs a square matrix", A)
    return contract(A, 0, 1)


def frobenius_norm(A: Num[Tensor, "*shape"]) -> Num[Tensor, ""]:
    """√(A_ij… A_ij…), the length of the list of all components.

    >>> frobenius_norm(torch.tensor([[3.0, 0.0], [0.0, 4.0]]))
    tensor(5.)
    """
    total = A.new_zeros(())
    for index in _indices(A):
        total = total + A[index] ** 2
    return total.sqrt()


def _indices(T: Tensor):
    """All index tuples of a tensor; the empty one for a number."""
    return product(*map(range, T.shape))
