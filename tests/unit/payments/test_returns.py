"""Money that comes back: in every state, with and without a fee, and when it has been spent meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.payments.domain.legs import LegRole, LegStatus, Route
from shared.payments.domain.states import State
from shared.ports.rail import RailStatus
from tests.support.builders import ADA, BOB, NOON
from tests.support.choices import KeptBack
from tests.support.settling import AMOUNT, FEE, Bench, answer

A, F = AMOUNT, FEE
N = AMOUNT - FEE
DEPOSIT, PAYOUT, TRANSFER = Route.DEPOSIT, Route.PAYOUT, Route.TRANSFER
TWO_DAYS = timedelta(days=2)
OWED, PARKED = ("rail_R01", "owed_by_the_payer"), ("rail_R01", "parked_in_suspense")
REFUSED = ("rail_R01", "put_back_refused")

# A story of the payment (see Bench.play), the state that it ends in, all that it moved, and the cases that it opened.
STORIES: list[tuple[Route, int, str, State, dict[str, int], tuple[str, ...]]] = [
    # A deposit comes back: out of the payee's wallet, and the fee is given up.
    (DEPOSIT, 0, "> C+ C~", State.RETURNED, {}, ()),
    (DEPOSIT, F, "> C+ C~", State.RETURNED, {}, ()),
    # A payout comes back: into the wallet; the fee was earned.
    (PAYOUT, 0, "> P+ P~", State.RETURNED, {}, ()),
    (PAYOUT, F, "> P+ P~", State.RETURNED, {"payer": -F, "fees": F}, ()),
    # A transfer, collected and waiting.
    (TRANSFER, F, "> C+ C~", State.FAILED, {}, ()),
    # Being paid out when the collection is taken back; then paid out, or refused, or known to have come back.
    (TRANSFER, 0, "> C+ > C~", State.PAYING_OUT, {"in-transit": A, "receivable": -A}, OWED),
    (TRANSFER, 0, "> C+ > C~ P+", State.RETURNED, {"one": A, "receivable": -A}, OWED),
    (TRANSFER, F, "> C+ > C~ P+", State.RETURNED, {"one": N, "receivable": -A, "fees": F}, OWED),
    (TRANSFER, F, "> C+ > C~ P-", State.FAILED, {}, OWED),
    (TRANSFER, F, "> C+ > C~ P~", State.FAILED, {}, OWED),
    (TRANSFER, F, "> C+ > P? C~ P-", State.FAILED, {}, OWED),
    # To be put back, before that leg began: the payer's bank was quicker.
    (TRANSFER, F, "> C+ > P- C~", State.FAILED, {}, ()),
    # Put back and taken back at once: the payer has it twice, unless the put-back is refused.
    (TRANSFER, F, "> C+ > P- > C~", State.PUTTING_BACK, {"in-transit": A, "receivable": -A}, OWED),
    (TRANSFER, F, "> C+ > P- > C~ B+", State.FAILED, {"one": A, "receivable": -A}, OWED),
    (TRANSFER, F, "> C+ > P- > C~ B-", State.FAILED, {}, OWED),
    (TRANSFER, F, "> C+ > P- > C~ B+ B~", State.FAILED, {"receivable": -A, "suspense": A}, (*OWED, *PARKED)),
    # Put back, and the collection is taken back after that.
    (TRANSFER, F, "> C+ > P- > B+", State.FAILED, {}, ()),
    (TRANSFER, F, "> C+ > P- > B+ C~", State.FAILED, {"one": A, "receivable": -A}, OWED),
    # The put-back comes back, or is refused: parked; and then the collection is taken back as well.
    (TRANSFER, F, "> C+ > P- > B+ B~", State.FAILED, {"one": -A, "suspense": A}, PARKED),
    (TRANSFER, F, "> C+ > P- > B-", State.FAILED, {"one": -A, "suspense": A}, REFUSED),
    (TRANSFER, F, "> C+ > P- > B- C~", State.FAILED, {"suspense": A, "receivable": -A}, (*REFUSED, *OWED)),
    # Completed: either end may still come back, or both, in either order.
    (TRANSFER, 0, "> C+ > P+", State.COMPLETED, {}, ()),
    (TRANSFER, F, "> C+ > P+", State.COMPLETED, {"one": -F, "fees": F}, ()),
    (TRANSFER, 0, "> C+ > P+ C~", State.RETURNED, {"one": A, "receivable": -A}, OWED),
    (TRANSFER, F, "> C+ > P+ C~", State.RETURNED, {"one": N, "receivable": -A, "fees": F}, OWED),
    (TRANSFER, 0, "> C+ > P+ P~", State.RETURNED, {"one": -A, "suspense": A}, PARKED),
    (TRANSFER, F, "> C+ > P+ P~", State.RETURNED, {"one": -A, "suspense": N, "fees": F}, PARKED),
    (
        *(TRANSFER, F, "> C+ > P+ P~ C~", State.RETURNED),
        *({"suspense": N, "receivable": -A, "fees": F}, (*PARKED, *OWED)),
    ),
    (
        *(TRANSFER, F, "> C+ > P+ C~ P~", State.RETURNED),
        *({"suspense": N, "receivable": -A, "fees": F}, (*OWED, *PARKED)),
    ),
]


@pytest.mark.parametrize(("route", "fee_minor", "story", "state", "moved", "cases"), STORIES)
def test_money_that_comes_back_ends_where_the_table_says(
    route: Route, fee_minor: int, story: str, state: State, moved: dict[str, int], cases: tuple[str, ...]
) -> None:
    bench = Bench()
    change = bench.change(bench.approved(route, fee_minor=fee_minor), story)
    assert (change.payment.state, change.moved, sorted(change.cases)) == (state, moved, sorted(cases))
    assert change.payment.held_minor == 0
    assert (change.payment.drive_at is None) == change.payment.ended


@pytest.mark.parametrize("last", ["C~", "P~", "B~"])
def test_a_leg_that_came_back_does_not_come_back_again(last: str) -> None:
    bench = Bench()
    begun = {"C~": "> C+ C~", "P~": "> C+ > P+ P~", "B~": "> C+ > P- > B+ B~"}[last]
    payment_id = bench.approved(Route.TRANSFER)
    before = bench.play(payment_id, begun)
    again = bench.change(payment_id, f"{last} {last}")
    assert (again.payment, again.moved, again.cases) == (before, {}, ())


# What the wallet still has beside what is kept back, and what is then owed of a deposit of 100.00 with a fee of 1.50.
SPENT = [
    # kept back in per cent, spent of the wallet, taken from the wallet, owed
    (0, 0, N, 0),
    (0, 500_00, N, 0),
    (0, 500_00 + 50_00, N - 50_00, 50_00),
    (0, 500_00 + N - 1, 1, N - 1),
    (0, 500_00 + N, 0, N),
    (40, 500_00, N, 0),
    (40, 500_00 + N - 40_00, 40_00, N - 40_00),
    (100, 500_00, N, 0),
]


@pytest.mark.parametrize(("percent", "spent_minor", "taken_minor", "owed_minor"), SPENT)
def test_a_deposit_comes_back_out_of_what_was_kept_back_and_what_is_there_and_the_rest_is_owed(
    percent: int, spent_minor: int, taken_minor: int, owed_minor: int
) -> None:
    bench = Bench(hold_policy=KeptBack(percent, TWO_DAYS))
    payment_id = bench.approved(Route.DEPOSIT, fee_minor=FEE)
    assert bench.play(payment_id, "> C+").held_minor == min(A * percent // 100, N)
    if spent_minor:
        bench.spend(BOB, spent_minor)
    change = bench.change(payment_id, "C~")
    expected = {"one": A, "payee": -taken_minor, "receivable": -owed_minor, "fees": -F}
    assert change.moved == {name: minor for name, minor in expected.items() if minor}
    assert change.cases == (OWED if owed_minor else ())
    assert (change.payment.state, change.payment.held_minor) == (State.RETURNED, 0)
    assert change.payment.drive_at is None
    assert bench.available_minor() == 500_00 + N - spent_minor - taken_minor >= 0


def test_what_is_kept_back_of_a_deposit_is_released_on_its_day_and_comes_back_only_from_the_wallet_then() -> None:
    bench = Bench(hold_policy=KeptBack(100, TWO_DAYS))
    payment_id = bench.approved(Route.DEPOSIT, fee_minor=FEE)
    completed = bench.play(payment_id, "> C+")
    assert (bench.available_minor(), completed.held_minor) == (500_00, N)
    assert completed.drive_at == NOON + TWO_DAYS
    bench.clock.advance(TWO_DAYS.total_seconds() - 1)
    assert bench.play(payment_id, ">") == completed
    bench.clock.advance(1)
    released = bench.play(payment_id, ">")
    assert (released.held_minor, released.drive_at, released.version) == (0, None, completed.version)
    assert (bench.available_minor(), bench.differences()) == (500_00 + N, ())
    assert bench.play(payment_id, ">") == released
    assert bench.change(payment_id, "C~").moved == {"one": A, "payee": -N, "fees": -F}


def test_collected_money_is_passed_on_when_it_is_safe_and_not_before() -> None:
    bench = Bench(hold_policy=KeptBack(100, TWO_DAYS))
    payment_id = bench.approved(Route.TRANSFER)
    collected = bench.play(payment_id, "> C+ > > >")
    assert (collected.state, collected.safe_at, collected.drive_at) == (
        State.COLLECTED,
        NOON + TWO_DAYS,
        NOON + TWO_DAYS,
    )
    bench.clock.advance(TWO_DAYS.total_seconds())
    assert bench.play(payment_id, ">").state is State.PAYING_OUT


@pytest.mark.parametrize(("percent", "waits"), [(0, False), (50, False), (99, False), (100, True)])
def test_collected_money_waits_only_where_all_of_it_is_kept_back(percent: int, waits: bool) -> None:
    """A part cannot be kept back of what is passed on whole."""
    bench = Bench(hold_policy=KeptBack(percent, TWO_DAYS))
    payment = bench.play(bench.approved(Route.TRANSFER, fee_minor=FEE), "> C+ >")
    assert payment.state is (State.COLLECTED if waits else State.PAYING_OUT)


def test_a_return_while_collected_money_waits_costs_nobody_anything() -> None:
    bench = Bench(hold_policy=KeptBack(100, TWO_DAYS))
    payment_id = bench.approved(Route.TRANSFER)
    change = bench.change(payment_id, "> C+ C~")
    assert (change.payment.state, change.payment.drive_at, change.moved) == (State.FAILED, None, {})


@pytest.mark.parametrize(
    ("story", "role"),
    [("> C+", LegRole.PAY_OUT), ("> C+ > P-", LegRole.PUT_BACK)],
)
def test_what_was_taken_back_before_any_rail_heard_of_passing_it_on_stays(story: str, role: LegRole) -> None:
    bench = Bench()
    payment_id = bench.approved(Route.TRANSFER, fee_minor=FEE)
    change = bench.change(payment_id, f"{story} > C~")  # begun, and the process dies before it calls the rail
    assert change.moved["receivable"] == -A
    bench.clock.advance(11)
    ended = bench.settle(payment_id)
    leg = ended.leg_of(role)
    assert leg is not None
    assert (ended.state, leg.status, leg.attempts) == (State.FAILED, LegStatus.REJECTED, 1)
    assert ended.history[-1].reasons[0].code == "collection_returned"
    assert bench.rails["one"].instructions == {}
    assert {name for name, minor in bench.balances().items() if minor} == {"payer", "payee", "elsewhere"}


def test_a_late_acceptance_of_what_has_already_come_back_contradicts_nothing() -> None:
    bench = Bench()
    payment_id = bench.approved(Route.DEPOSIT)
    change = bench.change(payment_id, "> C~ C+")
    assert (change.payment.state, change.moved, change.cases) == (State.FAILED, {}, ())


def test_a_return_gives_back_what_a_wallet_paid_and_leaves_the_books_in_order() -> None:
    bench = Bench()
    payment_id = bench.approved(Route.PAYOUT, fee_minor=FEE)
    assert bench.available_minor(ADA) == 500_00 - A - F
    bench.play(payment_id, "> P+ P~")
    assert bench.available_minor(ADA) == 500_00 - F
    assert bench.differences() == ()
    bench.say(payment_id, LegRole.PAY_OUT, answer(RailStatus.RETURNED), rail="other")
    assert bench.available_minor(ADA) == 500_00 - F
