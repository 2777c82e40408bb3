"""The trial balance: for each currency, what is posted on each side of every kind of account. The sides are equal."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from shared.ledger.documents import ACCOUNTS, HOUSE_SHARDS, counters_from
from shared.ledger.domain.account import Counters
from shared.ledger.domain.chart import CHART, RAIL_SETTLEMENT, is_house, kind_of
from shared.ports.documents import Document, DocumentReader, every_document


@dataclass(frozen=True, slots=True)
class TrialLine:
    """One kind of account: `wallet`, `fees`, `rail-settlement.ach`, ...; `accounts` is how many there are of it."""

    kind: str
    accounts: int
    counters: Counters

    @property
    def balance_minor(self) -> int:
        """What is posted on the kind's normal side, less what is posted on the other."""
        terms = CHART[RAIL_SETTLEMENT if self.kind.startswith(RAIL_SETTLEMENT) else self.kind]
        return self.counters.balance_minor(terms.normal_side)


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """All kinds of accounts in one currency."""

    currency: str
    lines: tuple[TrialLine, ...]

    @property
    def debits_minor(self) -> int:
        """All posted debits."""
        return sum(line.counters.debits_posted_minor for line in self.lines)

    @property
    def credits_minor(self) -> int:
        """All posted credits; unless something is wrong, the debits."""
        return sum(line.counters.credits_posted_minor for line in self.lines)


def trial_balance(reader: DocumentReader) -> tuple[TrialBalance, ...]:
    """One for each currency, in the order of the codes.

    Reads every account, so it is for operators. Exact while nothing is booked; otherwise a booking under way may be
    seen on one of its accounts only.
    """
    counters: dict[tuple[str, str], Counters] = defaultdict(Counters)
    wallets: Counter[tuple[str, str]] = Counter()
    for document in _every_balance(reader):
        account = document.fields.get("account", document.key.id)
        place = document.fields.get("currency", "unknown"), trial_kind(account)
        counters[place] += counters_from(document.fields)
        wallets[place] += not is_house(account)
    # In one currency there is one house account of a kind.
    found = {place: TrialLine(place[1], wallets[place] or 1, counters[place]) for place in sorted(counters)}
    return tuple(
        TrialBalance(currency, tuple(line for place, line in found.items() if place[0] == currency))
        for currency in sorted({currency for currency, _ in found})
    )


def trial_kind(account: str) -> str:
    """The kind under which a trial balance lists an account: rails apart, since each settles at a bank of its own."""
    kind = kind_of(account)
    return f"{kind}.{account.split('.')[2]}" if kind == RAIL_SETTLEMENT else kind


def _every_balance(reader: DocumentReader) -> Iterator[Document]:
    yield from every_document(reader, ACCOUNTS)
    yield from every_document(reader, HOUSE_SHARDS)
