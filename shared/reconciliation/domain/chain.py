"""The chain of an account's statements: each opens with what the last one closed with, and no day is left out. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from shared.reconciliation.domain.breaks import BreakKind
from shared.reconciliation.domain.rail_days import RailDays


@dataclass(frozen=True, slots=True)
class Balances:
    """What a day's statement opened and closed with, in signed minor units: below zero the account is overdrawn."""

    day: date
    opening_minor: int
    closing_minor: int


@dataclass(frozen=True, slots=True)
class ChainBreak:
    """A day that does not open with what the last one closed with (`gap_minor` higher), or that has no statement."""

    kind: BreakKind
    day: date
    gap_minor: int = 0

    @property
    def name(self) -> str:
        """What identifies it on its account."""
        return f"{self.day.isoformat()}.{self.kind}"


@dataclass(frozen=True, slots=True)
class Chain:
    """The breaks of a chain, and through which day it is complete, or no longer waited for; None before its start."""

    breaks: tuple[ChainBreak, ...]
    through: date | None


def check_chain(
    statements: Sequence[Balances], days: RailDays, *, first: date, due_through: date, waited_through: date
) -> Chain:
    """Walk from day `first`, by days that should have a statement and days that have one all the same.

    A day without a statement is a break once it is past `due_through`, and holds `through` back until it is past
    `waited_through`. Behind it, there is nothing to compare an opening balance with.
    """
    known = {one.day: one for one in statements if one.day >= first}
    last = max([due_through, *known])
    breaks: list[ChainBreak] = []
    through: date | None = None
    held_back = False
    before: Balances | None = None
    for day in sorted({*days.days(first, last), *known}):
        one = known.get(day)
        if one is None:
            if day <= due_through:
                breaks.append(ChainBreak(BreakKind.STATEMENT_MISSING, day))
            held_back = held_back or day > waited_through
        elif before is not None and before.closing_minor != one.opening_minor:
            gap_minor = one.opening_minor - before.closing_minor
            breaks.append(ChainBreak(BreakKind.BALANCE_GAP, day, gap_minor))
        if not held_back:
            through = day
        before = one
    return Chain(tuple(breaks), min(through, last) if through else None)
