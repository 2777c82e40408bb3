"""infra/operations.yaml as typed values: what a payment takes, counted, measured, planned and assumed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from scripts.capacity.errors import CapacityError, refuse
from scripts.capacity.reading import read

OPERATIONS = Path(__file__).resolve().parents[2] / "infra" / "operations.yaml"

FORWARDING_RULES_MAX = 5  # https://cloud.google.com/load-balancing/pricing


@dataclass(frozen=True, slots=True)
class Counts:
    """Billed operations of a step."""

    reads: int = 0
    writes: int = 0
    messages: int = 0
    tasks: int = 0
    rail_calls: int = 0


def total_of(many: Iterable[Counts]) -> Counts:
    """Their sum."""
    all_ = list(many)
    return Counts(
        sum(one.reads for one in all_),
        sum(one.writes for one in all_),
        sum(one.messages for one in all_),
        sum(one.tasks for one in all_),
        sum(one.rail_calls for one in all_),
    )


@dataclass(frozen=True, slots=True)
class Route:
    """A payment of one route: its steps, its writes by collection, those to the house's accounts by their kind, and its
    messages by topic.
    """

    steps: dict[str, Counts]
    documents: dict[str, int]
    house: dict[str, int]
    topics: dict[str, int]

    @property
    def total(self) -> Counts:
        """All steps together."""
        return total_of(self.steps.values())

    def of(self, function: str) -> Counts:
        """What one function does: a step is the function's name, or begins with it and a dot."""
        return total_of(one for step, one in self.steps.items() if step.split(".")[0] == function)


@dataclass(frozen=True, slots=True)
class Http:
    """Bodies of a submission and of its answer, in bytes."""

    submission: int
    answer: int


@dataclass(frozen=True, slots=True)
class Bytes:
    """Sizes as bounds: of messages by topic, of log lines by step, of what a payment stores and writes by route."""

    messages: dict[str, int]
    log_lines: dict[str, int]
    http: Http
    stored: dict[str, int]
    versions: dict[str, int]


@dataclass(frozen=True, slots=True)
class Measured:
    """CPU milliseconds a request by function; on which day, on what and how they were measured."""

    day: date
    machine: str
    how: str
    cpu_ms: dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Planned:
    """What Terraform makes in prod: how many of each. `backup_copies` are full copies of the database."""

    alert_conditions: int
    alert_metrics: int
    armor_policies: int
    armor_rules: int
    backup_copies: Decimal
    forwarding_rules: int
    kms_keys: int
    nat_addresses: int


@dataclass(frozen=True, slots=True)
class Assumption:
    """A figure that nothing here proves, and why it is this one."""

    value: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class WallAssumption:
    """Milliseconds of a request by function, without the time that a rail takes."""

    value: dict[str, Decimal]
    source: str


@dataclass(frozen=True, slots=True)
class Assumptions:
    """All that is neither counted, measured nor planned; the names end in their units."""

    wall_ms: WallAssumption
    timer_wall_ms: Assumption
    rail_call_ms: Assumption
    rail_call_bytes: Assumption
    busiest_rail_share: Assumption
    request_log_bytes: Assumption
    log_envelope_bytes: Assumption
    http_overhead_bytes: Assumption
    target_share: Assumption
    billed_ms_min: Assumption
    pubsub_bytes_min: Assumption
    stored_months: Assumption
    secret_accesses: Assumption
    kms_operations: Assumption
    kms_versions_per_key: Assumption
    alert_points_a_condition: Assumption

    def __getitem__(self, name: str) -> Decimal:
        """The figure itself."""
        one: Assumption = getattr(self, name)
        return one.value


@dataclass(frozen=True, slots=True)
class Operations:
    """The whole file."""

    routes: dict[str, Route]
    others: dict[str, dict[str, Counts]]
    timer_reads: dict[str, int]
    timer_reads_a_wallet: dict[str, int]
    bytes: Bytes
    measured: Measured
    planned: Planned
    assumed: Assumptions

    def timer_reads_of(self, job: str, wallets: int) -> int:
        """Documents that an idle run of a timer's job reads; of a job that nobody has counted, those of `other`."""
        return self.timer_reads.get(job, self.timer_reads["other"]) + wallets * self.timer_reads_a_wallet.get(job, 0)


def load_operations(path: Path = OPERATIONS) -> Operations:
    """Read the file. Raises BAD_FIGURES for anything unexpected, or for routes without all of their figures."""
    found = read(Operations, path)
    for name, sizes in (("stored", found.bytes.stored), ("versions", found.bytes.versions)):
        if set(sizes) != set(found.routes):
            refuse(CapacityError.BAD_FIGURES, f"{path.name}: bytes.{name} must name the routes, no more and no less")
    for route in found.routes.values():
        if sum(route.documents.values()) != route.total.writes:
            refuse(CapacityError.BAD_FIGURES, f"{path.name}: a route's documents must sum up to its writes")
        if sum(route.topics.values()) != route.total.messages:
            refuse(CapacityError.BAD_FIGURES, f"{path.name}: a route's topics must sum up to its messages")
        if not set(route.topics) <= set(found.bytes.messages):
            refuse(CapacityError.BAD_FIGURES, f"{path.name}: bytes.messages must name every topic of a route")
        if not set(route.steps) <= set(found.bytes.log_lines):
            refuse(CapacityError.BAD_FIGURES, f"{path.name}: bytes.log_lines must name every step of a route")
    if "other" not in found.timer_reads:
        refuse(CapacityError.BAD_FIGURES, f"{path.name}: timer_reads must have `other`")
    if not 0 < found.assumed["target_share"] <= 1:
        refuse(CapacityError.BAD_FIGURES, f"{path.name}: assumed.target_share must be above 0 and at most 1")
    if found.planned.forwarding_rules > FORWARDING_RULES_MAX:
        rules = (
            f"at most {FORWARDING_RULES_MAX} forwarding rules have one price together; more need a price of their own"
        )
        refuse(CapacityError.BAD_FIGURES, f"{path.name}: {rules}")
    if found.planned.nat_addresses < 1:
        refuse(CapacityError.BAD_FIGURES, f"{path.name}: planned.nat_addresses must be at least 1")
    return found
