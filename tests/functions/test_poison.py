"""Messages that cannot succeed: quarantined with their cause, nobody slowed, and brought back when it is mended."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from emulators.embedded import Wrapping
from emulators.pubsub_schemas import schemas
from shared.adapters.memory.broker import InMemoryBroker
from shared.adapters.memory.clock import ManualClock
from shared.contracts.catalogue import EVENTS_TOPIC, REQUESTS_TOPIC, request_message
from shared.contracts.payments import request_from_domain
from shared.kernel.errors import ClearwayError, KernelError
from shared.kernel.money import AMOUNT_MINOR_MAX
from shared.payments.domain.states import State
from shared.ports.publisher import Message, Publisher
from shared.ports.tasks import Task
from shared.runtime.backbone import Backbone
from shared.runtime.replay import Quarantined, own_attributes, quarantined, replay
from tests.support.builders import NOON, a_request
from tests.support.choices import FlatTariff
from tests.support.world import World

GOOD = request_message(request_from_domain(a_request("partner-1")))


def waiting(world: World) -> list[Quarantined]:
    return list(quarantined(world.twins.documents))


def backbone(world: World) -> Backbone:
    twins = world.twins
    return Backbone(twins.documents, twins.broker, twins.clock, twins.tasks)


@pytest.mark.parametrize(
    ("data", "attributes", "code"),
    [
        (GOOD.data.replace(b'"amount_minor":1250', b'"amount_minor":0'), GOOD.attributes, "malformed"),
        (GOOD.data.replace(b'"USD"', b'"usd"'), GOOD.attributes, "malformed"),
        (GOOD.data.replace(b'"schema_version":1', b'"schema_version":2'), GOOD.attributes, "malformed"),
        (GOOD.data, {**GOOD.attributes, "version": "9"}, "unknown_version"),
        (GOOD.data, {**GOOD.attributes, "type": "payment.unheard"}, "unknown_type"),
        (GOOD.data, {}, "unknown_type"),
    ],
)
def test_a_message_that_cannot_be_understood_is_quarantined_at_once(
    data: bytes, attributes: dict[str, str], code: str
) -> None:
    world = World()
    world.twins.broker.publish(Message(REQUESTS_TOPIC, data, attributes))
    before = world.twins.clock.now()
    while world.cloud.step():
        continue
    (kept,) = waiting(world)
    assert (kept.code, kept.data, own_attributes(kept.attributes)) == (code, data, attributes)
    assert kept.subscription == "intake-payment-requests"
    assert kept.quarantined_at == before, "at the first delivery, without a retry"
    assert world.twins.broker.messages("dead-letters") == []


@pytest.mark.parametrize(
    "data",
    [
        b"not json",
        b"{}",
        GOOD.data.replace(b'"amount_minor":1250', b'"amount_minor":"1250"'),
        GOOD.data.replace(b',"schedule_id":""', b""),
        GOOD.data.replace(b'"schedule_id":""', b'"schedule_id":null'),
    ],
)
def test_what_does_not_fit_the_schema_is_refused_to_its_publisher_and_reaches_nobody(data: bytes) -> None:
    world = World()
    with pytest.raises(ClearwayError, match="the topic payment-requests refuses this message") as caught:
        world.twins.broker.publish(Message(REQUESTS_TOPIC, data, GOOD.attributes))
    assert not caught.value.retryable
    assert world.twins.broker.messages(REQUESTS_TOPIC) == []


def test_a_partner_may_publish_a_request_itself() -> None:
    world = World()
    world.twins.broker.publish(GOOD)
    assert world.cloud.settle_down()
    payment = world.payment("partner-1")
    assert payment.state is State.COMPLETED
    assert [entry.step for entry in payment.history][:2] == ["submission", "intake"]


def test_a_partners_key_used_again_with_other_content_is_quarantined_by_the_name_of_the_field() -> None:
    world = World()
    world.twins.broker.publish(GOOD)
    world.twins.broker.publish(request_message(request_from_domain(a_request("partner-1", amount_minor=12_51))))
    assert world.cloud.settle_down()
    (kept,) = waiting(world)
    assert kept.code == "idempotency_conflict"
    assert world.payment("partner-1").request.money.amount_minor == 12_50


class _Broken:
    """A publisher that fails for one payment, as it does when a topic's policy was broken for one tenant."""

    def __init__(self, inner: Publisher, fails: list[str]) -> None:
        self.inner, self.fails = inner, fails

    def publish(self, message: Message) -> str:
        if message.attributes.get("payment_id") in self.fails:
            raise ClearwayError(KernelError.UNAVAILABLE, "the topic refuses this one")
        return self.inner.publish(message)


def test_what_always_fails_is_quarantined_with_its_cause_and_comes_back_when_it_is_mended() -> None:
    fails: list[str] = []
    world = World(Wrapping(publisher=lambda inner: _Broken(inner, fails)))
    fails.append(world.pay("poisoned"))
    others = [world.pay(f"other-{number}", amount_minor=20_00 + number) for number in range(4)]
    while world.cloud.step():
        continue
    assert {world.payment(f"other-{number}").state for number in range(len(others))} == {State.COMPLETED}
    for _ in range(20):
        world.twins.clock.advance(2)
        world.cloud.step()
    (kept,) = waiting(world)
    assert (kept.code, kept.subscription) == ("unavailable", "intake-payment-requests")
    assert world.payment("poisoned").state is State.RECEIVED
    fails.clear()
    replay(kept, backbone(world))
    assert world.cloud.settle_down()
    assert world.payment("poisoned").state is State.COMPLETED
    assert waiting(world) == []
    assert [one.id for one in quarantined(world.twins.documents, status="replayed")] == [kept.id]


class _Ahead:
    """A publisher before a topic whose schema has a field more, as it has when a revision was removed too early."""

    def __init__(self, inner: Publisher) -> None:
        definition = json.loads(schemas()[EVENTS_TOPIC])
        definition["fields"].append({"name": "colour", "type": "string"})
        self.inner, self.mended = inner, False
        self.topic = InMemoryBroker(ManualClock(NOON))
        self.topic.create_topic(EVENTS_TOPIC, json.dumps(definition))

    def publish(self, message: Message) -> str:
        if message.topic == EVENTS_TOPIC and not self.mended:
            return self.topic.publish(message)
        return self.inner.publish(message)


def test_a_step_whose_event_fits_no_schema_says_so_at_once_and_the_payment_goes_on_when_it_does(
    capsys: pytest.CaptureFixture[str],
) -> None:
    publishers: list[_Ahead] = []

    def ahead(inner: Publisher) -> Publisher:
        publishers.append(_Ahead(inner))
        return publishers[-1]

    world = World(Wrapping(publisher=ahead))
    world.pay("held-up")
    while world.cloud.step():
        continue
    (kept,) = waiting(world)
    assert (kept.code, kept.subscription) == ("misuse", "intake-payment-requests")
    assert kept.detail == "the topic payment-events refuses this message: its data does not fit the topic's schema"
    # The sweep comes back to it, ever less often, and says each time why it cannot go on.
    world.cloud.settle_down(timedelta(minutes=30))
    assert world.payment("held-up").drive_at is not None
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    swept = [line for line in said if line["message"] == "timer: not driven"]
    assert len(swept) > 2
    assert all((line["severity"], line["detail"]) == ("ERROR", kept.detail) for line in swept)
    publishers[-1].mended = True
    replay(kept, backbone(world))
    assert world.cloud.settle_down()
    assert world.payment("held-up").state is State.COMPLETED


def test_a_replay_that_the_schema_refuses_says_so_and_the_message_waits_on() -> None:
    world = World()
    world.twins.broker.publish(Message(REQUESTS_TOPIC, GOOD.data.replace(b'"USD"', b'"usd"'), GOOD.attributes))
    assert world.cloud.settle_down()
    (kept,) = waiting(world)
    published = len(world.twins.broker.messages(REQUESTS_TOPIC))
    with pytest.raises(ClearwayError, match="its data does not fit the topic's schema"):
        replay(kept, backbone(world), data=b"still not json")
    assert waiting(world) == [kept]
    assert len(world.twins.broker.messages(REQUESTS_TOPIC)) == published


def test_a_mended_message_is_replayed_with_other_data() -> None:
    world = World()
    broken = json.loads(GOOD.data)
    broken["payment"]["currency"] = "usd"
    world.twins.broker.publish(Message(REQUESTS_TOPIC, json.dumps(broken).encode(), GOOD.attributes))
    assert world.cloud.settle_down()
    (kept,) = waiting(world)
    replay(kept, backbone(world), data=GOOD.data)
    assert world.cloud.settle_down()
    assert world.payment("partner-1").state is State.COMPLETED


def test_a_task_that_names_nothing_is_set_aside_and_not_called_for_ever() -> None:
    world = World()
    world.twins.tasks.enqueue(Task("settlement", "stray", b'{"payment_id": "pay_aaaaaaaaaaaaaaaaaaaaaaaaaa"}'))
    assert world.cloud.settle_down()
    (kept,) = waiting(world)
    assert (kept.topic, kept.code) == ("", "payment_not_found")


def test_an_amount_that_grows_too_large_by_its_fee_is_refused_and_sets_no_message_aside() -> None:
    world = World(tariff=FlatTariff({"payout": 1}))
    world.pay(amount_minor=AMOUNT_MINOR_MAX)
    assert world.cloud.settle_down()
    payment = world.payment()
    assert payment.state is State.REJECTED
    assert [reason.code for reason in payment.history[-1].reasons] == ["amount_out_of_range"]
    assert waiting(world) == []
