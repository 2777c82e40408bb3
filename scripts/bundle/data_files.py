"""The data files that travel with modules: those that the modules read beside themselves, and no others."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import cache
from pathlib import Path, PurePosixPath

from scripts.bundle.errors import refused
from scripts.bundle.paths import HOLE, Argument, claims_of
from scripts.closure import OWN, tree_of


def data_files_of(modules: Iterable[Path], root: Path) -> frozenset[Path]:
    """The data files that these modules read, as files below the root.

    Raises REFUSED, naming the module, for a file that is not there, and for what a source does not show.
    """
    names = {_name(path, root): path.read_bytes() for path in modules}
    found: set[Path] = set()
    for name, source in names.items():
        for claim in claims_of(source, name):
            if claim.named_by is None:
                found |= _files(claim.path, name, root)
                continue
            for caller, calling in names.items():
                for file in _texts_given(claim.named_by, name, caller, calling):
                    found |= _files(PurePosixPath(str(claim.path).replace(HOLE, file)), caller, root)
    return frozenset(found)


def _name(path: Path, root: Path) -> str:
    """Below the root, or the whole path of a function's main.py that is elsewhere."""
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()


def check_all_are_read(root: Path) -> None:
    """Every data file of the project is read by a module. Raises REFUSED, naming those that are not."""
    own = root / OWN
    there = {path for path in own.rglob("*") if _is_data(path, own)}
    unread = there - data_files_of(own.rglob("*.py"), root)
    if unread:
        names = ", ".join(sorted(path.relative_to(root).as_posix() for path in unread))
        raise refused(f"no module reads {names} beside itself; no bundle would hold it")


def _is_data(path: Path, own: Path) -> bool:
    """Whether this is a file that code may read: no source, no byte code, nothing hidden."""
    parts = path.relative_to(own).parts
    hidden = any(part.startswith(".") or part == "__pycache__" for part in parts)
    return path.is_file() and path.suffix != ".py" and not hidden


def _files(claimed: PurePosixPath, reader: str, root: Path) -> set[Path]:
    path = root / claimed
    if claimed.parts[0] != OWN or ".." in claimed.parts:
        raise refused(f"{reader}: reads {claimed}, and bundles hold data files of {OWN}/ alone")
    if path.is_file():
        return {path}
    below = list(path.rglob("*"))
    if any(one.suffix == ".py" for one in below):
        raise refused(f"{reader}: reads the whole folder {claimed}, which holds modules; name the files in it")
    found = {one for one in below if _is_data(one, root / OWN)}
    if not found:
        raise refused(f"{reader}: reads {claimed}, which is not there")
    return found


@cache
def _texts_given(argument: Argument, reader: str, caller: str, source: bytes) -> tuple[str, ...]:
    """The texts with which a module calls the function of `reader`. Raises REFUSED for a call that shows none."""
    tree = tree_of(source)
    called = _names_of(argument.function, reader, caller, tree)
    if not called:
        return ()
    calls = {id(node.func): node for node in ast.walk(tree) if isinstance(node, ast.Call)}
    texts = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in called:
            given = _given(argument, calls.get(id(node)))
            if given is None:
                detail = f"must call {argument.function} with the name itself, since it is that of a file"
                raise refused(f"{caller}:{node.lineno}: {detail}")
            texts.append(given)
    return tuple(texts)


def _given(argument: Argument, call: ast.Call | None) -> str | None:
    if call is None:
        return None
    named = [keyword.value for keyword in call.keywords if keyword.arg == argument.name]
    match [*call.args[argument.position : argument.position + 1], *named]:
        case [ast.Constant(value=str(text))]:
            return text
        case _:
            return None


def _names_of(function: str, reader: str, caller: str, tree: ast.Module) -> set[str]:
    """What the function is called in a module. Raises REFUSED when the module takes the whole of `reader`."""
    module = reader.removesuffix(".py").replace("/", ".")
    names = {function} if caller == reader else set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == module:
            names |= {alias.asname or alias.name for alias in node.names if alias.name == function}
        whole = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        whole += [f"{node.module}.{alias.name}" for alias in node.names] if isinstance(node, ast.ImportFrom) else []
        if module in whole:
            raise refused(f"{caller}: must import {function} from {module} by its name, since it reads files")
    return names
