"""Take a submission down: the caller owns the id, so the same submission is the same payment however often it comes."""

from __future__ import annotations

from dataclasses import dataclass

from shared.kernel.errors import ClearwayError, KernelError
from shared.payments.commands.pipeline import Pipeline
from shared.payments.documents import payment_from, payment_key, payment_to_fields
from shared.payments.domain.errors import PaymentError
from shared.payments.domain.payment import Payment, submitted
from shared.payments.domain.request import PaymentRequest
from shared.ports.documents import DocumentReader


@dataclass(frozen=True, slots=True)
class Submitted:
    """The payment, and whether it had been submitted before."""

    payment: Payment
    replayed: bool


def submit_payment(request: PaymentRequest, *, pipeline: Pipeline, reader: DocumentReader) -> Submitted:
    """Create the payment, or find the one that this key stands for. One write and no read for a new one.

    Raises IDEMPOTENCY_CONFLICT, naming the field, when the key was used with other content.
    """
    payment = submitted(request, now=pipeline.clock.now(), drive=pipeline.drive)
    try:
        pipeline.transactor.run(lambda tx: tx.create(payment_key(payment.id), payment_to_fields(payment)))
    except ClearwayError as error:
        if error.code is not KernelError.ALREADY_EXISTS:
            raise
    else:
        return Submitted(payment, replayed=False)
    document = reader.get(payment_key(payment.id))
    if document is None:
        raise ClearwayError(KernelError.CONTENDED, "the payment was there and is not")
    present = payment_from(document)
    check_same(present.request, request)
    return Submitted(present, replayed=True)


def check_same(first: PaymentRequest, again: PaymentRequest) -> None:
    """Raise IDEMPOTENCY_CONFLICT, naming the field, unless both ask for the same."""
    differing = first.differing_field(again)
    if differing:
        raise ClearwayError(
            PaymentError.IDEMPOTENCY_CONFLICT,
            "the idempotency key was used before with other content",
            field=differing,
        )
