"""Payments on the wire: the HTTP body, the request message, the settlement task."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.contracts.base import (
    Currency,
    CustomerId,
    IdempotencyKey,
    InstrumentId,
    PaymentId,
    ScheduleId,
    Tenant,
    Text,
    WireModel,
)
from shared.kernel.money import AMOUNT_MINOR_MAX, Money
from shared.kernel.party import Speed
from shared.payments.domain.request import InstrumentRef, PaymentRequest


class InstrumentRefBody(WireModel):
    """An instrument of a customer."""

    customer_id: CustomerId
    instrument_id: InstrumentId

    def to_domain(self) -> InstrumentRef:
        """The reference in the payments context's words."""
        return InstrumentRef(self.customer_id, self.instrument_id)


class PaymentSubmission(WireModel):
    """Body of `POST /v1/payments`: `amount_minor` minor units of `currency`, from one instrument to another."""

    amount_minor: Annotated[int, Field(gt=0, le=AMOUNT_MINOR_MAX)]
    currency: Currency
    source: InstrumentRefBody
    destination: InstrumentRefBody
    description: Annotated[Text, StringConstraints(max_length=140)] = ""
    speed: Literal["fastest", "same_day", "standard"] = "fastest"

    def to_domain(
        self, tenant: str, idempotency_key: str, *, refund_of: str = "", schedule_id: str = ""
    ) -> PaymentRequest:
        """The request under the tenant's key."""
        return PaymentRequest(
            tenant=tenant,
            idempotency_key=idempotency_key,
            money=Money(self.amount_minor, self.currency),
            source=self.source.to_domain(),
            destination=self.destination.to_domain(),
            description=self.description,
            speed=Speed(self.speed),
            refund_of=refund_of,
            schedule_id=schedule_id,
        )


class RefundSubmission(WireModel):
    """Body of `POST /v1/payments/{id}/refunds`: all that is left to refund, or `amount_minor` of it."""

    amount_minor: Annotated[int, Field(gt=0, le=AMOUNT_MINOR_MAX)] | None = None
    description: Annotated[Text, StringConstraints(max_length=140)] = ""


class PaymentRequestV1(WireModel):
    """Message on `payment-requests`, type `payment.request`: published by the API, or by a partner on its own topic.

    The topic's schema (infra/pubsub/payment-requests.avsc) asks a partner for every field, also for those that have a
    default here: Pub/Sub refuses to publish a message that lacks one. What fits the schema and not this model is taken
    by Pub/Sub and set aside in quarantine, with the name of the field.
    """

    type: Literal["payment.request"] = "payment.request"
    schema_version: Literal[1] = 1
    tenant: Tenant
    idempotency_key: IdempotencyKey
    payment: PaymentSubmission
    refund_of: PaymentId | Literal[""] = ""
    schedule_id: ScheduleId | Literal[""] = ""

    def to_domain(self) -> PaymentRequest:
        """The request under the tenant's key."""
        return self.payment.to_domain(
            self.tenant, self.idempotency_key, refund_of=self.refund_of, schedule_id=self.schedule_id
        )


class SettlementTaskV1(WireModel):
    """Body of a task on the queue `settlement`."""

    schema_version: Literal[1] = 1
    payment_id: PaymentId


def request_from_domain(request: PaymentRequest) -> PaymentRequestV1:
    """The message of a request."""
    return PaymentRequestV1(
        tenant=request.tenant,
        idempotency_key=request.idempotency_key,
        refund_of=request.refund_of,
        schedule_id=request.schedule_id,
        payment=PaymentSubmission(
            amount_minor=request.money.amount_minor,
            currency=request.money.currency,
            source=InstrumentRefBody(**_ref(request.source)),
            destination=InstrumentRefBody(**_ref(request.destination)),
            description=request.description,
            speed=request.speed.value,
        ),
    )


def _ref(ref: InstrumentRef) -> dict[str, str]:
    return {"customer_id": ref.customer_id, "instrument_id": ref.instrument_id}
