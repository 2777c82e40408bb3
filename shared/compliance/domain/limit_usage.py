"""How much a customer has moved on each of the last days, which is what its limits are held against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, timedelta

from shared.kernel.facts import PaymentFacts

THIRTY_DAYS = 30
# Twice the window: a payment that was held is judged weeks after it was submitted, by the days around its own.
DAYS_KEPT = 2 * THIRTY_DAYS
# A document holds 64-bit integers. A sum that would not fit stays here, far above every limit.
SUM_MINOR_MAX = 2**62


def day_of(facts: PaymentFacts) -> date:
    """The day in UTC on which the payment was submitted; limits count by it, whenever they are asked."""
    return facts.submitted_at.astimezone(UTC).date()


@dataclass(frozen=True, slots=True)
class LimitUsage:
    """Sums in minor units by day (UTC) and currency, of the last DAYS_KEPT days up to the latest one seen."""

    days: Mapping[date, Mapping[str, int]] = field(default_factory=dict)

    def on(self, day: date, currency: str) -> int:
        """Minor units moved on one day."""
        return self.days.get(day, {}).get(currency, 0)

    def fullest(self, day: date, currency: str, length: int) -> int:
        """The highest sum, in minor units, over any `length` days in a row that hold `day`."""
        sums = [self.on(day + timedelta(days=offset), currency) for offset in range(1 - length, length)]
        return max(sum(sums[first : first + length]) for first in range(length))

    def spend(self, facts: PaymentFacts) -> LimitUsage:
        """The usage with the payment in it, without the days that have become too old."""
        day, money = day_of(facts), facts.money
        sum_minor = min(self.on(day, money.currency) + money.amount_minor, SUM_MINOR_MAX)
        days = {**self.days, day: {**self.days.get(day, {}), money.currency: sum_minor}}
        oldest = max(days) - timedelta(days=DAYS_KEPT - 1)
        return LimitUsage({each: sums for each, sums in sorted(days.items()) if each >= oldest})
