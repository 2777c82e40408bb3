"""Codes of the wire: what arrives and cannot be understood."""

from __future__ import annotations

from shared.kernel.errors import Disposition, ErrorCode


class ContractError(ErrorCode):
    """What decoding may raise. None can be helped by a retry of the same message by the same code."""

    MALFORMED = ("malformed", Disposition.MALFORMED)
    UNKNOWN_TYPE = ("unknown_type", Disposition.MALFORMED)
    UNKNOWN_VERSION = ("unknown_version", Disposition.MALFORMED)
    UNAUTHENTICATED = ("unauthenticated", Disposition.UNAUTHENTICATED)
    FOREIGN_TENANT = ("foreign_tenant", Disposition.FORBIDDEN)
    ROUTE_NOT_FOUND = ("route_not_found", Disposition.NOT_FOUND)
    MISSING_IDEMPOTENCY_KEY = ("missing_idempotency_key", Disposition.MALFORMED)
