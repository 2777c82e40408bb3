"""Many clients on one wallet and one house account at once: holds, bookings and releases that would overdraw it.

It is both a benchmark (`make bench`) and a test: whatever the clients did, the wallet is not overdrawn, and what is in
the books is what they were told.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import Random

from shared.kernel.assessment import Reason
from shared.kernel.hold import Hold
from shared.kernel.money import Money
from shared.kernel.usage import measured
from shared.ledger.commands.book_money import DoubleEntryLedger
from shared.ledger.commands.open_account import open_account
from shared.ledger.domain.account import Account
from shared.ledger.queries.get_account import get_account
from shared.ledger.queries.verify_books import Books, verify_books
from shared.ports.clock import Clock
from shared.ports.documents import Key, Transaction
from shared.ports.ledger import Booking, House, HouseAccount, Movement, RailSettlement, Wallet
from shared.runtime.backbone import Documents

TENANT, WALLET, CURRENCY = "bench", "acc_hot", "USD"
FUNDS_MINOR = 1_000
_LEDGER = DoubleEntryLedger()
_RAIL, _FEES, _PLACE = RailSettlement("bench"), House(HouseAccount.FEES), Wallet(WALLET)


@dataclass(slots=True)
class Told:
    """What one client was told: minor units that it paid in and out, and those that it still holds."""

    commits: int = 0
    refusals: int = 0
    conflicts: int = 0
    in_minor: int = 0
    out_minor: int = 0
    held_minor: int = 0


@dataclass(frozen=True, slots=True)
class HotWallet:
    """What came of it. `books` is the proof of the books, `expected_minor` what all clients together were told."""

    told: tuple[Told, ...]
    elapsed_s: float
    account: Account
    books: Books
    expected_minor: int

    @property
    def commits(self) -> int:
        """Everything that was committed."""
        return sum(one.commits for one in self.told)

    @property
    def conflicts(self) -> int:
        """How often a commit met another writer and began again."""
        return sum(one.conflicts for one in self.told)

    @property
    def refusals(self) -> int:
        """How often there was not enough left."""
        return sum(one.refusals for one in self.told)

    def __str__(self) -> str:
        """For people."""
        return (
            f"{len(self.told)} clients on one wallet: {self.commits / self.elapsed_s:.0f} commits a second "
            f"({self.commits} in {self.elapsed_s:.1f} s, {self.conflicts / max(1, self.commits):.1f} conflicts each, "
            f"{self.refusals} refused for want of funds), books {'in order' if self.books.balanced else 'NOT IN ORDER'}"
        )


def hot_wallet(stores: Sequence[Documents], rounds: int, *, clock: Clock, seed: int = 1) -> HotWallet:
    """One client for each store (they are of one database), each with `rounds` rounds, all at once."""
    stores[0].run(lambda tx: open_account(tx, WALLET, tenant=TENANT, customer_id="c", currency=CURRENCY))
    funding = Booking("funding", "funding", CURRENCY, (Movement(_RAIL, _PLACE, FUNDS_MINOR),), clock.now(), "deposit")
    stores[0].run(lambda tx: _LEDGER.book(tx, funding))
    start = threading.Barrier(len(stores))

    def client(number: int) -> Told:
        one = _Client(stores[number], number, Random(f"{seed}/{number}"), clock)  # noqa: S311 - seeded on purpose
        start.wait()
        with measured() as counts:
            for round_ in range(rounds):
                one.round(round_)
        one.told.conflicts = counts.conflicts
        return one.told

    began = time.monotonic()
    with ThreadPoolExecutor(len(stores)) as pool:
        told = tuple(pool.map(client, range(len(stores))))
    elapsed_s = time.monotonic() - began
    return HotWallet(
        told,
        elapsed_s,
        get_account(WALLET, tenant=TENANT, reader=stores[0]),
        verify_books(stores[0], {WALLET: sum(one.held_minor for one in told)}),
        FUNDS_MINOR + sum(one.in_minor - one.out_minor for one in told),
    )


class _Client:
    """Sets money aside and pays it out, or gives it back; pays at once; pays in; shares of the whole at a time."""

    def __init__(self, store: Documents, number: int, dice: Random, clock: Clock) -> None:
        self.store, self.number, self.dice, self.clock = store, number, dice, clock
        self.told = Told()

    def round(self, round_: int) -> None:
        """One of the things that a client does."""
        name, minor = f"{self.number}-{round_}", self.dice.randint(20, 120)
        what = self.dice.random()
        if what < 0.5:
            self._hold(name, minor)
        elif what < 0.65:
            self._book(name, (Movement(_PLACE, _RAIL, minor - 1), Movement(_PLACE, _FEES, 1)), out_minor=minor)
        else:
            self._book(name, (Movement(_RAIL, _PLACE, minor),), in_minor=minor)

    def _hold(self, name: str, minor: int) -> None:
        hold = Hold(name, WALLET, Money(minor, CURRENCY), self.clock.now())
        key = Key("owners", name)

        def pend(tx: Transaction) -> Reason | None:
            reason = _LEDGER.hold(tx, hold)
            if reason is None:
                tx.create(key, {"status": "pending"})
            return reason

        if not self._done(pend):
            return
        end = self.dice.random()
        if end < 0.2:
            self.told.held_minor += minor  # left on its way
            return

        def release(tx: Transaction) -> None:
            tx.get(key)
            _LEDGER.release(tx, hold)
            tx.replace(key, {"status": "voided"})

        if end < 0.5:
            self._done(release)
        else:
            paid = self.dice.choice([minor, minor // 2])
            movements = (Movement(_PLACE, _RAIL, paid - 1), Movement(_PLACE, _FEES, 1))
            self._book(name, movements, holds=(hold,), out_minor=paid)

    def _book(
        self,
        name: str,
        movements: tuple[Movement, ...],
        *,
        holds: tuple[Hold, ...] = (),
        in_minor: int = 0,
        out_minor: int = 0,
    ) -> None:
        booking = Booking(f"e-{name}", name, CURRENCY, movements, self.clock.now(), "bench", holds)
        keys = [Key("owners", hold.id) for hold in holds]

        def book(tx: Transaction) -> Reason | None:
            tx.get(*keys)
            reason = _LEDGER.book(tx, booking)
            for key in keys if reason is None else ():
                tx.replace(key, {"status": "posted"})
            return reason

        if self._done(book):
            self.told.in_minor += in_minor
            self.told.out_minor += out_minor

    def _done(self, work: Callable[[Transaction], Reason | None]) -> bool:
        """Whether it was committed; else it was refused."""
        reason = self.store.run(work).value
        if reason is None:
            self.told.commits += 1
        else:
            self.told.refusals += 1
        return reason is None
