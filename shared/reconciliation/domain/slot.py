"""A slot: the place where what a bank shows of one thing meets what we booked for it.

A thing is one leg of a payment (its money's way, and its way back), one direction of a file that the bank settles as
one, or something that nobody here knows. Both sides can name a leg's slot without asking the other, so it does not
matter who comes first, or how often.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from shared.kernel import ids


class SlotKind(StrEnum):
    """What a slot is of."""

    LEG = "leg"
    BATCH = "batch"
    STRANGER = "stranger"


class SlotStatus(StrEnum):
    """Where a slot stands: both sides agree, one of them has time left, or they do not agree."""

    MATCHED = "matched"
    WAITING = "waiting"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class SlotName:
    """What identifies a slot. `key` is the leg's, the batch's (`name_of_batch`), or a stranger's digest."""

    kind: SlotKind
    rail: str
    currency: str
    key: str

    @classmethod
    def of_leg(cls, rail: str, currency: str, key: str, entry_id: str = "") -> SlotName:
        """A leg's, by its key; of an entry that moved no leg, by the entry's id."""
        return cls(SlotKind.LEG, rail, currency, key or entry_id)

    @classmethod
    def of_stranger(cls, rail: str, currency: str, text: str) -> SlotName:
        """Of what nobody here knows: its text may hold anything, so it goes into a digest, and nowhere else."""
        return cls(SlotKind.STRANGER, rail, currency, ids.derive("ref", text))

    @property
    def id(self) -> str:
        """The document's id."""
        if self.kind is SlotKind.LEG:
            return f"{self.key}.{self.rail}.{self.currency}"
        return ids.derive(self.kind.value, self.rail, self.currency, self.key)


@dataclass(frozen=True, slots=True)
class Item:
    """What a statement shows: `amount_minor` is above zero for money that came in.

    `id` names it within its slot, the same however often the statement is read. `returned` is money on its way back.
    `count` is how many payments a batched entry sums up, where the bank says so. `reference` is the bank's own.
    """

    id: str
    day: date
    amount_minor: int
    returned: bool = False
    count: int | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Expected:
    """What was booked: of a batch, the sum and the number of its legs. `entry_id` is the journal entry's."""

    entry_id: str
    amount_minor: int
    at: datetime | None = None
    returned: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """Both sides of one thing. `payment_id` is empty where no payment of ours is meant; `open_cases` are its breaks."""

    name: SlotName
    items: tuple[Item, ...] = ()
    expected: tuple[Expected, ...] = ()
    payment_id: str = ""
    tenant: str = ""
    status: SlotStatus = SlotStatus.WAITING
    open_cases: tuple[str, ...] = ()

    def with_items(self, added: tuple[Item, ...] = (), removed: frozenset[str] = frozenset()) -> Slot:
        """The slot after a statement: each item once, in the order of days and ids."""
        items = {item.id: item for item in self.items if item.id not in removed}
        for item in added:
            items.setdefault(item.id, item)
        return replace(self, items=tuple(sorted(items.values(), key=lambda item: (item.day, item.id))))

    def with_expected(self, expected: tuple[Expected, ...], *, overrule: bool = False) -> Slot:
        """The slot after the books were asked: each entry once; `overrule` when the journal itself is what answers.

        An entry that is there keeps the moment that it was first heard with, which says nothing about money.
        """
        known = {one.entry_id: one for one in self.expected}
        for one in expected:
            before = known.get(one.entry_id)
            if before is None:
                known[one.entry_id] = one
            elif overrule and before.amount_minor != one.amount_minor:
                known[one.entry_id] = replace(one, at=before.at or one.at)
            elif before.at is None:
                known[one.entry_id] = replace(before, at=one.at)
        return replace(self, expected=tuple(sorted(known.values(), key=lambda one: (one.returned, one.entry_id))))

    def part(self, *, returned: bool) -> tuple[tuple[Item, ...], tuple[Expected, ...]]:
        """What concerns the money's way, or its way back."""
        items = tuple(item for item in self.items if item.returned is returned)
        return items, tuple(one for one in self.expected if one.returned is returned)

    @property
    def difference_minor(self) -> int:
        """By how much our books say more than the bank shows."""
        booked = sum(one.amount_minor for one in self.expected)
        return booked - sum(item.amount_minor for item in self.items)


def name_of_batch(file_id: str, *, outgoing: bool) -> str:
    """How one direction of a file is named."""
    return f"{file_id}.{'out' if outgoing else 'in'}"
