"""Every limit that payments run into, as a line: so much is taken by itself, so much by each payment a second.

That makes the rate at which a limit is met a property of the limit, whatever rate is asked about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from emulators.description import System
from scripts.capacity.books import HOURS_OF_MONTH, Kind, LimitBook
from scripts.capacity.demand import Demand
from scripts.capacity.operations import Operations
from scripts.capacity.question import Question
from shared.contracts.catalogue import EVENTS_TOPIC
from shared.ledger.domain.chart import HOUSE_SHARDS, RAIL_SETTLEMENT
from shared.payments.domain.payment import DRIVE_SHARDS


@dataclass(frozen=True, slots=True)
class Limit:
    """`amount` of `unit` is there; `fixed` and `per_payment` (for each payment a second) of it is taken.

    `setting` is the file and key by which we raise it, empty where `raise_` tells how. `google` is False for a
    limit that we set ourselves, below Google's.
    """

    name: str
    amount: Decimal
    unit: str
    per_payment: Decimal
    kind: Kind
    source: str
    setting: str = ""
    raise_: str = ""
    fixed: Decimal = Decimal(0)
    unconfirmed: bool = False
    google: bool = True

    @property
    def met_at(self) -> Decimal | None:
        """The rate of payments at which it is met; None when payments take nothing of it."""
        return max(Decimal(0), self.amount - self.fixed) / self.per_payment if self.per_payment else None

    def used(self, rate: Decimal) -> Decimal:
        """The share of it that is taken at a rate; above 1 there is not enough."""
        return (self.fixed + rate * self.per_payment) / self.amount

    def needed(self, rate: Decimal, share: Decimal = Decimal(1)) -> Decimal:
        """The whole amount of which a rate takes no more than `share`."""
        return ((self.fixed + rate * self.per_payment) / share).to_integral_value(ROUND_CEILING)


@dataclass(frozen=True, slots=True)
class Ground:
    """What limits are reckoned from."""

    question: Question
    demand: Demand
    operations: Operations
    system: System
    book: LimitBook

    def google(
        self, key: str, name: str, per_payment: Decimal, *, times: int = 1, fixed: Decimal = Decimal(0)
    ) -> Limit:
        """A limit of Google's that is there `times` times, such as once for each shard."""
        bound = self.book.limit(key)
        return Limit(
            name,
            bound.amount * times,
            bound.unit,
            per_payment,
            Kind(bound.kind),
            bound.source,
            raise_=bound.raise_,
            fixed=fixed,
            unconfirmed=bound.unconfirmed,
        )


def limits_of(ground: Ground) -> tuple[Limit, ...]:
    """All of them, the first that is met first; those that payments take nothing of last."""
    makers = (_queues, _functions, _firestore, _pubsub, _rest)
    found = [limit for maker in makers for limit in maker(ground)]
    return tuple(sorted(found, key=lambda one: (one.met_at is None, one.met_at or Decimal(0), one.name)))


def _queues(ground: Ground) -> Iterator[Limit]:
    for function, trigger in ground.system.workers():
        work = ground.demand.work(function.name)
        at_once = work.requests * work.wall_s
        key = f"functions/{function.name}/function.yaml: trigger.rate."
        ours: Mapping[str, tuple[Decimal, Decimal, str]] = {
            "max_concurrent_dispatches": (
                Decimal(trigger.rate.max_concurrent_dispatches),
                at_once,
                "tasks at one time",
            ),
            "max_dispatches_per_second": (
                Decimal(str(trigger.rate.max_dispatches_per_second)),
                work.requests,
                "tasks a second",
            ),
        }
        for setting, (amount, taken, unit) in ours.items():
            name = f"queue {trigger.queue}: {unit}, as we set it"
            yield Limit(name, amount, unit, taken, Kind.HARD, key + setting, key + setting, google=False)
        yield ground.google("tasks_concurrent", f"queue {trigger.queue}: tasks at one time, at most", at_once)
        yield ground.google("tasks_dispatches", f"queue {trigger.queue}: tasks a second, at most", work.requests)


def _functions(ground: Ground) -> Iterator[Limit]:
    cpu = Decimal(0)
    for work in ground.demand.works:
        if work.requests:
            function = work.function
            setting = f"functions/{function.name}/function.yaml: size.instances_max"
            amount, name = Decimal(function.size.instances_max), f"function {function.name}: instances"
            yield Limit(name, amount, "instances", work.instance_s, Kind.HARD, setting, setting, google=False)
            cpu += Decimal(str(function.size.cpu)) * work.instance_s
    share = ground.operations.assumed["target_share"]
    yield ground.google("run_cpu", "Cloud Run: CPU of all functions", cpu / share)


def _firestore(ground: Ground) -> Iterator[Limit]:
    demand, share = ground.demand, ground.operations.assumed["busiest_rail_share"]
    one = ground.book.limit("firestore_document_writes")
    for kind, writes in demand.house.items():
        yield Limit(
            f"ledger: documents of the busiest {kind} account",
            Decimal(HOUSE_SHARDS),
            "shards",
            writes * (share if kind == RAIL_SETTLEMENT else 1) / one.amount,
            Kind(one.kind),
            one.source,
            setting="shared/ledger/domain/chart.py: HOUSE_SHARDS",
            unconfirmed=one.unconfirmed,
        )
    if ground.question.accounts is not None:
        wallets = demand.documents.get("accounts", Decimal(0)) / one.amount
        yield Limit(
            "ledger: documents of wallets",
            Decimal(ground.question.accounts),
            "wallets",
            wallets,
            Kind(one.kind),
            one.source,
            raise_="payments over more wallets; the writes of one wallet follow one another",
            unconfirmed=one.unconfirmed,
        )
    # The index of the journal is led by the account, so the busiest one's entries follow time; that of payments is led
    # by a shard (infra/firestore/indexes.json).
    key = "firestore_sequential_writes"
    yield ground.google(key, "Firestore: journal of one account, by time", demand.documents.get("journal", Decimal(0)))
    payments = demand.documents.get("payments", Decimal(0))
    yield ground.google(key, "Firestore: payments by drive_at", payments, times=DRIVE_SHARDS)


def _pubsub(ground: Ground) -> Iterator[Limit]:
    demand, sizes = ground.demand, ground.operations.bytes.messages
    published = sum((count * sizes[topic] for topic, count in demand.topics.items()), Decimal(0))
    yield ground.google("pubsub_publish_bytes", "Pub/Sub: bytes published", published)
    pushed = Decimal(0)
    for function, trigger in ground.system.subscribers():
        work = demand.work(function.name)
        if work.requests:
            pushed += work.requests * sizes[trigger.topic]
            waiting = work.requests * work.wall_s
            yield ground.google("pubsub_push_outstanding", f"Pub/Sub: messages out at {function.name}", waiting)
    yield ground.google("pubsub_push_bytes", "Pub/Sub: bytes pushed", pushed)


def _rest(ground: Ground) -> Iterator[Limit]:
    demand, assumed = ground.demand, ground.operations.assumed
    events = demand.topics.get(EVENTS_TOPIC, Decimal(0)) * ground.operations.bytes.messages.get(EVENTS_TOPIC, 0)
    yield ground.google("bigquery_write_bytes", "BigQuery: bytes of events", events)
    yield ground.google("logging_bytes", "Cloud Logging: bytes of log lines", demand.log_bytes)
    calls = demand.rail_calls * assumed["rail_call_ms"] / 1000
    addresses = ground.operations.planned.nat_addresses
    yield ground.google("nat_ports", "NAT: ports of calls to one rail", calls, times=addresses)
    kms_a_second = assumed["kms_operations"] / (HOURS_OF_MONTH * 3600)
    yield ground.google("kms_cryptographic_requests", "KMS: requests", Decimal(0), fixed=kms_a_second)
    jobs = Decimal(sum(len(trigger.jobs) for _, trigger in ground.system.scheduled()))
    yield ground.google("scheduler_jobs", "Cloud Scheduler: jobs", Decimal(0), fixed=jobs)


def ramp_minutes(ground: Ground, rate: Decimal) -> int:
    """Minutes in which traffic may be brought to a rate on collections that are new, by Firestore's rule."""
    allowed, growth = (
        ground.book.limit("firestore_ramp_start").amount,
        ground.book.limit("firestore_ramp_growth").amount,
    )
    wanted, minutes = rate * (ground.demand.reads + max(ground.demand.documents.values(), default=Decimal(0))), 0
    while allowed < wanted and growth > 1:
        allowed, minutes = allowed * growth, minutes + 5
    return minutes
