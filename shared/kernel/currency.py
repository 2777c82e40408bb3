"""ISO 4217 currencies that Clearway books, with the decimals of their minor unit (ISO 4217:2015, list one)."""

from __future__ import annotations

from shared.kernel.errors import ClearwayError, KernelError

# Zero and three decimals are here on purpose: code that assumes cents fails its tests on JPY and KWD.
MINOR_UNIT_DIGITS: dict[str, int] = {
    "AUD": 2,
    "BRL": 2,
    "CAD": 2,
    "CHF": 2,
    "EUR": 2,
    "GBP": 2,
    "JPY": 0,
    "KWD": 3,
    "MXN": 2,
    "SEK": 2,
    "SGD": 2,
    "USD": 2,
}


def minor_unit_digits(currency: str) -> int:
    """Decimals of the currency's minor unit. Raises UNKNOWN_CURRENCY for a code that is not booked here."""
    try:
        return MINOR_UNIT_DIGITS[currency]
    except KeyError:
        raise ClearwayError(
            KernelError.UNKNOWN_CURRENCY, "not an ISO 4217 currency that is booked here", field="/currency"
        ) from None
