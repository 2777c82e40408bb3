"""Calendar rules: the dates that each names, and when they are due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.kernel.errors import ClearwayError
from shared.schedules.domain.calendar_rule import LAST, Adjustment, CalendarRule, Frequency, NthWeekday
from shared.schedules.domain.errors import ScheduleError
from shared.schedules.domain.occurrences import Occurrence, nominal_dates, occurrences

HOLIDAYS = {date(2026, 11, 26), date(2026, 12, 25), date(2027, 1, 1)}
D, W, M, Y = Frequency.DAILY, Frequency.WEEKLY, Frequency.MONTHLY, Frequency.YEARLY


def is_banking_day(day: date) -> bool:
    return day.weekday() < 5 and day not in HOLIDAYS


def rule(frequency: Frequency = D, start: str = "2026-11-24", **fields: Any) -> CalendarRule:
    given: dict[str, Any] = {"zone": "UTC", "at": time(9), **fields}
    return CalendarRule(frequency=frequency, start=date.fromisoformat(start), **given)


def days(dates: Iterator[date], most: int = 5) -> list[str]:
    return [day.isoformat() for day in islice(dates, most)]


@pytest.mark.parametrize(
    ("ruled", "dates"),
    [
        (rule(Frequency.ONCE), ["2026-11-24"]),
        (rule(D, count=3), ["2026-11-24", "2026-11-25", "2026-11-26"]),
        (rule(D, interval=10, end=date(2026, 12, 14)), ["2026-11-24", "2026-12-04", "2026-12-14"]),
        # 24 November 2026 is a Tuesday: the Monday of its own week is over.
        (rule(W, weekdays=(0, 4), count=4), ["2026-11-27", "2026-11-30", "2026-12-04", "2026-12-07"]),
        (rule(W, weekdays=(0, 4), interval=2, count=3), ["2026-11-27", "2026-12-07", "2026-12-11"]),
        (rule(M, day=15, count=3), ["2026-12-15", "2027-01-15", "2027-02-15"]),
        # A month that is too short has its last day, and the next one its own again.
        (rule(M, "2027-12-31", day=31, count=4), ["2027-12-31", "2028-01-31", "2028-02-29", "2028-03-31"]),
        (rule(M, "2026-12-30", day=30, count=4), ["2026-12-30", "2027-01-30", "2027-02-28", "2027-03-30"]),
        (rule(M, day=31, interval=3, count=3), ["2026-11-30", "2027-02-28", "2027-05-31"]),
        (rule(M, weekday=NthWeekday(1, 0), count=3), ["2026-12-07", "2027-01-04", "2027-02-01"]),
        (rule(M, weekday=NthWeekday(4, 1), count=2), ["2026-11-24", "2026-12-22"]),
        (rule(M, weekday=NthWeekday(LAST, 4), count=3), ["2026-11-27", "2026-12-25", "2027-01-29"]),
        (rule(Y, month=11, day=24, count=2), ["2026-11-24", "2027-11-24"]),
        (rule(Y, month=3, day=1, interval=2, count=2), ["2028-03-01", "2030-03-01"]),
        (rule(Y, "2031-02-28", month=2, day=29, count=2), ["2031-02-28", "2032-02-29"]),
        (rule(Y, month=11, weekday=NthWeekday(4, 3), count=2), ["2026-11-26", "2027-11-25"]),
        # No date fits.
        (rule(M, day=15, end=date(2026, 12, 14)), []),
        # The end of all rules.
        (rule(D, "2200-12-30"), ["2200-12-30", "2200-12-31"]),
        (rule(Y, "2200-01-01", month=1, day=1, interval=366), ["2200-01-01"]),
    ],
)
def test_a_rule_names_its_dates(ruled: CalendarRule, dates: list[str]) -> None:
    assert days(nominal_dates(ruled)) == dates


@pytest.mark.parametrize(
    ("adjustment", "start", "due_on"),
    [
        (Adjustment.NONE, "2026-11-28", "2026-11-28"),
        (Adjustment.PRECEDING, "2026-11-28", "2026-11-27"),
        (Adjustment.FOLLOWING, "2026-11-28", "2026-11-30"),
        (Adjustment.MODIFIED_FOLLOWING, "2026-11-28", "2026-11-30"),
        # A Saturday whose Monday is in the next month, a holiday before a weekend, and a banking day.
        (Adjustment.FOLLOWING, "2026-10-31", "2026-11-02"),
        (Adjustment.MODIFIED_FOLLOWING, "2026-10-31", "2026-10-30"),
        (Adjustment.FOLLOWING, "2026-12-25", "2026-12-28"),
        (Adjustment.PRECEDING, "2026-12-27", "2026-12-24"),
        (Adjustment.PRECEDING, "2026-11-24", "2026-11-24"),
        (Adjustment.MODIFIED_FOLLOWING, "2026-11-24", "2026-11-24"),
    ],
)
def test_a_date_that_is_no_banking_day_is_moved(adjustment: Adjustment, start: str, due_on: str) -> None:
    once = rule(Frequency.ONCE, start, adjustment=adjustment)
    due = datetime.combine(date.fromisoformat(due_on), time(9), UTC)
    assert list(occurrences(once, is_banking_day=is_banking_day)) == [Occurrence(once.start, due)]


@pytest.mark.parametrize(
    ("start", "zone", "at", "due_at"),
    [
        ("2026-11-24", "America/New_York", "09:00", "2026-11-24T14:00:00Z"),
        ("2026-07-01", "America/New_York", "09:00", "2026-07-01T13:00:00Z"),
        ("2026-11-24", "Asia/Tokyo", "00:30", "2026-11-23T15:30:00Z"),
        ("2026-11-24", "Asia/Kolkata", "09:00", "2026-11-24T03:30:00Z"),
        # New York's clocks skip from 02:00 to 03:00 on 8 March, and show 01:00 to 02:00 twice on 1 November.
        ("2026-03-08", "America/New_York", "01:59", "2026-03-08T06:59:00Z"),
        ("2026-03-08", "America/New_York", "02:30", "2026-03-08T07:30:00Z"),
        ("2026-03-08", "America/New_York", "03:30", "2026-03-08T07:30:00Z"),
        ("2026-11-01", "America/New_York", "01:30", "2026-11-01T05:30:00Z"),
        ("2026-11-01", "America/New_York", "02:30", "2026-11-01T07:30:00Z"),
        # Samoa had no 30 December 2011; a rule that falls on it is due a day later.
        ("2011-12-30", "Pacific/Apia", "12:00", "2011-12-30T22:00:00Z"),
    ],
)
def test_the_time_of_day_is_that_of_the_place(start: str, zone: str, at: str, due_at: str) -> None:
    once = rule(Frequency.ONCE, start, zone=zone, at=time.fromisoformat(at))
    (found,) = occurrences(once, is_banking_day=is_banking_day)
    assert found.due_at == datetime.fromisoformat(due_at)
    assert found.due_at.tzinfo is UTC


def test_a_calendar_without_banking_days_is_an_error_and_no_endless_search() -> None:
    for adjustment in (Adjustment.PRECEDING, Adjustment.FOLLOWING, Adjustment.MODIFIED_FOLLOWING):
        with pytest.raises(ClearwayError) as caught:
            next(occurrences(rule(adjustment=adjustment), is_banking_day=lambda _: False))
        assert caught.value.code is ScheduleError.INVALID_RULE


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"zone": "localtime"}, "zone"),
        ({"zone": "EST5EDT"}, "zone"),
        ({"zone": "../etc/passwd"}, "zone"),
        ({"zone": "/etc/passwd"}, "zone"),
        ({"zone": "America"}, "zone"),
        ({"zone": ""}, "zone"),
        ({"at": time(9, tzinfo=UTC)}, "at"),
        ({"at": time(9, 0, 1)}, "at"),
        ({"start": "1999-12-31"}, "start"),
        ({"start": "2201-01-01"}, "start"),
        ({"end": date(2026, 11, 23)}, "end"),
        ({"end": date(2201, 1, 1)}, "end"),
        ({"interval": 0}, "interval"),
        ({"interval": 367}, "interval"),
        ({"count": 0}, "count"),
        ({"count": 10_001}, "count"),
        ({"count": 2, "end": date(2027, 1, 1)}, "count"),
        ({"frequency": W}, "weekdays"),
        ({"frequency": W, "weekdays": (4, 0)}, "weekdays"),
        ({"frequency": W, "weekdays": (0, 0)}, "weekdays"),
        ({"frequency": W, "weekdays": (7,)}, "weekdays"),
        ({"weekdays": (0,)}, "weekdays"),
        ({"day": 1}, "day"),
        ({"frequency": M}, "day"),
        ({"frequency": M, "day": 0}, "day"),
        ({"frequency": M, "day": 32}, "day"),
        ({"frequency": M, "day": 1, "weekday": NthWeekday(1, 0)}, "day"),
        ({"frequency": M, "weekday": NthWeekday(5, 0)}, "weekday"),
        ({"frequency": M, "weekday": NthWeekday(1, 7)}, "weekday"),
        ({"weekday": NthWeekday(1, 0)}, "weekday"),
        ({"frequency": M, "day": 1, "month": 1}, "month"),
        ({"frequency": Y, "day": 1}, "month"),
        ({"frequency": Y, "day": 1, "month": 13}, "month"),
        ({"frequency": Frequency.ONCE, "interval": 2}, "frequency"),
        ({"frequency": Frequency.ONCE, "count": 2}, "frequency"),
    ],
)
def test_a_rule_that_contradicts_itself_is_refused_by_field(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(ClearwayError) as caught:
        rule(**fields)
    assert (caught.value.code, caught.value.field) == (ScheduleError.INVALID_RULE, f"/rule/{field}")


starts = st.dates(date(2000, 1, 1), date(2035, 12, 31))
weekdays = st.sets(st.integers(0, 6), min_size=1).map(lambda found: tuple(sorted(found)))
in_month = st.one_of(
    st.integers(1, 31).map(lambda day: {"day": day}),
    st.tuples(st.sampled_from([1, 2, 3, 4, LAST]), st.integers(0, 6)).map(lambda nth: {"weekday": NthWeekday(*nth)}),
)


@st.composite
def rules(draw: st.DrawFn) -> CalendarRule:
    frequency = draw(st.sampled_from(Frequency))
    start = draw(starts)
    fields: dict[str, Any] = {
        "frequency": frequency,
        "start": start,
        "zone": draw(
            st.sampled_from(["UTC", "America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Tokyo"])
        ),
        "at": draw(st.times(time(0), time(23, 59)).map(lambda at: at.replace(second=0, microsecond=0))),
        "adjustment": draw(st.sampled_from(Adjustment)),
    }
    if frequency is not Frequency.ONCE:
        fields["interval"] = draw(st.integers(1, 5))
        bound = draw(st.sampled_from(["none", "count", "end"]))
        if bound == "count":
            fields["count"] = draw(st.integers(1, 30))
        if bound == "end":
            fields["end"] = start + timedelta(days=draw(st.integers(0, 900)))
    if frequency is W:
        fields["weekdays"] = draw(weekdays)
    if frequency in (M, Y):
        fields |= draw(in_month)
    if frequency is Y:
        fields["month"] = draw(st.integers(1, 12))
    return CalendarRule(**fields)


def names(rule: CalendarRule, day: date) -> bool:
    """Whether a day is one of the rule's, asked of the day alone and computed another way."""
    tomorrow = day + timedelta(days=1)
    monday = rule.start - timedelta(days=rule.start.weekday())
    months = (day.year - rule.start.year) * 12 + day.month - rule.start.month
    if rule.weekday is None:
        on_day = day.day == rule.day or (tomorrow.day == 1 and (rule.day or 0) > day.day)
    elif rule.weekday.nth == LAST:
        on_day = day.weekday() == rule.weekday.weekday and (day + timedelta(days=7)).month != day.month
    else:
        on_day = day.weekday() == rule.weekday.weekday and (day.day - 1) // 7 + 1 == rule.weekday.nth
    match rule.frequency:
        case Frequency.ONCE:
            return day == rule.start
        case Frequency.DAILY:
            return (day - rule.start).days % rule.interval == 0
        case Frequency.WEEKLY:
            return day.weekday() in rule.weekdays and (day - monday).days // 7 % rule.interval == 0
        case Frequency.MONTHLY:
            return on_day and months % rule.interval == 0
        case Frequency.YEARLY:
            return on_day and day.month == rule.month and (day.year - rule.start.year) % rule.interval == 0


@given(ruled=rules())
@settings(max_examples=300, deadline=None)
def test_dates_rise_within_their_bounds_and_are_those_that_a_day_by_day_search_finds(ruled: CalendarRule) -> None:
    within = ruled.start + timedelta(days=1_200)
    found = [
        each for each in islice(occurrences(ruled, is_banking_day=is_banking_day), 1_300) if each.nominal <= within
    ]
    dates = [each.nominal for each in found]
    assert all(before < after for before, after in pairwise(dates))
    assert all(before.due_at <= after.due_at for before, after in pairwise(found))
    assert all(ruled.start <= day <= (ruled.end or within) for day in dates)
    searched = (ruled.start + timedelta(days=ahead) for ahead in range(1_201))
    expected = [day for day in searched if names(ruled, day) and day <= (ruled.end or within)]
    assert dates == expected[: ruled.count]
    if ruled.adjustment is not Adjustment.NONE:
        assert all(is_banking_day(each.due_at.astimezone(ZoneInfo(ruled.zone)).date()) for each in found)


@given(ruled=rules(), ahead=st.integers(-10, 1_000))
@settings(max_examples=300, deadline=None)
def test_going_on_behind_a_date_leaves_nothing_out_and_repeats_nothing(ruled: CalendarRule, ahead: int) -> None:
    after = ruled.start + timedelta(days=ahead)
    from_start = (each for each in islice(nominal_dates(ruled), 1_100) if each > after)
    assert days(nominal_dates(ruled, after=after), 20) == days(iter(list(from_start)), 20)
