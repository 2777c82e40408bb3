"""The catalogue's text, in TOML: every field is named, typed and known, or the catalogue is refused."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from datetime import date, time
from enum import StrEnum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared.kernel.errors import ClearwayError
from shared.kernel.party import Direction, InstrumentKind
from shared.rails.domain.catalogue import Catalogue, RailTerms, invalid
from shared.rails.domain.errors import RailsError
from shared.rails.domain.service import Cost, Hours, Service, Window

Fields = dict[str, tuple[type, ...]]
Word = TypeVar("Word", bound=StrEnum)

_TERMS: Fields = {
    "name": (str,),
    "effective_from": (date,),
    "source": (str,),
    "timeout_s": (int, float),
    "inquiry_grace_s": (int, float),
    "amount_max_minor": (dict,),
    "services": (list,),
}
_TERMS_OPTIONAL: Fields = {"zone": (str,), "hours": (list,)}
_SERVICE: Fields = {"name": (str,), "instruments": (list,), "directions": (list,), "cost": (dict,)}
_SERVICE_OPTIONAL: Fields = {
    "amount_max_minor": (dict,),
    "arrival_s": (int,),
    "windows": (list,),
    "participants": (bool,),
}
_COST: Fields = {"fixed_minor": (dict,), "basis_points": (int,), "source": (str,)}
_WINDOW: Fields = {"cut_off": (time,), "banking_days": (int,), "arrives": (time,)}
_HOURS: Fields = {"days": (list,), "opens": (time,), "closes": (time,)}
_HOURS_OPTIONAL: Fields = {"banking_days_only": (bool,)}
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def parse_catalogue(text: str) -> Catalogue:
    """Read a catalogue in TOML: tables `[[terms]]` with the fields of `RailTerms`, each with its `[[terms.services]]`.

    A service without `amount_max_minor` takes what its rail takes; terms without `zone` are read in UTC.
    Raises INVALID_CATALOGUE for a field that is missing, unknown or of the wrong type, for terms that contradict
    themselves, and for two terms of one rail that begin on one day.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ClearwayError(RailsError.INVALID_CATALOGUE, f"not TOML: {error}") from None
    return Catalogue(tuple(_terms(table) for table in document.get("terms", [])))


def _terms(table: dict[str, Any]) -> RailTerms:
    name = str(table.get("name", "a rail without a name"))
    _check(name, table, _TERMS, _TERMS_OPTIONAL)
    amounts = table["amount_max_minor"]
    services = _each(name, table["services"], lambda service: _service(name, service, amounts))
    hours = _each(name, table.get("hours", []), lambda row: _hours(name, row))
    zone = _zone(name, table.get("zone", "UTC"))
    return RailTerms(**{**table, "zone": zone, "services": services, "hours": hours})


def _service(rail: str, table: dict[str, Any], amounts: dict[str, int]) -> Service:
    name = f"{rail} {table.get('name', 'a service without a name')}"
    _check(name, table, _SERVICE, _SERVICE_OPTIONAL)
    _check(f"{name} cost", table["cost"], _COST)
    return Service(
        name=table["name"],
        instruments=frozenset(_words(name, InstrumentKind, table["instruments"])),
        directions=frozenset(_words(name, Direction, table["directions"])),
        amount_max_minor=table.get("amount_max_minor", amounts),
        cost=Cost(**table["cost"]),
        arrival_s=table.get("arrival_s"),
        windows=_each(name, table.get("windows", []), lambda row: _window(name, row)),
        participants=table.get("participants", False),
    )


def _window(name: str, row: dict[str, Any]) -> Window:
    _check(f"{name} window", row, _WINDOW)
    return Window(**row)


def _hours(name: str, row: dict[str, Any]) -> Hours:
    _check(f"{name} hours", row, _HOURS, _HOURS_OPTIONAL)
    if not row["days"] or any(day not in _WEEKDAYS for day in row["days"]):
        raise invalid(name, f"days are some of {', '.join(_WEEKDAYS)}")
    days = frozenset(_WEEKDAYS.index(day) for day in row["days"])
    return Hours(days, row["opens"], row["closes"], row.get("banking_days_only", False))


Row = TypeVar("Row")


def _each(name: str, rows: list[Any], read: Callable[[dict[str, Any]], Row]) -> tuple[Row, ...]:
    if any(type(row) is not dict for row in rows):
        raise invalid(name, "services, windows and hours are tables")
    return tuple(read(row) for row in rows)


def _zone(name: str, key: str) -> ZoneInfo:
    try:
        return ZoneInfo(key)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise invalid(name, "zone is no IANA time zone") from None


def _words(name: str, kind: type[Word], words: Iterable[Any]) -> list[Word]:
    known = {word.value: word for word in kind}
    try:
        return [known[word] for word in words]
    except (KeyError, TypeError):
        raise invalid(name, f"it names something else than {', '.join(known)}") from None


def _check(name: str, table: dict[str, Any], needed: Fields, optional: Fields | None = None) -> None:
    known = {**needed, **(optional or {})}
    if not set(needed) <= set(table) <= set(known):
        raise invalid(name, f"the fields are {', '.join(known)}, and no others")
    for field, value in table.items():
        # Not isinstance: a bool would pass for a number, and a moment for a day.
        if type(value) not in known[field]:
            raise invalid(name, f"{field} has the wrong type")
