"""Cases: what people have to decide or to look into, each one opened once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from shared.kernel.assessment import Reason
from shared.payments.documents import case_key
from shared.payments.domain.payment import Payment
from shared.ports.documents import Key, Transaction


def open_case(tx: Transaction, payment: Payment, *, gate: str, reasons: tuple[Reason, ...], now: datetime) -> None:
    """Stage a case on the payment at its version; `gate` is who asks (`fraud`, `compliance`, `settlement`)."""
    tx.create(case_key(payment.id, payment.version), case_fields(payment, gate=gate, reasons=reasons, now=now))


def close_case(tx: Transaction, key: Key, *, resolution: str, now: datetime) -> None:
    """Stage the end of an open case that this transaction has read: it needs nobody any more."""
    (document,) = tx.get(key)
    if document is not None and document.fields["status"] == "open":
        closed = {"status": "resolved", "resolved_at": now, "resolved_by": resolution}
        tx.replace(key, {**document.fields, **closed})


def case_fields(payment: Payment, *, gate: str, reasons: tuple[Reason, ...], now: datetime) -> dict[str, Any]:
    """A case as a document."""
    return {
        "payment_id": payment.id,
        "tenant": payment.request.tenant,
        "gate": gate,
        "status": "open",
        "opened_at": now,
        "reasons": [{"code": reason.code, "text": reason.text} for reason in reasons],
    }
