"""How compliance keeps its state in documents: collection `limit_usage`, one document a customer."""

from __future__ import annotations

from datetime import date
from typing import Any

from shared.compliance.domain.limit_usage import LimitUsage
from shared.ports.documents import Document, Key

LIMIT_USAGE = "limit_usage"


def usage_key(customer_id: str) -> Key:
    """Where a customer's usage stands."""
    return Key(LIMIT_USAGE, customer_id)


def usage_to_fields(usage: LimitUsage) -> dict[str, Any]:
    """Usage as a document: `days` by ISO date, each with minor units by currency."""
    return {"days": {day.isoformat(): dict(sums) for day, sums in usage.days.items()}}


def usage_from(document: Document | None) -> LimitUsage:
    """Usage from its document; none of a customer who has not paid yet."""
    if document is None:
        return LimitUsage()
    return LimitUsage({date.fromisoformat(day): dict(sums) for day, sums in document.fields["days"].items()})
