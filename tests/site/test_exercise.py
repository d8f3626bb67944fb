"""Stubs of exercises: valid, with the same names, and never the answer."""

import ast

import pytest

from tutorials_lib.site.exercise import stub

SOLUTION = '''\
# es: la idea
import math
from torch import nn

scale: float = 2.0
low, (high, *rest) = split(data)

@cache
def area(radius: float, *, unit="m") -> float:
    """Area of a disc."""
    # secret
    return math.pi * radius**2

class Net(nn.Module):
    """A net."""
    width: int

    def __init__(self):
        super().__init__()

    async def forward(self, x): return x

for step in range(3):
    total = step
print(total)
'''


def test_names_and_signatures_stay_and_bodies_go():
    result = stub(SOLUTION, "tu código")
    assert "secret" not in result
    assert "math.pi" not in result
    names = {
        node.name for node in ast.walk(ast.parse(result)) if hasattr(node, "name") and hasattr(node, "body")
    }
    assert names == {"area", "Net", "__init__", "forward"}
    scope = {"cache": lambda function: function}
    exec(compile(result, "stub", "exec"), scope)
    assert {"scale", "low", "high", "rest", "total", "math", "nn"} <= set(scope)
    assert scope["total"] is ...
    assert scope["area"].__doc__ == "Area of a disc."
    with pytest.raises(NotImplementedError):
        scope["area"](1.0)
    assert result.count("# tu código") == 8


@pytest.mark.parametrize(
    "solution",
    [
        "print(1)",
        "x += 1",
        "model.weight = 3",
        "x[0] = 1",
        "def f(): return 1",
        "class A: pass",
        "",
        "# only a comment",
        "if a:\n    b = 1\nelse:\n    b = 2",
        "with f() as g:\n    x = 1",
        "x = y = 3",
        "(a := 3)",
        "import os",
    ],
)
def test_a_stub_is_valid_python(solution):
    ast.parse(stub(solution, "comment"))
    ast.parse(stub(solution))


def test_the_check_fails_on_the_stub():
    with pytest.raises(AssertionError):
        exec(stub("x = 21 * 2") + "\nassert x == 42", {})


def test_each_name_once():
    assert stub("x = 1\nx = 2") == "x = ..."
