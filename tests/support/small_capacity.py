"""A system and figures so small that everything about them is reckoned in the head.

A payment goes through `door` (HTTPS), `worker` (a message), `scorer` (one of two events) and `payer` (a task with one
call to a rail). Every price is 1 for 1 unit, every size a whole unit of what it is billed in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from emulators.description import (
    DeadLetter,
    Function,
    HttpTrigger,
    Job,
    PubsubTrigger,
    Rate,
    Retry,
    SchedulerTrigger,
    Size,
    System,
    TaskRetry,
    TasksTrigger,
)
from scripts.capacity.books import Bound, LimitBook, Price, PriceBook, limits_at, prices_at
from scripts.capacity.operations import (
    Assumption,
    Assumptions,
    Bytes,
    Counts,
    Http,
    Measured,
    Operations,
    Planned,
    Route,
    WallAssumption,
)
from scripts.capacity.plan import Figures
from scripts.capacity.question import REGION, Question

DAY = date(2026, 11, 24)
GIB, TIB = 2**30, 2**40


def a_question(rate: str = "1", peak: str = "1", accounts: int | None = None, **mix: str) -> Question:
    """So many payments a second, all of them payouts unless a mix is given."""
    shares = {route: Decimal(share) for route, share in (mix or {"payout": "1"}).items()}
    return Question(Decimal(rate), Decimal(peak), shares, REGION, DAY, accounts)


def a_function(
    name: str, trigger: HttpTrigger | PubsubTrigger | TasksTrigger | SchedulerTrigger, size: Size
) -> Function:
    """Of nobody in particular; `payer` alone calls banks and shares a secret with `door`."""
    egress = "banks" if name == "payer" else "google"
    secrets = {"door": ("KEYS",), "payer": ("KEYS", "TOKENS")}.get(name, ())
    return Function(trigger, size, (), name, "payments", egress, (), (), (), secrets)


def a_subscription(topic: str) -> PubsubTrigger:
    """A push subscription; none of its settings but the topic is reckoned with."""
    return PubsubTrigger(Retry(1, 60), DeadLetter("dead-letters", 5), topic, "", 60, 8)


def a_size(
    *, concurrency: int, instances_max: int, cpu: float = 1, memory_mib: int = 1024, instances_min: int = 0
) -> Size:
    """One vCPU with a GiB, unless told."""
    return Size(cpu, memory_mib, concurrency, instances_min, instances_max, 60)


DOOR = a_function("door", HttpTrigger(True, "api", ("/*",)), a_size(concurrency=10, instances_max=2))
WORKER = a_function("worker", a_subscription("payment-requests"), a_size(concurrency=1, instances_max=3))
SCORER = a_function("scorer", a_subscription("payment-events"), a_size(concurrency=1, instances_max=3))
PAYER = a_function(
    "payer",
    TasksTrigger(Rate(8, 4), TaskRetry(-1, 1, 300, 8), "settlement", 60),
    a_size(concurrency=4, instances_max=3, cpu=2, memory_mib=2048),
)
CLOCK = a_function(
    "clock", SchedulerTrigger((Job("tidy", "0 * * * *", "/tidy"),)), a_size(concurrency=8, instances_max=1)
)
SYSTEM = System(Path("functions"), (DOOR, WORKER, SCORER, PAYER, CLOCK))

PAYOUT = Route(
    steps={
        "door.submit": Counts(0, 1, 1, 0, 0),
        "worker": Counts(2, 1, 1, 0, 0),
        "scorer": Counts(0, 0, 0, 1, 0),
        "payer": Counts(1, 2, 1, 0, 1),
    },
    documents={"accounts": 1, "house_shards": 1, "journal": 1, "payments": 1},
    house={"rail-settlement": 1},
    topics={"payment-requests": 1, "payment-events": 2},
)
ASSUMED: Mapping[str, str] = {
    "timer_wall_ms": "500",
    "rail_call_ms": "1000",
    "rail_call_bytes": str(GIB),
    "busiest_rail_share": "0.5",
    "request_log_bytes": "0",
    "log_envelope_bytes": "0",
    "http_overhead_bytes": "0",
    "target_share": "0.5",
    "billed_ms_min": "100",
    "pubsub_bytes_min": "1000",
    "stored_months": "2",
    "secret_accesses": "7",
    "kms_operations": "50",
    "kms_versions_per_key": "3",
    "alert_points_a_condition": "100",
}
OPERATIONS = Operations(
    routes={"payout": PAYOUT},
    others={},
    timer_reads={"other": 10},
    timer_reads_a_wallet={"tidy": 3},
    bytes=Bytes(
        messages={"payment-requests": TIB, "payment-events": TIB},
        log_lines=dict.fromkeys(PAYOUT.steps, GIB // 4),
        http=Http(GIB // 2, GIB // 2),
        stored={"payout": GIB},
        versions={"payout": GIB},
    ),
    measured=Measured(
        DAY, "a", "b", {name: Decimal(ms) for name, ms in (("door", 2), ("worker", 2), ("scorer", 2), ("payer", 100))}
    ),
    planned=Planned(
        alert_conditions=3,
        alert_metrics=4,
        armor_policies=1,
        armor_rules=2,
        backup_copies=Decimal(3),
        forwarding_rules=4,
        kms_keys=2,
        nat_addresses=1,
    ),
    assumed=Assumptions(
        wall_ms=WallAssumption(
            {name: Decimal(ms) for name, ms in (("door", 60), ("worker", 200), ("scorer", 200), ("payer", 500))}, "c"
        ),
        **{name: Assumption(Decimal(value), "d") for name, value in ASSUMED.items()},
    ),
)
PRICES = PriceBook(
    DAY, REGION, "USD", {name: Price(Decimal(1), Decimal(1), "unit", "e") for name in prices_at(DAY, REGION).prices}
)
LIMITS = LimitBook(
    DAY, REGION, {name: replace(bound, amount=Decimal(625)) for name, bound in limits_at(DAY, REGION).limits.items()}
)
FIGURES = Figures(OPERATIONS, SYSTEM, PRICES, LIMITS)


def with_limit(name: str, amount: str) -> Figures:
    """The same with another amount of one limit."""
    changed: dict[str, Bound] = {**LIMITS.limits, name: replace(LIMITS.limit(name), amount=Decimal(amount))}
    return replace(FIGURES, limits=replace(LIMITS, limits=changed))


def assuming(**values: str) -> Figures:
    """The same under other assumptions."""
    old = OPERATIONS.assumed
    named = {one.name: getattr(old, one.name) for one in fields(old)}
    new = Assumptions(**{**named, **{name: Assumption(Decimal(value), "f") for name, value in values.items()}})
    return replace(FIGURES, operations=replace(OPERATIONS, assumed=new))
