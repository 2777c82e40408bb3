"""Money: an integer number of minor units in one ISO 4217 currency. There is no floating point anywhere near it."""

from __future__ import annotations

from dataclasses import dataclass

from shared.kernel.currency import minor_unit_digits
from shared.kernel.errors import ClearwayError, KernelError

# Firestore and BigQuery hold signed 64-bit integers; a tenth of that leaves room for sums.
AMOUNT_MINOR_MAX = 10**17


@dataclass(frozen=True, slots=True)
class Money:
    """`amount_minor` minor units (cents for USD, yen for JPY) of `currency`; may be negative where a balance may."""

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        minor_unit_digits(self.currency)
        if type(self.amount_minor) is not int or abs(self.amount_minor) > AMOUNT_MINOR_MAX:
            raise ClearwayError(
                KernelError.INVALID_AMOUNT, "an amount is a whole number of minor units", field="/amount_minor"
            )

    def __add__(self, other: Money) -> Money:
        """Sum of two amounts of one currency; raises CURRENCY_MISMATCH for two."""
        self._check(other)
        return Money(self.amount_minor + other.amount_minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        """Difference of two amounts of one currency; raises CURRENCY_MISMATCH for two."""
        self._check(other)
        return Money(self.amount_minor - other.amount_minor, self.currency)

    def _check(self, other: Money) -> None:
        if self.currency != other.currency:
            raise ClearwayError(KernelError.CURRENCY_MISMATCH, f"{self.currency} and {other.currency} do not add")

    def __str__(self) -> str:
        """Decimal form with the currency, such as `12.50 USD`, for people."""
        digits = minor_unit_digits(self.currency)
        sign = "-" if self.amount_minor < 0 else ""
        whole, part = divmod(abs(self.amount_minor), 10**digits)
        return f"{sign}{whole:,}.{part:0{digits}d} {self.currency}" if digits else f"{sign}{whole:,} {self.currency}"
