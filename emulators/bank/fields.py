"""What callers send, checked field by field. Errors name the field as a JSON pointer and never repeat its value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from emulators.bank.magic import Reply

KEY = re.compile(r"[A-Za-z0-9._~:-]{1,255}")
CURRENCY = re.compile(r"[A-Z]{3}")
_ROUTING_NUMBER = re.compile(r"[A-Z0-9]{4,35}")
_ACCOUNT_NUMBER = re.compile(r"[A-Z0-9]{4,34}")  # 34 is the longest IBAN
_TEXT = re.compile(r"[^\x00-\x1f\x7f]{1,140}")
DESCRIPTION = re.compile(r"[^\x00-\x1f\x7f]{0,140}")
AMOUNT_MINOR_MAX = 10**17


class FieldError(Exception):
    """A field that the bank cannot accept; `pointer` names it."""

    def __init__(self, pointer: str, detail: str) -> None:
        super().__init__(f"{pointer}: {detail}")
        self.pointer = pointer
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Order:
    """The content of an instruction; credit pays out to the account, debit collects from it."""

    direction: str
    amount_minor: int
    currency: str
    routing_number: str
    account_number: str = field(repr=False)
    holder_name: str = field(repr=False)
    description: str = field(repr=False)

    def first_difference(self, other: Order) -> str | None:
        """JSON pointer of the first field that differs."""
        for each in fields(self):
            if getattr(self, each.name) != getattr(other, each.name):
                return f"/{each.name}"
        return None


def parse_order(body: Mapping[str, Any]) -> Order:
    """Check the body of `POST /v1/transfers`. Raises FieldError."""
    refuse_unknown(body, {each.name for each in fields(Order)})
    if body.get("direction") not in ("credit", "debit"):
        raise FieldError("/direction", "must be credit or debit")
    return Order(
        direction=body["direction"],
        amount_minor=whole(body, "amount_minor", 1, AMOUNT_MINOR_MAX),
        currency=match(body, "currency", CURRENCY, "three capital letters"),
        routing_number=match(body, "routing_number", _ROUTING_NUMBER, "4 to 35 capital letters and digits"),
        account_number=match(body, "account_number", _ACCOUNT_NUMBER, "4 to 34 capital letters and digits"),
        holder_name=match(body, "holder_name", _TEXT, "1 to 140 characters"),
        description=match({"description": "", **body}, "description", DESCRIPTION, "at most 140 characters"),
    )


RAILS_WITH_CALLS = ("bank", "instant", "card")


class Call(StrEnum):
    """The two calls that a fault can hit."""

    TRANSFER = "transfer"
    INQUIRY = "inquiry"


class FaultKind(StrEnum):
    """What can be planted: the first three strike before the bank acts, the others after."""

    UNAVAILABLE = "unavailable"
    THROTTLED = "throttled"
    SILENT_BEFORE = "silent_before"
    SILENT_AFTER = "silent_after"
    SLOW = "slow"
    ERROR = "error"
    RESET = "reset"

    @property
    def door(self) -> Reply | None:
        """How it turns an instruction away; None when it lets it pass."""
        return _DOORS.get(self)

    @property
    def reply(self) -> Reply | None:
        """What it makes of the answer to a call that passed the door."""
        return _REPLIES.get(self)


_DOORS = {
    FaultKind.UNAVAILABLE: Reply.UNAVAILABLE,
    FaultKind.THROTTLED: Reply.THROTTLED,
    FaultKind.SILENT_BEFORE: Reply.SILENT,
}
_REPLIES = {
    FaultKind.SILENT_AFTER: Reply.SILENT,
    FaultKind.SLOW: Reply.SLOW,
    FaultKind.ERROR: Reply.ERROR,
    FaultKind.RESET: Reply.RESET,
}


@dataclass(slots=True)
class Fault:
    """Strikes the next `count` calls on `rail` whose key begins with `key_prefix`."""

    kind: FaultKind
    count: int
    key_prefix: str
    call: Call
    rail: str = "bank"


def parse_fault(body: Mapping[str, Any]) -> Fault:
    """Check the body of `POST /v1/admin/faults`. Raises FieldError."""
    refuse_unknown(body, {"kind", "count", "key_prefix", "call", "rail"})
    if body.get("kind") not in list(FaultKind):
        raise FieldError("/kind", f"must be one of {', '.join(FaultKind)}")
    if body.get("call", Call.TRANSFER) not in list(Call):
        raise FieldError("/call", f"must be one of {', '.join(Call)}")
    prefix = body.get("key_prefix", "")
    if not isinstance(prefix, str):
        raise FieldError("/key_prefix", "must be a string")
    if body.get("rail", "bank") not in RAILS_WITH_CALLS:
        raise FieldError("/rail", f"must be one of {', '.join(RAILS_WITH_CALLS)}")
    count = whole({"count": 1, **body}, "count", 1, 1_000_000)
    call = Call(body.get("call", Call.TRANSFER))
    return Fault(FaultKind(body["kind"]), count, prefix, call, body.get("rail", "bank"))


def parse_advance(body: Mapping[str, Any]) -> float:
    """Check the body of `POST /v1/admin/clock/advance`: `duration_s`, at most ten years. Raises FieldError."""
    refuse_unknown(body, {"duration_s"})
    value = body.get("duration_s")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 10 * 366 * 86_400:
        raise FieldError("/duration_s", "must be a number of seconds from 0 to ten years")
    return float(value)


def refuse_unknown(body: Mapping[str, Any], known: set[str]) -> None:
    """Raises FieldError for a field that is not among `known`."""
    for name in body:
        if name not in known:
            # The name itself may be anything, so it is not repeated.
            raise FieldError("", f"has a field that is none of {', '.join(sorted(known))}")


def whole(body: Mapping[str, Any], name: str, least: int, most: int) -> int:
    """A field that is a whole number within bounds. Raises FieldError."""
    value = body.get(name)
    if type(value) is not int or not least <= value <= most:
        raise FieldError(f"/{name}", f"must be a whole number from {least} to {most}")
    return value


def match(body: Mapping[str, Any], name: str, pattern: re.Pattern[str], wanted: str) -> str:
    """A field that is a string of a pattern, which `wanted` says in words. Raises FieldError."""
    value = body.get(name)
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise FieldError(f"/{name}", f"must be {wanted}")
    return value
