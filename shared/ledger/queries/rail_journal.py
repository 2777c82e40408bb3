"""The rails' accounts in our own books, as reconciliation asks for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.ledger.documents import HOUSE_SHARDS, JOURNAL, counters_from, entry_from
from shared.ledger.domain.account import Counters
from shared.ledger.domain.chart import RAIL_SETTLEMENT, kind_of, normal_side, rail_settlement_account
from shared.ledger.domain.journal import JournalEntry, Side
from shared.ledger.queries.cursors import EPOCH
from shared.ports.documents import PAGE, Document, DocumentReader, every_document
from shared.ports.reconciliation import JournalItem, RailAccount

# The kind of entries that undo a leg which its rail has returned; see `shared.ports.ledger.Booking`.
RETURN = "return"


@dataclass(frozen=True, slots=True)
class RailJournalOfDocuments:
    """Implements `RailJournal` over the journal and the shards of the house's accounts."""

    reader: DocumentReader

    def accounts(self) -> Sequence[RailAccount]:
        """See `RailJournal.accounts`. Reads every shard of the house, which is a bounded number for each account."""
        sums: dict[str, Counters] = {}
        for document in every_document(self.reader, HOUSE_SHARDS):
            account = document.fields["account"]
            if kind_of(account) == RAIL_SETTLEMENT:
                sums[account] = sums.get(account, Counters()) + counters_from(document.fields)
        return [_rail_account(account, counters) for account, counters in sorted(sums.items())]

    def items(
        self, rail: str, currency: str, *, since: datetime | None = None, until: datetime | None = None
    ) -> Iterator[JournalItem]:
        """See `RailJournal.items`."""
        account = rail_settlement_account(rail, currency)
        behind: Document | None = None
        while True:
            page = self.reader.find(
                JOURNAL,
                contains=("accounts", account),
                at_least=("at", since or EPOCH),
                at_most=("at", until) if until else None,
                limit=PAGE,
                after=behind,
            )
            for document in page:
                item = _item(entry_from(document), account)
                if item.amount_minor:
                    yield item
            if len(page) < PAGE:
                return
            behind = page[-1]


def _rail_account(account: str, counters: Counters) -> RailAccount:
    rail, _, currency = account.removeprefix(f"house.{RAIL_SETTLEMENT}.").rpartition(".")
    return RailAccount(rail, currency, counters.balance_minor(normal_side(account)))


def _item(entry: JournalEntry, account: str) -> JournalItem:
    """What an entry moved on the account: our money there is an asset, so a debit is money that came in."""
    amount_minor = entry.amount_minor(account, Side.DEBIT) - entry.amount_minor(account, Side.CREDIT)
    returned = entry.kind == RETURN
    return JournalItem(entry.id, entry.payment_id, entry.reference, amount_minor, entry.at, returned)
