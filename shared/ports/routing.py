"""Which rail carries a leg, and why: the rails context answers, the payment keeps the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from shared.kernel.assessment import Reason
from shared.kernel.money import Money
from shared.kernel.party import Direction, Instrument, Speed


@dataclass(frozen=True, slots=True)
class Leg:
    """What a rail is wanted for."""

    direction: Direction
    instrument: Instrument
    money: Money
    speed: Speed


@dataclass(frozen=True, slots=True)
class Choice:
    """`rails` that can carry the leg, the best one first; `why` explains each rail's place or refusal."""

    rails: tuple[str, ...]
    why: Mapping[str, Any] = field(default_factory=dict)


class Router(Protocol):
    """Chooses rails. Pure: the same question gives the same answer."""

    def choose(self, leg: Leg, now: datetime) -> Choice | Reason:
        """The rails for a leg at this moment, or why there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Collected:
    """A collection whose money is in since `settled_at`, and how fraud judged its payment.

    `risk_score` is 0 to 100, None where no model gave one; `flags` are the codes of the rules that struck.
    """

    rail: str
    instrument: Instrument
    money: Money
    settled_at: datetime
    risk_score: float | None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Safety:
    """`held_minor` of what was collected is not yet to be spent before `safe_at`; nothing when it is None."""

    held_minor: int
    safe_at: datetime | None
    why: Mapping[str, Any] = field(default_factory=dict)


class HoldPolicy(Protocol):
    """How long collected money is kept back, since a rail may take it back: priced by risk."""

    def safety(self, collected: Collected) -> Safety:
        """What is kept back of a collection, and until when."""
        ...


class Tariff(Protocol):
    """What the house charges for a payment."""

    def fee(self, route: str, money: Money, now: datetime) -> Money:
        """The fee for a payment of `money` on a route (`payout`, `deposit`, ...), in its currency; zero when free."""
        ...
