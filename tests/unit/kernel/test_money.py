"""Money is an integer of minor units in one currency."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.errors import ClearwayError, KernelError
from shared.kernel.money import AMOUNT_MINOR_MAX, Money

amounts = st.integers(-(10**15), 10**15)


@pytest.mark.parametrize(
    ("money", "text"),
    [
        (Money(1250, "USD"), "12.50 USD"),
        (Money(-5, "USD"), "-0.05 USD"),
        (Money(123_456_789, "USD"), "1,234,567.89 USD"),
        (Money(1250, "JPY"), "1,250 JPY"),
        (Money(1250, "KWD"), "1.250 KWD"),
    ],
)
def test_it_prints_with_the_decimals_of_its_currency(money: Money, text: str) -> None:
    assert str(money) == text


@pytest.mark.parametrize("amount", [1.0, True, "1", None, AMOUNT_MINOR_MAX + 1, -AMOUNT_MINOR_MAX - 1])
def test_an_amount_is_a_bounded_whole_number(amount: object) -> None:
    with pytest.raises(ClearwayError) as caught:
        Money(amount, "USD")  # type: ignore[arg-type]
    assert caught.value.code is KernelError.INVALID_AMOUNT
    assert caught.value.field == "/amount_minor"


def test_an_unknown_currency_is_refused() -> None:
    with pytest.raises(ClearwayError) as caught:
        Money(1, "usd")
    assert caught.value.code is KernelError.UNKNOWN_CURRENCY


def test_two_currencies_do_not_add() -> None:
    with pytest.raises(ClearwayError) as caught:
        Money(1, "USD") + Money(1, "EUR")
    assert caught.value.code is KernelError.CURRENCY_MISMATCH


@given(amounts, amounts)
def test_what_is_added_can_be_taken_away(one: int, other: int) -> None:
    assert Money(one, "USD") + Money(other, "USD") - Money(other, "USD") == Money(one, "USD")
