"""Cancel a payment before any rail was told of it: what it held is given back."""

from __future__ import annotations

from shared.kernel.errors import ClearwayError
from shared.payments.commands.cases import close_case
from shared.payments.commands.give_back import given_back
from shared.payments.commands.pipeline import Pipeline
from shared.payments.documents import case_key, payment_from, payment_key, payment_to_fields
from shared.payments.domain.errors import PaymentError
from shared.payments.domain.payment import Payment
from shared.payments.domain.states import CANCELLABLE, State
from shared.ports.documents import Transaction
from shared.ports.ledger import Ledger

STEP = "cancellation"


def cancel_payment(payment_id: str, *, tenant: str, pipeline: Pipeline, ledger: Ledger) -> Payment:
    """The payment, cancelled; the same call again changes nothing.

    A client need not call again when the answer is lost, so the sweep takes the payment up until `let_rest`: its event
    is published even when nobody else comes back for it.
    Raises NOT_FOUND for a payment that is not the tenant's, NOT_CANCELLABLE once a rail may have been told, or after an
    end.
    """

    def work(tx: Transaction) -> Payment:
        (document,) = tx.get(payment_key(payment_id))
        if document is None or document.fields["tenant"] != tenant:
            raise ClearwayError(PaymentError.NOT_FOUND, "no such payment")
        payment = payment_from(document)
        if payment.state is State.CANCELLED:
            return payment
        if payment.state not in CANCELLABLE:
            raise ClearwayError(PaymentError.NOT_CANCELLABLE, f"a payment that is {payment.state} cannot be cancelled")
        now = pipeline.clock.now()
        if payment.state is State.HELD:
            (case,) = tx.get(case_key(payment_id, payment.version))
            close_case(tx, case, resolution=STEP, now=now)
        wake_at = pipeline.drive.due(now, 0)
        cancelled = payment.advance(State.CANCELLED, step=STEP, now=now, drive=pipeline.drive, wake_at=wake_at)
        cancelled = given_back(tx, cancelled, ledger)
        tx.replace(document.key, payment_to_fields(cancelled))
        return cancelled

    return pipeline.transactor.run(work).value
