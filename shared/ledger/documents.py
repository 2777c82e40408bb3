"""How the ledger lies in documents: `accounts`, `house_shards`, `journal`."""

from __future__ import annotations

from typing import Any

from shared.ledger.domain.account import Account
from shared.ledger.domain.journal import JournalEntry, Line, Side
from shared.ports.documents import Document, Key

ACCOUNTS = "accounts"
HOUSE_SHARDS = "house_shards"
JOURNAL = "journal"

COUNTERS = ("debits_pending_minor", "debits_posted_minor", "credits_pending_minor", "credits_posted_minor")


def account_key(account_id: str) -> Key:
    """Where a wallet's account stands."""
    return Key(ACCOUNTS, account_id)


def account_to_fields(account: Account) -> dict[str, Any]:
    """An account as a document."""
    counters = {name: getattr(account, name) for name in COUNTERS}
    return {
        "tenant": account.tenant,
        "customer_id": account.customer_id,
        "currency": account.currency,
        "normal_side": Side.CREDIT.value,
        **counters,
    }


def account_from(document: Document) -> Account:
    """An account from its document."""
    fields = document.fields
    counters = {name: fields.get(name, 0) for name in COUNTERS}
    return Account(document.key.id, fields["tenant"], fields["customer_id"], fields["currency"], **counters)


def entry_to_fields(entry: JournalEntry) -> dict[str, Any]:
    """A journal entry as a document."""
    return {
        "payment_id": entry.payment_id,
        "currency": entry.currency,
        "at": entry.at,
        "lines": [
            {"account": line.account, "side": line.side.value, "amount_minor": line.amount_minor}
            for line in entry.lines
        ],
    }


def entry_from(document: Document) -> JournalEntry:
    """A journal entry from its document; raises UNBALANCED for one that was tampered with."""
    fields = document.fields
    lines = tuple(Line(line["account"], Side(line["side"]), line["amount_minor"]) for line in fields["lines"])
    return JournalEntry(document.key.id, fields["payment_id"], fields["currency"], lines, fields["at"])
