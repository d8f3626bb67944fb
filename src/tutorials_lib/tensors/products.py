"""Products of tensors written as loops over their indices: slow, obvious, and the reference for every lesson.

Each function is its formula read aloud: free indices become the outer loops, the repeated index the sum.
Sizes that must agree bear two names in a signature, because a mismatch raises a `ValueError` that states the
rule; under one name a type checker would stop the call first, with less to say.
"""

from __future__ import annotations

import torch
from jaxtyping import Num
from torch import Tensor


def dot(x: Num[Tensor, " length"], y: Num[Tensor, " size"]) -> Num[Tensor, ""]:
    """Scalar product of two vectors, s = x_k y_k.

    Raises `ValueError` unless both have the same length.

    >>> dot(torch.tensor([1, 2, 3]), torch.tensor([4, 5, 6]))
    tensor(32)
    """
    _require(x.shape == y.shape, "x·y needs vectors of the same length", x, y)
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
    _require(
        A.ndim == 2 and x.ndim == 1 and A.shape[1] == len(x),
        "A·x needs one column of A for each component of x",
        A,
        x,
    )
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
    _require(
        A.ndim == 2 and B.ndim == 2 and A.shape[1] == B.shape[0],
        "A·B needs one column of A for each row of B",
        A,
        B,
    )
    (rows, inner), columns = A.shape, B.shape[1]
    C = A.new_zeros(rows, columns)
    for i in range(rows):
        for l in range(columns):  # noqa: E741 — the letter of the formula
            for k in range(inner):
                C[i, l] += A[i, k] * B[k, l]
    return C


def relative_error(value: Num[Tensor, "*shape"], reference: Num[Tensor, "*size"]) -> float:
    """‖value - reference‖ / ‖reference‖ in the Frobenius norm, computed in float64.

    Zero where both are equal, also for a reference of zeros. Raises `ValueError` for different shapes, which
    would otherwise be broadcast.

    >>> relative_error(torch.tensor([3.0, 4.5]), torch.tensor([3.0, 4.0]))
    0.1
    """
    _require(value.shape == reference.shape, "values to compare need the same shape", value, reference)
    value, reference = value.double(), reference.double()
    difference = torch.linalg.vector_norm(value - reference)
    return float(difference / torch.linalg.vector_norm(reference)) if difference else 0.0


def assert_agree(tolerance: float = 1e-12, /, **forms: Tensor) -> float:
    """The largest `relative_error` of the named forms of one quantity from the first of them.

    Raises `AssertionError` naming the form that lies further off than `tolerance`, and `ValueError` for fewer
    than two forms, which would compare nothing.

    >>> assert_agree(loop=torch.tensor([1.0, 2.0]), torch=torch.tensor([1.0, 2.0]))
    0.0
    """
    if len(forms) < 2:
        raise ValueError(f"nothing to compare: got {list(forms)}; expected two forms or more")
    (reference_name, reference), *others = forms.items()
    errors = {name: relative_error(form, reference) for name, form in others}
    for name, error in errors.items():
        if not error <= tolerance:  # so that a NaN fails
            raise AssertionError(
                f"{name} is {error:.2e} from {reference_name}; expected {tolerance:.0e} or less"
            )
    return max(errors.values())


def _require(condition: bool, rule: str, *operands: Tensor) -> None:
    if not condition:
        shapes = " and ".join(str(tuple(operand.shape)) for operand in operands)
        raise ValueError(f"{rule}; got shapes {shapes}")
