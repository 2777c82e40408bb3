"""Journal entries: what was booked, for ever. Lines of an entry sum to zero; a correction is a new entry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.kernel.errors import ClearwayError
from shared.ledger.domain.errors import LedgerError


class Side(StrEnum):
    """The two sides of the books."""

    DEBIT = "debit"
    CREDIT = "credit"


@dataclass(frozen=True, slots=True)
class Line:
    """One posting: `amount_minor` > 0 on one side of one account."""

    account: str
    side: Side
    amount_minor: int


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """The postings of one movement in one currency; refuses to exist unless debits equal credits."""

    id: str
    payment_id: str
    currency: str
    lines: tuple[Line, ...]
    at: datetime

    def __post_init__(self) -> None:
        total = sum(line.amount_minor if line.side is Side.DEBIT else -line.amount_minor for line in self.lines)
        if total != 0 or len(self.lines) < 2 or any(line.amount_minor <= 0 for line in self.lines):
            raise ClearwayError(LedgerError.UNBALANCED, "the debits of an entry equal its credits")
