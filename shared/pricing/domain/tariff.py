"""What the house charges for a payment: a fixed part and a share of the amount, by route, currency and day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from shared.kernel.money import Money

BASIS_POINTS = 10_000


@dataclass(frozen=True, slots=True)
class Fee:
    """`fixed_minor` and `basis_points` of the amount, together at least `min_minor` and at most `max_minor`."""

    fixed_minor: int = 0
    basis_points: int = 0
    min_minor: int = 0
    max_minor: int | None = None

    def of(self, amount_minor: int) -> int:
        """The fee in minor units for an amount in minor units, which it may exceed where the minimum does.

        The share is rounded to a whole minor unit, a half to the even one, so that over many payments neither side
        gains by it; then the fixed part is added, and the sum kept within the bounds.
        """
        share, rest = divmod(amount_minor * self.basis_points, BASIS_POINTS)
        if 2 * rest > BASIS_POINTS or (2 * rest == BASIS_POINTS and share % 2 == 1):
            share += 1
        fee_minor = max(self.fixed_minor + share, self.min_minor)
        return fee_minor if self.max_minor is None else min(fee_minor, self.max_minor)


FREE = Fee()


@dataclass(frozen=True, slots=True)
class PriceList:
    """The fees from a day on, by route and currency, and who set them. What is not named is free."""

    effective_from: date
    source: str
    fees: Mapping[str, Mapping[str, Fee]]


@dataclass(frozen=True, slots=True)
class DatedTariff:
    """Every price list that was ever in force. Implements `Tariff`."""

    lists: tuple[PriceList, ...]

    def fee(self, route: str, money: Money, now: datetime) -> Money:
        """The fee by the newest list that had begun on the day of `now` (UTC); zero before the first one."""
        day = now.astimezone(UTC).date()
        begun = [each for each in self.lists if each.effective_from <= day]
        newest = max(begun, key=lambda each: each.effective_from, default=None)
        fees = newest.fees.get(route, {}) if newest else {}
        return Money(fees.get(money.currency, FREE).of(money.amount_minor), money.currency)
