"""The ledger as a payment sees it: hold, release, book; always inside the payment's own transaction.

A hold is a pending transfer. It is a value that its payment keeps in its own document, beside the counter of the
account that it weighs on: the hold needs no document of its own, and the two can only change together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from shared.kernel.assessment import Reason
from shared.kernel.hold import Hold
from shared.kernel.money import Money
from shared.ports.documents import Key, Transaction


@dataclass(frozen=True, slots=True)
class Wallet:
    """A customer's account in our ledger, by its account id."""

    account_id: str


class HouseAccount(StrEnum):
    """The house's own accounts, one of each for a currency. The chart says which side is their normal one."""

    IN_TRANSIT = "in-transit"  # owed to payees: collected from a payer and not yet paid out
    SUSPENSE = "suspense"  # owed to somebody: a case decides to whom
    FEES = "fees"  # earned
    RECEIVABLE = "receivable"  # owed to the house: collected, passed on, and then returned by the payer's bank


@dataclass(frozen=True, slots=True)
class House:
    """One of the house's own accounts."""

    account: HouseAccount


@dataclass(frozen=True, slots=True)
class RailSettlement:
    """The house's account at the bank that settles a rail, by the rail's name."""

    rail: str


Place = Wallet | House | RailSettlement


@dataclass(frozen=True, slots=True)
class Movement:
    """`amount_minor` from one place to another."""

    source: Place
    destination: Place
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Booking:
    """Movements of one currency that are booked together, as one journal entry; `entry_id` names it for ever.

    `holds` are open holds that the booking uses up: what the movements take from a hold's wallet is taken from the
    hold, and what is left of the hold is given back. It takes no more than is held, and nothing of a hold that has
    expired. `kind` says what was booked (`payout`, `deposit`, `book`, `collection`, `return`, ...); `reference` is the
    key under which a rail knows the leg that was moved.

    `reverses` names the entry which this one undoes, in whole or in part: once for each entry, of the same payment, on
    the other side of its accounts and for no more than was booked there (another account may stand in for one of them).
    What is undone has happened outside already, so such a booking may also use a hold that has expired and was not yet
    given back, then what is available beyond the hold, and the wallet may be frozen.
    """

    entry_id: str
    payment_id: str
    currency: str
    movements: tuple[Movement, ...]
    at: datetime
    kind: str
    holds: tuple[Hold, ...] = ()
    reverses: str = ""
    reference: str = ""


class Ledger(Protocol):
    """Books money. Every method stages its writes in the transaction that it is given, after checking everything.

    The reasons are those of `shared.ledger.domain.outcomes`, which has them in their order of precedence.
    """

    def prefetch(self, account_id: str) -> tuple[Key, ...]:
        """Keys that `hold`, `available` and an unheld `book` will read."""
        ...

    def hold(self, tx: Transaction, hold: Hold) -> Reason | None:
        """Set money aside on a wallet; None when done, else why not, and then nothing is staged.

        Refused are, among others, `insufficient_funds`, `account_not_found`, `currency_mismatch`, `account_frozen`.
        """
        ...

    def release(self, tx: Transaction, hold: Hold) -> None:
        """Give an open hold back. The caller's own write in `tx` guards it from happening twice."""
        ...

    def book(self, tx: Transaction, booking: Booking, *, new_holds: tuple[Hold, ...] = ()) -> Reason | None:
        """Book movements as one journal entry; None when done, else why not, and then nothing is staged.

        What leaves a wallet comes out of the booking's holds, or must be available (which reads the account, and
        commits only while it stays as it was read). A booking that only adds reads nothing, so whether such a wallet
        exists and has this currency is for the caller to know. `new_holds` are set aside out of what the very booking
        brings in to their wallets, and are no more than that. A second booking of the same id fails the commit
        (ALREADY_EXISTS), and so does a second one that reverses the same entry at the same time.
        """
        ...

    def available(self, tx: Transaction, account_id: str) -> Money | None:
        """What is in a wallet and not held, as this transaction reads it; None for an account that does not exist."""
        ...
