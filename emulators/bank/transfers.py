"""What the bank keeps: transfers, each under its caller's key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from emulators.bank.fields import Order
from emulators.bank.magic import Magic
from shared.rails.domain.reasons import REASONS


class Status(StrEnum):
    """The bank's word on a transfer. UNSEEN is for itself alone: callers are told that it never heard of it."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    PENDING = "pending"
    UNSEEN = "unseen"

    @property
    def decided(self) -> bool:
        """Whether it can never change any more."""
        return self in (Status.ACCEPTED, Status.REJECTED)


@dataclass(slots=True)
class Transfer:
    """One transfer. `instructions` counts how often it was instructed, the first time included."""

    number: int
    key: str
    order: Order
    magic: Magic
    reference: str
    received_at: datetime
    status: Status = Status.PENDING
    decide_at: datetime | None = None
    decide_at_inquiry: int | None = None
    instructions: int = 1
    inquiries: int = 0

    def answer(self) -> dict[str, str]:
        """The transfer as its caller sees it."""
        code = self.magic.reason_code if self.status is Status.REJECTED else ""
        text = REASONS[code].text if code else ""
        return {
            "key": self.key,
            "status": self.status,
            "reference": self.reference,
            "reason_code": code,
            "reason_text": text,
        }

    def listed(self, moved: int) -> dict[str, Any]:
        """The transfer as the list of all shows it: no holder, and of the account only the last four digits."""
        return {
            "number": self.number,
            **self.answer(),
            "direction": self.order.direction,
            "amount_minor": self.order.amount_minor,
            "currency": self.order.currency,
            "account_last4": self.order.account_number[-4:],
            "received_at": self.received_at.isoformat(),
            "instructions": self.instructions,
            "inquiries": self.inquiries,
            "moved": moved,
        }
