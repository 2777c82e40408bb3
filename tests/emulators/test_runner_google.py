"""Google's emulators come up through the fixtures that other tests use."""

from __future__ import annotations

import grpc
import pytest
from google.cloud import firestore
from google.pubsub_v1 import PublisherClient, PubsubMessage
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport

pytestmark = pytest.mark.emulators


def test_pubsub_takes_a_message(pubsub_host: str, project: str) -> None:
    with grpc.insecure_channel(pubsub_host) as channel:
        client = PublisherClient(transport=PublisherGrpcTransport(channel=channel))
        topic = client.create_topic(name=f"projects/{project}/topics/topic").name
        assert client.publish(topic=topic, messages=[PubsubMessage(data=b"x")]).message_ids


def test_firestore_keeps_a_document(firestore_host: str, project: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", firestore_host)
    client = firestore.Client(project=project)
    client.document("things/one").create({"n": 1})
    assert client.document("things/one").get().to_dict() == {"n": 1}
    client.close()  # type: ignore[no-untyped-call]
