"""What stand-ins that speak HTTP share: loopback, one thread a connection, and a stop that waits for nobody."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from emulators.ports import HOST

IDLE_S = 300.0


class LoopbackServer(ThreadingHTTPServer):
    """Serves on `port` of loopback (0 takes a free one: see `url`); no thread outlives `end`."""

    daemon_threads = False
    block_on_close = True
    request_queue_size = 256

    def __init__(self, port: int, handler: type[BaseHTTPRequestHandler], name: str) -> None:
        self._lock = threading.Lock()
        self._connections: set[socket.socket] = set()
        super().__init__((HOST, port), handler)
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, name=name)

    @property
    def url(self) -> str:
        """`http://127.0.0.1:port`."""
        return f"http://{HOST}:{self.server_address[1]}"

    @property
    def open_connections(self) -> int:
        """How many callers are connected now, idle ones included."""
        with self._lock:
            return len(self._connections)

    def begin(self) -> None:
        """Serve, in a thread of its own."""
        self._thread.start()

    def end(self) -> None:
        """Stop at once: no call is waited for, and every open connection is shut."""
        self.shutdown()
        with self._lock:
            for connection in self._connections:
                # One that has ended by itself meanwhile is as good as shut.
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self.server_close()
        self._thread.join()

    def server_bind(self) -> None:
        """Bind without asking the resolver for the host's name, which HTTPServer does."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, so that `end` can shut it, then serve it in a thread."""
        with self._lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Close a connection whose thread is done with it."""
        with self._lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that went away is no error of ours; anything else is shown."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class LoopbackHandler(BaseHTTPRequestHandler):
    """One connection that is kept, whose answers leave in one segment. A server names itself in `server_version`."""

    sys_version = ""
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave in one segment
    timeout = IDLE_S

    def do_GET(self) -> None:
        """See `serve`."""
        self.serve()

    def do_POST(self) -> None:
        """See `serve`."""
        self.serve()

    def serve(self) -> None:
        """Answer the request that has been read but for its body."""
        raise NotImplementedError

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing: paths hold keys, and a line a call would drown the terminal."""

    def read_body(self, bytes_max: int) -> bytes | None:
        """The body; None for one whose length is not known beforehand or too large.

        Raises ConnectionAbortedError when the caller hung up half way: what it meant to send is not there.
        """
        if "Transfer-Encoding" in self.headers:
            return None
        text = self.headers.get("Content-Length", "0")
        if not (text.isascii() and text.isdigit()) or len(text) > 12 or int(text) > bytes_max:
            return None
        body = self.rfile.read(int(text))
        if len(body) < int(text):
            raise ConnectionAbortedError
        return body
