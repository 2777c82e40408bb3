"""What the bank has yet to do, in the order of its moments: the heart of a clock that can be put forward."""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable
from datetime import datetime
from itertools import count

Action = Callable[[datetime], None]


class Agenda:
    """Actions, each with the moment from which it is due. Actions of one moment run in the order they were noted.

    An action is told its own moment, not the present one, so that what a clock skipped happens as if at its time; it
    may note further actions. Actions run one at a time and outside of any lock of the bank's.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running = threading.RLock()
        self._number = count()
        self._waiting: list[tuple[datetime, int, Action]] = []

    def at(self, moment: datetime, action: Action) -> None:
        """Note an action for a moment; one that has passed is due at once."""
        with self._lock:
            heapq.heappush(self._waiting, (moment, next(self._number), action))

    def next_due(self) -> datetime | None:
        """The earliest moment at which there is something to do; None when there is nothing at all."""
        with self._lock:
            return self._waiting[0][0] if self._waiting else None

    def run_until(self, now: datetime) -> int:
        """Do all that is due by `now`, what this brings about included; returns how many actions ran.

        An action that raises stays noted, so it must bear to be done again; what it raised passes through.
        """
        done = 0
        with self._running:
            while (due := self._pop(now)) is not None:
                moment, number, action = due
                try:
                    action(moment)
                except BaseException:
                    with self._lock:
                        heapq.heappush(self._waiting, (moment, number, action))
                    raise
                done += 1
        return done

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._waiting.clear()

    def _pop(self, now: datetime) -> tuple[datetime, int, Action] | None:
        with self._lock:
            return heapq.heappop(self._waiting) if self._waiting and self._waiting[0][0] <= now else None
