"""What an entry is called: class, description, name, reference, account."""

from __future__ import annotations

import pytest

from shared.kernel.party import Direction, PartyType
from shared.rails.domain.ach.origin import Authorisation
from shared.rails.domain.ach.terms import (
    entry_description,
    fault_of_account,
    receiver_name,
    sec_code,
    short_reference,
)

CREDIT, DEBIT = Direction.CREDIT, Direction.DEBIT
PERSON, COMPANY = PartyType.INDIVIDUAL, PartyType.ORGANISATION
INTERNET, STANDING = Authorisation.INTERNET, Authorisation.STANDING


@pytest.mark.parametrize(
    ("holder", "direction", "authorisation", "expected"),
    [
        (PERSON, CREDIT, INTERNET, "PPD"),
        (PERSON, CREDIT, STANDING, "PPD"),
        (PERSON, DEBIT, INTERNET, "WEB"),
        (PERSON, DEBIT, STANDING, "PPD"),
        (COMPANY, CREDIT, INTERNET, "CCD"),
        (COMPANY, DEBIT, INTERNET, "CCD"),
        (COMPANY, DEBIT, STANDING, "CCD"),
    ],
)
def test_the_class_follows_from_holder_direction_and_authorisation(
    holder: PartyType, direction: Direction, authorisation: Authorisation, expected: str
) -> None:
    assert sec_code(holder, direction, authorisation) == expected


@pytest.mark.parametrize(
    ("text", "sec", "direction", "expected"),
    [
        ("rent", "PPD", CREDIT, "PAYMENT"),
        ("Payroll October", "PPD", CREDIT, "PAYROLL"),
        ("payroll", "CCD", CREDIT, "PAYMENT"),  # wages go to persons
        ("PURCHASE 17", "WEB", DEBIT, "PURCHASE"),
        ("purchase", "PPD", DEBIT, "PAYMENT"),
        ("REVERSAL", "PPD", CREDIT, "PAYMENT"),  # a word that is not a client's to say
        ("", "PPD", CREDIT, "PAYMENT"),
    ],
)
def test_only_words_that_the_rules_reserve_reach_the_batch_header(
    text: str, sec: str, direction: Direction, expected: str
) -> None:
    assert entry_description(text, sec, direction, "PAYMENT") == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ada Brook", "Ada Brook"),
        ("Zoë Ångström", "Zoe Angstrom"),
        ("A name that is longer than a record", "A name that is longer"),
        ("李小龍", ""),
    ],
)
def test_a_name_is_cut_to_ascii_and_to_22_characters(name: str, expected: str) -> None:
    assert receiver_name(name) == expected


def test_a_reference_has_15_capital_letters_and_digits_and_is_each_keys_own() -> None:
    found = {short_reference(f"pay_{number}.credit") for number in range(1000)}
    assert len(found) == 1000
    assert {len(one) for one in found} == {15}
    assert all(one.isalnum() and one == one.upper() for one in found)


@pytest.mark.parametrize(
    ("routing", "account", "kind", "expected"),
    [
        ("021000021", "100000000", "checking", ""),
        ("021000021", "1", "", ""),
        ("021000021", "12-34 56 A", "savings", ""),
        ("021000022", "100000000", "checking", "/routing_number"),
        ("", "100000000", "checking", "/routing_number"),
        ("000000000", "100000000", "checking", "/routing_number"),
        ("02100002１", "100000000", "checking", "/routing_number"),  # noqa: RUF001 - a digit that is not ASCII
        ("021000021", "", "checking", "/account_number"),
        ("021000021", "   ", "checking", "/account_number"),
        ("021000021", "123456789012345678", "checking", "/account_number"),
        ("021000021", "12/34", "checking", "/account_number"),
        ("021000021", "100000000", "loan", "/account_type"),
    ],
)
def test_an_account_that_cannot_be_is_refused_by_field(routing: str, account: str, kind: str, expected: str) -> None:
    assert fault_of_account(routing, account, kind) == expected
