"""A Python environment beside ours for a tool whose pins do not go together with ours: built once, from a lock."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from emulators.errors import LocalError
from shared.kernel.errors import ClearwayError

_TAIL_LINES = 5
_STAMP = "clearway.stamp"

# Hashes for all, and no package that runs code of its own to be built.
_INSTALL = ["-I", "-m", "pip", "--no-input", "--disable-pip-version-check", "install", "--quiet"]
_INSTALL += ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--requirement"]


@dataclass(frozen=True, slots=True)
class LockedEnvironment:
    """`what` is in it, for people; `directory` is where it is built, from the requirements of `lock`.

    `finish` is Python code that runs inside of the new environment at the end, with `finish_argument`.
    """

    what: str
    directory: Path
    lock: Path
    finish: str = ""
    finish_argument: str = ""

    @property
    def python(self) -> Path:
        """Its interpreter; `ensure` comes first."""
        return self.directory / "bin" / "python"

    def ensure(self) -> None:
        """Build the environment unless it is there, complete and of this lock.

        Two that come at once wait for each other. The stamp is written last, so an interrupted build is done again from
        the start. Raises NOT_INSTALLED with the end of what was said when a step fails.
        """
        if self._is_built():
            return
        with _alone(self.directory):
            if self._is_built():  # somebody else has just built it
                return
            print(f"installing {self.what} into {self.directory.name}, once; it takes a minute", file=sys.stderr)
            if self.directory.exists():
                shutil.rmtree(self.directory)
            self._run("a Python environment", [sys.executable, "-m", "venv", self.directory])
            self._run("its packages", [self.python, *_INSTALL, self.lock])
            if self.finish:
                self._run("its last step", [self.python, "-I", "-c", self.finish, self.finish_argument])
            (self.directory / _STAMP).write_text(self._fingerprint())

    def _is_built(self) -> bool:
        stamp = self.directory / _STAMP
        return stamp.is_file() and stamp.read_text() == self._fingerprint()

    def _fingerprint(self) -> str:
        """What it is made from: the lock, the Python, the place (links in it are absolute) and the recipe."""
        parts = [self.lock.read_text(), sys.version, sys.base_prefix, str(self.directory), self.finish]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def _run(self, step: str, argv: Sequence[str | Path]) -> None:
        said = subprocess.run(argv, capture_output=True, text=True, errors="replace", check=False)
        if said.returncode:
            tail = "\n".join(f"  {line}" for line in (said.stdout + said.stderr).splitlines()[-_TAIL_LINES:])
            raise ClearwayError(LocalError.NOT_INSTALLED, f"cannot install {self.what} ({step}):\n{tail}")


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """Hold a lock that ends with the process, however that ends."""
    beside = directory.parent / ".clearway" / f"{directory.name.lstrip('.')}.lock"
    beside.parent.mkdir(exist_ok=True)
    with beside.open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
