"""The occurrences of a calendar rule: its dates, and the moment at which each is due.

A rule's own dates are nominal: they follow from the calendar alone, each is named once, and they rise. The moment that
an occurrence is due is the rule's time of day, in its zone, on the nominal date or on the banking day that it is moved
to. So due moments never fall, but two may be one: daily payments of a weekend are all due on Monday where they follow.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count, islice, takewhile
from zoneinfo import ZoneInfo

from shared.kernel.errors import ClearwayError
from shared.schedules.domain.calendar_rule import YEAR_MAX, Adjustment, CalendarRule, Frequency
from shared.schedules.domain.errors import ScheduleError

BankingDay = Callable[[date], bool]

# No settlement system is closed for so many days in a row.
_DAYS_MOVED_MAX = 31


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One date of a rule, and the moment (UTC) at which it is due."""

    nominal: date
    due_at: datetime


def occurrences(rule: CalendarRule, *, is_banking_day: BankingDay, after: date | None = None) -> Iterator[Occurrence]:
    """The rule's occurrences in order, those after a nominal date where one is given; `count` counts from the start.

    A time of day that the clocks skip is due as much later as they skip; one that comes twice is due the first time
    (RFC 5545, 3.3.5). Raises INVALID_RULE when the calendar has no banking day within a month.
    """
    zone = ZoneInfo(rule.zone)
    for nominal in nominal_dates(rule, after=after):
        day = _moved(nominal, rule.adjustment, is_banking_day)
        yield Occurrence(nominal, datetime.combine(day, rule.at, zone).astimezone(UTC))


def nominal_dates(rule: CalendarRule, *, after: date | None = None) -> Iterator[date]:
    """The rule's own dates, in order; see `occurrences`."""
    end = rule.end or date(YEAR_MAX, 12, 31)
    # The one who counts must begin at the beginning; any other may jump to where it has come to.
    since = rule.start if rule.count is not None or after is None else max(rule.start, after)
    dates = takewhile(lambda day: day <= end, (day for day in _from(rule, since) if day >= rule.start))
    return (day for day in islice(dates, rule.count) if after is None or day > after)


def _from(rule: CalendarRule, since: date) -> Iterator[date]:
    """The rule's dates, before any bound, from the period on that `since` (not before the start) lies in."""
    start, step = rule.start, rule.interval
    match rule.frequency:
        case Frequency.ONCE:
            yield start
        case Frequency.DAILY:
            for period in count((since - start).days // step):
                yield start + timedelta(days=period * step)
        case Frequency.WEEKLY:
            monday = start - timedelta(days=start.weekday())
            for period in count((since - monday).days // 7 // step):
                yield from (monday + timedelta(weeks=period * step, days=weekday) for weekday in rule.weekdays)
        case Frequency.MONTHLY:
            for period in count((_months(since) - _months(start)) // step):
                year, month = divmod(_months(start) + period * step, 12)
                yield _day_in(rule, year, month + 1)
        case Frequency.YEARLY:
            for period in count((since.year - start.year) // step):
                yield _day_in(rule, start.year + period * step, rule.month or start.month)


def _months(day: date) -> int:
    return day.year * 12 + day.month - 1


def _day_in(rule: CalendarRule, year: int, month: int) -> date:
    if rule.weekday is not None:
        return rule.weekday.in_month(year, month)
    return date(year, month, min(rule.day or rule.start.day, calendar.monthrange(year, month)[1]))


def _moved(day: date, adjustment: Adjustment, is_banking_day: BankingDay) -> date:
    match adjustment:
        case Adjustment.NONE:
            return day
        case Adjustment.PRECEDING:
            return _nearest(day, -1, is_banking_day)
        case Adjustment.FOLLOWING:
            return _nearest(day, 1, is_banking_day)
        case Adjustment.MODIFIED_FOLLOWING:
            following = _nearest(day, 1, is_banking_day)
            return following if following.month == day.month else _nearest(day, -1, is_banking_day)


def _nearest(day: date, step: int, is_banking_day: BankingDay) -> date:
    for moved in range(_DAYS_MOVED_MAX + 1):
        if is_banking_day(day + timedelta(days=step * moved)):
            return day + timedelta(days=step * moved)
    raise ClearwayError(ScheduleError.INVALID_RULE, f"the calendar has no banking day within a month of {day}")
