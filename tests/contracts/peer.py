"""A peer for adapters that speak HTTP: it answers anything, or nothing."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable

# A reply: bytes to send (none: hang up), or what to do with the connection.
Reply = bytes | Callable[[socket.socket], object]


def http(status: str, body: bytes = b"", *headers: str) -> bytes:
    """A response as it travels."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


class Peer:
    """Somebody on loopback who answers request after request as told, hangs up after the last, and keeps the requests.

    With `hang_up` it does so after every answer. With `tls` it speaks TLS.
    """

    def __init__(self, *replies: Reply, hang_up: bool = False, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[bytes] = []
        self.hung_up = threading.Event()
        self._replies = list(replies)
        self._hang_up = hang_up
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve)

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Peer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        # One more caller wakes the thread out of accept.
        socket.create_connection(self._listener.getsockname()).close()
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            if self._over.is_set():
                connection.close()
                return
            # A caller that gives up in the middle is what many of these tests are about.
            with connection, contextlib.suppress(OSError):
                self._converse(self._tls.wrap_socket(connection, server_side=True) if self._tls else connection)

    def _converse(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as incoming:
            while request := _read_request(incoming.readline, incoming.read):
                self.requests.append(request)
                reply = self._replies.pop(0) if self._replies else b""
                if callable(reply):
                    reply(connection)
                else:
                    connection.sendall(reply)
                if self._hang_up or not reply or not self._replies:
                    break
        self.hung_up.set()


def _read_request(readline: Callable[[], bytes], read: Callable[[int], bytes]) -> bytes:
    head, length = b"", 0
    while line := readline():
        head += line
        if line.lower().startswith(b"content-length:"):
            length = int(line.partition(b":")[2])
        if line == b"\r\n":
            return head + read(length)
    return b""
