"""What the bank takes of what callers send, and how it names what it does not."""

from __future__ import annotations

from typing import Any

import pytest

from emulators.bank.fields import FieldError, Order, parse_advance, parse_fault, parse_order

GOOD = {
    "direction": "credit",
    "amount_minor": 1,
    "currency": "USD",
    "routing_number": "021000021",
    "account_number": "DE02120300000000202051",
    "holder_name": "Ängström GmbH & Co",
    "description": "x",
}


def test_a_good_order_is_taken_as_it_is() -> None:
    assert parse_order(GOOD) == Order(**GOOD)  # type: ignore[arg-type]
    without = {name: value for name, value in GOOD.items() if name != "description"}
    assert parse_order(without).description == ""


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *[("direction", value) for value in ("", "CREDIT", None, 1)],
        ("direction", ["credit"]),
        *[("amount_minor", value) for value in (0, -1, 1.0, "1", True, None, 10**17 + 1)],
        *[("currency", value) for value in ("usd", "US", "USDX", None, 1, "USD\n")],
        *[("routing_number", value) for value in ("", "12", "x" * 9, None, 21000021)],
        *[("account_number", value) for value in ("", "123", "1" * 35, "12 34", None, 1234)],
        *[("holder_name", value) for value in ("", "x" * 141, "a\nb", None, 7)],
        *[("description", value) for value in ("x" * 141, "a\x00", None, 7)],
    ],
)
def test_a_bad_field_is_named_and_not_repeated(field: str, value: Any) -> None:
    with pytest.raises(FieldError) as caught:
        parse_order({**GOOD, field: value})
    assert caught.value.pointer == f"/{field}"


@pytest.mark.parametrize("field", [name for name in GOOD if name != "description"])
def test_a_missing_field_is_named(field: str) -> None:
    with pytest.raises(FieldError) as caught:
        parse_order({name: value for name, value in GOOD.items() if name != field})
    assert caught.value.pointer == f"/{field}"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"kind": "fire"},
        {"kind": []},
        {"kind": "slow", "count": 0},
        {"kind": "slow", "count": True},
        {"kind": "slow", "key_prefix": 1},
        {"kind": "slow", "call": "other"},
        {"kind": "slow", "more": 1},
    ],
)
def test_a_bad_fault_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(FieldError):
        parse_fault(body)


@pytest.mark.parametrize(
    "body", [{}, {"duration_s": "1"}, {"duration_s": -1}, {"duration_s": True}, {"duration_s": float("nan")}]
)
def test_a_bad_advance_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(FieldError):
        parse_advance(body)
