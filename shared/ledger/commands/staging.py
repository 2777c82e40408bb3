"""What every booking has in common: which documents it reads, and which it writes."""

from __future__ import annotations

from shared.ledger.documents import (
    account_key,
    account_to_fields,
    entry_from,
    entry_key,
    entry_to_fields,
    opened,
    reversal_key,
    shard_key,
    shard_labels,
)
from shared.ledger.domain.chart import is_house, shard_of
from shared.ledger.domain.decide import Found, Posted
from shared.ledger.domain.transfer import Transfer
from shared.ports.documents import Transaction


def find_for(tx: Transaction, transfer: Transfer) -> Found:
    """Read, in one call, what the decision on a transfer needs; nothing for one that only adds."""
    accounts = transfer.draws_on
    keys = [account_key(account) for account in accounts]
    if transfer.reverses:
        keys += [entry_key(transfer.reverses), reversal_key(transfer.reverses)]
    documents = tx.get(*keys) if keys else ()
    found = dict(zip(accounts, map(opened, documents[: len(accounts)]), strict=True))
    if not transfer.reverses:
        return Found(found)
    entry, reversal = documents[len(accounts) :]
    return Found(found, entry_from(entry) if entry else None, reversal.fields["reversed_by"] if reversal else "")


def stage(tx: Transaction, posted: Posted) -> None:
    """Write what was decided: the entry, which guards the additions, and every account that it is of.

    An account that was read is replaced, so the commit fails unless it still is as it was when its limit was checked.
    """
    entry = posted.entry
    tx.create(entry_key(entry.id), entry_to_fields(entry))
    if entry.reverses:
        tx.create(reversal_key(entry.reverses), {"reversed_by": entry.id, "payment_id": entry.payment_id})
    for account in posted.accounts:
        tx.replace(account_key(account.id), account_to_fields(account))
    for account_id, change in posted.changes.items():
        if is_house(account_id):
            shard = shard_key(account_id, shard_of(entry.id))
            tx.add(shard, change.changed, shard_labels(account_id, entry.currency))
        else:
            tx.add(account_key(account_id), change.changed)
