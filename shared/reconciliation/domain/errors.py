"""Codes of reconciliation: why a file is no statement of ours, or a table of tolerances cannot be used."""

from __future__ import annotations

from shared.kernel.errors import Disposition, ErrorCode


class ReconciliationError(ErrorCode):
    """Refusals of files stand on the file's document; the rest is a broken deployment."""

    INVALID_TOLERANCES = ("invalid_tolerances", Disposition.BROKEN)
    MISPLACED = ("statement_misplaced", Disposition.MALFORMED)  # its name says neither rail nor day
    NOT_A_STATEMENT = ("not_a_statement", Disposition.MALFORMED)  # another message, or several statements in one
    OTHER_CURRENCY = ("statement_of_another_currency", Disposition.MALFORMED)
    OTHER_ACCOUNT = ("statement_of_another_account", Disposition.REFUSED)
    FILE_GONE = ("statement_file_gone", Disposition.BROKEN)
