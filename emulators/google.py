"""Google's own emulators as services: Java is started directly, since the gcloud wrapper leaves it orphaned on the port
when it is stopped, costs 60 MB and starts more slowly."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from pathlib import Path

from emulators import ports, sdk
from emulators.processes import Service

_FIRESTORE_MAIN = "com.google.cloud.datastore.emulator.firestore.CloudFirestore"

# Java's second compiler pays back late. Measured on two cores, with the light one alone Firestore starts on 1.3 CPU-s
# instead of 1.9 and takes 1.6 CPU-ms for each of the first 4,000 commits instead of 4.2; from some 16,000 on the heavy
# one is ahead (0.5 against 1.0). Pub/Sub is alike.
_LIGHT = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")


def pubsub_service(port: int, log: Path, *, long_running: bool = False) -> Service:
    """Google's Pub/Sub emulator on loopback; `long_running` for more than some minutes of load.

    Raises NOT_INSTALLED with the line that says what to install.
    """
    java, jar = sdk.require(sdk.PUBSUB_JAR)
    return _service("pubsub", [java, *_flags(long_running), "-jar", jar], port, log)


def firestore_service(port: int, log: Path, *, long_running: bool = False) -> Service:
    """Google's Firestore emulator on loopback, in native mode; otherwise like the other."""
    java, jar = sdk.require(sdk.FIRESTORE_JAR)
    command: list[str | Path] = [java, *_flags(long_running)]
    command += ["-cp", jar, _FIRESTORE_MAIN, "start", "--database-mode=firestore-native"]
    return _service("firestore", command, port, log)


def _flags(long_running: bool) -> tuple[str, ...]:  # noqa: FBT001 - private
    return () if long_running else _LIGHT


def _service(name: str, command: Sequence[str | Path], port: int, log: Path) -> Service:
    argv = [*command, f"--host={ports.HOST}", f"--port={port}"]
    # All that they hold is in memory, so there is nothing to end gently.
    return Service(name, argv, log=log, port=port, stop_signal=signal.SIGKILL)
