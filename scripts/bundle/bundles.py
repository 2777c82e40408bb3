"""A function's bundle, and the folder of bundles that Terraform reads."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.bundle.archive import zipped
from scripts.bundle.data_files import check_all_are_read, data_files_of
from scripts.bundle.errors import refused
from scripts.closure import ROOT, closure_of

LIST = "bundles.json"
_HASH_IN_NAME = 16  # hexadecimal digits
_OURS = re.compile(r"[a-z][a-z0-9_]*-[0-9a-f]{16}\.zip")


@dataclass(frozen=True, slots=True)
class Bundle:
    """What is uploaded for a function. `modules` is how many Python files are in it."""

    function: str
    modules: int
    content: bytes

    @property
    def sha256(self) -> str:
        """Of the whole file, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def file(self) -> str:
        """A name that changes with the content, so that what is deployed does too."""
        return f"{self.function}-{self.sha256[:_HASH_IN_NAME]}.zip"


def build_bundles(functions: Path, root: Path = ROOT) -> list[Bundle]:
    """A bundle for every folder with a main.py, in the order of names. Raises REFUSED, and then there is none."""
    check_all_are_read(root)
    mains = sorted(functions.glob("*/main.py"))
    if not mains:
        raise refused(f"{functions} holds no folder with a main.py")
    return [_bundle(main, root) for main in mains]


def contents_of(main: Path, root: Path = ROOT) -> dict[str, bytes]:
    """The files of a function's bundle by name: `main.py`, what it imports of the project, the data that this code
    reads, and the pinned requirements. Raises REFUSED.

    No byte code: Google's builder compiles everything itself, and would replace what came along.
    """
    requirements = main.with_name("requirements.txt")
    if not requirements.is_file():
        raise refused(f"{main.parent.name} has no requirements.txt; run `make lock`")
    data_files_of([main], root)  # a broken main.py is named here, before its imports are followed
    modules = closure_of(main, root).modules
    data = data_files_of([*modules, main], root)
    return {
        main.name: main.read_bytes(),
        **{path.relative_to(root).as_posix(): path.read_bytes() for path in modules | data},
        requirements.name: requirements.read_bytes(),
    }


def _bundle(main: Path, root: Path) -> Bundle:
    files = contents_of(main, root)
    return Bundle(main.parent.name, sum(name.endswith(".py") for name in files), zipped(files))


def write_bundles(bundles: Sequence[Bundle], folder: Path) -> dict[str, str]:
    """Write what is not there yet, then the list, then remove the bundles that it no longer names.

    Returns `new`, `changed` or `same` by function. Whoever reads the list at any moment finds every file that it names,
    but for a reader that still holds an older list.
    """
    folder.mkdir(parents=True, exist_ok=True)
    before = _listed(folder / LIST)
    for bundle in bundles:
        path = folder / bundle.file
        if not path.is_file() or path.read_bytes() != bundle.content:
            _write(path, bundle.content)
    named = {bundle.function: {"file": bundle.file, "sha256": bundle.sha256} for bundle in bundles}
    _write(folder / LIST, (json.dumps({"functions": named}, indent=2) + "\n").encode())
    kept = {bundle.file for bundle in bundles}
    for path in folder.iterdir():
        if _OURS.fullmatch(path.name) and path.name not in kept:
            path.unlink()
    return {bundle.function: _verdict(before.get(bundle.function), bundle.sha256) for bundle in bundles}


def _verdict(before: str | None, now: str) -> str:
    if before is None:
        return "new"
    return "same" if before == now else "changed"


def _listed(path: Path) -> dict[str, str]:
    """Hashes by function of the list that is there; a list that cannot be read counts as none, and is replaced."""
    try:
        functions = json.loads(path.read_bytes())["functions"]
        return {name: str(bundle["sha256"]) for name, bundle in functions.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _write(path: Path, content: bytes) -> None:
    """The whole file or none, also when this process dies."""
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
