"""A leg that was accepted comes back: its rail returns the money, days later, and a new entry undoes what was booked.

A receiving bank may return an ACH debit up to 60 days after it settled (Nacha Operating Rules, subsection 3.12), an
instant payment by pacs.004; a card payment comes back as a chargeback.
"""

from __future__ import annotations

from dataclasses import replace

from shared.kernel.assessment import Reason
from shared.kernel.errors import ClearwayError
from shared.kernel.hold import Hold
from shared.payments.commands.cases import case_fields
from shared.payments.commands.give_back import given_back
from shared.payments.commands.postings import FEES, IN_TRANSIT, RECEIVABLE, SUSPENSE, wallet_of
from shared.payments.commands.settlement import STEP, Unit
from shared.payments.documents import CASES
from shared.payments.domain.errors import PaymentError
from shared.payments.domain.legs import Leg, LegRole, LegStatus, Route
from shared.payments.domain.payment import Payment
from shared.payments.domain.states import State
from shared.ports.documents import Key
from shared.ports.ledger import Booking, Movement, RailSettlement
from shared.ports.rail import Answer

_OWED = Reason("owed_by_the_payer", "the payer's bank took back what was already passed on or spent")
_PARKED = Reason("parked_in_suspense", "the payee's bank sent the money back, and it is parked in suspense")


def returned(unit: Unit, payment: Payment, leg: Leg, answer: Answer) -> Payment:
    """The payment after its rail returned a leg; the caller writes it."""
    reason = Reason(f"rail_{answer.reason_code or 'returned'}", answer.reason_text)
    holds: tuple[Hold, ...] = ()
    if leg.role is LegRole.COLLECT and payment.route is Route.DEPOSIT:
        holds = payment.open_holds
        movements = _out_of_the_wallet(unit, payment, leg)
    else:
        movements = (_undoing(payment, leg),)
    booking = Booking(
        entry_id=f"{payment.id}.{leg.role.value}.returned",
        payment_id=payment.id,
        currency=payment.request.money.currency,
        movements=movements,
        at=unit.now,
        kind="return",
        holds=holds,
        reverses=leg.entry_id,
        reference=leg.key,
    )
    refused = unit.ledger.book(unit.tx, booking)
    if refused is not None:
        raise ClearwayError(PaymentError.NOT_BOOKED, f"the ledger refused a return: {refused.code}")
    _ask(unit, payment, leg, movements, reason)
    kept = tuple(one.posted(one.money.amount_minor) if one in holds else one for one in payment.holds)
    back = replace(payment, holds=kept).with_leg(replace(leg, status=LegStatus.RETURNED, reason=answer.reason_code))
    return _moved_on(unit, back, reason)


def _undoing(payment: Payment, leg: Leg) -> Movement:
    """Where a returned leg's money comes from or goes to, when no wallet was credited for it."""
    rail, money = RailSettlement(leg.rail), payment.leg_money(leg.role)
    if leg.role is not LegRole.COLLECT:
        to = wallet_of(payment) if payment.route is Route.PAYOUT else SUSPENSE
        return Movement(rail, to, money.amount_minor)
    # Once it has been passed on, the house has lost it until the payer makes it good.
    return Movement(IN_TRANSIT if _still_here(payment) else RECEIVABLE, rail, money.amount_minor)


def _still_here(payment: Payment) -> bool:
    """Whether what was collected for somebody outside has not been sent on or sent back."""
    waiting = payment.state in (State.COLLECTED, State.PUTTING_BACK)
    return waiting and payment.leg_of(LegRole.PUT_BACK) is None


def _out_of_the_wallet(unit: Unit, payment: Payment, leg: Leg) -> tuple[Movement, ...]:
    """Out of what was kept back, then of what the wallet still has; the payer owes the rest. The fee is given up."""
    wallet, rail = wallet_of(payment), RailSettlement(leg.rail)
    net_minor = payment.request.money.amount_minor - payment.fee_minor
    available = unit.ledger.available(unit.tx, wallet.account_id)
    there_minor = payment.held_minor + max(0, available.amount_minor if available else 0)
    taken_minor = min(net_minor, there_minor)
    sources = ((wallet, taken_minor), (RECEIVABLE, net_minor - taken_minor), (FEES, payment.fee_minor))
    return tuple(Movement(source, rail, amount_minor) for source, amount_minor in sources if amount_minor > 0)


def _ask(unit: Unit, payment: Payment, leg: Leg, movements: tuple[Movement, ...], reason: Reason) -> None:
    """A case where somebody has to act. A leg is returned once, so it needs no look whether there is one."""
    questions = [_OWED] if any(one.source == RECEIVABLE for one in movements) else []
    questions += [_PARKED] if any(one.destination == SUSPENSE for one in movements) else []
    if questions:
        fields = case_fields(payment, gate=STEP, reasons=(reason, *questions), now=unit.now)
        unit.tx.create(Key(CASES, f"{payment.id}.{leg.role.value}.returned"), fields)


def _moved_on(unit: Unit, payment: Payment, reason: Reason) -> Payment:
    if payment.state is State.COMPLETED:
        # A refund that came back is none: the payment that it was of may be refunded again.
        return given_back(unit.tx, unit.advance(payment, State.RETURNED, reasons=(reason,)), unit.ledger)
    if _still_here(payment):
        return given_back(unit.tx, unit.advance(payment, State.FAILED, reasons=(reason,)), unit.ledger)
    return payment  # the other leg, which is under way, decides how it ends
