"""Payment events on the wire. Their fields are the columns of the warehouse's events table, by the same names."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, ConfigDict

from shared.contracts.base import CustomerId, PaymentId, Tenant, WireModel
from shared.payments.domain.events import PaymentEvent

# A kind of instrument, or the empty text while it is not known: Avro writes a text that may be null as an object, which
# the warehouse cannot take for a column (infra/pubsub/README.md).
KnownKind = Literal["wallet", "bank_account", "card", ""]


class PaymentEventV1(WireModel):
    """Message on `payment-events`, type `payment.<state>`. No personal data: parties are ids and kinds.

    The topic's schema is infra/pubsub/payment-events.avsc: a new field stands there, with a default, before it is here.
    Fields that this release does not know are passed over: only functions of ours publish here, and while a newer
    release is rolled out its events reach instances of this one.
    """

    model_config = ConfigDict(extra="ignore")

    event_id: str
    type: str
    schema_version: Literal[1] = 1
    payment_id: PaymentId
    payment_version: int
    tenant: Tenant
    state: str
    step: str
    occurred_at: AwareDatetime
    amount_minor: int
    currency: str
    source_customer_id: CustomerId
    source_kind: KnownKind
    destination_customer_id: CustomerId
    destination_kind: KnownKind
    reason_codes: list[str]
    entry_hash: str


def event_from_domain(event: PaymentEvent) -> PaymentEventV1:
    """The message of an event."""
    payment, entry = event.payment, event.entry
    request = payment.request
    return PaymentEventV1(
        event_id=event.id,
        type=event.type,
        payment_id=payment.id,
        payment_version=entry.version,
        tenant=request.tenant,
        state=entry.state.value,
        step=entry.step,
        occurred_at=entry.at,
        amount_minor=request.money.amount_minor,
        currency=request.money.currency,
        source_customer_id=request.source.customer_id,
        source_kind=payment.source.instrument.kind.value if payment.source else "",
        destination_customer_id=request.destination.customer_id,
        destination_kind=payment.destination.instrument.kind.value if payment.destination else "",
        reason_codes=[reason.code for reason in entry.reasons],
        entry_hash=entry.hash,
    )
