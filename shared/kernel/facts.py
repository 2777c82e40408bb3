"""What a gate may know of a payment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.kernel.money import Money
from shared.kernel.party import Party


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """A payment as a gate sees it; `submitted_at` is when the client sent it, the time that velocity counts by."""

    payment_id: str
    tenant: str
    money: Money
    source: Party
    destination: Party
    submitted_at: datetime
