"""A customer of a tenant: who it is, how far it was verified, and the instruments that its payments may use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum

from shared.kernel.assessment import Reason
from shared.kernel.party import Instrument, Party, PartyType


class Tier(StrEnum):
    """How far the tenant's own checks went; limits hang on it."""

    BASIC = "basic"
    VERIFIED = "verified"
    BUSINESS = "business"


class Status(StrEnum):
    """Whether a customer may take part in payments."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True)
class Customer:
    """The aggregate; `instruments` by id, at most 50, its own (`holder_name` empty) and saved payees' ones."""

    id: str
    tenant: str
    reference: str
    type: PartyType
    name: str = field(repr=False)
    country: str
    born_on: date | None = field(repr=False)
    tier: Tier
    status: Status
    instruments: Mapping[str, Instrument]

    def differing_field(self, other: Customer) -> str | None:
        """JSON pointer to the first field in which a repeated registration differs; None when it is the same."""
        for each in fields(self):
            if each.name != "status" and getattr(self, each.name) != getattr(other, each.name):
                return f"/{each.name}"
        return None

    def party(self, instrument_id: str, currency: str) -> Party | Reason:
        """This customer, or the payee whom it saved, behind one instrument; or why it cannot take part."""
        if self.status is not Status.ACTIVE:
            return Reason("customer_suspended", "the customer may not take part in payments")
        instrument = self.instruments.get(instrument_id)
        if instrument is None:
            return Reason("instrument_not_found", "the customer has no such instrument")
        if instrument.currency != currency:
            return Reason("currency_mismatch", "the instrument is in another currency")
        return Party(
            customer_id=self.id,
            name=instrument.holder_name or self.name,
            # Of a saved payee nothing but the name is known; a person's name is screened the more strictly.
            type=PartyType.INDIVIDUAL if instrument.holder_name else self.type,
            country=instrument.holder_country or self.country,
            tier=self.tier.value,
            instrument=instrument,
            born_on=None if instrument.holder_name else self.born_on,
        )
