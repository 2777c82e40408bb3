"""infra/bigquery as typed values, and the dataset, tables and views it describes. Terraform reads the same files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

from google.cloud import bigquery

from emulators.description import DeadLetter, Retry
from emulators.strict import between, load, matching, refuse
from shared.adapters.bigquery.columns import Column, columns_from_schema

INFRA_DIR = Path(__file__).resolve().parent.parent.parent / "infra" / "bigquery"

_NAME = r"[a-z][a-z0-9_]{0,62}"
_FILE = r"[a-z][a-z0-9_]*\.(json|sql)"


@dataclass(frozen=True, slots=True)
class Partition:
    """By which column, and into what stretches of time, the table is cut."""

    type: str = matching("HOUR|DAY|MONTH|YEAR")
    field: str = matching(_NAME)


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `schema` is a file beside the description, `clustering` has up to four columns in order."""

    partition: Partition
    name: str = matching(_NAME)
    description: str = matching(r"[A-Z].*\.")
    schema: str = matching(_FILE)
    clustering: tuple[str, ...] = matching(_NAME)


@dataclass(frozen=True, slots=True)
class View:
    """A view; `query` is a file beside the description in which `${project}` and `${dataset}` are filled in."""

    name: str = matching(_NAME)
    query: str = matching(_FILE)


@dataclass(frozen=True, slots=True)
class ScheduledQuery:
    """A statement that the cloud runs by a schedule (of the BigQuery Data Transfer Service), in UTC.

    `query` is a file as a view's, with the parameter `@run_date`; `reads` are tables and views, `writes` is a table.
    """

    name: str = matching(_NAME)
    query: str = matching(_FILE)
    schedule: str = matching(r"every day [0-2][0-9]:[0-5][0-9]")
    reads: tuple[str, ...] = matching(_NAME)
    writes: str = matching(_NAME)


@dataclass(frozen=True, slots=True)
class Description:
    """infra/bigquery/table.yaml."""

    tables: tuple[Table, ...]
    views: tuple[View, ...]
    scheduled_queries: tuple[ScheduledQuery, ...]
    dataset: str = matching(_NAME)


@dataclass(frozen=True, slots=True)
class Export:
    """What a BigQuery subscription writes and how (https://cloud.google.com/pubsub/docs/bigquery)."""

    use_table_schema: bool
    write_metadata: bool
    drop_unknown_fields: bool
    table: str = matching(_NAME)


@dataclass(frozen=True, slots=True)
class Subscription:
    """infra/bigquery/subscription.yaml: it feeds the events table; `owner` is the team that it belongs to."""

    retry: Retry
    dead_letter: DeadLetter
    bigquery: Export
    name: str = matching(r"[a-z][a-z0-9_-]{2,62}")
    owner: str = matching(r"[a-z][a-z-]{1,30}")
    topic: str = matching(r"[a-z][a-z0-9_-]{2,62}")
    filter: str = matching(r"[^\n]{0,256}")
    ack_deadline_s: int = between(10, 600)


def load_description(folder: Path = INFRA_DIR) -> Description:
    """Read table.yaml. Raises BAD_DESCRIPTION, also for a column that a schema does not have or an unknown table."""
    shown_as = f"{folder.name}/table.yaml"
    description = load(Description, folder / "table.yaml", shown_as)
    for index, table in enumerate(description.tables):
        names = {column["name"] for column in load_schema(folder, table.schema)}
        for name in (table.partition.field, *table.clustering):
            if name not in names:
                refuse(shown_as, f"tables[{index}]", f"names the column {name}, which {table.schema} does not have")
    tables = {table.name for table in description.tables}
    readable = tables | {view.name for view in description.views}
    for index, one in enumerate(description.scheduled_queries):
        for key, name, there in [("writes", one.writes, tables), *(("reads", name, readable) for name in one.reads)]:
            if name not in there:
                refuse(shown_as, f"scheduled_queries[{index}].{key}", f"names {name}, which is not described")
    return description


def load_subscription(folder: Path = INFRA_DIR) -> Subscription:
    """Read subscription.yaml. Raises BAD_DESCRIPTION."""
    return load(Subscription, folder / "subscription.yaml", f"{folder.name}/subscription.yaml")


def load_schema(folder: Path = INFRA_DIR, file: str = "events.json") -> list[Mapping[str, Any]]:
    """A table's schema in BigQuery's JSON form, by default that of the events table."""
    schema: list[Mapping[str, Any]] = json.loads((folder / file).read_text())
    return schema


def load_columns(folder: Path = INFRA_DIR) -> tuple[Column, ...]:
    """The events table's columns, as the adapters take them."""
    return columns_from_schema(load_schema(folder))


def load_policy_tags(folder: Path = INFRA_DIR) -> Mapping[str, Mapping[str, str]]:
    """Which columns only some may read as they are, by table: the name of their policy tag. The emulator knows none."""
    tags: Mapping[str, Mapping[str, str]] = json.loads((folder / "policy_tags.json").read_text())
    return tags


def query_sql(one: View | ScheduledQuery, project: str, dataset: str, folder: Path = INFRA_DIR) -> str:
    """The query for one project and dataset; any other such name raises KeyError."""
    return Template((folder / one.query).read_text()).substitute(project=project, dataset=dataset)


def create_tables(client: bigquery.Client, folder: Path = INFRA_DIR) -> None:
    """Make the dataset, the tables and the views in the client's project, those that are not there yet."""
    description = load_description(folder)
    dataset = f"{client.project}.{description.dataset}"
    client.create_dataset(dataset, exists_ok=True)
    for one in description.tables:
        fields = [bigquery.SchemaField.from_api_repr(dict(field)) for field in load_schema(folder, one.schema)]
        table = bigquery.Table(f"{dataset}.{one.name}", schema=fields)
        table.description = one.description
        table.time_partitioning = bigquery.TimePartitioning(type_=one.partition.type, field=one.partition.field)
        table.clustering_fields = list(one.clustering)
        client.create_table(table, exists_ok=True)
    for each in description.views:
        view = bigquery.Table(f"{dataset}.{each.name}")
        view.view_query = query_sql(each, client.project, description.dataset, folder)
        client.create_table(view, exists_ok=True)
