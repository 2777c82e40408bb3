"""What is to be done next: every state, every state of its last leg, before and after what it waits for."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from shared.kernel.hold import Hold, HoldStatus
from shared.kernel.money import Money
from shared.payments.domain.legs import Leg, LegRole, LegStatus, Route
from shared.payments.domain.moves import Move, next_move
from shared.payments.domain.payment import Payment
from shared.payments.domain.states import State
from tests.support.builders import NOON, a_payment

BOOK, PAYOUT, DEPOSIT, TRANSFER = Route
LATER = NOON + timedelta(days=2)
CLOSED = (None, LegStatus.ACCEPTED, LegStatus.REJECTED, LegStatus.RETURNED)


def standing(route: Route | None, state: State, leg: LegStatus | None, role: LegRole = LegRole.COLLECT) -> Payment:
    legs = (Leg(role, "k", "one", leg, 1, NOON),) if leg else ()
    return replace(a_payment(), state=state, route=route, legs=legs)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("leg", [LegStatus.SUBMITTING, LegStatus.PENDING])
def test_a_leg_under_way_is_asked_about_whatever_else_is_due(state: State, leg: LegStatus) -> None:
    assert next_move(standing(TRANSFER, state, leg), NOON) is Move.FIND_OUT


# By state and route, when no leg is under way; what is not here has nothing to be done.
DUE = {
    (State.APPROVED, BOOK): Move.BOOK,
    (State.APPROVED, PAYOUT): Move.PAY_OUT,
    (State.APPROVED, DEPOSIT): Move.COLLECT,
    (State.APPROVED, TRANSFER): Move.COLLECT,
    **{(State.COLLECTED, route): Move.PAY_OUT for route in Route},
    **{(State.PUTTING_BACK, route): Move.PUT_BACK for route in Route},
}


@pytest.mark.parametrize("route", Route)
@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("leg", CLOSED)
def test_the_next_move_follows_from_state_and_route(route: Route, state: State, leg: LegStatus | None) -> None:
    assert next_move(standing(route, state, leg), NOON) is DUE.get((state, route), Move.NOTHING)


@pytest.mark.parametrize(
    ("now", "safe_at", "move"),
    [
        (NOON, None, Move.PAY_OUT),
        (NOON, LATER, Move.WAIT),
        (LATER - timedelta(seconds=1), LATER, Move.WAIT),
        (LATER, LATER, Move.PAY_OUT),
        (LATER + timedelta(days=1), LATER, Move.PAY_OUT),
    ],
)
def test_collected_money_waits_until_it_is_safe(now: datetime, safe_at: datetime | None, move: Move) -> None:
    collected = replace(standing(TRANSFER, State.COLLECTED, LegStatus.ACCEPTED), safe_at=safe_at)
    assert next_move(collected, now) is move


@pytest.mark.parametrize(
    ("state", "status", "expires_at", "move"),
    [
        (State.COMPLETED, HoldStatus.PENDING, NOON, Move.RELEASE),
        (State.COMPLETED, HoldStatus.PENDING, LATER, Move.NOTHING),
        (State.COMPLETED, HoldStatus.PENDING, None, Move.NOTHING),
        (State.COMPLETED, HoldStatus.EXPIRED, NOON, Move.NOTHING),
        (State.COMPLETED, HoldStatus.POSTED, NOON, Move.NOTHING),
        (State.RETURNED, HoldStatus.PENDING, NOON, Move.NOTHING),
        (State.HELD, HoldStatus.PENDING, NOON, Move.NOTHING),
    ],
)
def test_what_was_kept_back_is_released_when_it_is_safe(
    state: State, status: HoldStatus, expires_at: datetime | None, move: Move
) -> None:
    hold = Hold("h", "acc_a", Money(5_00, "USD"), NOON, expires_at, status)
    assert next_move(replace(standing(DEPOSIT, state, LegStatus.ACCEPTED), holds=(hold,)), NOON) is move


def test_only_three_moves_begin_a_leg() -> None:
    roles = {move: move.role for move in Move if move.role}
    assert roles == {
        Move.COLLECT: LegRole.COLLECT,
        Move.PAY_OUT: LegRole.PAY_OUT,
        Move.PUT_BACK: LegRole.PUT_BACK,
    }
