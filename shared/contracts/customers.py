"""Customers on the wire: the body of `POST /v1/customers` and its answer."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from shared.contracts.base import Country, Currency, InstrumentId, Text, WireModel
from shared.customers.domain.customer import Customer, Status, Tier
from shared.kernel import ids
from shared.kernel.party import Instrument, InstrumentKind, PartyType
from shared.kernel.routing_numbers import has_right_check_digit

INSTRUMENTS_MAX = 50


def _routing_number(value: str) -> str:
    """An ABA routing number, with its check digit."""
    if not has_right_check_digit(value):
        raise ValueError("fails the ABA check digit")
    return value


Name = Annotated[Text, StringConstraints(min_length=1, max_length=140, strip_whitespace=True)]


class InstrumentBody(WireModel):
    """An instrument: a wallet, or a bank account or a card of the customer's own or of a payee whom it saves.

    A card is the `card_token` of the card processor, never its number; a saved payee has a `holder_name`.
    """

    id: InstrumentId
    kind: Literal["wallet", "bank_account", "card"]
    currency: Currency
    routing_number: Annotated[str, StringConstraints(pattern=r"^\d{9}$"), AfterValidator(_routing_number)] | None = None
    account_number: Annotated[str, StringConstraints(pattern=r"^\d{4,17}$")] | None = None
    account_type: Literal["checking", "savings"] | None = None
    card_token: Annotated[Text, StringConstraints(pattern=r"^tok_[A-Za-z0-9_]{4,120}$")] | None = None
    holder_name: Name | Literal[""] = ""
    holder_country: Country | Literal[""] = ""

    @model_validator(mode="after")
    def _kind_has_its_fields(self) -> InstrumentBody:
        reached = self.routing_number is not None and self.account_number is not None
        if (self.kind == "bank_account") is not reached:
            raise ValueError("a bank account, and only that, has routing_number and account_number")
        if (self.kind == "card") is not (self.card_token is not None):
            raise ValueError("a card, and only that, has card_token")
        if self.account_type is not None and self.kind != "bank_account":
            raise ValueError("only a bank account has account_type")
        if self.kind == "wallet" and (self.holder_name or self.holder_country):
            raise ValueError("a wallet is held by the customer itself")
        return self

    def to_domain(self, customer_id: str) -> Instrument:
        """The instrument, with the ledger account of a wallet."""
        wallet = self.kind == "wallet"
        return Instrument(
            id=self.id,
            kind=InstrumentKind(self.kind),
            currency=self.currency,
            account_id=ids.wallet_account_id(customer_id, self.id) if wallet else "",
            routing_number=self.routing_number or "",
            account_number=self.account_number or "",
            account_type=(self.account_type or "checking") if self.kind == "bank_account" else "",
            card_token=self.card_token or "",
            holder_name=self.holder_name,
            holder_country=self.holder_country,
        )


class CustomerRegistration(WireModel):
    """Body of `POST /v1/customers`; `reference` is the tenant's own id, which makes the call repeatable."""

    reference: Annotated[Text, StringConstraints(pattern=r"^[A-Za-z0-9._:-]{1,128}$")]
    type: Literal["individual", "organisation"]
    name: Name
    country: Country
    born_on: date | None = None
    tier: Literal["basic", "verified", "business"]
    instruments: Annotated[list[InstrumentBody], Field(min_length=1, max_length=INSTRUMENTS_MAX)]

    @model_validator(mode="after")
    def _instruments_are_distinct(self) -> CustomerRegistration:
        if len({instrument.id for instrument in self.instruments}) < len(self.instruments):
            raise ValueError("two instruments have the same id")
        return self

    def to_domain(self, tenant: str) -> Customer:
        """The customer of a tenant."""
        customer_id = ids.customer_id(tenant, self.reference)
        return Customer(
            id=customer_id,
            tenant=tenant,
            reference=self.reference,
            type=PartyType(self.type),
            name=self.name,
            country=self.country,
            born_on=self.born_on,
            tier=Tier(self.tier),
            status=Status.ACTIVE,
            instruments={one.id: one.to_domain(customer_id) for one in self.instruments},
        )


def customer_answer(customer: Customer) -> dict[str, Any]:
    """A customer as the API shows it: account numbers by their last four digits."""
    return {
        "id": customer.id,
        "reference": customer.reference,
        "type": customer.type.value,
        "tier": customer.tier.value,
        "status": customer.status.value,
        "instruments": [
            {
                "id": instrument.id,
                "kind": instrument.kind.value,
                "currency": instrument.currency,
                **({"account_id": instrument.account_id} if instrument.account_id else {}),
                **({"account_last4": instrument.account_number[-4:]} if instrument.account_number else {}),
                **({"card_token_last4": instrument.card_token[-4:]} if instrument.card_token else {}),
            }
            for instrument in customer.instruments.values()
        ],
    }
