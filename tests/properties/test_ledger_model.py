"""Random operations on the ledger and on an independent model of it: every outcome and every balance is the same."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from shared.adapters.memory.clock import ManualClock
from shared.adapters.memory.documents import InMemoryDocuments
from shared.kernel.assessment import Reason
from shared.kernel.errors import ClearwayError
from shared.kernel.hold import Hold, HoldStatus
from shared.kernel.money import Money
from shared.ledger.commands.book_money import DoubleEntryLedger
from shared.ledger.commands.change_status import change_status
from shared.ledger.commands.open_account import open_account
from shared.ledger.commands.reverse_entry import reverse_entry
from shared.ledger.domain.account import AccountStatus
from shared.ledger.queries.booked_before import booked_before
from shared.ledger.queries.verify_books import verify_books
from shared.ports.documents import Document, Key, Transaction
from shared.ports.ledger import Booking, House, HouseAccount, Movement, Place, RailSettlement, Wallet
from tests.properties.ledger_model import Model, ModelHold, Wanted
from tests.support.builders import NOON, TENANT

RUNS = 50
OPERATIONS = 2_000
WALLETS = {
    "acc_shut": "USD",
    "acc_u1": "USD",
    "acc_u2": "USD",
    "acc_u3": "USD",
    "acc_j1": "JPY",
    "acc_j2": "JPY",
    "acc_k1": "KWD",
}
OPEN = [wallet for wallet in WALLETS if wallet != "acc_shut"]
CURRENCIES = ("USD", "JPY", "KWD")
RAIL = "house.rail-settlement.ach"
HOUSES: dict[str, Place] = {f"house.{account.value}": House(account) for account in HouseAccount}
HOUSES[RAIL] = RailSettlement("ach")
NOBODY, SHUT = "acc_nobody", "acc_shut"  # a wallet that does not exist, and one that was closed
LEDGER = DoubleEntryLedger()
EXPECTED = {
    "account_closed",
    "account_frozen",
    "account_not_empty",
    "account_not_found",
    "already_exists",
    "already_reversed",
    "amount_out_of_range",
    "currency_mismatch",
    "done",
    "entry_not_found",
    "exceeds_hold",
    "exceeds_what_comes_in",
    "hold_expired",
    "hold_given_back_twice",
    "hold_not_open",
    "hold_of_another_account",
    "insufficient_funds",
    "not_reversible",
    "same_account",
}


def moment(tick: int) -> datetime:
    return NOON + timedelta(seconds=tick)


@dataclass(frozen=True)
class Standing:
    """What one balance document says: of which place and currency, and what is posted."""

    place: tuple[str, str]
    debits: int
    credits: int

    @staticmethod
    def of(document: Document) -> Standing:
        fields = document.fields
        currency = fields["currency"]
        place = fields.get("account", document.key.id).removesuffix(f".{currency}"), currency
        return Standing(place, fields.get("debits_posted_minor", 0), fields.get("credits_posted_minor", 0))


NONE = Standing(("", ""), 0, 0)


class Drive:
    """One run: the ledger over documents, the model beside it, and the dice."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(seed)
        self.store = InMemoryDocuments(ManualClock(NOON))
        self.model = Model(dict(WALLETS))
        self.holds: dict[str, Hold] = {}
        self.booked: list[Wanted] = []
        self.tick = 0
        self.outcomes: Counter[str] = Counter()
        self.balances: dict[str, tuple[int, Standing]] = {}
        self.gave: dict[tuple[str, str], int] = defaultdict(int)
        self.got: dict[tuple[str, str], int] = defaultdict(int)
        self.sums: dict[str, int] = defaultdict(int)
        for account, currency in WALLETS.items():
            self.store.run(
                lambda tx, a=account, c=currency: open_account(tx, a, tenant=TENANT, customer_id="c", currency=c)  # type: ignore[misc]
            )
        change_status(SHUT, AccountStatus.CLOSED, tenant=TENANT, transactor=self.store)
        self.model.status[SHUT] = "closed"

    def step(self) -> None:
        """One operation of either side, compared."""
        self.tick += 1
        operations: list[tuple[Any, int]] = [
            (self.deposit, 20),
            (self.pend, 20),
            (self.post, 16),
            (self.book, 14),
            (self.release, 8),
            (self.reverse, 6),
            (self.give_back, 6),
            (self.again, 5),
            (self.change_status, 5),
        ]
        names, weights = zip(*operations, strict=True)
        operation = self.dice.choices(names, weights)[0]
        found, expected = operation()
        self.outcomes[found or "done"] += 1
        assert found == expected, f"{operation.__name__}: the ledger says {found}, the model {expected}"
        self.compare()

    # What is asked of both sides.

    def deposit(self) -> tuple[str | None, str | None]:
        """Money comes in over the rail, less a fee; some of it may be kept back."""
        wallet = self.wallet()
        currency, minor, fee = WALLETS[wallet], self.amount(400), self.dice.randrange(3)
        movements = [(RAIL, wallet, minor)]
        if fee:
            source = self.dice.choice([RAIL, wallet])
            movements.append((source, "house.fees", fee))
        new_holds = {}
        if self.dice.random() < 0.3:
            kept = self.dice.choice([minor, minor - fee, minor + 1, self.amount(minor)])
            other = self.dice.random() < 0.1
            new_holds[f"h{self.tick}"] = ModelHold(self.wallet() if other else wallet, kept, currency, self.end())
        return self.ask(Wanted(f"e{self.tick}", self.payment(), currency, movements, self.tick, [], new_holds))

    def pend(self) -> tuple[str | None, str | None]:
        """Money is set aside, at times more than is there, or in another currency, or nobody's."""
        wallet = self.dice.choice([NOBODY, SHUT]) if self.dice.random() < 0.05 else self.wallet()
        currency = WALLETS.get(wallet, "USD") if self.dice.random() < 0.95 else self.dice.choice(CURRENCIES)
        again = bool(self.holds) and self.dice.random() < 0.05
        hold_id = self.dice.choice(list(self.holds)) if again else f"h{self.tick}"
        hold = ModelHold(wallet, self.amount(self.dice.choice([300, 300, 3_000])), currency, self.end())
        expected = self.model.pend(hold_id, hold, self.tick)
        asked = self.real_hold(hold_id, hold)

        def work(tx: Transaction) -> Reason | None:
            reason = LEDGER.hold(tx, asked)
            if reason is None:
                tx.create(Key("owners", hold_id), {"status": "pending"})
            return reason

        found = self.run(work)
        if found is None:
            self.holds[hold_id] = asked
        return found, expected

    def post(self) -> tuple[str | None, str | None]:
        """One or two holds are used up: in full, in part, by too much, too late, or again."""
        if not self.holds:
            return None, None
        recent = list(self.holds)[-30:]
        chosen = [self.dice.choice(recent) for _ in range(self.dice.choice([1, 1, 1, 2]))]
        first = self.model.holds[chosen[0]]
        wallet = first.wallet if self.dice.random() < 0.97 else self.wallet()
        currency = first.currency if self.dice.random() < 0.97 else self.dice.choice(CURRENCIES)
        held = sum(self.model.holds[one].minor for one in chosen)
        minor = self.dice.choice([held, held, held, self.amount(held), held + 1])
        to = self.destination(currency, but=wallet)
        fee = self.dice.randrange(3)
        movements = (
            [(wallet, to, minor - fee), (wallet, "house.fees", fee)] if 0 < fee < minor else [(wallet, to, minor)]
        )
        return self.ask(Wanted(f"e{self.tick}", self.payment(), currency, movements, self.tick, chosen))

    def book(self) -> tuple[str | None, str | None]:
        """At once: several movements between wallets, the house and the rail, at times more than is there."""
        currency = self.dice.choice(CURRENCIES)
        movements = []
        for _ in range(self.dice.choice([1, 1, 2, 3])):
            roll = self.dice.random()
            if roll < 0.05:
                source = self.dice.choice([NOBODY, SHUT])
            elif roll < 0.10:
                source = self.wallet()  # of whichever currency
            else:
                source = self.destination(currency)
            # What comes in to a wallet is never looked at: its currency is the caller's to know.
            to = self.destination(currency)
            movements.append((source, to, self.amount(self.dice.choice([200, 200, 2_000]))))
        foreign = {one for one, _, _ in movements if WALLETS.get(one, currency) != currency}
        movements = [one for one in movements if not foreign or one[0] in foreign]
        return self.ask(Wanted(f"e{self.tick}", self.payment(), currency, movements, self.tick))

    def release(self) -> tuple[str | None, str | None]:
        """A hold is given back: voided, or expired; at times once more."""
        if not self.holds:
            return None, None
        hold_id = self.dice.choice(list(self.holds)[-30:])
        expected = self.model.release(hold_id)
        hold = self.holds[hold_id]

        def work(tx: Transaction) -> None:
            (owner,) = tx.get(Key("owners", hold_id))
            LEDGER.release(tx, hold)
            assert owner is not None
            tx.replace(owner.key, {"status": "ended"})

        found = self.run(work)
        late = hold.expires_at is not None and hold.expires_at <= moment(self.tick)
        if found is None:
            self.holds[hold_id] = hold.ended(HoldStatus.EXPIRED if late else HoldStatus.VOIDED)
        return found, expected

    def reverse(self) -> tuple[str | None, str | None]:
        """An entry is undone exactly; at times one that is not there, or once more."""
        known = [one.id for one in self.booked[-40:]]
        entry_id = self.dice.choice([*known, "e0"])
        reversal_id, at = f"r{self.tick}", moment(self.tick)
        expected = self.model.reverse(entry_id, reversal_id, self.tick)
        found = self.run(lambda tx: reverse_entry(tx, entry_id, reversal_id=reversal_id, at=at))
        if found is None:
            entry = self.model.entries[reversal_id]
            self.booked.append(Wanted(reversal_id, entry.payment, entry.currency, [], self.tick, reverses=entry_id))
        return found, expected

    def give_back(self) -> tuple[str | None, str | None]:
        """A return: an entry is undone in part, out of a hold and of what is there; somebody owes the rest."""
        known = [one for one in self.booked[-60:] if one.movements]
        if not known:
            return None, None
        undone = self.dice.choice(known)
        source, to, minor = undone.movements[0]
        back = self.dice.choice([minor, minor, self.amount(minor), minor + 1])
        movements = [(to, source, back)]
        if self.dice.random() < 0.4 and back > 1:
            movements = [(to, source, back - 1), ("house.receivable", source, 1)]
        holds = [
            one for one in list(self.holds)[-20:] if self.model.holds[one].open and self.holds[one].account_id == to
        ]
        payment = undone.payment if self.dice.random() < 0.95 else self.payment()
        wanted = Wanted(f"e{self.tick}", payment, undone.currency, movements, self.tick, holds[:1], {}, undone.id)
        return self.ask(wanted)

    def again(self) -> tuple[str | None, str | None]:
        """A booking that was made comes once more under its id, the same or another."""
        known = [one for one in self.booked[-50:] if one.movements]
        if not known:
            return None, None
        first = self.dice.choice(known)
        movements = list(first.movements)
        if self.dice.random() < 0.5:
            source, to, minor = movements[0]
            movements[0] = (source, to, minor + 1)
        wanted = Wanted(first.id, first.payment, first.currency, movements, self.tick, list(first.holds))
        same = movements == first.movements and not first.reverses
        told = booked_before(self.booking(wanted), reader=self.store)
        assert told is not None
        assert told.code == ("exists" if same else "exists_with_different_content")
        return self.ask(wanted)

    def change_status(self) -> tuple[str | None, str | None]:
        """A wallet is frozen, opened again, or closed, which is for good: so that is tried on empty ones only."""
        wallet = SHUT if self.dice.random() < 0.05 else self.wallet()
        status = self.dice.choice([AccountStatus.OPEN, AccountStatus.OPEN, AccountStatus.FROZEN])
        if self.dice.random() < 0.02:
            status = AccountStatus.CLOSED
        before, place = self.model.status.get(wallet, "open"), (wallet, WALLETS[wallet])
        expected = None
        if before != status.value and before == "closed":
            expected = "account_closed"
        elif before != status.value and status is AccountStatus.CLOSED:
            empty = self.model.got[place] == self.model.gave[place] and not self.model.pending(wallet)
            expected = None if empty else "account_not_empty"
        if expected is None:
            self.model.status[wallet] = status.value
            if status is AccountStatus.OPEN:
                del self.model.status[wallet]
        try:
            change_status(wallet, status, tenant=TENANT, transactor=self.store)
        except ClearwayError as error:
            return error.code.code, expected
        return None, expected

    # How it is asked.

    def ask(self, wanted: Wanted) -> tuple[str | None, str | None]:
        """A booking, of both sides."""
        new_holds = {hold_id: self.real_hold(hold_id, hold) for hold_id, hold in wanted.new_holds.items()}
        booking = self.booking(wanted)
        expected = self.model.book(wanted)

        def work(tx: Transaction) -> Reason | None:
            owners = tx.get(*(Key("owners", one) for one in dict.fromkeys(wanted.holds)))
            reason = LEDGER.book(tx, booking, new_holds=tuple(new_holds.values()))
            if reason is None:
                for owner in owners:
                    assert owner is not None
                    tx.replace(owner.key, {"status": "ended"})
                for hold_id in new_holds:
                    tx.create(Key("owners", hold_id), {"status": "pending"})
            return reason

        found = self.run(work)
        if found is None:
            self.booked.append(wanted)
            self.holds |= new_holds
            for hold_id in wanted.holds:
                hold = self.holds[hold_id]
                self.holds[hold_id] = hold.posted(hold.money.amount_minor)
        return found, expected

    def booking(self, wanted: Wanted) -> Booking:
        """The port's booking of the model's."""
        return Booking(
            wanted.id,
            wanted.payment,
            wanted.currency,
            tuple(Movement(self.place(source), self.place(to), minor) for source, to, minor in wanted.movements),
            moment(wanted.at),
            "kind",
            tuple(self.holds[one] for one in wanted.holds),
            wanted.reverses,
        )

    def run(self, work: Any) -> str | None:
        """A unit of work: the code of its refusal or of its error, or None."""
        try:
            reason = self.store.run(work).value
        except ClearwayError as error:
            return error.code.code
        return reason.code if reason else None

    def real_hold(self, hold_id: str, hold: ModelHold) -> Hold:
        """The kernel's hold of the model's."""
        end = None if hold.expires is None else moment(hold.expires)
        return Hold(hold_id, hold.wallet, Money(hold.minor, hold.currency), moment(self.tick), end)

    def place(self, name: str) -> Place:
        """The port's place of the model's."""
        return HOUSES.get(name) or Wallet(name)

    # The dice.

    def wallet(self) -> str:
        return self.dice.choice(OPEN)

    def destination(self, currency: str, but: str = "") -> str:
        wallets = [one for one in OPEN if WALLETS[one] == currency and one != but]
        return self.dice.choice([*wallets, *wallets, *HOUSES])

    def amount(self, top: int) -> int:
        if self.dice.random() < 0.03:
            return self.dice.choice([0, -1])
        return self.dice.randint(1, max(1, top))

    def end(self) -> int | None:
        return self.tick + self.dice.randint(0, 60) if self.dice.random() < 0.4 else None

    def payment(self) -> str:
        return f"p{self.dice.randrange(40)}"

    # What must be equal, and zero.

    def compare(self) -> None:
        """Every balance of the store is the model's, and each currency's sum is zero.

        A document that has changed has another version, so only those are looked into again.
        """
        accounts = self.store._collections["accounts"]
        for document in (*accounts.values(), *self.store._collections["house_shards"].values()):
            version, before = self.balances.get(document.key.id, (0, NONE))
            if document.version != version:
                now = Standing.of(document)
                self.balances[document.key.id] = document.version, now
                self.gave[now.place] += now.debits - before.debits
                self.got[now.place] += now.credits - before.credits
                self.sums[now.place[1]] += now.credits - now.debits - before.credits + before.debits
        assert set(self.sums.values()) <= {0}, self.sums
        assert _some(self.gave) == _some(self.model.gave)
        assert _some(self.got) == _some(self.model.got)
        for wallet in WALLETS:
            fields = accounts[Key("accounts", wallet)].fields
            assert fields["debits_pending_minor"] == self.model.pending(wallet)
            assert fields["status"] == self.model.status.get(wallet, "open")
            assert self.model.spendable(wallet) >= 0


def _some(sums: dict[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    return {place: minor for place, minor in sums.items() if minor}


def test_the_ledger_does_what_the_model_does(record_property: Callable[[str, object], None]) -> None:
    done, outcomes = 0, Counter[str]()
    for seed in range(RUNS):
        drive = Drive(seed)
        for _ in range(OPERATIONS):
            try:
                drive.step()
            except AssertionError as error:
                raise AssertionError(f"run {seed}, operation {drive.tick}: {error}") from error
            done += 1
        books = verify_books(drive.store, {wallet: drive.model.pending(wallet) for wallet in WALLETS})
        assert books.balanced, [str(difference) for difference in books.differences]
        assert books.entries == len(drive.model.entries)
        outcomes += drive.outcomes
    record_property("operations", done)
    record_property("outcomes", dict(outcomes))
    assert done >= 100_000
    # Everything that a caller can bring about was brought about, many times.
    assert {outcome for outcome, times in outcomes.items() if times >= 40} == EXPECTED
