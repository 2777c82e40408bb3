"""The task queue in memory: the twin of Cloud Tasks, as strict, for tests, simulation and the one-process mode."""

from __future__ import annotations

import heapq
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from shared.adapters.tasks.ended_names import EndedNames
from shared.adapters.tasks.rules import NAME_KEPT, SCHEDULE_AHEAD_MAX, TASK_ID, TASK_SIZE_MAX, RetryPolicy
from shared.kernel.errors import ClearwayError, KernelError
from shared.kernel.usage import usage
from shared.ports.clock import Clock
from shared.ports.tasks import Task

_log = logging.getLogger(__name__)

# Body and headers of the call; returns an HTTP status. An Exception counts as 500.
Handler = Callable[[bytes, Mapping[str, str]], int]

Name = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Target:
    handler: Handler
    retry: RetryPolicy


@dataclass(slots=True)
class _Kept:
    task: Task
    created_at: datetime
    attempts: int = 0
    first_attempt_at: datetime | None = None


@dataclass(order=True, slots=True)
class _Due:
    at: datetime
    number: int  # tasks of one moment go in the order in which they were scheduled
    kept: _Kept = field(compare=False)


class InMemoryTaskQueue:
    """TaskQueue over a heap. Nothing happens by itself: `run_due` delivers, in the caller's thread. Thread-safe.

    Rates and concurrency are not limited here; names, schedules, back-offs and attempts are those of Cloud Tasks.
    """

    def __init__(self, clock: Clock, *, name_kept: timedelta = NAME_KEPT) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._targets: dict[str, _Target] = {}
        self._kept: dict[Name, _Kept] = {}
        self._ended: EndedNames[Name] = EndedNames(name_kept)
        self._schedule: list[_Due] = []
        self._numbers = 0

    def register(self, queue: str, handler: Handler, *, retry: RetryPolicy | None = None) -> None:
        """Create the queue, or change what it calls. Without `retry` it has Cloud Tasks' defaults."""
        with self._lock:
            self._targets[queue] = _Target(handler, retry or RetryPolicy())

    def enqueue(self, task: Task) -> bool:
        """See `TaskQueue.enqueue`."""
        now = self._clock.now()
        name = (task.queue, task.name)
        with self._lock:
            self._check(task, now)
            if name in self._kept or self._ended.refuses(name, now):
                return False
            kept = self._kept[name] = _Kept(task, now)
            self._put(kept, max(now, (task.schedule_at or now).astimezone(UTC)))
        usage().tasks += 1
        return True

    def run_due(self, limit: int | None = None) -> int:
        """Deliver what is due by the clock, the earliest first, at most `limit`; returns how many were delivered.

        What a handler enqueues in the meantime is delivered too if it is due. A failed task waits for its back-off.
        What is no Exception (a simulated crash, KeyboardInterrupt) passes through after it has been counted as a
        failed attempt, so the task is kept for redelivery.
        """
        delivered = 0
        while (limit is None or delivered < limit) and (kept := self._take_due()) is not None:
            delivered += 1
            self._deliver(kept)
        return delivered

    def next_due(self) -> datetime | None:
        """When the next waiting task is due; None when none waits."""
        with self._lock:
            return self._schedule[0].at if self._schedule else None

    def pending(self) -> int:
        """How many tasks have not ended, those on their way included."""
        with self._lock:
            return len(self._kept)

    def _check(self, task: Task, now: datetime) -> None:
        problem = None
        if task.queue not in self._targets:
            problem = f"the queue {task.queue} does not exist"
        elif not TASK_ID.fullmatch(task.name):
            problem = "a task name is 1 to 500 letters, digits, hyphens or underscores"
        elif len(task.body) > TASK_SIZE_MAX:
            problem = f"a task has at most {TASK_SIZE_MAX} bytes"
        elif task.schedule_at is not None and task.schedule_at.tzinfo is None:
            problem = "a task is scheduled for an aware moment"
        elif task.schedule_at is not None and task.schedule_at - now > SCHEDULE_AHEAD_MAX:
            problem = "a task is scheduled at most 30 days ahead"
        if problem:
            raise ClearwayError(KernelError.MISUSE, problem)

    def _take_due(self) -> _Kept | None:
        now = self._clock.now()
        with self._lock:
            if not self._schedule or self._schedule[0].at > now:
                return None
            kept = heapq.heappop(self._schedule).kept
            kept.attempts += 1
            kept.first_attempt_at = kept.first_attempt_at or now
            return kept

    def _deliver(self, kept: _Kept) -> None:
        task = kept.task
        target = self._targets[task.queue]
        headers = {
            "X-CloudTasks-QueueName": task.queue,
            "X-CloudTasks-TaskName": task.name,
            "X-CloudTasks-TaskRetryCount": str(kept.attempts - 1),
        }
        status = 500
        try:
            status = target.handler(task.body, headers)
        except Exception as error:  # noqa: BLE001 - a server answers 500 to whatever its handler raises
            _log.warning("the handler of queue %s raised %s", task.queue, type(error).__name__)
        finally:
            self._finish(kept, target.retry, succeeded=200 <= status < 300)

    def _finish(self, kept: _Kept, retry: RetryPolicy, *, succeeded: bool) -> None:
        now = self._clock.now()
        first = kept.first_attempt_at or now
        with self._lock:
            if succeeded or retry.exhausted(
                kept.attempts, since_first_attempt=now - first, since_creation=now - kept.created_at
            ):
                self._end((kept.task.queue, kept.task.name), now)
            else:
                self._put(kept, now + timedelta(seconds=retry.backoff_s(kept.attempts)))

    def _put(self, kept: _Kept, at: datetime) -> None:
        self._numbers += 1
        heapq.heappush(self._schedule, _Due(at, self._numbers, kept))

    def _end(self, name: Name, now: datetime) -> None:
        del self._kept[name]
        self._ended.add(name, now)
