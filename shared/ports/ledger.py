"""The ledger as a payment sees it: hold, release, move; always inside the payment's own transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.kernel.assessment import Reason
from shared.kernel.money import Money
from shared.ports.documents import Key, Transaction


@dataclass(frozen=True, slots=True)
class Wallet:
    """A customer's account in our ledger, by its account id."""

    account_id: str


@dataclass(frozen=True, slots=True)
class RailSettlement:
    """The house's account at the bank that settles a rail, by the rail's name."""

    rail: str


Place = Wallet | RailSettlement


@dataclass(frozen=True, slots=True)
class Movement:
    """Money on its way from one place to another, for one payment; `entry_id` names the journal entry for ever.

    `held` says that the amount was held on the source wallet before, so that the hold is used up by the movement.
    """

    entry_id: str
    payment_id: str
    money: Money
    source: Place
    destination: Place
    at: datetime
    held: bool


class Ledger(Protocol):
    """Books money. Every method stages its writes in the transaction that it is given."""

    def prefetch(self, account_id: str) -> tuple[Key, ...]:
        """Keys that `hold` will read."""
        ...

    def hold(self, tx: Transaction, account_id: str, money: Money) -> Reason | None:
        """Set `money` aside on a wallet; None when done, else why not, and then nothing is staged."""
        ...

    def release(self, tx: Transaction, account_id: str, money: Money) -> None:
        """Give back what was held. The caller's own write in `tx` guards it from happening twice."""
        ...

    def move(self, tx: Transaction, movement: Movement) -> None:
        """Book a movement as one journal entry; a second one of the same id fails the commit."""
        ...
