"""The schemas of the topics say what the models say, field by field, and take every message that can be published."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import given

from emulators.pubsub_schemas import schemas
from shared.adapters.pubsub.avro import compile_schema
from shared.contracts.base import WireModel
from shared.contracts.catalogue import EVENTS_TOPIC, REQUESTS_TOPIC, event_message, request_message
from shared.contracts.events import KnownKind, PaymentEventV1, event_from_domain
from shared.contracts.payments import PaymentRequestV1, request_from_domain
from shared.kernel.party import InstrumentKind
from shared.payments.domain.events import PaymentEvent
from shared.payments.domain.payment import Payment
from shared.payments.domain.states import State
from tests.support.builders import NOON, a_party, a_payment, a_request
from tests.support.messages import EVENTS, REQUESTS

MODELS: Mapping[str, type[WireModel]] = {EVENTS_TOPIC: PaymentEventV1, REQUESTS_TOPIC: PaymentRequestV1}
FITS = {topic: compile_schema(definition) for topic, definition in schemas().items()}


def avro_of(told: Mapping[str, Any], records: Mapping[str, Any]) -> Any:
    """The Avro type of what pydantic writes, by its JSON schema. Null has none here, so no model can hold one."""
    if "$ref" in told:
        return record_of(records[told["$ref"].rsplit("/", 1)[-1]], records)
    if "anyOf" in told:
        (only,) = {json.dumps(avro_of(one, records)) for one in told["anyOf"]}
        return json.loads(only)
    if told["type"] == "array":
        return {"type": "array", "items": avro_of(told["items"], records)}
    return {"string": "string", "integer": "long"}[told["type"]]


def record_of(told: Mapping[str, Any], records: Mapping[str, Any]) -> dict[str, Any]:
    fields = {name: avro_of(field, records) for name, field in told["properties"].items()}
    return {"type": "record", "name": told["title"], "fields": fields}


def plain(told: Any, known: dict[str, Any]) -> Any:
    """A definition without what only people read, and with a record wherever one is named."""
    if isinstance(told, str):
        return known.get(told, told)
    if told["type"] == "array":
        return {"type": "array", "items": plain(told["items"], known)}
    fields = {field["name"]: plain(field["type"], known) for field in told["fields"]}
    known[told["name"]] = {"type": "record", "name": told["name"], "fields": fields}
    return known[told["name"]]


def described(told: Any, at: str = "") -> list[str]:
    """Fields and records without a sentence about them."""
    if isinstance(told, str) or told["type"] == "array":
        return []
    missing = [] if str(told.get("doc", "")).endswith(".") else [at or "the record"]
    for field in told["fields"]:
        path = f"{at}.{field['name']}"
        missing += [] if str(field.get("doc", "")).endswith(".") else [path]
        missing += described(field["type"], path)
    return missing


def event_of(payment: Payment, state: State) -> PaymentEventV1:
    entry = replace(payment.history[-1], state=state)
    return event_from_domain(PaymentEvent("evt_1", f"payment.{state}", payment, entry))


def test_every_topic_with_messages_of_ours_has_a_schema_and_no_other_topic() -> None:
    assert schemas().keys() == MODELS.keys()


@pytest.mark.parametrize("topic", MODELS)
def test_a_schema_has_the_fields_of_its_model_with_their_types(topic: str) -> None:
    written = MODELS[topic].model_json_schema(mode="serialization")
    assert plain(json.loads(schemas()[topic]), {}) == record_of(written, written.get("$defs", {}))


@pytest.mark.parametrize("topic", MODELS)
def test_every_field_of_a_schema_is_described(topic: str) -> None:
    assert described(json.loads(schemas()[topic])) == []


def test_the_kinds_on_the_wire_are_those_of_instruments_and_one_that_is_not_known_yet() -> None:
    assert set(get_args(KnownKind)) == {kind.value for kind in InstrumentKind} | {""}


@given(EVENTS)
def test_every_event_fits(event: PaymentEventV1) -> None:
    assert FITS[EVENTS_TOPIC](event_message(event).data)


@given(REQUESTS)
def test_every_request_fits(request: PaymentRequestV1) -> None:
    assert FITS[REQUESTS_TOPIC](request_message(request).data)


@pytest.mark.parametrize("state", State)
def test_the_event_of_every_state_fits_also_before_the_instruments_are_known(state: State) -> None:
    known = replace(a_payment(), source=a_party(), destination=a_party(InstrumentKind.BANK_ACCOUNT))
    for payment in (a_payment(), known):
        event = event_of(payment, state)
        assert event.source_kind == ("wallet" if payment.source else "")
        assert FITS[EVENTS_TOPIC](event_message(event).data)


def test_a_request_of_ours_fits_also_a_refund_and_a_scheduled_one() -> None:
    request = a_request("k")
    for one in (
        request,
        replace(request, refund_of="pay_" + "a" * 26),
        replace(request, schedule_id="sch_" + "a" * 26),
    ):
        assert FITS[REQUESTS_TOPIC](request_message(request_from_domain(one)).data)


def test_a_moment_is_a_text_in_utc_with_at_most_microseconds() -> None:
    moved = event_of(a_payment(), State.RECEIVED).model_copy(update={"occurred_at": NOON.replace(microsecond=7)})
    assert json.loads(event_message(moved).data)["occurred_at"] == "2026-11-02T12:00:00.000007Z"
