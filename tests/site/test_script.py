"""From a file to a tutorial: cells, languages, tags, lines, and every fault at once."""

import textwrap

import jupytext
import pytest
from sphinx_gallery.py_source_parser import split_code_and_text_blocks

from tutorials_lib.site.findings import SiteError
from tutorials_lib.site.script import CodeCell, ProseCell, load_examples, parse

LANGUAGES = ("es", "en")
HEADER = '"""\ntitle:\n  es: Suma\n  en: Sum\n"""\n'

LESSON = (
    HEADER
    + """\
# %% [markdown] lang="es"
# ## Por qué
#
# La pérdida fue `{python} loss:.3f`.

# %% [markdown] lang="en"
# ## Why
#
# The loss was `{python} loss:.3f`.

# %%
# es: dos matrices
# en: two matrices
loss = 0.5

print(loss)

# %% tags=["hidden"]
assert loss

# %% [markdown]
# $E = mc^2$

# %% tags=["raises=ValueError"]
int("x")

# %% [markdown] lang="es" tags=["exercise"]
# Suma.

# %% [markdown] lang="en" tags=["exercise"]
# Add.

# %% tags=["solution"]
total = 3

# %% tags=["check"]
assert total == 3

# %% [markdown] lang="es" tags=["quiz"]
# ¿Cuánto?
# - [x] 3: sí

# %% [markdown] lang="en" tags=["quiz"]
# How much?
# - [x] 3: yes
"""
)


def write(folder, text, name="lesson.py"):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def read(folder, text, languages=LANGUAGES):
    return parse(write(folder, text), folder, languages)


def faults(folder, text, languages=LANGUAGES):
    with pytest.raises(SiteError) as caught:
        read(folder, text, languages)
    return caught.value.findings


def test_a_lesson_is_read(tmp_path):
    tutorial = read(tmp_path, LESSON)
    assert tutorial.header.title == {"es": "Suma", "en": "Sum"}
    kinds = [cell.kind if isinstance(cell, ProseCell) else "code" for cell in tutorial.cells]
    assert kinds == ["prose", "code", "code", "prose", "code", "exercise", "code", "code", "quiz"]
    first, code = tutorial.cells[:2]
    assert first.texts["en"].text == "## Why\n\nThe loss was `{python} loss:.3f`."
    assert code.source.startswith("# es: dos matrices\n")
    assert code.source.endswith("print(loss)")
    assert list(tutorial.cells[3].texts) == [""]
    assert tutorial.code_cells[1].hidden
    assert tutorial.code_cells[2].raises == "ValueError"
    assert tutorial.code_cells[3].solution
    assert tutorial.code_cells[4].check


def test_lines_count_from_one_in_the_file(tmp_path):
    lines = LESSON.split("\n")
    for cell in read(tmp_path, LESSON).cells:
        if isinstance(cell, CodeCell):
            assert lines[cell.line - 1 :][: len(cell.source.split("\n"))] == cell.source.split("\n")
        else:
            for prose in cell.texts.values():
                assert lines[prose.line - 1] == f"# {prose.text.split(chr(10))[0]}"


def test_jupytext_reads_lang_as_metadata(tmp_path):
    notebook = jupytext.read(write(tmp_path, LESSON))
    prose = [cell for cell in notebook.cells if cell.cell_type == "markdown"]
    assert [cell.metadata.get("lang") for cell in prose[:3]] == ["es", "en", None]
    tags = [cell.metadata["tags"] for cell in notebook.cells if "tags" in cell.metadata]
    assert ["hidden"] in tags
    assert ["raises=ValueError"] in tags


def test_cells_agree_with_jupytext_and_sphinx_gallery(tmp_path):
    path = write(tmp_path, LESSON)
    ours = [cell.source for cell in parse(path, tmp_path, LANGUAGES).code_cells]
    notebook = jupytext.read(path)
    assert ours == [cell.source for cell in notebook.cells[1:] if cell.cell_type == "code"]
    _, blocks = split_code_and_text_blocks(path)
    assert all(
        any(part in code for code in ours)
        for kind, part, _ in blocks
        if kind == "code"
        for part in [part.strip()]
    )


@pytest.mark.parametrize(
    ("header", "line", "words"),
    [
        ("title:\n  es: A\n  en: B\ntilte: C", 5, "unknown header key 'tilte'"),
        ("title:\n  es: A", 2, "no en"),
        ("title:\n  es: A\n  en:", 2, "no en"),
        ("summary:\n  es: A\n  en: B", 2, "no 'title'"),
        ("title: Sum", 2, "is text"),
        ("title:\n  es: A\n  en: 3", 2, "a number"),
        ("title:\n  es: A\n  en: B\ntags: tensor", 5, "is text"),
        ("title:\n  es: A\n  en: B\ntimeout_seconds: fast", 5, "fast"),
        ("title:\n  es: A\n  en: B\nnetwork: 1", 5, "a number"),
        ("title:\n  es: A\n  en: B\nmemory_gib: -1", 5, "-1"),
        ("title:\n  es: A\n  en: B\nsummary: {es: a}", 5, "no en"),
        ("title:\n  es: A\n  en: B\nobjectives: {es: [a], en: [b, c]}", 5, "number of entries"),
        ("title:\n  es: A\n  en: [", 4, "not YAML"),
        ("title:\n  es: A\n  en: B\ntitle:\n  es: A\n  en: B", 5, "twice"),
    ],
)
def test_header_faults_name_their_line(tmp_path, header, line, words):
    finding = faults(tmp_path, f'"""\n{header}\n"""\nx = 1\n')[0]
    assert words in finding.what
    assert finding.line in (line, line + 1)
    assert str(tmp_path / "lesson.py") in str(finding)


def test_all_header_keys(tmp_path):
    header = "title: {es: A, en: B}\nsummary: {es: a, en: b}\ntags: [x, y]\nobjectives: {es: [a], en: [b]}\n"
    header += "prerequisites: [a/b]\nnetwork: true\ntimeout_seconds: 5\nmemory_gib: 1.5"
    head = read(tmp_path, f'"""{header}"""\nx = 1\n').header
    assert (head.tags, head.network, head.timeout_seconds, head.memory_gib) == (("x", "y"), True, 5.0, 1.5)
    assert head.objectives == {"es": ("a",), "en": ("b",)}
    assert head.prerequisites == {"": ("a/b",)}


def prose(spanish, english, options=""):
    cells = []
    for language, text in (("es", spanish), ("en", english)):
        if text is not None:
            body = "\n".join(f"# {line}".rstrip() for line in text.split("\n")) if text else "#"
            cells.append(f'# %% [markdown] lang="{language}"{options}\n{body}\n')
    return HEADER + "\n".join(cells) + "\n# %%\nx = 1\n"


@pytest.mark.parametrize(
    ("spanish", "english", "words"),
    [
        ("hola", None, "no twin in en"),
        (None, "hello", "no twin in es"),
        ("hola", "", "in en is empty"),
        ("## hola", "### hello", "heading levels"),
        ("hola\n====", "hello", "heading levels"),
        ("[a](b) hola", "hello", "links"),
        ("![a](b.png)", "hello", "images"),
        ("$$x$$", "hello", "math blocks"),
        ("`{python} x`", "`x`", "inline values"),
    ],
)
def test_twins_that_differ_are_faults(tmp_path, spanish, english, words):
    assert any(words in finding.what for finding in faults(tmp_path, prose(spanish, english)))


@pytest.mark.parametrize(
    ("spanish", "english"),
    [
        ("`# no` $a$ y $b$", "`[x](y)` $b$"),
        ("```\n# comentario\n[a](b)\n```", "```\n# comment\n```"),
        ("vale $5 o $6", "worth five"),
        ("# uno\n\n$$a[0](1)$$", "# one\n\n\\[a\\]"),
    ],
)
def test_twins_that_only_look_different_are_not(tmp_path, spanish, english):
    read(tmp_path, prose(spanish, english))


def test_a_group_ends_where_a_language_repeats(tmp_path):
    text = HEADER + "".join(
        f'# %% [markdown] lang="{language}"\n# {word}\n\n'
        for language, word in (("es", "uno"), ("en", "one"), ("en", "two"), ("es", "dos"))
    )
    cells = read(tmp_path, text).cells
    assert [{language: entry.text for language, entry in cell.texts.items()} for cell in cells] == [
        {"es": "uno", "en": "one"},
        {"en": "two", "es": "dos"},
    ]


def test_one_language_of_a_bilingual_lesson(tmp_path):
    tutorial = read(tmp_path, LESSON, ("en",))
    assert tutorial.cells[0].in_language("en").text.startswith("## Why")


@pytest.mark.parametrize(
    ("marker", "words"),
    [
        ('# %% tags=["hiden"]', "unknown tag 'hiden'"),
        ('# %% tags=["raises"]', "exception type"),
        ('# %% tags=["raises=3x"]', "exception type"),
        ("# %% tags=[hidden]", "tags is not"),
        ('# %% tags="hidden"', "tags is not"),
        ('# %% tag=["hidden"]', "unknown option"),
        ('# %% lang="es"', "lang on a code cell"),
        ('# %% tags=["quiz"]', "on code"),
        ('# %% tags=["check"]', "without solution"),
        ('# %% tags=["solution"]', "without check"),
    ],
)
def test_marker_faults(tmp_path, marker, words):
    found = (
        faults(tmp_path, f"{HEADER}{marker}\nx = 1\n")
        if "quiz" not in marker
        else faults(tmp_path, f'{HEADER}# %% tags=["quiz", "hidden"]\nx = 1\n')
    )
    assert any(words in finding.what and finding.line in (6, 7) for finding in found)


def test_an_exercise_needs_a_solution(tmp_path):
    found = faults(tmp_path, prose("Suma.", "Add.", ' tags=["exercise"]'))
    assert [finding.what for finding in found] == ["an exercise without solution"]


@pytest.mark.parametrize(
    ("spanish", "english", "words"),
    [
        ("¿Cuál?", "Which?", "without a right answer"),
        ("¿Cuál?\n- [ ] a: no", "Which?\n- [ ] a: no", "without a right answer"),
        ("¿Cuál?\n- [x] a\n- [ ] b", "Which?\n- [ ] b\n- [x] a", "not right and wrong in the same order"),
    ],
)
def test_a_quiz_has_a_right_answer_the_same_in_every_language(tmp_path, spanish, english, words):
    found = faults(tmp_path, prose(spanish, english, ' tags=["quiz"]'))
    assert found
    assert all(words in finding.what for finding in found)


def test_a_bad_inline_value_names_its_line(tmp_path):
    (finding,) = faults(tmp_path, prose("hola\n`{python} 1 +`", "hello\n`{python} n`"))
    assert (finding.line, finding.rule) == (8, "inline")


@pytest.mark.parametrize(
    ("code", "line", "words"),
    [
        ("x = (\n", 8, "not Python"),
        ("return 1\n", 7, "not Python"),
        ('text = """\n# %%\n"""\n', 7, "not Python on its own"),
    ],
)
def test_broken_code_is_a_finding(tmp_path, code, line, words):
    found = faults(tmp_path, f"{HEADER}# %%\n{code}")
    assert any(words in finding.what for finding in found)
    assert any(abs(finding.line - line) <= 2 for finding in found)


def test_files_that_cannot_be_read(tmp_path):
    (tmp_path / "latin.py").write_bytes(b'"""\ntitle: {es: a}\n"""\n# a\xf1o\n')
    (tmp_path / "null.py").write_bytes(b"x = 1\0")
    (tmp_path / "empty.py").write_bytes(b"")
    (tmp_path / "number.py").write_bytes(b"3\n")
    with pytest.raises(SiteError) as caught:
        load_examples(tmp_path, LANGUAGES)
    found = {finding.path.name: finding for finding in caught.value.findings}
    assert "UTF-8" in found["latin.py"].what
    assert found["latin.py"].line == 4
    assert set(found) == {"latin.py", "null.py", "empty.py", "number.py"}


def test_a_marker_right_after_a_comment_is_swallowed(tmp_path):
    text = HEADER + '# %% [markdown] lang="es"\n# hola\n# %% [markdown] lang="en"\n# hello\n'
    found = faults(tmp_path, text)
    assert any(finding.line == 8 and "swallows" in finding.what for finding in found)


def test_a_comment_after_a_blank_line_is_not_prose(tmp_path):
    text = HEADER + '# %% [markdown] lang="es"\n# hola\n\n# más\n\n# %% [markdown] lang="en"\n# hello\n'
    (finding,) = faults(tmp_path, text)
    assert (finding.line, "blank line" in finding.what) == (9, True)


def test_untagged_comments_are_code_unless_a_blank_line_ends_them(tmp_path):
    text = HEADER + "# %%\n# neutral $x$\n\n# %%\n# reason\nx = 1\n\n# %%\n# es: a\n# en: b\n\ny = 2\n"
    first, second, third = read(tmp_path, text).cells
    assert first.texts[""].text == "neutral $x$"
    assert second.source == "# reason\nx = 1"
    assert third.source == "# es: a\n# en: b\n\ny = 2"


def test_untagged_prose_may_end_the_file(tmp_path):
    (cell,) = read(tmp_path, HEADER + "# %%\n# neutral").cells
    assert cell.texts[""].text == "neutral"


def test_unknown_language_is_a_fault(tmp_path):
    text = HEADER + '# %% [markdown] lang="sp"\n# hola\n'
    assert any("'sp'" in finding.what for finding in faults(tmp_path, text))


def test_windows_line_ends(tmp_path):
    path = tmp_path / "lesson.py"
    path.write_bytes(LESSON.replace("\n", "\r\n").encode())
    assert parse(path, tmp_path, LANGUAGES).cells == read(tmp_path, LESSON).cells


PLAIN = '''\
r"""
.. _label:

=================
PyTorch: the sum
=================

Adds with :func:`torch.add` and ``+``.

Second paragraph.
"""
# Author: someone

import math

# %%
# Why
# ---
# Because :math:`a + b`.
total = math.fsum([1, 2])

##############################################
# Older marker, see `PyTorch <https://pytorch.org>`_.

print(total)
'''


def test_a_plain_gallery_script_builds_as_it_is(tmp_path):
    tutorial = read(tmp_path, PLAIN, ("en",))
    assert tutorial.plain
    assert tutorial.header.title == {"": "PyTorch: the sum"}
    assert tutorial.header.summary == {"": "Adds with `torch.add` and `+`."}
    shown = [cell.texts[""].text if isinstance(cell, ProseCell) else cell.source for cell in tutorial.cells]
    assert shown == [
        "Adds with `torch.add` and `+`.\n\nSecond paragraph.",
        "# Author: someone\n\nimport math",
        "## Why\nBecause $a + b$.",
        "total = math.fsum([1, 2])",
        "Older marker, see [PyTorch](https://pytorch.org).",
        "print(total)",
    ]


def test_a_plain_script_has_no_title_for_several_languages(tmp_path):
    assert any("title" in finding.what for finding in faults(tmp_path, PLAIN))


def test_examples_in_order(tmp_path):
    for name in (
        "10_b/z.py",
        "10_b/a.py",
        "2_a/one.py",
        "top.py",
        "_skipped/x.py",
        ".hidden/x.py",
        "2_a/_helper.py",
    ):
        write(tmp_path, HEADER + "x = 1\n", name)
    (tmp_path / "10_b" / "_section.yml").write_text("title: {es: Be, en: Bee}\nscripts: [z]\n")
    sections = load_examples(tmp_path, LANGUAGES)
    assert [section.folder for section in sections] == ["", "2_a", "10_b"]
    assert [tutorial.slug for section in sections for tutorial in section.tutorials] == [
        "top",
        "a/one",
        "b/z",
        "b/a",
    ]
    assert sections[2].title == {"es": "Be", "en": "Bee"}
    assert sections[1].title == {"": "A"}


@pytest.mark.parametrize(
    "text", ["title: {es: Be}\n", "order: first\n", "titel: x\n", "title: [\n", "scripts: [nope]\n"]
)
def test_section_faults(tmp_path, text):
    write(tmp_path, HEADER + "x = 1\n", "01_a/x.py")
    (tmp_path / "01_a" / "_section.yml").write_text(text)
    with pytest.raises(SiteError, match=r"_section\.yml:\d"):
        load_examples(tmp_path, LANGUAGES)


def test_every_fault_of_every_script_at_once(tmp_path):
    write(tmp_path, prose("hola", None), "01_a/x.py")
    write(tmp_path, "x = (", "01_a/y.py")
    write(tmp_path, HEADER + '# %% tags=["nope"]\nx = 1\n', "02_b/z.py")
    with pytest.raises(SiteError) as caught:
        load_examples(tmp_path, LANGUAGES)
    assert {finding.path.name for finding in caught.value.findings} == {"x.py", "y.py", "z.py"}


def test_no_scripts_is_said(tmp_path):
    for folder in (tmp_path, tmp_path / "absent"):
        with pytest.raises(SiteError, match="no s"):
            load_examples(folder, LANGUAGES)


def test_colliding_addresses_are_said(tmp_path):
    for name in ("01_a/x.py", "02_a/x.py", "01_a/index.py"):
        write(tmp_path, HEADER + "x = 1\n", name)
    with pytest.raises(SiteError) as caught:
        load_examples(tmp_path, LANGUAGES)
    assert len(caught.value.findings) == 2


def test_plain_header_without_underline(tmp_path):
    tutorial = read(tmp_path, '"""A title\n\nText."""\nx = 1\n', ("en",))
    assert tutorial.header.title == {"": "A title"}
    assert textwrap.dedent(tutorial.cells[0].texts[""].text) == "Text."


# ── what only the whole folder shows ──────────────────────────────────────────────────────────────────────


def folder_faults(folder, languages=LANGUAGES):
    with pytest.raises(SiteError) as caught:
        load_examples(folder, languages)
    return [(str(fault.path.relative_to(folder)), fault.line, fault.what) for fault in caught.value.findings]


@pytest.mark.parametrize(
    ("scripts", "line", "words"),
    [
        ("scripts: 3", 1, "not a list"),
        ("scripts: [one, {two: [one]}]", 1, "{'two': ['one']}"),
        ("scripts: [one, {two: {before: [one]}}]", 1, "before"),
        ("order: 1\nscripts:\n  - one\n  - two: {after: [three]}", 4, "'two' comes after 'three'"),
        ("scripts:\n  - one\n  - two:\n      after:\n        - b/one", 5, "'b/one', which is no lesson"),
        ("scripts:\n  - one: {after: [two]}\n  - two: {after: [one]}", 2, "later in the reading order"),
        ("scripts:\n  - one: {after: [b/three]}\n  - two", 2, "later in the reading order"),
        ("scripts:\n  - one: {after: [one]}\n  - two", 2, "itself"),
        ("scripts: [one, two, three]", 1, "no script named 'three'"),
    ],
)
def test_a_fault_in_the_order_of_lessons_has_its_line(tmp_path, scripts, line, words):
    for name in ("1_a/one.py", "1_a/two.py", "2_b/three.py"):
        write(tmp_path, LESSON, name)
    (tmp_path / "1_a/_section.yml").write_text(scripts)
    assert [fault[:2] for fault in folder_faults(tmp_path)] == [("1_a/_section.yml", line)]
    assert words in folder_faults(tmp_path)[0][2]


def test_dependencies_are_addresses_of_lessons(tmp_path):
    for name in ("1_a/one.py", "2_b/two.py", "2_b/three.py"):
        write(tmp_path, LESSON, name)
    (tmp_path / "2_b/_section.yml").write_text("scripts: [three, two: {after: [three, a/one]}]")
    assert load_examples(tmp_path, LANGUAGES)[1].after == {"b/two": ("b/three", "a/one")}


def test_a_script_that_cannot_be_read_is_still_a_lesson_to_build_on(tmp_path):
    write(tmp_path, "not python", "1_a/one.py")
    write(tmp_path, LESSON, "1_a/two.py")
    (tmp_path / "1_a/_section.yml").write_text("scripts: [one, two: {after: [one]}]")
    assert [fault[0] for fault in folder_faults(tmp_path)] == ["1_a/one.py"]


def test_scripts_too_deep_to_be_lessons_are_reported(tmp_path):
    for name in (
        "a/one.py",
        "a/deep/two.py",
        "a/_kept/three.py",
        "a/package/__init__.py",
        "a/package/four.py",
    ):
        write(tmp_path, LESSON, name)
    assert [fault[0] for fault in folder_faults(tmp_path)] == ["a/deep/two.py"]


QUESTIONS = (
    HEADER
    + """\
# %% [markdown] lang="es" tags=["quiz"]
# ¿Cuánto?
# - [x] dos: sí
# - [ ] tres: no
#
# [Suma](one.md)

# %% [markdown] lang="en" tags=["quiz"]
# How much?
# - [x] two: yes
# - [ ] three: no
#
# [Sum](one.md)
"""
)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("", "", 0, ""),
        ("# - [x] two: yes", "# - [x] two", 14, "has no reason"),
        ("# - [x] two: yes", "# - [ ] two: yes", 14, "without a right answer"),
        ("# [Sum](one.md)", "# [Sum](https://x.org)", 14, "leads to no lesson"),
        ("# [Sum](one.md)", "# [Sum](../a/two.md)", 14, "'a/two', which is no lesson"),
        ("How much", "`{python} n`", 14, "inline value"),
        (
            '# %% [markdown] lang="en" tags=["quiz"]',
            '# %% [markdown] lang="es" tags=["quiz"]',
            6,
            "no twin in en",
        ),
        ("# [Sum](one.md)", "# [Sum](one.md)\n\n# %%\nx = 1", 21, "no question"),
    ],
)
def test_a_self_test_is_questions_with_reasons_that_lead_to_a_lesson(tmp_path, old, new, line, words):
    write(tmp_path, LESSON, "1_a/one.py")
    write(tmp_path, QUESTIONS.replace(old, new) if old else QUESTIONS, "1_a/_self_test.py")
    if not words:
        assert load_examples(tmp_path, LANGUAGES)[0].self_test.header.title["es"] == "Suma"
        return
    assert any(
        path == "1_a/_self_test.py" and at == line and words in what
        for path, at, what in folder_faults(tmp_path)
    ), folder_faults(tmp_path)
