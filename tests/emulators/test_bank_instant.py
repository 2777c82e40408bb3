"""The instant rail: messages of ISO 20022, one payment an id, and inquiries that say surely what is not known."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from emulators.bank.fields import Call, Fault, FaultKind
from shared.formats.iso20022 import pacs002, pacs008, pacs028
from shared.formats.iso20022.original import Original
from shared.formats.iso20022.pacs002 import StatusReport
from shared.formats.iso20022.pacs004 import PaymentReturn
from shared.formats.iso20022.status import TransactionStatus
from shared.kernel.money import Money
from tests.emulators.bank_client import AMOUNT, START, InstantClient, World, read

DAY = 86_400


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def instant(world: World) -> InstantClient:
    return InstantClient(world)


def status_report(raw: bytes) -> StatusReport:
    return pacs002.from_xml(raw)


def test_an_answer_is_about_the_payment_that_was_sent(instant: InstantClient) -> None:
    payment = instant.payment("k", "0000", transaction_id="tx-1", instruction_id="in-1")
    report = status_report(instant.send(pacs008.to_xml(payment))[1])
    assert report.status is TransactionStatus.SETTLED
    assert report.original == Original("msg-k", pacs008.MESSAGE, START, "in-1", "k", "tx-1")
    assert (report.amount, report.settlement_date) == (Money(AMOUNT, "USD"), START.date())
    assert (report.instructing_agent.routing_number, report.instructed_agent.routing_number) == (
        "026009593",
        "021000021",
    )


def test_a_message_that_is_sent_again_moves_nothing(instant: InstantClient, world: World) -> None:
    instant.instruct("k", "0000")
    world.clock.advance(5)
    assert instant.instruct("k", "0000") == (200, "accepted")
    rail = world.rail("instant")
    assert (rail["instructions"]["more_than_once"], rail["moved"]["total"]) == (["k"], 1)


@pytest.mark.parametrize(
    "other",
    [
        {"amount": Money(7, "USD")},
        {"message_id": "msg-k2", "amount": Money(7, "USD")},
        {"end_to_end_id": "k2"},
        {"end_to_end_id": "k2", "message_id": "msg-k2", "transaction_id": "tx-1"},
    ],
)
def test_an_id_with_other_content_is_a_duplicate(
    instant: InstantClient, world: World, other: dict[str, object]
) -> None:
    first = instant.payment("k", "0000", transaction_id="tx-1")
    instant.send(pacs008.to_xml(first))
    report = status_report(instant.send(pacs008.to_xml(replace(first, **other)))[1])  # type: ignore[arg-type]
    assert (report.status, report.reason_code) == (TransactionStatus.REJECTED, "DUPL")
    assert world.rail("instant")["moved"]["total"] == 1
    assert instant.ask("k")[1] == "accepted"


def test_an_inquiry_about_what_was_never_received_says_so_surely(instant: InstantClient) -> None:
    report = status_report(instant.send(instant.inquiry("k"))[1])
    assert (report.status, report.reason_code) == (TransactionStatus.REJECTED, "NOOR")
    assert report.original.end_to_end_id == "k"


def test_an_inquiry_that_names_another_message_is_about_another_payment(instant: InstantClient, world: World) -> None:
    instant.instruct("k", "0000")
    instant.instruct("l", "0000")
    asked = Original("msg-l", pacs008.MESSAGE, end_to_end_id="k")
    request = pacs028.StatusRequest("inq", world.clock.now(), asked, instant.US, instant.US)
    assert status_report(instant.send(pacs028.to_xml(request))[1]).reason_code == "NOOR"


def test_an_inquiry_may_name_the_transaction_alone(instant: InstantClient, world: World) -> None:
    instant.send(pacs008.to_xml(instant.payment("k", "0102", transaction_id="tx-1")))
    asked = Original("msg-k", pacs008.MESSAGE, transaction_id="tx-1")
    request = pacs028.StatusRequest("inq", world.clock.now(), asked, instant.US, instant.US)
    assert status_report(instant.send(pacs028.to_xml(request))[1]).reason_code == "AC04"


def test_accepted_without_posting_has_moved_the_money(instant: InstantClient, world: World) -> None:
    report = status_report(instant.send(pacs008.to_xml(instant.payment("k", "0306")))[1])
    assert report.status is TransactionStatus.ACCEPTED_WITHOUT_POSTING
    assert world.rail("instant")["balances_minor"] == {"USD": -AMOUNT}
    world.bank.advance(3_600)
    (told,) = world.believed()
    assert status_report(told.body).status is TransactionStatus.SETTLED
    assert status_report(told.body).message_id == told.message_id
    assert world.rail("instant")["moved"]["total"] == 1


def test_a_return_brings_all_of_it_back_and_answers_inquiries_from_then_on(
    instant: InstantClient, world: World
) -> None:
    instant.instruct("k", "0805")
    world.bank.advance(5 * DAY)
    (told,) = world.believed()
    returned = read(told.body)
    assert isinstance(returned, PaymentReturn)
    assert (returned.returned, returned.original_amount, returned.reason_code) == (
        Money(AMOUNT, "USD"),
        Money(AMOUNT, "USD"),
        "CUST",
    )
    assert (returned.original_settlement_date, returned.settlement_date) == (
        START.date(),
        START.date() + timedelta(days=5),
    )
    assert returned.original.end_to_end_id == "k"
    assert isinstance(read(instant.send(instant.inquiry("k"))[1]), PaymentReturn)
    assert world.rail("instant")["balances_minor"] == {"USD": 0}


def test_pending_is_told_in_the_rails_two_words(instant: InstantClient) -> None:
    words = [
        status_report(instant.send(pacs008.to_xml(instant.payment(f"k{e}", e)))[1]).status for e in ("0303", "0308")
    ]
    assert words == [TransactionStatus.PENDING, TransactionStatus.ACCEPTED_IN_PROCESS]


def test_another_currency_is_rejected(instant: InstantClient, world: World) -> None:
    payment = instant.payment("k", "0000", amount=Money(5, "EUR"))
    assert status_report(instant.send(pacs008.to_xml(payment))[1]).reason_code == "AM03"
    assert world.rail("instant")["entries"] == 0


@pytest.mark.parametrize("raw", [b"", b"{}", b"<a/>", b"<!DOCTYPE a><a/>"])
def test_what_is_no_message_is_a_problem(instant: InstantClient, raw: bytes) -> None:
    status, answer = instant.send(raw)
    assert (status, json.loads(answer)["code"]) == (400, "invalid_message")


def test_an_invalid_message_names_the_place_and_no_value(instant: InstantClient) -> None:
    raw = pacs008.to_xml(instant.payment("k", "0000")).replace(b"<Nm>Ada Example</Nm>", b"")
    status, answer = instant.send(raw)
    assert status == 400
    assert json.loads(answer)["field"].endswith("/Cdtr/Nm")


def test_faults_strike_inquiries_too(instant: InstantClient, world: World) -> None:
    instant.instruct("k", "0000")
    world.bank.plant(Fault(FaultKind.THROTTLED, 1, "", Call.INQUIRY, "instant"))
    assert [instant.send(instant.inquiry("k"))[0] for _ in range(2)] == [429, 200]


def test_it_works_on_a_sunday_at_night() -> None:
    world = World(start=START.replace(day=8, hour=3))
    assert InstantClient(world).instruct("k", "0000") == (200, "accepted")
