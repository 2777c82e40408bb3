"""infra/bigquery, read strictly, and what it makes of the BigQuery emulator."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from google.cloud import bigquery

from emulators.bigquery.schema import (
    INFRA_DIR,
    create_tables,
    load_columns,
    load_description,
    load_schema,
    load_subscription,
    view_sql,
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


def test_every_column_is_described_and_holds_no_personal_data() -> None:
    for field in load_schema():
        assert field["description"].endswith("."), field["name"]
        words = field["name"].removesuffix("_name") if field["name"] == "subscription_name" else field["name"]
        assert not [word for word in PERSONAL if word in words], field["name"]


def test_the_subscription_feeds_the_table_of_the_description() -> None:
    subscription, description = load_subscription(), load_description()
    assert subscription.bigquery.table == description.table.name
    assert subscription.filter == ""
    assert subscription.bigquery.use_table_schema
    assert subscription.bigquery.write_metadata
    assert subscription.bigquery.drop_unknown_fields


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("table.yaml", "field: occurred_at", "field: happened_at", "happened_at"),
        ("table.yaml", "clustering: [tenant", "clustering: [owner", "owner"),
        ("table.yaml", "type: DAY", "type: WEEK", "table.partition.type"),
        ("table.yaml", "dataset: clearway", "dataset: clearway\nlocation: EU", "location"),
        ("subscription.yaml", "max_delivery_attempts: 5", "max_delivery_attempts: 3", "max_delivery_attempts"),
        ("subscription.yaml", "write_metadata: true", "write_metadata: yes", "write_metadata"),
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


def test_the_view_is_asked_in_the_project_and_dataset_it_is_made_for() -> None:
    (view,) = load_description().views
    assert "FROM `p-1.d_2.events`" in view_sql(view, "p-1", "d_2")
    assert "${" not in view_sql(view, "p-1", "d_2")


def test_a_view_that_asks_for_something_else_is_refused(infra: Path) -> None:
    changed(infra / "events_deduplicated.sql", "${dataset}", "${data_set}")
    with pytest.raises(KeyError):
        view_sql(load_description(infra).views[0], "p", "d", infra)


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
