"""Refund a payment: a new payment the other way, linked to the first, which never gives back more than it moved."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shared.kernel import ids
from shared.kernel.errors import ClearwayError
from shared.kernel.money import Money
from shared.payments.commands.pipeline import Pipeline
from shared.payments.commands.submit_payment import Submitted, check_same
from shared.payments.documents import payment_from, payment_key, payment_to_fields
from shared.payments.domain.errors import PaymentError
from shared.payments.domain.legs import Route
from shared.payments.domain.payment import Payment, submitted
from shared.payments.domain.request import PaymentRequest
from shared.payments.domain.states import State
from shared.ports.documents import Transaction


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """What a client asked for; `amount_minor` is None for all that is left to refund."""

    tenant: str
    payment_id: str
    idempotency_key: str
    amount_minor: int | None
    description: str


def refund_payment(asked: RefundRequest, *, pipeline: Pipeline) -> Submitted:
    """The refund, submitted; the same call again gives the same one.

    Only what arrived in a wallet of ours can be sent back: nobody authorised us to collect from a payee outside. Raises
    NOT_FOUND, NOT_REFUNDABLE with what stands in the way, IDEMPOTENCY_CONFLICT for a key with other content.
    """
    refund_id = ids.payment_id(asked.tenant, asked.idempotency_key)

    def work(tx: Transaction) -> Submitted:
        document, present = tx.get(payment_key(asked.payment_id), payment_key(refund_id))
        if document is None or document.fields["tenant"] != asked.tenant:
            raise ClearwayError(PaymentError.NOT_FOUND, "no such payment")
        original = payment_from(document)
        if present is not None:
            refund = payment_from(present)
            amount_minor = asked.amount_minor or refund.request.money.amount_minor
            check_same(refund.request, _request(original, asked, amount_minor))
            return Submitted(refund, replayed=True)
        amount_minor = asked.amount_minor or _left_minor(original)
        _check(original, amount_minor)
        request = _request(original, asked, amount_minor)
        refund = submitted(request, now=pipeline.clock.now(), drive=pipeline.drive)
        tx.create(payment_key(refund.id), payment_to_fields(refund))
        given = replace(original, refunded_minor=original.refunded_minor + amount_minor)
        tx.replace(document.key, payment_to_fields(given))
        return Submitted(refund, replayed=False)

    return pipeline.transactor.run(work).value


def _left_minor(original: Payment) -> int:
    return original.request.money.amount_minor - original.refunded_minor


def _check(original: Payment, amount_minor: int) -> None:
    refused = ""
    if original.state is not State.COMPLETED:
        refused = f"a payment that is {original.state} has nothing to refund"
    elif original.request.refund_of:
        refused = "a refund is not refunded: what it gave back is paid again"
    elif original.route not in (Route.DEPOSIT, Route.BOOK):
        refused = "what was paid out to an outside instrument cannot be collected back"
    elif not 0 < amount_minor <= _left_minor(original):
        refused = "more than is left to refund"
    if refused:
        raise ClearwayError(PaymentError.NOT_REFUNDABLE, refused, field="/amount_minor")


def _request(original: Payment, asked: RefundRequest, amount_minor: int) -> PaymentRequest:
    first = original.request
    return PaymentRequest(
        tenant=asked.tenant,
        idempotency_key=asked.idempotency_key,
        money=Money(amount_minor, first.money.currency),
        source=first.destination,
        destination=first.source,
        description=asked.description,
        speed=first.speed,
        refund_of=original.id,
    )
