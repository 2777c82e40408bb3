"""What the schedules context needs of others."""

from __future__ import annotations

from typing import Protocol

from shared.kernel.assessment import Reason
from shared.ports.documents import Transaction
from shared.schedules.domain.schedule import DuePayment


class MakePayment(Protocol):
    """Submits the payment of an occurrence; the payments context provides it."""

    def __call__(self, tx: Transaction, due: DuePayment) -> str | Reason:
        """Stage the payment, unless it is there already; returns its id, or why it can never be submitted."""
        ...
