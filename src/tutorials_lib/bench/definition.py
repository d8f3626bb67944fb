"""The digest of a benchmark's definition: it tells whether a result still belongs to the code beside it.

It covers the function and everything at the top of its file that the function reaches by name, but not
comments, docstrings or decorators: another list of sizes makes other cases, it does not change this one.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

Definition = ast.FunctionDef | ast.ClassDef


def digest(path: Path, function: str) -> str:
    """16 hexadecimal digits for `function` of the file `path`, the same on every version of Python.

    Raises `KeyError` where the file has no such function.
    """
    definitions = _top_level(ast.parse(path.read_text(encoding="utf-8")))
    reached = sorted(_reached(definitions, function))
    text = "\n".join(f"{name}={_canonical(definitions[name])}" for name in reached)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def source(path: Path, function: str) -> str:
    """The text of `function` in the file `path`. Raises `KeyError` where the file has none."""
    text = path.read_text(encoding="utf-8")
    node = _top_level(ast.parse(text))[function]
    return "\n".join(text.splitlines()[node.lineno - 1 : node.end_lineno])


def _top_level(module: ast.Module) -> dict[str, ast.stmt]:
    found: dict[str, ast.stmt] = {}
    for node in module.body:
        if isinstance(node, Definition):
            found[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found.update({target.id: node for target in targets if isinstance(target, ast.Name)})
    return found


def _reached(definitions: Mapping[str, ast.stmt], start: str) -> set[str]:
    """`start` and every top-level name that it uses, directly or through another."""
    reached, waiting = set(), [start]
    while waiting:
        name = waiting.pop()
        if name in reached:
            continue
        reached.add(name)
        body = _without_decorators(definitions[name])
        used = {node.id for part in body for node in ast.walk(part) if isinstance(node, ast.Name)}
        waiting += sorted(used & definitions.keys())
    return reached


def _without_decorators(node: ast.stmt) -> Iterator[ast.AST]:
    decorators = getattr(node, "decorator_list", [])
    return (child for child in ast.iter_child_nodes(node) if child not in decorators)


def _canonical(node: object) -> str:
    """Like `ast.dump`, which differs between versions of Python; without empty fields and docstrings."""
    if isinstance(node, list):
        return f"[{','.join(map(_canonical, node))}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    parts = []
    for name, value in ast.iter_fields(node):
        if name in ("decorator_list", "type_comment", "kind", "ctx") or value is None or value == []:
            continue
        if name == "body" and isinstance(node, Definition) and ast.get_docstring(node) is not None:
            value = value[1:]
        parts.append(f"{name}={_canonical(value)}")
    return f"{type(node).__name__}({','.join(parts)})"
