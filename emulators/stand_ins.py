"""Our own stand-ins as services: BigQuery, Cloud Storage, Cloud Tasks, the bank, and what moves messages and time."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from emulators import ports
from emulators.bigquery import environment
from emulators.processes import Service

ROOT = Path(__file__).resolve().parent.parent


def bigquery_service(port: int, log: Path, *, grpc_port: int | None = None) -> Service:
    """The BigQuery emulator on loopback, in its own environment, which is built first if need be."""
    environment.ensure_environment()
    argv = environment.command(port, grpc_port or ports.free_port())
    return Service("bigquery", argv, log=log, port=port, env=environment.environment())


def module_service(
    name: str,
    module: str,
    *arguments: str | Path,
    log: Path,
    port: int | None = None,
    env: Mapping[str, str | None] | None = None,
    watch: bool = False,
) -> Service:
    """One of this repository's own programs, `python -m module`, run from its root."""
    argv = [sys.executable, "-m", module, *arguments]
    return Service(name, argv, log=log, port=port, env=env, cwd=ROOT, watch=watch)
