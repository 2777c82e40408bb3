"""Freeze an account, let it go again, or close it."""

from __future__ import annotations

from shared.kernel.errors import ClearwayError
from shared.ledger.documents import account_key, account_to_fields, opened
from shared.ledger.domain.account import Account, AccountStatus
from shared.ledger.domain.errors import LedgerError
from shared.ports.documents import Transaction, Transactor


def change_status(account_id: str, status: AccountStatus, *, tenant: str, transactor: Transactor) -> Account:
    """The tenant's account at its new status; the same call again changes nothing.

    A freeze lets nothing new out: no hold, and no booking out of what is available. What a payment held before is paid
    out, what comes in is taken in, and what undoes an entry is booked. Raises UNKNOWN_ACCOUNT; NOT_EMPTY for closing an
    account in which there is something or on which something is held; CLOSED for one that is closed for good.
    """

    def work(tx: Transaction) -> Account:
        (document,) = tx.get(account_key(account_id))
        account = opened(document)
        if document is None or account is None or account.tenant != tenant:
            raise ClearwayError(LedgerError.UNKNOWN_ACCOUNT, "no such account")
        if account.status is status:
            return account
        changed = account.with_status(status)
        tx.replace(document.key, account_to_fields(changed))
        return changed

    return transactor.run(work).value
