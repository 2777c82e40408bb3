"""The proof of the books: debits equal credits, and every balance is what the journal and the holds make it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.ledger.documents import ACCOUNTS, HOUSE_SHARDS, JOURNAL, account_from, entry_from
from shared.ledger.domain.journal import Side
from shared.ports.documents import Document, DocumentReader, every_document


@dataclass(frozen=True, slots=True)
class Books:
    """What the check found. `debits_minor` and `credits_minor` are by currency, over all accounts' posted counters."""

    debits_minor: Mapping[str, int]
    credits_minor: Mapping[str, int]
    accounts: int
    entries: int
    differences: tuple[str, ...]

    @property
    def balanced(self) -> bool:
        """Whether the trial balance is zero per currency and nothing differs."""
        return self.debits_minor == self.credits_minor and not self.differences


@dataclass(slots=True)
class _Fold:
    """Running sums: posted minor units by account and side, holds by account, totals by side and currency."""

    posted: Counter[tuple[str, str]] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    totals: dict[str, Counter[str]] = field(default_factory=lambda: {side.value: Counter() for side in Side})
    accounts: set[str] = field(default_factory=set)
    differences: list[str] = field(default_factory=list)


def check_books(reader: DocumentReader, held_minor: Mapping[str, int]) -> Books:
    """Fold the journal and compare it with every balance; `held_minor` is what live payments hold, by account id.

    Reads everything, so it is for proofs and nightly checks. Exact only while nothing moves.
    """
    journal: Counter[tuple[str, str]] = Counter()
    entries = 0
    for document in every_document(reader, JOURNAL):
        entries += 1
        for line in entry_from(document).lines:
            journal[line.account, line.side.value] += line.amount_minor
    balances = _Fold()
    for document in [*every_document(reader, ACCOUNTS), *every_document(reader, HOUSE_SHARDS)]:
        _fold_balance(balances, document)
    found = [
        f"{account}: {side}s are {balances.posted[account, side]} but the journal says {journal[account, side]}"
        for account, side in sorted(set(journal) | set(balances.posted))
        if journal[account, side] != balances.posted[account, side]
    ] + [
        f"{account}: {balances.held[account]} held but live payments hold {held_minor.get(account, 0)}"
        for account in sorted(set(balances.held) | set(held_minor))
        if balances.held[account] != held_minor.get(account, 0)
    ]
    debits, credits_ = (
        {currency: total for currency, total in balances.totals[side.value].items() if total} for side in Side
    )
    return Books(debits, credits_, len(balances.accounts), entries, (*balances.differences, *found))


def _fold_balance(fold: _Fold, document: Document) -> None:
    account, fields = document.fields.get("account", document.key.id), document.fields
    fold.accounts.add(account)
    for side in Side:
        amount_minor = fields.get(f"{side.value}s_posted_minor", 0)
        fold.posted[account, side.value] += amount_minor
        fold.totals[side.value][fields["currency"]] += amount_minor
    fold.held[account] += fields.get("debits_pending_minor", 0)
    if document.key.collection == ACCOUNTS:
        available = account_from(document).available
        if available.amount_minor < 0:
            fold.differences.append(f"{account}: overdrawn, {available} available")
