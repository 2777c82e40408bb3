"""What is to be done next with an approved payment: one pure decision, from which settlement and the sweep both act."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from shared.payments.domain.legs import LegRole, Route
from shared.payments.domain.payment import Payment
from shared.payments.domain.states import State


class Move(StrEnum):
    """The next thing to do."""

    NOTHING = "nothing"
    BOOK = "book"  # a book transfer, in the ledger alone
    COLLECT = "collect"  # begin the leg
    PAY_OUT = "pay_out"
    PUT_BACK = "put_back"
    FIND_OUT = "find_out"  # a leg is under way: ask its rail
    WAIT = "wait"  # collected money may still be taken back
    RELEASE = "release"  # what was kept back of collected money is safe

    @property
    def role(self) -> LegRole | None:
        """The leg that the move begins."""
        return _ROLES.get(self)


_ROLES = {Move.COLLECT: LegRole.COLLECT, Move.PAY_OUT: LegRole.PAY_OUT, Move.PUT_BACK: LegRole.PUT_BACK}


def next_move(payment: Payment, now: datetime) -> Move:
    """The next thing to do with the payment at this moment."""
    if payment.leg is not None and payment.leg.status.open:
        return Move.FIND_OUT
    move = Move.NOTHING
    match payment.state:
        case State.APPROVED:
            move = {Route.BOOK: Move.BOOK, Route.PAYOUT: Move.PAY_OUT}.get(payment.route or Route.BOOK, Move.COLLECT)
        case State.COLLECTED:
            move = Move.WAIT if payment.safe_at is not None and now < payment.safe_at else Move.PAY_OUT
        case State.PUTTING_BACK:
            move = Move.PUT_BACK
        case State.COMPLETED if _expired(payment, now):
            move = Move.RELEASE
    return move


def _expired(payment: Payment, now: datetime) -> bool:
    return any(hold.expires_at is not None and hold.expires_at <= now for hold in payment.open_holds)
