"""Kept-alive HTTP connections, shared by all attempts: a connection costs more than a small request."""

from __future__ import annotations

import http.client
import select
import threading
import time
from dataclasses import dataclass

_CONNECT_TIMEOUT_S = 10.0

# Below the two seconds after which gunicorn, the least patient of the servers in use, hangs up on an idle connection:
# so a request hardly ever meets a connection that is closing, and none needs to be sent twice.
_IDLE_MAX_S = 1.0


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a connection leads."""

    scheme: str
    host: str
    port: int


class ConnectionPool:
    """Idle connections by origin, the latest used first. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: dict[Origin, list[tuple[float, http.client.HTTPConnection]]] = {}
        self._closed = False

    def take(self, origin: Origin) -> http.client.HTTPConnection:
        """An open connection to the origin. Raises OSError when there can be none."""
        while True:
            with self._lock:
                idle = self._idle.get(origin)
                if not idle:
                    break
                used_at, connection = idle.pop()
            if time.monotonic() - used_at <= _IDLE_MAX_S and not _hung_up(connection):
                return connection
            connection.close()
        kind = http.client.HTTPSConnection if origin.scheme == "https" else http.client.HTTPConnection
        connection = kind(origin.host, origin.port, timeout=_CONNECT_TIMEOUT_S)
        connection.connect()
        connection.sock.settimeout(None)  # whoever uses it is cut off at its deadline instead
        return connection

    def give_back(self, origin: Origin, connection: http.client.HTTPConnection) -> None:
        """Keep a connection whose last response has been read to its end."""
        with self._lock:
            if not self._closed:
                self._idle.setdefault(origin, []).append((time.monotonic(), connection))
                return
        connection.close()

    def close(self) -> None:
        """Close what is idle now, and whatever is given back later."""
        with self._lock:
            self._closed = True
            idle = [connection for kept in self._idle.values() for _, connection in kept]
            self._idle.clear()
        for connection in idle:
            connection.close()


def _hung_up(connection: http.client.HTTPConnection) -> bool:
    """Whether the server has closed its end: an idle connection has nothing else to say."""
    poll = select.poll()
    poll.register(connection.sock, select.POLLIN)
    return bool(poll.poll(0))
