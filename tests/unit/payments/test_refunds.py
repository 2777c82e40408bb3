"""Refunds: never more than was moved, once for one key, and given back by what comes to nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from shared.kernel.errors import ClearwayError
from shared.payments.commands.cancel_payment import cancel_payment
from shared.payments.commands.pipeline import Pipeline
from shared.payments.commands.refund_payment import RefundRequest, refund_payment
from shared.payments.commands.submit_payment import Submitted
from shared.payments.domain.errors import PaymentError
from shared.payments.domain.legs import Route
from shared.payments.domain.payment import Payment
from shared.payments.domain.states import State
from tests.support.builders import BOB, DRIVE, TENANT
from tests.support.settling import AMOUNT, Bench, Meanwhile

A = AMOUNT


def refund(
    bench: Bench,
    of: str,
    amount_minor: int | None = None,
    *,
    key: str = "refund-1",
    tenant: str = TENANT,
    description: str = "",
) -> Submitted:
    asked = RefundRequest(tenant, of, key, amount_minor, description)
    return refund_payment(asked, pipeline=bench.pipeline)


def completed(bench: Bench, route: Route = Route.DEPOSIT, key: str = "key-1") -> str:
    payment_id = bench.approved(route, key=key)
    bench.play(payment_id, {Route.DEPOSIT: "> C+", Route.PAYOUT: "> P+", Route.BOOK: ">"}.get(route, "> C+ > P+"))
    return payment_id


def refused(call: Callable[[], object]) -> tuple[PaymentError, str | None]:
    with pytest.raises(ClearwayError) as caught:
        call()
    assert isinstance(caught.value.code, PaymentError)
    return caught.value.code, caught.value.field


@pytest.mark.parametrize("route", [Route.DEPOSIT, Route.BOOK])
def test_a_refund_is_a_new_payment_the_other_way_linked_to_the_first(route: Route) -> None:
    bench = Bench()
    payment_id = completed(bench, route)
    first = bench.payment(payment_id).request
    made = refund(bench, payment_id, description="sorry").payment
    assert (made.state, made.request.refund_of, made.request.money) == (State.SUBMITTED, payment_id, first.money)
    assert (made.request.source, made.request.destination) == (first.destination, first.source)
    assert bench.payment(made.id) == made
    assert bench.payment(payment_id).refunded_minor == A


# What is asked for, one after the other, and what is refunded of 100.00 in the end; None is all that is left.
ASKED: list[tuple[list[tuple[int | None, bool]], int]] = [
    ([(None, True)], A),
    ([(A, True)], A),
    ([(A + 1, False)], 0),
    ([(None, True), (None, False)], A),
    ([(None, True), (1, False)], A),
    ([(30_00, True), (None, True)], A),
    ([(30_00, True), (70_01, False), (70_00, True)], A),
    ([(1, True), (1, True), (1, True)], 3),
]


@pytest.mark.parametrize(("asked", "refunded_minor"), ASKED)
def test_no_more_is_refunded_than_was_moved(asked: list[tuple[int | None, bool]], refunded_minor: int) -> None:
    bench = Bench()
    payment_id = completed(bench)
    made = 0
    for number, (amount_minor, well) in enumerate(asked):
        if well:
            made += refund(bench, payment_id, amount_minor, key=f"refund-{number}").payment.request.money.amount_minor
        else:
            code, _ = refused(lambda a=amount_minor, n=number: refund(bench, payment_id, a, key=f"refund-{n}"))  # type: ignore[misc]
            assert code is PaymentError.NOT_REFUNDABLE
    assert made == bench.payment(payment_id).refunded_minor == refunded_minor


@pytest.mark.parametrize(
    ("route", "story"),
    [
        (Route.PAYOUT, "> P+"),
        (Route.TRANSFER, "> C+ > P+"),
        (Route.DEPOSIT, ""),
        (Route.DEPOSIT, ">"),
        (Route.DEPOSIT, "> C-"),
        (Route.DEPOSIT, "> C+ C~"),
        (Route.TRANSFER, "> C+"),
        (Route.BOOK, ""),
    ],
)
def test_only_what_has_arrived_in_a_wallet_and_is_still_there_is_refunded(route: Route, story: str) -> None:
    bench = Bench()
    payment_id = bench.approved(route)
    before = bench.play(payment_id, story)
    assert refused(lambda: refund(bench, payment_id))[0] is PaymentError.NOT_REFUNDABLE
    assert bench.payment(payment_id) == before


def test_a_refund_is_not_refunded() -> None:
    bench = Bench()
    payment_id = completed(bench, Route.BOOK)
    refund_id = bench.approve_refund(refund(bench, payment_id).payment)
    assert bench.play(refund_id, ">").state is State.COMPLETED
    assert refused(lambda: refund(bench, refund_id, key="refund-2"))[0] is PaymentError.NOT_REFUNDABLE


@pytest.mark.parametrize("again", [None, 30_00])
def test_the_same_call_again_is_the_same_refund(again: int | None) -> None:
    bench = Bench()
    payment_id = completed(bench)
    first = refund(bench, payment_id, 30_00)
    second = refund(bench, payment_id, again)
    assert (first.replayed, second.replayed) == (False, True)
    assert second.payment == first.payment
    assert bench.payment(payment_id).refunded_minor == 30_00


def test_a_whole_refund_is_the_same_again_when_nothing_is_left() -> None:
    bench = Bench()
    payment_id = completed(bench)
    assert refund(bench, payment_id).payment == refund(bench, payment_id).payment
    assert bench.payment(payment_id).refunded_minor == A


def test_a_key_that_stands_for_something_else_is_refused_naming_the_field() -> None:
    bench = Bench()
    payment_id, other_id = completed(bench), completed(bench, key="key-2")
    refund(bench, payment_id, 30_00)
    conflict = PaymentError.IDEMPOTENCY_CONFLICT
    assert refused(lambda: refund(bench, payment_id, 40_00)) == (conflict, "/amount_minor")
    assert refused(lambda: refund(bench, payment_id, 30_00, description="x")) == (conflict, "/description")
    assert refused(lambda: refund(bench, other_id, 30_00)) == (conflict, "/refund_of")
    # A payment's own key, and that of a payment which is no refund.
    assert refused(lambda: refund(bench, payment_id, key="key-1"))[0] is conflict
    assert refused(lambda: refund(bench, payment_id, key="key-2"))[0] is conflict
    assert (bench.payment(payment_id).refunded_minor, bench.payment(other_id).refunded_minor) == (30_00, 0)


def test_somebody_elses_payment_is_not_there() -> None:
    bench = Bench()
    payment_id = completed(bench)
    assert refused(lambda: refund(bench, payment_id, tenant="other"))[0] is PaymentError.NOT_FOUND
    assert refused(lambda: refund(bench, "pay_" + "a" * 26))[0] is PaymentError.NOT_FOUND


@pytest.mark.parametrize(("other_minor", "well"), [(40_00, True), (40_01, False)])
def test_two_refunds_at_once_are_decided_by_the_store(other_minor: int, well: bool) -> None:
    bench = Bench()
    payment_id = completed(bench)
    meanwhile = Meanwhile(bench.documents, lambda: refund(bench, payment_id, other_minor, key="other"))
    asked = RefundRequest(TENANT, payment_id, "refund-1", 60_00, "")
    pipeline = Pipeline(meanwhile, bench.clock, DRIVE)
    if well:
        refund_payment(asked, pipeline=pipeline)
    else:
        assert refused(lambda: refund_payment(asked, pipeline=pipeline))[0] is PaymentError.NOT_REFUNDABLE
    assert bench.payment(payment_id).refunded_minor == (A if well else other_minor)


@pytest.mark.parametrize(
    ("route", "story", "state", "given_back"),
    [
        (Route.BOOK, ">", State.COMPLETED, False),
        (Route.DEPOSIT, ">", State.PAYING_OUT, False),
        (Route.DEPOSIT, "> P+", State.COMPLETED, False),
        (Route.DEPOSIT, "> P-", State.FAILED, True),
        (Route.DEPOSIT, "> P- P- P~", State.FAILED, True),
        (Route.DEPOSIT, "> P- P+", State.FAILED, True),
        (Route.DEPOSIT, "> P+ P~", State.RETURNED, True),
        (Route.DEPOSIT, "> P+ P~ P~ P-", State.RETURNED, True),
    ],
)
def test_a_refund_that_comes_to_nothing_may_be_made_again(
    route: Route, story: str, state: State, given_back: bool
) -> None:
    bench = Bench()
    payment_id = completed(bench, route)
    refund_id = bench.approve_refund(refund(bench, payment_id, 30_00).payment)
    assert bench.change(refund_id, story).payment.state is state
    assert bench.payment(payment_id).refunded_minor == (0 if given_back else 30_00)
    again = refund(bench, payment_id, key="refund-2").payment.request.money.amount_minor
    assert again == (A if given_back else A - 30_00)


def cancel(bench: Bench, payment_id: str) -> Payment:
    return cancel_payment(payment_id, tenant=TENANT, pipeline=bench.pipeline, ledger=bench.ledger)


def test_a_refund_that_is_cancelled_gives_its_amount_back_once() -> None:
    bench = Bench()
    payment_id = completed(bench)
    submitted_only = refund(bench, payment_id, 30_00).payment.id
    refund(bench, payment_id, 20_00, key="refund-2")
    for _ in range(2):
        assert cancel(bench, submitted_only).state is State.CANCELLED
        assert bench.payment(payment_id).refunded_minor == 20_00


def test_a_deposit_that_comes_back_after_its_refund_is_owed_by_the_payer() -> None:
    bench = Bench()
    payment_id = completed(bench)
    bench.play(bench.approve_refund(refund(bench, payment_id).payment), "> P+")
    bench.spend(BOB, 500_00)
    change = bench.change(payment_id, "C~")
    assert (change.payment.state, change.moved) == (State.RETURNED, {"one": A, "receivable": -A})
    assert change.cases == ("rail_R01", "owed_by_the_payer")
