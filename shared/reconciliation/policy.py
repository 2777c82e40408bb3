"""The tolerances that travel with the code."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from shared.reconciliation.domain.tolerances import Tolerances
from shared.reconciliation.domain.tolerances_text import parse_tolerances


@cache
def tolerances() -> Tolerances:
    """`tolerances.toml`, read once in a process. Raises INVALID_TOLERANCES for a broken file."""
    return parse_tolerances(Path(__file__).with_name("tolerances.toml").read_text(encoding="utf-8"))
