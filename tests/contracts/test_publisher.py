"""The publisher's contract: the same cases on the in-memory broker and on Google's Pub/Sub emulator."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Protocol

import grpc
import pytest
from google.pubsub_v1 import types
from google.pubsub_v1.services.publisher import PublisherClient
from google.pubsub_v1.services.subscriber import SubscriberClient
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

from shared.adapters.memory.broker import InMemoryBroker
from shared.adapters.memory.clock import ManualClock
from shared.adapters.pubsub.client import make_publisher_client
from shared.adapters.pubsub.publisher import PubsubPublisher
from shared.kernel.errors import ClearwayError, KernelError
from shared.kernel.usage import measured
from shared.ports.publisher import Message, Publisher

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


class Bench(Protocol):
    """A publisher with the topics `events` and `requests`, and what became of its messages."""

    @property
    def publisher(self) -> Publisher:
        """What is tested."""
        ...

    def stored(self, topic: str, count: int) -> list[tuple[str, Message]]:
        """The messages of the topic with their ids, as soon as there are `count`."""
        ...


class MemoryBench:
    """The twin."""

    def __init__(self) -> None:
        self.publisher = InMemoryBroker(ManualClock(NOON))
        for topic in ("events", "requests"):
            self.publisher.create_topic(topic)
            self.publisher.subscribe(f"{topic}-kept", topic, None)

    def stored(self, topic: str, count: int) -> list[tuple[str, Message]]:
        pulled = self.publisher.pull(f"{topic}-kept", count + 1)
        assert len(pulled) == count
        return [(one.id, one.message) for one in pulled]


class GoogleBench:
    """Google's generated client and emulator."""

    def __init__(self, project: str, client: PublisherClient, subscriber: SubscriberClient) -> None:
        self.publisher = PubsubPublisher(client, project)
        self._subscriber = subscriber
        self._path = f"projects/{project}"
        for topic in ("events", "requests"):
            full = f"{self._path}/topics/{topic}"
            client.create_topic(name=full)
            subscriber.create_subscription(
                request=types.Subscription(name=f"{self._path}/subscriptions/{topic}-kept", topic=full)
            )

    def stored(self, topic: str, count: int) -> list[tuple[str, Message]]:
        subscription = f"{self._path}/subscriptions/{topic}-kept"
        found: list[tuple[str, Message]] = []
        while len(found) < count:  # a pull waits for messages until its deadline
            answer = self._subscriber.pull(subscription=subscription, max_messages=count + 1, timeout=20)
            assert answer.received_messages
            for one in answer.received_messages:
                message = one.message
                found.append((message.message_id, Message(topic, message.data, dict(message.attributes))))
        assert len(found) == count
        return sorted(found, key=lambda one: int(one[0]))


@pytest.fixture
def google(project: str, pubsub_host: str) -> Iterator[GoogleBench]:
    client = make_publisher_client(pubsub_host)
    with grpc.insecure_channel(pubsub_host) as channel:
        yield GoogleBench(project, client, SubscriberClient(transport=SubscriberGrpcTransport(channel=channel)))
    client.transport.close()  # type: ignore[no-untyped-call]


@pytest.fixture(params=["memory", pytest.param("google", marks=pytest.mark.emulators)])
def bench(request: pytest.FixtureRequest) -> Bench:
    if request.param == "memory":
        return MemoryBench()
    bench: GoogleBench = request.getfixturevalue("google")
    return bench


def raises(code: KernelError, call: Callable[[], object]) -> None:
    with pytest.raises(ClearwayError) as caught:
        call()
    assert caught.value.code is code


def test_a_message_is_stored_as_it_was_published(bench: Bench) -> None:
    message = Message("events", b'{"\x00\xff', {"type": "payment.received", "clé": "é"})
    message_id = bench.publisher.publish(message)
    assert bench.stored("events", 1) == [(message_id, message)]


def test_a_message_may_have_data_alone_or_attributes_alone(bench: Bench) -> None:
    first, second = Message("events", b"x"), Message("events", b"", {"k": ""})
    ids = [bench.publisher.publish(first), bench.publisher.publish(second)]
    assert bench.stored("events", 2) == list(zip(ids, [first, second], strict=True))


def test_every_publish_is_a_message_of_its_own(bench: Bench) -> None:
    ids = {bench.publisher.publish(Message("events", b"same")) for _ in range(3)}
    assert len(ids) == 3
    assert {one[0] for one in bench.stored("events", 3)} == ids


def test_topics_are_apart(bench: Bench) -> None:
    bench.publisher.publish(Message("events", b"1"))
    bench.publisher.publish(Message("requests", b"2"))
    assert [message.data for _, message in bench.stored("requests", 1)] == [b"2"]


@pytest.mark.parametrize("topic", ["unheard", "a b", ""])
def test_a_topic_that_does_not_exist_is_misuse(bench: Bench, topic: str) -> None:
    raises(KernelError.MISUSE, lambda: bench.publisher.publish(Message(topic, b"x")))


@pytest.mark.parametrize(
    "message", [Message("events", b""), Message("events", b"x", {"k": "v" * 1025}), Message("events", b"x", {"": "v"})]
)
def test_a_message_that_pubsub_refuses_is_misuse(bench: Bench, message: Message) -> None:
    raises(KernelError.MISUSE, lambda: bench.publisher.publish(message))


def test_what_was_published_is_counted_and_what_was_refused_is_not(bench: Bench) -> None:
    with measured() as counts:
        bench.publisher.publish(Message("events", b"1"))
        bench.publisher.publish(Message("events", b"2"))
        raises(KernelError.MISUSE, lambda: bench.publisher.publish(Message("unheard", b"3")))
    assert counts.messages == 2


def test_many_threads_may_publish_at_once(bench: Bench) -> None:
    start = threading.Barrier(8)

    def publish(number: int) -> list[str]:
        start.wait()
        return [bench.publisher.publish(Message("events", f"{number}-{each}".encode())) for each in range(20)]

    with ThreadPoolExecutor(8) as threads:
        ids = [one for many in threads.map(publish, range(8)) for one in many]
    stored = bench.stored("events", 160)
    assert len(set(ids)) == 160
    assert {message.data for _, message in stored} == {f"{a}-{b}".encode() for a in range(8) for b in range(20)}


# Google's client alone


class Scripted:
    """A gRPC server that answers Publish with the statuses it was given, the last of them for ever."""

    def __init__(self, *statuses: grpc.StatusCode) -> None:
        self.statuses = list(statuses)
        self.calls = 0

    def answer(self, request: types.PublishRequest, context: grpc.ServicerContext) -> types.PublishResponse:
        status = self.statuses[min(self.calls, len(self.statuses) - 1)]
        self.calls += 1
        if status is not grpc.StatusCode.OK:
            context.abort(status, "as told")
        return types.PublishResponse(message_ids=["17"])

    @contextmanager
    def publisher(self, timeout_s: float = 10.0) -> Iterator[PubsubPublisher]:
        request: Any = types.PublishRequest
        response: Any = types.PublishResponse
        method = grpc.unary_unary_rpc_method_handler(self.answer, request.deserialize, response.serialize)
        handlers = [grpc.method_handlers_generic_handler("google.pubsub.v1.Publisher", {"Publish": method})]
        with ThreadPoolExecutor(1) as threads:
            server = grpc.server(threads, handlers=handlers)
            client = make_publisher_client(f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}")
            server.start()
            yield PubsubPublisher(client, "p", timeout_s)
            client.transport.close()  # type: ignore[no-untyped-call]
            server.stop(None).wait()


@pytest.mark.parametrize(
    "passing",
    [
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.ABORTED,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.INTERNAL,
    ],
)
def test_a_publish_is_repeated_on_a_passing_error(passing: grpc.StatusCode) -> None:
    script = Scripted(passing, passing, grpc.StatusCode.OK)
    with script.publisher() as publisher, measured() as counts:
        assert publisher.publish(Message("events", b"x")) == "17"
    assert (script.calls, counts.messages) == (3, 1)


def test_an_error_that_does_not_pass_in_time_is_unavailable() -> None:
    script = Scripted(grpc.StatusCode.UNAVAILABLE)
    with script.publisher(timeout_s=0.3) as publisher, measured() as counts:
        raises(KernelError.UNAVAILABLE, lambda: publisher.publish(Message("events", b"x")))
    assert (script.calls > 1, counts.messages) == (True, 0)


def test_a_broker_that_is_not_there_is_unavailable() -> None:
    client = make_publisher_client("127.0.0.1:1")
    raises(KernelError.UNAVAILABLE, lambda: PubsubPublisher(client, "p", 0.2).publish(Message("events", b"x")))
    client.transport.close()  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(
    "status",
    [
        grpc.StatusCode.NOT_FOUND,
        grpc.StatusCode.INVALID_ARGUMENT,
        grpc.StatusCode.OUT_OF_RANGE,
        grpc.StatusCode.FAILED_PRECONDITION,
        grpc.StatusCode.PERMISSION_DENIED,
        grpc.StatusCode.UNAUTHENTICATED,
        grpc.StatusCode.UNIMPLEMENTED,
    ],
)
def test_a_refusal_is_misuse_and_is_not_repeated(status: grpc.StatusCode) -> None:
    script = Scripted(status)
    with script.publisher() as publisher:
        raises(KernelError.MISUSE, lambda: publisher.publish(Message("events", b"x")))
    assert script.calls == 1
