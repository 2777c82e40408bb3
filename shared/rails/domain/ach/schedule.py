"""Which cut-off an entry or a file makes: the operator's windows, less the time that handing a file over takes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from shared.kernel.errors import ClearwayError
from shared.kernel.party import Speed
from shared.rails.domain.ach.eastern import EASTERN
from shared.rails.domain.ach.entry import Service
from shared.rails.domain.ach_returns import return_terms
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

# Who returns, as the terms of return codes name it.
RECEIVING_BANK = "rdfi"


@dataclass(frozen=True, slots=True)
class Schedule:
    """Our own cut-offs: so long before a window of the operator closes, since the bank must have the file by then."""

    same_day_lead: timedelta
    standard_lead: timedelta

    def due(self, since: datetime, now: datetime) -> list[Cutoff]:
        """The cut-offs that were reached after `since` and not after `now`, in their order."""
        passed = [
            cutoff
            for same_day in (True, False)
            for cutoff in cutoffs_due(since + self._lead(same_day), now + self._lead(same_day))
            if cutoff.same_day is same_day
        ]
        return sorted(passed, key=self.reached_at)

    def reached_at(self, cutoff: Cutoff) -> datetime:
        """When a file for this cut-off is cut: what is queued by then is in it."""
        return cutoff.closes_at.astimezone(UTC) - self._lead(cutoff.same_day)

    def next(self, now: datetime, service: Service) -> Cutoff:
        """The cut-off that an entry of this service makes which is queued now."""
        same_day, standard = (next_cutoff(now + self._lead(one), same_day=one) for one in (True, False))
        return same_day if service is Service.SAME_DAY and _is_sooner(same_day, standard) else standard

    def service_for(self, speed: Speed, sec: str, amount_cents: int, now: datetime) -> Service:
        """Same-day where it is wanted, where the amount and the class may, and where it is sooner than the standard."""
        cutoff = self.next(now, Service.SAME_DAY)
        wanted = speed in (Speed.FASTEST, Speed.SAME_DAY)
        allowed = cutoff.same_day and same_day_allowed(sec, amount_cents, cutoff.settles_on)
        return Service.SAME_DAY if wanted and allowed else Service.STANDARD

    def _lead(self, same_day: bool) -> timedelta:  # noqa: FBT001 - which of two windows, as `Cutoff` says it
        return self.same_day_lead if same_day else self.standard_lead


def same_day_is_sooner(now: datetime) -> bool:
    """Whether a file handed over now settles sooner with a same-day window; in the evening it no longer does."""
    return _is_sooner(next_cutoff(now, same_day=True), next_cutoff(now, same_day=False))


def window_of(now: datetime, *, same_day: bool) -> Cutoff:
    """The window that a file handed over now makes; the standard one, where no same-day window would be sooner."""
    return next_cutoff(now, same_day=same_day and same_day_is_sooner(now))


def return_is_late(code: str, settled_on: date, returned_on: date) -> bool:
    """Whether a receiving bank's return that settled on a day came after the deadline of its code.

    One without a term never does, and what the operator, an agency or a gateway returns is not sent back to it.
    """
    try:
        deadline = return_deadline(code, settled_on)
        by = return_terms(code, settled_on).by
    except ClearwayError as error:
        if error.code is RailsError.UNKNOWN_RETURN_CODE:
            return False  # it was no code yet when the entry settled
        raise
    return by == RECEIVING_BANK and deadline is not None and returned_on > deadline


def clear_after_prenote(settles_on: date) -> datetime:
    """From when entries may follow a prenote that settles on a day, if it does not come back."""
    terms = in_force(table("ach_originator")["prenote"], settles_on)[0]
    day = add_banking_days(settles_on, terms["banking_days"])
    return datetime.combine(day, time(0), EASTERN).astimezone(UTC)


def return_rate_days(day: date) -> int:
    """Over how many days return rates are taken."""
    days: int = in_force(table("ach_originator")["return_rates"], day)[0]["days"]
    return days


def _is_sooner(one: Cutoff, other: Cutoff) -> bool:
    return one.settles_at.astimezone(UTC) < other.settles_at.astimezone(UTC)
