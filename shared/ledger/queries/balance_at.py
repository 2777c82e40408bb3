"""What was in an account at a moment: what is in it now, less what was booked since."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.kernel.errors import ClearwayError
from shared.kernel.money import Money
from shared.ledger.documents import JOURNAL, account_key, entry_from, opened
from shared.ledger.domain.account import Counters
from shared.ledger.domain.errors import LedgerError
from shared.ledger.domain.journal import JournalEntry, Side
from shared.ports.documents import PAGE, Document, DocumentReader

ENTRIES_MAX = 20_000
_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Balance:
    """Posted counters and balance of an account as of `moment`."""

    account_id: str
    moment: datetime
    debits_posted_minor: int
    credits_posted_minor: int
    posted: Money


def balance_at(account_id: str, moment: datetime, *, tenant: str, now: datetime, reader: DocumentReader) -> Balance:
    """The tenant's account with every entry decided up to and including `moment`, and no later one.

    Exact to the cent: the account is read before and after its entries, and all again when a booking came between. It
    is of what was posted; what was held then stands in the payments' own histories. It is final once `moment` lies
    longer ago than a transaction may take (20 s) and machines' clocks may differ: until then, a booking that was
    decided before `moment` may still be on its way.

    Raises UNKNOWN_ACCOUNT; MOMENT_TO_COME for a moment after `now`; TOO_FAR_BACK when more than ENTRIES_MAX entries lie
    between; ACCOUNT_BUSY when something was booked at each of several attempts.
    """
    if moment > now:
        raise ClearwayError(LedgerError.MOMENT_TO_COME, "a balance is of a moment that has passed", field="/at")
    document = reader.get(account_key(account_id))
    for _ in range(_ATTEMPTS):
        account = opened(document)
        if document is None or account is None or account.tenant != tenant:
            raise ClearwayError(LedgerError.UNKNOWN_ACCOUNT, "no such account")
        counters = account.counters
        for entry in _since(reader, account_id, moment):
            counters -= Counters(
                debits_posted_minor=entry.amount_minor(account_id, Side.DEBIT),
                credits_posted_minor=entry.amount_minor(account_id, Side.CREDIT),
            )
        before, document = document, reader.get(account_key(account_id))
        if document is not None and document.version == before.version:
            posted = Money(counters.balance_minor(account.normal_side), account.currency)
            return Balance(account_id, moment, counters.debits_posted_minor, counters.credits_posted_minor, posted)
    raise ClearwayError(LedgerError.ACCOUNT_BUSY, "something was booked on the account while it was read")


def _since(reader: DocumentReader, account_id: str, moment: datetime) -> Iterator[JournalEntry]:
    """The entries of an account after a moment, oldest first; stores keep moments to the microsecond."""
    behind: Document | None = None
    for _ in range(ENTRIES_MAX // PAGE):
        page = reader.find(
            JOURNAL,
            contains=("accounts", account_id),
            at_least=("at", moment + timedelta(microseconds=1)),
            limit=PAGE,
            after=behind,
        )
        yield from map(entry_from, page)
        if len(page) < PAGE:
            return
        behind = page[-1]
    raise ClearwayError(LedgerError.TOO_FAR_BACK, f"more than {ENTRIES_MAX} entries were booked since", field="/at")
