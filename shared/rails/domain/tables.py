"""Tables that travel with the code, each read once in a process, and looked up by the day they are needed for."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from shared.kernel.errors import ClearwayError
from shared.rails.domain.errors import RailsError


@cache
def table(name: str) -> dict[str, Any]:
    """The TOML file of this name beside the context. Raises INVALID_TABLE for one that is missing or broken."""
    path = Path(__file__).parent.parent / f"{name}.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ClearwayError(RailsError.INVALID_TABLE, f"{name}: {error}") from None


def in_force(rows: Sequence[dict[str, Any]], day: date) -> list[dict[str, Any]]:
    """The rows that had begun by a day, the newest first."""
    begun = [row for row in rows if row["effective_from"] <= day]
    return sorted(begun, key=lambda row: row["effective_from"], reverse=True)
