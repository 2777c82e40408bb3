"""The balance of one of the house's accounts: the sum of its shards, which is a bounded read."""

from __future__ import annotations

from dataclasses import dataclass

from shared.kernel.money import Money
from shared.ledger.documents import counters_from, shard_key
from shared.ledger.domain.account import Counters
from shared.ledger.domain.chart import HOUSE_SHARDS, normal_side
from shared.ledger.domain.journal import Side
from shared.ledger.places import account_of
from shared.ports.documents import Transactor
from shared.ports.ledger import House, RailSettlement


@dataclass(frozen=True, slots=True)
class HouseBalance:
    """A house account in one currency; `posted` is positive on its normal side."""

    account: str
    normal_side: Side
    counters: Counters
    posted: Money


def house_balance(place: House | RailSettlement, currency: str, *, transactor: Transactor) -> HouseBalance:
    """All shards of the account, by their keys, in one call: HOUSE_SHARDS reads however much was booked.

    One that nothing was booked on is zero. While payments book on the account the shards may be of moments a booking
    apart: then the sum is of that moment give or take those bookings. Raises UNKNOWN_ACCOUNT outside of the chart.
    """
    account = account_of(place, currency)
    side = normal_side(account)
    keys = [shard_key(account, shard) for shard in range(HOUSE_SHARDS)]
    documents = transactor.run(lambda tx: tx.get(*keys)).value
    counters = sum((counters_from(document.fields) for document in documents if document), Counters())
    return HouseBalance(account, side, counters, Money(counters.balance_minor(side), currency))
