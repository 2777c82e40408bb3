"""Intake: load the parties, find the route, hold the funds; one commit."""

from __future__ import annotations

from dataclasses import replace

from shared.kernel import ids
from shared.kernel.assessment import Reason
from shared.kernel.party import Party
from shared.payments.commands.pipeline import Pipeline
from shared.payments.commands.submit_payment import check_same
from shared.payments.documents import payment_from, payment_key, payment_to_fields
from shared.payments.domain.legs import Route, route_of
from shared.payments.domain.payment import Payment, submitted
from shared.payments.domain.request import PaymentRequest
from shared.payments.domain.states import State
from shared.ports.documents import Transaction
from shared.ports.ledger import Ledger
from shared.ports.parties import Parties

STEP = "intake"


def receive_payment(request: PaymentRequest, *, pipeline: Pipeline, parties: Parties, ledger: Ledger) -> Payment:
    """The payment, received or rejected with its reason; untouched when it had been taken in before.

    The payment exists already when the API took the submission down, and is made here when a partner published it.
    Raises IDEMPOTENCY_CONFLICT when the key stands for a payment with other content.
    """
    key = payment_key(request.payment_id)
    # A wallet's account follows from the request, so it travels in the same call as the customer that vouches for it.
    account_id = ids.wallet_account_id(request.source.customer_id, request.source.instrument_id)

    def work(tx: Transaction) -> Payment:
        source_key, destination_key = (
            parties.key(request.source.customer_id),
            parties.key(request.destination.customer_id),
        )
        document, source, destination, *_ = tx.get(key, source_key, destination_key, *ledger.prefetch(account_id))
        now = pipeline.clock.now()
        payment = payment_from(document) if document else submitted(request, now=now, drive=pipeline.drive)
        check_same(payment.request, request)
        if payment.taken_by(STEP) or payment.state is not State.SUBMITTED:
            return payment
        currency = request.money.currency
        payer = parties.party(source, request.tenant, request.source.instrument_id, currency)
        payee = parties.party(destination, request.tenant, request.destination.instrument_id, currency)
        outcome = _admit(tx, payment, payer, payee, ledger)
        if isinstance(outcome, Reason):
            received = payment.advance(State.REJECTED, step=STEP, now=now, drive=pipeline.drive, reasons=(outcome,))
        else:
            received = outcome.advance(State.RECEIVED, step=STEP, now=now, drive=pipeline.drive)
        (tx.replace if document else tx.create)(key, payment_to_fields(received))
        return received

    return pipeline.transactor.run(work).value


def _admit(
    tx: Transaction, payment: Payment, payer: Party | Reason, payee: Party | Reason, ledger: Ledger
) -> Payment | Reason:
    """The payment with its parties and its funds held, or why it is refused. All checks come before the hold."""
    if isinstance(payer, Reason):
        return Reason(f"source_{payer.code}", payer.text)
    if isinstance(payee, Reason):
        return Reason(f"destination_{payee.code}", payee.text)
    route = route_of(payer, payee)
    if isinstance(route, Reason):
        return route
    held_minor = 0
    if route is not Route.DEPOSIT:
        refused = ledger.hold(tx, payer.instrument.account_id, payment.request.money)
        if refused:
            return refused
        held_minor = payment.request.money.amount_minor
    return replace(payment, source=payer, destination=payee, route=route, held_minor=held_minor)
