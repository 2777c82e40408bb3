"""What the customers context needs of others."""

from __future__ import annotations

from typing import Protocol

from shared.ports.documents import Transaction


class OpenAccount(Protocol):
    """Opens the ledger account behind a wallet; the ledger context provides it."""

    def __call__(self, tx: Transaction, account_id: str, *, tenant: str, customer_id: str, currency: str) -> None:
        """Stage an empty account."""
        ...
