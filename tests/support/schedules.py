"""Schedules that tests are about."""

from __future__ import annotations

from typing import Any

from tests.support.world import payment_body

# From the day after the world begins, at nine in New York: 14:00 in UTC.
DAILY = {"frequency": "daily", "start": "2026-11-03", "zone": "America/New_York", "at": "09:00"}


def schedule_body(**changes: Any) -> dict[str, Any]:
    """A payout of 12.50 US dollars every day."""
    return {"payment": payment_body(), "rule": DAILY, **changes}
