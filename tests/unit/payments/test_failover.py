"""From one rail to the next: only when the first has certainly not been told, and only by who found that out."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest

from shared.adapters.memory.rail_outcomes import Loss, Outcome, Settles
from shared.kernel.errors import ClearwayError, ErrorCode
from shared.payments.commands.begin_leg import begin
from shared.payments.commands.pipeline import Pipeline
from shared.payments.commands.settle_payment import settle_payment
from shared.payments.commands.settlement import Carrier, Settlement
from shared.payments.domain.errors import PaymentError
from shared.payments.domain.legs import Leg, LegRole, Route
from shared.payments.domain.payment import Payment
from shared.payments.domain.states import State
from shared.ports.rail import Answer, Instruction, Rail, RailError, RailStatus
from tests.support.builders import DRIVE
from tests.support.choices import FixedRouter
from tests.support.settling import AMOUNT, GRACE_S, TIMEOUT_S, Bench, Meanwhile, answer

BOTH = ("one", "two")
NEVER_TOLD = Outcome(lost_before=Loss.THROTTLED, lost_before_times=math.inf)
ENDS = {Route.PAYOUT: LegRole.PAY_OUT, Route.DEPOSIT: LegRole.COLLECT}


def raised(call: Callable[[], object]) -> ErrorCode:
    with pytest.raises(ClearwayError) as caught:
        call()
    return caught.value.code


def the_leg(payment: Payment) -> Leg:
    assert payment.leg is not None
    return payment.leg


@pytest.mark.parametrize("route", [Route.PAYOUT, Route.DEPOSIT])
def test_the_next_rail_takes_over_when_the_first_was_certainly_not_told(route: Route) -> None:
    bench = Bench(rails=BOTH, outcomes={"one": NEVER_TOLD})
    payment_id = bench.approved(route)
    payment = bench.settle(payment_id)
    leg = the_leg(payment)
    assert (payment.state, leg.rail, leg.others, leg.attempts) == (State.COMPLETED, "two", (), 1)
    assert (dict(bench.rails["one"].instructions), dict(bench.rails["two"].instructions)) == ({}, {leg.key: 1})
    assert set(bench.balances()) == {"payer", "payee", "elsewhere", "two"}
    assert payment.history[-2].evidence == {"rail": "one", "choice": {"rule": "fixed"}}
    assert payment.history[-1].evidence["rail"] == "two"


# What the first rail does with the call, and what the caller is told; the second rail is never told.
STAYS = [
    (Outcome(lost_before=Loss.TIMED_OUT), RailError.OUTCOME_UNKNOWN),
    (Outcome(lost_before=Loss.BROKEN), RailError.OUTCOME_UNKNOWN),
    (Outcome(lost_after=Loss.TIMED_OUT), RailError.OUTCOME_UNKNOWN),
    (Outcome(lost_after=Loss.BROKEN), RailError.OUTCOME_UNKNOWN),
    (Outcome(settles=Settles.UNSEEN, lost_after=Loss.TIMED_OUT), RailError.OUTCOME_UNKNOWN),
    (Outcome(settles=Settles.NEVER), PaymentError.OUTCOME_PENDING),
]


@pytest.mark.parametrize(("outcome", "code"), STAYS)
def test_a_rail_that_may_have_been_told_keeps_the_leg(outcome: Outcome, code: ErrorCode) -> None:
    bench = Bench(rails=BOTH, outcomes={"one": outcome})
    payment_id = bench.approved(Route.PAYOUT)
    assert raised(lambda: bench.settle(payment_id)) is code
    bench.clock.advance(GRACE_S + 1)
    for _ in range(3):
        if outcome.settles is Settles.NEVER:
            assert raised(lambda: bench.settle(payment_id)) is code
        else:
            assert bench.settle(payment_id).state is State.COMPLETED
    leg = the_leg(bench.payment(payment_id))
    assert (leg.rail, leg.others) == ("one", ("two",))
    assert bench.rails["two"].instructions == {}
    assert max(bench.rails["one"].moved.values(), default=0) <= 1


def test_a_rail_that_refuses_is_not_gone_behind() -> None:
    bench = Bench(rails=BOTH, outcomes={"one": Outcome("R03")})
    payment_id = bench.approved(Route.PAYOUT)
    assert bench.settle(payment_id).state is State.FAILED
    assert bench.rails["two"].instructions == {}


def test_when_no_rail_could_be_told_the_last_one_is_tried_again_after_its_grace() -> None:
    bench = Bench(rails=BOTH, outcomes={"one": NEVER_TOLD, "two": Outcome(lost_before=Loss.THROTTLED)})
    payment_id = bench.approved(Route.PAYOUT)
    assert raised(lambda: bench.settle(payment_id)) is RailError.NOT_SENT
    assert (the_leg(bench.payment(payment_id)).rail, the_leg(bench.payment(payment_id)).others) == ("two", ())
    assert raised(lambda: bench.settle(payment_id)) is PaymentError.TOO_EARLY_TO_BELIEVE
    bench.clock.advance(GRACE_S)
    payment = bench.settle(payment_id)
    assert (payment.state, the_leg(payment).attempts) == (State.COMPLETED, 2)


class _Door:
    """A rail in front of which things happen, in order, one a call; where it is an error, the rail is not told."""

    def __init__(self, inner: Rail, *happens: Callable[[], object]) -> None:
        self.inner, self.happens = inner, list(happens)
        self.name, self.timeout_s = inner.name, inner.timeout_s

    def submit(self, instruction: Instruction) -> Answer:
        if self.happens:
            self.happens.pop(0)()
        return self.inner.submit(instruction)

    def inquire(self, key: str) -> Answer | None:
        return self.inner.inquire(key)


def behind_a_door(bench: Bench, *happens: Callable[[], object]) -> Settlement:
    """Settlement of a process that is unlucky at the door of the first rail."""
    carriers = {**bench.settlement.carriers, "one": Carrier(_Door(bench.rails["one"], *happens), GRACE_S)}
    return replace(bench.settlement, carriers=carriers)


def not_sent() -> None:
    raise ClearwayError(RailError.NOT_SENT, "refused")


def unknown() -> None:
    raise ClearwayError(RailError.OUTCOME_UNKNOWN, "broken")


def test_after_an_unknown_outcome_even_a_certain_failure_of_the_second_attempt_stays_with_the_rail() -> None:
    bench = Bench(rails=BOTH)
    payment_id = bench.approved(Route.PAYOUT)
    settlement = behind_a_door(bench, unknown, not_sent)
    assert raised(lambda: settle_payment(payment_id, settlement)) is RailError.OUTCOME_UNKNOWN
    bench.clock.advance(GRACE_S)
    assert raised(lambda: settle_payment(payment_id, settlement)) is RailError.NOT_SENT
    leg = the_leg(bench.payment(payment_id))
    assert (leg.rail, leg.attempts) == ("one", 2)
    assert bench.rails["two"].instructions == {}


def test_who_lost_the_leg_to_another_process_does_not_hand_it_on() -> None:
    bench = Bench(rails=BOTH)
    payment_id = bench.approved(Route.PAYOUT)

    def taken_over() -> None:
        # The call hangs until the grace is over; another process asks, is told "never heard of it", and tells the rail.
        bench.clock.advance(GRACE_S)
        assert bench.settle(payment_id).state is State.COMPLETED
        not_sent()

    settlement = behind_a_door(bench, taken_over)
    assert raised(lambda: settle_payment(payment_id, settlement)) is PaymentError.TOO_EARLY_TO_BELIEVE
    assert (len(bench.rails["one"].instructions), len(bench.rails["two"].instructions)) == (1, 0)
    assert bench.balances()["one"] == AMOUNT


def test_a_leg_of_which_the_rail_has_told_meanwhile_is_not_handed_on() -> None:
    bench = Bench(rails=BOTH)
    payment_id = bench.approved(Route.PAYOUT)

    def told() -> None:
        bench.say(payment_id, LegRole.PAY_OUT, answer(RailStatus.ACCEPTED))
        not_sent()

    settlement = behind_a_door(bench, told)
    assert raised(lambda: settle_payment(payment_id, settlement)) is PaymentError.TOO_EARLY_TO_BELIEVE
    payment = bench.settle(payment_id)
    assert (payment.state, the_leg(payment).rail, the_leg(payment).others) == (State.COMPLETED, "one", ("two",))
    assert bench.rails["two"].instructions == {}


def test_a_process_that_found_the_mark_of_another_one_does_not_hand_the_leg_on() -> None:
    bench = Bench(rails=BOTH)
    payment_id = bench.approved(Route.PAYOUT)
    begin(payment_id, bench.settlement)  # and dies: whether it told the rail, nobody knows
    bench.clock.advance(GRACE_S)
    settlement = behind_a_door(bench, not_sent)
    assert raised(lambda: settle_payment(payment_id, settlement)) is RailError.NOT_SENT
    assert the_leg(bench.payment(payment_id)).rail == "one"
    assert bench.rails["two"].instructions == {}


def test_what_the_payers_bank_took_back_meanwhile_is_not_handed_on() -> None:
    bench = Bench(rails=BOTH)
    payment_id = bench.approved(Route.TRANSFER)

    def taken_back() -> None:
        bench.say(payment_id, LegRole.COLLECT, answer(RailStatus.RETURNED))
        not_sent()

    settlement = behind_a_door(bench, lambda: None, taken_back)
    assert raised(lambda: settle_payment(payment_id, settlement)) is PaymentError.TOO_EARLY_TO_BELIEVE
    bench.clock.advance(GRACE_S)
    assert bench.settle(payment_id).state is State.FAILED
    assert sorted(bench.rails["one"].instructions) == [f"{payment_id}.debit"]
    assert bench.rails["two"].instructions == {}
    assert {name: minor for name, minor in bench.balances().items() if minor and name != "elsewhere"} == {
        "payer": 500_00,
        "payee": 500_00,
    }


@pytest.mark.parametrize(("slept_s", "called"), [(GRACE_S - TIMEOUT_S, True), (GRACE_S - TIMEOUT_S + 0.001, False)])
def test_a_process_that_slept_too_long_after_its_mark_does_not_call(slept_s: float, called: bool) -> None:
    bench = Bench(rails=BOTH)
    payment_id = bench.approved(Route.PAYOUT)
    asleep = Meanwhile(bench.documents, lambda: bench.clock.advance(slept_s))
    settlement = replace(bench.settlement, pipeline=Pipeline(asleep, bench.clock, DRIVE))
    if called:
        assert settle_payment(payment_id, settlement).state is State.COMPLETED
    else:
        assert raised(lambda: settle_payment(payment_id, settlement)) is PaymentError.TOO_EARLY_TO_BELIEVE
        assert bench.rails["one"].instructions == bench.rails["two"].instructions == {}


@pytest.mark.parametrize("status", [RailStatus.ACCEPTED, RailStatus.REJECTED, RailStatus.RETURNED, RailStatus.PENDING])
def test_news_of_a_rail_that_the_leg_was_taken_from_is_ignored(status: RailStatus) -> None:
    bench = Bench(rails=BOTH, outcomes={"one": NEVER_TOLD, "two": Outcome(settles=Settles.NEVER)})
    payment_id = bench.approved(Route.PAYOUT)
    assert raised(lambda: bench.settle(payment_id)) is PaymentError.OUTCOME_PENDING
    before = bench.payment(payment_id)
    assert bench.say(payment_id, LegRole.PAY_OUT, answer(status), rail="one") == before == bench.payment(payment_id)
    assert bench.say(payment_id, LegRole.PAY_OUT, answer(RailStatus.ACCEPTED), rail="two").state is State.COMPLETED


@pytest.mark.parametrize(
    ("route", "debit", "credit", "state", "told"),
    [
        (Route.PAYOUT, BOTH, (), State.FAILED, []),
        (Route.DEPOSIT, (), BOTH, State.FAILED, []),
        (Route.TRANSFER, (), BOTH, State.FAILED, []),
        # What was collected goes back at once, over the rail that collected it.
        (Route.TRANSFER, ("two",), (), State.FAILED, ["debit", "put-back"]),
    ],
)
def test_a_leg_that_no_rail_carries_ends_the_payment_and_nothing_is_kept(
    route: Route, debit: tuple[str, ...], credit: tuple[str, ...], state: State, told: list[str]
) -> None:
    bench = Bench(rails=BOTH, router=FixedRouter(debit, credit))
    payment_id = bench.approved(route, fee_minor=1_50)
    payment = bench.settle(payment_id)
    assert (payment.state, payment.held_minor, payment.drive_at) == (state, 0, None)
    assert "no_rail" in {reason.code for entry in payment.history for reason in entry.reasons}
    assert sorted(bench.rails["two"].instructions) == [f"{payment_id}.{leg}" for leg in told]
    assert bench.differences() == ()
    assert {name: minor for name, minor in bench.balances().items() if minor and name != "elsewhere"} == {
        "payer": 500_00,
        "payee": 500_00,
    }
