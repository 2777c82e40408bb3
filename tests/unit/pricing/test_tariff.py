"""What a payment costs its client: one line of a table is one payment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.currency import MINOR_UNIT_DIGITS
from shared.kernel.errors import ClearwayError
from shared.kernel.money import AMOUNT_MINOR_MAX, Money
from shared.payments.domain.legs import Route
from shared.ports.routing import Tariff
from shared.pricing.domain.errors import PricingError
from shared.pricing.domain.tariff import Fee
from shared.pricing.domain.tariff_text import ROUTES, parse_tariff
from shared.pricing.tariff import house_tariff

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
EXAMPLE = """
[[tariffs]]
effective_from = 2026-01-01
source = "the price list"
[tariffs.fees.payout]
USD = { fixed_minor = 25, basis_points = 100, min_minor = 50, max_minor = 1_000 }
JPY = { basis_points = 50 }
[tariffs.fees.deposit]
USD = { fixed_minor = 10 }
KWD = { basis_points = 25, min_minor = 3 }

[[tariffs]]
effective_from = 2026-08-01
source = "the next price list"
[tariffs.fees.payout]
USD = { fixed_minor = 30 }
"""


@pytest.mark.parametrize(
    ("route", "amount_minor", "currency", "fee_minor"),
    [
        ("payout", 10_000, "USD", 125),
        ("payout", 1, "USD", 50),  # the minimum, though it is more than the payment
        ("payout", 2_449, "USD", 50),  # 24.49 cents are 24, and with the fixed part below the minimum
        ("payout", 2_600, "USD", 51),
        ("payout", 97_500, "USD", 1_000),
        ("payout", 97_600, "USD", 1_000),  # the maximum
        # Halves go to the even unit: 0.5 to 0, 1.5 to 2, 2.5 to 2; all else to the nearest.
        ("payout", 100, "JPY", 0),
        ("payout", 101, "JPY", 1),
        ("payout", 300, "JPY", 2),
        ("payout", 500, "JPY", 2),
        ("payout", 501, "JPY", 3),
        ("deposit", 1_000_000, "USD", 10),
        ("deposit", 1_200, "KWD", 3),
        # Not named, so free.
        ("deposit", 10_000, "EUR", 0),
        ("book", 10_000, "USD", 0),
        ("transfer", 10_000, "USD", 0),
    ],
)
def test_fees_are_by_route_currency_and_amount(route: str, amount_minor: int, currency: str, fee_minor: int) -> None:
    tariff: Tariff = parse_tariff(EXAMPLE)
    assert tariff.fee(route, Money(amount_minor, currency), NOON) == Money(fee_minor, currency)


@pytest.mark.parametrize(
    ("now", "fee_minor"),
    [
        (datetime(2025, 12, 31, 23, 59, tzinfo=UTC), 0),
        (datetime(2026, 1, 1, tzinfo=UTC), 125),
        (datetime(2026, 7, 31, 23, 59, tzinfo=UTC), 125),
        (datetime(2026, 8, 1, 1, tzinfo=timezone(timedelta(hours=2))), 125),  # still July in UTC
        (datetime(2026, 8, 1, tzinfo=UTC), 30),
    ],
)
def test_a_price_list_holds_from_its_day_on(now: datetime, fee_minor: int) -> None:
    assert parse_tariff(EXAMPLE).fee("payout", Money(10_000, "USD"), now).amount_minor == fee_minor


@pytest.mark.parametrize("currency", sorted(MINOR_UNIT_DIGITS))
@pytest.mark.parametrize("route", ROUTES)
def test_the_tariff_of_the_repository_charges_nothing(route: str, currency: str) -> None:
    assert house_tariff().fee(route, Money(AMOUNT_MINOR_MAX, currency), NOON) == Money(0, currency)


def test_every_route_of_a_payment_can_be_priced() -> None:
    assert {route.value for route in Route} <= set(ROUTES)


@given(
    amount_minor=st.integers(min_value=0, max_value=AMOUNT_MINOR_MAX),
    basis_points=st.integers(min_value=0, max_value=10_000),
)
def test_a_share_is_rounded_as_exact_arithmetic_rounds_it(amount_minor: int, basis_points: int) -> None:
    # `round` of a fraction is exact, and half to even.
    assert Fee(basis_points=basis_points).of(amount_minor) == round(Fraction(amount_minor * basis_points, 10_000))


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("[[tariffs]]", "[[tariffs"),
        ("[[tariffs]]", "[[lists]]"),
        ("effective_from = 2026-01-01", 'effective_from = "2026-01-01"'),
        ("effective_from = 2026-01-01", "effective_from = 2026-01-01T00:00:00Z"),
        ("effective_from = 2026-01-01", "effective_from = 2026-08-01"),
        ('source = "the price list"', 'source = ""'),
        ('source = "the price list"', 'source = "the price list"\nmore = 1'),
        ("fees.deposit", "fees.deposits"),
        ("JPY", "XXX"),
        ("{ basis_points = 50 }", "{}"),
        ("{ basis_points = 50 }", "50"),
        ("{ basis_points = 50 }", "{ basis_points = 0.5 }"),
        ("{ basis_points = 50 }", "{ basis_points = true }"),
        ("{ basis_points = 50 }", "{ basis_points = -1 }"),
        ("{ basis_points = 50 }", "{ basis_points = 10_001 }"),
        ("{ basis_points = 50 }", "{ per_cent = 1 }"),
        ("max_minor = 1_000", "max_minor = 49"),
    ],
)
def test_a_broken_tariff_is_refused(good: str, bad: str) -> None:
    parse_tariff(EXAMPLE)
    with pytest.raises(ClearwayError) as caught:
        parse_tariff(EXAMPLE.replace(good, bad))
    assert caught.value.code is PricingError.INVALID_TARIFF
