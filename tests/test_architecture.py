"""The arrows between the halves, read from the source: what may import what."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "tutorials_lib"
TEACHING = sorted(path for path in SOURCE.rglob("*.py") if "site" not in path.relative_to(SOURCE).parts)
PUBLISHING = sorted((SOURCE / "site").rglob("*.py"))


def imported_modules(path: Path) -> set[str]:
    """Every module that a file imports anywhere, also inside functions; relative imports made absolute."""
    package = ("tutorials_lib", *path.relative_to(SOURCE).parent.parts)
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*base, *([node.module] if node.module else [])))
            names |= {module} | {f"{module}.{alias.name}" for alias in node.names}
    return names


def imports(path: Path, package: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for name in imported_modules(path))


@pytest.mark.parametrize("path", PUBLISHING, ids=lambda path: path.name)
def test_publishing_half_never_imports_torch(path):
    assert not imports(path, "torch")
    assert not imports(path, "torchvision")


@pytest.mark.parametrize("path", PUBLISHING, ids=lambda path: path.name)
def test_only_the_plugin_imports_mkdocs(path):
    assert imports(path, "mkdocs") == (path.name == "plugin.py")


@pytest.mark.parametrize("path", PUBLISHING, ids=lambda path: path.name)
def test_publishing_half_uses_of_the_teaching_half_only_words_and_style(path):
    allowed = {"tutorials_lib.i18n", "tutorials_lib.style", "tutorials_lib.site"}
    used = {
        ".".join(name.split(".")[:2]) for name in imported_modules(path) if name.startswith("tutorials_lib.")
    }
    assert used <= allowed


@pytest.mark.parametrize("path", TEACHING, ids=lambda path: str(path.relative_to(SOURCE)))
def test_teaching_half_imports_neither_mkdocs_nor_the_publishing_half(path):
    assert not imports(path, "mkdocs")
    assert not imports(path, "tutorials_lib.site")


def test_the_walls_have_rooms_behind_them():
    """Guards the tests above against an empty list of files."""
    assert len(PUBLISHING) >= 10
    assert len(TEACHING) >= 5
