"""From our side: what was booked on a rail's account, and has had its time to appear on a statement.

A cursor moves over the journal, and each entry is looked at once. It stops at what the statements that were read could
not show yet, which lies far enough back for every commit to have ended.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice

from shared.ports.documents import Transaction, keep
from shared.ports.reconciliation import JournalItem
from shared.reconciliation.commands.batch_changes import batch_changes
from shared.reconciliation.commands.desk import Desk
from shared.reconciliation.commands.settle_slots import Settled, SlotChange, settle_slots
from shared.reconciliation.documents import (
    AccountState,
    account_from,
    account_key,
    account_to_fields,
    slot_from,
    slot_key,
)
from shared.reconciliation.domain.breaks import Limits
from shared.reconciliation.domain.slot import Expected, Slot, SlotKind, SlotName, name_of_batch


def compare_journal(account: AccountState, limits: Limits, desk: Desk) -> Settled:
    """Look at every entry up to the limit that was not looked at before. Raises what the stores and ports raise."""
    total = Settled()
    if limits.missing_before is None:
        return total
    items = desk.journal.items(
        account.rail, account.currency, since=account.ledger_through, until=limits.missing_before
    )
    while chunk := list(islice(items, desk.chunk)):
        slots = _slots(account, chunk, desk)
        batches = list(_batches(account, chunk, slots, desk))
        total += settle_slots(batches, limits, desk)
        total += settle_slots(_changes(account, chunk, slots, batches), limits, desk)
        _advance(account, chunk[-1].at, desk)
    return total


def _slots(account: AccountState, items: Sequence[JournalItem], desk: Desk) -> dict[str, Slot]:
    ids = list(dict.fromkeys(_name(account, item).id for item in items))
    found = desk.documents.run(lambda tx: tx.get(*map(slot_key, ids))).value
    return {document.key.id: slot_from(document) for document in found if document}


def _batches(
    account: AccountState, items: Sequence[JournalItem], slots: dict[str, Slot], desk: Desk
) -> Iterator[SlotChange]:
    """Batches that were sent and that no statement shows: said once, with all their legs."""
    unseen = {item.key: item for item in items if item.key and not item.returned and not _shown(account, item, slots)}
    refs = desk.batches.batches_of(account.rail, list(unseen))
    some = {ref: unseen[key] for key, ref in refs.items()}
    for ref, item in some.items():
        name = SlotName(
            SlotKind.BATCH, account.rail, account.currency, name_of_batch(ref.file_id, outgoing=ref.outgoing)
        )
        contents = desk.batches.contents(account.rail, ref)
        yield from batch_changes(name, ref, contents, day=desk.days(account.rail).day_of(item.at), at=item.at)


def _shown(account: AccountState, item: JournalItem, slots: dict[str, Slot]) -> bool:
    slot = slots.get(_name(account, item).id)
    return slot is not None and bool(slot.part(returned=item.returned)[0])


def _changes(
    account: AccountState, items: Sequence[JournalItem], slots: dict[str, Slot], batches: Sequence[SlotChange]
) -> Iterator[SlotChange]:
    """Entries that their slots do not agree with; the others have nothing to say."""
    just_settled = {change.name.id for change in batches}
    for item in items:
        name = _name(account, item)
        slot = slots.get(name.id)
        known = slot is not None and name.id not in just_settled and _agrees(slot, item)
        if not known:
            expected = Expected(item.entry_id, item.amount_minor, item.at, item.returned)
            yield SlotChange(name, expected=(expected,), journal=True, payment_id=item.payment_id)


def _agrees(slot: Slot, item: JournalItem) -> bool:
    items, expected = slot.part(returned=item.returned)
    return bool(items) and any(
        one.entry_id == item.entry_id and one.amount_minor == item.amount_minor for one in expected
    )


def _advance(account: AccountState, through: datetime, desk: Desk) -> None:
    key = account_key(account.rail, account.currency)

    def work(tx: Transaction) -> None:
        (document,) = tx.get(key)
        state = account_from(document, account.rail, account.currency)
        if state.ledger_through is None or state.ledger_through < through:
            keep(tx, key, document, account_to_fields(replace(state, ledger_through=through)))

    desk.documents.run(work)


def _name(account: AccountState, item: JournalItem) -> SlotName:
    return SlotName.of_leg(account.rail, account.currency, item.key, item.entry_id)
