"""What the in-memory broker keeps: messages, schemas, subscriptions and the deliveries that these owe."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from shared.adapters.pubsub import envelope
from shared.adapters.pubsub.avro import Fits, compile_schema
from shared.adapters.pubsub.filters import Predicate
from shared.ports.publisher import Message

# Takes a push request's body, returns an HTTP status.
Handler = Callable[[bytes], int]


@dataclass(frozen=True, slots=True)
class Published:
    """A message as the broker stored it."""

    id: str
    at: datetime
    message: Message

    @property
    def publish_time(self) -> str:
        """The time in the service's form, such as `2026-11-02T12:00:00.250Z`."""
        return self.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class TopicSchema:
    """The schema of a topic: what fits it, and the attributes that it adds to every message."""

    fits: Fits
    attributes: Mapping[str, str]

    @classmethod
    def of(cls, project: str, name: str, definition: str) -> TopicSchema:
        """The schema `name` with this definition; its revision is named after what the definition says."""
        attributes = {
            envelope.SCHEMA_NAME: f"projects/{project}/schemas/{name}",
            envelope.SCHEMA_ENCODING: "JSON",
            envelope.SCHEMA_REVISION: hashlib.sha256(definition.encode()).hexdigest()[:8],
        }
        return cls(compile_schema(definition), attributes)


@dataclass(slots=True)
class Subscription:
    """A subscription's settings; one without a handler is pulled."""

    name: str
    project: str
    topic: str
    handler: Handler | None
    matches: Predicate
    dead_letter_topic: str | None
    max_delivery_attempts: int
    minimum_backoff_s: float
    maximum_backoff_s: float

    def backoff(self, attempt: int) -> timedelta:
        """How long to wait after the failure of this attempt (from 1): doubling from the minimum up to the maximum."""
        doubled_s = self.minimum_backoff_s * 2.0 ** min(attempt - 1, 60)
        return timedelta(seconds=min(self.maximum_backoff_s, doubled_s))


@dataclass(order=True, slots=True)
class Delivery:
    """One subscription's claim to one message. `attempt` counts how often it was given out."""

    due_at: datetime
    number: int  # deliveries that are due at one moment go in the order in which they were put there
    subscription: Subscription = field(compare=False)
    published: Published = field(compare=False)
    attempt: int = field(compare=False, default=0)

    @property
    def exhausted(self) -> bool:
        """Whether a further failure sends the message to the dead-letter topic."""
        subscription = self.subscription
        return subscription.dead_letter_topic is not None and self.attempt >= subscription.max_delivery_attempts

    def body(self) -> bytes:
        """The push request."""
        subscription, published = self.subscription, self.published
        return envelope.push_body(
            subscription=f"projects/{subscription.project}/subscriptions/{subscription.name}",
            message_id=published.id,
            publish_time=published.publish_time,
            data=published.message.data,
            attributes=published.message.attributes,
            attempt=self.attempt if subscription.dead_letter_topic else 0,
        )

    def dead_letter(self, topic: str) -> Message:
        """The message as it goes to the dead-letter topic, with the attributes that name its origin."""
        origin = {
            envelope.DEAD_LETTER_COUNT: str(self.attempt),
            envelope.DEAD_LETTER_SUBSCRIPTION: self.subscription.name,
            envelope.DEAD_LETTER_PROJECT: self.subscription.project,
            envelope.DEAD_LETTER_TIME: self.published.publish_time,
        }
        message = self.published.message
        return Message(topic, message.data, {**message.attributes, **origin})


@dataclass(frozen=True, slots=True)
class Pulled:
    """A message handed to a puller, who has until the deadline to acknowledge it."""

    ack_id: str
    id: str
    message: Message
