"""One wallet's account."""

from __future__ import annotations

from shared.kernel.errors import ClearwayError
from shared.ledger.documents import account_key, opened
from shared.ledger.domain.account import Account
from shared.ledger.domain.errors import LedgerError
from shared.ports.documents import DocumentReader


def get_account(account_id: str, *, tenant: str, reader: DocumentReader) -> Account:
    """The tenant's account; UNKNOWN_ACCOUNT when there is none, or when it is somebody else's (the same answer)."""
    account = opened(reader.get(account_key(account_id)))
    if account is None or account.tenant != tenant:
        raise ClearwayError(LedgerError.UNKNOWN_ACCOUNT, "no such account")
    return account
