"""Begin what is due: choose a rail, mark the leg SUBMITTING with the rail's idempotency key, in a commit of its own.

The mark comes before the call. Whoever finds it asks the rail first; only a rail that never heard of the key, once the
first call can no longer be on its way, is called again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from shared.kernel import ids
from shared.kernel.assessment import Reason
from shared.kernel.errors import ClearwayError
from shared.kernel.hold import HoldStatus
from shared.kernel.party import Party
from shared.payments.commands.conclude_leg import not_begun
from shared.payments.commands.give_back import given_back
from shared.payments.commands.postings import book_transfer
from shared.payments.commands.settlement import Settlement, Unit, read_payment, write_payment
from shared.payments.domain.errors import PaymentError
from shared.payments.domain.legs import Leg, LegRole, LegStatus
from shared.payments.domain.moves import Move, next_move
from shared.payments.domain.payment import Payment
from shared.payments.domain.states import State
from shared.ports.documents import Committed, Document, Transaction
from shared.ports.routing import Choice
from shared.ports.routing import Leg as Wanted

_STATES = {LegRole.COLLECT: State.COLLECTING, LegRole.PAY_OUT: State.PAYING_OUT}


@dataclass(frozen=True, slots=True)
class Begun:
    """The payment, and whether this very call marked its open leg, so that the rail cannot have heard of it."""

    payment: Payment
    fresh: bool = False


def begin(payment_id: str, settlement: Settlement) -> Committed[Begun]:
    """Do what is due and needs no rail, or mark the leg that does; a payment with nothing due stays as it is."""
    pipeline = settlement.pipeline

    def work(tx: Transaction) -> Begun:
        payment = read_payment(tx, payment_id)
        unit = Unit(tx, settlement, pipeline.clock.now())
        move = next_move(payment, unit.now)
        if move is Move.BOOK:
            begun = Begun(book_transfer(unit, unit.advance(payment, State.COMPLETED)))
        elif move is Move.RELEASE:
            begun = Begun(_released(unit, payment))
        elif move.role is not None:
            begun = _marked(unit, payment, move.role)
        else:
            return Begun(payment)
        write_payment(tx, payment, begun.payment)
        return begun

    return pipeline.transactor.run(work)


def renew(payment_id: str, settlement: Settlement) -> Committed[Begun]:
    """Claim the next attempt after the rail said that it never heard of the last one.

    What the payer's bank took back meanwhile is not passed on: such a leg ends here, and nothing is fresh.
    """
    pipeline = settlement.pipeline

    def work(tx: Transaction) -> Begun:
        payment = read_payment(tx, payment_id)
        leg = payment.leg
        if leg is None or leg.status is not LegStatus.SUBMITTING:
            raise ClearwayError(PaymentError.TOO_EARLY_TO_BELIEVE, "somebody else found out what became of the leg")
        now = pipeline.clock.now()
        if now < leg.submitted_at + timedelta(seconds=settlement.carrier(leg.rail).inquiry_grace_s):
            raise ClearwayError(PaymentError.TOO_EARLY_TO_BELIEVE, "the last attempt may still be on its way")
        taken_back = _taken_back(payment)
        if taken_back:
            renewed = not_begun(Unit(tx, settlement, now), payment, leg)
        else:
            renewed = payment.with_leg(replace(leg, attempts=leg.attempts + 1, submitted_at=now))
        write_payment(tx, payment, renewed)
        return Begun(renewed, fresh=not taken_back)

    return pipeline.transactor.run(work)


def fail_over(begun: Payment, settlement: Settlement, known: tuple[Document, ...]) -> Committed[Begun]:
    """Give the leg to the next rail: only for the process that marked it, and that knows that nothing was sent."""
    pipeline = settlement.pipeline

    def work(tx: Transaction) -> Begun:
        payment = read_payment(tx, begun.id)
        leg = payment.leg
        if leg is None or leg != begun.leg or leg.attempts > 1 or not leg.others or _taken_back(payment):
            raise ClearwayError(PaymentError.TOO_EARLY_TO_BELIEVE, "somebody else went on with the payment")
        now = pipeline.clock.now()
        switched = payment.with_leg(replace(leg, rail=leg.others[0], others=leg.others[1:], submitted_at=now))
        write_payment(tx, payment, switched)
        return Begun(switched, fresh=True)

    return pipeline.transactor.run(work, known=known)


def _taken_back(payment: Payment) -> bool:
    collected = payment.leg_of(LegRole.COLLECT)
    return collected is not None and collected.status is LegStatus.RETURNED


def _marked(unit: Unit, payment: Payment, role: LegRole) -> Begun:
    choice = _choice(unit, payment, role)
    if isinstance(choice, Reason):
        return Begun(_without_rail(unit, payment, choice))
    leg = Leg(
        role=role,
        key=ids.leg_key(payment.id, role.value),
        rail=choice.rails[0],
        status=LegStatus.SUBMITTING,
        attempts=1,
        submitted_at=unit.now,
        others=choice.rails[1:],
    )
    if payment.state is State.PUTTING_BACK:
        drive = unit.settlement.pipeline.drive
        return Begun(payment.with_leg(leg).waiting(drive.due(unit.now, 0)), fresh=True)
    evidence = {"rail": leg.rail, "choice": dict(choice.why)}
    return Begun(unit.advance(payment, _STATES[role], evidence=evidence).with_leg(leg), fresh=True)


def _choice(unit: Unit, payment: Payment, role: LegRole) -> Choice | Reason:
    collected = payment.leg_of(LegRole.COLLECT)
    if role is LegRole.PUT_BACK and collected is not None:
        return Choice((collected.rail,))  # back on the way that it came, which knows what is undone
    instrument = outside_party(payment, role).instrument
    wanted = Wanted(role.direction, instrument, payment.leg_money(role), payment.request.speed)
    return unit.settlement.router.choose(wanted, unit.now)


def outside_party(payment: Payment, role: LegRole) -> Party:
    """Whose instrument a leg reaches."""
    party = payment.destination if role is LegRole.PAY_OUT else payment.source
    if party is None:
        raise ClearwayError(PaymentError.FORBIDDEN_TRANSITION, "a leg without its parties")
    return party


def _without_rail(unit: Unit, payment: Payment, reason: Reason) -> Payment:
    """No rail carries the leg: what was collected goes back, and where nothing was, nothing is kept."""
    if payment.state is State.COLLECTED:
        return unit.advance(payment, State.PUTTING_BACK, reasons=(reason,))
    return given_back(unit.tx, unit.advance(payment, State.FAILED, reasons=(reason,)), unit.ledger)


def _released(unit: Unit, payment: Payment) -> Payment:
    due = [hold for hold in payment.open_holds if hold.expires_at is not None and hold.expires_at <= unit.now]
    for hold in due:
        unit.ledger.release(unit.tx, hold)
    holds = tuple(hold.ended(HoldStatus.EXPIRED) if hold in due else hold for hold in payment.holds)
    later = [hold.expires_at for hold in holds if hold.open and hold.expires_at is not None]
    return replace(payment, holds=holds).waiting(min(later, default=None))
