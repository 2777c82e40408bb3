"""The cloud and this machine are one system: what Terraform plans is what the local runner has created, read back."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import grpc
import psutil
import pytest
from google.cloud import tasks_v2
from google.cloud.tasks_v2.services.cloud_tasks.transports import CloudTasksGrpcTransport
from google.pubsub_v1 import types
from google.pubsub_v1.services.publisher import PublisherClient
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from google.pubsub_v1.services.schema_service import SchemaServiceClient
from google.pubsub_v1.services.schema_service.transports import SchemaServiceGrpcTransport
from google.pubsub_v1.services.subscriber import SubscriberClient
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

from emulators.bigquery.schema import load_description, load_schema, query_sql
from emulators.description import BUCKETS, PubsubTrigger, System
from emulators.local import LocalCloud
from scripts.infra.planned import Plan, Resource
from shared.adapters.bigquery.client import make_client
from shared.adapters.storage.client import make_client as storage_client
from tests.support.stand_ins import installed

pytestmark = [
    pytest.mark.emulators,
    pytest.mark.e2e,
    pytest.mark.parametrize("plan", ["prod"], indirect=True, scope="session"),
]

# Of a process on this machine, or of its stand-ins; the cloud has none of them.
LOCAL_ALONE = {"CLEARWAY_CLOCK_URL"}
# Neither an exchange with banks nor a list: what they are for does not exist on this machine.
CLOUD_BUCKETS = {"audit", "bundles", "filings"}


@pytest.fixture(scope="module")
def cloud(plan: Plan) -> Iterator[LocalCloud]:
    with installed(), LocalCloud(fixed_ports=False, project=project_of(plan), scheduler=False) as one:
        yield one


@pytest.fixture(scope="module")
def channel(cloud: LocalCloud) -> Iterator[grpc.Channel]:
    with grpc.insecure_channel(cloud.hosts.pubsub) as one:
        yield one


def project_of(plan: Plan) -> str:
    return str(plan.of("google_pubsub_topic")[0].values["project"])


def by_name(plan: Plan, kind: str, key: str = "name") -> dict[str, Resource]:
    return {one.values[key]: one for one in plan.of(kind)}


def last(name: str) -> str:
    """The last part of a full name."""
    return name.rpartition("/")[2]


def seconds(text: str) -> float:
    return float(text.removesuffix("s"))


def duration_s(duration: Any) -> float:
    """Of the API's clients, which turn its durations into timedeltas."""
    return float(duration.total_seconds())


def test_topics_and_their_schemas_are_the_same(plan: Plan, cloud: LocalCloud, channel: grpc.Channel) -> None:
    publisher = PublisherClient(transport=PublisherGrpcTransport(channel=channel))
    service = SchemaServiceClient(transport=SchemaServiceGrpcTransport(channel=channel))
    created = {}
    for topic in publisher.list_topics(project=f"projects/{cloud.project}"):
        schema = topic.schema_settings.schema
        created[last(topic.name)] = json.loads(service.get_schema(name=schema).definition) if schema else None
    definitions = {
        name: json.loads(one.values["definition"]) for name, one in by_name(plan, "google_pubsub_schema").items()
    }
    # A schema has its topic's name; its full name is known only once it is made.
    planned = {
        name: definitions[name] if one.block("schema_settings") else None
        for name, one in by_name(plan, "google_pubsub_topic").items()
    }
    assert planned == created
    assert sum(schema is not None for schema in created.values()) == 2


def test_subscriptions_are_the_same(plan: Plan, cloud: LocalCloud, channel: grpc.Channel) -> None:
    subscriber = SubscriberClient(transport=SubscriberGrpcTransport(channel=channel))
    found = subscriber.list_subscriptions(project=f"projects/{cloud.project}")
    created = {last(one.name): created_subscription(one) for one in found}
    planned = {
        name: planned_subscription(one.values, one) for name, one in by_name(plan, "google_pubsub_subscription").items()
    }
    assert planned == created
    assert {"fraud-payment-events", "payment-events-bigquery", "dead-letters-kept"} <= set(created)


def created_subscription(one: types.Subscription) -> tuple[Any, ...]:
    retry, dead = one.retry_policy, one.dead_letter_policy
    return (
        last(one.topic),
        one.filter,
        one.ack_deadline_seconds,
        duration_s(one.message_retention_duration),
        (duration_s(retry.minimum_backoff), duration_s(retry.maximum_backoff)) if one.retry_policy else None,
        (last(dead.dead_letter_topic), dead.max_delivery_attempts) if one.dead_letter_policy else None,
    )


def planned_subscription(values: Mapping[str, Any], one: Resource) -> tuple[Any, ...]:
    retry, dead = one.block("retry_policy"), one.block("dead_letter_policy")
    return (
        # Where it is kept, the topic is that of the module which holds both.
        last(values.get("topic") or one.address.split('"')[1]),
        values.get("filter") or "",
        values["ack_deadline_seconds"],
        seconds(values["message_retention_duration"]),
        (seconds(retry["minimum_backoff"]), seconds(retry["maximum_backoff"])) if retry else None,
        (last(dead["dead_letter_topic"]), dead["max_delivery_attempts"]) if dead else None,
    )


def test_queues_are_the_same(plan: Plan, cloud: LocalCloud) -> None:
    with grpc.insecure_channel(cloud.hosts.tasks) as to_tasks:
        client = tasks_v2.CloudTasksClient(transport=CloudTasksGrpcTransport(channel=to_tasks))
        created = {
            last(queue.name): (
                queue.rate_limits.max_dispatches_per_second,
                queue.rate_limits.max_concurrent_dispatches,
                queue.retry_config.max_attempts,
                duration_s(queue.retry_config.min_backoff),
                duration_s(queue.retry_config.max_backoff),
                queue.retry_config.max_doublings,
            )
            for queue in client.list_queues(parent=cloud.place.location)
        }
    planned = {}
    for name, queue in by_name(plan, "google_cloud_tasks_queue").items():
        rate, retry = queue.block("rate_limits"), queue.block("retry_config")
        planned[name] = (
            rate["max_dispatches_per_second"],
            rate["max_concurrent_dispatches"],
            retry["max_attempts"],
            seconds(retry["min_backoff"]),
            seconds(retry["max_backoff"]),
            retry["max_doublings"],
        )
    assert planned == created
    assert created


def test_buckets_are_the_same(plan: Plan, cloud: LocalCloud) -> None:
    planned = {one.values["name"] for one in plan.of("google_storage_bucket")}
    with closing(storage_client(cloud.project, cloud.hosts.storage_url)) as client:
        created = {name for name in planned if client.lookup_bucket(name)}
    assert planned - created == {f"{cloud.project}-{name}" for name in CLOUD_BUCKETS}
    assert created == {cloud.place.bucket(name) for name in BUCKETS}


def test_tables_and_views_are_the_same(plan: Plan, cloud: LocalCloud) -> None:
    """Columns of a table with policy tags are known only once these are made; infra/tests/data.tftest.hcl has them."""
    (dataset,) = plan.of("google_bigquery_dataset")
    planned: dict[str, Any] = {}
    created: dict[str, Any] = {}
    for one in plan.of("google_bigquery_table"):
        view, cut = one.block("view"), one.block("time_partitioning")
        schema = json.loads(one.values.get("schema") or "[]") or load_schema()
        fields = [(field["name"], field["type"], field["mode"]) for field in schema]
        order = tuple(one.values.get("clustering") or ())
        planned[one.values["table_id"]] = view["query"] if view else (fields, cut["type"], cut["field"], order)
    with closing(make_client(cloud.project, cloud.hosts.bigquery_url)) as client:
        for item in client.list_tables(dataset.values["dataset_id"]):
            table = client.get_table(item.reference)
            if table.table_type == "VIEW":  # what it selects is not told by the emulator, only what it was made from
                (shown,) = [one for one in load_description().views if one.name == table.table_id]
                created[shown.name] = query_sql(shown, cloud.project, table.dataset_id)
                continue
            fields = [(field.name, sql_type(field.field_type), field.mode) for field in table.schema]
            cut, order = table.time_partitioning, tuple(table.clustering_fields or ())
            created[table.table_id] = (fields, cut.type_, cut.field, order)
    assert planned == created
    assert set(created) == {"events", "events_deduplicated", "payments_daily"}


def sql_type(name: str) -> str:
    """BigQuery's legacy names, in which its API answers, in standard SQL's."""
    return {"INTEGER": "INT64", "FLOAT": "FLOAT64", "BOOLEAN": "BOOL"}.get(name, name)


def test_functions_have_the_same_variables(plan: Plan, cloud: LocalCloud) -> None:
    created = {
        name.replace("_", "-"): {
            variable
            for variable in psutil.Process(service.pid).environ()
            if variable.startswith(("CLEARWAY_", "GOOGLE_CLOUD_")) and variable not in LOCAL_ALONE | set(os.environ)
        }
        for name, service in cloud.functions.items()
    }
    planned = {}
    for name, one in by_name(plan, "google_cloudfunctions2_function").items():
        service = one.block("service_config")
        secrets = {secret["key"] for secret in service.get("secret_environment_variables") or []}
        plain = {key for key in service["environment_variables"] if key.startswith(("CLEARWAY_", "GOOGLE_CLOUD_"))}
        assert not secrets & plain
        planned[name] = secrets | plain
    assert planned == created


def test_what_a_delivery_is_told_is_the_same(plan: Plan, system: System, cloud: LocalCloud) -> None:
    """Attempts are counted by the function too, so both must know the same end of them."""
    for function in system.functions:
        if isinstance(function.trigger, PubsubTrigger):
            (planned,) = [
                one.block("service_config")["environment_variables"]["CLEARWAY_DELIVERY_ATTEMPTS_MAX"]
                for one in plan.of("google_cloudfunctions2_function")
                if one.values["name"] == function.name
            ]
            created = psutil.Process(cloud.functions[function.name].pid).environ()["CLEARWAY_DELIVERY_ATTEMPTS_MAX"]
            assert planned == created
