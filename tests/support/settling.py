"""A bench for money that moves: approved payments over the real ledger, rails in memory, and what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from scripts.verify_payment import payment_differences
from shared.adapters.memory.clock import ManualClock
from shared.adapters.memory.documents import InMemoryDocuments
from shared.adapters.memory.rail import InMemoryRail
from shared.adapters.memory.rail_outcomes import OUTCOMES, Outcome
from shared.kernel import ids
from shared.kernel.hold import Hold
from shared.kernel.money import Money
from shared.kernel.party import InstrumentKind, Party
from shared.ledger.commands.book_money import DoubleEntryLedger
from shared.ledger.commands.open_account import open_account
from shared.ledger.documents import JOURNAL, entry_from
from shared.ledger.domain.journal import Side
from shared.ledger.queries.get_account import get_account
from shared.ledger.queries.verify_books import verify_books
from shared.payments.commands.begin_leg import begin
from shared.payments.commands.pipeline import Pipeline
from shared.payments.commands.settle_payment import settle_payment
from shared.payments.commands.settlement import Carrier, Settlement
from shared.payments.commands.take_news import take_news
from shared.payments.documents import payment_from, payment_key, payment_to_fields
from shared.payments.domain.legs import LegRole, Route, route_of
from shared.payments.domain.payment import Payment, submitted
from shared.payments.domain.request import InstrumentRef, PaymentRequest
from shared.payments.domain.states import State
from shared.payments.queries.all_payments import all_payments, held_by_account
from shared.ports.documents import Committed, Document, Transaction, Transactor
from shared.ports.ledger import Booking, Movement, RailSettlement, Wallet
from shared.ports.rail import Answer, News, RailStatus
from shared.ports.routing import HoldPolicy, Router
from tests.support.builders import ADA, BOB, DRIVE, NOON, TENANT, a_party
from tests.support.choices import FixedRouter
from tests.support.plain import NothingKept

T = TypeVar("T")

AMOUNT, FEE = 100_00, 1_50
GRACE_S, TIMEOUT_S = 10.0, 2.0
ROLES = {"C": LegRole.COLLECT, "P": LegRole.PAY_OUT, "B": LegRole.PUT_BACK}
SAYINGS = {
    "+": RailStatus.ACCEPTED,
    "-": RailStatus.REJECTED,
    "~": RailStatus.RETURNED,
    "?": RailStatus.PENDING,
}


@dataclass(frozen=True)
class Change:
    """What one step changed: minor units credited (below zero: debited) by account, and the codes of new cases."""

    payment: Payment
    moved: dict[str, int]
    cases: tuple[str, ...]


class Bench:
    """Ada and Bob, each with a wallet of 500.00 US dollars, and two rails that can carry anything."""

    def __init__(
        self,
        *,
        router: Router | None = None,
        hold_policy: HoldPolicy | None = None,
        rails: tuple[str, ...] = ("one",),
        outcomes: Mapping[str, Outcome] | None = None,
    ) -> None:
        """`outcomes` is what a rail of that name does with everything; the account decides where none is given."""
        self.clock = ManualClock(NOON)
        self.documents = InMemoryDocuments(self.clock)
        self.ledger = DoubleEntryLedger()
        self.pipeline = Pipeline(self.documents, self.clock, DRIVE)
        self.rails = {name: self._rail(name, (outcomes or {}).get(name)) for name in rails}
        self.settlement = Settlement(
            self.pipeline,
            self.ledger,
            router or FixedRouter(debit=rails, credit=rails),
            hold_policy or NothingKept(),
            {name: Carrier(rail, GRACE_S) for name, rail in self.rails.items()},
        )
        for customer in (ADA, BOB):
            self._fund(customer, 500_00)

    def _rail(self, name: str, outcome: Outcome | None) -> InMemoryRail:
        outcomes = {"0000": outcome} if outcome else OUTCOMES
        return InMemoryRail(self.clock, name=name, timeout_s=TIMEOUT_S, outcomes=outcomes)

    def approved(
        self,
        route: Route,
        *,
        key: str = "key-1",
        amount_minor: int = AMOUNT,
        fee_minor: int = 0,
        payer_account: str = "100000000",
        payee_account: str = "100000000",
    ) -> str:
        """The id of a payment that both gates let pass, of Ada to Bob; its funds are held where a wallet pays."""
        source = _party(ADA, payer_account, wallet=not route.collects)
        destination = _party(BOB, payee_account, wallet=not route.pays_out)
        request = PaymentRequest(
            TENANT, key, Money(amount_minor, "USD"), _ref(source), _ref(destination), description="rent"
        )
        payment = submitted(request, now=self.clock.now(), drive=DRIVE)
        return self._let_pass(payment, source, destination, fee_minor)

    def approve_refund(self, refund: Payment) -> str:
        """The id of a refund that was submitted, when both gates have let it pass."""
        original = self.payment(refund.request.refund_of)
        assert original.source is not None
        assert original.destination is not None
        return self._let_pass(refund, original.destination, original.source, 0)

    def _let_pass(self, payment: Payment, source: Party, destination: Party, fee_minor: int) -> str:
        route = route_of(source, destination)
        assert isinstance(route, Route)
        money = payment.request.money
        hold = Hold(payment.id, source.instrument.account_id, Money(money.amount_minor + fee_minor, "USD"), NOON)
        payment = replace(
            payment,
            source=source,
            destination=destination,
            route=route,
            fee_minor=fee_minor,
            holds=() if route.collects else (hold,),
        )
        for state, step in ((State.RECEIVED, "intake"), (State.SCORED, "fraud"), (State.APPROVED, "compliance")):
            payment = payment.advance(state, step=step, now=self.clock.now(), drive=DRIVE)

        def work(tx: Transaction) -> None:
            document, *_ = tx.get(payment_key(payment.id), *self.ledger.prefetch(hold.account_id or "none"))
            if not route.collects:
                assert self.ledger.hold(tx, hold) is None
            (tx.replace if document else tx.create)(payment_key(payment.id), payment_to_fields(payment))

        self.documents.run(work)
        return payment.id

    def payment(self, payment_id: str) -> Payment:
        """The payment as it stands."""
        document = self.documents.get(payment_key(payment_id))
        assert document is not None
        return payment_from(document)

    def settle(self, payment_id: str) -> Payment:
        """One call of settlement."""
        return settle_payment(payment_id, self.settlement)

    def say(self, payment_id: str, role: LegRole, answer: Answer, *, rail: str = "one") -> Payment:
        """The rail's word on a leg, as news."""
        return take_news(News(rail, ids.leg_key(payment_id, role.value), answer), self.settlement)

    def play(self, payment_id: str, story: str) -> Payment:
        """Play a story of steps: `>` begins what is due, and tells no rail; any other is a leg and what its rail says.

        Legs are C (collect), P (pay out), B (put back); a rail says + (accepted), - (rejected), ~ (returned) and
        ? (pending).
        """
        for step in story.split():
            if step == ">":
                begin(payment_id, self.settlement)
            else:
                self.say(payment_id, ROLES[step[0]], answer(SAYINGS[step[1]]))
        return self.payment(payment_id)

    def change(self, payment_id: str, story: str) -> Change:
        """Play a story, and tell what it changed; the books are in order after it."""
        entries, cases = self._entries(), self.cases()
        payment = self.play(payment_id, story)
        moved: Counter[str] = Counter()
        for entry_id, lines in self._entries().items():
            if entry_id not in entries:
                moved.update(lines)
        assert self.differences() == ()
        opened = [code for case, codes in self.cases().items() if case not in cases for code in codes]
        return Change(payment, {name: minor for name, minor in moved.items() if minor}, tuple(opened))

    def cases(self) -> dict[str, tuple[str, ...]]:
        """The codes of every case, by its id."""
        found = self.documents.find("cases")
        return {one.key.id: tuple(reason["code"] for reason in one.fields["reasons"]) for one in found}

    def differences(self) -> tuple[str, ...]:
        """What the proof of the books finds, and what differs from what the payments say was booked."""
        payments = list(all_payments(self.documents))
        books = verify_books(self.documents, held_by_account(payments))
        assert books.debits_minor == books.credits_minor
        entries = [entry_from(document) for document in self.documents.find(JOURNAL)]
        of_payments = [
            difference
            for payment in payments
            for difference in payment_differences(payment, [one for one in entries if one.payment_id == payment.id])
        ]
        return tuple(map(str, (*books.differences, *of_payments)))

    def balances(self) -> dict[str, int]:
        """Minor units by account, above zero on the credit side, as the journal has them."""
        total: Counter[str] = Counter()
        for lines in self._entries().values():
            total.update(lines)
        return dict(total)

    def available_minor(self, customer: str = BOB) -> int:
        """What may be spent of a customer's wallet."""
        return get_account(_wallet(customer), tenant=TENANT, reader=self.documents).available.amount_minor

    def spend(self, customer: str, amount_minor: int, number: int = 1) -> None:
        """Money of a wallet goes away for something else."""
        movement = Movement(Wallet(_wallet(customer)), RailSettlement("elsewhere"), amount_minor)
        self._book(f"spent-{customer}-{number}", movement)

    def _fund(self, customer: str, amount_minor: int) -> None:
        def work(tx: Transaction) -> None:
            open_account(tx, _wallet(customer), tenant=TENANT, customer_id=customer, currency="USD")

        self.documents.run(work)
        movement = Movement(RailSettlement("elsewhere"), Wallet(_wallet(customer)), amount_minor)
        self._book(f"funding-{customer}", movement)

    def _book(self, entry_id: str, movement: Movement) -> None:
        booking = Booking(entry_id, entry_id, "USD", (movement,), NOON, "book")
        assert self.documents.run(lambda tx: self.ledger.book(tx, booking)).value is None

    def _entries(self) -> dict[str, Counter[str]]:
        entries: dict[str, Counter[str]] = {}
        for document in self.documents.find(JOURNAL):
            lines = entries.setdefault(document.key.id, Counter())
            for line in entry_from(document).lines:
                lines[_short(line.account)] += line.amount_minor if line.side is Side.CREDIT else -line.amount_minor
        return entries


class Meanwhile:
    """A store in which something else happens between the reads and the commit of the first unit of work."""

    def __init__(self, inner: Transactor, meanwhile: Callable[[], object]) -> None:
        self.inner, self.meanwhile = inner, [meanwhile]

    def run(
        self, work: Callable[[Transaction], T], *, known: Sequence[Document] = (), deadline_s: float = 20.0
    ) -> Committed[T]:
        """See `Transactor.run`."""

        def interrupted(tx: Transaction) -> T:
            value = work(tx)
            if self.meanwhile:
                self.meanwhile.pop()()
            return value

        return self.inner.run(interrupted, known=known, deadline_s=deadline_s)


def answer(status: RailStatus, *, check_at: datetime | None = None) -> Answer:
    """What a rail says; a reason where there would be one."""
    code = "R01" if status in (RailStatus.REJECTED, RailStatus.RETURNED) else ""
    return Answer(status, "ref", code, "no funds" if code else "", check_at)


def _wallet(customer: str) -> str:
    return a_party(customer=customer).instrument.account_id


def _short(account: str) -> str:
    """An account as a table names it: the payer's wallet, the payee's, a rail, or one of the house's."""
    wallets = {_wallet(ADA): "payer", _wallet(BOB): "payee"}
    return wallets.get(account) or account.removeprefix("house.").removeprefix("rail-settlement.").removesuffix(".USD")


def _party(customer: str, account_number: str, *, wallet: bool) -> Party:
    if wallet:
        return a_party(customer=customer)
    party = a_party(InstrumentKind.BANK_ACCOUNT, customer)
    return replace(party, instrument=replace(party.instrument, account_number=account_number))


def _ref(party: Party) -> InstrumentRef:
    return InstrumentRef(party.customer_id, party.instrument.id)
