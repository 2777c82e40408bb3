"""What one payment of a mix takes, of every function and every service: the question's shares of what was counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from emulators.description import Function, System
from scripts.capacity.errors import CapacityError, refuse
from scripts.capacity.operations import Operations, Route
from scripts.capacity.question import Question

MILLI = Decimal(1000)


@dataclass(frozen=True, slots=True)
class Work:
    """What a payment asks of one function: requests, and the seconds of one request by the clock and of CPU."""

    function: Function
    requests: Decimal
    wall_s: Decimal
    cpu_s: Decimal

    @property
    def instance_s(self) -> Decimal:
        """Seconds of a fully used instance for a payment: of its places for requests, or of its CPU if longer."""
        size = self.function.size
        return self.requests * max(self.wall_s / size.concurrency, self.cpu_s / Decimal(str(size.cpu)))


@dataclass(frozen=True, slots=True)
class Demand:
    """Means of one payment. `documents`, `house` and `topics` are writes and messages by name."""

    works: tuple[Work, ...]
    reads: Decimal
    writes: Decimal
    tasks: Decimal
    rail_calls: Decimal
    documents: Mapping[str, Decimal]
    house: Mapping[str, Decimal]
    topics: Mapping[str, Decimal]
    log_bytes: Decimal
    stored_bytes: Decimal
    version_bytes: Decimal
    routes: tuple[str, ...]

    def work(self, function: str) -> Work:
        """Of one function; every function of the system has one."""
        return next(one for one in self.works if one.function.name == function)


def demand_of(question: Question, operations: Operations, system: System) -> Demand:
    """Mix it. Raises BAD_QUESTION for a route that nobody has counted, BAD_FIGURES for a function without its times."""
    unknown = sorted(set(question.mix) - set(operations.routes))
    if unknown:
        known = ", ".join(operations.routes)
        refuse(CapacityError.BAD_QUESTION, f"the mix names {', '.join(unknown)}; the routes are {known}")
    shares = [(operations.routes[name], share) for name, share in question.mix.items() if share]

    def mean(figure: Callable[[Route], int]) -> Decimal:
        return sum((share * figure(route) for route, share in shares), Decimal(0))

    def by_name(figures: Callable[[Route], Mapping[str, int]]) -> dict[str, Decimal]:
        names = sorted({name for route, _ in shares for name in figures(route)})
        return {name: mean(lambda route, name=name: figures(route).get(name, 0)) for name in names}  # type: ignore[misc]

    def stored(sizes: Mapping[str, int]) -> Decimal:
        return sum((share * sizes[name] for name, share in question.mix.items()), Decimal(0))

    lines = operations.bytes.log_lines
    added = operations.assumed["log_envelope_bytes"] + operations.assumed["request_log_bytes"]
    return Demand(
        works=tuple(_work(function, mean, operations) for function in system.functions),
        reads=mean(lambda route: route.total.reads),
        writes=mean(lambda route: route.total.writes),
        tasks=mean(lambda route: route.total.tasks),
        rail_calls=mean(lambda route: route.total.rail_calls),
        documents=by_name(lambda route: route.documents),
        house=by_name(lambda route: route.house),
        topics=by_name(lambda route: route.topics),
        log_bytes=mean(lambda route: sum(lines[step] for step in route.steps)) + added * mean(lambda r: len(r.steps)),
        stored_bytes=stored(operations.bytes.stored),
        version_bytes=stored(operations.bytes.versions),
        routes=tuple(name for name, share in question.mix.items() if share),
    )


def _work(function: Function, mean: Callable[[Callable[[Route], int]], Decimal], operations: Operations) -> Work:
    name = function.name
    requests = mean(lambda route: sum(step.split(".")[0] == name for step in route.steps))
    if not requests:
        return Work(function, Decimal(0), Decimal(0), Decimal(0))
    wall_ms, cpu_ms = operations.assumed.wall_ms.value, operations.measured.cpu_ms
    if name not in wall_ms or name not in cpu_ms:
        refuse(CapacityError.BAD_FIGURES, f"operations.yaml has no time for the function {name}")
    calls = mean(lambda route: route.of(name).rail_calls) / requests
    waiting_ms = calls * operations.assumed["rail_call_ms"]
    return Work(function, requests, (wall_ms[name] + waiting_ms) / MILLI, cpu_ms[name] / MILLI)
