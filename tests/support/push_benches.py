"""The two sides of the push contract: the in-memory broker, and Google's emulator with our forwarder."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any, Protocol

from emulators.forwarder.config import targets
from emulators.oidc import TokenSigner
from shared.adapters.memory.broker import InMemoryBroker
from shared.adapters.memory.clock import ManualClock
from shared.ports.publisher import Message, Publisher
from tests.support.push import Emulated, Pushed, PushTarget, Running, forwarding
from tests.support.waiting import until

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


class Bench(Protocol):
    """A project with the topics `events`, `others` and `dead`.

    `answer` is the function behind every subscription: it gets each push, and returns the status. `pushes` holds what
    was pushed, in order.
    """

    project: str
    answer: Callable[[Pushed], int]
    pushes: list[Pushed]

    @property
    def publisher(self) -> Publisher:
        """To publish with."""
        ...

    def subscribe(self, name: str, *, filter: str = "", dead_letter: bool = False) -> None:  # noqa: A002 - Pub/Sub's word
        """Create a push subscription of `events`; before `start`."""
        ...

    def start(self) -> None:
        """Let pushing begin."""
        ...

    def wait(self, what: Callable[[], bool]) -> None:
        """Let deliveries happen until it is so."""
        ...

    def go_down(self) -> None:
        """The function dies."""
        ...

    def come_up(self) -> None:
        """It is there again, after a push has failed because it was not."""
        ...

    def dead(self) -> list[Message]:
        """What the dead-letter topic has kept, as soon as that is something."""
        ...


class MemoryBench:
    """The twin, on a clock that moves to whatever is due next."""

    def __init__(self, project: str) -> None:
        self.project = project
        self.pushes: list[Pushed] = []
        self.answer: Callable[[Pushed], int] = lambda _: 204
        self._up = True
        self._clock = ManualClock(NOON)
        self.publisher = InMemoryBroker(self._clock, project=project)
        for topic in ("events", "others", "dead"):
            self.publisher.create_topic(topic)

    def subscribe(self, name: str, *, filter: str = "", dead_letter: bool = False) -> None:  # noqa: A002 - Pub/Sub's word
        dead_letter_topic = "dead" if dead_letter else None
        self.publisher.subscribe(name, "events", self._handle, filter=filter, dead_letter_topic=dead_letter_topic)

    def start(self) -> None:
        """The twin pushes when it is waited for."""

    def wait(self, what: Callable[[], bool]) -> None:
        while not what():
            due = self.publisher.next_due()
            assert due is not None, "nothing is left that could make it so"
            self._clock.advance_to(max(due, self._clock.now()))
            self.publisher.deliver_due(limit=1)

    def go_down(self) -> None:
        self._up = False

    def come_up(self) -> None:
        assert self.publisher.deliver_due() > 0
        self._up = True

    def dead(self) -> list[Message]:
        self.wait(lambda: bool(self.publisher.messages("dead")))
        return self.publisher.messages("dead")

    def _handle(self, body: bytes) -> int:
        if not self._up:
            raise ConnectionRefusedError
        self.pushes.append(Pushed(body))
        return self.answer(self.pushes[-1])


class GoogleBench:
    """Google's emulator, the forwarder, and a server for the pushes."""

    def __init__(self, cloud: Emulated, publisher: Publisher, stack: ExitStack) -> None:
        self.project = cloud.project
        self.publisher = publisher
        self.pushes: list[Pushed] = []
        self.answer: Callable[[Pushed], int] = lambda _: 204
        self._cloud = cloud
        self._stack = stack
        self._lock = threading.Lock()
        self._function = stack.enter_context(ExitStack())
        self._target = self._function.enter_context(PushTarget(self._handle))
        self._running: Running | None = None
        self._told: list[dict[str, Any]] = []
        for topic in ("events", "others", "dead"):
            cloud.create_topic(topic)
        cloud.subscribe("dead-kept", "dead")

    def subscribe(self, name: str, *, filter: str = "", dead_letter: bool = False) -> None:  # noqa: A002 - Pub/Sub's word
        self._cloud.subscribe(name, "events", dead_letter_topic="dead" if dead_letter else "")
        self._told.append({"subscription": name, "endpoint": self._target.url, "filter": filter, "ack_deadline_s": 10})

    def start(self) -> None:
        told = targets(self.project, self._told)
        self._running = self._stack.enter_context(forwarding(self._cloud.host, told, TokenSigner()))

    def wait(self, what: Callable[[], bool]) -> None:
        until(what)

    def go_down(self) -> None:
        self._function.close()

    def come_up(self) -> None:
        running = self._running
        assert running is not None
        until(lambda: any(line["event"] == "endpoint_down" for line in running.lines))
        self._function.enter_context(PushTarget(self._handle, self._target.port))

    def dead(self) -> list[Message]:
        return [Message("dead", one.data, dict(one.attributes)) for one in self._cloud.take("dead-kept")]

    def _handle(self, pushed: Pushed) -> int:
        with self._lock:
            self.pushes.append(pushed)
        return self.answer(pushed)
