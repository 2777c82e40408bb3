"""The ledger's side of a payment: hold, release, move. Everything is checked before anything is staged."""

from __future__ import annotations

from shared.kernel.assessment import Reason
from shared.kernel.money import Money
from shared.ledger.documents import HOUSE_SHARDS, JOURNAL, account_from, account_key, account_to_fields, entry_to_fields
from shared.ledger.domain.chart import rail_settlement_account, shard_id, shard_of
from shared.ledger.domain.journal import JournalEntry, Line, Side
from shared.ports.documents import Key, Transaction
from shared.ports.ledger import Movement, Place, Wallet


class DoubleEntryLedger:
    """See `shared.ports.ledger.Ledger`.

    Only `hold` reads: it is where an overdraft could happen, so it commits under the version it read. What was held is
    known to be there, so using it up or giving it back is an addition, which never meets another writer.
    """

    def prefetch(self, account_id: str) -> tuple[Key, ...]:
        """See `Ledger.prefetch`."""
        return (account_key(account_id),)

    def hold(self, tx: Transaction, account_id: str, money: Money) -> Reason | None:
        """See `Ledger.hold`."""
        (document,) = tx.get(account_key(account_id))
        if document is None:
            return Reason("account_not_found", "the wallet has no account in the ledger")
        account = account_from(document)
        if not account.covers(money):
            return Reason("insufficient_funds", "the available balance does not cover the amount")
        tx.replace(document.key, account_to_fields(account.hold(money)))
        return None

    def release(self, tx: Transaction, account_id: str, money: Money) -> None:
        """See `Ledger.release`."""
        tx.add(account_key(account_id), {"debits_pending_minor": -money.amount_minor})

    def move(self, tx: Transaction, movement: Movement) -> None:
        """See `Ledger.move`. Money leaves the source as a debit of what we owe, or a credit of what we own."""
        amount_minor, currency = movement.money.amount_minor, movement.money.currency
        entry = JournalEntry(
            movement.entry_id,
            movement.payment_id,
            currency,
            (
                Line(_account_of(movement.source, currency), Side.DEBIT, amount_minor),
                Line(_account_of(movement.destination, currency), Side.CREDIT, amount_minor),
            ),
            movement.at,
        )
        tx.create(Key(JOURNAL, entry.id), entry_to_fields(entry))
        debited = {"debits_posted_minor": amount_minor}
        if movement.held:
            debited["debits_pending_minor"] = -amount_minor
        _add(tx, movement.source, movement, debited)
        _add(tx, movement.destination, movement, {"credits_posted_minor": amount_minor})


def _account_of(place: Place, currency: str) -> str:
    return place.account_id if isinstance(place, Wallet) else rail_settlement_account(place.rail, currency)


def _add(tx: Transaction, place: Place, movement: Movement, amounts: dict[str, int]) -> None:
    if isinstance(place, Wallet):
        tx.add(account_key(place.account_id), amounts)
        return
    account = _account_of(place, movement.money.currency)
    key = Key(HOUSE_SHARDS, shard_id(account, shard_of(movement.entry_id)))
    tx.add(key, amounts, {"account": account, "currency": movement.money.currency, "normal_side": Side.DEBIT.value})
