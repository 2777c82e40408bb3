"""The time zone of the ACH operators, in which windows close, banking days begin and file headers are dated."""

from __future__ import annotations

from zoneinfo import ZoneInfo

EASTERN = ZoneInfo("America/New_York")
