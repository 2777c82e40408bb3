"""A subscription of the Pub/Sub emulator, as the forwarder takes from it.

Unary pulls, not a stream: the emulator ignores a stream's `max_outstanding_messages` and sends the whole backlog at
once, which then has to be leased, and a restart would spend a delivery attempt of every message of it. A pull takes
just as many as can be pushed. It also asks the emulator not to wait: waiting, it looks for messages every 50 ms only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from google.pubsub_v1 import types

_CALL_TIMEOUT_S = 10.0
_SERVICE = "/google.pubsub.v1.Subscriber/"

# The plain messages below Google's wrappers: these double the cost of a small message.
_PullRequest: Any = types.PullRequest.pb()
_PullResponse: Any = types.PullResponse.pb()
_AcknowledgeRequest: Any = types.AcknowledgeRequest.pb()
_ModifyRequest: Any = types.ModifyAckDeadlineRequest.pb()


def make_channel(host: str) -> grpc.aio.Channel:
    """A channel to the emulator that takes messages of any size."""
    return grpc.aio.insecure_channel(host, options=[("grpc.max_receive_message_length", -1)])


class Source:
    """One subscription by its full name. Every method raises grpc.RpcError."""

    def __init__(self, channel: grpc.aio.Channel, subscription: str) -> None:
        self._subscription = subscription
        self._pull = _method(channel, "Pull", _PullRequest, _PullResponse)
        self._acknowledge = _method(channel, "Acknowledge", _AcknowledgeRequest, Empty)
        self._modify = _method(channel, "ModifyAckDeadline", _ModifyRequest, Empty)

    async def pull(self, count: int) -> Sequence[Any]:
        """What waits now, at most `count` messages (ReceivedMessage)."""
        request = _PullRequest(subscription=self._subscription, max_messages=count, return_immediately=True)
        answer: Any = await self._pull(request, timeout=_CALL_TIMEOUT_S)
        received: Sequence[Any] = answer.received_messages
        return received

    async def acknowledge(self, ack_ids: Sequence[str]) -> None:
        """These are done."""
        request = _AcknowledgeRequest(subscription=self._subscription, ack_ids=ack_ids)
        await self._acknowledge(request, timeout=_CALL_TIMEOUT_S)

    async def extend(self, ack_ids: Sequence[str], deadline_s: int) -> None:
        """These stay ours for `deadline_s` seconds from now; 0 gives them back, to come again after the back-off."""
        request = _ModifyRequest(subscription=self._subscription, ack_ids=ack_ids, ack_deadline_seconds=deadline_s)
        await self._modify(request, timeout=_CALL_TIMEOUT_S)


def _method(channel: grpc.aio.Channel, name: str, request: Any, answer: Any) -> Any:
    return channel.unary_unary(
        _SERVICE + name, request_serializer=request.SerializeToString, response_deserializer=answer.FromString
    )
