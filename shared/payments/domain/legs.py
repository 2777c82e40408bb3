"""Legs and routes: which part of a payment a rail has to move, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.kernel.assessment import Reason
from shared.kernel.party import Direction, InstrumentKind, Party
from shared.payments.domain.states import State


class Route(StrEnum):
    """What kind of payment it is, by what it moves between."""

    BOOK = "book"  # wallet to wallet: the ledger alone
    PAYOUT = "payout"  # wallet to an outside instrument
    DEPOSIT = "deposit"  # an outside instrument to a wallet

    @property
    def direction(self) -> Direction:
        """Which way its rail leg goes."""
        return Direction.DEBIT if self is Route.DEPOSIT else Direction.CREDIT

    @property
    def moving_state(self) -> State:
        """The state while its rail leg is on the way."""
        return State.COLLECTING if self is Route.DEPOSIT else State.PAYING_OUT


def route_of(source: Party, destination: Party) -> Route | Reason:
    """The route between two parties' instruments, or why there is none."""
    wallets = (source.instrument.kind is InstrumentKind.WALLET, destination.instrument.kind is InstrumentKind.WALLET)
    if wallets == (True, True):
        if source.instrument.account_id == destination.instrument.account_id:
            return Reason("same_instrument", "source and destination are the same wallet")
        return Route.BOOK
    if wallets == (True, False):
        return Route.PAYOUT
    if wallets == (False, True):
        return Route.DEPOSIT
    return Reason("route_not_supported", "one side of a payment must be a wallet")


class LegStatus(StrEnum):
    """What is known of a rail leg. SUBMITTING is written before the rail is called: from then on, it may have acted."""

    SUBMITTING = "submitting"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg over one rail: `key` is the rail's idempotency key for it, `attempts` how often it was submitted."""

    key: str
    rail: str
    direction: Direction
    status: LegStatus
    attempts: int
    submitted_at: datetime
    reference: str = ""
