"""Cloud Tasks' published rules, kept alike by the in-memory twin and by the emulator.

Sources: the reference of `RetryConfig` and `CreateTaskRequest` in google.cloud.tasks_v2, and
https://cloud.google.com/tasks/docs/quotas for sizes and times.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

TASK_ID = re.compile(r"[A-Za-z0-9_-]{1,500}")
TASK_SIZE_MAX = 1024 * 1024
SCHEDULE_AHEAD_MAX = timedelta(days=30)

# How long the name of an ended task is refused. The reference has said one hour and, later, up to a day; the shorter
# one is the stricter test of a caller, who may not lean on de-duplication for longer than that.
NAME_KEPT = timedelta(hours=1)

# Even a task with unlimited attempts is deleted when it has become this old.
RETENTION = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """A queue's RetryConfig; the defaults are those that Cloud Tasks picks. `max_attempts` of -1 means no limit.

    The service truncates back-offs to whole seconds; here fractions count, so that a local queue may be quick.
    """

    max_attempts: int = 100
    min_backoff_s: float = 0.1
    max_backoff_s: float = 3600.0
    max_doublings: int = 16
    max_retry_duration_s: float = 0.0

    def backoff_s(self, attempts: int) -> float:
        """Seconds from the failure of attempt number `attempts` (from 1) to the next one.

        It starts at the minimum, doubles `max_doublings` times, then grows by the last step, and ends at the maximum:
        10, 20, 40, 80, 160, 240, 300, 300 for 10 s, 300 s and three doublings.
        """
        doublings = min(attempts - 1, self.max_doublings, 50)  # 50 leave any maximum far behind
        step_s = self.min_backoff_s * 2.0**doublings
        return min(self.max_backoff_s, step_s * (attempts - doublings))

    def exhausted(self, attempts: int, *, since_first_attempt: timedelta, since_creation: timedelta) -> bool:
        """Whether a task that has failed `attempts` times is given up: only when both limits that are set are passed,
        the number of attempts and the time since the first; or when it is too old to be kept."""
        if since_creation >= RETENTION:
            return True
        timed = self.max_retry_duration_s > 0
        if self.max_attempts < 0 and not timed:
            return False
        enough_attempts = self.max_attempts < 0 or attempts >= self.max_attempts
        return enough_attempts and (not timed or since_first_attempt.total_seconds() >= self.max_retry_duration_s)
