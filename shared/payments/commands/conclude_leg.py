"""Take a rail's word on a leg: the state that follows, and what is booked for it, in one commit.

A word that comes twice, late, or before the answer to the call itself finds its work done and changes nothing. A word
that contradicts an earlier one moves no money: people are asked.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

from shared.kernel import ids
from shared.kernel.assessment import Reason
from shared.kernel.hold import Hold
from shared.kernel.money import Money
from shared.payments.commands.cases import open_case
from shared.payments.commands.contradictions import contradicted
from shared.payments.commands.give_back import given_back
from shared.payments.commands.postings import (
    RECEIVABLE,
    SUSPENSE,
    book_collected,
    book_deposit,
    book_from_hold,
    book_out_of_transit,
    book_passed_on,
    wallet_of,
)
from shared.payments.commands.return_leg import returned
from shared.payments.commands.settlement import STEP, Unit
from shared.payments.domain.legs import Leg, LegRole, LegStatus, Route
from shared.payments.domain.payment import Payment
from shared.payments.domain.states import State
from shared.ports.ledger import RailSettlement
from shared.ports.rail import Answer, RailStatus
from shared.ports.routing import Collected, Safety


def concluded(unit: Unit, payment: Payment, leg: Leg, answer: Answer) -> Payment:
    """The payment after the rail's word on one of its legs; the caller writes it."""
    match leg.status, answer.status:
        case (LegStatus.SUBMITTING | LegStatus.PENDING, RailStatus.PENDING):
            return _pending(unit, payment, leg, answer)
        case (LegStatus.SUBMITTING | LegStatus.PENDING, RailStatus.ACCEPTED):
            accepted = replace(
                leg,
                status=LegStatus.ACCEPTED,
                reference=answer.reference,
                settled_on=answer.settled_on or unit.now.date(),
                entry_id=ids.event_id(payment.id, payment.version + 1),
            )
            return _accepted(unit, payment.with_leg(accepted), accepted)
        case (LegStatus.SUBMITTING | LegStatus.PENDING, RailStatus.REJECTED | RailStatus.RETURNED):
            # Returned before it counted as accepted: to the payment it never moved, and no entry booked it. It is not
            # REJECTED, since the rail may yet say that it had accepted it, which then contradicts nothing.
            status = LegStatus(answer.status.value)
            reason_code = answer.reason_code or status.value
            rejected = replace(leg, status=status, reference=answer.reference, reason=reason_code)
            reason = Reason(f"rail_{rejected.reason}", answer.reason_text)
            return _rejected(unit, payment.with_leg(rejected), rejected, reason)
        case (LegStatus.ACCEPTED, RailStatus.RETURNED):
            return returned(unit, payment, leg, answer)
        case (LegStatus.ACCEPTED, RailStatus.REJECTED) | (LegStatus.REJECTED, RailStatus.ACCEPTED):
            return contradicted(unit, payment, leg, answer)
        case _:
            return payment


def not_begun(unit: Unit, payment: Payment, leg: Leg) -> Payment:
    """The payment without its open leg, of which no rail ever heard, since what it was to pass on was taken back."""
    reason = Reason("collection_returned", "the payer's bank took the money back before it was passed on")
    unsent = replace(leg, status=LegStatus.REJECTED, reason="not_sent")
    return _rejected(unit, payment.with_leg(unsent), unsent, reason)


def _pending(unit: Unit, payment: Payment, leg: Leg, answer: Answer) -> Payment:
    pending = replace(leg, status=LegStatus.PENDING, reference=answer.reference, reason=answer.reason_code)
    wake_at = payment.drive_at
    if answer.check_at is not None and answer.check_at > unit.now:
        wake_at = answer.check_at  # also over a sweep that was put off meanwhile, which would ask in vain
    elif wake_at is None or wake_at <= unit.now:
        wake_at = unit.settlement.pipeline.drive.due(unit.now, payment.drives)
    return payment.with_leg(pending).waiting(wake_at)


def _accepted(unit: Unit, payment: Payment, leg: Leg) -> Payment:
    evidence = _evidence(leg)
    match leg.role, payment.route:
        case LegRole.COLLECT, Route.DEPOSIT:
            safety = _safety(unit, payment, leg)
            kept_back = _kept_back(unit, payment, safety)
            wake_at = safety.safe_at if kept_back else None
            evidence |= {"kept_back": dict(safety.why)} if kept_back else {}
            moved = unit.advance(payment, State.COMPLETED, evidence=evidence, wake_at=wake_at)
            moved = book_deposit(unit, moved, leg, kept_back)
        case LegRole.COLLECT, _:
            safety = _safety(unit, payment, leg)
            # A part cannot be kept back of what is passed on whole: only where all of it is at risk does it wait.
            waits = safety.held_minor >= payment.leg_money(leg.role).amount_minor
            safe_at = safety.safe_at if waits and safety.safe_at and safety.safe_at > unit.now else None
            evidence |= {"kept_back": dict(safety.why)} if safe_at else {}
            moved = unit.advance(payment, State.COLLECTED, evidence=evidence, wake_at=safe_at)
            moved = replace(moved, safe_at=safe_at)
            book_collected(unit, moved, leg)
        case LegRole.PAY_OUT, Route.PAYOUT:
            moved = unit.advance(payment, State.COMPLETED, evidence=evidence)
            moved = book_from_hold(unit, moved, RailSettlement(leg.rail), leg)
        case LegRole.PAY_OUT, _:
            moved = unit.advance(payment, State.COMPLETED, evidence=evidence)
            book_passed_on(unit, moved, leg)
            moved = _returned_meanwhile(unit, moved)
        case LegRole.PUT_BACK, _:
            moved = unit.advance(payment, State.FAILED, evidence=evidence, reasons=_why_put_back(payment))
            book_out_of_transit(unit, moved, RailSettlement(leg.rail), kind="put_back", leg=leg)
            moved = given_back(unit.tx, moved, unit.ledger)
    return moved


def _rejected(unit: Unit, payment: Payment, leg: Leg, reason: Reason) -> Payment:
    evidence = _evidence(leg)
    collected = payment.leg_of(LegRole.COLLECT)
    if leg.role is LegRole.PAY_OUT and collected is not None and collected.status is LegStatus.ACCEPTED:
        return unit.advance(payment, State.PUTTING_BACK, reasons=(reason,), evidence=evidence)
    failed = unit.advance(payment, State.FAILED, reasons=(reason,), evidence=evidence)
    if leg.role is not LegRole.COLLECT and collected is not None and collected.status is LegStatus.RETURNED:
        # The payer's bank had taken it back meanwhile: what is in transit makes up for that.
        book_out_of_transit(unit, failed, RECEIVABLE, kind="return")
    elif leg.role is LegRole.PUT_BACK:
        parked = Reason("put_back_refused", "what was collected could not be given back, and is parked in suspense")
        open_case(unit.tx, failed, gate=STEP, reasons=(reason, parked), now=unit.now)
        book_out_of_transit(unit, failed, SUSPENSE, kind="suspense")
    return given_back(unit.tx, failed, unit.ledger)


def _returned_meanwhile(unit: Unit, payment: Payment) -> Payment:
    """A payment that was paid out after the payer's bank had taken back what was collected for it."""
    collected = payment.leg_of(LegRole.COLLECT)
    if collected is None or collected.status is not LegStatus.RETURNED:
        return payment
    reason = Reason(f"rail_{collected.reason or 'returned'}", "the payer's bank took the money back")
    return unit.advance(payment, State.RETURNED, reasons=(reason,))


def _safety(unit: Unit, payment: Payment, leg: Leg) -> Safety:
    if payment.source is None or leg.settled_on is None:
        return Safety(0, None)
    fraud = next((entry for entry in payment.history if entry.step == "fraud"), None)
    score = fraud.evidence.get("score") if fraud else None
    return unit.settlement.hold_policy.safety(
        Collected(
            rail=leg.rail,
            instrument=payment.source.instrument,
            money=payment.leg_money(leg.role),
            # A date has no hour. Noon in UTC is that date wherever a rail counts its days; midnight is not.
            settled_at=datetime.combine(leg.settled_on, time(12), UTC),
            risk_score=float(score) if isinstance(score, int | float) else None,
            flags=tuple(reason.code for reason in fraud.reasons) if fraud else (),
        )
    )


def _kept_back(unit: Unit, payment: Payment, safety: Safety) -> tuple[Hold, ...]:
    """A hold on the wallet over what is kept back of a deposit; what the fee takes is not there to be held."""
    money = payment.request.money
    held_minor = min(safety.held_minor, money.amount_minor - payment.fee_minor)
    if held_minor <= 0 or safety.safe_at is None or safety.safe_at <= unit.now:
        return ()
    hold_id = f"{payment.id}.collected"
    return (Hold(hold_id, wallet_of(payment).account_id, Money(held_minor, money.currency), unit.now, safety.safe_at),)


def _why_put_back(payment: Payment) -> tuple[Reason, ...]:
    return next((entry.reasons for entry in reversed(payment.history) if entry.state is State.PUTTING_BACK), ())


def _evidence(leg: Leg) -> dict[str, Any]:
    return {"rail": leg.rail, "rail_reference": leg.reference}
