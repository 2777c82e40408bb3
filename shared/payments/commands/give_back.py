"""What a payment that comes to nothing gives back: its holds, and what it was to refund of an earlier payment."""

from __future__ import annotations

from shared.kernel.hold import HoldStatus
from shared.payments.documents import payment_key
from shared.payments.domain.payment import Payment
from shared.ports.documents import Transaction
from shared.ports.ledger import Ledger


def given_back(tx: Transaction, payment: Payment, ledger: Ledger) -> Payment:
    """The payment with nothing held for it; the caller writes it in the same transaction, which guards all this."""
    for hold in payment.open_holds:
        ledger.release(tx, hold)
    if payment.request.refund_of:
        amount_minor = payment.request.money.amount_minor
        tx.add(payment_key(payment.request.refund_of), {"refunded_minor": -amount_minor})
    return payment.with_holds_ended(HoldStatus.VOIDED)
