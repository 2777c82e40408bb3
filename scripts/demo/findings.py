"""What the demo found: everything it prints, and whether it may end well."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import quantiles

from emulators.traffic.plan import Phase, Plan
from emulators.traffic.report import Report, report
from scripts.demo.drive import Drive
from scripts.demo.stage import Stage, used
from scripts.verify_all import verify
from shared.ledger.queries.verify_books import Books
from shared.payments.domain.history import chain_is_whole
from shared.payments.domain.payment import Payment
from shared.payments.domain.states import AT_REST, State
from shared.payments.queries.all_payments import all_payments
from shared.ports.warehouse import EventTotals

DECIDED = frozenset({State.APPROVED, State.HELD, State.REJECTED})


@dataclass(frozen=True, slots=True)
class Findings:
    """`lost` are submissions that were accepted and have no payment; `paid_twice` legs whose money moved twice."""

    outcomes: Mapping[str, int]
    planted: Report
    decision_ms: tuple[float, ...]
    completion_ms: tuple[float, ...]
    payments_per_s: float
    usage: Mapping[str, Mapping[str, int]]
    books: Books
    warehouse: EventTotals
    events_expected: int
    lost: tuple[str, ...]
    stuck: tuple[str, ...]
    asked_twice: tuple[str, ...]
    paid_twice: tuple[str, ...]
    broken_chains: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether no cent and no payment went astray."""
        astray = (self.lost, self.stuck, self.asked_twice, self.paid_twice, self.broken_chains)
        return self.books.balanced and not any(astray) and self.warehouse.events == self.events_expected


def find(stage: Stage, plan: Plan, done: Drive) -> Findings:
    """Read everything back and hold it against what was sent."""
    payments = {payment.id: payment for payment in all_payments(stage.documents)}
    states = {payment_id: payment.state.value for payment_id, payment in payments.items()}
    accepted = {plan.payment_id(one) for one, answer in zip(plan.payments, done.answers, strict=True) if answer == 202}
    asked, paid = stage.repeated_legs()
    traffic = [
        payments[plan.payment_id(one)]
        for one in {one.idempotency_key: one for one in plan.payments if one.phase is Phase.TRAFFIC}.values()
        if plan.payment_id(one) in payments
    ]
    return Findings(
        outcomes=Counter(states.values()),
        planted=report(plan, states, done.answers),
        decision_ms=_elapsed(traffic, DECIDED),
        completion_ms=_elapsed(traffic, frozenset({State.COMPLETED})),
        payments_per_s=_rate(traffic),
        usage=used(stage),
        books=verify(stage.documents),
        warehouse=stage.warehouse.totals(),
        # The first entry of a history is the submission itself, which the API answered.
        events_expected=sum(payment.version - 1 for payment in payments.values()),
        lost=tuple(sorted(accepted - set(payments))),
        stuck=tuple(sorted(payment.id for payment in payments.values() if payment.state not in AT_REST)),
        asked_twice=tuple(asked),
        paid_twice=tuple(paid),
        broken_chains=tuple(sorted(payment.id for payment in payments.values() if not chain_is_whole(payment.history))),
    )


def percentile(values: Iterable[float], percent: int) -> float:
    """The value below which `percent` of the values lie; 0 without values."""
    known = sorted(values)
    if len(known) < 2:
        return known[0] if known else 0.0
    return quantiles(known, n=100, method="inclusive")[percent - 1]


def _elapsed(payments: Iterable[Payment], states: frozenset[State]) -> tuple[float, ...]:
    """Milliseconds from submission to the first entry in one of `states`."""
    found = []
    for payment in payments:
        entry = next((entry for entry in payment.history if entry.state in states), None)
        if entry is not None:
            found.append((entry.at - payment.submitted_at).total_seconds() * 1000)
    return tuple(found)


def _rate(payments: list[Payment]) -> float:
    """Payments a second end to end, while the middle nine tenths of them came to rest.

    The tails are left out: a handful of planted rail failures wait for their back-off long after all else is done.
    """
    rested = sorted(payment.history[-1].at for payment in payments if payment.state in AT_REST)
    if len(rested) < 20:
        return 0.0
    first, last = rested[len(rested) // 20], rested[-(len(rested) // 20) - 1]
    span_s = (last - first).total_seconds()
    return 0.9 * len(rested) / span_s if span_s > 0 else 0.0
