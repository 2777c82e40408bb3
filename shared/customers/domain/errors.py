"""Codes of the customers context."""

from __future__ import annotations

from shared.kernel.errors import Disposition, ErrorCode


class CustomerError(ErrorCode):
    """What registering or reading a customer may refuse."""

    CONFLICT = ("customer_conflict", Disposition.CONFLICT)
    NOT_FOUND = ("customer_not_found", Disposition.NOT_FOUND)
    STALE_CORRECTION = ("stale_correction", Disposition.REFUSED)
    DUPLICATE_INSTRUMENT = ("duplicate_instrument", Disposition.MALFORMED)
