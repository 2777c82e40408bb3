"""BigQuery's exceptions, translated in one table: callers of a port see Clearway's family only."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

import requests
from google.api_core import exceptions as api
from google.auth import exceptions as auth

from shared.kernel.errors import ClearwayError, ErrorCode, KernelError

# Besides answers with an HTTP status. What is not listed is a bug and passes through as it is.
_TABLE: tuple[tuple[type[Exception], ErrorCode], ...] = (
    (api.RetryError, KernelError.UNAVAILABLE),
    (requests.RequestException, KernelError.UNAVAILABLE),
    (auth.TransportError, KernelError.UNAVAILABLE),
    (concurrent.futures.TimeoutError, KernelError.UNAVAILABLE),
)
_PASSING_STATUSES = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})
# A 403 is a missing right, or a limit that passes: https://cloud.google.com/bigquery/docs/error-messages
_PASSING_REASONS = frozenset({"rateLimitExceeded", "quotaExceeded"})


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Turn exceptions of Google's libraries and of the transport below them into ours."""
    try:
        yield
    except Exception as error:
        code = _code(error)
        if code is None:
            raise
        raise ClearwayError(code, f"BigQuery could not {doing} ({type(error).__name__})") from error


def _code(error: Exception) -> ErrorCode | None:
    if isinstance(error, api.GoogleAPICallError):
        return KernelError.UNAVAILABLE if _passes(error) else KernelError.MISUSE
    return next((code for vendor, code in _TABLE if isinstance(error, vendor)), None)


def _passes(error: api.GoogleAPICallError) -> bool:
    """Whether the same call may succeed later."""
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    if status == HTTPStatus.FORBIDDEN:
        return any(one.get("reason") in _PASSING_REASONS for one in error.errors)
    return status in _PASSING_STATUSES or status >= HTTPStatus.INTERNAL_SERVER_ERROR
