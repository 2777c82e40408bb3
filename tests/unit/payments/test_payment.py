"""The payment's state machine, inbox, outbox and history."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.kernel.assessment import Reason
from shared.kernel.errors import ClearwayError
from shared.kernel.hold import Hold, HoldStatus
from shared.kernel.money import Money
from shared.kernel.party import InstrumentKind
from shared.payments.documents import payment_from, payment_key, payment_to_fields
from shared.payments.domain.errors import PaymentError
from shared.payments.domain.events import owed_by_live, owed_by_step
from shared.payments.domain.history import chain_is_whole
from shared.payments.domain.legs import Leg, LegRole, LegStatus, Route, route_of
from shared.payments.domain.payment import SUBMISSION, DrivePolicy, Payment
from shared.payments.domain.request import InstrumentRef
from shared.payments.domain.states import ALLOWED, AT_REST, ENDED, State
from shared.ports.documents import Document
from tests.support.builders import ADA, BANK, BOB, DRIVE, NOON, WALLET, a_party, a_payment, a_request


def advanced(payment: Payment, *states: tuple[State, str]) -> Payment:
    for state, step in states:
        payment = payment.advance(state, step=step, now=NOON, drive=DRIVE)
    return payment


GOOD_PATH = (
    (State.RECEIVED, "intake"),
    (State.SCORED, "fraud"),
    (State.APPROVED, "compliance"),
    (State.PAYING_OUT, "settlement"),
    (State.COMPLETED, "settlement"),
)


def test_every_state_has_its_row_and_only_ended_ones_lead_nowhere_but_back() -> None:
    assert set(ALLOWED) == set(State)
    assert {state for state, following in ALLOWED.items() if not following - {State.RETURNED}} == ENDED


def test_no_way_leads_back_to_a_state_that_was_left_except_out_of_a_hold() -> None:
    for state in set(State) - {State.HELD}:
        seen: set[State] = set()
        waiting = set(ALLOWED[state]) - {State.HELD}
        while waiting:
            following = waiting.pop()
            seen.add(following)
            waiting |= (set(ALLOWED[following]) - {State.HELD}) - seen
        assert state not in seen


@pytest.mark.parametrize("state", State)
def test_a_forbidden_step_is_refused_and_changes_nothing(state: State) -> None:
    payment = replace(a_payment(), state=state)
    for following in set(State) - ALLOWED[state]:
        with pytest.raises(ClearwayError) as caught:
            payment.advance(following, step="x", now=NOON, drive=DRIVE)
        assert caught.value.code is PaymentError.FORBIDDEN_TRANSITION


def test_the_history_is_a_chain_that_shows_any_change() -> None:
    payment = advanced(a_payment(), *GOOD_PATH)
    assert payment.version == 6
    assert chain_is_whole(payment.history)
    first, second, *rest = payment.history
    assert not chain_is_whole((first, *rest))
    assert not chain_is_whole((second, first, *rest))
    for change in (
        {"state": State.REJECTED},
        {"at": NOON + timedelta(seconds=1)},
        {"reasons": (Reason("x", "y"),)},
        {"evidence": {"score": 1}},
        {"step": "other"},
    ):
        assert not chain_is_whole((first, replace(second, **change), *rest))


def test_a_payment_knows_which_steps_took_it() -> None:
    payment = advanced(a_payment(), *GOOD_PATH[:2])
    assert [payment.taken_by(step) for step in ("submission", "intake", "fraud", "compliance")] == [
        True,
        True,
        True,
        False,
    ]


def test_what_a_step_owes_follows_from_the_history_however_far_the_payment_has_come() -> None:
    payment = advanced(a_payment(), *GOOD_PATH)
    assert owed_by_step(a_payment(), SUBMISSION).request
    assert not owed_by_step(payment, SUBMISSION).request
    assert [event.type for event in owed_by_step(payment, "settlement").events] == [
        "payment.paying_out",
        "payment.completed",
    ]
    (event,) = owed_by_step(payment, "fraud").events
    assert event.id == f"{payment.id}.3"
    assert owed_by_step(payment, "intake").events[0].id == f"{payment.id}.2"


def test_an_approval_owes_a_settlement_by_one_name_until_the_payment_ended() -> None:
    approved = advanced(a_payment(), *GOOD_PATH[:3])
    moving = advanced(approved, GOOD_PATH[3])
    assert owed_by_step(approved, "compliance").settlement == f"{approved.id}-v4"
    assert owed_by_step(moving, "compliance").settlement == f"{approved.id}-v4"
    assert owed_by_step(advanced(moving, GOOD_PATH[4]), "compliance").settlement == ""
    assert owed_by_step(advanced(a_payment(), *GOOD_PATH[:2]), "fraud").settlement == ""


def test_the_sweep_says_again_what_the_last_step_owed_under_a_new_task_name() -> None:
    driven = advanced(a_payment(), *GOOD_PATH[:4]).driven(now=NOON, drive=DRIVE)
    owed = owed_by_live(driven)
    assert [event.type for event in owed.events] == ["payment.paying_out"]
    assert owed.settlement == f"{driven.id}-v5-d1"
    assert owed_by_live(a_payment().driven(now=NOON, drive=DRIVE)).request
    assert owed_by_live(advanced(a_payment(), *GOOD_PATH[:2])).settlement == ""


def test_a_live_payment_is_swept_later_and_later_and_one_at_rest_never() -> None:
    policy = DrivePolicy(after_s=10, at_most_s=60)
    payment = a_payment().driven(now=NOON, drive=policy)
    waits = []
    for _ in range(4):
        assert payment.drive_at is not None
        waits.append((payment.drive_at - NOON).total_seconds())
        payment = payment.driven(now=NOON, drive=policy)
    assert waits == [20, 40, 60, 60]
    for state in AT_REST & ALLOWED[State.SCORED]:
        rested = advanced(a_payment(), *GOOD_PATH[:2], (state, "compliance"))
        assert rested.drive_at is None


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({}, None),
        ({"money": Money(12_51, "USD")}, "/amount_minor"),
        ({"money": Money(12_50, "EUR")}, "/currency"),
        ({"source": InstrumentRef(BOB, WALLET)}, "/source/customer_id"),
        ({"source": InstrumentRef(ADA, BANK)}, "/source/instrument_id"),
        ({"destination": InstrumentRef(BOB, BANK)}, "/destination/customer_id"),
        ({"destination": InstrumentRef(ADA, WALLET)}, "/destination/instrument_id"),
        ({"description": "rents"}, "/description"),
    ],
)
def test_a_repeated_request_is_compared_field_by_field(change: dict[str, object], pointer: str | None) -> None:
    assert a_request().differing_field(a_request(**change)) == pointer  # type: ignore[arg-type]


def test_the_route_follows_from_the_two_instruments() -> None:
    wallet, bank = a_party(), a_party(InstrumentKind.BANK_ACCOUNT)
    other = a_party(customer=BOB)
    assert route_of(wallet, bank) is Route.PAYOUT
    assert route_of(bank, wallet) is Route.DEPOSIT
    assert route_of(wallet, other) is Route.BOOK
    assert route_of(bank, a_party(InstrumentKind.BANK_ACCOUNT, BOB)) is Route.TRANSFER
    assert isinstance(route_of(bank, bank), Reason)
    assert isinstance(route_of(wallet, wallet), Reason)


def test_a_payment_comes_back_from_its_document_as_it_was() -> None:
    payment = advanced(a_payment(), GOOD_PATH[0])
    payment = replace(
        payment,
        source=a_party(),
        destination=a_party(InstrumentKind.BANK_ACCOUNT),
        route=Route.PAYOUT,
        fee_minor=25,
        holds=(Hold("h", "acc_a", Money(12_75, "USD"), NOON, NOON, HoldStatus.PART_POSTED, 12_50),),
        legs=(
            Leg(LegRole.COLLECT, "k1", "bank", LegStatus.ACCEPTED, 1, NOON, ("ach",), "r", "ACWP", NOON.date(), "e"),
            Leg(LegRole.PAY_OUT, "k2", "bank", LegStatus.SUBMITTING, 1, NOON),
        ),
        safe_at=NOON,
        refunded_minor=5,
    )
    for one in (a_payment(), payment, advanced(payment, (State.REJECTED, "fraud"))):
        assert payment_from(Document(payment_key(one.id), payment_to_fields(one), 1)) == one


def test_a_payment_at_rest_is_not_in_the_sweeps_index() -> None:
    assert "drive_at" in payment_to_fields(a_payment())
    assert "drive_at" not in payment_to_fields(advanced(a_payment(), (State.REJECTED, "intake")))
