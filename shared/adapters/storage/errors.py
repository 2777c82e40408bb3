"""What Cloud Storage's HTTP client raises besides what Google's clients have in common, translated in one table."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

import requests
from google.api_core import exceptions as api
from google.auth import exceptions as auth
from google.cloud.storage.exceptions import DataCorruption

from shared.adapters import google_errors
from shared.kernel.errors import ClearwayError, KernelError

# The way was broken, or what arrived was not what left. What is not listed is a bug and passes through as it is.
_BROKEN_WAYS = (requests.RequestException, auth.TransportError, auth.RefreshError, DataCorruption)
# https://cloud.google.com/storage/docs/json_api/v1/status-codes: too slow, and in the way of another call.
_PASSING_STATUSES = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT})


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Turn exceptions of Google's library and of the transport below it into ours."""
    try:
        with google_errors.translated("Cloud Storage", doing):
            yield
    except _BROKEN_WAYS as error:
        raise _unavailable(error, doing) from error
    except api.GoogleAPICallError as error:
        if error.code not in _PASSING_STATUSES:
            raise
        raise _unavailable(error, doing) from error


def _unavailable(error: Exception, doing: str) -> ClearwayError:
    return ClearwayError(KernelError.UNAVAILABLE, f"Cloud Storage could not {doing} ({type(error).__name__})")
