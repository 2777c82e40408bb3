"""Paced calls: a task is an HTTP call that a queue makes for us, with its rate, its back-off and its de-duplication."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Task:
    """A call with `body` that `queue` (named without its project) makes to its function, not before `schedule_at`.

    `name` is the de-duplication key: letters, digits, hyphens and underscores, at most 500 (Cloud Tasks' own rule).
    """

    queue: str
    name: str
    body: bytes
    schedule_at: datetime | None = None


class TaskQueue(Protocol):
    """Creates tasks."""

    def enqueue(self, task: Task) -> bool:
        """Create the task; False when the name is in use or was in use too recently (about an hour after it ended).

        Raises UNAVAILABLE when the queue cannot be reached, MISUSE for a queue that does not exist or a bad name.
        """
        ...
