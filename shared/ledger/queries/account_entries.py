"""The journal as one account sees it, page by page."""

from __future__ import annotations

from dataclasses import dataclass

from shared.kernel.errors import ClearwayError
from shared.ledger.documents import JOURNAL, entry_from, entry_key
from shared.ledger.domain.errors import LedgerError
from shared.ledger.domain.journal import JournalEntry
from shared.ledger.queries.cursors import EPOCH, Cursor, cursor_from
from shared.ledger.queries.get_account import get_account
from shared.ports.documents import Document, DocumentReader

PAGE = 50
PAGE_MAX = 200


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Entries of an account in the order asked for; `cursor` asks for the ones behind them, and is None at the end."""

    entries: tuple[JournalEntry, ...]
    cursor: str | None


def account_entries(
    account_id: str,
    *,
    tenant: str,
    reader: DocumentReader,
    limit: int = PAGE,
    newest_first: bool = True,
    cursor: str | None = None,
) -> EntryPage:
    """A page of the entries of the tenant's account, by the moment at which they were decided, then by id.

    An entry that is booked while somebody pages is on no page that was read; oldest first, it comes in its turn. Two
    machines' clocks may differ, so the newest entries settle into their order within that difference, and a reader who
    follows the end of the journal should begin again a little before it.

    Raises UNKNOWN_ACCOUNT, INVALID_CURSOR, and INVALID_PAGE for a `limit` that is not between 1 and PAGE_MAX.
    """
    if not 1 <= limit <= PAGE_MAX:
        raise ClearwayError(LedgerError.INVALID_PAGE, f"a page has between 1 and {PAGE_MAX} entries", field="/limit")
    place = cursor_from(cursor, account_id=account_id, newest_first=newest_first) if cursor is not None else None
    get_account(account_id, tenant=tenant, reader=reader)
    found = reader.find(
        JOURNAL,
        contains=("accounts", account_id),
        at_least=("at", EPOCH),
        descending=newest_first,
        limit=limit + 1,
        after=Document(entry_key(place.entry_id), {"at": place.at}, None) if place else None,
    )
    entries = tuple(entry_from(document) for document in found[:limit])
    more = str(Cursor(account_id, newest_first, entries[-1].at, entries[-1].id)) if len(found) > limit else None
    return EntryPage(entries, more)
