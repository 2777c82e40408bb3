"""The standard entry class codes, as `sec_codes.toml` describes them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryClass:
    """What an entry of one class may be; see `sec_codes.toml` for each field. Amounts are in cents."""

    code: str
    direction: str
    kinds: frozenset[str]
    accounts: str = "2345"
    addenda: str = ""
    addenda_min: int = 0
    addenda_max: int = 0
    counted: bool = False
    named: bool = False
    identified: bool = False
    item: bool = False
    card: bool = False
    expiry: bool = False
    description: str = ""
    amount_max_cents: int | None = None


@cache
def entry_classes() -> dict[str, EntryClass]:
    """The classes by code, read once in a process."""
    file = Path(__file__).parent.parent / "sec_codes.toml"
    document: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    return {
        code: EntryClass(code=code, **{**table, "kinds": frozenset(table["kinds"])})
        for code, table in document.items()
        if code != "source"
    }
