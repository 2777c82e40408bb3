"""What the bank keeps of an instruction over the instant or the card rail."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from emulators.bank.magic import Reply
from emulators.bank.table.outcomes import Script, Word


@dataclass(frozen=True, slots=True)
class Order:
    """The content of an instruction; credit pays out to the account or card, debit collects from it.

    `instrument` is the account number or the card token. `content` is everything that the caller sent, by the pointer
    of each field, to tell a repetition from another instruction with the same key. `reverses` is the key of the
    instruction that this one undoes. The three ids are those of an ISO 20022 message.
    """

    direction: str
    amount_minor: int
    currency: str
    instrument: str = field(repr=False)
    content: tuple[tuple[str, Any], ...] = field(repr=False)
    reverses: str = ""
    message_id: str = ""
    instruction_id: str = ""
    uetr: str = ""

    def first_difference(self, other: Order) -> str | None:
        """Pointer of the first field that differs."""
        mine, others = dict(self.content), dict(other.content)
        return next((pointer for pointer in mine | others if mine.get(pointer) != others.get(pointer)), None)


@dataclass(slots=True)
class Leg:
    """One instruction. `instructions` counts how often it was given, the first time included.

    `status` None means that it lies in a queue of the bank, which denies to know it. `unposted` says that the money has
    moved and the receiver's account is not credited yet. `reversed_minor` is what reversals have taken back, those that
    are not decided included.
    """

    number: int
    key: str
    order: Order
    script: Script
    reference: str
    received_at: datetime
    status: Word | None = Word.PENDING
    reason_code: str = ""
    unposted: bool = False
    moved: bool = False
    settled_on: date | None = None
    changed_at: datetime | None = None
    reversed_minor: int = 0
    instructions: int = 1
    inquiries: int = 0


@dataclass(frozen=True, slots=True)
class Reaction:
    """What becomes of a call: how it is replied to, with a copy of the leg where there is an answer.

    `pointer` names the field that differs, of a CONFLICT.
    """

    reply: Reply
    leg: Leg | None = None
    pointer: str = ""
