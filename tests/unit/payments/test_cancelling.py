"""Cancelling: in each state, twice, for somebody else, and at the very moment at which settlement begins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from shared.kernel.errors import ClearwayError
from shared.payments.commands.begin_leg import begin
from shared.payments.commands.cancel_payment import cancel_payment
from shared.payments.commands.pipeline import Pipeline
from shared.payments.commands.redrive_payments import let_rest
from shared.payments.documents import payment_key, payment_to_fields
from shared.payments.domain.errors import PaymentError
from shared.payments.domain.events import owed_by_live
from shared.payments.domain.legs import Route
from shared.payments.domain.payment import Payment
from shared.payments.domain.states import State
from shared.ports.documents import Transaction, Transactor
from tests.support.builders import ADA, DRIVE, NOON, TENANT
from tests.support.settling import Bench, Meanwhile

CANCELLED, REFUSED = True, False
# A payment of each state, and whether it can still be cancelled.
STATES: list[tuple[State, bool]] = [
    (State.SUBMITTED, CANCELLED),
    (State.RECEIVED, CANCELLED),
    (State.SCORED, CANCELLED),
    (State.HELD, CANCELLED),
    (State.APPROVED, CANCELLED),
    (State.COLLECTING, REFUSED),
    (State.COLLECTED, REFUSED),
    (State.PAYING_OUT, REFUSED),
    (State.PUTTING_BACK, REFUSED),
    (State.COMPLETED, REFUSED),
    (State.RETURNED, REFUSED),
    (State.REJECTED, REFUSED),
    (State.FAILED, REFUSED),
]


def in_state(bench: Bench, state: State) -> str:
    """A payout in this state, whatever way it came there, with its funds held."""
    payment_id = bench.approved(Route.PAYOUT)
    payment = bench.payment(payment_id)

    def work(tx: Transaction) -> None:
        tx.get(payment_key(payment_id))
        tx.replace(payment_key(payment_id), payment_to_fields(replace(payment, state=state)))

    if state is not State.APPROVED:
        bench.documents.run(work)
    return payment_id


def cancel(bench: Bench, payment_id: str, *, tenant: str = TENANT, store: Transactor | None = None) -> Payment:
    pipeline = Pipeline(store or bench.documents, bench.clock, DRIVE)
    return cancel_payment(payment_id, tenant=tenant, pipeline=pipeline, ledger=bench.ledger)


def refused(call: Callable[[], object]) -> PaymentError:
    with pytest.raises(ClearwayError) as caught:
        call()
    assert isinstance(caught.value.code, PaymentError)
    return caught.value.code


def test_every_state_has_its_line() -> None:
    assert {state for state, _ in STATES} == set(State) - {State.CANCELLED}


@pytest.mark.parametrize(("state", "well"), STATES)
def test_a_payment_is_cancelled_until_a_rail_may_have_been_told(state: State, well: bool) -> None:
    bench = Bench()
    payment_id = in_state(bench, state)
    before = bench.payment(payment_id)
    if well:
        cancelled = cancel(bench, payment_id)
        assert (cancelled.state, cancelled.held_minor) == (State.CANCELLED, 0)
        assert bench.available_minor(ADA) == 500_00
        assert bench.differences() == ()
    else:
        assert refused(lambda: cancel(bench, payment_id)) is PaymentError.NOT_CANCELLABLE
        assert bench.payment(payment_id) == before


def test_cancelling_twice_is_cancelling_once() -> None:
    bench = Bench()
    payment_id = bench.approved(Route.PAYOUT)
    first = cancel(bench, payment_id)
    assert cancel(bench, payment_id) == first
    assert bench.available_minor(ADA) == 500_00


def test_somebody_elses_payment_is_not_there() -> None:
    bench = Bench()
    payment_id = bench.approved(Route.PAYOUT)
    assert refused(lambda: cancel(bench, payment_id, tenant="other")) is PaymentError.NOT_FOUND
    assert refused(lambda: cancel(bench, "pay_" + "a" * 26)) is PaymentError.NOT_FOUND


@pytest.mark.parametrize("route", Route)
def test_settlement_leaves_a_cancelled_payment_alone(route: Route) -> None:
    bench = Bench()
    payment_id = bench.approved(route)
    cancelled = cancel(bench, payment_id)
    assert bench.settle(payment_id) == cancelled
    assert bench.rails["one"].instructions == {}
    assert bench.balances()["elsewhere"] == -1000_00


@pytest.mark.parametrize("route", Route)
def test_settlement_that_begins_first_is_not_cancelled(route: Route) -> None:
    bench = Bench()
    payment_id = bench.approved(route)
    store = Meanwhile(bench.documents, lambda: begin(payment_id, bench.settlement))
    assert refused(lambda: cancel(bench, payment_id, store=store)) is PaymentError.NOT_CANCELLABLE
    begun = bench.payment(payment_id)
    assert begun.state in (State.COLLECTING, State.PAYING_OUT, State.COMPLETED)
    assert bench.differences() == ()


@pytest.mark.parametrize("route", Route)
def test_a_cancellation_that_comes_first_is_not_settled(route: Route) -> None:
    bench = Bench()
    payment_id = bench.approved(route)
    store = Meanwhile(bench.documents, lambda: cancel(bench, payment_id))
    settlement = replace(bench.settlement, pipeline=Pipeline(store, bench.clock, DRIVE))
    assert begin(payment_id, settlement).value.payment.state is State.CANCELLED
    assert bench.payment(payment_id).legs == ()
    assert (bench.available_minor(ADA), bench.differences()) == (500_00, ())


def test_a_cancellation_is_swept_until_its_event_is_out() -> None:
    bench = Bench()
    payment_id = bench.approved(Route.PAYOUT)
    cancelled = cancel(bench, payment_id)
    assert cancelled.drive_at == DRIVE.due(NOON, 0)
    owed = owed_by_live(cancelled.driven(now=NOON, drive=DRIVE))
    assert ([event.type for event in owed.events], owed.settlement) == (["payment.cancelled"], "")
    let_rest(cancelled, pipeline=bench.pipeline)
    assert bench.payment(payment_id) == replace(cancelled, drive_at=None)
    let_rest(bench.payment(payment_id), pipeline=bench.pipeline)
    assert bench.payment(payment_id).drive_at is None


def test_only_what_has_ended_and_keeps_nothing_back_is_let_rest() -> None:
    bench = Bench()
    payment_id = bench.approved(Route.PAYOUT)
    for state in (State.APPROVED, State.COMPLETED):  # the second with its hold still open
        live = replace(bench.payment(payment_id), state=state)
        let_rest(live, pipeline=bench.pipeline)
        assert bench.payment(payment_id).drive_at is not None
