"""The reader of einsum's notation, with `torch.einsum` as the implementation we trust."""

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tutorials_lib import einsum
from tutorials_lib.i18n import resolve

axes = st.text("ijkl", max_size=3)
law = settings(deadline=None, max_examples=150)


@st.composite
def expressions(draw) -> str:
    """One or two operands, repeated letters included; with and without an arrow."""
    operands = draw(st.lists(axes, min_size=1, max_size=2))
    letters = sorted(set("".join(operands)))
    if not draw(st.booleans()):
        return ",".join(operands)
    kept = draw(st.lists(st.sampled_from(letters), unique=True)) if letters else []
    return f"{','.join(operands)}->{''.join(kept)}"


def operands_for(expression: str, seed: int) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    size = {"i": 2, "j": 3, "k": 1, "l": 4}
    return [
        torch.randn([size[letter] for letter in letters], dtype=torch.float64, generator=generator)
        for letters in einsum.parse(expression).operands
    ]


@law
@given(expression=expressions(), seed=st.integers(0, 99))
def test_loops_over_letters_match_torch(expression, seed):
    operands = operands_for(expression, seed)
    torch.testing.assert_close(einsum.evaluate(expression, *operands), torch.einsum(expression, *operands))


@law
@given(expression=expressions(), seed=st.integers(0, 99))
def test_python_that_is_printed_computes_the_same(expression, seed):
    assume("->" in expression)
    operands = operands_for(expression, seed)
    read = einsum.parse(expression)
    expected = torch.einsum(expression, *operands)
    scope = {"size": einsum.sizes(read, *operands), "C": torch.zeros_like(expected)}
    scope |= dict(zip(einsum.NAMES, operands, strict=False))
    exec(einsum.loops(read), scope)
    torch.testing.assert_close(scope["C"], expected)


@law
@given(expression=expressions())
def test_every_letter_is_explained_once_in_every_language(expression):
    letters = einsum.parse(expression).letters
    for language in ("es", "en"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TUTORIALS_BUILD", "1")
            sentences = [resolve(sentence, language) for sentence in einsum.explain(expression)]
        described = [sentence[0] for sentence in sentences if sentence[1:3] == ": "]
        assert "".join(described) == letters
        gone = [sentence[0] for sentence in sentences if "desaparece" in sentence or "gone" in sentence]
        assert "".join(gone) == einsum.parse(expression).summed


@pytest.mark.parametrize(
    ("expression", "spanish", "english"),
    [
        ("ij,jk->ik", "matriz por matriz", "matrix times matrix"),
        ("ab,bc", "matriz por matriz", "matrix times matrix"),
        ("nn", "traza", "trace"),
        ("bqd,bkd->bqk", None, None),
        ("xyz,xzw->xyw", "un producto de matrices", "one matrix product"),
    ],
)
def test_operations_with_a_name_are_called_by_it_whatever_their_letters(
    expression, spanish, english, monkeypatch
):
    monkeypatch.setenv("TUTORIALS_BUILD", "1")
    first = einsum.explain(expression)[0]
    for language, name in (("es", spanish), ("en", english)):
        shown = resolve(first, language)
        assert name in shown if name else shown[1:3] == ": "


def test_formula_sums_what_the_result_lacks():
    assert einsum.formula(einsum.parse("ij,jk->ik")) == r"C_{ik} = \sum_{j} A_{ij}\, B_{jk}"
    assert einsum.formula(einsum.parse("ii")) == r"C = \sum_{i} A_{ii}"
    assert einsum.formula(einsum.parse("i,j->ij")) == r"C_{ij} = A_{i}\, B_{j}"


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("ij,jk,kl->il", "3 operands"),
        ("...i->i", r"'\.'"),
        ("ij->ii", "'i' twice"),
        ("ij->k", "no operand .* has 'k'"),
        ("i1->i", "'1'"),
    ],
)
def test_what_says_nothing_is_refused_with_the_reason(expression, message):
    with pytest.raises(einsum.EinsumError, match=message):
        einsum.parse(expression)


def test_shapes_that_do_not_fit_are_named_with_the_letter():
    with pytest.raises(
        einsum.EinsumError, match=r"axis 'j' has size 3 and size 4; got shapes \(2, 3\) and \(4, 5\)"
    ):
        einsum.evaluate("ij,jk->ik", torch.zeros(2, 3), torch.zeros(4, 5))
    with pytest.raises(einsum.EinsumError, match="names 2 axes, and a tensor has 1"):
        einsum.evaluate("ij->i", torch.zeros(2))
    with pytest.raises(einsum.EinsumError, match="needs 2 operands; got 1"):
        einsum.evaluate("i,i->", torch.zeros(2))
