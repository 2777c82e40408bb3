"""The broker in memory: the twin of Pub/Sub, as strict, for tests, simulation and the one-process mode."""

from __future__ import annotations

import heapq
import logging
import random
import threading
from datetime import datetime, timedelta

from shared.adapters.memory.broker_subscriptions import (
    Delivery,
    Handler,
    Published,
    Pulled,
    Subscription,
    TopicSchema,
)
from shared.adapters.pubsub.envelope import ACKNOWLEDGING
from shared.adapters.pubsub.filters import compile_filter
from shared.adapters.pubsub.limits import check_message, misfit
from shared.kernel.errors import ClearwayError, KernelError
from shared.kernel.usage import usage
from shared.ports.clock import Clock
from shared.ports.publisher import Message

_log = logging.getLogger(__name__)

# How long a pulled message stays hidden: the default of a subscription.
ACK_DEADLINE = timedelta(seconds=10)


class InMemoryBroker:
    """Publisher with topics and subscriptions. Nothing happens by itself: `deliver_due` pushes, in the caller's thread.

    At least once, as in the cloud: a delivery that is not acknowledged comes again after its back-off by the clock.
    `order` and `duplicates` are those of `disturb`. Publishing is thread-safe.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        project: str = "local",
        order: random.Random | None = None,
        duplicates: float = 0.0,
    ) -> None:
        self._clock = clock
        self._project = project
        self._lock = threading.RLock()
        self._topics: dict[str, list[Published]] = {}
        self._schemas: dict[str, TopicSchema] = {}
        self._subscriptions: dict[str, Subscription] = {}
        self._schedule: list[Delivery] = []
        self._ready: list[Delivery] = []  # due, and to be drawn from at random
        self._pulled: dict[str, dict[str, Delivery]] = {}  # by subscription and acknowledgement id
        self._numbers = 0
        self._pending = 0
        self._order: random.Random | None = None
        self._duplicates = 0.0
        if order is not None:
            self.disturb(order=order, duplicates=duplicates)
        elif duplicates:
            raise ClearwayError(KernelError.MISUSE, "repetitions are drawn with the generator of `order`")

    def disturb(self, *, order: random.Random, duplicates: float = 0.0) -> None:
        """From now on draw from what is due in any order, and give out acknowledged messages again.

        `duplicates` is the probability of a repetition, which comes within the subscription's longest back-off.
        """
        with self._lock:
            self._order, self._duplicates = order, duplicates

    def create_topic(self, name: str, schema: str = "") -> None:
        """Create a topic; nothing happens when it exists.

        With a `schema`, an Avro record, it takes only data that fits, and adds attributes that name the schema, as
        Pub/Sub does in JSON encoding. Raises MISUSE for a schema that `compile_schema` does not take.
        """
        made = TopicSchema.of(self._project, name, schema) if schema else None
        with self._lock:
            if name not in self._topics:
                self._topics[name] = []
                if made is not None:
                    self._schemas[name] = made

    def subscribe(
        self,
        name: str,
        topic: str,
        handler: Handler | None,
        *,
        filter: str = "",  # noqa: A002 - Pub/Sub's own name for it
        max_delivery_attempts: int = 5,
        dead_letter_topic: str | None = None,
        minimum_backoff_s: float = 1.0,
        maximum_backoff_s: float = 60.0,
    ) -> None:
        """Create a subscription, or change the settings of an existing one; it gets what is published from now on.

        The handler takes the push request's body and returns an HTTP status: 102, 200, 201, 202 and 204 acknowledge,
        any other status and any Exception ask for redelivery. Without a handler messages wait for `pull`. With a
        dead-letter topic the attempts are counted, and after `max_delivery_attempts` (5 to 100) failed ones the message
        goes there. Raises MISUSE for an unknown topic, a bad filter, or attempts out of range.
        """
        if not 5 <= max_delivery_attempts <= 100:
            raise ClearwayError(KernelError.MISUSE, "a subscription makes 5 to 100 delivery attempts")
        if handler is None and dead_letter_topic is not None:
            raise ClearwayError(KernelError.MISUSE, f"{name} is pulled, and what is pulled here has no dead letter")
        matches = compile_filter(filter)
        with self._lock:
            for wanted in (topic, dead_letter_topic):
                if wanted is not None:
                    self._topic(wanted)
            known = self._subscriptions.get(name)
            if known is not None and known.topic != topic:
                raise ClearwayError(KernelError.MISUSE, f"the subscription {name} belongs to the topic {known.topic}")
            self._subscriptions[name] = Subscription(
                name,
                self._project,
                topic,
                handler,
                matches,
                dead_letter_topic,
                max_delivery_attempts,
                minimum_backoff_s,
                maximum_backoff_s,
            )

    def publish(self, message: Message) -> str:
        """See `Publisher.publish`."""
        check_message(message)
        with self._lock:
            message_id = self._publish(message)
        usage().messages += 1
        return message_id

    def deliver_due(self, limit: int | None = None) -> int:
        """Push what is due by the clock, at most `limit`; returns how many deliveries were made.

        What a handler publishes in the meantime is delivered too. What is no Exception (a simulated crash,
        KeyboardInterrupt) passes through after the message was kept; it is due again at once.
        """
        delivered = 0
        while (limit is None or delivered < limit) and (delivery := self._take_due()) is not None:
            delivered += 1
            self._deliver(delivery)
        return delivered

    def next_due(self) -> datetime | None:
        """When the next delivery is due; None when nothing waits. Messages that wait to be pulled do not count."""
        with self._lock:
            waiting = [delivery.due_at for delivery in (*self._ready, *self._schedule[:1])]
            return min(waiting, default=None)

    def pending(self) -> int:
        """How many pushes are not yet acknowledged, the running one included."""
        with self._lock:
            return self._pending

    def messages(self, topic: str) -> list[Message]:
        """Everything ever published to the topic, in order, as it is delivered; MISUSE for one that does not exist."""
        with self._lock:
            return [published.message for published in self._topic(topic)]

    def pull(self, name: str, count: int) -> list[Pulled]:
        """Take at most `count` messages from a subscription without a handler; they come again in 10 s if not acked."""
        now = self._clock.now()
        with self._lock:
            waiting = [one for one in self._waiting(name).items() if one[1].due_at <= now][:count]
            for _, delivery in waiting:
                delivery.attempt += 1
                delivery.due_at = now + ACK_DEADLINE
            return [Pulled(ack_id, one.published.id, one.published.message) for ack_id, one in waiting]

    def ack(self, name: str, ack_id: str) -> None:
        """Acknowledge a pulled message; nothing happens when it is gone already."""
        with self._lock:
            self._waiting(name).pop(ack_id, None)

    def _topic(self, name: str) -> list[Published]:
        if name not in self._topics:
            raise ClearwayError(KernelError.MISUSE, f"the topic {name} does not exist")
        return self._topics[name]

    def _waiting(self, name: str) -> dict[str, Delivery]:
        known = self._subscriptions.get(name)
        if known is None or known.handler is not None:
            raise ClearwayError(KernelError.MISUSE, f"no subscription {name} is there to be pulled")
        return self._pulled.setdefault(name, {})

    def _publish(self, message: Message) -> str:
        topic, schema = self._topic(message.topic), self._schemas.get(message.topic)
        if schema is not None and not schema.fits(message.data):
            raise misfit(message.topic)
        self._numbers += 1
        added = schema.attributes if schema is not None else {}
        frozen = Message(message.topic, bytes(message.data), {**message.attributes, **added})
        published = Published(str(self._numbers), self._clock.now(), frozen)
        topic.append(published)
        for subscription in self._subscriptions.values():
            if subscription.topic == message.topic and subscription.matches(frozen.attributes):
                self._owe(subscription, published, published.at)
        return published.id

    def _owe(self, subscription: Subscription, published: Published, due_at: datetime, attempt: int = 0) -> None:
        self._numbers += 1
        delivery = Delivery(due_at, self._numbers, subscription, published, attempt)
        if subscription.handler is None:
            self._pulled.setdefault(subscription.name, {})[str(delivery.number)] = delivery
            return
        self._pending += 1
        heapq.heappush(self._schedule, delivery)

    def _take_due(self) -> Delivery | None:
        now = self._clock.now()
        with self._lock:
            while self._schedule and self._schedule[0].due_at <= now:
                self._ready.append(heapq.heappop(self._schedule))
                if self._order is None:
                    break
            if not self._ready:
                return None
            drawn = self._order.randrange(len(self._ready)) if self._order else 0
            self._ready[drawn], self._ready[-1] = self._ready[-1], self._ready[drawn]
            delivery = self._ready.pop()
            delivery.attempt += 1
            # The settings in force now: a function may have been deployed again since the message was published.
            delivery.subscription = self._subscriptions[delivery.subscription.name]
            return delivery

    def _deliver(self, delivery: Delivery) -> None:
        handler, status, ended = delivery.subscription.handler, 500, False
        try:
            status = handler(delivery.body()) if handler else 500
            ended = True
        except Exception as error:  # noqa: BLE001 - a server answers 500 to whatever its handler raises
            _log.warning("the handler of %s raised %s", delivery.subscription.name, type(error).__name__)
            ended = True
        finally:
            self._finish(delivery, acknowledged=status in ACKNOWLEDGING, at_once=not ended)

    def _finish(self, delivery: Delivery, *, acknowledged: bool, at_once: bool) -> None:
        now, subscription = self._clock.now(), delivery.subscription
        with self._lock:
            self._pending -= 1
            if acknowledged:
                if self._order is not None and self._order.random() < self._duplicates:
                    later = timedelta(seconds=self._order.random() * subscription.maximum_backoff_s)
                    self._owe(subscription, delivery.published, now + later, delivery.attempt - 1)
            elif delivery.exhausted and subscription.dead_letter_topic is not None:
                self._publish(delivery.dead_letter(subscription.dead_letter_topic))
            else:
                pause = timedelta(0) if at_once else subscription.backoff(delivery.attempt)
                self._owe(subscription, delivery.published, now + pause, delivery.attempt)
