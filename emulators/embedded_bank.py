"""The bank of the one-process mode: the simulator itself, called without a socket, with its callbacks and its files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from emulators.bank.simulator import BankSimulator
from emulators.identity import ACH_ORIGIN, ORIGINATOR
from shared.adapters.memory.clock import ManualClock
from shared.adapters.memory.objects import InMemoryObjects
from shared.adapters.rails.bank import BankRail
from shared.adapters.rails.card import CardRail
from shared.adapters.rails.instant import InstantRail
from shared.ports.rail import Rail
from shared.rails.commands.ach.ach_rail import AchRail
from shared.rails.domain.ach.entry import Service
from shared.rails.terms import terms_at
from shared.runtime.backbone import Documents
from shared.runtime.web import Endpoint, HttpRequest

BANK_RAILS = ("bank", "instant", "card", "ach")


class EmbeddedBank:
    """A bank simulator on the world's own clock and files. It calls back to whatever `call_back_to` was given."""

    def __init__(self, clock: ManualClock, objects: InMemoryObjects, *, seed: int = 0) -> None:
        self.simulator = BankSimulator(clock, objects, callback=self._deliver, seed=seed)
        self._clock = clock
        self._receiver: Endpoint | None = None
        self._cutoff: datetime | None = None

    def call_back_to(self, receiver: Endpoint) -> None:
        """Where callbacks go from now on."""
        self._receiver = receiver

    def rail(self, name: str, documents: Documents) -> Rail:
        """The product's own adapter for one of BANK_RAILS, over this bank."""
        timeout_s = terms_at(self._clock.now().date())[name].timeout_s
        makers: Mapping[str, Callable[[], Rail]] = {
            "instant": lambda: InstantRail(
                ORIGINATOR, self.simulator.transport(timeout_s), self._clock, timeout_s=timeout_s
            ),
            "card": lambda: CardRail(self.simulator.transport(timeout_s), timeout_s=timeout_s),
            "bank": lambda: BankRail(self.simulator.transport(timeout_s), timeout_s=timeout_s),
            "ach": lambda: AchRail(documents, self._clock, ACH_ORIGIN),
        }
        return makers[name]()

    def next_cutoff(self) -> datetime:
        """When the next file has to be cut."""
        schedule, now = ACH_ORIGIN.schedule, self._clock.now()
        if self._cutoff is None or self._cutoff <= now:
            self._cutoff = min(schedule.reached_at(schedule.next(now, service)) for service in Service)
        return self._cutoff

    def _deliver(self, rail: str, headers: Mapping[str, str], body: bytes) -> int:
        if self._receiver is None:
            return 503
        named = {name.lower(): value for name, value in headers.items()}
        return self._receiver(HttpRequest("POST", f"/v1/rails/{rail}/callbacks", named, body)).status
