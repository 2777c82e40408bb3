"""The chart of accounts: on which side each kind of account is raised, and which limit it keeps to.

Wallets are the customers' (what the house owes). The house's own accounts are one document for each shard, since every
payment books on them.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from shared.kernel.errors import ClearwayError
from shared.ledger.domain.account import LimitRule
from shared.ledger.domain.errors import LedgerError
from shared.ledger.domain.journal import Side

# A document takes about one write a second for long; sixteen shards take the rail settlement account of some sixteen
# payments a second, and a reader sums sixteen documents. https://cloud.google.com/firestore/docs/best-practices
HOUSE_SHARDS = 16

WALLET = "wallet"
RAIL_SETTLEMENT = "rail-settlement"
_HOUSE = "house."


@dataclass(frozen=True, slots=True)
class Terms:
    """What is the same for every account of a kind."""

    normal_side: Side
    limit_rule: LimitRule


# A limit is checked under the version of one document, which a sharded account has not; the house's accounts are held
# to what payments owe by the verification of the books instead.
CHART: Mapping[str, Terms] = {
    WALLET: Terms(Side.CREDIT, LimitRule.DEBITS_MUST_NOT_EXCEED_CREDITS),
    RAIL_SETTLEMENT: Terms(Side.DEBIT, LimitRule.NONE),  # ours, at the bank that settles a rail
    "receivable": Terms(Side.DEBIT, LimitRule.NONE),  # owed to the house
    "in-transit": Terms(Side.CREDIT, LimitRule.NONE),  # owed to payees
    "suspense": Terms(Side.CREDIT, LimitRule.NONE),  # owed to somebody
    "fees": Terms(Side.CREDIT, LimitRule.NONE),  # earned
}


def rail_settlement_account(rail: str, currency: str) -> str:
    """The asset account in which a rail's bank holds our money of one currency."""
    return f"{_HOUSE}{RAIL_SETTLEMENT}.{rail}.{currency}"


def house_account(account: str, currency: str) -> str:
    """One of the house's own accounts, of one currency."""
    return f"{_HOUSE}{account}.{currency}"


def is_house(account: str) -> bool:
    """Whether it is one of the house's accounts, which are sharded."""
    return account.startswith(_HOUSE)


def kind_of(account: str) -> str:
    """Its kind in the chart; raises UNKNOWN_ACCOUNT for a house account that the chart does not have."""
    kind = account.split(".")[1] if is_house(account) else WALLET
    if kind not in CHART:
        raise ClearwayError(LedgerError.UNKNOWN_ACCOUNT, "the chart has no such account")
    return kind


def normal_side(account: str) -> Side:
    """The side that raises an account."""
    return CHART[kind_of(account)].normal_side


def shard_of(entry_id: str) -> int:
    """The shard that an entry writes to: spread evenly, and the same at every attempt."""
    return zlib.crc32(entry_id.encode()) % HOUSE_SHARDS


def shard_id(account: str, shard: int) -> str:
    """The document id of one shard of a house account."""
    return f"{account}~{shard:02d}"
