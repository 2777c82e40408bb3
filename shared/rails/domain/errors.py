"""Codes of the rails context."""

from __future__ import annotations

from shared.kernel.errors import Disposition, ErrorCode


class RailsError(ErrorCode):
    """What can be wrong with the catalogue of rails and with its tables, and with a code looked up in them."""

    INVALID_CATALOGUE = ("invalid_rail_catalogue", Disposition.BROKEN)
    INVALID_TABLE = ("invalid_rail_table", Disposition.BROKEN)
    UNKNOWN_RETURN_CODE = ("unknown_return_code", Disposition.MALFORMED)
