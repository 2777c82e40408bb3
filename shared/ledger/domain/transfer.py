"""A transfer: what is asked of the ledger in one booking, and what it would change, account by account. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from shared.kernel.hold import Hold
from shared.ledger.domain.account import Counters
from shared.ledger.domain.chart import is_house
from shared.ledger.domain.journal import JournalEntry, Line, Side, merged


@dataclass(frozen=True, slots=True)
class Flow:
    """`amount_minor` from one account to another: a debit of the source, a credit of the destination."""

    source: str
    destination: str
    amount_minor: int


def lines_of(flows: Iterable[Flow]) -> tuple[Line, ...]:
    """The lines of flows that are booked together, one for each account and side."""
    return merged(
        line
        for flow in flows
        for line in (
            Line(flow.source, Side.DEBIT, flow.amount_minor),
            Line(flow.destination, Side.CREDIT, flow.amount_minor),
        )
    )


@dataclass(frozen=True, slots=True)
class Transfer:
    """Lines in one currency that are to be booked together as the entry `id`.

    `holds` are used up: what the lines take from a hold's account comes out of the hold, and the rest of it is given
    back. `new_holds` are set aside out of what the lines bring in. `reverses` is the entry that this one undoes,
    `reference` the key under which a rail knows the leg that was moved.
    """

    id: str
    payment_id: str
    currency: str
    lines: tuple[Line, ...]
    at: datetime
    kind: str
    holds: tuple[Hold, ...] = ()
    new_holds: tuple[Hold, ...] = ()
    reverses: str = ""
    reference: str = ""

    @property
    def accounts(self) -> tuple[str, ...]:
        """All accounts that it is of, each once."""
        held = [hold.account_id for hold in (*self.holds, *self.new_holds)]
        return tuple(dict.fromkeys((*(line.account for line in self.lines), *held)))

    def side_minor(self, account: str, side: Side) -> int:
        """What it books on one side of an account."""
        return sum(line.amount_minor for line in self.lines if line.account == account and line.side is side)

    def held_minor(self, account: str) -> int:
        """What its holds come to on an account."""
        return _sum_of(self.holds)[account]

    def freed_minor(self, account: str) -> int:
        """By how much it raises what is available on a wallet, before anything is set aside; negative when it draws."""
        credits_minor, debits_minor = (self.side_minor(account, side) for side in (Side.CREDIT, Side.DEBIT))
        return credits_minor + self.held_minor(account) - debits_minor

    @property
    def draws_on(self) -> tuple[str, ...]:
        """The wallets whose available balance it lowers: where a limit could be broken, and so what has to be read.

        What was held is known to be there, and no limit of a wallet is broken by what comes in.
        """
        return tuple(one for one in self.accounts if not is_house(one) and self.freed_minor(one) < 0)

    def change(self, account: str) -> Counters:
        """What it adds to an account's counters."""
        return Counters(
            debits_pending_minor=_sum_of(self.new_holds)[account] - self.held_minor(account),
            debits_posted_minor=self.side_minor(account, Side.DEBIT),
            credits_posted_minor=self.side_minor(account, Side.CREDIT),
        )

    def entry(self) -> JournalEntry:
        """Its journal entry; raises UNBALANCED."""
        return JournalEntry(
            self.id,
            self.payment_id,
            self.currency,
            self.lines,
            self.at,
            kind=self.kind,
            reverses=self.reverses,
            reference=self.reference,
        )


def _sum_of(holds: tuple[Hold, ...]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for hold in holds:
        sums[hold.account_id] += hold.money.amount_minor
    return sums
