"""Accounts on the wire: what the API is asked about them, and what it answers."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, StringConstraints

from shared.contracts.answers import timestamp
from shared.contracts.base import WireModel
from shared.ledger.domain.account import Account
from shared.ledger.domain.journal import JournalEntry, Side
from shared.ledger.queries.account_entries import PAGE, EntryPage
from shared.ledger.queries.balance_at import Balance

_RFC_3339 = re.compile(
    r"(?:19[7-9]\d|[2-9]\d{3})-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII
)


def _count(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise ValueError("is not a whole number")
    return int(value)


def _moment(value: str) -> datetime:
    # A plus sign that was not escaped arrives as a space, and is refused here rather than guessed.
    if not _RFC_3339.fullmatch(value):
        raise ValueError("is not an RFC 3339 time since 1970 with its offset, such as 2026-11-02T12:00:00Z")
    return datetime.fromisoformat(value.upper())


class EntriesQuery(WireModel):
    """`?limit=&order=&cursor=` of an account's entries."""

    limit: Annotated[int, BeforeValidator(_count)] = PAGE
    order: Literal["newest", "oldest"] = "newest"
    cursor: Annotated[str, StringConstraints(min_length=1, max_length=512)] | None = None


class BalanceQuery(WireModel):
    """`?at=` of an account's balance."""

    at: Annotated[datetime, BeforeValidator(_moment)]


def account_answer(account: Account) -> dict[str, Any]:
    """An account with its balances and its four counters, in minor units."""
    counters = account.counters
    return {
        "id": account.id,
        "customer_id": account.customer_id,
        "currency": account.currency,
        "status": account.status.value,
        "normal_side": account.normal_side.value,
        "limit_rule": account.limit_rule.value,
        "available_minor": account.available.amount_minor,
        "held_minor": account.held.amount_minor,
        "posted_minor": account.posted.amount_minor,
        "debits_pending_minor": counters.debits_pending_minor,
        "debits_posted_minor": counters.debits_posted_minor,
        "credits_pending_minor": counters.credits_pending_minor,
        "credits_posted_minor": counters.credits_posted_minor,
    }


def entries_answer(account_id: str, page: EntryPage) -> dict[str, Any]:
    """A page of entries; `next_cursor` is null on the last one."""
    return {"entries": [_entry(account_id, entry) for entry in page.entries], "next_cursor": page.cursor}


def balance_answer(balance: Balance) -> dict[str, Any]:
    """A balance as of a moment."""
    return {
        "id": balance.account_id,
        "at": timestamp(balance.moment),
        "currency": balance.posted.currency,
        "posted_minor": balance.posted.amount_minor,
        "debits_posted_minor": balance.debits_posted_minor,
        "credits_posted_minor": balance.credits_posted_minor,
    }


def _entry(account_id: str, entry: JournalEntry) -> dict[str, Any]:
    """What the entry did to this account; its other accounts are other people's business."""
    return {
        "id": entry.id,
        "payment_id": entry.payment_id,
        "kind": entry.kind,
        "at": timestamp(entry.at),
        "currency": entry.currency,
        "debit_minor": entry.amount_minor(account_id, Side.DEBIT),
        "credit_minor": entry.amount_minor(account_id, Side.CREDIT),
        **({"reverses": entry.reverses} if entry.reverses else {}),
    }
