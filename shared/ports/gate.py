"""A gate: a context that looks at a payment on its way and says whether it may go on."""

from __future__ import annotations

from typing import Protocol

from shared.kernel.assessment import Assessment
from shared.kernel.facts import PaymentFacts
from shared.ports.documents import Key, Transaction


class Gate(Protocol):
    """Fraud and compliance, as the payment sees them."""

    @property
    def step(self) -> str:
        """The step that this gate is in a payment's history: `fraud` or `compliance`."""
        ...

    def prefetch(self, source_customer_id: str) -> tuple[Key, ...]:
        """Keys that `assess` will read, so that they travel in the same call as the payment."""
        ...

    def assess(self, tx: Transaction, facts: PaymentFacts) -> Assessment:
        """Read what the gate keeps, judge, and stage its own writes in the payment's transaction.

        Called once per run of the transaction, and only for a payment that this gate has not seen.
        """
        ...
