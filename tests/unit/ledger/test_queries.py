"""What the ledger tells: entries by page, the balance as of a moment, house balances, the trial balance."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.adapters.memory.documents import InMemoryDocuments
from shared.kernel.errors import ClearwayError, ErrorCode
from shared.kernel.money import Money
from shared.kernel.usage import measured
from shared.ledger.domain.account import Counters
from shared.ledger.domain.chart import HOUSE_SHARDS
from shared.ledger.domain.errors import LedgerError
from shared.ledger.queries import balance_at as balances
from shared.ledger.queries.account_entries import EntryPage, account_entries
from shared.ledger.queries.balance_at import Balance, balance_at
from shared.ledger.queries.cursors import Cursor, cursor_from
from shared.ledger.queries.house_balance import house_balance
from shared.ledger.queries.trial_balance import trial_balance
from shared.ports.documents import Document, DocumentReader, Key
from shared.ports.ledger import House, HouseAccount, Movement, RailSettlement, Wallet
from tests.support.builders import NOON, TENANT
from tests.unit.ledger.books import RAIL, A, B, book, opened_store

NOW = NOON + timedelta(days=1)


def minute(number: int) -> datetime:
    return NOON + timedelta(minutes=number)


@pytest.fixture
def store() -> InMemoryDocuments:
    """Wallet A got 1.00 each minute for ten minutes, two entries at each of the last two; wallet B got some too."""
    store = opened_store()
    for number in range(10):
        book(store, f"e{number}", Movement(RAIL, A, 1_00), at=minute(number))
    for number in (8, 9):
        book(store, f"f{number}", Movement(A, B, 30), at=minute(number))
    return store


def page(store: DocumentReader, account_id: str = "acc_a", tenant: str = TENANT, **how: Any) -> EntryPage:
    return account_entries(account_id, tenant=tenant, reader=store, **how)


def ids(found: EntryPage) -> str:
    return " ".join(entry.id for entry in found.entries)


def raises(code: ErrorCode, field: str | None = None) -> Any:
    def check(error: ClearwayError) -> bool:
        return error.code is code and error.field == field

    return pytest.raises(ClearwayError, check=check)


@pytest.mark.parametrize(
    ("newest_first", "pages"),
    [
        (True, ["f9 e9 f8 e8 e7", "e6 e5 e4 e3 e2", "e1 e0"]),
        (False, ["e0 e1 e2 e3 e4", "e5 e6 e7 e8 f8", "e9 f9"]),
    ],
)
def test_entries_come_page_by_page_in_either_order(
    store: InMemoryDocuments, *, newest_first: bool, pages: list[str]
) -> None:
    cursor: str | None = None
    found: list[str] = []
    while not found or cursor:
        one = page(store, limit=5, newest_first=newest_first, cursor=cursor)
        found.append(ids(one))
        cursor = one.cursor
    assert found == pages


def test_a_page_that_ends_with_the_last_entry_has_no_cursor(store: InMemoryDocuments) -> None:
    assert page(store, limit=12).cursor is None
    assert page(store, limit=11).cursor is not None
    assert ids(page(store, "acc_b")) == "f9 f8"


def test_a_cursor_stays_good_while_entries_are_added(store: InMemoryDocuments) -> None:
    cursor = page(store, limit=3).cursor
    book(store, "g", Movement(RAIL, A, 5), at=minute(20))
    assert ids(page(store, limit=3, cursor=cursor)) == "e8 e7 e6"
    oldest = page(store, limit=11, newest_first=False)
    book(store, "h", Movement(RAIL, A, 5), at=minute(21))
    assert ids(page(store, limit=11, newest_first=False, cursor=oldest.cursor)) == "f9 g h"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no cursor",
        "%%%",
        "x" * 600,
        base64.urlsafe_b64encode(b"1|newest|acc_a|17").decode(),
        base64.urlsafe_b64encode(b"2|newest|acc_a|1|e1").decode().rstrip("="),
        base64.urlsafe_b64encode(b"1|newest|acc_a|1|a/../b").decode().rstrip("="),
        base64.urlsafe_b64encode(b"1|newest|acc_a|001|e1").decode().rstrip("="),
        str(Cursor("acc_b", newest_first=True, at=NOON, entry_id="e1")),
        str(Cursor("acc_a", newest_first=False, at=NOON, entry_id="e1")),
        str(Cursor("acc_a", newest_first=True, at=NOON, entry_id="e1")) + "=",
        str(Cursor("acc_a", newest_first=True, at=NOON, entry_id="e1")) + "A",
        "\x00é",
    ],
)
def test_what_is_no_cursor_of_this_account_and_order_is_refused(store: InMemoryDocuments, text: str) -> None:
    with raises(LedgerError.INVALID_CURSOR, "/cursor"):
        page(store, cursor=text)


def test_a_cursor_comes_back_as_it_was() -> None:
    cursor = Cursor("acc_a", newest_first=True, at=NOON + timedelta(microseconds=1), entry_id="pay_x.debit.returned")
    assert cursor_from(str(cursor), account_id="acc_a", newest_first=True) == cursor


@pytest.mark.parametrize("limit", [0, -1, 201])
def test_a_page_is_bounded(store: InMemoryDocuments, limit: int) -> None:
    with raises(LedgerError.INVALID_PAGE, "/limit"):
        page(store, limit=limit)


def test_entries_of_another_tenants_account_are_not_there(store: InMemoryDocuments) -> None:
    with raises(LedgerError.UNKNOWN_ACCOUNT):
        page(store, tenant="other")


def balance(
    store: DocumentReader, moment: datetime, account_id: str = "acc_a", tenant: str = TENANT, now: datetime = NOW
) -> Balance:
    return balance_at(account_id, moment, tenant=tenant, now=now, reader=store)


@pytest.mark.parametrize(
    ("moment", "minor"),
    [
        (NOON - timedelta(microseconds=1), 0),
        (NOON, 1_00),
        (minute(1) - timedelta(microseconds=1), 1_00),
        (minute(7), 8_00),
        (minute(8), 8_70),
        (minute(9) - timedelta(microseconds=1), 8_70),
        (minute(9), 9_40),
        (NOW, 9_40),
    ],
)
def test_a_balance_as_of_a_moment_has_every_entry_up_to_it_and_none_after(
    store: InMemoryDocuments, moment: datetime, minor: int
) -> None:
    found = balance(store, moment)
    assert found.posted == Money(minor, "USD")
    assert found.credits_posted_minor - found.debits_posted_minor == minor


def test_a_balance_of_what_is_to_come_or_is_not_there_is_refused(store: InMemoryDocuments) -> None:
    with raises(LedgerError.MOMENT_TO_COME, "/at"):
        balance(store, NOW + timedelta(microseconds=1))
    for account_id, tenant in (("acc_x", TENANT), ("acc_a", "other")):
        with raises(LedgerError.UNKNOWN_ACCOUNT):
            balance(store, NOON, account_id, tenant)


def test_a_balance_from_before_more_entries_than_are_read_is_refused(
    store: InMemoryDocuments, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(balances, "PAGE", 4)
    monkeypatch.setattr(balances, "ENTRIES_MAX", 8)
    assert balance(store, minute(5)).posted == Money(6_00, "USD")
    with raises(LedgerError.TOO_FAR_BACK, "/at"):
        balance(store, minute(3))


class Interrupted:
    """A reader during whose first searches something is booked."""

    def __init__(self, store: InMemoryDocuments, times: int) -> None:
        self.store, self.times = store, times

    def get(self, key: Key) -> Document | None:
        return self.store.get(key)

    def find(self, collection: str, **how: Any) -> Sequence[Document]:
        if self.times:
            self.times -= 1
            book(self.store, f"i{self.times}", Movement(RAIL, A, 7), at=minute(30))
        return self.store.find(collection, **how)


def test_a_balance_is_read_again_when_something_is_booked_meanwhile(store: InMemoryDocuments) -> None:
    assert balance(Interrupted(store, 2), minute(7)).posted == Money(8_00, "USD")
    with raises(LedgerError.ACCOUNT_BUSY):
        balance(Interrupted(store, 100), minute(7))


def test_a_house_balance_is_the_sum_of_its_shards_in_one_bounded_read(store: InMemoryDocuments) -> None:
    for number in range(40):
        book(store, f"fee{number}", Movement(A, House(HouseAccount.FEES), 1))
    with measured() as counts:
        fees = house_balance(House(HouseAccount.FEES), "USD", transactor=store)
    assert (counts.reads, counts.writes) == (HOUSE_SHARDS, 0)
    assert (fees.account, fees.posted, fees.counters) == (
        "house.fees.USD",
        Money(40, "USD"),
        Counters(credits_posted_minor=40),
    )
    assert house_balance(RAIL, "USD", transactor=store).posted == Money(10_00, "USD")
    assert house_balance(RAIL, "JPY", transactor=store).posted == Money(0, "JPY")


def test_a_trial_balance_has_every_kind_of_account_and_sums_to_zero() -> None:
    store = opened_store(acc_a="USD", acc_b="USD", acc_y="JPY")
    yen = Wallet("acc_y")
    book(store, "e1", Movement(RAIL, A, 100_00), Movement(RAIL, House(HouseAccount.FEES), 1_00))
    book(store, "e2", Movement(A, B, 40_00))
    book(store, "e3", Movement(B, RailSettlement("ach"), 15_00))
    book(store, "e4", Movement(RAIL, yen, 700), currency="JPY")
    found = {
        trial.currency: {line.kind: (line.accounts, line.balance_minor) for line in trial.lines}
        for trial in trial_balance(store)
    }
    assert found == {
        "JPY": {"rail-settlement.bank": (1, 700), "wallet": (1, 700)},
        "USD": {
            "fees": (1, 1_00),
            "rail-settlement.ach": (1, -15_00),
            "rail-settlement.bank": (1, 101_00),
            "wallet": (2, 85_00),
        },
    }
    for trial in trial_balance(store):
        assert trial.debits_minor == trial.credits_minor > 0
