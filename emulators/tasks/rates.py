"""How fast a queue may dispatch: a token bucket, and a limit on what is in flight."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

_BURST_MAX = 100


@dataclass(frozen=True, slots=True)
class RatePolicy:
    """A queue's RateLimits; the defaults are those that Cloud Tasks picks."""

    max_dispatches_per_second: float = 500.0
    max_concurrent_dispatches: int = 1000

    @property
    def burst(self) -> int:
        """`max_burst_size`, which the service chooses: one second's worth, but at least 1 and at most 100."""
        return max(1, min(_BURST_MAX, math.ceil(self.max_dispatches_per_second)))


class TokenBucket:
    """A bucket of `burst` tokens that starts full and gains `max_dispatches_per_second`.

    It is kept as the one moment at which it will be full again, so that no rounding adds up: every token that is
    missing puts that moment off by one interval.
    """

    def __init__(self, policy: RatePolicy, now: datetime) -> None:
        self._interval = timedelta(seconds=1 / policy.max_dispatches_per_second)
        self._slack = self._interval * (policy.burst - 1)
        self._full_at = now

    def next_at(self) -> datetime:
        """From when on there is a token."""
        return self._full_at - self._slack

    def take(self, now: datetime) -> None:
        """Use one token, whether there is one or not: a forced run is in nobody's way, but it counts."""
        self._full_at = max(self._full_at, now) + self._interval
