"""Time as a port: the system's in a function, a virtual one in tests and simulation."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Where time comes from, and how to wait for it."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...

    def sleep(self, duration_s: float) -> None:
        """Return after `duration_s` seconds of this clock."""
        ...
