"""A schedule's life: what moves it on, what stops it, and how it lies in a document."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from shared.adapters.values import check_fields
from shared.kernel.assessment import Reason
from shared.kernel.errors import ClearwayError
from shared.kernel.money import Money
from shared.kernel.party import Speed
from shared.ports.documents import Document
from shared.schedules.documents import schedule_from, schedule_key, schedule_to_fields
from shared.schedules.domain.calendar_rule import Adjustment, CalendarRule, Frequency, NthWeekday
from shared.schedules.domain.errors import ScheduleError
from shared.schedules.domain.schedule import OCCURRENCES_KEPT, Outcome, Past, Plan, Schedule, Side, Status, planned
from shared.schedules.domain.schedule import Template as PaymentTemplate

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TEMPLATE = PaymentTemplate(Money(12_50, "USD"), Side("cus_a", "wallet"), Side("cus_b", "bank"), "rent", Speed.STANDARD)


def is_banking_day(day: date) -> bool:
    return day.weekday() < 5


def plan(**changes: Any) -> Plan:
    fields: dict[str, Any] = {"frequency": Frequency.DAILY, "start": date(2026, 11, 25), "zone": "UTC", "at": time(9)}
    return Plan("demo", "key-1", TEMPLATE, CalendarRule(**{**fields, **changes}))


def schedule(**changes: Any) -> Schedule:
    return planned(plan(**changes), NOW, is_banking_day=is_banking_day)


def done(before: Schedule, outcome: Outcome = Outcome.MADE) -> Schedule:
    assert before.next is not None
    past = Past(
        before.next.nominal, before.next.due_at, NOW, outcome, payment_id="pay_1" if outcome is Outcome.MADE else ""
    )
    return before.done(past, is_banking_day=is_banking_day)


def test_a_schedule_moves_on_until_it_is_finished() -> None:
    first = schedule(count=2)
    assert (first.status, first.due_at) == (Status.ACTIVE, datetime(2026, 11, 25, 9, tzinfo=UTC))
    second = done(first)
    assert (second.status, second.due_at) == (Status.ACTIVE, datetime(2026, 11, 26, 9, tzinfo=UTC))
    last = done(second)
    assert (last.status, last.due_at, last.next, last.made_count) == (Status.FINISHED, None, None, 2)
    assert [past.nominal.day for past in last.past] == [25, 26]


def test_the_latest_occurrences_are_kept_and_only_payments_are_counted() -> None:
    found = schedule()
    for number in range(OCCURRENCES_KEPT + 5):
        found = done(found, Outcome.MADE if number % 5 else Outcome.SKIPPED)
    assert len(found.past) == OCCURRENCES_KEPT
    assert found.past[-1].nominal == date(2026, 11, 25) + timedelta(days=OCCURRENCES_KEPT + 4)
    assert found.made_count == 20


def test_every_occurrence_has_a_key_of_its_own() -> None:
    found = schedule()
    assert found.next is not None
    payment = found.payment(found.next)
    assert (payment.idempotency_key, payment.schedule_id) == (f"{found.id}.2026-11-25", found.id)
    assert payment.template == TEMPLATE


@pytest.mark.parametrize(
    ("resumed_at", "status", "next_day"),
    [
        ("2026-11-24T13:00:00Z", Status.ACTIVE, 25),
        ("2026-11-25T09:00:00Z", Status.ACTIVE, 25),
        ("2026-11-25T09:00:01Z", Status.ACTIVE, 26),
        ("2026-11-27T12:00:00Z", Status.ACTIVE, 28),
        ("2026-11-28T12:00:00Z", Status.FINISHED, None),
    ],
)
def test_what_is_due_during_a_pause_is_not_made(resumed_at: str, status: Status, next_day: int | None) -> None:
    paused = schedule(end=date(2026, 11, 28)).paused()
    assert (paused.status, paused.due_at) == (Status.PAUSED, None)
    resumed = paused.resumed(datetime.fromisoformat(resumed_at), is_banking_day=is_banking_day)
    assert (resumed.status, resumed.next and resumed.next.nominal.day) == (status, next_day)


def test_changes_may_be_repeated_and_an_end_stays() -> None:
    active = schedule(count=1)
    paused, cancelled, finished = active.paused(), active.cancelled(), done(active)
    assert active.resumed(NOW, is_banking_day=is_banking_day) == active
    assert paused.paused() == paused
    assert (cancelled.cancelled(), cancelled.due_at, cancelled.next) == (cancelled, None, None)
    assert paused.cancelled().status is Status.CANCELLED
    for change in (
        cancelled.paused,
        finished.paused,
        finished.cancelled,
        lambda: cancelled.resumed(NOW, is_banking_day=is_banking_day),
        lambda: finished.resumed(NOW, is_banking_day=is_banking_day),
    ):
        with pytest.raises(ClearwayError) as caught:
            change()
        assert caught.value.code is ScheduleError.ENDED


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"start": date(2026, 11, 24), "at": time(11, 59)}, ScheduleError.IN_THE_PAST),
        # The Friday before a start on a Saturday, when it is Saturday already.
        ({"start": date(2026, 11, 21), "adjustment": Adjustment.PRECEDING}, ScheduleError.IN_THE_PAST),
        ({"frequency": Frequency.MONTHLY, "day": 1, "end": date(2026, 11, 30)}, ScheduleError.INVALID_RULE),
    ],
)
def test_a_schedule_that_could_not_begin_is_refused(changes: dict[str, Any], code: ScheduleError) -> None:
    with pytest.raises(ClearwayError) as caught:
        schedule(**changes)
    assert caught.value.code is code


def test_a_schedule_may_begin_this_very_moment() -> None:
    assert schedule(start=date(2026, 11, 24), at=time(12)).due_at == NOW


@pytest.mark.parametrize(("late", "missed"), [(timedelta(days=1), False), (timedelta(days=1, seconds=1), True)])
def test_only_what_is_more_than_a_day_late_is_missed_and_only_if_asked_for(late: timedelta, missed: bool) -> None:
    keeping = schedule()
    skipping = replace(keeping, plan=replace(keeping.plan, skip_missed=True))
    now = keeping.first_due_at + late
    assert (keeping.missed(now), skipping.missed(now)) == (False, missed)


FIRST = schedule()
LIVES = [
    FIRST,
    FIRST.paused(),
    FIRST.cancelled(),
    done(schedule(frequency=Frequency.ONCE)),
    done(schedule(frequency=Frequency.WEEKLY, weekdays=(2, 4), interval=2, end=date(2027, 1, 1))),
    done(schedule(frequency=Frequency.MONTHLY, day=31, count=7, adjustment=Adjustment.FOLLOWING), Outcome.SKIPPED),
    schedule(frequency=Frequency.YEARLY, month=2, weekday=NthWeekday(-1, 4), zone="Europe/Paris"),
    FIRST.done(
        Past(date(2026, 11, 25), NOW, NOW, Outcome.REFUSED, reason=Reason("idempotency_conflict", "used before")),
        is_banking_day=is_banking_day,
    ),
]


@pytest.mark.parametrize("lived", LIVES, ids=lambda lived: f"{lived.plan.rule.frequency}-{lived.status}")
def test_a_schedule_comes_back_from_its_document_as_it_was(lived: Schedule) -> None:
    key = schedule_key(lived.id)
    fields = check_fields(key, schedule_to_fields(lived))
    assert schedule_from(Document(key, fields, 1)) == lived
    assert ("due_at" in fields) == (lived.status is Status.ACTIVE)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        (plan(), None),
        (replace(plan(), template=replace(TEMPLATE, money=Money(12_51, "USD"))), "/payment/amount_minor"),
        (replace(plan(), template=replace(TEMPLATE, money=Money(12_50, "EUR"))), "/payment/currency"),
        (replace(plan(), template=replace(TEMPLATE, source=Side("cus_a", "other"))), "/payment/source"),
        (replace(plan(), template=replace(TEMPLATE, destination=Side("cus_c", "bank"))), "/payment/destination"),
        (replace(plan(), template=replace(TEMPLATE, description="food")), "/payment/description"),
        (replace(plan(), template=replace(TEMPLATE, speed=Speed.FASTEST)), "/payment/speed"),
        (plan(at=time(10)), "/rule"),
        (replace(plan(), skip_missed=True), "/skip_missed"),
    ],
)
def test_a_repeated_plan_differs_by_field(changed: Plan, field: str | None) -> None:
    assert plan().differing_field(changed) == field
