"""Calendar rules: on which dates something happens, and at which time of day, as a client states it."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared.kernel.errors import ClearwayError
from shared.schedules.domain.errors import ScheduleError

YEAR_MIN, YEAR_MAX = 2000, 2200  # no rule reaches beyond, so that every search for a date ends
INTERVAL_MAX = 366
COUNT_MAX = 10_000
LAST = -1


class Frequency(StrEnum):
    """How often a rule's date comes round."""

    ONCE = "once"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    YEARLY = "yearly"


class Adjustment(StrEnum):
    """Where a date that is no banking day is moved to (ISDA's business day conventions)."""

    NONE = "none"
    PRECEDING = "preceding"
    FOLLOWING = "following"
    MODIFIED_FOLLOWING = "modified_following"  # the following one, unless that is in the next month: the preceding


@dataclass(frozen=True, slots=True)
class NthWeekday:
    """A weekday (0 is Monday) of a month: the first to fourth, or the last one (-1)."""

    nth: int
    weekday: int

    def in_month(self, year: int, month: int) -> date:
        """The day that it is in a month."""
        if self.nth == LAST:
            last = date(year, month, calendar.monthrange(year, month)[1])
            return last - timedelta(days=(last.weekday() - self.weekday) % 7)
        first = date(year, month, 1)
        return first + timedelta(days=(self.weekday - first.weekday()) % 7 + 7 * (self.nth - 1))


@dataclass(frozen=True, slots=True)
class CalendarRule:
    """Dates from `start` on, until `end` (included) or `count` of them, every `interval` days, weeks, months or years.

    WEEKLY is on `weekdays` (0 is Monday) of weeks that begin on Monday, the first being that of `start`. MONTHLY is on
    `day`, or on the last day of a month that has no such day, so that 31 is the last day of every month; or on
    `weekday`. YEARLY is the same in `month`; the 29th of February is the 28th in other years. ONCE is `start` alone.
    Raises INVALID_RULE for a rule that contradicts itself.
    """

    frequency: Frequency
    start: date
    zone: str
    at: time
    interval: int = 1
    weekdays: tuple[int, ...] = ()
    day: int | None = None
    weekday: NthWeekday | None = None
    month: int | None = None
    end: date | None = None
    count: int | None = None
    adjustment: Adjustment = Adjustment.NONE

    def __post_init__(self) -> None:
        monthly = self.frequency in (Frequency.MONTHLY, Frequency.YEARLY)
        end = self.end or self.start
        _check("zone", "is no IANA time zone", _is_zone(self.zone))
        _check("at", "is a local time of day, to the minute", self.at.tzinfo is None and self.at.second == 0)
        _check("start", f"lies from {YEAR_MIN} to {YEAR_MAX}", YEAR_MIN <= self.start.year <= YEAR_MAX)
        _check("end", f"lies from the start to {YEAR_MAX}", self.start <= end and end.year <= YEAR_MAX)
        _check("interval", f"lies from 1 to {INTERVAL_MAX}", 1 <= self.interval <= INTERVAL_MAX)
        _check("count", f"lies from 1 to {COUNT_MAX}", self.count is None or 1 <= self.count <= COUNT_MAX)
        _check("count", "and end exclude each other", self.count is None or self.end is None)
        weekly = self.frequency is Frequency.WEEKLY
        rising = sorted(set(self.weekdays)) == list(self.weekdays) and set(self.weekdays) <= set(range(7))
        _check("weekdays", "are those of a weekly rule", bool(self.weekdays) == weekly and rising)
        _check(
            "day", "is that of a monthly or yearly rule, 1 to 31", self.day is None or (monthly and _in(self.day, 31))
        )
        if monthly:
            _check("day", "or weekday is needed, and not both", (self.day is None) != (self.weekday is None))
        named = self.weekday
        fits = named is None or (monthly and named.nth in (1, 2, 3, 4, LAST) and named.weekday in range(7))
        _check("weekday", "is the first to fourth or last one of a monthly or yearly rule", fits)
        yearly = self.frequency is Frequency.YEARLY
        _check("month", "is that of a yearly rule, 1 to 12", (self.month is not None) == yearly and _in(self.month, 12))
        if self.frequency is Frequency.ONCE:
            alone = self.interval == 1 and self.end is None and self.count is None
            _check("frequency", "once has no interval, end or count", alone)


def _is_zone(key: str) -> bool:
    # A region with its place, or UTC: other names in the database depend on the machine, such as `localtime`.
    if key != "UTC" and "/" not in key:
        return False
    try:
        ZoneInfo(key)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _in(number: int | None, most: int) -> bool:
    return number is None or 1 <= number <= most


def _check(name: str, what: str, holds: bool) -> None:  # noqa: FBT001 - a condition is what it is given
    if not holds:
        raise ClearwayError(ScheduleError.INVALID_RULE, f"{name} {what}", field=f"/rule/{name}")
