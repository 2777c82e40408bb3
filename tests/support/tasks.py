"""An HTTP server that tasks are sent to: it keeps what it got and answers as a test tells it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from typing import Self

from shared.ports.clock import Clock
from tests.support.kept_connections import KeptConnectionsServer

WAIT_S = 20.0


@dataclass(frozen=True, slots=True)
class Received:
    """One request, and the time of the test's clock when it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    at: datetime

    @property
    def name(self) -> str:
        """The task's short name."""
        return self.headers["X-CloudTasks-TaskName"]

    @property
    def retry_count(self) -> int:
        """How many attempts there were before."""
        return int(self.headers["X-CloudTasks-TaskRetryCount"])


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server answers."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class TaskTarget:
    """`answer` decides on each request; it runs in the request's own thread and may block."""

    def __init__(self, clock: Clock, answer: Callable[[Received], Reply] = lambda _: Reply()) -> None:
        self.clock = clock
        self.answer = answer
        self.requests: list[Received] = []
        self.changed = threading.Condition()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def connections(self) -> int:
        """How many connections were made to it."""
        return len(self._server.connections)

    def wait_for(self, count: int) -> list[Received]:
        """The requests, as soon as there are `count`."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.requests) >= count, WAIT_S), self.requests
            return list(self.requests)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Refuse connections from now on; stopping twice does no harm."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
            self._server.hang_up()
            self._server.server_close()


class _Server(KeptConnectionsServer):
    def __init__(self, target: TaskTarget) -> None:
        self.target = target
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def _handle(self) -> None:
        target = self.server.target
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        received = Received(self.command, self.path, dict(self.headers.items()), body, target.clock.now())
        with target.changed:
            target.requests.append(received)
            target.changed.notify_all()
        reply = target.answer(received)
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = _handle  # noqa: N815 - http.server's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's own name for it
        """Requests are kept, not printed."""
