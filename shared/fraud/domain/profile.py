"""What fraud scoring remembers of a customer who pays: how often, how much, to whom; bounded in size.

Two memories are kept apart. *Attempts* (by the hour) count whatever became of them: a burst is a burst even if every
payment of it was stopped. *Habits* (by the day, and which destinations are known) are learned from allowed payments
alone, or a fraudster would teach the profile that he is usual. Money moved between a customer's own instruments is
neither spending nor a habit of it; only its attempts are counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from shared.kernel.facts import PaymentFacts
from shared.kernel.ids import derive
from shared.kernel.party import Party

HOUR_S = 3_600
DAY_S = 86_400
# The bucket of the moment and 24 (30) before it: what falls in the last 24 hours (30 days) is always among them.
HOURS_KEPT = 25
DAYS_KEPT = 31
DESTINATIONS_MAX = 50
# A document holds 64-bit integers. A sum that would not fit stays here, far above every threshold.
SUM_MINOR_MAX = 2**62


@dataclass(frozen=True, slots=True)
class Tally:
    """Payments in one currency within one bucket of time: how many, their sum and the highest, in minor units."""

    count: int = 0
    sum_minor: int = 0
    max_minor: int = 0

    def with_payment(self, amount_minor: int) -> Tally:
        """One payment more."""
        return self.merged(Tally(1, amount_minor, amount_minor))

    def merged(self, other: Tally) -> Tally:
        """Both together."""
        return Tally(
            self.count + other.count,
            min(self.sum_minor + other.sum_minor, SUM_MINOR_MAX),
            max(self.max_minor, other.max_minor),
        )


@dataclass(frozen=True, slots=True)
class Destination:
    """When a destination was first and last tried, and first allowed (None if never), in epoch seconds.

    `own` says that the instrument belongs to the paying customer.
    """

    first_s: int
    last_s: int
    allowed_s: int | None
    own: bool

    @staticmethod
    def unseen(at_s: int, *, own: bool) -> Destination:
        """A destination that is tried for the first time."""
        return Destination(at_s, at_s, None, own)


# Buckets by their number since the epoch, each with a tally for a currency.
Buckets = Mapping[int, Mapping[str, Tally]]


@dataclass(frozen=True, slots=True)
class Profile:
    """The profile of one source customer; times are epoch seconds, of when payments were submitted.

    `attempts` are hourly and `habits` daily tallies; `own_transfers` counts, by the hour, what moved between the
    customer's own instruments. `destinations` are known by a digest of their ids. An empty profile has seen nothing.
    """

    first_seen_s: int | None = None
    last_seen_s: int | None = None
    last_country: str = ""
    attempts: Buckets = field(default_factory=dict)
    habits: Buckets = field(default_factory=dict)
    own_transfers: Mapping[int, int] = field(default_factory=dict)
    destinations: Mapping[str, Destination] = field(default_factory=dict)

    def observe(self, facts: PaymentFacts, *, allowed: bool) -> Profile:
        """The profile with one payment in it. Payments may come in any order; what is too old to matter is dropped."""
        at_s = epoch_s(facts.submitted_at)
        newest = self.last_seen_s is None or at_s >= self.last_seen_s
        last_s = at_s if self.last_seen_s is None else max(at_s, self.last_seen_s)
        hour, day = at_s // HOUR_S, at_s // DAY_S
        own = is_own_transfer(facts)
        attempts, habits, own_transfers = self.attempts, self.habits, self.own_transfers
        if own:
            own_transfers = {**own_transfers, hour: own_transfers.get(hour, 0) + 1}
        else:
            attempts = _counted(attempts, hour, facts)
            habits = _counted(habits, day, facts) if allowed else habits
        oldest_hour, oldest_day = last_s // HOUR_S - HOURS_KEPT + 1, last_s // DAY_S - DAYS_KEPT + 1
        return replace(
            self,
            first_seen_s=at_s if self.first_seen_s is None else min(at_s, self.first_seen_s),
            last_seen_s=last_s,
            last_country=facts.source.country if newest else self.last_country,
            attempts={each: tallies for each, tallies in attempts.items() if each >= oldest_hour},
            habits={each: tallies for each, tallies in habits.items() if each >= oldest_day},
            own_transfers={each: count for each, count in own_transfers.items() if each >= oldest_hour},
            destinations=_visited(self.destinations, facts, at_s, allowed=allowed),
        )


def is_own_transfer(facts: PaymentFacts) -> bool:
    """Whether both instruments belong to the paying customer; a saved payee's is held in somebody else's name."""
    return (
        facts.source.customer_id == facts.destination.customer_id
        and not facts.source.instrument.holder_name
        and not facts.destination.instrument.holder_name
    )


def destination_id(destination: Party) -> str:
    """A digest that stands for one instrument of one customer: the profile holds no names and no account numbers."""
    return derive("dst", destination.customer_id, destination.instrument.id)


def epoch_s(moment: datetime) -> int:
    """Whole seconds since the epoch, rounded down."""
    return int(moment.timestamp() // 1)


def tallied(buckets: Buckets, since: int, currency: str) -> Tally:
    """All of the buckets from number `since` on, in one currency."""
    total = Tally()
    for number, tallies in buckets.items():
        if number >= since and currency in tallies:
            total = total.merged(tallies[currency])
    return total


def _counted(buckets: Buckets, number: int, facts: PaymentFacts) -> Buckets:
    tallies, money = buckets.get(number, {}), facts.money
    counted = tallies.get(money.currency, Tally()).with_payment(money.amount_minor)
    return {**buckets, number: {**tallies, money.currency: counted}}


def _visited(
    destinations: Mapping[str, Destination], facts: PaymentFacts, at_s: int, *, allowed: bool
) -> Mapping[str, Destination]:
    """The destinations with one visit more; beyond DESTINATIONS_MAX the one not visited for longest is forgotten."""
    visited = destination_id(facts.destination)
    before = destinations.get(visited, Destination.unseen(at_s, own=is_own_transfer(facts)))
    allowed_s = before.allowed_s
    if allowed:
        allowed_s = at_s if allowed_s is None else min(at_s, allowed_s)
    visit = Destination(min(before.first_s, at_s), max(before.last_s, at_s), allowed_s, before.own)
    after = {**destinations, visited: visit}
    if len(after) > DESTINATIONS_MAX:
        # Equal times are decided by the digest, so that the same payments leave the same profile in any process.
        del after[min(after, key=lambda each: (after[each].last_s, each))]
    return after
