"""Codes of the rails context."""

from __future__ import annotations

from shared.kernel.errors import Disposition, ErrorCode


class RailsError(ErrorCode):
    """What can be wrong with the catalogue of rails itself."""

    INVALID_CATALOGUE = ("invalid_rail_catalogue", Disposition.BROKEN)
