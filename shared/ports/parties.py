"""Customers as a payment sees them."""

from __future__ import annotations

from typing import Protocol

from shared.kernel.assessment import Reason
from shared.kernel.party import Party
from shared.ports.documents import Document, Key


class Parties(Protocol):
    """Turns a customer's document into the party of a payment."""

    def key(self, customer_id: str) -> Key:
        """Where the customer stands."""
        ...

    def party(self, document: Document | None, tenant: str, instrument_id: str, currency: str) -> Party | Reason:
        """The customer with one instrument, or why it cannot take part: unknown, another tenant's, closed, currency."""
        ...
