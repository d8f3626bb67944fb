"""Inline values: split as f-strings split, written as the locale writes."""

import math

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from tutorials_lib.i18n import tr
from tutorials_lib.site.inline import inline_values, localize

NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("code", "expression", "spec"),
    [
        ("loss:.3f", "loss", ".3f"),
        ("x[1:2]", "x[1:2]", ""),
        ("x[1:2]:,", "x[1:2]", ","),
        ("{'a': 1}['a']:d", "{'a': 1}['a']", "d"),
        ("f(lambda v: v):.1%", "f(lambda v: v)", ".1%"),
        ("'a:b'", "'a:b'", ""),
        ("a != b", "a != b", ""),
        ("value:*>8.2f", "value", "*>8.2f"),
    ],
)
def test_the_format_is_split_as_in_an_f_string(code, expression, spec):
    (value,) = inline_values(f"It was `{{python}} {code}`.")
    assert (value.expression, value.format, value.error) == (expression, spec, "")


@given(st.integers(), st.sampled_from(["d", ",", "+d", "08d", ">12", ""]))
def test_split_agrees_with_python(number, spec):
    (value,) = inline_values(f"`{{python}} [number][0:1][0]:{spec}`")
    expected = eval(f"f'{{[number][0:1][0]:{spec}}}'", {"number": number})
    assert format(eval(value.expression, {"number": number}), value.format) == expected


@pytest.mark.parametrize("code", ["1 +", "", "for x", "a b:.3f", "'open", "x)"])
def test_a_bad_expression_says_so(code):
    (value,) = inline_values(f"`{{python}} {code}`")
    assert "inline value" in value.error


def test_code_blocks_and_plain_code_have_none():
    text = (
        "`x` and ``a `{python} b` c``\n\n```\n`{python} x`\n```\n~~~text\n`{python} y`\n~~~\nend `{python} z`"
    )
    assert [value.expression for value in inline_values(text)] == ["z"]


@given(st.lists(st.sampled_from(["word ", "\n", "`{python} n:d` ", "`code` "]), max_size=12))
def test_positions_and_lines_are_right(parts):
    text = "".join(parts)
    for value in inline_values(text):
        assert text[value.start : value.end] == "`{python} n:d`"
        assert value.line_offset == text[: value.start].count("\n")
    assert len(inline_values(text)) == text.count("{python}")


@pytest.mark.parametrize(
    ("value", "spec", "spanish", "english"),
    [
        (0.973, ".1%", f"97,3{NBSP}%", "97.3%"),
        (0.123, "", "0,123", "0.123"),
        (1234567.891, ",.2f", "1.234.567,89", "1,234,567.89"),
        (1.5e-7, ".2e", "1,50e-07", "1.50e-07"),
        (-0.5, "+.1f", "-0,5", "-0.5"),
        (0.25, "g", "0,25", "0.25"),
        (3.14159, "8.2f", "    3,14", "    3.14"),
        (3.14159, "08.2f", "00003,14", "00003.14"),
        (0.5, ">8.1%", f"  50,0{NBSP}%", "   50.0%"),
        (42, "d", "42", "42"),
        (255, "x", "ff", "ff"),
        (True, "", "True", "True"),
        (None, "", "None", "None"),
        ("v. 2.5, final", "", "v. 2.5, final", "v. 2.5, final"),
        ("0.123", ".3f", "0,123", "0.123"),
        (math.nan, ".2f", "nan", "nan"),
    ],
)
def test_numbers_follow_the_locale(value, spec, spanish, english):
    assert localize(value, spec, "es") == spanish
    assert localize(value, spec, "en") == english


@given(st.integers(-(10**12), 10**12), st.sampled_from(["es", "en", "fr", "de", "pt-BR"]))
def test_grouping_is_that_of_the_locale(number, language):
    assert localize(number, ",d", language) == format_decimal(number, locale=language.replace("-", "_"))


@given(
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([".3f", "+.2e", "g", ",.1f", "012.3f", "", ".0%"]),
)
def test_english_and_unknown_languages_are_python(number, spec):
    assert localize(number, spec, "en") == localize(number, spec, "qqq") == format(number, spec)


def test_words_resolve(monkeypatch):
    monkeypatch.setenv("TUTORIALS_BUILD", "1")
    assert localize(tr(es="sí", en="yes"), "", "en") == "yes"


def test_a_format_the_value_does_not_take_is_an_error():
    with pytest.raises(ValueError, match="d"):
        localize(0.5, "d", "es")
