"""Open the account behind a wallet, in the transaction that registers its customer."""

from __future__ import annotations

from shared.ledger.documents import account_key, account_to_fields
from shared.ledger.domain.account import Account
from shared.ports.documents import Transaction


def open_account(tx: Transaction, account_id: str, *, tenant: str, customer_id: str, currency: str) -> None:
    """Stage an empty account; the commit fails when it exists."""
    tx.create(account_key(account_id), account_to_fields(Account(account_id, tenant, customer_id, currency)))
