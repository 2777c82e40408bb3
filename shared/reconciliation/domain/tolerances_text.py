"""The tolerances' text, in TOML: refused unless every rail in it says everything."""

from __future__ import annotations

import tomllib
from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared.kernel.errors import ClearwayError
from shared.reconciliation.domain.errors import ReconciliationError
from shared.reconciliation.domain.tolerances import OTHER, Tolerance, Tolerances

_COUNTS = ("late_statements", "booked_within_days", "statement_within_days", "waited_for_days", "lookback_days")
_DAYS = {"every": False, "banking": True}
_COUNT_MAX = 366


def parse_tolerances(text: str) -> Tolerances:
    """The tables of a TOML text; see tolerances.toml for its form. Raises INVALID_TOLERANCES, naming the place."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ClearwayError(ReconciliationError.INVALID_TOLERANCES, f"not TOML: {error}") from None
    tables = content.get("tolerances")
    if not isinstance(tables, list) or not tables or set(content) != {"tolerances"}:
        raise _invalid("tolerances", "the text holds one or more tables, and nothing else")
    parsed = [_table(f"table {number}", table) for number, table in enumerate(tables, start=1)]
    if len({start for start, _ in parsed}) < len(parsed):
        raise _invalid("tolerances", "two begin on one day")
    return Tolerances(dict(parsed))


def _table(where: str, table: Any) -> tuple[date, dict[str, Tolerance]]:
    match table:
        case {"effective_from": date() as start, "source": str(source), "rails": dict(rails), **other} if (
            type(start) is date and source and not other
        ):
            if OTHER not in rails:
                raise _invalid(where, f"it needs {OTHER}, for the rails that it does not name")
            return start, {rail: _tolerance(f"{where}, {rail}", row) for rail, row in rails.items()}
    raise _invalid(where, "it needs effective_from, source and rails, and no other")


def _tolerance(where: str, row: Any) -> Tolerance:
    if not isinstance(row, dict) or set(row) != {"source", "days", "zone", "ends", *_COUNTS} or not row["source"]:
        raise _invalid(where, f"it needs source, days, zone, ends, {', '.join(_COUNTS)}, and no other")
    counts = {name: row[name] for name in _COUNTS}
    if any(type(count) is not int or not 0 <= count <= _COUNT_MAX for count in counts.values()):
        raise _invalid(where, f"each count is a whole number from 0 to {_COUNT_MAX}")
    if row["days"] not in _DAYS:
        raise _invalid(where, f"days is one of {', '.join(_DAYS)}")
    try:
        zone, ends = ZoneInfo(row["zone"]), time.fromisoformat(row["ends"])
    except (ZoneInfoNotFoundError, ValueError, OSError, TypeError):
        raise _invalid(where, "zone is an IANA time zone, ends a time of day") from None
    return Tolerance(source=row["source"], banking=_DAYS[row["days"]], zone=zone, ends=ends, **counts)


def _invalid(where: str, what: str) -> ClearwayError:
    return ClearwayError(ReconciliationError.INVALID_TOLERANCES, f"{where}: {what}")
