"""Codes of the ledger. What a booking may be refused for is an `Outcome`, a value, and no error."""

from __future__ import annotations

from shared.kernel.errors import Disposition, ErrorCode


class LedgerError(ErrorCode):
    """What a command or a query of the ledger may raise."""

    UNBALANCED = ("ledger_unbalanced", Disposition.BROKEN)
    UNKNOWN_ACCOUNT = ("account_not_found", Disposition.NOT_FOUND)
    NOT_OPEN = ("hold_given_back_twice", Disposition.BROKEN)
    NOT_EMPTY = ("account_not_empty", Disposition.CONFLICT)
    CLOSED = ("account_closed", Disposition.CONFLICT)
    INVALID_CURSOR = ("invalid_cursor", Disposition.MALFORMED)
    INVALID_PAGE = ("invalid_page", Disposition.MALFORMED)
    MOMENT_TO_COME = ("moment_to_come", Disposition.MALFORMED)
    TOO_FAR_BACK = ("too_far_back", Disposition.REFUSED)
    ACCOUNT_BUSY = ("account_busy", Disposition.RETRY)
