"""The parties and instruments of a payment, as every context sees them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class InstrumentKind(StrEnum):
    """What money moves from or to: a wallet is an account in our ledger, the others are reached over a rail."""

    WALLET = "wallet"
    BANK_ACCOUNT = "bank_account"
    CARD = "card"


class PartyType(StrEnum):
    """Whether a party is a natural person or an organisation; screening treats their names differently."""

    INDIVIDUAL = "individual"
    ORGANISATION = "organisation"


class Direction(StrEnum):
    """Which way money goes over a rail, seen from the outside instrument."""

    CREDIT = "credit"  # pay out to it
    DEBIT = "debit"  # collect from it


class Speed(StrEnum):
    """How soon a client wants the money to arrive."""

    FASTEST = "fastest"  # the soonest that any rail offers
    SAME_DAY = "same_day"  # the cheapest that arrives on this banking day
    STANDARD = "standard"  # the cheapest


@dataclass(frozen=True, slots=True)
class Instrument:
    """One instrument of a customer. `holder_name` is set where it belongs to somebody else (a saved payee).

    `account_id` is the ledger account of a wallet; `routing_number` and `account_number` reach a bank account and are
    never logged, published or shown whole; `account_type` is `checking` or `savings`. A card is a `card_token` of its
    processor, never its number.
    """

    id: str
    kind: InstrumentKind
    currency: str
    account_id: str = ""
    routing_number: str = ""
    account_number: str = field(default="", repr=False)
    account_type: str = ""
    card_token: str = field(default="", repr=False)
    holder_name: str = field(default="", repr=False)
    holder_country: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """One side of a payment: who it is (`name`, `country` ISO 3166-1 alpha-2) and through which instrument."""

    customer_id: str
    name: str = field(repr=False)
    type: PartyType
    country: str
    tier: str
    instrument: Instrument
    born_on: date | None = field(default=None, repr=False)
