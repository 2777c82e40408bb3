"""What the ledger tells, on the in-memory twin and on Google's Firestore emulator alike."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest

from scripts import verify as command
from shared.adapters.firestore.client import make_client
from shared.adapters.firestore.documents import FirestoreDocuments
from shared.adapters.memory.documents import InMemoryDocuments
from shared.adapters.system_clock import SystemClock
from shared.kernel.money import Money
from shared.ledger.commands.book_money import DoubleEntryLedger
from shared.ledger.commands.open_account import open_account
from shared.ledger.commands.reverse_entry import reverse_entry
from shared.ledger.queries.account_entries import account_entries
from shared.ledger.queries.balance_at import balance_at
from shared.ledger.queries.house_balance import house_balance
from shared.ledger.queries.trial_balance import trial_balance
from shared.ledger.queries.verify_books import verify_books
from shared.ports.ledger import Booking, Movement, RailSettlement, Wallet
from shared.runtime.backbone import Documents
from tests.support.builders import NOON, TENANT

LEDGER, RAIL, WALLET = DoubleEntryLedger(), RailSettlement("bank"), Wallet("acc_a")


@pytest.fixture(params=["memory", pytest.param("firestore", marks=pytest.mark.emulators)])
def store(request: pytest.FixtureRequest) -> Iterator[Documents]:
    """A wallet that got 1.00 at each of seven moments, the last two of them one; the fourth was reversed."""
    client = None
    documents: Documents = InMemoryDocuments(SystemClock())
    if request.param == "firestore":
        client = make_client(request.getfixturevalue("project"), request.getfixturevalue("firestore_host"))
        documents = FirestoreDocuments(client, SystemClock())
    documents.run(lambda tx: open_account(tx, "acc_a", tenant=TENANT, customer_id="c", currency="USD"))
    for number in range(7):
        at = NOON + timedelta(microseconds=min(number, 5))
        booking = Booking(f"e{number}", "p", "USD", (Movement(RAIL, WALLET, 1_00),), at, "deposit")
        assert documents.run(lambda tx, asked=booking: LEDGER.book(tx, asked)).value is None  # type: ignore[misc]
    at = NOON + timedelta(seconds=1)
    assert documents.run(lambda tx: reverse_entry(tx, "e3", reversal_id="r3", at=at)).value is None
    yield documents
    if client is not None:
        client.close()


@pytest.mark.parametrize(
    ("newest_first", "pages"), [(True, ["r3 e6 e5", "e4 e3 e2", "e1 e0"]), (False, ["e0 e1 e2", "e3 e4 e5", "e6 r3"])]
)
def test_entries_come_in_pages_that_join(store: Documents, *, newest_first: bool, pages: list[str]) -> None:
    cursor: str | None = None
    found: list[str] = []
    while not found or cursor:
        page = account_entries("acc_a", tenant=TENANT, reader=store, limit=3, newest_first=newest_first, cursor=cursor)
        found.append(" ".join(entry.id for entry in page.entries))
        cursor = page.cursor
    assert found == pages


def test_balances_agree_with_what_was_booked(store: Documents) -> None:
    moments = {NOON: 1_00, NOON + timedelta(microseconds=4): 5_00, NOON + timedelta(seconds=2): 6_00}
    now = NOON + timedelta(days=1)
    for moment, minor in moments.items():
        found = balance_at("acc_a", moment, tenant=TENANT, now=now, reader=store)
        assert found.posted == Money(minor, "USD")
    assert house_balance(RAIL, "USD", transactor=store).posted == Money(6_00, "USD")
    (trial,) = trial_balance(store)
    assert (trial.debits_minor, trial.credits_minor) == (8_00, 8_00)
    assert verify_books(store, {}).balanced


@pytest.mark.emulators
def test_the_command_verifies_the_store_that_it_is_pointed_at(
    firestore_host: str, project: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["verify", "--project", project, "--emulator", firestore_host])
    monkeypatch.setattr(command, "SECOND_LOOK_AFTER_S", 0.0)
    assert command.main() == 0
    assert capsys.readouterr().out == ""
    client = make_client(project, firestore_host)
    store = FirestoreDocuments(client, SystemClock())
    store.run(lambda tx: open_account(tx, "acc_a", tenant=TENANT, customer_id="c", currency="USD"))
    booking = Booking("bonus", "bonus", "USD", (Movement(RAIL, WALLET, 1),), NOON, "deposit")
    store.run(lambda tx: LEDGER.book(tx, booking))
    client.close()
    assert command.main() == 1
    assert capsys.readouterr().out == "entry bonus: its payment: expected named by its id, found no payment's id\n"
