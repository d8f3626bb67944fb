"""What a run shows, what it depends on, and how runs are shared out."""

import base64
import dataclasses
import multiprocessing as mp
import os
import re
from pathlib import Path

import pytest

from tutorials_lib.i18n import languages_in, resolve
from tutorials_lib.site.outputs import as_terminal
from tutorials_lib.site.record import Display, Failure, Figure, Raised, Record, Stream
from tutorials_lib.site.run import Shard, affected, longest_first
from tutorials_lib.site.store import Store, merge


def shown(record):
    assert isinstance(record, Record), str(record)
    return [output for cell in record.cells for output in cell]


# ── what cells show ──────────────────────────────────────────────────────────────────────────────


def test_output_keeps_its_order_between_python_and_child_processes(gallery, printed):
    record = gallery.run_one(
        "# %%\nimport os, subprocess, sys\nprint('one')\nsubprocess.run(['echo', 'two'])\n"
        "print('three')\nos.write(1, b'four\\n')\nprint('five', file=sys.stderr);\n"
    )
    assert [(output.name, output.text) for output in shown(record)] == [
        ("stdout", "one\ntwo\nthree\nfour\n"),
        ("stderr", "five\n"),
    ]


def test_last_expression_is_shown_as_in_a_notebook(gallery):
    record = gallery.run_one(
        "# %%\n1 + 1\n\n# %%\nNone\n\n# %%\n2 + 2;\n\n# %%\nx = 3\n\n# %%\n"
        "class Table:\n    def _repr_html_(self):\n        return '<b>t</b>'\nTable()\n"
    )
    assert [len(cell) for cell in record.cells] == [1, 0, 0, 0, 1]
    assert record.cells[0][0] == Display({"text/plain": "2"})
    assert record.cells[4][0].data["text/html"] == "<b>t</b>"
    # an address would differ in every run
    assert record.cells[4][0].data["text/plain"] == "<__main__.Table at 0x…>"


def test_display_works_without_a_notebook(gallery):
    pixel = base64.b64encode(b"\x89PNG").decode()
    record = gallery.run_one(
        "# %%\nfrom IPython.display import HTML, Image, Markdown, display\n"
        f"import base64\nprint('a')\ndisplay(HTML('<i>h</i>'), Markdown('*m*'))\n"
        f"display(Image(base64.b64decode('{pixel}'), format='png'))\nprint('b')\n"
    )
    kinds = [type(output).__name__ for output in shown(record)]
    assert kinds == ["Stream", "Display", "Display", "Display", "Stream"]
    _, html, markdown, image, _ = shown(record)
    assert html.data["text/html"] == "<i>h</i>"
    assert markdown.data["text/markdown"] == "*m*"
    assert record.files[image.data["image/png"]] == b"\x89PNG"


def test_display_handle_replaces_what_it_showed(gallery):
    record = gallery.run_one(
        "# %%\nfrom IPython.display import Markdown, display\n"
        "handle = display(Markdown('old'), display_id=True)\nhandle.update(Markdown('new'))\n"
    )
    assert [output.data["text/markdown"] for output in shown(record)] == ["new"]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("10%\r50%\r100%\n", "100%\n"),
        ("longer\rab\n", "abnger\n"),
        ("longer\r\x1b[Kab\n", "ab\n"),
        ("\x1b[31mred\x1b[0m\n", "red\n"),
        ("abc\b\bX\n", "aXc\n"),
        ("dos\r\nlines\r\n", "dos\nlines\n"),
        ("plain\n", "plain\n"),
    ],
)
def test_text_is_what_a_terminal_would_leave(text, left):
    assert as_terminal(text) == left


def test_progress_bar_in_two_languages_leaves_its_last_line(gallery, printed):
    record = gallery.run_one(
        "# %%\nfrom tutorials_lib import tr\nfor step in range(3):\n"
        "    print('\\r' + tr(es=f'paso {step}', en=f'step {step}'), end='')\n"
    )
    assert resolve(printed(record), "es").strip() == "paso 2"
    assert resolve(printed(record), "en").strip() == "step 2"


def test_text_joined_by_an_f_string_is_padded_in_each_language(gallery, printed):
    record = gallery.run_one(
        '# %%\nfrom tutorials_lib import tr\nlabel = f\'{tr(es="pérdida", en="loss")}:\'\n'
        "width = 10\nprint(f'{label:<{width}}|', f'{1 + 1}'.zfill(3), label.upper().rjust(9))\n"
    )
    assert resolve(printed(record), "es") == "pérdida:  | 002  PÉRDIDA:\n"
    assert resolve(printed(record), "en") == "loss:     | 002     LOSS:\n"


@pytest.mark.parametrize(
    "joined",
    [
        "'%-9s|%2d' % (loss, 1)",
        "'%(name)-9s|%(count)2d' % {'name': loss, 'count': 1}",
        "f'{\", \".join([loss]):<9}|{1:2d}'",
        "'{}'.format(loss).ljust(9) + '| 1'",
    ],
)
def test_text_joined_otherwise_is_padded_in_each_language(gallery, printed, joined):
    record = gallery.run_one(
        f"# %%\nfrom tutorials_lib import tr\nloss = tr(es='pérdida', en='loss')\nprint({joined})\n"
    )
    assert resolve(printed(record), "es") == "pérdida  | 1\n"
    assert resolve(printed(record), "en") == "loss     | 1\n"


def test_message_of_an_error_shows_no_colours_of_a_terminal(gallery):
    record = gallery.run_one(
        "# %% tags=[\"raises=ValueError\"]\nraise ValueError('\\x1b[1mbold\\x1b[0m words')\n"
    )
    assert record.cells[0][0].message == "bold words"


def test_warning_shows_no_path_of_the_machine(gallery, printed):
    record = gallery.run_one("# %%\nimport warnings\nwarnings.warn('careful', stacklevel=1)\n")
    assert printed(record) == "UserWarning: careful\n"


def test_paths_of_the_machine_are_not_shown(gallery, printed):
    record = gallery.run_one("# %%\nfrom pathlib import Path\nprint(__file__, Path.cwd())\n")
    assert printed(record) == "examples/one.py .\n"


# ── how a script runs ────────────────────────────────────────────────────────────────────────────


def test_processes_start_as_under_python_and_leave_the_builder_alone(gallery):
    gallery.script(
        "one",
        "# %%\nimport multiprocessing as mp\nprint(mp.get_start_method(), mp.current_process().name)\n"
        "lock = mp.get_context('spawn').Lock()  # named: a tracker cleans up what is left of it\n",
    )
    run = gallery.command("export", "out")
    assert run.returncode == 0
    assert run.stderr == ""
    default = mp.get_all_start_methods()[0]
    assert f"<code>{default} MainProcess</code>" in (gallery.root / "out" / "en" / "one.md").read_text()


def test_script_runs_as_under_python(gallery, printed):
    (gallery.examples / "beside.py").write_text("VALUE = 7\n")
    (gallery.examples / "beside.py").rename(gallery.examples / "_beside.py")
    record = gallery.run_one(
        "# %%\nfrom __future__ import annotations\nimport os, pickle, sys\nimport _beside\n\n"
        "# %%\nclass Point: pass\n\ndef f(x: Unknown): ...\n\nif __name__ == '__main__':\n"
        "    print(type(pickle.loads(pickle.dumps(Point()))).__name__, _beside.VALUE, os.listdir())\n"
        "    print(sys.argv == [__file__], sys.stdin.read() == '')\n"
    )
    assert printed(record) == "Point 7 []\nTrue True\n"


def test_environment_of_the_builder_is_left_alone(gallery, monkeypatch):
    monkeypatch.delenv("TUTORIALS_BUILD", raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    gallery.run_one("# %%\nimport os\nassert os.environ['OMP_NUM_THREADS'] == '1'\n")
    assert os.environ["OMP_NUM_THREADS"] == "5"
    assert "TUTORIALS_BUILD" not in os.environ


def test_raises_cell_keeps_its_literal_message_and_the_script_goes_on(gallery, printed):
    record = gallery.run_one(
        '# %% tags=["raises=ValueError"]\nprint("before")\nint("x")\n\n'
        '# %% tags=["raises=LookupError"]\n{}["k"]\n\n# %%\nprint("after")\n'
    )
    assert record.cells[0] == (
        Stream("stdout", "before\n"),
        Raised("ValueError", "invalid literal for int() with base 10: 'x'"),
    )
    assert record.cells[1] == (Raised("KeyError", "'k'"),)  # derived from the type that is named
    assert printed(record) == "before\nafter\n"


def test_inline_values_are_those_of_their_place(gallery):
    prose = (
        '# %% [markdown] lang="es"\n# `{python} x:.1f`\n\n# %% [markdown] lang="en"\n# `{python} x:.1f`\n\n'
    )
    record = gallery.run_one(f"# %%\nx = 1.5\n\n{prose}# %%\nx = 2.5\n\n{prose}")
    assert record.value(1, "x", ".1f") == 1.5
    assert record.value(2, "x", ".1f") == 2.5
    assert len(record.values) == 2


def test_inline_values_of_array_libraries_are_plain_numbers(gallery):
    prose = "".join(
        f'# %% [markdown] lang="{language}"\n'
        "# `{python} a`, `{python} b`, `{python} c:s`, `{python} flag`, `{python} [1, 2]`\n\n"
        for language in ("es", "en")
    )
    body = (
        "# %%\nimport numpy as np\na, b, c, flag = np.float64(0.5), np.array(3), 'word', np.bool_(True)\n\n"
    )
    values = {result.expression: result.value for result in gallery.run_one(body + prose).values}
    assert values == {"a": 0.5, "b": 3, "c": "word", "flag": True, "[1, 2]": "[1, 2]"}
    assert [type(value) for value in values.values()] == [float, int, str, bool, str]


def test_two_fresh_stores_hold_the_same(gallery, tmp_path):
    gallery.script("plot", FIGURE)
    gallery.script(
        "numbers",
        "# %%\nimport random, tempfile\nimport numpy as np\n"
        "print(random.random(), np.random.rand(), hash('a'), object(), tempfile.mkdtemp())\n"
        "{'b', 'a', 'c'}\n",
    )
    first, second = (gallery.run(Store(tmp_path / name)) for name in ("first", "second"))
    volatile = {"wall_seconds": 0, "cpu_seconds": 0, "memory_bytes": 0}
    for slug in first:
        assert dataclasses.replace(first[slug], **volatile) == dataclasses.replace(second[slug], **volatile)


def test_working_folder_and_what_was_written_in_it_are_gone_afterwards(gallery, tmp_path, printed):
    note = tmp_path / "note"
    gallery.run_one(
        "# %%\nimport os, tempfile\nfrom pathlib import Path\nPath('file').write_text('x')\n"
        f"Path({str(note)!r}).write_text(os.getcwd() + '\\n' + tempfile.mkdtemp());\n"
    )
    assert not any(Path(line).exists() for line in note.read_text().splitlines())


# ── figures ──────────────────────────────────────────────────────────────────────────────────────

FIGURE = """
# %%
import matplotlib.pyplot as plt
from matplotlib.ticker import FuncFormatter
from tutorials_lib import tr
print(tr(es="una vez", en="once"))
figure, axes = plt.subplots()
axes.plot([0, 1], label=tr(es="línea", en="line"))
axes.set_title(tr(es="título", en="title"))
axes.set_xticks([0, 1], [tr(es="izquierda", en="left"), "b"])
axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: tr(es="alto", en="high")))
axes.annotate(tr(es="nota", en="note"), (0.5, 0.5))
axes.legend()
figure.suptitle(tr(es="arriba", en="above"))
"""


def test_one_run_draws_a_figure_once_for_every_language(gallery):
    record = gallery.run_one(FIGURE)
    [figure] = [output for output in shown(record) if isinstance(output, Figure)]
    assert set(figure.files) == {"es", "en"}
    spanish, english = (record.files[figure.files[language]].decode() for language in ("es", "en"))
    for words, svg, others in (("línea título izquierda alto nota arriba", spanish, english),
                               ("line title left high note above", english, spanish)):  # fmt: skip
        for word in words.split():
            assert f">{word}<" in svg
            assert f">{word}<" not in others
    assert not languages_in(spanish + english)
    assert (figure.width_points, figure.height_points) == (460.8, 259.2)
    assert resolve(figure.title, "en") == "above"


def test_figure_without_words_is_drawn_once(gallery):
    record = gallery.run_one("# %%\nimport matplotlib.pyplot as plt\nplt.plot([0, 1]);\n")
    [figure] = shown(record)
    assert set(figure.files) == {""}
    assert b"<dc:date>" not in record.files[figure.files[""]]


def test_words_that_only_a_tick_formatter_says_are_found(gallery):
    record = gallery.run_one(
        "# %%\nimport matplotlib.pyplot as plt\nfrom tutorials_lib import tr\n"
        "plt.plot([0, 1])\nplt.gca().xaxis.set_major_formatter(lambda value, _: tr(es='uno', en='one'))\n"
    )
    [figure] = shown(record)
    assert set(figure.files) == {"es", "en"}


def test_show_ends_a_figure_and_handles_are_not_shown(gallery):
    record = gallery.run_one(
        "# %%\nimport matplotlib.pyplot as plt\nplt.plot([0, 1])\nprint('a')\nplt.show()\nprint('b')\n"
        "plt.plot([1, 0])\nplt.title('x')\n"
    )
    assert [type(output).__name__ for output in shown(record)] == ["Stream", "Figure", "Stream", "Figure"]


def test_figure_as_last_expression_is_drawn_once(gallery):
    record = gallery.run_one(
        "# %%\nimport matplotlib.pyplot as plt\nfigure = plt.figure()\nfigure.gca().plot([0, 1])\nfigure\n\n"
        "# %%\nfigure\n"
    )
    assert [[type(output).__name__ for output in cell] for cell in record.cells] == [["Figure"], ["Figure"]]


def test_many_points_are_pixels_and_text_stays_text(gallery):
    record = gallery.run_one(
        "# %%\nimport matplotlib.pyplot as plt\nimport numpy as np\nx = np.random.randn(2, 5_000)\n"
        "plt.scatter(*x)\nplt.xlabel('axis')\nplt.show()\n"
        "for row in np.random.rand(200, 60):\n    plt.plot(row)\nplt.title('many lines');\n"
    )
    for figure, text in zip(shown(record), (">axis<", ">many lines<"), strict=True):
        svg = record.files[figure.files[""]].decode()
        assert text in svg
        assert "data:image/webp;base64" in svg
        assert len(svg) < 150_000


def test_layout_asked_for_by_the_script_measures_one_language(gallery, printed):
    body = (
        "# %%\nimport matplotlib.pyplot as plt\nfrom tutorials_lib import tr\nplt.figure(layout='none')\n"
        "plt.plot([0, 1])\nplt.ylabel({})\nplt.tight_layout()\nprint(round(plt.gca().get_position().x0, 3))\n"
    )
    both = printed(gallery.run_one(body.format("tr(es='uno', en='one')")))
    assert both == printed(gallery.run_one(body.format("'uno'")))  # and no warning about missing glyphs


# ── what a run depends on ────────────────────────────────────────────────────────────────────────


def test_run_depends_on_what_it_really_imported_and_read(gallery):
    (gallery.examples / "_used.py").write_text("import _deeper\n")
    (gallery.examples / "_deeper.py").write_text("X = 1\n")
    (gallery.examples / "_unused.py").write_text("X = 1\n")
    (gallery.examples / "read.csv").write_text("1\n")
    (gallery.examples / "unread.csv").write_text("1\n")
    (gallery.examples / "tables").mkdir()
    record = gallery.run_one(
        "# %%\nfrom pathlib import Path\nimport os, tempfile\nif False:\n    import _unused\nimport _used\n"
        "here = Path(__file__).parent\n(here / 'read.csv').read_text()\n(here / 'missing.csv').exists()\n"
        "sorted((here / 'tables').iterdir())\nPath('mine').write_text('x')\nPath('mine').read_text()\n"
        "with tempfile.TemporaryFile() as file:\n    file.write(b'x')\n"
    )
    assert set(record.modules) == {"examples/_used.py", "examples/_deeper.py"}
    assert set(record.data) == {"examples/read.csv", "examples/missing.csv", "examples/tables"}
    assert record.data["examples/missing.csv"] == "absent"


def test_looking_for_an_installed_package_reads_nothing_of_the_project(gallery):
    """Python looks for packages beside the script as well: a new neighbour must not run it again."""
    body = "# %%\nfrom importlib.metadata import version\nprint(version('numpy'))\n"
    assert gallery.run_one(body).data == {}


def test_file_read_by_a_forked_process_counts(gallery):
    (gallery.examples / "read.csv").write_text("1\n")
    record = gallery.run_one(
        "# %%\nimport multiprocessing\nfrom pathlib import Path\n\n"
        "def read(path):\n    return Path(path).read_text()\n\n"
        "with multiprocessing.get_context('fork').Pool(1) as pool:\n"
        "    print(pool.map(read, [Path(__file__).parent / 'read.csv']))\n"
    )
    assert set(record.data) == {"examples/read.csv"}


def test_module_that_the_script_writes_itself_is_no_dependency(gallery):
    gallery.script(
        "one",
        "# %%\nimport sys, tempfile\nfrom pathlib import Path\nfolder = tempfile.mkdtemp()\n"
        "(Path(folder) / 'written.py').write_text('X = 1')\nsys.path.insert(0, folder)\n"
        "Path('beside.py').write_text('X = 1')\nsys.path.insert(0, '.')\nimport beside, written\n",
    )
    assert gallery.run()["one"].modules == {}
    assert gallery.why() == {}


def test_module_edited_within_the_same_second_is_imported_fresh(gallery, printed):
    """Cached bytecode tells edits apart by whole seconds and sizes only."""
    module = gallery.examples / "_module.py"
    module.write_text("X = 1\n")
    gallery.script("one", "# %%\nimport _module\nprint(_module.X)\n")
    assert printed(gallery.run()["one"]) == "1\n"
    module.write_text("X = 2\n")
    assert printed(gallery.run()["one"]) == "2\n"
    assert not (gallery.examples / "__pycache__").exists()


def test_library_edit_runs_exactly_the_scripts_that_imported_it(gallery):
    library = gallery.examples / "_library.py"
    library.write_text("X = 1\n")
    (gallery.examples / "_user.py").write_text("import _library\n")
    gallery.script("direct", "# %%\nimport _library\n")
    gallery.script("indirect", "# %%\nimport _user\n")
    gallery.script("other", "# %%\nx = 1\n")
    gallery.run()
    assert gallery.why() == {}
    library.write_text("X = 1  # a comment\n")
    assert gallery.why() == {}
    library.write_text("X = 22\n")
    assert gallery.why() == dict.fromkeys(("direct", "indirect"), "examples/_library.py changed")


def test_data_edit_runs_exactly_its_readers(gallery):
    (gallery.examples / "table.csv").write_text("1\n")
    read = "# %%\nfrom pathlib import Path\npath = Path(__file__).parent / '{}'\n"
    read += "if path.exists():\n    path.read_text()\n"
    gallery.script("reader", read.format("table.csv"))
    gallery.script("hoper", read.format("hoped.csv"))
    gallery.script("other", "# %%\nx = 1\n")
    gallery.run()
    (gallery.examples / "table.csv").write_text("2\n")
    assert gallery.why() == {"reader": "data file examples/table.csv changed"}
    (gallery.examples / "hoped.csv").write_text("2\n")
    assert gallery.why()["hoper"] == "data file examples/hoped.csv appeared"
    (gallery.examples / "table.csv").unlink()
    assert gallery.why()["reader"] == "data file examples/table.csv is gone"


def test_prose_edit_runs_nothing(gallery):
    path = gallery.script("one", "# %%\nx = 1  # uno\n")
    gallery.run()
    path.write_text(
        path.read_text().replace("# uno", "# eins").replace("title: {es: one", "title: {es: otro")
    )
    assert gallery.why() == {}


def test_affected_names_scripts_by_what_they_used(gallery):
    (gallery.examples / "_library.py").write_text("X = 1\n")
    (gallery.examples / "table.csv").write_text("1\n")
    user = gallery.script("user", "# %%\nimport _library\n")
    gallery.script(
        "reader", "# %%\nfrom pathlib import Path\n(Path(__file__).parent / 'table.csv').read_text()\n"
    )
    gallery.run()
    gallery.script("unknown", "# %%\nx = 1\n")

    def names(*paths):
        return {tutorial.slug for tutorial in affected(paths, gallery.tutorials, gallery.store)} - {"unknown"}

    assert names(gallery.examples / "_library.py") == {"user"}
    assert names(gallery.examples / "table.csv") == {"reader"}
    assert names(user) == {"user"}
    assert names(gallery.root / "README.md") == set()
    assert [t.slug for t in affected([user], gallery.tutorials, gallery.store)] == ["unknown", "user"]


# ── exercises ────────────────────────────────────────────────────────────────────────────────────

EXERCISE = """
# %% [markdown] lang="es" tags=["exercise"]
# Escribe `double`.

# %% [markdown] lang="en" tags=["exercise"]
# Write `double`.

# %% tags=["solution"]
def double(x):
    return 2 * x

# %% tags=["check"]
print("checked")
CHECK
"""


def test_check_that_needs_the_solution_passes(gallery, printed):
    record = gallery.run_one(EXERCISE.replace("CHECK", "assert double(2) == 4"))
    assert isinstance(record, Record)
    assert printed(record) == "checked\n"  # once: the trial with the stub leaves no trace


def test_processes_that_the_stub_leaves_behind_are_not_waited_for(gallery):
    check = """
import os, time
if os.fork() == 0:
    time.sleep(3600)
assert double(2) == 4
"""
    record = gallery.run_one(EXERCISE.replace("CHECK", check), "timeout_seconds: 20\n")
    assert isinstance(record, Record), record


def test_check_that_passes_on_the_stub_is_an_error(gallery):
    failure = gallery.run_one(EXERCISE.replace("CHECK", "assert callable(double)"))
    assert isinstance(failure, Failure)
    assert failure.reason == "stub passes"
    assert "assert callable(double)" in failure.cell_source
    assert Path(failure.path).read_text().splitlines()[failure.line - 1] == 'print("checked")'


# ── order and shards ─────────────────────────────────────────────────────────────────────────────


def test_longest_script_starts_first(gallery):
    for name in "abc":
        gallery.script(name, "# %%\nx = 1\n")
    durations = {"a.py": 1.0, "b.py": 9.0}  # "c" is thought to take as long as the median
    assert [tutorial.name for tutorial in longest_first(gallery.tutorials, durations)] == ["b", "c", "a"]


def test_shards_are_balanced_and_leave_nothing_out(gallery):
    for name in "abcdef":
        gallery.script(name, "# %%\nx = 1\n")
    durations = {"a.py": 10, "b.py": 6, "c.py": 4, "d.py": 1, "e.py": 1, "f.py": 8}
    parts = [[t.name for t in Shard(index, 3).of(gallery.tutorials, durations)] for index in (1, 2, 3)]
    assert sorted(name for part in parts for name in part) == list("abcdef")
    loads = [sum(durations[f"{name}.py"] for name in part) for part in parts]
    assert max(loads) - min(loads) <= 1


def without_cost(record):
    return dataclasses.replace(record, wall_seconds=0, cpu_seconds=0, memory_bytes=0)


def test_shards_merge_to_what_one_run_stores(gallery, tmp_path):
    for name in "abcd":
        gallery.script(name, f"# %%\nprint('{name}')\n")
    shards = [Store(tmp_path / f"shard{index}") for index in (1, 2)]
    for index, store in enumerate(shards, start=1):
        gallery.run(store, shard=Shard(index, 2))
    whole, merged = Store(tmp_path / "whole"), Store(tmp_path / "merged")
    expected = gallery.run(whole)
    merge(shards, merged)
    for tutorial in gallery.tutorials:
        assert without_cost(merged.lookup(tutorial)) == without_cost(expected[tutorial.slug])
    assert merged.durations.keys() == whole.durations.keys()


def test_shards_run_one_after_the_other_into_one_store_cover_everything(gallery):
    for index, name in enumerate("abcd"):
        gallery.script(name, f"# %%\nimport time\ntime.sleep({index} / 20)\n")
    done = [set(gallery.run(shard=Shard(index, 2))) for index in (1, 2)]
    assert done[0] | done[1] == set("abcd")
    assert not done[0] & done[1]
    assert gallery.why() == {}


def test_dask_cluster_gives_the_same_records(gallery, tmp_path):
    distributed = pytest.importorskip("distributed")
    gallery.script("plot", FIGURE)
    gallery.script("fails", "# %%\n1 / 0\n")
    gallery.script("numbers", "# %%\nprint(sum(range(10)))\n")
    local = gallery.run(Store(tmp_path / "local"))
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
    ) as cluster:
        remote = gallery.run(Store(tmp_path / "remote"), scheduler=cluster.scheduler_address)
    assert without_cost(local["plot"]) == without_cost(remote["plot"])
    assert without_cost(local["numbers"]) == without_cost(remote["numbers"])
    assert isinstance(remote["fails"], Failure)
    assert remote["fails"].message == local["fails"].message
    assert re.search("ZeroDivisionError", remote["fails"].message)
