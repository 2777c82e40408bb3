"""A rail's word on a leg: every leg of every route, every state of it, every word, one line a case."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product

import pytest

from shared.payments.domain.history import chain_is_whole
from shared.payments.domain.legs import LegRole, LegStatus, Route
from shared.payments.domain.states import State
from tests.support.builders import NOON
from tests.support.settling import AMOUNT, FEE, Bench

NET, GROSS = AMOUNT - FEE, AMOUNT + FEE
SOON_S = 120

# How each leg comes to be told, and the state in which it then is. See Bench.play for the signs.
BEGUN = {
    ("C", Route.DEPOSIT): ">",
    ("C", Route.TRANSFER): ">",
    ("P", Route.PAYOUT): ">",
    ("P", Route.TRANSFER): "> C+ >",
    ("B", Route.TRANSFER): "> C+ > P- >",
}
ROLE = {"C": LegRole.COLLECT, "P": LegRole.PAY_OUT, "B": LegRole.PUT_BACK}
# What else the rail had said of the leg before.
BEFORE = {
    LegStatus.SUBMITTING: "",
    LegStatus.PENDING: "?",
    LegStatus.ACCEPTED: "+",
    LegStatus.REJECTED: "-",
    LegStatus.RETURNED: "+~",
}


@dataclass(frozen=True)
class Then:
    """What follows. `wakes_s` is when the sweep looks, in seconds from now."""

    state: State
    leg: LegStatus
    moved: dict[str, int] = field(default_factory=dict)
    held_minor: int = 0
    cases: tuple[str, ...] = ()
    wakes_s: int | None = None


ACCEPTED, REJECTED, RETURNED = LegStatus.ACCEPTED, LegStatus.REJECTED, LegStatus.RETURNED
OPEN = (LegStatus.SUBMITTING, LegStatus.PENDING)
# The leg, what was known of it, what its rail says, and what follows.
TABLE: list[tuple[str, Route, tuple[LegStatus, ...], str, Then]] = [
    ("C", Route.DEPOSIT, OPEN, "?", Then(State.COLLECTING, LegStatus.PENDING, wakes_s=SOON_S)),
    ("C", Route.DEPOSIT, OPEN, "+", Then(State.COMPLETED, ACCEPTED, {"one": -AMOUNT, "payee": NET, "fees": FEE})),
    ("C", Route.DEPOSIT, OPEN, "-", Then(State.FAILED, REJECTED)),
    ("C", Route.DEPOSIT, OPEN, "~", Then(State.FAILED, RETURNED)),
    ("C", Route.DEPOSIT, (ACCEPTED,), "-", Then(State.COMPLETED, ACCEPTED, cases=("rail_contradiction",))),
    ("C", Route.DEPOSIT, (REJECTED,), "+", Then(State.FAILED, REJECTED, cases=("rail_contradiction",))),
    (
        *("C", Route.DEPOSIT, (ACCEPTED,), "~"),
        Then(State.RETURNED, RETURNED, {"one": AMOUNT, "payee": -NET, "fees": -FEE}),
    ),
    ("C", Route.TRANSFER, OPEN, "?", Then(State.COLLECTING, LegStatus.PENDING, wakes_s=SOON_S)),
    (
        *("C", Route.TRANSFER, OPEN, "+"),
        Then(State.COLLECTED, ACCEPTED, {"one": -AMOUNT, "in-transit": AMOUNT}, wakes_s=SOON_S),
    ),
    ("C", Route.TRANSFER, OPEN, "-", Then(State.FAILED, REJECTED)),
    ("C", Route.TRANSFER, OPEN, "~", Then(State.FAILED, RETURNED)),
    (
        *("C", Route.TRANSFER, (ACCEPTED,), "-"),
        Then(State.COLLECTED, ACCEPTED, cases=("rail_contradiction",), wakes_s=SOON_S),
    ),
    ("C", Route.TRANSFER, (REJECTED,), "+", Then(State.FAILED, REJECTED, cases=("rail_contradiction",))),
    ("C", Route.TRANSFER, (ACCEPTED,), "~", Then(State.FAILED, RETURNED, {"one": AMOUNT, "in-transit": -AMOUNT})),
    ("P", Route.PAYOUT, OPEN, "?", Then(State.PAYING_OUT, LegStatus.PENDING, {}, GROSS, wakes_s=SOON_S)),
    ("P", Route.PAYOUT, OPEN, "+", Then(State.COMPLETED, ACCEPTED, {"payer": -GROSS, "one": AMOUNT, "fees": FEE})),
    ("P", Route.PAYOUT, OPEN, "-", Then(State.FAILED, REJECTED)),
    ("P", Route.PAYOUT, OPEN, "~", Then(State.FAILED, RETURNED)),
    ("P", Route.PAYOUT, (ACCEPTED,), "-", Then(State.COMPLETED, ACCEPTED, cases=("rail_contradiction",))),
    ("P", Route.PAYOUT, (REJECTED,), "+", Then(State.FAILED, REJECTED, cases=("rail_contradiction",))),
    ("P", Route.PAYOUT, (ACCEPTED,), "~", Then(State.RETURNED, RETURNED, {"one": -AMOUNT, "payer": AMOUNT})),
    ("P", Route.TRANSFER, OPEN, "?", Then(State.PAYING_OUT, LegStatus.PENDING, wakes_s=SOON_S)),
    ("P", Route.TRANSFER, OPEN, "+", Then(State.COMPLETED, ACCEPTED, {"in-transit": -AMOUNT, "one": NET, "fees": FEE})),
    ("P", Route.TRANSFER, OPEN, "-", Then(State.PUTTING_BACK, REJECTED, wakes_s=SOON_S)),
    ("P", Route.TRANSFER, OPEN, "~", Then(State.PUTTING_BACK, RETURNED, wakes_s=SOON_S)),
    ("P", Route.TRANSFER, (ACCEPTED,), "-", Then(State.COMPLETED, ACCEPTED, cases=("rail_contradiction",))),
    (
        *("P", Route.TRANSFER, (REJECTED,), "+"),
        Then(State.PUTTING_BACK, REJECTED, cases=("rail_contradiction",), wakes_s=SOON_S),
    ),
    (
        *("P", Route.TRANSFER, (ACCEPTED,), "~"),
        Then(State.RETURNED, RETURNED, {"one": -NET, "suspense": NET}, cases=("rail_R01", "parked_in_suspense")),
    ),
    ("B", Route.TRANSFER, OPEN, "?", Then(State.PUTTING_BACK, LegStatus.PENDING, wakes_s=SOON_S)),
    ("B", Route.TRANSFER, OPEN, "+", Then(State.FAILED, ACCEPTED, {"in-transit": -AMOUNT, "one": AMOUNT})),
    *(
        (
            *("B", Route.TRANSFER, OPEN, said),
            Then(
                State.FAILED,
                status,
                {"in-transit": -AMOUNT, "suspense": AMOUNT},
                cases=("rail_R01", "put_back_refused"),
            ),
        )
        for said, status in (("-", REJECTED), ("~", RETURNED))
    ),
    ("B", Route.TRANSFER, (ACCEPTED,), "-", Then(State.FAILED, ACCEPTED, cases=("rail_contradiction",))),
    ("B", Route.TRANSFER, (REJECTED,), "+", Then(State.FAILED, REJECTED, cases=("rail_contradiction",))),
    (
        *("B", Route.TRANSFER, (ACCEPTED,), "~"),
        Then(State.FAILED, RETURNED, {"one": -AMOUNT, "suspense": AMOUNT}, cases=("rail_R01", "parked_in_suspense")),
    ),
]
EXPECTED = {(leg, route, known, said): then for leg, route, statuses, said, then in TABLE for known in statuses}
EVERY = [(*leg, known, said) for leg, known, said in product(BEGUN, LegStatus, "?+-~")]


def ready(leg: str, route: Route, known: LegStatus) -> tuple[Bench, str]:
    bench = Bench()
    payment_id = bench.approved(route, fee_minor=FEE)
    told = " ".join(f"{leg}{said}" for said in BEFORE[known])
    bench.play(payment_id, f"{BEGUN[leg, route]} {told}")
    return bench, payment_id


def test_every_line_of_the_table_is_a_case_of_its_own() -> None:
    assert len(EXPECTED) == sum(len(statuses) for *_, statuses, _, _ in TABLE)
    assert set(EXPECTED) <= set(EVERY)


@pytest.mark.parametrize(("leg", "route", "known", "said"), EVERY)
def test_a_word_of_a_rail_is_followed_by_what_the_table_says(
    leg: str, route: Route, known: LegStatus, said: str
) -> None:
    bench, payment_id = ready(leg, route, known)
    before = bench.payment(payment_id)
    change = bench.change(payment_id, f"{leg}{said}")
    then = EXPECTED.get((leg, route, known, said))
    if then is None:  # it was known, or comes too late to mean anything
        assert (change.payment, change.moved, change.cases) == (before, {}, ())
        return
    drive_at = change.payment.drive_at
    found_leg = change.payment.leg_of(ROLE[leg])
    assert found_leg is not None
    assert Then(
        change.payment.state,
        found_leg.status,
        change.moved,
        change.payment.held_minor,
        change.cases,
        int((drive_at - NOON).total_seconds()) if drive_at else None,
    ) == Then(then.state, then.leg, then.moved, then.held_minor, then.cases, then.wakes_s)
    assert chain_is_whole(change.payment.history)


@pytest.mark.parametrize(("leg", "route", "known", "said"), [case for case in EVERY if case in EXPECTED])
def test_the_same_word_again_changes_nothing(leg: str, route: Route, known: LegStatus, said: str) -> None:
    bench, payment_id = ready(leg, route, known)
    first = bench.play(payment_id, f"{leg}{said}")
    again = bench.change(payment_id, f"{leg}{said} {leg}{said}")
    assert (again.payment, again.moved, again.cases) == (first, {}, ())


@pytest.mark.parametrize("fee_minor", [0, FEE])
def test_between_wallets_the_ledger_alone_moves_the_money(fee_minor: int) -> None:
    bench = Bench()
    change = bench.change(bench.approved(Route.BOOK, fee_minor=fee_minor), "> >")
    fees = {"fees": fee_minor} if fee_minor else {}
    assert change.moved == {"payer": -AMOUNT - fee_minor, "payee": AMOUNT, **fees}
    assert (change.payment.state, change.payment.held_minor) == (State.COMPLETED, 0)
