"""Topics with a schema: the same cases on the in-memory broker and on Google's emulator, as the local system has it."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any, Protocol

import grpc
import pytest
from google.api_core.exceptions import InvalidArgument
from google.pubsub_v1 import types
from google.pubsub_v1.services.publisher import PublisherClient
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from google.pubsub_v1.services.schema_service import SchemaServiceClient
from google.pubsub_v1.services.schema_service.transports import SchemaServiceGrpcTransport
from google.pubsub_v1.services.subscriber import SubscriberClient
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulators.description import load_system
from emulators.pubsub_schemas import schemas
from emulators.wiring import Place, create_topics
from shared.adapters.memory.broker import InMemoryBroker
from shared.adapters.memory.clock import ManualClock
from shared.adapters.pubsub.avro import compile_schema
from shared.adapters.pubsub.publisher import PubsubPublisher
from shared.contracts.base import WireModel
from shared.contracts.catalogue import EVENTS_TOPIC, REQUESTS_TOPIC, event_message, request_message
from shared.contracts.events import PaymentEventV1
from shared.contracts.payments import PaymentRequestV1, request_from_domain
from shared.kernel.errors import ClearwayError, KernelError
from shared.ports.publisher import Message, Publisher
from shared.runtime.replay import own_attributes
from tests.support.builders import NOON, a_request
from tests.support.messages import EVENTS, REQUESTS

GOOD = request_message(request_from_domain(a_request()))


class Bench(Protocol):
    """A project with the topics of the system."""

    @property
    def publisher(self) -> Publisher:
        """What is tested."""
        ...

    def kept(self) -> list[Message]:
        """The messages on `payment-requests`, of which there is at least one."""
        ...


class MemoryBench:
    """The twin."""

    def __init__(self, project: str) -> None:
        self.publisher = InMemoryBroker(ManualClock(NOON), project=project)
        for topic in load_system().topics:
            self.publisher.create_topic(topic, schemas().get(topic, ""))
        self.publisher.subscribe("requests-kept", REQUESTS_TOPIC, None)

    def kept(self) -> list[Message]:
        return [one.message for one in self.publisher.pull("requests-kept", 10)]


class GoogleBench:
    """Google's emulator, with the topics as the local system makes them."""

    def __init__(self, project: str, host: str, channel: grpc.Channel) -> None:
        create_topics(host, Place(project, "us-central1"), load_system())
        self.path = f"projects/{project}"
        self.client = PublisherClient(transport=PublisherGrpcTransport(channel=channel))
        self.publisher = PubsubPublisher(self.client, project)
        self.schemas = SchemaServiceClient(transport=SchemaServiceGrpcTransport(channel=channel))
        self._subscriber = SubscriberClient(transport=SubscriberGrpcTransport(channel=channel))
        topic = f"{self.path}/topics/{REQUESTS_TOPIC}"
        self._kept = f"{self.path}/subscriptions/requests-kept"
        self._subscriber.create_subscription(request=types.Subscription(name=self._kept, topic=topic))

    def kept(self) -> list[Message]:
        received = self._subscriber.pull(subscription=self._kept, max_messages=10, timeout=20).received_messages
        return [Message(REQUESTS_TOPIC, one.message.data, dict(one.message.attributes)) for one in received]

    def takes(self, topic: str, data: bytes) -> bool:
        """Whether Apache's Avro, which the emulator asks, takes the data for the topic's schema."""
        try:
            self.schemas.validate_message(
                request=types.ValidateMessageRequest(
                    parent=self.path,
                    name=f"{self.path}/schemas/{topic}",
                    message=data,
                    encoding=types.Encoding.JSON,
                )
            )
        except InvalidArgument:
            return False
        return True


@pytest.fixture
def google(project: str, pubsub_host: str) -> Iterator[GoogleBench]:
    with grpc.insecure_channel(pubsub_host) as channel:
        yield GoogleBench(project, pubsub_host, channel)


@pytest.fixture(params=["memory", pytest.param("google", marks=pytest.mark.emulators)])
def bench(request: pytest.FixtureRequest) -> Bench:
    if request.param == "memory":
        return MemoryBench(request.getfixturevalue("project"))
    made: GoogleBench = request.getfixturevalue("google")
    return made


def without(name: str) -> bytes:
    return json.dumps({key: value for key, value in json.loads(GOOD.data).items() if key != name}).encode()


def changed(**fields: Any) -> bytes:
    return json.dumps({**json.loads(GOOD.data), **fields}).encode()


def test_a_message_that_fits_is_taken_and_names_the_schema_that_it_fits(bench: Bench, project: str) -> None:
    bench.publisher.publish(GOOD)
    (kept,) = bench.kept()
    assert kept.data == GOOD.data
    added = {name: value for name, value in kept.attributes.items() if name not in GOOD.attributes}
    assert len(added.pop("googclient_schemarevisionid")) == 8
    assert added == {
        "googclient_schemaname": f"projects/{project}/schemas/{REQUESTS_TOPIC}",
        "googclient_schemaencoding": "JSON",
    }
    assert own_attributes(kept.attributes) == GOOD.attributes


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not json",
        b"[]",
        b"{}",
        without("schedule_id"),
        without("payment"),
        changed(schema_version="1"),
        changed(schema_version=None),
        changed(schema_version=2**63),
        changed(tenant=None),
        changed(tenant={"string": "demo"}),
        changed(payment="of rent"),
        changed(payment={**json.loads(GOOD.data)["payment"], "source": {}}),
    ],
)
def test_what_does_not_fit_is_refused_for_good_and_says_why(bench: Bench, data: bytes) -> None:
    with pytest.raises(ClearwayError) as caught:
        bench.publisher.publish(Message(REQUESTS_TOPIC, data, GOOD.attributes))
    assert caught.value.code is KernelError.MISUSE
    assert caught.value.detail == (
        "the topic payment-requests refuses this message: its data does not fit the topic's schema"
    )
    bench.publisher.publish(GOOD)
    assert [message.data for message in bench.kept()] == [GOOD.data]


def test_a_topic_without_a_schema_takes_anything(bench: Bench) -> None:
    bench.publisher.publish(Message("dead-letters", b"not json"))


# Google's emulator alone


@pytest.mark.emulators
def test_the_local_system_binds_every_topic_to_its_schema_and_no_other(google: GoogleBench) -> None:
    bound = {}
    for topic in load_system().topics:
        made = google.client.get_topic(topic=f"{google.path}/topics/{topic}").schema_settings
        if made.schema:
            assert made.encoding == types.Encoding.JSON
            request = types.GetSchemaRequest(name=made.schema, view=types.SchemaView.FULL)
            bound[topic] = google.schemas.get_schema(request=request).definition
    assert bound == schemas()


ONE_SERVER = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.emulators
@ONE_SERVER
@given(event=EVENTS, request=REQUESTS)
def test_avro_itself_takes_every_message_of_ours(
    google: GoogleBench, event: PaymentEventV1, request: PaymentRequestV1
) -> None:
    assert google.takes(EVENTS_TOPIC, event_message(event).data)
    assert google.takes(REQUESTS_TOPIC, request_message(request).data)


SCALARS = st.none() | st.booleans() | st.integers(-(2**64), 2**64) | st.floats(allow_nan=False) | st.text(max_size=3)
VALUES = st.recursive(
    SCALARS, lambda inside: st.lists(inside, max_size=2) | st.dictionaries(st.text(max_size=3), inside, max_size=2)
)


def places(value: Any, at: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The path of every field."""
    if isinstance(value, dict):
        for name, inside in value.items():
            yield (*at, name)
            yield from places(inside, (*at, name))


def spoilt(data: st.DataObject, model: WireModel) -> dict[str, Any]:
    """The message with one field replaced or taken away."""
    whole = json.loads(model.model_dump_json())
    *path, name = data.draw(st.sampled_from(sorted(places(whole))))
    changed_copy: dict[str, Any] = copy.deepcopy(whole)
    place = changed_copy
    for step in path:
        place = place[step]
    if data.draw(st.booleans()):
        place[name] = data.draw(VALUES)
    else:
        del place[name]
    return changed_copy


@pytest.mark.emulators
@ONE_SERVER
@given(data=st.data(), model=EVENTS | REQUESTS)
def test_what_the_twin_takes_avro_takes_and_the_other_way_round_but_for_fractions(
    google: GoogleBench, data: st.DataObject, model: WireModel
) -> None:
    topic = EVENTS_TOPIC if isinstance(model, PaymentEventV1) else REQUESTS_TOPIC
    message = json.dumps(spoilt(data, model)).encode()
    ours, theirs = compile_schema(schemas()[topic])(message), google.takes(topic, message)
    if ours:
        assert theirs
    elif theirs:
        assert any(isinstance(value, float) for value in scalars(json.loads(message)))


def scalars(value: Any) -> Iterator[Any]:
    """Every value that is neither an object nor a list."""
    if isinstance(value, dict | list):
        for inside in value.values() if isinstance(value, dict) else value:
            yield from scalars(inside)
    else:
        yield value
