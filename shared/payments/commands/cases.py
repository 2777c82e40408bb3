"""Cases: what people have to decide or to look into, each one opened once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from shared.kernel.assessment import Reason
from shared.payments.documents import CASES, case_key
from shared.payments.domain.payment import Payment
from shared.ports.documents import Document, Key, Transaction

STALLED = Reason("stalled", "nothing has moved the payment for long, whatever was done: ask its rail what became of it")


def open_case(tx: Transaction, payment: Payment, *, gate: str, reasons: tuple[Reason, ...], now: datetime) -> None:
    """Stage a case on the payment at its version; `gate` is who asks (`fraud`, `compliance`, `settlement`)."""
    tx.create(case_key(payment.id, payment.version), case_fields(payment, gate=gate, reasons=reasons, now=now))


def close_case(tx: Transaction, case: Document | None, *, resolution: str, now: datetime) -> None:
    """Stage the end of a case, as this transaction read it, unless there is none or it has ended: it needs nobody."""
    if case is not None and case.fields["status"] == "open":
        closed = {"status": "resolved", "resolved_at": now, "resolved_by": resolution}
        tx.replace(case.key, {**case.fields, **closed})


def stalled_case_key(payment: Payment) -> Key:
    """The case on a payment that did not move at a version: one for each."""
    return Key(CASES, f"{payment.id}.{payment.version}.stalled")


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
