"""The contract of a push subscription: the same cases on the in-memory broker, and on Google's emulator with our
forwarder as its push half."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta

import pytest

from shared.adapters.pubsub import envelope
from shared.adapters.pubsub.client import make_publisher_client
from shared.adapters.pubsub.publisher import PubsubPublisher
from shared.ports.publisher import Message
from tests.support.push import Emulated, Pushed
from tests.support.push_benches import Bench, GoogleBench, MemoryBench


@pytest.fixture
def google(project: str, pubsub_host: str) -> Iterator[GoogleBench]:
    cloud = Emulated(pubsub_host, project)
    client = make_publisher_client(pubsub_host)
    with ExitStack() as stack:
        yield GoogleBench(cloud, PubsubPublisher(client, project), stack)
    client.transport.close()  # type: ignore[no-untyped-call]
    cloud.close()


@pytest.fixture(params=["memory", pytest.param("google", marks=pytest.mark.emulators)])
def bench(request: pytest.FixtureRequest, project: str) -> Bench:
    if request.param == "memory":
        return MemoryBench(project)
    bench: GoogleBench = request.getfixturevalue("google")
    return bench


def data_of(pushed: Pushed) -> bytes:
    return base64.b64decode(pushed.message["data"])


def data(bench: Bench) -> list[bytes]:
    return [data_of(pushed) for pushed in bench.pushes]


def test_a_push_carries_the_whole_message(bench: Bench) -> None:
    bench.subscribe("fraud")
    bench.start()
    message_id = bench.publisher.publish(Message("events", b'{"\x00\xff', {"type": "payment.received", "é": "ü"}))
    bench.wait(lambda: len(bench.pushes) == 1)
    pushed = bench.pushes[0].envelope
    published_at = datetime.fromisoformat(pushed["message"].pop("publishTime"))
    assert published_at == datetime.fromisoformat(pushed["message"].pop("publish_time"))
    assert published_at.utcoffset() == timedelta(0)
    assert pushed == {
        "message": {
            "data": base64.b64encode(b'{"\x00\xff').decode(),
            "attributes": {"type": "payment.received", "é": "ü"},
            "messageId": message_id,
            "message_id": message_id,
        },
        "subscription": f"projects/{bench.project}/subscriptions/fraud",
    }


def test_a_push_leaves_out_what_is_empty(bench: Bench) -> None:
    bench.subscribe("fraud")
    bench.start()
    bench.publisher.publish(Message("events", b"", {"k": "v"}))
    bench.wait(lambda: len(bench.pushes) == 1)
    bench.publisher.publish(Message("events", b"x"))
    bench.wait(lambda: len(bench.pushes) == 2)
    assert ["data" in pushed.message for pushed in bench.pushes] == [False, True]
    assert ["attributes" in pushed.message for pushed in bench.pushes] == [True, False]


@pytest.mark.parametrize("status", [200, 201, 202, 204, 102])
def test_these_statuses_acknowledge(bench: Bench, status: int) -> None:
    bench.answer = lambda _: status
    bench.subscribe("fraud")
    bench.start()
    bench.publisher.publish(Message("events", b"1"))
    bench.wait(lambda: data(bench) == [b"1"])
    # Were the first message still there, it would come again before this one has come five times.
    bench.answer = lambda pushed: 500 if data(bench).count(b"2") < 5 and data_of(pushed) == b"2" else 204
    bench.publisher.publish(Message("events", b"2"))
    bench.wait(lambda: data(bench).count(b"2") == 5)
    assert data(bench).count(b"1") == 1


def test_every_other_status_asks_for_redelivery_of_the_same_message(bench: Bench) -> None:
    statuses = [500, 503, 400, 403, 404, 429, 302, 203, 206]
    first = {str(status).encode() for status in statuses}

    def answer(pushed: Pushed) -> int:
        status = data_of(pushed)
        return int(status) if data(bench).count(status) == 1 else 204

    bench.answer = answer
    bench.subscribe("fraud")
    bench.start()
    ids = {bench.publisher.publish(Message("events", status)) for status in first}
    bench.wait(lambda: len(bench.pushes) == 2 * len(statuses))
    assert {data(bench).count(status) for status in first} == {2}
    assert {pushed.message["messageId"] for pushed in bench.pushes} == ids


def test_attempts_are_counted_where_there_is_a_dead_letter_topic(bench: Bench) -> None:
    bench.answer = lambda pushed: 204 if len(bench.pushes) == 3 else 500
    bench.subscribe("fraud", dead_letter=True)
    bench.start()
    bench.publisher.publish(Message("events", b"1"))
    bench.wait(lambda: len(bench.pushes) == 3)
    assert [pushed.attempt for pushed in bench.pushes] == [1, 2, 3]


def test_attempts_are_not_sent_where_there_is_none(bench: Bench) -> None:
    bench.answer = lambda pushed: 204 if len(bench.pushes) == 2 else 500
    bench.subscribe("fraud")
    bench.start()
    bench.publisher.publish(Message("events", b"1"))
    bench.wait(lambda: len(bench.pushes) == 2)
    assert [pushed.attempt for pushed in bench.pushes] == [None, None]


def test_after_five_failed_attempts_a_message_is_kept_as_a_dead_letter_with_its_origin(bench: Bench) -> None:
    bench.answer = lambda pushed: 500 if data_of(pushed) == b"poison" else 204
    bench.subscribe("fraud", dead_letter=True)
    bench.start()
    bench.publisher.publish(Message("events", b"poison", {"type": "payment.received"}))
    bench.publisher.publish(Message("events", b"good"))
    (dead,) = bench.dead()
    assert [pushed.attempt for pushed in bench.pushes if data_of(pushed) == b"poison"] == [1, 2, 3, 4, 5]
    assert data(bench).count(b"good") == 1
    assert (dead.data, dead.attributes["type"]) == (b"poison", "payment.received")
    assert dead.attributes[envelope.DEAD_LETTER_COUNT] == "5"
    assert dead.attributes[envelope.DEAD_LETTER_SUBSCRIPTION] == "fraud"
    assert dead.attributes[envelope.DEAD_LETTER_PROJECT] == bench.project
    assert datetime.fromisoformat(dead.attributes[envelope.DEAD_LETTER_TIME])
    assert len(dead.attributes) == 5


def test_a_function_that_was_down_gets_its_messages_when_it_is_up(bench: Bench) -> None:
    bench.subscribe("fraud", dead_letter=True)
    bench.start()
    bench.publisher.publish(Message("events", b"before"))
    bench.wait(lambda: data(bench) == [b"before"])
    bench.go_down()
    bench.publisher.publish(Message("events", b"meanwhile"))
    bench.come_up()
    bench.publisher.publish(Message("events", b"after"))
    bench.wait(lambda: len(bench.pushes) >= 3)
    assert sorted(data(bench)) == [b"after", b"before", b"meanwhile"]


def test_a_filter_lets_through_its_messages_only(bench: Bench) -> None:
    bench.subscribe("fraud", filter='attributes.type = "payment.received" AND NOT attributes:replay')
    bench.start()
    for number, attributes in enumerate(
        ({"type": "payment.received"}, {"type": "payment.scored"}, {}, {"type": "payment.received", "replay": ""})
    ):
        bench.publisher.publish(Message("events", str(number).encode(), attributes))
    bench.publisher.publish(Message("events", b"last", {"type": "payment.received"}))
    bench.wait(lambda: b"last" in data(bench))
    assert set(data(bench)) == {b"0", b"last"}


def test_every_subscription_of_a_topic_gets_its_own_copy_and_fails_alone(bench: Bench) -> None:
    def answer(pushed: Pushed) -> int:
        again = [one.envelope["subscription"] for one in bench.pushes].count(pushed.envelope["subscription"]) > 1
        return 204 if again or pushed.envelope["subscription"].endswith("/notify") else 500

    bench.answer = answer
    bench.subscribe("fraud")
    bench.subscribe("notify")
    bench.start()
    bench.publisher.publish(Message("events", b"1"))
    bench.wait(lambda: len(bench.pushes) == 3)
    names = sorted(pushed.envelope["subscription"].rsplit("/", 1)[1] for pushed in bench.pushes)
    assert names == ["fraud", "fraud", "notify"]


def test_a_topic_without_a_subscription_of_its_own_pushes_nothing(bench: Bench) -> None:
    bench.subscribe("fraud")
    bench.start()
    bench.publisher.publish(Message("others", b"1"))
    bench.publisher.publish(Message("events", b"2"))
    bench.wait(lambda: bool(bench.pushes))
    assert data(bench) == [b"2"]


def test_a_function_may_publish_while_it_handles_a_push(bench: Bench) -> None:
    def answer(pushed: Pushed) -> int:
        if data_of(pushed) == b"first":
            bench.publisher.publish(Message("events", b"second"))
        return 204

    bench.answer = answer
    bench.subscribe("fraud")
    bench.start()
    bench.publisher.publish(Message("events", b"first"))
    bench.wait(lambda: len(bench.pushes) == 2)
    assert data(bench) == [b"first", b"second"]


def test_every_message_of_a_backlog_arrives_once(bench: Bench) -> None:
    bench.subscribe("fraud")
    numbers = {str(number).encode() for number in range(300)}
    for number in numbers:
        bench.publisher.publish(Message("events", number))
    bench.start()
    bench.wait(lambda: len(bench.pushes) >= 300)
    assert (set(data(bench)), len(bench.pushes)) == (numbers, 300)
