"""The limits that travel with the code."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from shared.compliance.domain.limits import LimitBook, parse_limits


@cache
def limit_book() -> LimitBook:
    """`limits.toml`, read once in a process. Raises LIMITS_MALFORMED for a broken file."""
    return parse_limits(Path(__file__).with_name("limits.toml").read_text(encoding="utf-8"))
