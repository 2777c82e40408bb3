"""infra/bigquery as typed values, and the dataset, table and views it describes. Terraform reads the same files."""

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
    """The events table; `schema` is a file beside the description, `clustering` has up to four columns in order."""

    partition: Partition
    name: str = matching(_NAME)
    schema: str = matching(_FILE)
    clustering: tuple[str, ...] = matching(_NAME)


@dataclass(frozen=True, slots=True)
class View:
    """A view; `query` is a file beside the description in which `${project}` and `${dataset}` are filled in."""

    name: str = matching(_NAME)
    query: str = matching(_FILE)


@dataclass(frozen=True, slots=True)
class Description:
    """infra/bigquery/table.yaml; `folder` is where the files stand that it names."""

    table: Table
    views: tuple[View, ...]
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
    """infra/bigquery/subscription.yaml: the subscription that feeds the table; `owner` is told of its troubles."""

    retry: Retry
    dead_letter: DeadLetter
    bigquery: Export
    name: str = matching(r"[a-z][a-z0-9_-]{2,62}")
    owner: str = matching(r"[a-z][a-z-]{1,30}")
    topic: str = matching(r"[a-z][a-z0-9_-]{2,62}")
    filter: str = matching(r"[^\n]{0,256}")
    ack_deadline_s: int = between(10, 600)


def load_description(folder: Path = INFRA_DIR) -> Description:
    """Read table.yaml. Raises BAD_DESCRIPTION, also for a column that the schema does not have."""
    shown_as = f"{folder.name}/table.yaml"
    description = load(Description, folder / "table.yaml", shown_as)
    names = {column.name for column in load_columns(folder)}
    for name in (description.table.partition.field, *description.table.clustering):
        if name not in names:
            refuse(shown_as, "table", f"names the column {name}, which {description.table.schema} does not have")
    return description


def load_subscription(folder: Path = INFRA_DIR) -> Subscription:
    """Read subscription.yaml. Raises BAD_DESCRIPTION."""
    return load(Subscription, folder / "subscription.yaml", f"{folder.name}/subscription.yaml")


def load_schema(folder: Path = INFRA_DIR) -> list[Mapping[str, Any]]:
    """The events table's schema in BigQuery's JSON form."""
    schema: list[Mapping[str, Any]] = json.loads((folder / "events.json").read_text())
    return schema


def load_columns(folder: Path = INFRA_DIR) -> tuple[Column, ...]:
    """The events table's columns, as the adapters take them."""
    return columns_from_schema(load_schema(folder))


def view_sql(view: View, project: str, dataset: str, folder: Path = INFRA_DIR) -> str:
    """The view's query for one project and dataset; any other such name raises KeyError."""
    return Template((folder / view.query).read_text()).substitute(project=project, dataset=dataset)


def create_tables(client: bigquery.Client, folder: Path = INFRA_DIR) -> None:
    """Make the dataset, the table and the views in the client's project, those that are not there yet."""
    description = load_description(folder)
    dataset = f"{client.project}.{description.dataset}"
    client.create_dataset(dataset, exists_ok=True)
    table = bigquery.Table(
        f"{dataset}.{description.table.name}",
        schema=[bigquery.SchemaField.from_api_repr(dict(field)) for field in load_schema(folder)],
    )
    partition = description.table.partition
    table.time_partitioning = bigquery.TimePartitioning(type_=partition.type, field=partition.field)
    table.clustering_fields = list(description.table.clustering)
    client.create_table(table, exists_ok=True)
    for one in description.views:
        view = bigquery.Table(f"{dataset}.{one.name}")
        view.view_query = view_sql(one, client.project, description.dataset, folder)
        client.create_table(view, exists_ok=True)
