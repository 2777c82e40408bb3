"""All that is posted, by currency: debits and credits are equal unless something is wrong.

The whole proof, `verify_books`, holds every balance against the journal and takes as long as the journal is; this one
reads the accounts alone, so it can be made several times a day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shared.ledger.documents import ACCOUNTS, HOUSE_SHARDS
from shared.ports.documents import PAGE, Document, DocumentReader, every_document


@dataclass(frozen=True, slots=True)
class PostedTotals:
    """Posted minor units by currency, over `accounts` documents of wallets and shards of the house.

    `unreadable` are documents without a currency or with a counter that is no number. Not `whole`: reading was ended
    before the last of them, so that the sides say nothing.
    """

    debits_minor: Mapping[str, int]
    credits_minor: Mapping[str, int]
    accounts: int
    unreadable: tuple[str, ...]
    whole: bool

    @property
    def unbalanced(self) -> Mapping[str, int]:
        """Debits less credits of each currency in which they differ."""
        off = {currency: self.debits_minor[currency] - self.credits_minor[currency] for currency in self.debits_minor}
        return {currency: minor for currency, minor in sorted(off.items()) if minor}


def posted_totals(snapshot: DocumentReader, *, go_on: Callable[[], bool] = lambda: True) -> PostedTotals:
    """Sum up what stands in a snapshot; `go_on` is asked before each page, and False ends the reading.

    Of a reader that is no snapshot the sum is right only while nothing is booked: each page is of its own moment, and a
    booking that falls between two is seen on one of its accounts only.
    """
    debits: dict[str, int] = defaultdict(int)
    credits_: dict[str, int] = defaultdict(int)
    unreadable: list[str] = []
    accounts = 0
    for collection in (ACCOUNTS, HOUSE_SHARDS):
        for number, document in enumerate(every_document(snapshot, collection)):
            if number % PAGE == 0 and not go_on():
                return PostedTotals(debits, credits_, accounts, tuple(unreadable), whole=False)
            accounts += 1
            posted = _posted(document)
            if posted is None:
                unreadable.append(str(document.key))
                continue
            currency, debits_minor, credits_minor = posted
            debits[currency] += debits_minor
            credits_[currency] += credits_minor
    return PostedTotals(debits, credits_, accounts, tuple(unreadable), whole=True)


def _posted(document: Document) -> tuple[str, int, int] | None:
    """Currency, debits and credits of an account or a shard; a counter that is absent is zero."""
    fields = document.fields
    currency = fields.get("currency")
    debits, credits_ = fields.get("debits_posted_minor", 0), fields.get("credits_posted_minor", 0)
    if not isinstance(currency, str) or type(debits) is not int or type(credits_) is not int:
        return None
    return currency, debits, credits_
