"""Cloud Storage on the wire: threads, connections that are kept, and a stop that waits for nobody."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any, Self

from emulators.loopback_server import LoopbackServer
from emulators.storage.api import Api
from emulators.storage.errors import StorageError
from emulators.storage.exchange import Request, Response
from emulators.storage.objects import Objects

# The service takes 5 TiB; everything here is held in memory.
BODY_BYTES_MAX = 256 * 1024 * 1024
IDLE_S = 300.0


class StorageServer(LoopbackServer):
    """A Cloud Storage of its own on loopback, one thread a connection. Serves while the context lasts.

    Port 0 takes a free one: see `url`. No thread outlives the context.
    """

    def __init__(self, port: int = 0) -> None:
        self.api = Api(Objects(lambda: datetime.now(UTC)))
        super().__init__(port, _Handler, "storage")

    def __enter__(self) -> Self:
        self.begin()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()


class _Handler(BaseHTTPRequestHandler):
    server: StorageServer
    server_version = "ClearwayStorage"
    sys_version = ""
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave in one segment
    timeout = IDLE_S

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def do_PATCH(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing: a line a call would drown the log."""

    def _serve(self) -> None:
        body = self._read_body()
        if body is None:
            self.close_connection = True
            detail = f"a body needs a Content-Length of at most {BODY_BYTES_MAX} here"
            refused = StorageError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "uploadTooLarge", detail)
            self._send(Response(refused.status, refused.body(), {"Content-Type": "application/json"}))
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        self._send(self.server.api.handle(Request(self.command, self.path, headers, body, self.server.url)))

    def _read_body(self) -> bytes | None:
        """The body; None for one whose length is not known beforehand or too large."""
        if "Transfer-Encoding" in self.headers:
            return None
        text = self.headers.get("Content-Length", "0")
        if not (text.isascii() and text.isdigit()) or len(text) > 12 or int(text) > BODY_BYTES_MAX:
            return None
        body = self.rfile.read(int(text))
        if len(body) < int(text):
            raise ConnectionAbortedError
        return body

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.status is not HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", str(len(response.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(response.body)
