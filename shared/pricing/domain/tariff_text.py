"""The tariff's text, in TOML: refused where it could mean something else than was meant."""

from __future__ import annotations

import tomllib
from datetime import date
from typing import Any

from shared.kernel.currency import MINOR_UNIT_DIGITS
from shared.kernel.errors import ClearwayError
from shared.kernel.money import AMOUNT_MINOR_MAX
from shared.pricing.domain.errors import PricingError
from shared.pricing.domain.tariff import BASIS_POINTS, DatedTariff, Fee, PriceList

# The routes that a payment may have; a fee on a name that is none would never be charged, and nobody would notice.
ROUTES = ("book", "payout", "deposit", "transfer")
_FIELDS = ("fixed_minor", "basis_points", "min_minor", "max_minor")


def parse_tariff(text: str) -> DatedTariff:
    """The price lists of a TOML text; see `tariff.toml` for its form. Raises INVALID_TARIFF, naming the place."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ClearwayError(PricingError.INVALID_TARIFF, f"not TOML: {error}") from None
    tables = content.get("tariffs")
    if not isinstance(tables, list) or set(content) != {"tariffs"}:
        raise _invalid("tariffs", "the text holds a list of them, and nothing else")
    lists = tuple(_list(f"tariff {number}", table) for number, table in enumerate(tables, start=1))
    if len({each.effective_from for each in lists}) < len(lists):
        raise _invalid("tariffs", "two begin on one day")
    return DatedTariff(lists)


def _list(where: str, table: Any) -> PriceList:
    match table:
        case {"effective_from": date() as start, "source": str(source), "fees": dict(fees), **other} if (
            type(start) is date and source and not other
        ):
            return PriceList(start, source, {route: _route(where, route, fees[route]) for route in fees})
    raise _invalid(where, "it needs a day effective_from, a source and fees, and no other")


def _route(where: str, route: str, table: Any) -> dict[str, Fee]:
    if route not in ROUTES:
        raise _invalid(where, f"a route is one of {', '.join(ROUTES)}")
    if not isinstance(table, dict) or not set(table) <= set(MINOR_UNIT_DIGITS):
        raise _invalid(where, f"the fees of {route} are by currency, and only by those that are booked")
    return {currency: _fee(f"{where}, {route} {currency}", table[currency]) for currency in table}


def _fee(where: str, table: Any) -> Fee:
    if not isinstance(table, dict) or not table or not set(table) <= set(_FIELDS):
        raise _invalid(where, f"a fee has some of {', '.join(_FIELDS)}")
    if any(type(number) is not int or not 0 <= number <= AMOUNT_MINOR_MAX for number in table.values()):
        raise _invalid(where, "its numbers are whole, and not below zero")
    fee = Fee(**table)
    if fee.basis_points > BASIS_POINTS:
        raise _invalid(where, "a share is at most all of the amount")
    if fee.max_minor is not None and fee.max_minor < fee.min_minor:
        raise _invalid(where, "its maximum is below its minimum")
    return fee


def _invalid(where: str, what: str) -> ClearwayError:
    return ClearwayError(PricingError.INVALID_TARIFF, f"{where}: {what}")
