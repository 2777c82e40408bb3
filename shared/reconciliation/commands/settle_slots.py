"""Put what was learnt into slots, judge them, and open or close what follows: a bounded number in each commit.

Whoever learns something (a statement, the journal, the clock) hands in changes; what they come to is decided here
alone, on the slot as it stands, so that nothing depends on who came first, and doing it again changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice

from shared.ports.documents import Document, Transaction, keep
from shared.ports.reconciliation import BookedLeg
from shared.reconciliation.commands.cases import Case, Changes, stage_cases
from shared.reconciliation.commands.desk import Desk
from shared.reconciliation.documents import case_key, slot_from, slot_key, slot_to_fields
from shared.reconciliation.domain.breaks import Finding, Limits, judge
from shared.reconciliation.domain.slot import Expected, Item, Slot, SlotKind, SlotName, SlotStatus
from shared.reconciliation.domain.wording import words_of


@dataclass(frozen=True, slots=True)
class SlotChange:
    """What was learnt of one slot. `journal` says that `expected` comes from the journal, which overrules."""

    name: SlotName
    added: tuple[Item, ...] = ()
    removed: frozenset[str] = frozenset()
    expected: tuple[Expected, ...] = ()
    journal: bool = False
    payment_id: str = ""

    def joined(self, other: SlotChange) -> SlotChange:
        """Both changes of one slot."""
        return SlotChange(
            self.name,
            self.added + other.added,
            self.removed | other.removed,
            self.expected + other.expected,
            self.journal or other.journal,
            self.payment_id or other.payment_id,
        )


@dataclass(frozen=True, slots=True)
class Settled:
    """How many slots came to a match, and how many cases were opened and closed."""

    matched: int = 0
    cases: Changes = field(default_factory=Changes)

    def __add__(self, other: Settled) -> Settled:
        """Both counts."""
        opened, closed = self.cases.opened + other.cases.opened, self.cases.closed + other.cases.closed
        return Settled(self.matched + other.matched, Changes(opened, closed))


def settle_slots(changes: Iterable[SlotChange], limits: Limits, desk: Desk) -> Settled:
    """Apply all changes of one account, chunk by chunk. Raises what the stores raise; then some chunks are done."""
    total = Settled()
    pending = iter(changes)
    while chunk := _by_slot(islice(pending, desk.chunk)):
        total += _settle(chunk, limits, desk)
    return total


def _by_slot(changes: Iterable[SlotChange]) -> dict[str, SlotChange]:
    joined: dict[str, SlotChange] = {}
    for change in changes:
        before = joined.get(change.name.id)
        joined[change.name.id] = before.joined(change) if before else change
    return joined


def _settle(changes: Mapping[str, SlotChange], limits: Limits, desk: Desk) -> Settled:
    legs = _legs(changes.values(), desk)

    def work(tx: Transaction) -> Settled:
        documents = tx.get(*map(slot_key, changes))
        before = [slot_from(document) if document else None for document in documents]
        judged = [
            _judged(slot or Slot(change.name), change, legs.get(change.name.key), limits)
            for slot, change in zip(before, changes.values(), strict=True)
        ]
        wanted = [_case(slot, finding) for slot, findings in judged for finding in findings]
        open_now = {case.key.id for case in wanted}
        gone = [case_key(one) for slot in before if slot for one in slot.open_cases if case_key(one).id not in open_now]
        keys = list(dict.fromkeys([*(case.key for case in wanted), *gone]))
        found = dict(zip(keys, tx.get(*keys) if keys else (), strict=True))
        for (slot, _), document in zip(judged, documents, strict=True):
            keep(tx, slot_key(slot.name.id), document, slot_to_fields(slot))
        matched = sum(
            slot.status is SlotStatus.MATCHED and (was is None or was.status is not SlotStatus.MATCHED)
            for was, (slot, _) in zip(before, judged, strict=True)
        )
        return Settled(matched, stage_cases(tx, found, wanted, gone, desk.clock.now()))

    return desk.documents.run(work).value


def _legs(changes: Iterable[SlotChange], desk: Desk) -> Mapping[str, BookedLeg]:
    """What the payments say of all legs; outside of the transaction, since a payment that moves on is asked again."""
    by_account: dict[tuple[str, str], list[str]] = {}
    for change in changes:
        if change.name.kind is SlotKind.LEG and change.name.key:
            by_account.setdefault((change.name.rail, change.name.currency), []).append(change.name.key)
    legs: dict[str, BookedLeg] = {}
    for (rail, currency), keys in by_account.items():
        legs.update(desk.legs.booked(rail, currency, keys))
    return legs


def _judged(slot: Slot, change: SlotChange, leg: BookedLeg | None, limits: Limits) -> tuple[Slot, tuple[Finding, ...]]:
    slot = slot.with_items(change.added, change.removed)
    slot = slot.with_expected(change.expected, overrule=change.journal)
    if leg is not None:
        booked = tuple(Expected(one.entry_id, one.amount_minor, one.at, one.returned) for one in leg.items)
        slot = replace(slot.with_expected(booked), payment_id=leg.payment_id, tenant=leg.tenant)
    elif change.payment_id:
        slot = replace(slot, payment_id=change.payment_id)
    verdict = judge(slot, limits)
    cases = tuple(_case_name(slot, finding) for finding in verdict.findings)
    return replace(slot, status=verdict.status, open_cases=cases), verdict.findings


def _case_name(slot: Slot, finding: Finding) -> str:
    return f"{slot.name.id}.{'returned.' if finding.returned else ''}{finding.kind}"


def _case(slot: Slot, finding: Finding) -> Case:
    reason = words_of(slot, finding)
    key = case_key(_case_name(slot, finding))
    return Case(key, slot.name.rail, slot.name.currency, reason, slot.payment_id, slot.tenant, finding.about)


def unsettled(documents: Iterable[Document]) -> Iterator[SlotChange]:
    """Slots as they lie in documents, to be judged anew: something may have been booked, or time has run out."""
    for document in documents:
        yield SlotChange(slot_from(document).name)
