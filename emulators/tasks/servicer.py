"""The Cloud Tasks API: one method a call, named as in google.cloud.tasks.v2.CloudTasks.

Left out: App Engine targets, OAuth tokens, queue-level targets, IAM, batches and list filters; they are refused.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from google.cloud import tasks_v2
from google.protobuf.empty_pb2 import Empty

from emulators.tasks.dispatcher import Dispatcher
from emulators.tasks.errors import TasksError, invalid, missing_queue
from emulators.tasks.names import check_location, check_queue, split_task
from emulators.tasks.pages import page_of
from emulators.tasks.queue import TaskQueue
from emulators.tasks.wire_queues import check_emulated, queue_message, rate_policy, retry_policy, updated
from emulators.tasks.wire_tasks import stored_task, task_message
from shared.kernel.errors import ClearwayError
from shared.ports.clock import Clock

_QUEUES_PER_PAGE = 9800
_TASKS_PER_PAGE = 1000

# A deleted queue's name can be used again after a week (https://cloud.google.com/tasks/docs/deleting-appengine-queues).
_QUEUE_NAME_KEPT = timedelta(days=7)


class CloudTasks:
    """Answers the calls of clients. Raises ClearwayError with a TasksError for what the service would refuse."""

    def __init__(
        self,
        queues: dict[str, TaskQueue],
        lock: threading.RLock,
        clock: Clock,
        dispatcher: Dispatcher,
        *,
        name_kept: timedelta,
    ) -> None:
        self._queues = queues
        self._lock = lock
        self._clock = clock
        self._dispatcher = dispatcher
        self._name_kept = name_kept
        self._deleted: dict[str, datetime] = {}

    def create_queue(self, request: tasks_v2.CreateQueueRequest) -> tasks_v2.Queue:
        """Create a queue that did not exist in the last seven days."""
        name = check_queue(request.queue.name)
        if not name.startswith(f"{check_location(request.parent)}/queues/"):
            raise invalid("The queue name must begin with the parent.")
        with self._lock:
            if name in self._queues:
                raise ClearwayError(TasksError.EXISTS, "Queue already exists")
            return queue_message(self._new_queue(name, request.queue))

    def get_queue(self, request: tasks_v2.GetQueueRequest) -> tasks_v2.Queue:
        """One queue."""
        with self._lock:
            return queue_message(self._queue(request.name))

    def list_queues(self, request: tasks_v2.ListQueuesRequest) -> tasks_v2.ListQueuesResponse:
        """The queues of a location, by name."""
        if request.filter:
            raise ClearwayError(TasksError.NOT_EMULATED, "The emulator lists queues without a filter.")
        prefix = f"{check_location(request.parent)}/queues/"
        with self._lock:
            names = [name for name in self._queues if name.startswith(prefix)]
            page, token = page_of(names, request.page_size, _QUEUES_PER_PAGE, request.page_token)
            queues = [queue_message(self._queues[name]) for name in page]
        return tasks_v2.ListQueuesResponse(queues=queues, next_page_token=token)

    def update_queue(self, request: tasks_v2.UpdateQueueRequest) -> tasks_v2.Queue:
        """Change a queue's limits, or create it."""
        name = check_queue(request.queue.name)
        with self._lock:
            queue = self._queues.get(name)
            if queue is None:
                return queue_message(self._new_queue(name, request.queue))
            check_emulated(request.queue)
            retry, rate = updated(queue, request.queue, list(request.update_mask.paths))
            queue.configure(retry, rate, self._clock.now())
            self._dispatcher.pump()
            return queue_message(queue)

    def delete_queue(self, request: tasks_v2.DeleteQueueRequest) -> Empty:
        """Delete a queue with its tasks; attempts in flight run on."""
        with self._lock:
            queue = self._queue(request.name)
            del self._queues[queue.name]
            self._deleted[queue.name] = self._clock.now()
        return Empty()

    def purge_queue(self, request: tasks_v2.PurgeQueueRequest) -> tasks_v2.Queue:
        """Delete all tasks of a queue."""
        return self._change_queue(request.name, lambda queue: queue.purge(self._clock.now()))

    def pause_queue(self, request: tasks_v2.PauseQueueRequest) -> tasks_v2.Queue:
        """Stop dispatching; tasks can still be created."""
        return self._change_queue(request.name, lambda queue: setattr(queue, "paused", True))

    def resume_queue(self, request: tasks_v2.ResumeQueueRequest) -> tasks_v2.Queue:
        """Dispatch again."""
        return self._change_queue(request.name, lambda queue: setattr(queue, "paused", False))

    def create_task(self, request: tasks_v2.CreateTaskRequest) -> tasks_v2.Task:
        """Create a task and, if it is due and the limits allow, dispatch it at once."""
        with self._lock:
            queue = self._queue(request.parent)
            now = self._clock.now()
            task = stored_task(request.task, queue.name, now)
            queue.add(task, now)
            answer = task_message(queue.name, task, full=_full(request.response_view))
            self._dispatcher.pump()
            return answer

    def get_task(self, request: tasks_v2.GetTaskRequest) -> tasks_v2.Task:
        """One task that has not ended."""
        queue_name, task_id = split_task(request.name)
        with self._lock:
            task = self._queue(queue_name).get(task_id)
            return task_message(queue_name, task, full=_full(request.response_view))

    def list_tasks(self, request: tasks_v2.ListTasksRequest) -> tasks_v2.ListTasksResponse:
        """The tasks of a queue that have not ended, by id."""
        with self._lock:
            queue = self._queue(request.parent)
            ids = (task.id for task in queue.tasks())
            page, token = page_of(ids, request.page_size, _TASKS_PER_PAGE, request.page_token)
            full = _full(request.response_view)
            tasks = [task_message(queue.name, queue.get(task_id), full=full) for task_id in page]
        return tasks_v2.ListTasksResponse(tasks=tasks, next_page_token=token)

    def delete_task(self, request: tasks_v2.DeleteTaskRequest) -> Empty:
        """Delete a task that has not ended."""
        queue_name, task_id = split_task(request.name)
        with self._lock:
            self._queue(queue_name).delete(task_id, self._clock.now())
        return Empty()

    def run_task(self, request: tasks_v2.RunTaskRequest) -> tasks_v2.Task:
        """Dispatch a task now, even if the queue is paused, at its limits, or has it in flight already."""
        queue_name, task_id = split_task(request.name)
        with self._lock:
            task = self._dispatcher.run(self._queue(queue_name), task_id)
            return task_message(queue_name, task, full=_full(request.response_view))

    def _queue(self, name: str) -> TaskQueue:
        try:
            return self._queues[check_queue(name)]
        except KeyError:
            raise missing_queue() from None

    def _new_queue(self, name: str, wanted: tasks_v2.Queue) -> TaskQueue:
        now = self._clock.now()
        check_emulated(wanted)
        if name in self._deleted and now - self._deleted[name] < _QUEUE_NAME_KEPT:
            raise ClearwayError(
                TasksError.NAME_KEPT,
                "The queue cannot be created because a queue with this name existed too recently.",
            )
        retry, rate = retry_policy(wanted.retry_config), rate_policy(wanted.rate_limits)
        queue = self._queues[name] = TaskQueue(name, retry, rate, now, name_kept=self._name_kept)
        return queue

    def _change_queue(self, name: str, change: Callable[[TaskQueue], None]) -> tasks_v2.Queue:
        with self._lock:
            queue = self._queue(name)
            change(queue)
            self._dispatcher.pump()
            return queue_message(queue)


def _full(view: tasks_v2.Task.View) -> bool:
    return bool(view == tasks_v2.Task.View.FULL)
