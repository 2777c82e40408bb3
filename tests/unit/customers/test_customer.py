"""Customers and the parties that they are in a payment."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from shared.contracts.base import parse
from shared.contracts.customers import CustomerRegistration
from shared.customers.documents import customer_from, customer_key, customer_to_fields
from shared.customers.domain.customer import Customer, Status, Tier
from shared.customers.queries.find_party import CustomerParties
from shared.kernel.assessment import Reason
from shared.kernel.party import Party, PartyType
from shared.ports.documents import Document
from tests.support.builders import ADA, BANK, PAYEE, TENANT, WALLET
from tests.support.world import customer_body


@pytest.fixture
def ada() -> Customer:
    return parse(CustomerRegistration, json.dumps(customer_body("ada", "Ada Brook"))).to_domain(TENANT)


def document(customer: Customer) -> Document:
    return Document(customer_key(customer.id), customer_to_fields(customer), 1)


def test_a_customer_comes_back_from_its_document_as_it_was(ada: Customer) -> None:
    assert customer_from(document(ada)) == ada
    assert ada.id == ADA


def test_a_saved_payee_is_a_party_of_its_own_name(ada: Customer) -> None:
    own, payee = ada.party(BANK, "USD"), ada.party(PAYEE, "USD")
    assert isinstance(own, Party)
    assert isinstance(payee, Party)
    assert (own.name, own.born_on) == ("Ada Brook", ada.born_on)
    assert (payee.name, payee.born_on, payee.type) == ("Grace Meadow", None, PartyType.INDIVIDUAL)


@pytest.mark.parametrize(
    ("tenant", "instrument", "currency", "code"),
    [
        (TENANT, WALLET, "USD", None),
        (TENANT, "unknown", "USD", "instrument_not_found"),
        (TENANT, WALLET, "EUR", "currency_mismatch"),
        ("other", WALLET, "USD", "customer_not_found"),
    ],
)
def test_who_cannot_take_part_is_told_why(
    ada: Customer, tenant: str, instrument: str, currency: str, code: str | None
) -> None:
    party = CustomerParties().party(document(ada), tenant, instrument, currency)
    assert (party.code if isinstance(party, Reason) else None) == code


def test_a_suspended_customer_takes_no_part(ada: Customer) -> None:
    party = replace(ada, status=Status.SUSPENDED).party(WALLET, "USD")
    assert isinstance(party, Reason)
    assert party.code == "customer_suspended"


def test_nobody_is_an_unknown_customer() -> None:
    party = CustomerParties().party(None, TENANT, WALLET, "USD")
    assert isinstance(party, Reason)


def test_a_changed_registration_is_told_by_its_field(ada: Customer) -> None:
    assert ada.differing_field(ada) is None
    assert ada.differing_field(replace(ada, status=Status.SUSPENDED)) is None
    assert ada.differing_field(replace(ada, tier=Tier.BASIC)) == "/tier"
    assert ada.differing_field(replace(ada, instruments={})) == "/instruments"
