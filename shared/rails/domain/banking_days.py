"""Banking days of the Federal Reserve Banks, on which ACH entries settle: weekdays that are no holiday of theirs.

The holidays are computed by rule from `banking_holidays.toml`. One on a Sunday moves to Monday; one on a Saturday does
not move, and the Friday before it is a banking day.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Any

from shared.kernel.errors import ClearwayError, KernelError
from shared.rails.domain.tables import table

_SATURDAY, _SUNDAY = 5, 6
_DAY = timedelta(days=1)


def is_banking_day(day: date) -> bool:
    """Whether entries settle on a day."""
    return day.weekday() < _SATURDAY and day not in holidays(day.year)


def next_banking_day(day: date) -> date:
    """The first banking day after a day."""
    day += _DAY
    while not is_banking_day(day):
        day += _DAY
    return day


def add_banking_days(day: date, count: int) -> date:
    """The nth banking day after a day; for none, the day itself or, where it is no banking day, the next one.

    Raises MISUSE for a negative count.
    """
    if count < 0:
        raise ClearwayError(KernelError.MISUSE, "banking days are counted forward")
    if count == 0:
        return day if is_banking_day(day) else next_banking_day(day)
    for _ in range(count):
        day = next_banking_day(day)
    return day


@cache
def holidays(year: int) -> dict[date, str]:
    """The days on which the holidays of a year are observed, with their names; those on a Saturday are not."""
    found = {}
    for rule in table("banking_holidays")["holiday"]:
        day = _day_of(rule, year)
        if day < rule["effective_from"] or day.weekday() == _SATURDAY:
            continue
        found[day + _DAY if day.weekday() == _SUNDAY else day] = rule["name"]
    return found


def _day_of(rule: dict[str, Any], year: int) -> date:
    if "day" in rule:
        return date(year, rule["month"], rule["day"])
    days = [date(year, rule["month"], 1) + timedelta(days=at) for at in range(31)]
    matching = [day for day in days if day.month == rule["month"] and day.weekday() == rule["weekday"]]
    nth: int = rule["nth"]
    return matching[nth - 1 if nth > 0 else nth]
