"""How the ledger lies in documents: `accounts`, `house_shards`, `journal`, `reversals`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from shared.ledger.domain.account import COUNTERS, Account, AccountStatus, Counters, LimitRule
from shared.ledger.domain.chart import normal_side, shard_id
from shared.ledger.domain.journal import JournalEntry, Line, Side
from shared.ports.documents import Document, Key

ACCOUNTS = "accounts"
HOUSE_SHARDS = "house_shards"
JOURNAL = "journal"
REVERSALS = "reversals"


def account_key(account_id: str) -> Key:
    """Where a wallet's account stands."""
    return Key(ACCOUNTS, account_id)


def shard_key(account: str, shard: int) -> Key:
    """Where one shard of a house account stands."""
    return Key(HOUSE_SHARDS, shard_id(account, shard))


def entry_key(entry_id: str) -> Key:
    """Where a journal entry stands."""
    return Key(JOURNAL, entry_id)


def reversal_key(entry_id: str) -> Key:
    """Where it stands that an entry was reversed: one document for each entry, so that it can happen once only."""
    return Key(REVERSALS, entry_id)


def counters_from(fields: Mapping[str, Any]) -> Counters:
    """The counters in the fields of an account or a shard; one that is absent is zero."""
    return Counters(**{name: fields.get(name, 0) for name in COUNTERS})


def account_to_fields(account: Account) -> dict[str, Any]:
    """An account as a document."""
    return {
        "tenant": account.tenant,
        "customer_id": account.customer_id,
        "currency": account.currency,
        "normal_side": account.normal_side.value,
        "limit_rule": account.limit_rule.value,
        "status": account.status.value,
        **asdict(account.counters),
    }


def account_from(document: Document) -> Account:
    """An account from its document."""
    fields = document.fields
    return Account(
        id=document.key.id,
        tenant=fields["tenant"],
        customer_id=fields["customer_id"],
        currency=fields["currency"],
        counters=counters_from(fields),
        normal_side=Side(fields["normal_side"]),
        limit_rule=LimitRule(fields["limit_rule"]),
        status=AccountStatus(fields["status"]),
    )


def opened(document: Document | None) -> Account | None:
    """The account behind a document; None where there is none, or where something was added that nobody opened."""
    return account_from(document) if document and "tenant" in document.fields else None


def shard_labels(account: str, currency: str) -> dict[str, str]:
    """What a shard of a house account says of itself."""
    return {"account": account, "currency": currency, "normal_side": normal_side(account).value}


def entry_to_fields(entry: JournalEntry) -> dict[str, Any]:
    """A journal entry as a document; `accounts` is there to be searched."""
    return {
        "payment_id": entry.payment_id,
        "currency": entry.currency,
        "at": entry.at,
        "kind": entry.kind,
        "reverses": entry.reverses,
        "reference": entry.reference,
        "accounts": list(entry.accounts),
        "lines": [
            {"account": line.account, "side": line.side.value, "amount_minor": line.amount_minor}
            for line in entry.lines
        ],
    }


def entry_from(document: Document) -> JournalEntry:
    """A journal entry from its document; raises UNBALANCED for one that was tampered with."""
    fields = document.fields
    lines = tuple(Line(line["account"], Side(line["side"]), line["amount_minor"]) for line in fields["lines"])
    return JournalEntry(
        document.key.id,
        fields["payment_id"],
        fields["currency"],
        lines,
        fields["at"],
        kind=fields["kind"],
        reverses=fields["reverses"],
        reference=fields["reference"],
    )
