"""The whole pipeline in one process, on the in-memory twins: no Java, no ports, no threads, time of its own.

The same endpoints as in the cloud, wired from the same function.yaml files. Single-threaded and deterministic, so it
also carries the simulation: whatever a test wraps around a port is called at the same moment in every run.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from emulators.bank.callbacks.outbox import DEFAULT_SECRET
from emulators.description import System, load_system, subscription_name
from emulators.embedded_bank import BANK_RAILS, EmbeddedBank
from emulators.identity import ACH_ORIGIN
from emulators.lists import put_lists
from emulators.pubsub_schemas import schemas
from shared.adapters.memory.broker import InMemoryBroker
from shared.adapters.memory.clock import ManualClock
from shared.adapters.memory.documents import InMemoryDocuments
from shared.adapters.memory.objects import InMemoryObjects
from shared.adapters.memory.rail import InMemoryRail
from shared.adapters.memory.tasks import InMemoryTaskQueue
from shared.adapters.memory.warehouse import InMemoryWarehouse
from shared.adapters.rails.inbox import SignedInbox
from shared.adapters.tasks.rules import RetryPolicy
from shared.fraud.commands.score_payment import FraudGate
from shared.fraud.engine import RuleSet
from shared.payments.domain.payment import DrivePolicy
from shared.ports.publisher import Publisher
from shared.ports.rail import Rail
from shared.ports.routing import HoldPolicy, Tariff
from shared.ports.tasks import TaskQueue
from shared.pricing.tariff import house_tariff
from shared.rails.terms import terms_at
from shared.runtime.api_keys import ApiKeys
from shared.runtime.backbone import Backbone, Documents
from shared.runtime.carriers import settlement_over
from shared.runtime.envelopes import push_from
from shared.runtime.news import NewsDesk
from shared.runtime.participants import listed_participants
from shared.runtime.steps.api import api_endpoint
from shared.runtime.steps.compliance import listed_gate
from shared.runtime.steps.gate import gate_endpoint
from shared.runtime.steps.intake import intake_endpoint
from shared.runtime.steps.rail_callback import rail_callback_endpoint
from shared.runtime.steps.settlement import settlement_endpoint
from shared.runtime.steps.timer import timer_endpoint
from shared.runtime.steps.timer_jobs import timer_jobs
from shared.runtime.web import Endpoint, HttpRequest, Reply, query_of

ROOT = Path(__file__).resolve().parent.parent
SAMPLE_WATCHLIST = ROOT / "emulators" / "watchlists" / "sample"
RAIL = "simulator"
SECRETS = {rail: (DEFAULT_SECRET,) for rail in (RAIL, *BANK_RAILS) if rail != "ach"}
SWEEP_EVERY = timedelta(minutes=1)
LOOKING, LOOK_EVERY = ("watch", "books"), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Twins:
    """The in-memory world itself, as a test looks at it."""

    clock: ManualClock
    documents: InMemoryDocuments
    broker: InMemoryBroker
    tasks: InMemoryTaskQueue
    rail: InMemoryRail
    warehouse: InMemoryWarehouse
    objects: InMemoryObjects
    lists: InMemoryObjects
    bank: EmbeddedBank


def make_twins(clock: ManualClock) -> Twins:
    """A fresh, empty world on this clock."""
    columns = json.loads((ROOT / "infra" / "bigquery" / "events.json").read_text(encoding="utf-8"))
    terms = terms_at(clock.now().date())[RAIL]
    objects = InMemoryObjects(clock)
    return Twins(
        clock=clock,
        documents=InMemoryDocuments(clock),
        broker=InMemoryBroker(clock),
        tasks=InMemoryTaskQueue(clock),
        rail=InMemoryRail(clock, name=RAIL, timeout_s=terms.timeout_s),
        warehouse=InMemoryWarehouse(columns),
        objects=objects,
        lists=InMemoryObjects(clock),
        bank=EmbeddedBank(clock, objects),
    )


@dataclass(frozen=True, slots=True)
class Wrapping:
    """What a function is given instead of each port: by default the port itself; a simulation slips faults between."""

    documents: Callable[[Documents], Documents] = field(default=lambda port: port)
    publisher: Callable[[Publisher], Publisher] = field(default=lambda port: port)
    tasks: Callable[[TaskQueue], TaskQueue] = field(default=lambda port: port)
    rail: Callable[[Rail], Rail] = field(default=lambda port: port)


class EmbeddedCloud:
    """All functions over one set of twins. `api_keys` is JSON as in CLEARWAY_API_KEYS.

    `rails` are those that payments may take: `simulator`, which is in memory, and those of BANK_RAILS over the bank.
    """

    def __init__(
        self,
        twins: Twins,
        *,
        api_keys: str,
        watchlist_dir: Path = SAMPLE_WATCHLIST,
        wrapping: Wrapping | None = None,
        drive: DrivePolicy | None = None,
        rails: Sequence[str] = (RAIL,),
        tariff: Tariff | None = None,
        hold_policy: HoldPolicy | None = None,
    ) -> None:
        wrapping = wrapping or Wrapping()
        self.twins = twins
        backbone = Backbone(
            documents=wrapping.documents(twins.documents),
            publisher=wrapping.publisher(twins.broker),
            clock=twins.clock,
            tasks=wrapping.tasks(twins.tasks),
            drive=drive or DrivePolicy(),
        )
        put_lists(twins.lists, watchlist_dir)
        adapters = [twins.rail if name == RAIL else twins.bank.rail(name, backbone.documents) for name in rails]
        settlement = settlement_over(
            backbone,
            map(wrapping.rail, adapters),
            participants=listed_participants(twins.lists, twins.clock),
            hold_policy=hold_policy,
        )
        self._cuts_files = "ach" in rails
        ach = ACH_ORIGIN if self._cuts_files else None
        self.news = NewsDesk(backbone, settlement)
        self.jobs = timer_jobs(backbone, twins.objects, twins.lists, self.news, ach)
        self.endpoints: Mapping[str, Endpoint] = {
            "api": api_endpoint(backbone, ApiKeys.parse(api_keys)),
            "intake": intake_endpoint(backbone, tariff or house_tariff()),
            "fraud": gate_endpoint(backbone, _fraud()),
            "compliance": gate_endpoint(backbone, listed_gate(twins.lists, twins.clock)),
            "settlement": settlement_endpoint(backbone, settlement),
            "rail_callback": rail_callback_endpoint(backbone, SignedInbox(SECRETS), settlement),
            "timer": timer_endpoint(self.jobs),
        }
        twins.bank.call_back_to(self.endpoints["rail_callback"])
        self._next_sweep = twins.clock.now() + SWEEP_EVERY
        self._next_look = twins.clock.now()
        self._files_seen: Sequence[str] = ()
        self._wire()

    def call(self, method: str, path: str, body: bytes = b"", **headers: str) -> Reply:
        """Call the API; header names are written with underscores."""
        named = {name.lower().replace("_", "-"): value for name, value in headers.items()}
        path, _, query = path.partition("?")
        return self.endpoints["api"](HttpRequest(method, path, named, body, query_of(query)))

    def step(self) -> int:
        """Deliver everything that is due now; returns how many deliveries that were."""
        return self.twins.broker.deliver_due() + self.twins.tasks.run_due()

    def settle_down(self, within: timedelta = timedelta(hours=2)) -> bool:
        """Run until nothing is left to deliver or to sweep, moving the clock on; False when `within` was not enough."""
        end = self.twins.clock.now() + within
        while self.twins.clock.now() <= end:
            while self.step():
                continue
            due = [at for at in (self.twins.broker.next_due(), self.twins.tasks.next_due()) if at]
            live = self.twins.documents.find("payments", at_most=("drive_at", end + within), limit=1)
            if not due and not live:
                return True
            upcoming = min([*due, self._next_sweep])
            self.twins.clock.advance(max(0.0, (upcoming - self.twins.clock.now()).total_seconds()))
            if self.twins.clock.now() >= self._next_sweep:
                self._next_sweep += SWEEP_EVERY
                self.endpoints["timer"](HttpRequest("POST", "/sweep"))
        return False

    def live(self, until: datetime) -> None:
        """Let everything happen until a moment, with the bank and all the timer's jobs; time leaps over what is empty.

        The timer is called on whole minutes, when one of its jobs has something to do.
        """
        clock, bank = self.twins.clock, self.twins.bank.simulator
        while True:
            while self.step() or bank.run_due():
                continue
            files = self.twins.objects.list("")
            due = [self.twins.broker.next_due(), self.twins.tasks.next_due(), bank.next_due()]
            ticks = [*self._timer_due(), *([clock.now()] if files != self._files_seen else [])]
            tick = _whole_minute(max(clock.now(), min(ticks))) if ticks else until
            upcoming = min([*(moment for moment in due if moment is not None), tick])
            if upcoming >= until:
                clock.advance_to(max(until, clock.now()))
                return
            clock.advance_to(max(upcoming, clock.now()))
            if clock.now() >= tick:
                self._call_timer(new_files=files != self._files_seen)
                self._files_seen = files

    def _call_timer(self, *, new_files: bool) -> None:
        """Every job that may have something to do; without a new statement, reconciling would find what it found.

        The jobs that only look are called once a day, since nobody reads here what they say.
        """
        looking = self.twins.clock.now() >= self._next_look
        if looking:
            self._next_look = self.twins.clock.now() + LOOK_EVERY
        for job in self.jobs:
            if (looking or job not in LOOKING) and (new_files or job != "reconcile"):
                self.endpoints["timer"](HttpRequest("POST", f"/{job}"))

    def _timer_due(self) -> list[datetime]:
        found = self.twins.documents
        ever = datetime.max.replace(tzinfo=UTC)
        dues = ((collection, name) for collection, name in (("payments", "drive_at"), ("schedules", "due_at")))
        first = [found.find(collection, at_most=(name, ever), limit=1) for collection, name in dues]
        live = [
            document.fields[name] for page, name in zip(first, ("drive_at", "due_at"), strict=True) for document in page
        ]
        return [*live, *([self.twins.bank.next_cutoff()] if self._cuts_files else [])]

    def _wire(self) -> None:
        broker, system = self.twins.broker, _system()
        for topic in system.topics:
            broker.create_topic(topic, schemas().get(topic, ""))
        for function, trigger in system.subscribers():
            broker.subscribe(
                subscription_name(function, trigger),
                trigger.topic,
                _pushed_to(self.endpoints[function.name]),
                filter=trigger.filter,
                max_delivery_attempts=trigger.dead_letter.max_delivery_attempts,
                dead_letter_topic=trigger.dead_letter.topic,
                minimum_backoff_s=trigger.retry.minimum_backoff_s,
                maximum_backoff_s=trigger.retry.maximum_backoff_s,
            )
        for function, worker in system.workers():
            self.twins.tasks.register(
                worker.queue,
                _called_at(self.endpoints[function.name]),
                retry=RetryPolicy(
                    max_attempts=worker.retry.max_attempts,
                    min_backoff_s=worker.retry.minimum_backoff_s,
                    max_backoff_s=worker.retry.maximum_backoff_s,
                    max_doublings=worker.retry.max_doublings,
                ),
            )
        broker.subscribe("payment-events-bigquery", "payment-events", self._land)

    def _land(self, body: bytes) -> int:
        """The BigQuery subscription: a message becomes a row of the events table."""
        push = push_from(body)
        metadata = {
            "subscription_name": push.subscription,
            "message_id": push.message_id,
            "publish_time": self.twins.clock.now().isoformat(),
            "attributes": json.dumps(dict(push.attributes)),
        }
        self.twins.warehouse.append_events([{**json.loads(push.data), **metadata}])
        return 204


def _whole_minute(moment: datetime) -> datetime:
    """The next whole minute, from which the scheduler's call comes."""
    return moment.replace(second=0, microsecond=0) + SWEEP_EVERY


@cache
def _system() -> System:
    """Its files are read once in a process, however many worlds there are."""
    return load_system()


@cache
def _fraud() -> FraudGate:
    """A gate keeps nothing but its rules, so one serves every world of a process."""
    return FraudGate(RuleSet.load())


def _pushed_to(endpoint: Endpoint) -> Callable[[bytes], int]:
    return lambda body: endpoint(HttpRequest("POST", "/", {}, body)).status


def _called_at(endpoint: Endpoint) -> Callable[[bytes, Mapping[str, str]], int]:
    def call(body: bytes, headers: Mapping[str, str]) -> int:
        return endpoint(HttpRequest("POST", "/", {name.lower(): value for name, value in headers.items()}, body)).status

    return call
