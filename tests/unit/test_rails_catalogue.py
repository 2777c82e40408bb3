"""The catalogue of rails: what holds on which day, and what a broken one is refused for."""

from __future__ import annotations

from datetime import date

import pytest

from shared.kernel.currency import MINOR_UNIT_DIGITS
from shared.kernel.errors import ClearwayError
from shared.kernel.money import Money
from shared.rails.domain.catalogue_text import parse_catalogue
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
zone = "America/New_York"
hours = [{ days = ["mon", "fri"], opens = 08:00:00, closes = 17:00:00, banking_days_only = true }]

[[terms.services]]
name = "book"
instruments = ["bank_account"]
directions = ["credit", "debit"]
windows = [
    { cut_off = 10:30:00, banking_days = 0, arrives = 13:00:00 },
    { cut_off = 14:45:00, banking_days = 0, arrives = 17:00:00 },
]

[terms.services.cost]
source = "the price list"
basis_points = 5
fixed_minor = { USD = 25, JPY = 3 }

[[terms.services]]
name = "swift"
instruments = ["card"]
directions = ["credit"]
arrival_s = 20
participants = true
amount_max_minor = { USD = 90 }
cost = { source = "the price list", basis_points = 0, fixed_minor = { USD = 0 } }
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
        ('zone = "America/New_York"', 'zone = "America/Erewhon"'),
        ('zone = "America/New_York"', 'zone = "../etc/passwd"'),
        ('days = ["mon", "fri"]', 'days = ["mon", "fry"]'),
        ('days = ["mon", "fri"]', "days = []"),
        ("closes = 17:00:00", "closes = 08:00:00"),
        ("opens = 08:00:00", "opens = 8"),
        ("hours = [{ days", "hours = [7, { days"),
        ('name = "swift"', 'name = "book"'),
        ('name = "swift"', 'name = ""'),
        ('instruments = ["card"]', 'instruments = ["cheque"]'),
        ('instruments = ["card"]', "instruments = [[]]"),
        ('directions = ["credit"]', "directions = []"),
        ("arrival_s = 20", ""),
        ("arrival_s = 20", "arrival_s = -1"),
        ("arrival_s = 20", "arrival_s = true"),
        ("arrival_s = 20", "arrival_s = 20\nwindows = [{ cut_off = 10:30:00, banking_days = 0, arrives = 13:00:00 }]"),
        ("arrives = 13:00:00", "arrives = 10:30:00"),
        ("cut_off = 14:45:00", "cut_off = 10:30:00"),
        ("banking_days = 0, arrives = 13:00:00", "banking_days = -1, arrives = 13:00:00"),
        ("participants = true", "participants = 1"),
        ("{ USD = 90 }", "{ USD = 101 }"),
        ("{ USD = 90 }", "{ EUR = 1 }"),
        ("fixed_minor = { USD = 25, JPY = 3 }", "fixed_minor = { USD = 25 }"),
        ("fixed_minor = { USD = 25, JPY = 3 }", "fixed_minor = { USD = 25, JPY = -3 }"),
        ("fixed_minor = { USD = 25, JPY = 3 }", "fixed_minor = { USD = 25, JPY = 3.0 }"),
        ("basis_points = 5", "basis_points = 10001"),
        ("basis_points = 5", "basis_points = -1"),
        ('source = "the price list"', 'source = ""'),
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
