"""The bank's clock: the system's, and as far ahead of it as it was told to go."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class SimulatorClock(Protocol):
    """What the simulator needs of a clock; `ManualClock` and `BankClock` have it."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...

    def sleep(self, duration_s: float) -> None:
        """Return after `duration_s` seconds of this clock."""
        ...

    def advance(self, duration_s: float) -> object:
        """Put the clock forward by so many seconds."""
        ...


class BankClock:
    """Calling it gives the bank's present moment, aware, in UTC."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        """The present moment."""
        with self._lock:
            return datetime.now(UTC) + self._ahead

    def now(self) -> datetime:
        """See `SimulatorClock.now`."""
        return self()

    def sleep(self, duration_s: float) -> None:
        """See `SimulatorClock.sleep`: time that really passes."""
        time.sleep(duration_s)

    def advance(self, duration_s: float) -> datetime:
        """Put the clock forward by so many seconds; returns the new present moment."""
        with self._lock:
            self._ahead += timedelta(seconds=duration_s)
            return datetime.now(UTC) + self._ahead
