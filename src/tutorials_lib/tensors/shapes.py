"""The errors of shapes that do not fit: both shapes, and the rule that they break."""

from __future__ import annotations

from torch import Tensor


def require(condition: bool, rule: str, *operands: Tensor) -> None:
    """Raise `ValueError` with `rule` and the operands' shapes unless `condition` holds."""
    if not condition:
        shapes = " and ".join(str(tuple(operand.shape)) for operand in operands)
        raise ValueError(f"{rule}; got shape{'s' if len(operands) > 1 else ''} {shapes}")
