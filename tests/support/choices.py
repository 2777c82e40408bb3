"""Ports that decide, with one plain rule each: which rails, what fee, what is kept back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.kernel.assessment import Reason
from shared.kernel.money import Money
from shared.kernel.party import Direction
from shared.ports.routing import Choice, Collected, Leg, Safety

NO_RAIL = Reason("no_rail", "no rail carries this")


@dataclass(frozen=True)
class FixedRouter:
    """The rails of a direction, always the same ones; implements `Router`."""

    debit: tuple[str, ...]
    credit: tuple[str, ...]

    def choose(self, leg: Leg, now: datetime) -> Choice | Reason:
        """See `Router.choose`."""
        rails = self.debit if leg.direction is Direction.DEBIT else self.credit
        return Choice(rails, {"rule": "fixed"}) if rails else NO_RAIL


@dataclass(frozen=True)
class FlatTariff:
    """So many minor units a payment, by route; implements `Tariff`."""

    by_route: Mapping[str, int] = field(default_factory=dict)

    def fee(self, route: str, money: Money, now: datetime) -> Money:
        """See `Tariff.fee`."""
        return Money(self.by_route.get(route, 0), money.currency)


@dataclass(frozen=True)
class KeptBack:
    """A percentage of what was collected, for so long after it settled; implements `HoldPolicy`."""

    percent: int
    window: timedelta

    def safety(self, collected: Collected) -> Safety:
        """See `HoldPolicy.safety`."""
        held_minor = collected.money.amount_minor * self.percent // 100
        return Safety(held_minor, collected.settled_at + self.window if held_minor else None, {"rule": "fixed"})
