"""The catalogue of rails that travels with the code."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

from shared.rails.domain.catalogue import Catalogue, RailTerms
from shared.rails.domain.catalogue_text import parse_catalogue


def terms_at(day: date) -> dict[str, RailTerms]:
    """The terms in force on a day, by the rail's name; see `RailTerms`. Raises INVALID_CATALOGUE for a broken file."""
    return catalogue().terms_at(day)


@cache
def catalogue() -> Catalogue:
    """`rails.toml`, read once in a process."""
    return parse_catalogue(Path(__file__).with_name("rails.toml").read_text(encoding="utf-8"))
