"""The bank's clock: the system's, and as far ahead of it as it was told to go."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta


class BankClock:
    """Calling it gives the bank's present moment, aware, in UTC."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        """The present moment."""
        with self._lock:
            return datetime.now(UTC) + self._ahead

    def advance(self, duration_s: float) -> datetime:
        """Put the clock forward by so many seconds; returns the new present moment."""
        with self._lock:
            self._ahead += timedelta(seconds=duration_s)
            return datetime.now(UTC) + self._ahead
