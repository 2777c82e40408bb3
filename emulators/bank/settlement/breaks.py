"""Mistakes that the side door plants in statements, so that a reconciliation can be proved to find them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from emulators.bank.fields import AMOUNT_MINOR_MAX, CURRENCY, FieldError, match, refuse_unknown, whole
from emulators.bank.settlement.accounts import Booking
from emulators.bank.table.outcomes import RailName


class BreakKind(StrEnum):
    """What can be wrong; DAY_LATE is no break, and a reconciliation must not take it for one."""

    MISSING = "missing"  # an entry that never appears
    UNKNOWN = "unknown"  # an entry of which nobody knows
    WRONG_AMOUNT = "wrong_amount"
    DUPLICATED = "duplicated"
    DAY_LATE = "day_late"  # an entry that appears a banking day after its own


@dataclass(frozen=True, slots=True)
class Break:
    """Strikes one entry on the next statement of an account that has it: the one with `key` (of a batch: its message
    id), or the first. `amount_minor` is the amount of an unknown entry (below zero: money out), and by how much a wrong
    one is too high.
    """

    kind: BreakKind
    rail: str
    currency: str
    key: str = ""
    amount_minor: int = 100


@dataclass(frozen=True, slots=True)
class Struck:
    """A break that has struck: on which statement, and the entry as it should have been (unknown: as it appears)."""

    planted: Break
    day: str
    booking: Booking

    def listed(self) -> dict[str, Any]:
        """As the side door shows it."""
        return {
            "kind": self.planted.kind.value,
            "rail": self.planted.rail,
            "currency": self.planted.currency,
            "day": self.day,
            "key": self.booking.key or self.booking.message_id,
            "reference": self.booking.reference,
            "amount_minor": self.booking.amount_minor,
        }


def parse_break(body: Mapping[str, Any]) -> Break:
    """Check the body of `POST /v1/admin/breaks`. Raises FieldError."""
    refuse_unknown(body, {"kind", "rail", "currency", "key", "amount_minor"})
    if body.get("kind") not in list(BreakKind):
        raise FieldError("/kind", f"must be one of {', '.join(BreakKind)}")
    rail = body.get("rail")
    if not isinstance(rail, str) or not rail:
        raise FieldError("/rail", f"must be the name of a rail, such as {', '.join(RailName)}")
    key = body.get("key", "")
    if not isinstance(key, str):
        raise FieldError("/key", "must be a string")
    amount_minor = whole({"amount_minor": 100, **body}, "amount_minor", -AMOUNT_MINOR_MAX, AMOUNT_MINOR_MAX)
    if not amount_minor:
        raise FieldError("/amount_minor", "must not be zero")
    return Break(BreakKind(body["kind"]), rail, match(body, "currency", CURRENCY, "a currency"), key, amount_minor)


def strike(
    planted: Break, bookings: list[Booking], sample: Booking
) -> tuple[list[Booking], list[Booking], Booking | None]:
    """What is shown of `bookings`, what is kept for the next statement, and the entry that was struck.

    `sample` is an unknown entry of the account, without its amount. None when the break finds no entry here.
    """
    if planted.kind is BreakKind.UNKNOWN:
        unknown = replace(sample, amount_minor=planted.amount_minor)
        return [*bookings, unknown], [], unknown
    fits = (one for one in bookings if planted.key in ("", one.key, one.message_id))
    target = next(fits, None)
    if target is None:
        return bookings, [], None
    at = bookings.index(target)
    before, after = bookings[:at], bookings[at + 1 :]
    match planted.kind:
        case BreakKind.WRONG_AMOUNT:
            sign = 1 if target.amount_minor > 0 else -1
            wrong = replace(target, amount_minor=target.amount_minor + sign * planted.amount_minor)
            return [*before, wrong, *after], [], target
        case BreakKind.DUPLICATED:
            return [*bookings, replace(target, reference=f"{target.reference}-D")], [], target
        case BreakKind.DAY_LATE:
            return [*before, *after], [target], target
        case _:
            return [*before, *after], [], target
