"""The warehouse's contract: the same cases on the in-memory twin and on the BigQuery emulator."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from emulators.bigquery.schema import create_tables, load_schema
from shared.adapters.bigquery.client import make_client
from shared.adapters.bigquery.warehouse import BigQueryWarehouse
from shared.adapters.memory.warehouse import InMemoryWarehouse
from shared.kernel.errors import ClearwayError, KernelError
from shared.ports.warehouse import EventTotals, Warehouse

PAYMENT = "pay_aaaaaaaaaaaaaaaaaaaaaaaaaa"
OTHER = "pay_bbbbbbbbbbbbbbbbbbbbbbbbbb"

FULL: dict[str, Any] = {
    "event_id": "evt_1",
    "payment_id": PAYMENT,
    "tenant": "acme",
    "type": "payment.received",
    "schema_version": 1,
    "payment_version": 2,
    "state": "received",
    "step": "intake",
    "occurred_at": "2026-11-02T12:00:00.000007Z",
    "amount_minor": 2**62,
    "currency": "JPY",
    "source_customer_id": "cus_aaaaaaaaaaaaaaaaaaaaaaaaaa",
    "source_kind": "wallet",
    "destination_customer_id": "cus_bbbbbbbbbbbbbbbbbbbbbbbbbb",
    "destination_kind": "",
    "reason_codes": ["velocity", 'it\'s "new"'],
    "entry_hash": "ab" * 32,
    "subscription_name": "projects/p/subscriptions/s",
    "message_id": "17",
    "publish_time": "2026-11-02T14:00:01+02:00",
    "attributes": '{"type": "payment.received", "note": "Zoë"}',
}


def event(event_id: str = "evt_1", **changes: Any) -> dict[str, Any]:
    """The columns that every event has, and `changes`."""
    required = {name: FULL[name] for name in ("payment_id", "tenant", "type", "payment_version", "occurred_at")}
    return {"event_id": event_id, **required, **changes}


@pytest.fixture(params=["memory", pytest.param("bigquery", marks=pytest.mark.emulators)])
def warehouse(request: pytest.FixtureRequest) -> Iterator[Warehouse]:
    if request.param == "memory":
        yield InMemoryWarehouse(load_schema())
        return
    client = make_client(request.getfixturevalue("project"), request.getfixturevalue("bigquery_url"))
    create_tables(client)
    yield BigQueryWarehouse(client, "clearway", timeout_s=20.0)
    client.close()  # type: ignore[no-untyped-call]


def ids_of(warehouse: Warehouse, payment_id: str = PAYMENT) -> list[str]:
    return [row["event_id"] for row in warehouse.events_of(payment_id)]


def test_an_empty_warehouse_says_so(warehouse: Warehouse) -> None:
    warehouse.append_events([])
    assert warehouse.totals() == EventTotals(rows=0, events=0, by_type={})
    assert list(warehouse.events_of(PAYMENT)) == []


def test_an_event_comes_back_as_it_was_written(warehouse: Warehouse) -> None:
    warehouse.append_events([FULL])
    assert list(warehouse.events_of(PAYMENT)) == [
        {
            **FULL,
            "occurred_at": datetime(2026, 11, 2, 12, 0, 0, 7, tzinfo=UTC),
            "publish_time": datetime(2026, 11, 2, 12, 0, 1, tzinfo=UTC),
            "attributes": {"type": "payment.received", "note": "Zoë"},
        }
    ]


def test_what_an_event_does_not_say_is_null_and_an_unsaid_list_is_empty(warehouse: Warehouse) -> None:
    warehouse.append_events([event("evt_1"), event("evt_2", payment_version=3, state=None, reason_codes=None)])
    for row in warehouse.events_of(PAYMENT):
        assert set(row) == set(FULL)
        assert row["reason_codes"] == []
        assert all(row[name] is None for name in set(FULL) - set(event()) - {"reason_codes"})


def test_events_of_a_payment_come_in_the_order_of_its_versions_and_alone(warehouse: Warehouse) -> None:
    versions = [10, 2, 1, 9]
    warehouse.append_events([event(f"evt_{version}", payment_version=version) for version in versions])
    warehouse.append_events([event("evt_other", payment_id=OTHER)])
    assert ids_of(warehouse) == ["evt_1", "evt_2", "evt_9", "evt_10"]
    assert ids_of(warehouse, OTHER) == ["evt_other"]
    assert ids_of(warehouse, "' OR '1'='1") == []


@pytest.mark.parametrize(
    ("publications", "kept"),
    [
        ([("2026-11-02T12:00:02Z", "1"), ("2026-11-02T12:00:01.999999Z", "2")], "2"),
        ([("2026-11-02T12:00:01Z", "2"), ("2026-11-02T13:00:01+01:00", "1")], "1"),
        ([("2026-11-02T12:00:01Z", "1"), (None, "2")], "2"),
        ([("2026-11-02T12:00:01Z", "1"), ("2026-11-02T12:00:01Z", None)], None),
        ([(None, None), (None, None)], None),
    ],
    ids=["earliest", "same-moment", "unpublished-first", "unnamed-first", "nothing-to-tell-by"],
)
def test_a_repeated_event_is_seen_once_by_its_earliest_publication(
    warehouse: Warehouse, publications: list[tuple[str | None, str | None]], kept: str | None
) -> None:
    for publish_time, message_id in publications:
        warehouse.append_events([event(publish_time=publish_time, message_id=message_id)])
    (row,) = warehouse.events_of(PAYMENT)
    assert row["message_id"] == kept
    assert warehouse.totals() == EventTotals(rows=2, events=1, by_type={"payment.received": 1})


def test_a_repetition_within_one_batch_is_one_too(warehouse: Warehouse) -> None:
    warehouse.append_events([FULL, FULL, {**FULL, "message_id": "18"}])
    assert ids_of(warehouse) == ["evt_1"]


def test_totals_count_rows_events_and_types(warehouse: Warehouse) -> None:
    rows = [event(f"evt_{number}", payment_version=number) for number in range(700)]
    rows += [event(f"sco_{number}", type="payment.scored", payment_id=OTHER) for number in range(50)]
    warehouse.append_events(rows)
    warehouse.append_events(rows[600:])
    by_type = {"payment.received": 700, "payment.scored": 50}
    assert warehouse.totals() == EventTotals(rows=900, events=750, by_type=by_type)


def test_the_ends_of_the_types_fit(warehouse: Warehouse) -> None:
    ends = [
        event("evt_1", payment_version=1, amount_minor=2**63 - 1, occurred_at="9999-12-31T23:59:59.999999Z"),
        event("evt_2", payment_version=2, amount_minor=-(2**63), occurred_at="0001-01-01T00:00:00Z"),
        event("evt_3", payment_version=3, state="", reason_codes=["", "\x00", "💶"], attributes="null"),
    ]
    warehouse.append_events(ends)
    first, second, third = warehouse.events_of(PAYMENT)
    assert (first["amount_minor"], second["amount_minor"]) == (2**63 - 1, -(2**63))
    assert first["occurred_at"] == datetime.max.replace(tzinfo=UTC)
    assert second["occurred_at"] == datetime.min.replace(tzinfo=UTC)
    assert (third["state"], third["reason_codes"]) == ("", ["", "\x00", "💶"])
    assert third["attributes"] is None


MISFITS: list[tuple[str, Any]] = [
    ("event_id", None),
    ("occurred_at", None),
    ("payment_version", None),
    ("payment_version", "2"),
    ("payment_version", 2.0),
    ("payment_version", True),
    ("amount_minor", 2**63),
    ("amount_minor", -(2**63) - 1),
    ("state", 7),
    ("state", ["received"]),
    ("state", "half \ud83d of a pair"),
    ("occurred_at", "yesterday"),
    ("occurred_at", "2026-02-30T12:00:00Z"),
    ("occurred_at", "2026-11-02T12:00:00"),
    ("occurred_at", "2026-11-02T12:00:00.1234567Z"),
    ("occurred_at", "0001-01-01T00:00:00+01:00"),
    ("occurred_at", 1_793_620_800),
    ("occurred_at", datetime(2026, 11, 2, 12, tzinfo=UTC)),
    ("reason_codes", "velocity"),
    ("reason_codes", ["velocity", None]),
    ("reason_codes", [["velocity"]]),
    ("attributes", {"type": "payment.received"}),
    ("attributes", "{"),
    ("attributes", "NaN"),
]


@pytest.mark.parametrize(("column", "value"), MISFITS, ids=[f"{name}={value!a}"[:48] for name, value in MISFITS])
def test_a_row_that_does_not_fit_is_refused_with_its_whole_batch(warehouse: Warehouse, column: str, value: Any) -> None:
    batch = [event("evt_1"), event("evt_2") | {column: value}]
    with pytest.raises(ClearwayError) as caught:
        warehouse.append_events(batch)
    assert caught.value.code is KernelError.MISUSE
    assert caught.value.field == f"/{column}"
    assert warehouse.totals().rows == 0


def test_an_unknown_column_is_refused(warehouse: Warehouse) -> None:
    with pytest.raises(ClearwayError, match="'colour'") as caught:
        warehouse.append_events([event(colour="red")])
    assert caught.value.code is KernelError.MISUSE
    assert warehouse.totals().rows == 0


def test_a_missing_required_column_is_refused_by_name(warehouse: Warehouse) -> None:
    for column in event():
        row = event()
        del row[column]
        with pytest.raises(ClearwayError) as caught:
            warehouse.append_events([row])
        assert caught.value.field == f"/{column}"
    assert warehouse.totals().rows == 0


def test_a_refusal_never_repeats_what_was_sent(warehouse: Warehouse) -> None:
    with pytest.raises(ClearwayError) as caught:
        warehouse.append_events([event(occurred_at="Alice 4111111111111111")])
    assert "4111" not in str(caught.value)


def test_a_changed_row_changes_nothing_that_has_landed(warehouse: Warehouse) -> None:
    row = event(reason_codes=["velocity"])
    warehouse.append_events([row])
    row["reason_codes"].append("later")
    (found,) = warehouse.events_of(PAYMENT)
    found["reason_codes"].append("later still")
    assert warehouse.events_of(PAYMENT)[0]["reason_codes"] == ["velocity"]
