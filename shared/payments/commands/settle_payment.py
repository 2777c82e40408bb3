"""Settlement: move an approved payment's money, or find out what became of it. A rail is asked, never guessed."""

from __future__ import annotations

from datetime import timedelta

from shared.kernel.errors import ClearwayError
from shared.payments.commands.begin_leg import Begun, begin, fail_over, outside_party, renew
from shared.payments.commands.settlement import Settlement
from shared.payments.commands.take_news import conclude
from shared.payments.domain.errors import PaymentError
from shared.payments.domain.legs import Leg, LegRole, LegStatus
from shared.payments.domain.moves import Move, next_move
from shared.payments.domain.payment import Payment
from shared.ports.documents import Committed
from shared.ports.rail import Answer, Instruction, RailError, RailStatus

# Collect, pay out, put back and a little more: a payment has no more moves than that in it.
_MOVES_MAX = 6


def settle_payment(payment_id: str, settlement: Settlement) -> Payment:
    """The payment as far as it could be moved; untouched when it needs no settlement.

    Raises retryable errors while the outcome is not known: NOT_SENT, OUTCOME_UNKNOWN, OUTCOME_PENDING,
    TOO_EARLY_TO_BELIEVE, and NOT_FOUND for a payment that does not exist.
    """
    begun = begin(payment_id, settlement)
    payment = begun.value.payment
    for _ in range(_MOVES_MAX):
        leg = payment.leg
        if leg is not None and leg.status.open:
            payment = _find_out(begun, leg, settlement)
        if next_move(payment, settlement.pipeline.clock.now()) in (Move.NOTHING, Move.WAIT, Move.FIND_OUT):
            return payment
        begun = begin(payment_id, settlement)
        payment = begun.value.payment
    return payment


def _find_out(begun: Committed[Begun], leg: Leg, settlement: Settlement) -> Payment:
    """The payment after the rail was told, or asked, about its open leg."""
    answer = None
    if not begun.value.fresh:
        answer = settlement.carrier(leg.rail).rail.inquire(leg.key)
        if answer is None:
            begun = renew(begun.value.payment.id, settlement)
            if not begun.value.fresh:
                return begun.value.payment
    if answer is None:
        begun, answer = _submit(begun, settlement)
    payment = begun.value.payment
    leg = _open_leg(payment)
    known = tuple(begun.documents.values())
    # Also that it is pending: from then on, "never heard of it" is no reason to instruct the rail again.
    payment = conclude(payment.id, leg.key, answer, settlement, rail=leg.rail, known=known)
    if answer.status is RailStatus.PENDING and answer.check_at is None:
        raise ClearwayError(PaymentError.OUTCOME_PENDING, "the rail has not decided")
    return payment


def _submit(begun: Committed[Begun], settlement: Settlement) -> tuple[Committed[Begun], Answer]:
    """Tell the rail of the freshly marked leg; the next one in line when this one has certainly not been told."""
    while True:
        payment = begun.value.payment
        leg = _open_leg(payment)
        try:
            return begun, _told(payment, leg, settlement)
        except ClearwayError as error:
            if error.code is not RailError.NOT_SENT or leg.attempts > 1 or not leg.others:
                raise
        begun = fail_over(payment, settlement, tuple(begun.documents.values()))


def _told(payment: Payment, leg: Leg, settlement: Settlement) -> Answer:
    carrier = settlement.carrier(leg.rail)
    # A process that slept since it marked the leg must not call now: another may have been told that it may.
    latest = leg.submitted_at + timedelta(seconds=carrier.inquiry_grace_s - carrier.rail.timeout_s)
    if settlement.pipeline.clock.now() > latest:
        raise ClearwayError(PaymentError.TOO_EARLY_TO_BELIEVE, "too late for this attempt")
    outside = outside_party(payment, leg.role)
    collected = payment.leg_of(LegRole.COLLECT)
    return carrier.rail.submit(
        Instruction(
            key=leg.key,
            direction=leg.direction,
            money=payment.leg_money(leg.role),
            instrument=outside.instrument,
            holder_name=outside.name,
            description=payment.request.description,
            holder_type=outside.type,
            speed=payment.request.speed,
            reverses=collected.key if collected and leg.role is LegRole.PUT_BACK else "",
        )
    )


def _open_leg(payment: Payment) -> Leg:
    leg = payment.leg
    if leg is None or leg.status not in (LegStatus.SUBMITTING, LegStatus.PENDING):
        raise ClearwayError(PaymentError.TOO_EARLY_TO_BELIEVE, "somebody else found out what became of the leg")
    return leg
