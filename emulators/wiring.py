"""Creates on the emulators what Terraform creates in the cloud, from the same function.yaml files."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import grpc
from google.cloud import tasks_v2
from google.cloud.tasks_v2.services.cloud_tasks.transports import CloudTasksGrpcTransport
from google.protobuf.duration_pb2 import Duration
from google.pubsub_v1 import types
from google.pubsub_v1.services.publisher import PublisherClient
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from google.pubsub_v1.services.schema_service import SchemaServiceClient
from google.pubsub_v1.services.schema_service.transports import SchemaServiceGrpcTransport
from google.pubsub_v1.services.subscriber import SubscriberClient
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

from emulators.bigquery.schema import create_tables, load_subscription
from emulators.bridge import source
from emulators.description import BUCKETS, Function, PubsubTrigger, System, TasksTrigger, subscription_name
from emulators.lists import put_lists
from emulators.pubsub_schemas import schemas
from shared.adapters.bigquery.client import make_client
from shared.adapters.storage.client import make_client as storage_client
from shared.adapters.storage.objects import CloudStorageObjects

# As long as Pub/Sub keeps an unacknowledged message by default and at most without extra cost.
_KEPT_S = 7 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Place:
    """Where things are created: a project and a region, by their ids."""

    project: str
    region: str

    def topic(self, name: str) -> str:
        """Full name of a topic."""
        return f"projects/{self.project}/topics/{name}"

    def subscription(self, name: str) -> str:
        """Full name of a subscription."""
        return f"projects/{self.project}/subscriptions/{name}"

    @property
    def location(self) -> str:
        """Full name of the region, the parent of queues."""
        return f"projects/{self.project}/locations/{self.region}"

    def queue(self, name: str) -> str:
        """Full name of a queue."""
        return f"{self.location}/queues/{name}"

    def bucket(self, name: str) -> str:
        """Full name of a bucket; bucket names are unique over all projects."""
        return f"{self.project}-{name}"

    @property
    def files_bucket(self) -> str:
        """The bucket of the files exchanged with banks."""
        return self.bucket("files")


@contextlib.contextmanager
def _pubsub(host: str) -> Iterator[tuple[PublisherClient, SubscriberClient]]:
    with grpc.insecure_channel(host) as channel:
        publisher = PublisherClient(transport=PublisherGrpcTransport(channel=channel))
        yield publisher, SubscriberClient(transport=SubscriberGrpcTransport(channel=channel))


def create_topics(host: str, place: Place, system: System) -> None:
    """Every topic of the system with its schema, and on each dead-letter topic a subscription `<topic>-kept` that keeps
    its messages: Pub/Sub drops what is published to a topic without a subscription."""
    _create_topics(host, place, system.topics)
    with _pubsub(host) as (_, subscriber):
        for topic in system.dead_letter_topics:
            subscriber.create_subscription(request=_kept(place, topic))


def create_subscriptions(host: str, place: Place, system: System) -> None:
    """One subscription for each function behind Pub/Sub.

    They are pull subscriptions: the emulator pushes only two messages at a time and ignores filters, so the forwarder
    pulls, filters and pushes in its stead. The filter is stored all the same, for whoever looks.
    """
    with _pubsub(host) as (_, subscriber):
        for function, trigger in system.subscribers():
            subscriber.create_subscription(request=_pull(place, function, trigger))


def create_warehouse(pubsub_host: str, bigquery_url: str, place: Place, system: System) -> None:
    """The subscription that feeds BigQuery with its topics, and the dataset, table and views that it feeds."""
    fed_by = load_subscription()
    _create_topics(pubsub_host, place, sorted({fed_by.topic, fed_by.dead_letter.topic} - set(system.topics)))
    source.create_subscription(pubsub_host, place.project, fed_by)
    with contextlib.closing(make_client(place.project, bigquery_url)) as client:
        create_tables(client)


def create_queues(host: str, place: Place, system: System) -> None:
    """The queue of each function behind Cloud Tasks."""
    with grpc.insecure_channel(host) as channel:
        client = tasks_v2.CloudTasksClient(transport=CloudTasksGrpcTransport(channel=channel))
        for _, trigger in system.workers():
            client.create_queue(parent=place.location, queue=_queue(place, trigger))


def create_buckets(url: str, place: Place, watchlist_dir: Path) -> None:
    """Every bucket that a role may be on, and in that of the lists what people put there: the watchlist of a folder.

    Raises LIST_MISSING or LIST_MALFORMED for a folder that is none.
    """
    with contextlib.closing(storage_client(place.project, url)) as client:
        for name in BUCKETS:
            client.create_bucket(place.bucket(name), location=place.region)
        put_lists(CloudStorageObjects(client, place.bucket("lists")), watchlist_dir)


def _create_topics(host: str, place: Place, topics: Iterable[str]) -> None:
    with grpc.insecure_channel(host) as channel:
        publisher = PublisherClient(transport=PublisherGrpcTransport(channel=channel))
        client = SchemaServiceClient(transport=SchemaServiceGrpcTransport(channel=channel))
        for name in topics:
            settings = _create_schema(client, place, name)
            publisher.create_topic(request=types.Topic(name=place.topic(name), schema_settings=settings))


def _create_schema(client: SchemaServiceClient, place: Place, topic: str) -> types.SchemaSettings | None:
    """The settings that bind the topic to its schema, which has its name; None for a topic without one."""
    if topic not in schemas():
        return None
    schema = types.Schema(type_=types.Schema.Type.AVRO, definition=schemas()[topic])
    made = client.create_schema(parent=f"projects/{place.project}", schema_id=topic, schema=schema)
    return types.SchemaSettings(schema=made.name, encoding=types.Encoding.JSON)


def _kept(place: Place, topic: str) -> types.Subscription:
    return types.Subscription(
        name=place.subscription(f"{topic}-kept"),
        topic=place.topic(topic),
        ack_deadline_seconds=60,
        message_retention_duration=Duration(seconds=_KEPT_S),
    )


def _pull(place: Place, function: Function, trigger: PubsubTrigger) -> types.Subscription:
    return types.Subscription(
        name=place.subscription(subscription_name(function, trigger)),
        topic=place.topic(trigger.topic),
        ack_deadline_seconds=trigger.ack_deadline_s,
        message_retention_duration=Duration(seconds=_KEPT_S),
        filter=trigger.filter,
        retry_policy=types.RetryPolicy(
            minimum_backoff=_duration(trigger.retry.minimum_backoff_s),
            maximum_backoff=_duration(trigger.retry.maximum_backoff_s),
        ),
        dead_letter_policy=types.DeadLetterPolicy(
            dead_letter_topic=place.topic(trigger.dead_letter.topic),
            max_delivery_attempts=trigger.dead_letter.max_delivery_attempts,
        ),
    )


def _queue(place: Place, trigger: TasksTrigger) -> tasks_v2.Queue:
    return tasks_v2.Queue(
        name=place.queue(trigger.queue),
        rate_limits=tasks_v2.RateLimits(
            max_dispatches_per_second=trigger.rate.max_dispatches_per_second,
            max_concurrent_dispatches=trigger.rate.max_concurrent_dispatches,
        ),
        retry_config=tasks_v2.RetryConfig(
            max_attempts=trigger.retry.max_attempts,
            min_backoff=_duration(trigger.retry.minimum_backoff_s),
            max_backoff=_duration(trigger.retry.maximum_backoff_s),
            max_doublings=trigger.retry.max_doublings,
        ),
    )


def _duration(duration_s: float) -> Duration:
    whole = int(duration_s)
    return Duration(seconds=whole, nanos=round((duration_s - whole) * 1e9))
