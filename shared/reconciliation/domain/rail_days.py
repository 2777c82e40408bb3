"""The days of a rail's account: which ones have a statement, and when they end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

BankingDay = Callable[[date], bool]

_DAY = timedelta(days=1)
_LONGEST_CLOSURE_DAYS = 31  # no calendar closes longer; it ends a search in one that never opens


@dataclass(frozen=True, slots=True)
class RailDays:
    """A day ends at `ends` in `zone`, at 00:00 with the midnight after it. `open_on`: has a day its own statement?"""

    zone: ZoneInfo
    ends: time
    open_on: BankingDay

    def day_of(self, moment: datetime) -> date:
        """The day on whose statement something belongs that happened at a moment."""
        local = moment.astimezone(self.zone)
        past = self.ends != time() and local.time() >= self.ends
        return self._first_open(local.date() + _DAY if past else local.date())

    def end_of(self, day: date) -> datetime:
        """The moment at which a day ends, in UTC."""
        end = datetime.combine(day + _DAY if self.ends == time() else day, self.ends, self.zone)
        return end.astimezone(UTC)

    def days(self, first: date, last: date) -> Iterator[date]:
        """The days with a statement from `first` to `last`, both included."""
        while first <= last:
            if self.open_on(first):
                yield first
            first += _DAY

    def before(self, day: date, count: int) -> date:
        """The day that is `count` days with a statement before a day."""
        for _ in range(count):
            day -= _DAY
            for _ in range(_LONGEST_CLOSURE_DAYS):
                if self.open_on(day):
                    break
                day -= _DAY
        return day

    def _first_open(self, day: date) -> date:
        for _ in range(_LONGEST_CLOSURE_DAYS):
            if self.open_on(day):
                break
            day += _DAY
        return day
