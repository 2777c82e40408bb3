"""A leg as others see it: as an entry on our account, as news, and in the side door's list."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from emulators.bank.callbacks.news import News
from emulators.bank.desk.leg import Leg
from emulators.bank.settlement.accounts import Booking
from emulators.bank.table.outcomes import Word


def booking_of(leg: Leg, rail: str, moment: datetime, *, reason_code: str = "") -> Booking:
    """The entry for the money's way out or in; with a reason code, for its way back."""
    signed = leg.order.amount_minor if leg.order.direction == "debit" else -leg.order.amount_minor
    return Booking(
        rail=rail,
        currency=leg.order.currency,
        amount_minor=-signed if reason_code else signed,
        at=moment,
        reference=leg.reference + ("-R" if reason_code else ""),
        key=leg.key,
        original_key=leg.key if reason_code else leg.order.reverses,
        reason_code=reason_code,
        instruction_id=leg.order.instruction_id,
        uetr=leg.order.uetr,
        message_id=leg.order.message_id,
        information=f"key {leg.key}",
    )


def news_of(leg: Leg, reasons: Mapping[str, str], moment: datetime) -> News:
    """The state of a leg that has just changed, not yet with an id of its own."""
    return News(
        id="",
        rail=leg.reference.partition("_")[0],
        key=leg.key,
        status=leg.status or Word.PENDING,
        reference=leg.reference,
        occurred_at=moment,
        amount_minor=leg.order.amount_minor,
        currency=leg.order.currency,
        direction=leg.order.direction,
        reason_code=leg.reason_code,
        reason_text=reasons.get(leg.reason_code, ""),
        settled_on=leg.settled_on,
        unposted=leg.unposted,
    )


def listed(leg: Leg) -> dict[str, Any]:
    """A leg in the side door's list: no holder, and of the account or token only the ending."""
    return {
        "number": leg.number,
        "key": leg.key,
        "status": "unseen" if leg.status is None else leg.status.value,
        "reference": leg.reference,
        "reason_code": leg.reason_code,
        "direction": leg.order.direction,
        "amount_minor": leg.order.amount_minor,
        "currency": leg.order.currency,
        "ending": leg.order.instrument[-4:],
        "reverses": leg.order.reverses,
        "received_at": leg.received_at.isoformat(),
        "settled_on": leg.settled_on.isoformat() if leg.settled_on else None,
        "instructions": leg.instructions,
        "inquiries": leg.inquiries,
        "moved": leg.moved,
        "reversed_minor": leg.reversed_minor,
    }
