"""Makes the calls of all queues: at once when one is due, by a timer when one falls due, never by polling.

Whoever changes a queue calls `pump` in the same breath, so a task that is due now is handed to a worker by the very
thread that created it. On a manual clock there is no timer: `advance` moves the clock from event to event.
"""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from grpc import StatusCode

from emulators.oidc import TokenSigner
from emulators.tasks.connections import ConnectionPool
from emulators.tasks.errors import TasksError
from emulators.tasks.exchange import Exchange
from emulators.tasks.headers import dispatch_headers
from emulators.tasks.queue import TaskQueue
from emulators.tasks.task import Attempt, Result, StoredTask
from shared.adapters.memory.clock import ManualClock
from shared.kernel.errors import ClearwayError
from shared.ports.clock import Clock

_log = logging.getLogger(__name__)

# The wall clock may be set while the timer waits for a moment on it; so often it looks again, if it waits for one.
_LOOK_AGAIN_S = 1.0


class Dispatcher:
    """Dispatches from `queues`, which `lock` guards. At most `workers` calls are in flight over all queues."""

    def __init__(
        self, queues: Mapping[str, TaskQueue], lock: threading.RLock, clock: Clock, signer: TokenSigner, *, workers: int
    ) -> None:
        self._queues = queues
        self._lock = lock
        self._clock = clock
        self._signer = signer
        self._workers = workers
        self._connections = ConnectionPool()
        self._threads = ThreadPoolExecutor(workers, "tasks-dispatch")
        self._in_flight: dict[Exchange, datetime | None] = {}  # to its deadline; None once that has cut it
        self._turns = itertools.count(1)
        self._settled = threading.Condition(lock)
        self._timer_wake = threading.Condition(lock)
        self._timer_at: datetime | None = None
        self._timer: threading.Thread | None = None
        self._advancing = threading.Lock()
        self._stopping = False

    def start(self) -> None:
        """Begin to follow the clock, if it moves by itself."""
        if not isinstance(self._clock, ManualClock):
            self._timer = threading.Thread(target=self._run_timer, name="tasks-timer", daemon=True)
            self._timer.start()

    def stop(self) -> None:
        """Cut what is in flight, and return when no thread and no connection is left."""
        with self._lock:
            self._stopping = True
            self._timer_wake.notify()
            for exchange in self._in_flight:
                exchange.cut()
        self._threads.shutdown()
        if self._timer is not None:
            self._timer.join()
        self._connections.close()

    def pump(self) -> None:
        """Dispatch everything that may go now. Call with the lock held, after any change of a queue."""
        self._dispatch_due()
        at = self._next_event()
        if at is not None and (self._timer_at is None or at < self._timer_at):
            self._timer_wake.notify()

    def run(self, queue: TaskQueue, task_id: str) -> StoredTask:
        """Dispatch one task now, whatever the limits say. Call with the lock held. Raises MISSING."""
        task, attempt = queue.run(task_id, self._clock.now())
        self._launch(queue, task, attempt)
        return task

    def advance(self, duration_s: float, *, settle: bool = True, patience_s: float = 30.0) -> datetime:
        """Move a manual clock on by `duration_s`, from event to event, and return the time it shows then.

        With `settle` every attempt in flight is waited for before time moves, so that a retry is scheduled from the
        moment of its failure: the same steps give the same times, always. Without, time passes under them, which is how
        a dispatch deadline can pass. Raises INVALID on a clock that moves by itself, and UNSETTLED when attempts are
        still in flight after `patience_s` real seconds.
        """
        clock = self._clock
        if not isinstance(clock, ManualClock):
            raise ClearwayError(TasksError.INVALID, "this clock moves by itself; start with --virtual-clock")
        if duration_s < 0:
            raise ClearwayError(TasksError.INVALID, "time does not run backwards")
        give_up_at = time.monotonic() + patience_s
        with self._advancing, self._lock:
            target = clock.now() + timedelta(seconds=duration_s)
            while not self._stopping:
                if settle:
                    self._wait_settled(give_up_at)
                event = self._next_event()
                if event is None or event > target:
                    break
                clock.advance_to(event)
                self._dispatch_due()
            clock.advance_to(target)
            self._dispatch_due()
            return target

    def _wait_settled(self, give_up_at: float) -> None:
        if not self._settled.wait_for(lambda: not self._in_flight, give_up_at - time.monotonic()):
            detail = f"{len(self._in_flight)} attempts are still in flight; settle=false lets time pass under them"
            raise ClearwayError(TasksError.UNSETTLED, detail)

    def _next_event(self) -> datetime | None:
        """When something is to be done next: a dispatch that a worker is free for, or a deadline."""
        events = [deadline for deadline in self._in_flight.values() if deadline is not None]
        if len(self._in_flight) < self._workers:
            events += [at for queue in self._queues.values() if (at := queue.next_at()) is not None]
        return min(events, default=None)

    def _dispatch_due(self) -> None:
        now = self._clock.now()
        for exchange, deadline in self._in_flight.items():
            if deadline is not None and deadline <= now:
                exchange.cut()
                self._in_flight[exchange] = None
        while not self._stopping and len(self._in_flight) < self._workers:
            ready = [queue for queue in self._queues.values() if (at := queue.next_at()) is not None and at <= now]
            queue = min(ready, key=lambda queue: queue.turn, default=None)
            started = queue.start_due(now) if queue is not None else None
            if queue is None or started is None:
                break
            queue.turn = next(self._turns)
            self._launch(queue, *started)

    def _launch(self, queue: TaskQueue, task: StoredTask, attempt: Attempt) -> None:
        headers = dispatch_headers(queue.id, task, attempt, self._signer)
        exchange = Exchange(task.call, headers, self._connections)
        self._in_flight[exchange] = attempt.dispatched_at + timedelta(seconds=task.deadline_s)
        self._threads.submit(self._work, queue, task, attempt, exchange)

    def _work(self, queue: TaskQueue, task: StoredTask, attempt: Attempt, exchange: Exchange) -> None:
        try:
            result = exchange.run()
        except Exception as error:  # noqa: BLE001 - whatever it was, the attempt is over and its place is free again
            _log.exception("an attempt of task %s failed here", task.id)
            result = Result(0, StatusCode.INTERNAL, type(error).__name__)
        with self._lock:
            del self._in_flight[exchange]
            kept = queue.finish(task, attempt, result, self._clock.now())
            if not kept:
                _log.warning("%s gave up task %s after %d attempts", queue.id, task.id, task.dispatch_count)
            self.pump()
            if not self._in_flight:
                self._settled.notify_all()

    def _run_timer(self) -> None:
        with self._lock:
            while not self._stopping:
                self._dispatch_due()
                self._timer_at = self._next_event()
                if self._timer_at is None:
                    self._timer_wake.wait()
                else:
                    wait_s = (self._timer_at - self._clock.now()).total_seconds()
                    self._timer_wake.wait(min(max(0.0, wait_s), _LOOK_AGAIN_S))
