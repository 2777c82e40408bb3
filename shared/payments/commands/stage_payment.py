"""Submit a payment within a commit of somebody else's: the payment exists exactly when that commit does."""

from __future__ import annotations

from shared.payments.commands.pipeline import Pipeline
from shared.payments.commands.submit_payment import check_same
from shared.payments.documents import payment_from, payment_key, payment_to_fields
from shared.payments.domain.payment import Payment, submitted
from shared.payments.domain.request import PaymentRequest
from shared.ports.documents import Transaction


def stage_payment(tx: Transaction, request: PaymentRequest, *, pipeline: Pipeline) -> Payment:
    """The payment, staged in `tx`, or the one that this key stands for already.

    It reads, so it comes before the caller's own writes. Who committed dispatches what the payment owes; should the
    process die before that, the sweep does. Raises IDEMPOTENCY_CONFLICT, naming the field, when the key was used with
    other content.
    """
    (document,) = tx.get(payment_key(request.payment_id))
    if document is not None:
        present = payment_from(document)
        check_same(present.request, request)
        return present
    payment = submitted(request, now=pipeline.clock.now(), drive=pipeline.drive)
    tx.create(payment_key(payment.id), payment_to_fields(payment))
    return payment
