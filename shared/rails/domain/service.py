"""One service of a rail: what it takes, what it costs, and when the money that it is given arrives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.kernel.errors import ClearwayError
from shared.kernel.money import Money
from shared.kernel.party import Direction, InstrumentKind
from shared.rails.domain.errors import RailsError

BASIS_POINTS = 10_000
# No calendar of a settlement system has so many days without business in a row.
DAYS_AHEAD_MAX = 31

BankingDay = Callable[[date], bool]


@dataclass(frozen=True, slots=True)
class Cost:
    """What one transaction costs us: `fixed_minor` minor units by currency, and `basis_points` of its amount."""

    fixed_minor: Mapping[str, int]
    basis_points: int
    source: str

    def of(self, money: Money) -> int:
        """The cost in minor units of the amount's currency, rounded up: a cost is not understated.

        Raises KeyError for a currency without a price, which `RailTerms` excludes for those that its rail carries.
        """
        return self.fixed_minor[money.currency] + -(-money.amount_minor * self.basis_points // BASIS_POINTS)


@dataclass(frozen=True, slots=True)
class Window:
    """What is handed in before `cut_off` on a banking day arrives `banking_days` later at `arrives`, local times."""

    cut_off: time
    banking_days: int
    arrives: time


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours in which a rail takes instructions: weekdays (0 is Monday), from `opens` until `closes`, local times.

    `closes` at 00:00 is the midnight that ends the day.
    """

    days: frozenset[int]
    opens: time
    closes: time
    banking_days_only: bool = False

    def hold(self, local: datetime, is_banking_day: BankingDay) -> bool:
        """Whether the moment, in the rail's own zone, lies within them."""
        if local.weekday() not in self.days or (self.banking_days_only and not is_banking_day(local.date())):
            return False
        clock = local.time()
        return self.opens <= clock and (clock < self.closes or self.closes == time(0))


@dataclass(frozen=True, slots=True)
class Service:
    """One way in which a rail carries money, such as same-day or next-day.

    `amount_max_minor` is the largest amount of one instruction by currency; the currencies are those it names.
    The money arrives `arrival_s` seconds after it was handed in, or by the `windows`, in the order of their cut-offs.
    With `participants`, only a bank on the service's own list of routing numbers can be reached, where there is one.
    """

    name: str
    instruments: frozenset[InstrumentKind]
    directions: frozenset[Direction]
    amount_max_minor: Mapping[str, int]
    cost: Cost
    arrival_s: int | None = None
    windows: tuple[Window, ...] = ()
    participants: bool = False

    def arrives(self, now: datetime, zone: ZoneInfo, is_banking_day: BankingDay) -> datetime:
        """When money that is handed in now arrives, in UTC.

        Raises INVALID_CATALOGUE when the calendar has no banking day within a month.
        """
        if self.arrival_s is not None:
            return (now + timedelta(seconds=self.arrival_s)).astimezone(UTC)
        local = now.astimezone(zone)
        day = local.date()
        for window in self.windows:
            if is_banking_day(day) and local < datetime.combine(day, window.cut_off, zone):
                return self._arrival(day, window, zone, is_banking_day)
        return self._arrival(next_banking_day(day, is_banking_day), self.windows[0], zone, is_banking_day)

    def _arrival(self, day: date, window: Window, zone: ZoneInfo, is_banking_day: BankingDay) -> datetime:
        for _ in range(window.banking_days):
            day = next_banking_day(day, is_banking_day)
        return datetime.combine(day, window.arrives, zone).astimezone(UTC)


def next_banking_day(day: date, is_banking_day: BankingDay) -> date:
    """The first banking day after a day. Raises INVALID_CATALOGUE when there is none within a month."""
    for ahead in range(1, DAYS_AHEAD_MAX + 1):
        if is_banking_day(day + timedelta(days=ahead)):
            return day + timedelta(days=ahead)
    raise ClearwayError(RailsError.INVALID_CATALOGUE, f"the calendar has no banking day in the month after {day}")
