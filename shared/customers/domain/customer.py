"""A customer of a tenant: who it is, how far it was verified, and the instruments that its payments may use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from enum import StrEnum

from shared.customers.domain.errors import CustomerError
from shared.kernel.assessment import Reason
from shared.kernel.errors import ClearwayError
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
class BankAccount:
    """How a bank account is reached; `account_type` may be empty."""

    routing_number: str
    account_number: str = field(repr=False)
    account_type: str = ""

    def put_into(self, instrument: Instrument) -> Instrument:
        """The instrument with this account behind it."""
        return replace(
            instrument,
            routing_number=self.routing_number,
            account_number=self.account_number,
            account_type=self.account_type,
        )


@dataclass(frozen=True, slots=True)
class InstrumentCorrection:
    """What a bank corrected of an instrument, with its own code, and what was there before."""

    instrument_id: str
    change_code: str
    at: datetime
    before: BankAccount
    after: BankAccount


@dataclass(frozen=True, slots=True)
class Customer:
    """The aggregate; `instruments` by id, at most 50, its own (`holder_name` empty) and saved payees' ones.

    `corrections` are those that banks made to the instruments, in their order.
    """

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
    corrections: tuple[InstrumentCorrection, ...] = ()

    def differing_field(self, other: Customer) -> str | None:
        """JSON pointer to the first field in which a repeated registration differs; None when it is the same.

        What counts is what was registered, before banks corrected it.
        """
        registered = self.as_registered()
        for each in fields(self):
            if each.name != "status" and getattr(registered, each.name) != getattr(other, each.name):
                return f"/{each.name}"
        return None

    def as_registered(self) -> Customer:
        """The customer without the corrections of banks."""
        instruments = dict(self.instruments)
        for correction in reversed(self.corrections):
            corrected = instruments[correction.instrument_id]
            instruments[correction.instrument_id] = correction.before.put_into(corrected)
        return replace(self, instruments=instruments, corrections=())

    def corrected(
        self, instrument_id: str, wrong: BankAccount, right: BankAccount, *, change_code: str, at: datetime
    ) -> Customer:
        """The customer after its bank found an account wrong and said what is right; itself when that is so already.

        A kind of account that is not said stays as it is, and the numbers alone tell whether an account is the wrong
        one. Raises NOT_FOUND for an instrument that it does not have, STALE_CORRECTION for one that has neither the
        wrong numbers nor the right ones.
        """
        instrument = self.instruments.get(instrument_id)
        if instrument is None:
            raise ClearwayError(CustomerError.NOT_FOUND, "a correction names an instrument that does not exist")
        before = BankAccount(instrument.routing_number, instrument.account_number, instrument.account_type)
        after = replace(right, account_type=right.account_type or before.account_type)
        if after == before:
            return self
        if (before.routing_number, before.account_number) != (wrong.routing_number, wrong.account_number):
            raise ClearwayError(CustomerError.STALE_CORRECTION, "the instrument has other numbers by now")
        correction = InstrumentCorrection(instrument_id, change_code, at, before, after)
        instruments = {**self.instruments, instrument_id: after.put_into(instrument)}
        return replace(self, instruments=instruments, corrections=(*self.corrections, correction))

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
