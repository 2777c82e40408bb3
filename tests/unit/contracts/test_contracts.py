"""The edge: what is refused, and that the refusal names the field and never repeats the value."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared.contracts.base import MalformedError, parse
from shared.contracts.card_numbers import holds_card_number
from shared.contracts.catalogue import EVENT_TYPES, decode, event_message, request_message
from shared.contracts.customers import CustomerRegistration, customer_answer
from shared.contracts.errors import ContractError
from shared.contracts.events import PaymentEventV1, event_from_domain
from shared.contracts.payments import PaymentRequestV1, PaymentSubmission, request_from_domain
from shared.contracts.problems import STATUS, problem_of
from shared.contracts.schedules import parse_schedule
from shared.kernel.errors import ClearwayError, Disposition
from shared.payments.domain.events import PaymentEvent, owed_by_step
from shared.payments.domain.states import State
from tests.support.builders import ADA, BANK, DRIVE, NOON, WALLET, a_payment, a_request

PAYMENT: dict[str, Any] = {
    "amount_minor": 1250,
    "currency": "USD",
    "source": {"customer_id": ADA, "instrument_id": WALLET},
    "destination": {"customer_id": ADA, "instrument_id": BANK},
    "description": "rent",
}
CUSTOMER: dict[str, Any] = {
    "reference": "ada",
    "type": "individual",
    "name": "Ada Brook",
    "country": "US",
    "born_on": "1990-02-03",
    "tier": "verified",
    "instruments": [
        {"id": WALLET, "kind": "wallet", "currency": "USD"},
        {
            "id": BANK,
            "kind": "bank_account",
            "currency": "USD",
            "routing_number": "021000021",
            "account_number": "123456789",
        },
    ],
}


def changed(body: dict[str, Any], pointer: str, value: Any) -> str:
    copied = json.loads(json.dumps(body))
    *path, last = pointer.strip("/").split("/")
    place = copied
    for part in path:
        place = place[int(part)] if isinstance(place, list) else place[part]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return json.dumps(copied)


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/amount_minor", 0),
        ("/amount_minor", -5),
        ("/amount_minor", 12.5),
        ("/amount_minor", "1250"),
        ("/amount_minor", True),
        ("/amount_minor", 10**18),
        ("/amount_minor", ...),
        ("/currency", "usd"),
        ("/currency", "XXX"),
        ("/source/customer_id", "ada"),
        ("/source/instrument_id", "a/b"),
        ("/source/instrument_id", "4111111111111111"),
        ("/destination", ...),
        ("/description", "x" * 141),
        ("/description", "pay 4111 1111 1111 1111 now"),
        ("/description", "two\nlines"),
        ("/memo", "unknown"),
    ],
)
def test_a_bad_payment_is_refused_by_the_name_of_its_field(pointer: str, value: Any) -> None:
    with pytest.raises(MalformedError) as caught:
        parse(PaymentSubmission, changed(PAYMENT, pointer, value))
    assert [error.pointer for error in caught.value.errors] == [pointer]
    problem = problem_of(caught.value)
    assert problem["status"] == 400
    assert "4111" not in json.dumps(problem)


@pytest.mark.parametrize(
    "rule", [{"frequency": "4111 1111 1111 1111"}, {"frequency": "once", "4111111111111111": 1}, {"x" * 10_000: 1}]
)
def test_what_was_sent_is_repeated_neither_as_a_kind_nor_as_the_name_of_a_field(rule: dict[str, Any]) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_schedule(json.dumps({"payment": {**PAYMENT, "Ada Brook": 1}, "rule": rule}).encode())
    said = json.dumps(problem_of(caught.value))
    assert not any(word in said for word in ("4111", "Ada", "xxx"))
    assert "/payment/?" in [error.pointer for error in caught.value.errors]


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b"\xff\xfe", b"null", b'"text"'])
def test_what_is_no_json_object_is_refused(raw: bytes) -> None:
    with pytest.raises(MalformedError):
        parse(PaymentSubmission, raw)


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/instruments/1/routing_number", "021000022"),
        ("/instruments/1/routing_number", "12345"),
        ("/instruments/1/account_number", "12"),
        ("/instruments/1/account_number", ...),
        ("/instruments/0/holder_name", "Someone"),
        ("/instruments/1/id", WALLET),
        ("/instruments", []),
        ("/born_on", "03/02/1990"),
        ("/country", "USA"),
        ("/tier", "gold"),
        ("/name", ""),
        ("/name", "4242424242424242"),
    ],
)
def test_a_bad_customer_is_refused(pointer: str, value: Any) -> None:
    with pytest.raises(MalformedError) as caught:
        parse(CustomerRegistration, changed(CUSTOMER, pointer, value))
    assert pointer.startswith(caught.value.errors[0].pointer)


def test_a_customer_is_shown_without_account_numbers() -> None:
    answer = json.dumps(customer_answer(parse(CustomerRegistration, json.dumps(CUSTOMER)).to_domain("demo")))
    assert '"account_last4": "6789"' in answer
    assert "123456789" not in answer
    assert "021000021" not in answer


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("4111111111111111", True),
        ("card 4111-1111-1111-1111.", True),
        ("378282246310005", True),
        ("4111111111111111 12/28", True),
        ("order 7 4111 1111 1111 1111", True),
        ("4111-1111-1111-1111 123", True),
        ("tok_4111_1111_1111_1111", True),
        ("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", True),
        ("4111111111111112", False),
        ("invoice 123456789012", False),
        ("41111111111111111111111", False),
        ("", False),
    ],
)
def test_a_card_number_is_known_by_its_check_digit(text: str, found: bool) -> None:
    assert holds_card_number(text) is found


def test_a_request_goes_out_and_comes_in_as_it_was() -> None:
    message = request_message(request_from_domain(a_request()))
    decoded = decode(message.data, message.attributes)
    assert isinstance(decoded, PaymentRequestV1)
    assert decoded.to_domain() == a_request()


def test_an_event_goes_out_and_comes_in_as_it_was_and_names_nobody() -> None:
    payment = a_payment().advance(State.RECEIVED, step="intake", now=NOON, drive=DRIVE)
    event = event_from_domain(owed_by_step(payment, "intake").events[0])
    message = event_message(event)
    assert message.attributes["type"] == "payment.received"
    assert decode(message.data, message.attributes) == event
    assert event.event_id == f"{payment.id}.2"
    assert b"Ada" not in message.data


def test_an_event_of_a_newer_release_is_read_without_what_it_says_besides() -> None:
    """While a release is rolled out, old instances get its events. A request is a partner's, who may have misspelt."""
    payment = a_payment()
    event = event_from_domain(PaymentEvent("evt_1", "payment.received", payment, payment.history[-1]))
    newer = event.model_dump_json().encode()[:-1] + b',"colour":"red"}'
    assert decode(newer, event_message(event).attributes) == event
    request = request_message(request_from_domain(a_request()))
    with pytest.raises(MalformedError):
        decode(request.data[:-1] + b',"colour":"red"}', request.attributes)


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ({"type": "payment.request", "version": "2"}, ContractError.UNKNOWN_VERSION),
        ({"type": "payment.request"}, ContractError.UNKNOWN_VERSION),
        ({"type": "payment.exploded", "version": "1"}, ContractError.UNKNOWN_TYPE),
        ({}, ContractError.UNKNOWN_TYPE),
        ({"type": "payment.request", "version": "1"}, ContractError.MALFORMED),
        ({"type": "payment.scored", "version": "1"}, ContractError.MALFORMED),
    ],
)
def test_what_the_catalogue_does_not_know_is_refused_for_good(attributes: dict[str, str], code: ContractError) -> None:
    with pytest.raises(ClearwayError) as caught:
        decode(b'{"hello": 1}', attributes)
    assert caught.value.code is code
    assert not caught.value.retryable


def test_every_state_but_the_first_is_an_event() -> None:
    assert len(EVENT_TYPES) == len(State) - 1


def test_every_disposition_has_its_status() -> None:
    assert set(STATUS) == set(Disposition)


def test_the_events_model_is_the_warehouses_table() -> None:
    import pathlib

    columns = json.loads(pathlib.Path("infra/bigquery/events.json").read_text())
    metadata = {"subscription_name", "message_id", "publish_time", "attributes"}
    assert {column["name"] for column in columns} - metadata == set(PaymentEventV1.model_fields)
