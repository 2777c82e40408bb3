"""When ACH entries settle, when the receiving bank sends them back, and whether that was in time."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from emulators.bank.settlement.banking_days import (
    NEXT_DAY_SETTLES,
    SAME_DAY_WINDOWS,
    banking_days_after,
    banking_days_between,
    eastern,
    is_banking_day,
    moment,
    on_or_after,
    on_or_before,
)
from emulators.bank.table.outcomes import AchScript
from shared.formats.nacha.dates import date_of
from shared.formats.nacha.file import Batch

# Nacha Operating Rules: the largest same-day entry, since 18 March 2022, in cents.
SAME_DAY_MAX_CENTS = 100_000_000
# FedACH Processing Schedule: until 2:15 Eastern time, a file still belongs to the day before.
_NIGHT = timedelta(hours=2, minutes=15)
# Nacha Operating Rules, 3.8 and Appendix Four: returns come by the second banking day after settlement, those that the
# consumer has to claim by the banking day after the 60th day.
RETURN_BANKING_DAYS = 2
CONSUMER_DAYS = 60
_CONSUMER_CODES = frozenset({"R05", "R07", "R10", "R11", "R37", "R51", "R53"})
# Appendix Four: a return is dishonoured within five banking days after its settlement, and that contested within two.
DISHONOUR_BANKING_DAYS = 5
CONTEST_BANKING_DAYS = 2
_NO_SAME_DAY = frozenset({"IAT", "ENR"})


def settles_at(batch: Batch, received_at: datetime) -> datetime:
    """The moment at which the entries of a batch settle.

    An effective entry date of today, or one that has passed, settles in the next same-day window if no entry is over
    the limit; anything else at 8:30 on the effective entry date, and never before the banking day after the file came.
    """
    local = eastern(received_at)
    today = local.date()
    effective = date_of(batch.header.effective_entry_date) or today
    fits = all(entry.amount_cents <= SAME_DAY_MAX_CENTS for entry in batch.entries)
    if is_banking_day(today) and effective <= today and fits and batch.sec_code not in _NO_SAME_DAY:
        for until, settles in SAME_DAY_WINDOWS:
            if local.time() <= until:
                return moment(today, settles)
    day = max(banking_days_after((local - _NIGHT).date(), 1), on_or_after(effective))
    return moment(day, NEXT_DAY_SETTLES)


def sent_back_on(script: AchScript, settled_on: date) -> date:
    """The banking day on which an entry is returned, or a change is notified."""
    if not script.days:
        return banking_days_after(settled_on, script.banking_days)
    day = settled_on + timedelta(days=script.days)
    return on_or_after(day) if script.late else on_or_before(day)


def return_is_timely(code: str, settled_on: date, returned_on: date) -> bool:
    """Whether a return came before its deadline."""
    if code in _CONSUMER_CODES:
        return returned_on <= on_or_after(settled_on + timedelta(days=CONSUMER_DAYS + 1))
    return banking_days_between(settled_on, returned_on) <= RETURN_BANKING_DAYS


def dishonour_is_timely(returned_on: date, dishonoured_on: date) -> bool:
    """Whether a dishonoured return came before its deadline."""
    return banking_days_between(returned_on, dishonoured_on) <= DISHONOUR_BANKING_DAYS
