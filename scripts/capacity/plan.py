"""The whole answer: limits, instances and costs of a question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from emulators.description import System
from scripts.capacity.books import Kind, LimitBook, PriceBook
from scripts.capacity.costs import Basis, Line, costs_of
from scripts.capacity.demand import Demand, demand_of
from scripts.capacity.instances import SECONDS_OF_MONTH, Instances, instances_of
from scripts.capacity.limits import Ground, Limit, limits_of, ramp_minutes
from scripts.capacity.operations import Operations
from scripts.capacity.question import Question


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known: the counted operations, the described functions, and the books of the day and region."""

    operations: Operations
    system: System
    prices: PriceBook
    limits: LimitBook


@dataclass(frozen=True, slots=True)
class Plan:
    """`limits` begin with the one that is met first; `ramp_minutes` is how slowly new collections reach the peak."""

    question: Question
    figures: Figures
    demand: Demand
    limits: tuple[Limit, ...]
    instances: tuple[Instances, ...]
    lines: tuple[Line, ...]
    ramp_minutes: int

    @property
    def first(self) -> Limit:
        """The limit that is met first."""
        return self.limits[0]

    @property
    def first_of_google(self) -> Limit:
        """The limit of Google's that is met first."""
        return next(one for one in self.limits if one.google)

    @property
    def exceeded(self) -> tuple[Limit, ...]:
        """Limits that the peak is above."""
        return tuple(one for one in self.limits if one.used(self.question.peak_rate) > 1)

    @property
    def close(self) -> tuple[Limit, ...]:
        """Limits of which the peak leaves less than the share that Cloud Run itself keeps free."""
        share = self.figures.operations.assumed["target_share"]
        return tuple(one for one in self.limits if share < one.used(self.question.peak_rate) <= 1)

    @property
    def payments(self) -> Decimal:
        """Payments of a month."""
        return self.question.rate * SECONDS_OF_MONTH

    @property
    def totals(self) -> tuple[Decimal, Decimal, Decimal]:
        """A month's fixed costs, those of the payments, and what is free of both."""
        return _sum([one.fixed for one in self.lines]), _sum([one.of_payments for one in self.lines]), self._free

    @property
    def _free(self) -> Decimal:
        return _sum([one.free for one in self.lines])

    @property
    def cost(self) -> Decimal:
        """A month before what is free."""
        return _sum([one.cost for one in self.lines])

    @property
    def charged(self) -> Decimal:
        """A month after what is free."""
        return self.cost - self._free

    @property
    def warm_cost(self) -> Decimal:
        """What the instances that are worth keeping warm cost in a month in which nobody pays."""
        cpu, memory = (self.figures.prices.price(name) for name in ("run_idle_cpu", "run_idle_memory"))
        idle = (
            (SECONDS_OF_MONTH * one.warm * cpu.of(Decimal(str(one.function.size.cpu))))
            + (SECONDS_OF_MONTH * one.warm * memory.of(Decimal(one.function.size.memory_mib) / 1024))
            for one in self.instances
        )
        return _sum(list(idle))

    def to_be(self, limit: Limit) -> Decimal:
        """What a limit should be for the peak: with headroom where work waits, without where Google only advises."""
        share = self.figures.operations.assumed["target_share"] if limit.kind is Kind.HARD else Decimal(1)
        return limit.needed(self.question.peak_rate, share)


def plan_of(question: Question, figures: Figures) -> Plan:
    """Answer. Raises BAD_QUESTION, BAD_FIGURES."""
    operations, system = figures.operations, figures.system
    demand = demand_of(question, operations, system)
    ground = Ground(question, demand, operations, system, figures.limits)
    return Plan(
        question,
        figures,
        demand,
        limits_of(ground),
        instances_of(question, demand, operations, system),
        costs_of(Basis(question, demand, operations, system, figures.prices)),
        ramp_minutes(ground, question.peak_rate),
    )


def _sum(amounts: Sequence[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))
