"""What the Cloud Storage stand-in refuses, in the words and the shape of the real service."""

from __future__ import annotations

import json
from http import HTTPStatus


class StorageError(Exception):
    """A refusal: its HTTP status, and the `reason` that Google gives with it."""

    def __init__(self, status: HTTPStatus, reason: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.message = message

    def body(self) -> bytes:
        """The error as JSON, https://cloud.google.com/storage/docs/json_api/v1/status-codes."""
        one = {"message": self.message, "domain": "global", "reason": self.reason}
        return json.dumps({"error": {"code": self.status.value, "message": self.message, "errors": [one]}}).encode()


def invalid(message: str) -> StorageError:
    """An argument that the service would refuse."""
    return StorageError(HTTPStatus.BAD_REQUEST, "invalid", message)


def not_emulated(what: str) -> StorageError:
    """A part of the real service that is not here: said, since to ignore it would be to answer wrongly."""
    return StorageError(HTTPStatus.NOT_IMPLEMENTED, "notImplemented", f"this stand-in does not have {what}")


def no_bucket() -> StorageError:
    """A bucket that nobody has created."""
    return StorageError(HTTPStatus.NOT_FOUND, "notFound", "The specified bucket does not exist.")


def no_object(bucket: str, name: str) -> StorageError:
    """An object that is not there."""
    return StorageError(HTTPStatus.NOT_FOUND, "notFound", f"No such object: {bucket}/{name}")


def bucket_exists() -> StorageError:
    """A bucket name that is taken."""
    message = "Your previous request to create the named bucket succeeded and you already own it."
    return StorageError(HTTPStatus.CONFLICT, "conflict", message)


def condition_not_met() -> StorageError:
    """A precondition that does not hold."""
    message = "At least one of the pre-conditions you specified did not hold."
    return StorageError(HTTPStatus.PRECONDITION_FAILED, "conditionNotMet", message)
