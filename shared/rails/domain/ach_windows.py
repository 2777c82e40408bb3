"""When ACH files are due and when their entries settle: cut-offs of the ACH operator, and deadlines of returns.

Times are New York's, as `ach_windows.toml` has them, and carry their time zone; moments are compared in UTC, so that a
change of the clocks moves no cut-off.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from shared.kernel.errors import ClearwayError, KernelError
from shared.rails.domain.ach_returns import return_terms
from shared.rails.domain.banking_days import add_banking_days, is_banking_day, next_banking_day
from shared.rails.domain.tables import in_force, table

# At most three days in a row are no banking days, and a window may close a day after its own.
_LOOK_DAYS = 9


@dataclass(frozen=True, slots=True)
class Cutoff:
    """One closing of a window. `id` is a name that people can read, such as `2026-11-24T1030-same-day`.

    What reaches the operator before `closes_at` settles at `settles_at`, on the banking day `settles_on`.
    """

    id: str
    closes_at: datetime
    settles_at: datetime
    settles_on: date
    same_day: bool


def next_cutoff(now: datetime, *, same_day: bool) -> Cutoff:
    """The first cut-off of the same-day windows, or of the standard one, that closes after a moment.

    Raises MISUSE for a moment without a time zone, and for one before the windows that the table knows.
    """
    first = _local(now).date() - timedelta(days=2)
    found = (cutoff for cutoff in _cutoffs(first, _LOOK_DAYS) if cutoff.same_day is same_day and _after(cutoff, now))
    soonest = min(found, key=_moment, default=None)
    if soonest is None:
        raise ClearwayError(KernelError.MISUSE, "no window of the table is open at that time")
    return soonest


def cutoffs_due(since: datetime, now: datetime) -> list[Cutoff]:
    """All cut-offs that closed after `since` and not after `now`, in the order of their closing.

    Whoever goes on with the last `now` as the next `since` meets each of them once. Raises MISUSE for a moment without
    a time zone.
    """
    first = _local(since).date() - timedelta(days=2)
    days = (_local(now).date() - first).days + 1
    due = (cutoff for cutoff in _cutoffs(first, days) if _after(cutoff, since) and not _after(cutoff, now))
    return sorted(due, key=lambda cutoff: (_moment(cutoff), cutoff.id))


def same_day_allowed(sec_code: str, amount_cents: int, day: date) -> bool:
    """Whether an entry of a class and an amount, in cents, may settle on the day that it is sent."""
    limits = in_force(table("ach_windows")["same_day_limit"], day)
    return bool(limits) and sec_code not in limits[0]["excluded"] and amount_cents <= limits[0]["amount_max_cents"]


def return_deadline(code: str, settled_on: date) -> date | None:
    """The banking day at whose opening an answer with a return code must be there, or None for one without a term.

    `settled_on` is the settlement date of the entry that is answered: for a dishonoured return, that of the return.
    Raises UNKNOWN_RETURN_CODE.
    """
    terms = return_terms(code, settled_on)
    if terms.banking_days is not None:
        return add_banking_days(settled_on, terms.banking_days)
    if terms.calendar_days is not None:
        return next_banking_day(settled_on + timedelta(days=terms.calendar_days))
    return None


def _cutoffs(first: date, days: int) -> Iterator[Cutoff]:
    """Those of the windows of banking days, from one day on."""
    for day in (first + timedelta(days=at) for at in range(days)):
        if is_banking_day(day):
            for window in in_force(table("ach_windows")["window"], day):
                yield _cutoff(window, day)


def _cutoff(window: dict[str, Any], day: date) -> Cutoff:
    closes_at = _at(day + timedelta(days=window.get("closes_days_later", 0)), window["closes"])
    settles_on = day if window["same_day"] else next_banking_day(day)
    return Cutoff(
        id=f"{closes_at:%Y-%m-%dT%H%M}-{window['name']}",
        closes_at=closes_at,
        settles_at=_at(settles_on, window["settles"]),
        settles_on=settles_on,
        same_day=window["same_day"],
    )


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, ZoneInfo(table("ach_windows")["time_zone"]))


def _local(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ClearwayError(KernelError.MISUSE, "a moment needs a time zone")
    return moment.astimezone(ZoneInfo(table("ach_windows")["time_zone"]))


def _moment(cutoff: Cutoff) -> datetime:
    return cutoff.closes_at.astimezone(UTC)


def _after(cutoff: Cutoff, moment: datetime) -> bool:
    return _moment(cutoff) > _local(moment).astimezone(UTC)
