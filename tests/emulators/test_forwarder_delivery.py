"""What the forwarder adds to Google's emulator beyond the contract of a push: tokens, limits, leases, patience."""

from __future__ import annotations

import asyncio
import base64
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from google.auth import jwt

from emulators.forwarder.config import Target
from emulators.forwarder.forwarder import Forwarder
from emulators.oidc import TokenSigner
from emulators.ports import free_port
from tests.support.push import Emulated, Pushed, PushTarget, forwarding
from tests.support.waiting import until

pytestmark = pytest.mark.emulators

WAIT_S = 30.0


class Function:
    """Keeps its pushes; `behave` gives the status of each, and may block or raise (the connection then ends)."""

    def __init__(self) -> None:
        self.behave: Callable[[Pushed], int] = lambda _: 204
        self.pushes: list[Pushed] = []
        self.running = 0
        self.running_max = 0
        self._lock = threading.Lock()

    def __call__(self, pushed: Pushed) -> int:
        with self._lock:
            self.pushes.append(pushed)
            self.running += 1
            self.running_max = max(self.running_max, self.running)
        try:
            return self.behave(pushed)
        finally:
            with self._lock:
                self.running -= 1

    @property
    def data(self) -> list[bytes]:
        return [data_of(pushed) for pushed in self.pushes]

    @property
    def attempts(self) -> list[int | None]:
        return [pushed.attempt for pushed in self.pushes]


def data_of(pushed: Pushed) -> bytes:
    return base64.b64decode(pushed.message["data"])


@pytest.fixture(scope="module")
def signer() -> TokenSigner:
    return TokenSigner()


@pytest.fixture
def cloud(pubsub_host: str, project: str) -> Iterator[Emulated]:
    cloud = Emulated(pubsub_host, project)
    cloud.create_topic("events")
    cloud.create_topic("dead")
    yield cloud
    cloud.close()


@pytest.fixture
def function() -> Function:
    return Function()


@pytest.fixture
def server(function: Function) -> Iterator[PushTarget]:
    with PushTarget(function) as server:
        yield server


def test_a_push_carries_a_token_that_the_public_key_verifies(
    cloud: Emulated, server: PushTarget, function: Function, signer: TokenSigner
) -> None:
    cloud.subscribe("fraud", "events")
    target = Target(
        cloud.subscription("fraud"), f"{server.url}/in?x=1", audience="https://fraud", service_account="push@p.iam"
    )
    with forwarding(cloud.host, [target], signer):
        cloud.publish("events", b"1")
        until(lambda: function.pushes)
    (pushed,) = function.pushes
    token = pushed.headers["Authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, certs=signer.certs(), audience="https://fraud")  # type: ignore[no-untyped-call]
    assert (claims["email"], claims["email_verified"]) == ("push@p.iam", True)
    with pytest.raises(ValueError, match="signature"):
        jwt.decode(token, certs=TokenSigner().public_key_pem)  # type: ignore[no-untyped-call]
    assert (pushed.path, pushed.headers["Content-Type"]) == ("/in?x=1", "application/json")


def test_an_ordering_key_is_pushed(
    cloud: Emulated, server: PushTarget, function: Function, signer: TokenSigner
) -> None:
    cloud.subscribe("fraud", "events", ordered=True)
    with forwarding(cloud.host, [Target(cloud.subscription("fraud"), server.url)], signer):
        cloud.publish("events", b"1", ordering_key="acc-1")
        until(lambda: function.pushes)
    assert function.pushes[0].message["orderingKey"] == "acc-1"
    assert "Authorization" not in function.pushes[0].headers


def test_no_more_than_the_limit_are_in_flight_and_other_subscriptions_go_on(
    cloud: Emulated, server: PushTarget, function: Function, signer: TokenSigner
) -> None:
    other, release = Function(), threading.Event()
    function.behave = lambda _: 204 if release.wait(WAIT_S) else 500
    for name in ("fraud", "notify"):
        cloud.subscribe(name, "events")
    with PushTarget(other) as free:
        targets = [
            Target(cloud.subscription("fraud"), server.url, in_flight_max=3),
            Target(cloud.subscription("notify"), free.url, in_flight_max=3),
        ]
        cloud.publish_many("events", [str(number).encode() for number in range(12)])
        with forwarding(cloud.host, targets, signer):
            until(lambda: function.running == 3 and len(other.pushes) == 12)
            release.set()
            until(lambda: len(function.pushes) == 12)
    assert (function.running_max, other.running_max <= 3) == (3, True)
    assert len(set(function.data)) == 12


def test_while_the_function_is_down_no_attempt_is_spent(
    cloud: Emulated, function: Function, signer: TokenSigner
) -> None:
    cloud.subscribe("fraud", "events", dead_letter_topic="dead")
    port = free_port()
    target = Target(cloud.subscription("fraud"), f"http://127.0.0.1:{port}/")
    with forwarding(cloud.host, [target], signer) as running:
        cloud.publish("events", b"1")
        until(lambda: running.lines)
        with PushTarget(function, port):
            until(lambda: function.pushes)
    assert function.attempts == [1]
    assert running.lines == [
        {"event": "endpoint_down", "subscription": target.subscription, "endpoint": target.endpoint}
    ]


def test_a_connection_that_ends_is_tried_once_more_and_then_is_a_failed_attempt(
    cloud: Emulated, server: PushTarget, function: Function, signer: TokenSigner
) -> None:
    def die_three_times(_: Pushed) -> int:
        if len(function.pushes) <= 3:
            raise ConnectionAbortedError
        return 204

    function.behave = die_three_times
    cloud.subscribe("fraud", "events", dead_letter_topic="dead")
    with forwarding(cloud.host, [Target(cloud.subscription("fraud"), server.url)], signer) as running:
        message_id = cloud.publish("events", b"1")
        until(lambda: len(function.pushes) == 4 and not function.running)
    assert function.attempts == [1, 1, 2, 2]
    assert running.lines == [
        {
            "event": "push_failed",
            "subscription": cloud.subscription("fraud"),
            "message_id": message_id,
            "attempt": 1,
            "attempts_max": 5,
            "status": "hung up",
        }
    ]


def test_a_push_without_an_answer_in_time_is_a_failed_attempt(
    cloud: Emulated, server: PushTarget, function: Function, signer: TokenSigner
) -> None:
    release = threading.Event()

    def stall_once(pushed: Pushed) -> int:
        if pushed.attempt == 1:
            release.wait(WAIT_S)
        return 204

    function.behave = stall_once
    cloud.subscribe("fraud", "events", dead_letter_topic="dead")
    target = Target(cloud.subscription("fraud"), server.url, ack_deadline_s=1)
    with forwarding(cloud.host, [target], signer) as running:
        cloud.publish("events", b"1")
        until(lambda: len(function.pushes) == 2)
        release.set()
    assert function.attempts == [1, 2]
    assert [line["status"] for line in running.lines] == ["timeout"]


def test_what_is_done_dropped_or_in_work_does_not_come_again_when_its_deadline_passes(
    cloud: Emulated, server: PushTarget, function: Function, signer: TokenSigner
) -> None:
    release = threading.Event()
    function.behave = lambda pushed: 500 if data_of(pushed) == b"slow" and not release.wait(WAIT_S) else 204
    for name in ("filtered", "fraud", "witness"):
        cloud.subscribe(name, "events")
    filtered = Target(cloud.subscription("filtered"), server.url, 'attributes.kind != "drop"')
    with forwarding(cloud.host, [filtered], signer):
        cloud.publish("events", b"dropped", kind="drop")
        cloud.publish("events", b"quick")
        until(lambda: function.pushes)
    cloud.publish("events", b"slow")
    fraud = Target(cloud.subscription("fraud"), server.url, ack_deadline_s=15)
    with forwarding(cloud.host, [fraud], signer):
        until(lambda: len(function.pushes) == 4)
        # The emulator's own clock tells when ten seconds, the deadline of all three subscriptions, are over.
        assert len(cloud.lease("witness")) == 3
        assert len(cloud.lease("witness")) == 3
        cloud.publish("events", b"marker")
        until(lambda: b"marker" in function.data)
        release.set()
        until(lambda: not function.running)
    assert sorted(function.data) == [b"dropped", b"marker", b"quick", b"quick", b"slow"]
    assert sorted(one.data for one in cloud.take("filtered")) == [b"marker", b"slow"]


def test_a_stop_lets_requests_under_way_end_and_gives_back_what_waits(
    cloud: Emulated, server: PushTarget, function: Function, signer: TokenSigner
) -> None:
    release = threading.Event()
    function.behave = lambda _: 204 if release.wait(WAIT_S) else 500
    cloud.subscribe("fraud", "events")
    cloud.publish_many("events", [b"1", b"2"])
    target = Target(cloud.subscription("fraud"), server.url, in_flight_max=1)
    with forwarding(cloud.host, [target], signer) as running:
        until(lambda: function.running == 1)
        running.ask_to_stop()
        release.set()
    (waiting,) = cloud.take("fraud", within_s=5)  # half of the deadline that it would otherwise have to sit out
    assert {waiting.data, *function.data} == {b"1", b"2"}
    assert running.lines == []


def test_a_subscription_that_is_not_there_yet_is_waited_for(
    cloud: Emulated, server: PushTarget, function: Function, signer: TokenSigner
) -> None:
    with forwarding(cloud.host, [Target(cloud.subscription("late"), server.url)], signer) as running:
        until(lambda: running.lines)
        cloud.subscribe("late", "events")
        cloud.publish("events", b"1")
        until(lambda: function.pushes)
    assert running.lines == [{"event": "pull_failed", "subscription": cloud.subscription("late"), "code": "NOT_FOUND"}]


def test_a_bug_in_it_ends_it_with_a_word(
    cloud: Emulated, server: PushTarget, function: Function, signer: TokenSigner
) -> None:
    def broken(line: dict[str, Any]) -> None:
        raise LookupError(line["event"])

    function.behave = lambda _: 500
    cloud.subscribe("fraud", "events")
    cloud.publish("events", b"1")
    forwarder = Forwarder([Target(cloud.subscription("fraud"), server.url)], cloud.host, signer, log=broken)
    with pytest.raises(ExceptionGroup) as caught:
        asyncio.run(asyncio.wait_for(forwarder.run(asyncio.Event()), WAIT_S))
    assert caught.group_contains(LookupError, match="push_failed")
