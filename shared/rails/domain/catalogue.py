"""The terms on which each rail carries money: dated, sourced, and looked up by the day they are needed for."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from shared.kernel.currency import minor_unit_digits
from shared.kernel.errors import ClearwayError
from shared.kernel.money import AMOUNT_MINOR_MAX, Money
from shared.rails.domain.errors import RailsError


@dataclass(frozen=True, slots=True)
class RailTerms:
    """What holds for one rail from a day on, and who says so.

    `timeout_s` bounds every call. `inquiry_grace_s` is how long after a submission the rail's "never heard of it" may
    not yet be believed: the first call may still be on its way in. `amount_max_minor` is the largest amount of one
    instruction, in minor units, for each currency that the rail carries.
    """

    name: str
    effective_from: date
    source: str
    timeout_s: float
    inquiry_grace_s: float
    amount_max_minor: Mapping[str, int]

    def __post_init__(self) -> None:
        for currency, amount_minor in self.amount_max_minor.items():
            minor_unit_digits(currency)
            if type(amount_minor) is not int or not 0 < amount_minor <= AMOUNT_MINOR_MAX:
                raise _invalid(self.name, f"the largest amount in {currency} is a positive number of minor units")
        if not self.amount_max_minor or not self.source:
            raise _invalid(self.name, "terms need a source and at least one currency")
        if self.timeout_s <= 0:
            raise _invalid(self.name, "timeout_s must be above zero")
        if self.inquiry_grace_s <= self.timeout_s:
            # Within the time-out our own call may still be arriving: "never heard of it" proves nothing yet.
            raise _invalid(self.name, "inquiry_grace_s must be above timeout_s")

    @property
    def currencies(self) -> frozenset[str]:
        """The ISO 4217 codes that the rail carries."""
        return frozenset(self.amount_max_minor)

    def carry(self, money: Money) -> bool:
        """Whether the rail takes an instruction over this amount."""
        return 0 < money.amount_minor <= self.amount_max_minor.get(money.currency, 0)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All terms ever agreed."""

    terms: tuple[RailTerms, ...]

    def terms_at(self, day: date) -> dict[str, RailTerms]:
        """The terms in force on a day, by the rail's name: of each rail, the newest that had begun by then."""
        begun = (terms for terms in self.terms if terms.effective_from <= day)
        return {terms.name: terms for terms in sorted(begun, key=lambda terms: terms.effective_from)}


def parse_catalogue(text: str) -> Catalogue:
    """Read a catalogue in TOML: tables `[[terms]]` with the fields of `RailTerms`.

    Raises INVALID_CATALOGUE for a field that is missing, unknown or of the wrong type, for terms that contradict
    themselves, and for two terms of one rail that begin on one day.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ClearwayError(RailsError.INVALID_CATALOGUE, f"not TOML: {error}") from None
    terms = tuple(_terms(table) for table in document.get("terms", []))
    begun = [(each.name, each.effective_from) for each in terms]
    for name, day in begun:
        if begun.count((name, day)) > 1:
            raise _invalid(name, f"two terms begin on {day}")
    return Catalogue(terms)


_FIELDS: dict[str, tuple[type, ...]] = {
    "name": (str,),
    "effective_from": (date,),
    "source": (str,),
    "timeout_s": (int, float),
    "inquiry_grace_s": (int, float),
    "amount_max_minor": (dict,),
}


def _terms(table: dict[str, Any]) -> RailTerms:
    name = str(table.get("name", "a rail without a name"))
    if set(table) != set(_FIELDS):
        raise _invalid(name, f"the fields are {', '.join(_FIELDS)}, and no others")
    for field, types in _FIELDS.items():
        if type(table[field]) not in types:
            raise _invalid(name, f"{field} has the wrong type")
    return RailTerms(**table)


def _invalid(name: str, what: str) -> ClearwayError:
    return ClearwayError(RailsError.INVALID_CATALOGUE, f"{name}: {what}")
