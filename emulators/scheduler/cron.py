"""Five-field cron expressions as Cloud Scheduler reads them (its "unix-cron string format", which is crontab(5))."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from emulators.errors import LocalError
from shared.kernel.errors import ClearwayError

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


class _Field(NamedTuple):
    """One of the five: what it is called, its first and last value, and the names that it knows."""

    name: str
    low: int
    high: int
    names: Mapping[str, int]


_FIELDS = (
    _Field("minute", 0, 59, {}),
    _Field("hour", 0, 23, {}),
    _Field("day of the month", 1, 31, {}),
    _Field("month", 1, 12, {name: number for number, name in enumerate(_MONTHS, start=1)}),
    _Field("day of the week", 0, 7, {name: number for number, name in enumerate(_DAYS)}),
)
_ITEM = re.compile(r"(?P<all>\*)(/(?P<all_step>\d+))?|(?P<first>\w+)(-(?P<last>\w+)(/(?P<step>\d+))?)?")
# 29 February on a Monday comes within 28 years, or 40 across a century that is no leap year.
_HORIZON = timedelta(days=366 * 41)


@dataclass(frozen=True, slots=True)
class Cron:
    """When a job runs, in UTC. A day matches by its number or by its weekday when both are restricted (crontab(5))."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either_day: bool

    def matches_day(self, moment: datetime) -> bool:
        """Whether the job runs at all on the moment's day."""
        by_number = moment.day in self.days
        by_weekday = moment.isoweekday() % 7 in self.weekdays
        by_day = by_number or by_weekday if self.either_day else by_number and by_weekday
        return by_day and moment.month in self.months

    def next_after(self, moment: datetime) -> datetime | None:
        """The first whole minute later than `moment` at which the job runs; None if there is none (30 February)."""
        candidate = moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
        limit = candidate + _HORIZON
        while candidate < limit:
            if not self.matches_day(candidate):
                candidate = candidate.replace(hour=0, minute=0) + timedelta(days=1)
            elif candidate.hour not in self.hours:
                candidate = candidate.replace(minute=0) + timedelta(hours=1)
            elif candidate.minute not in self.minutes:
                candidate += timedelta(minutes=1)
            else:
                return candidate
        return None


def parse(expression: str) -> Cron:
    """Read lists, ranges, steps and names (`*/15 9-17 * * mon-fri`). Raises BAD_DESCRIPTION naming the field."""
    words = expression.lower().split()
    if len(words) != len(_FIELDS):
        raise _bad(expression, f"has {len(words)} fields, not {len(_FIELDS)}")
    minutes, hours, days, months, weekdays = (
        _values(expression, word, field) for word, field in zip(words, _FIELDS, strict=True)
    )
    # Sunday is 0 and 7. A field that begins with a star does not restrict, even with a step.
    weekdays = frozenset(day % 7 for day in weekdays)
    either_day = not words[2].startswith("*") and not words[4].startswith("*")
    return Cron(minutes, hours, days, months, weekdays, either_day)


def _values(expression: str, word: str, field: _Field) -> frozenset[int]:
    values: set[int] = set()
    for item in word.split(","):
        found = _ITEM.fullmatch(item)
        if found is None:
            raise _bad(expression, f"the {field.name} field does not understand {item!r}")
        if found["all"]:
            first, last, step = field.low, field.high, int(found["all_step"] or 1)
        else:
            first = _number(expression, found["first"], field)
            last = _number(expression, found["last"] or found["first"], field)
            step = int(found["step"] or 1)
        if not field.low <= first <= last <= field.high or step < 1:
            raise _bad(expression, f"the {field.name} field's {item!r} is not within {field.low} to {field.high}")
        values.update(range(first, last + 1, step))
    return frozenset(values)


def _number(expression: str, text: str, field: _Field) -> int:
    if text in field.names:
        return field.names[text]
    if not text.isdecimal():
        raise _bad(expression, f"the {field.name} field does not know {text!r}")
    return int(text)


def _bad(expression: str, problem: str) -> ClearwayError:
    return ClearwayError(LocalError.BAD_DESCRIPTION, f"cron expression {expression!r}: {problem}")
