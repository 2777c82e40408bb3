"""The state machine of a payment: forward only."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a payment stands."""

    SUBMITTED = "submitted"
    RECEIVED = "received"
    SCORED = "scored"
    APPROVED = "approved"
    COLLECTING = "collecting"
    COLLECTED = "collected"
    PAYING_OUT = "paying_out"
    PUTTING_BACK = "putting_back"
    COMPLETED = "completed"
    RETURNED = "returned"
    HELD = "held"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    FAILED = "failed"


# A wallet's leg is a ledger posting alone, so a payment passes the states of a leg only where a rail moves it.
ALLOWED: dict[State, frozenset[State]] = {
    State.SUBMITTED: frozenset({State.RECEIVED, State.REJECTED, State.CANCELLED}),
    State.RECEIVED: frozenset({State.SCORED, State.HELD, State.REJECTED, State.CANCELLED}),
    State.SCORED: frozenset({State.APPROVED, State.HELD, State.REJECTED, State.CANCELLED}),
    State.HELD: frozenset({State.SCORED, State.APPROVED, State.REJECTED, State.CANCELLED}),
    # It fails before anything moved when no rail carries it.
    State.APPROVED: frozenset({State.COLLECTING, State.PAYING_OUT, State.COMPLETED, State.CANCELLED, State.FAILED}),
    State.COLLECTING: frozenset({State.COLLECTED, State.COMPLETED, State.FAILED}),
    State.COLLECTED: frozenset({State.PAYING_OUT, State.PUTTING_BACK, State.FAILED}),
    State.PAYING_OUT: frozenset({State.COMPLETED, State.PUTTING_BACK, State.FAILED}),
    State.PUTTING_BACK: frozenset({State.FAILED}),
    State.COMPLETED: frozenset({State.RETURNED}),
    State.RETURNED: frozenset(),
    State.REJECTED: frozenset(),
    State.CANCELLED: frozenset(),
    State.FAILED: frozenset(),
}

ENDED = frozenset({State.COMPLETED, State.RETURNED, State.REJECTED, State.CANCELLED, State.FAILED})
# Nothing drives these on by itself: they have ended, or a person decides.
AT_REST = ENDED | {State.HELD}
# Before a rail was told anything, a payment can be taken back.
CANCELLABLE = frozenset({State.SUBMITTED, State.RECEIVED, State.SCORED, State.HELD, State.APPROVED})
