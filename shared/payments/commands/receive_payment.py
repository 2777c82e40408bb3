"""Intake: load the parties, find the route, hold the funds; one commit."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from shared.kernel import ids
from shared.kernel.assessment import Reason
from shared.kernel.errors import ClearwayError
from shared.kernel.hold import Hold
from shared.kernel.money import AMOUNT_MINOR_MAX, Money
from shared.kernel.party import Party
from shared.payments.commands.give_back import given_back
from shared.payments.commands.pipeline import Pipeline
from shared.payments.commands.submit_payment import check_same
from shared.payments.documents import payment_from, payment_key, payment_to_fields
from shared.payments.domain.errors import PaymentError
from shared.payments.domain.legs import route_of
from shared.payments.domain.payment import Payment, submitted
from shared.payments.domain.request import PaymentRequest
from shared.payments.domain.states import State
from shared.ports.documents import Transaction
from shared.ports.ledger import Ledger
from shared.ports.parties import Parties
from shared.ports.routing import Tariff

STEP = "intake"


def receive_payment(
    request: PaymentRequest, *, pipeline: Pipeline, parties: Parties, ledger: Ledger, tariff: Tariff
) -> Payment:
    """The payment, received or rejected with its reason; untouched when it had been taken in before.

    The payment exists already when the API took the submission down, and is made here when a partner published it.
    Raises IDEMPOTENCY_CONFLICT when the key stands for a payment with other content, NOT_REFUNDABLE for a refund that
    was not made by `refund_payment`.
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
        if document is None and request.refund_of:
            raise ClearwayError(PaymentError.NOT_REFUNDABLE, "a refund is made of the payment that it gives back")
        now = pipeline.clock.now()
        payment = payment_from(document) if document else submitted(request, now=now, drive=pipeline.drive)
        check_same(payment.request, request)
        if payment.taken_by(STEP) or payment.state is not State.SUBMITTED:
            return payment
        currency = request.money.currency
        payer = parties.party(source, request.tenant, request.source.instrument_id, currency)
        payee = parties.party(destination, request.tenant, request.destination.instrument_id, currency)
        outcome = _admit(tx, payment, payer, payee, ledger=ledger, tariff=tariff, now=now)
        if isinstance(outcome, Reason):
            rejected = payment.advance(State.REJECTED, step=STEP, now=now, drive=pipeline.drive, reasons=(outcome,))
            received = given_back(tx, rejected, ledger)
        else:
            received = outcome.advance(State.RECEIVED, step=STEP, now=now, drive=pipeline.drive)
        (tx.replace if document else tx.create)(key, payment_to_fields(received))
        return received

    return pipeline.transactor.run(work).value


def _admit(
    tx: Transaction,
    payment: Payment,
    payer: Party | Reason,
    payee: Party | Reason,
    *,
    ledger: Ledger,
    tariff: Tariff,
    now: datetime,
) -> Payment | Reason:
    """The payment with its parties, its fee and its funds held, or why it is refused. All checks precede the hold."""
    if isinstance(payer, Reason):
        return Reason(f"source_{payer.code}", payer.text)
    if isinstance(payee, Reason):
        return Reason(f"destination_{payee.code}", payee.text)
    route = route_of(payer, payee)
    if isinstance(route, Reason):
        return route
    money = payment.request.money
    fee = tariff.fee(route.value, money, now)
    unfit = _against_fee(money, fee, on_top=bool(payer.instrument.account_id))
    if unfit is not None:
        return unfit
    admitted = replace(payment, source=payer, destination=payee, route=route, fee_minor=fee.amount_minor)
    if route.collects:
        return admitted
    hold = Hold(payment.id, payer.instrument.account_id, money + fee, now)
    return ledger.hold(tx, hold) or replace(admitted, holds=(hold,))


def _against_fee(money: Money, fee: Money, *, on_top: bool) -> Reason | None:
    """Why an amount cannot bear its fee, which a wallet pays `on_top`, and which is kept from the amount elsewhere."""
    if on_top and money.amount_minor + fee.amount_minor > AMOUNT_MINOR_MAX:
        return Reason("amount_out_of_range", "the amount and its fee are more than can be booked")
    if not on_top and fee.amount_minor >= money.amount_minor:
        return Reason("fee_exceeds_amount", "nothing would be left of the amount after the fee")
    return None
