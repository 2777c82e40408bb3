"""HTTP without a framework: what an endpoint is given and what it answers, so that it runs under any server or none."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl

from shared.contracts.problems import problem_of
from shared.kernel.errors import ClearwayError
from shared.runtime.logs import log


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request: header names are looked up in lower case; of a query parameter that is repeated, the last counts."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    query: Mapping[str, str] = field(default_factory=dict)

    def header(self, name: str) -> str | None:
        """A header's value, by its name in any case."""
        return self.headers.get(name.lower())


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


Endpoint = Callable[[HttpRequest], Reply]


class ServerRequest(Protocol):
    """What of a server's request object is used; Flask's has it."""

    method: str
    path: str
    headers: Any
    query_string: bytes

    def get_data(self) -> bytes:
        """The raw body."""
        ...


def serve(
    endpoint: Endpoint, request: ServerRequest, *, body_bytes_max: int | None = None
) -> tuple[bytes, int, dict[str, str]]:
    """Run an endpoint under functions-framework. `GET /healthz` is answered for every function alike.

    With `body_bytes_max`, a body that is longer, or does not say how long it is, is refused before it is read.
    """
    if request.method == "GET" and request.path == "/healthz":
        reply = json_reply(200, {"status": "ok"})
    elif body_bytes_max is not None and not _is_bounded(request, body_bytes_max):
        reply = json_reply(413, {"title": f"a body needs a Content-Length of at most {body_bytes_max}", "status": 413})
    else:
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            query = query_of(request.query_string.decode("ascii", "replace"))
            reply = endpoint(HttpRequest(request.method, request.path, headers, request.get_data(), query))
        except Exception as error:  # noqa: BLE001 - the server would answer with its text, which may hold data
            log("ERROR", "unexpected error", code=type(error).__name__, where=_where(error))
            reply = json_reply(500, {"title": "unexpected error", "status": 500})
    return reply.body, reply.status, dict(reply.headers)


def query_of(text: str) -> dict[str, str]:
    """The parameters of a query string, decoded."""
    return dict(parse_qsl(text, keep_blank_values=True))


def _is_bounded(request: ServerRequest, body_bytes_max: int) -> bool:
    length = str(request.headers.get("Content-Length") or "0")
    if request.headers.get("Transfer-Encoding") or not (length.isascii() and length.isdigit()):
        return False
    return len(length) < 12 and int(length) <= body_bytes_max


def _where(error: Exception) -> str:
    """File and line at which an error arose: what a developer needs, without what the error says."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""


def json_reply(status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Reply:
    """A JSON answer; equal content gives equal bytes."""
    raw = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
    return Reply(status, raw, {"Content-Type": "application/json", **(headers or {})})


def problem_reply(error: ClearwayError) -> Reply:
    """An error as RFC 9457 problem details."""
    problem = problem_of(error)
    headers = {"Content-Type": "application/problem+json"}
    if problem["status"] == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return json_reply(problem["status"], problem, headers)
