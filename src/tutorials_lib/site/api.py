"""Which library functions a tutorial uses, and where each one is documented."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import tutorials_lib
from tutorials_lib.site import galleryformat
from tutorials_lib.site.script import Section, Tutorial

_PACKAGE = "tutorials_lib"
_LIBRARIES = ("torch.", "torchvision.", f"{_PACKAGE}.")
_PUBLISHING = ("site", "i18n", "style")  # not what a lesson teaches

# Pages of PyTorch's documentation whose address is the full name; other names have no page of their own.
_HAS_PAGE = re.compile(
    r"torch\.nn\.(?!Parameter|Buffer|Uninitialized)[A-Z]\w*"
    r"|torch\.nn\.functional\.(?!cosine_similarity\b)[a-z]\w*"
    r"|torch\.linalg\.[a-z]\w*"
    r"|torch\.optim\.(?:[A-Z]\w*|lr_scheduler\.[A-Z]\w*)"
    r"|torch\.(?:abs|all|allclose|any|arange|argmax|argmin|argsort|atleast_1d|atleast_2d|bernoulli|bincount|bmm"
    r"|broadcast_tensors|broadcast_to|bucketize|cat|cdist|chunk|clamp|concat|corrcoef|cos|cosh|count_nonzero"
    r"|cov|cross|cumprod|cumsum|diag|diagonal|dot|einsum|empty|empty_like|equal|exp|eye|flatten|flip|floor"
    r"|from_numpy|full|full_like|gather|get_default_dtype|histc|hstack|index_select|inner|is_tensor|isclose"
    r"|isfinite|isinf|isnan|kron|linspace|load|log|log10|log1p|log2|logsumexp|manual_seed|masked_select|matmul"
    r"|max|maximum|mean|median|meshgrid|min|minimum|mm|movedim|mul|multinomial|mv|nanmean|no_grad|nonzero|norm"
    r"|normal|numel|ones|ones_like|outer|permute|pow|prod|quantile|rand|rand_like|randint|randn|randn_like"
    r"|randperm|relu|repeat_interleave|reshape|roll|round|save|set_default_dtype|set_num_threads"
    r"|set_printoptions|sigmoid|sign|sin|sinh|softmax|sort|split|sqrt|squeeze|stack|std|std_mean|sub|sum|swapaxes"
    r"|t|take|tan|tanh|tensor|tensordot|tile|topk|trace|transpose|tril|triu|unbind|unique|unsqueeze|var"
    r"|var_mean|vstack|where|zeros|zeros_like|Generator)"
)


@dataclass(frozen=True)
class Module:
    """A module of the library: `name` without the package, and its documented functions and classes."""

    name: str
    summary: str
    functions: tuple[str, ...]

    @property
    def full_name(self) -> str:
        return f"{_PACKAGE}.{self.name}"

    @property
    def page(self) -> str:
        return f"reference/{self.name}.md"


@cache
def modules() -> tuple[Module, ...]:
    """The modules of the teaching half, read and not imported: they may import torch.

    A package that says in `__all__` what it offers is one module, and its own modules are its business.
    """
    package = Path(tutorials_lib.__file__).parent
    found: list[Module] = []
    for path in sorted(package.rglob("*.py")):  # a package's `__init__.py` comes before its modules
        parts = path.relative_to(package).with_suffix("").parts
        if parts[0] in (*_PUBLISHING, "__init__") or any(
            ".".join(parts).startswith(f"{known.name}.") for known in found
        ):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if parts[-1] == "__init__" and (exported := _exported(tree)):
            parts, functions = parts[:-1], exported
        elif any(part.startswith("_") for part in parts):
            continue
        else:
            functions = _documented(tree)
        summary = (ast.get_docstring(tree) or "").partition("\n\n")[0]
        found.append(Module(".".join(parts), " ".join(summary.split()), functions))
    return tuple(found)


def _documented(tree: ast.Module) -> tuple[str, ...]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return tuple(
        node.name
        for node in tree.body
        if isinstance(node, kinds) and not node.name.startswith("_") and ast.get_docstring(node)
    )


def _exported(tree: ast.Module) -> tuple[str, ...]:
    """What `__all__` lists."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(ast.unparse(target) == "__all__" for target in node.targets):
            return tuple(ast.literal_eval(node.value))
    return ()


def used(tutorial: Tutorial) -> tuple[str, ...]:
    """Full names of the functions and classes of PyTorch and of the library that the code uses, sorted."""
    return _used(tuple(cell.source for cell in tutorial.code_cells))


@cache
def _used(codes: tuple[str, ...]) -> tuple[str, ...]:
    try:
        names = set(galleryformat.identify_names(codes).values())
    except SyntaxError:
        return ()
    kept = {name for name in names if name.startswith(_LIBRARIES) and name != f"{_PACKAGE}.tr"}
    # of `torch.nn` and `torch.nn.Linear` the second says more
    return tuple(sorted(name for name in kept if not any(other.startswith(f"{name}.") for other in kept)))


def reference(name: str, page: str) -> str:
    """The name as Markdown, linked where its documentation certainly is."""
    if address := _address(name, page):
        return f"[`{name}`]({address})"
    return f"`{name}`"


def _address(name: str, page: str) -> str:
    for module in modules():
        if name.startswith(f"{module.full_name}."):
            function = name.removeprefix(f"{module.full_name}.").split(".")[0]
            target = posixpath.relpath(module.page, posixpath.dirname(page) or ".")
            return f"{target}#{module.full_name}.{function}" if function in module.functions else target
    if _HAS_PAGE.fullmatch(name):
        return f"https://docs.pytorch.org/docs/stable/generated/{name}.html"
    return ""


def index(sections: Sequence[Section]) -> dict[str, tuple[Tutorial, ...]]:
    """Every name that some tutorial uses → the tutorials that use it, in order."""
    found: dict[str, list[Tutorial]] = {}
    for section in sections:
        for tutorial in section.tutorials:
            for name in used(tutorial):
                found.setdefault(name, []).append(tutorial)
    return {name: tuple(tutorials) for name, tutorials in sorted(found.items())}
