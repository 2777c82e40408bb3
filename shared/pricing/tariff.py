"""The tariff that travels with the code."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from shared.pricing.domain.tariff import DatedTariff
from shared.pricing.domain.tariff_text import parse_tariff


@cache
def house_tariff() -> DatedTariff:
    """`tariff.toml`, read once in a process. Raises INVALID_TARIFF for a broken file."""
    return parse_tariff(Path(__file__).with_name("tariff.toml").read_text(encoding="utf-8"))
