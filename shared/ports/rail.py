"""A rail: somebody else's system that moves money to or from instruments outside of our ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from shared.kernel.errors import Disposition, ErrorCode
from shared.kernel.money import Money
from shared.kernel.party import Direction, Instrument, PartyType, Speed

__all__ = ["Answer", "Direction", "Instruction", "News", "Rail", "RailError", "RailStatus", "Speed"]


class RailError(ErrorCode):
    """What a call to a rail may raise; the difference between the two is the difference between a retry and a ruin."""

    NOT_SENT = ("rail_not_sent", Disposition.RETRY)  # the rail has certainly not acted (refused connection, 429)
    OUTCOME_UNKNOWN = ("rail_outcome_unknown", Disposition.RETRY)  # it may have acted (time-out, broken reply, 5xx)


class RailStatus(StrEnum):
    """A rail's word on an instruction. PENDING means that it knows of it and has not decided."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    PENDING = "pending"
    RETURNED = "returned"  # it had moved the money, and the money has come back


@dataclass(frozen=True, slots=True)
class Instruction:
    """One leg as a rail is told of it. `key` is its idempotency key: the rail knows the leg by it for ever.

    `reverses` is the key of an earlier instruction on the same rail which this one undoes: a rail that knows reversals
    reverses it, any other sends the money as a payment of its own.
    """

    key: str
    direction: Direction
    money: Money
    instrument: Instrument
    holder_name: str
    description: str
    holder_type: PartyType = PartyType.INDIVIDUAL
    speed: Speed = Speed.FASTEST
    reverses: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the rail says became of an instruction; `reason_code` is the rail's own return or reject code.

    `check_at` is set with PENDING when asking again is of no use before (a batch that settles tomorrow); without it,
    one asks at one's own pace. `settled_on` is set with ACCEPTED: the rail's business day on which the money moved,
    from which its return window runs.
    """

    status: RailStatus
    reference: str
    reason_code: str = ""
    reason_text: str = ""
    check_at: datetime | None = None
    settled_on: date | None = None


@dataclass(frozen=True, slots=True)
class News:
    """What a rail says on its own: the outcome, or the return, of the instruction with this key."""

    rail: str
    key: str
    answer: Answer


class Rail(Protocol):
    """One rail. Calls end within `timeout_s`, whatever the other side does."""

    @property
    def name(self) -> str:
        """The rail's name in the catalogue, on payments and in the ledger's accounts."""
        ...

    @property
    def timeout_s(self) -> float:
        """The longest that a call may take."""
        ...

    def submit(self, instruction: Instruction) -> Answer:
        """Instruct the rail, once. Raises NOT_SENT or OUTCOME_UNKNOWN; after the latter only `inquire` may follow."""
        ...

    def inquire(self, key: str) -> Answer | None:
        """What became of the instruction with this key; None when the rail never heard of it.

        Raises NOT_SENT when the rail cannot be asked now: an inquiry changes nothing, so it may be repeated.
        """
        ...
