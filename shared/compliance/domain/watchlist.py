"""A sanctions list as screening uses it: who is on it, under which names, and which state of the list this is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class EntryType(StrEnum):
    """What sort of party an entry is; the list leaves it empty for organisations."""

    INDIVIDUAL = "individual"
    ORGANISATION = "organisation"
    VESSEL = "vessel"
    AIRCRAFT = "aircraft"


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name of an entry. `weak` ones are broad and generate many false hits, as OFAC says of them itself.

    Source: OFAC, frequently asked question 122, on weak aliases.
    """

    name: str
    weak: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One listed party. Names are written as the list has them: of individuals `FAMILY, Given Middle`."""

    id: str
    name: str
    type: EntryType
    programmes: tuple[str, ...]
    aliases: tuple[Alias, ...] = ()


@dataclass(frozen=True, slots=True)
class Watchlist:
    """A list at one state. `version` is a digest of all of its content, so two states never share one.

    `orphans` counts the aliases that were left out because their entry is not on the list.
    """

    name: str
    version: str
    entries: tuple[Entry, ...]
    orphans: int = 0

    @property
    def names(self) -> int:
        """How many names are screened against: those of entries and all their aliases."""
        return sum(1 + len(entry.aliases) for entry in self.entries)


def make_watchlist(name: str, entries: Iterable[Entry], *, orphans: int = 0) -> Watchlist:
    """A watchlist of these entries; the order in which they come does not change its version."""
    ordered = tuple(sorted(entries, key=lambda entry: entry.id))
    digest = hashlib.sha256()
    for entry in ordered:
        aliases = [[alias.name, alias.weak] for alias in entry.aliases]
        row = [entry.id, entry.name, entry.type.value, list(entry.programmes), aliases]
        digest.update(json.dumps(row, separators=(",", ":"), ensure_ascii=False).encode())
        digest.update(b"\n")
    return Watchlist(name, f"sha256:{digest.hexdigest()}", ordered, orphans)
