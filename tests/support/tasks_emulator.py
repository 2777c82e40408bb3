"""The Cloud Tasks emulator in this process on a clock moved by hand, with Google's client and a target for calls."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from google.cloud import tasks_v2

from emulators.oidc import TokenSigner
from emulators.tasks.emulator import TasksEmulator
from shared.adapters.memory.clock import ManualClock
from shared.adapters.tasks.client import make_client
from tests.support.tasks import Received, TaskTarget

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
LOCATION = "projects/demo/locations/here"
QUEUE = f"{LOCATION}/queues/q"


@cache
def signer() -> TokenSigner:
    """One key for the whole run: making one takes up to a second."""
    return TokenSigner()


@dataclass(frozen=True, slots=True)
class Tasks:
    """What a test of the emulator works with. Answers of the client are dynamic messages, hence Any."""

    emulator: TasksEmulator
    client: tasks_v2.CloudTasksClient
    target: TaskTarget
    clock: ManualClock

    def create_queue(self, name: str = QUEUE, **settings: Any) -> Any:
        return self.client.create_queue(parent=LOCATION, queue=tasks_v2.Queue(name=name, **settings))

    def create(self, task_id: str = "", *, queue: str = QUEUE, in_s: float | None = None, **fields: Any) -> Any:
        """Create a task with a name, or without, `in_s` seconds after noon; `fields` overwrite those of HttpRequest."""
        task = tasks_v2.Task(
            name=f"{queue}/tasks/{task_id}" if task_id else "",
            schedule_time=None if in_s is None else NOON + timedelta(seconds=in_s),
            http_request={"url": f"{self.target.url}/work", "body": b"{}", **fields},
        )
        return self.client.create_task(parent=queue, task=task)

    def get(self, task_id: str, **options: Any) -> Any:
        return self.client.get_task(request={"name": f"{QUEUE}/tasks/{task_id}", **options})

    def at_s(self, requests: list[Received] | None = None) -> list[float]:
        """When requests came, in seconds after noon."""
        return [(request.at - NOON).total_seconds() for request in requests or self.target.requests]

    def counts(self, queue: str = QUEUE) -> dict[str, Any]:
        return self.emulator.counts()[queue]


@contextmanager
def tasks_emulator(**options: Any) -> Iterator[Tasks]:
    """Everything started, and nothing left at the end. `options` are those of TasksEmulator."""
    clock = ManualClock(NOON)
    with TaskTarget(clock) as target, TasksEmulator(clock=clock, signer=signer(), **options) as emulator:
        client = make_client(emulator.address)
        try:
            yield Tasks(emulator, client, target, clock)
        finally:
            client.transport.close()  # type: ignore[no-untyped-call]
