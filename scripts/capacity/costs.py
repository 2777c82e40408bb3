"""What a month costs, line by line: units that are there whatever is paid, and units of the payments themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from emulators.description import System
from scripts.capacity.books import HOURS_OF_MONTH, PriceBook
from scripts.capacity.demand import Demand, Work
from scripts.capacity.instances import SECONDS_OF_MONTH, job_runs, needed, timer_runs
from scripts.capacity.operations import Operations
from scripts.capacity.question import Question
from shared.contracts.catalogue import EVENTS_TOPIC

GIB, TIB = Decimal(2**30), Decimal(2**40)
WEEK_S = Decimal(7 * 24 * 3600)
NAT_INSTANCES_MAX = 32  # beyond which the gateway's price stays: https://cloud.google.com/nat/pricing
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Line:
    """Units of a price in a month and what they cost: `fixed` and `of_payments`, and `free` off the two together."""

    name: str
    price: str
    unit: str
    quantity: Decimal
    fixed: Decimal
    of_payments: Decimal
    free: Decimal = ZERO
    unconfirmed: bool = False

    @property
    def cost(self) -> Decimal:
        """Before what is free."""
        return self.fixed + self.of_payments

    @property
    def charged(self) -> Decimal:
        """What is left of it to pay."""
        return self.cost - self.free


@dataclass(frozen=True, slots=True)
class Basis:
    """What costs are reckoned from."""

    question: Question
    demand: Demand
    operations: Operations
    system: System
    prices: PriceBook

    @property
    def payments(self) -> Decimal:
        """Payments of a month."""
        return self.question.rate * SECONDS_OF_MONTH

    def line(self, name: str, price: str, of_payments: Decimal = ZERO, *, fixed: Decimal = ZERO) -> Line:
        """So many units of a price in a month. Raises BAD_FIGURES when the book lacks it."""
        one = self.prices.price(price)
        return Line(
            name,
            price,
            one.unit,
            fixed + of_payments,
            one.of(fixed),
            one.of(of_payments),
            unconfirmed=one.unconfirmed,
        )


def costs_of(basis: Basis) -> tuple[Line, ...]:
    """All lines, with what is free taken off each price once, from its first lines on."""
    makers = (_firestore, _messages, _run, _tasks, _rest, _edge)
    left = {name: free.monthly for name, free in basis.prices.free.items()}
    lines = []
    for line in (line for maker in makers for line in maker(basis)):
        off = min(left.get(line.price, ZERO), line.quantity)
        left[line.price] = left.get(line.price, ZERO) - off
        lines.append(replace(line, free=basis.prices.price(line.price).of(off)))
    return tuple(lines)


def _firestore(basis: Basis) -> Iterator[Line]:
    demand, payments, operations, question = basis.demand, basis.payments, basis.operations, basis.question
    jobs = [job for _, trigger in basis.system.scheduled() for job in trigger.jobs]
    # Without a number of wallets none is counted, and what is printed says so.
    wallets = question.accounts or 0
    idle = sum(
        (job_runs(job.schedule, question.on) * operations.timer_reads_of(job.name, wallets) for job in jobs), ZERO
    )
    stored = payments * demand.stored_bytes / GIB * operations.assumed["stored_months"]
    versions = basis.question.rate * WEEK_S * demand.version_bytes / GIB
    yield basis.line("Firestore: reads", "firestore_read", payments * demand.reads, fixed=idle)
    yield basis.line("Firestore: writes", "firestore_write", payments * demand.writes)
    yield basis.line("Firestore: deletes", "firestore_delete")  # the product deletes nothing
    yield basis.line("Firestore: storage", "firestore_storage", stored)
    yield basis.line("Firestore: recovery to a point in time", "firestore_pitr", versions)
    yield basis.line("Firestore: backups", "firestore_backup", stored * operations.planned.backup_copies)


def _messages(basis: Basis) -> Iterator[Line]:
    """A push subscription with a filter pays for what it filters out as well.

    https://cloud.google.com/pubsub/docs/subscription-message-filter
    """
    demand, least = basis.demand, basis.operations.assumed["pubsub_bytes_min"]
    sizes = {topic: max(least, Decimal(size)) for topic, size in basis.operations.bytes.messages.items()}
    subscribed = [trigger.topic for _, trigger in basis.system.subscribers()]
    published = sum((count * sizes[topic] for topic, count in demand.topics.items()), ZERO)
    delivered = sum((demand.topics.get(topic, ZERO) * sizes.get(topic, ZERO) for topic in subscribed), ZERO)
    events = demand.topics.get(EVENTS_TOPIC, ZERO)
    exported = basis.payments * events * sizes.get(EVENTS_TOPIC, ZERO) / TIB
    rows = basis.payments * events * basis.operations.bytes.messages.get(EVENTS_TOPIC, 0) / GIB
    yield basis.line("Pub/Sub: publishing", "pubsub_delivery", basis.payments * published / TIB)
    yield basis.line("Pub/Sub: delivering", "pubsub_delivery", basis.payments * delivered / TIB)
    yield basis.line("Pub/Sub: BigQuery subscription", "pubsub_export", exported)
    yield basis.line("BigQuery: storage", "bigquery_storage", rows * basis.operations.assumed["stored_months"])


def _run(basis: Basis) -> Iterator[Line]:
    assumed = basis.operations.assumed
    least_s = assumed["billed_ms_min"] / 1000
    runs = timer_runs(basis.system, basis.question.on)
    run_s = runs * max(least_s, assumed["timer_wall_ms"] / 1000)
    timed = {function.name for function, _ in basis.system.scheduled()}
    cpu = memory = timer_cpu = timer_memory = idle_cpu = idle_memory = ZERO
    for work in basis.demand.works:
        size = work.function.size
        cores, gib = Decimal(str(size.cpu)), Decimal(size.memory_mib) / 1024
        busy = busy_instances(work, basis.question.rate, least_s, assumed["target_share"])
        cpu, memory = cpu + busy * SECONDS_OF_MONTH * cores, memory + busy * SECONDS_OF_MONTH * gib
        if work.function.name in timed:
            timer_cpu, timer_memory = timer_cpu + run_s * cores, timer_memory + run_s * gib
        idle_s = max(ZERO, size.instances_min - busy) * SECONDS_OF_MONTH
        idle_cpu, idle_memory = idle_cpu + idle_s * cores, idle_memory + idle_s * gib
    requests = sum((work.requests for work in basis.demand.works), ZERO)
    yield basis.line("Cloud Run: requests", "run_request", basis.payments * requests, fixed=runs)
    yield basis.line("Cloud Run: CPU", "run_cpu", cpu, fixed=timer_cpu)
    yield basis.line("Cloud Run: memory", "run_memory", memory, fixed=timer_memory)
    yield basis.line("Cloud Run: CPU of idle warm instances", "run_idle_cpu", fixed=idle_cpu)
    yield basis.line("Cloud Run: memory of idle warm instances", "run_idle_memory", fixed=idle_memory)


def busy_instances(work: Work, rate: Decimal, least_s: Decimal, share: Decimal) -> Decimal:
    """Instances that are paid for at any time, as an upper bound.

    Either every request is alone on its instance and pays for its own time, or all instances that the rate needs are
    always busy: whichever is less.
    """
    alone = rate * work.requests * max(least_s, work.wall_s)
    return min(alone, Decimal(needed(work, rate, share)))


def _tasks(basis: Basis) -> Iterator[Line]:
    jobs = sum(len(trigger.jobs) for _, trigger in basis.system.scheduled())
    # One operation to create a task and one to call it.
    yield basis.line("Cloud Tasks: operations", "tasks_operation", 2 * basis.payments * basis.demand.tasks)
    yield basis.line("Cloud Scheduler: jobs", "scheduler_job", fixed=Decimal(jobs))


def _rest(basis: Basis) -> Iterator[Line]:
    assumed, lines = basis.operations.assumed, basis.operations.bytes.log_lines
    run_bytes = assumed["log_envelope_bytes"] + assumed["request_log_bytes"] + max(lines.values(), default=0)
    timer_gib = timer_runs(basis.system, basis.question.on) * run_bytes / GIB
    planned = basis.operations.planned
    versions = planned.kms_keys * assumed["kms_versions_per_key"]
    points = planned.alert_conditions * assumed["alert_points_a_condition"]
    secrets = Decimal(len({name for function in basis.system.functions for name in function.secrets}))
    logged = basis.payments * basis.demand.log_bytes / GIB
    yield basis.line("Cloud Logging: log lines", "logging_ingestion", logged, fixed=timer_gib)
    yield basis.line("Cloud Monitoring: metrics of alerts", "alert_metric", fixed=Decimal(planned.alert_metrics))
    yield basis.line("Cloud Monitoring: points of alerts", "alert_point", fixed=points)
    yield basis.line("KMS: keys", "kms_key_version", fixed=versions)
    yield basis.line("KMS: operations", "kms_operation", fixed=assumed["kms_operations"])
    yield basis.line("Secret Manager: secrets", "secret_version", fixed=secrets)
    yield basis.line("Secret Manager: accesses", "secret_access", fixed=assumed["secret_accesses"])


def _edge(basis: Basis) -> Iterator[Line]:
    """The load balancer with its firewall, and the way out to the banks."""
    assumed, http, payments = basis.operations.assumed, basis.operations.bytes.http, basis.payments
    planned = basis.operations.planned
    over = assumed["http_overhead_bytes"]
    outwards = http.answer + over
    called = basis.demand.rail_calls * assumed["rail_call_bytes"]
    banking = [work for work in basis.demand.works if work.function.egress == "banks"]
    instances = sum(needed(work, basis.question.rate, assumed["target_share"]) for work in banking)
    hours = HOURS_OF_MONTH * min(instances, NAT_INSTANCES_MAX)
    hours_of_rules = HOURS_OF_MONTH if planned.forwarding_rules else ZERO  # one price for all of them
    yield basis.line("Load balancer: rules", "load_balancer_rules", fixed=hours_of_rules)
    yield basis.line("Load balancer: data", "load_balancer_data", payments * (http.submission + over + outwards) / GIB)
    yield basis.line("Cloud Armor: policies", "armor_policy", fixed=Decimal(planned.armor_policies))
    yield basis.line("Cloud Armor: rules", "armor_rule", fixed=Decimal(planned.armor_rules))
    yield basis.line("Cloud Armor: requests", "armor_request", payments)
    yield basis.line("NAT: instances", "nat_instance", hours)
    yield basis.line("NAT: addresses", "nat_address", fixed=HOURS_OF_MONTH * planned.nat_addresses)
    yield basis.line("NAT: data", "nat_data", payments * called / GIB)
    # Half of what is exchanged with a rail goes out.
    yield basis.line("Data to the internet", "internet_egress", payments * (outwards + called / 2) / GIB)
