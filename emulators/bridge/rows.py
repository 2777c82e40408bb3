"""A message becomes a row as in a BigQuery subscription that uses the table's schema.

https://cloud.google.com/pubsub/docs/bigquery: fields of the message go to the columns of the same names, unknown fields
are dropped, and the metadata goes to four columns of its own.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast

from google.pubsub_v1 import types

from shared.adapters.bigquery.columns import Column, check_row
from shared.kernel.errors import ClearwayError, KernelError


def row_of(message: types.PubsubMessage, subscription: str, columns: Sequence[Column]) -> dict[str, Any]:
    """The row that the subscription, by its full name, makes of the message.

    Raises MISUSE for a message that fits no row; the error names the column and never what the message holds.
    """
    fields = _fields(message.data)
    row = {column.name: fields[column.name] for column in columns if column.name in fields}
    published_at = cast("datetime", message.publish_time)  # which proto-plus makes of a Timestamp
    row |= {
        "subscription_name": subscription,
        "message_id": message.message_id,
        "publish_time": published_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "attributes": json.dumps(_attributes(message)),
    }
    check_row(row, columns)
    return row


def _fields(data: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(data.decode())
    except (ValueError, RecursionError):  # not UTF-8, not JSON, or nested without end
        raise ClearwayError(KernelError.MISUSE, "the message is not JSON in UTF-8") from None
    if not isinstance(fields, dict):
        raise ClearwayError(KernelError.MISUSE, "the message is not a JSON object")
    return fields


def _attributes(message: types.PubsubMessage) -> dict[str, str]:
    """The attributes, and the ordering key beside them where there is one, as the service writes them."""
    ordering = {"ordering_key": message.ordering_key} if message.ordering_key else {}
    return {**message.attributes, **ordering}
