"""The catalogue of rails: what holds on which day, and what a broken one is refused for."""

from __future__ import annotations

from datetime import date

import pytest

from shared.kernel.currency import MINOR_UNIT_DIGITS
from shared.kernel.errors import ClearwayError
from shared.kernel.money import Money
from shared.rails.domain.catalogue import parse_catalogue
from shared.rails.domain.errors import RailsError
from shared.rails.domain.reasons import REASONS, reject_reason
from shared.rails.terms import terms_at

GOOD = """
[[terms]]
name = "bank"
effective_from = 2024-01-01
source = "the contract"
timeout_s = 5
inquiry_grace_s = 30.0
amount_max_minor = { USD = 100, JPY = 7 }
"""


def test_terms_hold_from_their_day_until_the_next_ones() -> None:
    newer = GOOD.replace("2024-01-01", "2025-06-01").replace("USD = 100", "USD = 900")
    other = GOOD.replace('"bank"', '"cards"').replace("2024-01-01", "2025-01-01")
    catalogue = parse_catalogue(newer + other + GOOD)

    def limits(day: date) -> dict[str, int]:
        return {name: terms.amount_max_minor["USD"] for name, terms in catalogue.terms_at(day).items()}

    assert limits(date(2023, 12, 31)) == {}
    assert limits(date(2024, 1, 1)) == {"bank": 100}
    assert limits(date(2025, 5, 31)) == {"bank": 100, "cards": 100}
    assert limits(date(2025, 6, 1)) == {"bank": 900, "cards": 100}


@pytest.mark.parametrize(
    ("money", "carried"),
    [
        (Money(100, "USD"), True),
        (Money(101, "USD"), False),
        (Money(0, "USD"), False),
        (Money(-1, "USD"), False),
        (Money(7, "JPY"), True),
        (Money(8, "JPY"), False),
        (Money(1, "EUR"), False),
    ],
)
def test_a_rail_carries_its_currencies_up_to_its_limit(money: Money, carried: bool) -> None:
    terms = parse_catalogue(GOOD).terms_at(date(2024, 1, 1))["bank"]
    assert terms.carry(money) is carried
    assert terms.currencies == {"USD", "JPY"}


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ('name = "bank"', ""),
        ('name = "bank"', "name = 7"),
        ('name = "bank"', 'name = "bank"\nmore = 1'),
        ("effective_from = 2024-01-01", 'effective_from = "2024-01-01"'),
        ("effective_from = 2024-01-01", "effective_from = 2024-01-01T00:00:00"),
        ('source = "the contract"', 'source = ""'),
        ("timeout_s = 5", "timeout_s = 0"),
        ("timeout_s = 5", "timeout_s = true"),
        ("inquiry_grace_s = 30.0", "inquiry_grace_s = 5.0"),
        ("{ USD = 100, JPY = 7 }", "{}"),
        ("{ USD = 100, JPY = 7 }", "{ USD = 0 }"),
        ("{ USD = 100, JPY = 7 }", "{ USD = 1.5 }"),
        ("{ USD = 100, JPY = 7 }", "{ USD = 100_000_000_000_000_001 }"),
        ("[[terms]]", "[[terms"),
    ],
)
def test_a_broken_catalogue_is_refused(good: str, bad: str) -> None:
    parse_catalogue(GOOD)
    with pytest.raises(ClearwayError) as caught:
        parse_catalogue(GOOD.replace(good, bad))
    assert caught.value.code is RailsError.INVALID_CATALOGUE


def test_a_currency_that_is_not_booked_is_refused() -> None:
    with pytest.raises(ClearwayError):
        parse_catalogue(GOOD.replace("JPY", "XXX"))


def test_two_terms_of_one_rail_cannot_begin_on_one_day() -> None:
    with pytest.raises(ClearwayError) as caught:
        parse_catalogue(GOOD + GOOD)
    assert caught.value.code is RailsError.INVALID_CATALOGUE


def test_the_catalogue_of_the_repository_names_the_bank_and_every_currency() -> None:
    bank = terms_at(date(2026, 1, 1))["bank"]
    assert bank.currencies == set(MINOR_UNIT_DIGITS)
    assert bank.inquiry_grace_s > bank.timeout_s


def test_the_same_day_limit_rose_when_the_rules_say() -> None:
    days = [date(2022, 3, 17), date(2022, 3, 18)]
    assert [terms_at(day)["bank"].amount_max_minor["USD"] for day in days] == [10_000_000, 100_000_000]
    assert "bank" not in terms_at(date(2020, 3, 19))


def test_only_a_want_of_funds_may_pass_with_time() -> None:
    assert {code for code, reason in REASONS.items() if not reason.final} == {"R01", "R09"}


def test_an_unknown_code_is_final() -> None:
    assert reject_reason("R16").text == "account frozen"
    assert (reject_reason("X99").code, reject_reason("X99").final) == ("X99", True)
