"""One queue: tasks, names that are still refused, schedule, rate and retries. Pure: time is an argument."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from emulators.tasks.errors import missing_task, task_existed, task_exists
from emulators.tasks.rates import RatePolicy, TokenBucket
from emulators.tasks.task import Attempt, Result, StoredTask
from shared.adapters.tasks.ended_names import EndedNames
from shared.adapters.tasks.rules import NAME_KEPT, SCHEDULE_AHEAD_MAX, RetryPolicy


@dataclass(slots=True)
class Counts:
    """Attempts since the queue was created, and what they came to; `dropped` are tasks that were given up."""

    dispatched: int = 0
    succeeded: int = 0
    failures: int = 0
    dropped: int = 0


class TaskQueue:
    """The state of one queue. Not thread-safe: its owner holds a lock."""

    def __init__(
        self, name: str, retry: RetryPolicy, rate: RatePolicy, now: datetime, *, name_kept: timedelta = NAME_KEPT
    ) -> None:
        self.name = name
        self.retry = retry
        self.rate = rate
        self.paused = False
        self.purged_at: datetime | None = None
        self.in_flight = 0
        self.counts = Counts()
        self.turn = 0  # the dispatcher's note of when it last took from here, so that no queue starves another
        self._bucket = TokenBucket(rate, now)
        self._tasks: dict[str, StoredTask] = {}
        self._ended: EndedNames[str] = EndedNames(name_kept)
        self._schedule: list[tuple[datetime, int, StoredTask]] = []
        self._tickets = 0

    @property
    def id(self) -> str:
        """The last part of the name."""
        return self.name.rsplit("/", 1)[1]

    def configure(self, retry: RetryPolicy, rate: RatePolicy, now: datetime) -> None:
        """Change the queue's limits; a changed rate starts with a full bucket."""
        if rate != self.rate:
            self._bucket = TokenBucket(rate, now)
        self.retry, self.rate = retry, rate

    def add(self, task: StoredTask, now: datetime) -> None:
        """Take a new task in. Raises EXISTS while its name is in use, and for a while after."""
        if task.id in self._tasks:
            raise task_exists()
        if self._ended.refuses(task.id, now):
            raise task_existed()
        self._tasks[task.id] = task
        self._put(task, task.scheduled_at)

    def get(self, task_id: str) -> StoredTask:
        """A living task. Raises MISSING."""
        try:
            return self._tasks[task_id]
        except KeyError:
            raise missing_task() from None

    def tasks(self) -> Iterable[StoredTask]:
        """All living tasks, in the order of their creation."""
        return self._tasks.values()

    def delete(self, task_id: str, now: datetime) -> None:
        """End a task without success; an attempt in flight runs on and changes nothing any more. Raises MISSING."""
        self._end(self.get(task_id), now)

    def purge(self, now: datetime) -> None:
        """End all tasks."""
        for task in list(self._tasks.values()):
            self._end(task, now)
        self._schedule.clear()
        self.purged_at = now

    def next_at(self) -> datetime | None:
        """When the next task may be dispatched; None as long as only a change of the queue can make that happen."""
        if self.paused or self.in_flight >= self.rate.max_concurrent_dispatches:
            return None
        while self._schedule and self._schedule[0][1] != self._schedule[0][2].ticket:
            heapq.heappop(self._schedule)
        return max(self._schedule[0][0], self._bucket.next_at()) if self._schedule else None

    def start_due(self, now: datetime) -> tuple[StoredTask, Attempt] | None:
        """Begin the attempt of the next task that may be dispatched now, if there is one."""
        due = self.next_at()
        if due is None or due > now:
            return None
        return self._start(heapq.heappop(self._schedule)[2], now)

    def run(self, task_id: str, now: datetime) -> tuple[StoredTask, Attempt]:
        """Begin an attempt now whatever the state, the schedule and the limits say. Raises MISSING."""
        task = self.get(task_id)
        task.scheduled_at = now
        return self._start(task, now)

    def finish(self, task: StoredTask, attempt: Attempt, result: Result, now: datetime) -> bool:
        """Record an attempt's end: the task is done, or waits for its next attempt, or is given up (then False)."""
        self.in_flight -= 1
        task.in_flight -= 1
        attempt.responded_at, attempt.result = now, result
        task.last = attempt
        task.response_count += result.http_status > 0
        task.execution_count += 0 < result.http_status < 500
        if result.succeeded:
            self.counts.succeeded += 1
        else:
            self.counts.failures += 1
        if self._tasks.get(task.id) is not task:
            return True
        if result.succeeded:
            self._end(task, now)
            return True
        return self._retry(task, result, now)

    def _retry(self, task: StoredTask, result: Result, now: datetime) -> bool:
        policy = task.retry or self.retry
        first = task.first_dispatched_at or now
        if policy.exhausted(task.dispatch_count, since_first_attempt=now - first, since_creation=now - task.created_at):
            self.counts.dropped += 1
            self._end(task, now)
            return False
        pause = timedelta(seconds=policy.backoff_s(task.dispatch_count))
        if result.http_status in {429, 503}:
            pause = max(pause, min(result.retry_after, SCHEDULE_AHEAD_MAX))
        self._put(task, now + pause)
        return True

    def _start(self, task: StoredTask, now: datetime) -> tuple[StoredTask, Attempt]:
        self._bucket.take(now)
        self.in_flight += 1
        self.counts.dispatched += 1
        task.ticket = 0
        task.in_flight += 1
        task.dispatch_count += 1
        task.first_dispatched_at = task.first_dispatched_at or now
        return task, Attempt(task.dispatch_count, task.scheduled_at, now)

    def _put(self, task: StoredTask, at: datetime) -> None:
        self._tickets += 1
        task.ticket, task.scheduled_at = self._tickets, at
        heapq.heappush(self._schedule, (at, self._tickets, task))

    def _end(self, task: StoredTask, now: datetime) -> None:
        task.ticket = 0
        del self._tasks[task.id]
        self._ended.add(task.id, now)
