"""The hold policy's text, in TOML: refused unless it answers for every band of every rail that it names."""

from __future__ import annotations

import tomllib
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared.kernel.errors import ClearwayError
from shared.rails.domain.errors import RailsError
from shared.rails.domain.hold_policy import OTHER, Band, HoldBook, HoldRule, RiskHolds
from shared.rails.domain.service import BASIS_POINTS


def parse_holds(text: str) -> HoldBook:
    """The policies of a TOML text; see `holds.toml` for its form. Raises INVALID_HOLD_POLICY, naming the place."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ClearwayError(RailsError.INVALID_HOLD_POLICY, f"not TOML: {error}") from None
    tables = content.get("policies")
    if not isinstance(tables, list) or not tables or set(content) != {"policies"}:
        raise _invalid("policies", "the text holds one or more of them, and nothing else")
    policies = tuple(_policy(f"policy {number}", table) for number, table in enumerate(tables, start=1))
    if len({policy.effective_from for policy in policies}) < len(policies):
        raise _invalid("policies", "two begin on one day")
    return HoldBook(policies)


def _policy(where: str, table: Any) -> RiskHolds:
    match table:
        case {
            "effective_from": date() as start,
            "source": str(source),
            "zone": str(key),
            "bands": list(rows),
            "unflagged": str(unflagged),
            "flagged": str(flagged),
            "rails": dict(rails),
            **other,
        } if type(start) is date and source and not other:
            bands = _bands(where, rows)
            names = [band.name for band in bands]
            if unflagged not in names or flagged not in names:
                raise _invalid(where, "unflagged and flagged are names of bands")
            if OTHER not in rails:
                raise _invalid(where, f"it needs rules for {OTHER}, the rails that it does not name")
            rules = {rail: _rules(f"{where}, {rail}", names, rails[rail]) for rail in rails}
            return RiskHolds(start, source, _zone(where, key), bands, unflagged, flagged, rules)
    raise _invalid(where, "it needs effective_from, source, zone, bands, unflagged, flagged and rails, and no other")


def _bands(where: str, rows: list[Any]) -> tuple[Band, ...]:
    bands: list[Band] = []
    for row in rows:
        match row:
            case {"name": str(name), "score_from": int(score), **other} if type(score) is int and not other:
                bands.append(Band(name, score))
            case _:
                raise _invalid(where, "a band has a name and a whole number score_from")
    scores = [band.score_from for band in bands]
    if not scores or scores[0] != 0 or scores[-1] > 100 or sorted(set(scores)) != scores:
        raise _invalid(where, "bands begin at 0, rise, and end by 100")
    if len({band.name for band in bands}) < len(bands):
        raise _invalid(where, "two bands have one name")
    return tuple(bands)


def _rules(where: str, bands: list[str], table: Any) -> dict[str, HoldRule]:
    if not isinstance(table, dict) or set(table) != {"source", *bands} or not isinstance(table["source"], str):
        raise _invalid(where, f"it needs a source and the bands {', '.join(bands)}")
    if not table["source"]:
        raise _invalid(where, "its source is empty")
    return {band: _rule(f"{where} {band}", table[band], table["source"]) for band in bands}


def _rule(where: str, table: Any, source: str) -> HoldRule:
    match table:
        case {"share_basis_points": int(share), "banking_days": int(days), **other} if not other:
            rule = HoldRule(share, days, None, source)
        case {"share_basis_points": int(share), "calendar_days": int(days), **other} if not other:
            rule = HoldRule(share, None, days, source)
        case _:
            raise _invalid(where, "it needs share_basis_points, and banking_days or calendar_days")
    if type(share) is bool or not 0 <= share <= BASIS_POINTS or type(days) is bool or not 0 <= days <= 3_650:
        raise _invalid(where, "a share lies between nothing and all, a time between none and ten years")
    return rule


def _zone(where: str, key: str) -> ZoneInfo:
    try:
        return ZoneInfo(key)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise _invalid(where, "zone is no IANA time zone") from None


def _invalid(where: str, what: str) -> ClearwayError:
    return ClearwayError(RailsError.INVALID_HOLD_POLICY, f"{where}: {what}")
