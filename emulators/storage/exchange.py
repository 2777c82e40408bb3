"""Requests and responses of the JSON API without sockets, and how parameters are read: strictly."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from emulators.storage.errors import invalid, not_emulated

# They change how an answer looks, or who pays for it; here answers look one way, and nobody pays.
_IGNORED = frozenset({"alt", "fields", "key", "prettyPrint", "project", "projection", "quotaUser", "userProject"})


@dataclass(frozen=True, slots=True)
class Request:
    """A request; header names are lower case, `base_url` is where the caller reached us."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    base_url: str

    @property
    def path(self) -> str:
        """The target without its query, still percent-encoded."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> dict[str, str]:
        """The parameters behind the path."""
        return dict(parse_qsl(self.target.partition("?")[2], keep_blank_values=True))

    def parameters(self, *known: str) -> dict[str, str]:
        """The parameters that matter, all of them `known`.

        Raises StorageError for another: the real service has many that change an answer, and to leave one out of
        account would be to answer wrongly.
        """
        given = {name: value for name, value in self.query.items() if name not in _IGNORED}
        for name in given:
            if name not in known:
                raise not_emulated(f"the parameter {name} of this method")
        return given


@dataclass(frozen=True, slots=True)
class Response:
    """A response: its body's length is the only header that the server adds."""

    status: HTTPStatus
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def as_json(content: Mapping[str, Any], status: HTTPStatus = HTTPStatus.OK, **headers: str) -> Response:
    """A resource as a response."""
    return Response(
        status, json.dumps(content).encode(), {"Content-Type": "application/json; charset=UTF-8", **headers}
    )


def number(parameters: Mapping[str, str], name: str, *, least: int = 0) -> int | None:
    """A parameter that is a whole number of at least `least`; None where it is not given. Raises StorageError."""
    if name not in parameters:
        return None
    text = parameters[name]
    if not (text.isascii() and text.isdigit()) or len(text) > 19 or int(text) < least:
        raise invalid(f"Invalid value for the parameter {name}.")
    return int(text)
