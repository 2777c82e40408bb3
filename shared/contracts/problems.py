"""Errors on the wire: RFC 9457 problem details that name the field."""

from __future__ import annotations

from typing import Any

from shared.contracts.base import MalformedError
from shared.kernel.errors import ClearwayError, Disposition

# Total over Disposition; a test holds it so.
STATUS: dict[Disposition, int] = {
    Disposition.MALFORMED: 400,
    Disposition.REFUSED: 422,
    Disposition.CONFLICT: 409,
    Disposition.NOT_FOUND: 404,
    Disposition.UNAUTHENTICATED: 401,
    Disposition.FORBIDDEN: 403,
    Disposition.RETRY: 503,
    Disposition.BROKEN: 500,
}


def problem_of(error: ClearwayError) -> dict[str, Any]:
    """The problem document; `code` is stable, `errors` lists what is wrong with the input, by JSON pointer."""
    status = STATUS[error.disposition]
    if isinstance(error, MalformedError):
        errors = [one.model_dump() for one in error.errors]
    else:
        errors = [{"pointer": error.field, "detail": error.detail}] if error.field else []
    return {
        "type": f"urn:clearway:problem:{error.code.code}",
        "title": error.code.code.replace("_", " "),
        "status": status,
        "code": error.code.code,
        "detail": error.detail,
        **({"errors": errors} if errors else {}),
    }
