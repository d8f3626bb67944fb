"""Runs the cells of one script in one namespace, in a process that exists for nothing else.

Everything is told as it happens, through `send`: which cell begins, what it showed, what failed. So the
builder knows how far a script came even if it is killed.
"""

from __future__ import annotations
import __future__

import ast
import builtins
import contextlib
import json
import os
import random
import signal
import sys
import tokenize
import traceback
import types
import warnings
from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

from tutorials_lib.i18n import in_band, percent
from tutorials_lib.site import drawing
from tutorials_lib.site.exercise import stub
from tutorials_lib.site.job import Job
from tutorials_lib.site.outputs import (
    Transcript,
    as_terminal,
    machine_paths,
    mime_bundle,
    replace_display,
    to_plain,
)
from tutorials_lib.site.record import InlineResult, Raised
from tutorials_lib.site.script import CodeCell
from tutorials_lib.site.watch import Watch

Send = Callable[[tuple[Any, ...]], None]


class CellError(Exception):
    """The script cannot go on; says why, as the fields of a `Failure`."""

    def __init__(self, reason: str, line: int, message: str, error: Raised | None = None) -> None:
        super().__init__(message)
        self.fields = {"reason": reason, "line": line, "message": message, "error": error and asdict(error)}


def play(job: Job, scratch: Path, send: Send) -> None:
    """Run the script from its first cell to its last."""
    work = scratch / "work"
    work.mkdir()
    os.chdir(work)
    transcript = Transcript(scratch, machine_paths(scratch, work, Path(job.project)))
    watch = Watch(scratch, Path(job.path), job.network)
    session = Session(job, transcript, watch, send)
    transcript.start()
    watch.start()
    try:
        session.run()
    except CellError as stop:
        session.send_outputs()
        send(("failed", stop.fields))
    else:
        touched = watch.stop()
        send(("done", asdict(touched)))


class Session:
    """The namespace of a script and what its cells left."""

    def __init__(self, job: Job, transcript: Transcript, watch: Watch, send: Send) -> None:
        self.job, self.transcript, self.watch, self.send = job, transcript, watch, send
        self.main = types.ModuleType("__main__")
        self.main.__dict__.update(__file__=job.path, __builtins__=__builtins__, __annotations__={})
        sys.modules["__main__"] = self.main
        self.flags = 0  # of `from __future__ import …`, which hold for all cells after it
        self.index = 0
        setattr(builtins, JoinedInBand.IN_BAND, in_band)
        setattr(builtins, JoinedInBand.PERCENT, percent)
        replace_display(self.display, transcript.clear)
        if pyplot := sys.modules.get("matplotlib.pyplot"):
            pyplot.show = lambda *args, **kwargs: self.draw_figures()
        warnings.formatwarning = lambda message, category, *place, **more: f"{category.__name__}: {message}\n"

    def run(self) -> None:
        cells = self.job.cells
        exercises = exercises_in(cells)
        for self.index, cell in enumerate(cells):
            self.send(("cell", self.index))
            self.evaluate_inlines(self.index)
            if self.index in exercises:
                self.check_stub(exercises[self.index])
            self.run_cell(cell)
            self.send_outputs()
        self.evaluate_inlines(len(cells))

    def send_outputs(self) -> None:
        outputs, files = self.transcript.take()
        self.send(("outputs", self.index, [to_plain(output) for output in outputs], files))

    # ── cells ────────────────────────────────────────────────────────────────────────────────────

    def run_cell(self, cell: CodeCell) -> None:
        """Run a cell and hold it to its tags. Raises `CellError`."""
        error = self.execute(cell.source, cell.line)
        try:
            self.draw_figures()
        except Exception as drawing_error:
            error = error or drawing_error
        if error is None:
            if cell.raises:
                raise CellError(
                    "did not raise", cell.line, f"the cell raised nothing; expected {cell.raises}"
                )
            return
        raised = self.describe(error)
        if cell.raises and is_a(error, cell.raises, self.main.__dict__):
            self.transcript.add(Raised(raised.type, raised.message))
            return
        expected = cell.raises or "the cell to run"
        first_line = (raised.message.strip().splitlines() or [""])[0]
        what = f"{raised.type}: {first_line}" if first_line else raised.type
        reason = "memory" if isinstance(error, MemoryError) else "raised"
        raise CellError(reason, self.line_of(error, cell.line), f"{what}; expected {expected}", raised)

    def execute(self, source: str, line: int) -> BaseException | None:
        """Run source from `line` of the script and show its last expression; return what it raised."""
        seed_and_limit()
        try:
            tree = self.parse(source, line)
            last = tree.body[-1] if tree.body and isinstance(tree.body[-1], ast.Expr) else None
            if last is not None:
                tree.body.pop()
            self.run_code(tree, "exec")
            if last is not None:
                value = self.run_code(ast.Expression(last.value), "eval")
                if not ends_with_semicolon(source):
                    self.show(value)
        except BaseException as error:  # SystemExit and KeyboardInterrupt are the script's own
            return error
        return None

    def parse(self, source: str, line: int) -> ast.Module:
        try:
            tree = compile(source, self.job.path, "exec", ast.PyCF_ONLY_AST | self.flags, dont_inherit=True)
        except SyntaxError as error:
            error.lineno = (error.lineno or 1) + line - 1
            raise
        return JoinedInBand().visit(ast.increment_lineno(tree, line - 1))

    def run_code(self, tree: ast.Module | ast.Expression, mode: str) -> Any:
        code = compile(tree, self.job.path, mode, self.flags, dont_inherit=True)
        self.flags |= code.co_flags & FUTURE_FLAGS
        return eval(code, self.main.__dict__)

    def describe(self, error: BaseException) -> Raised:
        """An exception as the reader may see it: the frames of the script and below, no machine paths."""
        trace = error.__traceback__
        while trace is not None and trace.tb_frame.f_code.co_filename != self.job.path:
            trace = trace.tb_next
        lines = traceback.format_exception(type(error), error, trace)

        def shown(text: str) -> str:
            return self.transcript.hide_machine(as_terminal(text))  # PyTorch colours some of its messages

        return Raised(type(error).__name__, shown(text_of(error)), shown("".join(lines)))

    def line_of(self, error: BaseException, default: int) -> int:
        """The line of the script where an exception came through last."""
        if isinstance(error, SyntaxError) and error.filename == self.job.path:
            return error.lineno or default
        frames = traceback.extract_tb(error.__traceback__)
        return (
            next((frame.lineno for frame in reversed(frames) if frame.filename == self.job.path), default)
            or 1
        )

    # ── what a cell shows ────────────────────────────────────────────────────────────────────────

    def show(self, value: Any) -> None:
        """The value of a cell's last expression, as in a notebook, but for matplotlib's handles."""
        if is_figure(value):
            self.draw(value)
        elif value is not None and not is_artist(value):
            self.transcript.display(mime_bundle(value))

    def display(
        self, *objects: Any, include: Any = None, exclude: Any = None, raw: bool = False, **more: Any
    ) -> Any:
        """`IPython.display.display`."""
        from IPython.display import DisplayHandle

        identity = more.get("display_id")
        handle = DisplayHandle(None if identity is True else identity) if identity else None
        if more.get("clear"):
            self.transcript.clear()
        for value in objects:
            if is_figure(value):
                self.draw(value)
                continue
            bundle = value if raw else mime_bundle(value, include, exclude)
            self.transcript.display(bundle, handle and handle.display_id, bool(more.get("update")))
        return handle

    def draw_figures(self) -> None:
        """Record all open figures and close them, as notebooks do at the end of a cell."""
        if pyplot := sys.modules.get("matplotlib.pyplot"):
            for number in pyplot.get_fignums():
                self.draw(pyplot.figure(number))

    def draw(self, figure: Any) -> None:
        drawing.record_figure(figure, self.transcript)
        if pyplot := sys.modules.get("matplotlib.pyplot"):
            pyplot.close(figure)

    # ── inline values ────────────────────────────────────────────────────────────────────────────

    def evaluate_inlines(self, after_cell: int) -> None:
        """Evaluate the inline values that stand after so many cells. Raises `CellError`."""
        for inline in self.job.inlines:
            if inline.after_cell != after_cell:
                continue
            try:
                value = plain_value(self.value_of(inline), inline.format)
            except BaseException as error:
                raised = self.describe(error)
                what = f"the inline value `{inline.expression}` raised {raised.type}: {raised.message}"
                raise CellError("inline", inline.line, f"{what}; expected a value", raised) from error
            self.send(("value", asdict(InlineResult(after_cell, inline.expression, inline.format, value))))

    def value_of(self, inline: Inline) -> Any:
        tree = compile(
            inline.expression, self.job.path, "eval", ast.PyCF_ONLY_AST | self.flags, dont_inherit=True
        )
        return self.run_code(ast.increment_lineno(tree, inline.line - 1), "eval")

    # ── exercises ────────────────────────────────────────────────────────────────────────────────

    def check_stub(self, exercise: range) -> None:
        """The checks of an exercise must fail until it is solved: try them in a fork. Raises `CellError`."""
        cells = [self.job.cells[index] for index in exercise]
        sources = [stub(cell.source) if cell.solution else cell.source for cell in cells]
        reader, writer = os.pipe()
        process = os.fork()
        if process == 0:
            try:
                os.setpgid(0, 0)
                os.close(reader)
                self.silence()
                errors = [
                    self.execute(source, cell.line) for source, cell in zip(sources, cells, strict=True)
                ]
                passed = [index for index, error in enumerate(errors) if cells[index].check and error is None]
                os.write(writer, json.dumps(passed).encode())
            finally:
                os._exit(0)
        os.waitpid(process, 0)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process, signal.SIGKILL)  # helpers of a data loader may outlive it
        os.close(writer)
        with os.fdopen(reader) as pipe:
            passed = json.loads(pipe.read() or "[]")
        if passed:
            self.index = exercise[passed[0]]
            self.send(("cell", self.index))
            what = "the check passes on the stub; expected it to fail until the exercise is solved"
            raise CellError("stub passes", cells[passed[0]].line, what)

    def silence(self) -> None:
        """In a fork: nothing that happens here is the script's."""
        self.watch.on = False
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)


class JoinedInBand(ast.NodeTransformer):
    """Makes `f"{tr(…)}:"` a text whose methods and padding act on each language, as `tr(…)` itself is.

    What joins texts (f-strings, templates, `", ".join`) gives a plain `str`, and padding that would count the
    words of all languages.
    """

    IN_BAND, PERCENT = "__tutorials_in_band__", "__tutorials_percent__"

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        if not any(isinstance(part, ast.FormattedValue) for part in node.values):
            return node
        self.generic_visit(node)
        return self._call(self.IN_BAND, node)

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.FormattedValue:
        node.value = self.visit(node.value)  # its format specification is an f-string of the grammar only
        if node.format_spec is not None:
            node.value = self._call(self.IN_BAND, node.value)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        of_literal = isinstance(node.func, ast.Attribute) and _is_text(node.func.value)
        return self._call(self.IN_BAND, node) if of_literal else node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        is_template = isinstance(node.op, ast.Mod) and _is_text(node.left)
        return self._call(self.PERCENT, node.left, node.right) if is_template else node

    def _call(self, name: str, *values: ast.expr) -> ast.AST:
        call = ast.Call(ast.Name(name, ast.Load()), list(values), [])
        return ast.fix_missing_locations(ast.copy_location(call, values[0]))


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


FUTURE_FLAGS = 0
for _name in __future__.all_feature_names:
    FUTURE_FLAGS |= getattr(__future__, _name).compiler_flag


def exercises_in(cells: tuple[CodeCell, ...]) -> dict[int, range]:
    """Index of an exercise's first solution → all its cells, up to its last check.

    An exercise is one or more solutions, then one or more checks; the next solution begins another.
    """
    found: dict[int, range] = {}
    first: int | None = None
    checked = False
    for index, cell in enumerate(cells):
        if cell.solution and (first is None or checked):
            first, checked = index, False
        elif cell.check and first is not None:
            found[first], checked = range(first, index + 1), True
    return found


def is_a(error: BaseException, name: str, namespace: dict[str, Any]) -> bool:
    """Whether an exception is of the type that a tag names, or of one derived from it.

    The name is the class's own, or one that leads to it from the script: `json.JSONDecodeError`.
    """
    for kind in type(error).__mro__:
        if name == kind.__name__ or f".{kind.__module__}.{kind.__qualname__}".endswith(f".{name}"):
            return True
    first, *rest = name.split(".")
    found = namespace.get(first, sys.modules.get(first))
    for part in rest:
        found = getattr(found, part, None)
    return isinstance(found, type) and isinstance(error, found)


def text_of(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return ""


def ends_with_semicolon(source: str) -> bool:
    """Whether a cell asks that its last value is not shown."""
    skipped = (
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.ENDMARKER,
        tokenize.INDENT,
        tokenize.DEDENT,
    )
    tokens = [
        token for token in tokenize.generate_tokens(StringIO(source).readline) if token.type not in skipped
    ]
    return bool(tokens) and tokens[-1].string == ";"


def plain_value(value: Any, spec: str) -> float | int | str | bool | None:
    """A number or boolean as itself; a scalar of an array library as its number; else formatted text.

    Raises what formatting it raises: a format that the value does not take is the script's mistake.
    """
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        value = value.item()
    formatted = format(value, spec)
    if value is None or isinstance(value, bool):
        return value
    for kind in (int, float):
        if isinstance(value, kind):
            return kind(value)  # a number of numpy may derive from Python's
    return str.__str__(formatted)


# ── libraries, if the script uses them ───────────────────────────────────────────────────────────

_settled: set[str] = set()


def seed_and_limit() -> None:
    """Fix the seeds of what has been imported since the last call, once each; one thread for each worker."""
    for name in ("random", "tempfile", "numpy", "torch"):
        library = sys.modules.get(name)
        if library is None or name in _settled:
            continue
        _settled.add(name)
        if name == "random":
            random.seed(0)
        elif name == "tempfile":  # names get printed; every run has a temporary folder of its own
            names = library._get_candidate_names()
            names._rng, names._rng_pid = random.Random(0), os.getpid()
        elif name == "numpy":
            library.random.seed(0)
        else:
            library.manual_seed(0)
            library.set_num_threads(1)


@cache
def _matplotlib_types() -> tuple[tuple[type, ...], tuple[type, ...]]:
    from matplotlib.artist import Artist
    from matplotlib.container import Container
    from matplotlib.figure import FigureBase

    return (FigureBase,), (Artist, Container)


def is_figure(value: Any) -> bool:
    return "matplotlib.figure" in sys.modules and isinstance(value, _matplotlib_types()[0])


def is_artist(value: Any) -> bool:
    """Whether a value is a handle of matplotlib, or a collection of such: no reader wants its address."""
    if "matplotlib.figure" not in sys.modules:
        return False
    if isinstance(value, _matplotlib_types()[1]):
        return True
    if type(value).__name__ == "ndarray":
        value = value.ravel().tolist() if value.dtype == object else ()
    return isinstance(value, (list, tuple)) and len(value) > 0 and all(map(is_artist, value))
