"""The header by which a client makes a call repeatable."""

from __future__ import annotations

from pydantic import TypeAdapter, ValidationError

from shared.contracts.base import FieldError, IdempotencyKey, MalformedError
from shared.contracts.errors import ContractError
from shared.kernel.errors import ClearwayError
from shared.runtime.web import HttpRequest

_KEY: TypeAdapter[str] = TypeAdapter(IdempotencyKey)


def idempotency_key(request: HttpRequest) -> str:
    """The request's `Idempotency-Key`. Raises MISSING_IDEMPOTENCY_KEY, or MALFORMED for one that is none."""
    key = request.header("Idempotency-Key")
    if not key:
        raise ClearwayError(ContractError.MISSING_IDEMPOTENCY_KEY, "a submission needs an Idempotency-Key header")
    try:
        return _KEY.validate_python(key)
    except ValidationError:
        detail = "1 to 255 printable ASCII characters without spaces, and no card number"
        raise MalformedError([FieldError(pointer="/headers/Idempotency-Key", detail=detail)]) from None
