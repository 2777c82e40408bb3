"""A schedule: a payment to be made again and again by a calendar rule, and what became of its latest occurrences."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from shared.kernel import ids
from shared.kernel.assessment import Reason
from shared.kernel.errors import ClearwayError
from shared.kernel.money import Money
from shared.kernel.party import Speed
from shared.schedules.domain.calendar_rule import CalendarRule
from shared.schedules.domain.errors import ScheduleError
from shared.schedules.domain.occurrences import BankingDay, Occurrence, occurrences

DUE_SHARDS = 8
OCCURRENCES_KEPT = 20
# With `skip_missed`, what is later than this is not made any more: a day's outage is caught up, a longer one is not.
MISSED_AFTER = timedelta(days=1)


class Status(StrEnum):
    """Whether a schedule makes payments; CANCELLED and FINISHED are its ends."""

    ACTIVE = "active"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    FINISHED = "finished"


class Outcome(StrEnum):
    """What became of an occurrence here. MADE means submitted: how the payment ends is the payment's own story."""

    MADE = "made"
    SKIPPED = "skipped"  # missed, in a schedule that skips what it missed
    REFUSED = "refused"  # it could not even be submitted


@dataclass(frozen=True, slots=True)
class Side:
    """An instrument of a customer, by the tenant's own name for it."""

    customer_id: str
    instrument_id: str


@dataclass(frozen=True, slots=True)
class Template:
    """The payment that every occurrence is."""

    money: Money
    source: Side
    destination: Side
    description: str = field(repr=False)
    speed: Speed


@dataclass(frozen=True, slots=True)
class Plan:
    """What a client asked for under `idempotency_key`: it is compared when the key is used again."""

    tenant: str
    idempotency_key: str
    template: Template
    rule: CalendarRule
    skip_missed: bool = False

    @property
    def schedule_id(self) -> str:
        """The id that tenant and key stand for."""
        return ids.derive("sch", self.tenant, self.idempotency_key)

    def differing_field(self, other: Plan) -> str | None:
        """JSON pointer to the first part in which a repeated call differs; None when it is the same."""
        mine, theirs = self.template, other.template
        pairs = (
            ("/payment/amount_minor", mine.money.amount_minor, theirs.money.amount_minor),
            ("/payment/currency", mine.money.currency, theirs.money.currency),
            ("/payment/source", mine.source, theirs.source),
            ("/payment/destination", mine.destination, theirs.destination),
            ("/payment/description", mine.description, theirs.description),
            ("/payment/speed", mine.speed, theirs.speed),
            ("/rule", self.rule, other.rule),
            ("/skip_missed", self.skip_missed, other.skip_missed),
        )
        return next((pointer for pointer, first, again in pairs if first != again), None)


@dataclass(frozen=True, slots=True)
class DuePayment:
    """One occurrence as a payment to be submitted: the same key, and so the same payment, however often it is asked."""

    schedule_id: str
    tenant: str
    idempotency_key: str
    template: Template


@dataclass(frozen=True, slots=True)
class Past:
    """An occurrence that has been dealt with, at `at`. `payment_id` is that of a payment that was MADE."""

    nominal: date
    due_at: datetime
    at: datetime
    outcome: Outcome
    payment_id: str = ""
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule as it stands. `next` is its next occurrence: kept while it is PAUSED, None after an end.

    `past` holds the latest 20 occurrences, `made_count` how many payments were made in all.
    """

    plan: Plan
    status: Status
    created_at: datetime
    first_due_at: datetime
    next: Occurrence | None
    past: tuple[Past, ...] = ()
    made_count: int = 0

    @property
    def id(self) -> str:
        """The id that tenant and idempotency key stand for."""
        return self.plan.schedule_id

    @property
    def due_at(self) -> datetime | None:
        """When the timer must look at it; None while there is nothing to make."""
        return self.next.due_at if self.next and self.status is Status.ACTIVE else None

    @property
    def due_shard(self) -> int:
        """Spreads the index over `due_at`, since schedules crowd at the same moments."""
        return zlib.crc32(self.id.encode()) % DUE_SHARDS

    def missed(self, now: datetime) -> bool:
        """Whether the next occurrence is so late that this schedule leaves it out."""
        return self.plan.skip_missed and self.next is not None and now - self.next.due_at > MISSED_AFTER

    def payment(self, due: Occurrence) -> DuePayment:
        """The payment of an occurrence."""
        key = f"{self.id}.{due.nominal.isoformat()}"
        return DuePayment(self.id, self.plan.tenant, key, self.plan.template)

    def done(self, past: Past, *, is_banking_day: BankingDay) -> Schedule:
        """The schedule after its next occurrence was dealt with; FINISHED when that was the last."""
        following = next(occurrences(self.plan.rule, is_banking_day=is_banking_day, after=past.nominal), None)
        return replace(
            self,
            status=self.status if following else Status.FINISHED,
            next=following,
            past=(*self.past, past)[-OCCURRENCES_KEPT:],
            made_count=self.made_count + (past.outcome is Outcome.MADE),
        )

    def paused(self) -> Schedule:
        """The schedule, making nothing until it is resumed. Raises ENDED."""
        return self if self.status is Status.PAUSED else replace(self._live(), status=Status.PAUSED)

    def resumed(self, now: datetime, *, is_banking_day: BankingDay) -> Schedule:
        """The schedule, active again from now on: what was due during the pause is not made. Raises ENDED."""
        if self.status is Status.ACTIVE or self.next is None:
            return self._live()
        since = self.next.nominal - timedelta(days=1)
        ahead = occurrences(self._live().plan.rule, is_banking_day=is_banking_day, after=since)
        following = next((occurrence for occurrence in ahead if occurrence.due_at >= now), None)
        return replace(self, status=Status.ACTIVE if following else Status.FINISHED, next=following)

    def cancelled(self) -> Schedule:
        """The schedule, ended before its time: nothing is made from now on. Raises ENDED when it is FINISHED."""
        return self if self.status is Status.CANCELLED else replace(self._live(), status=Status.CANCELLED, next=None)

    def _live(self) -> Schedule:
        if self.status in (Status.CANCELLED, Status.FINISHED):
            raise ClearwayError(ScheduleError.ENDED, f"a schedule that is {self.status} stays so")
        return self


def planned(plan: Plan, now: datetime, *, is_banking_day: BankingDay) -> Schedule:
    """A new schedule.

    Raises INVALID_RULE when the rule names no date at all, IN_THE_PAST when its first occurrence is due before now: it
    would be made at once, or never, and the client may have meant either.
    """
    first = next(occurrences(plan.rule, is_banking_day=is_banking_day), None)
    if first is None:
        raise ClearwayError(ScheduleError.INVALID_RULE, "no date fits the rule", field="/rule")
    if first.due_at < now:
        raise ClearwayError(ScheduleError.IN_THE_PAST, "its first occurrence is due before now", field="/rule/start")
    return Schedule(plan, Status.ACTIVE, now, first.due_at, first)
