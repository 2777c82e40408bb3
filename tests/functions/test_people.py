"""When people are asked, and when they need not look any more."""

from __future__ import annotations

from datetime import timedelta

from shared.payments.domain.states import State
from shared.ports.rail import Answer, News, RailStatus
from tests.support.builders import ADA
from tests.support.world import LISTED, World


def test_people_are_shown_once_a_payment_that_its_rail_does_not_decide() -> None:
    world = World(account_number="100000304")  # pending for ever
    world.pay()
    assert not world.cloud.settle_down(timedelta(hours=12))
    assert world.twins.documents.find("cases") == []
    assert not world.cloud.settle_down(timedelta(hours=20))
    (case,) = world.twins.documents.find("cases")
    assert (case.fields["gate"], case.fields["payment_id"]) == ("sweep", world.payment().id)
    assert [reason["code"] for reason in case.fields["reasons"]] == ["stalled"]
    payment = world.payment()
    assert payment.state is State.PAYING_OUT
    world.cloud.news.take(News("simulator", payment.legs[0].key, Answer(RailStatus.ACCEPTED, "late")))
    assert world.payment().state is State.COMPLETED
    (case,) = world.twins.documents.find("cases")
    assert (case.fields["status"], case.fields["resolved_by"]) == ("resolved", "settlement")


def test_a_held_payment_that_is_cancelled_needs_nobody_any_more() -> None:
    world = World()
    world.pay(destination=(ADA, LISTED))
    assert world.cloud.settle_down()
    assert [case.fields["status"] for case in world.twins.documents.find("cases")] == ["open"]
    world.cancel("key-1")
    assert world.cloud.settle_down()
    (case,) = world.twins.documents.find("cases")
    assert (case.fields["status"], case.fields["resolved_by"]) == ("resolved", "cancellation")
    assert world.payment().state is State.CANCELLED
    assert world.payment().held_minor == 0
