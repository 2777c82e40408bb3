"""What a customer of a tier may move: per payment, per day and within 30 days, by currency and from a date on."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from shared.compliance.domain.errors import ComplianceError
from shared.compliance.domain.limit_usage import THIRTY_DAYS, LimitUsage, day_of
from shared.kernel.assessment import Reason
from shared.kernel.currency import MINOR_UNIT_DIGITS
from shared.kernel.errors import ClearwayError
from shared.kernel.facts import PaymentFacts
from shared.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Limit:
    """Highest sums in minor units of one currency; a sum equal to the limit is still allowed."""

    payment_minor: int
    day_minor: int
    thirty_days_minor: int


@dataclass(frozen=True, slots=True)
class TierPolicy:
    """The limits of a tier from a date (UTC) on, and where they come from."""

    tier: str
    effective_from: date
    source: str
    limits: Mapping[str, Limit]


@dataclass(frozen=True, slots=True)
class LimitBook:
    """Every policy that was ever in force. `version` is a digest of all of it."""

    version: str
    policies: tuple[TierPolicy, ...]

    def policy(self, tier: str, day: date) -> TierPolicy | None:
        """The latest policy of the tier that was in force on the day; None where there is none."""
        in_force = [each for each in self.policies if each.tier == tier and each.effective_from <= day]
        return max(in_force, key=lambda each: each.effective_from, default=None)

    def refusals(self, facts: PaymentFacts, usage: LimitUsage) -> tuple[Reason, ...]:
        """Which limits the payment would exceed on top of the usage, judged by when it was submitted.

        The 30 days are the fullest ones that hold the payment's day, so a payment that is judged late counts too.
        """
        day, money, tier = day_of(facts), facts.money, facts.source.tier
        policy = self.policy(tier, day)
        if policy is None:
            # Nothing is known about what such a customer may do, so it may do nothing.
            return (Reason("limit_undefined", "no limits are in force for the customer's tier"),)
        limit = policy.limits[money.currency]
        sums = (
            ("payment", money.amount_minor, limit.payment_minor, "in one payment"),
            ("day", usage.on(day, money.currency) + money.amount_minor, limit.day_minor, "in a day"),
            (
                "thirty_days",
                usage.fullest(day, money.currency, THIRTY_DAYS) + money.amount_minor,
                limit.thirty_days_minor,
                "within 30 days",
            ),
        )
        return tuple(
            Reason(f"limit_{name}_exceeded", f"above the {Money(most, money.currency)} of the tier {tier} {when}")
            for name, sum_minor, most, when in sums
            if sum_minor > most
        )


def parse_limits(text: str) -> LimitBook:
    """The limits of a TOML text; see `limits.toml` for its form. Raises LIMITS_MALFORMED, naming the place."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ClearwayError(ComplianceError.LIMITS_MALFORMED, f"no TOML: {error}") from error
    tables = content.get("policies")
    if not isinstance(tables, list) or not tables:
        raise ClearwayError(ComplianceError.LIMITS_MALFORMED, "no policies at all")
    policies = tuple(_policies(tables))
    starts = [(policy.tier, policy.effective_from) for policy in policies]
    if len(set(starts)) != len(starts):
        raise ClearwayError(ComplianceError.LIMITS_MALFORMED, "two policies of one tier start on one day")
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return LimitBook(f"sha256:{hashlib.sha256(canonical.encode()).hexdigest()}", policies)


def _policies(tables: list[Any]) -> Iterator[TierPolicy]:
    for number, table in enumerate(tables, start=1):
        match table:
            case {
                "tier": str(tier),
                "effective_from": date() as start,
                "source": str(source),
                "limits": dict(limits),
            } if not isinstance(start, datetime):
                if set(limits) != set(MINOR_UNIT_DIGITS):
                    raise _malformed(number, "it needs every currency that is booked, and no other")
                yield TierPolicy(tier, start, source, {name: _limit(number, name, limits[name]) for name in limits})
            case _:
                raise _malformed(number, "it needs a tier, a date effective_from, a source and limits")


def _limit(number: int, currency: str, table: Any) -> Limit:
    match table:
        case {"payment": int(payment), "day": int(day), "thirty_days": int(thirty), **other} if not other:
            if 0 < payment <= day <= thirty:
                return Limit(payment, day, thirty)
    raise _malformed(number, f"{currency} needs payment, day and thirty_days, each above zero and none below the last")


def _malformed(number: int, what: str) -> ClearwayError:
    return ClearwayError(ComplianceError.LIMITS_MALFORMED, f"policy {number}: {what}")
