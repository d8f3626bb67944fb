"""How far apart several forms of one quantity lie."""

from __future__ import annotations

import torch
from jaxtyping import Num
from torch import Tensor

from tutorials_lib.tensors.shapes import require


def relative_error(value: Num[Tensor, "*shape"], reference: Num[Tensor, "*size"]) -> float:
    """‖value - reference‖ / ‖reference‖ in the Frobenius norm, computed in float64.

    Zero where both are equal, also for a reference of zeros. Raises `ValueError` for different shapes, which
    would otherwise be broadcast.

    >>> relative_error(torch.tensor([3.0, 4.5]), torch.tensor([3.0, 4.0]))
    0.1
    """
    require(value.shape == reference.shape, "values to compare need the same shape", value, reference)
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
