"""The push request of Pub/Sub, as it is made: https://cloud.google.com/pubsub/docs/push#receive_push.

The in-memory broker and the local push forwarder both build it here, so a function cannot tell them apart.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

# What the push endpoint answers to acknowledge; every other status asks for redelivery.
ACKNOWLEDGING = frozenset({102, 200, 201, 202, 204})

# What a dead-lettered message says of its origin: https://cloud.google.com/pubsub/docs/dead-letter-topics.
DEAD_LETTER_COUNT = "CloudPubSubDeadLetterSourceDeliveryCount"
DEAD_LETTER_SUBSCRIPTION = "CloudPubSubDeadLetterSourceSubscription"
DEAD_LETTER_PROJECT = "CloudPubSubDeadLetterSourceSubscriptionProject"
DEAD_LETTER_TIME = "CloudPubSubDeadLetterSourceTopicPublishTime"

# What a message says of the schema that it fits: https://cloud.google.com/pubsub/docs/schemas-valid.
SCHEMA_NAME = "googclient_schemaname"
SCHEMA_ENCODING = "googclient_schemaencoding"
SCHEMA_REVISION = "googclient_schemarevisionid"


def push_body(
    *,
    subscription: str,
    message_id: str,
    publish_time: str,
    data: bytes,
    attributes: Mapping[str, str],
    ordering_key: str = "",
    attempt: int = 0,
) -> bytes:
    """The JSON body of one delivery.

    `subscription` is the full name, `publish_time` RFC 3339 in UTC. Ids and times come under two spellings, and what is
    empty is left out, as the service does. `attempt` (from 1) is sent where the subscription has a dead-letter policy;
    0 leaves it out.
    """
    message: dict[str, Any] = {}
    if data:
        message["data"] = base64.b64encode(data).decode()
    if attributes:
        message["attributes"] = dict(attributes)
    message |= {
        "messageId": message_id,
        "message_id": message_id,
        "publishTime": publish_time,
        "publish_time": publish_time,
    }
    if ordering_key:
        message["orderingKey"] = ordering_key
    envelope: dict[str, Any] = {"message": message, "subscription": subscription}
    if attempt:
        envelope["deliveryAttempt"] = attempt
    return json.dumps(envelope, separators=(",", ":")).encode()
