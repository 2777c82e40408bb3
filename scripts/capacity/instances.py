"""How many instances a function needs: Little's law, with the headroom that Cloud Run itself keeps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_CEILING, Decimal

from emulators.description import Function, System
from emulators.scheduler import cron
from scripts.capacity.books import HOURS_OF_MONTH
from scripts.capacity.demand import Demand, Work
from scripts.capacity.operations import Operations
from scripts.capacity.question import Question

SECONDS_OF_MONTH = HOURS_OF_MONTH * 3600


@dataclass(frozen=True, slots=True)
class Instances:
    """Instances of a function: at the rate, at the peak, the fewest that are worth keeping warm, and our settings."""

    function: Function
    at_rate: int
    at_peak: int
    warm: int

    @property
    def enough(self) -> bool:
        """Whether the peak's may be started."""
        return self.at_peak <= self.function.size.instances_max


def instances_of(question: Question, demand: Demand, operations: Operations, system: System) -> tuple[Instances, ...]:
    """One line for each function. Those that payments of the mix do not call need none, the timer's one at least."""
    share = operations.assumed["target_share"]
    found = []
    for work in demand.works:
        at_rate, at_peak = (needed(work, rate, share) for rate in (question.rate, question.peak_rate))
        # Enough to take the mean rate at full use while others start; a caller of a warm system waits for none.
        warm = needed(work, question.rate, Decimal(1))
        found.append(Instances(work.function, at_rate, at_peak, warm))
    timed = {function.name for function, _ in system.scheduled()}
    busy = timer_runs(system, question.on) * operations.assumed["timer_wall_ms"] / 1000 / SECONDS_OF_MONTH
    return tuple(
        Instances(one.function, _whole(busy), _whole(busy), 0) if one.function.name in timed else one for one in found
    )


def needed(work: Work, rate: Decimal, share: Decimal) -> int:
    """Instances of which a rate takes no more than `share`."""
    return _whole(rate * work.instance_s / share)


def timer_runs(system: System, on: date) -> Decimal:
    """Calls of all timer jobs in a month: a twelfth of those of the 365 days from `on`."""
    return sum((job_runs(job.schedule, on) for _, trigger in system.scheduled() for job in trigger.jobs), Decimal(0))


def job_runs(schedule: str, on: date) -> Decimal:
    """Calls of one job in a month."""
    when = cron.parse(schedule)
    days = sum(when.matches_day(_noon(on + timedelta(days=number))) for number in range(365))
    return Decimal(days * len(when.hours) * len(when.minutes)) / 12


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=UTC)


def _whole(number: Decimal) -> int:
    return int(number.to_integral_value(ROUND_CEILING))
