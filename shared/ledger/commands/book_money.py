"""The ledger's side of a payment: hold, release, book. Everything is checked before anything is staged."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from shared.kernel.assessment import Reason
from shared.kernel.hold import Hold
from shared.kernel.money import Money
from shared.ledger.documents import HOUSE_SHARDS, JOURNAL, account_from, account_key, account_to_fields, entry_to_fields
from shared.ledger.domain.account import Account
from shared.ledger.domain.chart import house_account, normal_side, rail_settlement_account, shard_id, shard_of
from shared.ledger.domain.journal import JournalEntry, Line, Side
from shared.ports.documents import Key, Transaction
from shared.ports.ledger import Booking, House, Place, RailSettlement, Wallet

_NO_ACCOUNT = Reason("account_not_found", "the wallet has no account in the ledger")
_NO_FUNDS = Reason("insufficient_funds", "the available balance does not cover the amount")


class DoubleEntryLedger:
    """See `shared.ports.ledger.Ledger`.

    Only what takes from an available balance reads: it is where an overdraft could happen, so it commits under the
    version it read. What was held is known to be there, so using it up or giving it back is an addition, which never
    meets another writer.
    """

    def prefetch(self, account_id: str) -> tuple[Key, ...]:
        """See `Ledger.prefetch`."""
        return (account_key(account_id),)

    def hold(self, tx: Transaction, hold: Hold) -> Reason | None:
        """See `Ledger.hold`."""
        (document,) = tx.get(account_key(hold.account_id))
        if document is None:
            return _NO_ACCOUNT
        account = account_from(document)
        if not account.covers(hold.money):
            return _NO_FUNDS
        tx.replace(document.key, account_to_fields(account.hold(hold.money)))
        return None

    def release(self, tx: Transaction, hold: Hold) -> None:
        """See `Ledger.release`."""
        tx.add(account_key(hold.account_id), {"debits_pending_minor": -hold.money.amount_minor})

    def available(self, tx: Transaction, account_id: str) -> Money | None:
        """See `Ledger.available`."""
        (document,) = tx.get(account_key(account_id))
        return account_from(document).available if document else None

    def book(self, tx: Transaction, booking: Booking, *, new_holds: tuple[Hold, ...] = ()) -> Reason | None:
        """See `Ledger.book`."""
        lines = tuple(
            line
            for movement in booking.movements
            for line in (
                Line(_account_of(movement.source, booking.currency), Side.DEBIT, movement.amount_minor),
                Line(_account_of(movement.destination, booking.currency), Side.CREDIT, movement.amount_minor),
            )
        )
        entry = JournalEntry(booking.entry_id, booking.payment_id, booking.currency, lines, booking.at)
        ends = [place for movement in booking.movements for place in (movement.source, movement.destination)]
        places = {_account_of(place, booking.currency): place for place in ends}
        amounts = {account: _posted(account, lines) for account in places}
        held: Counter[str] = Counter()
        for hold in booking.holds:
            held[hold.account_id] += hold.money.amount_minor
            amounts[hold.account_id]["debits_pending_minor"] -= hold.money.amount_minor
        for hold in new_holds:
            amounts[hold.account_id]["debits_pending_minor"] += hold.money.amount_minor
        guarded: dict[str, Account] = {}
        for account, place in places.items():
            taken = amounts[account]["debits_posted_minor"] - held[account]
            if isinstance(place, Wallet) and taken > 0:
                (document,) = tx.get(account_key(account))
                if document is None:
                    return _NO_ACCOUNT
                found = account_from(document)
                if not found.covers(Money(taken, booking.currency)):
                    return _NO_FUNDS
                guarded[account] = replace(
                    found, **{name: getattr(found, name) + amount for name, amount in amounts[account].items()}
                )
        tx.create(Key(JOURNAL, entry.id), entry_to_fields(entry))
        for account, place in places.items():
            changed = {name: amount for name, amount in amounts[account].items() if amount}
            if account in guarded:
                tx.replace(account_key(account), account_to_fields(guarded[account]))
            elif isinstance(place, Wallet):
                tx.add(account_key(account), changed)
            else:
                key = Key(HOUSE_SHARDS, shard_id(account, shard_of(booking.entry_id)))
                fields = {"account": account, "currency": booking.currency, "normal_side": normal_side(account).value}
                tx.add(key, changed, fields)
        return None


def _posted(account: str, lines: tuple[Line, ...]) -> Counter[str]:
    posted: Counter[str] = Counter()
    for line in lines:
        if line.account == account:
            posted[f"{line.side.value}s_posted_minor"] += line.amount_minor
    return posted


def _account_of(place: Place, currency: str) -> str:
    match place:
        case Wallet(account_id):
            return account_id
        case House(account):
            return house_account(account, currency)
        case RailSettlement(rail):
            return rail_settlement_account(rail, currency)
