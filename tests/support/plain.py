"""One rail for everything, nothing kept back, nothing charged."""

from __future__ import annotations

from datetime import datetime

from shared.kernel.assessment import Reason
from shared.kernel.money import Money
from shared.ports.routing import Choice, Collected, Leg, Safety


class OneRail:
    """See `Router`."""

    def __init__(self, name: str) -> None:
        self._name = name

    def choose(self, leg: Leg, now: datetime) -> Choice | Reason:
        """See `Router.choose`."""
        return Choice((self._name,))


class NothingKept:
    """See `HoldPolicy`."""

    def safety(self, collected: Collected) -> Safety:
        """See `HoldPolicy.safety`."""
        return Safety(0, None)


class NoFee:
    """See `Tariff`."""

    def fee(self, route: str, money: Money, now: datetime) -> Money:
        """See `Tariff.fee`."""
        return Money(0, money.currency)
