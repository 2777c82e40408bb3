"""The BigQuery emulator's own Python environment: built once from its lock, and how to start what is in it.

It has an environment of its own because of its pins (half a gigabyte of them), and a home of its own because DuckDB
looks for extensions there: the one that bqemulator wants is linked from its package, so that nothing is downloaded at
the start and nothing is written to the user's home.
"""

from __future__ import annotations

from pathlib import Path

from emulators import ports
from emulators.locked_environment import LockedEnvironment

ROOT = Path(__file__).resolve().parent.parent.parent
ENVIRONMENT_DIR = ROOT / ".venv-bigquery"
LOCK = ROOT / "scripts" / "locks" / "bigquery-emulator.txt"

_LAUNCHER = Path(__file__).resolve().parent / "launcher.py"
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
    """Build the environment unless it is there. Raises NOT_INSTALLED: see `LockedEnvironment.ensure`."""
    LockedEnvironment("the BigQuery emulator", directory, lock, _LINK_EXTENSION, str(_home(directory))).ensure()


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
