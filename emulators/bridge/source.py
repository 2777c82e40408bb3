"""The pull side of one subscription on Google's Pub/Sub emulator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import grpc
from google.protobuf.duration_pb2 import Duration
from google.pubsub_v1 import types
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

from emulators.bigquery.schema import Subscription
from shared.kernel.errors import ClearwayError, KernelError

T = TypeVar("T")

CALL_TIMEOUT_S = 10.0


class Source:
    """Pulls, acknowledges and refuses messages. Every method raises UNAVAILABLE when the emulator does not answer.

    The transport's own calls are used: the client above them warns of every pull that is answered at once.
    """

    def __init__(self, host: str, project: str, subscription: str) -> None:
        self.subscription = f"projects/{project}/subscriptions/{subscription}"
        self._channel = grpc.insecure_channel(host)
        self._transport = SubscriberGrpcTransport(channel=self._channel)

    def pull(self, messages_max: int) -> list[types.ReceivedMessage]:
        """What is there now, at most `messages_max`. The emulator gives a hundred at a time.

        Never waits for messages: a waiting pull that is broken off may already have taken some.
        """
        received: list[types.ReceivedMessage] = []
        while len(received) < messages_max:
            request = types.PullRequest(
                subscription=self.subscription, max_messages=messages_max - len(received), return_immediately=True
            )
            try:
                pulled = _call("pull", self._transport.pull, request).received_messages
            except ClearwayError:
                if not received:
                    raise
                break  # what is in hand is not to be lost; the next pull will tell
            if not pulled:
                break
            received += pulled
        return received

    def acknowledge(self, ack_ids: Sequence[str]) -> None:
        """Done with these messages."""
        request = types.AcknowledgeRequest(subscription=self.subscription, ack_ids=ack_ids)
        _call("acknowledge", self._transport.acknowledge, request)

    def refuse(self, ack_ids: Sequence[str]) -> None:
        """Give these messages back: another attempt, or the dead-letter topic after the last."""
        self.hold(ack_ids, 0)

    def hold(self, ack_ids: Sequence[str], duration_s: int) -> None:
        """Keep these messages for `duration_s` more seconds, without it counting as an attempt."""
        request = types.ModifyAckDeadlineRequest(
            subscription=self.subscription, ack_ids=ack_ids, ack_deadline_seconds=duration_s
        )
        _call("move a deadline", self._transport.modify_ack_deadline, request)

    def close(self) -> None:
        """Close the connection."""
        self._channel.close()


def create_subscription(host: str, project: str, described: Subscription) -> None:
    """Make the subscription on the emulator, as one to pull from: BigQuery settings it would keep, and deliver nothing.

    Its topic and dead-letter topic come first. Raises UNAVAILABLE when it cannot be made.
    """
    request = types.Subscription(
        name=f"projects/{project}/subscriptions/{described.name}",
        topic=f"projects/{project}/topics/{described.topic}",
        filter=described.filter,
        ack_deadline_seconds=described.ack_deadline_s,
        retry_policy=types.RetryPolicy(
            minimum_backoff=_duration(described.retry.minimum_backoff_s),
            maximum_backoff=_duration(described.retry.maximum_backoff_s),
        ),
        dead_letter_policy=types.DeadLetterPolicy(
            dead_letter_topic=f"projects/{project}/topics/{described.dead_letter.topic}",
            max_delivery_attempts=described.dead_letter.max_delivery_attempts,
        ),
    )
    with grpc.insecure_channel(host) as channel:
        _call(f"make {described.name}", SubscriberGrpcTransport(channel=channel).create_subscription, request)


def _duration(duration_s: float) -> Duration:
    whole_s = int(duration_s)
    return Duration(seconds=whole_s, nanos=round((duration_s - whole_s) * 1e9))


def _call(doing: str, call: Callable[..., T], request: object) -> T:
    try:
        return call(request, timeout=CALL_TIMEOUT_S)
    except grpc.RpcError as error:
        raise ClearwayError(KernelError.UNAVAILABLE, f"Pub/Sub could not {doing} ({error.code().name})") from error
