"""Requests and responses between the bank's API and what carries them: a socket, or a caller in the same process."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from emulators.bank.fields import FieldError
from emulators.bank.magic import Reply

JSON = "application/json"
XML = "application/xml"


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
    """A response, and how it travels; SILENT and RESET never show it to the caller.

    `body` is written as JSON, unless there is a `document`: bytes of the type that the headers name.
    """

    status: HTTPStatus
    body: Mapping[str, Any]
    reply: Reply = Reply.ANSWER
    headers: Mapping[str, str] = field(default_factory=dict)
    document: bytes | None = None

    @property
    def raw(self) -> bytes:
        """The bytes that travel: all of them, or half where the reply is MALFORMED."""
        raw = json.dumps(self.body, separators=(",", ":")).encode() if self.document is None else self.document
        return raw[: len(raw) // 2] if self.reply is Reply.MALFORMED else raw


def problem(status: HTTPStatus, code: str, detail: str, *, pointer: str = "", **headers: str) -> Response:
    """An error as RFC 9457 writes it, with a stable `code` and, for a bad field, its JSON pointer as `field`."""
    body = {"type": "about:blank", "title": status.phrase, "status": status.value, "code": code, "detail": detail}
    content = {"Content-Type": "application/problem+json"}
    renamed = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, body | ({"field": pointer} if pointer else {}), headers=content | renamed)


def refusal(reply: Reply, *, pointer: str = "", unknown: str = "transfer_not_found") -> Response | None:
    """The response to a call that was not answered with a transaction; None for a reply that carries one.

    `unknown` is the code of "never heard of it", `pointer` the field that differs from what the key stood for.
    """
    match reply:
        case Reply.NOT_FOUND:
            return problem(HTTPStatus.NOT_FOUND, unknown, "the bank never heard of this key")
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
            return None


def json_object(body: bytes) -> dict[str, Any]:
    """The JSON object in a body. Raises FieldError."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise FieldError("", "the body must be a JSON object")
    return value


def query_number(query: Mapping[str, list[str]], name: str, least: int, most: int, *, default: int) -> int:
    """A whole number among the parameters behind a path. Raises FieldError."""
    text = query.get(name, [str(default)])[0]
    value = int(text) if text.isascii() and text.isdigit() and len(text) < 12 else -1
    if not least <= value <= most:
        raise FieldError(f"/{name}", f"must be a whole number from {least} to {most}")
    return value
