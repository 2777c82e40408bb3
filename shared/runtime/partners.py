"""Partners that publish payment requests themselves: each on its own topic, which says whose payments it may ask for.

Pub/Sub tells a subscriber nothing of who published a message, so on a shared topic every partner could ask for every
tenant's payments. On `payment-requests-<partner>` that partner alone may publish, and what is in the message counts
only where it agrees with that; on `payment-requests` itself our own functions publish, and nobody else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.contracts.base import WireModel
from shared.contracts.catalogue import REQUESTS_TOPIC
from shared.contracts.errors import ContractError
from shared.contracts.payments import PaymentRequestV1
from shared.kernel.errors import ClearwayError
from shared.payments.commands.receive_payment import STEP
from shared.runtime.envelopes import Push

_PARTNERS = f"{REQUESTS_TOPIC}-"


def partner_topic(subscription: str) -> str:
    """The partner's topic that a subscription of intake reads, by its name `intake-<topic>`; empty for any other."""
    topic = subscription.removeprefix(f"{STEP}-")
    return topic if topic != subscription and topic.startswith(_PARTNERS) else ""


@dataclass(frozen=True, slots=True)
class Partners:
    """The tenant of each partner, by the partner's name."""

    tenants: Mapping[str, str] = field(default_factory=dict)

    def topic_of(self, push: Push) -> str:
        """The topic that a message came from."""
        return partner_topic(push.subscription) or REQUESTS_TOPIC

    def admit(self, push: Push, message: WireModel) -> None:
        """Raises FOREIGN_TENANT for a partner's message of another tenant, and for every one of an unknown partner."""
        topic = self.topic_of(push)
        if topic == REQUESTS_TOPIC:
            return
        tenant = self.tenants.get(topic.removeprefix(_PARTNERS))
        if tenant is None or not isinstance(message, PaymentRequestV1) or message.tenant != tenant:
            raise ClearwayError(ContractError.FOREIGN_TENANT, "a partner asks for payments of its own tenant alone")
