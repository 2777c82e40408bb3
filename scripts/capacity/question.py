"""What is asked: how many payments a second, of which routes, where and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import NoReturn

from scripts.capacity.errors import CapacityError, refuse

REGION = "us-central1"
PEAK = Decimal(4)
MIX = "payout=0.7,deposit=0.2,transfer=0.05,book=0.05"
RATE_MAX = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Question:
    """`rate` is the mean of a month in payments a second, `peak` how many times of it the busiest minutes have.

    `mix` is the share of each route; `accounts` over how many wallets payments are spread evenly, None for so many that
    none is busy.
    """

    rate: Decimal
    peak: Decimal
    mix: Mapping[str, Decimal]
    region: str
    on: date
    accounts: int | None = None

    def __post_init__(self) -> None:
        """Raises BAD_QUESTION with a sentence."""
        if not 0 < self.rate <= RATE_MAX:
            _refuse(f"the rate must be above 0 payments a second, and at most {RATE_MAX:,}")
        if not 1 <= self.peak <= 1000:
            _refuse("the peak must be from 1 to 1000 times the rate")
        if self.accounts is not None and self.accounts < 1:
            _refuse("payments must be spread over at least one account")
        if any(share < 0 for share in self.mix.values()) or sum(self.mix.values()) != 1:
            _refuse(f"the shares of the mix must be 0 or more and sum up to 1, not {sum(self.mix.values())}")

    @property
    def peak_rate(self) -> Decimal:
        """Payments a second in the busiest minutes."""
        return self.rate * self.peak


def number(text: str, what: str) -> Decimal:
    """A finite decimal. Raises BAD_QUESTION naming `what` it was for."""
    try:
        found = Decimal(text)
    except InvalidOperation:
        _refuse(f"{what} must be a number, not {text[:20]!r}")
    if not found.is_finite():
        _refuse(f"{what} must be a finite number")
    return found


def mix_of(text: str) -> dict[str, Decimal]:
    """`payout=0.7,deposit=0.3` as shares by route. Raises BAD_QUESTION."""
    shares: dict[str, Decimal] = {}
    for item in text.split(","):
        route, equals, share = item.partition("=")
        if not equals or route.strip() in shares:
            _refuse(f"the mix must name each route once with its share, like {MIX}")
        shares[route.strip()] = number(share.strip(), f"the share of {route.strip()}")
    return shares


def day_of(text: str) -> date:
    """An ISO date. Raises BAD_QUESTION."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        _refuse(f"the day must be a date such as 2026-11-24, not {text[:20]!r}")


def _refuse(sentence: str) -> NoReturn:
    refuse(CapacityError.BAD_QUESTION, sentence)
