"""Pause, resume or cancel a schedule. Each may be repeated at will, and changes nothing the second time."""

from __future__ import annotations

from collections.abc import Callable

from shared.kernel.errors import ClearwayError
from shared.ports.clock import Clock
from shared.ports.documents import Transaction, Transactor, keep
from shared.schedules.documents import schedule_from, schedule_key, schedule_to_fields
from shared.schedules.domain.errors import ScheduleError
from shared.schedules.domain.occurrences import BankingDay
from shared.schedules.domain.schedule import Schedule


def pause_schedule(schedule_id: str, *, tenant: str, transactor: Transactor) -> Schedule:
    """The tenant's schedule, making nothing for the time being. Raises NOT_FOUND, ENDED."""
    return _changed(schedule_id, tenant, transactor, Schedule.paused)


def resume_schedule(
    schedule_id: str, *, tenant: str, transactor: Transactor, clock: Clock, is_banking_day: BankingDay
) -> Schedule:
    """The tenant's schedule, active again; what was due during the pause is not made. Raises NOT_FOUND, ENDED."""
    return _changed(
        schedule_id,
        tenant,
        transactor,
        lambda schedule: schedule.resumed(clock.now(), is_banking_day=is_banking_day),
    )


def cancel_schedule(schedule_id: str, *, tenant: str, transactor: Transactor) -> Schedule:
    """The tenant's schedule, ended: once this returns, it makes no payment any more. Raises NOT_FOUND, ENDED."""
    return _changed(schedule_id, tenant, transactor, Schedule.cancelled)


def _changed(schedule_id: str, tenant: str, transactor: Transactor, change: Callable[[Schedule], Schedule]) -> Schedule:
    def work(tx: Transaction) -> Schedule:
        (document,) = tx.get(schedule_key(schedule_id))
        if document is None or document.fields["tenant"] != tenant:
            raise ClearwayError(ScheduleError.NOT_FOUND, "no such schedule")
        changed = change(schedule_from(document))
        keep(tx, document.key, document, schedule_to_fields(changed))
        return changed

    return transactor.run(work).value
