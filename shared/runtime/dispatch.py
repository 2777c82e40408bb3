"""Pay what a payment owes: publish its events, publish its request, create its task. All may be repeated at will."""

from __future__ import annotations

from shared.contracts.catalogue import event_message, request_message
from shared.contracts.events import event_from_domain
from shared.contracts.payments import SettlementTaskV1, request_from_domain
from shared.payments.domain.events import Owed
from shared.payments.domain.payment import Payment
from shared.ports.tasks import Task
from shared.runtime.backbone import Backbone

SETTLEMENT_QUEUE = "settlement"


def dispatch(payment: Payment, owed: Owed, backbone: Backbone) -> None:
    """Return when everything is safe with Pub/Sub and Cloud Tasks; raises a retryable error when it is not."""
    if owed.request:
        backbone.publisher.publish(request_message(request_from_domain(payment.request)))
    for event in owed.events:
        backbone.publisher.publish(event_message(event_from_domain(event)))
    if owed.settlement:
        body = SettlementTaskV1(payment_id=payment.id).model_dump_json().encode()
        backbone.queue().enqueue(Task(SETTLEMENT_QUEUE, owed.settlement, body))
