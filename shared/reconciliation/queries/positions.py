"""Each rail account at a glance: what we say, what the bank says, and what explains the difference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Protocol

from shared.ports.documents import Document, DocumentReader, Transactor, every_document
from shared.ports.reconciliation import JournalItem, RailJournal
from shared.reconciliation.documents import (
    ACCOUNTS,
    CASES,
    GATE,
    MATCHES,
    OPEN,
    STATEMENTS,
    TAKEN,
    account_from,
    account_key,
    account_name,
    slot_from,
    slot_key,
)
from shared.reconciliation.domain.slot import Slot, SlotName, SlotStatus

CHUNK = 100


class Documents(Transactor, DocumentReader, Protocol):
    """Both halves of the document store."""


@dataclass(frozen=True, slots=True)
class Position:
    """One account, in signed minor units.

    `bank_minor` closed the last statement, that of `day`; both are None before the first. Our balance less the bank's
    is made up of `in_transit_minor` (booked here, and on no statement yet), `waiting_minor` (shown by the bank and not
    booked yet, or the other way about) and `broken_minor` (breaks of entries and batches). `breaks` counts open cases.
    """

    rail: str
    currency: str
    ours_minor: int
    bank_minor: int | None
    day: date | None
    in_transit_minor: int
    waiting_minor: int
    broken_minor: int
    breaks: Counter[str]

    @property
    def difference_minor(self) -> int:
        """Our balance less the bank's."""
        return self.ours_minor - (self.bank_minor or 0)

    @property
    def unexplained_minor(self) -> int:
        """What no entry explains: it lies between the statements, in gaps and in days without one."""
        return self.difference_minor - self.in_transit_minor - self.waiting_minor - self.broken_minor


def positions(
    *, documents: Documents, journal: RailJournal, looked_back_to: Callable[[str], date]
) -> Sequence[Position]:
    """Every account with a statement or a booking, in order; `looked_back_to` says from when a rail's statements count.

    Exact only while nothing moves. Reads the journal behind the cursor of each account, its open slots and open cases.
    """
    ours = {(one.rail, one.currency): one.balance_minor for one in journal.accounts()}
    known = {(one.fields["rail"], one.fields["currency"]) for one in every_document(documents, ACCOUNTS)}
    breaks = _breaks(documents)
    found = []
    for rail, currency in sorted({*ours, *known}):
        last = _last_statement(rail, currency, looked_back_to(rail), documents)
        found.append(
            Position(
                rail=rail,
                currency=currency,
                ours_minor=ours.get((rail, currency), 0),
                bank_minor=last.fields["closing_minor"] if last else None,
                day=date.fromisoformat(last.fields["day"]) if last else None,
                in_transit_minor=sum(_in_transit(rail, currency, documents, journal)),
                waiting_minor=_differences(rail, currency, SlotStatus.WAITING, documents),
                broken_minor=_differences(rail, currency, SlotStatus.BROKEN, documents),
                breaks=breaks.get(account_name(rail, currency), Counter()),
            )
        )
    return found


def _last_statement(rail: str, currency: str, start: date, documents: Documents) -> Document | None:
    found = documents.find(
        STATEMENTS, equal={"account": account_name(rail, currency)}, at_least=("day", start.isoformat())
    )
    return next((one for one in reversed(found) if one.fields["status"] == TAKEN), None)


def _in_transit(rail: str, currency: str, documents: Documents, journal: RailJournal) -> Iterator[int]:
    """What was booked and is not in its slot yet: the slot's own sums hold the rest."""
    account = account_from(documents.get(account_key(rail, currency)), rail, currency)
    items = journal.items(rail, currency, since=account.ledger_through)
    while chunk := list(islice(items, CHUNK)):
        ids = [SlotName.of_leg(rail, currency, item.key, item.entry_id).id for item in chunk]
        found = documents.run(lambda tx, ids=ids: tx.get(*map(slot_key, ids))).value  # type: ignore[misc]
        for item, document in zip(chunk, found, strict=True):
            if document is None or not _holds(slot_from(document), item):
                yield item.amount_minor


def _holds(slot: Slot, item: JournalItem) -> bool:
    return any(one.entry_id == item.entry_id for one in slot.expected)


def _differences(rail: str, currency: str, status: SlotStatus, documents: Documents) -> int:
    wanted = {"account": account_name(rail, currency), "status": status.value}
    return sum(slot_from(one).difference_minor for one in every_document(documents, MATCHES, equal=wanted))


def _breaks(documents: Documents) -> dict[str, Counter[str]]:
    """Open cases of reconciliation by account and kind."""
    counted: dict[str, Counter[str]] = {}
    for one in every_document(documents, CASES, equal={"gate": GATE, "status": OPEN}):
        account = account_name(one.fields["rail"], one.fields["currency"])
        counted.setdefault(account, Counter())[one.fields["reasons"][0]["code"]] += 1
    return counted
