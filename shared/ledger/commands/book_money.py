"""The ledger's side of a payment: hold, release, book. Read, ask the domain, stage."""

from __future__ import annotations

from shared.kernel.assessment import Reason
from shared.kernel.errors import ClearwayError
from shared.kernel.hold import Hold
from shared.kernel.money import Money
from shared.ledger.commands.staging import find_for, stage
from shared.ledger.documents import account_key, account_to_fields, opened
from shared.ledger.domain.account import Account
from shared.ledger.domain.decide import give_back, pend, post
from shared.ledger.domain.errors import LedgerError
from shared.ledger.domain.outcomes import Outcome
from shared.ledger.places import transfer_of
from shared.ports.documents import Key, Transaction
from shared.ports.ledger import Booking


class DoubleEntryLedger:
    """See `shared.ports.ledger.Ledger`.

    Only what draws on an available balance reads: it is where a limit could be broken, so it commits under the version
    that it read. What was held is known to be there, so using it up or giving it back is an addition, which never meets
    another writer; and a wallet's limit is one of its debits, so what only comes in cannot break it.
    """

    def prefetch(self, account_id: str) -> tuple[Key, ...]:
        """See `Ledger.prefetch`."""
        return (account_key(account_id),)

    def hold(self, tx: Transaction, hold: Hold) -> Reason | None:
        """See `Ledger.hold`."""
        key = account_key(hold.account_id)
        pended = pend(_read(tx, key), hold)
        if isinstance(pended, Outcome):
            return pended.reason
        tx.replace(key, account_to_fields(pended))
        return None

    def release(self, tx: Transaction, hold: Hold) -> None:
        """See `Ledger.release`."""
        given_back = give_back(hold)
        if isinstance(given_back, Outcome):
            raise ClearwayError(LedgerError.NOT_OPEN, "a hold is given back that was used up or given back before")
        tx.add(account_key(hold.account_id), given_back.changed)

    def available(self, tx: Transaction, account_id: str) -> Money | None:
        """See `Ledger.available`."""
        account = _read(tx, account_key(account_id))
        return account.available if account else None

    def book(self, tx: Transaction, booking: Booking, *, new_holds: tuple[Hold, ...] = ()) -> Reason | None:
        """See `Ledger.book`."""
        transfer = transfer_of(booking, new_holds)
        posted = post(transfer, find_for(tx, transfer))
        if isinstance(posted, Outcome):
            return posted.reason
        stage(tx, posted)
        return None


def _read(tx: Transaction, key: Key) -> Account | None:
    (document,) = tx.get(key)
    return opened(document)
