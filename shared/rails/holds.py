"""The hold policy that travels with the code, as settlement asks it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from shared.ports.routing import Collected, Safety
from shared.rails.domain.hold_policy import HoldBook
from shared.rails.domain.hold_policy_text import parse_holds
from shared.rails.domain.service import BankingDay


@dataclass(frozen=True, slots=True)
class HoldsByRisk:
    """Implements `HoldPolicy` over a book of policies."""

    book: HoldBook
    is_banking_day: BankingDay

    def safety(self, collected: Collected) -> Safety:
        """What is kept back of a collection, and until when; see `HoldBook.held`. Raises INVALID_HOLD_POLICY."""
        held = self.book.held(
            collected.rail,
            collected.money,
            settled_at=collected.settled_at,
            risk_score=collected.risk_score,
            flags=collected.flags,
            is_banking_day=self.is_banking_day,
        )
        return Safety(held.minor, held.safe_at, held.why)


@cache
def hold_book() -> HoldBook:
    """`holds.toml`, read once in a process. Raises INVALID_HOLD_POLICY for a broken file."""
    return parse_holds(Path(__file__).with_name("holds.toml").read_text(encoding="utf-8"))
