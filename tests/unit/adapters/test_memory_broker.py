"""What the in-memory broker does beyond the contracts of a publisher and a push subscription."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest

from shared.adapters.memory.broker import InMemoryBroker
from shared.adapters.memory.clock import ManualClock
from shared.kernel.errors import ClearwayError, KernelError
from shared.kernel.usage import measured
from shared.ports.publisher import Message

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


class World:
    """A broker with the topics `events` and `dead`, and a log of what its handlers got."""

    def __init__(self) -> None:
        self.clock = ManualClock(NOON)
        self.broker = InMemoryBroker(self.clock)
        self.broker.create_topic("events")
        self.broker.create_topic("dead")
        self.got: list[tuple[str, float]] = []

    def handler(self, answer: Callable[[], int] = lambda: 204) -> Callable[[bytes], int]:
        def handle(body: bytes) -> int:
            push = json.loads(body)
            self.got.append((push["message"]["messageId"], (self.clock.now() - NOON).total_seconds()))
            return answer()

        return handle

    def publish(self, data: bytes = b"x") -> str:
        return self.broker.publish(Message("events", data))

    def run(self) -> None:
        """Until nothing is left."""
        while (due := self.broker.next_due()) is not None:
            assert len(self.got) < 1_000, "it goes on for ever"
            self.clock.advance_to(max(due, self.clock.now()))
            self.broker.deliver_due()


class Crash(BaseException):
    """A process that dies."""


def raises(call: Callable[[], object]) -> None:
    with pytest.raises(ClearwayError) as caught:
        call()
    assert caught.value.code is KernelError.MISUSE


def test_a_failed_delivery_comes_again_after_a_doubling_back_off_within_its_bounds() -> None:
    world = World()
    world.broker.subscribe(
        "s",
        "events",
        world.handler(lambda: 500 if len(world.got) < 6 else 204),
        minimum_backoff_s=2,
        maximum_backoff_s=10,
    )
    world.publish()
    world.run()
    assert [at for _, at in world.got] == [0, 2, 6, 14, 24, 34]


def test_attempts_up_to_a_hundred_keep_their_back_off() -> None:
    world = World()
    world.broker.subscribe(
        "s", "events", world.handler(lambda: 500), dead_letter_topic="dead", max_delivery_attempts=100
    )
    world.publish()
    world.run()
    assert len(world.got) == 100
    assert [message.data for message in world.broker.messages("dead")] == [b"x"]


def test_an_exception_of_the_handler_asks_for_redelivery() -> None:
    world = World()

    def fail_once() -> int:
        if len(world.got) == 1:
            raise ValueError
        return 204

    world.broker.subscribe("s", "events", world.handler(fail_once))
    world.publish()
    world.run()
    assert [at for _, at in world.got] == [0, 1]


def test_a_crash_passes_through_and_the_message_is_due_at_once() -> None:
    world = World()

    def die_once() -> int:
        if len(world.got) == 1:
            raise Crash
        return 204

    world.broker.subscribe("s", "events", world.handler(die_once))
    world.publish()
    with pytest.raises(Crash):
        world.broker.deliver_due()
    assert (world.broker.pending(), world.broker.next_due()) == (1, NOON)
    assert (world.broker.deliver_due(), world.broker.pending()) == (1, 0)
    assert [at for _, at in world.got] == [0, 0]


def test_a_message_that_kills_its_function_ends_as_a_dead_letter() -> None:
    world = World()

    def die() -> int:
        raise Crash

    world.broker.subscribe("s", "events", world.handler(die), dead_letter_topic="dead")
    world.publish()
    for _ in range(5):
        with pytest.raises(Crash):
            world.broker.deliver_due()
    assert (world.broker.pending(), world.broker.deliver_due()) == (0, 0)
    assert len(world.broker.messages("dead")) == 1


def test_deliveries_go_in_the_order_of_publishing_and_at_most_the_limit() -> None:
    world = World()
    world.broker.subscribe("s", "events", world.handler())
    ids = [world.publish() for _ in range(4)]
    assert (world.broker.deliver_due(limit=3), world.broker.pending()) == (3, 1)
    assert (world.broker.deliver_due(), world.broker.deliver_due()) == (1, 0)
    assert [one for one, _ in world.got] == ids
    assert (world.broker.next_due(), world.broker.pending()) == (None, 0)


def test_a_subscription_gets_what_is_published_after_it_was_made() -> None:
    world = World()
    world.publish()
    world.broker.subscribe("s", "events", world.handler())
    late = world.publish()
    world.run()
    assert [one for one, _ in world.got] == [late]
    assert len(world.broker.messages("events")) == 2


def test_subscribing_again_changes_the_handler_of_what_waits() -> None:
    world = World()
    world.broker.subscribe("s", "events", world.handler(lambda: 500))
    world.publish()
    world.broker.deliver_due()
    world.broker.subscribe("s", "events", world.handler())
    world.run()
    assert [at for _, at in world.got] == [0, 1]
    raises(lambda: world.broker.subscribe("s", "dead", world.handler()))


def test_what_a_subscription_may_not_be() -> None:
    world = World()
    handler = world.handler()
    raises(lambda: world.broker.subscribe("s", "unheard", handler))
    raises(lambda: world.broker.subscribe("s", "events", handler, dead_letter_topic="unheard"))
    raises(lambda: world.broker.subscribe("s", "events", handler, filter="type = 1"))
    raises(lambda: world.broker.subscribe("s", "events", handler, max_delivery_attempts=4))
    raises(lambda: world.broker.subscribe("s", "events", handler, max_delivery_attempts=101))
    raises(lambda: world.broker.subscribe("s", "events", None, dead_letter_topic="dead"))
    raises(lambda: world.broker.messages("unheard"))
    raises(lambda: InMemoryBroker(world.clock, duplicates=0.1))
    assert world.publish()
    assert world.broker.pending() == 0


def test_what_is_published_cannot_be_changed_afterwards() -> None:
    world = World()
    attributes = {"k": "v"}
    world.broker.publish(Message("events", b"x", attributes))
    attributes["k"] = "other"
    assert world.broker.messages("events") == [Message("events", b"x", {"k": "v"})]


def test_a_dead_letter_is_not_counted_as_a_publish_of_the_function() -> None:
    world = World()
    world.broker.subscribe("s", "events", world.handler(lambda: 500), dead_letter_topic="dead")
    world.publish()
    with measured() as counts:
        world.run()
    assert (counts.messages, len(world.broker.messages("dead"))) == (0, 1)


def test_a_puller_has_ten_seconds_to_acknowledge() -> None:
    world = World()
    world.broker.subscribe("kept", "events", None, filter="NOT attributes:skip")
    ids = [world.publish(str(number).encode()) for number in range(3)]
    world.broker.publish(Message("events", b"skipped", {"skip": ""}))
    assert (world.broker.next_due(), world.broker.pending()) == (None, 0)
    first, second = world.broker.pull("kept", 2)
    assert [first.id, second.id] == ids[:2]
    world.broker.ack("kept", first.ack_id)
    world.broker.ack("kept", first.ack_id)
    assert [one.id for one in world.broker.pull("kept", 9)] == ids[2:]
    world.clock.advance(9.9)
    assert world.broker.pull("kept", 9) == []
    world.clock.advance(0.1)
    assert [one.message.data for one in world.broker.pull("kept", 9)] == [b"1", b"2"]
    raises(lambda: world.broker.pull("unheard", 1))
    world.broker.subscribe("pushed", "events", world.handler())
    raises(lambda: world.broker.ack("pushed", "1"))


def test_disturbed_it_delivers_in_any_order_the_same_for_the_same_seed() -> None:
    def order(seed: int) -> list[str]:
        world = World()
        world.broker.disturb(order=Random(seed))
        world.broker.subscribe("s", "events", world.handler())
        for _ in range(20):
            world.publish()
        world.run()
        return [one for one, _ in world.got]

    assert order(1) == order(1)
    assert order(1) != order(2)
    assert sorted(order(1)) == sorted(order(2))


def test_disturbed_it_repeats_acknowledged_messages_within_the_longest_back_off() -> None:
    clock = ManualClock(NOON)
    broker = InMemoryBroker(clock, order=Random(7), duplicates=0.5)
    broker.create_topic("events")
    got: list[tuple[str, datetime, int]] = []

    def handle(body: bytes) -> int:
        push = json.loads(body)
        got.append((push["message"]["messageId"], clock.now(), push["deliveryAttempt"]))
        return 204

    broker.create_topic("dead")
    broker.subscribe("s", "events", handle, dead_letter_topic="dead", maximum_backoff_s=30)
    ids = {broker.publish(Message("events", b"x")) for _ in range(100)}
    while (due := broker.next_due()) is not None:
        clock.advance_to(max(due, clock.now()))
        broker.deliver_due()
    counts = Counter(one for one, _, _ in got)
    assert set(counts) == ids
    assert 130 < len(got) < 300
    assert {attempt for _, _, attempt in got} == {1}
    for one in ids:
        times = [at for other, at, _ in got if other == one]
        assert all(later - earlier <= timedelta(seconds=30) for earlier, later in pairwise(times))
    assert broker.messages("dead") == []
    assert broker.pending() == 0


def test_each_delivery_is_made_once_whoever_pumps() -> None:
    world = World()
    world.broker.subscribe("s", "events", world.handler())
    for _ in range(200):
        world.publish()
    with ThreadPoolExecutor(4) as threads:
        delivered = sum(threads.map(lambda _: world.broker.deliver_due(), range(4)))
    assert (delivered, len({one for one, _ in world.got})) == (200, 200)
