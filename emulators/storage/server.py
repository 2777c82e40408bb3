"""Cloud Storage on the wire: threads, connections that are kept, and a stop that waits for nobody."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Self

from emulators.loopback_server import LoopbackHandler, LoopbackServer
from emulators.storage.api import Api
from emulators.storage.errors import StorageError
from emulators.storage.exchange import Request, Response
from emulators.storage.objects import Objects

# The service takes 5 TiB; everything here is held in memory.
BODY_BYTES_MAX = 256 * 1024 * 1024


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


class _Handler(LoopbackHandler):
    server: StorageServer
    server_version = "ClearwayStorage"

    do_PUT = do_DELETE = do_PATCH = LoopbackHandler.do_POST  # noqa: N815 - the names are the base class's

    def serve(self) -> None:
        """See `LoopbackHandler.serve`."""
        body = self.read_body(BODY_BYTES_MAX)
        if body is None:
            self.close_connection = True
            detail = f"a body needs a Content-Length of at most {BODY_BYTES_MAX} here"
            refused = StorageError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "uploadTooLarge", detail)
            self._send(Response(refused.status, refused.body(), {"Content-Type": "application/json"}))
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        self._send(self.server.api.handle(Request(self.command, self.path, headers, body, self.server.url)))

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
