"""Resource names of Cloud Tasks, and what may stand in them (reference of `Queue.name` and `Task.name`)."""

from __future__ import annotations

import re

from emulators.tasks.errors import invalid
from shared.adapters.tasks.rules import TASK_ID

_LOCATION = re.compile(r"projects/[A-Za-z0-9:.-]+/locations/[A-Za-z0-9-]+")
_QUEUE_ID = re.compile(r"[A-Za-z0-9-]{1,100}")


def check_location(name: str) -> str:
    """`projects/P/locations/L`, or INVALID."""
    if not _LOCATION.fullmatch(name):
        raise invalid("The parent must have the form projects/PROJECT_ID/locations/LOCATION_ID.")
    return name


def check_queue(name: str) -> str:
    """`projects/P/locations/L/queues/Q`, or INVALID."""
    location, separator, queue_id = name.rpartition("/queues/")
    if not separator or not _LOCATION.fullmatch(location) or not _QUEUE_ID.fullmatch(queue_id):
        raise invalid("A queue name has the form projects/PROJECT_ID/locations/LOCATION_ID/queues/QUEUE_ID.")
    return name


def split_task(name: str) -> tuple[str, str]:
    """The queue's name and the task's id, or INVALID."""
    queue, separator, task_id = name.rpartition("/tasks/")
    if not separator or not TASK_ID.fullmatch(task_id):
        raise invalid("A task name is its queue's name, /tasks/ and 1 to 500 letters, digits, hyphens or underscores.")
    return check_queue(queue), task_id
