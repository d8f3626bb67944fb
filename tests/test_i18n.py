"""`tr` and `resolve`: what a build prints, resolved, is what plain Python would have printed."""

import ast
import copy
import json
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutorials_lib.i18n import in_band, languages_in, resolve, tr

LANGUAGES = ("es", "en", "pt_BR")
words = st.text(st.characters(blacklist_categories=("Cs",), max_codepoint=0x11FFF), max_size=12)
texts = st.fixed_dictionaries(dict.fromkeys(LANGUAGES, words))


@pytest.fixture(autouse=True)
def build(monkeypatch):
    monkeypatch.setenv("TUTORIALS_BUILD", "1")


def holds(in_band_result, texts, operation):
    """`operation` on the in-band text, resolved, is `operation` on the words of each language."""
    for language, text in texts.items():
        assert resolve(in_band_result, language) == operation(text)


@given(texts, words, words)
def test_concatenation_and_f_strings_stay_in_band(texts, before, after):
    word = tr(**texts)
    holds(before + word + after, texts, lambda text: before + text + after)
    holds(f"{before}{word}{after}", texts, lambda text: f"{before}{text}{after}")
    holds("%s%s%s" % (before, word, after), texts, lambda text: before + text + after)  # noqa: UP031
    holds(before.join([word, after, word]), texts, lambda text: before.join([text, after, text]))


@given(texts, st.sampled_from("<>^"), st.integers(0, 30), st.integers(0, 15))
def test_format_specification_applies_to_each_language(texts, align, width, precision):
    spec = f"*{align}{width}.{precision}"
    holds(f"|{tr(**texts):{spec}}|", texts, lambda text: f"|{text:{spec}}|")
    holds("{:{}}|".format(tr(**texts), spec), texts, lambda text: f"{text:{spec}}|")


@given(texts, st.integers(0, 20))
def test_percent_format_applies_to_each_language(texts, width):
    template = f"%-{width}s|"
    holds(template % tr(**texts), texts, lambda text: template % text)


METHODS = (
    "upper",
    "lower",
    "title",
    "capitalize",
    "swapcase",
    "casefold",
    "strip",
    "lstrip",
    "rstrip",
    "expandtabs",
)


@given(texts, st.sampled_from(METHODS), words)
def test_methods_act_on_each_language(texts, name, tail):
    holds(getattr(tr(**texts) + tail, name)(), texts, lambda text: getattr(text + tail, name)())


@given(texts, st.sampled_from(["center", "ljust", "rjust"]), st.integers(0, 30))
def test_padding_acts_on_each_language(texts, name, width):
    holds(getattr(tr(**texts), name)(width, "·"), texts, lambda text: getattr(text, name)(width, "·"))


@given(texts, texts, st.integers(0, 3))
def test_arguments_in_band_follow_their_language(texts, others, count):
    word, other = tr(**texts), tr(**others)
    for language, text in texts.items():
        mine = others[language]
        assert resolve(word.replace(text[:1], other), language) == text.replace(text[:1], mine) or not text
        assert (
            resolve(tr(**dict.fromkeys(texts, "{} – {x}")).format(other, x=word), language)
            == f"{mine} – {text}"
        )
        assert resolve(other.join([word] * count), language) == mine.join([text] * count)
        assert resolve(word * count + other, language) == text * count + mine


@given(texts)
def test_repr_is_that_of_each_language(texts):
    word = tr(**texts)
    holds(repr([word, 1]), texts, lambda text: repr([text, 1]))
    holds(ascii(str(word)), texts, lambda text: ascii(text)) if all(
        map(_same_quotes, texts.values())
    ) else None


def _same_quotes(text):
    return "'" not in text


@given(texts, st.integers(1, 3), st.sampled_from(["", "\\", "\\\\", "é"]))
def test_json_escapes_are_resolved_however_often(texts, times, before):
    def nested(text):
        for _ in range(times):
            text = json.dumps([before + text])
        return text

    holds(nested(str(tr(**texts))), texts, nested)


def test_arrays_print_each_language():
    array = repr(np.array([tr(es="uno", en="one"), "x"]))
    assert resolve(array, "en").startswith("array(['one', 'x']")


@given(texts, st.integers(-15, 15), st.integers(-15, 15))
def test_slices_act_on_each_language(texts, start, stop):
    holds(tr(**texts)[start:stop], texts, lambda text: text[start:stop])


@given(texts)
def test_length_is_that_of_the_longest_text(texts):
    assert len(tr(**texts)) == max(map(len, texts.values()))


def test_parts_of_each_language():
    line = tr(es="uno dos", en="one two")
    assert [resolve(part, "en") for part in line.split()] == ["one", "two"]
    with pytest.raises(ValueError, match="another number of parts"):
        tr(es="uno", en="one two").split()


def test_nested_texts_resolve():
    inner = tr(es="gato", en="cat")
    sentence = tr(es=f"un {inner}", en=f"a {inner}")
    assert [resolve(sentence, language) for language in ("es", "en")] == ["un gato", "a cat"]
    templated = str(tr(es="<>!", en="<>?")).replace("<>", inner)
    assert [resolve(str(templated), language) for language in ("es", "en")] == ["gato!", "cat?"]
    planted = f"{tr(es='<>!', en='<>?')} ".replace("<>", inner)  # a plain str with spans within spans
    assert [resolve(planted, language) for language in ("es", "en")] == ["gato! ", "cat? "]


def test_missing_language_falls_back_to_the_first():
    assert resolve(tr(es="suma", en="sum"), "fr") == "suma"
    assert resolve(tr(pt="soma", en="sum"), "pt-BR") == "soma"


def test_languages_in():
    assert languages_in(f"{tr(es='a', en='b')} {tr(fr='c')}") == ("es", "en", "fr")
    assert languages_in("plain") == ()


@given(words)
def test_plain_text_is_left_alone(text):
    assert resolve(text, "es") == text


def test_cut_text_leaves_no_marks():
    whole = str.__str__(f"{tr(es='suma', en='sum')}!")
    for cut in range(len(whole)):
        for part in (whole[:cut], whole[cut:]):
            assert resolve(part, "es").isascii()


def test_in_band_gives_an_f_string_its_methods_back():
    label = in_band(f"{tr(es='suma', en='sum')}:")
    assert resolve(f"{label:<8}|", "en") == "sum:    |"


def test_copies_and_pickles_keep_every_language():
    word = tr(es="suma", en="sum")
    assert copy.deepcopy(word) == word == pickle.loads(pickle.dumps(word))
    assert {word: 1}[tr(es="suma", en="sum")] == 1


@pytest.mark.parametrize(
    ("call", "message"),
    [("tr()", "es="), ("tr('suma')", "es="), ("tr(es=3)", "es=str"), ("tr(es='a', en=None)", "NoneType")],
)
def test_errors_say_what_to_do(call, message):
    with pytest.raises(TypeError, match=message):
        eval(compile(ast.parse(call, mode="eval"), "x", "eval"))


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"TUTORIALS_LANGUAGE": "en"}, "sum"),
        ({"LC_ALL": "en_US.UTF-8", "LANG": "es_AR.UTF-8"}, "sum"),
        ({"LANG": "en_GB.UTF-8"}, "sum"),
        ({"LANG": "es_AR.UTF-8@euro"}, "suma"),
        ({"LC_ALL": "C"}, "suma"),
        ({}, "suma"),
        ({"TUTORIALS_LANGUAGE": "es", "LANG": "en_US"}, "suma"),
    ],
)
def test_the_reader_gets_their_language(monkeypatch, variables, expected):
    for name in ("TUTORIALS_BUILD", "TUTORIALS_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    word = tr(es="suma", en="sum")
    assert type(word) is str
    assert word == expected


def test_only_the_standard_library_is_imported():
    heavy = ("torch", "numpy", "sphinx")
    code = f"import sys; import tutorials_lib.i18n; print([m for m in {heavy} if m in sys.modules])"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    assert run.stdout.strip() == "[]"
