"""A small ledger in memory: two wallets in US dollars, and a rail."""

from __future__ import annotations

from typing import Any

from shared.adapters.memory.clock import ManualClock
from shared.adapters.memory.documents import InMemoryDocuments
from shared.kernel.hold import Hold
from shared.kernel.money import Money
from shared.ledger.commands.book_money import DoubleEntryLedger
from shared.ledger.commands.open_account import open_account
from shared.ledger.domain.account import Account
from shared.ledger.queries.get_account import get_account
from shared.ports.ledger import Booking, Movement, RailSettlement, Wallet
from tests.support.builders import NOON, TENANT

LEDGER = DoubleEntryLedger()
A, B, RAIL = Wallet("acc_a"), Wallet("acc_b"), RailSettlement("bank")


def opened_store(**currencies: str) -> InMemoryDocuments:
    """A store with the accounts named, in their currencies; two in US dollars unless said otherwise."""
    store = InMemoryDocuments(ManualClock(NOON))
    for account_id, currency in (currencies or {"acc_a": "USD", "acc_b": "USD"}).items():
        store.run(
            lambda tx, a=account_id, c=currency: open_account(tx, a, tenant=TENANT, customer_id="c", currency=c)  # type: ignore[misc]
        )
    return store


def booking(entry_id: str, *movements: Movement, **changes: Any) -> Booking:
    """A booking in US dollars at noon, for the payment `p`."""
    fields: dict[str, Any] = {"payment_id": "p", "currency": "USD", "at": NOON, "kind": "book", **changes}
    return Booking(entry_id=entry_id, movements=movements, **fields)


def refused(store: InMemoryDocuments, wanted: Booking, new_holds: tuple[Hold, ...] = ()) -> str | None:
    """Book; the code of the refusal, or None."""
    reason = store.run(lambda tx: LEDGER.book(tx, wanted, new_holds=new_holds)).value
    return reason.code if reason else None


def book(store: InMemoryDocuments, entry_id: str, *movements: Movement, **changes: Any) -> None:
    """Book what must not be refused."""
    assert refused(store, booking(entry_id, *movements, **changes)) is None


def hold(store: InMemoryDocuments, wallet: Wallet, amount_minor: int, hold_id: str = "h") -> Hold:
    """Set money aside that must be there."""
    held = Hold(hold_id, wallet.account_id, Money(amount_minor, "USD"), NOON)
    assert store.run(lambda tx: LEDGER.hold(tx, held)).value is None
    return held


def account(store: InMemoryDocuments, account_id: str = "acc_a") -> Account:
    """An account as it stands."""
    return get_account(account_id, tenant=TENANT, reader=store)
