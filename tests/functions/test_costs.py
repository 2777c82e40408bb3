"""What a payment costs, step by step, in billed operations and bytes: counted, not timed.

The figures are those of infra/operations.yaml, with which `make capacity` reckons: they cannot drift from the code.
"""

from __future__ import annotations

import contextlib
import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import pytest

from emulators.embedded import EmbeddedCloud, Wrapping
from scripts.capacity.operations import OPERATIONS, Counts, load_operations
from shared.ledger.documents import JOURNAL
from shared.ledger.domain.chart import kind_of
from shared.payments.documents import PAYMENTS
from shared.payments.domain.states import State
from shared.ports.publisher import Message, Publisher
from shared.runtime.web import HttpRequest
from tests.support.recorded import RecordedDocuments, Written
from tests.support.stored_size import document_bytes, index_bytes
from tests.support.world import API_KEYS, AUTHORIZATION, BOOK, DEPOSIT, TRANSFER, World, payment_body

EXPECTED = load_operations(OPERATIONS)
PAYMENT_OF: Mapping[str, dict[str, Any]] = {"payout": {}, "deposit": DEPOSIT, "transfer": TRANSFER, "book": BOOK}
KEY = "0f4c2a6e-95d1-4c1b-8d5e-3f1d8a7b6c05"  # what a client sends as its key, most of the time
LEAST_OF_BOUND = 0.9


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything that one payment did: log lines, writes, messages, and the bodies of its submission and answer."""

    lines: tuple[str, ...]
    written: tuple[Written, ...]
    messages: tuple[Message, ...]
    submission: bytes
    answer: bytes

    def steps(self) -> dict[str, Counts]:
        """The usage that the log lines of its steps tell."""
        return found_costs("\n".join(self.lines))

    def writes(self, collection: str) -> list[Written]:
        """Its writes to a collection."""
        return [one for one in self.written if one.key.collection == collection]


class RecordedPublisher:
    """A publisher that keeps what went through it."""

    def __init__(self, port: Publisher, kept: list[Message]) -> None:
        self._port, self._kept = port, kept

    def publish(self, message: Message) -> str:
        """See `Publisher.publish`."""
        self._kept.append(message)
        return self._port.publish(message)


@cache
def seen(route: str) -> Seen:
    """The second payment of a route: the first of a customer makes the documents that this one reads."""
    stores: list[RecordedDocuments] = []
    messages: list[Message] = []

    def recorded(port: Any) -> RecordedDocuments:
        stores.append(RecordedDocuments(port))
        return stores[-1]

    wrapping = Wrapping(documents=recorded, publisher=lambda port: RecordedPublisher(port, messages))
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        world = World(wrapping)
        world.pay("first", **PAYMENT_OF[route])
        assert world.cloud.settle_down()
        for store in stores:
            store.written.clear()
        messages.clear()
        out.truncate(0)
        body = json.dumps(payment_body(**PAYMENT_OF[route])).encode()
        reply = world.cloud.call("POST", "/v1/payments", body, authorization=AUTHORIZATION, idempotency_key=KEY)
        assert reply.status == 202
        assert world.cloud.settle_down()
    written = tuple(one for store in stores for one in store.written)
    lines = tuple(line.strip("\0") for line in out.getvalue().splitlines())
    return Seen(
        tuple(line for line in lines if '"step":"timer"' not in line), written, tuple(messages), body, reply.body
    )


def found_costs(text: str) -> dict[str, Counts]:
    """The usage that the log lines of steps tell; the timer's lines are not a payment's."""
    names = ("reads", "writes", "messages", "tasks", "rail_calls")
    lines = [json.loads(line) for line in text.splitlines()]
    return {
        line["step"]: Counts(**{name: line["usage"][name] for name in names})
        for line in lines
        if line.get("step", "timer") != "timer"
    }


@pytest.mark.parametrize("route", PAYMENT_OF)
def test_the_good_path_costs_what_the_table_says(route: str) -> None:
    assert seen(route).steps() == EXPECTED.routes[route].steps


@pytest.mark.parametrize("route", PAYMENT_OF)
def test_a_payment_writes_and_publishes_where_the_table_says(route: str) -> None:
    expected = EXPECTED.routes[route]
    found = Counter(one.key.collection for one in seen(route).written)
    assert {name: found[name] for name in expected.documents | found} == expected.documents
    shards = Counter(kind_of(one.key.id.split("~")[0]) for one in seen(route).writes("house_shards"))
    assert {name: shards[name] for name in expected.house | shards} == expected.house
    topics = Counter(one.topic for one in seen(route).messages)
    assert {name: topics[name] for name in expected.topics | topics} == expected.topics
    assert sum(expected.documents.values()) == sum(one.writes for one in expected.steps.values())


def test_a_refund_costs_what_the_table_says(capsys: pytest.CaptureFixture[str]) -> None:
    world = World()
    for key in ("first", "second"):
        world.pay(key, **DEPOSIT)
    assert world.cloud.settle_down()
    assert world.refund("first", under="refund-1") == 202
    assert world.cloud.settle_down()
    capsys.readouterr()
    assert world.refund("second", under="refund-2") == 202
    assert world.cloud.settle_down()
    assert found_costs(capsys.readouterr().out) == EXPECTED.others["refund"]


def test_a_cancellation_costs_what_the_table_says(capsys: pytest.CaptureFixture[str]) -> None:
    world = World()
    world.pay()
    while world.payment().state is not State.RECEIVED:
        world.twins.broker.deliver_due(1)
    capsys.readouterr()
    assert world.cancel() == 200
    assert found_costs(capsys.readouterr().out) == EXPECTED.others["cancellation"]


def test_an_idle_run_of_the_timer_reads_what_the_table_says(capsys: pytest.CaptureFixture[str]) -> None:
    world = World()
    world.pay()
    assert world.cloud.settle_down()
    found = idle_reads(world, capsys)  # Ada's wallet and Bob's
    assert found == {job: EXPECTED.timer_reads_of(job, wallets=2) for job in found}
    assert set(EXPECTED.timer_reads) == {*found, "other"}


def test_a_further_wallet_is_read_by_the_jobs_that_the_table_says(capsys: pytest.CaptureFixture[str]) -> None:
    world = World()
    world.pay()
    assert world.cloud.settle_down()
    before = idle_reads(world, capsys)
    world.register(world.cloud, "cyd", "Cyd Field", "100000002")
    after = idle_reads(world, capsys)
    found = {job: after[job] - reads for job, reads in before.items() if after[job] != reads}
    assert found == EXPECTED.timer_reads_a_wallet


def idle_reads(world: World, capsys: pytest.CaptureFixture[str]) -> dict[str, int]:
    """Documents that each job reads when it is called a second time, by its name."""
    cloud = EmbeddedCloud(world.twins, api_keys=API_KEYS, rails=("simulator", "ach"))
    for job in cloud.jobs:  # the first run makes what later ones find
        cloud.endpoints["timer"](HttpRequest("POST", f"/{job}"))
    found = {}
    for job in cloud.jobs:
        capsys.readouterr()
        cloud.endpoints["timer"](HttpRequest("POST", f"/{job}"))
        found[job] = sum(json.loads(line)["usage"]["reads"] for line in capsys.readouterr().out.splitlines())
    return found


def test_a_wallet_payout_stays_within_its_budget() -> None:
    payout = EXPECTED.routes["payout"].total
    assert payout.writes <= 12
    assert payout.reads <= 8
    assert payout.messages <= 6


def within(found: Iterable[int], bound: int) -> bool:
    """Whether the largest is not above the bound, and not far below it."""
    return LEAST_OF_BOUND * bound <= max(found) <= bound


def message_bytes(message: Message) -> int:
    """What Pub/Sub counts of a message, with 40 bytes for its id and time."""
    return len(message.data) + sum(len(name) + len(value) for name, value in message.attributes.items()) + 40


@pytest.mark.parametrize("topic", EXPECTED.bytes.messages)
def test_messages_are_as_large_as_the_table_says(topic: str) -> None:
    found = [message_bytes(one) for route in PAYMENT_OF for one in seen(route).messages if one.topic == topic]
    assert within(found, EXPECTED.bytes.messages[topic]), max(found)


@pytest.mark.parametrize("step", EXPECTED.bytes.log_lines)
def test_log_lines_are_as_long_as_the_table_says(step: str) -> None:
    lines = [line for route in PAYMENT_OF for line in seen(route).lines if json.loads(line).get("step") == step]
    assert len(lines) == len(PAYMENT_OF)
    assert within((len(line) + 1 for line in lines), EXPECTED.bytes.log_lines[step]), max(map(len, lines))


def test_submissions_and_answers_are_as_large_as_the_table_says() -> None:
    for name, found in asdict(EXPECTED.bytes.http).items():
        sizes = [len(getattr(seen(route), name)) for route in PAYMENT_OF]
        assert within(sizes, found), (name, max(sizes))


@pytest.mark.parametrize("route", PAYMENT_OF)
def test_a_payment_keeps_and_writes_as_many_bytes_as_the_table_says(route: str) -> None:
    written = seen(route).written
    lasting = {one.key: one.fields for one in written if one.key.collection in (PAYMENTS, JOURNAL)}
    kept = sum(document_bytes(key, fields) + index_bytes(key, fields) for key, fields in lasting.items())
    assert within([kept], EXPECTED.bytes.stored[route]), kept
    versions = sum(document_bytes(one.key, one.fields) for one in written)
    assert within([versions], EXPECTED.bytes.versions[route]), versions
