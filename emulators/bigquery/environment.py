"""The BigQuery emulator's own Python environment: built once from its lock, and how to start what is in it.

It has an environment of its own because of its pins (half a gigabyte of them), and a home of its own because DuckDB
looks for extensions there: the one that bqemulator wants is linked from its package, so that nothing is downloaded at
the start and nothing is written to the user's home.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from emulators import ports
from emulators.errors import LocalError
from shared.kernel.errors import ClearwayError

ROOT = Path(__file__).resolve().parent.parent.parent
ENVIRONMENT_DIR = ROOT / ".venv-bigquery"
LOCK = ROOT / "scripts" / "locks" / "bigquery-emulator.txt"

_LAUNCHER = Path(__file__).resolve().parent / "launcher.py"
_TAIL_LINES = 5

# Hashes for all, and no package that runs code of its own to be built.
_INSTALL = ["-I", "-m", "pip", "--no-input", "--disable-pip-version-check", "install", "--quiet"]
_INSTALL += ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--requirement"]

# Run inside of the new environment: puts the packaged extension where DuckDB looks for an installed one.
_LINK_EXTENSION = """
import pathlib, sys
import duckdb, duckdb_extension_spatial
version = f"v{duckdb.__version__}"
platform = duckdb.connect().execute("PRAGMA platform").fetchone()[0]
packaged = pathlib.Path(duckdb_extension_spatial.__file__).parent / "extensions" / version / "spatial.duckdb_extension"
wanted = pathlib.Path(sys.argv[1]) / ".duckdb" / "extensions" / version / platform / packaged.name
wanted.parent.mkdir(parents=True)
wanted.symlink_to(packaged.resolve(strict=True))
"""


def ensure_environment(directory: Path = ENVIRONMENT_DIR, lock: Path = LOCK) -> None:
    """Build the environment unless it is there, complete and of this lock.

    Two that come at once wait for each other. The stamp is written last, so an interrupted build is done again from the
    start. Raises NOT_INSTALLED with the end of what was said when a step fails.
    """
    stamp, wanted = directory / "clearway.stamp", _fingerprint(directory, lock)
    if _holds(stamp, wanted):
        return
    with _alone(directory):
        if _holds(stamp, wanted):  # somebody else has just built it
            return
        print(f"installing the BigQuery emulator into {directory.name}, once; it takes a minute", file=sys.stderr)
        if directory.exists():
            shutil.rmtree(directory)
        _run("a Python environment", [sys.executable, "-m", "venv", directory])
        python = directory / "bin" / "python"
        _run("its packages", [python, *_INSTALL, lock])
        _run("DuckDB's extension", [python, "-I", "-c", _LINK_EXTENSION, _home(directory)])
        stamp.write_text(wanted)


def command(rest_port: int, grpc_port: int, directory: Path = ENVIRONMENT_DIR) -> list[str]:
    """How to start the emulator on loopback; it keeps everything in memory. `ensure_environment` comes first."""
    argv: list[str | Path | int] = [directory / "bin" / "python", "-I", _LAUNCHER, "start", "--ephemeral"]
    argv += ["--rest-host", ports.HOST, "--rest-port", rest_port, "--grpc-host", ports.HOST, "--grpc-port", grpc_port]
    argv += ["--log-level", "warning"]
    return [str(argument) for argument in argv]


def environment(directory: Path = ENVIRONMENT_DIR) -> dict[str, str]:
    """Variables that the emulator needs on top of ours."""
    return {
        "HOME": str(_home(directory)),
        # Else it asks the network for another extension at every start.
        "BQEMU_ENABLE_FORMAT_EXTENSIONS": "false",
    }


def _home(directory: Path) -> Path:
    return directory / "home"


def _fingerprint(directory: Path, lock: Path) -> str:
    """What an environment is made from: the lock, the Python, the place (links in it are absolute) and the recipe."""
    parts = [lock.read_text(), sys.version, sys.base_prefix, str(directory), _LINK_EXTENSION]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _holds(stamp: Path, wanted: str) -> bool:
    return stamp.is_file() and stamp.read_text() == wanted


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """Hold a lock that ends with the process, however that ends."""
    beside = directory.parent / ".clearway" / f"{directory.name.lstrip('.')}.lock"
    beside.parent.mkdir(exist_ok=True)
    with beside.open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _run(step: str, argv: Sequence[str | Path]) -> None:
    said = subprocess.run(argv, capture_output=True, text=True, errors="replace", check=False)
    if said.returncode:
        tail = "\n".join(f"  {line}" for line in (said.stdout + said.stderr).splitlines()[-_TAIL_LINES:])
        raise ClearwayError(LocalError.NOT_INSTALLED, f"cannot install the BigQuery emulator ({step}):\n{tail}")
