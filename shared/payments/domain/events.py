"""The outbox that is no collection: what a payment owes the world follows from its history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.kernel import ids
from shared.payments.domain.history import Entry
from shared.payments.domain.moves import Move, next_move
from shared.payments.domain.payment import SUBMISSION, Payment
from shared.payments.domain.states import State


@dataclass(frozen=True, slots=True)
class PaymentEvent:
    """One history entry as the world is told of it. It holds no personal data: parties are ids and kinds."""

    id: str
    type: str
    payment: Payment
    entry: Entry

    @property
    def occurred_at(self) -> datetime:
        """When the entry was made."""
        return self.entry.at


@dataclass(frozen=True, slots=True)
class Owed:
    """What a payment owes: events, the request to take it in, and a task that moves its money.

    `settlement` is the task's name, or empty: the same for the same debt, so that the queue refuses the second one.
    """

    events: tuple[PaymentEvent, ...] = ()
    request: bool = False
    settlement: str = ""


def event_of(payment: Payment, entry: Entry) -> PaymentEvent:
    """The event of one history entry; its id is the same at every publication."""
    return PaymentEvent(ids.event_id(payment.id, entry.version), f"payment.{entry.state.value}", payment, entry)


def owed_by_step(payment: Payment, step: str) -> Owed:
    """What is to be published after `step`, however often the step is repeated."""
    if step == SUBMISSION:
        return Owed(request=payment.state is State.SUBMITTED)
    events = tuple(event_of(payment, entry) for entry in payment.history if entry.step == step)
    approved_here = bool(events) and events[-1].entry.state is State.APPROVED and not payment.ended
    return Owed(events, settlement=f"{payment.id}-v{events[-1].entry.version}" if approved_here else "")


def owed_by_live(payment: Payment) -> Owed:
    """What brings a payment on that nothing moves: all that its last step owed, and its settlement where one is due."""
    last = payment.history[-1].step
    # An ended payment that keeps something back is only driven for that; its events were published when it ended.
    kept_back = payment.ended and bool(payment.open_holds)
    owed = Owed() if kept_back else owed_by_step(payment, last)
    moving = payment.state in _MOVING or kept_back
    # A name of its own: the queue remembers the first task's name for about an hour after that task ended.
    name = f"{payment.id}-v{payment.version}-d{payment.drives}"
    return Owed(owed.events, owed.request, settlement=name if moving else "")


def owed_after_news(payment: Payment, step: str, now: datetime) -> Owed:
    """What is to be published after a rail spoke on its own: its events, and a task when that lets the payment go on.

    One name for one debt, so that the same news again creates no second task.
    """
    owed = owed_by_step(payment, step)
    if next_move(payment, now) in _AT_REST:
        return owed
    return Owed(owed.events, settlement=f"{payment.id}-v{payment.version}-n")


# After these the payment waits for somebody else, or for a day to come.
_AT_REST = frozenset({Move.NOTHING, Move.WAIT, Move.FIND_OUT})
_MOVING = {State.APPROVED, State.COLLECTING, State.COLLECTED, State.PAYING_OUT, State.PUTTING_BACK}
