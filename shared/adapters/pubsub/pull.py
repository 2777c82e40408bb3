"""Pulling from a subscription: for tools that take dead letters back, never for the hot path, which is pushed to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import grpc
from google.api_core.exceptions import DeadlineExceeded
from google.pubsub_v1.services.subscriber import SubscriberClient
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

PAGE = 100
WAIT_S = 3.0


@dataclass(frozen=True, slots=True)
class Received:
    """One message, ours until its deadline passes; `ack_id` gives it up for good."""

    ack_id: str
    data: bytes
    attributes: Mapping[str, str]


class PullSubscription:
    """A subscription, named without its project."""

    def __init__(self, project: str, name: str, emulator_host: str | None) -> None:
        self._channel = grpc.insecure_channel(emulator_host) if emulator_host else None
        transport = SubscriberGrpcTransport(channel=self._channel) if self._channel else None
        self._client = SubscriberClient(transport=transport)
        self._path = f"projects/{project}/subscriptions/{name}"

    def __iter__(self) -> Iterator[Received]:
        """Everything that waits now, each message once."""
        while True:
            try:
                answer = self._client.pull(subscription=self._path, max_messages=PAGE, timeout=WAIT_S)
            except DeadlineExceeded:
                return  # the service holds a pull open while there is nothing to give
            if not answer.received_messages:
                return
            for received in answer.received_messages:
                yield Received(received.ack_id, received.message.data, dict(received.message.attributes))

    def acknowledge(self, received: Received) -> None:
        """Give the message up."""
        self._client.acknowledge(subscription=self._path, ack_ids=[received.ack_id])

    def release(self, received: Received) -> None:
        """Hand the message back at once."""
        self._client.modify_ack_deadline(subscription=self._path, ack_ids=[received.ack_id], ack_deadline_seconds=0)

    def close(self) -> None:
        """Close the connection."""
        self._client.transport.close()  # type: ignore[no-untyped-call]
