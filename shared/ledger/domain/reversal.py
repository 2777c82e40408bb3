"""Reversals: a booked entry is never edited; what undoes it is a new entry on the other side of the same accounts."""

from __future__ import annotations

from datetime import datetime

from shared.ledger.domain.journal import JournalEntry, Line
from shared.ledger.domain.transfer import Transfer

REVERSAL = "reversal"


def mirror_of(entry: JournalEntry, *, reversal_id: str, at: datetime) -> Transfer:
    """The transfer that undoes an entry exactly: each of its lines, on the other side."""
    lines = tuple(Line(line.account, line.side.other, line.amount_minor) for line in entry.lines)
    return Transfer(reversal_id, entry.payment_id, entry.currency, lines, at, REVERSAL, reverses=entry.id)


def may_reverse(transfer: Transfer, entry: JournalEntry) -> bool:
    """Whether a transfer undoes the entry, in whole or in part, and nothing else.

    On every account that both touch, it books on the other side alone, and no more than was booked there. An account of
    its own may stand in for one: a payer who has spent what is taken back owes it instead. It is of the same payment
    and currency, and what reverses an entry is not itself reversed: whoever was wrong twice books anew.
    """
    if (transfer.payment_id, transfer.currency, "") != (entry.payment_id, entry.currency, entry.reverses):
        return False
    shared = [line for line in transfer.lines if line.account in entry.accounts]
    return bool(shared) and all(
        line.amount_minor <= entry.amount_minor(line.account, line.side.other) for line in shared
    )
