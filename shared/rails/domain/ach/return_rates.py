"""Return rates: which share of our debits came back, beside what the rules allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.rails.domain.ach_returns import RateLimit

BASIS_POINTS = 10_000


@dataclass(frozen=True, slots=True)
class ReturnRate:
    """How often debits came back: `numerator` of `denominator`, beside the limit that is in force."""

    limit: RateLimit
    numerator: int
    denominator: int

    @property
    def over(self) -> bool:
        """Whether the rate is above its limit; returns without any debit are."""
        return self.numerator * BASIS_POINTS > self.limit.limit_basis_points * self.denominator

    @property
    def share(self) -> float:
        """The rate itself, 0.005 for half a percent; returns without any debit are a rate of 1."""
        if not self.denominator:
            return 1.0 if self.numerator else 0.0
        return self.numerator / self.denominator

    @property
    def of_limit(self) -> float:
        """The rate divided by its limit: 1 is at the limit."""
        return self.share * BASIS_POINTS / self.limit.limit_basis_points


def rate(limit: RateLimit, days: Sequence[Mapping[str, Any]]) -> ReturnRate:
    """The rate over the counts of some days, as the rail keeps them: `debits`, `returned`, `returned_R01` and so on."""
    names = [f"returned_{code}" for code in limit.codes] or ["returned"]
    returned = sum(day.get(name, 0) for day in days for name in names)
    return ReturnRate(limit, returned, sum(day.get("debits", 0) for day in days))
