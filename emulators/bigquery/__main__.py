"""`python -m emulators.bigquery --rest-port N [--grpc-port M]`: build the emulator's environment, once, and run it."""

from __future__ import annotations

import argparse
import os
import sys

from emulators import ports
from emulators.bigquery import environment
from shared.kernel.errors import ClearwayError


def main() -> None:
    """Become the emulator; prints why not when its environment cannot be built."""
    parser = argparse.ArgumentParser(prog="python -m emulators.bigquery", description="BigQuery on loopback.")
    parser.add_argument("--rest-port", type=int, required=True)
    parser.add_argument("--grpc-port", type=int, help="the Storage API's; a free one when not given")
    arguments = parser.parse_args()
    try:
        environment.ensure_environment()
        argv = environment.command(arguments.rest_port, arguments.grpc_port or ports.free_port())
    except ClearwayError as error:
        sys.exit(error.detail)
    os.execve(argv[0], argv, {**os.environ, **environment.environment()})  # noqa: S606 - arguments built here


if __name__ == "__main__":
    main()
