"""Starts services together, replaces or reports those that die, and leaves nothing running."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Self

from emulators import ports
from emulators.errors import LocalError
from emulators.processes import Service
from shared.kernel.errors import ClearwayError

_POLL_S = 0.1
_READY_POLL_S = 0.02
# A child that ran this long before it died is started again at once; one that keeps dying sooner waits ever longer.
_STEADY_S = 10.0
_PAUSE_MAX_S = 5.0


@dataclass(slots=True)
class _Record:
    """What is known of one watched service's recent deaths; times are of the monotonic clock."""

    started_at: float = 0.0
    quick_deaths: int = 0
    due_at: float | None = None


class Supervisor:
    """Starts services stage by stage, and stops them in reverse whatever happens in between.

    with Supervisor() as supervisor:
        supervisor.start(pubsub, firestore)  # a stage starts in parallel
        supervisor.start(function)
        supervisor.watch()
        supervisor.wait()
    """

    def __init__(self) -> None:
        self._stages: list[tuple[Service, ...]] = []
        self._records: dict[str, _Record] = {}
        self._stopping = threading.Event()
        self._failed = threading.Event()
        self._failure = ""
        self._monitor: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def launch(self, *services: Service) -> None:
        """Start a stage of services without waiting for them. Raises PORT_TAKEN."""
        self._stages.append(services)
        for service in services:
            service.start()

    def start(self, *services: Service, timeout_s: float = 30.0) -> None:
        """Start a stage of services in parallel and wait until each is ready."""
        self.launch(*services)
        self.wait_ready(*services, timeout_s=timeout_s)

    def wait_ready(self, *services: Service, timeout_s: float = 30.0) -> None:
        """Return when these services are ready.

        Raises SERVICE_FAILED, with the last lines of its log, as soon as any service at all has ended, or when time is
        up. For the time before `watch`; after it, dead services are replaced.
        """
        deadline = time.monotonic() + timeout_s
        pending = services
        while pending := tuple(service for service in pending if not service.ready()):
            for service in self._services():
                if service.wanted and not service.alive():
                    raise ClearwayError(LocalError.SERVICE_FAILED, service.epitaph())
            if time.monotonic() > deadline:
                pending[0].wait_ready(timeout_s=0)  # which says that it was not
            time.sleep(_READY_POLL_S)

    def watch(self) -> None:
        """From now on replace services with `watch` that die; the death of any other ends the run."""
        for service in self._services():
            service.replaced = service.watch
            self._records[service.name] = _Record(started_at=time.monotonic())
        self._monitor = threading.Thread(target=self._run_monitor, name="supervisor", daemon=True)
        self._monitor.start()

    def wait(self, timeout_s: float | None = None) -> None:
        """Block until a service that is not replaced dies, then raise SERVICE_FAILED; or until time is up."""
        if self._failed.wait(timeout_s):
            raise ClearwayError(LocalError.SERVICE_FAILED, self._failure)

    def stop(self) -> None:
        """Stop everything and leave nothing running: first, all together, what may be lost at any time anyway; then
        the rest, stage by stage in reverse."""
        self._stopping.set()
        if self._monitor is not None:
            self._monitor.join()
            self._monitor = None
        replaceable = tuple(service for service in self._services() if service.watch)
        for group in (replaceable, *reversed(self._stages)):
            for service in group:
                service.replaced = False
                service.ask_to_stop()
            for service in group:
                service.finish()
        self._stages.clear()

    def _services(self) -> list[Service]:
        return [service for stage in self._stages for service in stage]

    def _run_monitor(self) -> None:
        while not self._stopping.wait(_POLL_S):
            for service in self._services():
                if not service.wanted or service.alive():
                    continue
                if service.watch:
                    self._replace(service, self._records[service.name])
                elif not self._failed.is_set():
                    self._failure = service.epitaph()
                    service.kill()  # whatever is left of its group
                    self._failed.set()

    def _replace(self, service: Service, record: _Record) -> None:
        """Start a dead service again, at once or after a pause that doubles with every death soon after its start."""
        now = time.monotonic()
        if record.due_at is None:
            note(service, service.epitaph().splitlines()[0])
            record.quick_deaths = 0 if now - record.started_at >= _STEADY_S else record.quick_deaths + 1
            record.due_at = now + (
                min(_PAUSE_MAX_S, _POLL_S * 2.0**record.quick_deaths) if record.quick_deaths > 1 else 0
            )
            service.kill()  # whatever is left of its group
        # A lost group's sockets may outlive it by a moment; the next round looks again.
        if now < record.due_at or (service.port is not None and not ports.is_free(service.port)):
            return
        try:
            service.start()
        except ClearwayError as error:
            note(service, f"not started again yet: {error.detail}")
            return
        record.started_at, record.due_at = now, None
        note(service, "started again")


def note(service: Service, sentence: str) -> None:
    """Write a line of ours into a service's log, between its own."""
    with service.log.open("a") as log:
        log.write(f"[supervisor] {service.name}: {sentence}\n")
