"""infra/bigquery, read strictly, and what it makes of the BigQuery emulator."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from google.cloud import bigquery

from emulators.bigquery.schema import (
    INFRA_DIR,
    create_tables,
    load_columns,
    load_description,
    load_policy_tags,
    load_schema,
    load_subscription,
    query_sql,
)
from emulators.errors import LocalError
from shared.adapters.bigquery.client import make_client
from shared.kernel.errors import ClearwayError, KernelError

# Words that would betray a column about a person; parties are ids and kinds.
PERSONAL = ("name", "iban", "card", "pan", "email", "phone", "birth", "address", "country", "account")


@pytest.fixture
def infra(tmp_path: Path) -> Path:
    """A copy of infra/bigquery to break."""
    return Path(shutil.copytree(INFRA_DIR, tmp_path / "bigquery"))


@pytest.fixture
def client(bigquery_url: str, project: str) -> Iterator[bigquery.Client]:
    made = make_client(project, bigquery_url)
    yield made
    made.close()  # type: ignore[no-untyped-call]


def changed(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def columns_of_every_table() -> Iterator[Mapping[str, Any]]:
    for table in load_description().tables:
        yield from load_schema(file=table.schema)


def test_every_column_is_described_and_holds_no_personal_data() -> None:
    for field in columns_of_every_table():
        assert field["description"].endswith("."), field["name"]
        words = field["name"].removesuffix("_name") if field["name"] == "subscription_name" else field["name"]
        assert not [word for word in PERSONAL if word in words], field["name"]


def test_the_subscription_feeds_the_table_of_the_description() -> None:
    subscription, description = load_subscription(), load_description()
    assert subscription.bigquery.table == description.tables[0].name
    assert subscription.filter == ""
    assert subscription.bigquery.use_table_schema
    assert subscription.bigquery.write_metadata
    assert subscription.bigquery.drop_unknown_fields


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("table.yaml", "field: occurred_at", "field: happened_at", "happened_at"),
        ("table.yaml", "clustering: [tenant", "clustering: [owner", "owner"),
        ("table.yaml", "type: DAY", "type: WEEK", r"tables\[0\].partition.type"),
        ("table.yaml", "dataset: clearway", "dataset: clearway\nlocation: EU", "location"),
        ("table.yaml", "field: day", "field: month", "month"),
        ("table.yaml", "writes: payments_daily", "writes: events_deduplicated", r"scheduled_queries\[0\].writes"),
        ("table.yaml", "reads: [events]", "reads: [event]", r"scheduled_queries\[0\].reads"),
        ("table.yaml", "every day 02:30", "every 5 minutes", r"scheduled_queries\[0\].schedule"),
        ("subscription.yaml", "max_delivery_attempts: 5", "max_delivery_attempts: 3", "max_delivery_attempts"),
        ("subscription.yaml", "write_metadata: true", "write_metadata: 'yes'", "write_metadata"),
    ],
)
def test_a_slip_in_a_description_is_refused_with_its_place(
    infra: Path, file: str, old: str, new: str, told: str
) -> None:
    changed(infra / file, old, new)
    with pytest.raises(ClearwayError, match=told) as caught:
        (load_description if file == "table.yaml" else load_subscription)(infra)
    assert caught.value.code is LocalError.BAD_DESCRIPTION


def test_a_type_that_the_adapters_do_not_know_is_refused(infra: Path) -> None:
    changed(infra / "events.json", '"JSON"', '"GEOGRAPHY"')
    with pytest.raises(ClearwayError, match="attributes is NULLABLE GEOGRAPHY") as caught:
        load_columns(infra)
    assert caught.value.code is KernelError.MISUSE


def test_policy_tags_are_on_columns_that_there_are() -> None:
    schemas = {
        table.name: {one["name"] for one in load_schema(file=table.schema)} for table in load_description().tables
    }
    tagged = {(table, column) for table, columns in load_policy_tags().items() for column in columns}
    assert tagged == {("events", "source_customer_id"), ("events", "destination_customer_id")}
    assert all(column in schemas[table] for table, column in tagged)


def test_the_view_is_asked_in_the_project_and_dataset_it_is_made_for() -> None:
    (view,) = load_description().views
    assert "FROM `p-1.d_2.events`" in query_sql(view, "p-1", "d_2")
    assert "${" not in query_sql(view, "p-1", "d_2")


def test_a_view_that_asks_for_something_else_is_refused(infra: Path) -> None:
    changed(infra / "events_deduplicated.sql", "${dataset}", "${data_set}")
    with pytest.raises(KeyError):
        query_sql(load_description(infra).views[0], "p", "d", infra)


@pytest.mark.emulators
def test_the_table_is_made_as_described_and_making_it_again_changes_nothing(client: bigquery.Client) -> None:
    create_tables(client)
    create_tables(client)
    table = client.get_table(f"{client.project}.clearway.events")
    assert [field.to_api_repr() for field in table.schema] == load_schema()
    assert table.time_partitioning is not None
    assert (table.time_partitioning.type_, table.time_partitioning.field) == ("DAY", "occurred_at")
    assert table.clustering_fields == ["tenant", "type", "payment_id"]


@pytest.mark.emulators
def test_an_analyst_may_filter_the_view_by_day_and_read_into_attributes(client: bigquery.Client) -> None:
    create_tables(client)
    rows = [
        {
            "event_id": f"evt_{day}",
            "payment_id": "pay_1",
            "tenant": "acme",
            "type": "payment.received",
            "payment_version": day,
            "occurred_at": f"2026-11-{day:02}T12:00:00Z",
            "reason_codes": ["velocity", "country"],
            "attributes": json.dumps({"tenant": "acme"}),
        }
        for day in (1, 2, 3)
    ]
    assert client.insert_rows_json(f"{client.project}.clearway.events", rows * 2) == []
    found = client.query(
        "SELECT event_id, JSON_VALUE(attributes, '$.tenant') AS tenant, reason"
        f" FROM `{client.project}.clearway.events_deduplicated`, UNNEST(reason_codes) AS reason"
        " WHERE occurred_at >= TIMESTAMP('2026-11-02') AND occurred_at < TIMESTAMP('2026-11-03')"
        " ORDER BY reason"
    ).result()
    assert [tuple(row.values()) for row in found] == [("evt_2", "acme", "country"), ("evt_2", "acme", "velocity")]


def event(number: int, moment: str, **changes: Any) -> dict[str, Any]:
    """A received payment of 10.00 US dollars of one tenant."""
    return {
        "event_id": f"evt_{number}",
        "payment_id": f"pay_{number}",
        "tenant": "acme",
        "type": "payment.received",
        "payment_version": 1,
        "occurred_at": moment,
        "amount_minor": 10_00,
        "currency": "USD",
        **changes,
    }


@pytest.mark.emulators
def test_the_daily_summary_counts_each_payment_once_takes_late_events_and_leaves_older_days(
    client: bigquery.Client,
) -> None:
    create_tables(client)
    dataset = f"{client.project}.clearway"

    def land(*rows: dict[str, Any]) -> None:
        assert client.insert_rows_json(f"{dataset}.events", rows) == []

    def summed(run_date: date) -> list[tuple[Any, ...]]:
        (one,) = load_description().scheduled_queries
        config = bigquery.QueryJobConfig(query_parameters=[bigquery.ScalarQueryParameter("run_date", "DATE", run_date)])
        client.query(query_sql(one, client.project, "clearway"), job_config=config).result()
        order = "day, tenant, type, currency"
        found = client.query(f"SELECT * FROM `{dataset}.payments_daily` ORDER BY {order}").result()
        return [tuple(row.values()) for row in found]

    received, first, second = "payment.received", date(2026, 11, 1), date(2026, 11, 2)
    land(
        *[event(1, "2026-11-01T00:00:00Z")] * 3,
        event(2, "2026-11-01T23:59:59.999999Z", amount_minor=5_00),
        event(3, "2026-11-01T12:00:00Z", payment_id="pay_2", amount_minor=5_00, payment_version=7),
        event(4, "2026-11-01T12:00:00Z", tenant="other"),
        event(5, "2026-11-01T12:00:00Z", type="payment.failed"),
        event(6, "2026-11-01T12:00:00Z", currency="JPY", amount_minor=1_000),
        event(7, "2026-11-01T12:00:00Z", currency=None, amount_minor=None),
        event(8, "2026-11-02T00:00:00Z"),
    )
    of_first = [
        (first, "acme", "payment.failed", "USD", 1, 1, 10_00),
        (first, "acme", received, "JPY", 1, 1, 1_000),
        (first, "acme", received, "USD", 3, 2, 15_00),
        (first, "acme", received, "XXX", 1, 1, 0),
        (first, "other", received, "USD", 1, 1, 10_00),
    ]
    assert summed(second) == of_first, "the day that is not over is left out"
    assert summed(second) == of_first, "and a second run changes nothing"
    land(event(9, "2026-11-01T12:00:00Z", amount_minor=1))
    of_first[2] = (first, "acme", received, "USD", 4, 3, 15_01)
    of_second = (second, "acme", received, "USD", 1, 1, 10_00)
    assert summed(date(2026, 11, 9)) == [*of_first, of_second], "an event that is seven days late counts"
    land(event(10, "2026-11-01T12:00:00Z"))
    assert summed(date(2026, 11, 10)) == [*of_first, of_second], "and one that is later waits for a run of that date"
