"""What the API answers about payments."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from shared.payments.domain.legs import Leg
from shared.payments.domain.payment import Payment
from shared.payments.domain.request import InstrumentRef


def timestamp(at: datetime) -> str:
    """RFC 3339 in UTC with microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def submission_answer(payment: Payment) -> dict[str, Any]:
    """The answer to a submission: the same bytes however often and however late it is asked for."""
    request = payment.request
    return {
        "id": payment.id,
        "status": payment.history[0].state.value,
        "amount_minor": request.money.amount_minor,
        "currency": request.money.currency,
        "source": _ref(request.source),
        "destination": _ref(request.destination),
        "description": request.description,
        "speed": request.speed.value,
        **({"refund_of": request.refund_of} if request.refund_of else {}),
        **({"schedule_id": request.schedule_id} if request.schedule_id else {}),
        "submitted_at": timestamp(payment.submitted_at),
    }


def payment_answer(payment: Payment) -> dict[str, Any]:
    """A payment as it stands, with its timeline and what is known of its rail leg."""
    answer = submission_answer(payment)
    answer["status"] = payment.state.value
    answer["version"] = payment.version
    answer["held_minor"] = payment.held_minor
    answer["fee_minor"] = payment.fee_minor
    answer["refunded_minor"] = payment.refunded_minor
    answer["legs"] = [_leg(payment, leg) for leg in payment.legs]
    answer["timeline"] = [
        {
            "version": entry.version,
            "status": entry.state.value,
            "step": entry.step,
            "at": timestamp(entry.at),
            "reasons": [{"code": reason.code, "text": reason.text} for reason in entry.reasons],
            **({"choice": entry.evidence["choice"]} if "choice" in entry.evidence else {}),
            "hash": entry.hash,
        }
        for entry in payment.history
    ]
    return answer


def _leg(payment: Payment, leg: Leg) -> dict[str, Any]:
    return {
        "role": leg.role.name.lower(),
        "rail": leg.rail,
        "direction": leg.direction.value,
        "amount_minor": payment.leg_money(leg.role).amount_minor,
        "status": leg.status.value,
        "attempts": leg.attempts,
        "reference": leg.reference,
        **({"reason_code": leg.reason} if leg.reason else {}),
        **({"settled_on": leg.settled_on.isoformat()} if leg.settled_on else {}),
    }


def _ref(ref: InstrumentRef) -> dict[str, str]:
    return {"customer_id": ref.customer_id, "instrument_id": ref.instrument_id}
