"""Routes of the bank's HTTP API: which call is for whom, who may make it, and what a wrong call is told. No sockets."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import unquote

from emulators.bank.exchange import Request, Response, problem
from emulators.bank.fields import FieldError

# Takes the request and the key in its path; empty for a path without one.
Handler = Callable[[Request, str], Response]


@dataclass(frozen=True, slots=True)
class Route:
    """A call: `path` may hold one `{key}`. A `guarded` one needs the bank's bearer token, where it has one."""

    method: str
    path: str
    handler: Handler
    guarded: bool = True

    def match(self, path: str) -> str | None:
        """The key in a path; empty for a path without one, None for another path."""
        pattern = re.escape(self.path).replace(re.escape("{key}"), "([^/]+)").replace(re.escape("{name}"), "(.+)")
        found = re.fullmatch(pattern, path)
        return None if found is None else unquote("".join(found.groups()))


class Api:
    """Answers requests by their routes."""

    def __init__(self, routes: Iterable[Route], *, token: str = "") -> None:
        self._routes = tuple(routes)
        self._token = token

    def handle(self, request: Request) -> Response:
        """Answer one request. A bad field is a 400 that names it."""
        known = False
        for route in self._routes:
            key = route.match(request.path)
            if key is None:
                continue
            known = True
            if route.method != request.method:
                continue
            if route.guarded and not self._knows(request):
                return problem(HTTPStatus.UNAUTHORIZED, "unauthenticated", "a valid bearer token is needed")
            try:
                return route.handler(request, key)
            except FieldError as error:
                return problem(HTTPStatus.BAD_REQUEST, "invalid_field", error.detail, pointer=error.pointer)
        if known:
            return problem(HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", "this path has another method")
        return problem(HTTPStatus.NOT_FOUND, "no_such_path", "there is nothing at this path")

    def _knows(self, request: Request) -> bool:
        if not self._token:
            return True
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), self._token.encode())
