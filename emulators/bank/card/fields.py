"""What callers of the card rail send, checked field by field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from emulators.bank.desk.leg import Order
from emulators.bank.fields import AMOUNT_MINOR_MAX, CURRENCY, DESCRIPTION, FieldError, match, refuse_unknown, whole

TOKEN = re.compile(r"tok_[A-Za-z0-9_]{4,120}")
_NUMBER = re.compile(r"[0-9]{12,19}")
DIRECTIONS = {"push": "credit", "pull": "debit"}


def parse_transaction(body: Mapping[str, Any]) -> Order:
    """The content of a transaction. Raises FieldError."""
    refuse_unknown(body, {"type", "amount_minor", "currency", "card_token", "holder_name", "description"})
    if body.get("type") not in list(DIRECTIONS):
        raise FieldError("/type", "must be push or pull")
    token = _token(body)
    match({"holder_name": "", **body}, "holder_name", DESCRIPTION, "at most 140 characters")
    match({"description": "", **body}, "description", DESCRIPTION, "at most 140 characters")
    return Order(
        direction=DIRECTIONS[body["type"]],
        amount_minor=whole(body, "amount_minor", 1, AMOUNT_MINOR_MAX),
        currency=match(body, "currency", CURRENCY, "three capital letters"),
        instrument=token,
        content=tuple((f"/{name}", value) for name, value in sorted(body.items())),
    )


def parse_reversal(body: Mapping[str, Any]) -> tuple[int, str]:
    """Amount in minor units and currency of a reversal. Raises FieldError."""
    refuse_unknown(body, {"amount_minor", "currency"})
    amount_minor = whole(body, "amount_minor", 1, AMOUNT_MINOR_MAX)
    return amount_minor, match(body, "currency", CURRENCY, "three capital letters")


def looks_like_a_card_number(value: str) -> bool:
    """Whether digits of a value, blanks and dashes apart, could be a card number: 12 to 19 that pass Luhn's check."""
    return any(_luhn(run) for run in _NUMBER.findall(re.sub(r"[ -]", "", value)))


def _token(body: Mapping[str, Any]) -> str:
    value = body.get("card_token")
    if isinstance(value, str) and looks_like_a_card_number(value):
        raise FieldError("/card_token", "looks like a card number: only tokens are taken here")
    return match(body, "card_token", TOKEN, "tok_ and at least four letters, digits or _")


def _luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    doubled = [int(one) * (1 + at % 2) for at, one in enumerate(reversed(digits))]
    return sum(one - 9 if one > 9 else one for one in doubled) % 10 == 0
