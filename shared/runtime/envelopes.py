"""The push request of Pub/Sub: https://cloud.google.com/pubsub/docs/push#receive_push."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass

from shared.contracts.errors import ContractError
from shared.kernel.errors import ClearwayError


@dataclass(frozen=True, slots=True)
class Push:
    """One delivery of one message. `attempt` is counted by Pub/Sub where the subscription has a dead letter, else 1."""

    subscription: str
    message_id: str
    data: bytes
    attributes: Mapping[str, str]
    attempt: int


def push_from(body: bytes) -> Push:
    """The delivery in a push request's body; raises MALFORMED for anything but Pub/Sub's own envelope."""
    try:
        envelope = json.loads(body)
        message = envelope["message"]
        attributes = message.get("attributes") or {}
        return Push(
            subscription=str(envelope.get("subscription", "")).rsplit("/", 1)[-1],
            message_id=str(message["messageId"]),
            data=base64.b64decode(message.get("data") or "", validate=True),
            attributes={str(name): str(value) for name, value in attributes.items()},
            attempt=int(envelope.get("deliveryAttempt") or 1),
        )
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
        raise ClearwayError(ContractError.MALFORMED, "not a Pub/Sub push request") from None
