"""Cursors: where a page of an account's entries ended, as text that a client hands back and need not understand.

A cursor names a place, not a number of rows, so it stays good while entries are added.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shared.kernel.errors import ClearwayError
from shared.ledger.domain.errors import LedgerError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FORM = re.compile(r"1\|(newest|oldest)\|([A-Za-z0-9_-]{1,64})\|(\d{1,17})\|([A-Za-z0-9._-]{1,200})")
_TEXT_MAX = 512


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last entry of a page, in one order, of one account."""

    account_id: str
    newest_first: bool
    at: datetime
    entry_id: str

    def __str__(self) -> str:
        """The cursor as text, safe in URLs."""
        order = "newest" if self.newest_first else "oldest"
        at_us = (self.at - EPOCH) // timedelta(microseconds=1)
        raw = f"1|{order}|{self.account_id}|{at_us}|{self.entry_id}".encode()
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def cursor_from(text: str, *, account_id: str, newest_first: bool) -> Cursor:
    """The cursor that `text` is; raises INVALID_CURSOR for anything that was not made for this account and order."""
    found = _FORM.fullmatch(_decoded(text)) if len(text) <= _TEXT_MAX else None
    if found is not None:
        order, account, at_us, entry_id = found.groups()
        at = EPOCH + timedelta(microseconds=int(at_us))
        cursor = Cursor(account, order == "newest", at, entry_id)
        # One text for each place: a cursor that was put together by hand does not come back as it was.
        if (cursor.account_id, cursor.newest_first, str(cursor)) == (account_id, newest_first, text):
            return cursor
    raise ClearwayError(
        LedgerError.INVALID_CURSOR, "not a cursor of this account's entries in this order", field="/cursor"
    )


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return ""
