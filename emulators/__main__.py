"""python -m emulators up|doctor: run all of Clearway on this machine, or say what that still needs."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from emulators import sdk
from emulators.description import FUNCTIONS_DIR
from emulators.local import ALL_RAILS, LocalCloud
from shared.kernel.errors import ClearwayError


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def up(cloud: LocalCloud) -> int:
    """Start everything and run until Ctrl-C or SIGTERM. Returns the exit status."""
    # Both end the same way: through the context manager, which stops everything. Ctrl-C is named too, since a shell
    # starts a job in the background with that signal ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    started = time.monotonic()
    try:
        with cloud:
            for name, address in cloud.addresses():
                print(f"{name:>12}  {address}")
            print(f"{'API key':>12}  {cloud.api_key}")
            print(f"up after {time.monotonic() - started:.1f} s; Ctrl-C stops it", flush=True)
            cloud.wait()
    except KeyboardInterrupt:
        print("stopped")
        return 0
    except ClearwayError as error:
        print(error.detail, file=sys.stderr)
        return 1
    return 0


def doctor() -> int:
    """Say what has to be installed. Returns 1 if anything has to."""
    lines = sdk.missing()
    for line in lines:
        print(f"missing {line}")
    if not lines:
        print("Java and Google's Pub/Sub and Firestore emulators are there")
    return 1 if lines else 0


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m emulators", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser("up", help="start everything and run until Ctrl-C")
    start.add_argument("--functions", type=Path, default=FUNCTIONS_DIR, help="folder of the functions")
    start.add_argument("--free-ports", action="store_true", help="take free ports instead of the well-known ones")
    start.add_argument("--without-bigquery", action="store_true", help="leave out BigQuery and its bridge")
    start.add_argument("--run-dir", type=Path, help="where logs and configuration go (default: below .clearway)")
    commands.add_parser("doctor", help="say what has to be installed")
    arguments = parser.parse_args()
    if arguments.command == "doctor":
        return doctor()
    try:
        cloud = LocalCloud(
            fixed_ports=not arguments.free_ports,
            functions_dir=arguments.functions.resolve(),
            run_dir=arguments.run_dir.resolve() if arguments.run_dir else None,
            warehouse=not arguments.without_bigquery,
            long_running=True,
            rails=ALL_RAILS,
        )
    except ClearwayError as error:
        print(error.detail, file=sys.stderr)
        return 1
    return up(cloud)


if __name__ == "__main__":
    sys.exit(main())
