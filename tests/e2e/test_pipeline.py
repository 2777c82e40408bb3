"""The running system: Google's emulators, every function in its own process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from emulators.local import LocalCloud
from shared.adapters.bigquery.client import make_client as bigquery_client
from shared.adapters.bigquery.warehouse import BigQueryWarehouse
from shared.adapters.pubsub.client import make_publisher_client
from shared.adapters.pubsub.publisher import PubsubPublisher
from shared.adapters.system_clock import SystemClock
from shared.contracts.catalogue import REQUESTS_TOPIC, event_message, request_message
from shared.contracts.events import event_from_domain
from shared.contracts.payments import request_from_domain
from shared.kernel import ids
from shared.kernel.errors import ClearwayError
from shared.kernel.party import InstrumentKind
from shared.payments.documents import payment_key, payment_to_fields
from shared.payments.domain.events import owed_by_step
from shared.payments.domain.legs import Route
from shared.payments.domain.payment import Payment, submitted
from shared.payments.domain.states import State
from shared.ports.documents import Transaction
from shared.ports.publisher import Message
from shared.runtime.replay import quarantined
from tests.support.builders import DRIVE, NOON, TENANT, a_party, a_request
from tests.support.client import Client
from tests.support.waiting import eventually
from tests.support.world import FUNDING, customer_body, payment_body

pytestmark = [pytest.mark.emulators, pytest.mark.e2e]


@pytest.fixture(scope="module")
def client(cloud: LocalCloud) -> Iterator[Client]:
    client = Client(cloud)
    assert client.post("/v1/customers", customer_body("ada", "Ada Brook")).status == 201
    funding = client.post("/v1/payments", payment_body(500_00, **FUNDING), "e2e-funding")
    assert funding.status == 202
    client.payment(funding.json()["id"], until=lambda payment: payment["status"] == "completed")
    yield client
    client.close()


def test_a_payout_goes_all_the_way(client: Client, cloud: LocalCloud) -> None:
    submitted = client.post("/v1/payments", payment_body(), "e2e-payout").json()
    payment = client.payment(submitted["id"], until=lambda one: one["status"] == "completed")
    assert [entry["step"] for entry in payment["timeline"]] == [
        "submission",
        "intake",
        "fraud",
        "compliance",
        "settlement",
        "settlement",
    ]
    warehouse = bigquery_client(cloud.project, cloud.hosts.bigquery_url)
    try:
        rows = eventually(
            lambda: BigQueryWarehouse(warehouse, "clearway", timeout_s=30.0).events_of(payment["id"]),
            lambda found: len(found) == 5,
        )
    finally:
        warehouse.close()  # type: ignore[no-untyped-call]
    assert [row["type"] for row in rows] == [f"payment.{entry['status']}" for entry in payment["timeline"][1:]]


def test_twenty_at_once_and_one_later_are_one_payment_with_one_answer(client: Client, cloud: LocalCloud) -> None:
    with ThreadPoolExecutor(20) as pool:
        replies = list(pool.map(lambda _: client.post("/v1/payments", payment_body(), "e2e-twenty"), range(20)))
    payment_id = replies[0].json()["id"]
    client.payment(payment_id, until=lambda one: one["status"] == "completed")
    replies.append(client.post("/v1/payments", payment_body(), "e2e-twenty"))
    assert {(reply.status, reply.data) for reply in replies} == {(202, replies[0].data)}
    summary = client.http.request("GET", f"{cloud.bank_url}/v1/admin/transfers?limit=1000").json()
    assert [one["key"] for one in summary["transfers"]].count(f"{payment_id}.credit") == 1
    conflict = client.post("/v1/payments", payment_body(12_51), "e2e-twenty")
    assert conflict.status == 409
    assert conflict.headers["Content-Type"] == "application/problem+json"
    assert conflict.json()["errors"][0]["pointer"] == "/amount_minor"


def test_poison_is_set_aside_with_its_cause_while_others_pass_and_comes_back_once_mended(
    client: Client, cloud: LocalCloud, tmp_path: Path
) -> None:
    good = request_message(request_from_domain(a_request("e2e-partner", 9_99)))
    broken = a_received_payment("e2e-broken")
    event = event_message(event_from_domain(owed_by_step(broken, "intake").events[0]))
    whole = payment_to_fields(broken)
    key = payment_key(broken.id)
    # Nothing can read this document until somebody mends it, so its message fails at every delivery.
    client.documents.run(lambda tx: tx.create(key, {name: value for name, value in whole.items() if name != "drives"}))
    with pytest.raises(ClearwayError, match="does not fit the topic's schema"):
        publish(cloud, Message(REQUESTS_TOPIC, b"not json", good.attributes))
    publish(cloud, Message(REQUESTS_TOPIC, good.data.replace(b'"USD"', b'"usd"'), good.attributes))
    publish(cloud, Message(REQUESTS_TOPIC, good.data, {**good.attributes, "version": "7"}))
    publish(cloud, event)
    others = [
        client.post("/v1/payments", payment_body(20_00 + number), f"e2e-other-{number}").json()["id"]
        for number in range(4)
    ]
    for payment_id in others:
        client.payment(payment_id, until=lambda one: one["status"] == "completed", within_s=20)
    kept = eventually(lambda: list(quarantined(client.documents)), lambda found: len(found) == 3, within_s=40)
    causes = {one.code: one for one in kept}
    assert set(causes) == {"malformed", "unknown_version", "unexpected_error"}
    assert causes["unexpected_error"].detail == "KeyError"
    assert causes["unexpected_error"].subscription == "fraud-payment-events"
    listed = replayed(cloud, "--list")
    assert all(one.id in listed for one in kept)

    def mend(tx: Transaction) -> None:
        tx.get(key)
        tx.replace(key, whole)

    client.documents.run(mend)
    replayed(cloud, "--id", causes["unexpected_error"].id)
    client.payment(broken.id, until=lambda one: one["status"] == "completed")
    (tmp_path / "mended.json").write_bytes(good.data.replace(b'"USD"', b"1"))
    said = replayed(cloud, "--id", causes["malformed"].id, "--data", str(tmp_path / "mended.json"), status=1)
    assert said == "the topic payment-requests refuses this message: its data does not fit the topic's schema\n"
    (tmp_path / "mended.json").write_bytes(good.data)
    replayed(cloud, "--id", causes["malformed"].id, "--data", str(tmp_path / "mended.json"))
    client.payment(ids.payment_id(TENANT, "e2e-partner"), until=lambda one: one["status"] == "completed")
    assert [one.code for one in quarantined(client.documents)] == ["unknown_version"]


def a_received_payment(key: str) -> Payment:
    """A payout from Ada's wallet, received but with nothing held, as no intake would leave it."""
    payer, payee = a_party(), a_party(InstrumentKind.BANK_ACCOUNT)
    payment = replace(submitted(a_request(key, 5_00), now=NOON, drive=DRIVE), source=payer, destination=payee)
    payment = replace(payment, route=Route.PAYOUT)
    return payment.advance(State.RECEIVED, step="intake", now=SystemClock().now(), drive=DRIVE)


def publish(cloud: LocalCloud, message: Message) -> None:
    client = make_publisher_client(cloud.hosts.pubsub)
    PubsubPublisher(client, cloud.project).publish(message)
    client.transport.close()  # type: ignore[no-untyped-call]


def replayed(cloud: LocalCloud, *arguments: str, status: int = 0) -> str:
    """What `make replay` prints on this system, as its answer or as its complaint."""
    environment = {
        **os.environ,
        "GOOGLE_CLOUD_PROJECT": cloud.project,
        "FIRESTORE_EMULATOR_HOST": cloud.hosts.firestore,
        "PUBSUB_EMULATOR_HOST": cloud.hosts.pubsub,
        "CLOUD_TASKS_EMULATOR_HOST": cloud.hosts.tasks,
        "CLEARWAY_SETTLEMENT_URL": cloud.url_of("settlement"),
    }
    command = [sys.executable, "-W", "ignore", "-m", "scripts.replay", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == status, done.stderr
    return done.stderr if status else done.stdout
