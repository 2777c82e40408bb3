"""A message becomes a row as in Pub/Sub's own BigQuery subscription, or is told apart as one that fits no row."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from google.pubsub_v1 import types

from emulators.bigquery.schema import load_columns
from emulators.bridge.rows import row_of
from shared.adapters.bigquery.columns import Mode
from shared.contracts.catalogue import event_message
from shared.contracts.events import PaymentEventV1
from shared.kernel.errors import ClearwayError, KernelError

SUBSCRIPTION = "projects/p/subscriptions/payment-events-bigquery"
COLUMNS = load_columns()
METADATA = {"subscription_name", "message_id", "publish_time", "attributes"}

EVENT = PaymentEventV1(
    event_id="evt_1",
    type="payment.received",
    payment_id="pay_" + "a" * 26,
    payment_version=2,
    tenant="acme",
    state="received",
    step="intake",
    occurred_at=datetime(2026, 11, 2, 12, 0, 0, 7, tzinfo=UTC),
    amount_minor=1250,
    currency="USD",
    source_customer_id="cus_" + "a" * 26,
    source_kind="wallet",
    destination_customer_id="cus_" + "b" * 26,
    destination_kind="",
    reason_codes=["velocity"],
    entry_hash="ab" * 32,
)


def message(data: bytes, **changes: Any) -> types.PubsubMessage:
    fields = {"message_id": "17", "publish_time": datetime(2026, 11, 2, 12, 0, 1, 5000, tzinfo=UTC), **changes}
    return types.PubsubMessage(data=data, **fields)


def with_fields(**changes: Any) -> types.PubsubMessage:
    fields = json.loads(EVENT.model_dump_json())
    return message(json.dumps({**fields, **changes}).encode())


def refused(bad: types.PubsubMessage) -> ClearwayError:
    with pytest.raises(ClearwayError) as caught:
        row_of(bad, SUBSCRIPTION, COLUMNS)
    assert caught.value.code is KernelError.MISUSE
    return caught.value


def test_the_table_has_the_fields_of_an_event_and_the_metadata_of_the_subscription() -> None:
    by_name = {column.name: column for column in COLUMNS}
    assert set(by_name) == set(PaymentEventV1.model_fields) | METADATA
    assert by_name["reason_codes"].mode is Mode.REPEATED
    assert all(by_name[name].mode is Mode.NULLABLE for name in METADATA)


def test_an_event_as_it_is_published_becomes_its_row() -> None:
    published = event_message(EVENT)
    row = row_of(message(published.data, attributes=published.attributes), SUBSCRIPTION, COLUMNS)
    assert {name: row[name] for name in PaymentEventV1.model_fields} == json.loads(EVENT.model_dump_json())
    assert row["subscription_name"] == SUBSCRIPTION
    assert row["message_id"] == "17"
    assert row["publish_time"] == "2026-11-02T12:00:01.005000+00:00"
    assert json.loads(row["attributes"]) == dict(published.attributes)


def test_the_ordering_key_stands_among_the_attributes() -> None:
    keyed = message(EVENT.model_dump_json().encode(), attributes={"a": "b"}, ordering_key="pay_1")
    assert json.loads(row_of(keyed, SUBSCRIPTION, COLUMNS)["attributes"]) == {"a": "b", "ordering_key": "pay_1"}
    bare = message(EVENT.model_dump_json().encode())
    assert row_of(bare, SUBSCRIPTION, COLUMNS)["attributes"] == "{}"


def test_a_field_that_the_table_does_not_know_is_dropped() -> None:
    row = row_of(with_fields(colour="red", nested={"deep": [1]}), SUBSCRIPTION, COLUMNS)
    assert not {"colour", "nested"} & set(row)


def test_metadata_is_pubsubs_whatever_the_message_says() -> None:
    row = row_of(with_fields(message_id="forged", publish_time="1999-01-01T00:00:00Z"), SUBSCRIPTION, COLUMNS)
    assert row["message_id"] == "17"
    assert row["publish_time"].startswith("2026-11-02")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not json",
        b"\xff\xfe",
        b"[]",
        b'"text"',
        b"null",
        b"[" * 200_000,
        b'{"amount_minor": ' + b"9" * 5000 + b"}",
    ],
    ids=["empty", "text", "bytes", "list", "string", "null", "nested-without-end", "endless-number"],
)
def test_what_is_no_json_object_fits_no_row(data: bytes) -> None:
    refused(message(data))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("event_id", None),
        ("payment_version", "2"),
        ("payment_version", 2.5),
        ("amount_minor", 2**63),
        ("occurred_at", "soon"),
        ("reason_codes", "velocity"),
        ("state", {"name": "received"}),
        ("currency", "\ud800"),
    ],
)
def test_a_value_of_another_type_fits_no_row_and_is_told_by_its_column(column: str, value: Any) -> None:
    assert refused(with_fields(**{column: value})).field == f"/{column}"


def test_a_refusal_never_repeats_the_message() -> None:
    assert "4111" not in str(refused(with_fields(occurred_at="4111111111111111")))
    assert "4111" not in str(refused(message(b"4111111111111111 {")))
