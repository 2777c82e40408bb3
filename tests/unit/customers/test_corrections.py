"""What banks correct of an instrument, and what is kept of what was before."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from shared.adapters.memory.clock import ManualClock
from shared.adapters.memory.documents import InMemoryDocuments
from shared.contracts.base import parse
from shared.contracts.customers import CustomerRegistration
from shared.customers.commands.correct_instrument import correct_instrument
from shared.customers.commands.register_customer import register_customer
from shared.customers.documents import customer_from, customer_key
from shared.customers.domain.customer import BankAccount, Customer
from shared.customers.domain.errors import CustomerError
from shared.kernel.errors import ClearwayError
from shared.kernel.usage import measured
from shared.ledger.commands.open_account import open_account
from tests.support.builders import ADA, BANK, NOON, TENANT
from tests.support.world import customer_body

WRONG = BankAccount("021000021", "100000000")
RIGHT = BankAccount("121042882", "200000000", "savings")


@pytest.fixture
def documents() -> InMemoryDocuments:
    store = InMemoryDocuments(ManualClock(NOON))
    register(store, customer_body("ada", "Ada Brook"))
    return store


def register(store: InMemoryDocuments, body: dict[str, Any]) -> Customer:
    customer = parse(CustomerRegistration, json.dumps(body)).to_domain(TENANT)
    return register_customer(customer, transactor=store, open_account=open_account)


def correct(store: InMemoryDocuments, wrong: BankAccount = WRONG, right: BankAccount = RIGHT, **other: str) -> Customer:
    customer, instrument = other.get("customer", ADA), other.get("instrument", BANK)
    return correct_instrument(customer, instrument, wrong, right, change_code="C07", at=NOON, transactor=store)


def kept(store: InMemoryDocuments) -> Customer:
    document = store.get(customer_key(ADA))
    assert document is not None
    return customer_from(document)


def test_a_correction_replaces_the_numbers_and_keeps_those_before(documents: InMemoryDocuments) -> None:
    correct(documents)
    customer = kept(documents)
    found = customer.instruments[BANK]
    assert (found.routing_number, found.account_number, found.account_type) == ("121042882", "200000000", "savings")
    (correction,) = customer.corrections
    before = replace(WRONG, account_type="checking")
    assert (correction.change_code, correction.at, correction.before, correction.after) == ("C07", NOON, before, RIGHT)


def test_the_same_correction_again_changes_nothing(documents: InMemoryDocuments) -> None:
    correct(documents)
    with measured() as counts:
        correct(documents)
    assert counts.writes == 0
    assert len(kept(documents).corrections) == 1


def test_a_kind_that_is_not_said_stays(documents: InMemoryDocuments) -> None:
    correct(documents)
    after = BankAccount(RIGHT.routing_number, RIGHT.account_number)
    correct(documents, wrong=after, right=BankAccount(RIGHT.routing_number, "300000000"))
    assert kept(documents).instruments[BANK].account_type == "savings"


def test_a_registration_that_is_repeated_after_corrections_is_still_the_same(documents: InMemoryDocuments) -> None:
    correct(documents)
    correct(documents, wrong=RIGHT, right=BankAccount("021000021", "300000000"))
    customer = register(documents, customer_body("ada", "Ada Brook"))
    assert customer.instruments[BANK].account_number == "300000000"
    with pytest.raises(ClearwayError) as caught:
        register(documents, customer_body("ada", "Ada Brook", "300000000"))
    assert (caught.value.code, caught.value.field) == (CustomerError.CONFLICT, "/instruments")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"customer": "cus_nobody"}, CustomerError.NOT_FOUND),
        ({"instrument": "bank-nowhere"}, CustomerError.NOT_FOUND),
        ({"wrong": BankAccount("021000021", "999999999")}, CustomerError.STALE_CORRECTION),
    ],
)
def test_what_is_not_there_or_has_other_numbers_is_not_corrected(
    documents: InMemoryDocuments, change: dict[str, Any], code: CustomerError
) -> None:
    before = kept(documents)
    with pytest.raises(ClearwayError) as caught:
        correct(documents, **change)
    assert caught.value.code is code
    assert kept(documents) == before
