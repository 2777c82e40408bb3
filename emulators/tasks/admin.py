"""What the real service has no call for: counts of every queue, moving a manual clock, and the certificates of tokens.

GET  /queues           {"queues": {name: {"pending", "in_flight", "dispatched", "succeeded", "failures", ...}}}
GET  /certs            {key id: public key in PEM}
POST /clock/advance    {"seconds": 3600, "settle": true} answers {"now": "..."}; 409 for a clock of its own
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol

from emulators.oidc import TokenSigner
from emulators.ports import HOST
from emulators.tasks.queue import TaskQueue
from shared.kernel.errors import ClearwayError

_ADVANCE_MAX_S = 10 * 366 * 86_400.0


class Administered(Protocol):
    """What the page shows and moves: the emulator."""

    @property
    def signer(self) -> TokenSigner:
        """Signs the tokens; the page shows its certificates."""
        ...

    def counts(self) -> dict[str, dict[str, Any]]:
        """The counts of every queue, by its full name."""
        ...

    def advance(self, duration_s: float, *, settle: bool = True) -> datetime:
        """Move a manual clock on; returns the new time."""
        ...


class AdminServer(ThreadingHTTPServer):
    """The admin page of one emulator, on loopback."""

    daemon_threads = False  # closing the server waits for them

    def __init__(self, emulator: Administered, port: int) -> None:
        self.emulator = emulator
        super().__init__((HOST, port), _Handler)


def queue_counts(queue: TaskQueue) -> dict[str, Any]:
    """`pending` are tasks that wait for an attempt, `in_flight` are attempts, the rest counts since the beginning."""
    waiting = sum(task.in_flight == 0 for task in queue.tasks())
    return {"paused": queue.paused, "pending": waiting, "in_flight": queue.in_flight, **asdict(queue.counts)}


class _Handler(BaseHTTPRequestHandler):
    server: AdminServer
    timeout = 10.0

    def do_GET(self) -> None:
        match self.path:
            case "/queues":
                self._answer(HTTPStatus.OK, {"queues": self.server.emulator.counts()})
            case "/certs":
                self._answer(HTTPStatus.OK, self.server.emulator.signer.certs())
            case _:
                self._answer(HTTPStatus.NOT_FOUND, {"error": "there are /queues, /certs and POST /clock/advance"})

    def do_POST(self) -> None:
        if self.path != "/clock/advance":
            self._answer(HTTPStatus.NOT_FOUND, {"error": "there is POST /clock/advance"})
            return
        try:
            wanted = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
            duration_s, settle = float(wanted["seconds"]), bool(wanted.get("settle", True))
        except (ValueError, TypeError, KeyError, AttributeError):
            duration_s, settle = -1.0, True
        if not 0 <= duration_s <= _ADVANCE_MAX_S:
            self._answer(HTTPStatus.BAD_REQUEST, {"error": 'send {"seconds": a number from 0 to ten years}'})
            return
        try:
            now = self.server.emulator.advance(duration_s, settle=settle)
        except ClearwayError as error:
            self._answer(HTTPStatus.CONFLICT, {"error": error.detail})
            return
        self._answer(HTTPStatus.OK, {"now": now.isoformat()})

    def _answer(self, status: HTTPStatus, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's own name for it
        """Requests to the admin page are not worth a line."""
