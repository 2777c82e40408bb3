"""Take a schedule down: the caller owns the id, so the same call is the same schedule however often it comes."""

from __future__ import annotations

from dataclasses import dataclass

from shared.kernel.errors import ClearwayError
from shared.ports.clock import Clock
from shared.ports.documents import Transaction, Transactor
from shared.schedules.documents import schedule_from, schedule_key, schedule_to_fields
from shared.schedules.domain.errors import ScheduleError
from shared.schedules.domain.occurrences import BankingDay
from shared.schedules.domain.schedule import Plan, Schedule, planned


@dataclass(frozen=True, slots=True)
class Planned:
    """The schedule, and whether it had been asked for before."""

    schedule: Schedule
    replayed: bool


def plan_payments(plan: Plan, *, transactor: Transactor, clock: Clock, is_banking_day: BankingDay) -> Planned:
    """Create the schedule, or find the one that this key stands for.

    Raises CONFLICT, naming the field, when the key was used with other content; INVALID_RULE and IN_THE_PAST, see
    `planned`, for a new one alone: a repeated call is answered also when its first date has passed.
    """

    def work(tx: Transaction) -> Planned:
        (document,) = tx.get(schedule_key(plan.schedule_id))
        if document is not None:
            present = schedule_from(document)
            differing = present.plan.differing_field(plan)
            if differing:
                detail = "the idempotency key was used before with other content"
                raise ClearwayError(ScheduleError.CONFLICT, detail, field=differing)
            return Planned(present, replayed=True)
        schedule = planned(plan, clock.now(), is_banking_day=is_banking_day)
        tx.create(schedule_key(schedule.id), schedule_to_fields(schedule))
        return Planned(schedule, replayed=False)

    return transactor.run(work).value
