"""The system's own time."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class SystemClock:
    """The clock of a running function."""

    def now(self) -> datetime:
        """See `Clock.now`."""
        return datetime.now(UTC)

    def sleep(self, duration_s: float) -> None:
        """See `Clock.sleep`; nothing to wait for when `duration_s` is not positive."""
        if duration_s > 0:
            time.sleep(duration_s)
