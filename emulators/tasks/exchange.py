"""One HTTP request and its response, which another thread may cut off when the deadline passes."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from grpc import StatusCode

from emulators.tasks.connections import ConnectionPool, Origin
from emulators.tasks.task import HttpCall, Result

# https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto, read backwards.
_CODES = {
    400: StatusCode.INVALID_ARGUMENT,
    401: StatusCode.UNAUTHENTICATED,
    403: StatusCode.PERMISSION_DENIED,
    404: StatusCode.NOT_FOUND,
    409: StatusCode.ABORTED,
    429: StatusCode.RESOURCE_EXHAUSTED,
    499: StatusCode.CANCELLED,
    500: StatusCode.INTERNAL,
    501: StatusCode.UNIMPLEMENTED,
    503: StatusCode.UNAVAILABLE,
    504: StatusCode.DEADLINE_EXCEEDED,
}


class Exchange:
    """A call on its way. `run` once, in a thread of its own; `cut` at any time, from any other."""

    def __init__(self, call: HttpCall, headers: Mapping[str, str], pool: ConnectionPool) -> None:
        self._call = call
        self._headers = headers
        self._pool = pool
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._was_cut = False

    def run(self) -> Result:
        """Make the call and wait for its end, whatever that is."""
        parts = urlsplit(self._call.url)
        origin = Origin(parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection = self._pool.take(origin)
        except OSError as error:
            return Result(0, StatusCode.UNAVAILABLE, f"the target could not be reached ({type(error).__name__})")
        reusable = False
        try:
            self._use(connection.sock)
            connection.request(self._call.method, target, self._call.body or None, dict(self._headers))
            response = connection.getresponse()
            response.read()
            reusable = not response.will_close
            return _result(response)
        except (OSError, http.client.HTTPException) as error:
            if self._was_cut:
                return Result(0, StatusCode.DEADLINE_EXCEEDED, "no response within the dispatch deadline")
            return Result(0, StatusCode.UNAVAILABLE, f"the target hung up ({type(error).__name__})")
        finally:
            if self._let_go() and reusable:
                self._pool.give_back(origin, connection)
            else:
                connection.close()

    def cut(self) -> None:
        """End the exchange now; `run` then returns soon. Nothing happens when it has its response already."""
        with self._lock:
            self._was_cut = True
            if self._socket is not None:
                with contextlib.suppress(OSError):  # the other side may have hung up at this very moment
                    self._socket.shutdown(socket.SHUT_RDWR)

    def _use(self, connected: socket.socket) -> None:
        with self._lock:
            if self._was_cut:
                message = "cut before it began"
                raise TimeoutError(message)
            self._socket = connected

    def _let_go(self) -> bool:
        """From now on a late cut cannot hit whoever uses the connection next; says whether none came before."""
        with self._lock:
            self._socket = None
            return not self._was_cut


def _result(response: http.client.HTTPResponse) -> Result:
    status = response.status
    if 200 <= status < 300:
        return Result(status, StatusCode.OK, "")
    family = {4: StatusCode.FAILED_PRECONDITION, 5: StatusCode.INTERNAL}.get(status // 100, StatusCode.UNKNOWN)
    return Result(status, _CODES.get(status, family), f"HTTP status code {status}", _retry_after(response))


def _retry_after(response: http.client.HTTPResponse) -> timedelta:
    """The header of that name, in seconds or as a date (RFC 9110, 10.2.3); nothing when it is absent or unreadable."""
    value = response.getheader("Retry-After", "").strip()
    try:
        if value.isascii() and value.isdigit():
            return timedelta(seconds=int(value))
        return max(timedelta(), parsedate_to_datetime(value) - datetime.now(UTC))
    except (ValueError, TypeError, OverflowError):
        return timedelta()
