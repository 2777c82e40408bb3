"""A file that a bank settles as one: the batch in a slot of its own, and every leg in it as moved with it.

So what is wrong with a batch is said once, and not of each of its thousand legs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime

from shared.ports.reconciliation import BatchRef
from shared.reconciliation.commands.settle_slots import SlotChange
from shared.reconciliation.domain.slot import Expected, Item, SlotKind, SlotName


def batch_changes(
    slot: SlotName,
    batch: BatchRef,
    contents: Mapping[str, int],
    *,
    day: date,
    shown: Item | None = None,
    at: datetime | None = None,
) -> Iterator[SlotChange]:
    """What a batch comes to, with what the bank shows of it, and that its legs moved on a day.

    `contents` are signed minor units by the key of the leg; `at` is when they were booked, where it is the books that
    speak of the batch.
    """
    expected = Expected(slot.key, sum(contents.values()), at, count=len(contents))
    yield SlotChange(slot, added=(shown,) if shown else (), expected=(expected,))
    for key, amount_minor in contents.items():
        item = Item(f"batch/{slot.key}", day, amount_minor, reference=batch.file_id)
        yield SlotChange(replace(slot, kind=SlotKind.LEG, key=key), added=(item,))
