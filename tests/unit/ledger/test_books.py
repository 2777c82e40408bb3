"""The ledger: holds, movements, and the proof of the books."""

from __future__ import annotations

import pytest

from shared.adapters.memory.clock import ManualClock
from shared.adapters.memory.documents import InMemoryDocuments
from shared.kernel.assessment import Reason
from shared.kernel.errors import ClearwayError, KernelError
from shared.kernel.hold import Hold
from shared.kernel.money import Money
from shared.ledger.commands.book_money import DoubleEntryLedger
from shared.ledger.commands.open_account import open_account
from shared.ledger.documents import account_key
from shared.ledger.domain.account import Account
from shared.ledger.domain.chart import HOUSE_SHARDS, shard_of
from shared.ledger.domain.errors import LedgerError
from shared.ledger.domain.journal import JournalEntry, Line, Side
from shared.ledger.queries.check_books import check_books
from shared.ledger.queries.get_account import get_account
from shared.ports.documents import Key, Transaction
from shared.ports.ledger import Booking, Movement, Place, RailSettlement, Wallet
from tests.support.builders import NOON, TENANT

LEDGER = DoubleEntryLedger()
HOUSE = RailSettlement("bank")


@pytest.fixture
def store() -> InMemoryDocuments:
    store = InMemoryDocuments(ManualClock(NOON))
    for account in ("acc_a", "acc_b"):
        store.run(lambda tx, a=account: open_account(tx, a, tenant=TENANT, customer_id="c", currency="USD"))  # type: ignore[misc]
    return store


def moved(store: InMemoryDocuments, number: int, *, source: Place, to: Place, minor: int, held: bool = False) -> None:
    account_id = source.account_id if isinstance(source, Wallet) else ""
    holds = (Hold(f"h{number}", account_id, Money(minor, "USD"), NOON),) if held else ()
    booking = Booking(f"e{number}", f"p{number}", "USD", (Movement(source, to, minor),), NOON, "book", holds)
    assert store.run(lambda tx: LEDGER.book(tx, booking)).value is None


def hold(store: InMemoryDocuments, account: str, money: Money) -> Reason | None:
    return store.run(lambda tx: LEDGER.hold(tx, Hold("h", account, money, NOON))).value


def account(store: InMemoryDocuments, account_id: str = "acc_a") -> Account:
    return get_account(account_id, tenant=TENANT, reader=store)


def test_a_deposit_a_hold_and_a_payout_leave_the_books_balanced(store: InMemoryDocuments) -> None:
    moved(store, 1, source=HOUSE, to=Wallet("acc_a"), minor=100_00)
    assert hold(store, "acc_a", Money(30_00, "USD")) is None
    assert (account(store).available, account(store).held) == (Money(70_00, "USD"), Money(30_00, "USD"))
    moved(store, 2, source=Wallet("acc_a"), to=HOUSE, minor=30_00, held=True)
    assert (account(store).available, account(store).held) == (Money(70_00, "USD"), Money(0, "USD"))
    moved(store, 3, source=Wallet("acc_a"), to=Wallet("acc_b"), minor=20_00)
    books = check_books(store, {})
    assert books.balanced
    assert books.debits_minor == {"USD": 150_00}
    assert books.entries == 3


@pytest.mark.parametrize(
    ("money", "code"),
    [
        (Money(100_00, "USD"), None),
        (Money(100_01, "USD"), "insufficient_funds"),
        (Money(1, "EUR"), "insufficient_funds"),
        (Money(0, "USD"), "insufficient_funds"),
        (Money(-1, "USD"), "insufficient_funds"),
    ],
)
def test_no_more_is_held_than_is_there(store: InMemoryDocuments, money: Money, code: str | None) -> None:
    moved(store, 1, source=HOUSE, to=Wallet("acc_a"), minor=100_00)
    refused = hold(store, "acc_a", money)
    assert (refused and refused.code) == code


def test_what_is_held_cannot_be_held_again_until_it_is_released(store: InMemoryDocuments) -> None:
    moved(store, 1, source=HOUSE, to=Wallet("acc_a"), minor=100_00)
    assert hold(store, "acc_a", Money(60_00, "USD")) is None
    assert hold(store, "acc_a", Money(60_00, "USD")) is not None

    def release(tx: Transaction) -> None:
        tx.create(Key("guards", "one"), {})
        LEDGER.release(tx, Hold("h", "acc_a", Money(60_00, "USD"), NOON))

    store.run(release)
    assert hold(store, "acc_a", Money(60_00, "USD")) is None


def test_a_hold_on_no_account_is_refused(store: InMemoryDocuments) -> None:
    refused = hold(store, "acc_none", Money(1, "USD"))
    assert refused is not None
    assert refused.code == "account_not_found"


def test_the_same_entry_is_booked_once(store: InMemoryDocuments) -> None:
    moved(store, 1, source=HOUSE, to=Wallet("acc_a"), minor=100_00)
    with pytest.raises(ClearwayError) as caught:
        moved(store, 1, source=HOUSE, to=Wallet("acc_a"), minor=100_00)
    assert caught.value.code is KernelError.ALREADY_EXISTS
    assert account(store).posted == Money(100_00, "USD")


def test_an_entry_that_does_not_balance_cannot_exist() -> None:
    lines = (Line("a", Side.DEBIT, 5), Line("b", Side.CREDIT, 4))
    for broken in (lines, lines[:1], (Line("a", Side.DEBIT, 0), Line("b", Side.CREDIT, 0))):
        with pytest.raises(ClearwayError) as caught:
            JournalEntry("e", "p", "USD", broken, NOON)
        assert caught.value.code is LedgerError.UNBALANCED


def test_the_proof_finds_each_kind_of_difference(store: InMemoryDocuments) -> None:
    moved(store, 1, source=HOUSE, to=Wallet("acc_a"), minor=100_00)
    assert check_books(store, {"acc_a": 5}).differences == ("acc_a: 0 held but live payments hold 5",)

    def tamper(tx: Transaction) -> None:
        (document,) = tx.get(account_key("acc_a"))
        assert document is not None
        tx.replace(document.key, {**document.fields, "debits_posted_minor": 100_01})

    store.run(tamper)
    books = check_books(store, {})
    assert not books.balanced
    assert books.debits_minor == {"USD": 200_01}
    assert books.differences == (
        "acc_a: overdrawn, -0.01 USD available",
        "acc_a: debits are 10001 but the journal says 0",
    )


def test_another_tenants_account_is_not_there(store: InMemoryDocuments) -> None:
    with pytest.raises(ClearwayError) as caught:
        get_account("acc_a", tenant="other", reader=store)
    assert caught.value.code is LedgerError.UNKNOWN_ACCOUNT


def test_house_writes_spread_over_all_shards() -> None:
    assert {shard_of(f"entry-{number}") for number in range(500)} == set(range(HOUSE_SHARDS))
