"""The code that a reader of one language sees and copies: `tr(…)` and comment twins made plain.

The code of two languages has equal syntax trees but for string literals.
"""

# ruff: noqa: N802  (libcst names its methods after the nodes they visit)
from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from operator import itemgetter

import libcst as cst
import libcst.helpers
from libcst import matchers as m

from tutorials_lib.site import galleryformat
from tutorials_lib.site.comments import AltText, alt_texts, comments_in_language

__all__ = ["AltText", "alt_texts", "in_language"]

_PACKAGE = "tutorials_lib"


def in_language(code: str, language: str, languages: Sequence[str]) -> str:
    """`code` as if it had been written in `language` alone; "" when nothing remains of it.

    `tr(es="suma", en="sum")` becomes the literal, its import goes, comment twins become one comment, and
    alternative texts and settings of the gallery's builder are left out. A call or a comment without
    `language` is shown in its first one. `languages` tells which comments are twins.

    >>> in_language('# es: hola\\n# en: hello\\nprint(tr(es="suma", en="sum"))', "en", ["es", "en"])
    '# hello\\nprint("sum")'
    """
    code = comments_in_language(galleryformat.without_settings(code), language, languages)
    if _IMPORT.search(code):
        code = _plain(code, language)
    elif _TR.search(code):
        code = "\n".join(_chosen(part, language) if _TR.search(part) else part for part in _statements(code))
    return code.strip("\n").rstrip()


# libcst is slow: it is not asked about each `print` and `stride`
_TR = re.compile(r"\btr\b")
# an import that goes leaves its comments to the next statement
_IMPORT = re.compile(rf"\bfrom {_PACKAGE}(?:\.i18n)? import\b")


def _statements(code: str) -> Iterator[str]:
    """Parts of the code that are programs by themselves; together they are the code."""
    lines = code.split("\n")
    start = 0
    for statement, following in pairwise(ast.parse(code).body):
        end = statement.end_lineno or statement.lineno
        if following.lineno > end:  # else a semicolon stands between them
            yield "\n".join(lines[start:end])
            start = end
    yield "\n".join(lines[start:])


def _chosen(code: str, language: str) -> str:
    """A statement with calls of `tr`: those of plain literals are cut out by place.

    libcst is for all that is more: an import, literals within an f-string, parentheses that are to go.
    """
    calls = _simple_calls(code)
    if calls is None:
        return _plain(code, language)
    text = code.encode()
    for start, end, literals in sorted(calls, key=itemgetter(0), reverse=True):
        text = text[:start] + literals.get(language, next(iter(literals.values()))) + text[end:]
    return text.decode()


_LITERAL = re.compile(rb"""[fF]?(?:"(?!"")(?:[^"\\\n]|\\.)*"|'(?!'')(?:[^'\\\n]|\\.)*')""")
_OPENS_GROUP = re.compile(rb"(?<![\w)\]])\(\s*\Z")  # a parenthesis that is not a call's


def _simple_calls(code: str) -> list[tuple[int, int, dict[str, bytes]]] | None:
    """Place (in bytes of UTF-8) and literals of each call of `tr`, or `None` where one is not simple."""
    text = code.encode()
    starts = [0, *accumulate(len(line) + 1 for line in text.split(b"\n"))]

    def place(node: ast.expr) -> tuple[int, int]:
        return starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset

    calls = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.JoinedStr):  # Python 3.11 does not know the places within one
            if any(isinstance(part, ast.Name) and part.id == "tr" for part in ast.walk(node)):
                return None
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "tr":
            start, end = place(node)
            literals = {keyword.arg: text[slice(*place(keyword.value))] for keyword in node.keywords}
            simple = literals and not node.args and all(map(_LITERAL.fullmatch, literals.values()))
            if not simple or _OPENS_GROUP.search(text[:start]):
                return None
            calls.append((start, end, literals))
    return calls if len(calls) == len(_TR.findall(code)) else None


def _plain(code: str, language: str) -> str:
    module = cst.parse_module(code)
    names = _Names()
    module.visit(names)
    return module.visit(_Plain(language, names)).code


class _Names(cst.CSTVisitor):
    """Under which names the code knows `tr`."""

    def __init__(self) -> None:
        self.names = {"tr"}  # imported by an earlier cell

    def visit_ImportFrom(self, node: cst.ImportFrom) -> None:
        if _is_ours(node) and not isinstance(node.names, cst.ImportStar):
            self.names |= {
                alias.evaluated_alias or "tr" for alias in node.names if alias.evaluated_name == "tr"
            }


class _Plain(cst.CSTTransformer):
    def __init__(self, language: str, names: _Names) -> None:
        super().__init__()
        self.language, self.names = language, names.names
        self.wrapped: set[cst.BaseExpression] = set()  # literals that were given parentheses here
        self.inlined: set[cst.BaseExpression] = set()  # literals that may merge with the f-string around them

    # calls

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        if not self._is_tr(updated_node.func):
            return updated_node
        texts = {arg.keyword.value: arg.value for arg in updated_node.args if arg.keyword is not None}
        if not texts or len(texts) < len(updated_node.args):
            return updated_node  # not ours: a function of the script's own, or texts that are not written out
        value = texts.get(self.language, next(iter(texts.values())))
        if all(isinstance(text, cst.SimpleString) and _is_bare(text) for text in texts.values()):
            self.inlined.add(value)
        if _needs_parentheses(value):
            value = value.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
            self.wrapped.add(value)
        return value

    def _is_tr(self, function: cst.BaseExpression) -> bool:
        if isinstance(function, cst.Name):
            return function.value in self.names
        ours = m.Name(_PACKAGE) | m.Name("i18n") | m.Attribute(attr=m.Name("i18n"))
        return m.matches(function, m.Attribute(value=ours, attr=m.Name("tr")))

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg:
        if updated_node.value in self.wrapped:  # a call's own parentheses serve
            return updated_node.with_changes(value=updated_node.value.with_changes(lpar=[], rpar=[]))
        return updated_node

    # f-strings

    def leave_FormattedStringExpression(
        self, original_node: cst.FormattedStringExpression, updated_node: cst.FormattedStringExpression
    ) -> cst.BaseFormattedStringContent:
        plain = not updated_node.format_spec and not updated_node.conversion and updated_node.equal is None
        if plain and updated_node.expression in self.inlined:
            return cst.FormattedStringText(updated_node.expression.raw_value)
        return updated_node

    def leave_FormattedString(
        self, original_node: cst.FormattedString, updated_node: cst.FormattedString
    ) -> cst.BaseExpression:
        parts = updated_node.parts
        if original_node.parts and all(isinstance(part, cst.FormattedStringText) for part in parts):
            if all(isinstance(part, cst.FormattedStringText) for part in original_node.parts):
                return updated_node  # it was so before
            text = "".join(part.value for part in parts).replace("{{", "{").replace("}}", "}")
            prefix = updated_node.prefix.replace("f", "").replace("F", "")
            return cst.SimpleString(
                f"{prefix}{updated_node.quote}{text}{updated_node.quote}",
                lpar=updated_node.lpar,
                rpar=updated_node.rpar,
            )
        return updated_node

    # the import

    def leave_ImportFrom(
        self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom
    ) -> cst.ImportFrom | cst.RemovalSentinel:
        if not _is_ours(updated_node) or isinstance(updated_node.names, cst.ImportStar):
            return updated_node
        kept = [alias for alias in updated_node.names if alias.evaluated_name != "tr"]
        if len(kept) == len(updated_node.names):
            return updated_node
        if not kept:
            return cst.RemoveFromParent()
        kept[-1] = kept[-1].with_changes(comma=updated_node.names[-1].comma)
        return updated_node.with_changes(names=kept)

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine:
        if 0 < len(updated_node.body) < len(original_node.body):
            *others, last = updated_node.body
            return updated_node.with_changes(
                body=[*others, last.with_changes(semicolon=cst.MaybeSentinel.DEFAULT)]
            )
        return updated_node

    def leave_Module(self, original_node: cst.Module, updated_node: cst.Module) -> cst.Module:
        body, comments = _with_comments(original_node.body, updated_node.body)
        return updated_node.with_changes(body=body, footer=[*comments, *updated_node.footer])

    def leave_IndentedBlock(
        self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock
    ) -> cst.IndentedBlock:
        body, comments = _with_comments(original_node.body, updated_node.body)
        if not body:
            body = [cst.SimpleStatementLine([cst.Pass()])]
        return updated_node.with_changes(body=body, footer=[*comments, *updated_node.footer])


def _with_comments(
    before: Sequence[cst.BaseStatement], after: Sequence[cst.BaseStatement]
) -> tuple[list[cst.BaseStatement], list[cst.EmptyLine]]:
    """`after`, each statement with the comments of those removed before it; and what is left over."""
    body: list[cst.BaseStatement] = []
    pending: list[cst.EmptyLine] = []
    remaining = list(after)
    for statement in before:
        removed = _imports_tr_only(statement)
        if removed:
            pending += statement.leading_lines
            continue
        kept = remaining.pop(0)
        if any(line.comment is not None for line in pending):
            kept = kept.with_changes(leading_lines=[*pending, *kept.leading_lines])
        pending = []
        body.append(kept)
    return body, [line for line in pending if line.comment is not None]


def _imports_tr_only(statement: cst.BaseStatement) -> bool:
    if not isinstance(statement, cst.SimpleStatementLine):
        return False
    return all(
        isinstance(part, cst.ImportFrom)
        and _is_ours(part)
        and not isinstance(part.names, cst.ImportStar)
        and all(alias.evaluated_name == "tr" for alias in part.names)
        for part in statement.body
    )


def _is_ours(node: cst.ImportFrom) -> bool:
    name = cst.helpers.get_full_name_for_node(node.module) if node.module is not None else None
    return name in (_PACKAGE, f"{_PACKAGE}.i18n") and not node.relative


def _is_bare(literal: cst.SimpleString) -> bool:
    """Whether the text of a literal means the same between the quotes of any f-string."""
    return not literal.prefix and not set(literal.raw_value) & set("'\"{}\\\n") and bool(literal.raw_value)


def _needs_parentheses(value: cst.BaseExpression) -> bool:
    if value.lpar:
        return False
    if isinstance(value, cst.ConcatenatedString):
        return "\n" in cst.Module([]).code_for_node(value)
    return not isinstance(value, (cst.SimpleString, cst.FormattedString, cst.Name, cst.Call, cst.Attribute))
