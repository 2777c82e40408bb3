"""An HTTP server that tests can stop at once, though callers keep their connections open."""

from __future__ import annotations

import contextlib
import socket
from http.server import ThreadingHTTPServer
from typing import Any


class KeptConnectionsServer(ThreadingHTTPServer):
    """Remembers its connections. `connections` are all that were ever made."""

    request_queue_size = 256
    daemon_threads = False

    def __init__(self, *arguments: Any) -> None:
        self.connections: list[socket.socket] = []
        super().__init__(*arguments)

    def get_request(self) -> tuple[socket.socket, Any]:
        """Take a connection, and remember it."""
        connection, address = super().get_request()
        self.connections.append(connection)
        return connection, address

    def hang_up(self) -> None:
        """End the threads that wait for the next request of a kept connection."""
        for connection in self.connections:
            with contextlib.suppress(OSError):  # most are closed already
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: object, client_address: object) -> None:
        """A caller that hangs up is what some tests are about."""
