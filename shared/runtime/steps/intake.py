"""The function `intake`: payment requests in, received or rejected payments out."""

from __future__ import annotations

from shared.contracts.base import WireModel
from shared.contracts.catalogue import REQUESTS_TOPIC
from shared.contracts.errors import ContractError
from shared.contracts.payments import PaymentRequestV1
from shared.customers.queries.find_party import CustomerParties
from shared.kernel.errors import ClearwayError
from shared.ledger.commands.book_money import DoubleEntryLedger
from shared.payments.commands.receive_payment import STEP, receive_payment
from shared.payments.domain.payment import Payment
from shared.ports.routing import Tariff
from shared.runtime.backbone import Backbone
from shared.runtime.partners import Partners
from shared.runtime.pubsub_endpoint import pubsub_endpoint
from shared.runtime.web import Endpoint


def intake_endpoint(
    backbone: Backbone, tariff: Tariff, *, partners: Partners | None = None, delivery_attempts_max: int = 5
) -> Endpoint:
    """Intake over these ports, at this tariff, for our own requests and those of `partners`."""
    parties, ledger = CustomerParties(), DoubleEntryLedger()

    def step(message: WireModel) -> Payment:
        if not isinstance(message, PaymentRequestV1):
            raise ClearwayError(ContractError.UNKNOWN_TYPE, "intake takes payment requests")
        return receive_payment(
            message.to_domain(), pipeline=backbone.pipeline, parties=parties, ledger=ledger, tariff=tariff
        )

    return pubsub_endpoint(
        STEP,
        step,
        topic=REQUESTS_TOPIC,
        backbone=backbone,
        delivery_attempts_max=delivery_attempts_max,
        sources=partners or Partners(),
    )
