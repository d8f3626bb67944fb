"""The digest of a benchmark's definition: it tells whether a result still belongs to the code beside it.

It covers the function and everything that it reaches by name: at the top of its own file, and in modules of
this library that the file imports names from. Not comments, docstrings or decorators: another list of sizes
makes other cases, it does not change this one.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from pathlib import Path

Definition = ast.FunctionDef | ast.ClassDef
Place = tuple[Path, str]  # a file and the name of something at its top
LIBRARY = Path(__file__).resolve().parents[1]


def digest(path: Path, function: str) -> str:
    """16 hexadecimal digits for `function` of the file `path`, the same on every version of Python.

    Raises `KeyError` where the file has no such function.
    """
    reached = _reached(path, function)
    lines = sorted(f"{_label(place, path)}={_canonical(node)}" for place, node in reached.items())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def source(path: Path, function: str) -> str:
    """The text of `function` in the file `path`. Raises `KeyError` where the file has none."""
    text = path.read_text(encoding="utf-8")
    node = _top_level(path)[function]
    return "\n".join(text.splitlines()[node.lineno - 1 : node.end_lineno])


def _top_level(path: Path) -> dict[str, ast.stmt]:
    found: dict[str, ast.stmt] = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, Definition):
            found[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found.update({target.id: node for target in targets if isinstance(target, ast.Name)})
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{LIBRARY.name}."):
            found.update({alias.asname or alias.name: node for alias in node.names})
    return found


def _reached(path: Path, start: str) -> dict[Place, ast.stmt]:
    """`start` and every definition that it uses, directly or through another."""
    files: dict[Path, dict[str, ast.stmt]] = {}
    reached: dict[Place, ast.stmt] = {}
    waiting = [(path, start)]
    while waiting:
        file, name = waiting.pop()
        if file not in files:
            files[file] = _top_level(file)
        definitions = files[file]
        node = definitions[name]
        if (file, name) in reached:
            continue
        if isinstance(node, ast.ImportFrom):
            waiting += _imported(node, name)
            continue
        reached[file, name] = node
        used = {
            part.id
            for child in _without_decorators(node)
            for part in ast.walk(child)
            if isinstance(part, ast.Name)
        }
        waiting += [(file, other) for other in sorted(used & definitions.keys())]
    return reached


def _imported(node: ast.ImportFrom, name: str) -> list[Place]:
    """Where a name of this library is defined; nowhere for a module of it, whose names are not followed."""
    file = LIBRARY.joinpath(*(node.module or "").split(".")[1:]).with_suffix(".py")
    original = next(alias.name for alias in node.names if (alias.asname or alias.name) == name)
    return [(file, original)] if file.is_file() and original in _top_level(file) else []


def _label(place: Place, start: Path) -> str:
    file, name = place
    return name if file == start else f"{file.stem}.{name}"


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
