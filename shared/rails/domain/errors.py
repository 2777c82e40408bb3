"""Codes of the rails context."""

from __future__ import annotations

from shared.kernel.errors import Disposition, ErrorCode


class RailsError(ErrorCode):
    """What can be wrong with what the operator configures, and with a code that is looked up in it."""

    INVALID_CATALOGUE = ("invalid_rail_catalogue", Disposition.BROKEN)
    INVALID_PARTICIPANTS = ("invalid_participants", Disposition.BROKEN)
    INVALID_HOLD_POLICY = ("invalid_hold_policy", Disposition.BROKEN)
    INVALID_TABLE = ("invalid_rail_table", Disposition.BROKEN)
    UNKNOWN_RETURN_CODE = ("unknown_return_code", Disposition.MALFORMED)
