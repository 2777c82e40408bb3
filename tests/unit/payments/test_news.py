"""News and waking: what a rail says on its own, what is then owed, and when a waiting payment is looked at again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest

from shared.kernel.errors import ClearwayError
from shared.payments.commands.redrive_payments import overdue_payments, put_off
from shared.payments.commands.settlement import STEP
from shared.payments.commands.take_news import take_news
from shared.payments.domain.errors import PaymentError
from shared.payments.domain.events import Owed, owed_after_news, owed_by_live
from shared.payments.domain.legs import LegRole, LegStatus, Route
from shared.payments.domain.payment import Payment
from shared.payments.domain.states import State
from shared.ports.rail import Answer, News, RailStatus
from shared.ports.routing import Collected, Safety
from tests.support.builders import DRIVE, NOON
from tests.support.choices import KeptBack
from tests.support.settling import Bench, answer

TOMORROW = NOON + timedelta(days=1)
PENDING, ACCEPTED = RailStatus.PENDING, RailStatus.ACCEPTED


@pytest.mark.parametrize(
    "key",
    [
        *("", ".", ".debit", "debit", "{id}", "{id}.", "{id}.debit", "{id}.nothing", "{id}/x.credit"),
        *("{id}.credit.x", "{id}.credit\n", "{no}.credit"),
    ],
)
def test_news_of_what_is_no_leg_of_ours_is_refused_and_changes_nothing(key: str) -> None:
    bench = Bench()
    payment_id = bench.approved(Route.PAYOUT)
    before = bench.play(payment_id, ">")
    named = key.format(id=payment_id, no="pay_" + "a" * 26)
    with pytest.raises(ClearwayError) as caught:
        take_news(News("one", named, answer(ACCEPTED)), bench.settlement)
    assert caught.value.code is PaymentError.NOT_FOUND
    assert bench.payment(payment_id) == before


def test_news_before_the_leg_was_begun_is_refused_so_that_the_rail_says_it_again() -> None:
    bench = Bench()
    payment_id = bench.approved(Route.PAYOUT)
    with pytest.raises(ClearwayError) as caught:
        bench.say(payment_id, LegRole.PAY_OUT, answer(ACCEPTED))
    assert caught.value.code is PaymentError.NOT_FOUND


# What a story leaves to be done (whether a task is owed), and the events that it owes after its last word.
OWED: list[tuple[Route, str, bool, str]] = [
    (Route.DEPOSIT, "> C?", False, "collecting"),
    (Route.DEPOSIT, "> C+", False, "collecting completed"),
    (Route.DEPOSIT, "> C+ C~", False, "collecting completed returned"),
    (Route.DEPOSIT, "> C-", False, "collecting failed"),
    (Route.PAYOUT, "> P+", False, "paying_out completed"),
    (Route.TRANSFER, "> C+", True, "collecting collected"),
    (Route.TRANSFER, "> C+ C~", False, "collecting collected failed"),
    (Route.TRANSFER, "> C+ > C~", False, "collecting collected paying_out"),
    (Route.TRANSFER, "> C+ > C~ P+", False, "collecting collected paying_out completed returned"),
    (Route.TRANSFER, "> C+ > P+", False, "collecting collected paying_out completed"),
    (Route.TRANSFER, "> C+ > P-", True, "collecting collected paying_out putting_back"),
    (Route.TRANSFER, "> C+ > P- >", False, "collecting collected paying_out putting_back"),
    (Route.TRANSFER, "> C+ > P- > B-", False, "collecting collected paying_out putting_back failed"),
]


@pytest.mark.parametrize(("route", "story", "task", "events"), OWED)
def test_news_owes_its_events_and_a_task_only_where_it_lets_the_payment_go_on(
    route: Route, story: str, task: bool, events: str
) -> None:
    bench = Bench()
    payment = bench.play(bench.approved(route), story)
    owed = owed_after_news(payment, STEP, bench.clock.now())
    assert owed.settlement == (f"{payment.id}-v{payment.version}-n" if task else "")
    assert [event.type for event in owed.events] == [f"payment.{event}" for event in events.split()]
    assert owed == owed_after_news(bench.payment(payment.id), STEP, bench.clock.now())


def test_news_of_a_collection_that_is_not_safe_yet_owes_no_task() -> None:
    bench = Bench(hold_policy=KeptBack(100, timedelta(days=2)))
    payment = bench.play(bench.approved(Route.TRANSFER), "> C+")
    assert owed_after_news(payment, STEP, bench.clock.now()).settlement == ""
    assert payment.safe_at is not None
    assert owed_after_news(payment, STEP, payment.safe_at).settlement != ""


@pytest.mark.parametrize("state", State)
def test_a_live_payment_is_driven_by_a_task_wherever_settlement_moves_it(state: State) -> None:
    bench = Bench()
    payment = replace(bench.payment(bench.approved(Route.PAYOUT)), state=state)
    moving = {State.APPROVED, State.COLLECTING, State.COLLECTED, State.PAYING_OUT, State.PUTTING_BACK}
    kept_back = {State.COMPLETED, State.RETURNED, State.REJECTED, State.CANCELLED, State.FAILED}  # its hold is open
    assert bool(owed_by_live(payment).settlement) == (state in moving | kept_back)
    bare = replace(payment, holds=())
    assert bool(owed_by_live(bare).settlement) == (state in moving)
    assert owed_by_live(payment).request == (state is State.SUBMITTED and payment.history[-1].step == "submission")


def pending(bench: Bench, payment_id: str, check_at: datetime | None) -> Payment:
    return bench.say(payment_id, LegRole.PAY_OUT, answer(PENDING, check_at=check_at))


def sweep(bench: Bench) -> list[Owed]:
    found = overdue_payments(pipeline=bench.pipeline, reader=bench.documents)
    return [owed_by_live(driven) for one in found if (driven := put_off(one, pipeline=bench.pipeline))]


def test_a_pending_leg_is_looked_at_on_its_day_and_not_before() -> None:
    bench = Bench()
    payment_id = bench.play(bench.approved(Route.PAYOUT), ">").id
    assert pending(bench, payment_id, TOMORROW).drive_at == TOMORROW
    bench.clock.advance(timedelta(days=1).total_seconds() - 1)
    assert sweep(bench) == []
    bench.clock.advance(1)
    (owed,) = sweep(bench)
    assert owed.settlement


def test_the_rails_new_day_holds_although_the_sweep_had_put_the_payment_off() -> None:
    bench = Bench()
    payment_id = bench.play(bench.approved(Route.PAYOUT), ">").id
    pending(bench, payment_id, TOMORROW)
    bench.clock.advance(timedelta(days=1).total_seconds())
    assert len(sweep(bench)) == 1
    put_off = bench.payment(payment_id).drive_at
    assert put_off is not None
    assert put_off < TOMORROW + timedelta(days=1)
    assert pending(bench, payment_id, TOMORROW + timedelta(days=1)).drive_at == TOMORROW + timedelta(days=1)
    assert sweep(bench) == []


def test_every_wake_of_a_pending_leg_has_a_task_name_of_its_own() -> None:
    """The queue refuses the name of a task that ended within the last hour."""
    bench = Bench()
    payment_id = bench.play(bench.approved(Route.PAYOUT), ">").id
    names = []
    for _ in range(5):
        pending(bench, payment_id, bench.clock.now() + timedelta(minutes=5))
        bench.clock.advance(300)
        (owed,) = sweep(bench)
        names.append(owed.settlement)
    assert len(set(names)) == 5


@pytest.mark.parametrize("check_at", [None, NOON - timedelta(days=1), NOON])
def test_a_pending_leg_without_a_day_to_come_is_asked_about_at_our_own_pace(check_at: datetime | None) -> None:
    bench = Bench()
    payment_id = bench.play(bench.approved(Route.PAYOUT), ">").id
    first = pending(bench, payment_id, check_at)
    assert first.drive_at == DRIVE.due(NOON, 0)
    assert pending(bench, payment_id, check_at) == first  # news again does not put it off
    for drives in (1, 2, 3):
        wake_at = bench.payment(payment_id).drive_at
        assert wake_at is not None
        bench.clock.advance((wake_at - bench.clock.now()).total_seconds())
        assert len(sweep(bench)) == 1
        assert pending(bench, payment_id, check_at).drive_at == DRIVE.due(bench.clock.now(), drives)


def test_a_pending_leg_is_not_told_again_and_ends_when_its_rail_knows() -> None:
    bench = Bench()
    payment_id = bench.approved(Route.PAYOUT, payee_account="100000301")  # decided at the second inquiry
    for _ in range(2):
        with pytest.raises(ClearwayError) as caught:
            bench.settle(payment_id)
        assert caught.value.code is PaymentError.OUTCOME_PENDING
    assert bench.settle(payment_id).state is State.COMPLETED
    assert max(bench.rails["one"].instructions.values()) == 1


# Bank accounts of payer and payee by what the rail does with them, and how one call of settlement leaves the transfer.
WHOLE = [
    ("0000", "0000", State.COMPLETED, "debit credit", ""),
    ("0102", "0000", State.FAILED, "debit", ""),
    ("0000", "0102", State.FAILED, "debit credit put-back", ""),
    ("0123", "0123", State.FAILED, "debit credit put-back", "put_back_refused"),
]


@pytest.mark.parametrize(("payer", "payee", "state", "told", "case"), WHOLE)
def test_one_task_moves_a_transfer_from_end_to_end(payer: str, payee: str, state: State, told: str, case: str) -> None:
    bench = Bench()
    payment_id = bench.approved(
        Route.TRANSFER, fee_minor=1_50, payer_account=f"10000{payer}", payee_account=f"10000{payee}"
    )
    payment = bench.settle(payment_id)
    assert (payment.state, payment.drive_at) == (state, None)
    assert sorted(bench.rails["one"].instructions) == sorted(f"{payment_id}.{leg}" for leg in told.split())
    assert [codes[-1] for codes in bench.cases().values()] == ([case] if case else [])
    assert bench.balances().get("in-transit", 0) == 0
    assert bench.differences() == ()
    assert bench.settle(payment_id) == payment


class _Asked:
    """A hold policy that keeps nothing, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Collected] = []

    def safety(self, collected: Collected) -> Safety:
        self.asked.append(collected)
        return Safety(0, None)


@pytest.mark.parametrize("zone_hours", [-11, -5, 0, 9, 11])
def test_the_day_of_settlement_is_that_day_in_every_zone_that_a_rail_counts_in(zone_hours: int) -> None:
    policy = _Asked()
    bench = Bench(hold_policy=policy)
    payment_id = bench.play(bench.approved(Route.DEPOSIT), ">").id
    day = date(2026, 11, 4)
    bench.say(payment_id, LegRole.COLLECT, Answer(ACCEPTED, "ref", settled_on=day))
    (collected,) = policy.asked
    assert collected.settled_at.astimezone(timezone(timedelta(hours=zone_hours))).date() == day
    leg = bench.payment(payment_id).leg
    assert leg is not None
    assert (leg.settled_on, leg.status) == (day, LegStatus.ACCEPTED)
