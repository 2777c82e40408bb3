"""What a module reads beside itself, from its source: path expressions that begin with `Path(__file__)`.

    Path(__file__).with_name("limits.toml")               a file
    Path(__file__).with_name("rules")                     a folder of data files, with everything in it
    Path(__file__).parent.parent / f"{name}.toml"         a file that callers name, by the function's argument `name`

Anything else that a module does with `__file__` is refused, and so are imports that no source shows, since what cannot
be read here would be missing in the cloud.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath

from scripts.bundle.errors import refused
from scripts.closure import tree_of
from shared.kernel.errors import ClearwayError

HOLE = "{}"
# They find files or modules by names that a program makes up.
_HIDDEN = ("importlib", "pkgutil", "runpy")


@dataclass(frozen=True, slots=True)
class Argument:
    """The argument of a function at module level, by its name and by its position."""

    function: str
    name: str
    position: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A path below the root. With `named_by`, it has a `HOLE` where the callers' argument goes."""

    path: PurePosixPath
    named_by: Argument | None = None


@cache
def claims_of(source: bytes, name: str) -> tuple[Claim, ...]:
    """What the module at `name` reads beside itself. Raises REFUSED for what cannot be known from its source."""
    try:
        tree = tree_of(source)
    except SyntaxError as error:
        raise refused(f"{name}:{error.lineno}: {error.msg}") from None
    _refuse_hidden_imports(tree, name)
    here = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "__file__"]
    if not here:
        return ()
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    return tuple(_claim(node, name, parents) for node in here)


def _refuse_hidden_imports(tree: ast.Module, name: str) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            raise refused(f"{name}:{node.lineno}: a relative import, which bundles do not follow; name the package")
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += ["importlib"] if isinstance(node, ast.Name) and node.id == "__import__" else []
        if any(one.split(".")[0] in _HIDDEN for one in names):
            detail = "it finds modules or files by name, so that a bundle cannot know which; import them"
            raise refused(f"{name}:{getattr(node, 'lineno', 0)}: {detail}, or read a file beside Path(__file__)")


def _claim(node: ast.expr, name: str, parents: Mapping[ast.AST, ast.AST]) -> Claim:
    path, pieces = PurePosixPath(name), list(_steps(node, parents))
    argument = None
    for piece in pieces:
        if piece is None:
            path = path.parent
            continue
        text, hole = _text(piece)
        path /= text
        if hole:
            argument = _argument(hole, piece, parents)
            if argument is None:
                raise _unclear(name, node)
    if path.suffix == ".py" or ".." in path.parts or HOLE in str(path.parent):
        raise _unclear(name, node)
    return Claim(path, argument)


def _steps(node: ast.AST, parents: Mapping[ast.AST, ast.AST]) -> Iterator[ast.expr | None]:
    """From `Path(__file__)` outwards: None for a step to the parent, an expression for a step to what it names."""
    up = parents[node]
    if not (isinstance(up, ast.Call) and ast.unparse(up.func) in ("Path", "pathlib.Path") and up.args == [node]):
        return
    node = up
    while True:
        up = parents[node]
        call = parents.get(up)
        match up:
            case ast.Attribute(attr="parent"):
                yield None
                node = up
            case ast.Attribute(attr="resolve" | "absolute") if isinstance(call, ast.Call):
                node = call
            case ast.Attribute(attr="with_name" | "joinpath" as step) if isinstance(call, ast.Call):
                yield from [None] if step == "with_name" else []
                yield from call.args
                node = call
            case ast.BinOp(left=left, op=ast.Div(), right=right) if left is node:
                yield right
                node = up
            case _:
                return


def _text(piece: ast.expr) -> tuple[str, str]:
    """A piece of a path, and the variable in it, if any; a piece that is not known has a variable without a name."""
    match piece:
        case ast.Constant(value=str(text)):
            return text, ""
        case ast.JoinedStr(values=values):
            names = [_plain_name(one) for one in values if isinstance(one, ast.FormattedValue)]
            text = "".join(str(one.value) if isinstance(one, ast.Constant) else HOLE for one in values)
            return text, names[0] if len(names) == 1 else "?"
        case ast.Name(id=name):
            return HOLE, name
        case _:
            return HOLE, "?"


def _plain_name(one: ast.FormattedValue) -> str:
    """The variable that stands in a formatted string as it is, and `?` for anything more."""
    plain = isinstance(one.value, ast.Name) and one.conversion == -1 and one.format_spec is None
    return ast.unparse(one.value) if plain else "?"


def _argument(name: str, piece: ast.AST, parents: Mapping[ast.AST, ast.AST]) -> Argument | None:
    """The argument of this name of the function around, or None when it is none, or has a default."""
    node = piece
    while not isinstance(node, ast.FunctionDef):
        if node not in parents:
            return None
        node = parents[node]
    names = [one.arg for one in [*node.args.posonlyargs, *node.args.args]]
    if name not in names or node.args.defaults or not isinstance(parents[node], ast.Module):
        return None
    return Argument(node.name, name, names.index(name))


def _unclear(name: str, node: ast.expr) -> ClearwayError:
    detail = "what it reads beside itself is not clear from its source; write Path(__file__).with_name(...)"
    return refused(f'{name}:{node.lineno}: {detail}, or Path(__file__).parent / "...", in one expression')
