"""Ports on loopback: free ones that stay ours until a child binds them, and whose a taken one is."""

from __future__ import annotations

import fcntl
import os
import random
import socket
import tempfile
from pathlib import Path

import psutil

from emulators.errors import LocalError
from shared.kernel.errors import ClearwayError

HOST = "127.0.0.1"

# Below the ranges from which Linux (32768 and up) and macOS (49152 and up) take ports of outgoing connections, so that
# no client socket can land on a port between our look at it and the child's bind.
_CANDIDATES = range(20_000, 32_000)


def is_free(port: int) -> bool:
    """Whether a server could bind the port now; a connection that is still closing down does not count."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def is_open(port: int) -> bool:
    """Whether a server accepts connections on the port now."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex((HOST, port)) == 0


def free_port(candidates: range = _CANDIDATES) -> int:
    """A free port that no other run of this repository will be given while this process lives.

    Raises PORT_TAKEN when there is none. The claim is a locked file: binding port 0 and closing it again would let two
    runs be given the same number.
    """
    folder = Path(tempfile.gettempdir()) / f"clearway-ports-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    start = random.SystemRandom().randrange(len(candidates))
    order: list[int] = [*candidates[start:], *candidates[:start]]
    for port in order:
        # The descriptor stays open on purpose: the lock is gone with the process, however the process ends.
        claim = os.open(folder / str(port), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(claim)
            continue
        if is_free(port):
            return port
        os.close(claim)
    raise ClearwayError(LocalError.PORT_TAKEN, f"no free port from {candidates[0]} to {candidates[-1]}")


def owner(port: int) -> str:
    """Who listens on the port, such as `java (pid 4711)`; a vague word where the system does not tell."""
    try:
        listening = [
            connection
            for connection in psutil.net_connections(kind="tcp")
            if connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr.port == port
        ]
        for connection in listening:
            if connection.pid is not None:
                return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
    except psutil.Error:
        return "another process"
    return "another process"


def require_free(port: int, name: str) -> None:
    """Raises PORT_TAKEN, naming who has it, unless `name` can have the port."""
    if not is_free(port):
        raise ClearwayError(LocalError.PORT_TAKEN, f"{name} needs port {port}, which {owner(port)} is using")
