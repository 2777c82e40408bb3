"""The banking days of the Federal Reserve Banks, and the hours of the ACH.

Sources: Federal Reserve Banks, Holiday Schedules (a holiday on a Sunday is kept on the Monday after it; for one on a
Saturday, the Friday before is open); FedACH Processing Schedule (next-day items settle at 8:30, same-day items at
13:00, 17:00 and 18:00, for files that came by 10:30, 14:45 and 16:45, all Eastern time).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

EASTERN = ZoneInfo("America/New_York")
NEXT_DAY_SETTLES = time(8, 30)
# Until when a same-day file may come, and when what is in it settles.
SAME_DAY_WINDOWS = ((time(10, 30), time(13, 0)), (time(14, 45), time(17, 0)), (time(16, 45), time(18, 0)))
DAY_ENDS = time(18, 30)

_FIXED = ((1, 1), (7, 4), (11, 11), (12, 25))
_JUNETEENTH_FROM = 2022
# Month, weekday (Monday is 0), and which one of the month; -1 is the last.
_FLOATING = ((1, 0, 3), (2, 0, 3), (5, 0, -1), (9, 0, 1), (10, 0, 2), (11, 3, 4))
_SATURDAY, _SUNDAY = 5, 6


@lru_cache(maxsize=64)
def holidays(year: int) -> frozenset[date]:
    """The days of a year on which the Federal Reserve Banks are closed, weekends apart."""
    fixed = [date(year, month, day) for month, day in _FIXED]
    if year >= _JUNETEENTH_FROM:
        fixed.append(date(year, 6, 19))
    kept = {day + timedelta(days=1) if day.weekday() == _SUNDAY else day for day in fixed}
    return frozenset(kept | {_floating(year, *rule) for rule in _FLOATING})


def is_banking_day(day: date) -> bool:
    """Whether the Federal Reserve Banks are open."""
    return day.weekday() < _SATURDAY and day not in holidays(day.year)


def on_or_after(day: date) -> date:
    """The day itself, or the banking day next after it."""
    while not is_banking_day(day):
        day += timedelta(days=1)
    return day


def on_or_before(day: date) -> date:
    """The day itself, or the banking day last before it."""
    while not is_banking_day(day):
        day -= timedelta(days=1)
    return day


def banking_days_after(day: date, count: int) -> date:
    """The `count`-th banking day after a day."""
    for _ in range(count):
        day = on_or_after(day + timedelta(days=1))
    return day


def banking_days_between(first: date, last: date) -> int:
    """How many banking days after `first` the day `last` is."""
    count = 0
    while first < last:
        first = on_or_after(first + timedelta(days=1))
        count += first <= last
    return count


def moment(day: date, at: time) -> datetime:
    """A time of day in the East, in UTC."""
    return datetime.combine(day, at, EASTERN).astimezone(UTC)


def eastern(moment_: datetime) -> datetime:
    """A moment on the clocks of the East."""
    return moment_.astimezone(EASTERN)


def _floating(year: int, month: int, weekday: int, which: int) -> date:
    if which < 0:
        last = date(year, month + 1, 1) - timedelta(days=1)
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (which - 1))
