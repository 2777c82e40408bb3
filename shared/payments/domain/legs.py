"""Legs and routes: which parts of a payment a rail has to move, and what is known of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from shared.kernel.assessment import Reason
from shared.kernel.party import Direction, InstrumentKind, Party


class Route(StrEnum):
    """What kind of payment it is, by what it moves between."""

    BOOK = "book"  # wallet to wallet: the ledger alone
    PAYOUT = "payout"  # wallet to an outside instrument
    DEPOSIT = "deposit"  # an outside instrument to a wallet
    TRANSFER = "transfer"  # an outside instrument to another: collected first, then paid out

    @property
    def collects(self) -> bool:
        """Whether its first leg collects over a rail."""
        return self in (Route.DEPOSIT, Route.TRANSFER)

    @property
    def pays_out(self) -> bool:
        """Whether its last leg pays out over a rail."""
        return self in (Route.PAYOUT, Route.TRANSFER)


def route_of(source: Party, destination: Party) -> Route | Reason:
    """The route between two parties' instruments, or why there is none."""
    payer, payee = source.instrument, destination.instrument
    if source.customer_id == destination.customer_id and payer.id == payee.id:
        return Reason("same_instrument", "source and destination are the same instrument")
    match payer.kind is InstrumentKind.WALLET, payee.kind is InstrumentKind.WALLET:
        case True, True:
            return Route.BOOK
        case True, False:
            return Route.PAYOUT
        case False, True:
            return Route.DEPOSIT
        case _:
            return Route.TRANSFER


class LegRole(StrEnum):
    """What a leg is there for; the value is its part of the rail's idempotency key."""

    COLLECT = "debit"
    PAY_OUT = "credit"
    PUT_BACK = "put-back"  # what was collected goes back to where it came from

    @property
    def direction(self) -> Direction:
        """Which way its money goes, seen from the outside instrument."""
        return Direction.DEBIT if self is LegRole.COLLECT else Direction.CREDIT


class LegStatus(StrEnum):
    """What is known of a leg. SUBMITTING is written before the rail is called: from then on, it may have acted."""

    SUBMITTING = "submitting"
    PENDING = "pending"  # the rail has it and has not decided
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    RETURNED = "returned"  # accepted, and come back later

    @property
    def open(self) -> bool:
        """Whether its outcome is still to be found out."""
        return self in (LegStatus.SUBMITTING, LegStatus.PENDING)


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg over one rail: `key` is the rail's idempotency key for it, `attempts` how often it was submitted.

    `others` are rails that may take over as long as none has been told. `reason` is the rail's own code of a rejection
    or a return. `settled_on` is the rail's day on which the money moved, `entry_id` the journal entry that booked it.
    """

    role: LegRole
    key: str
    rail: str
    status: LegStatus
    attempts: int
    submitted_at: datetime
    others: tuple[str, ...] = ()
    reference: str = ""
    reason: str = ""
    settled_on: date | None = None
    entry_id: str = ""

    @property
    def direction(self) -> Direction:
        """Which way its money goes."""
        return self.role.direction
