"""The ledger's commands over documents: hold, release, book, reverse, freeze and close."""

from __future__ import annotations

import pytest

from shared.adapters.memory.documents import InMemoryDocuments
from shared.kernel.errors import ClearwayError, KernelError
from shared.kernel.hold import Hold, HoldStatus
from shared.kernel.money import Money
from shared.kernel.usage import measured
from shared.ledger.commands.change_status import change_status
from shared.ledger.commands.reverse_entry import reverse_entry
from shared.ledger.documents import JOURNAL, entry_from, entry_key
from shared.ledger.domain.account import AccountStatus
from shared.ledger.domain.chart import HOUSE_SHARDS, normal_side, shard_of
from shared.ledger.domain.errors import LedgerError
from shared.ledger.domain.journal import JournalEntry, Line, Side
from shared.ledger.queries.booked_before import booked_before
from shared.ledger.queries.get_account import get_account
from shared.ledger.queries.verify_books import verify_books
from shared.ports.documents import Key, Transaction
from shared.ports.ledger import House, HouseAccount, Movement, Wallet
from tests.support.builders import NOON, TENANT
from tests.unit.ledger.books import LEDGER, RAIL, A, B, account, book, booking, hold, opened_store, refused


@pytest.fixture
def store() -> InMemoryDocuments:
    return opened_store()


def test_a_deposit_a_hold_and_a_payout_leave_the_books_balanced(store: InMemoryDocuments) -> None:
    book(store, "e1", Movement(RAIL, A, 100_00))
    held = hold(store, A, 30_00)
    assert (account(store).available, account(store).held) == (Money(70_00, "USD"), Money(30_00, "USD"))
    book(store, "e2", Movement(A, RAIL, 30_00), holds=(held,))
    assert (account(store).available, account(store).held) == (Money(70_00, "USD"), Money(0, "USD"))
    book(store, "e3", Movement(A, B, 20_00))
    books = verify_books(store, {})
    assert books.balanced
    assert books.debits_minor == {"USD": 150_00}
    assert books.entries == 3


def test_a_booking_from_a_hold_reads_nothing_and_one_from_the_balance_reads_the_account(
    store: InMemoryDocuments,
) -> None:
    book(store, "e1", Movement(RAIL, A, 100_00))
    held = hold(store, A, 30_00)
    for number, (holds, reads) in enumerate((((held,), 0), ((), 1))):
        with measured() as counts:
            book(store, f"p{number}", Movement(A, RAIL, 30_00), holds=holds)
        assert (counts.reads, counts.writes) == (reads, 3)


def test_what_a_hold_has_over_is_given_back_by_the_booking_that_uses_it(store: InMemoryDocuments) -> None:
    book(store, "e1", Movement(RAIL, A, 100_00))
    held = hold(store, A, 30_00)
    book(store, "e2", Movement(A, RAIL, 12_00), holds=(held,))
    assert (account(store).available, account(store).held) == (Money(88_00, "USD"), Money(0, "USD"))


def test_a_fee_and_an_amount_of_one_wallet_are_one_line_of_the_entry(store: InMemoryDocuments) -> None:
    book(store, "e1", Movement(RAIL, A, 100_00))
    book(store, "e2", Movement(A, RAIL, 20_00), Movement(A, House(HouseAccount.FEES), 1_50), kind="payout")
    document = store.get(entry_key("e2"))
    assert document is not None
    assert entry_from(document) == JournalEntry(
        "e2",
        "p",
        "USD",
        (
            Line("acc_a", Side.DEBIT, 21_50),
            Line("house.rail-settlement.bank.USD", Side.CREDIT, 20_00),
            Line("house.fees.USD", Side.CREDIT, 1_50),
        ),
        NOON,
        kind="payout",
    )
    assert document.fields["accounts"] == ["acc_a", "house.rail-settlement.bank.USD", "house.fees.USD"]


def test_money_that_a_booking_brings_in_can_be_held_by_it(store: InMemoryDocuments) -> None:
    kept = Hold("kept", "acc_a", Money(60_00, "USD"), NOON)
    over = Hold("over", "acc_a", Money(100_01, "USD"), NOON)
    deposit = booking("e1", Movement(RAIL, A, 100_00))
    assert refused(store, deposit, new_holds=(over,)) == "exceeds_what_comes_in"
    assert store.get(entry_key("e1")) is None
    assert refused(store, deposit, new_holds=(kept,)) is None
    assert (account(store).available, account(store).held) == (Money(40_00, "USD"), Money(60_00, "USD"))
    assert verify_books(store, {"acc_a": 60_00}).balanced


def test_a_hold_is_given_back_once(store: InMemoryDocuments) -> None:
    book(store, "e1", Movement(RAIL, A, 100_00))
    held = hold(store, A, 60_00)

    def release(tx: Transaction, given: Hold) -> None:
        tx.create(Key("guards", given.status.value), {})
        LEDGER.release(tx, given)

    store.run(lambda tx: release(tx, held))
    assert account(store).available == Money(100_00, "USD")
    with pytest.raises(ClearwayError) as caught:
        store.run(lambda tx: release(tx, held.ended(HoldStatus.VOIDED)))
    assert caught.value.code is LedgerError.NOT_OPEN


def test_the_same_entry_is_booked_once(store: InMemoryDocuments) -> None:
    book(store, "e1", Movement(RAIL, A, 100_00))
    with pytest.raises(ClearwayError) as caught:
        book(store, "e1", Movement(RAIL, A, 100_00))
    assert caught.value.code is KernelError.ALREADY_EXISTS
    assert account(store).posted == Money(100_00, "USD")


@pytest.mark.parametrize(
    ("entry_id", "minor", "code"),
    [("e1", 100_00, "exists"), ("e1", 100_01, "exists_with_different_content"), ("e2", 100_00, None)],
)
def test_what_a_second_booking_ran_into_can_be_told(
    store: InMemoryDocuments, entry_id: str, minor: int, code: str | None
) -> None:
    book(store, "e1", Movement(RAIL, A, 100_00))
    found = booked_before(booking(entry_id, Movement(RAIL, A, minor)), reader=store)
    assert (found and found.code) == code


def test_two_bookings_that_read_the_same_balance_take_it_once(store: InMemoryDocuments) -> None:
    book(store, "e1", Movement(RAIL, A, 100_00))
    runs: list[str | None] = []

    def work(tx: Transaction) -> str | None:
        reason = LEDGER.book(tx, booking("e2", Movement(A, RAIL, 80_00)))
        if not runs:
            book(store, "e3", Movement(A, B, 80_00))  # somebody else, between the read and the commit
        runs.append(reason.code if reason else None)
        return runs[-1]

    assert store.run(work).value == "insufficient_funds"
    assert runs == [None, "insufficient_funds"]
    assert account(store).posted == Money(20_00, "USD")
    assert verify_books(store, {}).balanced


def test_an_entry_is_reversed_exactly_and_once(store: InMemoryDocuments) -> None:
    book(store, "e1", Movement(RAIL, A, 97_00), Movement(RAIL, House(HouseAccount.FEES), 3_00), kind="deposit")

    def reverse(entry_id: str, reversal_id: str) -> str | None:
        reason = store.run(lambda tx: reverse_entry(tx, entry_id, reversal_id=reversal_id, at=NOON)).value
        return reason.code if reason else None

    assert reverse("e0", "r0") == "entry_not_found"
    assert reverse("e1", "r1") is None
    document = store.get(entry_key("r1"))
    assert document is not None
    mirrored = entry_from(document)
    assert (mirrored.kind, mirrored.reverses, mirrored.payment_id) == ("reversal", "e1", "p")
    assert mirrored.lines == (
        Line("house.rail-settlement.bank.USD", Side.CREDIT, 100_00),
        Line("acc_a", Side.DEBIT, 97_00),
        Line("house.fees.USD", Side.DEBIT, 3_00),
    )
    assert reverse("e1", "r2") == "already_reversed"
    assert reverse("r1", "r3") == "not_reversible"
    assert account(store).posted == Money(0, "USD")
    assert verify_books(store, {}).balanced


def test_two_that_reverse_the_same_entry_at_once_reverse_it_once(store: InMemoryDocuments) -> None:
    book(store, "e1", Movement(RAIL, A, 50_00))
    book(store, "e2", Movement(RAIL, A, 50_00))
    runs: list[str | None] = []

    def work(tx: Transaction) -> None:
        reason = LEDGER.book(tx, booking("r1", Movement(A, RAIL, 50_00), kind="return", reverses="e1"))
        if not runs:
            assert refused(store, booking("r2", Movement(A, RAIL, 50_00), kind="return", reverses="e1")) is None
        runs.append(reason.code if reason else None)

    store.run(work)
    assert runs == [None, "already_reversed"]
    assert account(store).posted == Money(50_00, "USD")


def test_a_return_takes_what_is_there_and_the_rest_from_elsewhere(store: InMemoryDocuments) -> None:
    book(store, "e1", Movement(RAIL, A, 100_00), kind="deposit")
    held = hold(store, A, 40_00)
    book(store, "e2", Movement(A, RAIL, 25_00))
    taken = (Movement(A, RAIL, 75_00), Movement(House(HouseAccount.RECEIVABLE), RAIL, 25_00))
    change_status("acc_a", AccountStatus.FROZEN, tenant=TENANT, transactor=store)
    assert refused(store, booking("r1", *taken, kind="return", holds=(held,))) == "account_frozen"
    assert refused(store, booking("r1", *taken, kind="return", holds=(held,), reverses="e1")) is None
    assert (account(store).posted, account(store).held) == (Money(0, "USD"), Money(0, "USD"))
    assert verify_books(store, {}).balanced


def test_a_freeze_lets_nothing_new_out_and_everything_in(store: InMemoryDocuments) -> None:
    book(store, "e1", Movement(RAIL, A, 100_00))
    held = hold(store, A, 30_00)
    assert change_status("acc_a", AccountStatus.FROZEN, tenant=TENANT, transactor=store).status is AccountStatus.FROZEN
    assert refused(store, booking("e2", Movement(A, B, 1))) == "account_frozen"
    refusal = store.run(lambda tx: LEDGER.hold(tx, Hold("h2", "acc_a", Money(1, "USD"), NOON))).value
    assert refusal is not None
    assert refusal.code == "account_frozen"
    book(store, "e3", Movement(A, RAIL, 30_00), holds=(held,))
    book(store, "e4", Movement(RAIL, A, 5_00))
    change_status("acc_a", AccountStatus.OPEN, tenant=TENANT, transactor=store)
    book(store, "e5", Movement(A, B, 75_00))
    assert account(store).posted == Money(0, "USD")


def test_an_account_is_closed_with_nothing_in_it_and_stays_closed(store: InMemoryDocuments) -> None:
    book(store, "e1", Movement(RAIL, A, 1))

    def close(account_id: str = "acc_a", to: AccountStatus = AccountStatus.CLOSED, tenant: str = TENANT) -> LedgerError:
        with pytest.raises(ClearwayError) as caught:
            change_status(account_id, to, tenant=tenant, transactor=store)
        assert isinstance(caught.value.code, LedgerError)
        return caught.value.code

    assert close() is LedgerError.NOT_EMPTY
    assert close("acc_none") is LedgerError.UNKNOWN_ACCOUNT
    assert close(tenant="other") is LedgerError.UNKNOWN_ACCOUNT
    change_status("acc_b", AccountStatus.CLOSED, tenant=TENANT, transactor=store)
    assert change_status("acc_b", AccountStatus.CLOSED, tenant=TENANT, transactor=store).status is AccountStatus.CLOSED
    assert close("acc_b", AccountStatus.OPEN) is LedgerError.CLOSED


def test_a_wallet_that_nobody_opened_is_no_account(store: InMemoryDocuments) -> None:
    book(store, "e1", Movement(RAIL, Wallet("acc_x"), 5))
    assert refused(store, booking("e2", Movement(Wallet("acc_x"), A, 1))) == "account_not_found"
    assert store.run(lambda tx: LEDGER.available(tx, "acc_x")).value is None


def test_what_is_refused_stages_nothing(store: InMemoryDocuments) -> None:
    book(store, "e1", Movement(RAIL, A, 100_00))
    with measured() as counts:
        assert refused(store, booking("e2", Movement(A, B, 100_01))) == "insufficient_funds"
    assert counts.writes == 0
    assert len(store.find(JOURNAL)) == 1


def test_an_entry_that_does_not_balance_cannot_exist() -> None:
    lines = (Line("a", Side.DEBIT, 5), Line("b", Side.CREDIT, 4))
    for broken in (lines, lines[:1], (Line("a", Side.DEBIT, 0), Line("b", Side.CREDIT, 0))):
        with pytest.raises(ClearwayError) as caught:
            JournalEntry("e", "p", "USD", broken, NOON)
        assert caught.value.code is LedgerError.UNBALANCED


def test_another_tenants_account_is_not_there(store: InMemoryDocuments) -> None:
    with pytest.raises(ClearwayError) as caught:
        get_account("acc_a", tenant="other", reader=store)
    assert caught.value.code is LedgerError.UNKNOWN_ACCOUNT


def test_house_writes_spread_over_all_shards() -> None:
    assert {shard_of(f"entry-{number}") for number in range(500)} == set(range(HOUSE_SHARDS))


def test_the_chart_has_every_house_account_and_no_other() -> None:
    sides = {account: normal_side(f"house.{account.value}.USD") for account in HouseAccount}
    assert sides == {
        HouseAccount.IN_TRANSIT: Side.CREDIT,
        HouseAccount.SUSPENSE: Side.CREDIT,
        HouseAccount.FEES: Side.CREDIT,
        HouseAccount.RECEIVABLE: Side.DEBIT,
    }
    with pytest.raises(ClearwayError) as caught:
        normal_side("house.petty-cash.USD")
    assert caught.value.code is LedgerError.UNKNOWN_ACCOUNT
