"""The bridge between Google's Pub/Sub emulator and the BigQuery emulator: all lands, once, whatever is in the way."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.cloud import bigquery
from google.pubsub_v1 import types
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

from emulators.bigquery.schema import create_tables, load_description, load_subscription
from emulators.bridge.__main__ import run
from emulators.bridge.config import BridgeConfig
from emulators.bridge.source import Source, create_subscription
from emulators.description import Retry
from emulators.ports import free_port
from emulators.stand_ins import ROOT, bigquery_service
from shared.adapters.bigquery.client import make_client
from shared.adapters.bigquery.warehouse import BigQueryWarehouse
from tests.support.stand_ins import running
from tests.support.waiting import until

pytestmark = pytest.mark.emulators

DESCRIBED = load_subscription()
DATASET = load_description().dataset
KEPT = "dead-letters-kept"


def event(number: int, **changes: Any) -> bytes:
    fields = {
        "event_id": f"evt_{number}",
        "payment_id": f"pay_{number // 10}",
        "tenant": "acme",
        "type": "payment.received",
        "payment_version": number % 10,
        "occurred_at": "2026-11-02T12:00:00Z",
        "reason_codes": ["velocity"],
    }
    return json.dumps({**fields, **changes}).encode()


class Topics:
    """A project on the emulator with the topics and subscriptions of infra/bigquery/subscription.yaml."""

    def __init__(self, host: str, project: str) -> None:
        self._channel = grpc.insecure_channel(host)
        self._publisher = PublisherGrpcTransport(channel=self._channel)
        self._topic = f"projects/{project}/topics/{DESCRIBED.topic}"
        dead_letters = f"projects/{project}/topics/{DESCRIBED.dead_letter.topic}"
        for name in (self._topic, dead_letters):
            self._publisher.create_topic(types.Topic(name=name))
        kept = types.Subscription(name=f"projects/{project}/subscriptions/{KEPT}", topic=dead_letters)
        SubscriberGrpcTransport(channel=self._channel).create_subscription(kept)
        # At once instead of after a growing pause: five attempts take a quarter of a minute otherwise.
        at_once = replace(DESCRIBED, retry=Retry(minimum_backoff_s=0, maximum_backoff_s=0))
        create_subscription(host, project, at_once)
        self._dead = Source(host, project, KEPT)
        self._live = Source(host, project, DESCRIBED.name)

    def publish(self, *bodies: bytes) -> None:
        for start in range(0, len(bodies), 500):
            messages = [types.PubsubMessage(data=body, attributes={"v": "1"}) for body in bodies[start : start + 500]]
            self._publisher.publish(types.PublishRequest(topic=self._topic, messages=messages))

    def dead_letters(self, count: int) -> list[types.PubsubMessage]:
        """Wait until so many messages are dead, and return them."""
        found: list[types.PubsubMessage] = []

        def enough() -> bool:
            pulled = self._dead.pull(100)
            found.extend(one.message for one in pulled)
            if pulled:
                self._dead.acknowledge([one.ack_id for one in pulled])
            return len(found) >= count

        until(enough)
        return found

    def backlog(self) -> list[types.ReceivedMessage]:
        """What the subscription would still deliver."""
        return self._live.pull(10)

    def close(self) -> None:
        self._dead.close()
        self._live.close()
        self._channel.close()


@pytest.fixture
def topics(pubsub_host: str, project: str) -> Iterator[Topics]:
    made = Topics(pubsub_host, project)
    yield made
    made.close()


@pytest.fixture
def client(bigquery_url: str, project: str) -> Iterator[bigquery.Client]:
    made = make_client(project, bigquery_url)
    create_tables(made)
    yield made
    made.close()  # type: ignore[no-untyped-call]


@pytest.fixture
def warehouse(client: bigquery.Client) -> BigQueryWarehouse:
    return BigQueryWarehouse(client, DATASET, timeout_s=20.0)


def config_of(project: str, url: str) -> BridgeConfig:
    return BridgeConfig(
        project=project, subscription=DESCRIBED.name, bigquery_url=url, dataset=DATASET, table=DESCRIBED.bigquery.table
    )


@contextlib.contextmanager
def bridging(project: str, pubsub_host: str, url: str) -> Iterator[None]:
    """The bridge at work in a thread."""
    stop = threading.Event()
    worker = threading.Thread(target=run, args=(config_of(project, url), pubsub_host, stop))
    worker.start()
    try:
        yield
    finally:
        stop.set()
        worker.join(60)
        assert not worker.is_alive()


def test_many_messages_with_repetitions_land_and_each_event_is_seen_once(
    topics: Topics, warehouse: BigQueryWarehouse, project: str, pubsub_host: str, bigquery_url: str
) -> None:
    first = [event(number) for number in range(1000)]
    again = [event(number) for number in range(0, 1000, 5)]
    topics.publish(*first)
    with bridging(project, pubsub_host, bigquery_url):
        topics.publish(*again)
        until(lambda: warehouse.totals().rows >= 1200, deadline_s=60)
    totals = warehouse.totals()
    assert (totals.rows, totals.events) == (1200, 1000)
    assert [row["payment_version"] for row in warehouse.events_of("pay_7")] == list(range(10))
    (row,) = [row for row in warehouse.events_of("pay_0") if row["event_id"] == "evt_0"]
    assert row["subscription_name"] == f"projects/{project}/subscriptions/{DESCRIBED.name}"
    assert row["attributes"] == {"v": "1"}
    assert row["message_id"]
    assert row["publish_time"] is not None
    assert topics.backlog() == [], "everything was acknowledged"


def test_a_message_that_fits_no_row_is_dead_lettered_and_the_others_of_its_batch_land(
    topics: Topics,
    warehouse: BigQueryWarehouse,
    project: str,
    pubsub_host: str,
    bigquery_url: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    bad = [b"no json 4111111111111111", event(1, payment_version="one"), event(2, tenant=None), b"[" * 100_000]
    good = [event(number) for number in range(10, 30)]
    with caplog.at_level(logging.WARNING), bridging(project, pubsub_host, bigquery_url):
        topics.publish(*good[:10], *bad, *good[10:])
        until(lambda: warehouse.totals().rows >= len(good))
        dead = topics.dead_letters(len(bad))
    assert sorted(message.data for message in dead) == sorted(bad)
    attempts = {message.attributes["CloudPubSubDeadLetterSourceDeliveryCount"] for message in dead}
    assert attempts == {str(DESCRIBED.dead_letter.max_delivery_attempts)}
    assert warehouse.totals().rows == len(good)
    assert "column payment_version must be a whole number" in caplog.text
    assert "column tenant must hold a value" in caplog.text
    assert "4111" not in caplog.text


def test_nothing_is_lost_while_bigquery_is_down(
    topics: Topics, project: str, pubsub_host: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    client = make_client(project, url)
    with caplog.at_level(logging.WARNING), bridging(project, pubsub_host, url):
        topics.publish(*(event(number) for number in range(700)))
        until(lambda: "cannot insert" in caplog.text)
        assert "could insert again" not in caplog.text
        with running(lambda _, log: bigquery_service(port, log), tmp_path / "log"):
            create_tables(client)
            warehouse = BigQueryWarehouse(client, DATASET, timeout_s=20.0)
            until(lambda: warehouse.totals().events >= 700, deadline_s=60)
            until(lambda: "could insert again" in caplog.text)
    client.close()  # type: ignore[no-untyped-call]
    assert topics.backlog() == []


def test_a_bridge_that_stops_while_bigquery_is_down_gives_back_what_it_holds(
    topics: Topics, project: str, pubsub_host: str, caplog: pytest.LogCaptureFixture
) -> None:
    topics.publish(event(1))
    with caplog.at_level(logging.WARNING), bridging(project, pubsub_host, f"http://127.0.0.1:{free_port()}"):
        until(lambda: "cannot insert" in caplog.text)
    (back,) = until(topics.backlog)
    assert (back.message.data, back.delivery_attempt) == (event(1), 2)


def test_the_program_works_until_it_is_told_to_end(
    topics: Topics, warehouse: BigQueryWarehouse, project: str, pubsub_host: str, bigquery_url: str, tmp_path: Path
) -> None:
    told = tmp_path / "bridge.json"
    told.write_text(json.dumps({**_as_json(config_of(project, bigquery_url)), "batch_wait_s": 0.05}))
    environment = {**os.environ, "PUBSUB_EMULATOR_HOST": pubsub_host}
    command = [sys.executable, "-m", "emulators.bridge", "--config", str(told)]
    with (tmp_path / "log").open("wb") as log:
        program = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        topics.publish(event(1), event(2))
        until(lambda: warehouse.totals().rows == 2)
        program.send_signal(signal.SIGTERM)
        assert program.wait(30) == 0
    finally:
        program.kill()
        program.wait()
    assert topics.backlog() == []


def _as_json(config: BridgeConfig) -> dict[str, Any]:
    return {name: getattr(config, name) for name in config.__slots__}
