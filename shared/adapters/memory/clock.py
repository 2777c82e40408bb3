"""Time that moves only when it is told to, for tests and simulation."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from shared.kernel.errors import ClearwayError, KernelError


class ManualClock:
    """The clock's twin: `sleep` takes no real time and moves this clock on. Thread-safe.

    Raises MISUSE for a start without a time zone: it would name a different moment on every machine.
    """

    def __init__(self, now: datetime) -> None:
        if now.tzinfo is None:
            raise ClearwayError(KernelError.MISUSE, "a clock starts at an aware moment")
        self._now = now.astimezone(UTC)
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """See `Clock.now`."""
        with self._lock:
            return self._now

    def sleep(self, duration_s: float) -> None:
        """See `Clock.sleep`: the clock has moved by `duration_s` on return; not at all when that is not positive."""
        if duration_s > 0:
            self.advance(duration_s)

    def advance(self, duration_s: float) -> None:
        """Move on by `duration_s` seconds. Raises MISUSE for a negative duration: time does not run backwards."""
        if duration_s < 0:
            raise ClearwayError(KernelError.MISUSE, "time does not run backwards")
        with self._lock:
            self._now += timedelta(seconds=duration_s)

    def advance_to(self, moment: datetime) -> None:
        """Move on to `moment`. Raises MISUSE when it lies in the past."""
        with self._lock:
            if moment < self._now:
                raise ClearwayError(KernelError.MISUSE, "time does not run backwards")
            self._now = moment.astimezone(UTC)
