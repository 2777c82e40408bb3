"""The listed names that a day plants, out of a folder with OFAC's `sdn.csv` (or `sdn.csv.gz`)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from random import Random

from emulators.traffic.errors import TrafficError
from emulators.traffic.variants import natural_order, spellings
from shared.compliance.domain.watchlist import Entry, EntryType
from shared.compliance.lists import load_watchlist
from shared.kernel.errors import ClearwayError

SAMPLE = Path(__file__).parents[1] / "watchlists" / "sample"
# Titles, generations and names of one word are for the screening's own bench, not for a demonstration.
_PERSON = re.compile(r"[A-Z][A-Z' -]+, [A-Z][A-Za-z'-]+( [A-Z][A-Za-z'-]+){0,2}")
LETTERS_MIN = 10


@dataclass(frozen=True, slots=True)
class Planted:
    """A spelling of a listed name: `way` says how it was made, `entry` is the number on the list."""

    name: str
    way: str
    entry: str
    organisation: bool = False


def planted_names(folder: Path, count: int, random: Random) -> list[Planted]:
    """`count` spellings of listed names, each of another entry while they last; the ways of spelling take turns.

    Every fifth is an organisation as listed, the others are people. Raises WATCHLIST_TOO_SHORT for a list without a
    person whose name can be spelt in several ways, LIST_MISSING and LIST_MALFORMED for a folder without a good list.
    """
    entries = load_watchlist(folder).entries
    people = [entry for entry in entries if _is_plantable(entry)]
    organisations = [entry for entry in entries if entry.type is EntryType.ORGANISATION]
    if not people:
        raise ClearwayError(TrafficError.WATCHLIST_TOO_SHORT, "the list holds no person whose name could be planted")
    random.shuffle(people)
    random.shuffle(organisations)
    # People with a middle name first: theirs can be left out.
    people.sort(key=lambda entry: len(entry.name.split()) < 3)
    return [_planted(number, people, organisations, random) for number in range(count)]


def _planted(number: int, people: list[Entry], organisations: list[Entry], random: Random) -> Planted:
    if number % 5 == 4 and organisations:
        entry = organisations[number // 5 % len(organisations)]
        return Planted(natural_order(entry.name), "as listed", entry.id, organisation=True)
    entry = people[number % len(people)]
    ways = spellings(entry.name, random)
    way = list(ways)[number % len(ways)]
    return Planted(ways[way], way, entry.id)


def _is_plantable(entry: Entry) -> bool:
    return (
        entry.type is EntryType.INDIVIDUAL
        and _PERSON.fullmatch(entry.name) is not None
        and sum(letter.isalpha() for letter in entry.name) >= LETTERS_MIN
    )
