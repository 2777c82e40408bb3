"""The chart of accounts: wallets are the customers' (what we owe), house accounts are ours (what we own)."""

from __future__ import annotations

import zlib

from shared.ledger.domain.journal import Side

# A document takes about one write a second for long; sixteen shards take the rail settlement account of some sixteen
# payments a second, and a reader sums sixteen documents. https://cloud.google.com/firestore/docs/best-practices
HOUSE_SHARDS = 16


def rail_settlement_account(rail: str, currency: str) -> str:
    """The asset account in which a rail's bank holds our money of one currency."""
    return f"house.rail-settlement.{rail}.{currency}"


def house_account(account: str, currency: str) -> str:
    """One of the house's own accounts, of one currency."""
    return f"house.{account}.{currency}"


def normal_side(account: str) -> Side:
    """The side that raises a house account: debit for what the house has or is owed, else credit."""
    kind = account.split(".")[1]
    return Side.DEBIT if kind in ("rail-settlement", "receivable") else Side.CREDIT


def shard_of(entry_id: str) -> int:
    """The shard that an entry writes to: spread evenly, and the same at every attempt."""
    return zlib.crc32(entry_id.encode()) % HOUSE_SHARDS


def shard_id(account: str, shard: int) -> str:
    """The document id of one shard of a house account."""
    return f"{account}~{shard:02d}"
