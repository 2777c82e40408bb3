"""What the functions `fraud` and `compliance` have in common: payment events in, payments through a gate."""

from __future__ import annotations

from shared.contracts.base import WireModel
from shared.contracts.catalogue import EVENTS_TOPIC
from shared.contracts.errors import ContractError
from shared.contracts.events import PaymentEventV1
from shared.kernel.errors import ClearwayError
from shared.ledger.commands.book_money import DoubleEntryLedger
from shared.payments.commands.pass_gate import pass_gate
from shared.payments.domain.payment import Payment
from shared.ports.gate import Gate
from shared.runtime.backbone import Backbone
from shared.runtime.pubsub_endpoint import pubsub_endpoint
from shared.runtime.web import Endpoint


def gate_endpoint(backbone: Backbone, gate: Gate, *, delivery_attempts_max: int = 5) -> Endpoint:
    """A gate over these ports."""
    ledger = DoubleEntryLedger()

    def step(message: WireModel) -> Payment:
        if not isinstance(message, PaymentEventV1):
            raise ClearwayError(ContractError.UNKNOWN_TYPE, "a gate takes payment events")
        return pass_gate(
            message.payment_id, message.source_customer_id, pipeline=backbone.pipeline, gate=gate, ledger=ledger
        )

    return pubsub_endpoint(
        gate.step, step, topic=EVENTS_TOPIC, backbone=backbone, delivery_attempts_max=delivery_attempts_max
    )
