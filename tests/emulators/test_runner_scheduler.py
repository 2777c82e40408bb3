"""What a function receives from the stand-in for Cloud Scheduler."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from google.auth import jwt

from emulators.oidc import TokenSigner
from emulators.ports import free_port
from emulators.scheduler.jobs import Target, fire

DUE = datetime(2026, 11, 23, 10, 5, tzinfo=UTC)


class _Function(HTTPServer):
    """Answers every POST with `status` and keeps what it was sent."""

    status = 200

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.seen: list[tuple[str, dict[str, str]]] = []


class _Handler(BaseHTTPRequestHandler):
    server: _Function

    def do_POST(self) -> None:
        self.server.seen.append((self.path, dict(self.headers)))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving() -> Iterator[_Function]:
    with _Function() as function:
        thread = threading.Thread(target=function.serve_forever)
        thread.start()
        try:
            yield function
        finally:
            function.shutdown()
            thread.join()


def target(port: int) -> Target:
    base = f"http://127.0.0.1:{port}"
    return Target("sweep", f"{base}/sweep", base, "clock@test.iam.gserviceaccount.com", 5.0)


def test_the_call_carries_the_headers_and_a_token_that_verifies() -> None:
    signer = TokenSigner()
    with serving() as function:
        assert fire(target(function.server_port), DUE, signer) == 200
        ((path, headers),) = function.seen
    assert path == "/sweep"
    assert headers["X-CloudScheduler"] == "true"
    assert headers["X-CloudScheduler-JobName"] == "sweep"
    assert headers["X-CloudScheduler-ScheduleTime"] == "2026-11-23T10:05:00Z"
    assert headers["User-Agent"] == "Google-Cloud-Scheduler"
    kind, _, token = headers["Authorization"].partition(" ")
    assert kind == "Bearer"
    audience = f"http://127.0.0.1:{function.server_port}"
    claims = jwt.decode(token, certs=signer.certs(), audience=audience)  # type: ignore[no-untyped-call]
    assert claims["email"] == "clock@test.iam.gserviceaccount.com"


@pytest.mark.parametrize("status", [403, 500])
def test_a_refusal_is_reported_and_not_repeated(status: int) -> None:
    with serving() as function:
        function.status = status
        assert fire(target(function.server_port), DUE, TokenSigner()) == status
        assert len(function.seen) == 1


def test_nobody_there() -> None:
    assert fire(target(free_port()), DUE, TokenSigner()) == 503
