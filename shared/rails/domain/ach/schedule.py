"""Which cut-off an entry or a file makes: the operator's windows, less the time that handing a file over takes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from shared.kernel.errors import ClearwayError
from shared.kernel.party import Speed
from shared.rails.domain.ach.eastern import EASTERN
from shared.rails.domain.ach.entry import Service
from shared.rails.domain.ach_windows import (
    Cutoff,
    cutoffs_due,
    next_cutoff,
    return_deadline,
    same_day_allowed,
)
from shared.rails.domain.banking_days import add_banking_days
from shared.rails.domain.errors import RailsError
from shared.rails.domain.tables import in_force, table


@dataclass(frozen=True, slots=True)
class Schedule:
    """Our own cut-offs: `lead` before each window of the operator closes, since the bank must have the file by then."""

    lead: timedelta

    def due(self, since: datetime, now: datetime) -> list[Cutoff]:
        """The cut-offs that were reached after `since` and not after `now`, in their order."""
        return cutoffs_due(since + self.lead, now + self.lead)

    def reached_at(self, cutoff: Cutoff) -> datetime:
        """When a file for this cut-off is cut: what is queued by then is in it."""
        return cutoff.closes_at.astimezone(UTC) - self.lead

    def next(self, now: datetime, service: Service) -> Cutoff:
        """The cut-off that an entry of this service makes which is queued now."""
        return window_of(now + self.lead, same_day=service is Service.SAME_DAY)

    def service_for(self, speed: Speed, sec: str, amount_cents: int, now: datetime) -> Service:
        """Same-day where it is wanted, where the amount and the class may, and where it is sooner than the standard."""
        same_day = next_cutoff(now + self.lead, same_day=True)
        wanted = speed in (Speed.FASTEST, Speed.SAME_DAY)
        allowed = same_day_allowed(sec, amount_cents, same_day.settles_on)
        sooner = same_day_is_sooner(now + self.lead)
        return Service.SAME_DAY if wanted and allowed and sooner else Service.STANDARD


def same_day_is_sooner(now: datetime) -> bool:
    """Whether a file handed over now settles sooner with a same-day window; in the evening it no longer does."""
    same_day, standard = (next_cutoff(now, same_day=one).settles_at.astimezone(UTC) for one in (True, False))
    return same_day < standard


def window_of(now: datetime, *, same_day: bool) -> Cutoff:
    """The window that a file handed over now makes; the standard one, where no same-day window would be sooner."""
    return next_cutoff(now, same_day=same_day and same_day_is_sooner(now))


def return_is_late(code: str, settled_on: date, returned_on: date) -> bool:
    """Whether a return that settled on a day came after the deadline of its code. One without a term never does."""
    try:
        deadline = return_deadline(code, settled_on)
    except ClearwayError as error:
        if error.code is RailsError.UNKNOWN_RETURN_CODE:
            return False  # it was no code yet when the entry settled
        raise
    return deadline is not None and returned_on > deadline


def clear_after_prenote(settles_on: date) -> datetime:
    """From when entries may follow a prenote that settles on a day, if it does not come back."""
    terms = in_force(table("ach_originator")["prenote"], settles_on)[0]
    day = add_banking_days(settles_on, terms["banking_days"])
    return datetime.combine(day, time(0), EASTERN).astimezone(UTC)


def return_rate_days(day: date) -> int:
    """Over how many days return rates are taken."""
    days: int = in_force(table("ach_originator")["return_rates"], day)[0]["days"]
    return days
