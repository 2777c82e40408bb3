"""Schedules on the wire: the body of `POST /v1/schedules`, and what the API answers about them."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from shared.contracts.answers import timestamp
from shared.contracts.base import FieldError, MalformedError, WireModel, parse
from shared.contracts.payments import PaymentSubmission
from shared.kernel.money import Money
from shared.kernel.party import Speed
from shared.schedules.domain.calendar_rule import (
    COUNT_MAX,
    INTERVAL_MAX,
    LAST,
    Adjustment,
    CalendarRule,
    Frequency,
    NthWeekday,
)
from shared.schedules.domain.schedule import Past, Plan, Schedule, Side, Status, Template

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


def _day(value: object) -> int:
    if value == "last":
        return 31  # which is the last day of every month
    if type(value) is int and 1 <= value <= 31:
        return value
    raise ValueError("is 1 to 31, or last")


def _nth(value: object) -> int:
    if value == "last":
        return LAST
    if type(value) is int and 1 <= value <= 4:
        return value
    raise ValueError("is 1 to 4, or last")


DayOfMonth = Annotated[int, BeforeValidator(_day)]
Nth = Annotated[int, BeforeValidator(_nth)]


class NthWeekdayBody(WireModel):
    """A weekday of a month: the first to fourth, or the last."""

    nth: Nth
    weekday: Weekday

    def to_domain(self) -> NthWeekday:
        """The weekday in the schedules context's words."""
        return NthWeekday(self.nth, _WEEKDAYS.index(self.weekday))


class StartBody(WireModel):
    """What every rule has: from which date on, and at which local time of the IANA time zone `zone`."""

    frequency: str
    start: date
    zone: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    at: TimeOfDay
    adjustment: Literal["none", "preceding", "following", "modified_following"] = "none"

    def to_domain(self) -> CalendarRule:
        """The rule. Raises INVALID_RULE."""
        return CalendarRule(**self._fields())

    def _fields(self) -> dict[str, Any]:
        return {
            "frequency": Frequency(self.frequency),
            "start": self.start,
            "zone": self.zone,
            "at": time.fromisoformat(self.at),
            "adjustment": Adjustment(self.adjustment),
        }


class RepeatedBody(StartBody):
    """What every rule has that comes round: every `interval`th time, until `end` (included), or `count` times."""

    interval: Annotated[int, Field(ge=1, le=INTERVAL_MAX)] = 1
    end: date | None = None
    count: Annotated[int, Field(ge=1, le=COUNT_MAX)] | None = None

    def _fields(self) -> dict[str, Any]:
        return {**super()._fields(), "interval": self.interval, "end": self.end, "count": self.count}


class InMonthBody(RepeatedBody):
    """A day of a month, or a weekday of it; a month that is too short for the day has its last one."""

    day: DayOfMonth | None = None
    weekday: NthWeekdayBody | None = None

    @model_validator(mode="after")
    def _one_day(self) -> InMonthBody:
        if (self.day is None) == (self.weekday is None):
            raise ValueError("needs a day or a weekday, and not both")
        return self

    def _fields(self) -> dict[str, Any]:
        return {
            **super()._fields(),
            "day": self.day,
            "weekday": self.weekday.to_domain() if self.weekday else None,
        }


class OnceBody(StartBody):
    """On `start` alone."""

    frequency: Literal["once"]


class DailyBody(RepeatedBody):
    """Every day, or every so many days."""

    frequency: Literal["daily"]


class WeeklyBody(RepeatedBody):
    """On some weekdays of a week that begins on Monday."""

    frequency: Literal["weekly"]
    weekdays: Annotated[list[Weekday], Field(min_length=1, max_length=7)]

    def _fields(self) -> dict[str, Any]:
        weekdays = tuple(sorted({_WEEKDAYS.index(weekday) for weekday in self.weekdays}))
        return {**super()._fields(), "weekdays": weekdays}


class MonthlyBody(InMonthBody):
    """On one day of a month."""

    frequency: Literal["monthly"]


class YearlyBody(InMonthBody):
    """On one day of one month of a year."""

    frequency: Literal["yearly"]
    month: Annotated[int, Field(ge=1, le=12)]

    def _fields(self) -> dict[str, Any]:
        return {**super()._fields(), "month": self.month}


RuleBody = Annotated[OnceBody | DailyBody | WeeklyBody | MonthlyBody | YearlyBody, Field(discriminator="frequency")]


class ScheduleBody(WireModel):
    """Body of `POST /v1/schedules`: a payment, and the rule by which it is made."""

    payment: PaymentSubmission
    rule: RuleBody
    skip_missed: bool = False

    def to_domain(self, tenant: str, idempotency_key: str) -> Plan:
        """The plan under the tenant's key. Raises INVALID_RULE."""
        payment = self.payment
        template = Template(
            money=Money(payment.amount_minor, payment.currency),
            source=Side(payment.source.customer_id, payment.source.instrument_id),
            destination=Side(payment.destination.customer_id, payment.destination.instrument_id),
            description=payment.description,
            speed=Speed(payment.speed),
        )
        return Plan(tenant, idempotency_key, template, self.rule.to_domain(), self.skip_missed)


def parse_schedule(raw: bytes) -> ScheduleBody:
    """The body from its JSON; raises MalformedError, whose pointers are those of the fields as the client sent them."""
    try:
        return parse(ScheduleBody, raw)
    except MalformedError as error:
        # Within a rule the model names its frequency as if it were a step on the way to the field.
        found = [FieldError(pointer=_KIND.sub("/rule", one.pointer), detail=one.detail) for one in error.errors]
        raise MalformedError(found) from None


_KIND = re.compile(r"^/rule/(once|daily|weekly|monthly|yearly)(?=/|$)")


class ScheduleListQuery(WireModel):
    """Parameters of `GET /v1/schedules`: the page's size, where it begins, and which schedules are wanted."""

    limit: Annotated[str, StringConstraints(pattern=r"^([1-9]\d?|100)$")] = "20"
    cursor: Annotated[str, StringConstraints(pattern=r"^sch_[a-z2-7]{26}$")] | None = None
    status: Literal["active", "paused", "cancelled", "finished"] | None = None


def planned_answer(schedule: Schedule) -> dict[str, Any]:
    """The answer to a new schedule: the same bytes however often and however late it is asked for."""
    return {
        "id": schedule.id,
        "status": Status.ACTIVE.value,
        "payment": _payment(schedule.plan.template),
        "rule": _rule(schedule.plan.rule),
        "skip_missed": schedule.plan.skip_missed,
        "created_at": timestamp(schedule.created_at),
        "first_due_at": timestamp(schedule.first_due_at),
    }


def schedule_answer(schedule: Schedule) -> dict[str, Any]:
    """A schedule as it stands, with its next occurrence and its latest ones, the newest last."""
    answer = planned_answer(schedule)
    answer["status"] = schedule.status.value
    answer["made_count"] = schedule.made_count
    if schedule.next is not None:
        answer["next"] = {"date": schedule.next.nominal.isoformat(), "due_at": timestamp(schedule.next.due_at)}
    answer["occurrences"] = [_past(past) for past in schedule.past]
    return answer


def _payment(template: Template) -> dict[str, Any]:
    return {
        "amount_minor": template.money.amount_minor,
        "currency": template.money.currency,
        "source": _side(template.source),
        "destination": _side(template.destination),
        "description": template.description,
        "speed": template.speed.value,
    }


def _side(side: Side) -> dict[str, str]:
    return {"customer_id": side.customer_id, "instrument_id": side.instrument_id}


def _rule(rule: CalendarRule) -> dict[str, Any]:
    """The rule as a client states it, without what it does not say."""
    told: dict[str, Any] = {
        "frequency": rule.frequency.value,
        "start": rule.start.isoformat(),
        "zone": rule.zone,
        "at": rule.at.isoformat(timespec="minutes"),
        "adjustment": rule.adjustment.value,
    }
    if rule.frequency is not Frequency.ONCE:
        told["interval"] = rule.interval
    if rule.weekdays:
        told["weekdays"] = [_WEEKDAYS[weekday] for weekday in rule.weekdays]
    if rule.weekday is not None:
        nth = "last" if rule.weekday.nth == LAST else rule.weekday.nth
        told["weekday"] = {"nth": nth, "weekday": _WEEKDAYS[rule.weekday.weekday]}
    optional = {"day": rule.day, "month": rule.month, "end": rule.end and rule.end.isoformat(), "count": rule.count}
    return {**told, **{name: value for name, value in optional.items() if value is not None}}


def _past(past: Past) -> dict[str, Any]:
    told: dict[str, Any] = {
        "date": past.nominal.isoformat(),
        "due_at": timestamp(past.due_at),
        "at": timestamp(past.at),
        "outcome": past.outcome.value,
    }
    if past.payment_id:
        told["payment_id"] = past.payment_id
    if past.reason is not None:
        told["reason"] = {"code": past.reason.code, "text": past.reason.text}
    return told
