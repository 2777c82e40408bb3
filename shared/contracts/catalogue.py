"""The catalogue of messages: which type and version is which model, and on which topic it travels."""

from __future__ import annotations

from collections.abc import Mapping

from shared.contracts.base import WireModel, parse
from shared.contracts.errors import ContractError
from shared.contracts.events import PaymentEventV1
from shared.contracts.payments import PaymentRequestV1
from shared.kernel.errors import ClearwayError
from shared.payments.domain.states import State
from shared.ports.publisher import Message

REQUESTS_TOPIC = "payment-requests"
EVENTS_TOPIC = "payment-events"

REQUEST_TYPE = "payment.request"
# A state is an event when it is reached, except the first, which the API answers itself.
EVENT_TYPES = tuple(f"payment.{state.value}" for state in State if state is not State.SUBMITTED)

_MODELS: Mapping[tuple[str, str], type[WireModel]] = {
    (REQUEST_TYPE, "1"): PaymentRequestV1,
    **{(event_type, "1"): PaymentEventV1 for event_type in EVENT_TYPES},
}


def decode(data: bytes, attributes: Mapping[str, str]) -> WireModel:
    """The message's model, chosen by its attributes `type` and `version`.

    Raises UNKNOWN_TYPE, UNKNOWN_VERSION or MALFORMED; an absent attribute is an unknown one.
    """
    message_type, version = attributes.get("type", ""), attributes.get("version", "")
    model = _MODELS.get((message_type, version))
    if model is None:
        if any(known == message_type for known, _ in _MODELS):
            raise ClearwayError(ContractError.UNKNOWN_VERSION, f"no version {version[:16]!r} of this message type")
        raise ClearwayError(ContractError.UNKNOWN_TYPE, "no such message type")
    return parse(model, data)


def request_message(request: PaymentRequestV1) -> Message:
    """A request ready to publish."""
    attributes = {"type": REQUEST_TYPE, "version": "1", "tenant": request.tenant}
    return Message(REQUESTS_TOPIC, request.model_dump_json().encode(), attributes)


def event_message(event: PaymentEventV1) -> Message:
    """An event ready to publish."""
    attributes = {"type": event.type, "version": "1", "tenant": event.tenant, "payment_id": event.payment_id}
    return Message(EVENTS_TOPIC, event.model_dump_json().encode(), attributes)
