"""The command `tutorials`: exit 0 or 1, 2 for wrong usage; every error as `file:line: what; expected …`."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from tutorials_lib.site.findings import Finding, SiteError
from tutorials_lib.site.settings import LANGUAGES_EXPECTED, Settings, is_language, load_settings

if TYPE_CHECKING:
    from tutorials_lib.site.record import Failure, Record
    from tutorials_lib.site.run import Shard
    from tutorials_lib.site.script import Section, Tutorial

# What does the work is imported in the commands: `tutorials --help` must not wait for it.

app = typer.Typer(
    name="tutorials",
    help="Checks, runs and publishes tutorials: one script, one run, a page in every language.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Result = TypeVar("Result")

Examples = Annotated[Path | None, typer.Option("--examples", metavar="DIR", help="Folder of the scripts.")]
StoreFolder = Annotated[Path | None, typer.Option("--store", metavar="DIR", help="Folder of finished runs.")]
Languages = Annotated[
    str | None, typer.Option("--languages", metavar="es,en", help="Languages; the first is the default one.")
]
Jobs = Annotated[int | None, typer.Option("--jobs", "-j", metavar="N", min=1, help="Scripts at a time.")]
Scheduler = Annotated[
    str | None, typer.Option("--scheduler", metavar="ADDR", help="Run on a Dask cluster, as tcp://host:8786.")
]
ShardOption = Annotated[
    str | None,
    typer.Option("--shard", metavar="I/N", help="Run only part I of N; start all parts from one store."),
]


def main() -> None:
    """Entry point of the command."""
    app(prog_name="tutorials")


def reports_errors(command: Callable[..., Result]) -> Callable[..., Result]:
    """A person's mistake is told in a line; no traceback."""

    @wraps(command)
    def guarded(*args: Any, **kwargs: Any) -> Result:
        try:
            return command(*args, **kwargs)
        except SiteError as error:
            typer.echo(str(error), err=True)
        except OSError as error:
            path = Path(error.filename) if isinstance(error.filename, str) else Path()
            what = f"{error.strerror or error}"
            typer.echo(str(Finding(path, 0, what, "a file or folder that can be used")), err=True)
        except KeyboardInterrupt:
            typer.echo("interrupted; what had finished is stored", err=True)
        raise typer.Exit(1)

    return guarded


@app.command()
@reports_errors
def check(examples: Examples = None, languages: Languages = None) -> None:
    """Check everything that needs no run; all faults at once."""
    from tutorials_lib.site.check import check_examples

    settings = settings_of(examples, languages=languages)
    existing(settings.examples_path)
    findings = check_examples(settings)
    for finding in findings:
        typer.echo(str(finding), err=True)
    if any(finding.severity == "error" for finding in findings):
        raise typer.Exit(1)


@app.command()
@reports_errors
def run(
    scripts: Annotated[
        list[Path] | None, typer.Argument(metavar="[SCRIPT]...", help="Only these scripts.")
    ] = None,
    examples: Examples = None,
    store: StoreFolder = None,
    jobs: Jobs = None,
    scheduler: Scheduler = None,
    shard: ShardOption = None,
    languages: Languages = None,
) -> None:
    """Run what is not in the store, and say why."""
    part = parse_shard(shard)
    settings = settings_of(examples, store, languages)
    tutorials = some(scripts, settings) if scripts else all_of(load(settings))
    outcomes = execute(tutorials, settings, jobs=jobs, scheduler=scheduler, shard=part)
    raise typer.Exit(int(any_failed(outcomes)))


@app.command()
@reports_errors
def export(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Folder to write to.")],
    examples: Examples = None,
    store: StoreFolder = None,
    languages: Languages = None,
    jobs: Jobs = None,
) -> None:
    """Check, run, and write the Markdown tree of every language with figures and downloads."""
    from tutorials_lib.site import tree

    settings = settings_of(examples, store, languages)
    sections = load_checked(settings)
    outcomes = execute(all_of(sections), settings, jobs=jobs)
    if any_failed(outcomes):
        raise typer.Exit(1)
    tree.export(out, sections, outcomes, settings)


@app.command()
@reports_errors
def why(
    script: Annotated[Path, typer.Argument(metavar="SCRIPT")],
    examples: Examples = None,
    store: StoreFolder = None,
    languages: Languages = None,
) -> None:
    """What a script's key depends on, and what changed since its last run."""
    from tutorials_lib.site import key
    from tutorials_lib.site.store import Store

    settings = settings_of(examples, store, languages)
    [tutorial] = some([script], settings)
    records = Store(settings.store_path)
    code, found = key.code_of(tutorial), records.find(tutorial)
    state = records.state(code.script)
    typer.echo(f"{code.script}: {found.why or 'stored'}")
    typer.echo(f"  code cells: {len(code.cells)}, inline values: {len(code.inline)}")
    typer.echo("  versions: " + ", ".join(f"{name} {version}" for name, version in code.versions.items()))
    for kind, label in (("modules", "module"), ("data", "data file")):
        for name in state.get(kind, {}):
            typer.echo(f"  {label}: {name}")


@app.command()
@reports_errors
def affected(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...")],
    examples: Examples = None,
    store: StoreFolder = None,
    languages: Languages = None,
) -> None:
    """Which scripts a changed file runs again, one a line."""
    from tutorials_lib.site import run as running
    from tutorials_lib.site.key import script_name
    from tutorials_lib.site.store import Store

    settings = settings_of(examples, store, languages)
    for tutorial in running.affected(paths, all_of(load(settings)), Store(settings.store_path)):
        typer.echo(script_name(tutorial))


@app.command()
@reports_errors
def merge(
    stores: Annotated[list[Path], typer.Argument(metavar="STORE...")],
    store: Annotated[Path, typer.Option("--store", metavar="DIR", help="Folder that receives all runs.")],
) -> None:
    """Copy the runs of several stores into one."""
    from tutorials_lib.site import store as storing

    copied = storing.merge([storing.Store(existing(path)) for path in stores], storing.Store(store))
    typer.echo(f"{copied} run{'s' if copied != 1 else ''} copied to {store}")


@app.command()
@reports_errors
def drift(
    old: Annotated[Path, typer.Argument(metavar="OLD")],
    new: Annotated[Path, typer.Argument(metavar="NEW")],
    tolerance: Annotated[float | None, typer.Option(min=0.0, help="Relative; 0.001 if not given.")] = None,
) -> None:
    """Which numbers and figures differ between two stores. Exit 1 if any does, as `diff`."""
    from tutorials_lib.site import drift as drifting
    from tutorials_lib.site.store import Store

    limit = drifting.TOLERANCE if tolerance is None else tolerance
    found = drifting.compare(Store(existing(old)), Store(existing(new)), limit)
    for line in found:
        typer.echo(str(line))
    if found:
        raise typer.Exit(1)
    typer.echo(f"no drift beyond {limit:g}")


@app.command()
@reports_errors
def new(name: Annotated[str, typer.Argument(metavar="SECTION/NAME")], examples: Examples = None) -> None:
    """Write a script to begin with, in every language."""
    from tutorials_lib.site.skeleton import new_script

    settings = settings_of(examples)
    path = settings.examples_path / f"{name.removesuffix('.py')}.py"
    if not re.fullmatch(r"[\w-]+/[A-Za-z_]\w*", name.removesuffix(".py")):
        raise SiteError(
            [Finding(path, 0, f"{name!r} is not a name", "SECTION/NAME, as in 04_workflow/my_script")]
        )
    if path.exists():
        raise SiteError([Finding(path, 0, "exists already", "the name of a new script")])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(new_script(path.stem, settings.languages), encoding="utf-8")
    typer.echo(str(path))


# ── shared by the commands ───────────────────────────────────────────────────────────────────────


def settings_of(
    examples: Path | None = None, store: Path | None = None, languages: str | None = None
) -> Settings:
    """Settings of the project around the working folder, with what the command line says instead."""
    names = None
    if languages is not None:
        names = tuple(dict.fromkeys(name.strip() for name in languages.split(",") if name.strip()))
        if not names or not all(map(is_language, names)):
            what = f"{languages!r}; expected, separated by commas, {LANGUAGES_EXPECTED}"
            raise typer.BadParameter(what, param_hint="--languages")
    return load_settings(
        examples=examples and str(examples.absolute()), store=store and str(store.absolute()), languages=names
    )


def load(settings: Settings) -> tuple[Section, ...]:
    """Every section. Raises `SiteError` with all faults."""
    from tutorials_lib.site.script import load_examples

    existing(settings.examples_path)
    return load_examples(settings.examples_path, settings.languages)


def load_checked(settings: Settings) -> tuple[Section, ...]:
    """Every section. Raises `SiteError` with all faults, those that `check` finds included.

    A literal metric only warns here, as in a site build.
    """
    from tutorials_lib.site import lessons

    existing(settings.examples_path)
    return lessons.load(settings, lambda warning: typer.echo(warning, err=True))


def existing(folder: Path) -> Path:
    if not folder.is_dir():
        raise SiteError([Finding(folder, 0, "no such folder", "an existing folder")])
    return folder


def all_of(sections: Iterable[Section]) -> list[Tutorial]:
    return [tutorial for section in sections for tutorial in section.tutorials]


def some(scripts: Sequence[Path], settings: Settings) -> list[Tutorial]:
    """The scripts named on the command line, seen from the working folder or from the examples folder."""
    from tutorials_lib.site.script import parse

    findings: list[Finding] = []
    tutorials = []
    for script in scripts:
        try:
            tutorials.append(parse(find_script(script, settings), settings.examples_path, settings.languages))
        except SiteError as error:
            findings += error.findings
    if findings:
        raise SiteError(findings)
    return tutorials


def find_script(script: Path, settings: Settings) -> Path:
    examples = settings.examples_path.resolve()
    for path in (script.absolute(), settings.examples_path / script):
        if path.is_file():
            if path.resolve().is_relative_to(examples):
                return settings.examples_path / path.resolve().relative_to(examples)
            raise SiteError([Finding(script, 0, "is no script of the gallery", f"one below {examples}")])
    raise SiteError([Finding(script, 0, "no such script", f"a file, also as seen from {examples}")])


def parse_shard(text: str | None) -> Shard | None:
    """`2/3` is the second of three parts."""
    if text is None:
        return None
    from tutorials_lib.site.run import Shard

    match = re.fullmatch(r"(\d+)/(\d+)", text)
    if match is None or not 1 <= int(match[1]) <= int(match[2]):
        raise typer.BadParameter(f"{text!r}; expected I/N with 1 ≤ I ≤ N, as 2/3", param_hint="--shard")
    return Shard(int(match[1]), int(match[2]))


def execute(tutorials: Sequence[Tutorial], settings: Settings, **options: Any) -> dict[str, Record | Failure]:
    """Run what the store lacks, and tell how it goes."""
    from rich.console import Console

    from tutorials_lib.site.progress import Lines
    from tutorials_lib.site.run import run_tutorials
    from tutorials_lib.site.store import Store

    lines = Lines(Console(), Console(file=sys.stderr), settings.languages)
    with lines:
        outcomes = run_tutorials(
            tutorials, Store(settings.store_path), settings=settings, report=lines, **options
        )
    lines.summary()
    return outcomes


def any_failed(outcomes: dict[str, Record | Failure]) -> bool:
    from tutorials_lib.site.record import Failure

    return any(isinstance(outcome, Failure) for outcome in outcomes.values())
