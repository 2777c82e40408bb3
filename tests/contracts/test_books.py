"""The proof of the books while payments move, on the in-memory twin and on Google's Firestore emulator alike."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from shared.adapters.firestore.client import make_client
from shared.adapters.firestore.documents import FirestoreDocuments
from shared.adapters.memory.documents import InMemoryDocuments
from shared.adapters.system_clock import SystemClock
from shared.ledger.commands.book_money import DoubleEntryLedger
from shared.ledger.commands.open_account import open_account
from shared.ledger.documents import account_key
from shared.ledger.queries.posted_totals import posted_totals
from shared.ports import documents as port
from shared.ports.documents import Transaction
from shared.ports.ledger import Booking, Movement, RailSettlement, Wallet
from shared.runtime.backbone import Documents
from tests.support.builders import NOON, TENANT

LEDGER, RAIL = DoubleEntryLedger(), RailSettlement("bank")
WALLETS = [Wallet(f"acc_{number:02}") for number in range(12)]


@pytest.fixture(params=["memory", pytest.param("firestore", marks=pytest.mark.emulators)])
def store(request: pytest.FixtureRequest) -> Iterator[Documents]:
    client = None
    documents: Documents = InMemoryDocuments(SystemClock())
    if request.param == "firestore":
        client = make_client(request.getfixturevalue("project"), request.getfixturevalue("firestore_host"))
        documents = FirestoreDocuments(client, SystemClock())
    for wallet in WALLETS:
        documents.run(
            lambda tx, one=wallet.account_id: open_account(tx, one, tenant=TENANT, customer_id="c", currency="USD")  # type: ignore[misc]
        )
    yield documents
    if client is not None:
        client.close()


@contextmanager
def traffic(store: Documents) -> Iterator[None]:
    """Deposits and transfers between wallets, from three threads, until the block ends."""
    stop = threading.Event()

    def book(thread: int) -> int:
        count = 0
        while not stop.is_set():
            first, second = WALLETS[(thread + count) % 12], WALLETS[(thread * 5 + count * 7 + 1) % 12]
            moves = (Movement(RAIL, first, 10 + count % 3),)
            if count % 2 and first != second:
                moves = (Movement(RAIL, second, 5),)
            booking = Booking(f"e{thread}.{count}", "p", "USD", moves, NOON, "deposit")
            assert store.run(lambda tx, one=booking: LEDGER.book(tx, one)).value is None  # type: ignore[misc]
            count += 1
        return count

    with ThreadPoolExecutor(3) as pool:
        booking = [pool.submit(book, thread) for thread in range(3)]
        try:
            yield
        finally:
            stop.set()
    assert all(one.result() > 1 for one in booking)


def test_books_on_which_payments_move_raise_no_alarm_and_hide_no_difference(
    store: Documents, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A page of two accounts, so that bookings fall between them as they do between those of a large house.
    monkeypatch.setattr(port, "PAGE", 2)

    def cent(tx: Transaction) -> None:
        key = account_key(WALLETS[3].account_id)
        (found,) = tx.get(key)
        fields: dict[str, Any] = dict(found.fields) if found else {}
        tx.replace(key, {**fields, "credits_posted_minor": fields["credits_posted_minor"] + 1})

    torn = 0
    with traffic(store):
        for turn in range(500):
            assert posted_totals(store.snapshot()).unbalanced == {}
            torn += bool(posted_totals(store).unbalanced)
            if torn and turn >= 10:
                break
        store.run(cent)
        for _ in range(10):
            found = posted_totals(store.snapshot())
            assert found.unbalanced == {"USD": -1}
            assert (found.whole, found.unreadable) == (True, ())
    assert torn, "without a snapshot the pages are of several moments, or else this test proves nothing"
