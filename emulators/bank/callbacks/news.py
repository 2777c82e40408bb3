"""What the bank says on its own, and how the bank and the card rail put it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime

from emulators.bank.table.outcomes import Word


@dataclass(frozen=True, slots=True)
class News:
    """The state of one instruction at `occurred_at`. `id` names the message over all of its deliveries.

    `moved_minor` is what moved or came back; `unposted` as in a leg.
    """

    id: str
    rail: str
    key: str
    status: Word
    reference: str
    occurred_at: datetime
    amount_minor: int
    currency: str
    direction: str = ""
    reason_code: str = ""
    reason_text: str = ""
    settled_on: date | None = None
    unposted: bool = False


def json_body(news: News, *, status: str = "") -> bytes:
    """The body of a callback of the bank and the card rail; `status` is how the rail spells it, where it differs."""
    fields = {
        "id": news.id,
        "rail": news.rail,
        "key": news.key,
        "status": status or news.status.value,
        "reference": news.reference,
        "reason_code": news.reason_code,
        "reason_text": news.reason_text,
        "settled_on": news.settled_on.isoformat() if news.settled_on else None,
        "occurred_at": news.occurred_at.isoformat(),
    }
    return json.dumps(fields, separators=(",", ":")).encode()
