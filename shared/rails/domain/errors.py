"""Codes of the rails context."""

from __future__ import annotations

from shared.kernel.errors import Disposition, ErrorCode


class RailsError(ErrorCode):
    """What can be wrong with what the operator configures: the catalogue of rails, lists of participants."""

    INVALID_CATALOGUE = ("invalid_rail_catalogue", Disposition.BROKEN)
    INVALID_PARTICIPANTS = ("invalid_participants", Disposition.BROKEN)
