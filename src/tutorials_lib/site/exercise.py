"""From the solution of an exercise to the stub that a learner begins with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst
from libcst import matchers as m


def stub(source: str, comment: str = "") -> str:
    """What a learner completes: imports, signatures with docstrings, and names to be given a value.

    Bodies raise `NotImplementedError` and values are `...`, so that the check of the exercise fails.
    `comment` stands where something is to be written. The result is valid Python.

    >>> print(stub("import math\\n\\ndef area(r):\\n    return math.pi * r**2\\n\\na = area(2)", "your code"))
    import math
    <BLANKLINE>
    def area(r):
        raise NotImplementedError  # your code
    <BLANKLINE>
    a = ...  # your code
    """
    module = cst.parse_module(source)
    body = list(_statements(module.body, comment, set()))
    if not body:
        body = [_line("...", comment)]
    body[0] = body[0].with_changes(leading_lines=())
    return module.with_changes(body=body, header=(), footer=()).code.strip("\n")


def _statements(
    body: Sequence[cst.BaseStatement], comment: str, seen: set[str]
) -> Iterator[cst.BaseStatement]:
    for statement in body:
        if isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
            yield _emptied(statement, comment)
        elif isinstance(statement, cst.SimpleStatementLine):
            for part in statement.body:
                if isinstance(part, (cst.Import, cst.ImportFrom)):
                    yield cst.SimpleStatementLine([part], leading_lines=_blank(statement))
                else:
                    yield from _assignments(part, comment, seen, _blank(statement))
        else:  # a block: what it binds is what the check may use
            for found in m.findall(statement, m.Assign() | m.AnnAssign()):
                yield from _assignments(found, comment, seen, _blank(statement))


def _assignments(
    statement: cst.CSTNode, comment: str, seen: set[str], leading: Sequence[cst.EmptyLine]
) -> Iterator[cst.BaseStatement]:
    if isinstance(statement, cst.AnnAssign) and isinstance(statement.target, cst.Name):
        seen.add(statement.target.value)
        annotated = statement.with_changes(value=cst.Ellipsis(), equal=cst.AssignEqual())
        yield _line(annotated, comment).with_changes(leading_lines=leading)
    elif isinstance(statement, cst.Assign):
        for name in (name for target in statement.targets for name in _names(target.target)):
            if name not in seen:
                seen.add(name)
                yield _line(f"{name} = ...", comment).with_changes(leading_lines=leading)
                leading = ()


def _names(target: cst.BaseExpression) -> Iterator[str]:
    if isinstance(target, cst.Name):
        yield target.value
    elif isinstance(target, (cst.Tuple, cst.List)):
        for element in target.elements:
            yield from _names(element.value)


def _emptied(definition: cst.FunctionDef | cst.ClassDef, comment: str) -> cst.FunctionDef | cst.ClassDef:
    """A function without its body, or a class with its methods so; docstrings stay."""
    lines = definition.body.body
    docstring = [line for line in lines[:1] if _is_docstring(line)]
    if isinstance(definition, cst.ClassDef) and isinstance(definition.body, cst.IndentedBlock):
        kept = [*docstring]
        for statement in lines:
            if isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
                kept.append(_emptied(statement, comment))
            elif m.matches(statement, m.SimpleStatementLine(body=[m.AnnAssign()])):
                kept.append(statement)
        if len(kept) == len(docstring):
            kept.append(_line("...", comment))
    else:
        kept = [*docstring, _line("raise NotImplementedError", comment)]
    leading = [line for line in definition.leading_lines if line.comment is None]
    return definition.with_changes(body=cst.IndentedBlock(kept), leading_lines=leading)


def _is_docstring(line: cst.CSTNode) -> bool:
    text = m.SimpleString() | m.ConcatenatedString()
    return m.matches(line, m.SimpleStatementLine(body=[m.Expr(value=text)]))


def _blank(statement: cst.SimpleStatementLine | cst.BaseCompoundStatement) -> list[cst.EmptyLine]:
    """The blank lines before a statement; comments tell of the solution and go."""
    return [line for line in statement.leading_lines if line.comment is None]


def _line(statement: str | cst.BaseSmallStatement, comment: str) -> cst.SimpleStatementLine:
    part = statement if isinstance(statement, cst.CSTNode) else cst.parse_statement(statement).body[0]
    trailing = cst.TrailingWhitespace(
        whitespace=cst.SimpleWhitespace("  " if comment else ""),
        comment=cst.Comment(f"# {comment}") if comment else None,
    )
    return cst.SimpleStatementLine([part], trailing_whitespace=trailing)
