"""Firestore's exceptions, translated in one table: callers of a port see Clearway's family only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from google.api_core import exceptions as api

from shared.adapters.optimism import StaleError
from shared.kernel.errors import ClearwayError, ErrorCode, KernelError

# Most specific first. What is not listed is a bug and passes through as it is.
_TABLE: tuple[tuple[type[Exception], ErrorCode], ...] = (
    (api.InvalidArgument, KernelError.MISUSE),
    (api.PermissionDenied, KernelError.MISUSE),
    (api.Unauthenticated, KernelError.MISUSE),
    (api.ServerError, KernelError.UNAVAILABLE),
    (api.TooManyRequests, KernelError.UNAVAILABLE),
    (api.Cancelled, KernelError.UNAVAILABLE),
    (api.RetryError, KernelError.UNAVAILABLE),
)


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Turn Google's exceptions into ours; refused preconditions become StaleError."""
    try:
        yield
    except api.AlreadyExists as error:
        raise StaleError(exists=True) from error
    except (api.Aborted, api.FailedPrecondition, api.NotFound) as error:
        raise StaleError from error
    except api.GoogleAPIError as error:
        for vendor, code in _TABLE:
            if isinstance(error, vendor):
                raise ClearwayError(code, f"Firestore could not {doing} ({type(error).__name__})") from error
        raise
