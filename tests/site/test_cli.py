"""The command keeps its promises: what it prints, where, and how it ends."""

import pytest

LESSON = "# %%\nprint('hello')\n"


def test_run_says_why_and_how_it_went(gallery):
    gallery.script("01_part/one", LESSON)
    first, second = gallery.command("run"), gallery.command("run")
    assert (first.returncode, second.returncode) == (0, 0)
    lines = first.stdout.splitlines()
    assert lines[0] == "run 01_part/one.py: never run"
    assert lines[1].startswith("done 01_part/one.py: ")
    assert lines[1].endswith(" s")
    assert lines[2].startswith("1 script: 0 stored, 1 run, 0 failed, ")
    assert second.stdout.startswith("1 script: 1 stored, 0 run, 0 failed, ")
    assert first.stderr == second.stderr == ""


def test_run_takes_scripts_seen_from_here_or_from_the_examples(gallery):
    gallery.script("01_part/one", LESSON)
    gallery.script("01_part/two", LESSON)
    gallery.script("broken", "# %%\n1 / 0\n")
    assert "1 script: 0 stored, 1 run" in gallery.command("run", "examples/01_part/one.py").stdout
    assert "2 scripts: 1 stored, 1 run" in gallery.command("run", "01_part/one.py", "01_part/two.py").stdout


def test_examples_and_store_may_be_elsewhere(new_gallery, gallery):
    other = new_gallery("other")
    other.script("one", LESSON)
    result = gallery.command("run", "--examples", str(other.examples), "--store", str(other.root / "runs"))
    assert result.returncode == 0, result.stderr
    assert list((other.root / "runs").glob("??/*/record.json"))
    assert not gallery.store.path.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "--no-such-option"],
        ["run", "--shard", "3/2"],
        ["run", "--shard", "0/2"],
        ["run", "--shard", "half"],
        ["run", "--jobs", "0"],
        ["run", "--jobs", "many"],
        ["run", "--languages", ","],
        ["run", "--languages", "es,../en"],
        ["run", "--languages", "es,pt-BR"],
        ["no-such-command"],
        ["drift", "one"],
        ["merge", "one"],
        ["why"],
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2(gallery, arguments):
    result = gallery.command(*arguments)
    assert result.returncode == 2
    assert result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "none.py"], "none.py:0: no such script; expected"),
        (["why", "none.py"], "none.py:0: no such script; expected"),
        (["run", "pyproject.toml"], "pyproject.toml:0: is no script of the gallery; expected"),
        (["run", "--examples", "nowhere"], "nowhere:0: no such folder; expected"),
        (["check", "--examples", "nowhere"], "nowhere:0: no such folder; expected"),
        (["merge", "nowhere", "--store", "into"], "nowhere:0: no such folder; expected"),
        (["drift", "nowhere", "nowhere"], "nowhere:0: no such folder; expected"),
        (["new", "no name"], "'no name' is not a name; expected SECTION/NAME"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_mistake_of_a_person_is_one_line(gallery, arguments, message):
    result = gallery.command(*arguments)
    assert result.returncode == 1
    assert message in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_unreachable_cluster_is_said(gallery):
    pytest.importorskip("distributed")
    gallery.script("one", LESSON)
    result = gallery.command("run", "--scheduler", "tcp://127.0.0.1:9")
    assert result.returncode == 1
    assert "no Dask scheduler answers" in result.stderr
    assert "Traceback" not in result.stderr


def test_all_faults_of_all_scripts_in_one_report(gallery):
    one_language = '# %% [markdown] lang="es"\n# Hola.\n\n# %%\nx = 1\n'
    for name in ("one", "two"):
        gallery.script(name, one_language)
    for command in (["check"], ["run"], ["export", "out"]):
        result = gallery.command(*command)
        assert result.returncode == 1
        assert "one.py:" in result.stderr
        assert "two.py:" in result.stderr
        assert "expected" in result.stderr
        assert not gallery.store.path.exists()


def test_why_and_affected_tell_what_a_script_depends_on(gallery):
    (gallery.examples / "_library.py").write_text("X = 1\n")
    gallery.script("one", "# %%\nimport _library\n")
    gallery.script("two", "# %%\nx = 1\n")
    gallery.command("run")
    assert gallery.command("affected", "examples/_library.py").stdout == "one.py\n"
    why = gallery.command("why", "one.py").stdout
    assert why.startswith("one.py: stored\n")
    assert "module: examples/_library.py" in why
    assert "versions: python " in why
    (gallery.examples / "_library.py").write_text("X = 2\n")
    assert gallery.command("why", "one.py").stdout.startswith("one.py: examples/_library.py changed\n")
    assert gallery.command("run").stdout.startswith("run one.py: examples/_library.py changed\ndone one.py")


def test_shards_and_merge(gallery):
    for name in "abc":
        gallery.script(name, LESSON)
    runs = [
        gallery.command("run", "--shard", f"{index}/2", "--store", f"part{index}").stdout for index in (1, 2)
    ]
    assert sum(text.count("never run") for text in runs) == 3
    assert gallery.command("merge", "part1", "part2", "--store", "whole").stdout == "3 runs copied to whole\n"
    assert "3 scripts: 3 stored, 0 run" in gallery.command("run", "--store", "whole").stdout


def test_new_script_is_a_lesson_that_runs(gallery):
    result = gallery.command("new", "01_part/first")
    assert result.returncode == 0, result.stderr
    assert (gallery.examples / "01_part" / "first.py").is_file()
    assert gallery.command("check").returncode == 0
    assert gallery.command("run").returncode == 0
    again = gallery.command("new", "01_part/first")
    assert again.returncode == 1
    assert "exists already" in again.stderr


def test_literal_metric_is_an_error_of_check_and_a_warning_of_export(gallery):
    prose = '# %% [markdown] lang="{}"\n# {} 97.3%.\n\n'
    gallery.script(
        "one", prose.format("es", "La exactitud fue del") + prose.format("en", "Accuracy was") + LESSON
    )
    check, export = gallery.command("check"), gallery.command("export", "out")
    assert check.returncode == 1
    assert "metric typed as a literal" in check.stderr
    assert export.returncode == 0, export.stderr
    assert "warning: a metric typed as a literal" in export.stderr


def test_export_writes_nothing_if_a_script_fails(gallery):
    gallery.script("one", "# %%\n1 / 0\n")
    result = gallery.command("export", "out")
    assert result.returncode == 1
    assert "ZeroDivisionError" in result.stderr
    assert not (gallery.root / "out").exists()


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ("languages = 'es'", "languages is 'es'"),
        ("languages = ['../es']", "languages is ['../es']"),
        ("languages = ['es', 'pt-BR']", '"pt_BR" (not "pt-BR"'),
        ("store = 3", "store is 3"),
        ("store = ", "not readable as TOML"),
    ],
)
def test_bad_settings_are_told_with_their_file(gallery, settings, what):
    (gallery.root / "pyproject.toml").write_text(f"[tool.tutorials]\n{settings}\n")
    run = gallery.command("check")
    assert run.returncode == 1
    assert run.stderr.startswith(f"{gallery.root / 'pyproject.toml'}:0: ")
    assert what in run.stderr
    assert "; expected " in run.stderr
