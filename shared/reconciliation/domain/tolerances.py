"""How long each side of a reconciliation may take: effective-dated, by rail, each with its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from shared.kernel.errors import ClearwayError
from shared.reconciliation.domain.breaks import NOTHING_YET, Limits
from shared.reconciliation.domain.errors import ReconciliationError
from shared.reconciliation.domain.rail_days import BankingDay, RailDays

OTHER = "other"


@dataclass(frozen=True, slots=True)
class Tolerance:
    """One rail's; see tolerances.toml for what each means."""

    source: str
    banking: bool
    zone: ZoneInfo
    ends: time
    late_statements: int
    booked_within_days: int
    statement_within_days: int
    waited_for_days: int
    lookback_days: int

    def days(self, is_banking_day: BankingDay) -> RailDays:
        """The days of the rail's account."""
        return RailDays(self.zone, self.ends, is_banking_day if self.banking else _every_day)

    def looked_back_to(self, today: date) -> date:
        """The first day whose statements are still read."""
        return today - timedelta(days=self.lookback_days)

    def due_through(self, today: date) -> date:
        """The last day whose statement should have come by now."""
        return today - timedelta(days=self.statement_within_days)

    def waited_through(self, today: date) -> date:
        """The last day whose missing statement is no longer waited for."""
        return self.due_through(today) - timedelta(days=self.waited_for_days)

    def limits(self, read_through: date | None, days: RailDays) -> Limits:
        """What has had its time when the statements are complete through a day; nothing before there is one.

        Both sides wait for statements and not for the clock: what a statement that is missing may explain is no break.
        """
        if read_through is None:
            return NOTHING_YET
        missing_before = days.end_of(days.before(read_through, self.late_statements))
        return Limits(missing_before, read_through - timedelta(days=self.booked_within_days))


@dataclass(frozen=True, slots=True)
class Tolerances:
    """All tables, by the day from which they hold."""

    tables: Mapping[date, Mapping[str, Tolerance]]

    def of(self, rail: str, day: date) -> Tolerance:
        """What holds for a rail on a day; raises INVALID_TOLERANCES for a day before the first table."""
        begun = [start for start in self.tables if start <= day]
        if not begun:
            raise ClearwayError(ReconciliationError.INVALID_TOLERANCES, f"no tolerances hold on {day.isoformat()}")
        table = self.tables[max(begun)]
        return table.get(rail) or table[OTHER]


def _every_day(_: date) -> bool:
    return True
