"""The dated price books and limits: infra/prices.yaml and infra/limits.yaml."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Protocol, TypeVar

from scripts.capacity.errors import CapacityError, refuse
from scripts.capacity.reading import read

INFRA = Path(__file__).resolve().parents[2] / "infra"
PRICES, LIMITS = INFRA / "prices.yaml", INFRA / "limits.yaml"
HOURS_OF_MONTH = Decimal(730)  # Google's month


class Kind(Enum):
    """What happens above a limit."""

    HARD = "hard"  # refused, or it waits
    SOFT = "soft"  # slow and contended
    RAMP = "ramp"  # only how fast one may grow


@dataclass(frozen=True, slots=True)
class Price:
    """`amount` of the book's currency for `per` units."""

    amount: Decimal
    per: Decimal
    unit: str
    source: str
    unconfirmed: bool = False

    def of(self, quantity: Decimal) -> Decimal:
        """What a quantity costs."""
        return quantity * self.amount / self.per


@dataclass(frozen=True, slots=True)
class Free:
    """Units that are free each day or month."""

    amount: Decimal
    every: str
    source: str
    unconfirmed: bool = False

    @property
    def monthly(self) -> Decimal:
        """Units that are free in a month."""
        return self.amount * HOURS_OF_MONTH / 24 if self.every == "day" else self.amount


@dataclass(frozen=True, slots=True)
class PriceBook:
    """All prices of a region from a day on."""

    from_: date
    region: str
    currency: str
    prices: dict[str, Price]
    free: dict[str, Free] = field(default_factory=dict)

    def price(self, name: str) -> Price:
        """One price. Raises BAD_FIGURES when the book lacks it."""
        if name not in self.prices:
            refuse(CapacityError.BAD_FIGURES, f"the price book of {self.from_} for {self.region} has no price {name}")
        return self.prices[name]


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit of Google's, of a kind `kind`."""

    amount: Decimal
    unit: str
    kind: str
    raise_: str
    source: str
    unconfirmed: bool = False


@dataclass(frozen=True, slots=True)
class LimitBook:
    """All limits of a region from a day on."""

    from_: date
    region: str
    limits: dict[str, Bound]

    def limit(self, name: str) -> Bound:
        """One limit. Raises BAD_FIGURES when the book lacks it."""
        if name not in self.limits:
            refuse(CapacityError.BAD_FIGURES, f"the limits of {self.from_} for {self.region} have no {name}")
        return self.limits[name]


@dataclass(frozen=True, slots=True)
class _PriceFile:
    books: tuple[PriceBook, ...]


@dataclass(frozen=True, slots=True)
class _LimitFile:
    books: tuple[LimitBook, ...]


class _Dated(Protocol):
    @property
    def from_(self) -> date: ...
    @property
    def region(self) -> str: ...


B = TypeVar("B", bound=_Dated)


def prices_at(day: date, region: str, path: Path = PRICES) -> PriceBook:
    """The price book that counts on a day. Raises NO_BOOK, BAD_FIGURES."""
    book = _at(day, region, read(_PriceFile, path).books, path, "price book")
    for name, free in book.free.items():
        if free.every not in ("day", "month"):
            refuse(CapacityError.BAD_FIGURES, f"{path.name}: free.{name}.every must be day or month")
        book.price(name)
    if any(price.per <= 0 for price in book.prices.values()):
        refuse(CapacityError.BAD_FIGURES, f"{path.name}: a price's `per` must be above 0")
    return book


def limits_at(day: date, region: str, path: Path = LIMITS) -> LimitBook:
    """The limits that count on a day. Raises NO_BOOK, BAD_FIGURES."""
    book = _at(day, region, read(_LimitFile, path).books, path, "book of limits")
    for name, bound in book.limits.items():
        if bound.kind not in {kind.value for kind in Kind} or bound.amount <= 0:
            refuse(CapacityError.BAD_FIGURES, f"{path.name}: {name} must be hard, soft or ramp, and above 0")
    return book


def _at(day: date, region: str, books: Sequence[B], path: Path, what: str) -> B:
    there = [book for book in books if book.region == region]
    if not there:
        known = ", ".join(sorted({book.region for book in books})) or "none"
        refuse(CapacityError.NO_BOOK, f"{path.name} has no {what} for the region {region}; regions with one: {known}")
    begun = [book for book in there if book.from_ <= day]
    if not begun:
        first = min(book.from_ for book in there)
        refuse(CapacityError.NO_BOOK, f"{path.name} has no {what} for {day}; the first begins on {first}")
    return max(begun, key=lambda book: book.from_)
