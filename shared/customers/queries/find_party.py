"""Customers as a payment sees them: the `Parties` port over customer documents."""

from __future__ import annotations

from shared.customers.documents import customer_from, customer_key
from shared.kernel.assessment import Reason
from shared.kernel.party import Party
from shared.ports.documents import Document, Key


class CustomerParties:
    """See `shared.ports.parties.Parties`."""

    def key(self, customer_id: str) -> Key:
        """See `Parties.key`."""
        return customer_key(customer_id)

    def party(self, document: Document | None, tenant: str, instrument_id: str, currency: str) -> Party | Reason:
        """See `Parties.party`. Another tenant's customer is answered like an unknown one."""
        if document is None or document.fields["tenant"] != tenant:
            return Reason("customer_not_found", "the tenant has no such customer")
        return customer_from(document).party(instrument_id, currency)
