"""How much of collected money is kept back and until when, by the rail's return window and the payment's risk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from shared.kernel.errors import ClearwayError
from shared.kernel.money import Money
from shared.rails.domain.errors import RailsError
from shared.rails.domain.service import BASIS_POINTS, BankingDay, next_banking_day

OTHER = "other"


@dataclass(frozen=True, slots=True)
class HoldRule:
    """`share_basis_points` of the amount, for banking days, or for calendar days and the banking day after them."""

    share_basis_points: int
    banking_days: int | None
    calendar_days: int | None
    source: str

    def held_minor(self, money: Money) -> int:
        """What is kept of an amount: the share rounded up to a minor unit, and so never more than all of it."""
        return -(-money.amount_minor * self.share_basis_points // BASIS_POINTS)

    def ends(self, settled_on: date, is_banking_day: BankingDay) -> date:
        """The last day on which the rail may take the money back."""
        if self.calendar_days is not None:
            return next_banking_day(settled_on + timedelta(days=self.calendar_days), is_banking_day)
        day = settled_on
        for _ in range(self.banking_days or 0):
            day = next_banking_day(day, is_banking_day)
        return day


@dataclass(frozen=True, slots=True)
class Band:
    """A band of risk: scores of `score_from` and above, until the next band begins."""

    name: str
    score_from: int


@dataclass(frozen=True, slots=True)
class RiskHolds:
    """The policy from a day on. `rules` are by rail and band; `zone` is where its days begin and end."""

    effective_from: date
    source: str
    zone: ZoneInfo
    bands: tuple[Band, ...]
    unflagged: str
    flagged: str
    rules: Mapping[str, Mapping[str, HoldRule]]

    def band(self, risk_score: float | None, flags: tuple[str, ...]) -> str:
        """The band of a payment. A score that is none of 0 to 100 is in the most severe one."""
        if risk_score is None:
            return self.flagged if flags else self.unflagged
        if not 0 <= risk_score <= 100:
            return self.bands[-1].name
        return [band.name for band in self.bands if band.score_from <= risk_score][-1]

    def rule(self, rail: str, band: str) -> HoldRule:
        """The rule of a rail, or of every other."""
        return self.rules.get(rail, self.rules[OTHER])[band]


@dataclass(frozen=True, slots=True)
class Held:
    """`minor` of what was collected is kept back until `safe_at`; None when nothing is. `why` is in plain values."""

    minor: int
    safe_at: datetime | None
    why: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HoldBook:
    """Every policy that was ever in force."""

    policies: tuple[RiskHolds, ...]

    def held(
        self,
        rail: str,
        money: Money,
        *,
        settled_at: datetime,
        risk_score: float | None,
        flags: tuple[str, ...],
        is_banking_day: BankingDay,
    ) -> Held:
        """What is kept back of a collection, and until when.

        The window runs from the settlement's date in the policy's zone, and the money is safe when its last day is
        over there. Raises INVALID_HOLD_POLICY when no policy was in force at the settlement.
        """
        policy = self._in_force(settled_at)
        band = policy.band(risk_score, flags)
        rule = policy.rule(rail, band)
        held_minor = rule.held_minor(money)
        why: dict[str, Any] = {
            "band": band,
            "band_by": "flags" if risk_score is None else "risk_score",
            "share_basis_points": rule.share_basis_points,
            "effective_from": policy.effective_from.isoformat(),
            "source": rule.source,
        }
        if not held_minor:
            return Held(0, None, why)
        period = "banking_days" if rule.calendar_days is None else "calendar_days"
        why[period] = getattr(rule, period)
        last = rule.ends(settled_at.astimezone(policy.zone).date(), is_banking_day)
        safe_at = datetime.combine(last + timedelta(days=1), time(0), policy.zone).astimezone(UTC)
        return Held(held_minor, safe_at, why)

    def _in_force(self, at: datetime) -> RiskHolds:
        day = at.astimezone(UTC).date()
        begun = [policy for policy in self.policies if policy.effective_from <= day]
        if not begun:
            raise ClearwayError(RailsError.INVALID_HOLD_POLICY, f"no policy was in force on {day}")
        return max(begun, key=lambda policy: policy.effective_from)
