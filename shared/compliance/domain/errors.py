"""Codes of the compliance context."""

from __future__ import annotations

from shared.kernel.errors import Disposition, ErrorCode


class ComplianceError(ErrorCode):
    """What loading lists or limits may refuse; without either no payment passes, since neither can be guessed."""

    LIST_MALFORMED = ("watchlist_malformed", Disposition.MALFORMED)
    LIST_MISSING = ("watchlist_missing", Disposition.BROKEN)
    LIST_TOO_SHORT = ("watchlist_too_short", Disposition.MALFORMED)
    LIMITS_MALFORMED = ("limits_malformed", Disposition.MALFORMED)
