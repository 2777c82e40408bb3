"""The bank's HTTP API, between parsed requests and responses: routes, checks, status codes. No sockets."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, unquote

from emulators.bank.bank import Bank
from emulators.bank.clock import BankClock
from emulators.bank.fields import KEY, FieldError, parse_advance, parse_fault, parse_order
from emulators.bank.magic import Reply

LISTING_LIMIT_MAX = 1_000
_TRANSFERS = "/v1/transfers/"


@dataclass(frozen=True, slots=True)
class Request:
    """A request; header names are lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> Mapping[str, list[str]]:
        """The parameters behind the path."""
        return parse_qs(self.target.partition("?")[2])


@dataclass(frozen=True, slots=True)
class Response:
    """A response, and how it travels; SILENT and RESET never show it to the caller."""

    status: HTTPStatus
    body: Mapping[str, Any]
    reply: Reply = Reply.ANSWER
    headers: Mapping[str, str] = field(default_factory=dict)


def problem(status: HTTPStatus, code: str, detail: str, *, pointer: str = "", **headers: str) -> Response:
    """An error as RFC 9457 writes it, with a stable `code` and, for a bad field, its JSON pointer as `field`."""
    body = {"type": "about:blank", "title": status.phrase, "status": status.value, "code": code, "detail": detail}
    content = {"Content-Type": "application/problem+json"}
    renamed = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, body | ({"field": pointer} if pointer else {}), headers=content | renamed)


class Api:
    """Answers requests from the bank's state. With a `token`, transfers need it as a bearer token."""

    def __init__(self, bank: Bank, clock: BankClock, *, token: str = "") -> None:
        self._bank = bank
        self._clock = clock
        self._token = token
        self._routes: dict[tuple[str, str], Callable[[Request], Response]] = {
            ("POST", "/v1/transfers"): self._submit,
            ("GET", "/v1/admin/summary"): lambda _: Response(HTTPStatus.OK, bank.summary()),
            ("GET", "/v1/admin/transfers"): self._list,
            ("POST", "/v1/admin/reset"): self._reset,
            ("POST", "/v1/admin/faults"): self._plant,
            ("POST", "/v1/admin/clock/advance"): self._advance,
            ("GET", "/healthz"): lambda _: Response(HTTPStatus.OK, {"status": "ok"}),
        }

    def handle(self, request: Request) -> Response:
        """Answer one request. A bad field is a 400 that names it."""
        path = request.path
        route = self._routes.get((request.method, path))
        if route is None and request.method == "GET" and path.startswith(_TRANSFERS):
            route = self._inquire
        if route is None:
            known = path.startswith(_TRANSFERS) or any(path == other for _, other in self._routes)
            if known:
                return problem(HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", "this path has another method")
            return problem(HTTPStatus.NOT_FOUND, "no_such_path", "there is nothing at this path")
        if path.startswith("/v1/transfers") and not self._knows(request):
            return problem(HTTPStatus.UNAUTHORIZED, "unauthenticated", "a valid bearer token is needed")
        try:
            return route(request)
        except FieldError as error:
            return problem(HTTPStatus.BAD_REQUEST, "invalid_field", error.detail, pointer=error.pointer)

    def _submit(self, request: Request) -> Response:
        key = request.headers.get("idempotency-key", "")
        if not KEY.fullmatch(key):
            raise FieldError("", "the header Idempotency-Key must hold 1 to 255 letters, digits or ._~:-")
        order = parse_order(_object(request.body))
        reaction = self._bank.submit(key, order)
        return _response(reaction.reply, reaction.answer, reaction.pointer)

    def _inquire(self, request: Request) -> Response:
        reaction = self._bank.inquire(unquote(request.path.removeprefix(_TRANSFERS)))
        return _response(reaction.reply, reaction.answer)

    def _list(self, request: Request) -> Response:
        after = _query_number(request.query, "after", 0, 10**9, default=0)
        limit = _query_number(request.query, "limit", 1, LISTING_LIMIT_MAX, default=100)
        return Response(HTTPStatus.OK, self._bank.listing(after, limit))

    def _reset(self, _: Request) -> Response:
        self._bank.reset()
        return Response(HTTPStatus.OK, {"status": "ok"})

    def _plant(self, request: Request) -> Response:
        self._bank.plant(parse_fault(_object(request.body)))
        return Response(HTTPStatus.OK, {"status": "ok"})

    def _advance(self, request: Request) -> Response:
        return Response(HTTPStatus.OK, {"now": self._clock.advance(parse_advance(_object(request.body))).isoformat()})

    def _knows(self, request: Request) -> bool:
        if not self._token:
            return True
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), self._token.encode())


def _response(reply: Reply, answer: Mapping[str, Any] | None, pointer: str = "") -> Response:
    match reply:
        case Reply.NOT_FOUND:
            return problem(HTTPStatus.NOT_FOUND, "transfer_not_found", "the bank never heard of this key")
        case Reply.CONFLICT:
            detail = "this key was used before with other content"
            return problem(HTTPStatus.CONFLICT, "key_reused", detail, pointer=pointer)
        case Reply.UNAVAILABLE:
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", "the bank cannot be reached now")
        case Reply.THROTTLED:
            return problem(HTTPStatus.TOO_MANY_REQUESTS, "throttled", "too many requests", Retry_After="1")
        case Reply.ERROR:
            return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error", "something went wrong in the bank")
        case _:
            return Response(HTTPStatus.OK, answer or {}, reply)


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise FieldError("", "the body must be a JSON object")
    return value


def _query_number(query: Mapping[str, list[str]], name: str, least: int, most: int, *, default: int) -> int:
    text = query.get(name, [str(default)])[0]
    value = int(text) if text.isascii() and text.isdigit() and len(text) < 12 else -1
    if not least <= value <= most:
        raise FieldError(f"/{name}", f"must be a whole number from {least} to {most}")
    return value
