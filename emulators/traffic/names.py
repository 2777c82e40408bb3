"""Names of invented people and businesses, drawn from `names.toml` without giving the same one out twice."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from shared.kernel.errors import ClearwayError, KernelError

NAMES_FILE = Path(__file__).with_name("names.toml")
# A list of names is used up when this many draws in a row were all taken.
DRAWS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class PersonName:
    """A person's parts of a name and where such a customer lives (ISO 3166-1 alpha-2)."""

    given: str
    middle: str
    family: str
    country: str

    @property
    def full(self) -> str:
        """The name as a form has it: given, middle if there is one, family."""
        return " ".join(part for part in (self.given, self.middle, self.family) if part)


class NameBook:
    """Draws names; one book never gives a name twice."""

    def __init__(self, random: Random, file: Path = NAMES_FILE) -> None:
        self._random = random
        listed: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
        self._cultures: list[dict[str, Any]] = listed["cultures"]
        self._weights: list[int] = [culture["weight"] for culture in self._cultures]
        self._organisations: dict[str, Any] = listed["organisations"]
        self._given_out: set[str] = set()

    def person(self) -> PersonName:
        """A person whom nobody else is called like; about a third have a middle name. Raises MISUSE when used up."""
        for _ in range(DRAWS_MAX):
            culture = self._random.choices(self._cultures, self._weights)[0]
            given = self._random.choice(culture["given"])
            middle = self._random.choice(culture["given"]) if self._random.random() < 1 / 3 else ""
            name = PersonName(
                given=given,
                middle="" if middle == given else middle,
                family=self._random.choice(culture["family"]),
                country=self._random.choice(culture["countries"]),
            )
            if self._take(name.full):
                return name
        raise ClearwayError(KernelError.MISUSE, "the world is larger than the lists of names allow")

    def organisation(self, trade: str) -> str:
        """A business of a trade of `names.toml`. Raises MISUSE when the names of the trade are used up."""
        for attempt in range(DRAWS_MAX):
            place = self._random.choice(self._organisations["places"])
            words = self._random.choice(self._organisations["trades"][trade])
            form = self._random.choice(self._organisations["forms"])
            # A chain numbers its branches, which keeps large worlds supplied.
            branch = f" No. {self._random.randint(2, 999)}" if attempt > 20 else ""
            name = f"{place} {words}{branch}, {form}"
            if self._take(name):
                return name
        raise ClearwayError(KernelError.MISUSE, f"the world is larger than the names of the trade {trade!r} allow")

    def _take(self, name: str) -> bool:
        if name in self._given_out:
            return False
        self._given_out.add(name)
        return True
