"""Undo an entry exactly, by a new one: the way to correct what should not have been booked."""

from __future__ import annotations

from datetime import datetime

from shared.kernel.assessment import Reason
from shared.ledger.commands.staging import find_for, stage
from shared.ledger.documents import entry_from, entry_key
from shared.ledger.domain.decide import post
from shared.ledger.domain.outcomes import Outcome
from shared.ledger.domain.reversal import mirror_of
from shared.ports.documents import Transaction


def reverse_entry(tx: Transaction, entry_id: str, *, reversal_id: str, at: datetime) -> Reason | None:
    """Book every line of an entry on its other side; None when done, else why not, and then nothing is staged.

    It happens once for each entry, whether this way or by a booking that names the entry in `reverses`. What the entry
    brought into a wallet must still be available there.
    """
    (document,) = tx.get(entry_key(entry_id))
    if document is None:
        return Outcome.ENTRY_NOT_FOUND.reason
    transfer = mirror_of(entry_from(document), reversal_id=reversal_id, at=at)
    posted = post(transfer, find_for(tx, transfer))
    if isinstance(posted, Outcome):
        return posted.reason
    stage(tx, posted)
    return None
