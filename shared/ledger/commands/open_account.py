"""Open the account behind a wallet, in the transaction that registers its customer."""

from __future__ import annotations

from shared.ledger.documents import account_key, account_to_fields
from shared.ledger.domain.account import Account
from shared.ledger.domain.chart import CHART, WALLET
from shared.ports.documents import Transaction


def open_account(tx: Transaction, account_id: str, *, tenant: str, customer_id: str, currency: str) -> None:
    """Stage an empty account on the terms of a wallet; the commit fails when it exists."""
    terms = CHART[WALLET]
    account = Account(
        account_id, tenant, customer_id, currency, normal_side=terms.normal_side, limit_rule=terms.limit_rule
    )
    tx.create(account_key(account_id), account_to_fields(account))
