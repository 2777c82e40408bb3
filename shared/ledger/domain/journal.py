"""Journal entries: what was booked, for ever. Lines of an entry sum to zero; a correction is a new entry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.kernel.errors import ClearwayError
from shared.ledger.domain.errors import LedgerError


class Side(StrEnum):
    """The two sides of the books."""

    DEBIT = "debit"
    CREDIT = "credit"

    @property
    def other(self) -> Side:
        """The opposite side."""
        return Side.CREDIT if self is Side.DEBIT else Side.DEBIT


@dataclass(frozen=True, slots=True)
class Line:
    """One posting: `amount_minor` > 0 on one side of one account."""

    account: str
    side: Side
    amount_minor: int


def merged(lines: Iterable[Line]) -> tuple[Line, ...]:
    """One line for each account and side, in the order in which they first come.

    Lines that are not positive stay by themselves, so that none can hide in the sum of others.
    """
    sums: Counter[tuple[str, Side]] = Counter()
    refused = []
    for line in lines:
        if line.amount_minor > 0:
            sums[line.account, line.side] += line.amount_minor
        else:
            refused.append(line)
    return (*(Line(account, side, amount_minor) for (account, side), amount_minor in sums.items()), *refused)


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """The postings of one booking in one currency; refuses to exist unless debits equal credits.

    `kind` says what was booked; `reverses` is the id of the entry that this one undoes, `reference` the key
    of the leg by which a rail moved the money.
    """

    id: str
    payment_id: str
    currency: str
    lines: tuple[Line, ...]
    at: datetime
    kind: str = ""
    reverses: str = ""
    reference: str = ""

    def __post_init__(self) -> None:
        """Refuse lines that do not balance, that are not positive, or that are too few. Raises UNBALANCED."""
        total = sum(line.amount_minor if line.side is Side.DEBIT else -line.amount_minor for line in self.lines)
        if total != 0 or len(self.lines) < 2 or any(line.amount_minor <= 0 for line in self.lines):
            raise ClearwayError(LedgerError.UNBALANCED, "the debits of an entry equal its credits")

    @property
    def accounts(self) -> tuple[str, ...]:
        """The accounts that its lines are of, each once."""
        return tuple(dict.fromkeys(line.account for line in self.lines))

    def amount_minor(self, account: str, side: Side) -> int:
        """What was booked on one side of one account."""
        return sum(line.amount_minor for line in self.lines if line.account == account and line.side is side)
