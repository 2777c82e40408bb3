"""Exceptions of Google's generated clients, translated in one table: callers of a port see Clearway's family only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from google.api_core import exceptions as api

from shared.kernel.errors import ClearwayError, ErrorCode, KernelError

# Most specific first. What is not listed is a bug and passes through as it is.
_TABLE: tuple[tuple[type[Exception], ErrorCode], ...] = (
    (api.NotFound, KernelError.MISUSE),
    (api.BadRequest, KernelError.MISUSE),  # InvalidArgument, OutOfRange and FailedPrecondition are such
    (api.Forbidden, KernelError.MISUSE),  # PermissionDenied
    (api.Unauthorized, KernelError.MISUSE),  # Unauthenticated
    (api.MethodNotImplemented, KernelError.MISUSE),
    (api.Aborted, KernelError.UNAVAILABLE),
    (api.ServerError, KernelError.UNAVAILABLE),
    (api.TooManyRequests, KernelError.UNAVAILABLE),
    (api.Cancelled, KernelError.UNAVAILABLE),
    (api.RetryError, KernelError.UNAVAILABLE),
)


@contextmanager
def translated(service: str, doing: str) -> Iterator[None]:
    """Turn Google's exceptions into ours, in the words "`service` could not `doing`".

    AlreadyExists is an answer to whoever creates by name, not an error, and passes.
    """
    try:
        yield
    except api.AlreadyExists:
        raise
    except api.GoogleAPIError as error:
        for vendor, code in _TABLE:
            if isinstance(error, vendor):
                raise ClearwayError(code, f"{service} could not {doing} ({type(error).__name__})") from error
        raise
