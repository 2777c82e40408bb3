"""Holds: pending transfers of a payment, as the payment keeps them and the ledger honours them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from shared.kernel.money import Money


class HoldStatus(StrEnum):
    """What became of a pending transfer; all but PENDING are ends."""

    PENDING = "pending"
    POSTED = "posted"
    PART_POSTED = "part_posted"  # less than all of it was posted, and the rest given back
    VOIDED = "voided"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Hold:
    """`money` set aside on a wallet. `expires_at` is when it ends by itself; None when something must end it.

    `posted_minor` is how much of it a booking used.
    """

    id: str
    account_id: str
    money: Money
    at: datetime
    expires_at: datetime | None = None
    status: HoldStatus = HoldStatus.PENDING
    posted_minor: int = 0

    @property
    def open(self) -> bool:
        """Whether it still weighs on its account."""
        return self.status is HoldStatus.PENDING

    def posted(self, amount_minor: int) -> Hold:
        """The hold after a booking used `amount_minor` of it."""
        whole = amount_minor == self.money.amount_minor
        status = HoldStatus.POSTED if whole else HoldStatus.PART_POSTED
        return replace(self, status=status, posted_minor=amount_minor)

    def ended(self, status: HoldStatus) -> Hold:
        """The hold given back: VOIDED, or EXPIRED."""
        return replace(self, status=status)
