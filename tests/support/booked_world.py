"""Legs that were booked, their payments, and ACH files that held them: our side of a reconciliation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from shared.adapters.memory.clock import ManualClock
from shared.adapters.memory.documents import InMemoryDocuments
from shared.adapters.memory.objects import InMemoryObjects
from shared.kernel import ids
from shared.kernel.money import Money
from shared.kernel.party import Direction
from shared.ledger.commands.book_money import DoubleEntryLedger
from shared.ledger.queries.rail_journal import RailJournalOfDocuments
from shared.payments.documents import payment_from, payment_key, payment_to_fields
from shared.payments.domain.history import Entry
from shared.payments.domain.legs import Leg, LegRole, LegStatus, Route
from shared.payments.domain.payment import Payment, submitted
from shared.payments.domain.states import State
from shared.payments.queries.leg_book import LegBookOfPayments
from shared.ports.documents import Transaction
from shared.ports.ledger import Booking, House, HouseAccount, Movement, RailSettlement
from shared.rails.ach_documents import entry_key, entry_to_fields
from shared.rails.domain.ach.entry import AchEntry, EntryKind, EntryStatus, Service
from shared.rails.domain.banking_days import is_banking_day
from shared.rails.queries.ach_batches import AchBatches
from shared.reconciliation.commands.desk import Desk
from shared.reconciliation.commands.reconcile import reconcile
from shared.reconciliation.documents import CASES, GATE
from shared.reconciliation.policy import tolerances
from shared.reconciliation.queries.positions import Position, positions
from tests.support.builders import DRIVE, TENANT, a_request

TRANSIT = House(HouseAccount.IN_TRANSIT)
MONDAY = date(2026, 3, 2)


def noon(day: date) -> datetime:
    """Midday in UTC, which is the same day everywhere that matters here."""
    return datetime.combine(day, time(14), UTC)


class BookedWorld:
    """Books, files and the job over in-memory twins, at the start of a Monday."""

    def __init__(self, documents: Any = None, objects: Any = None, clock: ManualClock | None = None) -> None:
        self.clock = clock or ManualClock(datetime.combine(MONDAY, time(), UTC))
        self.documents = documents or InMemoryDocuments(self.clock)
        self.objects = objects or InMemoryObjects()
        self.ledger = DoubleEntryLedger()
        self.desk = Desk(
            documents=self.documents,
            objects=self.objects,
            clock=self.clock,
            legs=LegBookOfPayments(self.documents),
            journal=RailJournalOfDocuments(self.documents),
            batches=AchBatches(self.documents),
            tolerances=tolerances(),
            is_banking_day=is_banking_day,
            chunk=7,
        )

    def begin(self, name: str, rail: str, amount_minor: int, at: datetime, currency: str = "USD") -> str:
        """A leg that its rail has, which has not been decided: above zero collects, below pays out. Returns its key."""
        role = LegRole.COLLECT if amount_minor > 0 else LegRole.PAY_OUT
        request = a_request(name, money=Money(abs(amount_minor), currency))
        begun = submitted(request, now=at, drive=DRIVE)
        leg = Leg(role, ids.leg_key(begun.id, role.value), rail, LegStatus.PENDING, 1, at)
        state = State.COLLECTING if role is LegRole.COLLECT else State.PAYING_OUT
        history = (*begun.history, Entry(2, state, "settlement", at))
        payment = replace(begun, state=state, route=Route.TRANSFER, legs=(leg,), history=history)
        self._run(lambda tx: tx.create(payment_key(payment.id), payment_to_fields(payment)))
        return leg.key

    def accept(self, key: str, at: datetime) -> None:
        """The rail moved the leg's money: booked, as settlement does."""
        self._conclude(key, at, LegStatus.ACCEPTED)

    def bounce(self, key: str, at: datetime) -> None:
        """The rail moved the money and took it back before the leg counted as accepted: nothing is booked."""
        self._conclude(key, at, LegStatus.RETURNED, booked=False)

    def send_back(self, key: str, at: datetime) -> None:
        """The rail returned an accepted leg: booked the other way."""
        self._conclude(key, at, LegStatus.RETURNED)

    def move(self, name: str, rail: str, amount_minor: int, at: datetime, currency: str = "USD") -> str:
        """A leg that was accepted at a moment; returns its key."""
        key = self.begin(name, rail, amount_minor, at, currency)
        self.accept(key, at)
        return key

    def file(self, file_id: str, legs: Mapping[str, int]) -> dict[str, str]:
        """An ACH file that held these legs, by key, with their signed amounts; returns their trace numbers."""
        traces = {key: f"12104288{ids.derive('t', file_id, key).encode().hex()[-60:]}" for key in legs}
        numbers = {key: f"12104288{int(trace[8:], 16) % 10_000_000:07d}" for key, trace in traces.items()}

        def work(tx: Transaction) -> None:
            for key, amount_minor in legs.items():
                entry = AchEntry(
                    key=key,
                    kind=EntryKind.PAYMENT,
                    service=Service.STANDARD,
                    direction=Direction.DEBIT if amount_minor > 0 else Direction.CREDIT,
                    amount_cents=abs(amount_minor),
                    account_ref="ref",
                    queued_at=self.clock.now(),
                    due_from=self.clock.now(),
                    status=EntryStatus.CLAIMED,
                    file_id=file_id,
                    trace_number=numbers[key],
                )
                tx.create(entry_key(key), entry_to_fields(entry))

        self._run(work)
        return numbers

    def put(self, name: str, data: bytes) -> None:
        """A file from the bank, below the folder of statements."""
        assert self.objects.put_new(f"statements/inbound/{name}", data)

    def run(self, at: datetime | None = None) -> Mapping[str, int]:
        """The job, at a moment or now."""
        if at is not None:
            self.clock.advance_to(at)
        return reconcile(self.desk)

    def cases(self, status: str = "open") -> dict[str, str]:
        """Cases of reconciliation with a status: their codes by id, without the part that all ids have."""
        found = self.documents.find(CASES, equal={"gate": GATE, "status": status}, limit=10_000)
        return {one.key.id.removeprefix("recon."): one.fields["reasons"][0]["code"] for one in found}

    def texts(self) -> list[str]:
        """What the open cases say."""
        found = self.documents.find(CASES, equal={"gate": GATE, "status": "open"})
        return [one.fields["reasons"][0]["text"] for one in found]

    def positions(self) -> dict[str, Position]:
        """Each account at a glance, by rail and currency."""
        today = self.clock.now().date()
        found = positions(
            documents=self.documents,
            journal=self.desk.journal,
            looked_back_to=lambda rail: tolerances().of(rail, today).looked_back_to(today),
        )
        return {f"{one.rail}.{one.currency}": one for one in found}

    def _run(self, work: Any) -> None:
        self.documents.run(work)

    def _conclude(self, key: str, at: datetime, status: LegStatus, *, booked: bool = True) -> None:
        payment_id = key.partition(".")[0]

        def work(tx: Transaction) -> None:
            (document,) = tx.get(payment_key(payment_id))
            assert document is not None
            payment = payment_from(document)
            (leg,) = payment.legs
            after = self._booked(tx, payment, leg, status, at) if booked else replace(leg, status=status)
            version = len(payment.history) + 1
            state = State.COMPLETED if status is LegStatus.ACCEPTED else State.RETURNED if booked else State.FAILED
            history = (*payment.history, Entry(version, state, "settlement", at))
            changed = replace(payment, state=state, history=history).with_leg(after)
            tx.replace(document.key, payment_to_fields(changed))

        self._run(work)

    def _booked(self, tx: Transaction, payment: Payment, leg: Leg, status: LegStatus, at: datetime) -> Leg:
        rail, amount_minor = RailSettlement(leg.rail), payment.request.money.amount_minor
        inward = (leg.role is LegRole.COLLECT) is (status is LegStatus.ACCEPTED)
        movement = Movement(rail, TRANSIT, amount_minor) if inward else Movement(TRANSIT, rail, amount_minor)
        entry_id = ids.event_id(payment.id, payment.version + 1)
        if status is LegStatus.RETURNED:
            entry_id = f"{payment.id}.{leg.role.value}.returned"
        booking = Booking(
            entry_id=entry_id,
            payment_id=payment.id,
            currency=payment.request.money.currency,
            movements=(movement,),
            at=at,
            kind="return" if status is LegStatus.RETURNED else "collection",
            reverses=leg.entry_id if status is LegStatus.RETURNED else "",
            reference=leg.key,
        )
        assert self.ledger.book(tx, booking) is None
        return replace(leg, status=status, entry_id=leg.entry_id if status is LegStatus.RETURNED else entry_id)


__all__ = ["MONDAY", "TENANT", "BookedWorld", "noon"]
