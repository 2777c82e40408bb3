"""Codes of the ledger."""

from __future__ import annotations

from shared.kernel.errors import Disposition, ErrorCode


class LedgerError(ErrorCode):
    """What the ledger may refuse."""

    UNBALANCED = ("ledger_unbalanced", Disposition.BROKEN)
    UNKNOWN_ACCOUNT = ("account_not_found", Disposition.NOT_FOUND)
