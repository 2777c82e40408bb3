"""What a client asked for. It is compared when its key is used again, so it holds exactly what the client chose."""

from __future__ import annotations

from dataclasses import dataclass, field

from shared.kernel import ids
from shared.kernel.money import Money
from shared.kernel.party import Speed


@dataclass(frozen=True, slots=True)
class InstrumentRef:
    """An instrument of a customer, by the tenant's own name for it."""

    customer_id: str
    instrument_id: str


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """One payment as its tenant submitted it under `idempotency_key`.

    `refund_of` is the payment that it gives back, `schedule_id` the schedule that it is an occurrence of.
    """

    tenant: str
    idempotency_key: str
    money: Money
    source: InstrumentRef
    destination: InstrumentRef
    description: str = field(repr=False)
    speed: Speed = Speed.FASTEST
    refund_of: str = ""
    schedule_id: str = ""

    @property
    def payment_id(self) -> str:
        """The id that tenant and key stand for."""
        return ids.payment_id(self.tenant, self.idempotency_key)

    def differing_field(self, other: PaymentRequest) -> str | None:
        """JSON pointer to the first field in which a repeated submission differs; None when it is the same."""
        pairs = (
            ("/amount_minor", self.money.amount_minor, other.money.amount_minor),
            ("/currency", self.money.currency, other.money.currency),
            ("/source/customer_id", self.source.customer_id, other.source.customer_id),
            ("/source/instrument_id", self.source.instrument_id, other.source.instrument_id),
            ("/destination/customer_id", self.destination.customer_id, other.destination.customer_id),
            ("/destination/instrument_id", self.destination.instrument_id, other.destination.instrument_id),
            ("/description", self.description, other.description),
            ("/speed", self.speed, other.speed),
            ("/refund_of", self.refund_of, other.refund_of),
            ("/schedule_id", self.schedule_id, other.schedule_id),
        )
        return next((pointer for pointer, mine, theirs in pairs if mine != theirs), None)
