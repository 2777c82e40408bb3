"""What a function's main.py reaches: the project's own modules, and the packages that they import."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OWN = "shared"


@dataclass(frozen=True, slots=True)
class Closure:
    """`modules` are files below the root; `packages` are dotted names of what is imported from outside."""

    modules: frozenset[Path]
    packages: frozenset[str]


def closure_of(main: Path, root: Path = ROOT) -> Closure:
    """Follow the imports of `main`, also those inside functions, since they run in the cloud too."""
    modules: set[Path] = set()
    packages: set[str] = set()
    known: set[str] = set()
    waiting = [main]
    while waiting:
        module = waiting.pop()
        if module in modules:
            continue
        modules.add(module)
        names = set(_imports(module.read_bytes())) - known
        known |= names
        for name in names:
            if name.split(".")[0] == OWN:
                waiting += _files_of(name, root)
            else:
                packages.add(name)
    return Closure(frozenset(modules - {main}), frozenset(packages))


@cache
def _imports(source: bytes) -> tuple[str, ...]:
    """Kept by what a module says, since functions share most of their modules and a changed one says something else."""
    return tuple(_names(tree_of(source)))


@cache
def tree_of(source: bytes) -> ast.Module:
    """A module's syntax tree, to be read and not changed. Raises SyntaxError."""
    return ast.parse(source)


def _names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            # `from package import module` names a module too; what is no module is dropped by `_files_of`.
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _files_of(name: str, root: Path) -> list[Path]:
    """The module's file and the __init__.py of every package above it."""
    parts = name.split(".")
    packages = [root.joinpath(*parts[:depth], "__init__.py") for depth in range(1, len(parts) + 1)]
    return [path for path in [*packages, root.joinpath(*parts).with_suffix(".py")] if path.is_file()]
