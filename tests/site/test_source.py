"""What readers of each language see: clean code, the same tree in every language but for string literals."""

import ast
import io
from contextlib import redirect_stdout

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutorials_lib.i18n import resolve
from tutorials_lib.site.source import alt_texts, in_language

LANGUAGES = ("es", "en")


class _Alike(ast.NodeTransformer):
    """String literals, f-strings included, made equal where they hold the same expressions."""

    def visit_Constant(self, node):
        return ast.Constant("…") if isinstance(node.value, str) else node

    def visit_JoinedStr(self, node):
        values = [self.visit(part) for part in node.values if not isinstance(part, ast.Constant)]
        return ast.JoinedStr(values) if values else ast.Constant("…")


def tree(code):
    return ast.dump(_Alike().visit(ast.parse(code)))


def both(code):
    spanish, english = (in_language(code, language, LANGUAGES) for language in LANGUAGES)
    assert tree(spanish) == tree(english)
    return spanish, english


@pytest.mark.parametrize(
    ("code", "english"),
    [
        ('print(tr(es="suma", en="sum"))', 'print("sum")'),
        ("f\"{tr(es='suma', en='sum'):<20}\"", "f\"{'sum':<20}\""),
        ("f\"{tr(es='suma', en='sum')!r}\"", "f\"{'sum'!r}\""),
        ("f\"{tr(es='suma', en='sum')}: {x}\"", 'f"sum: {x}"'),
        ("f\"{tr(es='suma', en='sum')}\"", '"sum"'),
        ("rf\"\\d{tr(es='suma', en='sum')}\"", 'r"\\dsum"'),
        ('f"""{tr(es="s\'uma", en=\'sum\')}"""', 'f"""{\'sum\'}"""'),
        ('x = tr(es="a"\n       "b", en="c"\n       "d")', 'x = ("c"\n       "d")'),
        (
            'print(\n    tr(\n        es="a",\n        en="c",\n    ),\n    1,\n)',
            'print(\n    "c",\n    1,\n)',
        ),
        ('tr(es=f"{n} gatos", en=f"{n} cats")', 'f"{n} cats"'),
        ('tr(es="{} a", en="{} b").format(n)', '"{} b".format(n)'),
        ('tr(es="""uno\ndos""", en="""one\ntwo""")', '"""one\ntwo"""'),
        ('tutorials_lib.tr(es="a", en="b")', '"b"'),
        ('tr(es="a")', '"a"'),
        (
            'print("ñandú", tr(es="añó", en="year"), tr(es=f"día {d}", en=f"{d} day"))',
            'print("ñandú", "year", f"{d} day")',
        ),
        ('x = (tr(es="a", en="b"))', 'x = "b"'),
        ('x = (1 +\n     len(tr(es="a", en="b")))', 'x = (1 +\n     len("b"))'),
        ("tr(es='uno \\'a\\'', en='one \\'a\\'')", "'one \\'a\\''"),
        ('tr(es="a", en="b" "c")', '"b" "c"'),
        ('x = ["ñ",\n     tr(es="a", en="b")]', 'x = ["ñ",\n     "b"]'),
        ("{tr: tr(es='a', en='b')}", "{tr: 'b'}"),
        ("tr(matrix)", "tr(matrix)"),
        ('dict(es="a", en="b")', 'dict(es="a", en="b")'),
        ("from tutorials_lib import tr", ""),
        ("from tutorials_lib import tr\nimport os", "import os"),
        ("from tutorials_lib import plots, tr", "from tutorials_lib import plots"),
        ("from tutorials_lib import tr, plots", "from tutorials_lib import plots"),
        ("from tutorials_lib import (\n    plots,\n    tr,\n)", "from tutorials_lib import (\n    plots,\n)"),
        ("import os; from tutorials_lib import tr", "import os"),
        ('from tutorials_lib import tr as t\nt(es="a", en="b")', '"b"'),
        ("def f():\n    from tutorials_lib import tr", "def f():\n    pass"),
        ("from elsewhere import tr", "from elsewhere import tr"),
        ("# es: hola\n# en: hello\nx = 1", "# hello\nx = 1"),
        ("# es: uno\n#     dos\n# en: one\n#     two\nx = 1", "# one\n# two\nx = 1"),
        ("x = 1  # es: uno  # en: one", "x = 1  # one"),
        (
            "def f():\n    # es: uno\n    # en: one\n    return 1  # es: a # en: b",
            "def f():\n    # one\n    return 1  # b",
        ),
        ("# es: uno\n# en: one\nx = 1  # es: a # en: b", "# one\nx = 1  # b"),
        ('x = 1; y = """\n"""; tr(es="a", en="b"); z = """\n"""', 'x = 1; y = """\n"""; "b"; z = """\n"""'),
        (
            '@f\ndef g(): ...\n\n# why\n@h\ndef k():\n    tr(es="a", en="b")',
            '@f\ndef g(): ...\n\n# why\n@h\ndef k():\n    "b"',
        ),
        ("# reason\nx = 1", "# reason\nx = 1"),
        ("# to: plain\nx = 1", "# to: plain\nx = 1"),
        ('x = "# es: no"\n"""\n# es: no\n# en: no\n"""', 'x = "# es: no"\n"""\n# es: no\n# en: no\n"""'),
        ("# alt es: una\n#     figura\n# alt en: a figure\nplot()", "plot()"),
        ("# es: a\n# en: b\nfrom tutorials_lib import tr\nimport os", "# b\nimport os"),
        ("import os\n# reason\nfrom tutorials_lib import tr\nx = 1", "import os\n# reason\nx = 1"),
        ("# sphinx_gallery_thumbnail_number = 2\nx = 1", "x = 1"),
    ],
)
def test_code_reads_as_if_written_in_one_language(code, english):
    assert both(code)[1] == english


def test_a_language_of_several_is_recognised_beside_another():
    assert in_language("# es: uno\n# en: one\nx = 1", "en", ("en",)) == "# one\nx = 1"


literals = st.text(st.characters(max_codepoint=0x11FFF, blacklist_categories=("Cs", "Cc")), max_size=8)
plain = st.from_regex(r"[a-zá-úñ .:%]{0,8}", fullmatch=True)


@st.composite
def calls(draw):
    """Source of an expression with one or more `tr` calls, and of a statement that prints it."""
    texts = [repr(draw(st.one_of(literals, plain))) for _ in LANGUAGES]
    call = f"tr(es={texts[0]}, en={texts[1]})"
    if not set("".join(texts)) & set('"\\{}'):
        spec = draw(st.sampled_from(["", ":<12", ":*^9.3", "!r", "!s:>6"]))
        call = draw(st.sampled_from([call, f'f"x {{{call}{spec}}} y"', f'f"{{{call}{spec}}}"']))
    return draw(
        st.sampled_from(
            [call, f"{call}.upper()", f"{call} + {call}", f"[{call}, {call}]", f"len({call}) * 0"]
        )
    )


@given(st.lists(calls(), min_size=1, max_size=4))
def test_pages_print_what_the_build_resolves(expressions):
    """The law behind the site: the clean code of a language prints what the one run prints in it."""
    code = "from tutorials_lib import tr\n" + "\n".join(f"print({expression})" for expression in expressions)
    printed = run(code, build=True)
    for language, clean in zip(LANGUAGES, both(code), strict=True):
        assert run(clean, build=False) == resolve(printed, language)


def run(code, *, build):
    output = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(output):
        patch.setenv("TUTORIALS_BUILD", "1" if build else "0")
        exec(code, {})
    return output.getvalue()


@given(
    st.lists(
        st.sampled_from(["# es: a\n# en: b\n", "x = 1\n", "\n", "# alt es: a\n# alt en: b\n", "# c\n"]),
        max_size=8,
    )
)
def test_comments_never_change_the_program(parts):
    code = "".join(parts)
    for clean in both(code):
        assert tree(clean) == tree(code)
        assert not {"# es:", "# en:", "# alt"} & {line[:5] for line in clean.split("\n")}


def test_alternative_texts_in_order_with_loops():
    code = (
        "# alt es: una\n# alt en: one\nplot()\n"
        "# alt es: muchas\n#     figuras\n# alt en: many\n#     figures\nfor i in range(3):\n    plot()\n"
        "while True:\n    # alt es: dentro\n    # alt en: inside\n    plot()\n"
    )
    assert [(dict(alt), alt.loop) for alt in alt_texts(code)] == [
        ({"es": "una", "en": "one"}, False),
        ({"es": "muchas figuras", "en": "many figures"}, True),
        ({"es": "dentro", "en": "inside"}, True),
    ]
    assert alt_texts("x = 1") == []
