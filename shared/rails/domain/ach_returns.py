"""Terms of ACH returns and notifications of change, from `ach_returns.toml`: who, until when, for which limits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shared.kernel.errors import ClearwayError
from shared.rails.domain.errors import RailsError
from shared.rails.domain.tables import in_force, table


@dataclass(frozen=True, slots=True)
class ReturnTerms:
    """Of one return code. `by` is the party that uses it: rdfi, odfi, operator, agency or gateway.

    At most one of `banking_days` and `calendar_days` says when it is due. `counts_as` names the return rates that it
    counts towards, other than the overall one.
    """

    code: str
    by: str
    banking_days: int | None
    calendar_days: int | None
    counts_as: frozenset[str]
    source: str


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A limit of an originator's rate of returned debits. No codes: every return counts."""

    name: str
    limit_basis_points: int
    codes: frozenset[str]
    source: str


@dataclass(frozen=True, slots=True)
class ChangeTerms:
    """Of one change code: the fields that it asks to correct, or, with `refuses`, those wrong in a notification."""

    code: str
    fields: tuple[str, ...]
    refuses: bool


def return_terms(code: str, day: date) -> ReturnTerms:
    """The terms of a return code on a day. Raises UNKNOWN_RETURN_CODE for one that is not in use then."""
    for row in in_force(table("ach_returns")["returns"], day):
        if code in row["codes"]:
            counts_as = frozenset(limit.name for limit in rate_limits(day) if code in limit.codes)
            return ReturnTerms(
                code, row["by"], row.get("banking_days"), row.get("calendar_days"), counts_as, row["source"]
            )
    raise ClearwayError(RailsError.UNKNOWN_RETURN_CODE, "no return code that is in use on that day")


def rate_limits(day: date) -> tuple[RateLimit, ...]:
    """The limits of return rates in force on a day, each once."""
    newest = {row["name"]: row for row in reversed(in_force(table("ach_returns")["rate"], day))}
    return tuple(
        RateLimit(name, row["limit_basis_points"], frozenset(row["codes"]), row["source"])
        for name, row in sorted(newest.items())
    )


def change_terms(code: str) -> ChangeTerms:
    """What a change code asks to correct. Raises UNKNOWN_RETURN_CODE for one that is none."""
    changes = table("ach_returns")["changes"]
    for refuses, codes in ((False, changes["codes"]), (True, changes["refusals"])):
        if code in codes:
            return ChangeTerms(code, tuple(codes[code]), refuses)
    raise ClearwayError(RailsError.UNKNOWN_RETURN_CODE, "no change code")
